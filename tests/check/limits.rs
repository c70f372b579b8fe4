//! Limits of size, number and time.

use std::net::TcpStream;
use std::time::Duration;

use super::broker::special;
use super::fake;
use super::mosquitto::{Listener, Mosquitto};
use super::program::check;

const SEND: &str = "USP_SCOPE_ALLOW_SEND=true\n";

#[test]
fn a_packet_of_ours_is_too_large() {
    let (_broker, port) = special("\nmax_packet_size 60\n");
    let report = check(port, SEND);
    report.fails("roundtrip", "packet-too-large", &["60 bytes at most", "max_packet_size"]);
    report.says("connect", &["packets of at most 60 bytes", "GetSupportedDM"]);
    // Under 3.1.1 nobody says so beforehand.
    let report = check(port, &format!("{SEND}USP_SCOPE_MQTT_VERSION=3.1.1\n"));
    report.fails("roundtrip", "publish-refused", &["closed the connection", "packet size"]);
}

#[test]
fn a_message_of_theirs_is_too_large() {
    let broker = Mosquitto::start(&[Listener::Anonymous]);
    let port = broker.port(Listener::Anonymous);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("big");
    std::fs::write(&file, vec![b'x'; 200_000]).unwrap();
    let sent = std::process::Command::new("mosquitto_pub")
        .args(["-p", &port.to_string(), "-r", "-q", "1", "-t", "usp/big", "-f"])
        .arg(&file)
        .status();
    assert!(
        sent.is_ok_and(|s| s.success()),
        "mosquitto_pub is needed: apt-get install mosquitto-clients"
    );
    let report = check(port, "USP_SCOPE_MQTT_VERSION=3.1.1\nUSP_SCOPE_MAX_PACKET_BYTES=50000\n");
    report.fails(
        "subscribe",
        "packet-too-large",
        &["200009", "50000", "USP_SCOPE_MAX_PACKET_BYTES"],
    );
    // Within the limit it is passed over, however large.
    let report = check(port, &format!("{SEND}USP_SCOPE_SUBSCRIBE_QOS=1\n"));
    report.is_well("subscribe", &["1 messages until then, 1 of them retained"]);
}

#[test]
fn a_full_broker_hangs_up_before_connack() {
    let (_broker, port) = special("max_connections 1");
    // mosquitto counts a connection once it has accepted it.
    let mut held = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let hello = b"\x10\x0d\0\x04MQTT\x04\x02\0\x3c\0\x01h";
    std::io::Write::write_all(&mut held, hello).unwrap();
    let mut connack = [0; 4];
    std::io::Read::read_exact(&mut held, &mut connack).unwrap();
    let report = check(port, "");
    report.fails("connect", "closed-by-broker", &["without answering", "a full broker", "log"]);
}

#[test]
fn an_unanswered_ping() {
    let port = fake::broker(|_, m| m.pong = false);
    let report = check(port, "");
    report.fails("subscribe", "keep-alive", &["did not answer a ping", "MQTT_KEEP_ALIVE_INTERVAL"]);
    report.ends_within(6);
}

#[test]
fn an_unanswered_subscription() {
    let port = fake::mqtt(|_, stream| {
        let _ = std::io::Write::write_all(stream, &[0x20, 3, 0, 0, 0]);
        std::thread::sleep(Duration::from_secs(20));
    });
    let report = check(port, "");
    report.fails("subscribe", "timeout", &["did not answer the subscription in 2 s"]);
    report.ends_within(6);
}

#[test]
fn a_slow_broker_gets_the_guides_advice() {
    let port = fake::broker(|_, m| m.delay = Duration::from_millis(1_100));
    let report = check(port, "MQTT_CONNECT_TIMEOUT=9\nUSP_SCOPE_ALLOW_SEND=true\n");
    for stage in ["connect", "subscribe", "roundtrip"] {
        report.is_well(stage, &["MQTT_SOCKET_TIMEOUT", "MQTT_KEEP_ALIVE_INTERVAL=10", "QoS 1"]);
    }
}

#[test]
fn the_brokers_own_limits_are_told() {
    let port = fake::broker(|_, m| {
        let properties =
            b"\x12\0\x05given\x13\0\x1e\x21\0\x05\x24\x01\x25\0\x27\0\x00\x40\0\x28\0\x2a\0";
        let body = [&[0, 0, properties.len() as u8][..], properties].concat();
        m.connack = [&[0x20, body.len() as u8], &body[..]].concat();
    });
    check(port, "").is_well(
        "connect",
        &[
            "client id given",
            "packets of at most 16384 bytes",
            "QoS 1 at most",
            "a keep-alive of 30 s",
            "5 unacknowledged messages",
            "no retained messages",
            "no wildcard subscriptions",
            "no shared subscriptions",
        ],
    );
}
