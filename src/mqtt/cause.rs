//! What makes a connection fail, by name. Each cause has a stable name for machines and the
//! remedies that help whoever meets it, whatever the profile says; the sentences about one
//! failure are made in `failure`.

/// What made a connection fail. Each has its own remedy.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Cause {
    /// The profile itself cannot be used.
    Profile,
    /// A file of the profile is missing or unreadable.
    File,
    /// The private key of the profile does not belong to its client certificate.
    KeyMismatch,
    /// Certificate and key of the profile are exchanged.
    FilesSwapped,
    /// The client key is encrypted and the profile has no passphrase.
    PassphraseMissing,
    /// The passphrase does not open the client key.
    PassphraseWrong,
    /// The client key is encrypted in a way this app cannot read.
    UnsupportedEncryption,
    /// A topic filter no broker accepts.
    BadFilter,
    /// The host name has no address.
    NoSuchHost,
    /// Nothing listens on that port.
    Refused,
    /// No answer within the time limit.
    Timeout,
    /// No route, network down.
    Unreachable,
    /// Something accepts the connection and never says a word.
    Mute,
    /// What answers does not speak MQTT.
    NotMqtt,
    /// Plain MQTT was sent to a port that expects TLS.
    TlsExpected,
    /// TLS was sent to a port that speaks plain MQTT.
    NotTls,
    /// The server's certificate comes from a CA that is not trusted here.
    UnknownCa,
    /// The server's certificate is signed by itself and not trusted.
    SelfSigned,
    /// The server's certificate has expired.
    Expired,
    /// The server's certificate is not valid yet.
    NotYetValid,
    /// The server's certificate is for another name.
    NameMismatch,
    /// The server's certificate names nobody in its subject alternative names.
    NoNames,
    /// The server's certificate is not meant for servers.
    WrongPurpose,
    /// The server's certificate is of X.509 version 1.
    CertificateVersion,
    /// The server does not own the key of the certificate it shows.
    KeyNotOwned,
    /// The CA certificate that vouches for the server is not valid now.
    CaNotValid,
    /// The server's certificate was not accepted for another reason.
    Certificate,
    /// The broker demands a client certificate.
    ClientCertificateRequired,
    /// The broker does not accept our client certificate.
    ClientCertificateRefused,
    /// TLS failed in another way.
    Tls,
    /// The broker knows neither this user nor this password (CONNACK 4, 5, 134, 135), or does
    /// not let them go on (DISCONNECT 135).
    NotAuthorized,
    /// The broker has banned this client (CONNACK, DISCONNECT 138), or its operator ended the
    /// connection (152).
    Banned,
    /// The broker does not speak the MQTT version asked for.
    VersionRefused,
    /// The broker does not accept the client id.
    ClientIdRefused,
    /// The broker takes no connection now: busy, unavailable, shutting down, too many.
    Busy,
    /// A quota is used up, or messages come too fast.
    Quota,
    /// The broker refused the CONNECT for another reason.
    ConnectRefused,
    /// The broker refused a subscription (SUBACK).
    SubscribeRefused,
    /// The broker has no such kind of subscription: wildcard, shared, identifier.
    FilterUnsupported,
    /// The broker refused a message of ours (PUBACK).
    PublishRefused,
    /// The broker took a message and did not deliver it to a subscription that it granted.
    NotDelivered,
    /// A packet was larger than one side allows.
    PacketTooLarge,
    /// Silence for too long: a ping stayed unanswered, or the broker missed ours.
    KeepAlive,
    /// Another program connected with the same client id.
    TakenOver,
    /// The broker is to be found elsewhere.
    Moved,
    /// The broker breaks the rules of MQTT.
    Malformed,
    /// The broker closed the connection.
    ClosedByBroker,
    /// Something else.
    Other,
}

impl Cause {
    /// All of them.
    pub const ALL: [Self; 48] = [
        Self::Profile,
        Self::File,
        Self::KeyMismatch,
        Self::FilesSwapped,
        Self::PassphraseMissing,
        Self::PassphraseWrong,
        Self::UnsupportedEncryption,
        Self::BadFilter,
        Self::NoSuchHost,
        Self::Refused,
        Self::Timeout,
        Self::Unreachable,
        Self::Mute,
        Self::NotMqtt,
        Self::TlsExpected,
        Self::NotTls,
        Self::UnknownCa,
        Self::SelfSigned,
        Self::Expired,
        Self::NotYetValid,
        Self::NameMismatch,
        Self::NoNames,
        Self::WrongPurpose,
        Self::CertificateVersion,
        Self::KeyNotOwned,
        Self::CaNotValid,
        Self::Certificate,
        Self::ClientCertificateRequired,
        Self::ClientCertificateRefused,
        Self::Tls,
        Self::NotAuthorized,
        Self::Banned,
        Self::VersionRefused,
        Self::ClientIdRefused,
        Self::Busy,
        Self::Quota,
        Self::ConnectRefused,
        Self::SubscribeRefused,
        Self::FilterUnsupported,
        Self::PublishRefused,
        Self::NotDelivered,
        Self::PacketTooLarge,
        Self::KeepAlive,
        Self::TakenOver,
        Self::Moved,
        Self::Malformed,
        Self::ClosedByBroker,
        Self::Other,
    ];

    /// The name for machines; never changes.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Profile => "profile",
            Self::File => "file",
            Self::KeyMismatch => "key-mismatch",
            Self::FilesSwapped => "files-swapped",
            Self::PassphraseMissing => "passphrase-missing",
            Self::PassphraseWrong => "passphrase-wrong",
            Self::UnsupportedEncryption => "unsupported-encryption",
            Self::BadFilter => "bad-filter",
            Self::NoSuchHost => "no-such-host",
            Self::Refused => "refused",
            Self::Timeout => "timeout",
            Self::Unreachable => "unreachable",
            Self::Mute => "no-answer",
            Self::NotMqtt => "not-mqtt",
            Self::TlsExpected => "tls-expected",
            Self::NotTls => "not-tls",
            Self::UnknownCa => "unknown-ca",
            Self::SelfSigned => "self-signed",
            Self::Expired => "expired",
            Self::NotYetValid => "not-yet-valid",
            Self::NameMismatch => "name-mismatch",
            Self::NoNames => "no-names",
            Self::WrongPurpose => "wrong-purpose",
            Self::CertificateVersion => "certificate-version",
            Self::KeyNotOwned => "key-not-owned",
            Self::CaNotValid => "ca-not-valid",
            Self::Certificate => "certificate",
            Self::ClientCertificateRequired => "client-certificate-required",
            Self::ClientCertificateRefused => "client-certificate-refused",
            Self::Tls => "tls",
            Self::NotAuthorized => "not-authorised",
            Self::Banned => "banned",
            Self::VersionRefused => "version-refused",
            Self::ClientIdRefused => "client-id-refused",
            Self::Busy => "busy",
            Self::Quota => "quota-exceeded",
            Self::ConnectRefused => "connect-refused",
            Self::SubscribeRefused => "subscribe-refused",
            Self::FilterUnsupported => "filter-unsupported",
            Self::PublishRefused => "publish-refused",
            Self::NotDelivered => "not-delivered",
            Self::PacketTooLarge => "packet-too-large",
            Self::KeepAlive => "keep-alive",
            Self::TakenOver => "taken-over",
            Self::Moved => "moved",
            Self::Malformed => "malformed",
            Self::ClosedByBroker => "closed-by-broker",
            Self::Other => "other",
        }
    }

    /// Further remedies, one sentence each, beside the advice of the failure itself.
    #[must_use]
    pub fn remedies(self) -> &'static [&'static str] {
        const LOG: &str = "Read the broker's log for its side of the story: tail -f /var/log/mosquitto/mosquitto.log.";
        const CERTIFICATE: &str = "Look at the broker's certificate with `openssl s_client -connect <host>:<port> -showcerts`.";
        match self {
            Self::Refused | Self::Banned | Self::ConnectRefused | Self::ClosedByBroker => &[LOG],
            Self::NotAuthorized => &[
                LOG,
                "Ask whether the broker admits anonymous clients, and do not try on and on: some brokers lock an account after a few failures.",
            ],
            Self::NoSuchHost => {
                &["If the name still shows a ${…}, the variable it refers to is not set."]
            }
            Self::Timeout => &[
                "A firewall that drops packets looks exactly like this: try the port from the broker's own machine.",
                "If the link is merely slow, raise MQTT_CONNECT_TIMEOUT and, for the ACS, MQTT_SOCKET_TIMEOUT.",
            ],
            Self::Mute => &[
                "A load balancer or a PROXY-protocol listener that waits for something else behaves like this, and so does an overloaded broker.",
            ],
            Self::UnknownCa | Self::SelfSigned | Self::NameMismatch | Self::NoNames => {
                &[CERTIFICATE]
            }
            Self::Expired | Self::NotYetValid => {
                &["Look at its dates with `openssl x509 -in server.crt -dates -noout`."]
            }
            Self::ClientCertificateRefused => &[
                "The broker checks it against its own cafile: see which CA that is, and whether the certificate is still valid.",
                LOG,
            ],
            Self::SubscribeRefused | Self::PublishRefused => &[LOG],
            Self::NotDelivered => &[
                "EMQX refuses the bare filter # by default; narrower filters such as usp/# are not touched by that rule.",
                LOG,
            ],
            Self::Busy | Self::Quota => &[
                "Check the broker's resources: CPU, memory, open connections, and its max_connections.",
            ],
            Self::KeepAlive => &["Check the broker's resources: CPU, memory, open connections."],
            Self::TakenOver => {
                &["The client ids in use stand in the broker's log; each program needs its own."]
            }
            Self::Profile
            | Self::File
            | Self::KeyMismatch
            | Self::FilesSwapped
            | Self::PassphraseMissing
            | Self::PassphraseWrong
            | Self::UnsupportedEncryption
            | Self::BadFilter
            | Self::Unreachable
            | Self::NotMqtt
            | Self::TlsExpected
            | Self::NotTls
            | Self::WrongPurpose
            | Self::CertificateVersion
            | Self::KeyNotOwned
            | Self::CaNotValid
            | Self::Certificate
            | Self::ClientCertificateRequired
            | Self::Tls
            | Self::VersionRefused
            | Self::ClientIdRefused
            | Self::FilterUnsupported
            | Self::PacketTooLarge
            | Self::Moved
            | Self::Malformed
            | Self::Other => &[],
        }
    }
}

/// The guide's remedies for a slow connection.
pub(super) const HIGH_LATENCY: [&str; 3] = [
    "The connection is slow: give it time with MQTT_SOCKET_TIMEOUT and MQTT_CONNECT_TIMEOUT, and \
     keep it open with MQTT_KEEP_ALIVE_INTERVAL=10.",
    "Check the broker's resources (CPU, memory, connections) and the link (ping).",
    "QoS 1 instead of 2 saves two of four packets a message.",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_plain_and_complete() {
        let codes: std::collections::BTreeSet<_> = Cause::ALL.iter().map(|c| c.code()).collect();
        assert_eq!(codes.len(), Cause::ALL.len());
        for code in codes {
            assert!(code.chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{code}");
        }
        let causes: std::collections::HashSet<_> = Cause::ALL.into_iter().collect();
        assert_eq!(causes.len(), Cause::ALL.len());
    }

    #[test]
    fn remedies_are_sentences() {
        for sentence in Cause::ALL.iter().flat_map(|c| c.remedies()).chain(&HIGH_LATENCY) {
            assert!(sentence.ends_with('.') && !sentence.contains("  "), "{sentence}");
        }
    }
}
