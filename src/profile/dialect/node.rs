//! The npm package `dotenv`: one regular expression over the whole text, written out by hand.
//!
//! A quoted value may run over lines and ends at the first quote without a backslash before it,
//! if only blanks or a comment follow; else at an earlier one with a backslash before it where
//! that holds; else the value is read as unquoted. Only `\n` and `\r` are escapes, and only after
//! a double quote. Lines that do not fit are passed over.

use super::env::{Env, Halt};

pub(super) fn read(bytes: &[u8]) -> Result<Env, Halt> {
    let text = String::from_utf8_lossy(bytes).replace("\r\n", "\n").replace('\r', "\n");
    let mut env = Env::default();
    let mut at = 0;
    while at < text.len() {
        at = skip(&text, at, is_space);
        match entry(&text, at) {
            Some(entry) => {
                env.set(entry.key.as_bytes(), entry.value.map(String::into_bytes));
                at = entry.end;
            }
            None => at = line_end(&text, at),
        }
        // The next one has to start on a new line.
        at = next_line(&text, at);
    }
    Ok(env)
}

struct Entry<'a> {
    key: &'a str,
    /// `None` where the outcome is not clear.
    value: Option<String>,
    end: usize,
}

/// An entry that starts at `at`.
fn entry(text: &str, at: usize) -> Option<Entry<'_>> {
    let rest = text.get(at..)?;
    if let Some(after) = rest.strip_prefix("export") {
        let key_at = skip(text, text.len() - after.len(), is_space);
        if after.starts_with(is_space)
            && let Some(entry) = assignment(text, key_at)
        {
            return Some(entry);
        }
    }
    assignment(text, at)
}

fn assignment(text: &str, at: usize) -> Option<Entry<'_>> {
    let key_end = skip(text, at, |c| c.is_ascii_alphanumeric() || "_.-".contains(c));
    let key = text.get(at..key_end).filter(|key| !key.is_empty())?;
    let equals = skip(text, key_end, is_space);
    let value_at = if text.get(equals..)?.starts_with('=') {
        equals + 1
    } else {
        // A colon must be followed by at least one blank.
        let after = text.get(key_end..)?.strip_prefix(':')?;
        let blank = after.chars().next().filter(|c| is_space(*c))?;
        key_end + 1 + blank.len_utf8()
    };
    let (raw, end) = quoted(text, value_at).unwrap_or_else(|| unquoted(text, value_at));
    Some(Entry { key, value: meant(raw), end })
}

/// The value with its quotes if it is quoted and properly ended, and where its line goes on.
fn quoted(text: &str, at: usize) -> Option<(&str, usize)> {
    let open = skip(text, at, is_space);
    let quote = text.get(open..)?.chars().next().filter(|c| "'\"`".contains(*c))?;
    let inner = text.get(open + 1..)?;
    // Quotes with a backslash before them, and at last the first one without.
    let mut ends = Vec::new();
    for (offset, _) in inner.match_indices(quote) {
        ends.push(open + 1 + offset);
        if !inner.get(..offset)?.ends_with('\\') {
            break;
        }
    }
    ends.into_iter().rev().find_map(|end| {
        let after = skip(text, end + 1, |c| is_space(c) && !is_line_end(c));
        let ended = text
            .get(after..)
            .and_then(|rest| rest.chars().next())
            .is_none_or(|c| c == '#' || is_line_end(c));
        ended.then(|| (text.get(open..=end).unwrap_or_default(), line_end(text, after)))
    })
}

/// Everything up to a `#` or the end of the line.
fn unquoted(text: &str, at: usize) -> (&str, usize) {
    let end = skip(text, at, |c| c != '#' && c != '\n');
    (text.get(at..end).unwrap_or_default().trim_matches(is_space), line_end(text, end))
}

fn meant(raw: &str) -> Option<String> {
    let quotes = ['\'', '"', '`'];
    let quote = raw.chars().next().filter(|c| quotes.contains(c));
    let inside = quote.and_then(|q| raw.strip_prefix(q)?.strip_suffix(q));
    // With such line ends quotes in the middle would be taken off part by part.
    if inside.is_none() && raw.contains(['\u{2028}', '\u{2029}']) && raw.contains(quotes) {
        return None;
    }
    let inner = inside.unwrap_or(raw);
    Some(if quote == Some('"') {
        inner.replace("\\n", "\n").replace("\\r", "\r")
    } else {
        inner.to_owned()
    })
}

/// The first offset from `at` on whose character is not `wanted`.
fn skip(text: &str, at: usize, wanted: impl Fn(char) -> bool) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    at + rest.find(|c| !wanted(c)).unwrap_or(rest.len())
}

/// Where the line of `at` ends.
fn line_end(text: &str, at: usize) -> usize {
    skip(text, at, |c| !is_line_end(c))
}

/// Where the line after the end at `at` starts.
fn next_line(text: &str, at: usize) -> usize {
    at + text.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8)
}

/// What a regular expression of JavaScript takes for the end of a line; CR is gone before.
fn is_line_end(c: char) -> bool {
    matches!(c, '\n' | '\u{2028}' | '\u{2029}')
}

/// `\s` of JavaScript.
fn is_space(c: char) -> bool {
    (c.is_whitespace() && c != '\u{85}') || c == '\u{feff}'
}
