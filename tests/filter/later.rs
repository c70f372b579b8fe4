//! What becomes known later: a list kept up to date by what changed is the same as one made anew.

use std::time::Duration;

use proptest::prelude::*;
use usp_scope::analysis::{Pipeline, Snapshot};
use usp_scope::core::ids::Epoch;
use usp_scope::core::time::Timestamp;
use usp_scope::core::wire::{Delivery, WireBatch};
use usp_scope::store::Budgets;
use usp_scope::view::message_list::{Filter, Item, MessageList};

use super::records::{CONTROLLER, agent, error, get, get_resp, record};
use super::{filter, found};

const FILTERS: [&str; 6] = [
    "state == pending",
    "state == timed-out or state == late",
    "latency > 200ms",
    "problem",
    "grade == failed or state == failed",
    "t > -20s and type == Get",
];

/// What happens next: who, what, after how many milliseconds.
type Step = (u8, u8, u16);

/// Requests, some sent again, some answered by a response or an Error, over a few minutes.
fn traffic(store: &mut Pipeline, now: &mut i64, steps: &[Step]) {
    let mut batch = WireBatch::new();
    for (device, what, millis) in steps {
        *now += i64::from(*millis) * 1_000_000;
        let device = usize::from(device % 3);
        let id = format!("{}", what % 7);
        let (topic, payload) = match what % 5 {
            0..=2 => ("usp/agent/x", record(CONTROLLER, &agent(device), &get(&id, "Device."))),
            3 => {
                let resp = get_resp(&id, "Device.", &[("UpTime", "1".to_owned())]);
                ("usp/controller/acs", record(&agent(device), CONTROLLER, &resp))
            }
            _ => ("usp/controller/acs", record(&agent(device), CONTROLLER, &error(&id))),
        };
        batch.push(Timestamp(*now), topic.as_bytes(), &payload, Delivery::default(), |_| {});
    }
    store.apply(&batch);
}

fn listed(list: &MessageList) -> Vec<u64> {
    let items = (0..list.len()).filter_map(|n| list.item(n));
    items
        .filter_map(|item| if let Item::Message(seq) = item { Some(seq.0) } else { None })
        .collect()
}

fn list_of(source: &str, snapshot: &Snapshot) -> MessageList {
    let mut list = MessageList::default();
    list.advance(snapshot, Duration::from_secs(9));
    list.set_filter(Filter { search: filter(source), ..Filter::default() });
    list
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_list_kept_up_to_date_is_the_list_made_anew(
        rounds in prop::collection::vec(
            prop::collection::vec((any::<u8>(), any::<u8>(), 0..9000_u16), 0..60), 1..12),
        budget in prop::sample::select(vec![0_u64, 1, 1_000_000]),
    ) {
        let mut store = Pipeline::new(Budgets::default(), Epoch(1));
        let mut now = 1_700_000_000_000_000_000;
        let mut lists: Vec<MessageList> =
            FILTERS.iter().map(|source| list_of(source, &store.snapshot())).collect();
        for steps in &rounds {
            traffic(&mut store, &mut now, steps);
            store.tick(Timestamp(now + 5_000_000_000));
            let snapshot = store.snapshot();
            for list in &mut lists {
                // However little time there is, and wherever it was cut off before.
                list.advance(&snapshot, Duration::from_nanos(budget));
            }
        }
        let snapshot = store.snapshot();
        for (list, source) in lists.iter_mut().zip(FILTERS) {
            let mut turns = 0;
            while list.advance(&snapshot, Duration::from_nanos(budget)) {
                turns += 1;
                prop_assert!(turns < 10_000, "it never ends");
            }
            prop_assert_eq!(listed(list), found(&snapshot, &filter(source)), "{}", source);
            prop_assert_eq!(list.progress(), None);
        }
    }
}

#[test]
fn requests_of_long_ago_leave_when_their_time_runs_out() {
    let mut store = Pipeline::new(Budgets::default(), Epoch(1));
    let mut now = 1_700_000_000_000_000_000;
    traffic(&mut store, &mut now, &[(0, 0, 0)]);
    let mut pending = list_of("state == pending", &store.snapshot());
    let mut timed_out = list_of("state == timed-out", &store.snapshot());
    let settle = |list: &mut MessageList, snapshot: &Snapshot| {
        while list.advance(snapshot, Duration::from_millis(5)) {}
        listed(list)
    };
    let snapshot = store.snapshot();
    assert_eq!(
        (settle(&mut pending, &snapshot), settle(&mut timed_out, &snapshot)),
        (vec![1], vec![])
    );
    // Thousands of others in between, then the clock alone.
    let noise: Vec<Step> = (0..5000).map(|_| (1, 4, 1)).collect();
    traffic(&mut store, &mut now, &noise);
    let snapshot = store.snapshot();
    assert_eq!(
        (settle(&mut pending, &snapshot), settle(&mut timed_out, &snapshot)),
        (vec![1], vec![])
    );
    assert!(store.tick(Timestamp(now + 60_000_000_000)));
    let snapshot = store.snapshot();
    assert_eq!(
        (settle(&mut pending, &snapshot), settle(&mut timed_out, &snapshot)),
        (vec![], vec![1])
    );
}
