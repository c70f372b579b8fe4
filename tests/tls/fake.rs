//! Fake TLS servers: one that does not own its certificate, one that tells what it was asked, and
//! ones that fall silent half-way.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use usp_scope::mqtt::link::Cause;
use usp_scope::profile::model::{Profile, TlsSettings, VersionChoice};

use crate::mosquitto::certificates::file;
use crate::session::{LIMIT, Session, once, profile};
use crate::{refused, says, trusting};

/// What a client said first.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
struct Hello {
    name: Option<String>,
    alpn: Vec<String>,
}

/// Shows `certificate` whatever the key is.
#[derive(Debug)]
struct Shows(Arc<CertifiedKey>, std::sync::mpsc::Sender<Hello>);

impl ResolvesServerCert for Shows {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let alpn = hello.alpn().into_iter().flatten();
        let _ = self.1.send(Hello {
            name: hello.server_name().map(str::to_owned),
            alpn: alpn.map(|name| String::from_utf8_lossy(name).into_owned()).collect(),
        });
        Some(self.0.clone())
    }
}

struct Server {
    port: u16,
    hellos: std::sync::mpsc::Receiver<Hello>,
    thread: Option<JoinHandle<()>>,
}

/// Serves `connections`, each handed to `serve` after nothing more than TCP.
fn server(
    certificate: &str,
    key: &str,
    alpn: &[&str],
    versions: &[&'static rustls::SupportedProtocolVersion],
    connections: usize,
    serve: impl Fn(StreamOwned<ServerConnection, TcpStream>) + Send + 'static,
) -> Server {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let chain: Vec<CertificateDer<'static>> =
        CertificateDer::pem_file_iter(file(certificate)).unwrap().map(Result::unwrap).collect();
    let key = PrivateKeyDer::from_pem_file(file(key)).unwrap();
    let key = rustls::crypto::ring::sign::any_supported_type(&key).unwrap();
    let (sender, hellos) = std::sync::mpsc::channel();
    let shows = Shows(Arc::new(CertifiedKey::new(chain, key)), sender);
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .unwrap()
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(shows));
    config.alpn_protocols = alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let thread = std::thread::spawn(move || {
        for _ in 0..connections {
            let (stream, _) = listener.accept().unwrap();
            stream.set_read_timeout(Some(LIMIT)).unwrap();
            let connection = ServerConnection::new(config.clone()).unwrap();
            serve(StreamOwned::new(connection, stream));
        }
    });
    Server { port, hellos, thread: Some(thread) }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(thread) = self.thread.take()
            && !std::thread::panicking()
        {
            thread.join().unwrap();
        }
    }
}

/// A broker's answers to one CONNECT and SUBSCRIBE of MQTT 5, then until the other side goes.
fn serve_mqtt(mut stream: StreamOwned<ServerConnection, TcpStream>) {
    let packet = |stream: &mut StreamOwned<ServerConnection, TcpStream>| {
        let mut head = [0; 2];
        stream.read_exact(&mut head).ok()?;
        let mut rest = vec![0; usize::from(head[1])];
        stream.read_exact(&mut rest).ok()?;
        Some(rest)
    };
    if packet(&mut stream).is_none() || stream.write_all(&[0x20, 3, 0, 0, 0]).is_err() {
        return;
    }
    let Some(subscribe) = packet(&mut stream) else { return };
    let _ = stream.write_all(&[0x90, 4, subscribe[0], subscribe[1], 0, 0]);
    let mut byte = [0; 64];
    while stream.read(&mut byte).is_ok_and(|n| n > 0) {}
}

const BOTH: [&rustls::SupportedProtocolVersion; 2] =
    [&rustls::version::TLS13, &rustls::version::TLS12];

fn to(server: &Server, host: &str, tls: TlsSettings) -> Profile {
    Profile {
        host: host.to_owned(),
        tls: Some(tls),
        version: VersionChoice::V5,
        ..profile(server.port)
    }
}

#[test]
fn a_server_must_own_the_certificate_it_shows() {
    let off = TlsSettings { verify_peer: false, verify_peer_name: false, ..TlsSettings::default() };
    let pinned = TlsSettings { ca_file: Some(file("alone.crt")), ..TlsSettings::default() };
    let allowing = TlsSettings { allow_self_signed: true, ..TlsSettings::default() };
    for version in BOTH {
        for (certificate, subject, tls) in [
            ("server.crt", "CN=server", off.clone()),
            ("server.crt", "CN=server", trusting()),
            ("alone.crt", "CN=alone", pinned.clone()),
            ("alone.crt", "CN=alone", allowing.clone()),
        ] {
            // The right certificate with the key of another one.
            let server = server(certificate, "client.key", &[], &[version], 1, |mut stream| {
                let _ = stream.read(&mut [0; 64]);
            });
            let failure = refused(to(&server, "localhost", tls));
            says(&failure, Cause::KeyNotOwned, &["whose key it does not have", subject]);
        }
        // The same server with its own key is taken, so the refusal is about the key.
        let server = server("server.crt", "server.key", &[], &[version], 1, serve_mqtt);
        Session::start(to(&server, "localhost", off.clone())).connected();
    }
}

#[test]
fn protocol_and_cipher_are_told_for_both_versions() {
    for (version, protocol, cipher) in [
        (&rustls::version::TLS13, "TLS 1.3", "TLS_AES_"),
        (&rustls::version::TLS12, "TLS 1.2", "TLS_ECDHE_ECDSA_WITH_AES_"),
    ] {
        let server = server("server.crt", "server.key", &[], &[version], 1, serve_mqtt);
        let mut session = Session::start(to(&server, "localhost", trusting()));
        let facts = session.connected().1.expect("TLS facts");
        assert_eq!(facts.protocol, Some(protocol));
        let told = facts.cipher.expect("a cipher");
        assert!(told.starts_with(cipher), "{told}");
    }
}

#[test]
fn the_server_name_is_sent_for_names_and_not_for_addresses() {
    for (host, name) in [("localhost", Some("localhost".to_owned())), ("127.0.0.1", None)] {
        let server = server("server.crt", "server.key", &[], &BOTH, 1, serve_mqtt);
        Session::start(to(&server, host, trusting())).connected();
        assert_eq!(server.hellos.recv().unwrap(), Hello { name, alpn: Vec::new() });
    }
}

#[test]
fn alpn_is_offered_as_the_profile_says() {
    let with = |names: &[&str]| TlsSettings {
        alpn: names.iter().map(|&name| name.to_owned()).collect(),
        ..trusting()
    };
    let server_1 = server("server.crt", "server.key", &["mqtt"], &BOTH, 1, serve_mqtt);
    Session::start(to(&server_1, "localhost", with(&["x-amzn-mqtt-ca", "mqtt"]))).connected();
    assert_eq!(server_1.hellos.recv().unwrap().alpn, ["x-amzn-mqtt-ca", "mqtt"]);

    // A server that knows nothing of ALPN does not mind.
    let server_2 = server("server.crt", "server.key", &[], &BOTH, 1, serve_mqtt);
    Session::start(to(&server_2, "localhost", with(&["mqtt"]))).connected();

    let server_3 = server("server.crt", "server.key", &["h2"], &BOTH, 1, |mut stream| {
        let _ = stream.read(&mut [0; 64]);
    });
    let failure = refused(to(&server_3, "localhost", with(&["mqtt"])));
    says(&failure, Cause::Tls, &["ALPN", "USP_SCOPE_TLS_ALPN"]);
}

#[test]
fn the_time_limit_holds_for_tcp_too() {
    // A listener that never accepts, its queue full: the kernel drops what else comes.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let _inside = runtime.enter();
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let mut queued = Vec::new();
    while let Ok(stream) = TcpStream::connect_timeout(&address, Duration::from_millis(200)) {
        queued.push(stream);
        assert!(queued.len() < 100, "the queue is never full");
    }
    for version in [VersionChoice::V5, VersionChoice::V311] {
        let start = Instant::now();
        let failure = refused(Profile {
            connect_timeout: Duration::from_millis(500),
            version,
            ..profile(address.port())
        });
        says(&failure, Cause::Timeout, &["within 0.5 s"]);
        assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
    }
}

#[test]
fn one_time_limit_holds_for_tls_and_connack_together() {
    const LIMIT_MS: u64 = 700;
    let limited = |profile: Profile| Profile {
        connect_timeout: Duration::from_millis(LIMIT_MS),
        ..once(profile)
    };
    let timed = |profile: Profile| {
        let start = Instant::now();
        let failure = Session::start(profile).failed();
        says(&failure, Cause::Timeout, &["within 0.7 s", "MQTT_CONNECT_TIMEOUT"]);
        let took = start.elapsed();
        assert!(took >= Duration::from_millis(LIMIT_MS), "{took:?}");
        assert!(took < Duration::from_millis(LIMIT_MS * 3), "{took:?}");
    };
    for version in [VersionChoice::V5, VersionChoice::V311] {
        // Mute from the start.
        let mute = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = mute.local_addr().unwrap();
        let tls = Some(trusting());
        timed(limited(Profile {
            host: "localhost".to_owned(),
            tls,
            version,
            ..profile(address.port())
        }));
        // TLS, but so slowly that half of the time is gone, and then no CONNACK: were each step
        // given its own time, this would take longer than the limit.
        let slow = server("server.crt", "server.key", &[], &BOTH, 1, |mut stream| {
            std::thread::sleep(Duration::from_millis(LIMIT_MS / 2));
            while stream.read(&mut [0; 64]).is_ok_and(|n| n > 0) {}
        });
        timed(limited(Profile { version, ..to(&slow, "localhost", trusting()) }));
    }
}
