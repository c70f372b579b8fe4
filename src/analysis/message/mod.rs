//! One stored message with all that is known about it, as the commands print it and the window
//! copies and exports it.

mod json;
pub mod related;

use super::Snapshot;
use super::sessions::Whole;
use crate::core::ids::EndpointId;
use crate::store::RowRef;
use crate::store::row::Direction;

pub use json::{message as json, props as props_json};

/// A message and where it comes from.
#[derive(Clone, Copy)]
pub struct Message<'a> {
    /// What is known about it.
    pub snapshot: &'a Snapshot,
    /// The message.
    pub row: RowRef<'a>,
}

impl<'a> Message<'a> {
    /// Its topic.
    #[must_use]
    pub fn topic(&self) -> &'a str {
        self.snapshot.topic_name(self.row.topic)
    }

    /// The Msg it completed, if that came in several Records.
    #[must_use]
    pub fn segmented(&self) -> Option<&'a Whole> {
        let whole = self.row.whole.then(|| self.snapshot.whole(self.row.seq)).flatten()?;
        whole.is_segmented().then_some(whole)
    }

    /// The sender's Endpoint ID; empty if there is none.
    #[must_use]
    pub fn from(&self) -> &'a str {
        self.row.from.map_or("", |id| self.snapshot.endpoint_name(id))
    }

    /// The receiver's Endpoint ID; empty if there is none.
    #[must_use]
    pub fn to(&self) -> &'a str {
        self.row.to.map_or("", |id| self.snapshot.endpoint_name(id))
    }

    /// The device it is from or to; the sender if nothing is known of the roles.
    #[must_use]
    pub fn device(&self) -> Option<EndpointId> {
        match self.row.direction {
            Some(Direction::ToAgent) => self.row.to.or(self.row.from),
            _ => self.row.from.or(self.row.to),
        }
    }
}
