//! Pictures of the ladder: the names above the lifelines, and the rows in a window.

use super::words::{self, Scene, Told, Turn, Way};
use super::{Item, Ladder, ROW, Spacing};
use crate::core::ids::EndpointId;
use crate::store::RowRef;
use crate::view::drawing::{Anchor, Drawing, Font, Form, Ink, Role, Stroke, area, measure, point};
use crate::view::format;

/// Lifelines besides the device's; more share one.
const MAX_LIFELINES: usize = 5;

/// Exchanges that overlap get a bracket each, up to so many.
const LANES: usize = 3;
const LANE_WIDTH: f32 = 5.0;

/// Rows looked at above the window for brackets that reach into it.
const LOOK_BACK: usize = 64;

/// Above so many rows in a window, to scale, only those are drawn that differ by a pixel or so,
/// and without brackets.
const CROWD: usize = 400;

/// Least distance of two arrows that are drawn, points.
const ARROW_DISTANCE: f64 = 1.5;

/// Least distance of two arrows that can be clicked apart, points.
const CLICK_DISTANCE: f64 = 4.0;

/// Least distance of two rows with words, points.
const WORDS_DISTANCE: f64 = 15.0;

/// Height of a line of names, points.
const NAME_LINE: f32 = 16.0;

const SMALL: f32 = 11.0;
const TEXT: f32 = 12.0;

/// Who a lifeline belongs to.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Who {
    Known(EndpointId),
    /// Whoever can't be told apart here.
    Rest(usize),
    Unknown,
}

/// Where everything lies from left to right, points.
#[derive(Clone, Debug)]
pub struct Columns {
    /// All of it.
    pub width: f32,
    time_width: f32,
    /// With hours.
    long_time: bool,
    /// The device's lifeline.
    device_x: f32,
    /// The others: who and where.
    peers: Vec<(Who, f32)>,
    lanes_x: f32,
    notes_x: f32,
    /// The device asks: it is a Controller and stands at the left.
    flipped: bool,
}

impl Columns {
    /// The columns for a width.
    #[must_use]
    pub fn new(ladder: &Ladder, scene: &Scene<'_>, width: f32) -> Self {
        let long_time = width >= 520.0;
        let time_width = if long_time { 94.0 } else { 74.0 };
        let notes_width = (width * 0.22).clamp(118.0, 250.0);
        let lanes_x = (width - notes_width).max(time_width + 60.0);
        let (left, right) = (time_width + 8.0, lanes_x - 10.0);
        let whos = whos(ladder);
        let step = match whos.len() {
            0 | 1 => 0.0,
            n => ((right - left) * 0.4 / (n - 1) as f32).clamp(8.0, 84.0),
        };
        let info = scene.snapshot.endpoint_info(scene.device);
        let flipped = info.is_some_and(|i| i.acts_as_controller() && !i.acts_as_agent());
        let peers = whos.into_iter().enumerate();
        let peers = peers
            .map(|(n, who)| {
                let away = n as f32 * step;
                (who, if flipped { right - away } else { left + away })
            })
            .collect();
        Self {
            width,
            time_width,
            long_time,
            device_x: if flipped { left } else { right },
            peers,
            lanes_x,
            notes_x: lanes_x + LANES as f32 * LANE_WIDTH + 5.0,
            flipped,
        }
    }

    /// Height of the names above the lifelines.
    #[must_use]
    pub fn head_height(&self) -> f32 {
        NAME_LINE * self.peers.len().max(1) as f32 + 12.0
    }

    fn x_of(&self, scene: &Scene<'_>, id: Option<EndpointId>) -> f32 {
        if id == Some(scene.device) {
            return self.device_x;
        }
        let rest = || self.peers.iter().find(|(who, _)| matches!(who, Who::Rest(_)));
        let found = match id {
            Some(id) => self.peers.iter().find(|(who, _)| *who == Who::Known(id)).or_else(rest),
            None => self.peers.iter().find(|(who, _)| *who == Who::Unknown).or_else(rest),
        };
        let fallback = || self.peers.last().map_or(self.time_width + 8.0, |peer| peer.1);
        found.map_or_else(fallback, |peer| peer.1)
    }
}

fn whos(ladder: &Ladder) -> Vec<Who> {
    let all = ladder.peers();
    let who = |id: &Option<EndpointId>| id.map_or(Who::Unknown, Who::Known);
    if all.len() <= MAX_LIFELINES {
        let mut whos: Vec<Who> = all.keys().flatten().map(|&id| Who::Known(id)).collect();
        whos.extend(all.contains_key(&None).then_some(Who::Unknown));
        return whos;
    }
    let mut most: Vec<_> = all.iter().collect();
    most.sort_by_key(|(id, count)| (std::cmp::Reverse(**count), **id));
    most.truncate(MAX_LIFELINES - 1);
    most.sort_by_key(|(id, _)| **id);
    let mut whos: Vec<Who> = most.into_iter().map(|(id, _)| who(id)).collect();
    whos.push(Who::Rest(all.len() - whos.len()));
    whos
}

/// The names above the lifelines.
#[must_use]
pub fn head(scene: &Scene<'_>, columns: &Columns) -> Drawing {
    let height = columns.head_height();
    let mut out = Drawing::new(columns.width, height, "Lifelines");
    out.background = Some(Role::Panel.into());
    let snapshot = scene.snapshot;
    let middle = f32::midpoint(columns.time_width, columns.lanes_x);
    let mut name = |x: f32, line: usize, text: &str, role: &str, room: (f32, f32), strong: bool| {
        let y = 10.0 + line as f32 * NAME_LINE;
        // Towards where there is room: from the line to the right, or to the left of it.
        let to_right = room.1 - x >= x - room.0;
        let space = (if to_right { room.1 - x } else { x - room.0 }) - 8.0;
        let role_width = measure::width(role, Font::Body, SMALL) + 6.0;
        let role = if space - role_width >= 60.0 { role } else { "" };
        let role_width = if role.is_empty() { 0.0 } else { role_width };
        let shown = measure::fit_middle(text, Font::Medium, TEXT, space - role_width);
        let wide = measure::width(&shown, Font::Medium, TEXT);
        let ink = if strong { Role::Strong } else { Role::Text };
        let stroke = Stroke::new(if strong { 1.5 } else { 1.0 }, Role::Weak);
        out.line(point(x, y - 6.0), point(x, height), stroke);
        out.marker(point(x, y - 6.0), Form::Square, 5.0, Role::Weak);
        let (start, label_x) = if to_right {
            (x + 6.0, x + 6.0)
        } else {
            (x - 6.0 - wide - role_width, x - 6.0 - wide - role_width)
        };
        out.text(point(start, y), Anchor::Start, shown.into_owned(), (Font::Medium, TEXT), ink);
        if !role.is_empty() {
            let at = point(start + wide + 5.0, y);
            out.text(at, Anchor::Start, role, (Font::Body, SMALL), Role::Weak);
        }
        let place = area(label_x, y - NAME_LINE / 2.0, wide + role_width, NAME_LINE);
        out.target(place, None, format!("Lifeline of {text}"));
    };
    let device = words::short_name(snapshot, Some(scene.device));
    let side = |id: EndpointId| match snapshot.endpoint_info(id) {
        Some(info) if info.acts_as_controller() && !info.acts_as_agent() => "Controller",
        Some(info) if info.acts_as_agent() => "Agent",
        _ => "",
    };
    let (far_left, far_right) = (columns.time_width + 4.0, columns.width - 4.0);
    let reach = if columns.flipped { (far_left, middle) } else { (middle, far_right) };
    name(columns.device_x, 0, &device, side(scene.device), reach, true);
    for (line, (who, x)) in columns.peers.iter().enumerate() {
        let (text, role) = match who {
            Who::Known(id) => (words::short_name(snapshot, Some(*id)).into_owned(), side(*id)),
            Who::Rest(count) => (format!("{count} others"), ""),
            Who::Unknown => ("unknown".to_owned(), ""),
        };
        let edge = if line == 0 {
            middle
        } else if columns.flipped {
            far_left
        } else {
            columns.device_x - 4.0
        };
        let reach = if columns.flipped { (edge, far_right) } else { (far_left, edge) };
        name(*x, line, &text, role, reach, false);
    }
    out.line(
        point(0.0, height - 0.5),
        point(columns.width, height - 0.5),
        Stroke::new(1.0, Role::Border),
    );
    out
}

/// What was drawn of a window.
pub struct Window {
    /// The picture.
    pub drawing: Drawing,
    /// The row of each target of the picture.
    pub rows: Vec<usize>,
    /// Messages that lie too close to others to be drawn at this scale.
    pub hidden: usize,
}

/// The rows that are on a screen of `height` points whose top is at `top`.
#[must_use]
pub fn rows(
    ladder: &mut Ladder,
    scene: &Scene<'_>,
    columns: &Columns,
    top: f64,
    height: f32,
) -> Window {
    let range = ladder.window(top, f64::from(height));
    let mut painter = Painter {
        out: Drawing::new(columns.width, height, "Ladder"),
        scene,
        columns,
        rows: Vec::new(),
        worded: f64::MIN,
        clickable: f64::MIN,
        half: scene.picked.and_then(|seq| words::other_half(scene.snapshot, seq)),
    };
    painter.lifelines(height);
    let crowded = ladder.spacing() == Spacing::ToScale && range.len() > CROWD;
    if !crowded {
        painter.brackets(ladder, range.clone(), top);
    }
    let mut hidden = 0;
    let mut row = range.start;
    while row < range.end {
        let Some(&item) = ladder.items().get(row) else { break };
        let y = ladder.y(row);
        painter.row(ladder, row, item, (y - top) as f32, y);
        if crowded {
            let next = ladder.at(y + ARROW_DISTANCE).max(row + 1).min(range.end);
            hidden += next - row - 1;
            row = next;
        } else {
            row += 1;
        }
    }
    // What is picked is told even where there is no room for everything.
    if let Some(seq) = scene.picked
        && let Some(row) = ladder.find(seq).filter(|row| range.contains(row))
        && let Some(&item) = ladder.items().get(row)
        && ladder.spacing() == Spacing::ToScale
    {
        let y = ladder.y(row);
        painter.worded = f64::MIN;
        painter.clickable = f64::MAX;
        painter.row(ladder, row, item, (y - top) as f32, y);
    }
    Window { drawing: painter.out, rows: painter.rows, hidden }
}

struct Painter<'a> {
    out: Drawing,
    scene: &'a Scene<'a>,
    columns: &'a Columns,
    rows: Vec<usize>,
    /// Where the last words are.
    worded: f64,
    /// Where the last target is.
    clickable: f64,
    /// The other half of what is picked.
    half: Option<crate::core::ids::Seq>,
}

impl Painter<'_> {
    fn lifelines(&mut self, height: f32) {
        for (_, x) in &self.columns.peers {
            let stroke = Stroke::new(1.0, Role::Weak.veil(0.55));
            self.out.line(point(*x, 0.0), point(*x, height), stroke);
        }
        let x = self.columns.device_x;
        self.out.line(point(x, 0.0), point(x, height), Stroke::new(1.5, Role::Weak.veil(0.8)));
    }

    /// Joins requests and answers at the side.
    fn brackets(&mut self, ladder: &Ladder, range: std::ops::Range<usize>, top: f64) {
        let snapshot = self.scene.snapshot;
        // From a fixed place on, so that the lanes stay while the window moves.
        let from = (range.start.saturating_sub(LOOK_BACK) / LOOK_BACK) * LOOK_BACK;
        let mut lanes = [0_usize; LANES];
        for row in from..range.end {
            let Some(Item::Message { seq, .. }) = ladder.items().get(row).copied() else {
                continue;
            };
            let Some(message) = snapshot.row(seq) else { continue };
            let Some(exchange) = snapshot.exchange_of(message) else { continue };
            let (Some(request), Some(answer)) = (exchange.request, exchange.answer) else {
                continue;
            };
            if request != seq {
                continue;
            }
            let Some(end) = ladder.find(answer).filter(|end| *end > row) else { continue };
            let Some(lane) = lanes.iter().position(|busy| *busy <= row) else { continue };
            if let Some(busy) = lanes.get_mut(lane) {
                *busy = end;
            }
            if end < range.start {
                continue;
            }
            let picked = [self.scene.picked, self.half];
            let is_picked = picked.contains(&Some(request)) || picked.contains(&Some(answer));
            let ink: Ink = match exchange.state {
                _ if is_picked => Role::Accent.into(),
                crate::analysis::exchanges::State::Failed => Role::Error.into(),
                crate::analysis::exchanges::State::Late => Role::Warn.into(),
                _ => Role::Weak.veil(0.8),
            };
            let stroke = Stroke::new(if is_picked { 1.75 } else { 1.0 }, ink);
            let x = self.columns.lanes_x + 2.0 + lane as f32 * LANE_WIDTH;
            let inner = self.columns.lanes_x - 4.0;
            let limit = f64::from(self.out.height) + 4.0;
            let (y, z) = ((ladder.y(row) - top).max(-4.0), (ladder.y(end) - top).min(limit));
            let (y, z) = (y as f32, z as f32);
            self.out
                .polyline(vec![point(inner, y), point(x, y), point(x, z), point(inner, z)], stroke);
        }
    }

    fn row(&mut self, ladder: &mut Ladder, row: usize, item: Item, y: f32, absolute: f64) {
        let even = ladder.spacing() == Spacing::Even;
        let is_picked = |seq| self.scene.picked == Some(seq);
        let picked = match item {
            Item::Message { seq, .. } => is_picked(seq),
            Item::Segments { first, last, .. } => {
                self.scene.picked.is_some_and(|seq| (first..=last).contains(&seq))
            }
            Item::Pause { .. } | Item::Lost { .. } => false,
        };
        let half = self.half.is_some() && item.seq() == self.half;
        let worded = even || picked || absolute - self.worded >= WORDS_DISTANCE;
        let place = if even {
            area(0.0, y - ROW + 6.0, self.columns.width, ROW)
        } else if worded {
            area(0.0, y - 14.0, self.columns.width, 18.0)
        } else {
            area(0.0, y - 2.0, self.columns.width, 4.0)
        };
        if picked || half {
            let fill: Ink =
                if picked { Role::Selection.into() } else { Role::Selection.veil(0.45) };
            if !even {
                self.out.rect(place, 0.0, Role::Canvas);
            }
            self.out.rect(place, 0.0, fill);
            if picked {
                self.out.rect(area(0.0, place.y, 3.0, place.height), 0.0, Role::Accent);
            }
        }
        if !even && let Some(nanos) = ladder.shortened(row) {
            self.break_at(y - (super::LONGEST / 2.0) as f32, &format::span(nanos));
        }
        let label = match item {
            Item::Pause { .. } => self.pause(ladder, row, item, y),
            Item::Lost { .. } => self.lost(item, y),
            Item::Segments { first, .. } => {
                let Some(message) = self.scene.snapshot.row(first) else { return };
                self.segments(&message, item, y, worded)
            }
            Item::Message { seq, .. } => {
                let Some(message) = self.scene.snapshot.row(seq) else { return };
                let told = words::told(ladder, self.scene, message);
                self.message(&message, &told, y, worded, picked || half);
                Some(words::sentence(self.scene, &message, &told))
            }
        };
        let Some(label) = label else { return };
        if worded {
            self.worded = absolute;
            if !matches!(item, Item::Pause { .. }) {
                self.time(item, y, picked);
            }
        }
        if even || worded || absolute - self.clickable >= CLICK_DISTANCE {
            self.clickable = absolute;
            self.out.target(place, item.seq(), label);
            self.rows.push(row);
        }
    }

    fn time(&mut self, item: Item, y: f32, picked: bool) {
        let text = self.scene.clockface.time_millis(item.at());
        let text = if self.columns.long_time { &*text } else { text.get(3..).unwrap_or_default() };
        let ink = if picked { Role::Text } else { Role::Weak };
        let at = point(8.0, y - 4.0);
        self.out.text(at, Anchor::Start, text, (Font::Mono, SMALL), ink);
    }

    fn note(&mut self, text: &str, tone: Role, y: f32) {
        let room = self.columns.width - self.columns.notes_x - 4.0;
        let shown = measure::fit(text, Font::Body, SMALL, room);
        let at = point(self.columns.notes_x, y - 4.0);
        self.out.text(at, Anchor::Start, shown.into_owned(), (Font::Body, SMALL), tone);
    }

    fn message(&mut self, row: &RowRef<'_>, told: &Told, y: f32, worded: bool, lifted: bool) {
        let scene = self.scene;
        let (mut from, mut to) =
            (self.columns.x_of(scene, row.from), self.columns.x_of(scene, row.to));
        if from == to {
            // To itself, or between two that share a lifeline.
            from = self.columns.time_width + 8.0;
            to = self.columns.device_x;
        }
        let right = to > from;
        let ink: Ink = match told.family {
            _ if told.failed => Role::Error.into(),
            Some(family) => Role::Family(family).into(),
            None => Role::Weak.into(),
        };
        let sign = if right { 1.0 } else { -1.0 };
        let end = match told.way {
            Way::Arrived => to - sign * 2.0,
            Way::Unanswered => from + (to - from) * 0.82,
        };
        let mut stroke = Stroke::new(if lifted { 2.0 } else { 1.4 }, ink);
        if told.again {
            stroke = stroke.dashed(5.0, 3.0);
        }
        self.out.line(point(from, y), point(end - sign * 3.0, y), stroke);
        match told.way {
            Way::Unanswered => self.out.marker(point(end, y), Form::Cross, 8.0, Role::Error),
            Way::Arrived => {
                let form = if right { Form::Right } else { Form::Left };
                self.out.marker(point(end - sign * 3.0, y), form, 8.0, ink);
            }
        }
        if told.orphan {
            self.out.marker(point(from, y), Form::Ring, 8.0, Role::Warn);
        }
        let x = self.columns.device_x;
        match told.turn {
            Some(Turn::Boot) => self.out.marker(point(x, y), Form::Diamond, 10.0, Role::Info),
            Some(Turn::Connect) => self.out.marker(point(x, y), Form::Up, 10.0, Role::Ok),
            Some(Turn::Disconnect) => self.out.marker(point(x, y), Form::Down, 10.0, Role::Warn),
            None => {}
        }
        if worded {
            self.words(told, (from.min(to), from.max(to)), y, lifted, ink);
            self.note(&told.note, told.tone, y);
        }
    }

    /// Type, id and what it is about, above the arrow.
    fn words(&mut self, told: &Told, (left, right): (f32, f32), y: f32, lifted: bool, ink: Ink) {
        let middle = y - 10.5;
        let mut x = left + 7.0;
        let room = right - 6.0;
        let id = format::elide_middle(&told.msg_id, 14);
        let kind = measure::fit(told.kind, Font::Medium, TEXT, room - x).into_owned();
        let kind_width = measure::width(&kind, Font::Medium, TEXT);
        let id_x = x + kind_width + 6.0;
        let id_width = measure::width(&id, Font::Mono, SMALL);
        // Half an id helps nobody.
        let with_id = !id.is_empty() && id_x + id_width <= room;
        let text_x = if with_id { id_x + id_width + 7.0 } else { id_x };
        let summary = if room - text_x >= 28.0 {
            measure::fit(&told.summary, Font::Body, TEXT, room - text_x)
        } else {
            "".into()
        };
        if !lifted && self.columns.peers.len() > 1 {
            let summary_width = measure::width(&summary, Font::Body, TEXT);
            let end = if summary.is_empty() { text_x - 5.0 } else { text_x + summary_width };
            self.out.rect(area(x - 2.0, y - 17.5, end - x + 4.0, 14.0), 0.0, Role::Canvas);
        }
        self.out.text(point(x, middle), Anchor::Start, kind, (Font::Medium, TEXT), ink);
        x = id_x;
        if with_id {
            let font = (Font::Mono, SMALL);
            self.out.text(point(x, middle), Anchor::Start, id.into_owned(), font, Role::Weak);
        }
        if !summary.is_empty() {
            let font = (Font::Body, TEXT);
            let at = point(text_x, middle);
            self.out.text(at, Anchor::Start, summary.into_owned(), font, Role::Text);
        }
    }

    fn segments(&mut self, row: &RowRef<'_>, item: Item, y: f32, worded: bool) -> Option<String> {
        let scene = self.scene;
        let (from, to) = (self.columns.x_of(scene, row.from), self.columns.x_of(scene, row.to));
        let stroke = Stroke::new(1.2, Role::Weak).dashed(2.0, 3.0);
        self.out.line(point(from, y), point(to, y), stroke);
        let form = if to > from { Form::Right } else { Form::Left };
        let tip = if to > from { to - 5.0 } else { to + 5.0 };
        self.out.marker(point(tip, y), form, 7.0, Role::Weak);
        if worded {
            let text = words::aside(item);
            let at = point(from.min(to) + 7.0, y - 10.5);
            self.out.text(at, Anchor::Start, text, (Font::Medium, TEXT), Role::Weak);
            if let Item::Segments { since, at, .. } = item {
                let took = at.nanos_since(since);
                if took > 0 {
                    self.note(&format!("within {}", format::span(took)), Role::Weak, y);
                }
            }
        }
        Some(words::aside_sentence(scene, item))
    }

    fn across(&self) -> (f32, f32) {
        let xs = self.columns.peers.iter().map(|peer| peer.1);
        let xs = xs.chain([self.columns.device_x]);
        xs.fold((f32::MAX, f32::MIN), |(low, high), x| (low.min(x), high.max(x)))
    }

    /// Breaks the lifelines; to scale only where the pause is longer than drawn.
    fn pause(&mut self, ladder: &Ladder, row: usize, item: Item, y: f32) -> Option<String> {
        if ladder.spacing() == Spacing::Even {
            self.break_at(y - 7.0, &words::aside(item));
        } else {
            // Long enough to be shortened, it was drawn; else it is as long as it looks.
            ladder.shortened(row)?;
        }
        Some(words::aside_sentence(self.scene, item))
    }

    fn break_at(&mut self, middle: f32, text: &str) {
        let xs: Vec<f32> =
            self.columns.peers.iter().map(|peer| peer.1).chain([self.columns.device_x]).collect();
        for x in xs {
            self.out.rect(area(x - 2.0, middle - 3.0, 4.0, 6.0), 0.0, Role::Canvas);
            for shift in [-3.0, 3.0] {
                let stroke = Stroke::new(1.2, Role::Weak);
                let (from, to) =
                    (point(x - 5.0, middle + shift + 2.0), point(x + 5.0, middle + shift - 2.0));
                self.out.line(from, to, stroke);
            }
        }
        let (left, right) = self.across();
        let centre = f32::midpoint(left, right);
        let wide = measure::width(text, Font::Body, SMALL) + 12.0;
        let back = area(centre - wide / 2.0, middle - 8.0, wide, 16.0);
        self.out.rect(back, 8.0, Role::Raised);
        let at = point(centre, middle);
        self.out.text(at, Anchor::Middle, text, (Font::Body, SMALL), Role::Weak);
    }

    fn lost(&mut self, item: Item, y: f32) -> Option<String> {
        let middle = y - 7.0;
        let (left, right) = self.across();
        let text = words::aside(item);
        let wide = measure::width(&text, Font::Medium, SMALL) + 24.0;
        let centre = f32::midpoint(left, right);
        let stroke = Stroke::new(1.2, Role::Warn).dashed(3.0, 3.0);
        self.out.line(point(left, middle), point(centre - wide / 2.0, middle), stroke);
        self.out.line(point(centre + wide / 2.0, middle), point(right, middle), stroke);
        self.out.marker(point(centre - wide / 2.0 + 9.0, middle), Form::Up, 8.0, Role::Warn);
        let at = point(centre + 7.0, middle);
        self.out.text(at, Anchor::Middle, text, (Font::Medium, SMALL), Role::Warn);
        Some(words::aside_sentence(self.scene, item))
    }
}
