//! Which answer belongs to which request: any interleaving against a simple model, and the
//! bounds.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may fail loudly"
)]

#[path = "support/records.rs"]
#[allow(dead_code, reason = "shared by several test targets")]
mod records;

use proptest::prelude::*;
use records::{CONTROLLER, agent, boot, error, get, get_resp, record};
use usp_scope::analysis::exchanges::State;
use usp_scope::analysis::problems::code::Code;
use usp_scope::analysis::{Budgets, Pipeline, Snapshot};
use usp_scope::core::ids::{Epoch, Seq};
use usp_scope::core::time::Timestamp;
use usp_scope::core::wire::{Delivery, WireBatch};
use usp_scope::store;
use usp_scope::store::row::Pair;
use usp_scope::usp::generated::usp::Msg;

const SECOND: i64 = 1_000_000_000;

fn one(at: i64, from: &str, to: &str, msg: &Msg, delivery: Delivery) -> WireBatch {
    let mut batch = WireBatch::new();
    let bytes = record(from, to, msg);
    batch.push(Timestamp(at), b"usp/any", &bytes, delivery, |_| {});
    batch
}

struct Scene {
    pipeline: Pipeline,
    device: String,
}

impl Scene {
    fn new() -> Self {
        Self { pipeline: Pipeline::new(store::Budgets::default(), Epoch(1)), device: agent(1) }
    }

    fn ask(&mut self, at_ms: i64, msg: &Msg) -> &mut Self {
        let batch = one(at_ms * 1_000_000, CONTROLLER, &self.device, msg, Delivery::default());
        self.pipeline.apply(&batch);
        self
    }

    fn answer(&mut self, at_ms: i64, msg: &Msg) -> &mut Self {
        let batch = one(at_ms * 1_000_000, &self.device, CONTROLLER, msg, Delivery::default());
        self.pipeline.apply(&batch);
        self
    }

    fn states(&mut self) -> Vec<State> {
        self.pipeline.snapshot().exchanges().iter_from(0).map(|e| e.state).collect()
    }

    fn codes(&mut self, seq: u64) -> Vec<Code> {
        codes(&self.pipeline.snapshot(), seq)
    }
}

fn codes(snapshot: &Snapshot, seq: u64) -> Vec<Code> {
    snapshot
        .problems_of(snapshot.row(Seq(seq)).unwrap())
        .iter()
        .filter(|code| ours(*code))
        .collect()
}

/// Other parts of the analysis have their say about these bare messages too.
fn ours(code: Code) -> bool {
    use Code::{
        DuplicateAnswer, LateAnswer, LostByRestart, MsgIdReused, NotifyUnacknowledged,
        OrphanAnswer, Redelivered, RequestRepeated, RetryStorm, Unanswered, WrongAnswerType,
    };
    [
        Unanswered,
        LateAnswer,
        OrphanAnswer,
        MsgIdReused,
        WrongAnswerType,
        DuplicateAnswer,
        RequestRepeated,
        RetryStorm,
        NotifyUnacknowledged,
        LostByRestart,
        Redelivered,
    ]
    .contains(&code)
}

#[test]
fn a_request_runs_out_of_time_and_a_late_answer_is_told_as_such() {
    let mut scene = Scene::new();
    scene.ask(0, &get("1", "Device."));
    assert!(!scene.pipeline.tick(Timestamp(30 * SECOND - 1)));
    assert_eq!(scene.states(), [State::Pending]);
    assert!(scene.pipeline.tick(Timestamp(30 * SECOND)));
    assert_eq!(scene.states(), [State::TimedOut]);
    assert_eq!(scene.codes(1), [Code::Unanswered]);
    scene.answer(50_000, &get_resp("1", "Device.", &[]));
    assert_eq!(scene.states(), [State::Late]);
    assert_eq!(scene.codes(2), [Code::LateAnswer]);
    let snapshot = scene.pipeline.snapshot();
    let row = snapshot.latency_rows().get(0).copied().unwrap();
    assert_eq!((row.count, row.timeouts, row.max_micros), (1, 1, 50_000_000));
    assert_eq!(snapshot.open_requests(), 0);
}

#[test]
fn repeats_count_and_the_first_transmission_starts_the_clock() {
    let mut scene = Scene::new();
    for at in [0, 5000, 15_000] {
        scene.ask(at, &get("1", "Device."));
    }
    scene.answer(15_020, &get_resp("1", "Device.", &[]));
    let snapshot = scene.pipeline.snapshot();
    let exchange = snapshot.exchanges().get(0).unwrap();
    assert_eq!((exchange.attempts, exchange.state), (3, State::Answered));
    assert_eq!(exchange.latency_nanos(), Some(15_020_000_000));
    assert_eq!(exchange.last_attempt_nanos(), Some(20_000_000));
    assert_eq!(exchange.last_request, Some(Seq(3)));
    assert_eq!(codes(&snapshot, 3), [Code::RequestRepeated]);
    assert_eq!(snapshot.row(Seq(3)).unwrap().pair(), Some(Pair::RepeatOf { first: Seq(1) }));
}

#[test]
fn a_second_delivery_is_no_second_transmission() {
    let mut scene = Scene::new();
    scene.ask(0, &get("1", "Device."));
    let dup = Delivery { qos: 1, dup: true, retain: false };
    let device = scene.device.clone();
    scene.pipeline.apply(&one(9 * SECOND, CONTROLLER, &device, &get("1", "Device."), dup));
    let snapshot = scene.pipeline.snapshot();
    assert_eq!(snapshot.exchanges().get(0).unwrap().attempts, 1);
    assert_eq!(codes(&snapshot, 2), [Code::Redelivered]);
}

#[test]
fn an_error_fails_a_request_and_another_type_answers_nothing() {
    let mut scene = Scene::new();
    scene.ask(0, &get("1", "Device.")).answer(1, &boot_resp("1"));
    assert_eq!(scene.states(), [State::Pending]);
    assert_eq!(scene.codes(2), [Code::WrongAnswerType]);
    scene.answer(2, &error("1"));
    assert_eq!(scene.states(), [State::Failed]);
}

/// An answer that fits no Get.
fn boot_resp(id: &str) -> Msg {
    use usp_scope::usp::generated::usp::{
        Body, Header, NotifyResp, Response, body, header, response,
    };
    let resp = response::RespType::NotifyResp(NotifyResp { subscription_id: "s".to_owned() });
    let response = Response { resp_type: Some(resp) };
    Msg {
        header: Some(Header {
            msg_id: id.to_owned(),
            msg_type: header::MsgType::NotifyResp.into(),
        }),
        body: Some(Body { msg_body: Some(body::MsgBody::Response(response)) }),
    }
}

#[test]
fn notifies_nobody_acknowledges_are_told_from_the_third_on() {
    let mut scene = Scene::new();
    let mut notify = boot("n1");
    use usp_scope::usp::generated::usp::{body::MsgBody, request::ReqType};
    if let Some(MsgBody::Request(request)) = &mut notify.body.as_mut().unwrap().msg_body
        && let Some(ReqType::Notify(notify)) = &mut request.req_type
    {
        notify.send_resp = true;
    }
    for at in [0, 5000, 15_000, 35_000, 75_000] {
        scene.answer(at, &notify);
    }
    assert_eq!(scene.codes(2), [Code::RequestRepeated]);
    assert_eq!(scene.codes(3), [Code::RequestRepeated, Code::NotifyUnacknowledged]);
    assert!(scene.codes(5).contains(&Code::RetryStorm));
    // It ran out of time after the third; the acknowledgement still finds it.
    scene.ask(75_010, &boot_resp("n1"));
    assert_eq!(scene.states(), [State::Late]);
    // The same bytes once more: the acknowledgement was lost.
    scene.answer(80_000, &notify);
    let snapshot = scene.pipeline.snapshot();
    assert_eq!(snapshot.exchanges().len(), 1);
    assert_eq!(snapshot.exchanges().get(0).unwrap().attempts, 6);
}

#[test]
fn an_orphan_is_told_only_when_no_request_follows() {
    let mut scene = Scene::new();
    scene.ask(0, &get("0", "Device."));
    scene.answer(100, &get_resp("1", "Device.", &[]));
    scene.answer(101, &get_resp("2", "Device.", &[]));
    scene.ask(103, &get("1", "Device."));
    scene.pipeline.tick(Timestamp(2 * SECOND));
    assert_eq!(scene.states(), [State::Pending, State::Answered, State::Orphan]);
    assert_eq!(scene.codes(2), []);
    assert_eq!(scene.codes(3), [Code::OrphanAnswer]);
    let snapshot = scene.pipeline.snapshot();
    let exchange = snapshot.exchanges().get(1).unwrap();
    assert!(exchange.is_reordered());
    assert_eq!(exchange.latency_nanos(), Some(-3_000_000));
}

#[test]
fn too_many_open_requests_are_given_up_oldest_first_and_counted() {
    let budgets = Budgets { open_requests: 1000, answered_requests: 500, ..Budgets::default() };
    let mut pipeline = Pipeline::with_budgets(
        store::Budgets { bytes: 1 << 20, ..Default::default() },
        budgets,
        Epoch(1),
    );
    const ASKED: i64 = 20_000;
    for n in 0..ASKED {
        let msg = get(&n.to_string(), "Device.");
        pipeline.apply(&one(n * 1000, CONTROLLER, &agent(1), &msg, Delivery::default()));
    }
    let snapshot = pipeline.snapshot();
    assert_eq!(snapshot.open_requests(), 1000);
    assert!(snapshot.remembered_requests() <= 2 * 1000 + 4096);
    assert_eq!(snapshot.losses().open_requests, ASKED as u64 - 1000);
    assert_eq!(snapshot.states().of(State::GivenUp), ASKED as u64 - 1000);
    assert_eq!(snapshot.states().of(State::Pending), 1000);
}

/// One step of a random conversation.
#[derive(Clone, Debug)]
struct Step {
    wait_ms: u16,
    device: u8,
    id: u8,
    what: What,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum What {
    /// A Get of one of two paths.
    Get(bool),
    GetResp,
    Error,
    /// An answer that no Get has.
    NotifyResp,
}

fn step() -> impl Strategy<Value = Step> {
    let what = prop_oneof![
        4 => any::<bool>().prop_map(What::Get),
        4 => Just(What::GetResp),
        1 => Just(What::Error),
        1 => Just(What::NotifyResp),
    ];
    let wait = prop_oneof![6 => 0..800u16, 1 => 0..40_000u16];
    (wait, 0..2u8, 0..3u8, what).prop_map(|(wait_ms, device, id, what)| Step {
        wait_ms,
        device,
        id,
        what,
    })
}

/// An exchange as the model sees it.
#[derive(Clone, Debug, PartialEq)]
struct Modelled {
    device: u8,
    id: u8,
    request: Option<(u64, i64, bool)>,
    answer: Option<(u64, i64, What)>,
    state: State,
    attempts: u16,
    orphaned: Option<What>,
}

/// The rules said in the plainest way: a list, walked backwards.
fn model(steps: &[(i64, Step)]) -> (Vec<Modelled>, Vec<Option<Pair>>) {
    let mut all: Vec<Modelled> = Vec::new();
    let mut pairs: Vec<Option<Pair>> = vec![None; steps.len() + 1];
    for (n, (now, step)) in steps.iter().enumerate() {
        let seq = n as u64 + 1;
        for exchange in &mut all {
            if exchange.state == State::Pending && now - exchange.request.unwrap().1 >= 30 * SECOND
            {
                exchange.state = State::TimedOut;
            }
        }
        // An answered request is remembered for a minute, an unanswered one for ten.
        let remembered = |e: &Modelled| match (e.state, e.request, e.answer) {
            (State::TimedOut, Some(request), _) => now - request.1 - 30 * SECOND <= 600 * SECOND,
            (.., Some(answer)) => now - answer.1 <= 60 * SECOND,
            _ => true,
        };
        let last = all
            .iter()
            .rposition(|e| e.device == step.device && e.id == step.id)
            .filter(|&at| remembered(&all[at]));
        let open = |state| matches!(state, State::Pending | State::TimedOut);
        if let What::Get(path) = step.what {
            if let Some(old) = last.map(|at| &mut all[at]) {
                if let Some(first) = old.request
                    && open(old.state)
                {
                    if first.2 == path {
                        old.attempts += 1;
                        pairs[n + 1] = Some(Pair::RepeatOf { first: Seq(first.0) });
                        continue;
                    }
                    old.state = State::Superseded;
                } else if old.state == State::Orphan
                    && let Some((response, at, kind)) = old.answer
                    && kind != What::NotifyResp
                    && now - at <= SECOND / 2
                {
                    old.request = Some((seq, *now, path));
                    old.attempts = 1;
                    old.state = if kind == What::Error { State::Failed } else { State::Answered };
                    let latency_nanos = at - now;
                    pairs[n + 1] =
                        Some(Pair::AnsweredBy { response: Seq(response), latency_nanos });
                    pairs[response as usize] =
                        Some(Pair::Answers { request: Seq(seq), latency_nanos });
                    continue;
                }
            }
            all.push(Modelled {
                device: step.device,
                id: step.id,
                request: Some((seq, *now, path)),
                answer: None,
                state: State::Pending,
                attempts: 1,
                orphaned: None,
            });
            continue;
        }
        if let Some(old) = last.map(|at| &mut all[at]) {
            let fits = match old.orphaned {
                Some(kind) if old.request.is_none() => kind == step.what,
                _ => step.what != What::NotifyResp,
            };
            if let Some(first) = old.request
                && open(old.state)
            {
                if fits {
                    old.state = match (old.state, step.what) {
                        (State::TimedOut, _) => State::Late,
                        (_, What::Error) => State::Failed,
                        _ => State::Answered,
                    };
                    old.answer = Some((seq, *now, step.what));
                    let latency_nanos = now - first.1;
                    pairs[n + 1] = Some(Pair::Answers { request: Seq(first.0), latency_nanos });
                    pairs[first.0 as usize] =
                        Some(Pair::AnsweredBy { response: Seq(seq), latency_nanos });
                }
                continue;
            }
            if fits && let Some((first, ..)) = old.answer {
                pairs[n + 1] = Some(Pair::RepeatOf { first: Seq(first) });
                continue;
            }
        }
        all.push(Modelled {
            device: step.device,
            id: step.id,
            request: None,
            answer: Some((seq, *now, step.what)),
            state: State::Orphan,
            attempts: 0,
            orphaned: Some(step.what),
        });
    }
    (all, pairs)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_interleaving_is_paired_as_the_model_pairs_it(
        steps in prop::collection::vec(step(), 1..60),
        cuts in prop::collection::vec(any::<bool>(), 60),
    ) {
        let mut now = 0;
        let steps: Vec<(i64, Step)> = steps
            .into_iter()
            .map(|step| {
                now += i64::from(step.wait_ms) * 1_000_000;
                (now, step)
            })
            .collect();
        let mut live = Pipeline::new(store::Budgets::default(), Epoch(1));
        let mut replay = Pipeline::new(store::Budgets::default(), Epoch(1));
        let mut all = WireBatch::new();
        for ((at, step), cut) in steps.iter().zip(cuts) {
            let device = agent(usize::from(step.device));
            let id = step.id.to_string();
            let (msg, up) = match step.what {
                What::Get(path) => (get(&id, if path { "Device.A." } else { "Device.B." }), false),
                What::GetResp => (get_resp(&id, "Device.A.", &[]), true),
                What::Error => (error(&id), true),
                What::NotifyResp => (boot_resp(&id), true),
            };
            let (from, to) = if up { (device.as_str(), CONTROLLER) } else { (CONTROLLER, device.as_str()) };
            live.apply(&one(*at, from, to, &msg, Delivery::default()));
            let bytes = record(from, to, &msg);
            all.push(Timestamp(*at), b"usp/any", &bytes, Delivery::default(), |_| {});
            // Time that passes while nothing comes changes nothing for what comes next.
            if cut {
                live.tick(Timestamp(at + 1));
            }
        }
        replay.apply(&all);
        let (expected, pairs) = model(&steps);
        for pipeline in [&mut live, &mut replay] {
            let snapshot = pipeline.snapshot();
            let found: Vec<_> = snapshot
                .exchanges()
                .iter_from(0)
                .map(|e| (e.request.map(|s| s.0), e.answer.map(|s| s.0), e.state, e.attempts))
                .collect();
            let wanted: Vec<_> = expected
                .iter()
                .map(|e| (e.request.map(|r| r.0), e.answer.map(|a| a.0), e.state, e.attempts))
                .collect();
            prop_assert_eq!(found, wanted);
            for (n, pair) in pairs.iter().enumerate().skip(1) {
                prop_assert_eq!(snapshot.row(Seq(n as u64)).unwrap().pair(), *pair, "message {}", n);
            }
            for state in State::ALL {
                let count = snapshot.exchanges().iter_from(0).filter(|e| e.state == state).count();
                prop_assert_eq!(snapshot.states().of(state), count as u64, "{:?}", state);
            }
        }
    }
}
