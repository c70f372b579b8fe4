//! The exact figures of what the pointer or the keyboard is at.

use egui::{Grid, RichText, Ui};

use super::Scene;
use crate::core::time::Timestamp;
use crate::ui::theme::fonts;
use crate::view::format;
use crate::view::latency::chart::Chart;
use crate::view::latency::scatter::Point;
use crate::view::state::TimeRange;

/// A column, in one sentence: for people who can't see the plot.
#[must_use]
pub fn sentence(scene: &Scene<'_>, chart: &Chart, at: Timestamp) -> String {
    let time = scene.clockface.time(at);
    let Some(column) = chart.column_at(at) else { return format!("{time}: no answer") };
    let [p50, p95, p99] = column.percentiles.map(format::latency);
    let mut text = format!("{time}: {}", format::counted(column.count, "answer"));
    if column.count > 0 {
        let max = format::latency(column.max);
        text.push_str(&format!(", p50 {p50}, p95 {p95}, p99 {p99}, max {max}"));
    }
    if column.timeouts > 0 {
        text.push_str(&format!(", {}", format::counted(column.timeouts.into(), "timeout")));
    }
    text
}

/// The figures of a column; `picking` is the time being picked.
pub fn column(
    ui: &mut Ui,
    scene: &Scene<'_>,
    chart: &Chart,
    at: Timestamp,
    picking: Option<TimeRange>,
    hint: &str,
) {
    let t = scene.look.tokens;
    ui.set_max_width(260.0);
    let range = TimeRange { from: at, to: Timestamp(at.0.saturating_add(chart.grid.width)) };
    let title = RichText::new(range.label(scene.clockface)).font(fonts::body_medium());
    ui.label(title.color(t.strong));
    let found = chart.column_at(at);
    Grid::new("latency-readout").num_columns(2).spacing([14.0, 2.0]).show(ui, |ui| {
        let mut fact = |name: &str, value: String| {
            ui.label(RichText::new(name).color(t.weak));
            ui.label(RichText::new(value).font(fonts::mono()).color(t.text));
            ui.end_row();
        };
        fact("Answers", format::count(found.map_or(0, |column| column.count)));
        if let Some(column) = found.filter(|column| column.count > 0) {
            for (name, nanos) in ["p50", "p95", "p99"].into_iter().zip(column.percentiles) {
                fact(name, format::latency(nanos));
            }
            fact("Max", format::latency(column.max));
        }
        let timeouts = found.map_or(0, |column| column.timeouts);
        fact("Timeouts", format::count(u64::from(timeouts)));
        let trip = scene.broker.trips(range).find(|trip| range.contains(trip.at));
        if let Some(trip) = trip {
            fact("Broker round trip", format::latency(trip.nanos));
        }
        if let Some(picking) = picking {
            fact("Picking", picking.label(scene.clockface));
        }
    });
    let markers = &chart.markers;
    for mark in markers.marks.iter().filter(|mark| range.contains(mark.at)).take(4) {
        ui.label(RichText::new(mark.words()).color(t.warn));
    }
    let place = at.nanos_since(chart.grid.range.from) / chart.grid.width;
    let density = usize::try_from(place).ok().and_then(|place| markers.density.get(place));
    if let Some(words) = density.map(|density| density.words()).filter(|words| !words.is_empty()) {
        ui.label(RichText::new(words).color(t.warn));
    }
    ui.label(RichText::new(hint).font(fonts::small()).color(t.weak));
}

/// A cell of the heat map.
pub fn cell(ui: &mut Ui, scene: &Scene<'_>, nanos: (i64, i64), count: f32) {
    let (low, high) = (format::latency(nanos.0), format::latency(nanos.1));
    let count = count.round() as u64;
    let plural = if count == 1 { "" } else { "s" };
    let text = format!("{low} – {high}: about {} answer{plural}", format::count(count));
    ui.label(RichText::new(text).color(scene.look.tokens.strong));
}

/// One answer.
pub fn point(ui: &mut Ui, scene: &Scene<'_>, point: &Point) {
    let sample = &point.sample;
    let value = RichText::new(format::latency(sample.nanos)).font(fonts::body_medium());
    ui.label(value.color(scene.look.tokens.strong));
    let time = scene.clockface.time_millis(sample.at);
    ui.label(format!("{} · {time}", sample.request.label()));
    ui.monospace(format::one_line(scene.snapshot.endpoint_name(sample.device)));
    ui.weak("Click to inspect the answer");
}
