//! What the user has picked; it narrows every view at once.

use crate::core::ids::{EndpointId, NodeId, Seq};

/// The user's picks within one life of the store.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Selection {
    /// Only messages on this level of the topic tree and below.
    pub topic: Option<NodeId>,
    /// Only messages from or to this endpoint.
    pub device: Option<EndpointId>,
    /// The message in the inspector.
    pub message: Option<Seq>,
}

impl Selection {
    /// True if the lists are narrowed.
    #[must_use]
    pub fn narrows(&self) -> bool {
        self.topic.is_some() || self.device.is_some()
    }
}
