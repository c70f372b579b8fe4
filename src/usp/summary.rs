//! What is known of a payload without decoding all of it; made by [`super::scan`].

use super::kind::{MsgKind, NotificationKind, PayloadKind, RecordType};

/// Why a payload or the Msg inside it is not valid, and where.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Malformed {
    /// What is wrong, for people; lower case, no full stop.
    pub reason: &'static str,
    /// Byte offset in the payload at which it was noticed.
    pub offset: usize,
}

/// Position of a session-context Record in its Msg (`PayloadSARState`).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
#[expect(missing_docs, reason = "the names are the specification's")]
pub enum SarState {
    #[default]
    None,
    Begin,
    InProcess,
    Complete,
    Unknown,
}

/// Counters and states of a session-context Record (TR-369 §"E2E Message Exchange").
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct SessionHead {
    /// Chosen by whoever started the session; more than 1 by rule.
    pub session_id: u64,
    /// This sender's counter, from 1, one more with each Record.
    pub sequence_id: u64,
    /// The `sequence_id` this sender wants next from its peer.
    pub expected_id: u64,
    /// Not 0: please send that `sequence_id` of yours again.
    pub retransmit_id: u64,
    /// Position of this Record in its Msg.
    pub sar: SarState,
    /// Position of this Record in its payload unit.
    pub record_sar: SarState,
    /// Bytes in all payload entries together.
    pub payload_len: usize,
}

/// Summary of one payload; borrows from it.
#[derive(Clone, Copy, Debug)]
pub struct Summary<'a> {
    /// What the payload is.
    pub payload: PayloadKind,
    /// The record type present (the last one, when a sender put several).
    pub record_type: Option<RecordType>,
    /// `Record.version`; empty if absent.
    pub version: &'a str,
    /// True if `payload_security` is not PLAINTEXT.
    pub secured: bool,
    /// True if `mac_signature` has bytes.
    pub signed: bool,
    /// True if `sender_cert` has bytes.
    pub certified: bool,
    /// `from_id`; empty if absent.
    pub from: &'a str,
    /// `to_id`; empty if absent.
    pub to: &'a str,
    /// Position in a segmented Msg; `None` state for all but session-context Records.
    pub sar: SarState,
    /// Counters of a session-context Record.
    pub session: Option<SessionHead>,
    /// The bytes of the plaintext Msg inside, when this Record alone holds a whole one.
    pub msg_bytes: Option<&'a [u8]>,
    /// The plaintext Msg inside, when this Record alone holds a whole one.
    pub msg: Option<MsgSummary<'a>>,
    /// What is wrong with the Record (payload kind `Suspect` or `Binary`), or with the Msg
    /// inside a good Record (payload kind `Usp`).
    pub malformed: Option<Malformed>,
}

/// Summary of the Msg inside a Record.
#[derive(Clone, Copy, Debug, Default)]
pub struct MsgSummary<'a> {
    /// `Header.msg_id`; empty if absent.
    pub msg_id: &'a str,
    /// Type by the body; `None` if the body has no known member.
    pub kind: Option<MsgKind>,
    /// `Header.msg_type` as sent; 0 if absent.
    pub header_type: i32,
    /// True if there is no header at all.
    pub header_missing: bool,
    /// For Notify: which notification.
    pub notification: Option<NotificationKind>,
    /// For Notify and Operate: `send_resp`. True for every other request, false for answers.
    pub wants_answer: bool,
    /// For Error: `err_code`; else 0.
    pub err_code: u32,
}
