//! What a payload is that is no valid Record: a damaged Record, JSON, text or plain bytes. The
//! topic and the Content Type say nothing reliable, so only the bytes count.

use serde::de::IgnoredAny;

use super::kind::PayloadKind;
use super::scan::RecordWalk;

/// Decides for a payload that is not [`PayloadKind::Usp`]. `typed` says that the bytes decode as
/// a Record with a known type.
///
/// Readable text is never taken for a damaged Record: a Record's tags and lengths are control
/// characters.
pub(super) fn not_usp(payload: &[u8], typed: bool, found: &RecordWalk<'_>) -> PayloadKind {
    if payload.is_empty() {
        PayloadKind::Empty
    } else if is_json(payload) {
        PayloadKind::Json
    } else if readable(payload).is_some() {
        PayloadKind::Text
    } else if typed || plausible_start(found) {
        PayloadKind::Suspect
    } else {
        PayloadKind::Binary
    }
}

/// The payload as text if it is UTF-8 without control characters other than tab and line ends.
pub(super) fn readable(payload: &[u8]) -> Option<&str> {
    // Most binary payloads end here, before all of them is walked.
    let odd = |byte: &u8| *byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r');
    if payload.iter().take(64).any(odd) {
        return None;
    }
    let text = std::str::from_utf8(payload).ok()?;
    let control = |c: char| c.is_control() && !matches!(c, '\t' | '\n' | '\r');
    (!text.contains(control)).then_some(text)
}

/// True for a JSON object or array with nothing behind it.
fn is_json(payload: &[u8]) -> bool {
    let first = payload.iter().find(|byte| !matches!(byte, b' ' | b'\t' | b'\n' | b'\r'));
    // Ignoring values walks them without recursion, so that depth costs no stack.
    matches!(first, Some(b'{' | b'['))
        && std::str::from_utf8(payload)
            .is_ok_and(|text| serde_json::from_str::<IgnoredAny>(text).is_ok())
}

/// A version such as `1.3` and at least one Endpoint ID were read before it went wrong.
fn plausible_start(found: &RecordWalk<'_>) -> bool {
    let number =
        |part: &str| matches!(part.len(), 1..=3) && part.bytes().all(|byte| byte.is_ascii_digit());
    let version = found.version.split_once('.');
    version.is_some_and(|(major, minor)| number(major) && number(minor))
        && !(found.from.is_empty() && found.to.is_empty())
}
