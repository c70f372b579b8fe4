//! The line at the top while presenting: where we are and how to stop. Nothing that names a
//! broker, a profile or a person.

use egui::{Align, Layout, RichText, Ui, UiBuilder, vec2};

use super::top_bar::mark_ui;
use crate::ui::command::UiCommand;
use crate::ui::place::Page;
use crate::ui::theme::{Look, fonts, icons};
use crate::ui::widgets::controls;

/// Height of the line, points.
pub const HEIGHT: f32 = 40.0;

/// Draws the line.
pub fn show(ui: &mut Ui, look: Look, page: Page, paused: bool, commands: &mut Vec<UiCommand>) {
    let t = look.tokens;
    let rect = ui.available_rect_before_wrap();
    ui.painter().hline(rect.x_range(), rect.max.y - 0.5, (1.0, t.border));
    let inner = rect.shrink2(vec2(12.0, 0.0));
    let builder =
        |salt: &str, layout| UiBuilder::new().id_salt(salt).max_rect(inner).layout(layout);
    let mut right = ui.new_child(builder("present-right", Layout::right_to_left(Align::Center)));
    let stop = controls::button(&mut right, look, icons::CLOSE, "Stop presenting");
    if stop.on_hover_text("Shows identifiers and values again (F5)").clicked() {
        commands.push(UiCommand::Present(false));
    }
    let note = "Identifiers and values are pseudonyms";
    right.label(RichText::new(note).font(fonts::small()).color(t.weak));
    if paused {
        right.label(RichText::new("Paused").color(t.warn));
    }
    let mut left = ui.new_child(builder("present-left", Layout::left_to_right(Align::Center)));
    left.spacing_mut().item_spacing.x = 10.0;
    mark_ui(&mut left, look, 22.0);
    let font = egui::FontId::new(16.0, fonts::semibold());
    left.label(RichText::new(page.label()).font(font).color(t.strong));
    left.label(RichText::new(page.question()).color(t.weak));
}
