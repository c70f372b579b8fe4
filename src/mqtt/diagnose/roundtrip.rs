//! Stage `roundtrip`: a message to ourselves. The only thing a diagnosis ever publishes, and only
//! if the profile allows sending.

use std::time::Duration;

use super::codec::read::Packet;
use super::codec::write;
use super::hello::Welcome;
use super::limit::Limit;
use super::run::{Note, Trouble};
use super::subscribe::{self, closed};
use super::target::Target;
use crate::core::time::Stopwatch;
use crate::mqtt::failure::said;
use crate::mqtt::fault::{Fault, Finding, Stage};
use crate::mqtt::filter;
use crate::mqtt::reason;

const PAYLOAD: &[u8] = b"usp-scope connection test";
const SUBSCRIBE_ID: u16 = 2;
const PUBLISH_ID: u16 = 3;
/// MQTT 5's PUBACK for a message nobody subscribes to.
const NO_SUBSCRIBERS: u8 = 0x10;
/// How long to go on waiting after that.
const HOPELESS: Duration = Duration::from_secs(1);

/// Publishes and waits for the message to come back.
pub(super) async fn roundtrip(
    welcome: &mut Welcome,
    target: &Target<'_>,
    limit: Limit,
    note: &mut Note,
) -> Result<(), Trouble> {
    let profile = target.profile;
    let topic = topic(&target.client_id);
    // The profile's own subscriptions are what is to be proved, if they cover the topic.
    if !profile
        .subscribe
        .iter()
        .any(|f| !f.starts_with('$') && filter::matches(f, topic.as_bytes()))
    {
        let filters = [topic.clone()];
        subscribe::ask(&mut welcome.conn, profile, SUBSCRIBE_ID, (&filters, 1), limit, note)
            .await?;
    }
    let qos = welcome.limits.max_qos.unwrap_or(1).min(1);
    let conn = &mut welcome.conn;
    let packet = write::publish(conn.version, PUBLISH_ID, &topic, PAYLOAD, qos);
    if let Some(limit) = welcome.limits.max_packet.filter(|max| packet.len() > *max as usize) {
        return Err(live(Fault::Found(Finding::OursTooLarge { size: packet.len(), limit })));
    }
    let watch = Stopwatch::start();
    let mut ack: Option<(u8, Option<String>)> = None;
    let mut back: Option<Duration> = None;
    let mut limit = limit;
    let sent = limit.wait(conn.send(&packet)).await.unwrap_or(Err(Fault::Timeout));
    let mut end = sent.err();
    while end.is_none() && (back.is_none() || (ack.is_none() && qos > 0)) {
        // A stream of messages that never pauses is never waited for.
        if limit.left().is_zero() {
            break;
        }
        match limit.wait(conn.next()).await {
            None => break,
            Some(Err(fault)) => end = Some(fault),
            Some(Ok(Packet::PubAck { id: PUBLISH_ID, code, text })) => {
                if code == NO_SUBSCRIBERS {
                    limit = limit.at_most(HOPELESS);
                }
                note.seen.push(format!(
                    "PUBACK 0x{code:02X} {} after {:.2} ms",
                    reason::name(code),
                    watch.elapsed().as_secs_f64() * 1e3
                ));
                let failed = code >= 0x80;
                ack = Some((code, text));
                if failed {
                    break;
                }
            }
            Some(Ok(Packet::Publish { topic: of, .. })) if of == topic.as_bytes() => {
                back.get_or_insert(watch.elapsed());
            }
            Some(Ok(_)) => {}
        }
    }
    match (end, ack, back) {
        (_, Some((code, text)), _) if code >= 0x80 => {
            Err(live(Fault::Found(Finding::PublishRefused { code, text })))
        }
        (Some(fault @ (Fault::Closed | Fault::Broken(_))), ..) => {
            note.seen.push(format!("PUBLISH, {}", closed(&fault)));
            Err(live(Fault::Found(Finding::ClosedOnPublish)))
        }
        (Some(fault), ..) => Err(live(fault)),
        (None, ack, None) => Err(live(Fault::Found(Finding::NotDelivered {
            topic: said(&topic, profile),
            version: conn.version,
            acknowledged: ack.is_some(),
            no_subscribers: ack.is_some_and(|(code, _)| code == NO_SUBSCRIBERS),
        }))),
        (None, ack, Some(took)) => {
            note.detail = format!(
                "A message of {} bytes at QoS {qos} on {} came back after {:.2} ms.",
                PAYLOAD.len(),
                said(&topic, profile),
                took.as_secs_f64() * 1e3
            );
            if ack.is_none() && qos > 0 {
                note.advice.push(
                    "The broker delivered the message but never acknowledged it (PUBACK): update \
                     the broker."
                        .to_owned(),
                );
            }
            note.mind_latency(took);
            Ok(())
        }
    }
}

/// A topic nobody else uses; the id may hold characters with a meaning in topics.
fn topic(client_id: &str) -> String {
    let level: String = client_id
        .chars()
        .map(|c| if matches!(c, '/' | '+' | '#' | '\0') || c.is_control() { '-' } else { c })
        .collect();
    format!("usp/test/{level}/{:08x}", fastrand::u32(..))
}

fn live(fault: Fault) -> Trouble {
    Trouble::at(Stage::Live, fault)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_topic_is_a_plain_one_below_usp_test() {
        let topic = topic("a/b+c#d\n");
        assert!(topic.starts_with("usp/test/a-b-c-d-/"), "{topic}");
        assert!(filter::matches("usp/#", topic.as_bytes()));
        assert_ne!(topic, super::topic("a/b+c#d\n"));
    }
}
