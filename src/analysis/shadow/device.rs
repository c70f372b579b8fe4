//! What is kept of one device. Parameters stand in the order of first sight, which is mostly the
//! order in which answers repeat them.

use compact_str::CompactString;
use hashbrown::HashTable;

use super::history::Past;
use super::names::NameId;
use super::supported::Digest;
use crate::core::ids::Seq;
use crate::core::time::Timestamp;

/// No place.
pub(super) const NONE: u32 = u32::MAX;

/// Memory of one device besides what its lists hold: with its places in the list of devices and
/// in the queue of those to be given up.
pub(super) const DEVICE_BYTES: usize = size_of::<Device>() + 64;

/// A parameter.
pub(super) struct Param {
    /// Place of its object.
    pub(super) object: u32,
    pub(super) name: NameId,
    /// The parameter that came after it last time.
    pub(super) next: u32,
    pub(super) past: Past,
    /// False if there was no room for the value.
    pub(super) known: bool,
    /// True if it is part of a unique key.
    pub(super) is_key: bool,
    pub(super) value: CompactString,
    /// When the value was first seen, and who told it.
    pub(super) changed_at: Timestamp,
    pub(super) changed_by: Seq,
    /// When any value was last told, and by whom.
    pub(super) seen_at: Timestamp,
    pub(super) seen_by: Seq,
}

/// An object.
pub(super) struct Object {
    pub(super) path: NameId,
    /// When it was last known to exist; 0 = never, it was deleted before.
    pub(super) seen_at: Timestamp,
    pub(super) seen_by: Seq,
    /// Its last deletion; 0 = never.
    pub(super) gone_at: Timestamp,
    pub(super) gone_by: Seq,
}

/// See the module text.
pub(super) struct Device {
    pub(super) params: Vec<Param>,
    pub(super) objects: Vec<Object>,
    /// Places of parameters, by object and name.
    pub(super) param_table: HashTable<u32>,
    /// Places of objects, by path.
    pub(super) object_table: HashTable<u32>,
    /// Supported models, by requested path.
    pub(super) models: Vec<(NameId, Digest)>,
    /// The parameter told last, and the one that came after it last time.
    pub(super) last: u32,
    pub(super) next: u32,
    pub(super) updated_at: Timestamp,
    pub(super) updated_by: Seq,
    /// The message that made it; tells it from an earlier one that was given up.
    pub(super) born: Seq,
    /// Memory of it, names and histories apart.
    pub(super) bytes: usize,
}

impl Device {
    pub(super) fn new(at: Timestamp, seq: Seq) -> Self {
        Self {
            params: Vec::new(),
            objects: Vec::new(),
            param_table: HashTable::new(),
            object_table: HashTable::new(),
            models: Vec::new(),
            last: NONE,
            next: NONE,
            updated_at: at,
            updated_by: seq,
            born: seq,
            bytes: DEVICE_BYTES,
        }
    }
}

/// A list that grows by half, so that it wastes less than a third.
pub(super) fn next_capacity<T>(list: &Vec<T>) -> usize {
    if list.len() < list.capacity() { list.capacity() } else { (list.len() * 3 / 2).max(4) }
}

/// Bytes that one more item takes in a list that grows to `next_capacity`.
pub(super) fn growth<T>(list: &Vec<T>) -> usize {
    (next_capacity(list) - list.capacity()) * size_of::<T>()
}

/// Bytes that one more entry may take in a table: it doubles when it is full.
pub(super) fn table_growth(table: &HashTable<u32>) -> usize {
    if table.len() < table.capacity() { 0 } else { table.allocation_size() + 64 }
}

/// Appends without growing beyond [`next_capacity`].
pub(super) fn push<T>(list: &mut Vec<T>, item: T) {
    let capacity = next_capacity(list);
    if capacity > list.capacity() {
        list.reserve_exact(capacity - list.len());
    }
    list.push(item);
}
