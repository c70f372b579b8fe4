//! The filter language on real captures: what it finds.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may fail loudly"
)]

#[path = "../support/records.rs"]
#[allow(dead_code, reason = "shared by several test targets")]
mod records;

mod found;
mod later;
mod reference;

use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;
use usp_scope::analysis::filter::{Filter, Memo};
use usp_scope::analysis::{Pipeline, Snapshot};
use usp_scope::core::ids::Epoch;
use usp_scope::core::wire::WireBatch;
use usp_scope::store::Budgets;

fn captures() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/captures");
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| !path.to_string_lossy().contains(".expected."))
        .collect();
    found.sort();
    assert!(found.len() >= 7);
    found
}

/// Everything in a capture.
fn read(path: &Path) -> Snapshot {
    let mut reader = usp_scope::capture::open(path).unwrap();
    let mut store = Pipeline::new(Budgets::default(), Epoch(1));
    let mut batch = WireBatch::new();
    while reader.read_into(&mut batch).unwrap() {}
    store.apply(&batch);
    store.snapshot()
}

fn filter(text: &str) -> Filter {
    Filter::parse(text, &TimeZone::UTC).unwrap_or_else(|error| panic!("{}", error.with_caret(text)))
}

/// The messages that pass, by their numbers; with a memo and without, which must agree.
fn found(snapshot: &Snapshot, filter: &Filter) -> Vec<u64> {
    let mut memo = Memo::default();
    let rows = snapshot.rows_from(snapshot.first_seq());
    rows.filter(|row| {
        let passes = filter.accepts_with(&mut memo, *row, snapshot);
        assert_eq!(passes, filter.accepts(*row, snapshot), "{filter:?} {:?}", row.seq);
        passes
    })
    .map(|row| row.seq.0)
    .collect()
}
