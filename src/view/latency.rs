//! Response times per device, reduced to what a plot of a given size can show.
//!
//! Samples are read once and kept per device as long as the store keeps them. What is drawn is
//! worked out at most ten times a second and holds at most one point per 3×3 pixels and series,
//! so neither the number of samples nor of devices can slow a frame down.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use crate::core::ids::{EndpointId, Epoch, NodeId, Seq};
use crate::core::time::Stopwatch;
use crate::store::Snapshot;
use crate::store::series::LatencySample;
use crate::usp::kind::MsgKind;

/// Series with a colour of their own.
pub const COLOURS: usize = 10;

/// Pixels per cell in which one point stands for all.
const CELL: f32 = 3.0;

/// How often the drawn points are worked out again while samples arrive.
const REFRESH_EVERY: Duration = Duration::from_millis(100);

/// Response times at or below this are drawn at it on a logarithmic scale, milliseconds.
const LOG_FLOOR_MS: f64 = 0.01;

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

#[derive(Clone, Copy)]
struct Kept {
    position: u64,
    sample: LatencySample,
}

/// See the module text.
#[derive(Default)]
pub struct Latency {
    epoch: Option<Epoch>,
    seen: u64,
    pruned_to: u64,
    devices: HashMap<EndpointId, VecDeque<Kept>>,
    colours: [Option<EndpointId>; COLOURS],
    drawing: Drawing,
    drawn_for: Option<(Options, (u32, u32), u64)>,
    since_drawn: Option<Stopwatch>,
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
                let kept = Kept { position: self.seen + taken, sample: *sample };
                self.devices.entry(sample.device).or_default().push_back(kept);
                taken += 1;
            }
            self.seen += taken.max(1);
            if started.elapsed() >= budget {
                break;
            }
        }
        // The store forgets in blocks, so this seldom runs.
        if self.pruned_to < log.first() {
            self.pruned_to = log.first();
            self.devices.retain(|_, kept| {
                while kept.front().is_some_and(|k| k.position < log.first()) {
                    kept.pop_front();
                }
                !kept.is_empty()
            });
        }
        self.seen < log.end()
    }

    /// Number of devices with samples.
    #[must_use]
    pub fn devices(&self) -> usize {
        self.devices.len()
    }

    /// What to draw into `width` × `height` pixels.
    pub fn drawing(
        &mut self,
        snapshot: &Snapshot,
        options: Options,
        width: f32,
        height: f32,
    ) -> &Drawing {
        let size = (width.max(1.0) as u32, height.max(1.0) as u32);
        let key = (options, size, self.seen);
        let stale = match &self.drawn_for {
            None => true,
            Some((o, s, _)) if (*o, *s) != (options, size) => true,
            Some((_, _, seen)) => {
                *seen != self.seen
                    && self.since_drawn.is_none_or(|since| since.elapsed() >= REFRESH_EVERY)
            }
        };
        if stale {
            self.assign_colours();
            self.drawing = self.draw(snapshot, options, size);
            self.drawn_for = Some(key);
            self.since_drawn = Some(Stopwatch::start());
        }
        &self.drawing
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
    fn assign_colours(&mut self) {
        let mut busy: Vec<(usize, EndpointId)> =
            self.devices.iter().map(|(&id, kept)| (kept.len(), id)).collect();
        busy.sort_unstable_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        busy.truncate(COLOURS);
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
        let end = snapshot.now().as_secs_f64();
        let oldest = self
            .devices
            .values()
            .filter_map(|kept| kept.front())
            .map(|k| k.sample.at.as_secs_f64())
            .fold(end, f64::min);
        let span = options.span.secs().unwrap_or((end - oldest).max(10.0));
        let x = (end - span, end);
        let scale = |nanos: i64| {
            let ms = nanos as f64 / 1e6;
            if options.log { ms.max(LOG_FLOOR_MS).log10() } else { ms }
        };

        // First pass: what is in range, its extent and its percentiles.
        let mut chosen: Vec<(EndpointId, Vec<LatencySample>)> = Vec::new();
        let mut all: Vec<i64> = Vec::new();
        for (&device, kept) in &self.devices {
            if !speaks_on(snapshot, options.topic, device, kept) {
                continue;
            }
            let from = kept.partition_point(|k| k.sample.at.as_secs_f64() < x.0);
            let samples: Vec<LatencySample> = kept
                .range(from..)
                .map(|k| k.sample)
                .filter(|s| options.notify || s.request != MsgKind::Notify)
                .collect();
            if samples.is_empty() {
                continue;
            }
            if options.device.is_none_or(|picked| picked == device) {
                all.extend(samples.iter().map(|s| s.nanos));
            }
            chosen.push((device, samples));
        }
        // A hash map's order changes from run to run; pictures must not.
        chosen.sort_unstable_by_key(|(device, _)| *device);
        let extent = chosen
            .iter()
            .flat_map(|(_, samples)| samples)
            .map(|s| scale(s.nanos))
            .fold((f64::MAX, f64::MIN), |(low, high), y| (low.min(y), high.max(y)));
        let y = y_range(extent, options.log);

        // Second pass: at most one point per cell and series.
        let columns = (width as f32 / CELL).ceil().max(1.0) as usize;
        let rows = (height as f32 / CELL).ceil().max(1.0) as usize;
        let cell = |at: f64, range: (f64, f64), cells: usize| {
            let part = (at - range.0) / (range.1 - range.0).max(f64::MIN_POSITIVE);
            ((part * cells as f64) as usize).min(cells - 1)
        };
        let mut rest = Series { colour: COLOURS, ..Series::default() };
        let mut rest_taken = vec![false; columns * rows];
        let mut coloured = Vec::new();
        for (device, samples) in chosen {
            let colour = self.colour(device).filter(|_| options.device.is_none());
            let picked = options.device == Some(device);
            let mut own_taken = Vec::new();
            let mut own = Series { device: Some(device), ..Series::default() };
            let (series, taken) = if colour.is_some() || picked {
                own.colour = self.colour(device).unwrap_or(0);
                own_taken.resize(columns * rows, false);
                (&mut own, &mut own_taken)
            } else {
                (&mut rest, &mut rest_taken)
            };
            // Newest first, so that a cell shows its newest sample.
            for sample in samples.into_iter().rev() {
                let at = (sample.at.as_secs_f64(), scale(sample.nanos));
                let index = cell(at.0, x, columns) * rows + cell(at.1, y, rows);
                if let Some(slot) = taken.get_mut(index)
                    && !*slot
                {
                    *slot = true;
                    series.points.push(Point { x: at.0, y: at.1, sample });
                }
            }
            if !own.points.is_empty() {
                own.points.reverse();
                coloured.push(own);
            }
        }
        let mut series = Vec::new();
        if !rest.points.is_empty() {
            series.push(rest);
        }
        series.extend(coloured);
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

/// True if requests reach the device on that level, or its newest answer went there.
fn speaks_on(
    snapshot: &Snapshot,
    topic: Option<NodeId>,
    device: EndpointId,
    kept: &VecDeque<Kept>,
) -> bool {
    let Some(level) = topic else { return true };
    let within = |topic| snapshot.is_within(snapshot.topic_node(topic), level);
    let answered_on = || {
        let newest: Seq = kept.back()?.sample.answer;
        Some(snapshot.row(newest)?.topic)
    };
    snapshot.endpoint(device).reached_on.is_some_and(within) || answered_on().is_some_and(within)
}

/// A range with some air, never empty.
fn y_range((low, high): (f64, f64), log: bool) -> (f64, f64) {
    if low > high {
        return if log { (0.0, 3.0) } else { (0.0, 100.0) };
    }
    if log {
        // Whole decades keep the grid still while samples come and go.
        let (low, high) = ((low - 0.05).floor(), (high + 0.05).ceil());
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
        assert_eq!(y_range((1.0, 1.0), true), (0.0, 2.0));
        assert_eq!(y_range((1.5, 1.5), true), (1.0, 2.0));
        assert_eq!(y_range((0.0, 0.0), false), (0.0, 1.0));
    }
}
