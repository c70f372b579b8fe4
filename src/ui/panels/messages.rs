//! The message table. Rows are painted by hand: at a million messages only the forty on screen
//! cost anything.

use std::collections::HashMap;
use std::sync::Arc;

use egui::{Align2, Color32, CursorIcon, FontId, Id, Rect, RichText, Role, Sense, Ui, pos2, vec2};

use super::picks;
use crate::analysis::Snapshot;
use crate::analysis::problems::code::{CodeSet, Level};
use crate::core::ids::{Epoch, Seq};
use crate::core::time::Timestamp;
use crate::store::RowRef;
use crate::store::row::Direction;
use crate::ui::command::UiCommand;
use crate::ui::theme::{Look, fonts, icons, size};
use crate::ui::widgets::rows::{self, RowInfo, Rows};
use crate::ui::widgets::text::{self, Elide};
use crate::ui::widgets::{controls, keys, panel_header};
use crate::usp::kind::{MsgKind, PayloadKind};
use crate::view::format::{self, Clockface};
use crate::view::message_list::{self, Item, MessageList};
use crate::view::state::Selection;

/// Height of the line with the column names, points.
const HEAD: f32 = 24.0;

/// Summaries kept for rows on screen and around it.
const CACHE: usize = 2048;

/// Gap between columns, points.
const GAP: f32 = 9.0;

/// A column that has a width of its own; the summary takes what is left.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Column {
    Time,
    Kind,
    Device,
    Topic,
    Summary,
    Size,
    Latency,
}

const COLUMNS: [(Column, &str); 7] = [
    (Column::Time, "Time"),
    (Column::Kind, "Type"),
    (Column::Device, "Device"),
    (Column::Topic, "Topic"),
    (Column::Summary, "Summary"),
    (Column::Size, "Size"),
    (Column::Latency, "Latency"),
];

/// Default widths in the order of [`COLUMNS`]; that of the summary is its least.
pub const DEFAULT_WIDTHS: [f32; 7] = [88.0, 146.0, 132.0, 124.0, 190.0, 56.0, 60.0];
const MIN_WIDTHS: [f32; 7] = [58.0, 126.0, 88.0, 70.0, 90.0, 44.0, 50.0];

/// What the panel remembers from frame to frame.
pub struct MessagesPanel {
    /// Width of each column.
    pub widths: [f32; 7],
    /// Time since the row above instead of time of day.
    pub delta: bool,
    /// What is wrong with the search typed, while the last valid one holds.
    pub search_fault: Option<String>,
    epoch: Option<Epoch>,
    summaries: HashMap<u64, Arc<str>>,
    visible: f64,
}

impl Default for MessagesPanel {
    fn default() -> Self {
        Self {
            widths: DEFAULT_WIDTHS,
            delta: false,
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

/// Draws the panel. `empty` draws what stands in place of an empty table.
#[expect(clippy::too_many_arguments, reason = "one panel, drawn in one place")]
pub fn show(
    ui: &mut Ui,
    look: Look,
    snapshot: &Snapshot,
    clockface: &Clockface,
    list: &mut MessageList,
    panel: &mut MessagesPanel,
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
        header_controls(ui, look, snapshot, list, panel, selection, commands);
    });
    if list.is_empty() && list.progress().is_none() {
        empty(ui, commands);
        return;
    }
    let columns = lay_out(ui.available_width() - rows::BAR, &panel.widths);
    head_ui(ui, look, &columns, panel);

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
    let mut copied = None;
    let still = !list.follows();
    let output = rows.show(ui, look, |ui, index, rect| match list.item(index) {
        Some(Item::Message(seq)) => {
            let Some(row) = snapshot.row(seq) else { return };
            let before = index.checked_sub(1).and_then(|i| list.item(i)).and_then(|item| {
                let Item::Message(seq) = item else { return None };
                Some(snapshot.row(seq)?.at)
            });
            let picked = selection.message == Some(seq);
            let view = RowView { snapshot, clockface, row: &row, before, picked, still };
            if row_ui(ui, look, &view, rect, &columns, panel, &mut copied) {
                clicked = Some(seq);
            }
        }
        Some(Item::Lost { messages, .. }) => lost_ui(ui, look, index, rect, messages),
        None => {}
    });
    if let Some(command) = copied {
        commands.push(command);
    }
    if output.scrolled {
        list.scroll_to(output.top, visible);
    }
    if let Some(seq) = clicked {
        rows::focus(ui, list_id());
        list.scroll_to(list.top(visible), visible);
        // Someone who picks a message wants to look at it: it must not scroll away.
        list.set_follow(false);
        commands.push(UiCommand::PickMessage(Some(seq)));
    }
    let nav = output.nav.or_else(|| keys::take_if_free(ui));
    if let Some(nav) = nav {
        navigate(nav, list, selection.message, visible, commands);
    }
    if !list.follows() && !list.is_empty() {
        newest_button(ui, look, snapshot, list, body, commands);
    }
}

fn header_controls(
    ui: &mut Ui,
    look: Look,
    snapshot: &Snapshot,
    list: &MessageList,
    panel: &mut MessagesPanel,
    selection: &Selection,
    commands: &mut Vec<UiCommand>,
) {
    let delta =
        controls::word_toggle(ui, look, "Δ time", "Show time since the row above", panel.delta);
    if delta.on_hover_text("Show the time since the row above instead of the time of day").clicked()
    {
        panel.delta = !panel.delta;
    }
    picks::device_chip(ui, look, snapshot, selection, commands);
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
}

/// Left and right end of each column. Where space is short the topic gives way first, then the
/// device, then the type.
fn lay_out(total: f32, widths: &[f32; 7]) -> [(f32, f32); 7] {
    let mut widths = *widths;
    let gaps = GAP * 8.0;
    let fixed = |w: &[f32; 7]| w.iter().sum::<f32>();
    for column in [3, 2, 1, 4] {
        let missing = fixed(&widths) + gaps - total;
        if missing > 0.0 {
            widths[column] = (widths[column] - missing).max(MIN_WIDTHS[column]);
        }
    }
    let mut spare = (total - gaps - fixed(&widths)).max(0.0);
    // With much room ids and topics are shown whole, unless the user chose a width.
    for (column, whole) in [(1, 190.0), (2, 230.0), (3, 250.0)] {
        if widths[column] == DEFAULT_WIDTHS[column] {
            let more = (whole - widths[column]).min(spare * 0.25).max(0.0);
            widths[column] += more;
            spare -= more;
        }
    }
    widths[4] += spare;
    let mut x = GAP;
    widths.map(|width| {
        let ends = (x, x + width);
        x += width + GAP;
        ends
    })
}

fn head_ui(ui: &mut Ui, look: Look, columns: &[(f32, f32); 7], panel: &mut MessagesPanel) {
    let t = look.tokens;
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), HEAD), Sense::hover());
    ui.painter().rect_filled(rect, 0.0, t.panel);
    ui.painter().hline(rect.x_range(), rect.max.y - 0.5, (1.0, t.border));
    for (index, ((column, name), &(left, right))) in COLUMNS.iter().zip(columns).enumerate() {
        let at = Rect::from_min_max(
            pos2(rect.min.x + left, rect.min.y),
            pos2(rect.min.x + right, rect.max.y),
        );
        let align = align_of(*column);
        let name = if *column == Column::Time && panel.delta { "Δ time" } else { name };
        text::line(ui.painter(), at, name, &fonts::small_semibold(), t.weak, align, Elide::End);
        if index + 1 == columns.len() {
            continue;
        }
        // The edge right of the summary belongs to the column after it.
        let (edited, sign) = if index >= 4 { (index + 1, -1.0) } else { (index, 1.0) };
        let x = rect.min.x + right + GAP / 2.0;
        let grip = Rect::from_min_max(pos2(x - 4.0, rect.min.y), pos2(x + 4.0, rect.max.y));
        let response = ui.interact(grip, Id::unique("column-edge").with(index), Sense::DRAG);
        let response = response.on_hover_and_drag_cursor(CursorIcon::ResizeColumn);
        let active = response.hovered() || response.dragged();
        let line = if active { t.accent } else { t.border };
        let line_y = if active { rect.y_range() } else { rect.shrink2(vec2(0.0, 6.0)).y_range() };
        ui.painter().vline(x, line_y, (1.0, line));
        if response.dragged() {
            let width = panel.widths[edited] + sign * response.drag_delta().x;
            panel.widths[edited] = width.clamp(MIN_WIDTHS[edited], 600.0);
        }
        if response.double_clicked() {
            panel.widths[edited] = DEFAULT_WIDTHS[edited];
        }
    }
}

fn align_of(column: Column) -> Align2 {
    match column {
        Column::Size | Column::Latency => Align2::RIGHT_CENTER,
        _ => Align2::LEFT_CENTER,
    }
}

struct RowView<'a> {
    snapshot: &'a Snapshot,
    clockface: &'a Clockface,
    row: &'a RowRef<'a>,
    /// Arrival of the row above.
    before: Option<Timestamp>,
    picked: bool,
    /// Rows don't move by: nothing follows the newest.
    still: bool,
}

/// Draws one message; true if it was clicked.
fn row_ui(
    ui: &Ui,
    look: Look,
    view: &RowView<'_>,
    rect: Rect,
    columns: &[(f32, f32); 7],
    panel: &mut MessagesPanel,
    copied: &mut Option<UiCommand>,
) -> bool {
    let t = look.tokens;
    let RowView { snapshot, clockface, row, before, picked, still } = view;
    let summary = panel.summary(snapshot, row);
    let device = match row.direction {
        Some(Direction::ToAgent) => row.to.or(row.from),
        _ => row.from.or(row.to),
    };
    let device = device.map_or("", |id| snapshot.endpoint_name(id));
    let topic = snapshot.topic_name(row.topic);
    let kind = kind_text(row);
    let arrow = match row.direction {
        Some(Direction::ToAgent) => "to device",
        Some(Direction::ToController) => "from device",
        None => "direction unknown",
    };
    let label = format!("{kind}, {arrow} {device}, {summary}");
    let info =
        RowInfo { role: Role::Row, label: &label, selected: *picked, expanded: None, level: None };
    let response = rows::row(ui, look, Id::unique("message").with(row.seq.0), rect, &info);
    let painter = ui.painter();
    if !picked {
        let line = t.border.gamma_multiply(0.35);
        painter.hline(rect.x_range(), rect.max.y - 0.5, (1.0, line));
    }
    let cell = |column: usize| {
        let (left, right) = columns[column];
        Rect::from_min_max(
            pos2(rect.min.x + left, rect.min.y),
            pos2(rect.min.x + right, rect.max.y),
        )
    };
    let put = |column: usize, value: &str, font: &FontId, color: Color32, elide: Elide| {
        text::line(painter, cell(column), value, font, color, align_of(COLUMNS[column].0), elide)
    };
    let mono = fonts::mono();
    let body = fonts::body();
    let weak = if *picked { t.text } else { t.weak };

    let time = match (panel.delta, before) {
        (true, Some(before)) => format::delta(row.at.nanos_since(*before)),
        (true, None) => "–".to_owned(),
        (false, _) => clockface.time_millis(row.at),
    };
    put(0, &time, &mono, weak, Elide::End);

    let (icon, color) = kind_mark(look, row);
    let kind_cell = cell(1);
    let (head, tail) = kind_cell.split_left_right_at_x(kind_cell.min.x + 20.0);
    let arrow_at = head.translate(vec2(-2.0, 0.0));
    text::icon(painter, arrow_at, icon, 14.0, color);
    let medium = fonts::body_medium();
    text::line(painter, tail, &kind, &medium, color, Align2::LEFT_CENTER, Elide::End);

    let short = format::one_line(format::short_endpoint(device));
    put(2, &short, &body, t.text, Elide::Middle);
    put(3, &format::one_line(topic), &body, weak, Elide::Middle);
    put(4, &summary, &body, t.text, Elide::End);
    put(5, &format::bytes(u64::from(row.size())), &mono, weak, Elide::End);
    if let Some(nanos) = row.latency_nanos() {
        put(6, &format::latency(nanos), &mono, t.text, Elide::End);
    }

    let clicked = response.clicked();
    response.context_menu(|ui| {
        let mut copy = |ui: &mut Ui, label: &str, what: &'static str, text: &str| {
            if controls::menu_item(ui, look, icons::COPY, label, "") {
                *copied = Some(UiCommand::Copy { text: text.to_owned(), what });
            }
        };
        copy(ui, "Copy summary", "Summary", &summary);
        copy(ui, "Copy topic", "Topic", topic);
        copy(ui, "Copy Endpoint ID", "Endpoint ID", device);
        copy(ui, "Copy msg_id", "msg_id", row.msg_id());
    });
    // Where rows move by, a tooltip would change under the pointer and hide what comes.
    if response.hovered() && *still {
        response.on_hover_ui_at_pointer(|ui| tooltip_ui(ui, look, view, &summary, &kind));
    }
    clicked
}

/// Type for the table; notifications by what they notify of.
fn kind_text(row: &RowRef<'_>) -> String {
    match row.notification {
        Some(notification) => notification.label().to_owned(),
        None => row.type_label().to_owned(),
    }
}

/// Arrow or warning sign, and the colour of the type.
fn kind_mark(look: Look, row: &RowRef<'_>) -> (&'static str, Color32) {
    let t = look.tokens;
    if row.malformed {
        return (icons::WARNING, t.error);
    }
    if row.msg_kind == Some(MsgKind::Error) {
        return (icons::ERROR, t.error);
    }
    let color = match row.payload_kind {
        PayloadKind::Usp if row.msg_kind.is_some() => {
            look.family(row.msg_kind.map(MsgKind::family))
        }
        PayloadKind::Usp => t.text,
        _ => t.weak,
    };
    match CodeSet(row.mark().problems).level() {
        Some(Level::Error) => return (icons::WARNING, t.error),
        Some(Level::Warning) => return (icons::WARNING, t.warn),
        Some(Level::Info) | None => {}
    }
    let icon = match row.direction {
        Some(Direction::ToAgent) => icons::ARROW_UP,
        Some(Direction::ToController) => icons::ARROW_DOWN,
        None => icons::MINUS,
    };
    (icon, color)
}

fn tooltip_ui(ui: &mut Ui, look: Look, view: &RowView<'_>, summary: &str, kind: &str) {
    let RowView { snapshot, clockface, row, .. } = view;
    let (_, color) = kind_mark(look, row);
    ui.label(RichText::new(kind).font(fonts::body_medium()).color(color));
    ui.label(summary);
    egui::Grid::new("message-tooltip").num_columns(2).spacing([12.0, 2.0]).show(ui, |ui| {
        let mut fact = |name: &str, value: &str| {
            if !value.is_empty() {
                ui.weak(name);
                ui.monospace(format::one_line(value));
                ui.end_row();
            }
        };
        fact("At", &clockface.date_time_micros(row.at));
        fact("From", row.from.map_or("", |id| snapshot.endpoint_name(id)));
        fact("To", row.to.map_or("", |id| snapshot.endpoint_name(id)));
        fact("Topic", snapshot.topic_name(row.topic));
        fact("msg_id", row.msg_id());
    });
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
    list: &mut MessageList,
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
        commands.push(UiCommand::PickMessage(Some(seq)));
        list.show_row(row, visible);
        let newest = row + 1 == list.len() && nav == keys::Nav::End;
        if !newest {
            list.scroll_to(list.top(visible), visible);
            list.set_follow(false);
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
    let bottom =
        list.top(Rows::fit(body.height(), size::ROW)) + Rows::fit(body.height(), size::ROW);
    let below = (list.len() as f64 - bottom).max(0.0) as u64;
    let label = match below {
        0 => "Follow newest".to_owned(),
        n => format!("{} newer", format::count(n)),
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
