//! A workbench with a stand-in for the engine, fed with real USP Records.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use egui::accesskit::Role;
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use usp_scope::analysis::veiled::Veiled;
use usp_scope::analysis::{Pipeline, Snapshot};
use usp_scope::app::{DemoStarter, EnginePort, Page, StartFailure, Workbench, WorkbenchOptions};
use usp_scope::core::ids::Epoch;
use usp_scope::core::time::{Clock as _, FakeClock, Timestamp};
use usp_scope::core::wire::{Delivery, Prop, WireBatch};
use usp_scope::engine::{EngineCommand, EngineEvent};
use usp_scope::mqtt::link::{LinkState, MqttVersion};
use usp_scope::profile::model::Profile;
use usp_scope::store::Budgets;
use usp_scope::ui::theme;
use usp_scope::usp::generated::usp::response::RespType;
use usp_scope::usp::generated::usp::{GetResp, get_resp};
use usp_scope::usp::make;
use usp_scope::view::format::Clockface;

/// The controller of these tests.
pub const ACS: &str = "self::acs";

/// When the tests begin.
const START: Timestamp = Timestamp(1_795_368_559_000_000_000);

/// What the stand-in for the engine shows and heard.
pub struct Fake {
    /// The newest snapshot.
    pub snapshot: Arc<Snapshot>,
    /// The connection's state.
    pub link: LinkState,
    /// Commands sent by the workbench.
    pub sent: Vec<EngineCommand>,
    /// Events not taken yet.
    pub events: Vec<EngineEvent>,
    /// What the snapshots are of.
    pub store: Pipeline,
    /// What they are of while the veil is on.
    pub veiled: Option<Veiled>,
}

impl Fake {
    /// Publishes what is there now.
    pub fn look(&mut self) {
        let real = self.store.snapshot();
        self.snapshot = Arc::new(match &mut self.veiled {
            Some(veiled) => {
                while veiled.catch_up(&real, 1000) {}
                veiled.pipeline().snapshot()
            }
            None => real,
        });
    }
}

/// Shared with the workbench.
#[derive(Clone)]
pub struct FakeEngine(pub Rc<RefCell<Fake>>);

impl EnginePort for FakeEngine {
    fn send(&self, command: EngineCommand) {
        let mut fake = self.0.borrow_mut();
        match &command {
            EngineCommand::Focus(devices) => {
                let Fake { store, veiled, .. } = &mut *fake;
                veiled.as_mut().map_or(store, Veiled::pipeline).focus(devices);
                fake.look();
            }
            EngineCommand::Veil(on) => {
                let real = fake.store.snapshot();
                fake.veiled = on.then(|| Veiled::new(&real, 1));
                fake.look();
            }
            _ => {}
        }
        fake.sent.push(command);
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

/// A store, a clock, and the workbench that looks at them.
pub struct World {
    /// The window.
    pub harness: Harness<'static, Workbench>,
    /// The stand-in for the engine.
    pub engine: FakeEngine,
    clock: Arc<FakeClock>,
    now: Timestamp,
}

impl World {
    /// A workbench on its start page, nothing received.
    pub fn new() -> Self {
        Self::with_demo(Box::new(|| {
            Err(StartFailure {
                what: "port 1883 is taken".to_owned(),
                advice: Some("Choose another one.".to_owned()),
            })
        }))
    }

    /// The same, with another way to start the demo.
    pub fn with_demo(demo: DemoStarter) -> Self {
        let mut store = Pipeline::new(Budgets::default(), Epoch(1));
        let engine = FakeEngine(Rc::new(RefCell::new(Fake {
            snapshot: Arc::new(store.snapshot()),
            link: LinkState::Idle,
            sent: Vec::new(),
            events: Vec::new(),
            store,
            veiled: None,
        })));
        let clock = Arc::new(FakeClock::at(START));
        let workbench = Workbench::new(WorkbenchOptions {
            engine: Box::new(engine.clone()),
            clock: Arc::<FakeClock>::clone(&clock),
            demo,
            clockface: Clockface::utc(),
            prefs_path: None,
            profiles_folder: None,
        });
        let harness = harness(workbench);
        Self { harness, engine, clock, now: START }
    }

    /// A connected workbench on its messages.
    pub fn connected() -> Self {
        let mut world = Self::new();
        let profile = Profile::for_address("broker.test", 1883);
        world.harness.state_mut().connect(Arc::new(profile));
        world.set_link(connected());
        assert_eq!(world.harness.state().page(), Page::Traffic);
        world.settle();
        world
    }

    /// Connects with another profile.
    pub fn connect(&mut self, profile: Profile) {
        self.harness.state_mut().connect(Arc::new(profile));
        self.set_link(connected());
        self.settle();
    }

    /// A connected workbench with some exchanges of two devices on view.
    pub fn with_traffic() -> Self {
        let mut world = Self::connected();
        let mut batch = WireBatch::new();
        for round in 0..3 {
            for device in ["cpe-1", "cpe-2"] {
                world.exchange(&mut batch, device, &format!("{device}-{round}"), 12 + round);
            }
        }
        world.apply(&batch);
        world
    }

    /// Appends a Get to a device and its answer so many milliseconds later.
    pub fn exchange(&mut self, batch: &mut WireBatch, device: &str, msg_id: &str, millis: u64) {
        let agent = format!("os::{device}");
        let get = make::get(msg_id, &["Device.DeviceInfo."]);
        let to = format!("usp/agent/{device}");
        self.push(batch, &to, &make::record(ACS, &agent, &get));
        self.now = self.now.plus(Duration::from_millis(millis));
        let params = [("UpTime".to_owned(), "4711".to_owned())];
        let resolved = get_resp::ResolvedPathResult {
            resolved_path: "Device.DeviceInfo.".to_owned(),
            result_params: params.into_iter().collect(),
        };
        let result = get_resp::RequestedPathResult {
            requested_path: "Device.DeviceInfo.".to_owned(),
            resolved_path_results: vec![resolved],
            ..Default::default()
        };
        let answer = GetResp { req_path_results: vec![result] };
        let answer = make::response(msg_id, RespType::GetResp(answer));
        self.push(batch, "usp/controller/acs", &make::record(&agent, ACS, &answer));
        self.now = self.now.plus(Duration::from_millis(100));
    }

    /// Appends any message.
    pub fn push(&mut self, batch: &mut WireBatch, topic: &str, payload: &[u8]) {
        let delivery = Delivery { qos: 1, ..Delivery::default() };
        batch.push(self.now, topic.as_bytes(), payload, delivery, |props| {
            props.add(Prop::ContentType(b"usp.msg"));
        });
    }

    /// Puts messages into the store and draws until nothing changes.
    pub fn apply(&mut self, batch: &WireBatch) {
        self.engine.0.borrow_mut().store.apply(batch);
        self.publish();
    }

    /// Puts messages into the store without drawing.
    pub fn keep(&mut self, batch: &WireBatch) {
        self.engine.0.borrow_mut().store.apply(batch);
    }

    /// Counts messages as lost before the store.
    pub fn lose(&mut self, messages: u64) {
        self.engine.0.borrow_mut().store.note_dropped(messages);
        self.publish();
    }

    fn publish(&mut self) {
        self.engine.0.borrow_mut().look();
        let behind = self.now.nanos_since(self.clock.now()).max(0);
        self.clock.advance(Duration::from_nanos(behind.unsigned_abs()));
        self.settle();
    }

    /// Starts over, as a new connection or a cleared view does.
    pub fn start_over(&mut self, epoch: Epoch) {
        self.engine.0.borrow_mut().store = Pipeline::new(Budgets::default(), epoch);
        self.publish();
    }

    /// Lets time pass before the next message.
    pub fn wait(&mut self, time: Duration) {
        self.now = self.now.plus(time);
    }

    /// Appends a Get to a device and its answer with these parameters of one object.
    pub fn tell(&mut self, batch: &mut WireBatch, device: &str, path: &str, told: &[(&str, &str)]) {
        let agent = format!("os::{device}");
        let msg_id = format!("{device}-{}", self.now.0);
        let to = format!("usp/agent/{device}");
        self.push(batch, &to, &make::record(ACS, &agent, &make::get(&msg_id, &[path])));
        self.now = self.now.plus(Duration::from_millis(10));
        let params = told.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let resolved = get_resp::ResolvedPathResult {
            resolved_path: path.to_owned(),
            result_params: params.collect(),
        };
        let result = get_resp::RequestedPathResult {
            requested_path: path.to_owned(),
            resolved_path_results: vec![resolved],
            ..Default::default()
        };
        let answer = RespType::GetResp(GetResp { req_path_results: vec![result] });
        let answer = make::record(&agent, ACS, &make::response(&msg_id, answer));
        self.push(batch, "usp/controller/acs", &answer);
        self.now = self.now.plus(Duration::from_millis(90));
    }

    /// Changes the connection's state.
    pub fn set_link(&mut self, link: LinkState) {
        self.engine.0.borrow_mut().link = link;
        self.settle();
    }

    /// Draws until nothing changes and the view-models have caught up. `run` fails if the
    /// window asks for frames for ever.
    pub fn settle(&mut self) {
        settle(&mut self.harness);
    }

    /// Clicks the one control with that label.
    pub fn click(&mut self, role: Role, label: &str) {
        self.harness.get_by_role_and_label(role, label).click();
        self.settle();
    }

    /// Clicks the first row whose label contains `text`.
    pub fn click_row(&mut self, role: Role, text: &str) {
        self.harness
            .get_all_by_role(role)
            .find(|node| label_of(node).contains(text))
            .unwrap_or_else(|| panic!("no {role:?} with {text:?}"))
            .click();
        self.settle();
    }

    /// Labels of everything with that role, in order.
    pub fn labels(&self, role: Role) -> Vec<String> {
        self.harness.query_all_by_role(role).map(|node| label_of(&node)).collect()
    }

    /// Everything painted in the last frame, and every name a screen reader would read.
    pub fn all_text(&self) -> String {
        fn painted(shape: &egui::Shape, out: &mut String) {
            match shape {
                egui::Shape::Text(text) => {
                    out.push_str(text.galley.text());
                    out.push('\n');
                }
                egui::Shape::Vec(shapes) => shapes.iter().for_each(|shape| painted(shape, out)),
                _ => {}
            }
        }
        let mut out = String::new();
        for clipped in &self.harness.output().shapes {
            painted(&clipped.shape, &mut out);
        }
        for node in self.harness.root().children_recursive() {
            let node = node.accesskit_node();
            for text in [node.label(), node.value(), node.placeholder().map(str::to_owned)] {
                out.push_str(&text.unwrap_or_default());
                out.push('\n');
            }
        }
        out
    }

    /// True if some label contains the text.
    pub fn shows(&self, text: &str) -> bool {
        self.harness.query_all_by_label_contains(text).next().is_some()
    }
}

/// A connection that works.
pub fn connected() -> LinkState {
    LinkState::Connected {
        since: START,
        version: MqttVersion::V5,
        tls: None,
        client_id: "test".to_owned(),
        refused_filters: Vec::new(),
    }
}

/// A workbench without a window.
pub fn harness(workbench: Workbench) -> Harness<'static, Workbench> {
    Harness::builder()
        .with_size(egui::vec2(1280.0, 800.0))
        .with_theme(egui::Theme::Dark)
        .with_max_steps(64)
        .with_context_setup(theme::install)
        .build_ui_state(
            |ui, workbench: &mut Workbench| {
                let ctx = ui.ctx().clone();
                workbench.logic(&ctx);
                workbench.ui(ui);
            },
            workbench,
        )
}

/// Draws until the window is at rest.
pub fn settle(harness: &mut Harness<'static, Workbench>) {
    for _ in 0..10_000 {
        harness.run();
        if !harness.state().is_behind() {
            return;
        }
    }
    panic!("the view-models never catch up")
}

fn label_of(node: &egui_kittest::Node<'_>) -> String {
    node.accesskit_node().label().unwrap_or_default()
}
