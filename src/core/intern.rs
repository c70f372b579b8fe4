//! Names to dense numbers. The names live in a [`CowVec`], so a snapshot of them is cheap.
//! Bounded: beyond its caps every new name maps to one "other" entry, and is counted.

use std::hash::BuildHasher;
use std::sync::Arc;

use hashbrown::HashTable;

use super::cow_vec::CowVec;

/// Number of the entry that stands for every name beyond the caps.
pub const OTHER: u32 = 0;

/// Fixed cost of one name besides its bytes: two counters, pointer and length in the list, the
/// same and its number in a table that may be half empty.
const NAME_OVERHEAD_BYTES: usize = 72;

/// A bounded table of names; see the module text.
pub struct Interner {
    /// Names with their numbers. The names stand here too, so that finding one leads straight
    /// to its text.
    table: HashTable<(Arc<str>, u32)>,
    names: CowVec<Arc<str>>,
    // Keyed per process: names come from strangers who could aim for collisions.
    hasher: hashbrown::DefaultHashBuilder,
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
            table: HashTable::new(),
            names,
            hasher: hashbrown::DefaultHashBuilder::default(),
            cap,
            max_bytes,
            refused: 0,
            bytes: 0,
        }
    }

    /// The number of `name`, giving it the next free one if it is new.
    ///
    /// Returns the number and whether it is new. Beyond the caps: `(OTHER, false)`.
    pub fn intern(&mut self, name: &str) -> (u32, bool) {
        let Self { table, names, hasher, .. } = self;
        let hash = hasher.hash_one(name);
        if let Some(&(_, id)) = table.find(hash, |(known, _)| **known == *name) {
            return (id, false);
        }
        let cost = name.len() + NAME_OVERHEAD_BYTES;
        if names.len() > self.cap || self.bytes + cost > self.max_bytes {
            self.refused += 1;
            return (OTHER, false);
        }
        let id = u32::try_from(names.len()).unwrap_or(OTHER);
        let name: Arc<str> = Arc::from(name);
        names.push(Arc::clone(&name));
        table.insert_unique(hash, (name, id), |(known, _)| hasher.hash_one(&**known));
        self.bytes += cost;
        (id, true)
    }

    /// The number of `name`, if it is known.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<u32> {
        let hash = self.hasher.hash_one(name);
        self.table.find(hash, |(known, _)| **known == *name).map(|&(_, id)| id)
    }

    /// All names; the position is the number.
    #[must_use]
    pub fn names(&self) -> &CowVec<Arc<str>> {
        &self.names
    }

    /// All names as they are now, for a snapshot.
    #[must_use]
    pub fn lend(&mut self) -> CowVec<Arc<str>> {
        self.names.lend()
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
    fn ten_thousand_names_stay_apart() {
        let mut names = Interner::with_caps(20_000, 10_000_000, "(other)");
        for i in 1..=10_000u32 {
            assert_eq!(names.intern(&format!("topic/{i}")), (i, true));
        }
        for i in 1..=10_000u32 {
            assert_eq!(names.find(&format!("topic/{i}")), Some(i));
        }
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
