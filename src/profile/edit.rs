//! Edits of a profile by meaning: a value, a reference, nothing, a fix. Chooses the spelling that
//! most readers get, and checks on the whole file that phpdotenv reads what was meant; an edit
//! that fails leaves the document as it was.

use std::path::PathBuf;

use super::dialect::{Reader, ReaderSet, Weights};
use super::document::{Document, Item, Kind, Removal};
use super::dotenv;
use super::examine::Surroundings;
use super::lint::{Finding, Fix, Op, lint};
use super::reading::{Reading, has_reference};
use super::spelling::{self, ExpandNote, LaravelNote, Spelling, Style, Wish};

/// Rounds of fixing: mending one thing may bring another up. Only a file made to need more gets
/// here.
const MAX_ROUNDS: usize = 2000;

/// How a value was written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Written {
    /// The readers that get exactly this value from this file.
    pub readers: ReaderSet,
    /// Those that do not, with the reason.
    pub lost: Vec<(Reader, &'static str)>,
    /// What else should be said, a sentence each.
    pub notes: Vec<String>,
}

/// Why an edit was not made. Holds no value.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{what} {advice}")]
pub struct EditError {
    /// One sentence.
    pub what: String,
    /// One sentence.
    pub advice: String,
}

fn refused(what: impl Into<String>, advice: impl Into<String>) -> EditError {
    EditError { what: what.into(), advice: advice.into() }
}

/// The three ways to say nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Nothing {
    /// The line is commented out: the default applies.
    Absent,
    /// `KEY=null`.
    Null,
    /// `KEY=`.
    Empty,
}

/// Gives `key` a value and says which readers get it. A value it has already is not written
/// again, whatever its spelling.
///
/// # Errors
/// The name is no name, the value cannot be written, or the file hides the line from phpdotenv.
pub fn set(
    document: &mut Document,
    key: &str,
    value: &str,
    weights: &Weights,
) -> Result<Written, EditError> {
    let before = document.bytes().to_vec();
    let (readers, lost) = match write(document, key, value, weights)? {
        None => {
            let readers = super::dialect::agreement(document.bytes(), key).same();
            (readers, not_among(readers, &[]))
        }
        Some(spelled) => {
            // Only what both the rules and the models of the readers say is claimed.
            let (after, value) = (document.bytes(), value.as_bytes());
            let verified = spelling::verify(&before, after, key, value, spelled.readers);
            (verified.readers, not_among(verified.readers, &spelled.lost))
        }
    };
    Ok(Written { readers, lost, notes: notes(key, value) })
}

/// The same without asking the models of the readers; `None` if nothing had to be written.
///
/// # Errors
/// As [`set`].
pub fn write(
    document: &mut Document,
    key: &str,
    value: &str,
    weights: &Weights,
) -> Result<Option<Spelling>, EditError> {
    valid_name(key)?;
    let item = document.last(key).cloned();
    let literal = item.as_ref().is_some_and(|item| !document.holds_reference(item));
    if literal && read_one(document, key).as_deref() == Some(value) {
        return Ok(None);
    }
    let spelled = spell(document, item.as_ref(), value, weights)?;
    let mut edited = document.clone();
    edited.set_text(key, &spelled.text);
    seen_by_phpdotenv(&edited, key, value)?;
    *document = edited;
    Ok(Some(spelled))
}

/// Every reader outside `readers`, with the reason where one is known.
fn not_among(readers: ReaderSet, known: &[(Reader, &'static str)]) -> Vec<(Reader, &'static str)> {
    let other = "something else in the file makes it read another value";
    let why = |reader| known.iter().find(|(r, _)| *r == reader).map_or(other, |(_, why)| why);
    ReaderSet::all().without(readers).iter().map(|reader| (reader, why(reader))).collect()
}

/// Gives the setting that starts on `line` a value.
///
/// # Errors
/// As [`set`]; also if no setting starts there.
pub fn set_line(
    document: &mut Document,
    line: usize,
    value: &str,
    weights: &Weights,
) -> Result<(), EditError> {
    let item = item_at(document, line)?;
    let spelled = spell(document, Some(&item), value, weights)?;
    document.replace_value(&item, &spelled.text);
    Ok(())
}

/// Gives `key` a reference such as `${NAME}`, kept as it stands.
///
/// # Errors
/// The text is no reference, or as [`set`].
pub fn set_reference(document: &mut Document, key: &str, text: &str) -> Result<(), EditError> {
    valid_name(key)?;
    if !has_reference(text) {
        return Err(refused(
            "This is no reference.",
            "Write it as ${NAME}, the name in letters, digits, _ and dots.",
        ));
    }
    let item = document.last(key).cloned();
    let wish = wish(document, item.as_ref(), &Weights::default());
    let spelled = spelling::reference(text, &wish).map_err(|why| {
        refused(format!("The reference cannot be written: {why}."), "Write it as ${NAME}.")
    })?;
    let mut edited = document.clone();
    edited.set_text(key, &spelled.text);
    visible(&edited, key)?;
    *document = edited;
    Ok(())
}

/// Makes `key` say nothing, in one of three ways.
///
/// # Errors
/// As [`set`].
pub fn set_nothing(document: &mut Document, key: &str, nothing: Nothing) -> Result<(), EditError> {
    valid_name(key)?;
    match nothing {
        Nothing::Absent => {
            document.remove(key, Removal::CommentOut);
        }
        Nothing::Null | Nothing::Empty => {
            let mut edited = document.clone();
            edited.set_text(key, if nothing == Nothing::Null { b"null" } else { b"" });
            visible(&edited, key)?;
            *document = edited;
        }
    }
    Ok(())
}

/// Makes the last commented-out line of `key` a setting again.
///
/// # Errors
/// There is none, or what stands in it is no setting phpdotenv reads.
pub fn uncomment(document: &mut Document, key: &str) -> Result<(), EditError> {
    let mut edited = document.clone();
    let there = edited.uncomment(key);
    let broken = dotenv::read(document.bytes(), &|_| None).is_ok()
        && dotenv::read(edited.bytes(), &|_| None).is_err();
    if !there || broken {
        return Err(refused(
            format!("The commented-out line of {key} is no setting phpdotenv reads."),
            "Write the value anew.",
        ));
    }
    visible(&edited, key)?;
    *document = edited;
    Ok(())
}

/// Refuses an edit whose line phpdotenv does not see.
fn visible(edited: &Document, key: &str) -> Result<(), EditError> {
    if edited.last(key).is_some() || opener(edited).is_none() {
        return Ok(());
    }
    Err(hidden(edited, key))
}

/// The first item whose open quote hides what follows.
fn opener(document: &Document) -> Option<&Item> {
    document.items().iter().find(|item| {
        matches!(item.kind, Kind::Swallowed)
            || (item.kind == Kind::Comment && item.last_line > item.line)
    })
}

/// What one fix needs besides an edit of the text.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Aftermath {
    /// Files only their owner should read.
    pub restrict: Vec<PathBuf>,
    /// The profile itself should be read by its owner only.
    pub restrict_profile: bool,
}

/// Carries a fix out; all of it or nothing.
///
/// # Errors
/// A step of it cannot be made.
pub fn apply(
    document: &mut Document,
    fix: &Fix,
    weights: &Weights,
) -> Result<Aftermath, EditError> {
    let mut edited = document.clone();
    let mut aftermath = Aftermath::default();
    let comments: Vec<usize> = fix
        .ops
        .iter()
        .filter_map(|op| match op {
            Op::CommentOut { line } => Some(*line),
            _ => None,
        })
        .collect();
    edited.remove_lines(&comments, Removal::CommentOut);
    for op in &fix.ops {
        match op {
            Op::Set { key, value } => {
                write(&mut edited, key, value.expose(), weights)?;
            }
            Op::SetLine { line, value } => set_line(&mut edited, *line, value.expose(), weights)?,
            Op::Unset { key } => {
                edited.remove(key, Removal::CommentOut);
            }
            // Together below: comments move no line.
            Op::CommentOut { .. } => {}
            Op::QuoteReference { line } => quote_reference(&mut edited, *line)?,
            Op::SpaceOpeners { line } => edited.space_openers(*line),
            Op::CloseQuote { line } => edited.close_quote(*line),
            Op::CommentLine { line } => edited.comment_line(*line),
            Op::ReplaceLine { line, text } => {
                edited.replace_line(*line, text.expose().as_bytes());
            }
            Op::StripBom => {
                edited.strip_bom();
            }
            Op::UnifyLineEnds => edited.unify_line_ends(),
            Op::RestrictFile { path: Some(path) } => aftermath.restrict.push(path.clone()),
            Op::RestrictFile { path: None } => aftermath.restrict_profile = true,
        }
    }
    *document = edited;
    Ok(aftermath)
}

/// Applies every safe fix, again and again until none is left. Gives what was done, in order.
#[must_use]
pub fn fix_all(document: &mut Document, around: Surroundings<'_>) -> Vec<Finding> {
    let weights = Weights::default();
    let mut done: Vec<Finding> = Vec::new();
    for _ in 0..MAX_ROUNDS {
        let reading = Reading::new(document.clone(), around.environment);
        let mended = lint(&around.context(&reading)).into_iter().find(|finding| {
            let Some(fix) = finding.fixes.first().filter(|fix| fix.safe) else { return false };
            // A reference becomes a literal only when somebody asked for it.
            if fix.ops.iter().any(|op| replaces_reference(document, op)) {
                return false;
            }
            let before = document.bytes().to_vec();
            apply(document, fix, &weights).is_ok() && document.bytes() != before
        });
        match mended {
            Some(finding) => done.push(finding),
            None => break,
        }
    }
    done
}

fn replaces_reference(document: &Document, op: &Op) -> bool {
    let item = match op {
        Op::Set { key, .. } => document.last(key),
        Op::SetLine { line, .. } => document.items().iter().find(|item| item.line == *line),
        _ => None,
    };
    item.is_some_and(|item| document.holds_reference(item))
}

/// The reference on a line, with what stands around it, in double quotes.
fn quote_reference(document: &mut Document, line: usize) -> Result<(), EditError> {
    let item = item_at(document, line)?;
    let text = String::from_utf8_lossy(document.value_text(&item)).into_owned();
    let wish = wish(document, Some(&item), &Weights::default());
    let spelled = spelling::reference(&text, &wish).map_err(|why| {
        refused(format!("The reference cannot be quoted: {why}."), "Put it in double quotes.")
    })?;
    document.replace_value(&item, &spelled.text);
    Ok(())
}

fn valid_name(key: &str) -> Result<(), EditError> {
    // What only phpdotenv takes for a name would be lost on most other readers.
    let plain = key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    if key.is_empty() || !plain || key.bytes().next().is_some_and(|b| b.is_ascii_digit()) {
        return Err(refused(
            format!("{key:?} is no name for a variable."),
            "Use letters, digits and _, and start with a letter.",
        ));
    }
    Ok(())
}

fn item_at(document: &Document, line: usize) -> Result<Item, EditError> {
    document.items().iter().find(|item| item.line == line).cloned().ok_or_else(|| {
        refused(format!("Nothing starts on line {line}."), "Look at the file again.")
    })
}

/// What the place of a value asks of its spelling.
fn wish<'d>(document: &'d Document, item: Option<&'d Item>, weights: &Weights) -> Wish<'d> {
    let bytes = document.bytes();
    let part = |range: std::ops::Range<usize>| bytes.get(range).unwrap_or_default();
    let mut wish = Wish { weights: weights.clone(), ..Wish::default() };
    match item {
        Some(item) => {
            wish.crlf = part(item.content.end..item.span.end) == b"\r\n";
            if let Some(parts) = item.parts() {
                let value = part(parts.value.clone());
                wish.present = (parts.has_equals && !value.is_empty()).then(|| Style::of(value));
                wish.exported = part(parts.head.clone()).trim_ascii_start().starts_with(b"export");
                wish.tail = part(parts.tail.clone());
            }
        }
        None => wish.crlf = document.line_end() == b"\r\n",
    }
    wish
}

fn spell(
    document: &Document,
    item: Option<&Item>,
    value: &str,
    weights: &Weights,
) -> Result<Spelling, EditError> {
    spelling::spell(value.as_bytes(), &wish(document, item, weights)).map_err(|impossible| {
        refused(format!("The value cannot be written: {impossible}."), "Choose another value.")
    })
}

/// What phpdotenv makes of the setting that counts; `None` also where it refuses the file.
fn read_one(document: &Document, key: &str) -> Option<String> {
    dotenv::read(document.bytes(), &|_| None).ok()?.get(key)?.value.clone()
}

/// Accepts an edit only if phpdotenv reads the value from the whole file.
fn seen_by_phpdotenv(edited: &Document, key: &str, value: &str) -> Result<(), EditError> {
    let seen = match dotenv::read(edited.bytes(), &|_| None) {
        Ok(file) => file.get(key).and_then(|entry| entry.value.as_deref()) == Some(value),
        // Refused for another line: this one is checked alone.
        Err(refusal) => edited.last(key).is_some_and(|item| {
            item.line != refusal.line
                && read_one(&Document::new(alone(edited, item)), key).as_deref() == Some(value)
        }),
    };
    if seen { Ok(()) } else { Err(hidden(edited, key)) }
}

fn alone(document: &Document, item: &Item) -> Vec<u8> {
    document.bytes().get(item.span.clone()).unwrap_or_default().to_vec()
}

/// Why phpdotenv does not see the line.
fn hidden(document: &Document, key: &str) -> EditError {
    match opener(document) {
        Some(item) => refused(
            format!("The ACS would not see {key}: an open quote hides it."),
            format!("Close the quote on line {} first.", item.line),
        ),
        None => refused(
            format!("phpdotenv would read another value for {key}."),
            "Look at the line and those around it.",
        ),
    }
}

/// What Laravel and dotenv-expand do to the value later.
fn notes(key: &str, value: &str) -> Vec<String> {
    let mut notes = Vec::new();
    let text = super::catalog::find(key).is_none_or(|variable| variable.kind.is_text());
    let own = key.starts_with("USP_SCOPE_");
    if text && !own {
        match spelling::laravel_note(value) {
            LaravelNote::Kept => {}
            LaravelNote::Bool(on) => notes.push(format!(
                "Laravel turns the word {on} into a switch; to keep it a text write '\"{on}\"'."
            )),
            LaravelNote::Null => {
                notes.push("Laravel turns the word null into nothing.".to_owned());
            }
            LaravelNote::Empty => {
                notes.push("Laravel turns the word empty into an empty text.".to_owned());
            }
            LaravelNote::LosesQuotes => notes.push(
                "Laravel takes the quotes around the value away; a further pair inside protects \
                 them."
                    .to_owned(),
            ),
        }
    }
    match spelling::expand_note(value) {
        ExpandNote::Kept => {}
        ExpandNote::Expands => notes.push(
            "dotenv-expand, where it is used, replaces $NAME even in single quotes.".to_owned(),
        ),
        ExpandNote::RunsCommand => notes.push(
            "dotenv-expand 1000 runs what stands in $( ) through a shell, however it is quoted."
                .to_owned(),
        ),
    }
    notes
}

#[cfg(test)]
mod tests;
