//! What a reader ends up with after a whole file, and what the models share.

use std::collections::HashMap;
use std::fmt;

/// Most bytes all values of one file may take after references were put in. The readers have no
/// such limit; a file that needs more was written to exhaust memory.
pub(super) const MAX_EXPANDED: usize = 4 * 1024 * 1024;

/// The variables a reader takes from a file, with an empty process environment.
#[derive(Default)]
pub struct Env {
    slots: HashMap<Vec<u8>, Slot>,
    /// True if the whole file is beyond the model.
    unsure: bool,
}

/// `None` for a value the model cannot tell.
type Slot = Option<Vec<u8>>;

/// What a reader makes of one variable.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Reading<'a> {
    /// It gets exactly these bytes.
    Value(&'a [u8]),
    /// It sets no such variable.
    Missing,
    /// The model cannot tell: something would be run or looked up, or versions differ.
    Unknown,
}

/// Why a reader takes nothing from a file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {why}")]
pub struct Rejected {
    /// Line of the fault, from 1.
    pub line: usize,
    /// What it objects to; never holds a value.
    pub why: String,
}

/// Why a model stopped before the end of the file.
pub(super) enum Halt {
    Rejected(Rejected),
    /// From here on anything may happen, also to variables set before.
    Unsure,
}

impl Halt {
    pub fn rejected(line: usize, why: &str) -> Self {
        Self::Rejected(Rejected { line, why: why.to_owned() })
    }
}

impl Env {
    /// A file that the model cannot tell anything about.
    pub(super) fn unsure() -> Self {
        Self { slots: HashMap::new(), unsure: true }
    }

    /// The bytes the reader ends up with; `None` if it sets no such variable or the model cannot
    /// tell.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&[u8]> {
        match self.reading(key) {
            Reading::Value(value) => Some(value),
            Reading::Missing | Reading::Unknown => None,
        }
    }

    /// The same with the two nothings apart.
    #[must_use]
    pub fn reading(&self, key: &str) -> Reading<'_> {
        if self.unsure {
            return Reading::Unknown;
        }
        match self.slots.get(key.as_bytes()) {
            Some(Some(value)) => Reading::Value(value),
            Some(None) => Reading::Unknown,
            None => Reading::Missing,
        }
    }

    /// The names it sets, in no order; those that are UTF-8.
    pub fn keys_unsorted(&self) -> impl Iterator<Item = &str> {
        self.slots.keys().filter_map(|key| std::str::from_utf8(key).ok())
    }

    pub(super) fn set(&mut self, key: &[u8], value: Slot) {
        self.slots.insert(key.to_owned(), value);
    }

    pub(super) fn remove(&mut self, key: &[u8]) {
        self.slots.remove(key);
    }

    pub(super) fn slot(&self, key: &[u8]) -> Option<&Slot> {
        self.slots.get(key)
    }
}

impl fmt::Debug for Env {
    /// Names only: the values may be passwords.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut keys: Vec<&str> = self.keys_unsorted().collect();
        keys.sort_unstable();
        f.debug_struct("Env").field("keys", &keys).field("unsure", &self.unsure).finish()
    }
}

impl fmt::Debug for Reading<'_> {
    /// Leaves the value out: it may be a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Value(_) => "Value(…)",
            Self::Missing => "Missing",
            Self::Unknown => "Unknown",
        })
    }
}

/// What is left of [`MAX_EXPANDED`].
pub(super) struct Budget(usize);

impl Budget {
    pub fn new() -> Self {
        Self(MAX_EXPANDED)
    }

    /// Takes `bytes` off; stops the model when nothing is left.
    pub fn spend(&mut self, bytes: usize) -> Result<(), Halt> {
        self.0 = self.0.checked_sub(bytes).ok_or(Halt::Unsure)?;
        Ok(())
    }
}

/// A place in a text, going forward. All models read through it, so that none can step outside.
pub(super) struct Cursor<'a> {
    bytes: &'a [u8],
    pub at: usize,
}

impl<'a> Cursor<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    pub fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    pub fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    pub fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }

    /// Steps over `byte` if it is next.
    pub fn eat(&mut self, byte: u8) -> bool {
        let there = self.peek() == Some(byte);
        self.at += usize::from(there);
        there
    }

    /// Steps over everything that `wanted` says yes to and gives it back.
    pub fn take_while(&mut self, wanted: impl Fn(u8) -> bool) -> &'a [u8] {
        let rest = self.rest();
        let len = rest.iter().position(|byte| !wanted(*byte)).unwrap_or(rest.len());
        self.at += len;
        rest.get(..len).unwrap_or_default()
    }

    /// What was stepped over since `start`.
    pub fn since(&self, start: usize) -> &'a [u8] {
        self.bytes.get(start..self.at).unwrap_or_default()
    }

    /// The line of offset `at`, from 1. Counts from the start: for errors only.
    pub fn line_of(&self, at: usize) -> usize {
        line_of(self.bytes, at)
    }
}

/// The line, from 1, of offset `at`. Counts from the start: for errors only.
pub(super) fn line_of(bytes: &[u8], at: usize) -> usize {
    1 + bytes.iter().take(at).filter(|byte| **byte == b'\n').count()
}

/// What stands in the quotes that `text` starts with, and the text behind them; `None` if they
/// are never closed. A backslash is gone where `meaning` knows the character behind it, else both
/// are kept.
pub(super) fn quoted(
    text: &str,
    quote: char,
    meaning: impl Fn(char) -> Option<char>,
) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut chars = text.chars();
    chars.next();
    loop {
        match chars.next()? {
            c if c == quote => return Some((value, chars.as_str())),
            '\\' => {
                let escaped = chars.next()?;
                match meaning(escaped) {
                    Some(meant) => value.push(meant),
                    None => value.extend(['\\', escaped]),
                }
            }
            c => value.push(c),
        }
    }
}

/// True for the first character of a C identifier.
pub(super) fn starts_name(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_'
}

/// True for the others.
pub(super) fn in_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// True for a C identifier.
pub(super) fn is_name(name: &[u8]) -> bool {
    name.first().is_some_and(|byte| starts_name(*byte)) && name.iter().all(|byte| in_name(*byte))
}
