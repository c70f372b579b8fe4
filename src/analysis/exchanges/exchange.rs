//! One exchange: a request with its answer, and what became of it.

use compact_str::CompactString;

use crate::core::ids::{EndpointId, ExchangeId, Seq};
use crate::core::time::Timestamp;
use crate::usp::kind::{MsgKind, Role};
use crate::usp::outcome::Grade;

/// What became of a request.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum State {
    /// Waiting for its answer.
    Pending,
    /// Answered, wholly or in part.
    Answered,
    /// Answered by an Error, or by a response in which nothing was done.
    Failed,
    /// No answer within the limit; one may still come.
    TimedOut,
    /// Answered after the limit.
    Late,
    /// Its `msg_id` was used for something else before an answer came.
    Superseded,
    /// Its device restarted before it answered.
    Lost,
    /// An answer whose request was not seen.
    Orphan,
    /// Given up by this tool: too many requests were open.
    GivenUp,
}

impl State {
    /// All states.
    pub const ALL: [Self; 9] = [
        Self::Pending,
        Self::Answered,
        Self::Failed,
        Self::TimedOut,
        Self::Late,
        Self::Superseded,
        Self::Lost,
        Self::Orphan,
        Self::GivenUp,
    ];

    /// The words for it.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Answered => "answered",
            Self::Failed => "failed",
            Self::TimedOut => "timed out",
            Self::Late => "answered late",
            Self::Superseded => "superseded",
            Self::Lost => "lost by restart",
            Self::Orphan => "orphan answer",
            Self::GivenUp => "given up here",
        }
    }

    /// True while an answer would still be taken for it.
    pub(super) fn is_open(self) -> bool {
        matches!(self, Self::Pending | Self::TimedOut | Self::Lost)
    }
}

/// A request with its answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Exchange {
    /// First transmission of the request; `None` for an orphan.
    pub request: Option<Seq>,
    /// Newest transmission of the request.
    pub last_request: Option<Seq>,
    /// First answer.
    pub answer: Option<Seq>,
    /// The first segment of a segmented answer.
    pub first_segment: Option<(Seq, Timestamp)>,
    /// Who asked.
    pub requester: EndpointId,
    /// Who was asked.
    pub responder: EndpointId,
    /// Type of the request; of an orphan the type of the answer.
    pub kind: MsgKind,
    /// What became of it.
    pub state: State,
    /// How it went, once answered.
    pub grade: Option<Grade>,
    /// First transmission, or arrival of an orphan.
    pub first_at: Timestamp,
    /// Newest transmission.
    pub last_at: Timestamp,
    /// Arrival of the answer, or when the state was settled without one; zero while pending.
    pub ended_at: Timestamp,
    /// Transmissions of the request.
    pub attempts: u16,
    /// Answers beyond the first.
    pub more_answers: u16,
    /// `msg_id`; cut when very long.
    pub msg_id: CompactString,
    pub(super) id_hash: u64,
    pub(super) digest: u64,
    /// The next older exchange with the same responder.
    pub(super) older: Option<ExchangeId>,
}

impl Exchange {
    /// Time from the first transmission to the answer, nanoseconds; negative if the answer was
    /// seen first.
    #[must_use]
    pub fn latency_nanos(&self) -> Option<i64> {
        self.request?;
        self.answer.map(|_| self.ended_at.nanos_since(self.first_at))
    }

    /// Time from the newest transmission to the answer, nanoseconds.
    #[must_use]
    pub fn last_attempt_nanos(&self) -> Option<i64> {
        self.request?;
        self.answer.map(|_| self.ended_at.nanos_since(self.last_at))
    }

    /// True if the answer was seen before the request.
    #[must_use]
    pub fn is_reordered(&self) -> bool {
        self.latency_nanos().is_some_and(|nanos| nanos < 0)
    }

    /// The Agent's side.
    #[must_use]
    pub fn device(&self) -> EndpointId {
        let asked_by_agent = match (self.request, self.kind.sender_role()) {
            (Some(_), role) => role == Some(Role::Agent),
            // Of an orphan only the answer is known: who answers like a Controller was asked by
            // an Agent.
            (None, role) => role == Some(Role::Controller),
        };
        if asked_by_agent { self.requester } else { self.responder }
    }
}

/// How many exchanges are in which state.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct StateCounts([u64; State::ALL.len()]);

impl StateCounts {
    /// Exchanges in this state, those no longer kept included.
    #[must_use]
    pub fn of(&self, state: State) -> u64 {
        self.0.get(state as usize).copied().unwrap_or(0)
    }

    pub(super) fn step(&mut self, from: Option<State>, to: State) {
        if let Some(count) = from.and_then(|state| self.0.get_mut(state as usize)) {
            *count = count.saturating_sub(1);
        }
        if let Some(count) = self.0.get_mut(to as usize) {
            *count += 1;
        }
    }
}
