//! Operations in every order, and against a simple model.

#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

use proptest::prelude::*;

use super::*;
use crate::analysis::{Budgets, Pipeline, Snapshot};
use crate::core::ids::Epoch;
use crate::core::wire::{Delivery, WireBatch};
use crate::store;
use crate::usp::generated::usp::notify::{self, Notification, operation_complete};
use crate::usp::generated::usp::operate_resp::{OperationResult, operation_result};
use crate::usp::generated::usp::request::ReqType;
use crate::usp::generated::usp::response::RespType;
use crate::usp::generated::usp::{Msg, Operate, OperateResp};
use crate::usp::generated::usp_record::mqtt_connect_record::MqttVersion;
use crate::usp::make;

const ACS: &str = "self::acs";
const CPE: &str = "os::00256D-1";
const TEST: &str = "Device.SelfTestDiagnostics()";
const REBOOT: &str = "Device.Reboot()";

struct World {
    pipeline: Pipeline,
}

impl World {
    fn new(operations: usize) -> Self {
        let budgets = Budgets { operations, ..Budgets::default() };
        let pipeline = Pipeline::with_budgets(store::Budgets::default(), budgets, Epoch(1));
        Self { pipeline }
    }

    fn payload(&mut self, at_ms: i64, payload: &[u8]) -> Seq {
        let mut batch = WireBatch::new();
        let at = Timestamp(at_ms * 1_000_000);
        batch.push(at, b"usp/x", payload, Delivery::default(), |_| {});
        self.pipeline.apply(&batch).first
    }

    fn down(&mut self, at_ms: i64, device: &str, msg: &Msg) -> Seq {
        self.payload(at_ms, &make::record(ACS, device, msg))
    }

    fn up(&mut self, at_ms: i64, device: &str, msg: &Msg) -> Seq {
        self.payload(at_ms, &make::record(device, ACS, msg))
    }

    fn connect(&mut self, at_ms: i64, device: &str) -> Seq {
        self.payload(at_ms, &make::connect_record(device, ACS, MqttVersion::V5, "usp/agent/1"))
    }

    fn see(&mut self) -> Snapshot {
        self.pipeline.snapshot()
    }

    /// The only operation.
    fn only(&mut self) -> Operation {
        let snapshot = self.see();
        let all: Vec<_> = snapshot.operations().iter().cloned().collect();
        assert_eq!(all.len(), 1, "{all:#?}");
        all.into_iter().next().unwrap()
    }
}

#[derive(Clone, Copy, PartialEq, Debug)]
enum Say {
    Accept(u32),
    Done,
    Refuse(u32),
}

fn resp(id: &str, results: &[(&str, Say)]) -> Msg {
    let operation_results = results
        .iter()
        .map(|&(command, say)| OperationResult {
            executed_command: command.to_owned(),
            operation_resp: Some(match say {
                Say::Accept(n) => operation_result::OperationResp::ReqObjPath(format!(
                    "Device.LocalAgent.Request.{n}"
                )),
                Say::Done => operation_result::OperationResp::ReqOutputArgs(Default::default()),
                Say::Refuse(err_code) => {
                    let err_msg = String::new();
                    let failure = operation_result::CommandFailure { err_code, err_msg };
                    operation_result::OperationResp::CmdFailure(failure)
                }
            }),
        })
        .collect();
    make::response(id, RespType::OperateResp(OperateResp { operation_results }))
}

fn complete(id: &str, command: &str, key: &str, failure: Option<u32>) -> Msg {
    let at = command.rfind('.').map_or(0, |at| at + 1);
    let (object, name) = command.split_at(at);
    let done = notify::OperationComplete {
        obj_path: object.to_owned(),
        command_name: name.to_owned(),
        command_key: key.to_owned(),
        operation_resp: Some(match failure {
            Some(err_code) => {
                let err_msg = String::new();
                let failure = operation_complete::CommandFailure { err_code, err_msg };
                operation_complete::OperationResp::CmdFailure(failure)
            }
            None => operation_complete::OperationResp::ReqOutputArgs(Default::default()),
        }),
    };
    make::notify(id, "opc", false, Notification::OperComplete(done))
}

fn boot(id: &str, key: &str, cause: &str) -> Msg {
    let event = notify::Event {
        obj_path: "Device.".to_owned(),
        event_name: "Boot!".to_owned(),
        params: [("CommandKey", key), ("Cause", cause)]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into(),
    };
    make::notify(id, "boot", false, Notification::Event(event))
}

fn silent(id: &str, command: &str, key: &str) -> Msg {
    let operate =
        Operate { command: command.to_owned(), command_key: key.to_owned(), ..Operate::default() };
    make::request(id, ReqType::Operate(operate))
}

#[test]
fn an_operation_runs_from_operate_to_completion() {
    let mut world = World::new(100);
    let operate = world.down(0, CPE, &make::operate("1", TEST, "k"));
    assert_eq!(world.only().state, OperationState::Requested);
    let answer = world.up(20, CPE, &resp("1", &[(TEST, Say::Accept(7))]));
    let running = world.only();
    assert_eq!((running.state, running.grade()), (OperationState::Running, None));
    let done = world.up(2_120, CPE, &complete("n", TEST, "k", None));

    let operation = world.only();
    assert_eq!(operation.state, OperationState::Done);
    assert_eq!(operation.grade(), Some(Grade::Ok));
    assert_eq!(
        (operation.operate, operation.response, operation.complete),
        (Some(operate), Some(answer), Some(done))
    );
    assert_eq!(operation.request_path.as_deref(), Some("Device.LocalAgent.Request.7"));
    assert_eq!(operation.duration_nanos(), Some(2_120_000_000));
    assert_eq!(operation.reboot_nanos(), None);
    let snapshot = world.see();
    assert_eq!(snapshot.endpoint_name(operation.device), CPE);
    assert_eq!(operation.controller.map(|id| snapshot.endpoint_name(id)), Some(ACS));
    for seq in [operate, answer, done] {
        assert_eq!(snapshot.operation_of(snapshot.row(seq).unwrap()), Some(&operation));
    }
}

#[test]
fn refusals_failures_and_synchronous_commands_end_it() {
    let mut world = World::new(100);
    for (id, say) in [("1", Say::Refuse(7022)), ("2", Say::Done), ("3", Say::Accept(1))] {
        world.down(0, CPE, &make::operate(id, TEST, id));
        world.up(5, CPE, &resp(id, &[(TEST, say)]));
    }
    world.down(6, CPE, &make::operate("4", TEST, "4"));
    world.up(7, CPE, &make::error("4", 7004, "no"));
    world.up(8, CPE, &complete("n", TEST, "3", Some(7023)));
    let snapshot = world.see();
    let ends: Vec<_> = snapshot.operations().iter().map(|o| (o.state, o.error)).collect();
    use OperationState::{Done, Failed, Refused};
    assert_eq!(
        ends,
        [(Refused, Some(7022)), (Done, None), (Failed, Some(7023)), (Refused, Some(7004))]
    );
}

#[test]
fn without_an_answer_it_is_unanswered_and_may_still_be_answered() {
    let mut world = World::new(100);
    world.down(0, CPE, &make::operate("1", TEST, ""));
    world.down(1, CPE, &silent("2", TEST, "quiet"));
    assert!(world.pipeline.is_waiting());
    assert!(!world.pipeline.tick(Timestamp(119_000 * 1_000_000)));
    assert!(world.pipeline.tick(Timestamp(120_000 * 1_000_000)));
    let states = |world: &mut World| -> Vec<_> {
        world.see().operations().iter().map(|operation| operation.state).collect()
    };
    use OperationState::{Done, Requested, Running, Unanswered};
    assert_eq!(states(&mut world), [Unanswered, Requested]);
    world.up(130_000, CPE, &resp("1", &[(TEST, Say::Accept(1))]));
    world.up(130_001, CPE, &complete("n", TEST, "quiet", None));
    assert_eq!(states(&mut world), [Running, Done]);
}

#[test]
fn the_same_operate_again_is_the_same_operation() {
    let mut world = World::new(100);
    for at in [0, 5_000, 15_000] {
        world.down(at, CPE, &make::operate("1", TEST, "k"));
    }
    let operation = world.only();
    assert_eq!((operation.attempts, operation.last_operate), (3, Some(Seq(3))));
    assert_eq!(operation.started_at, Some(Timestamp(0)));
    let snapshot = world.see();
    assert_eq!(snapshot.operation_of(snapshot.row(Seq(2)).unwrap()), Some(&operation));

    world.up(15_100, CPE, &resp("1", &[(TEST, Say::Done)]));
    world.up(15_101, CPE, &resp("1", &[(TEST, Say::Done)]));
    assert_eq!(world.only().response, Some(Seq(4)));
    // After its answer the id stands for something new.
    world.down(60_000, CPE, &make::operate("1", TEST, "k"));
    assert_eq!(world.see().operations().iter().count(), 2);
}

#[test]
fn a_completion_sent_again_is_the_same() {
    let mut world = World::new(100);
    world.down(0, CPE, &make::operate("1", TEST, ""));
    world.down(1, CPE, &make::operate("2", TEST, ""));
    let done = complete("n", TEST, "", None);
    world.up(2, CPE, &done);
    world.up(5_000, CPE, &done);
    let snapshot = world.see();
    let completes: Vec<_> = snapshot.operations().iter().map(|o| o.complete).collect();
    assert_eq!(completes, [Some(Seq(3)), None]);
    let first = snapshot.operations().iter().next();
    assert_eq!(snapshot.operation_of(snapshot.row(Seq(4)).unwrap()), first);
}

#[test]
fn every_object_of_a_search_path_is_an_operation_of_its_own() {
    let search = "Device.IP.Interface.*.Reset()";
    let (one, two) = ("Device.IP.Interface.1.Reset()", "Device.IP.Interface.2.Reset()");
    let mut world = World::new(100);
    let operate = world.down(0, CPE, &make::operate("1", search, "k"));
    assert_eq!(&*world.only().command, search);
    // The second object is done before the answer.
    world.up(10, CPE, &complete("n2", two, "k", None));
    let answer = world.up(20, CPE, &resp("1", &[(one, Say::Accept(1)), (two, Say::Accept(2))]));
    world.up(30, CPE, &complete("n1", one, "k", Some(7022)));
    let snapshot = world.see();
    let mut all: Vec<_> = snapshot
        .operations()
        .iter()
        .map(|o| (&*o.command, o.operate, o.response, o.complete, o.state))
        .collect();
    all.sort();
    let (operate, answer) = (Some(operate), Some(answer));
    assert_eq!(
        all,
        [
            (one, operate, answer, Some(Seq(4)), OperationState::Failed),
            (two, operate, answer, Some(Seq(2)), OperationState::Done),
        ]
    );
    assert_eq!(snapshot.operations().of(Seq(3)).count(), 2);
}

#[test]
fn results_beyond_the_limit_are_counted() {
    let names: Vec<_> = (1..=70).map(|n| format!("Device.A.{n}.Go()")).collect();
    let results: Vec<_> = names.iter().map(|name| (&**name, Say::Done)).collect();
    let mut world = World::new(1000);
    world.down(0, CPE, &make::operate("1", "Device.A.*.Go()", ""));
    world.up(1, CPE, &resp("1", &results));
    let snapshot = world.see();
    assert_eq!(snapshot.operations().iter().count(), 64);
    assert_eq!(snapshot.losses().operations, 6);
}

#[test]
fn a_completion_without_an_operate_stands_alone_after_a_moment() {
    let mut world = World::new(100);
    let done = world.up(0, CPE, &complete("n", TEST, "k", Some(7022)));
    assert!(world.pipeline.is_waiting(), "its Operate may be on the way");
    assert_eq!(world.see().operations().iter().count(), 0);
    assert!(world.pipeline.tick(Timestamp(501_000_000)));
    let operation = world.only();
    assert!(operation.is_start_unknown());
    assert_eq!((operation.complete, operation.state), (Some(done), OperationState::Failed));
    let snapshot = world.see();
    assert_eq!(snapshot.operation_of(snapshot.row(done).unwrap()), Some(&operation));
}

#[test]
fn whoever_sees_no_requests_still_sees_answers_completed() {
    let mut world = World::new(100);
    world.up(0, CPE, &resp("1", &[(TEST, Say::Accept(1))]));
    let running = world.only();
    assert_eq!((running.operate, running.command_key), (None, None));
    world.up(9_000, CPE, &complete("n", TEST, "k", None));
    let done = world.only();
    assert_eq!((done.state, done.command_key.as_deref()), (OperationState::Done, Some("k")));
    assert_eq!(done.response, Some(Seq(1)));
    assert_eq!(done.duration_nanos(), None);
}

#[test]
fn a_reboot_lasts_from_the_answer_to_the_connect_record() {
    let mut world = World::new(100);
    world.down(0, CPE, &make::operate("0", TEST, "t"));
    world.up(1, CPE, &resp("0", &[(TEST, Say::Accept(1))]));
    world.down(10, CPE, &make::operate("1", REBOOT, "rb"));
    world.up(30, CPE, &resp("1", &[(REBOOT, Say::Done)]));
    let connect = world.connect(2_030, CPE);
    // Asked of the device as it is now.
    world.down(2_040, CPE, &make::operate("2", TEST, "new"));
    let boot_seq = world.up(2_080, CPE, &boot("b", "rb", "RemoteReboot"));
    world.up(2_090, CPE, &boot("b", "rb", "RemoteReboot"));

    let snapshot = world.see();
    let all: Vec<_> = snapshot.operations().iter().collect();
    let states: Vec<_> = all.iter().map(|operation| operation.state).collect();
    use OperationState::{Done, Lost, Requested};
    assert_eq!(states, [Lost, Done, Requested]);
    let reboot = all[1];
    assert_eq!((reboot.complete, reboot.boot), (Some(connect), Some(boot_seq)));
    assert_eq!(reboot.cause.as_deref(), Some("RemoteReboot"));
    assert_eq!(reboot.reboot_nanos(), Some(2_000_000_000));
    for seq in [connect, boot_seq] {
        assert_eq!(snapshot.operation_of(snapshot.row(seq).unwrap()), Some(reboot));
    }
    // What was lost may have been done before the restart after all.
    world.up(3_000, CPE, &complete("n", TEST, "t", None));
    assert_eq!(world.see().operations().iter().next().unwrap().state, Done);
}

#[test]
fn a_reconnect_is_no_restart_but_a_boot_is() {
    let mut world = World::new(100);
    world.down(0, CPE, &make::operate("0", TEST, "t"));
    world.up(1, CPE, &resp("0", &[(TEST, Say::Accept(1))]));
    world.connect(5_000, CPE);
    assert_eq!(world.only().state, OperationState::Running);
    world.up(100_000, CPE, &boot("b", "", "LocalReboot"));
    let lost = world.only();
    assert_eq!(lost.state, OperationState::Lost);
    assert_eq!(lost.ended_at, Some(Timestamp(100_000 * 1_000_000)));
}

#[test]
fn boot_completes_a_restart_of_old_and_silent_devices() {
    // No Connect Record, no answer: the CommandKey tells.
    let mut world = World::new(100);
    world.down(0, CPE, &make::operate("1", REBOOT, "rb"));
    world.up(9_000, CPE, &boot("b", "rb", "RemoteReboot"));
    let reboot = world.only();
    assert_eq!((reboot.complete, reboot.boot), (Some(Seq(2)), Some(Seq(2))));
    assert_eq!(reboot.reboot_nanos(), Some(9_000_000_000));

    let mut world = World::new(100);
    world.down(0, CPE, &silent("1", REBOOT, ""));
    world.connect(4_000, CPE);
    assert_eq!(world.only().reboot_nanos(), Some(4_000_000_000));

    // One that nobody answered is not taken for done when the device reconnects.
    let mut world = World::new(100);
    world.down(0, CPE, &make::operate("1", REBOOT, ""));
    world.connect(4_000, CPE);
    assert_eq!(world.only().state, OperationState::Requested);
    // Refused ones neither.
    world.up(4_100, CPE, &resp("1", &[(REBOOT, Say::Refuse(7006))]));
    world.connect(9_000, CPE);
    assert_eq!(world.only().state, OperationState::Refused);
}

#[test]
fn budgets_hold_and_losses_are_counted() {
    const MAX: usize = 100;
    let mut world = World::new(MAX);
    for n in 0..20_000_i64 {
        let (id, device) = (n.to_string(), format!("os::00256D-{}", n % 50));
        let command = format!("Device.X.{}.Go()", n % 7);
        let search = if n % 11 == 0 { "Device.X.*.Go()" } else { &*command };
        world.down(n, &device, &make::operate(&id, search, if n % 3 == 0 { "" } else { &id }));
        if n % 2 == 0 {
            world.up(n, &device, &resp(&id, &[(&command, Say::Accept(1))]));
        }
        if n % 5 == 0 {
            world.up(n, &device, &complete(&id, &command, &id, None));
        }
        if n % 97 == 0 {
            world.connect(n, &device);
        }
    }
    let snapshot = world.see();
    assert!(snapshot.operations().log().len() <= MAX + 1024);
    assert!(snapshot.losses().operations > 1000);
    let operations = &world.pipeline.operations_for_tests().remembered();
    assert!(*operations <= MAX + 1024, "{operations}");
}

/// What happens to one operation: device, command, outcome, and when its messages arrive.
#[derive(Clone, Debug)]
struct Script {
    device: usize,
    command: usize,
    outcome: Outcome,
    at: [i64; 3],
}

#[derive(Clone, Copy, PartialEq, Debug)]
enum Outcome {
    Sync,
    Refused,
    Error,
    Accepted,
    Succeeded,
    Failed,
}

const DEVICES: [&str; 3] = ["os::00256D-1", "os::00256D-2", "os::00256D-3"];
const COMMANDS: [&str; 3] =
    [TEST, "Device.IP.Interface.1.Reset()", "Device.IP.Interface.2.Reset()"];

fn script() -> impl Strategy<Value = Script> {
    use Outcome::{Accepted, Error, Failed, Refused, Succeeded, Sync};
    let outcome =
        prop::sample::select(vec![Sync, Refused, Error, Accepted, Succeeded, Succeeded, Failed]);
    (0..3_usize, 0..3_usize, outcome, prop::array::uniform3(0..400_i64))
        .prop_map(|(device, command, outcome, at)| Script { device, command, outcome, at })
}

/// The messages of a script, each with its part: 0 Operate, 1 answer, 2 OperationComplete.
fn messages(n: usize, script: &Script, key: &str) -> Vec<(usize, bool, Msg)> {
    let (id, command) = (n.to_string(), COMMANDS[script.command]);
    let answer = match script.outcome {
        Outcome::Sync => resp(&id, &[(command, Say::Done)]),
        Outcome::Refused => resp(&id, &[(command, Say::Refuse(7022))]),
        Outcome::Error => make::error(&id, 7004, ""),
        _ => resp(&id, &[(command, Say::Accept(1))]),
    };
    let mut all = vec![(0, true, make::operate(&id, command, key)), (1, false, answer)];
    let failure = match script.outcome {
        Outcome::Succeeded => None,
        Outcome::Failed => Some(7023),
        _ => return all,
    };
    all.push((2, false, complete(&format!("c{n}"), command, key, failure)));
    all
}

type Seen = (Option<Seq>, Option<Seq>, Option<Seq>, OperationState, Option<u32>);

fn seen(snapshot: &Snapshot) -> Vec<Seen> {
    let all = snapshot.operations().iter();
    let mut all: Vec<_> =
        all.map(|o| (o.operate, o.response, o.complete, o.state, o.error)).collect();
    all.sort();
    all
}

fn end(outcome: Outcome) -> (OperationState, Option<u32>) {
    match outcome {
        Outcome::Sync | Outcome::Succeeded => (OperationState::Done, None),
        Outcome::Refused => (OperationState::Refused, Some(7022)),
        Outcome::Error => (OperationState::Refused, Some(7004)),
        Outcome::Accepted => (OperationState::Running, None),
        Outcome::Failed => (OperationState::Failed, Some(7023)),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    /// Operate, answer and completion find each other in whatever order they come.
    #[test]
    fn any_order_gives_the_same_operations(scripts in prop::collection::vec(script(), 1..30)) {
        let mut all = Vec::new();
        for (n, script) in scripts.iter().enumerate() {
            for (part, down, msg) in messages(n, script, &format!("k{n}")) {
                all.push((script.at[part], n, part, down, msg));
            }
        }
        all.sort_by_key(|one| one.0);
        let mut world = World::new(1000);
        let mut seqs = vec![[None; 3]; scripts.len()];
        for (at, n, part, down, msg) in &all {
            let device = DEVICES[scripts[*n].device];
            let seq = if *down { world.down(*at, device, msg) } else { world.up(*at, device, msg) };
            seqs[*n][*part] = Some(seq);
        }
        let mut expected: Vec<Seen> = scripts.iter().zip(&seqs).map(|(script, seqs)| {
            let (state, error) = end(script.outcome);
            (seqs[0], seqs[1], seqs[2], state, error)
        }).collect();
        expected.sort();
        let snapshot = world.see();
        prop_assert_eq!(seen(&snapshot), expected);
        for (_, n, part, ..) in &all {
            let row = snapshot.row(seqs[*n][*part].unwrap()).unwrap();
            let operation = snapshot.operation_of(row);
            prop_assert_eq!(operation.map(|o| o.operate), Some(seqs[*n][0]));
        }
    }

    /// With keys that are not unique the oldest accepted operation is the one that completed.
    #[test]
    fn equal_keys_complete_oldest_first(
        scripts in prop::collection::vec(script(), 1..30),
        order in prop::collection::vec(any::<prop::sample::Index>(), 90),
    ) {
        let mut queues: Vec<_> = scripts.iter().enumerate()
            .map(|(n, script)| std::collections::VecDeque::from(messages(n, script, "")))
            .collect();
        let mut world = World::new(1000);
        let mut model: Vec<(usize, Seen)> = Vec::new();
        for (step, index) in order.iter().enumerate() {
            let waiting: Vec<_> = (0..queues.len()).filter(|&n| !queues[n].is_empty()).collect();
            if waiting.is_empty() {
                break;
            }
            let n = waiting[index.index(waiting.len())];
            let (part, down, msg) = queues[n].pop_front().unwrap();
            let script = &scripts[n];
            let device = DEVICES[script.device];
            let at = step as i64 * 1000;
            let seq = Some(if down { world.down(at, device, &msg) } else { world.up(at, device, &msg) });
            match part {
                0 => model.push((n, (seq, None, None, OperationState::Requested, None))),
                1 => {
                    let one = model.iter_mut().find(|one| one.0 == n).unwrap();
                    one.1.1 = seq;
                    if one.1.2.is_none() {
                        let outcome = match script.outcome {
                            Outcome::Succeeded | Outcome::Failed => Outcome::Accepted,
                            other => other,
                        };
                        (one.1.3, one.1.4) = end(outcome);
                    }
                }
                _ => {
                    let same = |n: usize| {
                        (scripts[n].device, scripts[n].command) == (script.device, script.command)
                    };
                    let find = |state| model.iter().position(|one| same(one.0) && one.1.3 == state);
                    let at = find(OperationState::Running)
                        .or_else(|| find(OperationState::Requested)).unwrap();
                    model[at].1.2 = seq;
                    (model[at].1.3, model[at].1.4) = end(script.outcome);
                }
            }
        }
        let mut expected: Vec<_> = model.into_iter().map(|one| one.1).collect();
        expected.sort();
        prop_assert_eq!(seen(&world.see()), expected);
    }
}
