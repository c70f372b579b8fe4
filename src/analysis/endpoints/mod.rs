//! Who is there and how they are reached: presence, restarts, topics, identity and counts of
//! every endpoint, numbered like the store's endpoints.
//!
//! Retained messages are old ones and prove nothing here.

pub mod info;
mod paths;
pub mod presence;
mod restarts;
mod silence;
#[cfg(test)]
mod tests;
mod topics;

use std::sync::Arc;

use compact_str::CompactString;

use super::budgets::Budgets;
use super::exchanges::{Exchanges, TimedOut};
use super::layout::Layout;
use super::note::{Note, Report, Reports};
use super::problems::code::{Code, Level};
use super::visibility::Sight;
use crate::core::block_log::BlockLog;
use crate::core::cow_vec::CowVec;
use crate::core::ids::{EndpointId, Seq};
use crate::core::time::Timestamp;
use crate::store::Store;
use crate::store::row::Direction;
use crate::usp::body;
use crate::usp::decode::decode;
use crate::usp::facts::split;
use crate::usp::generated::usp_record::MqttConnectRecord;
use crate::usp::generated::usp_record::record::RecordType as Kind;
use crate::usp::kind::{MsgKind, NotificationKind, PayloadKind, RecordType, Role};
use crate::usp::outcome::Grade;
use crate::usp::wire::WireReader;

pub use info::{EndpointInfo, Identity, Reach, RecordVersion, TopicSource, Traffic};
use info::{Goodbye, Life, MAX_TEXT, cut};
pub use presence::{Gone, Presence};
pub use restarts::Restart;
use restarts::{RESTARTS_KEPT, Storm};
use silence::Silence;
use topics::Topics;

/// Requests in a row without an answer after which a device counts as gone.
const UNRESPONSIVE: u32 = 3;

/// An answer so long after a Disconnect was still on its way; it is no sign of life.
const LATE_ANSWER_NANOS: i64 = 5_000_000_000;

/// Periodic! events closer together than this are one, told to several Controllers.
const PERIODIC_NANOS: i64 = 1_000_000_000;

/// What the exchanges know of a message.
#[derive(Clone, Copy, Default)]
pub(super) struct Seen {
    /// It is the same again.
    pub(super) repeat: bool,
    /// How a request went, if this is its answer.
    pub(super) grade: Option<Grade>,
    /// That request.
    pub(super) request: Option<Seq>,
}

/// See the module text.
pub(super) struct Endpoints {
    pub(super) infos: CowVec<EndpointInfo>,
    pub(super) restarts: BlockLog<Restart>,
    pub(super) layout: Arc<Layout>,
    pub(super) sight: Sight,
    /// Texts not kept for want of room.
    pub(super) refused: u64,
    /// Bytes of texts kept.
    bytes: usize,
    max_bytes: usize,
    topics: Topics,
    silence: Silence,
    storm: Storm,
    /// The newest answers of two different devices.
    answered: [(EndpointId, Timestamp); 2],
}

/// A message as far as all rules need it.
#[derive(Clone, Copy)]
struct Said {
    is_request: bool,
    is_answer: bool,
    /// What only the sender's role does.
    role: Option<Role>,
    direction: Option<Direction>,
    /// Hash of the reply topic given; 0 = none.
    reply: u64,
    /// What the topic's text tells.
    topic: topics::TopicFacts,
}

impl Endpoints {
    pub(super) fn new(budgets: &Budgets, layout: Layout) -> Self {
        Self {
            infos: CowVec::new(),
            restarts: BlockLog::with_capacity(RESTARTS_KEPT),
            layout: Arc::new(layout),
            sight: Sight::default(),
            refused: 0,
            bytes: 0,
            max_bytes: budgets.endpoint_bytes,
            topics: Topics::new(),
            silence: Silence::default(),
            storm: Storm::default(),
            answered: [(EndpointId::OTHER, Timestamp::default()); 2],
        }
    }

    /// True while somebody's silence would be noticed.
    pub(super) fn is_waiting(&self) -> bool {
        self.silence.is_waiting()
    }

    /// Finds out who has been silent for too long by `now`.
    pub(super) fn advance(&mut self, now: Timestamp, reports: &mut Reports) {
        while let Some((id, at)) = self.silence.next(&mut self.infos, now) {
            let proof = self.infos.get(id.0 as usize).and_then(|info| info.last_sent);
            let who = Some(id);
            reports.push(Report {
                code: Code::DeviceSilent,
                seq: None,
                proof,
                who,
                topic: None,
                at,
            });
        }
    }

    /// A request ran out of time.
    pub(super) fn timed_out(&mut self, lost: &TimedOut) {
        let Some(info) = self.infos.get_mut(lost.responder.0 as usize) else { return };
        info.traffic.timeouts = info.traffic.timeouts.saturating_add(1);
        if lost.responder != lost.device || lost.asked_at < info.last_sent_at {
            return;
        }
        if info.unanswered == 0 || lost.asked_at < info.unanswered_since {
            info.unanswered_since = lost.asked_at;
        }
        info.unanswered = info.unanswered.saturating_add(1);
        let since = info.unanswered_since;
        let others = self
            .answered
            .iter()
            .any(|&(id, at)| id != lost.device && id != EndpointId::OTHER && at > since);
        if info.unanswered >= UNRESPONSIVE && others && info.life == Life::Here {
            info.life = Life::Unresponsive;
        }
    }

    /// A device answered a request.
    pub(super) fn answered(&mut self, device: EndpointId, at: Timestamp) {
        let [newest, other] = &mut self.answered;
        if newest.0 != device {
            *other = *newest;
        }
        *newest = (device, at);
    }

    /// Something was reported about `who`.
    pub(super) fn problem(&mut self, who: EndpointId, level: Level) {
        let Some(info) = self.infos.get_mut(who.0 as usize).filter(|_| who != EndpointId::OTHER)
        else {
            return;
        };
        let count = match level {
            Level::Info => &mut info.traffic.infos,
            Level::Warning => &mut info.traffic.warnings,
            Level::Error => &mut info.traffic.errors,
        };
        *count = count.saturating_add(1);
    }

    /// A device told the value of a parameter of `Device.DeviceInfo.`.
    pub(super) fn device_info(
        &mut self,
        device: EndpointId,
        name: &str,
        value: &str,
        at: Timestamp,
    ) {
        let Some(field) = Identity::field(name).filter(|_| device != EndpointId::OTHER) else {
            return;
        };
        let value = cut(value, MAX_TEXT);
        let known = self.infos.get(device.0 as usize).and_then(EndpointInfo::identity);
        let mut identity = known.cloned().unwrap_or_default();
        let field = field(&mut identity);
        if field == value {
            return;
        }
        let (before, after) = (heap(field.len()), heap(value.len()));
        let fixed = if known.is_none() { size_of::<Identity>() } else { 0 };
        if !self.has_room(fixed + after, before) {
            return;
        }
        *field = CompactString::from(value);
        identity.at = at;
        self.grow(device);
        if let Some(info) = self.infos.get_mut(device.0 as usize) {
            info.more_mut().identity = Some(Box::new(identity));
        }
    }

    /// Takes a message that was kept.
    pub(super) fn note(
        &mut self,
        store: &Store,
        note: &Note<'_>,
        seen: Seen,
        exchanges: &mut Exchanges,
        reports: &mut Reports,
    ) {
        if note.delivery.retain || note.summary.payload != PayloadKind::Usp {
            return;
        }
        let single = |id: Option<EndpointId>| id.filter(|&id| id != EndpointId::OTHER);
        let (from, to) = (single(note.from), single(note.to));
        let Some(highest) = from.max(to) else { return };
        self.grow(highest);

        let kind = note.summary.msg.as_ref().and_then(|msg| msg.kind);
        let topic = self.topics.facts(note, &self.layout);
        let reply = match note.props.response_topic() {
            Some(reply) if !reply.is_empty() => self.topics.hash(reply),
            _ => topic.reply,
        };
        let is_request = kind.is_some_and(MsgKind::is_request);
        let said = Said {
            is_request,
            is_answer: kind.is_some() && !is_request,
            role: match note.summary.record_type {
                Some(RecordType::MqttConnect) => Some(Role::Agent),
                _ => kind.and_then(MsgKind::sender_role),
            },
            direction: note.direction,
            reply,
            topic,
        };
        self.sight.note(note, kind, seen.repeat);
        let before =
            from.map_or(Life::Unheard, |from| self.sent(store, note, from, &said, seen, reports));
        if let Some(to) = to {
            self.received(store, note, from, to, &said, seen, reports);
        }
        if let Some(from) = from {
            self.look_inside(store, note, from, to, before, seen, exchanges, reports);
        }
    }

    /// Counts a message of `from`; gives what was known of the sender before it.
    fn sent(
        &mut self,
        store: &Store,
        note: &Note<'_>,
        from: EndpointId,
        said: &Said,
        seen: Seen,
        reports: &mut Reports,
    ) -> Life {
        let Some(info) = self.infos.get_mut(from.0 as usize) else { return Life::Unheard };
        let before = info.life;
        info.last_sent_at = note.at;
        info.last_sent = Some(note.seq);
        info.unanswered = 0;
        info.life = match before {
            // Agents answer what was asked before they said goodbye.
            Life::Left { at, .. }
                if said.is_answer && note.at.nanos_since(at) <= LATE_ANSWER_NANOS =>
            {
                before
            }
            _ => Life::Here,
        };
        info.version = RecordVersion::parse(note.summary.version);
        let traffic = &mut info.traffic;
        traffic.requests_sent += u64::from(said.is_request);
        traffic.answers_sent += u64::from(said.is_answer);
        traffic.repeats = traffic.repeats.saturating_add(u32::from(seen.repeat));
        match seen.grade {
            Some(Grade::Partial) => {
                traffic.partly_failed = traffic.partly_failed.saturating_add(1);
            }
            Some(Grade::Failed) => traffic.failed = traffic.failed.saturating_add(1),
            Some(Grade::Ok) | None => {}
        }
        if said.role == Some(Role::Controller) {
            self.sight.asked(from, &info.traffic, note.at);
        }
        match said.role {
            Some(Role::Agent) => info.acts.agent = true,
            Some(Role::Controller) => info.acts.controller = true,
            None => {}
        }
        let conflict = info.acts.agent && info.acts.controller && !info.acts.conflict_told;
        info.acts.conflict_told |= conflict;
        let named = said.reply != 0 && said.reply != info.reply && said.role.is_some();
        self.silence.watch(from, info);
        if conflict {
            super::note::report(reports, note, Code::RoleConflict, None);
        }
        if named {
            self.names_reply_topic(store, note, from, said, reports);
        }
        before
    }

    /// What is inside the few messages that say something of their sender or receiver.
    #[expect(clippy::too_many_arguments, reason = "all there is to know of a message")]
    #[inline]
    fn look_inside(
        &mut self,
        store: &Store,
        note: &Note<'_>,
        from: EndpointId,
        to: Option<EndpointId>,
        before: Life,
        seen: Seen,
        exchanges: &mut Exchanges,
        reports: &mut Reports,
    ) {
        match note.summary.record_type {
            Some(RecordType::MqttConnect) => {
                let record = decode(note.payload).record.and_then(|record| record.record_type);
                let connect = match record {
                    Some(Kind::MqttConnect(connect)) => Some(connect),
                    _ => None,
                };
                self.subscribed(store, note, from, connect.as_ref(), reports);
                self.connected(note, from, before, connect.as_ref(), exchanges, reports);
                return;
            }
            Some(RecordType::Disconnect) => return self.said_goodbye(note, from),
            _ => {}
        }
        let Some((kind, msg, bytes)) = note.msg() else { return };
        match (kind, msg.notification) {
            (MsgKind::Notify, Some(NotificationKind::Event)) => {
                let Some(event) = inside_notify(bytes, NotificationKind::Event) else { return };
                match split(body::string(event, 2)).1 {
                    "Boot!" => {
                        let args = body::boot_args(event);
                        self.booted(note, from, before, seen, args, exchanges, reports);
                    }
                    "Periodic!" if !seen.repeat => self.reported_periodically(note, from),
                    _ => {}
                }
            }
            (MsgKind::Notify, Some(NotificationKind::OnBoardRequest)) => {
                if let Some(request) = inside_notify(bytes, NotificationKind::OnBoardRequest) {
                    self.on_board(store, note, from, request, reports);
                }
            }
            (MsgKind::GetSupportedProtoResp, _) => {
                if let Some(resp) = body::body(kind, bytes) {
                    self.supports(from, body::string(resp, 1));
                }
            }
            (MsgKind::Operate, _) => {
                let operate = body::body(kind, bytes);
                let command = operate.map_or("", |operate| body::string(operate, 1));
                if let Some(to) = to
                    && matches!(split(command).1, "Reboot()" | "FactoryReset()")
                {
                    self.expect_restart(to, note.at);
                }
            }
            _ => {}
        }
    }

    fn subscribed(
        &mut self,
        store: &Store,
        note: &Note<'_>,
        from: EndpointId,
        connect: Option<&MqttConnectRecord>,
        reports: &mut Reports,
    ) {
        if let Some(connect) = connect {
            let topic = connect.subscribed_topic.as_str();
            self.is_reached_at(store, note, from, topic, TopicSource::Connect, reports);
        }
    }

    fn said_goodbye(&mut self, note: &Note<'_>, from: EndpointId) {
        let record = decode(note.payload).record.and_then(|record| record.record_type);
        let Some(Kind::Disconnect(said)) = record else { return };
        // These two end or refuse a session context; whoever says so stays.
        if matches!(said.reason_code, 7105 | 7106) {
            return;
        }
        let Some(info) = self.infos.get_mut(from.0 as usize) else { return };
        info.life = Life::Left { at: note.at, code: said.reason_code };
        let more = info.more_mut();
        more.periodic_at = None;
        more.goodbye = Some(Box::new(Goodbye {
            at: note.at,
            seq: note.seq,
            code: said.reason_code,
            reason: CompactString::from(cut(&said.reason, MAX_TEXT)),
        }));
    }

    fn reported_periodically(&mut self, note: &Note<'_>, from: EndpointId) {
        let Some(info) = self.infos.get_mut(from.0 as usize) else { return };
        let more = info.more_mut();
        let since = more.periodic_at.map(|last| note.at.nanos_since(last));
        if since.is_some_and(|since| (0..PERIODIC_NANOS).contains(&since)) {
            return;
        }
        more.periodic_at = Some(note.at);
        let Some(since) = since.filter(|&since| since > 0) else { return };
        // One that was lost must not double the interval.
        let before = std::mem::replace(&mut more.periodic_before, since);
        info.periodic_nanos = if before > 0 { before.min(since) } else { since };
        self.silence.watch(from, info);
    }

    fn on_board(
        &mut self,
        store: &Store,
        note: &Note<'_>,
        from: EndpointId,
        request: WireReader<'_>,
        reports: &mut Reports,
    ) {
        let serial = body::string(request, 3);
        for (name, value) in [
            ("ManufacturerOUI", body::string(request, 1)),
            ("ProductClass", body::string(request, 2)),
            ("SerialNumber", serial),
        ] {
            if !value.is_empty() {
                self.device_info(from, name, value, note.at);
            }
        }
        self.supports(from, body::string(request, 4));
        if let Some(bases) = self.layout.bases().filter(|_| !serial.is_empty()) {
            let guess = format!("{}/{}", bases.agents, cut(serial, MAX_TEXT));
            self.is_reached_at(store, note, from, &guess, TopicSource::OnBoardRequest, reports);
        }
    }

    fn supports(&mut self, from: EndpointId, versions: &str) {
        let versions = cut(versions, MAX_TEXT);
        let known = self.infos.get(from.0 as usize).map_or("", EndpointInfo::supported_versions);
        if versions.is_empty() || versions == known {
            return;
        }
        let before = heap(known.len());
        if self.has_room(heap(versions.len()), before)
            && let Some(info) = self.infos.get_mut(from.0 as usize)
        {
            info.more_mut().supported_versions = CompactString::from(versions);
        }
    }

    /// Takes room for a text in place of another one, if there is any.
    fn has_room(&mut self, more: usize, less: usize) -> bool {
        let bytes = self.bytes.saturating_sub(less) + more;
        let fits = bytes <= self.max_bytes;
        if fits {
            self.bytes = bytes;
        } else {
            self.refused += 1;
        }
        fits
    }

    fn grow(&mut self, id: EndpointId) {
        while self.infos.len() <= id.0 as usize {
            self.infos.push(EndpointInfo::default());
        }
    }
}

/// Bytes a text takes beside the place it is kept in.
fn heap(len: usize) -> usize {
    if len > size_of::<CompactString>() { len } else { 0 }
}

/// The notification of this kind in a Notify.
fn inside_notify(msg: &[u8], kind: NotificationKind) -> Option<WireReader<'_>> {
    body::last(body::body(MsgKind::Notify, msg)?, kind as u32)
}

/// A message as proof of what is odd about another one; not of itself.
fn proof(seq: Option<Seq>, note: &Note<'_>) -> Option<Seq> {
    seq.filter(|&seq| seq != note.seq)
}
