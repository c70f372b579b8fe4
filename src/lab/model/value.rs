//! Where a parameter's value comes from, as a pure function of the moment.
//!
//! Moving values are formulas with seeded phases and no state, so that two Agents with one seed
//! give the same value at the same model time, whatever was asked before.

use std::time::Duration;

use crate::core::time::Timestamp;

/// The instant at which a device is looked at.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// Model time: since the demo began.
    pub at: Duration,
    /// How long the device has been up.
    pub uptime: Duration,
    /// Wall time at model time zero.
    pub epoch: Timestamp,
}

impl Moment {
    /// Wall time of this moment, to the second, as TR-106 writes a dateTime.
    pub fn date_time(&self) -> String {
        date_time(self.epoch.plus(self.at))
    }
}

/// A wall time to the second, in UTC, as TR-106 writes a dateTime.
pub fn date_time(at: Timestamp) -> String {
    jiff::Timestamp::from_second(at.0.div_euclid(1_000_000_000))
        .map_or_else(|_out_of_range| UNKNOWN_TIME.to_owned(), |t| t.to_string())
}

/// TR-106's "unknown time".
pub const UNKNOWN_TIME: &str = "0001-01-01T00:00:00Z";

/// Where a value comes from.
#[derive(Clone, Debug)]
pub enum Source {
    /// Stays until somebody sets it.
    Text(Box<str>),
    /// Stays until somebody sets it; no allocation.
    Fixed(&'static str),
    /// Rows in the sibling table with this name's position in the object's tables.
    Entries(usize),
    /// Grows while the device is up; starts at zero at boot.
    Counter { per_sec: f32, seed: u32 },
    /// Wanders around `middle` by up to `swing`.
    Wander { middle: f32, swing: f32, period_secs: f32, decimals: u8, seed: u32 },
    /// One of a list, another one every `period_secs` or so.
    Hop { choices: &'static [&'static str], period_secs: f32, seed: u32 },
    /// Seconds since boot.
    UpTime,
    /// Wall time now.
    Now,
    /// Wall time this long before model time zero.
    Ago(u32),
    /// Wall time at this model time.
    Stamp(Duration),
    /// Seconds since boot, less this.
    SinceBoot(u32),
    /// Seconds left of a lease of this length.
    Lease { secs: u32, seed: u32 },
}

/// A fraction in 0..1 that belongs to `seed` and `salt`.
fn fraction(seed: u32, salt: u32) -> f64 {
    let mixed = crate::lab::seed::derive(u64::from(seed), u64::from(salt));
    (mixed >> 11) as f64 / (1_u64 << 53) as f64
}

/// A smooth wave in -1..1.
fn wave(secs: f64, period: f64, seed: u32) -> f64 {
    let turn = std::f64::consts::TAU;
    let slow = (turn * (secs / period + fraction(seed, 1))).sin();
    // The second wave's period is no multiple of the first, so that it takes long to repeat.
    let fast = (turn * (secs / period * 2.63 + fraction(seed, 2))).sin();
    0.7 * slow + 0.3 * fast
}

impl Source {
    /// The value at a moment. `rows` answers how many rows a sibling table has.
    pub fn read(&self, moment: &Moment, rows: impl Fn(usize) -> usize) -> String {
        let secs = moment.at.as_secs_f64();
        let up = moment.uptime.as_secs_f64();
        match self {
            Self::Text(text) => text.to_string(),
            Self::Fixed(text) => (*text).to_owned(),
            Self::Entries(table) => rows(*table).to_string(),
            Self::Counter { per_sec, seed } => {
                // The slope of this is never negative: 1 + 0.8·cos ≥ 0.2.
                let period = 40.0 + 80.0 * fraction(*seed, 3);
                let turn = std::f64::consts::TAU / period;
                let wobble = 0.8 / turn * ((turn * up + fraction(*seed, 4)).sin());
                let grown = f64::from(*per_sec) * (up + wobble).max(0.0);
                (grown as u64).to_string()
            }
            Self::Wander { middle, swing, period_secs, decimals, seed } => {
                let value = f64::from(*middle)
                    + f64::from(*swing) * wave(secs, f64::from(*period_secs), *seed);
                format!("{value:.*}", usize::from(*decimals))
            }
            Self::Hop { choices, period_secs, seed } => {
                let turn = secs / f64::from(*period_secs) + fraction(*seed, 5);
                let pick = fraction(*seed, 16 + turn as u32) * choices.len() as f64;
                choices.get(pick as usize).copied().unwrap_or_default().to_owned()
            }
            Self::UpTime => (up as u64).to_string(),
            Self::Now => moment.date_time(),
            Self::Ago(secs) => date_time(Timestamp(
                moment.epoch.0.saturating_sub(i64::from(*secs) * 1_000_000_000),
            )),
            Self::Stamp(at) => date_time(moment.epoch.plus(*at)),
            Self::SinceBoot(secs) => (up as u64).saturating_sub(u64::from(*secs)).to_string(),
            Self::Lease { secs: length, seed } => {
                let length = u64::from(*length).max(1);
                let passed = secs as u64 + (fraction(*seed, 6) * length as f64) as u64;
                // Renewed at half time.
                (length - passed % (length / 2).max(1)).to_string()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(secs: u64) -> Moment {
        let at = Duration::from_secs(secs);
        Moment { at, uptime: at, epoch: Timestamp(1_795_368_559_000_000_000) }
    }

    fn number(source: &Source, secs: u64) -> f64 {
        source.read(&moment(secs), |_| 0).parse().unwrap_or(f64::NAN)
    }

    #[test]
    fn counters_never_step_back() {
        for seed in 0..20 {
            let source = Source::Counter { per_sec: 120.5, seed };
            let values: Vec<f64> = (0..600).map(|s| number(&source, s)).collect();
            assert!(values.is_sorted(), "seed {seed}");
            assert!(values.last() > values.first());
        }
    }

    #[test]
    fn wandering_stays_in_its_band_and_moves() {
        let source =
            Source::Wander { middle: -60.0, swing: 9.0, period_secs: 30.0, decimals: 0, seed: 7 };
        let values: Vec<f64> = (0..300).map(|s| number(&source, s)).collect();
        assert!(values.iter().all(|v| (-69.0..=-51.0).contains(v)));
        assert!(values.iter().any(|v| *v > -57.0) && values.iter().any(|v| *v < -63.0));
    }

    #[test]
    fn times_are_written_in_utc() {
        assert_eq!(Source::Now.read(&moment(1), |_| 0), "2026-11-22T17:29:20Z");
        assert_eq!(Source::Ago(59).read(&moment(900), |_| 0), "2026-11-22T17:28:20Z");
        assert_eq!(date_time(Timestamp(i64::MAX)).len(), 20);
    }

    #[test]
    fn leases_run_down_and_are_renewed() {
        let source = Source::Lease { secs: 100, seed: 3 };
        for secs in 0..500 {
            let left = number(&source, secs);
            assert!(left > 50.0 && left <= 100.0, "{left} at {secs}");
        }
    }
}
