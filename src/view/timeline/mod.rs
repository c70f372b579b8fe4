//! When a device was there: stretches in which it was heard, and what happened in its life, over
//! the time that is known of it.
//!
//! The analysis knows how things stand now; how they stood is found here, from the device's
//! messages, which come one by one at either end. Bounded: of too many stretches those with the
//! shortest silence between them become one, of too many marks the oldest are left out.

pub mod draw;

use std::collections::{BTreeSet, VecDeque};

use crate::analysis::Snapshot;
use crate::analysis::endpoints::{Gone, Presence, Restart};
use crate::analysis::exchanges::State;
use crate::core::ids::{EndpointId, Seq};
use crate::core::time::Timestamp;
use crate::store::RowRef;
use crate::usp::decode::decode;
use crate::usp::generated::usp_record::record::RecordType as Said;
use crate::usp::kind::RecordType;
use crate::usp::outcome::Grade;
use crate::view::format;

/// Silence up to this long is no end of a stretch.
const JOIN_NANOS: i64 = 60_000_000_000;

/// Stretches, marks and open requests kept.
const MAX_STRETCHES: usize = 4_096;
const MAX_MARKS: usize = 4_096;
const MAX_OPEN: usize = 1_024;

/// Marks of one kind this close together are one, told several times.
const SAME_NANOS: i64 = 1_000_000_000;

/// What happened.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum What {
    /// It said that it is there.
    Connect,
    /// It answered after the limit.
    Late,
    /// It said that something failed.
    Error,
    /// It did not answer in time.
    Timeout,
    /// It said that it leaves.
    Disconnect,
    /// It restarted; whether it had been told to.
    Restart {
        /// True if it had been told to.
        expected: bool,
    },
}

impl What {
    /// The word for it.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Connect => "Connect",
            Self::Late => "Answered late",
            Self::Error => "Failed",
            Self::Timeout => "No answer in time",
            Self::Disconnect => "Disconnect",
            Self::Restart { expected: true } => "Restart as told",
            Self::Restart { expected: false } => "Restart",
        }
    }
}

/// Something that happened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mark {
    /// When.
    pub at: Timestamp,
    /// The message that says so.
    pub seq: Seq,
    /// What.
    pub what: What,
    /// Details in a few words; may be empty.
    pub words: String,
}

/// How a device was for a while.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Being {
    /// Spoken to, but not heard yet.
    Unheard,
    /// Heard often enough.
    Online,
    /// Silent for longer than allowed.
    Stale,
    /// It had said that it leaves.
    Offline,
    /// It left several requests in a row unanswered, while others answered.
    Unresponsive,
}

impl Being {
    /// The word for it.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Unheard => "not heard yet",
            Self::Online => "online",
            Self::Stale => "stale",
            Self::Offline => "offline",
            Self::Unresponsive => "unresponsive",
        }
    }
}

/// How a device was from one moment to another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stretch {
    /// How.
    pub being: Being,
    /// Since when.
    pub from: Timestamp,
    /// Until when.
    pub to: Timestamp,
}

/// A while in which it was heard again and again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Heard {
    from: Timestamp,
    to: Timestamp,
    /// It ended with a goodbye.
    left: bool,
}

/// See the module text.
pub struct Timeline {
    heard: VecDeque<Heard>,
    join_nanos: i64,
    marks: VecDeque<Mark>,
    /// Marks left out for want of room.
    left_out: u64,
    /// Requests to it of which it is not known yet what becomes of them.
    open: BTreeSet<Seq>,
    /// First and last message from or to it.
    known: Option<(Timestamp, Timestamp)>,
    restarts: Vec<Mark>,
    /// Places of these in the log of restarts, and up to where it was read.
    restart_places: Vec<u64>,
    restarts_read: u64,
}

impl Default for Timeline {
    fn default() -> Self {
        Self {
            heard: VecDeque::new(),
            join_nanos: JOIN_NANOS,
            marks: VecDeque::new(),
            left_out: 0,
            open: BTreeSet::new(),
            known: None,
            restarts: Vec::new(),
            restart_places: Vec::new(),
            restarts_read: 0,
        }
    }
}

/// What one message tells.
#[derive(Default)]
struct Tells {
    heard: bool,
    left: bool,
    mark: Option<Mark>,
    open: bool,
}

impl Timeline {
    pub(super) fn start_over(&mut self) {
        *self = Self::default();
    }

    /// True if nothing is known of the device.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.known.is_none()
    }

    /// Takes in a message that came after all others.
    pub(super) fn newer(&mut self, snapshot: &Snapshot, device: EndpointId, row: &RowRef<'_>) {
        let tells = tells(snapshot, device, row);
        let (first, last) = self.known.unwrap_or((row.at, row.at));
        self.known = Some((first.min(row.at), last.max(row.at)));
        if tells.heard {
            match self.heard.back_mut() {
                Some(heard) if !heard.left && row.at.nanos_since(heard.to) <= self.join_nanos => {
                    heard.to = heard.to.max(row.at);
                    heard.left = tells.left;
                }
                _ => {
                    let (from, to) = (row.at, row.at);
                    self.heard.push_back(Heard { from, to, left: tells.left });
                    self.bound_stretches();
                }
            }
        }
        if let Some(mark) = tells.mark {
            self.mark(mark);
        }
        if tells.open {
            self.watch(row.seq);
        }
    }

    /// Takes in a message that came before all others.
    pub(super) fn older(&mut self, snapshot: &Snapshot, device: EndpointId, row: &RowRef<'_>) {
        let tells = tells(snapshot, device, row);
        let (first, last) = self.known.unwrap_or((row.at, row.at));
        self.known = Some((first.min(row.at), last.max(row.at)));
        if tells.heard {
            match self.heard.front_mut() {
                Some(heard) if !tells.left && heard.from.nanos_since(row.at) <= self.join_nanos => {
                    heard.from = heard.from.min(row.at);
                }
                _ => {
                    let (from, to) = (row.at, row.at);
                    self.heard.push_front(Heard { from, to, left: tells.left });
                    self.bound_stretches();
                }
            }
        }
        if let Some(mark) = tells.mark {
            self.mark(mark);
        }
        if tells.open && self.open.len() < MAX_OPEN {
            self.open.insert(row.seq);
        }
    }

    fn watch(&mut self, seq: Seq) {
        self.open.insert(seq);
        if self.open.len() > MAX_OPEN {
            self.open.pop_first();
        }
    }

    fn mark(&mut self, mark: Mark) {
        let place = self.marks.partition_point(|known| known.seq < mark.seq);
        let near = |other: Option<&Mark>| {
            other.is_some_and(|other| {
                other.what == mark.what
                    && other.words == mark.words
                    && other.at.nanos_since(mark.at).saturating_abs() <= SAME_NANOS
            })
        };
        let says_it = matches!(mark.what, What::Connect | What::Disconnect);
        if says_it
            && (near(self.marks.get(place))
                || near(place.checked_sub(1).and_then(|p| self.marks.get(p))))
        {
            return;
        }
        if self.marks.len() >= MAX_MARKS {
            self.left_out += 1;
            if place == 0 {
                return;
            }
            self.marks.pop_front();
            self.marks.insert(place - 1, mark);
        } else {
            self.marks.insert(place, mark);
        }
    }

    fn bound_stretches(&mut self) {
        while self.heard.len() > MAX_STRETCHES {
            self.join_nanos = self.join_nanos.saturating_mul(2);
            let mut joined: VecDeque<Heard> = VecDeque::with_capacity(self.heard.len());
            for next in self.heard.drain(..) {
                match joined.back_mut() {
                    Some(last) if next.from.nanos_since(last.to) <= self.join_nanos => {
                        last.to = last.to.max(next.to);
                        last.left = next.left;
                    }
                    _ => joined.push_back(next),
                }
            }
            self.heard = joined;
        }
    }

    /// Looks at what became of requests since, and for restarts.
    pub(super) fn settle(&mut self, snapshot: &Snapshot, device: EndpointId) {
        let mut settled = Vec::new();
        for &seq in &self.open {
            let row = snapshot.row(seq);
            let exchange = row.and_then(|row| snapshot.exchange_of(row));
            if exchange.is_none_or(|exchange| exchange.state != State::Pending) {
                settled.push(seq);
            }
        }
        for seq in settled {
            // One that timed out may still be answered late; it is marked once, as what it was
            // at first sight of its end.
            self.open.remove(&seq);
            if let Some(mark) = snapshot.row(seq).and_then(|row| outcome(snapshot, &row)) {
                self.mark(mark);
            }
        }
        let log = snapshot.restarts();
        let from = self.restarts_read.max(log.first());
        for (place, restart) in (from..).zip(log.iter_from(from)) {
            if restart.device == device {
                let Some(mark) = mark_of(restart) else { continue };
                self.restart_places.push(place);
                self.restarts.push(mark);
            }
        }
        self.restarts_read = log.end();
        // The newest may have learned its Cause since.
        if let (Some(&place), Some(mark)) = (self.restart_places.last(), self.restarts.last_mut())
            && let Some(now) = log.get(place).and_then(mark_of)
            && *mark != now
        {
            *mark = now;
        }
        if self.restarts.len() > MAX_MARKS {
            let many = self.restarts.len() - MAX_MARKS / 2;
            self.restarts.drain(..many);
            self.restart_places.drain(..many);
            self.left_out += many as u64;
        }
    }

    /// What happened, in order of time; a Connect that belongs to a restart is not told apart.
    pub fn marks(&self) -> impl Iterator<Item = &Mark> {
        let mut marks = self.marks.iter().peekable();
        let mut restarts = self.restarts.iter().peekable();
        std::iter::from_fn(move || match (marks.peek(), restarts.peek()) {
            (Some(mark), Some(restart)) if mark.at < restart.at => marks.next(),
            (_, Some(_)) => restarts.next(),
            (Some(_), None) => marks.next(),
            (None, None) => None,
        })
    }

    /// Marks left out for want of room.
    #[must_use]
    pub fn left_out(&self) -> u64 {
        self.left_out
    }

    /// From when to when anything is known, looked at `now`.
    #[must_use]
    pub fn range(&self, now: Timestamp) -> Option<(Timestamp, Timestamp)> {
        let (first, last) = self.known?;
        Some((first, last.max(now)))
    }

    /// How the device was, without gaps, looked at `now`.
    #[must_use]
    pub fn stretches(
        &self,
        snapshot: &Snapshot,
        device: EndpointId,
        now: Timestamp,
    ) -> Vec<Stretch> {
        let Some((start, end)) = self.range(now) else { return Vec::new() };
        let limit = snapshot
            .endpoint_info(device)
            .map_or(JOIN_NANOS, |info| info.silence_limit_nanos())
            .max(self.join_nanos);
        let after = |at: Timestamp| Timestamp(at.0.saturating_add(limit));
        let mut out: Vec<Stretch> = Vec::new();
        let mut add = |being, from: Timestamp, to: Timestamp| {
            if to <= from {
                return;
            }
            match out.last_mut() {
                Some(last) if last.being == being => last.to = to,
                _ => out.push(Stretch { being, from, to }),
            }
        };
        let first_heard = self.heard.front().map_or(end, |heard| heard.from);
        add(Being::Unheard, start, first_heard);
        for (n, heard) in self.heard.iter().enumerate() {
            add(Being::Online, heard.from, heard.to);
            let next = self.heard.get(n + 1).map_or(end, |next| next.from);
            if heard.left {
                add(Being::Offline, heard.to, next);
            } else {
                add(Being::Online, heard.to, next.min(after(heard.to)));
                add(Being::Stale, after(heard.to).min(next), next);
            }
        }
        if let Presence::Offline(Gone::Unresponsive { since, .. }) = snapshot.presence(device, now)
        {
            while let Some(last) = out.last_mut() {
                if last.from < since {
                    last.to = last.to.min(since);
                    break;
                }
                out.pop();
            }
            let from = out.last().map_or(start, |last| last.to);
            out.push(Stretch { being: Being::Unresponsive, from, to: end.max(from) });
        }
        out
    }
}

fn mark_of(restart: &Restart) -> Option<Mark> {
    let cause = format::one_line(&restart.cause);
    let words = match (cause.is_empty(), restart.boot) {
        (false, _) => format!("Cause {cause}"),
        (true, Some(_)) => "no Cause given".to_owned(),
        (true, None) => "connected again, without a Disconnect".to_owned(),
    };
    let seq = restart.boot.or(restart.connect)?;
    let what = What::Restart { expected: restart.expected };
    Some(Mark { at: restart.at, seq, what, words })
}

/// What became of a request, if that is worth a mark.
fn outcome(snapshot: &Snapshot, row: &RowRef<'_>) -> Option<Mark> {
    let exchange = snapshot.exchange_of(*row)?;
    let what = match exchange.state {
        State::TimedOut => What::Timeout,
        State::Late => What::Late,
        _ => return None,
    };
    let id = format::elide_middle(&exchange.msg_id, 32).into_owned();
    let words = format!("{} {}", exchange.kind.label(), format::one_line(&id));
    Some(Mark { at: exchange.first_at, seq: row.seq, what, words })
}

fn tells(snapshot: &Snapshot, device: EndpointId, row: &RowRef<'_>) -> Tells {
    // A retained message is an old one and proves nothing.
    if row.delivery().retain {
        return Tells::default();
    }
    let mut tells = Tells { heard: row.from == Some(device), ..Tells::default() };
    if !tells.heard {
        let exchange = snapshot.exchange_of(*row);
        let asked = exchange.filter(|exchange| exchange.request == Some(row.seq));
        tells.open = asked.is_some_and(|exchange| exchange.state == State::Pending);
        tells.mark = asked.and_then(|_| outcome(snapshot, row));
        return tells;
    }
    let words = || {
        let text = crate::view::message_list::summary(snapshot, *row);
        format::elide_middle(&text, 80).into_owned()
    };
    let mark = |what, words| Some(Mark { at: row.at, seq: row.seq, what, words });
    match row.record_type {
        Some(RecordType::Disconnect) => {
            let record = decode(row.payload()).record.and_then(|record| record.record_type);
            // These two end or refuse a session context; whoever says so stays.
            tells.left = matches!(&record, Some(Said::Disconnect(said))
                if !matches!(said.reason_code, 7105 | 7106));
            if tells.left {
                tells.mark = mark(What::Disconnect, words());
            }
        }
        Some(
            RecordType::MqttConnect
            | RecordType::WebsocketConnect
            | RecordType::StompConnect
            | RecordType::UdsConnect,
        ) => tells.mark = mark(What::Connect, words()),
        _ if row.err_code != 0 || row.mark().grade == Some(Grade::Failed) => {
            tells.mark = mark(What::Error, format!("{} {}", row.type_label(), words()));
        }
        _ => {}
    }
    tells
}
