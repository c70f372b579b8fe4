//! Puts `${NAME}` references in, as phpdotenv does: from the last to the first, so that a name
//! may itself be built from a reference, and a name nobody knows stays as text.
//!
//! Work and memory grow with the size of the result, which the caller bounds.

use super::entry::RawValue;

/// How many unknown names are listed for one value.
const MAX_UNRESOLVED: usize = 16;

pub(super) struct Expanded {
    pub text: String,
    pub unresolved: Vec<String>,
}

/// `None` if the result would be larger than `limit` bytes.
pub(super) fn expand(
    value: &RawValue,
    lookup: &dyn Fn(&str) -> Option<String>,
    limit: usize,
) -> Option<Expanded> {
    let source = value.text.as_bytes();
    // The text right of the current place, reversed: its first byte is the vector's last, so
    // that replacing at the front costs only what is replaced.
    let mut tail: Vec<u8> = Vec::with_capacity(source.len());
    let mut unresolved = Vec::new();
    let mut end = source.len();
    for &at in value.refs.iter().rev() {
        tail.extend(source.get(at..end)?.iter().rev());
        end = at;
        if let Some(name) = name_at_front(&tail) {
            match lookup(&name) {
                Some(found) => {
                    tail.truncate(tail.len().saturating_sub(name.len() + 3));
                    tail.extend(found.bytes().rev());
                }
                None if unresolved.len() < MAX_UNRESOLVED => unresolved.push(name),
                None => {}
            }
        }
        if tail.len() > limit {
            return None;
        }
    }
    tail.extend(source.get(..end)?.iter().rev());
    if tail.len() > limit {
        return None;
    }
    tail.reverse();
    unresolved.reverse();
    let text = String::from_utf8(tail)
        .unwrap_or_else(|bad| String::from_utf8_lossy(bad.as_bytes()).into_owned());
    Some(Expanded { text, unresolved })
}

/// The name if the reversed text starts with `${NAME}`.
fn name_at_front(reversed: &[u8]) -> Option<String> {
    let rest = reversed.strip_suffix(b"{$")?;
    let mut name = String::new();
    for &byte in rest.iter().rev() {
        match byte {
            b'}' if !name.is_empty() => return Some(name),
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'.' => name.push(byte as char),
            _ => return None,
        }
    }
    None
}
