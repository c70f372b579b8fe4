//! The demo network from outside: a plain MQTT client on `#` sees what a monitor would see.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may fail loudly"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use bytes::Bytes;
use prost::Message as _;
use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::Packet;
use rumqttc::v5::{Client, Event, MqttOptions};
use usp_scope::lab::{Demo, DemoOptions};
use usp_scope::usp::generated::usp::body::MsgBody;
use usp_scope::usp::generated::usp::notify::Notification;
use usp_scope::usp::generated::usp::request::ReqType;
use usp_scope::usp::generated::usp::response::RespType;
use usp_scope::usp::generated::usp::{Msg, Request, Response};
use usp_scope::usp::generated::usp_record::Record;
use usp_scope::usp::generated::usp_record::record::RecordType;

/// The operator's home-made script.
const SCRIPT: &str = "self::noc-script";

/// Generous: everything is there within a few seconds on an idle machine.
const LIMIT: Duration = Duration::from_secs(30);

/// One message as the subscriber received it.
struct Seen {
    topic: String,
    payload: Bytes,
    content_type: Option<String>,
    response_topic: Option<String>,
    retain: bool,
}

/// Subscribes to `#`; returns once the subscription is granted.
fn subscribe(port: u16) -> (Client, mpsc::Receiver<Seen>) {
    let mut options = MqttOptions::new("lab-test", "127.0.0.1", port);
    options.set_max_packet_size(Some(4 * 1024 * 1024));
    options.set_outgoing_inflight_upper_limit(32);
    options.set_keep_alive(Duration::from_secs(30));
    let (client, mut connection) = Client::new(options, 16);
    client.subscribe("#", QoS::AtMostOnce).expect("there is room in a new queue");
    let (out, messages) = mpsc::channel();
    let (granted, ready) = mpsc::channel();
    thread::spawn(move || {
        for event in connection.iter() {
            match event {
                Ok(Event::Incoming(Packet::SubAck(_))) => {
                    let _nobody_waits = granted.send(());
                }
                Ok(Event::Incoming(Packet::Publish(publish))) => {
                    let properties = publish.properties.unwrap_or_default();
                    let seen = Seen {
                        topic: String::from_utf8_lossy(&publish.topic).into_owned(),
                        payload: publish.payload,
                        retain: publish.retain,
                        content_type: properties.content_type,
                        response_topic: properties.response_topic,
                    };
                    if out.send(seen).is_err() {
                        return;
                    }
                }
                Ok(_) => {}
                Err(_) => return,
            }
        }
    });
    ready.recv_timeout(LIMIT).expect("the subscription is granted");
    (client, messages)
}

/// What was seen so far.
#[derive(Default)]
struct Tally {
    connected: BTreeSet<String>,
    booted: BTreeSet<String>,
    /// Names of Msg types, of notifications and of other things seen.
    kinds: BTreeSet<&'static str>,
    /// Requests by requester, responder and msg_id.
    requests: BTreeSet<(String, String, String)>,
    answered: usize,
    orphans: Vec<String>,
    undecodable: BTreeMap<String, usize>,
}

fn request_name(request: &ReqType) -> &'static str {
    match request {
        ReqType::Get(_) => "Get",
        ReqType::GetInstances(_) => "GetInstances",
        ReqType::GetSupportedDm(_) => "GetSupportedDM",
        ReqType::GetSupportedProtocol(_) => "GetSupportedProtocol",
        ReqType::Add(_) => "Add",
        ReqType::Notify(_) => "Notify",
        _ => "other request",
    }
}

fn response_name(response: &RespType) -> &'static str {
    match response {
        RespType::GetResp(_) => "GetResp",
        RespType::GetInstancesResp(_) => "GetInstancesResp",
        RespType::GetSupportedDmResp(_) => "GetSupportedDMResp",
        RespType::GetSupportedProtocolResp(_) => "GetSupportedProtocolResp",
        RespType::AddResp(_) => "AddResp",
        RespType::NotifyResp(_) => "NotifyResp",
        _ => "other response",
    }
}

impl Tally {
    fn take(&mut self, seen: &Seen) {
        if seen.topic.contains("/reply-to=") {
            self.kinds.insert("reply-to topic");
            assert_eq!(seen.content_type, None, "3.1.1 has no properties: {}", seen.topic);
        }
        let record = match Record::decode(seen.payload.clone()) {
            Ok(record) if record.record_type.is_some() && record.from_id != SCRIPT => record,
            // Breaks one rule after the other; that is what it is there for.
            Ok(record) if record.from_id == SCRIPT => return,
            _ => {
                let from = seen.response_topic.clone().unwrap_or_else(|| seen.topic.clone());
                *self.undecodable.entry(from).or_default() += 1;
                let kind = match &seen.payload[..] {
                    [] => "empty",
                    [b'{', ..] => "json",
                    _ => "garbage",
                };
                self.kinds.insert(kind);
                return;
            }
        };
        assert_eq!(record.version, "1.3");
        match &record.record_type {
            Some(RecordType::MqttConnect(connect)) => {
                assert!(connect.subscribed_topic.starts_with("usp/agent/cpe-"));
                self.connected.insert(record.from_id);
            }
            Some(RecordType::NoSessionContext(inner)) => {
                let msg = Msg::decode(inner.payload.clone()).expect("the Msg of a good Record");
                self.take_msg(&record.from_id, &record.to_id, msg);
            }
            Some(RecordType::SessionContext(context)) => {
                assert!(context.session_id > 1 && context.sequence_id > 0);
                self.kinds.insert("session");
                // Requests within sessions are not put together here.
            }
            Some(RecordType::Disconnect(end)) => assert!((7100..7107).contains(&end.reason_code)),
            other => unreachable!("nobody sends {other:?}"),
        }
    }

    fn take_msg(&mut self, from: &str, to: &str, msg: Msg) {
        let id = msg.header.map(|h| h.msg_id).unwrap_or_default();
        assert!(!id.is_empty());
        let (name, answers) = match msg.body.and_then(|b| b.msg_body) {
            Some(MsgBody::Request(Request { req_type: Some(request) })) => {
                self.requests.insert((from.to_owned(), to.to_owned(), id.clone()));
                if let ReqType::Notify(notify) = &request {
                    let boot = matches!(&notify.notification,
                        Some(Notification::Event(e)) if e.event_name == "Boot!");
                    if boot {
                        self.booted.insert(from.to_owned());
                    }
                }
                (request_name(&request), false)
            }
            Some(MsgBody::Response(Response { resp_type: Some(response) })) => {
                (response_name(&response), true)
            }
            Some(MsgBody::Error(error)) => {
                assert!((7000..8000).contains(&error.err_code));
                ("Error", true)
            }
            other => unreachable!("nobody sends {other:?}"),
        };
        self.kinds.insert(name);
        if answers {
            self.answered += 1;
            let key = (to.to_owned(), from.to_owned(), id.clone());
            if to != SCRIPT && !self.requests.contains(&key) {
                self.orphans.push(format!("{name} {id} from {from}"));
            }
        }
    }

    fn complete(&self, agents: usize) -> bool {
        const WANTED: [&str; 15] = [
            "Add",
            "AddResp",
            "Error",
            "Get",
            "GetResp",
            "GetInstancesResp",
            "GetSupportedDMResp",
            "GetSupportedProtocolResp",
            "Notify",
            "NotifyResp",
            "empty",
            "garbage",
            "json",
            "reply-to topic",
            "session",
        ];
        self.connected.len() == agents
            && self.booted.len() == agents
            && WANTED.iter().all(|kind| self.kinds.contains(kind))
    }
}

#[test]
fn a_watcher_sees_a_living_network() {
    let options = DemoOptions { agents: 12, port: None, seed: 1 };
    // The devices wait for the watcher, so that no connect record can be missed.
    let demo = Demo::start_after(options, Duration::from_millis(1500)).expect("the demo starts");
    let profile = demo.profile();
    assert_eq!((profile.name.as_str(), profile.port), ("demo", demo.addr().port()));
    assert!(profile.allow_send);
    assert_eq!(demo.devices().len(), 12);

    let (_client, messages) = subscribe(demo.addr().port());
    let (mut tally, started) = (Tally::default(), Instant::now());
    while !tally.complete(12) {
        let left = LIMIT.saturating_sub(started.elapsed());
        match messages.recv_timeout(left) {
            Ok(seen) => tally.take(&seen),
            Err(_) => unreachable!(
                "after {:?}: {} connected, {} booted, kinds {:?}",
                started.elapsed(),
                tally.connected.len(),
                tally.booted.len(),
                tally.kinds
            ),
        }
    }
    let known: BTreeSet<String> = demo.devices().iter().map(|d| d.endpoint_id.clone()).collect();
    assert_eq!(tally.connected, known);
    assert!(tally.answered > 20);
    assert_eq!(tally.orphans, Vec::<String>::new(), "every answer has its request");
    let garbling = demo.devices().iter().find(|d| d.character == "garbling");
    let garbling = garbling.map(|d| d.client_id.clone()).expect("there is one among twelve");
    for from in tally.undecodable.keys() {
        assert!(from.ends_with(&garbling), "{from} sent what is no Record");
    }
}

#[test]
fn whoever_watches_gets_what_was_retained_with_the_flag() {
    let demo = Demo::start(DemoOptions { agents: 2, ..DemoOptions::default() }).expect("it starts");
    // Twice: it was there before the first one came, and stays.
    for _ in 0..2 {
        let (client, messages) = subscribe(demo.addr().port());
        let started = Instant::now();
        let retained = loop {
            let left = LIMIT.saturating_sub(started.elapsed());
            let seen = messages.recv_timeout(left).expect("a retained message");
            if seen.retain {
                break seen;
            }
        };
        let record = Record::decode(retained.payload).expect("a Record");
        assert_eq!(record.from_id, SCRIPT);
        assert_eq!(retained.content_type.as_deref(), Some("usp.msg"));
        let device = demo.devices().iter().find(|d| d.endpoint_id == record.to_id);
        let device = device.expect("it is for a device of the demo");
        assert_eq!(retained.topic, format!("usp/agent/{}", device.client_id));
        client.disconnect().expect("the queue has room");
    }
}

#[test]
fn two_demos_run_side_by_side_and_stop_when_dropped() {
    let options = || DemoOptions { agents: 3, ..DemoOptions::default() };
    let one = Demo::start(options()).expect("the first demo starts");
    let two = Demo::start(options()).expect("the second demo starts");
    assert_ne!(one.addr(), two.addr());
    assert_eq!(one.devices(), two.devices(), "the same seed gives the same devices");
    let (_client, messages) = subscribe(one.addr().port());
    messages.recv_timeout(LIMIT).expect("something is said");
    let taken = Demo::start(DemoOptions { port: Some(one.addr().port()), ..options() });
    assert!(taken.err().is_some_and(|e| e.to_string().contains("--port")));
    drop(one);
    // What was under way arrives, then there is silence: the channel stays empty for longer
    // than three devices ever pause.
    let silence = Duration::from_secs(8);
    let since = Instant::now();
    while messages.recv_timeout(silence).is_ok() {
        assert!(since.elapsed() < LIMIT, "the clients of a dropped demo still talk");
    }
    drop(two);
}
