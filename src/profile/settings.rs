//! Typed access to the settings of a file: texts, switches, numbers, paths, with a warning for
//! everything that does not mean what it seems to mean.
//!
//! The ACS's variables are read as the ACS reads them (`env()` and PHP's casts); our own, under
//! `USP_SCOPE_`, are read strictly, since nothing else reads them. No value of a secret ever
//! gets into a message.

use std::path::{Path, PathBuf};

use super::dotenv::{Dotenv, Entry};
use super::laravel::{EnvValue, env_value};

/// A profile that cannot be used: where, what, and what to write instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileError {
    /// The file.
    pub path: PathBuf,
    /// The line, from 1, where one is to blame.
    pub line: Option<usize>,
    /// The variable, where one is to blame.
    pub key: Option<String>,
    /// One sentence: what is wrong.
    pub what: String,
    /// One sentence: what to write or do.
    pub advice: String,
}

impl ProfileError {
    /// Where it is and what is wrong, without the advice: `a.env, line 3: …`.
    #[must_use]
    pub fn what_and_where(&self) -> String {
        let line = self.line.map_or_else(String::new, |line| format!(", line {line}"));
        format!("{}{line}: {}", self.path.display(), self.what)
    }
}

impl std::fmt::Display for ProfileError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.what_and_where(), self.advice)
    }
}

impl std::error::Error for ProfileError {}

/// Reads settings one by one and collects warnings.
pub(super) struct Settings<'a> {
    file: &'a Dotenv,
    path: &'a Path,
    /// In the order the settings were asked for.
    pub warnings: Vec<String>,
}

/// A text and the line it stands on.
pub(super) struct Text {
    pub text: String,
    pub line: usize,
}

impl<'a> Settings<'a> {
    pub fn new(file: &'a Dotenv, path: &'a Path) -> Self {
        Self { file, path, warnings: Vec::new() }
    }

    pub fn warn(&mut self, line: usize, text: &str) {
        self.warnings.push(format!("line {line}: {text}"));
    }

    pub fn error(
        &self,
        key: &str,
        what: impl Into<String>,
        advice: impl Into<String>,
    ) -> ProfileError {
        ProfileError {
            path: self.path.to_owned(),
            line: self.file.get(key).map(|e| e.line),
            key: Some(key.to_owned()),
            what: what.into(),
            advice: advice.into(),
        }
    }

    /// True if the file sets `key`, to whatever value.
    pub fn is_present(&self, key: &str) -> bool {
        self.file.get(key).is_some_and(|entry| entry.value.is_some())
    }

    /// The entry, if it has a value, with a warning for what is easily misread: a value cut at
    /// `#`, and references nobody could follow.
    fn entry(&mut self, key: &str) -> Option<(&'a Entry, &'a str)> {
        let entry = self.file.get(key)?;
        let value = entry.value.as_deref()?;
        if entry.cut.is_some() {
            self.warn(
                entry.line,
                &format!(
                    "{key} ends before the # in it, which starts a comment; put the value in \
                     quotes if the # belongs to it."
                ),
            );
        }
        self.warn_of_references(key, entry);
        Some((entry, value))
    }

    fn warn_of_references(&mut self, key: &str, entry: &Entry) {
        if let Some(name) = entry.unresolved.first() {
            self.warn(
                entry.line,
                &format!(
                    "{key} refers to ${{{name}}}, which is set neither earlier in the file nor in \
                     the environment; the text ${{{name}}} itself is used."
                ),
            );
        }
    }

    /// A text; `None` if the line is absent or says null.
    pub fn text(&mut self, key: &str) -> Option<Text> {
        let (entry, value) = self.entry(key)?;
        let line = entry.line;
        let text = match env_value(value) {
            EnvValue::Null => return None,
            EnvValue::Text(text) => text,
            EnvValue::Bool(_) => {
                self.warn(
                    line,
                    &format!(
                        "{key} is a text, but the ACS reads true and false as a switch and stops; \
                         write another value."
                    ),
                );
                value.to_owned()
            }
        };
        Some(Text { text, line })
    }

    /// A text that is not blank; a blank one counts as absent, with a warning that the ACS
    /// refuses it.
    pub fn filled(&mut self, key: &str) -> Option<Text> {
        let found = self.text(key)?;
        if found.text.trim().is_empty() {
            self.warn(
                found.line,
                &format!(
                    "{key} is empty and counts as absent here; the ACS refuses to connect with it. \
                     Remove the line or write {key}=null."
                ),
            );
            return None;
        }
        Some(found)
    }

    /// A text MQTT can carry: at most 65,535 bytes, no NUL.
    pub fn mqtt_text(&mut self, key: &str) -> Result<Option<Text>, ProfileError> {
        match self.filled(key) {
            Some(found) => self.sendable(key, found).map(Some),
            None => Ok(None),
        }
    }

    pub fn sendable(&self, key: &str, found: Text) -> Result<Text, ProfileError> {
        if found.text.len() > 65_535 {
            return Err(self.error(
                key,
                format!("{key} is longer than the 65535 bytes MQTT can carry."),
                "Write a shorter value.",
            ));
        }
        if found.text.contains('\0') {
            return Err(self.error(
                key,
                format!("{key} contains a NUL character, which MQTT forbids."),
                "Remove it.",
            ));
        }
        Ok(found)
    }

    /// A path; relative ones start at the file's folder.
    pub fn path(&mut self, key: &str) -> Option<PathBuf> {
        let found = self.filled(key)?;
        let folder = self.path.parent().unwrap_or_else(|| Path::new(""));
        Some(folder.join(found.text))
    }

    /// A switch of the ACS, read as the ACS does: only empty, `0`, `false` and `null` are off.
    pub fn switch(&mut self, key: &str, default: bool) -> bool {
        let Some((entry, value)) = self.entry(key) else {
            return default;
        };
        let mapped = env_value(value);
        let on = mapped.to_bool();
        if let EnvValue::Text(text) = &mapped
            && !matches!(text.as_str(), "0" | "1")
        {
            let state = if on { "on" } else { "off" };
            let shown = if text.is_empty() { "an empty value" } else { "any other text" };
            self.warn(
                entry.line,
                &format!(
                    "{key} is a switch and {shown} means {state} to the ACS; write true or false."
                ),
            );
        }
        on
    }

    /// A number of the ACS, read as PHP's `(int)` does. `unit` names it in messages.
    pub fn number(
        &mut self,
        key: &str,
        default: i64,
        range: std::ops::RangeInclusive<i64>,
        unit: &str,
    ) -> Result<i64, ProfileError> {
        let Some((entry, value)) = self.entry(key) else {
            return Ok(default);
        };
        let number = env_value(value).to_int();
        if !range.contains(&number) {
            let shown = if value.is_empty() { "empty".to_owned() } else { format!("{number}") };
            return Err(self.error(
                key,
                format!("{key} is {shown}, which is no usable {unit}."),
                format!(
                    "Write a whole number from {} to {}, or remove the line for the default {default}.",
                    range.start(),
                    range.end()
                ),
            ));
        }
        if value.parse::<i64>().is_err() {
            self.warn(entry.line, &format!("{key} is read as {number}; write {key}={number}."));
        }
        Ok(number)
    }

    /// A setting of our own as text; blank counts as absent.
    pub fn own_text(&mut self, key: &str) -> Option<Text> {
        let (entry, value) = self.entry(key)?;
        let text = value.trim();
        (!text.is_empty() && !text.eq_ignore_ascii_case("null"))
            .then(|| Text { text: text.to_owned(), line: entry.line })
    }

    /// A text of our own in which `#` is common. A `#` glued to an unquoted value starts a
    /// comment; if `fits` says that value and comment together make sense, they are taken
    /// together, with a warning.
    pub fn own_text_with_hashes(&mut self, key: &str, fits: impl Fn(&str) -> bool) -> Option<Text> {
        let entry = self.file.get(key)?;
        if let (Some(value), Some(cut)) = (&entry.value, &entry.cut) {
            let text = format!("{value}{cut}");
            if fits(&text) {
                self.warn(
                    entry.line,
                    &format!(
                        "{key} is read as {text}, but to other readers the # starts a comment; \
                         write {key}=\"{text}\"."
                    ),
                );
                return Some(Text { text, line: entry.line });
            }
        }
        self.own_text(key)
    }

    /// A switch of our own: `true`, `false`, `1` or `0`.
    pub fn own_switch(&mut self, key: &str, default: bool) -> Result<bool, ProfileError> {
        let Some(found) = self.own_text(key) else {
            return Ok(default);
        };
        match found.text.to_ascii_lowercase().as_str() {
            "true" | "1" => Ok(true),
            "false" | "0" => Ok(false),
            _ => Err(self.error(
                key,
                format!("{key} is neither true nor false."),
                format!("Write {key}=true or {key}=false."),
            )),
        }
    }

    /// A number of our own: plain digits.
    pub fn own_number(
        &mut self,
        key: &str,
        default: u32,
        range: std::ops::RangeInclusive<u32>,
        unit: &str,
    ) -> Result<u32, ProfileError> {
        let Some(found) = self.own_text(key) else {
            return Ok(default);
        };
        match found.text.parse::<u32>() {
            Ok(number) if range.contains(&number) => Ok(number),
            _ => Err(self.error(
                key,
                format!("{key} is no usable {unit}."),
                format!(
                    "Write a whole number from {} to {}, or remove the line for the default {default}.",
                    range.start(),
                    range.end()
                ),
            )),
        }
    }
}
