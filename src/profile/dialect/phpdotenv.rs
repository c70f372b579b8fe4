//! phpdotenv: the grammar is [`crate::profile::dotenv`]; here it is asked as the other readers
//! are, and where versions before 5.5 read a file otherwise, the answer is that nobody can tell.

use super::env::{Env, Halt};
use crate::profile::dotenv::{self, Dotenv};

/// The reading that all versions in use agree on.
pub(super) fn read(bytes: &[u8]) -> Result<Env, Halt> {
    if older_joins_otherwise(bytes) {
        return Err(Halt::Unsure);
    }
    let file = parse(bytes)?;
    // Letters of other scripts in names are a later addition.
    if file.entries.iter().any(|entry| !entry.key.is_ascii()) {
        return Err(Halt::Unsure);
    }
    Ok(env(file))
}

/// The reading of phpdotenv 5.6.
pub(super) fn newest(bytes: &[u8]) -> Result<Env, Halt> {
    Ok(env(parse(bytes)?))
}

fn parse(bytes: &[u8]) -> Result<Dotenv, Halt> {
    dotenv::read(bytes, &|_| None)
        .map_err(|refusal| Halt::rejected(refusal.line, &refusal.reason.to_string()))
}

fn env(file: Dotenv) -> Env {
    let mut env = Env::default();
    for entry in file.entries {
        match entry.value {
            Some(value) => env.set(entry.key.as_bytes(), Some(value.into_bytes())),
            None => env.remove(entry.key.as_bytes()),
        }
    }
    env
}

/// True if some line inside a value over several lines looks like the start of another one:
/// before 5.5 it then needs two quotes to close.
fn older_joins_otherwise(bytes: &[u8]) -> bool {
    let mut open = false;
    for line in bytes.split(|byte| matches!(byte, b'\n' | b'\r')) {
        let starts = line.windows(2).any(|pair| pair == b"=\"");
        let quotes = closing_quotes(line);
        if !open {
            open = starts && quotes < 2;
            continue;
        }
        if starts && quotes == 1 {
            return true;
        }
        open = !(quotes > 0 || line == b"\"");
    }
    false
}

/// How many `"` have a character other than a backslash before them, once `\\` is taken out.
pub(in crate::profile) fn closing_quotes(line: &[u8]) -> usize {
    let mut count = 0;
    let mut before = None;
    let mut at = 0;
    while let Some(byte) = line.get(at) {
        if *byte == b'\\' && line.get(at + 1) == Some(&b'\\') {
            at += 2;
            continue;
        }
        count += usize::from(*byte == b'"' && before.is_some_and(|b| b != b'\\'));
        before = Some(*byte);
        at += 1;
    }
    count
}
