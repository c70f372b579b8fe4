//! The demo network shows what the analysis knows: the whole cast plays two minutes in model
//! time, and the analysis is asked what it found.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may fail loudly"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use prost::Message as _;
use usp_scope::analysis::exchanges::State;
use usp_scope::analysis::problems::code::CodeSet;
use usp_scope::analysis::{Pipeline, Snapshot};
use usp_scope::core::ids::Epoch;
use usp_scope::core::time::Timestamp;
use usp_scope::core::wire::WireBatch;
use usp_scope::lab::{DemoOptions, rehearsal};
use usp_scope::store::Budgets;
use usp_scope::usp::generated::usp::body::MsgBody;
use usp_scope::usp::generated::usp::notify::Notification;
use usp_scope::usp::generated::usp::notify::operation_complete::OperationResp;
use usp_scope::usp::generated::usp::request::ReqType;
use usp_scope::usp::generated::usp::response::RespType;
use usp_scope::usp::generated::usp::{Msg, Notify, Request, Response, operate_resp};
use usp_scope::usp::generated::usp_record::Record;
use usp_scope::usp::generated::usp_record::record::RecordType;

/// 2026-11-22 17:29:19 UTC.
const EPOCH: Timestamp = Timestamp(1_795_368_559_000_000_000);
/// At least so many kinds of problems are found on messages within two minutes.
const CODES: usize = 30;
const TWO_MINUTES: Duration = Duration::from_secs(120);

fn play(agents: usize, seed: u64, length: Duration) -> WireBatch {
    let options = DemoOptions { agents, seed, ..DemoOptions::default() };
    rehearsal::play(&options, length, EPOCH).expect("the demo can be played")
}

fn analyse(batch: &WireBatch, length: Duration) -> Snapshot {
    let mut pipeline = Pipeline::new(Budgets::default(), Epoch::default());
    pipeline.apply(batch);
    pipeline.tick(EPOCH.plus(length));
    pipeline.snapshot()
}

/// A message with its time, seconds since the beginning.
struct Seen {
    at: f64,
    topic: String,
    retain: bool,
    payload: Vec<u8>,
    record: Option<Record>,
}

impl Seen {
    fn msg(&self) -> Option<Msg> {
        match self.record.as_ref()?.record_type.as_ref()? {
            RecordType::NoSessionContext(inner) => Msg::decode(inner.payload.clone()).ok(),
            _ => None,
        }
    }

    fn notify(&self) -> Option<Notify> {
        match self.msg()?.body?.msg_body? {
            MsgBody::Request(Request { req_type: Some(ReqType::Notify(notify)) }) => Some(notify),
            _ => None,
        }
    }

    fn notification(&self) -> Option<Notification> {
        self.notify()?.notification
    }
}

fn seen(batch: &WireBatch) -> Vec<Seen> {
    let all = batch.iter().map(|msg| Seen {
        at: msg.at.nanos_since(EPOCH) as f64 / 1e9,
        topic: String::from_utf8_lossy(msg.topic).into_owned(),
        retain: msg.delivery.retain,
        payload: msg.payload.to_vec(),
        record: Record::decode(msg.payload).ok().filter(|r| r.record_type.is_some()),
    });
    all.collect()
}

/// The codes found, with how many messages have each.
fn codes(snapshot: &Snapshot) -> BTreeMap<&'static str, usize> {
    let mut found = BTreeMap::new();
    for row in snapshot.rows_from(snapshot.first_seq()) {
        for code in CodeSet(row.mark().problems).iter() {
            *found.entry(code.name()).or_default() += 1;
        }
    }
    found
}

#[test]
fn two_minutes_show_every_state_of_a_request() {
    let snapshot = analyse(&play(50, 1, TWO_MINUTES), TWO_MINUTES);
    let count = |state| snapshot.states().of(state);
    let all: Vec<_> = State::ALL.iter().map(|s| (s.label(), count(*s))).collect();
    println!("{} messages, {all:?}", snapshot.len());
    for state in State::ALL.into_iter().filter(|state| *state != State::GivenUp) {
        assert!(count(state) > 0, "{state:?} in {all:?}");
    }
    // Most of what is asked is answered.
    assert!(count(State::Answered) + count(State::Failed) > 20 * count(State::TimedOut), "{all:?}");
    let found = codes(&snapshot);
    println!("{} codes: {found:?}", found.len());
    assert!(found.len() >= CODES, "{} codes: {found:?}", found.len());
}

/// Everything else shows on the wire, and not only in an exchange's state.
#[test]
fn two_minutes_show_every_feature_on_the_wire() {
    let batch = play(50, 1, TWO_MINUTES);
    let seen = seen(&batch);

    // Segments: whole runs both ways, and one in which a Record is asked for again.
    let contexts: Vec<_> = seen
        .iter()
        .filter_map(|s| match &s.record.as_ref()?.record_type {
            Some(RecordType::SessionContext(context)) => {
                Some((s, s.record.as_ref()?.from_id.as_str(), context))
            }
            _ => None,
        })
        .collect();
    let by_acs = |from: &str| from == "self::acs-demo";
    for from_acs in [true, false] {
        let sars: BTreeSet<i32> = contexts
            .iter()
            .filter(|(_, from, _)| by_acs(from) == from_acs)
            .map(|(.., context)| context.payload_sar_state)
            .collect();
        assert_eq!(sars.len(), 4, "NONE, BEGIN, INPROCESS, COMPLETE; from the ACS: {from_acs}");
    }
    assert!(contexts.iter().any(|(.., context)| context.retransmit_id != 0));
    let tls = contexts.iter().filter(|(s, _, context)| {
        s.record.as_ref().is_some_and(|r| r.payload_security == 1)
            && context.payload.iter().any(|p| p.len() > 5 && (20..=23).contains(&p[0]) && p[1] == 3)
    });
    assert!(tls.count() >= 10);
    let ended = seen.iter().filter_map(|s| match &s.record.as_ref()?.record_type {
        Some(RecordType::Disconnect(end)) => Some(end.reason_code),
        _ => None,
    });
    let ended: BTreeSet<u32> = ended.collect();
    assert!([7104, 7105, 7106].iter().all(|code| ended.contains(code)), "{ended:?}");

    // Commands: done at once, done later, failed later.
    let done: Vec<bool> = seen
        .iter()
        .filter_map(|s| match s.notification()? {
            Notification::OperComplete(done) => {
                Some(matches!(done.operation_resp, Some(OperationResp::ReqOutputArgs(_))))
            }
            _ => None,
        })
        .collect();
    assert!(done.contains(&true) && done.contains(&false), "{done:?}");
    let at_once = seen.iter().filter_map(Seen::msg).any(|msg| {
        let Some(MsgBody::Response(Response { resp_type: Some(RespType::OperateResp(resp)) })) =
            msg.body.and_then(|b| b.msg_body)
        else {
            return false;
        };
        resp.operation_results.iter().any(|result| {
            let done = operate_resp::operation_result::OperationResp::ReqOutputArgs;
            result.executed_command.contains("Locate")
                && result.operation_resp.clone().is_some_and(|r| {
                    std::mem::discriminant(&r) == std::mem::discriminant(&done(Default::default()))
                })
        })
    });
    assert!(at_once, "a command is done at once");

    // Reboots: asked for, with the command's key, and by themselves.
    let boots: BTreeSet<(String, bool)> = seen
        .iter()
        .filter_map(|s| match s.notification()? {
            Notification::Event(event) if event.event_name == "Boot!" => {
                Some((event.params["Cause"].clone(), !event.params["CommandKey"].is_empty()))
            }
            _ => None,
        })
        .collect();
    assert!(boots.contains(&("RemoteReboot".to_owned(), true)), "{boots:?}");
    assert!(boots.contains(&("LocalReboot".to_owned(), false)), "{boots:?}");

    // All kinds of notifications, and one that nobody ever acknowledges.
    let kinds: BTreeSet<&str> = seen
        .iter()
        .filter_map(|s| {
            Some(match s.notification()? {
                Notification::Event(_) => "event",
                Notification::ValueChange(_) => "value",
                Notification::ObjCreation(_) => "creation",
                Notification::ObjDeletion(_) => "deletion",
                Notification::OperComplete(_) => "complete",
                Notification::OnBoardReq(_) => "on board",
            })
        })
        .collect();
    assert_eq!(kinds.len(), 6, "{kinds:?}");
    let mut sent: BTreeMap<&[u8], Vec<f64>> = BTreeMap::new();
    for s in seen.iter().filter(|s| s.notify().is_some_and(|n| n.send_resp)) {
        sent.entry(&s.payload).or_default().push(s.at);
    }
    let stubborn = sent.values().find(|times| times.len() >= 4).expect("a Notify is repeated");
    let waits: Vec<f64> = stubborn.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(waits.is_sorted() && waits[0] >= 5.0, "{waits:?}");

    // Odd ones: a retained Record, two reply topics of one device, an error packet.
    assert!(seen[0].retain && seen[0].topic.starts_with("usp/agent/"));
    let mut subscribed: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for s in &seen {
        let Some(record) = &s.record else { continue };
        if let Some(RecordType::MqttConnect(connect)) = &record.record_type {
            subscribed.entry(&record.from_id).or_default().insert(&connect.subscribed_topic);
        }
    }
    assert_eq!(subscribed.values().filter(|topics| topics.len() == 2).count(), 1);
    assert!(seen.iter().any(|s| s.payload.starts_with(b"err_code:7100\nerr_msg:")));
}

#[test]
fn interesting_things_happen_soon_and_most_devices_have_no_trouble() {
    let half = Duration::from_secs(30);
    let snapshot = analyse(&play(50, 1, half), half);
    let count = |state| snapshot.states().of(state);
    for state in [State::Superseded, State::Orphan] {
        assert!(count(state) > 0, "{state:?} within half a minute");
    }

    let batch = play(50, 1, TWO_MINUTES);
    let snapshot = analyse(&batch, TWO_MINUTES);
    let mut unanswered: BTreeSet<&str> = BTreeSet::new();
    let log = snapshot.exchanges();
    for exchange in (log.first()..log.end()).filter_map(|place| log.get(place)) {
        if matches!(exchange.state, State::TimedOut | State::Late) {
            unanswered.insert(snapshot.endpoint_name(exchange.device()));
        }
    }
    // The slow one, the dead one, some that restarted or lost a session, and the few that the
    // script has on its list.
    assert!(unanswered.len() <= 13, "{} of 50: {unanswered:?}", unanswered.len());
    let rows = snapshot.rows_from(snapshot.first_seq());
    let odd = rows.filter(|row| !CodeSet(row.mark().problems).is_empty()).count();
    assert!(odd * 10 < snapshot.len(), "{odd} of {} messages are odd", snapshot.len());
}

#[test]
fn one_seed_tells_one_story_byte_for_byte() {
    let length = Duration::from_secs(40);
    let (one, two) = (play(20, 5, length), play(20, 5, length));
    assert_eq!(one.len(), two.len());
    for (a, b) in one.iter().zip(two.iter()) {
        assert_eq!((a.at, a.topic, a.payload), (b.at, b.topic, b.payload));
        assert_eq!((a.props, a.delivery), (b.props, b.delivery));
    }
    let other = play(20, 6, length);
    assert!(one.iter().zip(other.iter()).any(|(a, b)| a.payload != b.payload));
    assert!(one.iter().map(|m| m.at).is_sorted());
}

#[test]
fn other_seeds_work_as_well() {
    for seed in 0..20 {
        let snapshot = analyse(&play(50, seed, TWO_MINUTES), TWO_MINUTES);
        let count = |state| snapshot.states().of(state);
        for state in
            [State::Answered, State::TimedOut, State::Late, State::Superseded, State::Orphan]
        {
            assert!(count(state) > 0, "{state:?} with seed {seed}");
        }
    }
}

#[test]
fn few_devices_make_a_working_network_too() {
    for agents in [0, 1, 2, 5, 8, 12] {
        let snapshot = analyse(&play(agents, 1, TWO_MINUTES), TWO_MINUTES);
        let count = |state| snapshot.states().of(state);
        let (good, bad) = (count(State::Answered), count(State::TimedOut));
        println!("{agents} agents: {good} answered, {bad} not");
        assert!(good >= 4 * bad, "{agents} agents: {good} answered, {bad} not");
        assert_eq!(agents == 0, snapshot.is_empty());
    }
}
