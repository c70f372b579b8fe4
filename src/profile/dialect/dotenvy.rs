//! The crate `dotenvy`: its line joiner, then its parser of one line, each with its own view of
//! quotes and backslashes. The first fault ends the reading.

use std::collections::{HashMap, HashSet};

use super::env::{Budget, Env, Halt, line_of};

pub(super) fn read(bytes: &[u8]) -> Result<Env, Halt> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let line = line_of(bytes, error.valid_up_to());
        Halt::rejected(line, "the file is not valid UTF-8")
    })?;
    // One way of loading a file skips the mark, another stops at it.
    if text.starts_with('\u{feff}') {
        return Err(Halt::Unsure);
    }
    let mut file = File {
        env: Env::default(),
        known: HashMap::new(),
        repeated: HashSet::new(),
        budget: Budget::new(),
    };
    let mut lines = text.split_inclusive('\n').enumerate();
    while let Some((index, first)) = lines.next() {
        let mut joined = String::from(first);
        let mut state = State::Plain;
        let mut scanned = 0;
        loop {
            if joined.trim_start().starts_with('#') {
                joined.clear();
                break;
            }
            state = match scan(joined.get(scanned..).unwrap_or_default(), state) {
                Scanned::Comment(at) => {
                    joined.truncate(scanned + at);
                    break;
                }
                Scanned::Ends(State::Plain) => break,
                Scanned::Ends(open) => open,
            };
            scanned = joined.len();
            match lines.next() {
                Some((_, line)) => joined.push_str(line),
                None => {
                    return Err(Halt::rejected(index + 1, "a quote or a backslash is left open"));
                }
            }
        }
        file.entry(joined.trim_end(), index + 1)?;
    }
    Ok(file.env)
}

/// Where the joiner stands at the end of a line.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Plain,
    Blank,
    Escape,
    Single,
    SingleEscape,
    Double,
    DoubleEscape,
}

enum Scanned {
    Ends(State),
    /// A comment starts at this offset.
    Comment(usize),
}

fn scan(line: &str, mut state: State) -> Scanned {
    for (at, c) in line.char_indices() {
        state = match (state, c) {
            (State::Blank, '#') => return Scanned::Comment(at),
            (State::Plain, c) if c.is_whitespace() && c != '\n' && c != '\r' => State::Blank,
            (State::Plain | State::Blank, '\\') => State::Escape,
            (State::Plain | State::Blank, '"') => State::Double,
            (State::Plain | State::Blank, '\'') => State::Single,
            (State::Plain | State::Blank | State::Escape, _) => State::Plain,
            (State::Double, '\\') => State::DoubleEscape,
            (State::Single, '\\') => State::SingleEscape,
            (State::Double, '"') | (State::Single, '\'') => State::Plain,
            (State::Double | State::DoubleEscape, _) => State::Double,
            (State::Single | State::SingleEscape, _) => State::Single,
        };
    }
    Scanned::Ends(state)
}

struct File {
    env: Env,
    /// What a reference gets: the latest, while loading keeps the first.
    known: HashMap<String, String>,
    repeated: HashSet<String>,
    budget: Budget,
}

impl File {
    fn entry(&mut self, line: &str, number: usize) -> Result<(), Halt> {
        let line = line.trim_start();
        if line.is_empty() || line.starts_with('#') {
            return Ok(());
        }
        let refuse = |why| Halt::rejected(number, why);
        let (mut key, mut rest) = key(line).ok_or_else(|| refuse("this is no name"))?;
        if key == "export" && !rest.starts_with('=') {
            (key, rest) = self::key(rest).ok_or_else(|| refuse("this is no name"))?;
        }
        let value = rest
            .strip_prefix('=')
            .ok_or_else(|| refuse("there is no equals sign after the name"))?
            .trim_start();
        let value = if value.starts_with('#') {
            Some(String::new())
        } else {
            self.value(value).map_err(|halt| match halt {
                None => Halt::Unsure,
                Some(why) => refuse(why),
            })?
        };
        // Loading keeps what is there already: the first of several counts.
        if self.env.slot(key.as_bytes()).is_some() {
            self.repeated.insert(key.to_owned());
        } else {
            self.env.set(key.as_bytes(), value.clone().map(String::into_bytes));
        }
        match value {
            Some(value) => {
                self.known.insert(key.to_owned(), value);
            }
            None => {
                self.repeated.insert(key.to_owned());
            }
        }
        Ok(())
    }

    /// `Ok(None)` for a value that is not certain; the error says why the line is refused, or
    /// nothing if references make the file too large.
    fn value(&mut self, text: &str) -> Result<Option<String>, Option<&'static str>> {
        let mut out = Value { text: String::new(), sure: true };
        let mut quote = None;
        let mut reference: Option<Reference> = None;
        let mut chars = text.chars();
        while let Some(c) = chars.next() {
            if let Some(open) = &mut reference {
                if c.is_alphanumeric() || (open.braced && c != '}') {
                    open.name.push(c);
                } else if !open.braced && c == '{' && open.name.is_empty() {
                    open.braced = true;
                } else {
                    let done = reference.take().unwrap_or_default();
                    self.put_in(&done.name, &mut out)?;
                    match c {
                        '}' if done.braced => {}
                        '$' => reference = Some(Reference::default()),
                        // Even a quote: the character after a name is always text.
                        _ => out.text.push(c),
                    }
                }
                continue;
            }
            match (quote, c) {
                (Some('\''), '\'') | (Some('"'), '"') => quote = None,
                (Some('\''), _) => out.text.push(c),
                (_, '$') => reference = Some(Reference::default()),
                (_, '\\') => match chars.next() {
                    None => {}
                    Some(c @ ('\\' | '\'' | '"' | '$' | ' ')) => out.text.push(c),
                    Some('n') => out.text.push('\n'),
                    Some(_) => {
                        return Err(Some("a backslash stands before something that is no escape"));
                    }
                },
                (None, '\'' | '"') => quote = Some(c),
                (None, ' ' | '\t') => {
                    let after = chars.as_str().trim_start_matches([' ', '\t']);
                    if !after.is_empty() && !after.starts_with('#') {
                        return Err(Some("text follows a blank; put the whole value in quotes"));
                    }
                    break;
                }
                _ => out.text.push(c),
            }
        }
        if quote.is_some() {
            return Err(Some("the closing quote is missing"));
        }
        if let Some(open) = reference {
            if open.braced {
                return Err(Some("the closing brace is missing"));
            }
            self.put_in(&open.name, &mut out)?;
        }
        Ok(out.sure.then_some(out.text))
    }

    fn put_in(&mut self, name: &str, out: &mut Value) -> Result<(), Option<&'static str>> {
        out.sure &= !self.repeated.contains(name);
        if let Some(value) = self.known.get(name) {
            self.budget.spend(value.len()).map_err(|_halt| None)?;
            out.text.push_str(value);
        }
        Ok(())
    }
}

#[derive(Default)]
struct Reference {
    name: String,
    braced: bool,
}

struct Value {
    text: String,
    sure: bool,
}

/// A name, and what follows it and the blanks after it.
fn key(line: &str) -> Option<(&str, &str)> {
    if !line.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        return None;
    }
    let end = line.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '.'));
    let (key, rest) = line.split_at(end.unwrap_or(line.len()));
    Some((key, rest.trim_start()))
}
