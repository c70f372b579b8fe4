//! Subscriptions of the devices: why an Agent sends which notifications.
//!
//! They live in Device.LocalAgent.Subscription.{i}. of each Agent. What was seen of that table,
//! by Add, Get, Set, Delete and notifications about it, is kept here, so that a Notify can be
//! shown with what it was subscribed for. A deleted subscription stays known until its place is
//! needed; one that is added again under its old ID takes its place.

mod learn;
mod read;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;

pub(super) use learn::Learner;

pub(super) use read::touches;

use crate::core::cow_vec::CowVec;
use crate::core::ids::{EndpointId, Seq};
use crate::core::time::Timestamp;
use crate::usp::body::{body, string};
use crate::usp::kind::{MsgKind, NotificationKind};

/// What a subscription asks for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum NotifType {
    /// One of the standard kinds.
    Kind(NotificationKind),
    /// Another one, by its name.
    Other(Arc<str>),
}

impl NotifType {
    /// The data model's name, for example `ValueChange`.
    #[must_use]
    pub fn label(&self) -> &str {
        match self {
            Self::Kind(kind) => kind.label(),
            Self::Other(name) => name,
        }
    }
}

/// A row of a device's subscription table. What was not seen yet is empty or `None`; long texts
/// are cut and end in `…` then.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Subscription {
    /// The Agent.
    pub device: EndpointId,
    /// `ID`, which is the `subscription_id` of its notifications.
    pub id: Arc<str>,
    /// Number of its row.
    pub instance: Option<u32>,
    /// `NotifType`.
    pub notif_type: Option<NotifType>,
    /// `ReferenceList`: paths, separated by commas.
    pub reference_list: Arc<str>,
    /// `Recipient`: the row of the Controller it is for.
    pub recipient: Arc<str>,
    /// `NotifRetry`: repeat until acknowledged.
    pub notif_retry: Option<bool>,
    /// `Enable`.
    pub enable: Option<bool>,
    /// `Persistent`: it outlives a restart.
    pub persistent: Option<bool>,
    /// `TimeToLive`, seconds; 0 is without end.
    pub time_to_live: Option<u64>,
    /// The message it was first learned from.
    pub learned: Seq,
    /// The newest message that said something new about it.
    pub changed: Seq,
    /// When that arrived.
    pub changed_at: Timestamp,
    /// When it was deleted.
    pub deleted_at: Option<Timestamp>,
    /// The next one of the same device; 0 is none, else one more than its place.
    next: u32,
}

impl Subscription {
    /// Path of its row in the data model; empty if that wasn't seen.
    #[must_use]
    pub fn path(&self) -> String {
        self.instance.map_or_else(String::new, |number| format!("{}{number}.", read::TABLE))
    }

    /// For people: `ValueChange of Device.DeviceInfo.UpTime (subscription "uptime-1")`.
    #[must_use]
    pub fn describe(&self) -> String {
        self.to_string()
    }

    /// True if a notification of this kind is what it asks for, as far as that is known.
    #[must_use]
    pub fn fits(&self, kind: NotificationKind) -> bool {
        match &self.notif_type {
            Some(NotifType::Kind(wanted)) => *wanted == kind,
            Some(NotifType::Other(_)) | None => true,
        }
    }
}

impl fmt::Display for Subscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(notif_type) = &self.notif_type else {
            return write!(f, "subscription \"{}\"", self.id);
        };
        f.write_str(notif_type.label())?;
        let mut paths =
            self.reference_list.split(',').map(str::trim).filter(|path| !path.is_empty());
        if let Some(first) = paths.next() {
            write!(f, " of {first}")?;
            match paths.count() {
                0 => {}
                more => write!(f, " and {more} more")?,
            }
        }
        write!(f, " (subscription \"{}\")", self.id)
    }
}

/// What a subscription brought since it is known.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Delivered {
    /// Notifications, repeats not counted.
    pub notifications: u64,
    /// Those among them of another kind than the subscription asks for.
    pub unfit: u64,
    /// The newest one.
    pub last: Option<Seq>,
    /// When it arrived.
    pub last_at: Timestamp,
}

/// The subscriptions of one device.
#[derive(Clone, Copy, Default)]
struct Head {
    /// The newest; 0 is none, else one more than its place.
    first: u32,
    len: u32,
}

/// All subscriptions known, as a snapshot shows them.
#[derive(Clone, Default)]
pub struct Subscriptions {
    rows: CowVec<Arc<Subscription>>,
    delivered: CowVec<Delivered>,
    heads: CowVec<Head>,
}

impl Subscriptions {
    /// All of them as they are now, for a snapshot.
    pub(super) fn lend(&mut self) -> Self {
        Self { rows: self.rows.lend(), delivered: self.delivered.lend(), heads: self.heads.lend() }
    }

    /// How many are known, the deleted ones included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// True if none is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// All of them, the deleted ones included.
    pub fn iter(&self) -> impl Iterator<Item = (&Subscription, Delivered)> {
        self.rows.iter().map(|row| &**row).zip(self.delivered.iter().copied())
    }

    /// Those of one device, newest first.
    pub fn of_device(
        &self,
        device: EndpointId,
    ) -> impl Iterator<Item = (&Subscription, Delivered)> {
        self.places(device).map(|(place, row)| {
            (row, self.delivered.get(place as usize).copied().unwrap_or_default())
        })
    }

    /// Those of one device with their places, newest first.
    fn places(&self, device: EndpointId) -> impl Iterator<Item = (u32, &Subscription)> {
        let mut next = self.heads.get(device.0 as usize).map_or(0, |head| head.first);
        std::iter::from_fn(move || {
            let place = next.checked_sub(1)?;
            let row = self.rows.get(place as usize)?;
            next = row.next;
            Some((place, &**row))
        })
    }

    /// The one with this ID.
    #[must_use]
    pub fn find(&self, device: EndpointId, id: &str) -> Option<(&Subscription, Delivered)> {
        let id = read::cut(id);
        self.of_device(device).find(|(row, _)| !id.is_empty() && *row.id == *id)
    }

    /// The one that caused a Notify, given the bytes of its Msg.
    #[must_use]
    pub fn of_notify(&self, device: EndpointId, msg: &[u8]) -> Option<(&Subscription, Delivered)> {
        self.find(device, string(body(MsgKind::Notify, msg)?, 1))
    }
}
