//! How the connection is, in words a person can act on.

pub use super::cause::Cause;
use crate::core::time::Timestamp;
pub use crate::profile::certificate::CertificateFacts;

/// The MQTT version in use.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MqttVersion {
    /// MQTT 3.1.1.
    V311,
    /// MQTT 5.0.
    V5,
}

impl MqttVersion {
    /// "MQTT 5" or "MQTT 3.1.1".
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::V311 => "MQTT 3.1.1",
            Self::V5 => "MQTT 5",
        }
    }
}

/// A failed connection: what happened and what to do next.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Failure {
    /// The cause, for code.
    pub cause: Cause,
    /// One sentence saying what failed.
    pub what: String,
    /// One sentence saying what to do.
    pub advice: String,
}

/// TLS facts of the live connection. No session is ever resumed, so every connection checks
/// what stands here.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct TlsFacts {
    /// "TLS 1.3" or "TLS 1.2".
    pub protocol: Option<&'static str>,
    /// The cipher suite's IANA name, where it could be learned: once the server offered to resume
    /// the session, as servers usually do.
    pub cipher: Option<String>,
    /// True if the server's chain of certificates was verified.
    pub chain_verified: bool,
    /// True if the server's name was verified.
    pub name_verified: bool,
    /// True if the certificate was accepted only because it is signed by itself and the profile
    /// allows that.
    pub self_signed_accepted: bool,
    /// Subject of the server's certificate.
    pub subject: String,
    /// Issuer of the server's certificate.
    pub issuer: String,
    /// The certificates the server sent, its own first; at most ten.
    pub chain: Vec<CertificateFacts>,
    /// One sentence each: certificates of server and profile that have expired or expire within
    /// thirty days.
    pub warnings: Vec<String>,
}

impl TlsFacts {
    /// What was not checked, in words; `None` if everything was.
    #[must_use]
    pub fn skipped(&self) -> Option<&'static str> {
        match (self.chain_verified, self.name_verified) {
            (true, true) => None,
            (true, false) => Some("server name not verified"),
            (false, true) => Some("certificate chain not verified"),
            (false, false) => Some("neither certificate chain nor server name verified"),
        }
    }
}

/// What a round trip to the broker was measured with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Probe {
    /// PINGREQ and PINGRESP: the broker has nothing else to do for it.
    Ping,
    /// SUBSCRIBE and SUBACK when connecting: the broker checks the topic filters meanwhile.
    Subscribe,
}

/// A packet of this client to its broker and the broker's answer. No device has a part in it.
///
/// The answer comes behind the messages that the broker had sent before it, so under a flood it
/// tells also how far this client lags behind.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RoundTrip {
    /// When the answer came.
    pub at: Timestamp,
    /// Nanoseconds from sending to the answer.
    pub nanos: i64,
    /// With what it was measured.
    pub probe: Probe,
}

/// The state of the connection.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum LinkState {
    /// No connection asked for.
    Idle,
    /// Attempt number `attempt` (from 1) is under way.
    Connecting {
        /// Attempts in a row, this one included.
        attempt: u32,
    },
    /// Connected and subscribed.
    Connected {
        /// Since when.
        since: Timestamp,
        /// Version agreed on.
        version: MqttVersion,
        /// `None` on plain TCP.
        tls: Option<TlsFacts>,
        /// The client id in use.
        client_id: String,
        /// Topic filters the broker refused, with its reason; the others are subscribed.
        refused_filters: Vec<String>,
    },
    /// The last attempt failed or the connection was lost; the next attempt comes by itself.
    Waiting {
        /// When the next attempt starts.
        until: Timestamp,
        /// The attempt that comes next, from 1.
        attempt: u32,
        /// The profile's limit.
        max_attempts: Option<u32>,
        /// Why.
        failure: Failure,
    },
    /// Given up: no further attempt until asked.
    Failed {
        /// Why.
        failure: Failure,
    },
    /// Closed on request.
    Closed,
}
