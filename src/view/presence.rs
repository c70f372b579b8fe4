//! Whether a device is there, as far as a passive listener can tell: Connect and Disconnect
//! Records, and anything it says.

use std::collections::HashMap;
use std::time::Duration;

use crate::analysis::Snapshot;
use crate::core::ids::{EndpointId, Epoch, Seq};
use crate::core::time::{Stopwatch, Timestamp};
use crate::store::endpoints::EndpointStats;
use crate::usp::kind::RecordType;

/// Silence after which a device counts as stale, seconds. Devices report at least every few
/// minutes when a `Periodic!` subscription exists.
const STALE_AFTER_SECS: i64 = 300;

/// Rows looked at between two looks at the stopwatch.
const SLICE: u64 = 4096;

/// Whether a device is there.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Presence {
    /// It spoke within the last minutes.
    Online,
    /// It has been silent for long, without saying goodbye.
    Stale,
    /// Its last Record was a Disconnect.
    Offline,
    /// It has been spoken to, and has said nothing yet.
    Unheard,
}

impl Presence {
    /// The word for it.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Online => "online",
            Self::Stale => "stale",
            Self::Offline => "offline",
            Self::Unheard => "not heard yet",
        }
    }

    /// How it was found out, for people.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::Online => "Sent a Record within the last 5 minutes",
            Self::Stale => "Sent nothing for more than 5 minutes, and no Disconnect",
            Self::Offline => "Its last Record was a Disconnect",
            Self::Unheard => "Requests went to it; nothing came from it",
        }
    }
}

/// When each endpoint last said goodbye. Reads each row once.
#[derive(Default)]
pub struct Goodbyes {
    epoch: Option<Epoch>,
    seen: u64,
    last: HashMap<EndpointId, Timestamp>,
}

impl Goodbyes {
    /// Catches up with the snapshot for at most about `budget`. True if there is more to do.
    pub fn advance(&mut self, snapshot: &Snapshot, budget: Duration) -> bool {
        let started = Stopwatch::start();
        if self.epoch != Some(snapshot.epoch()) {
            *self = Self { epoch: Some(snapshot.epoch()), ..Self::default() };
        }
        let end = snapshot.end_seq().0;
        self.seen = self.seen.max(snapshot.first_seq().0);
        while self.seen < end {
            let to = (self.seen + SLICE).min(end);
            for row in snapshot.rows_from(Seq(self.seen)).take((to - self.seen) as usize) {
                if row.record_type == Some(RecordType::Disconnect)
                    && let Some(from) = row.from
                {
                    self.last.insert(from, row.at);
                }
            }
            self.seen = to;
            if started.elapsed() >= budget {
                break;
            }
        }
        self.seen < end
    }

    /// Whether an endpoint is there at `now`.
    #[must_use]
    pub fn presence(&self, id: EndpointId, stats: &EndpointStats, now: Timestamp) -> Presence {
        if stats.sent == 0 {
            return Presence::Unheard;
        }
        if stats.disconnects > 0 && self.last.get(&id).is_some_and(|&at| at >= stats.last_sent_at) {
            return Presence::Offline;
        }
        if now.nanos_since(stats.last_sent_at) > STALE_AFTER_SECS * 1_000_000_000 {
            Presence::Stale
        } else {
            Presence::Online
        }
    }
}
