//! What is wrong, unsafe or worth knowing about a profile, each with its fix where there is one.
//!
//! One file per family: [`structure`] (the file itself), [`refusals`] (what php-mqtt throws),
//! [`host`], [`login`], [`tls`], [`session`], [`will`], [`usp`], [`types`] and [`safety`] (who can
//! read the file). Lints look at the file as the ACS reads it and at the disk; they change
//! nothing: a [`Fix`] is a list of [`Op`]s that [`super::edit`] carries out.

mod context;
mod disk;
mod host;
mod login;
mod refusals;
mod safety;
mod session;
mod structure;
mod tls;
mod types;
mod usp;
mod will;

pub use context::Context;

/// Most findings listed of one file.
const MAX_FINDINGS: usize = 500;

/// How grave a finding is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Level {
    /// The ACS will not start or not connect.
    Error,
    /// Wrong or unsafe.
    Warning,
    /// Worth knowing.
    Info,
}

impl Level {
    /// `error`, `warning` or `info`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "info",
        }
    }
}

/// One step of a fix.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Op {
    /// Give a key this value, spelled for all readers.
    Set {
        /// The key.
        key: String,
        /// The value as the ACS should see it.
        value: crate::core::secret::Secret,
    },
    /// Keep the value on this line as the reference it is, in double quotes.
    QuoteReference {
        /// First line of the setting, from 1.
        line: usize,
    },
    /// Put a blank between every `=` and `"` on a line, so that phpdotenv opens nothing there.
    SpaceOpeners {
        /// The line, from 1.
        line: usize,
    },
    /// Put a quote at the end of a line.
    CloseQuote {
        /// The line, from 1.
        line: usize,
    },
    /// Comment one physical line out, so that it opens nothing either.
    CommentLine {
        /// The line, from 1.
        line: usize,
    },
    /// Give the setting on this line this value.
    SetLine {
        /// First line of the setting, from 1.
        line: usize,
        /// The value.
        value: crate::core::secret::Secret,
    },
    /// Comment every line of a key out.
    Unset {
        /// The key.
        key: String,
    },
    /// Comment the item on this line out.
    CommentOut {
        /// Its first line, from 1.
        line: usize,
    },
    /// Replace the text of one line.
    ReplaceLine {
        /// The line, from 1.
        line: usize,
        /// The new text without line end.
        text: crate::core::secret::Secret,
    },
    /// Take the byte order mark away.
    StripBom,
    /// End every line with a line feed.
    UnifyLineEnds,
    /// Let only the owner read and write the file.
    RestrictFile {
        /// The file; `None` for the profile itself.
        path: Option<std::path::PathBuf>,
    },
}

/// How a finding can be mended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fix {
    /// What it does, as a button says it.
    pub label: String,
    /// The steps.
    pub ops: Vec<Op>,
    /// True if it changes nothing that works: `--fix` applies it unasked.
    pub safe: bool,
}

/// One finding.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    /// The variable, where one is to blame.
    pub key: Option<String>,
    /// The line, from 1, where one is to blame.
    pub line: Option<usize>,
    /// How grave.
    pub level: Level,
    /// A stable name.
    pub code: &'static str,
    /// One or two sentences. Never holds a secret.
    pub text: String,
    /// Ways to mend it, the best first.
    pub fixes: Vec<Fix>,
}

impl Finding {
    fn new(level: Level, code: &'static str, text: impl Into<String>) -> Self {
        Self { key: None, line: None, level, code, text: text.into(), fixes: Vec::new() }
    }

    fn error(code: &'static str, text: impl Into<String>) -> Self {
        Self::new(Level::Error, code, text)
    }

    fn warning(code: &'static str, text: impl Into<String>) -> Self {
        Self::new(Level::Warning, code, text)
    }

    fn info(code: &'static str, text: impl Into<String>) -> Self {
        Self::new(Level::Info, code, text)
    }

    fn at(mut self, key: &str, line: Option<usize>) -> Self {
        self.key = Some(key.to_owned());
        self.line = line;
        self
    }

    fn on_line(mut self, line: usize) -> Self {
        self.line = Some(line);
        self
    }

    fn safe_fix(mut self, label: impl Into<String>, ops: Vec<Op>) -> Self {
        self.fixes.push(Fix { label: label.into(), ops, safe: true });
        self
    }

    fn fix(mut self, label: impl Into<String>, ops: Vec<Op>) -> Self {
        self.fixes.push(Fix { label: label.into(), ops, safe: false });
        self
    }
}

impl Op {
    fn set(key: &str, value: impl Into<String>) -> Self {
        let value = crate::core::secret::Secret::new(value);
        Self::Set { key: key.to_owned(), value }
    }

    fn unset(key: &str) -> Self {
        Self::Unset { key: key.to_owned() }
    }
}

/// All findings: errors first, within a level by line.
#[must_use]
pub fn lint(context: &Context<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    structure::check(context, &mut found);
    if context.reading.file.is_ok() {
        for family in [
            refusals::check,
            types::check,
            host::check,
            login::check,
            tls::check,
            session::check,
            will::check,
            usp::check,
        ] {
            family(context, &mut found);
        }
    }
    safety::check(context, &mut found);
    found.sort_by_key(|finding| (finding.level, finding.line.unwrap_or(usize::MAX)));
    if found.len() > MAX_FINDINGS {
        let more = found.len() - MAX_FINDINGS;
        found.truncate(MAX_FINDINGS);
        let text = format!("There are {more} findings more, which are not listed.");
        found.push(Finding::info("more-findings", text));
    }
    found
}

/// What makes php-mqtt refuse, in the order in which it checks.
#[must_use]
pub fn refusals(context: &Context<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    if context.reading.file.is_ok() {
        refusals::check(context, &mut found);
    }
    found
}

#[cfg(test)]
mod tests;
