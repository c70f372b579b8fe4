//! What holds for every stream: counters add up, snapshots never change, replay is exact.

use proptest::prelude::*;
use usp_scope::analysis::{self, Pipeline, Snapshot};
use usp_scope::core::ids::{Epoch, NodeId, Seq};
use usp_scope::core::time::Timestamp;
use usp_scope::core::wire::{Delivery, WireBatch};
use usp_scope::store::Budgets;

use super::records::{CONTROLLER, agent, boot, error, fleet_message, get, get_resp, record};

#[derive(Clone, Debug)]
enum Step {
    Message { topic: u8, kind: u8, id: u8, retain: bool },
    Bytes(Vec<u8>),
    Lost(u8),
    Look,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        12 => (any::<u8>(), any::<u8>(), 0..20u8, any::<bool>())
            .prop_map(|(topic, kind, id, retain)| Step::Message { topic, kind, id, retain }),
        3 => prop::collection::vec(any::<u8>(), 0..400).prop_map(Step::Bytes),
        1 => any::<u8>().prop_map(Step::Lost),
        1 => Just(Step::Look),
    ]
}

fn payload(kind: u8, id: u8) -> Vec<u8> {
    let device = agent(usize::from(id % 3));
    let id = id.to_string();
    let (up, msg) = match kind % 5 {
        0 => (false, get(&id, "Device.")),
        1 => (true, get_resp(&id, "Device.", &[("A", "1".to_owned())])),
        2 => (true, error(&id)),
        3 => (true, boot(&id)),
        _ => return fleet_message(usize::from(kind), 10).2,
    };
    if up { record(&device, CONTROLLER, &msg) } else { record(CONTROLLER, &device, &msg) }
}

/// Everything a snapshot says, as text.
fn all(snapshot: &Snapshot) -> String {
    let mut out = format!("{:?} {:?}\n", snapshot.counters(), snapshot.first_seq());
    for row in snapshot.rows_from(Seq(0)) {
        let topic = snapshot.topic_name(row.topic);
        out +=
            &format!("{:?} {topic} {:?} {:?} {}\n", row.seq, *row, row.mark(), row.payload().len());
    }
    for node in 0..snapshot.nodes_len() as u32 {
        out += &format!("{:?}\n", snapshot.node_stats(NodeId(node)));
    }
    for exchange in snapshot.exchanges().iter_from(0) {
        out += &format!("{:?} {:?} {:?}\n", exchange.request, exchange.answer, exchange.state);
    }
    for row in snapshot.latency_rows().iter() {
        out += &format!("{row:?}\n");
    }
    out
}

fn check(snapshot: &Snapshot, budgets: &Budgets) -> Result<(), TestCaseError> {
    let c = snapshot.counters();
    prop_assert_eq!(c.received, c.stored + c.dropped);
    prop_assert_eq!(c.stored, c.kept() + c.evicted);
    prop_assert_eq!(c.kept(), snapshot.len() as u64);
    prop_assert_eq!(c.stored, c.by_payload.iter().sum::<u64>());
    prop_assert_eq!(c.stored, snapshot.node_stats(NodeId::ROOT).subtree);
    prop_assert_eq!(c.malformed, snapshot.node_stats(NodeId::ROOT).malformed);
    prop_assert!(snapshot.len() <= budgets.rows + 1024);
    prop_assert!(snapshot.open_requests() <= snapshot.analysis_budgets().open_requests);
    prop_assert!(snapshot.topics_len() <= budgets.topics + 1);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]
    #[test]
    fn any_stream_is_counted_bounded_and_replayable(
        steps in prop::collection::vec(step(), 0..600),
        rows in 1..3000usize,
    ) {
        let budgets = Budgets { rows, topics: 60, ..Budgets::default() };
        let analysis = analysis::Budgets { open_requests: 8, ..analysis::Budgets::default() };
        let mut live = Pipeline::with_budgets(budgets, analysis, Epoch(1));
        let mut replay = Pipeline::with_budgets(budgets, analysis, Epoch(1));
        let mut whole = WireBatch::new();
        let mut kept: Vec<(Snapshot, String)> = Vec::new();
        let mut lost = 0;
        for (n, step) in steps.into_iter().enumerate() {
            let mut batch = WireBatch::new();
            let at = Timestamp(n as i64 * 700_000_000);
            match step {
                Step::Message { topic, kind, id, retain } => {
                    let delivery = Delivery { qos: 1, retain, dup: false };
                    let topic = format!("usp/{}/{}", topic % 4, topic % 23);
                    batch.push(at, topic.as_bytes(), &payload(kind, id), delivery, |_| {});
                    whole.push(at, topic.as_bytes(), &payload(kind, id), delivery, |_| {});
                }
                Step::Bytes(bytes) => {
                    batch.push(at, &bytes, &bytes, Delivery::default(), |_| {});
                    whole.push(at, &bytes, &bytes, Delivery::default(), |_| {});
                }
                Step::Lost(n) => { live.note_dropped(u64::from(n)); lost += u64::from(n); }
                Step::Look => {
                    let snapshot = live.snapshot();
                    check(&snapshot, &budgets)?;
                    let text = all(&snapshot);
                    kept.push((snapshot, text));
                }
            }
            live.apply(&batch);
        }
        for (snapshot, text) in &kept {
            prop_assert_eq!(&all(snapshot), text, "a snapshot changed");
        }
        // One batch or many: the same rows, ties, counts.
        replay.apply(&whole);
        replay.note_dropped(lost);
        let (live, replay) = (live.snapshot(), replay.snapshot());
        check(&live, &budgets)?;
        prop_assert_eq!(all(&live), all(&replay));
    }
}
