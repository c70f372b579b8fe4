//! The message table. Rows are painted by hand: at a million messages only the forty on screen
//! cost anything.

mod cells;
mod head;
pub mod menus;

use std::collections::HashMap;
use std::sync::Arc;

use egui::{Align2, Id, Rect, RichText, Role, Sense, Ui, pos2, vec2};

use cells::RowView;

use super::picks;
use crate::analysis::Snapshot;
use crate::core::ids::{Epoch, Seq};
use crate::store::RowRef;
use crate::ui::command::UiCommand;
use crate::ui::theme::{Look, fonts, icons, size};
use crate::ui::traffic_command::TrafficCommand;
use crate::ui::widgets::rows::{self, RowInfo, Rows};
use crate::ui::widgets::text::{self, Elide};
use crate::ui::widgets::{controls, keys, panel_header};
use crate::view::columns::{self, Column, Columns, GAP};
use crate::view::copy_as::CopyAs;
use crate::view::format::{self, Clockface};
use crate::view::message_list::{self, Item, MessageList};
use crate::view::message_sort::Sorting;
use crate::view::state::Selection;
use crate::view::traffic::Traffic;

/// Summaries kept for rows on screen and around it.
const CACHE: usize = 2048;

/// What the panel remembers from frame to frame.
pub struct MessagesPanel {
    /// The columns as the user wants them.
    pub columns: Columns,
    /// How much of an export is done, 0 to 1, while one is under way.
    pub exporting: Option<f32>,
    /// Opens the menu of columns in the next frame.
    pub open_columns: bool,
    /// The menu was just opened; its first control gets the keyboard.
    fresh: bool,
    /// Points by which the columns are scrolled to the left, where they don't fit.
    left: f32,
    /// By how many at most.
    most: f32,
    /// What is wrong with the search typed, while the last valid one holds.
    pub search_fault: Option<String>,
    epoch: Option<Epoch>,
    summaries: HashMap<u64, Arc<str>>,
    visible: f64,
}

impl Default for MessagesPanel {
    fn default() -> Self {
        Self {
            columns: Columns::default(),
            exporting: None,
            open_columns: false,
            fresh: false,
            left: 0.0,
            most: 0.0,
            search_fault: None,
            epoch: None,
            summaries: HashMap::new(),
            visible: 20.0,
        }
    }
}

impl MessagesPanel {
    /// Rows that fitted on the screen in the last frame.
    #[must_use]
    pub fn visible(&self) -> f64 {
        self.visible
    }

    /// Width of a column.
    fn width(&self, column: Column) -> f32 {
        let placed = self.columns.all().iter().find(|placed| placed.column == column);
        placed.map_or(0.0, |placed| placed.width)
    }

    fn summary(&mut self, snapshot: &Snapshot, row: &RowRef<'_>) -> Arc<str> {
        let epoch = snapshot.epoch();
        if self.epoch != Some(epoch) || self.summaries.len() > CACHE {
            self.summaries.clear();
            self.epoch = Some(epoch);
        }
        let make = || Arc::from(message_list::summary(snapshot, *row));
        Arc::clone(self.summaries.entry(row.seq.0).or_insert_with(make))
    }
}

/// Identity of the list for focus.
#[must_use]
pub fn list_id() -> Id {
    Id::unique("message-table")
}

/// True if that is the name of a column, which has keys of its own.
#[must_use]
pub fn is_head(id: Id) -> bool {
    Column::ALL.into_iter().any(|column| head::id(column) == id)
}

/// Draws the panel. `empty` draws what stands in place of an empty table.
#[expect(clippy::too_many_arguments, reason = "one panel, drawn in one place")]
pub fn show(
    ui: &mut Ui,
    look: Look,
    snapshot: &Snapshot,
    clockface: &Clockface,
    list: &mut MessageList,
    panel: &mut MessagesPanel,
    traffic: &mut Traffic,
    selection: &Selection,
    commands: &mut Vec<UiCommand>,
    empty: impl FnOnce(&mut Ui, &mut Vec<UiCommand>),
) {
    let kept = snapshot.len() as u64;
    let count = if list.filter().is_empty() {
        format::count(kept)
    } else {
        format!("{} of {}", format::count(list.len() as u64), format::count(kept))
    };
    panel_header::show(ui, look, icons::TABLE, "Messages", &count, |ui| {
        header_controls(ui, look, snapshot, clockface, list, panel, traffic, selection, commands);
    });
    if list.is_empty() && list.progress().is_none() {
        empty(ui, commands);
        return;
    }
    let room = ui.available_width() - rows::BAR;
    let (columns, wanted) = columns::lay_out(&panel.columns, room);
    let most = (wanted - room).max(0.0);
    if most > 0.5 && ui.rect_contains_pointer(ui.available_rect_before_wrap()) {
        panel.left -= ui.input_mut(|input| std::mem::take(&mut input.smooth_scroll_delta.x));
    }
    panel.left = panel.left.clamp(0.0, most);
    panel.most = most;
    head::show(ui, look, &columns, list.sorting(), panel, traffic, commands);

    let body = ui.available_rect_before_wrap();
    ui.painter().rect_filled(body, 0.0, look.tokens.canvas);
    let visible = Rows::fit(body.height(), size::ROW);
    panel.visible = visible;
    let top = list.top(visible);
    let rows = Rows {
        id: list_id(),
        name: "Messages",
        role: Role::Table,
        row_height: size::ROW,
        len: list.len(),
        top,
    };
    let mut clicked = None;
    let mut menu = None;
    let still = !list.follows();
    let extend = keys::with_shift(ui);
    let output = rows.show(ui, look, |ui, index, rect| match list.item(index) {
        Some(Item::Message(seq)) => {
            let Some(row) = snapshot.row(seq) else {
                return cells::gone_ui(ui, look, rect);
            };
            let before = index.checked_sub(1).and_then(|i| list.item(i)).and_then(|item| {
                let Item::Message(seq) = item else { return None };
                Some(snapshot.row(seq)?.at)
            });
            let picked = selection.message == Some(seq);
            let view = RowView { snapshot, clockface, row: &row, before, picked, still, traffic };
            let response = cells::show(ui, look, &view, rect, &columns, panel);
            if response.clicked() {
                clicked = Some(seq);
            }
            if response.secondary_clicked() {
                menu = Some(seq);
            }
            response.context_menu(|ui| menus::message_ui(ui, look, traffic, commands));
        }
        Some(Item::Lost { messages, .. }) => lost_ui(ui, look, index, rect, messages),
        None => {}
    });
    if output.scrolled {
        list.scroll_to(output.top, visible);
    }
    if let Some(seq) = menu
        && !(traffic.marked.is_many() && traffic.marked.contains(seq))
    {
        // The entries of the menu are about the picked message.
        pick(ui, seq, Keys::default(), list, traffic, visible, commands);
    }
    if let Some(seq) = clicked {
        let keys = ui.input(|input| Keys::of(input.modifiers));
        pick(ui, seq, keys, list, traffic, visible, commands);
    }
    if output.response.has_focus() && takes_copy(ui) {
        commands.push(UiCommand::Traffic(TrafficCommand::Copy(CopyAs::Json)));
    }
    let nav = output.nav.or_else(|| keys::take_if_free(ui));
    match nav {
        Some(keys::Nav::Left) if most > 0.5 => panel.left -= 60.0,
        Some(keys::Nav::Right) if most > 0.5 => panel.left += 60.0,
        Some(nav) => navigate(nav, extend, list, traffic, selection.message, visible, commands),
        None => {}
    }
    if !list.follows() && !list.is_empty() {
        newest_button(ui, look, snapshot, list, body, commands);
    }
}

/// Keys held while a row is clicked.
#[derive(Clone, Copy, Default)]
struct Keys {
    /// All up to it.
    shift: bool,
    /// One more, or one less.
    command: bool,
}

impl Keys {
    fn of(modifiers: egui::Modifiers) -> Self {
        Self { shift: modifiers.shift, command: modifiers.command }
    }
}

/// Picks the message of a row; with keys held it is marked together with others.
fn pick(
    ui: &Ui,
    seq: Seq,
    keys: Keys,
    list: &mut MessageList,
    traffic: &mut Traffic,
    visible: f64,
    commands: &mut Vec<UiCommand>,
) {
    rows::focus(ui, list_id());
    list.scroll_to(list.top(visible), visible);
    // Someone who picks a message wants to look at it: it must not scroll away.
    list.set_follow_off();
    match keys {
        Keys { shift: true, .. } => mark_up_to(list, traffic, seq, commands),
        Keys { command: true, .. } => traffic.marked.toggle(seq),
        Keys { .. } => traffic.marked.only(seq),
    }
    commands.push(UiCommand::PickMessage(Some(seq)));
}

fn mark_up_to(list: &MessageList, traffic: &mut Traffic, seq: Seq, commands: &mut Vec<UiCommand>) {
    if !traffic.marked.up_to(list, seq) {
        commands.push(UiCommand::Traffic(TrafficCommand::TooMany));
    }
}

/// True if the system's key for copying was pressed.
fn takes_copy(ui: &Ui) -> bool {
    ui.input_mut(|input| {
        let before = input.events.len();
        input.events.retain(|event| !matches!(event, egui::Event::Copy));
        input.events.len() < before
    })
}

#[expect(clippy::too_many_arguments, reason = "one line of controls, drawn in one place")]
fn header_controls(
    ui: &mut Ui,
    look: Look,
    snapshot: &Snapshot,
    clockface: &Clockface,
    list: &MessageList,
    panel: &mut MessagesPanel,
    traffic: &Traffic,
    selection: &Selection,
    commands: &mut Vec<UiCommand>,
) {
    menus::columns_button(ui, look, panel, traffic, commands);
    let on = panel.columns.is_shown(Column::Delta);
    let delta = controls::word_toggle(ui, look, "Δ time", "Show time since the row above", on);
    if delta.on_hover_text("Show the time since the row above").clicked() {
        let command = TrafficCommand::ShowColumn(Column::Delta, !on);
        commands.push(UiCommand::Traffic(command));
    }
    menus::marked_ui(ui, look, traffic, commands);
    if let Some(progress) = panel.exporting {
        if controls::icon_button(ui, look, icons::CLOSE, "Stop the export").clicked() {
            commands.push(UiCommand::Traffic(TrafficCommand::StopExport));
        }
        let text = format!("Exporting… {:.0} %", progress * 100.0);
        ui.label(RichText::new(text).font(fonts::small()).color(look.tokens.info));
    }
    picks::device_chip(ui, look, snapshot, selection, commands);
    picks::range_chip(ui, look, clockface, selection, commands);
    picks::topic_chip(ui, look, snapshot, selection, commands);
    if !list.filter().search.is_empty() {
        let full = list.filter().search.source();
        if controls::chip(ui, look, icons::SEARCH, &format!("Search: {full}"), full) {
            commands.push(UiCommand::Search(String::new()));
        }
    }
    if let Some(fault) = &panel.search_fault {
        let text = if list.filter().search.is_empty() {
            "The search is not valid: showing all"
        } else {
            "The search is not valid: showing the last that was"
        };
        let label = ui.label(RichText::new(text).font(fonts::small()).color(look.tokens.warn));
        label.on_hover_text(fault);
    }
    if let Some(progress) = list.progress() {
        let text = format!("Searching… {:.0} %", progress * 100.0);
        ui.label(RichText::new(text).font(fonts::small()).color(look.tokens.info));
    }
    sorted_ui(ui, look, list, commands);
}

/// What is sorted, and how to get the order of time back.
fn sorted_ui(ui: &mut Ui, look: Look, list: &MessageList, commands: &mut Vec<UiCommand>) {
    let sorting = list.sorting();
    if list.is_by_time() {
        return;
    }
    if let Some(progress) = list.sort_progress() {
        let text = format!("Sorting… {:.0} %", progress * 100.0);
        ui.label(RichText::new(text).font(fonts::small()).color(look.tokens.info));
        return;
    }
    let name = sorting.column.label();
    let label = format!("Sorted by {name}");
    let full = format!(
        "{} messages sorted by {name}; new messages join every second",
        format::count(list.len() as u64)
    );
    if controls::chip(ui, look, icons::SORT, &label, &full) {
        commands.push(UiCommand::Traffic(TrafficCommand::Sort(Sorting::BY_TIME)));
    }
}

fn lost_ui(ui: &Ui, look: Look, index: usize, rect: Rect, messages: u64) {
    let t = look.tokens;
    let plural = if messages == 1 { "message" } else { "messages" };
    let text = format!("{} {plural} lost here: the queue was full", format::count(messages));
    let info =
        RowInfo { role: Role::Row, label: &text, selected: false, expanded: None, level: None };
    rows::row(ui, look, Id::unique("lost").with(index), rect, &info);
    let painter = ui.painter();
    painter.rect_filled(rect, 0.0, t.error.gamma_multiply(0.14));
    let icon = Rect::from_min_size(rect.min + vec2(GAP, 0.0), vec2(16.0, rect.height()));
    text::icon(painter, icon, icons::LOST, 15.0, t.error);
    let rest = Rect::from_min_max(pos2(icon.max.x + 8.0, rect.min.y), rect.max);
    let font = fonts::body_medium();
    text::line(painter, rest, &text, &font, t.error, Align2::LEFT_CENTER, Elide::End);
}

fn navigate(
    nav: keys::Nav,
    extend: bool,
    list: &mut MessageList,
    traffic: &mut Traffic,
    picked: Option<Seq>,
    visible: f64,
    commands: &mut Vec<UiCommand>,
) {
    let current = picked.map(|seq| list.row_of(seq));
    let Some(mut row) = nav.apply(current, list.len(), visible as usize) else { return };
    // A gap has nothing to show; go on to the message behind it, else to the one before it.
    let up = matches!(nav, keys::Nav::Up | keys::Nav::PageUp | keys::Nav::End);
    if matches!(list.item(row), Some(Item::Lost { .. })) {
        row = if up { row.saturating_sub(1) } else { row + 1 };
    }
    if let Some(Item::Message(seq)) = list.item(row) {
        if extend {
            mark_up_to(list, traffic, seq, commands);
        } else {
            traffic.marked.only(seq);
        }
        commands.push(UiCommand::PickMessage(Some(seq)));
        list.show_row(row, visible);
        let newest_first = list.sorting().falling;
        let newest = match nav {
            keys::Nav::End => !newest_first && row + 1 == list.len(),
            keys::Nav::Home => newest_first && row == 0,
            _ => false,
        };
        if !newest {
            list.scroll_to(list.top(visible), visible);
            list.set_follow_off();
        }
    }
}

/// A button over the table that leads back to the newest message.
fn newest_button(
    ui: &mut Ui,
    look: Look,
    snapshot: &Snapshot,
    list: &MessageList,
    body: Rect,
    commands: &mut Vec<UiCommand>,
) {
    let fits = Rows::fit(body.height(), size::ROW);
    let top = list.top(fits);
    let newer = match list.sorting() {
        Sorting { column: Column::Time, falling: true } => top as u64,
        _ => (list.len() as f64 - top - fits).max(0.0) as u64,
    };
    let label = match newer {
        n if n > 0 && list.is_by_time() => format!("{} newer", format::count(n)),
        _ => "Follow newest".to_owned(),
    };
    let t = look.tokens;
    let font = fonts::body_medium();
    let width = text::width(ui.painter(), &label, &font).ceil() + 42.0;
    let at = pos2(body.center().x - width / 2.0, body.max.y - 38.0);
    let rect = Rect::from_min_size(at, vec2(width, 28.0));
    if snapshot.is_empty() || body.height() < 80.0 {
        return;
    }
    let response = ui.interact(rect, Id::unique("newest"), Sense::CLICK | Sense::FOCUSABLE);
    response.widget_info(|| egui::WidgetInfo::labeled(Role::Button, true, "Go to newest message"));
    let fill = if response.hovered() { t.hover } else { t.raised };
    let painter = ui.painter();
    painter.rect(rect, 14.0, fill, (1.0, t.accent), egui::StrokeKind::Inside);
    let icon = Rect::from_min_size(rect.min + vec2(10.0, 0.0), vec2(16.0, 28.0));
    text::icon(painter, icon, icons::TO_NEWEST, 15.0, t.accent);
    let rest = Rect::from_min_max(pos2(icon.max.x + 6.0, rect.min.y), rect.max);
    text::line(painter, rest, &label, &font, t.strong, Align2::LEFT_CENTER, Elide::End);
    if response.clicked() {
        commands.push(UiCommand::Follow(true));
    }
}
