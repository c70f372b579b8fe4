//! Response times per device, reduced to what a plot of a given size can show.
//!
//! What is drawn is worked out a few times a second, straight from the samples the store keeps
//! (a bounded number, read in order), and holds at most one point per 3×3 pixels and series, so
//! neither the number of samples nor of devices can slow a frame down.

use std::collections::HashMap;
use std::time::Duration;

use crate::core::ids::{EndpointId, Epoch, NodeId};
use crate::core::time::{Stopwatch, Timestamp};
use crate::store::Snapshot;
use crate::store::series::LatencySample;
use crate::usp::kind::MsgKind;

/// Series with a colour of their own.
pub const COLOURS: usize = 10;

/// Pixels per cell in which one point stands for all.
const CELL: f32 = 3.0;

/// How often the drawn points are worked out again while samples arrive.
const REFRESH_EVERY: Duration = Duration::from_millis(250);

/// Response times at or below this are drawn at it on a logarithmic scale, milliseconds.
const LOG_FLOOR_MS: f64 = 0.01;

/// Shortest time range shown, seconds.
const MIN_SPAN_SECS: f64 = 15.0;

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
        match self {
            Self::Minute => Some(60.0),
            Self::FiveMinutes => Some(300.0),
            Self::HalfHour => Some(1800.0),
            Self::All => None,
        }
    }
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
}

impl Default for Options {
    fn default() -> Self {
        Self { span: Span::default(), log: true, notify: false, device: None, topic: None }
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

/// See the module text.
#[derive(Default)]
pub struct Latency {
    epoch: Option<Epoch>,
    /// Samples of the stream up to here are in the drawing.
    drawn_to: u64,
    /// End of the stream of samples in the newest snapshot.
    end: u64,
    devices: usize,
    colours: [Option<EndpointId>; COLOURS],
    drawing: Drawing,
    drawn_for: Option<(Options, (u32, u32))>,
    since_drawn: Option<Stopwatch>,
}

/// No sample in this cell.
const EMPTY: u32 = u32::MAX;

/// The newest sample of each cell of the plot, for one series.
struct Grid {
    colour: usize,
    device: Option<EndpointId>,
    cells: Vec<u32>,
}

impl Latency {
    /// Looks at a new snapshot. The work itself is done by [`Self::refresh`].
    pub fn advance(&mut self, snapshot: &Snapshot) {
        if self.epoch != Some(snapshot.epoch()) {
            *self = Self { epoch: Some(snapshot.epoch()), ..Self::default() };
        }
        self.end = snapshot.latencies().end();
    }

    /// Number of devices with samples, when last worked out.
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
        let stale = self.drawn_for != Some((options, size))
            || (self.drawn_to != self.end
                && self.since_drawn.is_none_or(|since| since.elapsed() >= REFRESH_EVERY));
        if stale {
            self.assign_colours(snapshot);
            self.drawing = self.draw(snapshot, options, size);
            self.drawn_for = Some((options, size));
            self.drawn_to = self.end;
            self.since_drawn = Some(Stopwatch::start());
        }
    }

    /// True if samples came in that the last drawing does not show.
    #[must_use]
    pub fn is_behind(&self) -> bool {
        self.drawn_for.is_some() && self.drawn_to != self.end
    }

    /// The colour of a device, if it has one.
    #[must_use]
    pub fn colour(&self, device: EndpointId) -> Option<usize> {
        self.colours.iter().position(|c| *c == Some(device))
    }

    /// The busiest devices get a colour and keep it while they are among the busiest.
    fn assign_colours(&mut self, snapshot: &Snapshot) {
        let mut counts = vec![0u32; snapshot.endpoints_len()];
        for sample in snapshot.latencies().iter_from(0) {
            if let Some(count) = counts.get_mut(sample.device.0 as usize) {
                *count += 1;
            }
        }
        let mut busy: Vec<(u32, EndpointId)> = Vec::new();
        self.devices = 0;
        for (id, &count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
            self.devices += 1;
            let place = busy.partition_point(|(other, _)| *other >= count);
            if place < COLOURS {
                busy.insert(place, (count, EndpointId(id as u32)));
                busy.truncate(COLOURS);
            }
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
        let x = (end - span, end);
        let from = Timestamp::from_secs_f64(x.0);

        // First pass: what is in range, its extent and its percentiles.
        let mut speaks = Speaks::new(snapshot, options.topic);
        let mut chosen: Vec<LatencySample> = Vec::new();
        let mut all: Vec<i64> = Vec::new();
        let mut extent = (i64::MAX, i64::MIN);
        for sample in log.iter_from(0) {
            if sample.at < from
                || (sample.request == MsgKind::Notify && !options.notify)
                || !speaks.on_topic(sample)
            {
                continue;
            }
            extent = (extent.0.min(sample.nanos), extent.1.max(sample.nanos));
            if options.device.is_none_or(|picked| picked == sample.device) {
                all.push(sample.nanos);
            }
            chosen.push(*sample);
        }
        let scale = |nanos: i64| scaled(nanos, options.log);
        let y = if chosen.is_empty() {
            y_range((f64::MAX, f64::MIN), options.log)
        } else {
            y_range((scale(extent.0), scale(extent.1)), options.log)
        };

        // Second pass: at most one point per cell and series, the newest one.
        let columns = (width as f32 / CELL).ceil().max(1.0) as usize;
        let rows = (height as f32 / CELL).ceil().max(1.0) as usize;
        let cell = |at: f64, range: (f64, f64), cells: usize| {
            let part = (at - range.0) / (range.1 - range.0).max(f64::MIN_POSITIVE);
            ((part * cells as f64) as usize).min(cells - 1)
        };
        let grid = |colour, device| Grid { colour, device, cells: vec![EMPTY; columns * rows] };
        let mut grids = vec![grid(COLOURS, None)];
        for (index, sample) in chosen.iter().enumerate() {
            let at = cell(sample.at.as_secs_f64(), x, columns) * rows
                + cell(scale(sample.nanos), y, rows);
            let device = sample.device;
            let own = match options.device {
                Some(picked) => (picked == device).then(|| self.colour(device).unwrap_or(0)),
                None => self.colour(device),
            };
            let series = match own {
                None => 0,
                Some(colour) => {
                    let known = grids.iter().position(|g| g.device == Some(device));
                    known.unwrap_or_else(|| {
                        grids.push(grid(colour, Some(device)));
                        grids.len() - 1
                    })
                }
            };
            if let Some(slot) = grids.get_mut(series).and_then(|g| g.cells.get_mut(at)) {
                *slot = index as u32;
            }
        }
        // The others lie below, the coloured ones in an order that does not change.
        grids.sort_by_key(|g| g.device);
        let series = grids
            .into_iter()
            .map(|grid| Series {
                device: grid.device,
                colour: grid.colour,
                points: points(&grid.cells, &chosen, &scale),
            })
            .filter(|series| !series.points.is_empty())
            .collect();
        let samples = all.len();
        Drawing {
            series,
            x,
            y,
            samples,
            median: percentile(&mut all, 0.5),
            p95: percentile(&mut all, 0.95),
            max: all.iter().copied().max(),
        }
    }
}

/// The samples left in the cells, in order of time.
fn points(cells: &[u32], chosen: &[LatencySample], scale: &impl Fn(i64) -> f64) -> Vec<Point> {
    let mut left: Vec<u32> = cells.iter().copied().filter(|cell| *cell != EMPTY).collect();
    left.sort_unstable();
    left.into_iter()
        .filter_map(|index| chosen.get(index as usize))
        .map(|sample| Point { x: sample.at.as_secs_f64(), y: scale(sample.nanos), sample: *sample })
        .collect()
}

/// A response time in the scale of the plot.
fn scaled(nanos: i64, log: bool) -> f64 {
    let ms = nanos as f64 / 1e6;
    // Single precision is far finer than a pixel, and three times as fast.
    if log { f64::from((ms.max(LOG_FLOOR_MS) as f32).log10()) } else { ms }
}

/// Which devices speak on a level of the topic tree; asked once per device.
struct Speaks<'a> {
    snapshot: &'a Snapshot,
    topic: Option<NodeId>,
    known: HashMap<EndpointId, bool>,
}

impl<'a> Speaks<'a> {
    fn new(snapshot: &'a Snapshot, topic: Option<NodeId>) -> Self {
        Self { snapshot, topic, known: HashMap::new() }
    }

    /// True if requests reach the sample's device on that level, or its answer went there.
    fn on_topic(&mut self, sample: &LatencySample) -> bool {
        let Some(level) = self.topic else { return true };
        let snapshot = self.snapshot;
        *self.known.entry(sample.device).or_insert_with(|| {
            let within = |topic| snapshot.is_within(snapshot.topic_node(topic), level);
            snapshot.endpoint(sample.device).reached_on.is_some_and(within)
                || snapshot.row(sample.answer).is_some_and(|row| within(row.topic))
        })
    }
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
    fn ranges_are_never_empty() {
        assert_eq!(y_range((f64::MAX, f64::MIN), true), (0.0, 3.0));
        assert_eq!(y_range((1.0, 1.0), true), (1.0, 2.0));
        assert_eq!(y_range((1.5, 1.5), true), (1.0, 2.0));
        assert_eq!(y_range((0.0, 0.0), false), (0.0, 1.0));
    }
}
