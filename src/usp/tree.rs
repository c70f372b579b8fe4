//! The inspector's field tree: a payload as flat rows, each with its name, value and byte range.
//!
//! The walk is lenient where the decoders are strict: bad UTF-8, wrong wire types, cut off and
//! unknown fields are shown and flagged, so it is also the view of what they refuse. Rows and
//! depth are bounded whatever the payload says.

mod plain;
mod rows;

use std::borrow::Cow;
use std::ops::Range;

use super::kind::PayloadKind;
use super::scan::{msg_range, scan};
use super::wire::WireReader;
use rows::Rows;

/// Most rows made of one payload; one more then says how many bytes are not shown.
pub const MAX_ROWS: usize = 100_000;
/// Longest value in bytes before escaping; longer ones are cut and say so.
pub const MAX_VALUE: usize = 64 << 10;

/// What a row shows.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum RowKind {
    /// A message, list or object with rows below it; the value is a preview.
    Message,
    /// Text; also a map entry and a line of a plain text.
    String,
    /// A number, or an error code with its name.
    Number,
    /// `true` or `false`.
    Bool,
    /// An enum value as `NAME (number)`.
    Enum,
    /// Bytes in hex, shortened.
    Bytes,
    /// A field that the schema does not know: legal, from a newer version.
    Unknown,
    /// A remark of ours: something absent, repeated or left out.
    Note,
    /// Something wrong with the bytes.
    Problem,
}

/// One row of the tree.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FieldRow {
    /// Levels below the root, which is 0.
    pub depth: u16,
    /// What it shows.
    pub kind: RowKind,
    /// Schema name; with an index if repeated, with the key for a map entry.
    pub name: Cow<'static, str>,
    /// The value for people, on one line, escaped.
    pub value: String,
    /// The whole field in the payload: tag, length, value. Empty where no bytes belong to it.
    pub range: Range<usize>,
    /// The value alone.
    pub value_range: Range<usize>,
    /// How many rows below this one belong to it: its subtree is the next so many rows.
    pub descendants: u32,
}

impl FieldRow {
    /// True if the row can be opened.
    #[must_use]
    pub fn has_children(&self) -> bool {
        self.descendants > 0
    }
}

/// The rows of a payload of any kind. The first row is the root, except for an empty payload,
/// which has none.
#[must_use]
pub fn rows(payload: &[u8]) -> Vec<FieldRow> {
    let summary = scan(payload);
    let mut rows = Rows::new(payload);
    match summary.payload {
        PayloadKind::Empty => {}
        PayloadKind::Usp | PayloadKind::Suspect => {
            let kind = summary.record_type.map_or("no record type", |kind| kind.name());
            let value = format!("{kind}, {} bytes", payload.len());
            rows.open("Record", value, 0..payload.len());
            if let (PayloadKind::Suspect, Some(fault)) = (summary.payload, summary.malformed) {
                rows.problem("damaged", fault);
            }
            rows.record(WireReader::new(payload), msg_range(payload), summary.secured);
            rows.close();
        }
        PayloadKind::Binary => {
            rows.open("Binary", format!("{} bytes", payload.len()), 0..payload.len());
            if let Some(fault) = summary.malformed {
                rows.problem("no USP Record", fault);
            }
            rows.record(WireReader::new(payload), msg_range(payload), false);
            rows.close();
        }
        PayloadKind::Json => plain::json(&mut rows),
        PayloadKind::Text => plain::text(&mut rows),
    }
    rows.finish()
}

/// The rows of a Msg alone, such as a reassembled one; ranges count in `bytes`.
#[must_use]
pub fn msg_rows(bytes: &[u8]) -> Vec<FieldRow> {
    let mut rows = Rows::new(bytes);
    rows.open("Msg", format!("{} bytes", bytes.len()), 0..bytes.len());
    rows.msg(WireReader::new(bytes));
    rows.close();
    rows.finish()
}

#[cfg(test)]
mod tests;
