//! The latency plot and its histogram as a picture, and their figures as rows.

use super::chart::{Chart, Column, Mode};
use super::scatter::Drawing as Points;
use super::ticks::{levels, step_secs, time_label};
use crate::core::time::Timestamp;
use crate::mqtt::link::RoundTrip;
use crate::view::drawing::{Anchor, Area, Drawing, Font, Form, Ink, Role, Stroke, area, point};
use crate::view::export::{Csv, Export};
use crate::view::format::{self, Clockface};

/// Size of the picture, points.
const SIZE: (f32, f32) = (1100.0, 440.0);

/// Where the plot is in it.
const PLOT: Area = area(64.0, 62.0, 800.0, 330.0);

/// Where the histogram is.
const HISTOGRAM: Area = area(884.0, 62.0, 200.0, 330.0);

const SMALL: (Font, f32) = (Font::Body, 11.0);

/// What is on view, to be exported.
pub struct LatencyExport {
    /// Whose response times, in words.
    pub subject: String,
    /// How they are drawn.
    pub mode: Mode,
    /// What is drawn.
    pub chart: Chart,
    /// In that mode, the points.
    pub points: Option<Points>,
    /// Round trips to the broker on view.
    pub trips: Vec<RoundTrip>,
    /// Where the user is.
    pub clockface: Clockface,
}

impl Export for LatencyExport {
    fn title(&self) -> String {
        format!("Latency of {}", self.subject)
    }

    fn drawing(&self) -> Result<Drawing, String> {
        let Self { chart, .. } = self;
        if chart.columns.is_empty() && self.trips.is_empty() {
            return Err(
                "There is no answer and no timeout on view. Choose a longer time span.".to_owned()
            );
        }
        let mut out = Drawing::new(SIZE.0, SIZE.1, self.title());
        out.description = self.numbers();
        out.text(
            point(16.0, 20.0),
            Anchor::Start,
            self.title(),
            (Font::Medium, 14.0),
            Role::Strong,
        );
        out.text(point(16.0, 40.0), Anchor::Start, self.numbers(), SMALL, Role::Weak);
        self.axes(&mut out);
        match self.mode {
            Mode::Bands => self.bands(&mut out),
            Mode::Heat => self.heat(&mut out),
            Mode::Points => self.points(&mut out),
        }
        let place = |trip: &RoundTrip| point(self.x(trip.at), self.y(trip.nanos));
        let line = self.trips.iter().filter(|trip| chart.grid.range.contains(trip.at)).map(place);
        out.polyline(line.collect(), Stroke::new(1.0, Role::Series(7)).dashed(3.0, 3.0));
        self.marks(&mut out);
        self.histogram(&mut out);
        let legend = match self.mode {
            Mode::Bands => "Line: p50. Bands: to p95, to p99. Thin line: longest.",
            Mode::Heat => "Shades: number of answers, by its logarithm.",
            Mode::Points => "Points: one answer each.",
        };
        let rest = "Triangles: timeouts, where the request was sent. Dashed: broker round trip.";
        let legend = format!("{legend} {rest}");
        out.text(point(16.0, SIZE.1 - 12.0), Anchor::Start, legend, SMALL, Role::Weak);
        Ok(out)
    }

    fn rows(&self, csv: &mut Csv) {
        csv.header(&["from", "to", "answers", "p50_ms", "p95_ms", "p99_ms", "max_ms", "timeouts"]);
        for column in &self.chart.columns {
            let to = Timestamp(column.from.0.saturating_add(self.chart.grid.width));
            csv.time(Some(column.from)).time(Some(to));
            csv.whole(i64::try_from(column.count).ok());
            let known = |nanos: i64| (column.count > 0).then_some(nanos);
            for nanos in column.percentiles {
                csv.millis(known(nanos));
            }
            csv.millis(known(column.max)).whole(Some(column.timeouts.into())).end();
        }
    }
}

impl LatencyExport {
    fn numbers(&self) -> String {
        let totals = &self.chart.totals;
        let range = self.chart.grid.range.label(&self.clockface);
        let [p50, p95, p99] = totals.percentiles.map(format::latency);
        let (count, max) = (format::count(totals.count), format::latency(totals.max));
        let timeouts = format::count(totals.timeouts);
        format!(
            "{range} · {count} answers · p50 {p50} · p95 {p95} · p99 {p99} · max {max} · \
             {timeouts} timeouts"
        )
    }

    fn x(&self, at: Timestamp) -> f32 {
        let range = self.chart.grid.range;
        let part = at.nanos_since(range.from) as f64 / range.nanos().max(1) as f64;
        PLOT.x + part as f32 * PLOT.width
    }

    fn y(&self, nanos: i64) -> f32 {
        PLOT.y + PLOT.height * (1.0 - self.chart.scale.part(nanos) as f32)
    }

    fn column_ends(&self, column: &Column) -> (f32, f32) {
        let to = Timestamp(column.from.0.saturating_add(self.chart.grid.width));
        (self.x(column.from), self.x(to))
    }

    fn axes(&self, out: &mut Drawing) {
        let right = PLOT.x + PLOT.width;
        for (nanos, label) in levels(self.chart.scale, PLOT.height) {
            let y = self.y(nanos);
            let line = Stroke::new(1.0, Role::Border.veil(0.7));
            out.line(point(PLOT.x, y), point(right, y), line);
            if let Some(label) = label {
                out.text(point(PLOT.x - 6.0, y), Anchor::End, label, SMALL, Role::Weak);
            }
        }
        let range = self.chart.grid.range;
        let step = step_secs(range.nanos(), PLOT.width) * 1_000_000_000;
        let mut at = range.from.0.div_euclid(step).saturating_add(1).saturating_mul(step);
        let bottom = PLOT.y + PLOT.height;
        while at < range.to.0 {
            let x = self.x(Timestamp(at));
            let line = Stroke::new(1.0, Role::Border.veil(0.5));
            out.line(point(x, PLOT.y), point(x, bottom), line);
            let label = time_label(&self.clockface, Timestamp(at), step, range.nanos());
            out.text(point(x, bottom + 14.0), Anchor::Middle, label, SMALL, Role::Weak);
            at = at.saturating_add(step);
        }
    }

    fn bands(&self, out: &mut Drawing) {
        let width = self.chart.grid.width;
        let joined = |a: &Column, b: &Column| {
            (a.count > 0) == (b.count > 0) && b.from.nanos_since(a.from) == width
        };
        for run in self.chart.columns.chunk_by(joined) {
            if run.first().is_none_or(|column| column.count == 0) {
                continue;
            }
            let mut xs = Vec::new();
            for (n, column) in run.iter().enumerate() {
                let (left, right) = self.column_ends(column);
                xs.extend((n == 0).then_some((left, column)));
                xs.push((f32::midpoint(left, right), column));
                xs.extend((n + 1 == run.len()).then_some((right, column)));
            }
            let band = |low: usize, high: usize| {
                let y = |column: &Column, n: usize| {
                    self.y(column.percentiles.get(n).copied().unwrap_or(0))
                };
                xs.iter().map(|(x, c)| (*x, y(c, high), y(c, low))).collect::<Vec<_>>()
            };
            out.band(band(1, 2), Role::Series(0).veil(0.2));
            out.band(band(0, 1), Role::Series(0).veil(0.42));
            let max = xs.iter().map(|(x, c)| point(*x, self.y(c.max))).collect();
            out.polyline(max, Stroke::new(1.0, Role::Weak));
            let p50 = xs.iter().map(|(x, c)| point(*x, self.y(c.percentiles[0]))).collect();
            out.polyline(p50, Stroke::new(1.8, Role::Series(0)));
        }
    }

    fn heat(&self, out: &mut Drawing) {
        let heat = &self.chart.heat;
        let width = PLOT.width / heat.columns.max(1) as f32;
        let height = PLOT.height / heat.rows.max(1) as f32;
        for column in 0..heat.columns {
            for row in 0..heat.rows {
                let Some(strength) = heat.strength(heat.get(column, row)) else { continue };
                let x = PLOT.x + column as f32 * width;
                let y = PLOT.y + PLOT.height - (row + 1) as f32 * height;
                let ink: Ink = Role::Accent.veil(0.2 + 0.8 * strength);
                out.rect(area(x, y, width, height), 0.0, ink);
            }
        }
    }

    fn points(&self, out: &mut Drawing) {
        for series in self.points.iter().flat_map(|points| &points.series) {
            let role = match series.device {
                Some(_) => Role::Series(u8::try_from(series.colour).unwrap_or(0)),
                None => Role::Weak,
            };
            for sample in series.points.iter().map(|one| &one.sample) {
                out.marker(point(self.x(sample.at), self.y(sample.nanos)), Form::Dot, 4.5, role);
            }
        }
    }

    fn marks(&self, out: &mut Drawing) {
        for column in self.chart.columns.iter().filter(|column| column.timeouts > 0) {
            let (left, right) = self.column_ends(column);
            let at = point(f32::midpoint(left, right), PLOT.y - 5.0);
            out.marker(at, Form::Down, 8.0, Role::Error);
        }
        for mark in &self.chart.markers.marks {
            let x = self.x(mark.at);
            let role = if mark.booted { Role::Warn } else { Role::Info };
            let line = Stroke::new(1.0, role).dashed(4.0, 3.0);
            out.line(point(x, PLOT.y), point(x, PLOT.y + PLOT.height), line);
        }
    }

    fn histogram(&self, out: &mut Drawing) {
        let most = self.chart.bars.iter().map(|bar| bar.count).fold(0.0, f64::max);
        for bar in &self.chart.bars {
            let (top, bottom) = (self.y(bar.nanos.1), self.y(bar.nanos.0));
            let length = (bar.count / most.max(1e-9)) as f32 * HISTOGRAM.width;
            let height = (bottom - top - 1.0).max(1.0);
            out.rect(area(HISTOGRAM.x, top, length.max(1.0), height), 0.0, Role::Series(0));
        }
        if self.chart.totals.count == 0 {
            return;
        }
        for (name, nanos) in ["p50", "p95", "p99"].into_iter().zip(self.chart.totals.percentiles) {
            let y = self.y(nanos);
            let right = HISTOGRAM.x + HISTOGRAM.width;
            let line = Stroke::new(1.0, Role::Strong.veil(0.6));
            out.line(point(HISTOGRAM.x, y), point(right, y), line);
            let label = format!("{name} {}", format::latency(nanos));
            out.text(point(right, y - 7.0), Anchor::End, label, SMALL, Role::Strong);
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::analysis::Snapshot;
    use crate::view::drawing::Shape;
    use crate::view::latency::chart::{Options, Wanted};
    use crate::view::latency::pyramid::Pyramid;
    use crate::view::latency::scope::Scope;

    fn export(mode: Mode, pyramid: &Pyramid) -> LatencyExport {
        let wanted = Wanted {
            options: Options { mode, ..Options::default() },
            scope: Scope::default(),
            picked: None,
            size: (800, 300),
        };
        let now = Timestamp(60_000_000_000);
        let chart =
            Chart::make(pyramid, &Snapshot::default(), &wanted, now, None, &Chart::default());
        LatencyExport {
            subject: "all devices".to_owned(),
            mode,
            chart,
            points: None,
            trips: Vec::new(),
            clockface: Clockface::utc(),
        }
    }

    #[test]
    fn a_picture_shows_what_is_on_view_and_rows_have_its_figures() {
        let mut pyramid = Pyramid::default();
        for second in 0..60 {
            for ms in [10, 20, 30, 40, 50] {
                pyramid.answer(Timestamp(second * 1_000_000_000), ms * 1_000_000);
            }
        }
        pyramid.timeout(Timestamp(5_000_000_000));
        for mode in Mode::ALL {
            let export = export(mode, &pyramid);
            let drawing = export.drawing().unwrap();
            let count = |is: fn(&Shape) -> bool| drawing.shapes.iter().filter(|s| is(s)).count();
            assert_eq!(count(|s| matches!(s, Shape::Marker { form: Form::Down, .. })), 1);
            match mode {
                Mode::Bands => assert_eq!(count(|s| matches!(s, Shape::Band { .. })), 2),
                Mode::Heat => assert!(count(|s| matches!(s, Shape::Rect { .. })) > 120),
                Mode::Points => {}
            }
            assert!(drawing.description.contains("300 answers"), "{}", drawing.description);
        }
        let export = export(Mode::Bands, &pyramid);
        let mut csv = Csv::default();
        export.rows(&mut csv);
        assert_eq!(csv.records(), 60);
        let line = csv.as_str().lines().nth(6).unwrap();
        assert!(line.starts_with("1970-01-01T00:00:05.000000Z,1970-01-01T00:00:06.000000Z,5,"));
        assert!(line.ends_with(",50,1"), "{line}");
    }

    #[test]
    fn nothing_on_view_is_no_picture() {
        let nothing = export(Mode::Bands, &Pyramid::default());
        assert!(nothing.drawing().is_err_and(|why| why.contains("longer time span")));
    }
}
