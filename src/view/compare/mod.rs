//! Two messages side by side, field by field: what is the same, what differs, what only one of
//! them has.
//!
//! Both are pinned, so they stay readable after the store has given them up.

mod align;

use super::format::{self, Clockface};
use super::inspector::Inspected;
use crate::analysis::Snapshot;
use crate::core::ids::{Epoch, Seq};

pub use align::{DiffRow, Sign, align};

/// One of the two.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Side {
    /// Which message.
    pub seq: Seq,
    /// Its type.
    pub kind: String,
    /// Who sent it to whom.
    pub ends: String,
    /// When it arrived.
    pub at: String,
    /// What it is about.
    pub summary: String,
}

/// See the module text.
pub struct Comparison {
    epoch: Epoch,
    sides: [Side; 2],
    rows: Vec<DiffRow>,
    only_differences: bool,
    /// Numbers of the rows on view.
    visible: Vec<usize>,
    picked: Option<usize>,
}

impl Comparison {
    /// Compares two messages of this snapshot; `None` if one of them is no longer kept.
    #[must_use]
    pub fn new(snapshot: &Snapshot, left: Seq, right: Seq, clockface: &Clockface) -> Option<Self> {
        let left = Inspected::new(snapshot, left)?;
        let right = Inspected::new(snapshot, right)?;
        Some(Self::of(&left, &right, clockface))
    }

    /// Compares two messages that were taken apart before.
    #[must_use]
    pub fn of(left: &Inspected, right: &Inspected, clockface: &Clockface) -> Self {
        let mut this = Self {
            epoch: right.epoch(),
            sides: [side(left, clockface), side(right, clockface)],
            rows: align(&align::with_mqtt(left), &align::with_mqtt(right)),
            only_differences: true,
            visible: Vec::new(),
            picked: None,
        };
        this.lay_out();
        this
    }

    /// The life of the store that both belong to.
    #[must_use]
    pub fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// The two messages: left and right.
    #[must_use]
    pub fn sides(&self) -> &[Side; 2] {
        &self.sides
    }

    /// Row `index` of those on view.
    #[must_use]
    pub fn row(&self, index: usize) -> Option<&DiffRow> {
        self.rows.get(*self.visible.get(index)?)
    }

    /// Rows on view.
    #[must_use]
    pub fn len(&self) -> usize {
        self.visible.len()
    }

    /// True if no row is on view.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.visible.is_empty()
    }

    /// How many values are only left, only right, and on both sides but not the same.
    #[must_use]
    pub fn counts(&self) -> [usize; 3] {
        let mut counts = [0; 3];
        for row in self.rows.iter().filter(|row| !row.is_group) {
            match row.sign {
                Sign::Same => {}
                Sign::OnlyLeft => counts[0] += 1,
                Sign::OnlyRight => counts[1] += 1,
                Sign::Changed => counts[2] += 1,
            }
        }
        counts
    }

    /// True if what is the same on both sides is left out.
    #[must_use]
    pub fn only_differences(&self) -> bool {
        self.only_differences
    }

    /// Leaves it out, or not.
    pub fn set_only_differences(&mut self, only: bool) {
        if self.only_differences != only {
            let picked = self.picked.and_then(|index| self.visible.get(index).copied());
            self.only_differences = only;
            self.lay_out();
            self.picked = picked.and_then(|at| self.visible.iter().position(|&v| v == at));
        }
    }

    /// Left becomes right.
    pub fn swap(&mut self) {
        self.sides.reverse();
        for row in &mut self.rows {
            row.swap();
        }
    }

    /// The picked row.
    #[must_use]
    pub fn picked(&self) -> Option<usize> {
        self.picked
    }

    /// Picks a row, or none.
    pub fn pick(&mut self, row: Option<usize>) {
        self.picked = row.filter(|&row| row < self.visible.len());
    }

    fn lay_out(&mut self) {
        let shown = self.rows.iter().enumerate();
        let shown = shown.filter(|(_, row)| !self.only_differences || row.differs);
        self.visible = shown.map(|(at, _)| at).collect();
    }
}

fn side(inspected: &Inspected, clockface: &Clockface) -> Side {
    let facts = inspected.facts();
    let name = |end: &Option<(_, String)>| {
        let name = end.as_ref().map_or("?", |(_, name)| format::short_endpoint(name));
        format::one_line(name).into_owned()
    };
    Side {
        seq: inspected.seq(),
        kind: facts.kind.clone(),
        ends: match (&facts.from, &facts.to) {
            (None, None) => format::one_line(&facts.topic.1).into_owned(),
            (from, to) => format!("{} → {}", name(from), name(to)),
        },
        at: clockface.time_millis(facts.at),
        summary: facts.summary.clone(),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::analysis::Pipeline;
    use crate::core::time::Timestamp;
    use crate::core::wire::{Delivery, WireBatch};
    use crate::store::Budgets;
    use crate::usp::make;

    fn snapshot(payloads: &[Vec<u8>]) -> Snapshot {
        let mut batch = WireBatch::new();
        for (n, payload) in payloads.iter().enumerate() {
            batch.push(Timestamp(n as i64), b"t", payload, Delivery::default(), |_| {});
        }
        let mut pipeline = Pipeline::new(Budgets::default(), Epoch(1));
        pipeline.apply(&batch);
        pipeline.snapshot()
    }

    fn get(id: &str, paths: &[&str]) -> Vec<u8> {
        make::record("self::acs", "os::1", &make::get(id, paths))
    }

    fn told(comparison: &Comparison) -> Vec<String> {
        (0..comparison.len())
            .filter_map(|index| comparison.row(index))
            .filter(|row| !row.is_group)
            .map(|row| {
                let value = |side: &Option<String>| side.clone().unwrap_or_default();
                format!("{:?} {}: {}|{}", row.sign, row.name, value(&row.left), value(&row.right))
            })
            .collect()
    }

    #[test]
    fn what_differs_is_told_and_the_rest_is_there_for_the_asking() {
        let snapshot = snapshot(&[get("1", &["Device.A."]), get("2", &["Device.A.", "Device.B."])]);
        let clock = Clockface::utc();
        let mut comparison = Comparison::new(&snapshot, Seq(1), Seq(2), &clock).unwrap();
        let expected = [
            "Changed Payload size: 40 bytes|51 bytes",
            "Changed msg_id: 1|2",
            "OnlyRight param_paths[1]: |Device.B.",
        ];
        let mut found = told(&comparison);
        found.sort();
        let sizes = found.remove(0);
        assert!(sizes.starts_with("Changed Payload size: "), "{sizes}");
        assert_eq!(found, expected[1..]);
        assert_eq!(comparison.counts(), [0, 1, 2]);
        comparison.swap();
        assert_eq!(comparison.counts(), [1, 0, 2]);
        let few = comparison.len();
        comparison.pick(Some(few - 1));
        let name = comparison.row(few - 1).unwrap().name.clone();
        comparison.set_only_differences(false);
        assert!(comparison.len() > few + 5);
        let picked = comparison.picked().unwrap();
        assert_eq!(comparison.row(picked).unwrap().name, name);
    }

    #[test]
    fn a_message_is_the_same_as_itself() {
        let snapshot = snapshot(&[get("1", &["Device.A."]), b"words".to_vec(), Vec::new()]);
        for seq in 1..=3 {
            let comparison = Comparison::new(&snapshot, Seq(seq), Seq(seq), &Clockface::utc());
            let comparison = comparison.unwrap();
            assert_eq!(comparison.counts(), [0; 3]);
            assert!(comparison.is_empty());
        }
        assert!(Comparison::new(&snapshot, Seq(1), Seq(9), &Clockface::utc()).is_none());
    }
}
