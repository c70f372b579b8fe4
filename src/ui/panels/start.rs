//! The start page: try the demo, open a profile, connect to host and port.

use std::path::{Path, PathBuf};

use egui::{Align, Color32, Frame, Label, Layout, Margin, RichText, TextEdit, Ui, vec2};

use super::top_bar::mark_ui;
use crate::ui::command::{ProfileCommand, UiCommand};
use crate::ui::theme::{Look, fonts, icons, size};
use crate::ui::widgets::{controls, text};
use crate::view::connect_form::{ConnectForm, FormErrors};
use crate::view::connection::Words;

/// Widest the page gets, points.
const WIDTH: f32 = 880.0;

/// What the page shows besides its form.
pub struct StartPage<'a> {
    /// Profiles opened before, newest first.
    pub recent: &'a [PathBuf],
    /// Why the last attempt did not work.
    pub failure: Option<&'a Words>,
    /// The profile file to blame for it; the editor says why and mends it.
    pub failed_profile: Option<&'a Path>,
    /// What is wrong with the form, once it was sent.
    pub errors: &'a FormErrors,
    /// The demo network is being started.
    pub demo_starting: bool,
    /// Messages of an earlier connection are still there.
    pub has_messages: bool,
}

/// Draws the page. `path` is the text of the profile field.
pub fn show(
    ui: &mut Ui,
    look: Look,
    page: &StartPage<'_>,
    form: &mut ConnectForm,
    path: &mut String,
    commands: &mut Vec<UiCommand>,
) {
    let area = ui.available_rect_before_wrap();
    ui.painter().rect_filled(area, 0.0, look.tokens.canvas);
    egui::ScrollArea::vertical().id_salt("start").auto_shrink(false).show(ui, |ui| {
        let width = (ui.available_width() - 48.0).clamp(200.0, WIDTH);
        let height = area.height();
        let side = ((ui.available_width() - width) / 2.0).max(0.0);
        ui.horizontal_top(|ui| {
            ui.add_space(side);
            ui.vertical(|ui| {
                ui.set_width(width);
                ui.spacing_mut().item_spacing.y = 0.0;
                ui.add_space((height * 0.5 - 300.0).clamp(20.0, 320.0));
                content_ui(ui, look, page, form, path, commands);
                ui.add_space(24.0);
            });
        });
    });
}

fn content_ui(
    ui: &mut Ui,
    look: Look,
    page: &StartPage<'_>,
    form: &mut ConnectForm,
    path: &mut String,
    commands: &mut Vec<UiCommand>,
) {
    let t = look.tokens;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 14.0;
        mark_ui(ui, look, 44.0);
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            let title = egui::FontId::new(24.0, fonts::semibold());
            ui.label(RichText::new("USP Scope").font(title).color(t.strong));
            let line = "See USP (TR-369) over MQTT live: topics, devices, messages, latency";
            ui.label(RichText::new(line).color(t.weak));
        });
    });
    ui.add_space(20.0);
    if let Some(failure) = page.failure {
        failure_ui(ui, look, failure);
        if let Some(path) = page.failed_profile {
            ui.add_space(8.0);
            if controls::button(ui, look, icons::PROFILES, "Open it in the editor").clicked() {
                let command = ProfileCommand::Open(path.to_owned());
                commands.push(UiCommand::Profile(command));
            }
        }
        ui.add_space(14.0);
    }
    demo_ui(ui, look, page, commands);
    ui.add_space(14.0);
    let gap = 14.0;
    let column = (ui.available_width() - gap) / 2.0;
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = gap;
        ui.allocate_ui_with_layout(vec2(column, 10.0), Layout::top_down(Align::Min), |ui| {
            profile_ui(ui, look, page, path, commands);
        });
        ui.allocate_ui_with_layout(vec2(column, 10.0), Layout::top_down(Align::Min), |ui| {
            connect_ui(ui, look, page, form, commands);
        });
    });
    if page.has_messages {
        ui.add_space(14.0);
        if controls::button(ui, look, icons::ARROW_LEFT, "Back to messages").clicked() {
            commands.push(UiCommand::GoToMessages);
        }
    }
}

fn card<R>(ui: &mut Ui, look: Look, min_height: f32, content: impl FnOnce(&mut Ui) -> R) -> R {
    let t = look.tokens;
    Frame::new()
        .fill(t.panel)
        .stroke((1.0, t.border))
        .corner_radius(8)
        .inner_margin(Margin::same(18))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.set_min_height(min_height);
            ui.spacing_mut().item_spacing = vec2(8.0, 6.0);
            content(ui)
        })
        .inner
}

fn card_title(ui: &mut Ui, look: Look, icon: &str, title: &str) {
    let t = look.tokens;
    ui.horizontal(|ui| {
        ui.label(RichText::new(icon).font(fonts::icon(20.0)).color(t.accent));
        let font = egui::FontId::new(size::HEADING, fonts::semibold());
        ui.label(RichText::new(title).font(font).color(t.strong));
    });
}

fn failure_ui(ui: &mut Ui, look: Look, failure: &Words) {
    let t = look.tokens;
    let color = look.tone(failure.tone);
    Frame::new()
        .fill(color.gamma_multiply(0.10))
        .stroke((1.0, color.gamma_multiply(0.6)))
        .corner_radius(8)
        .inner_margin(Margin::symmetric(16, 12))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.horizontal_top(|ui| {
                ui.label(RichText::new(icons::ERROR).font(fonts::icon(20.0)).color(color));
                ui.vertical(|ui| {
                    ui.spacing_mut().item_spacing.y = 3.0;
                    ui.add(Label::new(RichText::new(&failure.what).color(t.strong)).wrap());
                    if let Some(advice) = &failure.advice {
                        ui.add(Label::new(RichText::new(advice).color(t.text)).wrap());
                    }
                });
            });
        });
}

fn demo_ui(ui: &mut Ui, look: Look, page: &StartPage<'_>, commands: &mut Vec<UiCommand>) {
    let t = look.tokens;
    card(ui, look, 0.0, |ui| {
        ui.horizontal(|ui| {
            ui.vertical(|ui| {
                ui.set_width((ui.available_width() - 320.0).max(120.0));
                card_title(ui, look, icons::DEMO, "Try the demo network");
                let text = "A broker, a controller and a fleet of simulated devices that speak \
                            real USP, all on this machine.";
                ui.add(Label::new(RichText::new(text).color(t.text)).wrap());
            });
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let label = if page.demo_starting { "Starting…" } else { "Start the demo" };
                let enabled = !page.demo_starting;
                let response = ui
                    .add_enabled_ui(enabled, |ui| {
                        controls::primary_button(ui, look, icons::PLAY, label)
                    })
                    .inner;
                if response.clicked() {
                    commands.push(UiCommand::StartDemo);
                }
                ui.add_enabled_ui(enabled, |ui| {
                    let tour = controls::button(ui, look, icons::PRESENT, "With a tour");
                    let what = "Starts the demo and leads through it, with captions";
                    if tour.on_hover_text(what).clicked() {
                        commands.push(UiCommand::StartGuidedDemo);
                    }
                });
            });
        });
    });
}

/// Height of the two lower cards, so that they end on one line.
const LOWER_CARDS: f32 = 268.0;

fn profile_ui(
    ui: &mut Ui,
    look: Look,
    page: &StartPage<'_>,
    path: &mut String,
    commands: &mut Vec<UiCommand>,
) {
    let t = look.tokens;
    card(ui, look, LOWER_CARDS, |ui| {
        card_title(ui, look, icons::FOLDER, "Open a profile");
        let text = "The .env file your ACS connects with. It is only read; this app connects \
                    with an id of its own.";
        ui.add(Label::new(RichText::new(text).color(t.text)).wrap());
        ui.add_space(4.0);
        field_name(ui, look, "Path");
        let width = ui.available_width();
        let edit =
            field(ui, look, path, "Path of the profile", "/etc/acs/.env", width, false, false);
        let entered = edit.lost_focus() && ui.input(|i| i.key_pressed(egui::Key::Enter));
        ui.add_space(4.0);
        ui.horizontal(|ui| {
            let open = ui.add_enabled_ui(!path.trim().is_empty(), |ui| {
                controls::button(ui, look, icons::FILE, "Open")
            });
            if (open.inner.clicked() || entered) && !path.trim().is_empty() {
                commands.push(UiCommand::OpenProfile(PathBuf::from(path.trim())));
            }
            if controls::button(ui, look, icons::FOLDER, "Browse…").clicked() {
                commands.push(UiCommand::ChooseProfile);
            }
            if controls::button(ui, look, icons::PROFILES, "Edit profiles").clicked() {
                commands.push(UiCommand::Profile(match path.trim() {
                    "" => ProfileCommand::Show,
                    path => ProfileCommand::Open(PathBuf::from(path)),
                }));
            }
        });
        ui.add_space(8.0);
        field_name(ui, look, "Recent");
        if page.recent.is_empty() {
            ui.label(RichText::new("Profiles you open are listed here").color(t.weak));
        }
        for recent in page.recent.iter().take(4) {
            recent_ui(ui, look, recent, commands);
        }
    });
}

fn recent_ui(ui: &mut Ui, look: Look, path: &Path, commands: &mut Vec<UiCommand>) {
    let t = look.tokens;
    let full = path.display().to_string();
    ui.horizontal(|ui| {
        let width = ui.available_width() - 68.0;
        let (rect, response) = ui.allocate_exact_size(vec2(width, 24.0), egui::Sense::click());
        let name = format!("Open {full}");
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &name));
        if response.hovered() || response.has_focus() {
            ui.painter().rect_filled(rect, 4.0, t.hover);
        }
        let icon = egui::Rect::from_min_size(rect.min, vec2(22.0, 24.0));
        text::icon(ui.painter(), icon, icons::FILE, 15.0, t.weak);
        let rest = egui::Rect::from_min_max(egui::pos2(icon.max.x + 2.0, rect.min.y), rect.max);
        let align = egui::Align2::LEFT_CENTER;
        text::line(ui.painter(), rest, &full, &fonts::mono(), t.accent, align, text::Elide::Middle);
        if response.on_hover_text(&full).clicked() {
            commands.push(UiCommand::OpenProfile(path.to_owned()));
        }
        let name = format!("Edit {full}");
        if controls::icon_button(ui, look, icons::EDIT, &name).clicked() {
            commands.push(UiCommand::Profile(ProfileCommand::Open(path.to_owned())));
        }
        let name = format!("Forget {full}");
        if controls::icon_button(ui, look, icons::CLOSE, &name).clicked() {
            commands.push(UiCommand::ForgetProfile(path.to_owned()));
        }
    });
}

fn connect_ui(
    ui: &mut Ui,
    look: Look,
    page: &StartPage<'_>,
    form: &mut ConnectForm,
    commands: &mut Vec<UiCommand>,
) {
    let t = look.tokens;
    let errors = page.errors;
    card(ui, look, LOWER_CARDS, |ui| {
        card_title(ui, look, icons::GLOBE, "Connect to a broker");
        let gap = 10.0;
        let full = ui.available_width();
        let port_width = 92.0;
        let mut sent = false;
        let mut enter = |ui: &Ui, response: &egui::Response| {
            sent |= response.lost_focus() && ui.input(|i| i.key_pressed(egui::Key::Enter));
        };
        pair(ui, gap, full - port_width - gap, port_width, |ui, left| {
            let (name, error) = if left { ("Host", errors.host) } else { ("Port", errors.port) };
            field_name(ui, look, name);
            let width = ui.available_width();
            let (value, hint) = if left {
                (&mut form.host, "broker.example.com")
            } else {
                (&mut form.port, if form.tls { "8883" } else { "1883" })
            };
            let response = field(ui, look, value, name, hint, width, false, error.is_some());
            enter(ui, &response);
        });
        for error in [errors.host, errors.port].into_iter().flatten() {
            error_line(ui, look, error);
        }
        let half = (full - gap) / 2.0;
        pair(ui, gap, half, half, |ui, left| {
            let name = if left { "User name" } else { "Password" };
            field_name(ui, look, name);
            let width = ui.available_width();
            let value = if left { &mut form.username } else { &mut form.password };
            let bad = errors.login.is_some();
            let response = field(ui, look, value, name, "optional", width, !left, bad);
            enter(ui, &response);
        });
        if let Some(error) = errors.login {
            error_line(ui, look, error);
        }
        field_name(ui, look, "Topics");
        let bad = errors.subscribe.is_some();
        let response = field(ui, look, &mut form.subscribe, "Topics", "usp/#", full, false, bad);
        enter(ui, &response);
        if let Some(error) = errors.subscribe {
            error_line(ui, look, error);
        }
        ui.add_space(2.0);
        ui.horizontal(|ui| {
            ui.checkbox(&mut form.tls, "Use TLS");
            ui.label(RichText::new("certificates of this system").color(t.weak));
        });
        ui.add_space(2.0);
        if controls::button(ui, look, icons::PLUGS_CONNECTED, "Connect").clicked() || sent {
            commands.push(UiCommand::ConnectForm);
        }
    });
}

/// Two fields beside each other; `content` is told which one it draws.
fn pair(ui: &mut Ui, gap: f32, left: f32, right: f32, mut content: impl FnMut(&mut Ui, bool)) {
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = gap;
        for (width, is_left) in [(left, true), (right, false)] {
            let layout = Layout::top_down(Align::Min);
            ui.allocate_ui_with_layout(vec2(width, 10.0), layout, |ui| {
                ui.spacing_mut().item_spacing.y = 4.0;
                ui.set_width(width);
                content(ui, is_left);
            });
        }
    });
}

fn field_name(ui: &mut Ui, look: Look, name: &str) {
    ui.label(RichText::new(name).font(fonts::small_semibold()).color(look.tokens.weak));
}

fn error_line(ui: &mut Ui, look: Look, error: &str) {
    let color: Color32 = look.tokens.error;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 5.0;
        ui.label(RichText::new(icons::ERROR).font(fonts::icon(14.0)).color(color));
        ui.label(RichText::new(error).font(fonts::small()).color(color));
    });
}

#[expect(clippy::too_many_arguments, reason = "one field, drawn in one place")]
fn field(
    ui: &mut Ui,
    look: Look,
    value: &mut String,
    name: &str,
    hint: &'static str,
    width: f32,
    password: bool,
    bad: bool,
) -> egui::Response {
    let t = look.tokens;
    let edit = TextEdit::singleline(value)
        .id(egui::Id::unique("start").with(name))
        .hint_text(RichText::new(hint).color(t.weak.gamma_multiply(0.8)))
        .password(password)
        .char_limit(4096)
        .align(egui::Align2::LEFT_CENTER)
        .desired_width(width - 10.0)
        .min_size(vec2(width, 28.0));
    let response = ui.add(edit).accessible_name(name);
    if bad {
        let stroke = egui::Stroke::new(1.0, t.error);
        ui.painter().rect_stroke(response.rect, 4.0, stroke, egui::StrokeKind::Inside);
    }
    response
}
