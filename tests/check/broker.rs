//! What a broker refuses once it is spoken to: login, subscriptions, messages.

use super::fake;
use super::mosquitto::{Listener, Mosquitto, PASSWORD, USER, free_port};
use super::program::check;

const SEND: &str = "USP_SCOPE_ALLOW_SEND=true\n";

/// A mosquitto whose further listener has these settings, and that listener's port.
pub fn special(settings: &str) -> (Mosquitto, u16) {
    // A free port may be taken by somebody else before mosquitto gets it.
    (0..5)
        .find_map(|_| {
            let port = free_port();
            // Without a queue, mosquitto closes the connection after a message its ACL refuses.
            let extra = format!(
                "max_queued_messages 1000\nlistener {port} 127.0.0.1\nallow_anonymous true\n\
                 {settings}\n"
            );
            let start = || Mosquitto::start_with(&[Listener::Anonymous], &extra);
            std::panic::catch_unwind(start).ok().map(|broker| (broker, port))
        })
        .expect("mosquitto starts with these settings")
}

fn acl(rules: &str) -> (Mosquitto, u16, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("acl");
    std::fs::write(&file, rules).unwrap();
    let (broker, port) = special(&format!("acl_file {}", file.display()));
    (broker, port, folder)
}

#[test]
fn a_healthy_broker_passes_every_stage() {
    let broker = Mosquitto::start(&[Listener::Anonymous]);
    let port = broker.port(Listener::Anonymous);
    for version in ["5", "3.1.1"] {
        let report = check(port, &format!("{SEND}USP_SCOPE_MQTT_VERSION={version}\n"));
        report.is_well("connect", &[&format!("MQTT {version}")]);
        report.is_well("subscribe", &["usp/# at QoS 0", "PINGRESP after"]);
        report.is_well("roundtrip", &["came back after", "ms", "usp/test/"]);
        assert_eq!(report.stage("tls")["status"], "skipped");
    }
    // The filters need not cover the test topic.
    let report = check(port, &format!("{SEND}USP_SCOPE_SUBSCRIBE=other/+\n"));
    report.is_well("roundtrip", &["came back after"]);
    // Nothing was published under these names but what the stage says.
    assert!(!broker.log().contains("usp/agent"), "{}", broker.log());
}

#[test]
fn nothing_is_published_unless_the_profile_allows_it() {
    let broker = Mosquitto::start(&[Listener::Anonymous]);
    let report = check(broker.port(Listener::Anonymous), "");
    let roundtrip = report.stage("roundtrip");
    assert_eq!(roundtrip["status"], "skipped");
    report.says("roundtrip", &["Nothing was published", "USP_SCOPE_ALLOW_SEND=true"]);
    assert!(broker.log().contains("SUBSCRIBE") && !broker.log().contains("PUBLISH"));
}

#[test]
fn the_acs_s_client_id_is_never_used() {
    let broker = Mosquitto::start(&[Listener::Anonymous]);
    let port = broker.port(Listener::Anonymous);
    for own in ["", "USP_SCOPE_CLIENT_ID=acs-controller-001\n"] {
        check(port, &format!("MQTT_CLIENT_ID=acs-controller-001\n{own}"))
            .is_well("connect", &["acs-controller-001-scope-"]);
    }
    let log = broker.log();
    assert!(!log.contains("as acs-controller-001 ("), "{log}");
    // Clean sessions without a will.
    assert!(log.contains(", c1,") && !log.contains(", c0,"), "{log}");
    assert!(log.contains("No will message specified") || !log.contains("Will message"), "{log}");
}

#[test]
fn bad_logins() {
    let broker = Mosquitto::start(&[Listener::Password]);
    let port = broker.port(Listener::Password);
    for version in ["5", "3.1.1"] {
        let version = format!("USP_SCOPE_MQTT_VERSION={version}\n");
        let login = |password: &str| {
            format!("{version}MQTT_AUTH_USERNAME={USER}\nMQTT_AUTH_PASSWORD=\"{password}\"\n")
        };
        check(port, &login(PASSWORD)).is_well("subscribe", &[]);
        check(port, &login("wrong")).fails(
            "connect",
            "not-authorised",
            &["not authorised", USER, "MQTT_AUTH_PASSWORD", "mosquitto_pub", "lock"],
        );
        check(port, &version).fails("connect", "not-authorised", &["anonymous clients"]);
    }
}

#[test]
fn an_acl_that_lets_nobody_write() {
    let (_broker, port, _folder) = acl("topic read usp/#\n");
    let report = check(port, SEND);
    report.fails("roundtrip", "publish-refused", &["not authorised (0x87)", "ACL", "usp/test/#"]);
    // Under 3.1.1 the refusal is invisible.
    let report = check(port, &format!("{SEND}USP_SCOPE_MQTT_VERSION=3.1.1\n"));
    report.fails("roundtrip", "not-delivered", &["acknowledged", "ACL", "to write", "3.1.1"]);
}

#[test]
fn an_acl_that_lets_nobody_read_is_silent_and_named() {
    let (_broker, port, _folder) = acl("topic write usp/#\n");
    for version in ["5", "3.1.1"] {
        let report = check(port, &format!("{SEND}USP_SCOPE_MQTT_VERSION={version}\n"));
        report.is_granted();
        report.fails(
            "roundtrip",
            "not-delivered",
            &["granted the subscription", "ACL", "never serves"],
        );
        report.ends_within(8);
    }
}

#[test]
fn refused_subscriptions() {
    for (version, code, cause, words) in [
        ("3.1.1", 0x80, "subscribe-refused", &["refused without a reason", "ACL"][..]),
        ("5", 0x80, "subscribe-refused", &["unspecified error", "0x80"]),
        (
            "5",
            0x87,
            "subscribe-refused",
            &["usp/# (not authorised)", "0x87", "USP_SCOPE_SUBSCRIBE"],
        ),
        ("5", 0x8f, "subscribe-refused", &["topic filter invalid"]),
        ("5", 0x97, "quota-exceeded", &["quota"]),
        ("5", 0x9e, "filter-unsupported", &["shared subscriptions not supported"]),
        ("5", 0xa1, "filter-unsupported", &["subscription identifiers not supported"]),
        ("5", 0xa2, "filter-unsupported", &["wildcard subscriptions not supported"]),
    ] {
        let port = fake::broker(move |_, m| m.suback = vec![code]);
        let report = check(port, &format!("USP_SCOPE_MQTT_VERSION={version}\n"));
        report.fails("subscribe", cause, words);
    }
    // One of two.
    let port = fake::broker(|_, m| m.suback = vec![0, 0x87]);
    let report = check(port, "USP_SCOPE_SUBSCRIBE=\"usp/#,$SYS/#\"\n");
    report.fails(
        "subscribe",
        "subscribe-refused",
        &["some subscriptions: $SYS/# (not authorised)", "The others are granted: usp/# at QoS 0"],
    );
    // Closed instead of an answer, and an answer with too few codes.
    let port = fake::broker(|_, m| m.instead_of_suback = Some(Vec::new()));
    check(port, "").fails("subscribe", "subscribe-refused", &["closed the connection", "ACL"]);
    let port = fake::mqtt(|level, stream| {
        let short = fake::Manners {
            instead_of_suback: Some(vec![0x90, 3, 0, 1, 0]),
            ..fake::Manners::good(level)
        };
        short.serve(level, stream);
    });
    check(port, "").fails("subscribe", "subscribe-refused", &["no answer"]);
}

#[test]
fn a_lower_qos_is_told() {
    let (_broker, port) = special("max_qos 1");
    let report = check(port, "USP_SCOPE_SUBSCRIBE_QOS=2\n");
    report.is_well("connect", &["QoS 1 at most"]);
    report.is_well("subscribe", &["grants QoS 1 on usp/#, lower than the QoS 2", "max_qos"]);
    let (_broker, port) = special("max_qos 0");
    check(port, SEND).is_well("roundtrip", &["at QoS 0"]);
}

#[test]
fn refused_messages() {
    for (code, cause, words) in [
        (0x80, "publish-refused", &["unspecified error"][..]),
        (0x87, "publish-refused", &["not authorised (0x87)", "ACL"]),
        (0x90, "publish-refused", &["topic name invalid"]),
        (0x95, "packet-too-large", &["packet too large"]),
        (0x97, "quota-exceeded", &["quota exceeded (0x97)"]),
        (0x99, "publish-refused", &["payload format invalid"]),
    ] {
        let port = fake::broker(move |_, m| {
            m.puback = Some(code);
            m.echo = false;
        });
        check(port, SEND).fails("roundtrip", cause, words);
    }
    let port = fake::broker(|_, m| {
        m.puback = Some(0x10);
        m.echo = false;
    });
    check(port, SEND).fails("roundtrip", "not-delivered", &["no subscribers", "0x10"]);
    let port = fake::broker(|_, m| m.instead_of_puback = Some(Vec::new()));
    check(port, SEND).fails("roundtrip", "publish-refused", &["closed the connection", "ACL"]);
    // Delivered but never acknowledged: it works, with a remark.
    let port = fake::broker(|_, m| m.puback = None);
    check(port, SEND).is_well("roundtrip", &["never acknowledged"]);
}

#[test]
fn disconnect_reasons() {
    for (code, cause, words) in [
        (0x8e, "taken-over", &["session taken over", "USP_SCOPE_CLIENT_ID"][..]),
        (0x87, "not-authorised", &["not authorised", "ACL"]),
        (0x8b, "busy", &["server shutting down"]),
        (0x89, "busy", &["server busy"]),
        (0x8d, "keep-alive", &["keep alive timeout", "MQTT_KEEP_ALIVE_INTERVAL"]),
        (0x93, "quota-exceeded", &["receive maximum exceeded"]),
        (0x94, "closed-by-broker", &["topic alias invalid", "report"]),
        (0x95, "packet-too-large", &["packet too large"]),
        (0x96, "quota-exceeded", &["message rate too high"]),
        (0x97, "quota-exceeded", &["quota exceeded"]),
        (0x98, "banned", &["administrative action", "operator"]),
        (0x9b, "closed-by-broker", &["QoS not supported", "max_qos"]),
        (0x9c, "moved", &["use another server", "server moved.example"]),
        (0x9d, "moved", &["server moved", "MQTT_HOST"]),
        (0xa2, "filter-unsupported", &["wildcard subscriptions not supported"]),
        (0x00, "closed-by-broker", &["normal disconnection (0x00)"]),
    ] {
        let port = fake::broker(move |_, m| {
            let properties = b"\x1c\0\x0dmoved.example";
            let body = [&[code, properties.len() as u8][..], properties].concat();
            m.instead_of_suback = Some([&[0xe0, body.len() as u8], &body[..]].concat());
        });
        check(port, "").fails("subscribe", cause, words);
    }
    // In its shortest forms.
    for bytes in [&[0xe0, 1, 0x8e][..], &[0xe0, 2, 0x8e, 0]] {
        let port = fake::broker(move |_, m| m.instead_of_puback = Some(bytes.to_vec()));
        check(port, SEND).fails("roundtrip", "taken-over", &["0x8E"]);
    }
}

impl super::program::Report {
    #[track_caller]
    fn is_granted(&self) {
        assert_eq!(self.stage("subscribe")["status"], "ok", "{:#?}", self.stages);
    }
}
