//! A picture of the timeline: marks above a band, times below.
//!
//! Each state has a height of its own besides its colour, each mark a form.

use super::{Being, Mark, Stretch, Timeline, What};
use crate::analysis::Snapshot;
use crate::core::ids::EndpointId;
use crate::core::time::Timestamp;
use crate::view::drawing::{Anchor, Drawing, Font, Form, Role, Stroke, area, measure, point};
use crate::view::format::{self, Clockface};

/// Height of the strip, points.
pub const HEIGHT: f32 = 56.0;

const MARKS_Y: f32 = 12.0;
const BAND_TOP: f32 = 23.0;
const BAND: f32 = 14.0;
const TIMES_Y: f32 = 47.0;
const SIDE: f32 = 10.0;
const SMALL: f32 = 11.0;

/// Marks this close together are drawn as one with a number, points.
const TOGETHER: f32 = 26.0;

/// Lines of a hover.
const LINES: usize = 6;

const SECOND: i64 = 1_000_000_000;

/// Steps between times on the axis, seconds.
const STEPS: [i64; 18] = [
    1, 2, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600, 7_200, 21_600, 43_200, 86_400, 172_800,
    604_800, 2_592_000,
];

/// Several marks in one place.
struct Group<'t> {
    x: f32,
    worst: &'t Mark,
    count: usize,
    words: Vec<String>,
}

/// What the strip shows.
pub struct Strip<'a> {
    /// The snapshot on view.
    pub snapshot: &'a Snapshot,
    /// Where the user is.
    pub clockface: &'a Clockface,
    /// Up to when it reaches.
    pub now: Timestamp,
    /// Whose it is.
    pub device: EndpointId,
}

/// The sign of something that happened.
#[must_use]
pub fn sign(what: What) -> (Form, Role) {
    match what {
        What::Connect => (Form::Up, Role::Ok),
        What::Late => (Form::Ring, Role::Warn),
        What::Error => (Form::Square, Role::Error),
        What::Timeout => (Form::Cross, Role::Error),
        What::Disconnect => (Form::Down, Role::Warn),
        What::Restart { expected: true } => (Form::Diamond, Role::Info),
        What::Restart { expected: false } => (Form::Diamond, Role::Error),
    }
}

/// The strip at a width.
#[must_use]
pub fn draw(timeline: &Timeline, strip: &Strip<'_>, width: f32) -> Drawing {
    let name = format::one_line(strip.snapshot.endpoint_name(strip.device)).into_owned();
    let mut out = Drawing::new(width, HEIGHT, format!("Presence of {name}"));
    let Some((start, end)) = timeline.range(strip.now) else { return out };
    // A moment alone has no length to be drawn.
    let end = end.max(Timestamp(start.0.saturating_add(SECOND)));
    let total = end.nanos_since(start) as f64;
    let room = (width - 2.0 * SIDE).max(10.0);
    let x_of = |at: Timestamp| {
        let part = at.nanos_since(start) as f64 / total;
        SIDE + room * part.clamp(0.0, 1.0) as f32
    };
    for stretch in timeline.stretches(strip.snapshot, strip.device, strip.now) {
        band(&mut out, strip, &stretch, (x_of(stretch.from), x_of(stretch.to)));
    }
    axis(&mut out, strip.clockface, (start, end), x_of);
    for group in groups(timeline, strip, x_of) {
        let (form, role) = sign(group.worst.what);
        let x = group.x;
        out.line(
            point(x, MARKS_Y + 6.0),
            point(x, BAND_TOP + BAND),
            Stroke::new(1.0, role.veil(0.6)),
        );
        out.marker(point(x, MARKS_Y), form, 9.0, role);
        if group.count > 1 {
            let count = if group.count > 99 { "99+".to_owned() } else { group.count.to_string() };
            // Where there is no room at the right it stands at the left.
            let (at, anchor) =
                if x + 26.0 > width { (x - 7.0, Anchor::End) } else { (x + 7.0, Anchor::Start) };
            out.text(point(at, MARKS_Y), anchor, count, (Font::Body, 10.0), Role::Weak);
        }
        let mut words = group.words;
        if group.count > words.len() {
            words.push(format!("and {} more", group.count - words.len()));
        }
        let place = area(x - 8.0, 2.0, if group.count > 1 { 30.0 } else { 16.0 }, BAND_TOP - 2.0);
        out.target(place, Some(group.worst.seq), words.join("\n"));
    }
    if timeline.left_out() > 0 {
        let text = format!("{} older marks left out", format::count(timeline.left_out()));
        out.description = text;
    }
    out
}

fn band(out: &mut Drawing, strip: &Strip<'_>, stretch: &Stretch, (left, right): (f32, f32)) {
    let width = (right - left).max(0.75);
    let bottom = BAND_TOP + BAND;
    let (role, opacity, height) = match stretch.being {
        Being::Online => (Role::Ok, 0.55, BAND),
        Being::Stale => (Role::Warn, 0.5, BAND * 0.55),
        Being::Unresponsive => (Role::Error, 0.5, BAND * 0.55),
        Being::Offline => (Role::Weak, 0.9, 2.0),
        Being::Unheard => (Role::Weak, 0.35, 2.0),
    };
    out.rect(area(left, bottom - height, width, height), 0.0, role.veil(opacity));
    let word = stretch.being.label();
    let wide = measure::width(word, Font::Body, 10.0);
    if wide + 12.0 <= width {
        // Above a low band there is room.
        let y = if height >= BAND { bottom - BAND / 2.0 } else { bottom - height - 5.0 };
        let y = if height < BAND && height > 4.0 { bottom - height / 2.0 } else { y };
        let at = point(left + 6.0, y);
        out.text(at, Anchor::Start, word, (Font::Body, 10.0), Role::Text);
    }
    let clock = strip.clockface;
    let length = format::span(stretch.to.nanos_since(stretch.from));
    let since = clock.date_time_micros(stretch.from);
    let label = format!("{word} for {length}, from {}", since.get(..19).unwrap_or_default());
    out.target(area(left, BAND_TOP, width, BAND), None, label);
}

fn axis(
    out: &mut Drawing,
    clockface: &Clockface,
    (start, end): (Timestamp, Timestamp),
    x_of: impl Fn(Timestamp) -> f32,
) {
    let secs = end.nanos_since(start) / SECOND;
    let room = x_of(end) - x_of(start);
    let with_date = secs > 86_400;
    let sample = if with_date { "11-22 14:03" } else { "14:03:59" };
    let wide = measure::width(sample, Font::Mono, SMALL);
    let most = ((room / (wide + 24.0)) as i64).max(1);
    let least = secs / most;
    let step = STEPS.into_iter().find(|step| *step >= least.max(1));
    let step = step.unwrap_or_else(|| least.max(1));
    let mut at = start.0.div_euclid(step * SECOND).saturating_add(1).saturating_mul(step * SECOND);
    let y = BAND_TOP + BAND;
    let line = Stroke::new(1.0, Role::Border);
    out.line(point(x_of(start), y + 0.5), point(x_of(end), y + 0.5), line);
    let mut drawn = false;
    let mut tick = |at: Timestamp, anchor| {
        let full = clockface.date_time_micros(at);
        let text = if with_date { full.get(5..16) } else { full.get(11..19) };
        let x = x_of(at);
        out.line(point(x, y), point(x, y + 4.0), Stroke::new(1.0, Role::Weak));
        let font = (Font::Mono, SMALL);
        out.text(point(x, TIMES_Y), anchor, text.unwrap_or_default(), font, Role::Weak);
    };
    for _ in 0..64 {
        if at >= end.0 {
            break;
        }
        let x = x_of(Timestamp(at));
        if x - wide / 2.0 >= 2.0 && x + wide / 2.0 <= SIDE * 2.0 + room - 2.0 {
            tick(Timestamp(at), Anchor::Middle);
            drawn = true;
        }
        at = at.saturating_add(step * SECOND);
    }
    if !drawn {
        tick(start, Anchor::Start);
    }
}

fn groups<'t>(
    timeline: &'t Timeline,
    strip: &Strip<'_>,
    x_of: impl Fn(Timestamp) -> f32,
) -> Vec<Group<'t>> {
    let mut groups: Vec<Group<'t>> = Vec::new();
    for mark in timeline.marks() {
        let x = x_of(mark.at);
        if let Some(last) = groups.last_mut()
            && x - last.x < TOGETHER
        {
            last.count += 1;
            // The newest of the worst kind is what it leads to.
            if mark.what >= last.worst.what {
                last.worst = mark;
            }
            if last.words.len() < LINES {
                last.words.push(words(strip, mark));
            }
            continue;
        }
        groups.push(Group { x, worst: mark, count: 1, words: vec![words(strip, mark)] });
    }
    groups
}

fn words(strip: &Strip<'_>, mark: &Mark) -> String {
    let at = strip.clockface.date_time_micros(mark.at);
    let at = at.get(..19).unwrap_or_default();
    if mark.words.is_empty() {
        format!("{at} {}", mark.what.label())
    } else {
        format!("{at} {}: {}", mark.what.label(), mark.words)
    }
}
