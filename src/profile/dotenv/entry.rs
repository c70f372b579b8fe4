//! Name and value of one entry, by phpdotenv's state machine. No references are followed here;
//! their places are handed on.

use super::lines::php_trim;

/// What phpdotenv objects to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// A line that starts with `=`.
    #[error("there is no name before the equals sign")]
    NoName,
    /// Characters other than letters, digits, `_` and `.`.
    #[error("the name has characters other than letters, digits, _ and .")]
    InvalidName,
    /// An unquoted value with a blank in it, or text after a closing quote.
    #[error("text follows a blank or a closing quote; put the whole value in quotes")]
    UnexpectedWhitespace,
    /// A backslash in double quotes before something that is no escape.
    #[error(
        "a backslash in double quotes stands before something other than \" \\ $ f n r t v; \
         write \\\\ for a backslash"
    )]
    UnexpectedEscape,
    /// A quote that is never closed.
    #[error("the closing quote is missing")]
    MissingQuote,
    /// References that blow the value up; our own limit.
    #[error("the references in it make it too large")]
    TooLarge,
}

/// A value before references are put in.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct RawValue {
    pub text: String,
    /// Byte offsets of every `$` that may start a reference, ascending.
    pub refs: Vec<usize>,
    /// What a `#` glued to the unquoted value cut off, up to the next blank.
    pub cut: Option<String>,
}

type Failed = (Option<String>, Reason);

/// Reads `NAME=value`, or `NAME` alone.
pub(super) fn parse(entry: &str) -> Result<(String, Option<RawValue>), Failed> {
    // Only the parts around an equals sign are trimmed: a bare name with a blank is refused.
    let (name, value, glued) = match entry.split_once('=') {
        Some((name, value)) => {
            (php_trim(name), Some(php_trim(value)), !value.starts_with(is_space))
        }
        None => (entry, None, false),
    };
    if name.is_empty() {
        return Err((None, Reason::NoName));
    }
    let name = parse_name(name).ok_or((None, Reason::InvalidName))?;
    let value = match value {
        Some(value) => {
            let mut parsed = parse_value(value).map_err(|why| (Some(name.to_owned()), why))?;
            // `KEY= # note` is an empty value with a comment; nothing was cut off.
            if value.starts_with('#') && !glued {
                parsed.cut = None;
            }
            Some(parsed)
        }
        None => None,
    };
    Ok((name.to_owned(), value))
}

pub(super) fn parse_name(mut name: &str) -> Option<&str> {
    // phpdotenv asks for more than eight characters, so `export X` is no export.
    if let Some(rest) = name.strip_prefix("export")
        && name.chars().count() > 8
        && rest.starts_with(is_space)
    {
        name = rest.trim_start_matches([' ', '\t', '\n', '\r', '\u{b}', '\0']);
    }
    if name.chars().count() >= 3 {
        for quote in ['"', '\''] {
            if let Some(inner) = name.strip_prefix(quote).and_then(|n| n.strip_suffix(quote)) {
                name = inner;
                break;
            }
        }
    }
    (!name.is_empty() && name.chars().all(is_name_char)).then_some(name)
}

/// phpdotenv: upper- and lower-case letters, marks, numbers of any script, `_` and `.`.
/// Combining marks outside the main block are refused here, which errs on the safe side.
fn is_name_char(c: char) -> bool {
    c == '_'
        || c == '.'
        || c.is_lowercase()
        || c.is_uppercase()
        || c.is_numeric()
        || ('\u{300}'..='\u{36f}').contains(&c)
}

/// PHP's `ctype_space`.
fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{b}' | '\u{c}')
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Initial,
    Unquoted,
    Single,
    Double,
    Escape,
    Blank,
    Comment,
}

fn parse_value(value: &str) -> Result<RawValue, Reason> {
    let mut out = RawValue::default();
    let mut state = State::Initial;
    let mut at = 0;
    for token in tokens(value) {
        if token == "#" && matches!(state, State::Initial | State::Unquoted) {
            let rest = value.get(at..).unwrap_or_default();
            out.cut = rest.split(is_space).next().map(str::to_owned);
        }
        at += token.len();
        state = match (state, token) {
            (State::Initial, "'") => State::Single,
            (State::Initial, "\"") => State::Double,
            (State::Initial | State::Unquoted | State::Blank, "#") => State::Comment,
            (State::Initial | State::Unquoted, "$") => out.reference(State::Unquoted),
            (State::Initial, text) => out.text(text, State::Unquoted),
            (State::Unquoted, text) if text.starts_with(is_space) => State::Blank,
            (State::Unquoted, text) => out.text(text, State::Unquoted),
            (State::Single, "'") | (State::Double, "\"") => State::Blank,
            (State::Single, text) => out.text(text, State::Single),
            (State::Double, "\\") => State::Escape,
            (State::Double, "$") => out.reference(State::Double),
            (State::Double, text) => out.text(text, State::Double),
            (State::Escape, text @ ("\"" | "\\" | "$")) => out.text(text, State::Double),
            (State::Escape, text) => {
                let mut chars = text.chars();
                let meant = match chars.next() {
                    Some('f') => '\u{c}',
                    Some('n') => '\n',
                    Some('r') => '\r',
                    Some('t') => '\t',
                    Some('v') => '\u{b}',
                    _ => return Err(Reason::UnexpectedEscape),
                };
                out.text.push(meant);
                out.text(chars.as_str(), State::Double)
            }
            (State::Blank, text) if text.starts_with(is_space) => State::Blank,
            (State::Blank, _) => return Err(Reason::UnexpectedWhitespace),
            (State::Comment, _) => State::Comment,
        };
    }
    match state {
        State::Single | State::Double | State::Escape => Err(Reason::MissingQuote),
        _ => Ok(out),
    }
}

impl RawValue {
    fn text(&mut self, text: &str, next: State) -> State {
        self.text.push_str(text);
        next
    }

    fn reference(&mut self, next: State) -> State {
        self.refs.push(self.text.len());
        self.text.push('$');
        next
    }
}

/// phpdotenv's lexer: runs of line ends, runs of other blanks, the five special characters one
/// by one, and runs of everything else.
fn tokens(value: &str) -> impl Iterator<Item = &str> {
    let mut rest = value;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let class = class_of(first);
        let len = match class {
            Class::Special => first.len_utf8(),
            _ => rest.find(|c| class_of(c) != class).unwrap_or(rest.len()),
        };
        let (token, tail) = rest.split_at(len);
        rest = tail;
        Some(token)
    })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    LineEnd,
    Blank,
    Special,
    Text,
}

fn class_of(c: char) -> Class {
    match c {
        '\r' | '\n' => Class::LineEnd,
        '\\' | '\'' | '"' | '#' | '$' => Class::Special,
        c if is_space(c) => Class::Blank,
        _ => Class::Text,
    }
}
