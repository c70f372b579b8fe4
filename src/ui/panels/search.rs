//! The search field: typing with suggestions below, what is wrong and where, and a help.

use egui::text::{CCursor, CCursorRange, LayoutJob, TextFormat};
use egui::text_edit::TextEditState;
use egui::{
    Button, EventFilter, Key, Modifiers, Popup, PopupCloseBehavior, Rect, Response, RichText,
    ScrollArea, TextEdit, Ui, vec2,
};

use crate::analysis::filter::field::FIELDS;
use crate::analysis::filter::{EXAMPLES, FilterError};
use crate::ui::command::UiCommand;
use crate::ui::theme::{Look, fonts, icons};
use crate::ui::widgets::controls;
use crate::view::search_field::SearchField;

/// Bytes that may be typed: what a filter may have.
const LIMIT: usize = 4096;

/// Identity of the search field, for focus.
#[must_use]
pub fn search_id() -> egui::Id {
    egui::Id::unique("search-field")
}

/// Draws the field with its help button, `width` points together. `text` is what stands in it.
pub fn show(
    ui: &mut Ui,
    look: Look,
    text: &mut String,
    field: &mut SearchField,
    width: f32,
    commands: &mut Vec<UiCommand>,
) {
    help_ui(ui, look, commands);
    let focused = ui.memory(|memory| memory.has_focus(search_id()));
    let before = text.clone();
    if focused {
        take_keys(ui, text, field);
    }
    let response = edit_ui(ui, look, text, field, width - 30.0);
    if *text != before {
        commands.push(UiCommand::Search(text.clone()));
    }
    // Pressing the mouse in the list takes the focus away before the click is one.
    let list = egui::Id::unique("search-list-rect");
    let over = ui.data(|data| data.get_temp::<Rect>(list)).is_some_and(|rect| {
        ui.input(|input| input.pointer.interact_pos()).is_some_and(|at| rect.contains(at))
    });
    if response.has_focus() || !over {
        let cursor = cursor(ui).filter(|_| response.has_focus());
        field.look(text, cursor);
    }
    let open = !field.completion().suggestions.is_empty();
    // Keys that move through the list must not move on to other controls.
    let filter =
        EventFilter { tab: open, escape: open, horizontal_arrows: true, vertical_arrows: true };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(search_id(), filter));
    let shown = (response.has_focus() || over) && (open || field.error().is_some());
    let rect = shown.then(|| below_ui(ui, look, &response, text, field, commands)).flatten();
    ui.data_mut(|data| match rect {
        Some(rect) => {
            data.insert_temp(list, rect);
        }
        None => data.remove::<Rect>(list),
    });
    if response.lost_focus() && ui.input(|i| i.key_pressed(Key::Escape)) && !text.is_empty() {
        commands.push(UiCommand::Search(String::new()));
    }
}

fn edit_ui(
    ui: &mut Ui,
    look: Look,
    text: &mut String,
    field: &SearchField,
    width: f32,
) -> Response {
    let t = look.tokens;
    let icon = RichText::new(icons::SEARCH).font(fonts::icon(15.0)).color(t.weak);
    let keys = RichText::new("/").font(fonts::mono()).color(t.weak);
    let wrong = field.error().is_some() && !field.is_unfinished();
    let edit = TextEdit::singleline(text)
        .id(search_id())
        .prefix(icon)
        .suffix(keys)
        .hint_text(RichText::new("Search text, or a filter: type == Get").color(t.weak))
        .text_color_opt(wrong.then_some(t.error))
        .desired_width(width - 20.0)
        .char_limit(LIMIT)
        .align(egui::Align2::LEFT_CENTER)
        .min_size(vec2(width - 20.0, 28.0));
    ui.add(edit).accessible_name("Search messages")
}

/// The cursor, in characters.
fn cursor(ui: &Ui) -> Option<usize> {
    let state = TextEditState::load(ui.ctx(), search_id())?;
    state.cursor.char_range().map(|range| range.primary.index.0)
}

/// Keys that pick from the list, before the field sees them.
fn take_keys(ui: &Ui, text: &mut String, field: &mut SearchField) {
    if field.completion().suggestions.is_empty() {
        return;
    }
    let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    if pressed(Key::ArrowDown) {
        field.step(true);
    }
    if pressed(Key::ArrowUp) {
        field.step(false);
    }
    if pressed(Key::Escape) {
        field.dismiss(text, cursor(ui).unwrap_or(0));
    }
    // Tab takes the first one, Enter only one that was picked: it may belong to a plain text.
    let chosen = match field.picked() {
        _ if pressed(Key::Tab) => Some(field.picked().unwrap_or(0)),
        Some(picked) if pressed(Key::Enter) => Some(picked),
        _ => None,
    };
    if let Some(chosen) = chosen {
        put_in(ui, text, field, chosen);
    }
}

fn put_in(ui: &Ui, text: &mut String, field: &SearchField, index: usize) {
    let Some((new, cursor)) = field.with_suggestion(text, index) else { return };
    *text = new;
    let mut state = TextEditState::load(ui.ctx(), search_id()).unwrap_or_default();
    state.cursor.set_char_range(Some(CCursorRange::one(CCursor::new(cursor))));
    state.store(ui.ctx(), search_id());
    ui.memory_mut(|memory| memory.request_focus(search_id()));
}

/// What is wrong, and what could be typed; gives where. Floats, so that nothing jumps.
fn below_ui(
    ui: &Ui,
    look: Look,
    response: &Response,
    text: &mut String,
    field: &SearchField,
    commands: &mut Vec<UiCommand>,
) -> Option<Rect> {
    let t = look.tokens;
    let mut chosen = None;
    let shown = Popup::from_response(response)
        .id(egui::Id::unique("search-below"))
        .open(true)
        .close_behavior(PopupCloseBehavior::IgnoreClicks)
        .gap(4.0)
        .width(response.rect.width().max(360.0))
        .show(|ui| {
            ui.set_max_width(response.rect.width().max(360.0));
            if let Some(error) = field.error() {
                let color = if field.is_unfinished() { t.weak } else { t.error };
                if !field.is_unfinished() {
                    ui.label(marked(look, text, error));
                }
                let sentence = field.error_text().unwrap_or_default();
                ui.add(egui::Label::new(RichText::new(sentence).color(color)).wrap());
            }
            for (n, one) in field.completion().suggestions.iter().enumerate() {
                let word = RichText::new(&one.text).font(fonts::mono()).color(t.strong);
                let detail = RichText::new(&one.detail).font(fonts::small()).color(t.weak);
                let picked = field.picked() == Some(n);
                let button = Button::selectable(picked, (word, detail))
                    .truncate()
                    .min_size(vec2(ui.available_width(), 20.0));
                if ui.add(button).accessible_name(format!("Insert {}", one.text)).clicked() {
                    chosen = Some(n);
                }
            }
            if !field.completion().suggestions.is_empty() {
                let keys = "↓ ↑ pick   Tab take   Esc close";
                ui.label(RichText::new(keys).font(fonts::small()).color(t.weak));
            }
        });
    if let Some(chosen) = chosen {
        put_in(ui, text, field, chosen);
        commands.push(UiCommand::Search(text.clone()));
    }
    shown.map(|shown| shown.response.rect)
}

/// The text with the wrong part marked.
fn marked(look: Look, text: &str, error: &FilterError) -> LayoutJob {
    let t = look.tokens;
    let mut job = LayoutJob::default();
    let plain = TextFormat { font_id: fonts::mono(), color: t.text, ..TextFormat::default() };
    let wrong =
        TextFormat { color: t.strong, background: t.error.gamma_multiply(0.35), ..plain.clone() };
    let (start, end) = (error.span.start.min(text.len()), error.span.end.min(text.len()));
    job.append(text.get(..start).unwrap_or_default(), 0.0, plain.clone());
    job.append(text.get(start..end).unwrap_or_default(), 0.0, wrong);
    job.append(text.get(end..).unwrap_or_default(), 0.0, plain);
    job
}

/// The button with fields and examples behind it.
fn help_ui(ui: &mut Ui, look: Look, commands: &mut Vec<UiCommand>) {
    let t = look.tokens;
    let button = controls::icon_button(ui, look, icons::INFO, "Search help");
    Popup::menu(&button).close_behavior(PopupCloseBehavior::CloseOnClickOutside).width(560.0).show(
        |ui| {
            let weak = |text: &str| RichText::new(text).font(fonts::small()).color(t.weak);
            let code = |text: &str| RichText::new(text).font(fonts::mono()).color(t.strong);
            ui.label(weak(
                "Words are looked for everywhere. Fields are compared with == != < <= > >= \
                 contains (~) matches (=~) under in {a, b}, and joined with and, or, not, ( ).",
            ));
            ScrollArea::vertical().max_height(460.0).show(ui, |ui| {
                ui.label(RichText::new("Examples").color(t.text));
                for (example, what) in EXAMPLES {
                    let line = Button::selectable(false, (code(example), weak(what)));
                    if ui.add(line).accessible_name(format!("Search for {example}")).clicked() {
                        commands.push(UiCommand::Search((*example).to_owned()));
                        ui.close();
                    }
                }
                ui.separator();
                ui.label(RichText::new("Fields").color(t.text));
                egui::Grid::new("search-fields").num_columns(2).spacing(vec2(14.0, 3.0)).show(
                    ui,
                    |ui| {
                        for info in FIELDS {
                            ui.label(code(info.name));
                            ui.label(weak(info.help));
                            ui.end_row();
                        }
                    },
                );
            });
        },
    );
}
