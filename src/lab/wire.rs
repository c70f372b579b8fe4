//! Records and Msgs as bytes, and the reply-to convention of MQTT 3.1.1 topics.

use bytes::Bytes;
use prost::Message as _;

use super::fault::Fault;
use crate::usp::generated::usp::body::MsgBody;
use crate::usp::generated::usp::error::ParamError;
use crate::usp::generated::usp::header::MsgType;
use crate::usp::generated::usp::request::ReqType;
use crate::usp::generated::usp::response::RespType;
use crate::usp::generated::usp::{Body, Error, Header, Msg, Request, Response};
use crate::usp::generated::usp_record::mqtt_connect_record::MqttVersion;
use crate::usp::generated::usp_record::record::{PayloadSecurity, RecordType};
use crate::usp::generated::usp_record::{
    DisconnectRecord, MqttConnectRecord, NoSessionContextRecord, Record, SessionContextRecord,
};

/// USP version of the Records of both sides.
pub const RECORD_VERSION: &str = "1.3";
/// What an Agent answers to GetSupportedProtocol.
pub const PROTOCOL_VERSIONS: &str = "1.0,1.1,1.2,1.3";
/// Content Type of a Record.
pub const CONTENT_TYPE: &str = "usp.msg";

/// One MQTT message that a simulated client wants to publish.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Outgoing {
    pub topic: String,
    pub payload: Bytes,
    pub qos: u8,
    /// MQTT 5 only.
    pub content_type: Option<&'static str>,
    /// MQTT 5 only.
    pub response_topic: Option<String>,
    /// A User Property, MQTT 5 only.
    pub user: Option<(&'static str, String)>,
    /// Correlation Data, MQTT 5 only.
    pub correlation: Option<&'static [u8]>,
    /// Asks the broker to keep it for later subscribers.
    pub retain: bool,
}

/// One MQTT message that a simulated client received.
#[derive(Clone, Debug)]
pub struct Incoming {
    pub payload: Bytes,
    /// Where the sender wants its answer, by property or by topic.
    pub reply_to: Option<String>,
    /// True if it said so in the topic: it speaks MQTT 3.1.1.
    pub reply_in_topic: bool,
}

const REPLY_TO: &str = "/reply-to=";

/// A topic with the sender's own appended, as MQTT 3.1.1 does (TR-369 MQTT binding).
pub fn with_reply_to(topic: &str, own: &str) -> String {
    format!("{topic}{REPLY_TO}{}", own.replace('/', "%2F"))
}

/// The reply-to topic in a topic, if there is one; the last one counts.
pub fn reply_to(topic: &str) -> Option<String> {
    let (_, own) = topic.rsplit_once(REPLY_TO)?;
    (!own.is_empty()).then(|| own.replace("%2F", "/").replace("%2f", "/"))
}

/// A request.
pub fn request(msg_id: &str, request: ReqType) -> Msg {
    let kind = match &request {
        ReqType::Get(_) => MsgType::Get,
        ReqType::GetSupportedDm(_) => MsgType::GetSupportedDm,
        ReqType::GetInstances(_) => MsgType::GetInstances,
        ReqType::Set(_) => MsgType::Set,
        ReqType::Add(_) => MsgType::Add,
        ReqType::Delete(_) => MsgType::Delete,
        ReqType::Operate(_) => MsgType::Operate,
        ReqType::Notify(_) => MsgType::Notify,
        ReqType::GetSupportedProtocol(_) => MsgType::GetSupportedProto,
        ReqType::Register(_) => MsgType::Register,
        ReqType::Deregister(_) => MsgType::Deregister,
    };
    msg(msg_id, kind, MsgBody::Request(Request { req_type: Some(request) }))
}

/// A response.
pub fn response(msg_id: &str, response: RespType) -> Msg {
    let kind = match &response {
        RespType::GetResp(_) => MsgType::GetResp,
        RespType::GetSupportedDmResp(_) => MsgType::GetSupportedDmResp,
        RespType::GetInstancesResp(_) => MsgType::GetInstancesResp,
        RespType::SetResp(_) => MsgType::SetResp,
        RespType::AddResp(_) => MsgType::AddResp,
        RespType::DeleteResp(_) => MsgType::DeleteResp,
        RespType::OperateResp(_) => MsgType::OperateResp,
        RespType::NotifyResp(_) => MsgType::NotifyResp,
        RespType::GetSupportedProtocolResp(_) => MsgType::GetSupportedProtoResp,
        RespType::RegisterResp(_) => MsgType::RegisterResp,
        RespType::DeregisterResp(_) => MsgType::DeregisterResp,
    };
    msg(msg_id, kind, MsgBody::Response(Response { resp_type: Some(response) }))
}

/// An Error for a whole message.
pub fn error(msg_id: &str, fault: Fault, param_errs: Vec<ParamError>) -> Msg {
    let error = Error { err_code: fault.code, err_msg: fault.text, param_errs };
    msg(msg_id, MsgType::Error, MsgBody::Error(error))
}

fn msg(msg_id: &str, kind: MsgType, body: MsgBody) -> Msg {
    Msg {
        header: Some(Header { msg_id: msg_id.to_owned(), msg_type: kind.into() }),
        body: Some(Body { msg_body: Some(body) }),
    }
}

/// The type in the header that a request's body asks for.
pub fn header_fits(msg: &Msg) -> bool {
    let Some(MsgBody::Request(Request { req_type: Some(request_body) })) =
        msg.body.as_ref().and_then(|b| b.msg_body.as_ref())
    else {
        return false;
    };
    let wanted = request("", request_body.clone()).header.map(|h| h.msg_type);
    msg.header.as_ref().map(|h| h.msg_type) == wanted
}

/// A Record that carries one whole Msg.
pub fn record(from: &str, to: &str, msg: &Msg) -> Bytes {
    let payload = NoSessionContextRecord { payload: msg.encode_to_vec().into() };
    any_record(from, to, RecordType::NoSessionContext(payload))
}

/// The Record an Agent sends first after connecting.
pub fn mqtt_connect(from: &str, to: &str, legacy: bool, subscribed_topic: String) -> Bytes {
    let version = if legacy { MqttVersion::V311 } else { MqttVersion::V5 };
    let connect = MqttConnectRecord { version: version.into(), subscribed_topic };
    any_record(from, to, RecordType::MqttConnect(connect))
}

/// A Record that says the sender leaves, or won't go on.
pub fn disconnect(from: &str, to: &str, reason_code: u32, reason: &str) -> Bytes {
    let disconnect = DisconnectRecord { reason: reason.to_owned(), reason_code };
    any_record(from, to, RecordType::Disconnect(disconnect))
}

/// A Record of a session context.
pub fn session_record(from: &str, to: &str, context: SessionContextRecord, secured: bool) -> Bytes {
    let security = if secured { PayloadSecurity::Tls12 } else { PayloadSecurity::Plaintext };
    let record = Record {
        payload_security: security.into(),
        ..bare_record(from, to, RecordType::SessionContext(context))
    };
    record.encode_to_vec().into()
}

/// A Record before it becomes bytes.
pub fn bare_record(from: &str, to: &str, record_type: RecordType) -> Record {
    Record {
        version: RECORD_VERSION.to_owned(),
        to_id: to.to_owned(),
        from_id: from.to_owned(),
        record_type: Some(record_type),
        ..Record::default()
    }
}

fn any_record(from: &str, to: &str, record_type: RecordType) -> Bytes {
    bare_record(from, to, record_type).encode_to_vec().into()
}

/// True if the payload claims to be secured.
pub fn is_secured(record: &Record) -> bool {
    record.payload_security() != PayloadSecurity::Plaintext
}

/// The Msg of a Record with no session context, if there is one and it can be read.
pub fn plain_msg(record: &Record) -> Option<Msg> {
    match &record.record_type {
        Some(RecordType::NoSessionContext(inner)) => Msg::decode(inner.payload.clone()).ok(),
        _ => None,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::usp::generated::usp::Get;

    #[test]
    fn reply_to_topics_go_both_ways() {
        let topic = with_reply_to("usp/controller/acs-demo", "usp/agent/cpe-000001");
        assert_eq!(topic, "usp/controller/acs-demo/reply-to=usp%2Fagent%2Fcpe-000001");
        assert_eq!(reply_to(&topic).unwrap(), "usp/agent/cpe-000001");
        assert_eq!(reply_to("a/reply-to=b/reply-to=c%2Fd").unwrap(), "c/d");
        assert_eq!(reply_to("usp/agent/x"), None);
        assert_eq!(reply_to("usp/agent/x/reply-to="), None);
    }

    #[test]
    fn a_msg_survives_its_record() {
        let get = Get { param_paths: vec!["Device.".to_owned()], max_depth: 2 };
        let msg = request("7", ReqType::Get(get));
        assert!(header_fits(&msg));
        let record = Record::decode(record("self::a", "os::b", &msg)).unwrap();
        assert_eq!(record.to_id, "os::b");
        assert_eq!(plain_msg(&record).unwrap(), msg);
        let mut odd = msg;
        odd.header.as_mut().unwrap().msg_type = MsgType::Delete.into();
        assert!(!header_fits(&odd));
    }
}
