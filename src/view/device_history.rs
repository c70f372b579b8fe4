//! The messages of one device, found among all and handed to what is made of them: the ladder
//! and the timeline.
//!
//! New ones are taken in first, then the past is searched, newest first, a slice a frame; so
//! what is on view is there at once, whatever else is kept.

use std::time::Duration;

use super::ladder::Ladder;
use super::timeline::Timeline;
use crate::analysis::Snapshot;
use crate::core::ids::{EndpointId, Epoch, Seq};
use crate::core::time::Stopwatch;
use crate::store::RowRef;

/// Messages looked at between two looks at the stopwatch: some 20 µs.
const SLICE: u64 = 2048;

/// See the module text.
#[derive(Default)]
pub struct DeviceHistory {
    /// Who said what to whom.
    pub ladder: Ladder,
    /// Whether it was there.
    pub timeline: Timeline,
    epoch: Option<Epoch>,
    device: Option<EndpointId>,
    /// Everything in `low..high` has been looked at.
    low: u64,
    high: u64,
    first: u64,
    end: u64,
}

impl DeviceHistory {
    /// Whose history it is.
    #[must_use]
    pub fn device(&self) -> Option<EndpointId> {
        self.device
    }

    /// How much of what is kept has been looked at, 0 to 1; `None` when all of it.
    #[must_use]
    pub fn progress(&self) -> Option<f32> {
        self.device?;
        let (total, seen) = (self.end - self.first, self.high.saturating_sub(self.low));
        (seen < total).then(|| seen as f32 / total as f32)
    }

    /// Catches up with the snapshot for at most about `budget`. True if there is more to do.
    pub fn advance(
        &mut self,
        snapshot: &Snapshot,
        device: Option<EndpointId>,
        budget: Duration,
    ) -> bool {
        let started = Stopwatch::start();
        if self.epoch != Some(snapshot.epoch()) || self.device != device {
            self.epoch = Some(snapshot.epoch());
            self.device = device;
            self.ladder.start_over();
            self.timeline.start_over();
            (self.low, self.high) = (snapshot.end_seq().0, snapshot.end_seq().0);
        }
        (self.first, self.end) = (snapshot.first_seq().0, snapshot.end_seq().0);
        let Some(device) = device else { return false };
        self.ladder.forget_before(Seq(self.first));
        self.low = self.low.max(self.first);
        self.high = self.high.max(self.low);
        let is_its = |row: &RowRef<'_>| row.from == Some(device) || row.to == Some(device);
        while self.high < self.end {
            let until = self.end.min(self.high + SLICE);
            let rows = snapshot.rows_from(Seq(self.high)).take((until - self.high) as usize);
            for row in rows.filter(is_its) {
                self.ladder.newer(snapshot, device, &row);
                self.timeline.newer(snapshot, device, &row);
            }
            self.high = until;
            if started.elapsed() >= budget {
                break;
            }
        }
        let mut found = Vec::new();
        while self.low > self.first && started.elapsed() < budget {
            let from = self.low.saturating_sub(SLICE).max(self.first);
            let rows = snapshot.rows_from(Seq(from)).take((self.low - from) as usize);
            found.extend(rows.filter(is_its));
            for row in found.drain(..).rev() {
                self.ladder.older(snapshot, device, &row);
                self.timeline.older(snapshot, device, &row);
            }
            self.low = from;
        }
        self.timeline.settle(snapshot, device);
        self.high < self.end || self.low > self.first
    }
}
