//! Messages the user wants to come back to, each with a note. Kept for one life of the store; of
//! a message that the store gave up the bookmark still tells time, type and note.

use std::collections::BTreeMap;

use super::message_list;
use crate::analysis::Snapshot;
use crate::analysis::message::Message;
use crate::core::ids::{Epoch, Seq};
use crate::core::time::Timestamp;

/// Bookmarks kept.
pub const MAX_BOOKMARKS: usize = 10_000;

/// Longest note, characters.
pub const MAX_NOTE: usize = 2000;

/// What is kept of a message.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Bookmark {
    /// When it arrived.
    pub at: Timestamp,
    /// Its type.
    pub kind: String,
    /// Its device's Endpoint ID; may be empty.
    pub device: String,
    /// What it is about.
    pub summary: String,
    /// The user's words.
    pub note: String,
}

/// See the module text.
#[derive(Default, Clone)]
pub struct Bookmarks {
    epoch: Epoch,
    marks: BTreeMap<u64, Bookmark>,
    /// Those of the life that is shown veiled just now; their notes may name people.
    aside: BTreeMap<u64, Bookmark>,
    /// Grows with every change.
    revision: u64,
}

impl Bookmarks {
    /// Forgets all of them if the store's life is another one; while it is only shown veiled, they
    /// are put aside.
    pub fn advance(&mut self, epoch: Epoch) {
        if self.epoch == epoch {
            return;
        }
        let (marks, aside) = (std::mem::take(&mut self.marks), std::mem::take(&mut self.aside));
        if epoch == self.epoch.veiled() {
            self.aside = marks;
        } else if self.epoch == epoch.veiled() {
            self.marks = aside;
        }
        self.epoch = epoch;
        self.revision += 1;
    }

    /// How many.
    #[must_use]
    pub fn len(&self) -> usize {
        self.marks.len()
    }

    /// True if there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.marks.is_empty()
    }

    /// That of a message.
    #[must_use]
    pub fn get(&self, seq: Seq) -> Option<&Bookmark> {
        self.marks.get(&seq.0)
    }

    /// All, oldest message first.
    pub fn iter(&self) -> impl Iterator<Item = (Seq, &Bookmark)> {
        self.marks.iter().map(|(&seq, mark)| (Seq(seq), mark))
    }

    /// Sets a bookmark or takes it away: true if there is one now. False, too, if there are too
    /// many or the message is no longer kept.
    pub fn toggle(&mut self, snapshot: &Snapshot, seq: Seq) -> bool {
        self.revision += 1;
        self.marks.remove(&seq.0).is_none() && self.set(snapshot, seq)
    }

    /// Sets a bookmark, if there is none. False if there are too many or the message is no longer
    /// kept.
    pub fn set(&mut self, snapshot: &Snapshot, seq: Seq) -> bool {
        self.advance(snapshot.epoch());
        if self.marks.contains_key(&seq.0) {
            return true;
        }
        let Some(row) = snapshot.row(seq).filter(|_| self.marks.len() < MAX_BOOKMARKS) else {
            return false;
        };
        self.revision += 1;
        let device = Message { snapshot, row }.device();
        let kind = row.notification.map_or(row.type_label(), |notification| notification.label());
        let mark = Bookmark {
            at: row.at,
            kind: kind.to_owned(),
            device: device.map_or("", |id| snapshot.endpoint_name(id)).to_owned(),
            summary: message_list::summary(snapshot, row).chars().take(200).collect(),
            note: String::new(),
        };
        self.marks.insert(seq.0, mark);
        true
    }

    /// Writes the note of a bookmark.
    pub fn set_note(&mut self, seq: Seq, note: &str) {
        if let Some(mark) = self.marks.get_mut(&seq.0) {
            mark.note = note.trim().chars().take(MAX_NOTE).collect();
            self.revision += 1;
        }
    }

    /// Takes a bookmark away.
    pub fn remove(&mut self, seq: Seq) {
        self.revision += u64::from(self.marks.remove(&seq.0).is_some());
    }

    /// The next one behind a message, or the one before it, of those whose messages are kept;
    /// goes on at the other end.
    #[must_use]
    pub fn next(&self, snapshot: &Snapshot, from: Option<Seq>, forward: bool) -> Option<Seq> {
        let first = snapshot.first_seq().0;
        let from = from.map(|seq| seq.0);
        let mut kept = self.marks.range(first..).map(|(&seq, _)| seq);
        let found = match (forward, from) {
            (true, Some(from)) => self.marks.range((from + 1).max(first)..).map(|m| *m.0).next(),
            (false, Some(from)) if from > first => {
                self.marks.range(first..from).map(|m| *m.0).next_back()
            }
            _ => None,
        };
        let end = if forward { kept.next() } else { kept.next_back() };
        found.or(end).map(Seq)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::Pipeline;
    use crate::core::wire::{Delivery, WireBatch};
    use crate::store::Budgets;

    fn feed(pipeline: &mut Pipeline, count: usize) {
        let mut batch = WireBatch::new();
        for n in 0..count {
            batch.push(Timestamp(n as i64), b"t", b"words", Delivery::default(), |_| {});
        }
        pipeline.apply(&batch);
    }

    #[test]
    fn bookmarks_outlive_their_messages_and_are_gone_through_in_a_ring() {
        let budgets = Budgets { rows: 2000, ..Budgets::default() };
        let mut pipeline = Pipeline::new(budgets, Epoch(1));
        feed(&mut pipeline, 1000);
        let snapshot = pipeline.snapshot();
        let mut marks = Bookmarks::default();
        for seq in [10, 500, 900] {
            assert!(marks.toggle(&snapshot, Seq(seq)));
        }
        assert!(!marks.toggle(&snapshot, Seq(9999)), "there is no such message");
        marks.set_note(Seq(10), "  look here ");
        let next = |marks: &Bookmarks, snapshot: &Snapshot, from: Option<u64>, forward| {
            marks.next(snapshot, from.map(Seq), forward).map(|seq| seq.0)
        };
        assert_eq!(next(&marks, &snapshot, None, true), Some(10));
        assert_eq!(next(&marks, &snapshot, Some(10), true), Some(500));
        assert_eq!(next(&marks, &snapshot, Some(900), true), Some(10));
        assert_eq!(next(&marks, &snapshot, Some(10), false), Some(900));
        assert_eq!(next(&marks, &snapshot, Some(700), false), Some(500));
        assert!(!marks.toggle(&snapshot, Seq(500)));
        assert_eq!(marks.len(), 2);

        feed(&mut pipeline, 5000);
        let snapshot = pipeline.snapshot();
        assert!(snapshot.row(Seq(10)).is_none());
        let mark = marks.get(Seq(10)).map(|mark| (mark.kind.as_str(), mark.note.as_str()));
        assert_eq!(mark, Some(("Text", "look here")));
        assert_eq!(next(&marks, &snapshot, None, true), None, "nothing to go to");
        marks.advance(Epoch(2));
        assert!(marks.is_empty());
    }

    #[test]
    fn they_are_put_aside_while_their_messages_are_shown_veiled() {
        let mut pipeline = Pipeline::new(Budgets::default(), Epoch(3));
        feed(&mut pipeline, 10);
        let mut marks = Bookmarks::default();
        marks.advance(Epoch(3));
        assert!(marks.toggle(&pipeline.snapshot(), Seq(4)));
        marks.advance(Epoch(3).veiled());
        assert!(marks.get(Seq(4)).is_none());
        marks.advance(Epoch(3));
        assert!(marks.get(Seq(4)).is_some());
        marks.advance(Epoch(3).veiled());
        marks.advance(Epoch(4));
        assert!(marks.get(Seq(4)).is_none());
        marks.advance(Epoch(3));
        assert!(marks.get(Seq(4)).is_none());
    }
}
