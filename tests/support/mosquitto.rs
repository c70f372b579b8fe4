//! A real mosquitto on free loopback ports, stopped when dropped.

#![allow(dead_code, reason = "each test binary uses its own part")]

#[path = "certificates.rs"]
pub mod certificates;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use certificates::run;

/// User name the password listener knows.
pub const USER: &str = "tester";
/// Its password.
pub const PASSWORD: &str = "correct horse";

const START_LIMIT: Duration = Duration::from_secs(20);

/// The listeners a broker can have.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Listener {
    /// Everybody may connect.
    Anonymous,
    /// Only [`USER`] with [`PASSWORD`].
    Password,
    /// TLS, certificate for localhost and 127.0.0.1 from the test CA.
    Tls,
    /// TLS, certificate from the test CA for another name.
    TlsWrongName,
    /// TLS, self-signed certificate for localhost.
    TlsSelfSigned,
    /// TLS that demands a client certificate from the test CA.
    TlsMutual,
    /// TLS, certificate for localhost from the test CA that expired in 2021.
    TlsExpired,
    /// TLS, certificate for localhost from the test CA that becomes valid in 2090.
    TlsNotYetValid,
    /// TLS with this certificate and key of the shared folder.
    TlsWith(&'static str, &'static str),
    /// TLS on ::1, otherwise as [`Self::Tls`].
    TlsIpv6,
}

impl Listener {
    /// Files of certificate and key.
    fn certificate(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Anonymous | Self::Password => None,
            Self::Tls | Self::TlsMutual | Self::TlsIpv6 => Some(("server.crt", "server.key")),
            Self::TlsWrongName => Some(("elsewhere.crt", "elsewhere.key")),
            Self::TlsSelfSigned => Some(("alone.crt", "alone.key")),
            Self::TlsExpired => Some(("expired.crt", "expired.key")),
            Self::TlsNotYetValid => Some(("early.crt", "early.key")),
            Self::TlsWith(certificate, key) => Some((certificate, key)),
        }
    }

    fn address(self) -> IpAddr {
        match self {
            Self::TlsIpv6 => Ipv6Addr::LOCALHOST.into(),
            _ => Ipv4Addr::LOCALHOST.into(),
        }
    }
}

/// A running broker.
pub struct Mosquitto {
    folder: tempfile::TempDir,
    listeners: Vec<(Listener, u16)>,
    child: Option<Child>,
    extra: String,
}

impl Mosquitto {
    /// Starts a broker with these listeners.
    pub fn start(listeners: &[Listener]) -> Self {
        Self::start_with(listeners, "")
    }

    /// The same with more lines in its configuration, for all listeners.
    pub fn start_with(listeners: &[Listener], extra: &str) -> Self {
        require("mosquitto", &["-h"], "apt-get install mosquitto");
        let folder = tempfile::tempdir().expect("a temporary folder");
        if listeners.contains(&Listener::Password) {
            let file = folder.path().join("passwords");
            run(Command::new("mosquitto_passwd")
                .arg("-c")
                .arg("-b")
                .arg(&file)
                .args([USER, PASSWORD]));
        }
        let mut broker =
            Self { folder, listeners: Vec::new(), child: None, extra: extra.to_owned() };
        // A free port may be taken by somebody else before mosquitto gets it.
        for _ in 0..5 {
            broker.listeners = listeners.iter().map(|l| (*l, free_port())).collect();
            if broker.launch() {
                return broker;
            }
        }
        panic!("mosquitto does not start; its log:\n{}", broker.log());
    }

    /// The port of a listener.
    pub fn port(&self, listener: Listener) -> u16 {
        self.listeners
            .iter()
            .find(|(l, _)| *l == listener)
            .map(|(_, port)| *port)
            .unwrap_or_else(|| panic!("this broker has no listener {listener:?}"))
    }

    /// A file of the broker's own folder, or with TLS the certificate or key of that name.
    pub fn file(&self, name: &str) -> PathBuf {
        let own = self.folder.path().join(name);
        if !own.exists() && self.listeners.iter().any(|(l, _)| l.certificate().is_some()) {
            let shared = certificates::file(name);
            if shared.exists() {
                return shared;
            }
        }
        own
    }

    /// Kills the broker at once, as a crash would.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Starts it again on the same ports.
    pub fn restart(&mut self) {
        self.kill();
        let deadline = Instant::now() + START_LIMIT;
        while !self.launch() {
            assert!(
                Instant::now() < deadline,
                "mosquitto does not start again; its log:\n{}",
                self.log()
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// What the broker logged so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.file("mosquitto.log")).unwrap_or_default()
    }

    fn launch(&mut self) -> bool {
        let config = self.file("mosquitto.conf");
        std::fs::write(&config, self.configuration()).expect("the configuration is written");
        let log = std::fs::File::create(self.file("mosquitto.log")).expect("a log file");
        let child = Command::new("mosquitto")
            .arg("-c")
            .arg(&config)
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("the log file twice"))
            .stderr(log)
            .spawn()
            .expect("mosquitto starts");
        self.child = Some(child);
        let deadline = Instant::now() + START_LIMIT;
        for (listener, port) in self.listeners.clone() {
            while !accepts(SocketAddr::from((listener.address(), port))) {
                let ended = self.child.as_mut().is_none_or(|c| !matches!(c.try_wait(), Ok(None)));
                if ended || Instant::now() > deadline {
                    self.kill();
                    return false;
                }
                std::thread::sleep(Duration::from_millis(10));
            }
        }
        // It ends at once if one of several ports was taken.
        self.child.as_mut().is_some_and(|c| matches!(c.try_wait(), Ok(None)))
    }

    fn configuration(&self) -> String {
        // Started by root, mosquitto would change to a user who cannot read the folder.
        let mut text = String::from(
            "user root\nper_listener_settings true\nlog_dest stderr\nlog_type all\n\
             connection_messages true\nmax_queued_messages 0\nmax_queued_bytes 0\n",
        );
        text.push_str(&self.extra);
        text.push('\n');
        for (listener, port) in &self.listeners {
            text.push_str(&format!("listener {port} {}\n", listener.address()));
            match listener {
                Listener::Password => text.push_str(&format!(
                    "allow_anonymous false\npassword_file {}\n",
                    self.file("passwords").display()
                )),
                _ => text.push_str("allow_anonymous true\n"),
            }
            if let Some((certificate, key)) = listener.certificate() {
                text.push_str(&format!(
                    "certfile {}\nkeyfile {}\n",
                    certificates::file(certificate).display(),
                    certificates::file(key).display()
                ));
            }
            if *listener == Listener::TlsMutual {
                text.push_str(&format!(
                    "cafile {}\nrequire_certificate true\n",
                    certificates::file("ca.crt").display()
                ));
            }
        }
        text
    }
}

impl Drop for Mosquitto {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("--- mosquitto's log ---\n{}", tail(&self.log()));
        }
        self.kill();
    }
}

fn tail(log: &str) -> String {
    let lines: Vec<&str> = log.lines().collect();
    lines[lines.len().saturating_sub(40)..].join("\n")
}

/// A loopback port nobody listens on now.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .expect("a free port")
        .port()
}

fn accepts(address: SocketAddr) -> bool {
    TcpStream::connect_timeout(&address, Duration::from_secs(1)).is_ok()
}

fn require(program: &str, arguments: &[&str], remedy: &str) {
    let found = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    assert!(
        found.is_ok(),
        "this test needs a real broker, and `{program}` is not installed: {remedy}"
    );
}
