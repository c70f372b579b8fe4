//! What stands around the message table: marks, bookmarks, comparisons, searches for a neighbour,
//! and by what the rows are coloured.

use super::bookmarks::Bookmarks;
use super::changes::Changes;
use super::compare::Comparison;
use super::inspector::Inspected;
use super::marked::Marked;
use super::seek::Seek;
use crate::core::ids::{Epoch, Seq};

/// By what a row has its colour.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum ColourBy {
    /// Type of the message.
    #[default]
    Kind,
    /// How the request went.
    Grade,
    /// The device.
    Device,
}

impl ColourBy {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Kind, Self::Grade, Self::Device];

    /// The word for it.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Kind => "Type",
            Self::Grade => "Result",
            Self::Device => "Device",
        }
    }

    /// The name in the preferences file.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Kind => "type",
            Self::Grade => "grade",
            Self::Device => "device",
        }
    }

    /// That with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|by| by.name() == name)
    }
}

/// See the module text.
#[derive(Default)]
pub struct Traffic {
    /// By what rows are coloured.
    pub colour_by: ColourBy,
    /// Messages marked together.
    pub marked: Marked,
    /// Messages to come back to.
    pub bookmarks: Bookmarks,
    /// What changed since the message before; of the picked one, once asked for.
    pub changes: Option<Changes>,
    /// The first of two messages to compare.
    pub first: Option<Inspected>,
    /// Compare the picked message with the one before it, once that is known.
    pub compare_with_before: bool,
    /// Two messages side by side.
    pub comparison: Option<Comparison>,
    /// The neighbour that is being looked for.
    pub seek: Option<Seek>,
}

impl Traffic {
    /// Forgets what belongs to another life of the store.
    pub fn start_over(&mut self, epoch: Epoch) {
        self.bookmarks.advance(epoch);
        self.changes = None;
        self.first = None;
        self.comparison = None;
        self.seek = None;
        self.compare_with_before = false;
    }

    /// The first of two messages to compare.
    #[must_use]
    pub fn first_seq(&self) -> Option<Seq> {
        self.first.as_ref().map(Inspected::seq)
    }
}
