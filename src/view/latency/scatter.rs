//! Response times per device, reduced to what a plot of a given size can show.
//!
//! What is drawn is worked out at most ten times a second and holds at most one point per 3×3
//! pixels and series, so neither the number of samples nor of devices can slow a frame down.

use std::time::Duration;

use super::scope::is_answered_by_device;
use crate::analysis::Snapshot;
use crate::analysis::latency::LatencySample;
use crate::core::ids::{EndpointId, Epoch, NodeId, Seq};
use crate::core::time::Stopwatch;
use crate::usp::kind::MsgKind;

/// Series with a colour of their own.
pub const COLOURS: usize = 10;

/// Pixels per cell in which one point stands for all.
const CELL: f32 = 3.0;

/// How often the drawn points are worked out again while samples arrive.
const REFRESH_EVERY: Duration = Duration::from_millis(100);

/// The same with very many samples.
const REFRESH_MANY_EVERY: Duration = Duration::from_millis(500);
const MANY_SAMPLES: usize = 20_000;

/// Response times at or below this are drawn at it on a logarithmic scale, milliseconds.
const LOG_FLOOR_MS: f64 = 0.1;

/// Shortest time range shown, seconds.
const MIN_SPAN_SECS: f64 = 15.0;

/// Samples taken in between two looks at the stopwatch.
const SLICE: usize = 4096;

/// How much time the plot shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Span {
    /// The last minute.
    Minute,
    /// The last five minutes.
    #[default]
    FiveMinutes,
    /// The last half hour.
    HalfHour,
    /// Everything kept.
    All,
}

impl Span {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Minute, Self::FiveMinutes, Self::HalfHour, Self::All];

    /// The name on its button.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Minute => "1 min",
            Self::FiveMinutes => "5 min",
            Self::HalfHour => "30 min",
            Self::All => "All",
        }
    }

    fn secs(self) -> Option<f64> {
        self.nanos().map(|nanos| nanos as f64 / 1e9)
    }

    /// Its length, nanoseconds; `None` for everything.
    #[must_use]
    pub fn nanos(self) -> Option<i64> {
        let secs = match self {
            Self::Minute => 60,
            Self::FiveMinutes => 300,
            Self::HalfHour => 1800,
            Self::All => return None,
        };
        Some(secs * 1_000_000_000)
    }
}

/// A frame that is given, and what is shown in it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Window {
    /// Time range, seconds since the Unix epoch.
    pub x: (f64, f64),
    /// Range of response times, in the scale of [`Point::y`].
    pub y: (f64, f64),
    /// Only this type of request; `None` for all that devices answer.
    pub request: Option<MsgKind>,
}

/// What is plotted, and how.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Options {
    /// How much time.
    pub span: Span,
    /// Logarithmic response times.
    pub log: bool,
    /// Also how long controllers take to acknowledge notifications.
    pub notify: bool,
    /// Only this device stands out.
    pub device: Option<EndpointId>,
    /// Only devices that speak on this level of the topic tree or below.
    pub topic: Option<NodeId>,
    /// This frame instead of one of its own.
    pub window: Option<Window>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            span: Span::default(),
            log: true,
            notify: false,
            device: None,
            topic: None,
            window: None,
        }
    }
}

impl Options {
    fn takes_request(&self, request: MsgKind) -> bool {
        match self.window {
            Some(Window { request: Some(only), .. }) => request == only,
            Some(_) => is_answered_by_device(request),
            None => self.notify || request != MsgKind::Notify,
        }
    }
}

/// One drawn point.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Point {
    /// Seconds since the Unix epoch.
    pub x: f64,
    /// Milliseconds, or their decimal logarithm.
    pub y: f64,
    /// The sample it stands for.
    pub sample: LatencySample,
}

/// Points of one device, or of all that have no colour of their own.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Series {
    /// Whose; `None` for the rest together.
    pub device: Option<EndpointId>,
    /// Number of its colour.
    pub colour: usize,
    /// In order of time.
    pub points: Vec<Point>,
}

/// Everything the plot draws.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Drawing {
    /// The series; those that stand out last.
    pub series: Vec<Series>,
    /// Time range, seconds since the Unix epoch.
    pub x: (f64, f64),
    /// Range of response times, in the scale of [`Point::y`].
    pub y: (f64, f64),
    /// Number of samples it stands for.
    pub samples: usize,
    /// Median of them, nanoseconds.
    pub median: Option<i64>,
    /// 95th percentile of them, nanoseconds.
    pub p95: Option<i64>,
    /// Largest of them, nanoseconds.
    pub max: Option<i64>,
}

/// What is known of a device with samples.
#[derive(Clone, Copy)]
struct Speaker {
    /// Samples since the start.
    samples: u32,
    /// Its newest answer; tells the topic it answers on.
    newest: Seq,
}

/// See the module text.
#[derive(Default)]
pub struct Latency {
    epoch: Option<Epoch>,
    seen: u64,
    /// By number of the endpoint.
    speakers: Vec<Option<Speaker>>,
    devices: usize,
    colours: [Option<EndpointId>; COLOURS],
    drawing: Drawing,
    drawn_for: Option<(Options, (u32, u32), u64)>,
    since_drawn: Option<Stopwatch>,
    /// How long the last drawing may be shown while samples arrive.
    fresh_for: Duration,
}

impl Latency {
    /// Takes in new samples for at most about `budget`. True if there is more to do.
    pub fn advance(&mut self, snapshot: &Snapshot, budget: Duration) -> bool {
        let started = Stopwatch::start();
        if self.epoch != Some(snapshot.epoch()) {
            *self = Self { epoch: Some(snapshot.epoch()), ..Self::default() };
        }
        let log = snapshot.latencies();
        self.seen = self.seen.max(log.first());
        while self.seen < log.end() {
            let mut taken = 0;
            for sample in log.iter_from(self.seen).take(SLICE) {
                self.hear(sample);
                taken += 1;
            }
            self.seen += taken.max(1);
            if started.elapsed() >= budget {
                break;
            }
        }
        self.seen < log.end()
    }

    fn hear(&mut self, sample: &LatencySample) {
        let at = sample.device.0 as usize;
        if at >= self.speakers.len() {
            self.speakers.resize(at + 1, None);
        }
        let Some(slot) = self.speakers.get_mut(at) else { return };
        if slot.is_none() {
            self.devices += 1;
        }
        let samples = slot.map_or(0, |s| s.samples).saturating_add(1);
        *slot = Some(Speaker { samples, newest: sample.answer });
    }

    /// Number of devices with samples.
    #[must_use]
    pub fn devices(&self) -> usize {
        self.devices
    }

    /// What was last worked out.
    #[must_use]
    pub fn drawing(&self) -> &Drawing {
        &self.drawing
    }

    /// Works out what to draw into `width` × `height` pixels, unless that is known.
    pub fn refresh(&mut self, snapshot: &Snapshot, options: Options, width: f32, height: f32) {
        let size = (width.max(1.0) as u32, height.max(1.0) as u32);
        let stale = match &self.drawn_for {
            None => true,
            Some((o, s, _)) if (*o, *s) != (options, size) => true,
            Some((_, _, seen)) => {
                *seen != self.seen
                    && self.since_drawn.is_none_or(|since| since.elapsed() >= self.fresh_for)
            }
        };
        if stale {
            self.assign_colours(snapshot, options);
            self.drawing = self.draw(snapshot, options, size);
            self.drawn_for = Some((options, size, self.seen));
            self.since_drawn = Some(Stopwatch::start());
            // Many samples cost milliseconds to go through; then less often is enough, since
            // a new point is one among thousands.
            let many = self.drawing.samples > MANY_SAMPLES;
            self.fresh_for = if many { REFRESH_MANY_EVERY } else { REFRESH_EVERY };
        }
    }

    /// True if samples came in that the last drawing does not show.
    #[must_use]
    pub fn is_behind(&self) -> bool {
        self.drawn_for.is_some_and(|(_, _, seen)| seen != self.seen)
    }

    /// The colour of a device, if it has one.
    #[must_use]
    pub fn colour(&self, device: EndpointId) -> Option<usize> {
        self.colours.iter().position(|c| *c == Some(device))
    }

    /// The busiest devices get a colour and keep it while they are among the busiest.
    fn assign_colours(&mut self, snapshot: &Snapshot, options: Options) {
        // More are looked at than get one: who has a colour keeps it while it is about as busy
        // as the others, so that colours don't change hands all the time.
        let wanted = COLOURS * 3;
        let mut busy: Vec<(u32, EndpointId)> = Vec::with_capacity(wanted + 1);
        for (id, speaker) in self.speakers.iter().enumerate() {
            let Some(speaker) = speaker else { continue };
            let full = busy.len() == wanted;
            if full && busy.last().is_some_and(|last| last.0 >= speaker.samples) {
                continue;
            }
            let device = EndpointId(id as u32);
            if !self.speaks_on(snapshot, options, device) {
                continue;
            }
            let at = busy.partition_point(|b| b.0 >= speaker.samples);
            busy.insert(at, (speaker.samples, device));
            busy.truncate(wanted);
        }
        for slot in &mut self.colours {
            if slot.is_some_and(|device| !busy.iter().any(|b| b.1 == device)) {
                *slot = None;
            }
        }
        for (_, device) in busy {
            if !self.colours.contains(&Some(device))
                && let Some(free) = self.colours.iter_mut().find(|c| c.is_none())
            {
                *free = Some(device);
            }
        }
    }

    fn draw(&self, snapshot: &Snapshot, options: Options, (width, height): (u32, u32)) -> Drawing {
        let log = snapshot.latencies();
        let end = snapshot.now().as_secs_f64();
        let oldest = log.iter_from(0).next().map_or(end, |s| s.at.as_secs_f64());
        // What there is fills the width; a young connection is no dot at the right edge.
        let history = ((end - oldest) * 1.02).max(MIN_SPAN_SECS);
        let span = options.span.secs().map_or(history, |span| span.min(history));
        let x = options.window.map_or((end - span, end), |window| window.x);
        let (from_nanos, to_nanos) = ((x.0 * 1e9) as i64, (x.1 * 1e9) as i64);
        let mut on_topic = vec![0u8; self.speakers.len()];
        let mut passes = |sample: &LatencySample| {
            sample.at.0 >= from_nanos
                && (options.window.is_none() || sample.at.0 < to_nanos)
                && options.takes_request(sample.request)
                && (options.topic.is_none() || {
                    let known = on_topic.get_mut(sample.device.0 as usize);
                    known.is_some_and(|known| {
                        if *known == 0 {
                            *known = 1 + u8::from(self.speaks_on(snapshot, options, sample.device));
                        }
                        *known == 2
                    })
                })
        };

        // First pass: extent and percentiles.
        let mut nanos: Vec<i64> = Vec::new();
        let mut extent = (i64::MAX, i64::MIN);
        for sample in log.iter_from(0) {
            if passes(sample) {
                extent = (extent.0.min(sample.nanos), extent.1.max(sample.nanos));
                if options.device.is_none_or(|picked| picked == sample.device) {
                    nanos.push(sample.nanos);
                }
            }
        }
        if extent.0 > extent.1 {
            return Drawing {
                x,
                y: y_range((f64::MAX, f64::MIN), options.log),
                ..Drawing::default()
            };
        }
        let scale = |nanos: i64| {
            let ms = nanos as f64 / 1e6;
            if options.log { ms.max(LOG_FLOOR_MS).log10() } else { ms }
        };
        let y = match options.window {
            Some(window) => window.y,
            None => y_range((scale(extent.0), scale(extent.1)), options.log),
        };

        // Second pass: one point per cell and series, the newest.
        let grid = Grid::new((width, height), x, y);
        let mut layers: Vec<Layer> = Vec::new();
        layers.resize_with(COLOURS + 1, Layer::default);
        for sample in log.iter_from(0) {
            if !passes(sample) {
                continue;
            }
            let layer = match options.device {
                Some(picked) if picked == sample.device => self.colour(picked).unwrap_or(0),
                Some(_) => COLOURS,
                None => self.colour(sample.device).unwrap_or(COLOURS),
            };
            let at = sample.at.as_secs_f64();
            let rough =
                if options.log { rough_log10_ms(sample.nanos) } else { scale(sample.nanos) };
            if let Some(layer) = layers.get_mut(layer) {
                layer.put(&grid, grid.cell(at, rough), at, sample);
            }
        }
        let mut series = Vec::new();
        // The rest first: those with a colour are drawn over it.
        let rest = layers.pop().map(|layer| (COLOURS, layer));
        for (colour, layer) in rest.into_iter().chain(layers.into_iter().enumerate()) {
            let mut points = layer.points;
            for point in &mut points {
                point.y = scale(point.sample.nanos);
            }
            let device = match (colour, options.device) {
                (COLOURS, _) => None,
                (_, Some(picked)) => Some(picked),
                _ => self.colours.get(colour).copied().flatten(),
            };
            if !points.is_empty() {
                series.push(Series { device, colour, points });
            }
        }
        Drawing {
            series,
            x,
            y,
            samples: nanos.len(),
            median: percentile(&mut nanos, 0.5),
            p95: percentile(&mut nanos, 0.95),
            max: nanos.iter().copied().max(),
        }
    }

    /// True if requests reach the device on the picked level, or its newest answer went there.
    fn speaks_on(&self, snapshot: &Snapshot, options: Options, device: EndpointId) -> bool {
        let Some(level) = options.topic else { return true };
        let within = |topic| snapshot.is_within(snapshot.topic_node(topic), level);
        let answered_on = || {
            let newest = self.speakers.get(device.0 as usize).copied().flatten()?.newest;
            Some(snapshot.row(newest)?.topic)
        };
        snapshot.endpoint(device).reached_on.is_some_and(within)
            || answered_on().is_some_and(within)
    }
}

/// Cells of the plot's area.
struct Grid {
    columns: usize,
    rows: usize,
    x: (f64, f64),
    y: (f64, f64),
}

impl Grid {
    fn new((width, height): (u32, u32), x: (f64, f64), y: (f64, f64)) -> Self {
        let cells = |pixels: u32| (pixels as f32 / CELL).ceil().max(1.0) as usize;
        Self { columns: cells(width), rows: cells(height), x, y }
    }

    fn cell(&self, x: f64, y: f64) -> usize {
        let part = |at: f64, range: (f64, f64), cells: usize| {
            let part = (at - range.0) / (range.1 - range.0).max(f64::MIN_POSITIVE);
            ((part * cells as f64) as usize).min(cells - 1)
        };
        part(x, self.x, self.columns) * self.rows + part(y, self.y, self.rows)
    }
}

/// Points of one series and which cell each stands in.
#[derive(Default)]
struct Layer {
    points: Vec<Point>,
    /// For each cell 1 + the number of its point; empty until the first point.
    taken: Vec<u32>,
}

impl Layer {
    fn put(&mut self, grid: &Grid, cell: usize, x: f64, sample: &LatencySample) {
        if self.taken.is_empty() {
            self.taken.resize(grid.columns * grid.rows, 0);
        }
        let Some(slot) = self.taken.get_mut(cell) else { return };
        let point = Point { x, y: 0.0, sample: *sample };
        match (*slot as usize).checked_sub(1).and_then(|at| self.points.get_mut(at)) {
            Some(old) => *old = point,
            None => {
                self.points.push(point);
                *slot = self.points.len() as u32;
            }
        }
    }
}

/// The decimal logarithm of a time in milliseconds to within 0.03: good enough to choose a
/// cell, and ten times cheaper than the exact one.
fn rough_log10_ms(nanos: i64) -> f64 {
    let ms = (nanos as f64 / 1e6).max(LOG_FLOOR_MS);
    // Exponent and mantissa of a double are its binary logarithm, linear between powers of two.
    let log2 = ms.to_bits() as f64 / (1u64 << 52) as f64 - 1023.0 + 0.043;
    log2 * std::f64::consts::LOG10_2
}

/// A range with some air, never empty.
fn y_range((low, high): (f64, f64), log: bool) -> (f64, f64) {
    if low > high {
        return if log { (0.0, 3.0) } else { (0.0, 100.0) };
    }
    if log {
        // Whole decades keep the grid still while samples come and go.
        let (low, high) = (low.floor(), (high + 0.05).ceil());
        (low, high.max(low + 1.0))
    } else {
        (low.min(0.0), (high * 1.1).max(1.0))
    }
}

fn percentile(nanos: &mut [i64], part: f64) -> Option<i64> {
    let last = nanos.len().checked_sub(1)?;
    let index = ((last as f64 * part).round() as usize).min(last);
    Some(*nanos.select_nth_unstable(index).1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_of_few_and_none() {
        assert_eq!(percentile(&mut [], 0.5), None);
        assert_eq!(percentile(&mut [7], 0.95), Some(7));
        assert_eq!(percentile(&mut [5, 1, 4, 2, 3], 0.5), Some(3));
        assert_eq!(percentile(&mut [5, 1, 4, 2, 3], 0.95), Some(5));
    }

    #[test]
    fn the_rough_logarithm_is_near_enough_for_a_cell() {
        for nanos in [100_000i64, 123_456, 1_000_000, 1_499_999, 3_000_000, 87_654_321, i64::MAX] {
            let exact = (nanos as f64 / 1e6).log10();
            assert!((rough_log10_ms(nanos) - exact).abs() < 0.03, "{nanos}");
        }
        assert!((rough_log10_ms(-5) - LOG_FLOOR_MS.log10()).abs() < 0.03);
    }

    #[test]
    fn ranges_are_never_empty() {
        assert_eq!(y_range((f64::MAX, f64::MIN), true), (0.0, 3.0));
        assert_eq!(y_range((1.0, 1.0), true), (1.0, 2.0));
        assert_eq!(y_range((1.5, 1.5), true), (1.0, 2.0));
        assert_eq!(y_range((0.0, 0.0), false), (0.0, 1.0));
    }
}
