//! A bounded log for snapshots: the newest items of a stream, in blocks that are lent and never
//! change then. The oldest block goes when the bound is reached.

use std::collections::VecDeque;

use super::cow_vec::{BLOCK, append};
use super::lend::Lend;

/// Keeps between `capacity` and `capacity + 1024` of the newest items.
pub struct BlockLog<T> {
    blocks: VecDeque<Lend<Vec<T>>>,
    capacity: usize,
    first: u64,
    len: usize,
}

impl<T: Clone> Clone for BlockLog<T> {
    /// Cheap for what [`BlockLog::lend`] gave; else it copies all that was written since.
    fn clone(&self) -> Self {
        Self {
            blocks: self.blocks.clone(),
            capacity: self.capacity,
            first: self.first,
            len: self.len,
        }
    }
}

impl<T: Clone> BlockLog<T> {
    /// An empty log that forgets its oldest items beyond about `capacity`.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        Self { blocks: VecDeque::new(), capacity: capacity.max(1), first: 0, len: 0 }
    }

    /// Number of items kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// True if nothing is kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Position of the oldest kept item in the whole stream; the number of items forgotten.
    #[must_use]
    pub fn first(&self) -> u64 {
        self.first
    }

    /// Position one past the newest item in the whole stream.
    #[must_use]
    pub fn end(&self) -> u64 {
        self.first + self.len as u64
    }

    /// Appends an item; forgets the oldest block if the bound is exceeded by a whole block, and
    /// gives it away.
    pub fn push(&mut self, item: T) -> Option<Lend<Vec<T>>> {
        if let Some(new) = append(self.blocks.back_mut(), item) {
            self.blocks.push_back(new);
        }
        self.len += 1;
        if self.len >= self.capacity + BLOCK
            && let Some(oldest) = self.blocks.pop_front()
        {
            self.len -= oldest.len();
            self.first += oldest.len() as u64;
            return Some(oldest);
        }
        None
    }

    /// The log as it is now, for a snapshot.
    #[must_use]
    pub fn lend(&mut self) -> Self {
        let blocks = self.blocks.iter_mut().map(Lend::lend).collect();
        Self { blocks, capacity: self.capacity, first: self.first, len: self.len }
    }

    /// The items from stream position `from` on (or from the oldest kept), in order.
    pub fn iter_from(&self, from: u64) -> impl Iterator<Item = &T> {
        let skip = usize::try_from(from.saturating_sub(self.first)).unwrap_or(usize::MAX);
        // Every block but the last is full, so whole blocks can be skipped.
        let whole = (skip / BLOCK).min(self.blocks.len());
        self.blocks.iter().skip(whole).flat_map(|block| block.iter()).skip(skip - whole * BLOCK)
    }

    /// The item at stream position `at`, if it is kept.
    #[must_use]
    pub fn get(&self, at: u64) -> Option<&T> {
        let index = usize::try_from(at.checked_sub(self.first)?).ok()?;
        self.blocks.get(index / BLOCK)?.get(index % BLOCK)
    }

    /// The item at stream position `at`, for changing it; copies its block if a snapshot
    /// holds it.
    pub fn get_mut(&mut self, at: u64) -> Option<&mut T> {
        let index = usize::try_from(at.checked_sub(self.first)?).ok()?;
        self.blocks.get_mut(index / BLOCK)?.write().get_mut(index % BLOCK)
    }

    /// Shows the items that `older`, an earlier snapshot, has otherwise or not at all. Blocks that
    /// both share cost nothing.
    pub fn changed_since<'a>(&'a self, older: &Self, mut tell: impl FnMut(&'a T))
    where
        T: PartialEq,
    {
        // Every block but the last is full, so blocks begin at multiples of their size.
        let skip = self.first.saturating_sub(older.first) / BLOCK as u64;
        let skip = usize::try_from(skip).unwrap_or(usize::MAX);
        let mut before = older.blocks.iter().skip(skip);
        for block in &self.blocks {
            let old = before.next().map(|old| (old.as_slice(), old.is_same(block)));
            let (old, same) = old.unwrap_or_default();
            if same {
                continue;
            }
            for (n, item) in block.iter().enumerate() {
                if old.get(n) != Some(item) {
                    tell(item);
                }
            }
        }
    }

    /// The newest item.
    #[must_use]
    pub fn last(&self) -> Option<&T> {
        self.blocks.back().and_then(|block| block.last())
    }

    /// The newest item, for changing it.
    pub fn last_mut(&mut self) -> Option<&mut T> {
        self.blocks.back_mut().and_then(|block| block.write().last_mut())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_newest_and_knows_what_it_forgot() {
        let mut log = BlockLog::with_capacity(2000);
        for i in 0..10_000u64 {
            log.push(i);
            assert!(log.len() <= 2000 + BLOCK);
        }
        assert_eq!(log.end(), 10_000);
        let kept: Vec<u64> = log.iter_from(0).copied().collect();
        assert_eq!(kept.first().copied(), Some(log.first()));
        assert_eq!(kept.last().copied(), Some(9_999));
        assert!(log.iter_from(9_990).copied().eq(9_990..10_000));
        assert_eq!(log.iter_from(20_000).count(), 0);
        assert_eq!((log.get(9_990), log.get(0), log.get(10_000)), (Some(&9_990), None, None));
        let before = log.lend();
        if let Some(item) = log.get_mut(9_990) {
            *item = 1;
        }
        assert_eq!((log.get(9_990), before.get(9_990)), (Some(&1), Some(&9_990)));
    }

    #[test]
    fn what_was_written_to_is_told() {
        let mut log = BlockLog::with_capacity(3000);
        (0..3000u64).for_each(|i| {
            log.push(i);
        });
        let changed = |log: &BlockLog<u64>, older: &BlockLog<u64>| {
            let mut told = Vec::new();
            log.changed_since(older, |item| told.push(*item));
            told
        };
        let before = log.lend();
        assert!(changed(&log, &before).is_empty());
        if let Some(item) = log.get_mut(1500) {
            *item = 7;
        }
        assert_eq!(changed(&log, &before), [7]);
        // The oldest block goes, the others stay in step.
        (3000..4200u64).for_each(|i| {
            log.push(i);
        });
        assert!(log.first() > 0);
        let told = changed(&log, &before);
        assert_eq!((told.len(), told[0], told[1], told.last()), (1201, 7, 3000, Some(&4199)));
    }

    #[test]
    fn what_was_lent_does_not_change() {
        let mut log = BlockLog::with_capacity(10);
        log.push(1);
        let kept = log.lend();
        log.push(2);
        assert_eq!(kept.iter_from(0).copied().collect::<Vec<_>>(), vec![1]);
    }
}
