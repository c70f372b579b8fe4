//! The list of bookmarks with their notes, in a window over the table.

use egui::{
    Align, Align2, Context, Id, Key, Layout, Modifiers, RichText, Role, TextEdit, Ui, Window, vec2,
};

use crate::analysis::Snapshot;
use crate::core::ids::Seq;
use crate::ui::command::UiCommand;
use crate::ui::theme::{Look, fonts, icons, size};
use crate::ui::traffic_command::TrafficCommand;
use crate::ui::widgets::rows::{self, RowInfo, Rows};
use crate::ui::widgets::table::{Column, Columns};
use crate::ui::widgets::text::Elide;
use crate::ui::widgets::{controls, keys::Nav};
use crate::view::bookmarks::{Bookmark, Bookmarks, MAX_NOTE};
use crate::view::format::{self, Clockface};

const COLUMNS: [Column; 5] = [
    Column::words("Time", 88.0, 0.0),
    Column::words("Type", 110.0, 0.1),
    Column::words("Device", 110.0, 0.2),
    Column::words("Summary", 110.0, 0.3),
    Column::words("Note", 140.0, 0.4),
];

/// What the panel remembers from frame to frame.
#[derive(Default)]
pub struct BookmarksPanel {
    /// True while the list is open.
    pub open: bool,
    top: f64,
    picked: Option<Seq>,
    /// The note being written, and of which message.
    editing: Option<(Seq, String)>,
    /// The field gets the keyboard in the next frame.
    fresh: bool,
}

impl BookmarksPanel {
    /// Opens the list to write the note of a message.
    pub fn edit(&mut self, seq: Seq, note: &str) {
        self.open = true;
        self.picked = Some(seq);
        self.editing = Some((seq, note.to_owned()));
        self.fresh = true;
    }
}

/// Identity of the list, for focus.
fn list_id() -> Id {
    Id::unique("bookmark-list")
}

/// Draws the window while it is open.
pub fn show(
    ctx: &Context,
    look: Look,
    snapshot: &Snapshot,
    clockface: &Clockface,
    bookmarks: &Bookmarks,
    panel: &mut BookmarksPanel,
    commands: &mut Vec<UiCommand>,
) {
    if !panel.open {
        return;
    }
    let t = look.tokens;
    Window::new("Bookmarks")
        .id(Id::unique("bookmarks-window"))
        .title_bar(false)
        .collapsible(false)
        .resizable(true)
        .pivot(Align2::CENTER_CENTER)
        .default_pos(ctx.content_rect().center())
        .default_size(vec2(720.0, 380.0))
        .min_size(vec2(420.0, 220.0))
        .show(ctx, |ui| {
            ui.horizontal(|ui| {
                ui.label(RichText::new("Bookmarks").heading().color(t.strong));
                let count = format::count(bookmarks.len() as u64);
                ui.label(RichText::new(count).color(t.weak));
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    let close = controls::icon_button(ui, look, icons::CLOSE, "Close bookmarks");
                    if close.clicked() {
                        commands.push(UiCommand::Traffic(TrafficCommand::ShowBookmarks));
                    }
                    if let Some(seq) = panel.picked
                        && controls::icon_button(ui, look, icons::TRASH, "Remove bookmark")
                            .clicked()
                    {
                        commands.push(UiCommand::Traffic(TrafficCommand::RemoveBookmark(seq)));
                    }
                });
            });
            if bookmarks.is_empty() {
                rows::nothing(
                    ui,
                    look,
                    "No bookmarks yet. Pick a message and press B; N writes a note to it.",
                );
                return;
            }
            egui::Panel::bottom("bookmark-note")
                .resizable(false)
                .frame(egui::Frame::new())
                .show(ui, |ui| note_ui(ui, look, bookmarks, panel, commands));
            list_ui(ui, look, snapshot, clockface, bookmarks, panel, commands);
        });
}

/// The note of the picked bookmark.
fn note_ui(
    ui: &mut Ui,
    look: Look,
    bookmarks: &Bookmarks,
    panel: &mut BookmarksPanel,
    commands: &mut Vec<UiCommand>,
) {
    let Some((seq, bookmark)) = panel.picked.and_then(|seq| Some((seq, bookmarks.get(seq)?)))
    else {
        ui.label(RichText::new("Pick a bookmark to write its note").color(look.tokens.weak));
        return;
    };
    if panel.editing.as_ref().is_none_or(|(of, _)| *of != seq) {
        panel.editing = Some((seq, bookmark.note.clone()));
    }
    let Some((_, note)) = &mut panel.editing else { return };
    let edit = TextEdit::singleline(note)
        .id(Id::unique("bookmark-note-text"))
        .char_limit(MAX_NOTE)
        .hint_text("What is remarkable about it?")
        .desired_width(f32::INFINITY)
        .min_size(vec2(100.0, 26.0));
    let response = ui.add(edit).accessible_name("Note of the bookmark");
    if std::mem::take(&mut panel.fresh) {
        response.request_focus();
    }
    if response.changed() {
        let command = TrafficCommand::SetNote(seq, note.clone());
        commands.push(UiCommand::Traffic(command));
    }
    let enter = || ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Enter));
    // Taken out, or the list would take it for its own.
    if response.lost_focus() && enter() {
        rows::focus(ui, list_id());
    }
}

fn list_ui(
    ui: &mut Ui,
    look: Look,
    snapshot: &Snapshot,
    clockface: &Clockface,
    bookmarks: &Bookmarks,
    panel: &mut BookmarksPanel,
    commands: &mut Vec<UiCommand>,
) {
    let columns = Columns::lay_out(&COLUMNS, ui.available_width() - rows::BAR);
    columns.head(ui, look, Id::unique("bookmark-head"), None);
    let all: Vec<(Seq, &Bookmark)> = bookmarks.iter().collect();
    let list = Rows {
        id: list_id(),
        name: "Bookmarks",
        role: Role::Table,
        row_height: size::ROW,
        len: all.len(),
        top: panel.top,
    };
    let current = panel.picked.and_then(|seq| all.iter().position(|(of, _)| *of == seq));
    let mut clicked = None;
    let output = list.show(ui, look, |ui, index, rect| {
        let Some((seq, bookmark)) = all.get(index) else { return };
        let gone = snapshot.row(*seq).is_none();
        let picked = current == Some(index);
        if row_ui(ui, look, clockface, (*seq, bookmark), gone, &columns, rect, picked) {
            clicked = Some(*seq);
        }
    });
    panel.top = output.top;
    if let Some(seq) = clicked {
        rows::focus(ui, list_id());
        panel.picked = Some(seq);
        commands.push(UiCommand::GoToMessage(seq));
    }
    let focused = output.response.has_focus();
    let delete = ui.input_mut(|input| focused && input.consume_key(Modifiers::NONE, Key::Delete));
    if let Some(seq) = panel.picked.filter(|_| delete) {
        commands.push(UiCommand::Traffic(TrafficCommand::RemoveBookmark(seq)));
    }
    match output.nav {
        None | Some(Nav::Left | Nav::Right) => {}
        Some(nav) => {
            let to = nav.apply(current, all.len(), output.visible as usize);
            if let Some((to, (seq, _))) = to.and_then(|to| Some((to, all.get(to)?))) {
                rows::reveal(&mut panel.top, to, output.visible);
                panel.picked = Some(*seq);
                if nav == Nav::Enter {
                    commands.push(UiCommand::GoToMessage(*seq));
                }
            }
        }
    }
}

#[expect(clippy::too_many_arguments, reason = "a row is all this")]
fn row_ui(
    ui: &Ui,
    look: Look,
    clockface: &Clockface,
    (seq, bookmark): (Seq, &Bookmark),
    gone: bool,
    columns: &Columns<{ COLUMNS.len() }>,
    rect: egui::Rect,
    picked: bool,
) -> bool {
    let t = look.tokens;
    let Bookmark { at, kind, device, summary, note } = bookmark;
    let time = clockface.time_millis(*at);
    let gone_words = if gone { ", message no longer kept" } else { "" };
    let label = format!("{time} {kind} {device}, {summary}{gone_words}: {note}");
    let info =
        RowInfo { role: Role::Row, label: &label, selected: picked, expanded: None, level: None };
    let response = rows::row(ui, look, Id::unique("bookmark").with(seq.0), rect, &info);
    let painter = ui.painter();
    let color = if gone { t.weak } else { t.text };
    let mut cut = false;
    let mut put = |column, value: &str, font, color, elide| {
        cut |= columns.put(painter, rect, column, value, &font, color, elide);
    };
    put(0, &time, fonts::mono(), t.weak, Elide::End);
    put(1, kind, fonts::body_medium(), color, Elide::End);
    let short = format::one_line(format::short_endpoint(device));
    put(2, &short, fonts::body(), color, Elide::Middle);
    let about = if gone { "message no longer kept" } else { summary };
    put(3, about, fonts::body(), if gone { t.warn } else { color }, Elide::End);
    put(4, &format::one_line(note), fonts::body(), t.strong, Elide::End);
    let clicked = response.clicked();
    if cut {
        response.on_hover_ui(|ui| {
            ui.strong(format!("{kind} {device}"));
            ui.label(summary);
            ui.label(note);
        });
    }
    clicked
}
