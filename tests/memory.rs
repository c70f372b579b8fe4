//! Memory stays within its budgets whatever comes: measured as the process' own resident memory,
//! one flood after the other in one test, since the figure is the whole process'.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may fail loudly"
)]

#[path = "support/records.rs"]
#[allow(dead_code, reason = "shared by several test targets")]
mod records;

use records::{CONTROLLER, agent, get, record};
use usp_scope::analysis::{self, Pipeline, Snapshot};
use usp_scope::core::ids::Epoch;
use usp_scope::core::time::Timestamp;
use usp_scope::core::wire::{Delivery, WireBatch};
use usp_scope::store;

const MIB: usize = 1024 * 1024;

/// Resident memory of this process, bytes.
fn resident() -> usize {
    let text = std::fs::read_to_string("/proc/self/statm").unwrap();
    let pages: usize = text.split_whitespace().nth(1).unwrap().parse().unwrap();
    pages * 4096
}

/// Little room for messages, so that what is measured is what is known beyond them.
fn store_budgets() -> store::Budgets {
    store::Budgets { bytes: 16 * MIB, ..store::Budgets::default() }
}

/// Feeds a flood and looks at it every now and then, as a window does; gives the last look and
/// how much memory there was at most beyond `before`. What an earlier flood left free is used
/// again, so all are measured from the start of the test.
fn flood(
    before: usize,
    mut pipeline: Pipeline,
    messages: usize,
    mut message: impl FnMut(usize) -> (Timestamp, Vec<u8>),
) -> (Snapshot, usize) {
    let mut most = before;
    let mut kept = pipeline.snapshot();
    let mut batch = WireBatch::new();
    for n in 0..messages {
        let (at, payload) = message(n);
        batch.push(at, b"usp/flood", &payload, Delivery::default(), |_| {});
        if batch.len() == 512 || n + 1 == messages {
            pipeline.apply(&batch);
            batch.clear();
            if n % (512 * 64) < 512 {
                kept = pipeline.snapshot();
                most = most.max(resident());
            }
        }
    }
    drop(kept);
    let last = pipeline.snapshot();
    (last, most.max(resident()).saturating_sub(before))
}

fn pipeline(analysis: analysis::Budgets) -> Pipeline {
    Pipeline::with_budgets(store_budgets(), analysis, Epoch(1))
}

#[test]
fn no_flood_makes_memory_grow_past_the_budgets() {
    let before = resident();
    a_million_open_requests(before);
    a_million_endpoints(before);
}

/// Requests that nobody answers, all within their time limit.
fn a_million_open_requests(before: usize) {
    const REQUESTS: usize = 1_000_000;
    let budgets = analysis::Budgets::default();
    let (snapshot, grown) = flood(before, pipeline(budgets), REQUESTS, |n| {
        let msg = get(&format!("request-{n:07}"), "Device.DeviceInfo.UpTime");
        (Timestamp(n as i64 * 1000), record(CONTROLLER, &agent(n % 100), &msg))
    });
    println!("open requests: memory grew by {} MiB", grown / MIB);
    assert_eq!(snapshot.open_requests(), budgets.open_requests);
    assert_eq!(snapshot.losses().open_requests, (REQUESTS - budgets.open_requests) as u64);
    assert!(snapshot.remembered_requests() <= 4 * budgets.open_requests);
    assert!(snapshot.exchanges().len() <= budgets.exchanges + 1024);
    // 16 MiB of messages, 400,000 exchanges, 100,000 keys and timers, copies for a snapshot.
    assert!(grown < 220 * MIB, "{} MiB", grown / MIB);
}

/// A network without end: every Record comes from another Agent.
fn a_million_endpoints(before: usize) {
    const AGENTS: usize = 1_000_000;
    let (snapshot, grown) = flood(before, pipeline(analysis::Budgets::default()), AGENTS, |n| {
        let msg = records::boot(&format!("Event-{n}"));
        (Timestamp(n as i64 * 1_000_000), record(&agent(n), CONTROLLER, &msg))
    });
    println!("endpoints: memory grew by {} MiB", grown / MIB);
    let known = store_budgets().endpoints;
    assert_eq!(snapshot.endpoints_len(), known + 1);
    assert_eq!(snapshot.counters().endpoints_refused, (AGENTS + 1 - known) as u64);
    // 200,000 endpoints with their names.
    assert!(grown < 300 * MIB, "{} MiB", grown / MIB);
}
