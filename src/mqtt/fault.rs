//! What can go wrong on a connection, independent of the MQTT version. `failure` puts it into
//! words.

use std::io;

use super::filter;
use super::link::MqttVersion;
use crate::profile::tls::FileProblem;

/// How far the connection had come.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Debug)]
pub(super) enum Stage {
    /// No CONNACK yet.
    Connecting,
    /// CONNACK received, SUBACK still to come.
    Subscribing,
    /// Connected and subscribed.
    Live,
}

/// Why a CONNECT was refused: CONNACK codes of both versions.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Refusal {
    /// 3.1.1: 1; 5: 132.
    Version,
    /// 3.1.1: 4 and 5; 5: 134 and 135.
    Login,
    /// 3.1.1: 2; 5: 133.
    ClientId,
    /// 5: 138 banned, 140 bad authentication method.
    Banned,
    /// Server unavailable, busy, rate: may pass.
    Busy(&'static str),
    /// 5: 151 quota exceeded.
    Quota,
    /// 5: 149 our CONNECT is too large.
    TooLarge,
    /// 5: 156 use another server, 157 server moved.
    Moved(&'static str),
    /// Everything else, by name.
    Other(&'static str),
}

/// One thing that went wrong.
#[derive(Debug)]
pub(super) enum Fault {
    /// A file of the profile.
    File(FileProblem),
    /// The host name has no address.
    Lookup(io::Error),
    /// The TCP connection did not come about.
    Tcp(io::Error),
    /// TLS failed, or a TLS alert arrived later.
    Tls(TlsFault),
    /// CONNACK with a failure code.
    Refused(Refusal),
    /// No answer within the limit.
    Timeout,
    /// The broker closed the connection without a word.
    Closed,
    /// Reading or writing failed.
    Broken(io::Error),
    /// A packet larger than the limit; bytes without its fixed header.
    TooLarge(usize),
    /// The broker said why it closes (MQTT 5 DISCONNECT): code, name, its text.
    Disconnected { code: u8, name: String, text: Option<String> },
    /// No PINGRESP within a keep-alive interval.
    NoPong,
    /// What arrived is no MQTT, or breaks its rules.
    Malformed(String),
    /// A topic filter no broker accepts, and why.
    BadFilter { filter: String, why: String },
    /// Subscriptions were refused: filter and reason.
    Unsubscribed(Vec<String>),
    /// Only a diagnosis finds this out.
    Found(Finding),
}

/// What a diagnosis finds by looking at the bytes and asking again in other ways.
#[derive(Debug)]
pub(super) enum Finding {
    /// The TCP connection stands, no byte ever came.
    Mute,
    /// The port wants TLS and was spoken to without; how that showed.
    TlsExpected(&'static str),
    /// The port speaks MQTT without TLS and was spoken to with TLS.
    PlainMqtt,
    /// What answers is something else, in words.
    NotMqtt(String),
    /// A client certificate was asked for, none given, and TLS ended; how.
    CertificateRequired(String),
    /// One version is refused; whether the other one works.
    Version {
        asked: MqttVersion,
        /// True if the broker says so, false if it just hangs up.
        said: bool,
        other_works: bool,
    },
    /// Subscriptions of a kind the broker does not have: filter and reason.
    Unsupported(Vec<String>),
    /// Subscriptions refused for want of quota: filter and reason.
    NoQuota(Vec<String>),
    /// The broker closed the connection when it was asked for subscriptions.
    ClosedOnSubscribe,
    /// PUBACK with a failure code.
    PublishRefused { code: u8, text: Option<String> },
    /// The broker closed the connection when a message of ours came.
    ClosedOnPublish,
    /// Published, granted, and never delivered.
    NotDelivered {
        topic: String,
        version: MqttVersion,
        acknowledged: bool,
        /// The broker said that nobody subscribes to it (PUBACK 0x10).
        no_subscribers: bool,
    },
    /// A packet of ours is larger than the broker takes, bytes.
    OursTooLarge { size: usize, limit: u32 },
}

/// How TLS failed.
#[derive(Debug)]
pub(super) enum TlsFault {
    /// The connection broke during the handshake.
    Io(io::Error),
    /// rustls says why.
    Rustls(rustls::Error),
    /// The host is nothing a certificate can be checked against.
    ServerName,
    /// Nothing more is known.
    Other(String),
}

impl Fault {
    /// The fault of the first of `filters` that no broker accepts.
    pub fn of_filters(filters: &[String]) -> Option<Self> {
        filters.iter().find_map(|filter| {
            let why = filter::check(filter).err()?.to_string();
            Some(Self::BadFilter { filter: filter.clone(), why })
        })
    }

    /// Sorts an error of reading or writing: TLS alerts that come after a TLS 1.3 handshake hide
    /// in there.
    pub fn from_stream(error: io::Error) -> Self {
        match rustls_error(&error) {
            Some(tls) => Self::Tls(TlsFault::Rustls(tls)),
            None if is_close(error.kind()) => Self::Closed,
            None => Self::Broken(error),
        }
    }

    /// Sorts an error of the TLS handshake.
    pub fn from_handshake(error: io::Error) -> Self {
        Self::Tls(match rustls_error(&error) {
            Some(tls) => TlsFault::Rustls(tls),
            None => TlsFault::Io(error),
        })
    }
}

fn is_close(kind: io::ErrorKind) -> bool {
    matches!(
        kind,
        io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe
            | io::ErrorKind::UnexpectedEof
            | io::ErrorKind::NotConnected
    )
}

fn rustls_error(error: &io::Error) -> Option<rustls::Error> {
    error.get_ref()?.downcast_ref::<rustls::Error>().cloned()
}
