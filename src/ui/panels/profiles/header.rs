//! The bar above the form: which file, whether it is saved, and what can be done with it.

use egui::{Align, Layout, RichText, Ui, vec2};

use crate::ui::command::{ProfileCommand, UiCommand};
use crate::ui::theme::{Look, fonts, icons, size};
use crate::ui::widgets::{controls, text};
use crate::view::command_line::Program;
use crate::view::profile_editor::{Editor, Source};

const HEIGHT: f32 = 44.0;

pub(super) fn show(ui: &mut Ui, look: Look, editor: &Editor, commands: &mut Vec<UiCommand>) {
    let t = look.tokens;
    let (rect, _) =
        ui.allocate_exact_size(vec2(ui.available_width(), HEIGHT), egui::Sense::hover());
    ui.painter().rect_filled(rect, 0.0, t.panel);
    ui.painter().hline(rect.x_range(), rect.max.y - 0.5, (1.0, t.border));
    let inner = rect.shrink2(vec2(12.0, 0.0));
    let layout = Layout::right_to_left(Align::Center);
    let mut right =
        ui.new_child(egui::UiBuilder::new().id_salt("tools").max_rect(inner).layout(layout));
    right.spacing_mut().item_spacing.x = 4.0;
    tools(&mut right, look, editor, commands);
    let mut rest = inner;
    rest.max.x = right.min_rect().min.x - 12.0;
    let layout = Layout::left_to_right(Align::Center);
    let mut left =
        ui.new_child(egui::UiBuilder::new().id_salt("name").max_rect(rest).layout(layout));
    name_ui(&mut left, look, editor);
}

fn name_ui(ui: &mut Ui, look: Look, editor: &Editor) {
    let t = look.tokens;
    let font = egui::FontId::new(size::HEADING, fonts::semibold());
    let state = match (editor.source(), editor.is_modified()) {
        (Source::New(_), _) => Some("not saved yet"),
        (Source::File(_), true) => Some("changed"),
        (Source::File(_), false) => None,
    };
    ui.spacing_mut().item_spacing.x = 8.0;
    let room = ui.available_width() - if state.is_some() { 84.0 } else { 0.0 };
    if room < 24.0 {
        return;
    }
    ui.scope(|ui| {
        ui.set_max_width(room);
        let label = text::elided_label(ui, &editor.name(), &font, t.strong);
        if let Some(path) = editor.path() {
            label.on_hover_text(path.display().to_string());
        }
    });
    if let Some(state) = state {
        ui.label(RichText::new(state).color(t.warn));
    }
}

fn tools(ui: &mut Ui, look: Look, editor: &Editor, commands: &mut Vec<UiCommand>) {
    let mut ask = |command| commands.push(UiCommand::Profile(command));
    let menu = controls::icon_button(ui, look, icons::DOTS, "More about this profile");
    egui::Popup::menu(&menu).width(260.0).show(|ui| {
        for (icon, label, command) in [
            (icons::SAVE, "Save as…", ProfileCommand::AskSaveAs),
            (icons::DUPLICATE, "Duplicate", ProfileCommand::Duplicate),
            (
                icons::TERMINAL,
                "Copy as mosquitto_sub command",
                ProfileCommand::CopyCommand(Program::Sub),
            ),
            (
                icons::TERMINAL,
                "Copy as mosquitto_pub command",
                ProfileCommand::CopyCommand(Program::Pub),
            ),
        ] {
            if controls::menu_item(ui, look, icon, label, "") {
                ask(command);
            }
        }
    });
    // In a narrow window only the icons fit beside the name.
    let narrow = ui.available_width() < 470.0;
    let tool = |ui: &mut Ui, icon, label: &str| {
        if narrow {
            controls::icon_button(ui, look, icon, label)
        } else {
            controls::button(ui, look, icon, label)
        }
    };
    let connect = tool(ui, icons::PLUGS_CONNECTED, "Connect");
    if connect.on_hover_text("Connect with what stands here, saved or not").clicked() {
        ask(ProfileCommand::Connect);
    }
    let test = tool(ui, icons::DIAGNOSE, "Test");
    if test.on_hover_text("Test the connection step by step").clicked() {
        ask(ProfileCommand::Test);
    }
    ui.add_enabled_ui(editor.is_modified(), |ui| {
        let save = tool(ui, icons::SAVE, "Save");
        if save.on_hover_text("Write the file (Ctrl+S)").clicked() {
            ask(ProfileCommand::Save);
        }
    });
    ui.add_enabled_ui(editor.can_redo(), |ui| {
        if controls::icon_button(ui, look, icons::REDO, "Redo").clicked() {
            ask(ProfileCommand::Redo);
        }
    });
    ui.add_enabled_ui(editor.can_undo(), |ui| {
        if controls::icon_button(ui, look, icons::UNDO, "Undo").clicked() {
            ask(ProfileCommand::Undo);
        }
    });
}
