//! Takes messages into the store, one at a time: intern, append, count. What a message is was
//! found out before ([`crate::usp::scan`]); what it means to others comes afterwards, as marks.

use super::budgets::Budgets;
use super::counters::Counters;
use super::endpoints::{EndpointStats, Endpoints};
use super::log::Log;
use super::row::{Direction, Mark, Row};
use super::series::{Gap, SECONDS_KEPT, Second};
use super::snapshot::Snapshot;
use super::topics::Topics;
use crate::core::block_log::BlockLog;
use crate::core::ids::{EndpointId, Epoch, Seq, TopicId};
use crate::core::time::Timestamp;
use crate::core::wire::{WireBatch, WireMsg};
use crate::usp::kind::{MsgKind, PayloadKind, RecordType, Role};
use crate::usp::scan::scan;
use crate::usp::summary::{MsgSummary, Summary};

/// A time stamp further back than this is believed, and sets the clock back.
const BELIEVED_STEP_NANOS: i64 = 60 * 1_000_000_000;

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
    seconds: BlockLog<Second>,
    gaps: BlockLog<Gap>,
}

/// The names of a message that is about to be kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Met {
    /// The arrival number it will have.
    pub seq: Seq,
    /// Its topic.
    pub topic: TopicId,
    /// Sender by `from_id`; of Records only.
    pub from: Option<EndpointId>,
    /// Receiver by `to_id`; of Records only.
    pub to: Option<EndpointId>,
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
            seconds: BlockLog::with_capacity(SECONDS_KEPT),
            gaps: BlockLog::with_capacity(GAPS_KEPT),
            budgets,
        }
    }

    /// Takes all messages of a batch as they are, and gives up the oldest ones beyond the budgets.
    /// How a stream is cut into batches makes no difference.
    pub fn apply(&mut self, batch: &WireBatch) -> Applied {
        let first = self.log.next_seq();
        for msg in batch.iter() {
            let summary = scan(msg.payload);
            let met = self.meet(&msg, &summary);
            self.keep(&msg, &summary, &met, false);
            self.evict();
        }
        self.finish_batch();
        Applied { first, messages: batch.len() }
    }

    /// Learns the names of a message that is about to be kept.
    pub fn meet(&mut self, msg: &WireMsg<'_>, summary: &Summary<'_>) -> Met {
        self.advance_clock(msg.at);
        let topic = self.topics.intern(msg.topic);
        // Ids of anything but a good Record may be noise; they must not fill the table.
        let (from, to) = match summary.payload {
            PayloadKind::Usp => (
                self.endpoints.intern(summary.from, msg.at),
                self.endpoints.intern(summary.to, msg.at),
            ),
            _ => (None, None),
        };
        Met { seq: self.log.next_seq(), topic, from, to }
    }

    /// Keeps a message. `whole` says that `summary` describes a Msg that was put together from
    /// several Records, this one being the last.
    pub fn keep(
        &mut self,
        msg: &WireMsg<'_>,
        summary: &Summary<'_>,
        met: &Met,
        whole: bool,
    ) -> Option<Direction> {
        let malformed = match summary.payload {
            PayloadKind::Suspect | PayloadKind::Binary => true,
            PayloadKind::Usp => summary.malformed.is_some(),
            PayloadKind::Json | PayloadKind::Text | PayloadKind::Empty => false,
        };
        let Met { seq, topic, from, to } = *met;
        let previous = self.topics.count(topic, seq, msg.at, msg.payload.len(), malformed);
        self.learn_roles(summary, from, to);

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
            direction: self.direction(summary, from, to),
            malformed,
            header_missing: summary.msg.is_some_and(|m| m.header_missing),
            type_mismatch: summary.msg.is_some_and(|m| {
                !m.header_missing && m.kind.is_some_and(|k| k as i32 != m.header_type)
            }),
            secured: summary.secured,
            wants_answer: summary.msg.is_some_and(|m| m.wants_answer),
            whole,
        };
        let (row, behind) = place_msg_id(row, msg.payload, summary.msg.as_ref());
        self.log.push(row, msg.props.0, msg.payload, behind);

        self.count(msg, summary, malformed);
        self.count_endpoints(&row, from, to, topic);
        row.direction
    }

    /// Gives up the oldest messages beyond the budgets; the newest always stays.
    pub fn evict(&mut self) {
        self.counters.evicted += self.log.evict(&self.budgets);
    }

    /// To be called when a batch is in, or something was marked: brings the totals up to date.
    pub fn finish_batch(&mut self) {
        self.counters.kept_bytes = self.log.bytes();
        self.counters.topics_refused = self.topics.names.refused();
        self.counters.endpoints_refused = self.endpoints.names.refused();
        self.generation += 1;
    }

    /// What is known of a kept message beyond its row, for changing it; `None` once it was given
    /// up.
    pub fn mark(&mut self, seq: Seq) -> Option<&mut Mark> {
        self.log.mark(seq)
    }

    /// The arrival number of the next message.
    #[must_use]
    pub fn next_seq(&self) -> Seq {
        self.log.next_seq()
    }

    /// Message time: the newest arrival seen, or what came after a believed step back.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// What is known of an endpoint.
    #[must_use]
    pub fn endpoint(&self, id: EndpointId) -> EndpointStats {
        self.endpoints.stats.get(id.0 as usize).copied().unwrap_or_default()
    }

    /// An Endpoint ID.
    #[must_use]
    pub fn endpoint_name(&self, id: EndpointId) -> &str {
        self.endpoints.names.names().get(id.0 as usize).map_or("", |name| name)
    }

    /// A topic's name as published.
    #[must_use]
    pub fn topic_name(&self, topic: TopicId) -> &str {
        self.topics.names.names().get(topic.0 as usize).map_or("", |name| name)
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
            None => {
                self.gaps.push(Gap { before, messages });
            }
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
    pub fn snapshot(&mut self) -> Snapshot {
        Snapshot {
            epoch: self.epoch,
            generation: self.generation,
            now: self.now,
            counters: self.counters,
            budgets: self.budgets,
            segments: self.log.lend(),
            next_seq: self.log.next_seq().0,
            topic_names: self.topics.names.lend(),
            topics: self.topics.topics.lend(),
            nodes: self.topics.nodes.lend(),
            node_stats: self.topics.stats.lend(),
            endpoint_names: self.endpoints.names.lend(),
            endpoints: self.endpoints.stats.lend(),
            seconds: self.seconds.lend(),
            gaps: self.gaps.lend(),
            name_bytes: self.topics.names.bytes() + self.endpoints.names.bytes(),
        }
    }

    /// The newest time seen stays the newest, but one wrong time stamp from the future, or an
    /// older recording behind a newer one, must not stop the clock: a long step back is believed.
    fn advance_clock(&mut self, at: Timestamp) {
        if at > self.now || self.now.nanos_since(at) > BELIEVED_STEP_NANOS {
            self.now = at;
        }
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
            None => {
                self.seconds.push(Second { at_secs, messages: 1, bytes });
            }
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

/// Notes where the `msg_id` stands in the payload instead of copying it. The id of a Msg that was
/// put together stands nowhere in it; it is to be kept behind the payload.
fn place_msg_id<'a>(mut row: Row, payload: &[u8], msg: Option<&MsgSummary<'a>>) -> (Row, &'a [u8]) {
    let Some(msg) = msg else { return (row, b"") };
    row.msg_id_len = u16::try_from(msg.msg_id.len()).unwrap_or(u16::MAX);
    if let Some(start) = (msg.msg_id.as_ptr() as usize).checked_sub(payload.as_ptr() as usize)
        && start + msg.msg_id.len() <= payload.len()
    {
        row.msg_id_start = start as u32;
        return (row, b"");
    }
    row.msg_id_start = payload.len() as u32;
    (row, msg.msg_id.as_bytes())
}
