//! A histogram of response times with bins of fixed width on a logarithmic scale: sixteen to an
//! octave, so that what is read off it is at most 3.2 % off. Counts and the longest are exact.

/// Bins per octave.
const FINE: u32 = 16;
const FINE_BITS: u32 = FINE.trailing_zeros();

/// Highest bit of the longest time told apart: 2^30 µs are 18 minutes, more than a request is
/// remembered.
const TOP_BIT: u32 = 29;

/// Number of bins.
pub const BINS: u16 = ((TOP_BIT - FINE_BITS + 2) * FINE) as u16;

/// How far off a percentile can be, in per cent.
pub const ERROR_PERCENT: f64 = 3.2;

/// The bin of a response time; times below a microsecond, also negative ones of answers seen
/// before their request, are in the first.
#[must_use]
pub fn bin_of(nanos: i64) -> u16 {
    let micros = u32::try_from(nanos.max(0) / 1000).unwrap_or(u32::MAX);
    if micros < FINE {
        return micros as u16;
    }
    let octave = 31 - micros.leading_zeros();
    let fine = (micros >> (octave - FINE_BITS)) & (FINE - 1);
    (((octave - FINE_BITS + 1) * FINE + fine) as u16).min(BINS - 1)
}

/// Where a bin begins, nanoseconds; it ends where the next begins.
#[must_use]
pub fn bin_start(bin: u16) -> i64 {
    let bin = u32::from(bin.min(BINS));
    let micros = match bin / FINE {
        0 => u64::from(bin),
        octave => u64::from(FINE + bin % FINE) << (octave - 1),
    };
    micros as i64 * 1000
}

/// The middle of a bin, nanoseconds.
fn middle(bin: u16) -> i64 {
    i64::midpoint(bin_start(bin), bin_start(bin + 1))
}

/// See the module text. Only bins with something in them take memory.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Histogram {
    /// Bins and their counts, ordered by bin.
    cells: Vec<(u16, u32)>,
    count: u64,
    max: i64,
}

impl Histogram {
    /// Adds a response time, nanoseconds. True if it takes a further bin.
    pub fn add(&mut self, nanos: i64) -> bool {
        self.count += 1;
        self.max = self.max.max(nanos);
        let bin = bin_of(nanos);
        match self.cells.binary_search_by_key(&bin, |cell| cell.0) {
            Ok(at) => {
                if let Some(cell) = self.cells.get_mut(at) {
                    cell.1 = cell.1.saturating_add(1);
                }
                false
            }
            Err(at) => {
                self.cells.insert(at, (bin, 1));
                true
            }
        }
    }

    /// Number of response times.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The longest, nanoseconds; 0 if there is none.
    #[must_use]
    pub fn max(&self) -> i64 {
        self.max
    }

    /// Bins that are not empty, from the shortest times on.
    #[must_use]
    pub fn cells(&self) -> &[(u16, u32)] {
        &self.cells
    }

    /// The times within which these shares, per mille and rising, of all lie; nanoseconds.
    #[must_use]
    pub fn percentiles<const N: usize>(&self, per_mille: [u64; N]) -> [i64; N] {
        percentiles(&self.cells, self.count, self.max, per_mille)
    }
}

fn percentiles<const N: usize>(
    cells: &[(u16, u32)],
    count: u64,
    max: i64,
    per_mille: [u64; N],
) -> [i64; N] {
    let mut found = [0; N];
    let (mut seen, mut next) = (0, 0);
    for &(bin, n) in cells {
        seen += u64::from(n);
        while let Some(share) = per_mille.get(next)
            && seen >= (count * share).div_ceil(1000).max(1)
        {
            if let Some(slot) = found.get_mut(next) {
                *slot = middle(bin).min(max);
            }
            next += 1;
        }
    }
    found
}

/// Many histograms added up: one place per bin, so that adding one costs its bins only.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sum {
    counts: Vec<u32>,
    count: u64,
    max: i64,
}

impl Default for Sum {
    fn default() -> Self {
        Self { counts: vec![0; usize::from(BINS)], count: 0, max: 0 }
    }
}

impl Sum {
    /// Adds a histogram.
    pub fn add(&mut self, other: &Histogram) {
        self.count += other.count;
        self.max = self.max.max(other.max);
        for &(bin, n) in &other.cells {
            if let Some(count) = self.counts.get_mut(usize::from(bin)) {
                *count = count.saturating_add(n);
            }
        }
    }

    /// The histogram of all.
    #[must_use]
    pub fn histogram(&self) -> Histogram {
        let cells = (0u16..).zip(self.counts.iter().copied()).filter(|cell| cell.1 > 0);
        Histogram { cells: cells.collect(), count: self.count, max: self.max }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_longest_remembered_time_has_a_bin_of_its_own() {
        let longest = bin_of(600_000_000_000);
        assert!(longest < BINS - 1, "{longest}");
        assert_eq!(bin_of(i64::MAX), BINS - 1);
        assert_eq!((bin_of(-5), bin_of(999), bin_of(1000)), (0, 0, 1));
    }

    #[test]
    fn nothing_has_no_percentiles() {
        assert_eq!(Histogram::default().percentiles([500, 990]), [0, 0]);
    }

    proptest! {
        #[test]
        fn a_bin_holds_its_times(nanos in 0i64..1_000_000_000_000) {
            let bin = bin_of(nanos);
            prop_assert!(bin_start(bin) <= nanos);
            prop_assert!(nanos < bin_start(bin + 1));
            prop_assert!(bin <= bin_of(nanos.saturating_add(1)));
            if nanos >= 16_000 {
                let error = (middle(bin) - nanos).abs() as f64 / nanos as f64;
                prop_assert!(error * 100.0 <= ERROR_PERCENT, "{nanos} {error}");
            }
        }

        #[test]
        fn percentiles_are_near_the_exact_ones(
            mut all in proptest::collection::vec(16_000i64..60_000_000_000, 1..400),
            cut in 0usize..400,
        ) {
            // Put together of two, as columns are.
            let (mut a, mut b) = (Histogram::default(), Histogram::default());
            for (n, &nanos) in all.iter().enumerate() {
                if n < cut { a.add(nanos) } else { b.add(nanos) };
            }
            let mut sum = Sum::default();
            sum.add(&a);
            sum.add(&b);
            let histogram = sum.histogram();
            all.sort_unstable();
            prop_assert_eq!(histogram.count(), all.len() as u64);
            prop_assert_eq!(histogram.max(), *all.last().unwrap());
            let shares = [500u64, 950, 990, 1000];
            for (found, share) in histogram.percentiles(shares).into_iter().zip(shares) {
                let rank = (all.len() as u64 * share).div_ceil(1000).max(1) as usize;
                let exact = all[rank - 1];
                let error = (found - exact).abs() as f64 / exact as f64;
                prop_assert!(error * 100.0 <= ERROR_PERCENT, "p{share} {found} {exact}");
            }
        }
    }
}
