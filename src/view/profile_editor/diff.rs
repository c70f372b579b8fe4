//! What an edit changes, line by line: the file on disk against the text in the editor.

use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::lines::{RawLine, lines};
use crate::profile::document::Document;

/// Unchanged lines shown around a change.
const AROUND: usize = 2;

/// Changed lines on one side times those on the other: up to here the exact search is quick.
const MAX_PRODUCT: usize = 1_000_000;

/// One row of a diff.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum DiffLine {
    /// On both sides: line number in the new file.
    Same(usize, String),
    /// Only on disk: line number there.
    Removed(usize, String),
    /// Only in the editor: line number there.
    Added(usize, String),
    /// So many unchanged lines left out.
    Gap(usize),
}

/// A diff and the lines it marks.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Diff {
    /// Rows, unchanged lines far from a change left out.
    pub rows: Vec<DiffLine>,
    /// Numbers (from 1) of the new file's lines that are not on disk, ascending.
    pub changed: Vec<usize>,
    /// Lines removed.
    pub removed: usize,
    /// True if only line ends or a byte order mark differ.
    pub only_invisible: bool,
}

/// Compares two files. Secrets are masked in the rows; that one differs is seen all the same.
#[must_use]
pub fn diff(old: &Document, new: &Document, reveal: &dyn Fn(&str) -> bool) -> Diff {
    if old.bytes() == new.bytes() {
        return Diff::default();
    }
    let (old_units, new_units) = (units(old.bytes()), units(new.bytes()));
    let (old_lines, new_lines) = (lines(old, reveal), lines(new, reveal));
    let text = |lines: &[RawLine], at: usize| {
        lines.get(at).map(|line| line.text.clone()).unwrap_or_default()
    };
    let ops = operations(&old_units, &new_units);
    let mut diff = Diff::default();
    let last = ops.len().saturating_sub(1);
    for (index, op) in ops.iter().enumerate() {
        match *op {
            DiffOp::Equal { new_index, len, .. } => {
                let head = if index == 0 { 0 } else { AROUND.min(len) };
                let tail = if index == last { 0 } else { AROUND.min(len - head) };
                let same = |at: usize| DiffLine::Same(at + 1, text(&new_lines, at));
                diff.rows.extend((new_index..new_index + head).map(same));
                let hidden = len - head - tail;
                if hidden > 0 {
                    diff.rows.push(DiffLine::Gap(hidden));
                }
                diff.rows.extend((new_index + len - tail..new_index + len).map(same));
            }
            DiffOp::Delete { .. } | DiffOp::Insert { .. } | DiffOp::Replace { .. } => {
                for at in op.old_range() {
                    diff.rows.push(DiffLine::Removed(at + 1, text(&old_lines, at)));
                    diff.removed += 1;
                }
                for at in op.new_range() {
                    diff.rows.push(DiffLine::Added(at + 1, text(&new_lines, at)));
                    diff.changed.push(at + 1);
                }
            }
        }
    }
    diff.only_invisible = visible(old) == visible(new);
    diff
}

/// The changes. Where both sides differ widely the search for the shortest list would take too
/// long for a window: then what lies between the common ends is one change.
fn operations(old: &[&[u8]], new: &[&[u8]]) -> Vec<DiffOp> {
    let head = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let (old_rest, new_rest) =
        (old.get(head..).unwrap_or_default(), new.get(head..).unwrap_or_default());
    let tail = old_rest.iter().rev().zip(new_rest.iter().rev()).take_while(|(a, b)| a == b).count();
    let (old_len, new_len) = (old_rest.len() - tail, new_rest.len() - tail);
    if old_len.saturating_mul(new_len) <= MAX_PRODUCT {
        return capture_diff_slices(Algorithm::Myers, old, new);
    }
    let equal = |old_index, new_index, len| DiffOp::Equal { old_index, new_index, len };
    let changed = DiffOp::Replace { old_index: head, old_len, new_index: head, new_len };
    [equal(0, 0, head), changed, equal(head + old_len, head + new_len, tail)]
        .into_iter()
        .filter(|op| !matches!(op, DiffOp::Equal { len: 0, .. }))
        .collect()
}

/// Lines with their ends, so that a changed end is a change.
fn units(bytes: &[u8]) -> Vec<&[u8]> {
    let mut units = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let end = match rest.iter().position(|b| matches!(b, b'\n' | b'\r')) {
            Some(at) if rest.get(at..at + 2) == Some(b"\r\n") => at + 2,
            Some(at) => at + 1,
            None => rest.len(),
        };
        let (unit, tail) = rest.split_at(end);
        units.push(unit);
        rest = tail;
    }
    units
}

fn visible(document: &Document) -> Vec<Vec<u8>> {
    let strip = |line: &[u8]| line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line).to_vec();
    document.lines().map(strip).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(old: &str, new: &str) -> Diff {
        let document = |text: &str| Document::new(text.as_bytes().to_vec());
        diff(&document(old), &document(new), &|_| false)
    }

    #[test]
    fn changes_with_their_surroundings() {
        let old = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";
        let got = of(old, "1\n2\n3\n4\n5\nX\n7\n8\n9\n10\n");
        let same = |n: usize| DiffLine::Same(n, n.to_string());
        assert_eq!(
            got.rows,
            [
                DiffLine::Gap(3),
                same(4),
                same(5),
                DiffLine::Removed(6, "6".to_owned()),
                DiffLine::Added(6, "X".to_owned()),
                same(7),
                same(8),
                same(9),
                DiffLine::Added(10, "10".to_owned()),
            ]
        );
        assert_eq!((got.changed, got.removed, got.only_invisible), (vec![6, 10], 1, false));
        assert_eq!(of(old, old), Diff::default());
    }

    #[test]
    fn a_changed_secret_is_a_change_without_being_shown() {
        let got = of("MQTT_AUTH_PASSWORD=CANARY1\n", "MQTT_AUTH_PASSWORD=CANARY2\n");
        assert_eq!((got.changed.len(), got.removed), (1, 1));
        assert!(!format!("{got:?}").contains("CANARY"));
    }

    #[test]
    fn a_wide_difference_is_one_change() {
        let lines = |end: &str| {
            let middle: String = (0..30_000).map(|n| format!("K{n}=1{end}")).collect();
            format!("same\n{middle}end\n")
        };
        let got = of(&lines("\r\n"), &lines("\n"));
        assert_eq!((got.changed.len(), got.removed, got.only_invisible), (30_000, 30_000, true));
        assert_eq!(got.rows.first(), Some(&DiffLine::Same(1, "same".to_owned())));
        assert_eq!(got.rows.last(), Some(&DiffLine::Same(30_002, "end".to_owned())));
    }

    #[test]
    fn line_ends_are_changes_too() {
        let got = of("A=1\r\nB=2\r\n", "A=1\nB=2\n");
        assert!(got.only_invisible && got.changed == [1, 2]);
        assert!(of("\u{feff}A=1", "A=1").only_invisible);
        assert!(!of("A=1\n", "A=2\n").only_invisible);
    }
}
