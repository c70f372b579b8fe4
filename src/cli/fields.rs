//! One stored message as the printing commands see it: the row, its names, its bytes.

use crate::analysis::Snapshot;
use crate::analysis::sessions::Whole;
use crate::store::RowRef;

/// A message to print.
#[derive(Clone, Copy)]
pub(super) struct Message<'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) row: RowRef<'a>,
}

impl<'a> Message<'a> {
    pub(super) fn topic(&self) -> &'a str {
        self.snapshot.topic_name(self.row.topic)
    }

    /// The Msg it completed, if that came in several Records.
    pub(super) fn segmented(&self) -> Option<&'a Whole> {
        let whole = self.row.whole.then(|| self.snapshot.whole(self.row.seq)).flatten()?;
        whole.is_segmented().then_some(whole)
    }

    pub(super) fn from(&self) -> &'a str {
        self.row.from.map_or("", |id| self.snapshot.endpoint_name(id))
    }

    pub(super) fn to(&self) -> &'a str {
        self.row.to.map_or("", |id| self.snapshot.endpoint_name(id))
    }
}
