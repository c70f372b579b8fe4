//! The engine from outside: commands in, snapshots and events out.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may fail loudly"
)]

#[path = "support/fake_broker.rs"]
#[allow(dead_code, reason = "shared by several test targets")]
mod fake_broker;
#[path = "support/records.rs"]
#[allow(dead_code, reason = "shared by several test targets")]
mod records;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use fake_broker::{FakeBroker, publish_v5};
use usp_scope::analysis::Snapshot;
use usp_scope::core::ids::EndpointId;
use usp_scope::core::time::SystemClock;
use usp_scope::engine::{EngineCommand, EngineEvent, EngineHandle, EngineOptions, Level};
use usp_scope::mqtt::link::{Cause, LinkState, Probe, RoundTrip};
use usp_scope::profile::model::{Profile, VersionChoice};
use usp_scope::store::Budgets;

const PATIENCE: Duration = Duration::from_secs(60);

fn engine() -> (EngineHandle, Arc<AtomicUsize>) {
    let wakes = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&wakes);
    let engine = EngineHandle::start(EngineOptions {
        clock: SystemClock::shared(),
        budgets: Budgets::default(),
        // Room for all of them: a slow machine takes them from the queue later.
        queue_bytes: 256 * 1024 * 1024,
        waker: Arc::new(move || {
            counted.fetch_add(1, Ordering::SeqCst);
        }),
        handle_interrupt: false,
    });
    (engine.unwrap(), wakes)
}

fn until(engine: &EngineHandle, what: impl Fn(&Snapshot, &LinkState) -> bool) -> Arc<Snapshot> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        engine.clear_wake();
        let (snapshot, link) = (engine.snapshot(), engine.link());
        if what(&snapshot, &link) {
            return snapshot;
        }
        assert!(Instant::now() < deadline, "{link:?} {:?}", snapshot.counters());
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn stream(messages: usize, topics: usize) -> Arc<Vec<u8>> {
    let mut packets = Vec::new();
    for n in 0..messages {
        let (topic, response_topic, payload) = records::fleet_message(n, topics);
        publish_v5(&mut packets, &topic, &response_topic, &payload);
    }
    Arc::new(packets)
}

fn profile(broker: &FakeBroker) -> Arc<Profile> {
    let addr = broker.addr();
    Arc::new(Profile::for_address(&addr.ip().to_string(), addr.port()))
}

#[test]
fn two_hundred_thousand_messages_arrive_and_none_is_dropped() {
    const MESSAGES: u64 = 200_000;
    const TOPICS: usize = 5_000;
    let broker = FakeBroker::serve(stream(MESSAGES as usize, TOPICS));
    let (engine, wakes) = engine();
    engine.send(EngineCommand::Connect(profile(&broker)));
    let snapshot = until(&engine, |s, _| s.counters().received >= MESSAGES);
    let counters = snapshot.counters();
    assert_eq!((counters.received, counters.stored, counters.dropped), (MESSAGES, MESSAGES, 0));
    assert_eq!(counters.malformed, 0);
    // A request topic and an answer topic for each device, and the "other" entry.
    assert_eq!(snapshot.topics_len(), 2 * TOPICS + 1);
    assert_eq!(snapshot.endpoints_len(), TOPICS + 2);
    let answered = (0..snapshot.endpoints_len() as u32)
        .map(|id| snapshot.latency_of(usp_scope::core::ids::EndpointId(id)).count)
        .sum::<u64>();
    assert_eq!(answered, MESSAGES / 2, "every request found its answer");
    let wakes = wakes.load(Ordering::SeqCst);
    assert!(wakes < 20_000, "{wakes} wake-ups for {MESSAGES} messages");
}

#[test]
fn clearing_starts_a_new_epoch_and_reception_goes_on() {
    let broker = FakeBroker::serve(stream(1000, 10));
    let (engine, _) = engine();
    engine.send(EngineCommand::Connect(profile(&broker)));
    let before = until(&engine, |s, _| s.counters().received >= 1000);
    engine.send(EngineCommand::Clear);
    let after = until(&engine, |s, _| s.epoch() != before.epoch());
    assert!(after.is_empty());
    assert_eq!(before.len(), 1000, "what is held is not taken away");
    until(&engine, |_, link| matches!(link, LinkState::Connected { .. }));

    engine.send(EngineCommand::Reconnect);
    let again = until(&engine, |s, _| s.counters().received >= 1000);
    assert_eq!(again.epoch(), after.epoch(), "reconnecting keeps the store");
    engine.send(EngineCommand::Disconnect);
    until(&engine, |s, link| *link == LinkState::Closed && s.len() == 1000);
}

#[test]
fn choosing_whose_data_model_is_shown_does_not_touch_the_connection() {
    let broker = FakeBroker::serve(stream(1000, 10));
    let (engine, _) = engine();
    engine.send(EngineCommand::Connect(profile(&broker)));
    let before = until(&engine, |s, _| s.counters().received >= 1000);
    until(&engine, |_, link| matches!(link, LinkState::Connected { .. }));
    drop(engine.take_events());
    let device = (0..before.endpoints_len() as u32)
        .map(EndpointId)
        .find(|&id| before.endpoint_name(id) == records::agent(3))
        .unwrap();
    assert!(before.shadow(device).is_none());
    engine.send(EngineCommand::Focus(vec![device]));
    let after = until(&engine, |s, _| s.shadow(device).is_some());
    let path = "Device.WiFi.AccessPoint.1.AssociatedDevice.3.Stats.";
    let shadow = after.shadow(device).unwrap();
    assert_eq!(shadow.param(&format!("{path}ErrorsSent")).unwrap().value, "0");
    assert_eq!(shadow.params_of(shadow.object(path).unwrap()).len(), 4);
    assert_eq!((after.epoch(), after.len()), (before.epoch(), 1000));
    engine.send(EngineCommand::Focus(vec![]));
    until(&engine, |s, _| s.shadow(device).is_none());
    assert!(matches!(engine.link(), LinkState::Connected { .. }));
    let changed = |event: &EngineEvent| matches!(event, EngineEvent::Link(_));
    assert!(!engine.take_events().iter().any(changed));
}

#[test]
fn a_refused_connection_is_told_with_its_remedy() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut profile = Profile::for_address("127.0.0.1", port);
    profile.reconnect.enabled = false;
    let (engine, _) = engine();
    engine.send(EngineCommand::Connect(Arc::new(profile)));
    until(&engine, |_, link| matches!(link, LinkState::Failed { .. }));
    let LinkState::Failed { failure } = engine.link() else { panic!("it failed") };
    assert_eq!(failure.cause, Cause::Refused);
    assert!(failure.what.contains(&port.to_string()) && !failure.advice.is_empty());
    let noticed = engine.take_events().into_iter().any(
        |event| matches!(event, EngineEvent::Notice(n) if n.level == Level::Error && n.advice.is_some()),
    );
    assert!(noticed);
}

#[test]
fn a_capture_opens_like_live_traffic() {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/captures/obuspa-05-fleet.jsonl");
    let (engine, _) = engine();
    engine.send(EngineCommand::OpenCapture(path));
    let snapshot = until(&engine, |s, _| s.counters().received == 92);
    assert_eq!(snapshot.counters().stored, 92);

    engine.send(EngineCommand::OpenCapture("no/such.jsonl".into()));
    let deadline = Instant::now() + PATIENCE;
    loop {
        let events = engine.take_events();
        if events.iter().any(|e| matches!(e, EngineEvent::Notice(n) if n.text.contains("no/such")))
        {
            break;
        }
        assert!(Instant::now() < deadline);
        std::thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn dropping_the_handle_ends_the_threads() {
    let broker = FakeBroker::serve(stream(1000, 10));
    let (engine, _) = engine();
    engine.send(EngineCommand::Connect(profile(&broker)));
    until(&engine, |s, _| s.counters().received >= 1000);
    let before = Instant::now();
    drop(engine);
    assert!(before.elapsed() < Duration::from_secs(10));
}

#[test]
fn round_trips_to_the_broker_are_told_apart_from_messages() {
    // The shortest interval the library takes; both versions wait at the same time.
    let versions = [VersionChoice::V5, VersionChoice::V311].map(|version| {
        let broker = FakeBroker::serve(Arc::new(Vec::new()));
        let (engine, _) = engine();
        let profile = Profile {
            version,
            keep_alive: Duration::from_secs(5),
            ..Profile::for_address("127.0.0.1", broker.addr().port())
        };
        engine.send(EngineCommand::Connect(Arc::new(profile)));
        (version, broker, engine)
    });
    for (version, _broker, engine) in &versions {
        let deadline = Instant::now() + PATIENCE;
        let mut trips: Vec<RoundTrip> = Vec::new();
        while trips.len() < 2 {
            assert!(Instant::now() < deadline, "{version:?} {trips:?}");
            std::thread::sleep(Duration::from_millis(5));
            trips.extend(engine.take_events().into_iter().filter_map(|event| match event {
                EngineEvent::RoundTrip(trip) => Some(trip),
                _ => None,
            }));
        }
        let probes: Vec<Probe> = trips.iter().map(|trip| trip.probe).collect();
        assert_eq!(probes, [Probe::Subscribe, Probe::Ping], "{version:?}");
        for trip in &trips {
            assert!(trip.nanos > 0 && trip.nanos < 4_000_000_000, "{trip:?}");
        }
        // The ping was sent an interval after the connection was made, not counted from there.
        let apart = trips[1].at.nanos_since(trips[0].at);
        assert!(apart > 3_000_000_000, "{apart}");
        assert_eq!(engine.snapshot().counters().received, 0);
    }
}
