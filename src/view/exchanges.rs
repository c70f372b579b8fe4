//! The list of exchanges: what was asked, what became of it. Newest first, narrowed to a device
//! and to what became of them.
//!
//! What became of an exchange changes long after it began, so the list is made anew every now
//! and then, a slice a frame; the former one stays until the next is complete.

use std::time::Duration;

use super::pace::Pace;
use super::state::TimeRange;
use crate::analysis::Snapshot;
use crate::analysis::exchanges::{Exchange, State};
use crate::core::ids::{EndpointId, Epoch, ExchangeId};
use crate::core::time::{Stopwatch, Timestamp};

/// Exchanges looked at between two looks at the stopwatch: some 50 µs.
const SLICE: usize = 4096;

/// How often the list is made anew while there is news.
const REMAKE_EVERY: Duration = Duration::from_millis(250);

/// Which exchanges are listed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Show {
    /// All of them.
    #[default]
    All,
    /// Those waiting for an answer.
    Open,
    /// Those without an answer: timed out, lost by a restart, given up.
    Unanswered,
    /// Those that failed.
    Failed,
    /// Those answered after the limit.
    Late,
    /// Answers without a request, and requests whose `msg_id` was used again.
    Odd,
}

impl Show {
    /// All choices.
    pub const ALL: [Self; 6] =
        [Self::All, Self::Open, Self::Unanswered, Self::Failed, Self::Late, Self::Odd];

    /// The word for it.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::All => "All",
            Self::Open => "Open",
            Self::Unanswered => "Unanswered",
            Self::Failed => "Failed",
            Self::Late => "Late",
            Self::Odd => "Odd",
        }
    }

    /// What stands there when nothing is listed.
    #[must_use]
    pub fn empty(self) -> &'static str {
        match self {
            Self::All => "Each request appears here with what became of it",
            Self::Open => "Nothing waits for an answer",
            Self::Unanswered => "Every request was answered so far",
            Self::Failed => "No request failed so far",
            Self::Late => "No answer came after its time limit",
            Self::Odd => "No orphan answers, and no msg_id used twice",
        }
    }

    /// True if exchanges in this state are listed.
    #[must_use]
    pub fn takes(self, state: State) -> bool {
        match self {
            Self::All => true,
            Self::Open => state == State::Pending,
            Self::Unanswered => matches!(state, State::TimedOut | State::Lost | State::GivenUp),
            Self::Failed => state == State::Failed,
            Self::Late => state == State::Late,
            Self::Odd => matches!(state, State::Orphan | State::Superseded),
        }
    }
}

/// See the module text.
#[derive(Default)]
pub struct ExchangeList {
    epoch: Option<Epoch>,
    show: Show,
    device: Option<EndpointId>,
    range: Option<TimeRange>,
    /// Places in the stream of exchanges, newest first.
    places: Vec<u64>,
    making: Option<Making>,
    pace: Pace,
}

struct Making {
    generation: u64,
    /// One past the next place to look at, going down.
    below: u64,
    places: Vec<u64>,
}

impl ExchangeList {
    /// What is listed.
    #[must_use]
    pub fn shows(&self) -> Show {
        self.show
    }

    /// Lists others.
    pub fn set_show(&mut self, show: Show) {
        if self.show != show {
            self.show = show;
            self.start_over();
        }
    }

    /// Lists only what was under way in this time.
    pub fn set_range(&mut self, range: Option<TimeRange>) {
        if self.range != range {
            self.range = range;
            self.start_over();
        }
    }

    fn start_over(&mut self) {
        self.places.clear();
        self.making = None;
        self.pace.reset();
    }

    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// True if there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Row `index`, newest first; `None` also once the exchange is no longer kept.
    #[must_use]
    pub fn get<'s>(
        &self,
        snapshot: &'s Snapshot,
        index: usize,
    ) -> Option<(ExchangeId, &'s Exchange)> {
        let place = *self.places.get(index)?;
        let id = ExchangeId::from_place(place)?;
        Some((id, snapshot.exchange(id)?))
    }

    /// Catches up with the snapshot for at most about `budget`. True if there is more to do.
    pub fn advance(
        &mut self,
        snapshot: &Snapshot,
        device: Option<EndpointId>,
        budget: Duration,
    ) -> bool {
        let started = Stopwatch::start();
        if self.epoch != Some(snapshot.epoch()) || self.device != device {
            self.epoch = Some(snapshot.epoch());
            self.device = device;
            self.start_over();
        }
        let log = snapshot.exchanges();
        if self.making.is_none() {
            if !self.pace.is_due(snapshot.generation(), REMAKE_EVERY) {
                return false;
            }
            self.making = Some(Making {
                generation: snapshot.generation(),
                below: log.end(),
                places: Vec::with_capacity(self.places.len()),
            });
        }
        let Some(making) = &mut self.making else { return false };
        while making.below > log.first() {
            let low = making.below.saturating_sub(SLICE as u64).max(log.first());
            let found = making.places.len();
            let slice = log.iter_from(low).take((making.below - low) as usize);
            for (place, exchange) in (low..).zip(slice) {
                let of_device = self
                    .device
                    .is_none_or(|id| exchange.requester == id || exchange.responder == id);
                let in_time = self.range.is_none_or(|range| was_under_way(exchange, range));
                if of_device && in_time && self.show.takes(exchange.state) {
                    making.places.push(place);
                }
            }
            if let Some(new) = making.places.get_mut(found..) {
                new.reverse();
            }
            making.below = low;
            if started.elapsed() >= budget && low > log.first() {
                return true;
            }
        }
        if let Some(made) = self.making.take() {
            self.places = made.places;
            self.pace.made(made.generation);
        }
        false
    }
}

fn was_under_way(exchange: &Exchange, range: TimeRange) -> bool {
    let (begun, ended) = (exchange.first_at, exchange.ended_at);
    // Of answers that were seen first the end lies before the start.
    let end = if exchange.state == State::Pending { Timestamp(i64::MAX) } else { ended.max(begun) };
    range.meets(begun.min(end), end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::Pipeline;
    use crate::core::wire::{Delivery, WireBatch};
    use crate::store::Budgets;
    use crate::usp::make;

    fn pipeline(requests: usize) -> Pipeline {
        let mut pipeline = Pipeline::new(Budgets::default(), Epoch(1));
        let mut batch = WireBatch::new();
        for n in 0..requests {
            let device = format!("os::00256D-{}", n % 3);
            let id = n.to_string();
            let get = make::record("self::acs", &device, &make::get(&id, &["Device."]));
            batch.push(Timestamp(n as i64), b"usp/agent/x", &get, Delivery::default(), |_| {});
            if n % 2 == 0 {
                let resp = make::record(&device, "self::acs", &make::error(&id, 7004, "no"));
                let at = Timestamp(n as i64 + 1);
                batch.push(at, b"usp/controller/c", &resp, Delivery::default(), |_| {});
            }
        }
        pipeline.apply(&batch);
        pipeline
    }

    #[test]
    fn lists_what_is_asked_for_newest_first() {
        let snapshot = pipeline(9).snapshot();
        let mut list = ExchangeList::default();
        assert!(!list.advance(&snapshot, None, Duration::from_secs(1)));
        assert_eq!(list.len(), 9);
        let ids: Vec<_> =
            (0..9).map(|n| list.get(&snapshot, n).map(|e| e.1.msg_id.to_string())).collect();
        assert_eq!(ids[0].as_deref(), Some("8"));
        assert_eq!(ids[8].as_deref(), Some("0"));
        list.set_show(Show::Open);
        list.advance(&snapshot, None, Duration::from_secs(1));
        assert_eq!(list.len(), 4);
        let device = list.get(&snapshot, 0).map(|e| e.1.responder);
        list.set_show(Show::Failed);
        list.advance(&snapshot, device, Duration::from_secs(1));
        assert!(list.len() < 5 && !list.is_empty());
    }

    #[test]
    fn a_range_lists_what_was_under_way_in_it() {
        let snapshot = pipeline(9).snapshot();
        let mut list = ExchangeList::default();
        let mut ids = |from, to| {
            list.set_range(Some(TimeRange { from: Timestamp(from), to: Timestamp(to) }));
            list.advance(&snapshot, None, Duration::from_secs(1));
            let ids = (0..list.len()).filter_map(|n| list.get(&snapshot, n));
            ids.map(|(_, exchange)| exchange.msg_id.to_string()).collect::<Vec<_>>()
        };
        // Even ones take a nanosecond, odd ones wait for ever.
        assert_eq!(ids(5, 6), ["5", "4", "3", "1"]);
        assert_eq!(ids(0, 1), ["0"]);
        assert_eq!(ids(100, 200), ["7", "5", "3", "1"]);
    }

    #[test]
    fn a_frame_does_a_slice_and_the_former_list_stays() {
        let mut pipeline = pipeline(10_000);
        let snapshot = pipeline.snapshot();
        let mut list = ExchangeList::default();
        let mut frames = 1;
        while list.advance(&snapshot, None, Duration::ZERO) {
            assert!(list.is_empty());
            frames += 1;
        }
        assert_eq!((frames, list.len()), (3, 10_000));
    }
}
