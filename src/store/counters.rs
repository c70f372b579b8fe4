//! Counters that add up: received = stored + dropped, stored = kept + evicted.

use crate::usp::kind::{MsgKind, PayloadKind};

/// Counts since the store was made or cleared.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Counters {
    /// Messages that reached this app.
    pub received: u64,
    /// Messages put into the store.
    pub stored: u64,
    /// Messages lost because the queue before the store was full.
    pub dropped: u64,
    /// Stored messages given up again to stay within the budgets.
    pub evicted: u64,
    /// Stored messages that could not be summarised: `suspect` and `binary` payloads, and
    /// Records whose Msg is broken.
    pub malformed: u64,
    /// Payload bytes received and stored since the start.
    pub payload_bytes: u64,
    /// Messages by payload kind; the position is `PayloadKind as usize`.
    pub by_payload: [u64; PayloadKind::COUNT],
    /// Plaintext Msgs by kind; the position is `MsgKind as usize`.
    pub by_msg: [u64; MsgKind::COUNT],
    /// Bytes held for kept messages now.
    pub kept_bytes: usize,
    /// Messages whose topic was new when no further topic had room.
    pub topics_refused: u64,
    /// Endpoint IDs that were new when no further endpoint had room.
    pub endpoints_refused: u64,
}

impl Counters {
    /// Messages kept now.
    #[must_use]
    pub fn kept(&self) -> u64 {
        self.stored - self.evicted
    }

    /// Messages of one payload kind.
    #[must_use]
    pub fn payloads(&self, kind: PayloadKind) -> u64 {
        self.by_payload[kind as usize]
    }
}
