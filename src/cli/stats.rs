//! `--stats`: totals of a run as one JSON object.

use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::store::counters::Counters;
use crate::usp::kind::PayloadKind;

/// The totals. `decoded` are Records read without fault; `malformed` are damaged Records, broken
/// Msgs and binary noise; JSON, text and empty payloads are neither and stand under `kinds`.
pub(super) fn json(counters: &Counters, printed: u64, missed: u64, elapsed: Duration) -> Value {
    let kinds: Map<String, Value> = PayloadKind::ALL
        .into_iter()
        .map(|kind| (kind.name().to_owned(), counters.payloads(kind).into()))
        .collect();
    let broken_msgs = counters.malformed
        - counters.payloads(PayloadKind::Suspect)
        - counters.payloads(PayloadKind::Binary);
    let (cpu_seconds, max_rss_bytes) = usage();
    json!({
        "received": counters.received,
        "decoded": counters.payloads(PayloadKind::Usp) - broken_msgs,
        "malformed": counters.malformed,
        "dropped": counters.dropped + missed,
        "printed": printed,
        "kinds": kinds,
        "payload_bytes": counters.payload_bytes,
        "seconds": round(elapsed.as_secs_f64()),
        "cpu_seconds": cpu_seconds.map(round),
        "max_rss_bytes": max_rss_bytes,
    })
}

fn round(secs: f64) -> f64 {
    (secs * 1e6).round() / 1e6
}

/// CPU seconds and largest resident size of this process so far; `None` where the system
/// doesn't tell.
#[cfg(unix)]
fn usage() -> (Option<f64>, Option<i64>) {
    use nix::sys::resource::{UsageWho, getrusage};
    let Ok(usage) = getrusage(UsageWho::RUSAGE_SELF) else { return (None, None) };
    let secs = |t: nix::sys::time::TimeVal| t.tv_sec() as f64 + t.tv_usec() as f64 / 1e6;
    // Linux counts kibibytes, macOS bytes.
    let unit = if cfg!(target_os = "macos") { 1 } else { 1024 };
    let cpu = secs(usage.user_time()) + secs(usage.system_time());
    (Some(cpu), Some(usage.max_rss().saturating_mul(unit)))
}

#[cfg(not(unix))]
fn usage() -> (Option<f64>, Option<i64>) {
    (None, None)
}
