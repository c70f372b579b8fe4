#![expect(clippy::expect_used, clippy::panic, reason = "tests")]

use super::*;
use crate::usp::generated::usp::response::RespType;
use crate::usp::generated::usp::{GetResp, get_resp};
use crate::usp::make;
use crate::usp::scan::scan;

fn veil() -> Veil {
    Veil::new(7)
}

#[test]
fn the_same_text_has_the_same_pseudonym_and_another_key_another_one() {
    let one = veil().pseudonym("cpe-000001");
    assert_eq!(one, veil().pseudonym("cpe-000001"));
    assert_ne!(one, veil().pseudonym("cpe-000002"));
    assert_ne!(one, Veil::new(8).pseudonym("cpe-000001"));
    assert_eq!(one.len(), "anon-123456".len());
}

#[test]
fn ids_and_topics_keep_their_shape() {
    let veil = veil();
    let id = veil.endpoint("os::00256D-24E0C600003");
    assert!(id.starts_with("os::anon-"), "{id}");
    let id = veil.endpoint("oui:00256D:box-17");
    assert!(EndpointId::parse(&id).is_ok(), "{id}");
    assert!(!id.contains("00256D") && !id.contains("box"));
    assert_eq!(veil.endpoint(""), "");
    let topic = veil.topic("/usp/agent/cpe-1/reply-to=usp%2Fcontroller%2Facs-9");
    let client = veil.pseudonym("cpe-1");
    let acs = veil.pseudonym("acs-9");
    assert_eq!(topic, format!("/usp/agent/{client}/reply-to=usp%2Fcontroller%2F{acs}"));
}

#[test]
fn values_that_say_nothing_stay() {
    let veil = veil();
    for same in [
        "",
        "true",
        "36",
        "-61",
        "3.5",
        "2026-11-22T17:29:19Z",
        "Device.WiFi.SSID.1.",
        "LocalReboot",
    ] {
        assert_eq!(veil.value(same), same);
    }
    for other in
        ["MyHomeNet", "4930123456", "192.168.1.17", "00:11:22:33:44:55", "Device.secret word"]
    {
        assert!(veil.value(other).starts_with("anon-"), "{other}");
    }
    let path = veil.path("Device.WiFi.SSID.[SSID==\"Home\"].Enable");
    assert!(path.starts_with("Device.WiFi.SSID.[anon-") && path.ends_with("].Enable"), "{path}");
}

#[test]
fn a_record_still_reads_and_tells_nothing() {
    let params = [("SSID", "MARKER-net"), ("Channel", "36"), ("SerialNumber", "MARKER123")];
    let resolved = get_resp::ResolvedPathResult {
        resolved_path: "Device.WiFi.SSID.1.".to_owned(),
        result_params: params
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into_iter()
            .collect(),
    };
    let result = get_resp::RequestedPathResult {
        requested_path: "Device.WiFi.SSID.[Alias==\"MARKER\"].".to_owned(),
        err_code: 7016,
        err_msg: "MARKER is not there".to_owned(),
        resolved_path_results: vec![resolved],
    };
    let answer = RespType::GetResp(GetResp { req_path_results: vec![result] });
    let msg = make::response("MARKER-1", answer);
    let record = make::record("os::MARKER-2", "self::MARKER-3", &msg);
    let veiled = veil().record(&record, None);
    let text = String::from_utf8_lossy(&veiled);
    assert!(!text.contains("MARKER"), "{text}");
    for kept in ["Device.WiFi.SSID.1.", "Channel", "36", "SerialNumber"] {
        assert!(text.contains(kept), "{kept}");
    }
    let summary = scan(&veiled);
    let was = scan(&record);
    assert_eq!(summary.msg.map(|msg| msg.kind), was.msg.map(|msg| msg.kind));
    // Veiled twice is veiled once more: nothing depends on the first time.
    assert_eq!(veil().record(&record, None), veiled);
}

#[test]
fn what_is_no_record_is_told_by_its_size_only() {
    let text = veil().record(b"MARKER is here", None);
    assert_eq!(text, b"redacted: 14 bytes that are no USP Record");
    assert!(veil().record(b"", None).is_empty());
}

#[test]
fn a_segment_carries_all_or_nothing() {
    use crate::usp::generated::usp_record::{Record, SessionContextRecord, record::RecordType};
    use prost::Message as _;
    let msg = make::get("MARKER-9", &["Device.DeviceInfo."]);
    let whole = msg.encode_to_vec();
    let record = |part: &[u8], state: i32| {
        let context = SessionContextRecord {
            session_id: 4,
            sequence_id: 1,
            payload_sar_state: state,
            payload: vec![part.to_vec().into()],
            ..Default::default()
        };
        Record {
            to_id: "os::MARKER".to_owned(),
            record_type: Some(RecordType::SessionContext(context)),
            ..Default::default()
        }
        .encode_to_vec()
    };
    let first = veil().record(&record(&whole[..8], 1), None);
    let last = veil().record(&record(&whole[8..], 3), Some(&whole));
    for veiled in [&first, &last] {
        assert!(!String::from_utf8_lossy(veiled).contains("MARKER"));
    }
    let payload = |bytes: &[u8]| match Record::decode(bytes).expect("a Record").record_type {
        Some(RecordType::SessionContext(context)) => context.payload.concat(),
        other => panic!("{other:?}"),
    };
    assert!(payload(&first).is_empty());
    assert_eq!(payload(&last), veil().msg(&whole));
    assert!(!payload(&last).is_empty());
}
