//! Takes Records of session contexts one by one, gives the Msgs they complete, and reports what
//! is odd. Bounded in bytes, streams and message time.

use std::collections::BTreeSet;
use std::hash::BuildHasher;
use std::sync::Arc;

use super::numbers::{Gap, Numbers, Place};
use super::rows::{Loss, Missing, RANGES, StreamRow, StreamState};
use super::runs::{Part, Run};
use super::table::{Pair, Session, Stream, Table};
use super::{Whole, Wholes};
use crate::analysis::budgets::Budgets;
use crate::analysis::note::{Report, Reports};
use crate::analysis::problems::code::Code;
use crate::core::block_log::BlockLog;
use crate::core::cow_vec::CowVec;
use crate::core::ids::{EndpointId, Seq, TopicId};
use crate::core::time::Timestamp;
use crate::core::wire::WireMsg;
use crate::store::Met;
use crate::usp::kind::{PayloadKind, RecordType};
use crate::usp::scan::{disconnect_code, first_payload, session_payload};
use crate::usp::summary::{SarState, SessionHead, Summary};
use crate::usp::tls::tls_head;

/// Runs of one stream that wait at once. Without disorder there is one.
const MAX_RUNS: usize = 256;

/// Msgs given up that are kept for showing.
const ABANDONED_KEPT: usize = 256;

/// The buffer for a payload in several entries is kept up to this size.
const SCRATCH: usize = 256 * 1024;

/// `reason_code` of a Disconnect that ends a session context, and of one that refuses it.
const ENDED: [u32; 2] = [7105, 7106];

/// A Record, as far as it matters here.
#[derive(Clone, Copy)]
struct Arrival {
    seq: Seq,
    at: Timestamp,
    from: Option<EndpointId>,
    topic: TopicId,
    /// MQTT says that it delivers it again.
    dup: bool,
}

impl Arrival {
    fn report(&self, reports: &mut Reports, code: Code, proof: Option<Seq>) {
        reports.push(Report {
            code,
            seq: Some(self.seq),
            proof,
            who: self.from.filter(|&id| id != EndpointId::OTHER),
            topic: Some(self.topic),
            at: self.at,
        });
    }
}

/// Why a run is given up.
#[derive(Clone, Copy)]
struct Why {
    at: Timestamp,
    /// The message that shows it.
    proof: Option<Seq>,
    /// One of our own limits: the segments count as lost.
    limit: bool,
}

/// One direction of a session: its slot in the table, and which.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct StreamId {
    slot: u32,
    way: usize,
}

/// See the module text.
pub(in crate::analysis) struct Sessions {
    table: Table,
    /// One entry per stream in which something waits; no later than it runs out of time.
    timers: BTreeSet<(Timestamp, StreamId)>,
    /// What all waiting segments count for.
    cost: usize,
    budgets: Budgets,
    hasher: hashbrown::DefaultHashBuilder,
    scratch: Vec<u8>,
    /// Two per slot of the table.
    pub(in crate::analysis) rows: CowVec<Option<StreamRow>>,
    pub(in crate::analysis) abandoned: BlockLog<StreamRow>,
    pub(in crate::analysis) wholes: Wholes,
    /// Segments given up for one of our own limits.
    pub(in crate::analysis) lost: u64,
}

impl Sessions {
    pub(in crate::analysis) fn new(budgets: &Budgets) -> Self {
        Self {
            table: Table::new(budgets.streams / 2),
            timers: BTreeSet::new(),
            cost: 0,
            budgets: *budgets,
            hasher: hashbrown::DefaultHashBuilder::default(),
            scratch: Vec::new(),
            rows: CowVec::new(),
            abandoned: BlockLog::with_capacity(ABANDONED_KEPT),
            wholes: Wholes::new(budgets.whole_bytes),
            lost: 0,
        }
    }

    /// True while segments wait for others.
    pub(in crate::analysis) fn is_waiting(&self) -> bool {
        !self.timers.is_empty()
    }

    /// What waiting segments count for, sessions followed, and other entries held.
    #[cfg(test)]
    pub(super) fn held(&self) -> (usize, usize, usize) {
        let entries = self.table.entries().max(self.timers.len()).max(self.rows.len());
        (self.cost, self.table.live(), entries)
    }

    /// Takes a message that is about to be kept; gives the Msg it completes, if that came in
    /// several pieces.
    pub(in crate::analysis) fn offer(
        &mut self,
        met: &Met,
        msg: &WireMsg<'_>,
        summary: &Summary<'_>,
        reports: &mut Reports,
    ) -> Option<Arc<Whole>> {
        if summary.payload != PayloadKind::Usp {
            return None;
        }
        let ends = met.from.zip(met.to);
        let arrival = Arrival {
            seq: met.seq,
            at: msg.at,
            from: met.from,
            topic: met.topic,
            dup: msg.delivery.dup,
        };
        let retained = msg.delivery.retain;
        match summary.record_type? {
            RecordType::SessionContext => {
                let head = summary.session?;
                self.session_record(&arrival, ends, &head, msg, summary, reports)
            }
            RecordType::NoSessionContext => {
                if summary.secured {
                    arrival.report(reports, Code::TlsWithoutSession, None);
                    check_tls(&arrival, msg.payload, reports);
                }
                None
            }
            RecordType::Disconnect => {
                if ENDED.contains(&disconnect_code(msg.payload)) {
                    arrival.report(reports, Code::SessionEnded, None);
                    if let Some(ends) = ends.filter(|_| !retained) {
                        self.end_pair(pair_of(ends), None, &arrival, reports);
                    }
                }
                None
            }
            RecordType::MqttConnect => {
                if let Some(ends) = ends.filter(|_| !retained) {
                    self.end_pair(pair_of(ends), None, &arrival, reports);
                }
                None
            }
            _ => None,
        }
    }

    fn session_record(
        &mut self,
        arrival: &Arrival,
        ends: Option<(EndpointId, EndpointId)>,
        head: &SessionHead,
        msg: &WireMsg<'_>,
        summary: &Summary<'_>,
        reports: &mut Reports,
    ) -> Option<Arc<Whole>> {
        if head.session_id <= 1 {
            arrival.report(reports, Code::SessionIdInvalid, None);
        }
        let begins_tls = matches!(head.record_sar, SarState::None | SarState::Begin);
        if summary.secured && head.payload_len > 0 && begins_tls {
            check_tls(arrival, msg.payload, reports);
        }
        let mut payload = std::mem::take(&mut self.scratch);
        payload.clear();
        session_payload(msg.payload, &mut payload);
        let told_apart =
            ends.filter(|&(from, to)| from != EndpointId::OTHER && to != EndpointId::OTHER);
        let is_segment = !summary.secured
            && matches!(head.sar, SarState::Begin | SarState::InProcess | SarState::Complete);
        let mut whole = None;
        if msg.delivery.retain {
            // The broker replays an old one: it says nothing of what goes on now.
        } else if let Some(ends) = told_apart {
            whole = self.follow(arrival, ends, head, summary.secured, &payload, reports);
        } else {
            self.lost += u64::from(is_segment);
            if head.retransmit_id != 0 {
                arrival.report(reports, Code::RetransmitRequested, None);
            }
        }
        let in_entries = head.sar == SarState::None
            && !summary.secured
            && summary.msg_bytes.is_none()
            && !payload.is_empty();
        if in_entries {
            whole = Some(Whole {
                seq: arrival.seq,
                bytes: payload.as_slice().into(),
                parts: [arrival.seq].into(),
                first_seen: None,
            });
        }
        if payload.capacity() <= SCRATCH {
            self.scratch = payload;
        }
        let whole = Arc::new(whole?);
        self.wholes.push(Arc::clone(&whole));
        Some(whole)
    }

    /// Follows the numbers of a session, and puts its segments together.
    fn follow(
        &mut self,
        arrival: &Arrival,
        ends: (EndpointId, EndpointId),
        head: &SessionHead,
        secured: bool,
        payload: &[u8],
        reports: &mut Reports,
    ) -> Option<Whole> {
        let pair = pair_of(ends);
        let id = StreamId {
            slot: self.session_of(pair, head, arrival, reports),
            way: usize::from(ends.0 > ends.1),
        };
        self.secure(id.slot, secured, arrival, reports);
        self.hear_peer(id, head, ends, arrival, reports);
        let content = (head.sar as u8, head.record_sar as u8, payload);
        let hash = self.hasher.hash_one(content).max(1);
        let earlier = self.stream(id).and_then(|one| one.numbers.seq_of(head.sequence_id));
        let place = self.place(id, head.sequence_id, hash, arrival, reports);
        if let Some(stream) = self.stream(id) {
            if stream.ends.is_none() {
                stream.started = arrival.at;
            }
            stream.ends = Some(ends);
            stream.last = Some((arrival.seq, arrival.at));
        }
        let mut whole = None;
        match place {
            Place::Again | Place::Stale => {
                self.count(id, |stream| &mut stream.duplicates);
                arrival.report(reports, Code::SegmentDuplicate, earlier);
            }
            Place::Conflict => {
                self.conflict(id, earlier, arrival, reports);
                // Two senders, or one that lost count: what waits may not belong together.
                let why = Why { at: arrival.at, proof: Some(arrival.seq), limit: false };
                self.abandon_all(id, why, reports);
            }
            Place::Next | Place::Ahead | Place::Late => {
                if place == Place::Ahead {
                    arrival.report(reports, Code::SegmentMissing, None);
                }
                // Only the rest of what was on its way may come after the end.
                if place != Place::Late
                    && matches!(head.sar, SarState::None | SarState::Begin)
                    && let Some(session) = self.table.get_mut(id.slot)
                {
                    session.ended = false;
                }
                let plain = !secured;
                whole = match head.sar {
                    SarState::Begin | SarState::InProcess | SarState::Complete if plain => {
                        self.segment(id, arrival, head, payload, reports)
                    }
                    _ => {
                        self.interrupt(id, head.sequence_id, arrival, reports);
                        None
                    }
                };
            }
        }
        self.show(id);
        whole
    }

    /// The slot of the session that a Record belongs to.
    fn session_of(
        &mut self,
        pair: Pair,
        head: &SessionHead,
        arrival: &Arrival,
        reports: &mut Reports,
    ) -> u32 {
        let starts = head.sequence_id == 1;
        let known = self.table.find(pair, head.session_id);
        let slot = known.unwrap_or_else(|| {
            if starts {
                self.end_pair(pair, Some(head.session_id), arrival, reports);
            }
            while let Some(slot) = self.table.must_go(pair) {
                let why = Why { at: arrival.at, proof: None, limit: true };
                for way in 0..2 {
                    self.abandon_all(StreamId { slot, way }, why, reports);
                    self.unshow(StreamId { slot, way });
                }
                self.table.remove(slot);
            }
            self.table.insert(pair, head.session_id, starts)
        });
        self.table.touch(slot);
        let ended = self.table.get(slot).is_some_and(|session| session.ended);
        if ended && starts && !arrival.dup {
            self.end_pair(pair, Some(head.session_id), arrival, reports);
            self.restart(slot, arrival, reports);
        }
        slot
    }

    fn secure(&mut self, slot: u32, secured: bool, arrival: &Arrival, reports: &mut Reports) {
        let Some(session) = self.table.get_mut(slot) else { return };
        if session.secured.replace(secured).is_some_and(|before| before != secured) {
            arrival.report(reports, Code::SecurityChanged, None);
        }
    }

    /// What the sender says about what it got from its peer.
    fn hear_peer(
        &mut self,
        id: StreamId,
        head: &SessionHead,
        ends: (EndpointId, EndpointId),
        arrival: &Arrival,
        reports: &mut Reports,
    ) {
        let peer = StreamId { way: 1 - id.way, ..id };
        let mut shown_by = None;
        if ends.0 != ends.1
            && let Some(stream) = self.stream(peer)
        {
            let before = stream.peer_expects;
            stream.peer_expects = before.max(head.expected_id);
            let more = before != stream.peer_expects;
            if head.retransmit_id != 0 {
                shown_by = stream.numbers.asked(head.retransmit_id);
            }
            if more || shown_by.is_some() {
                self.show(peer);
            }
        }
        if head.retransmit_id != 0 {
            arrival.report(reports, Code::RetransmitRequested, shown_by);
        }
    }

    /// What a Record is to the earlier ones; restarts the session if it shows that.
    fn place(
        &mut self,
        id: StreamId,
        number: u64,
        hash: u64,
        arrival: &Arrival,
        reports: &mut Reports,
    ) -> Place {
        let seq = arrival.seq;
        let Some(stream) = self.stream(id) else { return Place::Stale };
        let earlier = stream.numbers.seq_of(number);
        let place = stream.numbers.take(number, hash, seq);
        let again = std::mem::take(&mut stream.first_again);
        let stale = std::mem::take(&mut stream.stale);
        match place {
            Place::Again => {
                stream.first_again = number == 1 && stream.numbers.high() > 1;
                place
            }
            // A start, but not under an id that was not in use.
            Place::Conflict if number == 1 => {
                self.conflict(id, earlier, arrival, reports);
                self.restart(id.slot, arrival, reports);
                self.take(id, number, hash, seq)
            }
            // That number 1 was a new start, though it looked like the old one.
            Place::Conflict if again => {
                let first = stream.numbers.hash_of(1).filter(|&first| first != 0);
                self.conflict(id, earlier, arrival, reports);
                self.restart(id.slot, arrival, reports);
                if let Some(first) = first {
                    self.take(id, 1, first, seq);
                }
                self.take(id, number, hash, seq)
            }
            // One may be a late repetition. Two in a row: the sender counts anew, and its first
            // Records were not seen.
            Place::Stale
                if number == 1 || stale.is_some_and(|last| last.checked_add(1) == Some(number)) =>
            {
                if number == 1 && arrival.dup {
                    return place;
                }
                self.restart(id.slot, arrival, reports);
                if let Some(stream) = self.stream(id).filter(|_| number != 1) {
                    stream.numbers = Numbers::default();
                }
                self.take(id, number, hash, seq)
            }
            Place::Stale => {
                stream.stale = Some(number);
                place
            }
            place => place,
        }
    }

    /// Something else came under a number that was used before.
    fn conflict(
        &mut self,
        id: StreamId,
        earlier: Option<Seq>,
        arrival: &Arrival,
        reports: &mut Reports,
    ) {
        self.count(id, |stream| &mut stream.conflicts);
        arrival.report(reports, Code::SegmentConflict, earlier);
    }

    fn take(&mut self, id: StreamId, number: u64, hash: u64, seq: Seq) -> Place {
        self.stream(id).map_or(Place::Stale, |stream| stream.numbers.take(number, hash, seq))
    }

    /// A session begins anew under the same id.
    fn restart(&mut self, slot: u32, arrival: &Arrival, reports: &mut Reports) {
        let why = Why { at: arrival.at, proof: Some(arrival.seq), limit: false };
        if let Some(session) = self.table.get_mut(slot) {
            session.ended = false;
        }
        for way in 0..2 {
            let id = StreamId { slot, way };
            self.abandon_all(id, why, reports);
            if let Some(stream) = self.stream(id) {
                stream.numbers = Numbers::from_start();
                (stream.cut, stream.peer_expects, stream.first_again) = (None, 0, false);
            }
            self.show(id);
        }
    }

    /// Ends the sessions of two endpoints, but for the one with id `except`.
    fn end_pair(
        &mut self,
        pair: Pair,
        except: Option<u64>,
        arrival: &Arrival,
        reports: &mut Reports,
    ) {
        let why = Why { at: arrival.at, proof: Some(arrival.seq), limit: false };
        for index in 0.. {
            let Some(&slot) = self.table.of_pair(pair).get(index) else { return };
            let Some(session) = self.table.get_mut(slot) else { continue };
            if session.ended || Some(session.id) == except {
                continue;
            }
            session.ended = true;
            for way in 0..2 {
                self.abandon_all(StreamId { slot, way }, why, reports);
                self.show(StreamId { slot, way });
            }
        }
    }

    /// A Record that is no segment stands between segments: what came before it can't go on.
    fn interrupt(&mut self, id: StreamId, number: u64, arrival: &Arrival, reports: &mut Reports) {
        let Some(stream) = self.stream(id) else { return };
        if let Some(open) = stream.runs.open_before(number)
            && let Some(run) = stream.runs.remove(open)
        {
            let why = Why { at: arrival.at, proof: Some(arrival.seq), limit: false };
            self.abandon(id, run, why, reports);
            self.arm(id);
        }
    }

    /// Keeps a segment until its Msg is complete.
    fn segment(
        &mut self,
        id: StreamId,
        arrival: &Arrival,
        head: &SessionHead,
        payload: &[u8],
        reports: &mut Reports,
    ) -> Option<Whole> {
        let (number, sar) = (head.sequence_id, head.sar);
        if sar == SarState::Begin {
            self.interrupt(id, number, arrival, reports);
        }
        let most = self.budgets.stream_bytes;
        let stream = self.stream(id)?;
        if let Some((cut, limit)) = stream.cut
            && sar != SarState::Begin
            && cut.checked_add(1) == Some(number)
        {
            stream.cut = (sar == SarState::InProcess).then_some((number, limit));
            self.lost += u64::from(limit);
            return None;
        }
        let part = Part { seq: arrival.seq, bytes: payload.into() };
        let cost = part.cost();
        let index = stream.runs.add(number, sar, part, arrival.at);
        self.cost += cost;
        let stream = self.stream(id)?;
        if stream.runs.get_mut(index).is_some_and(|run| run.is_whole()) {
            let run = stream.runs.remove(index)?;
            stream.wholes = stream.wholes.saturating_add(1);
            self.cost -= run.cost;
            self.arm(id);
            return Some(join(run, arrival.seq));
        }
        let before = stream.runs.get_mut(index)?.first.checked_sub(1);
        // One that is missing may still come; before the first one seen nothing will.
        let may_begin = before.is_some_and(|before| stream.numbers.gap_of(before).is_some());
        let run = stream.runs.get_mut(index)?;
        if !run.begins && !run.joined_late && !may_begin {
            run.joined_late = true;
            arrival.report(reports, Code::JoinedLate, None);
        }
        let why = Why { at: arrival.at, proof: None, limit: true };
        while let Some(stream) = self.stream(id)
            && (stream.runs.cost() > most || stream.runs.len() > MAX_RUNS)
            && let Some((oldest, _)) = stream.runs.oldest()
            && let Some(run) = stream.runs.remove(oldest)
        {
            self.abandon(id, run, why, reports);
        }
        self.arm(id);
        while self.cost > self.budgets.segment_bytes && self.drop_oldest(why, reports) {}
        None
    }

    /// Gives up what was extended longest ago in all streams. False if nothing waits.
    fn drop_oldest(&mut self, why: Why, reports: &mut Reports) -> bool {
        while let Some(&(noted, id)) = self.timers.first() {
            if self.arm(id) != Some(noted) {
                continue;
            }
            let Some(stream) = self.stream(id) else { return false };
            let Some((oldest, _)) = stream.runs.oldest() else { return false };
            let Some(run) = stream.runs.remove(oldest) else { return false };
            self.abandon(id, run, why, reports);
            self.arm(id);
            self.show(id);
            return true;
        }
        false
    }

    /// Lets run out of time what does so by `now`.
    pub(in crate::analysis) fn advance(&mut self, now: Timestamp, reports: &mut Reports) {
        while let Some(&(noted, id)) = self.timers.first()
            && noted <= now
        {
            if self.arm(id) != Some(noted) {
                continue;
            }
            let Some(stream) = self.stream(id) else { break };
            let Some((oldest, _)) = stream.runs.oldest() else { break };
            let Some(run) = stream.runs.remove(oldest) else { break };
            self.abandon(id, run, Why { at: noted, proof: None, limit: true }, reports);
            self.arm(id);
            self.show(id);
        }
    }

    /// Notes when the stream's oldest run runs out of time; gives that moment.
    fn arm(&mut self, id: StreamId) -> Option<Timestamp> {
        let limit = i64::from(self.budgets.segment_secs) * 1_000_000_000;
        let stream = self.stream(id)?;
        let oldest = stream.runs.oldest();
        let deadline = oldest.map(|(_, at)| Timestamp(at.0.saturating_add(limit)));
        let noted = std::mem::replace(&mut stream.timer, deadline);
        if noted != deadline {
            if let Some(noted) = noted {
                self.timers.remove(&(noted, id));
            }
            if let Some(deadline) = deadline {
                self.timers.insert((deadline, id));
            }
        }
        deadline
    }

    fn abandon_all(&mut self, id: StreamId, why: Why, reports: &mut Reports) {
        while let Some(stream) = self.stream(id)
            && let Some(run) = stream.runs.pop()
        {
            self.abandon(id, run, why, reports);
        }
        self.arm(id);
    }

    /// Gives up a run that was taken out of its stream.
    fn abandon(&mut self, id: StreamId, run: Run, why: Why, reports: &mut Reports) {
        self.cost -= run.cost;
        if why.limit {
            self.lost += run.parts.len() as u64;
        }
        let Some((session, stream)) = self.both(id) else { return };
        let last = run.last();
        let row = StreamRow {
            state: StreamState::Abandoned { at: last },
            next_expected: if run.begins { last.saturating_add(1) } else { run.first.max(1) - 1 },
            segments: u32::try_from(run.parts.len()).unwrap_or(u32::MAX),
            bytes: run.cost,
            started: run.first_seen.1,
            last: run.last_seen.1,
            last_seq: run.last_seen.0,
            ..row_of(session, stream)
        };
        if !run.joined_late {
            reports.push(Report {
                code: Code::SegmentsAbandoned,
                seq: Some(run.last_seen.0),
                proof: why.proof,
                who: Some(row.from),
                topic: None,
                at: why.at,
            });
        }
        self.abandoned.push(row);
        if let Some(stream) = self.stream(id)
            && !run.completes
            && stream.cut.is_none_or(|(cut, _)| cut < last)
        {
            stream.cut = Some((last, why.limit));
        }
    }

    fn stream(&mut self, id: StreamId) -> Option<&mut Stream> {
        self.table.get_mut(id.slot)?.streams.get_mut(id.way)
    }

    fn both(&self, id: StreamId) -> Option<(&Session, &Stream)> {
        let session = self.table.get(id.slot)?;
        Some((session, session.streams.get(id.way)?))
    }

    fn count(&mut self, id: StreamId, counter: impl FnOnce(&mut Stream) -> &mut u32) {
        if let Some(stream) = self.stream(id) {
            let counter = counter(stream);
            *counter = counter.saturating_add(1);
        }
    }

    /// Brings a stream's row up to date.
    fn show(&mut self, id: StreamId) {
        let row = self
            .both(id)
            .filter(|(_, stream)| stream.ends.is_some())
            .map(|(session, stream)| row_of(session, stream));
        if row.is_some() {
            self.put_row(id, row);
        }
    }

    fn unshow(&mut self, id: StreamId) {
        self.put_row(id, None);
    }

    fn put_row(&mut self, id: StreamId, row: Option<StreamRow>) {
        let place = 2 * id.slot as usize + id.way;
        while self.rows.len() <= place {
            self.rows.push(None);
        }
        if let Some(old) = self.rows.get_mut(place) {
            *old = row;
        }
    }
}

fn pair_of((from, to): (EndpointId, EndpointId)) -> Pair {
    (from.min(to), from.max(to))
}

/// A secured payload whose start lies in this Record must be TLS.
fn check_tls(arrival: &Arrival, payload: &[u8], reports: &mut Reports) {
    let bytes = first_payload(payload);
    if !bytes.is_empty() && tls_head(bytes).is_none() {
        arrival.report(reports, Code::NotTls, None);
    }
}

fn join(run: Run, completed_by: Seq) -> Whole {
    let len = run.parts.iter().map(|part| part.bytes.len()).sum();
    let mut bytes = Vec::with_capacity(len);
    run.parts.iter().for_each(|part| bytes.extend_from_slice(&part.bytes));
    Whole {
        seq: completed_by,
        bytes: bytes.into(),
        parts: run.parts.iter().map(|part| part.seq).collect(),
        first_seen: Some(run.first_seen),
    }
}

fn row_of(session: &Session, stream: &Stream) -> StreamRow {
    let (from, to) = stream.ends.unwrap_or(session.pair);
    let mut missing = [None; RANGES];
    for (place, gap) in missing.iter_mut().zip(stream.numbers.gaps()) {
        *place = Some(missing_of(gap, stream.peer_expects));
    }
    StreamRow {
        from,
        to,
        session_id: session.id,
        state: if session.ended {
            StreamState::Ended
        } else if session.secured == Some(true) {
            StreamState::Secured
        } else if stream.runs.is_empty() {
            StreamState::Idle
        } else {
            StreamState::Waiting
        },
        next_expected: stream.numbers.next_expected(),
        highest: stream.numbers.high(),
        peer_expects: stream.peer_expects,
        missing,
        missing_count: stream.numbers.missing(),
        duplicates: stream.duplicates,
        conflicts: stream.conflicts,
        wholes: stream.wholes,
        segments: u32::try_from(stream.runs.segments()).unwrap_or(u32::MAX),
        bytes: stream.runs.cost(),
        started: stream.started,
        last: stream.last.map_or(stream.started, |last| last.1),
        last_seq: stream.last.map_or(Seq(0), |last| last.0),
    }
}

fn missing_of(gap: &Gap, peer_expects: u64) -> Missing {
    let loss = if gap.last < peer_expects {
        Loss::Here
    } else if gap.asked {
        Loss::Asked
    } else {
        Loss::Unknown
    };
    Missing { first: gap.first, last: gap.last, loss }
}
