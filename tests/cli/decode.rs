//! `decode`: every real capture agrees with what protoc says of it.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::Value;

use super::{program, run, text};

fn captures() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/captures");
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            let name = path.file_name().unwrap().to_string_lossy();
            name.ends_with(".jsonl") && !name.ends_with(".expected.jsonl")
        })
        .collect();
    found.sort();
    found
}

fn json_lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Counts comparisons, so that comparing nothing can't pass.
#[derive(Default)]
struct Check {
    made: usize,
    faults: Vec<String>,
}

impl Check {
    fn same(&mut self, place: &str, what: &str, ours: Option<&Value>, theirs: Option<&Value>) {
        self.made += 1;
        if ours.filter(|v| !v.is_null()) != theirs.filter(|v| !v.is_null()) {
            self.faults.push(format!("{place} {what}: ours {ours:?}, expected {theirs:?}"));
        }
    }
}

#[test]
fn decode_json_agrees_with_protoc_on_every_capture() {
    let mut check = Check::default();
    let files = captures();
    assert_eq!(files.len(), 7);
    for file in &files {
        let output = run(&["decode", "-F", "json", file.to_str().unwrap()]);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        let ours = json_lines(&text(&output.stdout));
        let expected = std::fs::read_to_string(file.with_extension("expected.jsonl")).unwrap();
        let raw = json_lines(&std::fs::read_to_string(file).unwrap());
        let theirs = json_lines(&expected);
        assert_eq!((ours.len(), ours.len()), (theirs.len(), raw.len()), "{}", file.display());
        for ((ours, theirs), raw) in ours.iter().zip(&theirs).zip(&raw) {
            let name = file.file_stem().unwrap().to_string_lossy();
            compare(&mut check, &format!("{name} line {}", theirs["line"]), ours, theirs, raw);
        }
    }
    assert!(check.faults.is_empty(), "\n{}", check.faults.join("\n"));
    assert!(check.made > 6000, "only {} comparisons", check.made);
}

fn compare(check: &mut Check, place: &str, ours: &Value, theirs: &Value, raw: &Value) {
    for key in ["t", "topic", "qos", "retain"] {
        check.same(place, key, ours.get(key), raw.get(key));
    }
    check.same(place, "n", ours.get("n"), theirs.get("line"));
    check.same(place, "size", ours.get("size"), theirs.get("bytes"));
    let record = ours.get("record");
    if theirs["parse"] != "ok" || theirs["record_type"].is_null() {
        assert_ne!(ours["kind"], "usp", "{place}");
        check.same(place, "record", record, None);
        return;
    }
    check.same(place, "kind", ours.get("kind"), Some(&"usp".into()));
    let field = |name: &str| record.and_then(|r| r.get(name));
    check.same(place, "record type", field("type"), theirs.get("record_type"));
    for key in [
        "version",
        "from",
        "to",
        "payload_security",
        "mqtt_version",
        "subscribed_topic",
        "reason",
        "reason_code",
    ] {
        check.same(place, key, field(key), theirs.get(key));
    }
    let msg = theirs.get("msg").filter(|m| !m.is_null());
    let repeated = ours.get("segment_duplicate");
    check.same(place, "segment_duplicate", repeated, theirs.get("segment_duplicate"));
    let ours_msg = ours.get("msg");
    let Some(msg) = msg.filter(|m| m["parse"] == "ok") else {
        check.same(place, "msg", ours_msg, None);
        return;
    };
    let ours_msg = ours_msg.unwrap_or_else(|| panic!("{place}: no msg"));
    // Reassembled Msgs stand on the line that completed them.
    let (parts, lines) = (ours_msg.get("reassembled_from"), theirs.get("reassembled_from_lines"));
    check.same(place, "reassembled_from", parts, lines);
    for key in [
        "msg_id",
        "msg_type",
        "body",
        "header",
        "notification",
        "event_name",
        "subscription_id",
        "send_resp",
    ] {
        check.same(place, key, ours_msg.get(key), msg.get(key));
    }
    if msg["body"] == "request.operate" {
        check.same(place, "command", ours_msg.get("command"), msg.get("command"));
    }
    let codes = |v: &Value| {
        let mut codes: Vec<u64> = v.as_array().into_iter().flatten().filter_map(code).collect();
        codes.sort_unstable();
        Value::from(codes)
    };
    if let Some(nested) = msg.get("nested_err_codes") {
        let ours = ours_msg.get("errors").map(codes);
        check.same(place, "nested error codes", ours.as_ref(), Some(&codes(nested)));
    }
    let pair = ours.get("pair");
    let in_pair = |name: &str| pair.and_then(|p| p.get(name));
    check.same(place, "answers", in_pair("answers"), theirs.get("answers_line"));
    check.same(place, "latency", in_pair("latency_s"), theirs.get("latency_s"));
    check.same(place, "repeat", in_pair("repeat_of"), theirs.get("repeat_of_line"));
}

fn code(v: &Value) -> Option<u64> {
    v.as_u64().or_else(|| v.get("code")?.as_u64())
}

#[test]
fn standard_input_and_mosquitto_lines_are_read() {
    let capture = &captures()[0];
    let first = std::fs::read_to_string(capture).unwrap();
    let first: Value = serde_json::from_str(first.lines().next().unwrap()).unwrap();
    let line = format!("1.5 usp/x {}\n", first["payload_hex"].as_str().unwrap());
    let mut child = program(&["decode", "-F", "json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), line.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let message: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(message["record"]["type"], "mqtt_connect");
    assert_eq!((&message["t"], &message["topic"]), (&1.5.into(), &"usp/x".into()));
}

#[test]
fn a_damaged_capture_gives_what_it_has_and_says_what_it_has_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cut.jsonl");
    let whole = std::fs::read(&captures()[0]).unwrap();
    std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    let output = run(&["decode", path.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0));
    assert!(text(&output.stdout).lines().count() > 5);
    let said = text(&output.stderr);
    assert!(said.contains("1 lines") && said.contains("not valid JSON"), "{said}");

    std::fs::write(&path, "this is\nno capture\n").unwrap();
    let output = run(&["decode", path.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn text_and_tree_are_for_people() {
    let capture = captures()[0].clone();
    let output = run(&["decode", capture.to_str().unwrap()]);
    let lines = text(&output.stdout);
    assert_eq!(lines.lines().count(), 45);
    assert!(lines.contains("Boot!") && lines.contains("GetResp"), "{lines}");
    let output = run(&["decode", "-F", "tree", capture.to_str().unwrap()]);
    let tree = text(&output.stdout);
    assert!(tree.contains("subscribed_topic") && tree.contains("from_id"), "{tree}");
}

#[test]
fn a_segmented_msg_is_shown_whole_where_it_was_completed() {
    let capture = captures().into_iter().find(|path| path.ends_with("obuspa-04-segmented.jsonl"));
    let capture = capture.unwrap().to_str().unwrap().to_owned();
    let lines = text(&run(&["decode", &capture]).stdout);
    let completing = lines.lines().nth(12).unwrap();
    assert!(completing.contains("Get ") && completing.contains("whole of 3 segments"), "{lines}");
    let tree = text(&run(&["decode", "-F", "tree", &capture]).stdout);
    let (_, whole) = tree.split_once("put together from #11 #12 #13:").unwrap();
    let whole = whole.split("\n#14 ").next().unwrap();
    assert!(whole.contains("msg_id: 10047") && whole.contains("param_paths[0]"), "{whole}");
}
