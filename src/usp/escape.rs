//! Text from the network made safe to show on one line.

use std::fmt::Write as _;

/// Appends `c`; control characters and those that reorder or hide text as an escape.
pub(crate) fn push_escaped(out: &mut String, c: char) {
    match c {
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        c if c.is_control() || is_invisible(c) => {
            let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
        }
        c => out.push(c),
    }
}

/// Marks of direction and joining, line and paragraph separators, byte order mark.
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// At most `limit` bytes of `text`, escaped; says how much was left out.
pub(super) fn escaped(text: &str, limit: usize) -> String {
    let mut out = String::with_capacity(text.len().min(limit));
    for (at, c) in text.char_indices() {
        if at >= limit {
            let _ = write!(out, "… ({} more bytes)", text.len() - at);
            break;
        }
        push_escaped(&mut out, c);
    }
    out
}

/// The first bytes in hex, separated by spaces.
pub(super) fn hex(bytes: &[u8], limit: usize) -> String {
    let mut out = String::with_capacity(bytes.len().min(limit) * 3);
    for (n, byte) in bytes.iter().take(limit).enumerate() {
        if n > 0 {
            out.push(' ');
        }
        let _ = write!(out, "{byte:02x}");
    }
    if bytes.len() > limit {
        out.push_str(" …");
    }
    out
}

/// A number of bytes for people: `813 B`, `2.1 kB`, `16.0 MB` (powers of 1000).
pub(super) fn size(bytes: usize) -> String {
    let tenths = |unit: usize| {
        let tenths = (bytes + unit / 20) / (unit / 10);
        format!("{}.{}", tenths / 10, tenths % 10)
    };
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..999_950 => format!("{} kB", tenths(1_000)),
        _ => format!("{} MB", tenths(1_000_000)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_made_safe() {
        assert_eq!(escaped("a\tb\n\u{1b}[0m\u{202e}é", 100), "a\\tb\\n\\u{1b}[0m\\u{202e}é");
        assert_eq!(escaped("ééé", 3), "éé… (2 more bytes)");
    }

    #[test]
    fn hex_and_sizes() {
        assert_eq!(hex(&[0x1f, 0x8b, 8], 2), "1f 8b …");
        assert_eq!(hex(&[], 2), "");
        assert_eq!(size(999), "999 B");
        assert_eq!(size(2_149), "2.1 kB");
        assert_eq!(size(999_949), "999.9 kB");
        assert_eq!(size(999_950), "1.0 MB");
        assert_eq!(size(16_000_000), "16.0 MB");
    }
}
