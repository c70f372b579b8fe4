//! Memory stays within the budgets whatever comes, and nothing is lost silently.

use usp_scope::analysis::Pipeline;
use usp_scope::core::ids::{Epoch, NodeId, Seq};
use usp_scope::core::time::Timestamp;
use usp_scope::core::wire::{Delivery, WireBatch};
use usp_scope::store::Budgets;

use super::one;

#[test]
fn the_oldest_messages_go_and_the_reader_keeps_what_it_holds() {
    let budgets = Budgets { bytes: 2_000_000, ..Budgets::default() };
    let mut store = Pipeline::new(budgets, Epoch(1));
    store.apply(&one(0, "t", b"the first"));
    let pinned = store.snapshot().pin(Seq(1)).unwrap();
    for i in 0..10_000 {
        store.apply(&one(i, "t", &[0; 1000]));
        assert!(store.counters().kept_bytes <= budgets.bytes);
    }
    let snapshot = store.snapshot();
    assert!(snapshot.row(Seq(1)).is_none());
    assert_eq!(pinned.row().unwrap().payload(), b"the first");
    let counters = snapshot.counters();
    assert_eq!(counters.kept(), snapshot.len() as u64);
    assert!(counters.kept() > 1000 && counters.evicted > 7000, "{counters:?}");
    assert_eq!(snapshot.rows_from(Seq(0)).count(), snapshot.len());
    assert_eq!(snapshot.rows_from(snapshot.end_seq()).count(), 0);
}

#[test]
fn a_packet_larger_than_the_budget_is_still_kept() {
    let mut store = Pipeline::new(Budgets { bytes: 1_000_000, ..Budgets::default() }, Epoch(1));
    store.apply(&one(0, "small", b"x"));
    store.apply(&one(1, "huge", &vec![1; 5_000_000]));
    let snapshot = store.snapshot();
    assert_eq!(snapshot.row(Seq(2)).map(|row| row.payload().len()), Some(5_000_000));
}

#[test]
fn topics_beyond_the_cap_share_one_entry_and_are_counted() {
    let mut store = Pipeline::new(Budgets { topics: 100, ..Budgets::default() }, Epoch(1));
    for i in 0..1000 {
        store.apply(&one(i, &format!("a/{i}"), b"x"));
    }
    let snapshot = store.snapshot();
    assert_eq!(snapshot.topics_len(), 101);
    assert_eq!(snapshot.counters().topics_refused, 900);
    let last = snapshot.row(Seq(1000)).unwrap().topic;
    let node = snapshot.topic_node(last);
    assert_eq!(snapshot.node_path(node), "(other topics)");
    assert_eq!(snapshot.node_stats(node).own, 900);
    assert_eq!(snapshot.node_stats(NodeId::ROOT).subtree, 1000);
}

#[test]
fn a_topic_of_slashes_does_not_become_a_tree_of_its_own() {
    let mut store = Pipeline::new(Budgets::default(), Epoch(1));
    let deep = "/".repeat(65_535);
    store.apply(&one(0, &deep, b"x"));
    let snapshot = store.snapshot();
    assert!(snapshot.nodes_len() < 100, "{}", snapshot.nodes_len());
    assert_eq!(snapshot.topic_name(snapshot.row(Seq(1)).unwrap().topic), deep);
}

#[test]
fn topics_that_are_not_utf8_are_shown_and_do_not_panic() {
    let mut store = Pipeline::new(Budgets::default(), Epoch(1));
    let mut batch = WireBatch::new();
    batch.push(Timestamp(0), b"a/\xff\xfe", b"x", Delivery::default(), |_| {});
    store.apply(&batch);
    let snapshot = store.snapshot();
    assert_eq!(snapshot.topic_name(snapshot.row(Seq(1)).unwrap().topic), "a/\u{fffd}\u{fffd}");
}

#[test]
fn losses_are_counted_and_their_place_is_known() {
    let mut store = Pipeline::new(Budgets::default(), Epoch(1));
    store.apply(&one(0, "t", b"1"));
    store.note_dropped(5);
    store.note_dropped(2);
    store.note_dropped(0);
    store.apply(&one(1, "t", b"2"));
    let snapshot = store.snapshot();
    let counters = snapshot.counters();
    assert_eq!((counters.received, counters.stored, counters.dropped), (9, 2, 7));
    let gaps: Vec<_> = snapshot.gaps().iter_from(0).map(|g| (g.before, g.messages)).collect();
    assert_eq!(gaps, vec![(Seq(2), 7)]);
}
