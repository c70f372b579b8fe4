//! The next or the previous message that has something in common with one: its exchange, its
//! topic, its device. Looked for a slice a frame; a million messages lie in between at worst.

use std::time::Duration;

use super::message_list::MessageList;
use crate::analysis::Snapshot;
use crate::analysis::message::Message;
use crate::core::ids::{EndpointId, Epoch, ExchangeId, Seq, TopicId};
use crate::core::time::Stopwatch;
use crate::store::RowRef;

/// Messages looked at between two looks at the stopwatch.
const SLICE: u64 = 4096;

/// What two messages have in common.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Common {
    /// The exchange: request, repeats, answers.
    Exchange,
    /// The topic.
    Topic,
    /// The device, whichever way.
    Device,
}

impl Common {
    /// The words for it.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Exchange => "of this exchange",
            Self::Topic => "on this topic",
            Self::Device => "of this device",
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Target {
    Exchange(ExchangeId),
    Topic(TopicId),
    Device(EndpointId),
}

/// What a search came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sought {
    /// Not there yet.
    Looking,
    /// That message.
    Found(Seq),
    /// There is none.
    Nothing,
}

/// See the module text.
#[derive(Clone, Copy, Debug)]
pub struct Seek {
    epoch: Epoch,
    target: Target,
    /// What it looks for.
    pub common: Common,
    /// Forward in time, or back.
    pub forward: bool,
    /// The message looked at last.
    at: Seq,
}

impl Seek {
    /// Begins behind (or before) a message; `None` if it has no such thing.
    #[must_use]
    pub fn new(snapshot: &Snapshot, from: Seq, common: Common, forward: bool) -> Option<Self> {
        let row = snapshot.row(from)?;
        let target = match common {
            Common::Exchange => Target::Exchange(row.mark().exchange?),
            Common::Topic => Target::Topic(row.topic),
            Common::Device => Target::Device(Message { snapshot, row }.device()?),
        };
        Some(Self { epoch: snapshot.epoch(), target, common, forward, at: from })
    }

    /// Goes on for at most about `budget`. Messages of a topic or a device are those of the
    /// table; an exchange is followed wherever it leads.
    pub fn advance(&mut self, snapshot: &Snapshot, list: &MessageList, budget: Duration) -> Sought {
        if snapshot.epoch() != self.epoch {
            return Sought::Nothing;
        }
        let started = Stopwatch::start();
        loop {
            for _ in 0..SLICE {
                match self.step(snapshot, list) {
                    Sought::Looking => {}
                    done => return done,
                }
            }
            if started.elapsed() >= budget {
                return Sought::Looking;
            }
        }
    }

    fn step(&mut self, snapshot: &Snapshot, list: &MessageList) -> Sought {
        let next = match (self.forward, self.target) {
            (true, _) => Some(Seq(self.at.0 + 1)),
            (false, Target::Topic(_)) => snapshot.row(self.at).and_then(|row| row.prev_on_topic()),
            (false, _) => self.at.0.checked_sub(1).map(Seq),
        };
        let Some(row) = next.and_then(|seq| snapshot.row(seq)) else { return Sought::Nothing };
        self.at = row.seq;
        let is_it =
            self.has(snapshot, &row) && (self.common == Common::Exchange || list.contains(row.seq));
        if is_it { Sought::Found(row.seq) } else { Sought::Looking }
    }

    fn has(&self, snapshot: &Snapshot, row: &RowRef<'_>) -> bool {
        match self.target {
            Target::Exchange(id) => row.mark().exchange == Some(id),
            Target::Topic(topic) => row.topic == topic,
            Target::Device(id) => Message { snapshot, row: *row }.device() == Some(id),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::analysis::Pipeline;
    use crate::core::time::Timestamp;
    use crate::core::wire::{Delivery, WireBatch};
    use crate::store::Budgets;
    use crate::usp::make;
    use crate::view::message_list::Filter;

    fn snapshot() -> Snapshot {
        let mut batch = WireBatch::new();
        let mut push = |topic: &str, payload: &[u8]| {
            let at = Timestamp(batch.len() as i64 * 1000);
            batch.push(at, topic.as_bytes(), payload, Delivery::default(), |_| {});
        };
        let get = |device: &str, id: &str| {
            make::record("self::acs", device, &make::get(id, &["Device."]))
        };
        let no = |device: &str, id: &str| {
            make::record(device, "self::acs", &make::error(id, 7004, "no"))
        };
        push("usp/agent/1", &get("os::1", "a"));
        push("usp/agent/2", &get("os::2", "b"));
        for _ in 0..10_000 {
            push("noise", b"x");
        }
        push("usp/controller", &no("os::1", "a"));
        push("usp/controller", &no("os::2", "b"));
        push("usp/agent/1", &get("os::1", "c"));
        let mut pipeline = Pipeline::new(Budgets::default(), Epoch(1));
        pipeline.apply(&batch);
        pipeline.snapshot()
    }

    fn found(from: u64, common: Common, forward: bool) -> Option<u64> {
        let snapshot = snapshot();
        let mut list = MessageList::default();
        list.advance(&snapshot, Duration::from_secs(9));
        let mut seek = Seek::new(&snapshot, Seq(from), common, forward)?;
        loop {
            match seek.advance(&snapshot, &list, Duration::ZERO) {
                Sought::Looking => {}
                Sought::Found(seq) => return Some(seq.0),
                Sought::Nothing => return None,
            }
        }
    }

    #[test]
    fn what_belongs_together_is_found_both_ways() {
        assert_eq!(found(1, Common::Exchange, true), Some(10_003));
        assert_eq!(found(10_003, Common::Exchange, false), Some(1));
        assert_eq!(found(10_003, Common::Exchange, true), None);
        assert_eq!(found(1, Common::Topic, true), Some(10_005));
        assert_eq!(found(10_005, Common::Topic, false), Some(1));
        assert_eq!(found(10_005, Common::Device, false), Some(10_003));
        assert_eq!(found(2, Common::Device, true), Some(10_004));
        assert_eq!(found(3, Common::Exchange, true), None, "it has none");
    }

    #[test]
    fn messages_of_a_topic_are_those_of_the_table() {
        let snapshot = snapshot();
        let mut list = MessageList::default();
        let search = crate::analysis::filter::Filter::parse("#10005", &jiff::tz::TimeZone::UTC);
        list.set_filter(Filter { search: search.unwrap(), ..Filter::default() });
        while list.advance(&snapshot, Duration::from_secs(9)) {}
        let mut seek = Seek::new(&snapshot, Seq(1), Common::Device, true).unwrap();
        let step = seek.advance(&snapshot, &list, Duration::from_secs(9));
        assert_ne!(step, Sought::Found(Seq(10_003)), "it is filtered out");
    }
}
