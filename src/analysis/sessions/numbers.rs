//! Which `sequence_id`s of one sender were seen: what is missing, what came again.
//!
//! Bounded whatever the numbers are: missing ones are kept as ranges, and only the last
//! [`WINDOW`] numbers are remembered: by whom they came, and by a hash of their content.

use std::collections::VecDeque;

use crate::core::ids::Seq;

/// Numbers up to the highest one of which the content's hash is remembered.
pub(super) const WINDOW: usize = 128;

/// Ranges of missing numbers that are remembered.
pub(super) const MAX_GAPS: usize = 64;

/// Consecutive numbers that were not seen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Gap {
    pub(super) first: u64,
    pub(super) last: u64,
    /// The arrival that showed it.
    pub(super) shown_by: Seq,
    /// The receiver asked for one of them.
    pub(super) asked: bool,
}

/// What a number is to those seen before.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Place {
    /// The next one.
    Next,
    /// Beyond the next one: some are missing.
    Ahead,
    /// One of the missing ones, or one from before the first one seen.
    Late,
    /// Seen before, with the same content.
    Again,
    /// Seen before, with other content.
    Conflict,
    /// So far back that nothing is known of it.
    Stale,
}

/// A number that was seen not long ago, or not.
#[derive(Clone, Copy)]
struct Recent {
    /// Of its content; 0 = not seen.
    hash: u64,
    /// The arrival that brought it first.
    seq: Seq,
}

const UNSEEN: Recent = Recent { hash: 0, seq: Seq(0) };

/// See the module text.
#[derive(Default)]
pub(super) struct Numbers {
    /// The beginning was seen: numbers start at 1.
    from_start: bool,
    started: bool,
    low: u64,
    high: u64,
    gaps: VecDeque<Gap>,
    /// By number, ending at `high`.
    recent: VecDeque<Recent>,
    /// Missing numbers that are no longer remembered as such.
    given_up: u64,
}

impl Numbers {
    /// Of a session whose start was seen.
    pub(super) fn from_start() -> Self {
        Self { from_start: true, ..Self::default() }
    }

    /// The highest number seen.
    pub(super) fn high(&self) -> u64 {
        self.high
    }

    /// The lowest number not seen, above the first one that was.
    pub(super) fn next_expected(&self) -> u64 {
        match self.gaps.front() {
            Some(gap) => gap.first,
            None if self.started => self.high.saturating_add(1),
            None => 1,
        }
    }

    /// Missing ranges, lowest first.
    pub(super) fn gaps(&self) -> impl Iterator<Item = &Gap> {
        self.gaps.iter()
    }

    /// How many numbers are missing below the highest one seen.
    pub(super) fn missing(&self) -> u64 {
        let listed = self.gaps.iter().map(|gap| (gap.last - gap.first).saturating_add(1));
        listed.fold(self.given_up, u64::saturating_add)
    }

    /// The missing range that `number` is in.
    pub(super) fn gap_of(&self, number: u64) -> Option<&Gap> {
        let after = self.gaps.partition_point(|gap| gap.first <= number);
        self.gaps.get(after.checked_sub(1)?).filter(|gap| number <= gap.last)
    }

    /// The receiver asked for `number`; gives the arrival that showed it missing.
    pub(super) fn asked(&mut self, number: u64) -> Option<Seq> {
        let after = self.gaps.partition_point(|gap| gap.first <= number);
        let gap = self.gaps.get_mut(after.checked_sub(1)?).filter(|gap| number <= gap.last)?;
        gap.asked = true;
        Some(gap.shown_by)
    }

    /// The hash of `number`'s content, if it is remembered; `Some(0)` = not seen.
    pub(super) fn hash_of(&self, number: u64) -> Option<u64> {
        self.recent(number).map(|recent| recent.hash)
    }

    /// The arrival that brought `number` first, if that is remembered.
    pub(super) fn seq_of(&self, number: u64) -> Option<Seq> {
        self.recent(number).filter(|recent| recent.hash != 0).map(|recent| recent.seq)
    }

    fn recent(&self, number: u64) -> Option<Recent> {
        let back = usize::try_from(self.high.checked_sub(number)?).ok()?;
        let index = self.recent.len().checked_sub(back + 1)?;
        self.recent.get(index).copied()
    }

    /// Takes a number with the hash of its content, which is not 0. Only the first three kinds
    /// of [`Place`] change anything.
    pub(super) fn take(&mut self, number: u64, hash: u64, seq: Seq) -> Place {
        if !self.started {
            self.started = true;
            let below = if self.from_start && number > 0 { 1 } else { number };
            (self.low, self.high) = (below, number);
            self.skip(number - below);
            self.recent.push_back(Recent { hash, seq });
            self.trim();
            if below == number {
                return Place::Next;
            }
            self.add_gap(below, number - 1, seq);
            return Place::Ahead;
        }
        if number > self.high {
            return self.go_on(number, hash, seq);
        }
        if self.gap_of(number).is_some() {
            self.fill(number, Recent { hash, seq });
            return Place::Late;
        }
        match self.hash_of(number) {
            Some(0) => {
                self.fill(number, Recent { hash, seq });
                Place::Late
            }
            Some(known) if known == hash => Place::Again,
            Some(_) => Place::Conflict,
            None if self.is_just_before(number) => {
                self.begin_lower(number, hash, seq);
                Place::Late
            }
            None => Place::Stale,
        }
    }

    fn go_on(&mut self, number: u64, hash: u64, seq: Seq) -> Place {
        let skipped = number - self.high - 1;
        if skipped > 0 {
            self.add_gap(self.high + 1, number - 1, seq);
        }
        self.skip(skipped);
        self.recent.push_back(Recent { hash, seq });
        self.trim();
        self.high = number;
        if skipped > 0 { Place::Ahead } else { Place::Next }
    }

    /// Makes room for numbers that may still come.
    fn skip(&mut self, numbers: u64) {
        let numbers = usize::try_from(numbers).unwrap_or(usize::MAX).min(WINDOW);
        self.recent.extend(std::iter::repeat_n(UNSEEN, numbers));
    }

    fn trim(&mut self) {
        let more = self.recent.len().saturating_sub(WINDOW);
        self.recent.drain(..more);
    }

    fn add_gap(&mut self, first: u64, last: u64, shown_by: Seq) {
        self.gaps.push_back(Gap { first, last, shown_by, asked: false });
        self.bound_gaps();
    }

    fn bound_gaps(&mut self) {
        if self.gaps.len() > MAX_GAPS
            && let Some(gap) = self.gaps.pop_front()
        {
            let numbers = (gap.last - gap.first).saturating_add(1);
            self.given_up = self.given_up.saturating_add(numbers);
        }
    }

    fn fill(&mut self, number: u64, seen: Recent) {
        let after = self.gaps.partition_point(|gap| gap.first <= number);
        if let Some(index) = after.checked_sub(1)
            && let Some(&gap) = self.gaps.get(index)
            && number <= gap.last
        {
            self.gaps.remove(index);
            if number < gap.last {
                self.gaps.insert(index, Gap { first: number + 1, ..gap });
            }
            if gap.first < number {
                self.gaps.insert(index, Gap { last: number - 1, ..gap });
            }
            self.bound_gaps();
        } else {
            self.given_up = self.given_up.saturating_sub(1);
        }
        if let Ok(back) = usize::try_from(self.high - number)
            && let Some(index) = self.recent.len().checked_sub(back + 1)
            && let Some(slot) = self.recent.get_mut(index)
        {
            *slot = seen;
        }
    }

    /// True for a number shortly before the first one, when the beginning was not seen: the
    /// first ones may have come out of order.
    fn is_just_before(&self, number: u64) -> bool {
        !self.from_start
            && number < self.low
            && self.low - number <= WINDOW as u64
            && self.high - self.low < WINDOW as u64
    }

    fn begin_lower(&mut self, number: u64, hash: u64, seq: Seq) {
        if self.low - number > 1 {
            let (first, last) = (number + 1, self.low - 1);
            self.gaps.push_front(Gap { first, last, shown_by: seq, asked: false });
            self.bound_gaps();
        }
        self.low = number;
        // Back to `number` if there is room, so that it is known when it comes again.
        if self.high - number < WINDOW as u64 {
            while self.recent.len() as u64 <= self.high - number {
                self.recent.push_front(UNSEEN);
            }
            if let Some(slot) = self.recent.front_mut() {
                *slot = Recent { hash, seq };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take(numbers: &mut Numbers, number: u64) -> Place {
        numbers.take(number, number | 1 << 63, Seq(number))
    }

    fn missing(numbers: &Numbers) -> Vec<(u64, u64)> {
        numbers.gaps().map(|gap| (gap.first, gap.last)).collect()
    }

    #[test]
    fn gaps_open_split_and_close() {
        let mut numbers = Numbers::from_start();
        assert_eq!(take(&mut numbers, 1), Place::Next);
        assert_eq!(take(&mut numbers, 5), Place::Ahead);
        assert_eq!((missing(&numbers), numbers.next_expected()), (vec![(2, 4)], 2));
        assert_eq!(take(&mut numbers, 3), Place::Late);
        assert_eq!((missing(&numbers), numbers.missing()), (vec![(2, 2), (4, 4)], 2));
        assert_eq!(numbers.asked(4), Some(Seq(5)));
        assert!(numbers.gap_of(4).is_some_and(|gap| gap.asked));
        assert_eq!(take(&mut numbers, 2), Place::Late);
        assert_eq!(take(&mut numbers, 4), Place::Late);
        assert_eq!((missing(&numbers), numbers.next_expected()), (vec![], 6));
        assert_eq!(take(&mut numbers, 4), Place::Again);
        assert_eq!(numbers.take(4, 1, Seq(9)), Place::Conflict);
        assert_eq!((numbers.seq_of(4), numbers.seq_of(6)), (Some(Seq(4)), None));
    }

    #[test]
    fn the_first_number_tells_where_it_was_joined() {
        let mut seen = Numbers::from_start();
        assert_eq!(take(&mut seen, 3), Place::Ahead);
        assert_eq!(missing(&seen), [(1, 2)]);
        assert_eq!(take(&mut seen, 2), Place::Late);
        assert_eq!(take(&mut seen, 2), Place::Again);
        assert_eq!(take(&mut seen, 500), Place::Ahead);
        assert_eq!((take(&mut seen, 450), take(&mut seen, 450)), (Place::Late, Place::Again));
        assert_eq!((take(&mut seen, 200), take(&mut seen, 200)), (Place::Late, Place::Stale));
        let mut joined = Numbers::default();
        assert_eq!(take(&mut joined, 300), Place::Next);
        assert_eq!(take(&mut joined, 298), Place::Late);
        assert_eq!(missing(&joined), [(299, 299)]);
        assert_eq!(take(&mut joined, 298), Place::Again);
        assert_eq!(take(&mut joined, 3), Place::Stale);
    }

    #[test]
    fn any_numbers_stay_within_bounds() {
        let mut numbers = Numbers::from_start();
        for n in 0..100_000_u64 {
            take(&mut numbers, n.wrapping_mul(n).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (n % 60));
            assert!(numbers.gaps.len() <= MAX_GAPS && numbers.recent.len() <= WINDOW);
        }
        assert_eq!(take(&mut Numbers::from_start(), u64::MAX), Place::Ahead);
        let mut end = Numbers::default();
        take(&mut end, u64::MAX);
        assert_eq!(end.next_expected(), u64::MAX);
        assert_eq!(take(&mut end, u64::MAX), Place::Again);
    }
}
