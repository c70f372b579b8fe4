//! Acting as the ACS, which only a profile that asks for it does: its id, its session, its will.

use std::num::NonZeroU32;
use std::time::Duration;

use usp_scope::mqtt::link::{LinkState, MqttVersion};
use usp_scope::profile::identity::{AcsSession, ClientId, Identity, Will};
use usp_scope::profile::model::{Profile, VersionChoice};

use crate::Publisher;
use crate::mosquitto::{Listener, Mosquitto};
use crate::session::{LIMIT, Session, once, profile};

const VERSIONS: [VersionChoice; 2] = [VersionChoice::V5, VersionChoice::V311];

fn kept() -> AcsSession {
    AcsSession::Kept { expiry_secs: NonZeroU32::new(600).unwrap() }
}

fn acting(port: u16, version: VersionChoice, session: AcsSession, will: Option<Will>) -> Profile {
    let client_id = ClientId::new("acs-1").unwrap();
    Profile {
        identity: Identity::Acs { client_id, session, will },
        version,
        subscribe_qos: 1,
        ..profile(port)
    }
}

/// A profile as its file says it, on this port.
fn from_file(port: u16, text: &str) -> Profile {
    let text = format!("MQTT_HOST=127.0.0.1\nMQTT_PORT={port}\n{text}");
    let path = std::path::Path::new("acs.env");
    usp_scope::profile::read::parse(text.as_bytes(), path, &|_| None).unwrap().profile
}

#[test]
fn a_kept_session_brings_what_was_missed() {
    let broker = Mosquitto::start(&[Listener::Anonymous]);
    let port = broker.port(Listener::Anonymous);
    for version in VERSIONS {
        let mut first = Session::start(acting(port, version, kept(), None));
        first.connected();
        assert_eq!(first.stop(), LinkState::Closed);
        Publisher::new(port).publish("usp/agent/missed", b"while away");
        let mut second = Session::start(acting(port, version, kept(), None));
        second.connected();
        let messages = second.messages(1);
        assert_eq!(messages[0].topic, "usp/agent/missed", "{version:?}");
        assert_eq!(second.stop(), LinkState::Closed);

        // A clean session brings nothing, and ends the kept one.
        Publisher::new(port).publish("usp/agent/forgotten", b"while away");
        let mut clean = Session::start(acting(port, version, AcsSession::Clean, None));
        clean.connected();
        Publisher::new(port).publish("usp/agent/now", b"here");
        assert_eq!(clean.messages(1)[0].topic, "usp/agent/now", "{version:?}");
        assert_eq!(clean.stop(), LinkState::Closed);
    }
}

#[test]
fn the_will_is_the_brokers_to_publish_when_the_connection_breaks() {
    let broker = Mosquitto::start(&[Listener::Anonymous]);
    let port = broker.port(Listener::Anonymous);
    for version in VERSIONS {
        let mut watcher = Session::start(Profile {
            subscribe: vec!["acs/#".to_owned()],
            subscribe_qos: 1,
            ..profile(port)
        });
        watcher.connected();
        let will = Will::new("acs/status", "offline", 1, false).unwrap();
        // A clean end is no reason for a will.
        let acs = acting(port, version, AcsSession::Clean, Some(will));
        let mut ended = Session::start(acs.clone());
        ended.connected();
        assert_eq!(ended.stop(), LinkState::Closed);
        Publisher::new(port).publish("acs/marker", b"");
        assert_eq!(watcher.messages(1)[0].topic, "acs/marker", "{version:?}");

        // Another client with the same id makes the broker break the connection.
        let mut broken = Session::start(once(acs));
        broken.connected();
        let mut thief = Session::start(acting(port, version, AcsSession::Clean, None));
        thief.connected();
        let messages = watcher.messages(1);
        assert_eq!(
            (messages[0].topic.as_str(), messages[0].payload.as_slice()),
            ("acs/status", &b"offline"[..]),
            "{version:?}"
        );
        assert_eq!(messages[0].delivery.qos, 1);
    }
}

#[test]
fn a_monitor_never_takes_the_acs_off_the_broker() {
    let broker = Mosquitto::start(&[Listener::Anonymous]);
    let port = broker.port(Listener::Anonymous);
    let text = "MQTT_CLIENT_ID=acs-1\nMQTT_CLEAN_SESSION=false\nMQTT_LAST_WILL_TOPIC=acs/status\n\
                MQTT_LAST_WILL_MESSAGE=offline\nMQTT_LAST_WILL_RETAIN=true\n\
                USP_SCOPE_SUBSCRIBE='usp/#,acs/#'\n";
    let mut acs = Session::start(acting(port, VersionChoice::V311, kept(), None));
    acs.connected();
    for version in ["5", "3.1.1"] {
        let mut monitor =
            Session::start(from_file(port, &format!("{text}USP_SCOPE_MQTT_VERSION={version}\n")));
        monitor.connected();
        let id = match monitor.states.last() {
            Some(LinkState::Connected { client_id, .. }) => client_id.clone(),
            other => panic!("not connected: {other:?}"),
        };
        assert!(id.starts_with("acs-1-scope-"), "{id}");
        assert_eq!(monitor.stop(), LinkState::Closed);
    }
    // The ACS is still there, on its first connection.
    Publisher::new(port).publish("usp/agent/x", b"1");
    assert_eq!(acs.messages(1)[0].topic, "usp/agent/x");
    assert_eq!(acs.states.len(), 2, "{:?}", acs.states);
    // Neither will nor session was asked for.
    let log = broker.log();
    assert!(!log.contains("acs/status (QoS") && !log.contains("Will message specified"), "{log}");
    assert_eq!(log.matches("as acs-1 (").count(), 1, "{log}");
    assert_eq!(acs.stop(), LinkState::Closed);
}

#[test]
fn a_file_that_asks_for_it_is_the_acs() {
    let broker = Mosquitto::start(&[Listener::Anonymous]);
    let port = broker.port(Listener::Anonymous);
    let text = "MQTT_CLIENT_ID=acs-1\nMQTT_CLEAN_SESSION=false\nUSP_SCOPE_ACT_AS_ACS=true\n\
                USP_SCOPE_SUBSCRIBE_QOS=1\nMQTT_LAST_WILL_TOPIC=acs/status\n\
                MQTT_LAST_WILL_MESSAGE=offline\nMQTT_LAST_WILL_QUALITY_OF_SERVICE=1\n";
    for (version, wanted) in [("5", MqttVersion::V5), ("3.1.1", MqttVersion::V311)] {
        let profile = from_file(port, &format!("{text}USP_SCOPE_MQTT_VERSION={version}\n"));
        let mut session = Session::start(profile);
        assert_eq!(session.connected().0, wanted);
        assert_eq!(session.stop(), LinkState::Closed);
    }
    let deadline = std::time::Instant::now() + LIMIT;
    while broker.log().matches("Will message specified").count() < 2 {
        assert!(std::time::Instant::now() < deadline, "{}", broker.log());
        std::thread::sleep(Duration::from_millis(20));
    }
    let log = broker.log();
    // c0: no clean session.
    assert_eq!(log.matches("as acs-1 (p5, c0").count(), 1, "{log}");
    assert_eq!(log.matches("as acs-1 (p2, c0").count(), 1, "{log}");
}

#[test]
fn an_acs_that_comes_back_is_not_fought_for_ever() {
    let broker = Mosquitto::start(&[Listener::Anonymous]);
    let port = broker.port(Listener::Anonymous);
    // Both come back whenever they are thrown off; one of them acts as the other.
    let mut real = Session::start(Profile {
        identity: Identity::Monitor { client_id: ClientId::new("acs-1").unwrap() },
        ..profile(port)
    });
    real.connected();
    let mut acting = Session::start(acting(port, VersionChoice::V5, AcsSession::Clean, None));
    acting.until("giving up", |s| matches!(s.states.last(), Some(LinkState::Failed { .. })));
    let ups = acting.states.iter().filter(|s| matches!(s, LinkState::Connected { .. })).count();
    assert_eq!(ups, 3, "{:#?}", acting.states);
    let Some(LinkState::Failed { failure }) = acting.states.last() else { unreachable!() };
    assert!(failure.advice.contains("the client id acs-1"), "{failure:?}");
    real.until("peace", |s| matches!(s.states.last(), Some(LinkState::Connected { .. })));
}
