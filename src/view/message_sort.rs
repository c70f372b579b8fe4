//! The message table in the order of something other than time.
//!
//! A message stands there as a key and its number, 16 bytes. A million of them are sorted in
//! slices, as runs that are merged, so that no frame pays for more than its share; the table
//! keeps its order of time until the first sorting is done. After that new messages, and those
//! about which something was found out since, join every second in one merge.

use std::collections::{HashSet, VecDeque};
use std::time::Duration;

use super::columns::Column;
use super::order::{Ordered, natural};
use crate::analysis::Snapshot;
use crate::analysis::message::Message;
use crate::analysis::problems::code::CodeSet;
use crate::core::ids::{EndpointId, Seq, TopicId};
use crate::core::time::Stopwatch;
use crate::store::RowRef;
use crate::store::row::Direction;
use crate::usp::outcome::Grade;
use crate::usp::summary::SarState;

/// How often new messages join.
const JOIN_EVERY: Duration = Duration::from_secs(1);

/// How often all of it is sorted again where joining is not enough.
const REDO_EVERY: Duration = Duration::from_secs(3);

/// Entries sorted at once: some 150 µs.
const RUN: usize = 4096;

/// Messages whose keys are made, and entries that are merged, between two looks at the stopwatch.
const SLICE: usize = 2048;
const MERGE_SLICE: usize = 16_384;

/// Names sorted in at once.
const NAMES: usize = 1024;

/// By what the table is sorted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sorting {
    /// The column.
    pub column: Column,
    /// True if the largest, the last or the newest stands first.
    pub falling: bool,
}

impl Sorting {
    /// As messages arrive.
    pub const BY_TIME: Self = Self { column: Column::Time, falling: false };
}

/// A message and its place in the order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Entry {
    key: u64,
    seq: u64,
}

/// The messages that are to be sorted.
#[derive(Clone, Copy)]
pub enum Source<'a> {
    /// All that are kept.
    All,
    /// These numbers, rising; the second number changes when one is taken out or put in between.
    Some(&'a VecDeque<u64>, u64),
}

impl Source<'_> {
    fn revision(&self) -> u64 {
        match self {
            Self::All => 0,
            Self::Some(_, revision) => *revision,
        }
    }

    fn has(&self, seq: u64) -> bool {
        match self {
            Self::All => true,
            Self::Some(seqs, _) => seqs.binary_search(&seq).is_ok(),
        }
    }

    /// Up to `limit` numbers from `from` on, below `end`.
    fn take(&self, from: u64, end: u64, limit: usize, out: &mut Vec<u64>) {
        out.clear();
        match self {
            Self::All => out.extend((from..end).take(limit)),
            Self::Some(seqs, _) => {
                let start = seqs.partition_point(|&seq| seq < from);
                out.extend(seqs.range(start..).copied().take_while(|&seq| seq < end).take(limit));
            }
        }
    }
}

/// Names of topics or endpoints by the order of their letters.
#[derive(Default)]
struct Ranks {
    order: Ordered,
    added: u32,
    ranks: Vec<u32>,
}

impl Ranks {
    /// True once the first `len` names have ranks.
    fn advance<'s>(
        &mut self,
        len: usize,
        name: impl Fn(u32) -> &'s str,
        started: &Stopwatch,
        budget: Duration,
    ) -> bool {
        while (self.added as usize) < len {
            self.order.push(self.added);
            self.added += 1;
        }
        if self.ranks.len() == len {
            return true;
        }
        while !self.order.is_sorted() {
            self.order.sort_some(NAMES, |a, b| natural(name(a), name(b)).then(a.cmp(&b)));
            if started.elapsed() >= budget {
                return false;
            }
        }
        self.ranks = vec![0; self.order.ids().len()];
        for (rank, &id) in (0u32..).zip(self.order.ids()) {
            if let Some(slot) = self.ranks.get_mut(id as usize) {
                *slot = rank;
            }
        }
        true
    }

    fn of(&self, id: u32) -> Option<u64> {
        self.ranks.get(id as usize).map(|&rank| u64::from(rank))
    }
}

/// Two sorted lists on their way to be one.
struct Merge {
    left: Vec<Entry>,
    right: Vec<Entry>,
    at: (usize, usize),
    out: Vec<Entry>,
}

enum Stage {
    Collecting,
    /// Runs are merged with each other.
    Merging(Option<Merge>),
    /// What is new is merged into what is shown: where in either, and what came out.
    Joining(Vec<Entry>, (usize, usize), Vec<Entry>),
}

struct Job {
    /// All of it, or only what is new.
    full: bool,
    /// The next message to take, and one past the last.
    next: u64,
    end: u64,
    revision: u64,
    /// Messages about which something was found out, and those of them still to be taken.
    changed: HashSet<u64>,
    again: Vec<u64>,
    pending: Vec<Entry>,
    runs: VecDeque<Vec<Entry>>,
    stage: Stage,
    steps: (u64, u64),
}

/// See the module text.
pub struct SortedRows {
    sorting: Sorting,
    shown: Vec<Entry>,
    ready: bool,
    /// Messages below this are in it.
    high: u64,
    revision: u64,
    /// What was known when the keys were made.
    seen: Option<Snapshot>,
    ranks: Ranks,
    job: Option<Job>,
    joined: Option<Stopwatch>,
    redone: Option<Stopwatch>,
}

impl SortedRows {
    /// Begins.
    #[must_use]
    pub fn new(sorting: Sorting) -> Self {
        Self {
            sorting,
            shown: Vec::new(),
            ready: false,
            high: 0,
            revision: 0,
            seen: None,
            ranks: Ranks::default(),
            job: None,
            joined: None,
            redone: None,
        }
    }

    /// By what.
    #[must_use]
    pub fn sorting(&self) -> Sorting {
        self.sorting
    }

    /// True once the messages have been sorted for the first time.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.ready
    }

    /// Number of messages in order.
    #[must_use]
    pub fn len(&self) -> usize {
        self.shown.len()
    }

    /// True if there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.shown.is_empty()
    }

    /// The message in row `index`.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<Seq> {
        self.shown.get(index).map(|entry| Seq(entry.seq))
    }

    /// The row of a message; looks near `near` first.
    #[must_use]
    pub fn row_of(&self, seq: Seq, near: usize) -> Option<usize> {
        let from = near.saturating_sub(64).min(self.shown.len());
        let to = (near + 64).min(self.shown.len());
        let is_it = |entry: &Entry| entry.seq == seq.0;
        let close = self.shown.get(from..to).unwrap_or_default().iter().position(is_it);
        close.map(|at| from + at).or_else(|| self.shown.iter().position(is_it))
    }

    /// How far the first sorting is, 0 to 1; `None` once it is done.
    #[must_use]
    pub fn progress(&self) -> Option<f32> {
        if self.ready {
            return None;
        }
        let (done, all) = self.job.as_ref().map_or((0, 1), |job| job.steps);
        Some((done as f32 / all.max(1) as f32).min(0.99))
    }

    /// Catches up for at most about `budget`. True if there is more to do now.
    pub fn advance(&mut self, snapshot: &Snapshot, source: Source<'_>, budget: Duration) -> bool {
        let started = Stopwatch::start();
        let (first, end) = (snapshot.first_seq().0, snapshot.end_seq().0);
        if self.job.is_none() && !self.begin(snapshot, source, first, end) {
            return false;
        }
        if self.needs_names() && self.job.as_ref().is_some_and(|job| job.full) {
            let is_ready = match self.sorting.column {
                Column::Topic => {
                    let name = |id| snapshot.topic_name(TopicId(id));
                    self.ranks.advance(snapshot.topics_len(), name, &started, budget)
                }
                _ => {
                    let name = |id| snapshot.endpoint_name(EndpointId(id));
                    self.ranks.advance(snapshot.endpoints_len(), name, &started, budget)
                }
            };
            if !is_ready {
                return true;
            }
        }
        let Some(mut job) = self.job.take() else { return false };
        loop {
            let done = match std::mem::replace(&mut job.stage, Stage::Collecting) {
                Stage::Collecting => {
                    self.collect(snapshot, source, first, &mut job);
                    false
                }
                Stage::Merging(merge) => {
                    merge_some(&mut job, merge);
                    false
                }
                Stage::Joining(new, at, out) => self.join(&mut job, first, new, at, out),
            };
            if done {
                self.high = job.end;
                self.revision = job.revision;
                self.ready = true;
                self.joined = Some(Stopwatch::start());
                if job.full {
                    self.redone = Some(Stopwatch::start());
                }
                return false;
            }
            if started.elapsed() >= budget {
                self.job = Some(job);
                return true;
            }
        }
    }

    fn needs_names(&self) -> bool {
        matches!(self.sorting.column, Column::Topic | Column::Device | Column::From | Column::To)
    }

    /// True if what is found out later moves messages.
    fn needs_marks(&self) -> bool {
        matches!(self.sorting.column, Column::Latency | Column::Grade | Column::Problems)
    }

    /// Begins to sort, if it is time; true if so.
    fn begin(&mut self, snapshot: &Snapshot, source: Source<'_>, first: u64, end: u64) -> bool {
        let is_due = |at: &Option<Stopwatch>, every| {
            at.as_ref().is_none_or(|at: &Stopwatch| at.elapsed() >= every)
        };
        let news = self.seen.as_ref().is_none_or(|seen| seen.generation() != snapshot.generation());
        if self.ready && (!news || !is_due(&self.joined, JOIN_EVERY)) {
            return false;
        }
        let names = match self.sorting.column {
            Column::Topic => snapshot.topics_len(),
            _ => snapshot.endpoints_len(),
        };
        let stale = source.revision() != self.revision
            || self.needs_names() && self.ranks.ranks.len() != names;
        let full = !self.ready || stale && is_due(&self.redone, REDO_EVERY);
        let mut changed = HashSet::new();
        if !full
            && self.needs_marks()
            && let Some(seen) = &self.seen
        {
            snapshot.marks_changed_since(seen, |stretch| {
                changed.extend(stretch.filter(|&seq| seq < self.high));
            });
        }
        let next = if full { first } else { self.high.max(first) };
        let again = changed.iter().copied().filter(|&seq| source.has(seq)).collect();
        let levels = u64::from((end - next).max(1).div_ceil(RUN as u64).ilog2()) + 2;
        self.seen = Some(snapshot.clone());
        self.job = Some(Job {
            full,
            next,
            end,
            revision: if full { source.revision() } else { self.revision },
            changed,
            again,
            pending: Vec::with_capacity(RUN),
            runs: VecDeque::new(),
            stage: Stage::Collecting,
            steps: (0, (end - next) * levels),
        });
        true
    }

    fn collect(&self, snapshot: &Snapshot, source: Source<'_>, first: u64, job: &mut Job) {
        let mut seqs = Vec::with_capacity(SLICE);
        source.take(job.next.max(first), job.end, SLICE, &mut seqs);
        let more = seqs.len() == SLICE;
        let stop = if more { seqs.last().map_or(job.end, |last| last + 1) } else { job.end };
        job.steps.0 += stop - job.next;
        job.next = stop;
        let rest = job.again.len().saturating_sub(SLICE);
        seqs.extend(job.again.drain(rest..));
        for seq in seqs {
            let key = snapshot.row(Seq(seq)).and_then(|row| self.key(snapshot, row));
            let Some(key) = key else { continue };
            job.pending.push(Entry { key, seq });
            if job.pending.len() >= RUN {
                seal(job);
            }
        }
        if more || !job.again.is_empty() {
            return;
        }
        seal(job);
        job.stage = Stage::Merging(None);
    }

    /// Merges what is new into what is shown; true once that is done.
    fn join(
        &mut self,
        job: &mut Job,
        first: u64,
        new: Vec<Entry>,
        (mut old_at, mut new_at): (usize, usize),
        mut out: Vec<Entry>,
    ) -> bool {
        if job.full {
            self.shown = new;
            return true;
        }
        for _ in 0..MERGE_SLICE {
            let old = self.shown.get(old_at);
            if let Some(old) = old
                && (old.seq < first || job.changed.contains(&old.seq))
            {
                old_at += 1;
                continue;
            }
            match (old, new.get(new_at)) {
                (Some(old), Some(fresh)) if old <= fresh => {
                    out.push(*old);
                    old_at += 1;
                }
                (Some(old), None) => {
                    out.push(*old);
                    old_at += 1;
                }
                (_, Some(fresh)) => {
                    out.push(*fresh);
                    new_at += 1;
                }
                (None, None) => {
                    self.shown = out;
                    return true;
                }
            }
        }
        job.stage = Stage::Joining(new, (old_at, new_at), out);
        false
    }

    /// What the message is sorted by, as a number; those that have no such thing come last. `None`
    /// if that is not known yet.
    fn key(&self, snapshot: &Snapshot, row: RowRef<'_>) -> Option<u64> {
        let name = |id: Option<EndpointId>| match id {
            Some(id) => self.ranks.of(id.0).map(Some),
            None => Some(None),
        };
        let key = match self.sorting.column {
            Column::Direction => row.direction.map(|way| match way {
                Direction::ToAgent => 0,
                Direction::ToController => 1,
            }),
            Column::Kind => Some(label_key(&row)),
            Column::Device => name(Message { snapshot, row }.device())?,
            Column::From => name(row.from)?,
            Column::To => name(row.to)?,
            Column::Topic => Some(self.ranks.of(row.topic.0)?),
            Column::Grade => row.mark().grade.map(|grade| match grade {
                Grade::Ok => 0,
                Grade::Partial => 1,
                Grade::Failed => 2,
            }),
            Column::Size => Some(u64::from(row.size())),
            Column::Latency => row.latency_nanos().map(|nanos| (nanos ^ i64::MIN) as u64 >> 1),
            Column::Qos => Some(u64::from(row.delivery().qos)),
            Column::Retain => Some(u64::from(row.delivery().retain)),
            Column::Segments => (row.sar != SarState::None || row.whole).then_some(row.sar as u64),
            Column::Problems => {
                let codes = CodeSet(row.mark().problems);
                codes.level().map(|level| (level as u64) << 8 | codes.iter().count() as u64)
            }
            Column::Time
            | Column::Delta
            | Column::Summary
            | Column::MsgId
            | Column::ContentType
            | Column::ResponseTopic => Some(row.seq.0),
        };
        Some(match key {
            None => u64::MAX,
            Some(key) if self.sorting.falling => u64::MAX - 1 - key.min(u64::MAX - 1),
            Some(key) => key.min(u64::MAX - 1),
        })
    }
}

/// The start of the label, and what tells the labels apart that begin alike.
fn label_key(row: &RowRef<'_>) -> u64 {
    let label = row.notification.map_or(row.type_label(), |notification| notification.label());
    let mut bytes = [0u8; 8];
    for (slot, byte) in bytes.iter_mut().zip(label.bytes().take(7)) {
        *slot = byte.to_ascii_lowercase();
    }
    let number = row.msg_kind.map_or(0, |kind| kind as u8);
    u64::from_be_bytes(bytes) | u64::from(number)
}

/// Sorts what was collected and puts it to the runs.
fn seal(job: &mut Job) {
    if !job.pending.is_empty() {
        let mut run = std::mem::replace(&mut job.pending, Vec::with_capacity(RUN));
        run.sort_unstable();
        job.runs.push_back(run);
    }
}

/// Merges a slice of two runs.
fn merge_some(job: &mut Job, merge: Option<Merge>) {
    let Some(mut merge) = merge else {
        let Some(left) = job.runs.pop_front() else {
            job.stage = Stage::Joining(Vec::new(), (0, 0), Vec::new());
            return;
        };
        job.stage = match job.runs.pop_front() {
            None => Stage::Joining(left, (0, 0), Vec::new()),
            Some(right) => {
                let out = Vec::with_capacity(left.len() + right.len());
                Stage::Merging(Some(Merge { left, right, at: (0, 0), out }))
            }
        };
        return;
    };
    let (mut i, mut j) = merge.at;
    for _ in 0..MERGE_SLICE {
        match (merge.left.get(i), merge.right.get(j)) {
            (Some(left), Some(right)) if left <= right => {
                merge.out.push(*left);
                i += 1;
            }
            (_, Some(right)) => {
                merge.out.push(*right);
                j += 1;
            }
            (Some(left), None) => {
                merge.out.push(*left);
                i += 1;
            }
            (None, None) => break,
        }
    }
    job.steps.0 += (i + j - merge.at.0 - merge.at.1) as u64;
    merge.at = (i, j);
    if merge.out.len() == merge.left.len() + merge.right.len() {
        job.runs.push_back(merge.out);
        job.stage = Stage::Merging(None);
    } else {
        job.stage = Stage::Merging(Some(merge));
    }
}
