//! Packets to the broker (3.1.1 §3, 5 §3).

use crate::mqtt::link::MqttVersion;

/// What CONNECT says.
pub(in crate::mqtt::diagnose) struct Connect<'a> {
    pub version: MqttVersion,
    pub client_id: &'a str,
    /// User name and password.
    pub login: Option<(&'a str, &'a str)>,
    /// Seconds.
    pub keep_alive: u16,
    /// Largest packet accepted, bytes; only MQTT 5 can say it.
    pub max_packet: u32,
}

/// CONNECT with a clean session and no will.
pub(in crate::mqtt::diagnose) fn connect(of: &Connect<'_>) -> Vec<u8> {
    const CLEAN: u8 = 0x02;
    const PASSWORD: u8 = 0x40;
    const USER: u8 = 0x80;
    let v5 = of.version == MqttVersion::V5;
    let mut body = Vec::new();
    text(&mut body, "MQTT");
    body.push(if v5 { 5 } else { 4 });
    body.push(match of.login {
        None => CLEAN,
        Some((_, "")) => CLEAN | USER,
        Some(_) => CLEAN | USER | PASSWORD,
    });
    body.extend_from_slice(&of.keep_alive.to_be_bytes());
    if v5 {
        // Maximum Packet Size; no topic aliases, no session to keep.
        body.extend_from_slice(&[5, 0x27]);
        body.extend_from_slice(&of.max_packet.max(1).to_be_bytes());
    }
    text(&mut body, of.client_id);
    if let Some((user, password)) = of.login {
        text(&mut body, user);
        if !password.is_empty() {
            text(&mut body, password);
        }
    }
    packet(0x10, &body)
}

/// One SUBSCRIBE for all filters.
pub(in crate::mqtt::diagnose) fn subscribe(
    version: MqttVersion,
    id: u16,
    filters: &[String],
    qos: u8,
) -> Vec<u8> {
    let mut body = id.to_be_bytes().to_vec();
    no_properties(&mut body, version);
    for filter in filters {
        text(&mut body, filter);
        body.push(qos.min(2));
    }
    packet(0x82, &body)
}

/// A PUBLISH that is not retained.
pub(in crate::mqtt::diagnose) fn publish(
    version: MqttVersion,
    id: u16,
    topic: &str,
    payload: &[u8],
    qos: u8,
) -> Vec<u8> {
    let mut body = Vec::new();
    text(&mut body, topic);
    if qos > 0 {
        body.extend_from_slice(&id.to_be_bytes());
    }
    no_properties(&mut body, version);
    body.extend_from_slice(payload);
    packet(0x30 | (qos.min(2) << 1), &body)
}

/// PUBACK: QoS 1 received.
pub(in crate::mqtt::diagnose) fn puback(id: u16) -> Vec<u8> {
    packet(0x40, &id.to_be_bytes())
}

/// PUBREC: QoS 2 received.
pub(in crate::mqtt::diagnose) fn pubrec(id: u16) -> Vec<u8> {
    packet(0x50, &id.to_be_bytes())
}

/// PUBCOMP: QoS 2 done.
pub(in crate::mqtt::diagnose) fn pubcomp(id: u16) -> Vec<u8> {
    packet(0x70, &id.to_be_bytes())
}

/// PINGREQ.
pub(in crate::mqtt::diagnose) const PINGREQ: [u8; 2] = [0xc0, 0];
/// DISCONNECT, normal.
pub(in crate::mqtt::diagnose) const DISCONNECT: [u8; 2] = [0xe0, 0];

fn no_properties(body: &mut Vec<u8>, version: MqttVersion) {
    if version == MqttVersion::V5 {
        body.push(0);
    }
}

/// A length of two bytes and the text. The profile holds no longer ones; a cut text would be
/// better than a broken packet.
fn text(out: &mut Vec<u8>, text: &str) {
    let len = u16::try_from(text.len()).unwrap_or(u16::MAX);
    out.extend_from_slice(&len.to_be_bytes());
    out.extend(text.bytes().take(usize::from(len)));
}

fn packet(first: u8, body: &[u8]) -> Vec<u8> {
    let mut out = vec![first];
    let mut left = body.len();
    loop {
        // Seven bits a byte, so nothing is lost.
        let byte = (left % 0x80) as u8;
        left /= 0x80;
        out.push(if left > 0 { byte | 0x80 } else { byte });
        if left == 0 {
            break;
        }
    }
    out.extend_from_slice(body);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connect_as_the_standards_draw_it() {
        let of = |version, login| Connect {
            version,
            client_id: "me",
            login,
            keep_alive: 10,
            max_packet: 0x0102_0304,
        };
        assert_eq!(
            connect(&of(MqttVersion::V311, None)),
            b"\x10\x0e\0\x04MQTT\x04\x02\0\x0a\0\x02me"
        );
        assert_eq!(
            connect(&of(MqttVersion::V5, Some(("u", "p")))),
            b"\x10\x1a\0\x04MQTT\x05\xc2\0\x0a\x05\x27\x01\x02\x03\x04\0\x02me\0\x01u\0\x01p"
        );
        assert_eq!(connect(&of(MqttVersion::V311, Some(("u", "")))).get(9), Some(&0x82));
    }

    #[test]
    fn the_others() {
        let filters = ["a/#".to_owned()];
        assert_eq!(subscribe(MqttVersion::V311, 1, &filters, 1), b"\x82\x08\0\x01\0\x03a/#\x01");
        assert_eq!(subscribe(MqttVersion::V5, 1, &filters, 9), b"\x82\x09\0\x01\0\0\x03a/#\x02");
        assert_eq!(publish(MqttVersion::V311, 7, "t", b"x", 1), b"\x32\x06\0\x01t\0\x07x");
        assert_eq!(publish(MqttVersion::V5, 7, "t", b"x", 0), b"\x30\x05\0\x01t\0x");
        let long = publish(MqttVersion::V311, 7, "t", &[0; 200], 0);
        assert_eq!(long.get(..3), Some(&b"\x30\xcb\x01"[..]));
    }
}
