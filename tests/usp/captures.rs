//! Every line of the captures against its `*.expected.jsonl`, which comes from `protoc --decode`.

use std::collections::BTreeMap;
use std::fs;

use serde_json::{Value, json};
use usp_scope::usp::decode::{DecodedMsg, decode, decode_msg, msg_bytes};
use usp_scope::usp::generated::usp_record::Record;
use usp_scope::usp::generated::usp_record::record::RecordType;
use usp_scope::usp::json::{msg_json, record_json};
use usp_scope::usp::kind::PayloadKind;
use usp_scope::usp::scan::{scan, scan_msg};
use usp_scope::usp::text::summary_line;
use usp_scope::usp::tree::{RowKind, msg_rows, rows};

use super::leaves::{Leaves, of_json, of_rows, of_text};
use super::{corpus, hex};

struct Line {
    name: String,
    payload: Vec<u8>,
    expected: Value,
}

/// All files, each as its lines.
fn captures() -> Vec<Vec<Line>> {
    let mut files: Vec<_> = fs::read_dir(corpus("captures"))
        .expect("the captures")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| !path.to_string_lossy().contains(".expected."))
        .collect();
    files.sort();
    files.iter().map(|path| capture(path)).collect()
}

fn capture(path: &std::path::Path) -> Vec<Line> {
    let read = |path| fs::read_to_string(path).expect("a capture");
    let (lines, expected) = (read(path.to_owned()), read(path.with_extension("expected.jsonl")));
    assert_eq!(lines.lines().count(), expected.lines().count(), "{path:?}");
    let parse = |text| serde_json::from_str::<Value>(text).expect("JSON");
    let both = lines.lines().zip(expected.lines()).enumerate();
    both.map(|(n, (line, expected))| {
        let line = parse(line);
        Line {
            name: format!("{}:{}", path.file_name().expect("a name").to_string_lossy(), n + 1),
            payload: hex(line["payload_hex"].as_str().expect("hex")),
            expected: parse(expected),
        }
    })
    .collect()
}

#[test]
fn records_agree_with_protoc() {
    let mut counts = BTreeMap::<String, usize>::new();
    for line in captures().iter().flatten() {
        let (name, expected) = (&line.name, &line.expected);
        let decoded = decode(&line.payload);
        let summary = scan(&line.payload);
        assert_eq!(decoded.payload, summary.payload, "{name}");
        assert_eq!(json!(line.payload.len()), expected["bytes"], "{name}");
        *counts.entry(decoded.payload.name().to_owned()).or_default() += 1;

        if expected["parse"] == "fail" {
            assert!(decoded.record.is_none(), "{name}");
            assert_ne!(decoded.payload, PayloadKind::Usp, "{name}");
            continue;
        }
        if expected["record_type"].is_null() {
            // protoc takes no bytes for an empty Record.
            assert_eq!(decoded.payload, PayloadKind::Empty, "{name}");
            continue;
        }
        assert_eq!(decoded.payload, PayloadKind::Usp, "{name}");
        let record = record_json(decoded.record.as_ref().expect(name));
        *counts.entry(record["type"].as_str().expect(name).to_owned()).or_default() += 1;
        assert_eq!(record["type"], expected["record_type"], "{name}");
        for key in [
            "version",
            "from",
            "to",
            "payload_security",
            "payload_len",
            "mqtt_version",
            "subscribed_topic",
            "reason",
            "reason_code",
        ] {
            if expected.get(key).is_some() {
                assert_eq!(record[key], expected[key], "{name}: {key}");
            }
        }
        if let Some(session) = expected.get("session") {
            for key in [
                "session_id",
                "sequence_id",
                "expected_id",
                "retransmit_id",
                "payload_sar_state",
                "payloadrec_sar_state",
            ] {
                assert_eq!(record["session"][key], session[key], "{name}: {key}");
            }
        }
        // The summary says the same.
        let kind = summary.record_type.expect(name);
        assert_eq!(json!(kind.name()), expected["record_type"], "{name}");
        assert_eq!(json!(summary.from), expected["from"], "{name}");
        assert_eq!(json!(summary.to), expected["to"], "{name}");
        assert_eq!(summary.secured, expected["payload_security"] != "PLAINTEXT", "{name}");
        // And so do the rows.
        let rows = rows(&line.payload);
        for (row, key) in [
            ("version", "version"),
            ("from_id", "from"),
            ("to_id", "to"),
            ("subscribed_topic", "subscribed_topic"),
            ("reason", "reason"),
        ] {
            if let Some(value) = expected.get(key).and_then(Value::as_str) {
                let found = rows.iter().find(|found| found.name == row).expect(name);
                assert_eq!(found.value, value, "{name}: {row}");
                assert_eq!(&line.payload[found.value_range.clone()], value.as_bytes(), "{name}");
            }
        }
        assert!(!summary_line(&line.payload, &summary).is_empty(), "{name}");
    }
    let expected = [
        ("disconnect", 3),
        ("empty", 1),
        ("json", 1),
        ("mqtt_connect", 13),
        ("no_session_context", 270),
        ("session_context", 16),
        ("suspect", 1),
        ("text", 1),
        ("usp", 302),
    ];
    let counts: Vec<_> = counts.iter().map(|(name, count)| (name.as_str(), *count)).collect();
    assert_eq!(counts, expected);
}

/// What one Msg must say beyond its content.
fn compare_msg(name: &str, msg: &DecodedMsg, expected: &Value) {
    let out = msg_json(msg);
    for key in ["msg_id", "msg_type", "body", "header"] {
        assert_eq!(out.get(key), expected.get(key), "{name}: {key}");
    }
    for key in ["notification", "event_name", "subscription_id", "send_resp", "command"] {
        // Also shown where protoc's list leaves it out: the command of a completed operation.
        if expected.get(key).is_some() {
            // protoc lists the subscription of an answer too; it is in its content.
            let answered = out["body"] == "response.notify_resp";
            if !answered {
                assert_eq!(out.get(key), expected.get(key), "{name}: {key}");
            }
        }
    }
    let codes = |list: &Value, key: &str| {
        let mut codes: Vec<u64> = list
            .as_array()
            .map(|list| list.iter().filter_map(|one| one[key].as_u64()).collect())
            .unwrap_or_default();
        codes.sort_unstable();
        codes
    };
    let found = codes(&out["errors"], "code");
    if let Some(code) = expected.get("err_code") {
        assert_eq!(out["grade"], "failed", "{name}");
        assert_eq!(&out["errors"][0]["code"], code, "{name}");
        assert_eq!(out["errors"][0]["message"], expected["err_msg"], "{name}");
        let mut all = codes(&expected["param_errs"], "err_code");
        all.push(code.as_u64().expect(name));
        all.sort_unstable();
        assert_eq!(found, all, "{name}");
    } else if let Some(nested) = expected.get("nested_err_codes") {
        let mut nested: Vec<u64> =
            nested.as_array().expect(name).iter().filter_map(Value::as_u64).collect();
        nested.sort_unstable();
        assert_eq!(found, nested, "{name}");
        if out["body"].as_str().is_some_and(|body| body.starts_with("response.")) {
            assert_ne!(out["grade"], "ok", "{name}");
        }
    } else if msg.kind.is_some_and(|kind| !kind.is_request()) {
        assert_eq!(out["grade"], "ok", "{name}");
        assert!(found.is_empty(), "{name}");
    }
}

fn compare_leaves(name: &str, found: &Leaves, expected: &Leaves) {
    assert!(!expected.is_empty(), "{name}");
    assert_eq!(found, expected, "{name}");
}

#[test]
fn msgs_agree_with_protoc() {
    let (mut alone, mut joined, mut refused, mut failures, mut leaves) = (0, 0, 0, 0, 0);
    for file in captures() {
        for line in &file {
            let (name, expected) = (&line.name, &line.expected);
            let Some(expected_msg) = expected.get("msg").filter(|msg| !msg.is_null()) else {
                assert!(decode(&line.payload).msg.is_none(), "{name}");
                assert!(scan(&line.payload).msg.is_none(), "{name}");
                continue;
            };
            let (msg, rows) = match expected.get("reassembled_from_lines") {
                None => {
                    alone += 1;
                    let summary = scan(&line.payload);
                    let found = summary.msg.expect(name);
                    let msg = decode(&line.payload).msg.expect(name);
                    assert_eq!(found.msg_id, msg.msg_id, "{name}");
                    assert_eq!(found.kind, msg.kind, "{name}");
                    (msg, rows(&line.payload))
                }
                Some(lines) => {
                    joined += 1;
                    assert!(decode(&line.payload).msg.is_none(), "{name}");
                    let bytes: Vec<u8> = lines
                        .as_array()
                        .expect(name)
                        .iter()
                        .flat_map(|n| piece(&file[n.as_u64().expect(name) as usize - 1]))
                        .collect();
                    assert_eq!(scan_msg(&bytes).1, None, "{name}");
                    (decode_msg(&bytes), msg_rows(&bytes))
                }
            };
            if expected_msg["parse"] == "fail" {
                refused += 1;
                assert!(msg.content.is_none() && msg.malformed.is_some(), "{name}");
                assert!(rows.iter().any(|row| row.kind == RowKind::Problem), "{name}");
                continue;
            }
            assert_eq!(msg.malformed, None, "{name}");
            compare_msg(name, &msg, expected_msg);
            failures += msg_json(&msg)["errors"].as_array().map_or(0, Vec::len);
            let text = of_text(expected_msg["text"].as_str().expect(name));
            leaves += text.values().sum::<usize>();
            compare_leaves(name, &of_json(&msg_json(&msg)["content"]), &text);
            compare_leaves(name, &of_rows(&rows), &text);
        }
    }
    assert_eq!((alone, joined, refused), (276, 3, 1));
    // 28 in responses and Errors, one in a completed operation.
    assert_eq!((failures, leaves), (29, 2_059));
}

/// The payload bytes of a segment.
fn piece(line: &Line) -> Vec<u8> {
    let record: Record = decode(&line.payload).record.expect(&line.name);
    assert!(msg_bytes(&record).is_none(), "{}", line.name);
    match record.record_type {
        Some(RecordType::SessionContext(inner)) => inner.payload.concat(),
        _ => panic!("{}: no segment", line.name),
    }
}
