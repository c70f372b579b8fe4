//! An Agent's answers: request in, response out, with what it changes in the model and what
//! follows from it.
//!
//! Pure: no clock, no network, no randomness. The Agent adds its response time and its temper.

mod add;
mod change;
mod delete;
mod operate;
mod read;
mod set;
mod supported;

use super::fault::{Fault, MESSAGE_NOT_SUPPORTED, RESOURCES_EXCEEDED};
use super::model::tree::Model;
use super::model::value::Moment;
use super::wire;
use crate::usp::generated::usp::body::MsgBody;
use crate::usp::generated::usp::request::ReqType;
use crate::usp::generated::usp::response::RespType;
use crate::usp::generated::usp::{GetSupportedProtocolResp, Msg, Request};

pub use operate::{Job, Outcome};

/// What follows from a request besides its answer.
#[derive(Clone, PartialEq, Debug)]
pub enum Effect {
    /// A row was added; concrete path.
    Created(String),
    /// A row was deleted; concrete path.
    Deleted(String),
    /// A parameter was set; full concrete path.
    Changed(String),
    /// An asynchronous command began.
    Started(Job),
    /// The command in this `Device.LocalAgent.Request.` row is to be given up.
    Cancelled(String),
    /// The device goes down and comes back.
    Reboot { command_key: String, cause: &'static str },
    /// The device introduces itself to its Controller.
    OnBoardRequest,
    /// The MQTT connection is closed and opened again.
    Reconnect,
}

/// An answer and its consequences.
#[derive(Clone, PartialEq, Debug)]
pub struct Answer {
    /// `None`: nothing is to be sent.
    pub msg: Option<Msg>,
    pub effects: Vec<Effect>,
}

impl Answer {
    fn plain(msg: Msg) -> Self {
        Self { msg: Some(msg), effects: Vec::new() }
    }
}

/// Answers a Msg. What is no request, or has no header, gets no answer.
pub fn answer(model: &mut Model, msg: &Msg, moment: &Moment) -> Answer {
    let silence = Answer { msg: None, effects: Vec::new() };
    let Some(header) = &msg.header else { return silence };
    let id = header.msg_id.as_str();
    let Some(MsgBody::Request(Request { req_type: Some(request) })) =
        msg.body.as_ref().and_then(|b| b.msg_body.as_ref())
    else {
        return silence;
    };
    if !wire::header_fits(msg) {
        let fault = Fault::new(MESSAGE_NOT_SUPPORTED, "the body doesn't fit the message type");
        return Answer::plain(wire::error(id, fault, Vec::new()));
    }
    if largest_list(request) > MAX_LIST {
        let text = format!("more than {MAX_LIST} paths or parameters in one request");
        return Answer::plain(wire::error(id, Fault::new(RESOURCES_EXCEEDED, text), Vec::new()));
    }
    match request {
        ReqType::Get(get) => Answer::plain(read::get(model, id, get, moment)),
        ReqType::GetInstances(get) => Answer::plain(read::get_instances(model, id, get, moment)),
        ReqType::GetSupportedDm(get) => Answer::plain(supported::get(&model.schema, id, get)),
        ReqType::GetSupportedProtocol(_) => {
            let versions = wire::PROTOCOL_VERSIONS.to_owned();
            let resp = GetSupportedProtocolResp { agent_supported_protocol_versions: versions };
            Answer::plain(wire::response(id, RespType::GetSupportedProtocolResp(resp)))
        }
        ReqType::Set(set) => set::set(model, id, set, moment),
        ReqType::Add(add) => add::add(model, id, add, moment),
        ReqType::Delete(delete) => delete::delete(model, id, delete, moment),
        ReqType::Operate(operate) => operate::operate(model, id, operate, moment),
        ReqType::Notify(_) | ReqType::Register(_) | ReqType::Deregister(_) => {
            let fault = Fault::new(MESSAGE_NOT_SUPPORTED, "an Agent doesn't take this message");
            Answer::plain(wire::error(id, fault, Vec::new()))
        }
    }
}

/// A request may ask for the whole model once a path, so the number of paths bounds the answer.
const MAX_LIST: usize = 64;

/// The number of paths, or of parameters of one object, whichever is more.
fn largest_list(request: &ReqType) -> usize {
    match request {
        ReqType::Get(get) => get.param_paths.len(),
        ReqType::GetInstances(get) => get.obj_paths.len(),
        ReqType::GetSupportedDm(get) => get.obj_paths.len(),
        ReqType::Delete(delete) => delete.obj_paths.len(),
        ReqType::Operate(operate) => operate.input_args.len(),
        ReqType::Set(set) => {
            let settings = set.update_objs.iter().map(|o| o.param_settings.len());
            settings.chain([set.update_objs.len()]).max().unwrap_or(0)
        }
        ReqType::Add(add) => {
            let settings = add.create_objs.iter().map(|o| o.param_settings.len());
            settings.chain([add.create_objs.len()]).max().unwrap_or(0)
        }
        _ => 0,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
pub(crate) mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::lab::fleet;
    use crate::lab::model::device::build;
    use crate::lab::model::device::tests::{around, moment};
    use crate::lab::model::schema::Schema;
    use crate::usp::generated::usp::header::MsgType;
    use crate::usp::generated::usp::response::RespType;
    use crate::usp::generated::usp::{Error, Get, GetSupportedProtocol, Response};

    pub fn device() -> Model {
        let schema = Arc::new(Schema::built_in().unwrap());
        let identity = fleet::fleet(3, 1).remove(0);
        build(&schema, &identity, &around()).0
    }

    pub fn ask(model: &mut Model, request: ReqType) -> Answer {
        answer(model, &wire::request("m-1", request), &moment(60))
    }

    pub fn response(answer: &Answer) -> RespType {
        let msg = answer.msg.as_ref().unwrap();
        assert_eq!(msg.header.as_ref().unwrap().msg_id, "m-1");
        match msg.body.clone().unwrap().msg_body.unwrap() {
            MsgBody::Response(Response { resp_type: Some(response) }) => response,
            other => unreachable!("expected a response, got {other:?}"),
        }
    }

    pub fn error(answer: &Answer) -> Error {
        match answer.msg.clone().unwrap().body.unwrap().msg_body.unwrap() {
            MsgBody::Error(error) => error,
            other => unreachable!("expected an Error, got {other:?}"),
        }
    }

    #[test]
    fn protocol_versions_are_told() {
        let ask_versions = ReqType::GetSupportedProtocol(GetSupportedProtocol::default());
        let answer = ask(&mut device(), ask_versions);
        let RespType::GetSupportedProtocolResp(resp) = response(&answer) else { unreachable!() };
        assert_eq!(resp.agent_supported_protocol_versions, "1.0,1.1,1.2,1.3");
    }

    #[test]
    fn what_is_no_request_gets_no_answer_and_a_wrong_type_gets_7001() {
        let mut model = device();
        let get = wire::request("m-1", ReqType::Get(Get::default()));
        let headless = Msg { header: None, ..get.clone() };
        assert_eq!(answer(&mut model, &headless, &moment(0)).msg, None);
        let reply = answer(&mut model, &get, &moment(0)).msg.unwrap();
        assert_eq!(answer(&mut model, &reply, &moment(0)).msg, None);
        assert_eq!(answer(&mut model, &Msg::default(), &moment(0)).msg, None);
        let mut odd = get;
        odd.header.as_mut().unwrap().msg_type = MsgType::Delete.into();
        assert_eq!(error(&answer(&mut model, &odd, &moment(0))).err_code, 7001);
    }
    #[test]
    fn an_endless_request_is_refused() {
        let mut model = device();
        let get = |n| Get { param_paths: vec!["Device.".to_owned(); n], max_depth: 1 };
        let large = ask(&mut model, ReqType::Get(get(MAX_LIST + 1)));
        assert_eq!(error(&large).err_code, 7005);
        assert!(matches!(response(&ask(&mut model, ReqType::Get(get(3)))), RespType::GetResp(_)));
    }
}
