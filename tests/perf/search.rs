//! What searching a million messages costs: `cargo bench --no-default-features --bench search`.
//!
//! The whole list is gone through by the window's own view-model in slices of its time per frame.
//! Printed are messages per CPU second and the longest slice: no filter may hold up a frame.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may fail loudly"
)]

#[path = "../support/fake_broker.rs"]
#[allow(dead_code, reason = "shared by several test targets")]
mod fake_broker;
#[path = "../support/records.rs"]
#[allow(dead_code, reason = "shared by several test targets")]
mod records;

use std::time::Duration;

use fake_broker::thread_cpu;
use jiff::tz::TimeZone;
use usp_scope::analysis::Pipeline;
use usp_scope::core::ids::Epoch;
use usp_scope::core::time::Timestamp;
use usp_scope::core::wire::{Delivery, WireBatch};
use usp_scope::store::Budgets;
use usp_scope::view::message_list::{Filter, MessageList};

const MESSAGES: usize = 1_000_000;
const DEVICES: usize = 10_000;
/// Time a search may take of a frame, and the most it may take in the end.
const SLICE: Duration = Duration::from_millis(2);
const LIMIT: Duration = Duration::from_millis(4);

fn main() {
    let mut store = Pipeline::new(Budgets { bytes: 2 << 30, ..Budgets::default() }, Epoch(1));
    let mut batch = WireBatch::new();
    for n in 0..MESSAGES {
        let (topic, _, payload) = records::fleet_message(n, DEVICES);
        let at = Timestamp(1_700_000_000_000_000_000 + n as i64 * 33_000);
        batch.push(at, topic.as_bytes(), &payload, Delivery::default(), |_| {});
        if batch.len() == 4096 {
            store.apply(&batch);
            batch.clear();
        }
    }
    store.apply(&batch);
    let snapshot = store.snapshot();
    println!("{} messages kept; slices of {SLICE:?}", snapshot.len());
    println!("{:<46} {:>9} {:>14} {:>9}", "", "found", "messages/s", "longest");
    let mut failed = false;
    for (what, source) in [
        ("a field", "type == Get and size > 100"),
        ("a name", "device == 00256D-0000000042"),
        ("known later", "state == pending or latency > 1s"),
        ("a text", "RetransCount"),
        ("a path", "path == Device.WiFi.AccessPoint.1.AssociatedDevice.3.Stats."),
        ("a value", "value == 1501500"),
        ("a value, as a number", "value > 1400000000"),
        ("a regular expression on values", "value matches \"^9.*99[05]00$\""),
        ("a regular expression on everything", "text matches \"(sent|received).{0,9}77\""),
        ("an error code", "error == 7026"),
    ] {
        let mut list = MessageList::default();
        list.advance(&snapshot, SLICE);
        let search = Filter::default();
        let search = Filter {
            search: usp_scope::analysis::filter::Filter::parse(source, &TimeZone::UTC).unwrap(),
            ..search
        };
        list.set_filter(search);
        let started = thread_cpu();
        let mut longest = Duration::ZERO;
        loop {
            let before = thread_cpu();
            let more = list.advance(&snapshot, SLICE);
            longest = longest.max(thread_cpu() - before);
            if !more {
                break;
            }
        }
        let rate = snapshot.len() as f64 / (thread_cpu() - started).as_secs_f64();
        failed |= longest > LIMIT;
        println!(
            "{:<46} {:>9} {:>14.0} {:>9.2?}",
            format!("{what}: {source}"),
            list.len(),
            rate,
            longest
        );
    }
    println!("limit for a slice: {LIMIT:?}: {}", if failed { "EXCEEDED" } else { "kept" });
}
