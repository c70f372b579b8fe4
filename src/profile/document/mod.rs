//! A `.env` file that keeps every byte. Parsing cuts it into items (blank lines, comments,
//! settings, lines that are none); an edit replaces the bytes of one item and nothing else.
//!
//! Items are cut where phpdotenv cuts them, since it is the reader these files are for: the
//! entries here are the entries of [`super::dotenv::read`], line for line. Nothing here decides
//! how a value is spelled ([`super::spelling`] does) or touches a file ([`super::files`] does).
//!
//! [`scan`] finds the items, [`change`] edits them.

mod change;
mod scan;

use std::ops::Range;

pub use change::Removal;

/// Where the parts of a setting stand, as byte ranges of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parts {
    /// BOM, indentation, `export`, name, blanks, `=`, blanks.
    pub head: Range<usize>,
    /// The value with its quotes; may span lines; empty for `KEY=` and for a bare `KEY`.
    pub value: Range<usize>,
    /// Blanks and comment behind the value.
    pub tail: Range<usize>,
    /// False for a name without `=`, which phpdotenv reads as unset.
    pub has_equals: bool,
}

/// What an item is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Nothing but blanks.
    Blank,
    /// A comment. May span lines: an odd quote in it swallows what follows.
    Comment,
    /// A setting, with its name; also one whose value phpdotenv refuses.
    Setting {
        /// The name without `export` and quotes.
        key: String,
        /// Its parts.
        parts: Parts,
    },
    /// A line that is no setting and no comment.
    Broken,
    /// From here to the end of the file phpdotenv reads nothing: a quote is never closed.
    Swallowed,
}

/// One item: a line, or the lines of one value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// All its bytes, line end included.
    pub span: Range<usize>,
    /// The bytes without the last line end.
    pub content: Range<usize>,
    /// First line, from 1.
    pub line: usize,
    /// Last line.
    pub last_line: usize,
    /// What it is.
    pub kind: Kind,
}

impl Item {
    /// The name, if it is a setting.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        match &self.kind {
            Kind::Setting { key, .. } => Some(key),
            _ => None,
        }
    }

    /// The parts, if it is a setting.
    #[must_use]
    pub fn parts(&self) -> Option<&Parts> {
        match &self.kind {
            Kind::Setting { parts, .. } => Some(parts),
            _ => None,
        }
    }
}

/// How a value is quoted in the file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Quoting {
    /// `KEY` without `=`.
    None,
    /// No quotes.
    Bare,
    /// `'…'`.
    Single,
    /// `"…"`.
    Double,
}

/// The file.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Document {
    bytes: Vec<u8>,
    items: Vec<Item>,
}

impl std::fmt::Debug for Document {
    /// Leaves the bytes out: they may hold passwords.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Document").field("items", &self.items).finish_non_exhaustive()
    }
}

impl Document {
    /// Takes any bytes.
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> Self {
        let items = scan::items(&bytes);
        Self { bytes, items }
    }

    /// The file as it is, byte for byte.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// All items in order; together they are the whole file.
    #[must_use]
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// The settings of that name in file order; the last one counts.
    pub fn settings<'d>(&'d self, key: &'d str) -> impl Iterator<Item = &'d Item> {
        self.items.iter().filter(move |item| item.key() == Some(key))
    }

    /// The setting that counts for `key`: the last one.
    #[must_use]
    pub fn last(&self, key: &str) -> Option<&Item> {
        self.items.iter().rev().find(|item| item.key() == Some(key))
    }

    /// The value's text as it stands in the file, quotes included.
    #[must_use]
    pub fn value_text(&self, item: &Item) -> &[u8] {
        item.parts().map_or(&[], |parts| self.slice(&parts.value))
    }

    /// True if the value is a reference such as `${NAME}`, wholly or in part.
    #[must_use]
    pub fn holds_reference(&self, item: &Item) -> bool {
        let text = String::from_utf8_lossy(self.value_text(item));
        !text.starts_with('\'') && crate::profile::reading::has_reference(&text)
    }

    /// How the value of a setting is quoted.
    #[must_use]
    pub fn quoting(&self, item: &Item) -> Quoting {
        match item.parts() {
            Some(parts) if parts.has_equals => match self.slice(&parts.value).first() {
                Some(b'\'') => Quoting::Single,
                Some(b'"') => Quoting::Double,
                _ => Quoting::Bare,
            },
            _ => Quoting::None,
        }
    }

    /// A commented-out setting of that name (`#KEY=…`, `# export KEY=…`), the last one.
    #[must_use]
    pub fn commented_out(&self, key: &str) -> Option<&Item> {
        self.items.iter().rev().find(|item| {
            item.kind == Kind::Comment
                && item.line == item.last_line
                && scan::commented_key(self.slice(&item.content)) == Some(key)
        })
    }

    /// The line end most lines have; line feed for a file without one.
    #[must_use]
    pub fn line_end(&self) -> &'static [u8] {
        let (mut lf, mut crlf, mut cr) = (0usize, 0usize, 0usize);
        for line in scan::physical_lines(&self.bytes) {
            match self.bytes.get(line.content.end..line.end) {
                Some(b"\n") => lf += 1,
                Some(b"\r\n") => crlf += 1,
                Some(b"\r") => cr += 1,
                _ => {}
            }
        }
        match () {
            () if crlf > lf && crlf >= cr => b"\r\n",
            // Files of old Macs do exist, and phpdotenv reads them.
            () if cr > lf && cr > crlf => b"\r",
            () => b"\n",
        }
    }

    /// Number of lines as an editor counts them.
    #[must_use]
    pub fn line_count(&self) -> usize {
        scan::physical_lines(&self.bytes).count()
    }

    /// The physical lines without their ends, in order.
    pub fn lines(&self) -> impl Iterator<Item = &[u8]> {
        scan::physical_lines(&self.bytes).map(|line| self.slice(&line.content))
    }

    fn slice(&self, range: &Range<usize>) -> &[u8] {
        self.bytes.get(range.clone()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;
