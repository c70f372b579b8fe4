//! One finding: how grave, what, and buttons for its fixes.

use egui::{Color32, Label, RichText, Ui};

use crate::profile::lint::{Finding, Level};
use crate::ui::command::{ProfileCommand, UiCommand};
use crate::ui::theme::{Look, fonts, icons};
use crate::ui::widgets::controls;

/// Icon and colour of a level.
pub(super) fn sign(look: Look, level: Level) -> (&'static str, Color32) {
    let t = look.tokens;
    match level {
        Level::Error => (icons::FAILED, t.error),
        Level::Warning => (icons::WARNING, t.warn),
        Level::Info => (icons::INFO, t.info),
    }
}

/// Draws a finding; `place` says where it is, for one that stands beside no field.
pub(super) fn show(
    ui: &mut Ui,
    look: Look,
    finding: &Finding,
    place: bool,
    commands: &mut Vec<UiCommand>,
) {
    let t = look.tokens;
    let (icon, color) = sign(look, finding.level);
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        ui.label(RichText::new(icon).font(fonts::icon(14.0)).color(color));
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 3.0;
            let line =
                finding.line.filter(|_| place).map_or(String::new(), |n| format!("Line {n}: "));
            let text = RichText::new(format!("{line}{}", finding.text)).color(t.text);
            ui.add(Label::new(text).wrap()).on_hover_text(format!(
                "{}: {}",
                finding.level.word(),
                finding.code
            ));
            if !finding.fixes.is_empty() {
                ui.horizontal_wrapped(|ui| {
                    ui.spacing_mut().item_spacing = egui::vec2(6.0, 4.0);
                    for fix in &finding.fixes {
                        if controls::small_button(ui, look, icons::FIX, &fix.label).clicked() {
                            commands.push(UiCommand::Profile(ProfileCommand::Fix(fix.clone())));
                        }
                    }
                });
            }
            ui.add_space(3.0);
        });
    });
}
