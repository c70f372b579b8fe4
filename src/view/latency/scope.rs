//! Whose response times are on view.

use crate::analysis::Snapshot;
use crate::core::ids::{EndpointId, NodeId, Seq};
use crate::usp::kind::MsgKind;

/// Types of requests that response times are measured of: first those that devices answer.
pub const REQUESTS: [MsgKind; 11] = [
    MsgKind::Get,
    MsgKind::Set,
    MsgKind::Add,
    MsgKind::Delete,
    MsgKind::Operate,
    MsgKind::GetInstances,
    MsgKind::GetSupportedDm,
    MsgKind::GetSupportedProto,
    MsgKind::Notify,
    MsgKind::Register,
    MsgKind::Deregister,
];

/// True for requests that devices answer; the time of the others is the Controller's.
#[must_use]
pub fn is_answered_by_device(request: MsgKind) -> bool {
    !matches!(request, MsgKind::Notify | MsgKind::Register | MsgKind::Deregister)
}

/// See the module text. Nothing picked means all requests to devices.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Scope {
    /// Only this device.
    pub device: Option<EndpointId>,
    /// Only devices that speak on this level of the topic tree or below.
    pub topic: Option<NodeId>,
    /// Only this type of request.
    pub request: Option<MsgKind>,
}

impl Scope {
    /// True if a response time of this device counts; `answer` is the message that ended it.
    #[must_use]
    pub fn takes(
        &self,
        snapshot: &Snapshot,
        device: EndpointId,
        request: MsgKind,
        answer: Option<Seq>,
    ) -> bool {
        self.takes_request(request)
            && self.device.is_none_or(|picked| picked == device)
            && self.takes_topic(snapshot, device, answer)
    }

    /// True if requests of this type count.
    #[must_use]
    pub fn takes_request(&self, request: MsgKind) -> bool {
        self.request.map_or_else(|| is_answered_by_device(request), |picked| picked == request)
    }

    /// True if requests reach the device on the picked level, or its answer went there.
    #[must_use]
    pub fn takes_topic(
        &self,
        snapshot: &Snapshot,
        device: EndpointId,
        answer: Option<Seq>,
    ) -> bool {
        let Some(level) = self.topic else { return true };
        let within = |topic| snapshot.is_within(snapshot.topic_node(topic), level);
        snapshot.endpoint(device).reached_on.is_some_and(within)
            || answer.and_then(|seq| snapshot.row(seq)).is_some_and(|row| within(row.topic))
    }
}
