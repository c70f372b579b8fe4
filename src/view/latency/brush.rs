//! Choosing a stretch of time on the plot, with mouse or keyboard, in whole columns: then what
//! is counted for it is exact.

use crate::core::time::Timestamp;
use crate::view::state::TimeRange;

/// The columns of a plot.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Grid {
    /// What the plot shows, in whole columns.
    pub range: TimeRange,
    /// Width of a column, nanoseconds; more than 0.
    pub width: i64,
}

impl Grid {
    /// Start of the column a moment lies in, or of the nearest on view.
    #[must_use]
    pub fn column(&self, at: Timestamp) -> Timestamp {
        let newest = self.range.to.0.saturating_sub(self.width);
        let at = at.0.clamp(self.range.from.0, newest.max(self.range.from.0));
        Timestamp(at.div_euclid(self.width) * self.width)
    }

    /// Both columns and all between.
    #[must_use]
    pub fn between(&self, a: Timestamp, b: Timestamp) -> TimeRange {
        let (a, b) = (self.column(a), self.column(b));
        TimeRange { from: a.min(b), to: Timestamp(a.max(b).0.saturating_add(self.width)) }
    }
}

/// See the module text.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Brush {
    /// The column the keyboard is at.
    cursor: Option<Timestamp>,
    /// Where the stretch that is being chosen began.
    anchor: Option<Timestamp>,
}

impl Brush {
    /// The column the keyboard is at.
    #[must_use]
    pub fn cursor(&self) -> Option<Timestamp> {
        self.cursor
    }

    /// True if there is something to give up.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.cursor.is_some()
    }

    /// What is being chosen.
    #[must_use]
    pub fn pending(&self, grid: Grid) -> Option<TimeRange> {
        Some(grid.between(self.anchor?, self.cursor?))
    }

    /// Moves by so many columns; the stretch goes with it if `extend`, else it is given up.
    /// Starts at the newest column.
    pub fn step(&mut self, grid: Grid, columns: i64, extend: bool) {
        let newest = grid.column(Timestamp(i64::MAX));
        let at = match self.cursor {
            Some(at) => Timestamp(at.0.saturating_add(columns.saturating_mul(grid.width))),
            None if columns > 0 => grid.range.from,
            None => newest,
        };
        self.go(grid, at, extend);
    }

    /// Goes to a moment.
    pub fn go(&mut self, grid: Grid, at: Timestamp, extend: bool) {
        let before = self.cursor;
        let at = grid.column(at);
        self.cursor = Some(at);
        self.anchor = if extend { self.anchor.or(before).or(Some(at)) } else { None };
    }

    /// Chooses what a drag covers, `from` where it began.
    pub fn drag(&mut self, grid: Grid, from: Timestamp, to: Timestamp) {
        self.anchor = Some(grid.column(from));
        self.cursor = Some(grid.column(to));
    }

    /// What was chosen: the stretch, or the column the keyboard is at. Nothing is being chosen
    /// after that.
    pub fn take(&mut self, grid: Grid) -> Option<TimeRange> {
        let cursor = self.cursor?;
        let range = self.pending(grid).unwrap_or_else(|| grid.between(cursor, cursor));
        *self = Self::default();
        Some(range)
    }

    /// Gives up what is being chosen. True if there was something.
    pub fn clear(&mut self) -> bool {
        let was = self.is_active();
        *self = Self::default();
        was
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid() -> Grid {
        Grid { range: TimeRange { from: Timestamp(100), to: Timestamp(200) }, width: 10 }
    }

    fn range(from: i64, to: i64) -> TimeRange {
        TimeRange { from: Timestamp(from), to: Timestamp(to) }
    }

    #[test]
    fn a_drag_takes_whole_columns_either_way() {
        let mut brush = Brush::default();
        brush.drag(grid(), Timestamp(137), Timestamp(112));
        assert_eq!(brush.pending(grid()), Some(range(110, 140)));
        brush.drag(grid(), Timestamp(137), Timestamp(900));
        assert_eq!(brush.pending(grid()), Some(range(130, 200)));
        assert_eq!(brush.take(grid()), Some(range(130, 200)));
        assert_eq!(brush.take(grid()), None);
    }

    #[test]
    fn keys_move_and_extend_within_the_plot() {
        let mut brush = Brush::default();
        brush.step(grid(), -1, false);
        assert_eq!(brush.cursor(), Some(Timestamp(190)));
        brush.step(grid(), 5, false);
        assert_eq!((brush.cursor(), brush.pending(grid())), (Some(Timestamp(190)), None));
        brush.step(grid(), -2, true);
        brush.step(grid(), -1, true);
        assert_eq!(brush.pending(grid()), Some(range(160, 200)));
        brush.step(grid(), -99, true);
        assert_eq!(brush.pending(grid()), Some(range(100, 200)));
        brush.step(grid(), 1, false);
        assert_eq!(brush.take(grid()), Some(range(110, 120)));
        brush.step(grid(), 1, true);
        assert_eq!(brush.pending(grid()), Some(range(100, 110)));
        assert!(brush.clear() && !brush.clear());
    }
}
