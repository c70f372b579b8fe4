//! Cuts a filter into words, quoted texts and signs. What people search for without quotes (IDs,
//! topics, paths, commands and events) is one word each.

use std::ops::Range;

use super::error::FilterError;
use super::expr::Op;

/// A piece of a filter.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Kind<'a> {
    Word(&'a str),
    Quoted(String),
    /// A comparison; `!=` is the negation of `==`.
    Sign(Op),
    Unequal,
    And,
    Or,
    Not,
    Open,
    Close,
    OpenSet,
    CloseSet,
    Comma,
}

/// A piece with its place.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Token<'a> {
    pub(super) kind: Kind<'a>,
    pub(super) span: Range<usize>,
}

/// Signs, longer ones first where one begins another.
const SIGNS: &[(&str, Kind<'static>)] = &[
    ("&&", Kind::And),
    ("||", Kind::Or),
    ("==", Kind::Sign(Op::Eq)),
    ("!=", Kind::Unequal),
    ("<=", Kind::Sign(Op::Le)),
    (">=", Kind::Sign(Op::Ge)),
    ("=~", Kind::Sign(Op::Matches)),
    ("=", Kind::Sign(Op::Eq)),
    ("<", Kind::Sign(Op::Lt)),
    (">", Kind::Sign(Op::Gt)),
    ("~", Kind::Sign(Op::Contains)),
    ("!", Kind::Not),
    ("(", Kind::Open),
    (")", Kind::Close),
    ("{", Kind::OpenSet),
];

/// Cuts up `source`; on a fault gives what came before it as well.
pub(super) fn lex(source: &str) -> (Vec<Token<'_>>, Option<FilterError>) {
    let mut tokens: Vec<Token<'_>> = Vec::new();
    let mut at = 0;
    let mut in_set = false;
    loop {
        let rest = source.get(at..).unwrap_or_default();
        let trimmed = rest.trim_start();
        at += rest.len() - trimmed.len();
        let Some(first) = trimmed.chars().next() else { return (tokens, None) };
        let (kind, len) = match first {
            '"' | '\'' => match quoted(trimmed, first) {
                Some((text, len)) => (Kind::Quoted(text), len),
                None => {
                    let span = at..at + 1;
                    return (tokens, Some(FilterError::new(span, "this quote is never closed")));
                }
            },
            '}' if in_set => (Kind::CloseSet, 1),
            ',' if in_set => (Kind::Comma, 1),
            _ => match SIGNS.iter().find(|(sign, _)| trimmed.starts_with(sign)) {
                Some((sign, kind)) => (kind.clone(), sign.len()),
                None => {
                    let word = &trimmed[..word_len(trimmed, in_set)];
                    (keyword(word).unwrap_or(Kind::Word(word)), word.len())
                }
            },
        };
        match kind {
            Kind::OpenSet => in_set = true,
            Kind::CloseSet => in_set = false,
            _ => {}
        }
        tokens.push(Token { kind, span: at..at + len });
        at += len;
    }
}

fn keyword(word: &str) -> Option<Kind<'static>> {
    [("and", Kind::And), ("or", Kind::Or), ("not", Kind::Not)]
        .into_iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(word))
        .map(|(_, kind)| kind)
}

/// Bytes of the word that `text` begins with; at least one character.
pub(super) fn word_len(text: &str, in_set: bool) -> usize {
    let mut skip_to = 0;
    for (at, c) in text.char_indices() {
        if at < skip_to || at == 0 {
            continue;
        }
        let rest = &text[at..];
        let ends = match c {
            _ if c.is_whitespace() => true,
            // `Reboot()` and `Radio.{i}.` are words.
            '(' if rest.starts_with("()") => {
                skip_to = at + 2;
                false
            }
            '{' if rest.starts_with("{i}") => {
                skip_to = at + 3;
                false
            }
            '(' | ')' | '{' | '=' | '<' | '>' | '~' => true,
            '}' | ',' => in_set,
            '!' => rest.starts_with("!="),
            '&' => rest.starts_with("&&"),
            '|' => rest.starts_with("||"),
            _ => false,
        };
        if ends {
            return at;
        }
    }
    text.len()
}

/// The text in quotes that `source` begins with, and how many bytes it takes there. In double
/// quotes `\"` and `\\` stand for the character; any other backslash for itself, so that regular
/// expressions need no doubling.
fn quoted(source: &str, quote: char) -> Option<(String, usize)> {
    let mut text = String::new();
    let mut chars = source.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if c == quote {
            return Some((text, at + 1));
        }
        match chars.peek() {
            Some(&(_, next)) if c == '\\' && quote == '"' && matches!(next, '"' | '\\') => {
                text.push(next);
                chars.next();
            }
            _ => text.push(c),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(source: &str) -> Vec<String> {
        lex(source)
            .0
            .into_iter()
            .map(|token| match token.kind {
                Kind::Word(word) => word.to_owned(),
                Kind::Quoted(text) => format!("'{text}'"),
                other => format!("{other:?}"),
            })
            .collect()
    }

    #[test]
    fn what_people_search_for_is_one_word() {
        for word in [
            "os::00256D-0001",
            "usp/agent/cpe-1",
            "Device.WiFi.Radio.{i}.Enable",
            "Device.Reboot()",
            "Boot!",
            "-5m",
            "2026-11-25T17:29:19.5",
            "a,b",
            "a&b",
            "it's",
            "größe",
        ] {
            assert_eq!(words(word), [word], "{word}");
        }
        assert_eq!(words("event==Boot!"), ["event", "Sign(Eq)", "Boot!"]);
        assert_eq!(words("!a!=b"), ["Not", "a", "Unequal", "b"]);
        assert_eq!(words("in{a,b}"), ["in", "OpenSet", "a", "Comma", "b", "CloseSet"]);
        assert_eq!(words("(a&&b)||NOT c"), ["Open", "a", "And", "b", "Close", "Or", "Not", "c"]);
        assert_eq!(words(r#"text=~"\d\"\\ \w""#), ["text", "Sign(Matches)", r#"'\d"\ \w'"#]);
        assert_eq!(words(r"'\d'"), [r"'\d'"]);
        assert_eq!(words("size<=5"), ["size", "Sign(Le)", "5"]);
    }

    #[test]
    fn an_open_quote_is_named_where_it_opens() {
        let (tokens, fault) = lex("topic == \"usp/ä");
        assert_eq!(tokens.len(), 2);
        assert_eq!(fault.map(|fault| fault.span), Some(9..10));
    }
}
