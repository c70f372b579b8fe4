//! A session with real brokers, and with fake ones that misbehave.
//!
//! Needs mosquitto and openssl (`apt-get install mosquitto openssl`).

#![expect(clippy::unwrap_used, clippy::panic, clippy::expect_used, reason = "tests")]

#[path = "support/mosquitto.rs"]
mod mosquitto;
#[path = "support/session.rs"]
mod session;

#[path = "link/acs.rs"]
mod acs;
#[path = "link/pub_line.rs"]
mod pub_line;

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use mosquitto::{Listener, Mosquitto, PASSWORD, USER, free_port};
use rumqttc::{Client, MqttOptions, QoS};
use session::{LIMIT, Message, Session, once, profile};
use usp_scope::core::secret::Secret;
use usp_scope::core::wire::Delivery;
use usp_scope::mqtt::link::{Cause, LinkState, MqttVersion};
use usp_scope::profile::model::{Profile, Reconnect, VersionChoice};

/// A publisher of the library's own, on a thread.
struct Publisher {
    client: Client,
    acked: Receiver<()>,
}

impl Publisher {
    fn new(port: u16) -> Self {
        let mut options =
            MqttOptions::new(format!("publisher-{}", fastrand::u32(..)), "127.0.0.1", port);
        options.set_max_packet_size(16 << 20, 16 << 20).set_inflight(500);
        let (client, mut connection) = Client::new(options, 1000);
        let (sender, acked) = channel();
        std::thread::spawn(move || {
            for event in connection.iter() {
                match event {
                    Ok(rumqttc::Event::Incoming(rumqttc::Packet::PubAck(_))) => {
                        if sender.send(()).is_err() {
                            return;
                        }
                    }
                    Ok(_) => {}
                    Err(_) => return,
                }
            }
        });
        Self { client, acked }
    }

    /// Publishes at QoS 1 and waits for the acknowledgement.
    fn publish(&self, topic: &str, payload: &[u8]) {
        self.client.publish(topic, QoS::AtLeastOnce, false, payload).unwrap();
        self.acked.recv_timeout(LIMIT).expect("the broker acknowledges");
    }
}

#[test]
fn mqtt_5_with_properties_and_a_clean_end() {
    let broker = Mosquitto::start(&[Listener::Anonymous]);
    let port = broker.port(Listener::Anonymous);
    let mut session = Session::start(profile(port));
    assert_eq!(session.connected(), (MqttVersion::V5, None, Vec::new()));

    let (client, mut connection) =
        rumqttc::v5::Client::new(rumqttc::v5::MqttOptions::new("publisher", "127.0.0.1", port), 10);
    let properties = rumqttc::v5::mqttbytes::v5::PublishProperties {
        content_type: Some("usp.msg".to_owned()),
        user_properties: vec![("usp-endpoint-id".to_owned(), "os::1".to_owned())],
        ..Default::default()
    };
    client
        .publish_with_properties(
            "usp/agent/dev-1",
            rumqttc::v5::mqttbytes::QoS::AtLeastOnce,
            true,
            &b"\x00payload"[..],
            properties,
        )
        .unwrap();
    let pump = std::thread::spawn(move || {
        connection.iter().any(|e| {
            matches!(e, Ok(rumqttc::v5::Event::Incoming(rumqttc::v5::Incoming::PubAck(_))) | Err(_))
        })
    });
    let messages = session.messages(1);
    pump.join().unwrap();
    assert_eq!(
        messages,
        [Message {
            topic: "usp/agent/dev-1".to_owned(),
            payload: b"\x00payload".to_vec(),
            // Retain as published, QoS cut to the subscription's.
            delivery: Delivery { qos: 0, retain: true, dup: false },
            content_type: Some("usp.msg".to_owned()),
            user: vec![("usp-endpoint-id".to_owned(), "os::1".to_owned())],
        }]
    );
    assert_eq!(session.stop(), LinkState::Closed);
    // A clean end is a DISCONNECT, which mosquitto logs apart from a lost connection.
    let deadline = Instant::now() + LIMIT;
    while !broker.log().contains("Received DISCONNECT from usp-scope-") {
        assert!(Instant::now() < deadline, "no DISCONNECT arrived");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn mqtt_3_1_1() {
    let broker = Mosquitto::start(&[Listener::Anonymous]);
    let port = broker.port(Listener::Anonymous);
    let mut session = Session::start(Profile { version: VersionChoice::V311, ..profile(port) });
    assert_eq!(session.connected().0, MqttVersion::V311);
    Publisher::new(port).publish("usp/controller/x/reply-to=a%2Fb", b"hello");
    let messages = session.messages(1);
    assert_eq!(messages[0].topic, "usp/controller/x/reply-to=a%2Fb");
    assert_eq!(messages[0].payload, b"hello");
    assert_eq!(session.stop(), LinkState::Closed);
}

#[test]
fn passwords_right_and_wrong() {
    let broker = Mosquitto::start(&[Listener::Password]);
    let login = |user: Option<&str>, password: &str| Profile {
        username: user.map(str::to_owned),
        password: Some(Secret::new(password)),
        ..profile(broker.port(Listener::Password))
    };
    for version in [VersionChoice::V5, VersionChoice::V311, VersionChoice::Auto] {
        let mut session = Session::start(Profile { version, ..login(Some(USER), PASSWORD) });
        session.connected();
        assert_eq!(session.stop(), LinkState::Closed);

        let mut session = Session::start(Profile { version, ..login(Some(USER), "wrong") });
        let failure = session.failed();
        assert_eq!(failure.cause, Cause::NotAuthorized);
        assert!(failure.advice.contains("MQTT_AUTH_PASSWORD"), "{failure:?}");
        assert!(!format!("{failure:?}").contains("wrong\""));
    }
    let mut session = Session::start(login(None, ""));
    let failure = session.failed();
    assert_eq!(failure.cause, Cause::NotAuthorized);
    assert!(failure.advice.contains("MQTT_AUTH_USERNAME"), "{failure:?}");
}

#[test]
fn a_message_of_two_megabytes_arrives_whole() {
    let broker = Mosquitto::start(&[Listener::Anonymous]);
    let port = broker.port(Listener::Anonymous);
    let payload: Vec<u8> = (0..2 << 20).map(|n: u32| (n % 251) as u8).collect();
    let publisher = Publisher::new(port);
    for version in [VersionChoice::V5, VersionChoice::V311] {
        let mut session = Session::start(Profile { version, ..profile(port) });
        session.connected();
        publisher.publish("usp/big", &payload);
        let messages = session.messages(1);
        assert!(messages[0].payload == payload, "the payload changed on the way");
    }
}

#[test]
fn a_packet_above_the_limit_is_named_and_survived() {
    let broker = Mosquitto::start(&[Listener::Anonymous]);
    let port = broker.port(Listener::Anonymous);
    // Under 3.1.1: an MQTT 5 broker is told the limit and keeps such messages to itself.
    let mut session = Session::start(Profile {
        version: VersionChoice::V311,
        max_packet_bytes: 10_000,
        ..profile(port)
    });
    session.connected();
    let publisher = Publisher::new(port);
    publisher.publish("usp/big", &[7; 20_000]);
    let failure = session.waiting();
    assert_eq!(failure.cause, Cause::PacketTooLarge);
    assert!(failure.advice.contains("USP_SCOPE_MAX_PACKET_BYTES"), "{failure:?}");
    session.connected();
    publisher.publish("usp/small", b"after");
    assert_eq!(session.messages(1)[0].topic, "usp/small");
}

#[test]
fn a_killed_broker_comes_back_and_messages_flow_again() {
    let mut broker = Mosquitto::start(&[Listener::Anonymous]);
    let port = broker.port(Listener::Anonymous);
    let mut session = Session::start(profile(port));
    session.connected();
    Publisher::new(port).publish("usp/before", b"1");
    assert_eq!(session.messages(1)[0].topic, "usp/before");

    broker.kill();
    let failure = session.waiting();
    assert_eq!(failure.cause, Cause::ClosedByBroker);
    let refused = session.waiting();
    assert_eq!(refused.cause, Cause::Refused);

    broker.restart();
    session.until("the new connection", |s| {
        matches!(s.states.last(), Some(LinkState::Connected { .. }))
    });
    let attempts: Vec<u32> = session
        .states
        .iter()
        .filter_map(|s| match s {
            LinkState::Waiting { attempt, .. } => Some(*attempt),
            _ => None,
        })
        .collect();
    assert!(attempts.windows(2).all(|pair| pair[1] == pair[0] + 1), "{attempts:?}");
    Publisher::new(port).publish("usp/after", b"2");
    assert_eq!(session.messages(1)[0].topic, "usp/after");
}

#[test]
fn twenty_thousand_messages_at_qos_1_all_arrive() {
    const COUNT: u32 = 20_000;
    let broker =
        Mosquitto::start_with(&[Listener::Anonymous], "log_type error\nmax_inflight_messages 0");
    let port = broker.port(Listener::Anonymous);
    for version in [VersionChoice::V5, VersionChoice::V311] {
        let mut session = Session::start(Profile { version, subscribe_qos: 1, ..profile(port) });
        session.connected();
        let publisher = Publisher::new(port);
        for n in 0..COUNT {
            let topic = format!("usp/agent/{}", n % 100);
            publisher
                .client
                .publish(topic, QoS::AtLeastOnce, false, n.to_be_bytes().to_vec())
                .unwrap();
        }
        let messages = session.messages(COUNT as usize);
        assert_eq!(messages.len(), COUNT as usize);
        assert!(messages.iter().all(|m| m.delivery.qos == 1));
        let mut numbers: Vec<u32> = messages
            .iter()
            .map(|m| u32::from_be_bytes(m.payload.as_slice().try_into().unwrap()))
            .collect();
        numbers.sort_unstable();
        assert!(numbers.iter().copied().eq(0..COUNT));
        assert_eq!(session.stop(), LinkState::Closed);
    }
}

#[test]
fn refused_connections_and_unknown_hosts() {
    let mut session = Session::start(once(profile(free_port())));
    let failure = session.failed();
    assert_eq!(failure.cause, Cause::Refused);
    assert!(failure.what.contains("Connection refused"), "{failure:?}");
    assert!(failure.advice.contains("host and port"), "{failure:?}");

    let mut session =
        Session::start(once(Profile { host: "no-such-host.invalid".to_owned(), ..profile(1883) }));
    let failure = session.failed();
    assert_eq!(failure.cause, Cause::NoSuchHost);
    assert!(failure.what.contains("no-such-host.invalid"), "{failure:?}");
}

#[test]
fn it_gives_up_after_the_profiles_attempts() {
    let port = free_port();
    let policy = Reconnect { max_attempts: Some(3), ..profile(port).reconnect };
    let mut session = Session::start(Profile { reconnect: policy, ..profile(port) });
    session.waiting();
    session.waiting();
    assert_eq!(session.failed().cause, Cause::Refused);
    let attempts: Vec<u32> = session
        .states
        .iter()
        .filter_map(|s| match s {
            LinkState::Connecting { attempt } => Some(*attempt),
            _ => None,
        })
        .collect();
    assert_eq!(attempts, [1, 2, 3]);
}

#[test]
fn stopping_is_prompt_while_waiting_and_while_connecting() {
    let long = Reconnect {
        delay: Duration::from_secs(3600),
        max_delay: Duration::from_secs(3600),
        ..Reconnect::default()
    };
    let mut session = Session::start(Profile { reconnect: long, ..profile(free_port()) });
    session.waiting();
    // Would take an hour if it waited; `stop` has its own limit.
    assert_eq!(session.stop(), LinkState::Closed);

    let mute = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut session = Session::start(profile(mute.local_addr().unwrap().port()));
    let _open = mute.accept().unwrap();
    session.until("an attempt", |s| !s.states.is_empty());
    assert_eq!(session.stop(), LinkState::Closed);
}

#[test]
fn a_server_that_accepts_and_stays_mute_times_out() {
    let mute = TcpListener::bind("127.0.0.1:0").unwrap();
    for version in [VersionChoice::V5, VersionChoice::V311] {
        let mut session = Session::start(once(Profile {
            version,
            connect_timeout: Duration::from_millis(300),
            ..profile(mute.local_addr().unwrap().port())
        }));
        let failure = session.failed();
        assert_eq!(failure.cause, Cause::Timeout, "{failure:?}");
        assert!(failure.advice.contains("MQTT_CONNECT_TIMEOUT"), "{failure:?}");
    }
}

/// A broker by hand: `answer` gets the level byte of each CONNECT and the connection.
fn fake_broker(
    connections: usize,
    answer: impl Fn(u8, &mut TcpStream) + Send + 'static,
) -> (u16, JoinHandle<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let thread = std::thread::spawn(move || {
        let mut levels = Vec::new();
        for _ in 0..connections {
            let (mut stream, _) = listener.accept().unwrap();
            stream.set_read_timeout(Some(LIMIT)).unwrap();
            // Fixed header, remaining length (one byte for these), "MQTT", level.
            let mut head = [0; 9];
            stream.read_exact(&mut head).unwrap();
            assert_eq!((head[0], &head[4..8]), (0x10, &b"MQTT"[..]));
            let mut rest = vec![0; usize::from(head[1]) - 7];
            stream.read_exact(&mut rest).unwrap();
            levels.push(head[8]);
            answer(head[8], &mut stream);
        }
        levels
    });
    (port, thread)
}

/// CONNACK and SUBACK of a 3.1.1 broker for one filter, then waits for the other side to go.
fn serve_v311(stream: &mut TcpStream, suback_code: u8) {
    stream.write_all(&[0x20, 2, 0, 0]).unwrap();
    let mut head = [0; 4];
    stream.read_exact(&mut head).unwrap();
    assert_eq!(head[0], 0x82);
    let mut rest = vec![0; usize::from(head[1]) - 2];
    stream.read_exact(&mut rest).unwrap();
    stream.write_all(&[0x90, 3, head[2], head[3], suback_code]).unwrap();
    let mut byte = [0; 64];
    while stream.read(&mut byte).is_ok_and(|n| n > 0) {}
}

#[test]
fn brokers_without_mqtt_5_get_mqtt_3_1_1() {
    let refusals: [&'static [u8]; 3] = [&[0x20, 3, 0, 132, 0], &[0x20, 2, 0, 1], &[]];
    for refusal in refusals {
        let (port, broker) = fake_broker(2, move |level, stream| {
            if level == 5 {
                stream.write_all(refusal).unwrap();
            } else {
                serve_v311(stream, 0);
            }
        });
        let mut session = Session::start(profile(port));
        assert_eq!(session.connected().0, MqttVersion::V311, "{refusal:?}");
        assert_eq!(session.stop(), LinkState::Closed);
        assert_eq!(broker.join().unwrap(), [5, 4]);
    }
}

#[test]
fn what_worked_is_remembered() {
    let (port, broker) = fake_broker(3, move |level, stream| {
        if level == 5 {
            stream.write_all(&[0x20, 3, 0, 132, 0]).unwrap();
        } else {
            stream.write_all(&[0x20, 2, 0, 0]).unwrap();
        }
    });
    let session = Session::start(profile(port));
    assert_eq!(broker.join().unwrap(), [5, 4, 4]);
    session.stop();
}

#[test]
fn mqtt_5_only_says_that_the_version_is_refused() {
    let (port, _broker) =
        fake_broker(1, |_, stream| stream.write_all(&[0x20, 3, 0, 132, 0]).unwrap());
    let mut session = Session::start(Profile { version: VersionChoice::V5, ..profile(port) });
    let failure = session.failed();
    assert_eq!(failure.cause, Cause::VersionRefused);
    assert!(failure.advice.contains("USP_SCOPE_MQTT_VERSION"), "{failure:?}");
}

#[test]
fn filters_no_broker_accepts_are_told_before_connecting() {
    let mut session = Session::start(Profile {
        subscribe: vec!["usp/#".to_owned(), "usp/#/x".to_owned()],
        ..profile(free_port())
    });
    let failure = session.failed();
    assert_eq!(failure.cause, Cause::BadFilter);
    assert!(failure.what.contains("usp/#/x"), "{failure:?}");
}

#[test]
fn refused_subscriptions_are_told() {
    let (port, _broker) = fake_broker(1, |_, stream| serve_v311(stream, 0x80));
    let mut session = Session::start(Profile { version: VersionChoice::V311, ..profile(port) });
    let failure = session.failed();
    assert_eq!(failure.cause, Cause::SubscribeRefused);
    assert!(failure.what.contains("usp/#"), "{failure:?}");

    // One of two: connected, with the refused one named.
    let (port, _broker) = fake_broker(1, |_, stream| {
        stream.write_all(&[0x20, 3, 0, 0, 0]).unwrap();
        let mut head = [0; 4];
        stream.read_exact(&mut head).unwrap();
        let mut rest = vec![0; usize::from(head[1]) - 2];
        stream.read_exact(&mut rest).unwrap();
        stream.write_all(&[0x90, 5, head[2], head[3], 0, 0, 0x87]).unwrap();
        let mut byte = [0; 64];
        while stream.read(&mut byte).is_ok_and(|n| n > 0) {}
    });
    let mut session = Session::start(Profile {
        subscribe: vec!["usp/#".to_owned(), "$SYS/#".to_owned()],
        ..profile(port)
    });
    let (version, _, refused) = session.connected();
    assert_eq!((version, refused), (MqttVersion::V5, vec!["$SYS/# (not authorised)".to_owned()]));
}

#[test]
fn the_brokers_parting_words_are_passed_on() {
    let (port, _broker) = fake_broker(1, |_, stream| {
        stream.write_all(&[0x20, 3, 0, 0, 0]).unwrap();
        let mut head = [0; 4];
        stream.read_exact(&mut head).unwrap();
        let mut rest = vec![0; usize::from(head[1]) - 2];
        stream.read_exact(&mut rest).unwrap();
        // SUBACK, a message, DISCONNECT "session taken over", all at once.
        let bytes = [
            &[0x90, 4, head[2], head[3], 0, 0][..],
            &[0x30, 8, 0, 3, b'u', b's', b'p', 0, b'h', b'i'],
            &[0xe0, 2, 0x8e, 0],
        ]
        .concat();
        stream.write_all(&bytes).unwrap();
        let mut byte = [0; 64];
        while stream.read(&mut byte).is_ok_and(|n| n > 0) {}
    });
    let mut session = Session::start(once(profile(port)));
    session.connected();
    let failure = session.failed();
    assert!(failure.what.contains("session taken over"), "{failure:?}");
    assert_eq!(session.messages(1)[0].payload, b"hi");
}
