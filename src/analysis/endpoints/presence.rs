//! Whether an endpoint is there, as far as a passive listener can tell.
//!
//! It follows from what the endpoint said and when, and from requests nobody answered. Staleness
//! depends on the time of looking, so it is found out when looked at.

use super::info::{EndpointInfo, Life};
use crate::core::time::Timestamp;

/// Silence after which an endpoint counts as stale at the earliest.
pub(super) const STALE_NANOS: i64 = 300 * 1_000_000_000;

/// A restart is shown for so long.
const RESTART_SHOWN_NANOS: i64 = 300 * 1_000_000_000;

/// Whether an endpoint is there.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Presence {
    /// It has been spoken to, and has said nothing yet.
    Unheard,
    /// It spoke not long ago.
    Online {
        /// Its newest Record.
        heard: Timestamp,
    },
    /// It restarted within the last five minutes, and has not gone silent since.
    Restarted {
        /// Its Connect Record, or its Boot! when there was none.
        at: Timestamp,
        /// Its newest Record.
        heard: Timestamp,
    },
    /// Silent for long, without a goodbye.
    Stale {
        /// Its newest Record.
        heard: Timestamp,
        /// The silence allowed: twice its Periodic! interval, at least five minutes; nanoseconds.
        limit_nanos: i64,
    },
    /// Gone.
    Offline(Gone),
}

/// How it is known that an endpoint is gone.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Gone {
    /// It sent a Disconnect Record.
    SaidSo {
        /// When.
        at: Timestamp,
        /// The Disconnect's `reason_code`; 0 = none given.
        code: u32,
    },
    /// It left several requests in a row unanswered and said nothing else, while others answered.
    Unresponsive {
        /// The first of these requests.
        since: Timestamp,
        /// How many there were.
        requests: u32,
    },
}

impl Presence {
    /// Whether `info`'s endpoint is there at `now`.
    #[must_use]
    pub fn at(info: &EndpointInfo, now: Timestamp) -> Self {
        let heard = info.last_sent_at;
        match info.life {
            Life::Unheard => Self::Unheard,
            Life::Left { code, at } => Self::Offline(Gone::SaidSo { at, code }),
            Life::Unresponsive => Self::Offline(Gone::Unresponsive {
                since: info.unanswered_since,
                requests: info.unanswered,
            }),
            Life::Here => {
                let limit_nanos = info.silence_limit_nanos();
                if now.nanos_since(heard) > limit_nanos {
                    return Self::Stale { heard, limit_nanos };
                }
                match info.restarted_at() {
                    Some(at) if now.nanos_since(at) <= RESTART_SHOWN_NANOS => {
                        Self::Restarted { at, heard }
                    }
                    _ => Self::Online { heard },
                }
            }
        }
    }

    /// The word for it.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Unheard => "not heard yet",
            Self::Online { .. } => "online",
            Self::Restarted { .. } => "restarted",
            Self::Stale { .. } => "stale",
            Self::Offline(_) => "offline",
        }
    }

    /// True if it can be expected to answer.
    #[must_use]
    pub fn is_there(self) -> bool {
        matches!(self, Self::Online { .. } | Self::Restarted { .. })
    }
}
