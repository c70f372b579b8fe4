//! The demo's Controller as a state machine: greets each Agent it hears of, acknowledges what
//! wants to be acknowledged, and then asks and changes things at a steady pace. Repeats what
//! isn't answered, once, and leaves a device alone that doesn't answer at all.
//!
//! What it asks of a device follows from the seed and the device's Endpoint ID alone; when
//! depends on when the device was first heard.

mod chase;
mod script;
mod sessions;

use std::collections::HashMap;
use std::time::Duration;

use prost::Message as _;

use super::actor::{Actor, Agenda, Output};
use super::plot::{Part, Plot};
use super::seed;
use super::session::Session;
use super::wire::{self, Incoming, Outgoing};
use crate::usp::generated::usp::body::MsgBody;
use crate::usp::generated::usp::notify::Notification;
use crate::usp::generated::usp::request::ReqType;
use crate::usp::generated::usp::response::RespType;
use crate::usp::generated::usp::{Msg, NotifyResp, Request, Response};
use crate::usp::generated::usp_record::Record;
use crate::usp::generated::usp_record::record::RecordType;

use chase::Chase;
use script::Script;

/// The Controller's Endpoint ID.
pub const ENDPOINT_ID: &str = "self::acs-demo";
/// The Controller's MQTT client id.
pub const CLIENT_ID: &str = "acs-demo";
/// The topic the Controller listens on.
pub const TOPIC: &str = "usp/controller/acs-demo";

/// Requests a second over all devices; more would be a load test, not a demo.
const MAX_RATE: f64 = 200.0;
/// Between two requests to one device, on average, while the rate allows.
const PACE_SECS: f64 = 5.0;
/// Devices beyond this are not greeted.
const MAX_DEVICES: usize = 5_000;
/// Ids and topics longer than this are nobody's.
const MAX_NAME_LENGTH: usize = 512;
/// Of its publishes.
const QOS: u8 = 1;
/// A device with so many open requests is not asked further, and one that let so many go
/// unanswered is left alone.
const MAX_OPEN: u32 = 3;
/// Until an open request may have been answered.
const NOT_YET: Duration = Duration::from_secs(4);
/// Between two requests to a device that doesn't answer.
const LEFT_ALONE: Duration = Duration::from_secs(60);
/// One in this many acknowledgements is lost, so that retransmissions are seen.
const FORGETS: u32 = 60;

/// Something the Controller will do.
#[derive(Debug)]
enum Task {
    /// Ask this device the next thing.
    Ask(String),
    /// Send this.
    Send(Outgoing),
    /// See whether this device answered the request with this msg_id.
    Chase(String, String),
    /// Say the next thing in the secured session with this device.
    Converse(String),
}

/// A device it knows.
struct Device {
    topic: String,
    /// Answers in the manner of MQTT 3.1.1.
    legacy: bool,
    /// Prefix of msg_ids.
    name: String,
    requests: u64,
    script: Script,
    rng: fastrand::Rng,
    parts: Vec<Part>,
    /// The open session context.
    session: Option<Session>,
    /// What was said in a secured session so far.
    said: u32,
    /// Requests it may still answer.
    open: u32,
    /// Requests in a row that it didn't answer.
    unanswered: u32,
}

/// The simulated Controller.
pub struct Controller {
    seed: u64,
    plot: Plot,
    chase: Chase,
    devices: HashMap<String, Device>,
    agenda: Agenda<Task>,
    online: bool,
    /// Requests that may be sent at once, and when that was counted.
    tokens: f64,
    counted: Duration,
    outputs: Vec<Output>,
}

impl Controller {
    /// A Controller that knows nobody yet; `plot` says what it will do to whom.
    pub fn new(seed: u64, plot: Plot) -> Self {
        Self {
            seed: seed::derive(seed, 3),
            plot,
            chase: Chase::default(),
            devices: HashMap::new(),
            agenda: Agenda::new(),
            online: false,
            tokens: 0.0,
            counted: Duration::ZERO,
            outputs: Vec::new(),
        }
    }

    fn outgoing(device: &Device, payload: bytes::Bytes) -> Outgoing {
        let own = TOPIC.to_owned();
        if device.legacy {
            let topic = wire::with_reply_to(&device.topic, &own);
            Outgoing { topic, payload, qos: QOS, ..Outgoing::default() }
        } else {
            Outgoing {
                topic: device.topic.clone(),
                payload,
                qos: QOS,
                content_type: Some(wire::CONTENT_TYPE),
                response_topic: Some(own),
                ..Outgoing::default()
            }
        }
    }

    /// Makes a new device known, if it can be reached, and plans to greet it.
    fn learn(&mut self, now: Duration, endpoint_id: &str, reply_to: Option<String>, legacy: bool) {
        if let Some(device) = self.devices.get_mut(endpoint_id) {
            if let Some(topic) = reply_to.filter(|t| t.len() <= MAX_NAME_LENGTH) {
                device.topic = topic;
                device.legacy = legacy;
            }
            return;
        }
        let Some(topic) = reply_to else { return };
        let too_long = endpoint_id.len() > MAX_NAME_LENGTH || topic.len() > MAX_NAME_LENGTH;
        if self.devices.len() >= MAX_DEVICES || too_long {
            return;
        }
        let own = seed::derive_named(self.seed, endpoint_id);
        let mut rng = fastrand::Rng::with_seed(own);
        let wait = Duration::from_millis(rng.u64(200..500));
        let name = topic.rsplit('/').next().unwrap_or_default().to_owned();
        // The first device shows its whole model at once, the others now and then.
        let parts = self.plot.parts(endpoint_id).to_vec();
        let script = Script::new(seed::derive(own, 1), self.devices.is_empty(), &parts);
        if parts.contains(&Part::Secured) {
            self.agenda.add(now + sessions::FIRST_WORD, Task::Converse(endpoint_id.to_owned()));
        }
        let device = Device {
            topic,
            legacy,
            name,
            requests: 0,
            script,
            rng,
            parts,
            session: None,
            said: 0,
            open: 0,
            unanswered: 0,
        };
        self.devices.insert(endpoint_id.to_owned(), device);
        self.agenda.add(now + wait, Task::Ask(endpoint_id.to_owned()));
    }

    /// True if the rate allows one more request now.
    fn take_token(&mut self, now: Duration) -> bool {
        let gained = now.saturating_sub(self.counted).as_secs_f64() * MAX_RATE;
        self.counted = self.counted.max(now);
        // A quarter of a second's worth may be saved up.
        self.tokens = (self.tokens + gained).min(MAX_RATE / 4.0);
        if self.tokens < 1.0 {
            return false;
        }
        self.tokens -= 1.0;
        true
    }

    fn ask(&mut self, at: Duration, endpoint_id: String) {
        if !self.online {
            self.agenda.add(at + Duration::from_secs(1), Task::Ask(endpoint_id));
            return;
        }
        if !self.take_token(at) {
            self.agenda.add(at + Duration::from_millis(50), Task::Ask(endpoint_id));
            return;
        }
        let known = self.devices.len();
        let Some(device) = self.devices.get_mut(&endpoint_id) else { return };
        if device.open >= MAX_OPEN {
            let wait = if device.unanswered >= MAX_OPEN { LEFT_ALONE } else { NOT_YET };
            self.agenda.add(at + wait, Task::Ask(endpoint_id));
            return;
        }
        let greeting = device.script.is_greeting();
        let step = device.script.next();
        device.requests += 1;
        let msg_id = format!("{}-{}", device.name, device.requests);
        let pause = match step.pause_secs {
            Some(pause) => pause,
            None if device.unanswered >= MAX_OPEN => LEFT_ALONE.as_secs_f64(),
            None if greeting => 0.25 + 0.5 * device.rng.f64(),
            None => PACE_SECS.max(known as f64 / MAX_RATE) * (0.5 + device.rng.f64()),
        };
        let msg = wire::request(&msg_id, step.request);
        self.agenda.add(at + Duration::from_secs_f64(pause), Task::Ask(endpoint_id.clone()));
        self.send_request(at, &endpoint_id, &msg_id, &msg);
    }

    /// Takes a Msg, however it came.
    fn hear(&mut self, now: Duration, from: &str, msg: &Msg) {
        match msg.body.as_ref().and_then(|b| b.msg_body.as_ref()) {
            Some(MsgBody::Request(_)) => self.acknowledge(now, from, msg),
            Some(MsgBody::Response(Response { resp_type: Some(response) })) => {
                if let Some(device) = self.devices.get_mut(from) {
                    device.script.learn(response);
                }
                self.answered(from, msg);
            }
            Some(MsgBody::Error(_)) => self.answered(from, msg),
            _ => {}
        }
    }

    /// Acknowledges a Notify that wants it, a little later.
    fn acknowledge(&mut self, now: Duration, from: &str, msg: &Msg) {
        let Some(header) = &msg.header else { return };
        let Some(MsgBody::Request(Request { req_type: Some(ReqType::Notify(notify)) })) =
            msg.body.as_ref().and_then(|b| b.msg_body.as_ref())
        else {
            return;
        };
        let Some(device) = self.devices.get_mut(from) else { return };
        let introduces = matches!(notify.notification, Some(Notification::OnBoardReq(_)));
        let unheard = introduces && device.parts.contains(&Part::Unheard);
        if !notify.send_resp || unheard || device.rng.u32(..FORGETS) == 0 {
            return;
        }
        let wait = Duration::from_micros(device.rng.u64(1_500..12_000));
        let resp = NotifyResp { subscription_id: notify.subscription_id.clone() };
        let resp = wire::response(&header.msg_id, RespType::NotifyResp(resp));
        let outgoing = Self::outgoing(device, wire::record(ENDPOINT_ID, from, &resp));
        self.agenda.add(now + wait, Task::Send(outgoing));
    }
}

impl Actor for Controller {
    fn online(&mut self, _now: Duration) {
        self.online = true;
    }

    fn offline(&mut self) {
        self.online = false;
    }

    fn receive(&mut self, now: Duration, incoming: Incoming) {
        // Nonsense is met with silence.
        let Ok(record) = Record::decode(incoming.payload) else { return };
        if record.to_id != ENDPOINT_ID || record.from_id.is_empty() {
            return;
        }
        let from = record.from_id.as_str();
        match &record.record_type {
            Some(RecordType::MqttConnect(connect)) => {
                let topic = incoming.reply_to.or_else(|| Some(connect.subscribed_topic.clone()));
                let topic = topic.filter(|t| !t.is_empty());
                self.learn(now, from, topic, incoming.reply_in_topic);
                // What it was asked before is lost, and so is its session.
                self.forget_open(from);
                self.end_session(from);
            }
            Some(RecordType::NoSessionContext(_)) => {
                let Some(msg) = wire::plain_msg(&record) else { return };
                self.learn(now, from, incoming.reply_to, incoming.reply_in_topic);
                self.hear(now, from, &msg);
            }
            Some(RecordType::SessionContext(context)) => {
                for msg in self.in_session(now, from, context) {
                    self.hear(now, from, &msg);
                }
            }
            Some(RecordType::Disconnect(_)) => {
                self.forget_open(from);
                self.end_session(from);
            }
            _ => {}
        }
        if let Some(device) = self.devices.get_mut(from) {
            device.unanswered = 0;
        }
    }

    fn next_due(&self) -> Option<Duration> {
        self.agenda.next_due()
    }

    fn advance(&mut self, now: Duration) {
        while let Some((at, task)) = self.agenda.take_due(now) {
            match task {
                Task::Ask(endpoint_id) => self.ask(at, endpoint_id),
                Task::Send(outgoing) if self.online => {
                    self.outputs.push(Output::Publish(outgoing));
                }
                Task::Send(_) => {}
                Task::Chase(endpoint_id, msg_id) => self.chase(at, endpoint_id, msg_id),
                Task::Converse(endpoint_id) => self.converse(at, endpoint_id),
            }
        }
    }

    fn take_outputs(&mut self) -> Vec<Output> {
        std::mem::take(&mut self.outputs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::fault::Fault;

    fn connect_of(n: usize) -> (String, Incoming) {
        let id = format!("os::00256D-{n}");
        let topic = format!("usp/agent/cpe-{n:06}");
        let payload = wire::mqtt_connect(&id, ENDPOINT_ID, false, topic.clone());
        (id, Incoming { payload, reply_to: Some(topic), reply_in_topic: false })
    }

    /// The requests sent in the first `secs` seconds, in order: time, topic, Msg.
    fn requests(devices: usize, secs: u64) -> Vec<(Duration, String, Msg)> {
        let mut controller = Controller::new(1, Plot::default());
        controller.online(Duration::ZERO);
        for n in 1..=devices {
            controller.receive(Duration::ZERO, connect_of(n).1);
        }
        let mut out = Vec::new();
        while let Some(due) = controller.next_due()
            && due <= Duration::from_secs(secs)
        {
            controller.advance(due);
            for output in controller.take_outputs() {
                let Output::Publish(outgoing) = output else { continue };
                let Ok(record) = Record::decode(outgoing.payload) else { continue };
                let Some(msg) = wire::plain_msg(&record) else { continue };
                // Whoever isn't answered asks less.
                let error = wire::error(id(&msg), Fault::new(7003, "busy"), Vec::new());
                let payload = wire::record(&record.to_id, ENDPOINT_ID, &error);
                let reply_to = Some(outgoing.topic.clone());
                controller.receive(due, Incoming { payload, reply_to, reply_in_topic: false });
                out.push((due, outgoing.topic, msg));
            }
        }
        out
    }

    fn id(msg: &Msg) -> &str {
        msg.header.as_ref().map_or("", |h| &h.msg_id)
    }

    #[test]
    fn a_new_device_is_greeted_and_then_asked_steadily() {
        let all = requests(1, 120);
        assert_eq!(id(&all[0].2), "cpe-000001-1");
        assert!(all.iter().all(|(_, topic, _)| topic == "usp/agent/cpe-000001"));
        // A handful at once, then one in five seconds or so.
        assert!((20..45).contains(&all.len()), "{}", all.len());
    }

    #[test]
    fn the_rate_has_a_limit() {
        let all = requests(3_000, 20);
        let per_second = |s| all.iter().filter(|(at, ..)| at.as_secs() == s).count();
        for second in 0..20 {
            assert!(per_second(second) <= 250, "{} in second {second}", per_second(second));
        }
        assert!(all.len() > 3_000, "{}", all.len());
    }

    #[test]
    fn what_a_device_is_asked_depends_on_the_seed_and_not_on_its_neighbours() {
        let of_second = |devices| {
            let all = requests(devices, 60).into_iter();
            all.filter(|(_, t, _)| t.ends_with("000002")).map(|(.., m)| m).collect::<Vec<_>>()
        };
        let (few, many) = (of_second(2), of_second(40));
        assert!(few.len() > 10);
        assert_eq!(few[..10], many[..10]);
    }

    #[test]
    fn notifications_are_acknowledged_when_they_want_to_be() {
        let mut controller = Controller::new(1, Plot::default());
        controller.online(Duration::ZERO);
        let (from, connect) = connect_of(7);
        controller.receive(Duration::ZERO, connect.clone());
        let mut acknowledged = 0;
        for n in 0..200 {
            let notify = crate::usp::generated::usp::Notify {
                subscription_id: "boot-1".to_owned(),
                send_resp: n % 2 == 0,
                notification: None,
            };
            let msg = wire::request(&format!("Event-{n}"), ReqType::Notify(notify));
            let payload = wire::record(&from, ENDPOINT_ID, &msg);
            controller.receive(Duration::ZERO, Incoming { payload, ..connect.clone() });
        }
        controller.advance(Duration::from_millis(100));
        for output in controller.take_outputs() {
            let Output::Publish(outgoing) = output else { continue };
            assert_eq!(outgoing.response_topic.as_deref(), Some(TOPIC));
            acknowledged += 1;
        }
        assert!((90..=100).contains(&acknowledged), "{acknowledged}");
    }

    #[test]
    fn a_legacy_device_is_answered_in_its_manner() {
        let mut controller = Controller::new(1, Plot::default());
        controller.online(Duration::ZERO);
        let (_, connect) = connect_of(3);
        controller.receive(Duration::ZERO, Incoming { reply_in_topic: true, ..connect });
        controller.advance(Duration::from_secs(1));
        let outputs = controller.take_outputs();
        let Some(Output::Publish(first)) = outputs.first() else { unreachable!("{outputs:?}") };
        let topic = "usp/agent/cpe-000003/reply-to=usp%2Fcontroller%2Facs-demo";
        assert_eq!(first.topic, topic);
        assert_eq!(first.content_type, None);
    }

    #[test]
    fn what_is_not_answered_is_repeated_once_and_then_the_device_is_left_alone() {
        let mut controller = Controller::new(1, Plot::default());
        controller.online(Duration::ZERO);
        controller.receive(Duration::ZERO, connect_of(1).1);
        let mut sent: Vec<(Duration, Outgoing)> = Vec::new();
        while let Some(due) = controller.next_due()
            && due <= Duration::from_secs(200)
        {
            controller.advance(due);
            for output in controller.take_outputs() {
                let Output::Publish(outgoing) = output else { continue };
                sent.push((due, outgoing));
            }
        }
        let first = &sent[0];
        let again: Vec<Duration> =
            sent.iter().skip(1).filter(|(_, o)| *o == first.1).map(|(at, _)| *at).collect();
        assert_eq!(again, [first.0 + Duration::from_secs(10)]);
        let late = sent.iter().filter(|(at, _)| *at > Duration::from_secs(100));
        assert!(late.count() <= 6, "{} in all", sent.len());
    }

    #[test]
    fn nonsense_is_met_with_silence() {
        let mut controller = Controller::new(1, Plot::default());
        controller.online(Duration::ZERO);
        for payload in [&b""[..], b"hello", b"\xff\xff\xff"] {
            let payload = bytes::Bytes::copy_from_slice(payload);
            let incoming = Incoming { payload, reply_to: None, reply_in_topic: false };
            controller.receive(Duration::ZERO, incoming);
        }
        assert_eq!(controller.next_due(), None);
    }
}
