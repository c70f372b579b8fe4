//! Topics as far as endpoints are reached there: who is where, in numbers that are quick to
//! compare.

use std::hash::BuildHasher;

use hashbrown::HashMap;

use super::super::layout::Layout;
use super::super::note::Note;
use crate::core::ids::{EndpointId, TopicId};
use crate::core::intern::OTHER;
use crate::usp::endpoint::split_reply_to;

/// Topics whose owners are remembered.
const MAX_OWNED: usize = 400_000;

/// What a topic's text tells; found out once.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct TopicFacts {
    /// Hash of the topic without `/reply-to=`; 0 = not looked at.
    pub(super) base: u64,
    /// Hash of the reply topic behind `/reply-to=`; 0 = none.
    pub(super) reply: u64,
    /// Below the profile's base topic of agents.
    pub(super) agents: bool,
    /// Below the profile's base topic of controllers.
    pub(super) controllers: bool,
}

/// See the module text.
pub(super) struct Topics {
    facts: Vec<TopicFacts>,
    /// Who named a topic as its own last.
    owners: HashMap<u64, EndpointId>,
    hasher: hashbrown::DefaultHashBuilder,
}

impl Topics {
    pub(super) fn new() -> Self {
        Self {
            facts: Vec::new(),
            owners: HashMap::new(),
            hasher: hashbrown::DefaultHashBuilder::default(),
        }
    }

    /// Hash of a topic, never 0.
    #[inline]
    pub(super) fn hash(&self, topic: &[u8]) -> u64 {
        self.hasher.hash_one(topic).max(1)
    }

    /// What the text of a message's topic tells.
    #[inline]
    pub(super) fn facts(&mut self, note: &Note<'_>, layout: &Layout) -> TopicFacts {
        match self.facts.get(note.topic.0 as usize) {
            Some(facts) if facts.base != 0 => *facts,
            _ => self.learn(note.topic, note.topic_bytes, layout),
        }
    }

    #[cold]
    fn learn(&mut self, topic: TopicId, bytes: &[u8], layout: &Layout) -> TopicFacts {
        let text = String::from_utf8_lossy(bytes);
        let (base, reply) = split_reply_to(&text);
        let (agents, controllers) = layout.bases_of(base);
        let facts = TopicFacts {
            base: self.hash(base.as_bytes()),
            reply: reply.filter(|r| !r.is_empty()).map_or(0, |r| self.hash(r.as_bytes())),
            agents,
            controllers,
        };
        // Number 0 stands for all topics beyond the cap.
        if topic.0 != OTHER {
            let place = topic.0 as usize;
            if place >= self.facts.len() {
                self.facts.resize(place + 1, TopicFacts::default());
            }
            if let Some(kept) = self.facts.get_mut(place) {
                *kept = facts;
            }
        }
        facts
    }

    /// Who named this topic as its own last.
    pub(super) fn owner(&self, topic: u64) -> Option<EndpointId> {
        self.owners.get(&topic).copied()
    }

    /// Gives a topic to `id`; tells who had it.
    pub(super) fn take(&mut self, topic: u64, id: EndpointId) -> Option<EndpointId> {
        if self.owners.len() >= MAX_OWNED && !self.owners.contains_key(&topic) {
            return None;
        }
        self.owners.insert(topic, id)
    }

    /// `id` is no longer reached there.
    pub(super) fn leave(&mut self, topic: u64, id: EndpointId) {
        if self.owner(topic) == Some(id) {
            self.owners.remove(&topic);
        }
    }
}
