//! The layout of the places that show what was received: panes around a list, and the inspector
//! at the right of all of them.

use egui::{CentralPanel, Frame, Panel, Ui};

use super::command::{Pane, UiCommand};
use super::panels::bookmarks::BookmarksPanel;
use super::panels::compare::ComparePanel;
use super::panels::devices::DevicesPanel;
use super::panels::empty::Emptiness;
use super::panels::exchanges::ExchangesPanel;
use super::panels::export::ExportPanel;
use super::panels::fleet::FleetPanel;
use super::panels::inspector::InspectorPanel;
use super::panels::ladder::LadderPanel;
use super::panels::latency::LatencyPanel;
use super::panels::latency_page::LatencyPagePanel;
use super::panels::latency_table::LatencyTablePanel;
use super::panels::lower::{DeviceTab, Head, LowerTab};
use super::panels::messages::MessagesPanel;
use super::panels::model::ModelPanel;
use super::panels::problems::ProblemsPanel;
use super::panels::topics::TopicsPanel;
use super::panels::{device_page, devices, empty, fleet, inspector, messages, picks, topics};
use super::place::Page;
use super::theme::Look;
use super::views::{self, View};
use crate::analysis::Snapshot;
use crate::core::time::Timestamp;
use crate::mqtt::link::LinkState;
use crate::profile::model::Profile;
use crate::view::device_history::DeviceHistory;
use crate::view::devices::Devices;
use crate::view::exchanges::ExchangeList;
use crate::view::format::Clockface;
use crate::view::inspector::Inspected;
use crate::view::latency::broker::BrokerLine;
use crate::view::latency::page::LatencyPage;
use crate::view::latency::scatter::Latency;
use crate::view::latency_table::LatencyTable;
use crate::view::message_list::MessageList;
use crate::view::model_tree::ModelTree;
use crate::view::problems::ProblemList;
use crate::view::state::Selection;
use crate::view::topic_tree::TopicTree;
use crate::view::traffic::Traffic;

/// Everything that is drawn from.
#[derive(Default)]
pub struct Models {
    /// The topic tree.
    pub topics: TopicTree,
    /// The device list.
    pub devices: Devices,
    /// The message table.
    pub messages: MessageList,
    /// The latency plot.
    pub latency: Latency,
    /// Response times by device and type.
    pub times: LatencyTable,
    /// The latency page.
    pub latency_page: LatencyPage,
    /// Our own connection over time.
    pub broker: BrokerLine,
    /// The list of exchanges.
    pub exchanges: ExchangeList,
    /// The messages of the picked device, as a ladder and a timeline.
    pub history: DeviceHistory,
    /// What was found odd.
    pub problems: ProblemList,
    /// The data model of the picked device.
    pub model: ModelTree,
    /// The picked message.
    pub inspected: Option<Inspected>,
    /// What stands around the message table.
    pub traffic: Traffic,
}

/// What the panels remember from frame to frame.
#[derive(Default)]
pub struct Panels {
    /// The topic tree.
    pub topics: TopicsPanel,
    /// The device list.
    pub devices: DevicesPanel,
    /// The table of all devices.
    pub fleet: FleetPanel,
    /// The message table.
    pub messages: MessagesPanel,
    /// Two messages side by side.
    pub compare: ComparePanel,
    /// The list of bookmarks.
    pub bookmarks: BookmarksPanel,
    /// The question where to export to.
    pub export: ExportPanel,
    /// The latency plot.
    pub latency: LatencyPanel,
    /// The latency page.
    pub latency_page: LatencyPagePanel,
    /// Response times by device and type.
    pub times: LatencyTablePanel,
    /// The list of exchanges.
    pub exchanges: ExchangesPanel,
    /// The ladder.
    pub ladder: LadderPanel,
    /// What was found odd.
    pub problems: ProblemsPanel,
    /// The data model of the picked device.
    pub model: ModelPanel,
    /// The inspector.
    pub inspector: InspectorPanel,
    /// Hidden panes: left, right, bottom.
    pub hidden: [bool; 3],
    /// What the lower pane shows.
    pub lower: LowerTab,
    /// What the page of a device shows.
    pub device: DeviceTab,
}

/// Sizes of the panes in points: left width, device list height, inspector width, plot height.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct PaneSizes {
    /// Width of topics and devices.
    pub left: f32,
    /// Height of the device list.
    pub devices: f32,
    /// Width of the inspector.
    pub right: f32,
    /// Height of the latency plot.
    pub bottom: f32,
}

impl Default for PaneSizes {
    fn default() -> Self {
        Self { left: 232.0, devices: 290.0, right: 346.0, bottom: 196.0 }
    }
}

/// From this width on the panes have sizes of their own, points: what fits a laptop looks lost
/// on a large screen.
pub const WIDE: f32 = 1800.0;

impl PaneSizes {
    /// For windows at least [`WIDE`] wide.
    pub const FOR_WIDE: Self = Self { left: 310.0, devices: 440.0, right: 560.0, bottom: 290.0 };

    /// Which of two sets of sizes a window uses: 0 for ordinary, 1 for wide ones.
    #[must_use]
    pub fn class(width: f32) -> usize {
        usize::from(width >= WIDE)
    }
}

/// What a frame of this page is made of.
pub struct Scene<'a> {
    /// The snapshot on view.
    pub snapshot: &'a Snapshot,
    /// The user's picks.
    pub selection: Selection,
    /// The connection.
    pub link: &'a LinkState,
    /// Its profile.
    pub profile: Option<&'a Profile>,
    /// The time now.
    pub now: Timestamp,
    /// Where the user is.
    pub clockface: &'a Clockface,
    /// The network is shown to others: no more than needed is drawn.
    pub presenting: bool,
}

/// Draws a place. `sizes` are the panes' sizes at first and come back as they are now.
#[expect(clippy::too_many_arguments, reason = "the state of one page")]
pub fn show(
    ui: &mut Ui,
    look: Look,
    page: Page,
    scene: &Scene<'_>,
    models: &mut Models,
    panels: &mut Panels,
    sizes: &mut [PaneSizes; 2],
    commands: &mut Vec<UiCommand>,
) {
    if page == Page::Traffic {
        traffic_ui(ui, look, scene, models, panels, sizes, commands);
        return;
    }
    let Scene { snapshot, selection, link, profile, now, clockface, .. } = scene;
    let plain = Frame::new().fill(look.tokens.panel);
    let class = PaneSizes::class(ui.available_width());
    let sizes = &mut sizes[class];
    // Without a message it would only take room here.
    if models.inspected.is_some() {
        inspector_pane(ui, look, scene, models, panels, sizes, class, commands);
    }
    if page == Page::Devices && selection.device.is_some() {
        devices_pane(ui, look, scene, models, panels, sizes, class, commands);
    }
    CentralPanel::no_frame().frame(plain).show(ui, |ui| {
        if snapshot.is_empty() {
            let why = Emptiness { link, profile: *profile, snapshot, now: *now };
            empty::show(ui, look, &why, selection, false, commands);
            return;
        }
        let head = Head::Page(page);
        if !matches!(page, Page::Devices | Page::Latency) {
            picks::strip(ui, look, snapshot, clockface, selection, commands);
        }
        match (page, selection.device) {
            (Page::Devices, Some(device)) => {
                device_page::head_ui(ui, look, snapshot, *now, device, commands);
                views::timeline(ui, look, scene, models, device, commands);
                let tab = panels.device;
                let view = match tab {
                    DeviceTab::About => None,
                    DeviceTab::Ladder => Some(View::Ladder),
                    DeviceTab::Exchanges => Some(View::Exchanges),
                    DeviceTab::Problems => Some(View::Problems),
                    DeviceTab::Times => Some(View::Times),
                    DeviceTab::Model => Some(View::Model),
                };
                match view {
                    None => {
                        device_page::about_ui(
                            ui, look, snapshot, *now, clockface, device, commands,
                        );
                    }
                    Some(view) => {
                        let head = Head::Device(tab);
                        views::show(ui, look, (view, head), scene, models, panels, commands);
                    }
                }
            }
            (Page::Devices, None) => {
                let (devices, panel) = (&mut models.devices, &mut panels.fleet);
                fleet::show(ui, look, snapshot, *now, devices, panel, commands);
            }
            (Page::Exchanges, _) => {
                views::show(ui, look, (View::Exchanges, head), scene, models, panels, commands);
            }
            (Page::Problems, _) => {
                views::show(ui, look, (View::Problems, head), scene, models, panels, commands);
            }
            (Page::Latency, _) => views::latency_page(ui, look, scene, models, panels, commands),
            (Page::Start | Page::Traffic | Page::Broker | Page::Profiles, _) => {}
        }
    });
}

/// The devices beside the page of one.
#[expect(clippy::too_many_arguments, reason = "the state of one page")]
fn devices_pane(
    ui: &mut Ui,
    look: Look,
    scene: &Scene<'_>,
    models: &mut Models,
    panels: &mut Panels,
    sizes: &mut PaneSizes,
    class: usize,
    commands: &mut Vec<UiCommand>,
) {
    let shown = Panel::left(("left-pane", class))
        .frame(Frame::new().fill(look.tokens.panel))
        .default_size(sizes.left)
        .size_range(170.0..=(ui.available_width() * 0.4).max(171.0))
        .show(ui, |ui| {
            let (devices, panel) = (&mut models.devices, &mut panels.devices);
            let picked = scene.selection.device;
            devices::show(ui, look, scene.snapshot, scene.now, devices, panel, picked, commands);
        });
    sizes.left = shown.response.rect.width();
}

/// The inspector at the right.
#[expect(clippy::too_many_arguments, reason = "the state of one page")]
fn inspector_pane(
    ui: &mut Ui,
    look: Look,
    scene: &Scene<'_>,
    models: &mut Models,
    panels: &mut Panels,
    sizes: &mut PaneSizes,
    class: usize,
    commands: &mut Vec<UiCommand>,
) {
    if panels.hidden[Pane::Right as usize] {
        return;
    }
    let shown = Panel::right(("right-pane", class))
        .frame(Frame::new().fill(look.tokens.panel))
        .default_size(sizes.right)
        .size_range(260.0..=(ui.available_width() * 0.5).max(261.0))
        .show(ui, |ui| {
            let inspected = models.inspected.as_mut();
            let (panel, clockface) = (&mut panels.inspector, scene.clockface);
            let traffic = &models.traffic;
            let snapshot = scene.snapshot;
            inspector::show(ui, look, snapshot, clockface, inspected, traffic, panel, commands);
        });
    sizes.right = shown.response.rect.width();
}

fn traffic_ui(
    ui: &mut Ui,
    look: Look,
    scene: &Scene<'_>,
    models: &mut Models,
    panels: &mut Panels,
    sizes: &mut [PaneSizes; 2],
    commands: &mut Vec<UiCommand>,
) {
    let Scene { snapshot, selection, link, profile, now, clockface, .. } = scene;
    let plain = Frame::new().fill(look.tokens.panel);
    let total = ui.available_size();
    let class = PaneSizes::class(total.x);
    let sizes = &mut sizes[class];
    if !panels.hidden[Pane::Left as usize] {
        let shown = Panel::left(("left-pane", class))
            .frame(plain)
            .default_size(sizes.left)
            .size_range(170.0..=(total.x * 0.4).max(171.0))
            .show(ui, |ui| {
                let device_height = sizes.devices.min(ui.available_height() * 0.6);
                let shown = Panel::bottom(("devices-pane", class))
                    .frame(plain)
                    .resizable(true)
                    .default_size(device_height)
                    .size_range(90.0..=(total.y - 120.0).max(91.0))
                    .show(ui, |ui| {
                        let (models, panel) = (&mut models.devices, &mut panels.devices);
                        devices::show(
                            ui,
                            look,
                            snapshot,
                            *now,
                            models,
                            panel,
                            selection.device,
                            commands,
                        );
                    });
                sizes.devices = shown.response.rect.height();
                let (tree, panel) = (&mut models.topics, &mut panels.topics);
                topics::show(ui, look, snapshot, tree, panel, selection.topic, commands);
            });
        sizes.left = shown.response.rect.width();
    }
    if models.inspected.is_some() || !scene.presenting {
        inspector_pane(ui, look, scene, models, panels, sizes, class, commands);
    }
    if !panels.hidden[Pane::Bottom as usize] {
        let shown = Panel::bottom(("bottom-pane", class))
            .frame(plain)
            .resizable(true)
            .default_size(sizes.bottom)
            .size_range(110.0..=(total.y * 0.6).max(111.0))
            .show(ui, |ui| {
                let view = match panels.lower {
                    LowerTab::Latency => View::Latency,
                    LowerTab::Times => View::Times,
                    LowerTab::Ladder => View::Ladder,
                    LowerTab::Problems => View::Problems,
                    LowerTab::Model => View::Model,
                    LowerTab::Exchanges => View::Exchanges,
                };
                let head = Head::Lower(panels.lower);
                views::show(ui, look, (view, head), scene, models, panels, commands);
            });
        sizes.bottom = shown.response.rect.height();
    }
    CentralPanel::no_frame().frame(plain).show(ui, |ui| {
        let list = &mut models.messages;
        let narrowed = !list.filter().is_empty();
        let why = Emptiness { link, profile: *profile, snapshot, now: *now };
        let panel = &mut panels.messages;
        messages::show(
            ui,
            look,
            snapshot,
            clockface,
            list,
            panel,
            &mut models.traffic,
            selection,
            commands,
            |ui, commands| {
                empty::show(ui, look, &why, selection, narrowed, commands);
            },
        );
    });
}
