//! The profile editor's part of the workbench: what its commands do, what its thread answers.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use egui::Context;

use super::dialog::{FileDialog, Purpose};
use super::leave::Begin;
use super::profile_worker::{Answer, Job, Worker};
use super::workbench::Workbench;
use crate::engine::EngineCommand;
use crate::mqtt::diagnose;
use crate::mqtt::diagnose::report::Progress;
use crate::profile::catalog::{self, Kind};
use crate::profile::files::SaveError;
use crate::profile::model::Profile;
use crate::profile::read;
use crate::profile::settings::ProfileError;
use crate::ui::command::{Confirmed, ProfileCommand};
use crate::ui::panels::profiles::{Dialog, ProfilesPanel, Tab, search_id};
use crate::ui::place::Page;
use crate::view::check::Check;
use crate::view::command_line;
use crate::view::connection::Tone;
use crate::view::profile_editor::{Editor, Source};

/// State of the editor's page.
#[derive(Default)]
pub(super) struct Profiles {
    pub(super) editor: Option<Editor>,
    pub(super) panel: ProfilesPanel,
    pub(super) own: Vec<PathBuf>,
    pub(super) check: Option<Check>,
    pub(super) before: Option<Page>,
    /// What to do once the unsaved changes are settled.
    after: Option<After>,
    worker: Option<Worker>,
    /// The generation that was sent to be examined.
    sent: u64,
    /// Counts the editors; answers that belong to an earlier one are told by it.
    serial: u64,
    own_folder: Option<PathBuf>,
}

/// What waits for the unsaved changes.
#[derive(Clone, Debug)]
enum After {
    Do(ProfileCommand),
    Quit,
}

impl Profiles {
    pub(super) fn new(own_folder: Option<PathBuf>) -> Self {
        Self { own_folder, ..Self::default() }
    }

    /// True while something about profiles is under way.
    pub(super) fn is_busy(&self) -> bool {
        self.worker.as_ref().is_some_and(Worker::is_busy)
            || self.editor.as_ref().is_some_and(Editor::is_behind)
    }

    /// True if closing the window would lose something.
    pub(super) fn has_unsaved(&self) -> bool {
        self.editor.as_ref().is_some_and(Editor::has_unsaved)
    }

    fn send(&mut self, job: Job) {
        if let Some(worker) = &mut self.worker {
            worker.send(job);
        }
    }
}

impl Workbench {
    /// Opens a file in the editor.
    pub fn edit_file(&mut self, path: &Path) {
        self.show_profiles();
        self.or_ask(ProfileCommand::Open(path.to_owned()));
    }

    /// True if closing the window would lose changes of a profile.
    #[must_use]
    pub fn has_unsaved(&self) -> bool {
        self.profiles.has_unsaved()
    }

    /// Asks what becomes of unsaved changes before the window closes.
    pub fn ask_before_quit(&mut self) {
        self.show_profiles();
        self.profiles.after = Some(After::Quit);
        self.profiles.panel.ask(Dialog::Unsaved { quitting: true });
    }

    pub(super) fn show_profiles(&mut self) {
        if self.page != Page::Profiles {
            self.profiles.before = Some(self.page);
            self.page = Page::Profiles;
        }
        self.list_profiles();
    }

    fn is_open_in_editor(&self, path: &Path) -> bool {
        let path = at_home(path.to_owned());
        self.profiles.editor.as_ref().is_some_and(|editor| editor.path() == Some(&path))
    }

    fn list_profiles(&mut self) {
        let recent = self.prefs.recent.clone();
        self.profiles.send(Job::List { recent });
    }

    /// Takes in what the thread answered, and has the text examined if it changed.
    pub(super) fn poll_profiles(&mut self, ctx: &Context) {
        if self.profiles.worker.is_none() {
            let wake = ctx.clone();
            let own = self.profiles.own_folder.clone();
            self.profiles.worker =
                Worker::start(Arc::clone(&self.clock), own, move || wake.request_repaint());
        }
        let answers = self.profiles.worker.as_mut().map(Worker::answers).unwrap_or_default();
        for answer in answers {
            self.take_answer(answer);
        }
        let now = self.clock.now();
        let Some(editor) = &mut self.profiles.editor else { return };
        let in_front = ctx.input(|input| input.focused);
        if !in_front {
            editor.hide(None);
        }
        if editor.tick(now) {
            ctx.request_repaint_after(std::time::Duration::from_millis(500));
        }
        if editor.generation() != self.profiles.sent {
            let generation = editor.generation();
            let job = Job::Examine {
                generation,
                bytes: editor.document().bytes().to_vec(),
                path: editor.path().map(Path::to_owned),
            };
            self.profiles.sent = generation;
            self.profiles.send(job);
        }
    }

    fn open_editor(&mut self, editor: Editor) {
        self.profiles.editor = Some(editor);
        self.profiles.serial += 1;
        self.profiles.sent = 0;
        self.profiles.check = None;
        self.profiles.panel =
            ProfilesPanel { tab: self.profiles.panel.tab, ..ProfilesPanel::default() };
    }

    fn take_answer(&mut self, answer: Answer) {
        match answer {
            Answer::Done => {}
            Answer::Listed(own) => self.profiles.own = own,
            Answer::Examined { generation, examination } => {
                if let Some(editor) = &mut self.profiles.editor {
                    editor.examined(generation, examination);
                }
            }
            Answer::Fixed { generation, bytes, done } => {
                let Some(editor) = &mut self.profiles.editor else { return };
                if editor.generation() == generation && done > 0 {
                    editor.replace(bytes);
                    let text = if done == 1 {
                        "1 finding fixed; not saved yet".to_owned()
                    } else {
                        format!("{done} findings fixed; not saved yet")
                    };
                    self.toast(Tone::Good, text, None);
                }
            }
            Answer::Loaded { path, result: Ok(_) } if self.profiles.has_unsaved() => {
                // Something was typed while it was read.
                self.or_ask(ProfileCommand::Open(path));
            }
            Answer::Loaded { path, result: Ok(bytes) } => {
                self.prefs.remember(&path);
                self.save_prefs();
                self.open_editor(Editor::open(path, bytes));
                self.list_profiles();
            }
            Answer::Loaded { path: _, result: Err(error) }
                if matches!(self.profiles.panel.dialog(), Some(Dialog::Open { .. })) =>
            {
                let path = error.path.display().to_string();
                let problem = Some(format!("{} {}", error.what, error.advice));
                self.profiles.panel.ask(Dialog::Open { path, problem });
            }
            Answer::Loaded { path: _, result: Err(error) } => {
                let text = format!("{}: {}", error.path.display(), error.what);
                self.toast(Tone::Bad, text, Some(error.advice));
            }
            Answer::Saved { serial, path, bytes, result } => match result {
                Ok(_) => self.saved(serial, path, bytes),
                Err(SaveError::ChangedOutside { .. }) if serial != self.profiles.serial => {}
                Err(SaveError::ChangedOutside { now }) => {
                    self.profiles.after = None;
                    if let Some(editor) = &mut self.profiles.editor {
                        editor.noticed_outside(now);
                    }
                }
                Err(error) => self.not_saved(&error),
            },
            Answer::Created { serial, path, bytes, result } => match result {
                Ok(()) => self.saved(serial, path, bytes),
                Err(error) if serial != self.profiles.serial => self.not_saved(&error),
                Err(error) => {
                    let problem = match &error {
                        SaveError::Exists => "There is such a file already.".to_owned(),
                        other => other.to_string(),
                    };
                    let path = path.display().to_string();
                    self.profiles.panel.ask(Dialog::SaveAs { path, problem: Some(problem) });
                }
            },
            Answer::Restricted(Ok(())) => {
                if let Some(editor) = &mut self.profiles.editor {
                    editor.look_again();
                }
            }
            Answer::Restricted(Err(error)) => {
                self.toast(Tone::Bad, error.what, Some(error.advice));
            }
            Answer::Changed { path, now } => {
                if let Some(editor) = &mut self.profiles.editor
                    && editor.path() == Some(&path)
                {
                    let untouched = !editor.is_modified();
                    let asks = editor.noticed_outside(now);
                    if untouched && !asks {
                        let text = format!("{} was changed outside and read again", editor.name());
                        self.toast(Tone::Quiet, text, None);
                    }
                }
            }
        }
    }

    fn saved(&mut self, serial: u64, path: PathBuf, bytes: Vec<u8>) {
        self.prefs.remember(&path);
        self.save_prefs();
        if serial != self.profiles.serial {
            // Another profile is open by now; it is none of its business.
            self.list_profiles();
            return;
        }
        self.profiles.panel.close_dialog();
        if let Some(editor) = &mut self.profiles.editor {
            editor.saved(path, bytes);
            let name = editor.name();
            self.toast(Tone::Good, format!("{name} saved"), None);
        }
        self.list_profiles();
        match self.profiles.after.take() {
            // Typed on while it was written.
            Some(after) if self.profiles.has_unsaved() => {
                let quitting = matches!(after, After::Quit);
                self.profiles.after = Some(after);
                self.profiles.panel.ask(Dialog::Unsaved { quitting });
            }
            Some(After::Do(command)) => self.profile_command_now(command),
            Some(After::Quit) => self.quit = true,
            None => {}
        }
    }

    fn not_saved(&mut self, error: &SaveError) {
        self.profiles.after = None;
        let (what, advice) = match error {
            SaveError::File(error) => (error.what.clone(), Some(error.advice.clone())),
            other => (other.to_string(), None),
        };
        self.toast(Tone::Bad, format!("Not saved. {what}"), advice);
    }

    /// Carries a command out, but asks first if it would drop unsaved changes.
    pub(super) fn or_ask(&mut self, command: ProfileCommand) {
        if self.profiles.has_unsaved() {
            self.profiles.after = Some(After::Do(command));
            self.profiles.panel.ask(Dialog::Unsaved { quitting: false });
        } else {
            self.profile_command_now(command);
        }
    }

    pub(super) fn profile_command(&mut self, ctx: &Context, command: ProfileCommand) {
        match command {
            ProfileCommand::Open(path) if self.is_open_in_editor(&path) => self.show_profiles(),
            ProfileCommand::Open(_)
            | ProfileCommand::New(_)
            | ProfileCommand::Import(_)
            | ProfileCommand::Duplicate => {
                self.show_profiles();
                self.or_ask(command);
            }
            ProfileCommand::FocusSearch => {
                ctx.memory_mut(|memory| memory.request_focus(search_id()));
            }
            ProfileCommand::CopyCommand(program) => match self.profile_in_editor() {
                Ok(profile) => {
                    ctx.copy_text(command_line::mosquitto(program, &profile));
                    self.toast(
                        Tone::Good,
                        "Command line copied, without the password".into(),
                        None,
                    );
                }
                Err(error) => self.toast(Tone::Bad, error.what, Some(error.advice)),
            },
            other => self.profile_command_now(other),
        }
    }

    fn profile_command_now(&mut self, command: ProfileCommand) {
        match command {
            ProfileCommand::Show => self.show_profiles(),
            ProfileCommand::Leave => {
                self.page = self.profiles.before.take().unwrap_or(Page::Start);
            }
            ProfileCommand::Open(path) => self.profiles.send(Job::Load(at_home(path))),
            ProfileCommand::Choose => {
                self.show_profiles();
                self.profiles.panel.ask(Dialog::Open { path: String::new(), problem: None });
            }
            ProfileCommand::Browse => {
                self.dialog = Some(FileDialog::pick_file(Purpose::EditProfile));
            }
            ProfileCommand::New(template) => self.open_new(Editor::from_template(template)),
            ProfileCommand::AskImport => {
                self.show_profiles();
                self.profiles.panel.ask(Dialog::Import(Default::default()));
            }
            ProfileCommand::Import(text) => {
                let bytes = text.expose().as_bytes().to_vec();
                let mut editor = Editor::from_text("imported.env".to_owned(), Vec::new());
                editor.replace(bytes);
                self.profiles.panel.close_dialog();
                self.open_new(editor);
            }
            ProfileCommand::Duplicate => {
                if let Some(editor) = &self.profiles.editor {
                    let copy = editor.duplicate();
                    self.open_new(copy);
                }
            }
            ProfileCommand::Confirm(confirmed) => self.settle_unsaved(confirmed),
            ProfileCommand::Save => self.save_profile(),
            ProfileCommand::AskSaveAs => self.ask_save_as(None),
            ProfileCommand::SaveAs(path) => {
                if let Some(editor) = &self.profiles.editor {
                    let bytes = editor.document().bytes().to_vec();
                    let serial = self.profiles.serial;
                    let path = at_home(path);
                    self.profiles.send(Job::Create { serial, path, bytes });
                }
            }
            ProfileCommand::Connect => match self.profile_in_editor() {
                Ok(profile) => {
                    if self.profiles.has_unsaved() {
                        let text = "Connecting with changes that are not saved".to_owned();
                        self.toast(Tone::Quiet, text, None);
                    }
                    self.begin(Begin::Profile(Arc::new(profile)));
                }
                Err(error) => self.toast(Tone::Bad, error.what, Some(error.advice)),
            },
            ProfileCommand::Test => self.test_profile(),
            ProfileCommand::StopTest => self.engine.send(EngineCommand::CancelCheck),
            ProfileCommand::PickPath(key) => {
                let folder = catalog::find(key).is_some_and(|v| v.kind == Kind::Folder);
                let purpose = Purpose::Variable(key);
                self.dialog = Some(if folder {
                    FileDialog::pick_folder(purpose)
                } else {
                    FileDialog::pick_file(purpose)
                });
            }
            ProfileCommand::GoTo(key) => self.profiles.panel.go_to = Some(key),
            ProfileCommand::CloseDialog => {
                self.profiles.panel.close_dialog();
                self.profiles.after = None;
            }
            ProfileCommand::FocusSearch | ProfileCommand::CopyCommand(_) => {}
            other => self.edit_profile(other),
        }
    }

    /// Commands that change the open text.
    fn edit_profile(&mut self, command: ProfileCommand) {
        let now = self.clock.now();
        let Some(editor) = &mut self.profiles.editor else { return };
        match command {
            ProfileCommand::Set { key, value, typing } => editor.set(key, value.expose(), typing),
            ProfileCommand::EndTyping => editor.end_typing(),
            ProfileCommand::Nothing(key, nothing) => editor.set_nothing(key, nothing),
            ProfileCommand::Uncomment(key) => editor.uncomment(key),
            ProfileCommand::Reveal(key, true) => editor.reveal(key, now),
            ProfileCommand::Reveal(key, false) => editor.hide(Some(key)),
            ProfileCommand::Undo => editor.undo(),
            ProfileCommand::Redo => editor.redo(),
            ProfileCommand::Outside(choice) => {
                let left = editor.settle_outside(choice);
                if !left.is_empty() {
                    let text = format!("Not merged, theirs stands there: {}", left.join(", "));
                    self.toast(Tone::Warning, text, None);
                }
            }
            // It names lines of a text that is not there any more.
            ProfileCommand::Fix(_) if editor.is_behind() => {}
            ProfileCommand::Fix(fix) => match editor.apply(&fix) {
                Ok(mut after) => {
                    if after.restrict_profile {
                        after.restrict.extend(editor.path().map(Path::to_owned));
                    }
                    if !after.restrict.is_empty() {
                        self.profiles.send(Job::Restrict(after.restrict));
                    }
                }
                Err(error) => self.toast(Tone::Bad, error.what, Some(error.advice)),
            },
            ProfileCommand::FixAll => {
                let job = Job::FixAll {
                    generation: editor.generation(),
                    bytes: editor.document().bytes().to_vec(),
                    path: editor.path().map(Path::to_owned),
                };
                self.profiles.send(job);
            }
            _ => {}
        }
    }

    fn open_new(&mut self, editor: Editor) {
        self.profiles.send(Job::Unwatch);
        self.open_editor(editor);
    }

    fn save_profile(&mut self) {
        let Some(editor) = &self.profiles.editor else { return };
        if !editor.is_modified() {
            return;
        }
        let serial = self.profiles.serial;
        match editor.source().clone() {
            Source::File(path) if editor.is_gone() => {
                let bytes = editor.document().bytes().to_vec();
                self.profiles.send(Job::Create { serial, path, bytes });
            }
            Source::File(path) => {
                let (base, bytes) = (editor.base().to_vec(), editor.document().bytes().to_vec());
                self.profiles.send(Job::Save { serial, path, base, bytes });
            }
            Source::New(name) => self.ask_save_as(Some(name)),
        }
    }

    fn ask_save_as(&mut self, name: Option<String>) {
        let Some(editor) = &self.profiles.editor else { return };
        let path = match (editor.path(), name) {
            (Some(path), None) => path.with_file_name(format!("copy-of-{}", editor.name())),
            (_, name) => {
                let folder = self.profiles.own_folder.clone().unwrap_or_default();
                folder.join(name.unwrap_or_else(|| editor.name()))
            }
        };
        let path = path.display().to_string();
        self.profiles.panel.ask(Dialog::SaveAs { path, problem: None });
    }

    fn settle_unsaved(&mut self, confirmed: Confirmed) {
        self.profiles.panel.close_dialog();
        match confirmed {
            Confirmed::Cancel => self.profiles.after = None,
            Confirmed::Save => self.save_profile(),
            Confirmed::Discard => {
                let after = self.profiles.after.take();
                // Nothing holds it back any more, whatever comes next.
                if !matches!(after, Some(After::Do(ProfileCommand::Duplicate))) {
                    self.profiles.editor = None;
                }
                match after {
                    Some(After::Do(command)) => self.profile_command_now(command),
                    Some(After::Quit) => self.quit = true,
                    None => {}
                }
            }
        }
    }

    /// What the text in the editor means for a connection of our own.
    fn profile_in_editor(&self) -> Result<Profile, ProfileError> {
        let Some(editor) = &self.profiles.editor else {
            return Err(ProfileError {
                path: PathBuf::new(),
                line: None,
                key: None,
                what: "No profile is open.".to_owned(),
                advice: "Open one first.".to_owned(),
            });
        };
        let path = editor.path().map_or_else(|| PathBuf::from(editor.name()), Path::to_owned);
        read::parse(editor.document().bytes(), &path, &read::environment)
            .map(|loaded| loaded.profile)
    }

    fn test_profile(&mut self) {
        let name = self.profiles.editor.as_ref().map(Editor::name).unwrap_or_default();
        let mut check = Check::start(name);
        self.profiles.panel.tab = Tab::Test;
        match self.profile_in_editor() {
            Ok(profile) => self.engine.send(EngineCommand::Check(Arc::new(profile))),
            Err(error) => {
                for report in diagnose::unusable(&error) {
                    check.take(Progress::Finished(report), self.clock.now());
                }
                check.finish();
            }
        }
        self.profiles.check = Some(check);
    }

    /// What the system's dialog was answered for the editor.
    pub(super) fn picked_for_profile(&mut self, purpose: Purpose, path: &Path) {
        match purpose {
            Purpose::Connect => self.open_file(path),
            Purpose::EditProfile => self.edit_file(path),
            Purpose::Export => self.picked_for_export(path),
            Purpose::ViewExport => self.picked_for_view(path),
            Purpose::Variable(key) => {
                if let Some(editor) = &mut self.profiles.editor {
                    editor.set(key, &path.display().to_string(), false);
                }
            }
        }
    }
}

/// A whole path; `~/` at its start is read as shells read it.
fn at_home(path: PathBuf) -> PathBuf {
    let path = match (path.strip_prefix("~"), std::env::var_os("HOME")) {
        (Ok(rest), Some(home)) if !home.is_empty() => PathBuf::from(home).join(rest),
        _ => path,
    };
    std::path::absolute(&path).unwrap_or(path)
}
