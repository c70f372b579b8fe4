//! The line that is copied for a shell: bash runs it against a real broker, and the very same
//! message comes out of it again.

use std::process::Command;
use std::time::{Duration, Instant};

use usp_scope::analysis::{Pipeline, Snapshot};
use usp_scope::core::ids::{Epoch, Seq};
use usp_scope::core::secret::Secret;
use usp_scope::core::time::Timestamp;
use usp_scope::core::wire::{Delivery, Prop, WireBatch};
use usp_scope::profile::model::Profile;
use usp_scope::store::Budgets;
use usp_scope::usp::make;
use usp_scope::view::copy_as::{CopyAs, text};

use crate::mosquitto::{Listener, Mosquitto, PASSWORD, USER};

/// One message with everything a shell could trip over.
fn message(topic: &str, payload: &[u8], qos: u8) -> Snapshot {
    let mut batch = WireBatch::new();
    let delivery = Delivery { qos, ..Delivery::default() };
    batch.push(Timestamp(1), topic.as_bytes(), payload, delivery, |props| {
        props.add(Prop::ContentType(b"usp.msg"));
        props.add(Prop::ResponseTopic("usp/controller/it's $HOME `x` \"q\"".as_bytes()));
        props.add(Prop::CorrelationData(b"\x01\xff'\\"));
        props.add(Prop::User(b"k y", "v!\u{e4} %d".as_bytes()));
        props.add(Prop::MessageExpiry(600));
        props.add(Prop::PayloadFormat(0));
    });
    let mut pipeline = Pipeline::new(Budgets::default(), Epoch(1));
    pipeline.apply(&batch);
    pipeline.snapshot()
}

#[test]
fn a_copied_line_publishes_the_very_same_message() {
    let broker = Mosquitto::start(&[Listener::Password]);
    let port = broker.port(Listener::Password);
    let mut profile = Profile::for_address("127.0.0.1", port);
    profile.username = Some(USER.to_owned());
    profile.password = Some(Secret::new(PASSWORD));
    let record = make::record("self::acs", "os::1", &make::get("id", &["Device.'%$!"]));
    let every: Vec<u8> = (0..=255).collect();
    let cases: [(&str, &[u8], u8); 4] = [
        ("usp/agent/plain", &record, 1),
        ("usp/agent/it's $HOME; \"x\" \u{e4} `id`", &every, 2),
        ("usp/agent/-n %s \\n", b"-n %s\\", 0),
        ("usp/agent/empty", b"", 0),
    ];
    for (number, (topic, payload, qos)) in cases.into_iter().enumerate() {
        let snapshot = message(topic, payload, qos);
        let row = snapshot.row(Seq(1)).unwrap();
        let line = text(CopyAs::MosquittoPub, &snapshot, row, Some(&profile)).unwrap();
        assert!(!line.contains(PASSWORD), "{line}");
        // Everything that mosquitto_sub knows, one to a line; the topic may hold anything else.
        let sub = Command::new("mosquitto_sub")
            .args(["-h", "127.0.0.1", "-p", &port.to_string(), "-V", "mqttv5"])
            .args(["-u", USER, "-P", PASSWORD, "-t", "usp/#", "-q", "2", "-C", "1", "-W", "20"])
            .args(["-F", "%t\\n%x\\n%q\\n%C\\n%R\\n%D\\n%P\\n%F\\n%E"])
            .stdout(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        wait_for_subscriber(&broker, number + 1);
        let ran = Command::new("bash")
            .args(["-c", &line])
            .env("MQTT_AUTH_PASSWORD", PASSWORD)
            .output()
            .unwrap();
        assert!(ran.status.success(), "{line}\n{}", String::from_utf8_lossy(&ran.stderr));
        let got = sub.wait_with_output().unwrap().stdout;
        let mut expected: Vec<u8> = Vec::new();
        for part in [
            topic.as_bytes(),
            usp_scope::core::hex::encode(payload).as_bytes(),
            qos.to_string().as_bytes(),
            b"usp.msg",
            "usp/controller/it's $HOME `x` \"q\"".as_bytes(),
            b"\x01\xff'\\",
            "k y:v!\u{e4} %d".as_bytes(),
            b"0",
        ] {
            expected.extend_from_slice(part);
            expected.push(b'\n');
        }
        // The broker takes off the seconds that a message waited there.
        let last = got.trim_ascii_end().iter().rposition(|&byte| byte == b'\n').unwrap() + 1;
        let (got, expiry) = got.split_at(last);
        let expiry: u32 = String::from_utf8_lossy(expiry).trim().parse().unwrap();
        assert!((590..=600).contains(&expiry), "{expiry} s");
        let show = |bytes: &[u8]| bytes.escape_ascii().to_string();
        assert_eq!(show(got), show(&expected), "{line}");
    }
}

/// Waits until the broker has taken that many subscriptions.
fn wait_for_subscriber(broker: &Mosquitto, count: usize) {
    let started = Instant::now();
    while broker.log().matches("Sending SUBACK").count() < count {
        let log = || broker.log();
        assert!(started.elapsed() < Duration::from_secs(20), "no subscriber:\n{}", log());
        std::thread::sleep(Duration::from_millis(20));
    }
}
