//! The latency page: whose response times, of which time, drawn how.

use std::time::Duration;

use super::broker::BrokerLine;
use super::chart::{Chart, Mode, Wanted};
use super::feed::Feed;
use super::scatter::{self, Latency, Window};
use super::scope::{Scope, is_answered_by_device};
use super::times::{self, Times};
use crate::analysis::Snapshot;
use crate::analysis::latency::LatencyRow;
use crate::core::ids::Epoch;
use crate::core::time::{Stopwatch, Timestamp};
use crate::view::latency_table::{By, LatencyTable, Source};
use crate::view::state::TimeRange;

/// How often what is drawn is made again while there is news.
const REFRESH_EVERY: Duration = Duration::from_millis(100);

/// What the page looks at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct View {
    /// Whose response times.
    pub scope: Scope,
    /// The time picked.
    pub range: Option<TimeRange>,
    /// How they are drawn.
    pub mode: Mode,
}

/// From which news a chart was made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct News {
    epoch: Epoch,
    answers: u64,
    restarts: u64,
    broker: u64,
    second: i64,
}

/// See the module text.
#[derive(Default)]
pub struct LatencyPage {
    /// All requests to devices, from the start on.
    base: Option<Feed>,
    /// What is picked, if it is something else.
    picked: Option<Feed>,
    chart: Chart,
    made_for: Option<(Wanted, News)>,
    made_at: Option<Stopwatch>,
    is_behind: bool,
    version: u64,
    times: Times,
    table: LatencyTable,
    points: Latency,
}

impl LatencyPage {
    /// Catches up with the snapshot for at most about `budget`; `view` is what the page looks at,
    /// `None` while it is not on view. True if there is more to do.
    pub fn advance(&mut self, snapshot: &Snapshot, view: Option<View>, budget: Duration) -> bool {
        let all = Scope::default();
        if self.base.as_ref().is_none_or(|feed| !feed.is(snapshot, all)) {
            self.base = Some(Feed::new(snapshot, all));
            self.picked = None;
        }
        let mut more = false;
        if let Some(base) = &mut self.base {
            more |= base.advance(snapshot, budget / 4);
        }
        let Some(View { scope, range, mode }) = view else { return more };
        if scope == all {
            self.picked = None;
        } else {
            let kept = self.picked.take();
            let kept = kept.filter(|feed| feed.is(snapshot, scope) && !feed.is_overrun(snapshot));
            let feed = self.picked.insert(kept.unwrap_or_else(|| Feed::new(snapshot, scope)));
            more |= feed.advance(snapshot, budget / 2);
        }
        let wanted = times::Wanted { range, topic: scope.topic };
        more |= self.times.advance(snapshot, wanted, budget / 4);
        let by_device = scope.request.is_none_or(is_answered_by_device);
        self.table.set_answered_by_device(Some(by_device));
        let source = source(&self.times, wanted);
        more |= self.table.advance_of(snapshot, source, scope.device, budget / 4);
        if mode == Mode::Points {
            more |= self.points.advance(snapshot, budget / 4);
        }
        more
    }

    /// Makes what is drawn, unless that is known or too young.
    pub fn refresh(&mut self, snapshot: &Snapshot, wanted: Wanted, broker: &BrokerLine) {
        let Self { base, picked, .. } = self;
        let Some(feed) = picked.as_ref().or(base.as_ref()) else { return };
        // Round trips go on when no messages come.
        let now = broker.newest().map_or(snapshot.now(), |trip| trip.at.max(snapshot.now()));
        let news = News {
            epoch: snapshot.epoch(),
            answers: feed.pyramid().changes(),
            restarts: snapshot.restarts().end(),
            broker: broker.changes(),
            second: now.0.div_euclid(1_000_000_000),
        };
        let is_young = self.made_at.is_some_and(|at| at.elapsed() < REFRESH_EVERY);
        self.is_behind = match self.made_for {
            Some((for_wanted, of_news)) if for_wanted == wanted => {
                of_news != news && (of_news.epoch == news.epoch && is_young)
            }
            _ => false,
        };
        if !self.is_behind && self.made_for != Some((wanted, news)) {
            let trips = shortest_and_longest(broker, self.chart.grid.range);
            self.chart = Chart::make(feed.pyramid(), snapshot, &wanted, now, trips, &self.chart);
            self.version += 1;
            self.made_for = Some((wanted, news));
            self.made_at = Some(Stopwatch::start());
        }
        if wanted.options.mode == Mode::Points {
            let Chart { grid, scale, .. } = &self.chart;
            let secs = |at: Timestamp| at.as_secs_f64();
            let options = scatter::Options {
                log: scale.log,
                device: wanted.scope.device,
                topic: wanted.scope.topic,
                window: Some(Window {
                    x: (secs(grid.range.from), secs(grid.range.to)),
                    y: scale.y,
                    request: wanted.scope.request,
                }),
                ..scatter::Options::default()
            };
            let (width, height) = wanted.size;
            self.points.refresh(snapshot, options, width as f32, height as f32);
        }
    }

    /// True if there is news that what is drawn does not show yet.
    #[must_use]
    pub fn is_behind(&self) -> bool {
        self.is_behind || self.points.is_behind() && self.is_on(Mode::Points)
    }

    fn is_on(&self, mode: Mode) -> bool {
        self.made_for.is_some_and(|(wanted, _)| wanted.options.mode == mode)
    }

    /// What is drawn.
    #[must_use]
    pub fn chart(&self) -> &Chart {
        &self.chart
    }

    /// Grows each time something else is drawn.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// The points of the scatter plot.
    #[must_use]
    pub fn points(&self) -> &Latency {
        &self.points
    }

    /// How much of the past was counted for what is picked, 0 to 1; `None` once all of it was.
    #[must_use]
    pub fn progress(&self) -> Option<f32> {
        self.picked.as_ref().or(self.base.as_ref())?.progress()
    }

    /// Answers that came too fast to be counted.
    #[must_use]
    pub fn missed(&self) -> u64 {
        self.picked.as_ref().or(self.base.as_ref()).map_or(0, Feed::missed)
    }

    /// Number of rows of the table.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.table.len()
    }

    /// One of them as it is now.
    #[must_use]
    pub fn row(&self, snapshot: &Snapshot, view: View, index: usize) -> Option<LatencyRow> {
        let wanted = times::Wanted { range: view.range, topic: view.scope.topic };
        self.table.get_of(snapshot, source(&self.times, wanted), index)
    }

    /// What the table is sorted by, and whether the smallest stands first.
    #[must_use]
    pub fn sorting(&self) -> (By, bool) {
        self.table.sorting()
    }

    /// Sorts the table by something else, or the other way round.
    pub fn sort_by(&mut self, by: By) {
        self.table.sort_by(by);
    }
}

fn source(times: &Times, wanted: times::Wanted) -> Source<'_> {
    if wanted == times::Wanted::default() {
        Source::All
    } else {
        Source::These(times.rows_unsorted(), times.version())
    }
}

fn shortest_and_longest(broker: &BrokerLine, range: TimeRange) -> Option<(i64, i64)> {
    let nanos = broker.trips(range).map(|trip| trip.nanos);
    nanos.fold(None, |ends, nanos| {
        let (low, high) = ends.unwrap_or((nanos, nanos));
        Some((low.min(nanos), high.max(nanos)))
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::analysis::Pipeline;
    use crate::core::ids::EndpointId;
    use crate::core::wire::{Delivery, WireBatch};
    use crate::store::Budgets;
    use crate::usp::kind::MsgKind;
    use crate::usp::make;
    use crate::view::latency::chart::Options;
    use crate::view::latency::scatter::Span;

    const LONG: Duration = Duration::from_secs(60);
    const SECOND: i64 = 1_000_000_000;

    /// Gets to five devices, one a second; each takes 10 ms for each of its number, but every
    /// seventh is not answered.
    fn ask(pipeline: &mut Pipeline, from: i64, to: i64) {
        let mut batch = WireBatch::new();
        for n in from..to {
            let number = n % 5;
            let (device, id) = (format!("os::00256D-{number}"), n.to_string());
            let mut say = |at: i64, topic: &str, bytes: &[u8]| {
                batch.push(Timestamp(at), topic.as_bytes(), bytes, Delivery::default(), |_| {});
            };
            let get = make::record("self::acs", &device, &make::get(&id, &["Device."]));
            say(n * SECOND, &format!("usp/agent/{number}"), &get);
            if n % 7 != 6 {
                let answer = make::record(&device, "self::acs", &make::error(&id, 7004, "no"));
                say(n * SECOND + (number + 1) * 10_000_000, "usp/controller/c", &answer);
            }
        }
        pipeline.apply(&batch);
    }

    fn settle(page: &mut LatencyPage, snapshot: &Snapshot, view: View) {
        while page.advance(snapshot, Some(view), LONG) {}
    }

    fn chart_of<'p>(page: &'p mut LatencyPage, snapshot: &Snapshot, view: View) -> &'p Chart {
        settle(page, snapshot, view);
        let wanted = Wanted {
            options: Options { span: Span::All, mode: view.mode, ..Options::default() },
            scope: view.scope,
            picked: view.range,
            size: (900, 300),
        };
        page.made_at = None;
        page.refresh(snapshot, wanted, &BrokerLine::default());
        page.chart()
    }

    fn view(scope: Scope) -> View {
        View { scope, range: None, mode: Mode::Bands }
    }

    #[test]
    fn a_picked_device_and_time_have_figures_of_their_own() {
        let mut pipeline = Pipeline::new(Budgets::default(), Epoch(1));
        ask(&mut pipeline, 0, 700);
        pipeline.tick(Timestamp(800 * SECOND));
        let snapshot = pipeline.snapshot();
        let mut page = LatencyPage::default();
        let all = chart_of(&mut page, &snapshot, view(Scope::default())).totals;
        assert_eq!((all.count, all.timeouts, all.exact), (600, 100, true));
        assert_eq!(all.max, 50_000_000);

        let device = snapshot.latencies().get(3).map(|sample| sample.device);
        let scope = Scope { device, ..Scope::default() };
        let one = chart_of(&mut page, &snapshot, view(scope)).totals;
        assert_eq!((one.count, one.timeouts, one.max), (120, 20, 40_000_000));
        assert_eq!(page.rows(), 1);

        let range = TimeRange { from: Timestamp(100 * SECOND), to: Timestamp(170 * SECOND) };
        let picked = View { range: Some(range), ..view(Scope::default()) };
        let some = chart_of(&mut page, &snapshot, picked).totals;
        assert_eq!((some.count, some.timeouts), (60, 10));
        assert_eq!(page.rows(), 5);
        let rows: Vec<_> = (0..5).filter_map(|n| page.row(&snapshot, picked, n)).collect();
        assert_eq!(rows.iter().map(|row| row.count).sum::<u32>(), 60);
        assert_eq!(rows.iter().map(|row| row.timeouts).sum::<u32>(), 10);
        assert!(rows.is_sorted_by(|a, b| a.p95_micros >= b.p95_micros));

        let scope = Scope { request: Some(MsgKind::Set), ..Scope::default() };
        assert_eq!(chart_of(&mut page, &snapshot, view(scope)).totals.count, 0);
        let level = snapshot.latencies().get(0).and_then(|sample| {
            let request = snapshot.row(crate::core::ids::Seq(sample.answer.0 - 1))?;
            Some(snapshot.topic_node(request.topic))
        });
        let scope = Scope { topic: level, ..Scope::default() };
        let topic = chart_of(&mut page, &snapshot, view(scope)).totals;
        assert_eq!((topic.count, topic.max), (120, 10_000_000));
        assert_eq!(page.rows(), 1);
    }

    #[test]
    fn what_was_picked_late_is_counted_from_what_is_kept() {
        // So many that answers are only left in the exchanges.
        let mut pipeline = Pipeline::new(Budgets::default(), Epoch(1));
        for start in (0..80_000).step_by(8_000) {
            ask(&mut pipeline, start, start + 8_000);
        }
        let snapshot = pipeline.snapshot();
        assert!(snapshot.latencies().first() > 0);
        let mut page = LatencyPage::default();
        let scope = Scope { device: Some(EndpointId(2)), ..Scope::default() };
        let mut frames = 0;
        while page.advance(&snapshot, Some(view(scope)), Duration::from_micros(200)) {
            frames += 1;
            assert!(frames < 100_000);
        }
        assert!(frames > 3);
        let before = chart_of(&mut page, &snapshot, view(scope)).totals;
        let row = page.row(&snapshot, view(scope), 0);
        assert_eq!(row.map(|row| u64::from(row.count)), Some(before.count));
        assert_eq!(row.map(|row| u64::from(row.timeouts)), Some(before.timeouts));
        // And goes on with what comes.
        ask(&mut pipeline, 80_000, 81_000);
        let snapshot = pipeline.snapshot();
        let after = chart_of(&mut page, &snapshot, view(scope)).totals;
        let row = page.row(&snapshot, view(scope), 0);
        assert!(after.count > before.count);
        assert_eq!(row.map(|row| u64::from(row.count)), Some(after.count));
        assert_eq!(page.missed(), 0);
    }

    #[test]
    fn nothing_is_made_again_without_news_and_not_too_often() {
        let mut pipeline = Pipeline::new(Budgets::default(), Epoch(1));
        ask(&mut pipeline, 0, 100);
        let snapshot = pipeline.snapshot();
        let mut page = LatencyPage::default();
        let seen = view(Scope::default());
        chart_of(&mut page, &snapshot, seen);
        let wanted = page.made_for.map(|made| made.0).unwrap();
        let version = page.version();
        page.made_at = None;
        page.refresh(&snapshot, wanted, &BrokerLine::default());
        assert_eq!((page.version(), page.is_behind()), (version, false));
        page.made_at = Some(Stopwatch::start());
        ask(&mut pipeline, 100, 110);
        let snapshot = pipeline.snapshot();
        settle(&mut page, &snapshot, seen);
        page.refresh(&snapshot, wanted, &BrokerLine::default());
        assert_eq!((page.version(), page.is_behind()), (version, true));
        page.made_at = None;
        page.refresh(&snapshot, wanted, &BrokerLine::default());
        assert_eq!((page.version(), page.is_behind()), (version + 1, false));
        // Another wish is fulfilled at once.
        page.made_at = Some(Stopwatch::start());
        let other = Wanted { size: (400, 300), ..wanted };
        page.refresh(&snapshot, other, &BrokerLine::default());
        assert_eq!((page.version(), page.is_behind()), (version + 2, false));
    }
}
