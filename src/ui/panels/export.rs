//! The question where to export messages to, and as what.

use egui::{Context, Id, Key, Label, Modal, RichText, TextEdit, vec2};

use crate::ui::command::UiCommand;
use crate::ui::theme::{Look, fonts, icons, size};
use crate::ui::traffic_command::TrafficCommand;
use crate::ui::widgets::controls;
use crate::view::format;
use crate::view::message_export::Format;

/// The question, while it is open.
#[derive(Clone, Default, Debug)]
pub struct ExportPanel {
    /// True while it is open.
    pub open: bool,
    /// How many messages it is about.
    pub messages: u64,
    /// As what.
    pub format: Format,
    /// The path as typed.
    pub path: String,
    /// Why it did not work.
    pub problem: Option<String>,
    /// The field is still to get the cursor.
    pub fresh: bool,
}

/// Draws the question while it is open.
pub fn show(ctx: &Context, look: Look, panel: &mut ExportPanel, commands: &mut Vec<UiCommand>) {
    if !panel.open {
        return;
    }
    let t = look.tokens;
    let mut ask = |command| commands.push(UiCommand::Traffic(command));
    let frame = egui::Frame::popup(&ctx.global_style()).inner_margin(18);
    let modal = Modal::new(Id::unique("export-dialog")).frame(frame);
    let shown = modal.show(ctx, |ui| {
        ui.set_width(480.0);
        ui.spacing_mut().item_spacing.y = 8.0;
        let font = egui::FontId::new(size::HEADING, fonts::semibold());
        let plural = if panel.messages == 1 { "message" } else { "messages" };
        let title = format!("Export {} {plural}", format::count(panel.messages));
        ui.label(RichText::new(title).font(font).color(t.strong));
        ui.horizontal(|ui| {
            let choices = Format::ALL.map(|format| (format, format.label()));
            if let Some(format) = controls::segments(ui, look, panel.format, choices) {
                let old = format!(".{}", panel.format.ending());
                if let Some(stem) = panel.path.strip_suffix(&old) {
                    panel.path = format!("{stem}.{}", format.ending());
                }
                panel.format = format;
            }
        });
        let about = RichText::new(panel.format.about()).font(fonts::small()).color(t.weak);
        ui.add(Label::new(about).wrap());
        let edit = TextEdit::singleline(&mut panel.path)
            .id(Id::unique("export-path"))
            .char_limit(4096)
            .desired_width(460.0)
            .min_size(vec2(470.0, 28.0));
        let response = ui.add(edit).accessible_name("File to export to");
        if std::mem::take(&mut panel.fresh) {
            response.request_focus();
        }
        let entered = response.lost_focus() && ui.input(|i| i.key_pressed(Key::Enter));
        if let Some(problem) = &panel.problem {
            ui.add(Label::new(RichText::new(problem).color(t.error)).wrap());
        }
        ui.horizontal(|ui| {
            let export = controls::button(ui, look, icons::EXPORT, "Export");
            if (export.clicked() || entered) && !panel.path.trim().is_empty() {
                ask(TrafficCommand::Export);
            }
            if controls::button(ui, look, icons::FOLDER, "Browse…").clicked() {
                ask(TrafficCommand::BrowseExport);
            }
            if controls::button(ui, look, "", "Cancel").clicked() {
                ask(TrafficCommand::CancelExport);
            }
        });
    });
    if shown.should_close() {
        ask(TrafficCommand::CancelExport);
    }
}
