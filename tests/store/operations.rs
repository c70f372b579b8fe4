//! Operations and subscriptions of the recorded devices.

use std::path::Path;

use usp_scope::analysis::operations::OperationState;
use usp_scope::analysis::subscriptions::Subscription;
use usp_scope::analysis::{Pipeline, Snapshot};
use usp_scope::core::ids::{Epoch, Seq};
use usp_scope::core::wire::WireBatch;
use usp_scope::store::Budgets;

/// A whole capture; the arrival number is the line.
fn replayed(name: &str) -> Snapshot {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/captures");
    let mut reader = usp_scope::capture::open(&folder.join(name)).unwrap();
    let mut batch = WireBatch::new();
    while reader.read_into(&mut batch).unwrap() {}
    assert_eq!(reader.skipped(), 0);
    let mut pipeline = Pipeline::new(Budgets::default(), Epoch(1));
    pipeline.apply(&batch);
    pipeline.snapshot()
}

fn sentence(snapshot: &Snapshot, line: u64) -> Option<String> {
    snapshot.subscription_of(snapshot.row(Seq(line)).unwrap()).map(Subscription::describe)
}

#[test]
fn recorded_operations_complete_fail_and_answer_at_once() {
    let snapshot = replayed("obuspa-02-notifications.jsonl");
    let lines = |seq: Option<Seq>| seq.map(|seq| seq.0);
    let all: Vec<_> = snapshot
        .operations()
        .iter()
        .map(|o| {
            let (operate, response) = (lines(o.operate), lines(o.response));
            (&*o.command, operate, response, lines(o.complete), o.state, o.error)
        })
        .collect();
    let test = "Device.SelfTestDiagnostics()";
    let onboard = "Device.LocalAgent.Controller.1.SendOnBoardRequest()";
    assert_eq!(
        all,
        [
            (test, Some(22), Some(23), Some(24), OperationState::Done, None),
            (test, Some(28), Some(29), Some(32), OperationState::Failed, Some(7022)),
            (onboard, Some(31), Some(36), None, OperationState::Done, None),
        ]
    );
    let first = snapshot.operations().iter().next().unwrap();
    assert_eq!(first.command_key.as_deref(), Some("op-key-1"));
    assert_eq!(first.request_path.as_deref(), Some("Device.LocalAgent.Request.1"));
    assert_eq!(first.duration_nanos(), Some(64_726_000));
    assert_eq!(snapshot.losses().operations, 0);
}

#[test]
fn recorded_notifications_have_their_subscription() {
    let snapshot = replayed("obuspa-02-notifications.jsonl");
    let code = "ValueChange of Device.LocalAgent.Controller.1.ProvisioningCode \
                (subscription \"vc-retry\")";
    for line in [27, 46, 49] {
        assert_eq!(sentence(&snapshot, line).as_deref(), Some(code));
    }
    let complete = "OperationComplete of Device.SelfTestDiagnostics() (subscription \"opc\")";
    assert_eq!(sentence(&snapshot, 32).as_deref(), Some(complete));
    assert_eq!(sentence(&snapshot, 34), None, "an OnBoardRequest needs no subscription");
    assert_eq!(sentence(&snapshot, 22), None, "no Notify");

    let known = |id: &str| {
        let found = snapshot.subscriptions().iter().find(|(one, _)| &*one.id == id);
        found.map(|(one, delivered)| (one.clone(), delivered)).unwrap()
    };
    let (retry, delivered) = known("vc-retry");
    assert_eq!((retry.instance, retry.notif_retry), (Some(6), Some(true)));
    assert_eq!(delivered.notifications, 1, "retransmissions do not count");
    assert_eq!(known("oc-sub").1.notifications, 4);
    assert_eq!(known("opc").1.notifications, 2);
    assert!(known("temp-1").0.deleted_at.is_some());
    assert!(snapshot.subscriptions().iter().all(|(_, delivered)| delivered.unfit == 0));
}

#[test]
fn a_recorded_subscription_is_added_read_and_deleted() {
    let snapshot = replayed("obuspa-01-basic.jsonl");
    let sentences = "ValueChange of Device.LocalAgent.Controller.1.ProvisioningCode \
                     (subscription \"vc-prov\")";
    assert_eq!(sentence(&snapshot, 37).as_deref(), Some(sentences));
    // Its ID was seen in an answer to GetInstances later, its type never.
    assert_eq!(sentence(&snapshot, 2).as_deref(), Some("subscription \"boot-1\""));
    let device = snapshot.row(Seq(1)).unwrap().from.unwrap();
    let (added, delivered) = snapshot.subscriptions().find(device, "vc-prov").unwrap();
    assert_eq!(added.path(), "Device.LocalAgent.Subscription.2.");
    assert_eq!((added.learned, added.changed), (Seq(34), Seq(41)));
    assert_eq!((added.persistent, added.time_to_live), (Some(false), Some(0)));
    assert_eq!(&*added.recipient, "Device.LocalAgent.Controller.1");
    assert_eq!(added.deleted_at, Some(snapshot.row(Seq(43)).unwrap().at));
    assert_eq!((delivered.notifications, delivered.last), (1, Some(Seq(37))));
}

#[test]
fn a_recorded_reboot_has_its_exact_length() {
    let snapshot = replayed("obuspa-05-fleet.jsonl");
    let reboot = snapshot.operations().iter().find(|o| o.restarts).unwrap();
    assert_eq!((reboot.operate, reboot.response), (Some(Seq(84)), Some(Seq(85))));
    assert_eq!((reboot.complete, reboot.boot), (Some(Seq(88)), Some(Seq(89))));
    assert_eq!(reboot.command_key.as_deref(), Some("rb-1"));
    assert_eq!(reboot.cause.as_deref(), Some("RemoteReboot"));
    // 1795368817.068804 - 1795368815.024146
    assert_eq!(reboot.reboot_nanos(), Some(2_044_658_000));
    for line in [84, 85, 88, 89] {
        let row = snapshot.row(Seq(line)).unwrap();
        assert_eq!(snapshot.operation_of(row), Some(reboot));
    }
    assert_eq!(snapshot.operation_of(snapshot.row(Seq(87)).unwrap()), None);
}
