//! Our own connection over time: round trips to the broker, and when it was lost. Apart from the
//! devices: no device has a part in either.

use std::collections::VecDeque;

use crate::core::time::Timestamp;
use crate::mqtt::link::{LinkState, RoundTrip};
use crate::view::format;
use crate::view::state::TimeRange;

/// Round trips kept: one a keep-alive interval, so more than half a day.
const TRIPS: usize = 4096;

/// Losses kept.
const OUTAGES: usize = 256;

/// A time without a connection.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Outage {
    /// When it was lost.
    pub from: Timestamp,
    /// When it was back; `None` if it is not.
    pub to: Option<Timestamp>,
    /// Why, in a sentence.
    pub why: String,
}

/// See the module text.
#[derive(Default)]
pub struct BrokerLine {
    trips: VecDeque<RoundTrip>,
    outages: VecDeque<Outage>,
    is_up: bool,
    changes: u64,
}

impl BrokerLine {
    /// Takes a round trip.
    pub fn trip(&mut self, trip: RoundTrip) {
        if self.trips.len() >= TRIPS {
            self.trips.pop_front();
        }
        self.trips.push_back(trip);
        self.changes += 1;
    }

    /// Takes a state of the connection, entered at `now`.
    pub fn link(&mut self, state: &LinkState, now: Timestamp) {
        let why = match state {
            LinkState::Connected { .. } => {
                if let Some(last) = self.outages.back_mut()
                    && last.to.is_none()
                {
                    last.to = Some(now);
                    self.changes += 1;
                }
                self.is_up = true;
                return;
            }
            LinkState::Connecting { .. } => return,
            LinkState::Waiting { failure, .. } | LinkState::Failed { failure } => {
                failure.what.clone()
            }
            LinkState::Idle | LinkState::Closed => "Disconnected on request.".to_owned(),
        };
        if !std::mem::take(&mut self.is_up) {
            return;
        }
        if self.outages.len() >= OUTAGES {
            self.outages.pop_front();
        }
        self.outages.push_back(Outage { from: now, to: None, why });
        self.changes += 1;
    }

    /// Grows with every change.
    #[must_use]
    pub fn changes(&self) -> u64 {
        self.changes
    }

    /// The newest round trip.
    #[must_use]
    pub fn newest(&self) -> Option<&RoundTrip> {
        self.trips.back()
    }

    /// Round trips in a stretch of time, and one more at either side, so that a line through them
    /// goes on to its edges.
    pub fn trips(&self, range: TimeRange) -> impl Iterator<Item = &RoundTrip> {
        let start = self.trips.partition_point(|trip| trip.at < range.from).saturating_sub(1);
        let end = self.trips.partition_point(|trip| trip.at < range.to);
        self.trips.range(start..(end + 1).min(self.trips.len()))
    }

    /// Losses that meet a stretch of time.
    pub fn outages(&self, range: TimeRange) -> impl Iterator<Item = &Outage> {
        let meets = move |outage: &&Outage| {
            range.meets(outage.from, outage.to.unwrap_or(Timestamp(i64::MAX)))
        };
        self.outages.iter().filter(meets)
    }

    /// The newest round trip and its age in words, as seen at `now`.
    #[must_use]
    pub fn words(&self, now: Timestamp) -> String {
        let Some(trip) = self.newest() else { return "none measured yet".to_owned() };
        let age = match format::age(now.nanos_since(trip.at)) {
            age if age == "now" => "just now".to_owned(),
            age => format!("{age} ago"),
        };
        format!("{} · {age}", format::latency(trip.nanos))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mqtt::link::{Cause, Failure, MqttVersion, Probe};

    fn up() -> LinkState {
        LinkState::Connected {
            since: Timestamp(0),
            version: MqttVersion::V5,
            tls: None,
            client_id: String::new(),
            refused_filters: Vec::new(),
        }
    }

    fn lost() -> LinkState {
        let failure = Failure {
            cause: Cause::Other,
            what: "The broker is gone.".to_owned(),
            advice: String::new(),
        };
        LinkState::Waiting { until: Timestamp(0), attempt: 1, max_attempts: None, failure }
    }

    #[test]
    fn only_a_connection_that_was_up_can_be_lost() {
        let mut line = BrokerLine::default();
        let range = TimeRange { from: Timestamp(10), to: Timestamp(20) };
        line.link(&lost(), Timestamp(1));
        assert_eq!(line.outages(range).count(), 0);
        line.link(&up(), Timestamp(2));
        line.link(&lost(), Timestamp(3));
        line.link(&LinkState::Connecting { attempt: 2 }, Timestamp(4));
        line.link(&lost(), Timestamp(5));
        let found: Vec<_> = line.outages(range).cloned().collect();
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].from, found[0].to), (Timestamp(3), None));
        assert_eq!(found[0].why, "The broker is gone.");
        line.link(&up(), Timestamp(9));
        assert_eq!(line.outages(range).count(), 0);
        for n in 0..1000 {
            line.link(&lost(), Timestamp(n));
            line.link(&up(), Timestamp(n));
        }
        assert_eq!(line.outages.len(), OUTAGES);
    }

    #[test]
    fn round_trips_say_how_old_they_are() {
        let mut line = BrokerLine::default();
        assert_eq!(line.words(Timestamp(0)), "none measured yet");
        for n in 0..10_000i64 {
            let at = Timestamp(n * 1_000_000_000);
            line.trip(RoundTrip { at, nanos: 420_000, probe: Probe::Ping });
        }
        assert_eq!(line.trips.len(), TRIPS);
        assert_eq!(line.words(Timestamp(9_999_000_000_000)), "0.42 ms · just now");
        assert_eq!(line.words(Timestamp(10_059_000_000_000)), "0.42 ms · 1 min ago");
        let secs = |n: i64| Timestamp(n * 1_000_000_000);
        let range = TimeRange { from: secs(9_000), to: secs(9_003) };
        let found: Vec<i64> = line.trips(range).map(|t| t.at.0 / 1_000_000_000).collect();
        assert_eq!(found, [8_999, 9_000, 9_001, 9_002, 9_003]);
    }
}
