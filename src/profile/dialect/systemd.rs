//! `EnvironmentFile=` of systemd: quoting much as in a shell, nothing expanded.
//!
//! Names that are no C identifiers are dropped without a word; bytes that are not UTF-8 in a
//! name or value make the file unusable.

use super::env::{Cursor, Env, Halt, is_name};

pub(super) fn read(bytes: &[u8]) -> Result<Env, Halt> {
    let mut env = Env::default();
    let mut from = Cursor::new(bytes);
    loop {
        from.take_while(is_space);
        match from.peek() {
            None => return Ok(env),
            Some(b'#' | b';') => comment(&mut from)?,
            Some(_) => {
                let start = from.at;
                // An equals sign at the very start belongs to the name.
                from.next();
                from.take_while(|byte| !is_line_end(byte) && byte != b'=');
                let name = trim_end(from.since(start));
                if from.eat(b'=') {
                    let value = value(&mut from);
                    if !is_text(name) || !is_text(&value) {
                        let line = from.line_of(start);
                        return Err(Halt::rejected(line, "name or value is not valid UTF-8"));
                    }
                    if is_name(name) {
                        env.set(name, Some(value));
                    }
                }
            }
        }
    }
}

/// Up to 253 a backslash at the end of a comment carries it on to the next line, from 254 on it
/// does not.
fn comment(from: &mut Cursor<'_>) -> Result<(), Halt> {
    while let Some(byte) = from.next() {
        if is_line_end(byte) {
            return Ok(());
        }
        if byte == b'\\' && from.next().is_some_and(is_line_end) {
            return Err(Halt::Unsure);
        }
    }
    Ok(())
}

/// Where a value is: before or after a quoted part, where blanks are skipped, or in plain text,
/// where quotes mean nothing any more.
fn value(from: &mut Cursor<'_>) -> Vec<u8> {
    let mut value = Vec::new();
    let mut plain = false;
    // Length of the value without the blanks at its end, while it ends in blanks.
    let mut before_blanks = None;
    while let Some(byte) = from.next() {
        match byte {
            b'\n' | b'\r' => break,
            b'\'' if !plain => value.extend(until_single(from)),
            b'"' if !plain => until_double(from, &mut value),
            b'\\' => {
                plain = true;
                before_blanks = None;
                match from.next() {
                    // At the end of the file blanks before the backslash stay.
                    None => return value,
                    Some(b'\n' | b'\r') => {}
                    Some(other) => value.push(other),
                }
            }
            b' ' | b'\t' if plain => {
                before_blanks = before_blanks.or(Some(value.len()));
                value.push(byte);
            }
            b' ' | b'\t' => {}
            _ => {
                plain = true;
                before_blanks = None;
                value.push(byte);
            }
        }
    }
    if let Some(len) = before_blanks {
        value.truncate(len);
    }
    value
}

/// An unclosed quote takes the rest of the file.
fn until_single<'a>(from: &mut Cursor<'a>) -> &'a [u8] {
    let text = from.take_while(|byte| byte != b'\'');
    from.next();
    text
}

fn until_double(from: &mut Cursor<'_>, value: &mut Vec<u8>) {
    while let Some(byte) = from.next() {
        match byte {
            b'"' => return,
            b'\\' => match from.next() {
                None => return,
                Some(escaped @ (b'"' | b'\\' | b'`' | b'$')) => value.push(escaped),
                Some(b'\n') => {}
                Some(other) => value.extend([b'\\', other]),
            },
            _ => value.push(byte),
        }
    }
}

/// UTF-8 without the code points that Unicode reserves as no characters.
fn is_text(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok_and(|text| {
        !text
            .chars()
            .any(|c| ('\u{fdd0}'..='\u{fdef}').contains(&c) || u32::from(c) & 0xfffe == 0xfffe)
    })
}

fn trim_end(name: &[u8]) -> &[u8] {
    let len = name.iter().rposition(|byte| !is_space(*byte)).map_or(0, |last| last + 1);
    name.get(..len).unwrap_or_default()
}

fn is_line_end(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t') || is_line_end(byte)
}
