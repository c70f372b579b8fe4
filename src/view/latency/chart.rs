//! What the latency page draws of a stretch of time: columns with percentiles, a heat map, a
//! histogram, the scale and the restarts. Made at most ten times a second, of at most one column
//! per three pixels.

use super::bins::{Histogram, bin_start};
use super::brush::Grid;
use super::heat::{Heat, LOG_FLOOR_MS, Scale};
use super::markers::Markers;
use super::pyramid::{Pyramid, WIDTHS};
use super::scatter::Span;
use super::scope::Scope;
use crate::analysis::Snapshot;
use crate::core::time::Timestamp;
use crate::view::state::TimeRange;

/// Least width of a column, pixels.
const COLUMN_PX: f64 = 3.0;

/// Height of a row of the heat map and of a linear histogram, pixels.
const ROW_PX: f32 = 4.0;

/// Answers a column should have on average for its percentiles to mean something; with fewer it
/// is made wider, and narrower again only from twice as many on, so that it does not jump.
const ANSWERS_PER_COLUMN: f64 = 4.0;

/// As long as there are so many columns left.
const FEWEST_COLUMNS: i64 = 24;

/// Shortest stretch of time shown, nanoseconds.
const SHORTEST: i64 = 15_000_000_000;

/// Per mille of the percentiles drawn.
pub const SHARES: [u64; 3] = [500, 950, 990];

/// How response times are drawn.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Mode {
    /// Percentiles as bands.
    #[default]
    Bands,
    /// Counts as shades.
    Heat,
    /// Each answer as a point.
    Points,
}

impl Mode {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Bands, Self::Heat, Self::Points];

    /// The name on its button.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Bands => "Bands",
            Self::Heat => "Heat map",
            Self::Points => "Points",
        }
    }
}

/// What is drawn, and how.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Options {
    /// How.
    pub mode: Mode,
    /// How much time.
    pub span: Span,
    /// Logarithmic response times.
    pub log: bool,
    /// This time instead of the newest.
    pub zoom: Option<TimeRange>,
}

impl Default for Options {
    fn default() -> Self {
        Self { mode: Mode::default(), span: Span::default(), log: true, zoom: None }
    }
}

/// Response times of one column, nanoseconds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Column {
    /// Its start.
    pub from: Timestamp,
    /// Answers.
    pub count: u64,
    /// Median, 95th and 99th percentile; 0 without answers.
    pub percentiles: [i64; 3],
    /// Longest.
    pub max: i64,
    /// Requests sent in it that ran out of time.
    pub timeouts: u32,
}

/// One bar of the histogram.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Bar {
    /// Its response times, nanoseconds, from and below.
    pub nanos: (i64, i64),
    /// Answers; a fraction where bins are divided among bars.
    pub count: f64,
}

/// Figures of what is picked, or of all on view.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Totals {
    /// Answers.
    pub count: u64,
    /// Median, 95th and 99th percentile, nanoseconds.
    pub percentiles: [i64; 3],
    /// Longest, nanoseconds.
    pub max: i64,
    /// Requests that ran out of time.
    pub timeouts: u64,
    /// False if some of the time is so long ago that its edges are counted with it.
    pub exact: bool,
}

/// See the module text.
#[derive(Clone, PartialEq, Debug)]
pub struct Chart {
    /// Time shown, and the width of a column.
    pub grid: Grid,
    /// Columns with answers or timeouts, oldest first.
    pub columns: Vec<Column>,
    /// Scale of response times.
    pub scale: Scale,
    /// Only in that mode.
    pub heat: Heat,
    /// The histogram, from the shortest times on.
    pub bars: Vec<Bar>,
    /// Figures of the histogram.
    pub totals: Totals,
    /// Restarts.
    pub markers: Markers,
}

impl Default for Chart {
    fn default() -> Self {
        Self {
            grid: Grid {
                range: TimeRange { from: Timestamp(0), to: Timestamp(SHORTEST) },
                width: WIDTHS[0],
            },
            columns: Vec::new(),
            scale: Scale { log: true, y: (0.0, 3.0) },
            heat: Heat::default(),
            bars: Vec::new(),
            totals: Totals::default(),
            markers: Markers::default(),
        }
    }
}

/// What a chart is made for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Wanted {
    /// What is drawn, and how.
    pub options: Options,
    /// Whose response times.
    pub scope: Scope,
    /// The time the figures and the histogram are of, if not all on view.
    pub picked: Option<TimeRange>,
    /// Size of the plot, pixels.
    pub size: (u32, u32),
}

impl Chart {
    /// Makes one of what is known at `now`. `trips` are the shortest and longest round trip to
    /// the broker on view, which have to fit on the scale.
    #[must_use]
    pub fn make(
        pyramid: &Pyramid,
        snapshot: &Snapshot,
        wanted: &Wanted,
        now: Timestamp,
        trips: Option<(i64, i64)>,
        former: &Self,
    ) -> Self {
        let Wanted { options, scope, picked, size } = wanted;
        let (level, grid) = lay_out(pyramid, options, size.0, now, former.grid.width);
        let columns = pyramid.buckets(level, grid.range).map(|(from, bucket)| Column {
            from,
            count: bucket.times.count(),
            percentiles: bucket.times.percentiles(SHARES),
            max: bucket.times.max(),
            timeouts: bucket.timeouts,
        });
        let columns: Vec<Column> = columns.collect();
        let all = pyramid.summary(grid.range);
        let scale = scale(&all.times, trips, options.log);
        let summary = picked.map_or(all, |range| pyramid.summary(range));
        let rows = (size.1 as f32 / ROW_PX).ceil().max(1.0) as usize;
        let mut heat = Heat::default();
        if options.mode == Mode::Heat {
            let columns = (grid.range.nanos() / grid.width).max(1);
            heat = Heat::new(usize::try_from(columns).unwrap_or(1), rows);
            for (from, bucket) in pyramid.buckets(level, grid.range) {
                let column = from.nanos_since(grid.range.from) / grid.width;
                heat.add(usize::try_from(column).unwrap_or(0), scale, &bucket.times);
            }
        }
        Self {
            columns,
            scale,
            heat,
            bars: bars(&summary.times, scale, rows),
            totals: Totals {
                count: summary.times.count(),
                percentiles: summary.times.percentiles(SHARES),
                max: summary.times.max(),
                timeouts: summary.timeouts,
                exact: summary.exact,
            },
            markers: Markers::of(snapshot, *scope, grid),
            grid,
        }
    }

    /// The column a moment lies in, if anything happened in it.
    #[must_use]
    pub fn column_at(&self, at: Timestamp) -> Option<&Column> {
        let from = self.grid.column(at);
        let place = self.columns.binary_search_by_key(&from, |column| column.from).ok()?;
        self.columns.get(place)
    }

    /// The most timeouts in a column.
    #[must_use]
    pub fn most_timeouts(&self) -> u32 {
        self.columns.iter().map(|column| column.timeouts).max().unwrap_or(0)
    }
}

/// Which level of the pyramid is drawn, and the time on view in its columns.
fn lay_out(
    pyramid: &Pyramid,
    options: &Options,
    pixels: u32,
    now: Timestamp,
    former: i64,
) -> (usize, Grid) {
    let to = Timestamp(now.0.saturating_add(1));
    let known = pyramid.extent().map_or(to, |extent| extent.from);
    // What there is fills the width; a young connection is no dot at the right edge.
    let history = to.nanos_since(known).max(SHORTEST);
    let span = options.span.nanos().filter(|span| *span < history);
    let newest = TimeRange { from: Timestamp(to.0.saturating_sub(span.unwrap_or(history))), to };
    let range = options.zoom.unwrap_or(newest);
    let is_moving = options.zoom.is_none() && span.is_some();
    let whole = |level: usize, range: TimeRange| {
        let width = WIDTHS.get(level).copied().unwrap_or(WIDTHS[0]);
        let ceil = |at: i64| (at.saturating_sub(1).div_euclid(width) + 1).saturating_mul(width);
        let to = ceil(range.to.0);
        let from = if is_moving {
            // As long as it should be, whatever the moment.
            to.saturating_sub(ceil(range.nanos()))
        } else {
            range.from.0.div_euclid(width).saturating_mul(width)
        };
        Grid { range: TimeRange { from: Timestamp(from), to: Timestamp(to) }, width }
    };
    let most = (f64::from(pixels) / COLUMN_PX).max(1.0) as i64;
    let fits = |level: &usize| {
        let grid = whole(*level, range);
        grid.range.nanos() / grid.width <= most && pyramid.reaches(*level, grid.range.from)
    };
    let top = WIDTHS.len() - 1;
    let mut level = (0..top).find(fits).unwrap_or(top);
    while level < top {
        let grid = whole(level, range);
        let columns = (grid.range.nanos() / grid.width).max(1);
        let wider = whole(level + 1, range);
        if wider.range.nanos() / wider.width < FEWEST_COLUMNS {
            break;
        }
        let answers: u64 =
            pyramid.buckets(level, grid.range).map(|(_, bucket)| bucket.times.count()).sum();
        let enough =
            if former > grid.width { 2.0 * ANSWERS_PER_COLUMN } else { ANSWERS_PER_COLUMN };
        if answers as f64 / columns as f64 >= enough {
            break;
        }
        level += 1;
    }
    (level, whole(level, range))
}

/// A scale that holds what is drawn, and stays while answers come and go.
fn scale(times: &Histogram, trips: Option<(i64, i64)>, log: bool) -> Scale {
    if log {
        // The shortest per cent may lie below: a few answers seen before their requests must not
        // squeeze all others.
        let [low] = times.percentiles([10]);
        let ms = |nanos: i64| (nanos as f64 / 1e6).max(LOG_FLOOR_MS).log10();
        let (mut low, mut high) = match times.count() {
            0 => (0.0, 2.9),
            _ => (ms(low), ms(times.max())),
        };
        if let Some((shortest, longest)) = trips {
            low = low.min(ms(shortest));
            high = high.max(ms(longest));
        }
        let (low, high) = (low.floor(), (high + 0.05).ceil());
        return Scale { log, y: (low, high.max(low + 1.0)) };
    }
    let longest = times.max().max(trips.map_or(0, |trips| trips.1)) as f64 / 1e6;
    Scale { log, y: (0.0, nice(longest * 1.05)) }
}

/// The next of 1, 2, 3, 5, 7 times a power of ten.
fn nice(ms: f64) -> f64 {
    let ms = ms.clamp(1.0, 1e9);
    let decade = 10f64.powf(ms.log10().floor());
    let steps = [1.0, 2.0, 3.0, 5.0, 7.0, 10.0];
    steps.into_iter().map(|step| step * decade).find(|step| *step >= ms).unwrap_or(ms)
}

fn bars(times: &Histogram, scale: Scale, rows: usize) -> Vec<Bar> {
    if scale.log {
        // Four to an octave.
        let mut bars: Vec<(u16, Bar)> = Vec::new();
        for &(bin, count) in times.cells() {
            let group = bin / 4;
            match bars.last_mut() {
                Some((last, bar)) if *last == group => bar.count += f64::from(count),
                _ => {
                    let nanos = (bin_start(group * 4), bin_start(group * 4 + 4));
                    bars.push((group, Bar { nanos, count: f64::from(count) }));
                }
            }
        }
        return bars.into_iter().map(|bar| bar.1).collect();
    }
    let mut column = Heat::new(1, rows);
    column.add(0, scale, times);
    let edge = |row: usize| scale.nanos_at(row as f64 / rows as f64);
    let bar = |row| Bar { nanos: (edge(row), edge(row + 1)), count: f64::from(column.get(0, row)) };
    (0..rows).map(bar).filter(|bar| bar.count > 0.0).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: i64 = 1_000_000_000;

    fn wanted(options: Options, width: u32) -> Wanted {
        Wanted { options, scope: Scope::default(), picked: None, size: (width, 300) }
    }

    fn make(pyramid: &Pyramid, wanted: &Wanted, now: i64, former: &Chart) -> Chart {
        Chart::make(pyramid, &Snapshot::default(), wanted, Timestamp(now), None, former)
    }

    /// So many answers a second for an hour, 20 ms each but one in a hundred that takes 2 s.
    fn busy(per_second: i64) -> Pyramid {
        let mut pyramid = Pyramid::default();
        for n in 0..3600 * per_second {
            let nanos = if n % 100 == 99 { 2 * SECOND } else { 20_000_000 };
            pyramid.answer(Timestamp(n * SECOND / per_second), nanos);
        }
        pyramid
    }

    #[test]
    fn never_more_columns_than_a_third_of_the_pixels() {
        let pyramid = busy(10);
        for span in Span::ALL {
            for width in [150, 700, 2400] {
                let options = Options { span, ..Options::default() };
                let now = 3599 * SECOND;
                let chart = make(&pyramid, &wanted(options, width), now, &Chart::default());
                let columns = chart.grid.range.nanos() / chart.grid.width;
                assert!(columns <= i64::from(width) / 3 && columns >= 12, "{span:?} {columns}");
                assert_eq!(columns as usize, chart.columns.len());
                let counted: u64 = chart.columns.iter().map(|column| column.count).sum();
                assert_eq!(counted, chart.totals.count);
                assert!(chart.totals.exact);
                assert_eq!(chart.grid.range.to, Timestamp(3600 * SECOND));
            }
        }
    }

    #[test]
    fn rare_answers_make_wide_columns_that_do_not_jump() {
        let now = 3599 * SECOND;
        let options = Options { span: Span::FiveMinutes, ..Options::default() };
        let narrow = make(&busy(6), &wanted(options, 1200), now, &Chart::default());
        assert_eq!(narrow.grid.width, SECOND);
        let wide = make(&busy(1), &wanted(options, 1200), now, &Chart::default());
        assert_eq!(wide.grid.width, 5 * SECOND);
        // In between it stays as it was.
        let same = make(&busy(6), &wanted(options, 1200), now, &wide);
        assert_eq!(same.grid.width, 5 * SECOND);
        assert_eq!(make(&busy(9), &wanted(options, 1200), now, &wide).grid.width, SECOND);
    }

    #[test]
    fn the_picked_time_has_its_own_figures() {
        let pyramid = busy(10);
        let picked = TimeRange { from: Timestamp(3000 * SECOND), to: Timestamp(3007 * SECOND) };
        let all = Options { span: Span::All, ..Options::default() };
        let wanted = Wanted { picked: Some(picked), ..wanted(all, 900) };
        let chart = make(&pyramid, &wanted, 3599 * SECOND, &Chart::default());
        assert_eq!((chart.totals.count, chart.totals.max), (70, 20_000_000));
        let bars: f64 = chart.bars.iter().map(|bar| bar.count).sum();
        assert!((bars - 70.0).abs() < 1e-9);
        for bar in &chart.bars {
            assert!(bar.nanos.0 <= 20_000_000 && 20_000_000 < bar.nanos.1);
        }
        let zoomed = Options { zoom: Some(picked), log: false, ..all };
        let wanted = Wanted { options: zoomed, ..wanted };
        let chart = make(&pyramid, &wanted, 3599 * SECOND, &Chart::default());
        assert_eq!(chart.grid.range, picked);
        assert_eq!(chart.scale.y, (0.0, 30.0));
        let bars: f64 = chart.bars.iter().map(|bar| bar.count).sum();
        assert!((bars - 70.0).abs() < 1e-3, "{bars}");
    }

    #[test]
    fn the_scale_holds_broker_and_devices() {
        let mut times = Histogram::default();
        times.add(20 * 1_000_000);
        assert_eq!(scale(&times, None, true).y, (1.0, 2.0));
        assert_eq!(scale(&times, Some((3_000, 400_000)), true).y, (-1.0, 2.0));
        assert_eq!(scale(&Histogram::default(), None, true).y, (0.0, 3.0));
        times.add(3_100_000_000);
        assert_eq!(scale(&times, None, false).y, (0.0, 5000.0));
    }

    #[test]
    fn heat_counts_every_answer_once() {
        let options = Options { mode: Mode::Heat, span: Span::Minute, ..Options::default() };
        let chart = make(&busy(10), &wanted(options, 600), 3599 * SECOND, &Chart::default());
        let Heat { columns, rows, .. } = chart.heat;
        let cells = (0..columns).flat_map(|c| (0..rows).map(move |r| (c, r)));
        let sum: f32 = cells.map(|(c, r)| chart.heat.get(c, r)).sum();
        assert_eq!(columns, 60);
        assert!((sum - 600.0).abs() < 0.1, "{sum}");
    }
}
