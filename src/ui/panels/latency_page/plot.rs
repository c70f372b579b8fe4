//! The plot: draws what is chosen, and lets a stretch of time be picked with mouse or keyboard.

use egui::{
    CursorIcon, EventFilter, Id, Key, Modifiers, PopupAnchor, Rect, Response, Role, Sense, Stroke,
    StrokeKind, Tooltip, Ui, WidgetInfo, pos2, vec2,
};

use super::area::Area;
use super::{LatencyPagePanel, Scene, axes, bands, marks, points, readout};
use crate::core::time::Timestamp;
use crate::ui::command::UiCommand;
use crate::view::latency::brush::Brush;
use crate::view::latency::chart::{Chart, Mode};
use crate::view::latency::page::LatencyPage;
use crate::view::state::TimeRange;

/// Columns that Page Up and Page Down move by.
const PAGE: i64 = 10;

/// Identity of the plot for focus.
#[must_use]
pub fn plot_id() -> Id {
    Id::unique("latency-page-plot")
}

/// Draws it into `rect`; gives where its parts are.
pub fn show(
    ui: &mut Ui,
    scene: &Scene<'_>,
    model: &LatencyPage,
    panel: &mut LatencyPagePanel,
    rect: Rect,
    commands: &mut Vec<UiCommand>,
) -> Area {
    let chart = model.chart();
    let area = Area::new(rect, chart);
    let mode = panel.options.mode;
    let painter = ui.painter().clone();
    axes::draw(&painter, scene.look, scene.clockface, &area);
    marks::outages(ui, scene, &area);
    let inside = painter.with_clip_rect(area.main);
    match mode {
        Mode::Bands => bands::draw(&inside, scene.look, chart, &area),
        Mode::Heat => {
            panel.picture.draw(ui, scene.look, &chart.heat, model.version(), &area);
        }
        Mode::Points => {
            let drawing = model.points().drawing();
            points::draw(&inside, scene.look, drawing, &area, scene.selection);
        }
    }
    marks::round_trips(ui, scene, &area);
    marks::timeouts(ui, scene.look, chart, &area);
    let response = brush_ui(ui, scene, chart, panel, &area, commands);
    // Above the plot, so that they can be pointed at.
    marks::restarts(ui, scene, chart, &area, commands);
    pointed_at(ui, scene, model, panel, &area, &response, commands);
    area
}

fn brush_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    chart: &Chart,
    panel: &mut LatencyPagePanel,
    area: &Area,
    commands: &mut Vec<UiCommand>,
) -> Response {
    let t = scene.look.tokens;
    let response = ui.interact(area.main, plot_id(), Sense::click_and_drag());
    let response = response.on_hover_cursor(CursorIcon::Crosshair);
    if response.clicked() || response.drag_started() {
        response.request_focus();
    }
    drag(ui, &response, panel, area, commands);
    if response.has_focus() {
        keys(ui, &mut panel.brush, area, commands);
        let line = Stroke::new(1.0, t.accent);
        ui.painter().rect_stroke(area.main.expand(1.0), 0.0, line, StrokeKind::Outside);
    } else if panel.drag_from.is_none() {
        panel.brush.clear();
    }
    let name = "Response times over time";
    response.widget_info(|| WidgetInfo::labeled(Role::Canvas, true, name));
    let cursor = panel.brush.cursor();
    let value = match (panel.brush.pending(area.grid), cursor) {
        (Some(range), _) => format!("picking {}", range.label(scene.clockface)),
        (None, Some(at)) => readout::sentence(scene, chart, at),
        (None, None) => String::new(),
    };
    ui.ctx().accesskit_node_builder(plot_id(), |node| node.set_value(value));
    if let Some(range) = scene.selection.range {
        stretch(ui, area, range, t.accent.gamma_multiply(0.12), t.accent.gamma_multiply(0.7));
    }
    if let Some(range) = panel.brush.pending(area.grid) {
        stretch(ui, area, range, t.accent.gamma_multiply(0.25), t.accent);
    }
    if let Some(at) = cursor {
        let (left, right) = area.column(at);
        let rect = Rect::from_x_y_ranges(left..=right.max(left + 2.0), area.main.y_range());
        ui.painter().rect_stroke(rect, 0.0, Stroke::new(1.0, t.strong), StrokeKind::Inside);
    }
    response
}

/// Marks a stretch of time, as far as it is on view.
fn stretch(ui: &Ui, area: &Area, range: TimeRange, fill: egui::Color32, edge: egui::Color32) {
    if !range.meets(area.grid.range.from, area.grid.range.to) {
        return;
    }
    let ends = [range.from, range.to].map(|at| area.x(at));
    let rect = Rect::from_x_y_ranges(ends[0]..=ends[1], area.main.y_range());
    let seen = rect.intersect(area.main);
    ui.painter().rect_filled(seen, 0.0, fill);
    for x in ends.into_iter().filter(|x| area.main.x_range().contains(*x)) {
        ui.painter().vline(x, area.main.y_range(), (1.0, edge));
    }
}

fn drag(
    ui: &Ui,
    response: &Response,
    panel: &mut LatencyPagePanel,
    area: &Area,
    commands: &mut Vec<UiCommand>,
) {
    if response.drag_started() {
        let origin = ui.input(|input| input.pointer.press_origin());
        panel.drag_from = origin.map(|origin| area.at(origin.x));
    }
    let Some(from) = panel.drag_from else { return };
    if let Some(pointer) = response.interact_pointer_pos() {
        panel.brush.drag(area.grid, from, area.at(pointer.x));
    }
    if ui.input(|input| input.key_pressed(Key::Escape)) {
        panel.brush.clear();
        panel.drag_from = None;
    } else if !response.dragged() {
        panel.drag_from = None;
        if let Some(range) = panel.brush.take(area.grid) {
            commands.push(UiCommand::PickRange(Some(range)));
        }
    }
}

fn keys(ui: &Ui, brush: &mut Brush, area: &Area, commands: &mut Vec<UiCommand>) {
    let filter = EventFilter { horizontal_arrows: true, escape: true, ..EventFilter::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(plot_id(), filter));
    let (start, end) = (area.grid.range.from, Timestamp(i64::MAX));
    for (modifiers, extend) in [(Modifiers::SHIFT, true), (Modifiers::NONE, false)] {
        let pressed = |key| ui.input_mut(|input| input.consume_key(modifiers, key));
        for (key, columns) in [
            (Key::ArrowLeft, -1),
            (Key::ArrowRight, 1),
            (Key::PageUp, -PAGE),
            (Key::PageDown, PAGE),
        ] {
            if pressed(key) {
                brush.step(area.grid, columns, extend);
            }
        }
        for (key, at) in [(Key::Home, start), (Key::End, end)] {
            if pressed(key) {
                brush.go(area.grid, at, extend);
            }
        }
    }
    let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    if brush.is_active() && pressed(Key::Escape) {
        brush.clear();
    }
    if pressed(Key::Enter)
        && let Some(range) = brush.take(area.grid)
    {
        commands.push(UiCommand::PickRange(Some(range)));
    }
}

/// Shows the figures of what the pointer, else the keyboard, is at.
fn pointed_at(
    ui: &Ui,
    scene: &Scene<'_>,
    model: &LatencyPage,
    panel: &LatencyPagePanel,
    area: &Area,
    response: &Response,
    commands: &mut Vec<UiCommand>,
) {
    let chart = model.chart();
    let pending = panel.brush.pending(area.grid);
    let tooltip = |anchor: PopupAnchor| {
        let id = plot_id().with("readout");
        Tooltip::always_open(ui.ctx().clone(), ui.layer_id(), id, anchor).gap(14.0)
    };
    if let Some(pointer) = response.hover_pos() {
        if panel.options.mode == Mode::Points
            && let Some((at, point)) = points::near(model.points().drawing(), area, pointer)
        {
            ui.painter().circle_stroke(at, 5.0, (1.5, scene.look.tokens.strong));
            tooltip(PopupAnchor::Pointer).show(|ui| readout::point(ui, scene, point));
            if response.clicked() {
                commands.push(UiCommand::GoToMessage(point.sample.answer));
            }
            return;
        }
        let at = area.grid.column(area.at(pointer.x));
        let (left, right) = area.column(at);
        let column = Rect::from_x_y_ranges(left..=right, area.main.y_range());
        ui.painter().rect_filled(column, 0.0, scene.look.tokens.strong.gamma_multiply(0.07));
        tooltip(PopupAnchor::Pointer).show(|ui| {
            if panel.options.mode == Mode::Heat {
                heat_cell(ui, scene, chart, area, at, pointer.y);
            }
            let hint = if pending.is_some() { "Let go to pick" } else { "Drag to pick a time" };
            readout::column(ui, scene, chart, at, pending, hint);
        });
    } else if let Some(at) = panel.brush.cursor() {
        let (_, right) = area.column(at);
        let place = pos2(right, area.main.min.y) + vec2(4.0, 4.0);
        tooltip(PopupAnchor::Position(place)).show(|ui| {
            let hint = "← → move · Shift extends · Enter picks · Esc gives up";
            readout::column(ui, scene, chart, at, pending, hint);
        });
    }
}

fn heat_cell(ui: &mut Ui, scene: &Scene<'_>, chart: &Chart, area: &Area, at: Timestamp, y: f32) {
    let heat = &chart.heat;
    if heat.rows == 0 {
        return;
    }
    let part = (area.main.max.y - y) / area.main.height().max(1.0);
    let row = ((part * heat.rows as f32) as usize).min(heat.rows - 1);
    let column = at.nanos_since(area.grid.range.from) / area.grid.width;
    let count = heat.get(usize::try_from(column).unwrap_or(0), row);
    let edge = |row: usize| area.scale.nanos_at(row as f64 / heat.rows as f64);
    readout::cell(ui, scene, (edge(row), edge(row + 1)), count);
}
