//! Why a filter makes no sense, where, and what may have been meant.

use std::ops::Range;

/// What is wrong with a filter.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FilterError {
    /// What is wrong and what to do, in a sentence without full stop.
    pub message: String,
    /// Which bytes of the filter it is about; empty at the end if something is missing there.
    pub span: Range<usize>,
    /// What may have been meant, the likeliest first.
    pub suggestions: Vec<String>,
}

/// Suggestions worth reading.
const SUGGESTIONS: usize = 6;

/// Columns of a filter shown before the place of a fault.
const BEFORE: usize = 60;

impl FilterError {
    pub(super) fn new(span: Range<usize>, message: impl Into<String>) -> Self {
        Self { message: message.into(), span, suggestions: Vec::new() }
    }

    pub(super) fn suggesting(mut self, suggestions: Vec<String>) -> Self {
        self.suggestions = suggestions;
        self
    }

    /// The whole in one sentence with its position, counted in characters from 1.
    #[must_use]
    pub fn sentence(&self, source: &str) -> String {
        let before = source.get(..self.span.start).unwrap_or(source);
        let mut text = format!("Position {}: {}", before.chars().count() + 1, self.message);
        if let Some(hint) = self.hint() {
            text += "; ";
            text += &hint;
        }
        text
    }

    /// `did you mean a, b or c?`, if there is anything to suggest.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let shown = self.suggestions.get(..SUGGESTIONS).unwrap_or(&self.suggestions);
        let (last, rest) = shown.split_last()?;
        let list =
            if rest.is_empty() { last.clone() } else { format!("{} or {last}", rest.join(", ")) };
        Some(format!("did you mean {list}?"))
    }

    /// For a terminal: what is wrong, the filter, and a line that marks the place.
    #[must_use]
    pub fn with_caret(&self, source: &str) -> String {
        let start = floor(source, self.span.start);
        let end = floor(source, self.span.end.max(start));
        // Of a long filter the part around the fault.
        let skipped = source[..start].chars().count().saturating_sub(BEFORE);
        let visible = |text: &str| -> String {
            text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
        };
        let head: String = source[..start].chars().skip(skipped).collect();
        let mark = source[start..end].chars().count().clamp(1, BEFORE);
        let tail: String = source[start..].chars().take(mark + BEFORE).collect();
        let dots = if skipped > 0 { "…" } else { "" };
        let indent = head.chars().count() + dots.chars().count();
        let mut text = format!(
            "{}\n  {dots}{}{}\n  {}{}",
            self.message,
            visible(&head),
            visible(&tail),
            " ".repeat(indent),
            "^".repeat(mark),
        );
        if let Some(hint) = self.hint() {
            text += "\n  ";
            text += &hint;
        }
        text
    }
}

/// The next lower place where a character begins.
fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// Names that are close to what was written, the nearest first: those that contain it, and those
/// that differ by few letters.
pub(super) fn nearest<'a>(written: &str, names: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let written = plain(written);
    if written.is_empty() || written.len() > 40 {
        return Vec::new();
    }
    let mut found: Vec<(usize, &str)> = Vec::new();
    for name in names {
        let known = plain(name);
        let distance = distance(written.as_bytes(), known.as_bytes());
        let close = distance <= 1 + written.len() / 4;
        let inside = written.len() >= 2 && known.contains(&written);
        if (close || inside) && !found.iter().any(|one| one.1 == name) {
            found.push((if close { distance } else { 100 + distance }, name));
        }
    }
    found.sort_by_key(|one| one.0);
    found.into_iter().take(SUGGESTIONS).map(|one| one.1.to_owned()).collect()
}

/// Letters and digits only, lower case: how names are compared.
pub(super) fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).map(|c| c.to_ascii_lowercase()).collect()
}

/// Letters to insert, remove or change to get from one to the other.
fn distance(a: &[u8], b: &[u8]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (y, cell) in b.iter().zip(row.iter_mut().skip(1)) {
            let new = (diagonal + usize::from(x != y)).min(left + 1).min(*cell + 1);
            diagonal = *cell;
            *cell = new;
            left = new;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_is_marked_below_the_filter() {
        let source = "größe > 5";
        let error = FilterError::new(0.."größe".len(), "no field is called größe")
            .suggesting(vec!["size".to_owned()]);
        assert_eq!(
            error.with_caret(source),
            "no field is called größe\n  größe > 5\n  ^^^^^\n  did you mean size?"
        );
        let at_end = FilterError::new(source.len()..source.len(), "a value is missing");
        assert_eq!(at_end.with_caret(source), "a value is missing\n  größe > 5\n           ^");
        assert_eq!(at_end.sentence(source), "Position 10: a value is missing");
        // Offsets that make no sense are no panic.
        let wild = FilterError::new(3..99, "x");
        assert!(wild.with_caret("ä").contains('^'));
        let long = "x".repeat(500);
        let line = FilterError::new(300..301, "x").with_caret(&long);
        assert!(line.lines().all(|line| line.chars().count() < 140), "{line}");
    }

    #[test]
    fn near_names_are_found_by_letters_and_by_parts() {
        let names = ["size", "state", "topic", "to", "latency"];
        assert_eq!(nearest("sise", names), ["size"]);
        assert_eq!(nearest("latnecy", names), ["latency"]);
        assert_eq!(nearest("pic", names), ["topic"]);
        assert!(nearest("quux", names).is_empty());
        assert_eq!(distance(b"kitten", b"sitting"), 3);
        assert_eq!((distance(b"", b"ab"), distance(b"ab", b"")), (2, 2));
    }
}
