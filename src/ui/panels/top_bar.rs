//! The bar at the top: where we are connected, how it is, how much arrives, search, pause.

use egui::{Align, Layout, Rect, RichText, Role, Sense, Ui, pos2, vec2};

use super::connection;
use crate::analysis::Snapshot;
use crate::core::time::Timestamp;
use crate::mqtt::link::LinkState;
use crate::profile::model::Profile;
use crate::ui::actions::{MAX_ZOOM, MIN_ZOOM};
use crate::ui::command::{Pane, UiCommand};
use crate::ui::place::Page;
use crate::ui::theme::{Look, ThemeChoice, fonts, icons, size};
use crate::ui::widgets::controls;
use crate::view::format::{self, Clockface};
use crate::view::rates::Rates;
use crate::view::search_field::SearchField;

/// Height of the bar, points.
pub const HEIGHT: f32 = 46.0;

/// Seconds the sparkline shows.
const SPARK_SECS: usize = 40;

/// What the bar shows.
pub struct TopBar<'a> {
    /// The newest snapshot; the rate is live even while the display is paused.
    pub live: &'a Snapshot,
    /// The connection.
    pub link: &'a LinkState,
    /// Its profile.
    pub profile: Option<&'a Profile>,
    /// The capture on view, when there is no profile.
    pub capture: Option<&'a str>,
    /// The time now.
    pub now: Timestamp,
    /// Where the user is.
    pub clockface: &'a Clockface,
    /// The display is frozen.
    pub paused: bool,
    /// Messages that arrived since then.
    pub new_while_paused: u64,
    /// The theme in use.
    pub theme: ThemeChoice,
    /// The place on view.
    pub page: Page,
    /// Hidden panes.
    pub hidden: [bool; 3],
    /// There is a place to go back to, and one to go forward to.
    pub back: bool,
    /// There is a place to go forward to.
    pub forward: bool,
    /// Events in the log.
    pub log: usize,
}

/// Draws the bar. `search` is the text in the field, and what it means.
pub fn show(
    ui: &mut Ui,
    look: Look,
    bar: &TopBar<'_>,
    search: (&mut String, &mut SearchField),
    commands: &mut Vec<UiCommand>,
) {
    let rect = ui.available_rect_before_wrap();
    ui.painter().hline(rect.x_range(), rect.max.y - 0.5, (1.0, look.tokens.border));
    let inner = rect.shrink2(vec2(12.0, 0.0));
    let layout = Layout::left_to_right(Align::Center);
    let mut left =
        ui.new_child(egui::UiBuilder::new().id_salt("left").max_rect(inner).layout(layout));
    left_ui(&mut left, look, bar, commands);
    let mut rest = inner;
    rest.min.x = left.min_rect().max.x + 12.0;
    let layout = Layout::right_to_left(Align::Center);
    let mut right =
        ui.new_child(egui::UiBuilder::new().id_salt("right").max_rect(rest).layout(layout));
    right_ui(&mut right, look, bar, search, commands);
}

fn left_ui(ui: &mut Ui, look: Look, bar: &TopBar<'_>, commands: &mut Vec<UiCommand>) {
    let t = look.tokens;
    ui.spacing_mut().item_spacing.x = 10.0;
    mark_ui(ui, look, 24.0);
    if bar.page != Page::Start {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 0.0;
            for (back, can, icon, name) in [
                (true, bar.back, icons::ARROW_LEFT, "Back (Alt+Left)"),
                (false, bar.forward, icons::ARROW_RIGHT, "Forward (Alt+Right)"),
            ] {
                ui.add_enabled_ui(can, |ui| {
                    if controls::icon_button(ui, look, icon, name).clicked() {
                        commands.push(UiCommand::Travel { back });
                    }
                });
            }
        });
    }
    match bar.profile {
        Some(profile) => {
            let name = RichText::new(format::elide_middle(&profile.name, 26).into_owned())
                .font(egui::FontId::new(size::HEADING, fonts::semibold()))
                .color(t.strong);
            let label = ui.label(name);
            label.on_hover_text(match &profile.path {
                Some(path) => format!("Profile {}", path.display()),
                None => format!("{} at {}", profile.name, connection::broker(Some(profile))),
            });
        }
        None => {
            let name =
                bar.capture.map(|name| format!("Capture {}", format::elide_middle(name, 32)));
            ui.label(
                RichText::new(name.unwrap_or_else(|| "USP Scope".to_owned()))
                    .font(egui::FontId::new(size::HEADING, fonts::semibold()))
                    .color(t.strong),
            );
        }
    }
    // A capture has no connection to tell about.
    if bar.capture.is_none() {
        connection::pill_ui(ui, look, bar.link, bar.profile, bar.now, bar.clockface, commands);
    }
    connection::lock_ui(ui, look, bar.link);
    if bar.page.is_live() {
        rate_ui(ui, look, bar.live, bar.now);
    }
}

/// The app's mark: waves from a broker, read by a scope.
pub fn mark_ui(ui: &mut Ui, look: Look, side: f32) {
    let (rect, response) = ui.allocate_exact_size(vec2(side, side), Sense::hover());
    response.widget_info(|| egui::WidgetInfo::labeled(Role::Image, true, "USP Scope mark"));
    paint_mark(ui.painter(), rect, look);
}

fn paint_mark(painter: &egui::Painter, rect: Rect, look: Look) {
    let t = look.tokens;
    painter.rect_filled(rect, rect.width() * 0.24, t.accent);
    let at = |x: f32, y: f32| rect.min + vec2(x, y) * rect.width();
    let line = [
        at(0.14, 0.54),
        at(0.32, 0.54),
        at(0.42, 0.26),
        at(0.58, 0.78),
        at(0.68, 0.46),
        at(0.86, 0.46),
    ];
    let stroke = egui::Stroke::new(rect.width() * 0.085, t.on_accent);
    painter.add(egui::Shape::line(line.to_vec(), stroke));
}

fn rate_ui(ui: &mut Ui, look: Look, live: &Snapshot, now: Timestamp) {
    let t = look.tokens;
    // The second under way is not over yet; the rate is that of the last whole one.
    let Rates { bars, last: rate, peak, .. } = Rates::of(live, now, SPARK_SECS);
    let text = format!("{}/s", format::count_short(u64::from(rate)));
    let (rect, response) = ui.allocate_exact_size(vec2(132.0, 26.0), Sense::hover());
    let name = format!("{rate} messages per second");
    response.widget_info(|| egui::WidgetInfo::labeled(Role::Label, true, &name));
    let spark = Rect::from_min_size(rect.min + vec2(0.0, 4.0), vec2(78.0, 18.0));
    let peak = peak.max(1) as f32;
    let step = spark.width() / SPARK_SECS as f32;
    let painter = ui.painter();
    painter.hline(spark.x_range(), spark.max.y, (1.0, t.border));
    for (at, &bar) in bars.iter().enumerate().filter(|(_, bar)| **bar > 0) {
        let height = (bar as f32 / peak * spark.height()).max(1.0);
        let x = spark.min.x + at as f32 * step;
        let column =
            Rect::from_min_max(pos2(x, spark.max.y - height), pos2(x + step - 0.5, spark.max.y));
        painter.rect_filled(column, 0.0, t.accent.gamma_multiply(0.75));
    }
    let at = pos2(spark.max.x + 8.0, rect.center().y);
    painter.text(at, egui::Align2::LEFT_CENTER, text, fonts::mono(), t.text);
    response.on_hover_text(format!(
        "{} messages in the last whole second; peak of the last {SPARK_SECS} s: {}",
        format::count(u64::from(rate)),
        format::count(peak as u64)
    ));
}

fn right_ui(
    ui: &mut Ui,
    look: Look,
    bar: &TopBar<'_>,
    search: (&mut String, &mut SearchField),
    commands: &mut Vec<UiCommand>,
) {
    ui.spacing_mut().item_spacing.x = 4.0;
    let menu = controls::icon_button(ui, look, icons::MENU, "Menu");
    egui::Popup::menu(&menu).width(220.0).show(|ui| menu_ui(ui, look, bar, commands));
    let dark = look.tokens.dark;
    let (icon, name, next) = if dark {
        (icons::SUN, "Use the light theme", ThemeChoice::Light)
    } else {
        (icons::MOON, "Use the dark theme", ThemeChoice::Dark)
    };
    if controls::icon_button(ui, look, icon, name).clicked() {
        commands.push(UiCommand::Theme(next));
    }
    if bar.page == Page::Start
        && controls::icon_button(ui, look, icons::PROFILES, "Profiles").clicked()
    {
        commands.push(UiCommand::Show(Page::Profiles));
    }
    if !bar.page.shows_messages() {
        return;
    }
    if controls::icon_button(ui, look, icons::TRASH, "Clear messages").clicked() {
        commands.push(UiCommand::ClearMessages);
    }
    pause_ui(ui, look, bar, commands);
    if bar.page != Page::Traffic {
        return;
    }
    ui.add_space(4.0);
    let width = ui.available_width().clamp(120.0, 420.0);
    super::search::show(ui, look, search.0, search.1, width, commands);
}

fn pause_ui(ui: &mut Ui, look: Look, bar: &TopBar<'_>, commands: &mut Vec<UiCommand>) {
    let t = look.tokens;
    if bar.paused {
        let label = match bar.new_while_paused {
            0 => "Resume".to_owned(),
            n => format!("Resume (+{} new)", format::count(n)),
        };
        let pill = controls::pill(ui, icons::PLAY, &label, &label, t.warn);
        if pill
            .on_hover_text("The display is frozen; messages are still received (Space)")
            .clicked()
        {
            commands.push(UiCommand::Pause(false));
        }
    } else {
        let button = controls::button(ui, look, icons::PAUSE, "Pause");
        if button.on_hover_text("Freeze the display; reception goes on (Space)").clicked() {
            commands.push(UiCommand::Pause(true));
        }
    }
}

fn menu_ui(ui: &mut Ui, look: Look, bar: &TopBar<'_>, commands: &mut Vec<UiCommand>) {
    let mut item = |ui: &mut Ui, icon, label: &str, keys, command| {
        if controls::menu_item(ui, look, icon, label, keys) {
            commands.push(command);
        }
    };
    item(ui, icons::TERMINAL, "Command palette", "Ctrl+K", UiCommand::TogglePalette);
    item(ui, icons::KEYBOARD, "Keys", "F1", UiCommand::ToggleKeys);
    ui.separator();
    if bar.page != Page::Start {
        item(ui, icons::HOME, "Start page", "", UiCommand::GoHome);
    } else if bar.profile.is_some() || bar.capture.is_some() {
        item(ui, icons::TABLE, "Back to messages", "", UiCommand::GoToMessages);
    }
    item(ui, icons::FOLDER, "Open a profile…", "Ctrl+O", UiCommand::ChooseProfile);
    item(ui, icons::DEMO, "Start the demo network", "", UiCommand::StartDemo);
    if bar.page.shows_messages() {
        ui.separator();
        item(ui, icons::SEARCH, "Search", "/", UiCommand::FocusSearch);
        item(ui, icons::FUNNEL, "Clear picks and search", "Esc", UiCommand::ClearPicks);
        ui.separator();
        for (pane, label, keys) in [
            (Pane::Left, "topics and devices", "Ctrl+B"),
            (Pane::Right, "inspector", "Ctrl+I"),
            (Pane::Bottom, "lower pane", "Ctrl+J"),
        ] {
            if pane != Pane::Right && bar.page != Page::Traffic {
                continue;
            }
            let hidden = bar.hidden[pane as usize];
            let verb = if hidden { "Show" } else { "Hide" };
            let icon = if hidden { icons::EYE } else { icons::EYE_SLASH };
            item(ui, icon, &format!("{verb} {label}"), keys, UiCommand::TogglePane(pane));
        }
    }
    ui.separator();
    let log = format!("Log of events ({})", bar.log);
    item(ui, icons::LIST, &log, "Ctrl+L", UiCommand::ToggleLog);
    item(ui, icons::GEAR, "Settings", "Ctrl+,", UiCommand::ToggleSettings);
    ui.separator();
    ui.label(RichText::new("Theme").font(fonts::small()).color(look.tokens.weak));
    for choice in ThemeChoice::ALL {
        if ui.radio(bar.theme == choice, choice.label()).clicked() {
            commands.push(UiCommand::Theme(choice));
            ui.close();
        }
    }
    ui.separator();
    ui.horizontal(|ui| {
        ui.label(RichText::new("Zoom").color(look.tokens.text));
        let zoom = ui.ctx().zoom_factor();
        if controls::icon_button(ui, look, icons::COLLAPSE, "Zoom out").clicked() {
            commands.push(UiCommand::Zoom((zoom - 0.1).max(MIN_ZOOM)));
        }
        ui.label(RichText::new(format!("{:.0} %", zoom * 100.0)).font(fonts::mono()));
        if controls::icon_button(ui, look, icons::EXPAND, "Zoom in").clicked() {
            commands.push(UiCommand::Zoom((zoom + 0.1).min(MAX_ZOOM)));
        }
    });
    ui.separator();
    if controls::menu_item(ui, look, icons::CLOSE, "Quit", "Ctrl+Q") {
        commands.push(UiCommand::Quit);
    }
}
