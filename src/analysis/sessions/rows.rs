//! Streams of a session context as a view shows them.

use crate::core::ids::{EndpointId, Seq};
use crate::core::time::Timestamp;

/// Missing ranges that a row lists.
pub const RANGES: usize = 4;

/// How a stream stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum StreamState {
    /// Nothing waits.
    Idle,
    /// Segments wait for the rest of their Msg.
    Waiting,
    /// Its payloads are TLS records: counted, not put together.
    Secured,
    /// Its session was ended.
    Ended,
    /// A Msg that was given up; one row each.
    Abandoned {
        /// `sequence_id` of its last segment.
        at: u64,
    },
}

/// Who lost a Record.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Loss {
    /// Not known (yet).
    Unknown,
    /// The receiver asked for it again: it did not get it either.
    Asked,
    /// The receiver has it: it was lost on the way to us.
    Here,
}

/// Consecutive `sequence_id`s that were not seen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Missing {
    /// The lowest.
    pub first: u64,
    /// The highest.
    pub last: u64,
    /// Who lost them.
    pub loss: Loss,
}

/// One direction of a session, or a Msg of it that was given up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct StreamRow {
    /// Sender.
    pub from: EndpointId,
    /// Receiver.
    pub to: EndpointId,
    /// Its session.
    pub session_id: u64,
    /// How it stands.
    pub state: StreamState,
    /// The `sequence_id` that should come next: the highest without a gap below, and one.
    pub next_expected: u64,
    /// The highest `sequence_id` seen.
    pub highest: u64,
    /// What the receiver says it wants next; 0 = it has said nothing.
    pub peer_expects: u64,
    /// The lowest missing ranges.
    pub missing: [Option<Missing>; RANGES],
    /// How many `sequence_id`s are missing in all.
    pub missing_count: u64,
    /// Records that came again.
    pub duplicates: u32,
    /// Records that came again with other content.
    pub conflicts: u32,
    /// Msgs put together from several Records.
    pub wholes: u32,
    /// Segments that wait, or were given up.
    pub segments: u32,
    /// Their bytes, with what keeping them costs.
    pub bytes: usize,
    /// The first of these segments, or the stream's first Record.
    pub started: Timestamp,
    /// The last of these segments, or the stream's last Record.
    pub last: Timestamp,
    /// That Record.
    pub last_seq: Seq,
}
