//! The profile editor without a window: one open file, what was changed in it, what is known
//! about it. Touches no disk: loading, saving and examining happen elsewhere and are handed in.
//!
//! [`form`] makes rows of it, [`lines`] and [`diff`] the raw file, [`history`] undo and redo,
//! [`outside`] the choice when somebody else changed the file.

pub mod diff;
pub mod form;
pub mod history;
pub mod lines;
pub mod outside;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::core::time::Timestamp;
use crate::profile::catalog::{self, Variable};
use crate::profile::dialect::Weights;
use crate::profile::document::Document;
use crate::profile::edit::{self, Aftermath, EditError, Nothing};
use crate::profile::examine::Examination;
use crate::profile::lint::Fix;
use crate::profile::template::Template;
use diff::Diff;
use history::History;
use lines::RawLine;

/// How long a revealed secret stays visible.
pub const REVEAL_SECS: i64 = 10;

/// Where a profile comes from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Source {
    /// A file on disk.
    File(PathBuf),
    /// Not saved yet; a name to propose.
    New(String),
}

/// One open profile.
pub struct Editor {
    source: Source,
    base: Document,
    document: Document,
    history: History,
    generation: u64,
    examined: Option<(u64, Arc<Examination>)>,
    drafts: BTreeMap<&'static str, String>,
    /// The field being typed into.
    typing: Option<&'static str>,
    errors: BTreeMap<&'static str, EditError>,
    revealed: BTreeMap<String, Timestamp>,
    /// What the file holds now, if somebody else changed it (`None` inside: it is gone).
    outside: Option<Option<Vec<u8>>>,
    /// The file was removed, and saving makes it anew.
    gone: bool,
    shown: Option<Shown>,
    form: Option<FormCache>,
}

/// The form, kept until text, findings or search change.
struct FormCache {
    generation: u64,
    examined: Option<u64>,
    search: String,
    sections: Arc<Vec<form::Section>>,
}

/// What is drawn of the raw file, kept until text or masks change.
struct Shown {
    generation: u64,
    revealed: Vec<String>,
    lines: Arc<Vec<RawLine>>,
    diff: Arc<Diff>,
}

impl Editor {
    /// Opens a file's bytes.
    #[must_use]
    pub fn open(path: PathBuf, bytes: Vec<u8>) -> Self {
        Self::new(Source::File(path), Document::new(bytes.clone()), Document::new(bytes))
    }

    /// A new profile from a template.
    #[must_use]
    pub fn from_template(template: Template) -> Self {
        let name = format!("{}.env", template.name());
        Self::from_text(name, template.text().as_bytes().to_vec())
    }

    /// A new profile from any bytes.
    #[must_use]
    pub fn from_text(name: String, bytes: Vec<u8>) -> Self {
        Self::new(Source::New(name), Document::default(), Document::new(bytes))
    }

    fn new(source: Source, base: Document, document: Document) -> Self {
        Self {
            source,
            base,
            document,
            history: History::default(),
            generation: 1,
            examined: None,
            drafts: BTreeMap::new(),
            typing: None,
            errors: BTreeMap::new(),
            revealed: BTreeMap::new(),
            outside: None,
            gone: false,
            shown: None,
            form: None,
        }
    }

    /// A copy of what is in the editor, not saved yet.
    #[must_use]
    pub fn duplicate(&self) -> Self {
        let name = self.name();
        let stem = name.strip_suffix(".env").unwrap_or(&name);
        let stem = if stem.is_empty() { "profile" } else { stem };
        let mut copy = Self::from_text(format!("{stem}-copy.env"), Vec::new());
        // As a step of its own, so that it counts as unsaved work.
        copy.replace(self.document.bytes().to_vec());
        copy
    }

    /// Where it comes from.
    #[must_use]
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// The file, if it has one.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        match &self.source {
            Source::File(path) => Some(path),
            Source::New(_) => None,
        }
    }

    /// The file's name, or the one proposed.
    #[must_use]
    pub fn name(&self) -> String {
        match &self.source {
            Source::File(path) => path
                .file_name()
                .map_or_else(|| path.display().to_string(), |n| n.to_string_lossy().into_owned()),
            Source::New(name) => name.clone(),
        }
    }

    /// The text in the editor.
    #[must_use]
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// The bytes as they were loaded or last saved.
    #[must_use]
    pub fn base(&self) -> &[u8] {
        self.base.bytes()
    }

    /// Counts the changes; what is examined carries the number it belongs to.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// True if there is something to save.
    #[must_use]
    pub fn is_modified(&self) -> bool {
        self.path().is_none() || self.is_gone() || self.base != self.document
    }

    /// True if the file was removed while it was open: saving makes it anew.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        self.gone || self.outside == Some(None)
    }

    /// What is known about the text; may be a change or two behind.
    #[must_use]
    pub fn examination(&self) -> Option<&Arc<Examination>> {
        self.examined.as_ref().map(|(_, examined)| examined)
    }

    /// True if the text changed since it was examined.
    #[must_use]
    pub fn is_behind(&self) -> bool {
        self.examined.as_ref().is_none_or(|(generation, _)| *generation != self.generation)
    }

    /// True if there is work that would be lost without saving.
    #[must_use]
    pub fn has_unsaved(&self) -> bool {
        match self.source {
            Source::File(_) => self.is_modified(),
            Source::New(_) => self.history.can_undo(),
        }
    }

    /// Takes in what was found about the text of that generation.
    pub fn examined(&mut self, generation: u64, examination: Arc<Examination>) {
        let newer = self.examined.as_ref().is_none_or(|(known, _)| *known <= generation);
        if newer && generation <= self.generation {
            self.examined = Some((generation, examination));
            // Fields show what the text says now; what is being typed stays.
            let typing = self.typing;
            self.drafts.retain(|key, _| Some(*key) == typing);
        }
    }

    /// The text of a field as it is being typed.
    pub fn draft(&mut self, variable: &'static Variable) -> &mut String {
        let examined = self.examined.as_ref();
        self.drafts.entry(variable.key).or_insert_with(|| {
            let field = examined.and_then(|(_, e)| e.reading.field(variable.key));
            field
                .and_then(|field| field.string.as_ref().or(field.text.as_ref()))
                .map(|text| text.expose().to_owned())
                .unwrap_or_default()
        })
    }

    /// Why the last edit of a field was not made.
    #[must_use]
    pub fn error(&self, key: &str) -> Option<&EditError> {
        self.errors.get(key)
    }

    /// Gives a field a value; typing into one field is one step of undo.
    pub fn set(&mut self, key: &'static str, value: &str, typing: bool) {
        self.typing = typing.then_some(key);
        let before = self.document.bytes().to_vec();
        let done = edit::write(&mut self.document, key, value, &Weights::default()).map(|_| ());
        self.finish(key, done, before, typing.then_some(key));
        if !typing {
            self.drafts.remove(key);
        }
    }

    /// Makes a field say nothing.
    pub fn set_nothing(&mut self, key: &'static str, nothing: Nothing) {
        let before = self.document.bytes().to_vec();
        let done = edit::set_nothing(&mut self.document, key, nothing);
        self.finish(key, done, before, None);
        self.drafts.remove(key);
    }

    /// The commented-out line of a field, if it would be a setting again without its mark.
    #[must_use]
    pub fn can_uncomment(&self, key: &str) -> Option<usize> {
        let item = self.document.commented_out(key)?;
        let alone = self.document.bytes().get(item.span.clone())?.to_vec();
        edit::uncomment(&mut Document::new(alone), key).ok().map(|()| item.line)
    }

    /// Makes the commented-out line of a field count again.
    pub fn uncomment(&mut self, key: &'static str) {
        let before = self.document.bytes().to_vec();
        let done = edit::uncomment(&mut self.document, key);
        self.finish(key, done, before, None);
        self.drafts.remove(key);
    }

    fn finish(
        &mut self,
        key: &'static str,
        done: Result<(), EditError>,
        before: Vec<u8>,
        typing: Option<&str>,
    ) {
        match done {
            Ok(()) => {
                self.errors.remove(key);
                if self.document.bytes() != before {
                    self.history.before_change(&before, typing);
                    self.generation += 1;
                }
            }
            Err(error) => {
                self.errors.insert(key, error);
            }
        }
    }

    /// Carries a fix out; gives what is left to do on the disk.
    ///
    /// # Errors
    /// A step of it cannot be made; nothing was changed.
    pub fn apply(&mut self, fix: &Fix) -> Result<Aftermath, EditError> {
        let before = self.document.bytes().to_vec();
        let aftermath = edit::apply(&mut self.document, fix, &Weights::default())?;
        self.changed_from(before);
        Ok(aftermath)
    }

    /// Replaces the whole text, as one step.
    pub fn replace(&mut self, bytes: Vec<u8>) {
        let before = self.document.bytes().to_vec();
        self.document = Document::new(bytes);
        self.changed_from(before);
    }

    fn changed_from(&mut self, before: Vec<u8>) {
        if self.document.bytes() != before {
            self.history.before_change(&before, None);
            self.text_replaced();
        }
    }

    fn text_replaced(&mut self) {
        self.generation += 1;
        self.typing = None;
        self.drafts.clear();
        self.errors.clear();
    }

    /// Takes the last step back.
    pub fn undo(&mut self) {
        if let Some(text) = self.history.undo(self.document.bytes()) {
            self.document = Document::new(text);
            self.text_replaced();
        }
    }

    /// Makes the last step taken back again.
    pub fn redo(&mut self) {
        if let Some(text) = self.history.redo(self.document.bytes()) {
            self.document = Document::new(text);
            self.text_replaced();
        }
    }

    /// True if there is a step to take back.
    #[must_use]
    pub fn can_undo(&self) -> bool {
        self.history.can_undo()
    }

    /// True if a step was taken back.
    #[must_use]
    pub fn can_redo(&self) -> bool {
        self.history.can_redo()
    }

    /// Says that a field lost the focus: the next typing is a new step.
    pub fn end_typing(&mut self) {
        self.history.end_typing();
        if let Some(key) = self.typing.take()
            && !self.errors.contains_key(key)
        {
            self.drafts.remove(key);
        }
    }

    /// Says that these bytes are on disk now, at `path`.
    pub fn saved(&mut self, path: PathBuf, bytes: Vec<u8>) {
        self.source = Source::File(path);
        self.base = Document::new(bytes);
        self.outside = None;
        self.gone = false;
        // What lies around the file changed with it: permissions, relative paths.
        self.generation += 1;
    }

    /// Says that something around the file changed: it is to be examined again.
    pub fn look_again(&mut self) {
        self.generation += 1;
    }

    /// Shows a secret for [`REVEAL_SECS`].
    pub fn reveal(&mut self, key: &str, now: Timestamp) {
        let until = now.plus(std::time::Duration::from_secs(REVEAL_SECS.unsigned_abs()));
        self.revealed.insert(key.to_owned(), until);
    }

    /// Hides one secret, or all.
    pub fn hide(&mut self, key: Option<&str>) {
        match key {
            Some(key) => {
                self.revealed.remove(key);
            }
            None => self.revealed.clear(),
        }
    }

    /// Hides secrets whose time is up. True if some are still shown.
    pub fn tick(&mut self, now: Timestamp) -> bool {
        self.revealed.retain(|_, until| *until > now);
        !self.revealed.is_empty()
    }

    /// True if the secret may be shown.
    #[must_use]
    pub fn is_revealed(&self, key: &str) -> bool {
        self.revealed.contains_key(key)
    }

    /// The raw file and its difference from the disk, secrets masked.
    pub fn raw(&mut self) -> (Arc<Vec<RawLine>>, Arc<Diff>) {
        let revealed: Vec<String> = self.revealed.keys().cloned().collect();
        let fits = self
            .shown
            .as_ref()
            .is_some_and(|s| s.generation == self.generation && s.revealed == revealed);
        if !fits {
            self.shown = None;
        }
        let shown = self.shown.get_or_insert_with(|| {
            let reveal = |key: &str| revealed.iter().any(|shown| shown == key);
            Shown {
                generation: self.generation,
                lines: Arc::new(lines::lines(&self.document, &reveal)),
                diff: Arc::new(diff::diff(&self.base, &self.document, &reveal)),
                revealed: revealed.clone(),
            }
        });
        (Arc::clone(&shown.lines), Arc::clone(&shown.diff))
    }

    /// The rows of the form that match a search; empty until the text was examined once.
    pub fn sections(&mut self, search: &str) -> Arc<Vec<form::Section>> {
        let examined = self.examined.as_ref().map(|(generation, _)| *generation);
        let fits = self.form.as_ref().is_some_and(|form| {
            form.generation == self.generation && form.examined == examined && form.search == search
        });
        if !fits {
            let sections = Arc::new(form::sections(self, search));
            let (generation, search) = (self.generation, search.to_owned());
            self.form = Some(FormCache { generation, examined, search, sections });
        }
        self.form.as_ref().map(|form| Arc::clone(&form.sections)).unwrap_or_default()
    }

    /// True if the setting of that name differs from the one on disk.
    #[must_use]
    pub fn is_changed(&self, key: &str) -> bool {
        if self.path().is_none() {
            // All of it is new.
            return false;
        }
        let text = |document: &Document| {
            document
                .last(key)
                .map(|item| document.bytes().get(item.content.clone()).unwrap_or_default().to_vec())
        };
        text(&self.base) != text(&self.document)
    }

    /// The names of all variables that match a search: in name, label or help.
    #[must_use]
    pub fn matching(search: &str) -> Vec<&'static Variable> {
        let words: Vec<String> =
            search.to_lowercase().split_whitespace().map(str::to_owned).collect();
        catalog::VARIABLES
            .iter()
            .filter(|variable| {
                let text =
                    format!("{} {} {}", variable.key, variable.label, variable.help).to_lowercase();
                words.iter().all(|word| text.contains(word))
            })
            .collect()
    }
}

#[cfg(test)]
mod tests;
