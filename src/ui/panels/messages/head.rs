//! The line with the names of the columns: sorts on a click, moves and widens columns, by mouse
//! and by keyboard.

use egui::{
    Align2, CursorIcon, Id, Key, Modifiers, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui,
    WidgetInfo, pos2, vec2,
};

use super::MessagesPanel;
use super::menus;
use crate::ui::command::UiCommand;
use crate::ui::theme::{Look, fonts, icons};
use crate::ui::traffic_command::TrafficCommand;
use crate::ui::widgets::text::{self, Elide};
use crate::view::columns::{Column, GAP, Laid};
use crate::view::message_sort::Sorting;
use crate::view::traffic::Traffic;

/// Height of the line, points.
const HEAD: f32 = 24.0;

/// Points a column is widened by a key.
const STEP: f32 = 16.0;

/// Identity of the name of a column.
pub(super) fn id(column: Column) -> Id {
    Id::unique("column-head").with(column.name())
}

/// Draws the line.
pub(super) fn show(
    ui: &mut Ui,
    look: Look,
    columns: &[Laid],
    sorting: Sorting,
    panel: &mut MessagesPanel,
    traffic: &Traffic,
    commands: &mut Vec<UiCommand>,
) {
    let t = look.tokens;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), HEAD), Sense::CLICK);
    response.widget_info(|| WidgetInfo::labeled(Role::Group, true, "Columns of the table"));
    ui.painter().rect_filled(rect, 0.0, t.panel);
    ui.painter().hline(rect.x_range(), rect.max.y - 0.5, (1.0, t.border));
    let mut head = ui.new_child(egui::UiBuilder::new().id_salt("head").max_rect(rect));
    head.shrink_clip_rect(rect);
    let left = rect.min.x - panel.left;
    let mut drop = None;
    for laid in columns {
        let cell = Rect::from_min_max(
            pos2(left + laid.left - GAP / 2.0, rect.min.y),
            pos2(left + laid.right + GAP / 2.0, rect.max.y),
        );
        let response = cell_ui(&mut head, look, laid.column, cell, sorting, commands);
        if response.dragged() || response.drag_stopped() {
            drop = drop_on(&mut head, look, columns, (left, rect), &response, laid.column)
                .map(|target| (laid.column, target, response.drag_stopped()))
                .or(drop);
        }
        response.context_menu(|ui| menus::columns_ui(ui, look, panel, traffic, commands));
    }
    if let Some((column, target, true)) = drop {
        commands.push(UiCommand::Traffic(TrafficCommand::PutColumn(column, target)));
    }
    edges_ui(&mut head, look, columns, (left, rect), panel);
    if panel.most > 0.5 {
        // Which part of the columns is on view.
        let share = rect.width() / (rect.width() + panel.most);
        let from = rect.min.x + rect.width() * share * panel.left / rect.width();
        let line =
            Rect::from_min_size(pos2(from, rect.max.y - 3.0), vec2(rect.width() * share, 3.0));
        head.painter().rect_filled(line, 1.0, t.weak);
    }
    response.context_menu(|ui| menus::columns_ui(ui, look, panel, traffic, commands));
}

/// What a click makes of the order: first what one looks for first, then the other way round,
/// then the order of time again.
fn clicked(column: Column, sorting: Sorting) -> Sorting {
    let first = column.falls_first();
    match sorting {
        Sorting { column: by, falling } if by == column => {
            if column == Column::Time || falling == first {
                Sorting { column, falling: !falling }
            } else {
                Sorting::BY_TIME
            }
        }
        // The table is in the order of time already.
        _ if column == Column::Time => Sorting::BY_TIME,
        _ => Sorting { column, falling: first },
    }
}

fn cell_ui(
    ui: &mut Ui,
    look: Look,
    column: Column,
    cell: Rect,
    sorting: Sorting,
    commands: &mut Vec<UiCommand>,
) -> Response {
    let t = look.tokens;
    let id = id(column);
    let response = ui.interact(cell, id, Sense::CLICK | Sense::DRAG | Sense::FOCUSABLE);
    let on = sorting.column == column;
    let name = if column.sorts() {
        format!("Sort by {}", column.label())
    } else {
        format!("Column {}", column.label())
    };
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, on, &name));
    let mut ask = |command| commands.push(UiCommand::Traffic(command));
    if response.clicked() && column.sorts() {
        ask(TrafficCommand::Sort(clicked(column, sorting)));
    }
    if response.has_focus() {
        let filter = egui::EventFilter { horizontal_arrows: true, ..egui::EventFilter::default() };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
        let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::ALT, key));
        for (key, right) in [(Key::ArrowLeft, false), (Key::ArrowRight, true)] {
            if pressed(key) {
                ask(TrafficCommand::ShiftColumn(column, right));
            }
        }
        ui.painter().rect_stroke(
            cell.shrink2(vec2(1.0, 2.0)),
            3.0,
            Stroke::new(1.0, t.accent),
            StrokeKind::Inside,
        );
    }
    let color = match () {
        () if response.hovered() || response.has_focus() => t.strong,
        // The order of time is the ordinary one.
        () if on && (column != Column::Time || sorting.falling) => t.strong,
        () => t.weak,
    };
    let mut at = cell.shrink2(vec2(GAP / 2.0, 0.0));
    if on && (column != Column::Time || sorting.falling) {
        let mark = Rect::from_min_size(pos2(at.max.x - 10.0, at.min.y), vec2(10.0, HEAD));
        let icon = if sorting.falling { icons::ARROW_DOWN } else { icons::ARROW_UP };
        text::icon(ui.painter(), mark, icon, 10.0, t.accent);
        at.max.x -= 12.0;
    }
    let align = if column.is_right() { Align2::RIGHT_CENTER } else { Align2::LEFT_CENTER };
    let font = fonts::small_semibold();
    text::line(ui.painter(), at, column.label(), &font, color, align, Elide::End);
    if response.dragged() {
        return response;
    }
    let words = if column.sorts() { "Click to sort, drag to move" } else { "Drag to move" };
    response.on_hover_ui(|ui| {
        ui.strong(column.about());
        ui.label(words);
        ui.weak("Alt+← and Alt+→ move it, right click for all columns");
    })
}

/// The column whose place a dragged one would take; shows where.
fn drop_on(
    ui: &mut Ui,
    look: Look,
    columns: &[Laid],
    (left, rect): (f32, Rect),
    response: &Response,
    dragged: Column,
) -> Option<Column> {
    let pos = ui.input(|input| input.pointer.interact_pos())?;
    ui.ctx().set_cursor_icon(CursorIcon::Grabbing);
    let at = columns.iter().position(|laid| {
        (left + laid.left - GAP / 2.0..left + laid.right + GAP / 2.0).contains(&pos.x)
    })?;
    let from = columns.iter().position(|laid| laid.column == dragged)?;
    let target = columns.get(at)?;
    if at != from && !response.drag_stopped() {
        let x = if at > from { target.right + GAP / 2.0 } else { target.left - GAP / 2.0 };
        ui.painter().vline(left + x, rect.y_range(), (2.0, look.tokens.accent));
    }
    (at != from).then_some(target.column)
}

/// The edges between columns, to be dragged.
fn edges_ui(
    ui: &mut Ui,
    look: Look,
    columns: &[Laid],
    (left, rect): (f32, Rect),
    panel: &mut MessagesPanel,
) {
    let t = look.tokens;
    // The column that takes what is left; edges right of it belong to the column after them.
    let flexible = columns.iter().position(|laid| laid.column == Column::Summary);
    for (index, pair) in columns.windows(2).enumerate() {
        let [before, after] = pair else { continue };
        let behind = flexible.is_some_and(|flexible| index >= flexible);
        let (edited, sign) = if behind { (after.column, -1.0) } else { (before.column, 1.0) };
        let x = left + before.right + GAP / 2.0;
        let grip = Rect::from_min_max(pos2(x - 4.0, rect.min.y), pos2(x + 4.0, rect.max.y));
        let id = Id::unique("column-edge").with(edited.name());
        let response = ui.interact(grip, id, Sense::DRAG);
        let response = response.on_hover_and_drag_cursor(CursorIcon::ResizeColumn);
        let active = response.hovered() || response.dragged();
        let line = if active { t.accent } else { t.border };
        let line_y = if active { rect.y_range() } else { rect.shrink2(vec2(0.0, 6.0)).y_range() };
        ui.painter().vline(x, line_y, (1.0, line));
        if response.dragged() {
            let width = panel.width(edited) + sign * response.drag_delta().x;
            panel.columns.set_width(edited, width);
        }
        if response.double_clicked() {
            panel.columns.reset_width(edited);
        }
    }
}

/// Makes a column wider or narrower by a step; for the menu.
pub(super) fn widen(panel: &mut MessagesPanel, column: Column, wider: bool) {
    let step = if wider { STEP } else { -STEP };
    let width = panel.width(column) + step;
    panel.columns.set_width(column, width);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clicks_go_round_from_what_one_looks_for_to_the_order_of_time() {
        let by = |column, falling| Sorting { column, falling };
        let latency = clicked(Column::Latency, Sorting::BY_TIME);
        assert_eq!(latency, by(Column::Latency, true), "the slowest first");
        let latency = clicked(Column::Latency, latency);
        assert_eq!(latency, by(Column::Latency, false));
        assert_eq!(clicked(Column::Latency, latency), Sorting::BY_TIME);
        let device = clicked(Column::Device, by(Column::Latency, true));
        assert_eq!(device, by(Column::Device, false), "a before b");
        assert_eq!(clicked(Column::Time, device), Sorting::BY_TIME);
        assert_eq!(clicked(Column::Time, Sorting::BY_TIME), by(Column::Time, true));
    }
}
