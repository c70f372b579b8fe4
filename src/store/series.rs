//! What is plotted over time: messages per second, and where some were lost.

use crate::core::ids::Seq;

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

/// Messages that were lost before the store.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Gap {
    /// The stored message before which they are missing.
    pub before: Seq,
    /// How many.
    pub messages: u64,
}
