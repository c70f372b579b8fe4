//! Every row of the lints: a file that has it, the code, the level, and no finding once fixed.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::path::Path;

use super::*;
use crate::core::time::Timestamp;
use crate::profile::document::Document;
use crate::profile::reading::Reading;
use crate::profile::verdict;

const NOW: Timestamp = Timestamp(1_795_368_559_000_000_000);

fn lint_at(text: &[u8], path: Option<&Path>) -> Vec<Finding> {
    let reading = Reading::new(Document::new(text.to_vec()), &|_| None);
    lint(&Context::new(&reading, path, NOW))
}

fn codes(text: &str) -> Vec<&'static str> {
    lint_at(text.as_bytes(), None).iter().map(|f| f.code).filter(|c| *c != "mqtt-3.1").collect()
}

fn errors(text: &str) -> Vec<&'static str> {
    let found = lint_at(text.as_bytes(), None);
    found.iter().filter(|f| f.level == Level::Error).map(|f| f.code).collect()
}

#[track_caller]
fn has(text: &str, level: Level, code: &str, key: &str) {
    let found = lint_at(text.as_bytes(), None);
    let finding = found
        .iter()
        .find(|f| f.code == code && f.key.as_deref().unwrap_or("") == key)
        .unwrap_or_else(|| panic!("{text:?} has no {code}: {found:#?}"));
    assert_eq!(finding.level, level, "{text:?}");
    assert!(finding.text.ends_with('.'), "{}", finding.text);
    assert!(!finding.text.contains("  "), "{}", finding.text);
}

#[test]
fn a_plain_file_is_clean() {
    assert_eq!(codes("MQTT_HOST=localhost\nMQTT_CLIENT_ID=acs\n"), Vec::<&str>::new());
}

#[test]
fn what_php_mqtt_refuses() {
    let host = "MQTT_HOST=localhost\n";
    for (lines, code, key) in [
        (
            "MQTT_AUTO_RECONNECT_ENABLED=true",
            "clean-session-with-reconnect",
            "MQTT_AUTO_RECONNECT_ENABLED",
        ),
        (
            "MQTT_CLEAN_SESSION=true\nMQTT_AUTO_RECONNECT_ENABLED=1",
            "clean-session-with-reconnect",
            "MQTT_CLEAN_SESSION",
        ),
        ("MQTT_AUTH_USERNAME=", "blank-value", "MQTT_AUTH_USERNAME"),
        ("MQTT_AUTH_USERNAME='  '", "blank-value", "MQTT_AUTH_USERNAME"),
        ("MQTT_LAST_WILL_TOPIC=", "blank-value", "MQTT_LAST_WILL_TOPIC"),
        ("MQTT_TLS_CA_FILE=", "blank-value", "MQTT_TLS_CA_FILE"),
        ("MQTT_TLS_CA_PATH=", "blank-value", "MQTT_TLS_CA_PATH"),
        ("MQTT_TLS_CLIENT_CERT_FILE=(empty)", "blank-value", "MQTT_TLS_CLIENT_CERT_FILE"),
        (
            "MQTT_TLS_CLIENT_CERT_KEY_PASSPHRASE=",
            "passphrase-without-key",
            "MQTT_TLS_CLIENT_CERT_KEY_PASSPHRASE",
        ),
        (
            "MQTT_TLS_CLIENT_CERT_KEY_FILE=/no/key",
            "key-without-certificate",
            "MQTT_TLS_CLIENT_CERT_KEY_FILE",
        ),
        ("MQTT_TLS_CA_FILE=/no/ca.crt", "path-not-a-file", "MQTT_TLS_CA_FILE"),
        ("MQTT_TLS_CA_FILE=/", "path-not-a-file", "MQTT_TLS_CA_FILE"),
        ("MQTT_TLS_CA_PATH=/no/folder", "path-not-a-folder", "MQTT_TLS_CA_PATH"),
        ("MQTT_CONNECT_TIMEOUT=0", "number-out-of-range", "MQTT_CONNECT_TIMEOUT"),
        ("MQTT_SOCKET_TIMEOUT=", "number-out-of-range", "MQTT_SOCKET_TIMEOUT"),
        ("MQTT_RESEND_TIMEOUT=null", "number-out-of-range", "MQTT_RESEND_TIMEOUT"),
        ("MQTT_KEEP_ALIVE_INTERVAL=70000", "number-out-of-range", "MQTT_KEEP_ALIVE_INTERVAL"),
        (
            "MQTT_AUTO_RECONNECT_MAX_RECONNECT_ATTEMPTS=",
            "number-out-of-range",
            "MQTT_AUTO_RECONNECT_MAX_RECONNECT_ATTEMPTS",
        ),
        (
            "MQTT_AUTO_RECONNECT_DELAY_BETWEEN_RECONNECT_ATTEMPTS=-1",
            "number-out-of-range",
            "MQTT_AUTO_RECONNECT_DELAY_BETWEEN_RECONNECT_ATTEMPTS",
        ),
        (
            "MQTT_LAST_WILL_QUALITY_OF_SERVICE=3",
            "number-out-of-range",
            "MQTT_LAST_WILL_QUALITY_OF_SERVICE",
        ),
        ("MQTT_AUTH_PASSWORD=TRUE\nMQTT_AUTH_USERNAME=u", "type-error", "MQTT_AUTH_PASSWORD"),
        ("MQTT_CLIENT_ID=(false)", "type-error", "MQTT_CLIENT_ID"),
    ] {
        has(&format!("{host}{lines}\n"), Level::Error, code, key);
    }
}

#[test]
fn other_reasons_not_to_connect() {
    for (text, code, key) in [
        ("", "host-missing", "MQTT_HOST"),
        ("MQTT_HOST=mqtt://b", "host-malformed", "MQTT_HOST"),
        ("MQTT_HOST=b:1883", "host-malformed", "MQTT_HOST"),
        ("MQTT_HOST=b/x", "host-malformed", "MQTT_HOST"),
        ("MQTT_HOST='a b'", "host-malformed", "MQTT_HOST"),
        ("MQTT_HOST=${NONE}", "host-malformed", "MQTT_HOST"),
        ("MQTT_HOST=::1", "ipv6-without-brackets", "MQTT_HOST"),
        (
            "MQTT_HOST=[::1]\nMQTT_TLS_ENABLED=true\nMQTT_PORT=8883",
            "ipv6-brackets-tls",
            "MQTT_HOST",
        ),
        ("MQTT_HOST=b\nMQTT_PORT=", "port-invalid", "MQTT_PORT"),
        ("MQTT_HOST=b\nMQTT_PORT=99999", "port-invalid", "MQTT_PORT"),
        ("MQTT_HOST=b\nMQTT_CLIENT_ID=", "client-id-empty", "MQTT_CLIENT_ID"),
        (
            "MQTT_HOST=b\nMQTT_CLIENT_ID=\nMQTT_CLEAN_SESSION=false",
            "client-id-empty",
            "MQTT_CLIENT_ID",
        ),
        ("MQTT_HOST=b\nMQTT_AUTH_PASSWORD=x", "password-without-username", "MQTT_AUTH_PASSWORD"),
        ("MQTT_HOST=b\nUSP_SCOPE_ALLOW_SEND=no", "own-setting", "USP_SCOPE_ALLOW_SEND"),
        ("MQTT_HOST=b\nUSP_SCOPE_SUBSCRIBE='a/#/b'", "own-setting", "USP_SCOPE_SUBSCRIBE"),
        ("MQTT_HOST=b\nUSP_SCOPE_MQTT_VERSION=3.1", "own-setting", "USP_SCOPE_MQTT_VERSION"),
        ("A=b c", "file-refused", "A"),
        ("two words", "file-refused", ""),
        ("A=1\nB=\"open\nC=1", "file-swallowed", ""),
        ("# X=\"oops\nMQTT_HOST=b\nY=\"1\"\n", "comment-swallows", ""),
    ] {
        has(&format!("{text}\n"), Level::Error, code, key);
    }
    let long = format!("MQTT_HOST=b\nMQTT_AUTH_USERNAME={}\n", "x".repeat(65_536));
    has(&long, Level::Error, "too-long", "MQTT_AUTH_USERNAME");
}

#[test]
fn warnings() {
    let tls = "MQTT_TLS_ENABLED=true\nMQTT_PORT=8883\n";
    for (lines, code, key) in [
        ("MQTT_TLS_ENABLED=no\nMQTT_PORT=8883", "switch-unclear", "MQTT_TLS_ENABLED"),
        (&*format!("{tls}MQTT_TLS_VERIFY_PEER="), "switch-empty", "MQTT_TLS_VERIFY_PEER"),
        (&*format!("{tls}MQTT_TLS_VERIFY_PEER=false"), "verify-peer-off", "MQTT_TLS_VERIFY_PEER"),
        (
            &*format!("{tls}MQTT_TLS_VERIFY_PEER_NAME=false"),
            "verify-name-off",
            "MQTT_TLS_VERIFY_PEER_NAME",
        ),
        (
            &*format!("{tls}MQTT_TLS_ALLOW_SELF_SIGNED_CERT=true"),
            "self-signed-allowed",
            "MQTT_TLS_ALLOW_SELF_SIGNED_CERT",
        ),
        (
            &*format!("{tls}MQTT_TLS_VERIFY_PEER=false\nMQTT_TLS_CA_FILE=/etc/hostname"),
            "verify-off-without-effect",
            "MQTT_TLS_VERIFY_PEER",
        ),
        ("MQTT_TLS_ENABLED=true", "port-and-tls", "MQTT_TLS_ENABLED"),
        ("MQTT_PORT=8883", "port-and-tls", "MQTT_PORT"),
        ("MQTT_AUTH_USERNAME=u", "login-without-tls", "MQTT_AUTH_USERNAME"),
        ("MQTT_TLS_CA_FILE=/etc/hostname", "tls-settings-unused", "MQTT_TLS_CA_FILE"),
        (
            "MQTT_AUTH_USERNAME=u\nMQTT_AUTH_PASSWORD=${NONE}",
            "unresolved-reference",
            "MQTT_AUTH_PASSWORD",
        ),
        (
            "MQTT_LAST_WILL_TOPIC=a/+\nMQTT_LAST_WILL_MESSAGE=x",
            "will-topic-wildcard",
            "MQTT_LAST_WILL_TOPIC",
        ),
        (
            "MQTT_LAST_WILL_TOPIC=$SYS/x\nMQTT_LAST_WILL_MESSAGE=x",
            "will-topic-dollar",
            "MQTT_LAST_WILL_TOPIC",
        ),
        ("MQTT_LAST_WILL_TOPIC=a", "will-incomplete", "MQTT_LAST_WILL_TOPIC"),
        ("MQTT_LAST_WILL_MESSAGE=a", "will-incomplete", "MQTT_LAST_WILL_MESSAGE"),
        ("MQTT_LAST_WILL_RETAIN=true", "will-options-unused", "MQTT_LAST_WILL_RETAIN"),
        (
            "MQTT_LAST_WILL_TOPIC=usp/controller/status\nMQTT_LAST_WILL_MESSAGE={\"status\":\"offline\"}",
            "will-in-usp-topics",
            "MQTT_LAST_WILL_TOPIC",
        ),
        (
            "MQTT_CLEAN_SESSION=false\nMQTT_CLIENT_ID=a\nMQTT_AUTO_RECONNECT_ENABLED=true\n\
             MQTT_AUTO_RECONNECT_DELAY_BETWEEN_RECONNECT_ATTEMPTS=5",
            "delay-is-milliseconds",
            "MQTT_AUTO_RECONNECT_DELAY_BETWEEN_RECONNECT_ATTEMPTS",
        ),
        (
            "MQTT_CLEAN_SESSION=false\nMQTT_CLIENT_ID=a\nMQTT_AUTO_RECONNECT_ENABLED=true",
            "reconnect-too-short",
            "MQTT_AUTO_RECONNECT_MAX_RECONNECT_ATTEMPTS",
        ),
        ("MQTT_CLEAN_SESSION=false", "session-without-id", "MQTT_CLEAN_SESSION"),
        ("MQTT_AUTH_USERNAME=u\nMQTT_AUTH_PASSWORD=p", "logging-on", "MQTT_ENABLE_LOGGING"),
        ("A=1\nA=2", "duplicate", "A"),
        ("mqtt_port=1", "key-case", "mqtt_port"),
        ("USP_SCOPE_NONSENSE=1", "unknown-own-key", "USP_SCOPE_NONSENSE"),
        ("USP_CONTROLLER_ENDPOINT_ID=acs", "endpoint-id-form", "USP_CONTROLLER_ENDPOINT_ID"),
        ("USP_CONTROLLER_ENDPOINT_ID=x::a", "endpoint-id-scheme", "USP_CONTROLLER_ENDPOINT_ID"),
        (
            "USP_CONTROLLER_ENDPOINT_ID='self::a b'",
            "endpoint-id-instance",
            "USP_CONTROLLER_ENDPOINT_ID",
        ),
        (
            "USP_CONTROLLER_ENDPOINT_ID=proto::a",
            "endpoint-id-prototype",
            "USP_CONTROLLER_ENDPOINT_ID",
        ),
        ("USP_MQTT_AGENT_TOPIC=usp/+", "base-topic-wildcard", "USP_MQTT_AGENT_TOPIC"),
        ("MQTT_CLIENT_ID=a\nUSP_SCOPE_CLIENT_ID=a", "own-id-is-acs-id", "USP_SCOPE_CLIENT_ID"),
        ("USP_SCOPE_ACT_AS_ACS=true", "acting-as-acs", "USP_SCOPE_ACT_AS_ACS"),
        ("MQTT_KEEP_ALIVE_INTERVAL=10s", "number-unclear", "MQTT_KEEP_ALIVE_INTERVAL"),
        ("MQTT_PORT=1883x", "port-unclear", "MQTT_PORT"),
        ("MQTT_AUTH_USERNAME=u\nMQTT_AUTH_PASSWORD=\"p \"", "blank-at-end", "MQTT_AUTH_PASSWORD"),
        ("MQTT_TLS_VERIFY_PEER=null", "switch-empty", "MQTT_TLS_VERIFY_PEER"),
        ("MQTT_CLIENT_ID=a#b", "cut-at-hash", "MQTT_CLIENT_ID"),
    ] {
        has(&format!("MQTT_HOST=broker.example.com\n{lines}\n"), Level::Warning, code, key);
    }
    has("\u{feff}MQTT_HOST=localhost\n", Level::Warning, "bom", "");
    has("MQTT_HOST=localhost\r\n", Level::Warning, "crlf", "");
    let found = lint_at(b"MQTT_HOST=localhost\n# \xff\n", None);
    assert!(found.iter().any(|f| f.code == "not-utf8" && f.line == Some(2)));
}

#[test]
fn what_is_worth_knowing() {
    for (lines, code, key) in [
        ("MQTT_AUTH_USERNAME=u\nMQTT_AUTH_PASSWORD=", "empty-password", "MQTT_AUTH_PASSWORD"),
        ("MQTT_KEEP_ALIVE_INTERVAL=5", "keep-alive-short", "MQTT_KEEP_ALIVE_INTERVAL"),
        ("MQTT_KEEP_ALIVE_INTERVAL=2", "keep-alive-below-5", "MQTT_KEEP_ALIVE_INTERVAL"),
        ("MQTT_RESEND_TIMEOUT=60", "resend-long", "MQTT_RESEND_TIMEOUT"),
        ("MQTT_CLIENT_ID=acs-prod-controller-001-x", "client-id-long", "MQTT_CLIENT_ID"),
        ("USP_MQTT_ENABLED=false", "usp-off", "USP_MQTT_ENABLED"),
        ("MQTT_PORT=1883", "mqtt-3.1", ""),
    ] {
        has(&format!("MQTT_HOST=localhost\n{lines}\n"), Level::Info, code, key);
    }
}

#[test]
fn around_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(".env");
    let text = b"MQTT_HOST=localhost\nMQTT_AUTH_USERNAME=u\nMQTT_AUTH_PASSWORD=p\n";
    std::fs::write(&path, text).unwrap();
    let found = |code: &str| lint_at(text, Some(&path)).iter().any(|f| f.code == code);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let chmod = |mode| {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        };
        chmod(0o640);
        assert!(found("file-readable"));
        chmod(0o600);
        assert!(!found("file-readable"));
    }
    assert!(!found("config-cached"));
    std::fs::create_dir_all(folder.path().join("bootstrap/cache")).unwrap();
    std::fs::write(folder.path().join("bootstrap/cache/config.php"), "<?php").unwrap();
    assert!(found("config-cached"));

    let reading = Reading::new(Document::new(text.to_vec()), &|_| None);
    let others = [("other.env".to_owned(), "acs".to_owned())];
    let with_id =
        Reading::new(Document::new(b"MQTT_HOST=h\nMQTT_CLIENT_ID=acs\n".to_vec()), &|_| None);
    let context = Context {
        others: &others,
        environment: &|name| (name == "MQTT_HOST").then(String::new),
        ..Context::new(&with_id, None, NOW)
    };
    let codes: Vec<_> = lint(&context).iter().map(|f| f.code).collect();
    assert!(codes.contains(&"client-id-shared") && codes.contains(&"process-variable"));
    assert!(reading.file.is_ok());
}

#[test]
fn a_file_made_to_be_slow_is_not() {
    let watch = crate::core::time::Stopwatch::start();
    let mut text = String::new();
    for n in 0..60_000 {
        text.push_str(&format!("K{n}=1\nK{n}=2\n"));
    }
    let found = lint_at(text.as_bytes(), None);
    assert_eq!(found.len(), MAX_FINDINGS + 1);
    assert_eq!(found.last().map(|f| f.code), Some("more-findings"));
    // Squared time would take minutes; this is a bound against that, not a measurement.
    assert!(watch.elapsed().as_secs() < 60);
}

#[test]
fn no_finding_shows_a_secret() {
    for text in [
        "MQTT_HOST=h\nMQTT_AUTH_PASSWORD=CANARY\n",
        "MQTT_HOST=h\nMQTT_AUTH_PASSWORD=CANARY word\n",
        "MQTT_HOST=h\nMQTT_AUTH_PASSWORD=CANARY#CANARY\n",
        "MQTT_HOST=h\nMQTT_AUTH_PASSWORD=\"CANARY\n",
        "MQTT_HOST=h\nMQTT_AUTH_PASSWORD='CANARY\n",
        "MQTT_HOST=h\nUSP_SCOPE_BRIDGE_TOKEN=CANARY${NONE}\n",
        "MQTT_HOST=h\nMQTT_AUTH_PASSWORD=\"CANARY\\x\"\n",
    ] {
        let found = lint_at(text.as_bytes(), None);
        assert!(!format!("{found:?}").contains("CANARY"), "{text}: {found:#?}");
    }
}

#[test]
fn the_verdict_names_the_reason_that_strikes_first() {
    let verdict = |text: &str| {
        let reading = Reading::new(Document::new(text.as_bytes().to_vec()), &|_| None);
        let context = Context::new(&reading, None, NOW);
        verdict::acs(&context, &lint(&context)).headline("The ACS")
    };
    assert_eq!(verdict("MQTT_HOST=localhost\n"), "The ACS will start and connect");
    for (text, why) in [
        ("MQTT_HOST=h\nA=b c\n", "refuse: phpdotenv cannot read line 2"),
        (
            "MQTT_HOST=h\nMQTT_TLS_CA_FILE=/no\nMQTT_AUTH_USERNAME=\nMQTT_SOCKET_TIMEOUT=0\n",
            "refuse: MQTT_SOCKET_TIMEOUT is out of range",
        ),
        (
            "MQTT_HOST=h\nMQTT_TLS_CA_FILE=/no\nMQTT_AUTO_RECONNECT_ENABLED=true\n",
            "refuse: the CA file must be a regular file",
        ),
        ("MQTT_HOST=h\nMQTT_PORT=0\n", "start, but not connect: MQTT_PORT is no port"),
        ("B=\"open\nMQTT_HOST=h\n", "start, but not connect: an open quote on line 1 hides"),
    ] {
        assert!(verdict(text).contains(why), "{text}: {}", verdict(text));
    }
    assert!(!errors("MQTT_HOST=b\nUSP_SCOPE_ALLOW_SEND=no\n").is_empty());
    // Our own settings are none of the ACS's business.
    assert_eq!(verdict("MQTT_HOST=b\nUSP_SCOPE_ALLOW_SEND=no\n"), "The ACS will start and connect");
}
