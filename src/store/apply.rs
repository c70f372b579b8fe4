//! Takes batches into the store, one message at a time: scan, intern, append, count, pair.

use super::budgets::Budgets;
use super::counters::Counters;
use super::endpoints::Endpoints;
use super::log::Log;
use super::pairing::{Match, Offer, Pairing};
use super::row::{Direction, Pair, Row};
use super::series::{Gap, LatencySample, SECONDS_KEPT, Second};
use super::snapshot::Snapshot;
use super::topics::Topics;
use crate::core::block_log::BlockLog;
use crate::core::ids::{EndpointId, Epoch, Seq, TopicId};
use crate::core::time::Timestamp;
use crate::core::wire::{WireBatch, WireMsg};
use crate::usp::kind::{MsgKind, PayloadKind, RecordType, Role};
use crate::usp::scan::scan;
use crate::usp::summary::{MsgSummary, Summary};

/// Losses kept for showing; older ones stay counted.
const GAPS_KEPT: usize = 1024;

/// Everything received, within budgets; see the folder's text.
pub struct Store {
    epoch: Epoch,
    generation: u64,
    now: Timestamp,
    budgets: Budgets,
    counters: Counters,
    log: Log,
    topics: Topics,
    endpoints: Endpoints,
    pairing: Pairing,
    seconds: BlockLog<Second>,
    latencies: BlockLog<LatencySample>,
    gaps: BlockLog<Gap>,
}

/// What a batch became.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Applied {
    /// Its first message.
    pub first: Seq,
    /// Number of messages.
    pub messages: usize,
}

impl Store {
    /// An empty store.
    #[must_use]
    pub fn new(budgets: Budgets, epoch: Epoch) -> Self {
        Self {
            epoch,
            generation: 0,
            now: Timestamp::default(),
            counters: Counters::default(),
            log: Log::new(),
            topics: Topics::new(budgets.topics, budgets.topic_bytes),
            endpoints: Endpoints::new(budgets.endpoints),
            pairing: Pairing::new(budgets.open_requests, budgets.open_secs),
            seconds: BlockLog::with_capacity(SECONDS_KEPT),
            latencies: BlockLog::with_capacity(budgets.latencies),
            gaps: BlockLog::with_capacity(GAPS_KEPT),
            budgets,
        }
    }

    /// Takes all messages of a batch, and gives up the oldest ones beyond the budgets. How a
    /// stream is cut into batches makes no difference.
    pub fn apply(&mut self, batch: &WireBatch) -> Applied {
        let first = self.log.next_seq();
        for msg in batch.iter() {
            self.apply_one(&msg);
        }
        self.counters.kept_bytes = self.log.bytes();
        self.counters.topics_refused = self.topics.names.refused();
        self.counters.endpoints_refused = self.endpoints.names.refused();
        self.generation += 1;
        Applied { first, messages: batch.len() }
    }

    /// Counts messages that were received and lost before they got here.
    pub fn note_dropped(&mut self, messages: u64) {
        if messages == 0 {
            return;
        }
        self.counters.received += messages;
        self.counters.dropped += messages;
        let before = self.log.next_seq();
        match self.gaps.last_mut().filter(|gap| gap.before == before) {
            Some(gap) => gap.messages += messages,
            None => self.gaps.push(Gap { before, messages }),
        }
        self.generation += 1;
    }

    /// The counters now.
    #[must_use]
    pub fn counters(&self) -> &Counters {
        &self.counters
    }

    /// An immutable view of everything; costs microseconds, see [`Snapshot`].
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        Snapshot {
            epoch: self.epoch,
            generation: self.generation,
            now: self.now,
            counters: self.counters,
            budgets: self.budgets,
            open_requests: self.pairing.len(),
            segments: self.log.segments.clone(),
            next_seq: self.log.next_seq().0,
            topic_names: self.topics.names.names().clone(),
            topics: self.topics.topics.clone(),
            nodes: self.topics.nodes.clone(),
            node_stats: self.topics.stats.clone(),
            endpoint_names: self.endpoints.names.names().clone(),
            endpoints: self.endpoints.stats.clone(),
            seconds: self.seconds.clone(),
            latencies: self.latencies.clone(),
            gaps: self.gaps.clone(),
            name_bytes: self.topics.names.bytes() + self.endpoints.names.bytes(),
        }
    }

    fn apply_one(&mut self, msg: &WireMsg<'_>) {
        let summary = scan(msg.payload);
        let malformed = match summary.payload {
            PayloadKind::Suspect | PayloadKind::Binary => true,
            PayloadKind::Usp => summary.malformed.is_some(),
            PayloadKind::Json | PayloadKind::Text | PayloadKind::Empty => false,
        };
        let seq = self.log.next_seq();
        self.advance_clock(msg.at);
        self.expire(msg.at);

        let topic = self.topics.intern(msg.topic);
        let previous = self.topics.count(topic, seq, msg.at, msg.payload.len(), malformed);
        let (from, to) = self.endpoints_of(&summary, msg.at);
        self.learn_roles(&summary, from, to);

        let row = Row {
            at: msg.at,
            start: 0,
            props_len: 0,
            payload_len: 0,
            topic,
            from,
            to,
            prev_on_topic: if previous == 0 {
                0
            } else {
                u32::try_from(seq.0 - previous).unwrap_or(0)
            },
            msg_id_start: 0,
            msg_id_len: 0,
            err_code: summary.msg.map_or(0, |m| u16::try_from(m.err_code).unwrap_or(u16::MAX)),
            delivery: msg.delivery.pack(),
            payload_kind: summary.payload,
            record_type: summary.record_type,
            msg_kind: summary.msg.and_then(|m| m.kind),
            notification: summary.msg.and_then(|m| m.notification),
            sar: summary.sar,
            direction: self.direction(&summary, from, to),
            malformed,
            header_missing: summary.msg.is_some_and(|m| m.header_missing),
            type_mismatch: summary.msg.is_some_and(|m| {
                !m.header_missing && m.kind.is_some_and(|k| k as i32 != m.header_type)
            }),
            secured: summary.secured,
            wants_answer: summary.msg.is_some_and(|m| m.wants_answer),
        };
        let row = place_msg_id(row, msg.payload, summary.msg.as_ref());
        self.log.push(row, msg.props.0, msg.payload);

        self.count(msg, &summary, malformed);
        self.count_endpoints(&row, from, to, topic);
        if !msg.delivery.retain {
            self.pair(seq, &row, summary.msg.as_ref(), msg.payload);
        }
        self.counters.evicted += self.log.evict(&self.budgets);
    }

    /// The newest time seen stays the newest, but one wrong time stamp from the future, or an
    /// older recording behind a newer one, must not stop the clock: a long step back is believed.
    fn advance_clock(&mut self, at: Timestamp) {
        let keep_nanos = i64::from(self.budgets.open_secs) * 1_000_000_000;
        if at > self.now || self.now.nanos_since(at) > keep_nanos {
            self.now = at;
        }
    }

    fn expire(&mut self, now: Timestamp) {
        let endpoints = &mut self.endpoints;
        self.pairing.expire(now, |unanswered| {
            if let Some(stats) = endpoints.get_mut(Some(unanswered.responder)) {
                stats.latency.unanswered += 1;
            }
        });
    }

    fn endpoints_of(
        &mut self,
        summary: &Summary<'_>,
        at: Timestamp,
    ) -> (Option<EndpointId>, Option<EndpointId>) {
        // Ids of anything but a good Record may be noise; they must not fill the table.
        if summary.payload != PayloadKind::Usp {
            return (None, None);
        }
        (self.endpoints.intern(summary.from, at), self.endpoints.intern(summary.to, at))
    }

    fn learn_roles(
        &mut self,
        summary: &Summary<'_>,
        from: Option<EndpointId>,
        to: Option<EndpointId>,
    ) {
        match sender_role(summary) {
            Some(Role::Agent) => {
                self.endpoints.learn_role(from, Role::Agent);
                self.endpoints.learn_role(to, Role::Controller);
            }
            Some(Role::Controller) => {
                self.endpoints.learn_role(from, Role::Controller);
                self.endpoints.learn_role(to, Role::Agent);
            }
            None => {}
        }
    }

    fn direction(
        &self,
        summary: &Summary<'_>,
        from: Option<EndpointId>,
        to: Option<EndpointId>,
    ) -> Option<Direction> {
        let sender = sender_role(summary).or_else(|| self.endpoints.only_role(from)).or_else(
            || match self.endpoints.only_role(to)? {
                Role::Agent => Some(Role::Controller),
                Role::Controller => Some(Role::Agent),
            },
        )?;
        Some(match sender {
            Role::Agent => Direction::ToController,
            Role::Controller => Direction::ToAgent,
        })
    }

    fn count(&mut self, msg: &WireMsg<'_>, summary: &Summary<'_>, malformed: bool) {
        let counters = &mut self.counters;
        counters.received += 1;
        counters.stored += 1;
        counters.malformed += u64::from(malformed);
        counters.payload_bytes += msg.payload.len() as u64;
        counters.by_payload[summary.payload as usize] += 1;
        if let Some(kind) = summary.msg.and_then(|m| m.kind) {
            counters.by_msg[kind as usize] += 1;
        }
        let at_secs = msg.at.0.div_euclid(1_000_000_000);
        let bytes = msg.payload.len() as u64;
        // Arrivals slightly out of order count into the newest second rather than open a second
        // one for the same time.
        let newest = |s: &&mut Second| (0..60).contains(&(s.at_secs - at_secs));
        match self.seconds.last_mut().filter(newest) {
            Some(second) => {
                second.messages += 1;
                second.bytes += bytes;
            }
            None => self.seconds.push(Second { at_secs, messages: 1, bytes }),
        }
    }

    fn count_endpoints(
        &mut self,
        row: &Row,
        from: Option<EndpointId>,
        to: Option<EndpointId>,
        topic: TopicId,
    ) {
        if let Some(sender) = self.endpoints.get_mut(from) {
            sender.sent += 1;
            sender.last_sent_at = row.at;
            sender.malformed += u32::from(row.malformed);
            sender.errors += u32::from(row.msg_kind == Some(MsgKind::Error));
            match row.record_type {
                Some(RecordType::MqttConnect) => sender.connects += 1,
                Some(RecordType::Disconnect) => sender.disconnects += 1,
                _ => {}
            }
        }
        if let Some(receiver) = self.endpoints.get_mut(to) {
            receiver.received += 1;
            if row.direction == Some(Direction::ToAgent)
                && row.msg_kind.is_some_and(MsgKind::is_request)
            {
                receiver.reached_on = Some(topic);
            }
        }
    }

    fn pair(&mut self, seq: Seq, row: &Row, msg: Option<&MsgSummary<'_>>, payload: &[u8]) {
        let (Some(from), Some(to), Some(msg)) = (row.from, row.to, msg) else { return };
        // Endpoints beyond the cap share one entry: nothing tells their messages apart.
        if [from, to].contains(&EndpointId::OTHER) {
            return;
        }
        let Some(kind) = msg.kind else { return };
        let offer = Offer {
            seq,
            at: row.at,
            from,
            to,
            kind,
            msg_id: msg.msg_id.as_bytes(),
            wants_answer: msg.wants_answer,
        };
        let log = &self.log;
        let found = self.pairing.offer(
            &offer,
            // A message the log gave up can only be known by the hash of its id.
            |other| log.msg_id(other).is_none_or(|id| id == msg.msg_id.as_bytes()),
            |other| log.payload(other).is_some_and(|bytes| bytes == payload),
        );
        match found {
            Match::None => {}
            Match::Repeat { first } => self.log.set_pair(seq, Pair::RepeatOf { first }),
            Match::Pair { request, response, request_kind, latency_nanos } => {
                self.log.set_pair(request, Pair::AnsweredBy { response, latency_nanos });
                self.log.set_pair(response, Pair::Answers { request, latency_nanos });
                // The responder: sender of the answer, whichever of the two came last.
                let responder = if response == seq { from } else { to };
                let requester = if response == seq { to } else { from };
                if let Some(stats) = self.endpoints.get_mut(Some(responder)) {
                    stats.latency.add(latency_nanos);
                }
                let device = match request_kind.sender_role() {
                    Some(Role::Agent) => requester,
                    _ => responder,
                };
                self.latencies.push(LatencySample {
                    at: row.at,
                    device,
                    request: request_kind,
                    nanos: latency_nanos,
                    answer: response,
                });
            }
        }
    }
}

/// The role the sender must have (TR-369 message catalogue; Connect Records come from agents).
fn sender_role(summary: &Summary<'_>) -> Option<Role> {
    if summary.payload != PayloadKind::Usp {
        return None;
    }
    match summary.record_type {
        Some(RecordType::MqttConnect) => Some(Role::Agent),
        _ => summary.msg.and_then(|m| m.kind).and_then(MsgKind::sender_role),
    }
}

/// Notes where the `msg_id` stands in the payload instead of copying it.
fn place_msg_id(mut row: Row, payload: &[u8], msg: Option<&MsgSummary<'_>>) -> Row {
    if let Some(msg) = msg
        && let Some(start) = (msg.msg_id.as_ptr() as usize).checked_sub(payload.as_ptr() as usize)
        && start + msg.msg_id.len() <= payload.len()
    {
        row.msg_id_start = start as u32;
        row.msg_id_len = u16::try_from(msg.msg_id.len()).unwrap_or(u16::MAX);
    }
    row
}
