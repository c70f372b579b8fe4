//! What happens to a value after the file was read: Laravel's `env()`, and dotenv-expand.

use crate::profile::laravel::{EnvValue, env_value};

/// What Laravel's `env()` makes of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LaravelNote {
    /// The same text.
    Kept,
    /// A boolean.
    Bool(bool),
    /// Null.
    Null,
    /// The empty text, for the word `empty`.
    Empty,
    /// The text without the pair of quotes around it.
    LosesQuotes,
}

impl LaravelNote {
    /// True if the text reaches the ACS only with a further pair of quotes inside the value,
    /// which every other reader then takes for part of it.
    #[must_use]
    pub fn needs_inner_quotes(self) -> bool {
        self != Self::Kept
    }

    /// The value to write so that the ACS ends up with `text`.
    #[must_use]
    pub fn protect(self, text: &str) -> String {
        if self.needs_inner_quotes() { format!("\"{text}\"") } else { text.to_owned() }
    }
}

/// What Laravel's `env()` makes of `text`, whether or not it is quoted in the file.
#[must_use]
pub fn laravel_note(text: &str) -> LaravelNote {
    match env_value(text) {
        EnvValue::Null => LaravelNote::Null,
        EnvValue::Bool(value) => LaravelNote::Bool(value),
        EnvValue::Text(kept) if kept == text => LaravelNote::Kept,
        EnvValue::Text(kept) if kept.is_empty() && !text.starts_with(['"', '\'']) => {
            LaravelNote::Empty
        }
        EnvValue::Text(_) => LaravelNote::LosesQuotes,
    }
}

/// What dotenv-expand, often used after npm dotenv, makes of a value, however it is quoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExpandNote {
    /// The same value.
    Kept,
    /// It may replace something behind a `$`.
    Expands,
    /// From version 1000 on it runs what is in `$(…)`.
    RunsCommand,
}

/// What dotenv-expand makes of `value`.
#[must_use]
pub fn expand_note(value: &str) -> ExpandNote {
    if value.contains("$(") {
        ExpandNote::RunsCommand
    } else if value.contains('$') {
        ExpandNote::Expands
    } else {
        ExpandNote::Kept
    }
}
