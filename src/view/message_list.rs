//! The message table's rows: which messages pass the picks and the search, and which part of
//! them is on screen.
//!
//! A message is known by its [`Seq`], never by its position: positions move when old messages
//! are given up. Without a filter nothing is stored per message. With one, messages are looked
//! at newest first, a slice per frame; what matches is kept as numbers.
//!
//! Whether a request passes can change when its answer comes or its time runs out, and by age.
//! Two snapshots share what did not change between them, so what did is found without looking
//! at the rest; those messages are looked at again, newest first, within the same time.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;
use std::time::Duration;

use super::columns::Column;
use super::message_sort::{SortedRows, Sorting, Source};
use crate::analysis::Snapshot;
use crate::analysis::filter::{self, Memo};
use crate::core::ids::{EndpointId, Epoch, NodeId, Seq};
use crate::core::time::{Stopwatch, Timestamp};
use crate::store::RowRef;
use crate::store::series::Gap;
use crate::usp::scan::scan;
use crate::usp::text::{msg_line, summary_line};
use crate::view::state::TimeRange;

/// Messages looked at between two looks at the stopwatch, and what may be spent on them: about
/// 0.2 ms even if the dearest filter looks at every byte.
const SLICE: u64 = 1024;
const SLICE_NANOS: u64 = 200_000;

/// What looking at a message costs beside its bytes, nanoseconds.
const ROW_NANOS: u64 = 100;

/// Bytes of row numbers moved in a nanosecond when a row comes in between.
const MOVED_PER_NANO: usize = 8;

/// Which messages are listed.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Filter {
    /// On this level of the topic tree or below.
    pub topic: Option<NodeId>,
    /// From or to this endpoint.
    pub device: Option<EndpointId>,
    /// Received in this time.
    pub range: Option<TimeRange>,
    /// Passing this.
    pub search: filter::Filter,
}

impl Filter {
    /// True if every message passes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.range.is_none()
            && self.topic.is_none()
            && self.device.is_none()
            && self.search.is_empty()
    }
}

/// One row of the table.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Item {
    /// A message.
    Message(Seq),
    /// Messages are missing here.
    Lost {
        /// The message after the gap.
        before: Seq,
        /// How many.
        messages: u64,
    },
}

struct Matches {
    seqs: VecDeque<u64>,
    /// Everything in `low..high` has been looked at.
    low: u64,
    high: u64,
    sieve: Sieve,
    /// Of those, the ones to look at again: start and end of each stretch, none touching another.
    again: BTreeMap<u64, u64>,
    /// The snapshot up to which changes were taken in; kept only if changes matter.
    seen: Option<Snapshot>,
    /// Grows when one is taken out or put in between.
    revision: u64,
}

/// In which order the rows stand.
enum Order {
    /// The newest last, with rows where messages are missing.
    Time,
    /// The newest first.
    NewestFirst,
    /// By something else.
    By(Box<SortedRows>),
}

/// See the module text.
pub struct MessageList {
    epoch: Option<Epoch>,
    filter: Filter,
    matches: Option<Matches>,
    gaps: Vec<Gap>,
    first: u64,
    end: u64,
    follow: bool,
    /// First row on screen and how much of it is scrolled out, in rows.
    anchor: (u64, f64),
    order: Order,
    /// The same as a number, where the order is not that of time.
    top: f64,
}

impl Default for MessageList {
    fn default() -> Self {
        Self {
            epoch: None,
            filter: Filter::default(),
            matches: None,
            gaps: Vec::new(),
            first: 1,
            end: 1,
            follow: true,
            anchor: (0, 0.0),
            order: Order::Time,
            top: 0.0,
        }
    }
}

impl MessageList {
    /// What is listed.
    #[must_use]
    pub fn filter(&self) -> &Filter {
        &self.filter
    }

    /// Lists something else. What was listed so far is looked at again, newest first.
    pub fn set_filter(&mut self, filter: Filter) {
        if filter == self.filter {
            return;
        }
        self.matches = (!filter.is_empty()).then(|| Matches {
            seqs: VecDeque::new(),
            low: self.end,
            high: self.end,
            sieve: Sieve::default(),
            again: BTreeMap::new(),
            seen: None,
            revision: 0,
        });
        self.filter = filter;
        if let Order::By(sorted) = &mut self.order {
            **sorted = SortedRows::new(sorted.sorting());
            self.top = 0.0;
        }
    }

    /// By what the rows are sorted.
    #[must_use]
    pub fn sorting(&self) -> Sorting {
        match &self.order {
            Order::Time => Sorting::BY_TIME,
            Order::NewestFirst => Sorting { falling: true, ..Sorting::BY_TIME },
            Order::By(sorted) => sorted.sorting(),
        }
    }

    /// Sorts the rows by something else. By anything but time nothing is followed: new messages
    /// come in anywhere.
    pub fn set_sorting(&mut self, sorting: Sorting) {
        if self.sorting() == sorting {
            return;
        }
        self.order = match sorting {
            Sorting { column: Column::Time, falling: false } => Order::Time,
            Sorting { column: Column::Time, falling: true } => Order::NewestFirst,
            other => Order::By(Box::new(SortedRows::new(other))),
        };
        self.follow = sorting.column == Column::Time;
        self.top = 0.0;
    }

    /// True if the rows are in the order of time, whichever way.
    #[must_use]
    pub fn is_by_time(&self) -> bool {
        !matches!(self.order, Order::By(_))
    }

    /// How far the first sorting is, 0 to 1; `None` when nothing is being sorted.
    #[must_use]
    pub fn sort_progress(&self) -> Option<f32> {
        match &self.order {
            Order::By(sorted) => sorted.progress(),
            _ => None,
        }
    }

    /// The rows in their order, if that is not the order of time and known by now.
    fn sorted(&self) -> Option<&SortedRows> {
        match &self.order {
            Order::By(sorted) if sorted.is_ready() => Some(sorted),
            _ => None,
        }
    }

    /// How many messages are listed.
    #[must_use]
    pub fn listed_len(&self) -> u64 {
        self.count_within(self.first..self.end)
    }

    /// How many of the messages with these numbers are listed.
    #[must_use]
    pub fn count_within(&self, seqs: Range<u64>) -> u64 {
        match &self.matches {
            Some(matches) => {
                let below = |bound: u64| matches.seqs.partition_point(|&seq| seq < bound);
                below(seqs.end).saturating_sub(below(seqs.start)) as u64
            }
            None => seqs.end.min(self.end).saturating_sub(seqs.start.max(self.first)),
        }
    }

    /// Of the messages with these numbers, those that are listed, in order of arrival.
    pub fn listed(&self, seqs: Range<u64>) -> impl Iterator<Item = Seq> + '_ {
        let (found, all) = match &self.matches {
            Some(matches) => {
                let start = matches.seqs.partition_point(|&seq| seq < seqs.start);
                let end = matches.seqs.partition_point(|&seq| seq < seqs.end);
                (Some(matches.seqs.range(start..end.max(start))), 0..0)
            }
            None => (None, seqs.start.max(self.first)..seqs.end.min(self.end)),
        };
        found.into_iter().flatten().copied().chain(all).map(Seq)
    }

    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        if let Some(sorted) = self.sorted() {
            return sorted.len();
        }
        match &self.matches {
            Some(matches) => matches.seqs.len(),
            None => (self.end - self.first) as usize + self.gaps.len(),
        }
    }

    /// True if there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Row `index`.
    #[must_use]
    pub fn item(&self, index: usize) -> Option<Item> {
        if let Some(sorted) = self.sorted() {
            return sorted.get(index).map(Item::Message);
        }
        if matches!(self.order, Order::NewestFirst) {
            return self.by_time(self.len().checked_sub(index + 1)?);
        }
        self.by_time(index)
    }

    /// Row `index` when the newest is the last.
    fn by_time(&self, index: usize) -> Option<Item> {
        if let Some(matches) = &self.matches {
            return matches.seqs.get(index).map(|&seq| Item::Message(Seq(seq)));
        }
        let gaps_above = self.gaps_above_row(index);
        if let Some(gap) = self.gaps.get(gaps_above)
            && self.gap_row(gaps_above, gap) == index
        {
            return Some(Item::Lost { before: gap.before, messages: gap.messages });
        }
        let seq = self.first + (index - gaps_above) as u64;
        (seq < self.end).then_some(Item::Message(Seq(seq)))
    }

    /// The row of a message, or where it would be.
    #[must_use]
    pub fn row_of(&self, seq: Seq) -> usize {
        if let Some(sorted) = self.sorted() {
            return sorted.row_of(seq, self.top as usize + 16).unwrap_or(0);
        }
        let row = self.row_by_time(seq);
        match self.order {
            Order::NewestFirst => self.len().saturating_sub(row + 1),
            _ => row,
        }
    }

    fn row_by_time(&self, seq: Seq) -> usize {
        match &self.matches {
            Some(matches) => matches.seqs.partition_point(|&s| s < seq.0),
            None => {
                let gaps = self.gaps.partition_point(|gap| gap.before <= seq);
                (seq.0.clamp(self.first, self.end) - self.first) as usize + gaps
            }
        }
    }

    /// True if the message has a row.
    #[must_use]
    pub fn contains(&self, seq: Seq) -> bool {
        match &self.matches {
            Some(matches) => matches.seqs.binary_search(&seq.0).is_ok(),
            None => (self.first..self.end).contains(&seq.0),
        }
    }

    /// How much of what is kept has been looked at, 0 to 1; `None` when all of it.
    #[must_use]
    pub fn progress(&self) -> Option<f32> {
        let matches = self.matches.as_ref()?;
        let total = self.end - self.first;
        let seen = matches.high.min(self.end).saturating_sub(matches.low.max(self.first));
        (seen < total).then(|| seen as f32 / total as f32)
    }

    /// True while the newest row stays in view.
    #[must_use]
    pub fn follows(&self) -> bool {
        self.follow
    }

    /// Goes to the newest row and stays there, or stops doing so.
    pub fn set_follow(&mut self, follow: bool) {
        if follow && !self.is_by_time() {
            self.set_sorting(Sorting::BY_TIME);
        }
        self.follow = follow;
    }

    /// Stays where it is, whatever comes.
    pub fn set_follow_off(&mut self) {
        self.follow = false;
    }

    /// Catches up with the snapshot for at most about `budget`. True if there is more to do.
    pub fn advance(&mut self, snapshot: &Snapshot, budget: Duration) -> bool {
        if self.epoch != Some(snapshot.epoch()) {
            let search = std::mem::take(&mut self.filter.search);
            let sorting = self.sorting();
            *self = Self { epoch: Some(snapshot.epoch()), ..Self::default() };
            // Topics and endpoints have new numbers; a search means the same as before.
            self.set_filter(Filter { search, ..Filter::default() });
            self.set_sorting(sorting);
        }
        (self.first, self.end) = bounds(snapshot, self.filter.range);
        self.gaps.clear();
        let is_shown =
            |gap: &&Gap| gap.before.0 > self.first || (gap.before.0 == 1 && self.first == 1);
        self.gaps.extend(snapshot.gaps().iter_from(0).filter(is_shown));
        let more = match &mut self.matches {
            Some(matches) => matches.advance(snapshot, &self.filter, self.first..self.end, budget),
            None => false,
        };
        if let Order::By(sorted) = &mut self.order
            && !more
        {
            let source = match &self.matches {
                Some(matches) => Source::Some(&matches.seqs, matches.revision),
                None => Source::All,
            };
            return sorted.advance(snapshot, source, budget);
        }
        more
    }

    /// The row at the top of the screen, with its scrolled-out part, for a screen that shows
    /// `visible` rows.
    #[must_use]
    pub fn top(&self, visible: f64) -> f64 {
        let last = (self.len() as f64 - visible).max(0.0);
        match self.order {
            Order::By(_) => return self.top.clamp(0.0, last),
            Order::NewestFirst if self.follow => return 0.0,
            Order::Time if self.follow => return last,
            _ => {}
        }
        let (seq, part) = self.anchor;
        (self.row_of(Seq(seq)) as f64 + part).clamp(0.0, last)
    }

    /// Puts row `top` at the top of the screen. Reaching the end follows the newest row again.
    pub fn scroll_to(&mut self, top: f64, visible: f64) {
        let last = (self.len() as f64 - visible).max(0.0);
        self.follow = match self.order {
            Order::Time => top >= last - 0.01,
            Order::NewestFirst => top <= 0.01,
            Order::By(_) => false,
        };
        let top = top.clamp(0.0, last);
        self.top = top;
        if !self.is_by_time() {
            return;
        }
        let row = top as usize;
        let seq = match self.item(row) {
            Some(Item::Message(seq)) => seq.0,
            Some(Item::Lost { before, .. }) => before.0,
            None => self.end,
        };
        // Where a gap row leads to the row after it, the part makes up for the difference.
        self.anchor = (seq, top - self.row_of(Seq(seq)) as f64);
    }

    /// Scrolls as little as needed to show row `row` whole.
    pub fn show_row(&mut self, row: usize, visible: f64) {
        let top = self.top(visible);
        let row = row as f64;
        if row < top {
            self.scroll_to(row, visible);
        } else if row + 1.0 > top + visible {
            self.scroll_to(row + 1.0 - visible, visible);
        }
    }

    fn gap_row(&self, index: usize, gap: &Gap) -> usize {
        (gap.before.0.saturating_sub(self.first)) as usize + index
    }

    /// Number of gaps in rows above `row`.
    fn gaps_above_row(&self, row: usize) -> usize {
        let (mut low, mut high) = (0, self.gaps.len());
        while low < high {
            let middle = usize::midpoint(low, high);
            if self.gaps.get(middle).is_some_and(|gap| self.gap_row(middle, gap) < row) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }
}

/// What is searched between two looks at the stopwatch.
struct Slice {
    rows: u64,
    nanos: u64,
    per_byte: u64,
}

impl Slice {
    fn of(filter: &Filter) -> Self {
        Self { rows: 0, nanos: 0, per_byte: u64::from(filter.search.cost_per_byte()) }
    }

    /// Counts a row; true once it is enough.
    fn is_full(&mut self, payload_bytes: u32) -> bool {
        self.rows += 1;
        self.nanos += ROW_NANOS + u64::from(payload_bytes) * self.per_byte;
        self.rows >= SLICE || self.nanos >= SLICE_NANOS
    }

    /// Counts what it takes to make or close a gap in a list.
    fn moved(&mut self, rows: usize) {
        self.nanos += (rows * size_of::<u64>() / MOVED_PER_NANO) as u64;
    }
}

impl Matches {
    fn advance(
        &mut self,
        snapshot: &Snapshot,
        filter: &Filter,
        within: Range<u64>,
        budget: Duration,
    ) -> bool {
        let started = Stopwatch::start();
        let Range { start: first, end } = within;
        while self.seqs.front().is_some_and(|&seq| seq < first) {
            self.seqs.pop_front();
        }
        // A list just begun may have been begun elsewhere: another stretch of time was on view.
        self.low = self.low.clamp(first, end.max(first));
        self.high = self.high.clamp(self.low, end.max(self.low));
        self.note_changes(snapshot, filter);
        // New messages first, so that the list stays live while the past is searched.
        while self.high < end {
            let mut read = Slice::of(filter);
            let mut high = self.high;
            for row in snapshot.rows_from(Seq(self.high)) {
                if self.passes(snapshot, filter, &row) {
                    self.seqs.push_back(row.seq.0);
                }
                high = row.seq.0 + 1;
                if read.is_full(row.size()) || high >= end {
                    break;
                }
            }
            self.high = high;
            if started.elapsed() >= budget {
                return self.has_more(first, end);
            }
        }
        // Then what changed. It gets half the time, so that the past is reached, too.
        while let Some((from, to)) = self.again.pop_last() {
            self.look_again(snapshot, filter, from.max(first)..to);
            if started.elapsed() >= budget / 2 {
                break;
            }
        }
        let mut found = Vec::new();
        while self.low > first {
            // Backwards a slice can't be cut short, so its size is known beforehand.
            let mut read = Slice::of(filter);
            let mut from = self.low;
            while from > first {
                from -= 1;
                if read.is_full(snapshot.row(Seq(from)).map_or(0, |row| row.size())) {
                    break;
                }
            }
            let rows = snapshot.rows_from(Seq(from)).take((self.low - from) as usize);
            found.clear();
            for row in rows {
                if self.passes(snapshot, filter, &row) {
                    found.push(row.seq.0);
                }
            }
            for &seq in found.iter().rev() {
                self.seqs.push_front(seq);
            }
            self.low = from;
            if started.elapsed() >= budget {
                break;
            }
        }
        self.has_more(first, end)
    }

    fn has_more(&self, first: u64, end: u64) -> bool {
        self.high < end || self.low > first || !self.again.is_empty()
    }

    /// Notes which messages looked at have changed since.
    fn note_changes(&mut self, snapshot: &Snapshot, filter: &Filter) {
        if !filter.search.is_settled_later() {
            return;
        }
        let looked_at = self.low..self.high;
        let again = &mut self.again;
        if let Some(seen) = &self.seen
            && !looked_at.is_empty()
            && (seen.generation(), seen.now()) != (snapshot.generation(), snapshot.now())
        {
            filter.search.changed(seen, snapshot, |stretch| {
                let stretch = stretch.start.max(looked_at.start)..stretch.end.min(looked_at.end);
                join(again, stretch);
            });
        }
        if self.seen.as_ref().is_none_or(|seen| seen.generation() != snapshot.generation()) {
            self.seen = Some(snapshot.clone());
        }
    }

    /// Looks at a slice of a stretch again, from its end; what is left of it waits.
    fn look_again(&mut self, snapshot: &Snapshot, filter: &Filter, stretch: Range<u64>) {
        let mut read = Slice::of(filter);
        let mut at = stretch.end;
        while at > stretch.start {
            at -= 1;
            let Some(row) = snapshot.row(Seq(at)) else { continue };
            let passes = self.passes(snapshot, filter, &row);
            match (self.seqs.binary_search(&at), passes) {
                (Ok(place), false) => {
                    self.revision += 1;
                    self.seqs.remove(place);
                    read.moved(place.min(self.seqs.len() - place));
                }
                (Err(place), true) => {
                    self.revision += 1;
                    read.moved(place.min(self.seqs.len() - place));
                    self.seqs.insert(place, at);
                }
                _ => {}
            }
            if read.is_full(row.size()) {
                break;
            }
        }
        join(&mut self.again, stretch.start..at);
    }

    fn passes(&mut self, snapshot: &Snapshot, filter: &Filter, row: &RowRef<'_>) -> bool {
        self.sieve.passes(snapshot, filter, row)
    }
}

/// What is remembered while messages are put through one filter.
#[derive(Default)]
pub struct Sieve {
    topic_within: Vec<u8>,
    memo: Memo,
}

impl Sieve {
    /// True if the message passes; all of them of one life of the store.
    pub fn passes(&mut self, snapshot: &Snapshot, filter: &Filter, row: &RowRef<'_>) -> bool {
        if filter.range.is_some_and(|range| !range.contains(row.at)) {
            return false;
        }
        if let Some(device) = filter.device
            && row.from != Some(device)
            && row.to != Some(device)
        {
            return false;
        }
        if let Some(node) = filter.topic {
            let topic = row.topic.0 as usize;
            if topic >= self.topic_within.len() {
                self.topic_within.resize(topic + 1, 0);
            }
            // 0: not known yet, 1: no, 2: yes.
            if let Some(within) = self.topic_within.get_mut(topic) {
                if *within == 0 {
                    let is = snapshot.is_within(snapshot.topic_node(row.topic), node);
                    *within = 1 + u8::from(is);
                }
                if *within == 1 {
                    return false;
                }
            }
        }
        filter.search.accepts_with(&mut self.memo, *row, snapshot)
    }
}

/// The first message of a stretch of time, and one past its last. Messages are kept in the order
/// in which they came, so nothing but the two ends has to be looked for; in a recording whose
/// clock was set back, there may be more of that time beyond them.
fn bounds(snapshot: &Snapshot, range: Option<TimeRange>) -> (u64, u64) {
    let (first, end) = (snapshot.first_seq().0, snapshot.end_seq().0);
    let Some(range) = range else { return (first, end) };
    let first_at = |at: Timestamp| {
        let (mut low, mut high) = (first, end);
        while low < high {
            let middle = low.midpoint(high);
            if snapshot.row(Seq(middle)).is_some_and(|row| row.at < at) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    };
    let from = first_at(range.from);
    (from, first_at(range.to).max(from))
}

/// Adds a stretch to others; those that touch become one.
pub(super) fn join(stretches: &mut BTreeMap<u64, u64>, stretch: Range<u64>) {
    let Range { mut start, mut end } = stretch;
    if start >= end {
        return;
    }
    while let Some((&from, &to)) = stretches.range(..=end).next_back()
        && to >= start
    {
        stretches.remove(&from);
        start = start.min(from);
        end = end.max(to);
    }
    stretches.insert(start, end);
}

/// What a message is about, on one line; of one that completed a segmented Msg, that Msg.
#[must_use]
pub fn summary(snapshot: &Snapshot, row: RowRef<'_>) -> String {
    let whole = row.whole.then(|| snapshot.whole(row.seq)).flatten();
    match whole {
        Some(whole) => msg_line(&whole.bytes),
        None => summary_line(row.payload(), &scan(row.payload())),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::analysis::Pipeline;
    use crate::core::ids::TopicId;
    use crate::core::wire::{Delivery, WireBatch};
    use crate::store::Budgets;

    const LONG: Duration = Duration::from_secs(60);

    fn feed(store: &mut Pipeline, from: u64, count: u64) {
        let mut batch = WireBatch::new();
        for i in from..from + count {
            let topic = format!("t/{}", i % 10);
            let payload = format!("payload number {i}");
            let at = Timestamp(i as i64);
            batch.push(at, topic.as_bytes(), payload.as_bytes(), Delivery::default(), |_| {});
        }
        store.apply(&batch);
    }

    fn budgets(rows: usize) -> Budgets {
        Budgets { rows, ..Budgets::default() }
    }

    fn search(text: &str) -> Filter {
        Filter { search: parse(text), ..Filter::default() }
    }

    fn parse(text: &str) -> filter::Filter {
        filter::Filter::parse(text, &jiff::tz::TimeZone::UTC).unwrap()
    }

    fn texts(list: &MessageList) -> Vec<String> {
        (0..list.len())
            .filter_map(|i| list.item(i))
            .map(|item| match item {
                Item::Message(seq) => seq.0.to_string(),
                Item::Lost { messages, .. } => format!("lost {messages}"),
            })
            .collect()
    }

    #[test]
    fn an_empty_store_has_no_rows() {
        let mut list = MessageList::default();
        assert!(!list.advance(&Snapshot::default(), LONG));
        assert!(list.is_empty());
        assert_eq!(list.item(0), None);
        assert_eq!(list.top(10.0), 0.0);
        list.scroll_to(5.0, 10.0);
        assert!(list.follows());
    }

    #[test]
    fn gaps_are_rows_where_messages_are_missing() {
        let mut store = Pipeline::new(Budgets::default(), Epoch(1));
        store.note_dropped(7);
        feed(&mut store, 0, 2);
        store.note_dropped(5);
        store.note_dropped(1);
        feed(&mut store, 2, 1);
        store.note_dropped(9);
        let mut list = MessageList::default();
        list.advance(&store.snapshot(), LONG);
        assert_eq!(texts(&list), ["lost 7", "1", "2", "lost 6", "3", "lost 9"]);
        for (seq, row) in [(1, 1), (2, 2), (3, 4)] {
            assert_eq!(list.row_of(Seq(seq)), row);
        }
        for row in 0..list.len() {
            list.scroll_to(row as f64 + 0.5, 1.0);
            let expected = (row as f64 + 0.5).min(list.len() as f64 - 1.0);
            assert_eq!(list.top(1.0), expected, "row {row}");
        }
    }

    #[test]
    fn text_stays_where_it_is_while_rows_come_and_go() {
        let mut store = Pipeline::new(budgets(5_000), Epoch(1));
        feed(&mut store, 0, 5_000);
        let mut list = MessageList::default();
        list.advance(&store.snapshot(), LONG);
        assert_eq!(list.top(20.0), 4_980.0);
        list.scroll_to(3_000.25, 20.0);
        assert!(!list.follows());
        let seq_at_top = |list: &MessageList| list.item(list.top(20.0) as usize);
        let before = seq_at_top(&list);
        feed(&mut store, 5_000, 1_500);
        let snapshot = store.snapshot();
        assert!(snapshot.first_seq() > Seq(1));
        list.advance(&snapshot, LONG);
        assert_eq!(seq_at_top(&list), before);
        assert_eq!(list.top(20.0).fract(), 0.25);
        // Given up altogether: the oldest kept takes its place.
        feed(&mut store, 6_500, 7_000);
        list.advance(&store.snapshot(), LONG);
        assert_eq!(list.top(20.0).floor(), 0.0);
        list.scroll_to(f64::MAX, 20.0);
        assert!(list.follows());
    }

    #[test]
    fn picks_and_text_narrow_newest_first_in_slices() {
        let mut store = Pipeline::new(Budgets::default(), Epoch(1));
        feed(&mut store, 0, 10_000);
        let snapshot = store.snapshot();
        let mut list = MessageList::default();
        list.advance(&snapshot, LONG);
        list.set_filter(search("NUMBER 77"));
        assert!(list.advance(&snapshot, Duration::ZERO));
        assert!(list.progress().is_some_and(|p| p > 0.0 && p < 1.0));
        while list.advance(&snapshot, Duration::ZERO) {}
        assert_eq!(list.progress(), None);
        // 77, 770–779, 7700–7799
        assert_eq!(list.len(), 111);
        assert_eq!(list.item(0), Some(Item::Message(Seq(78))));

        let topic = Some(snapshot.topic_node(TopicId(4)));
        list.set_filter(Filter { topic, search: parse("number 77"), ..Filter::default() });
        while list.advance(&snapshot, LONG) {}
        assert_eq!(texts(&list)[..2], ["774", "7704"]);

        feed(&mut store, 77_003, 1);
        while list.advance(&store.snapshot(), LONG) {}
        assert_eq!(list.item(list.len() - 1), Some(Item::Message(Seq(10_001))));
        assert!(list.contains(Seq(10_001)) && !list.contains(Seq(10_000)));
    }

    #[test]
    fn a_range_lists_exactly_what_came_in_it() {
        let mut store = Pipeline::new(Budgets::default(), Epoch(1));
        feed(&mut store, 0, 1_000);
        store.note_dropped(5);
        feed(&mut store, 1_000, 9_000);
        let snapshot = store.snapshot();
        let range = |from, to| Some(TimeRange { from: Timestamp(from), to: Timestamp(to) });
        let mut list = MessageList::default();
        list.advance(&snapshot, LONG);
        for (from, to, expected) in [
            (100, 105, vec!["101", "102", "103", "104", "105"]),
            (-7, 2, vec!["1", "2"]),
            (998, 1_002, vec!["999", "1000", "1001", "1002"]),
            (9_999, 20_000, vec!["10000"]),
            (20_000, 20_005, vec![]),
            (50, 50, vec![]),
        ] {
            list.set_filter(Filter { range: range(from, to), ..Filter::default() });
            assert!(!list.advance(&snapshot, LONG));
            assert_eq!(texts(&list), expected, "{from}..{to}");
        }
        // Together with others, in whatever order ranges are chosen.
        let topic = Some(snapshot.topic_node(TopicId(4)));
        for (from, to) in [(0, 9_000), (500, 600), (5_000, 9_500), (100, 101), (0, 50)] {
            list.set_filter(Filter { topic, range: range(from, to), ..Filter::default() });
            while list.advance(&snapshot, Duration::ZERO) {}
            let expected: Vec<String> =
                (from..to).filter(|i| i % 10 == 3).map(|i| (i + 1).to_string()).collect();
            assert_eq!(texts(&list), expected, "{from}..{to}");
            assert_eq!(list.progress(), None);
        }
        // A range that is not over takes in what comes.
        list.set_filter(Filter { range: range(9_998, 10_005), ..Filter::default() });
        feed(&mut store, 10_000, 50);
        list.advance(&store.snapshot(), LONG);
        assert_eq!(list.len(), 7);
    }

    #[test]
    fn matches_go_when_their_messages_go() {
        let mut store = Pipeline::new(budgets(2_000), Epoch(1));
        feed(&mut store, 0, 2_000);
        let mut list = MessageList::default();
        list.advance(&store.snapshot(), LONG);
        list.set_filter(search("payload"));
        while list.advance(&store.snapshot(), LONG) {}
        assert_eq!(list.len(), 2_000);
        feed(&mut store, 2_000, 4_000);
        let snapshot = store.snapshot();
        while list.advance(&snapshot, LONG) {}
        assert_eq!(list.len(), snapshot.len());
        assert_eq!(list.item(0), Some(Item::Message(snapshot.first_seq())));
    }

    fn order(list: &MessageList) -> Vec<u64> {
        let seqs = (0..list.len()).filter_map(|row| match list.item(row) {
            Some(Item::Message(seq)) => Some(seq.0),
            _ => None,
        });
        seqs.collect()
    }

    fn by(column: Column, falling: bool) -> Sorting {
        Sorting { column, falling }
    }

    #[test]
    fn the_newest_can_stand_first_and_be_followed() {
        let mut store = Pipeline::new(budgets(5_000), Epoch(1));
        feed(&mut store, 0, 100);
        let mut list = MessageList::default();
        list.set_sorting(by(Column::Time, true));
        list.advance(&store.snapshot(), LONG);
        assert_eq!(list.item(0), Some(Item::Message(Seq(100))));
        assert_eq!((list.row_of(Seq(100)), list.row_of(Seq(1))), (0, 99));
        assert!(list.follows());
        list.scroll_to(30.5, 20.0);
        assert!(!list.follows());
        let before = list.item(30);
        feed(&mut store, 100, 7);
        list.advance(&store.snapshot(), LONG);
        assert_eq!(list.top(20.0), 37.5);
        assert_eq!(list.item(37), before);
        list.scroll_to(0.0, 20.0);
        feed(&mut store, 107, 1);
        list.advance(&store.snapshot(), LONG);
        assert_eq!((list.top(20.0), list.follows()), (0.0, true));
    }

    #[test]
    fn a_sorted_table_takes_new_messages_in_and_lets_old_ones_go() {
        let mut store = Pipeline::new(budgets(3_000), Epoch(1));
        feed(&mut store, 0, 3_000);
        let mut list = MessageList::default();
        list.set_sorting(by(Column::Topic, false));
        let snapshot = store.snapshot();
        assert!(list.advance(&snapshot, Duration::ZERO));
        assert!(list.sort_progress().is_some());
        assert_eq!(list.len(), 3_000, "in the order of time until it is sorted");
        while list.advance(&snapshot, Duration::ZERO) {}
        assert_eq!(list.sort_progress(), None);
        assert!(!list.follows());
        let topic = |snapshot: &Snapshot, seq: u64| {
            snapshot.row(Seq(seq)).map(|row| snapshot.topic_name(row.topic).to_owned())
        };
        let sorted = |snapshot: &Snapshot, list: &MessageList| {
            let rows = order(list);
            let keys: Vec<_> = rows.iter().map(|&seq| (topic(snapshot, seq), seq)).collect();
            assert!(keys.is_sorted(), "{:?}", &keys[..20]);
            rows.len()
        };
        assert_eq!(sorted(&snapshot, &list), 3_000);
        feed(&mut store, 3_000, 2_000);
        let snapshot = store.snapshot();
        // New ones join after a second, not at once.
        let started = Stopwatch::start();
        while list.len() != snapshot.len() || list.row_of(Seq(4_999)) == 0 {
            list.advance(&snapshot, Duration::ZERO);
            assert!(started.elapsed() < LONG, "new messages never join");
        }
        assert_eq!(sorted(&snapshot, &list), snapshot.len());
        let row = list.row_of(Seq(4_000));
        assert_eq!(list.item(row), Some(Item::Message(Seq(4_000))));
        list.set_follow(true);
        assert_eq!(list.sorting(), Sorting::BY_TIME);
    }

    proptest::proptest! {
        #[test]
        fn every_order_is_that_of_its_keys(
            sizes in proptest::collection::vec(0usize..50, 1..200),
            falling in proptest::bool::ANY,
        ) {
            let mut batch = WireBatch::new();
            for (n, &size) in sizes.iter().enumerate() {
                let at = Timestamp(n as i64);
                batch.push(at, b"t", &vec![b'x'; size], Delivery::default(), |_| {});
            }
            let mut store = Pipeline::new(Budgets::default(), Epoch(1));
            store.apply(&batch);
            let snapshot = store.snapshot();
            let mut list = MessageList::default();
            list.set_filter(search("x"));
            list.set_sorting(by(Column::Size, falling));
            while list.advance(&snapshot, Duration::ZERO) {}
            let mut expected: Vec<u64> =
                (1..=sizes.len() as u64).filter(|&n| sizes[n as usize - 1] > 0).collect();
            let size = |seq: u64| sizes[seq as usize - 1] as i64 * if falling { -1 } else { 1 };
            expected.sort_by_key(|&seq| (size(seq), seq));
            proptest::prop_assert_eq!(order(&list), expected);
        }
    }

    #[test]
    fn positions_stay_exact_at_a_million_rows() {
        let mut store = Pipeline::new(Budgets::default(), Epoch(1));
        for slice in 0..100 {
            feed(&mut store, slice * 10_000, 10_000);
        }
        let mut list = MessageList::default();
        list.advance(&store.snapshot(), LONG);
        assert!(list.len() > 990_000);
        list.scroll_to(987_654.5, 40.0);
        assert_eq!(list.top(40.0), 987_654.5);
    }
}
