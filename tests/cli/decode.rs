//! `decode`: every real capture agrees with what protoc says of it.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::{Value, json};

use super::{leaves, program, run, text};

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
    assert!(check.made > 8000, "only {} comparisons", check.made);
}

/// Every field that the expectation states has its counterpart; one we don't know is a fault.
fn compare(check: &mut Check, place: &str, ours: &Value, theirs: &Value, raw: &Value) {
    for key in ["t", "topic", "qos", "retain"] {
        check.same(place, key, ours.get(key), raw.get(key));
    }
    let record = ours.get("record");
    let field = |name: &str| record.and_then(|r| r.get(name));
    let pair = |name: &str| ours.get("pair").and_then(|p| p.get(name));
    let readable = theirs["parse"] == "ok" && !theirs["record_type"].is_null();
    if readable {
        check.same(place, "kind", ours.get("kind"), Some(&"usp".into()));
    } else {
        assert_ne!(ours["kind"], "usp", "{place}");
    }
    if theirs["parse"] != "ok" {
        check.same(place, "record", record, None);
    }
    for (key, value) in theirs.as_object().unwrap() {
        let value = Some(value);
        match key.as_str() {
            "line" => check.same(place, key, ours.get("n"), value),
            "bytes" => check.same(place, key, ours.get("size"), value),
            "parse" => {}
            "record_type" => check.same(place, key, field("type"), value),
            "session" => {
                for (part, value) in theirs["session"].as_object().unwrap() {
                    let part_of = field("session").and_then(|session| session.get(part));
                    check.same(place, part, part_of, Some(value));
                }
            }
            "answers_line" => check.same(place, key, pair("answers"), value),
            "latency_s" => check.same(place, key, pair("latency_s"), value),
            "repeat_of_line" => check.same(place, key, pair("repeat_of"), value),
            "reordered" => check.same(place, key, pair("reordered"), value),
            "reassembled_from_lines" => {
                let parts = ours.get("msg").and_then(|msg| msg.get("reassembled_from"));
                check.same(place, key, parts, value);
            }
            "segment_duplicate" => check.same(place, key, ours.get("segment_duplicate"), value),
            "msg" => {}
            _ => check.same(place, key, field(key), value),
        }
    }
    // And nothing is said that the expectation leaves out.
    for (ours, key) in [
        (pair("answers"), "answers_line"),
        (pair("repeat_of"), "repeat_of_line"),
        (pair("reordered"), "reordered"),
        (ours.get("segment_duplicate"), "segment_duplicate"),
    ] {
        check.same(place, key, ours, theirs.get(key));
    }
    match theirs.get("msg").filter(|msg| msg["parse"] == "ok") {
        Some(msg) => match ours.get("msg") {
            Some(ours) => compare_msg(check, place, ours, msg),
            None => panic!("{place}: no msg"),
        },
        None => check.same(place, "msg", ours.get("msg"), None),
    }
}

fn compare_msg(check: &mut Check, place: &str, ours: &Value, theirs: &Value) {
    let no_errors = Vec::new();
    let errors = ours.get("errors").and_then(Value::as_array).unwrap_or(&no_errors);
    let own = errors.first();
    let codes =
        |errors: &[Value]| -> Value { errors.iter().map(|error| error["code"].clone()).collect() };
    let notify_resp = theirs["body"] == "response.notify_resp";
    for (key, value) in theirs.as_object().unwrap() {
        let stated = Some(value);
        match key.as_str() {
            "parse" | "text_sha256" => {}
            "text" => {
                let (found, wanted) =
                    (leaves::of_json(&ours["content"]), leaves::of_text(value.as_str().unwrap()));
                assert!(!wanted.is_empty(), "{place}");
                check.made += wanted.len();
                if found != wanted {
                    check.faults.push(format!("{place}: {found:?}, expected {wanted:?}"));
                }
            }
            "err_code" => check.same(place, key, own.and_then(|e| e.get("code")), stated),
            "err_msg" => check.same(place, key, own.and_then(|e| e.get("message")), stated),
            "param_errs" => {
                let rest = errors.get(1..).unwrap_or_default();
                let found = rest.iter().map(
                    |error| serde_json::json!({"path": error["path"], "err_code": error["code"]}),
                );
                check.same(place, key, Some(&found.collect()), stated);
            }
            "nested_err_codes" => check.same(place, key, Some(&codes(errors)), stated),
            // Our own list has it for requests; in an answer it is part of the content.
            "subscription_id" if notify_resp => {
                let found = &ours["content"]["body"]["response"]["notify_resp"]["subscription_id"];
                check.same(place, key, Some(found), stated);
            }
            _ => check.same(place, key, ours.get(key), stated),
        }
    }
    let failed = theirs.get("err_code").is_some() || theirs.get("nested_err_codes").is_some();
    // Of requests theirs says nothing; ours tells the failure of a completed operation.
    let answer = ours["body"].as_str().is_some_and(|body| !body.starts_with("request."));
    if answer && !failed {
        check.same(place, "errors", ours.get("errors"), None);
    }
    assert_eq!(ours.get("grade").is_some(), answer, "{place}");
    if answer {
        assert_eq!(ours["grade"] != "ok", failed, "{place}");
    }
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
fn problems_are_told_in_json_and_marked_in_text() {
    let file = captures().into_iter().find(|file| file.ends_with("obuspa-02-notifications.jsonl"));
    let file = file.unwrap();
    let lines = json_lines(&text(&run(&["decode", "-F", "json", file.to_str().unwrap()]).stdout));
    let unanswered = json!({
        "code": "unanswered-request",
        "level": "error",
        "text": "request #27 was never answered within 30 s; it was sent 3 times",
    });
    let problems = lines[26]["problems"].as_array().unwrap();
    assert!(problems.contains(&unanswered), "{problems:?}");
    assert_eq!(lines[0].get("problems"), None);

    let printed = text(&run(&["decode", file.to_str().unwrap()]).stdout);
    let lines: Vec<&str> = printed.lines().collect();
    assert!(lines[26].contains("  ! unanswered-request"), "{}", lines[26]);
    assert!(!lines[45].contains("request-repeated"), "worth knowing only: {}", lines[45]);
}

#[test]
fn a_problem_found_much_later_is_told_all_the_same() {
    let file = captures().into_iter().find(|file| file.ends_with("obuspa-05-fleet.jsonl")).unwrap();
    let capture = std::fs::read_to_string(file).unwrap();
    // The request that nobody answers, and 200 s of other traffic.
    let mut lines = vec![capture.lines().nth(79).unwrap().to_owned()];
    let start = serde_json::from_str::<Value>(&lines[0]).unwrap()["t"].as_f64().unwrap();
    lines.extend((1..2000).map(|n| {
        let t = start + f64::from(n) / 10.0;
        json!({"t": t, "topic": "x", "payload_hex": "6869"}).to_string()
    }));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("long.jsonl");
    std::fs::write(&path, lines.join("\n")).unwrap();
    let printed = json_lines(&text(&run(&["decode", "-F", "json", path.to_str().unwrap()]).stdout));
    assert_eq!(printed.len(), 2000);
    assert!(printed.iter().zip(1..).all(|(line, n)| line["n"] == n));
    assert_eq!(printed[0]["problems"][0]["code"], "unanswered-request");
}
