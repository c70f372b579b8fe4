//! Every code of the catalogue: traffic that has the problem, and traffic much like it that
//! has not.

use usp_scope::analysis::problems::code::Code;
use usp_scope::analysis::{Budgets, Snapshot};
use usp_scope::core::ids::Seq;
use usp_scope::usp::generated::usp_record::mqtt_connect_record::MqttVersion;
use usp_scope::usp::make;

use super::records::{CONTROLLER, agent, boot, record};
use super::script::{
    Script, TO_CONTROLLER, altered, bodiless, completed, event, get, got, mark, operated, part,
    reboot, set, thirds, topic, was_set, with,
};

/// Any message, or none; any proof.
const ANY: u64 = u64::MAX;

pub struct Scenario {
    pub code: Code,
    /// The message that has the problem.
    pub subject: u64,
    /// The other one that proves it; 0 for none.
    proof: u64,
    pub odd: fn(&mut Script),
    clean: fn(&mut Script),
}

macro_rules! scenarios {
    ($($code:ident($subject:expr, $proof:expr): $odd:expr, clean $clean:expr;)+) => {
        pub const SCENARIOS: &[Scenario] = &[$(Scenario {
            code: Code::$code,
            subject: $subject,
            proof: $proof,
            odd: $odd,
            clean: $clean,
        },)+];

        /// One test per code.
        #[allow(non_snake_case, reason = "named as the codes")]
        mod code {
            $(#[test] fn $code() { super::judge(super::Code::$code); })+
        }
    };
}

fn plain(s: &mut Script) {
    s.connect(0, 1);
    s.pair(10, 1, "1", 5);
    s.wait_ms = 200_000;
}

scenarios! {
    MalformedRecord(1, 0): |s| {
        let whole = record(CONTROLLER, &agent(1), &get("1"));
        s.down(0, 1, &whole[..whole.len() - 3]);
    }, clean plain;
    RecordFieldMissing(1, 0): |s| {
        s.down(0, 1, &with(&record(CONTROLLER, &agent(1), &get("1")), |r| r.from_id.clear()));
    }, clean plain;
    RecordTypeMissing(1, 0): |s| {
        s.down(0, 1, &with(&record(CONTROLLER, &agent(1), &get("1")), |r| r.record_type = None));
    }, clean plain;
    MalformedMsg(1, 0): |s| {
        s.ask(0, 1, &bodiless(get("1")));
    }, clean plain;
    RecordVersion(1, 0): |s| {
        s.down(0, 1, &with(&record(CONTROLLER, &agent(1), &get("1")), |r| r.version = "2.0".into()));
    }, clean |s| {
        s.down(0, 1, &with(&record(CONTROLLER, &agent(1), &get("1")), |r| r.version = "1.12".into()));
    };
    EndpointIdInvalid(1, 0): |s| {
        s.up(0, 1, &record("os:12:nowhere", CONTROLLER, &event("1", "Boot!", false)));
    }, clean plain;
    SameEndpoint(1, 0): |s| {
        s.down(0, 1, &record(CONTROLLER, CONTROLLER, &get("1")));
    }, clean plain;
    TypeMismatch(1, 0): |s| {
        s.ask(0, 1, &altered(get("1"), |m| m.header.as_mut().unwrap().msg_type = 4));
    }, clean plain;
    HeaderMissing(1, 0): |s| {
        s.ask(0, 1, &altered(get("1"), |m| m.header = None));
    }, clean plain;
    MsgIdEmpty(1, 0): |s| {
        s.ask(0, 1, &get(""));
    }, clean plain;
    UnsignedCertificate(1, 0): |s| {
        s.down(0, 1, &with(&record(CONTROLLER, &agent(1), &get("1")), |r| {
            r.sender_cert = vec![1, 2].into();
        }));
    }, clean |s| {
        s.down(0, 1, &with(&record(CONTROLLER, &agent(1), &get("1")), |r| {
            r.sender_cert = vec![1, 2].into();
            r.mac_signature = vec![3].into();
        }));
    };
    NonUsp(2, 0): |s| {
        s.ask(0, 1, &get("1"));
        s.raw(1, &topic(1), b"hello").content_type = None;
    }, clean |s| {
        s.ask(0, 1, &get("1"));
        s.raw(1, "bulk/data", b"{\"a\":1}").content_type = Some("application/json");
        s.raw(2, "usp/status/1", &[1, 2, 3, 250]).content_type = None;
    };
    UspErrorPacket(2, 0): |s| {
        s.ask(0, 1, &get("1"));
        s.raw(1, TO_CONTROLLER, b"err_code:7004\nerr_msg:no").content_type = Some("usp.error");
    }, clean |s| {
        s.ask(0, 1, &get("1"));
        s.raw(1, "other", b"err_code:7004\nerr_msg:no").content_type = None;
    };
    EmptyPayload(2, 0): |s| {
        s.ask(0, 1, &get("1"));
        s.raw(1, &topic(1), b"");
    }, clean |s| {
        s.ask(0, 1, &get("1"));
        s.raw(1, "lights/kitchen", b"").content_type = None;
    };
    ResponseTopicMissing(1, 0): |s| {
        s.ask(0, 1, &get("1")).response_topic = None;
    }, clean |s| {
        // Nothing says that there are properties at all.
        s.connect(0, 1).v311("usp/controller/acs-1");
        s.say(1, 1, &event("1", "Periodic!", false)).v311("usp/controller/acs-1");
        s.ask(2, 2, &get("1")).v311("usp/agent/cpe-2/reply-to=usp%2Fcontroller%2Facs-1");
    };
    ContentTypeMissing(1, 0): |s| {
        s.ask(0, 1, &get("1")).content_type = None;
    }, clean |s| {
        s.connect(0, 1).v311("usp/controller/acs-1");
        s.ask(2, 2, &get("1")).v311("usp/agent/cpe-2/reply-to=usp%2Fcontroller%2Facs-1");
        s.pair(3, 3, "3", 1);
    };
    ContentTypeMismatch(1, 0): |s| {
        s.ask(0, 1, &get("1")).content_type = Some("text/plain");
    }, clean |s| {
        s.ask(0, 1, &get("1")).content_type = Some("application/vnd.bbf.usp.msg");
        s.raw(1, TO_CONTROLLER, b"hello").content_type = Some("text/plain");
    };
    RetainedRecord(1, 0): |s| {
        s.ask(0, 1, &get("1")).delivery.retain = true;
    }, clean |s| {
        s.ask(0, 1, &get("1"));
        s.raw(1, &topic(1), b"online").delivery.retain = true;
    };
    QosTwo(1, 0): |s| {
        s.ask(0, 1, &get("1")).delivery.qos = 2;
    }, clean |s| {
        s.ask(0, 1, &get("1")).delivery.qos = 1;
        s.raw(1, "other", b"x").delivery.qos = 2;
    };
    UnexpectedTopic(5, ANY): |s| {
        s.pair(0, 1, "1", 5);
        s.pair(10, 2, "2", 5);
        s.say(20, 1, &event("3", "Periodic!", false)).topic = topic(2);
    }, clean |s| {
        s.pair(0, 1, "1", 5);
        s.pair(10, 2, "2", 5);
        // Nobody is known to be there: a Controller may have several topics.
        s.say(20, 1, &event("3", "Periodic!", false)).topic = topic(3);
    };
    WrongDeviceTopic(5, ANY): |s| {
        s.pair(0, 1, "1", 5);
        s.pair(10, 2, "2", 5);
        s.ask(20, 2, &get("3")).topic = topic(1);
    }, clean |s| {
        s.pair(0, 1, "1", 5);
        s.pair(10, 2, "2", 5);
        s.ask(20, 2, &get("3"));
    };
    AnswerTopicMismatch(2, 1): |s| {
        s.ask(0, 1, &get("1"));
        s.say(5, 1, &got("1")).topic = "usp/controller/acs-2".to_owned();
    }, clean plain;
    CorrelationData(1, 0): |s| {
        s.ask(0, 1, &get("1")).correlation = true;
    }, clean plain;
    UspErrId(1, 0): |s| {
        s.ask(0, 1, &get("1")).user = Some(("usp-err-id", "self::acs-1/1"));
    }, clean |s| {
        s.ask(0, 1, &get("1")).user = Some(("vendor", "x"));
    };
    ReplyToRepeated(1, 0): |s| {
        s.ask(0, 1, &get("1")).v311("usp/agent/cpe-1/reply-to=a/reply-to=b");
    }, clean |s| {
        s.ask(0, 1, &get("1")).v311("usp/agent/cpe-1/reply-to=a");
    };
    Redelivered(2, 1): |s| {
        s.ask(0, 1, &get("1")).delivery.qos = 1;
        let again = s.ask(10, 1, &get("1"));
        (again.delivery.qos, again.delivery.dup) = (1, true);
    }, clean plain;
    TwoResponseTopics(ANY, ANY): |s| {
        for n in 0..6 {
            s.say(n * 1000, 1, &event(&n.to_string(), "Periodic!", false)).response_topic =
                Some(topic(n as usize % 2));
        }
    }, clean plain;
    AnswersForAnother(4, 3): |s| {
        s.pair(0, 2, "0", 5);
        s.ask(1000, 1, &get("1"));
        s.say(1010, 2, &got("1"));
        s.wait_ms = 2000;
    }, clean |s| {
        // Both were asked the same; the second answer comes before the first.
        s.ask(1000, 1, &get("1"));
        s.ask(1001, 2, &get("1"));
        s.say(1010, 2, &got("1"));
        s.say(1400, 1, &got("1"));
        // The one that was asked answers, too.
        s.ask(3000, 1, &get("2"));
        s.say(3010, 3, &got("2"));
        s.say(3020, 1, &got("2"));
        s.wait_ms = 9000;
    };
    RoleConflict(ANY, ANY): |s| {
        s.pair(0, 1, "1", 5);
        s.up(10, 1, &record(&agent(1), &agent(2), &get("2")));
    }, clean plain;
    TopicShared(5, 2): |s| {
        // Four with topics of their own show that this is the layout.
        for device in 1..=4 {
            s.connect(device as i64, device);
        }
        let record = make::connect_record(&agent(5), CONTROLLER, MqttVersion::V5, &topic(2));
        s.up(1000, 5, &record).response_topic = Some(topic(2));
    }, clean |s| {
        // All at one topic is a layout, too.
        for device in 1..=4 {
            let at = "usp/agent";
            let record = make::connect_record(&agent(device), CONTROLLER, MqttVersion::V5, at);
            s.up(device as i64, device, &record).response_topic = Some(at.to_owned());
        }
    };
    Unanswered(1, 1): |s| {
        s.ask(0, 1, &get("1"));
        s.wait_ms = 30_000;
    }, clean |s| {
        s.pair(0, 1, "1", 29_999);
        s.ask(40_000, 1, &altered(reboot("2"), no_answer));
        s.say(50_000, 1, &event("3", "Periodic!", false));
        s.wait_ms = 500_000;
    };
    LateAnswer(2, 1): |s| {
        s.pair(0, 1, "1", 31_000);
    }, clean |s| {
        s.pair(0, 1, "1", 29_000);
    };
    OrphanAnswer(3, 0): |s| {
        s.pair(0, 1, "1", 5);
        s.say(1000, 1, &got("2"));
        s.wait_ms = 2000;
    }, clean |s| {
        s.say(0, 1, &got("1"));
        s.ask(400, 1, &get("1"));
        s.wait_ms = 2000;
    };
    MsgIdReused(2, 1): |s| {
        s.ask(0, 1, &get("1"));
        s.ask(10, 1, &set("1", "x"));
    }, clean |s| {
        s.pair(0, 1, "1", 5);
        s.ask(10, 1, &set("1", "x"));
    };
    WrongAnswerType(2, 1): |s| {
        s.ask(0, 1, &get("1"));
        s.say(5, 1, &operated("1"));
    }, clean |s| {
        s.pair(0, 1, "1", 5);
        s.ask(10, 1, &get("2"));
        s.say(15, 1, &make::error("2", 7003, "no"));
    };
    DuplicateAnswer(3, 2): |s| {
        s.pair(0, 1, "1", 5);
        s.say(500, 1, &got("1"));
    }, clean plain;
    RequestRepeated(2, 1): |s| {
        s.ask(0, 1, &get("1"));
        s.ask(5000, 1, &get("1"));
    }, clean |s| {
        s.pair(0, 1, "1", 5);
        s.pair(5000, 1, "1", 5);
    };
    RetryStorm(5, 1): |s| {
        for n in 0..5 {
            s.ask(n * 1000, 1, &get("1"));
        }
    }, clean |s| {
        for n in 0..4 {
            s.ask(n * 1000, 1, &get("1"));
        }
    };
    NotifyUnacknowledged(3, 1): |s| {
        for at in [0, 7000, 20_000] {
            s.say(at, 1, &event("n", "Boot!", true));
        }
    }, clean |s| {
        for at in [0, 7000] {
            s.say(at, 1, &event("n", "Boot!", true));
        }
        s.ask(7001, 1, &make::notify_resp("n", "sub-1"));
        s.wait_ms = 100_000;
    };
    LostByRestart(3, ANY): |s| {
        s.pair(0, 1, "1", 5);
        s.ask(1000, 1, &get("2"));
        s.connect(5000, 1);
        s.say(5050, 1, &boot("b"));
        s.wait_ms = 9000;
    }, clean |s| {
        s.connect(0, 1);
        s.say(50, 1, &boot("b"));
        s.pair(1000, 1, "2", 5);
        s.connect(5000, 1);
        s.say(5050, 1, &boot("c"));
    };
    UnexpectedAnswer(2, 1): |s| {
        s.say(0, 1, &event("n", "Boot!", false));
        s.ask(5, 1, &make::notify_resp("n", "sub-1"));
        s.wait_ms = 2000;
    }, clean |s| {
        s.say(0, 1, &event("n", "Boot!", true));
        s.ask(5, 1, &make::notify_resp("n", "sub-1"));
        s.wait_ms = 2000;
    };
    RequestFailed(2, ANY): |s| {
        s.ask(0, 1, &get("1"));
        s.say(5, 1, &make::error("1", 7003, "no"));
    }, clean plain;
    RequestPartlyFailed(2, ANY): |s| {
        s.ask(0, 1, &set("1", "x"));
        s.say(5, 1, &was_set("1", &[Some(0), Some(7012)]));
    }, clean |s| {
        s.ask(0, 1, &set("1", "x"));
        s.say(5, 1, &was_set("1", &[Some(0), Some(0)]));
    };
    CommandFailed(1, ANY): |s| {
        s.say(0, 1, &completed("1", Some(7022)));
    }, clean |s| {
        s.say(0, 1, &completed("1", None));
    };
    StrayErrorCode(2, 0): |s| {
        s.ask(0, 1, &get("1"));
        s.say(5, 1, &make::error("1", 7013, "not writable"));
    }, clean |s| {
        for (n, code) in [7003, 7026, 7101, 7200, 7800].into_iter().enumerate() {
            let id = n.to_string();
            s.ask(n as i64 * 100, 1, &get(&id));
            s.say(n as i64 * 100 + 5, 1, &make::error(&id, code, "no"));
        }
    };
    ResultWithoutStatus(2, ANY): |s| {
        s.ask(0, 1, &set("1", "x"));
        s.say(5, 1, &was_set("1", &[None]));
    }, clean |s| {
        s.ask(0, 1, &set("1", "x"));
        s.say(5, 1, &was_set("1", &[Some(0)]));
    };
    SegmentMissing(ANY, ANY): |s| {
        let [a, _, c] = thirds(&got("1"));
        s.segment(0, 1, part(7, 1, 1, &a));
        s.segment(10, 1, part(7, 3, 3, &c));
        s.segment(20, 1, part(7, 4, 0, b""));
        s.wait_ms = 200_000;
    }, clean segments;
    SegmentDuplicate(2, 1): |s| {
        let [a, ..] = thirds(&got("1"));
        s.segment(0, 1, part(7, 1, 1, &a));
        s.segment(10, 1, part(7, 1, 1, &a));
    }, clean segments;
    SegmentConflict(2, 1): |s| {
        let [a, b, _] = thirds(&got("1"));
        s.segment(0, 1, part(7, 1, 1, &a));
        s.segment(10, 1, part(7, 1, 1, &b));
    }, clean segments;
    SegmentsAbandoned(ANY, ANY): |s| {
        let [a, b, _] = thirds(&got("1"));
        s.segment(0, 1, part(7, 1, 1, &a));
        s.segment(10, 1, part(7, 2, 2, &b));
        s.wait_ms = 200_000;
    }, clean segments;
    JoinedLate(1, ANY): |s| {
        let [_, b, c] = thirds(&got("1"));
        s.segment(0, 1, part(7, 5, 2, &b));
        s.segment(10, 1, part(7, 6, 3, &c));
        s.wait_ms = 200_000;
    }, clean segments;
    SessionIdInvalid(1, ANY): |s| {
        s.segment(0, 1, part(1, 1, 0, b""));
    }, clean segments;
    SessionEnded(1, ANY): |s| {
        s.up(0, 1, &make::disconnect_record(&agent(1), CONTROLLER, 7105, "terminated"));
    }, clean |s| {
        s.up(0, 1, &make::disconnect_record(&agent(1), CONTROLLER, 0, "bye"));
    };
    RetransmitRequested(1, ANY): |s| {
        let mut wants = part(7, 1, 0, b"");
        wants.retransmit_id = 4;
        s.segment(0, 1, wants);
    }, clean segments;
    TlsWithoutSession(1, ANY): |s| {
        s.down(0, 1, &with(&record(CONTROLLER, &agent(1), &get("1")), |r| r.payload_security = 1));
    }, clean secured;
    NotTls(1, ANY): |s| {
        let out = s.segment(0, 1, part(7, 1, 0, b"\x01\x02\x03 nothing"));
        out.payload = with(&out.payload, |r| r.payload_security = 1);
    }, clean secured;
    SecurityChanged(2, ANY): |s| {
        use prost::Message as _;
        secured(s);
        s.segment(50, 1, part(7, 2, 0, &got("1").encode_to_vec()));
    }, clean secured;
    BootStorm(ANY, ANY): |s| {
        for n in 1..=25 {
            s.say(n * 1000, n as usize, &boot("b"));
        }
    }, clean |s| {
        for n in 1..=15 {
            s.say(n * 1000, n as usize, &boot("b"));
        }
    };
    ReconnectLoop(4, ANY): |s| {
        for n in 0..4 {
            s.connect(n * 60_000, 1);
        }
    }, clean |s| {
        for n in 0..3 {
            s.connect(n * 60_000, 1);
        }
        s.connect(900_000, 1);
    };
    DeviceSilent(ANY, ANY): |s| {
        s.connect(0, 1);
        for n in 1..=5 {
            s.say(n * 60_000, 1, &event(&n.to_string(), "Periodic!", false));
        }
        s.connect(1_500_000, 2);
        s.wait_ms = 1_600_000;
    }, clean |s| {
        s.connect(0, 1);
        for n in 1..=25 {
            s.say(n * 60_000, 1, &event(&n.to_string(), "Periodic!", false));
        }
    };
    ErrorRateJump(90, 0): |s| {
        for n in 0..40 {
            s.pair(n * 100, 1, &n.to_string(), 5);
        }
        // The fifth failure among the last 20.
        for n in 40..45 {
            s.ask(n * 100, 1, &get(&n.to_string()));
            s.say(n * 100 + 5, 1, &make::error(&n.to_string(), 7003, "no"));
        }
    }, clean |s| {
        for n in 0..100 {
            s.ask(n * 100, 1, &get(&n.to_string()));
            let bad = n % 3 == 0;
            let id = n.to_string();
            let answer = if bad { make::error(&id, 7003, "no") } else { got(&id) };
            s.say(n * 100 + 5, 1, &answer);
        }
    };
    LatencyJump(56, 0): |s| {
        for n in 0..20 {
            s.pair(n * 1000, 1, &n.to_string(), 40);
        }
        for n in 20..30 {
            s.pair(n * 1000, 1, &n.to_string(), 200);
        }
    }, clean |s| {
        for n in 0..100 {
            s.pair(n * 1000, 1, &n.to_string(), if n % 5 == 0 { 600 } else { 40 });
        }
    };
    UnexpectedRestart(ANY, ANY): |s| {
        s.connect(0, 1);
        s.say(50, 1, &boot("a"));
        s.pair(1000, 1, "1", 5);
        s.connect(60_000, 1);
        s.say(60_050, 1, &boot("b"));
    }, clean |s| {
        s.connect(0, 1);
        s.say(50, 1, &boot("a"));
        s.ask(1000, 1, &reboot("1"));
        s.say(1010, 1, &operated("1"));
        s.connect(60_000, 1);
        s.say(60_050, 1, &boot("b"));
    };
    RequestsInvisible(1, 0): |s| {
        s.say(0, 1, &got("1"));
        s.wait_ms = 1000;
    }, clean plain;
}

/// A segmented answer that is in order.
fn segments(s: &mut Script) {
    s.ask(0, 1, &get("1"));
    for (n, bytes) in (1u64..).zip(thirds(&got("1"))) {
        s.segment(10 * n as i64, 1, part(7, n, n as i32, &bytes));
    }
    s.wait_ms = 200_000;
}

/// The beginning of a TLS handshake in a session.
fn secured(s: &mut Script) {
    let out = s.segment(0, 1, part(7, 1, 0, &[22, 3, 1, 0, 2, 1, 0]));
    out.payload = with(&out.payload, |r| r.payload_security = 1);
}

fn no_answer(msg: &mut usp_scope::usp::generated::usp::Msg) {
    use usp_scope::usp::generated::usp::{body::MsgBody, request::ReqType};
    let Some(MsgBody::Request(request)) = msg.body.as_mut().and_then(|b| b.msg_body.as_mut())
    else {
        panic!("a request");
    };
    let Some(ReqType::Operate(operate)) = &mut request.req_type else { panic!("an Operate") };
    operate.send_resp = false;
}

/// Why the scenario's problem was not found as it should be.
fn missing(scenario: &Scenario, snapshot: &Snapshot) -> Option<String> {
    let Scenario { code, subject, proof, .. } = *scenario;
    if snapshot.trouble_counts().of(code) == 0 {
        return Some("not reported".to_owned());
    }
    let Some(trouble) = snapshot.troubles().rows().iter().find(|t| t.code == code) else {
        return Some("not in the table".to_owned());
    };
    if subject == ANY {
        return None;
    }
    let marked: Vec<u64> = (1..snapshot.end_seq().0)
        .filter(|&n| mark(snapshot, n).problems & code.bit() != 0)
        .collect();
    if !marked.contains(&subject) {
        return Some(format!("marked {marked:?} instead of {subject}"));
    }
    let proofs: Vec<_> = trouble.proofs().collect();
    let proves = proofs.iter().any(|p| {
        p.subject == Some(Seq(subject)) && (proof == ANY || p.other.map_or(0, |o| o.0) == proof)
    });
    (!proves).then(|| format!("proofs are {proofs:?}"))
}

fn judge(code: Code) {
    let scenario = SCENARIOS.iter().find(|s| s.code == code).expect("a scenario");
    let played = Script::of(scenario.odd).play();
    let missing = missing(scenario, &played);
    assert_eq!(missing, None, "{code:?}");
    let clean = Script::of(scenario.clean).play();
    assert_eq!(clean.trouble_counts().of(code), 0, "{code:?} is a false alarm");
}

#[test]
fn every_code_has_a_scenario() {
    for code in Code::ALL {
        let scenarios = SCENARIOS.iter().filter(|scenario| scenario.code == *code).count();
        assert_eq!(scenarios, 1, "{code:?}");
    }
}

#[test]
fn batches_make_no_difference() {
    for scenario in SCENARIOS {
        let script = Script::of(scenario.odd);
        let (whole, single) = (script.play(), script.play_by(1));
        assert_eq!(whole.trouble_counts(), single.trouble_counts(), "{:?}", scenario.code);
        for n in 1..whole.end_seq().0 {
            assert_eq!(mark(&whole, n).problems, mark(&single, n).problems, "{:?}", scenario.code);
        }
    }
}

#[test]
fn good_traffic_has_no_problems() {
    let played = Script::of(|s| {
        s.connect(0, 1);
        s.say(40, 1, &boot("b"));
        for n in 0..200 {
            s.pair(1000 + n * 1000, 1, &n.to_string(), 20 + n % 7);
            let notify = format!("n-{n}");
            s.say(1500 + n * 1000, 1, &event(&notify, "Periodic!", true));
            s.ask(1510 + n * 1000, 1, &make::notify_resp(&notify, "sub-1"));
        }
        s.wait_ms = 202_000;
    })
    .play();
    let found: Vec<_> = played.troubles().rows().iter().map(|t| (t.code, t.count)).collect();
    assert_eq!(found, []);
}

#[test]
fn without_any_property_nothing_is_said_about_properties() {
    // As a capture without them, or a monitor that is connected by MQTT 3.1.1, shows it.
    let played = Script::of(|s| {
        for device in 1..=3 {
            s.connect(device as i64, device).v311(TO_CONTROLLER);
            s.ask(10, device, &get("1")).v311(&topic(device));
            s.say(20, device, &got("1")).v311(TO_CONTROLLER);
        }
    })
    .play();
    assert_eq!(played.trouble_counts().total(), 0);
}

#[test]
fn who_used_a_reply_topic_is_expected_to_go_on() {
    let v311 = Script::of(|s| {
        s.ask(0, 1, &get("1")).v311("usp/agent/cpe-1/reply-to=usp%2Fcontroller%2Facs-1");
        s.ask(1, 1, &get("2")).v311("usp/agent/cpe-1");
    })
    .play();
    assert_eq!(mark(&v311, 2).problems, Code::ResponseTopicMissing.bit());
    let v5 = Script::of(|s| {
        s.ask(0, 1, &get("1"));
        s.ask(1, 1, &get("2")).v311("usp/agent/cpe-1");
    })
    .play();
    let both = Code::ResponseTopicMissing.bit() | Code::ContentTypeMissing.bit();
    assert_eq!(mark(&v5, 2).problems, both);
}

#[test]
fn a_connect_record_says_by_which_mqtt() {
    let connect = |s: &mut Script, version| {
        let record = make::connect_record(&agent(1), CONTROLLER, version, "usp/agent/cpe-1");
        s.up(1, 1, &record).v311(TO_CONTROLLER);
        s.say(2, 1, &event("1", "Boot!", false)).v311(TO_CONTROLLER);
    };
    for (version, bits) in [
        (MqttVersion::V5, Code::ResponseTopicMissing.bit() | Code::ContentTypeMissing.bit()),
        (MqttVersion::V311, Code::ResponseTopicMissing.bit()),
    ] {
        let mut script = Script::default();
        // Somebody's properties are seen.
        script.pair(0, 2, "1", 1);
        connect(&mut script, version);
        assert_eq!(mark(&script.play(), 4).problems, bits, "{version:?}");
    }
}

#[test]
fn a_payload_labelled_as_a_record_is_judged_by_its_label() {
    let played = Script::of(|s| {
        s.raw(0, "anywhere", &[8, 1, 250, 251]);
        s.raw(1, "anywhere", b"text");
        s.raw(2, "anywhere", b"{}");
    })
    .play();
    let problems: Vec<u64> = (1..=3).map(|n| mark(&played, n).problems).collect();
    let mismatch = Code::ContentTypeMismatch.bit();
    assert_eq!(problems, [Code::MalformedRecord.bit(), mismatch, mismatch]);
}

#[test]
fn a_topic_that_an_endpoint_named_is_of_usp() {
    let played = Script::of(|s| {
        s.connect(0, 1);
        s.raw(1, &topic(1), b"hello").content_type = None;
        s.ask(2, 2, &get("1")).v311("x/reply-to=y%2Fz");
        s.raw(3, "y/z", b"hello").content_type = None;
        s.raw(4, "y", b"hello").content_type = None;
    })
    .play();
    let problems: Vec<u64> = [2, 4, 5].map(|n| mark(&played, n).problems).into();
    assert_eq!(problems, [Code::NonUsp.bit(), Code::NonUsp.bit(), 0]);
}

#[test]
fn an_answer_that_nobody_asked_for_is_no_orphan() {
    let played = Script::of(|s| {
        s.pair(0, 1, "0", 5);
        s.ask(100, 1, &altered(reboot("1"), no_answer));
        s.say(150, 1, &operated("1"));
        // Of another type, or long after: no answer to that.
        s.ask(200, 1, &altered(reboot("2"), no_answer));
        s.say(250, 1, &got("2"));
        s.ask(300, 1, &altered(reboot("3"), no_answer));
        s.say(700_000, 1, &operated("3"));
        s.wait_ms = 800_000;
    })
    .play();
    let problems: Vec<u64> = [4, 6, 8].map(|n| mark(&played, n).problems).into();
    let orphan = Code::OrphanAnswer.bit();
    assert_eq!(problems, [Code::UnexpectedAnswer.bit(), orphan, orphan]);
    assert_eq!(mark(&played, 4).exchange, None);
}

#[test]
fn troubles_beyond_the_budget_are_counted() {
    let budgets = Budgets { troubles: 3, ..Budgets::default() };
    let mut script = Script::default();
    for device in 1..=10 {
        script.ask(device as i64, device, &get("1"));
        script.say(device as i64, device, &got("1")).delivery.qos = 2;
    }
    let played = script.play_within(budgets, usize::MAX);
    assert_eq!(played.troubles().rows().len(), 3);
    assert_eq!(played.trouble_counts().of(Code::QosTwo), 10);
    assert_eq!(played.losses().troubles, 7);
    assert!(
        mark(&played, 20).problems & Code::QosTwo.bit() != 0,
        "the message has it all the same"
    );
}
