//! The rows of the form: one per variable, with what the file says, what the ACS ends up with,
//! which readers agree, and the findings.

use super::Editor;
use crate::profile::catalog::{Group, Kind, VARIABLES, Variable};
use crate::profile::certificate::date;
use crate::profile::dialect::{Reader, Verdict};
use crate::profile::lint::{Finding, Level};
use crate::profile::reading::{Field, MASK, Presence, Value, fallback, without_userinfo};
use crate::view::format::one_line;

/// How the field is edited.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Input {
    /// A line of text.
    Text,
    /// A line of text that is masked.
    Secret,
    /// True or false.
    Switch,
    /// A choice of words.
    Choice(&'static [&'static str]),
    /// A path, with a button to pick it.
    Path {
        /// A folder, not a file.
        folder: bool,
    },
    /// A reference, shown as written; it must be given up before a value can be typed.
    Reference,
}

/// One reader and whether it gets the ACS's value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Badge {
    /// The reader.
    pub reader: Reader,
    /// True if it gets the same value.
    pub same: bool,
    /// A sentence.
    pub why: String,
}

/// One row.
#[derive(Clone, Debug)]
pub struct Row {
    /// The variable.
    pub variable: &'static Variable,
    /// How it is edited.
    pub input: Input,
    /// What the file says.
    pub presence: Presence,
    /// Line of the setting that counts.
    pub line: Option<usize>,
    /// The value's text in the file, quotes included; secrets masked.
    pub text: Option<String>,
    /// The reference as written.
    pub reference: Option<String>,
    /// What the ACS ends up with, in words; for our own settings, this app. Secrets masked.
    pub ends_up: String,
    /// The value, for switches.
    pub is_on: bool,
    /// Readers; empty for a variable the file does not set.
    pub badges: Vec<Badge>,
    /// Findings about it, the gravest first.
    pub findings: Vec<Finding>,
    /// What the certificates in the named file say, a line each.
    pub certificates: Vec<String>,
    /// A commented-out line of that name.
    pub commented_out: Option<usize>,
    /// Differs from the disk.
    pub changed: bool,
}

impl Row {
    /// The gravest level of its findings.
    #[must_use]
    pub fn level(&self) -> Option<Level> {
        self.findings.iter().map(|finding| finding.level).min()
    }
}

/// The rows of one group.
#[derive(Clone, Debug)]
pub struct Section {
    /// The group.
    pub group: Group,
    /// Its rows.
    pub rows: Vec<Row>,
}

/// The form; empty until the text was examined once.
#[must_use]
pub fn sections(editor: &Editor, search: &str) -> Vec<Section> {
    let Some(examined) = editor.examination() else { return Vec::new() };
    let matching = Editor::matching(search);
    let mut sections: Vec<Section> = Vec::new();
    for variable in VARIABLES.iter().filter(|v| matching.iter().any(|m| m.key == v.key)) {
        let Some(field) = examined.reading.field(variable.key) else { continue };
        let row = Row {
            variable,
            input: input(field),
            presence: field.presence,
            line: field.line,
            text: field.text.as_ref().map(|text| {
                let hidden = variable.is_secret() && !text.is_empty() && !field.has_reference();
                if hidden {
                    MASK.to_owned()
                } else {
                    without_userinfo(&one_line(text.expose())).into_owned()
                }
            }),
            reference: field.has_reference().then(|| {
                field.text.as_ref().map(|text| reference_text(text.expose())).unwrap_or_default()
            }),
            ends_up: ends_up(field),
            is_on: field.value.is_on(),
            badges: badges(editor, variable.key),
            findings: examined
                .findings
                .iter()
                .filter(|finding| finding.key.as_deref() == Some(variable.key))
                .cloned()
                .collect(),
            certificates: examined
                .certificates(variable.key)
                .iter()
                .map(|facts| {
                    let (from, to) = (date(facts.not_before), date(facts.not_after));
                    format!("{}, issued by {}, valid {from} to {to}", facts.subject, facts.issuer)
                })
                .collect(),
            commented_out: editor.can_uncomment(variable.key),
            changed: editor.is_changed(variable.key),
        };
        match sections.last_mut().filter(|section| section.group == variable.group) {
            Some(section) => section.rows.push(row),
            None => sections.push(Section { group: variable.group, rows: vec![row] }),
        }
    }
    sections
}

/// Findings that belong to no row: about the file as a whole or a variable of somebody else.
#[must_use]
pub fn general_findings(editor: &Editor) -> Vec<Finding> {
    let Some(examined) = editor.examination() else { return Vec::new() };
    let known = |finding: &Finding| {
        finding.key.as_deref().is_some_and(|key| VARIABLES.iter().any(|v| v.key == key))
    };
    examined.findings.iter().filter(|finding| !known(finding)).cloned().collect()
}

fn input(field: &Field) -> Input {
    if field.has_reference() {
        return Input::Reference;
    }
    match field.variable.kind {
        Kind::Secret => Input::Secret,
        Kind::Switch => Input::Switch,
        Kind::Choice(words) => Input::Choice(words),
        Kind::File => Input::Path { folder: false },
        Kind::Folder => Input::Path { folder: true },
        _ => Input::Text,
    }
}

/// A reference without its quotes; what stands around it may be secret and is masked.
fn reference_text(text: &str) -> String {
    let text = text.strip_prefix('"').and_then(|t| t.strip_suffix('"')).unwrap_or(text);
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        if at > 0 {
            out.push('…');
        }
        let tail = rest.get(at..).unwrap_or_default();
        let end = tail.find('}').map_or(tail.len(), |end| end + 1);
        out.push_str(tail.get(..end).unwrap_or_default());
        rest = tail.get(end..).unwrap_or_default();
    }
    if !rest.is_empty() {
        out.push('…');
    }
    out
}

fn ends_up(field: &Field) -> String {
    if field.presence == Presence::Unread {
        return "not read".to_owned();
    }
    words(&field.value, field.variable)
}

/// A value in words.
fn words(value: &Value, variable: &Variable) -> String {
    let unit = match &variable.kind {
        Kind::Number { unit, .. } if !unit.is_empty() => format!(" {unit}"),
        _ => String::new(),
    };
    match value {
        Value::Null => "null".to_owned(),
        Value::Switch(on) => on.to_string(),
        Value::Number(number) => format!("{number}{unit}"),
        Value::Text(text) if text.is_empty() => "empty".to_owned(),
        Value::Text(_) if variable.is_secret() => MASK.to_owned(),
        Value::Text(text) => without_userinfo(&one_line(text.expose())).into_owned(),
        Value::TypeError(on) => format!("TypeError ({on} is no text)"),
        Value::Described(words) => (*words).to_owned(),
    }
}

/// The default in words.
#[must_use]
pub fn default_words(variable: &Variable) -> String {
    words(&fallback(variable.default), variable)
}

fn badges(editor: &Editor, key: &str) -> Vec<Badge> {
    let Some(agreement) = editor.examination().and_then(|e| e.agreement(key)) else {
        return Vec::new();
    };
    let badge = |(reader, verdict): (Reader, &Verdict)| {
        let name = reader.name();
        let why = match verdict {
            Verdict::Same => format!("{name} reads the same value."),
            Verdict::Different => format!("{name} reads another value."),
            Verdict::RejectsFile(_) => format!("{name} refuses the whole file."),
            Verdict::Missing => format!("{name} does not see this line."),
            Verdict::Unknown => format!("What {name} makes of it is not sure."),
        };
        Badge { reader, same: *verdict == Verdict::Same, why }
    };
    agreement.iter().map(badge).collect()
}
