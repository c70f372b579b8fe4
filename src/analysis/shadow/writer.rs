//! Takes what one message tells about the device that sent it.

use std::hash::BuildHasher;
use std::marker::PhantomData;

use compact_str::CompactString;

use super::device::{Device, NONE, Object, Param, growth, push, table_growth};
use super::history::{Change, Kept, Past};
use super::names::Names;
use super::supported::{Building, Digest};
use super::{Shadow, value_bytes};
use crate::core::ids::{EndpointId, Seq};
use crate::core::time::Timestamp;
use crate::usp::facts::{Facts, SupportedParam, split};

/// Requested paths of supported models kept per device.
const MAX_MODELS: usize = 64;

/// One message of one device. Must be [finished](Self::finish).
pub(in crate::analysis) struct Writer<'s, 'a> {
    shadow: &'s mut Shadow,
    id: EndpointId,
    at: Timestamp,
    seq: Seq,
    /// Taken out of its place; `None` until there is anything to keep of an unknown one.
    device: Option<Box<Device>>,
    /// The parameter told last, and the one that came after it last time.
    last: u32,
    next: u32,
    /// Where the object told last stands in the message, and its place. The message outlives
    /// this, so nothing else can stand there.
    here: (*const u8, usize),
    message: PhantomData<&'a str>,
    object: u32,
    building: Option<(Digest, Building)>,
    told: bool,
}

impl<'s, 'a> Writer<'s, 'a> {
    pub(in crate::analysis) fn new(
        shadow: &'s mut Shadow,
        id: EndpointId,
        at: Timestamp,
        seq: Seq,
    ) -> Self {
        let device = shadow.take(id);
        let (last, next) =
            device.as_ref().map_or((NONE, NONE), |device| (device.last, device.next));
        Self {
            shadow,
            id,
            at,
            seq,
            device,
            last,
            next,
            here: (std::ptr::null(), 0),
            message: PhantomData,
            object: NONE,
            building: None,
            told: false,
        }
    }

    /// Puts the device back.
    pub(in crate::analysis) fn finish(mut self) {
        self.keep_model();
        if let Some(mut device) = self.device.take() {
            if self.told {
                (device.last, device.next) = (self.last, self.next);
                (device.updated_at, device.updated_by) = (self.at, self.seq);
            }
            self.shadow.put(self.id, device);
        }
    }

    /// A parameter by its path, as a place; `None` if there is no room for it.
    #[inline]
    fn tell(&mut self, object: &str, key: &str, value: &str) -> Option<u32> {
        let place = match self.expected(object, key) {
            Some(place) => place,
            None => self.look_up(object, key)?,
        };
        self.told = true;
        let device = self.device.as_mut()?;
        if place != self.next
            && let Some(last) = device.params.get_mut(self.last as usize)
        {
            last.next = place;
        }
        self.last = place;
        let param = device.params.get_mut(place as usize)?;
        self.next = param.next;
        (param.seen_at, param.seen_by) = (self.at, self.seq);
        if !param.known || param.value != value {
            self.change(place, value);
        }
        Some(place)
    }

    /// The parameter that came after the last one last time, if it is this one.
    #[inline]
    fn expected(&mut self, object: &str, key: &str) -> Option<u32> {
        let device = self.device.as_mut()?;
        let param = device.params.get(self.next as usize)?;
        let names = &self.shadow.names;
        if self.here != (object.as_ptr(), object.len()) {
            let expected = device.objects.get_mut(param.object as usize)?;
            if names.get(expected.path) != object {
                return None;
            }
            (expected.seen_at, expected.seen_by) = (self.at, self.seq);
            self.here = (object.as_ptr(), object.len());
            self.object = param.object;
        }
        (param.object == self.object && names.get(param.name) == key).then_some(self.next)
    }

    /// Finds a parameter, or makes it.
    fn look_up(&mut self, object: &str, key: &str) -> Option<u32> {
        if self.here == (object.as_ptr(), object.len()) && !key.contains('.') {
            return self.find_param(self.object, key);
        }
        if object.ends_with('.') && !key.contains('.') {
            let place = self.find_object(object)?;
            self.here = (object.as_ptr(), object.len());
            return self.find_param(place, key);
        }
        let mut path = std::mem::take(&mut self.shadow.path);
        path.clear();
        path.push_str(object);
        path.push_str(key);
        let (above, name) = split(&path);
        // The object that stands in the message is another one.
        self.here = (std::ptr::null(), 0);
        let found = self.find_object(above).and_then(|place| self.find_param(place, name));
        self.shadow.path = path;
        found
    }

    /// Finds an object that exists, or makes it.
    fn find_object(&mut self, path: &str) -> Option<u32> {
        let place = self.object_place(path)?;
        self.told = true;
        self.object = place;
        let object = self.device.as_mut()?.objects.get_mut(place as usize)?;
        (object.seen_at, object.seen_by) = (self.at, self.seq);
        Some(place)
    }

    /// The place of an object, whether it exists or not.
    fn object_place(&mut self, path: &str) -> Option<u32> {
        if self.device.is_none() {
            self.device = self.shadow.create(self.id, self.at, self.seq);
        }
        let Some(device) = self.device.as_mut() else {
            self.shadow.lost_values += 1;
            return None;
        };
        let shadow = &mut *self.shadow;
        let known = shadow.names.find(path);
        if let Some(name) = known {
            let hash = shadow.hasher.hash_one(name);
            let is_it = |&place: &u32| {
                device.objects.get(place as usize).is_some_and(|object| object.path == name)
            };
            if let Some(&place) = device.object_table.find(hash, is_it) {
                return Some(place);
            }
        }
        let cost = growth(&device.objects) + table_growth(&device.object_table);
        let named = if known.is_some() { 0 } else { Names::cost(path) };
        if !shadow.make_room(cost + named, self.at) {
            shadow.lost_values += 1;
            return None;
        }
        let name = shadow.names.hold(path);
        let place = device.objects.len() as u32;
        let before = memory(device);
        push(
            &mut device.objects,
            Object {
                path: name,
                seen_at: Timestamp(0),
                seen_by: Seq(0),
                gone_at: Timestamp(0),
                gone_by: Seq(0),
            },
        );
        let Device { objects, object_table, .. } = &mut **device;
        let hasher = &shadow.hasher;
        object_table.insert_unique(hasher.hash_one(name), place, |&place| {
            objects.get(place as usize).map_or(0, |object| hasher.hash_one(object.path))
        });
        let grown = memory(device) - before;
        device.bytes += grown;
        shadow.bytes += grown;
        shadow.counts.objects += 1;
        Some(place)
    }

    fn find_param(&mut self, object: u32, key: &str) -> Option<u32> {
        if key.is_empty() {
            return None;
        }
        let device = self.device.as_mut()?;
        let shadow = &mut *self.shadow;
        let known = shadow.names.find(key);
        if let Some(name) = known {
            let hash = shadow.hasher.hash_one((object, name));
            let is_it = |&place: &u32| {
                let param = device.params.get(place as usize);
                param.is_some_and(|param| (param.object, param.name) == (object, name))
            };
            if let Some(&place) = device.param_table.find(hash, is_it) {
                return Some(place);
            }
        }
        let cost = growth(&device.params) + table_growth(&device.param_table);
        let named = if known.is_some() { 0 } else { Names::cost(key) };
        if !shadow.make_room(cost + named, self.at) {
            shadow.lost_values += 1;
            return None;
        }
        let name = shadow.names.hold(key);
        let place = device.params.len() as u32;
        let before = memory(device);
        push(
            &mut device.params,
            Param {
                object,
                name,
                next: place + 1,
                past: Past::NOTHING,
                known: false,
                is_key: false,
                value: CompactString::const_new(""),
                changed_at: self.at,
                changed_by: self.seq,
                seen_at: self.at,
                seen_by: self.seq,
            },
        );
        let Device { params, param_table, .. } = &mut **device;
        let hasher = &shadow.hasher;
        param_table.insert_unique(hasher.hash_one((object, name)), place, |&place| {
            let param = params.get(place as usize);
            param.map_or(0, |param| hasher.hash_one((param.object, param.name)))
        });
        let grown = memory(device) - before;
        device.bytes += grown;
        shadow.bytes += grown;
        shadow.counts.params += 1;
        Some(place)
    }

    /// The parameter has a new value.
    #[inline]
    fn change(&mut self, place: u32, value: &str) {
        let (at, by) = (self.at, self.seq);
        let long = value_bytes(value.len());
        let fits = long == 0 || self.shadow.make_room(long, at);
        let shadow = &mut *self.shadow;
        let Some(device) = self.device.as_deref_mut() else { return };
        let Some(param) = device.params.get_mut(place as usize) else { return };
        let new = CompactString::new(if fits { value } else { "" });
        let old = std::mem::replace(&mut param.value, new);
        let old_long = value_bytes(old.len());
        let change = Change { value: old, at: param.changed_at, seq: param.changed_by };
        (param.changed_at, param.changed_by) = (at, by);
        shadow.bytes -= old_long;
        device.bytes -= old_long;
        if !fits {
            // Without this value the earlier ones would seem to last until the next.
            shadow.lost_values += 1;
            shadow.lost_history += param.past.len() as u64;
            shadow.pasts.clear(&mut param.past);
            param.past.cut = true;
            param.known = false;
            return;
        }
        shadow.bytes += long;
        device.bytes += long;
        if !std::mem::replace(&mut param.known, true) {
            return;
        }
        let others = shadow.others();
        let budget = shadow.budget;
        let kept = shadow.pasts.push(&mut param.past, change, shadow.history, |pasts| {
            let held = pasts.bytes();
            (budget / 2).saturating_sub(held).min(budget.saturating_sub(others + held))
        });
        shadow.lost_history += u64::from(kept != Kept::Yes);
    }

    /// An object's path as it is kept: with a dot at its end.
    fn with_object<T>(
        &mut self,
        path: &str,
        act: impl FnOnce(&mut Self, &str) -> Option<T>,
    ) -> Option<T> {
        if path.is_empty() {
            return None;
        }
        // What stands in the message next to it need not be the same object.
        self.here = (std::ptr::null(), 0);
        if path.ends_with('.') {
            return act(self, path);
        }
        let mut whole = std::mem::take(&mut self.shadow.path);
        whole.clear();
        whole.push_str(path);
        whole.push('.');
        let done = act(self, &whole);
        self.shadow.path = whole;
        done
    }

    fn build(&mut self, add: impl FnOnce(&mut Building), more: usize) {
        let Some((_, building)) = &mut self.building else { return };
        let bytes = building.bytes + Building::ITEM + value_bytes(more);
        if self.shadow.make_room(bytes, self.at) {
            add(building);
        } else {
            self.forget_model();
        }
    }

    /// There is no room for the model that was being read.
    fn forget_model(&mut self) {
        let (Some((digest, _)), Some(device)) = (self.building.take(), self.device.as_mut()) else {
            return;
        };
        self.shadow.lost_values += 1;
        if let Some(at) = device.models.iter().position(|model| model.1 == digest) {
            let (requested, _) = device.models.remove(at);
            self.shadow.names.release(requested);
        }
    }

    /// The model that was being read is complete.
    fn keep_model(&mut self) {
        if let Some((digest, building)) = self.building.take() {
            self.shadow.models.keep(digest, building);
        }
    }

    /// Notes that the device has this model at the requested path; false if there is no room.
    fn note_model(&mut self, requested: &str, digest: Digest) -> bool {
        if self.device.is_none() {
            self.device = self.shadow.create(self.id, self.at, self.seq);
        }
        let shadow = &mut *self.shadow;
        let cost = Names::cost(requested) + 4 * size_of::<(u32, Digest)>();
        let room = shadow.make_room(cost, self.at);
        let Some(device) = self.device.as_mut().filter(|_| room) else {
            shadow.lost_values += 1;
            return false;
        };
        self.told = true;
        let name = shadow.names.hold(requested);
        if let Some(known) = device.models.iter().position(|model| model.0 == name) {
            // The newest stands last.
            let (name, old) = device.models.remove(known);
            shadow.names.release(name);
            shadow.models.release(old);
        } else if device.models.len() >= MAX_MODELS {
            shadow.names.release(name);
            shadow.lost_values += 1;
            return false;
        }
        let before = memory(device);
        push(&mut device.models, (name, digest));
        let grown = memory(device) - before;
        device.bytes += grown;
        shadow.bytes += grown;
        true
    }
}

/// Memory of a device's lists.
pub(super) fn memory(device: &Device) -> usize {
    device.params.capacity() * size_of::<Param>()
        + device.objects.capacity() * size_of::<Object>()
        + device.models.capacity() * size_of::<(u32, Digest)>()
        + device.param_table.allocation_size()
        + device.object_table.allocation_size()
}

impl<'a> Facts<'a> for Writer<'_, 'a> {
    #[inline]
    fn param(&mut self, object: &'a str, key: &'a str, value: &'a str) {
        self.tell(object, key, value);
    }

    fn object(&mut self, path: &'a str) {
        self.with_object(path, Self::find_object);
    }

    fn unique_key(&mut self, object: &'a str, name: &'a str, value: &'a str) {
        self.with_object(object, |writer, object| {
            let place = writer.tell(object, name, value)?;
            writer.here = (std::ptr::null(), 0);
            writer.device.as_mut()?.params.get_mut(place as usize)?.is_key = true;
            Some(())
        });
    }

    fn gone(&mut self, path: &'a str) {
        self.with_object(path, |writer, path| {
            let place = writer.object_place(path)?;
            writer.told = true;
            let object = writer.device.as_mut()?.objects.get_mut(place as usize)?;
            (object.gone_at, object.gone_by) = (writer.at, writer.seq);
            Some(())
        });
    }

    fn supported(&mut self, requested: &'a str, bytes: &'a [u8]) -> bool {
        self.keep_model();
        let digest = self.shadow.models.digest(bytes);
        let known = self.shadow.models.hold(digest);
        if !self.note_model(requested, digest) {
            if known {
                self.shadow.models.release(digest);
            }
            return false;
        }
        if !known {
            self.building = Some((digest, Building::new()));
        }
        !known
    }

    fn supported_object(&mut self, path: &'a str, access: i32, is_multi_instance: bool) {
        self.build(|model| model.object(path, access, is_multi_instance), path.len());
    }

    fn supported_param(&mut self, param: SupportedParam<'a>) {
        self.build(|model| model.param(param), param.name.len());
    }

    fn supported_command(&mut self, name: &'a str, command_type: i32) {
        self.build(|model| model.command(name, command_type), name.len());
    }

    fn supported_event(&mut self, name: &'a str) {
        self.build(|model| model.event(name), name.len());
    }
}
