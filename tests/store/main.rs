//! The store from outside: batches in, snapshots out.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may fail loudly"
)]

#[path = "../support/records.rs"]
#[allow(dead_code, reason = "shared by several test targets")]
mod records;

mod budgets;
mod devices;
mod operations;
mod pairs;
mod properties;
mod segments;
mod shadow;

use usp_scope::core::time::Timestamp;
use usp_scope::core::wire::{Delivery, WireBatch};
use usp_scope::usp::generated::usp::Msg;

/// A batch of one message.
fn one(at_ms: i64, topic: &str, payload: &[u8]) -> WireBatch {
    let mut batch = WireBatch::new();
    let at = Timestamp(at_ms * 1_000_000);
    batch.push(at, topic.as_bytes(), payload, Delivery::default(), |_| {});
    batch
}

/// A batch of one Record from `from` to `to`.
fn said(at_ms: i64, from: &str, to: &str, msg: &Msg) -> WireBatch {
    let topic = if to == records::CONTROLLER { "usp/controller/acs-1" } else { "usp/agent/cpe-1" };
    one(at_ms, topic, &records::record(from, to, msg))
}
