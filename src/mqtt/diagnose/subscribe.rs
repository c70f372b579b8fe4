//! Stage `subscribe`: what the broker grants of the profile's filters, and how fast it answers.

use super::codec::read::Packet;
use super::codec::write::{self, PINGREQ};
use super::conn::Conn;
use super::hello::Welcome;
use super::limit::Limit;
use super::run::{Note, Trouble};
use crate::core::time::Stopwatch;
use crate::mqtt::failure::said;
use crate::mqtt::fault::{Fault, Finding, Stage};
use crate::mqtt::link::MqttVersion;
use crate::mqtt::reason;
use crate::profile::model::Profile;

/// Subscribes to the profile's filters.
pub(super) async fn subscribe(
    welcome: &mut Welcome,
    profile: &Profile,
    limit: Limit,
    note: &mut Note,
) -> Result<(), Trouble> {
    let conn = &mut welcome.conn;
    if !profile.subscribe.is_empty() {
        let wanted = (profile.subscribe.as_slice(), profile.subscribe_qos);
        let granted = ask(conn, profile, 1, wanted, limit, note).await?;
        note.detail = format!("The broker grants {}.", granted.join(", "));
    } else {
        note.detail = "The profile asks for no subscription.".to_owned();
    }
    ping(conn, limit, note).await
}

/// One SUBSCRIBE; what was granted, in words. Anything refused is a failure.
pub(super) async fn ask(
    conn: &mut Conn,
    profile: &Profile,
    id: u16,
    (filters, qos): (&[String], u8),
    limit: Limit,
    note: &mut Note,
) -> Result<Vec<String>, Trouble> {
    let codes = limit
        .wait(async {
            conn.send(&write::subscribe(conn.version, id, filters, qos)).await?;
            loop {
                if let Packet::SubAck { id: of, codes, text } = conn.next().await?
                    && of == id
                {
                    return Ok((codes, text));
                }
            }
        })
        .await
        .unwrap_or(Err(Fault::Timeout));
    let (codes, text) = codes.map_err(|fault| match fault {
        Fault::Closed | Fault::Broken(_) => {
            note.seen.push(format!("SUBSCRIBE, {}", closed(&fault)));
            subscribing(Fault::Found(Finding::ClosedOnSubscribe))
        }
        other => subscribing(other),
    })?;
    if let Some(text) = text {
        note.seen.push(format!("SUBACK says \"{}\"", said(&text, profile)));
    }
    let (mut granted, mut refused) = (Vec::new(), Vec::new());
    let mut worst = None;
    for (n, filter) in filters.iter().enumerate() {
        let code = codes.get(n).copied();
        note.seen.push(match code {
            Some(code) => format!("SUBACK for {filter}: 0x{code:02X} {}", name(code)),
            None => format!("SUBACK has no answer for {filter}"),
        });
        match code {
            Some(code @ 0..=2) => {
                granted.push(format!("{filter} at QoS {code}"));
                if code < qos {
                    note.advice.push(format!(
                        "The broker grants QoS {code} on {filter}, lower than the QoS {qos} asked \
                         for: that is what messages will have, unless its limit (mosquitto: \
                         max_qos) is raised."
                    ));
                }
            }
            other => {
                let why = match other {
                    None => "no answer",
                    Some(0x80) if conn.version == MqttVersion::V311 => "refused without a reason",
                    Some(code) => reason::name(code),
                };
                refused.push(format!("{filter} ({why})"));
                worst = worst.max(Some(other.unwrap_or(0x80)));
            }
        }
    }
    let Some(worst) = worst else { return Ok(granted) };
    if !granted.is_empty() {
        note.advice.push(format!("The others are granted: {}.", granted.join(", ")));
    }
    Err(subscribing(match worst {
        0x9e | 0xa1 | 0xa2 => Fault::Found(Finding::Unsupported(refused)),
        0x97 => Fault::Found(Finding::NoQuota(refused)),
        _ => Fault::Unsubscribed(refused),
    }))
}

/// A ping: how fast the broker answers, and a fence behind the retained messages it sends first.
async fn ping(conn: &mut Conn, limit: Limit, note: &mut Note) -> Result<(), Trouble> {
    let watch = Stopwatch::start();
    let (mut messages, mut retained) = (0u64, 0u64);
    let pong = limit
        .wait(async {
            conn.send(&PINGREQ).await?;
            loop {
                match conn.next().await? {
                    Packet::PingResp => return Ok(()),
                    Packet::Publish { retain, .. } => {
                        messages += 1;
                        retained += u64::from(retain);
                    }
                    _ => {}
                }
            }
        })
        .await
        .unwrap_or(Err(Fault::NoPong));
    let took = watch.elapsed();
    pong.map_err(|fault| Trouble::at(Stage::Live, fault))?;
    note.seen.push(format!("PINGRESP after {:.1} ms", took.as_secs_f64() * 1e3));
    if messages > 0 {
        note.seen.push(format!("{messages} messages until then, {retained} of them retained"));
    }
    note.mind_latency(took);
    Ok(())
}

fn subscribing(fault: Fault) -> Trouble {
    Trouble::at(Stage::Subscribing, fault)
}

fn name(code: u8) -> &'static str {
    match code {
        0..=2 => "granted",
        code => reason::name(code),
    }
}

/// How a connection ended, for what was seen.
pub(super) fn closed(fault: &Fault) -> String {
    match fault {
        Fault::Broken(error) => format!("the connection broke: {error}"),
        _ => "the connection was closed".to_owned(),
    }
}
