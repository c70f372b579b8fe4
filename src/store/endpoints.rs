//! Endpoints seen in Records: who they are, what they sent, how fast they answer.

use crate::core::cow_vec::CowVec;
use crate::core::ids::{EndpointId, TopicId};
use crate::core::intern::Interner;
use crate::core::time::Timestamp;
use crate::usp::kind::Role;

/// What is known of an endpoint; counts since the start.
#[derive(Clone, Copy, Debug, Default)]
pub struct EndpointStats {
    /// True once it did what only an Agent does (TR-369 message catalogue).
    pub is_agent: bool,
    /// True once it did what only a Controller does.
    pub is_controller: bool,
    /// Records it sent.
    pub sent: u64,
    /// Records addressed to it.
    pub received: u64,
    /// First Record from or to it.
    pub first_at: Timestamp,
    /// Newest Record **from** it; zero if none yet.
    pub last_sent_at: Timestamp,
    /// Connect Records it sent.
    pub connects: u32,
    /// Disconnect Records it sent.
    pub disconnects: u32,
    /// `Error` Msgs it sent.
    pub errors: u32,
    /// Messages of its that could not be fully read.
    pub malformed: u32,
    /// Topic its newest request from a Controller went to; where it can be reached.
    pub reached_on: Option<TopicId>,
}

impl EndpointStats {
    /// True if it is the device side as far as known.
    #[must_use]
    pub fn is_device(&self) -> bool {
        self.is_agent
    }
}

pub(super) struct Endpoints {
    pub(super) names: Interner,
    pub(super) stats: CowVec<EndpointStats>,
}

impl Endpoints {
    pub(super) fn new(cap: usize) -> Self {
        let mut stats = CowVec::new();
        stats.push(EndpointStats::default());
        // Real Endpoint IDs are below 100 bytes; 256 on average is generous.
        Self {
            names: Interner::with_caps(cap, cap.saturating_mul(256), "(other endpoints)"),
            stats,
        }
    }

    /// The id of an endpoint; `None` for an empty name.
    pub(super) fn intern(&mut self, name: &str, at: Timestamp) -> Option<EndpointId> {
        if name.is_empty() {
            return None;
        }
        let (id, new) = self.names.intern(name);
        if new {
            self.stats.push(EndpointStats { first_at: at, ..EndpointStats::default() });
        }
        Some(EndpointId(id))
    }

    pub(super) fn get_mut(&mut self, id: Option<EndpointId>) -> Option<&mut EndpointStats> {
        self.stats.get_mut(id?.0 as usize)
    }

    pub(super) fn learn_role(&mut self, id: Option<EndpointId>, role: Role) {
        if id == Some(EndpointId::OTHER) {
            return;
        }
        let known = id.and_then(|id| self.stats.get(id.0 as usize)).is_some_and(|s| match role {
            Role::Agent => s.is_agent,
            Role::Controller => s.is_controller,
        });
        if known {
            return;
        }
        if let Some(stats) = self.get_mut(id) {
            match role {
                Role::Agent => stats.is_agent = true,
                Role::Controller => stats.is_controller = true,
            }
        }
    }

    /// The role of an endpoint if it has exactly one.
    pub(super) fn only_role(&self, id: Option<EndpointId>) -> Option<Role> {
        let stats = self.stats.get(id?.0 as usize)?;
        match (stats.is_agent, stats.is_controller) {
            (true, false) => Some(Role::Agent),
            (false, true) => Some(Role::Controller),
            _ => None,
        }
    }
}
