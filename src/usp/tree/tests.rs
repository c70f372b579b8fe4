//! Rows of payloads of each kind.

#![expect(clippy::expect_used, reason = "tests")]

use super::*;
use crate::usp::generated::usp::notify::{Event, Notification};
use crate::usp::make;

/// Rows as indented text, which is easier to read in a test.
fn shown(payload: &[u8]) -> Vec<String> {
    let line = |row: &FieldRow| {
        format!("{}{}: {}", "  ".repeat(usize::from(row.depth)), row.name, row.value)
    };
    rows(payload).iter().map(line).collect()
}

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
    let digit = |b: u8| char::from(b).to_digit(16).map_or(0, |d| d as u8);
    digits.chunks(2).map(|pair| digit(pair[0]) * 16 + digit(pair[1])).collect()
}

#[test]
fn a_notification() {
    let event = Event {
        obj_path: "Device.".to_owned(),
        event_name: "Boot!".to_owned(),
        params: [("Cause".to_owned(), "Local\tReboot".to_owned())].into(),
    };
    let msg = make::notify("n-1", "boot", true, Notification::Event(event));
    let payload = make::record("os::00256D-1", "self::ctl", &msg);
    assert_eq!(
        shown(&payload),
        [
            "Record: no_session_context, 98 bytes",
            "  version: 1.4",
            "  to_id: self::ctl",
            "  from_id: os::00256D-1",
            "  no_session_context: ",
            "    payload: Msg, 64 bytes",
            "      header: n-1",
            "        msg_id: n-1",
            "        msg_type: NOTIFY (3)",
            "      body: ",
            "        request: ",
            "          notify: boot",
            "            subscription_id: boot",
            "            send_resp: true",
            "            event: Device.",
            "              obj_path: Device.",
            "              event_name: Boot!",
            "              params[Cause]: Local\\tReboot",
        ]
    );
    let all = rows(&payload);
    let name = all.iter().find(|row| row.name == "event_name").expect("a row");
    assert_eq!(&payload[name.value_range.clone()], b"Boot!");
    assert_eq!(&payload[name.range.clone()], b"\x12\x05Boot!");
    assert_eq!(all[0].descendants as usize, all.len() - 1);
    assert!(all[0].has_children() && !name.has_children());
}

#[test]
fn error_codes_have_names() {
    let payload = make::record("a", "b", &make::error("1", 7026, "no"));
    let all = shown(&payload);
    assert!(all.contains(&"          err_code: 7026 Invalid path".to_owned()), "{all:#?}");
    let bye = make::disconnect_record("a", "b", 7105, "done");
    assert!(shown(&bye).contains(&"    reason_code: 7105 Session context terminated".to_owned()));
}

#[test]
fn oddities_are_said() {
    // version twice, unknown field 99, payload_security as a string, bad UTF-8 in to_id, then
    // two members of the oneof.
    let payload =
        hex("0a03312e33 0a03312e34 9a0603616263 22024142 1202ff41 1a0161 4a00 52020801 ffff");
    let all = shown(&payload);
    assert_eq!(
        all,
        [
            "Record: mqtt_connect, 35 bytes",
            "  damaged: a known field has the wrong wire type at byte 16",
            "  version: 1.3",
            "  version: 1.4",
            "  version: occurs again: the later one counts",
            "  field 99: length-delimited, \"abc\"",
            "  payload_security: a known field has the wrong wire type: length-delimited, \"AB\"",
            "  to_id: \u{fffd}A",
            "  to_id: not UTF-8 at byte 22",
            "  from_id: a",
            "  websocket_connect: ",
            "  mqtt_connect: ",
            "    version: V5 (1)",
            "  mqtt_connect: replaces the earlier member of the oneof",
            "  damaged: cut off inside a field at byte 33: 2 bytes not read: ff ff",
        ]
    );
}

#[test]
fn a_cut_off_record_shows_what_is_there() {
    let payload = make::record("os::00256D-1", "self::ctl", &make::get("g-1", &["Device.WiFi."]));
    let all = shown(&payload[..payload.len() - 4]);
    assert!(all.contains(&"      header: g-1".to_owned()), "{all:#?}");
    assert!(all.contains(&"            param_paths[0]: Device.W".to_owned()), "{all:#?}");
    assert!(all.contains(&"            param_paths[0]: cut off: 8 of 12 bytes".to_owned()));
}

#[test]
fn a_msg_without_header_or_with_the_wrong_type() {
    let mut msg = make::get("g-1", &["Device."]);
    if let Some(header) = &mut msg.header {
        header.msg_type = 4;
    }
    let all = shown(&make::record("a", "b", &msg));
    let expected =
        "      msg_type: the header says SET (4), the body is request.get: the body counts";
    assert!(all.contains(&expected.to_owned()), "{all:#?}");
    msg.header = None;
    msg.body = None;
    let all = shown(&make::record("a", "b", &prost_msg_with_unknown(&msg)));
    assert!(all.iter().any(|row| row == "      header: missing"), "{all:#?}");
}

/// A Msg without content would give an empty payload, which is no Msg at all.
fn prost_msg_with_unknown(
    msg: &crate::usp::generated::usp::Msg,
) -> crate::usp::generated::usp::Msg {
    let mut msg = msg.clone();
    msg.body = Some(crate::usp::generated::usp::Body::default());
    msg
}

#[test]
fn encrypted_payloads_are_not_taken_for_msgs() {
    let payload = hex("0a03312e33 120161 1a0162 2001 4209 08023a05 1603010002");
    let all = shown(&payload);
    let expected = "    payload[0]: TLS handshake, record version TLS 1.0, 5 bytes: 16 03 01 00 02";
    assert!(all.contains(&expected.to_owned()), "{all:#?}");
}

#[test]
fn json_and_text() {
    assert_eq!(
        shown(br#" {"a": [1, "x\n", null], "b": {}} "#),
        [
            "JSON: 2 fields",
            "  a: 3 items",
            "    [0]: 1",
            "    [1]: x\\n",
            "    [2]: null",
            "  b: 0 fields"
        ]
    );
    assert_eq!(shown(b"one\r\ntwo"), ["Text: 8 bytes", "  1: one", "  2: two"]);
    let all = rows(b"one\r\ntwo");
    assert_eq!((all[1].range.clone(), all[1].value_range.clone()), (0..5, 0..3));
    assert!(rows(b"").is_empty());
}
