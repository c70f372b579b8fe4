//! The list of profiles: the app's own folder and files opened before.

use std::path::{Path, PathBuf};

use egui::{
    Align, Label, Layout, Rect, RichText, Role, ScrollArea, Sense, Ui, WidgetInfo, pos2, vec2,
};

use crate::profile::template::Template;
use crate::ui::command::{ProfileCommand, UiCommand};
use crate::ui::theme::{Look, fonts, icons};
use crate::ui::widgets::{controls, panel_header, text};

const ROW: f32 = 38.0;

pub(super) fn show(
    ui: &mut Ui,
    look: Look,
    own: &[PathBuf],
    recent: &[PathBuf],
    open: Option<&Path>,
    can_leave: bool,
    commands: &mut Vec<UiCommand>,
) {
    panel_header::show(ui, look, icons::PROFILES, "Profiles", "", |ui| {
        let menu = controls::icon_button(ui, look, icons::NEW_FILE, "New profile");
        egui::Popup::menu(&menu).width(230.0).show(|ui| new_menu(ui, look, commands));
        if controls::icon_button(ui, look, icons::FOLDER, "Open a profile…").clicked() {
            commands.push(UiCommand::Profile(ProfileCommand::Choose));
        }
    });
    ui.spacing_mut().item_spacing.y = 0.0;
    if can_leave {
        ui.add_space(6.0);
        ui.horizontal(|ui| {
            ui.add_space(8.0);
            if controls::button(ui, look, icons::ARROW_LEFT, "Back to messages").clicked() {
                commands.push(UiCommand::Profile(ProfileCommand::Leave));
            }
        });
        ui.add_space(4.0);
    }
    ScrollArea::vertical().id_salt("profiles-list").auto_shrink(false).show(ui, |ui| {
        group(ui, look, "In the app's folder", own, open, commands);
        let elsewhere: Vec<PathBuf> =
            recent.iter().filter(|path| !own.contains(path)).cloned().collect();
        group(ui, look, "Opened before", &elsewhere, open, commands);
        if own.is_empty() && elsewhere.is_empty() {
            ui.add_space(6.0);
            ui.horizontal(|ui| {
                ui.add_space(10.0);
                let text = "None yet. Make one from a template, open the .env file of your ACS, or \
                            drop one on the window.";
                ui.add(Label::new(RichText::new(text).color(look.tokens.weak)).wrap());
            });
        }
    });
}

fn new_menu(ui: &mut Ui, look: Look, commands: &mut Vec<UiCommand>) {
    for (template, label) in [
        (Template::Development, "From the development template"),
        (Template::Production, "From the production template"),
    ] {
        if controls::menu_item(ui, look, icons::NEW_FILE, label, "") {
            commands.push(UiCommand::Profile(ProfileCommand::New(template)));
        }
    }
    if controls::menu_item(ui, look, icons::PASTE, "From pasted text…", "") {
        commands.push(UiCommand::Profile(ProfileCommand::AskImport));
    }
}

fn group(
    ui: &mut Ui,
    look: Look,
    title: &str,
    paths: &[PathBuf],
    open: Option<&Path>,
    commands: &mut Vec<UiCommand>,
) {
    if paths.is_empty() {
        return;
    }
    ui.add_space(8.0);
    ui.horizontal(|ui| {
        ui.add_space(10.0);
        ui.label(RichText::new(title).font(fonts::small_semibold()).color(look.tokens.weak));
    });
    ui.add_space(2.0);
    for path in paths {
        row(ui, look, path, open == Some(path), commands);
    }
}

fn row(ui: &mut Ui, look: Look, path: &Path, open: bool, commands: &mut Vec<UiCommand>) {
    let t = look.tokens;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    let full = path.display().to_string();
    let name = format!("Edit {full}");
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, open, &name));
    let painter = ui.painter();
    if open {
        painter.rect_filled(rect, 0.0, t.selection);
        let bar = Rect::from_min_size(rect.min, vec2(3.0, rect.height()));
        painter.rect_filled(bar, 0.0, t.accent);
    } else if response.hovered() {
        painter.rect_filled(rect, 0.0, t.hover);
    }
    if response.has_focus() {
        painter.rect_stroke(rect.shrink(1.0), 3.0, (1.0, t.accent), egui::StrokeKind::Inside);
    }
    let icon = Rect::from_min_size(pos2(rect.min.x + 8.0, rect.min.y), vec2(18.0, ROW));
    text::icon(painter, icon, icons::FILE, 15.0, t.weak);
    let inner =
        Rect::from_min_max(pos2(icon.max.x + 6.0, rect.min.y + 3.0), rect.max - vec2(8.0, 3.0));
    let (top, bottom) = inner.split_top_bottom_at_fraction(0.54);
    let file = path.file_name().map_or_else(|| full.clone(), |n| n.to_string_lossy().into_owned());
    let folder = path.parent().map(|p| p.display().to_string()).unwrap_or_default();
    let align = egui::Align2::LEFT_CENTER;
    text::line(painter, top, &file, &fonts::body(), t.strong, align, text::Elide::Middle);
    text::line(painter, bottom, &folder, &fonts::small(), t.weak, align, text::Elide::Middle);
    if response.on_hover_text(&full).clicked() && !open {
        commands.push(UiCommand::Profile(ProfileCommand::Open(path.to_owned())));
    }
}

/// The page without a profile: what can be done.
pub(super) fn nothing_open_ui(ui: &mut Ui, look: Look, commands: &mut Vec<UiCommand>) {
    let t = look.tokens;
    let height = ui.available_height();
    ui.with_layout(Layout::top_down(Align::Center), |ui| {
        ui.add_space((height * 0.5 - 130.0).max(24.0));
        ui.label(RichText::new(icons::PROFILES).font(fonts::icon(40.0)).color(t.weak));
        ui.add_space(8.0);
        let title = egui::FontId::new(18.0, fonts::semibold());
        ui.label(RichText::new("Will your ACS start?").font(title).color(t.strong));
        ui.add_space(4.0);
        let text = "Open its .env file: see what the ACS makes of every line, why it would refuse, \
                    and mend it without touching anything else.";
        ui.scope(|ui| {
            ui.set_max_width(420.0);
            ui.add(Label::new(RichText::new(text).color(t.text)).wrap());
        });
        ui.add_space(14.0);
        let mut ask = |command| commands.push(UiCommand::Profile(command));
        if controls::primary_button(ui, look, icons::FOLDER, "Open a .env file…").clicked() {
            ask(ProfileCommand::Choose);
        }
        ui.add_space(10.0);
        for (icon, label, command) in [
            (icons::NEW_FILE, "New for development", ProfileCommand::New(Template::Development)),
            (icons::NEW_FILE, "New for production", ProfileCommand::New(Template::Production)),
            (icons::PASTE, "Paste a file's text…", ProfileCommand::AskImport),
        ] {
            if controls::button(ui, look, icon, label).clicked() {
                ask(command);
            }
            ui.add_space(4.0);
        }
    });
}
