//! One message as the JSON object of the interface description.

use serde_json::{Map, Value, json};

use super::{Message, related};
use crate::analysis::problems::code::Code;
use crate::analysis::problems::explain::explain;
use crate::core::hex;
use crate::core::wire::{Prop, Props};
use crate::store::row::Pair;
use crate::usp::decode::decode;
use crate::usp::generated::usp_record::Record;
use crate::usp::json as usp_json;
use crate::usp::kind::PayloadKind;

/// Largest JSON payload that is taken apart.
const MAX_JSON_BYTES: usize = 1024 * 1024;

/// The message as the JSON object of the interface description; `n` is the arrival number.
#[must_use]
pub fn message(msg: Message<'_>) -> Value {
    let row = msg.row;
    let payload = row.payload();
    let decoded = decode(payload);
    let delivery = row.delivery();

    let mut out = Map::new();
    let mut put = |key: &str, value: Value| {
        out.insert(key.to_owned(), value);
    };
    put("n", row.seq.0.into());
    put("t", micros(row.at.0));
    put("topic", msg.topic().into());
    put("qos", delivery.qos.into());
    put("retain", delivery.retain.into());
    put("dup", delivery.dup.into());
    put("size", row.size().into());
    put("props", props(row.props()));
    put("kind", decoded.payload.name().into());
    put("direction", row.direction.map_or(Value::Null, |d| d.name().into()));
    // No bytes at all read as an empty Record, which is none.
    let nothing = (decoded.payload == PayloadKind::Empty).then(Record::default);
    if let Some(record) = decoded.record.as_ref().or(nothing.as_ref()) {
        let mut record = usp_json::record_json(record);
        let unknown = usp_json::unknown_fields(payload);
        if !unknown.is_empty()
            && let Some(record) = record.as_object_mut()
        {
            record.insert("unknown_fields".to_owned(), unknown.into());
        }
        put("record", record);
    }
    // A Msg of which nothing could be read is no Msg to show; `malformed` says why.
    let (msg_there, noise) = match decoded.msg {
        Some(found) if found.content.is_some() || found.kind.is_some() => (Some(found), None),
        Some(noise) => (None, noise.malformed),
        None => (None, None),
    };
    let shown = match (&msg_there, msg.segmented()) {
        (Some(found), _) => Some(usp_json::msg_json(found)),
        (None, Some(whole)) => {
            let parts = whole.parts.iter().map(|part| part.0);
            Some(usp_json::reassembled_json(&whole.bytes, parts))
        }
        (None, None) => None,
    };
    if let Some(mut shown) = shown {
        if let Some(object) = shown.as_object_mut() {
            related::in_msg(msg, object);
        }
        put("msg", shown);
    }
    let problems = msg.snapshot.problems_of(row);
    if problems.contains(Code::SegmentDuplicate) || problems.contains(Code::SegmentConflict) {
        put("segment_duplicate", true.into());
    }
    if let Some(reboot) = related::reboot(msg) {
        put("reboot", reboot);
    }
    if let Some(pair) = pair(row.pair()) {
        put("pair", pair);
    }
    let problems: Vec<Value> = msg
        .snapshot
        .problems_of(row)
        .iter()
        .map(|code| {
            let text = explain(code, row, msg.snapshot);
            json!({"code": code.name(), "level": code.level().name(), "text": text})
        })
        .collect();
    if !problems.is_empty() {
        put("problems", problems.into());
    }
    if let Some(bad) = decoded.malformed.or(noise) {
        put("malformed", usp_json::malformed_json(bad));
    }
    if let Some((key, value)) = other_payload(decoded.payload, payload) {
        put(key, value);
    }
    Value::Object(out)
}

/// Nanoseconds as seconds with microseconds.
pub(super) fn micros(nanos: i64) -> Value {
    let micros = nanos.saturating_add(500).div_euclid(1000);
    json!(micros as f64 / 1e6)
}

/// MQTT 5 properties; an empty object for 3.1.1.
#[must_use]
pub fn props(props: Props<'_>) -> Value {
    let text = |bytes: &[u8]| Value::from(String::from_utf8_lossy(bytes));
    let mut out = Map::new();
    let mut user = Vec::new();
    let mut subscriptions = Vec::new();
    for prop in props.iter() {
        let (key, value) = match prop {
            Prop::ContentType(v) => ("content_type", text(v)),
            Prop::ResponseTopic(v) => ("response_topic", text(v)),
            Prop::CorrelationData(v) => ("correlation_data_hex", hex::encode(v).into()),
            Prop::MessageExpiry(v) => ("message_expiry_interval", v.into()),
            Prop::PayloadFormat(v) => ("payload_format_indicator", v.into()),
            Prop::User(k, v) => {
                user.push(json!([text(k), text(v)]));
                continue;
            }
            Prop::SubscriptionId(v) => {
                subscriptions.push(Value::from(v));
                continue;
            }
        };
        out.insert(key.to_owned(), value);
    }
    if !user.is_empty() {
        out.insert("user_properties".to_owned(), user.into());
    }
    if !subscriptions.is_empty() {
        out.insert("subscription_ids".to_owned(), subscriptions.into());
    }
    Value::Object(out)
}

fn pair(pair: Option<Pair>) -> Option<Value> {
    Some(match pair? {
        Pair::Answers { request, latency_nanos } => {
            let mut value = json!({"answers": request.0, "latency_s": micros(latency_nanos)});
            if latency_nanos < 0
                && let Some(object) = value.as_object_mut()
            {
                object.insert("reordered".to_owned(), true.into());
            }
            value
        }
        Pair::RepeatOf { first } => json!({"repeat_of": first.0}),
        // Known only when the answer came, usually after this line was printed.
        Pair::AnsweredBy { .. } => return None,
    })
}

/// The payload of kinds other than usp.
fn other_payload(kind: PayloadKind, payload: &[u8]) -> Option<(&'static str, Value)> {
    match kind {
        PayloadKind::Usp | PayloadKind::Empty => None,
        // Parsed JSON takes many times its text's memory; a huge one is passed on as text.
        PayloadKind::Json if payload.len() <= MAX_JSON_BYTES => {
            match serde_json::from_slice(payload) {
                Ok(value) => Some(("json", value)),
                Err(_) => Some(("text", String::from_utf8_lossy(payload).into())),
            }
        }
        PayloadKind::Json => Some(("text", String::from_utf8_lossy(payload).into())),
        PayloadKind::Text => Some(("text", String::from_utf8_lossy(payload).into())),
        PayloadKind::Suspect | PayloadKind::Binary => Some(("hex", hex::encode(payload).into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_keep_their_microseconds() {
        assert_eq!(micros(1_795_368_559_834_163_000).to_string(), "1795368559.834163");
        assert_eq!(micros(7_782_000).to_string(), "0.007782");
        assert_eq!(micros(-1_500_000).to_string(), "-0.0015");
    }
}
