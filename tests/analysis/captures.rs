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
        .collect()
}

/// All that is to be found, judged by hand.
#[test]
fn findings_in_the_captures_are_these() {
    use Code::{
        CommandFailed, ContentTypeMismatch, EmptyPayload, HeaderMissing, MalformedMsg,
        MalformedRecord, NonUsp, NotTls, NotifyUnacknowledged, RequestFailed, RequestPartlyFailed,
        RequestRepeated, ResponseTopicMissing, SessionEnded, StrayErrorCode, TlsWithoutSession,
        TypeMismatch, Unanswered,
    };
    type Line = (u64, &'static [Code]);
    let expected: [(&str, &[Line]); 7] = [
        (
            "01-basic",
            &[
                // A Get of five paths, two of which don't exist; one of what was just deleted.
                (20, &[RequestPartlyFailed]),
                (45, &[RequestFailed]),
            ],
        ),
        (
            "02-notifications",
            &[
                // SelfTestDiagnostics() with an argument that is not implemented.
                (32, &[CommandFailed]),
                // A ValueChange that the Controller never acknowledged; sent three times.
                (27, &[Unanswered]),
                (46, &[RequestRepeated]),
                (49, &[RequestRepeated, NotifyUnacknowledged]),
            ],
        ),
        (
            "03-errors",
            &[
                // Paths and values that are wrong, one request after the other.
                (4, &[RequestFailed]),
                (6, &[RequestFailed]),
                (10, &[RequestFailed]),
                (12, &[RequestFailed]),
                (14, &[RequestFailed]),
                (16, &[RequestFailed]),
                // One parameter refused, the other set.
                (18, &[RequestPartlyFailed]),
                (20, &[RequestFailed]),
                (22, &[RequestFailed]),
                (24, &[RequestFailed]),
                (26, &[RequestFailed]),
                // 7019, not creatable, is no answer to a Delete.
                (30, &[RequestFailed, StrayErrorCode]),
                (34, &[RequestFailed]),
                (36, &[RequestFailed]),
                (38, &[RequestFailed]),
                (40, &[RequestFailed]),
                // A Get whose header says DELETE, and the 7001 it gets.
                (45, &[TypeMismatch]),
                (46, &[RequestFailed]),
                // Garbage in a good Record.
                (47, &[MalformedMsg]),
                // Text and JSON on the agent's topic, labelled as Records.
                (48, &[NonUsp, ContentTypeMismatch]),
                (49, &[EmptyPayload]),
                (50, &[NonUsp, ContentTypeMismatch]),
                // Cut off.
                (51, &[MalformedRecord]),
                // TLS12 in a no_session_context Record, around a Msg that is not encrypted.
                (54, &[TlsWithoutSession, NotTls]),
                (59, &[HeaderMissing]),
            ],
        ),
        // The agent ends the session.
        ("04-segmented", &[(21, &[SessionEnded])]),
        // The request that nobody answers runs out of time behind the end.
        ("05-fleet", &[]),
        // The one request without a /reply-to=.
        // A Get of what was deleted.
        ("06-mqtt311", &[(18, &[RequestFailed]), (21, &[ResponseTopicMissing])]),
        ("07-default-topics", &[]),
    ];
    let list = |lines: Vec<(u64, Vec<Code>)>, name: &str| -> Vec<String> {
        lines.into_iter().map(|(line, codes)| format!("{name} {line} {codes:?}")).collect()
    };
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for (name, expected) in expected {
        let mut found = found(&format!("obuspa-{name}.jsonl"));
        found.retain(|(_, codes)| !codes.is_empty());
        ours.extend(list(found, name));
        let expected = expected.iter().map(|&(line, codes)| (line, codes.to_vec())).collect();
        theirs.extend(list(expected, name));
    }
    assert_eq!(ours, theirs, "\n{}", ours.join("\n"));
}
