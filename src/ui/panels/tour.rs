//! The caption of a guided tour, at the foot of the window.

use egui::{Align, Frame, Layout, Margin, Panel, RichText, Role, Ui, WidgetInfo};

use crate::ui::command::{TourMove, UiCommand};
use crate::ui::theme::{Look, fonts, icons};
use crate::ui::widgets::controls;
use crate::view::tour::Step;

/// Draws the caption of `step` below everything else.
pub fn show(ui: &mut Ui, look: Look, step: Step, caption: &str, commands: &mut Vec<UiCommand>) {
    let t = look.tokens;
    let frame = Frame::new()
        .fill(t.raised)
        .stroke((1.0, t.accent.gamma_multiply(0.6)))
        .inner_margin(Margin::symmetric(16, 12));
    Panel::bottom("tour").frame(frame).resizable(false).show_separator_line(false).show(ui, |ui| {
        ui.horizontal(|ui| {
            let buttons = 296.0;
            let width = (ui.available_width() - buttons).max(200.0);
            ui.allocate_ui_with_layout(
                egui::vec2(width, 10.0),
                Layout::top_down(Align::LEFT),
                |ui| {
                    ui.set_width(width);
                    let font = egui::FontId::new(17.0, fonts::semibold());
                    ui.label(RichText::new(step.title()).font(font).color(t.strong));
                    let text = RichText::new(caption).color(t.text);
                    let label = ui.add(egui::Label::new(text).wrap().halign(Align::LEFT));
                    label.widget_info(|| WidgetInfo::labeled(Role::Status, true, caption));
                },
            );
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if controls::icon_button(ui, look, icons::CLOSE, "End the tour").clicked() {
                    commands.push(UiCommand::Tour(TourMove::End));
                }
                let last = step.neighbour(false).is_none();
                let word = if last { "Finish" } else { "Next" };
                if controls::primary_button(ui, look, icons::ARROW_RIGHT, word).clicked() {
                    let step = if last { TourMove::End } else { TourMove::Next };
                    commands.push(UiCommand::Tour(step));
                }
                if step.neighbour(true).is_some()
                    && controls::button(ui, look, icons::ARROW_LEFT, "Previous").clicked()
                {
                    commands.push(UiCommand::Tour(TourMove::Back));
                }
                let of = format!("{} / {}", step.number(), Step::ALL.len());
                ui.label(RichText::new(of).font(fonts::mono()).color(t.weak));
            });
        });
    });
}
