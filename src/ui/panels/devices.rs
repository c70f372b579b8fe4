//! The device list: one card of two lines per Agent.

use egui::{Align2, Id, Rect, Role, Ui, pos2, vec2};

use super::topics::filter_row;
use crate::analysis::Snapshot;
use crate::core::ids::EndpointId;
use crate::core::time::Timestamp;
use crate::ui::command::UiCommand;
use crate::ui::theme::{Look, fonts, icons};
use crate::ui::widgets::controls;
use crate::ui::widgets::panel_header;
use crate::ui::widgets::rows::{self, RowInfo, Rows};
use crate::ui::widgets::text::{self, Elide};
use crate::view::devices::{DeviceSort, Devices};
use crate::view::format;
use crate::view::presence::{self, Presence};

/// Height of a device, points.
const ROW: f32 = 40.0;

/// What the panel remembers from frame to frame.
#[derive(Default)]
pub struct DevicesPanel {
    top: f64,
    filter: String,
}

/// Draws the panel; `now` is the time ages are counted from.
#[expect(clippy::too_many_arguments, reason = "one panel, drawn in one place")]
pub fn show(
    ui: &mut Ui,
    look: Look,
    snapshot: &Snapshot,
    now: Timestamp,
    devices: &mut Devices,
    panel: &mut DevicesPanel,
    picked: Option<EndpointId>,
    commands: &mut Vec<UiCommand>,
) {
    let total = format::count(devices.total() as u64);
    panel_header::show(ui, look, icons::DEVICE, "Devices", &total, |ui| {
        sort_menu(ui, look, devices);
    });
    if !filter_ui(ui, look, devices, &mut panel.filter) {
        return;
    }

    let id = Id::unique("device-list");
    let list = Rows {
        id,
        name: "Device list",
        role: Role::List,
        row_height: ROW,
        len: devices.rows().len(),
        top: panel.top,
    };
    let mut clicked = None;
    let output = list.show(ui, look, |ui, index, rect| {
        let Some(&device) = devices.rows().get(index) else { return };
        let presence = devices.presence(snapshot, device, now);
        if row_ui(ui, look, snapshot, now, device, presence, rect, picked == Some(device)) {
            clicked = Some(device);
        }
    });
    panel.top = output.top;
    devices.hold(output.response.contains_pointer());
    if let Some(device) = clicked {
        rows::focus(ui, id);
        commands.push(UiCommand::PickDevice((picked != Some(device)).then_some(device)));
    }
    if let Some(nav) = output.nav {
        let current = devices.rows().iter().position(|&d| Some(d) == picked);
        let target = nav.apply(current, devices.rows().len(), output.visible as usize);
        if let Some(row) = target
            && let Some(&device) = devices.rows().get(row)
        {
            commands.push(UiCommand::PickDevice(Some(device)));
            rows::reveal(&mut panel.top, row, output.visible);
        }
    }
}

/// Draws the filter, and why nothing is listed if nothing is. True if something is.
pub fn filter_ui(ui: &mut Ui, look: Look, devices: &mut Devices, filter: &mut String) -> bool {
    filter_row(ui, look, filter, "Filter devices");
    devices.set_filter(filter);
    if devices.rows().is_empty() {
        let text = if filter.is_empty() {
            "Devices appear here once an Agent speaks or is spoken to"
        } else {
            "No device's Endpoint ID contains this"
        };
        rows::nothing(ui, look, text);
        return false;
    }
    true
}

fn sort_menu(ui: &mut Ui, look: Look, devices: &mut Devices) {
    let name = format!("Sort devices by {}", devices.sort().label().to_lowercase());
    let button = controls::icon_button(ui, look, icons::SORT, &name);
    egui::Popup::menu(&button).show(|ui| {
        for sort in DeviceSort::ALL {
            if ui.radio(devices.sort() == sort, sort.label()).clicked() {
                devices.set_sort(sort);
                ui.close();
            }
        }
    });
}

/// Shape and colour of a presence; the shape alone tells them apart.
#[must_use]
pub fn presence_mark(look: Look, presence: Presence) -> (&'static str, egui::Color32) {
    let t = look.tokens;
    match presence {
        Presence::Online { .. } => (icons::CHECK, t.ok),
        Presence::Restarted { .. } => (icons::RETRY, t.warn),
        Presence::Stale { .. } => (icons::CLOCK, t.warn),
        Presence::Offline(_) => (icons::FAILED, t.error),
        Presence::Unheard => (icons::CIRCLE_DASHED, t.weak),
    }
}

#[expect(clippy::too_many_arguments, reason = "one row, drawn in one place")]
fn row_ui(
    ui: &Ui,
    look: Look,
    snapshot: &Snapshot,
    now: Timestamp,
    device: EndpointId,
    presence: Presence,
    rect: Rect,
    picked: bool,
) -> bool {
    let t = look.tokens;
    let id_text = snapshot.endpoint_name(device);
    let stats = snapshot.endpoint(device);
    let label = format!("{id_text}, {}", presence.label());
    let info = RowInfo {
        role: Role::ListItem,
        label: &label,
        selected: picked,
        expanded: None,
        level: None,
    };
    let response = rows::row(ui, look, Id::unique("device").with(device.0), rect, &info);
    let painter = ui.painter();
    painter.hline(rect.x_range(), rect.max.y - 0.5, (1.0, t.border.gamma_multiply(0.5)));

    let (icon, color) = presence_mark(look, presence);
    let mark = Rect::from_min_size(pos2(rect.min.x + 9.0, rect.min.y + 3.0), vec2(18.0, 18.0));
    text::icon(painter, mark, icon, 15.0, color);

    let age = match presence {
        Presence::Unheard => String::new(),
        _ => format::age(now.nanos_since(stats.last_sent_at)),
    };
    let small = fonts::small();
    let age_width = text::width(painter, &age, &small).ceil();
    let first = |x0: f32, x1: f32| {
        Rect::from_min_max(pos2(x0, rect.min.y + 3.0), pos2(x1, rect.min.y + 21.0))
    };
    let right = rect.max.x - 9.0;
    text::line(
        painter,
        first(right - age_width - 1.0, right + 1.0),
        &age,
        &small,
        t.weak,
        Align2::RIGHT_CENTER,
        Elide::End,
    );
    let name = format::one_line(format::short_endpoint(id_text));
    let name_rect = first(mark.max.x + 5.0, right - age_width - 8.0);
    let name_color = if picked { t.strong } else { t.text };
    text::line(
        painter,
        name_rect,
        &name,
        &fonts::body_medium(),
        name_color,
        Align2::LEFT_CENTER,
        Elide::Middle,
    );

    let second = |x0: f32, x1: f32| {
        Rect::from_min_max(pos2(x0, rect.min.y + 20.0), pos2(x1, rect.min.y + 36.0))
    };
    let mut x = mark.max.x + 5.0;
    let mut piece = |text_: &str, color| {
        let width = text::width(painter, text_, &small).ceil() + 1.0;
        text::line(
            painter,
            second(x, (x + width).min(right)),
            text_,
            &small,
            color,
            Align2::LEFT_CENTER,
            Elide::End,
        );
        x += width;
    };
    piece(&format!("{} sent", format::count_short(stats.sent)), t.weak);
    if let Some(mean) = snapshot.latency_of(device).mean_nanos() {
        piece(&format!(" · ø {}", format::latency(mean)), t.weak);
    }
    let bad = u64::from(stats.errors) + u64::from(stats.malformed);
    if bad > 0 {
        piece(&format!(" · {} bad", format::count_short(bad)), t.error);
    }

    let clicked = response.clicked();
    if response.hovered() {
        response.on_hover_ui(|ui| tooltip_ui(ui, look, snapshot, device, presence, now));
    }
    clicked
}

fn tooltip_ui(
    ui: &mut Ui,
    look: Look,
    snapshot: &Snapshot,
    device: EndpointId,
    presence: Presence,
    now: Timestamp,
) {
    let stats = snapshot.endpoint(device);
    ui.monospace(format::one_line(snapshot.endpoint_name(device)));
    let (icon, color) = presence_mark(look, presence);
    ui.horizontal(|ui| {
        ui.label(egui::RichText::new(icon).font(fonts::icon(14.0)).color(color));
        ui.colored_label(color, presence.label());
        ui.weak(presence::reason(snapshot, device, presence, now));
    });
    egui::Grid::new("device-tooltip").num_columns(2).spacing([16.0, 2.0]).show(ui, |ui| {
        let mut fact = |name: &str, value: String| {
            ui.weak(name);
            ui.label(value);
            ui.end_row();
        };
        fact("Sent", format::count(stats.sent));
        fact("Received", format::count(stats.received));
        fact("Errors", format::count(u64::from(stats.errors)));
        fact("Malformed", format::count(u64::from(stats.malformed)));
        let latency = snapshot.latency_of(device);
        if let Some(mean) = latency.mean_nanos() {
            fact("Mean latency", format::latency(mean));
            fact("Last latency", format::latency(latency.last_nanos));
            fact("Slowest", format::latency(latency.max_nanos));
        }
        fact("Answers measured", format::count(latency.count));
        fact("Unanswered", format::count(latency.unanswered));
        fact("Connects / disconnects", format!("{} / {}", stats.connects, stats.disconnects));
        let info = snapshot.endpoint_info(device);
        if let Some(reach) = info.and_then(|info| info.reach()) {
            let topic = format::one_line(&reach.topic);
            fact("Reached on", format!("{topic} ({})", reach.source.label()));
        }
        if let Some(id) = snapshot.client_id(device) {
            fact("Client id", format::one_line(id).into_owned());
        }
        let identity = snapshot.identity(device);
        for (name, value) in [
            ("Manufacturer", &identity.manufacturer),
            ("Model", &identity.model),
            ("Serial number", &identity.serial),
            ("Software", &identity.software),
        ] {
            if !value.is_empty() {
                fact(name, format::one_line(value).into_owned());
            }
        }
        if let Some(restarts) = info.map(|info| info.restarts()).filter(|&n| n > 0) {
            fact("Restarts seen", format::count(u64::from(restarts)));
        }
    });
}
