//! A session with real brokers, and with fake ones that misbehave.
//!
//! Needs mosquitto and openssl (`apt-get install mosquitto openssl`).

#![expect(clippy::unwrap_used, clippy::panic, clippy::expect_used, reason = "tests")]

#[path = "support/mosquitto.rs"]
mod mosquitto;

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use mosquitto::{Listener, Mosquitto, PASSWORD, USER, free_port};
use rumqttc::{Client, MqttOptions, QoS};
use usp_scope::core::secret::Secret;
use usp_scope::core::time::SystemClock;
use usp_scope::core::wire::{Delivery, Prop, WireBatch};
use usp_scope::mqtt::link::{Cause, Failure, LinkState, MqttVersion, TlsFacts};
use usp_scope::mqtt::session::{Sink, StopHandle, run, stop_signal};
use usp_scope::profile::model::{Profile, Reconnect, TlsSettings, VersionChoice};

const LIMIT: Duration = Duration::from_secs(60);

/// A message as the sink got it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Message {
    topic: String,
    payload: Vec<u8>,
    delivery: Delivery,
    content_type: Option<String>,
    user: Vec<(String, String)>,
}

enum Got {
    Messages(Vec<Message>),
    State(LinkState),
}

struct Forward(Sender<Got>);

impl Sink for Forward {
    fn batch(&mut self, batch: WireBatch) -> WireBatch {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let messages = batch
            .iter()
            .map(|m| Message {
                topic: text(m.topic),
                payload: m.payload.to_vec(),
                delivery: m.delivery,
                content_type: m.props.content_type().map(text),
                user: m
                    .props
                    .iter()
                    .filter_map(|p| match p {
                        Prop::User(k, v) => Some((text(k), text(v))),
                        _ => None,
                    })
                    .collect(),
            })
            .collect();
        let _ = self.0.send(Got::Messages(messages));
        batch
    }

    fn state(&mut self, state: LinkState) {
        let _ = self.0.send(Got::State(state));
    }
}

/// A session on a thread of its own.
struct Session {
    got: Receiver<Got>,
    stop: Option<StopHandle>,
    thread: Option<JoinHandle<()>>,
    /// Messages not asked for yet.
    messages: Vec<Message>,
    /// All states so far.
    states: Vec<LinkState>,
}

impl Session {
    fn start(profile: Profile) -> Self {
        let (sender, got) = channel();
        let (stop, signal) = stop_signal();
        let thread = std::thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            let mut sink = Forward(sender);
            runtime.block_on(run(Arc::new(profile), SystemClock::shared(), &mut sink, signal));
            runtime.shutdown_background();
        });
        Self {
            got,
            stop: Some(stop),
            thread: Some(thread),
            messages: Vec::new(),
            states: Vec::new(),
        }
    }

    /// Takes what comes until `done` says so.
    #[track_caller]
    fn until(&mut self, what: &str, mut done: impl FnMut(&mut Self) -> bool) {
        let deadline = Instant::now() + LIMIT;
        while !done(self) {
            match self.got.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(Got::Messages(more)) => self.messages.extend(more),
                Ok(Got::State(state)) => self.states.push(state),
                Err(RecvTimeoutError::Timeout) => {
                    panic!("waited too long for {what}; states: {:#?}", self.states)
                }
                Err(RecvTimeoutError::Disconnected) => {
                    panic!("the session ended before {what}; states: {:#?}", self.states)
                }
            }
        }
    }

    /// Waits for the next state that is neither connecting nor seen before.
    #[track_caller]
    fn next_state(&mut self, what: &str) -> LinkState {
        loop {
            let seen = self.states.len();
            self.until(what, |s| s.states.len() > seen);
            let state = self.states[seen].clone();
            if !matches!(state, LinkState::Connecting { .. }) {
                return state;
            }
        }
    }

    #[track_caller]
    fn connected(&mut self) -> (MqttVersion, Option<TlsFacts>, Vec<String>) {
        match self.next_state("the connection") {
            LinkState::Connected { version, tls, refused_filters, .. } => {
                (version, tls, refused_filters)
            }
            other => panic!("not connected: {other:#?}"),
        }
    }

    #[track_caller]
    fn failed(&mut self) -> Failure {
        match self.next_state("the failure") {
            LinkState::Failed { failure } => failure,
            other => panic!("not failed: {other:#?}"),
        }
    }

    #[track_caller]
    fn waiting(&mut self) -> Failure {
        match self.next_state("the pause") {
            LinkState::Waiting { failure, .. } => failure,
            other => panic!("not waiting: {other:#?}"),
        }
    }

    /// Waits for `count` messages and takes them.
    #[track_caller]
    fn messages(&mut self, count: usize) -> Vec<Message> {
        self.until("the messages", |s| s.messages.len() >= count);
        std::mem::take(&mut self.messages)
    }

    /// Asks it to stop and waits for its end.
    #[track_caller]
    fn stop(mut self) -> LinkState {
        self.stop.take().unwrap().stop();
        self.until("the end", |s| {
            matches!(s.states.last(), Some(LinkState::Closed | LinkState::Failed { .. }))
        });
        self.thread.take().unwrap().join().unwrap();
        self.states.last().unwrap().clone()
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.stop.take();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn profile(port: u16) -> Profile {
    Profile {
        reconnect: Reconnect {
            delay: Duration::from_millis(100),
            max_delay: Duration::from_millis(500),
            ..Reconnect::default()
        },
        ..Profile::for_address("127.0.0.1", port)
    }
}

fn once(profile: Profile) -> Profile {
    Profile { reconnect: Reconnect { enabled: false, ..profile.reconnect }, ..profile }
}

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

fn tls_profile(broker: &Mosquitto, listener: Listener, tls: TlsSettings) -> Profile {
    Profile { host: "localhost".to_owned(), tls: Some(tls), ..profile(broker.port(listener)) }
}

#[test]
fn tls_accepts_what_it_should() {
    let broker = Mosquitto::start(&[
        Listener::Tls,
        Listener::TlsWrongName,
        Listener::TlsSelfSigned,
        Listener::TlsMutual,
    ]);
    let ca = TlsSettings { ca_file: Some(broker.file("ca.crt")), ..TlsSettings::default() };

    // The whole path, for both versions, with traffic.
    for version in [VersionChoice::V5, VersionChoice::V311] {
        let mut session =
            Session::start(Profile { version, ..tls_profile(&broker, Listener::Tls, ca.clone()) });
        let facts = session.connected().1.expect("TLS facts");
        assert_eq!(facts.protocol, Some("TLS 1.3"));
        assert!(facts.chain_verified && facts.name_verified && facts.skipped().is_none());
        assert_eq!(
            (facts.subject.as_str(), facts.issuer.as_str()),
            ("CN=server", "O=usp-scope tests, CN=Test CA")
        );
        if let Some(cipher) = &facts.cipher {
            assert!(cipher.starts_with("TLS_"), "{cipher}");
        }
        assert_eq!(session.stop(), LinkState::Closed);
    }

    // By address, with the name in the certificate's IP entry.
    let by_address =
        Profile { host: "127.0.0.1".to_owned(), ..tls_profile(&broker, Listener::Tls, ca.clone()) };
    Session::start(by_address).connected();

    // Every switch in turn.
    let folder = broker.file("authorities");
    std::fs::create_dir(&folder).unwrap();
    std::fs::copy(broker.file("ca.crt"), folder.join("0a1b2c3d.0")).unwrap();
    std::fs::write(folder.join("README"), "not a certificate").unwrap();
    let off = TlsSettings { verify_peer: false, verify_peer_name: false, ..TlsSettings::default() };
    let client = TlsSettings {
        client_cert_file: Some(broker.file("client.crt")),
        client_key_file: Some(broker.file("client.key")),
        ..ca.clone()
    };
    let together = broker.file("both.pem");
    let both = ["client.crt", "client.key"]
        .map(|name| std::fs::read_to_string(broker.file(name)).unwrap())
        .concat();
    std::fs::write(&together, both).unwrap();
    for (listener, tls, chain, name) in [
        (
            Listener::Tls,
            TlsSettings { ca_path: Some(folder), ..TlsSettings::default() },
            true,
            true,
        ),
        (Listener::Tls, off.clone(), false, false),
        (Listener::TlsWrongName, off.clone(), false, false),
        (Listener::TlsSelfSigned, off, false, false),
        (
            Listener::TlsWrongName,
            TlsSettings { verify_peer_name: false, ..ca.clone() },
            true,
            false,
        ),
        (
            Listener::TlsSelfSigned,
            TlsSettings { allow_self_signed: true, ..TlsSettings::default() },
            false,
            true,
        ),
        (
            Listener::TlsSelfSigned,
            TlsSettings { ca_file: Some(broker.file("alone.crt")), ..TlsSettings::default() },
            true,
            true,
        ),
        (Listener::TlsMutual, client, true, true),
        (Listener::TlsMutual, TlsSettings { client_cert_file: Some(together), ..ca }, true, true),
    ] {
        let mut session = Session::start(tls_profile(&broker, listener, tls.clone()));
        let facts = session.connected().1.expect("TLS facts");
        assert_eq!(
            (facts.chain_verified, facts.name_verified),
            (chain, name),
            "{listener:?} {tls:?}"
        );
        assert_eq!(facts.self_signed_accepted, tls.allow_self_signed);
    }
}

#[test]
fn tls_refuses_what_it_should_and_says_why() {
    let broker = Mosquitto::start(&[
        Listener::Anonymous,
        Listener::Tls,
        Listener::TlsWrongName,
        Listener::TlsSelfSigned,
        Listener::TlsMutual,
        Listener::TlsExpired,
        Listener::TlsNotYetValid,
    ]);
    let ca = TlsSettings { ca_file: Some(broker.file("ca.crt")), ..TlsSettings::default() };
    let other =
        TlsSettings { ca_file: Some(broker.file("other-ca.crt")), ..TlsSettings::default() };
    let client = |certificate: &str, key: &str| TlsSettings {
        client_cert_file: Some(broker.file(certificate)),
        client_key_file: Some(broker.file(key)),
        ..ca.clone()
    };
    for (listener, tls, cause, words) in [
        (Listener::Tls, other.clone(), Cause::UnknownCa, ["unknown CA", "Test CA"]),
        // A configured CA counts whatever the switch says.
        (
            Listener::Tls,
            TlsSettings { verify_peer: false, ..other.clone() },
            Cause::UnknownCa,
            ["unknown CA", "MQTT_TLS_CA_FILE"],
        ),
        // Allowing self-signed certificates does not allow an unknown CA.
        (
            Listener::Tls,
            TlsSettings { allow_self_signed: true, ..other },
            Cause::UnknownCa,
            ["unknown CA", "Test CA"],
        ),
        (
            Listener::TlsWrongName,
            ca.clone(),
            Cause::NameMismatch,
            ["not for localhost", "elsewhere.example"],
        ),
        // The name is checked apart from the chain.
        (
            Listener::TlsWrongName,
            TlsSettings { verify_peer: false, ..TlsSettings::default() },
            Cause::NameMismatch,
            ["not for localhost", "elsewhere.example"],
        ),
        (
            Listener::TlsSelfSigned,
            ca.clone(),
            Cause::SelfSigned,
            ["signed by itself", "MQTT_TLS_ALLOW_SELF_SIGNED_CERT"],
        ),
        (Listener::TlsExpired, ca.clone(), Cause::Expired, ["expired on 2021-01-01", "clock"]),
        (Listener::TlsNotYetValid, ca.clone(), Cause::NotYetValid, ["from 2090-01-01", "clock"]),
        (
            Listener::TlsMutual,
            ca.clone(),
            Cause::ClientCertificateRequired,
            ["client certificate", "MQTT_TLS_CLIENT_CERT_FILE"],
        ),
        (
            Listener::TlsMutual,
            client("alone.crt", "alone.key"),
            Cause::ClientCertificateRefused,
            ["client certificate", "MQTT_TLS_CLIENT_CERT_FILE"],
        ),
        (
            Listener::TlsMutual,
            client("client.crt", "server.key"),
            Cause::File,
            ["does not belong", "MQTT_TLS_CLIENT_CERT_KEY_FILE"],
        ),
        (
            Listener::TlsMutual,
            client("client.crt", "client-encrypted.key"),
            Cause::File,
            ["encrypted", "openssl pkey"],
        ),
        (
            Listener::Tls,
            TlsSettings { ca_file: Some(broker.file("none.crt")), ..TlsSettings::default() },
            Cause::File,
            ["none.crt", "MQTT_TLS_CA_FILE"],
        ),
    ] {
        let mut session = Session::start(tls_profile(&broker, listener, tls.clone()));
        let failure = session.failed();
        assert_eq!(failure.cause, cause, "{listener:?} {tls:?} {failure:?}");
        for word in words {
            assert!(
                failure.what.contains(word) || failure.advice.contains(word),
                "{word}: {failure:?}"
            );
        }
    }

    // TLS to a plain port and the reverse.
    let mut session = Session::start(once(tls_profile(&broker, Listener::Anonymous, ca)));
    let failure = session.failed();
    assert_eq!(failure.cause, Cause::NotTls, "{failure:?}");
    assert!(failure.advice.contains("MQTT_TLS_ENABLED=false"), "{failure:?}");
    let mut session = Session::start(once(profile(broker.port(Listener::Tls))));
    let failure = session.failed();
    assert!(failure.advice.contains("MQTT_TLS_ENABLED=true"), "{failure:?}");
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
