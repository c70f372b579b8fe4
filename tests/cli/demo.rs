//! `demo --headless`: the simulated network speaks real USP.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Running, run, stats, text};

#[test]
fn the_demo_prints_decoded_traffic_after_one_line() {
    let args =
        ["demo", "--headless", "--agents", "12", "-F", "json", "-W", "15", "-C", "400", "--stats"];
    let output = run(&args);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(said.lines().next().unwrap().contains("headless"), "{said}");
    let messages: Vec<Value> =
        text(&output.stdout).lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert!(messages.len() > 100, "{} messages", messages.len());

    let of = |pointer: &str| -> BTreeSet<String> {
        let found = messages.iter().filter_map(|m| m.pointer(pointer)?.as_str());
        found.map(str::to_owned).collect()
    };
    let types = of("/msg/msg_type");
    for wanted in ["GET", "GET_RESP", "NOTIFY"] {
        assert!(types.contains(wanted), "{types:?}");
    }
    assert!(of("/record/type").contains("mqtt_connect"));
    assert!(of("/msg/event_name").contains("Boot!"));
    assert!(of("/record/from").len() > 10, "twelve Agents and a Controller speak");
    assert!(messages.iter().any(|m| m.pointer("/pair/latency_s").is_some()));
    assert_eq!(stats(&said)["dropped"], 0);
}

#[test]
fn without_a_display_the_demo_says_why_and_prints() {
    let demo = Running::start(&["demo", "--agents", "3", "-C", "5"]);
    demo.says("no window");
    let (status, lines, errors) = demo.end();
    assert!(status.success(), "{errors}");
    assert_eq!(lines.len(), 5);
}

#[test]
fn a_taken_port_is_said_in_a_sentence() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let output = run(&["demo", "--headless", "--port", &port]);
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stderr);
    assert!(said.contains(&port) && said.contains("--port"), "{said}");
}
