//! What the user has picked; it narrows every view at once.

use crate::core::ids::{EndpointId, NodeId, Seq};
use crate::core::time::Timestamp;
use crate::view::format::Clockface;

/// A stretch of time, its end not included.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TimeRange {
    /// Its start.
    pub from: Timestamp,
    /// Its end.
    pub to: Timestamp,
}

impl TimeRange {
    /// True if a moment lies in it.
    #[must_use]
    pub fn contains(&self, at: Timestamp) -> bool {
        self.from <= at && at < self.to
    }

    /// True if something that lasted from `start` to `end`, both included, was going on in it.
    #[must_use]
    pub fn meets(&self, start: Timestamp, end: Timestamp) -> bool {
        start < self.to && end >= self.from
    }

    /// Its length, nanoseconds.
    #[must_use]
    pub fn nanos(&self) -> i64 {
        self.to.nanos_since(self.from)
    }

    /// `14:03:05 – 14:03:20`.
    #[must_use]
    pub fn label(&self, clockface: &Clockface) -> String {
        format!("{} – {}", clockface.time(self.from), clockface.time(self.to))
    }
}

/// The user's picks within one life of the store.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Selection {
    /// Only messages on this level of the topic tree and below.
    pub topic: Option<NodeId>,
    /// Only messages from or to this endpoint.
    pub device: Option<EndpointId>,
    /// Only what happened in this time.
    pub range: Option<TimeRange>,
    /// The message in the inspector.
    pub message: Option<Seq>,
}

impl Selection {
    /// True if the lists are narrowed.
    #[must_use]
    pub fn narrows(&self) -> bool {
        self.topic.is_some() || self.device.is_some() || self.range.is_some()
    }
}
