//! The list of problems: what was found, the gravest first, each with its rule, what to do about
//! it, and the messages that prove it when it is opened. By cause, it first says what is wrong
//! and then with whom.

use std::collections::HashSet;
use std::time::Duration;

use super::pace::Pace;
use super::state::TimeRange;
use crate::analysis::Snapshot;
use crate::analysis::problems::code::{Code, Level};
use crate::analysis::problems::trouble::{Proof, Trouble};
use crate::core::ids::{EndpointId, Epoch};
use crate::core::time::Timestamp;

/// How often the list is sorted again while there is news.
const SORT_EVERY: Duration = Duration::from_millis(500);

/// One row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Item {
    /// Everything of one code, with all it is about.
    Cause(Code),
    /// A problem of somebody; its place in the snapshot's table.
    Trouble(u32),
    /// The rule that it breaks.
    Rule(Code),
    /// What to do about it.
    Advice(Code),
    /// A message that proves it.
    Proof(u32, Proof),
}

/// All findings of one code.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cause {
    /// What.
    pub code: Code,
    /// Findings.
    pub count: u64,
    /// Devices and topics it is about.
    pub whom: usize,
    /// The first finding.
    pub first_at: Timestamp,
    /// The newest one.
    pub last_at: Timestamp,
}

/// See the module text.
#[derive(Default)]
pub struct ProblemList {
    epoch: Option<Epoch>,
    device: Option<EndpointId>,
    range: Option<TimeRange>,
    /// Only this level and graver ones.
    least: Option<Level>,
    /// By cause; otherwise each with whom it is about.
    by_cause: bool,
    order: Vec<u32>,
    causes: Vec<Cause>,
    open: HashSet<u32>,
    open_causes: HashSet<Code>,
    /// Findings by level about what is listed, whatever level is chosen.
    totals: [u64; 3],
    items: Vec<Item>,
    pace: Pace,
}

impl ProblemList {
    /// The rows.
    #[must_use]
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// Number of problems listed.
    #[must_use]
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// True if there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// The lightest level listed; `None` lists all.
    #[must_use]
    pub fn least(&self) -> Option<Level> {
        self.least
    }

    /// Lists only this level and graver ones.
    pub fn set_least(&mut self, least: Option<Level>) {
        self.least = least;
        self.pace.reset();
    }

    /// Lists only what was found in this time, or before and after it.
    pub fn set_range(&mut self, range: Option<TimeRange>) {
        if self.range != range {
            self.range = range;
            self.pace.reset();
        }
    }

    /// True if it is listed by cause.
    #[must_use]
    pub fn is_by_cause(&self) -> bool {
        self.by_cause
    }

    /// Lists by cause, or each with whom it is about.
    pub fn set_by_cause(&mut self, on: bool) {
        if self.by_cause != on {
            self.by_cause = on;
            self.pace.reset();
        }
    }

    /// A listed cause.
    #[must_use]
    pub fn cause(&self, code: Code) -> Option<&Cause> {
        self.causes.iter().find(|cause| cause.code == code)
    }

    /// Findings about what is listed: errors, warnings, notes, whatever level is chosen.
    #[must_use]
    pub fn totals(&self) -> [u64; 3] {
        self.totals
    }

    /// True if a cause is opened.
    #[must_use]
    pub fn is_cause_open(&self, code: Code) -> bool {
        self.open_causes.contains(&code)
    }

    /// Opens or closes a cause.
    pub fn set_cause_open(&mut self, snapshot: &Snapshot, code: Code, open: bool) {
        let changed =
            if open { self.open_causes.insert(code) } else { self.open_causes.remove(&code) };
        if changed {
            self.flatten(snapshot);
        }
    }

    /// True if a problem is opened.
    #[must_use]
    pub fn is_open(&self, place: u32) -> bool {
        self.open.contains(&place)
    }

    /// Opens or closes a problem.
    pub fn set_open(&mut self, snapshot: &Snapshot, place: u32, open: bool) {
        let changed = if open { self.open.insert(place) } else { self.open.remove(&place) };
        if changed {
            self.flatten(snapshot);
        }
    }

    /// A problem by its place in the snapshot's table.
    #[must_use]
    pub fn trouble(snapshot: &Snapshot, place: u32) -> Option<&Trouble> {
        snapshot.troubles().rows().get(place as usize)
    }

    /// Sorts again if there is news and it is time to.
    pub fn advance(&mut self, snapshot: &Snapshot, device: Option<EndpointId>) {
        if self.epoch != Some(snapshot.epoch()) {
            self.epoch = Some(snapshot.epoch());
            self.open.clear();
            self.open_causes.clear();
            self.pace.reset();
        }
        if self.device != device {
            self.device = device;
            self.pace.reset();
        }
        if !self.pace.is_due(snapshot.generation(), SORT_EVERY) {
            return;
        }
        let rows = snapshot.troubles().rows();
        self.order.clear();
        let wanted = rows.iter().enumerate().filter(|(_, trouble)| {
            self.device.is_none_or(|id| trouble.who == Some(id))
                && self.least.is_none_or(|least| trouble.code.level() >= least)
                && self.range.is_none_or(|range| range.meets(trouble.first_at, trouble.last_at))
        });
        self.order.extend(wanted.map(|(place, _)| place as u32));
        // Within a level the newest kind of trouble first; what keeps coming must not jump about,
        // so it is by first sight.
        self.order.sort_by_cached_key(|&place| {
            let trouble = rows.get(place as usize);
            let level = trouble.map_or(Level::Info, |trouble| trouble.code.level());
            (std::cmp::Reverse(level), std::cmp::Reverse(trouble.map(|t| t.first_at)))
        });
        self.totals = match self.device {
            // Those that were not told apart count, too.
            None => counts(snapshot),
            Some(_) => Level::ALL.map(|level| {
                let of = |t: &&Trouble| t.who == self.device && t.code.level() == level;
                rows.iter().filter(of).map(|trouble| trouble.count).sum()
            }),
        };
        self.gather_causes(snapshot);
        self.pace.made(snapshot.generation());
        self.flatten(snapshot);
    }

    /// Puts what is listed together by code, the gravest and then the most frequent first.
    fn gather_causes(&mut self, snapshot: &Snapshot) {
        self.causes.clear();
        let mut places = [usize::MAX; Code::ALL.len()];
        for &place in &self.order {
            let Some(trouble) = Self::trouble(snapshot, place) else { continue };
            let Some(at) = places.get_mut(trouble.code as usize) else { continue };
            match self.causes.get_mut(*at) {
                Some(cause) => {
                    cause.count += trouble.count;
                    cause.whom += 1;
                    cause.first_at = cause.first_at.min(trouble.first_at);
                    cause.last_at = cause.last_at.max(trouble.last_at);
                }
                None => {
                    *at = self.causes.len();
                    self.causes.push(Cause {
                        code: trouble.code,
                        count: trouble.count,
                        whom: 1,
                        first_at: trouble.first_at,
                        last_at: trouble.last_at,
                    });
                }
            }
        }
        // By what does not change from moment to moment: rows must not jump about.
        self.causes.sort_by_key(|cause| {
            (
                std::cmp::Reverse(cause.code.level()),
                std::cmp::Reverse(cause.first_at),
                cause.code as u8,
            )
        });
    }

    fn flatten(&mut self, snapshot: &Snapshot) {
        self.items.clear();
        if !self.by_cause {
            for at in 0..self.order.len() {
                self.trouble_items(snapshot, at, true);
            }
            return;
        }
        for at in 0..self.causes.len() {
            let Some(code) = self.causes.get(at).map(|cause| cause.code) else { continue };
            self.items.push(Item::Cause(code));
            if !self.open_causes.contains(&code) {
                continue;
            }
            self.items.extend([Item::Advice(code), Item::Rule(code)]);
            for at in 0..self.order.len() {
                let place = self.order.get(at).copied().unwrap_or_default();
                if Self::trouble(snapshot, place).is_some_and(|trouble| trouble.code == code) {
                    self.trouble_items(snapshot, at, false);
                }
            }
        }
    }

    /// The problem at a place of the order, with what is below it if it is opened.
    fn trouble_items(&mut self, snapshot: &Snapshot, at: usize, with_words: bool) {
        let Some(&place) = self.order.get(at) else { return };
        self.items.push(Item::Trouble(place));
        if !self.open.contains(&place) {
            return;
        }
        let Some(trouble) = Self::trouble(snapshot, place) else { return };
        if with_words {
            self.items.extend([Item::Advice(trouble.code), Item::Rule(trouble.code)]);
        }
        self.items.extend(trouble.proofs().map(|proof| Item::Proof(place, proof)));
    }
}

/// How many findings there are of each level: errors, warnings, notes.
#[must_use]
pub fn counts(snapshot: &Snapshot) -> [u64; 3] {
    let of = |level| {
        let codes = Code::ALL.iter().filter(|code| code.level() == level);
        codes.map(|code| snapshot.trouble_counts().of(*code)).sum()
    };
    Level::ALL.map(of)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::analysis::Pipeline;
    use crate::core::ids::Seq;
    use crate::core::time::Timestamp;
    use crate::core::wire::{Delivery, WireBatch};
    use crate::store::Budgets;
    use crate::usp::make;

    fn snapshot() -> Snapshot {
        let mut pipeline = Pipeline::new(Budgets::default(), Epoch(1));
        let mut batch = WireBatch::new();
        let retain = Delivery { retain: true, ..Delivery::default() };
        for (n, device) in ["os::00256D-1", "os::00256D-2"].iter().enumerate() {
            let mut say = |at, id: &str, delivery| {
                let msg = make::record("self::acs", device, &make::get(id, &["Device."]));
                batch.push(Timestamp(at), b"usp/agent/x", &msg, delivery, |_| {});
            };
            say(n as i64, "1", Delivery::default());
            say(n as i64 + 5, "2", retain);
        }
        pipeline.apply(&batch);
        pipeline.tick(Timestamp(40_000_000_000));
        pipeline.snapshot()
    }

    #[test]
    fn the_gravest_come_first_and_open_to_their_proof() {
        let snapshot = snapshot();
        let mut list = ProblemList::default();
        list.advance(&snapshot, None);
        let code = |item: &Item| match item {
            Item::Trouble(place) => ProblemList::trouble(&snapshot, *place).map(|t| t.code),
            _ => None,
        };
        let codes: Vec<_> = list.items().iter().filter_map(code).collect();
        let levels: Vec<_> = codes.iter().map(|code| code.level()).collect();
        assert!(levels.is_sorted_by(|a, b| a >= b), "{codes:?}");
        assert_eq!(codes.iter().filter(|code| **code == Code::Unanswered).count(), 2);
        let Some(Item::Trouble(first)) = list.items().first().copied() else { unreachable!() };
        list.set_open(&snapshot, first, true);
        let proofs: Vec<_> = list
            .items()
            .iter()
            .filter_map(|item| match item {
                Item::Proof(place, proof) if *place == first => proof.subject,
                _ => None,
            })
            .collect();
        assert!(proofs == [Seq(1)] || proofs == [Seq(3)], "{proofs:?}");
        list.set_least(Some(Level::Error));
        list.advance(&snapshot, None);
        assert_eq!(list.len(), 2);
        let first = snapshot.troubles().rows().get(0).map(|t| (t.first_at, t.last_at)).unwrap();
        let only = TimeRange { from: Timestamp(first.1.0 + 1), to: Timestamp(i64::MAX) };
        list.set_range(Some(only));
        list.advance(&snapshot, None);
        assert!(list.items().iter().all(|item| !matches!(item, Item::Trouble(0))));
        list.set_range(Some(TimeRange { from: first.0, to: Timestamp(first.0.0 + 1) }));
        list.set_least(None);
        list.advance(&snapshot, None);
        assert!(list.items().contains(&Item::Trouble(0)));
        assert_eq!(counts(&snapshot)[0], 2);
    }

    #[test]
    fn by_cause_it_says_what_is_wrong_and_then_with_whom() {
        let snapshot = snapshot();
        let mut list = ProblemList::default();
        list.set_by_cause(true);
        list.advance(&snapshot, None);
        assert!(list.items().iter().all(|item| matches!(item, Item::Cause(_))));
        assert_eq!(list.items().first(), Some(&Item::Cause(Code::Unanswered)));
        let cause = list.cause(Code::Unanswered).copied();
        assert_eq!(cause.map(|cause| (cause.count, cause.whom)), Some((2, 2)));
        let closed = list.items().len();
        list.set_cause_open(&snapshot, Code::Unanswered, true);
        // Advice, rule, two devices.
        assert_eq!(list.items().len(), closed + 4);
        let Some(Item::Trouble(place)) = list.items().get(3).copied() else { unreachable!() };
        list.set_open(&snapshot, place, true);
        assert!(matches!(list.items().get(4), Some(Item::Proof(..))));
        list.set_cause_open(&snapshot, Code::Unanswered, false);
        assert_eq!(list.items().len(), closed);
    }

    #[test]
    fn totals_are_of_what_is_listed() {
        let snapshot = snapshot();
        let device = snapshot.row(Seq(1)).and_then(|row| row.to);
        let mut list = ProblemList::default();
        list.advance(&snapshot, None);
        assert_eq!(list.totals(), counts(&snapshot));
        list.set_least(Some(Level::Error));
        list.advance(&snapshot, device);
        assert_eq!(list.totals()[0], 1);
        let its = snapshot.troubles().rows().iter().filter(|trouble| trouble.who == device);
        let all: u64 = its.map(|trouble| trouble.count).sum();
        assert_eq!(list.totals().iter().sum::<u64>(), all, "levels that are not listed, too");
    }

    #[test]
    fn a_picked_device_shows_its_own_only() {
        let snapshot = snapshot();
        let device = snapshot.row(Seq(1)).and_then(|row| row.to);
        let mut list = ProblemList::default();
        list.set_least(Some(Level::Error));
        list.advance(&snapshot, device);
        assert_eq!(list.len(), 1);
    }
}
