//! What is plotted over time: messages per second, and response times.

use crate::core::ids::{EndpointId, Seq};
use crate::core::time::Timestamp;
use crate::usp::kind::MsgKind;

/// Messages that arrived within one second.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Second {
    /// Which second, since the Unix epoch.
    pub at_secs: i64,
    /// Messages stored.
    pub messages: u32,
    /// Their payload bytes.
    pub bytes: u64,
}

/// Seconds kept for the rate plot: one hour.
pub(super) const SECONDS_KEPT: usize = 3600;

/// One measured response time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LatencySample {
    /// When the answer arrived.
    pub at: Timestamp,
    /// The device concerned: who answered, or for a Notify who sent it.
    pub device: EndpointId,
    /// Kind of the request.
    pub request: MsgKind,
    /// Response time, nanoseconds; negative when the answer was seen first.
    pub nanos: i64,
    /// The answer.
    pub answer: Seq,
}

/// Messages that were lost before the store.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Gap {
    /// The stored message before which they are missing.
    pub before: Seq,
    /// How many.
    pub messages: u64,
}
