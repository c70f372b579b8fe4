//! Response times by device and type of a stretch of time or of a part of the topic tree, counted
//! from the exchanges kept. Made anew now and then, a slice a frame; the former rows stay until
//! the next are complete.

use std::collections::HashMap;
use std::time::Duration;

use super::bins::Histogram;
use super::scope::Scope;
use crate::analysis::Snapshot;
use crate::analysis::latency::LatencyRow;
use crate::core::ids::{EndpointId, Epoch, NodeId};
use crate::core::time::{Stopwatch, Timestamp};
use crate::usp::kind::MsgKind;
use crate::view::pace::Pace;
use crate::view::state::TimeRange;

/// Exchanges looked at between two looks at the stopwatch.
const SLICE: u64 = 2048;

/// How often the rows are made anew while there is news.
const REMAKE_EVERY: Duration = Duration::from_millis(500);

/// Rows at most.
const ROWS: usize = 200_000;

/// An answer is not taken for its request after ten minutes; then nothing changes any more.
const SETTLED_NANOS: i64 = 660 * 1_000_000_000;

/// An answer can be seen before its request, by no more than this.
const REORDERED_NANOS: i64 = 60 * 1_000_000_000;

/// What is counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Wanted {
    /// Answers that came, and timeouts of requests sent, in this time.
    pub range: Option<TimeRange>,
    /// Of devices on this level of the topic tree or below.
    pub topic: Option<NodeId>,
}

/// See the module text.
#[derive(Default)]
pub struct Times {
    epoch: Option<Epoch>,
    wanted: Wanted,
    rows: Vec<LatencyRow>,
    version: u64,
    making: Option<Making>,
    pace: Pace,
    is_settled: bool,
}

struct Making {
    generation: u64,
    at: u64,
    end: u64,
    cells: HashMap<(EndpointId, MsgKind), (Histogram, u32)>,
    settled: bool,
}

impl Times {
    /// The rows, in no particular order.
    #[must_use]
    pub fn rows_unsorted(&self) -> &[LatencyRow] {
        &self.rows
    }

    /// Grows each time the rows are others.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// Catches up with the snapshot for at most about `budget`. True if there is more to do.
    pub fn advance(&mut self, snapshot: &Snapshot, wanted: Wanted, budget: Duration) -> bool {
        let started = Stopwatch::start();
        if self.epoch != Some(snapshot.epoch()) || self.wanted != wanted {
            let version = self.version + 1;
            *self = Self { epoch: Some(snapshot.epoch()), wanted, version, ..Self::default() };
        }
        if wanted == Wanted::default() || self.is_settled {
            return false;
        }
        if self.making.is_none() {
            if !self.pace.is_due(snapshot.generation(), REMAKE_EVERY) {
                return false;
            }
            self.making = Some(Making::new(snapshot, wanted));
        }
        let Some(making) = &mut self.making else { return false };
        if making.take(snapshot, wanted, &started, budget) {
            return true;
        }
        if let Some(made) = self.making.take() {
            self.pace.made(made.generation);
            self.is_settled = made.settled;
            self.rows.clear();
            self.rows.extend(made.cells.iter().map(|(key, cell)| row(*key, cell)));
            // The same order each time for what is equal.
            self.rows.sort_unstable_by_key(|row| (row.device, row.request as u8));
            self.version += 1;
        }
        false
    }
}

impl Making {
    fn new(snapshot: &Snapshot, wanted: Wanted) -> Self {
        let log = snapshot.exchanges();
        let (mut at, mut end, mut settled) = (log.first(), log.end(), false);
        if let Some(range) = wanted.range {
            // They are in the order in which they began.
            let first_at = |moment: i64| {
                let (mut low, mut high) = (log.first(), log.end());
                while low < high {
                    let middle = low.midpoint(high);
                    if log.get(middle).is_some_and(|exchange| exchange.first_at.0 < moment) {
                        low = middle + 1;
                    } else {
                        high = middle;
                    }
                }
                low
            };
            at = first_at(range.from.0.saturating_sub(SETTLED_NANOS));
            end = first_at(range.to.0.saturating_add(REORDERED_NANOS));
            settled = snapshot.now().nanos_since(range.to) > SETTLED_NANOS;
        }
        let generation = snapshot.generation();
        let mut cells = HashMap::new();
        for lost in snapshot.timeouts().iter_from(0) {
            if wanted.takes(snapshot, lost.device, lost.asked_at, None) {
                add(&mut cells, (lost.device, lost.request), |cell| cell.1 += 1);
            }
        }
        Self { generation, at, end, cells, settled }
    }

    /// Looks at exchanges until the time is up; true if there are more.
    fn take(
        &mut self,
        snapshot: &Snapshot,
        wanted: Wanted,
        started: &Stopwatch,
        budget: Duration,
    ) -> bool {
        let log = snapshot.exchanges();
        while self.at < self.end {
            let end = self.end.min(self.at + SLICE);
            for exchange in log.iter_from(self.at).take((end - self.at) as usize) {
                let Some(nanos) = exchange.latency_nanos() else { continue };
                let (at, device) = (exchange.ended_at.max(exchange.first_at), exchange.device());
                if wanted.takes(snapshot, device, at, exchange.answer) {
                    add(&mut self.cells, (device, exchange.kind), |cell| {
                        cell.0.add(nanos);
                    });
                }
            }
            self.at = end;
            if started.elapsed() >= budget {
                break;
            }
        }
        self.at < self.end
    }
}

impl Wanted {
    fn takes(
        &self,
        snapshot: &Snapshot,
        device: EndpointId,
        at: Timestamp,
        answer: Option<crate::core::ids::Seq>,
    ) -> bool {
        let scope = Scope { topic: self.topic, ..Scope::default() };
        self.range.is_none_or(|range| range.contains(at))
            && scope.takes_topic(snapshot, device, answer)
    }
}

type Cells = HashMap<(EndpointId, MsgKind), (Histogram, u32)>;

fn add(cells: &mut Cells, key: (EndpointId, MsgKind), change: impl FnOnce(&mut (Histogram, u32))) {
    if cells.len() < ROWS || cells.contains_key(&key) {
        change(cells.entry(key).or_default());
    }
}

fn row((device, request): (EndpointId, MsgKind), cell: &(Histogram, u32)) -> LatencyRow {
    let (times, timeouts) = cell;
    let micros = |nanos: i64| u32::try_from(nanos.max(0) / 1000).unwrap_or(u32::MAX);
    let [p50, p95, p99] = times.percentiles(super::chart::SHARES).map(micros);
    LatencyRow {
        device,
        request,
        count: u32::try_from(times.count()).unwrap_or(u32::MAX),
        timeouts: *timeouts,
        p50_micros: p50,
        p95_micros: p95,
        p99_micros: p99,
        max_micros: micros(times.max()),
    }
}
