//! The words for a problem of a message.

use proptest::prelude::*;
use usp_scope::analysis::problems::code::Code;
use usp_scope::analysis::problems::explain::{MAX_TEXT, explain};
use usp_scope::core::ids::Seq;
use usp_scope::usp::make;

use super::problems::SCENARIOS;
use super::records::{CONTROLLER, agent, record};
use super::script::{Script, event, get, got, part, thirds, topic, with};

/// What is said about message `number`.
fn said(script: &Script, code: Code, number: u64) -> String {
    let snapshot = script.play();
    explain(code, snapshot.row(Seq(number)).unwrap(), &snapshot)
}

#[test]
fn particulars_are_named() {
    let odd = |code| {
        let scenario = SCENARIOS.iter().find(|scenario| scenario.code == code).unwrap();
        said(&Script::of(scenario.odd), code, scenario.subject)
    };
    let expected = [
        (Code::RecordFieldMissing, "from_id is empty at byte 65"),
        (Code::MalformedMsg, "the Msg has no body of a known type at byte 54"),
        (Code::RecordVersion, "version is \"2.0\""),
        (Code::TypeMismatch, "msg_type says SET, the body is GET"),
        (Code::SameEndpoint, "from_id and to_id are both \"self::acs-1\""),
        (Code::ContentTypeMismatch, "Content Type is \"text/plain\"; a Record carries usp.msg"),
        (Code::UspErrorPacket, "error packet: err_code:7004, err_msg:no"),
        (Code::Unanswered, "request #1 was never answered within 30 s"),
        (Code::LateAnswer, "answers #1 after 31.0 s; the limit is 30 s"),
        (Code::RetryStorm, "#5 is transmission 5 of #1, 4.0 s after the first"),
        (Code::MsgIdReused, "msg_id \"1\" was still open in request #1"),
        (Code::WrongAnswerType, "OperateResp answers #1, a Get"),
        (Code::DuplicateAnswer, "request #1 was answered before by #2"),
        (Code::UnexpectedAnswer, "send_resp=false in #1, answered all the same"),
        (
            Code::AnswersForAnother,
            "#3 asked os::00256D-0000000001; this answer is from os::00256D-0000000002",
        ),
        (
            Code::StrayErrorCode,
            "7013 Parameter not writable: \"not writable\" is not meant for Get",
        ),
        (
            Code::ReplyToRepeated,
            "topic \"usp/agent/cpe-1\" has /reply-to= 2 times; the last is \"b\"",
        ),
        (
            Code::WrongDeviceTopic,
            "os::00256D-0000000002 is reached at \"usp/agent/cpe-2\", this went to \
             \"usp/agent/cpe-1\", where os::00256D-0000000001 is (#2)",
        ),
        (
            Code::TopicShared,
            "os::00256D-0000000005 is reached at \"usp/agent/cpe-2\", and so is \
             os::00256D-0000000002 (#2); client ID \"cpe-2\"",
        ),
        (
            Code::AnswerTopicMismatch,
            "the request's Response Topic is \"usp/controller/acs-1\", this went to \
             \"usp/controller/acs-2\"",
        ),
        (Code::SegmentDuplicate, "again sequence_id 1 of session 7; see #1"),
        (Code::SegmentConflict, "different content for sequence_id 1 of session 7; see #1"),
        (Code::ReconnectLoop, "os::00256D-0000000001 connected four times in 180.0 s, #1 on"),
    ];
    let said: Vec<String> = expected.iter().map(|&(code, _)| odd(code)).collect();
    assert_eq!(said, expected.map(|(_, text)| text));
}

#[test]
fn particulars_of_what_shows_later_are_named() {
    let odd = |code, number| {
        let scenario = SCENARIOS.iter().find(|scenario| scenario.code == code).unwrap();
        said(&Script::of(scenario.odd), code, number)
    };
    for (code, number, text) in [
        (
            Code::TwoResponseTopics,
            3,
            "os::00256D-0000000001 is reached at \"usp/agent/cpe-0\" again, in #2 at \
             \"usp/agent/cpe-1\"",
        ),
        (Code::SegmentMissing, 2, "sequence_id 2 of session 7 is missing"),
        (
            Code::SegmentsAbandoned,
            2,
            "2 segments of session 7 given up: sequence_id 3 did not come",
        ),
        (
            Code::BootStorm,
            20,
            "os::00256D-0000000020 is the twentieth device to boot in 19.0 s, #1 on",
        ),
        (
            Code::UnexpectedRestart,
            6,
            "os::00256D-0000000001 restarted without being asked; Cause is \"LocalReboot\"; 2 \
             restarts of it were seen",
        ),
    ] {
        assert_eq!(odd(code, number), text, "{code:?}");
    }
}

#[test]
fn a_segmented_answer_is_explained_from_the_whole_msg() {
    let script = Script::of(|s| {
        s.ask(0, 1, &get("1"));
        for (n, bytes) in (1u64..).zip(thirds(&make::error("1", 7003, "no room"))) {
            s.segment(10 * n as i64, 1, part(7, n, n as i32, &bytes));
        }
    });
    let text = said(&script, Code::RequestFailed, 4);
    assert_eq!(text, "7003 Internal error: \"no room\"");
}

#[test]
fn an_answer_after_the_limit_changes_what_is_said_of_the_request() {
    let script = Script::of(|s| s.pair(0, 1, "1", 45_000));
    assert_eq!(
        said(&script, Code::Unanswered, 1),
        "request #1 was not answered within 30 s; #2 came after 45.0 s"
    );
}

#[test]
fn whatever_is_asked_the_text_is_short_and_safe() {
    let hostile = "\u{202e}\u{1b}[31m\n".repeat(300);
    let mut script = Script::default();
    let bytes = record(CONTROLLER, &agent(1), &get(&hostile));
    let bytes = with(&bytes, |r| {
        r.version.clone_from(&hostile);
        r.from_id.clone_from(&hostile);
        r.to_id.clone_from(&hostile);
    });
    let out = script.down(0, 1, &bytes);
    out.user = Some(("usp-err-id", "\u{7}\u{200b}"));
    out.response_topic = Some(hostile.clone());
    out.topic.clone_from(&hostile);
    script.say(1, 1, &got(&hostile)).topic = format!("{hostile}/reply-to={hostile}");
    script.say(2, 1, &event(&hostile, &hostile, true));
    script.raw(3, &topic(1), b"err_code:7\nerr_msg:\x1b[0m");
    let snapshot = script.play();
    for row in snapshot.rows_from(Seq(1)) {
        for &code in Code::ALL {
            let text = explain(code, row, &snapshot);
            assert!(!text.is_empty() && text.chars().count() <= MAX_TEXT, "{code:?} {text}");
            let odd = |c: char| c.is_control() || matches!(c, '\u{202e}' | '\u{200b}');
            assert!(!text.contains(odd), "{code:?} {text:?}");
        }
    }
}

#[test]
fn every_scenario_has_words() {
    for scenario in SCENARIOS {
        let snapshot = Script::of(scenario.odd).play();
        for row in snapshot.rows_from(Seq(1)) {
            for code in snapshot.problems_of(row).iter() {
                let text = explain(code, row, &snapshot);
                assert!(!text.is_empty() && text.chars().count() <= MAX_TEXT, "{text}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    /// Damaged traffic is judged and explained like any other.
    #[test]
    fn damage_harms_nobody(
        scenario in 0..SCENARIOS.len(),
        hits in prop::collection::vec((any::<u16>(), any::<u16>(), any::<u8>()), 1..12),
        cut in any::<Option<(u16, u16)>>(),
    ) {
        let mut script = Script::of(SCENARIOS[scenario].odd);
        let count = script.outs.len();
        for (message, place, byte) in hits {
            let payload = &mut script.outs[usize::from(message) % count].payload;
            let len = payload.len().max(1);
            if let Some(slot) = payload.get_mut(usize::from(place) % len) {
                *slot = byte;
            }
        }
        if let Some((message, len)) = cut {
            script.outs[usize::from(message) % count].payload.truncate(usize::from(len) % 300);
        }
        let snapshot = script.play();
        for row in snapshot.rows_from(Seq(1)) {
            for &code in Code::ALL {
                let text = explain(code, row, &snapshot);
                prop_assert!(!text.is_empty() && text.chars().count() <= MAX_TEXT, "{}", text);
                prop_assert!(!text.contains(char::is_control), "{:?}", text);
            }
        }
        let kept: u64 = snapshot.troubles().rows().iter().map(|trouble| trouble.count).sum();
        prop_assert_eq!(kept, snapshot.trouble_counts().total());
    }
}
