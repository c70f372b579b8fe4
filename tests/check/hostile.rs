//! Whatever the other side does, the check ends in time, says something and never panics.

use std::io::{Read as _, Write as _};
use std::time::Duration;

use super::fake;
use super::program::{Report, check};

const SEND: &str = "USP_SCOPE_ALLOW_SEND=true\n";

#[track_caller]
fn fails_somehow(report: &Report) {
    assert!(report.stages.iter().any(|s| s["status"] == "failed"), "{:#?}", report.stages);
    report.ends_within(15);
}

#[test]
fn any_first_bytes_are_survived() {
    for answer in [
        &[0x20][..],
        &[0x20, 0],
        &[0x20, 1, 0],
        &[0x20, 0xff, 0xff, 0xff, 0x7f],
        &[0x20, 0xff, 0xff, 0xff, 0xff, 0xff],
        &[0x20, 5, 0, 0, 0xff, 0xff, 0xff],
        &[0x30, 0xff, 0xff, 0xff, 0x7f, 0, 0],
        &[0x10, 0, 0],
        &[0x00, 0x00, 0x00, 0x00],
        &[0xff; 300],
        &[0x16, 3, 3, 0xff, 0xff],
        "\u{1b}[2J\u{202e}".as_bytes(),
    ] {
        let port = fake::answers(answer);
        fails_somehow(&check(port, ""));
        fails_somehow(&check(port, "MQTT_TLS_ENABLED=true\nMQTT_TLS_VERIFY_PEER=false\n"));
    }
}

#[test]
fn control_characters_do_not_reach_the_terminal() {
    let port = fake::answers(b"220 \x1b[2Jhello\x07\r\n");
    let report = check(port, "");
    report.fails("connect", "not-mqtt", &["a mail or FTP server"]);
    for stage in &report.stages {
        let text = [&stage["detail"], &stage["advice"], &stage["seen"]].map(strings).concat();
        assert!(!text.iter().any(|t| t.contains(char::is_control)), "{stage:#}");
    }
}

fn strings(value: &serde_json::Value) -> Vec<String> {
    match value {
        serde_json::Value::String(text) => vec![text.clone()],
        serde_json::Value::Array(all) => all.iter().flat_map(strings).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn garbage_after_a_good_start_is_survived() {
    for garbage in [
        &[0x90, 0][..],
        &[0x90, 1, 0],
        &[0x90, 0xff, 0xff, 0x7f, 0],
        &[0x36, 5, 0, 1, b'x', 0, 0],
        &[0x30, 1, 0],
        &[0x32, 3, 0, 9, b'x'],
        &[0x60, 1, 0],
        &[0xe0, 0],
        &[0xe0, 3, 0x80, 0xff, 0xff],
        &[0xf0, 0],
        &[0xff; 64],
    ] {
        let port = fake::broker(move |_, m| m.instead_of_suback = Some(garbage.to_vec()));
        fails_somehow(&check(port, ""));
        let port = fake::broker(move |_, m| m.instead_of_puback = Some(garbage.to_vec()));
        fails_somehow(&check(port, SEND));
    }
}

#[test]
fn a_reset_is_a_close() {
    // Closing with bytes unread makes the system send a reset.
    let port = fake::raw(|mut stream| {
        let _ = stream.read(&mut [0; 1]);
    });
    check(port, "").fails("connect", "closed-by-broker", &["without answering"]);
}

#[test]
fn a_byte_a_second_is_waited_for_within_the_limit() {
    let port = fake::mqtt(|_, stream| {
        for byte in [0x20, 3, 0, 0, 0] {
            if stream.write_all(&[byte]).is_err() {
                return;
            }
            std::thread::sleep(Duration::from_secs(1));
        }
    });
    let report = check(port, "");
    report.fails("connect", "timeout", &["within 2 s", "first bytes 20 03"]);
    report.ends_within(8);
    let patient = check(port, "MQTT_CONNECT_TIMEOUT=8\n");
    assert_eq!(patient.stage("connect")["status"], "ok", "{:#?}", patient.stages);
}

#[test]
fn an_endless_stream_of_messages_ends_at_the_limit() {
    // Messages without end instead of SUBACK, then instead of the message asked for.
    let message = || {
        let mut packet = vec![0x30, 0x80 | 0x05, 0x0a];
        packet.extend_from_slice(b"\0\x05usp/x\0");
        packet.resize(3 + 0x505, b'x');
        packet
    };
    for after_suback in [false, true] {
        let port = fake::mqtt(move |level, stream| {
            let _ = stream.write_all(&[0x20, 3, 0, 0, 0]);
            let Some((_, body)) = fake::packet(stream) else { return };
            if after_suback {
                let _ = stream.write_all(&[0x90, 4, body[0], body[1], 0, 0]);
                let _ = fake::packet(stream);
                let _ = stream.write_all(&[0xd0, 0]);
            }
            assert_eq!(level, 5);
            let flood = message().repeat(50);
            while stream.write_all(&flood).is_ok() {}
        });
        let report = check(port, SEND);
        if after_suback {
            report.fails("roundtrip", "not-delivered", &["neither acknowledged nor delivered"]);
        } else {
            report.fails("subscribe", "timeout", &["did not answer the subscription"]);
        }
        report.ends_within(10);
    }
}

#[test]
fn a_listener_that_reads_nothing() {
    let port = fake::raw(|stream| {
        std::thread::sleep(Duration::from_secs(20));
        drop(stream);
    });
    let long = "x".repeat(60_000);
    let report = check(port, &format!("MQTT_AUTH_USERNAME={long}\nMQTT_AUTH_PASSWORD={long}\n"));
    report.fails("connect", "no-answer", &[]);
    report.ends_within(12);
}
