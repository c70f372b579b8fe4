//! A capture with segmented Msgs against what is known of it.

use std::path::Path;

use serde_json::Value;
use usp_scope::analysis::Pipeline;
use usp_scope::analysis::problems::code::Code;
use usp_scope::core::ids::{Epoch, Seq};
use usp_scope::core::wire::WireBatch;
use usp_scope::store::Budgets;
use usp_scope::store::row::Pair;

#[test]
fn segmented_msgs_of_a_real_agent_are_put_together_and_paired() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/corpus/captures/obuspa-04-segmented.jsonl");
    let mut reader = usp_scope::capture::open(&path).unwrap();
    let mut batch = WireBatch::new();
    while reader.read_into(&mut batch).unwrap() {}
    let mut pipeline = Pipeline::new(Budgets::default(), Epoch(1));
    pipeline.apply(&batch);
    let snapshot = pipeline.snapshot();
    let expected = std::fs::read_to_string(path.with_extension("expected.jsonl")).unwrap();

    let (mut wholes, mut pairs) = (Vec::new(), 0);
    for (line, seq) in expected.lines().zip(1..) {
        let line: Value = serde_json::from_str(line).unwrap();
        let row = snapshot.row(Seq(seq)).unwrap();
        let parts = snapshot
            .whole(Seq(seq))
            .map(|whole| whole.parts.iter().map(|part| Value::from(part.0)).collect::<Vec<_>>());
        assert_eq!(parts, line["reassembled_from_lines"].as_array().cloned(), "{seq}");
        wholes.extend(parts);
        if let Some(msg) = line.get("msg").filter(|msg| !msg.is_null()) {
            assert_eq!(row.msg_id(), msg["msg_id"].as_str().unwrap(), "{seq}");
            assert_eq!(row.msg_kind.map(|kind| kind.body_name()), msg["body"].as_str(), "{seq}");
            assert!(!row.malformed, "{seq}");
        } else {
            assert_eq!(row.msg_kind, None, "{seq}");
        }
        match (row.pair(), line["answers_line"].as_u64()) {
            (Some(Pair::Answers { request, latency_nanos }), Some(answers)) => {
                pairs += 1;
                assert_eq!(request, Seq(answers), "{seq}");
                let micros = (line["latency_s"].as_f64().unwrap() * 1e6).round() as i64;
                assert_eq!((latency_nanos + 500).div_euclid(1000), micros, "{seq}");
            }
            (Some(Pair::AnsweredBy { .. }) | None, None) => {}
            other => panic!("{seq}: {other:?}"),
        }
    }
    assert_eq!(wholes, [[8, 9, 10], [11, 12, 13], [16, 17, 18]].map(|p| p.map(Value::from)));
    assert!(pairs >= 5, "{pairs}");
    // Only the Disconnect that ends the session is worth a word.
    for row in snapshot.rows_from(Seq(1)) {
        let problems = snapshot.problems_of(row);
        let sessions = [Code::SegmentMissing, Code::SegmentDuplicate, Code::SegmentConflict];
        assert!(sessions.iter().all(|&code| !problems.contains(code)), "{:?}", row.seq);
        assert!(
            !problems.contains(Code::JoinedLate) && !problems.contains(Code::SegmentsAbandoned)
        );
        assert_eq!(problems.contains(Code::SessionEnded), row.seq == Seq(21));
    }
}
