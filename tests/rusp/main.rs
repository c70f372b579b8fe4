//! Our decoder against one written by others (`rusp-lib`, on another protobuf library, from the
//! official schemas): they must read every Record the same. Where they don't, the fault is listed
//! here with the reason and asserted to be still there.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may fail loudly"
)]

mod debug_text;
mod faults;
mod generate;

use debug_text::Node;
use generate::Coverage;
use rusp_lib::usp_decoder::{try_decode_msg, try_decode_record};
use serde_json::{Map, Value, json};
use usp_scope::usp::decode::{decode, decode_msg};
use usp_scope::usp::generated::schema;
use usp_scope::usp::generated::usp_record::Record;
use usp_scope::usp::generated::usp_record::record::RecordType as Kind;
use usp_scope::usp::json::{base64, content_json, record_json};
use usp_scope::usp::kind::PayloadKind;
use usp_scope::usp::schema::{FieldKind, FieldType, MessageType};

const RECORDS: u64 = 100_000;

/// What the other decoder read, as canonical proto3 JSON: defaults left out. Checks that it knows
/// every field of ours, and no other.
fn theirs(node: &Node, table: &MessageType) -> Map<String, Value> {
    let mut out = Map::new();
    let mut known = 0;
    for field in table.fields {
        if field.oneof {
            let member = node.fields().iter().find_map(|(_, value)| match value {
                Node::Wrapped(name, inner) if name == field.name => Some(inner),
                _ => None,
            });
            // A member that is there is there, even if its value is the default.
            if let Some(inner) = member {
                out.insert(field.name.to_owned(), value(inner, field));
            }
            continue;
        }
        known += 1;
        let found = node.field(field.name);
        let found = found.unwrap_or_else(|| panic!("{}.{} is unknown", table.name, field.name));
        match (&field.kind, found) {
            (FieldKind::Map, Node::Map(entries)) => {
                let mut object = Map::new();
                for (key, value) in entries {
                    let (Node::Text(key), Node::Text(value)) = (key, value) else {
                        panic!("{key:?}: {value:?}")
                    };
                    assert_eq!(object.insert(key.clone(), json!(value)), None);
                }
                if !object.is_empty() {
                    out.insert(field.name.to_owned(), Value::Object(object));
                }
            }
            (_, Node::List(items)) if field.repeated => {
                let items: Vec<Value> = items.iter().map(|item| value(item, field)).collect();
                if !items.is_empty() {
                    out.insert(field.name.to_owned(), Value::Array(items));
                }
            }
            (FieldKind::Message(_), Node::Struct(name, _)) if name == "None" => {}
            (FieldKind::Message(_), Node::Wrapped(name, inner)) if name == "Some" => {
                out.insert(field.name.to_owned(), value(inner, field));
            }
            _ => {
                let value = value(found, field);
                let default = match &field.kind {
                    FieldKind::Enum(names) => json!(names.name_of(0)),
                    FieldKind::Bool => json!(false),
                    FieldKind::Fixed32 => json!(0),
                    FieldKind::Uint64 => json!("0"),
                    _ => json!(""),
                };
                if value != default {
                    out.insert(field.name.to_owned(), value);
                }
            }
        }
    }
    let oneof = usize::from(table.fields.iter().any(|field| field.oneof));
    assert_eq!(node.fields().len(), known + oneof, "{} has other fields", table.name);
    out
}

/// One value as canonical JSON.
fn value(node: &Node, field: &FieldType) -> Value {
    match (&field.kind, node) {
        (FieldKind::String, Node::Text(text)) => json!(text),
        (FieldKind::Bytes, Node::List(bytes)) => {
            let byte = |node: &Node| match node {
                Node::Number(byte) => u8::try_from(*byte).unwrap(),
                other => panic!("no byte: {other:?}"),
            };
            json!(base64(&bytes.iter().map(byte).collect::<Vec<_>>()))
        }
        (FieldKind::Bool, Node::Struct(name, _)) => json!(name == "true"),
        (FieldKind::Uint64, Node::Number(number)) => json!(number.to_string()),
        (FieldKind::Fixed32, Node::Number(number)) => json!(number),
        (FieldKind::Enum(names), Node::Struct(name, _)) => {
            assert!(names.values.iter().any(|value| value.1 == name), "{}.{name}", names.name);
            json!(name)
        }
        (FieldKind::Message(inner), node) => Value::Object(theirs(node, inner)),
        (_, other) => panic!("{}: {other:?}", field.name),
    }
}

/// What we read of a Record, in the same form, from the decoded Record itself.
fn ours(record: &Record) -> Map<String, Value> {
    let mut out = Map::new();
    let put = |out: &mut Map<String, Value>, key: &str, value: Value, default: Value| {
        if value != default {
            out.insert(key.to_owned(), value);
        }
    };
    let name = |names: &usp_scope::usp::schema::EnumType, number: i32| json!(names.name_of(number));
    put(&mut out, "version", json!(record.version), json!(""));
    put(&mut out, "to_id", json!(record.to_id), json!(""));
    put(&mut out, "from_id", json!(record.from_id), json!(""));
    let security = name(&schema::RECORD_PAYLOAD_SECURITY, record.payload_security);
    put(&mut out, "payload_security", security, json!("PLAINTEXT"));
    put(&mut out, "mac_signature", json!(base64(&record.mac_signature)), json!(""));
    put(&mut out, "sender_cert", json!(base64(&record.sender_cert)), json!(""));
    let mut inner = Map::new();
    let member = match &record.record_type {
        None => return out,
        Some(Kind::NoSessionContext(one)) => {
            put(&mut inner, "payload", json!(base64(&one.payload)), json!(""));
            "no_session_context"
        }
        Some(Kind::SessionContext(one)) => {
            let sar = &schema::SESSION_CONTEXT_RECORD_PAYLOAD_SAR_STATE;
            for (key, number) in [
                ("session_id", one.session_id),
                ("sequence_id", one.sequence_id),
                ("expected_id", one.expected_id),
                ("retransmit_id", one.retransmit_id),
            ] {
                put(&mut inner, key, json!(number.to_string()), json!("0"));
            }
            let state = name(sar, one.payload_sar_state);
            put(&mut inner, "payload_sar_state", state, json!("NONE"));
            let state = name(sar, one.payloadrec_sar_state);
            put(&mut inner, "payloadrec_sar_state", state, json!("NONE"));
            let payload: Vec<_> = one.payload.iter().map(|entry| base64(entry)).collect();
            put(&mut inner, "payload", json!(payload), json!([]));
            "session_context"
        }
        Some(Kind::WebsocketConnect(_)) => "websocket_connect",
        Some(Kind::MqttConnect(one)) => {
            let version = name(&schema::MQTT_CONNECT_RECORD_MQTT_VERSION, one.version);
            put(&mut inner, "version", version, json!("V3_1_1"));
            put(&mut inner, "subscribed_topic", json!(one.subscribed_topic), json!(""));
            "mqtt_connect"
        }
        Some(Kind::StompConnect(one)) => {
            let version = name(&schema::STOMP_CONNECT_RECORD_STOMP_VERSION, one.version);
            put(&mut inner, "version", version, json!("V1_2"));
            let to = json!(one.subscribed_destination);
            put(&mut inner, "subscribed_destination", to, json!(""));
            "stomp_connect"
        }
        Some(Kind::Disconnect(one)) => {
            put(&mut inner, "reason", json!(one.reason), json!(""));
            put(&mut inner, "reason_code", json!(one.reason_code), json!(0));
            "disconnect"
        }
        Some(Kind::UdsConnect(_)) => "uds_connect",
    };
    out.insert(member.to_owned(), Value::Object(inner));
    out
}

/// Compares one Record and the Msgs in it; gives how many Msgs there were.
fn compare(payload: &[u8], name: &str) -> usize {
    let other = try_decode_record(payload).unwrap_or_else(|error| panic!("{name}: {error:?}"));
    let found = decode(payload);
    let theirs_record = theirs(&Node::read(&format!("{other:?}")), &schema::RECORD);
    let Some(record) = found.record else {
        // Without a record type it is no Record to us; the other decoder has none either.
        assert_ne!(found.payload, PayloadKind::Usp, "{name}");
        let types = schema::RECORD.fields.iter().filter(|field| field.oneof);
        assert!(types.into_iter().all(|field| !theirs_record.contains_key(field.name)), "{name}");
        return 0;
    };
    assert_eq!(Value::Object(ours(&record)), Value::Object(theirs_record.clone()), "{name}");
    // What we print of it agrees with it.
    let printed = record_json(&record);
    for (ours, theirs) in [("version", "version"), ("to", "to_id"), ("from", "from_id")] {
        assert_eq!(Some(&printed[ours]), theirs_record.get(theirs), "{name}");
    }
    assert!(theirs_record.contains_key(printed["type"].as_str().unwrap()), "{name}");

    let payloads = match &record.record_type {
        Some(Kind::NoSessionContext(one)) => vec![one.payload.clone()],
        Some(Kind::SessionContext(one)) => one.payload.clone(),
        _ => return 0,
    };
    payloads.iter().filter(|bytes| compare_msg(bytes, name)).count()
}

fn compare_msg(bytes: &[u8], name: &str) -> bool {
    let found = decode_msg(bytes);
    let Some(content) = &found.content else {
        // Random bytes; what the other decoder lets pass of these is listed as its faults.
        return false;
    };
    let other = try_decode_msg(bytes);
    // Random bytes that happen to be a legal message of unknown fields.
    let Ok(other) = other else {
        assert!(found.kind.is_none(), "{name}: only they refuse a Msg");
        return false;
    };
    let theirs = Value::Object(theirs(&Node::read(&format!("{other:?}")), &schema::MSG));
    assert_eq!(content_json(content), theirs, "{name}");
    let header = &theirs["header"];
    assert_eq!(found.msg_id, header["msg_id"].as_str().unwrap_or_default(), "{name}");
    let named = schema::HEADER_MSG_TYPE.name_of(found.header_type).unwrap();
    assert_eq!(named, header["msg_type"].as_str().unwrap_or("ERROR"), "{name}");
    assert_eq!(found.header_missing, header.is_null(), "{name}");
    if let Some(kind) = found.kind {
        let place = kind.body_name().split('.').fold(&theirs["body"], |at, key| &at[key]);
        assert!(place.is_object(), "{name}: {}", kind.body_name());
    }
    true
}

#[test]
fn both_decoders_read_every_record_the_same() {
    let threads = std::thread::available_parallelism().map_or(1, usize::from) as u64;
    let (mut seen, mut msgs) = (Coverage::default(), 0);
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|worker| {
                scope.spawn(move || {
                    let (mut seen, mut msgs) = (Coverage::default(), 0);
                    for number in (worker..RECORDS).step_by(threads as usize) {
                        let mut rng = fastrand::Rng::with_seed(number);
                        let record = generate::record(&mut rng, &mut seen);
                        msgs += compare(&record, &format!("Record {number}"));
                    }
                    (seen, msgs)
                })
            })
            .collect();
        for worker in workers {
            let (covered, compared) = worker.join().expect("a worker failed; see above");
            seen.merge(covered);
            msgs += compared;
        }
    });
    let all = Coverage::everything();
    let missed: Vec<_> = all.fields.difference(&seen.fields).collect();
    assert!(missed.is_empty(), "fields never generated: {missed:?}");
    let missed: Vec<_> = all.values.difference(&seen.values).collect();
    assert!(missed.is_empty(), "enum values never generated: {missed:?}");
    assert_eq!((all.fields.len(), all.values.len()), (seen.fields.len(), seen.values.len()));
    assert!(seen.msgs > 35_000, "only {} Msgs", seen.msgs);
    // Random bytes may be one, too.
    assert!(msgs >= seen.msgs, "of {} Msgs only {msgs} were read", seen.msgs);
    println!(
        "{RECORDS} Records, {msgs} Msgs, {} fields, {} values",
        all.fields.len(),
        all.values.len()
    );
}
