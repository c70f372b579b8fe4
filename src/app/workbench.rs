//! The app without a window: state, what is taken in before a frame, what is drawn.

use std::any::Any;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use egui::{Frame, Key, Modifiers, Panel, Ui};

use super::dialog::FileDialog;
use super::export::Running;
use super::history::{History, Visit};
use super::leave::Leaving;
use super::overlays::Overlays;
use super::port::{DemoStarter, EnginePort};
use super::prefs::Prefs;
use super::profiles::Profiles;
use super::view_export::ViewExports;
use crate::analysis::Snapshot;
use crate::core::ids::{EndpointId, Epoch, Seq};
use crate::core::time::{Clock, Timestamp};
use crate::engine::{EngineCommand, EngineEvent, Level, Notice};
use crate::mqtt::link::LinkState;
use crate::profile::model::Profile;
use crate::ui::actions::{ACTIONS, Situation, When};
use crate::ui::command::{Pane, ProfileCommand, UiCommand};
use crate::ui::panels::broker::{self, BrokerPage};
use crate::ui::panels::lower::{DeviceTab, LowerTab};
use crate::ui::panels::notices::{self, Toast};
use crate::ui::panels::palette;
use crate::ui::panels::profiles::{self, ProfilesPage};
use crate::ui::panels::rail::{self, Rail};
use crate::ui::panels::settings::{self, Settings};
use crate::ui::panels::start::{self, StartPage};
use crate::ui::panels::top_bar::{self, TopBar};
use crate::ui::panels::{
    banner, connection, keys_help, latency_page, leave, log, messages, presenter, status_bar, tour,
    view_export,
};
use crate::ui::place::Page;
use crate::ui::shell::{self, Models, PaneSizes, Panels, Scene};
use crate::ui::theme::{self, Look};
use crate::ui::traffic_command::TrafficCommand;
use crate::view::condition::{self, Condition, Kind, Watch};
use crate::view::connect_form::{ConnectForm, FormErrors};
use crate::view::connection::{self as words, Tone};
use crate::view::format::Clockface;
use crate::view::journal::Journal;
use crate::view::message_list::Filter;
use crate::view::problems;
use crate::view::search_field::SearchField;
use crate::view::state::Selection;
use crate::view::tour::Step;

/// Time the view-models may take together before a frame.
const BUDGET: Duration = Duration::from_millis(2);

/// While a search runs it may take more: the user waits for it, and the frame still fits.
const SEARCH_BUDGET: Duration = Duration::from_millis(2);

/// How long a notice that is no error stays.
const NOTICE_SECS: i64 = 8;

/// Notices on screen at once; older ones go first.
const NOTICES: usize = 4;

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
    /// Time of day where the user is; `clockface` may be UTC.
    pub(super) local: Clockface,
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
    /// Messages on their way to a file.
    pub(super) export: Option<Running>,
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
    /// What the notices said.
    pub(super) journal: Journal,
    /// Where the user has been.
    pub(super) history: History,
    /// What is open above the page.
    pub(super) overlays: Overlays,
    /// The question whether what was received may go.
    pub(super) leaving: Option<Leaving>,
    pub(super) watch: Watch,
    pub(super) view_exports: ViewExports,
    /// Showing the network to others: no chrome, nothing that names anybody.
    pub(super) presenting: bool,
    /// The step of the guided tour.
    pub(super) tour: Option<Step>,
    /// The tour begins once the demo has something to show.
    pub(super) tour_wanted: bool,
    pub(super) next_toast: u64,
    pub(super) quit: bool,
    /// The devices whose data models were asked for, and when in the store's lives.
    focus: (Epoch, Vec<EndpointId>),
    /// View-models have not caught up yet.
    more: bool,
    look_set: Option<theme::ThemeChoice>,
}

/// Views on view that are costly to keep up.
#[derive(Clone, Copy)]
pub(super) struct OnView {
    plot: bool,
    pub(super) ladder: bool,
    times: bool,
    problems: bool,
    model: bool,
    exchanges: bool,
    history: bool,
}

impl Workbench {
    /// A workbench on its start page.
    #[must_use]
    pub fn new(options: WorkbenchOptions) -> Self {
        let WorkbenchOptions { engine, clock, demo, clockface, prefs_path, profiles_folder } =
            options;
        let prefs = prefs_path.as_deref().map(Prefs::load).unwrap_or_default();
        let mut panels = Panels {
            hidden: prefs.hidden,
            lower: prefs.lower,
            device: prefs.device,
            ..Panels::default()
        };
        panels.messages.columns = prefs.columns.clone();
        let mut models = Models::default();
        models.traffic.colour_by = prefs.colour_by;
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
            local: clockface.clone(),
            clockface: if prefs.utc { Clockface::utc() } else { clockface },
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
            export: None,
            go_to: None,
            models,
            panels,
            form,
            form_errors: FormErrors::default(),
            path_field: String::new(),
            start_failure: None,
            failed_profile: None,
            profiles: Profiles::new(profiles_folder),
            toasts: Vec::new(),
            journal: Journal::default(),
            history: History::default(),
            overlays: Overlays::default(),
            leaving: None,
            watch: Watch::default(),
            view_exports: ViewExports::default(),
            presenting: false,
            tour: None,
            tour_wanted: false,
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
        self.more || self.profiles.is_busy() || self.is_writing()
    }

    /// True once the user asked to close the window.
    #[must_use]
    pub fn wants_to_quit(&self) -> bool {
        self.quit
    }

    /// Title for the window.
    #[must_use]
    pub fn title(&self) -> String {
        if self.presenting {
            return "USP Scope".to_owned();
        }
        let name = self.profile.as_ref().map(|p| &p.name).or(self.capture.as_ref());
        match (name, self.page) {
            (Some(name), page) if page.is_live() => format!("{name} – USP Scope"),
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
            self.panels.latency_page.forget();
            self.history.forget();
            self.models.inspected = None;
            self.models.model.forget();
            self.models.traffic.start_over(self.live.epoch());
            self.go_to = None;
        }
        if !self.paused {
            self.shown = Arc::clone(&self.live);
        }
        self.watch.look(&self.live, self.clock.now());
        self.poll_dialog(ctx);
        self.poll_demo(ctx);
        self.poll_tour();
        self.poll_view_export();
        self.poll_profiles(ctx);
        self.poll_export();
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
        let wanted = if self.on_view().model {
            self.models.model.wanted(self.selection.device)
        } else {
            Vec::new()
        };
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
            EngineEvent::Link(state) => self.models.broker.link(&state, self.clock.now()),
            EngineEvent::RoundTrip(trip) => self.models.broker.trip(trip),
            EngineEvent::CaptureDone => {}
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

    /// Shows a notice and writes it down.
    pub(super) fn toast(&mut self, tone: Tone, text: String, advice: Option<String>) {
        self.journal.note(self.clock.now(), tone, &text, advice.as_deref());
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

    /// The views that need their models.
    pub(super) fn on_view(&self) -> OnView {
        let lower = |tab| {
            self.page == Page::Traffic
                && self.panels.lower == tab
                && !self.panels.hidden[Pane::Bottom as usize]
        };
        let device = |tab| {
            self.page == Page::Devices
                && self.selection.device.is_some()
                && self.panels.device == tab
        };
        OnView {
            plot: lower(LowerTab::Latency),
            ladder: lower(LowerTab::Ladder) || device(DeviceTab::Ladder),
            times: lower(LowerTab::Times) || device(DeviceTab::Times),
            problems: lower(LowerTab::Problems)
                || device(DeviceTab::Problems)
                || self.page == Page::Problems,
            model: lower(LowerTab::Model) || device(DeviceTab::Model),
            history: lower(LowerTab::Ladder) || self.page == Page::Devices,
            exchanges: lower(LowerTab::Exchanges)
                || device(DeviceTab::Exchanges)
                || self.page == Page::Exchanges,
        }
    }

    fn advance_models(&mut self) {
        self.search_field.update(&self.search, self.clockface.zone());
        self.panels.messages.search_fault = self.search_field.error_text();
        let filter = Filter {
            topic: self.selection.topic,
            device: self.selection.device,
            range: self.selection.range,
            search: self.search_field.filter().clone(),
        };
        let on_view = self.on_view();
        let models = &mut self.models;
        let snapshot = &self.shown;
        let list = &mut models.messages;
        // A new epoch resets the list's own filter; set it after that.
        let searching =
            list.progress().is_some() || list.sort_progress().is_some() || *list.filter() != filter;
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
        let view = self.panels.latency_page.view(&self.selection);
        let view = (self.page == Page::Latency).then_some(view);
        more |= models.latency_page.advance(snapshot, view, BUDGET / 2);
        let Selection { device, range, .. } = self.selection;
        models.exchanges.set_range(range);
        models.problems.set_range(range);
        if on_view.times {
            more |= models.times.advance(snapshot, device, BUDGET / 4);
        }
        if on_view.problems {
            models.problems.advance(snapshot, device);
        }
        if on_view.model {
            more |= models.model.advance(snapshot, &self.live, device);
        }
        if on_view.history {
            // Without a pick it is the device of the message on view.
            let of_message = self.selection.message.and_then(|seq| {
                let row = snapshot.row(seq)?;
                let is_agent = |id: &EndpointId| snapshot.endpoint(*id).is_agent;
                row.from.filter(is_agent).or(row.to.filter(is_agent)).or(row.from)
            });
            more |= models.history.advance(snapshot, device.or(of_message), BUDGET / 4);
        }
        if on_view.exchanges {
            more |= models.exchanges.advance(snapshot, device, BUDGET / 4);
        }
        more |= self.advance_traffic(BUDGET / 4);
        self.more = more;
        let models = &mut self.models;
        if let Some(seq) = self.go_to
            && (models.messages.contains(seq) || !more)
        {
            self.go_to = None;
            if models.messages.contains(seq) {
                let visible = self.panels.messages.visible();
                let row = models.messages.row_of(seq) as f64;
                models.messages.scroll_to((row - visible / 2.0).max(0.0), visible);
                models.messages.set_follow_off();
            }
        }
    }

    /// Draws a frame and carries out what the user asked for in it.
    pub fn ui(&mut self, ui: &mut Ui) {
        let ctx = ui.ctx().clone();
        if self.look_set != Some(self.prefs.theme) {
            self.restyle(&ctx);
            if self.look_set.is_none() {
                ctx.set_zoom_factor(self.prefs.zoom);
            }
            self.look_set = Some(self.prefs.theme);
        } else if !self.presenting {
            // The keyboard changes it too.
            self.prefs.zoom = ctx.zoom_factor();
        }
        let look = Look::of(&ctx, self.prefs.theme);
        let mut commands = Vec::new();
        self.shortcuts(ui, &mut commands);
        let panel = Frame::new().fill(look.tokens.panel);
        if self.presenting {
            Panel::top("presenter")
                .frame(panel)
                .exact_size(presenter::HEIGHT)
                .show_separator_line(false)
                .resizable(false)
                .show(ui, |ui| presenter::show(ui, look, self.page, self.paused, &mut commands));
        } else {
            self.bars_ui(ui, look, panel, &mut commands);
        }
        if let Some(step) = self.tour {
            let caption = step.caption(&self.shown, self.models.devices.total());
            tour::show(ui, look, step, &caption, &mut commands);
        }
        match self.page {
            Page::Start => self.start_ui(ui, look, &mut commands),
            Page::Profiles => self.profiles_ui(ui, look, &mut commands),
            Page::Broker => self.broker_ui(ui, look, &mut commands),
            _ => self.place_ui(ui, look, &mut commands),
        }
        self.overlays_ui(&ctx, look, &mut commands);
        // The log tells the same, and lies where they do.
        if !self.presenting && !self.overlays.log {
            let toasts: Vec<Toast> = self.toasts.iter().map(|(_, toast)| toast.clone()).collect();
            let bottom = if self.page.is_live() { status_bar::HEIGHT } else { 0.0 };
            notices::show(&ctx, look, &toasts, bottom, &mut commands);
        }
        for command in commands {
            self.carry_out(&ctx, command);
        }
        if self.page != Page::Start {
            self.history.note(Visit {
                page: self.page,
                selection: self.selection,
                search: self.search.clone(),
            });
        }
        self.plan_repaint(&ctx);
    }

    /// What stands around the pages.
    fn bars_ui(&mut self, ui: &mut Ui, look: Look, panel: Frame, commands: &mut Vec<UiCommand>) {
        Panel::top("top-bar")
            .frame(panel)
            .exact_size(top_bar::HEIGHT)
            .show_separator_line(false)
            .resizable(false)
            .show(ui, |ui| self.top_bar_ui(ui, look, commands));
        let conditions = self.conditions();
        if self.page != Page::Start {
            Panel::left("rail")
                .frame(panel)
                .exact_size(rail::WIDTH)
                .show_separator_line(false)
                .resizable(false)
                .show(ui, |ui| self.rail_ui(ui, look, &conditions, commands));
        }
        if self.page.is_live() {
            Panel::bottom("status-bar")
                .frame(panel)
                .exact_size(status_bar::HEIGHT)
                .show_separator_line(false)
                .resizable(false)
                .show(ui, |ui| {
                    let devices = self.models.devices.total();
                    status_bar::show(ui, look, &self.live, devices, self.paused);
                });
            self.banner_ui(ui, look, conditions, commands);
        }
    }

    /// Gives the window toolkit the theme and what else of it is set.
    pub(super) fn restyle(&self, ctx: &egui::Context) {
        theme::set_choice(ctx, self.prefs.theme);
        if self.prefs.reduced_motion {
            ctx.all_styles_mut(|style| style.animation_time = 0.0);
        }
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
            page: self.page,
            hidden: self.panels.hidden,
            back: self.history.can_go(true),
            forward: self.history.can_go(false),
            log: self.journal.len(),
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
        let can_leave = self.profiles.before.is_some_and(Page::is_live);
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

    /// The time ages are counted from: a capture's stands still at its last message.
    pub(super) fn now_on_view(&self) -> Timestamp {
        if self.capture.is_some() { self.shown.now() } else { self.clock.now() }
    }

    fn place_ui(&mut self, ui: &mut Ui, look: Look, commands: &mut Vec<UiCommand>) {
        // Words about the connection name the broker.
        let scene = Scene {
            snapshot: &self.shown,
            selection: self.selection,
            link: if self.presenting { &LinkState::Closed } else { &self.link },
            profile: self.profile.as_deref().filter(|_| !self.presenting),
            now: self.now_on_view(),
            clockface: &self.clockface,
            presenting: self.presenting,
        };
        let (models, panels) = (&mut self.models, &mut self.panels);
        shell::show(ui, look, self.page, &scene, models, panels, &mut self.sizes, commands);
    }

    fn rail_ui(
        &self,
        ui: &mut Ui,
        look: Look,
        conditions: &[Condition],
        commands: &mut Vec<UiCommand>,
    ) {
        let refused = match &self.link {
            LinkState::Connected { refused_filters, .. } => !refused_filters.is_empty(),
            LinkState::Failed { .. } | LinkState::Waiting { .. } => true,
            _ => false,
        };
        let dropped = self.live.counters().dropped > 0;
        let rail = Rail {
            page: self.page,
            errors: problems::counts(&self.shown)[0],
            open: self.shown.open_requests() as u64,
            limited: refused || dropped || conditions.iter().any(|c| c.kind == Kind::Blind),
        };
        rail::show(ui, look, &rail, commands);
    }

    fn broker_ui(&self, ui: &mut Ui, look: Look, commands: &mut Vec<UiCommand>) {
        let page = BrokerPage {
            live: &self.live,
            link: &self.link,
            profile: self.profile.as_deref(),
            capture: self.capture.as_deref(),
            now: self.clock.now(),
            clockface: &self.clockface,
            nameless: self.presenting,
        };
        let plain = Frame::new().fill(look.tokens.panel);
        egui::CentralPanel::no_frame().frame(plain).show(ui, |ui| {
            broker::show(ui, look, &page, commands);
        });
    }

    /// What limits the view, but for what the user has seen.
    fn conditions(&self) -> Vec<Condition> {
        let broker = connection::broker(self.profile.as_deref());
        let now = self.clock.now();
        condition::conditions(&self.live, &self.link, &broker, &self.watch, now)
    }

    fn banner_ui(
        &mut self,
        ui: &mut Ui,
        look: Look,
        mut found: Vec<Condition>,
        commands: &mut Vec<UiCommand>,
    ) {
        // The place of the broker tells all of it anyway.
        if self.page == Page::Broker {
            return;
        }
        self.overlays.overlooked.retain(|kind| found.iter().any(|c| c.kind == *kind));
        found.retain(|condition| !self.overlays.overlooked.contains(&condition.kind));
        let Some((worst, rest)) = found.split_first() else { return };
        Panel::top("banner")
            .frame(Frame::new().fill(look.tokens.panel))
            .exact_size(banner::HEIGHT)
            .show_separator_line(false)
            .resizable(false)
            .show(ui, |ui| {
                banner::show(ui, look, worst, rest.len(), self.profile.as_deref(), commands);
            });
    }

    fn overlays_ui(&mut self, ctx: &egui::Context, look: Look, commands: &mut Vec<UiCommand>) {
        let now = self.situation();
        let overlays = &mut self.overlays;
        log::show(ctx, look, &self.journal, &self.clockface, &mut overlays.log, commands);
        palette::show(ctx, look, &self.shown, &now, &mut overlays.palette, commands);
        keys_help::show(ctx, look, &mut overlays.keys);
        view_export::show(ctx, look, &mut self.view_exports.panel, commands);
        let settings = Settings {
            theme: self.prefs.theme,
            zoom: self.prefs.zoom,
            reduced_motion: self.prefs.reduced_motion,
            utc: self.prefs.utc,
            memory_mib: self.prefs.memory_mib,
            memory_now_mib: (self.live.budgets().bytes >> 20) as u32,
            keep_search: self.prefs.keep_search,
            path: self.prefs_path.as_deref(),
        };
        settings::show(ctx, look, &settings, &mut overlays.settings, commands);
        self.traffic_overlays_ui(ctx, look, commands);
        if let Some(leaving) = &mut self.leaving {
            leave::show(ctx, look, &mut leaving.leave, commands);
        }
    }

    /// What decides which actions make sense now.
    fn situation(&self) -> Situation {
        let has_target = self.profile.is_some() || self.capture.is_some();
        Situation {
            page: self.page,
            selection: self.selection,
            searching: !self.search.is_empty(),
            paused: self.paused,
            back: self.history.can_go(true),
            forward: self.history.can_go(false),
            has_messages: has_target || !self.live.is_empty(),
            connected: !matches!(
                self.link,
                LinkState::Idle | LinkState::Closed | LinkState::Failed { .. }
            ),
            has_profile: self.profile.is_some(),
            theme: self.prefs.theme,
            zoom: self.prefs.zoom,
            presenting: self.presenting,
            picture: self.has_picture(),
            tour: self.tour,
        }
    }

    /// Carries out the actions whose keys were pressed.
    fn shortcuts(&self, ui: &Ui, commands: &mut Vec<UiCommand>) {
        let ctx = ui.ctx();
        if self.overlays.is_modal()
            || self.leaving.is_some()
            || self.panels.export.open
            || self.view_exports.panel.about.is_some()
        {
            // What is open above the page has the keyboard to itself.
            return;
        }
        if self.page == Page::Profiles {
            Self::profile_shortcuts(ctx, commands);
        }
        let escape = || ctx.input_mut(|i| i.consume_key(Modifiers::NONE, Key::Escape));
        let open = egui::Popup::is_any_open(ctx) || ctx.text_edit_focused();
        if self.has_traffic_overlay() && self.page.shows_messages() && !open && escape() {
            commands.push(UiCommand::Traffic(TrafficCommand::CloseOverlay));
        }
        let now = self.situation();
        let typing = ctx.text_edit_focused();
        let picking = self.page == Page::Latency && self.panels.latency_page.takes_escape();
        let focused = ui.memory(|memory| memory.focused());
        // Space on a focused button presses the button.
        let on_list = focused.is_none_or(|id| self.is_list(id));
        // Alt and an arrow move a column there.
        let on_head = focused.is_some_and(messages::is_head);
        for action in ACTIONS {
            let counts = match action.when {
                When::Always => true,
                When::NotTyping => !typing,
                When::OnList => !typing && on_list,
                When::NothingOpen => {
                    !typing && !picking && !egui::Popup::is_any_open(ctx) && !self.overlays.log
                }
            };
            let is_alt = action.keys.iter().any(|keys| keys.modifiers.alt);
            if !counts || action.keys.is_empty() || on_head && is_alt {
                continue;
            }
            // A key that can do nothing now is left to whoever wants it.
            let Some(command) = (action.command)(&now) else { continue };
            if action.keys.iter().any(|keys| ctx.input_mut(|i| i.consume_shortcut(keys))) {
                commands.push(command);
            }
        }
    }

    /// True for lists that have no use for Space.
    fn is_list(&self, id: egui::Id) -> bool {
        use crate::ui::panels::{exchanges, fleet, problems};
        [
            messages::list_id(),
            exchanges::list_id(),
            problems::list_id(),
            fleet::list_id(),
            latency_page::plot_id(),
            latency_page::list_id(),
        ]
        .contains(&id)
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
        } else if (self.on_view().plot && self.models.latency.is_behind())
            || (self.page == Page::Latency && self.models.latency_page.is_behind())
        {
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
        if let Some(nanos) = self.watch.due_nanos(now) {
            after(nanos as u64 / 1_000_000 + 20);
        }
        if self.page.is_live() && !self.live.is_empty() {
            // The rate and its bars move on; ages are read in minutes after that.
            let quiet_secs = now.nanos_since(self.live.now()) / 1_000_000_000;
            after(if quiet_secs < 45 { 1000 } else { 30_000 });
        }
    }
}
