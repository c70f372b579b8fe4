//! Exact lists of what filters find: every field at least once.

use usp_scope::analysis::Pipeline;
use usp_scope::analysis::exchanges::State;
use usp_scope::analysis::problems::code::Code;
use usp_scope::core::ids::Epoch;
use usp_scope::core::time::Timestamp;
use usp_scope::core::wire::{Delivery, WireBatch};
use usp_scope::store::Budgets;

use super::records::{CONTROLLER, agent, get, get_resp, record};
use super::{captures, filter, found, read};

/// Capture, filter, the numbers of the messages that pass.
#[rustfmt::skip]
const FOUND: &[(&str, &str, &[u64])] = &[
    ("01-basic", "event == Boot!", &[2]),
    ("01-basic", "event == Device.Boot!", &[2]),
    ("01-basic", "type == mqtt_connect", &[1]),
    ("01-basic", "state == answered and type == Get", &[5, 7, 9, 11, 13, 15, 17, 19, 40]),
    ("01-basic", "state == failed", &[44, 45]),
    ("01-basic", "not direction == to_agent and not type == NotifyResp and n < 12", &[1, 2, 4, 6, 8, 10]),
    ("01-basic", "command", &[]),
    ("02-notifications", "notification == ValueChange", &[27, 46, 49]),
    ("02-notifications", "notification in {ObjectCreation, ObjectDeletion}", &[11, 15, 19, 40, 43]),
    ("02-notifications", "command", &[22, 23, 24, 28, 29, 31, 32, 36]),
    ("02-notifications", "command == Device.SelfTestDiagnostics()", &[22, 23, 24, 28, 29, 32]),
    ("02-notifications", "type == OperationComplete and not error", &[24]),
    ("02-notifications", "subscription == opc", &[24, 25, 32, 33]),
    ("02-notifications", "path under Device.LocalAgent.Subscription.7", &[38, 39, 40, 42, 43]),
    ("03-errors", "grade == failed and type in {GetResp, SetResp, AddResp, DeleteResp}", &[4, 6, 12, 26]),
    ("03-errors", "grade == failed and type in {Get, Set, Add}", &[3, 5, 9, 11, 13, 15, 19, 21, 23, 25, 45]),
    ("03-errors", "grade == partial", &[17, 18]),
    ("03-errors", "error == 7026", &[4, 34, 40]),
    ("03-errors", "error contains invalid and not error == 7026", &[6, 10, 14, 16, 18, 22, 24, 26, 30, 55]),
    ("03-errors", "latency > 5ms", &[17, 18, 31, 32]),
    ("03-errors", "text contains uptime", &[45, 52, 53, 54, 57, 58, 59]),
    ("04-segmented", "record == session_context", &[5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20]),
    ("05-fleet", "t > -1s", &[90, 91, 92]),
    ("05-fleet", "t == 17:33:35", &[82, 83, 84, 85]),
    ("05-fleet", "state == pending", &[80]),
    ("05-fleet", "value == RemoteReboot", &[84, 89]),
    ("06-mqtt311", "not topic contains reply-to", &[21]),
    ("07-default-topics", "/usp/", &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]),
    ("07-default-topics", "value matches \"^[0-9]+$\" and not event", &[6, 8]),
];

#[test]
fn every_field_finds_its_messages() {
    let mut faults = String::new();
    for (name, source, expected) in FOUND {
        let capture = captures().into_iter().find(|path| path.to_string_lossy().contains(name));
        let ours = found(&read(&capture.unwrap()), &filter(source));
        if ours != *expected {
            faults += &format!("(\"{name}\", {source:?}, &{ours:?}),\n");
        }
    }
    assert!(faults.is_empty(), "\n{faults}");
}

/// What is known beside the messages is asked as the snapshot has it.
#[test]
fn states_and_problems_are_those_of_the_analysis() {
    for capture in captures() {
        let snapshot = read(&capture);
        let rows = || snapshot.rows_from(snapshot.first_seq());
        for state in State::ALL {
            let source = format!("state == \"{}\"", state.label());
            let exchange = |row| snapshot.exchange_of(row).map(|exchange| exchange.state);
            let expected: Vec<u64> =
                rows().filter(|row| exchange(*row) == Some(state)).map(|row| row.seq.0).collect();
            assert_eq!(found(&snapshot, &filter(&source)), expected, "{source}");
        }
        for code in Code::ALL {
            let source = format!("problem == {}", code.name());
            let expected: Vec<u64> = rows()
                .filter(|row| snapshot.problems_of(*row).contains(*code))
                .map(|row| row.seq.0)
                .collect();
            assert_eq!(found(&snapshot, &filter(&source)), expected, "{source}");
        }
    }
}

#[test]
fn delivery_problems_and_levels_are_found() {
    let mut store = Pipeline::new(Budgets::default(), Epoch(1));
    let mut batch = WireBatch::new();
    let ask = record(CONTROLLER, &agent(1), &get("1", "Device."));
    let resp = get_resp("1", "Device.X.", &[("A", "17".to_owned()), ("B", "Text".to_owned())]);
    let answer = record(&agent(1), CONTROLLER, &resp);
    let lost = record(&agent(1), CONTROLLER, &get_resp("2", "Device.", &[]));
    for (n, (payload, delivery)) in [
        (ask.as_slice(), Delivery { qos: 1, retain: false, dup: false }),
        (&answer, Delivery { qos: 2, retain: false, dup: true }),
        (&ask, Delivery { qos: 1, retain: true, dup: false }),
        (&lost, Delivery::default()),
        (b"plain words", Delivery::default()),
    ]
    .into_iter()
    .enumerate()
    {
        let at = Timestamp(1_700_000_000_000_000_000 + n as i64 * 2_000_000);
        batch.push(at, b"usp/x", payload, delivery, |_| {});
    }
    store.apply(&batch);
    // An answer whose request was not seen is known as such only after a while.
    store.tick(Timestamp(1_700_000_060_000_000_000));
    let snapshot = store.snapshot();
    for (source, expected) in [
        ("dup", vec![2]),
        ("retain == true", vec![3]),
        ("not retain and qos >= 1", vec![1, 2]),
        ("qos == 2", vec![2]),
        ("problem == orphan-answer", vec![4]),
        ("state == orphan", vec![4]),
        ("latency == 2ms", vec![1, 2]),
        ("value > 16 and value == text", vec![2]),
        ("value < 17", vec![]),
        ("path == Device.X.A", vec![2]),
        ("path == device.*.b", vec![2]),
        ("from == acs-1", vec![1, 3]),
        ("device == \"00256D-0000000001\"", vec![1, 2, 3, 4]),
        ("msg_id == 2 or type == text", vec![4, 5]),
        ("\"lain wor\"", vec![5]),
        ("text matches ^plain", vec![5]),
        ("size < 20", vec![5]),
        ("t < -55s", vec![]),
    ] {
        assert_eq!(found(&snapshot, &filter(source)), expected, "{source}");
    }
}
