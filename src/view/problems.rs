//! The list of problems: what was found, the gravest first, each with its rule, what to do about
//! it, and the messages that prove it when it is opened.

use std::collections::HashSet;
use std::time::Duration;

use super::pace::Pace;
use crate::analysis::Snapshot;
use crate::analysis::problems::code::{Code, Level};
use crate::analysis::problems::trouble::{Proof, Trouble};
use crate::core::ids::{EndpointId, Epoch};

/// How often the list is sorted again while there is news.
const SORT_EVERY: Duration = Duration::from_millis(500);

/// One row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Item {
    /// A problem of somebody; its place in the snapshot's table.
    Trouble(u32),
    /// The rule that it breaks.
    Rule(Code),
    /// What to do about it.
    Advice(Code),
    /// A message that proves it.
    Proof(u32, Proof),
}

/// See the module text.
#[derive(Default)]
pub struct ProblemList {
    epoch: Option<Epoch>,
    device: Option<EndpointId>,
    /// Only this level and graver ones.
    least: Option<Level>,
    order: Vec<u32>,
    open: HashSet<u32>,
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
        });
        self.order.extend(wanted.map(|(place, _)| place as u32));
        // Within a level the newest kind of trouble first; what keeps coming must not jump about,
        // so it is by first sight.
        self.order.sort_by_cached_key(|&place| {
            let trouble = rows.get(place as usize);
            let level = trouble.map_or(Level::Info, |trouble| trouble.code.level());
            (std::cmp::Reverse(level), std::cmp::Reverse(trouble.map(|t| t.first_at)))
        });
        self.pace.made(snapshot.generation());
        self.flatten(snapshot);
    }

    fn flatten(&mut self, snapshot: &Snapshot) {
        self.items.clear();
        for &place in &self.order {
            self.items.push(Item::Trouble(place));
            if !self.open.contains(&place) {
                continue;
            }
            let Some(trouble) = Self::trouble(snapshot, place) else { continue };
            self.items.extend([Item::Advice(trouble.code), Item::Rule(trouble.code)]);
            self.items.extend(trouble.proofs().map(|proof| Item::Proof(place, proof)));
        }
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
        assert_eq!(counts(&snapshot)[0], 2);
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
