//! What could be written next: fields, ways of comparing, values, for the field of the window.

use std::ops::Range;

use super::error::plain;
use super::expr::{Op, word};
use super::field::{FIELDS, Field, Holds};
use super::lex::{self, Kind, Token};
use super::names;
use crate::usp::error;

/// Suggestions at once.
const MOST: usize = 10;

/// What could stand at the cursor.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Completion {
    /// Bytes of the filter that a suggestion takes the place of.
    pub range: Range<usize>,
    /// The likeliest first.
    pub suggestions: Vec<Suggestion>,
}

/// One of them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Suggestion {
    /// The text to put there.
    pub text: String,
    /// What it means.
    pub detail: String,
}

/// What could stand at `cursor`, a byte offset in `source`. Nothing inside quotes, behind a fault,
/// or where everything could.
#[must_use]
pub fn complete(source: &str, cursor: usize) -> Completion {
    let nothing = Completion::default();
    let Some(before) = source.get(..cursor) else { return nothing };
    let (mut tokens, fault) = lex::lex(before);
    if fault.is_some() {
        return nothing;
    }
    let begun = match tokens.last() {
        Some(Token { kind: Kind::Word(word), span }) if span.end == cursor => {
            let word = *word;
            tokens.pop();
            word
        }
        // `and` and its like are words until something follows them.
        Some(Token { kind: Kind::And | Kind::Or | Kind::Not, span })
            if span.end == cursor && !before.ends_with(['&', '|', '!']) =>
        {
            return nothing;
        }
        _ => "",
    };
    let start = cursor - begun.len();
    // The rest of the word under the cursor goes with it.
    let rest = source.get(start..).map_or(0, |rest| {
        if begun.is_empty() { 0 } else { lex::word_len(rest, inside_set(&tokens)) }
    });
    let suggestions = match expected(&tokens) {
        Expected::Value(field) => values(field, begun),
        Expected::Sign(field) => signs(field, begun),
        Expected::Link if !begun.is_empty() => links(begun),
        Expected::Operand if !begun.is_empty() || !tokens.is_empty() => fields(begun),
        Expected::Link | Expected::Operand | Expected::Nothing => Vec::new(),
    };
    // One that is written already is no suggestion.
    let done = suggestions.len() == 1 && suggestions.iter().all(|one| one.text == begun);
    if done || suggestions.is_empty() {
        return nothing;
    }
    Completion { range: start..start + rest.max(begun.len()), suggestions }
}

enum Expected {
    /// A field, a text.
    Operand,
    /// A way of comparing this field.
    Sign(Field),
    Value(Field),
    /// `and`, `or`.
    Link,
    Nothing,
}

fn expected(tokens: &[Token<'_>]) -> Expected {
    let field_at = |back: usize| {
        let at = tokens.len().checked_sub(back)?;
        match &tokens.get(at)?.kind {
            Kind::Word(word) => Field::from_name(word),
            _ => None,
        }
    };
    let value_of = |field: Option<Field>| field.map_or(Expected::Nothing, Expected::Value);
    match tokens.last().map(|token| &token.kind) {
        None | Some(Kind::And | Kind::Or | Kind::Not | Kind::Open) => Expected::Operand,
        Some(Kind::Sign(_) | Kind::Unequal) => value_of(field_at(2)),
        Some(Kind::OpenSet | Kind::Comma) if inside_set(tokens) => {
            let open = tokens.iter().rposition(|token| token.kind == Kind::OpenSet).unwrap_or(0);
            value_of(field_at(tokens.len() - open + 2))
        }
        Some(Kind::Word(word)) if Op::from_word(word).is_some_and(|op| op != Op::In) => {
            match field_at(2) {
                Some(field) => Expected::Value(field),
                None => Expected::Link,
            }
        }
        Some(Kind::Word(word)) => {
            // A field's name that is not the value of another field.
            let value = tokens.len() >= 2
                && matches!(
                    tokens.get(tokens.len() - 2).map(|token| &token.kind),
                    Some(Kind::Sign(_) | Kind::Unequal)
                );
            match Field::from_name(word) {
                Some(field) if !value => Expected::Sign(field),
                _ => Expected::Link,
            }
        }
        Some(Kind::Quoted(_) | Kind::Close | Kind::CloseSet) => Expected::Link,
        Some(Kind::OpenSet | Kind::Comma) => Expected::Nothing,
    }
}

fn inside_set(tokens: &[Token<'_>]) -> bool {
    let last = |kind: &Kind<'_>| tokens.iter().rposition(|token| token.kind == *kind);
    match (last(&Kind::OpenSet), last(&Kind::CloseSet)) {
        (Some(open), Some(close)) => open > close,
        (open, None) => open.is_some(),
        (None, Some(_)) => false,
    }
}

fn suggestion(text: impl Into<String>, detail: impl Into<String>) -> Suggestion {
    Suggestion { text: text.into(), detail: detail.into() }
}

/// Fields, then types, that begin with or contain what was begun.
fn fields(begun: &str) -> Vec<Suggestion> {
    let begun = plain(begun);
    let fits = |name: &str| plain(name).starts_with(&begun);
    FIELDS
        .iter()
        .filter(|info| fits(info.name))
        .map(|info| suggestion(info.name, info.help))
        .take(if begun.is_empty() { FIELDS.len() } else { MOST })
        .collect()
}

fn links(begun: &str) -> Vec<Suggestion> {
    [("and", "both"), ("or", "either")]
        .into_iter()
        .filter(|(word, _)| word.starts_with(&begun.to_ascii_lowercase()))
        .map(|(word, detail)| suggestion(word, detail))
        .collect()
}

fn signs(field: Field, begun: &str) -> Vec<Suggestion> {
    const ALL: [(&str, &str); 10] = [
        ("==", "equal"),
        ("!=", "not equal"),
        ("contains", "part of it"),
        ("under", "it and all below"),
        ("matches", "regular expression"),
        ("in {", "one of several"),
        (">", "more"),
        (">=", "at least"),
        ("<", "less"),
        ("<=", "at most"),
    ];
    let fits = |sign: &str| match field.info().holds {
        Holds::Topic | Holds::Path => !sign.starts_with(['<', '>']),
        Holds::Text if field == Field::Value => sign != "under",
        Holds::Text if field == Field::Text => matches!(sign, "contains" | "matches"),
        Holds::Text | Holds::Endpoint => !sign.starts_with(['<', '>']) && sign != "under",
        Holds::Names if field == Field::Problem => sign != "under",
        Holds::Names => !sign.starts_with(['<', '>']) && sign != "under",
        Holds::Count | Holds::Bytes | Holds::Duration => {
            !matches!(sign, "contains" | "under" | "matches")
        }
        Holds::Codes => sign != "under",
        Holds::Time => sign.starts_with(['=', '!', '<', '>']),
        Holds::Flag => matches!(sign, "==" | "!="),
    };
    ALL.into_iter()
        .filter(|(sign, _)| fits(sign) && sign.starts_with(&begun.to_ascii_lowercase()))
        .map(|(sign, detail)| suggestion(sign, detail))
        .collect()
}

fn values(field: Field, begun: &str) -> Vec<Suggestion> {
    let info = field.info();
    let written = plain(begun);
    let known: Vec<Suggestion> = match info.holds {
        Holds::Names => {
            let mut bits = 0;
            // The first name of each; the others mean the same.
            let names = names::names(field).into_iter().filter(|(_, bit)| {
                let new = *bit & !bits != 0;
                bits |= *bit & if field == Field::Problem { 0 } else { u64::MAX };
                new
            });
            names.map(|(name, _)| suggestion(word(name), problem_title(field, name))).collect()
        }
        Holds::Codes => (7000..7032)
            .chain(7100..7107)
            .filter_map(|code| Some(suggestion(code.to_string(), error::name(code)?)))
            .collect(),
        Holds::Flag => vec![suggestion("true", ""), suggestion("false", "")],
        Holds::Duration if begun.is_empty() => {
            ["100ms", "1s", "30s"].map(|text| suggestion(text, "time with unit")).to_vec()
        }
        Holds::Time if begun.is_empty() => vec![
            suggestion("-5m", "five minutes before the newest message"),
            suggestion("17:29", "time of day"),
            suggestion("2026-11-25", "date"),
        ],
        Holds::Bytes if begun.is_empty() => {
            ["1kB", "64KiB"].map(|text| suggestion(text, "bytes with unit")).to_vec()
        }
        _ => Vec::new(),
    };
    let rank = |one: &Suggestion| {
        let text = plain(&one.text);
        if text.starts_with(&written) {
            Some(0)
        } else if written.len() > 1
            && (text.contains(&written) || plain(&one.detail).contains(&written))
        {
            Some(1)
        } else {
            None
        }
    };
    let mut ranked: Vec<(u8, Suggestion)> =
        known.into_iter().filter_map(|one| Some((rank(&one)?, one))).collect();
    ranked.sort_by_key(|one| one.0);
    ranked.into_iter().map(|one| one.1).take(MOST).collect()
}

fn problem_title(field: Field, name: &str) -> &'static str {
    use crate::analysis::problems::code::Code;
    match Code::from_name(name) {
        Some(code) if field == Field::Problem => code.entry().title,
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(source: &str) -> Vec<String> {
        let cursor = source.find('|').unwrap_or(source.len());
        let source = source.replacen('|', "", 1);
        complete(&source, cursor).suggestions.into_iter().map(|one| one.text).collect()
    }

    #[test]
    fn what_can_stand_there_is_offered() {
        assert_eq!(texts("de"), ["device"]);
        assert_eq!(texts("type == GetS")[..2], ["GetSupportedDM", "GetSupportedDMResp"]);
        assert_eq!(texts("state == p"), ["pending"]);
        assert_eq!(texts("grade != "), ["ok", "partial", "failed"]);
        assert_eq!(texts("grade in {ok, f"), ["failed"]);
        assert_eq!(texts("error == denied"), ["7002", "7006"]);
        assert_eq!(texts("problem == qos"), ["qos-2"]);
        assert_eq!(texts("retain == t"), ["true"]);
        assert_eq!(texts("topic un"), ["under"]);
        assert_eq!(texts("text "), ["contains", "matches"]);
        assert_eq!(texts("type == Get a"), ["and"]);
        assert_eq!(texts("type == Get and ")[..2], ["device", "from"]);
        assert_eq!(texts("(sta"), ["state"]);
        for nothing in ["", "cpe-0001", "\"dev", "device == ", "device", "foo bar ", "type == Get"]
        {
            let found = texts(nothing);
            let more = found.iter().all(|text| text != nothing) && nothing == "type == Get";
            assert!(found.is_empty() || more, "{nothing}: {found:?}");
        }
    }

    #[test]
    fn the_word_under_the_cursor_is_replaced_whole() {
        assert_eq!(complete("not sta|te == x".replace('|', "").as_str(), 7).range, 4..9);
        let found = complete("type == Ge", 10);
        assert_eq!(found.range, 8..10);
        // Places that are none are no panic.
        assert_eq!(complete("ä", 1), Completion::default());
        assert_eq!(complete("a", 9), Completion::default());
    }
}
