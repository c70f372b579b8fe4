//! Data models, grades and what failed, from whole messages.

use usp_scope::analysis::problems::code::Code;
use usp_scope::analysis::{Budgets, Pipeline, Snapshot};
use usp_scope::core::ids::{EndpointId, Epoch, Seq};
use usp_scope::core::time::Timestamp;
use usp_scope::core::wire::{Delivery, WireBatch};
use usp_scope::store;
use usp_scope::usp::generated::usp::{
    Body, GetResp, Header, Msg, Notify, Request, Response, SetResp, body, get_resp, header, notify,
    request, response, set_resp,
};
use usp_scope::usp::outcome::Grade;

use super::records::{self, CONTROLLER};
use super::{one, said};

fn id(snapshot: &Snapshot, name: &str) -> EndpointId {
    let ids = (0..snapshot.endpoints_len() as u32).map(EndpointId);
    ids.into_iter().find(|&id| snapshot.endpoint_name(id) == name).unwrap()
}

fn msg(id: &str, msg_type: header::MsgType, msg_body: body::MsgBody) -> Msg {
    Msg {
        header: Some(Header { msg_id: id.to_owned(), msg_type: msg_type.into() }),
        body: Some(Body { msg_body: Some(msg_body) }),
    }
}

fn answer(id: &str, msg_type: header::MsgType, resp: response::RespType) -> Msg {
    msg(id, msg_type, body::MsgBody::Response(Response { resp_type: Some(resp) }))
}

fn notify(notification: notify::Notification) -> Msg {
    let notify = Notify { notification: Some(notification), ..Notify::default() };
    let request = Request { req_type: Some(request::ReqType::Notify(notify)) };
    msg("n", header::MsgType::Notify, body::MsgBody::Request(request))
}

#[test]
fn a_device_is_known_by_what_it_says() {
    let agent = records::agent(1);
    let mut pipeline = Pipeline::new(store::Budgets::default(), Epoch(1));
    let up = |n: i64| [("UpTime", n.to_string())];
    for n in 1..=3 {
        let resp = records::get_resp("g", "Device.DeviceInfo.", &up(n));
        pipeline.apply(&said(n * 1000, &agent, CONTROLLER, &resp));
    }
    let change = notify(notify::Notification::ValueChange(notify::ValueChange {
        param_path: "Device.WiFi.SSID.1.SSID".to_owned(),
        param_value: "guest".to_owned(),
    }));
    pipeline.apply(&said(4000, &agent, CONTROLLER, &change));
    let device = id(&pipeline.snapshot(), &agent);
    assert!(pipeline.snapshot().shadow(device).is_none(), "nobody asked for it");
    let generation = pipeline.snapshot().generation();
    pipeline.focus(&[device]);
    let before = pipeline.snapshot();
    assert_ne!(before.generation(), generation);
    let shadow = before.shadow(device).unwrap();
    assert_eq!(**shadow, pipeline.shadow(device).unwrap());
    let time = shadow.param("Device.DeviceInfo.UpTime").unwrap();
    let points: Vec<_> = time.numeric().into_iter().map(|point| point.1).collect();
    assert_eq!((points, time.changed_by), (vec![1.0, 2.0, 3.0], Seq(3)));
    assert_eq!(shadow.param("Device.WiFi.SSID.1.SSID").unwrap().changed_by, Seq(4));

    let deletion = notify(notify::Notification::ObjDeletion(notify::ObjectDeletion {
        obj_path: "Device.WiFi.SSID.1.".to_owned(),
    }));
    pipeline.apply(&said(5000, &agent, CONTROLLER, &deletion));
    let after = pipeline.snapshot();
    let gone = after.shadow(device).unwrap().param("Device.WiFi.SSID.1.SSID").unwrap().gone;
    assert_eq!(gone, Some((Timestamp(5_000_000_000), Seq(5))));
    assert!(
        before.shadow(device).unwrap().param("Device.WiFi.SSID.1.SSID").unwrap().gone.is_none()
    );
    let totals = after.shadow_totals();
    assert_eq!((totals.devices, totals.objects, totals.params), (1, 2, 2));
    // Nothing is known of a Controller.
    assert!(pipeline.shadow(id(&after, CONTROLLER)).is_none());
}

#[test]
fn a_retained_answer_is_graded_but_tells_nothing_new() {
    let agent = records::agent(1);
    let mut pipeline = Pipeline::new(store::Budgets::default(), Epoch(1));
    let resp = records::get_resp("g", "Device.", &[("P", "old".to_owned())]);
    let mut batch = WireBatch::new();
    let retained = Delivery { retain: true, ..Delivery::default() };
    let payload = records::record(&agent, CONTROLLER, &resp);
    batch.push(Timestamp(0), b"usp/controller/acs-1", &payload, retained, |_| {});
    pipeline.apply(&batch);
    let snapshot = pipeline.snapshot();
    assert_eq!(snapshot.shadow_totals().devices, 0);
    assert_eq!(snapshot.row(Seq(1)).unwrap().mark().grade, Some(Grade::Ok));
}

#[test]
fn what_failed_is_marked() {
    let agent = records::agent(1);
    let mut pipeline = Pipeline::new(store::Budgets::default(), Epoch(1));
    let path_result = |err_code| get_resp::RequestedPathResult { err_code, ..Default::default() };
    let get = |codes: &[u32]| {
        let req_path_results = codes.iter().map(|&code| path_result(code)).collect();
        let resp = response::RespType::GetResp(GetResp { req_path_results });
        answer("g", header::MsgType::GetResp, resp)
    };
    let failed =
        notify::operation_complete::CommandFailure { err_code: 7022, ..Default::default() };
    let complete = notify(notify::Notification::OperComplete(notify::OperationComplete {
        operation_resp: Some(notify::operation_complete::OperationResp::CmdFailure(failed)),
        ..Default::default()
    }));
    let mute = set_resp::UpdatedObjectResult::default();
    let mute = response::RespType::SetResp(SetResp { updated_obj_results: vec![mute] });
    let cases = [
        (get(&[0]), Some(Grade::Ok), None),
        (get(&[0, 7026]), Some(Grade::Partial), Some(Code::RequestPartlyFailed)),
        (get(&[7026]), Some(Grade::Failed), Some(Code::RequestFailed)),
        (records::error("e"), Some(Grade::Failed), Some(Code::RequestFailed)),
        (complete, Some(Grade::Failed), Some(Code::CommandFailed)),
        (
            answer("s", header::MsgType::SetResp, mute),
            Some(Grade::Ok),
            Some(Code::ResultWithoutStatus),
        ),
        (records::boot("b"), None, None),
        (records::get("q", "Device."), None, None),
    ];
    let codes = [
        Code::RequestFailed,
        Code::RequestPartlyFailed,
        Code::CommandFailed,
        Code::ResultWithoutStatus,
    ];
    for (n, (msg, grade, code)) in cases.into_iter().enumerate() {
        pipeline.apply(&said(n as i64, &agent, CONTROLLER, &msg));
        let snapshot = pipeline.snapshot();
        let mark = snapshot.row(Seq(n as u64 + 1)).unwrap().mark();
        assert_eq!(mark.grade, grade, "{n}");
        for other in codes {
            assert_eq!(mark.problems & other.bit() != 0, code == Some(other), "{n}: {other:?}");
        }
    }
}

/// Ten thousand devices with two thousand parameters each; far more than there is room for.
#[test]
fn many_large_data_models_stay_within_their_budget() {
    const DEVICES: usize = 10_000;
    const PARAMS: usize = 2_000;
    const PLACE: &str = "0000000000";
    let params: Vec<_> = (0..PARAMS).map(|n| (format!("Param{n}"), format!("v{PLACE}"))).collect();
    let params: Vec<_> =
        params.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
    let resp = records::get_resp("g", "Device.Vendor.", &params);
    let mut payload = records::record(&records::agent(0), CONTROLLER, &resp);
    let places: Vec<usize> = payload
        .windows(PLACE.len())
        .enumerate()
        .filter_map(|(at, bytes)| (bytes == PLACE.as_bytes()).then_some(at))
        .collect();
    assert_eq!(places.len(), PARAMS + 1);

    let budgets = Budgets { shadow_bytes: 16 << 20, shadow_history: 8, ..Budgets::default() };
    let kept = store::Budgets { bytes: 1 << 20, ..store::Budgets::default() };
    let mut pipeline = Pipeline::with_budgets(kept, budgets, Epoch(1));
    let mut worst = 0;
    for device in 0..DEVICES {
        let number = format!("{device:010}");
        for &at in &places {
            payload[at..at + PLACE.len()].copy_from_slice(number.as_bytes());
        }
        pipeline.apply(&one(device as i64, "usp/controller/acs-1", &payload));
        if device % 500 == 499 {
            worst = worst.max(pipeline.snapshot().shadow_totals().bytes);
        }
    }
    let snapshot = pipeline.snapshot();
    let (totals, losses) = (*snapshot.shadow_totals(), *snapshot.losses());
    assert!(worst <= 16 << 20 && totals.bytes <= 16 << 20, "{totals:?}");
    assert!(totals.bytes > 14 << 20 && totals.params > 80 * PARAMS / 2, "{totals:?}");
    assert_eq!(losses.shadow_values, (DEVICES * PARAMS - totals.params) as u64);
    let first = id(&snapshot, &records::agent(0));
    let shadow = pipeline.shadow(first).unwrap();
    assert_eq!(shadow.params.len(), PARAMS);
    assert_eq!(shadow.param("Device.Vendor.Param1999").unwrap().value, format!("v{PLACE}"));

    // The first changes all its values while there is hardly any room: what is lost is counted.
    for round in 1..=20_i64 {
        for &at in places.iter().skip(1) {
            payload[at..at + PLACE.len()].copy_from_slice(format!("{round:010}").as_bytes());
        }
        let own = records::agent(0);
        let start = places[0];
        payload[start..start + PLACE.len()]
            .copy_from_slice(&own.as_bytes()[own.len() - PLACE.len()..]);
        pipeline.apply(&one(DEVICES as i64 + round, "usp/controller/acs-1", &payload));
    }
    let totals = *pipeline.snapshot().shadow_totals();
    let shadow = pipeline.shadow(first).unwrap();
    assert!(totals.bytes <= 16 << 20 && totals.history_bytes <= 8 << 20, "{totals:?}");
    assert_eq!(shadow.param("Device.Vendor.Param7").unwrap().value, format!("v{:010}", 20));
    assert!(shadow.params.iter().all(|param| param.history.len() <= 8 && !param.complete));
    let lost = pipeline.snapshot().losses().shadow_history;
    let held: usize = shadow.params.iter().map(|param| param.history.len()).sum();
    assert!(lost > 0 && lost <= (20 * PARAMS - held) as u64, "{lost}");
}
