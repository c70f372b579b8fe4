//! Response times and timeouts by time, as histograms per second, per five seconds and so on up
//! to a day; each answer is in one of each kind. So any span has some that fit it, and old times
//! stay, coarser and coarser.
//!
//! Bounded twice: each level keeps so many of its newest histograms, and all together so many
//! bins.

use std::collections::VecDeque;

use super::bins::{Histogram, Sum};
use crate::core::time::Timestamp;
use crate::view::state::TimeRange;

const SECOND: i64 = 1_000_000_000;

/// Lengths of time, nanoseconds; each divides the next.
pub const WIDTHS: [i64; 9] = [
    SECOND,
    5 * SECOND,
    15 * SECOND,
    60 * SECOND,
    300 * SECOND,
    900 * SECOND,
    3_600 * SECOND,
    21_600 * SECOND,
    86_400 * SECOND,
];

/// Histograms kept per level: more than a screen has columns.
const KEPT: usize = 2048;

/// Bins kept in all, of eight bytes each.
const MAX_CELLS: usize = 2_000_000;

/// What happened in one length of time.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Bucket {
    /// Response times.
    pub times: Histogram,
    /// Requests sent in it that ran out of time.
    pub timeouts: u32,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Level {
    width: i64,
    /// What lies before this number is no longer kept.
    floor: i64,
    /// By number of the length of time since the epoch; empty ones are left out.
    buckets: VecDeque<(i64, Bucket)>,
    kept: usize,
}

impl Level {
    fn new(width: i64, kept: usize) -> Self {
        Self { width, floor: i64::MIN, buckets: VecDeque::new(), kept }
    }

    /// The bucket of a moment, to be changed, and how many bins went with old ones for it; `None`
    /// if the moment is older than what is kept.
    fn bucket(&mut self, at: Timestamp) -> Option<(&mut Bucket, usize)> {
        let number = at.0.div_euclid(self.width);
        if number < self.floor {
            return None;
        }
        let mut place = match self.buckets.back() {
            Some(newest) if newest.0 == number => self.buckets.len() - 1,
            Some(newest) if newest.0 > number => {
                self.buckets.partition_point(|bucket| bucket.0 < number)
            }
            _ => self.buckets.len(),
        };
        let mut gone = 0;
        if self.buckets.get(place).is_none_or(|bucket| bucket.0 != number) {
            if self.buckets.len() >= self.kept {
                let before = place.checked_sub(1)?;
                gone = self.shed();
                place = before;
            }
            self.buckets.insert(place, (number, Bucket::default()));
        }
        self.buckets.get_mut(place).map(|bucket| (&mut bucket.1, gone))
    }

    /// Gives up the oldest bucket; says how many bins went.
    fn shed(&mut self) -> usize {
        let Some((number, bucket)) = self.buckets.pop_front() else { return 0 };
        self.floor = number + 1;
        bucket.times.cells().len()
    }

    fn cells(&self) -> usize {
        self.buckets.iter().map(|bucket| bucket.1.times.cells().len()).sum()
    }

    /// Buckets from one number up to another.
    fn between(&self, from: i64, to: i64) -> impl Iterator<Item = &(i64, Bucket)> {
        let start = self.buckets.partition_point(|bucket| bucket.0 < from);
        self.buckets.range(start..).take_while(move |bucket| bucket.0 < to)
    }
}

/// See the module text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pyramid {
    levels: [Level; WIDTHS.len()],
    cells: usize,
    max_cells: usize,
    /// Grows with every change.
    changes: u64,
}

impl Default for Pyramid {
    fn default() -> Self {
        Self::with_bounds(KEPT, MAX_CELLS)
    }
}

/// What is known of a stretch of time.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Summary {
    /// Response times.
    pub times: Histogram,
    /// Requests sent in it that ran out of time.
    pub timeouts: u64,
    /// False if some of it could only be told together with what lies beside it.
    pub exact: bool,
}

impl Pyramid {
    fn with_bounds(kept: usize, max_cells: usize) -> Self {
        let levels = WIDTHS.map(|width| Level::new(width, kept));
        Self { levels, cells: 0, max_cells, changes: 0 }
    }

    /// Takes an answer that came at `at` after `nanos`.
    pub fn answer(&mut self, at: Timestamp, nanos: i64) {
        self.changes += 1;
        for level in &mut self.levels {
            let Some((bucket, gone)) = level.bucket(at) else { continue };
            self.cells += usize::from(bucket.times.add(nanos));
            self.cells = self.cells.saturating_sub(gone);
        }
        while self.cells > self.max_cells {
            let Some(level) = self.levels.iter_mut().max_by_key(|level| level.cells()) else {
                return;
            };
            // A whole stretch at once: looking for the largest level is not for every answer.
            for _ in 0..=level.buckets.len() / 8 {
                self.cells = self.cells.saturating_sub(level.shed());
            }
        }
    }

    /// Takes a request that was sent at `asked_at` and ran out of time.
    pub fn timeout(&mut self, asked_at: Timestamp) {
        self.changes += 1;
        for level in &mut self.levels {
            let Some((bucket, gone)) = level.bucket(asked_at) else { continue };
            bucket.timeouts = bucket.timeouts.saturating_add(1);
            self.cells = self.cells.saturating_sub(gone);
        }
    }

    /// A number that grows with every change.
    #[must_use]
    pub fn changes(&self) -> u64 {
        self.changes
    }

    /// Start of the oldest and end of the newest second with something in it, as far as still
    /// known, and coarser for what is long ago.
    #[must_use]
    pub fn extent(&self) -> Option<TimeRange> {
        let newest = self.levels.first()?.buckets.back()?.0;
        let to = Timestamp((newest + 1).saturating_mul(SECOND));
        // The finest level that has all the coarsest has.
        let whole = self.levels.iter().find(|level| level.floor == i64::MIN);
        let level = whole.or(self.levels.last())?;
        let from = Timestamp(level.buckets.front()?.0.saturating_mul(level.width));
        Some(TimeRange { from, to })
    }

    /// The buckets of a level that meet a stretch of time, oldest first, each with its start;
    /// empty ones are left out.
    pub fn buckets(
        &self,
        level: usize,
        range: TimeRange,
    ) -> impl Iterator<Item = (Timestamp, &Bucket)> {
        let level = self.levels.get(level);
        level.into_iter().flat_map(move |level| {
            let (from, to) = (range.from.0.div_euclid(level.width), ceil(range.to.0, level.width));
            level
                .between(from, to)
                .map(|(number, bucket)| (Timestamp(number.saturating_mul(level.width)), bucket))
        })
    }

    /// True if a level still has all it ever had from a moment on.
    #[must_use]
    pub fn reaches(&self, level: usize, from: Timestamp) -> bool {
        self.levels.get(level).is_some_and(|level| {
            level.floor == i64::MIN || from.0.div_euclid(level.width) >= level.floor
        })
    }

    /// Everything in a stretch of time: of each part of it the longest lengths of time that fit.
    #[must_use]
    pub fn summary(&self, range: TimeRange) -> Summary {
        let (mut sum, mut timeouts) = (Sum::default(), 0);
        let top = self.levels.len() - 1;
        let exact = self.collect(range.from.0, range.to.0, top, &mut |bucket| {
            sum.add(&bucket.times);
            timeouts += u64::from(bucket.timeouts);
        });
        Summary { times: sum.histogram(), timeouts, exact }
    }

    fn collect(&self, from: i64, to: i64, level: usize, take: &mut impl FnMut(&Bucket)) -> bool {
        let Some(here) = self.levels.get(level).filter(|_| from < to) else { return true };
        let width = here.width;
        let (first, end) = (ceil(from, width), to.div_euclid(width));
        if first >= end {
            return self.collect_part(from, to, level, take);
        }
        here.between(first, end).for_each(|bucket| take(&bucket.1));
        let before = self.collect_part(from, first.saturating_mul(width), level, take);
        let after = self.collect_part(end.saturating_mul(width), to, level, take);
        before && after
    }

    /// Takes what a level is too coarse for from the next finer one. That may be too young to
    /// have all of it: then the whole lengths of time that it is in.
    fn collect_part(
        &self,
        from: i64,
        to: i64,
        level: usize,
        take: &mut impl FnMut(&Bucket),
    ) -> bool {
        let Some(here) = self.levels.get(level).filter(|_| from < to) else { return true };
        match level.checked_sub(1).filter(|below| self.reaches(*below, Timestamp(from))) {
            Some(below) => self.collect(from, to, below, take),
            None => {
                let (first, end) = (from.div_euclid(here.width), ceil(to, here.width));
                here.between(first, end).for_each(|bucket| take(&bucket.1));
                false
            }
        }
    }
}

/// The number of the first length of time that begins at or after a moment.
fn ceil(at: i64, width: i64) -> i64 {
    at.div_euclid(width) + i64::from(at.rem_euclid(width) != 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn range(from: i64, to: i64) -> TimeRange {
        TimeRange { from: Timestamp(from), to: Timestamp(to) }
    }

    #[test]
    fn old_times_get_coarser_and_stay() {
        let mut pyramid = Pyramid::with_bounds(10, usize::MAX);
        for second in 0..1000 {
            pyramid.answer(Timestamp(second * SECOND), 5_000_000 + second);
        }
        assert!(!pyramid.reaches(0, Timestamp(0)) && pyramid.reaches(3, Timestamp(600 * SECOND)));
        let all = pyramid.summary(range(0, 1000 * SECOND));
        assert_eq!((all.times.count(), all.times.max()), (1000, 5_000_999));
        assert!(all.exact);
        let all = pyramid.summary(range(7 * SECOND, 1000 * SECOND));
        assert_eq!(
            (all.times.count(), all.exact),
            (1000, false),
            "five minutes is all that is left"
        );
        let minutes = pyramid.summary(range(600 * SECOND, 660 * SECOND));
        assert_eq!((minutes.times.count(), minutes.exact), (60, true));
        let newest = pyramid.summary(range(993 * SECOND, 998 * SECOND));
        assert_eq!((newest.times.count(), newest.exact), (5, true));
        assert_eq!(pyramid.extent(), Some(range(0, 1000 * SECOND)));
        // What comes late for its second is counted where it still can be.
        pyramid.answer(Timestamp(0), 1);
        assert_eq!(pyramid.summary(range(0, 1000 * SECOND)).times.count(), 1001);
    }

    #[test]
    fn memory_is_bounded_whatever_comes() {
        let mut pyramid = Pyramid::with_bounds(2048, 5_000);
        let mut nanos = 1i64;
        for n in 0..40_000i64 {
            nanos = nanos.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695);
            pyramid.answer(Timestamp(n * SECOND * 7), (nanos >> 20).rem_euclid(60_000_000_000));
            let cells: usize = pyramid.levels.iter().map(Level::cells).sum();
            if n % 1000 == 0 {
                assert!(cells <= 5_000 && cells == pyramid.cells, "{cells} {}", pyramid.cells);
            }
        }
        for at in [i64::MIN, i64::MAX, 0, -1] {
            pyramid.answer(Timestamp(at), at);
            pyramid.timeout(Timestamp(at));
            let _ = pyramid.summary(range(i64::MIN, i64::MAX));
        }
    }

    proptest! {
        /// In whatever order answers come, as long as nothing had to be given up.
        #[test]
        fn it_is_the_same_as_counted_anew(
            answers in proptest::collection::vec((0i64..400, 0i64..5_000), 0..200),
            timeouts in proptest::collection::vec(0i64..400, 0..20),
            from in 0i64..400, length in 0i64..400,
        ) {
            let mut pyramid = Pyramid::default();
            for &(at, ms) in &answers {
                pyramid.answer(Timestamp(at * SECOND + ms), ms * 1_000_000);
            }
            for &at in &timeouts {
                pyramid.timeout(Timestamp(at * SECOND));
            }
            let mut sorted = Pyramid::default();
            let mut in_order = answers.clone();
            in_order.sort_unstable();
            for &at in &timeouts {
                sorted.timeout(Timestamp(at * SECOND));
            }
            for &(at, ms) in &in_order {
                sorted.answer(Timestamp(at * SECOND + ms), ms * 1_000_000);
            }
            prop_assert_eq!(&sorted, &pyramid);
            let range = range(from * SECOND, (from + length) * SECOND);
            let mut exact = Histogram::default();
            for &(at, ms) in &answers {
                if range.contains(Timestamp(at * SECOND + ms)) {
                    exact.add(ms * 1_000_000);
                }
            }
            let late = timeouts.iter().filter(|at| range.contains(Timestamp(**at * SECOND)));
            let expected = Summary { times: exact, timeouts: late.count() as u64, exact: true };
            prop_assert_eq!(&pyramid.summary(range), &expected);
            for level in 0..WIDTHS.len() {
                let counts = pyramid.buckets(level, self::range(0, 400 * SECOND));
                let total: u64 = counts.map(|(_, bucket)| bucket.times.count()).sum();
                prop_assert_eq!(total, answers.len() as u64);
            }
        }
    }
}
