//! What is found in the captures of a real agent, message by message.

use std::path::Path;

use usp_scope::analysis::Pipeline;
use usp_scope::analysis::problems::code::Code;
use usp_scope::capture;
use usp_scope::core::ids::{Epoch, Seq};
use usp_scope::core::wire::WireBatch;
use usp_scope::store::Budgets;

use super::problems::WAITING;

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
        .collect()
}

/// All that is to be found, judged by hand. Of codes that wait for their part nothing is said.
#[test]
fn findings_in_the_captures_are_these() {
    use Code::{
        ContentTypeMismatch, EmptyPayload, HeaderMissing, MalformedMsg, MalformedRecord, NonUsp,
        NotifyUnacknowledged, RequestRepeated, ResponseTopicMissing, TypeMismatch, Unanswered,
    };
    let expected: [(&str, &[(u64, &[Code])]); 7] = [
        ("01-basic", &[]),
        (
            "02-notifications",
            &[
                // A ValueChange that the Controller never acknowledged; sent three times.
                (27, &[Unanswered]),
                (46, &[RequestRepeated]),
                (49, &[RequestRepeated, NotifyUnacknowledged]),
            ],
        ),
        (
            "03-errors",
            &[
                // A Get whose header says DELETE.
                (45, &[TypeMismatch]),
                // Garbage in a good Record.
                (47, &[MalformedMsg]),
                // Text and JSON on the agent's topic, labelled as Records.
                (48, &[NonUsp, ContentTypeMismatch]),
                (49, &[EmptyPayload]),
                (50, &[NonUsp, ContentTypeMismatch]),
                // Cut off.
                (51, &[MalformedRecord]),
                (59, &[HeaderMissing]),
            ],
        ),
        ("04-segmented", &[]),
        // The request that nobody answers runs out of time behind the end.
        ("05-fleet", &[]),
        // The one request without a /reply-to=.
        ("06-mqtt311", &[(21, &[ResponseTopicMissing])]),
        ("07-default-topics", &[]),
    ];
    for (name, expected) in expected {
        let found: Vec<(u64, Vec<Code>)> = found(&format!("obuspa-{name}.jsonl"))
            .into_iter()
            .map(|(line, codes)| {
                (line, codes.into_iter().filter(|code| !WAITING.contains(code)).collect())
            })
            .filter(|(_, codes): &(u64, Vec<Code>)| !codes.is_empty())
            .collect();
        let expected: Vec<(u64, Vec<Code>)> =
            expected.iter().map(|&(line, codes)| (line, codes.to_vec())).collect();
        assert_eq!(found, expected, "{name}");
    }
}
