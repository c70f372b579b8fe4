//! Before MQTT: names, TCP, ports of the wrong kind.

use std::io::Write as _;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use super::fake;
use super::mosquitto::{Listener, Mosquitto, free_port};
use super::program::{check, check_env};

#[test]
fn refused() {
    let port = free_port();
    let report = check(port, "");
    report.fails("tcp", "refused", &["refused", &port.to_string(), "systemctl", "MQTT_PORT"]);
    report.is_not_slow();
}

#[test]
fn no_such_host() {
    let report = check_env("MQTT_HOST=no-such-host.invalid\nMQTT_CONNECT_TIMEOUT=5\n");
    report.fails("dns", "no-such-host", &["No such host", "no-such-host.invalid", "spelling"]);
}

#[test]
fn filtered_packets_end_at_the_limit() {
    // A listener that nobody serves takes connections until its queue is full; from then on
    // the system drops packets, as a firewall does.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address: SocketAddr = listener.local_addr().unwrap();
    let mut held = Vec::new();
    while let Ok(stream) = TcpStream::connect_timeout(&address, Duration::from_millis(300)) {
        held.push(stream);
        assert!(held.len() < 20_000, "the queue never fills");
    }
    let report = check(address.port(), "");
    report.fails("tcp", "timeout", &["Timeout", "did not answer", "firewall"]);
    report.ends_within(6);
}

#[test]
fn accepts_and_stays_mute() {
    let port = fake::raw(|stream| {
        std::thread::sleep(Duration::from_secs(30));
        drop(stream);
    });
    let report = check(port, "");
    report.fails("connect", "no-answer", &["did not say a word within 2 s", "overloaded"]);
    report.ends_within(10);
    let report = check(port, "MQTT_TLS_ENABLED=true\nMQTT_TLS_VERIFY_PEER=false\n");
    report.fails("tls", "timeout", &["within 2 s"]);
    report.ends_within(8);
}

#[test]
fn an_http_server_is_named() {
    let port = fake::answers(b"HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n<html>");
    let report = check(port, "");
    report.fails("connect", "not-mqtt", &["HTTP/1.1 400 Bad Request", "MQTT_PORT", "48 54 54 50"]);
    let report = check(port, "MQTT_TLS_ENABLED=true\nMQTT_TLS_VERIFY_PEER=false\n");
    report.fails("tls", "not-mqtt", &["HTTP/1.1 400 Bad Request"]);

    // One that waits for the end of a line before it says anything.
    let patient = fake::raw(|mut stream| {
        let mut line = Vec::new();
        let mut byte = [0];
        while std::io::Read::read(&mut stream, &mut byte).is_ok_and(|n| n > 0) {
            line.push(byte[0]);
            if line.ends_with(b"\r\n") {
                let _ = stream.write_all(b"HTTP/1.0 200 OK\r\n\r\n");
                return fake::linger(stream);
            }
        }
    });
    check(patient, "").fails("connect", "not-mqtt", &["an HTTP server", "HTTP/1.0 200 OK"]);
}

#[test]
fn whoever_speaks_first_is_no_broker() {
    let port = fake::raw(|mut stream| {
        let _ = stream.write_all(b"SSH-2.0-Fake_1.0\r\n");
        fake::linger(stream);
    });
    check(port, "").fails("connect", "not-mqtt", &["an SSH server", "SSH-2.0-Fake_1.0"]);
}

#[test]
fn tls_to_a_plain_port_and_the_reverse_are_confirmed() {
    let broker = Mosquitto::start(&[Listener::Anonymous, Listener::Tls]);
    let report = check(
        broker.port(Listener::Anonymous),
        "MQTT_TLS_ENABLED=true\nMQTT_TLS_VERIFY_PEER=false\nMQTT_TLS_VERIFY_PEER_NAME=false\n",
    );
    report.fails("tls", "not-tls", &["MQTT_TLS_ENABLED=false", "answered by a CONNACK"]);

    let report = check(broker.port(Listener::Tls), "");
    report.fails("connect", "tls-expected", &["expects TLS", "MQTT_TLS_ENABLED=true"]);

    // A TLS server that answers plain bytes with an alert.
    let alert = fake::answers(&[0x15, 3, 3, 0, 2, 2, 70]);
    check(alert, "").fails("connect", "tls-expected", &["a TLS record", "15 03 03", "a TLS alert"]);
}

#[test]
fn a_profile_that_cannot_be_read() {
    let report = check_env("MQTT_HOST=\n");
    report.fails("profile", "profile", &["MQTT_HOST", "line 1"]);
    let report = check(1, "USP_SCOPE_SUBSCRIBE=\"usp/#/x\"\n");
    assert_eq!(report.stage("profile")["status"], "failed", "{:#?}", report.stages);
}

impl super::program::Report {
    #[track_caller]
    pub fn ends_within(&self, seconds: u64) {
        assert!(self.took < Duration::from_secs(seconds), "it took {:?}", self.took);
    }

    #[track_caller]
    fn is_not_slow(&self) {
        self.ends_within(5);
    }
}
