//! An Agent driven by hand: virtual time, requests put in, publishes taken out.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::lab::controller::{ENDPOINT_ID, TOPIC};
use crate::lab::fleet;
use crate::lab::model::device::tests::around;
use crate::usp::generated::usp::notify::Notification;
use crate::usp::generated::usp::request::ReqType;
use crate::usp::generated::usp::{Get, Notify, NotifyResp, Operate, Request};

const START: Duration = Duration::from_millis(500);

fn identity(character: Character) -> Identity {
    fleet::fleet(8, 11).into_iter().find(|d| d.character == character).unwrap()
}

fn agent(identity: &Identity) -> Agent {
    let schema = Arc::new(Schema::built_in().unwrap());
    let epoch = Timestamp(1_795_368_559_000_000_000);
    Agent::new(&schema, identity.clone(), around(), START, epoch)
}

fn incoming(to: &str, msg: &Msg) -> Incoming {
    let payload = wire::record(ENDPOINT_ID, to, msg);
    Incoming { payload, reply_to: Some(TOPIC.to_owned()), reply_in_topic: false }
}

/// Runs an Agent up to `until`; after each Down it is brought back. Returns what was published
/// and when.
fn run(agent: &mut Agent, until: Duration) -> Vec<(Duration, Outgoing)> {
    let mut out = Vec::new();
    let mut back: Option<Duration> = None;
    loop {
        let next = agent.next_due().into_iter().chain(back).min();
        let Some(now) = next.filter(|n| *n <= until) else { return out };
        if back.is_some_and(|b| b <= now) {
            back = None;
            agent.online(now);
        } else {
            agent.advance(now);
        }
        for output in agent.take_outputs() {
            match output {
                Output::Publish(outgoing) => out.push((now, outgoing)),
                Output::Down(away) => back = Some(now + away),
            }
        }
    }
}

/// An Agent that is connected at its start.
fn started(identity: &Identity) -> Agent {
    let mut agent = agent(identity);
    agent.online(START);
    agent
}

fn secs(n: u64) -> Duration {
    Duration::from_secs(n)
}

fn record(outgoing: &Outgoing) -> Record {
    Record::decode(outgoing.payload.clone()).unwrap()
}

fn notification(outgoing: &Outgoing) -> Option<Notify> {
    let msg = wire::plain_msg(&Record::decode(outgoing.payload.clone()).ok()?)?;
    match msg.body?.msg_body? {
        MsgBody::Request(Request { req_type: Some(ReqType::Notify(notify)) }) => Some(notify),
        _ => None,
    }
}

fn msg_id(outgoing: &Outgoing) -> String {
    wire::plain_msg(&record(outgoing)).and_then(|m| m.header).unwrap().msg_id
}

fn events(out: &[(Duration, Outgoing)], name: &str) -> Vec<(Duration, Notify)> {
    let notifications = out.iter().filter_map(|(at, o)| Some((*at, notification(o)?)));
    notifications
        .filter(|(_, n)| matches!(&n.notification, Some(Notification::Event(e)) if e.event_name == name))
        .collect()
}

#[test]
fn it_connects_boots_and_introduces_itself() {
    let identity = identity(Character::Healthy);
    let mut agent = started(&identity);
    let out = run(&mut agent, secs(2));
    let first = record(&out[0].1);
    assert!(matches!(&first.record_type, Some(RecordType::MqttConnect(c))
        if c.subscribed_topic == identity.topic()));
    assert_eq!(first.from_id, identity.endpoint_id);
    let boots = events(&out, "Boot!");
    let [(_, boot)] = &boots[..] else { unreachable!("{boots:?}") };
    assert!(boot.send_resp);
    assert_eq!(boot.subscription_id, "boot-1");
    let Some(Notification::Event(event)) = &boot.notification else { unreachable!() };
    assert_eq!(event.params["Cause"], "LocalReboot");
    assert!(serde_json::from_str::<serde_json::Value>(&event.params["ParameterMap"]).is_ok());
    let boarding = out.iter().filter_map(|(_, o)| notification(o)).filter(|n| {
        matches!(&n.notification, Some(Notification::OnBoardReq(r)) if r.serial_number == identity.serial)
    });
    assert_eq!(boarding.count(), 1);
    assert!(msg_id(&out[1].1).starts_with("Event-2026-11-22T17:29:1"));
}

#[test]
fn the_same_seed_tells_the_same_story() {
    for character in [
        Character::Healthy,
        Character::Slow,
        Character::Faulty,
        Character::Flapping,
        Character::Garbling,
    ] {
        let story = || {
            let identity = identity(character);
            let mut agent = started(&identity);
            let mut out = run(&mut agent, secs(7));
            for n in 0..5 {
                let get = Get { param_paths: vec!["Device.WiFi.".to_owned()], max_depth: 0 };
                let msg = wire::request(&format!("g-{n}"), ReqType::Get(get));
                agent.receive(secs(7), incoming(&identity.endpoint_id, &msg));
            }
            out.extend(run(&mut agent, secs(180)));
            out
        };
        let (one, two) = (story(), story());
        assert!(one.len() > 10, "{character:?} said {}", one.len());
        assert_eq!(one, two, "{character:?}");
    }
}

#[test]
fn waking_late_changes_when_but_not_what() {
    let identity = identity(Character::Healthy);
    let punctual = run(&mut started(&identity), secs(60));
    let mut agent = started(&identity);
    agent.advance(secs(60));
    let late: Vec<Outgoing> = agent
        .take_outputs()
        .into_iter()
        .filter_map(|o| if let Output::Publish(o) = o { Some(o) } else { None })
        .collect();
    let punctual: Vec<Outgoing> = punctual.into_iter().map(|(_, o)| o).collect();
    assert_eq!(punctual, late);
}

#[test]
fn a_request_is_answered_once_in_a_plausible_time() {
    let identity = identity(Character::Healthy);
    let mut agent = started(&identity);
    run(&mut agent, secs(3));
    let get = Get { param_paths: vec!["Device.DeviceInfo.UpTime".to_owned()], max_depth: 0 };
    let msg = wire::request("g-1", ReqType::Get(get));
    let request = incoming(&identity.endpoint_id, &msg);
    agent.receive(secs(3), request.clone());
    agent.receive(secs(3), request);
    let out = run(&mut agent, secs(3) + Duration::from_millis(500));
    let answers: Vec<_> =
        out.iter().filter(|(_, o)| notification(o).is_none() && msg_id(o) == "g-1").collect();
    assert_eq!(answers.len(), 1, "a repeated request is ignored");
    let delay = answers[0].0 - secs(3);
    assert!((4..=130).contains(&delay.as_millis()), "{delay:?}");
    assert_eq!(answers[0].1.content_type, Some("usp.msg"));
    assert_eq!(answers[0].1.response_topic.as_deref(), Some(identity.topic().as_str()));
}

#[test]
fn what_is_not_for_it_is_met_with_silence() {
    let identity = identity(Character::Healthy);
    let mut agent = started(&identity);
    run(&mut agent, secs(1));
    let before = agent.agenda.len();
    let msg = wire::request("x", ReqType::Get(Get::default()));
    agent.receive(secs(1), incoming("os::somebody-else", &msg));
    let bytes = [&b""[..], b"\x0a\x03", b"some text"];
    for bytes in bytes {
        let payload = bytes::Bytes::copy_from_slice(bytes);
        agent.receive(secs(1), Incoming { payload, reply_to: None, reply_in_topic: false });
    }
    let headless = Msg { header: None, ..msg };
    agent.receive(secs(1), incoming(&identity.endpoint_id, &headless));
    assert_eq!(agent.agenda.len(), before);
    assert!(agent.take_outputs().is_empty());
}

#[test]
fn an_unacknowledged_notification_is_repeated_byte_for_byte() {
    let identity = identity(Character::Healthy);
    let mut agent = started(&identity);
    let out = run(&mut agent, secs(2));
    let boot = out.iter().map(|(_, o)| o).find(|o| {
        matches!(notification(o), Some(Notify { notification: Some(Notification::Event(_)), .. }))
    });
    let boot = boot.unwrap().clone();
    let repeats = |out: &[(Duration, Outgoing)]| {
        out.iter().filter(|(_, o)| *o == boot).map(|(at, _)| *at).collect::<Vec<_>>()
    };
    let again = repeats(&run(&mut agent, secs(36)));
    assert!((2..=3).contains(&again.len()), "{again:?}");
    assert!((secs(5)..=secs(11)).contains(&again[0]), "{again:?}");
    assert!((secs(10)..=secs(20)).contains(&(again[1] - again[0])), "{again:?}");
    let resp = RespType::NotifyResp(NotifyResp::default());
    let ack = wire::response(&msg_id(&boot), resp);
    agent.receive(secs(36), incoming(&identity.endpoint_id, &ack));
    assert!(repeats(&run(&mut agent, secs(200))).is_empty());
}

fn operate(command: &str) -> Msg {
    wire::request(
        "op",
        ReqType::Operate(Operate {
            command: command.to_owned(),
            command_key: "key-1".to_owned(),
            send_resp: true,
            ..Operate::default()
        }),
    )
}

#[test]
fn a_reboot_is_answered_then_silence_then_connect_and_boot() {
    let identity = identity(Character::Healthy);
    let mut agent = started(&identity);
    run(&mut agent, secs(2));
    agent.receive(secs(2), incoming(&identity.endpoint_id, &operate("Device.Reboot()")));
    let out = run(&mut agent, secs(20));
    let answered = out.iter().position(|(_, o)| msg_id_or_empty(o) == "op").unwrap();
    let connected = out
        .iter()
        .position(|(_, o)| matches!(record(o).record_type, Some(RecordType::MqttConnect(_))))
        .unwrap();
    assert!(answered < connected);
    let gap = out[connected].0 - out[connected - 1].0;
    assert!(gap >= secs(3), "{gap:?}");
    let boots = events(&out, "Boot!");
    let Some(Notification::Event(event)) = &boots[0].1.notification else { unreachable!() };
    assert_eq!(event.params["Cause"], "RemoteReboot");
    assert_eq!(event.params["CommandKey"], "key-1");
    let up = agent.moment(secs(20)).uptime;
    assert!(up < secs(19), "{up:?}");
}

fn msg_id_or_empty(outgoing: &Outgoing) -> String {
    let msg = wire::plain_msg(&record(outgoing));
    msg.and_then(|m| m.header).map_or_else(String::new, |h| h.msg_id)
}

#[test]
fn subscriptions_made_by_the_controller_are_served() {
    let identity = identity(Character::Healthy);
    let mut agent = started(&identity);
    run(&mut agent, secs(1));
    let mut controller = crate::lab::controller::Controller::new(5, Default::default());
    controller.online(secs(1));
    let connect = wire::mqtt_connect(&identity.endpoint_id, ENDPOINT_ID, false, identity.topic());
    let hello =
        Incoming { payload: connect, reply_to: Some(identity.topic()), reply_in_topic: false };
    controller.receive(secs(1), hello);
    controller.advance(secs(4));
    for output in controller.take_outputs() {
        let Output::Publish(o) = output else { continue };
        let reply_to = o.response_topic;
        let request = Incoming { payload: o.payload, reply_to, reply_in_topic: false };
        agent.receive(secs(4), request);
    }
    run(&mut agent, secs(5));
    agent.receive(
        secs(5),
        incoming(&identity.endpoint_id, &operate("Device.SelfTestDiagnostics()")),
    );
    let out = run(&mut agent, secs(400));
    let seen = |fits: fn(&Notification) -> bool| {
        let mut all = out.iter().filter_map(|(_, o)| notification(o)?.notification);
        all.any(|n| fits(&n))
    };
    assert!(seen(|n| matches!(n, Notification::OperComplete(o) if o.command_key == "key-1")));
    assert!(seen(
        |n| matches!(n, Notification::ObjCreation(c) if c.obj_path.starts_with("Device.Hosts.Host."))
    ));
    assert!(seen(|n| matches!(n, Notification::ObjDeletion(_))));
    assert!(seen(
        |n| matches!(n, Notification::ValueChange(v) if v.param_path.ends_with(".Value"))
    ));
    assert!(events(&out, "Periodic!").len() >= 13);
}

#[test]
fn the_odd_ones_behave_oddly() {
    let flapping = run(&mut started(&identity(Character::Flapping)), secs(120));
    let connects = flapping
        .iter()
        .filter(|(_, o)| matches!(record(o).record_type, Some(RecordType::MqttConnect(_))));
    assert!((4..=9).contains(&connects.count()));
    let boots: std::collections::BTreeSet<String> = flapping
        .iter()
        .filter(|(_, o)| notification(o).is_some_and(|n| n.subscription_id == "boot-1"))
        .map(|(_, o)| msg_id(o))
        .collect();
    assert!(boots.len() >= 4, "{boots:?}");

    let garbled = run(&mut started(&identity(Character::Garbling)), secs(120));
    let bad = garbled.iter().filter(|(_, o)| Record::decode(o.payload.clone()).is_err());
    assert!(bad.count() > 10);
    assert!(garbled.iter().any(|(_, o)| o.payload.is_empty()));
    let json = garbled.iter().filter(|(_, o)| o.content_type.is_some_and(|c| c.contains("json")));
    assert!(json.clone().count() > 0);
    for (_, o) in json {
        assert!(serde_json::from_slice::<serde_json::Value>(&o.payload).is_ok());
    }

    let answers = |character| {
        let identity = identity(character);
        let mut agent = started(&identity);
        run(&mut agent, secs(1));
        let mut out = Vec::new();
        for n in 0..60 {
            let at = secs(1 + n * 60);
            let get = Get { param_paths: vec!["Device.DeviceInfo.".to_owned()], max_depth: 0 };
            let msg = wire::request(&format!("g-{n}"), ReqType::Get(get));
            agent.receive(at, incoming(&identity.endpoint_id, &msg));
            let said = run(&mut agent, at + secs(59));
            let reply = said.into_iter().find(|(_, o)| msg_id_or_empty(o) == format!("g-{n}"));
            out.push(reply.map(|(when, o)| (when - at, o)));
        }
        out
    };
    let slow = answers(Character::Slow);
    let in_time = slow.iter().flatten().filter(|(t, _)| (secs(1)..secs(7)).contains(t)).count();
    assert!((35..=58).contains(&in_time), "{in_time}");
    assert!(slow.iter().any(Option::is_none) && slow.iter().flatten().any(|(t, _)| *t > secs(30)));

    let faulty = answers(Character::Faulty);
    let failed = faulty.iter().flatten().filter(|(_, o)| {
        match wire::plain_msg(&record(o)).unwrap().body.unwrap().msg_body.unwrap() {
            MsgBody::Error(_) => true,
            MsgBody::Response(Response { resp_type: Some(RespType::GetResp(resp)) }) => {
                resp.req_path_results[0].err_code != 0
            }
            _ => false,
        }
    });
    assert!((20..=50).contains(&failed.count()));
}
