#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::collections::HashMap;

use super::{Loss, Sessions, StreamRow, StreamState};
use crate::analysis::problems::code::Code;
use crate::analysis::{Budgets, Pipeline, Snapshot};
use crate::core::ids::{EndpointId, Epoch, Seq, TopicId};
use crate::core::time::Timestamp;
use crate::core::wire::{Delivery, Props, WireBatch, WireMsg};
use crate::store::{self, Met};
use crate::usp::generated::usp_record::record::RecordType as Kind;
use crate::usp::generated::usp_record::{
    DisconnectRecord, MqttConnectRecord, NoSessionContextRecord, SessionContextRecord,
};
use crate::usp::kind::{MsgKind, RecordType};
use crate::usp::make;
use crate::usp::scan::scan;
use crate::usp::summary::{SarState, SessionHead};

const AGENT: &str = "os::00256D-1";
const ACS: &str = "self::acs";
const NONE: i32 = 0;
const BEGIN: i32 = 1;
const INPROCESS: i32 = 2;
const COMPLETE: i32 = 3;

/// A pipeline, and a clock that moves on by a millisecond with each message.
struct Line {
    pipeline: Pipeline,
    at: i64,
    next: u64,
}

impl Line {
    fn new() -> Self {
        Self::with(Budgets::default())
    }

    fn with(budgets: Budgets) -> Self {
        let pipeline = Pipeline::with_budgets(store::Budgets::default(), budgets, Epoch(1));
        Self { pipeline, at: 1_000_000_000_000, next: 1 }
    }

    fn wait(&mut self, millis: i64) {
        self.at += millis * 1_000_000;
    }

    fn deliver(&mut self, payload: &[u8], delivery: Delivery) -> Seq {
        self.wait(1);
        let mut batch = WireBatch::new();
        batch.push(Timestamp(self.at), b"usp/t", payload, delivery, |_| {});
        self.pipeline.apply(&batch);
        self.next += 1;
        Seq(self.next - 1)
    }

    fn record(&mut self, payload: &[u8]) -> Seq {
        self.deliver(payload, Delivery::default())
    }

    /// A segment from the Agent in session 77.
    fn part(&mut self, number: u64, sar: i32, payload: &[u8]) -> Seq {
        self.record(&segment(AGENT, ACS, 77, number, sar, &[payload]))
    }

    fn kinds(&mut self, seqs: &[Seq]) -> Vec<Option<MsgKind>> {
        let snapshot = self.pipeline.snapshot();
        seqs.iter().map(|&seq| snapshot.row(seq).unwrap().msg_kind).collect()
    }

    fn codes(&mut self, seq: Seq) -> Vec<Code> {
        let snapshot = self.pipeline.snapshot();
        // Other parts have their say about these bare messages too.
        let ours = |code: &Code| (Code::SegmentMissing..=Code::SecurityChanged).contains(code);
        snapshot.problems_of(snapshot.row(seq).unwrap()).iter().filter(ours).collect()
    }
}

fn context(session_id: u64, sequence_id: u64, sar: i32, payload: &[&[u8]]) -> SessionContextRecord {
    SessionContextRecord {
        session_id,
        sequence_id,
        expected_id: 1,
        retransmit_id: 0,
        payload_sar_state: sar,
        payloadrec_sar_state: sar,
        payload: payload.iter().map(|bytes| bytes.to_vec().into()).collect(),
    }
}

fn segment(from: &str, to: &str, id: u64, number: u64, sar: i32, payload: &[&[u8]]) -> Vec<u8> {
    make::wrap(from, to, Kind::SessionContext(context(id, number, sar, payload)))
}

/// A Msg of the Agent, and its bytes in three pieces.
fn msg(id: &str) -> (Vec<u8>, [Vec<u8>; 3]) {
    let bytes = make::encode(&make::notify_resp(id, "subscription"));
    let cut = bytes.len() / 3;
    let pieces = [&bytes[..cut], &bytes[cut..2 * cut], &bytes[2 * cut..]].map(<[u8]>::to_vec);
    (bytes, pieces)
}

fn whole_bytes(snapshot: &Snapshot, seq: Seq) -> Vec<u8> {
    snapshot.whole(seq).unwrap().bytes.to_vec()
}

fn only_stream(snapshot: &Snapshot) -> StreamRow {
    let rows: Vec<_> = snapshot.streams().copied().collect();
    assert_eq!(rows.len(), 1);
    rows[0]
}

#[test]
fn the_row_that_completes_a_msg_carries_it() {
    let mut line = Line::new();
    let (bytes, [a, b, c]) = msg("id-1");
    let seqs = [line.part(1, BEGIN, &a), line.part(2, INPROCESS, &b), line.part(3, COMPLETE, &c)];
    assert_eq!(line.kinds(&seqs), [None, None, Some(MsgKind::NotifyResp)]);
    let snapshot = line.pipeline.snapshot();
    let row = snapshot.row(seqs[2]).unwrap();
    assert!(row.whole && !row.malformed);
    assert_eq!(row.msg_id(), "id-1");
    let whole = snapshot.whole(seqs[2]).unwrap();
    assert_eq!((&*whole.bytes, &*whole.parts), (&bytes[..], &seqs[..]));
    assert_eq!(whole.first_seen.map(|first| first.0), Some(seqs[0]));
    let part = snapshot.part_of(seqs[1]).unwrap();
    assert_eq!((part.0.seq, part.1), (seqs[2], 1));
    assert!(snapshot.whole(seqs[0]).is_none());
    let stream = only_stream(&snapshot);
    assert_eq!((stream.state, stream.next_expected, stream.wholes), (StreamState::Idle, 4, 1));
    assert_eq!((stream.segments, stream.bytes), (0, 0));
    for seq in seqs {
        assert_eq!(line.codes(seq), []);
    }
}

#[test]
fn a_missing_middle_may_come_last() {
    let mut line = Line::new();
    let (bytes, [a, b, c]) = msg("1");
    let first = line.part(1, BEGIN, &a);
    let last = line.part(3, COMPLETE, &c);
    assert_eq!(line.codes(last), [Code::SegmentMissing]);
    let stream = only_stream(&line.pipeline.snapshot());
    assert_eq!((stream.state, stream.next_expected), (StreamState::Waiting, 2));
    assert_eq!((stream.missing_count, stream.missing[0].unwrap().loss), (1, Loss::Unknown));
    // The receiver did not get it either, and asks.
    let mut ask = context(77, 1, NONE, &[]);
    (ask.expected_id, ask.retransmit_id) = (2, 2);
    let asked = line.record(&make::wrap(ACS, AGENT, Kind::SessionContext(ask)));
    assert_eq!(line.codes(asked), [Code::RetransmitRequested]);
    let snapshot = line.pipeline.snapshot();
    let row = snapshot.streams().find(|row| row.from == stream.from).unwrap();
    assert_eq!(row.missing[0].unwrap().loss, Loss::Asked);
    let middle = line.part(2, INPROCESS, &b);
    let snapshot = line.pipeline.snapshot();
    assert_eq!(whole_bytes(&snapshot, middle), bytes);
    assert_eq!(&*snapshot.whole(middle).unwrap().parts, [first, middle, last]);
    assert_eq!(snapshot.row(middle).unwrap().msg_id(), "1");
}

#[test]
fn a_receiver_that_has_it_proves_that_we_lost_it() {
    let mut line = Line::new();
    line.part(1, NONE, b"");
    line.part(3, NONE, b"");
    let mut ack = context(77, 1, NONE, &[]);
    ack.expected_id = 4;
    line.record(&make::wrap(ACS, AGENT, Kind::SessionContext(ack)));
    let snapshot = line.pipeline.snapshot();
    let row = snapshot.streams().find(|row| row.highest == 3).unwrap();
    assert_eq!(row.missing[0].unwrap().loss, Loss::Here);
    assert_eq!((row.peer_expects, row.next_expected), (4, 2));
}

#[test]
fn a_segment_that_comes_again_is_counted_and_ignored() {
    let mut line = Line::new();
    let (bytes, [a, b, c]) = msg("1");
    line.part(1, BEGIN, &a);
    let again = line.part(1, BEGIN, &a);
    line.part(2, INPROCESS, &b);
    let last = line.part(3, COMPLETE, &c);
    let late = line.part(2, INPROCESS, &b);
    assert_eq!(line.codes(again), [Code::SegmentDuplicate]);
    assert_eq!(line.codes(late), [Code::SegmentDuplicate]);
    let snapshot = line.pipeline.snapshot();
    assert_eq!(whole_bytes(&snapshot, last), bytes);
    assert_eq!(only_stream(&snapshot).duplicates, 2);
    assert_eq!(line.kinds(&[late]), [None]);
}

#[test]
fn one_number_with_two_contents_ends_the_trust() {
    let mut line = Line::new();
    let (_, [a, b, c]) = msg("1");
    line.part(1, NONE, b"");
    line.part(2, BEGIN, &a);
    let waiting = line.part(3, INPROCESS, &b);
    let other = line.part(3, INPROCESS, b"other");
    let last = line.part(4, COMPLETE, &c);
    assert_eq!(line.codes(other), [Code::SegmentConflict]);
    assert_eq!(line.codes(waiting), [Code::SegmentsAbandoned]);
    assert_eq!(line.kinds(&[last]), [None]);
    assert_eq!(line.codes(last), [], "it belongs to the one that was given up");
    let snapshot = line.pipeline.snapshot();
    assert_eq!(only_stream(&snapshot).conflicts, 1);
    let given_up = snapshot.abandoned().last().unwrap();
    assert_eq!((given_up.state, given_up.segments), (StreamState::Abandoned { at: 3 }, 2));
    assert_eq!(snapshot.losses().segments, 0);
}

#[test]
fn several_payload_entries_are_one_msg() {
    let mut line = Line::new();
    let (bytes, [a, b, c]) = msg("many");
    let record = segment(AGENT, ACS, 77, 1, NONE, &[&a, &b, b"", &c]);
    let seq = line.record(&record);
    let snapshot = line.pipeline.snapshot();
    let row = snapshot.row(seq).unwrap();
    assert_eq!((row.msg_kind, row.msg_id()), (Some(MsgKind::NotifyResp), "many"));
    let whole = snapshot.whole(seq).unwrap();
    assert_eq!((&*whole.bytes, whole.is_segmented()), (&bytes[..], false));
    let segments: Vec<Seq> = [BEGIN, COMPLETE]
        .into_iter()
        .zip([[&a[..], &b[..]], [&b""[..], &c[..]]])
        .zip(2..)
        .map(|((sar, payload), n)| line.record(&segment(AGENT, ACS, 77, n, sar, &payload)))
        .collect();
    assert_eq!(whole_bytes(&line.pipeline.snapshot(), segments[1]), bytes);
}

#[test]
fn who_joins_late_says_so_and_makes_no_msg() {
    let mut line = Line::new();
    let (bytes, [a, b, c]) = msg("1");
    let joined = line.part(41, INPROCESS, &b);
    let last = line.part(42, COMPLETE, &c);
    assert_eq!(line.codes(joined), [Code::JoinedLate]);
    assert_eq!((line.codes(last), line.kinds(&[last])), (vec![], vec![None]));
    // Unless the beginning only came out of order.
    let first = line.part(40, BEGIN, &a);
    assert_eq!(whole_bytes(&line.pipeline.snapshot(), first), bytes);
}

#[test]
fn a_new_beginning_gives_the_earlier_one_up() {
    let mut line = Line::new();
    let (bytes, [a, b, c]) = msg("1");
    line.part(1, BEGIN, b"x");
    let open = line.part(2, INPROCESS, b"y");
    line.part(3, BEGIN, &a);
    line.part(4, INPROCESS, &b);
    let last = line.part(5, COMPLETE, &c);
    assert_eq!(line.codes(open), [Code::SegmentsAbandoned]);
    assert_eq!(whole_bytes(&line.pipeline.snapshot(), last), bytes);
    // And so does a Record that is no segment.
    let open = line.part(6, BEGIN, b"x");
    line.part(7, NONE, b"");
    assert_eq!(line.codes(open), [Code::SegmentsAbandoned]);
}

#[test]
fn a_new_session_a_disconnect_and_a_connect_end_the_old_one() {
    let enders: [&dyn Fn() -> Vec<u8>; 4] = [
        &|| segment(ACS, AGENT, 78, 1, NONE, &[b""]),
        &|| {
            let kind = DisconnectRecord { reason: String::new(), reason_code: 7105 };
            make::wrap(AGENT, ACS, Kind::Disconnect(kind))
        },
        &|| {
            let kind = DisconnectRecord { reason: String::new(), reason_code: 7106 };
            make::wrap(ACS, AGENT, Kind::Disconnect(kind))
        },
        &|| {
            let kind = MqttConnectRecord { version: 1, subscribed_topic: "usp/t".to_owned() };
            make::wrap(AGENT, ACS, Kind::MqttConnect(kind))
        },
    ];
    for (n, ender) in enders.into_iter().enumerate() {
        let mut line = Line::new();
        let (bytes, [a, b, c]) = msg("1");
        line.part(1, BEGIN, &a);
        let open = line.part(2, INPROCESS, &b);
        let other = line.record(&segment("os::2", ACS, 77, 1, BEGIN, &[&a]));
        let end = line.record(&ender());
        let last = line.part(3, COMPLETE, &c);
        assert_eq!(line.codes(open), [Code::SegmentsAbandoned], "{n}");
        assert_eq!(line.codes(other), [], "{n}");
        assert_eq!((line.codes(last), line.kinds(&[last])), (vec![], vec![None]), "{n}");
        let said = if n == 1 || n == 2 { vec![Code::SessionEnded] } else { vec![] };
        assert_eq!(line.codes(end), said, "{n}");
        // The old id may be used for a new session.
        line.record(&ender());
        line.part(1, BEGIN, &a);
        line.part(2, INPROCESS, &b);
        let whole = line.part(3, COMPLETE, &c);
        assert_eq!(whole_bytes(&line.pipeline.snapshot(), whole), bytes, "{n}");
    }
    let mut line = Line::new();
    let open = line.part(1, BEGIN, b"x");
    let kind = DisconnectRecord { reason: String::new(), reason_code: 7100 };
    let bye = line.record(&make::wrap(AGENT, ACS, Kind::Disconnect(kind)));
    assert_eq!((line.codes(open), line.codes(bye)), (vec![], vec![]));
}

#[test]
fn a_restart_under_the_same_id_is_told_from_a_repetition() {
    let (bytes, [a, b, c]) = msg("1");
    let starts: [(&[u8], &[u8]); 2] = [(b"first", b"second"), (b"", b"")];
    for (old, new) in starts {
        let mut line = Line::new();
        line.part(1, NONE, old);
        line.part(2, NONE, b"2");
        line.part(3, NONE, b"3");
        line.part(4, BEGIN, b"old");
        let first = line.part(1, NONE, new);
        let second = line.part(2, BEGIN, &a);
        line.part(3, INPROCESS, &b);
        let last = line.part(4, COMPLETE, &c);
        assert_eq!(line.codes(last), [], "{old:?}");
        // The id was in use: whichever Record shows it says so.
        let said = [line.codes(first), line.codes(second)];
        if old == new {
            assert_eq!(said, [[Code::SegmentDuplicate], [Code::SegmentConflict]]);
        } else {
            assert_eq!(said, [vec![Code::SegmentConflict], vec![]]);
        }
        let snapshot = line.pipeline.snapshot();
        assert_eq!(whole_bytes(&snapshot, last), bytes, "{old:?}");
        assert_eq!(only_stream(&snapshot).next_expected, 5);
    }
}

#[test]
fn numbers_of_64_bits_and_odd_ids_are_followed() {
    let mut line = Line::new();
    let big = u64::MAX - 2;
    for (id, from) in [(u64::MAX, big), (0, 9), (1, 9)] {
        let (bytes, [a, b, c]) = msg(&id.to_string());
        let seqs = [(0, BEGIN, &a), (1, INPROCESS, &b), (2, COMPLETE, &c)]
            .map(|(n, sar, part)| line.record(&segment(AGENT, ACS, id, from + n, sar, &[part])));
        assert_eq!(whole_bytes(&line.pipeline.snapshot(), seqs[2]), bytes);
        let codes = if id <= 1 { vec![Code::SessionIdInvalid] } else { vec![] };
        assert_eq!(line.codes(seqs[2]), codes);
    }
}

#[test]
fn secured_payloads_are_followed_but_not_put_together() {
    let mut line = Line::new();
    // payload_security once more; the last one counts.
    let secure = |kind: Kind| [&make::wrap(AGENT, ACS, kind)[..], &[0x20, 1]].concat();
    let tls = b"\x16\x03\x03\x00\x02\x01\x00";
    let first = line.record(&secure(Kind::SessionContext(context(9, 1, BEGIN, &[tls]))));
    let rest = line.record(&secure(Kind::SessionContext(context(9, 2, COMPLETE, &[b"any"]))));
    assert_eq!((line.codes(first), line.codes(rest)), (vec![], vec![]));
    let snapshot = line.pipeline.snapshot();
    assert!(snapshot.whole(rest).is_none());
    assert_eq!(only_stream(&snapshot).state, StreamState::Secured);
    let not_tls = line.record(&secure(Kind::SessionContext(context(9, 3, NONE, &[b"\x0a\x03"]))));
    assert_eq!(line.codes(not_tls), [Code::NotTls]);
    let plain = line.record(&segment(AGENT, ACS, 9, 4, NONE, &[b""]));
    assert_eq!(line.codes(plain), [Code::SecurityChanged]);
    let outside = NoSessionContextRecord { payload: tls.to_vec().into() };
    let outside = line.record(&secure(Kind::NoSessionContext(outside)));
    assert_eq!(line.codes(outside), [Code::TlsWithoutSession]);
    let both = NoSessionContextRecord { payload: b"plain".to_vec().into() };
    let both = line.record(&secure(Kind::NoSessionContext(both)));
    assert_eq!(line.codes(both), [Code::TlsWithoutSession, Code::NotTls]);
}

#[test]
fn an_unfinished_msg_is_given_up_at_its_deadline() {
    let (_, [a, b, c]) = msg("1");
    for late in [false, true] {
        let mut line = Line::new();
        line.part(1, BEGIN, &a);
        line.wait(59_000);
        let second = line.part(2, INPROCESS, &b);
        let deadline = Timestamp(line.at + 60_000_000_000);
        assert!(line.pipeline.is_waiting());
        if late {
            line.wait(59_000);
            let last = line.part(3, COMPLETE, &c);
            assert_eq!(line.kinds(&[last]), [Some(MsgKind::NotifyResp)]);
            assert_eq!(only_stream(&line.pipeline.snapshot()).state, StreamState::Idle);
            continue;
        }
        assert!(!line.pipeline.tick(Timestamp(deadline.0 - 1)));
        assert!(line.pipeline.tick(deadline));
        assert_eq!(line.codes(second), [Code::SegmentsAbandoned]);
        let snapshot = line.pipeline.snapshot();
        assert_eq!(snapshot.losses().segments, 2);
        assert_eq!(snapshot.abandoned().last().unwrap().next_expected, 3);
        line.wait(60_000);
        let last = line.part(3, COMPLETE, &c);
        assert_eq!((line.codes(last), line.kinds(&[last])), (vec![], vec![None]));
    }
}

#[test]
fn retained_replays_and_unknown_endpoints_are_left_out() {
    let mut line = Line::new();
    let (_, [a, b, c]) = msg("1");
    line.part(1, BEGIN, &a);
    line.part(2, INPROCESS, &b);
    let retain = Delivery { retain: true, ..Delivery::default() };
    let last = line.deliver(&segment(AGENT, ACS, 77, 3, COMPLETE, &[&c]), retain);
    assert_eq!(line.kinds(&[last]), [None]);

    let budgets = store::Budgets { endpoints: 1, ..store::Budgets::default() };
    let pipeline = Pipeline::new(budgets, Epoch(1));
    let mut line = Line { pipeline, at: 1_000_000_000, next: 1 };
    line.part(1, BEGIN, &a);
    line.part(2, INPROCESS, &b);
    let last = line.part(3, COMPLETE, &c);
    assert_eq!(line.kinds(&[last]), [None]);
    assert_eq!(line.pipeline.snapshot().losses().segments, 3);
}

/// One Record of a plan: its stream, number and content.
#[derive(Clone)]
struct Planned {
    stream: usize,
    number: u64,
    sar: i32,
    payload: Vec<u8>,
    /// Which Msg.
    msg: usize,
}

/// Records of `streams` streams that carry so many Msgs each, in one to six pieces.
fn plan(
    rng: &mut fastrand::Rng,
    streams: usize,
    most: std::ops::Range<usize>,
) -> (Vec<Planned>, Vec<Vec<u8>>) {
    let (mut records, mut msgs) = (Vec::new(), Vec::new());
    for stream in 0..streams {
        let mut number = 0;
        for _ in 0..rng.usize(most.clone()) {
            let bytes = make::encode(&make::notify_resp(&format!("{:032x}", rng.u128(..)), "s"));
            let pieces = rng.usize(1..7);
            for n in 0..pieces {
                number += 1;
                let cut = |n: usize| bytes.len() * n / pieces;
                let sar = match (n, pieces - 1 - n) {
                    (0, 0) => NONE,
                    (0, _) => BEGIN,
                    (_, 0) => COMPLETE,
                    _ => INPROCESS,
                };
                let payload = bytes[cut(n)..cut(n + 1)].to_vec();
                records.push(Planned { stream, number, sar, payload, msg: msgs.len() });
            }
            msgs.push(bytes);
        }
    }
    (records, msgs)
}

/// Stream `n` goes from or to device `n / 2`, so that two share a session.
fn planned_bytes(one: &Planned) -> Vec<u8> {
    let device = format!("os::dev-{}", one.stream / 2);
    let (from, to) = if one.stream.is_multiple_of(2) { (&*device, ACS) } else { (ACS, &*device) };
    segment(from, to, 4242, one.number, one.sar, &[&one.payload])
}

#[test]
fn any_order_with_duplicates_and_losses_gives_the_msg_or_a_named_gap() {
    let (mut complete, mut incomplete) = (0, 0);
    for seed in 0..400 {
        let mut rng = fastrand::Rng::with_seed(seed);
        let (mut records, msgs) = plan(&mut rng, 6, 1..12);
        let loss = rng.u32(..4) * 5;
        let all: Vec<usize> = records.iter().map(|one| one.msg).collect();
        records.retain(|_| rng.u32(..100) >= loss);
        let twice: Vec<_> = records.iter().filter(|_| rng.u8(..6) == 0).cloned().collect();
        records.extend(twice);
        match seed % 3 {
            // Streams one after the other, streams interleaved in order, any order at all.
            0 => records.sort_by_key(|one| (one.stream, one.number)),
            1 => records.sort_by_key(|one| (one.number, one.stream)),
            _ => rng.shuffle(&mut records),
        }
        let mut line = Line::new();
        let mut seqs = Vec::new();
        for one in &records {
            seqs.push(line.record(&planned_bytes(one)));
        }
        let live = line.pipeline.snapshot();
        line.wait(120_000);
        line.record(b"later");
        let snapshot = line.pipeline.snapshot();

        let mut made: HashMap<usize, usize> = HashMap::new();
        for (one, &seq) in records.iter().zip(&seqs) {
            if let Some(whole) = live.whole(seq) {
                let msg = msgs.iter().position(|bytes| **bytes == *whole.bytes);
                let msg = msg.unwrap_or_else(|| panic!("seed {seed}: a Msg that nobody sent"));
                assert_eq!(msg, one.msg, "seed {seed}");
                *made.entry(msg).or_default() += 1;
            }
        }
        for msg in 0..msgs.len() {
            let parts = all.iter().filter(|&&one| one == msg).count();
            let mut numbers: Vec<_> =
                records.iter().filter(|one| one.msg == msg).map(|one| one.number).collect();
            numbers.sort_unstable();
            numbers.dedup();
            let whole = parts > 1 && numbers.len() == parts;
            assert_eq!(made.get(&msg).copied(), whole.then_some(1), "seed {seed} Msg {msg}");
            complete += usize::from(whole);
            if whole || parts == 1 {
                continue;
            }
            incomplete += usize::from(!numbers.is_empty());
            // Every piece that came is named among what was given up.
            for (one, &seq) in records.iter().zip(&seqs).filter(|(one, _)| one.msg == msg) {
                let row = snapshot.row(seq).unwrap();
                let named = snapshot.abandoned().iter_from(0).any(|given_up| {
                    let StreamState::Abandoned { at } = given_up.state else { return false };
                    let first = at + 1 - u64::from(given_up.segments);
                    Some(given_up.from) == row.from
                        && Some(given_up.to) == row.to
                        && (first..=at).contains(&one.number)
                });
                assert!(named, "seed {seed} Msg {msg} number {}", one.number);
            }
        }
    }
    assert!(complete > 3_000 && incomplete > 1_000, "{complete} {incomplete}");
}

#[test]
fn restarts_with_losses_never_give_a_msg_that_nobody_sent() {
    let mut made = 0;
    for seed in 0..400 {
        let mut rng = fastrand::Rng::with_seed(seed);
        let mut line = Line::new();
        let loss = rng.u32(..25);
        for life in 0..4 {
            let (records, msgs) = plan(&mut rng, 1, 8..14);
            let session = if rng.bool() { 50 } else { 51 + life };
            for one in &records {
                // A new start under an id in use shows in its number 1 and in nothing else.
                let shows_start = session == 50 && one.number == 1;
                if !shows_start && rng.u32(..100) < loss {
                    continue;
                }
                let bytes = segment(AGENT, ACS, session, one.number, one.sar, &[&one.payload]);
                let seq = line.record(&bytes);
                if rng.u8(..8) == 0 {
                    line.record(&bytes);
                }
                if let Some(whole) = line.pipeline.snapshot().whole(seq) {
                    let own = &msgs[one.msg];
                    assert_eq!(*whole.bytes, **own, "seed {seed} life {life}");
                    made += 1;
                }
            }
        }
    }
    assert!(made > 2_000, "{made}");
}

/// Offers a session Record without a store around it; the payload is the same each time.
struct Raw {
    sessions: Sessions,
    payload: Vec<u8>,
    seq: u64,
}

impl Raw {
    fn new(budgets: &Budgets, len: usize) -> Self {
        let payload = segment(AGENT, ACS, 5, 1, BEGIN, &[&vec![7; len]]);
        Self { sessions: Sessions::new(budgets), payload, seq: 0 }
    }

    fn offer(&mut self, from: u32, session_id: u64, sequence_id: u64, sar: SarState) -> Vec<Code> {
        self.seq += 1;
        let mut summary = scan(&self.payload);
        assert_eq!(summary.record_type, Some(RecordType::SessionContext));
        let head = SessionHead { session_id, sequence_id, sar, ..summary.session.unwrap() };
        (summary.session, summary.sar) = (Some(head), sar);
        let met = Met {
            seq: Seq(self.seq),
            topic: TopicId(1),
            from: Some(EndpointId(from)),
            to: Some(EndpointId(1)),
        };
        let at = Timestamp(self.seq as i64 * 1_000);
        let msg = WireMsg {
            at,
            topic: b"t",
            payload: &self.payload,
            props: Props::default(),
            delivery: Delivery::default(),
        };
        let mut reports = Vec::new();
        self.sessions.advance(at, &mut reports);
        self.sessions.offer(&met, &msg, &summary, &mut reports);
        reports.iter().map(|report| report.code).collect()
    }
}

const SMALL: usize = 1 << 20;

fn small() -> Budgets {
    Budgets {
        segment_bytes: SMALL,
        stream_bytes: SMALL / 4,
        streams: 1_000,
        whole_bytes: SMALL,
        ..Budgets::default()
    }
}

#[test]
fn endless_beginnings_stay_within_budget() {
    let mut raw = Raw::new(&small(), 100);
    let mut most = 0;
    for n in 0..200_000_u64 {
        // Next to each other, with holes, and of many senders.
        let (from, number) = match n % 3 {
            0 => (2, n),
            1 => (3, 2 * n),
            _ => (4 + (n % 5000) as u32, n),
        };
        raw.offer(from, 7, number, SarState::Begin);
        let (cost, live, entries) = raw.sessions.held();
        most = most.max(cost);
        assert!(
            cost <= SMALL && live <= 500 && entries <= 1_000 + 2_048,
            "{cost} {live} {entries}"
        );
    }
    assert!(most > 150_000 && raw.sessions.lost > 100_000, "{most} {}", raw.sessions.lost);
}

#[test]
fn an_endless_msg_is_given_up_once() {
    let mut raw = Raw::new(&small(), 1_000);
    raw.offer(2, 7, 1, SarState::Begin);
    let mut said = 0;
    for n in 2..100_000 {
        let codes = raw.offer(2, 7, n, SarState::InProcess);
        said += codes.len();
        assert!(codes.iter().all(|&code| code == Code::SegmentsAbandoned), "{codes:?}");
        assert!(raw.sessions.held().0 <= SMALL / 4);
    }
    assert_eq!(said, 1);
    assert_eq!((raw.sessions.lost, raw.sessions.held().0), (99_999, 0));
    // The next one is taken again.
    raw.offer(2, 7, 100_000, SarState::Complete);
    raw.offer(2, 7, 100_001, SarState::Begin);
    raw.offer(2, 7, 100_002, SarState::Complete);
    assert!(raw.sessions.wholes.get(Seq(raw.seq)).is_some());
}

#[test]
fn a_million_sessions_stay_within_budget() {
    let mut raw = Raw::new(&small(), 10);
    for n in 0..1_000_000_u64 {
        let (from, session) = if n.is_multiple_of(2) { (2, n + 2) } else { (n as u32, 9) };
        raw.offer(from, session, 1 + n % 3, SarState::Begin);
        if n.is_multiple_of(1024) {
            let (cost, live, entries) = raw.sessions.held();
            assert!(cost <= SMALL && live <= 500 && entries <= 1_000 + 2_048, "{entries}");
        }
    }
    assert_eq!(raw.sessions.held().1, 500);
    assert!(raw.sessions.abandoned.len() <= 256 + 1024);
}

#[test]
fn huge_segments_and_msgs_stay_within_budget() {
    let mut raw = Raw::new(&small(), SMALL / 2);
    assert_eq!(raw.offer(2, 7, 1, SarState::Begin), [Code::SegmentsAbandoned]);
    assert_eq!(raw.offer(2, 7, 2, SarState::Complete), []);
    assert_eq!((raw.sessions.held().0, raw.sessions.lost), (0, 2));
    let mut raw = Raw::new(&small(), 100_000);
    for n in 0..100 {
        raw.offer(2, 7, 2 * n + 1, SarState::Begin);
        raw.offer(2, 7, 2 * n + 2, SarState::Complete);
        assert!(raw.sessions.wholes.cost() <= SMALL);
    }
    assert!(raw.sessions.wholes.forgotten() > 90);
    assert!(raw.sessions.wholes.get(Seq(200)).is_some());
}
