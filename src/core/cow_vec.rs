//! A vector for snapshots: blocks of 1024 items that are lent and never change then, copied on
//! the first write after that. Lending costs one pointer per block.

use super::lend::Lend;

/// Items per block. 1024 keeps the copy of a touched block small (tens of KiB) and the list of
/// blocks short (100 pointers for 100,000 items).
pub const BLOCK: usize = 1024;

/// A copy-on-write vector; see the module text.
pub struct CowVec<T> {
    blocks: Vec<Lend<Vec<T>>>,
    len: usize,
}

impl<T: Clone> Clone for CowVec<T> {
    /// Cheap for what [`CowVec::lend`] gave; else it copies all that was written since.
    fn clone(&self) -> Self {
        Self { blocks: self.blocks.clone(), len: self.len }
    }
}

impl<T> Default for CowVec<T> {
    fn default() -> Self {
        Self { blocks: Vec::new(), len: 0 }
    }
}

impl<T: Clone> CowVec<T> {
    /// An empty vector.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Number of items.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// True if there are no items.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Item `index`, if there is one.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<&T> {
        self.blocks.get(index / BLOCK)?.get(index % BLOCK)
    }

    /// Item `index` for writing; copies its block if a snapshot still holds it.
    pub fn get_mut(&mut self, index: usize) -> Option<&mut T> {
        self.blocks.get_mut(index / BLOCK)?.write().get_mut(index % BLOCK)
    }

    /// Appends an item.
    pub fn push(&mut self, item: T) {
        if let Some(new) = append(self.blocks.last_mut(), item) {
            self.blocks.push(new);
        }
        self.len += 1;
    }

    /// The vector as it is now, for a snapshot.
    #[must_use]
    pub fn lend(&mut self) -> Self {
        Self { blocks: self.blocks.iter_mut().map(Lend::lend).collect(), len: self.len }
    }

    /// All items in order.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.blocks.iter().flat_map(|block| block.iter())
    }
}

/// Adds an item to the last block; gives a new block with it if that one is full.
pub(super) fn append<T: Clone>(last: Option<&mut Lend<Vec<T>>>, item: T) -> Option<Lend<Vec<T>>> {
    match last {
        Some(last) if last.len() < BLOCK => {
            let block = last.write();
            // What was copied for writing has no room to grow.
            if block.len() == block.capacity() {
                block.reserve_exact(BLOCK.saturating_sub(block.len()));
            }
            block.push(item);
            None
        }
        _ => {
            let mut block = Vec::with_capacity(BLOCK);
            block.push(item);
            Some(Lend::Own(block))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[derive(Clone, Debug)]
    enum Op {
        Push(u32),
        Set(usize, u32),
        Snapshot,
    }

    fn op() -> impl Strategy<Value = Op> {
        prop_oneof![
            8 => any::<u32>().prop_map(Op::Push),
            4 => (0..5000usize, any::<u32>()).prop_map(|(i, v)| Op::Set(i, v)),
            1 => Just(Op::Snapshot),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]
        #[test]
        fn behaves_like_a_vector_and_what_was_lent_never_changes(ops in prop::collection::vec(op(), 0..4000)) {
            let mut real: Vec<u32> = Vec::new();
            let mut cow: CowVec<u32> = CowVec::new();
            let mut kept: Vec<(Vec<u32>, CowVec<u32>)> = Vec::new();
            for op in ops {
                match op {
                    Op::Push(v) => { real.push(v); cow.push(v); }
                    Op::Set(i, v) => {
                        let there = real.get_mut(i).map(|x| *x = v).is_some();
                        prop_assert_eq!(there, cow.get_mut(i).map(|x| *x = v).is_some());
                    }
                    Op::Snapshot => kept.push((real.clone(), cow.lend())),
                }
            }
            kept.push((real, cow));
            for (real, cow) in kept {
                prop_assert_eq!(cow.len(), real.len());
                prop_assert!(cow.iter().eq(real.iter()));
            }
        }
    }
}
