//! What changed since the message before: against the last one like it on the same topic, and
//! value by value against whatever told the same path of the same device before.
//!
//! Made for the picked message only, walking back from it a slice a frame, and no further than
//! [`MAX_BACK`] messages; what is not found by then is said to be not found.

use std::collections::HashMap;
use std::time::Duration;

use super::compare::{DiffRow, Sign, align};
use super::inspector::Inspected;
use crate::analysis::Snapshot;
use crate::analysis::message::Message;
use crate::core::ids::{EndpointId, Epoch, Seq};
use crate::core::time::{Stopwatch, Timestamp};
use crate::store::RowRef;
use crate::usp::body;
use crate::usp::facts::{self, Facts};
use crate::usp::kind::{MsgKind, NotificationKind};
use crate::usp::tree::{self, FieldRow};

/// Messages looked at going back.
pub const MAX_BACK: u64 = 200_000;

/// Values of one message that are looked up.
const MAX_VALUES: usize = 5_000;

/// Changed fields shown.
const MAX_FIELDS: usize = 500;

/// Messages looked at between two looks at the stopwatch.
const SLICE: u32 = 512;

/// Fields that differ between any two messages and tell nothing.
const NOISE: [&str; 3] = ["msg_id", "sequence_id", "expected_id"];

/// A value that a message tells.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ToldValue {
    /// Path of the parameter.
    pub path: String,
    /// Its value now.
    pub value: String,
    /// What it was before, who said so and when; `None` until found.
    pub before: Option<(String, Seq, Timestamp)>,
}

impl ToldValue {
    /// True if it is known to have been another one.
    #[must_use]
    pub fn changed(&self) -> bool {
        self.before.as_ref().is_some_and(|(value, ..)| *value != self.value)
    }
}

/// The message before of the same type, sender and topic.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Before {
    /// Being looked for.
    Looking,
    /// None was found within what is kept, or within the bound.
    NotFound,
    /// That one, with the fields that differ.
    Found {
        /// Which message.
        seq: Seq,
        /// When it arrived.
        at: Timestamp,
        /// The fields that differ, without those that always do.
        fields: Vec<DiffRow>,
        /// Further fields that differ.
        more: usize,
    },
}

/// See the module text.
pub struct Changes {
    epoch: Epoch,
    seq: Seq,
    at: Timestamp,
    kind: Option<MsgKind>,
    notification: Option<NotificationKind>,
    from: Option<EndpointId>,
    device: Option<EndpointId>,
    fields: Vec<FieldRow>,
    values: Vec<ToldValue>,
    /// Values beyond the bound.
    unlooked: usize,
    /// Places in `values` that wait for what they were before.
    waiting: HashMap<String, usize>,
    /// The next message to look at, going back.
    below: u64,
    /// Where to stop.
    lowest: u64,
    same: Before,
    /// The next one on the topic, going back, and how many were seen.
    on_topic: Option<Seq>,
    steps: u64,
    done: bool,
}

impl Changes {
    /// Begins for a message that was taken apart.
    #[must_use]
    pub fn new(snapshot: &Snapshot, inspected: &Inspected) -> Self {
        let seq = inspected.seq();
        let mut this = Self {
            epoch: inspected.epoch(),
            seq,
            at: inspected.facts().at,
            kind: None,
            notification: None,
            from: None,
            device: None,
            fields: Vec::new(),
            values: Vec::new(),
            unlooked: 0,
            waiting: HashMap::new(),
            below: seq.0,
            lowest: seq.0.saturating_sub(MAX_BACK),
            same: Before::NotFound,
            on_topic: None,
            steps: 0,
            done: true,
        };
        let row = (snapshot.epoch() == inspected.epoch()).then(|| snapshot.row(seq)).flatten();
        let Some(row) = row else { return this };
        (this.kind, this.from) = (row.msg_kind, row.from);
        this.notification = row.notification;
        this.device = Message { snapshot, row }.device();
        this.on_topic = row.prev_on_topic();
        this.same = if this.on_topic.is_some() { Before::Looking } else { Before::NotFound };
        this.fields = inspected.fields().to_vec();
        let mut told = Told::default();
        told.read(snapshot, row);
        this.unlooked = told.0.len().saturating_sub(MAX_VALUES);
        for (path, value) in told.0.into_iter().take(MAX_VALUES) {
            // Told twice, the last one counts.
            match this.waiting.get(&path).copied() {
                Some(at) => {
                    if let Some(known) = this.values.get_mut(at) {
                        known.value = value;
                    }
                }
                None => {
                    this.waiting.insert(path.clone(), this.values.len());
                    this.values.push(ToldValue { path, value, before: None });
                }
            }
        }
        this.done = false;
        this
    }

    /// True if these are the changes of that message.
    #[must_use]
    pub fn is_of(&self, inspected: &Inspected) -> bool {
        inspected.is(self.epoch, self.seq)
    }

    /// Arrival of the message.
    #[must_use]
    pub fn at(&self) -> Timestamp {
        self.at
    }

    /// The values that the message tells.
    #[must_use]
    pub fn values(&self) -> &[ToldValue] {
        &self.values
    }

    /// Values beyond the bound, which are not looked up.
    #[must_use]
    pub fn unlooked(&self) -> usize {
        self.unlooked
    }

    /// The message before it on the topic, of the same type and sender.
    #[must_use]
    pub fn before(&self) -> &Before {
        &self.same
    }

    /// True if there is nothing more to find.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.done
    }

    /// Goes on for at most about `budget`. True if there is more to do.
    pub fn advance(&mut self, snapshot: &Snapshot, budget: Duration) -> bool {
        if self.done {
            return false;
        }
        if snapshot.epoch() != self.epoch {
            self.finish();
            return false;
        }
        let started = Stopwatch::start();
        while self.same == Before::Looking {
            for _ in 0..SLICE {
                self.step_on_topic(snapshot);
            }
            if started.elapsed() >= budget {
                return true;
            }
        }
        let lowest = self.lowest.max(snapshot.first_seq().0);
        while !self.waiting.is_empty() && self.below > lowest {
            let mut looked = 0;
            while looked < SLICE && self.below > lowest && !self.waiting.is_empty() {
                self.below -= 1;
                looked += 1;
                let Some(row) = snapshot.row(Seq(self.below)) else { continue };
                if self.may_tell(&row) {
                    self.take(snapshot, row);
                    // A message of that kind may be large.
                    looked += SLICE / 16 + row.size() / 64;
                }
            }
            if started.elapsed() >= budget {
                return true;
            }
        }
        self.finish();
        false
    }

    fn finish(&mut self) {
        self.done = true;
        self.waiting = HashMap::new();
        self.fields = Vec::new();
        if self.same == Before::Looking {
            self.same = Before::NotFound;
        }
    }

    fn step_on_topic(&mut self, snapshot: &Snapshot) {
        if self.same != Before::Looking {
            return;
        }
        self.steps += 1;
        let row = self.on_topic.filter(|_| self.steps <= MAX_BACK);
        let Some(row) = row.and_then(|seq| snapshot.row(seq)) else {
            self.same = Before::NotFound;
            return;
        };
        let is_like = row.msg_kind == self.kind && row.notification == self.notification;
        if !is_like || row.from != self.from {
            self.on_topic = row.prev_on_topic();
            return;
        }
        let fields = match snapshot.whole(row.seq).filter(|_| row.whole) {
            Some(whole) => tree::msg_rows(&whole.bytes),
            None => tree::rows(row.payload()),
        };
        let mine = match self.fields.iter().rposition(|field| field.depth == 0) {
            // Of a segmented one the Msg that was put together is compared.
            Some(at) if row.whole => self.fields.get(at..).unwrap_or_default(),
            _ => &self.fields,
        };
        let is_noise = |row: &DiffRow| NOISE.contains(&row.name.as_str());
        let mut differ: Vec<DiffRow> = align(&fields, mine)
            .into_iter()
            .filter(|row| !row.is_group && row.sign != Sign::Same && !is_noise(row))
            .collect();
        let more = differ.len().saturating_sub(MAX_FIELDS);
        differ.truncate(MAX_FIELDS);
        self.same = Before::Found { seq: row.seq, at: row.at, fields: differ, more };
    }

    /// True if the message may tell values of the device.
    fn may_tell(&self, row: &RowRef<'_>) -> bool {
        let device = self.device;
        match row.msg_kind {
            Some(MsgKind::Set) => row.to == device,
            Some(
                MsgKind::GetResp
                | MsgKind::SetResp
                | MsgKind::AddResp
                | MsgKind::OperateResp
                | MsgKind::Notify,
            ) => row.from == device,
            _ => false,
        }
    }

    fn take(&mut self, snapshot: &Snapshot, row: RowRef<'_>) {
        let mut told = Told::default();
        told.read(snapshot, row);
        // Told twice, the last one counts.
        for (path, value) in told.0.into_iter().rev() {
            if let Some(at) = self.waiting.remove(&path)
                && let Some(known) = self.values.get_mut(at)
            {
                known.before = Some((value, row.seq, row.at));
            }
        }
    }
}

/// Paths and values that a message tells of a device, or sets there.
#[derive(Default)]
struct Told(Vec<(String, String)>);

impl Told {
    fn read(&mut self, snapshot: &Snapshot, row: RowRef<'_>) {
        let Some(bytes) = snapshot.msg_bytes(row) else { return };
        if row.msg_kind != Some(MsgKind::Set) {
            facts::read(bytes, self);
            return;
        }
        let Some(set) = body::body(MsgKind::Set, bytes) else { return };
        for object in body::each(set, 2) {
            let path = body::string(object, 1);
            for setting in body::each(object, 2) {
                self.param(path, body::string(setting, 1), body::string(setting, 2));
            }
        }
    }
}

impl<'a> Facts<'a> for Told {
    fn param(&mut self, object: &'a str, key: &'a str, value: &'a str) {
        self.0.push((format!("{object}{key}"), value.to_owned()));
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::analysis::Pipeline;
    use crate::core::wire::{Delivery, WireBatch};
    use crate::store::Budgets;
    use crate::usp::generated::usp::response::RespType;
    use crate::usp::generated::usp::{GetResp, get_resp};
    use crate::usp::make;

    const LONG: Duration = Duration::from_secs(60);

    fn answer(device: &str, id: &str, params: &[(&str, &str)]) -> Vec<u8> {
        let params = params.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let resolved = get_resp::ResolvedPathResult {
            resolved_path: "Device.X.".to_owned(),
            result_params: params.collect(),
        };
        let result = get_resp::RequestedPathResult {
            requested_path: "Device.X.".to_owned(),
            resolved_path_results: vec![resolved],
            ..Default::default()
        };
        let body = RespType::GetResp(GetResp { req_path_results: vec![result] });
        make::record(device, "self::acs", &make::response(id, body))
    }

    fn changes(payloads: &[Vec<u8>], of: u64) -> Changes {
        let mut batch = WireBatch::new();
        for (n, payload) in payloads.iter().enumerate() {
            let at = Timestamp(n as i64);
            batch.push(at, b"usp/controller/acs", payload, Delivery::default(), |_| {});
        }
        let mut pipeline = Pipeline::new(Budgets::default(), Epoch(1));
        pipeline.apply(&batch);
        let snapshot = pipeline.snapshot();
        let inspected = Inspected::new(&snapshot, Seq(of)).unwrap();
        let mut changes = Changes::new(&snapshot, &inspected);
        let mut frames = 0;
        while changes.advance(&snapshot, Duration::ZERO) {
            frames += 1;
            assert!(frames < 10_000);
        }
        changes
    }

    #[test]
    fn each_value_is_compared_with_the_last_that_told_it() {
        let changes = changes(
            &[
                answer("os::1", "1", &[("A", "1"), ("C", "x")]),
                answer("os::1", "2", &[("A", "1"), ("B", "2")]),
                answer("os::2", "3", &[("A", "7"), ("B", "7")]),
                answer("os::1", "4", &[("A", "5"), ("B", "2"), ("C", "x"), ("D", "new")]),
            ],
            4,
        );
        let told: Vec<_> = changes
            .values()
            .iter()
            .map(|told| {
                let before = told.before.as_ref().map(|(value, seq, _)| (value.as_str(), seq.0));
                (told.path.as_str(), told.changed(), before)
            })
            .collect();
        let mut told = told;
        told.sort();
        assert_eq!(
            told,
            [
                ("Device.X.A", true, Some(("1", 2))),
                ("Device.X.B", false, Some(("2", 2))),
                ("Device.X.C", false, Some(("x", 1))),
                ("Device.X.D", false, None),
            ]
        );
        let Before::Found { seq, fields, .. } = changes.before() else { unreachable!("not found") };
        assert_eq!(*seq, Seq(2), "not the one of another device");
        let mut names: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
        names.sort();
        assert_eq!(names, ["result_params[A]", "result_params[C]", "result_params[D]"]);
    }

    #[test]
    fn what_is_not_found_is_said() {
        let changes = changes(&[answer("os::1", "1", &[("A", "1")]), b"words".to_vec()], 1);
        assert!(changes.is_done());
        assert_eq!(changes.before(), &Before::NotFound);
        assert_eq!(changes.values()[0].before, None);
    }

    #[test]
    fn the_walk_is_bounded_and_goes_on_from_frame_to_frame() {
        let mut batch = WireBatch::new();
        let first = answer("os::1", "1", &[("A", "1")]);
        let at = Timestamp(0);
        batch.push(at, b"other", &first, Delivery::default(), |_| {});
        for n in 0..MAX_BACK {
            batch.push(Timestamp(n as i64), b"noise", b"x", Delivery::default(), |_| {});
        }
        batch.push(at, b"usp/controller/acs", &first, Delivery::default(), |_| {});
        let mut pipeline = Pipeline::new(Budgets::default(), Epoch(1));
        pipeline.apply(&batch);
        let snapshot = pipeline.snapshot();
        let inspected = Inspected::new(&snapshot, Seq(MAX_BACK + 2)).unwrap();
        let mut changes = Changes::new(&snapshot, &inspected);
        assert!(changes.advance(&snapshot, Duration::ZERO));
        assert!(!changes.advance(&snapshot, LONG));
        assert_eq!(changes.values()[0].before, None, "one further back than the bound");
        assert!(!changes.advance(&snapshot, LONG));
    }
}
