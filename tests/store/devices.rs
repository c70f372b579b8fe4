//! Devices as real captures show them, and a great many of them.

use std::path::Path;

use usp_scope::analysis::endpoints::{Presence, TopicSource};
use usp_scope::analysis::layout::Style;
use usp_scope::analysis::problems::code::Code;
use usp_scope::analysis::{Pipeline, Snapshot};
use usp_scope::capture;
use usp_scope::core::ids::{EndpointId, Epoch, Seq};
use usp_scope::core::time::Timestamp;
use usp_scope::core::wire::{Delivery, Prop, WireBatch};
use usp_scope::store::Budgets;
use usp_scope::usp::generated::usp_record::mqtt_connect_record::MqttVersion;
use usp_scope::usp::make;

fn replay(name: &str) -> Pipeline {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/corpus/captures")
        .join(format!("obuspa-{name}.jsonl"));
    let mut reader = capture::open(&path).unwrap();
    let mut pipeline = Pipeline::new(Budgets::default(), Epoch(1));
    let mut batch = WireBatch::new();
    while reader.read_into(&mut batch).unwrap() {}
    pipeline.apply(&batch);
    pipeline
}

fn number(snapshot: &Snapshot, name: &str) -> EndpointId {
    let mut all = (1..snapshot.endpoints_len()).map(|n| EndpointId(n as u32));
    all.find(|&id| snapshot.endpoint_name(id) == name).unwrap()
}

/// Lines with this problem.
fn lines(snapshot: &Snapshot, code: Code) -> Vec<u64> {
    let rows = snapshot.rows_from(Seq(0));
    rows.filter(|row| snapshot.problems_of(*row).contains(code)).map(|row| row.seq.0).collect()
}

fn later(snapshot: &Snapshot, secs: i64) -> Timestamp {
    Timestamp(snapshot.now().0 + secs * 1_000_000_000)
}

const CODES: [Code; 10] = [
    Code::TwoResponseTopics,
    Code::RoleConflict,
    Code::TopicShared,
    Code::WrongDeviceTopic,
    Code::UnexpectedTopic,
    Code::AnswerTopicMismatch,
    Code::ReconnectLoop,
    Code::BootStorm,
    Code::LostByRestart,
    Code::DeviceSilent,
];

#[test]
fn nothing_is_odd_about_the_ways_messages_took_in_real_traffic() {
    for name in [
        "01-basic",
        "02-notifications",
        "03-errors",
        "04-segmented",
        "05-fleet",
        "06-mqtt311",
        "07-default-topics",
    ] {
        let snapshot = replay(name).snapshot();
        for code in CODES {
            assert_eq!(lines(&snapshot, code), [0u64; 0], "{name} {code:?}");
        }
        assert!(snapshot.visibility().is_empty(), "{name} {:?}", snapshot.visibility());
    }
}

#[test]
fn a_fleet_with_a_silent_death_and_a_reboot() {
    let mut pipeline = replay("05-fleet");
    let snapshot = pipeline.snapshot();
    let device = |n: usize| number(&snapshot, &format!("os::00256D-cpe-000{n}"));
    let end = snapshot.now();
    for n in 1..=4 {
        let id = device(n);
        let info = snapshot.endpoint_info(id).unwrap();
        let reach = info.reach().unwrap();
        assert_eq!(&*reach.topic, format!("usp/agent/cpe-000{n}"));
        assert_eq!(reach.source, TopicSource::Connect);
        assert_eq!(snapshot.client_id(id), Some(format!("cpe-000{n}").as_str()));
        assert_eq!(snapshot.identity(id).serial, format!("cpe-000{n}"));
        assert_eq!(info.restarts(), if n == 2 { 2 } else { 1 });
        let periodic = info.periodic_nanos().unwrap() as f64 / 1e9;
        // Set to 5 s; the agent is up to a second early or late.
        assert!((3.9..6.1).contains(&periodic), "{n} {periodic}");
        assert_eq!(snapshot.presence(id, end).label(), if n == 2 { "restarted" } else { "online" });
        assert_eq!((info.version.unwrap().major, info.version.unwrap().minor), (1, 3));
    }
    let restarts: Vec<_> = snapshot.restarts().iter_from(0).collect();
    assert_eq!(restarts.len(), 5);
    let last = restarts[4];
    assert_eq!((last.device, last.connect, last.boot), (device(2), Some(Seq(88)), Some(Seq(89))));
    assert_eq!((last.cause.as_str(), last.expected), ("RemoteReboot", true));
    assert_eq!(snapshot.endpoint_info(device(2)).unwrap().boot().unwrap().command_key, "rb-1");
    // At first sight a Boot! is no restart, and the later one was asked for.
    assert!(lines(&snapshot, Code::UnexpectedRestart).is_empty());
    assert_eq!(snapshot.layout().recognised().unwrap().style, Style::ClientIds);

    // 0003 died without a word; one request to it times out. A recording shows no more than that.
    let before = snapshot.endpoint_info(device(3)).unwrap().traffic.warnings;
    assert!(pipeline.tick(later(&snapshot, 31)));
    let snapshot = pipeline.snapshot();
    assert_eq!(snapshot.endpoint_info(device(3)).unwrap().traffic.timeouts, 1);
    let dead = snapshot.presence(device(3), later(&snapshot, 295));
    assert!(matches!(dead, Presence::Stale { .. }), "{dead:?}");
    assert_eq!(snapshot.presence(device(4), later(&snapshot, 295)).label(), "online");
    // 8.7 s into the recording it was heard last: five minutes on it is silent, the others not.
    pipeline.tick(Timestamp(end.0 + 296_000_000_000));
    let snapshot = pipeline.snapshot();
    let warned = |n| snapshot.endpoint_info(device(n)).unwrap().traffic.warnings;
    assert_eq!((warned(3), warned(4)), (before + 1, 0));
}

#[test]
fn the_older_mqtt_names_reply_topics_behind_the_topic() {
    let snapshot = replay("06-mqtt311").snapshot();
    let id = number(&snapshot, "os::00256D-dev-311");
    let info = snapshot.endpoint_info(id).unwrap();
    assert_eq!(&*info.reach().unwrap().topic, "usp/agent/dev-311");
    assert_eq!(info.connect().unwrap().mqtt, Some(MqttVersion::V311));
    assert_eq!(snapshot.client_id(id), Some("dev-311"));
    assert_eq!(info.supported_versions(), "1.0,1.1,1.2,1.3");
    let reply = |seq| snapshot.reply_topic(snapshot.row(Seq(seq)).unwrap()).map(String::from);
    assert_eq!(reply(2).as_deref(), Some("usp/agent/dev-311"));
    assert_eq!(reply(3).as_deref(), Some("usp/controller/ctl-1"));
    assert_eq!(reply(21), None);
}

#[test]
fn a_changed_configuration_is_no_restart_and_loses_nothing() {
    let snapshot = replay("07-default-topics").snapshot();
    let id = number(&snapshot, "proto::gw-7");
    let info = snapshot.endpoint_info(id).unwrap();
    assert_eq!(info.goodbye().unwrap().reason, "Configuration Change");
    assert_eq!(info.connect().unwrap().seq, Seq(11));
    assert_eq!(info.restarts(), 1, "the Boot! at the start only");
    assert_eq!(snapshot.presence(id, snapshot.now()).label(), "online");
    let answered = snapshot.row(Seq(12)).unwrap().latency_nanos().unwrap();
    assert!(answered > 0);
    let layout = snapshot.layout().recognised().unwrap();
    assert_eq!((layout.style, layout.agents.as_str()), (Style::AgentDefaults, "/usp/agent"));
    assert_eq!(layout.controllers.as_deref(), Some("/usp/controller"));
    assert_eq!(snapshot.client_id(id), None, "one topic for all devices tells no client id");
}

#[test]
fn a_million_devices_stay_within_the_budget() {
    let budgets = Budgets { endpoints: 20_000, bytes: 4_000_000, ..Budgets::default() };
    let mut pipeline = Pipeline::new(budgets, Epoch(1));
    for chunk in 0..1000 {
        let mut batch = WireBatch::new();
        for n in 0..1000 {
            let n = chunk * 1000 + n;
            let topic = format!("usp/agent/{n}");
            let record =
                make::connect_record(&format!("os::{n}"), "self::acs", MqttVersion::V5, &topic);
            let at = Timestamp(i64::from(n) * 1_000_000);
            batch.push(at, b"usp/controller/acs", &record, Delivery::default(), |p| {
                p.add(Prop::ResponseTopic(topic.as_bytes()));
            });
        }
        pipeline.apply(&batch);
    }
    let snapshot = pipeline.snapshot();
    assert_eq!(snapshot.endpoints_len(), 20_001);
    assert!(snapshot.endpoint_info(EndpointId(20_000)).is_some());
    assert!(snapshot.endpoint_info(EndpointId(20_001)).is_none());
    assert!(snapshot.endpoint_info(EndpointId::OTHER).is_none(), "nobody");
    assert!(snapshot.counters().endpoints_refused > 900_000);
    assert_eq!(snapshot.restarts().len(), 0);
}
