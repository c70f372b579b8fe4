//! The log of events: what the notices said, and when.

use egui::{Align2, Id, RichText, ScrollArea, Window, vec2};

use super::notices;
use crate::ui::command::UiCommand;
use crate::ui::theme::{Look, fonts, icons};
use crate::ui::widgets::controls;
use crate::view::format::{self, Clockface};
use crate::view::journal::Journal;

/// Draws the log while `open`.
pub fn show(
    ctx: &egui::Context,
    look: Look,
    journal: &Journal,
    clockface: &Clockface,
    open: &mut bool,
    commands: &mut Vec<UiCommand>,
) {
    if !*open {
        return;
    }
    let t = look.tokens;
    let mut close = false;
    let shown = Window::new("Log of events")
        .id(Id::unique("event-log"))
        .title_bar(false)
        .collapsible(false)
        .resizable(true)
        .default_size(vec2(560.0, 320.0))
        .anchor(Align2::RIGHT_BOTTOM, vec2(-12.0, -38.0))
        .show(ctx, |ui| {
            ui.horizontal(|ui| {
                ui.label(RichText::new("Log of events").heading().color(t.strong));
                ui.label(RichText::new(format::count(journal.len() as u64)).color(t.weak));
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    close =
                        controls::icon_button(ui, look, icons::CLOSE, "Close the log").clicked();
                    if !journal.is_empty() {
                        if controls::icon_button(ui, look, icons::TRASH, "Clear the log").clicked()
                        {
                            commands.push(UiCommand::ClearLog);
                        }
                        if controls::icon_button(ui, look, icons::COPY, "Copy the log").clicked() {
                            let text = journal.text(clockface);
                            commands.push(UiCommand::Copy { text, what: "Log" });
                        }
                    }
                });
            });
            ui.separator();
            if journal.is_empty() {
                let text =
                    "Nothing happened yet. Connections, losses, exports and copies are noted here.";
                ui.label(RichText::new(text).color(t.weak));
                ui.allocate_space(ui.available_size());
                return;
            }
            ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
                for entry in journal.newest() {
                    ui.horizontal_top(|ui| {
                        let time = clockface.time(entry.at);
                        ui.label(RichText::new(time).font(fonts::mono_small()).color(t.weak));
                        let (icon, color) = notices::mark(look, entry.tone);
                        ui.label(RichText::new(icon).font(fonts::icon(14.0)).color(color));
                        ui.vertical(|ui| {
                            ui.spacing_mut().item_spacing.y = 1.0;
                            let mut text = entry.text.clone();
                            if entry.times > 1 {
                                text.push_str(&format!(" ({} times)", entry.times));
                            }
                            ui.add(egui::Label::new(RichText::new(text).color(t.text)).wrap());
                            if let Some(advice) = &entry.advice {
                                let advice =
                                    RichText::new(advice).font(fonts::small()).color(t.weak);
                                ui.add(egui::Label::new(advice).wrap());
                            }
                        });
                    });
                }
                if journal.gone() > 0 {
                    let text = format!(
                        "{} earlier events are no longer kept.",
                        format::count(journal.gone())
                    );
                    ui.label(RichText::new(text).color(t.weak));
                }
            });
        });
    let focused = shown.is_some_and(|shown| shown.response.contains_pointer());
    let escape =
        focused && ctx.input_mut(|i| i.consume_key(egui::Modifiers::NONE, egui::Key::Escape));
    if close || escape {
        *open = false;
    }
}
