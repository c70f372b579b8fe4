//! The picks that narrow what is shown, each as a chip that can be given up.

use egui::{Align, Layout, Ui, UiBuilder, vec2};

use crate::analysis::Snapshot;
use crate::ui::command::UiCommand;
use crate::ui::theme::{Look, icons};
use crate::ui::widgets::controls;
use crate::view::format::{self, Clockface};
use crate::view::state::Selection;

/// Height of the strip, points.
const HEIGHT: f32 = 32.0;

/// The picked device.
pub fn device_chip(
    ui: &mut Ui,
    look: Look,
    snapshot: &Snapshot,
    selection: &Selection,
    commands: &mut Vec<UiCommand>,
) {
    if let Some(device) = selection.device {
        let full = snapshot.endpoint_name(device);
        let label = format!("Device: {}", format::one_line(format::short_endpoint(full)));
        if controls::chip(ui, look, icons::DEVICE, &label, full) {
            commands.push(UiCommand::PickDevice(None));
        }
    }
}

/// The picked level of the topic tree.
pub fn topic_chip(
    ui: &mut Ui,
    look: Look,
    snapshot: &Snapshot,
    selection: &Selection,
    commands: &mut Vec<UiCommand>,
) {
    if let Some(topic) = selection.topic {
        let full = snapshot.node_path(topic);
        let label = format!("Topic: {}", format::one_line(&full));
        if controls::chip(ui, look, icons::TREE, &label, &full) {
            commands.push(UiCommand::PickTopic(None));
        }
    }
}

/// The picked time.
pub fn range_chip(
    ui: &mut Ui,
    look: Look,
    clockface: &Clockface,
    selection: &Selection,
    commands: &mut Vec<UiCommand>,
) {
    if let Some(range) = selection.range {
        let label = format!("Time: {}", range.label(clockface));
        let full = "Only what happened in this time";
        if controls::chip(ui, look, icons::CLOCK, &label, full) {
            commands.push(UiCommand::PickRange(None));
        }
    }
}

/// A strip with the picks that count on a page whose rows are of devices, if there are any.
pub fn strip(
    ui: &mut Ui,
    look: Look,
    snapshot: &Snapshot,
    clockface: &Clockface,
    selection: &Selection,
    commands: &mut Vec<UiCommand>,
) {
    if selection.device.is_none() && selection.range.is_none() {
        return;
    }
    let (rect, _) =
        ui.allocate_exact_size(vec2(ui.available_width(), HEIGHT), egui::Sense::hover());
    ui.painter().rect_filled(rect, 0.0, look.tokens.panel);
    ui.painter().hline(rect.x_range(), rect.max.y - 0.5, (1.0, look.tokens.border));
    let builder = UiBuilder::new()
        .id_salt("picks")
        .max_rect(rect.shrink2(vec2(10.0, 0.0)))
        .layout(Layout::left_to_right(Align::Center));
    let mut child = ui.new_child(builder);
    child.label(egui::RichText::new("Only").color(look.tokens.weak));
    device_chip(&mut child, look, snapshot, selection, commands);
    range_chip(&mut child, look, clockface, selection, commands);
}
