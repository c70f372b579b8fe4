//! The list of keys: every action that has one, by what it is about.

use egui::{Grid, Id, Modal, RichText, ScrollArea};

use super::palette::{keys_of, words};
use crate::ui::actions::{ACTIONS, Group};
use crate::ui::theme::{Look, fonts, icons};
use crate::ui::widgets::controls;

/// Keys that belong to lists and fields rather than to an action.
const ALSO: [(&str, &str); 7] = [
    ("↑ ↓  Page Up/Down  Home End", "Move through a list"),
    ("← →", "Close or open a row of a tree"),
    ("Enter", "Open what is picked"),
    ("Tab  Shift+Tab", "Go to the next control, or the one before"),
    ("Ctrl++  Ctrl+−  Ctrl+0", "Zoom in, out, back to 100 %"),
    ("Ctrl+S  Ctrl+Z  Ctrl+Y  Ctrl+T", "Profiles: save, undo, redo, test"),
    ("Esc", "Close what is open"),
];

/// Draws the list while `open`.
pub fn show(ctx: &egui::Context, look: Look, open: &mut bool) {
    if !*open {
        return;
    }
    let t = look.tokens;
    let screen = ctx.content_rect();
    let mut close = false;
    let modal = Modal::new(Id::unique("keys-help"))
        .frame(egui::Frame::popup(&ctx.global_style()).inner_margin(16))
        .show(ctx, |ui| {
            ui.set_width((screen.width() - 80.0).min(860.0));
            ui.horizontal(|ui| {
                ui.label(RichText::new("Keys").heading().color(t.strong));
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    close = controls::icon_button(ui, look, icons::CLOSE, "Close the list of keys")
                        .clicked();
                });
            });
            ui.add_space(4.0);
            ScrollArea::vertical()
                .max_height(screen.height() - 160.0)
                .min_scrolled_height(screen.height() - 160.0)
                .auto_shrink([false, true])
                .show(ui, |ui| {
                    ui.columns(2, |columns| {
                        let [left, right] = columns else { return };
                        for (at, group) in Group::ALL.into_iter().enumerate() {
                            let ui = if at < 2 { &mut *left } else { &mut *right };
                            ui.label(
                                RichText::new(group.label())
                                    .font(fonts::small_semibold())
                                    .color(t.weak),
                            );
                            Grid::new(("keys", at)).num_columns(2).spacing([14.0, 5.0]).show(
                                ui,
                                |ui| {
                                    for action in ACTIONS
                                        .iter()
                                        .filter(|a| a.group == group && !a.keys.is_empty())
                                    {
                                        let keys: Vec<String> = action
                                            .keys
                                            .iter()
                                            .map(|keys| words(ui.ctx(), keys))
                                            .collect();
                                        ui.label(
                                            RichText::new(keys.join("  "))
                                                .font(fonts::mono())
                                                .color(t.strong),
                                        );
                                        ui.label(RichText::new(action.name).color(t.text));
                                        ui.end_row();
                                    }
                                },
                            );
                            ui.add_space(10.0);
                        }
                        left.label(
                            RichText::new("Everywhere").font(fonts::small_semibold()).color(t.weak),
                        );
                        Grid::new("keys-also").num_columns(2).spacing([14.0, 5.0]).show(
                            left,
                            |ui| {
                                for (keys, what) in ALSO {
                                    ui.label(
                                        RichText::new(keys).font(fonts::mono()).color(t.strong),
                                    );
                                    ui.label(RichText::new(what).color(t.text));
                                    ui.end_row();
                                }
                            },
                        );
                    });
                    ui.add_space(4.0);
                    let palette = ACTIONS.iter().find(|action| action.name == "Command palette");
                    let keys = palette.map_or_else(String::new, |action| keys_of(ui.ctx(), action));
                    ui.label(
                        RichText::new(format!(
                            "{keys} lists every action, those without a key too."
                        ))
                        .color(t.weak),
                    );
                });
        });
    if close || modal.should_close() {
        *open = false;
    }
}
