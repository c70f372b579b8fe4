//! Causes, and what the sentences must name.

use std::io;
use std::sync::Arc;

use rustls::pki_types::{ServerName, UnixTime};
use rustls::{AlertDescription, CertificateError, Error as RustlsError, OtherError};

use super::*;
use crate::core::secret::Secret;
use crate::mqtt::fault::{Finding, Refusal, TlsFault};
use crate::profile::model::TlsSettings;

fn profile(port: u16, tls: bool) -> Profile {
    Profile {
        path: Some("acs.env".into()),
        username: Some("ops".to_owned()),
        password: Some(Secret::new("CANARY")),
        tls: tls.then(TlsSettings::default),
        ..Profile::for_address("broker.example", port)
    }
}

fn explained(fault: &Fault, port: u16, tls: bool) -> Explained {
    explain(fault, &profile(port, tls), Stage::Connecting, None, 0)
}

#[track_caller]
fn check(fault: Fault, port: u16, tls: bool, cause: Cause, permanent: bool, words: &[&str]) {
    let got = explained(&fault, port, tls);
    let Failure { cause: got_cause, what, advice } = &got.failure;
    assert_eq!((*got_cause, got.permanent), (cause, permanent), "{what} {advice}");
    for word in words {
        assert!(what.contains(word) || advice.contains(word), "{word}: {what} | {advice}");
    }
    for sentence in [what, advice] {
        assert!(sentence.ends_with('.') && !sentence.contains("  "), "{sentence}");
        assert!(!sentence.contains("CANARY"));
    }
}

fn cert(error: CertificateError) -> Fault {
    Fault::Tls(TlsFault::Rustls(RustlsError::InvalidCertificate(error)))
}

#[test]
fn a_refusal_on_this_machine_blames_neither_firewall_nor_variables() {
    let fault = Fault::Tcp(io::ErrorKind::ConnectionRefused.into());
    let profile = Profile::for_address("127.0.0.1", 18_998);
    let advice = explain(&fault, &profile, Stage::Connecting, None, 0).failure.advice;
    assert!(advice.contains("host and port"), "{advice}");
    assert!(!advice.contains("ufw") && !advice.contains("MQTT_HOST"), "{advice}");
}

#[test]
fn the_troubleshooting_table() {
    let refused = Fault::Tcp(io::ErrorKind::ConnectionRefused.into());
    check(
        refused,
        1883,
        false,
        Cause::Refused,
        false,
        &["broker.example:1883", "systemctl status mosquitto", "ufw allow", "MQTT_PORT"],
    );
    let lookup = Fault::Lookup(io::Error::other("failed to lookup"));
    check(lookup, 1, false, Cause::NoSuchHost, false, &["broker.example", "MQTT_HOST"]);
    check(Fault::Timeout, 1, false, Cause::Timeout, false, &["60 s", "MQTT_CONNECT_TIMEOUT"]);
    let unreachable = Fault::Tcp(io::ErrorKind::NetworkUnreachable.into());
    check(unreachable, 1, false, Cause::Unreachable, false, &["VPN"]);
    check(
        Fault::Refused(Refusal::Login),
        1,
        false,
        Cause::NotAuthorized,
        true,
        &["user ops", "MQTT_AUTH_PASSWORD", "mosquitto_pub"],
    );
    check(Fault::Refused(Refusal::Version), 1, false, Cause::VersionRefused, true, &["auto"]);
    check(
        Fault::Refused(Refusal::ClientId),
        1,
        false,
        Cause::ClientIdRefused,
        true,
        &["USP_SCOPE_CLIENT_ID"],
    );
    check(
        Fault::Refused(Refusal::Busy("server busy")),
        1,
        false,
        Cause::Busy,
        false,
        &["server busy"],
    );
    check(
        Fault::TooLarge(20_000),
        1,
        false,
        Cause::PacketTooLarge,
        false,
        &["20000", "USP_SCOPE_MAX_PACKET_BYTES"],
    );
    check(Fault::NoPong, 1, false, Cause::KeepAlive, false, &["MQTT_KEEP_ALIVE_INTERVAL"]);
}

#[test]
fn plain_and_tls_mixed_up() {
    check(
        Fault::Closed,
        8883,
        false,
        Cause::TlsExpected,
        false,
        &["8883", "MQTT_TLS_ENABLED=true"],
    );
    check(Fault::Closed, 1884, false, Cause::ClosedByBroker, false, &["MQTT_TLS_ENABLED=true"]);
    let reset = || Fault::from_handshake(io::ErrorKind::ConnectionReset.into());
    check(reset(), 1883, true, Cause::NotTls, false, &["Port 1883", "MQTT_TLS_ENABLED=false"]);
    check(reset(), 9999, true, Cause::NotTls, false, &["may speak", "8883"]);
}

#[test]
fn certificates() {
    let time = UnixTime::since_unix_epoch(std::time::Duration::from_secs(1_700_000_000));
    let expired = CertificateError::ExpiredContext { time, not_after: time };
    check(cert(expired), 8883, true, Cause::Expired, true, &["2023-11-14", "clock"]);
    let early = CertificateError::NotValidYetContext { time, not_before: time };
    check(cert(early), 8883, true, Cause::NotYetValid, true, &["only from 2023-11-14"]);
    check(
        cert(CertificateError::UnknownIssuer),
        8883,
        true,
        Cause::UnknownCa,
        true,
        &["unknown CA", "MQTT_TLS_CA_FILE", "openssl x509"],
    );
    if let Ok(expected) = ServerName::try_from("broker.example") {
        let presented = vec!["DnsName(\"other.example\")".to_owned()];
        let name = CertificateError::NotValidForNameContext { expected, presented };
        check(
            cert(name),
            8883,
            true,
            Cause::NameMismatch,
            true,
            &["it names other.example.", "MQTT_TLS_VERIFY_PEER_NAME"],
        );
    }
    let v1 =
        CertificateError::Other(OtherError(Arc::new(io::Error::other("UnsupportedCertVersion"))));
    check(cert(v1), 8883, true, Cause::CertificateVersion, true, &["version 3"]);

    let refused = Refused {
        subject: "CN=broker".to_owned(),
        issuer: "CN=broker".to_owned(),
        self_signed: true,
    };
    let fault = cert(CertificateError::UnknownIssuer);
    let got = explain(&fault, &profile(1, true), Stage::Connecting, Some(&refused), 0);
    assert!(got.failure.what.contains("signed by itself"));
    assert!(got.failure.advice.contains("MQTT_TLS_ALLOW_SELF_SIGNED_CERT=true"));
}

#[test]
fn alerts_after_the_handshake() {
    let alert = |alert| {
        Fault::from_stream(io::Error::new(
            io::ErrorKind::InvalidData,
            RustlsError::AlertReceived(alert),
        ))
    };
    check(
        alert(AlertDescription::CertificateRequired),
        1,
        true,
        Cause::ClientCertificateRequired,
        true,
        &["MQTT_TLS_CLIENT_CERT_FILE"],
    );
    check(
        alert(AlertDescription::UnknownCA),
        1,
        true,
        Cause::ClientCertificateRefused,
        true,
        &["client certificate"],
    );
    check(
        alert(AlertDescription::HandshakeFailure),
        1,
        true,
        Cause::Tls,
        false,
        &["handshake failure"],
    );
}

#[test]
fn while_connected() {
    let at = |fault: &Fault, short| explain(fault, &profile(1, false), Stage::Live, None, short);
    assert_eq!(at(&Fault::Closed, 0).failure.cause, Cause::ClosedByBroker);
    assert_eq!(at(&Fault::Closed, 2).failure.cause, Cause::ClosedByBroker);
    let fought_over = at(&Fault::Closed, 3).failure;
    assert_eq!(fought_over.cause, Cause::TakenOver);
    assert!(fought_over.advice.contains("another program"), "{}", fought_over.advice);
    let taken = Fault::Disconnected {
        code: 0x8e,
        name: "SessionTakenOver".to_owned(),
        text: Some("bye\u{1b}".to_owned()),
    };
    let said = at(&taken, 0).failure;
    assert!(said.what.contains("session taken over (0x8E): bye\\u{1b}."), "{}", said.what);
    assert!(said.advice.contains("USP_SCOPE_CLIENT_ID"));
    assert_eq!(said.cause, Cause::TakenOver);
    let refused = at(&Fault::Unsubscribed(vec!["usp/# (not authorised)".to_owned()]), 0);
    assert_eq!((refused.failure.cause, refused.permanent), (Cause::SubscribeRefused, true));
}

#[test]
fn the_brokers_parting_words() {
    let cause = |code| {
        let name = crate::mqtt::reason::name(code).to_owned();
        let fault = Fault::Disconnected { code, name, text: None };
        explain(&fault, &profile(1, false), Stage::Live, None, 0).failure.cause
    };
    for (codes, wanted) in [
        (&[0x8e][..], Cause::TakenOver),
        (&[0x87], Cause::NotAuthorized),
        (&[0x8a, 0x98], Cause::Banned),
        (&[0x95], Cause::PacketTooLarge),
        (&[0x8d], Cause::KeepAlive),
        (&[0x9c, 0x9d], Cause::Moved),
        (&[0x88, 0x89, 0x8b, 0x9f], Cause::Busy),
        (&[0x93, 0x96, 0x97], Cause::Quota),
        (&[0x9e, 0xa1, 0xa2], Cause::FilterUnsupported),
        (&[0x00, 0x80, 0x82, 0x94, 0x9b, 0xff], Cause::ClosedByBroker),
    ] {
        for code in codes {
            assert_eq!(cause(*code), wanted, "{code:x}");
        }
    }
}

#[test]
fn what_a_diagnosis_finds() {
    use crate::mqtt::link::MqttVersion::{V5, V311};
    let not_delivered = |version, acknowledged| Finding::NotDelivered {
        topic: "usp/test/x".to_owned(),
        version,
        acknowledged,
        no_subscribers: false,
    };
    for (finding, cause, words) in [
        (Finding::Mute, Cause::Mute, &["Timeout", "60 s", "MQTT_CONNECT_TIMEOUT"][..]),
        (
            Finding::TlsExpected("it completes a TLS handshake"),
            Cause::TlsExpected,
            &["completes", "MQTT_TLS_ENABLED=true"],
        ),
        (Finding::PlainMqtt, Cause::NotTls, &["MQTT_TLS_ENABLED=false", "8883"]),
        (Finding::NotMqtt("it is x".to_owned()), Cause::NotMqtt, &["it is x", "MQTT_PORT"]),
        (
            Finding::CertificateRequired("it hangs up".to_owned()),
            Cause::ClientCertificateRequired,
            &["hangs up", "MQTT_TLS_CLIENT_CERT_KEY_FILE"],
        ),
        (
            Finding::Version { asked: V5, said: true, other_works: true },
            Cause::VersionRefused,
            &["MQTT 3.1.1 works", "auto or 3.1.1"],
        ),
        (
            Finding::Version { asked: V311, said: false, other_works: false },
            Cause::VersionRefused,
            &["hangs up on MQTT 3.1.1", "either"],
        ),
        (Finding::Unsupported(vec!["#".to_owned()]), Cause::FilterUnsupported, &["cannot serve #"]),
        (Finding::NoQuota(vec!["#".to_owned()]), Cause::Quota, &["no quota"]),
        (Finding::ClosedOnSubscribe, Cause::SubscribeRefused, &["usp/#", "ACL"]),
        (
            Finding::PublishRefused { code: 0x87, text: Some("no CANARY".to_owned()) },
            Cause::PublishRefused,
            &["not authorised (0x87): no ******", "user ops"],
        ),
        (Finding::PublishRefused { code: 0x97, text: None }, Cause::Quota, &["quota exceeded"]),
        (
            Finding::PublishRefused { code: 0x95, text: None },
            Cause::PacketTooLarge,
            &["max_packet_size"],
        ),
        (Finding::ClosedOnPublish, Cause::PublishRefused, &["usp/test/#"]),
        (not_delivered(V311, true), Cause::NotDelivered, &["can't say", "write and to read"]),
        (not_delivered(V5, false), Cause::NotDelivered, &["neither", "ACL", "to read usp/#"]),
        (Finding::OursTooLarge { size: 90, limit: 50 }, Cause::PacketTooLarge, &["50 bytes", "90"]),
    ] {
        let fault = Fault::Found(finding);
        let got = explain(&fault, &profile(1, false), Stage::Live, None, 0).failure;
        assert_eq!(got.cause, cause, "{fault:?}");
        for word in words {
            assert!(got.what.contains(word) || got.advice.contains(word), "{word}: {got:?}");
        }
        for sentence in [&got.what, &got.advice] {
            assert!(sentence.ends_with('.') && !sentence.contains("  "), "{sentence}");
            assert!(!sentence.contains("CANARY"), "{sentence}");
        }
    }
}
