//! A reader for `.env` files that accepts and rejects exactly what phpdotenv 5.6 does, since the
//! ACS reads its settings through it.
//!
//! [`lines`] cuts the file into entries, [`entry`] reads name and value of one, [`expand`] puts
//! references in. Works on bytes handed in and never touches a file. Every entry remembers its
//! lines, so that messages can name them and an editor can find them again.

mod entry;
mod expand;
mod lines;

use std::collections::HashMap;

pub use entry::Reason;
pub(in crate::profile) use lines::{closes, is_trimmed, opens, physical_lines};

/// Most bytes all values of one file may have after references were put in. phpdotenv has no
/// such limit; a file that needs more than this was written to exhaust memory.
const MAX_EXPANDED: usize = 4 * 1024 * 1024;

/// One setting of the file.
#[derive(Clone, PartialEq, Eq)]
pub struct Entry {
    /// The name, without `export` and quotes.
    pub key: String,
    /// The value with references put in; `None` for a name without `=`.
    pub value: Option<String>,
    /// Names of references that stayed as text, at most a few.
    pub unresolved: Vec<String>,
    /// What a `#` glued to an unquoted value cut off, up to the next blank.
    pub cut: Option<String>,
    /// First line, from 1.
    pub line: usize,
    /// Last line; later than `line` for a value that spans lines.
    pub last_line: usize,
}

impl std::fmt::Debug for Entry {
    /// Leaves the value out: it may be a password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Entry")
            .field("key", &self.key)
            .field("has_value", &self.value.is_some())
            .field("line", &self.line)
            .finish_non_exhaustive()
    }
}

/// What a `.env` file holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dotenv {
    /// All settings in file order, duplicates included.
    pub entries: Vec<Entry>,
    /// The line of an opening quote that is never closed: from there on phpdotenv drops the
    /// rest of the file without an error.
    pub swallowed_from: Option<usize>,
    /// True if the file is not valid UTF-8: phpdotenv reads each bad sequence as `?`.
    pub invalid_utf8: bool,
    /// True if the file starts with a byte order mark.
    pub bom: bool,
}

impl Dotenv {
    /// The entry that counts for `key`: the last one.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().rev().find(|e| e.key == key)
    }
}

/// Why phpdotenv refuses the file. The ACS does not start with such a file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {reason}")]
pub struct Refusal {
    /// Line of the entry, from 1.
    pub line: usize,
    /// The entry's name where it could be read.
    pub key: Option<String>,
    /// What is wrong with it.
    pub reason: Reason,
}

/// Reads a file. `environment` gives variables of the process for `${NAME}`; names set earlier
/// in the file come first.
///
/// # Errors
/// The first entry that phpdotenv would refuse.
pub fn read(bytes: &[u8], environment: &dyn Fn(&str) -> Option<String>) -> Result<Dotenv, Refusal> {
    let (text, invalid_utf8) = decode(bytes);
    let (text, bom) = match text.strip_prefix('\u{feff}') {
        Some(rest) => (rest, true),
        None => (text.as_str(), false),
    };
    let joined = lines::join(text);

    let mut entries = Vec::new();
    let mut known: HashMap<String, String> = HashMap::new();
    let mut budget = MAX_EXPANDED;
    for raw in joined.entries {
        let refuse = |key: Option<String>, reason| Refusal { line: raw.line, key, reason };
        let (key, value) = entry::parse(&raw.text).map_err(|(key, why)| refuse(key, why))?;
        let mut unresolved = Vec::new();
        let mut cut = None;
        let value = match value {
            None => {
                known.remove(&key);
                None
            }
            Some(value) => {
                let lookup = |name: &str| known.get(name).cloned().or_else(|| environment(name));
                let Some(done) = expand::expand(&value, &lookup, budget) else {
                    return Err(refuse(Some(key), Reason::TooLarge));
                };
                budget = budget.saturating_sub(done.text.len());
                unresolved = done.unresolved;
                cut = value.cut;
                known.insert(key.clone(), done.text.clone());
                Some(done.text)
            }
        };
        entries.push(Entry {
            key,
            value,
            unresolved,
            cut,
            line: raw.line,
            last_line: raw.last_line,
        });
    }
    Ok(Dotenv { entries, swallowed_from: joined.swallowed_from, invalid_utf8, bom })
}

/// The name in `text`, without `export` and quotes, if phpdotenv takes it for one.
#[must_use]
pub fn name(text: &str) -> Option<&str> {
    entry::parse_name(text)
}

/// Bytes to text, a `?` for each sequence that is not UTF-8.
fn decode(bytes: &[u8]) -> (String, bool) {
    let mut text = String::with_capacity(bytes.len());
    let mut bad = false;
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            text.push('?');
            bad = true;
        }
    }
    (text, bad)
}

#[cfg(test)]
mod tests;
