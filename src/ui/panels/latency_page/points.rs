//! Each answer as a point, coloured by device.

use egui::{Color32, Painter, Pos2, pos2};

use super::area::Area;
use crate::core::ids::EndpointId;
use crate::ui::theme::Look;
use crate::view::latency::scatter::{Drawing, Point};
use crate::view::state::Selection;

/// How near the pointer has to be to a point, points of the screen.
const REACH: f32 = 12.0;

/// Colour of a device, or of those without one of their own.
#[must_use]
pub fn color(look: Look, colour: usize) -> Color32 {
    look.tokens.series.get(colour).copied().unwrap_or(look.tokens.weak)
}

fn place(area: &Area, point: &Point) -> Pos2 {
    pos2(area.x(point.sample.at), area.y(point.sample.nanos))
}

/// Draws them.
pub fn draw(painter: &Painter, look: Look, drawing: &Drawing, area: &Area, selection: &Selection) {
    for series in &drawing.series {
        let stands_out = selection.device.is_none() || series.device == selection.device;
        let color = color(look, series.colour);
        let (radius, color) =
            if stands_out { (2.4, color) } else { (1.6, color.gamma_multiply(0.35)) };
        for point in &series.points {
            painter.circle_filled(place(area, point), radius, color);
            if selection.message == Some(point.sample.answer) {
                painter.circle_stroke(place(area, point), 6.0, (1.5, look.tokens.strong));
            }
        }
    }
}

/// The point nearest to the pointer, if one is near.
#[must_use]
pub fn near<'d>(drawing: &'d Drawing, area: &Area, pointer: Pos2) -> Option<(Pos2, &'d Point)> {
    let points = drawing.series.iter().flat_map(|series| &series.points);
    let placed = points.map(|point| (place(area, point), point));
    let near = placed.filter(|(at, _)| at.distance(pointer) < REACH);
    near.min_by(|a, b| a.0.distance(pointer).total_cmp(&b.0.distance(pointer)))
}

/// Devices with a colour, and whether there are others.
#[must_use]
pub fn devices(drawing: &Drawing) -> (Vec<(EndpointId, usize)>, bool) {
    let series = drawing.series.iter();
    let coloured = series.clone().filter_map(|series| Some((series.device?, series.colour)));
    (coloured.collect(), series.clone().any(|series| series.device.is_none()))
}
