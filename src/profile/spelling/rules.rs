//! Which readers get the value from one way of writing it, and why the others do not.
//!
//! The rules err on the safe side: none may claim a reader that gets something else.

use super::joiner;
use super::{Style, Wish};
use crate::profile::dialect::Reader;

/// One way of writing a value, in its place.
pub(super) struct Entry<'a> {
    pub value: &'a str,
    pub text: &'a str,
    pub style: Style,
    pub wish: &'a Wish<'a>,
}

type Why = Option<&'static str>;

/// `why` if `lost`.
fn when(lost: bool, why: &'static str) -> Why {
    lost.then_some(why)
}

impl Entry<'_> {
    /// Why `reader` does not get the value; `None` if it does.
    pub fn why_not(&self, reader: Reader) -> Why {
        self.place(reader).or_else(|| match reader {
            Reader::Phpdotenv => self.phpdotenv(),
            Reader::Node => self.node(),
            Reader::Python => self.python(),
            Reader::Bash | Reader::Dash => self.shell(),
            Reader::Compose => self.compose(),
            Reader::Systemd => self.systemd(),
            Reader::Dotenvy => self.dotenvy(),
            Reader::Docker => {
                when(self.style != Style::Bare, "docker takes the quotes for part of the value")
            }
        })
    }

    fn quoted(&self) -> bool {
        self.style != Style::Bare
    }

    fn doubled(&self) -> bool {
        !matches!(self.style, Style::Bare | Style::Single)
    }

    fn has(&self, text: &str) -> bool {
        self.value.contains(text)
    }

    /// What stands around the value.
    fn place(&self, reader: Reader) -> Why {
        use Reader::{Bash, Compose, Dash, Docker, Dotenvy, Node, Phpdotenv, Python, Systemd};
        let tail = self.wish.tail;
        let comment = tail.contains(&b'#');
        let glued = tail.first().is_some_and(|byte| *byte != b' ' && *byte != b'\t');
        match reader {
            Phpdotenv | Node => None,
            Docker if self.wish.exported => Some("docker refuses a file with export in it"),
            Systemd if self.wish.exported => Some("systemd drops a line with export"),
            Docker if !tail.is_empty() => Some("docker takes what follows for part of the value"),
            Systemd if comment => Some("systemd takes the comment for part of the value"),
            _ if glued => {
                Some("it takes a comment without a blank before it for part of the value")
            }
            Bash | Dash if self.wish.crlf => Some("a shell keeps the CR of a CR LF line end"),
            Compose if comment && !self.quoted() => when(
                self.value.is_empty() || !compose_sees_comment(tail),
                "compose takes the comment for part of the value",
            ),
            Bash | Dash | Compose | Systemd | Dotenvy | Python | Docker => None,
        }
    }

    fn phpdotenv(&self) -> Why {
        let tail = self.wish.tail;
        if joiner::holds(self.text, tail) {
            return None;
        }
        Some(if tail.contains(&b'"') {
            "phpdotenv takes a quote in the comment for the start of a value over several lines"
        } else {
            "phpdotenv takes following lines for part of the value"
        })
    }

    fn node(&self) -> Why {
        match self.style {
            Style::Bare => None,
            Style::Single => when(
                self.value.ends_with('\\'),
                "npm dotenv takes a backslash and the closing quote for an escape",
            ),
            Style::Double | Style::DoubleOneLine => when(
                self.value.contains(['\\', '"', '$']),
                "npm dotenv keeps the backslash of an escape",
            ),
            Style::DoubleWithDollar => when(
                self.value.contains(['\\', '"']),
                "npm dotenv keeps the backslash of an escape",
            ),
        }
    }

    fn python(&self) -> Why {
        match self.style {
            Style::Bare | Style::DoubleWithDollar => None,
            Style::Single => when(
                self.has("\\\\") || self.value.ends_with('\\'),
                "python-dotenv takes a backslash for an escape even in single quotes",
            )
            .or_else(|| {
                when(self.has("${"), "python-dotenv follows references even in single quotes")
            }),
            Style::Double | Style::DoubleOneLine => {
                when(self.has("$"), "python-dotenv knows no escape for a dollar")
            }
        }
    }

    fn shell(&self) -> Why {
        match self.style {
            Style::Bare => when(
                self.wish.exported && self.value.contains(['*', '?', '[', '{']),
                "a shell may expand a pattern behind export",
            ),
            Style::Single => None,
            Style::DoubleWithDollar => Some("a shell expands the dollar"),
            Style::Double | Style::DoubleOneLine => self
                .carriage_return("a shell knows no escape for a CR")
                .or_else(|| when(self.has("`"), "a shell runs what is between backticks"))
                .or_else(|| {
                    when(
                        self.value.contains(['\u{1}', '\u{7f}']),
                        "bash may lose this control character in double quotes",
                    )
                })
                .or_else(|| self.line_feed("a shell knows no escape for a line feed")),
        }
    }

    fn compose(&self) -> Why {
        match self.style {
            Style::Bare | Style::Double | Style::DoubleOneLine => None,
            Style::Single => self.odd_backslashes(),
            Style::DoubleWithDollar => Some("compose expands the dollar"),
        }
    }

    fn systemd(&self) -> Why {
        when(
            self.value.chars().any(is_noncharacter),
            "systemd refuses a file with code points that are no characters",
        )
        .or_else(|| {
            if !self.doubled() {
                return None;
            }
            self.carriage_return("systemd knows no escape for a CR")
                .or_else(|| self.line_feed("systemd knows no escape for a line feed"))
        })
    }

    fn dotenvy(&self) -> Why {
        match self.style {
            Style::Bare => None,
            Style::Single => self.odd_backslashes(),
            Style::Double | Style::DoubleOneLine => {
                self.carriage_return("dotenvy knows no escape for a CR")
            }
            Style::DoubleWithDollar => Some("dotenvy expands the dollar"),
        }
    }

    fn odd_backslashes(&self) -> Why {
        let trailing = self.value.bytes().rev().take_while(|byte| *byte == b'\\').count();
        when(trailing % 2 == 1, "it takes a backslash and the closing quote for an escape")
    }

    fn carriage_return(&self, why: &'static str) -> Why {
        when(self.has("\r"), why)
    }

    fn line_feed(&self, why: &'static str) -> Why {
        when(self.style == Style::DoubleOneLine, why)
    }
}

/// Compose wants a blank, not a tab, before the `#`.
fn compose_sees_comment(tail: &[u8]) -> bool {
    let first = tail.iter().position(|byte| *byte == b'#').unwrap_or(0);
    first.checked_sub(1).and_then(|before| tail.get(before)) == Some(&b' ')
}

fn is_noncharacter(c: char) -> bool {
    ('\u{fdd0}'..='\u{fdef}').contains(&c) || u32::from(c) & 0xfffe == 0xfffe
}
