//! `--filter`: what is printed, and what is refused.

use std::io::Write as _;
use std::process::Stdio;

use serde_json::Value;

use super::{Running, program, run, text};

fn capture(name: &str) -> String {
    format!("{}/tests/corpus/captures/obuspa-{name}.jsonl", env!("CARGO_MANIFEST_DIR"))
}

fn numbers(lines: &str) -> Vec<u64> {
    lines
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["n"].as_u64().unwrap())
        .collect()
}

#[test]
fn a_wrong_filter_is_wrong_usage_with_its_place_marked() {
    for args in [&["decode"][..], &["watch", "-H", "127.0.0.1"], &["demo", "--headless"]] {
        let mut args = args.to_vec();
        args.extend(["--filter", "type == Get and sise > 5"]);
        let output = run(&args);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        let said = text(&output.stderr);
        assert!(said.contains("\n  type == Get and sise > 5\n                  ^^^^\n"), "{said}");
        assert!(said.contains("did you mean size?"), "{said}");
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn the_help_lists_fields_and_examples() {
    let output = run(&["decode", "--filter", "help"]);
    assert_eq!(output.status.code(), Some(0));
    let said = text(&output.stdout);
    for part in ["latency", "subscription", "path == Device.WiFi.", "regular expression"] {
        assert!(said.contains(part), "{part}: {said}");
    }
}

#[test]
fn files_are_read_ahead_for_what_becomes_known_later() {
    let file = capture("01-basic");
    let all = text(&run(&["decode", "-F", "json", &file]).stdout);
    let answered: Vec<u64> = all
        .lines()
        .filter_map(|line| {
            serde_json::from_str::<Value>(line).unwrap().pointer("/pair/answers")?.as_u64()
        })
        .collect();
    assert!(answered.len() > 5);
    let output =
        run(&["decode", "-F", "json", "--filter", "latency and type in {Get, Set, Add}", &file]);
    let requests = numbers(&text(&output.stdout));
    assert!(requests.len() > 5 && requests.iter().all(|n| answered.contains(n)), "{requests:?}");
    // The lines themselves are the same as without a filter.
    for line in text(&output.stdout).lines() {
        assert!(all.lines().any(|other| other == line));
    }
    // Of what is piped in, answers are not waited for.
    let mut child = program(&["decode", "-F", "json", "--filter", "latency"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    for line in std::fs::read_to_string(&file).unwrap().lines() {
        writeln!(input, "{line}").unwrap();
        input.flush().unwrap();
    }
    drop(input);
    let output = child.wait_with_output().unwrap();
    let piped = numbers(&text(&output.stdout));
    assert!(!piped.is_empty() && piped.len() <= 2 * answered.len());
}

#[test]
fn a_live_pipe_is_printed_at_once_whatever_the_filter() {
    let mut child = program(&["decode", "-F", "json", "--filter", "not state == answered"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let first = std::fs::read_to_string(capture("01-basic")).unwrap();
    writeln!(input, "{}", first.lines().next().unwrap()).unwrap();
    input.flush().unwrap();
    // The pipe stays open: the line must come all the same.
    let lines = super::follow(child.stdout.take().unwrap());
    let line = lines.recv_timeout(super::PATIENCE).unwrap();
    assert_eq!(numbers(&line), [1]);
    drop(input);
    child.wait().unwrap();
}

#[test]
fn printed_messages_are_counted_not_received_ones() {
    let args = ["demo", "--headless", "--agents", "5", "-F", "json", "-C", "4", "-W", "60"];
    let mut args = args.to_vec();
    args.extend(["--filter", "type == GetResp"]);
    let (status, lines, errors) = Running::start(&args).end();
    assert!(status.success(), "{errors}");
    assert_eq!(lines.len(), 4);
    for line in &lines {
        let message: Value = serde_json::from_str(line).unwrap();
        assert_eq!(message["msg"]["msg_type"], "GET_RESP");
    }
}
