//! One message as a row of the table: its cells, its colour, its marks.

use egui::{Align2, Color32, FontId, Id, Rect, Response, RichText, Role, Ui, pos2, vec2};

use super::MessagesPanel;
use crate::analysis::Snapshot;
use crate::analysis::message::Message;
use crate::analysis::problems::code::{CodeSet, Level};
use crate::core::time::Timestamp;
use crate::store::RowRef;
use crate::store::row::Direction;
use crate::ui::panels::legend::{self, Bar};
use crate::ui::theme::{Look, fonts, icons};
use crate::ui::widgets::rows::{self, RowInfo};
use crate::ui::widgets::text::{self, Elide};
use crate::usp::kind::{MsgKind, PayloadKind};
use crate::usp::outcome::Grade;
use crate::usp::summary::SarState;
use crate::view::columns::{Column, GAP, Laid};
use crate::view::format::{self, Clockface};
use crate::view::traffic::{ColourBy, Traffic};

/// What a row is drawn from.
pub(super) struct RowView<'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) clockface: &'a Clockface,
    pub(super) row: &'a RowRef<'a>,
    /// Arrival of the row above.
    pub(super) before: Option<Timestamp>,
    pub(super) picked: bool,
    /// Rows don't move by: nothing follows the newest.
    pub(super) still: bool,
    pub(super) traffic: &'a Traffic,
}

/// Draws one message.
pub(super) fn show(
    ui: &Ui,
    look: Look,
    view: &RowView<'_>,
    rect: Rect,
    columns: &[Laid],
    panel: &mut MessagesPanel,
) -> Response {
    let t = look.tokens;
    let RowView { snapshot, row, picked, still, traffic, .. } = view;
    let summary = panel.summary(snapshot, row);
    let device = Message { snapshot, row: **row }.device();
    let device = device.map_or("", |id| snapshot.endpoint_name(id));
    let kind = kind_text(row);
    let way = way_words(row).unwrap_or("direction unknown");
    let bookmark = traffic.bookmarks.get(row.seq);
    let is_first = traffic.first_seq() == Some(row.seq);
    let mut label = format!("{kind}, {way} {device}, {summary}");
    if is_first {
        label.push_str(", A of the comparison");
    }
    if let Some(bookmark) = bookmark {
        label.push_str(", bookmarked");
        if !bookmark.note.is_empty() {
            label.push_str(": ");
            label.extend(bookmark.note.chars().take(80));
        }
    }
    let marked = traffic.marked.is_many() && traffic.marked.contains(row.seq);
    let selected = *picked || marked;
    let info = RowInfo { role: Role::Row, label: &label, selected, expanded: None, level: None };
    let response = rows::row(ui, look, Id::unique("message").with(row.seq.0), rect, &info);
    let painter = ui.painter();
    if !selected {
        let line = t.border.gamma_multiply(0.35);
        painter.hline(rect.x_range(), rect.max.y - 0.5, (1.0, line));
    }
    let left = rect.min.x - panel.left;
    for laid in columns {
        let cell = Rect::from_min_max(
            pos2(left + laid.left, rect.min.y),
            pos2(left + laid.right, rect.max.y),
        );
        if cell.max.x < rect.min.x || cell.min.x > rect.max.x {
            continue;
        }
        if laid.column == Column::Kind {
            kind_ui(ui, look, row, &kind, cell);
            continue;
        }
        let Some(value) = value(look, view, laid.column, device, &summary) else { continue };
        let align = if laid.column.is_right() { Align2::RIGHT_CENTER } else { Align2::LEFT_CENTER };
        let Value { text, font, color, elide } = value;
        text::line(painter, cell, &text, &font, color, align, elide);
    }
    if let Some(bar) = bar(look, view) {
        let at = Rect::from_min_max(
            pos2(rect.min.x + 3.0, rect.min.y + 2.0),
            pos2(rect.min.x + 6.0, rect.max.y - 2.0),
        );
        legend::paint(painter, at, bar);
    }
    marks_ui(ui, look, rect, bookmark.is_some(), is_first);
    // Where rows move by, a tooltip would change under the pointer and hide what comes.
    if response.hovered() && *still {
        let note = bookmark.map_or("", |bookmark| bookmark.note.as_str());
        return response
            .on_hover_ui_at_pointer(|ui| tooltip_ui(ui, look, view, &summary, &kind, note));
    }
    response
}

/// A message that was given up since the table was sorted; it goes with the next second.
pub(super) fn gone_ui(ui: &Ui, look: Look, rect: Rect) {
    let at = rect.shrink2(vec2(GAP, 0.0));
    let (font, color) = (fonts::body(), look.tokens.weak);
    let words = "no longer kept";
    text::line(ui.painter(), at, words, &font, color, Align2::LEFT_CENTER, Elide::End);
}

/// The corner of a bookmark, and the letter of the first of two to compare.
fn marks_ui(ui: &Ui, look: Look, rect: Rect, bookmarked: bool, is_first: bool) {
    let t = look.tokens;
    let painter = ui.painter();
    if bookmarked {
        let corner = rect.right_top();
        let points = vec![corner, corner - vec2(11.0, 0.0), corner + vec2(0.0, 11.0)];
        painter.add(egui::Shape::convex_polygon(points, t.accent, egui::Stroke::NONE));
    }
    if is_first {
        let at = Rect::from_min_size(rect.right_top() + vec2(-30.0, 3.0), vec2(16.0, 16.0));
        painter.rect_filled(at, 3.0, t.accent);
        let font = fonts::small_semibold();
        text::line(painter, at, "A", &font, t.on_accent, Align2::CENTER_CENTER, Elide::End);
    }
}

fn kind_ui(ui: &Ui, look: Look, row: &RowRef<'_>, kind: &str, cell: Rect) {
    let painter = ui.painter();
    let (icon, color) = kind_mark(look, row);
    let (head, tail) = cell.split_left_right_at_x(cell.min.x + 20.0);
    text::icon(painter, head.translate(vec2(-2.0, 0.0)), icon, 14.0, color);
    let medium = fonts::body_medium();
    text::line(painter, tail, kind, &medium, color, Align2::LEFT_CENTER, Elide::End);
}

/// The text of a cell and how it looks.
struct Value {
    text: String,
    font: FontId,
    color: Color32,
    elide: Elide,
}

/// What stands in a cell; `None` if nothing does.
fn value(
    look: Look,
    view: &RowView<'_>,
    column: Column,
    device: &str,
    summary: &str,
) -> Option<Value> {
    let t = look.tokens;
    let RowView { snapshot, clockface, row, before, picked, .. } = view;
    let weak = if *picked { t.text } else { t.weak };
    let (mono, body) = (fonts::mono(), fonts::body());
    let end = |text: String, font: FontId, color| Value { text, font, color, elide: Elide::End };
    let middle = |text: &str, color| Value {
        text: format::one_line(text).into_owned(),
        font: fonts::body(),
        color,
        elide: Elide::Middle,
    };
    let name = |id| snapshot.endpoint_name(id);
    let bytes = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Some(match column {
        Column::Time => end(clockface.time_millis(row.at), mono, weak),
        Column::Delta => {
            let delta = before.map(|before| format::delta(row.at.nanos_since(before)));
            end(delta.unwrap_or_else(|| "–".to_owned()), mono, weak)
        }
        Column::Direction => {
            let arrow = match row.direction? {
                Direction::ToAgent => "↑",
                Direction::ToController => "↓",
            };
            end(arrow.to_owned(), mono, t.text)
        }
        Column::Kind => end(kind_text(row), body, t.text),
        Column::Device => middle(format::short_endpoint(device), t.text),
        Column::From => middle(name(row.from?), t.text),
        Column::To => middle(name(row.to?), t.text),
        Column::Topic => middle(snapshot.topic_name(row.topic), weak),
        Column::Summary => end(summary.to_owned(), body, t.text),
        Column::MsgId => {
            let id = middle(row.msg_id(), t.text);
            Value { font: mono, ..id }
        }
        Column::Grade => {
            let (word, color) = match row.mark().grade? {
                Grade::Ok => ("✓ ok", t.ok),
                Grade::Partial => ("◐ partial", t.warn),
                Grade::Failed => ("✕ failed", t.error),
            };
            end(word.to_owned(), body, color)
        }
        Column::Size => end(format::bytes(u64::from(row.size())), mono, weak),
        Column::Latency => end(format::latency(row.latency_nanos()?), mono, t.text),
        Column::Qos => end(row.delivery().qos.to_string(), mono, weak),
        Column::Retain => end(row.delivery().retain.then(|| "retained".to_owned())?, body, t.warn),
        Column::ContentType => middle(&bytes(row.props().content_type()?), weak),
        Column::ResponseTopic => middle(&snapshot.reply_topic(**row)?, weak),
        Column::Segments => end(segment(snapshot, row)?, mono, weak),
        Column::Problems => {
            let codes = CodeSet(row.mark().problems);
            let color = match codes.level()? {
                Level::Error => t.error,
                Level::Warning => t.warn,
                Level::Info => t.info,
            };
            end(codes.iter().count().to_string(), mono, color)
        }
    })
}

/// Place in a segmented Msg: `2 of 3`, or how it went on as far as is known.
pub(super) fn segment(snapshot: &Snapshot, row: &RowRef<'_>) -> Option<String> {
    if row.whole {
        let whole = snapshot.whole(row.seq).filter(|whole| whole.is_segmented())?;
        return Some(format!("{0} of {0}", whole.parts.len()));
    }
    if row.sar == SarState::None {
        return None;
    }
    if let Some((whole, place)) = snapshot.part_of(row.seq) {
        return Some(format!("{} of {}", place + 1, whole.parts.len()));
    }
    Some(
        match row.sar {
            SarState::None => return None,
            SarState::Begin => "first",
            SarState::InProcess => "middle",
            SarState::Complete => "last",
            SarState::Unknown => "unknown",
        }
        .to_owned(),
    )
}

fn way_words(row: &RowRef<'_>) -> Option<&'static str> {
    Some(match row.direction? {
        Direction::ToAgent => "to device",
        Direction::ToController => "from device",
    })
}

/// The bar at the left of a row.
fn bar(look: Look, view: &RowView<'_>) -> Option<Bar> {
    let RowView { snapshot, row, traffic, .. } = view;
    match traffic.colour_by {
        ColourBy::Kind if row.malformed => {
            Some(legend::of_family(look, Some(crate::usp::kind::Family::Error)))
        }
        ColourBy::Kind => Some(legend::of_family(look, row.msg_kind.map(MsgKind::family))),
        ColourBy::Grade => legend::of_grade(look, row.mark().grade),
        ColourBy::Device => legend::of_device(look, Message { snapshot, row: **row }.device()),
    }
}

/// Type for the table; notifications by what they notify of.
pub(super) fn kind_text(row: &RowRef<'_>) -> String {
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

fn tooltip_ui(ui: &mut Ui, look: Look, view: &RowView<'_>, summary: &str, kind: &str, note: &str) {
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
    if !note.is_empty() {
        ui.label(RichText::new(note).color(look.tokens.accent));
    }
}
