//! Docker Compose: quoted values over lines with the escapes of C, references in plain and
//! double-quoted values, names taken from the process where there is no value.

use super::env::{Budget, Env, Halt, quoted};

pub(super) fn read(bytes: &[u8]) -> Result<Env, Halt> {
    // Bad bytes survive the reading but not what Compose does with the values.
    let text = std::str::from_utf8(bytes).map_err(|_bad| Halt::Unsure)?;
    let mut file = File {
        rest: text.strip_prefix('\u{feff}').unwrap_or(text),
        whole: text,
        env: Env::default(),
        budget: Budget::new(),
    };
    while file.statement()? {}
    Ok(file.env)
}

struct File<'a> {
    rest: &'a str,
    whole: &'a str,
    env: Env,
    budget: Budget,
}

impl<'a> File<'a> {
    /// Reads one variable; false at the end of the file.
    fn statement(&mut self) -> Result<bool, Halt> {
        self.rest = self.rest.trim_start();
        if self.rest.is_empty() {
            return Ok(false);
        }
        if self.rest.starts_with('#') {
            self.rest = self.rest.split_once('\n').map_or("", |(_, after)| after);
            return Ok(true);
        }
        let Some(key) = self.key()? else { return Ok(true) };
        let value = self.value()?;
        self.env.set(key.as_bytes(), value.map(String::into_bytes));
        Ok(true)
    }

    /// `None` for a name without value: it is taken from the process, which has none here.
    fn key(&mut self) -> Result<Option<&'a str>, Halt> {
        if let Some(after) = self.rest.strip_prefix("export")
            && after.starts_with([' ', '\t', '\n', '\u{c}', '\r'])
        {
            self.rest = after.trim_start_matches(is_blank);
        }
        let found = self.rest.find(|c| !is_blank(c) && !in_key(c));
        let Some((raw, after)) = found.and_then(|end| self.rest.split_at_checked(end)) else {
            // The file ends in the middle of a name.
            self.rest = "";
            return Ok(None);
        };
        let mut chars = after.chars();
        let end = chars.next().unwrap_or('\n');
        if !end.is_ascii() {
            return Err(Halt::Unsure);
        }
        if !"=:\n".contains(end) {
            return Err(
                self.refuse("the name has characters other than letters, digits and _ . - [ ]")
            );
        }
        let key = raw.trim_end();
        if key.contains(' ') {
            return Err(self.refuse("there is a blank in the name"));
        }
        self.rest = chars.as_str().trim_start_matches(is_blank);
        Ok((end != '\n').then_some(key))
    }

    fn value(&mut self) -> Result<Option<String>, Halt> {
        let Some(quote) = self.rest.chars().next().filter(|c| *c == '\'' || *c == '"') else {
            let (line, after) = self.rest.split_once('\n').unwrap_or((self.rest, ""));
            self.rest = after;
            let value = line.split_once(" #").map_or(line, |(before, _)| before).trim_end();
            return self.expand(value);
        };
        let value = self.quoted(quote)?;
        if quote == '\'' {
            return Ok(Some(value));
        }
        let value = unescape(&value).ok_or(Halt::Unsure)?;
        self.expand(&value)
    }

    /// What is in quotes; a backslash before the quote itself is gone, all others are kept.
    fn quoted(&mut self, quote: char) -> Result<String, Halt> {
        let meaning = |escaped| (escaped == quote).then_some(quote);
        let Some((value, rest)) = quoted(self.rest, quote, meaning) else {
            return Err(self.refuse("the closing quote is missing"));
        };
        self.rest = rest;
        Ok(value)
    }

    /// Puts references in; `None` if the value depends on more than the file.
    fn expand(&mut self, value: &str) -> Result<Option<String>, Halt> {
        let mut out = String::new();
        let mut sure = true;
        let mut rest = value;
        while let Some((before, after)) = rest.split_once('$') {
            out.push_str(before);
            let braced = after.strip_prefix('{');
            let from = braced.unwrap_or(after);
            let end = from.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            let (name, tail) = from.split_at(end.unwrap_or(from.len()));
            if after.starts_with('$') {
                out.push('$');
                rest = after.get(1..).unwrap_or_default();
                continue;
            }
            // Two letters outside ASCII count as the k and s they stand for.
            if !tail.is_empty() && !tail.is_char_boundary(1) {
                sure = false;
            }
            let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
            rest = match (braced, tail.strip_prefix('}')) {
                (Some(_), Some(tail)) if is_name => tail,
                // Defaults, demands, and braces that are refused.
                (Some(_), _) => return Err(Halt::Unsure),
                (None, _) if is_name => tail,
                (None, _) => {
                    out.push('$');
                    rest = after;
                    continue;
                }
            };
            match self.env.slot(name.as_bytes()) {
                Some(Some(found)) => {
                    self.budget.spend(found.len())?;
                    out.push_str(&String::from_utf8_lossy(found));
                }
                // Compose sets some of its own.
                Some(None) => sure = false,
                None => sure &= !name.starts_with("COMPOSE_"),
            }
        }
        out.push_str(rest);
        Ok(sure.then_some(out))
    }

    fn refuse(&self, why: &str) -> Halt {
        let line = super::env::line_of(self.whole.as_bytes(), self.whole.len() - self.rest.len());
        Halt::rejected(line, why)
    }
}

/// The escapes in double quotes. A dollar is doubled, which the references read as one. `None`
/// for octal numbers.
fn unescape(value: &str) -> Option<String> {
    let mut out = String::with_capacity(value.len());
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.clone().next() {
            Some('$') => out.push_str("$$"),
            Some('a') => out.push('\u{7}'),
            Some('b') => out.push('\u{8}'),
            Some('f') => out.push('\u{c}'),
            Some('n') => out.push('\n'),
            Some('r') => out.push('\r'),
            Some('t') => out.push('\t'),
            Some('v') => out.push('\u{b}'),
            Some(c @ ('"' | '\\')) => out.push(c),
            Some('0') => return None,
            _ => {
                out.push('\\');
                continue;
            }
        }
        chars.next();
    }
    Some(out)
}

fn in_key(c: char) -> bool {
    c.is_ascii_alphanumeric() || "_.-[]".contains(c)
}

/// A blank that ends no line.
fn is_blank(c: char) -> bool {
    matches!(c, '\t' | '\u{b}' | '\u{c}' | '\r' | ' ' | '\u{85}' | '\u{a0}')
}
