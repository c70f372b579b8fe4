//! The window on the demo network, played in model time: what a picture is taken of.

use std::cell::RefCell;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use usp_scope::analysis::veiled::Veiled;
use usp_scope::analysis::{Pipeline, Snapshot};
use usp_scope::app::{EnginePort, StartFailure, Workbench, WorkbenchOptions};
use usp_scope::core::ids::Epoch;
use usp_scope::core::time::{FakeClock, Timestamp};
use usp_scope::core::wire::WireBatch;
use usp_scope::engine::{EngineCommand, EngineEvent};
use usp_scope::lab::{DemoOptions, rehearsal};
use usp_scope::mqtt::link::{LinkState, MqttVersion};
use usp_scope::profile::model::{Profile, VersionChoice};
use usp_scope::store::Budgets;
use usp_scope::ui::theme;
use usp_scope::view::format::Clockface;

use crate::raster::{self, Collector, Picture, Textures};

/// When the demo begins: 2026-11-22 17:29:19 UTC.
pub const START: Timestamp = Timestamp(1_795_368_559_000_000_000);

/// How much of the demo is played.
const LENGTH: Duration = Duration::from_secs(120);

/// The same story every time.
const SEED: u64 = 1;

/// What the demo network says in two minutes.
pub fn demo() -> WireBatch {
    let options = DemoOptions { seed: SEED, ..DemoOptions::default() };
    rehearsal::play(&options, LENGTH, START).expect("the demo can be played")
}

/// A store after the demo.
pub fn store(demo: &WireBatch, budgets: Budgets) -> Rc<RefCell<Pipeline>> {
    let mut store = Pipeline::new(budgets, Epoch(1));
    store.apply(demo);
    store.tick(START.plus(LENGTH));
    Rc::new(RefCell::new(store))
}

/// A connection to the demo's broker.
pub fn connected(refused_filters: &[&str]) -> LinkState {
    LinkState::Connected {
        since: START,
        version: MqttVersion::V5,
        tls: None,
        client_id: "usp-scope-7f3a91".to_owned(),
        refused_filters: refused_filters.iter().map(|filter| (*filter).to_owned()).collect(),
    }
}

/// A profile like the demo's.
fn profile() -> Profile {
    Profile {
        name: "demo".to_owned(),
        acs_client_id: Some("acs".to_owned()),
        version: VersionChoice::V5,
        ..Profile::for_address("127.0.0.1", 1883)
    }
}

/// How large, and how large things in it are.
#[derive(Clone, Copy)]
pub struct Size {
    /// Pixels.
    pub width: usize,
    /// Pixels.
    pub height: usize,
    /// Pixels to a point.
    pub zoom: f32,
}

/// The stand-in for the engine.
struct Fake {
    snapshot: Arc<Snapshot>,
    link: LinkState,
    store: Rc<RefCell<Pipeline>>,
    events: Vec<EngineEvent>,
}

#[derive(Clone)]
struct FakeEngine(Rc<RefCell<Fake>>);

impl EnginePort for FakeEngine {
    fn send(&self, command: EngineCommand) {
        if let EngineCommand::Focus(devices) = &command {
            let mut fake = self.0.borrow_mut();
            fake.store.borrow_mut().focus(devices);
            let snapshot = Arc::new(fake.store.borrow_mut().snapshot());
            fake.snapshot = snapshot;
        }
        if let EngineCommand::Veil(on) = &command {
            let mut fake = self.0.borrow_mut();
            let real = fake.store.borrow_mut().snapshot();
            fake.snapshot = Arc::new(if *on { veil(&real) } else { real });
        }
    }

    fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.0.borrow().snapshot)
    }

    fn link(&self) -> LinkState {
        self.0.borrow().link.clone()
    }

    fn take_events(&self) -> Vec<EngineEvent> {
        std::mem::take(&mut self.0.borrow_mut().events)
    }

    fn clear_wake(&self) {}
}

/// The same with pseudonyms.
fn veil(real: &Snapshot) -> Snapshot {
    let mut veiled = Veiled::new(real, SEED);
    while veiled.catch_up(real, 10_000) {}
    veiled.pipeline().snapshot()
}

/// A window of some size and theme.
pub struct Stage {
    harness: Harness<'static, Workbench>,
    engine: FakeEngine,
    textures: Textures,
    size: Size,
}

impl Stage {
    /// A window on its start page, over a store.
    pub fn new(store: &Rc<RefCell<Pipeline>>, size: Size, theme: &str) -> Self {
        let snapshot = Arc::new(store.borrow_mut().snapshot());
        let store = Rc::clone(store);
        let fake = Fake { snapshot, link: LinkState::Idle, store, events: Vec::new() };
        let engine = FakeEngine(Rc::new(RefCell::new(fake)));
        let workbench = Workbench::new(WorkbenchOptions {
            engine: Box::new(engine.clone()),
            clock: Arc::new(FakeClock::at(START.plus(LENGTH))),
            demo: Box::new(|| {
                Err(StartFailure {
                    what: "port 1883 is taken by another program".to_owned(),
                    advice: Some("Choose another one with --port.".to_owned()),
                })
            }),
            clockface: Clockface::utc(),
            prefs_path: None,
            profiles_folder: None,
        });
        let textures = Textures::default();
        let points = egui::vec2(size.width as f32, size.height as f32) / size.zoom;
        let harness = Harness::builder()
            .with_size(points)
            .with_pixels_per_point(size.zoom)
            .with_theme(egui::Theme::Dark)
            .with_max_steps(64)
            .renderer(Collector(textures.clone()))
            .with_context_setup(theme::install)
            .build_ui_state(
                |ui, workbench: &mut Workbench| {
                    let ctx = ui.ctx().clone();
                    workbench.logic(&ctx);
                    workbench.ui(ui);
                },
                workbench,
            );
        let mut stage = Self { harness, engine, textures, size };
        stage.settle();
        // As the user does it.
        stage.palette(&format!("Theme: {theme}"));
        stage
    }

    /// A connected window on its messages.
    pub fn connected(store: &Rc<RefCell<Pipeline>>, size: Size, theme: &str) -> Self {
        let mut stage = Self::new(store, size, theme);
        stage.harness.state_mut().connect(Arc::new(profile()));
        stage.link(connected(&[]));
        stage
    }

    /// Changes the connection's state.
    pub fn link(&mut self, link: LinkState) {
        self.engine.0.borrow_mut().link = link;
        self.settle();
    }

    /// Lets the engine tell something.
    pub fn tell(&mut self, event: EngineEvent) {
        self.engine.0.borrow_mut().events.push(event);
        self.settle();
    }

    /// Opens a file as if it was dropped on the window.
    pub fn drop_file(&mut self, path: &Path) {
        self.harness.state_mut().open_dropped(path);
        self.settle();
    }

    /// Counts messages as lost before the store.
    pub fn lose(&mut self, messages: u64) {
        {
            let mut fake = self.engine.0.borrow_mut();
            fake.store.borrow_mut().note_dropped(messages);
            let snapshot = Arc::new(fake.store.borrow_mut().snapshot());
            fake.snapshot = snapshot;
        }
        self.settle();
    }

    /// Presses a key.
    pub fn press(&mut self, modifiers: Modifiers, key: Key) {
        self.harness.key_press_modifiers(modifiers, key);
        self.settle();
    }

    /// Types.
    pub fn text(&mut self, text: &str) {
        self.harness.event(egui::Event::Text(text.to_owned()));
        self.settle();
    }

    /// Has something done through the command palette.
    pub fn palette(&mut self, action: &str) {
        self.press(Modifiers::COMMAND, Key::K);
        self.text(action);
        self.press(Modifiers::NONE, Key::Enter);
    }

    /// Clicks the first control of a role whose label contains a text.
    pub fn click(&mut self, role: Role, text: &str) {
        let found = self
            .harness
            .query_all_by_role(role)
            .find(|node| node.accesskit_node().label().is_some_and(|label| label.contains(text)));
        let Some(node) = found else { panic!("no {role:?} with {text:?}") };
        node.click();
        self.settle();
        // What is under the pointer looks different.
        self.harness.remove_cursor();
        self.settle();
    }

    /// Draws until nothing changes and everything has caught up.
    pub fn settle(&mut self) {
        for _ in 0..10_000 {
            self.harness.run();
            if !self.harness.state().is_behind() {
                return;
            }
        }
        panic!("the view-models never catch up")
    }

    /// What the window shows.
    pub fn picture(&mut self) -> Picture {
        self.harness.remove_cursor();
        // How often it drew while it searched depends on how busy the machine is.
        self.harness.ctx.all_styles_mut(|style| style.visuals.text_cursor.blink = false);
        self.settle();
        let output = self.harness.output();
        let zoom = output.pixels_per_point;
        let primitives = self.harness.ctx.tessellate(output.shapes.clone(), zoom);
        raster::draw(&primitives, &self.textures, [self.size.width, self.size.height], zoom)
    }
}
