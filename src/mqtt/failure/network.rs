//! Before MQTT has begun: names, TCP, time limits, and ports that are not what the profile takes
//! them for.

use std::io;
use std::net::IpAddr;

use super::words::{address, limit};
use super::{Explained, passing};
use crate::mqtt::fault::{Fault, Stage};
use crate::mqtt::link::Cause;
use crate::profile::model::Profile;

pub(super) fn lookup(profile: &Profile, error: &io::Error) -> Explained {
    let host = &profile.host;
    if error.kind() == io::ErrorKind::TimedOut {
        return passing(
            Cause::Timeout,
            format!("Timeout: looking up the name {host} took longer than {}.", limit(profile)),
            "Check the name servers and the VPN.".to_owned(),
        );
    }
    passing(
        Cause::NoSuchHost,
        format!("No such host: there is no address for the name {host}."),
        "Check the spelling of MQTT_HOST, the name servers and the VPN.".to_owned(),
    )
}

/// What to check when nothing listens there; on this machine neither a firewall nor the listening
/// address can be to blame.
fn refused_advice(profile: &Profile) -> String {
    let (host, port) =
        if profile.path.is_some() { ("MQTT_HOST", "MQTT_PORT") } else { ("host", "port") };
    let mut advice = format!(
        "Check that the broker runs (systemctl status mosquitto) and that {host} and {port} are \
         right"
    );
    let here = profile.host == "localhost"
        || profile.host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
    if !here {
        advice.push_str(&format!(
            ", that it listens on this address and not on localhost only, and that no firewall is \
             in the way (sudo ufw allow {}/tcp)",
            profile.port
        ));
    }
    advice.push('.');
    advice
}

pub(super) fn tcp(error: &io::Error, profile: &Profile) -> Explained {
    use io::ErrorKind as Kind;
    let at = address(profile);
    match error.kind() {
        Kind::ConnectionRefused => passing(
            Cause::Refused,
            format!("Connection refused: nothing listens at {at}."),
            refused_advice(profile),
        ),
        Kind::TimedOut => passing(
            Cause::Timeout,
            format!("Timeout: {at} did not answer."),
            "Check the address, routing, VPN and firewall.".to_owned(),
        ),
        Kind::HostUnreachable | Kind::NetworkUnreachable | Kind::AddrNotAvailable => passing(
            Cause::Unreachable,
            format!("Unreachable: there is no way to {at}: {error}."),
            "Check that this machine is online, and its routing and VPN.".to_owned(),
        ),
        _ => passing(
            Cause::Other,
            format!("Connecting to {at} failed: {error}."),
            "Check MQTT_HOST and MQTT_PORT.".to_owned(),
        ),
    }
}

pub(super) fn timeout(profile: &Profile, stage: Stage) -> Explained {
    let (at, limit) = (address(profile), limit(profile));
    if stage == Stage::Subscribing {
        return passing(
            Cause::Timeout,
            format!(
                "Timeout: {at} accepted the connection but did not answer the subscription in \
                 {limit}."
            ),
            "Check the broker's load and log.".to_owned(),
        );
    }
    passing(
        Cause::Timeout,
        format!("Timeout: {at} did not complete the connection within {limit}."),
        format!(
            "Check that the host is reachable and no firewall drops the packets, and that the port \
             belongs to an MQTT broker{}; MQTT_CONNECT_TIMEOUT sets the limit.",
            if profile.tls.is_none() { " that speaks MQTT without TLS" } else { "" }
        ),
    )
}

/// The connection ended before CONNACK: the wrong kind of port, or a broker that refuses
/// silently.
pub(super) fn no_connack(fault: &Fault, profile: &Profile) -> Explained {
    let at = address(profile);
    let what = match fault {
        Fault::Malformed(why) => {
            format!("What answers at {at} does not speak MQTT as expected: {why}.")
        }
        _ => format!("{at} closed the connection without answering."),
    };
    if profile.tls.is_none() && is_tls_port(profile.port) {
        return passing(Cause::TlsExpected, what, tls_on(profile, "usually expects"));
    }
    let tls = if profile.tls.is_none() {
        " and that it is not a TLS port (then set MQTT_TLS_ENABLED=true)"
    } else {
        ""
    };
    passing(
        Cause::ClosedByBroker,
        what,
        format!(
            "Check that the port belongs to an MQTT broker{tls}, and see its log: a full broker, a \
             refused client id or an unknown MQTT version also end like this."
        ),
    )
}

pub(super) fn tls_expected(profile: &Profile, how: &str) -> Explained {
    passing(
        Cause::TlsExpected,
        format!("{} expects TLS, but was spoken to without: {how}.", address(profile)),
        tls_on(profile, "expects"),
    )
}

fn tls_on(profile: &Profile, expects: &str) -> String {
    format!(
        "Port {} {expects} TLS: set MQTT_TLS_ENABLED=true, or MQTT_PORT=1883 for a connection \
         without TLS.",
        profile.port
    )
}

pub(super) fn plain_mqtt(profile: &Profile) -> Explained {
    passing(
        Cause::NotTls,
        format!("{} speaks MQTT without TLS, but was spoken to with TLS.", address(profile)),
        format!(
            "Port {} speaks plain MQTT: set MQTT_TLS_ENABLED=false, or MQTT_PORT=8883 where \
             brokers usually expect TLS.",
            profile.port
        ),
    )
}

/// TLS failed as it does against a port without TLS, but that is not certain.
pub(super) fn perhaps_no_tls(profile: &Profile, error: &str) -> Explained {
    let hint = if profile.port == 1883 { "Port 1883 usually speaks" } else { "The port may speak" };
    passing(
        Cause::NotTls,
        format!("{} does not answer with TLS: {error}.", address(profile)),
        format!(
            "{hint} MQTT without TLS: set MQTT_TLS_ENABLED=false, or MQTT_PORT=8883 where brokers \
             usually expect TLS."
        ),
    )
}

pub(super) fn mute(profile: &Profile) -> Explained {
    passing(
        Cause::Mute,
        format!(
            "Timeout: {} accepts connections, but did not say a word within {}.",
            address(profile),
            limit(profile)
        ),
        "Check that the port belongs to an MQTT broker, and whether that broker is overloaded; \
         MQTT_CONNECT_TIMEOUT sets the limit."
            .to_owned(),
    )
}

pub(super) fn not_mqtt(profile: &Profile, what: &str) -> Explained {
    let at = address(profile);
    let port = if profile.path.is_some() { "MQTT_PORT" } else { "the port" };
    passing(
        Cause::NotMqtt,
        format!("What answers at {at} does not speak MQTT: {what}."),
        format!(
            "Correct {port}: this one belongs to something else; MQTT brokers usually listen on \
             1883, or 8883 with TLS."
        ),
    )
}

fn is_tls_port(port: u16) -> bool {
    matches!(port, 443 | 8883 | 8884 | 8886 | 8887)
}
