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

#[cfg(test)]
mod tests {
    use super::*;

    fn learned(topics: &[(&str, &str)]) -> Layout {
        let mut layout = Layout::default();
        for (n, (topic, name)) in topics.iter().enumerate() {
            let shared = topics.iter().take(n).any(|(other, _)| other == topic);
            layout.learn_agent(topic, name, shared);
        }
        layout
    }

    fn style(topics: &[(&str, &str)]) -> Option<(Style, String)> {
        let seen = learned(topics).recognised()?;
        Some((seen.style, seen.agents.to_string()))
    }

    #[test]
    fn layouts_are_recognised() {
        assert_eq!(style(&[]), None);
        assert_eq!(
            style(&[("usp/agent/cpe-1", "os::1"), ("usp/agent/cpe-2", "os::2")]),
            Some((Style::ClientIds, "usp/agent".to_owned()))
        );
        assert_eq!(
            style(&[("usp/agents/os::1", "os::1"), ("usp/agents/os::2", "os::2")]),
            Some((Style::EndpointIds, "usp/agents".to_owned()))
        );
        assert_eq!(
            style(&[("/usp/agent", "os::1"), ("/usp/agent", "os::2")]),
            Some((Style::AgentDefaults, "/usp/agent".to_owned()))
        );
        assert_eq!(
            style(&[("a/b", "os::1"), ("a/b", "os::2"), ("a/b", "os::3")]),
            Some((Style::SharedByAgents, "a/b".to_owned()))
        );
        assert_eq!(
            style(&[("home/x/1", "os::1"), ("home/x/2", "os::2")]),
            Some((Style::Other, "home/x".to_owned()))
        );
    }

    #[test]
    fn the_client_id_is_what_follows_the_base() {
        let layout = Layout::configured("usp/agent", "usp/controller");
        assert_eq!(layout.client_id("usp/agent/cpe-1", "os::1"), Some("cpe-1"));
        assert_eq!(layout.client_id("usp/agent/site/cpe-1", "os::1"), Some("site/cpe-1"));
        assert_eq!(layout.client_id("usp/agents/cpe-1", "os::1"), None);
        assert_eq!(layout.client_id("usp/agent/os::1", "os::1"), None);
        assert_eq!(layout.client_id("usp/agent/", "os::1"), None);
        assert_eq!(Layout::default().client_id("/usp/agent", "os::1"), None);
        let seen = learned(&[("x/1", "a"), ("x/2", "b"), ("x/3", "c")]);
        assert_eq!(seen.client_id("x/2", "b"), Some("2"));
        assert_eq!(seen.client_id("y/2", "b"), None);
    }

    #[test]
    fn placeholders_and_wildcards_are_no_part_of_a_base() {
        for topic in
            ["usp/agent", "usp/agent/", "usp/agent/#", "usp/agent/{client_id}", "usp/agent/+/x"]
        {
            let layout = Layout::configured(topic, "usp/controller/{id}");
            let bases = layout.bases();
            assert_eq!(
                bases.map(|b| (&*b.agents, &*b.controllers)),
                Some(("usp/agent", "usp/controller"))
            );
            assert_eq!(layout.bases_of("usp/agent/1"), (true, false));
            assert_eq!(layout.bases_of("usp/controller"), (false, true));
            assert_eq!(layout.bases_of("usp/agents/1"), (false, false));
        }
        assert_eq!(
            Layout::configured("/usp/agent", "/usp/controller").bases_of("/usp/agent"),
            (true, false)
        );
        assert_eq!(Layout::configured("#", "x").bases(), None);
    }

    #[test]
    fn learning_is_bounded() {
        let mut layout = Layout::default();
        for n in 0..10_000 {
            layout.learn_agent(&format!("{n}/x"), "e", false);
            layout.learn_agent("usp/agent/1", "e", false);
            layout.learn_agent(&"x/".repeat(30_000), "e", false);
        }
        assert!(layout.agents.0.len() <= GROUPS);
        assert_eq!(
            layout.recognised().map(|seen| seen.agents.to_string()),
            Some("usp/agent".to_owned())
        );
    }
}
