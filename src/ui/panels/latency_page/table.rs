//! Response times by device and type of request, of the time picked or of all; a click picks.

use egui::{Color32, Id, Rect, Role, Ui};

use super::{LatencyPagePanel, Scene};
use crate::analysis::latency::LatencyRow;
use crate::ui::command::UiCommand;
use crate::ui::theme::{fonts, icons, size};
use crate::ui::widgets::keys::Nav;
use crate::ui::widgets::panel_header;
use crate::ui::widgets::rows::{self, RowInfo, Rows};
use crate::ui::widgets::table::{Column, Columns, Sorted};
use crate::ui::widgets::text::Elide;
use crate::view::format;
use crate::view::latency::page::{LatencyPage, View};
use crate::view::latency_table::{By, timeout_per_mille};

const COLUMNS: [Column; 9] = [
    Column::words("Device", 150.0, 0.6),
    Column::words("Request", 130.0, 0.4),
    Column::numbers("Answers", 74.0),
    Column::numbers("p50", 66.0),
    Column::numbers("p95", 66.0),
    Column::numbers("p99", 66.0),
    Column::numbers("Max", 70.0),
    Column::numbers("Timeouts", 74.0),
    Column::numbers("Timeout share", 96.0),
];

/// What a column sorts by.
const SORTS: [By; COLUMNS.len()] = [
    By::Device,
    By::Request,
    By::Answers,
    By::P50,
    By::P95,
    By::P99,
    By::Longest,
    By::Timeouts,
    By::Share,
];

/// What the table remembers from frame to frame.
#[derive(Default)]
pub struct TableState {
    top: f64,
    at: Option<usize>,
}

/// Identity of the list for focus.
#[must_use]
pub fn list_id() -> Id {
    Id::unique("latency-page-table")
}

/// Draws it.
pub fn show(
    ui: &mut Ui,
    scene: &Scene<'_>,
    model: &mut LatencyPage,
    panel: &mut LatencyPagePanel,
    view: View,
    commands: &mut Vec<UiCommand>,
) {
    let look = scene.look;
    let len = model.rows();
    let of = match (scene.selection.range, scene.selection.topic) {
        (Some(_), _) => "answers that came and requests sent in the time picked",
        (None, Some(_)) => "of the exchanges kept",
        (None, None) => "since the start",
    };
    let plural = if len == 1 { "row" } else { "rows" };
    let count = match len {
        0 => String::new(),
        n => format!("{} {plural} · {of}", format::count(n as u64)),
    };
    panel_header::show(ui, look, icons::TABLE, "By device and type", &count, |_| {});
    if len == 0 {
        let body = ui.available_rect_before_wrap();
        ui.painter().rect_filled(body, 0.0, look.tokens.canvas);
        let text = if scene.selection.narrows() {
            "No answer and no timeout of what is picked"
        } else {
            "A row appears here for each device and type of request"
        };
        rows::nothing(ui, look, text);
        return;
    }
    let columns = Columns::lay_out(&COLUMNS, ui.available_width() - rows::BAR);
    let (by, rising) = model.sorting();
    let column = SORTS.iter().position(|one| *one == by).unwrap_or(0);
    let sorted = Sorted { column, falling: !rising };
    let chosen = columns.head(ui, look, list_id(), Some(sorted));
    let state = &mut panel.table;
    if let Some(by) = chosen.and_then(|column| SORTS.get(column)) {
        model.sort_by(*by);
        state.top = 0.0;
    }
    let body = ui.available_rect_before_wrap();
    ui.painter().rect_filled(body, 0.0, look.tokens.canvas);
    let list = Rows {
        id: list_id(),
        name: "Response times by device and type",
        role: Role::Table,
        row_height: size::ROW,
        len,
        top: state.top,
    };
    let mut clicked = None;
    let is_picked = |row: &LatencyRow| {
        view.scope.device == Some(row.device)
            && view.scope.request.is_none_or(|request| request == row.request)
    };
    let output = list.show(ui, look, |ui, index, rect| {
        let Some(row) = model.row(scene.snapshot, view, index) else { return };
        let cursor = state.at == Some(index);
        if row_ui(ui, scene, &row, rect, &columns, (is_picked(&row), cursor)) {
            clicked = Some((index, row));
        }
    });
    state.top = output.top;
    if let Some(nav) = output.nav
        && let Some(to) = nav.apply(state.at, len, output.visible as usize)
        && let Some(row) = model.row(scene.snapshot, view, to)
    {
        rows::reveal(&mut state.top, to, output.visible);
        state.at = Some(to);
        if nav == Nav::Enter {
            clicked = Some((to, row));
        }
    }
    if let Some((index, row)) = clicked {
        rows::focus(ui, list_id());
        // What is picked stands in a shorter list then; there it is looked for anew.
        state.at = Some(index);
        if is_picked(&row) && view.scope.request.is_some() {
            panel.request = None;
            commands.push(UiCommand::PickDevice(None));
        } else {
            panel.request = Some(row.request);
            commands.push(UiCommand::PickDevice(Some(row.device)));
        }
    }
}

fn row_ui(
    ui: &Ui,
    scene: &Scene<'_>,
    row: &LatencyRow,
    rect: Rect,
    columns: &Columns<{ COLUMNS.len() }>,
    (picked, cursor): (bool, bool),
) -> bool {
    let (look, t) = (scene.look, scene.look.tokens);
    let device = scene.snapshot.endpoint_name(row.device);
    let time = |micros: u32| format::latency(i64::from(micros) * 1000);
    let per_mille = timeout_per_mille(row);
    let share = format!("{}.{} %", per_mille / 10, per_mille % 10);
    let label = format!(
        "{device}, {}, {} answers, p95 {}, {} timeouts, {share}",
        row.request.label(),
        row.count,
        time(row.p95_micros),
        row.timeouts,
    );
    let info =
        RowInfo { role: Role::Row, label: &label, selected: picked, expanded: None, level: None };
    let id = Id::unique("latency-page-row").with((row.device.0, row.request as u8));
    let response = rows::row(ui, look, id, rect, &info);
    let painter = ui.painter();
    if !picked {
        painter.hline(rect.x_range(), rect.max.y - 0.5, (1.0, t.border.gamma_multiply(0.35)));
    }
    if cursor {
        let line = egui::Stroke::new(1.0, t.accent.gamma_multiply(0.7));
        painter.rect_stroke(rect, 0.0, line, egui::StrokeKind::Inside);
    }
    let put = |column: usize, value: &str, color: Color32| {
        let font = if column < 2 { fonts::body() } else { fonts::mono() };
        columns.put(painter, rect, column, value, &font, color, Elide::Middle)
    };
    let cut = put(0, &format::one_line(format::short_endpoint(device)), t.text);
    put(1, row.request.label(), look.family(Some(row.request.family())));
    put(2, &format::count(u64::from(row.count)), t.text);
    if row.count > 0 {
        let times = [row.p50_micros, row.p95_micros, row.p99_micros, row.max_micros];
        for (column, micros) in (3..).zip(times) {
            put(column, &time(micros), t.text);
        }
    }
    let color = if row.timeouts > 0 { t.error } else { t.weak };
    put(7, &format::count(u64::from(row.timeouts)), color);
    put(8, &share, color);
    let clicked = response.clicked();
    if cut {
        response.on_hover_text(format::one_line(device));
    }
    clicked
}
