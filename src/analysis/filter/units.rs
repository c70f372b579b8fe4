//! Numbers with units: sizes, lengths of time, points in time.

use std::cmp::Ordering;

use jiff::civil;
use jiff::tz::TimeZone;

use super::expr::Op;
use crate::core::time::Timestamp;

const SECOND: i64 = 1_000_000_000;
const DAY: i64 = 24 * 3600 * SECOND;

/// Units of time in nanoseconds.
const DURATIONS: &[(&str, f64)] = &[
    ("ns", 1.0),
    ("us", 1e3),
    ("µs", 1e3),
    ("ms", 1e6),
    ("s", 1e9),
    ("sec", 1e9),
    ("m", 60e9),
    ("min", 60e9),
    ("h", 3600e9),
    ("d", 86_400e9),
];

/// Units of size in bytes.
const SIZES: &[(&str, f64)] = &[
    ("", 1.0),
    ("b", 1.0),
    ("kb", 1e3),
    ("k", 1e3),
    ("mb", 1e6),
    ("m", 1e6),
    ("kib", 1024.0),
    ("mib", 1_048_576.0),
];

/// True if `word` is a unit that may follow a number.
pub(super) fn is_unit(word: &str) -> bool {
    let word = word.to_ascii_lowercase();
    !word.is_empty() && (DURATIONS.iter().chain(SIZES)).any(|(unit, _)| *unit == word)
}

/// Nanoseconds.
pub(super) fn duration(text: &str) -> Option<i64> {
    scaled(text, DURATIONS)
}

/// Bytes.
pub(super) fn size(text: &str) -> Option<i64> {
    scaled(text, SIZES).filter(|bytes| *bytes >= 0)
}

fn scaled(text: &str, units: &[(&str, f64)]) -> Option<i64> {
    let end = text.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '-' | '+')));
    let (number, unit) = text.split_at(end.unwrap_or(text.len()));
    let unit = unit.trim().to_ascii_lowercase();
    let factor = units.iter().find(|(name, _)| *name == unit)?.1;
    let number = number.parse::<f64>().ok().filter(|n| n.is_finite())? * factor;
    (number.abs() < 9e18).then(|| number.round() as i64)
}

/// Which points in time.
#[derive(Clone, Debug)]
pub enum TimeTest {
    /// Between these, both included: nanoseconds since the Unix epoch.
    Between(i64, i64),
    /// So long before the newest message, nanoseconds, both included.
    Ago(i64, i64),
    /// A time of day between these, both included: nanoseconds since midnight in the zone.
    Daily(i64, i64, TimeZone),
}

impl TimeTest {
    /// What compares so with `text`, a time in `zone`.
    pub(super) fn new(op: Op, text: &str, zone: &TimeZone) -> Option<Self> {
        let text = text.trim();
        if let Some(ago) = text.strip_prefix('-').filter(|rest| !rest.contains([':', '-'])) {
            let ago = duration(ago)?;
            // Later means less long ago.
            let (low, high) = between(op, (-ago, -ago))?;
            return Some(Self::Ago(high.saturating_neg(), low.saturating_neg()));
        }
        if let Some((start, end)) = time_of_day(text) {
            let (low, high) = between(op, (start, end))?;
            return Some(Self::Daily(low, high, zone.clone()));
        }
        let (start, end) = instant(text, zone)?;
        let (low, high) = between(op, (start, end))?;
        Some(Self::Between(low, high))
    }

    pub(super) fn passes(&self, at: Timestamp, now: Timestamp) -> bool {
        match self {
            Self::Between(low, high) => (*low..=*high).contains(&at.0),
            Self::Ago(low, high) => (*low..=*high).contains(&now.nanos_since(at)),
            Self::Daily(low, high, zone) => {
                let offset = jiff::Timestamp::from_nanosecond(i128::from(at.0))
                    .map_or(0, |at| i64::from(zone.to_offset(at).seconds()));
                let local = at.0.saturating_add(offset * SECOND);
                (*low..=*high).contains(&local.rem_euclid(DAY))
            }
        }
    }
}

/// The range of numbers that compare so with one that is only known to lie in `unit`.
fn between(op: Op, (start, end): (i64, i64)) -> Option<(i64, i64)> {
    Some(match op {
        Op::Eq => (start, end),
        Op::Lt => (i64::MIN, start.checked_sub(1)?),
        Op::Le => (i64::MIN, start),
        Op::Gt => (start.checked_add(1)?, i64::MAX),
        Op::Ge => (start, i64::MAX),
        _ => return None,
    })
}

/// The range of numbers that compare so with `number`.
pub(super) fn range(op: Op, number: i64) -> Option<(i64, i64)> {
    match (op, number) {
        // Nothing is less than the least; an empty range says so.
        (Op::Lt, i64::MIN) | (Op::Gt, i64::MAX) => Some((1, 0)),
        _ => between(op, (number, number)),
    }
}

/// `17:29`, `17:29:19` or `17:29:19.834`: first and last nanosecond since midnight.
fn time_of_day(text: &str) -> Option<(i64, i64)> {
    let mut parts = text.split(':');
    let whole = |part: &str, limit: i64| -> Option<i64> {
        let digits =
            !part.is_empty() && part.len() <= 2 && part.bytes().all(|b| b.is_ascii_digit());
        part.parse::<i64>().ok().filter(|n| digits && *n < limit)
    };
    let (hour, minute) = (whole(parts.next()?, 24)?, whole(parts.next()?, 60)?);
    let minutes = (hour * 60 + minute) * 60 * SECOND;
    let Some(seconds) = parts.next() else { return Some((minutes, minutes + 60 * SECOND - 1)) };
    if parts.next().is_some() {
        return None;
    }
    let (secs, fraction) = seconds.split_once('.').unwrap_or((seconds, ""));
    let start = minutes + whole(secs, 60)? * SECOND;
    if fraction.is_empty() {
        return (!seconds.ends_with('.')).then_some((start, start + SECOND - 1));
    }
    if fraction.len() > 9 || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let unit = 10_i64.pow(9 - fraction.len() as u32);
    let start = start + fraction.parse::<i64>().ok()? * unit;
    Some((start, start + unit - 1))
}

/// A date, a date with time, or seconds since the Unix epoch: first and last nanosecond of it.
fn instant(text: &str, zone: &TimeZone) -> Option<(i64, i64)> {
    let nanos = |at: jiff::Timestamp| i64::try_from(at.as_nanosecond()).ok();
    if text.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        let at = text.parse::<f64>().ok().filter(|secs| (1e8..1e10).contains(secs))?;
        let start = Timestamp::from_secs_f64(at).0;
        let unit = match text.split_once('.').map(|(_, fraction)| fraction.len()) {
            None | Some(0) => SECOND,
            Some(digits) => 10_i64.pow(9_u32.saturating_sub(digits as u32).max(3)),
        };
        return Some((start, start + unit - 1));
    }
    // jiff takes these signs as well; they would be something else here.
    if text.contains('[') || !text.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    if let Ok(at) = text.parse::<jiff::Timestamp>() {
        let start = nanos(at)?;
        return Some((start, start.checked_add(precision(text) - 1)?));
    }
    let in_zone = |at: civil::DateTime| nanos(at.to_zoned(zone.clone()).ok()?.timestamp());
    if text.len() == 10 {
        let date = text.parse::<civil::Date>().ok()?;
        let end = in_zone(date.tomorrow().ok()?.to_datetime(civil::Time::midnight()))?;
        return Some((in_zone(date.to_datetime(civil::Time::midnight()))?, end - 1));
    }
    let start = in_zone(text.parse::<civil::DateTime>().ok()?)?;
    Some((start, start.checked_add(precision(text) - 1)?))
}

/// Nanoseconds of the last place written in a time with or without seconds and fraction.
fn precision(text: &str) -> i64 {
    let time = text.get(11..).unwrap_or_default();
    let time = time.split(['Z', 'z', '+', '-']).next().unwrap_or_default();
    match (time.split_once('.'), time.matches(':').count()) {
        (Some((_, fraction)), _) => 10_i64.pow(9_u32.saturating_sub(fraction.len() as u32)),
        (None, 2) => SECOND,
        (None, 1) => 60 * SECOND,
        (None, _) => 3600 * SECOND,
    }
}

/// True if the first is before, at or after the second as `op` has it.
pub(super) fn holds(op: Op, order: Ordering) -> bool {
    match op {
        Op::Lt => order == Ordering::Less,
        Op::Le => order != Ordering::Greater,
        Op::Gt => order == Ordering::Greater,
        Op::Ge => order != Ordering::Less,
        _ => order == Ordering::Equal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_known() {
        assert_eq!(duration("250ms"), Some(250_000_000));
        assert_eq!(duration("1.5s"), Some(1_500_000_000));
        assert_eq!(duration("30 S"), Some(30_000_000_000));
        assert_eq!((duration("7us"), duration("7µs")), (Some(7_000), Some(7_000)));
        assert_eq!((duration("2min"), duration("-1ms")), (Some(120_000_000_000), Some(-1_000_000)));
        for wrong in ["", "5", "ms", "5 parsecs", "1e400s", "9999999999999h", "--5s"] {
            assert_eq!(duration(wrong), None, "{wrong}");
        }
        assert_eq!((size("4kB"), size("1KiB"), size("17")), (Some(4000), Some(1024), Some(17)));
        assert_eq!((size("-1"), size("1s")), (None, None));
    }

    fn passes(op: Op, time: &str, at: i64, now: i64) -> Option<bool> {
        let zone = TimeZone::fixed(jiff::tz::offset(1));
        TimeTest::new(op, time, &zone).map(|test| test.passes(Timestamp(at), Timestamp(now)))
    }

    #[test]
    fn times_cover_what_they_say() {
        // 2026-11-25T17:29:19.834163Z is 18:29:19 in the zone.
        let at = 1_795_627_759_834_163_000_i64;
        for time in [
            "18:29",
            "18:29:19",
            "18:29:19.83",
            "2026-11-25",
            "2026-11-25T17:29:19Z",
            "2026-11-25T18:29:19+01:00",
            "2026-11-25T18:29:19.834",
            "2026-11-25 18:29",
            "1795627759",
            "1795627759.834163",
        ] {
            assert_eq!(passes(Op::Eq, time, at, at), Some(true), "{time}");
            assert_eq!(passes(Op::Lt, time, at, at), Some(false), "{time}");
            assert_eq!(passes(Op::Ge, time, at, at), Some(true), "{time}");
        }
        for time in ["18:30", "18:29:20", "2026-11-26", "2026-11-25T17:29:20Z", "1795627760"] {
            assert_eq!(passes(Op::Lt, time, at, at), Some(true), "{time}");
            assert_eq!(passes(Op::Eq, time, at, at), Some(false), "{time}");
        }
        for wrong in ["25:00", "18:61", "18", "yesterday", "18:29:19.", "5", "2026-13-01", ""] {
            assert_eq!(passes(Op::Eq, wrong, at, at), None, "{wrong}");
        }
        let five_minutes = 300 * SECOND;
        assert_eq!(passes(Op::Gt, "-5m", at, at + five_minutes - 1), Some(true));
        assert_eq!(passes(Op::Gt, "-5m", at, at + five_minutes), Some(false));
        assert_eq!(passes(Op::Ge, "-5m", at, at + five_minutes), Some(true));
        assert_eq!(passes(Op::Lt, "-5m", at, at + five_minutes + 1), Some(true));
    }

    #[test]
    fn ranges_hold_what_compares_so() {
        assert_eq!(range(Op::Gt, 5), Some((6, i64::MAX)));
        assert_eq!(range(Op::Le, 5), Some((i64::MIN, 5)));
        assert_eq!(range(Op::Gt, i64::MAX), Some((1, 0)));
        assert_eq!(range(Op::Contains, 5), None);
    }
}
