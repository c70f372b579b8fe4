//! The data model of each device as far as it was seen: objects, parameters, their values and
//! earlier values, what is supported, what was deleted.
//!
//! Everything is kept once: paths and names for all devices, supported models for all devices
//! that said the same. Answers mostly repeat the same parameters in the same order, so each
//! parameter remembers which one came after it last time; only what comes otherwise is looked up.
//!
//! All together is bounded. Earlier values may take half of it. When it is full, the device that
//! has been silent longest is given up, if it was silent long enough; else what is new is
//! refused, and counted.

mod device;
mod history;
mod names;
pub mod order;
mod supported;
#[cfg(test)]
mod tests;
mod view;
mod writer;

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;

pub use history::Change;
pub use supported::{Model, SupportedObject, SupportedParam};
pub use view::{DeviceShadow, Difference, Object, Param, What, type_label};
pub(super) use writer::Writer;

use super::budgets::Budgets;
use crate::core::ids::{EndpointId, Seq};
use crate::core::time::Timestamp;
use device::Device;
use history::Pasts;
use names::Names;
use supported::Models;

/// Devices whose shadows are in a snapshot at once.
pub const MAX_FOCUS: usize = 4;

/// A device that was silent for so long may be given up for others.
const SILENT_NANOS: i64 = 600 * 1_000_000_000;

/// Longest value that takes no memory of its own.
const SHORT: usize = size_of::<compact_str::CompactString>();

/// Memory of a value besides its place.
fn value_bytes(len: usize) -> usize {
    if len > SHORT { len + 16 } else { 0 }
}

/// How much is kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Totals {
    /// Devices.
    pub devices: usize,
    /// Objects of all devices, deleted ones included.
    pub objects: usize,
    /// Parameters of all devices.
    pub params: usize,
    /// Bytes in all, roughly.
    pub bytes: usize,
    /// Bytes of these for earlier values.
    pub history_bytes: usize,
}

/// See the module text.
pub(super) struct Shadow {
    /// By endpoint. A device that is being written is not in its place.
    devices: Vec<Option<Box<Device>>>,
    names: Names,
    pasts: Pasts,
    models: Models,
    /// Each device once, with the time of some update: the one updated longest ago is found by
    /// bringing what is on top up to date until nothing changes.
    silent: BinaryHeap<Reverse<(Timestamp, u32)>>,
    /// No device has been silent long enough before this.
    none_before: Timestamp,
    counts: Totals,
    /// Bytes of all devices, what is shared and histories apart.
    bytes: usize,
    budget: usize,
    history: usize,
    hasher: hashbrown::DefaultHashBuilder,
    /// For paths that must be put together.
    path: String,
    pub(super) lost_values: u64,
    pub(super) lost_history: u64,
    focus: Vec<view::Focus>,
}

impl Shadow {
    pub(super) fn new(budgets: &Budgets) -> Self {
        Self {
            devices: Vec::new(),
            names: Names::new(),
            pasts: Pasts::default(),
            models: Models::default(),
            silent: BinaryHeap::new(),
            none_before: Timestamp(i64::MIN),
            counts: Totals::default(),
            bytes: 0,
            budget: budgets.shadow_bytes,
            history: budgets.shadow_history,
            hasher: hashbrown::DefaultHashBuilder::default(),
            path: String::new(),
            lost_values: 0,
            lost_history: 0,
            focus: Vec::new(),
        }
    }

    /// How much is kept.
    pub(super) fn totals(&self) -> Totals {
        Totals { bytes: self.total(), history_bytes: self.pasts.bytes(), ..self.counts }
    }

    /// Chooses whose shadows [`Self::focused`] gives; the first [`MAX_FOCUS`] count.
    pub(super) fn focus(&mut self, devices: &[EndpointId]) {
        let mut focus: Vec<view::Focus> = Vec::new();
        for &id in devices {
            if focus.len() < MAX_FOCUS && focus.iter().all(|one| one.id != id) {
                let old = self.focus.iter().position(|one| one.id == id);
                focus.push(match old {
                    Some(old) => self.focus.swap_remove(old),
                    None => view::Focus::new(id),
                });
            }
        }
        self.focus = focus;
    }

    /// The chosen shadows; only what has changed is made anew.
    pub(super) fn focused(&mut self) -> Vec<(EndpointId, Arc<DeviceShadow>)> {
        let mut focus = std::mem::take(&mut self.focus);
        let views = focus.iter_mut().filter_map(|one| Some((one.id, one.bring_up_to_date(self)?)));
        let views = views.collect();
        self.focus = focus;
        views
    }

    /// The shadow of one device.
    pub(super) fn of(&self, id: EndpointId) -> Option<DeviceShadow> {
        let mut focus = view::Focus::new(id);
        focus.bring_up_to_date(self).map(Arc::unwrap_or_clone)
    }

    fn device(&self, id: EndpointId) -> Option<&Device> {
        self.devices.get(id.0 as usize)?.as_deref()
    }

    fn total(&self) -> usize {
        self.others() + self.pasts.bytes()
    }

    /// All but earlier values.
    fn others(&self) -> usize {
        self.bytes + self.names.bytes() + self.models.bytes()
    }

    /// True if `more` bytes may be taken, if need be by giving up devices long silent.
    fn make_room(&mut self, more: usize, now: Timestamp) -> bool {
        while self.total() + more > self.budget {
            if now < self.none_before || !self.give_up_longest_silent(now) {
                return false;
            }
        }
        true
    }

    #[cold]
    fn give_up_longest_silent(&mut self, now: Timestamp) -> bool {
        while let Some(&Reverse((noted, id))) = self.silent.peek() {
            let device = self.devices.get(id as usize).and_then(Option::as_deref);
            // Who is not in his place is being written just now.
            let updated = device.map_or(now, |device| device.updated_at);
            if updated != noted {
                self.silent.pop();
                self.silent.push(Reverse((updated, id)));
            } else if now.nanos_since(updated) >= SILENT_NANOS {
                self.silent.pop();
                self.give_up(id);
                return true;
            } else {
                self.none_before = Timestamp(updated.0.saturating_add(SILENT_NANOS));
                return false;
            }
        }
        false
    }

    fn give_up(&mut self, id: u32) {
        let Some(mut device) = self.devices.get_mut(id as usize).and_then(Option::take) else {
            return;
        };
        for param in &mut device.params {
            self.names.release(param.name);
            self.lost_history += param.past.len() as u64;
            self.pasts.clear(&mut param.past);
        }
        for object in &device.objects {
            self.names.release(object.path);
        }
        for &(requested, digest) in &device.models {
            self.names.release(requested);
            self.models.release(digest);
        }
        self.lost_values += (device.params.len() + device.objects.len()) as u64;
        self.counts.devices -= 1;
        self.counts.objects -= device.objects.len();
        self.counts.params -= device.params.len();
        self.bytes -= device.bytes;
    }

    /// Takes a device out of its place, if it is known.
    fn take(&mut self, id: EndpointId) -> Option<Box<Device>> {
        self.devices.get_mut(id.0 as usize)?.take()
    }

    /// Makes a device, if there is room for it.
    fn create(&mut self, id: EndpointId, at: Timestamp, seq: Seq) -> Option<Box<Device>> {
        if !self.make_room(device::DEVICE_BYTES, at) {
            return None;
        }
        let index = id.0 as usize;
        if index >= self.devices.len() {
            let before = self.devices.capacity();
            self.devices.resize_with(index + 1, || None);
            self.bytes += (self.devices.capacity() - before) * size_of::<Option<Box<Device>>>();
        }
        self.bytes += device::DEVICE_BYTES;
        self.counts.devices += 1;
        self.silent.push(Reverse((at, id.0)));
        Some(Box::new(Device::new(at, seq)))
    }

    /// Puts a device back into its place.
    fn put(&mut self, id: EndpointId, device: Box<Device>) {
        if let Some(place) = self.devices.get_mut(id.0 as usize) {
            *place = Some(device);
        }
    }
}
