//! Operations that a completion may still come for, by what the completion says of itself.

use std::collections::VecDeque;
use std::hash::BuildHasher;

use hashbrown::HashMap;

use crate::core::ids::EndpointId;
use crate::usp::facts::split;

/// Operations of one name and key at once. More can't be told apart in any useful way.
const MAX_SAME: usize = 64;

/// Hashes of what ties messages together.
#[derive(Default)]
pub(super) struct Keys {
    // Keyed per process: names come from strangers who could aim for collisions.
    hasher: hashbrown::DefaultHashBuilder,
}

impl Keys {
    pub(super) fn digest(&self, bytes: &[u8]) -> u64 {
        self.hasher.hash_one(bytes)
    }

    /// A command with its key.
    pub(super) fn exact(&self, device: EndpointId, command: &str, key: &str) -> u64 {
        self.hasher.hash_one((1_u8, device, command, key))
    }

    /// A command whose key isn't known, because only its OperateResp was seen.
    pub(super) fn keyless(&self, device: EndpointId, command: &str) -> u64 {
        self.hasher.hash_one((2_u8, device, command))
    }

    /// A command on objects that the answer will name.
    pub(super) fn search(&self, device: EndpointId, command: &str, key: &str) -> u64 {
        self.hasher.hash_one((3_u8, device, split(command).1, key))
    }
}

/// True if the path stands for any number of objects: search, wildcard or reference following.
pub(super) fn is_search(command: &str) -> bool {
    command.bytes().any(|byte| matches!(byte, b'[' | b'*' | b'+' | b'#'))
}

/// What is open by key, each list oldest first.
pub(super) struct Open<T> {
    map: HashMap<u64, VecDeque<T>>,
}

impl<T> Default for Open<T> {
    fn default() -> Self {
        Self { map: HashMap::new() }
    }
}

impl<T: Copy + PartialEq> Open<T> {
    /// Adds one; gives back the one that had to go for it.
    pub(super) fn add(&mut self, key: u64, place: T) -> Option<T> {
        let same = self.map.entry(key).or_default();
        same.push_back(place);
        (same.len() > MAX_SAME).then(|| same.pop_front()).flatten()
    }

    /// True if it was there.
    pub(super) fn remove(&mut self, key: u64, place: T) -> bool {
        let Some(same) = self.map.get_mut(&key) else { return false };
        let Some(at) = same.iter().position(|&other| other == place) else { return false };
        same.remove(at);
        if same.is_empty() {
            self.map.remove(&key);
        }
        true
    }

    pub(super) fn of(&self, key: u64) -> impl Iterator<Item = T> {
        self.map.get(&key).into_iter().flatten().copied()
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.map.values().map(VecDeque::len).sum()
    }
}
