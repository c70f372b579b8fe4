//! Cuts a file into entries as phpdotenv does. Its joiner counts quotes and knows no syntax: a
//! comment with an odd quote opens a value that runs on to a later line or to the end of the
//! file. Nothing here reads names or values.

use std::ops::Range;

/// The text of one entry, its lines joined by line feeds.
pub(super) struct RawEntry {
    pub text: String,
    pub line: usize,
    pub last_line: usize,
}

/// What is left after joining; comments and blank lines are gone.
pub(super) struct Joined {
    pub entries: Vec<RawEntry>,
    pub swallowed_from: Option<usize>,
}

pub(super) fn join(text: &str) -> Joined {
    let mut entries = Vec::new();
    let mut open: Option<RawEntry> = None;
    for (index, line) in physical_lines(text.as_bytes()).enumerate() {
        let line = text.get(line.content).unwrap_or_default();
        let number = index + 1;
        match open.take() {
            Some(mut entry) => {
                entry.text.push('\n');
                entry.text.push_str(line);
                entry.last_line = number;
                if closes(line.as_bytes(), false) {
                    keep(&mut entries, entry);
                } else {
                    open = Some(entry);
                }
            }
            None => {
                let entry = RawEntry { text: line.to_owned(), line: number, last_line: number };
                if opens(line.as_bytes()) {
                    open = Some(entry);
                } else {
                    keep(&mut entries, entry);
                }
            }
        }
    }
    Joined { entries, swallowed_from: open.map(|e| e.line) }
}

/// Keeps what is neither blank nor a comment. A comment that opened a quote is joined first and
/// dropped here with everything it swallowed.
fn keep(entries: &mut Vec<RawEntry>, entry: RawEntry) {
    let trimmed = php_trim(&entry.text);
    if !trimmed.is_empty() && !trimmed.starts_with('#') {
        entries.push(entry);
    }
}

/// A line of a file, as byte ranges.
pub(in crate::profile) struct PhysicalLine {
    /// Without the line end.
    pub content: Range<usize>,
    /// Behind the line end.
    pub end: usize,
}

/// Lines end at LF, CR LF or a lone CR. A file that ends with a line end has no empty line
/// behind it.
pub(in crate::profile) fn physical_lines(bytes: &[u8]) -> impl Iterator<Item = PhysicalLine> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        if at >= bytes.len() {
            return None;
        }
        let start = at;
        let rest = bytes.get(start..)?;
        let length = rest.iter().position(|b| matches!(b, b'\n' | b'\r')).unwrap_or(rest.len());
        let content = start..start + length;
        at = match rest.get(length..) {
            Some([b'\r', b'\n', ..]) => content.end + 2,
            Some([_, ..]) => content.end + 1,
            _ => content.end,
        };
        Some(PhysicalLine { content, end: at })
    })
}

/// True if `line` opens a value that goes on in the next one.
pub(in crate::profile) fn opens(line: &[u8]) -> bool {
    line.windows(2).any(|pair| pair == b"=\"") && !closes(line, true)
}

/// True if `line` closes a value; `opened_here` if it is also the line that opened it.
pub(in crate::profile) fn closes(line: &[u8], opened_here: bool) -> bool {
    if line == b"\"" {
        return true;
    }
    let mut quotes = 0usize;
    let mut previous: Option<u8> = None;
    let mut at = 0;
    while let Some(&byte) = line.get(at) {
        // `\\` is taken out before quotes are counted.
        if byte == b'\\' && line.get(at + 1) == Some(&b'\\') {
            at += 2;
            continue;
        }
        if byte == b'"' && previous.is_some_and(|p| p != b'\\') {
            quotes += 1;
        }
        previous = Some(byte);
        at += 1;
    }
    if opened_here { quotes > 1 } else { quotes >= 1 }
}

/// PHP's `trim`: blank, tab, line feed, carriage return, vertical tab, NUL; not form feed.
pub(super) fn php_trim(text: &str) -> &str {
    text.trim_matches(|c: char| u8::try_from(c).is_ok_and(is_trimmed))
}

/// What PHP's `trim` takes away.
pub(in crate::profile) const fn is_trimmed(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0)
}
