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
        RequestRepeated, ResponseTopicMissing, SessionEnded, TlsWithoutSession, TypeMismatch,
        Unanswered,
    };
    type Line<'a> = (u64, &'a [Code]);
    let expected: [(&str, &[Line<'_>]); 7] = [
        // A bad path among good ones; a row that was deleted before.
        ("01-basic", &[(20, &[RequestPartlyFailed]), (45, &[RequestFailed])]),
        (
            "02-notifications",
            &[
                // A ValueChange that the Controller never acknowledged; sent three times.
                (27, &[Unanswered]),
                // A self test that the agent does not have.
                (32, &[CommandFailed]),
                (46, &[RequestRepeated]),
                (49, &[RequestRepeated, NotifyUnacknowledged]),
            ],
        ),
        (
            "03-errors",
            &[
                (4, &[RequestFailed]),
                (6, &[RequestFailed]),
                (10, &[RequestFailed]),
                // oper_failure in a SetResp.
                (12, &[RequestFailed]),
                (14, &[RequestFailed]),
                (16, &[RequestFailed]),
                // An optional parameter refused.
                (18, &[RequestPartlyFailed]),
                (20, &[RequestFailed]),
                (22, &[RequestFailed]),
                (24, &[RequestFailed]),
                (26, &[RequestFailed]),
                (30, &[RequestFailed]),
                (34, &[RequestFailed]),
                // cmd_failure in an OperateResp.
                (36, &[RequestFailed]),
                (38, &[RequestFailed]),
                (40, &[RequestFailed]),
                // A Get whose header says DELETE, and its Error 7001.
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
                // Marked TLS12 without a session, and plain inside.
                (54, &[TlsWithoutSession, NotTls]),
                (59, &[HeaderMissing]),
            ],
        ),
        ("04-segmented", &[(21, &[SessionEnded])]),
        // The request that nobody answers runs out of time behind the end; the reboot was asked
        // for.
        ("05-fleet", &[]),
        // A bad path; the one request without a /reply-to=.
        ("06-mqtt311", &[(18, &[RequestFailed]), (21, &[ResponseTopicMissing])]),
        ("07-default-topics", &[]),
    ];
    for (name, expected) in expected {
        let found: Vec<(u64, Vec<Code>)> = found(&format!("obuspa-{name}.jsonl"))
            .into_iter()
            .filter(|(_, codes)| !codes.is_empty())
            .collect();
        let expected: Vec<(u64, Vec<Code>)> =
            expected.iter().map(|&(line, codes)| (line, codes.to_vec())).collect();
        assert_eq!(found, expected, "{name}");
    }
}
