//! The settings: looks, times, memory. Every change counts at once and is kept, but where it says
//! otherwise.

use egui::{DragValue, Grid, Id, Modal, RichText, Ui};

use crate::ui::actions::{MAX_ZOOM, MIN_ZOOM};
use crate::ui::command::{Setting, UiCommand};
use crate::ui::theme::{Look, ThemeChoice, fonts, icons};
use crate::ui::widgets::controls;

/// Bounds of the memory for messages, MiB.
pub const MEMORY_MIB: std::ops::RangeInclusive<u32> = 64..=16_384;

/// What the settings are now.
pub struct Settings<'a> {
    /// The theme.
    pub theme: ThemeChoice,
    /// The zoom.
    pub zoom: f32,
    /// No animations.
    pub reduced_motion: bool,
    /// Times in UTC.
    pub utc: bool,
    /// Memory for messages from the next start on, MiB.
    pub memory_mib: u32,
    /// Memory in use since this start, MiB.
    pub memory_now_mib: u32,
    /// Searches are kept by profile.
    pub keep_search: bool,
    /// Where they are kept.
    pub path: Option<&'a std::path::Path>,
}

/// Draws the settings while `open`.
pub fn show(
    ctx: &egui::Context,
    look: Look,
    settings: &Settings<'_>,
    open: &mut bool,
    commands: &mut Vec<UiCommand>,
) {
    if !*open {
        return;
    }
    let t = look.tokens;
    let mut close = false;
    let modal = Modal::new(Id::unique("settings"))
        .frame(egui::Frame::popup(&ctx.global_style()).inner_margin(16))
        .show(ctx, |ui| {
            ui.set_width(500.0);
            ui.horizontal(|ui| {
                ui.label(RichText::new("Settings").heading().color(t.strong));
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    close = controls::icon_button(ui, look, icons::CLOSE, "Close the settings")
                        .clicked();
                });
            });
            ui.separator();
            Grid::new("settings").num_columns(2).spacing([18.0, 10.0]).show(ui, |ui| {
                looks_ui(ui, look, settings, commands);
                data_ui(ui, look, settings, commands);
            });
            ui.separator();
            let path = settings.path.map_or_else(
                || {
                    "This system has no place for settings: they last until the app is closed."
                        .to_owned()
                },
                |path| format!("Kept in {}", path.display()),
            );
            ui.label(RichText::new(path).font(fonts::small()).color(t.weak));
        });
    if close || modal.should_close() {
        *open = false;
    }
}

fn name(ui: &mut Ui, look: Look, text: &str) {
    ui.label(RichText::new(text).color(look.tokens.text));
}

fn looks_ui(ui: &mut Ui, look: Look, settings: &Settings<'_>, commands: &mut Vec<UiCommand>) {
    name(ui, look, "Theme");
    ui.horizontal(|ui| {
        let choices = ThemeChoice::ALL.map(|theme| (theme, theme.label()));
        if let Some(theme) = controls::segments(ui, look, settings.theme, choices) {
            commands.push(UiCommand::Theme(theme));
        }
    });
    ui.end_row();
    name(ui, look, "Zoom");
    ui.horizontal(|ui| {
        let zoom = settings.zoom;
        if controls::icon_button(ui, look, icons::COLLAPSE, "Zoom out").clicked() {
            commands.push(UiCommand::Zoom((zoom - 0.1).max(MIN_ZOOM)));
        }
        ui.label(RichText::new(format!("{:.0} %", zoom * 100.0)).font(fonts::mono()));
        if controls::icon_button(ui, look, icons::EXPAND, "Zoom in").clicked() {
            commands.push(UiCommand::Zoom((zoom + 0.1).min(MAX_ZOOM)));
        }
    });
    ui.end_row();
    name(ui, look, "Motion");
    let mut reduced = settings.reduced_motion;
    if ui.checkbox(&mut reduced, "No animations").changed() {
        commands.push(UiCommand::Set(Setting::ReducedMotion(reduced)));
    }
    ui.end_row();
}

fn data_ui(ui: &mut Ui, look: Look, settings: &Settings<'_>, commands: &mut Vec<UiCommand>) {
    let t = look.tokens;
    name(ui, look, "Times of day");
    ui.horizontal(|ui| {
        let choices = [(false, "Local"), (true, "UTC")];
        if let Some(utc) = controls::segments(ui, look, settings.utc, choices) {
            commands.push(UiCommand::Set(Setting::Utc(utc)));
        }
    });
    ui.end_row();
    name(ui, look, "Memory for messages");
    ui.vertical(|ui| {
        let mut mib = settings.memory_mib;
        let field = DragValue::new(&mut mib).range(MEMORY_MIB).speed(8.0).suffix(" MiB");
        let response = ui.add(field).accessible_name("Memory for messages, MiB");
        if response.changed() {
            commands.push(UiCommand::Set(Setting::MemoryMib(mib)));
        }
        let note = if settings.memory_mib == settings.memory_now_mib {
            "The oldest messages make room once it is full.".to_owned()
        } else {
            format!("Counts from the next start on; now {} MiB.", settings.memory_now_mib)
        };
        ui.label(RichText::new(note).font(fonts::small()).color(t.weak));
    });
    ui.end_row();
    name(ui, look, "Searches");
    let mut keep = settings.keep_search;
    if ui.checkbox(&mut keep, "Show a profile's last search again").changed() {
        commands.push(UiCommand::Set(Setting::KeepSearch(keep)));
    }
    ui.end_row();
}
