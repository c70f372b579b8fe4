//! Which answer belongs to which request: by (requester, responder, msg_id), since a `msg_id` is
//! unique per sender only (TR-369; `msg_id` alone and topics prove nothing).
//!
//! Bounded by count and by message time. Knows no rows: it is told of messages one by one and
//! says what each one is to an earlier one.

use std::collections::VecDeque;
use std::hash::BuildHasher;

use hashbrown::HashMap;

use crate::core::ids::{EndpointId, Seq};
use crate::core::time::Timestamp;
use crate::usp::kind::MsgKind;

/// An answer may be seen before its request when the broker delivers the two by different QoS
/// flows; this long an answer waits for its request.
const REORDER_NANOS: i64 = 500_000_000;

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    requester: EndpointId,
    responder: EndpointId,
    msg_id_hash: u64,
}

#[derive(Clone, Copy)]
enum State {
    Pending,
    Answered {
        response: Seq,
    },
    /// An answer whose request was not seen (yet).
    Orphan,
}

#[derive(Clone, Copy)]
struct Entry {
    /// The request, or the orphaned answer.
    seq: Seq,
    at: Timestamp,
    kind: MsgKind,
    state: State,
}

/// A message offered for pairing.
pub(super) struct Offer<'a> {
    pub seq: Seq,
    pub at: Timestamp,
    pub from: EndpointId,
    pub to: EndpointId,
    pub kind: MsgKind,
    pub msg_id: &'a [u8],
    pub wants_answer: bool,
}

/// What an offered message is to earlier ones.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Match {
    /// Nothing (yet).
    None,
    /// Request and response are known now.
    Pair { request: Seq, response: Seq, request_kind: MsgKind, latency_nanos: i64 },
    /// The same again.
    Repeat { first: Seq },
}

/// A request nobody answered in time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Unanswered {
    pub responder: EndpointId,
    pub kind: MsgKind,
}

pub(super) struct Pairing {
    entries: HashMap<Key, Entry>,
    by_age: VecDeque<(Timestamp, Key, Seq)>,
    hasher: hashbrown::DefaultHashBuilder,
    cap: usize,
    keep_nanos: i64,
}

impl Pairing {
    pub(super) fn new(cap: usize, keep_secs: u32) -> Self {
        Self {
            entries: HashMap::new(),
            by_age: VecDeque::new(),
            hasher: hashbrown::DefaultHashBuilder::default(),
            cap: cap.max(1),
            keep_nanos: i64::from(keep_secs) * 1_000_000_000,
        }
    }

    /// Requests and answers remembered now.
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Takes a message. `same_bytes(a)` says whether message `a` has the same payload as the
    /// offered one; `same_id(a)` whether it has the same `msg_id`.
    pub(super) fn offer(
        &mut self,
        offer: &Offer<'_>,
        same_id: impl Fn(Seq) -> bool,
        same_bytes: impl Fn(Seq) -> bool,
    ) -> Match {
        let is_request = offer.kind.is_request();
        let (requester, responder) =
            if is_request { (offer.from, offer.to) } else { (offer.to, offer.from) };
        let msg_id_hash = self.hasher.hash_one(offer.msg_id);
        let key = Key { requester, responder, msg_id_hash };
        let known = self.entries.get_mut(&key).filter(|entry| same_id(entry.seq));

        if !is_request {
            return match known {
                Some(entry) => entry.answered_by(offer),
                None => {
                    self.remember(key, offer, State::Orphan);
                    Match::None
                }
            };
        }
        if !offer.wants_answer {
            return Match::None;
        }
        match known {
            Some(entry) if entry.kind == offer.kind => match entry.state {
                // The same id for something else is another request; the first is given up.
                State::Pending if same_bytes(entry.seq) => {
                    return Match::Repeat { first: entry.seq };
                }
                // Some controllers use an id again after its answer: a new request. The very
                // same Notify after its answer is a retransmission whose answer got lost.
                State::Answered { .. }
                    if same_bytes(entry.seq) && offer.kind == MsgKind::Notify =>
                {
                    return Match::Repeat { first: entry.seq };
                }
                _ => {}
            },
            Some(entry)
                if matches!(entry.state, State::Orphan)
                    && answers(entry.kind, offer.kind)
                    && offer.at.nanos_since(entry.at) <= REORDER_NANOS =>
            {
                let response = entry.seq;
                let latency_nanos = entry.at.nanos_since(offer.at);
                self.remember(key, offer, State::Answered { response });
                return Match::Pair {
                    request: offer.seq,
                    response,
                    request_kind: offer.kind,
                    latency_nanos,
                };
            }
            _ => {}
        }
        self.remember(key, offer, State::Pending);
        Match::None
    }

    fn remember(&mut self, key: Key, offer: &Offer<'_>, state: State) {
        let entry = Entry { seq: offer.seq, at: offer.at, kind: offer.kind, state };
        self.entries.insert(key, entry);
        self.by_age.push_back((offer.at, key, offer.seq));
    }

    /// Forgets what is too old at `now`, and makes room for one more; `unanswered` hears of
    /// requests among it.
    pub(super) fn expire(&mut self, now: Timestamp, mut unanswered: impl FnMut(Unanswered)) {
        while let Some(&(at, key, seq)) = self.by_age.front()
            && (now.nanos_since(at) > self.keep_nanos || self.by_age.len() >= self.cap)
        {
            self.by_age.pop_front();
            // A later message may have taken the key over.
            if self.entries.get(&key).is_some_and(|entry| entry.seq == seq)
                && let Some(entry) = self.entries.remove(&key)
                && matches!(entry.state, State::Pending)
            {
                unanswered(Unanswered { responder: key.responder, kind: entry.kind });
            }
        }
    }
}

impl Entry {
    fn answered_by(&mut self, offer: &Offer<'_>) -> Match {
        match self.state {
            State::Pending if answers(offer.kind, self.kind) => {
                self.state = State::Answered { response: offer.seq };
                Match::Pair {
                    request: self.seq,
                    response: offer.seq,
                    request_kind: self.kind,
                    latency_nanos: offer.at.nanos_since(self.at),
                }
            }
            State::Answered { response } if answers(offer.kind, self.kind) => {
                Match::Repeat { first: response }
            }
            State::Orphan if self.kind == offer.kind => Match::Repeat { first: self.seq },
            _ => Match::None,
        }
    }
}

/// True if `answer` is what `request` may be answered with.
fn answers(answer: MsgKind, request: MsgKind) -> bool {
    answer == MsgKind::Error || request.answer() == Some(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONTROLLER: EndpointId = EndpointId(1);
    const AGENT: EndpointId = EndpointId(2);

    struct Scene {
        pairing: Pairing,
        seq: u64,
    }

    impl Scene {
        fn new() -> Self {
            Self { pairing: Pairing::new(1000, 60), seq: 0 }
        }

        fn say(&mut self, at_ms: i64, from: EndpointId, kind: MsgKind, id: &str) -> (Seq, Match) {
            self.seq += 1;
            let to = if from == AGENT { CONTROLLER } else { AGENT };
            let offer = Offer {
                seq: Seq(self.seq),
                at: Timestamp(at_ms * 1_000_000),
                from,
                to,
                kind,
                msg_id: id.as_bytes(),
                wants_answer: kind.is_request(),
            };
            (offer.seq, self.pairing.offer(&offer, |_| true, |_| true))
        }
    }

    #[test]
    fn an_answer_finds_its_request_and_a_second_answer_is_a_repeat() {
        let mut scene = Scene::new();
        let (request, m) = scene.say(0, CONTROLLER, MsgKind::Get, "1");
        assert_eq!(m, Match::None);
        assert_eq!(scene.say(5, CONTROLLER, MsgKind::Get, "1").1, Match::Repeat { first: request });
        let (response, m) = scene.say(12, AGENT, MsgKind::GetResp, "1");
        let latency_nanos = 12_000_000;
        let request_kind = MsgKind::Get;
        assert_eq!(m, Match::Pair { request, response, request_kind, latency_nanos });
        let again = scene.say(13, AGENT, MsgKind::GetResp, "1").1;
        assert_eq!(again, Match::Repeat { first: response });
    }

    #[test]
    fn both_sides_may_use_the_same_msg_id_at_once() {
        let mut scene = Scene::new();
        let (get, _) = scene.say(0, CONTROLLER, MsgKind::Get, "7");
        let (notify, m) = scene.say(1, AGENT, MsgKind::Notify, "7");
        assert_eq!(m, Match::None);
        let m = scene.say(2, CONTROLLER, MsgKind::NotifyResp, "7").1;
        assert!(matches!(m, Match::Pair { request, .. } if request == notify), "{m:?}");
        let m = scene.say(3, AGENT, MsgKind::GetResp, "7").1;
        assert!(matches!(m, Match::Pair { request, .. } if request == get), "{m:?}");
    }

    #[test]
    fn a_reused_id_is_a_new_request_but_a_notify_is_a_retransmission() {
        let mut scene = Scene::new();
        scene.say(0, CONTROLLER, MsgKind::Get, "1");
        scene.say(1, AGENT, MsgKind::GetResp, "1");
        assert_eq!(scene.say(2, CONTROLLER, MsgKind::Get, "1").1, Match::None);
        assert!(matches!(
            scene.say(9, AGENT, MsgKind::GetResp, "1").1,
            Match::Pair { latency_nanos: 7_000_000, .. }
        ));

        let (first, _) = scene.say(0, AGENT, MsgKind::Notify, "n");
        scene.say(1, CONTROLLER, MsgKind::NotifyResp, "n");
        assert_eq!(scene.say(2, AGENT, MsgKind::Notify, "n").1, Match::Repeat { first });
    }

    #[test]
    fn the_same_id_for_another_request_supersedes_the_first() {
        let mut scene = Scene::new();
        scene.say(0, CONTROLLER, MsgKind::Get, "1");
        let other = Offer {
            seq: Seq(50),
            at: Timestamp(5_000_000),
            from: CONTROLLER,
            to: AGENT,
            kind: MsgKind::Get,
            msg_id: b"1",
            wants_answer: true,
        };
        assert_eq!(scene.pairing.offer(&other, |_| true, |_| false), Match::None);
        let m = scene.say(9, AGENT, MsgKind::GetResp, "1").1;
        assert!(
            matches!(m, Match::Pair { request: Seq(50), latency_nanos: 4_000_000, .. }),
            "{m:?}"
        );
    }

    #[test]
    fn an_answer_just_before_its_request_pairs_with_negative_time() {
        let mut scene = Scene::new();
        let (response, _) = scene.say(0, AGENT, MsgKind::GetResp, "1");
        let (request, m) = scene.say(3, CONTROLLER, MsgKind::Get, "1");
        let (request_kind, latency_nanos) = (MsgKind::Get, -3_000_000);
        assert_eq!(m, Match::Pair { request, response, request_kind, latency_nanos });
        // Much later it is an orphan of something else.
        scene.say(0, AGENT, MsgKind::GetResp, "2");
        assert_eq!(scene.say(900, CONTROLLER, MsgKind::Get, "2").1, Match::None);
    }

    #[test]
    fn an_error_answers_anything_but_a_wrong_response_answers_nothing() {
        let mut scene = Scene::new();
        scene.say(0, CONTROLLER, MsgKind::Set, "1");
        assert_eq!(scene.say(1, AGENT, MsgKind::GetResp, "1").1, Match::None);
        assert!(matches!(scene.say(2, AGENT, MsgKind::Error, "1").1, Match::Pair { .. }));
    }

    #[test]
    fn old_requests_expire_as_unanswered_and_memory_is_bounded() {
        let mut scene = Scene::new();
        let mut lost = 0;
        for i in 0..5000 {
            scene.say(i, CONTROLLER, MsgKind::Get, &i.to_string());
            scene.pairing.expire(Timestamp(i * 1_000_000), |_| lost += 1);
            assert!(scene.pairing.len() < 1000);
        }
        assert_eq!(lost, 4001);
        let end = Timestamp(5000 * 1_000_000 + 61_000_000_000);
        scene.pairing.expire(end, |u| {
            assert_eq!(u, Unanswered { responder: AGENT, kind: MsgKind::Get });
            lost += 1;
        });
        assert_eq!((lost, scene.pairing.len()), (5000, 0));
    }
}
