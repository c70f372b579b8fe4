//! The question where to write a picture or a table of what is on view.

use egui::{Context, Id, Key, Label, Modal, RichText, TextEdit, vec2};

use crate::ui::command::{UiCommand, ViewExport};
use crate::ui::theme::{Look, fonts, icons, size};
use crate::ui::widgets::controls;
use crate::view::export::Format;

/// The question, while it is open.
#[derive(Clone, Default, Debug)]
pub struct ViewExportPanel {
    /// What is exported and as what; `None` while nothing is asked.
    pub about: Option<(String, Format)>,
    /// The path as typed.
    pub path: String,
    /// Why it did not work.
    pub problem: Option<String>,
    /// It is being written.
    pub busy: bool,
    /// The field is still to get the cursor.
    pub fresh: bool,
}

/// Draws the question while it is open.
pub fn show(ctx: &Context, look: Look, panel: &mut ViewExportPanel, commands: &mut Vec<UiCommand>) {
    let Some((title, format)) = panel.about.clone() else { return };
    let t = look.tokens;
    let mut ask = |command| commands.push(UiCommand::ViewExport(command));
    let frame = egui::Frame::popup(&ctx.global_style()).inner_margin(18);
    let modal = Modal::new(Id::unique("view-export")).frame(frame);
    let shown = modal.show(ctx, |ui| {
        ui.set_width(480.0);
        ui.spacing_mut().item_spacing.y = 8.0;
        let font = egui::FontId::new(size::HEADING, fonts::semibold());
        let heading = format!("{title} as {}", format.label());
        ui.label(RichText::new(heading).font(font).color(t.strong));
        let edit = TextEdit::singleline(&mut panel.path)
            .id(Id::unique("view-export-path"))
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
            if panel.busy {
                ui.label(RichText::new("Writing…").color(t.info));
            } else {
                let export = controls::primary_button(ui, look, icons::EXPORT, "Export");
                if (export.clicked() || entered) && !panel.path.trim().is_empty() {
                    ask(ViewExport::Write);
                }
                if controls::button(ui, look, icons::FOLDER, "Browse…").clicked() {
                    ask(ViewExport::Browse);
                }
            }
            if controls::button(ui, look, "", "Cancel").clicked() {
                ask(ViewExport::Cancel);
            }
        });
    });
    if shown.should_close() {
        ask(ViewExport::Cancel);
    }
}
