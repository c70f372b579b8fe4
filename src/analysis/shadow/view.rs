//! The shadow of one device for showing: sorted, complete, and never changing.

use std::cmp::Ordering;
use std::sync::Arc;

use compact_str::CompactString;

use super::Shadow;
use super::device;
use super::history::Change;
use super::order::{compare, generic, is_within};
use super::supported::{Model, SupportedObject, SupportedParam};
use crate::core::ids::{EndpointId, Seq};
use crate::core::time::Timestamp;
use crate::usp::generated::usp::get_supported_dm_resp::ParamValueType;

/// The data model of one device, as far as it was seen.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct DeviceShadow {
    /// The objects, by path; instance numbers count by value.
    pub objects: Vec<Object>,
    /// The parameters, by object and name.
    pub params: Vec<Param>,
    /// The supported models the device told, oldest first.
    pub models: Vec<Arc<Model>>,
    /// The newest message that told anything.
    pub updated_by: Option<Seq>,
    /// When that was.
    pub updated_at: Timestamp,
}

/// An object.
#[derive(Clone, PartialEq, Debug)]
pub struct Object {
    /// Its path, with the dot at its end.
    pub path: Arc<str>,
    /// When it or anything in it was last seen, and in which message; `None` if it was only
    /// seen to be deleted.
    pub seen: Option<(Timestamp, Seq)>,
    /// When it was deleted, itself or what it lies in, and by which message; `None` while it
    /// exists.
    pub gone: Option<(Timestamp, Seq)>,
    /// Its place among the device's parameters: the first, and one past the last.
    pub params: (usize, usize),
    /// `ObjAccessType`, if the supported model is known.
    pub access: Option<i32>,
    /// True for tables, if the supported model is known.
    pub is_multi_instance: Option<bool>,
}

/// A parameter.
#[derive(Clone, PartialEq, Debug)]
pub struct Param {
    /// Place of its object among the device's objects.
    pub object: usize,
    /// Its name.
    pub name: Arc<str>,
    /// Its value as told last; empty if it is not known.
    pub value: CompactString,
    /// False if the value was told but not kept, for want of memory, or is not known for the
    /// moment that is looked at.
    pub known: bool,
    /// When this value was first told.
    pub changed_at: Timestamp,
    /// By which message.
    pub changed_by: Seq,
    /// When the parameter was last told, changed or not.
    pub seen_at: Timestamp,
    /// By which message.
    pub seen_by: Seq,
    /// When it was deleted with its object, and by which message; `None` while it exists.
    pub gone: Option<(Timestamp, Seq)>,
    /// True if it is part of a unique key of its object.
    pub is_key: bool,
    /// Earlier values, oldest first.
    pub history: Arc<[Change]>,
    /// True if no earlier value is missing in the history.
    pub complete: bool,
    /// `ParamAccessType`, if the supported model is known.
    pub access: Option<i32>,
    /// `ParamValueType`, if the supported model is known.
    pub value_type: Option<i32>,
    /// `ValueChangeType`, if the supported model is known.
    pub value_change: Option<i32>,
}

/// What differs between two shadows.
#[derive(Clone, PartialEq, Debug)]
pub struct Difference {
    /// The object.
    pub object: Arc<str>,
    /// The parameter; `None` if an object without parameters is meant.
    pub name: Option<Arc<str>>,
    /// How it differs.
    pub what: What,
}

/// How something differs.
#[derive(Clone, PartialEq, Debug)]
pub enum What {
    /// It exists here only; its value.
    OnlyHere(CompactString),
    /// It exists there only; its value.
    OnlyThere(CompactString),
    /// The values differ: here and there.
    Differs(CompactString, CompactString),
    /// One of the values is not known, so nothing can be said.
    Unknown,
}

/// The data model's name of a parameter type (TR-106), as `ParamValueType` numbers it; `None` if
/// unknown.
#[must_use]
pub fn type_label(value_type: i32) -> Option<&'static str> {
    Some(match ParamValueType::try_from(value_type).ok()? {
        ParamValueType::ParamUnknown => return None,
        ParamValueType::ParamBase64 => "base64",
        ParamValueType::ParamBoolean => "boolean",
        ParamValueType::ParamDateTime => "dateTime",
        ParamValueType::ParamDecimal => "decimal",
        ParamValueType::ParamHexBinary => "hexBinary",
        ParamValueType::ParamInt => "int",
        ParamValueType::ParamLong => "long",
        ParamValueType::ParamString => "string",
        ParamValueType::ParamUnsignedInt => "unsignedInt",
        ParamValueType::ParamUnsignedLong => "unsignedLong",
    })
}

/// A value as a number; booleans are 0 and 1.
fn number(value: &str) -> Option<f64> {
    match value {
        // No number of a device is written that long; a page of digits would take its time.
        _ if value.len() > 64 => None,
        "true" => Some(1.0),
        "false" => Some(0.0),
        _ => {
            let digits = value.strip_prefix(['-', '+']).unwrap_or(value);
            let starts = digits.starts_with(|c: char| c.is_ascii_digit() || c == '.');
            value.parse().ok().filter(|number: &f64| starts && number.is_finite())
        }
    }
}

impl Param {
    /// All known values as numbers with the time from which they held, oldest first, booleans as
    /// 0 and 1; the last point is when the last value was still seen. Values that are no numbers
    /// are left out.
    #[must_use]
    pub fn numeric(&self) -> Vec<(Timestamp, f64)> {
        let earlier = self.history.iter().map(|change| (change.at, change.value.as_str()));
        let now = [self.changed_at, self.seen_at].map(|at| (at, self.value.as_str()));
        let until = if self.seen_at > self.changed_at { 2 } else { 1 };
        let now = now.into_iter().take(if self.known { until } else { 0 });
        earlier.chain(now).filter_map(|(at, value)| Some((at, number(value)?))).collect()
    }

    /// True if the value is a number or a boolean.
    #[must_use]
    pub fn is_numeric(&self) -> bool {
        self.known && number(&self.value).is_some()
    }

    /// The parameter as known at a moment; `None` if it was first seen later.
    fn at(&self, at: Timestamp) -> Option<Self> {
        let mut then = self.clone();
        then.gone = self.gone.filter(|gone| gone.0 <= at);
        if self.changed_at <= at {
            if self.seen_at > at {
                // When it was last seen before that moment is not kept.
                (then.seen_at, then.seen_by) = (self.changed_at, self.changed_by);
            }
            return Some(then);
        }
        match self.history.iter().rposition(|change| change.at <= at) {
            Some(place) => {
                let change = self.history.get(place)?;
                then.value = change.value.clone();
                (then.changed_at, then.changed_by) = (change.at, change.seq);
                then.known = true;
                then.history = self.history.get(..place)?.into();
            }
            None if self.complete => return None,
            None => {
                then.value = CompactString::const_new("");
                then.known = false;
                then.history = Arc::from([]);
                (then.changed_at, then.changed_by) = (at, Seq(0));
            }
        }
        (then.seen_at, then.seen_by) = (then.changed_at, then.changed_by);
        Some(then)
    }
}

impl DeviceShadow {
    /// The parameters of an object.
    #[must_use]
    pub fn params_of(&self, object: &Object) -> &[Param] {
        self.params.get(object.params.0..object.params.1).unwrap_or_default()
    }

    /// An object by its path.
    #[must_use]
    pub fn object(&self, path: &str) -> Option<&Object> {
        let at = self.objects.binary_search_by(|object| compare(&object.path, path)).ok()?;
        self.objects.get(at)
    }

    /// A parameter by its whole path.
    #[must_use]
    pub fn param(&self, path: &str) -> Option<&Param> {
        let (object, name) = crate::usp::facts::split(path);
        let params = self.params_of(self.object(object)?);
        let at = params.binary_search_by(|param| (*param.name).cmp(name)).ok()?;
        params.get(at)
    }

    /// The whole path of a parameter.
    #[must_use]
    pub fn path_of(&self, param: &Param) -> String {
        let object = self.objects.get(param.object).map_or("", |object| &*object.path);
        format!("{object}{}", param.name)
    }

    /// What the device said is supported for this object.
    #[must_use]
    pub fn supported(&self, object_path: &str) -> Option<&SupportedObject> {
        let mut path = String::new();
        generic(object_path, &mut path);
        self.models.iter().rev().find_map(|model| model.object(&path))
    }

    /// The device as known at a moment. What was first seen later is left out; values that the
    /// histories don't reach back to are not [known](Param::known). What was deleted and came
    /// back before now is taken to have been there all the time.
    #[must_use]
    pub fn at(&self, at: Timestamp) -> Self {
        let mut then = Self {
            models: self.models.clone(),
            updated_by: self.updated_by.filter(|_| self.updated_at <= at),
            updated_at: self.updated_at.min(at),
            ..Self::default()
        };
        for object in &self.objects {
            let first = then.params.len();
            let place = then.objects.len();
            let params = self.params_of(object).iter().filter_map(|param| param.at(at));
            then.params.extend(params.map(|param| Param { object: place, ..param }));
            let gone = object.gone.filter(|gone| gone.0 <= at);
            // When an object was first seen is known by its parameters only.
            let seen = object.seen.is_some_and(|seen| seen.0 <= at);
            if first < then.params.len() || seen || gone.is_some() {
                let params = (first, then.params.len());
                let seen = object.seen.filter(|seen| seen.0 <= at).or_else(|| {
                    let inside = then.params.get(first..)?.iter();
                    inside.map(|param| (param.seen_at, param.seen_by)).max()
                });
                then.objects.push(Object { params, gone, seen, ..object.clone() });
            }
        }
        then
    }

    /// What differs from another device, or from another moment of the same, in order of path.
    /// What is gone counts as absent.
    #[must_use]
    pub fn diff(&self, other: &Self) -> Vec<Difference> {
        let mut found = Vec::new();
        let (mut here, mut there) = (self.present().peekable(), other.present().peekable());
        loop {
            let order = match (here.peek(), there.peek()) {
                (None, None) => return found,
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some(a), Some(b)) => compare(&a.0.path, &b.0.path)
                    .then_with(|| a.1.map(|p| &p.name).cmp(&b.1.map(|p| &p.name))),
            };
            let mine = if order == Ordering::Greater { None } else { here.next() };
            let theirs = if order == Ordering::Less { None } else { there.next() };
            let Some((object, param)) = mine.or(theirs) else { return found };
            let value = |item: Option<(&Object, Option<&Param>)>| {
                item.map(|item| item.1.map_or_else(CompactString::default, |p| p.value.clone()))
            };
            let known = |item: Option<(&Object, Option<&Param>)>| {
                item.and_then(|item| item.1).is_none_or(|param| param.known)
            };
            let what = match (value(mine), value(theirs)) {
                _ if !known(mine) || !known(theirs) => What::Unknown,
                // A row that has parameters on the other side is told by these.
                (Some(_), None) if param.is_none() && other.has(&object.path) => continue,
                (None, Some(_)) if param.is_none() && self.has(&object.path) => continue,
                (Some(a), Some(b)) if a == b => continue,
                (Some(a), Some(b)) => What::Differs(a, b),
                (Some(a), None) => What::OnlyHere(a),
                (None, Some(b)) => What::OnlyThere(b),
                (None, None) => continue,
            };
            found.push(Difference {
                object: Arc::clone(&object.path),
                name: param.map(|param| Arc::clone(&param.name)),
                what,
            });
        }
    }

    fn has(&self, path: &str) -> bool {
        self.object(path).is_some_and(|object| object.gone.is_none())
    }

    /// What exists, in order: the parameters, and objects without any.
    fn present(&self) -> impl Iterator<Item = (&Object, Option<&Param>)> {
        self.objects.iter().flat_map(|object| {
            let params = self.params_of(object);
            let alive = params.iter().filter(|param| param.gone.is_none());
            let bare = object.gone.is_none() && params.iter().all(|param| param.gone.is_some());
            bare.then_some((object, None)).into_iter().chain(alive.map(move |p| (object, Some(p))))
        })
    }
}

/// Whose shadow is to be shown, with what was made of it last.
pub(super) struct Focus {
    pub(super) id: EndpointId,
    view: Option<Arc<DeviceShadow>>,
    /// What the order below was made for.
    shape: (Seq, usize, usize),
    updated_by: Seq,
    /// Places of the objects in order, and of the parameters.
    objects: Vec<u32>,
    params: Vec<u32>,
    models: Vec<super::supported::Digest>,
}

impl Focus {
    pub(super) fn new(id: EndpointId) -> Self {
        Self {
            id,
            view: None,
            shape: (Seq(0), 0, 0),
            updated_by: Seq(0),
            objects: Vec::new(),
            params: Vec::new(),
            models: Vec::new(),
        }
    }

    /// Makes the view anew if anything has changed since.
    pub(super) fn bring_up_to_date(&mut self, shadow: &Shadow) -> Option<Arc<DeviceShadow>> {
        let Some(device) = shadow.device(self.id) else {
            *self = Self::new(self.id);
            return None;
        };
        let shape = (device.born, device.objects.len(), device.params.len());
        if self.shape != shape || !self.models.iter().eq(device.models.iter().map(|m| &m.1)) {
            self.view = None;
            self.shape = shape;
            self.models = device.models.iter().map(|model| model.1).collect();
            self.sort(shadow, device);
        }
        if self.view.is_none() || self.updated_by != device.updated_by {
            self.updated_by = device.updated_by;
            self.view = Some(Arc::new(self.make(shadow, device)));
        }
        self.view.clone()
    }

    fn sort(&mut self, shadow: &Shadow, device: &device::Device) {
        let path = |place: &u32| {
            device.objects.get(*place as usize).map_or("", |object| shadow.names.get(object.path))
        };
        self.objects = (0..device.objects.len() as u32).collect();
        self.objects.sort_by(|a, b| compare(path(a), path(b)));
        let mut rank = vec![0_u32; device.objects.len()];
        for (at, &object) in self.objects.iter().enumerate() {
            if let Some(rank) = rank.get_mut(object as usize) {
                *rank = at as u32;
            }
        }
        let key = |place: &u32| {
            let param = device.params.get(*place as usize)?;
            Some((*rank.get(param.object as usize)?, shadow.names.get(param.name)))
        };
        self.params = (0..device.params.len() as u32).collect();
        self.params.sort_by(|a, b| key(a).cmp(&key(b)));
    }

    fn make(&self, shadow: &Shadow, device: &device::Device) -> DeviceShadow {
        let old = self.view.as_deref();
        let models = match old {
            Some(old) => old.models.clone(),
            None => {
                let known = self.models.iter();
                known.filter_map(|&digest| shadow.models.get(digest).cloned()).collect()
            }
        };
        let mut made = DeviceShadow {
            objects: Vec::with_capacity(device.objects.len()),
            params: Vec::with_capacity(device.params.len()),
            models,
            updated_by: Some(device.updated_by),
            updated_at: device.updated_at,
        };
        let mut params = self.params.iter().peekable();
        let mut family = Family::default();
        for (rank, &place) in self.objects.iter().enumerate() {
            let Some(object) = device.objects.get(place as usize) else { continue };
            let (path, access, is_multi_instance);
            let mut supported = None;
            match old.and_then(|old| old.objects.get(rank)) {
                Some(old) => {
                    path = Arc::clone(&old.path);
                    (access, is_multi_instance) = (old.access, old.is_multi_instance);
                }
                None => {
                    path = shadow.names.share(object.path);
                    supported = made.supported(&path).cloned();
                    access = supported.as_ref().map(|object| object.access);
                    is_multi_instance = supported.as_ref().map(|object| object.is_multi_instance);
                }
            }
            let deleted = family.enter(&path, rank, object);
            let first = made.params.len();
            while let Some(&&at) = params.peek()
                && let Some(param) = device.params.get(at as usize)
                && param.object == place
            {
                params.next();
                let old = old.and_then(|old| old.params.get(made.params.len()));
                let declared = supported.as_ref().and_then(|object| {
                    old.is_none().then(|| object.param(shadow.names.get(param.name)))?
                });
                made.params.push(view_of(shadow, param, rank, deleted, old, declared));
            }
            let seen = (object.seen_by > Seq(0)).then_some((object.seen_at, object.seen_by));
            let params = (first, made.params.len());
            let gone = deleted;
            made.objects.push(Object { path, seen, gone, params, access, is_multi_instance });
        }
        family.settle(&mut made.objects);
        made
    }
}

fn view_of(
    shadow: &Shadow,
    param: &device::Param,
    object: usize,
    deleted: Option<(Timestamp, Seq)>,
    old: Option<&Param>,
    declared: Option<&SupportedParam>,
) -> Param {
    let gone = deleted.filter(|deleted| deleted.1 > param.seen_by);
    let same = old.filter(|old| {
        old.changed_by == param.changed_by
            && old.value == param.value
            && old.history.len() == param.past.len()
    });
    Param {
        object,
        name: old.map_or_else(|| shadow.names.share(param.name), |old| Arc::clone(&old.name)),
        value: param.value.clone(),
        known: param.known,
        changed_at: param.changed_at,
        changed_by: param.changed_by,
        seen_at: param.seen_at,
        seen_by: param.seen_by,
        gone,
        is_key: param.is_key,
        history: match same {
            Some(same) => Arc::clone(&same.history),
            None => shadow.pasts.of(&param.past).cloned().collect(),
        },
        complete: !param.past.cut,
        access: old.map_or(declared.map(|d| d.access), |old| old.access),
        value_type: old.map_or(declared.map(|d| d.value_type), |old| old.value_type),
        value_change: old.map_or(declared.map(|d| d.value_change), |old| old.value_change),
    }
}

/// Path, place and newest deletion of an object.
type Ancestor = (Arc<str>, usize, Option<(Timestamp, Seq)>);

/// Objects in order of path, each with what it lies in.
#[derive(Default)]
struct Family {
    /// The objects that the present one lies in, and itself.
    open: Vec<Ancestor>,
    parents: Vec<Option<usize>>,
}

impl Family {
    /// The newest deletion of the next object or of any that it lies in.
    fn enter(
        &mut self,
        path: &Arc<str>,
        rank: usize,
        object: &device::Object,
    ) -> Option<(Timestamp, Seq)> {
        while self.open.last().is_some_and(|above| !is_within(path, &above.0)) {
            self.open.pop();
        }
        let above = self.open.last();
        let own = (object.gone_by > Seq(0)).then_some((object.gone_at, object.gone_by));
        let inherited = above.and_then(|above| above.2);
        let newest = own.into_iter().chain(inherited).max_by_key(|gone| gone.1);
        self.parents.push(above.map(|above| above.1));
        self.open.push((Arc::clone(path), rank, newest));
        newest
    }

    /// What was seen in an object shows that it existed; it is gone if it was deleted since.
    fn settle(&self, objects: &mut [Object]) {
        for (rank, parent) in self.parents.iter().enumerate().rev() {
            let Some(object) = objects.get_mut(rank) else { continue };
            let seen = object.seen;
            object.gone = object.gone.filter(|gone| seen.is_none_or(|seen| gone.1 > seen.1));
            if let Some(above) = parent.and_then(|parent| objects.get_mut(parent)) {
                above.seen = above.seen.into_iter().chain(seen).max_by_key(|seen| seen.1);
            }
        }
    }
}
