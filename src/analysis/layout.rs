//! Topic layouts: what the profile says, and what is seen.
//!
//! TR-369 fixes no layout. What is seen is learned from the topics that endpoints name as their
//! own; nothing is concluded about roles or directions from a topic's text.

use compact_str::CompactString;

/// Groups of topics told apart while learning; beyond that the smallest gives way.
const GROUPS: usize = 8;

/// Longest group text kept, bytes.
const MAX_GROUP: usize = 256;

/// Devices with topics of their own that make a layout of one topic per device.
const ENOUGH_DEVICES: u32 = 3;

/// The base topics of a profile; see the module text.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Layout {
    bases: Option<Bases>,
    agents: Groups,
    controllers: Groups,
    /// An Agent named the same topic as a Controller.
    common: Option<CompactString>,
}

/// Where Agents and Controllers are, by the profile.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Bases {
    /// Requests to devices are published below this.
    pub agents: CompactString,
    /// Devices publish below this.
    pub controllers: CompactString,
}

/// Kinds of layouts.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Style {
    /// One topic per device, named by its MQTT client id: `usp/agent/{client id}`.
    ClientIds,
    /// One topic per device, named by its Endpoint ID, as in the specification's examples.
    EndpointIds,
    /// The reference agent's defaults: all devices at `/usp/agent`.
    AgentDefaults,
    /// All devices at one topic.
    SharedByAgents,
    /// Everybody at one topic.
    OneTopic,
    /// One topic per device, named in some other way.
    Other,
}

impl Style {
    /// The words for it.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::ClientIds => "one topic per device, by client id",
            Self::EndpointIds => "one topic per device, by Endpoint ID",
            Self::AgentDefaults => "the reference agent's default topics",
            Self::SharedByAgents => "one topic for all devices",
            Self::OneTopic => "one topic for everybody",
            Self::Other => "one topic per device",
        }
    }
}

/// What the topics in use look like.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Recognised {
    /// The kind.
    pub style: Style,
    /// Where devices are reached: the part their topics share, or the one topic.
    pub agents: CompactString,
    /// The same for Controllers, once one named its reply topic.
    pub controllers: Option<CompactString>,
    /// Devices that this is concluded from.
    pub devices: u32,
}

/// Topics with the same text before their last level.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Group {
    prefix: CompactString,
    /// The newest one, whole.
    topic: CompactString,
    /// Endpoints with a topic of their own.
    own: u32,
    /// Endpoints at a topic that another one named before.
    shared: u32,
    /// Endpoints whose last level is their Endpoint ID.
    by_id: u32,
}

#[derive(Clone, PartialEq, Eq, Debug, Default)]
struct Groups(Vec<Group>);

impl Groups {
    fn learn(&mut self, topic: &str, name: &str, shared: bool) {
        let (prefix, last) = split(topic);
        if topic.len() > MAX_GROUP {
            return;
        }
        let place = match self.0.iter().position(|group| group.prefix == prefix) {
            Some(place) => place,
            None => {
                if self.0.len() >= GROUPS
                    && let Some(least) =
                        (0..self.0.len()).min_by_key(|&n| self.0.get(n).map(Group::size))
                {
                    self.0.swap_remove(least);
                }
                let (prefix, topic) = (CompactString::from(prefix), CompactString::default());
                self.0.push(Group { prefix, topic, own: 0, shared: 0, by_id: 0 });
                self.0.len() - 1
            }
        };
        let Some(group) = self.0.get_mut(place) else { return };
        let count = if shared { &mut group.shared } else { &mut group.own };
        *count = count.saturating_add(1);
        group.by_id = group.by_id.saturating_add(u32::from(last == name));
        group.topic = CompactString::from(topic);
    }

    fn largest(&self) -> Option<&Group> {
        self.0.iter().rev().max_by_key(|group| group.size())
    }
}

impl Group {
    fn size(&self) -> u32 {
        self.own.saturating_add(self.shared)
    }

    fn per_device(&self) -> bool {
        self.own >= ENOUGH_DEVICES && self.shared <= self.own / 4
    }
}

impl Layout {
    /// The layout of a profile: its base topics (`USP_MQTT_AGENT_TOPIC` and
    /// `USP_MQTT_CONTROLLER_TOPIC`). What follows the first wildcard or `{placeholder}` level is
    /// not part of a base.
    #[must_use]
    pub fn configured(agent_topic: &str, controller_topic: &str) -> Self {
        let bases = Bases { agents: base(agent_topic), controllers: base(controller_topic) };
        let given = !bases.agents.is_empty() && !bases.controllers.is_empty();
        Self { bases: given.then_some(bases), ..Self::default() }
    }

    /// The profile's base topics, if there is a profile.
    #[must_use]
    pub fn bases(&self) -> Option<&Bases> {
        self.bases.as_ref()
    }

    /// What the topics in use look like; `None` until a device has named its topic.
    #[must_use]
    pub fn recognised(&self) -> Option<Recognised> {
        let controllers = self.controllers.largest().map(|group| group.prefix.clone());
        if let Some(topic) = &self.common {
            let devices = self.agents.largest().map_or(1, Group::size);
            return Some(Recognised {
                style: Style::OneTopic,
                agents: topic.clone(),
                controllers: Some(topic.clone()),
                devices,
            });
        }
        let group = self.agents.largest()?;
        let shared = group.own == 1 && group.shared >= 1;
        let devices = group.size();
        let style = if group.topic == "/usp/agent" {
            Style::AgentDefaults
        } else if shared {
            Style::SharedByAgents
        } else if group.by_id.saturating_mul(2) > devices {
            Style::EndpointIds
        } else if self.is_client_ids(&group.prefix) {
            Style::ClientIds
        } else {
            Style::Other
        };
        let whole = matches!(style, Style::AgentDefaults | Style::SharedByAgents);
        let agents = if whole { group.topic.clone() } else { group.prefix.clone() };
        let controllers = match style {
            Style::AgentDefaults => self.controllers.largest().map(|group| group.topic.clone()),
            _ => controllers,
        };
        Some(Recognised { style, agents, controllers, devices })
    }

    /// True if devices have topics of their own around `topic`, so that two at one topic are one
    /// too many.
    #[must_use]
    pub fn is_per_device(&self, topic: &str) -> bool {
        let (prefix, _) = split(topic);
        let configured = self.bases.as_ref().is_some_and(|bases| bases.agents == prefix);
        configured || self.agents.0.iter().any(|group| group.prefix == prefix && group.per_device())
    }

    /// The MQTT client id of the device `name` that is reached at `topic`, if the layout tells.
    #[must_use]
    pub fn client_id<'a>(&self, topic: &'a str, name: &str) -> Option<&'a str> {
        let id = match &self.bases {
            Some(bases) if below(topic, &bases.agents) => {
                topic.get(bases.agents.len() + 1..).unwrap_or_default()
            }
            _ => {
                let (prefix, last) = split(topic);
                if !self.is_client_ids(prefix) && !self.is_per_device(topic) {
                    return None;
                }
                last
            }
        };
        // Named by its Endpoint ID, its client id is anybody's guess.
        (!id.is_empty() && id != name).then_some(id)
    }

    /// Which of the profile's bases a topic is below: agents', controllers'. Both false without
    /// a profile.
    pub(super) fn bases_of(&self, topic: &str) -> (bool, bool) {
        let on = |base: &str| topic == base || below(topic, base);
        self.bases.as_ref().map_or((false, false), |b| (on(&b.agents), on(&b.controllers)))
    }

    pub(super) fn learn_agent(&mut self, topic: &str, name: &str, shared: bool) {
        self.agents.learn(topic, name, shared);
    }

    pub(super) fn learn_controller(&mut self, topic: &str, name: &str) {
        self.controllers.learn(topic, name, false);
    }

    pub(super) fn learn_common(&mut self, topic: &str) {
        if self.common.is_none() && topic.len() <= MAX_GROUP {
            self.common = Some(CompactString::from(topic));
        }
    }

    /// The users' own convention, by the profile or as their guide has it.
    fn is_client_ids(&self, prefix: &str) -> bool {
        match &self.bases {
            Some(bases) => bases.agents == prefix,
            None => prefix == "usp/agent",
        }
    }
}

/// A base topic without what stands for something else.
fn base(topic: &str) -> CompactString {
    let plain = |level: &&str| !level.contains(['{', '}', '+', '#', '<', '>', '\0']);
    let levels = topic.split('/').take_while(plain);
    let mut base = CompactString::default();
    for (n, level) in levels.enumerate() {
        if n > 0 {
            base.push('/');
        }
        base.push_str(level);
    }
    CompactString::from(base.trim_end_matches('/'))
}

fn below(topic: &str, base: &str) -> bool {
    topic.strip_prefix(base).is_some_and(|rest| rest.len() > 1 && rest.starts_with('/'))
}

fn split(topic: &str) -> (&str, &str) {
    topic.rsplit_once('/').unwrap_or(("", topic))
}
