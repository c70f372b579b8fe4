//! `watch` against a real broker.

use std::collections::BTreeMap;

use serde_json::Value;

use super::mosquitto::{Listener, Mosquitto};
use super::publisher::publish_all;
use super::records::{CONTROLLER, agent, boot, get, record};
use super::{Running, run, stats, text};

/// Lets every message through, however many wait.
const UNLIMITED: &str = "max_queued_messages 0\nmax_inflight_messages 1000\n";

fn profile(broker: &Mosquitto, more: &str) -> String {
    let path = broker.file("watch.env");
    let port = broker.port(Listener::Anonymous);
    std::fs::write(&path, format!("MQTT_HOST=127.0.0.1\nMQTT_PORT={port}\n{more}")).unwrap();
    path.to_str().unwrap().to_owned()
}

/// What an unfriendly broker carries, and the kind each payload is.
fn zoo() -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let good = record(CONTROLLER, &agent(1), &get("1", "Device."));
    let reply_to = "usp/controller/c/reply-to=usp%2Fagent%2Fd";
    vec![
        ("usp", "usp/agent/d", good.clone()),
        ("usp", reply_to, record(&agent(1), CONTROLLER, &boot("b"))),
        ("suspect", "usp/cut", good[..good.len() - 5].to_vec()),
        ("empty", "usp/empty", Vec::new()),
        ("text", "usp/text", b"not a usp record at all".to_vec()),
        ("text", "usp/short", b"hi".to_vec()),
        ("json", "usp/json", br#"{"jsonrpc":"2.0"}"#.to_vec()),
        ("binary", "usp/noise", vec![0xff, 0x00, 0xfe, 0x01, 0x80]),
    ]
}

#[test]
fn every_kind_of_payload_is_counted_right() {
    let broker = Mosquitto::start_with(&[Listener::Anonymous], UNLIMITED);
    let file = profile(&broker, "");
    let rounds = 25;
    let total = zoo().len() * rounds;
    let count = total.to_string();
    let watch = Running::start(&["watch", &file, "-q", "1", "-F", "json", "-C", &count, "--stats"]);
    watch.says("connected");
    publish_all(broker.port(Listener::Anonymous), {
        (0..rounds)
            .flat_map(|_| zoo().into_iter().map(|(_, topic, bytes)| (topic.to_owned(), bytes)))
    });
    let (status, lines, errors) = watch.end();
    assert!(status.success(), "{errors}");
    assert_eq!(lines.len(), total);

    let mut seen: BTreeMap<String, u64> = BTreeMap::new();
    for line in &lines {
        let message: Value = serde_json::from_str(line).unwrap();
        *seen.entry(message["kind"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    let mut wanted: BTreeMap<String, u64> = BTreeMap::new();
    for (kind, ..) in zoo() {
        *wanted.entry(kind.to_owned()).or_default() += rounds as u64;
    }
    assert_eq!(seen, wanted);
    let stats = stats(&errors);
    for (kind, n) in wanted {
        assert_eq!(stats["kinds"][kind.as_str()], n, "{kind}: {stats}");
    }
    let n = rounds as u64;
    assert_eq!((&stats["received"], &stats["decoded"]), (&(8 * n).into(), &(2 * n).into()));
    assert_eq!((&stats["malformed"], &stats["dropped"]), (&(2 * n).into(), &0.into()));
    assert!(stats["cpu_seconds"].as_f64().unwrap() > 0.0);
    assert!(stats["max_rss_bytes"].as_u64().unwrap() > 1_000_000);
}

#[test]
fn a_hundred_thousand_topics_are_no_trouble() {
    const TOPICS: u64 = 100_000;
    let broker = Mosquitto::start_with(&[Listener::Anonymous], UNLIMITED);
    let file = profile(&broker, "");
    let count = TOPICS.to_string();
    let watch = Running::start(&["watch", &file, "-q", "1", "-F", "%t", "-C", &count, "--stats"]);
    watch.says("connected");
    publish_all(broker.port(Listener::Anonymous), {
        (0..TOPICS).map(|n| (format!("usp/agent/{}/cpe-{n}", n % 97), n.to_string().into_bytes()))
    });
    let (status, lines, errors) = watch.end();
    assert!(status.success(), "{errors}");
    let distinct: std::collections::BTreeSet<&String> = lines.iter().collect();
    assert_eq!(distinct.len() as u64, TOPICS);
    let stats = stats(&errors);
    assert_eq!((&stats["received"], &stats["dropped"]), (&TOPICS.into(), &0.into()));
    assert_eq!(stats["kinds"]["text"], TOPICS);
}

#[test]
fn a_broker_that_comes_back_is_watched_again() {
    let mut broker = Mosquitto::start(&[Listener::Anonymous]);
    let port = broker.port(Listener::Anonymous);
    for version in ["5", "3.1.1"] {
        let file = profile(&broker, &format!("USP_SCOPE_MQTT_VERSION={version}\n"));
        let watch = Running::start(&["watch", &file, "-F", "%t %p", "-C", "2"]);
        watch.says(&format!("connected, MQTT {version}"));
        publish_all(port, std::iter::once(("usp/before".to_owned(), b"1".to_vec())));
        assert_eq!(watch.line(), "usp/before 1");
        broker.kill();
        watch.says("follows");
        broker.restart();
        watch.says("connected");
        publish_all(port, std::iter::once(("usp/after".to_owned(), b"2".to_vec())));
        let (status, lines, errors) = watch.end();
        assert!(status.success(), "{errors}");
        assert_eq!(lines, ["usp/after 2"]);
    }
}

#[test]
fn filters_formats_and_limits() {
    let broker = Mosquitto::start(&[Listener::Anonymous]);
    let file = profile(&broker, "");
    let args = ["watch", &file, "-t", "a/+", "-t", "b/#", "-C", "3", "-F", "@Y|%t|%T|%f|%d|%m|%x"];
    let watch = Running::start(&args);
    watch.says("connected");
    let bytes = record(CONTROLLER, &agent(1), &get("42", "Device."));
    let topics = ["a/1", "c/1", "b/2/3", "a/1/2", "b"];
    publish_all(broker.port(Listener::Anonymous), {
        let bytes = bytes.clone();
        topics.into_iter().map(move |t| (t.to_owned(), bytes.clone()))
    });
    let (status, lines, _) = watch.end();
    assert!(status.success());
    let hex: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
    for (line, topic) in lines.iter().zip(["a/1", "b/2/3", "b"]) {
        let (year, rest) = line.split_once('|').unwrap();
        assert!(year.parse::<u32>().unwrap() > 2000);
        assert_eq!(rest, format!("{topic}|Get|{CONTROLLER}|{}|42|{hex}", agent(1)));
    }
    assert_eq!(lines.len(), 3);

    let output = run(&["watch", &file, "-W", "1", "--stats"]);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(stats(&text(&output.stderr))["received"], 0);
}

#[test]
fn a_refused_connection_says_why_and_what_to_do() {
    let port = super::mosquitto::free_port().to_string();
    let output = run(&["watch", "--host", "127.0.0.1", "--port", &port, "-W", "1"]);
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stderr);
    assert!(said.contains("refused") && said.contains(&port), "{said}");
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_cleanly_with_what_was_gathered() {
    let broker = Mosquitto::start(&[Listener::Anonymous]);
    let file = profile(&broker, "");
    let watch = Running::start(&["watch", &file, "--stats"]);
    watch.says("connected");
    publish_all(
        broker.port(Listener::Anonymous),
        std::iter::once(("usp/x".into(), b"hi".to_vec())),
    );
    assert!(watch.line().contains("usp/x"));
    let id = watch.child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    let (status, _, errors) = watch.end();
    assert_eq!(status.code(), Some(0), "{errors}");
    assert_eq!(stats(&errors)["received"], 1);
}

#[test]
fn everything_received_before_the_end_is_printed_and_counted() {
    const MESSAGES: usize = 5000;
    let mut packets = Vec::new();
    for n in 0..MESSAGES {
        let (topic, response_topic, payload) = super::records::fleet_message(n, 100);
        super::fake_broker::publish_v5(&mut packets, &topic, &response_topic, &payload);
    }
    let broker = super::fake_broker::FakeBroker::serve_once(packets.into());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("once.env");
    let port = broker.addr().port();
    let text = format!(
        "MQTT_HOST=127.0.0.1\nMQTT_PORT={port}\nMQTT_AUTO_RECONNECT_ENABLED=false\n\
         USP_SCOPE_MQTT_VERSION=5\n"
    );
    std::fs::write(&path, text).unwrap();
    let output = run(&["watch", path.to_str().unwrap(), "-F", "%m", "--stats"]);
    assert_eq!(output.status.code(), Some(1), "the connection was lost for good");
    let stats = stats(&super::text(&output.stderr));
    assert_eq!(stats["received"], MESSAGES, "{stats}");
    assert_eq!(super::text(&output.stdout).lines().count(), MESSAGES);
}
