//! The question where to write a file: a path, the system's dialog beside it, what went wrong.

use egui::{Context, Id, Key, Label, Modal, RichText, TextEdit, Ui, vec2};

use super::controls;
use crate::ui::theme::{Look, fonts, icons, size};

/// The question.
#[derive(Clone, Default, Debug)]
pub struct SaveDialog {
    /// The path as typed.
    pub path: String,
    /// Why it did not work.
    pub problem: Option<String>,
    /// It is being written.
    pub busy: bool,
    /// The field is still to get the cursor.
    pub fresh: bool,
}

/// What the user answered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Answer {
    /// Write it to the path in the field.
    Write,
    /// Ask with the system's dialog.
    Browse,
    /// Don't write it.
    Cancel,
}

impl SaveDialog {
    /// Draws the question under `title`; `more` stands between title and path and may change it.
    pub fn show(
        &mut self,
        ctx: &Context,
        look: Look,
        id: &str,
        title: &str,
        more: impl FnOnce(&mut Ui, &mut String),
    ) -> Option<Answer> {
        let t = look.tokens;
        let mut answer = None;
        let frame = egui::Frame::popup(&ctx.global_style()).inner_margin(18);
        let modal = Modal::new(Id::unique(id)).frame(frame);
        let shown = modal.show(ctx, |ui| {
            ui.set_width(480.0);
            ui.spacing_mut().item_spacing.y = 8.0;
            let font = egui::FontId::new(size::HEADING, fonts::semibold());
            ui.label(RichText::new(title).font(font).color(t.strong));
            more(ui, &mut self.path);
            let edit = TextEdit::singleline(&mut self.path)
                .id(Id::unique(id).with("path"))
                .char_limit(4096)
                .desired_width(460.0)
                .min_size(vec2(470.0, 28.0));
            let response = ui.add(edit).accessible_name("File to export to");
            if std::mem::take(&mut self.fresh) {
                response.request_focus();
            }
            let entered = response.lost_focus() && ui.input(|i| i.key_pressed(Key::Enter));
            // Its room is there before it is: buttons must not move under the pointer.
            let problem = self.problem.as_deref().unwrap_or(" ");
            ui.add(Label::new(RichText::new(problem).color(t.error)).wrap());
            ui.horizontal(|ui| {
                if self.busy {
                    ui.label(RichText::new("Writing…").color(t.info));
                } else {
                    let export = controls::primary_button(ui, look, icons::EXPORT, "Export");
                    if (export.clicked() || entered) && !self.path.trim().is_empty() {
                        answer = Some(Answer::Write);
                    }
                    if controls::button(ui, look, icons::FOLDER, "Browse…").clicked() {
                        answer = Some(Answer::Browse);
                    }
                }
                if controls::button(ui, look, "", "Cancel").clicked() {
                    answer = Some(Answer::Cancel);
                }
            });
        });
        if shown.should_close() { Some(Answer::Cancel) } else { answer }
    }
}
