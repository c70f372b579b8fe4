//! `docker run --env-file`: a variable a line, no quoting, no references, no inline comments.

use std::collections::HashSet;

use super::env::{Env, Halt};

/// A line this long is refused, bytes without its end.
const MAX_LINE: usize = 64 * 1024;

pub(super) fn read(bytes: &[u8]) -> Result<Env, Halt> {
    let mut env = Env::default();
    let mut seen = HashSet::new();
    for (index, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        let refuse = |why| Halt::rejected(index + 1, why);
        if line.len() + 1 >= MAX_LINE {
            return Err(refuse("the line is longer than 64 KiB"));
        }
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let Ok(line) = std::str::from_utf8(line) else {
            return Err(refuse("the line is not valid UTF-8"));
        };
        let line = if index == 0 { line.strip_prefix('\u{feff}').unwrap_or(line) } else { line };
        let line = line.trim_start();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (key, value) = match line.split_once('=') {
            Some((key, value)) => (key, Some(value)),
            None => (line, None),
        };
        if key.is_empty() {
            return Err(refuse("there is no name before the equals sign"));
        }
        if key.contains([' ', '\t']) {
            return Err(refuse("there is a blank in the name"));
        }
        if key.contains(char::is_whitespace) {
            return Err(Halt::Unsure);
        }
        // A name alone is taken from the process environment, which is empty here.
        let Some(value) = value else { continue };
        // Duplicates are all passed on; which one counts is up to the program in the container.
        let certain = seen.insert(key) && !in_quotes(value);
        env.set(key.as_bytes(), certain.then(|| value.as_bytes().to_owned()));
    }
    Ok(env)
}

/// Clients up to 28 keep the quotes as part of the value, later ones take a pair off.
fn in_quotes(value: &str) -> bool {
    ['\'', '"']
        .iter()
        .any(|quote| value.strip_prefix(*quote).is_some_and(|inner| inner.ends_with(*quote)))
}
