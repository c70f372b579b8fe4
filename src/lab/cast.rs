//! Everybody who connects to the demo's broker, and when: the Controller, the operator's script,
//! the devices, the copy of one of them.

use std::sync::Arc;
use std::time::Duration;

use super::actor::Actor;
use super::agent::Agent;
use super::controller::{self, Controller};
use super::fleet::{self, Identity};
use super::model::device::Surroundings;
use super::model::schema::Schema;
use super::plot::{Part, Plot};
use super::tool::{self, Tool};
use super::wire::Outgoing;
use crate::core::time::Timestamp;

/// From the first device to the copy of one: late enough that the true one is known by then.
const COPY_AFTER: Duration = Duration::from_secs(16);

/// How long all devices together take to be switched on.
const fn switch_on_time(agents: usize) -> Duration {
    // 50 in two seconds; 1,000 at no more than 250 a second, which the broker takes easily.
    if agents <= 100 { Duration::from_millis(40 * agents as u64) } else { Duration::from_secs(4) }
}

/// Who they are and where they find each other.
pub(super) struct Cast {
    pub(super) schema: Arc<Schema>,
    pub(super) fleet: Vec<Identity>,
    pub(super) seed: u64,
    /// From the start to the first device.
    pub(super) lead_in: Duration,
    /// The broker's listener for MQTT 5, and the one for 3.1.1.
    pub(super) ports: (u16, u16),
}

/// One client.
#[derive(Clone, Debug)]
pub(super) struct Player {
    pub(super) client_id: String,
    pub(super) endpoint_id: String,
    /// The one topic filter it subscribes to.
    pub(super) filter: String,
    /// True: MQTT 3.1.1.
    pub(super) legacy: bool,
    pub(super) port: u16,
    /// When it connects first; model time.
    pub(super) start: Duration,
    role: Role,
}

#[derive(Clone, Debug)]
enum Role {
    Controller,
    Tool,
    Device(Box<Identity>),
}

/// More clients than devices: the Controller, the script, a copy of a device, and one that
/// leaves something behind at the start.
pub(super) const OTHERS: usize = 4;

impl Cast {
    /// The fleet that belongs to a seed, with all around it.
    pub(super) fn new(
        schema: Arc<Schema>,
        agents: usize,
        seed: u64,
        lead_in: Duration,
        ports: (u16, u16),
    ) -> Self {
        Self { schema, fleet: fleet::fleet(agents, seed), seed, lead_in, ports }
    }

    /// All clients, in the order in which they are switched on, but for the copy.
    pub(super) fn players(&self) -> Vec<Player> {
        let special = |client_id: &str, endpoint_id: &str, filter: &str, role| Player {
            client_id: client_id.to_owned(),
            endpoint_id: endpoint_id.to_owned(),
            filter: filter.to_owned(),
            legacy: false,
            port: self.ports.0,
            start: Duration::ZERO,
            role,
        };
        let mut players = vec![
            special(
                controller::CLIENT_ID,
                controller::ENDPOINT_ID,
                "usp/controller/#",
                Role::Controller,
            ),
            special(tool::CLIENT_ID, tool::ENDPOINT_ID, tool::TOPIC, Role::Tool),
        ];
        let whole = switch_on_time(self.fleet.len());
        let count = self.fleet.len().max(1) as u32;
        let devices = (0..).zip(&self.fleet);
        players
            .extend(devices.map(|(n, i)| self.device(i.clone(), self.lead_in + whole * n / count)));
        let cloned = self.fleet.iter().find(|identity| identity.plays(Part::Cloned));
        players.extend(cloned.map(|identity| {
            self.device(identity.clone_of(self.fleet.len()), self.lead_in + COPY_AFTER)
        }));
        players
    }

    fn device(&self, identity: Identity, start: Duration) -> Player {
        let legacy = identity.legacy_mqtt;
        Player {
            client_id: identity.client_id.clone(),
            endpoint_id: identity.endpoint_id.clone(),
            // A 3.1.1 sender appends its own topic.
            filter: if legacy { format!("{}/#", identity.topic()) } else { identity.topic() },
            legacy,
            port: if legacy { self.ports.1 } else { self.ports.0 },
            start,
            role: Role::Device(Box::new(identity)),
        }
    }

    /// What the broker has retained when the demo begins.
    pub(super) fn left_behind(&self) -> Option<Outgoing> {
        self.fleet.iter().find(|i| i.plays(Part::Rebooted)).map(tool::left_behind)
    }

    /// The state machine of a client; `epoch` is the wall time at model time zero.
    pub(super) fn actor(&self, player: &Player, epoch: Timestamp) -> Box<dyn Actor> {
        match &player.role {
            Role::Controller => Box::new(Controller::new(self.seed, Plot::of(&self.fleet))),
            Role::Tool => Box::new(Tool::new(self.seed, &self.fleet)),
            Role::Device(identity) => {
                let around = Surroundings {
                    broker_port: player.port,
                    controller_endpoint_id: controller::ENDPOINT_ID.to_owned(),
                    controller_topic: controller::TOPIC.to_owned(),
                };
                let identity = identity.as_ref().clone();
                Box::new(Agent::new(&self.schema, identity, around, player.start, epoch))
            }
        }
    }
}
