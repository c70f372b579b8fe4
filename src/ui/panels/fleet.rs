//! All devices as a table: who is there, who fails. Sorted by trouble at first; a click opens the
//! page of one.

use egui::{Align2, Id, Rect, Role, Ui, vec2};

use super::devices::{filter_ui, presence_mark};
use crate::analysis::Snapshot;
use crate::core::ids::EndpointId;
use crate::core::time::Timestamp;
use crate::ui::command::UiCommand;
use crate::ui::place::Page;
use crate::ui::theme::{Look, fonts, icons, size};
use crate::ui::widgets::keys::{self, Nav};
use crate::ui::widgets::panel_header;
use crate::ui::widgets::rows::{self, RowInfo, Rows};
use crate::ui::widgets::table::{Column, Columns, Sorted};
use crate::ui::widgets::text::{self, Elide};
use crate::view::devices::{DeviceSort, Devices};
use crate::view::format;
use crate::view::presence::{self, Presence};

const COLUMNS: [Column; 10] = [
    Column::words("State", 96.0, 0.0),
    Column::words("Device", 150.0, 0.5),
    Column::words("Model", 80.0, 0.25),
    Column::words("Software", 60.0, 0.25),
    Column::words("Last seen", 68.0, 0.0),
    Column::numbers("Sent", 54.0),
    Column::numbers("Unanswered", 76.0),
    Column::numbers("Failed", 52.0),
    Column::numbers("ø latency", 66.0),
    Column::numbers("Problems", 66.0),
];

/// What a column sorts by.
const SORTS: [Option<DeviceSort>; 10] = [
    Some(DeviceSort::Trouble),
    Some(DeviceSort::Name),
    None,
    None,
    Some(DeviceSort::Seen),
    Some(DeviceSort::Sent),
    Some(DeviceSort::Timeouts),
    Some(DeviceSort::Failed),
    Some(DeviceSort::Latency),
    Some(DeviceSort::Trouble),
];

/// What the table remembers from frame to frame.
#[derive(Default)]
pub struct FleetPanel {
    top: f64,
    filter: String,
    /// The row the keyboard is on.
    at: Option<EndpointId>,
    begun: bool,
}

/// Identity of the list, for focus.
#[must_use]
pub fn list_id() -> Id {
    Id::unique("fleet-table")
}

/// Draws the table.
pub fn show(
    ui: &mut Ui,
    look: Look,
    snapshot: &Snapshot,
    now: Timestamp,
    devices: &mut Devices,
    panel: &mut FleetPanel,
    commands: &mut Vec<UiCommand>,
) {
    if !std::mem::replace(&mut panel.begun, true) {
        devices.set_sort(DeviceSort::Trouble);
    }
    let shown = devices.rows().len();
    let count = match (shown, devices.total()) {
        (shown, total) if shown == total => format::count(total as u64),
        (shown, total) => {
            format!("{} of {}", format::count(shown as u64), format::count(total as u64))
        }
    };
    panel_header::show(ui, look, Page::Devices.icon(), "Devices", &count, |_| {});
    if !filter_ui(ui, look, devices, &mut panel.filter) {
        return;
    }
    let columns = Columns::lay_out(&COLUMNS, ui.available_width() - rows::BAR);
    let by = match devices.sort() {
        DeviceSort::Trouble => Some(9),
        sort => SORTS.iter().position(|&other| other == Some(sort)),
    };
    let sorted =
        Sorted { column: by.unwrap_or(usize::MAX), falling: devices.sort() != DeviceSort::Name };
    if let Some(column) = columns.head(ui, look, list_id(), Some(sorted))
        && let Some(Some(sort)) = SORTS.get(column)
    {
        devices.set_sort(*sort);
        panel.top = 0.0;
    }
    let body = ui.available_rect_before_wrap();
    ui.painter().rect_filled(body, 0.0, look.tokens.canvas);
    let list = Rows {
        id: list_id(),
        name: "All devices",
        role: Role::Table,
        row_height: size::ROW,
        len: devices.rows().len(),
        top: panel.top,
    };
    let mut clicked = None;
    let output = list.show(ui, look, |ui, index, rect| {
        let Some(&device) = devices.rows().get(index) else { return };
        let presence = devices.presence(snapshot, device, now);
        let row = Row { snapshot, now, device, presence, picked: panel.at == Some(device) };
        if row_ui(ui, look, &row, rect, &columns) {
            clicked = Some(device);
        }
    });
    panel.top = output.top;
    devices.hold(output.response.contains_pointer());
    // The page has no other list: its keys work without a click first.
    let mut opened = clicked;
    if let Some(nav) = output.nav.or_else(|| keys::take_if_free(ui)) {
        let current = devices.rows().iter().position(|&d| Some(d) == panel.at);
        if nav == Nav::Enter && current.is_some() {
            opened = panel.at;
        } else if let Some(row) = nav.apply(current, devices.rows().len(), output.visible as usize)
        {
            panel.at = devices.rows().get(row).copied();
            rows::reveal(&mut panel.top, row, output.visible);
        }
    }
    if let Some(device) = opened {
        panel.at = Some(device);
        commands.push(UiCommand::PickDevice(Some(device)));
    }
}

struct Row<'a> {
    snapshot: &'a Snapshot,
    now: Timestamp,
    device: EndpointId,
    presence: Presence,
    picked: bool,
}

fn row_ui(ui: &Ui, look: Look, row: &Row<'_>, rect: Rect, columns: &Columns<10>) -> bool {
    let t = look.tokens;
    let Row { snapshot, now, device, presence, picked } = *row;
    let full = snapshot.endpoint_name(device);
    let stats = snapshot.endpoint(device);
    let traffic = snapshot.endpoint_info(device).map(|info| info.traffic).unwrap_or_default();
    let failed = traffic.failed.saturating_add(traffic.partly_failed);
    let problems = match (traffic.errors, traffic.warnings) {
        (0, 0) => String::new(),
        (errors, 0) => format!("{errors} errors"),
        (0, warnings) => format!("{warnings} warnings"),
        (errors, warnings) => format!("{errors} errors, {warnings} warnings"),
    };
    let mut label = format!("{full}, {}", presence.label());
    if traffic.timeouts > 0 {
        label.push_str(&format!(", {} unanswered", traffic.timeouts));
    }
    if failed > 0 {
        label.push_str(&format!(", {failed} failed"));
    }
    if !problems.is_empty() {
        label.push_str(&format!(", {problems}"));
    }
    let info =
        RowInfo { role: Role::Row, label: &label, selected: picked, expanded: None, level: None };
    let response = rows::row(ui, look, Id::unique("fleet-row").with(device.0), rect, &info);
    let painter = ui.painter();

    let (icon, color) = presence_mark(look, presence);
    let mut state = columns.cell(rect, 0);
    let mark = Rect::from_min_size(state.min, vec2(16.0, rect.height()));
    text::icon(painter, mark, icon, 14.0, color);
    state.min.x = mark.max.x + 5.0;
    let body = fonts::body();
    text::line(painter, state, presence.label(), &body, color, Align2::LEFT_CENTER, Elide::End);
    let name = format::one_line(format::short_endpoint(full));
    let medium = fonts::body_medium();
    columns.put(painter, rect, 1, &name, &medium, t.strong, Elide::Middle);
    let identity = snapshot.identity(device);
    let model = if identity.model.is_empty() { &identity.product_class } else { &identity.model };
    columns.put(painter, rect, 2, &format::one_line(model), &body, t.text, Elide::End);
    columns.put(painter, rect, 3, &format::one_line(&identity.software), &body, t.text, Elide::End);
    let seen = match presence {
        Presence::Unheard => "never".to_owned(),
        _ => format::age(now.nanos_since(stats.last_sent_at)),
    };
    columns.put(painter, rect, 4, &seen, &body, t.weak, Elide::End);
    let mono = fonts::mono();
    let number = |column, value: u32, color| {
        if value > 0 {
            let value = format::count(u64::from(value));
            columns.put(painter, rect, column, &value, &mono, color, Elide::End);
        }
    };
    let sent = format::count(stats.sent);
    columns.put(painter, rect, 5, &sent, &mono, t.text, Elide::End);
    number(6, traffic.timeouts, t.error);
    number(7, failed, t.error);
    if let Some(mean) = snapshot.latency_of(device).mean_nanos() {
        let mean = format::latency(mean);
        columns.put(painter, rect, 8, &mean, &mono, t.text, Elide::End);
    }
    problems_ui(ui, look, columns.cell(rect, 9), traffic.errors, traffic.warnings);
    let clicked = response.clicked();
    if response.hovered() {
        response.on_hover_ui(|ui| {
            ui.monospace(format::one_line(full));
            ui.label(presence::reason(snapshot, device, presence, now));
            if !problems.is_empty() {
                ui.label(format!("{problems}; see its page for what they are"));
            }
        });
    }
    clicked
}

/// Errors and warnings, each with its sign, from the right.
fn problems_ui(ui: &Ui, look: Look, cell: Rect, errors: u32, warnings: u32) {
    let t = look.tokens;
    let painter = ui.painter();
    let mut right = cell.max.x;
    for (count, icon, color) in
        [(warnings, icons::WARNING, t.warn), (errors, icons::ERROR, t.error)]
    {
        if count == 0 {
            continue;
        }
        let value = format::count_short(u64::from(count));
        let width = text::width(painter, &value, &fonts::small()).ceil() + 1.0;
        let at = Rect::from_min_max(
            egui::pos2(right - width, cell.min.y),
            egui::pos2(right, cell.max.y),
        );
        text::line(painter, at, &value, &fonts::small(), t.text, Align2::RIGHT_CENTER, Elide::End);
        let mark =
            Rect::from_min_size(egui::pos2(at.min.x - 15.0, cell.min.y), vec2(14.0, cell.height()));
        text::icon(painter, mark, icon, 13.0, color);
        right = mark.min.x - 5.0;
    }
}
