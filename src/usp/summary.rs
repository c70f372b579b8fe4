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

/// Summary of one payload; borrows from it.
#[derive(Clone, Copy, Debug)]
pub struct Summary<'a> {
    /// What the payload is.
    pub payload: PayloadKind,
    /// The record type present (the last one, when a sender put several).
    pub record_type: Option<RecordType>,
    /// True if `payload_security` is not PLAINTEXT.
    pub secured: bool,
    /// `from_id`; empty if absent.
    pub from: &'a str,
    /// `to_id`; empty if absent.
    pub to: &'a str,
    /// Position in a segmented Msg; `None` state for all but session-context Records.
    pub sar: SarState,
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
