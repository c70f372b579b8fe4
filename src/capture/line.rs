//! One line of a capture → one message.

use serde_json::Value;

use crate::core::hex;
use crate::core::time::Timestamp;
use crate::core::wire::{Delivery, MAX_TOPIC_BYTES, Prop, WireBatch};

/// Why a line is not a message; for people.
pub(super) type LineError = &'static str;

/// Appends the message of one line; blank lines give none.
pub(super) fn parse(line: &[u8], batch: &mut WireBatch) -> Result<(), LineError> {
    let line = line.trim_ascii();
    match line.first() {
        None => Ok(()),
        Some(b'{') => parse_json(line, batch),
        Some(_) => parse_columns(line, batch),
    }
}

/// Our `.jsonl`, or `mosquitto_sub -F '%j'` (`tst`, `payload` or `payloadlen`).
fn parse_json(line: &[u8], batch: &mut WireBatch) -> Result<(), LineError> {
    let value: Value = serde_json::from_slice(line).map_err(|_| "not valid JSON")?;
    let topic = value.get("topic").and_then(Value::as_str).ok_or("no \"topic\"")?;
    if topic.len() > MAX_TOPIC_BYTES {
        return Err("topic longer than MQTT allows");
    }
    let at = match (value.get("t"), value.get("tst")) {
        (Some(t), _) => time_from(t).ok_or("\"t\" is no time")?,
        (None, Some(tst)) => {
            tst.as_str().and_then(parse_iso_time).ok_or("\"tst\" is no ISO 8601 time")?
        }
        (None, None) => return Err("no \"t\" (or \"tst\")"),
    };
    let payload = payload_of(&value)?;
    let flag = |key: &str| match value.get(key) {
        Some(Value::Bool(on)) => *on,
        Some(Value::Number(n)) => n.as_u64() == Some(1),
        _ => false,
    };
    let delivery = Delivery {
        qos: value.get("qos").and_then(Value::as_u64).filter(|q| *q <= 2).unwrap_or(0) as u8,
        retain: flag("retain"),
        dup: flag("dup"),
    };
    let props = value.get("props").or_else(|| value.get("properties"));
    batch.push(at, topic.as_bytes(), &payload, delivery, |writer| {
        for prop in props.into_iter().flat_map(Value::as_object).flatten() {
            add_prop(prop, writer);
        }
    });
    Ok(())
}

fn payload_of(value: &Value) -> Result<Vec<u8>, LineError> {
    if let Some(hex) = value.get("payload_hex") {
        let hex = hex.as_str().ok_or("\"payload_hex\" is no text")?;
        return hex::decode(hex.as_bytes()).ok_or("\"payload_hex\" is not hexadecimal");
    }
    match value.get("payload") {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::String(text)) => Ok(text.as_bytes().to_vec()),
        Some(other) => serde_json::to_vec(other).map_err(|_| "\"payload\" can't be read"),
    }
}

fn add_prop((key, value): (&String, &Value), writer: &mut crate::core::wire::PropsWriter<'_>) {
    let text = value.as_str().map(str::as_bytes);
    let number = value.as_u64().and_then(|n| u32::try_from(n).ok());
    // mosquitto_sub writes dashes, our captures underscores.
    match (key.replace('-', "_").as_str(), text, number) {
        ("content_type", Some(v), _) => writer.add(Prop::ContentType(v)),
        ("response_topic", Some(v), _) => writer.add(Prop::ResponseTopic(v)),
        ("correlation_data_hex", Some(v), _) => {
            if let Some(bytes) = hex::decode(v) {
                writer.add(Prop::CorrelationData(&bytes));
            }
        }
        ("correlation_data", Some(v), _) => writer.add(Prop::CorrelationData(v)),
        ("message_expiry_interval", _, Some(v)) => writer.add(Prop::MessageExpiry(v)),
        ("payload_format_indicator", _, Some(v)) => writer.add(Prop::PayloadFormat(v.min(1) as u8)),
        ("user_properties", ..) => {
            // [["k","v"],…] in our captures, {"k":"v"} from mosquitto_sub.
            for pair in value.as_array().into_iter().flatten() {
                if let (Some(k), Some(v)) =
                    (pair.get(0).and_then(Value::as_str), pair.get(1).and_then(Value::as_str))
                {
                    writer.add(Prop::User(k.as_bytes(), v.as_bytes()));
                }
            }
            for (k, v) in value.as_object().into_iter().flatten() {
                if let Some(v) = v.as_str() {
                    writer.add(Prop::User(k.as_bytes(), v.as_bytes()));
                }
            }
        }
        _ => {}
    }
}

/// `mosquitto_sub -F '%U %t %x'`: seconds, topic (which may hold blanks), payload in hex.
fn parse_columns(line: &[u8], batch: &mut WireBatch) -> Result<(), LineError> {
    const SHAPE: LineError = "not of the form `SECONDS TOPIC HEX`";
    let line = std::str::from_utf8(line).map_err(|_| "not UTF-8")?;
    let (time, rest) = line.split_once(' ').ok_or(SHAPE)?;
    let at = parse_seconds(time).ok_or(SHAPE)?;
    // An empty payload leaves nothing behind the topic; the line's end was trimmed.
    let (topic, payload) = match rest.rsplit_once(' ') {
        Some((topic, hex)) => match hex::decode(hex.as_bytes()) {
            Some(payload) => (topic, payload),
            None => (rest, Vec::new()),
        },
        None => (rest, Vec::new()),
    };
    if topic.is_empty() || topic.len() > MAX_TOPIC_BYTES {
        return Err(SHAPE);
    }
    batch.push(at, topic.as_bytes(), &payload, Delivery::default(), |_| {});
    Ok(())
}

fn time_from(value: &Value) -> Option<Timestamp> {
    match value {
        // serde_json keeps a number's shortest form; parsing that text keeps every microsecond.
        Value::Number(n) => parse_seconds(&n.to_string()),
        Value::String(text) => parse_seconds(text).or_else(|| parse_iso_time(text)),
        _ => None,
    }
}

/// Decimal seconds since the Unix epoch, exact to the nanosecond.
fn parse_seconds(text: &str) -> Option<Timestamp> {
    let (whole, frac) = text.split_once('.').unwrap_or((text, ""));
    if !frac.bytes().all(|b| b.is_ascii_digit()) {
        return text.parse::<f64>().ok().filter(|s| s.is_finite()).map(Timestamp::from_secs_f64);
    }
    let whole: i64 = whole.parse().ok()?;
    let nanos: i64 = format!("{frac:0<9.9}").parse().ok()?;
    let nanos = if text.starts_with('-') { -nanos } else { nanos };
    Some(Timestamp(whole.checked_mul(1_000_000_000)?.checked_add(nanos)?))
}

/// `2026-11-22T17:29:19.834163Z` or with an offset as mosquitto_sub writes it (`+0100`).
fn parse_iso_time(text: &str) -> Option<Timestamp> {
    let parsed = text
        .parse::<jiff::Timestamp>()
        .or_else(|_| jiff::Timestamp::strptime("%Y-%m-%dT%H:%M:%S%.f%z", text))
        .ok()?;
    i64::try_from(parsed.as_nanosecond()).ok().map(Timestamp)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use proptest::prelude::*;

    fn one(line: &str) -> (i64, String, Vec<u8>, Delivery, usize) {
        let mut batch = WireBatch::new();
        parse(line.as_bytes(), &mut batch).unwrap();
        let msg = batch.iter().next().unwrap();
        let topic = String::from_utf8(msg.topic.to_vec()).unwrap();
        (msg.at.0, topic, msg.payload.to_vec(), msg.delivery, msg.props.iter().count())
    }

    #[test]
    fn our_own_lines() {
        let line = r#"{"t": 1795368559.834163, "topic": "usp/x", "qos": 1, "retain": true, "props": {"content_type": "usp.msg", "user_properties": [["a","b"]]}, "payload_hex": "0aff"}"#;
        let (at, topic, payload, delivery, props) = one(line);
        assert_eq!(at, 1_795_368_559_834_163_000);
        assert_eq!((topic.as_str(), payload.as_slice()), ("usp/x", &[0x0a, 0xff][..]));
        assert_eq!(delivery, Delivery { qos: 1, retain: true, dup: false });
        assert_eq!(props, 2);
    }

    #[test]
    fn mosquitto_sub_lines() {
        let (at, topic, payload, ..) = one("1700000000.123456789 usp/a b 0A0b");
        assert_eq!(at, 1_700_000_000_123_456_789);
        assert_eq!((topic.as_str(), payload.as_slice()), ("usp/a b", &[10, 11][..]));
        let (_, topic, payload, ..) = one("1700000000.5 usp/empty");
        assert_eq!((topic.as_str(), payload.len()), ("usp/empty", 0));
        let line = r#"{"tst":"2023-11-14T22:13:20.123456+0000","topic":"t","qos":2,"retain":0,"payloadlen":2,"payload":"hi"}"#;
        let (at, _, payload, delivery, _) = one(line);
        assert_eq!(at, 1_700_000_000_123_456_000);
        assert_eq!((payload.as_slice(), delivery.qos), (&b"hi"[..], 2));
    }

    #[test]
    fn what_is_no_message_says_why() {
        let mut batch = WireBatch::new();
        for (line, why) in [
            ("{", "not valid JSON"),
            ("{}", "no \"topic\""),
            (r#"{"topic":"a"}"#, "no \"t\" (or \"tst\")"),
            (r#"{"topic":"a","t":1,"payload_hex":"0"}"#, "\"payload_hex\" is not hexadecimal"),
            ("hello", "not of the form `SECONDS TOPIC HEX`"),
        ] {
            assert_eq!(parse(line.as_bytes(), &mut batch), Err(why), "{line}");
        }
        assert_eq!(parse(b"  \r\n", &mut batch), Ok(()));
        assert!(batch.is_empty());
    }

    proptest! {
        #[test]
        fn any_line_ends(line in prop::collection::vec(any::<u8>(), 0..300)) {
            let mut batch = WireBatch::new();
            let _ = parse(&line, &mut batch);
            prop_assert!(batch.len() <= 1);
        }
    }
}
