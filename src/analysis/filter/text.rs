//! Comparing texts: IDs, topics, paths, values. Without regard to ASCII case.

use regex::bytes::Regex;

use crate::core::needle::Needle;

/// Regular expressions look at this much of a text; a slow one must not hold up the window.
const MAX_MATCHED: usize = 64 * 1024;

/// What a text is asked.
#[derive(Clone, Debug)]
pub enum TextTest {
    /// Is it there at all?
    Any,
    /// Is it one of these?
    Is(Vec<Pattern>),
    /// Does it contain this?
    Contains(Needle),
    /// Does this match somewhere in it?
    Matches(Regex),
    /// Is it a number between these? Both ends may be excluded.
    Number {
        /// The lower end, and whether it counts.
        low: (f64, bool),
        /// The upper end, and whether it counts.
        high: (f64, bool),
    },
}

/// A text to be equal to.
#[derive(Clone, PartialEq, Debug)]
pub enum Pattern {
    /// This text.
    Plain(Box<str>),
    /// This Endpoint ID, or what follows its scheme.
    Endpoint(Box<str>),
    /// An MQTT topic filter; `below`: or anything below what it matches.
    Topic {
        /// `+` for one level, `#` for the rest.
        filter: Box<str>,
        /// True for `under`.
        below: bool,
    },
    /// A path of the data model.
    Path {
        /// `*` or `{i}` for one part; with a final dot everything below.
        path: Box<str>,
        /// True for `under`.
        below: bool,
    },
}

impl TextTest {
    /// True if the text passes.
    #[must_use]
    pub fn passes(&self, text: &[u8]) -> bool {
        match self {
            Self::Any => !text.is_empty(),
            Self::Is(patterns) => patterns.iter().any(|pattern| pattern.fits(text)),
            Self::Contains(needle) => needle.is_in(text),
            Self::Matches(regex) => regex.is_match(text.get(..MAX_MATCHED).unwrap_or(text)),
            Self::Number { low, high } => number(text).is_some_and(|number| {
                (number > low.0 || low.1 && number == low.0)
                    && (number < high.0 || high.1 && number == high.0)
            }),
        }
    }
}

/// A value as a number, if it is one.
pub(super) fn number(text: &[u8]) -> Option<f64> {
    let text = std::str::from_utf8(text).ok()?.trim();
    // `inf` and `nan` are words of people, too.
    let numeric = text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.'));
    if numeric && text.len() <= 40 {
        text.parse().ok().filter(|n: &f64| n.is_finite())
    } else {
        None
    }
}

impl Pattern {
    fn fits(&self, text: &[u8]) -> bool {
        match self {
            Self::Plain(plain) => text.eq_ignore_ascii_case(plain.as_bytes()),
            Self::Endpoint(id) => {
                let id = id.as_bytes();
                text.eq_ignore_ascii_case(id)
                    || text
                        .splitn(3, |b| *b == b':')
                        .nth(2)
                        .is_some_and(|instance| instance.eq_ignore_ascii_case(id))
            }
            Self::Topic { filter, below } => topic_fits(filter.as_bytes(), text, *below),
            Self::Path { path, below } => path_fits(path.as_bytes(), text, *below),
        }
    }
}

/// As MQTT delivers to subscriptions (MQTT 5 §4.7), but for case.
fn topic_fits(filter: &[u8], topic: &[u8], below: bool) -> bool {
    if topic.first() == Some(&b'$') && filter.first() != Some(&b'$') {
        return false;
    }
    let mut levels = topic.split(|b| *b == b'/');
    let mut wanted = filter.split(|b| *b == b'/').peekable();
    while let Some(level) = wanted.next() {
        if level == b"#" {
            return true;
        }
        // `under usp/` means what is below usp.
        if below && level.is_empty() && wanted.peek().is_none() {
            return true;
        }
        match levels.next() {
            Some(_) if level == b"+" => {}
            Some(given) if given.eq_ignore_ascii_case(level) => {}
            _ => return false,
        }
    }
    below || levels.next().is_none()
}

fn path_fits(pattern: &[u8], path: &[u8], below: bool) -> bool {
    let mut parts = path.split(|b| *b == b'.');
    let mut wanted = pattern.split(|b| *b == b'.').peekable();
    while let Some(part) = wanted.next() {
        // Behind a final dot: an object with all in it.
        if part.is_empty() && wanted.peek().is_none() {
            return true;
        }
        match parts.next() {
            Some(given) if !given.is_empty() && matches!(part, b"*" | b"{i}") => {}
            Some(given) if given.eq_ignore_ascii_case(part) => {}
            _ => return false,
        }
    }
    below || parts.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_match_as_in_mqtt_and_below() {
        for (filter, topic, exactly, below) in [
            ("usp/agent/+", "usp/agent/cpe-1", true, true),
            ("usp/agent/+", "usp/agent/cpe-1/x", false, true),
            ("USP/#", "usp/agent", true, true),
            ("usp/#", "usp", true, true),
            ("usp", "usp/agent", false, true),
            ("usp/", "usp/agent", false, true),
            ("usp", "uspx/agent", false, false),
            ("#", "$SYS/x", false, false),
            ("$SYS/#", "$SYS/x", true, true),
        ] {
            let fits = |below| topic_fits(filter.as_bytes(), topic.as_bytes(), below);
            assert_eq!((fits(false), fits(true)), (exactly, below), "{filter} {topic}");
        }
    }

    #[test]
    fn paths_match_by_parts() {
        for (pattern, path, exactly, below) in [
            ("Device.WiFi.", "Device.WiFi.Radio.1.Channel", true, true),
            ("Device.WiFi.", "Device.WiFi", true, true),
            ("Device.WiFi", "Device.WiFiX.", false, false),
            ("Device.WiFi", "Device.WiFi.Radio.", false, true),
            ("device.wifi.radio.*.channel", "Device.WiFi.Radio.2.Channel", true, true),
            ("Device.WiFi.Radio.{i}.", "Device.WiFi.Radio.2.Channel", true, true),
            ("Device.WiFi.Radio.*.", "Device.WiFi.Radio.", false, false),
            ("Device.Reboot()", "Device.Reboot()", true, true),
        ] {
            let fits = |below| path_fits(pattern.as_bytes(), path.as_bytes(), below);
            assert_eq!((fits(false), fits(true)), (exactly, below), "{pattern} {path}");
        }
    }

    #[test]
    fn endpoints_go_by_their_short_name_too() {
        let id = |text: &str| Pattern::Endpoint(text.into());
        assert!(id("CPE-1").fits(b"os::cpe-1") && id("os::cpe-1").fits(b"os::cpe-1"));
        assert!(id("x:y").fits(b"oui:00256D:x:y"));
        assert!(!id("cpe").fits(b"os::cpe-1") && !id("").fits(b"os"));
    }

    #[test]
    fn only_numbers_are_numbers() {
        assert_eq!(number(b" -12.5 "), Some(-12.5));
        for text in ["", "inf", "nan", "5 km", "1e999", "-"] {
            assert_eq!(number(text.as_bytes()), None, "{text}");
        }
        let above = TextTest::Number { low: (5.0, false), high: (f64::INFINITY, true) };
        assert!(above.passes(b"5.1") && !above.passes(b"5") && !above.passes(b"on"));
    }
}
