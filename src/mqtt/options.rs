//! From a [`Profile`] to the library's options, for both versions: a clean session, no will,
//! an id of our own, and no value that makes the library panic or wrap.

use std::time::Duration;

use rumqttc::{NetworkOptions, TlsConfiguration, Transport};

use super::tls::TlsConnection;
use crate::profile::model::Profile;

/// The library panics below this (MQTT 5).
const MIN_KEEP_ALIVE: Duration = Duration::from_secs(5);
const MAX_KEEP_ALIVE: Duration = Duration::from_secs(65_535);
/// Requests of ours in flight; the library's default costs 14 MB per client.
const OUTGOING_INFLIGHT: u16 = 32;
/// Requests waiting to be sent.
pub(super) const QUEUE: usize = 16;

pub(super) fn for_v5(profile: &Profile, tls: Option<&TlsConnection>) -> rumqttc::v5::MqttOptions {
    let mut options = rumqttc::v5::MqttOptions::new(
        profile.own_client_id.clone(),
        profile.host.clone(),
        profile.port,
    );
    options
        .set_clean_start(true)
        .set_keep_alive(keep_alive(profile))
        .set_connection_timeout(library_timeout(profile))
        .set_outgoing_inflight_upper_limit(OUTGOING_INFLIGHT)
        // Topic aliases stay switched off: aliased messages would arrive without a topic.
        .set_max_packet_size(Some(profile.max_packet_bytes.max(1)))
        .set_network_options(network())
        .set_transport(transport(tls));
    if let Some((user, password)) = credentials(profile) {
        options.set_credentials(user, password);
    }
    options
}

pub(super) fn for_v311(profile: &Profile, tls: Option<&TlsConnection>) -> rumqttc::MqttOptions {
    let mut options = rumqttc::MqttOptions::new(
        profile.own_client_id.clone(),
        profile.host.clone(),
        profile.port,
    );
    let limit = profile.max_packet_bytes.max(1) as usize;
    options
        .set_clean_session(true)
        .set_keep_alive(keep_alive(profile))
        .set_inflight(OUTGOING_INFLIGHT)
        .set_max_packet_size(limit, limit)
        .set_transport(transport(tls));
    if let Some((user, password)) = credentials(profile) {
        options.set_credentials(user, password);
    }
    options
}

/// Network options of the 3.1.1 client, which has its time limit there.
pub(super) fn network_v311(profile: &Profile) -> NetworkOptions {
    let mut network = network();
    network.set_connection_timeout(library_timeout(profile));
    network
}

fn network() -> NetworkOptions {
    let mut network = NetworkOptions::new();
    // Acknowledgements must not wait for each other (40 ms steps otherwise).
    network.set_tcp_nodelay(true);
    network
}

fn transport(tls: Option<&TlsConnection>) -> Transport {
    match tls {
        Some(tls) => Transport::tls_with_config(TlsConfiguration::Rustls(tls.config.clone())),
        None => Transport::Tcp,
    }
}

fn keep_alive(profile: &Profile) -> Duration {
    profile.keep_alive.clamp(MIN_KEEP_ALIVE, MAX_KEEP_ALIVE)
}

/// The library knows whole seconds only. Ours is the exact limit, so its own comes later.
fn library_timeout(profile: &Profile) -> u64 {
    profile.connect_timeout.as_secs().saturating_add(2)
}

fn credentials(profile: &Profile) -> Option<(&str, &str)> {
    let user = profile.username.as_deref().filter(|user| !user.is_empty())?;
    Some((user, profile.password.as_ref().map_or("", |p| p.expose())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::secret::Secret;

    #[test]
    fn no_profile_makes_the_library_panic_or_wrap() {
        for (keep_alive, wanted) in [(0, 5), (1, 5), (10, 10), (70_000, 65_535)] {
            let profile = Profile {
                keep_alive: Duration::from_secs(keep_alive),
                connect_timeout: Duration::MAX,
                max_packet_bytes: 0,
                own_client_id: String::new(),
                username: Some(String::new()),
                password: Some(Secret::new("x")),
                ..Profile::for_address("h", 1)
            };
            let v5 = for_v5(&profile, None);
            assert_eq!(v5.keep_alive().as_secs(), wanted);
            assert!(v5.clean_start() && v5.last_will().is_none() && v5.credentials().is_none());
            assert_eq!(v5.topic_alias_max(), None);
            let v311 = for_v311(&profile, None);
            assert_eq!(v311.keep_alive().as_secs(), wanted);
            assert!(v311.clean_session() && v311.last_will().is_none());
            assert_eq!(network_v311(&profile).connection_timeout(), u64::MAX);
        }
    }

    #[test]
    fn the_profile_arrives() {
        let profile = Profile {
            own_client_id: "me".to_owned(),
            acs_client_id: Some("acs".to_owned()),
            username: Some("u".to_owned()),
            password: Some(Secret::new("p")),
            ..Profile::for_address("h", 1884)
        };
        let v5 = for_v5(&profile, None);
        assert_eq!(v5.broker_address(), ("h".to_owned(), 1884));
        assert_eq!(v5.client_id(), "me");
        assert_eq!(v5.max_packet_size(), Some(16 * 1024 * 1024));
        assert_eq!(
            v5.credentials().map(|l| (l.username, l.password)),
            Some(("u".into(), "p".into()))
        );
        let v311 = for_v311(&profile, None);
        assert_eq!(v311.client_id(), "me");
        assert_eq!(v311.max_packet_size(), 16 * 1024 * 1024);
    }
}
