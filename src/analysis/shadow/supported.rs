//! Supported data models as devices told them, kept once for all devices that said the same.

use std::hash::{BuildHasher, Hash};
use std::sync::Arc;

use compact_str::CompactString;
use hashbrown::HashMap;

use super::value_bytes;
use crate::usp::facts;

/// What devices said about one requested path in a GetSupportedDMResp.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Model {
    /// The supported objects, by path.
    pub objects: Vec<SupportedObject>,
}

/// A supported object; numbers as in the enums of `GetSupportedDMResp`.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SupportedObject {
    /// Its path, with `{i}` for instance numbers.
    pub path: CompactString,
    /// `ObjAccessType`.
    pub access: i32,
    /// True for tables.
    pub is_multi_instance: bool,
    /// Its parameters, by name.
    pub params: Vec<SupportedParam>,
    /// Names of its commands, with their `CmdType`.
    pub commands: Vec<(CompactString, i32)>,
    /// Names of its events.
    pub events: Vec<CompactString>,
}

/// A supported parameter; numbers as in the enums of `GetSupportedDMResp`.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SupportedParam {
    /// Its name.
    pub name: CompactString,
    /// `ParamAccessType`.
    pub access: i32,
    /// `ParamValueType`.
    pub value_type: i32,
    /// `ValueChangeType`.
    pub value_change: i32,
}

impl Model {
    /// The supported object at this path.
    #[must_use]
    pub fn object(&self, path: &str) -> Option<&SupportedObject> {
        let at = self.objects.binary_search_by(|object| object.path.as_str().cmp(path)).ok()?;
        self.objects.get(at)
    }
}

impl SupportedObject {
    /// One of its parameters.
    #[must_use]
    pub fn param(&self, name: &str) -> Option<&SupportedParam> {
        let at = self.params.binary_search_by(|param| param.name.as_str().cmp(name)).ok()?;
        self.params.get(at)
    }
}

/// A model by what was said; two hashes, because it is not compared.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct Digest(u64, u64, usize);

/// Memory of one kept model besides its objects.
const OVERHEAD: usize = 160;

struct Slot {
    model: Arc<Model>,
    users: usize,
    bytes: usize,
}

/// See the module text.
#[derive(Default)]
pub(super) struct Models {
    kept: HashMap<Digest, Slot>,
    hashers: [hashbrown::DefaultHashBuilder; 2],
    bytes: usize,
}

impl Models {
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(super) fn digest(&self, said: &[u8]) -> Digest {
        let hash = |n: usize| self.hashers.get(n).map_or(0, |hasher| hasher.hash_one(said));
        Digest(hash(0), hash(1), said.len())
    }

    /// One more user. False if this model is not known.
    pub(super) fn hold(&mut self, digest: Digest) -> bool {
        let slot = self.kept.get_mut(&digest);
        slot.map(|slot| slot.users += 1).is_some()
    }

    /// Keeps a new model, with one user.
    pub(super) fn keep(&mut self, digest: Digest, building: Building) {
        let bytes = building.bytes;
        let slot = Slot { model: Arc::new(building.finish()), users: 1, bytes };
        if let Some(old) = self.kept.insert(digest, slot) {
            self.bytes -= old.bytes;
        }
        self.bytes += bytes;
    }

    /// One user less; the last one takes the model with him.
    pub(super) fn release(&mut self, digest: Digest) {
        let Some(slot) = self.kept.get_mut(&digest) else { return };
        slot.users -= 1;
        if slot.users == 0 {
            self.bytes -= slot.bytes;
            self.kept.remove(&digest);
        }
    }

    pub(super) fn get(&self, digest: Digest) -> Option<&Arc<Model>> {
        self.kept.get(&digest).map(|slot| &slot.model)
    }
}

/// A model that is being read.
pub(super) struct Building {
    model: Model,
    pub(super) bytes: usize,
}

impl Building {
    pub(super) fn new() -> Self {
        Self { model: Model::default(), bytes: OVERHEAD }
    }

    /// What the next item takes at most: a list grows to twice its length.
    pub(super) const ITEM: usize = 2 * size_of::<SupportedObject>();

    fn take<T>(&mut self, name: &str) -> CompactString {
        self.bytes += 2 * size_of::<T>() + value_bytes(name.len());
        CompactString::new(name)
    }

    pub(super) fn object(&mut self, path: &str, access: i32, is_multi_instance: bool) {
        let path = self.take::<SupportedObject>(path);
        let object = SupportedObject { path, access, is_multi_instance, ..Default::default() };
        self.model.objects.push(object);
    }

    pub(super) fn param(&mut self, param: facts::SupportedParam<'_>) {
        let facts::SupportedParam { name, access, value_type, value_change } = param;
        let name = self.take::<SupportedParam>(name);
        if let Some(object) = self.model.objects.last_mut() {
            object.params.push(SupportedParam { name, access, value_type, value_change });
        }
    }

    pub(super) fn command(&mut self, name: &str, command_type: i32) {
        let name = self.take::<(CompactString, i32)>(name);
        if let Some(object) = self.model.objects.last_mut() {
            object.commands.push((name, command_type));
        }
    }

    pub(super) fn event(&mut self, name: &str) {
        let name = self.take::<CompactString>(name);
        if let Some(object) = self.model.objects.last_mut() {
            object.events.push(name);
        }
    }

    fn finish(mut self) -> Model {
        for object in &mut self.model.objects {
            object.params.sort_by(|a, b| a.name.cmp(&b.name));
        }
        self.model.objects.sort_by(|a, b| a.path.cmp(&b.path));
        self.model
    }
}
