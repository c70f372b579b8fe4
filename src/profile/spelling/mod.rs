//! How to write a value so that as many readers as possible get exactly it.
//!
//! [`spell`] tries each [`Style`], knows by [`rules`] which readers each serves, and takes the
//! one that weighs most. It sees one entry only; [`verify`] then asks the models of all readers
//! about the whole file and takes back every claim they do not confirm. [`laravel_note`] and
//! [`expand_note`] tell what happens to the value after the file was read. Pure.

mod joiner;
mod notes;
mod reference;
mod rules;
mod verify;

pub use notes::{ExpandNote, LaravelNote, expand_note, laravel_note};
pub use reference::{NotAReference, reference};
pub use verify::{Disturbed, Verified, verify};

use std::fmt;

use super::dialect::{Reader, ReaderSet, Weights};
use rules::Entry;

/// A way to write a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Style {
    /// As it is.
    Bare,
    /// In single quotes, nothing escaped.
    Single,
    /// In double quotes with `\`, `"`, `$` and CR escaped; line feeds stay.
    Double,
    /// The same with line feeds written as `\n`.
    DoubleOneLine,
    /// In double quotes with every `$` left as it is.
    DoubleWithDollar,
}

impl Style {
    /// All styles; of two that serve equally well the earlier one is taken.
    pub const ALL: [Self; 5] =
        [Self::Bare, Self::Single, Self::Double, Self::DoubleOneLine, Self::DoubleWithDollar];

    /// The style of a value as it stands in a file, quotes included.
    #[must_use]
    pub fn of(raw: &[u8]) -> Self {
        let has = |text: &[u8]| raw.windows(text.len()).any(|part| part == text);
        match raw.first() {
            Some(b'\'') => Self::Single,
            Some(b'"') if has(b"\\n") && !raw.contains(&b'\n') => Self::DoubleOneLine,
            Some(b'"') if raw.contains(&b'$') && !has(b"\\$") => Self::DoubleWithDollar,
            Some(b'"') => Self::Double,
            _ => Self::Bare,
        }
    }
}

/// Where the value goes and what it is to reach.
#[derive(Clone, Debug, Default)]
pub struct Wish<'a> {
    /// How much each reader counts.
    pub weights: Weights,
    /// The style of the entry's present value, kept where it serves as well as the best.
    pub present: Option<Style>,
    /// Readers that must get the value; phpdotenv always must.
    pub required: ReaderSet,
    /// True if the line starts with `export`.
    pub exported: bool,
    /// What will follow the value on its line: blanks and a comment, without the line end.
    pub tail: &'a [u8],
    /// True if the line ends in CR LF.
    pub crlf: bool,
}

/// A value as it is to be written.
#[derive(Clone, PartialEq, Eq)]
pub struct Spelling {
    /// What to put directly after the `=`.
    pub text: Vec<u8>,
    /// How it is written.
    pub style: Style,
    /// The readers that get exactly the value, by what is known of this one entry.
    pub readers: ReaderSet,
    /// All others, with the reason.
    pub lost: Vec<(Reader, &'static str)>,
}

impl fmt::Debug for Spelling {
    /// Leaves the text out: it may be a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Spelling")
            .field("style", &self.style)
            .field("readers", &self.readers)
            .field("lost", &self.lost)
            .finish_non_exhaustive()
    }
}

/// No way of writing it reaches the readers that must get it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} cannot read this value back: {why}", names(*readers))]
pub struct Unrepresentable {
    /// The readers that would not get the value.
    pub readers: ReaderSet,
    /// Why the first of them would not.
    pub why: &'static str,
}

fn names(readers: ReaderSet) -> String {
    readers.iter().map(Reader::name).collect::<Vec<_>>().join(", ")
}

/// Chooses how to write `value`.
///
/// # Errors
/// The value cannot be written for phpdotenv and the required readers at once.
pub fn spell(value: &[u8], wish: &Wish<'_>) -> Result<Spelling, Unrepresentable> {
    if value.contains(&0) {
        let why = "no variable of a process can hold a NUL; leave it out";
        return Err(Unrepresentable { readers: ReaderSet::all(), why });
    }
    let Ok(value) = std::str::from_utf8(value) else {
        let why = "phpdotenv reads bytes that are not UTF-8 as question marks; write it in UTF-8";
        let readers = [Reader::Phpdotenv].into_iter().collect();
        return Err(Unrepresentable { readers, why });
    };
    let mut required = wish.required;
    required.insert(Reader::Phpdotenv);

    let mut best: Option<(u64, Spelling)> = None;
    let mut nearest: Option<(u64, Unrepresentable)> = None;
    for candidate in Style::ALL.into_iter().filter_map(|style| candidate(value, style, wish)) {
        let weight = wish.weights.sum(candidate.readers);
        let missed = required.without(candidate.readers);
        if let Some(first) = missed.iter().next() {
            if nearest.as_ref().is_none_or(|(most, _)| weight > *most) {
                let why = candidate.lost.iter().find(|(reader, _)| *reader == first);
                let why = why.map_or("it has no form for it", |(_, why)| why);
                nearest = Some((weight, Unrepresentable { readers: missed, why }));
            }
            continue;
        }
        let better = best.as_ref().is_none_or(|(most, _)| {
            weight > *most || (weight == *most && wish.present == Some(candidate.style))
        });
        if better {
            best = Some((weight, candidate));
        }
    }
    match (best, nearest) {
        (Some((_, spelling)), _) => Ok(spelling),
        (None, Some((_, refused))) => Err(refused),
        (None, None) => Err(Unrepresentable { readers: required, why: "there is no form for it" }),
    }
}

/// `value` written in `style`, if that is a way of its own to write it.
fn candidate(value: &str, style: Style, wish: &Wish<'_>) -> Option<Spelling> {
    let text = write(value, style)?;
    let entry = Entry { value, text: &text, style, wish };
    let mut spelling =
        Spelling { text: Vec::new(), style, readers: ReaderSet::EMPTY, lost: Vec::new() };
    for reader in Reader::ALL {
        match entry.why_not(reader) {
            None => spelling.readers.insert(reader),
            Some(why) => spelling.lost.push((reader, why)),
        }
    }
    spelling.text = text.into_bytes();
    Some(spelling)
}

fn write(value: &str, style: Style) -> Option<String> {
    match style {
        Style::Bare => value.chars().all(needs_no_quotes).then(|| value.to_owned()),
        Style::Single => (!value.contains(['\'', '\n', '\r'])).then(|| format!("'{value}'")),
        Style::Double => Some(in_double_quotes(value, style)),
        Style::DoubleOneLine => value.contains('\n').then(|| in_double_quotes(value, style)),
        Style::DoubleWithDollar => {
            (value.contains('$') && !value.contains("${")).then(|| in_double_quotes(value, style))
        }
    }
}

fn in_double_quotes(value: &str, style: Style) -> String {
    let mut out = String::with_capacity(value.len() + 2);
    out.push('"');
    for c in value.chars() {
        match c {
            '\\' | '"' => out.extend(['\\', c]),
            '$' if style != Style::DoubleWithDollar => out.push_str("\\$"),
            '\r' => out.push_str("\\r"),
            '\n' if style == Style::DoubleOneLine => out.push_str("\\n"),
            _ => out.push(c),
        }
    }
    out.push('"');
    out
}

/// True for what every reader takes as it is, at any place of an unquoted value.
fn needs_no_quotes(c: char) -> bool {
    if c.is_ascii() {
        c.is_ascii_alphanumeric() || "_./:@%+,=^!*?[]{}-".contains(c)
    } else {
        c.is_alphanumeric()
    }
}

#[cfg(test)]
mod tests;
