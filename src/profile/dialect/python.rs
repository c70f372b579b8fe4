//! `python-dotenv` as `load_dotenv` uses it: escapes in both kinds of quotes, and `${NAME}`
//! replaced in every value whatever its quotes. An entry it cannot read costs that line only.

use std::collections::HashMap;

use super::env::{Budget, Env, Halt, line_of, quoted};

pub(super) fn read(bytes: &[u8]) -> Result<Env, Halt> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let line = line_of(bytes, error.valid_up_to());
        Halt::rejected(line, "the file is not valid UTF-8")
    })?;
    // The file is opened as text, so that every line end becomes a line feed, even in quotes.
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut parser = Parser { rest: text.strip_prefix('\u{feff}').unwrap_or(&text) };
    let mut known: HashMap<String, Option<String>> = HashMap::new();
    let mut budget = Budget::new();
    while !parser.rest.is_empty() {
        match parser.binding() {
            Ok(Some((key, value))) => {
                let value = match value {
                    Some(value) => Some(expand(&value, &known, &mut budget)?),
                    None => None,
                };
                known.insert(key, value);
            }
            Ok(None) => {}
            Err(NoMatch) => {
                parser.take(|c| c != '\n');
                parser.eat('\n');
            }
        }
    }
    let mut env = Env::default();
    for (key, value) in known {
        if let Some(value) = value {
            env.set(key.as_bytes(), Some(value.into_bytes()));
        }
    }
    Ok(env)
}

/// The text does not fit; the rest of the line is passed over.
struct NoMatch;

type Binding = Option<(String, Option<String>)>;

struct Parser<'a> {
    rest: &'a str,
}

impl<'a> Parser<'a> {
    fn take(&mut self, wanted: impl Fn(char) -> bool) -> &'a str {
        let len = self.rest.find(|c| !wanted(c)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(len);
        self.rest = rest;
        taken
    }

    fn eat(&mut self, c: char) -> bool {
        let after = self.rest.strip_prefix(c);
        self.rest = after.unwrap_or(self.rest);
        after.is_some()
    }

    fn binding(&mut self) -> Result<Binding, NoMatch> {
        self.take(is_space);
        if self.rest.is_empty() {
            return Ok(None);
        }
        if let Some(after) = self.rest.strip_prefix("export")
            && after.starts_with(is_blank)
        {
            self.rest = after.trim_start_matches(is_blank);
        }
        let key = self.key()?;
        self.take(is_blank);
        let value = if self.eat('=') { Some(self.value()?) } else { None };
        self.end_of_line()?;
        Ok(key.map(|key| (key, value)))
    }

    /// `None` for a comment.
    fn key(&mut self) -> Result<Option<String>, NoMatch> {
        if self.rest.starts_with('#') {
            return Ok(None);
        }
        let key = if let Some(quoted) = self.rest.strip_prefix('\'') {
            let (key, after) = quoted.split_once('\'').ok_or(NoMatch)?;
            self.rest = after;
            key
        } else {
            self.take(|c| c != '=' && c != '#' && !is_space(c))
        };
        if key.is_empty() { Err(NoMatch) } else { Ok(Some(key.to_owned())) }
    }

    fn value(&mut self) -> Result<String, NoMatch> {
        let blanks = self.take(is_blank);
        match self.rest.chars().next() {
            // A comment only after a blank; otherwise the `#` belongs to the value.
            Some('#') if !blanks.is_empty() => Ok(String::new()),
            Some(quote @ ('\'' | '"')) => self.quoted(quote),
            _ => {
                Ok(without_comment(self.take(|c| c != '\n')).trim_end_matches(is_space).to_owned())
            }
        }
    }

    fn quoted(&mut self, quote: char) -> Result<String, NoMatch> {
        let meaning = |escaped| meaning(escaped, quote);
        let (value, rest) = quoted(self.rest, quote, meaning).ok_or(NoMatch)?;
        self.rest = rest;
        Ok(value)
    }

    fn end_of_line(&mut self) -> Result<(), NoMatch> {
        let rest = self.rest.trim_start_matches(is_blank);
        if rest.starts_with('#') {
            self.rest = rest;
            self.take(|c| c != '\n');
        }
        let rest = self.rest.trim_start_matches(is_blank);
        if rest.is_empty() {
            self.rest = rest;
            return Ok(());
        }
        self.rest = rest.strip_prefix('\n').ok_or(NoMatch)?;
        Ok(())
    }
}

/// What a backslash and `escaped` stand for, if they are an escape.
fn meaning(escaped: char, quote: char) -> Option<char> {
    match escaped {
        '\\' | '\'' => Some(escaped),
        _ if quote == '\'' => None,
        '"' => Some('"'),
        'a' => Some('\u{7}'),
        'b' => Some('\u{8}'),
        'f' => Some('\u{c}'),
        'n' => Some('\n'),
        'r' => Some('\r'),
        't' => Some('\t'),
        'v' => Some('\u{b}'),
        _ => None,
    }
}

/// Cuts an unquoted value at the first `#` that has a blank before it.
fn without_comment(line: &str) -> &str {
    let mut after_blank = false;
    for (at, c) in line.char_indices() {
        if c == '#' && after_blank {
            return line.get(..at).unwrap_or_default();
        }
        after_blank = is_space(c);
    }
    line
}

/// Puts `${NAME}` and `${NAME:-default}` in. A name nobody set is empty.
fn expand(
    value: &str,
    known: &HashMap<String, Option<String>>,
    budget: &mut Budget,
) -> Result<String, Halt> {
    let mut out = String::new();
    let mut rest = value;
    // After the last closing brace there is nothing more to replace.
    let last = value.rfind('}').unwrap_or(0);
    while let Some((before, inner)) = rest.split_once("${") {
        if value.len() - inner.len() > last {
            break;
        }
        out.push_str(before);
        let end = inner.find(['}', ':']).unwrap_or(inner.len());
        let (name, after) = inner.split_at(end);
        let (default, after) = match (after.strip_prefix('}'), after.strip_prefix(":-")) {
            (Some(after), _) => ("", after),
            (None, Some(rest)) => rest.split_once('}').unwrap_or((rest, "")),
            (None, None) => {
                // A colon without a dash: no reference starts before it.
                out.push_str("${");
                out.push_str(name);
                rest = after;
                budget.spend(before.len() + name.len() + 2)?;
                continue;
            }
        };
        let found = match known.get(name) {
            Some(value) => value.as_deref().unwrap_or(""),
            None => default,
        };
        budget.spend(before.len() + found.len())?;
        out.push_str(found);
        rest = after;
    }
    budget.spend(rest.len())?;
    out.push_str(rest);
    Ok(out)
}

/// `\s` of Python.
fn is_space(c: char) -> bool {
    c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c)
}

fn is_blank(c: char) -> bool {
    is_space(c) && c != '\n'
}
