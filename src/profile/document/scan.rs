//! Cuts a file into items where phpdotenv does, on bytes, so that what is not UTF-8 survives.

use std::ops::Range;

use super::{Item, Kind, Parts};
pub(super) use crate::profile::dotenv::physical_lines;
use crate::profile::dotenv::{closes, is_trimmed, opens};

/// PHP's `ctype_space`, which ends an unquoted value.
const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c)
}

const BOM: &[u8] = b"\xef\xbb\xbf";

/// The items of a file, in order and without a gap.
pub(super) fn items(bytes: &[u8]) -> Vec<Item> {
    let mut items = Vec::new();
    let mut open: Option<Item> = None;
    for (index, line) in physical_lines(bytes).enumerate() {
        let number = index + 1;
        let bom = if index == 0 && bytes.starts_with(BOM) { BOM.len() } else { 0 };
        let text = bytes.get(line.content.start + bom..line.content.end).unwrap_or_default();
        match open.take() {
            Some(mut item) => {
                item.span.end = line.end;
                item.content.end = line.content.end;
                item.last_line = number;
                if closes(text, false) {
                    items.push(classified(bytes, item));
                } else {
                    open = Some(item);
                }
            }
            None => {
                let item = Item {
                    span: line.content.start..line.end,
                    content: line.content.clone(),
                    line: number,
                    last_line: number,
                    kind: Kind::Blank,
                };
                if opens(text) {
                    open = Some(item);
                } else {
                    items.push(classified(bytes, item));
                }
            }
        }
    }
    if let Some(item) = open {
        items.push(Item { kind: Kind::Swallowed, ..item });
    }
    items
}

fn classified(bytes: &[u8], mut item: Item) -> Item {
    item.kind = kind(bytes, &item.content);
    item
}

fn kind(bytes: &[u8], content: &Range<usize>) -> Kind {
    let text = bytes.get(content.clone()).unwrap_or_default();
    let bom = if content.start == 0 && text.starts_with(BOM) { BOM.len() } else { 0 };
    let body = text.get(bom..).unwrap_or_default();
    let indent = body.iter().take_while(|b| is_trimmed(**b)).count();
    match body.get(indent) {
        None => return Kind::Blank,
        Some(b'#') => return Kind::Comment,
        Some(_) => {}
    }
    let start = content.start + bom;
    let Some(equals) = body.iter().position(|b| *b == b'=') else {
        // Only the parts around an equals sign are trimmed: a bare name with a blank is refused.
        return match name(body) {
            Some(key) => Kind::Setting {
                key,
                parts: Parts {
                    head: content.clone(),
                    value: content.end..content.end,
                    tail: content.end..content.end,
                    has_equals: false,
                },
            },
            None => Kind::Broken,
        };
    };
    let Some(key) = name(trimmed(body.get(..equals).unwrap_or_default())) else {
        return Kind::Broken;
    };
    let after = body.get(equals + 1..).unwrap_or_default();
    let blanks = after.iter().take_while(|b| is_trimmed(**b)).count();
    let value_start = start + equals + 1 + blanks;
    let value = after.get(blanks..).unwrap_or_default();
    let length = value_length(value);
    let (value_start, length) = if length == 0 && value.is_empty() {
        // `KEY=   `: an empty value right behind the equals sign, the blanks are its tail.
        (start + equals + 1, 0)
    } else {
        (value_start, length)
    };
    Kind::Setting {
        key,
        parts: Parts {
            head: content.start..value_start,
            value: value_start..value_start + length,
            tail: value_start + length..content.end,
            has_equals: true,
        },
    }
}

/// Length of the value at the start of `text`, quotes included. For a value phpdotenv refuses:
/// everything up to a comment.
fn value_length(text: &[u8]) -> usize {
    let quoted = match text.first() {
        None | Some(b'#') => return 0,
        Some(b'\'') => text.iter().skip(1).position(|b| *b == b'\'').map(|at| at + 2),
        Some(b'"') => {
            let mut at = 1;
            loop {
                match text.get(at) {
                    None => break None,
                    Some(b'\\') => at += 2,
                    Some(b'"') => break Some(at + 1),
                    Some(_) => at += 1,
                }
            }
        }
        Some(_) => {
            let end = text.iter().position(|b| is_space(*b) || *b == b'#').unwrap_or(text.len());
            Some(end)
        }
    };
    let fits = |end: &usize| {
        let rest = text.get(*end..).unwrap_or_default();
        // Behind a value only blanks and a comment may stand.
        rest.iter().find(|b| !is_space(**b)).is_none_or(|b| *b == b'#')
    };
    quoted.filter(fits).unwrap_or_else(|| {
        let comment = text
            .windows(2)
            .position(|pair| matches!(pair, [b' ' | b'\t', b'#']))
            .unwrap_or(text.len());
        let kept = text.get(..comment).unwrap_or_default();
        kept.len() - kept.iter().rev().take_while(|b| is_space(**b)).count()
    })
}

fn trimmed(mut text: &[u8]) -> &[u8] {
    while let [first, rest @ ..] = text
        && is_trimmed(*first)
    {
        text = rest;
    }
    while let [rest @ .., last] = text
        && is_trimmed(*last)
    {
        text = rest;
    }
    text
}

/// A valid name without `export` and quotes.
fn name(text: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(text);
    crate::profile::dotenv::name(&text).map(str::to_owned)
}

/// The name in a commented-out setting such as `# KEY=value`.
pub(super) fn commented_key(comment: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(trimmed(comment.strip_prefix(BOM).unwrap_or(comment))).ok()?;
    let text = text.trim_start_matches(['#', ' ', '\t']);
    let (name, _) = text.split_once('=')?;
    let name = name.trim_end();
    let name = name.strip_prefix("export ").map_or(name, str::trim_start);
    let plain = !name.is_empty()
        && name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
    plain.then_some(name)
}
