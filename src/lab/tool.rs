//! The operator's home-made script: a second Controller that somebody wrote in an afternoon. It
//! breaks one rule of TR-369 after the other, mostly without noticing, and reads no answer.
//!
//! Its first round takes less than two minutes; then it goes on at leisure.

use std::time::Duration;

use bytes::Bytes;
use prost::Message as _;

use super::actor::{Actor, Agenda, Output};
use super::fleet::{Character, Identity};
use super::plot::Part;
use super::seed;
use super::wire::{self, Incoming, Outgoing};
use crate::usp::generated::usp::header::MsgType;
use crate::usp::generated::usp::request::ReqType;
use crate::usp::generated::usp::{Get, Msg};
use crate::usp::generated::usp_record::record::{PayloadSecurity, RecordType};
use crate::usp::generated::usp_record::session_context_record::PayloadSarState;
use crate::usp::generated::usp_record::{NoSessionContextRecord, Record, SessionContextRecord};

/// The script's Endpoint ID.
pub const ENDPOINT_ID: &str = "self::noc-script";
/// The script's MQTT client id.
pub const CLIENT_ID: &str = "noc-script";
/// The topic the script listens on.
pub const TOPIC: &str = "usp/controller/noc-script";

/// From the start of the demo to the script's first deed, and between two in the first round.
const FIRST: Duration = Duration::from_millis(4_500);
const PACE: Duration = Duration::from_millis(5_300);
/// Between two deeds later on, at least and at most.
const LEISURE: (Duration, Duration) = (Duration::from_secs(20), Duration::from_secs(40));

/// Devices on its list; few, so that most of the network has nothing to do with it.
const LIST: usize = 4;
/// How often it sends what isn't answered, and how long it waits in between.
const IMPATIENT: usize = 6;
const IMPATIENCE: Duration = Duration::from_millis(700);

/// Something the script will do.
#[derive(Debug)]
enum Task {
    Act,
    Send(Outgoing),
}

/// What the script does wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Deed {
    /// A request without Response Topic.
    NoResponseTopic,
    /// A request on the topic of another device.
    OtherDevice,
    /// A header that says Set above a Get's body, as copied code does.
    WrongType,
    /// Two requests with one msg_id.
    SameIdTwice,
    /// A Record labelled as plain bytes.
    WrongContentType,
    /// A topic of last year's layout, and again and again because nobody answers.
    OldLayout,
    /// A Record whose Msg is cut.
    BrokenMsg,
    /// A Msg without a header.
    NoHeader,
    /// A session context with a device that has none, and with an id that is not allowed.
    Session,
    /// A Record without a Content Type.
    NoContentType,
    /// A Record that claims to be secured.
    SecuredClaim,
    /// Plaintext in a session that claims to be secured.
    SecuredSession,
    /// Correlation Data, which USP doesn't use.
    Correlation,
    /// A version that is none.
    OddVersion,
    /// A certificate without a signature.
    Certificate,
    /// An Endpoint ID with a typing error.
    Typo,
    /// No receiver.
    NoReceiver,
    /// Its own topic appended twice, as MQTT 3.1.1 does once.
    TwoReplyTo,
}

const DEEDS: [Deed; 18] = [
    Deed::NoResponseTopic,
    Deed::OtherDevice,
    Deed::WrongType,
    Deed::SameIdTwice,
    Deed::BrokenMsg,
    Deed::WrongContentType,
    Deed::OldLayout,
    Deed::NoHeader,
    Deed::Session,
    Deed::SecuredClaim,
    Deed::TwoReplyTo,
    Deed::NoContentType,
    Deed::OddVersion,
    Deed::Correlation,
    Deed::SecuredSession,
    Deed::Certificate,
    Deed::Typo,
    Deed::NoReceiver,
];

/// A device the script has on its list.
#[derive(Clone, Debug)]
struct Target {
    endpoint_id: String,
    topic: String,
    /// Says when it can't read something.
    complains: bool,
}

/// The script.
pub struct Tool {
    targets: Vec<Target>,
    agenda: Agenda<Task>,
    rng: fastrand::Rng,
    done: usize,
    requests: u32,
    online: bool,
    outputs: Vec<Output>,
}

fn get(msg_id: &str, path: &str) -> Msg {
    let get = Get { param_paths: vec![path.to_owned()], max_depth: 0 };
    wire::request(msg_id, ReqType::Get(get))
}

fn target(identity: &Identity) -> Target {
    Target {
        endpoint_id: identity.endpoint_id.clone(),
        topic: identity.topic(),
        complains: identity.plays(Part::Old),
    }
}

/// A request that the script left on the broker a month ago with the retain flag: whoever
/// subscribes to the device's topic gets it, the device each time it connects.
pub fn left_behind(identity: &Identity) -> Outgoing {
    let msg = get("noc-smoke-test", "Device.DeviceInfo.SoftwareVersion");
    Outgoing {
        retain: true,
        qos: 1,
        ..addressed(&target(identity), wire::record(ENDPOINT_ID, &identity.endpoint_id, &msg))
    }
}

fn addressed(to: &Target, payload: Bytes) -> Outgoing {
    Outgoing {
        topic: to.topic.clone(),
        payload,
        content_type: Some(wire::CONTENT_TYPE),
        response_topic: Some(TOPIC.to_owned()),
        ..Outgoing::default()
    }
}

impl Tool {
    /// The script with its list of devices: a few that answer properly, chosen by
    /// the seed.
    pub fn new(master: u64, fleet: &[Identity]) -> Self {
        let mut rng = fastrand::Rng::with_seed(seed::derive(master, 5));
        let plain = |i: &&Identity| {
            let away = [Part::Dying, Part::Cloned, Part::Rebooted].iter().any(|p| i.plays(*p));
            i.character == Character::Healthy && !i.has_sessions() && !away && !i.legacy_mqtt
        };
        let mut targets: Vec<Target> = fleet.iter().filter(plain).map(target).collect();
        if targets.is_empty() {
            targets = fleet.iter().map(target).collect();
        }
        rng.shuffle(&mut targets);
        targets.sort_by_key(|target| !target.complains);
        targets.truncate(LIST);
        let mut agenda = Agenda::new();
        if !targets.is_empty() {
            agenda.add(FIRST, Task::Act);
        }
        Self { targets, agenda, rng, done: 0, requests: 0, online: false, outputs: Vec::new() }
    }

    fn target(&self, n: usize) -> Option<Target> {
        self.targets.get(n.checked_rem(self.targets.len())?).cloned()
    }

    fn next_id(&mut self) -> String {
        self.requests += 1;
        format!("noc-{}", self.requests)
    }

    fn act(&mut self, at: Duration) {
        let deed = DEEDS.get(self.done % DEEDS.len()).copied();
        let wait = if self.done < DEEDS.len() {
            PACE
        } else {
            seed::between(&mut self.rng, LEISURE.0, LEISURE.1)
        };
        self.agenda.add(at + wait, Task::Act);
        let to = match deed {
            // Where something is to be heard of it.
            Some(Deed::BrokenMsg) => self.targets.iter().find(|t| t.complains).cloned(),
            _ => None,
        };
        let to = to.or_else(|| self.target(self.done));
        let other = self.target(self.done + 1);
        self.done += 1;
        let (Some(deed), Some(to), Some(other)) = (deed, to, other) else { return };
        let apart = if deed == Deed::OldLayout { IMPATIENCE } else { Duration::ZERO };
        for (n, outgoing) in (0..).zip(self.deed(deed, &to, &other)) {
            self.agenda.add(at + apart * n, Task::Send(outgoing));
        }
    }

    fn deed(&mut self, deed: Deed, to: &Target, other: &Target) -> Vec<Outgoing> {
        let id = self.next_id();
        let msg = get(&id, "Device.DeviceInfo.UpTime");
        let plain = |msg: &Msg| wire::record(ENDPOINT_ID, &to.endpoint_id, msg);
        let good = addressed(to, plain(&msg));
        let changed = |change: fn(&mut Record)| {
            let payload = NoSessionContextRecord { payload: msg.encode_to_vec().into() };
            let kind = RecordType::NoSessionContext(payload);
            let mut record = wire::bare_record(ENDPOINT_ID, &to.endpoint_id, kind);
            change(&mut record);
            addressed(to, record.encode_to_vec().into())
        };
        let one = match deed {
            Deed::NoResponseTopic => Outgoing { response_topic: None, ..good },
            Deed::OtherDevice => Outgoing { topic: other.topic.clone(), ..good },
            Deed::WrongType => {
                let mut odd = msg;
                if let Some(header) = odd.header.as_mut() {
                    header.msg_type = MsgType::Set.into();
                }
                addressed(to, plain(&odd))
            }
            Deed::SameIdTwice => {
                let second = get(&id, "Device.DeviceInfo.MemoryStatus.");
                return vec![good, addressed(to, plain(&second))];
            }
            Deed::WrongContentType => {
                Outgoing { content_type: Some("application/octet-stream"), ..good }
            }
            Deed::OldLayout => {
                let topic = to.topic.replace("usp/agent/", "usp/devices/");
                return vec![Outgoing { topic, ..good }; IMPATIENT];
            }
            Deed::BrokenMsg => {
                let bytes = Bytes::from(msg.encode_to_vec());
                let payload = bytes.slice(..bytes.len() - 7);
                let kind = RecordType::NoSessionContext(NoSessionContextRecord { payload });
                let record = wire::bare_record(ENDPOINT_ID, &to.endpoint_id, kind);
                addressed(to, record.encode_to_vec().into())
            }
            Deed::NoHeader => addressed(to, plain(&Msg { header: None, ..msg })),
            Deed::Session => session(to, &msg, 1, false),
            Deed::SecuredSession => session(to, &msg, self.rng.u64(2..1_000_000), true),
            Deed::NoContentType => Outgoing { content_type: None, ..good },
            Deed::SecuredClaim => changed(|r| r.set_payload_security(PayloadSecurity::Tls12)),
            Deed::Correlation => Outgoing { correlation: Some(b"noc-correlation"), ..good },
            Deed::OddVersion => changed(|r| "v1".clone_into(&mut r.version)),
            Deed::Certificate => changed(|r| {
                r.sender_cert = Bytes::from_static(b"-----BEGIN CERTIFICATE-----\n");
            }),
            Deed::Typo => changed(|r| r.to_id = r.to_id.replacen("::", ":", 1)),
            Deed::NoReceiver => changed(|r| r.to_id.clear()),
            Deed::TwoReplyTo => {
                let topic = wire::with_reply_to(&wire::with_reply_to(&to.topic, TOPIC), TOPIC);
                // Only a device that speaks MQTT 3.1.1 listens below its topic.
                Outgoing { topic, response_topic: None, content_type: None, ..good }
            }
        };
        vec![one]
    }
}

/// The first Record of a session.
fn session(to: &Target, msg: &Msg, session_id: u64, secured: bool) -> Outgoing {
    let context = SessionContextRecord {
        session_id,
        sequence_id: 1,
        expected_id: 1,
        payload_sar_state: PayloadSarState::None.into(),
        payloadrec_sar_state: PayloadSarState::None.into(),
        payload: vec![msg.encode_to_vec().into()],
        ..SessionContextRecord::default()
    };
    addressed(to, wire::session_record(ENDPOINT_ID, &to.endpoint_id, context, secured))
}

impl Actor for Tool {
    fn online(&mut self, _now: Duration) {
        self.online = true;
    }

    fn offline(&mut self) {
        self.online = false;
    }

    fn receive(&mut self, _now: Duration, _incoming: Incoming) {}

    fn next_due(&self) -> Option<Duration> {
        self.agenda.next_due()
    }

    fn advance(&mut self, now: Duration) {
        while let Some((at, task)) = self.agenda.take_due(now) {
            match task {
                Task::Act => self.act(at),
                Task::Send(outgoing) if self.online => {
                    self.outputs.push(Output::Publish(outgoing));
                }
                Task::Send(_) => {}
            }
        }
    }

    fn take_outputs(&mut self) -> Vec<Output> {
        std::mem::take(&mut self.outputs)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::lab::fleet;

    fn said(agents: usize, secs: u64) -> Vec<(Duration, Outgoing)> {
        let mut tool = Tool::new(1, &fleet::fleet(agents, 1));
        tool.online(Duration::ZERO);
        let mut out = Vec::new();
        while let Some(due) = tool.next_due()
            && due <= Duration::from_secs(secs)
        {
            tool.advance(due);
            out.extend(tool.take_outputs().into_iter().map(|output| match output {
                Output::Publish(outgoing) => (due, outgoing),
                Output::Down(_) => unreachable!("the script stays"),
            }));
        }
        out
    }

    #[test]
    fn its_first_round_is_over_within_two_minutes_and_it_never_ends() {
        let two_minutes = said(50, 120);
        assert!((DEEDS.len() + 6..=DEEDS.len() + 12).contains(&two_minutes.len()));
        let ten = said(50, 600).len() - two_minutes.len();
        assert!((12..=36).contains(&ten), "{ten}");
        assert_eq!(two_minutes, said(50, 120));
    }

    #[test]
    fn it_gets_by_with_one_device_and_with_none() {
        assert!(said(1, 120).len() >= DEEDS.len() + 6);
        assert!(said(0, 120).is_empty());
    }

    #[test]
    fn what_it_left_behind_is_retained_for_one_device() {
        let identity = fleet::fleet(1, 1).remove(0);
        let left = left_behind(&identity);
        assert!(left.retain);
        assert_eq!(left.topic, identity.topic());
        let record = Record::decode(left.payload).unwrap();
        assert_eq!((record.from_id.as_str(), record.to_id), (ENDPOINT_ID, identity.endpoint_id));
    }
}
