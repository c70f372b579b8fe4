//! The device list: every endpoint known to be an Agent, filtered and sorted.

use std::time::Duration;

use super::order::{Ordered, natural};
use super::presence::Presence;
use crate::analysis::Snapshot;
use crate::core::ids::{EndpointId, Epoch};
use crate::core::needle::Needle;
use crate::core::time::{Stopwatch, Timestamp};

/// Endpoints looked at between two looks at the stopwatch.
const SLICE: usize = 1024;

/// How often the list is sorted again by something that changes all the time.
const RESORT_EVERY: Duration = Duration::from_millis(1000);

/// What the list is sorted by.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum DeviceSort {
    /// By Endpoint ID, numbers by value.
    #[default]
    Name,
    /// Who sent last first.
    Seen,
    /// Who sent most first.
    Sent,
    /// Slowest mean answer first.
    Latency,
    /// Most errors first.
    Errors,
    /// Most unanswered requests first.
    Timeouts,
    /// Most failed answers first.
    Failed,
    /// Problems of level error, then unanswered requests and failed answers, then warnings.
    Trouble,
}

impl DeviceSort {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Name,
        Self::Seen,
        Self::Sent,
        Self::Latency,
        Self::Errors,
        Self::Timeouts,
        Self::Failed,
        Self::Trouble,
    ];

    /// The name in menus.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Name => "Name",
            Self::Seen => "Last seen",
            Self::Sent => "Messages sent",
            Self::Latency => "Mean latency",
            Self::Errors => "Errors",
            Self::Timeouts => "Unanswered requests",
            Self::Failed => "Failed answers",
            Self::Trouble => "Most trouble",
        }
    }
}

/// How much trouble there is with a device: problems of level error first, then unanswered
/// requests and failed answers, then warnings.
#[must_use]
pub fn trouble(snapshot: &Snapshot, id: EndpointId) -> u64 {
    badness(snapshot, id, DeviceSort::Trouble)
}

/// How bad it is, by one of the three sorts that ask.
fn badness(snapshot: &Snapshot, id: EndpointId, sort: DeviceSort) -> u64 {
    let Some(info) = snapshot.endpoint_info(id) else { return 0 };
    let traffic = &info.traffic;
    let failed = traffic.failed.saturating_add(traffic.partly_failed);
    match sort {
        DeviceSort::Timeouts => u64::from(traffic.timeouts),
        DeviceSort::Failed => u64::from(failed),
        _ => {
            // One number for all three, the first weighing most.
            let part = |n: u32| u64::from(n.min((1 << 20) - 1));
            let missed = traffic.timeouts.saturating_add(failed);
            part(traffic.errors) << 40 | part(missed) << 20 | part(traffic.warnings)
        }
    }
}

/// See the module text.
#[derive(Default)]
pub struct Devices {
    epoch: Option<Epoch>,
    seen: usize,
    /// Endpoints not known to be Agents so far; roles are learned late.
    others: Vec<u32>,
    others_at: u64,
    all: Ordered,
    rows: Vec<EndpointId>,
    dirty: bool,
    sort: DeviceSort,
    since_resort: Option<Stopwatch>,
    held: bool,
    filter: Needle,
    filter_text: String,
}

impl Devices {
    /// The listed devices, from the top.
    #[must_use]
    pub fn rows(&self) -> &[EndpointId] {
        &self.rows
    }

    /// Number of devices, listed or not.
    #[must_use]
    pub fn total(&self) -> usize {
        self.all.ids().len()
    }

    /// What the list is sorted by.
    #[must_use]
    pub fn sort(&self) -> DeviceSort {
        self.sort
    }

    /// Sorts by something else.
    pub fn set_sort(&mut self, sort: DeviceSort) {
        if self.sort != sort {
            self.sort = sort;
            self.since_resort = None;
            self.all.unsort();
            self.dirty = true;
        }
    }

    /// Leaves the order as it is while the pointer is on the list: what is about to be clicked
    /// must not move away.
    pub fn hold(&mut self, held: bool) {
        self.held = held;
    }

    /// The text Endpoint IDs have to contain to be listed.
    #[must_use]
    pub fn filter(&self) -> &str {
        &self.filter_text
    }

    /// Lists only devices whose Endpoint ID contains `text`.
    pub fn set_filter(&mut self, text: &str) {
        if text != self.filter_text {
            text.clone_into(&mut self.filter_text);
            self.filter = Needle::new(text);
            self.dirty = true;
        }
    }

    /// Whether a device is there at `now`.
    #[must_use]
    pub fn presence(&self, snapshot: &Snapshot, id: EndpointId, now: Timestamp) -> Presence {
        snapshot.presence(id, now)
    }

    /// Catches up with the snapshot for at most about `budget`. True if there is more to do.
    pub fn advance(&mut self, snapshot: &Snapshot, budget: Duration) -> bool {
        let started = Stopwatch::start();
        if self.epoch != Some(snapshot.epoch()) {
            let (sort, text) = (self.sort, std::mem::take(&mut self.filter_text));
            *self = Self { epoch: Some(snapshot.epoch()), sort, ..Self::default() };
            // Number 0 stands for everybody beyond the cap; it is no device.
            self.seen = 1;
            self.set_filter(&text);
        }
        self.read_others(snapshot);
        while self.seen < snapshot.endpoints_len() && started.elapsed() < budget {
            let end = (self.seen + SLICE).min(snapshot.endpoints_len());
            for id in self.seen..end {
                let id = id as u32;
                if snapshot.endpoint(EndpointId(id)).is_device() {
                    self.all.push(id);
                    self.dirty = true;
                } else {
                    self.others.push(id);
                }
            }
            self.seen = end;
        }
        let mut more = self.seen < snapshot.endpoints_len();
        more |= self.sort_rows(snapshot, || started.elapsed() >= budget);
        if self.dirty {
            self.rebuild(snapshot);
        }
        more
    }

    fn read_others(&mut self, snapshot: &Snapshot) {
        if self.others_at == snapshot.generation() {
            return;
        }
        self.others_at = snapshot.generation();
        let (all, dirty) = (&mut self.all, &mut self.dirty);
        self.others.retain(|&id| {
            let device = snapshot.endpoint(EndpointId(id)).is_device();
            if device {
                all.push(id);
                *dirty = true;
            }
            !device
        });
    }

    fn sort_rows(&mut self, snapshot: &Snapshot, over: impl Fn() -> bool) -> bool {
        if self.sort == DeviceSort::Name {
            let name = |id: u32| snapshot.endpoint_name(EndpointId(id));
            while !self.all.is_sorted() {
                self.all.sort_some(SLICE, |a, b| natural(name(a), name(b)));
                self.dirty = true;
                if over() {
                    break;
                }
            }
            return !self.all.is_sorted();
        }
        let due =
            self.since_resort.is_none_or(|since| !self.held && since.elapsed() >= RESORT_EVERY);
        if due {
            self.since_resort = Some(Stopwatch::start());
            let sort = self.sort;
            self.all.sort_by_key_desc(|id| {
                let stats = snapshot.endpoint(EndpointId(id));
                match sort {
                    DeviceSort::Seen | DeviceSort::Name => stats.last_sent_at.0.max(0) as u64,
                    DeviceSort::Sent => stats.sent,
                    DeviceSort::Latency => {
                        snapshot.latency_of(EndpointId(id)).mean_nanos().unwrap_or_default().max(0)
                            as u64
                    }
                    DeviceSort::Errors => u64::from(stats.errors) + u64::from(stats.malformed),
                    DeviceSort::Timeouts | DeviceSort::Failed | DeviceSort::Trouble => {
                        badness(snapshot, EndpointId(id), sort)
                    }
                }
            });
            self.dirty = true;
        }
        false
    }

    fn rebuild(&mut self, snapshot: &Snapshot) {
        self.dirty = false;
        self.rows.clear();
        let filter = &self.filter;
        let ids = self.all.ids().iter().map(|&id| EndpointId(id));
        self.rows.extend(ids.filter(|&id| filter.is_in(snapshot.endpoint_name(id).as_bytes())));
    }
}
