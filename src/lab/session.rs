//! One end of a session context (TR-369, Session context): numbers what it sends, cuts what is
//! large into segments, puts together what arrives and says what is missing.

use std::collections::{BTreeMap, VecDeque};

use bytes::Bytes;

use super::wire;
use crate::usp::generated::usp_record::SessionContextRecord;
use crate::usp::generated::usp_record::session_context_record::PayloadSarState;

/// Records kept for sending them again.
const KEPT: usize = 256;
/// Records that may wait for one that is missing.
const AHEAD: usize = 256;
/// The largest Msg that is put together, bytes.
const LARGEST: usize = 4 * 1024 * 1024;

/// A session between two endpoints, seen from one of them.
pub struct Session {
    id: u64,
    own: String,
    peer: String,
    secured: bool,
    /// Sequence number of the next Record to send.
    next: u64,
    /// Sequence number of the peer's next Record.
    expected: u64,
    sent: VecDeque<(u64, Bytes)>,
    ahead: BTreeMap<u64, SessionContextRecord>,
    /// The last Record asked for again.
    asked: u64,
    partial: Vec<u8>,
}

/// What a Record that arrived means.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Arrival {
    /// Payloads that are whole now, in order.
    pub whole: Vec<Bytes>,
    /// A Record of the peer's that is missing, told once.
    pub missing: Option<u64>,
    /// The peer wants this Record again.
    pub again: Option<Bytes>,
}

impl Session {
    /// A session in which nothing was said yet.
    pub fn new(id: u64, own: &str, peer: &str, secured: bool) -> Self {
        Self {
            id,
            own: own.to_owned(),
            peer: peer.to_owned(),
            secured,
            next: 1,
            expected: 1,
            sent: VecDeque::new(),
            ahead: BTreeMap::new(),
            asked: 0,
            partial: Vec::new(),
        }
    }

    /// Its number.
    pub fn id(&self) -> u64 {
        self.id
    }

    fn record(&mut self, sar: PayloadSarState, again: u64, payload: Vec<Bytes>) -> Bytes {
        let context = SessionContextRecord {
            session_id: self.id,
            sequence_id: self.next,
            expected_id: self.expected,
            retransmit_id: again,
            payload_sar_state: sar.into(),
            // Equal for plaintext; for TLS one record in each payload or cut in the same way.
            payloadrec_sar_state: sar.into(),
            payload,
        };
        let bytes = wire::session_record(&self.own, &self.peer, context, self.secured);
        if self.sent.len() >= KEPT {
            self.sent.pop_front();
        }
        self.sent.push_back((self.next, bytes.clone()));
        self.next += 1;
        bytes
    }

    /// The Records that carry `payload`, no more than `most` bytes of it each.
    pub fn cut(&mut self, payload: &Bytes, most: usize) -> Vec<Bytes> {
        let most = most.max(1);
        let count = payload.len().div_ceil(most);
        if count <= 1 {
            return vec![self.record(PayloadSarState::None, 0, vec![payload.clone()])];
        }
        let pieces = (0..count).map(|n| {
            let sar = match n {
                0 => PayloadSarState::Begin,
                n if n + 1 == count => PayloadSarState::Complete,
                _ => PayloadSarState::Inprocess,
            };
            let piece = payload.slice(n * most..payload.len().min((n + 1) * most));
            self.record(sar, 0, vec![piece])
        });
        pieces.collect()
    }

    /// One Record with several payloads.
    pub fn pack(&mut self, payloads: Vec<Bytes>) -> Bytes {
        self.record(PayloadSarState::None, 0, payloads)
    }

    /// A Record that asks for one of the peer's again.
    pub fn ask_again(&mut self, sequence: u64) -> Bytes {
        self.record(PayloadSarState::None, sequence, Vec::new())
    }

    /// Takes a Record of this session.
    pub fn take(&mut self, context: SessionContextRecord) -> Arrival {
        let mut arrival = Arrival::default();
        if context.retransmit_id != 0 {
            let found = self.sent.iter().find(|(number, _)| *number == context.retransmit_id);
            arrival.again = found.map(|(_, bytes)| bytes.clone());
        }
        if context.sequence_id >= self.expected && self.ahead.len() < AHEAD {
            self.ahead.insert(context.sequence_id, context);
        }
        while let Some(context) = self.ahead.remove(&self.expected) {
            self.expected += 1;
            self.follow(context, &mut arrival.whole);
        }
        if !self.ahead.is_empty() && self.asked < self.expected {
            self.asked = self.expected;
            arrival.missing = Some(self.expected);
        }
        arrival
    }

    /// Takes the Record whose turn it is.
    fn follow(&mut self, context: SessionContextRecord, whole: &mut Vec<Bytes>) {
        let sar = context.payload_sar_state();
        if matches!(sar, PayloadSarState::None | PayloadSarState::Begin) {
            self.partial.clear();
        }
        for payload in &context.payload {
            if self.partial.len() + payload.len() <= LARGEST {
                self.partial.extend_from_slice(payload);
            }
        }
        if matches!(sar, PayloadSarState::None | PayloadSarState::Complete)
            && !self.partial.is_empty()
        {
            whole.push(std::mem::take(&mut self.partial).into());
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use prost::Message as _;

    use super::*;
    use crate::usp::generated::usp_record::Record;
    use crate::usp::generated::usp_record::record::RecordType;

    fn context(record: &Bytes) -> SessionContextRecord {
        match Record::decode(record.clone()).unwrap().record_type {
            Some(RecordType::SessionContext(context)) => context,
            other => unreachable!("{other:?}"),
        }
    }

    fn ends() -> (Session, Session) {
        (Session::new(7, "self::a", "os::b", false), Session::new(7, "os::b", "self::a", false))
    }

    #[test]
    fn segments_become_the_same_payload_again() {
        let payload = Bytes::from((0..=255).collect::<Vec<u8>>());
        for most in [1, 100, 255, 256, 1000] {
            let (mut one, mut other) = ends();
            let records = one.cut(&payload, most);
            assert_eq!(records.len(), 256_usize.div_ceil(most));
            let whole: Vec<Bytes> =
                records.iter().flat_map(|r| other.take(context(r)).whole).collect();
            assert_eq!(whole, std::slice::from_ref(&payload));
        }
    }

    #[test]
    fn a_missing_segment_is_asked_for_once_and_sent_again() {
        let (mut one, mut other) = ends();
        let payload = Bytes::from_static(b"one two three four");
        let records = one.cut(&payload, 5);
        assert_eq!(other.take(context(&records[0])), Arrival::default());
        assert_eq!(other.take(context(&records[2])).missing, Some(2));
        assert_eq!(other.take(context(&records[3])).missing, None);
        let ask = other.ask_again(2);
        let again = one.take(context(&ask)).again.unwrap();
        assert_eq!(again, records[1]);
        assert_eq!(other.take(context(&again)).whole, [payload]);
        // Once more changes nothing.
        assert_eq!(other.take(context(&again)), Arrival::default());
    }
}
