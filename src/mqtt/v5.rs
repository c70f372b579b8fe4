//! MQTT 5 through the library: its events and errors in our terms.

use rumqttc::v5::mqttbytes::Error as PacketError;
use rumqttc::v5::mqttbytes::v5::{
    ConnectReturnCode, Filter, Packet, Publish, PublishProperties, RetainForwardRule,
    SubscribeReasonCode,
};
use rumqttc::v5::{AsyncClient, ConnectionError, Event, EventLoop, StateError};
use rumqttc::{Outgoing, TlsError};

use super::fault::{Fault, Refusal, TlsFault};
use super::link::MqttVersion;
use super::options;
use super::tls::TlsConnection;
use super::wire::{Note, Wire};
use crate::core::time::Timestamp;
use crate::core::wire::{Delivery, Prop, PropsWriter, WireBatch};
use crate::profile::model::Profile;

pub(super) struct V5 {
    client: AsyncClient,
    events: EventLoop,
    keep_alive: std::time::Duration,
}

impl V5 {
    pub fn new(profile: &Profile, tls: Option<&TlsConnection>) -> Self {
        let options = options::for_v5(profile, tls);
        let keep_alive = options.keep_alive();
        let (client, events) = AsyncClient::new(options, options::QUEUE);
        Self { client, events, keep_alive }
    }
}

impl Wire for V5 {
    type Event = Event;

    const VERSION: MqttVersion = MqttVersion::V5;

    async fn poll(&mut self) -> Result<Event, Fault> {
        self.events.poll().await.map_err(fault)
    }

    fn queued(&mut self) -> Option<Event> {
        self.events.state.events.pop_front()
    }

    fn take(&mut self, event: Event, at: Timestamp, batch: &mut WireBatch) -> Option<Note> {
        match event {
            Event::Incoming(Packet::Publish(publish)) => {
                push(&publish, at, batch);
                None
            }
            Event::Incoming(Packet::ConnAck(connack)) => {
                let properties = connack.properties;
                // 0 switches keep-alive off; the library would ping without a pause.
                if properties.as_ref().and_then(|p| p.server_keep_alive) == Some(0) {
                    self.events.options.set_keep_alive(self.keep_alive);
                }
                let assigned_client_id = properties.and_then(|p| p.assigned_client_identifier);
                Some(Note::Welcome { assigned_client_id })
            }
            Event::Incoming(Packet::SubAck(suback)) => {
                Some(Note::Subscribed(suback.return_codes.iter().map(refused_because).collect()))
            }
            Event::Incoming(Packet::Disconnect(goodbye)) => Some(Note::Goodbye {
                code: goodbye.reason_code as u8,
                name: format!("{:?}", goodbye.reason_code),
                text: goodbye.properties.and_then(|p| p.reason_string),
            }),
            Event::Incoming(Packet::PingResp(_)) => Some(Note::Pong),
            Event::Outgoing(Outgoing::PingReq) => Some(Note::PingSent),
            Event::Outgoing(Outgoing::Subscribe(_)) => Some(Note::SubscribeSent),
            Event::Outgoing(Outgoing::Disconnect) => Some(Note::DisconnectSent),
            _ => None,
        }
    }

    fn subscribe(&mut self, filters: &[String], qos: u8) -> Result<(), Fault> {
        let qos = options::qos_v5(qos);
        let filters = filters.iter().map(|path| Filter {
            path: path.clone(),
            qos,
            nolocal: false,
            preserve_retain: true,
            retain_forward_rule: RetainForwardRule::OnEverySubscribe,
        });
        self.client.try_subscribe_many(filters).map_err(|error| {
            Fault::Unsubscribed(vec![format!("the request cannot be sent ({error})")])
        })
    }

    fn disconnect(&mut self) -> bool {
        self.client.try_disconnect().is_ok()
    }
}

fn push(publish: &Publish, at: Timestamp, batch: &mut WireBatch) {
    let delivery = Delivery { qos: publish.qos as u8, retain: publish.retain, dup: publish.dup };
    batch.push(at, &publish.topic, &publish.payload, delivery, |out| {
        if let Some(properties) = &publish.properties {
            write_properties(properties, out);
        }
    });
}

fn write_properties(properties: &PublishProperties, out: &mut PropsWriter<'_>) {
    if let Some(value) = properties.payload_format_indicator {
        out.add(Prop::PayloadFormat(value));
    }
    if let Some(value) = properties.message_expiry_interval {
        out.add(Prop::MessageExpiry(value));
    }
    if let Some(value) = &properties.content_type {
        out.add(Prop::ContentType(value.as_bytes()));
    }
    if let Some(value) = &properties.response_topic {
        out.add(Prop::ResponseTopic(value.as_bytes()));
    }
    if let Some(value) = &properties.correlation_data {
        out.add(Prop::CorrelationData(value));
    }
    for id in &properties.subscription_identifiers {
        out.add(Prop::SubscriptionId(u32::try_from(*id).unwrap_or(u32::MAX)));
    }
    for (key, value) in &properties.user_properties {
        out.add(Prop::User(key.as_bytes(), value.as_bytes()));
    }
}

fn refused_because(code: &SubscribeReasonCode) -> Option<&'static str> {
    Some(match code {
        SubscribeReasonCode::Success(_) => return None,
        SubscribeReasonCode::NotAuthorized => "not authorised",
        SubscribeReasonCode::TopicFilterInvalid => "topic filter invalid",
        SubscribeReasonCode::PkidInUse => "packet identifier in use",
        SubscribeReasonCode::QuotaExceeded => "quota exceeded",
        SubscribeReasonCode::SharedSubscriptionsNotSupported => {
            "shared subscriptions not supported"
        }
        SubscribeReasonCode::SubscriptionIdNotSupported => "subscription identifiers not supported",
        SubscribeReasonCode::WildcardSubscriptionsNotSupported => {
            "wildcard subscriptions not supported"
        }
        SubscribeReasonCode::Failure
        | SubscribeReasonCode::Unspecified
        | SubscribeReasonCode::ImplementationSpecific => "refused without a reason",
    })
}

fn fault(error: ConnectionError) -> Fault {
    match error {
        ConnectionError::MqttState(error) => state_fault(error),
        ConnectionError::Timeout(_) => Fault::Timeout,
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
        StateError::Deserialization(PacketError::PayloadSizeLimitExceeded { pkt_size, .. })
        | StateError::IncomingPacketTooLarge { pkt_size, .. } => Fault::TooLarge(pkt_size),
        // A 3.1.1 broker's CONNACK codes, and a DISCONNECT in its shortest form.
        StateError::Deserialization(PacketError::InvalidConnectReturnCode(1)) => {
            Fault::Refused(Refusal::Version)
        }
        StateError::Deserialization(PacketError::InvalidConnectReturnCode(4 | 5)) => {
            Fault::Refused(Refusal::Login)
        }
        StateError::Deserialization(PacketError::PayloadRequired)
        | StateError::ConnectionAborted => Fault::Closed,
        StateError::AwaitPingResp => Fault::NoPong,
        StateError::ServerDisconnect { reason_code, reason_string } => Fault::Disconnected {
            code: reason_code as u8,
            name: format!("{reason_code:?}"),
            text: reason_string,
        },
        StateError::ConnFail { reason } => Fault::Refused(refusal(reason)),
        other => Fault::Malformed(other.to_string()),
    }
}

pub(super) fn tls_fault(error: TlsError) -> Fault {
    match error {
        TlsError::Io(error) => Fault::from_handshake(error),
        TlsError::TLS(error) => Fault::Tls(TlsFault::Rustls(error)),
        TlsError::DNSName(_) | TlsError::Addr(_) => Fault::Tls(TlsFault::ServerName),
        other => Fault::Tls(TlsFault::Other(other.to_string())),
    }
}

fn refusal(code: ConnectReturnCode) -> Refusal {
    use ConnectReturnCode as Code;
    match code {
        Code::RefusedProtocolVersion | Code::UnsupportedProtocolVersion => Refusal::Version,
        Code::BadUserNamePassword | Code::NotAuthorized => Refusal::Login,
        Code::BadClientId | Code::ClientIdentifierNotValid => Refusal::ClientId,
        Code::Banned | Code::BadAuthenticationMethod => Refusal::Banned,
        Code::ServiceUnavailable | Code::ServerUnavailable => Refusal::Busy("server unavailable"),
        Code::ServerBusy => Refusal::Busy("server busy"),
        Code::QuotaExceeded => Refusal::Quota,
        Code::ConnectionRateExceeded => Refusal::Busy("connection rate exceeded"),
        Code::UseAnotherServer => Refusal::Moved("use another server"),
        Code::ServerMoved => Refusal::Moved("server moved"),
        Code::MalformedPacket => Refusal::Other("malformed packet"),
        Code::ProtocolError => Refusal::Other("protocol error"),
        Code::TopicNameInvalid => Refusal::Other("topic name invalid"),
        Code::PacketTooLarge => Refusal::TooLarge,
        Code::PayloadFormatInvalid => Refusal::Other("payload format invalid"),
        Code::RetainNotSupported => Refusal::Other("retain not supported"),
        Code::QoSNotSupported => Refusal::Other("QoS not supported"),
        Code::Success | Code::UnspecifiedError | Code::ImplementationSpecificError => {
            Refusal::Other("no reason given")
        }
    }
}
