//! The same diagnosis through the engine, beside a live connection; and a live connection that
//! fails says what the diagnosis says.

use std::sync::Arc;
use std::time::{Duration, Instant};

use usp_scope::core::time::SystemClock;
use usp_scope::engine::{EngineCommand, EngineEvent, EngineHandle, EngineOptions, QUEUE_BYTES};
use usp_scope::mqtt::diagnose::{Outcome, Progress, Stage, StageReport};
use usp_scope::mqtt::link::{Cause, Failure, LinkState};
use usp_scope::profile::identity::{ClientId, Identity};
use usp_scope::profile::model::{Profile, Reconnect};
use usp_scope::store::Budgets;

use super::fake;
use super::mosquitto::{Listener, Mosquitto, free_port};
use super::program::check;

const PATIENCE: Duration = Duration::from_secs(60);

fn engine() -> EngineHandle {
    EngineHandle::start(EngineOptions {
        clock: SystemClock::shared(),
        budgets: Budgets::default(),
        queue_bytes: QUEUE_BYTES,
        waker: Arc::new(|| {}),
        handle_interrupt: false,
    })
    .unwrap()
}

fn profile(port: u16) -> Profile {
    Profile {
        // As if from a file, so that the advice names its variables.
        path: Some("check.env".into()),
        connect_timeout: Duration::from_secs(2),
        reconnect: Reconnect {
            delay: Duration::from_millis(50),
            max_delay: Duration::from_millis(50),
            ..Reconnect::default()
        },
        ..Profile::for_address("127.0.0.1", port)
    }
}

fn mute() -> u16 {
    fake::raw(|stream| {
        std::thread::sleep(Duration::from_secs(60));
        drop(stream);
    })
}

/// Takes events until `done`.
#[track_caller]
fn until(engine: &EngineHandle, mut done: impl FnMut(&EngineEvent) -> bool) -> Vec<EngineEvent> {
    let started = Instant::now();
    let mut all = Vec::new();
    loop {
        for event in engine.take_events() {
            let end = done(&event);
            all.push(event);
            if end {
                return all;
            }
        }
        assert!(started.elapsed() < PATIENCE, "{all:#?}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

#[track_caller]
fn until_done(engine: &EngineHandle) -> Vec<EngineEvent> {
    until(engine, |event| *event == EngineEvent::CheckDone)
}

fn finished(events: &[EngineEvent]) -> Vec<&StageReport> {
    events
        .iter()
        .filter_map(|event| match event {
            EngineEvent::Check(Progress::Finished(report)) => Some(report),
            _ => None,
        })
        .collect()
}

fn is_started(event: &EngineEvent, stage: Stage) -> bool {
    *event == EngineEvent::Check(Progress::Started(stage))
}

#[test]
fn a_check_runs_beside_the_live_connection() {
    let broker = Mosquitto::start(&[Listener::Anonymous]);
    let live = Arc::new(profile(broker.port(Listener::Anonymous)));
    let engine = engine();
    engine.send(EngineCommand::Connect(live.clone()));
    until(&engine, |e| matches!(e, EngineEvent::Link(LinkState::Connected { .. })));
    engine.send(EngineCommand::Check(live));
    let events = until_done(&engine);
    let reports = finished(&events);
    assert_eq!(reports.iter().map(|r| r.stage).collect::<Vec<_>>(), Stage::ALL);
    assert!(!reports.iter().any(|r| matches!(r.outcome, Outcome::Failed(_))), "{reports:#?}");
    assert!(!events.iter().any(|e| matches!(e, EngineEvent::Link(_))), "the connection stays");
    assert!(matches!(engine.link(), LinkState::Connected { .. }));
    // A stage begins before it ends.
    let begun = events.iter().position(|e| is_started(e, Stage::Connect)).unwrap();
    let ended = events
        .iter()
        .position(
            |e| matches!(e, EngineEvent::Check(Progress::Finished(r)) if r.stage == Stage::Connect),
        )
        .unwrap();
    assert!(begun < ended);
}

#[test]
fn a_second_check_replaces_the_first() {
    let broker = Mosquitto::start(&[Listener::Anonymous]);
    let engine = engine();
    let slow = Profile { connect_timeout: PATIENCE, ..profile(mute()) };
    engine.send(EngineCommand::Check(Arc::new(slow)));
    until(&engine, |e| is_started(e, Stage::Connect));
    engine.send(EngineCommand::Check(Arc::new(profile(broker.port(Listener::Anonymous)))));
    let events = until_done(&engine);
    assert_eq!(finished(&events).len(), Stage::ALL.len(), "{events:#?}");
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(engine.take_events(), [], "nothing more of the first");
}

#[test]
fn a_cancelled_check_ends_at_once_with_what_is_known() {
    let engine = engine();
    let slow = Profile { connect_timeout: PATIENCE, ..profile(mute()) };
    engine.send(EngineCommand::Check(Arc::new(slow)));
    let mut events = until(&engine, |e| is_started(e, Stage::Connect));
    let before = Instant::now();
    engine.send(EngineCommand::CancelCheck);
    events.extend(until_done(&engine));
    assert!(before.elapsed() < Duration::from_secs(10));
    let reports = finished(&events);
    assert_eq!(reports.len(), Stage::ALL.len());
    assert!(reports.iter().skip(4).all(|r| r.outcome == Outcome::Skipped), "{reports:#?}");
    // Nothing to cancel is nothing to say.
    engine.send(EngineCommand::CancelCheck);
    let before = Instant::now();
    drop(engine);
    assert!(before.elapsed() < Duration::from_secs(10));
}

/// What the live connection says when it first fails.
#[track_caller]
fn live_failure(profile: Profile) -> Failure {
    let engine = engine();
    engine.send(EngineCommand::Connect(Arc::new(profile)));
    let events = until(&engine, |e| {
        matches!(e, EngineEvent::Link(LinkState::Waiting { .. } | LinkState::Failed { .. }))
    });
    match events.last() {
        Some(EngineEvent::Link(
            LinkState::Waiting { failure, .. } | LinkState::Failed { failure },
        )) => failure.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_live_connection_that_fails_says_the_same() {
    let broker = Mosquitto::start(&[Listener::Password]);
    let refusing = |code: u8| {
        fake::mqtt(move |level, stream| {
            let connack = [0x20, 3, 0, code, 0];
            let bytes = if level == 5 { &connack[..] } else { &[0x20, 2, 0, 3] };
            let _ = std::io::Write::write_all(stream, bytes);
        })
    };
    for (port, stage) in [
        (free_port(), "tcp"),
        (broker.port(Listener::Password), "connect"),
        (refusing(0x85), "connect"),
        (refusing(0x89), "connect"),
        (refusing(0x8a), "connect"),
        (refusing(0x97), "connect"),
        (refusing(0x9d), "connect"),
        (fake::broker(|_, m| m.suback = vec![0x87]), "subscribe"),
        (fake::broker(|_, m| m.instead_of_suback = Some(vec![0xe0, 2, 0x8b, 0])), "subscribe"),
    ] {
        // The client ids differ by design, so this profile has one of its own.
        let live = live_failure(Profile { identity: identity("x"), ..profile(port) });
        let report = check(port, "USP_SCOPE_CLIENT_ID=x\n");
        let stage = report.stage(stage);
        assert_eq!(stage["cause"], live.cause.code(), "{live:?} {stage:#}");
        assert_eq!(stage["detail"], live.what, "{stage:#}");
        assert_eq!(stage["advice"][0], live.advice, "{stage:#}");
        for further in live.cause.remedies() {
            assert!(stage["advice"].as_array().unwrap().iter().any(|a| a == further), "{stage:#}");
        }
    }
}

fn identity(id: &str) -> Identity {
    Identity::Monitor { client_id: ClientId::new(id).unwrap() }
}

#[test]
fn two_programs_with_one_client_id_are_named() {
    let broker = Mosquitto::start(&[Listener::Anonymous]);
    let same = Profile { identity: identity("twins"), ..profile(broker.port(Listener::Anonymous)) };
    let (one, two) = (engine(), engine());
    one.send(EngineCommand::Connect(Arc::new(same.clone())));
    until(&one, |e| matches!(e, EngineEvent::Link(LinkState::Connected { .. })));
    two.send(EngineCommand::Connect(Arc::new(same)));
    let mut told = None;
    until(&one, |event| {
        if let EngineEvent::Link(LinkState::Waiting { failure, .. }) = event {
            told = Some(failure.clone());
        }
        told.as_ref().is_some_and(|failure| failure.cause == Cause::TakenOver)
    });
    let advice = told.unwrap().advice;
    assert!(advice.contains("twins") && advice.contains("USP_SCOPE_CLIENT_ID"), "{advice}");
}
