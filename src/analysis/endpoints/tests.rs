//! Every rule about endpoints, by messages in and a snapshot out.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use super::*;
use crate::analysis::exchanges::State;
use crate::analysis::visibility::Blind;
use crate::analysis::{Pipeline, Snapshot};
use crate::core::ids::{Epoch, ExchangeId};
use crate::core::wire::{Delivery, Prop, WireBatch};
use crate::store;
use crate::usp::generated::usp::notify::{Event, Notification, OnBoardRequest};
use crate::usp::generated::usp::response::RespType;
use crate::usp::generated::usp::{GetResp, GetSupportedProtocolResp, Msg};
use crate::usp::generated::usp_record::mqtt_connect_record::MqttVersion;
use crate::usp::make;

const ACS: &str = "self::acs";
const ACS_TOPIC: &str = "usp/controller/acs";
const CPE: &str = "os::00256D-1";
const CPE_TOPIC: &str = "usp/agent/cpe-1";

struct Net {
    pipeline: Pipeline,
    now: f64,
    retain: bool,
    last: u64,
    ids: u32,
}

impl Net {
    fn new() -> Self {
        Self::with(Layout::default())
    }

    fn with(layout: Layout) -> Self {
        let pipeline = Pipeline::new(store::Budgets::default(), Epoch(1)).with_layout(layout);
        Self { pipeline, now: 1000.0, retain: false, last: 0, ids: 0 }
    }

    fn wait(&mut self, secs: f64) -> &mut Self {
        self.now += secs;
        self
    }

    fn tick(&mut self) -> bool {
        self.pipeline.tick(Timestamp::from_secs_f64(self.now))
    }

    /// Publishes a payload; no reply topic if `reply` is empty.
    fn publish(&mut self, topic: &str, reply: &str, payload: &[u8]) -> Seq {
        let mut batch = WireBatch::new();
        let delivery = Delivery { retain: self.retain, ..Delivery::default() };
        let at = Timestamp::from_secs_f64(self.now);
        batch.push(at, topic.as_bytes(), payload, delivery, |props| {
            if !reply.is_empty() {
                props.add(Prop::ResponseTopic(reply.as_bytes()));
            }
        });
        self.pipeline.apply(&batch);
        self.last += 1;
        self.now += 0.001;
        Seq(self.last)
    }

    fn id(&mut self) -> String {
        self.ids += 1;
        format!("{}", self.ids)
    }

    fn connect_at(&mut self, who: &str, topic: &str) -> Seq {
        let record = make::connect_record(who, ACS, MqttVersion::V5, topic);
        self.publish(ACS_TOPIC, topic, &record)
    }

    fn connect(&mut self) -> Seq {
        self.connect_at(CPE, CPE_TOPIC)
    }

    fn disconnect(&mut self, code: u32) -> Seq {
        let record = make::disconnect_record(CPE, ACS, code, "bye");
        self.publish(ACS_TOPIC, CPE_TOPIC, &record)
    }

    fn notify_from(&mut self, who: &str, topic: &str, event: &str, args: &[(&str, &str)]) -> Seq {
        let id = self.id();
        let params = args.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let event = Event { obj_path: "Device.".to_owned(), event_name: event.to_owned(), params };
        let msg = make::notify(&id, "s", false, Notification::Event(event));
        self.publish(ACS_TOPIC, topic, &make::record(who, ACS, &msg))
    }

    fn event(&mut self, event: &str) -> Seq {
        self.notify_from(CPE, CPE_TOPIC, event, &[])
    }

    fn boot(&mut self, cause: &str) -> Seq {
        self.notify_from(CPE, CPE_TOPIC, "Boot!", &[("Cause", cause), ("CommandKey", "k")])
    }

    fn ask(&mut self, id: &str, who: &str, topic: &str, reply: &str) -> Seq {
        let msg = make::get(id, &["Device."]);
        self.publish(topic, reply, &make::record(ACS, who, &msg))
    }

    fn answer(&mut self, id: &str, who: &str, topic: &str, reply: &str) -> Seq {
        self.publish(topic, reply, &make::record(who, ACS, &got(id)))
    }

    /// A Get of `who` at its topic with its answer.
    fn exchange(&mut self, who: &str, topic: &str) {
        let id = self.id();
        self.ask(&id, who, topic, ACS_TOPIC);
        self.answer(&id, who, ACS_TOPIC, topic);
    }

    fn operate(&mut self, command: &str) -> Seq {
        let id = self.id();
        let msg = make::operate(&id, command, "k");
        self.publish(CPE_TOPIC, ACS_TOPIC, &make::record(ACS, CPE, &msg))
    }

    fn see(&mut self) -> Snapshot {
        self.pipeline.snapshot()
    }

    fn info(&mut self, who: &str) -> EndpointInfo {
        let snapshot = self.see();
        snapshot.endpoint_info(number(&snapshot, who)).unwrap().clone()
    }

    fn presence(&mut self) -> Presence {
        Presence::at(&self.info(CPE), Timestamp::from_secs_f64(self.now))
    }

    fn restarts(&mut self) -> Vec<Restart> {
        self.see().restarts().iter_from(0).cloned().collect()
    }

    fn has(&mut self, seq: Seq, code: Code) -> bool {
        let snapshot = self.see();
        let row = snapshot.row(seq).unwrap();
        snapshot.problems_of(row).contains(code)
    }

    fn blind(&mut self) -> Vec<Blind> {
        self.see().visibility().into_iter().map(|spot| spot.what).collect()
    }
}

fn got(id: &str) -> Msg {
    make::response(id, RespType::GetResp(GetResp::default()))
}

fn number(snapshot: &Snapshot, name: &str) -> EndpointId {
    let mut all = (1..snapshot.endpoints_len()).map(|n| EndpointId(n as u32));
    all.find(|&id| snapshot.endpoint_name(id) == name).unwrap()
}

fn secs(secs: f64) -> Timestamp {
    Timestamp::from_secs_f64(secs)
}

#[test]
fn presence_follows_from_what_is_said() {
    let mut net = Net::new();
    net.ask("1", CPE, CPE_TOPIC, ACS_TOPIC);
    assert_eq!(net.presence(), Presence::Unheard);
    let heard = secs(net.now);
    net.connect();
    assert_eq!(net.presence(), Presence::Online { heard });
    net.wait(299.0);
    assert_eq!(net.presence().label(), "online");
    net.wait(2.0);
    assert_eq!(net.presence(), Presence::Stale { heard, limit_nanos: 300_000_000_000 });
    net.event("Something!");
    assert_eq!(net.presence().label(), "online");
    let at = secs(net.now);
    net.disconnect(0);
    assert_eq!(net.presence(), Presence::Offline(Gone::SaidSo { at, code: 0 }));
    net.wait(1000.0);
    assert_eq!(net.presence(), Presence::Offline(Gone::SaidSo { at, code: 0 }));
    let goodbye = net.info(CPE);
    let goodbye = goodbye.goodbye().unwrap();
    assert_eq!((goodbye.at, goodbye.reason.as_str()), (at, "bye"));
}

#[test]
fn a_session_that_ends_is_no_goodbye() {
    for code in [7105, 7106] {
        let mut net = Net::new();
        net.connect();
        net.disconnect(code);
        assert_eq!(net.presence().label(), "online");
        assert!(net.info(CPE).goodbye().is_none());
    }
}

#[test]
fn an_answer_on_its_way_is_no_sign_of_life() {
    let mut net = Net::new();
    net.connect();
    net.ask("1", CPE, CPE_TOPIC, ACS_TOPIC);
    net.disconnect(0);
    net.answer("1", CPE, ACS_TOPIC, CPE_TOPIC);
    assert_eq!(net.presence().label(), "offline");
    net.event("Something!");
    assert_eq!(net.presence().label(), "online");
    net.disconnect(0);
    net.wait(6.0).answer("1", CPE, ACS_TOPIC, CPE_TOPIC);
    assert_eq!(net.presence().label(), "online");
}

#[test]
fn who_never_answers_while_others_do_is_gone() {
    let run = |others: bool, speaks: bool| {
        let mut net = Net::new();
        net.connect();
        net.connect_at("os::00256D-2", "usp/agent/cpe-2");
        let since = secs(net.now);
        for n in 0..3 {
            net.ask(&format!("lost-{n}"), CPE, CPE_TOPIC, ACS_TOPIC);
            net.wait(5.0);
            if others {
                net.exchange("os::00256D-2", "usp/agent/cpe-2");
            }
        }
        if speaks {
            net.event("Something!");
        }
        net.wait(32.0).tick();
        (net, since)
    };
    let (mut net, since) = run(true, false);
    assert_eq!(net.presence(), Presence::Offline(Gone::Unresponsive { since, requests: 3 }));
    assert_eq!(net.info(CPE).traffic.timeouts, 3);
    net.event("Something!");
    assert_eq!(net.presence().label(), "online");
    assert_eq!(run(false, false).0.presence().label(), "online", "nobody answers anything");
    assert_eq!(run(true, true).0.presence().label(), "online", "it spoke meanwhile");
}

#[test]
fn connect_and_boot_are_one_restart_whoever_is_told() {
    let mut net = Net::new();
    let connect = net.connect();
    let other = make::connect_record(CPE, "self::other", MqttVersion::V5, CPE_TOPIC);
    net.publish("usp/controller/other", CPE_TOPIC, &other);
    let boot = net.boot("LocalReboot");
    let event = Event {
        obj_path: "Device.".to_owned(),
        event_name: "Boot!".to_owned(),
        params: [("Cause".to_owned(), "LocalReboot".to_owned())].into(),
    };
    let msg = make::notify("x", "s", false, Notification::Event(event));
    let record = make::record(CPE, "self::other", &msg);
    net.publish("usp/controller/other", CPE_TOPIC, &record);
    let restarts = net.restarts();
    assert_eq!(restarts.len(), 1, "{restarts:?}");
    let restart = &restarts[0];
    assert_eq!((restart.connect, restart.boot), (Some(connect), Some(boot)));
    assert_eq!((restart.at, restart.cause.as_str()), (secs(1000.0), "LocalReboot"));
    let info = net.info(CPE);
    assert_eq!((info.restarts(), info.boot().unwrap().command_key.as_str()), (1, "k"));
    assert_eq!(net.presence().label(), "online", "it may just have been switched on");
    net.wait(200.0).boot("LocalReboot");
    assert_eq!(net.presence().label(), "restarted");
    net.wait(290.0).event("Something!");
    net.wait(20.0);
    assert_eq!(net.presence().label(), "online");
    // Much later, the other way round.
    let boot = net.boot("LocalReboot");
    let connect = net.wait(1.0).connect();
    let restarts = net.restarts();
    assert_eq!(restarts.len(), 3);
    assert_eq!((restarts[2].connect, restarts[2].boot), (Some(connect), Some(boot)));
}

#[test]
fn a_boot_told_again_is_the_same_boot() {
    let mut net = Net::new();
    net.connect();
    let event = Event {
        obj_path: "Device.".to_owned(),
        event_name: "Boot!".to_owned(),
        params: std::collections::BTreeMap::new(),
    };
    let msg = make::notify("b", "s", true, Notification::Event(event));
    let record = make::record(CPE, ACS, &msg);
    for _ in 0..4 {
        net.publish(ACS_TOPIC, CPE_TOPIC, &record);
        net.wait(120.0);
    }
    assert_eq!(net.restarts().len(), 1);
}

#[test]
fn what_was_asked_before_a_restart_is_lost_and_after_it_not() {
    let mut net = Net::new();
    net.connect();
    net.ask("before", CPE, CPE_TOPIC, ACS_TOPIC);
    net.wait(1.0).connect();
    net.ask("between", CPE, CPE_TOPIC, ACS_TOPIC);
    net.boot("RemoteReboot");
    let snapshot = net.see();
    let state = |place| snapshot.exchange(ExchangeId::from_place(place).unwrap()).unwrap().state;
    assert_eq!((state(0), state(1)), (State::Lost, State::Pending));
    assert_eq!(net.restarts().len(), 1);

    let mut net = Net::new();
    net.connect();
    net.ask("1", CPE, CPE_TOPIC, ACS_TOPIC);
    net.disconnect(0);
    net.connect();
    let snapshot = net.see();
    let exchange = snapshot.exchange(ExchangeId::from_place(0).unwrap()).unwrap();
    assert_eq!(exchange.state, State::Pending, "a new connection is no restart");
    assert!(net.restarts().is_empty());
}

#[test]
fn a_restart_asked_for_is_expected_once() {
    let mut net = Net::new();
    net.connect();
    net.operate("Device.Reboot()");
    net.wait(5.0).connect();
    let boot = net.boot("RemoteReboot");
    assert!(!net.has(boot, Code::UnexpectedRestart));
    net.wait(120.0).connect();
    let boot = net.boot("Watchdog");
    assert!(net.has(boot, Code::UnexpectedRestart));
    let expected: Vec<bool> = net.restarts().iter().map(|restart| restart.expected).collect();
    assert_eq!(expected, [true, false]);
    net.wait(120.0).operate("Device.X_Vendor.FactoryReset()");
    net.wait(700.0);
    let boot = net.boot("RemoteFactoryReset");
    assert!(net.has(boot, Code::UnexpectedRestart), "too long ago");
    net.wait(120.0).operate("Device.FactoryReset()");
    let boot = net.wait(1.0).boot("LocalFactoryReset");
    assert!(!net.has(boot, Code::UnexpectedRestart), "asked for, whatever it says");
    let boot = net.wait(120.0).boot("LocalFactoryReset");
    assert!(net.has(boot, Code::UnexpectedRestart), "once");
    // Whoever can't see requests can't tell.
    let mut net = Net::new();
    let boot = net.boot("RemoteReboot");
    assert!(!net.has(boot, Code::UnexpectedRestart));
}

#[test]
fn the_first_boot_of_a_device_is_no_surprise() {
    let mut net = Net::new();
    let boot = net.boot("LocalFactoryReset");
    assert!(!net.has(boot, Code::UnexpectedRestart));
    let boot = net.wait(120.0).boot("LocalReboot");
    assert!(net.has(boot, Code::UnexpectedRestart));
    // By its Connect Record, and something else in between.
    let mut net = Net::new();
    net.connect();
    net.event("X!");
    let boot = net.boot("LocalReboot");
    assert!(!net.has(boot, Code::UnexpectedRestart));
    net.wait(120.0).connect();
    let boot = net.boot("LocalReboot");
    assert!(net.has(boot, Code::UnexpectedRestart));
    // It was there before.
    let mut net = Net::new();
    net.exchange(CPE, CPE_TOPIC);
    let boot = net.boot("LocalReboot");
    assert!(net.has(boot, Code::UnexpectedRestart));
}

#[test]
fn four_connections_within_five_minutes_are_a_loop() {
    let mut net = Net::new();
    let seqs: Vec<Seq> = (0..4).map(|_| net.wait(60.0).connect()).collect();
    let found: Vec<bool> = seqs.iter().map(|&seq| net.has(seq, Code::ReconnectLoop)).collect();
    assert_eq!(found, [false, false, false, true]);
    let calm = net.wait(290.0).connect();
    assert!(!net.has(calm, Code::ReconnectLoop));
}

#[test]
fn twenty_boots_within_a_minute_are_one_storm() {
    let boots = |net: &mut Net, devices: u32, every: f64| -> usize {
        let all: Vec<Seq> = (0..devices)
            .map(|n| {
                let name = format!("os::00256D-{n}");
                net.wait(every).notify_from(&name, "", "Boot!", &[("Cause", "LocalReboot")])
            })
            .collect();
        all.into_iter().filter(|&seq| net.has(seq, Code::BootStorm)).count()
    };
    let mut net = Net::new();
    assert_eq!(boots(&mut net, 19, 0.1), 0);
    assert_eq!(boots(&mut Net::new(), 40, 4.0), 0, "over more than a minute");
    let mut net = Net::new();
    assert_eq!(boots(&mut net, 60, 0.1), 1);
    net.wait(600.0);
    assert_eq!(boots(&mut net, 30, 1.0), 1, "another one");
    let mut net = Net::new();
    let found = (0..40).filter(|_| {
        let boot = net.wait(1.0).boot("LocalReboot");
        net.has(boot, Code::BootStorm)
    });
    assert_eq!(found.count(), 0, "one device only");
}

#[test]
fn silence_is_found_when_its_time_is_over_and_once() {
    let mut net = Net::new();
    net.connect();
    assert!(net.pipeline.is_waiting());
    let before = net.info(CPE).traffic.warnings;
    net.wait(200.0).event("Something!");
    net.wait(299.0).tick();
    assert_eq!(net.info(CPE).traffic.warnings, before);
    net.wait(2.0);
    assert!(net.tick());
    assert_eq!(net.info(CPE).traffic.warnings, before + 1);
    net.wait(5000.0).tick();
    assert_eq!(net.info(CPE).traffic.warnings, before + 1, "once per silence");
    net.event("Something!");
    net.wait(400.0).tick();
    assert_eq!(net.info(CPE).traffic.warnings, before + 2);
    net.event("Something!");
    net.disconnect(0);
    net.wait(400.0).tick();
    assert_eq!(net.info(CPE).traffic.warnings, before + 2, "it said so");
    assert!(!net.pipeline.is_waiting());
}

#[test]
fn the_periodic_event_says_how_long_silence_may_last() {
    let mut net = Net::new();
    net.connect();
    for _ in 0..4 {
        net.event("Periodic!");
        // Told to another Controller as well.
        net.wait(0.1).event("Periodic!");
        net.wait(599.9 - 0.002);
    }
    let periodic = net.info(CPE).periodic_nanos().unwrap();
    assert!((599_000_000_000..601_000_000_000).contains(&periodic), "{periodic}");
    // One is lost: the interval stays.
    net.wait(600.0).event("Periodic!");
    let periodic = net.info(CPE).periodic_nanos().unwrap();
    assert!(periodic < 601_000_000_000, "{periodic}");
    let before = net.info(CPE).traffic.warnings;
    net.wait(1150.0).tick();
    assert_eq!((net.presence().label(), net.info(CPE).traffic.warnings), ("online", before));
    net.wait(100.0).tick();
    assert_eq!((net.presence().label(), net.info(CPE).traffic.warnings), ("stale", before + 1));
    // Faster now: noticed as soon.
    for _ in 0..3 {
        net.wait(150.0).event("Periodic!");
    }
    net.wait(305.0).tick();
    assert_eq!(net.info(CPE).traffic.warnings, before + 2);
}

#[test]
fn silence_does_not_depend_on_who_looks_when() {
    let run = |ticks: bool| {
        let mut net = Net::new();
        for n in 0..50 {
            let name = format!("os::00256D-{n}");
            net.wait(7.0).connect_at(&name, "");
            if ticks {
                for _ in 0..10 {
                    net.tick();
                }
            }
        }
        net.wait(310.0);
        net.connect();
        (0..50).map(|n| net.info(&format!("os::00256D-{n}")).traffic.warnings).collect::<Vec<_>>()
    };
    let all = run(true);
    assert_eq!(all, run(false));
    assert!(all.iter().all(|&n| n >= 1), "{all:?}");
}

#[test]
fn a_reply_topic_that_comes_back_is_two_devices() {
    let mut net = Net::new();
    net.notify_from(CPE, "usp/agent/a", "X!", &[]);
    let moved = net.notify_from(CPE, "usp/agent/b", "X!", &[]);
    assert!(!net.has(moved, Code::TwoResponseTopics), "a change is legal");
    let back = net.wait(10.0).notify_from(CPE, "usp/agent/a", "X!", &[]);
    assert!(net.has(back, Code::TwoResponseTopics));
    net.wait(400.0).notify_from(CPE, "usp/agent/c", "X!", &[]);
    let late = net.wait(400.0).notify_from(CPE, "usp/agent/a", "X!", &[]);
    assert!(!net.has(late, Code::TwoResponseTopics), "long given up");
    // Controllers may have as many as they like.
    for reply in ["r/1", "r/2", "r/1"] {
        let seq = net.ask("1", CPE, CPE_TOPIC, reply);
        assert!(!net.has(seq, Code::TwoResponseTopics));
    }
}

#[test]
fn both_roles_are_told_once() {
    let mut net = Net::new();
    net.connect();
    let get = make::record(CPE, "os::00256D-2", &make::get("1", &["Device."]));
    let first = net.publish("usp/agent/cpe-2", CPE_TOPIC, &get);
    let second = net.publish("usp/agent/cpe-2", CPE_TOPIC, &get);
    assert!(net.has(first, Code::RoleConflict) && !net.has(second, Code::RoleConflict));
    let info = net.info(CPE);
    assert!(info.acts_as_agent() && info.acts_as_controller());
    assert!(!net.info("os::00256D-2").acts_as_controller(), "being asked is no deed");
}

#[test]
fn a_devices_topic_is_known_by_the_best_source() {
    let mut net = Net::new();
    net.ask("1", CPE, "usp/agent/asked", ACS_TOPIC);
    let reach = |net: &mut Net| {
        let info = net.info(CPE);
        let reach = info.reach().unwrap().clone();
        (reach.topic.to_string(), reach.source)
    };
    assert_eq!(reach(&mut net), ("usp/agent/asked".to_owned(), TopicSource::Request));
    net.event("X!");
    assert_eq!(reach(&mut net), (CPE_TOPIC.to_owned(), TopicSource::ResponseTopic));
    net.ask("2", CPE, "usp/agent/asked", ACS_TOPIC);
    assert_eq!(reach(&mut net).0, CPE_TOPIC);
    let record = make::connect_record(CPE, ACS, MqttVersion::V5, "usp/agent/true");
    let seq = net.publish(ACS_TOPIC, CPE_TOPIC, &record);
    assert_eq!(reach(&mut net), ("usp/agent/true".to_owned(), TopicSource::Connect));
    net.event("X!");
    assert_eq!(reach(&mut net).1, TopicSource::Connect);
    let info = net.info(CPE);
    assert_eq!(info.reach().unwrap().seq, seq);
    assert_eq!(info.connect().unwrap().mqtt, Some(MqttVersion::V5));
    let snapshot = net.see();
    assert_eq!(snapshot.client_id(number(&snapshot, CPE)), Some("true"));
}

#[test]
fn an_onboard_request_says_who_it_is() {
    let mut net = Net::with(Layout::configured("usp/agent", "usp/controller"));
    let request = OnBoardRequest {
        oui: "00256D".to_owned(),
        product_class: "Gateway".to_owned(),
        serial_number: "S-77".to_owned(),
        agent_supported_protocol_versions: "1.2,1.3".to_owned(),
    };
    let msg = make::notify("1", "", true, Notification::OnBoardReq(request));
    net.publish(ACS_TOPIC, "", &make::record(CPE, ACS, &msg));
    let info = net.info(CPE);
    assert_eq!(info.supported_versions(), "1.2,1.3");
    assert_eq!(info.version, Some(RecordVersion { major: 1, minor: 4 }));
    let reach = info.reach().unwrap();
    assert_eq!((&*reach.topic, reach.source), ("usp/agent/S-77", TopicSource::OnBoardRequest));
    let snapshot = net.see();
    let id = number(&snapshot, CPE);
    let identity = snapshot.identity(id);
    assert_eq!((identity.product_class.as_str(), identity.serial.as_str()), ("Gateway", "S-77"));
    assert_eq!(snapshot.client_id(id), Some("S-77"));
    net.ask("2", CPE, CPE_TOPIC, ACS_TOPIC);
    assert_eq!(net.info(CPE).reach().unwrap().source, TopicSource::Request, "better than a guess");
}

#[test]
fn identity_comes_from_the_device_and_else_from_its_name() {
    let mut net = Net::new();
    net.event("X!");
    let snapshot = net.see();
    let id = number(&snapshot, CPE);
    let guessed = snapshot.identity(id);
    assert_eq!((guessed.oui.as_str(), guessed.serial.as_str()), ("00256D", "1"));
    let mut endpoints = Endpoints::new(&Budgets::default(), Layout::default());
    let long = "é".repeat(1000);
    endpoints.device_info(id, "SoftwareVersion", &long, secs(5.0));
    endpoints.device_info(id, "ModelName", "M", secs(6.0));
    endpoints.device_info(id, "UpTime", "6", secs(7.0));
    endpoints.device_info(EndpointId::OTHER, "ModelName", "M", secs(6.0));
    let identity = endpoints.infos.get(id.0 as usize).unwrap().identity().unwrap().clone();
    assert_eq!((identity.software.len(), identity.model.as_str()), (128, "M"));
    assert_eq!(identity.at, secs(6.0));
    assert!(endpoints.infos.get(0).unwrap().identity().is_none(), "it is nobody");

    let budgets = Budgets { endpoint_bytes: 10_000, ..Budgets::default() };
    let mut endpoints = Endpoints::new(&budgets, Layout::default());
    for n in 1..1000 {
        endpoints.device_info(EndpointId(n), "ModelName", &long, secs(1.0));
        assert!(endpoints.bytes <= 10_000);
    }
    assert!(endpoints.refused > 900);
}

#[test]
fn supported_versions_come_from_the_answer() {
    let mut net = Net::new();
    let resp = GetSupportedProtocolResp {
        agent_supported_protocol_versions: "1.0,1.1,1.2,1.3".to_owned(),
    };
    let msg = make::response("1", RespType::GetSupportedProtocolResp(resp));
    net.publish(ACS_TOPIC, CPE_TOPIC, &make::record(CPE, ACS, &msg));
    assert_eq!(net.info(CPE).supported_versions(), "1.0,1.1,1.2,1.3");
    assert_eq!(RecordVersion::parse("12.34"), Some(RecordVersion { major: 12, minor: 34 }));
    for bad in ["", "1", "1.", ".3", "1.x", "1.300", "+1.3", "1.3.1"] {
        assert_eq!(RecordVersion::parse(bad), None, "{bad}");
    }
}

#[test]
fn two_devices_at_one_devices_topic() {
    let layout = || Layout::configured("usp/agent", "usp/controller");
    let mut net = Net::with(layout());
    net.connect();
    let twin = net.connect_at("os::00256D-2", CPE_TOPIC);
    assert!(net.has(twin, Code::TopicShared));
    // Learned from three devices with topics of their own.
    let mut net = Net::new();
    for n in 0..4 {
        net.connect_at(&format!("os::00256D-{n}"), &format!("home/{n}"));
    }
    let twin = net.connect_at("os::00256D-9", "home/2");
    assert!(net.has(twin, Code::TopicShared));
    // All at one topic: a layout as good as any.
    let mut net = Net::new();
    for n in 0..4 {
        let seq = net.connect_at(&format!("os::00256D-{n}"), "home/all");
        assert!(!net.has(seq, Code::TopicShared));
    }
    // A device in place of one that has gone.
    let mut net = Net::with(layout());
    net.connect();
    net.wait(1000.0);
    let heir = net.connect_at("os::00256D-2", CPE_TOPIC);
    assert!(!net.has(heir, Code::TopicShared));
}

#[test]
fn a_request_on_another_devices_topic() {
    let mut net = Net::new();
    net.connect();
    net.connect_at("os::00256D-2", "usp/agent/cpe-2");
    let right = net.ask("1", CPE, CPE_TOPIC, ACS_TOPIC);
    let wrong = net.ask("2", CPE, "usp/agent/cpe-2", ACS_TOPIC);
    let again = net.ask("3", CPE, "usp/agent/cpe-2", ACS_TOPIC);
    let nobodys = net.ask("4", CPE, "usp/agent/cpe-3", ACS_TOPIC);
    assert!(!net.has(right, Code::WrongDeviceTopic));
    assert!(net.has(wrong, Code::WrongDeviceTopic) && net.has(again, Code::WrongDeviceTopic));
    assert!(!net.has(nobodys, Code::WrongDeviceTopic));
    // Not known to be elsewhere.
    let stranger = net.ask("5", "os::00256D-5", "usp/agent/cpe-2", ACS_TOPIC);
    assert!(!net.has(stranger, Code::WrongDeviceTopic));
    // One topic for all.
    let mut net = Net::new();
    net.connect_at(CPE, "all");
    net.connect_at("os::00256D-2", "all");
    let fine = net.ask("1", CPE, "all", ACS_TOPIC);
    assert!(!net.has(fine, Code::WrongDeviceTopic));
}

#[test]
fn records_of_the_other_direction() {
    let mut net = Net::new();
    net.connect();
    net.exchange(CPE, CPE_TOPIC);
    net.connect_at("os::00256D-2", "usp/agent/cpe-2");
    let msg = got("9");
    let up = make::record(CPE, ACS, &msg);
    let wrong = net.publish("usp/agent/cpe-2", CPE_TOPIC, &up);
    let right = net.publish(ACS_TOPIC, CPE_TOPIC, &up);
    assert!(net.has(wrong, Code::UnexpectedTopic) && !net.has(right, Code::UnexpectedTopic));
    let wrong = net.ask("10", CPE, ACS_TOPIC, ACS_TOPIC);
    assert!(net.has(wrong, Code::UnexpectedTopic));
    // Everybody at one topic is fine.
    let mut net = Net::new();
    net.publish("all", "all", &make::connect_record(CPE, ACS, MqttVersion::V5, "all"));
    for _ in 0..3 {
        let ask = net.ask("1", CPE, "all", "all");
        let answer = net.answer("1", CPE, "all", "all");
        for seq in [ask, answer] {
            assert!(
                !net.has(seq, Code::UnexpectedTopic) && !net.has(seq, Code::AnswerTopicMismatch)
            );
        }
    }
    let style = net.see().layout().recognised().unwrap().style;
    assert_eq!(style, crate::analysis::layout::Style::OneTopic);
}

#[test]
fn the_profiles_topics_and_those_in_use() {
    let mut net = Net::with(Layout::configured("usp/agent", "usp/controller"));
    net.connect();
    for _ in 0..25 {
        net.exchange(CPE, CPE_TOPIC);
    }
    assert!(net.blind().is_empty());
    let stray = net.publish("elsewhere/acs", CPE_TOPIC, &make::record(CPE, ACS, &got("x")));
    assert!(net.has(stray, Code::UnexpectedTopic));
    // Where the device itself wants to be reached is no wrong place.
    net.connect_at("os::00256D-2", "elsewhere/2");
    let fine = net.ask("y", "os::00256D-2", "elsewhere/2", ACS_TOPIC);
    assert!(!net.has(fine, Code::UnexpectedTopic));

    let mut net = Net::with(Layout::configured("other/agent", "usp/controller"));
    net.connect();
    let all: Vec<Seq> =
        (0..30).map(|n| net.ask(&format!("q{n}"), CPE, CPE_TOPIC, ACS_TOPIC)).collect();
    let told = all.iter().filter(|&&seq| net.has(seq, Code::UnexpectedTopic)).count();
    assert_eq!(told, 1, "a wrong profile is one finding");
    assert_eq!(net.blind(), [Blind::OtherLayout(Direction::ToAgent)]);
    let text = net.see().visibility()[0].text.clone();
    assert!(text.contains("other/agent") && text.contains("usp/agent"), "{text}");
}

#[test]
fn an_answer_goes_where_it_was_asked_for() {
    let mut net = Net::new();
    net.connect();
    net.ask("1", CPE, CPE_TOPIC, ACS_TOPIC);
    let right = net.answer("1", CPE, ACS_TOPIC, CPE_TOPIC);
    assert!(!net.has(right, Code::AnswerTopicMismatch));
    net.ask("2", CPE, CPE_TOPIC, ACS_TOPIC);
    let wrong = net.answer("2", CPE, "usp/controller/old", CPE_TOPIC);
    assert!(net.has(wrong, Code::AnswerTopicMismatch));
    // No reply topic given: anything goes.
    net.ask("3", "os::00256D-3", "usp/agent/cpe-3", "");
    let free = net.answer("3", "os::00256D-3", "usp/controller/old", "");
    assert!(!net.has(free, Code::AnswerTopicMismatch));
    // One for each request.
    for n in 0..5 {
        net.ask(&format!("r{n}"), CPE, CPE_TOPIC, &format!("reply/{n}"));
    }
    let early = net.answer("r0", CPE, "reply/0", CPE_TOPIC);
    assert!(!net.has(early, Code::AnswerTopicMismatch));
    // A Controller answers a device.
    net.event("X!");
    let ack = make::record(ACS, CPE, &make::notify_resp("n", "s"));
    let right = net.publish(CPE_TOPIC, ACS_TOPIC, &ack);
    let wrong = net.publish("usp/agent/nobody", ACS_TOPIC, &ack);
    assert!(!net.has(right, Code::AnswerTopicMismatch));
    assert!(net.has(wrong, Code::AnswerTopicMismatch));
}

#[test]
fn reply_topics_behind_the_topic() {
    let mut net = Net::new();
    let record = make::connect_record(CPE, ACS, MqttVersion::V311, CPE_TOPIC);
    let up = "usp/controller/acs/reply-to=usp%2Fagent%2Fcpe-1";
    let down = "usp/agent/cpe-1/reply-to=usp%2Fcontroller%2Facs";
    net.publish(up, "", &record);
    net.publish(down, "", &make::record(ACS, CPE, &make::get("1", &["Device."])));
    let answer = net.publish(up, "", &make::record(CPE, ACS, &got("1")));
    let snapshot = net.see();
    assert!(snapshot.problems_of(snapshot.row(answer).unwrap()).is_empty());
    let reply = snapshot.reply_topic(snapshot.row(Seq(2)).unwrap());
    assert_eq!(reply.as_deref(), Some(ACS_TOPIC));
    assert_eq!(snapshot.client_id(number(&snapshot, CPE)), Some("cpe-1"));
    let astray = net.publish("usp/controller/x", "", &make::record(CPE, ACS, &got("1")));
    assert!(net.has(astray, Code::AnswerTopicMismatch));
    assert_eq!(net.see().reply_topic(net.see().row(astray).unwrap()), None);
}

#[test]
fn counts_add_up() {
    let mut net = Net::new();
    net.connect();
    net.exchange(CPE, CPE_TOPIC);
    net.ask("r", CPE, CPE_TOPIC, ACS_TOPIC);
    net.ask("r", CPE, CPE_TOPIC, ACS_TOPIC);
    net.event("X!");
    let (acs, cpe) = (net.info(ACS).traffic, net.info(CPE).traffic);
    assert_eq!((acs.requests_sent, acs.requests_received, acs.repeats), (3, 1, 1));
    assert_eq!((acs.answers_sent, acs.answers_received), (0, 1));
    assert_eq!((cpe.requests_sent, cpe.requests_received), (1, 3));
    assert_eq!((cpe.answers_sent, cpe.answers_received), (1, 0));
    net.wait(31.0).tick();
    let (acs, cpe) = (net.info(ACS).traffic, net.info(CPE).traffic);
    assert_eq!(cpe.timeouts, 1);
    // Problems are counted with whom they are told of: the repeat with its sender, the request
    // without an answer with the device.
    let snapshot = net.see();
    for (who, traffic, told) in [(ACS, acs, Code::RequestRepeated), (CPE, cpe, Code::Unanswered)] {
        let of = |level| -> u64 {
            let troubles = snapshot.troubles().of_endpoint(number(&snapshot, who));
            troubles.filter(|t| t.code.level() == level).map(|t| t.count).sum()
        };
        let counts = [traffic.infos, traffic.warnings, traffic.errors].map(u64::from);
        assert_eq!(counts, [Level::Info, Level::Warning, Level::Error].map(of), "{who}");
        let mut troubles = snapshot.troubles().of_endpoint(number(&snapshot, who));
        assert!(troubles.any(|t| (t.code, t.count) == (told, 1)), "{who}");
    }
}

#[test]
fn a_retained_record_proves_nothing() {
    let mut net = Net::new();
    net.retain = true;
    net.connect();
    net.boot("LocalReboot");
    net.retain = false;
    assert!(net.restarts().is_empty() && !net.pipeline.is_waiting());
    assert_eq!(net.see().presence(EndpointId(1), secs(net.now)), Presence::Unheard);
}

#[test]
fn what_cannot_be_seen_is_told_by_what_arrives() {
    // Answers without requests.
    let mut net = Net::new();
    net.connect();
    for n in 0..5 {
        assert!(net.blind().is_empty());
        net.wait(2.0).answer(&format!("{n}"), CPE, ACS_TOPIC, CPE_TOPIC);
    }
    net.wait(2.0).event("X!");
    assert_eq!(net.blind(), [Blind::Requests]);
    net.exchange(CPE, CPE_TOPIC);
    assert!(net.blind().is_empty());
    // The same within a second proves nothing yet.
    let mut net = Net::new();
    for n in 0..9 {
        net.answer(&format!("{n}"), CPE, ACS_TOPIC, CPE_TOPIC);
    }
    assert!(net.blind().is_empty());
    // Requests without answers.
    let mut net = Net::new();
    for n in 0..5 {
        net.wait(3.0).ask(&format!("{n}"), CPE, CPE_TOPIC, ACS_TOPIC);
    }
    assert_eq!(net.blind(), [Blind::Answers]);
    net.event("X!");
    assert!(net.blind().is_empty());
    // Notifies that want acknowledging, and are not repeated.
    let mut net = Net::new();
    for n in 0..6 {
        let event = Notification::Event(Event::default());
        let msg = make::notify(&format!("{n}"), "s", true, event);
        net.wait(3.0).publish(ACS_TOPIC, CPE_TOPIC, &make::record(CPE, ACS, &msg));
    }
    assert_eq!(net.blind(), [Blind::Acknowledgements]);
    net.publish(CPE_TOPIC, ACS_TOPIC, &make::record(ACS, CPE, &make::notify_resp("5", "s")));
    assert!(net.blind().is_empty());
}

#[test]
fn one_controller_may_be_seen_in_one_direction_only() {
    let mut net = Net::new();
    for n in 0..6 {
        net.wait(3.0).exchange(CPE, CPE_TOPIC);
        let answer = make::record(CPE, "self::hidden", &got(&format!("h{n}")));
        net.publish("usp/controller/hidden", CPE_TOPIC, &answer);
        let ask = make::get(&format!("m{n}"), &["Device."]);
        net.publish(CPE_TOPIC, "usp/controller/mute", &make::record("self::mute", CPE, &ask));
    }
    net.wait(20.0).exchange(CPE, CPE_TOPIC);
    let snapshot = net.see();
    let (hidden, mute) = (number(&snapshot, "self::hidden"), number(&snapshot, "self::mute"));
    assert_eq!(net.blind(), [Blind::RequestsOf(hidden), Blind::AnswersTo(mute)]);
    let spots = snapshot.visibility();
    assert!(spots[0].text.contains("self::hidden") && !spots[0].advice.is_empty());
}

#[test]
fn what_is_beyond_the_cap_is_nobody() {
    let budgets = store::Budgets { endpoints: 3, ..store::Budgets::default() };
    let mut net = Net::new();
    net.pipeline = Pipeline::new(budgets, Epoch(1));
    for n in 0..50 {
        let name = format!("os::00256D-{n}");
        net.connect_at(&name, CPE_TOPIC);
        net.notify_from(&name, CPE_TOPIC, "Boot!", &[]);
    }
    let snapshot = net.see();
    assert!(snapshot.endpoint_info(EndpointId::OTHER).is_none());
    assert_eq!(snapshot.restarts().len(), 2, "of the two that are told apart");
    assert_eq!(snapshot.presence(EndpointId::OTHER, secs(0.0)), Presence::Unheard);
    let Some(info) = snapshot.endpoint_info(EndpointId(1)) else { panic!("it is known") };
    assert_eq!(info.restarts(), 1);
}
