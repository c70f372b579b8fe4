//! Numbers, sizes, times and names as people read them. Nothing here knows a font or a width
//! in pixels.

use std::borrow::Cow;

use jiff::tz::TimeZone;

use crate::core::time::Timestamp;

/// Between groups of three digits; narrow, so that columns stay compact.
const THIN_SPACE: char = '\u{2009}';

const SECOND: i64 = 1_000_000_000;

/// A count with its digits in groups of three.
#[must_use]
pub fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3 * 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(THIN_SPACE);
        }
        out.push(digit);
    }
    out
}

/// A count with what is counted: `1 answer`, `1 234 answers`.
#[must_use]
pub fn counted(n: u64, what: &str) -> String {
    format!("{} {what}{}", count(n), if n == 1 { "" } else { "s" })
}

/// A count in at most five characters, for narrow places: `950`, `12.3k`, `4.5M`.
#[must_use]
pub fn count_short(n: u64) -> String {
    match n {
        0..10_000 => n.to_string(),
        10_000..1_000_000 => tenths(n, 1_000, "k"),
        1_000_000..1_000_000_000 => tenths(n, 1_000_000, "M"),
        _ => tenths(n, 1_000_000_000, "G"),
    }
}

fn tenths(n: u64, unit: u64, suffix: &str) -> String {
    let tenths = n / (unit / 10);
    if tenths >= 1000 {
        format!("{}{suffix}", tenths / 10)
    } else {
        format!("{}.{}{suffix}", tenths / 10, tenths % 10)
    }
}

/// A payload size: `512 B`, `1.2 kB`, `3.4 MB`.
#[must_use]
pub fn bytes(n: u64) -> String {
    match n {
        0..1_000 => format!("{n} B"),
        1_000..1_000_000 => format!("{:.1} kB", n as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", n as f64 / 1e6),
        _ => format!("{:.2} GB", n as f64 / 1e9),
    }
}

/// A use of memory in MiB.
#[must_use]
pub fn mebibytes(n: usize) -> String {
    let mib = n as f64 / (1024.0 * 1024.0);
    if mib < 10.0 { format!("{mib:.1}") } else { format!("{mib:.0}") }
}

/// A response time with three significant digits; nanoseconds in.
#[must_use]
pub fn latency(nanos: i64) -> String {
    let sign = if nanos < 0 { "−" } else { "" };
    let ms = nanos.unsigned_abs() as f64 / 1e6;
    match ms {
        _ if ms < 9.995 => format!("{sign}{ms:.2} ms"),
        _ if ms < 99.95 => format!("{sign}{ms:.1} ms"),
        _ if ms < 999.5 => format!("{sign}{ms:.0} ms"),
        _ if ms < 99_950.0 => format!("{sign}{:.2} s", ms / 1e3),
        _ => format!("{sign}{:.0} s", ms / 1e3),
    }
}

/// How long ago, in one unit; nanoseconds in.
#[must_use]
pub fn age(nanos: i64) -> String {
    let secs = nanos / SECOND;
    match secs {
        i64::MIN..1 => "now".to_owned(),
        1..60 => format!("{secs} s"),
        60..3_600 => format!("{} min", secs / 60),
        3_600..86_400 => format!("{} h", secs / 3_600),
        _ => format!("{} d", secs / 86_400),
    }
}

/// How long something took, in the two units that matter; nanoseconds in: `420 ms`, `12 s`,
/// `4 min 12 s`, `3 h 5 min`, `2 d 4 h`.
#[must_use]
pub fn span(nanos: i64) -> String {
    let secs = nanos.max(0) / SECOND;
    let two = |large: i64, a: &str, small: i64, b: &str| match small {
        0 => format!("{large} {a}"),
        _ => format!("{large} {a} {small} {b}"),
    };
    match secs {
        0..10 => latency(nanos.max(0)),
        10..60 => format!("{secs} s"),
        60..3_600 => two(secs / 60, "min", secs % 60, "s"),
        3_600..86_400 => two(secs / 3_600, "h", secs % 3_600 / 60, "min"),
        _ => two(secs / 86_400, "d", secs % 86_400 / 3_600, "h"),
    }
}

/// A time span with milliseconds for the table's delta column: `+0.012`, `+12.345`, `+3:07.120`.
#[must_use]
pub fn delta(nanos: i64) -> String {
    let sign = if nanos < 0 { '−' } else { '+' };
    let millis = nanos.unsigned_abs() / 1_000_000;
    let (mins, secs, millis) = (millis / 60_000, millis / 1_000 % 60, millis % 1_000);
    if mins > 0 {
        format!("{sign}{mins}:{secs:02}.{millis:03}")
    } else {
        format!("{sign}{secs}.{millis:03}")
    }
}

/// The text with its middle left out so that it has at most `max_chars` characters; the start
/// says where it belongs and the end tells it apart, so both stay.
#[must_use]
pub fn elide_middle(text: &str, max_chars: usize) -> Cow<'_, str> {
    let len = text.chars().count();
    if len <= max_chars {
        return Cow::Borrowed(text);
    }
    let keep = max_chars.saturating_sub(1);
    let head = keep / 2;
    let tail = keep - head;
    let mut out: String = text.chars().take(head).collect();
    out.push('…');
    out.extend(text.chars().skip(len - tail));
    Cow::Owned(out)
}

/// The part of an Endpoint ID that tells devices of one fleet apart: its instance
/// (`authority-scheme:[authority-id]:instance-id`, TR-369 §2.3).
#[must_use]
pub fn short_endpoint(id: &str) -> &str {
    let instance = id.splitn(3, ':').nth(2).unwrap_or("");
    if instance.is_empty() { id } else { instance }
}

/// Text safe to show on one line: control characters become a visible mark.
#[must_use]
pub fn one_line(text: &str) -> Cow<'_, str> {
    if text.chars().any(char::is_control) {
        Cow::Owned(text.chars().map(|c| if c.is_control() { '·' } else { c }).collect())
    } else {
        Cow::Borrowed(text)
    }
}

/// Turns timestamps into times of day where the user is.
#[derive(Clone)]
pub struct Clockface(TimeZone);

impl Clockface {
    /// The machine's time zone.
    #[must_use]
    pub fn system() -> Self {
        Self(TimeZone::system())
    }

    /// UTC, for tests and pictures.
    #[must_use]
    pub fn utc() -> Self {
        Self(TimeZone::UTC)
    }

    /// The time zone.
    #[must_use]
    pub fn zone(&self) -> &TimeZone {
        &self.0
    }

    /// Its name, such as `Europe/Berlin`.
    #[must_use]
    pub fn zone_name(&self) -> &str {
        self.0.iana_name().unwrap_or("local time")
    }

    fn civil(&self, at: Timestamp) -> jiff::civil::DateTime {
        let at = jiff::Timestamp::from_nanosecond(i128::from(at.0)).unwrap_or_default();
        self.0.to_datetime(at)
    }

    /// `14:03:59`.
    #[must_use]
    pub fn time(&self, at: Timestamp) -> String {
        let t = self.civil(at);
        format!("{:02}:{:02}:{:02}", t.hour(), t.minute(), t.second())
    }

    /// `14:03:59.123`.
    #[must_use]
    pub fn time_millis(&self, at: Timestamp) -> String {
        let t = self.civil(at);
        format!("{:02}:{:02}:{:02}.{:03}", t.hour(), t.minute(), t.second(), t.millisecond())
    }

    /// `2026-11-22 14:03:59.123456`.
    #[must_use]
    pub fn date_time_micros(&self, at: Timestamp) -> String {
        let t = self.civil(at);
        let micros = i64::from(t.subsec_nanosecond()) / 1_000;
        format!(
            "{:04}-{:02}-{:02} {:02}:{:02}:{:02}.{micros:06}",
            t.year(),
            t.month(),
            t.day(),
            t.hour(),
            t.minute(),
            t.second()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!(count(0), "0");
        assert_eq!(count(1_234_567), "1\u{2009}234\u{2009}567");
        assert_eq!(count_short(9_999), "9999");
        assert_eq!(count_short(12_345), "12.3k");
        assert_eq!(count_short(999_999), "999k");
        assert_eq!(count_short(4_560_000), "4.5M");
        assert_eq!(bytes(999), "999 B");
        assert_eq!(bytes(2_097_152), "2.1 MB");
        assert_eq!(latency(420_000), "0.42 ms");
        assert_eq!(latency(12_340_000), "12.3 ms");
        assert_eq!(latency(1_234_000_000), "1.23 s");
        assert_eq!(latency(-3_000_000), "−3.00 ms");
        assert_eq!(age(59 * SECOND), "59 s");
        assert_eq!(age(-5), "now");
        assert_eq!(age(7_200 * SECOND), "2 h");
        assert_eq!(delta(187_120_000_000), "+3:07.120");
        let spans = [-5, 420_000_000, 9_400 * SECOND / 1000, 252 * SECOND, 3_600 * SECOND];
        let words = ["0.00 ms", "420 ms", "9.40 s", "4 min 12 s", "1 h"];
        assert_eq!(spans.map(span), words);
        assert_eq!(span(187_200 * SECOND), "2 d 4 h");
    }

    #[test]
    fn the_middle_goes_first() {
        assert_eq!(elide_middle("usp/agent/one", 13), "usp/agent/one");
        assert_eq!(elide_middle("usp/agent/one", 7), "usp…one");
        assert_eq!(elide_middle("äöüäöü", 3), "ä…ü");
        assert_eq!(elide_middle("abc", 0), "…");
    }

    #[test]
    fn the_instance_names_a_device() {
        assert_eq!(short_endpoint("os::012345-CPE1"), "012345-CPE1");
        assert_eq!(short_endpoint("proto:lab:agent-1"), "agent-1");
        assert_eq!(short_endpoint("self:agent"), "self:agent");
        assert_eq!(short_endpoint("x::"), "x::");
        assert_eq!(short_endpoint(""), "");
    }

    #[test]
    fn times_of_day() {
        let clock = Clockface::utc();
        let at = Timestamp(1_795_368_559_834_163_000);
        assert_eq!(clock.time_millis(at), "17:29:19.834");
        assert_eq!(clock.date_time_micros(at), "2026-11-22 17:29:19.834163");
        assert_eq!(clock.time(Timestamp(i64::MAX)).len(), 8);
    }
}
