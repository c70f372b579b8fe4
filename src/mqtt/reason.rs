//! MQTT's reason codes in words (3.1.1 §3.2.2.3; 5 §2.4), and what a CONNACK code means.

use super::fault::Refusal;

/// The name of an MQTT 5 reason code of 0x80 and above; also what brokers send for 3.1.1's
/// SUBACK failure.
pub(super) fn name(code: u8) -> &'static str {
    match code {
        0x00 => "success",
        0x04 => "disconnect with will message",
        0x10 => "no matching subscribers",
        0x80 => "unspecified error",
        0x81 => "malformed packet",
        0x82 => "protocol error",
        0x83 => "implementation specific error",
        0x84 => "unsupported protocol version",
        0x85 => "client identifier not valid",
        0x86 => "bad user name or password",
        0x87 => "not authorised",
        0x88 => "server unavailable",
        0x89 => "server busy",
        0x8a => "banned",
        0x8b => "server shutting down",
        0x8c => "bad authentication method",
        0x8d => "keep alive timeout",
        0x8e => "session taken over",
        0x8f => "topic filter invalid",
        0x90 => "topic name invalid",
        0x91 => "packet identifier in use",
        0x92 => "packet identifier not found",
        0x93 => "receive maximum exceeded",
        0x94 => "topic alias invalid",
        0x95 => "packet too large",
        0x96 => "message rate too high",
        0x97 => "quota exceeded",
        0x98 => "administrative action",
        0x99 => "payload format invalid",
        0x9a => "retain not supported",
        0x9b => "QoS not supported",
        0x9c => "use another server",
        0x9d => "server moved",
        0x9e => "shared subscriptions not supported",
        0x9f => "connection rate exceeded",
        0xa0 => "maximum connect time",
        0xa1 => "subscription identifiers not supported",
        0xa2 => "wildcard subscriptions not supported",
        _ => "unknown reason",
    }
}

/// The name of a 3.1.1 CONNACK code.
pub(super) fn connack_v311(code: u8) -> &'static str {
    match code {
        0 => "accepted",
        1 => "unacceptable protocol version",
        2 => "identifier rejected",
        3 => "server unavailable",
        4 => "bad user name or password",
        5 => "not authorised",
        // Brokers that get the versions wrong send MQTT 5 codes.
        0x80.. => name(code),
        _ => "unknown reason",
    }
}

/// What a CONNACK failure code of either version means; the ranges do not overlap.
pub(super) fn refusal(code: u8) -> Refusal {
    match code {
        1 | 0x84 => Refusal::Version,
        2 | 0x85 => Refusal::ClientId,
        3 => Refusal::Busy("server unavailable"),
        4 | 5 | 0x86 | 0x87 => Refusal::Login,
        0x8a | 0x8c => Refusal::Banned,
        0x88 | 0x89 | 0x8b | 0x9f => Refusal::Busy(name(code)),
        0x97 => Refusal::Quota,
        0x95 => Refusal::TooLarge,
        0x9c | 0x9d => Refusal::Moved(name(code)),
        0x80 | 0x83 => Refusal::Other("no reason given"),
        _ => Refusal::Other(name(code)),
    }
}
