//! How other programs read the same `.env` file: a model of each, and whether they agree with
//! phpdotenv.
//!
//! The models are our own; they were built beside the real programs and are checked against them
//! by `tests/readers`. Where a program would run a command, look something up outside the file,
//! or its versions differ, a model says [`Reading::Unknown`] instead of guessing, so that
//! [`Verdict::Same`] is never wrong. [`read`] gives all variables, [`agreement`] the verdicts for
//! one. Works on bytes handed in; time and memory grow with the file, and nothing panics.

mod compose;
mod docker;
mod dotenvy;
mod env;
mod node;
mod phpdotenv;
mod python;
mod reader;
mod shell;
mod systemd;

pub use env::{Env, Reading, Rejected};
pub use reader::{Reader, ReaderSet, Weights};

pub(super) use phpdotenv::closing_quotes;

use env::Halt;

/// Reads a whole file as `reader` does, with an empty process environment.
///
/// # Errors
/// The reader takes nothing from this file.
pub fn read(reader: Reader, bytes: &[u8]) -> Result<Env, Rejected> {
    // What a NUL does depends on the reader and on what it hands its values to.
    if reader != Reader::Phpdotenv && bytes.contains(&0) {
        return Ok(Env::unsure());
    }
    let done = match reader {
        Reader::Phpdotenv => phpdotenv::read(bytes),
        Reader::Node => node::read(bytes),
        Reader::Python => python::read(bytes),
        Reader::Bash | Reader::Dash => shell::read(bytes),
        Reader::Compose => compose::read(bytes),
        Reader::Docker => docker::read(bytes),
        Reader::Systemd => systemd::read(bytes),
        Reader::Dotenvy => dotenvy::read(bytes),
    };
    match done {
        Ok(env) => Ok(env),
        Err(Halt::Unsure) => Ok(Env::unsure()),
        Err(Halt::Rejected(rejected)) => Err(rejected),
    }
}

/// What one reader makes of a variable, beside phpdotenv.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The same bytes as phpdotenv.
    Same,
    /// Other bytes, or some where phpdotenv has none.
    Different,
    /// It takes nothing from the whole file.
    RejectsFile(Rejected),
    /// It sets no such variable.
    Missing,
    /// Nobody can tell without running it. Counts as not the same.
    Unknown,
}

/// The verdicts of all readers on one variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agreement([Verdict; Reader::ALL.len()]);

impl Agreement {
    /// What `reader` makes of it.
    #[must_use]
    pub fn of(&self, reader: Reader) -> &Verdict {
        self.0.get(reader.index()).unwrap_or(&Verdict::Unknown)
    }

    /// The readers that get the value phpdotenv gets.
    #[must_use]
    pub fn same(&self) -> ReaderSet {
        self.iter().filter(|(_, verdict)| **verdict == Verdict::Same).map(|(r, _)| r).collect()
    }

    /// All verdicts, in the order of [`Reader::ALL`].
    pub fn iter(&self) -> impl Iterator<Item = (Reader, &Verdict)> {
        Reader::ALL.into_iter().zip(&self.0)
    }
}

/// Compares what each reader gets for `key` from the file with what phpdotenv gets. If
/// phpdotenv has no value, no reader is [`Verdict::Same`].
#[must_use]
pub fn agreement(bytes: &[u8], key: &str) -> Agreement {
    let nobody_knows = || Agreement(Reader::ALL.map(|_| Verdict::Unknown));
    compare(bytes, &[key]).pop().unwrap_or_else(nobody_knows)
}

/// [`agreement`] for many variables; each reader reads the file once.
#[must_use]
pub fn agreements(bytes: &[u8], keys: &[&'static str]) -> Vec<(&'static str, Agreement)> {
    keys.iter().copied().zip(compare(bytes, keys)).collect()
}

fn compare(bytes: &[u8], keys: &[&str]) -> Vec<Agreement> {
    // The value of the newest phpdotenv is the measure even where an older one differs.
    let measure = phpdotenv::newest(bytes).ok();
    let read = Reader::ALL.map(|reader| read(reader, bytes));
    let one = |key: &&str| {
        let measure = measure.as_ref().and_then(|env| env.get(key));
        Agreement(read.each_ref().map(|done| match done {
            Err(rejected) => Verdict::RejectsFile(rejected.clone()),
            Ok(env) => match env.reading(key) {
                Reading::Value(value) if Some(value) == measure => Verdict::Same,
                Reading::Value(_) => Verdict::Different,
                Reading::Missing => Verdict::Missing,
                Reading::Unknown => Verdict::Unknown,
            },
        }))
    };
    keys.iter().map(one).collect()
}

#[cfg(test)]
mod tests;
