//! The embedded broker on 127.0.0.1: one listener for MQTT 5, one for 3.1.1.
//!
//! It can't be stopped: its threads end with the process.

use std::collections::HashMap;
use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use rumqttd::{Broker, Config, ConnectionSettings, RouterConfig, ServerSettings};

use super::LabError;
use crate::core::time::Stopwatch;

/// Where the broker listens.
#[derive(Clone, Copy, Debug)]
pub(super) struct Listeners {
    pub(super) v5: SocketAddr,
    pub(super) v4: SocketAddr,
}

/// What a topic filter's log keeps for slow subscribers. Measured: 14 MB of memory after a
/// million messages, where ten times ten of these took 187 MB.
const SEGMENT_BYTES: usize = 1024 * 1024;
const SEGMENTS: usize = 2;
/// Far above anything a device sends; a monitor may send large things through the demo too.
const MAX_PAYLOAD_BYTES: usize = 16 * 1024 * 1024;
/// Connections for those who watch, beside the simulated clients.
const GUESTS: usize = 256;
/// How long the listeners may take to come up.
const START_LIMIT: Duration = Duration::from_secs(5);

/// Starts the broker and returns when it accepts connections.
pub(super) fn start(port: Option<u16>, clients: usize) -> Result<Listeners, LabError> {
    // Both are held until both are known, so that they can't be the same one.
    let (v5, v4) = (reserve(port.unwrap_or(0))?, reserve(0)?);
    let addr = |held: &TcpListener| held.local_addr().map_err(LabError::Listen);
    let listeners = Listeners { v5: addr(&v5)?, v4: addr(&v4)? };
    drop((v5, v4));
    let mut broker = Broker::new(config(listeners, clients));
    thread::Builder::new()
        .name("lab-broker".to_owned())
        .spawn(move || broker.start().map_err(|e| tracing::warn!("embedded broker: {e}")))
        .map_err(LabError::Thread)?;
    await_listener(listeners.v5)?;
    await_listener(listeners.v4)?;
    Ok(listeners)
}

/// Takes a port of 127.0.0.1 for a moment; 0 takes any free one.
fn reserve(port: u16) -> Result<TcpListener, LabError> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(|error| match error.kind() {
        ErrorKind::AddrInUse => LabError::PortTaken { port },
        ErrorKind::PermissionDenied => LabError::PortForbidden { port },
        _ => LabError::Listen(error),
    })
}

fn await_listener(addr: SocketAddr) -> Result<(), LabError> {
    let waited = Stopwatch::start();
    while TcpStream::connect_timeout(&addr, Duration::from_millis(250)).is_err() {
        if waited.elapsed() > START_LIMIT {
            return Err(LabError::BrokerSilent { addr });
        }
        thread::sleep(Duration::from_millis(2));
    }
    Ok(())
}

fn config(listeners: Listeners, clients: usize) -> Config {
    let server = |name: &str, listen| ServerSettings {
        name: name.to_owned(),
        listen,
        tls: None,
        next_connection_delay_ms: 0,
        connections: ConnectionSettings {
            connection_timeout_ms: 10_000,
            max_payload_size: MAX_PAYLOAD_BYTES,
            max_inflight_count: 100,
            auth: None,
            external_auth: None,
            dynamic_filters: true,
        },
    };
    let one = |name: &str, listen| {
        Some(HashMap::from([(name.to_owned(), server(&format!("lab-{name}"), listen))]))
    };
    Config {
        id: 0,
        router: RouterConfig {
            max_connections: clients + GUESTS,
            max_outgoing_packet_count: 200,
            max_segment_size: SEGMENT_BYTES,
            max_segment_count: SEGMENTS,
            // A publish that no filter matches would cost its sender the connection.
            initialized_filters: Some(vec!["#".to_owned()]),
            ..RouterConfig::default()
        },
        v5: one("mqtt5", listeners.v5),
        v4: one("mqtt311", listeners.v4),
        ..Config::default()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_port_that_is_taken_is_named_with_the_way_out() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        let error = start(Some(port), 4).unwrap_err();
        assert!(matches!(error, LabError::PortTaken { port: p } if p == port));
        assert!(error.to_string().contains("--port"), "{error}");
    }

    #[test]
    fn both_listeners_accept_when_it_returns() {
        let listeners = start(None, 4).unwrap();
        assert_ne!(listeners.v5, listeners.v4);
        TcpStream::connect(listeners.v5).unwrap();
        TcpStream::connect(listeners.v4).unwrap();
    }
}
