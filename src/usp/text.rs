//! One short line that says what a payload is about, for tables and `watch -F text`. Reads only
//! the fields it names, allocates only the line, and stops counting at a limit.

pub(crate) mod line;
mod msg;

use super::error;
use super::escape::{hex, size};
use super::kind::{PayloadKind, RecordType};
use super::scan::msg_range;
use super::summary::{SarState, Summary};
use super::wire::{WireReader, WireValue};
use line::Line;

/// Longest line in characters.
pub const MAX_LINE: usize = 200;

/// Says in at most [`MAX_LINE`] characters what the payload is about; `summary` is the scan of
/// the same payload. Control characters are escaped.
#[must_use]
pub fn summary_line(payload: &[u8], summary: &Summary<'_>) -> String {
    let mut line = Line::new(MAX_LINE);
    match summary.payload {
        PayloadKind::Empty => line.push("empty"),
        PayloadKind::Json | PayloadKind::Text => excerpt(&mut line, payload),
        PayloadKind::Binary => {
            line.push(&format!("{} binary, {}", size(payload.len()), hex(payload, 8)));
        }
        PayloadKind::Suspect => {
            line.push("damaged Record: ");
            line.push(summary.malformed.map_or("", |fault| fault.reason));
            if let Some(fault) = summary.malformed {
                line.push(&format!(" at byte {}", fault.offset));
            }
        }
        PayloadKind::Usp => usp(&mut line, payload, summary),
    }
    line.finish()
}

fn usp(line: &mut Line, payload: &[u8], summary: &Summary<'_>) {
    if let (Some(msg), Some((start, end))) = (summary.msg, msg_range(payload)) {
        msg::describe(line, WireReader::range(payload, start, end), &msg);
    } else {
        record(line, payload, summary);
    }
    if let Some(fault) = summary.malformed {
        line.separate();
        line.push(&format!("damaged: {} at byte {}", fault.reason, fault.offset));
    }
}

/// A Record without a Msg of its own.
fn record(line: &mut Line, payload: &[u8], summary: &Summary<'_>) {
    let Some(kind) = summary.record_type else { return };
    let Some(inner) = last(WireReader::new(payload), kind as u32) else { return };
    match kind {
        RecordType::NoSessionContext => {
            if summary.secured {
                let len = last(inner, 2).map_or(0, |inside| inside.end() - inside.pos());
                line.push(&format!("encrypted payload, {}", size(len)));
            }
        }
        RecordType::SessionContext => session(line, inner, summary),
        RecordType::MqttConnect => {
            line.push(if number(inner, 1) == 1 { "V5" } else { "V3.1.1" });
            line.push(" reachable at ");
            line.text(string(inner, 2));
        }
        RecordType::StompConnect => {
            line.push("reachable at ");
            line.text(string(inner, 2));
        }
        RecordType::WebsocketConnect | RecordType::UdsConnect => line.push("connected"),
        RecordType::Disconnect => {
            let (code, reason) = (number(inner, 2), string(inner, 1));
            if let (1.., Ok(code)) = (code, u32::try_from(code)) {
                line.push(&error::label(code));
                line.push(if reason.is_empty() { "" } else { ": " });
            }
            line.text(reason);
        }
    }
}

fn session(line: &mut Line, inner: WireReader<'_>, summary: &Summary<'_>) {
    let (mut id, mut sequence, mut resend, mut len) = (0, 0, 0, 0_usize);
    let mut reader = inner;
    while let Ok(Some(field)) = reader.next_field() {
        match (field.number, field.value) {
            (1, WireValue::Varint(value)) => id = value,
            (2, WireValue::Varint(value)) => sequence = value,
            (4, WireValue::Varint(value)) => resend = value,
            (7, WireValue::Len) => len += field.value_end - field.value_start,
            _ => {}
        }
    }
    line.push(&format!("segment {sequence} of session {id}"));
    match summary.sar {
        SarState::None => {}
        SarState::Begin => line.push(", BEGIN"),
        SarState::InProcess => line.push(", INPROCESS"),
        SarState::Complete => line.push(", COMPLETE"),
        SarState::Unknown => line.push(", unknown position"),
    }
    match (len, summary.secured) {
        (0, _) => line.push(", no payload"),
        (_, true) => line.push(&format!(", {} encrypted", size(len))),
        (_, false) => line.push(&format!(", {}", size(len))),
    }
    if resend != 0 {
        line.push(&format!(", asks for {resend} again"));
    }
}

/// The beginning of a text, white space folded.
fn excerpt(line: &mut Line, payload: &[u8]) {
    let bytes = payload.get(..8 * MAX_LINE).unwrap_or(payload);
    let text = String::from_utf8_lossy(bytes);
    for (n, word) in text.split_ascii_whitespace().enumerate() {
        line.push(if n > 0 { " " } else { "" });
        line.text(word);
        if line.is_full() {
            return;
        }
    }
    if bytes.len() < payload.len() {
        line.push("…");
    }
}

/// The message in the last field with this number.
fn last(mut reader: WireReader<'_>, number: u32) -> Option<WireReader<'_>> {
    let mut found = None;
    while let Ok(Some(field)) = reader.next_field() {
        if field.number == number && field.value == WireValue::Len {
            found = Some(reader.inside(&field));
        }
    }
    found
}

/// A string field; empty if absent.
fn string(mut reader: WireReader<'_>, number: u32) -> &str {
    let mut found = "";
    while let Ok(Some(field)) = reader.next_field() {
        if field.number == number {
            found = reader.string(&field).unwrap_or("not UTF-8");
        }
    }
    found
}

/// A number field; 0 if absent.
fn number(mut reader: WireReader<'_>, number: u32) -> u64 {
    let mut found = 0;
    while let Ok(Some(field)) = reader.next_field() {
        if field.number == number {
            found = match field.value {
                WireValue::Varint(value) | WireValue::Fixed64(value) => value,
                WireValue::Fixed32(value) => u64::from(value),
                WireValue::Len | WireValue::Group => found,
            };
        }
    }
    found
}

#[cfg(test)]
mod tests;
