//! Response times per device and type of request, as a table to sort.

use std::time::Duration;

use super::latency::scope::is_answered_by_device;
use super::order::{Ordered, natural};
use super::pace::Pace;
use crate::analysis::Snapshot;
use crate::analysis::latency::LatencyRow;
use crate::core::ids::{EndpointId, Epoch};
use crate::core::time::Stopwatch;

/// How often the table is sorted again while there is news.
const SORT_EVERY: Duration = Duration::from_millis(500);

/// Rows sorted in by name between two looks at the stopwatch.
const SLICE: usize = 1024;

/// What the table is sorted by.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[expect(missing_docs, reason = "the names say it")]
pub enum By {
    Device,
    Request,
    Answers,
    Timeouts,
    P50,
    #[default]
    P95,
    P99,
    Longest,
    /// Timeouts per thousand requests.
    Share,
}

/// Requests that ran out of time, per mille of all that are over.
#[must_use]
pub fn timeout_per_mille(row: &LatencyRow) -> u32 {
    let (timeouts, answers) = (u64::from(row.timeouts), u64::from(row.count));
    let share = (timeouts * 1000).checked_div(answers.saturating_add(timeouts));
    share.unwrap_or(0) as u32
}

/// Where the rows come from.
#[derive(Clone, Copy)]
pub enum Source<'a> {
    /// Everything since the start.
    All,
    /// These; the number tells them from others.
    These(&'a [LatencyRow], u64),
}

impl Source<'_> {
    fn len(&self, snapshot: &Snapshot) -> usize {
        match self {
            Self::All => snapshot.latency_rows().len(),
            Self::These(rows, _) => rows.len(),
        }
    }

    fn get(&self, snapshot: &Snapshot, place: u32) -> Option<LatencyRow> {
        match self {
            Self::All => snapshot.latency_rows().get(place as usize).copied(),
            Self::These(rows, _) => rows.get(place as usize).copied(),
        }
    }

    fn version(&self) -> Option<u64> {
        match self {
            Self::All => None,
            Self::These(_, version) => Some(*version),
        }
    }
}

impl By {
    /// Those of the narrow table, in the order of its columns.
    pub const ALL: [Self; 8] = [
        Self::Device,
        Self::Request,
        Self::Answers,
        Self::Timeouts,
        Self::P50,
        Self::P95,
        Self::P99,
        Self::Longest,
    ];

    fn number(self, row: &LatencyRow) -> u32 {
        match self {
            Self::Device => 0,
            Self::Request => row.request as u32,
            Self::Answers => row.count,
            Self::Timeouts => row.timeouts,
            Self::P50 => row.p50_micros,
            Self::P95 => row.p95_micros,
            Self::P99 => row.p99_micros,
            Self::Longest => row.max_micros,
            Self::Share => timeout_per_mille(row),
        }
    }
}

/// See the module text.
#[derive(Default)]
pub struct LatencyTable {
    epoch: Option<Epoch>,
    by: By,
    rising: bool,
    device: Option<EndpointId>,
    /// Only requests that devices answer, or only those that Controllers do.
    by_device: Option<bool>,
    /// Of which rows they are places.
    version: Option<u64>,
    /// Places in the snapshot's rows: by device the smallest first, else the largest.
    all: Ordered,
    /// Those listed, in the same order.
    places: Vec<u32>,
    pace: Pace,
    dirty: bool,
}

impl LatencyTable {
    /// What it is sorted by, and whether the smallest stands first.
    #[must_use]
    pub fn sorting(&self) -> (By, bool) {
        (self.by, self.rising)
    }

    /// Sorts by something else, or the other way round.
    pub fn sort_by(&mut self, by: By) {
        if self.by == by {
            self.rising = !self.rising;
            return;
        }
        self.rising = by == By::Device;
        self.by = by;
        self.all.unsort();
        self.pace.reset();
    }

    /// Lists only requests that devices answer, only those that Controllers do, or both.
    pub fn set_answered_by_device(&mut self, by_device: Option<bool>) {
        self.dirty |= std::mem::replace(&mut self.by_device, by_device) != by_device;
    }

    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// True if there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Row `index` as it is now, of everything since the start.
    #[must_use]
    pub fn get(&self, snapshot: &Snapshot, index: usize) -> Option<LatencyRow> {
        self.get_of(snapshot, Source::All, index)
    }

    /// Row `index` as it is now.
    #[must_use]
    pub fn get_of(
        &self,
        snapshot: &Snapshot,
        source: Source<'_>,
        index: usize,
    ) -> Option<LatencyRow> {
        if self.version != source.version() {
            return None;
        }
        let turned = self.rising != (self.by == By::Device);
        let at = if turned { self.places.len().checked_sub(index + 1)? } else { index };
        source.get(snapshot, *self.places.get(at)?)
    }

    /// Catches up with the snapshot for at most about `budget`. True if there is more to do.
    pub fn advance(
        &mut self,
        snapshot: &Snapshot,
        device: Option<EndpointId>,
        budget: Duration,
    ) -> bool {
        self.advance_of(snapshot, Source::All, device, budget)
    }

    /// The same with rows of some other source.
    pub fn advance_of(
        &mut self,
        snapshot: &Snapshot,
        source: Source<'_>,
        device: Option<EndpointId>,
        budget: Duration,
    ) -> bool {
        let started = Stopwatch::start();
        if self.epoch != Some(snapshot.epoch()) {
            let Self { by, rising, by_device, .. } = *self;
            let epoch = Some(snapshot.epoch());
            *self = Self { epoch, by, rising, by_device, ..Self::default() };
        }
        self.dirty |= std::mem::replace(&mut self.device, device) != device;
        if self.version != source.version() {
            self.version = source.version();
            self.all = Ordered::default();
            self.pace.reset();
            self.dirty = true;
        }
        let of = |place: u32| source.get(snapshot, place);
        for place in self.all.ids().len()..source.len(snapshot) {
            self.all.push(place as u32);
        }
        if self.by == By::Device {
            let name = |place: u32| of(place).map_or("", |row| snapshot.endpoint_name(row.device));
            while !self.all.is_sorted() {
                self.all.sort_some(SLICE, |a, b| natural(name(a), name(b)).then(a.cmp(&b)));
                self.dirty = true;
                if started.elapsed() >= budget {
                    break;
                }
            }
        } else if self.pace.is_due(snapshot.generation(), SORT_EVERY) {
            self.pace.made(snapshot.generation());
            let by = self.by;
            self.all.sort_by_key_desc(|place| of(place).map_or(0, |row| by.number(&row).into()));
            self.dirty = true;
        }
        if std::mem::take(&mut self.dirty) {
            let is_listed = |row: LatencyRow| {
                self.device.is_none_or(|id| row.device == id)
                    && self.by_device.is_none_or(|is| is == is_answered_by_device(row.request))
            };
            let of_device = |place: u32| of(place).is_some_and(is_listed);
            self.places.clear();
            self.places.extend(self.all.ids().iter().copied().filter(|&place| of_device(place)));
        }
        self.by == By::Device && !self.all.is_sorted()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::Pipeline;
    use crate::core::time::Timestamp;
    use crate::core::wire::{Delivery, WireBatch};
    use crate::store::Budgets;
    use crate::usp::make;

    #[test]
    fn slowest_first_and_by_name_on_demand() {
        let mut pipeline = Pipeline::new(Budgets::default(), Epoch(1));
        let mut batch = WireBatch::new();
        for (n, ms) in [(1, 5), (10, 300), (2, 40)] {
            let device = format!("os::00256D-{n}");
            let get = make::record("self::acs", &device, &make::get("1", &["Device."]));
            batch.push(Timestamp(0), b"usp/agent/x", &get, Delivery::default(), |_| {});
            let resp = make::record(&device, "self::acs", &make::error("1", 7004, "no"));
            let at = Timestamp(ms * 1_000_000);
            batch.push(at, b"usp/controller/c", &resp, Delivery::default(), |_| {});
        }
        pipeline.apply(&batch);
        let snapshot = pipeline.snapshot();
        let mut table = LatencyTable::default();
        let names = |table: &LatencyTable| -> Vec<&str> {
            let rows = (0..table.len()).filter_map(|n| table.get(&snapshot, n));
            rows.map(|row| snapshot.endpoint_name(row.device)).collect()
        };
        table.advance(&snapshot, None, Duration::from_secs(1));
        assert_eq!(names(&table), ["os::00256D-10", "os::00256D-2", "os::00256D-1"]);
        table.sort_by(By::Device);
        table.advance(&snapshot, None, Duration::from_secs(1));
        assert_eq!(names(&table), ["os::00256D-1", "os::00256D-2", "os::00256D-10"]);
        table.sort_by(By::Longest);
        table.sort_by(By::Longest);
        table.advance(&snapshot, None, Duration::from_secs(1));
        assert_eq!(names(&table), ["os::00256D-1", "os::00256D-2", "os::00256D-10"]);
    }
}
