//! TLS: certificates of the broker and of our own, and alerts.

use rustls::{AlertDescription, CertificateError, Error as RustlsError};

use super::network::perhaps_no_tls;
use super::words::{address, date, spaced};
use super::{Explained, passing, permanent};
use crate::mqtt::fault::TlsFault;
use crate::mqtt::link::Cause;
use crate::mqtt::verify::{Refused, Verdict};
use crate::profile::model::Profile;

pub(super) fn explain(fault: &TlsFault, profile: &Profile, refused: Option<&Refused>) -> Explained {
    let at = address(profile);
    let failed = |error: &dyn std::fmt::Display| {
        passing(
            Cause::Tls,
            format!("TLS with {at} failed: {error}."),
            "Check the broker's TLS settings and log.".to_owned(),
        )
    };
    match fault {
        TlsFault::Rustls(RustlsError::InvalidCertificate(error)) => {
            certificate(error, profile, refused)
        }
        TlsFault::Rustls(RustlsError::AlertReceived(alert)) => alert_received(*alert, profile),
        TlsFault::Rustls(
            error @ (RustlsError::InvalidMessage(_)
            | RustlsError::InappropriateMessage { .. }
            | RustlsError::InappropriateHandshakeMessage { .. }),
        ) => perhaps_no_tls(profile, &error.to_string()),
        TlsFault::Io(error) => perhaps_no_tls(profile, &error.to_string()),
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
        TlsFault::Rustls(error) => failed(error),
        TlsFault::Other(error) => failed(error),
    }
}

fn certificate(
    error: &CertificateError,
    profile: &Profile,
    refused: Option<&Refused>,
) -> Explained {
    let at = address(profile);
    if let CertificateError::Other(other) = error
        && let Some(verdict) = other.0.downcast_ref::<Verdict>()
    {
        let (what, advice) = verdict.words(&at);
        let cause = match verdict {
            Verdict::NotTheOwner { .. } => Cause::KeyNotOwned,
            Verdict::OldAuthority { .. } => Cause::CaNotValid,
        };
        return permanent(cause, what, advice);
    }
    let subject = refused.map_or("", |r| r.subject.as_str());
    let issuer = refused.map_or("", |r| r.issuer.as_str());
    let (cause, what, advice) = match error {
        CertificateError::ExpiredContext { not_after, time } => (
            Cause::Expired,
            format!(
                "The certificate of {at} expired on {}; this machine's clock says {}.",
                date(not_after.as_secs()),
                date(time.as_secs())
            ),
            "Renew the broker's certificate; if it is new, check this machine's clock.".to_owned(),
        ),
        CertificateError::NotValidYetContext { not_before, time } => (
            Cause::NotYetValid,
            format!(
                "The certificate of {at} is not yet valid, only from {}; this machine's clock says \
                 {}.",
                date(not_before.as_secs()),
                date(time.as_secs())
            ),
            "Check this machine's clock, which is probably slow, and the certificate's dates."
                .to_owned(),
        ),
        CertificateError::Expired | CertificateError::NotValidYet => (
            if matches!(error, CertificateError::Expired) {
                Cause::Expired
            } else {
                Cause::NotYetValid
            },
            format!("The certificate of {at} is not valid at this time."),
            "Check its dates with `openssl x509 -in server.crt -dates -noout`, and this machine's \
             clock."
                .to_owned(),
        ),
        CertificateError::NotValidForNameContext { presented, .. } => name(profile, presented),
        CertificateError::NotValidForName => name(profile, &[]),
        CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => (
            Cause::WrongPurpose,
            format!("The certificate of {at} is not meant for servers."),
            "Have it reissued for server authentication.".to_owned(),
        ),
        CertificateError::BadEncoding => (
            Cause::Certificate,
            format!("The certificate of {at} cannot be read."),
            "Have it reissued as X.509 version 3.".to_owned(),
        ),
        CertificateError::Other(other) if other.0.to_string() == "UnsupportedCertVersion" => (
            Cause::CertificateVersion,
            format!("The certificate of {at} is of X.509 version 1."),
            "Have it reissued as version 3 (openssl: with an extensions file).".to_owned(),
        ),
        _ if refused.is_some_and(|r| r.self_signed) => (
            Cause::SelfSigned,
            format!(
                "The certificate of {at} ({subject}) is self-signed (signed by itself) and not \
                 trusted."
            ),
            "Name that certificate in MQTT_TLS_CA_FILE; for development, \
             MQTT_TLS_ALLOW_SELF_SIGNED_CERT=true accepts it."
                .to_owned(),
        ),
        CertificateError::UnknownIssuer | CertificateError::BadSignature => {
            unknown_ca(profile, issuer)
        }
        other => (
            Cause::Certificate,
            format!("The certificate of {at} is not accepted: {other:?}."),
            "Check it with `openssl x509 -in server.crt -text -noout`.".to_owned(),
        ),
    };
    permanent(cause, what, advice)
}

fn name(profile: &Profile, presented: &[String]) -> (Cause, String, String) {
    let (at, host) = (address(profile), &profile.host);
    let off = "MQTT_TLS_VERIFY_PEER_NAME=false switches the check off.";
    if presented.is_empty() {
        return (
            Cause::NoNames,
            format!(
                "Name mismatch: the certificate of {at} is not for {host}; it has no subject \
                 alternative names at all, and a CN alone does not count."
            ),
            format!("Have it reissued with {host} as subject alternative name; {off}"),
        );
    }
    let names: Vec<String> = presented.iter().take(8).map(|name| plain_name(name)).collect();
    (
        Cause::NameMismatch,
        format!(
            "Name mismatch: the certificate of {at} is not for {host}; it names {}.",
            names.join(", ")
        ),
        format!(
            "Use one of its names in MQTT_HOST, or have the certificate reissued with this name \
             (or address) as subject alternative name; {off}"
        ),
    )
}

fn unknown_ca(profile: &Profile, issuer: &str) -> (Cause, String, String) {
    let tls = profile.tls.clone().unwrap_or_default();
    let source = match (&tls.ca_file, &tls.ca_path) {
        (Some(file), _) => format!("{} (MQTT_TLS_CA_FILE)", file.display()),
        (None, Some(folder)) => format!("{} (MQTT_TLS_CA_PATH)", folder.display()),
        (None, None) => "the system's CA certificates".to_owned(),
    };
    (
        Cause::UnknownCa,
        format!(
            "The certificate of {} was issued by an unknown CA ({issuer}), which is not among \
             {source}.",
            address(profile)
        ),
        "Set MQTT_TLS_CA_FILE to the certificate of that CA (check it with `openssl x509 -in \
         ca.crt -text -noout`); if there is an intermediate CA, the broker must send its \
         certificate too."
            .to_owned(),
    )
}

fn alert_received(alert: AlertDescription, profile: &Profile) -> Explained {
    use AlertDescription as Alert;
    let at = address(profile);
    match alert {
        Alert::CertificateRequired => required(profile, &spaced(&format!("{alert:?}"))),
        Alert::UnknownCA
        | Alert::BadCertificate
        | Alert::UnsupportedCertificate
        | Alert::CertificateRevoked
        | Alert::CertificateExpired
        | Alert::CertificateUnknown => permanent(
            Cause::ClientCertificateRefused,
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

/// The broker asked for a client certificate, got none, and ended TLS in the way given.
pub(super) fn required(profile: &Profile, how: &str) -> Explained {
    permanent(
        Cause::ClientCertificateRequired,
        format!(
            "{} demands a client certificate, and the profile names none: {how}.",
            address(profile)
        ),
        "Set MQTT_TLS_CLIENT_CERT_FILE and MQTT_TLS_CLIENT_CERT_KEY_FILE.".to_owned(),
    )
}

/// rustls prints presented names as `DnsName("x")`.
fn plain_name(name: &str) -> String {
    let inner = name.split_once('"').and_then(|(_, rest)| rest.split_once('"'));
    let plain = inner.map_or(name, |(inner, _)| inner);
    plain.chars().take(100).flat_map(char::escape_debug).collect()
}
