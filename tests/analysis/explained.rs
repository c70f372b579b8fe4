//! The words for a problem of a message.

use usp_scope::analysis::problems::code::Code;
use usp_scope::analysis::problems::explain::{MAX_TEXT, explain};
use usp_scope::core::ids::Seq;

use super::problems::SCENARIOS;
use super::records::{CONTROLLER, agent, record};
use super::script::{Script, event, get, got, topic, with};

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
    ];
    let said: Vec<String> = expected.iter().map(|&(code, _)| odd(code)).collect();
    assert_eq!(said, expected.map(|(_, text)| text));
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
