//! Where the other decoder is wrong, and why: each with what it does and what we do. When one of
//! these fails, the other decoder was mended, and its entry is to be taken out here.

use rusp_lib::usp_decoder::{try_decode_msg, try_decode_record};
use serde_json::Value;
use usp_scope::usp::decode::{DecodedMsg, decode, decode_msg};
use usp_scope::usp::json::{content_json, record_json};
use usp_scope::usp::kind::PayloadKind;

use super::generate::{len, varint, varint_field};

/// A message of length-delimited fields.
fn fields(fields: &[(u32, &[u8])]) -> Vec<u8> {
    let mut out = Vec::new();
    for (number, bytes) in fields {
        len(&mut out, *number, bytes);
    }
    out
}

fn record(member: u32, inner: &[u8]) -> Vec<u8> {
    fields(&[(1, b"1.3"), (2, b"os::a"), (3, b"self::c"), (member, inner)])
}

/// A Msg with this Body.
fn msg(body: &[u8]) -> Vec<u8> {
    let mut header = fields(&[(1, b"id")]);
    varint_field(&mut header, 2, 1);
    fields(&[(1, &header), (2, body)])
}

fn request(member: u32, inner: &[u8]) -> Vec<u8> {
    msg(&fields(&[(1, &fields(&[(member, inner)]))]))
}

fn content(decoded: &DecodedMsg) -> Value {
    content_json(decoded.content.as_ref().unwrap())
}

/// Unknown values of an enum must be kept as numbers (proto3, open enums): it turns them into
/// the value 0.
#[test]
fn unknown_enum_values_become_the_first_one() {
    let mut header = fields(&[(1, b"id")]);
    varint_field(&mut header, 2, 77);
    let bytes = fields(&[(1, &header)]);
    let theirs = format!("{:?}", try_decode_msg(&bytes).unwrap());
    assert!(theirs.contains("msg_type: ERROR"), "{theirs}");
    assert_eq!(decode_msg(&bytes).header_type, 77);
}

/// A message field that comes twice is merged (protobuf encoding, "last one wins"): it takes the
/// last one alone.
#[test]
fn a_message_sent_in_two_parts_is_cut_to_the_last() {
    let mut second = Vec::new();
    varint_field(&mut second, 2, 1);
    let bytes = fields(&[(1, &fields(&[(1, b"id")])), (1, &second)]);
    let theirs = try_decode_msg(&bytes).unwrap().header.unwrap();
    assert_eq!(theirs.msg_id, "");
    let ours = decode_msg(&bytes);
    assert_eq!((ours.msg_id.as_str(), ours.header_type), ("id", 1));
}

/// The same for a member of a oneof: here two Gets, of which the paths are added up.
#[test]
fn a_oneof_member_sent_in_two_parts_is_cut_to_the_last() {
    let (a, b) = (fields(&[(1, b"Device.A.")]), fields(&[(1, b"Device.B.")]));
    let bytes = msg(&fields(&[(1, &fields(&[(1, &a), (1, &b)]))]));
    let theirs = format!("{:?}", try_decode_msg(&bytes).unwrap());
    assert!(!theirs.contains("Device.A.") && theirs.contains("Device.B."), "{theirs}");
    let ours = content(&decode_msg(&bytes));
    let paths = &ours["body"]["request"]["get"]["param_paths"];
    assert_eq!(paths, &serde_json::json!(["Device.A.", "Device.B."]));
}

/// Unknown groups are to be skipped: it refuses the whole message.
#[test]
fn unknown_groups_are_refused() {
    let mut bytes = request(1, &fields(&[(1, b"Device.")]));
    varint(&mut bytes, 99 << 3 | 3);
    varint_field(&mut bytes, 1, 7);
    varint(&mut bytes, 99 << 3 | 4);
    assert!(try_decode_msg(&bytes).is_err());
    assert!(decode_msg(&bytes).content.is_some());
}

/// Unknown fields of a map's entry are to be skipped as everywhere: it refuses the whole message.
#[test]
fn unknown_fields_in_a_map_entry_are_refused() {
    let entry = fields(&[(1, b"key"), (2, b"value"), (3, b"more")]);
    let bytes = request(7, &fields(&[(1, b"Device.X()"), (4, &entry)]));
    assert!(try_decode_msg(&bytes).is_err());
    let ours = content(&decode_msg(&bytes));
    assert_eq!(ours["body"]["request"]["operate"]["input_args"]["key"], "value");
}

/// A bool is any varint but 0: it looks at the low 32 bits only.
#[test]
fn a_large_true_is_read_as_false() {
    let mut operate = fields(&[(1, b"Device.X()")]);
    varint_field(&mut operate, 3, 1 << 40);
    let bytes = request(7, &operate);
    let theirs = format!("{:?}", try_decode_msg(&bytes).unwrap());
    assert!(theirs.contains("send_resp: false"), "{theirs}");
    assert_eq!(content(&decode_msg(&bytes))["body"]["request"]["operate"]["send_resp"], true);
}

/// A known field of another wire type is an error in C++, Java, Go and prost: it takes it for an
/// unknown one.
#[test]
fn known_fields_of_the_wrong_wire_type_pass() {
    let mut bytes = record(12, b"");
    varint_field(&mut bytes, 1, 7);
    assert!(try_decode_record(&bytes).is_ok());
    assert_eq!(decode(&bytes).payload, PayloadKind::Suspect);
}

/// Its JSON knows no `uds_connect`, which its decoder does.
#[test]
fn its_json_has_no_uds_connect() {
    let bytes = record(13, b"");
    let theirs = try_decode_record(&bytes).unwrap();
    assert!(format!("{theirs:?}").contains("uds_connect"));
    assert!(serde_json::to_string(&theirs).is_err());
    assert_eq!(record_json(&decode(&bytes).record.unwrap())["type"], "uds_connect");
}

/// Its JSON refuses a Notify whose notification it does not know, such as one of a later schema.
#[test]
fn its_json_refuses_what_it_does_not_know() {
    let bytes = request(8, &fields(&[(1, b"subscription")]));
    let theirs = try_decode_msg(&bytes).unwrap();
    assert!(serde_json::to_string(&theirs).is_err());
    let ours = content(&decode_msg(&bytes));
    assert_eq!(ours["body"]["request"]["notify"]["subscription_id"], "subscription");
}
