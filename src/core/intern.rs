//! Names to dense numbers. The names live in a [`CowVec`], so a snapshot of them is cheap.
//! Bounded: beyond its cap every new name maps to one "other" entry, and is counted.

use std::hash::BuildHasher as _;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::cow_vec::CowVec;

/// Number of the entry that stands for every name beyond the cap.
pub const OTHER: u32 = 0;

/// A bounded table of byte strings; see the module text.
pub struct Interner {
    by_hash: FxHashMap<u64, Vec<u32>>,
    names: CowVec<Arc<str>>,
    hasher: std::hash::RandomState,
    cap: usize,
    max_bytes: usize,
    refused: u64,
    bytes: usize,
}

impl Interner {
    /// A table for at most `cap` names of at most `max_bytes` in all, besides entry
    /// [`OTHER`], which reads `other`.
    #[must_use]
    pub fn with_caps(cap: usize, max_bytes: usize, other: &str) -> Self {
        let mut names = CowVec::new();
        names.push(Arc::from(other));
        Self {
            by_hash: FxHashMap::default(),
            names,
            hasher: std::hash::RandomState::new(),
            cap,
            max_bytes,
            refused: 0,
            bytes: 0,
        }
    }

    /// The number of `name`, giving it the next free one if it is new.
    ///
    /// Returns the number and whether it is new. Beyond the cap: `(OTHER, false)`.
    pub fn intern(&mut self, name: &str) -> (u32, bool) {
        // A keyed hash: topics and ids come from strangers who could aim for collisions.
        let hash = self.hasher.hash_one(name.as_bytes());
        if let Some(ids) = self.by_hash.get(&hash) {
            for &id in ids {
                if self.names.get(id as usize).is_some_and(|known| &**known == name) {
                    return (id, false);
                }
            }
        }
        let cost = name.len() + 96;
        if self.names.len() > self.cap || self.bytes + cost > self.max_bytes {
            self.refused += 1;
            return (OTHER, false);
        }
        let id = u32::try_from(self.names.len()).unwrap_or(OTHER);
        self.names.push(Arc::from(name));
        self.by_hash.entry(hash).or_default().push(id);
        self.bytes += cost;
        (id, true)
    }

    /// The number of `name`, if it is known.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<u32> {
        let hash = self.hasher.hash_one(name.as_bytes());
        self.by_hash
            .get(&hash)?
            .iter()
            .copied()
            .find(|&id| self.names.get(id as usize).is_some_and(|known| &**known == name))
    }

    /// All names; the position is the number.
    #[must_use]
    pub fn names(&self) -> &CowVec<Arc<str>> {
        &self.names
    }

    /// How often a new name was refused for lack of room.
    #[must_use]
    pub fn refused(&self) -> u64 {
        self.refused
    }

    /// Memory held by the names and their index, in bytes, roughly.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_keep_their_numbers_and_the_cap_holds() {
        let mut names = Interner::with_caps(2, 1000, "(other)");
        assert_eq!(names.intern("a"), (1, true));
        assert_eq!(names.intern("b"), (2, true));
        assert_eq!(names.intern("a"), (1, false));
        assert_eq!(names.intern("c"), (OTHER, false));
        assert_eq!(names.intern("c"), (OTHER, false));
        assert_eq!(names.refused(), 2);
        assert_eq!(names.find("b"), Some(2));
        assert_eq!(names.find("c"), None);
        assert_eq!(names.names().get(0).map(|n| &**n), Some("(other)"));
    }

    #[test]
    fn long_names_cannot_exceed_the_byte_cap() {
        let mut names = Interner::with_caps(1000, 500, "(other)");
        for i in 0..100 {
            names.intern(&format!("{i}-{}", "x".repeat(100)));
            assert!(names.bytes() <= 500);
        }
        assert!(names.refused() > 90);
    }
}
