//! Puts the field trees of two messages side by side.
//!
//! Fields of one name belong together. Of repeated ones those that say the same in their first
//! line (a path, most of the time) do, and only what is left over is taken in order: one entry
//! more in front must not make all that follow look changed.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::usp::tree::{FieldRow, RowKind};
use crate::view::inspector::Inspected;

/// How the two sides of a row compare.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sign {
    /// Both say the same.
    Same,
    /// They differ.
    Changed,
    /// Only the left one has it.
    OnlyLeft,
    /// Only the right one has it.
    OnlyRight,
}

/// A field of either message, or of both.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DiffRow {
    /// Levels below the root.
    pub depth: u16,
    /// Its name; where both have one, that of the right side.
    pub name: String,
    /// Value on the left side.
    pub left: Option<String>,
    /// Value on the right side.
    pub right: Option<String>,
    /// How they compare; a group differs only if one side lacks it.
    pub sign: Sign,
    /// True if it only holds other rows.
    pub is_group: bool,
    /// True if it or anything in it differs.
    pub differs: bool,
}

impl DiffRow {
    pub(super) fn swap(&mut self) {
        std::mem::swap(&mut self.left, &mut self.right);
        self.sign = match self.sign {
            Sign::OnlyLeft => Sign::OnlyRight,
            Sign::OnlyRight => Sign::OnlyLeft,
            same => same,
        };
    }
}

/// The fields of a message with the facts of its delivery as a group in front.
pub(super) fn with_mqtt(inspected: &Inspected) -> Vec<FieldRow> {
    let row = |depth, kind, name: &str, value: &str, descendants| FieldRow {
        depth,
        kind,
        name: Cow::Owned(name.to_owned()),
        value: value.to_owned(),
        range: 0..0,
        value_range: 0..0,
        descendants,
    };
    let facts = inspected.mqtt();
    let mut rows = vec![row(0, RowKind::Message, "MQTT", "", facts.len() as u32)];
    rows.extend(facts.iter().map(|fact| row(1, RowKind::String, &fact.name, &fact.value, 0)));
    rows.extend(inspected.fields().iter().cloned());
    rows
}

/// Both trees as one.
#[must_use]
pub fn align(left: &[FieldRow], right: &[FieldRow]) -> Vec<DiffRow> {
    let mut out = Vec::with_capacity(left.len().max(right.len()));
    level(left, right, &mut out);
    out
}

/// The places of the rows of one level, each with its subtree behind it.
fn heads(rows: &[FieldRow]) -> Vec<usize> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(row) = rows.get(at) {
        out.push(at);
        at += 1 + row.descendants as usize;
    }
    out
}

/// What a field is known by beside its place; the index of a repeated one says little.
fn key(row: &FieldRow) -> (&str, Option<&str>) {
    match row.name.rfind('[') {
        // A map's entry has its key there, and that is its name.
        Some(at) if is_index(&row.name) => {
            (row.name.get(..at).unwrap_or_default(), Some(row.value.as_str()))
        }
        _ => (&row.name, None),
    }
}

/// True for a name that ends in a number in brackets.
fn is_index(name: &str) -> bool {
    let inside = name.strip_suffix(']').and_then(|name| name.rsplit_once('[')).map(|(_, i)| i);
    inside.is_some_and(|index| !index.is_empty() && index.bytes().all(|b| b.is_ascii_digit()))
}

/// Puts one level side by side: true if anything in it differs.
fn level(left: &[FieldRow], right: &[FieldRow], out: &mut Vec<DiffRow>) -> bool {
    let (lefts, rights) = (heads(left), heads(right));
    let mut waiting: HashMap<(&str, Option<&str>), Vec<usize>> = HashMap::new();
    for (number, &at) in lefts.iter().enumerate().rev() {
        if let Some(row) = left.get(at) {
            waiting.entry(key(row)).or_default().push(number);
        }
    }
    // First by name and first line, then the rest of each name in order.
    let mut partner: Vec<Option<usize>> =
        rights.iter().map(|&at| waiting.get_mut(&key(right.get(at)?)).and_then(Vec::pop)).collect();
    let mut taken = vec![false; lefts.len()];
    for &number in partner.iter().flatten() {
        if let Some(taken) = taken.get_mut(number) {
            *taken = true;
        }
    }
    let mut rest: HashMap<&str, Vec<usize>> = HashMap::new();
    for (number, &at) in lefts.iter().enumerate().rev() {
        if !taken.get(number).copied().unwrap_or(true)
            && let Some(row) = left.get(at)
        {
            rest.entry(key(row).0).or_default().push(number);
        }
    }
    for (slot, &at) in partner.iter_mut().zip(&rights) {
        if slot.is_none()
            && let Some(row) = right.get(at)
        {
            *slot = rest.get_mut(key(row).0).and_then(Vec::pop);
            if let Some(taken) = slot.and_then(|number| taken.get_mut(number)) {
                *taken = true;
            }
        }
    }
    let mut differs = false;
    let mut next_left = 0;
    for (slot, &at) in partner.iter().zip(&rights) {
        // What only the left side has stands where it stood there.
        let upto = slot.unwrap_or(next_left);
        while next_left < upto {
            if !taken.get(next_left).copied().unwrap_or(true) {
                differs |= one_side(left, lefts.get(next_left).copied(), true, out);
            }
            next_left += 1;
        }
        match slot.and_then(|number| lefts.get(number).copied()) {
            Some(other) => {
                next_left = next_left.max(upto + 1);
                differs |= both(left, other, right, at, out);
            }
            None => differs |= one_side(right, Some(at), false, out),
        }
    }
    while next_left < lefts.len() {
        if !taken.get(next_left).copied().unwrap_or(true) {
            differs |= one_side(left, lefts.get(next_left).copied(), true, out);
        }
        next_left += 1;
    }
    differs
}

/// The rows below a row.
fn below(rows: &[FieldRow], at: usize) -> &[FieldRow] {
    let count = rows.get(at).map_or(0, |row| row.descendants as usize);
    rows.get(at + 1..at + 1 + count).unwrap_or_default()
}

fn both(
    left: &[FieldRow],
    at_left: usize,
    right: &[FieldRow],
    at_right: usize,
    out: &mut Vec<DiffRow>,
) -> bool {
    let (Some(one), Some(two)) = (left.get(at_left), right.get(at_right)) else { return false };
    let is_group = one.has_children() || two.has_children();
    // A group's first line repeats what stands below it.
    let same = is_group || one.value == two.value;
    let place = out.len();
    out.push(DiffRow {
        depth: two.depth,
        name: two.name.clone().into_owned(),
        left: Some(one.value.clone()),
        right: Some(two.value.clone()),
        sign: if same { Sign::Same } else { Sign::Changed },
        is_group,
        differs: !same,
    });
    let inside = level(below(left, at_left), below(right, at_right), out);
    if let Some(row) = out.get_mut(place) {
        row.differs |= inside;
    }
    inside || !same
}

fn one_side(rows: &[FieldRow], at: Option<usize>, is_left: bool, out: &mut Vec<DiffRow>) -> bool {
    let Some((at, row)) = at.and_then(|at| Some((at, rows.get(at)?))) else { return false };
    let sign = if is_left { Sign::OnlyLeft } else { Sign::OnlyRight };
    for row in std::iter::once(row).chain(below(rows, at)) {
        let value = Some(row.value.clone());
        let (left, right) = if is_left { (value, None) } else { (None, value) };
        out.push(DiffRow {
            depth: row.depth,
            name: row.name.clone().into_owned(),
            left,
            right,
            sign,
            is_group: row.has_children(),
            differs: true,
        });
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn leaf(depth: u16, name: &str, value: &str) -> FieldRow {
        FieldRow {
            depth,
            kind: RowKind::String,
            name: Cow::Owned(name.to_owned()),
            value: value.to_owned(),
            range: 0..0,
            value_range: 0..0,
            descendants: 0,
        }
    }

    fn list(values: &[&str]) -> Vec<FieldRow> {
        let items = values.iter().enumerate();
        items.map(|(at, value)| leaf(0, &format!("paths[{at}]"), value)).collect()
    }

    fn signs(left: &[&str], right: &[&str]) -> String {
        align(&list(left), &list(right))
            .iter()
            .map(|row| match row.sign {
                Sign::Same => '=',
                Sign::Changed => '~',
                Sign::OnlyLeft => '-',
                Sign::OnlyRight => '+',
            })
            .collect()
    }

    #[test]
    fn an_entry_more_in_front_changes_nothing_behind_it() {
        assert_eq!(signs(&["a", "b"], &["x", "a", "b"]), "+==");
        assert_eq!(signs(&["a", "b", "c"], &["a", "c"]), "=-=");
        assert_eq!(signs(&["a", "b"], &["a", "x"]), "=~");
        assert_eq!(signs(&[], &["a"]), "+");
        assert_eq!(signs(&["a", "a"], &["a"]), "=-");
    }

    #[test]
    fn entries_of_a_map_belong_together_by_their_key() {
        let left = [leaf(0, "params[A]", "1"), leaf(0, "params[B]", "2")];
        let right = [leaf(0, "params[B]", "3"), leaf(0, "params[A]", "1")];
        let rows = align(&left, &right);
        let told: Vec<_> = rows.iter().map(|row| (row.name.as_str(), row.sign)).collect();
        assert_eq!(told, [("params[B]", Sign::Changed), ("params[A]", Sign::Same)]);
    }

    /// A small tree, as rows.
    fn tree() -> impl Strategy<Value = Vec<FieldRow>> {
        prop::collection::vec((0u16..4, "[ab](\\[[0-2]\\])?", "[xy]"), 0..14).prop_map(|items| {
            let mut rows: Vec<FieldRow> = Vec::new();
            for (depth, name, value) in items {
                let depth = depth.min(rows.last().map_or(0, |row| row.depth + 1));
                rows.push(leaf(depth, &name, &value));
            }
            for at in 0..rows.len() {
                let depth = rows[at].depth;
                let below = rows[at + 1..].iter().take_while(|row| row.depth > depth).count();
                rows[at].descendants = below as u32;
            }
            rows
        })
    }

    proptest! {
        #[test]
        fn every_field_of_both_is_there_once(left in tree(), right in tree()) {
            let rows = align(&left, &right);
            let count = |side: fn(&DiffRow) -> bool| rows.iter().filter(|row| side(row)).count();
            prop_assert_eq!(count(|row| row.left.is_some()), left.len());
            prop_assert_eq!(count(|row| row.right.is_some()), right.len());
            let swapped = align(&right, &left);
            let differs = |rows: &[DiffRow]| rows.iter().any(|row| row.differs);
            prop_assert_eq!(differs(&rows), differs(&swapped));
            prop_assert!(!differs(&align(&left, &left)));
        }
    }
}
