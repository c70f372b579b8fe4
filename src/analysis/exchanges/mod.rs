//! Requests and their answers: what became of each, how often it was sent, how long it took.
//!
//! Paired by (requester, responder, msg_id), since a `msg_id` is unique per sender only (TR-369;
//! `msg_id` alone and topics prove nothing). Times are those at which messages were seen at the
//! broker. Bounded by count and by message time; what runs out of time does so at its deadline,
//! whenever that is looked at, so that a replay tells the same as the live run.

mod asked;
mod exchange;
mod timers;

use std::collections::VecDeque;
use std::hash::BuildHasher;

use compact_str::CompactString;
use hashbrown::HashMap;

use asked::Asked;
pub use exchange::{Exchange, State, StateCounts};
use timers::Timers;

use super::budgets::Budgets;
use super::note::{Note, Report, Reports};
use super::problems::code::Code;
use crate::core::block_log::BlockLog;
use crate::core::ids::{EndpointId, ExchangeId, Seq};
use crate::core::time::Timestamp;
use crate::usp::kind::{MsgKind, Role};
use crate::usp::outcome::Grade;

/// An answer may be seen before its request when the broker delivers the two by different QoS
/// flows; this long an answer waits for its request.
const REORDER_NANOS: i64 = 500_000_000;

/// Answered requests are remembered this long for repeats and second answers.
const ANSWERED_NANOS: i64 = 60 * 1_000_000_000;

/// Copies closer together than this on one topic were delivered twice, not sent twice.
const REDELIVERY_NANOS: i64 = 50_000_000;

/// Timers are swept at least once in so many messages.
const SWEEP: u32 = 64;

/// Transmissions of one request that make a retry storm.
const STORM: u16 = 5;

/// Transmissions of one Notify after which nobody seems to acknowledge.
const UNACKNOWLEDGED: u16 = 3;

/// `msg_id` bytes kept for showing; they are compared whole, by their hash.
const MAX_MSG_ID: usize = 256;

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    requester: EndpointId,
    responder: EndpointId,
    id_hash: u64,
}

/// What a message is to earlier ones.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Match {
    /// Nothing (yet), or nothing more than its exchange.
    None,
    /// Request and response are known now; the one that came last is the message itself.
    Pair {
        /// The request's first transmission.
        request: Seq,
        /// The answer.
        response: Seq,
        /// Nanoseconds between them.
        latency_nanos: i64,
    },
    /// The same again.
    Repeat {
        /// The first of its kind.
        first: Seq,
    },
}

/// What became of a message that was offered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Offered {
    /// What it is to earlier ones.
    pub what: Match,
    /// Its exchange.
    pub exchange: Option<ExchangeId>,
}

const NOTHING: Offered = Offered { what: Match::None, exchange: None };

/// A request that ran out of time, for the latency table.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TimedOut {
    /// The Agent's side.
    pub device: EndpointId,
    /// Who did not answer.
    pub responder: EndpointId,
    /// Type of the request.
    pub kind: MsgKind,
    /// Its first transmission.
    pub asked_at: Timestamp,
}

/// See the module text.
pub(super) struct Exchanges {
    keys: HashMap<Key, ExchangeId>,
    asked: Asked,
    pub(super) log: BlockLog<Exchange>,
    timers: Timers,
    /// Keys of settled exchanges in order of settling.
    settled: VecDeque<(Timestamp, ExchangeId)>,
    /// The same for those whose answer may still come.
    overdue: VecDeque<(Timestamp, ExchangeId)>,
    /// Newest exchange by responder.
    newest: Vec<Option<ExchangeId>>,
    hasher: hashbrown::DefaultHashBuilder,
    budgets: Budgets,
    pending: usize,
    pub(super) counts: StateCounts,
    pub(super) given_up: u64,
    /// Messages of endpoints that are not told apart.
    pub(super) unpaired: u64,
    /// True once any request to an Agent was seen: then a missing one is remarkable.
    requests_seen: bool,
    /// Messages since the timers were swept.
    unswept: u32,
}

impl Exchanges {
    pub(super) fn new(budgets: &Budgets) -> Self {
        Self {
            keys: HashMap::new(),
            asked: Asked::new(),
            log: BlockLog::with_capacity(budgets.exchanges),
            timers: Timers::default(),
            settled: VecDeque::new(),
            overdue: VecDeque::new(),
            newest: Vec::new(),
            hasher: hashbrown::DefaultHashBuilder::default(),
            budgets: *budgets,
            pending: 0,
            counts: StateCounts::default(),
            given_up: 0,
            unpaired: 0,
            requests_seen: false,
            unswept: 0,
        }
    }

    /// Requests that wait for their answer, in time or not.
    pub(super) fn open(&self) -> usize {
        self.pending
    }

    /// True while a time limit is running.
    pub(super) fn is_waiting(&self) -> bool {
        self.timers.len() > 0
    }

    /// What is remembered for pairing, in entries of the largest of its tables.
    pub(super) fn remembered(&self) -> usize {
        let tables = [self.keys.len(), self.timers.len(), self.settled.len(), self.overdue.len()];
        tables.into_iter().max().unwrap_or(0)
    }

    /// Takes a message. `grade` is how a request went, if this is its answer.
    pub(super) fn offer(
        &mut self,
        note: &Note<'_>,
        grade: Option<Grade>,
        reports: &mut Reports,
    ) -> Offered {
        let (Some((from, to)), Some((kind, msg, bytes))) = (note.ends(), note.msg()) else {
            let beyond = [note.from, note.to].contains(&Some(EndpointId::OTHER));
            self.unpaired += u64::from(beyond && note.msg().is_some());
            return NOTHING;
        };
        let id_hash = self.hasher.hash_one(msg.msg_id.as_bytes());
        if kind.is_request() {
            if kind.sender_role() == Some(Role::Controller) {
                self.requests_seen = true;
            }
            if !msg.wants_answer {
                self.asked.silent((from, to), msg.msg_id, id_hash, kind, note.seq, note.at);
                return NOTHING;
            }
            let key = Key { requester: from, responder: to, id_hash };
            let digest = self.hasher.hash_one(bytes);
            self.request(note, key, kind, msg.msg_id, digest, reports)
        } else {
            let key = Key { requester: to, responder: from, id_hash };
            self.answer(note, key, kind, msg.msg_id, grade, reports)
        }
    }

    fn request(
        &mut self,
        note: &Note<'_>,
        key: Key,
        kind: MsgKind,
        msg_id: &str,
        digest: u64,
        reports: &mut Reports,
    ) -> Offered {
        let known = self.keys.get(&key).copied();
        if let Some(id) = known
            && let Some(old) = self.log.get_mut(id.place())
        {
            let same = old.request.is_some() && old.kind == kind && old.digest == digest;
            // Some controllers use an id again after its answer: a new request. The very same
            // Notify after its answer is a retransmission whose answer got lost.
            if same && (old.state.is_open() || kind == MsgKind::Notify) {
                let first = old.request.unwrap_or(note.seq);
                let close = note.at.nanos_since(old.last_at) < REDELIVERY_NANOS;
                let redelivered = note.delivery.dup || (note.delivery.qos > 0 && close);
                let before = old.last_request.or(old.request);
                old.last_request = Some(note.seq);
                if redelivered {
                    tell(reports, note, Code::Redelivered, before);
                } else {
                    old.attempts = old.attempts.saturating_add(1);
                    old.last_at = note.at;
                    tell(reports, note, Code::RequestRepeated, before);
                    if kind == MsgKind::Notify
                        && old.state.is_open()
                        && old.attempts >= UNACKNOWLEDGED
                    {
                        tell(reports, note, Code::NotifyUnacknowledged, old.request);
                    }
                    if old.attempts >= STORM {
                        tell(reports, note, Code::RetryStorm, old.request);
                    }
                }
                return Offered { what: Match::Repeat { first }, exchange: Some(id) };
            }
            if old.state == State::Orphan
                && answers(old.kind, kind)
                && (0..=REORDER_NANOS).contains(&note.at.nanos_since(old.first_at))
                && let Some(response) = old.answer
            {
                let answered_at = old.first_at;
                old.request = Some(note.seq);
                old.last_request = Some(note.seq);
                (old.first_at, old.last_at, old.ended_at) = (note.at, note.at, answered_at);
                (old.kind, old.digest, old.attempts) = (kind, digest, 1);
                let state = settled_state(old.grade);
                old.state = state;
                self.counts.step(Some(State::Orphan), state);
                let latency_nanos = answered_at.nanos_since(note.at);
                let what = Match::Pair { request: note.seq, response, latency_nanos };
                return Offered { what, exchange: Some(id) };
            }
            if old.state.is_open() {
                tell(reports, note, Code::MsgIdReused, old.request);
                self.settle(id, State::Superseded, note.at);
            }
        }
        self.make_room(note.at);
        let id = self.open_exchange(note, key, kind, msg_id, digest, State::Pending, None);
        if let Some(id) = id {
            self.pending += 1;
            self.asked.open(key.requester, msg_id, id);
            self.timers.add(self.budgets.timeout_nanos(kind), note.at, id);
        }
        Offered { what: Match::None, exchange: id }
    }

    fn answer(
        &mut self,
        note: &Note<'_>,
        key: Key,
        kind: MsgKind,
        msg_id: &str,
        grade: Option<Grade>,
        reports: &mut Reports,
    ) -> Offered {
        let first_segment = note.whole.and_then(|whole| whole.first_seen);
        let grade = if kind == MsgKind::Error { Some(Grade::Failed) } else { grade };
        let known = self.keys.get(&key).copied();
        if let Some(id) = known
            && let Some(old) = self.log.get_mut(id.place())
        {
            let fits = match old.state {
                State::Orphan => old.kind == kind,
                _ => answers(kind, old.kind),
            };
            match (fits, old.state, old.request, old.answer) {
                (true, state, Some(request), _) if state.is_open() => {
                    old.answer = Some(note.seq);
                    old.first_segment = first_segment;
                    old.grade = grade;
                    let latency_nanos = note.at.nanos_since(old.first_at);
                    let state = if state == State::TimedOut {
                        tell(reports, note, Code::LateAnswer, Some(request));
                        State::Late
                    } else {
                        settled_state(grade)
                    };
                    self.settle(id, state, note.at);
                    let what = Match::Pair { request, response: note.seq, latency_nanos };
                    return Offered { what, exchange: Some(id) };
                }
                (true, .., Some(first)) => {
                    old.more_answers = old.more_answers.saturating_add(1);
                    let code =
                        if note.delivery.dup { Code::Redelivered } else { Code::DuplicateAnswer };
                    tell(reports, note, code, Some(first));
                    return Offered { what: Match::Repeat { first }, exchange: Some(id) };
                }
                (false, state, Some(request), _) if state.is_open() => {
                    tell(reports, note, Code::WrongAnswerType, Some(request));
                    return Offered { what: Match::None, exchange: Some(id) };
                }
                _ => {}
            }
        }
        if let Some(silent) =
            self.asked.find_silent(key.requester, key.responder, msg_id, key.id_hash)
            && answers(kind, silent.kind)
            && note.at.nanos_since(silent.at) <= self.remember_nanos()
        {
            tell(reports, note, Code::UnexpectedAnswer, Some(silent.seq));
            return NOTHING;
        }
        let id = self.open_exchange(note, key, kind, msg_id, 0, State::Orphan, grade);
        if let Some(id) = id
            && let Some(orphan) = self.log.get_mut(id.place())
        {
            (orphan.request, orphan.last_request, orphan.answer) = (None, None, Some(note.seq));
            (orphan.attempts, orphan.first_segment) = (0, first_segment);
            orphan.ended_at = note.at;
            self.timers.add(REORDER_NANOS, note.at, id);
            self.remember(id, State::Orphan, note.at);
        }
        Offered { what: Match::None, exchange: id }
    }

    #[expect(clippy::too_many_arguments, reason = "what a new exchange consists of")]
    fn open_exchange(
        &mut self,
        note: &Note<'_>,
        key: Key,
        kind: MsgKind,
        msg_id: &str,
        digest: u64,
        state: State,
        grade: Option<Grade>,
    ) -> Option<ExchangeId> {
        let id = ExchangeId::from_place(self.log.end())?;
        let responder = key.responder.0 as usize;
        if responder >= self.newest.len() {
            self.newest.resize(responder + 1, None);
        }
        let older = self.newest.get_mut(responder).and_then(|newest| newest.replace(id));
        let cut = msg_id.floor_char_boundary(MAX_MSG_ID);
        let exchange = Exchange {
            request: Some(note.seq),
            last_request: Some(note.seq),
            answer: None,
            first_segment: None,
            requester: key.requester,
            responder: key.responder,
            kind,
            state,
            grade,
            first_at: note.at,
            last_at: note.at,
            ended_at: Timestamp::default(),
            attempts: 1,
            more_answers: 0,
            msg_id: CompactString::from(msg_id.get(..cut).unwrap_or_default()),
            id_hash: key.id_hash,
            digest,
            older,
        };
        let first = self.log.first();
        if let Some(forgotten) = self.log.push(exchange) {
            self.forgotten(first, &forgotten);
        }
        self.counts.step(None, state);
        self.keys.insert(key, id);
        Some(id)
    }

    /// Ends an open exchange.
    fn settle(&mut self, id: ExchangeId, state: State, at: Timestamp) {
        let Some(exchange) = self.log.get_mut(id.place()) else { return };
        if exchange.state == State::Pending {
            self.pending -= 1;
        }
        self.counts.step(Some(exchange.state), state);
        exchange.state = state;
        exchange.ended_at = at;
        self.remember(id, state, at);
    }

    /// Remembers the key of an exchange for a while.
    fn remember(&mut self, id: ExchangeId, state: State, at: Timestamp) {
        let cap = self.budgets.answered_requests.max(1);
        let queue = if state.is_open() { &mut self.overdue } else { &mut self.settled };
        queue.push_back((at, id));
        let oldest = if queue.len() > cap { queue.pop_front() } else { None };
        if let Some((_, oldest)) = oldest {
            self.forget(oldest);
        }
    }

    /// A key may have been taken over by a later exchange.
    fn forget(&mut self, id: ExchangeId) {
        let Some(exchange) = self.log.get(id.place()) else { return };
        let key = key_of(exchange);
        if self.keys.get(&key) == Some(&id) {
            self.keys.remove(&key);
        }
    }

    /// Exchanges that are no longer kept for showing, from place `first` on.
    fn forgotten(&mut self, first: u64, exchanges: &[Exchange]) {
        for (place, exchange) in (first..).zip(exchanges) {
            let key = key_of(exchange);
            if self.keys.get(&key).is_some_and(|id| id.place() == place) {
                self.keys.remove(&key);
            }
            if exchange.state == State::Pending {
                self.pending -= 1;
                self.given_up += 1;
                self.counts.step(Some(State::Pending), State::GivenUp);
            }
        }
    }

    /// Gives up the oldest open request when there are too many.
    fn make_room(&mut self, at: Timestamp) {
        while self.pending >= self.budgets.open_requests.max(1)
            && let Some((queue, _, id)) = self.timers.first()
        {
            self.timers.pop(queue);
            if self.log.get(id.place()).is_some_and(|e| e.state == State::Pending) {
                self.settle(id, State::GivenUp, at);
                self.forget(id);
                self.given_up += 1;
            }
        }
    }

    /// Lets run out of time what does so by `now`.
    pub(super) fn advance(
        &mut self,
        now: Timestamp,
        reports: &mut Reports,
        mut timed_out: impl FnMut(TimedOut),
    ) {
        // Answered requests are taken from the timers now and then, not with every message.
        self.unswept += 1;
        if self.unswept >= SWEEP || self.timers.is_due(now) {
            self.unswept = 0;
            self.sweep(now, reports, &mut timed_out);
        }
        while let Some(&(at, id)) = self.settled.front()
            && now.nanos_since(at) > ANSWERED_NANOS
        {
            self.settled.pop_front();
            self.forget(id);
        }
        let keep = self.remember_nanos();
        while let Some(&(at, id)) = self.overdue.front()
            && now.nanos_since(at) > keep
        {
            self.overdue.pop_front();
            // Answered since: then the other queue forgets it.
            if self.log.get(id.place()).is_some_and(|exchange| exchange.state.is_open()) {
                self.forget(id);
            }
        }
    }

    /// Takes from the timers what has run out by `now`, and what no longer waits.
    fn sweep(
        &mut self,
        now: Timestamp,
        reports: &mut Reports,
        timed_out: &mut impl FnMut(TimedOut),
    ) {
        while let Some((queue, deadline, id)) = self.timers.first() {
            let state = self.log.get(id.place()).map(|exchange| exchange.state);
            let waits = matches!(state, Some(State::Pending | State::Orphan));
            if waits && deadline > now {
                break;
            }
            self.timers.pop(queue);
            if waits {
                self.run_out(id, deadline, reports, timed_out);
            }
        }
        let log = &self.log;
        self.timers.tidy(|id| {
            let state = log.get(id.place()).map(|exchange| exchange.state);
            matches!(state, Some(State::Pending | State::Orphan))
        });
    }

    fn remember_nanos(&self) -> i64 {
        i64::from(self.budgets.remember_secs) * 1_000_000_000
    }

    /// The request to another endpoint that this orphan seems to answer: asked before, by the
    /// same requester with the same `msg_id`, and without an answer up to now.
    fn asked_of_another(&self, orphan: &Exchange) -> Option<Seq> {
        let id = self.asked.find_open(orphan.requester, &orphan.msg_id)?;
        let other = self.log.get(id.place())?;
        let fits = other.state == State::Pending
            && other.requester == orphan.requester
            && other.responder != orphan.responder
            && other.id_hash == orphan.id_hash
            && other.first_at <= orphan.first_at
            && answers(orphan.kind, other.kind);
        other.request.filter(|_| fits)
    }

    fn run_out(
        &mut self,
        id: ExchangeId,
        deadline: Timestamp,
        reports: &mut Reports,
        timed_out: &mut impl FnMut(TimedOut),
    ) {
        let Some(exchange) = self.log.get(id.place()) else { return };
        let (device, responder, kind) = (exchange.device(), exchange.responder, exchange.kind);
        let mut found = |code, who, seq, proof| {
            let who = Some(who);
            reports.push(Report { code, seq, proof, who, topic: None, at: deadline });
        };
        if exchange.state == State::Pending {
            found(Code::Unanswered, device, exchange.request, exchange.last_request);
            let asked_at = exchange.first_at;
            timed_out(TimedOut { device, responder, kind, asked_at });
            self.settle(id, State::TimedOut, deadline);
        } else if let Some(request) = self.asked_of_another(exchange) {
            found(Code::AnswersForAnother, responder, exchange.answer, Some(request));
        } else if self.requests_seen || kind.sender_role() == Some(Role::Controller) {
            // Whoever can't see any request would hear this of every answer.
            found(Code::OrphanAnswer, device, exchange.answer, None);
        } else {
            found(Code::RequestsInvisible, device, exchange.answer, None);
        }
    }

    /// `device` restarted: what it was asked before `before` is lost.
    pub(super) fn restarted(
        &mut self,
        device: EndpointId,
        before: Timestamp,
        at: Timestamp,
        proof: Seq,
        reports: &mut Reports,
    ) {
        // Each exchange is walked over once: the list starts anew behind a restart.
        let Some(mut next) = self.newest.get_mut(device.0 as usize).map(Option::take) else {
            return;
        };
        while let Some(id) = next
            && let Some(exchange) = self.log.get(id.place())
        {
            next = exchange.older;
            if exchange.state == State::Pending && exchange.first_at < before {
                reports.push(Report {
                    code: Code::LostByRestart,
                    seq: exchange.request,
                    proof: Some(proof),
                    who: Some(device),
                    topic: None,
                    at,
                });
                self.settle(id, State::Lost, at);
            }
        }
    }
}

/// State of a request that was answered in time.
fn settled_state(grade: Option<Grade>) -> State {
    if grade == Some(Grade::Failed) { State::Failed } else { State::Answered }
}

fn key_of(exchange: &Exchange) -> Key {
    Key { requester: exchange.requester, responder: exchange.responder, id_hash: exchange.id_hash }
}

fn tell(reports: &mut Reports, note: &Note<'_>, code: Code, proof: Option<Seq>) {
    super::note::report(reports, note, code, proof);
}

/// True if `answer` is what `request` may be answered with.
fn answers(answer: MsgKind, request: MsgKind) -> bool {
    answer == MsgKind::Error || request.answer() == Some(answer)
}
