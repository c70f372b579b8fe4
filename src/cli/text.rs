//! One message as a line, or as a tree of its fields, for people.

use jiff::tz::TimeZone;

use crate::analysis::message::{Message, related};
use crate::analysis::problems::code::Level;
use crate::core::time::Timestamp;
use crate::store::row::{Direction, Pair};
use crate::usp::scan::scan;
use crate::usp::text::{msg_line, summary_line};
use crate::usp::tree::{self, FieldRow};

/// `17:29:19.834 ↓ GetResp  os::… → self::…  usp/…  summary  229 B  12.3 ms`
pub(super) fn line(msg: Message<'_>, zone: &TimeZone) -> String {
    let row = msg.row;
    let arrow = match row.direction {
        Some(Direction::ToAgent) => '↑',
        Some(Direction::ToController) => '↓',
        None => '·',
    };
    let mut out = format!("{} {arrow} {:<24} ", clock(row.at, zone), row.type_label());
    if row.from.is_some() || row.to.is_some() {
        out += &format!("{} → {}  ", printable(msg.from()), printable(msg.to()));
    }
    out += &printable(msg.topic());
    let payload = row.payload();
    let whole = msg.segmented();
    let summary = match whole {
        Some(whole) => msg_line(&whole.bytes),
        None => summary_line(payload, &scan(payload)),
    };
    if !summary.is_empty() {
        out += "  ";
        out += &summary;
    }
    if let Some(whole) = whole {
        out += &format!("  whole of {} segments", whole.parts.len());
    }
    out += &format!("  {} B", row.size());
    if row.delivery().retain {
        out += "  retained";
    }
    match row.pair() {
        Some(Pair::Answers { latency_nanos, .. }) => {
            out += &format!("  {:.1} ms", latency_nanos as f64 / 1e6);
        }
        Some(Pair::RepeatOf { first }) => out += &format!("  repeat of #{}", first.0),
        // A live request is printed before its answer is there; keep captures the same.
        Some(Pair::AnsweredBy { .. }) | None => {}
    }
    if let Some(related) = related::line(msg) {
        out += "  ";
        out += &related;
    }
    let mut mark = "  ! ";
    for code in msg.snapshot.problems_of(row).iter().filter(|code| code.level() > Level::Info) {
        out += mark;
        out += code.name();
        mark = ", ";
    }
    out
}

/// The line and, below it, every field with its place in the payload.
pub(super) fn tree(msg: Message<'_>, zone: &TimeZone) -> String {
    let mut out = format!("#{} {}", msg.row.seq.0, line(msg, zone));
    fields(&mut out, &tree::rows(msg.row.payload()));
    if let Some(whole) = msg.segmented() {
        let parts: Vec<String> = whole.parts.iter().map(|part| format!("#{}", part.0)).collect();
        out += &format!("\n  put together from {}:", parts.join(" "));
        fields(&mut out, &tree::msg_rows(&whole.bytes));
    }
    out
}

fn fields(out: &mut String, rows: &[FieldRow]) {
    for field in rows {
        *out += &format!(
            "\n  {:>6}+{:<5} {:indent$}{}",
            field.range.start,
            field.range.len(),
            "",
            field.name,
            indent = usize::from(field.depth) * 2,
        );
        if !field.value.is_empty() {
            *out += ": ";
            *out += &field.value;
        }
    }
}

/// Time of day with milliseconds.
fn clock(at: Timestamp, zone: &TimeZone) -> String {
    jiff::Timestamp::from_nanosecond(i128::from(at.0))
        .map(|t| t.to_zoned(zone.clone()).strftime("%H:%M:%S%.3f").to_string())
        .unwrap_or_else(|_| "--:--:--.---".to_owned())
}

/// A name from the wire may hold control characters that would garble a terminal.
pub(super) fn printable(text: &str) -> std::borrow::Cow<'_, str> {
    if text.chars().any(char::is_control) {
        text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect::<String>().into()
    } else {
        text.into()
    }
}
