//! What limits the view just now and what to do about it: no connection, refused topics, a flood,
//! full memory. The worst is shown as a banner; each can be overlooked until it is over.

use super::connection;
use super::format;
use crate::analysis::Snapshot;
use crate::core::time::Timestamp;
use crate::mqtt::link::LinkState;
use crate::view::connection::Tone;

/// A flood counts until so long after the last loss, nanoseconds.
const FLOOD_NANOS: i64 = 15 * 1_000_000_000;

/// Kinds of conditions, the worst first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Kind {
    /// The connection is lost or was refused; what was received is still there.
    Disconnected,
    /// The broker refused some topics.
    Denied,
    /// More arrives than can be taken in.
    Flooded,
    /// The oldest messages make room for new ones.
    MemoryFull,
    /// Something can't be seen with these subscriptions and rights.
    Blind,
}

/// What may help, as a button.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Help {
    /// Connect again now.
    Reconnect,
    /// Look at the profile.
    EditProfile,
    /// Look at the place that tells all about it.
    ShowBroker,
    /// Look at the settings.
    ShowSettings,
}

/// One condition.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Condition {
    /// Which.
    pub kind: Kind,
    /// How it looks.
    pub tone: Tone,
    /// A sentence: what is the case.
    pub what: String,
    /// A sentence: what to do.
    pub advice: String,
    /// What may help.
    pub help: Option<Help>,
}

/// What a look at losses remembers.
#[derive(Clone, Copy, Default, Debug)]
pub struct Watch {
    dropped: u64,
    lost_at: Option<Timestamp>,
}

impl Watch {
    /// Takes in the newest counters.
    pub fn look(&mut self, live: &Snapshot, now: Timestamp) {
        let dropped = live.counters().dropped;
        if dropped > self.dropped {
            self.lost_at = Some(now);
        } else if dropped < self.dropped {
            // Another life of the store.
            self.lost_at = None;
        }
        self.dropped = dropped;
    }

    fn flooded(&self, now: Timestamp) -> bool {
        self.lost_at.is_some_and(|at| now.nanos_since(at) < FLOOD_NANOS)
    }

    /// When the view changes by itself, nanoseconds from `now`.
    #[must_use]
    pub fn due_nanos(&self, now: Timestamp) -> Option<i64> {
        let left = FLOOD_NANOS - now.nanos_since(self.lost_at?);
        (left > 0).then_some(left)
    }
}

/// All conditions, the worst first. `broker` is the broker's name.
#[must_use]
pub fn conditions(
    live: &Snapshot,
    link: &LinkState,
    broker: &str,
    watch: &Watch,
    now: Timestamp,
) -> Vec<Condition> {
    let mut found = Vec::new();
    let words = connection::words(link, broker, now);
    let advice = words.advice.unwrap_or_default();
    // Without messages the page itself says so.
    let has_history = !live.is_empty();
    match link {
        LinkState::Waiting { .. } | LinkState::Failed { .. } if has_history => {
            let kept = format::count(live.len() as u64);
            found.push(Condition {
                kind: Kind::Disconnected,
                tone: words.tone,
                what: format!("{} The {kept} messages received are still here.", words.what),
                advice,
                help: Some(Help::Reconnect),
            });
        }
        LinkState::Connected { refused_filters, .. } if !refused_filters.is_empty() => {
            found.push(Condition {
                kind: Kind::Denied,
                tone: Tone::Warning,
                what: format!("The broker refused {}.", refused_filters.join(", ")),
                advice,
                help: Some(Help::EditProfile),
            });
        }
        _ => {}
    }
    let counters = live.counters();
    if watch.flooded(now) {
        found.push(Condition {
            kind: Kind::Flooded,
            tone: Tone::Bad,
            what: format!(
                "More arrives than can be taken in: {} messages lost so far; the table marks where.",
                format::count(counters.dropped)
            ),
            advice: "Subscribe to fewer topics, or watch from a faster machine.".to_owned(),
            help: Some(Help::EditProfile),
        });
    }
    let evicted = counters.stored.saturating_sub(live.len() as u64);
    if evicted > 0 {
        found.push(Condition {
            kind: Kind::MemoryFull,
            tone: Tone::Quiet,
            what: format!(
                "The memory for messages is full: the oldest {} made room for new ones.",
                format::count(evicted)
            ),
            advice: "Allow more memory in the settings, or subscribe to fewer topics.".to_owned(),
            help: Some(Help::ShowSettings),
        });
    }
    if let Some(spot) = live.visibility().into_iter().next() {
        found.push(Condition {
            kind: Kind::Blind,
            tone: Tone::Warning,
            what: spot.text,
            advice: spot.advice,
            help: Some(Help::ShowBroker),
        });
    }
    found
}

#[cfg(test)]
#[expect(clippy::expect_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::analysis::Pipeline;
    use crate::core::ids::Epoch;
    use crate::core::wire::{Delivery, WireBatch};
    use crate::mqtt::link::{Cause, Failure, MqttVersion};
    use crate::store::Budgets;

    const NOW: Timestamp = Timestamp(1_700_000_000_000_000_000);

    fn pipeline(messages: usize, rows: usize) -> Pipeline {
        let mut pipeline = Pipeline::new(Budgets { rows, ..Budgets::default() }, Epoch(1));
        let mut batch = WireBatch::new();
        for n in 0..messages {
            let at = Timestamp(NOW.0 + n as i64);
            batch.push(at, b"usp/agent/cpe", b"x", Delivery::default(), |_| {});
        }
        pipeline.apply(&batch);
        pipeline
    }

    fn kinds(found: &[Condition]) -> Vec<Kind> {
        found.iter().map(|condition| condition.kind).collect()
    }

    fn failed() -> LinkState {
        LinkState::Failed {
            failure: Failure {
                cause: Cause::NotAuthorized,
                what: "the broker refused the user".to_owned(),
                advice: "check the password".to_owned(),
            },
        }
    }

    #[test]
    fn a_lost_connection_is_told_once_there_is_something_to_lose() {
        let watch = Watch::default();
        let empty = pipeline(0, 100).snapshot();
        assert_eq!(kinds(&conditions(&empty, &failed(), "b", &watch, NOW)), []);
        let some = pipeline(3, 100).snapshot();
        let found = conditions(&some, &failed(), "b", &watch, NOW);
        assert_eq!(kinds(&found), [Kind::Disconnected]);
        assert!(found[0].what.contains("The 3 messages"), "{}", found[0].what);
        assert_eq!(found[0].advice, "Check the password.");
        assert_eq!(kinds(&conditions(&some, &LinkState::Closed, "b", &watch, NOW)), []);
    }

    #[test]
    fn refused_topics_and_full_memory_are_told() {
        let link = LinkState::Connected {
            since: NOW,
            version: MqttVersion::V5,
            tls: None,
            client_id: String::new(),
            refused_filters: vec!["usp/agent/# (Not authorized)".to_owned()],
        };
        let live = pipeline(20_000, 1_000).snapshot();
        assert!(live.len() < 20_000);
        let found = conditions(&live, &link, "b", &Watch::default(), NOW);
        assert_eq!(kinds(&found), [Kind::Denied, Kind::MemoryFull]);
        assert!(found[0].what.contains("usp/agent/#"));
        let gone = format::count(20_000 - live.len() as u64);
        assert!(found[1].what.contains(&gone), "{}", found[1].what);
    }

    #[test]
    fn a_flood_is_over_some_time_after_the_last_loss() {
        let mut pipeline = pipeline(1, 100);
        let mut watch = Watch::default();
        watch.look(&pipeline.snapshot(), NOW);
        assert_eq!(watch.due_nanos(NOW), None);
        pipeline.note_dropped(7);
        let live = pipeline.snapshot();
        watch.look(&live, NOW);
        let link = LinkState::Idle;
        let found = conditions(&live, &link, "b", &watch, NOW);
        assert_eq!(kinds(&found), [Kind::Flooded]);
        assert!(found[0].what.contains(": 7 messages lost"), "{}", found[0].what);
        let left = watch.due_nanos(NOW).expect("a time");
        let later = Timestamp(NOW.0 + left);
        watch.look(&live, later);
        assert_eq!(kinds(&conditions(&live, &link, "b", &watch, later)), []);
        assert_eq!(watch.due_nanos(later), None);
    }
}
