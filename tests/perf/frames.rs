//! What a frame costs: `cargo bench --bench frames`.
//!
//! The whole workbench without a window (layout, painting, tessellation; no rasteriser), at
//! 100,000 topics, 10,000 devices and 1,000,000 messages kept, while 50,000 messages a second
//! arrive. CPU time of the drawing thread. The same frames with almost nothing kept stand beside them: what is stored must not
//! show in what is drawn.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may fail loudly"
)]

#[path = "../support/fake_broker.rs"]
#[allow(dead_code, reason = "shared by several test targets")]
mod fake_broker;
#[path = "../support/records.rs"]
#[allow(dead_code, reason = "shared by several test targets")]
mod records;

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use fake_broker::thread_cpu;
use usp_scope::analysis::{Pipeline, Snapshot};
use usp_scope::app::{EnginePort, Page, Workbench, WorkbenchOptions};
use usp_scope::core::ids::{EndpointId, Epoch};
use usp_scope::core::time::{SystemClock, Timestamp};
use usp_scope::core::wire::{Delivery, WireBatch};
use usp_scope::engine::{EngineCommand, EngineEvent};
use usp_scope::mqtt::link::LinkState;
use usp_scope::store::Budgets;
use usp_scope::ui::command::UiCommand;
use usp_scope::ui::panels::lower::{DeviceTab, LowerTab};
use usp_scope::ui::theme;
use usp_scope::ui::traffic_command::TrafficCommand;
use usp_scope::view::columns::Column;
use usp_scope::view::format::Clockface;
use usp_scope::view::message_sort::Sorting;

/// Devices; each has a request and an answer topic.
const DEVICES: usize = 10_000;
/// Topics in all; those that are of no device carry other things.
const TOPICS: usize = 100_000;
const KEPT: usize = 1_000_000;
/// New messages before each frame: 50,000 a second at 60 frames.
const NEW: usize = 833;
const FRAMES: usize = 300;
const WARM_UP: usize = 30;
/// The limits this product promises itself for every view.
const MEDIAN: Duration = Duration::from_millis(3);
const P99: Duration = Duration::from_millis(5);

/// One view to measure: its name, what leads there, and what the user does in every frame.
struct View {
    name: &'static str,
    keys: &'static [(egui::Modifiers, egui::Key)],
    commands: &'static [UiCommand],
    input: Input,
}

const fn view(name: &'static str, commands: &'static [UiCommand], input: Input) -> View {
    View { name, keys: &[], commands, input }
}

const DEVICE: UiCommand = UiCommand::PickDevice(Some(EndpointId(5)));

const SLOWEST: &[UiCommand] = &[
    UiCommand::Show(Page::Traffic),
    UiCommand::Traffic(TrafficCommand::Sort(Sorting { column: Column::Latency, falling: true })),
];

const BY_TOPIC: &[UiCommand] = &[
    UiCommand::Show(Page::Traffic),
    UiCommand::Traffic(TrafficCommand::Sort(Sorting { column: Column::Topic, falling: false })),
];

const BY_TIME: &[UiCommand] = &[
    UiCommand::Show(Page::Traffic),
    UiCommand::Traffic(TrafficCommand::Sort(Sorting { column: Column::Time, falling: false })),
];

const VIEWS: &[View] = &[
    view("Traffic, following", &[UiCommand::Show(Page::Traffic)], Input::Nothing),
    view("Traffic, scrolling", &[UiCommand::Show(Page::Traffic)], Input::Scroll),
    view("Traffic, searching", &[UiCommand::Show(Page::Traffic)], Input::Search),
    view(
        "Traffic with response times",
        &[UiCommand::Show(Page::Traffic), UiCommand::ShowLower(LowerTab::Times)],
        Input::Nothing,
    ),
    view(
        "Traffic with a ladder",
        &[UiCommand::Show(Page::Traffic), DEVICE, UiCommand::ShowLower(LowerTab::Ladder)],
        Input::Nothing,
    ),
    view(
        "Traffic with exchanges",
        &[UiCommand::Show(Page::Traffic), UiCommand::ShowLower(LowerTab::Exchanges)],
        Input::Nothing,
    ),
    view(
        "Traffic with problems",
        &[UiCommand::Show(Page::Traffic), UiCommand::ShowLower(LowerTab::Problems)],
        Input::Nothing,
    ),
    view("Traffic, sorted by latency", SLOWEST, Input::Scroll),
    view("Traffic, sorted by topic", BY_TOPIC, Input::Scroll),
    view("Traffic, newest again", BY_TIME, Input::Nothing),
    view("Devices", &[UiCommand::Show(Page::Devices)], Input::Scroll),
    view(
        "A device: about",
        &[UiCommand::Show(Page::Devices), DEVICE, UiCommand::ShowDevice(DeviceTab::About)],
        Input::Nothing,
    ),
    view(
        "A device: ladder",
        &[UiCommand::Show(Page::Devices), DEVICE, UiCommand::ShowDevice(DeviceTab::Ladder)],
        Input::Scroll,
    ),
    view(
        "A device: exchanges",
        &[UiCommand::Show(Page::Devices), DEVICE, UiCommand::ShowDevice(DeviceTab::Exchanges)],
        Input::Nothing,
    ),
    view(
        "A device: problems",
        &[UiCommand::Show(Page::Devices), DEVICE, UiCommand::ShowDevice(DeviceTab::Problems)],
        Input::Nothing,
    ),
    view(
        "A device: response times",
        &[UiCommand::Show(Page::Devices), DEVICE, UiCommand::ShowDevice(DeviceTab::Times)],
        Input::Nothing,
    ),
    view(
        "A device: data model",
        &[UiCommand::Show(Page::Devices), DEVICE, UiCommand::ShowDevice(DeviceTab::Model)],
        Input::Nothing,
    ),
    view("Exchanges", &[UiCommand::Show(Page::Exchanges)], Input::Scroll),
    view("Latency", &[UiCommand::Show(Page::Latency)], Input::Nothing),
    view("Latency of a device", &[UiCommand::Show(Page::Latency), DEVICE], Input::Nothing),
    view("Problems", &[UiCommand::Show(Page::Problems)], Input::Scroll),
    view("Broker", &[UiCommand::Show(Page::Broker)], Input::Nothing),
    View {
        name: "Command palette",
        keys: &[(egui::Modifiers::COMMAND, egui::Key::K)],
        commands: &[UiCommand::Show(Page::Traffic)],
        input: Input::Nothing,
    },
];

/// An engine that is just a slot with a snapshot.
#[derive(Clone)]
struct Slot(Rc<RefCell<Arc<Snapshot>>>, Rc<RefCell<Option<Vec<EndpointId>>>>);

impl EnginePort for Slot {
    fn send(&self, command: EngineCommand) {
        if let EngineCommand::Focus(devices) = command {
            *self.1.borrow_mut() = Some(devices);
        }
    }
    fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.0.borrow())
    }
    fn link(&self) -> LinkState {
        LinkState::Idle
    }
    fn take_events(&self) -> Vec<EngineEvent> {
        Vec::new()
    }
    fn clear_wake(&self) {}
}

fn main() {
    println!("CPU time of a frame, {FRAMES} frames each, {NEW} new messages before each");
    println!("{:<48} {:>9} {:>9} {:>9} {:>9}", "", "p50", "p95", "p99", "worst");
    let mut failed = Vec::new();
    for (size, messages, devices, topics) in
        [("small", 2_000, 20, 40), ("1M messages, 100k topics", KEPT, DEVICES, TOPICS)]
    {
        let mut scene = Scene::new(messages, devices, topics);
        for view in VIEWS {
            let [p50, p95, p99, worst] = scene.measure(view);
            println!(
                "{:<48} {p50:>9.2?} {p95:>9.2?} {p99:>9.2?} {worst:>9.2?}",
                format!("{size}: {}", view.name)
            );
            if p50 > MEDIAN || p99 > P99 {
                failed.push(view.name);
            }
        }
        scene.rest(size);
    }
    println!(
        "limits: median {MEDIAN:?}, p99 {P99:?}: {}",
        if failed.is_empty() {
            "kept by all".to_owned()
        } else {
            format!("EXCEEDED by {failed:?}")
        }
    );
}

#[derive(Clone, Copy)]
enum Input {
    Nothing,
    Scroll,
    Search,
}

struct Scene {
    ctx: egui::Context,
    workbench: Workbench,
    slot: Slot,
    store: Pipeline,
    next: usize,
    devices: usize,
    time: f64,
    /// When the last frame asked for the next one.
    wake: Duration,
}

impl Scene {
    fn new(messages: usize, devices: usize, topics: usize) -> Self {
        let mut store = Pipeline::new(Budgets { bytes: 2 << 30, ..Budgets::default() }, Epoch(1));
        let slot = Slot(Rc::new(RefCell::new(Arc::new(store.snapshot()))), Rc::default());
        let mut workbench = Workbench::new(WorkbenchOptions {
            engine: Box::new(slot.clone()),
            clock: SystemClock::shared(),
            demo: Box::new(|| unreachable!("nobody presses the button")),
            clockface: Clockface::utc(),
            prefs_path: None,
            profiles_folder: None,
        });
        workbench.set_page(Page::Traffic);
        let ctx = egui::Context::default();
        theme::install(&ctx);
        ctx.enable_accesskit();
        let mut scene =
            Self { ctx, workbench, slot, store, next: 0, devices, time: 0.0, wake: Duration::MAX };
        scene.fill_topics(topics.saturating_sub(2 * devices));
        while scene.next < messages {
            scene.receive(4096.min(messages - scene.next));
        }
        scene.publish();
        // Let the view-models catch up, as they do over some frames.
        for _ in 0..3000 {
            scene.frame(Vec::new());
            if !scene.workbench.is_behind() {
                break;
            }
        }
        scene
    }

    fn receive(&mut self, messages: usize) {
        let mut batch = WireBatch::new();
        for _ in 0..messages {
            let (topic, _, payload) = records::fleet_message(self.next, self.devices);
            let at = Timestamp(1_700_000_000_000_000_000 + self.next as i64 * 33_000);
            batch.push(at, topic.as_bytes(), &payload, Delivery::default(), |_| {});
            self.next += 1;
        }
        self.store.apply(&batch);
    }

    /// Topics that are of no device, one message each.
    fn fill_topics(&mut self, topics: usize) {
        let mut batch = WireBatch::new();
        for n in 0..topics {
            let topic = format!("site/{}/meter/{n}/state", n % 200);
            let at = Timestamp(1_700_000_000_000_000_000);
            batch.push(at, topic.as_bytes(), b"17.5", Delivery::default(), |_| {});
        }
        self.store.apply(&batch);
    }

    fn publish(&mut self) {
        if let Some(devices) = self.slot.1.borrow_mut().take() {
            self.store.focus(&devices);
        }
        *self.slot.0.borrow_mut() = Arc::new(self.store.snapshot());
    }

    fn measure(&mut self, view: &View) -> [Duration; 4] {
        let input = view.input;
        self.workbench.act(&self.ctx, UiCommand::ClearPicks);
        for command in view.commands {
            self.workbench.act(&self.ctx, command.clone());
        }
        for (modifiers, key) in view.keys {
            self.frame(vec![egui::Event::Key {
                key: *key,
                physical_key: None,
                pressed: true,
                repeat: false,
                modifiers: *modifiers,
            }]);
        }
        if matches!(input, Input::Search) {
            let slash = egui::Event::Text("/".to_owned());
            let key = egui::Event::Key {
                key: egui::Key::Slash,
                physical_key: None,
                pressed: true,
                repeat: false,
                modifiers: egui::Modifiers::NONE,
            };
            self.frame(vec![key, slash]);
            self.frame(vec![egui::Event::Text("RetransCount".to_owned())]);
        }
        // The first frames lay out text and grow buffers that all later ones use again.
        let mut taken: Vec<Duration> = (0..WARM_UP + FRAMES)
            .map(|_| {
                self.receive(NEW);
                self.publish();
                let events = match input {
                    Input::Scroll => vec![
                        egui::Event::PointerMoved(egui::pos2(640.0, 350.0)),
                        egui::Event::MouseWheel {
                            unit: egui::MouseWheelUnit::Point,
                            delta: egui::vec2(0.0, 37.0),
                            phase: egui::TouchPhase::Move,
                            modifiers: egui::Modifiers::NONE,
                            source: egui::MouseWheelSource::Wheel,
                        },
                    ],
                    Input::Nothing | Input::Search => Vec::new(),
                };
                self.frame(events)
            })
            .skip(WARM_UP)
            .collect();
        taken.sort_unstable();
        for (modifiers, key) in view.keys {
            // Closes it again.
            let (modifiers, key) = if *modifiers == egui::Modifiers::COMMAND {
                (egui::Modifiers::NONE, egui::Key::Escape)
            } else {
                (*modifiers, *key)
            };
            self.frame(vec![egui::Event::Key {
                key,
                physical_key: None,
                pressed: true,
                repeat: false,
                modifiers,
            }]);
        }
        let at = |part: f64| taken[((taken.len() - 1) as f64 * part) as usize];
        [0.5, 0.95, 0.99, 1.0].map(at)
    }

    /// What the window costs while nobody touches it: frames it asks for itself in a minute in
    /// which nothing arrives, and frames as the engine wakes it while messages arrive.
    fn rest(&mut self, size: &str) {
        self.workbench.act(&self.ctx, UiCommand::ClearPicks);
        self.workbench.act(&self.ctx, UiCommand::Show(Page::Traffic));
        for _ in 0..WARM_UP {
            self.frame(Vec::new());
        }
        let minute = Duration::from_secs(60);
        let (mut passed, mut cpu, mut frames) = (Duration::ZERO, Duration::ZERO, 0);
        while passed < minute {
            cpu += self.frame(Vec::new());
            frames += 1;
            // A window system draws no more often than the screen does.
            passed += self.wake.clamp(Duration::from_millis(16), minute);
        }
        let percent = |cpu: Duration, of: Duration| 100.0 * cpu.as_secs_f64() / of.as_secs_f64();
        println!(
            "{:<48} {frames} frames a minute, {:.3} % of a core",
            format!("{size}: nothing arrives"),
            percent(cpu, minute)
        );
        let (mut cpu, second) = (Duration::ZERO, Duration::from_secs(1));
        for _ in 0..30 {
            self.receive(NEW * 2);
            self.publish();
            cpu += self.frame(Vec::new());
        }
        println!(
            "{:<48} 30 frames a second, {:.1} % of a core",
            format!("{size}: 50,000 messages a second arrive"),
            percent(cpu, second)
        );
    }

    fn frame(&mut self, events: Vec<egui::Event>) -> Duration {
        self.time += 1.0 / 60.0;
        let input = egui::RawInput {
            screen_rect: Some(egui::Rect::from_min_size(
                egui::Pos2::ZERO,
                egui::vec2(1600.0, 1000.0),
            )),
            time: Some(self.time),
            focused: true,
            events,
            ..Default::default()
        };
        let before = thread_cpu();
        let Self { ctx, workbench, wake, .. } = self;
        workbench.logic(ctx);
        let mut output = ctx.run_ui(input, |ui| workbench.ui(ui));
        let root = output.viewport_output.get(&egui::ViewportId::ROOT);
        *wake = root.map_or(Duration::MAX, |root| root.repaint_delay);
        // There is no graphics card to give them to.
        output.textures_delta.clear();
        let meshes = ctx.tessellate(output.shapes, output.pixels_per_point);
        std::hint::black_box(meshes.len());
        thread_cpu() - before
    }
}
