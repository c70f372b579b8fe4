//! Profiles in, options out; nothing a file says makes the library panic or wrap.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::num::NonZeroU32;
use std::path::Path;

use proptest::prelude::*;

use super::*;
use crate::core::secret::Secret;
use crate::profile::identity::ClientId;
use crate::profile::read::{self, Loaded};

fn acting(session: AcsSession, will: Option<Will>) -> Profile {
    Profile {
        identity: Identity::Acs { client_id: ClientId::new("acs").unwrap(), session, will },
        ..Profile::for_address("h", 1)
    }
}

#[test]
fn no_profile_makes_the_library_panic_or_wrap() {
    for (keep_alive, wanted) in [(0, 5), (1, 5), (10, 10), (70_000, 65_535)] {
        let profile = Profile {
            keep_alive: Duration::from_secs(keep_alive),
            connect_timeout: Duration::MAX,
            max_packet_bytes: 0,
            username: Some(String::new()),
            password: Some(Secret::new("x")),
            ..Profile::for_address("h", 1)
        };
        let v5 = for_v5(&profile, None);
        assert_eq!(v5.keep_alive().as_secs(), wanted);
        assert!(v5.clean_start() && v5.last_will().is_none() && v5.credentials().is_none());
        assert_eq!((v5.topic_alias_max(), v5.session_expiry_interval()), (None, None));
        let v311 = for_v311(&profile, None);
        assert_eq!(v311.keep_alive().as_secs(), wanted);
        assert!(v311.clean_session() && v311.last_will().is_none());
        assert_eq!(network_v311(&profile).connection_timeout(), u64::MAX);
    }
}

#[test]
fn the_profile_arrives() {
    let profile = Profile {
        identity: Identity::Monitor { client_id: ClientId::new("me").unwrap() },
        acs_client_id: Some("acs".to_owned()),
        username: Some("u".to_owned()),
        password: Some(Secret::new("p")),
        ..Profile::for_address("h", 1884)
    };
    let v5 = for_v5(&profile, None);
    assert_eq!(v5.broker_address(), ("h".to_owned(), 1884));
    assert_eq!(v5.client_id(), "me");
    assert_eq!(v5.max_packet_size(), Some(16 * 1024 * 1024));
    assert_eq!(v5.credentials().map(|l| (l.username, l.password)), Some(("u".into(), "p".into())));
    let v311 = for_v311(&profile, None);
    assert_eq!(v311.client_id(), "me");
    assert_eq!(v311.max_packet_size(), 16 * 1024 * 1024);
}

#[test]
fn only_the_acs_keeps_a_session_and_leaves_a_will() {
    let expiry_secs = NonZeroU32::new(60).unwrap();
    let will = Will::new("acs/status", "gone", 1, true).unwrap();
    let profile = acting(AcsSession::Kept { expiry_secs }, Some(will));
    let v5 = for_v5(&profile, None);
    assert_eq!((v5.clean_start(), v5.session_expiry_interval()), (false, Some(60)));
    let last = v5.last_will().unwrap();
    assert_eq!(
        (&last.topic[..], &last.message[..], last.qos as u8, last.retain),
        (&b"acs/status"[..], &b"gone"[..], 1, true)
    );
    let v311 = for_v311(&profile, None);
    assert!(!v311.clean_session());
    assert_eq!(v311.client_id(), "acs");
    let last = v311.last_will().unwrap();
    assert_eq!(
        (last.topic.as_str(), &last.message[..], last.qos as u8, last.retain),
        ("acs/status", &b"gone"[..], 1, true)
    );
    let clean = acting(AcsSession::Clean, None);
    assert!(for_v5(&clean, None).clean_start() && for_v311(&clean, None).clean_session());
    assert_eq!(for_v5(&clean, None).session_expiry_interval(), None);
}

/// Every variable that reaches the library, with values from the plausible to the absurd.
fn line() -> impl Strategy<Value = String> {
    let key = prop::sample::select(vec![
        "MQTT_PORT",
        "MQTT_CLIENT_ID",
        "MQTT_CLEAN_SESSION",
        "MQTT_AUTH_USERNAME",
        "MQTT_AUTH_PASSWORD",
        "MQTT_TLS_ENABLED",
        "MQTT_CONNECT_TIMEOUT",
        "MQTT_KEEP_ALIVE_INTERVAL",
        "MQTT_AUTO_RECONNECT_ENABLED",
        "MQTT_AUTO_RECONNECT_MAX_RECONNECT_ATTEMPTS",
        "MQTT_AUTO_RECONNECT_DELAY_BETWEEN_RECONNECT_ATTEMPTS",
        "MQTT_LAST_WILL_TOPIC",
        "MQTT_LAST_WILL_MESSAGE",
        "MQTT_LAST_WILL_QUALITY_OF_SERVICE",
        "MQTT_LAST_WILL_RETAIN",
        "USP_SCOPE_CLIENT_ID",
        "USP_SCOPE_MQTT_VERSION",
        "USP_SCOPE_MAX_PACKET_BYTES",
        "USP_SCOPE_SUBSCRIBE",
        "USP_SCOPE_SUBSCRIBE_QOS",
        "USP_SCOPE_TLS_ALPN",
        "USP_SCOPE_SESSION_EXPIRY",
    ]);
    let value = prop_oneof![
        3 => prop::sample::select(vec![
            "", "null", "true", "false", "0", "1", "2", "3", "4", "5", "10", "3600", "65535",
            "65536", "70000", "4294967295", "4294967296", "99999999999999999999", "-1", "1e9",
            "empty", "acs", "usp/#", "a/b", "a/+", "#", "mqtt", "h2,mqtt", "auto", "3.1.1",
        ]).prop_map(str::to_owned),
        1 => "[-+0-9a-z./#\u{fc} ]{0,12}",
        1 => (65_530usize..65_540).prop_map(|n| "x".repeat(n)),
    ];
    (key, value).prop_map(|(key, value)| format!("{key}='{value}'\n"))
}

proptest! {
    #[test]
    fn no_file_makes_the_library_panic_or_wrap(
        lines in prop::collection::vec(line(), 0..8),
        acting in any::<bool>(),
    ) {
        let text = format!(
            "MQTT_HOST=b\nMQTT_CLIENT_ID=acs\nUSP_SCOPE_ACT_AS_ACS={acting}\n{}",
            lines.concat()
        );
        if let Ok(Loaded { profile, .. }) = read::parse(text.as_bytes(), Path::new("p"), &|_| None)
        {
            let v5 = for_v5(&profile, None);
            let v311 = for_v311(&profile, None);
            for secs in [v5.keep_alive().as_secs(), v311.keep_alive().as_secs()] {
                prop_assert!((5..=65_535).contains(&secs));
            }
            for id in [v5.client_id(), v311.client_id()] {
                prop_assert!((1..=65_535).contains(&id.len()));
                prop_assert_eq!(&id, profile.client_id());
            }
            prop_assert_eq!(v5.clean_start(), v311.clean_session());
            prop_assert_eq!(v5.session_expiry_interval().is_some(), !v5.clean_start());
            prop_assert_ne!(v5.session_expiry_interval(), Some(0));
            prop_assert!(v5.max_packet_size().is_some_and(|n| n >= 1024));
            prop_assert!(v5.connection_timeout() > profile.connect_timeout.as_secs());
            prop_assert_eq!(v5.last_will().is_some(), v311.last_will().is_some());
            if let Some(will) = v311.last_will() {
                prop_assert!(!will.topic.is_empty() && !will.topic.contains(['+', '#']));
                prop_assert!(will.topic.len() <= 65_535 && will.message.len() <= 65_535);
            }
            if !acting {
                prop_assert!(v5.clean_start() && v5.last_will().is_none());
                prop_assert!(profile.client_id() != "acs" || text.contains("USP_SCOPE_CLIENT_ID"));
            }
            for login in [v5.credentials().map(|l| (l.username, l.password)),
                          v311.credentials().map(|l| (l.username, l.password))] {
                let fits = login.is_none_or(|(user, password)| {
                    (1..=65_535).contains(&user.len()) && password.len() <= 65_535
                });
                prop_assert!(fits);
            }
        }
    }
}
