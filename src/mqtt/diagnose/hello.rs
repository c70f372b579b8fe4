//! Stage `connect`: CONNECT and its answer, and if that is none, what answers instead.

use std::net::SocketAddr;

use super::bytes::{self, Speaker, speaker};
use super::codec::read::{ConnAck, Limits, Packet};
use super::codec::write::{self, Connect};
use super::conn::Conn;
use super::limit::Limit;
use super::probe;
use super::run::{Note, Trouble};
use super::stream::Stream;
use super::target::Target;
use crate::core::time::Stopwatch;
use crate::mqtt::failure::{other, said};
use crate::mqtt::fault::{Fault, Finding, Refusal};
use crate::mqtt::link::MqttVersion;
use crate::mqtt::reason;
use crate::profile::model::{Profile, VersionChoice};

/// Brokers whose limit is below this cannot carry a device's larger answers, bytes.
const ROOMY: u32 = 256 * 1024;

/// An accepted connection.
pub(super) struct Welcome {
    pub conn: Conn,
    pub limits: Limits,
}

/// How a CONNECT was answered.
enum Answer {
    Welcome(Box<Welcome>),
    /// The CONNACK code.
    Refused(u8),
    /// No CONNACK: what happened, and the first bytes that came.
    Nothing(Fault, Vec<u8>),
}

/// Says CONNECT over `stream` in the profile's version; asks further if that fails.
pub(super) async fn connect(
    target: &Target<'_>,
    address: SocketAddr,
    stream: Stream,
    limit: Limit,
    note: &mut Note,
) -> Result<Welcome, Trouble> {
    let version = match target.profile.version {
        VersionChoice::Auto | VersionChoice::V5 => MqttVersion::V5,
        VersionChoice::V311 => MqttVersion::V311,
    };
    let watch = Stopwatch::start();
    let answer = ask(target, stream, version, limit, note).await;
    note.mind_latency(watch.elapsed());
    let fault = match answer {
        Answer::Welcome(welcome) => return Ok(accepted(*welcome, target, note)),
        Answer::Refused(code) => match reason::refusal(code) {
            Refusal::Version => {
                return try_other(target, address, version, Ok(()), note).await;
            }
            refusal => Fault::Refused(refusal),
        },
        Answer::Nothing(fault, first) if !first.is_empty() => match speaker(&first) {
            Speaker::Mqtt => fault,
            Speaker::Tls { .. } => {
                Fault::Found(Finding::TlsExpected("it answers with a TLS record"))
            }
            Speaker::Else(_) if matches!(fault, Fault::Disconnected { .. } | Fault::Tls(_)) => {
                fault
            }
            Speaker::Else(_) => {
                Fault::Found(Finding::NotMqtt(bytes::describe(&first, target.profile)))
            }
        },
        Answer::Nothing(fault @ (Fault::Closed | Fault::Broken(_) | Fault::Timeout), _) => {
            if target.tls.is_none()
                && let Some(how) = probe::speaks_tls(target, address).await
            {
                note.seen.push(format!("asked with TLS, {how}"));
                return Err(Fault::Found(Finding::TlsExpected(how)).into());
            }
            if matches!(fault, Fault::Timeout) {
                mute(target, address, note).await
            } else {
                return try_other(target, address, version, Err(fault), note).await;
            }
        }
        Answer::Nothing(fault, _) => fault,
    };
    Err(fault.into())
}

/// One CONNECT and the answer to it.
async fn ask(
    target: &Target<'_>,
    stream: Stream,
    version: MqttVersion,
    limit: Limit,
    note: &mut Note,
) -> Answer {
    let profile = target.profile;
    let login = profile
        .username
        .as_deref()
        .filter(|user| !user.is_empty())
        .map(|user| (user, profile.password.as_ref().map_or("", |password| password.expose())));
    let question = write::connect(&Connect {
        version,
        client_id: &target.client_id,
        login,
        keep_alive: u16::try_from(profile.keep_alive.as_secs()).unwrap_or(u16::MAX),
        max_packet: profile.max_packet_bytes,
    });
    let mut conn = Conn::new(stream, version, profile.max_packet_bytes);
    let answer = limit
        .wait(async {
            conn.send(&question).await?;
            conn.first_word().await?;
            conn.next().await
        })
        .await
        .unwrap_or(Err(Fault::Timeout));
    let label = version.label();
    match answer {
        Ok(Packet::ConnAck(ack)) => {
            note.seen.push(format!("{label} CONNECT, answer {}", in_words(&ack, profile)));
            if ack.code == 0 {
                Answer::Welcome(Box::new(Welcome { conn, limits: ack.limits }))
            } else {
                Answer::Refused(ack.code)
            }
        }
        Ok(_) => {
            let fault = Fault::Malformed("its first packet is no CONNACK".to_owned());
            note.seen.push(format!("{label} CONNECT, {}", bytes::excerpt(conn.first(), profile)));
            Answer::Nothing(fault, conn.first().to_vec())
        }
        Err(fault) => {
            let how = match &fault {
                Fault::Timeout => "no answer in time".to_owned(),
                Fault::Closed => "the connection was closed".to_owned(),
                Fault::Broken(error) => error.to_string(),
                Fault::Disconnected { code, name, .. } => format!("DISCONNECT 0x{code:02X} {name}"),
                Fault::Malformed(why) => why.clone(),
                _ => "it failed".to_owned(),
            };
            note.seen
                .push(format!("{label} CONNECT, {how}; {}", bytes::excerpt(conn.first(), profile)));
            Answer::Nothing(fault, conn.first().to_vec())
        }
    }
}

/// "CONNACK 0x87 not authorised", with what the broker adds.
fn in_words(ack: &ConnAck, profile: &Profile) -> String {
    let name = match (ack.short, ack.code) {
        (_, 0) => "accepted",
        (true, code) => reason::connack_v311(code),
        // Brokers that get the versions wrong send codes of 3.1.1.
        (false, code @ 1..=5) => reason::connack_v311(code),
        (false, code) => reason::name(code),
    };
    let mut words = format!("CONNACK 0x{:02X} {name}", ack.code);
    if let Some(text) = &ack.text {
        words.push_str(&format!(", \"{}\"", said(text, profile)));
    }
    if let Some(server) = &ack.server {
        words.push_str(&format!(", server reference {}", said(server, profile)));
    }
    words
}

/// The version asked for does not work: `refused` says whether the broker said so or just ended
/// the connection. Perhaps the other one does.
async fn try_other(
    target: &Target<'_>,
    address: SocketAddr,
    asked: MqttVersion,
    refused: Result<(), Fault>,
    note: &mut Note,
) -> Result<Welcome, Trouble> {
    let said = refused.is_ok();
    let second = other(asked);
    let limit = Limit::of(target.profile.connect_timeout);
    let answer = match target.open(address, limit).await {
        Ok(stream) => ask(target, stream, second, limit, note).await,
        Err(fault) => Answer::Nothing(fault, Vec::new()),
    };
    let other_works = match answer {
        Answer::Welcome(welcome) if target.profile.version == VersionChoice::Auto => {
            let welcome = accepted(*welcome, target, note);
            note.advice.push(format!(
                "The broker {} {}; {} works, but lacks the properties of USP's MQTT binding: \
                 enable MQTT 5 there if you can.",
                if said { "does not speak" } else { "hangs up on" },
                asked.label(),
                second.label()
            ));
            return Ok(welcome);
        }
        Answer::Welcome(welcome) => {
            welcome.conn.leave().await;
            true
        }
        Answer::Refused(code) => match reason::refusal(code) {
            Refusal::Version => false,
            // It speaks this version well enough to have another reason.
            refusal if target.profile.version == VersionChoice::Auto => {
                return Err(Fault::Refused(refusal).into());
            }
            _ => true,
        },
        Answer::Nothing(..) => false,
    };
    Err(match refused {
        Err(fault) if !other_works => fault,
        _ => Fault::Found(Finding::Version { asked, said, other_works }),
    }
    .into())
}

/// Nothing came: perhaps it waits to be spoken to in another way.
async fn mute(target: &Target<'_>, address: SocketAddr, note: &mut Note) -> Fault {
    let answer = probe::http(target, address).await;
    if answer.is_empty() {
        return Fault::Found(Finding::Mute);
    }
    note.seen.push(format!("an HTTP request, {}", bytes::excerpt(&answer, target.profile)));
    Fault::Found(Finding::NotMqtt(bytes::describe(&answer, target.profile)))
}

/// Tells what the broker says about itself.
fn accepted(welcome: Welcome, target: &Target<'_>, note: &mut Note) -> Welcome {
    let limits = &welcome.limits;
    let id = limits.assigned_id.as_deref().unwrap_or(&target.client_id);
    note.detail = format!(
        "The broker takes the connection with {}, client id {}.",
        welcome.conn.version.label(),
        said(id, target.profile)
    );
    let mut told: Vec<String> = Vec::new();
    if let Some(bytes) = limits.max_packet {
        told.push(format!("packets of at most {bytes} bytes"));
    }
    if let Some(qos) = limits.max_qos {
        told.push(format!("QoS {qos} at most"));
    }
    if let Some(secs) = limits.keep_alive {
        told.push(format!("a keep-alive of {secs} s"));
    }
    if let Some(count) = limits.receive_max {
        told.push(format!("{count} unacknowledged messages at most"));
    }
    for (allowed, what) in [
        (limits.retain, "no retained messages"),
        (limits.wildcard, "no wildcard subscriptions"),
        (limits.shared, "no shared subscriptions"),
    ] {
        if allowed == Some(false) {
            told.push(what.to_owned());
        }
    }
    if !told.is_empty() {
        note.detail.push_str(&format!(" It allows {}.", told.join(", ")));
    }
    if let Some(bytes) = limits.max_packet.filter(|bytes| *bytes < ROOMY) {
        note.advice.push(format!(
            "The broker throws away packets above {bytes} bytes, while a device's answer to \
             GetSupportedDM can have hundreds of kB: raise its limit (mosquitto: max_packet_size)."
        ));
    }
    welcome
}
