//! The data model as a tree: objects that open and close, parameters with their values.

use egui::{Align2, Color32, Id, Painter, Rect, Role, Shape, Stroke, Ui, pos2, vec2};

use super::{CELL_CHARS, HOVER_CHARS, ModelPanel, Times, go_to, list_id};
use crate::analysis::Snapshot;
use crate::analysis::shadow::{Object, Param};
use crate::ui::command::UiCommand;
use crate::ui::theme::{Look, fonts, icons, size};
use crate::ui::widgets::keys::Nav;
use crate::ui::widgets::rows::{self, RowInfo, Rows};
use crate::ui::widgets::table::{Column, Columns};
use crate::ui::widgets::text::{self, Elide};
use crate::view::format;
use crate::view::model_tree::words::{clip, kind, object_access};
use crate::view::model_tree::{Item, ModelTree, Row};

const COLUMNS: [Column; 6] = [
    Column::words("Name", 170.0, 0.4),
    Column::words("Value", 150.0, 0.6),
    Column::words("Type · access", 124.0, 0.0),
    Column::numbers("Changed", 70.0),
    Column::numbers("Earlier", 48.0),
    Column::words("", 56.0, 0.0),
];

/// Points a level is indented by.
const INDENT: f32 = 12.0;

/// Room for the caret.
const CARET: f32 = 16.0;

/// Earlier values from which a number gets a little curve.
const CURVE: usize = 2;

/// Draws the tree.
pub(super) fn show(
    ui: &mut Ui,
    look: Look,
    snapshot: &Snapshot,
    times: Times<'_>,
    model: &mut ModelTree,
    panel: &mut ModelPanel,
    commands: &mut Vec<UiCommand>,
) {
    let columns = Columns::lay_out(&COLUMNS, ui.available_width() - rows::BAR);
    columns.head(ui, look, list_id(), None);
    let table = Rows {
        id: list_id(),
        name: "Data model",
        role: Role::Tree,
        row_height: size::ROW,
        len: model.rows().len(),
        top: panel.top,
    };
    let picked = model.picked_row();
    let mut clicked = None;
    let output = table.show(ui, look, |ui, index, rect| {
        let Some(&row) = model.rows().get(index) else { return };
        let on = picked == Some(index);
        let hit = match row.item {
            Item::Object(at) => model
                .object(at)
                .is_some_and(|object| object_ui(ui, look, times, row, object, rect, on)),
            Item::Param(at) => model.param(at).is_some_and(|param| {
                let object = model.object(param.object as u32);
                let path = object.map_or("", |object| &object.path);
                param_ui(ui, look, times, &columns, row, path, param, rect, on)
            }),
        };
        if hit {
            clicked = Some((index, row));
        }
    });
    panel.top = output.top;
    if let Some((index, row)) = clicked {
        rows::focus(ui, list_id());
        model.pick(Some(index));
        match row.item {
            Item::Object(at) => {
                panel.details = false;
                if let Some(open) = row.open {
                    model.set_open(at, !open);
                }
            }
            Item::Param(_) => {
                panel.details = true;
                panel.details_top = 0.0;
            }
        }
    }
    if let Some(nav) = output.nav {
        navigate(nav, snapshot, model, panel, output.visible, commands);
    }
}

fn navigate(
    nav: Nav,
    snapshot: &Snapshot,
    model: &mut ModelTree,
    panel: &mut ModelPanel,
    visible: f64,
    commands: &mut Vec<UiCommand>,
) {
    let at = model.picked_row();
    let row = at.and_then(|at| model.rows().get(at)).copied();
    let to = match (nav, at.zip(row)) {
        (Nav::Enter, Some((_, Row { item: Item::Param(param), .. }))) => {
            if let Some(param) = model.param(param) {
                go_to(snapshot, param.changed_by, commands);
            }
            return;
        }
        (Nav::Right, Some((_, Row { item: Item::Param(_), .. }))) => {
            panel.details = true;
            panel.details_top = 0.0;
            return;
        }
        (Nav::Enter, Some((_, Row { item: Item::Object(object), open: Some(open), .. }))) => {
            model.set_open(object, !open);
            return;
        }
        (Nav::Right, Some((_, Row { item: Item::Object(object), open: Some(false), .. }))) => {
            model.set_open(object, true);
            return;
        }
        (Nav::Left, Some((_, Row { item: Item::Object(object), open: Some(true), .. }))) => {
            model.set_open(object, false);
            return;
        }
        (Nav::Right, Some((at, Row { open: Some(true), .. }))) => Some(at + 1),
        (Nav::Left, Some((at, row))) => above(model.rows(), at, row.level),
        (Nav::Right | Nav::Enter, Some(_)) => None,
        _ => nav.apply(at, model.rows().len(), visible as usize),
    };
    if let Some(to) = to.filter(|to| *to < model.rows().len()) {
        rows::reveal(&mut panel.top, to, visible);
        model.pick(Some(to));
        panel.details_top = 0.0;
        panel.details = false;
    }
}

/// The row of the object that a row lies in.
fn above(rows: &[Row], at: usize, level: u32) -> Option<usize> {
    rows.get(..at)?.iter().rposition(|row| row.level < level)
}

fn object_ui(
    ui: &Ui,
    look: Look,
    times: Times<'_>,
    row: Row,
    object: &Object,
    rect: Rect,
    picked: bool,
) -> bool {
    let t = look.tokens;
    let params = object.params.1.saturating_sub(object.params.0);
    let mut words = match params {
        0 => String::new(),
        1 => "1 parameter".to_owned(),
        n => format!("{} parameters", format::count(n as u64)),
    };
    let mut add = |word: &str| {
        if !words.is_empty() {
            words.push_str(" · ");
        }
        words.push_str(word);
    };
    if let Some(access) = object.access.and_then(object_access) {
        add(access);
    }
    if let Some((at, _)) = object.gone {
        add(&format!("deleted {}", times.clockface.time(at)));
    }
    let path = clip(&object.path, CELL_CHARS);
    let label = format!("{path}, {words}");
    let info = RowInfo {
        role: Role::TreeItem,
        label: &label,
        selected: picked,
        expanded: row.open,
        level: Some(row.level as usize),
    };
    let id = Id::unique("model-object").with(&object.path);
    let response = rows::row(ui, look, id, rect, &info);
    let painter = ui.painter();
    let mut x = rect.min.x + 9.0 + indent(row.level);
    if let Some(open) = row.open {
        let at = Rect::from_min_size(pos2(x - 2.0, rect.min.y), vec2(12.0, rect.height()));
        let caret = if open { icons::CARET_DOWN } else { icons::CARET_RIGHT };
        text::icon(painter, at, caret, 11.0, t.weak);
    }
    x += CARET;
    if object.gone.is_some() {
        let at = Rect::from_min_size(pos2(x - 2.0, rect.min.y), vec2(14.0, rect.height()));
        text::icon(painter, at, icons::TRASH, 12.0, t.error);
        x += 16.0;
    }
    let name = object.path.get(row.from..).unwrap_or(&object.path);
    let name = clip(name, CELL_CHARS);
    let font = fonts::body_medium();
    let right = rect.max.x - 9.0;
    let most = ((right - x) * 0.75).max(4.0);
    let width = text::width(painter, &name, &font).ceil().min(most) + 1.0;
    let at = Rect::from_min_max(pos2(x, rect.min.y), pos2(x + width, rect.max.y));
    let color = if object.gone.is_some() { t.weak } else { t.strong };
    let cut = text::line(painter, at, &name, &font, color, Align2::LEFT_CENTER, Elide::Middle);
    let at = Rect::from_min_max(pos2(at.max.x + 10.0, rect.min.y), pos2(right, rect.max.y));
    let small = fonts::small();
    text::line(painter, at, &words, &small, t.weak, Align2::LEFT_CENTER, Elide::End);
    let clicked = response.clicked();
    if cut || row.from > 0 {
        response.on_hover_text(path);
    }
    clicked
}

fn indent(level: u32) -> f32 {
    // Levels beyond that are not worth the room.
    (level.saturating_sub(1)).min(10) as f32 * INDENT
}

#[expect(clippy::too_many_arguments, reason = "a row is all this")]
fn param_ui(
    ui: &Ui,
    look: Look,
    times: Times<'_>,
    columns: &Columns<{ COLUMNS.len() }>,
    row: Row,
    object: &str,
    param: &Param,
    rect: Rect,
    picked: bool,
) -> bool {
    let t = look.tokens;
    let value = shown_value(param);
    let gone = if param.gone.is_some() { ", deleted" } else { "" };
    let label = format!("{object}{}: {}{gone}", param.name, clip(&value, 120));
    let info = RowInfo {
        role: Role::TreeItem,
        label: &label,
        selected: picked,
        expanded: None,
        level: Some(row.level as usize),
    };
    let id = Id::unique("model-param").with((object, &param.name));
    let response = rows::row(ui, look, id, rect, &info);
    let painter = ui.painter();
    let mut cell = columns.cell(rect, 0);
    cell.min.x = (cell.min.x + indent(row.level) + CARET).min(cell.max.x - 20.0);
    let name = clip(&param.name, CELL_CHARS);
    let strong = if param.gone.is_some() { t.weak } else { t.text };
    let body = fonts::body();
    let (align, end) = (Align2::LEFT_CENTER, Elide::End);
    let cut_name = text::line(painter, cell, &name, &body, strong, align, Elide::Middle);
    let put = |column: usize, value: &str, color: Color32, mono: bool| {
        let font = if mono { fonts::mono() } else { fonts::body() };
        columns.put(painter, rect, column, value, &font, color, end)
    };
    let color = match () {
        () if param.gone.is_some() || !param.known || param.value.is_empty() => t.weak,
        () if param.is_numeric() => t.number,
        () => t.string,
    };
    let cut = put(1, &value, color, true);
    let kind = kind(param);
    let cut_kind = put(2, &kind, t.weak, false);
    put(3, &times.ago(param.changed_at), t.weak, false);
    if !param.history.is_empty() {
        let more = if param.complete { "" } else { "+" };
        put(4, &format!("{}{more}", param.history.len()), t.text, true);
    }
    if param.history.len() >= CURVE && param.is_numeric() {
        curve(painter, columns.cell(rect, 5), param, t.accent);
    }
    let clicked = response.clicked();
    if cut || cut_name || cut_kind {
        response.on_hover_ui(|ui| {
            ui.strong(format!("{object}{name}"));
            ui.label(clip(&param.value, HOVER_CHARS));
            if !kind.is_empty() {
                ui.weak(kind);
            }
        });
    }
    clicked
}

/// The beginning of a value, or why there is none.
fn shown_value(param: &Param) -> std::borrow::Cow<'_, str> {
    match () {
        () if !param.known => "not kept".into(),
        () if param.value.is_empty() => "(empty)".into(),
        () => clip(&param.value, CELL_CHARS),
    }
}

/// The values of a number over time, without axes.
fn curve(painter: &Painter, cell: Rect, param: &Param, color: Color32) {
    let points = param.numeric();
    let (Some(first), Some(last)) = (points.first(), points.last()) else { return };
    if cell.width() < 12.0 || points.len() <= CURVE {
        return;
    }
    let (low, high) = points
        .iter()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), p| (l.min(p.1), h.max(p.1)));
    let span = (last.0.nanos_since(first.0) as f64).max(1.0);
    let range = (high - low).max(f64::MIN_POSITIVE);
    let area = cell.shrink2(vec2(1.0, 5.0));
    let place = |at: crate::core::time::Timestamp, value: f64| {
        let x = at.nanos_since(first.0) as f64 / span;
        let y = if high > low { (value - low) / range } else { 0.5 };
        pos2(
            area.min.x + (x.clamp(0.0, 1.0) as f32) * area.width(),
            area.max.y - (y.clamp(0.0, 1.0) as f32) * area.height(),
        )
    };
    let mut line: Vec<egui::Pos2> = Vec::with_capacity(points.len() * 2);
    for &(at, value) in &points {
        let here = place(at, value);
        if let Some(before) = line.last() {
            line.push(pos2(here.x, before.y));
        }
        line.push(here);
    }
    painter.add(Shape::line(line, Stroke::new(1.0, color)));
}
