//! A guided tour: one step per place, each with a caption made of what is on view, and with what
//! has to be picked there.

use super::devices::trouble;
use super::format;
use super::problems;
use crate::analysis::Snapshot;
use crate::analysis::exchanges::State;
use crate::core::ids::{EndpointId, Seq};

/// Exchanges looked through for an example, newest first.
const LOOK_BACK: usize = 5_000;

/// The steps in their order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    /// What is said, live.
    Traffic,
    /// A request joined with its answer.
    Exchange,
    /// All devices by trouble.
    Fleet,
    /// The device with the most trouble.
    Device,
    /// Requests without an answer.
    Unanswered,
    /// Response times.
    Latency,
    /// What is wrong, with proof.
    Problems,
    /// The connection and its limits.
    Broker,
}

impl Step {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Traffic,
        Self::Exchange,
        Self::Fleet,
        Self::Device,
        Self::Unanswered,
        Self::Latency,
        Self::Problems,
        Self::Broker,
    ];

    /// Its number, from 1.
    #[must_use]
    pub fn number(self) -> usize {
        Self::ALL.iter().position(|&step| step == self).map_or(0, |at| at + 1)
    }

    /// The step before or after it.
    #[must_use]
    pub fn neighbour(self, back: bool) -> Option<Self> {
        let at = Self::ALL.iter().position(|&step| step == self)?;
        Self::ALL.get(if back { at.checked_sub(1)? } else { at + 1 }).copied()
    }

    /// Its title.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Traffic => "Every message, decoded as it arrives",
            Self::Exchange => "A request and its answer belong together",
            Self::Fleet => "Which device is failing?",
            Self::Device => "One device, and why",
            Self::Unanswered => "Which request was never answered?",
            Self::Latency => "How long do answers take?",
            Self::Problems => "What is wrong, and what proves it",
            Self::Broker => "What this view can't know",
        }
    }

    /// What there is to see, in numbers of now.
    #[must_use]
    pub fn caption(self, snapshot: &Snapshot, devices: usize) -> String {
        let states = snapshot.states();
        let count = |n: u64| format::count(n);
        match self {
            Self::Traffic => format!(
                "{} Records and other messages on {} topics. Each row is a USP Msg with its type, \
                 device, topic and size; whatever is picked is opened at the right down to the byte.",
                count(snapshot.counters().stored),
                count(snapshot.topics_len() as u64)
            ),
            Self::Exchange => format!(
                "Requests go out on one topic and answers come back on another. {} of them were \
                 joined by msg_id so far; the one picked here shows its other half and how long it \
                 took.",
                count(states.of(State::Answered))
            ),
            Self::Fleet => format!(
                "{} devices, the ones with errors, unanswered requests and failed answers first. \
                 Whether a device is there is told by what it says, or by its silence.",
                count(devices as u64)
            ),
            Self::Device => "The device with the most trouble: who it is, what it was asked, what \
                             went wrong and which messages show it."
                .to_owned(),
            Self::Unanswered => format!(
                "{} requests got no answer in time and {} wait for one now. Late answers, repeats \
                 and answers nobody asked for have states of their own.",
                count(states.of(State::TimedOut)),
                count(snapshot.open_requests() as u64)
            ),
            Self::Latency => format!(
                "{} response times of devices, from the request seen to the answer seen. The \
                 broker's own round trip is measured apart from them.",
                count(snapshot.latencies().end().saturating_sub(1))
            ),
            Self::Problems => {
                let [errors, warnings, _] = problems::counts(snapshot);
                format!(
                    "{} errors and {} warnings, grouped by cause. Open one to see the rule it \
                     breaks, what to do, and the messages that prove it.",
                    count(errors),
                    count(warnings)
                )
            }
            Self::Broker => "What was refused, what can't be seen with these subscriptions, and \
                             what was lost: nothing is lost silently."
                .to_owned(),
        }
    }
}

/// A message of an answered exchange, to show what belongs together.
#[must_use]
pub fn example(snapshot: &Snapshot) -> Option<Seq> {
    let log = snapshot.exchanges();
    let from = log.end().saturating_sub(LOOK_BACK as u64).max(log.first());
    let answered = log.iter_from(from).filter(|exchange| exchange.state == State::Answered);
    answered
        .filter_map(|exchange| exchange.answer)
        .filter(|&answer| snapshot.row(answer).is_some())
        .last()
}

/// The device with the most trouble, as the list of devices has it; of equals the first one.
#[must_use]
pub fn worst(snapshot: &Snapshot) -> Option<EndpointId> {
    let ids = (1..snapshot.endpoints_len()).filter_map(|id| u32::try_from(id).ok());
    let devices = ids.map(EndpointId).filter(|&id| snapshot.endpoint(id).is_device());
    devices.max_by_key(|&id| (trouble(snapshot, id), std::cmp::Reverse(id.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_follow_each_other() {
        let mut step = Step::ALL[0];
        assert_eq!(step.neighbour(true), None);
        let mut seen = vec![step];
        while let Some(next) = step.neighbour(false) {
            assert_eq!(next.neighbour(true), Some(step));
            assert_eq!(next.number(), step.number() + 1);
            seen.push(next);
            step = next;
        }
        assert_eq!(seen, Step::ALL);
    }
}
