//! Where things are on the latency plot.

use egui::{Rect, pos2, vec2};

use crate::core::time::Timestamp;
use crate::view::latency::brush::Grid;
use crate::view::latency::chart::Chart;
use crate::view::latency::heat::Scale;

/// Width of the labels at the left, points.
const LABELS: f32 = 54.0;

/// Height of the row with timeouts above the plot.
const TIMEOUTS: f32 = 17.0;

/// Height of the row with restarts below it.
const RESTARTS: f32 = 17.0;

/// Height of the times of day below that.
const TIMES: f32 = 19.0;

/// The parts of the plot.
#[derive(Clone, Copy)]
pub struct Area {
    /// Where response times are drawn.
    pub main: Rect,
    /// Above it.
    pub timeouts: Rect,
    /// Below it.
    pub restarts: Rect,
    /// Below that.
    pub times: Rect,
    /// At its left.
    pub labels: Rect,
    /// Time shown, and its columns.
    pub grid: Grid,
    /// Scale of response times.
    pub scale: Scale,
}

impl Area {
    /// The parts of a plot at `rect`.
    #[must_use]
    pub fn new(rect: Rect, chart: &Chart) -> Self {
        let left = rect.min.x + LABELS;
        let right = rect.max.x - 4.0;
        let (top, bottom) = (rect.min.y + TIMEOUTS, rect.max.y - RESTARTS - TIMES);
        let main = Rect::from_min_max(pos2(left, top), pos2(right, bottom.max(top + 20.0)));
        let row =
            |y: f32, height: f32| Rect::from_min_size(pos2(left, y), vec2(main.width(), height));
        Self {
            main,
            timeouts: row(rect.min.y, TIMEOUTS),
            restarts: row(main.max.y, RESTARTS),
            times: row(main.max.y + RESTARTS, TIMES),
            labels: Rect::from_min_max(pos2(rect.min.x, top), pos2(left, main.max.y)),
            grid: chart.grid,
            scale: chart.scale,
        }
    }

    /// Where a moment is.
    #[must_use]
    pub fn x(&self, at: Timestamp) -> f32 {
        let part = at.nanos_since(self.grid.range.from) as f64 / self.grid.range.nanos() as f64;
        self.main.min.x + part as f32 * self.main.width()
    }

    /// The moment at a place.
    #[must_use]
    pub fn at(&self, x: f32) -> Timestamp {
        let part = f64::from((x - self.main.min.x) / self.main.width().max(1.0));
        let nanos = (part.clamp(-1.0, 2.0) * self.grid.range.nanos() as f64) as i64;
        Timestamp(self.grid.range.from.0.saturating_add(nanos))
    }

    /// Left and right edge of the column that begins at `from`.
    #[must_use]
    pub fn column(&self, from: Timestamp) -> (f32, f32) {
        (self.x(from), self.x(Timestamp(from.0.saturating_add(self.grid.width))))
    }

    /// Where a response time is.
    #[must_use]
    pub fn y(&self, nanos: i64) -> f32 {
        self.main.max.y - self.scale.part(nanos) as f32 * self.main.height()
    }
}
