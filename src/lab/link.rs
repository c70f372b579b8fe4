//! The MQTT connection of one simulated client, 5.0 or 3.1.1, behind one face.
//!
//! Publishing never waits: a full queue is told to the caller, who tries again later. Waiting
//! for room from the task that polls would stop it for good.

use std::time::Duration;

use bytes::Bytes;
use rumqttc::v5::mqttbytes::QoS as QosV5;
use rumqttc::v5::mqttbytes::v5::{Packet as PacketV5, PublishProperties};
use rumqttc::{NetworkOptions, Packet as PacketV4, QoS as QosV4, v5};

use super::wire::{self, Incoming, Outgoing};

/// Who connects where.
#[derive(Clone, Debug)]
pub(super) struct Seat {
    pub(super) client_id: String,
    pub(super) endpoint_id: String,
    /// The one topic filter it subscribes to.
    pub(super) filter: String,
    /// True: MQTT 3.1.1.
    pub(super) legacy: bool,
    pub(super) port: u16,
}

/// What happened on a connection.
#[derive(Debug)]
pub(super) enum Happening {
    Connected,
    Subscribed,
    Message(Incoming),
    /// A publish with QoS 1 has arrived at the broker.
    Acknowledged,
    /// Nothing of interest.
    Other,
    Lost,
}

/// The sending half.
pub(super) enum Sender {
    V5(v5::AsyncClient),
    V4(rumqttc::AsyncClient),
}

/// The half that must be polled.
pub(super) enum Poller {
    V5(Box<v5::EventLoop>),
    V4(Box<rumqttc::EventLoop>),
}

const HOST: &str = "127.0.0.1";
/// MQTT 5 refuses less than 5 s; the broker drops who is silent for half as long again.
const KEEP_ALIVE: Duration = Duration::from_secs(30);
/// The library's 10 KiB would end the connection at the first large answer.
const MAX_PACKET_BYTES: u32 = 16 * 1024 * 1024;
/// Requests that may wait in the client; what doesn't fit waits outside.
const QUEUE: usize = 64;
/// Unacknowledged publishes. The MQTT 5 client takes 13.8 MB with its default.
const IN_FLIGHT: u16 = 32;

/// Prepares a connection; it is opened when the poller is polled first.
pub(super) fn open(seat: &Seat) -> (Sender, Poller) {
    let mut network = NetworkOptions::new();
    // Otherwise small answers wait for the acknowledgement of the one before.
    network.set_tcp_nodelay(true);
    if seat.legacy {
        let mut options = rumqttc::MqttOptions::new(&seat.client_id, HOST, seat.port);
        options.set_keep_alive(KEEP_ALIVE);
        options.set_max_packet_size(MAX_PACKET_BYTES as usize, MAX_PACKET_BYTES as usize);
        options.set_inflight(IN_FLIGHT);
        let (client, mut poller) = rumqttc::AsyncClient::new(options, QUEUE);
        poller.set_network_options(network);
        (Sender::V4(client), Poller::V4(Box::new(poller)))
    } else {
        let mut options = v5::MqttOptions::new(&seat.client_id, HOST, seat.port);
        options.set_keep_alive(KEEP_ALIVE);
        options.set_max_packet_size(Some(MAX_PACKET_BYTES));
        options.set_outgoing_inflight_upper_limit(IN_FLIGHT);
        options.set_network_options(network);
        let endpoint = ("usp-endpoint-id".to_owned(), seat.endpoint_id.clone());
        options.set_user_properties(vec![endpoint]);
        let (client, poller) = v5::AsyncClient::new(options, QUEUE);
        (Sender::V5(client), Poller::V5(Box::new(poller)))
    }
}

/// True if MQTT allows publishing to this topic.
fn can_be_published_to(topic: &str) -> bool {
    !topic.is_empty() && topic.len() <= usize::from(u16::MAX) && !topic.contains(['#', '+', '\0'])
}

impl Sender {
    /// Queues a subscription; false if there is no room.
    pub(super) fn subscribe(&self, filter: &str) -> bool {
        match self {
            Self::V5(client) => client.try_subscribe(filter, QosV5::AtLeastOnce).is_ok(),
            Self::V4(client) => client.try_subscribe(filter, QosV4::AtLeastOnce).is_ok(),
        }
    }

    /// Queues a publish; false if there is no room now. What can't be published at all, because
    /// somebody asked for an answer at an impossible topic, is dropped.
    pub(super) fn publish(&self, outgoing: &Outgoing) -> bool {
        let Outgoing { topic, payload, qos, content_type, response_topic, .. } = outgoing;
        let retain = outgoing.retain;
        if !can_be_published_to(topic) {
            return true;
        }
        match self {
            Self::V5(client) => {
                let qos = if *qos == 0 { QosV5::AtMostOnce } else { QosV5::AtLeastOnce };
                let payload = payload.clone();
                let user =
                    outgoing.user.iter().map(|(key, value)| ((*key).to_owned(), value.clone()));
                let properties = PublishProperties {
                    content_type: content_type.map(str::to_owned),
                    response_topic: response_topic.clone(),
                    correlation_data: outgoing.correlation.map(Bytes::from_static),
                    user_properties: user.collect(),
                    ..PublishProperties::default()
                };
                if properties == PublishProperties::default() {
                    return client.try_publish(topic, qos, retain, payload).is_ok();
                }
                client.try_publish_with_properties(topic, qos, retain, payload, properties).is_ok()
            }
            Self::V4(client) => {
                let qos = if *qos == 0 { QosV4::AtMostOnce } else { QosV4::AtLeastOnce };
                client.try_publish(topic, qos, retain, payload.to_vec()).is_ok()
            }
        }
    }
}

impl Poller {
    /// The next thing that happens. Not to be dropped half-way: a packet being written would be
    /// lost.
    pub(super) async fn next(&mut self) -> Happening {
        match self {
            Self::V5(poller) => match poller.poll().await {
                Ok(v5::Event::Incoming(packet)) => from_v5(packet),
                Ok(v5::Event::Outgoing(_)) => Happening::Other,
                Err(_) => Happening::Lost,
            },
            Self::V4(poller) => match poller.poll().await {
                Ok(rumqttc::Event::Incoming(packet)) => from_v4(packet),
                Ok(rumqttc::Event::Outgoing(_)) => Happening::Other,
                Err(_) => Happening::Lost,
            },
        }
    }
}

fn from_v5(packet: PacketV5) -> Happening {
    match packet {
        PacketV5::ConnAck(_) => Happening::Connected,
        PacketV5::SubAck(_) => Happening::Subscribed,
        PacketV5::PubAck(_) => Happening::Acknowledged,
        PacketV5::Publish(publish) => {
            let property = publish.properties.and_then(|p| p.response_topic);
            let topic = String::from_utf8_lossy(&publish.topic);
            Happening::Message(incoming(&topic, publish.payload, property))
        }
        PacketV5::Disconnect(_) => Happening::Lost,
        _ => Happening::Other,
    }
}

fn from_v4(packet: PacketV4) -> Happening {
    match packet {
        PacketV4::ConnAck(_) => Happening::Connected,
        PacketV4::SubAck(_) => Happening::Subscribed,
        PacketV4::PubAck(_) => Happening::Acknowledged,
        PacketV4::Publish(publish) => {
            Happening::Message(incoming(&publish.topic, publish.payload, None))
        }
        _ => Happening::Other,
    }
}

/// A message as a client gets it; the property counts more than the topic.
pub(super) fn incoming(topic: &str, payload: Bytes, property: Option<String>) -> Incoming {
    let in_topic = wire::reply_to(topic);
    let reply_in_topic = property.is_none() && in_topic.is_some();
    Incoming { payload, reply_to: property.or(in_topic), reply_in_topic }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_impossible_topic_blocks_nothing() {
        let seat = Seat {
            client_id: "c".to_owned(),
            endpoint_id: "self::c".to_owned(),
            filter: "usp/agent/c".to_owned(),
            legacy: false,
            port: 1,
        };
        let (sender, _poller) = open(&seat);
        for topic in ["", "usp/#", "usp/+/x", "usp/\0", &"x".repeat(70_000)] {
            let outgoing = Outgoing { topic: topic.to_owned(), ..Outgoing::default() };
            assert!(sender.publish(&outgoing), "{topic}");
        }
        let good = Outgoing { topic: "usp/x".to_owned(), ..Outgoing::default() };
        let accepted = (0..2 * QUEUE).filter(|_| sender.publish(&good)).count();
        assert_eq!(accepted, QUEUE, "a full queue says so");
    }

    #[test]
    fn the_property_counts_more_than_the_topic() {
        let topic = "usp/agent/a/reply-to=usp%2Fcontroller%2Fc";
        let by_topic = incoming(topic, Bytes::new(), None);
        assert_eq!(by_topic.reply_to.as_deref(), Some("usp/controller/c"));
        assert!(by_topic.reply_in_topic);
        let by_property = incoming(topic, Bytes::new(), Some("x/y".to_owned()));
        assert_eq!(by_property.reply_to.as_deref(), Some("x/y"));
        assert!(!by_property.reply_in_topic);
        assert_eq!(incoming("usp/agent/a", Bytes::new(), None).reply_to, None);
    }
}
