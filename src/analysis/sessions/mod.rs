//! Segmented Msgs: reassembly per (from, to, session), and what is odd about a session.
//!
//! Sequence numbers are followed for every Record of a session ([`numbers`]), segments wait in
//! runs of consecutive numbers ([`runs`]), and a run from BEGIN to COMPLETE is a Msg, whatever
//! the order it came in. Where a number was used twice with different content nothing that waits
//! is trusted any more, so that no Msg is made of pieces of two. What nobody can tell: a session
//! that starts anew under its old id, when its number 1 was not seen and the first number seen is
//! one that was missing before.

mod numbers;
mod reassembly;
pub mod rows;
mod runs;
mod table;
#[cfg(test)]
mod tests;
mod wholes;

use std::sync::Arc;

pub(super) use reassembly::Sessions;
pub use rows::{Loss, Missing, StreamRow, StreamState};
pub(super) use wholes::Wholes;

use crate::core::ids::Seq;
use crate::core::time::Timestamp;

/// A Msg that was put together from several Records, or from several payload entries of one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Whole {
    /// The Record that completed it.
    pub seq: Seq,
    /// Its bytes.
    pub bytes: Arc<[u8]>,
    /// The Records it came in, by `sequence_id`.
    pub parts: Arc<[Seq]>,
    /// The part that arrived first; `None` if all came in one Record.
    pub first_seen: Option<(Seq, Timestamp)>,
}

impl Whole {
    /// True if it came in more than one Record.
    #[must_use]
    pub fn is_segmented(&self) -> bool {
        self.first_seen.is_some()
    }
}
