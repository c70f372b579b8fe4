//! `env`: profile files without the window. Values go to stdout, what should be known about them
//! to stderr. Secrets are shown only where asked for by name (`get`) or with `--reveal`.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value as Json, json};

use super::CliError;
use super::args::{EnvCommand, FileArg, LintArgs, NewArgs, SetArgs, ShowArgs, UnsetArgs};
use super::out::Out;
use crate::core::time::{Clock as _, SystemClock};
use crate::profile::catalog;
use crate::profile::dialect::{Reader, ReaderSet, Weights};
use crate::profile::document::{Document, Removal};
use crate::profile::edit::{self, EditError, Written};
use crate::profile::examine::{Examination, Surroundings, examine};
use crate::profile::files::{self, FileError, SaveError};
use crate::profile::lint::{Finding, Level};
use crate::profile::read::environment;
use crate::profile::reading::{
    Field, MASK, Presence, Reading, Value, is_only_reference, without_userinfo,
};
use crate::profile::template::Template;

pub(super) fn run(command: EnvCommand) -> Result<(), CliError> {
    match command {
        EnvCommand::Show(args) => show(&args),
        EnvCommand::Get(args) => get(&args.file, &args.key),
        EnvCommand::Set(args) => set(&args),
        EnvCommand::Unset(args) => unset(&args),
        EnvCommand::Lint(args) => lint(&args),
        EnvCommand::New(args) => new(&args),
    }
}

fn of_file(error: FileError) -> CliError {
    CliError::failed(format!("{}: {}", error.path.display(), error.what), error.advice)
}

fn of_edit(path: &Path, error: EditError) -> CliError {
    CliError::failed(format!("{}: {}", path.display(), error.what), error.advice)
}

fn of_save(path: &Path, error: SaveError) -> CliError {
    let shown = path.display();
    match error {
        SaveError::File(error) => of_file(error),
        SaveError::Exists => CliError::failed(
            format!("{shown} exists already, and nothing is overwritten."),
            "Choose another name, or remove it first.",
        ),
        SaveError::ChangedOutside { .. } => CliError::failed(
            format!("{shown} was changed by another program at the same moment."),
            "Run the command again.",
        ),
    }
}

fn reading(path: &Path) -> Result<Reading, CliError> {
    let bytes = files::read(path).map_err(of_file)?;
    Ok(Reading::new(Document::new(bytes), &environment))
}

/// The file as the ACS reads it, or why it refuses it.
fn accepted(path: &Path) -> Result<Reading, CliError> {
    let reading = reading(path)?;
    match &reading.file {
        Ok(_) => Ok(reading),
        Err(refusal) => Err(CliError::failed(
            format!("{}, {refusal}; the ACS refuses the whole file.", path.display()),
            format!("See `usp-scope env lint {}`.", path.display()),
        )),
    }
}

fn show(args: &ShowArgs) -> Result<(), CliError> {
    let FileArg { file } = &args.file;
    let reading = accepted(file)?;
    let settings: Map<String, Json> = reading
        .fields
        .iter()
        .map(|field| (field.variable.key.to_owned(), field_json(field, args.reveal)))
        .collect();
    let shown = json!({
        "file": file.display().to_string(),
        "settings": settings,
        "unknown": reading.unknown_keys(),
    });
    let text = serde_json::to_string_pretty(&shown)
        .map_err(|error| CliError::failed(error.to_string(), "Report this as a fault."))?;
    let mut out = Out::new();
    out.line(text.as_bytes())?;
    out.flush()
}

fn field_json(field: &Field, reveal: bool) -> Json {
    let mut object = Map::new();
    let hidden = field.variable.is_secret() && !reveal;
    let (value, note) = match &field.value {
        Value::Null => (Json::Null, None),
        Value::Switch(on) => (json!(on), None),
        Value::Number(number) => (json!(number), None),
        Value::Text(text) if hidden && !text.is_empty() => (json!(MASK), None),
        Value::Text(text) if reveal => (json!(text.expose()), None),
        Value::Text(text) => (json!(without_userinfo(text.expose())), None),
        Value::TypeError(on) => {
            let shown = if hidden { json!(MASK) } else { json!(on) };
            (shown, Some("the ACS stops with a TypeError: a text is needed"))
        }
        Value::Described(words) => (Json::Null, Some(*words)),
    };
    object.insert("value".to_owned(), value);
    let from_file = field.is_from_file();
    let source = if from_file { "file" } else { "default" };
    object.insert("source".to_owned(), json!(source));
    if let Some(line) = field.line.filter(|_| from_file) {
        object.insert("line".to_owned(), json!(line));
        if let Some(text) = &field.text {
            let secret = hidden && !text.is_empty() && !is_only_reference(text.expose());
            let text = match (secret, reveal) {
                (true, _) => MASK.into(),
                (false, true) => text.expose().into(),
                (false, false) => without_userinfo(text.expose()),
            };
            object.insert("text".to_owned(), json!(text));
        }
    }
    match field.presence {
        Presence::Null => object.insert("says".to_owned(), json!("null")),
        Presence::Empty => object.insert("says".to_owned(), json!("empty")),
        Presence::Absent | Presence::Set | Presence::Unread => None,
    };
    if let Some(note) = note {
        object.insert("note".to_owned(), json!(note));
    }
    if !field.unresolved.is_empty() {
        object.insert("unresolved".to_owned(), json!(field.unresolved));
    }
    Json::Object(object)
}

fn get(path: &Path, key: &str) -> Result<(), CliError> {
    let reading = accepted(path)?;
    let file = reading.file.as_ref().ok();
    let Some(value) = file.and_then(|file| file.get(key)?.value.as_deref()) else {
        return Err(CliError::failed(
            format!("{} does not set {key}.", path.display()),
            format!("Set it with `usp-scope env set {} {key}=…`.", path.display()),
        ));
    };
    let mut out = Out::new();
    out.line(value.as_bytes())?;
    out.flush()
}

fn assignment(text: &str) -> Result<(&str, &str), CliError> {
    text.split_once('=').ok_or_else(|| {
        // What was meant as a value may be a secret: it is not repeated.
        CliError::Usage("each setting is written KEY=VALUE".to_owned())
    })
}

fn set(args: &SetArgs) -> Result<(), CliError> {
    let FileArg { file: path } = &args.file;
    let settings = args
        .settings
        .iter()
        .map(|text| assignment(text))
        .collect::<Result<Vec<(&str, &str)>, CliError>>()?;
    let there = files::stamp(path).is_some();
    let base = if there { files::read(path).map_err(of_file)? } else { Vec::new() };
    let mut document = Document::new(base.clone());
    for (key, value) in &settings {
        if args.reference {
            edit::set_reference(&mut document, key, value).map_err(|e| of_edit(path, e))?;
            continue;
        }
        let was_reference = document.last(key).is_some_and(|item| document.holds_reference(item));
        let written = edit::set(&mut document, key, value, &Weights::default())
            .map_err(|error| of_edit(path, error))?;
        tell(key, &written, was_reference);
    }
    save(path, there, &base, &document)?;
    for finding in about(path, &document, &settings) {
        say!("{}", line_of(&finding));
    }
    Ok(())
}

/// Warns of readers that do not get the value, and of what happens to it later.
fn tell(key: &str, written: &Written, was_reference: bool) {
    if was_reference {
        say!("{key}: the reference that stood there is gone; --reference writes one");
    }
    // docker's --env-file is no reader of quotes at all; alone it is not worth a word.
    let lost: ReaderSet = written.lost.iter().map(|(reader, _)| *reader).collect();
    let only_docker = lost.iter().all(|reader| reader == Reader::Docker);
    if !lost.is_empty() && !only_docker {
        let names: Vec<&str> = lost.iter().map(Reader::name).collect();
        say!("{key}: not read as the same value by {}", names.join(", "));
        // A reason that many share is said once.
        let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
        for (reader, why) in written.lost.iter().filter(|(reader, _)| *reader != Reader::Docker) {
            match reasons.iter_mut().find(|(known, _)| known == why) {
                Some((_, readers)) => readers.push(reader.name()),
                None => reasons.push((why, vec![reader.name()])),
            }
        }
        for (why, readers) in reasons {
            say!("  {}: {why}", readers.join(", "));
        }
    } else if only_docker && !lost.is_empty() {
        say!("{key}: not read as the same value by docker --env-file, which knows no quotes");
    }
    for note in &written.notes {
        say!("{key}: {note}");
    }
}

fn save(path: &Path, there: bool, base: &[u8], document: &Document) -> Result<(), CliError> {
    if there {
        files::save(path, base, document.bytes()).map(|_| ()).map_err(|e| of_save(path, e))
    } else {
        files::create(path, document.bytes()).map_err(|e| of_save(path, e))
    }
}

/// Findings about these keys: what was written may be readable and wrong all the same.
fn about(path: &Path, document: &Document, settings: &[(&str, &str)]) -> Vec<Finding> {
    let examined = examination(path, document.bytes());
    let concerned =
        |key: &str| settings.iter().any(|(set, _)| *set == key) && catalog::find(key).is_some();
    examined
        .findings
        .into_iter()
        .filter(|f| f.level < Level::Info && f.key.as_deref().is_some_and(concerned))
        .collect()
}

fn examination(path: &Path, bytes: &[u8]) -> Examination {
    examine(bytes, around(path))
}

fn around(path: &Path) -> Surroundings<'_> {
    let now = SystemClock::new().now();
    Surroundings { path: Some(path), now, environment: &environment, others: &[] }
}

fn unset(args: &UnsetArgs) -> Result<(), CliError> {
    let FileArg { file: path } = &args.file;
    let base = files::read(path).map_err(of_file)?;
    let mut document = Document::new(base.clone());
    let removal = if args.delete { Removal::Delete } else { Removal::CommentOut };
    for key in &args.keys {
        if !document.remove(key, removal) {
            say!("{key} is not set in {}", path.display());
        }
    }
    save(path, true, &base, &document)
}

/// `line 3: `, or nothing for the file as a whole.
fn place(finding: &Finding) -> String {
    finding.line.map_or(String::new(), |line| format!("line {line}: "))
}

fn line_of(finding: &Finding) -> String {
    format!("{}{}: {} [{}]", place(finding), finding.level.word(), finding.text, finding.code)
}

fn finding_json(finding: &Finding) -> Json {
    let fix = finding.fixes.first().map(|fix| fix.label.clone());
    let safe = finding.fixes.first().is_some_and(|fix| fix.safe);
    json!({
        "key": finding.key,
        "line": finding.line,
        "level": finding.level.word(),
        "code": finding.code,
        "text": finding.text,
        "fix": fix,
        "fix_is_safe": safe,
    })
}

fn lint(args: &LintArgs) -> Result<(), CliError> {
    let FileArg { file: path } = &args.file;
    let base = files::read(path).map_err(of_file)?;
    let mut document = Document::new(base.clone());
    if args.fix {
        for finding in edit::fix_all(&mut document, around(path)) {
            let label = finding.fixes.first().map(|fix| fix.label.as_str()).unwrap_or_default();
            say!("fixed: {}{} ({label})", place(&finding), finding.code);
        }
        save(path, true, &base, &document)?;
    }
    let examined = examination(path, document.bytes());
    let mut out = Out::new();
    let as_json = args.format == "json";
    if !as_json {
        out.line(examined.acs.headline("The ACS").as_bytes())?;
        out.line(examined.app.headline("This app").as_bytes())?;
    }
    for finding in &examined.findings {
        if as_json {
            out.line(finding_json(finding).to_string().as_bytes())?;
            continue;
        }
        out.line(line_of(finding).as_bytes())?;
        for fix in &finding.fixes {
            let by_itself = if fix.safe { " (--fix does it)" } else { "" };
            out.line(format!("    fix: {}{by_itself}", fix.label).as_bytes())?;
        }
    }
    out.flush()?;
    match examined.count(Level::Error) {
        0 => Ok(()),
        errors => Err(CliError::failed(
            format!("{} has {errors} error{}.", path.display(), if errors == 1 { "" } else { "s" }),
            format!(
                "`usp-scope env lint --fix {}` mends what can be mended safely.",
                path.display()
            ),
        )),
    }
}

fn new(args: &NewArgs) -> Result<(), CliError> {
    let template = match args.template.as_str() {
        "production" => Template::Production,
        _ => Template::Development,
    };
    let path: &PathBuf = &args.file.file;
    files::create(path, template.text().as_bytes()).map_err(|error| of_save(path, error))?;
    say!("{} written from the {} template", path.display(), template.name());
    Ok(())
}
