//! Takes each answer and each timeout of a [`Scope`] once, as they come, into a pyramid. What was
//! before is read from the exchanges kept, the newest first, a slice a frame.

use std::time::Duration;

use super::pyramid::Pyramid;
use super::scope::Scope;
use crate::analysis::Snapshot;
use crate::analysis::exchanges::Exchange;
use crate::core::block_log::BlockLog;
use crate::core::ids::Epoch;
use crate::core::time::Stopwatch;

/// Taken in between two looks at the stopwatch.
const SLICE: usize = 1024;

/// See the module text.
pub struct Feed {
    epoch: Epoch,
    scope: Scope,
    pyramid: Pyramid,
    /// Answers and timeouts seen, as places in their streams.
    seen: (u64, u64),
    past: Option<Past>,
    missed: u64,
}

/// What was there when the feed began.
struct Past {
    exchanges: BlockLog<Exchange>,
    /// One past the next place to look at, going down.
    below: u64,
}

impl Feed {
    /// A feed of what is kept and what comes.
    #[must_use]
    pub fn new(snapshot: &Snapshot, scope: Scope) -> Self {
        let samples = snapshot.latencies();
        let timeouts = snapshot.timeouts().first();
        // As long as all answers are still there, there is no need for the past.
        let (seen, past) = if samples.first() == 0 {
            (0, None)
        } else {
            let exchanges = snapshot.exchanges().clone();
            (samples.end(), Some(Past { below: exchanges.end(), exchanges }))
        };
        let epoch = snapshot.epoch();
        Self { epoch, scope, pyramid: Pyramid::default(), seen: (seen, timeouts), past, missed: 0 }
    }

    /// True if it is of this life of the store and this scope.
    #[must_use]
    pub fn is(&self, snapshot: &Snapshot, scope: Scope) -> bool {
        self.epoch == snapshot.epoch() && self.scope == scope
    }

    /// Whose response times it takes.
    #[must_use]
    pub fn scope(&self) -> Scope {
        self.scope
    }

    /// What it has taken.
    #[must_use]
    pub fn pyramid(&self) -> &Pyramid {
        &self.pyramid
    }

    /// True if answers are gone that it did not see.
    #[must_use]
    pub fn is_overrun(&self, snapshot: &Snapshot) -> bool {
        self.seen.0 < snapshot.latencies().first() || self.seen.1 < snapshot.timeouts().first()
    }

    /// Answers that came faster than they could be taken.
    #[must_use]
    pub fn missed(&self) -> u64 {
        self.missed
    }

    /// How much of the past was read, 0 to 1; `None` once all of it was.
    #[must_use]
    pub fn progress(&self) -> Option<f32> {
        let Past { exchanges, below } = self.past.as_ref()?;
        let left = below.saturating_sub(exchanges.first()) as f32;
        Some(1.0 - left / exchanges.len().max(1) as f32)
    }

    /// Takes in what is new, then what was before, for at most about `budget`. True if there is
    /// more to do.
    pub fn advance(&mut self, snapshot: &Snapshot, budget: Duration) -> bool {
        let started = Stopwatch::start();
        let (samples, timeouts) = (snapshot.latencies(), snapshot.timeouts());
        self.missed += samples.first().saturating_sub(self.seen.0);
        self.seen.0 = self.seen.0.max(samples.first());
        self.seen.1 = self.seen.1.max(timeouts.first());
        while self.seen.1 < timeouts.end() {
            for lost in timeouts.iter_from(self.seen.1).take(SLICE) {
                self.seen.1 += 1;
                if self.scope.takes(snapshot, lost.device, lost.request, None) {
                    self.pyramid.timeout(lost.asked_at);
                }
            }
            if started.elapsed() >= budget {
                return true;
            }
        }
        while self.seen.0 < samples.end() {
            for sample in samples.iter_from(self.seen.0).take(SLICE) {
                self.seen.0 += 1;
                let answer = Some(sample.answer);
                if self.scope.takes(snapshot, sample.device, sample.request, answer) {
                    self.pyramid.answer(sample.at, sample.nanos);
                }
            }
            if started.elapsed() >= budget {
                break;
            }
        }
        while let Some(past) = &mut self.past
            && started.elapsed() < budget
        {
            let low = past.below.saturating_sub(SLICE as u64).max(past.exchanges.first());
            let slice = past.exchanges.iter_from(low).take((past.below - low) as usize);
            for exchange in slice {
                let Some(nanos) = exchange.latency_nanos() else { continue };
                let takes =
                    self.scope.takes(snapshot, exchange.device(), exchange.kind, exchange.answer);
                if takes {
                    self.pyramid.answer(exchange.ended_at.max(exchange.first_at), nanos);
                }
            }
            past.below = low;
            if low <= past.exchanges.first() {
                self.past = None;
            }
        }
        self.past.is_some() || self.seen.0 < samples.end()
    }
}
