//! The app without a window: state, what is taken in before a frame, what is drawn.

use std::any::Any;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use egui::{Frame, Key, Modifiers, Panel, Ui};

use super::dialog::FileDialog;
use super::port::{DemoStarter, EnginePort};
use super::prefs::Prefs;
use super::profiles::Profiles;
use crate::analysis::Snapshot;
use crate::core::ids::{EndpointId, Epoch, Seq};
use crate::core::time::{Clock, Timestamp};
use crate::engine::{EngineCommand, EngineEvent, Level, Notice};
use crate::mqtt::link::LinkState;
use crate::profile::model::Profile;
use crate::ui::command::{Pane, ProfileCommand, UiCommand};
use crate::ui::panels::lower::LowerTab;
use crate::ui::panels::notices::{self, Toast};
use crate::ui::panels::profiles::{self, ProfilesPage};
use crate::ui::panels::start::{self, StartPage};
use crate::ui::panels::top_bar::{self, TopBar};
use crate::ui::panels::{connection, messages, status_bar};
use crate::ui::shell::{self, Models, PaneSizes, Panels, Scene};
use crate::ui::theme::{self, Look};
use crate::view::connect_form::{ConnectForm, FormErrors};
use crate::view::connection::{self as words, Tone};
use crate::view::format::Clockface;
use crate::view::message_list::Filter;
use crate::view::search_field::SearchField;
use crate::view::state::Selection;

/// Time the view-models may take together before a frame.
const BUDGET: Duration = Duration::from_millis(2);

/// While a search runs it may take more: the user waits for it, and the frame still fits.
const SEARCH_BUDGET: Duration = Duration::from_millis(2);

/// How long a notice that is no error stays.
const NOTICE_SECS: i64 = 8;

/// Notices on screen at once; older ones go first.
const NOTICES: usize = 4;

/// What fills the window.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Page {
    /// Try the demo, open a profile, connect.
    Start,
    /// Topics, messages, inspector, latency.
    Traffic,
    /// The profile editor.
    Profiles,
}

/// What a workbench is made of.
pub struct WorkbenchOptions {
    /// The engine.
    pub engine: Box<dyn EnginePort>,
    /// Where the time comes from.
    pub clock: Arc<dyn Clock>,
    /// How the demo network is started.
    pub demo: DemoStarter,
    /// Time of day where the user is.
    pub clockface: Clockface,
    /// Where preferences are kept; `None` to keep none.
    pub prefs_path: Option<PathBuf>,
    /// The app's own folder of profiles; `None` if there is no place for it.
    pub profiles_folder: Option<PathBuf>,
}

/// See the module text.
pub struct Workbench {
    pub(super) engine: Box<dyn EnginePort>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) start_demo: DemoStarter,
    /// Keeps the demo network running.
    pub(super) demo: Option<Box<dyn Any>>,
    /// The demo is started before the next frame, after one that says so was drawn.
    pub(super) demo_wanted: Option<u8>,
    pub(super) clockface: Clockface,
    pub(super) prefs: Prefs,
    pub(super) prefs_path: Option<PathBuf>,
    pub(super) dialog: Option<FileDialog>,
    pub(super) page: Page,
    pub(super) live: Arc<Snapshot>,
    pub(super) shown: Arc<Snapshot>,
    pub(super) paused: bool,
    pub(super) link: LinkState,
    pub(super) profile: Option<Arc<Profile>>,
    /// File name of the capture on view, when there is no profile.
    pub(super) capture: Option<String>,
    pub(super) selection: Selection,
    pub(super) search: String,
    /// What it means.
    search_field: SearchField,
    /// A message to scroll to once its row exists.
    pub(super) go_to: Option<Seq>,
    pub(super) models: Models,
    pub(super) panels: Panels,
    pub(super) sizes: [PaneSizes; 2],
    pub(super) form: ConnectForm,
    pub(super) form_errors: FormErrors,
    pub(super) path_field: String,
    /// Why a profile could not be opened or the demo not be started.
    pub(super) start_failure: Option<words::Words>,
    /// The profile that could not be opened; the editor can say why.
    pub(super) failed_profile: Option<PathBuf>,
    pub(super) profiles: Profiles,
    pub(super) toasts: Vec<(Timestamp, Toast)>,
    pub(super) next_toast: u64,
    pub(super) quit: bool,
    /// The devices whose data models were asked for, and when in the store's lives.
    focus: (Epoch, Vec<EndpointId>),
    /// View-models have not caught up yet.
    more: bool,
    look_set: Option<theme::ThemeChoice>,
}

impl Workbench {
    /// A workbench on its start page.
    #[must_use]
    pub fn new(options: WorkbenchOptions) -> Self {
        let WorkbenchOptions { engine, clock, demo, clockface, prefs_path, profiles_folder } =
            options;
        let prefs = prefs_path.as_deref().map(Prefs::load).unwrap_or_default();
        let mut panels = Panels { hidden: prefs.hidden, lower: prefs.lower, ..Panels::default() };
        if let Ok(widths) = <[f32; 7]>::try_from(prefs.columns.as_slice()) {
            panels.messages.widths = widths;
        }
        let form = ConnectForm {
            host: prefs.host.clone(),
            port: prefs.port.clone(),
            tls: prefs.tls,
            ..ConnectForm::default()
        };
        let live = engine.snapshot();
        let focus = (live.epoch(), Vec::new());
        Self {
            clock,
            start_demo: demo,
            demo: None,
            demo_wanted: None,
            clockface,
            sizes: prefs.panes,
            prefs,
            prefs_path,
            dialog: None,
            page: Page::Start,
            shown: Arc::clone(&live),
            live,
            paused: false,
            link: engine.link(),
            profile: None,
            capture: None,
            selection: Selection::default(),
            search: String::new(),
            search_field: SearchField::default(),
            go_to: None,
            models: Models::default(),
            panels,
            form,
            form_errors: FormErrors::default(),
            path_field: String::new(),
            start_failure: None,
            failed_profile: None,
            profiles: Profiles::new(profiles_folder),
            toasts: Vec::new(),
            next_toast: 1,
            quit: false,
            focus,
            more: false,
            look_set: None,
            engine,
        }
    }

    /// The page on view.
    #[must_use]
    pub fn page(&self) -> Page {
        self.page
    }

    /// Goes to a page.
    pub fn set_page(&mut self, page: Page) {
        self.page = page;
    }

    /// The user's picks.
    #[must_use]
    pub fn selection(&self) -> Selection {
        self.selection
    }

    /// The snapshot on view.
    #[must_use]
    pub fn shown(&self) -> &Snapshot {
        &self.shown
    }

    /// True while the display is frozen.
    #[must_use]
    pub fn is_paused(&self) -> bool {
        self.paused
    }

    /// True if the view-models have not caught up with the snapshot yet.
    #[must_use]
    pub fn is_behind(&self) -> bool {
        self.more || self.profiles.is_busy()
    }

    /// True once the user asked to close the window.
    #[must_use]
    pub fn wants_to_quit(&self) -> bool {
        self.quit
    }

    /// Title for the window.
    #[must_use]
    pub fn title(&self) -> String {
        let name = self.profile.as_ref().map(|p| &p.name).or(self.capture.as_ref());
        match (name, self.page) {
            (Some(name), Page::Traffic) => format!("{name} – USP Scope"),
            _ => "USP Scope".to_owned(),
        }
    }

    /// Takes in what is new; call it before each [`Self::ui`].
    pub fn logic(&mut self, ctx: &egui::Context) {
        // Before looking: what comes in after this line wakes us again.
        self.engine.clear_wake();
        self.live = self.engine.snapshot();
        self.link = self.engine.link();
        for event in self.engine.take_events() {
            self.take_event(event);
        }
        if self.live.epoch() != self.shown.epoch() {
            // Another life of the store: numbers mean other things now.
            self.paused = false;
            self.selection = Selection::default();
            self.models.inspected = None;
            self.models.model.forget();
            self.go_to = None;
        }
        if !self.paused {
            self.shown = Arc::clone(&self.live);
        }
        self.poll_dialog(ctx);
        self.poll_demo(ctx);
        self.poll_profiles(ctx);
        let asked = self.focus_devices();
        self.advance_models();
        // What was asked for may be there at once.
        self.more |= asked;
        let now = self.clock.now();
        self.toasts.retain(|(at, toast)| {
            toast.tone == Tone::Bad || now.nanos_since(*at) < NOTICE_SECS * 1_000_000_000
        });
    }

    /// Asks for the data models that are on view; they last no longer than a life of the store.
    /// True if something was asked for.
    fn focus_devices(&mut self) -> bool {
        let on_view = self.page == Page::Traffic
            && self.panels.lower == LowerTab::Model
            && !self.panels.hidden[Pane::Bottom as usize];
        let wanted =
            if on_view { self.models.model.wanted(self.selection.device) } else { Vec::new() };
        let focus = (self.live.epoch(), wanted);
        if self.focus == focus {
            return false;
        }
        let was_empty = self.focus.1.is_empty();
        self.focus = focus;
        if was_empty && self.focus.1.is_empty() {
            return false;
        }
        self.engine.send(EngineCommand::Focus(self.focus.1.clone()));
        true
    }

    fn take_event(&mut self, event: EngineEvent) {
        match event {
            EngineEvent::Link(_) | EngineEvent::CaptureDone => {}
            EngineEvent::Notice(Notice { level, text, advice, at: _ }) => {
                if self.page_says(&text) {
                    return;
                }
                let tone = match level {
                    Level::Info => Tone::Quiet,
                    Level::Warning => Tone::Warning,
                    Level::Error => Tone::Bad,
                };
                self.toast(tone, text, advice);
            }
            EngineEvent::Check(progress) => {
                if let Some(check) = &mut self.profiles.check {
                    check.take(progress, self.clock.now());
                }
            }
            EngineEvent::CheckDone => {
                if let Some(check) = &mut self.profiles.check {
                    check.finish();
                }
            }
            EngineEvent::Interrupted => self.quit = true,
        }
    }

    /// True if the page itself says why there is no connection.
    fn page_says(&self, text: &str) -> bool {
        let (LinkState::Waiting { failure, .. } | LinkState::Failed { failure }) = &self.link
        else {
            return false;
        };
        let same = text.contains(failure.what.trim_end_matches('.'));
        same && (self.live.is_empty() || self.page == Page::Start)
    }

    /// Shows a notice.
    pub(super) fn toast(&mut self, tone: Tone, text: String, advice: Option<String>) {
        if self.toasts.iter().any(|(_, known)| known.text == text) {
            return;
        }
        let id = self.next_toast;
        self.next_toast += 1;
        self.toasts.push((self.clock.now(), Toast { id, tone, text, advice }));
        if self.toasts.len() > NOTICES {
            self.toasts.remove(0);
        }
    }

    fn advance_models(&mut self) {
        self.search_field.update(&self.search, self.clockface.zone());
        self.panels.messages.search_fault = self.search_field.error_text();
        let filter = Filter {
            topic: self.selection.topic,
            device: self.selection.device,
            search: self.search_field.filter().clone(),
        };
        let models = &mut self.models;
        let snapshot = &self.shown;
        let list = &mut models.messages;
        // A new epoch resets the list's own filter; set it after that.
        let searching = list.progress().is_some() || *list.filter() != filter;
        list.set_filter(filter.clone());
        let budget = if searching { SEARCH_BUDGET } else { BUDGET / 4 };
        let mut more = list.advance(snapshot, budget);
        if *list.filter() != filter {
            list.set_filter(filter);
            more |= list.advance(snapshot, budget);
        }
        more |= models.topics.advance(snapshot, BUDGET / 4);
        more |= models.devices.advance(snapshot, BUDGET / 4);
        more |= models.latency.advance(snapshot, BUDGET / 4);
        let device = self.selection.device;
        match self.panels.lower {
            LowerTab::Latency => {}
            LowerTab::Times => more |= models.times.advance(snapshot, device, BUDGET / 4),
            LowerTab::Problems => models.problems.advance(snapshot, device),
            LowerTab::Model => more |= models.model.advance(snapshot, &self.live, device),
            LowerTab::Exchanges => {
                more |= models.exchanges.advance(snapshot, device, BUDGET / 4);
            }
        }
        self.more = more;
        if let Some(seq) = self.go_to
            && (models.messages.contains(seq) || !more)
        {
            self.go_to = None;
            if models.messages.contains(seq) {
                let visible = self.panels.messages.visible();
                let row = models.messages.row_of(seq) as f64;
                models.messages.scroll_to((row - visible / 2.0).max(0.0), visible);
                models.messages.set_follow(false);
            }
        }
    }

    /// Draws a frame and carries out what the user asked for in it.
    pub fn ui(&mut self, ui: &mut Ui) {
        let ctx = ui.ctx().clone();
        if self.look_set != Some(self.prefs.theme) {
            theme::set_choice(&ctx, self.prefs.theme);
            if self.look_set.is_none() {
                ctx.set_zoom_factor(self.prefs.zoom);
            }
            self.look_set = Some(self.prefs.theme);
        } else {
            // The keyboard changes it too.
            self.prefs.zoom = ctx.zoom_factor();
        }
        let look = Look::of(&ctx, self.prefs.theme);
        let mut commands = Vec::new();
        self.shortcuts(ui, &mut commands);
        let panel = Frame::new().fill(look.tokens.panel);
        Panel::top("top-bar")
            .frame(panel)
            .exact_size(top_bar::HEIGHT)
            .show_separator_line(false)
            .resizable(false)
            .show(ui, |ui| self.top_bar_ui(ui, look, &mut commands));
        let mut bottom = 0.0;
        match self.page {
            Page::Start => self.start_ui(ui, look, &mut commands),
            Page::Profiles => self.profiles_ui(ui, look, &mut commands),
            Page::Traffic => {
                Panel::bottom("status-bar")
                    .frame(panel)
                    .exact_size(status_bar::HEIGHT)
                    .show_separator_line(false)
                    .resizable(false)
                    .show(ui, |ui| {
                        let devices = self.models.devices.total();
                        status_bar::show(ui, look, &self.live, devices, self.paused);
                    });
                bottom = status_bar::HEIGHT;
                self.traffic_ui(ui, look, &mut commands);
            }
        }
        let toasts: Vec<Toast> = self.toasts.iter().map(|(_, toast)| toast.clone()).collect();
        notices::show(&ctx, look, &toasts, bottom, &mut commands);
        for command in commands {
            self.carry_out(&ctx, command);
        }
        self.plan_repaint(&ctx);
    }

    fn top_bar_ui(&mut self, ui: &mut Ui, look: Look, commands: &mut Vec<UiCommand>) {
        let bar = TopBar {
            live: &self.live,
            link: &self.link,
            profile: self.profile.as_deref(),
            capture: self.capture.as_deref(),
            now: self.clock.now(),
            clockface: &self.clockface,
            paused: self.paused,
            new_while_paused: self.live.end_seq().0.saturating_sub(self.shown.end_seq().0),
            theme: self.prefs.theme,
            on_traffic: self.page == Page::Traffic,
            on_profiles: self.page == Page::Profiles,
            hidden: self.panels.hidden,
        };
        let search = (&mut self.search, &mut self.search_field);
        top_bar::show(ui, look, &bar, search, commands);
    }

    fn start_ui(&mut self, ui: &mut Ui, look: Look, commands: &mut Vec<UiCommand>) {
        let now = self.clock.now();
        let of_link = match &self.link {
            LinkState::Failed { .. } | LinkState::Waiting { .. } => {
                let broker = connection::broker(self.profile.as_deref());
                Some(words::words(&self.link, &broker, now))
            }
            _ => None,
        };
        let page = StartPage {
            recent: &self.prefs.recent,
            failure: self.start_failure.as_ref().or(of_link.as_ref()),
            failed_profile: self
                .failed_profile
                .as_deref()
                .filter(|_| self.start_failure.is_some())
                .or(of_link.as_ref().and(self.profile.as_ref().and_then(|p| p.path.as_deref()))),
            errors: &self.form_errors,
            demo_starting: self.demo_wanted.is_some(),
            has_messages: self.profile.is_some() || !self.live.is_empty(),
        };
        let plain = Frame::new().fill(look.tokens.canvas);
        egui::CentralPanel::no_frame().frame(plain).show(ui, |ui| {
            start::show(ui, look, &page, &mut self.form, &mut self.path_field, commands);
        });
    }

    fn profiles_ui(&mut self, ui: &mut Ui, look: Look, commands: &mut Vec<UiCommand>) {
        let can_leave = self.profiles.before == Some(Page::Traffic);
        let page = ProfilesPage {
            editor: self.profiles.editor.as_mut(),
            own: &self.profiles.own,
            recent: &self.prefs.recent,
            check: self.profiles.check.as_ref(),
            can_leave,
            now: self.clock.now(),
        };
        profiles::show(ui, look, page, &mut self.profiles.panel, commands);
    }

    fn traffic_ui(&mut self, ui: &mut Ui, look: Look, commands: &mut Vec<UiCommand>) {
        let scene = Scene {
            snapshot: &self.shown,
            selection: self.selection,
            link: &self.link,
            profile: self.profile.as_deref(),
            now: self.clock.now(),
            clockface: &self.clockface,
        };
        let (models, panels) = (&mut self.models, &mut self.panels);
        shell::show(ui, look, &scene, models, panels, &mut self.sizes, commands);
    }

    /// Keys that work everywhere; those without a modifier only while no text is being typed.
    fn shortcuts(&self, ui: &Ui, commands: &mut Vec<UiCommand>) {
        let ctx = ui.ctx();
        let pressed = |modifiers, key| ctx.input_mut(|i| i.consume_key(modifiers, key));
        if pressed(Modifiers::COMMAND, Key::O) {
            commands.push(if self.page == Page::Profiles {
                UiCommand::Profile(ProfileCommand::Choose)
            } else {
                UiCommand::ChooseProfile
            });
        }
        if pressed(Modifiers::COMMAND, Key::Q) {
            commands.push(UiCommand::Quit);
        }
        if self.page == Page::Profiles {
            Self::profile_shortcuts(ctx, commands);
        }
        if self.page != Page::Traffic || ctx.text_edit_focused() {
            return;
        }
        if pressed(Modifiers::NONE, Key::Slash) || pressed(Modifiers::COMMAND, Key::F) {
            commands.push(UiCommand::FocusSearch);
        }
        let focused = ui.memory(|memory| memory.focused());
        // Space on a focused button presses the button.
        let on_list = focused.is_none_or(|id| id == messages::list_id());
        if on_list && pressed(Modifiers::NONE, Key::Space) {
            commands.push(UiCommand::Pause(!self.paused));
        }
        if !egui::Popup::is_any_open(ctx) && pressed(Modifiers::NONE, Key::Escape) {
            commands.push(UiCommand::ClearPicks);
        }
    }

    fn profile_shortcuts(ctx: &egui::Context, commands: &mut Vec<UiCommand>) {
        let both = Modifiers::COMMAND.plus(Modifiers::SHIFT);
        for (modifiers, key, command) in [
            (both, Key::Z, ProfileCommand::Redo),
            (Modifiers::COMMAND, Key::Y, ProfileCommand::Redo),
            (Modifiers::COMMAND, Key::Z, ProfileCommand::Undo),
            (Modifiers::COMMAND, Key::S, ProfileCommand::Save),
            (Modifiers::COMMAND, Key::F, ProfileCommand::FocusSearch),
            (Modifiers::COMMAND, Key::T, ProfileCommand::Test),
        ] {
            // A text field takes back what was typed into it by itself.
            let undoes = matches!(command, ProfileCommand::Undo | ProfileCommand::Redo);
            if undoes && ctx.text_edit_focused() {
                continue;
            }
            if ctx.input_mut(|input| input.consume_key(modifiers, key)) {
                commands.push(UiCommand::Profile(command));
            }
        }
    }

    /// Asks for the next frame where time alone changes what is seen.
    fn plan_repaint(&self, ctx: &egui::Context) {
        let now = self.clock.now();
        let after = |millis: u64| ctx.request_repaint_after(Duration::from_millis(millis));
        if self.more || self.go_to.is_some() {
            after(1);
        } else if self.models.latency.is_behind() {
            after(100);
        }
        if let LinkState::Waiting { until, .. } = self.link {
            // When the number of seconds changes.
            let left = until.nanos_since(now).max(0) / 1_000_000;
            after((left % 1000) as u64 + 20);
        }
        let testing = self.profiles.check.as_ref().is_some_and(|check| check.running);
        if !self.toasts.is_empty() || (testing && self.page == Page::Profiles) {
            after(1000);
        }
        if self.page == Page::Traffic && !self.live.is_empty() {
            // The rate and its bars move on; ages are read in minutes after that.
            let quiet_secs = now.nanos_since(self.live.now()) / 1_000_000_000;
            after(if quiet_secs < 45 { 1000 } else { 30_000 });
        }
    }
}
