//! Commands given to devices and what became of them: Operate, OperateResp, OperationComplete.
//!
//! An OperationComplete has a `msg_id` of its own, so it is tied to its Operate by device, full
//! command path and `command_key` (TR-369, Operate), which need not be unique: the oldest
//! operation of that name and key that still runs is the one that completed. The broker may
//! deliver the three in any order. Reboot() and FactoryReset() complete when the device is back:
//! with its next Connect Record or Boot!. Any other running operation is lost by a restart.

mod open;
mod read;
mod restart;
#[cfg(test)]
mod tests;
mod track;

use std::sync::Arc;

pub(super) use track::Operations;

use crate::core::block_log::BlockLog;
use crate::core::ids::{EndpointId, Seq};
use crate::core::time::Timestamp;
use crate::usp::outcome::Grade;

/// Operations in a snapshot.
#[derive(Clone)]
pub struct OperationLog {
    pub(super) log: BlockLog<Operation>,
    pub(super) refs: BlockLog<(Seq, u64)>,
}

impl OperationLog {
    /// Those kept, in order of first sight.
    pub fn iter(&self) -> impl Iterator<Item = &Operation> {
        self.log.iter_from(0)
    }

    /// Those kept, by their place in the stream of operations.
    #[must_use]
    pub fn log(&self) -> &BlockLog<Operation> {
        &self.log
    }

    /// The operations that a message belongs to: several for an Operate with a search path, and
    /// for the OperateResp to it.
    pub fn of(&self, seq: Seq) -> impl Iterator<Item = &Operation> {
        track::places_of(&self.refs, seq).filter_map(|place| self.log.get(place))
    }
}

/// What became of an operation.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum OperationState {
    /// Asked for; no answer yet, or none wanted.
    Requested,
    /// Accepted and at work. Without a subscription to its OperationComplete it stays so.
    Running,
    /// Completed, with its answer if it was synchronous.
    Done,
    /// Completed with a failure.
    Failed,
    /// Not begun: Error, or a failure in the OperateResp.
    Refused,
    /// No answer within the time limit; one may still come.
    Unanswered,
    /// The device restarted before it completed.
    Lost,
}

impl OperationState {
    /// All states.
    pub const ALL: [Self; 7] = [
        Self::Requested,
        Self::Running,
        Self::Done,
        Self::Failed,
        Self::Refused,
        Self::Unanswered,
        Self::Lost,
    ];

    /// The words for it.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Refused => "refused",
            Self::Unanswered => "unanswered",
            Self::Lost => "lost by restart",
        }
    }
}

/// One command on one object of one device. An Operate with a search path makes several.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Operation {
    /// Who carries it out.
    pub device: EndpointId,
    /// Who asked for it; `None` if neither Operate nor OperateResp was seen.
    pub controller: Option<EndpointId>,
    /// Full path of the command; a search path until the answer names the object. Cut when very
    /// long.
    pub command: Arc<str>,
    /// `command_key`; `None` if only the OperateResp was seen, which has none. Cut when very long.
    pub command_key: Option<Arc<str>>,
    /// First transmission of the Operate; `None` if the start wasn't seen.
    pub operate: Option<Seq>,
    /// Newest transmission of the Operate.
    pub last_operate: Option<Seq>,
    /// Transmissions of the Operate.
    pub attempts: u16,
    /// OperateResp or Error.
    pub response: Option<Seq>,
    /// OperationComplete; for a restart the Connect Record or Boot! that showed the device back.
    pub complete: Option<Seq>,
    /// Of a restart: the Boot! that told of it.
    pub boot: Option<Seq>,
    /// Of a restart: the Cause in that Boot!.
    pub cause: Option<Arc<str>>,
    /// Row in Device.LocalAgent.Request. that the device keeps about it; asynchronous ones only.
    pub request_path: Option<Arc<str>>,
    /// What became of it.
    pub state: OperationState,
    /// First transmission of the Operate.
    pub started_at: Option<Timestamp>,
    /// Arrival of the answer.
    pub answered_at: Option<Timestamp>,
    /// When it completed, was refused or lost.
    pub ended_at: Option<Timestamp>,
    /// Error code of a failure.
    pub error: Option<u32>,
    /// True if it restarts the device: Reboot() or FactoryReset().
    pub restarts: bool,
    /// True if no answer was asked for.
    silent: bool,
    /// Key under which a completion is looked for.
    key: u64,
    /// Digest of the OperationComplete.
    digest: u64,
    /// The next older operation of the device.
    older: Option<u64>,
}

impl Operation {
    /// How it went, once that is known.
    #[must_use]
    pub fn grade(&self) -> Option<Grade> {
        match self.state {
            OperationState::Done => Some(Grade::Ok),
            OperationState::Failed | OperationState::Refused => Some(Grade::Failed),
            _ => None,
        }
    }

    /// True if it runs beyond its OperateResp and reports by OperationComplete.
    #[must_use]
    pub fn is_async(&self) -> bool {
        self.request_path.is_some()
    }

    /// True if its Operate wasn't seen.
    #[must_use]
    pub fn is_start_unknown(&self) -> bool {
        self.operate.is_none()
    }

    /// Time from the Operate to its end, nanoseconds; negative if the end was seen first. That is
    /// the OperationComplete, or the OperateResp of a synchronous command.
    #[must_use]
    pub fn duration_nanos(&self) -> Option<i64> {
        Some(self.ended_at?.nanos_since(self.started_at?))
    }

    /// Of a restart: time from the OperateResp (from the Operate if that has none) to the first
    /// Connect Record or Boot! after it, nanoseconds.
    #[must_use]
    pub fn reboot_nanos(&self) -> Option<i64> {
        if !self.restarts || self.complete.is_none() {
            return None;
        }
        Some(self.ended_at?.nanos_since(self.answered_at.or(self.started_at)?))
    }

    /// When it was first heard of.
    #[must_use]
    pub fn first_at(&self) -> Timestamp {
        let times = [self.started_at, self.answered_at, self.ended_at];
        times.into_iter().flatten().min().unwrap_or_default()
    }
}
