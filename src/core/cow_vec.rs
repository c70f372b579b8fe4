//! A vector whose clones are cheap and never change: blocks of 1024 items behind `Arc`s,
//! copied on the first write after a clone. Cloning costs one pointer per block.

use std::sync::Arc;

/// Items per block. 1024 keeps the copy of a touched block small (tens of KiB) and the list of
/// blocks short (100 pointers for 100,000 items).
pub const BLOCK: usize = 1024;

/// A copy-on-write vector; see the module text.
pub struct CowVec<T> {
    blocks: Vec<Arc<Vec<T>>>,
    len: usize,
}

impl<T> Clone for CowVec<T> {
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

    /// Item `index` for writing; copies its block if a clone still shares it.
    pub fn get_mut(&mut self, index: usize) -> Option<&mut T> {
        let block = self.blocks.get_mut(index / BLOCK)?;
        Arc::make_mut(block).get_mut(index % BLOCK)
    }

    /// Appends an item.
    pub fn push(&mut self, item: T) {
        match self.blocks.last_mut() {
            Some(last) if last.len() < BLOCK => Arc::make_mut(last).push(item),
            _ => {
                let mut block = Vec::with_capacity(BLOCK);
                block.push(item);
                self.blocks.push(Arc::new(block));
            }
        }
        self.len += 1;
    }

    /// All items in order.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.blocks.iter().flat_map(|block| block.iter())
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
        fn behaves_like_a_vector_and_clones_never_change(ops in prop::collection::vec(op(), 0..4000)) {
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
                    Op::Snapshot => kept.push((real.clone(), cow.clone())),
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
