//! The data model of the picked device as rows: its objects with their parameters, or what
//! differs from another device or from an earlier moment.
//!
//! Rows are places in a shadow that is kept with them. They are made anew only if the shadow, the
//! search or what is open has changed; while there is much traffic and many rows, not each time.

mod details;
mod needle;
#[cfg(test)]
mod tests;
mod tree;
pub mod words;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

pub use details::{Details, Line};
pub use tree::{Item, Row};

use crate::analysis::Snapshot;
use crate::analysis::shadow::{DeviceShadow, Difference, Object, Param, What};
use crate::core::ids::{EndpointId, Epoch};
use crate::core::time::{Stopwatch, Timestamp};
use needle::Needle;

/// The part of the time, one in so many, that rows made anew because of traffic may take.
const SHARE: u32 = 20;

const MINUTE: i64 = 60 * 1_000_000_000;

/// Since when changes are listed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Since {
    /// No changes: the data model as it is now.
    #[default]
    Now,
    /// The last minute.
    Minute,
    /// The last five minutes.
    FiveMinutes,
    /// Since each parameter was first seen.
    All,
}

impl Since {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Now, Self::Minute, Self::FiveMinutes, Self::All];

    /// The word on the button.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Now => "Now",
            Self::Minute => "1 min",
            Self::FiveMinutes => "5 min",
            Self::All => "All",
        }
    }

    /// What is compared with now.
    #[must_use]
    pub fn then(self) -> &'static str {
        match self {
            Self::Now => "Now",
            Self::Minute => "1 min ago",
            Self::FiveMinutes => "5 min ago",
            Self::All => "First seen",
        }
    }

    fn nanos(self) -> Option<i64> {
        match self {
            Self::Now | Self::All => None,
            Self::Minute => Some(MINUTE),
            Self::FiveMinutes => Some(5 * MINUTE),
        }
    }
}

/// What is compared.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Comparison {
    /// An earlier moment of the device with now.
    Moments(Since),
    /// Two devices.
    Devices(EndpointId, EndpointId),
}

/// An object or a parameter by name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Key {
    /// Path of the object.
    pub object: Arc<str>,
    /// Name of the parameter.
    pub name: Option<Arc<str>>,
}

/// What the rows are made from.
#[derive(Clone, Default)]
struct Basis {
    device: Option<EndpointId>,
    /// Of the picked device.
    shadow: Option<Arc<DeviceShadow>>,
    /// Of the pinned device, if it is another one.
    pinned: Option<Arc<DeviceShadow>>,
    now: Timestamp,
    /// Of the snapshot.
    generation: u64,
}

impl Basis {
    fn is_same(&self, other: &Self, since: Since) -> bool {
        let same = |a: &Option<Arc<_>>, b: &Option<Arc<_>>| match (a, b) {
            (Some(a), Some(b)) => Arc::ptr_eq(a, b),
            (a, b) => a.is_none() && b.is_none(),
        };
        let second = |at: Timestamp| at.0 / 1_000_000_000;
        self.device == other.device
            && same(&self.shadow, &other.shadow)
            && same(&self.pinned, &other.pinned)
            && (since.nanos().is_none() || second(self.now) == second(other.now))
    }
}

/// See the module text.
#[derive(Default)]
pub struct ModelTree {
    epoch: Option<Epoch>,
    pinned: Option<EndpointId>,
    since: Since,
    filter: String,
    basis: Basis,
    /// What the user opened (true) or closed; the rest is as it is by itself.
    opened: HashMap<Arc<str>, bool>,
    /// The same while something is looked for.
    opened_of_search: HashMap<Arc<str>, bool>,
    rows: Vec<Row>,
    differences: Vec<Difference>,
    picked: Option<Key>,
    picked_row: Option<usize>,
    details: Option<Details>,
    /// When the rows were last made, and how long it took.
    made: Option<(Stopwatch, Duration)>,
}

impl ModelTree {
    /// Takes in what is new of the device. True if there is more to come soon.
    ///
    /// `live` helps out where the display is frozen and `shown` has no shadow of the device.
    pub fn advance(
        &mut self,
        shown: &Snapshot,
        live: &Snapshot,
        device: Option<EndpointId>,
    ) -> bool {
        if self.epoch != Some(shown.epoch()) {
            let (since, filter) = (self.since, std::mem::take(&mut self.filter));
            *self = Self { epoch: Some(shown.epoch()), since, filter, ..Self::default() };
        }
        let other = self.pinned.filter(|pinned| Some(*pinned) != device);
        let old = &self.basis;
        let fresh = Basis {
            device,
            shadow: device.and_then(|id| {
                let held = old.shadow.as_ref().filter(|_| old.device == device);
                shadow_of(shown, live, id, held.filter(|_| old.generation == shown.generation()))
            }),
            pinned: other.and_then(|id| {
                let held = old.pinned.as_ref();
                shadow_of(shown, live, id, held.filter(|_| old.generation == shown.generation()))
            }),
            now: shown.now(),
            generation: shown.generation(),
        };
        if self.made.is_some() && self.basis.is_same(&fresh, self.since) {
            self.basis.generation = fresh.generation;
            return false;
        }
        let urgent = self.basis.device != fresh.device
            || self.basis.shadow.is_some() != fresh.shadow.is_some()
            || self.basis.pinned.is_some() != fresh.pinned.is_some();
        if let Some((at, cost)) = &self.made
            && !urgent
            && at.elapsed() < *cost * SHARE
        {
            return true;
        }
        self.basis = fresh;
        self.make_rows();
        false
    }

    /// The devices whose shadows are needed when this one is picked.
    #[must_use]
    pub fn wanted(&self, device: Option<EndpointId>) -> Vec<EndpointId> {
        let pinned = self.pinned.filter(|pinned| Some(*pinned) != device);
        device.into_iter().chain(pinned).collect()
    }

    /// Forgets what belongs to a life of the store that is over.
    pub fn forget(&mut self) {
        self.epoch = None;
        self.pinned = None;
    }

    /// The shadow that rows are places in; of the pinned device for what exists there only.
    #[must_use]
    pub fn shadow(&self) -> Option<&DeviceShadow> {
        self.basis.shadow.as_deref()
    }

    /// True if nothing of the pinned device is known, so that nothing can be compared.
    #[must_use]
    pub fn misses_pinned(&self) -> bool {
        matches!(self.comparison(), Some(Comparison::Devices(..))) && self.basis.pinned.is_none()
    }

    /// What is compared, if anything is.
    #[must_use]
    pub fn comparison(&self) -> Option<Comparison> {
        let device = self.basis.device?;
        match self.pinned {
            Some(pinned) if pinned != device => Some(Comparison::Devices(pinned, device)),
            _ if self.since != Since::Now => Some(Comparison::Moments(self.since)),
            _ => None,
        }
    }

    /// The rows of the tree; empty while something is compared.
    #[must_use]
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// What differs; empty while nothing is compared.
    #[must_use]
    pub fn differences(&self) -> &[Difference] {
        &self.differences
    }

    /// Number of rows of whatever is listed.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len().max(self.differences.len())
    }

    /// True if nothing is listed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What is looked for.
    #[must_use]
    pub fn filter(&self) -> &str {
        &self.filter
    }

    /// Looks for a text in paths and values.
    pub fn set_filter(&mut self, filter: &str) {
        if self.filter != filter {
            filter.clone_into(&mut self.filter);
            self.opened_of_search.clear();
            self.make_rows();
        }
    }

    /// Since when changes are listed.
    #[must_use]
    pub fn since(&self) -> Since {
        self.since
    }

    /// Lists the changes since then.
    pub fn set_since(&mut self, since: Since) {
        if self.since != since {
            self.since = since;
            self.make_rows();
        }
    }

    /// The device that others are compared with.
    #[must_use]
    pub fn pinned(&self) -> Option<EndpointId> {
        self.pinned
    }

    /// Compares the device with those that are picked from now on, or no longer.
    pub fn pin(&mut self, device: Option<EndpointId>) {
        if self.pinned != device {
            self.pinned = device;
            self.basis.pinned = None;
            self.make_rows();
        }
    }

    /// The picked row, if it is listed.
    #[must_use]
    pub fn picked_row(&self) -> Option<usize> {
        self.picked_row
    }

    /// All that is known of what is picked.
    #[must_use]
    pub fn details(&self) -> Option<&Details> {
        self.details.as_ref()
    }

    /// Picks a row.
    pub fn pick(&mut self, row: Option<usize>) {
        self.picked = row.and_then(|row| self.key(row));
        self.picked_row = row.filter(|_| self.picked.is_some());
        self.make_details();
    }

    /// What a row stands for.
    #[must_use]
    pub fn key(&self, row: usize) -> Option<Key> {
        if self.comparison().is_some() {
            let found = self.differences.get(row)?;
            return Some(Key { object: Arc::clone(&found.object), name: found.name.clone() });
        }
        let shadow = self.shadow()?;
        Some(match self.rows.get(row)?.item {
            Item::Object(at) => {
                Key { object: Arc::clone(&shadow.objects.get(at as usize)?.path), name: None }
            }
            Item::Param(at) => {
                let param = shadow.params.get(at as usize)?;
                let object = shadow.objects.get(param.object)?;
                Key { object: Arc::clone(&object.path), name: Some(Arc::clone(&param.name)) }
            }
        })
    }

    /// The object of a row.
    #[must_use]
    pub fn object(&self, at: u32) -> Option<&Object> {
        self.shadow()?.objects.get(at as usize)
    }

    /// The parameter of a row.
    #[must_use]
    pub fn param(&self, at: u32) -> Option<&Param> {
        self.shadow()?.params.get(at as usize)
    }

    /// Opens or closes an object.
    pub fn set_open(&mut self, object: u32, open: bool) {
        let Some(path) = self.object(object).map(|object| Arc::clone(&object.path)) else { return };
        let searching = !Needle::new(&self.filter).is_empty();
        let opened = if searching { &mut self.opened_of_search } else { &mut self.opened };
        if opened.insert(path, open) != Some(open) {
            self.make_rows();
        }
    }

    fn make_rows(&mut self) {
        let watch = Stopwatch::start();
        self.rows.clear();
        self.differences.clear();
        let needle = Needle::new(&self.filter);
        let comparison = self.comparison();
        if let Some(shadow) = self.basis.shadow.clone() {
            match comparison {
                None if needle.is_empty() => tree::all(&shadow, &self.opened, &mut self.rows),
                None => tree::found(&shadow, &needle, &self.opened_of_search, &mut self.rows),
                Some(Comparison::Moments(since)) => {
                    let then = match since.nanos() {
                        Some(nanos) => shadow.at(Timestamp(self.basis.now.0.saturating_sub(nanos))),
                        None => first_seen(&shadow),
                    };
                    self.differences = then.diff(&shadow);
                }
                Some(Comparison::Devices(..)) => {
                    if let Some(pinned) = &self.basis.pinned {
                        self.differences = pinned.diff(&shadow);
                    }
                }
            }
        }
        if !needle.is_empty() {
            let mut path = String::new();
            self.differences.retain(|found| {
                path.clear();
                path.push_str(&found.object);
                path.push_str(found.name.as_deref().unwrap_or_default());
                let (left, right) = sides(&found.what);
                [Some(&*path), left, right].into_iter().flatten().any(|text| needle.is_in(text))
            });
        }
        self.picked_row = self.find_picked();
        self.make_details();
        let cost = watch.elapsed();
        self.made = Some((watch, cost));
    }

    fn find_picked(&self) -> Option<usize> {
        let picked = self.picked.as_ref()?;
        (0..self.len()).find(|&row| self.is_key(row, picked))
    }

    /// True if a row stands for this; nothing is copied.
    fn is_key(&self, row: usize, key: &Key) -> bool {
        if self.comparison().is_some() {
            let found = self.differences.get(row);
            return found.is_some_and(|found| found.object == key.object && found.name == key.name);
        }
        let Some(row) = self.rows.get(row) else { return false };
        match (row.item, &key.name) {
            (Item::Object(at), None) => self.object(at).is_some_and(|o| o.path == key.object),
            (Item::Param(at), Some(name)) => self.param(at).is_some_and(|param| {
                param.name == *name
                    && self.object(param.object as u32).is_some_and(|o| o.path == key.object)
            }),
            _ => false,
        }
    }

    fn make_details(&mut self) {
        self.details = self.picked.as_ref().and_then(|key| {
            let sides = [self.basis.shadow.as_deref(), self.basis.pinned.as_deref()];
            sides.into_iter().flatten().find_map(|shadow| {
                let object = shadow.object(&key.object)?;
                let Some(name) = &key.name else { return Some(Details::of_object(object)) };
                let param = shadow.params_of(object).iter().find(|param| param.name == *name)?;
                Some(Details::of_param(shadow, param))
            })
        });
    }

    /// The parameter that a difference is about, in the device or else in the pinned one.
    #[must_use]
    pub fn param_of(&self, found: &Difference) -> Option<&Param> {
        let name = found.name.as_ref()?;
        let sides = [self.basis.shadow.as_deref(), self.basis.pinned.as_deref()];
        sides.into_iter().flatten().find_map(|shadow| {
            let object = shadow.object(&found.object)?;
            shadow.params_of(object).iter().find(|param| param.name == *name)
        })
    }
}

/// The values of both sides, as far as there are any.
#[must_use]
pub fn sides(what: &What) -> (Option<&str>, Option<&str>) {
    match what {
        What::OnlyHere(left) => (Some(left), None),
        What::OnlyThere(right) => (None, Some(right)),
        What::Differs(left, right) => (Some(left), Some(right)),
        What::Unknown => (None, None),
    }
}

/// The shadow of a device, or `held` from before, or that of the live display as it was at the
/// moment that is shown.
fn shadow_of(
    shown: &Snapshot,
    live: &Snapshot,
    id: EndpointId,
    held: Option<&Arc<DeviceShadow>>,
) -> Option<Arc<DeviceShadow>> {
    if let Some(shadow) = shown.shadow(id) {
        return Some(Arc::clone(shadow));
    }
    if shown.epoch() != live.epoch() || shown.generation() == live.generation() {
        return None;
    }
    held.cloned().or_else(|| live.shadow(id).map(|shadow| Arc::new(shadow.at(shown.now()))))
}

/// The device with the value of each parameter that was seen first and is still kept, nothing
/// deleted.
fn first_seen(shadow: &DeviceShadow) -> DeviceShadow {
    let mut first = shadow.clone();
    for object in &mut first.objects {
        object.gone = None;
    }
    for param in &mut first.params {
        param.gone = None;
        if let Some(change) = param.history.first() {
            param.value = change.value.clone();
            param.known = true;
        }
    }
    first
}
