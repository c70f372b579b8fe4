//! Segmented Msgs: reassembly per (from, to, session).

use std::sync::Arc;

use crate::core::ids::Seq;
use crate::core::time::Timestamp;

/// A Msg that was put together from several Records.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Whole {
    /// The Record that completed it.
    pub seq: Seq,
    /// Its bytes.
    pub bytes: Arc<[u8]>,
    /// The Records it came in, by `sequence_id`.
    pub parts: Arc<[Seq]>,
    /// The part that arrived first.
    pub first_seen: Option<(Seq, Timestamp)>,
}
