//! The newest reassembled Msgs within a number of bytes, by the arrival that completed them.
//! Clones are cheap: blocks behind `Arc`s.

use std::collections::VecDeque;
use std::sync::Arc;

use super::Whole;
use crate::core::ids::Seq;

/// Msgs per block at most. A block also ends at a sixteenth of the budget, since the oldest
/// block goes as one.
const BLOCK: usize = 256;

/// Fixed memory of one Msg besides its bytes, roughly.
const OVERHEAD: usize = 160;

/// Msgs looked at to find the one that a segment is part of.
const LOOK_AHEAD: usize = 2048;

#[derive(Clone)]
struct Block {
    items: Arc<Vec<Arc<Whole>>>,
    cost: usize,
}

/// See the module text.
#[derive(Clone)]
pub(crate) struct Wholes {
    blocks: VecDeque<Block>,
    cost: usize,
    budget: usize,
    forgotten: u64,
}

impl Wholes {
    pub(super) fn new(budget: usize) -> Self {
        Self { blocks: VecDeque::new(), cost: 0, budget, forgotten: 0 }
    }

    /// How many are no longer kept.
    pub(in crate::analysis) fn forgotten(&self) -> u64 {
        self.forgotten
    }

    /// Memory held, bytes, roughly.
    #[cfg(test)]
    pub(super) fn cost(&self) -> usize {
        self.cost
    }

    /// Keeps one; its arrival number is higher than all before.
    pub(super) fn push(&mut self, whole: Arc<Whole>) {
        let cost = whole.bytes.len() + whole.parts.len() * size_of::<Seq>() + OVERHEAD;
        while self.cost + cost > self.budget
            && let Some(oldest) = self.blocks.pop_front()
        {
            self.cost -= oldest.cost;
            self.forgotten += oldest.items.len() as u64;
        }
        if cost > self.budget {
            self.forgotten += 1;
            return;
        }
        self.cost += cost;
        let most = self.budget / 16;
        match self.blocks.back_mut() {
            Some(last) if last.items.len() < BLOCK && last.cost + cost <= most => {
                Arc::make_mut(&mut last.items).push(whole);
                last.cost += cost;
            }
            _ => self.blocks.push_back(Block { items: Arc::new(vec![whole]), cost }),
        }
    }

    /// The Msgs completed by `seq` or later, in order of completion.
    fn from(&self, seq: Seq) -> impl Iterator<Item = &Arc<Whole>> {
        let behind = |block: &Block| block.items.last().is_some_and(|whole| whole.seq < seq);
        let start = self.blocks.partition_point(behind);
        let skip = self
            .blocks
            .get(start)
            .map_or(0, |block| block.items.partition_point(|whole| whole.seq < seq));
        self.blocks.range(start.min(self.blocks.len())..).flat_map(|b| b.items.iter()).skip(skip)
    }

    /// The Msg that arrival `seq` completed.
    pub(in crate::analysis) fn get(&self, seq: Seq) -> Option<&Arc<Whole>> {
        self.from(seq).next().filter(|whole| whole.seq == seq)
    }

    /// The Msg that arrival `seq` is a segment of, and its place in it, from 0.
    pub(in crate::analysis) fn part_of(&self, seq: Seq) -> Option<(&Arc<Whole>, usize)> {
        self.from(seq).take(LOOK_AHEAD).find_map(|whole| {
            whole.first_seen.filter(|(first, _)| *first <= seq)?;
            let place = whole.parts.iter().position(|part| *part == seq)?;
            Some((whole, place))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::time::Timestamp;

    fn whole(seq: u64, parts: &[u64], len: usize) -> Arc<Whole> {
        let parts: Arc<[Seq]> = parts.iter().map(|&part| Seq(part)).collect();
        let first = parts.iter().min().map(|&first| (first, Timestamp(0)));
        Arc::new(Whole { seq: Seq(seq), bytes: vec![7; len].into(), parts, first_seen: first })
    }

    #[test]
    fn found_by_completion_and_by_segment() {
        let mut log = Wholes::new(1 << 20);
        for n in 1..2000 {
            log.push(whole(n * 10, &[n * 10 - 3, n * 10 - 1, n * 10], 100));
        }
        assert_eq!(log.get(Seq(500)).map(|whole| whole.seq), Some(Seq(500)));
        assert!(log.get(Seq(501)).is_none() && log.get(Seq(1_000_000)).is_none());
        let found = log.part_of(Seq(507)).map(|(whole, place)| (whole.seq, place));
        assert_eq!(found, Some((Seq(510), 0)));
        assert!(log.part_of(Seq(508)).is_none());
    }

    #[test]
    fn the_oldest_go_and_are_counted() {
        let mut log = Wholes::new(64 << 10);
        for n in 1..=10_000 {
            log.push(whole(n, &[n], (n % 900) as usize));
            assert!(log.cost() <= 64 << 10);
        }
        let kept: usize = log.blocks.iter().map(|block| block.items.len()).sum();
        assert_eq!(log.forgotten() + kept as u64, 10_000);
        assert!(kept > 50 && log.get(Seq(10_000)).is_some() && log.get(Seq(1)).is_none());
        log.push(whole(10_001, &[1], 65 << 10));
        assert_eq!((log.cost(), log.forgotten()), (0, 10_001));
    }
}
