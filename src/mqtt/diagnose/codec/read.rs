//! Packets from the broker (3.1.1 §3, 5 §3), with the properties that explain something. Untrusted
//! bytes: whatever does not fit is [`Packet::Odd`], with a reason.

use crate::mqtt::link::MqttVersion;

/// Longest text kept, bytes.
const MAX_TEXT: usize = 1024;

/// A packet the broker sent.
#[derive(PartialEq, Eq, Debug)]
pub(in crate::mqtt::diagnose) enum Packet {
    ConnAck(ConnAck),
    SubAck {
        id: u16,
        codes: Vec<u8>,
        text: Option<String>,
    },
    PubAck {
        id: u16,
        code: u8,
        text: Option<String>,
    },
    Publish {
        topic: Vec<u8>,
        qos: u8,
        id: u16,
        retain: bool,
    },
    PubRel {
        id: u16,
    },
    PingResp,
    Disconnect {
        code: u8,
        text: Option<String>,
        server: Option<String>,
    },
    /// A packet nobody needs here, by its type.
    Other(u8),
    /// Not what its type promises; why.
    Odd(&'static str),
}

/// The answer to CONNECT.
#[derive(PartialEq, Eq, Debug, Default)]
pub(in crate::mqtt::diagnose) struct ConnAck {
    pub code: u8,
    /// True if it has the form of 3.1.1, whatever was asked.
    pub short: bool,
    pub limits: Limits,
    pub text: Option<String>,
    /// Another server to use instead.
    pub server: Option<String>,
}

/// What the broker says about itself; `None` where it says nothing.
#[derive(PartialEq, Eq, Debug, Default, Clone)]
pub(in crate::mqtt::diagnose) struct Limits {
    pub assigned_id: Option<String>,
    /// Seconds.
    pub keep_alive: Option<u16>,
    pub max_qos: Option<u8>,
    /// Bytes.
    pub max_packet: Option<u32>,
    pub receive_max: Option<u16>,
    pub retain: Option<bool>,
    pub wildcard: Option<bool>,
    pub shared: Option<bool>,
}

/// Properties of any packet, as far as they matter here.
#[derive(Default)]
struct Properties {
    limits: Limits,
    text: Option<String>,
    server: Option<String>,
}

/// Takes a packet apart: the first byte of its fixed header and what follows the header.
pub(in crate::mqtt::diagnose) fn packet(first: u8, body: &[u8], version: MqttVersion) -> Packet {
    let v5 = version == MqttVersion::V5;
    let mut body = Reader(body);
    match first >> 4 {
        2 => connack(body, v5).map_or(Packet::Odd("a CONNACK cut short"), Packet::ConnAck),
        3 => publish(first, body).unwrap_or(Packet::Odd("a PUBLISH cut short")),
        4 => {
            let Some(id) = body.u16() else { return Packet::Odd("a PUBACK cut short") };
            let code = body.u8().unwrap_or(0);
            Packet::PubAck { id, code, text: body.properties().text }
        }
        6 => body.u16().map_or(Packet::Odd("a PUBREL cut short"), |id| Packet::PubRel { id }),
        9 => {
            let Some(id) = body.u16() else { return Packet::Odd("a SUBACK cut short") };
            let text = if v5 { body.properties().text } else { None };
            Packet::SubAck { id, codes: body.0.to_vec(), text }
        }
        13 => Packet::PingResp,
        14 => {
            let code = body.u8().unwrap_or(0);
            let Properties { text, server, .. } = body.properties();
            Packet::Disconnect { code, text, server }
        }
        other => Packet::Other(other),
    }
}

fn connack(mut body: Reader<'_>, v5: bool) -> Option<ConnAck> {
    body.u8()?; // session present: we asked for none
    let code = body.u8()?;
    let short = !v5 || body.0.is_empty();
    let Properties { limits, text, server } = body.properties();
    Some(ConnAck { code, short, limits, text, server })
}

fn publish(first: u8, mut body: Reader<'_>) -> Option<Packet> {
    let qos = (first >> 1) & 3;
    if qos == 3 {
        return Some(Packet::Odd("a PUBLISH with QoS 3"));
    }
    let topic = body.bytes()?.to_vec();
    let id = if qos > 0 { body.u16()? } else { 0 };
    Some(Packet::Publish { topic, qos, id, retain: first & 1 == 1 })
}

/// Reads from the front; `None` at the end.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, len: usize) -> Option<&'a [u8]> {
        let (front, back) = self.0.split_at_checked(len)?;
        self.0 = back;
        Some(front)
    }

    fn u8(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    fn u16(&mut self) -> Option<u16> {
        self.take(2)?.try_into().ok().map(u16::from_be_bytes)
    }

    fn u32(&mut self) -> Option<u32> {
        self.take(4)?.try_into().ok().map(u32::from_be_bytes)
    }

    fn varint(&mut self) -> Option<usize> {
        let mut value = 0;
        for shift in [0, 7, 14, 21] {
            let byte = self.u8()?;
            value |= usize::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    /// A length of two bytes and so many bytes.
    fn bytes(&mut self) -> Option<&'a [u8]> {
        let len = self.u16()?;
        self.take(usize::from(len))
    }

    fn text(&mut self) -> Option<String> {
        let bytes = self.bytes()?;
        Some(String::from_utf8_lossy(bytes.get(..MAX_TEXT).unwrap_or(bytes)).into_owned())
    }

    /// A property list (5 §2.2.2). What is broken ends the list; what was read until then
    /// counts.
    fn properties(&mut self) -> Properties {
        let mut found = Properties::default();
        if let Some(list) = self.varint().and_then(|len| self.take(len)) {
            let mut list = Reader(list);
            while list.property(&mut found).is_some() {}
        }
        found
    }

    fn property(&mut self, found: &mut Properties) -> Option<()> {
        let limits = &mut found.limits;
        match self.u8()? {
            0x12 => limits.assigned_id = Some(self.text()?),
            0x13 => limits.keep_alive = Some(self.u16()?),
            0x1c => found.server = Some(self.text()?),
            0x1f => found.text = Some(self.text()?),
            0x21 => limits.receive_max = Some(self.u16()?),
            0x24 => limits.max_qos = Some(self.u8()?),
            0x25 => limits.retain = Some(self.u8()? != 0),
            0x27 => limits.max_packet = Some(self.u32()?),
            0x28 => limits.wildcard = Some(self.u8()? != 0),
            0x2a => limits.shared = Some(self.u8()? != 0),
            0x01 | 0x17 | 0x19 | 0x29 => drop(self.u8()?),
            0x22 | 0x23 => drop(self.u16()?),
            0x02 | 0x11 | 0x18 => drop(self.u32()?),
            0x0b => drop(self.varint()?),
            0x03 | 0x08 | 0x09 | 0x15 | 0x16 | 0x1a => drop(self.bytes()?),
            0x26 => {
                self.bytes()?;
                self.bytes()?;
            }
            _ => return None,
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn connack_of_both_versions() {
        let Packet::ConnAck(plain) = packet(0x20, &[0, 5], MqttVersion::V311) else {
            unreachable!("a CONNACK")
        };
        assert_eq!((plain.code, plain.short), (5, true));
        // A 3.1.1 answer to an MQTT 5 question.
        let Packet::ConnAck(old) = packet(0x20, &[0, 1], MqttVersion::V5) else {
            unreachable!("a CONNACK")
        };
        assert_eq!((old.code, old.short), (1, true));

        let properties = b"\x12\0\x02id\x13\0\x1e\x24\x01\x27\0\0\x10\0\x28\0\x2a\0\x25\0\x21\0\x14\x1f\0\x03why\x26\0\x01k\0\x01v\x1c\0\x01s\x22\0\x0a";
        let mut body = vec![0, 0, properties.len() as u8];
        body.extend_from_slice(properties);
        let Packet::ConnAck(rich) = packet(0x20, &body, MqttVersion::V5) else {
            unreachable!("a CONNACK")
        };
        assert_eq!((rich.code, rich.short), (0, false));
        assert_eq!((rich.text.as_deref(), rich.server.as_deref()), (Some("why"), Some("s")));
        let wanted = Limits {
            assigned_id: Some("id".to_owned()),
            keep_alive: Some(30),
            max_qos: Some(1),
            max_packet: Some(4096),
            receive_max: Some(20),
            retain: Some(false),
            wildcard: Some(false),
            shared: Some(false),
        };
        assert_eq!(rich.limits, wanted);
    }

    #[test]
    fn the_others() {
        let v5 = MqttVersion::V5;
        assert_eq!(
            packet(0x90, &[0, 1, 0, 1, 0x87], v5),
            Packet::SubAck { id: 1, codes: vec![1, 0x87], text: None }
        );
        assert_eq!(
            packet(0x90, &[0, 1, 0x80], MqttVersion::V311),
            Packet::SubAck { id: 1, codes: vec![0x80], text: None }
        );
        assert_eq!(
            packet(0x40, &[0, 2, 0x87, 5, 0x1f, 0, 2, b'n', b'o'], v5),
            Packet::PubAck { id: 2, code: 0x87, text: Some("no".to_owned()) }
        );
        assert_eq!(packet(0x40, &[0, 2], v5), Packet::PubAck { id: 2, code: 0, text: None });
        assert_eq!(
            packet(0xe0, &[0x8e], v5),
            Packet::Disconnect { code: 0x8e, text: None, server: None }
        );
        assert_eq!(
            packet(0x33, b"\0\x01t\0\x09\0x", v5),
            Packet::Publish { topic: b"t".to_vec(), qos: 1, id: 9, retain: true }
        );
        assert_eq!(packet(0x36, b"\0\x01t\0\x09", v5), Packet::Odd("a PUBLISH with QoS 3"));
    }

    proptest! {
        #[test]
        fn any_bytes_are_answered(first in any::<u8>(), body in prop::collection::vec(any::<u8>(), 0..80)) {
            packet(first, &body, MqttVersion::V5);
            packet(first, &body, MqttVersion::V311);
        }
    }
}
