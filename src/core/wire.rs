//! What came off the wire: MQTT messages, many to a batch, in one arena.
//!
//! Nothing here knows USP. A batch is filled by a source (broker connection, capture reader,
//! test) and handed to the store whole; reading it back allocates nothing.

use super::time::Timestamp;

/// Largest topic MQTT can carry, in bytes.
pub const MAX_TOPIC_BYTES: usize = 65_535;

/// Delivery facts of one PUBLISH.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Delivery {
    /// Quality of service as delivered to us: 0, 1 or 2.
    pub qos: u8,
    /// The retain flag as delivered to us.
    pub retain: bool,
    /// The duplicate-delivery flag.
    pub dup: bool,
}

impl Delivery {
    /// One byte: QoS in bits 0–1, retain bit 2, dup bit 3.
    #[must_use]
    pub fn pack(self) -> u8 {
        self.qos.min(3) | (u8::from(self.retain) << 2) | (u8::from(self.dup) << 3)
    }

    /// The reverse of [`Self::pack`].
    #[must_use]
    pub fn unpack(bits: u8) -> Self {
        Self { qos: bits & 3, retain: bits & 4 != 0, dup: bits & 8 != 0 }
    }
}

/// One MQTT 5 property of a PUBLISH that a USP engineer wants to see.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Prop<'a> {
    /// Content Type.
    ContentType(&'a [u8]),
    /// Response Topic.
    ResponseTopic(&'a [u8]),
    /// Correlation Data.
    CorrelationData(&'a [u8]),
    /// One User Property: key and value.
    User(&'a [u8], &'a [u8]),
    /// Message Expiry Interval, seconds.
    MessageExpiry(u32),
    /// Payload Format Indicator.
    PayloadFormat(u8),
    /// One Subscription Identifier.
    SubscriptionId(u32),
}

/// Properties of one PUBLISH in a flat encoding; empty for MQTT 3.1.1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Props<'a>(pub &'a [u8]);

const TAG_CONTENT_TYPE: u8 = 1;
const TAG_RESPONSE_TOPIC: u8 = 2;
const TAG_CORRELATION: u8 = 3;
const TAG_USER_KEY: u8 = 4;
const TAG_USER_VALUE: u8 = 5;
const TAG_EXPIRY: u8 = 6;
const TAG_FORMAT: u8 = 7;
const TAG_SUBSCRIPTION: u8 = 8;

impl<'a> Props<'a> {
    /// All properties in the order they came.
    pub fn iter(self) -> impl Iterator<Item = Prop<'a>> {
        let mut rest = self.0;
        std::iter::from_fn(move || {
            let (tag, value) = take(&mut rest)?;
            Some(match tag {
                TAG_CONTENT_TYPE => Prop::ContentType(value),
                TAG_RESPONSE_TOPIC => Prop::ResponseTopic(value),
                TAG_CORRELATION => Prop::CorrelationData(value),
                TAG_USER_KEY => {
                    let (_, user_value) = take(&mut rest)?;
                    Prop::User(value, user_value)
                }
                TAG_EXPIRY => Prop::MessageExpiry(u32::from_le_bytes(value.try_into().ok()?)),
                TAG_FORMAT => Prop::PayloadFormat(*value.first()?),
                _ => Prop::SubscriptionId(u32::from_le_bytes(value.try_into().ok()?)),
            })
        })
    }

    /// The Content Type, if one was sent.
    #[must_use]
    pub fn content_type(self) -> Option<&'a [u8]> {
        self.iter().find_map(|p| if let Prop::ContentType(v) = p { Some(v) } else { None })
    }

    /// The Response Topic, if one was sent.
    #[must_use]
    pub fn response_topic(self) -> Option<&'a [u8]> {
        self.iter().find_map(|p| if let Prop::ResponseTopic(v) = p { Some(v) } else { None })
    }
}

fn take<'a>(rest: &mut &'a [u8]) -> Option<(u8, &'a [u8])> {
    let (head, tail) = rest.split_at_checked(5)?;
    let len = u32::from_le_bytes([head[1], head[2], head[3], head[4]]) as usize;
    let (value, tail) = tail.split_at_checked(len)?;
    *rest = tail;
    Some((head[0], value))
}

fn put(out: &mut Vec<u8>, tag: u8, value: &[u8]) {
    // MQTT limits each of these to 65535 bytes; the cut only matters for a caller's mistake.
    let value = &value[..value.len().min(MAX_TOPIC_BYTES)];
    out.push(tag);
    out.extend_from_slice(&(value.len() as u32).to_le_bytes());
    out.extend_from_slice(value);
}

/// One message of a batch, borrowed from its arena.
#[derive(Clone, Copy, Debug)]
pub struct WireMsg<'a> {
    /// When it arrived here.
    pub at: Timestamp,
    /// Topic bytes; MQTT says UTF-8, but nobody has checked.
    pub topic: &'a [u8],
    /// Payload exactly as received.
    pub payload: &'a [u8],
    /// MQTT 5 properties.
    pub props: Props<'a>,
    /// QoS, retain, dup.
    pub delivery: Delivery,
}

#[derive(Clone, Copy)]
struct Head {
    at: Timestamp,
    start: usize,
    topic_len: u32,
    props_len: u32,
    payload_len: u32,
    delivery: u8,
}

/// Messages in arrival order with their bytes in one arena.
#[derive(Default)]
pub struct WireBatch {
    heads: Vec<Head>,
    arena: Vec<u8>,
}

impl WireBatch {
    /// An empty batch.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Number of messages.
    #[must_use]
    pub fn len(&self) -> usize {
        self.heads.len()
    }

    /// True if it holds no message.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.heads.is_empty()
    }

    /// Bytes of topics, properties and payloads.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.arena.len()
    }

    /// Forgets the messages and keeps the memory.
    pub fn clear(&mut self) {
        self.heads.clear();
        self.arena.clear();
    }

    /// Appends a message. `props` is called with a writer for its MQTT 5 properties.
    pub fn push(
        &mut self,
        at: Timestamp,
        topic: &[u8],
        payload: &[u8],
        delivery: Delivery,
        props: impl FnOnce(&mut PropsWriter<'_>),
    ) {
        let start = self.arena.len();
        let topic = &topic[..topic.len().min(MAX_TOPIC_BYTES)];
        self.arena.extend_from_slice(topic);
        let props_start = self.arena.len();
        props(&mut PropsWriter(&mut self.arena));
        let props_len = (self.arena.len() - props_start) as u32;
        self.arena.extend_from_slice(payload);
        self.heads.push(Head {
            at,
            start,
            topic_len: topic.len() as u32,
            props_len,
            payload_len: payload.len() as u32,
            delivery: delivery.pack(),
        });
    }

    /// The messages in arrival order.
    pub fn iter(&self) -> impl Iterator<Item = WireMsg<'_>> {
        self.heads.iter().filter_map(|head| {
            let bytes = self.arena.get(head.start..)?;
            let (topic, rest) = bytes.split_at_checked(head.topic_len as usize)?;
            let (props, rest) = rest.split_at_checked(head.props_len as usize)?;
            let payload = rest.get(..head.payload_len as usize)?;
            let delivery = Delivery::unpack(head.delivery);
            Some(WireMsg { at: head.at, topic, payload, props: Props(props), delivery })
        })
    }
}

/// Writes the properties of the message being pushed.
pub struct PropsWriter<'a>(&'a mut Vec<u8>);

impl PropsWriter<'_> {
    /// Adds one property.
    pub fn add(&mut self, prop: Prop<'_>) {
        match prop {
            Prop::ContentType(v) => put(self.0, TAG_CONTENT_TYPE, v),
            Prop::ResponseTopic(v) => put(self.0, TAG_RESPONSE_TOPIC, v),
            Prop::CorrelationData(v) => put(self.0, TAG_CORRELATION, v),
            Prop::User(k, v) => {
                put(self.0, TAG_USER_KEY, k);
                put(self.0, TAG_USER_VALUE, v);
            }
            Prop::MessageExpiry(v) => put(self.0, TAG_EXPIRY, &v.to_le_bytes()),
            Prop::PayloadFormat(v) => put(self.0, TAG_FORMAT, &[v]),
            Prop::SubscriptionId(v) => put(self.0, TAG_SUBSCRIPTION, &v.to_le_bytes()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn messages_come_back_as_pushed() {
        let mut batch = WireBatch::new();
        let delivery = Delivery { qos: 2, retain: true, dup: false };
        batch.push(Timestamp(5), b"a/b", b"payload", delivery, |p| {
            p.add(Prop::ContentType(b"usp.msg"));
            p.add(Prop::User(b"k", b"v"));
            p.add(Prop::MessageExpiry(7));
        });
        batch.push(Timestamp(6), b"", b"", Delivery::default(), |_| {});
        let all: Vec<WireMsg<'_>> = batch.iter().collect();
        assert_eq!(all.len(), 2);
        assert_eq!((all[0].topic, all[0].payload), (&b"a/b"[..], &b"payload"[..]));
        assert_eq!(all[0].delivery, delivery);
        assert_eq!(
            all[0].props.iter().collect::<Vec<_>>(),
            vec![Prop::ContentType(b"usp.msg"), Prop::User(b"k", b"v"), Prop::MessageExpiry(7)]
        );
        assert_eq!(all[1].payload, b"");
    }

    proptest! {
        #[test]
        fn any_bytes_as_properties_end(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(Props(&bytes).iter().count() <= bytes.len());
        }
    }
}
