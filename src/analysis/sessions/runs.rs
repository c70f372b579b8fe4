//! Segments of one sender that wait for the rest of their Msg, in runs of consecutive numbers.

use std::collections::VecDeque;

use crate::core::ids::Seq;
use crate::core::time::Timestamp;
use crate::usp::summary::SarState;

/// Fixed memory of one waiting segment besides its bytes, roughly.
pub(super) const PART_OVERHEAD: usize = 64;

/// One segment.
pub(super) struct Part {
    pub(super) seq: Seq,
    pub(super) bytes: Box<[u8]>,
}

impl Part {
    /// What it counts for in the budgets.
    pub(super) fn cost(&self) -> usize {
        self.bytes.len() + PART_OVERHEAD
    }
}

/// Segments with consecutive numbers that belong to one Msg.
pub(super) struct Run {
    pub(super) first: u64,
    pub(super) parts: VecDeque<Part>,
    pub(super) begins: bool,
    pub(super) completes: bool,
    /// What its parts count for in the budgets.
    pub(super) cost: usize,
    /// The part that arrived first.
    pub(super) first_seen: (Seq, Timestamp),
    /// The part that arrived last.
    pub(super) last_seen: (Seq, Timestamp),
    /// It was said that its beginning was not seen.
    pub(super) joined_late: bool,
}

impl Run {
    /// Its highest number.
    pub(super) fn last(&self) -> u64 {
        self.first.saturating_add(self.parts.len().saturating_sub(1) as u64)
    }

    /// True if the whole Msg is there.
    pub(super) fn is_whole(&self) -> bool {
        self.begins && self.completes
    }

    /// Takes what follows without a gap.
    fn append(&mut self, mut next: Self) {
        self.completes = next.completes;
        self.cost += next.cost;
        self.first_seen = self.first_seen.min(next.first_seen);
        self.last_seen = self.last_seen.max(next.last_seen);
        self.joined_late |= next.joined_late;
        // Moves the smaller one, so that a long run costs no more when it comes in backwards.
        if self.parts.len() >= next.parts.len() {
            self.parts.append(&mut next.parts);
        } else {
            while let Some(part) = self.parts.pop_back() {
                next.parts.push_front(part);
            }
            self.parts = next.parts;
        }
    }
}

/// The runs of one sender, lowest first.
#[derive(Default)]
pub(super) struct Runs {
    runs: Vec<Run>,
    cost: usize,
}

impl Runs {
    pub(super) fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.runs.len()
    }

    /// What all parts count for in the budgets.
    pub(super) fn cost(&self) -> usize {
        self.cost
    }

    /// Segments waiting.
    pub(super) fn segments(&self) -> usize {
        self.runs.iter().map(|run| run.parts.len()).sum()
    }

    pub(super) fn get_mut(&mut self, index: usize) -> Option<&mut Run> {
        self.runs.get_mut(index)
    }

    /// The run that was extended longest ago, and when.
    pub(super) fn oldest(&self) -> Option<(usize, Timestamp)> {
        let runs = self.runs.iter().enumerate();
        // By time, not by arrival: that is what limits are about.
        let oldest = runs.min_by_key(|(_, run)| (run.last_seen.1, run.last_seen.0))?;
        Some((oldest.0, oldest.1.last_seen.1))
    }

    /// Takes a run out.
    pub(super) fn remove(&mut self, index: usize) -> Option<Run> {
        if index >= self.runs.len() {
            return None;
        }
        let run = self.runs.remove(index);
        self.cost -= run.cost;
        Some(run)
    }

    /// Takes the last run out.
    pub(super) fn pop(&mut self) -> Option<Run> {
        self.remove(self.runs.len().checked_sub(1)?)
    }

    /// The run that ends just before `number` and waits to be continued.
    pub(super) fn open_before(&self, number: u64) -> Option<usize> {
        let index = self.runs.partition_point(|run| run.first < number).checked_sub(1)?;
        let run = self.runs.get(index)?;
        (!run.completes && run.last().checked_add(1) == Some(number)).then_some(index)
    }

    /// Adds a segment whose number was not seen before; gives its run's index.
    pub(super) fn add(&mut self, number: u64, sar: SarState, part: Part, at: Timestamp) -> usize {
        let seen = (part.seq, at);
        let cost = part.cost();
        let mut run = Run {
            first: number,
            parts: VecDeque::from([part]),
            begins: sar == SarState::Begin,
            completes: sar == SarState::Complete,
            cost,
            first_seen: seen,
            last_seen: seen,
            joined_late: false,
        };
        self.cost += cost;
        let mut index = self.runs.partition_point(|run| run.first < number);
        let follows = self.runs.get(index).is_some_and(|next| {
            number.checked_add(1) == Some(next.first) && !next.begins && !run.completes
        });
        if follows {
            run.append(self.runs.remove(index));
        }
        let before = if run.begins { None } else { self.open_before(number) };
        match before.and_then(|before| Some((before, self.runs.get_mut(before)?))) {
            Some((before, earlier)) => {
                earlier.append(run);
                index = before;
            }
            None => self.runs.insert(index, run),
        }
        index
    }
}
