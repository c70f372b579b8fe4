//! What is found in the captures of a real agent, message by message.

use std::path::Path;

use usp_scope::analysis::Pipeline;
use usp_scope::analysis::problems::code::Code;
use usp_scope::capture;
use usp_scope::core::ids::{Epoch, Seq};
use usp_scope::core::wire::WireBatch;
use usp_scope::store::Budgets;

/// Line and codes of every message with a problem.
fn found(name: &str) -> Vec<(u64, Vec<Code>)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/captures").join(name);
    let mut reader = capture::open(&path).expect("a capture");
    let mut batch = WireBatch::new();
    while reader.read_into(&mut batch).expect("a good capture") {}
    let mut pipeline = Pipeline::new(Budgets::default(), Epoch(1));
    pipeline.apply(&batch);
    let snapshot = pipeline.snapshot();
    snapshot
        .rows_from(Seq(1))
        .map(|row| (row.seq.0, snapshot.problems_of(row).iter().collect()))
        .filter(|(_, codes): &(u64, Vec<Code>)| !codes.is_empty())
        .collect()
}

#[test]
fn show() {
    for name in [
        "01-basic",
        "02-notifications",
        "03-errors",
        "04-segmented",
        "05-fleet",
        "06-mqtt311",
        "07-default-topics",
    ] {
        println!("{name}");
        for (line, codes) in found(&format!("obuspa-{name}.jsonl")) {
            println!("  ({line}, &{codes:?}),");
        }
    }
}
