//! Makes Records and Msgs: for the demo network, for sending, and for tests.

use bytes::Bytes;
use prost::Message as _;

use super::generated::usp::{
    Body, Error, Get, Header, Msg, Notify, NotifyResp, Operate, Request, Response, body,
    notify::Notification, request::ReqType, response::RespType,
};
use super::generated::usp_record::mqtt_connect_record::MqttVersion;
use super::generated::usp_record::record::RecordType;
use super::generated::usp_record::{
    DisconnectRecord, MqttConnectRecord, NoSessionContextRecord, Record,
};
use super::kind::MsgKind;

/// The version that our own Records name.
pub const VERSION: &str = "1.4";

/// A Record with a whole plaintext Msg.
#[must_use]
pub fn record(from: &str, to: &str, msg: &Msg) -> Vec<u8> {
    let payload = Bytes::from(msg.encode_to_vec());
    wrap(from, to, RecordType::NoSessionContext(NoSessionContextRecord { payload }))
}

/// The bytes of a Msg, as they stand in a Record.
#[must_use]
pub fn encode(msg: &Msg) -> Vec<u8> {
    msg.encode_to_vec()
}

/// The Record an agent announces itself with after connecting by MQTT.
#[must_use]
pub fn connect_record(from: &str, to: &str, version: MqttVersion, topic: &str) -> Vec<u8> {
    let connect = MqttConnectRecord { version: version as i32, subscribed_topic: topic.to_owned() };
    wrap(from, to, RecordType::MqttConnect(connect))
}

/// The Record an endpoint takes its leave with; code 0 gives no reason code.
#[must_use]
pub fn disconnect_record(from: &str, to: &str, code: u32, reason: &str) -> Vec<u8> {
    let disconnect = DisconnectRecord { reason: reason.to_owned(), reason_code: code };
    wrap(from, to, RecordType::Disconnect(disconnect))
}

/// A plaintext Record of any type.
#[must_use]
pub fn wrap(from: &str, to: &str, record_type: RecordType) -> Vec<u8> {
    let record = Record {
        version: VERSION.to_owned(),
        to_id: to.to_owned(),
        from_id: from.to_owned(),
        record_type: Some(record_type),
        ..Record::default()
    };
    record.encode_to_vec()
}

fn msg(msg_id: &str, kind: MsgKind, msg_body: body::MsgBody) -> Msg {
    let header = Header { msg_id: msg_id.to_owned(), msg_type: i32::from(kind as u8) };
    Msg { header: Some(header), body: Some(Body { msg_body: Some(msg_body) }) }
}

/// A request; the header's type follows from the body.
#[must_use]
pub fn request(msg_id: &str, request: ReqType) -> Msg {
    let kind = match &request {
        ReqType::Get(_) => MsgKind::Get,
        ReqType::GetSupportedDm(_) => MsgKind::GetSupportedDm,
        ReqType::GetInstances(_) => MsgKind::GetInstances,
        ReqType::Set(_) => MsgKind::Set,
        ReqType::Add(_) => MsgKind::Add,
        ReqType::Delete(_) => MsgKind::Delete,
        ReqType::Operate(_) => MsgKind::Operate,
        ReqType::Notify(_) => MsgKind::Notify,
        ReqType::GetSupportedProtocol(_) => MsgKind::GetSupportedProto,
        ReqType::Register(_) => MsgKind::Register,
        ReqType::Deregister(_) => MsgKind::Deregister,
    };
    msg(msg_id, kind, body::MsgBody::Request(Request { req_type: Some(request) }))
}

/// A response; the header's type follows from the body.
#[must_use]
pub fn response(msg_id: &str, response: RespType) -> Msg {
    let kind = match &response {
        RespType::GetResp(_) => MsgKind::GetResp,
        RespType::GetSupportedDmResp(_) => MsgKind::GetSupportedDmResp,
        RespType::GetInstancesResp(_) => MsgKind::GetInstancesResp,
        RespType::SetResp(_) => MsgKind::SetResp,
        RespType::AddResp(_) => MsgKind::AddResp,
        RespType::DeleteResp(_) => MsgKind::DeleteResp,
        RespType::OperateResp(_) => MsgKind::OperateResp,
        RespType::NotifyResp(_) => MsgKind::NotifyResp,
        RespType::GetSupportedProtocolResp(_) => MsgKind::GetSupportedProtoResp,
        RespType::RegisterResp(_) => MsgKind::RegisterResp,
        RespType::DeregisterResp(_) => MsgKind::DeregisterResp,
    };
    msg(msg_id, kind, body::MsgBody::Response(Response { resp_type: Some(response) }))
}

/// An Error without param_errs.
#[must_use]
pub fn error(msg_id: &str, code: u32, message: &str) -> Msg {
    let error = Error { err_code: code, err_msg: message.to_owned(), param_errs: Vec::new() };
    msg(msg_id, MsgKind::Error, body::MsgBody::Error(error))
}

/// Get of some paths, to any depth.
#[must_use]
pub fn get(msg_id: &str, paths: &[&str]) -> Msg {
    let param_paths = paths.iter().map(|&path| path.to_owned()).collect();
    request(msg_id, ReqType::Get(Get { param_paths, max_depth: 0 }))
}

/// Operate with an answer wanted and no arguments.
#[must_use]
pub fn operate(msg_id: &str, command: &str, command_key: &str) -> Msg {
    let operate = Operate {
        command: command.to_owned(),
        command_key: command_key.to_owned(),
        send_resp: true,
        ..Operate::default()
    };
    request(msg_id, ReqType::Operate(operate))
}

/// Notify.
#[must_use]
pub fn notify(msg_id: &str, subscription: &str, send_resp: bool, what: Notification) -> Msg {
    let notify =
        Notify { subscription_id: subscription.to_owned(), send_resp, notification: Some(what) };
    request(msg_id, ReqType::Notify(notify))
}

/// NotifyResp.
#[must_use]
pub fn notify_resp(msg_id: &str, subscription: &str) -> Msg {
    let resp = NotifyResp { subscription_id: subscription.to_owned() };
    response(msg_id, RespType::NotifyResp(resp))
}
