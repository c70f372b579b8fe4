//! Carries out what the user asked for; one `match` for all of it.

use std::path::Path;
use std::sync::Arc;

use egui::Context;

use super::dialog::{FileDialog, Purpose};
use super::leave::Begin;
use super::workbench::Workbench;
use crate::engine::EngineCommand;
use crate::profile::model::Profile;
use crate::profile::read;
use crate::ui::command::{ProfileCommand, Setting, UiCommand};
use crate::ui::panels::{latency_page, messages, search};
use crate::ui::place::Page;
use crate::view::connect_form::FormErrors;
use crate::view::connection::{Tone, Words};
use crate::view::format::Clockface;
use crate::view::inspector::Inspected;
use crate::view::latency::broker::BrokerLine;
use crate::view::state::Selection;

/// Endings of capture files; everything else is taken for a profile.
const CAPTURES: [&str; 6] = ["jsonl", "ndjson", "json", "mcap", "log", "txt"];

fn is_capture(path: &Path) -> bool {
    let ending = path.extension().and_then(|e| e.to_str()).unwrap_or("").to_ascii_lowercase();
    CAPTURES.contains(&ending.as_str())
}

impl Workbench {
    /// Connects with a profile and shows its messages.
    pub fn connect(&mut self, profile: Arc<Profile>) {
        self.start_failure = None;
        self.form_errors = FormErrors::default();
        self.note_search();
        let kept = profile.path.as_deref().and_then(|path| self.prefs.search_of(path));
        self.search = kept.unwrap_or_default().to_owned();
        self.profile = Some(Arc::clone(&profile));
        self.capture = None;
        self.page = Page::Traffic;
        self.models.broker = BrokerLine::default();
        self.engine.send(EngineCommand::Connect(profile));
    }

    /// Connects with a profile file or opens a capture; the start page says why it can't.
    pub fn open_file(&mut self, path: &Path) {
        if is_capture(path) {
            self.begin(Begin::Capture(path.to_owned()));
            return;
        }
        match read::load(path, &read::environment) {
            Ok(loaded) => {
                self.prefs.remember(path);
                self.save_prefs();
                for warning in loaded.warnings.into_iter().take(3) {
                    self.toast(Tone::Warning, warning, None);
                }
                self.begin(Begin::Profile(Arc::new(loaded.profile)));
            }
            Err(error) => {
                self.fail_start(error.what_and_where(), Some(error.advice));
                self.failed_profile = Some(path.to_owned());
            }
        }
    }

    /// Opens what was dropped on the window: a capture to look at, a profile to edit.
    pub fn open_dropped(&mut self, path: &Path) {
        if is_capture(path) {
            self.open_file(path);
        } else {
            self.edit_file(path);
        }
    }

    fn fail_start(&mut self, what: String, advice: Option<String>) {
        self.failed_profile = None;
        self.page = Page::Start;
        self.start_failure =
            Some(Words { tone: Tone::Bad, short: "Failed".to_owned(), what, advice });
    }

    /// Starts the demo network before one of the next frames.
    pub fn want_demo(&mut self) {
        self.start_failure = None;
        self.demo_wanted = Some(0);
    }

    pub(super) fn poll_demo(&mut self, ctx: &Context) {
        let Some(frames) = self.demo_wanted else { return };
        if frames < 1 {
            // One frame says "Starting…" first.
            self.demo_wanted = Some(frames + 1);
            ctx.request_repaint();
            return;
        }
        self.demo_wanted = None;
        // The old one goes first: it may hold the port.
        self.demo = None;
        match (self.start_demo)() {
            Ok((profile, demo)) => {
                self.demo = Some(demo);
                self.connect(Arc::new(profile));
            }
            Err(failure) => {
                let what = format!("The demo network can't be started: {}", failure.what);
                self.fail_start(what, failure.advice);
            }
        }
    }

    pub(super) fn poll_dialog(&mut self, ctx: &Context) {
        let Some(dialog) = &mut self.dialog else { return };
        let purpose = dialog.purpose;
        if let Some(answer) = dialog.poll(ctx) {
            let never_showed = dialog.never_showed();
            self.dialog = None;
            if answer.is_none() && never_showed {
                let text = "This desktop offers no file dialog".to_owned();
                let advice = "Type the path into the field instead.".to_owned();
                self.toast(Tone::Warning, text, Some(advice));
            }
            if let Some(path) = answer {
                self.picked_for_profile(purpose, &path);
            }
        }
    }

    /// Remembers the search as the profile's last.
    pub(super) fn note_search(&mut self) {
        if let Some(path) = self.profile.as_ref().and_then(|profile| profile.path.as_deref()) {
            self.prefs.remember_search(path, &self.search);
        }
    }

    /// Writes the preferences, if they are kept.
    pub fn save_prefs(&mut self) {
        self.note_search();
        self.prefs.panes = self.sizes;
        self.prefs.hidden = self.panels.hidden;
        self.prefs.lower = self.panels.lower;
        self.prefs.device = self.panels.device;
        self.prefs.columns = self.columns().clone();
        self.prefs.colour_by = self.models.traffic.colour_by;
        if let Some(path) = &self.prefs_path
            && let Err(error) = self.prefs.save(path)
        {
            tracing::warn!("preferences can't be written to {}: {error}", path.display());
        }
    }

    pub(super) fn pick_message(&mut self, seq: Option<crate::core::ids::Seq>) {
        self.selection.message = seq;
        self.models.inspected = match (seq, self.models.inspected.take()) {
            (Some(seq), Some(old)) if old.is(self.shown.epoch(), seq) => Some(old),
            (Some(seq), _) => Inspected::new(&self.shown, seq),
            (None, _) => None,
        };
    }

    /// Does what a command asks for, as if it came from a click.
    pub fn act(&mut self, ctx: &Context, command: UiCommand) {
        self.carry_out(ctx, command);
    }

    pub(super) fn carry_out(&mut self, ctx: &Context, command: UiCommand) {
        let Some(command) = self.fit_to_present(command) else { return };
        match command {
            UiCommand::PickTopic(topic) => {
                self.selection.topic = topic;
                if let Some(node) = topic {
                    self.models.topics.reveal(&self.shown, node);
                }
            }
            UiCommand::PickDevice(device) => self.selection.device = device,
            UiCommand::PickRange(range) => self.selection.range = range,
            UiCommand::PickMessage(seq) => self.pick_message(seq),
            UiCommand::GoToMessage(seq) => self.go_to_message(seq),
            UiCommand::Search(text) => self.search = text,
            UiCommand::FocusSearch => {
                let field = if self.page == Page::Devices {
                    egui::Id::unique("Filter devices")
                } else {
                    // Searches are for messages.
                    self.go_to_page(Page::Traffic);
                    search::search_id()
                };
                ctx.memory_mut(|memory| memory.request_focus(field));
            }
            UiCommand::ClearPicks => {
                self.models.traffic.marked.clear();
                // What narrows the lists goes first, the message in the inspector last.
                let narrowed = self.selection.narrows() || !self.search.is_empty();
                let message = self.selection.message.filter(|_| narrowed);
                if message.is_none() {
                    self.models.inspected = None;
                }
                self.selection = Selection { message, ..Selection::default() };
                self.panels.latency_page.request = None;
                self.search.clear();
                let list = match self.page {
                    Page::Latency => latency_page::plot_id(),
                    _ => messages::list_id(),
                };
                ctx.memory_mut(|memory| memory.request_focus(list));
            }
            UiCommand::Pause(paused) => {
                self.paused = paused;
                self.shown = Arc::clone(&self.live);
            }
            UiCommand::Follow(follow) => self.models.messages.set_follow(follow),
            UiCommand::ClearMessages => self.engine.send(EngineCommand::Clear),
            UiCommand::StartDemo => self.begin(Begin::Demo { tour: false }),
            UiCommand::ChooseProfile => {
                self.dialog = Some(FileDialog::pick_file(Purpose::Connect));
            }
            UiCommand::OpenProfile(path) => self.open_file(&path),
            UiCommand::ForgetProfile(path) => {
                self.prefs.recent.retain(|known| *known != path);
                self.save_prefs();
            }
            UiCommand::ConnectForm => self.connect_form(),
            UiCommand::Disconnect => self.engine.send(EngineCommand::Disconnect),
            UiCommand::Reconnect => self.engine.send(EngineCommand::Reconnect),
            UiCommand::Show(page) => self.go_to_page(page),
            UiCommand::Travel { back } => self.travel(back),
            UiCommand::ViewExport(command) => self.view_export(ctx, command),
            UiCommand::Present(on) => self.present(ctx, on),
            UiCommand::Tour(step) => self.move_tour(step),
            UiCommand::StartGuidedDemo => self.begin(Begin::Demo { tour: true }),
            UiCommand::TogglePalette => self.overlays.palette.toggle(),
            UiCommand::ToggleKeys => self.overlays.keys = !self.overlays.keys,
            UiCommand::ToggleLog => self.overlays.log = !self.overlays.log,
            UiCommand::ToggleSettings => self.overlays.settings = !self.overlays.settings,
            UiCommand::Set(setting) => self.set(ctx, setting),
            UiCommand::ClearLog => self.journal.clear(),
            UiCommand::Overlook(kind) => self.overlays.overlooked.push(kind),
            UiCommand::ShowExchanges(which) => {
                self.models.exchanges.set_show(which);
                self.go_to_page(Page::Exchanges);
            }
            UiCommand::ShowDevice(tab) => {
                self.panels.device = tab;
                self.save_prefs();
            }
            UiCommand::GoHome => self.page = Page::Start,
            UiCommand::GoToMessages => {
                self.start_failure = None;
                self.page = Page::Traffic;
            }
            UiCommand::Theme(choice) => {
                self.prefs.theme = choice;
                self.save_prefs();
            }
            UiCommand::TogglePane(pane) => {
                if let Some(hidden) = self.panels.hidden.get_mut(pane as usize) {
                    *hidden = !*hidden;
                }
                self.save_prefs();
            }
            UiCommand::ShowLower(tab) => {
                self.panels.lower = tab;
                self.save_prefs();
            }
            UiCommand::Copy { text, what } => {
                ctx.copy_text(text);
                self.toast(Tone::Good, format!("{what} copied"), None);
            }
            UiCommand::Zoom(zoom) => {
                self.prefs.zoom = zoom;
                ctx.set_zoom_factor(zoom);
                self.save_prefs();
            }
            UiCommand::Dismiss(id) => self.toasts.retain(|(_, toast)| toast.id != id),
            UiCommand::Traffic(command) => self.traffic_command(ctx, command),
            UiCommand::Profile(command) => self.profile_command(ctx, command),
            UiCommand::Leave(go) => self.settle_leaving(go),
            UiCommand::Quit if self.has_unsaved() => self.ask_before_quit(),
            UiCommand::Quit => self.quit = true,
        }
        ctx.request_repaint();
    }

    fn go_to_page(&mut self, page: Page) {
        self.start_failure = None;
        if page == Page::Profiles {
            let open = self.profile.as_ref().and_then(|profile| profile.path.clone());
            let command = match open {
                // What is being edited stays where it is.
                Some(path) if self.profiles.editor.is_none() => ProfileCommand::Open(path),
                _ => ProfileCommand::Show,
            };
            self.show_profiles();
            if matches!(command, ProfileCommand::Open(_)) {
                self.or_ask(command);
            }
            return;
        }
        self.page = page;
        if page == Page::Traffic {
            // The message on view elsewhere is on view in the table too.
            self.go_to = self.selection.message;
        }
    }

    fn travel(&mut self, back: bool) {
        let Some(visit) = self.history.go(back).cloned() else { return };
        self.page = visit.page;
        self.selection = visit.selection;
        self.search = visit.search;
        self.pick_message(visit.selection.message);
        if let Some(node) = visit.selection.topic {
            self.models.topics.reveal(&self.shown, node);
        }
        self.go_to = visit.selection.message;
    }

    fn set(&mut self, ctx: &Context, setting: Setting) {
        match setting {
            Setting::ReducedMotion(on) => {
                self.prefs.reduced_motion = on;
                self.restyle(ctx);
            }
            Setting::Utc(on) => {
                self.prefs.utc = on;
                self.clockface = if on { Clockface::utc() } else { self.local.clone() };
            }
            Setting::MemoryMib(mib) => self.prefs.memory_mib = mib,
            Setting::KeepSearch(on) => self.prefs.keep_search = on,
        }
        self.save_prefs();
    }

    fn connect_form(&mut self) {
        match self.form.profile() {
            Ok(profile) => {
                self.prefs.host.clone_from(&self.form.host);
                self.prefs.port.clone_from(&self.form.port);
                self.prefs.tls = self.form.tls;
                self.save_prefs();
                self.begin(Begin::Profile(Arc::new(profile)));
            }
            Err(errors) => self.form_errors = errors,
        }
    }
}
