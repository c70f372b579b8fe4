//! Percentiles as bands: the median as a line, up to the 95th and the 99th percentile filled, the
//! longest as a thin line. Where nothing was answered there is a gap.

use egui::{Color32, Mesh, Painter, Pos2, Shape, Stroke, pos2};

use super::area::Area;
use crate::ui::theme::Look;
use crate::view::latency::chart::{Chart, Column};

/// How much of the colour the bands have: up to p95, up to p99.
pub const OPACITY: [f32; 2] = [0.42, 0.2];

/// Colour of percentiles.
#[must_use]
pub fn color(look: Look) -> Color32 {
    look.tokens.series[0]
}

/// Colour of the longest.
#[must_use]
pub fn max_color(look: Look) -> Color32 {
    look.tokens.weak
}

/// Draws them.
pub fn draw(painter: &Painter, look: Look, chart: &Chart, area: &Area) {
    let color = color(look);
    for run in runs(chart) {
        let line = |value: fn(&Column) -> i64| line_of(run, area, value);
        let p50 = line(|column| column.percentiles[0]);
        let p95 = line(|column| column.percentiles[1]);
        let p99 = line(|column| column.percentiles[2]);
        painter.add(band(&p95, &p99, color.gamma_multiply(OPACITY[1])));
        painter.add(band(&p50, &p95, color.gamma_multiply(OPACITY[0])));
        let max = line(|column| column.max);
        painter.add(Shape::line(max, Stroke::new(1.0, max_color(look))));
        painter.add(Shape::line(p50, Stroke::new(1.8, color)));
    }
}

/// Stretches of columns with answers and without a gap.
fn runs(chart: &Chart) -> impl Iterator<Item = &[Column]> {
    let width = chart.grid.width;
    let joined = move |a: &Column, b: &Column| {
        (a.count > 0) == (b.count > 0) && b.from.nanos_since(a.from) == width
    };
    let runs = chart.columns.chunk_by(joined);
    runs.filter(|run| run.first().is_some_and(|column| column.count > 0))
}

/// Through the middles of the columns, level in the outer halves of the first and the last.
fn line_of(run: &[Column], area: &Area, value: fn(&Column) -> i64) -> Vec<Pos2> {
    let mut line = Vec::with_capacity(run.len() + 2);
    for (n, column) in run.iter().enumerate() {
        let (left, right) = area.column(column.from);
        let y = area.y(value(column));
        if n == 0 {
            line.push(pos2(left, y));
        }
        line.push(pos2(f32::midpoint(left, right), y));
        if n + 1 == run.len() {
            line.push(pos2(right, y));
        }
    }
    line
}

/// What lies between two lines with the same places.
fn band(low: &[Pos2], high: &[Pos2], color: Color32) -> Mesh {
    let mut mesh = Mesh::default();
    for (n, (low, high)) in low.iter().zip(high).enumerate() {
        mesh.colored_vertex(*low, color);
        mesh.colored_vertex(*high, color);
        let at = n as u32 * 2;
        if n > 0 {
            mesh.add_triangle(at - 2, at - 1, at);
            mesh.add_triangle(at - 1, at, at + 1);
        }
    }
    mesh
}
