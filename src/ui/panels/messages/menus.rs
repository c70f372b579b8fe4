//! The menus of the table: what can be done with a message, and which columns there are.

use egui::{Popup, PopupCloseBehavior, RichText, ScrollArea, Ui};

use super::{MessagesPanel, head};
use crate::ui::actions;
use crate::ui::command::UiCommand;
use crate::ui::panels::legend;
use crate::ui::panels::palette::keys_of;
use crate::ui::theme::{Look, fonts, icons};
use crate::ui::traffic_command::TrafficCommand;
use crate::ui::widgets::controls;
use crate::view::columns::Column;
use crate::view::copy_as::CopyAs;
use crate::view::format;
use crate::view::seek::Common;
use crate::view::traffic::{ColourBy, Traffic};

/// The entries of the menu of a message; they are about the picked one, or the marked ones.
pub fn message_ui(ui: &mut Ui, look: Look, traffic: &Traffic, commands: &mut Vec<UiCommand>) {
    let mut item = |ui: &mut Ui, label: &str, name: &str, command: TrafficCommand| {
        let action = actions::by_name(name);
        let icon = action.map_or(icons::COPY, |action| action.icon);
        let keys = action.map(|action| keys_of(ui.ctx(), action)).unwrap_or_default();
        if controls::menu_item(ui, look, icon, label, &keys) {
            commands.push(UiCommand::Traffic(command));
        }
    };
    let other = "Go to the other half of the exchange";
    item(ui, other, other, TrafficCommand::OtherHalf);
    item(ui, "Follow this device", "Follow this device", TrafficCommand::FollowDevice);
    ui.menu_button("Next and previous", |ui| {
        for (forward, word) in [(true, "Next"), (false, "Previous")] {
            for common in [Common::Exchange, Common::Topic, Common::Device] {
                let name = format!("{word} message {}", common.label());
                item(ui, &name, &name, TrafficCommand::Step { common, forward });
            }
        }
    });
    ui.separator();
    let first = "Pick as A for a comparison";
    item(ui, first, first, TrafficCommand::PickFirst);
    if let Some(first) = traffic.first_seq() {
        let label = format!("Compare with A (#{})", first.0);
        item(ui, &label, "Compare with A", TrafficCommand::Compare);
    }
    let before = "Compare with the message before";
    item(ui, before, before, TrafficCommand::CompareWithBefore);
    ui.separator();
    for what in CopyAs::ALL {
        item(ui, what.label(), what.label(), TrafficCommand::Copy(what));
    }
    ui.separator();
    item(ui, "Bookmark", "Bookmark", TrafficCommand::Bookmark);
    item(ui, "Write a note", "Write a note", TrafficCommand::EditNote);
    item(ui, "Export messages…", "Export messages…", TrafficCommand::AskExport);
}

/// How many messages are marked, and what to do with them.
pub(super) fn marked_ui(ui: &mut Ui, look: Look, traffic: &Traffic, commands: &mut Vec<UiCommand>) {
    if !traffic.marked.is_many() {
        return;
    }
    let count = format::count(traffic.marked.count());
    let mut ask = |command| commands.push(UiCommand::Traffic(command));
    if controls::icon_button(ui, look, icons::EXPORT, "Export selected messages").clicked() {
        ask(TrafficCommand::AskExport);
    }
    let label = format!("{count} selected");
    if controls::chip(ui, look, icons::LIST_CHECKS, &label, "Messages selected together") {
        ask(TrafficCommand::CloseOverlay);
    }
}

/// The button that opens the menu of columns.
pub(super) fn columns_button(
    ui: &mut Ui,
    look: Look,
    panel: &mut MessagesPanel,
    traffic: &Traffic,
    commands: &mut Vec<UiCommand>,
) {
    let button = controls::icon_button(ui, look, icons::COLUMNS, "Columns and colours");
    if std::mem::take(&mut panel.open_columns) {
        Popup::open_id(ui.ctx(), Popup::default_response_id(&button));
        panel.fresh = true;
    }
    Popup::menu(&button)
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .width(286.0)
        .show(|ui| columns_ui(ui, look, panel, traffic, commands));
}

/// The menu: which columns, in which order; by what rows are coloured.
pub(super) fn columns_ui(
    ui: &mut Ui,
    look: Look,
    panel: &mut MessagesPanel,
    traffic: &Traffic,
    commands: &mut Vec<UiCommand>,
) {
    let t = look.tokens;
    ui.set_min_width(280.0);
    let title = |ui: &mut Ui, words: &str| {
        ui.label(RichText::new(words).font(fonts::small_semibold()).color(t.weak));
    };
    title(ui, "Columns");
    let height = (ui.ctx().content_rect().height() - 330.0).max(120.0);
    let mut change = None;
    ScrollArea::vertical().id_salt("columns").max_height(height).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 1.0;
        for placed in panel.columns.all() {
            ui.horizontal(|ui| {
                let mut shown = placed.shown;
                let check = ui.checkbox(&mut shown, placed.column.label());
                let check = check.on_hover_text(placed.column.about());
                if std::mem::take(&mut panel.fresh) {
                    check.request_focus();
                }
                if check.changed() {
                    change = Some(Change::Show(placed.column, shown));
                }
                if placed.shown {
                    change = arrange_ui(ui, look, placed.column).or(change);
                }
            });
        }
    });
    let mut ask = |command| commands.push(UiCommand::Traffic(command));
    match change {
        Some(Change::Show(column, shown)) => ask(TrafficCommand::ShowColumn(column, shown)),
        Some(Change::Shift(column, right)) => ask(TrafficCommand::ShiftColumn(column, right)),
        Some(Change::Widen(column, wider)) => head::widen(panel, column, wider),
        None => {}
    }
    if controls::small_button(ui, look, icons::UNDO, "Reset columns").clicked() {
        ask(TrafficCommand::ResetColumns);
    }
    ui.separator();
    title(ui, "Colour by");
    ui.horizontal(|ui| {
        for by in ColourBy::ALL {
            if ui.radio(traffic.colour_by == by, by.label()).clicked() {
                ask(TrafficCommand::ColourBy(by));
            }
        }
    });
    legend::show(ui, look, traffic.colour_by);
}

#[derive(Clone, Copy)]
enum Change {
    Show(Column, bool),
    Shift(Column, bool),
    Widen(Column, bool),
}

/// Small buttons that move and widen a column.
fn arrange_ui(ui: &mut Ui, look: Look, column: Column) -> Option<Change> {
    let mut change = None;
    let layout = egui::Layout::right_to_left(egui::Align::Center);
    ui.with_layout(layout, |ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        let label = column.label();
        let mut button = |icon, name: String, what| {
            if controls::tiny_button(ui, look, icon, &name).clicked() {
                change = Some(what);
            }
        };
        button(icons::EXPAND, format!("Widen {label}"), Change::Widen(column, true));
        button(icons::COLLAPSE, format!("Narrow {label}"), Change::Widen(column, false));
        button(icons::CARET_DOWN, format!("Move {label} right"), Change::Shift(column, true));
        button(icons::CARET_UP, format!("Move {label} left"), Change::Shift(column, false));
    });
    change
}
