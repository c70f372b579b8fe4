//! Puts what went wrong into words: one sentence for what failed, one for what to do. Secrets
//! never get in here.

use rustls::{AlertDescription, CertificateError, Error as RustlsError};

use super::fault::{Fault, Refusal, Stage, TlsFault};
use super::link::{Cause, Failure};
use super::verify::{Refused, Verdict};
use crate::profile::model::{Profile, VersionChoice};

/// A failure, and whether only a person can mend it.
#[derive(Clone, Debug)]
pub(super) struct Explained {
    pub failure: Failure,
    pub permanent: bool,
}

/// `host:port`, an IPv6 address in brackets.
pub(super) fn address(profile: &Profile) -> String {
    if profile.host.contains(':') {
        format!("[{}]:{}", profile.host, profile.port)
    } else {
        format!("{}:{}", profile.host, profile.port)
    }
}

/// `refused` is the verifier's last word on this connection; `short_lived` counts connections in
/// a row that were lost right after they came up.
pub(super) fn explain(
    fault: &Fault,
    profile: &Profile,
    stage: Stage,
    refused: Option<&Refused>,
    short_lived: u32,
) -> Explained {
    let at = address(profile);
    match fault {
        Fault::File(problem) => {
            permanent(Cause::File, problem.what.clone(), problem.advice.clone())
        }
        Fault::Lookup(error) => lookup(profile, error),
        Fault::Tcp(error) => tcp(&at, error, profile),
        Fault::Tls(tls) => explain_tls(tls, profile, &at, refused),
        Fault::Refused(refusal) => explain_refusal(*refusal, profile, &at),
        Fault::Timeout => timeout(profile, &at, stage),
        Fault::Closed | Fault::Broken(_) | Fault::Malformed(_) if stage == Stage::Connecting => {
            no_connack(fault, profile, &at)
        }
        Fault::Closed => closed(profile, &at, short_lived),
        Fault::Broken(error) => passing(
            Cause::ClosedByBroker,
            format!("The connection to {at} broke: {error}."),
            "Check the network between here and the broker.".to_owned(),
        ),
        Fault::Malformed(what) => passing(
            Cause::Other,
            format!("{at} sent something that breaks MQTT's rules: {what}."),
            "Check that nothing between here and the broker alters the connection, and update the \
             broker."
                .to_owned(),
        ),
        Fault::TooLarge(size) => passing(
            Cause::PacketTooLarge,
            format!(
                "{at} sent a message of {size} bytes; the limit of this profile is {} bytes, and \
                 MQTT can only be read on by connecting again.",
                profile.max_packet_bytes
            ),
            format!(
                "Raise USP_SCOPE_MAX_PACKET_BYTES above {size}, or narrow USP_SCOPE_SUBSCRIBE; a \
                 retained message of that size comes back with every connection."
            ),
        ),
        Fault::Disconnected { code, name, text } => {
            disconnected(profile, &at, *code, name, text.as_deref())
        }
        Fault::NoPong => passing(
            Cause::Timeout,
            format!("{at} did not answer a ping within {} s.", profile.keep_alive.as_secs()),
            "Check the network and the broker's load; a longer MQTT_KEEP_ALIVE_INTERVAL tolerates \
             slower links."
                .to_owned(),
        ),
        Fault::BadFilter { filter, why } => permanent(
            Cause::SubscribeRefused,
            format!("The topic filter {} is not valid: {why}.", filter.escape_debug()),
            "Correct the filter, for example usp/# or usp/agent/+.".to_owned(),
        ),
        Fault::Unsubscribed(filters) => permanent(
            Cause::SubscribeRefused,
            format!("{at} refused every subscription: {}.", filters.join(", ")),
            format!(
                "Allow {} to read these topics in the broker's ACL, or choose other topics in \
                 USP_SCOPE_SUBSCRIBE.",
                who(profile)
            ),
        ),
    }
}

fn permanent(cause: Cause, what: String, advice: String) -> Explained {
    Explained { failure: Failure { cause, what, advice }, permanent: true }
}

fn passing(cause: Cause, what: String, advice: String) -> Explained {
    Explained { failure: Failure { cause, what, advice }, permanent: false }
}

fn who(profile: &Profile) -> String {
    match &profile.username {
        Some(user) => format!("the user {user}"),
        None => "anonymous clients".to_owned(),
    }
}

fn lookup(profile: &Profile, error: &std::io::Error) -> Explained {
    let host = &profile.host;
    if error.kind() == std::io::ErrorKind::TimedOut {
        return passing(
            Cause::Timeout,
            format!("Looking up the name {host} took longer than {}.", secs(profile)),
            "Check the name servers and the VPN.".to_owned(),
        );
    }
    passing(
        Cause::NoSuchHost,
        format!("There is no address for the host name {host}."),
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
        || profile.host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
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

fn tcp(at: &str, error: &std::io::Error, profile: &Profile) -> Explained {
    use std::io::ErrorKind as Kind;
    match error.kind() {
        Kind::ConnectionRefused => passing(
            Cause::Refused,
            format!("Connection refused: nothing listens at {at}."),
            refused_advice(profile),
        ),
        Kind::TimedOut => passing(
            Cause::Timeout,
            format!("{at} did not answer."),
            "Check the address, routing, VPN and firewall.".to_owned(),
        ),
        Kind::HostUnreachable | Kind::NetworkUnreachable | Kind::AddrNotAvailable => passing(
            Cause::Unreachable,
            format!("There is no way to {at}: {error}."),
            "Check that this machine is online, and its routing and VPN.".to_owned(),
        ),
        _ => passing(
            Cause::Other,
            format!("Connecting to {at} failed: {error}."),
            "Check MQTT_HOST and MQTT_PORT.".to_owned(),
        ),
    }
}

fn timeout(profile: &Profile, at: &str, stage: Stage) -> Explained {
    let limit = secs(profile);
    if stage == Stage::Subscribing {
        return passing(
            Cause::Timeout,
            format!("{at} accepted the connection but did not answer the subscription in {limit}."),
            "Check the broker's load and log.".to_owned(),
        );
    }
    passing(
        Cause::Timeout,
        format!("{at} did not complete the connection within {limit}."),
        format!(
            "Check that the host is reachable and no firewall drops the packets, and that the port \
             belongs to an MQTT broker{}; MQTT_CONNECT_TIMEOUT sets the limit.",
            if profile.tls.is_none() { " that speaks MQTT without TLS" } else { "" }
        ),
    )
}

/// The connection ended before CONNACK: the wrong kind of port, or a broker that refuses
/// silently.
fn no_connack(fault: &Fault, profile: &Profile, at: &str) -> Explained {
    let what = match fault {
        Fault::Malformed(why) => {
            format!("What answers at {at} does not speak MQTT as expected: {why}.")
        }
        _ => format!("{at} closed the connection without answering."),
    };
    if profile.tls.is_none() && is_tls_port(profile.port) {
        return passing(
            Cause::Tls,
            what,
            format!(
                "Port {} usually expects TLS: set MQTT_TLS_ENABLED=true, or MQTT_PORT=1883 for a \
                 connection without TLS.",
                profile.port
            ),
        );
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

fn closed(profile: &Profile, at: &str, short_lived: u32) -> Explained {
    if short_lived >= 2 {
        return passing(
            Cause::ClosedByBroker,
            format!("{at} closed the connection again right after it came up."),
            format!(
                "Look for another program with the client id {}, which would throw this one off \
                 each time; otherwise see the broker's log.",
                profile.client_id()
            ),
        );
    }
    passing(
        Cause::ClosedByBroker,
        format!("{at} closed the connection."),
        "Check whether the broker was restarted; its log says why it closes connections."
            .to_owned(),
    )
}

fn disconnected(
    profile: &Profile,
    at: &str,
    code: u8,
    name: &str,
    text: Option<&str>,
) -> Explained {
    let mut what = format!("{at} ended the connection: {} (0x{code:02X})", spaced(name));
    if let Some(text) = text {
        what.push_str(": ");
        what.extend(text.chars().take(200).flat_map(char::escape_debug));
    }
    what.push('.');
    match code {
        0x8e => passing(
            Cause::ClosedByBroker,
            what,
            format!(
                "Another client connected with the id {}; give each its own USP_SCOPE_CLIENT_ID.",
                profile.client_id()
            ),
        ),
        0x87 => permanent(
            Cause::NotAuthorized,
            what,
            format!("Check what the broker's ACL allows {}.", who(profile)),
        ),
        0x95 => passing(
            Cause::PacketTooLarge,
            what,
            "Raise USP_SCOPE_MAX_PACKET_BYTES or narrow USP_SCOPE_SUBSCRIBE.".to_owned(),
        ),
        0x8d => passing(
            Cause::Timeout,
            what,
            "Raise MQTT_KEEP_ALIVE_INTERVAL, or check the link and whether this machine slept."
                .to_owned(),
        ),
        0x98 => passing(
            Cause::ClosedByBroker,
            what,
            "Ask the broker's operator: somebody ended the connection there.".to_owned(),
        ),
        0x9c | 0x9d => passing(
            Cause::ClosedByBroker,
            what,
            "The broker has moved: ask for its new address and set MQTT_HOST.".to_owned(),
        ),
        _ => {
            passing(Cause::ClosedByBroker, what, "See the broker's log for the reason.".to_owned())
        }
    }
}

fn explain_refusal(refusal: Refusal, profile: &Profile, at: &str) -> Explained {
    match refusal {
        Refusal::Login => {
            let advice = match &profile.username {
                Some(user) => format!(
                    "Check that the broker knows the user {user} and that MQTT_AUTH_PASSWORD \
                     matches; try the pair with mosquitto_pub -u {user} -P '<password>'."
                ),
                None => "Set MQTT_AUTH_USERNAME and MQTT_AUTH_PASSWORD: the broker does not let \
                         anonymous clients in."
                    .to_owned(),
            };
            permanent(
                Cause::NotAuthorized,
                format!("{at} does not let {} in: not authorised.", who(profile)),
                advice,
            )
        }
        Refusal::Version => {
            let asked = match profile.version {
                VersionChoice::V5 => "MQTT 5",
                VersionChoice::V311 => "MQTT 3.1.1",
                VersionChoice::Auto => "either MQTT 5 or MQTT 3.1.1",
            };
            permanent(
                Cause::VersionRefused,
                format!("{at} does not speak {asked}."),
                "Set USP_SCOPE_MQTT_VERSION=auto, or enable the version in the broker.".to_owned(),
            )
        }
        Refusal::ClientId => permanent(
            Cause::ConnectRefused,
            format!("{at} does not accept the client id {}.", profile.client_id()),
            "Set a shorter or simpler USP_SCOPE_CLIENT_ID; some brokers allow only certain ids."
                .to_owned(),
        ),
        Refusal::Banned => permanent(
            Cause::ConnectRefused,
            format!("{at} has banned this client."),
            "Ask the broker's operator.".to_owned(),
        ),
        Refusal::Busy(why) => passing(
            Cause::ConnectRefused,
            format!("{at} takes no connection now: {why}."),
            "Wait, or check the broker's load and limits.".to_owned(),
        ),
        Refusal::Other(why) => passing(
            Cause::ConnectRefused,
            format!("{at} refused the connection: {why}."),
            "See the broker's log for the reason.".to_owned(),
        ),
    }
}

fn explain_tls(
    fault: &TlsFault,
    profile: &Profile,
    at: &str,
    refused: Option<&Refused>,
) -> Explained {
    match fault {
        TlsFault::Rustls(RustlsError::InvalidCertificate(error)) => {
            certificate(error, profile, at, refused)
        }
        TlsFault::Rustls(RustlsError::AlertReceived(alert)) => alert_received(*alert, at),
        TlsFault::Rustls(
            error @ (RustlsError::InvalidMessage(_)
            | RustlsError::InappropriateMessage { .. }
            | RustlsError::InappropriateHandshakeMessage { .. }),
        ) => not_tls(profile, at, &error.to_string()),
        TlsFault::Io(error) => not_tls(profile, at, &error.to_string()),
        TlsFault::Rustls(RustlsError::PeerIncompatible(why)) => permanent(
            Cause::Tls,
            format!("{at} and this app have no TLS version or cipher in common: {why:?}."),
            "Enable TLS 1.2 or 1.3 in the broker.".to_owned(),
        ),
        TlsFault::ServerName => permanent(
            Cause::Tls,
            format!("{} is no name a certificate can be checked against.", profile.host),
            "Write the broker's DNS name or address in MQTT_HOST.".to_owned(),
        ),
        TlsFault::Rustls(error) => passing(
            Cause::Tls,
            format!("TLS with {at} failed: {error}."),
            "Check the broker's TLS settings and log.".to_owned(),
        ),
        TlsFault::Other(error) => passing(
            Cause::Tls,
            format!("TLS with {at} failed: {error}."),
            "Check the broker's TLS settings and log.".to_owned(),
        ),
    }
}

fn not_tls(profile: &Profile, at: &str, error: &str) -> Explained {
    let hint = if profile.port == 1883 { "Port 1883 usually" } else { "The port may" };
    let verb = if profile.port == 1883 { "speaks" } else { "speak" };
    passing(
        Cause::Tls,
        format!("{at} does not answer with TLS: {error}."),
        format!(
            "{hint} {verb} MQTT without TLS: set MQTT_TLS_ENABLED=false, or MQTT_PORT=8883 where \
             brokers usually expect TLS."
        ),
    )
}

fn certificate(
    error: &CertificateError,
    profile: &Profile,
    at: &str,
    refused: Option<&Refused>,
) -> Explained {
    if let CertificateError::Other(other) = error
        && let Some(verdict) = other.0.downcast_ref::<Verdict>()
    {
        let (what, advice) = verdict.words(at);
        return permanent(Cause::Certificate, what, advice);
    }
    let tls = profile.tls.clone().unwrap_or_default();
    let subject = refused.map_or("", |r| r.subject.as_str());
    let issuer = refused.map_or("", |r| r.issuer.as_str());
    let source = match (&tls.ca_file, &tls.ca_path) {
        (Some(file), _) => format!("{} (MQTT_TLS_CA_FILE)", file.display()),
        (None, Some(folder)) => format!("{} (MQTT_TLS_CA_PATH)", folder.display()),
        (None, None) => "the system's CA certificates".to_owned(),
    };
    let (what, advice) = match error {
        CertificateError::ExpiredContext { not_after, .. } => (
            format!("The certificate of {at} expired on {}.", date(not_after.as_secs())),
            "Renew the broker's certificate; if it is new, check this machine's clock.".to_owned(),
        ),
        CertificateError::NotValidYetContext { not_before, .. } => (
            format!("The certificate of {at} is valid only from {}.", date(not_before.as_secs())),
            "Check this machine's clock and the certificate's dates.".to_owned(),
        ),
        CertificateError::Expired | CertificateError::NotValidYet => (
            format!("The certificate of {at} is not valid at this time."),
            "Check its dates with `openssl x509 -in server.crt -dates -noout`, and this machine's \
             clock."
                .to_owned(),
        ),
        CertificateError::NotValidForNameContext { presented, .. } => {
            let names = if presented.is_empty() {
                "no name at all (a CN alone does not count)".to_owned()
            } else {
                let shown: Vec<String> =
                    presented.iter().take(8).map(|name| plain_name(name)).collect();
                shown.join(", ")
            };
            (
                format!("The certificate of {at} is not for {}; it names {names}.", profile.host),
                "Use one of its names in MQTT_HOST, or have the certificate reissued with this \
                 name (or address) as subject alternative name; MQTT_TLS_VERIFY_PEER_NAME=false \
                 switches the check off."
                    .to_owned(),
            )
        }
        CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => (
            format!("The certificate of {at} is not meant for servers."),
            "Have it reissued for server authentication.".to_owned(),
        ),
        CertificateError::BadEncoding => (
            format!("The certificate of {at} cannot be read."),
            "Have it reissued as X.509 version 3.".to_owned(),
        ),
        CertificateError::Other(other) if other.0.to_string() == "UnsupportedCertVersion" => (
            format!("The certificate of {at} is of X.509 version 1."),
            "Have it reissued as version 3 (openssl: with an extensions file).".to_owned(),
        ),
        _ if refused.is_some_and(|r| r.self_signed) => (
            format!("The certificate of {at} ({subject}) is signed by itself and not trusted."),
            "Name that certificate in MQTT_TLS_CA_FILE; for development, \
             MQTT_TLS_ALLOW_SELF_SIGNED_CERT=true accepts it."
                .to_owned(),
        ),
        CertificateError::UnknownIssuer | CertificateError::BadSignature => (
            format!(
                "The certificate of {at} was issued by an unknown CA ({issuer}), which is not among \
                 {source}."
            ),
            "Set MQTT_TLS_CA_FILE to the certificate of that CA (check it with `openssl x509 -in \
             ca.crt -text -noout`); if there is an intermediate CA, the broker must send its \
             certificate too."
                .to_owned(),
        ),
        other => (
            format!("The certificate of {at} is not accepted: {other:?}."),
            "Check it with `openssl x509 -in server.crt -text -noout`.".to_owned(),
        ),
    };
    permanent(Cause::Certificate, what, advice)
}

fn alert_received(alert: AlertDescription, at: &str) -> Explained {
    use AlertDescription as Alert;
    match alert {
        Alert::CertificateRequired => permanent(
            Cause::Certificate,
            format!("{at} demands a client certificate."),
            "Set MQTT_TLS_CLIENT_CERT_FILE and MQTT_TLS_CLIENT_CERT_KEY_FILE.".to_owned(),
        ),
        Alert::UnknownCA
        | Alert::BadCertificate
        | Alert::UnsupportedCertificate
        | Alert::CertificateRevoked
        | Alert::CertificateExpired
        | Alert::CertificateUnknown => permanent(
            Cause::Certificate,
            format!(
                "{at} does not accept our client certificate: {}.",
                spaced(&format!("{alert:?}"))
            ),
            "Check that MQTT_TLS_CLIENT_CERT_FILE is valid and issued by a CA the broker trusts."
                .to_owned(),
        ),
        Alert::NoApplicationProtocol => permanent(
            Cause::Tls,
            format!("{at} speaks none of the protocols offered by ALPN."),
            "Correct USP_SCOPE_TLS_ALPN (usually mqtt), or remove the line.".to_owned(),
        ),
        Alert::UnrecognisedName => permanent(
            Cause::Tls,
            format!("{at} does not know the server name it was called by."),
            "Check MQTT_HOST.".to_owned(),
        ),
        other => passing(
            Cause::Tls,
            format!("{at} ended TLS with the alert {}.", spaced(&format!("{other:?}"))),
            "Check the broker's TLS settings and log; a broker that demands a client certificate \
             may also answer like this."
                .to_owned(),
        ),
    }
}

/// rustls prints presented names as `DnsName("x")`.
fn plain_name(name: &str) -> String {
    let inner = name.split_once('"').and_then(|(_, rest)| rest.split_once('"'));
    let plain = inner.map_or(name, |(inner, _)| inner);
    plain.chars().take(100).flat_map(char::escape_debug).collect()
}

/// `SessionTakenOver` as "session taken over".
fn spaced(name: &str) -> String {
    let mut out = String::new();
    let mut previous_lower = false;
    for c in name.chars() {
        if c.is_uppercase() && previous_lower {
            out.push(' ');
        }
        previous_lower = c.is_lowercase();
        out.extend(c.to_lowercase());
    }
    out
}

fn is_tls_port(port: u16) -> bool {
    matches!(port, 443 | 8883 | 8884 | 8886 | 8887)
}

fn secs(profile: &Profile) -> String {
    let limit = profile.connect_timeout;
    if limit.subsec_nanos() == 0 {
        format!("{} s", limit.as_secs())
    } else {
        format!("{:.1} s", limit.as_secs_f64())
    }
}

fn date(secs: u64) -> String {
    i64::try_from(secs)
        .ok()
        .and_then(|secs| jiff::Timestamp::from_second(secs).ok())
        .map_or_else(|| "an impossible date".to_owned(), |t| t.strftime("%F %T UTC").to_string())
}

#[cfg(test)]
mod tests;
