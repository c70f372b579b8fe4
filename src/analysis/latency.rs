//! Response times per device and message type: count, percentiles, and beside them the requests
//! that were never answered.
//!
//! Buckets are a sixteenth of an octave wide, so a percentile is at most 3 % off; the longest is
//! exact. Percentiles are worked out when a snapshot is made, and only for what changed.

use smallvec::SmallVec;

use crate::core::cow_vec::CowVec;
use crate::core::ids::{EndpointId, Seq};
use crate::core::time::Timestamp;
use crate::usp::kind::MsgKind;

/// One measured response time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LatencySample {
    /// When the answer arrived.
    pub at: Timestamp,
    /// The device concerned: who answered, or for a Notify who sent it.
    pub device: EndpointId,
    /// Kind of the request.
    pub request: MsgKind,
    /// Response time, nanoseconds; negative when the answer was seen first.
    pub nanos: i64,
    /// The answer.
    pub answer: Seq,
}

/// One request that ran out of time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Timeout {
    /// When it was sent first.
    pub asked_at: Timestamp,
    /// The device concerned, as for a [`LatencySample`].
    pub device: EndpointId,
    /// Kind of the request.
    pub request: MsgKind,
}

/// Response times of one device to requests.
#[derive(Clone, Copy, Debug, Default)]
pub struct LatencyStats {
    /// Answers measured.
    pub count: u64,
    /// Requests that waited longer than the store keeps them open.
    pub unanswered: u64,
    /// Newest response time, nanoseconds.
    pub last_nanos: i64,
    /// Longest, nanoseconds.
    pub max_nanos: i64,
    /// Sum, nanoseconds; with `count` the mean.
    pub sum_nanos: i64,
}

impl LatencyStats {
    /// Mean response time in nanoseconds, if any was measured.
    #[must_use]
    pub fn mean_nanos(&self) -> Option<i64> {
        i64::try_from(self.count).ok().and_then(|n| self.sum_nanos.checked_div(n))
    }
}

/// Response times of one device to one type of request (or, for Notify, of its Controllers to
/// it).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LatencyRow {
    /// The device.
    pub device: EndpointId,
    /// Type of the request.
    pub request: MsgKind,
    /// Answers measured.
    pub count: u32,
    /// Requests that ran out of time, answered later or not.
    pub timeouts: u32,
    /// Median, microseconds.
    pub p50_micros: u32,
    /// 95th percentile, microseconds.
    pub p95_micros: u32,
    /// 99th percentile, microseconds.
    pub p99_micros: u32,
    /// Longest, microseconds.
    pub max_micros: u32,
}

/// Sub-buckets per octave.
const FINE: u32 = 16;
const FINE_BITS: u32 = FINE.trailing_zeros();

/// The bucket of a response time in microseconds: 16 to an octave.
pub(super) fn bucket(micros: u32) -> u16 {
    if micros < FINE {
        return micros as u16;
    }
    let octave = 31 - micros.leading_zeros();
    let fine = (micros >> (octave - FINE_BITS)) & (FINE - 1);
    ((octave - FINE_BITS + 1) * FINE + fine) as u16
}

/// The middle of a bucket, microseconds.
fn middle(bucket: u16) -> u32 {
    let bucket = u32::from(bucket);
    if bucket < FINE {
        return bucket;
    }
    let shift = bucket / FINE - 1;
    let low = (FINE + bucket % FINE) << shift;
    low + ((1 << shift) >> 1)
}

/// What is measured of one device and type. Everything an answer touches lies together.
struct Cell {
    device: EndpointId,
    request: MsgKind,
    dirty: bool,
    count: u32,
    timeouts: u32,
    max_micros: u32,
    last_nanos: i64,
    sum_nanos: i64,
    /// Counts by bucket, ordered by bucket: a device's times lie close together.
    counts: SmallVec<[(u16, u32); 3]>,
}

impl Cell {
    fn add(&mut self, nanos: i64) {
        // Seen before its request: it took no time that can be measured here.
        let nanos = nanos.max(0);
        let micros = u32::try_from(nanos / 1000).unwrap_or(u32::MAX);
        self.count = self.count.saturating_add(1);
        self.max_micros = self.max_micros.max(micros);
        self.last_nanos = nanos;
        self.sum_nanos = self.sum_nanos.saturating_add(nanos);
        let bucket = bucket(micros);
        match self.counts.binary_search_by_key(&bucket, |c| c.0) {
            Ok(at) => {
                if let Some(count) = self.counts.get_mut(at) {
                    count.1 = count.1.saturating_add(1);
                }
            }
            Err(at) => self.counts.insert(at, (bucket, 1)),
        }
    }

    fn row(&self) -> LatencyRow {
        let [p50_micros, p95_micros, p99_micros] = self.percentiles([500, 950, 990]);
        LatencyRow {
            device: self.device,
            request: self.request,
            count: self.count,
            timeouts: self.timeouts,
            p50_micros,
            p95_micros,
            p99_micros,
            max_micros: self.max_micros,
        }
    }

    /// The times below which these shares, per mille and rising, of all lie.
    fn percentiles<const N: usize>(&self, per_mille: [u64; N]) -> [u32; N] {
        let total: u64 = self.counts.iter().map(|c| u64::from(c.1)).sum();
        let mut found = [0; N];
        let (mut seen, mut next) = (0, 0);
        for &(bucket, count) in &self.counts {
            seen += u64::from(count);
            while let Some(share) = per_mille.get(next)
                && seen >= (total * share).div_ceil(1000).max(1)
            {
                if let Some(slot) = found.get_mut(next) {
                    *slot = middle(bucket).min(self.max_micros);
                }
                next += 1;
            }
        }
        found
    }
}

/// See the module text.
pub(super) struct Latencies {
    /// By endpoint, then by request type: number of the cell plus one.
    places: Vec<[u32; REQUESTS]>,
    cells: Vec<Cell>,
    /// Cells whose rows are out of date.
    dirty: Vec<u32>,
    pub(super) rows: CowVec<LatencyRow>,
    /// By device: its answers, whatever the type.
    pub(super) totals: CowVec<LatencyStats>,
    cap: usize,
    pub(super) refused: u64,
}

/// Timeouts kept for plots.
pub(super) const TIMEOUTS_KEPT: usize = 32 * 1024;

/// Types of requests.
const REQUESTS: usize = 11;

/// Types of requests that devices answer; their places come first. Notify, Register and
/// Deregister tell of the Controller's time.
pub(super) const DEVICE_REQUESTS: usize = 8;

/// The place of a type of request among the others.
pub(super) fn place_of(request: MsgKind) -> usize {
    match request {
        MsgKind::Get => 0,
        MsgKind::Set => 1,
        MsgKind::Add => 2,
        MsgKind::Delete => 3,
        MsgKind::Operate => 4,
        MsgKind::GetInstances => 5,
        MsgKind::GetSupportedDm => 6,
        MsgKind::GetSupportedProto => 7,
        MsgKind::Register => 8,
        MsgKind::Deregister => 9,
        _ => 10,
    }
}

impl Latencies {
    pub(super) fn new(cap: usize) -> Self {
        Self {
            places: Vec::new(),
            cells: Vec::new(),
            dirty: Vec::new(),
            rows: CowVec::new(),
            totals: CowVec::new(),
            cap,
            refused: 0,
        }
    }

    /// An answer; `device` is the Agent's side.
    pub(super) fn answered(&mut self, device: EndpointId, request: MsgKind, nanos: i64) {
        if let Some(cell) = self.cell(device, request) {
            cell.add(nanos);
        }
    }

    /// A request that ran out of time.
    pub(super) fn timed_out(&mut self, device: EndpointId, request: MsgKind) {
        if let Some(cell) = self.cell(device, request) {
            cell.timeouts = cell.timeouts.saturating_add(1);
        }
    }

    /// Brings rows and totals up to date.
    pub(super) fn settle(&mut self) {
        for number in std::mem::take(&mut self.dirty) {
            let number = number as usize;
            let Some(cell) = self.cells.get_mut(number) else { continue };
            cell.dirty = false;
            let (row, device) = (cell.row(), cell.device);
            match self.rows.get_mut(number) {
                Some(slot) => *slot = row,
                // Cells are made in the order in which they first get dirty.
                None => {
                    self.rows.push(row);
                }
            }
            self.settle_total(device);
        }
    }

    fn settle_total(&mut self, device: EndpointId) {
        let index = device.0 as usize;
        let Some(places) = self.places.get(index) else { return };
        let mut total = LatencyStats::default();
        for cell in places.iter().take(DEVICE_REQUESTS) {
            let cell = (*cell as usize).checked_sub(1).and_then(|n| self.cells.get(n));
            let Some(cell) = cell else { continue };
            total.count += u64::from(cell.count);
            total.unanswered += u64::from(cell.timeouts);
            total.last_nanos = cell.last_nanos;
            total.max_nanos = total.max_nanos.max(i64::from(cell.max_micros) * 1000);
            total.sum_nanos = total.sum_nanos.saturating_add(cell.sum_nanos);
        }
        while self.totals.len() <= index {
            self.totals.push(LatencyStats::default());
        }
        if let Some(slot) = self.totals.get_mut(index) {
            *slot = total;
        }
    }

    /// The cell of a device and type, to be changed; `None` beyond the cap, which is counted.
    fn cell(&mut self, device: EndpointId, request: MsgKind) -> Option<&mut Cell> {
        let index = device.0 as usize;
        if index >= self.places.len() {
            self.places.resize(index + 1, [0; REQUESTS]);
        }
        let slot = self.places.get_mut(index)?.get_mut(place_of(request))?;
        let number = match (*slot as usize).checked_sub(1) {
            Some(number) => number,
            None if self.cells.len() >= self.cap => {
                self.refused += 1;
                return None;
            }
            None => {
                *slot = self.cells.len() as u32 + 1;
                self.cells.push(Cell {
                    device,
                    request,
                    dirty: false,
                    count: 0,
                    timeouts: 0,
                    max_micros: 0,
                    last_nanos: 0,
                    sum_nanos: 0,
                    counts: SmallVec::new(),
                });
                self.cells.len() - 1
            }
        };
        let cell = self.cells.get_mut(number)?;
        if !std::mem::replace(&mut cell.dirty, true) {
            self.dirty.push(number as u32);
        }
        Some(cell)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const DEVICE: EndpointId = EndpointId(3);

    #[test]
    fn percentiles_and_timeouts_stand_side_by_side() {
        let mut latencies = Latencies::new(10);
        for ms in 1..=100 {
            latencies.answered(DEVICE, MsgKind::Get, ms * 1_000_000);
        }
        latencies.timed_out(DEVICE, MsgKind::Get);
        latencies.answered(DEVICE, MsgKind::Set, -5);
        latencies.settle();
        let rows: Vec<_> = latencies.rows.iter().copied().collect();
        assert_eq!(rows.len(), 2);
        let get = rows[0];
        assert_eq!((get.count, get.timeouts, get.max_micros), (100, 1, 100_000));
        for (found, exact) in
            [(get.p50_micros, 50_000.0), (get.p95_micros, 95_000.0), (get.p99_micros, 99_000.0)]
        {
            assert!((f64::from(found) / exact - 1.0).abs() < 0.032, "{found} {exact}");
        }
        assert_eq!((rows[1].count, rows[1].p99_micros), (1, 0));
        let total = latencies.totals.get(3).map(|t| (t.count, t.unanswered, t.max_nanos));
        assert_eq!(total, Some((101, 1, 100_000_000)));
    }

    #[test]
    fn cells_beyond_the_cap_are_counted() {
        let mut latencies = Latencies::new(2);
        for device in 1..=5 {
            latencies.answered(EndpointId(device), MsgKind::Get, 1000);
        }
        latencies.settle();
        assert_eq!((latencies.rows.len(), latencies.refused), (2, 3));
    }

    proptest! {
        #[test]
        fn a_bucket_is_narrow_and_holds_its_values(micros in any::<u32>()) {
            let error = (f64::from(middle(bucket(micros))) - f64::from(micros)).abs();
            prop_assert!(error <= f64::from(micros) / 31.0 + 0.5, "{micros}");
            prop_assert!(bucket(micros) <= bucket(micros.saturating_add(1)));
        }
    }
}
