//! One stored message, without its bytes: fixed size, no pointers.

use crate::core::ids::{EndpointId, ExchangeId, Seq, TopicId};
use crate::core::time::Timestamp;
use crate::core::wire::Delivery;
use crate::usp::kind::{MsgKind, NotificationKind, PayloadKind, RecordType};
use crate::usp::outcome::Grade;
use crate::usp::summary::SarState;

/// Which way a message went.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Direction {
    /// Controller to Agent.
    ToAgent,
    /// Agent to Controller.
    ToController,
}

impl Direction {
    /// The name used in JSON output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::ToAgent => "to_agent",
            Self::ToController => "to_controller",
        }
    }
}

/// A stored message; its bytes are in the same segment.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// When it arrived.
    pub at: Timestamp,
    /// Start of its properties in the segment's bytes; the payload follows them.
    pub(super) start: u32,
    pub(super) props_len: u32,
    pub(super) payload_len: u32,
    /// Topic as published.
    pub topic: TopicId,
    /// Sender by `from_id`.
    pub from: Option<EndpointId>,
    /// Receiver by `to_id`.
    pub to: Option<EndpointId>,
    /// How many messages ago the same topic had one; 0 = none known.
    pub(super) prev_on_topic: u32,
    /// Where `msg_id` stands, from the start of the payload; behind it for a Msg that was put
    /// together.
    pub(super) msg_id_start: u32,
    pub(super) msg_id_len: u16,
    /// `err_code` of an Error, saturated; else 0.
    pub err_code: u16,
    pub(super) delivery: u8,
    /// What the payload is.
    pub payload_kind: PayloadKind,
    /// Record type, for Records.
    pub record_type: Option<RecordType>,
    /// Msg kind by its body.
    pub msg_kind: Option<MsgKind>,
    /// Which notification, for Notify.
    pub notification: Option<NotificationKind>,
    /// Position in a segmented Msg.
    pub sar: SarState,
    /// Which way, from what was learned of the roles.
    pub direction: Option<Direction>,
    /// True if the payload, or the Msg inside, could not be summarised.
    pub malformed: bool,
    /// True if the Msg has no header.
    pub header_missing: bool,
    /// True if the header's type is not the body's.
    pub type_mismatch: bool,
    /// True if the payload is secured (TLS inside the session context).
    pub secured: bool,
    /// True if the sender waits for an answer.
    pub wants_answer: bool,
    /// True if the Msg was put together from several Records, of which this one came last; the
    /// fields that describe the Msg describe the whole.
    pub whole: bool,
}

impl Row {
    /// QoS, retain, dup.
    #[must_use]
    pub fn delivery(&self) -> Delivery {
        Delivery::unpack(self.delivery)
    }

    /// Payload size in bytes.
    #[must_use]
    pub fn size(&self) -> u32 {
        self.payload_len
    }

    /// Short type for tables: Msg kind, else record type, else payload kind.
    #[must_use]
    pub fn type_label(&self) -> &'static str {
        match (self.msg_kind, self.record_type, self.payload_kind) {
            (Some(kind), ..) => kind.label(),
            (None, Some(RecordType::NoSessionContext), PayloadKind::Usp) if self.malformed => {
                "Bad Msg"
            }
            (None, Some(record), PayloadKind::Usp) => record.label(),
            (_, _, PayloadKind::Usp) => "Record",
            (_, _, PayloadKind::Suspect) => "Suspect",
            (_, _, PayloadKind::Json) => "JSON",
            (_, _, PayloadKind::Text) => "Text",
            (_, _, PayloadKind::Binary) => "Binary",
            (_, _, PayloadKind::Empty) => "Empty",
        }
    }
}

/// What was found out about a message, some of it long after it arrived.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Mark {
    /// The other half of its exchange, or what it repeats.
    pub pair: Option<Pair>,
    /// What is odd about it: one bit per code of the analysis.
    pub problems: u64,
    /// The exchange it belongs to.
    pub exchange: Option<ExchangeId>,
    /// How the request went, for answers and completed operations.
    pub grade: Option<Grade>,
}

/// How a message is tied to another one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pair {
    /// This response answers that request, so long after it (nanoseconds; negative when the
    /// answer was seen first).
    Answers {
        /// The request.
        request: Seq,
        /// Time from the first transmission of the request to this answer.
        latency_nanos: i64,
    },
    /// This request was answered by that response.
    AnsweredBy {
        /// The response.
        response: Seq,
        /// As above.
        latency_nanos: i64,
    },
    /// The same request or answer again; the first one is that.
    RepeatOf {
        /// The first transmission.
        first: Seq,
    },
}
