//! What was asked lately, for answers that no open request fits: who said that it wants no
//! answer, and whom else the same was asked.
//!
//! Two tables of fixed size in which newer entries displace older ones, so that they cost next to
//! nothing. The slots don't depend on a random key: a replay finds the same.

use crate::core::ids::{EndpointId, ExchangeId, Seq};
use crate::core::time::Timestamp;
use crate::usp::kind::MsgKind;

const OPEN: usize = 1 << 15;
const SILENT: usize = 1 << 11;

/// `msg_id` bytes that decide on the slot.
const MAX_BYTES: usize = 40;

/// A request that asked for no answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Silent {
    requester: EndpointId,
    responder: EndpointId,
    id_hash: u64,
    pub(super) kind: MsgKind,
    pub(super) seq: Seq,
    pub(super) at: Timestamp,
}

/// See the module text.
pub(super) struct Asked {
    open: Box<[Option<ExchangeId>]>,
    silent: Box<[Option<Silent>]>,
}

impl Asked {
    pub(super) fn new() -> Self {
        Self { open: vec![None; OPEN].into(), silent: vec![None; SILENT].into() }
    }

    /// `requester` sent a request that wants an answer.
    pub(super) fn open(&mut self, requester: EndpointId, msg_id: &str, id: ExchangeId) {
        let slot = slot(requester, msg_id, OPEN);
        if let Some(slot) = self.open.get_mut(slot) {
            *slot = Some(id);
        }
    }

    /// The newest exchange that may be another one's with the same `msg_id`; to be compared.
    pub(super) fn find_open(&self, requester: EndpointId, msg_id: &str) -> Option<ExchangeId> {
        *self.open.get(slot(requester, msg_id, OPEN))?
    }

    /// A request that wants no answer.
    pub(super) fn silent(
        &mut self,
        (requester, responder): (EndpointId, EndpointId),
        msg_id: &str,
        id_hash: u64,
        kind: MsgKind,
        seq: Seq,
        at: Timestamp,
    ) {
        let slot = slot(requester, msg_id, SILENT);
        if let Some(slot) = self.silent.get_mut(slot) {
            *slot = Some(Silent { requester, responder, id_hash, kind, seq, at });
        }
    }

    /// The newest request with this `msg_id` that wanted no answer.
    pub(super) fn find_silent(
        &self,
        requester: EndpointId,
        responder: EndpointId,
        msg_id: &str,
        id_hash: u64,
    ) -> Option<Silent> {
        let found = (*self.silent.get(slot(requester, msg_id, SILENT))?)?;
        let same = found.requester == requester
            && found.responder == responder
            && found.id_hash == id_hash;
        same.then_some(found)
    }
}

fn slot(requester: EndpointId, msg_id: &str, slots: usize) -> usize {
    const MIX: u64 = 0x9e37_79b9_7f4a_7c15;
    let bytes = msg_id.as_bytes();
    let bytes = bytes.get(..MAX_BYTES).unwrap_or(bytes);
    let mut hash = u64::from(requester.0).wrapping_mul(MIX);
    for part in bytes.chunks(8) {
        let mut word = [0; 8];
        for (to, from) in word.iter_mut().zip(part) {
            *to = *from;
        }
        hash = (hash ^ u64::from_le_bytes(word)).wrapping_mul(MIX);
        hash ^= hash >> 32;
    }
    hash as usize & (slots - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_entry_is_found_and_others_are_not() {
        let mut asked = Asked::new();
        let [a, b, c] = [1, 2, 3].map(EndpointId);
        let (seq, at) = (Seq(1), Timestamp(1));
        asked.silent((a, b), "id-1", 11, MsgKind::Notify, seq, at);
        assert_eq!(asked.find_silent(a, b, "id-1", 11).map(|s| s.seq), Some(seq));
        assert_eq!(asked.find_silent(a, c, "id-1", 11), None);
        assert_eq!(asked.find_silent(b, a, "id-1", 11), None);
        assert_eq!(asked.find_silent(a, b, "id-2", 12), None);
        let id = ExchangeId::from_place(4).unwrap_or(ExchangeId(std::num::NonZeroU32::MIN));
        asked.open(a, "id-1", id);
        assert_eq!(asked.find_open(a, "id-1"), Some(id));
        assert_eq!(asked.find_open(a, "id-2"), None);
        let long = "x".repeat(300);
        asked.open(a, &long, id);
        assert_eq!(asked.find_open(a, long.get(..256).unwrap_or("")), Some(id));
    }

    #[test]
    fn numbers_spread() {
        let slots: std::collections::BTreeSet<usize> =
            (0..10_000).map(|n| slot(EndpointId(1), &n.to_string(), OPEN)).collect();
        assert!(slots.len() > 8_000, "{}", slots.len());
    }
}
