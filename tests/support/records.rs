//! Real USP Records for tests and benchmarks.

use prost::Message as _;
use usp_scope::usp::generated::usp::{
    self, Body, Get, GetResp, Header, Msg, Notify, Request, Response, body, get_resp, header,
    notify, request, response,
};
use usp_scope::usp::generated::usp_record::{NoSessionContextRecord, Record, record};

pub const CONTROLLER: &str = "self::acs-1";

pub fn agent(number: usize) -> String {
    format!("os::00256D-{number:010}")
}

pub fn record(from: &str, to: &str, msg: &Msg) -> Vec<u8> {
    Record {
        version: "1.3".to_owned(),
        to_id: to.to_owned(),
        from_id: from.to_owned(),
        record_type: Some(record::RecordType::NoSessionContext(NoSessionContextRecord {
            payload: msg.encode_to_vec().into(),
        })),
        ..Record::default()
    }
    .encode_to_vec()
}

fn msg(id: &str, msg_type: header::MsgType, body: body::MsgBody) -> Msg {
    Msg {
        header: Some(Header { msg_id: id.to_owned(), msg_type: msg_type.into() }),
        body: Some(Body { msg_body: Some(body) }),
    }
}

pub fn get(id: &str, path: &str) -> Msg {
    let get = Get { param_paths: vec![path.to_owned()], max_depth: 0 };
    let request = Request { req_type: Some(request::ReqType::Get(get)) };
    msg(id, header::MsgType::Get, body::MsgBody::Request(request))
}

pub fn get_resp(id: &str, path: &str, params: &[(&str, String)]) -> Msg {
    let resolved = get_resp::ResolvedPathResult {
        resolved_path: path.to_owned(),
        result_params: params.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect(),
    };
    let result = get_resp::RequestedPathResult {
        requested_path: path.to_owned(),
        resolved_path_results: vec![resolved],
        ..Default::default()
    };
    let resp = GetResp { req_path_results: vec![result] };
    let response = Response { resp_type: Some(response::RespType::GetResp(resp)) };
    msg(id, header::MsgType::GetResp, body::MsgBody::Response(response))
}

pub fn boot(id: &str) -> Msg {
    let event = notify::Event {
        obj_path: "Device.".to_owned(),
        event_name: "Boot!".to_owned(),
        params: [("Cause".to_owned(), "LocalReboot".to_owned())].into(),
    };
    let notify = Notify {
        subscription_id: "boot-1".to_owned(),
        send_resp: false,
        notification: Some(notify::Notification::Event(event)),
    };
    let request = Request { req_type: Some(request::ReqType::Notify(notify)) };
    msg(id, header::MsgType::Notify, body::MsgBody::Request(request))
}

pub fn error(id: &str) -> Msg {
    let error = usp::Error { err_code: 7004, err_msg: "no".to_owned(), param_errs: vec![] };
    msg(id, header::MsgType::Error, body::MsgBody::Error(error))
}

/// Message `number` of a fleet: topic, response topic, Record of about 300 bytes. Half of them
/// are requests to a device, half its answers.
pub fn fleet_message(number: usize, topics: usize) -> (String, String, Vec<u8>) {
    let device = number / 2 % topics;
    let id = (number / 2).to_string();
    let reached = format!("usp/agent/cpe-{device:06}");
    let controller = format!("usp/controller/acs-1/{device:06}");
    let path = "Device.WiFi.AccessPoint.1.AssociatedDevice.";
    if number.is_multiple_of(2) {
        let long = format!("{path}[SignalStrength<-70&&Active==true].Stats.");
        let mut msg = get(&id, &long);
        if let Some(Body { msg_body: Some(body::MsgBody::Request(request)) }) = &mut msg.body
            && let Some(request::ReqType::Get(get)) = &mut request.req_type
        {
            get.param_paths.extend(["Device.DeviceInfo.UpTime".to_owned(), format!("{path}*.")]);
        }
        (reached, controller, record(CONTROLLER, &agent(device), &msg))
    } else {
        let params = [
            ("BytesSent", (number * 1500).to_string()),
            ("BytesReceived", (number * 900).to_string()),
            ("ErrorsSent", "0".to_owned()),
            ("RetransCount", (number % 7).to_string()),
        ];
        let msg = get_resp(&id, &format!("{path}3.Stats."), &params);
        (controller, reached, record(&agent(device), CONTROLLER, &msg))
    }
}
