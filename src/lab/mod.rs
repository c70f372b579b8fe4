//! The demo network: an embedded broker on 127.0.0.1 with simulated Agents and a Controller
//! that are real MQTT clients speaking real USP.
//!
//! ```text
//! seed → fleet (who) → model (what a device has) → answer (request → response)
//!                        └→ agent, controller, tool (what is said when; pure state machines)
//!                             └→ cast ─► run (one thread) → link (MQTT) → broker
//!                                    └─► rehearsal (model time, nothing outside)
//! ```
//!
//! The story is in `plot`: most devices are healthy, a few play a part, and all that is worth
//! seeing is seen within two minutes.
//!
//! Everything above `run` is a function of the seed, the model time and the messages that
//! arrive, so that one seed tells one story. Nothing here knows the rest of the app: whoever
//! watches the demo connects to it like to any broker, with [`Demo::profile`].

mod actor;
mod agent;
mod answer;
mod broker;
mod cast;
mod controller;
mod fault;
mod fleet;
mod limits;
mod link;
mod model;
mod plot;
pub mod rehearsal;
mod run;
mod seed;
mod session;
mod tls;
mod tool;
mod wire;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use crate::profile::model::{Profile, VersionChoice};

/// Filter directives for a log subscriber: the embedded broker tells every connection and every
/// lost one at error level, which is nobody's concern here.
pub const LOG_DIRECTIVES: [&str; 2] = ["rumqttd=off", "rumqttc=off"];

/// How the demo network is to be.
#[derive(Clone, Debug)]
pub struct DemoOptions {
    /// Number of simulated Agents.
    pub agents: usize,
    /// Port of the MQTT 5 listener; `None` takes a free one.
    pub port: Option<u16>,
    /// What the devices are and do follows from it.
    pub seed: u64,
}

impl Default for DemoOptions {
    /// 50 Agents, a free port, seed 1.
    fn default() -> Self {
        Self { agents: 50, port: None, seed: 1 }
    }
}

/// More Agents than this don't fit the embedded broker.
pub const MAX_AGENTS: usize = 2_000;

/// From the start to the first device: time for whoever watches to subscribe.
const LEAD_IN: Duration = Duration::from_millis(150);

/// Why the demo network can't be started.
#[derive(Debug, thiserror::Error)]
pub enum LabError {
    /// Another program listens there.
    #[error("port {port} is taken by another program; choose another one with --port")]
    PortTaken {
        /// The port asked for.
        port: u16,
    },
    /// The system reserves it.
    #[error("port {port} may not be opened by this user; choose one above 1023 with --port")]
    PortForbidden {
        /// The port asked for.
        port: u16,
    },
    /// No listener can be opened on 127.0.0.1.
    #[error("no listener can be opened on 127.0.0.1; check that the loopback interface is up")]
    Listen(#[source] io::Error),
    /// The listener didn't come up.
    #[error("the embedded broker doesn't answer at {addr}; try another port with --port")]
    BrokerSilent {
        /// Where it should listen.
        addr: SocketAddr,
    },
    /// Too many Agents.
    #[error("{agents} agents are too many for the demo; choose up to {MAX_AGENTS} with --agents")]
    TooManyAgents {
        /// The number asked for.
        agents: usize,
    },
    /// The system's limit on open files.
    #[error(
        "the demo needs {needed} open files and the system allows {allowed}; \
         choose fewer agents with --agents or raise the limit (ulimit -n)"
    )]
    TooManyFiles {
        /// Open files needed.
        needed: u64,
        /// Open files allowed at most.
        allowed: u64,
    },
    /// No thread can be started.
    #[error("a thread can't be started; close other programs and try again")]
    Thread(#[source] io::Error),
    /// The built-in device model can't be read.
    #[error("the built-in device model is broken, which is a bug: {0}")]
    Model(String),
}

/// A simulated device, for whoever wants to point at it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DemoDevice {
    /// Its Endpoint ID.
    pub endpoint_id: String,
    /// Its MQTT client id, the last level of its topic.
    pub client_id: String,
    /// `healthy`, `slow`, `faulty`, `flapping` or `garbling`.
    pub character: &'static str,
    /// True if it speaks MQTT 3.1.1.
    pub mqtt_311: bool,
}

/// A running demo network. Dropping it stops all clients within two seconds; the broker's
/// threads can't be stopped and end with the process.
pub struct Demo {
    addr: SocketAddr,
    devices: Vec<DemoDevice>,
    _runner: run::Runner,
}

impl Demo {
    /// Starts the network. When this returns the broker accepts connections; the devices come
    /// up right after, the first ones at once.
    pub fn start(options: DemoOptions) -> Result<Self, LabError> {
        Self::start_after(options, LEAD_IN)
    }

    /// The same, with the first device switched on `lead_in` after the start.
    pub fn start_after(options: DemoOptions, lead_in: Duration) -> Result<Self, LabError> {
        let DemoOptions { agents, port, seed } = options;
        if agents > MAX_AGENTS {
            return Err(LabError::TooManyAgents { agents });
        }
        let schema =
            model::schema::Schema::built_in().map_err(|e| LabError::Model(e.to_string()))?;
        // The others in the cast, and some who watch.
        limits::make_room(agents + cast::OTHERS + 8)?;
        let listeners = broker::start(port, agents + cast::OTHERS)?;
        let ports = (listeners.v5.port(), listeners.v4.port());
        let cast = cast::Cast::new(Arc::new(schema), agents, seed, lead_in, ports);
        let devices = cast
            .fleet
            .iter()
            .map(|identity| DemoDevice {
                endpoint_id: identity.endpoint_id.clone(),
                client_id: identity.client_id.clone(),
                character: identity.character.name(),
                mqtt_311: identity.legacy_mqtt,
            })
            .collect();
        let runner = run::Runner::start(cast)?;
        Ok(Self { addr: listeners.v5, devices, _runner: runner })
    }

    /// Where the MQTT 5 listener is.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// The simulated devices.
    #[must_use]
    pub fn devices(&self) -> &[DemoDevice] {
        &self.devices
    }

    /// The profile to watch the demo with.
    #[must_use]
    pub fn profile(&self) -> Profile {
        Profile {
            name: "demo".to_owned(),
            acs_client_id: Some(controller::CLIENT_ID.to_owned()),
            version: VersionChoice::V5,
            controller_endpoint_id: Some(controller::ENDPOINT_ID.to_owned()),
            allow_send: true,
            ..Profile::for_address(&self.addr.ip().to_string(), self.addr.port())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_many_agents_are_refused_before_anything_starts() {
        let options = DemoOptions { agents: MAX_AGENTS + 1, ..DemoOptions::default() };
        let error = Demo::start(options).err().map(|e| e.to_string());
        assert!(error.is_some_and(|e| e.contains("--agents")));
    }
}
