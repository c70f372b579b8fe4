//! MQTT 3.1.1 through the library: its events and errors in our terms.

use rumqttc::{
    AsyncClient, ConnectReturnCode, ConnectionError, Error as PacketError, Event, EventLoop,
    Outgoing, Packet, StateError, SubscribeFilter, SubscribeReasonCode,
};

use super::fault::{Fault, Refusal};
use super::link::MqttVersion;
use super::options;
use super::tls::TlsConnection;
use super::v5::tls_fault;
use super::wire::{Note, Wire};
use crate::core::time::Timestamp;
use crate::core::wire::{Delivery, WireBatch};
use crate::profile::model::Profile;

pub(super) struct V311 {
    client: AsyncClient,
    events: EventLoop,
}

impl V311 {
    pub fn new(profile: &Profile, tls: Option<&TlsConnection>) -> Self {
        let (client, mut events) =
            AsyncClient::new(options::for_v311(profile, tls), options::QUEUE);
        events.set_network_options(options::network_v311(profile));
        Self { client, events }
    }
}

impl Wire for V311 {
    type Event = Event;

    const VERSION: MqttVersion = MqttVersion::V311;

    async fn poll(&mut self) -> Result<Event, Fault> {
        self.events.poll().await.map_err(fault)
    }

    fn queued(&mut self) -> Option<Event> {
        self.events.state.events.pop_front()
    }

    fn take(&mut self, event: Event, at: Timestamp, batch: &mut WireBatch) -> Option<Note> {
        match event {
            Event::Incoming(Packet::Publish(publish)) => {
                let delivery =
                    Delivery { qos: publish.qos as u8, retain: publish.retain, dup: publish.dup };
                batch.push(at, publish.topic.as_bytes(), &publish.payload, delivery, |_| {});
                None
            }
            Event::Incoming(Packet::ConnAck(_)) => Some(Note::Welcome { assigned_client_id: None }),
            Event::Incoming(Packet::SubAck(suback)) => Some(Note::Subscribed(
                suback
                    .return_codes
                    .iter()
                    .map(|code| match code {
                        SubscribeReasonCode::Success(_) => None,
                        SubscribeReasonCode::Failure => Some("refused without a reason"),
                    })
                    .collect(),
            )),
            Event::Incoming(Packet::PingResp) => Some(Note::Pong),
            Event::Outgoing(Outgoing::PingReq) => Some(Note::PingSent),
            Event::Outgoing(Outgoing::Subscribe(_)) => Some(Note::SubscribeSent),
            Event::Outgoing(Outgoing::Disconnect) => Some(Note::DisconnectSent),
            _ => None,
        }
    }

    fn subscribe(&mut self, filters: &[String], qos: u8) -> Result<(), Fault> {
        let qos = options::qos_v311(qos);
        let filters = filters.iter().map(|path| SubscribeFilter::new(path.clone(), qos));
        self.client.try_subscribe_many(filters).map_err(|error| {
            Fault::Unsubscribed(vec![format!("the request cannot be sent ({error})")])
        })
    }

    fn disconnect(&mut self) -> bool {
        self.client.try_disconnect().is_ok()
    }
}

fn fault(error: ConnectionError) -> Fault {
    match error {
        ConnectionError::MqttState(error) => state_fault(error),
        ConnectionError::NetworkTimeout | ConnectionError::FlushTimeout => Fault::Timeout,
        ConnectionError::Tls(error) => tls_fault(error),
        ConnectionError::Io(error) => Fault::Tcp(error),
        ConnectionError::ConnectionRefused(code) => Fault::Refused(refusal(code)),
        ConnectionError::NotConnAck(_) => {
            Fault::Malformed("its first packet is no CONNACK".to_owned())
        }
        ConnectionError::RequestsDone => Fault::Closed,
    }
}

fn state_fault(error: StateError) -> Fault {
    match error {
        StateError::Io(error) | StateError::Deserialization(PacketError::Io(error)) => {
            Fault::from_stream(error)
        }
        StateError::Deserialization(PacketError::PayloadSizeLimitExceeded(size)) => {
            Fault::TooLarge(size)
        }
        // MQTT 5 codes, sent to a 3.1.1 client by a broker that gets versions wrong.
        StateError::Deserialization(PacketError::InvalidConnectReturnCode(132)) => {
            Fault::Refused(Refusal::Version)
        }
        StateError::Deserialization(PacketError::InvalidConnectReturnCode(134 | 135)) => {
            Fault::Refused(Refusal::Login)
        }
        StateError::ConnectionAborted => Fault::Closed,
        StateError::AwaitPingResp => Fault::NoPong,
        other => Fault::Malformed(other.to_string()),
    }
}

fn refusal(code: ConnectReturnCode) -> Refusal {
    match code {
        ConnectReturnCode::RefusedProtocolVersion => Refusal::Version,
        ConnectReturnCode::BadClientId => Refusal::ClientId,
        ConnectReturnCode::ServiceUnavailable => Refusal::Busy("server unavailable"),
        ConnectReturnCode::BadUserNamePassword | ConnectReturnCode::NotAuthorized => Refusal::Login,
        ConnectReturnCode::Success => Refusal::Other("no reason given"),
    }
}
