//! Learns subscriptions from the messages, and counts what they bring.

use std::collections::VecDeque;
use std::hash::BuildHasher;
use std::sync::Arc;

use hashbrown::HashMap;

use super::read::{self, Fields, cut};
use super::{Delivered, Head, NotifType, Subscription, Subscriptions};
use crate::analysis::budgets::Budgets;
use crate::analysis::exchanges::Match;
use crate::analysis::note::Note;
use crate::core::ids::{EndpointId, Seq};
use crate::core::time::Timestamp;
use crate::usp::body::{body, string};
use crate::usp::kind::{MsgKind, NotificationKind};

/// Subscriptions of one device; they are searched one by one when a message is looked at.
const MAX_PER_DEVICE: u32 = 1024;

/// Rows of one Add.
const MAX_ROWS: usize = 64;

/// Rows of all Adds that wait for their answers.
const MAX_WAITING_ROWS: usize = 4096;

/// An Add and its answer, by who asked whom with which `msg_id`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct AddKey {
    controller: EndpointId,
    device: EndpointId,
    id: u64,
}

/// One half of an Add with its answer.
enum Waiting {
    /// The rows asked for.
    Asked(Vec<Owned>),
    /// The rows that were made, with what could not be set; the Add wasn't seen yet.
    Made(Vec<Option<(u32, Vec<Arc<str>>)>>),
}

impl Waiting {
    fn rows(&self) -> usize {
        match self {
            Self::Asked(rows) => rows.len(),
            Self::Made(rows) => rows.len(),
        }
    }
}

/// [`Fields`] by name, that outlive their message.
type Owned = Vec<(&'static str, Arc<str>)>;

/// See the module text.
pub(in crate::analysis) struct Learner {
    pub(in crate::analysis) known: Subscriptions,
    /// Subscriptions not remembered for want of room.
    pub(in crate::analysis) lost: u64,
    ids: HashMap<(EndpointId, u64), u32>,
    instances: HashMap<(EndpointId, u32), u32>,
    /// Places of deleted ones, in order of deletion.
    deleted: VecDeque<u32>,
    waiting: HashMap<AddKey, (u64, Waiting)>,
    waiting_ages: VecDeque<(Timestamp, AddKey, u64)>,
    waiting_rows: usize,
    serial: u64,
    hasher: hashbrown::DefaultHashBuilder,
    budgets: Budgets,
}

/// What a message says about a row.
struct Said<'a> {
    device: EndpointId,
    at: Timestamp,
    seq: Seq,
    instance: u32,
    /// The row is new: what was known under this number or ID is no longer so.
    fresh: bool,
    fields: Fields<'a>,
}

impl Learner {
    pub(in crate::analysis) fn new(budgets: &Budgets) -> Self {
        Self {
            known: Subscriptions::default(),
            lost: 0,
            ids: HashMap::new(),
            instances: HashMap::new(),
            deleted: VecDeque::new(),
            waiting: HashMap::new(),
            waiting_ages: VecDeque::new(),
            waiting_rows: 0,
            serial: 0,
            hasher: hashbrown::DefaultHashBuilder::default(),
            budgets: *budgets,
        }
    }

    /// Takes a message. `what` is what it is to earlier ones by its `msg_id`; `told` says of a
    /// GetResp that its parameters may be those of subscriptions.
    #[inline]
    pub(in crate::analysis) fn note(&mut self, note: &Note<'_>, what: Match, told: bool) {
        let Some((kind, _, bytes)) = note.msg() else { return };
        let matters = match kind {
            MsgKind::GetResp => told,
            MsgKind::GetInstancesResp | MsgKind::SetResp => read::concerns(bytes),
            MsgKind::Notify => !matches!(what, Match::Repeat { .. }),
            MsgKind::Add | MsgKind::AddResp | MsgKind::DeleteResp => true,
            _ => false,
        };
        if matters {
            self.look(note);
        }
    }

    #[inline(never)]
    fn look(&mut self, note: &Note<'_>) {
        let Some((kind, summary, bytes)) = note.msg() else { return };
        match kind {
            MsgKind::GetResp => self.rows(note, read::get_resp(bytes)),
            MsgKind::GetInstancesResp => self.rows(note, read::instances_resp(bytes)),
            MsgKind::SetResp => self.rows(note, read::set_resp(bytes)),
            MsgKind::Notify => self.notified(note, summary.notification, bytes),
            MsgKind::Add => self.add(note, summary.msg_id, bytes),
            MsgKind::AddResp => self.added(note, summary.msg_id, bytes),
            MsgKind::DeleteResp => {
                let Some(device) = sender(note) else { return };
                for number in read::delete_resp(bytes) {
                    self.delete(device, number, note);
                }
            }
            _ => {}
        }
    }

    /// Rows as they are.
    fn rows<'a>(&mut self, note: &Note<'_>, rows: impl Iterator<Item = (u32, Fields<'a>)>) {
        let Some(device) = sender(note) else { return };
        let (at, seq) = (note.at, note.seq);
        for (instance, fields) in rows {
            self.learn(&Said { device, at, seq, instance, fresh: false, fields });
        }
    }

    fn notified(&mut self, note: &Note<'_>, kind: Option<NotificationKind>, bytes: &[u8]) {
        let (Some(device), Some(notify)) = (sender(note), body(MsgKind::Notify, bytes)) else {
            return;
        };
        let id = string(notify, 1);
        if !id.is_empty() && !self.ids.is_empty() {
            self.count(device, id, kind, note);
        }
        match kind {
            Some(NotificationKind::ObjectCreation) => {
                if let Some((instance, fields)) = read::created(notify) {
                    let (at, seq) = (note.at, note.seq);
                    self.learn(&Said { device, at, seq, instance, fresh: false, fields });
                }
            }
            Some(NotificationKind::ObjectDeletion) => {
                if let Some(number) = read::deleted(notify) {
                    self.delete(device, number, note);
                }
            }
            _ => {}
        }
    }

    fn count(
        &mut self,
        device: EndpointId,
        id: &str,
        kind: Option<NotificationKind>,
        note: &Note<'_>,
    ) {
        let Some(&place) = self.ids.get(&self.id_key(device, id)) else { return };
        let fits = match (self.known.rows.get(place as usize), kind) {
            (Some(row), Some(kind)) => row.fits(kind),
            _ => true,
        };
        if let Some(delivered) = self.known.delivered.get_mut(place as usize) {
            delivered.notifications += 1;
            delivered.unfit += u64::from(!fits);
            delivered.last = Some(note.seq);
            delivered.last_at = note.at;
        }
    }

    fn add(&mut self, note: &Note<'_>, msg_id: &str, bytes: &[u8]) {
        let Some((controller, device)) = note.ends() else { return };
        let mut rows = read::add(bytes).peekable();
        if rows.peek().is_none() {
            return;
        }
        let key = AddKey { controller, device, id: self.hasher.hash_one(msg_id) };
        if let Some((_, Waiting::Made(_))) = self.waiting.get(&key)
            && let Some(Waiting::Made(made)) = self.take(key)
        {
            for (fields, made) in rows.zip(made) {
                let Some((instance, failed)) = made else { continue };
                let fields = without(fields, failed.iter().map(|name| &**name));
                let (at, seq) = (note.at, note.seq);
                self.learn(&Said { device, at, seq, instance, fresh: false, fields });
            }
            return;
        }
        let asked = rows.take(MAX_ROWS).map(|fields| own(&fields)).collect();
        self.wait(key, note.at, Waiting::Asked(asked));
    }

    fn added(&mut self, note: &Note<'_>, msg_id: &str, bytes: &[u8]) {
        let Some((device, controller)) = note.ends() else { return };
        let mut results = read::add_resp(bytes).peekable();
        if results.peek().is_none() {
            return;
        }
        let key = AddKey { controller, device, id: self.hasher.hash_one(msg_id) };
        let asked = match self.waiting.get(&key) {
            Some((_, Waiting::Asked(_))) => self.take(key),
            _ => None,
        };
        let mut asked = match asked {
            Some(Waiting::Asked(rows)) => Some(rows.into_iter()),
            _ => None,
        };
        let mut made = Vec::new();
        for result in results {
            let wanted = asked.as_mut().and_then(Iterator::next).unwrap_or_default();
            if asked.is_none() && made.len() < MAX_ROWS {
                made.push(result.as_ref().map(|added| {
                    let failed = read::failed_params(added);
                    (added.instance, failed.take(8).map(|name| Arc::from(&*cut(name))).collect())
                }));
            }
            let Some(added) = result else { continue };
            let mut fields = Fields::default();
            wanted.iter().for_each(|(name, value)| fields.set(name, value));
            let mut fields = without(fields, read::failed_params(&added));
            // What the device says of itself counts more.
            fields.id = added.keys.id.or(fields.id);
            fields.recipient = added.keys.recipient.or(fields.recipient);
            let (at, seq, instance) = (note.at, note.seq, added.instance);
            self.learn(&Said { device, at, seq, instance, fresh: true, fields });
        }
        if asked.is_none() {
            self.wait(key, note.at, Waiting::Made(made));
        }
    }

    fn wait(&mut self, key: AddKey, at: Timestamp, half: Waiting) {
        self.take(key);
        self.serial += 1;
        self.waiting_rows += half.rows();
        self.waiting.insert(key, (self.serial, half));
        self.waiting_ages.push_back((at, key, self.serial));
        let keep = i64::from(self.budgets.remember_secs) * 1_000_000_000;
        while let Some(&(since, key, serial)) = self.waiting_ages.front()
            && (self.waiting_rows > MAX_WAITING_ROWS
                || self.waiting_ages.len() > MAX_WAITING_ROWS
                || at.nanos_since(since) > keep)
        {
            self.waiting_ages.pop_front();
            if self.waiting.get(&key).is_some_and(|entry| entry.0 == serial) {
                self.take(key);
            }
        }
    }

    fn take(&mut self, key: AddKey) -> Option<Waiting> {
        let (_, half) = self.waiting.remove(&key)?;
        self.waiting_rows -= half.rows();
        Some(half)
    }

    /// Takes in what is said of a row.
    fn learn(&mut self, said: &Said<'_>) {
        let Some(place) = self.place(said) else {
            self.lost += 1;
            return;
        };
        let Some(row) = self.known.rows.get(place as usize) else { return };
        let mut new = Subscription::clone(row);
        let revived = new.deleted_at.is_some();
        let moved = new.instance.is_some_and(|number| number != said.instance);
        if said.fresh || revived || moved {
            // A row of the same ID that was added again.
            new.notif_type = None;
            new.reference_list = Arc::default();
            new.recipient = Arc::default();
            (new.notif_retry, new.enable) = (None, None);
            (new.persistent, new.time_to_live) = (None, None);
            new.deleted_at = None;
        }
        if moved && let Some(before) = new.instance {
            self.instances.remove(&(said.device, before));
        }
        new.instance = Some(said.instance);
        self.instances.insert((said.device, said.instance), place);
        fill(&mut new, &said.fields);
        if let Some(id) = said.fields.id.filter(|id| !id.is_empty()) {
            self.ids.insert(self.id_key(said.device, id), place);
        }
        if new == **row {
            return;
        }
        new.changed = said.seq;
        new.changed_at = said.at;
        if let Some(row) = self.known.rows.get_mut(place as usize) {
            *row = Arc::new(new);
        }
    }

    /// The place of a row, by its ID or else its number; a new one if it isn't known.
    fn place(&mut self, said: &Said<'_>) -> Option<u32> {
        let device = said.device;
        let by_number = self.instances.get(&(device, said.instance)).copied();
        let Some(id) = said.fields.id.filter(|id| !id.is_empty()) else {
            return by_number.or_else(|| self.open_place(said));
        };
        let by_id = self.ids.get(&self.id_key(device, id)).copied();
        match (by_number, by_id) {
            (Some(number), Some(id)) if number == id => Some(id),
            (Some(number), other) => {
                let nameless = self.known.rows.get(number as usize)?.id.is_empty();
                if nameless && other.is_none() {
                    return Some(number);
                }
                // The row of that number is another one now.
                self.mark_deleted(number, said.instance, said.at);
                other.or_else(|| self.open_place(said))
            }
            (None, Some(id)) => Some(id),
            (None, None) => self.open_place(said),
        }
    }

    fn delete(&mut self, device: EndpointId, instance: u32, note: &Note<'_>) {
        if let Some(&place) = self.instances.get(&(device, instance)) {
            self.mark_deleted(place, instance, note.at);
        }
    }

    fn mark_deleted(&mut self, place: u32, instance: u32, at: Timestamp) {
        if let Some(row) = self.known.rows.get_mut(place as usize)
            && row.deleted_at.is_none()
        {
            self.instances.remove(&(row.device, instance));
            Arc::make_mut(row).deleted_at = Some(at);
            self.deleted.push_back(place);
            if self.deleted.len() > 2 * self.budgets.subscriptions.max(1) {
                self.deleted.pop_front();
            }
        }
    }

    /// A place for a new row.
    fn open_place(&mut self, said: &Said<'_>) -> Option<u32> {
        let device = said.device;
        let full = self.head(device).len >= MAX_PER_DEVICE;
        let place = if full {
            // Only one of its own makes room in its list.
            let mut own = self.known.places(device);
            let (place, _) = own.find(|(_, row)| row.deleted_at.is_some())?;
            drop(own);
            self.vacate(place);
            place
        } else if self.known.rows.len() < self.budgets.subscriptions.max(1) {
            u32::try_from(self.known.rows.len()).ok()?
        } else {
            self.oldest_deleted()?
        };
        let head = self.head(device);
        let row = Arc::new(Subscription {
            device,
            id: Arc::default(),
            instance: None,
            notif_type: None,
            reference_list: Arc::default(),
            recipient: Arc::default(),
            notif_retry: None,
            enable: None,
            persistent: None,
            time_to_live: None,
            learned: said.seq,
            changed: said.seq,
            changed_at: said.at,
            deleted_at: None,
            next: head.first,
        });
        if let Some(old) = self.known.rows.get_mut(place as usize) {
            *old = row;
            if let Some(delivered) = self.known.delivered.get_mut(place as usize) {
                *delivered = Delivered::default();
            }
        } else {
            self.known.rows.push(row);
            self.known.delivered.push(Delivered::default());
        }
        self.set_head(device, Head { first: place + 1, len: head.len + 1 });
        Some(place)
    }

    /// The place of the subscription that was deleted first, made free.
    fn oldest_deleted(&mut self) -> Option<u32> {
        while let Some(place) = self.deleted.pop_front() {
            let row = self.known.rows.get(place as usize);
            if row.is_some_and(|row| row.deleted_at.is_some()) {
                self.vacate(place);
                return Some(place);
            }
        }
        None
    }

    /// Takes a deleted subscription out of its device's list and of the index.
    fn vacate(&mut self, place: u32) {
        let Some(row) = self.known.rows.get(place as usize).cloned() else { return };
        let key = self.id_key(row.device, &row.id);
        if self.ids.get(&key) == Some(&place) {
            self.ids.remove(&key);
        }
        let mut head = self.head(row.device);
        if head.first == place + 1 {
            head.first = row.next;
        } else {
            let mut at = head.first;
            while let Some(before) = (at as usize).checked_sub(1)
                && let Some(one) = self.known.rows.get(before)
            {
                at = one.next;
                if at == place + 1
                    && let Some(one) = self.known.rows.get_mut(before)
                {
                    Arc::make_mut(one).next = row.next;
                    break;
                }
            }
        }
        head.len = head.len.saturating_sub(1);
        self.set_head(row.device, head);
    }

    /// IDs are told apart as they are kept.
    fn id_key(&self, device: EndpointId, id: &str) -> (EndpointId, u64) {
        (device, self.hasher.hash_one(&*cut(id)))
    }

    fn head(&self, device: EndpointId) -> Head {
        self.known.heads.get(device.0 as usize).copied().unwrap_or_default()
    }

    fn set_head(&mut self, device: EndpointId, head: Head) {
        while self.known.heads.len() <= device.0 as usize {
            self.known.heads.push(Head::default());
        }
        if let Some(slot) = self.known.heads.get_mut(device.0 as usize) {
            *slot = head;
        }
    }

    /// Memory held beside the subscriptions themselves, in entries: the index, and what waits.
    #[cfg(test)]
    pub(super) fn remembered(&self) -> (usize, usize) {
        let index = self.ids.len().max(self.instances.len()).max(self.deleted.len() / 2);
        (index, self.waiting_rows.max(self.waiting_ages.len()))
    }
}

/// The Agent that says so.
#[inline]
fn sender(note: &Note<'_>) -> Option<EndpointId> {
    note.from.filter(|&id| id != EndpointId::OTHER)
}

/// Takes out what could not be set.
fn without<'a, 'b>(fields: Fields<'a>, failed: impl Iterator<Item = &'b str>) -> Fields<'a> {
    let mut fields = fields;
    for name in failed {
        if let Some(slot) = fields.slot(name) {
            *slot = None;
        }
    }
    fields
}

/// Copies what is there.
fn own(fields: &Fields<'_>) -> Owned {
    [
        ("ID", fields.id),
        ("NotifType", fields.notif_type),
        ("ReferenceList", fields.reference_list),
        ("Recipient", fields.recipient),
        ("NotifRetry", fields.notif_retry),
        ("Enable", fields.enable),
        ("Persistent", fields.persistent),
        ("TimeToLive", fields.time_to_live),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name, Arc::from(&*cut(value?)))))
    .collect()
}

fn fill(row: &mut Subscription, fields: &Fields<'_>) {
    let put = |slot: &mut Arc<str>, value: Option<&str>| {
        if let Some(value) = value.map(cut)
            && **slot != *value
        {
            *slot = Arc::from(&*value);
        }
    };
    put(&mut row.id, fields.id.filter(|id| !id.is_empty()));
    put(&mut row.reference_list, fields.reference_list);
    put(&mut row.recipient, fields.recipient);
    if let Some(name) = fields.notif_type {
        row.notif_type = notif_type(name);
    }
    let flag = |slot: &mut Option<bool>, value: Option<&str>| {
        if let Some(value) = value {
            *slot = Some(matches!(value, "true" | "1"));
        }
    };
    flag(&mut row.notif_retry, fields.notif_retry);
    flag(&mut row.enable, fields.enable);
    flag(&mut row.persistent, fields.persistent);
    if let Some(value) = fields.time_to_live {
        row.time_to_live = value.parse().ok();
    }
}

fn notif_type(name: &str) -> Option<NotifType> {
    use NotificationKind::{Event, ObjectCreation, ObjectDeletion, OperationComplete, ValueChange};
    let kinds = [ValueChange, ObjectCreation, ObjectDeletion, OperationComplete, Event];
    if let Some(kind) = kinds.into_iter().find(|kind| kind.label() == name) {
        return Some(NotifType::Kind(kind));
    }
    (!name.is_empty()).then(|| NotifType::Other(Arc::from(&*cut(name))))
}
