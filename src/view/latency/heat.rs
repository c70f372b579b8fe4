//! A heat map of response times: time × response time, each cell with its number of answers; and
//! the same for one column, a histogram beside it.

use super::bins::{Histogram, bin_start};

/// Shortest time told apart on a logarithmic scale, milliseconds.
pub const LOG_FLOOR_MS: f64 = 0.1;

/// The scale of response times: milliseconds, or their decimal logarithm.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Scale {
    /// Logarithmic.
    pub log: bool,
    /// Ends, in the scale.
    pub y: (f64, f64),
}

impl Scale {
    /// A time in nanoseconds on the scale.
    #[must_use]
    pub fn at(&self, nanos: i64) -> f64 {
        let ms = nanos as f64 / 1e6;
        if self.log { ms.max(LOG_FLOOR_MS).log10() } else { ms }
    }

    /// The part of the scale's length below a time, 0 to 1.
    #[must_use]
    pub fn part(&self, nanos: i64) -> f64 {
        ((self.at(nanos) - self.y.0) / (self.y.1 - self.y.0).max(f64::MIN_POSITIVE)).clamp(0.0, 1.0)
    }

    /// The time, in nanoseconds, at a part of its length.
    #[must_use]
    pub fn nanos_at(&self, part: f64) -> i64 {
        let at = self.y.0 + part * (self.y.1 - self.y.0);
        let ms = if self.log { 10f64.powf(at) } else { at };
        (ms * 1e6) as i64
    }
}

/// Numbers of answers by column and row; row 0 has the shortest times.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Heat {
    /// Columns.
    pub columns: usize,
    /// Rows.
    pub rows: usize,
    /// Column after column.
    counts: Vec<f32>,
    /// The largest count.
    pub max: f32,
}

impl Heat {
    /// An empty one.
    #[must_use]
    pub fn new(columns: usize, rows: usize) -> Self {
        Self { columns, rows, counts: vec![0.0; columns * rows], max: 0.0 }
    }

    /// Adds response times to a column. A bin that several rows share is divided among them by
    /// their parts of it.
    pub fn add(&mut self, column: usize, scale: Scale, times: &Histogram) {
        let rows = self.rows;
        let Some(cells) = self.counts.get_mut(column * rows..(column + 1) * rows) else { return };
        for &(bin, count) in times.cells() {
            let place = |nanos| scale.part(nanos) * rows as f64;
            let (low, high) = (place(bin_start(bin)), place(bin_start(bin + 1)));
            let last = rows.saturating_sub(1);
            let (first, end) = ((low as usize).min(last), (high as usize).min(last));
            let length = (high - low).max(f64::MIN_POSITIVE);
            for row in first..=end {
                let part = if first == end {
                    1.0
                } else {
                    ((high.min(row as f64 + 1.0) - low.max(row as f64)) / length).max(0.0)
                };
                if let Some(cell) = cells.get_mut(row) {
                    *cell += (f64::from(count) * part) as f32;
                    self.max = self.max.max(*cell);
                }
            }
        }
    }

    /// The number of answers in a cell.
    #[must_use]
    pub fn get(&self, column: usize, row: usize) -> f32 {
        if row >= self.rows {
            return 0.0;
        }
        self.counts.get(column * self.rows + row).copied().unwrap_or(0.0)
    }

    /// How strong a cell is to be drawn, 0 to 1; `None` for nothing. By the logarithm, so that one
    /// odd answer is seen beside thousands of usual ones.
    #[must_use]
    pub fn strength(&self, count: f32) -> Option<f32> {
        // Less than half an answer is the edge of a bin that reaches into the row.
        (count >= 0.25).then(|| (1.0 + count).ln() / (1.0 + self.max.max(1.0)).ln())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_answer_is_in_its_column_and_near_its_row() {
        for log in [true, false] {
            let y = if log { (0.0, 3.0) } else { (0.0, 1000.0) };
            let scale = Scale { log, y };
            let mut heat = Heat::new(3, 30);
            let mut times = Histogram::default();
            for ms in [2i64, 20, 20, 500, 999] {
                times.add(ms * 1_000_000);
            }
            heat.add(1, scale, &times);
            let column = |c| (0..30).map(|row| heat.get(c, row)).sum::<f32>();
            assert!((column(1) - 5.0).abs() < 1e-3, "{}", column(1));
            assert_eq!((column(0), column(2)), (0.0, 0.0));
            let row = (scale.part(500_000_000) * 30.0) as usize;
            let near: f32 = (row.saturating_sub(1)..=row + 1).map(|row| heat.get(1, row)).sum();
            assert!(near > 0.9, "{log} {near}");
            // Beyond the scale it is at its end.
            let mut beyond = Histogram::default();
            beyond.add(50_000_000_000);
            heat.add(2, scale, &beyond);
            assert!((heat.get(2, 29) - 1.0).abs() < 1e-6);
        }
    }

    #[test]
    fn a_single_answer_is_seen_beside_thousands() {
        let heat = Heat { max: 10_000.0, ..Heat::new(1, 1) };
        assert_eq!(heat.strength(0.0), None);
        assert!(heat.strength(1.0).is_some_and(|strength| strength > 0.05));
        assert_eq!(heat.strength(10_000.0), Some(1.0));
    }

    #[test]
    fn a_scale_goes_both_ways() {
        for scale in [Scale { log: true, y: (-1.0, 4.0) }, Scale { log: false, y: (0.0, 500.0) }] {
            for nanos in [1_000_000i64, 33_000_000, 400_000_000] {
                let back = scale.nanos_at(scale.part(nanos));
                assert!((back - nanos).abs() < 1000, "{nanos} {back}");
            }
        }
    }
}
