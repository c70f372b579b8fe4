//! Randomness that follows from the seed alone: every device and every purpose has a generator
//! of its own, so that nothing depends on which thread or device came first.

use std::time::Duration;

/// A new seed for the part `stream` of what `seed` stands for (SplitMix64's finaliser).
pub fn derive(seed: u64, stream: u64) -> u64 {
    let mut z = seed.wrapping_add(stream.wrapping_mul(0x9E37_79B9_7F4A_7C15)).wrapping_add(
        0x9E37_79B9_7F4A_7C15, // so that seed 0, stream 0 is no fixed point
    );
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// A new seed for what is called `name`.
pub fn derive_named(seed: u64, name: &str) -> u64 {
    name.bytes().fold(derive(seed, 0x6e61_6d65), |z, byte| derive(z, u64::from(byte)))
}

/// A time between two bounds, evenly spread.
pub fn between(rng: &mut fastrand::Rng, low: Duration, high: Duration) -> Duration {
    low + high.saturating_sub(low).mul_f64(rng.f64())
}

/// A time that is usually near `median` and now and then much longer (log-normal); `spread` 0.5
/// is a well-behaved device.
pub fn log_normal(rng: &mut fastrand::Rng, median: Duration, spread: f64) -> Duration {
    // Box–Muller; the first factor is kept away from ln(0).
    let radius = (-2.0 * (1.0 - rng.f64()).ln()).sqrt();
    let normal = radius * (std::f64::consts::TAU * rng.f64()).cos();
    median.mul_f64((spread * normal).exp().clamp(0.05, 20.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_of_one_seed_differ() {
        let mut seen: Vec<u64> = (0..1000).map(|s| derive(1, s)).collect();
        seen.extend((0..1000).map(|s| derive(2, s)));
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), 2000);
        assert_ne!(derive_named(1, "ab"), derive_named(1, "ba"));
    }

    #[test]
    fn response_times_centre_on_the_median() {
        let mut rng = fastrand::Rng::with_seed(5);
        let mut times: Vec<_> = (0..2001)
            .map(|_| log_normal(&mut rng, Duration::from_millis(20), 0.5).as_secs_f64())
            .collect();
        times.sort_by(f64::total_cmp);
        assert!((0.018..0.022).contains(&times[1000]), "{}", times[1000]);
        assert!(times[1990] > 0.045);
    }
}
