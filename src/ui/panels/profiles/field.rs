//! One variable: its name, the input, what the ACS ends up with, which readers agree, findings.

use egui::{Align, Color32, Label, Layout, Rect, RichText, TextEdit, Ui, vec2};

use super::findings;
use crate::core::secret::Secret;
use crate::profile::catalog::{Fallback, Variable};
use crate::profile::edit::Nothing;
use crate::profile::lint::Level;
use crate::profile::reading::Presence;
use crate::ui::command::{ProfileCommand, UiCommand};
use crate::ui::theme::{Look, fonts, icons};
use crate::ui::widgets::{controls, text};
use crate::view::profile_editor::Editor;
use crate::view::profile_editor::form::{Input, Row, default_words};

/// Width of the names, points.
const NAME: f32 = 216.0;
/// Narrower than this a row is stacked.
const STACKED: f32 = 520.0;
const INPUT_MIN: f32 = 150.0;
const INPUT_MAX: f32 = 300.0;

pub(super) fn show(
    ui: &mut Ui,
    look: Look,
    editor: &mut Editor,
    row: &Row,
    go_to: &mut Option<String>,
    commands: &mut Vec<UiCommand>,
) {
    let t = look.tokens;
    let key = row.variable.key;
    let top = ui.cursor().min;
    ui.add_space(5.0);
    let total = ui.available_width();
    if total < STACKED {
        // Name and result in one line, the input below.
        ui.horizontal_top(|ui| {
            column(ui, total * 0.55, |ui| name_ui(ui, look, row));
            let rest = ui.available_width().max(60.0);
            column(ui, rest, |ui| ends_up_ui(ui, look, row));
        });
        ui.add_space(3.0);
        column(ui, total, |ui| wanted_input_ui(ui, look, editor, row, go_to, commands));
    } else {
        ui.horizontal_top(|ui| {
            column(ui, NAME.min(total * 0.34), |ui| name_ui(ui, look, row));
            let width = (total * 0.38).clamp(INPUT_MIN, INPUT_MAX);
            column(ui, width, |ui| wanted_input_ui(ui, look, editor, row, go_to, commands));
            let rest = ui.available_width().max(80.0);
            column(ui, rest, |ui| ends_up_ui(ui, look, row));
        });
    }
    for certificate in &row.certificates {
        indented(ui, |ui| {
            ui.label(RichText::new(icons::CERTIFICATE).font(fonts::icon(14.0)).color(t.weak));
            let text = RichText::new(certificate).font(fonts::small()).color(t.weak);
            ui.add(Label::new(text).wrap());
        });
    }
    if let Some(error) = editor.error(key) {
        indented(ui, |ui| {
            ui.label(RichText::new(icons::FAILED).font(fonts::icon(14.0)).color(t.error));
            let text = format!("Not written: {} {}", error.what, error.advice);
            ui.add(Label::new(RichText::new(text).color(t.error)).wrap());
        });
    }
    for finding in &row.findings {
        indented(ui, |ui| findings::show(ui, look, finding, false, commands));
    }
    ui.add_space(5.0);
    let bottom = ui.cursor().min.y;
    let left = Rect::from_min_max(top - vec2(9.0, 0.0), egui::pos2(top.x - 6.0, bottom));
    let mark: Option<Color32> = match row.level() {
        Some(Level::Error) => Some(t.error),
        Some(Level::Warning) => Some(t.warn),
        _ if row.changed => Some(t.accent),
        _ => None,
    };
    if let Some(color) = mark {
        ui.painter().rect_filled(left, 1.0, color);
    }
    let width = ui.available_width();
    let line = egui::Rangef::new(top.x, top.x + width);
    ui.painter().hline(line, bottom - 0.5, (1.0, t.border.gamma_multiply(0.6)));
}

/// The input; gets the cursor if it was asked for.
fn wanted_input_ui(
    ui: &mut Ui,
    look: Look,
    editor: &mut Editor,
    row: &Row,
    go_to: &mut Option<String>,
    commands: &mut Vec<UiCommand>,
) {
    let response = input_ui(ui, look, editor, row, commands);
    if go_to.as_deref() == Some(row.variable.key) {
        if let Some(response) = &response {
            response.request_focus();
            response.scroll_to_me(Some(Align::Center));
        }
        *go_to = None;
    }
}

fn column(ui: &mut Ui, width: f32, content: impl FnOnce(&mut Ui)) {
    ui.allocate_ui_with_layout(vec2(width, 10.0), Layout::top_down(Align::Min), |ui| {
        ui.set_width(width);
        ui.spacing_mut().item_spacing.y = 1.0;
        content(ui);
    });
}

fn indented(ui: &mut Ui, content: impl FnOnce(&mut Ui)) {
    ui.add_space(3.0);
    ui.horizontal_top(|ui| {
        ui.add_space(14.0);
        content(ui);
    });
}

fn name_ui(ui: &mut Ui, look: Look, row: &Row) {
    let t = look.tokens;
    let Variable { key, label, help, null, empty, .. } = row.variable;
    ui.spacing_mut().interact_size.y = 16.0;
    ui.add_space(2.0);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 5.0;
        let set = row.presence != Presence::Absent;
        let color = if set { t.strong } else { t.text };
        let room = ui.available_width() - if row.changed { 54.0 } else { 0.0 };
        ui.scope(|ui| {
            ui.set_max_width(room.max(40.0));
            text::elided_label(ui, label, &fonts::body_medium(), color);
        });
        if row.changed {
            ui.label(RichText::new("changed").font(fonts::small()).color(t.accent));
        }
    });
    let response = text::elided_label(ui, key, &fonts::mono_small(), t.weak);
    response.on_hover_ui(|ui| {
        ui.set_max_width(380.0);
        ui.label(RichText::new(*key).font(fonts::mono()).color(t.strong));
        ui.add(Label::new(RichText::new(*help).color(t.text)).wrap());
        let nothing = |ui: &mut Ui, how: &str, means: &str| {
            let text = format!("{how}: {means}");
            ui.label(RichText::new(text).font(fonts::small()).color(t.weak));
        };
        nothing(ui, "Left out", &default_words(row.variable));
        if let Some(means) = null {
            nothing(ui, "null", means);
        }
        if let Some(means) = empty {
            nothing(ui, "Empty", means);
        }
    });
}

fn input_ui(
    ui: &mut Ui,
    look: Look,
    editor: &mut Editor,
    row: &Row,
    commands: &mut Vec<UiCommand>,
) -> Option<egui::Response> {
    let key = row.variable.key;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 3.0;
        let buttons = match row.input {
            Input::Secret | Input::Path { .. } => 2.0,
            _ => 1.0,
        };
        let width = ui.available_width() - buttons * 29.0;
        let response = match row.input {
            Input::Text | Input::Path { .. } => {
                Some(text_ui(ui, look, editor, row, width, false, commands))
            }
            Input::Secret => {
                let masked = !editor.is_revealed(key);
                Some(text_ui(ui, look, editor, row, width, masked, commands))
            }
            Input::Switch => Some(switch_ui(ui, look, row, width, commands)),
            Input::Choice(words) => Some(choice_ui(ui, look, row, words, width, commands)),
            Input::Reference => Some(reference_ui(ui, look, row, width, commands)),
        };
        let mut ask = |command| commands.push(UiCommand::Profile(command));
        match row.input {
            Input::Path { .. } => {
                let name = format!("Choose {key}…");
                if controls::icon_button(ui, look, icons::FOLDER, &name).clicked() {
                    ask(ProfileCommand::PickPath(key));
                }
            }
            Input::Secret => {
                let shown = editor.is_revealed(key);
                let (icon, verb) =
                    if shown { (icons::EYE_SLASH, "Hide") } else { (icons::EYE, "Show") };
                let name = format!("{verb} {key}");
                if controls::icon_button(ui, look, icon, &name).clicked() {
                    ask(ProfileCommand::Reveal(key, !shown));
                }
            }
            _ => {}
        }
        nothing_menu(ui, look, row, commands);
        response
    })
    .inner
}

fn text_ui(
    ui: &mut Ui,
    look: Look,
    editor: &mut Editor,
    row: &Row,
    width: f32,
    masked: bool,
    commands: &mut Vec<UiCommand>,
) -> egui::Response {
    let t = look.tokens;
    let key = row.variable.key;
    let hint = match row.presence {
        Presence::Null => "null".to_owned(),
        Presence::Empty => "empty".to_owned(),
        _ => default_words(row.variable),
    };
    let draft = editor.draft(row.variable);
    let mut value = if row.presence == Presence::Null { String::new() } else { draft.clone() };
    let edit = TextEdit::singleline(&mut value)
        .id(egui::Id::unique("profile-field").with(key))
        .hint_text(RichText::new(hint).color(t.weak.gamma_multiply(0.85)))
        .password(masked)
        .char_limit(70_000)
        .align(egui::Align2::LEFT_CENTER)
        .desired_width(width - 10.0)
        .min_size(vec2(width, 26.0));
    let response = ui.add(edit).accessible_name(key);
    if response.changed() {
        *editor.draft(row.variable) = value.clone();
        let value = Secret::new(value);
        commands.push(UiCommand::Profile(ProfileCommand::Set { key, value, typing: true }));
    }
    if response.lost_focus() {
        commands.push(UiCommand::Profile(ProfileCommand::EndTyping));
    }
    let edge = match row.level() {
        Some(Level::Error) => Some(t.error),
        Some(Level::Warning) => Some(t.warn),
        _ => None,
    };
    if let Some(color) = edge
        && !response.has_focus()
    {
        let stroke = egui::Stroke::new(1.0, color.gamma_multiply(0.8));
        ui.painter().rect_stroke(response.rect, 4.0, stroke, egui::StrokeKind::Inside);
    }
    response
}

fn switch_ui(
    ui: &mut Ui,
    look: Look,
    row: &Row,
    width: f32,
    commands: &mut Vec<UiCommand>,
) -> egui::Response {
    let key = row.variable.key;
    let given = !matches!(row.presence, Presence::Absent | Presence::Unread);
    let before = ui.cursor().min.x;
    let mut first = None;
    for (on, word) in [(true, "true"), (false, "false")] {
        let name = format!("{key} {word}");
        let response = controls::word_toggle(ui, look, word, &name, given && row.is_on == on);
        outline(ui, look, &response);
        if response.clicked() && !(given && row.is_on == on && row.level().is_none()) {
            let value = Secret::new(word);
            commands.push(UiCommand::Profile(ProfileCommand::Set { key, value, typing: false }));
        }
        first.get_or_insert(response);
    }
    if !given {
        let words = format!("left out: {}", default_words(row.variable));
        ui.label(RichText::new(words).font(fonts::small()).color(look.tokens.weak));
    }
    ui.add_space((width - (ui.cursor().min.x - before)).max(0.0));
    first.unwrap_or_else(|| ui.label(""))
}

/// A line around a word that can be chosen, so that it is not taken for text.
fn outline(ui: &Ui, look: Look, response: &egui::Response) {
    let stroke = egui::Stroke::new(1.0, look.tokens.border);
    ui.painter().rect_stroke(response.rect, 4.0, stroke, egui::StrokeKind::Inside);
}

fn choice_ui(
    ui: &mut Ui,
    look: Look,
    row: &Row,
    words: &'static [&'static str],
    width: f32,
    commands: &mut Vec<UiCommand>,
) -> egui::Response {
    let key = row.variable.key;
    let before = ui.cursor().min.x;
    let mut first = None;
    for &word in words {
        let name = format!("{key} {word}");
        let on = row.presence == Presence::Set && row.ends_up == word;
        let response = controls::word_toggle(ui, look, word, &name, on);
        outline(ui, look, &response);
        if response.clicked() && !on {
            let value = Secret::new(word);
            commands.push(UiCommand::Profile(ProfileCommand::Set { key, value, typing: false }));
        }
        first.get_or_insert(response);
    }
    if row.presence == Presence::Absent {
        let words = format!("left out: {}", default_words(row.variable));
        ui.label(RichText::new(words).font(fonts::small()).color(look.tokens.weak));
    }
    ui.add_space((width - (ui.cursor().min.x - before)).max(0.0));
    first.unwrap_or_else(|| ui.label(""))
}

/// A reference is shown as written; typing a value needs a deliberate step.
fn reference_ui(
    ui: &mut Ui,
    look: Look,
    row: &Row,
    width: f32,
    commands: &mut Vec<UiCommand>,
) -> egui::Response {
    let t = look.tokens;
    let key = row.variable.key;
    let button = 74.0;
    let size = vec2((width - button - 4.0).max(40.0), 26.0);
    let (rect, response) = ui.allocate_exact_size(size, egui::Sense::hover());
    let shown = row.reference.as_deref().unwrap_or_default();
    let name = format!("{key} is the reference {shown}");
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &name));
    ui.painter().rect_filled(rect, 4.0, t.raised);
    let inner = rect.shrink2(vec2(7.0, 0.0));
    let align = egui::Align2::LEFT_CENTER;
    text::line(ui.painter(), inner, shown, &fonts::mono(), t.key, align, text::Elide::Middle);
    response.on_hover_text(format!("{shown} is followed when the file is read"));
    let name = format!("Replace the reference in {key} by a value");
    let replace = controls::word_toggle(ui, look, "Replace…", &name, false);
    egui::Popup::menu(&replace).width(280.0).show(|ui| {
        let text = format!("{shown} goes, and a value of your own stands in the file instead.");
        ui.add(Label::new(RichText::new(text).color(t.text)).wrap());
        if controls::menu_item(
            ui,
            look,
            icons::EDIT,
            "Replace it by an empty value to type into",
            "",
        ) {
            let value = Secret::default();
            commands.push(UiCommand::Profile(ProfileCommand::Set { key, value, typing: false }));
            commands.push(UiCommand::Profile(ProfileCommand::GoTo(key.to_owned())));
        }
    });
    replace
}

/// The three ways to say nothing.
fn nothing_menu(ui: &mut Ui, look: Look, row: &Row, commands: &mut Vec<UiCommand>) {
    let t = look.tokens;
    let key = row.variable.key;
    let name = format!("More about {key}");
    let menu = controls::icon_button(ui, look, icons::DOTS, &name);
    egui::Popup::menu(&menu).width(320.0).show(|ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        ui.spacing_mut().interact_size.y = 14.0;
        let mut item = |ui: &mut Ui, icon: &str, label: String, means: &str, command| {
            if controls::menu_item(ui, look, icon, &label, "") {
                commands.push(UiCommand::Profile(command));
            }
            ui.horizontal(|ui| {
                ui.add_space(30.0);
                let text = RichText::new(means).font(fonts::small()).color(t.weak);
                ui.add(Label::new(text).wrap().halign(Align::LEFT));
            });
            ui.add_space(6.0);
        };
        let default = default_words(row.variable);
        if row.line.is_some() {
            let means = format!("The line is commented out; then {default} counts.");
            item(
                ui,
                icons::HASH,
                "Leave out".to_owned(),
                &means,
                ProfileCommand::Nothing(key, Nothing::Absent),
            );
        } else if let Some(line) = row.commented_out {
            let means = "The commented-out line counts again.";
            item(
                ui,
                icons::UNDO,
                format!("Use line {line}"),
                means,
                ProfileCommand::Uncomment(key),
            );
        }
        let null = row.variable.null.unwrap_or("as if it were left out");
        item(
            ui,
            icons::PROHIBIT,
            "Write null".to_owned(),
            null,
            ProfileCommand::Nothing(key, Nothing::Null),
        );
        let empty = row.variable.empty.unwrap_or("an empty value");
        item(
            ui,
            icons::CIRCLE_DASHED,
            "Write an empty value".to_owned(),
            empty,
            ProfileCommand::Nothing(key, Nothing::Empty),
        );
    });
}

fn ends_up_ui(ui: &mut Ui, look: Look, row: &Row) {
    let t = look.tokens;
    ui.spacing_mut().interact_size.y = 16.0;
    ui.add_space(2.0);
    let who = if row.variable.is_own() { "App" } else { "ACS" };
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 5.0;
        ui.label(RichText::new(who).font(fonts::small()).color(t.weak));
        let in_words = matches!(row.variable.default, Fallback::Described(w) if w == row.ends_up);
        let font = if in_words { fonts::small() } else { fonts::mono() };
        text::elided_label(ui, &row.ends_up, &font, t.text);
    });
    let source = match (row.presence, row.line) {
        (Presence::Absent, _) => "default".to_owned(),
        (Presence::Unread, _) => "the ACS does not get here".to_owned(),
        (_, Some(line)) => format!("line {line}"),
        (_, None) => String::new(),
    };
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 8.0;
        let label = ui.label(RichText::new(source).font(fonts::small()).color(t.weak));
        if let Some(text) = &row.text {
            label.on_hover_text(format!("In the file: {text}"));
        }
        badge_ui(ui, look, row);
    });
}

fn badge_ui(ui: &mut Ui, look: Look, row: &Row) {
    let t = look.tokens;
    if row.badges.is_empty() {
        return;
    }
    let differ: Vec<&str> =
        row.badges.iter().filter(|badge| !badge.same).map(|badge| badge.reader.name()).collect();
    let (icon, color, words) = match differ.len() {
        0 => (icons::CHECK, t.ok, format!("all {} readers", row.badges.len())),
        n if n == row.badges.len() => (icons::WARNING, t.warn, "no other reader".to_owned()),
        1 | 2 => (icons::WARNING, t.warn, format!("not {}", differ.join(", "))),
        n => {
            let same = row.badges.len() - n;
            (icons::WARNING, t.warn, format!("{same} of {} readers", row.badges.len()))
        }
    };
    let response = ui
        .horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 3.0;
            ui.label(RichText::new(icon).font(fonts::icon(12.0)).color(color));
            text::elided_label(ui, &words, &fonts::small(), t.weak);
        })
        .response;
    response.on_hover_ui(|ui| {
        for badge in &row.badges {
            let (icon, color) =
                if badge.same { (icons::CHECK, t.ok) } else { (icons::WARNING, t.warn) };
            ui.horizontal(|ui| {
                ui.label(RichText::new(icon).font(fonts::icon(13.0)).color(color));
                ui.label(RichText::new(&badge.why).color(t.text));
            });
        }
    });
}
