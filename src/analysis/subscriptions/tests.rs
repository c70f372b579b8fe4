//! Subscriptions learned from every message that tells of them.

#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

use super::*;
use crate::analysis::{Budgets, Pipeline, Snapshot};
use crate::core::ids::Epoch;
use crate::core::wire::{Delivery, WireBatch};
use crate::store;
use crate::usp::generated::usp::notify::{self, Notification};
use crate::usp::generated::usp::request::ReqType;
use crate::usp::generated::usp::response::RespType;
use crate::usp::generated::usp::{
    Add, AddResp, DeleteResp, GetInstancesResp, GetResp, Msg, SetResp, add, add_resp, delete_resp,
    get_instances_resp, get_resp, set_resp,
};
use crate::usp::make;

const ACS: &str = "self::acs";
const CPE: &str = "os::00256D-1";
const UPTIME: &str = "Device.DeviceInfo.UpTime";

struct World {
    pipeline: Pipeline,
    at: i64,
}

impl World {
    fn new(subscriptions: usize) -> Self {
        let budgets = Budgets { subscriptions, ..Budgets::default() };
        let pipeline = Pipeline::with_budgets(store::Budgets::default(), budgets, Epoch(1));
        Self { pipeline, at: 0 }
    }

    fn say(&mut self, from: &str, to: &str, msg: &Msg) -> Seq {
        let mut batch = WireBatch::new();
        self.at += 1_000_000;
        let payload = make::record(from, to, msg);
        batch.push(Timestamp(self.at), b"usp/x", &payload, Delivery::default(), |_| {});
        self.pipeline.apply(&batch).first
    }

    fn up(&mut self, msg: &Msg) -> Seq {
        self.say(CPE, ACS, msg)
    }

    fn see(&mut self) -> Snapshot {
        self.pipeline.snapshot()
    }

    /// The sentence for a Notify.
    fn sentence(&mut self, notify: Seq) -> Option<String> {
        let snapshot = self.see();
        snapshot.subscription_of(snapshot.row(notify)?).map(Subscription::describe)
    }
}

fn map(pairs: &[(&str, &str)]) -> std::collections::BTreeMap<String, String> {
    pairs.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect()
}

fn row(number: u32) -> String {
    format!("{}{number}.", read::TABLE)
}

fn add_msg(id: &str, rows: &[&[(&str, &str)]]) -> Msg {
    let create_objs = rows
        .iter()
        .map(|settings| add::CreateObject {
            obj_path: read::TABLE.to_owned(),
            param_settings: settings
                .iter()
                .map(|&(param, value)| add::CreateParamSetting {
                    param: param.to_owned(),
                    value: value.to_owned(),
                    required: false,
                })
                .collect(),
        })
        .collect();
    make::request(id, ReqType::Add(Add { allow_partial: true, create_objs }))
}

/// Number, ID and parameters that failed; no number for a row that failed as a whole.
fn add_resp_msg(id: &str, rows: &[(Option<u32>, &str, &[&str])]) -> Msg {
    use add_resp::created_object_result::operation_status::{
        OperStatus, OperationFailure, OperationSuccess,
    };
    let created_obj_results = rows
        .iter()
        .map(|&(number, name, failed)| {
            let status = match number {
                Some(number) => OperStatus::OperSuccess(OperationSuccess {
                    instantiated_path: row(number),
                    param_errs: failed
                        .iter()
                        .map(|&param| add_resp::ParameterError {
                            param: param.to_owned(),
                            err_code: 7012,
                            err_msg: String::new(),
                        })
                        .collect(),
                    unique_keys: map(&[("ID", name), ("Alias", "cpe")]),
                }),
                None => OperStatus::OperFailure(OperationFailure {
                    err_code: 7012,
                    err_msg: String::new(),
                }),
            };
            add_resp::CreatedObjectResult {
                requested_path: read::TABLE.to_owned(),
                oper_status: Some(add_resp::created_object_result::OperationStatus {
                    oper_status: Some(status),
                }),
            }
        })
        .collect();
    make::response(id, RespType::AddResp(AddResp { created_obj_results }))
}

fn get_resp_msg(requested: &str, resolved: &[(&str, &[(&str, &str)])]) -> Msg {
    let resolved_path_results = resolved
        .iter()
        .map(|&(path, params)| get_resp::ResolvedPathResult {
            resolved_path: path.to_owned(),
            result_params: map(params),
        })
        .collect();
    let result = get_resp::RequestedPathResult {
        requested_path: requested.to_owned(),
        resolved_path_results,
        ..Default::default()
    };
    make::response("g", RespType::GetResp(GetResp { req_path_results: vec![result] }))
}

fn delete_resp_msg(paths: &[&str]) -> Msg {
    use delete_resp::deleted_object_result::operation_status::{OperStatus, OperationSuccess};
    let success = OperationSuccess {
        affected_paths: paths.iter().map(|&path| path.to_owned()).collect(),
        unaffected_path_errs: Vec::new(),
    };
    let result = delete_resp::DeletedObjectResult {
        requested_path: "Device.LocalAgent.Subscription.*.".to_owned(),
        oper_status: Some(delete_resp::deleted_object_result::OperationStatus {
            oper_status: Some(OperStatus::OperSuccess(success)),
        }),
    };
    make::response("d", RespType::DeleteResp(DeleteResp { deleted_obj_results: vec![result] }))
}

fn value_change(id: &str, subscription: &str, send_resp: bool) -> Msg {
    let change = notify::ValueChange { param_path: UPTIME.to_owned(), param_value: "1".to_owned() };
    make::notify(id, subscription, send_resp, Notification::ValueChange(change))
}

const ROW: &[(&str, &str)] = &[
    ("ID", "uptime-1"),
    ("NotifType", "ValueChange"),
    ("ReferenceList", UPTIME),
    ("NotifRetry", "true"),
    ("TimeToLive", "60"),
];

#[test]
fn an_add_with_its_answer_names_later_notifications() {
    let mut world = World::new(100);
    let before = world.up(&value_change("0", "uptime-1", false));
    world.say(ACS, CPE, &add_msg("1", &[ROW]));
    assert_eq!(world.see().subscriptions().len(), 0, "not before the device says so");
    let made = world.up(&add_resp_msg("1", &[(Some(4), "uptime-1", &[])]));
    let notify = world.up(&value_change("2", "uptime-1", true));
    let repeat = world.up(&value_change("2", "uptime-1", true));
    let odd = make::notify(
        "3",
        "uptime-1",
        false,
        Notification::ObjDeletion(notify::ObjectDeletion { obj_path: "Device.A.1.".to_owned() }),
    );
    let odd = world.up(&odd);

    let sentence = format!("ValueChange of {UPTIME} (subscription \"uptime-1\")");
    for seq in [before, notify, repeat, odd] {
        assert_eq!(world.sentence(seq).as_ref(), Some(&sentence));
    }
    let snapshot = world.see();
    let (known, delivered) = snapshot.subscriptions().iter().next().unwrap();
    assert_eq!(known.path(), "Device.LocalAgent.Subscription.4.");
    assert_eq!((known.notif_retry, known.time_to_live), (Some(true), Some(60)));
    assert_eq!((known.enable, known.learned), (None, made));
    assert_eq!((delivered.notifications, delivered.unfit), (2, 1), "a repeat does not count");
    assert_eq!(delivered.last, Some(odd));
}

#[test]
fn the_answer_may_be_seen_before_the_add() {
    let mut world = World::new(100);
    let resp: &[(Option<u32>, &str, &[&str])] =
        &[(None, "", &[]), (Some(2), "uptime-1", &["TimeToLive"])];
    world.up(&add_resp_msg("1", resp));
    world.say(ACS, CPE, &add_msg("1", &[&[("ID", "bad"), ("NotifType", "Bogus")], ROW]));
    let snapshot = world.see();
    assert_eq!(snapshot.subscriptions().len(), 1);
    let (known, _) = snapshot.subscriptions().iter().next().unwrap();
    assert_eq!((known.instance, &*known.reference_list), (Some(2), UPTIME));
    assert_eq!(known.time_to_live, None, "that one could not be set");
}

#[test]
fn a_get_of_the_table_in_either_form_tells_all() {
    let mut world = World::new(100);
    let device = row(1);
    world.up(&get_resp_msg("Device.LocalAgent.Subscription.*.", &[(&device, ROW)]));
    let old: &[(&str, &str)] = &[
        ("EndpointID", CPE),
        ("Subscription.2.ID", "boot"),
        ("Subscription.2.NotifType", "Event"),
        ("Subscription.2.ReferenceList", "Device.Boot!, Device.LocalAgent.Periodic!"),
    ];
    world.up(&get_resp_msg("Device.", &[("Device.LocalAgent.", old)]));
    let snapshot = world.see();
    let all: Vec<_> = snapshot.subscriptions().iter().map(|(one, _)| one.describe()).collect();
    let expected = [
        format!("ValueChange of {UPTIME} (subscription \"uptime-1\")"),
        "Event of Device.Boot! and 1 more (subscription \"boot\")".to_owned(),
    ];
    assert_eq!(all, expected);
    // The same again is no change.
    let changed = snapshot.subscriptions().iter().next().unwrap().0.changed;
    world.up(&get_resp_msg(read::TABLE, &[(&device, ROW)]));
    assert_eq!(world.see().subscriptions().iter().next().unwrap().0.changed, changed);
}

#[test]
fn set_instances_and_creation_tell_parts_and_deletion_ends_it() {
    let mut world = World::new(100);
    let instance = get_instances_resp::CurrInstance {
        instantiated_obj_path: row(3),
        unique_keys: map(&[("ID", "x"), ("Recipient", "Device.LocalAgent.Controller.1")]),
    };
    let result = get_instances_resp::RequestedPathResult {
        requested_path: "Device.LocalAgent.".to_owned(),
        curr_insts: vec![instance],
        ..Default::default()
    };
    let found = GetInstancesResp { req_path_results: vec![result] };
    world.up(&make::response("i", RespType::GetInstancesResp(found)));
    let notify = world.up(&value_change("1", "x", false));
    assert_eq!(world.sentence(notify).as_deref(), Some("subscription \"x\""));

    use set_resp::updated_object_result::operation_status::{OperStatus, OperationSuccess};
    let changed = set_resp::UpdatedInstanceResult {
        affected_path: row(3),
        param_errs: Vec::new(),
        updated_params: map(&[("NotifType", "ValueChange"), ("Enable", "1")]),
    };
    let result = set_resp::UpdatedObjectResult {
        requested_path: "Device.LocalAgent.Subscription.[ID==\"x\"].".to_owned(),
        oper_status: Some(set_resp::updated_object_result::OperationStatus {
            oper_status: Some(OperStatus::OperSuccess(OperationSuccess {
                updated_inst_results: vec![changed],
            })),
        }),
    };
    let set = SetResp { updated_obj_results: vec![result] };
    world.up(&make::response("s", RespType::SetResp(set)));
    assert_eq!(world.sentence(notify).as_deref(), Some("ValueChange (subscription \"x\")"));

    let creation = notify::ObjectCreation { obj_path: row(5), unique_keys: map(&[("ID", "y")]) };
    world.up(&make::notify("c", "oc", false, Notification::ObjCreation(creation)));
    let deletion = notify::ObjectDeletion { obj_path: row(5) };
    world.up(&make::notify("d", "od", false, Notification::ObjDeletion(deletion)));
    let path = row(3);
    world.up(&delete_resp_msg(&[&path]));
    let snapshot = world.see();
    let all: Vec<_> =
        snapshot.subscriptions().iter().map(|(one, _)| (&*one.id, one.deleted_at)).collect();
    assert!(matches!(all[..], [("x", Some(_)), ("y", Some(_))]), "{all:?}");
    assert!(world.sentence(notify).is_some(), "still known by its name");
}

#[test]
fn the_same_id_added_again_is_the_newest() {
    let mut world = World::new(100);
    world.say(ACS, CPE, &add_msg("1", &[ROW]));
    world.up(&add_resp_msg("1", &[(Some(1), "uptime-1", &[])]));
    let path = row(1);
    world.up(&delete_resp_msg(&[&path]));
    let again = &[("ID", "uptime-1"), ("NotifType", "Event"), ("ReferenceList", "Device.Boot!")];
    world.say(ACS, CPE, &add_msg("2", &[again]));
    world.up(&add_resp_msg("2", &[(Some(9), "uptime-1", &[])]));
    let snapshot = world.see();
    assert_eq!(snapshot.subscriptions().len(), 1);
    let (known, _) = snapshot.subscriptions().iter().next().unwrap();
    assert_eq!(known.describe(), "Event of Device.Boot! (subscription \"uptime-1\")");
    assert_eq!((known.instance, known.notif_retry), (Some(9), None), "nothing of the old one");
    assert_eq!(known.deleted_at, None);
}

#[test]
fn equal_ids_of_different_devices_are_different() {
    let mut world = World::new(100);
    let table = row(1);
    world.say("os::00256D-1", ACS, &get_resp_msg(read::TABLE, &[(&table, ROW)]));
    let other = &[("ID", "uptime-1"), ("NotifType", "ObjectCreation")];
    world.say("os::00256D-2", ACS, &get_resp_msg(read::TABLE, &[(&table, other)]));
    let notify = world.say("os::00256D-2", ACS, &value_change("1", "uptime-1", false));
    let sentence = world.sentence(notify);
    assert_eq!(sentence.as_deref(), Some("ObjectCreation (subscription \"uptime-1\")"));
    let unfit: Vec<_> = world.see().subscriptions().iter().map(|(_, d)| d.unfit).collect();
    assert_eq!(unfit, [0, 1]);
}

#[test]
fn budgets_hold_and_deleted_ones_make_room() {
    const MAX: usize = 50;
    let mut world = World::new(MAX);
    for n in 0..1000_u32 {
        let (id, number) = (n.to_string(), n + 1);
        let (device, name) = (format!("os::00256D-{}", n % 7), format!("s{n}{}", "x".repeat(300)));
        let settings = &[("ID", &*name), ("NotifType", "Event")];
        world.say(ACS, &device, &add_msg(&id, &[settings]));
        world.say(&device, ACS, &add_resp_msg(&id, &[(Some(number), &name, &[])]));
        let path = row(number);
        if n % 2 == 0 {
            world.say(&device, ACS, &delete_resp_msg(&[&path]));
        }
    }
    let snapshot = world.see();
    let known = snapshot.subscriptions();
    assert_eq!(known.len(), MAX);
    assert!(snapshot.losses().subscriptions > 100);
    assert!(world.pipeline.subscriptions_for_tests().remembered().0 <= MAX);
    let mut listed = 0;
    for device in 0..snapshot.endpoints_len() as u32 {
        for (one, _) in known.of_device(EndpointId(device)) {
            assert_eq!(one.device, EndpointId(device));
            listed += 1;
        }
    }
    assert_eq!(listed, MAX, "every one is in the list of its device");
    for (one, _) in known.iter() {
        let found = known.find(one.device, &one.id).map(|(found, _)| found);
        assert!(found.is_some_and(|found| found.instance == one.instance));
    }

    // Adds that nobody answers are forgotten, too.
    for n in 0..10_000 {
        world.say(ACS, CPE, &add_msg(&format!("u{n}"), &[ROW]));
    }
    let (index, waiting) = world.pipeline.subscriptions_for_tests().remembered();
    assert!(index <= MAX && waiting <= 4096, "{index}, {waiting}");
}

#[test]
fn one_device_cannot_take_all_room() {
    let mut world = World::new(10_000);
    for n in 1..3000 {
        let (path, id) = (row(n), format!("s{n}"));
        world.up(&get_resp_msg(read::TABLE, &[(&path, &[("ID", &id)])]));
    }
    let snapshot = world.see();
    assert_eq!(snapshot.subscriptions().len(), 1024);
    assert_eq!(snapshot.losses().subscriptions, 2999 - 1024);
    // A deleted one makes room for another.
    let path = row(7);
    world.up(&delete_resp_msg(&[&path]));
    let last = row(5000);
    world.up(&get_resp_msg(read::TABLE, &[(&last, &[("ID", "last")])]));
    let snapshot = world.see();
    assert_eq!(snapshot.subscriptions().len(), 1024);
    let device = snapshot.row(Seq(1)).unwrap().from.unwrap();
    assert!(snapshot.subscriptions().find(device, "last").is_some());
    assert!(snapshot.subscriptions().find(device, "s7").is_none());
}
