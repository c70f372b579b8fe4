//! The ladder: a device and those it speaks with as lifelines, time going down, an arrow for each
//! message.
//!
//! Here: which rows there are and where they lie. Rows are messages, pauses, runs of segments and
//! places where messages are missing; they come from [`DeviceHistory`](super::device_history)
//! one by one, at either end. [`draw`] makes a picture of those in a window, so a frame costs
//! what is on the screen.
//!
//! A place is known by the message that stands there, never by its position: positions move when
//! old messages are given up and when older ones are found.

pub mod draw;
pub mod export;
#[cfg(test)]
mod tests;
pub mod words;

use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;
use std::sync::Arc;

use crate::analysis::Snapshot;
use crate::core::ids::{EndpointId, Seq};
use crate::core::time::Timestamp;
use crate::store::RowRef;
use crate::usp::kind::RecordType;
use crate::usp::summary::SarState;

/// Height of a row when they are spaced evenly, points: a line of text above the arrow.
pub const ROW: f32 = 26.0;

/// A pause so long is shown as one.
const PAUSE_NANOS: i64 = 10 * SECOND;

/// To scale, nothing is farther from its neighbour than this, points; a longer pause is shown as
/// a break that says how long it is.
const LONGEST: f64 = 96.0;

/// To scale, so much room is left above the first and below the last row, points.
const MARGIN: f64 = 24.0;

/// To scale, a place where messages are missing takes so much room, points.
const LOST_HEIGHT: f64 = 20.0;

/// Points per second: from a day in a few points to a microsecond in one.
const SCALES: (f64, f64) = (1e-4, 1e6);

/// Those it speaks with are told apart up to this many.
const MAX_PEERS: usize = 256;

/// What rows say is kept for so many of them.
const MAX_SUMMARIES: usize = 1024;

const SECOND: i64 = 1_000_000_000;

/// One row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Item {
    /// A message.
    Message {
        /// Which.
        seq: Seq,
        /// When it arrived.
        at: Timestamp,
    },
    /// Segments in a row that did not complete a Msg.
    Segments {
        /// The first of them.
        first: Seq,
        /// The last of them.
        last: Seq,
        /// How many.
        count: u32,
        /// When the first arrived.
        since: Timestamp,
        /// When the last arrived.
        at: Timestamp,
    },
    /// Nothing was said for so long.
    Pause {
        /// The message after it.
        before: Seq,
        /// How long, nanoseconds.
        nanos: i64,
        /// When it ended.
        at: Timestamp,
    },
    /// Messages are missing here: of all devices, as nobody saw whose they were.
    Lost {
        /// The message after the gap.
        before: Seq,
        /// How many.
        messages: u64,
        /// When the message after it arrived.
        at: Timestamp,
    },
}

impl Item {
    /// Orders rows; says which one it is while others come and go. A run of segments counts by
    /// its last, what stands before it by its first, so the order holds while the run grows.
    fn key(self) -> u64 {
        match self {
            Self::Lost { before, .. } => before.0 * 4,
            Self::Pause { before, .. } => before.0 * 4 + 1,
            Self::Message { seq, .. } => seq.0 * 4 + 2,
            Self::Segments { last, .. } => last.0 * 4 + 2,
        }
    }

    /// When it ended.
    #[must_use]
    pub fn at(self) -> Timestamp {
        match self {
            Self::Message { at, .. }
            | Self::Segments { at, .. }
            | Self::Pause { at, .. }
            | Self::Lost { at, .. } => at,
        }
    }

    /// The message it stands for; of several the last.
    #[must_use]
    pub fn seq(self) -> Option<Seq> {
        match self {
            Self::Message { seq, .. } | Self::Segments { last: seq, .. } => Some(seq),
            Self::Pause { .. } | Self::Lost { .. } => None,
        }
    }
}

/// How rows are spaced.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Spacing {
    /// One row each.
    #[default]
    Even,
    /// As far apart as the messages were in time.
    ToScale,
}

/// See the module text.
pub struct Ladder {
    items: VecDeque<Item>,
    spacing: Spacing,
    /// Where the rows lie when they are to scale, points from anywhere.
    places: VecDeque<f64>,
    /// Points per second.
    scale: f64,
    /// Messages with each of those it speaks with; `None` for unknown ones.
    peers: BTreeMap<Option<EndpointId>, u64>,
    follow: bool,
    /// Row at the top of the screen and how far below the edge it is, points.
    anchor: (u64, f64),
    summaries: BTreeMap<Seq, Arc<str>>,
}

impl Default for Ladder {
    fn default() -> Self {
        Self {
            items: VecDeque::new(),
            spacing: Spacing::default(),
            places: VecDeque::new(),
            scale: 20.0,
            peers: BTreeMap::new(),
            follow: true,
            anchor: (0, 0.0),
            summaries: BTreeMap::new(),
        }
    }
}

/// The other end of a device's message.
fn peer(device: EndpointId, row: &RowRef<'_>) -> Option<EndpointId> {
    if row.from == Some(device) { row.to } else { row.from }.filter(|&id| id != device)
}

/// True for a piece of a Msg that more pieces must follow.
fn is_piece(row: &RowRef<'_>) -> bool {
    row.record_type == Some(RecordType::SessionContext)
        && row.msg_kind.is_none()
        && matches!(row.sar, SarState::Begin | SarState::InProcess)
}

/// Messages missing between a message and a later one.
fn missing(snapshot: &Snapshot, after: Seq, until: Seq) -> u64 {
    let gaps = snapshot.gaps();
    let (mut low, mut high) = (gaps.first(), gaps.end());
    while low < high {
        let middle = u64::midpoint(low, high);
        if gaps.get(middle).is_some_and(|gap| gap.before <= after) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    gaps.iter_from(low).take_while(|gap| gap.before <= until).map(|gap| gap.messages).sum()
}

impl Ladder {
    pub(super) fn start_over(&mut self) {
        let (spacing, scale) = (self.spacing, self.scale);
        *self = Self { spacing, scale, ..Self::default() };
    }

    /// Takes in a message that came after all others.
    pub(super) fn newer(&mut self, snapshot: &Snapshot, device: EndpointId, row: &RowRef<'_>) {
        self.count(device, row);
        let piece = is_piece(row);
        if let Some(Item::Segments { last, count, at, .. }) = self.items.back_mut()
            && piece
            && snapshot.row(*last).is_some_and(|l| (l.from, l.to) == (row.from, row.to))
            && row.at.nanos_since(*at) < PAUSE_NANOS
            && missing(snapshot, *last, row.seq) == 0
        {
            (*last, *at) = (row.seq, row.at);
            *count = count.saturating_add(1);
            self.place_last_again();
            return;
        }
        let before = self.items.back().and_then(|item| item.seq().map(|seq| (seq, item.at())));
        if let Some((seq, at)) = before {
            let messages = missing(snapshot, seq, row.seq);
            if messages > 0 {
                self.push_back(Item::Lost { before: row.seq, messages, at: row.at });
            }
            let nanos = row.at.nanos_since(at);
            if nanos >= PAUSE_NANOS {
                self.push_back(Item::Pause { before: row.seq, nanos, at: row.at });
            }
        }
        self.push_back(if piece {
            let (first, last) = (row.seq, row.seq);
            Item::Segments { first, last, count: 1, since: row.at, at: row.at }
        } else {
            Item::Message { seq: row.seq, at: row.at }
        });
    }

    /// Takes in a message that came before all others.
    pub(super) fn older(&mut self, snapshot: &Snapshot, device: EndpointId, row: &RowRef<'_>) {
        self.count(device, row);
        let piece = is_piece(row);
        if let Some(Item::Segments { first, count, since, .. }) = self.items.front_mut()
            && piece
            && snapshot.row(*first).is_some_and(|f| (f.from, f.to) == (row.from, row.to))
            && since.nanos_since(row.at) < PAUSE_NANOS
            && missing(snapshot, row.seq, *first) == 0
        {
            (*first, *since) = (row.seq, row.at);
            *count = count.saturating_add(1);
            return;
        }
        let front = self.items.front().and_then(|front| match *front {
            Item::Segments { first, since, .. } => Some((first, since)),
            other => Some((other.seq()?, other.at())),
        });
        if let Some((next, at)) = front {
            let (nanos, before) = (at.nanos_since(row.at), next);
            if nanos >= PAUSE_NANOS {
                self.push_front(Item::Pause { before, nanos, at });
            }
            let messages = missing(snapshot, row.seq, next);
            if messages > 0 {
                self.push_front(Item::Lost { before, messages, at });
            }
        }
        self.push_front(if piece {
            let (first, last) = (row.seq, row.seq);
            Item::Segments { first, last, count: 1, since: row.at, at: row.at }
        } else {
            Item::Message { seq: row.seq, at: row.at }
        });
    }

    /// Gives up what is no longer kept.
    pub(super) fn forget_before(&mut self, first: Seq) {
        while let Some(item) = self.items.front()
            && item.seq().is_none_or(|seq| seq < first)
        {
            self.items.pop_front();
            self.places.pop_front();
        }
    }

    fn count(&mut self, device: EndpointId, row: &RowRef<'_>) {
        let peer = peer(device, row);
        let peer = peer.filter(|_| self.peers.len() < MAX_PEERS || self.peers.contains_key(&peer));
        *self.peers.entry(peer).or_default() += 1;
    }

    fn push_back(&mut self, item: Item) {
        if self.spacing == Spacing::ToScale {
            let place = match (self.items.back(), self.places.back()) {
                (Some(&last), Some(&place)) => place + distance(last, item, self.scale),
                _ => 0.0,
            };
            self.places.push_back(place);
        }
        self.items.push_back(item);
    }

    fn push_front(&mut self, item: Item) {
        if self.spacing == Spacing::ToScale {
            let place = match (self.items.front(), self.places.front()) {
                (Some(&first), Some(&place)) => place - distance(item, first, self.scale),
                _ => 0.0,
            };
            self.places.push_front(place);
        }
        self.items.push_front(item);
    }

    /// The last row lasts longer than before.
    fn place_last_again(&mut self) {
        if self.spacing == Spacing::ToScale
            && let Some(item) = self.items.pop_back()
        {
            self.places.pop_back();
            self.push_back(item);
        }
    }

    fn place_all(&mut self) {
        self.places.clear();
        if self.spacing == Spacing::Even {
            return;
        }
        let mut place = 0.0;
        let mut last: Option<Item> = None;
        for &item in &self.items {
            place += last.map_or(0.0, |last| distance(last, item, self.scale));
            self.places.push_back(place);
            last = Some(item);
        }
    }

    /// The rows.
    #[must_use]
    pub fn items(&self) -> &VecDeque<Item> {
        &self.items
    }

    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// True if there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Messages with each of those it speaks with; `None` for unknown ones.
    #[must_use]
    pub fn peers(&self) -> &BTreeMap<Option<EndpointId>, u64> {
        &self.peers
    }

    /// The row of a message, or where it would be.
    #[must_use]
    pub fn row_of(&self, seq: Seq) -> usize {
        self.items.partition_point(|item| item.key() < seq.0 * 4 + 2)
    }

    /// The row of a message, if it has one.
    #[must_use]
    pub fn find(&self, seq: Seq) -> Option<usize> {
        let row = self.row_of(seq);
        let holds = match *self.items.get(row)? {
            Item::Message { seq: of, .. } => of == seq,
            Item::Segments { first, last, .. } => (first..=last).contains(&seq),
            Item::Pause { .. } | Item::Lost { .. } => false,
        };
        holds.then_some(row)
    }

    /// How rows are spaced.
    #[must_use]
    pub fn spacing(&self) -> Spacing {
        self.spacing
    }

    /// Points per second when rows are to scale.
    #[must_use]
    pub fn scale(&self) -> f64 {
        self.scale
    }

    /// Spaces rows otherwise; what is at the top of the screen stays there.
    pub fn set_spacing(&mut self, spacing: Spacing) {
        if self.spacing != spacing {
            self.spacing = spacing;
            self.anchor.1 = f64::from(ROW) - 6.0;
            self.place_all();
        }
    }

    /// Stretches time by a factor, to scale; what is `at` points below the top of a screen of
    /// `height` points stays there.
    pub fn zoom(&mut self, factor: f64, at: f64, height: f64) {
        let scale = (self.scale * factor).clamp(SCALES.0, SCALES.1);
        if self.spacing == Spacing::ToScale && scale == self.scale || !factor.is_finite() {
            return;
        }
        let top = self.top(height);
        let row = self.at(top + at).min(self.len().saturating_sub(1));
        let below = self.y(row) - top;
        self.scale = scale;
        self.spacing = Spacing::ToScale;
        self.place_all();
        self.scroll_to(self.y(row) - below, height);
    }

    /// Chooses the scale at which everything fits into `height` points.
    pub fn fit(&mut self, height: f64) {
        self.spacing = Spacing::ToScale;
        let room = (height - 2.0 * MARGIN).max(10.0);
        let (mut low, mut high) = (SCALES.0.ln(), SCALES.1.ln());
        // Each step looks at every row; with very many fewer steps have to do.
        let steps = (4_000_000 / self.len().max(1)).clamp(6, 32);
        for _ in 0..steps {
            let middle = f64::midpoint(low, high);
            let scale = middle.exp();
            let pairs = self.items.iter().zip(self.items.iter().skip(1));
            let total: f64 = pairs.map(|(a, b)| distance(*a, *b, scale)).sum();
            if total > room { high = middle } else { low = middle }
        }
        self.scale = low.exp();
        self.place_all();
        self.scroll_to(0.0, height);
    }

    /// Height of all rows, points.
    #[must_use]
    pub fn height(&self) -> f64 {
        match (self.spacing, self.places.front(), self.places.back()) {
            (Spacing::Even, ..) => self.len() as f64 * f64::from(ROW),
            (_, Some(first), Some(last)) => last - first + 2.0 * MARGIN,
            _ => 0.0,
        }
    }

    /// Where the arrow of a row lies, points from the top of all rows.
    #[must_use]
    pub fn y(&self, row: usize) -> f64 {
        if self.spacing == Spacing::Even {
            return (row as f64) * f64::from(ROW) + f64::from(ROW) - 6.0;
        }
        match (self.places.front(), self.places.get(row)) {
            (Some(first), Some(place)) => place - first + MARGIN,
            _ => self.height(),
        }
    }

    /// To scale: how long before a row nothing happened, if that is longer than it is drawn.
    fn shortened(&self, row: usize) -> Option<i64> {
        let (a, b) = (self.items.get(row.checked_sub(1)?)?, self.items.get(row)?);
        let nanos = match (a, b) {
            (_, Item::Pause { nanos, .. }) => *nanos,
            (Item::Pause { .. } | Item::Lost { .. }, _) | (_, Item::Lost { .. }) => return None,
            (a, b) => b.at().nanos_since(a.at()),
        };
        (true_distance(nanos, self.scale) > LONGEST).then_some(nanos)
    }

    /// The first row whose arrow is at `y` or below.
    #[must_use]
    pub fn at(&self, y: f64) -> usize {
        if self.spacing == Spacing::Even {
            let row = ((y - f64::from(ROW) + 6.0) / f64::from(ROW)).ceil().max(0.0);
            return (row as usize).min(self.len());
        }
        let first = self.places.front().copied().unwrap_or_default();
        self.places.partition_point(|place| place - first + MARGIN < y)
    }

    /// The rows of which something is on a screen of `height` points.
    #[must_use]
    pub fn window(&self, top: f64, height: f64) -> Range<usize> {
        let above = 6.0;
        let below = f64::from(ROW);
        self.at(top - above)..self.at(top + height + below)
    }

    /// True while the newest row stays in view.
    #[must_use]
    pub fn follows(&self) -> bool {
        self.follow
    }

    /// Goes to the newest row and stays there, or stops doing so.
    pub fn set_follow(&mut self, follow: bool) {
        self.follow = follow;
    }

    /// Stays where it is, on a screen of `height` points, while newer rows come.
    pub fn hold(&mut self, height: f64) {
        let top = self.top(height);
        self.scroll_to(top, height);
        self.follow = false;
    }

    /// What is at the top of a screen of `height` points, points from the top of all rows.
    #[must_use]
    pub fn top(&self, height: f64) -> f64 {
        let last = (self.height() - height).max(0.0);
        if self.follow {
            return last;
        }
        let (key, below) = self.anchor;
        let row = self.items.partition_point(|item| item.key() < key);
        (self.y(row) - below).clamp(0.0, last)
    }

    /// Puts `top` at the top of the screen. Reaching the end follows the newest row again.
    pub fn scroll_to(&mut self, top: f64, height: f64) {
        let last = (self.height() - height).max(0.0);
        self.follow = top >= last - 0.5;
        let top = top.clamp(0.0, last);
        let row = self.at(top).min(self.len().saturating_sub(1));
        let key = self.items.get(row).map_or(0, |item| item.key());
        self.anchor = (key, self.y(row) - top);
    }

    /// Scrolls as little as needed to show a row whole.
    pub fn reveal(&mut self, row: usize, height: f64) {
        let (top, y) = (self.top(height), self.y(row));
        let (above, below) = (f64::from(ROW) - 6.0, 6.0);
        if y - above < top {
            self.scroll_to(y - above, height);
        } else if y + below > top + height {
            self.scroll_to(y + below - height, height);
        }
    }

    /// A ladder of some of the rows, for an export.
    #[must_use]
    pub fn part(&self, rows: Range<usize>) -> Self {
        let rows = rows.start.min(self.len())..rows.end.min(self.len());
        let mut part = Self {
            items: self.items.range(rows).copied().collect(),
            spacing: self.spacing,
            scale: self.scale,
            peers: self.peers.clone(),
            ..Self::default()
        };
        part.place_all();
        part
    }

    /// What a message is about; remembered for those drawn last.
    fn summary(&mut self, snapshot: &Snapshot, row: RowRef<'_>) -> Arc<str> {
        if let Some(known) = self.summaries.get(&row.seq) {
            return Arc::clone(known);
        }
        if self.summaries.len() >= MAX_SUMMARIES {
            self.summaries.clear();
        }
        let text: Arc<str> = super::message_list::summary(snapshot, row).into();
        self.summaries.insert(row.seq, Arc::clone(&text));
        text
    }
}

/// How far apart two rows that follow each other are, to scale.
fn distance(a: Item, b: Item, scale: f64) -> f64 {
    if let Item::Lost { .. } = b {
        return LOST_HEIGHT;
    }
    // A pause ends where the message behind it begins; it is drawn in between.
    if let Item::Pause { nanos, .. } = b {
        return true_distance(nanos, scale).min(LONGEST);
    }
    if matches!(a, Item::Pause { .. } | Item::Lost { .. }) {
        return match a {
            Item::Lost { .. } => LOST_HEIGHT,
            _ => 0.0,
        };
    }
    true_distance(b.at().nanos_since(a.at()), scale).min(LONGEST)
}

fn true_distance(nanos: i64, scale: f64) -> f64 {
    nanos.max(0) as f64 / 1e9 * scale
}
