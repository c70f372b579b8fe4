//! Requests, answers, roles and directions as a snapshot shows them.

use usp_scope::analysis::Pipeline;
use usp_scope::core::ids::{Epoch, Seq};
use usp_scope::core::time::Timestamp;
use usp_scope::core::wire::{Delivery, WireBatch};
use usp_scope::store::Budgets;
use usp_scope::store::row::{Direction, Pair};
use usp_scope::usp::kind::{MsgKind, NotificationKind};

use super::records::{CONTROLLER, boot, error, get, get_resp, record};
use super::{one, said};

const AGENT: &str = "os::00256D-1";

#[test]
fn an_exchange_is_tied_together_and_timed() {
    let mut store = Pipeline::new(Budgets::default(), Epoch(1));
    store.apply(&said(1000, CONTROLLER, AGENT, &get("1", "Device.")));
    let before = store.snapshot();
    store.apply(&said(1042, AGENT, CONTROLLER, &get_resp("1", "Device.", &[])));

    let after = store.snapshot();
    let (request, response) = (after.row(Seq(1)).unwrap(), after.row(Seq(2)).unwrap());
    let latency_nanos = 42_000_000;
    assert_eq!(request.pair(), Some(Pair::AnsweredBy { response: Seq(2), latency_nanos }));
    assert_eq!(response.pair(), Some(Pair::Answers { request: Seq(1), latency_nanos }));
    assert_eq!(response.msg_id(), "1");
    assert_eq!(request.direction, Some(Direction::ToAgent));
    assert_eq!(response.direction, Some(Direction::ToController));

    let device = after.latencies().last().unwrap().device;
    assert_eq!(after.endpoint_name(device), AGENT);
    let stats = after.endpoint(device);
    assert!(stats.is_device() && !stats.is_controller);
    assert_eq!((stats.sent, stats.received, after.latency_of(device).count), (1, 1, 1));
    assert_eq!(after.latency_of(device).mean_nanos(), Some(latency_nanos));
    assert_eq!(stats.reached_on.map(|t| after.topic_name(t)), Some("usp/agent/cpe-1"));

    assert_eq!(before.row(Seq(1)).unwrap().pair(), None, "an earlier snapshot never changes");
    assert!(before.row(Seq(2)).is_none());
}

#[test]
fn an_errors_direction_comes_from_what_was_learned() {
    let mut store = Pipeline::new(Budgets::default(), Epoch(1));
    store.apply(&said(0, AGENT, CONTROLLER, &error("0")));
    store.apply(&said(1, AGENT, CONTROLLER, &boot("1")));
    store.apply(&said(2, AGENT, CONTROLLER, &error("2")));
    let snapshot = store.snapshot();
    assert_eq!(snapshot.row(Seq(1)).unwrap().direction, None);
    assert_eq!(snapshot.row(Seq(2)).unwrap().notification, Some(NotificationKind::Event));
    let last = snapshot.row(Seq(3)).unwrap();
    assert_eq!((last.msg_kind, last.err_code), (Some(MsgKind::Error), 7004));
    assert_eq!(last.direction, Some(Direction::ToController));
}

#[test]
fn a_retained_replay_is_no_answer() {
    let mut store = Pipeline::new(Budgets::default(), Epoch(1));
    store.apply(&said(0, CONTROLLER, AGENT, &get("1", "Device.")));
    let mut replay = WireBatch::new();
    let delivery = Delivery { retain: true, ..Delivery::default() };
    let bytes = record(AGENT, CONTROLLER, &get_resp("1", "Device.", &[]));
    replay.push(Timestamp(5), b"usp/controller/acs-1", &bytes, delivery, |_| {});
    store.apply(&replay);
    assert_eq!(store.snapshot().row(Seq(1)).unwrap().pair(), None);
}

#[test]
fn an_unanswered_request_is_counted_at_its_device() {
    let mut store = Pipeline::new(Budgets::default(), Epoch(1));
    let request = said(0, CONTROLLER, AGENT, &get("1", "Device."));
    store.apply(&request);
    store.apply(&one(61_000, "usp/other", b"later"));
    let snapshot = store.snapshot();
    let device = snapshot.row(Seq(1)).unwrap().to.unwrap();
    assert_eq!(snapshot.latency_of(device).unanswered, 1);
}

#[test]
fn reply_topics_are_folded_in_the_tree() {
    let mut store = Pipeline::new(Budgets::default(), Epoch(1));
    let controller = "usp/controller/c";
    store.apply(&one(0, controller, b"a"));
    store.apply(&one(1, "usp/controller/c/reply-to=usp%2Fagent%2Fd1", b"b"));
    store.apply(&one(2, "usp/controller/c/reply-to=usp%2Fagent%2Fd2", b"c"));
    store.apply(&one(3, "/usp//x", b"d"));
    let snapshot = store.snapshot();
    let node = snapshot.topic_node(snapshot.row(Seq(2)).unwrap().topic);
    assert_eq!(snapshot.node_path(node), controller);
    assert_eq!(snapshot.node_stats(node).own, 3);
    let odd = snapshot.topic_node(snapshot.row(Seq(4)).unwrap().topic);
    assert_eq!(snapshot.node_path(odd), "/usp//x", "empty levels are kept");
    assert!(snapshot.is_within(node, snapshot.node(node).unwrap().parent));
    assert!(!snapshot.is_within(odd, node));
}

#[test]
fn one_time_stamp_from_the_future_does_not_end_pairing() {
    let mut store = Pipeline::new(Budgets::default(), Epoch(1));
    store.apply(&one(1_000_000_000, "usp/odd", b"from the future"));
    for n in 0..5 {
        let id = n.to_string();
        store.apply(&said(n * 1000, CONTROLLER, AGENT, &get(&id, "Device.")));
        store.apply(&said(n * 1000 + 20, AGENT, CONTROLLER, &get_resp(&id, "Device.", &[])));
    }
    let snapshot = store.snapshot();
    assert_eq!(snapshot.latencies().len(), 5);
    assert_eq!(snapshot.now(), Timestamp(4020 * 1_000_000), "a long step back is believed");
    assert_eq!(snapshot.seconds().len(), 6);
}

#[test]
fn endpoints_beyond_the_cap_are_not_mistaken_for_each_other() {
    let mut store = Pipeline::new(Budgets { endpoints: 2, ..Budgets::default() }, Epoch(1));
    store.apply(&said(0, CONTROLLER, AGENT, &get("1", "Device.")));
    store.apply(&said(1, CONTROLLER, "os::00256D-2", &get("7", "Device.")));
    store.apply(&said(2, "os::00256D-3", CONTROLLER, &get_resp("7", "Device.", &[])));
    let snapshot = store.snapshot();
    assert_eq!(snapshot.counters().endpoints_refused, 2);
    assert_eq!(snapshot.latencies().len(), 0);
    assert_eq!(snapshot.losses().unpaired, 2);
}
