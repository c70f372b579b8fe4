//! From a [`Profile`] to the library's options, for both versions, and no value that makes the
//! library panic or wrap. A monitor gets a clean session, no will and an id of its own; only a
//! profile that acts as the ACS gets the ACS's.

use std::time::Duration;

use rumqttc::{NetworkOptions, TlsConfiguration, Transport};

use super::tls::TlsConnection;
use crate::profile::identity::{AcsSession, Identity, Will};
use crate::profile::model::Profile;

/// The library panics below this (MQTT 5).
const MIN_KEEP_ALIVE: Duration = Duration::from_secs(5);
const MAX_KEEP_ALIVE: Duration = Duration::from_secs(65_535);
/// Requests of ours in flight; the library's default costs 14 MB per client.
const OUTGOING_INFLIGHT: u16 = 32;
/// Requests waiting to be sent.
pub(super) const QUEUE: usize = 16;

pub(super) fn for_v5(profile: &Profile, tls: Option<&TlsConnection>) -> rumqttc::v5::MqttOptions {
    let mut options =
        rumqttc::v5::MqttOptions::new(profile.client_id(), profile.host.clone(), profile.port);
    let clean = match session(profile) {
        AcsSession::Clean => true,
        AcsSession::Kept { expiry_secs } => {
            options.set_session_expiry_interval(Some(expiry_secs.get()));
            false
        }
    };
    if let Some(will) = will(profile) {
        options.set_last_will(rumqttc::v5::mqttbytes::v5::LastWill::new(
            will.topic(),
            will.message().to_vec(),
            qos_v5(will.qos()),
            will.retain(),
            None,
        ));
    }
    options
        .set_clean_start(clean)
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
    let mut options =
        rumqttc::MqttOptions::new(profile.client_id(), profile.host.clone(), profile.port);
    let limit = profile.max_packet_bytes.max(1) as usize;
    if let Some(will) = will(profile) {
        options.set_last_will(rumqttc::LastWill::new(
            will.topic(),
            will.message(),
            qos_v311(will.qos()),
            will.retain(),
        ));
    }
    options
        // The id of a kept session is never empty, which the library would panic on.
        .set_clean_session(session(profile) == AcsSession::Clean)
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

/// The library's name for a QoS of MQTT 5; above 2 counts as 2.
pub(super) fn qos_v5(qos: u8) -> rumqttc::v5::mqttbytes::QoS {
    use rumqttc::v5::mqttbytes::QoS;
    match qos {
        0 => QoS::AtMostOnce,
        1 => QoS::AtLeastOnce,
        _ => QoS::ExactlyOnce,
    }
}

/// The same of MQTT 3.1.1.
pub(super) fn qos_v311(qos: u8) -> rumqttc::QoS {
    match qos {
        0 => rumqttc::QoS::AtMostOnce,
        1 => rumqttc::QoS::AtLeastOnce,
        _ => rumqttc::QoS::ExactlyOnce,
    }
}

/// What the broker should keep: for a monitor nothing.
fn session(profile: &Profile) -> AcsSession {
    match &profile.identity {
        Identity::Monitor { .. } => AcsSession::Clean,
        Identity::Acs { session, .. } => *session,
    }
}

fn will(profile: &Profile) -> Option<&Will> {
    match &profile.identity {
        Identity::Monitor { .. } => None,
        Identity::Acs { will, .. } => will.as_ref(),
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
mod tests;
