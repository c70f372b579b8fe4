//! Paths and names, kept once for all devices, and forgotten with the last one that uses them.

use std::hash::BuildHasher;
use std::sync::Arc;

use hashbrown::HashTable;

/// Number of a name.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct NameId(u32);

/// Memory of one name besides its bytes: counters of the `Arc`, slot, place in the table.
const OVERHEAD: usize = 80;

struct Slot {
    name: Arc<str>,
    users: u32,
}

/// See the module text.
pub(super) struct Names {
    table: HashTable<u32>,
    slots: Vec<Slot>,
    free: Vec<u32>,
    nothing: Arc<str>,
    // Keyed per process: names come from strangers who could aim for collisions.
    hasher: hashbrown::DefaultHashBuilder,
    bytes: usize,
}

impl Names {
    pub(super) fn new() -> Self {
        Self {
            table: HashTable::new(),
            slots: Vec::new(),
            free: Vec::new(),
            nothing: Arc::from(""),
            hasher: hashbrown::DefaultHashBuilder::default(),
            bytes: 0,
        }
    }

    /// Memory held, in bytes, roughly.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// What keeping a new name takes.
    pub(super) fn cost(name: &str) -> usize {
        name.len() + OVERHEAD
    }

    pub(super) fn find(&self, name: &str) -> Option<NameId> {
        let hash = self.hasher.hash_one(name);
        self.table
            .find(hash, |&id| self.slot(id).is_some_and(|s| &*s.name == name))
            .map(|&id| NameId(id))
    }

    #[inline]
    pub(super) fn get(&self, id: NameId) -> &str {
        self.slot(id.0).map_or("", |slot| &slot.name)
    }

    pub(super) fn share(&self, id: NameId) -> Arc<str> {
        Arc::clone(self.slot(id.0).map_or(&self.nothing, |slot| &slot.name))
    }

    /// One more user of this name.
    pub(super) fn hold(&mut self, name: &str) -> NameId {
        let Self { table, slots, hasher, .. } = self;
        let hash = hasher.hash_one(name);
        let same = |&id: &u32| slots.get(id as usize).is_some_and(|s| &*s.name == name);
        if let Some(&id) = table.find(hash, same) {
            if let Some(slot) = slots.get_mut(id as usize) {
                slot.users += 1;
            }
            return NameId(id);
        }
        let slot = Slot { name: Arc::from(name), users: 1 };
        let id = match self.free.pop() {
            Some(id) => {
                if let Some(free) = slots.get_mut(id as usize) {
                    *free = slot;
                }
                id
            }
            None => {
                slots.push(slot);
                slots.len() as u32 - 1
            }
        };
        table.insert_unique(hash, id, |&id| {
            slots.get(id as usize).map_or(0, |slot| hasher.hash_one(&*slot.name))
        });
        self.bytes += Self::cost(name);
        NameId(id)
    }

    /// One user less; the last one takes the name with him.
    pub(super) fn release(&mut self, id: NameId) {
        let Some(slot) = self.slots.get_mut(id.0 as usize) else { return };
        slot.users = slot.users.saturating_sub(1);
        if slot.users > 0 {
            return;
        }
        let name = std::mem::replace(&mut slot.name, Arc::clone(&self.nothing));
        if let Ok(entry) = self.table.find_entry(self.hasher.hash_one(&*name), |&n| n == id.0) {
            entry.remove();
        }
        self.bytes -= Self::cost(&name);
        self.free.push(id.0);
    }

    #[inline]
    fn slot(&self, id: u32) -> Option<&Slot> {
        self.slots.get(id as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_user_takes_the_name_with_him() {
        let mut names = Names::new();
        let a = names.hold("a");
        assert_eq!(names.hold("a"), a);
        let b = names.hold("b");
        assert!(a != b && names.bytes() == 2 * Names::cost("a"));
        names.release(a);
        assert_eq!(names.find("a"), Some(a));
        names.release(a);
        assert_eq!((names.find("a"), names.get(a)), (None, ""));
        assert_eq!(names.bytes(), Names::cost("b"));
        assert_eq!((names.hold("c"), names.get(a)), (a, "c"));
        assert_eq!((names.find("b"), &*names.share(b)), (Some(b), "b"));
    }
}
