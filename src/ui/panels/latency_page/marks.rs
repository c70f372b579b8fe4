//! What happened on the time axis: timeouts at the upper edge, restarts below, times without a
//! connection across.

use egui::{Align2, Color32, CursorIcon, Id, Pos2, Rect, Role, Sense, Shape, Ui, WidgetInfo};
use egui::{pos2, vec2};

use super::Scene;
use super::area::Area;
use crate::core::time::Timestamp;
use crate::ui::command::UiCommand;
use crate::ui::theme::{Look, fonts, icons};
use crate::ui::widgets::text;
use crate::view::format;
use crate::view::latency::chart::Chart;

/// Round trips drawn at most.
const TRIPS_DRAWN: usize = 300;

/// A triangle that points down.
fn triangle(at: Pos2, size: f32, color: Color32) -> Shape {
    let points = vec![
        pos2(at.x - size, at.y - size * 0.8),
        pos2(at.x + size, at.y - size * 0.8),
        pos2(at.x, at.y + size),
    ];
    Shape::convex_polygon(points, color, egui::Stroke::NONE)
}

/// The sign for timeouts.
pub fn timeout_sign(ui: &Ui, look: Look, at: Pos2) {
    ui.painter().add(triangle(at, 4.0, look.tokens.error));
}

/// Draws a sign with the number for each column with timeouts.
pub fn timeouts(ui: &Ui, look: Look, chart: &Chart, area: &Area) {
    let color = look.tokens.error;
    let font = fonts::mono_small();
    let painter = ui.painter();
    let mut free_from = f32::MIN;
    let mut sum = 0u64;
    for column in chart.columns.iter().filter(|column| column.timeouts > 0) {
        sum += u64::from(column.timeouts);
        let (left, right) = area.column(column.from);
        let at = pos2(f32::midpoint(left, right), area.timeouts.center().y);
        if at.x < free_from - 14.0 {
            // Too close for a sign of its own: a tick says that there is something.
            painter.vline(at.x, area.main.min.y..=area.main.min.y + 5.0, (1.0, color));
            continue;
        }
        timeout_sign(ui, look, at);
        painter.vline(at.x, area.main.min.y..=area.main.min.y + 5.0, (1.0, color));
        let label = format::count_short(u64::from(column.timeouts));
        let width = text::width(painter, &label, &font);
        painter.text(pos2(at.x + 6.0, at.y), Align2::LEFT_CENTER, label, font.clone(), color);
        free_from = at.x + 8.0 + width + 16.0;
    }
    if sum > 0 {
        let response = ui.interact(area.timeouts, Id::unique("latency-timeouts"), Sense::HOVER);
        let plural = if sum == 1 { "request" } else { "requests" };
        let label = format!("Timeouts on view: {} {plural}", format::count(sum));
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &label));
        response.on_hover_text(format!(
            "{label}\nA mark stands where the request was sent; its number counts the requests \
             of that column that got no answer in time."
        ));
    }
}

/// Draws restarts: those of a picked device each, else how many.
pub fn restarts(
    ui: &Ui,
    scene: &Scene<'_>,
    chart: &Chart,
    area: &Area,
    commands: &mut Vec<UiCommand>,
) {
    let t = scene.look.tokens;
    let markers = &chart.markers;
    for (n, mark) in markers.marks.iter().enumerate() {
        let x = area.x(mark.at);
        let (icon, color) =
            if mark.booted { (icons::RETRY, t.warn) } else { (icons::LINK, t.info) };
        let line = [pos2(x, area.main.min.y), pos2(x, area.restarts.min.y)];
        let stroke = egui::Stroke::new(1.0, color.gamma_multiply(0.8));
        ui.painter().extend(Shape::dashed_line(&line, stroke, 4.0, 3.0));
        let at = Rect::from_center_size(pos2(x, area.restarts.center().y), vec2(15.0, 15.0));
        text::icon(ui.painter(), at, icon, 13.0, color);
        let label = format!("{} at {}", mark.words(), scene.clockface.time(mark.at));
        let response = ui.interact(at, Id::unique("latency-restart").with(n), Sense::click());
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &label));
        if response.has_focus() {
            let stroke = egui::Stroke::new(1.0, t.accent);
            ui.painter().rect_stroke(at, 3.0, stroke, egui::StrokeKind::Outside);
        }
        if let Some(seq) = mark.message
            && response.clicked()
        {
            commands.push(UiCommand::GoToMessage(seq));
        }
        response
            .on_hover_cursor(CursorIcon::PointingHand)
            .on_hover_text(format!("{label}\nClick to see the message"));
    }
    if markers.most == 0 {
        return;
    }
    let most = markers.most as f32;
    let row = area.restarts.shrink2(vec2(0.0, 2.0));
    for (n, density) in markers.density.iter().enumerate() {
        let all = density.reboots + density.reconnects;
        if all == 0 {
            continue;
        }
        let from = area.grid.range.from.0.saturating_add(n as i64 * area.grid.width);
        let (left, right) = area.column(Timestamp(from));
        let right = right.max(left + 2.0);
        // Never so low that it can't be seen.
        let height = |n: u32| (row.height() * n as f32 / most).max(if n > 0 { 3.0 } else { 0.0 });
        let top = row.max.y - height(all).min(row.height());
        let split = (row.max.y - height(density.reboots)).max(top);
        let bar = |top: f32, bottom: f32| {
            Rect::from_min_max(pos2(left + 0.5, top), pos2(right - 0.5, bottom))
        };
        ui.painter().rect_filled(bar(split, row.max.y), 0.0, t.warn);
        let reconnects = bar(top, split);
        if reconnects.height() > 1.0 {
            let stroke = egui::Stroke::new(1.0, t.info);
            ui.painter().rect_stroke(reconnects, 0.0, stroke, egui::StrokeKind::Inside);
        }
    }
    let response = ui.interact(area.restarts, Id::unique("latency-restarts"), Sense::HOVER);
    let label = format!("Restarts on view: {}", markers.total.words());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &label));
    response.on_hover_text(format!(
        "{label}\nFilled: reboots. Outlined: reconnects without a Disconnect.\n\
         Pick a device to see its own with their Cause."
    ));
}

/// Draws times in which this app had no connection: what happened then was not seen.
pub fn outages(ui: &Ui, scene: &Scene<'_>, area: &Area) {
    let t = scene.look.tokens;
    for (n, outage) in scene.broker.outages(area.grid.range).enumerate() {
        let end = outage.to.unwrap_or(area.grid.range.to);
        let left = area.x(outage.from).max(area.main.min.x);
        let right = area.x(end).clamp(left + 2.0, area.main.max.x.max(left + 2.0));
        let rect = Rect::from_min_max(pos2(left, area.main.min.y), pos2(right, area.main.max.y));
        ui.painter().rect_filled(rect, 0.0, t.error.gamma_multiply(0.13));
        for x in [left, right] {
            ui.painter().vline(x, area.main.y_range(), (1.0, t.error.gamma_multiply(0.6)));
        }
        let icon =
            Rect::from_center_size(pos2(left + 10.0, area.main.max.y - 10.0), vec2(16.0, 16.0));
        text::icon(ui.painter(), icon, icons::PLUGS, 14.0, t.error);
        let time = |at| scene.clockface.time(at);
        let label = match outage.to {
            Some(to) => format!("No connection {} – {}", time(outage.from), time(to)),
            None => format!("No connection since {}", time(outage.from)),
        };
        let response = ui.interact(icon, Id::unique("latency-outage").with(n), Sense::HOVER);
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &label));
        response.on_hover_text(format!(
            "{label}\n{}\nWhat devices did meanwhile was not seen.",
            outage.why
        ));
    }
}

/// Draws round trips to the broker as a dashed line of their own.
pub fn round_trips(ui: &Ui, scene: &Scene<'_>, area: &Area) {
    let color = trip_color(scene.look);
    let place = |trip: &crate::mqtt::link::RoundTrip| pos2(area.x(trip.at), area.y(trip.nanos));
    let count = scene.broker.trips(area.grid.range).count();
    let every = (count / TRIPS_DRAWN + 1).max(1);
    let line: Vec<Pos2> = scene.broker.trips(area.grid.range).step_by(every).map(place).collect();
    let painter = ui.painter().with_clip_rect(area.main.expand2(vec2(0.0, 2.0)));
    if count < TRIPS_DRAWN {
        for at in &line {
            painter.add(trip_sign(*at, color));
        }
    }
    painter.extend(Shape::dashed_line(&line, egui::Stroke::new(1.0, color), 3.0, 3.0));
}

/// The sign of a round trip.
pub fn trip_sign(at: Pos2, color: Color32) -> Shape {
    let diamond = [(0.0, -3.0), (3.0, 0.0), (0.0, 3.0), (-3.0, 0.0)];
    let corners = diamond.map(|(x, y)| pos2(at.x + x, at.y + y)).to_vec();
    Shape::convex_polygon(corners, color, egui::Stroke::NONE)
}

/// Colour of round trips to the broker.
#[must_use]
pub fn trip_color(look: Look) -> Color32 {
    look.tokens.series[7]
}
