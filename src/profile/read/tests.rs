//! Files in, profiles, warnings and refusals out.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use proptest::prelude::*;

use super::*;
use crate::profile::identity::{AcsSession, ClientId, Identity, Will};

fn nothing(_: &str) -> Option<String> {
    None
}

fn loaded(text: &str) -> Loaded {
    parse(text.as_bytes(), Path::new("/etc/acs/prod.env"), &nothing).unwrap()
}

fn with(more: &str) -> Loaded {
    loaded(&format!("MQTT_HOST=broker\n{more}"))
}

fn refused(text: &str) -> ProfileError {
    parse(text.as_bytes(), Path::new("x/.env"), &nothing).unwrap_err()
}

fn warned(loaded: &Loaded, part: &str) -> bool {
    loaded.warnings.iter().any(|w| w.contains(part))
}

#[test]
fn a_bare_file_gets_every_default() {
    let Loaded { profile, warnings } = with("");
    let plain = Profile::for_address("broker", 1883);
    assert_eq!(warnings, Vec::<String>::new());
    assert!(profile.client_id().starts_with("usp-scope-"));
    assert_eq!(
        Profile {
            name: plain.name.clone(),
            path: None,
            identity: plain.identity.clone(),
            ..profile
        },
        plain
    );
}

#[test]
fn the_full_listing_of_the_guide() {
    let Loaded { profile, warnings } = loaded(
        "MQTT_HOST=localhost\nMQTT_PORT=1883\nMQTT_CLIENT_ID=acs-controller-001\n\
         MQTT_CLEAN_SESSION=true\nMQTT_ENABLE_LOGGING=true\nMQTT_LOG_CHANNEL=default\n\
         MQTT_AUTH_USERNAME=acs_user\nMQTT_AUTH_PASSWORD=secure_password\n\
         MQTT_TLS_ENABLED=false\nMQTT_TLS_CA_FILE=/path/to/ca.crt\n\
         MQTT_CONNECT_TIMEOUT=60\nMQTT_KEEP_ALIVE_INTERVAL=10\n\
         MQTT_AUTO_RECONNECT_ENABLED=true\nMQTT_AUTO_RECONNECT_MAX_RECONNECT_ATTEMPTS=10\n\
         MQTT_AUTO_RECONNECT_DELAY_BETWEEN_RECONNECT_ATTEMPTS=5\n\
         MQTT_LAST_WILL_MESSAGE={\"status\":\"offline\"}\nUSP_MQTT_ENABLED=true\n\
         USP_MQTT_CONTROLLER_TOPIC=usp/controller\nUSP_MQTT_AGENT_TOPIC=usp/agent/\n\
         USP_CONTROLLER_ENDPOINT_ID=proto::acs-controller-001\n",
    );
    assert_eq!(warnings, Vec::<String>::new());
    assert_eq!(profile.name, "prod.env");
    assert_eq!((profile.host.as_str(), profile.port), ("localhost", 1883));
    assert_eq!(profile.acs_client_id.as_deref(), Some("acs-controller-001"));
    assert!(profile.client_id().starts_with("acs-controller-001-scope-"));
    assert_eq!(profile.username.as_deref(), Some("acs_user"));
    assert_eq!(profile.password.as_ref().map(Secret::expose), Some("secure_password"));
    assert_eq!(profile.tls, None);
    assert_eq!(
        profile.reconnect,
        Reconnect {
            enabled: true,
            max_attempts: Some(10),
            delay: Duration::from_secs(5),
            max_delay: Duration::from_secs(30)
        }
    );
    assert_eq!(profile.agent_topic, "usp/agent");
    assert_eq!(profile.controller_endpoint_id.as_deref(), Some("proto::acs-controller-001"));
}

#[test]
fn the_development_example_connects_here() {
    let loaded = loaded(
        "MQTT_HOST=localhost\nMQTT_PORT=1883\nMQTT_CLIENT_ID=acs-dev-001\n\
         MQTT_CLEAN_SESSION=true\nMQTT_TLS_ENABLED=false\nMQTT_AUTH_USERNAME=\n\
         MQTT_AUTH_PASSWORD=\nUSP_MQTT_ENABLED=true\n",
    );
    assert_eq!((&loaded.profile.username, &loaded.profile.password), (&None, &None));
    assert!(warned(&loaded, "line 6: MQTT_AUTH_USERNAME is empty"));
}

#[test]
fn tls_settings_and_paths() {
    let Loaded { profile, .. } = with(
        "MQTT_TLS_ENABLED=true\nMQTT_TLS_CA_FILE=certs/ca.crt\n\
         MQTT_TLS_CLIENT_CERT_FILE=/abs/client.crt\nMQTT_TLS_CLIENT_CERT_KEY_PASSPHRASE='p w'\n\
         MQTT_TLS_VERIFY_PEER_NAME=\nMQTT_TLS_ALLOW_SELF_SIGNED_CERT=off\n",
    );
    let tls = profile.tls.unwrap();
    assert_eq!(tls.ca_file.as_deref(), Some(Path::new("/etc/acs/certs/ca.crt")));
    assert_eq!(tls.client_cert_file.as_deref(), Some(Path::new("/abs/client.crt")));
    assert_eq!(tls.client_key_passphrase.as_ref().map(Secret::expose), Some("p w"));
    assert!(tls.verify_peer && !tls.verify_peer_name && tls.allow_self_signed);
}

#[test]
fn hosts() {
    for (text, host) in [
        ("[::1]", "::1"),
        ("::1", "::1"),
        ("[fe80::1%eth0]", "fe80::1%eth0"),
        ("192.0.2.1", "192.0.2.1"),
        ("my_broker.local", "my_broker.local"),
    ] {
        assert_eq!(loaded(&format!("MQTT_HOST={text}")).profile.host, host);
    }
    for bad in [
        "",
        "MQTT_HOST=",
        "MQTT_HOST=null",
        "MQTT_HOST=mqtt://b",
        "MQTT_HOST=b:1883",
        "MQTT_HOST='a b'",
        "MQTT_HOST=[b]/x",
        "MQTT_HOST=[]",
        "MQTT_HOST=u@b",
    ] {
        assert_eq!(refused(bad).key.as_deref(), Some("MQTT_HOST"), "{bad}");
    }
}

#[test]
fn values_out_of_range_name_variable_line_and_remedy() {
    for (key, bad, right) in [
        ("MQTT_PORT", "99999", "1 to 65535"),
        ("MQTT_PORT", "", "1 to 65535"),
        ("MQTT_PORT", "0", "1 to 65535"),
        ("MQTT_PORT", "mqtt", "1 to 65535"),
        ("MQTT_KEEP_ALIVE_INTERVAL", "70000", "1 to 65535"),
        ("MQTT_KEEP_ALIVE_INTERVAL", "0", "1 to 65535"),
        ("MQTT_CONNECT_TIMEOUT", "0", "from 1"),
        ("MQTT_AUTO_RECONNECT_MAX_RECONNECT_ATTEMPTS", "", "from 1"),
        ("MQTT_AUTO_RECONNECT_DELAY_BETWEEN_RECONNECT_ATTEMPTS", "-1", "from 0"),
        ("USP_SCOPE_MQTT_VERSION", "3.1", "auto, 5 or 3.1.1"),
        ("USP_SCOPE_MAX_PACKET_BYTES", "12", "1024"),
        ("USP_SCOPE_MAX_PACKET_BYTES", "999999999999999", "268435460"),
        ("USP_SCOPE_SUBSCRIBE_QOS", "3", "0 to 2"),
        ("USP_SCOPE_SUBSCRIBE", "'usp/#/x'", "usp/#"),
        ("USP_SCOPE_ALLOW_SEND", "no", "false"),
    ] {
        let error = refused(&format!("MQTT_HOST=b\n\n{key}={bad}\n"));
        assert_eq!((error.key.as_deref(), error.line), (Some(key), Some(3)), "{bad}");
        assert!(error.advice.contains(right), "{error}");
        assert!(error.to_string().contains("line 3") && error.to_string().contains(key));
    }
}

#[test]
fn numbers_are_read_as_php_casts_them() {
    let loaded = with("MQTT_PORT=8883x\nMQTT_KEEP_ALIVE_INTERVAL=2\nMQTT_CONNECT_TIMEOUT=1e9\n");
    assert_eq!(loaded.profile.port, 8883);
    assert!(warned(&loaded, "write MQTT_PORT=8883"));
    assert_eq!(loaded.profile.keep_alive, Duration::from_secs(5));
    assert_eq!(loaded.profile.connect_timeout, Duration::from_secs(86_400));
}

#[test]
fn switches_are_read_as_php_casts_them() {
    let loaded = with("MQTT_TLS_ENABLED=no\n");
    assert!(loaded.profile.tls.is_some());
    assert!(warned(&loaded, "line 2: MQTT_TLS_ENABLED"));
}

#[test]
fn reconnecting() {
    let policy = |text: &str| with(text).profile.reconnect;
    assert_eq!(policy(""), Reconnect::default());
    assert!(!policy("MQTT_AUTO_RECONNECT_ENABLED=false").enabled);
    let on = policy("MQTT_AUTO_RECONNECT_ENABLED=true");
    assert_eq!((on.max_attempts, on.delay), (Some(3), Duration::from_secs(1)));
    // Milliseconds, as the ACS takes it, where seconds make no sense.
    let for_the_acs = policy(
        "MQTT_AUTO_RECONNECT_ENABLED=true\n\
         MQTT_AUTO_RECONNECT_DELAY_BETWEEN_RECONNECT_ATTEMPTS=5000",
    );
    assert_eq!(for_the_acs.delay, Duration::from_secs(5));
    let slow = policy(
        "MQTT_AUTO_RECONNECT_ENABLED=true\n\
         MQTT_AUTO_RECONNECT_DELAY_BETWEEN_RECONNECT_ATTEMPTS=500000\n\
         MQTT_AUTO_RECONNECT_MAX_RECONNECT_ATTEMPTS=99999999999999999999",
    );
    assert_eq!(
        (slow.max_attempts, slow.delay, slow.max_delay),
        (Some(u32::MAX), MAX_DELAY, MAX_DELAY)
    );
}

#[test]
fn client_ids() {
    let a = with("MQTT_CLIENT_ID=acs").profile;
    let b = with("MQTT_CLIENT_ID=acs").profile;
    assert_ne!(a.client_id(), "acs");
    assert!(a.client_id().starts_with("acs-scope-") && a.client_id().len() == 16);
    assert!(b.client_id().starts_with("acs-scope-"));
    let same = with("MQTT_CLIENT_ID=acs\nUSP_SCOPE_CLIENT_ID=acs");
    assert_eq!(same.profile.client_id(), "acs");
    assert!(warned(&same, "throws the ACS off"));
    assert_eq!(with("USP_SCOPE_CLIENT_ID=me").profile.client_id(), "me");
    let long = with(&format!("MQTT_CLIENT_ID={}", "ü".repeat(300))).profile;
    assert!(long.client_id().len() <= 100);
    assert_eq!(
        refused(&format!("MQTT_HOST=b\nMQTT_AUTH_USERNAME={}", "x".repeat(65_536))).line,
        Some(2)
    );
}

#[test]
fn acting_as_the_acs_is_asked_for() {
    let acs = "MQTT_CLIENT_ID=acs\nMQTT_CLEAN_SESSION=false\nMQTT_LAST_WILL_TOPIC=acs/status\n\
               MQTT_LAST_WILL_MESSAGE={\"status\":\"offline\"}\n\
               MQTT_LAST_WILL_QUALITY_OF_SERVICE=1\nMQTT_LAST_WILL_RETAIN=true\n";
    // Without the switch nothing of it counts.
    let monitor = with(acs).profile;
    assert!(matches!(monitor.identity, Identity::Monitor { .. }));
    assert_ne!(monitor.client_id(), "acs");

    let on = with(&format!("{acs}USP_SCOPE_ACT_AS_ACS=true\nUSP_SCOPE_CLIENT_ID=me\n"));
    let will = Will::new("acs/status", "{\"status\":\"offline\"}", 1, true).unwrap();
    assert_eq!(
        on.profile.identity,
        Identity::Acs {
            client_id: ClientId::new("acs").unwrap(),
            session: AcsSession::Kept { expiry_secs: 3600.try_into().unwrap() },
            will: Some(will),
        }
    );
    assert!(warned(&on, "ends the ACS's own connection"));
    assert!(warned(&on, "USP_SCOPE_CLIENT_ID is ignored"));
    assert!(warned(&on, "USP_SCOPE_SUBSCRIBE_QOS=1"));

    let parts = |more: &str| {
        let text = format!("MQTT_CLIENT_ID=acs\nUSP_SCOPE_ACT_AS_ACS=1\n{more}");
        match with(&text).profile.identity {
            Identity::Acs { session, will, .. } => (session, will),
            Identity::Monitor { .. } => panic!("not the ACS"),
        }
    };
    assert_eq!(parts(""), (AcsSession::Clean, None));
    assert_eq!(
        parts("MQTT_CLEAN_SESSION=\nUSP_SCOPE_SESSION_EXPIRY=60").0,
        AcsSession::Kept { expiry_secs: 60.try_into().unwrap() }
    );
    // One half of a will is none; an empty message is one.
    assert_eq!(parts("MQTT_LAST_WILL_TOPIC=a").1, None);
    assert_eq!(parts("MQTT_LAST_WILL_MESSAGE=a").1, None);
    assert_eq!(parts("MQTT_LAST_WILL_TOPIC=null\nMQTT_LAST_WILL_MESSAGE=a").1, None);
    assert_eq!(
        parts("MQTT_LAST_WILL_TOPIC=a\nMQTT_LAST_WILL_MESSAGE=").1,
        Some(Will::new("a", "", 0, false).unwrap())
    );
    for (more, key) in [
        ("", "USP_SCOPE_ACT_AS_ACS"),
        ("MQTT_CLIENT_ID=", "USP_SCOPE_ACT_AS_ACS"),
        ("MQTT_CLIENT_ID=a\nUSP_SCOPE_SESSION_EXPIRY=0", "USP_SCOPE_SESSION_EXPIRY"),
        ("MQTT_CLIENT_ID=a\nMQTT_LAST_WILL_TOPIC=a/#x\nMQTT_LAST_WILL_MESSAGE=m", ""),
        (
            "MQTT_CLIENT_ID=a\nMQTT_LAST_WILL_TOPIC='a/#'\nMQTT_LAST_WILL_MESSAGE=m",
            "MQTT_LAST_WILL_TOPIC",
        ),
        (
            "MQTT_CLIENT_ID=a\nMQTT_LAST_WILL_TOPIC=\nMQTT_LAST_WILL_MESSAGE=m",
            "MQTT_LAST_WILL_TOPIC",
        ),
        (
            "MQTT_CLIENT_ID=a\nMQTT_LAST_WILL_QUALITY_OF_SERVICE=3",
            "MQTT_LAST_WILL_QUALITY_OF_SERVICE",
        ),
    ] {
        let text = format!("MQTT_HOST=b\nUSP_SCOPE_ACT_AS_ACS=true\n{more}\n");
        match parse(text.as_bytes(), Path::new("x"), &nothing) {
            Err(error) => assert_eq!(error.key.as_deref(), Some(key), "{more}"),
            Ok(_) => assert_eq!(key, "", "{more}"),
        }
    }
}

#[test]
fn alpn() {
    let names = |text: &str| {
        with(&format!("MQTT_TLS_ENABLED=true\n{text}")).profile.tls.map(|tls| tls.alpn)
    };
    assert_eq!(names(""), Some(vec![]));
    assert_eq!(
        names("USP_SCOPE_TLS_ALPN='x-amzn-mqtt-ca, mqtt,,mqtt'"),
        Some(vec!["x-amzn-mqtt-ca".to_owned(), "mqtt".to_owned()])
    );
    for long in ["x".repeat(256), "a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q".to_owned()] {
        let error =
            refused(&format!("MQTT_HOST=b\nMQTT_TLS_ENABLED=true\nUSP_SCOPE_TLS_ALPN={long}"));
        assert_eq!(error.key.as_deref(), Some("USP_SCOPE_TLS_ALPN"));
    }
}

#[test]
fn subscriptions() {
    assert_eq!(with("").profile.subscribe, ["usp/#"]);
    assert_eq!(with("USP_SCOPE_SUBSCRIBE='a/#, b/+,,a/#'").profile.subscribe, ["a/#", "b/+"]);
    let other = with("USP_MQTT_AGENT_TOPIC=acme/agent");
    assert!(warned(&other, "USP_SCOPE_SUBSCRIBE=\"usp/#,acme/agent/#\""));
    // Unquoted, the # starts a comment; what was meant is plain all the same.
    for (text, wanted) in [("usp/#", "usp/#"), ("#", "#"), ("a/+,b/# # note", "a/+,b/#")] {
        let unquoted = with(&format!("USP_SCOPE_SUBSCRIBE={text}"));
        assert_eq!(unquoted.profile.subscribe.join(","), wanted);
        assert!(warned(&unquoted, "in quotes") || warned(&unquoted, "write USP_SCOPE_SUBSCRIBE"));
    }
    assert_eq!(with("USP_SCOPE_SUBSCRIBE=a/b#note").profile.subscribe, ["a/b"]);
    assert_eq!(with("USP_SCOPE_SUBSCRIBE=#none").profile.subscribe, ["usp/#"]);
    assert!(warned(&with("MQTT_CLIENT_ID=a#b"), "MQTT_CLIENT_ID ends before the #"));
}

#[test]
fn secrets_stay_out_of_messages() {
    let loaded = with(
        "MQTT_AUTH_USERNAME=u\nMQTT_AUTH_PASSWORD='CANARY ${NOPE}'\nUSP_SCOPE_BRIDGE_TOKEN=CANARY2\n",
    );
    assert!(loaded.warnings.is_empty());
    let reference = with("MQTT_AUTH_USERNAME=u\nMQTT_AUTH_PASSWORD=CANARY${NOPE}\n");
    assert!(warned(&reference, "MQTT_AUTH_PASSWORD refers to ${NOPE}"));
    assert!(!format!("{loaded:?}{reference:?}").contains("CANARY"));
    let broken = refused("MQTT_HOST=b\nMQTT_AUTH_PASSWORD=CANARY word\n");
    assert_eq!((broken.line, broken.key.as_deref()), (Some(2), Some("MQTT_AUTH_PASSWORD")));
    assert!(!broken.to_string().contains("CANARY"));
    let alone = with("MQTT_AUTH_PASSWORD=CANARY\n");
    assert_eq!(alone.profile.password, None);
    assert!(warned(&alone, "ignored without MQTT_AUTH_USERNAME"));
}

#[test]
fn typing_errors_in_our_own_keys_are_said() {
    assert!(warned(&with("USP_SCOPE_SUBSCRIBES=a"), "USP_SCOPE_SUBSCRIBES is no setting"));
    assert!(warned(&with("X=\"open"), "never closed"));
}

#[test]
fn files() {
    let folder = tempfile::tempdir().unwrap();
    let missing = load(&folder.path().join("none.env"), &nothing).unwrap_err();
    assert!(missing.to_string().contains("no such file"), "{missing}");
    let not_a_file = load(folder.path(), &nothing).unwrap_err();
    assert!(not_a_file.what.contains("regular file"));
    let path = folder.path().join("a.env");
    std::fs::write(&path, "MQTT_HOST=${WHERE}\n").unwrap();
    let found = load(&path, &|name| (name == "WHERE").then(|| "here".to_owned())).unwrap();
    assert_eq!((found.profile.host.as_str(), found.profile.name.as_str()), ("here", "a.env"));
    std::fs::write(&path, vec![b'#'; 2 * 1024 * 1024]).unwrap();
    assert!(load(&path, &nothing).unwrap_err().what.contains("1 MiB"));
}

proptest! {
    #[test]
    fn no_value_panics_and_no_limit_is_left_open(
        key in prop::sample::select(vec![
            "MQTT_PORT", "MQTT_KEEP_ALIVE_INTERVAL", "MQTT_CONNECT_TIMEOUT", "MQTT_HOST",
            "MQTT_AUTO_RECONNECT_DELAY_BETWEEN_RECONNECT_ATTEMPTS", "USP_SCOPE_SUBSCRIBE",
            "MQTT_CLIENT_ID", "USP_SCOPE_CLIENT_ID", "USP_SCOPE_MAX_PACKET_BYTES",
        ]),
        value in "[-+0-9a-z.:#/\\[\\]\u{fc}%,$ ]{0,24}",
    ) {
        let text = format!("MQTT_HOST=b\nMQTT_AUTO_RECONNECT_ENABLED=true\n{key}='{value}'\n");
        if let Ok(Loaded { profile, .. }) = parse(text.as_bytes(), Path::new("p"), &nothing) {
            prop_assert!(profile.port > 0);
            prop_assert!((5..=65_535).contains(&profile.keep_alive.as_secs()));
            prop_assert!((1..=86_400).contains(&profile.connect_timeout.as_secs()));
            prop_assert!((1..=60).contains(&profile.reconnect.delay.as_secs()));
            prop_assert!(profile.subscribe.iter().all(|f| filter::check(f).is_ok()));
            prop_assert!(!profile.client_id().is_empty());
            prop_assert!(!profile.host.is_empty());
        }
    }
}
