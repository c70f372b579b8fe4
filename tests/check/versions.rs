//! MQTT 5 and 3.1.1, and every CONNACK code.

use std::io::Write as _;

use super::fake::{self, Manners};
use super::program::check;

/// Speaks one version; the other gets `refusal`.
fn only(level: u8, refusal: &'static [u8]) -> u16 {
    fake::mqtt(move |asked, stream| {
        if asked == level {
            Manners::good(level).serve(level, stream);
        } else {
            let _ = stream.write_all(refusal);
        }
    })
}

#[test]
fn a_broker_without_mqtt_5_is_met_with_3_1_1() {
    // It says so in its own way, in ours, or just hangs up.
    for refusal in [&[0x20, 2, 0, 1][..], &[0x20, 3, 0, 0x84, 0], &[]] {
        let port = only(4, refusal);
        let report = check(port, "");
        report.is_well("connect", &["MQTT 3.1.1", "enable MQTT 5"]);
        let report = check(port, "USP_SCOPE_MQTT_VERSION=5\n");
        report.fails(
            "connect",
            "version-refused",
            &["MQTT 3.1.1 works", "USP_SCOPE_MQTT_VERSION=auto or 3.1.1"],
        );
    }
}

#[test]
fn a_broker_without_3_1_1_is_named_too() {
    let report = check(only(5, &[0x20, 2, 0, 1]), "USP_SCOPE_MQTT_VERSION=3.1.1\n");
    report.fails("connect", "version-refused", &["MQTT 5 works", "auto or 5"]);
}

#[test]
fn neither_version_works() {
    let port = fake::mqtt(|level, stream| {
        let _ =
            stream.write_all(if level == 5 { &[0x20, 3, 0, 0x84, 0] } else { &[0x20, 2, 0, 1] });
    });
    check(port, "").fails("connect", "version-refused", &["does not work either"]);
}

#[test]
fn closed_before_connack() {
    let port = fake::mqtt(|_, _| {});
    check(port, "").fails("connect", "closed-by-broker", &["without answering", "a full broker"]);
}

#[test]
fn every_connack_code_has_its_cause() {
    const LOGIN: &[&str] = &["not authorised", "MQTT_AUTH_USERNAME"];
    for (code, cause, words) in [
        (2, "client-id-refused", &["USP_SCOPE_CLIENT_ID"][..]),
        (3, "busy", &["server unavailable", "max_connections"]),
        (4, "not-authorised", LOGIN),
        (5, "not-authorised", LOGIN),
        (6, "connect-refused", &["unknown reason"]),
    ] {
        let port = fake::mqtt(move |_, stream| {
            let _ = stream.write_all(&[0x20, 2, 0, code]);
        });
        let report = check(port, "USP_SCOPE_MQTT_VERSION=3.1.1\n");
        report.fails("connect", cause, words);
        report.says("connect", &[&format!("CONNACK 0x{code:02X}")]);
    }
    for (code, cause, words) in [
        (0x80, "connect-refused", &["no reason given", "the broker said so"][..]),
        (0x81, "connect-refused", &["malformed packet"]),
        (0x82, "connect-refused", &["protocol error"]),
        (0x83, "connect-refused", &["no reason given"]),
        (0x85, "client-id-refused", &["client identifier not valid"]),
        (0x86, "not-authorised", LOGIN),
        (0x87, "not-authorised", LOGIN),
        (0x88, "busy", &["server unavailable"]),
        (0x89, "busy", &["server busy"]),
        (0x8a, "banned", &["banned", "operator"]),
        (0x8c, "banned", &["bad authentication method"]),
        (0x90, "connect-refused", &["topic name invalid"]),
        (0x95, "packet-too-large", &["max_packet_size"]),
        (0x97, "quota-exceeded", &["quota exceeded"]),
        (0x9c, "moved", &["use another server", "server reference other.example"]),
        (0x9d, "moved", &["server moved", "MQTT_HOST"]),
        (0x9f, "busy", &["connection rate exceeded"]),
        (0xff, "connect-refused", &["unknown reason"]),
    ] {
        let port = fake::mqtt(move |_, stream| {
            let properties = b"\x1f\0\x12the broker said so\x1c\0\x0dother.example";
            let body = [&[0, code, properties.len() as u8][..], properties].concat();
            let _ = stream.write_all(&[&[0x20, body.len() as u8], &body[..]].concat());
        });
        let report = check(port, "");
        report.fails("connect", cause, words);
        report.says("connect", &[&format!("CONNACK 0x{code:02X}"), "the broker said so"]);
    }
}
