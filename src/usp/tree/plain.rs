//! Rows of payloads that are not USP: JSON as a tree, text by lines.

use serde_json::Value;

use super::rows::Rows;
use super::{MAX_VALUE, RowKind};
use crate::usp::escape::escaped;

/// Largest JSON text shown as a tree; larger ones are shown by lines, since values in memory
/// take many times the bytes of the text.
const MAX_JSON: usize = 1 << 20;

pub(super) fn json(rows: &mut Rows<'_>) {
    let payload = rows.payload;
    let value = (payload.len() <= MAX_JSON)
        .then(|| serde_json::from_slice::<Value>(payload).ok())
        .flatten();
    match value {
        // The parser nests 128 levels at most, and so do these rows.
        Some(value) => node(rows, "JSON".to_owned(), &value, 0..payload.len()),
        None => text(rows),
    }
}

fn node(rows: &mut Rows<'_>, name: String, value: &Value, range: std::ops::Range<usize>) {
    let (kind, text) = match value {
        Value::Object(fields) => {
            rows.open(name, plural(fields.len(), "field"), range);
            for (name, value) in fields {
                node(rows, escaped(name, MAX_VALUE), value, 0..0);
                if rows.is_full() {
                    break;
                }
            }
            rows.close();
            return;
        }
        Value::Array(items) => {
            rows.open(name, plural(items.len(), "item"), range);
            for (n, value) in items.iter().enumerate() {
                node(rows, format!("[{n}]"), value, 0..0);
                if rows.is_full() {
                    break;
                }
            }
            rows.close();
            return;
        }
        Value::String(text) => (RowKind::String, escaped(text, MAX_VALUE)),
        Value::Number(number) => (RowKind::Number, number.to_string()),
        Value::Bool(flag) => (RowKind::Bool, flag.to_string()),
        Value::Null => (RowKind::Note, "null".to_owned()),
    };
    rows.push(kind, name, text, range.clone(), range);
}

/// One row a line, numbered from 1.
pub(super) fn text(rows: &mut Rows<'_>) {
    let payload = rows.payload;
    rows.open("Text", plural(payload.len(), "byte"), 0..payload.len());
    let mut start = 0;
    for (n, line) in payload.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let range = start..start + line.len();
        start = range.end;
        let shown = line.strip_suffix(b"\n").unwrap_or(line);
        let shown = shown.strip_suffix(b"\r").unwrap_or(shown);
        let value_range = range.start..range.start + shown.len();
        let value = escaped(&String::from_utf8_lossy(shown), MAX_VALUE);
        rows.push(RowKind::String, (n + 1).to_string(), value, range, value_range);
        if rows.is_full() {
            break;
        }
    }
    rows.close();
}

fn plural(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
