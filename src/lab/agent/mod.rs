//! One simulated Agent as a state machine: told the time and what arrives, it says what to
//! publish. No network, no clock, no thread.
//!
//! Everything it does by itself happens at planned model times and carries those times, so that
//! a late wake-up changes nothing in what is sent. Each purpose has its own generator, so that
//! requests don't shift the plan of events.

mod events;
mod faulty;
mod garbage;
mod notify;
mod parts;
mod sessions;
mod subscriptions;

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use prost::Message as _;

use super::actor::{Actor, Agenda, Output};
use super::answer::{self, Effect, Job};
use super::fault::INVALID_RECORD;
use super::fleet::{Character, Identity};
use super::model::device::{self, Surroundings};
use super::model::schema::Schema;
use super::model::tree::Model;
use super::model::value::Moment;
use super::seed;
use super::session::Session;
use super::wire::{self, Incoming, Outgoing};
use crate::core::time::Timestamp;
use crate::usp::generated::usp::body::MsgBody;
use crate::usp::generated::usp::response::RespType;
use crate::usp::generated::usp::{Msg, Response};
use crate::usp::generated::usp_record::Record;
use crate::usp::generated::usp_record::record::RecordType;

use notify::Notifier;
use subscriptions::Watch;

/// Something the Agent will do.
#[derive(Debug)]
enum Task {
    /// Send the answer to this request of this requester.
    Answer {
        requester: String,
        msg_id: String,
        reply: Reply,
    },
    /// Send the same answer a second time.
    Again(Outgoing),
    /// Send the next Record of a session.
    Segment,
    /// Die without a word.
    Die,
    /// Send Boot!.
    Boot,
    OnBoardRequest,
    Periodic,
    /// Compare the values of ValueChange subscriptions with what they were.
    PollValues,
    /// A host comes or leaves.
    Host,
    /// Lose the connection.
    Flap,
    /// Send nonsense.
    Garbage,
    /// Go down, and boot again for this reason if there is one.
    GoDown {
        away: Duration,
        boot: Option<Boot>,
    },
    /// An asynchronous command is done.
    Finish(Job),
    /// Send a notification again if nobody acknowledged it.
    Retry(String),
}

/// An answer that is ready.
#[derive(Debug)]
enum Reply {
    /// In a Record of its own.
    Plain(Outgoing),
    /// In the session with the requester, who is reached at `topic`.
    InSession { topic: String, msg: bytes::Bytes },
}

/// How a request came, which is how it is answered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Channel {
    Plain,
    Session,
}

/// Why a device booted.
#[derive(Clone, Debug)]
struct Boot {
    cause: &'static str,
    reason: &'static str,
    command_key: String,
}

/// How often values are compared for ValueChange.
const POLL_EVERY: Duration = Duration::from_secs(5);
/// Between the answer to Reboot() and the silence.
const REBOOT_AFTER: Duration = Duration::from_millis(300);
/// What more is planned than this comes from somebody flooding the Agent: not answered.
const MAX_TASKS: usize = 512;
/// What an answer's size adds to its time.
const NANOS_PER_BYTE: u64 = 2_500;

/// A simulated Agent.
pub struct Agent {
    identity: Identity,
    around: Surroundings,
    schema: Arc<Schema>,
    model: Model,
    /// Wall time at model time zero.
    epoch: Timestamp,
    /// Model time of the last boot, and how long before that the device counts as up.
    booted: Duration,
    head_start: Duration,
    /// When it was switched on first.
    start: Duration,
    online: bool,
    /// Set while a Boot! is to be told of after connecting.
    boot: Option<Boot>,
    introduced: bool,
    agenda: Agenda<Task>,
    /// Requests being worked on: a repeated one is ignored (TR-369 message catalogue).
    busy: HashSet<(String, String)>,
    notifier: Notifier,
    watch: Watch,
    /// Hosts at home and hosts that were there once.
    at_home: Vec<u32>,
    away: Vec<u32>,
    /// Kinds of nonsense still to be sent before all start over.
    nonsense: Vec<garbage::Nonsense>,
    /// Nonsense sent so far.
    garbage: usize,
    /// Open sessions by peer.
    sessions: BTreeMap<String, Session>,
    /// Records of sessions that wait for their turn; sent one at a time, in order.
    outbox: VecDeque<Outgoing>,
    /// Answers given in segments, and answers worked out at all.
    segmented: u32,
    answers: u32,
    pace: fastrand::Rng,
    temper: fastrand::Rng,
    hosts: fastrand::Rng,
    breaks: fastrand::Rng,
    secrets: fastrand::Rng,
    outputs: Vec<Output>,
}

impl Agent {
    /// An Agent that will be switched on at `start`. `epoch` is the wall time at model time
    /// zero.
    pub fn new(
        schema: &Arc<Schema>,
        identity: Identity,
        around: Surroundings,
        start: Duration,
        epoch: Timestamp,
    ) -> Self {
        let (model, _misfit) = device::build(schema, &identity, &around);
        let rng = |stream| fastrand::Rng::with_seed(seed::derive(identity.seed, stream));
        let mut boots = rng(30);
        let mut agent = Self {
            around,
            schema: Arc::clone(schema),
            model,
            epoch,
            booted: start,
            start,
            head_start: Duration::from_secs(boots.u64(25..90)),
            online: false,
            boot: Some(Boot {
                cause: "LocalReboot",
                reason: "Power on",
                command_key: String::new(),
            }),
            introduced: false,
            agenda: Agenda::new(),
            busy: HashSet::new(),
            notifier: Notifier::new(rng(31)),
            watch: Watch::default(),
            at_home: Vec::new(),
            away: Vec::new(),
            nonsense: Vec::new(),
            garbage: 0,
            sessions: BTreeMap::new(),
            outbox: VecDeque::new(),
            segmented: 0,
            answers: 0,
            pace: rng(32),
            temper: rng(33),
            hosts: rng(34),
            breaks: rng(35),
            secrets: rng(36),
            outputs: Vec::new(),
            identity,
        };
        agent.count_hosts();
        agent.plan_events(start);
        agent
    }

    fn moment(&self, at: Duration) -> Moment {
        let uptime = at.saturating_sub(self.booted) + self.head_start;
        Moment { at, uptime, epoch: self.epoch }
    }

    fn publish(&mut self, outgoing: Outgoing) {
        if self.online {
            self.outputs.push(Output::Publish(outgoing));
        }
    }

    /// A Record for somebody who is reached at `topic`.
    fn outgoing(&self, topic: &str, payload: bytes::Bytes) -> Outgoing {
        let own = self.identity.topic();
        let qos = self.identity.qos;
        if self.identity.legacy_mqtt {
            let topic = wire::with_reply_to(topic, &own);
            Outgoing { topic, payload, qos, ..Outgoing::default() }
        } else {
            Outgoing {
                topic: topic.to_owned(),
                payload,
                qos,
                content_type: Some(wire::CONTENT_TYPE),
                response_topic: Some(own),
                ..Outgoing::default()
            }
        }
    }

    /// Answers a request, in the Agent's own time and temper.
    fn answer(&mut self, now: Duration, from: &str, reply_to: &str, msg: &Msg, channel: Channel) {
        let Some(msg_id) = msg.header.as_ref().map(|h| h.msg_id.clone()) else { return };
        let key = (from.to_owned(), msg_id.clone());
        if self.busy.contains(&key) || self.agenda.len() > MAX_TASKS {
            return;
        }
        let refused = (self.identity.character == Character::Faulty)
            .then(|| faulty::refuse(&mut self.temper, msg, self.answers))
            .flatten();
        let refused = refused.or_else(|| self.run_short(now, msg));
        let answer = match refused {
            Some(msg) => answer::Answer { msg: Some(msg), effects: Vec::new() },
            None => {
                let moment = self.moment(now);
                answer::answer(&mut self.model, msg, &moment)
            }
        };
        let size = answer.msg.as_ref().map_or(0, |m| m.encoded_len());
        let delay = self.response_time(size).map(|delay| delay * self.load(now));
        let due = now + delay.unwrap_or(Duration::ZERO);
        // What is never answered stays in work, so that a repetition is ignored as well.
        if self.busy.len() >= MAX_TASKS {
            self.busy.clear();
        }
        self.busy.insert(key);
        if let (Some(reply), Some(_)) = (&answer.msg, delay) {
            let reply = match channel {
                Channel::Plain => {
                    let record = wire::record(&self.identity.endpoint_id, from, reply);
                    Reply::Plain(self.outgoing(reply_to, record))
                }
                Channel::Session => Reply::InSession {
                    topic: reply_to.to_owned(),
                    msg: reply.encode_to_vec().into(),
                },
            };
            self.agenda.add(due, Task::Answer { requester: from.to_owned(), msg_id, reply });
        }
        for effect in answer.effects {
            self.carry_out(now, due, effect);
        }
    }

    /// How long an answer of this size takes; `None`: it never comes.
    fn response_time(&mut self, bytes: usize) -> Option<Duration> {
        let by_size = Duration::from_nanos(NANOS_PER_BYTE * bytes as u64);
        self.answers += 1;
        if self.identity.character == Character::Slow {
            let luck = self.pace.u32(..100);
            // The first failures come early, so that nobody has to wait for them.
            let (low, high) = match (self.answers, luck) {
                (3, _) => return None,
                (5, _) => (32, 36),
                (_, 0..12) => return None,
                (_, 12..20) => (32, 50),
                _ => (1, 6),
            };
            let (low, high) = (Duration::from_secs(low), Duration::from_secs(high));
            return Some(seed::between(&mut self.pace, low, high) + by_size);
        }
        let time = seed::log_normal(&mut self.pace, self.identity.response_median, 0.55);
        Some(time.clamp(Duration::from_millis(4), Duration::from_millis(120)) + by_size)
    }

    /// What follows from a request: `now` it arrived, `due` it is answered.
    fn carry_out(&mut self, now: Duration, due: Duration, effect: Effect) {
        match effect {
            Effect::Created(path) => self.tell_created(now, &path),
            Effect::Deleted(path) => self.tell_deleted(now, &path),
            // The next comparison of values finds it.
            Effect::Changed(_) => {}
            Effect::Started(job) => self.agenda.add(due + job.takes, Task::Finish(job)),
            Effect::Cancelled(row) => self.cancel(now, &row),
            Effect::Reboot { command_key, cause } => {
                if cause == "RemoteFactoryReset" {
                    let (model, _misfit) =
                        device::build(&self.schema, &self.identity, &self.around);
                    self.model = model;
                    self.count_hosts();
                }
                let away =
                    seed::between(&mut self.breaks, Duration::from_secs(3), Duration::from_secs(8));
                let boot = Boot { cause, reason: "Requested by Controller", command_key };
                self.agenda.add(due + REBOOT_AFTER, Task::GoDown { away, boot: Some(boot) });
            }
            Effect::OnBoardRequest => self.agenda.add(now, Task::OnBoardRequest),
            Effect::Reconnect => {
                let away = Duration::from_secs(1);
                self.agenda.add(due + REBOOT_AFTER, Task::GoDown { away, boot: None });
            }
        }
    }

    /// Loses the connection without a word; `boot` says why the device starts again.
    fn go_down(&mut self, now: Duration, away: Duration, boot: Option<Boot>) {
        if boot.is_some() {
            // A boot forgets what was going on (TR-369 notification retry).
            self.notifier.reset();
            self.watch = Watch::default();
            let jobs = self.agenda.take_all(|t| matches!(t, Task::Finish(_)));
            for task in jobs {
                if let Task::Finish(job) = task {
                    self.model.remove_row(&job.row);
                }
            }
            self.sessions.clear();
            self.booted = now + away;
            self.head_start = Duration::ZERO;
            self.boot = boot;
        }
        self.outputs.push(Output::Down(away));
        self.offline();
    }

    fn perform(&mut self, at: Duration, task: Task) {
        match task {
            Task::Answer { requester, msg_id, reply } => {
                match reply {
                    Reply::Plain(outgoing) => {
                        self.echo(at, &outgoing);
                        self.publish(outgoing);
                    }
                    Reply::InSession { topic, msg } => {
                        self.answer_in_session(at, &requester, &topic, &msg);
                    }
                }
                self.busy.remove(&(requester, msg_id));
            }
            Task::Again(outgoing) => self.publish(outgoing),
            Task::Segment => self.send_segment(at),
            Task::Die => self.die(at),
            Task::Boot => self.tell_boot(at),
            Task::OnBoardRequest => self.tell_on_board(at),
            Task::Periodic => self.periodic(at),
            Task::PollValues => self.poll_values(at),
            Task::Host => self.host_event(at),
            Task::Flap => self.flap(at),
            Task::Garbage => self.send_garbage(at),
            Task::GoDown { away, boot } => self.go_down(at, away, boot),
            Task::Finish(job) => self.finish(at, job),
            Task::Retry(msg_id) => self.retry(at, &msg_id),
        }
    }
}

impl Actor for Agent {
    fn online(&mut self, now: Duration) {
        self.online = true;
        let record = wire::mqtt_connect(
            &self.identity.endpoint_id,
            &self.around.controller_endpoint_id,
            self.identity.legacy_mqtt,
            self.identity.topic(),
        );
        let outgoing = self.outgoing(&self.around.controller_topic, record);
        self.publish(outgoing);
        if self.boot.is_some() {
            let wait = self.breaks.u64(15..50);
            self.agenda.add(now + Duration::from_millis(wait), Task::Boot);
        }
        if !self.introduced {
            self.introduced = true;
            let wait = self.breaks.u64(80..160);
            self.agenda.add(now + Duration::from_millis(wait), Task::OnBoardRequest);
        }
    }

    fn offline(&mut self) {
        self.online = false;
        self.busy.clear();
        // Answers to requests of the lost connection are lost with it.
        self.agenda.take_all(|t| matches!(t, Task::Answer { .. } | Task::Again(_) | Task::Segment));
        self.outbox.clear();
    }

    fn receive(&mut self, now: Duration, incoming: Incoming) {
        // Whatever can't be read or isn't for this Agent is met with silence.
        let Ok(record) = Record::decode(incoming.payload) else { return };
        if record.to_id != self.identity.endpoint_id || record.from_id.is_empty() {
            return;
        }
        let reply_to = incoming.reply_to.unwrap_or_else(|| self.around.controller_topic.clone());
        let secured = wire::is_secured(&record);
        match record.record_type {
            Some(RecordType::SessionContext(context)) => {
                self.in_session(now, &record.from_id, &reply_to, context, secured);
            }
            Some(RecordType::Disconnect(_)) => {
                self.sessions.remove(&record.from_id);
            }
            Some(RecordType::NoSessionContext(_)) if secured => {
                let reason = "Secured payload without a session context";
                self.refuse(&record.from_id, &reply_to, INVALID_RECORD, reason);
            }
            Some(RecordType::NoSessionContext(inner)) => match Msg::decode(inner.payload) {
                Ok(msg) => self.hear(now, &record.from_id, &reply_to, &msg, Channel::Plain),
                Err(_unreadable) => self.complain(&record.from_id, &reply_to),
            },
            _ => {}
        }
    }

    fn next_due(&self) -> Option<Duration> {
        self.agenda.next_due()
    }

    fn advance(&mut self, now: Duration) {
        while let Some((at, task)) = self.agenda.take_due(now) {
            self.perform(at, task);
        }
    }

    fn take_outputs(&mut self) -> Vec<Output> {
        std::mem::take(&mut self.outputs)
    }
}

impl Agent {
    /// Takes a Msg, however it came.
    fn hear(&mut self, now: Duration, from: &str, reply_to: &str, msg: &Msg, channel: Channel) {
        match msg.body.as_ref().and_then(|b| b.msg_body.as_ref()) {
            Some(MsgBody::Request(_)) => self.answer(now, from, reply_to, msg, channel),
            Some(MsgBody::Response(Response { resp_type: Some(RespType::NotifyResp(_)) })) => {
                if let Some(header) = &msg.header {
                    self.notifier.acknowledged(&header.msg_id);
                }
            }
            _ => {}
        }
    }

    /// Says that it won't go on with this peer.
    fn refuse(&mut self, peer: &str, reply_to: &str, code: u32, reason: &str) {
        let answer = wire::disconnect(&self.identity.endpoint_id, peer, code, reason);
        let outgoing = self.outgoing(reply_to, answer);
        self.publish(outgoing);
    }
}

#[cfg(test)]
mod tests;
