//! Views that stand in several places: in the lower pane, on the page of a device, or as a page.

use egui::Ui;

use super::command::UiCommand;
use super::panels::lower::Head;
use super::panels::{
    exchanges, ladder, latency, latency_page, latency_table, model, problems, timeline,
};
use super::shell::{Models, Panels, Scene};
use super::theme::Look;
use crate::core::ids::EndpointId;
use crate::view::ladder::words;
use crate::view::timeline::draw::Strip;

/// One of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum View {
    /// Response times over time.
    Latency,
    /// Response times by device and type.
    Times,
    /// Requests and what became of them.
    Exchanges,
    /// Who said what to whom, and when.
    Ladder,
    /// What was found odd.
    Problems,
    /// The data model of a device.
    Model,
}

/// Draws a view with the header that fits its place.
pub fn show(
    ui: &mut Ui,
    look: Look,
    (view, head): (View, Head),
    scene: &Scene<'_>,
    models: &mut Models,
    panels: &mut Panels,
    commands: &mut Vec<UiCommand>,
) {
    let Scene { snapshot, selection, now, clockface, .. } = scene;
    let now = *now;
    match view {
        View::Latency => {
            let (model, panel) = (&mut models.latency, &mut panels.latency);
            panel.head = head;
            latency::show(ui, look, snapshot, clockface, model, panel, selection, commands);
        }
        View::Times => {
            let (table, panel) = (&mut models.times, &mut panels.times);
            panel.head = head;
            latency_table::show(ui, look, snapshot, table, panel, selection, commands);
        }
        View::Exchanges => {
            let (list, panel) = (&mut models.exchanges, &mut panels.exchanges);
            panel.head = head;
            exchanges::show(ui, look, snapshot, now, clockface, list, panel, selection, commands);
        }
        View::Ladder => {
            let (history, panel) = (&mut models.history, &mut panels.ladder);
            panel.head = head;
            let picked = selection.message;
            let device = history.device();
            let words =
                device.map(|device| words::Scene { snapshot, clockface, now, device, picked });
            ladder::show(ui, look, words.as_ref(), history, panel, commands);
        }
        View::Problems => {
            let (list, panel) = (&mut models.problems, &mut panels.problems);
            panel.head = head;
            problems::show(ui, look, snapshot, clockface, list, panel, selection, commands);
        }
        View::Model => {
            let times = model::Times { now, clockface };
            let (tree, panel) = (&mut models.model, &mut panels.model);
            panel.head = head;
            model::show(ui, look, snapshot, times, tree, panel, selection, commands);
        }
    }
}

/// Draws the page of response times.
pub fn latency_page(
    ui: &mut Ui,
    look: Look,
    scene: &Scene<'_>,
    models: &mut Models,
    panels: &mut Panels,
    commands: &mut Vec<UiCommand>,
) {
    let scene = latency_page::Scene {
        look,
        snapshot: scene.snapshot,
        selection: &scene.selection,
        broker: &models.broker,
        now: scene.now,
        clockface: scene.clockface,
    };
    let (model, panel) = (&mut models.latency_page, &mut panels.latency_page);
    latency_page::show(ui, &scene, model, panel, commands);
}

/// Draws when a device was there, once that is known.
pub fn timeline(
    ui: &mut Ui,
    look: Look,
    scene: &Scene<'_>,
    models: &Models,
    device: EndpointId,
    commands: &mut Vec<UiCommand>,
) {
    if models.history.device() != Some(device) {
        return;
    }
    let Scene { snapshot, selection, now, clockface, .. } = scene;
    let strip = Strip { snapshot, clockface, now: *now, device };
    timeline::show(ui, look, &strip, &models.history.timeline, selection.message, commands);
}
