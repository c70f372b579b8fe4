//! Grid lines of the latency plot with their times of day and response times.

use egui::{Align2, Painter, pos2};

use super::area::Area;
use crate::core::time::Timestamp;
use crate::ui::theme::{Look, fonts};
use crate::view::format::Clockface;
use crate::view::latency::ticks::{levels, step_secs, time_label};

/// Draws lines and labels.
pub fn draw(painter: &Painter, look: Look, clockface: &Clockface, area: &Area) {
    let t = look.tokens;
    let faint = t.border.gamma_multiply(0.55);
    for (nanos, label) in levels(area.scale, area.main.height()) {
        let y = area.y(nanos);
        let color = if label.is_some() { t.border.gamma_multiply(0.9) } else { faint };
        painter.hline(area.main.x_range(), y, (1.0, color));
        if let Some(label) = label {
            let at = pos2(area.labels.max.x - 6.0, y.clamp(area.main.min.y + 5.0, area.main.max.y));
            painter.text(at, Align2::RIGHT_CENTER, label, fonts::small(), t.weak);
        }
    }
    let range = area.grid.range;
    let step = step_secs(range.nanos(), area.main.width()) * 1_000_000_000;
    let first = range.from.0.div_euclid(step) * step;
    let mut at = if first < range.from.0 { first.saturating_add(step) } else { first };
    while at < range.to.0 {
        let x = area.x(Timestamp(at));
        painter.vline(x, area.main.y_range(), (1.0, faint));
        let label = time_label(clockface, Timestamp(at), step, range.nanos());
        let place = pos2(x.max(area.main.min.x + 20.0), area.times.center().y);
        if x < area.main.max.x - 16.0 {
            painter.text(place, Align2::CENTER_CENTER, label, fonts::small(), t.weak);
        }
        at = at.saturating_add(step);
    }
    painter.hline(area.main.x_range(), area.main.max.y, (1.0, t.border));
}
