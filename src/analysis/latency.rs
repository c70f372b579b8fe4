//! Response times per device and message type: count, percentiles, and beside them the requests
//! that were never answered.
//!
//! Buckets are a sixteenth of an octave wide, so a percentile is at most 3 % off; the longest is
//! exact. Percentiles are worked out when a snapshot is made, and only for what changed.

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

/// Response times of one endpoint to requests.
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

    fn add(&mut self, nanos: i64) {
        self.count += 1;
        self.last_nanos = nanos;
        self.max_nanos = self.max_nanos.max(nanos);
        self.sum_nanos = self.sum_nanos.saturating_add(nanos);
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

/// Counts by bucket, ordered by bucket: a device's times lie close together.
#[derive(Default)]
struct Histogram {
    counts: Vec<(u16, u32)>,
    dirty: bool,
}

impl Histogram {
    fn add(&mut self, micros: u32) {
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

    /// The times below which these shares, per mille and rising, of all lie.
    fn percentiles<const N: usize>(&self, per_mille: [u64; N], max: u32) -> [u32; N] {
        let total: u64 = self.counts.iter().map(|c| u64::from(c.1)).sum();
        let mut found = [0; N];
        let (mut seen, mut next) = (0, 0);
        for &(bucket, count) in &self.counts {
            seen += u64::from(count);
            while let Some(share) = per_mille.get(next)
                && seen >= (total * share).div_ceil(1000).max(1)
            {
                if let Some(slot) = found.get_mut(next) {
                    *slot = middle(bucket).min(max);
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
    histograms: Vec<Histogram>,
    dirty: Vec<u32>,
    pub(super) rows: CowVec<LatencyRow>,
    /// By endpoint: what it answered, whatever the type.
    pub(super) totals: CowVec<LatencyStats>,
    cap: usize,
    pub(super) refused: u64,
}

/// Types of requests.
const REQUESTS: usize = 11;

fn place_of(request: MsgKind) -> usize {
    match request {
        MsgKind::Get => 0,
        MsgKind::Set => 1,
        MsgKind::Add => 2,
        MsgKind::Delete => 3,
        MsgKind::Operate => 4,
        MsgKind::GetInstances => 5,
        MsgKind::GetSupportedDm => 6,
        MsgKind::GetSupportedProto => 7,
        MsgKind::Notify => 8,
        MsgKind::Register => 9,
        _ => 10,
    }
}

impl Latencies {
    pub(super) fn new(cap: usize) -> Self {
        Self {
            places: Vec::new(),
            histograms: Vec::new(),
            dirty: Vec::new(),
            rows: CowVec::new(),
            totals: CowVec::new(),
            cap,
            refused: 0,
        }
    }

    /// An answer of `responder`; `device` is the Agent's side.
    pub(super) fn answered(
        &mut self,
        device: EndpointId,
        responder: EndpointId,
        request: MsgKind,
        nanos: i64,
    ) {
        if let Some(total) = self.total(responder) {
            total.add(nanos);
        }
        // Seen before its request: it took no time that can be measured here.
        let micros = u32::try_from(nanos.max(0) / 1000).unwrap_or(u32::MAX);
        let Some(cell) = self.cell(device, request) else { return };
        if let Some(histogram) = self.histograms.get_mut(cell) {
            histogram.add(micros);
            if !std::mem::replace(&mut histogram.dirty, true) {
                self.dirty.push(cell as u32);
            }
        }
        if let Some(row) = self.rows.get_mut(cell) {
            row.count = row.count.saturating_add(1);
            row.max_micros = row.max_micros.max(micros);
        }
    }

    /// A request that ran out of time.
    pub(super) fn timed_out(
        &mut self,
        device: EndpointId,
        responder: EndpointId,
        request: MsgKind,
    ) {
        if let Some(total) = self.total(responder) {
            total.unanswered += 1;
        }
        let Some(cell) = self.cell(device, request) else { return };
        if let Some(row) = self.rows.get_mut(cell) {
            row.timeouts = row.timeouts.saturating_add(1);
        }
    }

    /// Brings the percentiles up to date.
    pub(super) fn settle(&mut self) {
        for cell in self.dirty.drain(..) {
            let cell = cell as usize;
            let (Some(histogram), Some(row)) =
                (self.histograms.get_mut(cell), self.rows.get_mut(cell))
            else {
                continue;
            };
            histogram.dirty = false;
            [row.p50_micros, row.p95_micros, row.p99_micros] =
                histogram.percentiles([500, 950, 990], row.max_micros);
        }
    }

    /// Forgets nothing, but counts what a device beyond the cap would have needed.
    fn cell(&mut self, device: EndpointId, request: MsgKind) -> Option<usize> {
        let index = device.0 as usize;
        if index >= self.places.len() {
            self.places.resize(index + 1, [0; REQUESTS]);
        }
        let slot = self.places.get_mut(index)?.get_mut(place_of(request))?;
        if let Some(cell) = (*slot as usize).checked_sub(1) {
            return Some(cell);
        }
        if self.histograms.len() >= self.cap {
            self.refused += 1;
            return None;
        }
        let cell = self.histograms.len();
        *slot = cell as u32 + 1;
        self.histograms.push(Histogram::default());
        self.rows.push(LatencyRow {
            device,
            request,
            count: 0,
            timeouts: 0,
            p50_micros: 0,
            p95_micros: 0,
            p99_micros: 0,
            max_micros: 0,
        });
        Some(cell)
    }

    fn total(&mut self, responder: EndpointId) -> Option<&mut LatencyStats> {
        let index = responder.0 as usize;
        while self.totals.len() <= index {
            self.totals.push(LatencyStats::default());
        }
        self.totals.get_mut(index)
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
            latencies.answered(DEVICE, DEVICE, MsgKind::Get, ms * 1_000_000);
        }
        latencies.timed_out(DEVICE, DEVICE, MsgKind::Get);
        latencies.answered(DEVICE, DEVICE, MsgKind::Set, -5);
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
        let total = *latencies.totals.get(3).unwrap();
        assert_eq!((total.count, total.unanswered, total.max_nanos), (101, 1, 100_000_000));
    }

    #[test]
    fn cells_beyond_the_cap_are_counted() {
        let mut latencies = Latencies::new(2);
        for device in 1..=5 {
            latencies.answered(EndpointId(device), EndpointId(device), MsgKind::Get, 1000);
        }
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
