//! The messages that are marked together, to be copied or exported: with Shift, Ctrl, Ctrl+A.
//!
//! Kept as stretches of numbers of which only those count that the table lists, so that marking
//! a million costs no more than marking two. What the table lists is part of the meaning:
//! listing something else gives the marks up.

use std::collections::BTreeMap;
use std::ops::Range;
use std::time::Duration;

use super::message_list::{Filter, Item, MessageList, join};
use crate::analysis::Snapshot;
use crate::core::ids::{Epoch, Seq};
use crate::core::time::Stopwatch;

/// Stretches kept; in a table sorted by something else than time each message is one.
pub const MAX_STRETCHES: usize = 50_000;

/// How often they are counted while messages come and go.
const COUNT_EVERY: Duration = Duration::from_millis(250);

/// See the module text.
#[derive(Default)]
pub struct Marked {
    epoch: Epoch,
    filter: Filter,
    stretches: BTreeMap<u64, u64>,
    /// Where a stretch begins that Shift draws.
    anchor: Option<Seq>,
    revision: u64,
    counted: Option<(u64, Stopwatch, u64)>,
}

impl Marked {
    /// Gives the marks up if the table lists something else now; counts the rest.
    pub fn advance(&mut self, snapshot: &Snapshot, list: &MessageList) {
        if self.epoch != snapshot.epoch() || self.filter != *list.filter() {
            let revision = self.revision + 1;
            *self = Self {
                epoch: snapshot.epoch(),
                filter: list.filter().clone(),
                revision,
                ..Self::default()
            };
        }
        let is_due = self.counted.as_ref().is_none_or(|(revision, at, _)| {
            *revision != self.revision || at.elapsed() >= COUNT_EVERY
        });
        if is_due {
            let count = self.stretches.iter().map(|(&from, &to)| list.count_within(from..to)).sum();
            self.counted = Some((self.revision, Stopwatch::start(), count));
        }
    }

    /// How many messages are marked, as of a moment ago.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.counted.as_ref().map_or(0, |counted| counted.2)
    }

    /// True if the message is marked; ask only about messages of the table.
    #[must_use]
    pub fn contains(&self, seq: Seq) -> bool {
        self.stretches.range(..=seq.0).next_back().is_some_and(|(_, &end)| seq.0 < end)
    }

    /// True if more than one message may be marked.
    #[must_use]
    pub fn is_many(&self) -> bool {
        self.stretches.len() > 1
            || self.stretches.iter().next().is_some_and(|(from, to)| to - from > 1)
    }

    /// The stretches of numbers; of them those count that the table lists.
    #[must_use]
    pub fn stretches(&self) -> Vec<Range<u64>> {
        self.stretches.iter().map(|(&from, &to)| from..to).collect()
    }

    /// Marks nothing.
    pub fn clear(&mut self) {
        self.stretches.clear();
        self.revision += 1;
    }

    /// Marks this one only.
    pub fn only(&mut self, seq: Seq) {
        self.clear();
        self.stretches.insert(seq.0, seq.0 + 1);
        self.anchor = Some(seq);
    }

    /// Marks one more, or one less.
    pub fn toggle(&mut self, seq: Seq) {
        self.revision += 1;
        self.anchor = Some(seq);
        if !self.contains(seq) {
            join(&mut self.stretches, seq.0..seq.0 + 1);
            return;
        }
        let around = self.stretches.range(..=seq.0).next_back().map(|(&from, &to)| (from, to));
        if let Some((from, to)) = around {
            self.stretches.remove(&from);
            join(&mut self.stretches, from..seq.0);
            join(&mut self.stretches, seq.0 + 1..to);
        }
    }

    /// Marks all rows between the one marked last and this one. False if that are too many in
    /// a table that is not in the order of time.
    #[must_use]
    pub fn up_to(&mut self, list: &MessageList, seq: Seq) -> bool {
        let from = self.anchor.filter(|anchor| list.contains(*anchor)).unwrap_or(seq);
        self.revision += 1;
        self.anchor = Some(from);
        if list.is_by_time() {
            self.stretches.clear();
            self.stretches.insert(from.0.min(seq.0), from.0.max(seq.0) + 1);
            return true;
        }
        let (one, two) = (list.row_of(from), list.row_of(seq));
        let rows = one.min(two)..one.max(two) + 1;
        if rows.len() > MAX_STRETCHES {
            return false;
        }
        self.stretches.clear();
        for row in rows {
            if let Some(Item::Message(seq)) = list.item(row) {
                join(&mut self.stretches, seq.0..seq.0 + 1);
            }
        }
        true
    }

    /// Marks all that is listed by now.
    pub fn all(&mut self, snapshot: &Snapshot) {
        self.clear();
        self.stretches.insert(snapshot.first_seq().0, snapshot.end_seq().0);
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::analysis::Pipeline;
    use crate::analysis::filter;
    use crate::core::time::Timestamp;
    use crate::core::wire::{Delivery, WireBatch};
    use crate::store::Budgets;
    use crate::view::columns::Column;
    use crate::view::message_sort::Sorting;

    const LONG: Duration = Duration::from_secs(60);

    fn snapshot() -> Snapshot {
        let mut batch = WireBatch::new();
        for n in 0..100usize {
            let payload = vec![b'a' + (n % 10) as u8; 1 + (n * 37) % 100];
            batch.push(Timestamp(n as i64), b"t", &payload, Delivery::default(), |_| {});
        }
        let mut pipeline = Pipeline::new(Budgets::default(), Epoch(1));
        pipeline.apply(&batch);
        pipeline.snapshot()
    }

    #[test]
    fn stretches_single_ones_and_all_of_what_is_listed() {
        let snapshot = snapshot();
        let mut list = MessageList::default();
        let search = filter::Filter::parse("aa", &jiff::tz::TimeZone::UTC).unwrap();
        list.set_filter(Filter { search, ..Filter::default() });
        while list.advance(&snapshot, LONG) {}
        let listed = list.len() as u64;
        assert!((5..=10).contains(&listed));
        let mut marked = Marked::default();
        marked.advance(&snapshot, &list);
        assert_eq!(marked.count(), 0);
        marked.all(&snapshot);
        marked.advance(&snapshot, &list);
        assert_eq!(marked.count(), listed);
        assert_eq!(marked.stretches().len(), 1);
        marked.toggle(Seq(11));
        marked.advance(&snapshot, &list);
        assert_eq!(marked.count(), listed - 1);
        assert!(!marked.contains(Seq(11)) && marked.contains(Seq(21)));
        marked.only(Seq(21));
        assert!(!marked.is_many());
        assert!(marked.up_to(&list, Seq(41)));
        assert!(marked.is_many() && !marked.contains(Seq(51)));
        marked.toggle(Seq(51));
        marked.advance(&snapshot, &list);
        assert_eq!(marked.count(), 4);
        list.set_filter(Filter::default());
        list.advance(&snapshot, LONG);
        marked.advance(&snapshot, &list);
        assert_eq!(marked.count(), 0, "the table lists something else");
    }

    #[test]
    fn rows_of_a_sorted_table_are_marked_one_by_one() {
        let snapshot = snapshot();
        let mut list = MessageList::default();
        list.set_sorting(Sorting { column: Column::Size, falling: true });
        while list.advance(&snapshot, LONG) {}
        let mut marked = Marked::default();
        marked.advance(&snapshot, &list);
        let at = |row| match list.item(row) {
            Some(Item::Message(seq)) => seq,
            other => unreachable!("{other:?}"),
        };
        marked.only(at(3));
        assert!(marked.up_to(&list, at(6)));
        marked.advance(&snapshot, &list);
        assert_eq!(marked.count(), 4);
        for row in 0..10 {
            assert_eq!(marked.contains(at(row)), (3..7).contains(&row), "row {row}");
        }
    }
}
