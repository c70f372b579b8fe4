//! Time, and the only place that reads a clock. Everything else is handed a [`Timestamp`] or a
//! [`Clock`], so that a replay gives the same result as the live run.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Nanoseconds since the Unix epoch, UTC.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// Converts seconds since the Unix epoch, as captures carry them; saturates.
    #[must_use]
    pub fn from_secs_f64(secs: f64) -> Self {
        // Whole and fractional part apart: the product of both would lose the microseconds,
        // which is all that such a number carries these days.
        let whole = secs.floor();
        let micros = ((secs - whole) * 1e6).round();
        Self((whole as i64).saturating_mul(1_000_000_000).saturating_add(micros as i64 * 1000))
    }

    /// Seconds since the Unix epoch.
    #[must_use]
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / 1e9
    }

    /// Time from `earlier` to `self` in nanoseconds; negative when `earlier` is the later one.
    #[must_use]
    pub fn nanos_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// `self` moved into the future by `by`; saturates.
    #[must_use]
    pub fn plus(self, by: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(by.as_nanos()).unwrap_or(i64::MAX)))
    }
}

/// Where the time comes from.
pub trait Clock: Send + Sync {
    /// The time now; never earlier than an earlier call's answer.
    fn now(&self) -> Timestamp;
}

/// The machine's clock: wall time at the start, advanced by the monotonic clock, so that a
/// clock set back during a run can't make latencies negative.
pub struct SystemClock {
    wall: Timestamp,
    start: Instant,
}

impl SystemClock {
    /// A clock that starts from the wall time now.
    #[must_use]
    pub fn new() -> Self {
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self {
            wall: Timestamp(i64::try_from(wall.as_nanos()).unwrap_or(i64::MAX)),
            start: Instant::now(),
        }
    }

    /// The same behind an `Arc<dyn Clock>`.
    #[must_use]
    pub fn shared() -> Arc<dyn Clock> {
        Arc::new(Self::new())
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        self.wall.plus(self.start.elapsed())
    }
}

/// A clock that moves only when told to.
#[derive(Default)]
pub struct FakeClock(AtomicI64);

impl FakeClock {
    /// A clock that stands at `at`.
    #[must_use]
    pub fn at(at: Timestamp) -> Self {
        Self(AtomicI64::new(at.0))
    }

    /// Moves the clock forward.
    pub fn advance(&self, by: Duration) {
        self.0.fetch_add(i64::try_from(by.as_nanos()).unwrap_or(i64::MAX), Ordering::SeqCst);
    }
}

impl Clock for FakeClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }
}

/// Measures elapsed time; for time limits and for how long something took.
#[derive(Clone, Copy)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts now.
    #[must_use]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// Time since the start.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_keep_their_microseconds() {
        let t = Timestamp::from_secs_f64(1_795_368_559.834_163);
        assert_eq!(t.0 / 1000, 1_795_368_559_834_163);
        assert_eq!(Timestamp::from_secs_f64(f64::INFINITY).0, i64::MAX);
        assert_eq!(Timestamp::from_secs_f64(f64::NAN).0, 0);
    }

    #[test]
    fn the_system_clock_never_steps_back() {
        let clock = SystemClock::new();
        let first = clock.now();
        assert!(clock.now() >= first);
    }
}
