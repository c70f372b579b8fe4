//! JSON of Records and Msgs, as the commands print it (`"record"` and `"msg"` of a message).

use prost::Message as _;
use serde_json::{Map, Value, json};

use super::decode::DecodedMsg;
use super::error;
use super::generated::schema;
use super::generated::usp::body::MsgBody;
use super::generated::usp::notify::Notification;
use super::generated::usp::request::ReqType;
use super::generated::usp::{Msg, Notify};
use super::generated::usp_record::Record;
use super::generated::usp_record::record::RecordType as Kind;
use super::kind::NotificationKind;
use super::outcome::outcome;
use super::schema::{EnumType, FieldKind, MessageType};
use super::summary::Malformed;
use super::wire::{WireField, WireReader, WireValue};

/// The `"record"` object. Fields that don't apply are left out, only `type` is null if absent.
#[must_use]
pub fn record_json(record: &Record) -> Value {
    let mut out = Map::new();
    out.insert("type".to_owned(), Value::Null);
    out.insert("version".to_owned(), json!(record.version));
    out.insert("to".to_owned(), json!(record.to_id));
    out.insert("from".to_owned(), json!(record.from_id));
    let security = enum_json(&schema::RECORD_PAYLOAD_SECURITY, record.payload_security);
    out.insert("payload_security".to_owned(), security);
    let name = match &record.record_type {
        None => return Value::Object(out),
        Some(Kind::NoSessionContext(inner)) => {
            out.insert("payload_len".to_owned(), json!(inner.payload.len()));
            "no_session_context"
        }
        Some(Kind::SessionContext(inner)) => {
            let len: usize = inner.payload.iter().map(bytes::Bytes::len).sum();
            out.insert("payload_len".to_owned(), json!(len));
            let state =
                |number| enum_json(&schema::SESSION_CONTEXT_RECORD_PAYLOAD_SAR_STATE, number);
            let session = json!({
                "session_id": uint64_json(inner.session_id),
                "sequence_id": uint64_json(inner.sequence_id),
                "expected_id": uint64_json(inner.expected_id),
                "retransmit_id": uint64_json(inner.retransmit_id),
                "payload_sar_state": state(inner.payload_sar_state),
                "payloadrec_sar_state": state(inner.payloadrec_sar_state),
                "payloads": inner.payload.iter().map(bytes::Bytes::len).collect::<Vec<_>>(),
            });
            out.insert("session".to_owned(), session);
            "session_context"
        }
        Some(Kind::WebsocketConnect(_)) => "websocket_connect",
        Some(Kind::MqttConnect(inner)) => {
            let version = enum_json(&schema::MQTT_CONNECT_RECORD_MQTT_VERSION, inner.version);
            out.insert("mqtt_version".to_owned(), version);
            out.insert("subscribed_topic".to_owned(), json!(inner.subscribed_topic));
            "mqtt_connect"
        }
        Some(Kind::StompConnect(inner)) => {
            let version = enum_json(&schema::STOMP_CONNECT_RECORD_STOMP_VERSION, inner.version);
            out.insert("stomp_version".to_owned(), version);
            out.insert("subscribed_destination".to_owned(), json!(inner.subscribed_destination));
            "stomp_connect"
        }
        Some(Kind::Disconnect(inner)) => {
            out.insert("reason".to_owned(), json!(inner.reason));
            out.insert("reason_code".to_owned(), json!(inner.reason_code));
            "disconnect"
        }
        Some(Kind::UdsConnect(_)) => "uds_connect",
    };
    out.insert("type".to_owned(), json!(name));
    Value::Object(out)
}

/// The `"msg"` object. A damaged Msg has what could be read of it, and `malformed`.
#[must_use]
pub fn msg_json(msg: &DecodedMsg) -> Value {
    let mut out = Map::new();
    out.insert("msg_id".to_owned(), json!(msg.msg_id));
    let header_type = enum_json(&schema::HEADER_MSG_TYPE, msg.header_type);
    out.insert("msg_type".to_owned(), header_type);
    out.insert("len".to_owned(), json!(msg.len));
    if let Some(kind) = msg.kind {
        out.insert("body".to_owned(), json!(kind.body_name()));
    }
    if msg.header_missing {
        out.insert("header".to_owned(), json!("missing"));
    }
    if let Some(content) = &msg.content {
        let answer = msg.kind.is_some_and(|kind| !kind.is_request());
        add_outcome(&mut out, content, answer);
        add_request(&mut out, content);
        out.insert("content".to_owned(), content_json(content));
    }
    if let Some(malformed) = msg.malformed {
        out.insert("malformed".to_owned(), malformed_json(malformed));
    }
    Value::Object(out)
}

/// Numbers of the fields that the schema does not know, of the Record and of its record type, in
/// the order of the payload: legal, from a newer version.
#[must_use]
pub fn unknown_fields(payload: &[u8]) -> Vec<u32> {
    /// More of them say no more.
    const MOST: usize = 64;
    let mut found = Vec::new();
    let mut reader = WireReader::new(payload);
    while let Ok(Some(field)) = reader.next_field() {
        match schema::RECORD.field(field.number).map(|known| &known.kind) {
            None => found.push(field.number),
            Some(FieldKind::Message(inner)) => {
                let mut inside = reader.inside(&field);
                while let Ok(Some(field)) = inside.next_field() {
                    if inner.field(field.number).is_none() && found.len() < MOST {
                        found.push(field.number);
                    }
                }
            }
            Some(_) => {}
        }
        if found.len() >= MOST {
            break;
        }
    }
    found
}

/// What is wrong with a Record or Msg.
#[must_use]
pub fn malformed_json(malformed: Malformed) -> Value {
    json!({ "reason": malformed.reason, "offset": malformed.offset })
}

/// Canonical proto3 JSON of the Msg with the schema's own (snake case) names: enums by name,
/// maps as objects, defaults left out.
#[must_use]
pub fn content_json(msg: &Msg) -> Value {
    // Encoding again merges what was sent twice and drops defaults, so that one walk along the
    // schema writes any message.
    let bytes = msg.encode_to_vec();
    Value::Object(message_json(WireReader::new(&bytes), &schema::MSG))
}

/// An enum value by name, or its number if the schema does not know it.
fn enum_json(names: &EnumType, number: i32) -> Value {
    names.name_of(number).map_or_else(|| json!(number), |name| json!(name))
}

/// A number, or a string where JSON readers would lose digits.
fn uint64_json(number: u64) -> Value {
    if number <= 1 << 53 { json!(number) } else { json!(number.to_string()) }
}

fn add_outcome(out: &mut Map<String, Value>, msg: &Msg, answer: bool) {
    let Some(outcome) = outcome(msg) else { return };
    if answer {
        out.insert("grade".to_owned(), json!(outcome.grade.name()));
    }
    if outcome.failures.is_empty() {
        return;
    }
    let failures = outcome.failures.into_iter().map(|failure| {
        let mut one = Map::new();
        one.insert("code".to_owned(), json!(failure.code));
        if let Some(name) = error::name(failure.code) {
            one.insert("name".to_owned(), json!(name));
        }
        if !failure.path.is_empty() {
            one.insert("path".to_owned(), json!(failure.path));
        }
        one.insert("message".to_owned(), json!(failure.message));
        Value::Object(one)
    });
    out.insert("errors".to_owned(), failures.collect());
}

/// The fields that a reader of Notify and Operate looks for first.
fn add_request(out: &mut Map<String, Value>, msg: &Msg) {
    let body = msg.body.as_ref().and_then(|body| body.msg_body.as_ref());
    let Some(MsgBody::Request(request)) = body else { return };
    match &request.req_type {
        Some(ReqType::Notify(notify)) => add_notify(out, notify),
        Some(ReqType::Operate(operate)) => {
            out.insert("send_resp".to_owned(), json!(operate.send_resp));
            out.insert("command".to_owned(), json!(operate.command));
            out.insert("command_key".to_owned(), json!(operate.command_key));
        }
        _ => {}
    }
}

fn add_notify(out: &mut Map<String, Value>, notify: &Notify) {
    let kind = notify.notification.as_ref().map(|notification| match notification {
        Notification::Event(_) => NotificationKind::Event,
        Notification::ValueChange(_) => NotificationKind::ValueChange,
        Notification::ObjCreation(_) => NotificationKind::ObjectCreation,
        Notification::ObjDeletion(_) => NotificationKind::ObjectDeletion,
        Notification::OperComplete(_) => NotificationKind::OperationComplete,
        Notification::OnBoardReq(_) => NotificationKind::OnBoardRequest,
    });
    if let Some(kind) = kind {
        out.insert("notification".to_owned(), json!(kind.name()));
    }
    if let Some(Notification::Event(event)) = &notify.notification {
        out.insert("event_name".to_owned(), json!(event.event_name));
    }
    out.insert("subscription_id".to_owned(), json!(notify.subscription_id));
    out.insert("send_resp".to_owned(), json!(notify.send_resp));
    if let Some(Notification::OperComplete(done)) = &notify.notification {
        let command = format!("{}{}", done.obj_path, done.command_name);
        out.insert("command".to_owned(), json!(command));
        out.insert("command_key".to_owned(), json!(done.command_key));
    }
}

/// A valid encoded message as a JSON object. Recursion follows the schema, which ends.
fn message_json(mut reader: WireReader<'_>, message: &MessageType) -> Map<String, Value> {
    let mut out = Map::new();
    while let Ok(Some(field)) = reader.next_field() {
        let Some(known) = message.field(field.number) else { continue };
        let name = known.name;
        if let FieldKind::Map = known.kind {
            let (key, value) = super::check::map_entry(reader.inside(&field)).unwrap_or_default();
            let entries = out.entry(name).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(entries) = entries {
                entries.insert(key.to_owned(), json!(value));
            }
            continue;
        }
        let value = value_json(&reader, &field, &known.kind);
        if known.repeated {
            let list = out.entry(name).or_insert_with(|| Value::Array(Vec::new()));
            if let Value::Array(list) = list {
                list.push(value);
            }
        } else {
            out.insert(name.to_owned(), value);
        }
    }
    out
}

fn value_json(reader: &WireReader<'_>, field: &WireField, kind: &FieldKind) -> Value {
    let number = match field.value {
        WireValue::Varint(number) | WireValue::Fixed64(number) => number,
        WireValue::Fixed32(number) => u64::from(number),
        WireValue::Len | WireValue::Group => 0,
    };
    match kind {
        FieldKind::String => json!(String::from_utf8_lossy(reader.bytes(field))),
        FieldKind::Bytes => json!(base64(reader.bytes(field))),
        FieldKind::Bool => json!(number != 0),
        FieldKind::Uint64 => json!(number.to_string()),
        FieldKind::Fixed32 => json!(number),
        FieldKind::Enum(names) => enum_json(names, field.enum_value().unwrap_or_default()),
        FieldKind::Message(inner) => Value::Object(message_json(reader.inside(field), inner)),
        FieldKind::Map => Value::Null,
    }
}

/// Base64 with padding, as proto3 JSON has bytes.
#[must_use]
pub fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |n: usize| u32::from(chunk.get(n).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for n in 0..4 {
            let index = (bits >> (18 - 6 * n)) & 63;
            let letter = ALPHABET.get(index as usize).copied().unwrap_or(b'A');
            out.push(if n <= chunk.len() { char::from(letter) } else { '=' });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_pads() {
        assert_eq!(base64(b""), "");
        assert_eq!(base64(b"f"), "Zg==");
        assert_eq!(base64(b"fo"), "Zm8=");
        assert_eq!(base64(b"foo"), "Zm9v");
        assert_eq!(base64(&[0xff, 0xfe, 0xfd, 0xfc]), "//79/A==");
    }

    #[test]
    fn large_numbers_keep_their_digits() {
        assert_eq!(uint64_json(1 << 53), json!(9_007_199_254_740_992_u64));
        assert_eq!(uint64_json((1 << 53) + 1), json!("9007199254740993"));
    }

    #[test]
    fn unknown_fields_are_numbered() {
        // version "1", unknown 15 (varint), mqtt_connect with unknown 9 (bytes).
        let payload = [0x0a, 1, b'1', 0x78, 5, 0x52, 3, 0x4a, 1, b'x'];
        assert_eq!(unknown_fields(&payload), [15, 9]);
        assert!(unknown_fields(b"\xff").is_empty());
    }

    #[test]
    fn unknown_enum_values_are_numbers() {
        assert_eq!(enum_json(&schema::HEADER_MSG_TYPE, 1), json!("GET"));
        assert_eq!(enum_json(&schema::HEADER_MSG_TYPE, 77), json!(77));
        assert_eq!(enum_json(&schema::HEADER_MSG_TYPE, -1), json!(-1));
    }
}
