//! How the faulty device refuses what a healthy one would do.

use crate::lab::fault::{
    COMMAND_FAILURE, Fault, INTERNAL, INVALID_ARGUMENTS, INVALID_PATH, INVALID_VALUE,
    NO_SUCH_OBJECT, PERMISSION_DENIED,
};
use crate::lab::wire;
use crate::usp::generated::usp::body::MsgBody;
use crate::usp::generated::usp::error::ParamError;
use crate::usp::generated::usp::operate_resp::OperationResult;
use crate::usp::generated::usp::operate_resp::operation_result::{CommandFailure, OperationResp};
use crate::usp::generated::usp::request::ReqType;
use crate::usp::generated::usp::response::RespType;
use crate::usp::generated::usp::{
    GetInstancesResp, GetResp, Msg, OperateResp, Request, get_instances_resp, get_resp,
};

/// This share of requests is refused.
const REFUSED: f64 = 0.6;

/// Up to so many answers its GetInstances is broken for certain.
const EARLY: u32 = 8;

/// The refusal of a request after `answers` others; `None`: it is answered like any other.
pub(super) fn refuse(rng: &mut fastrand::Rng, msg: &Msg, answers: u32) -> Option<Msg> {
    // Drawn first, so that the sequence of draws doesn't depend on what is asked.
    let (refused, pick) = (rng.f64() < REFUSED, rng.u32(..4));
    if !refused && answers >= EARLY {
        return None;
    }
    let id = msg.header.as_ref()?.msg_id.as_str();
    let Some(MsgBody::Request(Request { req_type: Some(request) })) =
        msg.body.as_ref().and_then(|b| b.msg_body.as_ref())
    else {
        return None;
    };
    let whole = |code, text: &str| Some(wire::error(id, Fault::new(code, text), Vec::new()));
    match request {
        ReqType::Get(get) => {
            let (err_code, err_msg) = match pick {
                0 => return whole(INTERNAL, "data model is locked by another process"),
                1 => (PERMISSION_DENIED, "the Controller's role may not read this"),
                2 => (INVALID_PATH, "path is not in the supported data model"),
                _ => (NO_SUCH_OBJECT, "no such instance"),
            };
            let results = get.param_paths.iter().map(|path| get_resp::RequestedPathResult {
                requested_path: path.clone(),
                err_code,
                err_msg: format!("{err_msg}: {path}"),
                resolved_path_results: Vec::new(),
            });
            let resp = GetResp { req_path_results: results.collect() };
            Some(wire::response(id, RespType::GetResp(resp)))
        }
        // A defect of its own: the answer to another question.
        ReqType::GetInstances(_) if answers < EARLY || pick == 0 => {
            Some(wire::response(id, RespType::GetResp(GetResp::default())))
        }
        _ if !refused => None,
        ReqType::GetInstances(get) => {
            let results =
                get.obj_paths.iter().map(|path| get_instances_resp::RequestedPathResult {
                    requested_path: path.clone(),
                    err_code: PERMISSION_DENIED,
                    err_msg: format!("the Controller's role may not read this: {path}"),
                    curr_insts: Vec::new(),
                });
            let resp = GetInstancesResp { req_path_results: results.collect() };
            Some(wire::response(id, RespType::GetInstancesResp(resp)))
        }
        ReqType::Set(set) => {
            let settings = set.update_objs.iter().flat_map(|object| {
                object.param_settings.iter().map(|s| (object.obj_path.as_str(), s.param.as_str()))
            });
            Some(bad_params(id, settings))
        }
        ReqType::Add(add) => {
            let settings = add.create_objs.iter().flat_map(|object| {
                object.param_settings.iter().map(|s| (object.obj_path.as_str(), s.param.as_str()))
            });
            Some(bad_params(id, settings.take(2)))
        }
        ReqType::Operate(operate) => {
            let failure = CommandFailure {
                err_code: COMMAND_FAILURE,
                err_msg: "the command's helper process exited with status 1".to_owned(),
            };
            let result = OperationResult {
                executed_command: operate.command.clone(),
                operation_resp: Some(OperationResp::CmdFailure(failure)),
            };
            let resp = OperateResp { operation_results: vec![result] };
            Some(wire::response(id, RespType::OperateResp(resp)))
        }
        ReqType::Delete(_) => whole(PERMISSION_DENIED, "the Controller's role may not delete"),
        ReqType::GetSupportedDm(_) => whole(INTERNAL, "out of memory"),
        _ => None,
    }
}

/// A whole-message 7004 with the true cause per parameter.
fn bad_params<'a>(id: &str, settings: impl Iterator<Item = (&'a str, &'a str)>) -> Msg {
    let param_errs = settings.map(|(object, param)| ParamError {
        param_path: format!("{object}{param}"),
        err_code: INVALID_VALUE,
        err_msg: format!("value is not accepted by the driver: {param}"),
    });
    let fault = Fault::new(INVALID_ARGUMENTS, "one or more parameters were refused");
    wire::error(id, fault, param_errs.collect())
}
