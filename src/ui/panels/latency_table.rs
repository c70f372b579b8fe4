//! Response times per device and type of request, with the requests that were never answered
//! beside them.

use egui::{Color32, Id, Rect, Role, Ui};

use super::lower::{self, Head};
use crate::analysis::Snapshot;
use crate::analysis::latency::LatencyRow;
use crate::core::ids::EndpointId;
use crate::ui::command::UiCommand;
use crate::ui::theme::{Look, fonts, size};
use crate::ui::widgets::rows::{self, RowInfo, Rows};
use crate::ui::widgets::table::{Column, Columns, Sorted};
use crate::ui::widgets::text::Elide;
use crate::view::format;
use crate::view::latency_table::{By, LatencyTable};
use crate::view::state::Selection;

const COLUMNS: [Column; 8] = [
    Column::words("Device", 150.0, 0.6),
    Column::words("Request", 140.0, 0.4),
    Column::numbers("Answers", 68.0),
    Column::numbers("Timeouts", 70.0),
    Column::numbers("p50", 64.0),
    Column::numbers("p95", 64.0),
    Column::numbers("p99", 64.0),
    Column::numbers("Longest", 72.0),
];

/// What the panel remembers from frame to frame.
#[derive(Default)]
pub struct LatencyTablePanel {
    /// Where it is drawn.
    pub head: Head,
    top: f64,
    picked: Option<usize>,
}

/// Identity of the list for focus.
#[must_use]
pub fn list_id() -> Id {
    Id::unique("latency-table")
}

/// Draws the panel.
pub fn show(
    ui: &mut Ui,
    look: Look,
    snapshot: &Snapshot,
    table: &mut LatencyTable,
    panel: &mut LatencyTablePanel,
    selection: &Selection,
    commands: &mut Vec<UiCommand>,
) {
    let plural = if table.len() == 1 { "row" } else { "rows" };
    let count = match table.len() {
        0 => String::new(),
        n => format!("{} {plural} · as seen at the broker, to within 3 %", format::count(n as u64)),
    };
    lower::header(ui, look, panel.head, &count, commands, |_| {});
    if table.is_empty() {
        let body = ui.available_rect_before_wrap();
        ui.painter().rect_filled(body, 0.0, look.tokens.canvas);
        rows::nothing(ui, look, "A row appears here for each device and type of request");
        return;
    }
    let columns = Columns::lay_out(&COLUMNS, ui.available_width() - rows::BAR);
    let (by, rising) = table.sorting();
    let column = By::ALL.iter().position(|one| *one == by).unwrap_or(0);
    let sorted = Sorted { column, falling: !rising };
    if let Some(by) = columns.head(ui, look, list_id(), Some(sorted)).and_then(|n| By::ALL.get(n)) {
        table.sort_by(*by);
        panel.top = 0.0;
    }
    let body = ui.available_rect_before_wrap();
    ui.painter().rect_filled(body, 0.0, look.tokens.canvas);
    let list = Rows {
        id: list_id(),
        name: "Response times",
        role: Role::Table,
        row_height: size::ROW,
        len: table.len(),
        top: panel.top,
    };
    let mut clicked = None;
    let output = list.show(ui, look, |ui, index, rect| {
        let Some(row) = table.get(snapshot, index) else { return };
        if row_ui(ui, look, snapshot, &row, rect, &columns, panel.picked == Some(index)) {
            clicked = Some((index, row.device));
        }
    });
    panel.top = output.top;
    if let Some(nav) = output.nav
        && let Some(to) = nav.apply(panel.picked, table.len(), output.visible as usize)
        && let Some(row) = table.get(snapshot, to)
    {
        rows::reveal(&mut panel.top, to, output.visible);
        panel.picked = Some(to);
        if nav == crate::ui::widgets::keys::Nav::Enter {
            clicked = Some((to, row.device));
        }
    }
    if let Some((index, device)) = clicked {
        rows::focus(ui, list_id());
        panel.picked = Some(index);
        pick(device, selection, commands);
    }
}

/// Picks a device, or gives it up if it is picked.
fn pick(device: EndpointId, selection: &Selection, commands: &mut Vec<UiCommand>) {
    let pick = (selection.device != Some(device)).then_some(device);
    commands.push(UiCommand::PickDevice(pick));
}

fn row_ui(
    ui: &Ui,
    look: Look,
    snapshot: &Snapshot,
    row: &LatencyRow,
    rect: Rect,
    columns: &Columns<{ COLUMNS.len() }>,
    picked: bool,
) -> bool {
    let t = look.tokens;
    let device = snapshot.endpoint_name(row.device);
    let time = |micros: u32| format::latency(i64::from(micros) * 1000);
    let label = format!(
        "{device}, {}, {} answers, {} timeouts, p95 {}",
        row.request.label(),
        row.count,
        row.timeouts,
        time(row.p95_micros)
    );
    let info =
        RowInfo { role: Role::Row, label: &label, selected: picked, expanded: None, level: None };
    let id = Id::unique("latency-row").with((row.device.0, row.request as u8));
    let response = rows::row(ui, look, id, rect, &info);
    let painter = ui.painter();
    if !picked {
        painter.hline(rect.x_range(), rect.max.y - 0.5, (1.0, t.border.gamma_multiply(0.35)));
    }
    let put = |column: usize, value: &str, color: Color32| {
        let font = if column < 2 { fonts::body() } else { fonts::mono() };
        columns.put(painter, rect, column, value, &font, color, Elide::Middle)
    };
    let cut = put(0, &format::one_line(format::short_endpoint(device)), t.text);
    put(1, row.request.label(), look.family(Some(row.request.family())));
    put(2, &format::count(u64::from(row.count)), t.text);
    let color = if row.timeouts > 0 { t.error } else { t.weak };
    put(3, &format::count(u64::from(row.timeouts)), color);
    if row.count > 0 {
        put(4, &time(row.p50_micros), t.text);
        put(5, &time(row.p95_micros), t.text);
        put(6, &time(row.p99_micros), t.text);
        put(7, &time(row.max_micros), t.text);
    }
    let clicked = response.clicked();
    if cut {
        response.on_hover_text(format::one_line(device));
    }
    clicked
}
