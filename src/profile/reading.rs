//! What the ACS ends up with: for every variable the text in the file, the string phpdotenv makes
//! of it, and the value after Laravel's `env()` and PHP's casts.
//!
//! The process environment of a running ACS beats the file, and a cached configuration hides it;
//! this is the file's own word. Reads nothing itself: bytes come in.

use std::collections::HashSet;

use super::catalog::{Fallback, Kind, VARIABLES, Variable, find};
use super::document::{Document, Item};
use super::dotenv::{self, Dotenv, Refusal};
use super::laravel::{EnvValue, env_value};
use crate::core::secret::Secret;

/// A value as the ACS ends up with it. Texts may be secret.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Value {
    /// Nothing is set.
    Null,
    /// A switch after PHP's `(bool)`.
    Switch(bool),
    /// A number after PHP's `(int)`.
    Number(i64),
    /// A text.
    Text(Secret),
    /// `true` or `false` where a text is needed: PHP stops with a TypeError.
    TypeError(bool),
    /// Described in words, because it is not known before the ACS runs.
    Described(&'static str),
}

impl Value {
    /// A text.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(Secret::new(text))
    }

    /// The text, if it is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text.expose()),
            _ => None,
        }
    }

    /// The number, if it is one.
    #[must_use]
    pub fn as_number(&self) -> Option<i64> {
        match self {
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// True for a switch that is on.
    #[must_use]
    pub fn is_on(&self) -> bool {
        *self == Self::Switch(true)
    }
}

/// What the file says about a variable.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Presence {
    /// No line (or a name without `=`, which counts as none): the default applies.
    Absent,
    /// `KEY=null`: null, and not the default.
    Null,
    /// `KEY=`: an empty text, and not the default.
    Empty,
    /// A value.
    Set,
    /// A line the ACS's reader never gets to, since it refuses or swallows it.
    Unread,
}

/// One variable as it stands and as it is read.
#[derive(Clone, Debug)]
pub struct Field {
    /// The variable.
    pub variable: &'static Variable,
    /// The value's text in the file, quotes included; bad bytes as U+FFFD.
    pub text: Option<Secret>,
    /// What phpdotenv makes of it; in a file it refuses, what it makes of this setting alone.
    pub string: Option<Secret>,
    /// What the ACS ends up with; for our own settings, what this app ends up with.
    pub value: Value,
    /// What the file says.
    pub presence: Presence,
    /// Line of the setting that counts, from 1.
    pub line: Option<usize>,
    /// References that stayed as text.
    pub unresolved: Vec<String>,
    /// How often the file sets it.
    pub times: usize,
}

impl Field {
    /// True if the value comes from the file.
    #[must_use]
    pub fn is_from_file(&self) -> bool {
        matches!(self.presence, Presence::Null | Presence::Empty | Presence::Set)
    }

    /// True if the value as written is a reference such as `${NAME}`, wholly or in part.
    #[must_use]
    pub fn has_reference(&self) -> bool {
        self.text.as_ref().is_some_and(|text| {
            let text = text.expose();
            !text.starts_with('\'') && has_reference(text)
        })
    }
}

/// What stands for a secret wherever it is shown.
pub const MASK: &str = "••••••";

/// A text without the user name and password of a URL in it.
#[must_use]
pub fn without_userinfo(text: &str) -> std::borrow::Cow<'_, str> {
    let Some(start) = text.find("://").map(|at| at + 3) else { return text.into() };
    let rest = text.get(start..).unwrap_or_default();
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    match rest.get(..end).and_then(|authority| authority.rfind('@')) {
        Some(at) => {
            let (head, tail) = (text.get(..start).unwrap_or_default(), rest.get(at..));
            format!("{head}{MASK}{}", tail.unwrap_or_default()).into()
        }
        None => text.into(),
    }
}

/// True for `${NAME}` and `"${NAME}"` alone: around a reference a secret may stand.
#[must_use]
pub fn is_only_reference(text: &str) -> bool {
    let inner = text.strip_prefix('"').and_then(|t| t.strip_suffix('"')).unwrap_or(text);
    inner.starts_with("${") && inner.find('}') == Some(inner.len() - 1)
}

/// True if phpdotenv would look for a name in this text.
#[must_use]
pub fn has_reference(text: &str) -> bool {
    text.match_indices("${").any(|(at, _)| {
        let escaped = text
            .get(..at)
            .is_some_and(|t| t.bytes().rev().take_while(|b| *b == b'\\').count() % 2 == 1);
        let rest = text.get(at + 2..).unwrap_or_default();
        let name = rest.split('}').next().unwrap_or_default();
        !escaped
            && rest.len() > name.len()
            && !name.is_empty()
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'.')
    })
}

/// A file as the ACS reads it.
#[derive(Clone, Debug)]
pub struct Reading {
    /// The file.
    pub document: Document,
    /// phpdotenv's answer: all settings, or why it refuses the file.
    pub file: Result<Dotenv, Refusal>,
    /// All known variables, in the catalogue's order.
    pub fields: Vec<Field>,
}

impl Reading {
    /// Reads a file. `environment` gives variables of the process for `${NAME}`.
    #[must_use]
    pub fn new(document: Document, environment: &dyn Fn(&str) -> Option<String>) -> Self {
        let file = dotenv::read(document.bytes(), environment);
        let fields = VARIABLES.iter().map(|v| field(v, &document, file.as_ref().ok())).collect();
        Self { document, file, fields }
    }

    /// The variable of that name.
    #[must_use]
    pub fn field(&self, key: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.variable.key == key)
    }

    /// What the ACS ends up with; null for an unknown name.
    #[must_use]
    pub fn value(&self, key: &str) -> &Value {
        self.field(key).map_or(&Value::Null, |field| &field.value)
    }

    /// A text as the ACS ends up with it.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<&str> {
        self.value(key).as_text()
    }

    /// True if the switch is on for the ACS.
    #[must_use]
    pub fn is_on(&self, key: &str) -> bool {
        self.value(key).is_on()
    }

    /// A number as the ACS ends up with it.
    #[must_use]
    pub fn number(&self, key: &str) -> i64 {
        self.value(key).as_number().unwrap_or(0)
    }

    /// The line that sets `key`, from 1.
    #[must_use]
    pub fn line(&self, key: &str) -> Option<usize> {
        self.field(key).and_then(|field| field.line)
    }

    /// Names in the file that are no variable of the catalogue, each once, in file order.
    #[must_use]
    pub fn unknown_keys(&self) -> Vec<&str> {
        let mut seen = HashSet::new();
        // A bare word may be the rest of somebody's secret.
        let named = |item: &&Item| item.parts().is_some_and(|parts| parts.has_equals);
        let keys = self.document.items().iter().filter(named).filter_map(Item::key);
        keys.filter(|key| find(key).is_none() && seen.insert(*key)).collect()
    }
}

fn field(variable: &'static Variable, document: &Document, file: Option<&Dotenv>) -> Field {
    let item = document.last(variable.key);
    let text = item
        .filter(|item| item.parts().is_some_and(|parts| parts.has_equals))
        .map(|item| Secret::new(String::from_utf8_lossy(document.value_text(item)).into_owned()));
    let entry = file.and_then(|file| file.get(variable.key));
    let string = entry.and_then(|entry| entry.value.clone());
    let presence = match (&string, item) {
        (None, Some(_)) if text.is_some() => Presence::Unread,
        (None, _) => Presence::Absent,
        (Some(string), _) => presence(variable, string),
    };
    let value = match &string {
        Some(string) if variable.is_own() => own(variable, string),
        Some(string) => cast(variable, string),
        None => fallback(variable.default),
    };
    let alone = || {
        let item = item.filter(|_| file.is_none())?;
        let bytes = document.bytes().get(item.span.clone())?;
        dotenv::read(bytes, &|_| None).ok()?.get(variable.key)?.value.clone()
    };
    Field {
        variable,
        text,
        string: string.or_else(alone).map(Secret::new),
        value,
        presence,
        line: item.map(|item| item.line),
        unresolved: entry.map(|entry| entry.unresolved.clone()).unwrap_or_default(),
        times: document.settings(variable.key).count(),
    }
}

fn presence(variable: &Variable, string: &str) -> Presence {
    if variable.is_own() {
        let blank = string.trim().is_empty() || string.trim().eq_ignore_ascii_case("null");
        return if blank { Presence::Empty } else { Presence::Set };
    }
    match env_value(string) {
        EnvValue::Null => Presence::Null,
        EnvValue::Text(text) if text.is_empty() => Presence::Empty,
        _ => Presence::Set,
    }
}

/// The default.
#[must_use]
pub fn fallback(fallback: Fallback) -> Value {
    match fallback {
        Fallback::Null => Value::Null,
        Fallback::Switch(on) => Value::Switch(on),
        Fallback::Number(number) => Value::Number(number),
        Fallback::Text(text) => Value::text(text),
        Fallback::Described(words) => Value::Described(words),
    }
}

/// `env()`, then the cast of the connection manager.
fn cast(variable: &Variable, string: &str) -> Value {
    let mapped = env_value(string);
    match variable.kind {
        Kind::Switch => Value::Switch(mapped.to_bool()),
        Kind::Number { .. } => Value::Number(mapped.to_int()),
        _ => match mapped {
            EnvValue::Null => Value::Null,
            EnvValue::Bool(value) => Value::TypeError(value),
            EnvValue::Text(text) => Value::text(text),
        },
    }
}

/// Our own settings are read strictly; what makes no sense is left as text for the lints.
fn own(variable: &Variable, string: &str) -> Value {
    let text = string.trim();
    if text.is_empty() || text.eq_ignore_ascii_case("null") {
        return fallback(variable.default);
    }
    match variable.kind {
        Kind::Switch => match text.to_ascii_lowercase().as_str() {
            "true" | "1" => Value::Switch(true),
            "false" | "0" => Value::Switch(false),
            _ => Value::text(text),
        },
        Kind::Number { .. } => text.parse().map_or_else(|_| Value::text(text), Value::Number),
        _ => Value::text(text),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn reading(text: &str) -> Reading {
        Reading::new(Document::new(text.as_bytes().to_vec()), &|_| None)
    }

    #[test]
    fn three_nothings() {
        for (text, presence, value) in [
            ("", Presence::Absent, Value::Null),
            ("MQTT_AUTH_USERNAME", Presence::Absent, Value::Null),
            ("MQTT_AUTH_USERNAME=null", Presence::Null, Value::Null),
            ("MQTT_AUTH_USERNAME=", Presence::Empty, Value::text("")),
            ("MQTT_AUTH_USERNAME=(empty)", Presence::Empty, Value::text("")),
            ("MQTT_AUTH_USERNAME=a", Presence::Set, Value::text("a")),
            ("MQTT_AUTH_USERNAME=true", Presence::Set, Value::TypeError(true)),
            ("MQTT_AUTH_USERNAME='\"true\"'", Presence::Set, Value::text("true")),
        ] {
            let reading = reading(text);
            let field = reading.field("MQTT_AUTH_USERNAME").unwrap();
            assert_eq!((field.presence, &field.value), (presence, &value), "{text}");
        }
        // Where the nothings differ most: a switch that is on by default.
        for (text, on) in [("", true), ("MQTT_TLS_VERIFY_PEER=", false)] {
            assert_eq!(reading(text).is_on("MQTT_TLS_VERIFY_PEER"), on, "{text}");
        }
        assert_eq!(reading("MQTT_PORT=").number("MQTT_PORT"), 0);
        assert_eq!(reading("MQTT_PORT=1884x").number("MQTT_PORT"), 1884);
        assert_eq!(reading("").number("MQTT_PORT"), 1883);
    }

    #[test]
    fn the_file_and_the_value_stand_side_by_side() {
        let reading = reading("MQTT_HOST=${H} # x\nH=1\nMQTT_HOST=\"a\\nb\"\nOTHER=1\nOTHER=2\n");
        let host = reading.field("MQTT_HOST").unwrap();
        assert_eq!(host.text.as_ref().map(Secret::expose), Some("\"a\\nb\""));
        assert_eq!(host.value, Value::text("a\nb"));
        assert_eq!((host.line, host.times), (Some(3), 2));
        assert_eq!(reading.unknown_keys(), ["H", "OTHER"]);
    }

    #[test]
    fn a_refused_file_has_texts_but_no_values() {
        let reading = reading("MQTT_PORT=99\nMQTT_AUTH_PASSWORD=CANARY b\n");
        assert!(reading.file.is_err());
        let port = reading.field("MQTT_PORT").unwrap();
        assert_eq!((port.presence, port.line), (Presence::Unread, Some(1)));
        assert_eq!(port.text.as_ref().map(Secret::expose), Some("99"));
        assert!(!format!("{reading:?}").contains("CANARY"));
    }

    #[test]
    fn references_are_told_from_texts() {
        for (text, wanted) in [
            ("${A}", true),
            ("\"x${A_1.b}y\"", true),
            ("\"\\${A}\"", false),
            ("\"\\\\${A}\"", true),
            ("${}", false),
            ("${A", false),
            ("${A:-x}", false),
            ("$A", false),
        ] {
            assert_eq!(has_reference(text), wanted, "{text}");
        }
        let single = reading("MQTT_HOST='${A}'");
        assert!(!single.field("MQTT_HOST").unwrap().has_reference());
    }
}
