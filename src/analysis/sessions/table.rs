//! The sessions that are followed: found by their two endpoints, bounded, the one unused for
//! longest goes first.

use std::collections::VecDeque;

use hashbrown::HashMap;

use super::numbers::Numbers;
use super::runs::Runs;
use crate::core::ids::{EndpointId, Seq};
use crate::core::time::Timestamp;

/// Sessions of one pair that are followed at once. By rule there is one; records of an earlier
/// one may still be on their way.
const PER_PAIR: usize = 4;

/// Notes of use beyond those that count, before they are thrown away.
const TIDY: usize = 1024;

/// Two endpoints, the lower number first.
pub(super) type Pair = (EndpointId, EndpointId);

/// One direction of a session.
#[derive(Default)]
pub(super) struct Stream {
    /// Sender and receiver, once anything was sent.
    pub(super) ends: Option<(EndpointId, EndpointId)>,
    pub(super) numbers: Numbers,
    pub(super) runs: Runs,
    /// When its oldest run may run out of time, as noted in the list of these.
    pub(super) timer: Option<Timestamp>,
    /// The last segment of a Msg that was given up, and whether for one of our own limits. What
    /// follows it directly belongs to that Msg.
    pub(super) cut: Option<(u64, bool)>,
    /// The newest Record was number 1 again: a retransmission, or a new start that looks alike.
    pub(super) first_again: bool,
    /// The newest Record if its number was so far back that nothing is known of it.
    pub(super) stale: Option<u64>,
    /// What the receiver wants next.
    pub(super) peer_expects: u64,
    pub(super) duplicates: u32,
    pub(super) conflicts: u32,
    pub(super) wholes: u32,
    pub(super) started: Timestamp,
    pub(super) last: Option<(Seq, Timestamp)>,
}

/// A session: two streams, the first from the lower endpoint number to the higher one.
pub(super) struct Session {
    pub(super) pair: Pair,
    pub(super) id: u64,
    pub(super) secured: Option<bool>,
    pub(super) ended: bool,
    pub(super) streams: [Stream; 2],
    stamp: u64,
}

/// See the module text.
pub(super) struct Table {
    pairs: HashMap<Pair, Vec<u32>>,
    slots: Vec<Option<Session>>,
    free: Vec<u32>,
    live: usize,
    most: usize,
    used: VecDeque<(u64, u32)>,
    stamp: u64,
}

impl Table {
    /// For at most `most` sessions.
    pub(super) fn new(most: usize) -> Self {
        Self {
            pairs: HashMap::new(),
            slots: Vec::new(),
            free: Vec::new(),
            live: 0,
            most: most.max(1),
            used: VecDeque::new(),
            stamp: 0,
        }
    }

    /// Sessions followed.
    #[cfg(test)]
    pub(super) fn live(&self) -> usize {
        self.live
    }

    /// Memory held beside the streams' own, in entries.
    #[cfg(test)]
    pub(super) fn entries(&self) -> usize {
        [self.pairs.len(), self.slots.len(), self.free.len(), self.used.len()]
            .into_iter()
            .max()
            .unwrap_or(0)
    }

    pub(super) fn get(&self, slot: u32) -> Option<&Session> {
        self.slots.get(slot as usize)?.as_ref()
    }

    pub(super) fn get_mut(&mut self, slot: u32) -> Option<&mut Session> {
        self.slots.get_mut(slot as usize)?.as_mut()
    }

    /// The sessions of two endpoints, oldest first.
    pub(super) fn of_pair(&self, pair: Pair) -> &[u32] {
        self.pairs.get(&pair).map_or(&[], Vec::as_slice)
    }

    /// The session with this id.
    pub(super) fn find(&self, pair: Pair, id: u64) -> Option<u32> {
        let slots = self.of_pair(pair).iter().copied();
        slots.into_iter().find(|&slot| self.get(slot).is_some_and(|session| session.id == id))
    }

    /// The session that must go before another one of this pair can be followed.
    pub(super) fn must_go(&mut self, pair: Pair) -> Option<u32> {
        if let [oldest, rest @ ..] = self.of_pair(pair)
            && rest.len() + 1 >= PER_PAIR
        {
            return Some(*oldest);
        }
        if self.live < self.most {
            return None;
        }
        while let Some((stamp, slot)) = self.used.pop_front() {
            if self.get(slot).is_some_and(|session| session.stamp == stamp) {
                return Some(slot);
            }
        }
        None
    }

    /// Follows another session.
    pub(super) fn insert(&mut self, pair: Pair, id: u64, from_start: bool) -> u32 {
        let numbers = || if from_start { Numbers::from_start() } else { Numbers::default() };
        let stream = || Stream { numbers: numbers(), ..Stream::default() };
        let session = Session {
            pair,
            id,
            secured: None,
            ended: false,
            streams: [stream(), stream()],
            stamp: 0,
        };
        let slot = match self.free.pop() {
            Some(slot) => slot,
            None => {
                self.slots.push(None);
                (self.slots.len() - 1) as u32
            }
        };
        if let Some(place) = self.slots.get_mut(slot as usize) {
            *place = Some(session);
        }
        self.pairs.entry(pair).or_default().push(slot);
        self.live += 1;
        slot
    }

    /// Forgets a session.
    pub(super) fn remove(&mut self, slot: u32) {
        let Some(session) = self.slots.get_mut(slot as usize).and_then(Option::take) else {
            return;
        };
        self.free.push(slot);
        self.live -= 1;
        if let Some(list) = self.pairs.get_mut(&session.pair) {
            list.retain(|&one| one != slot);
            if list.is_empty() {
                self.pairs.remove(&session.pair);
            }
        }
    }

    /// Notes that a session was used.
    pub(super) fn touch(&mut self, slot: u32) {
        self.stamp += 1;
        let stamp = self.stamp;
        let Some(session) = self.get_mut(slot) else { return };
        session.stamp = stamp;
        self.used.push_back((stamp, slot));
        if self.used.len() > 2 * self.live + TIDY {
            let slots = &self.slots;
            let counts = |&(stamp, slot): &(u64, u32)| {
                let session = slots.get(slot as usize).and_then(Option::as_ref);
                session.is_some_and(|session| session.stamp == stamp)
            };
            self.used.retain(counts);
        }
    }
}
