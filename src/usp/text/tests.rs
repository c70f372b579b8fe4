//! Lines of Records and Msgs of each kind.

use super::{MAX_LINE, summary_line};
use crate::usp::generated::usp::notify::{self, Notification};
use crate::usp::generated::usp::request::ReqType;
use crate::usp::generated::usp::response::RespType;
use crate::usp::generated::usp::*;
use crate::usp::generated::usp_record::SessionContextRecord;
use crate::usp::generated::usp_record::mqtt_connect_record::MqttVersion;
use crate::usp::generated::usp_record::record::RecordType as Kind;
use crate::usp::make;
use crate::usp::scan::scan;

fn line(payload: &[u8]) -> String {
    summary_line(payload, &scan(payload))
}

fn of(msg: &Msg) -> String {
    line(&make::record("os::00256D-1", "self::ctl", msg))
}

fn request(request: ReqType) -> String {
    of(&make::request("1", request))
}

fn response(response: RespType) -> String {
    of(&make::response("1", response))
}

fn notified(what: Notification) -> String {
    of(&make::notify("1", "sub", false, what))
}

fn texts(list: &[&str]) -> Vec<String> {
    list.iter().map(|&text| text.to_owned()).collect()
}

#[test]
fn requests() {
    assert_eq!(
        of(&make::get("1", &["Device.WiFi.SSID.*.", "Device.A.", "Device.B."])),
        "Device.WiFi.SSID.*. +2"
    );
    assert_eq!(of(&make::get("1", &[])), "nothing");
    assert_eq!(
        request(ReqType::Get(Get { param_paths: texts(&["Device."]), max_depth: 2 })),
        "Device., depth 2"
    );
    assert_eq!(
        request(ReqType::GetInstances(GetInstances {
            obj_paths: texts(&["Device.WiFi."]),
            first_level_only: true
        })),
        "Device.WiFi., first level only"
    );
    let setting = set::UpdateParamSetting {
        param: "SSID".to_owned(),
        value: "ho\"me\n".to_owned(),
        required: true,
    };
    let object = set::UpdateObject {
        obj_path: "Device.WiFi.SSID.1.".to_owned(),
        param_settings: vec![setting.clone(), setting],
    };
    assert_eq!(
        request(ReqType::Set(Set {
            allow_partial: true,
            update_objs: vec![object.clone(), object]
        })),
        "Device.WiFi.SSID.1.SSID = \"ho\"me\\n\" +1 +1"
    );
    let object = add::CreateObject {
        obj_path: "Device.WiFi.SSID.".to_owned(),
        param_settings: vec![add::CreateParamSetting {
            param: "Enable".to_owned(),
            value: "true".to_owned(),
            required: false,
        }],
    };
    assert_eq!(
        request(ReqType::Add(Add { allow_partial: false, create_objs: vec![object] })),
        "Device.WiFi.SSID. with Enable = \"true\""
    );
    assert_eq!(
        request(ReqType::Delete(Delete {
            allow_partial: false,
            obj_paths: texts(&["Device.X.1."])
        })),
        "Device.X.1."
    );
    assert_eq!(of(&make::operate("1", "Device.Reboot()", "abc")), "Device.Reboot() key=abc");
    assert_eq!(request(ReqType::Deregister(Deregister { paths: texts(&[""]) })), "everything");
    assert_eq!(
        request(ReqType::GetSupportedProtocol(GetSupportedProtocol {
            controller_supported_protocol_versions: "1.3,1.4".to_owned()
        })),
        "1.3,1.4"
    );
}

#[test]
fn notifications() {
    let event = |path: &str, name: &str, params: &[(&str, &str)]| {
        Notification::Event(notify::Event {
            obj_path: path.to_owned(),
            event_name: name.to_owned(),
            params: params.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
        })
    };
    let boot = [("Cause", "LocalReboot"), ("CommandKey", ""), ("FirmwareUpdated", "true")];
    assert_eq!(
        notified(event("Device.", "Boot!", &boot)),
        "Boot! cause LocalReboot firmware updated"
    );
    assert_eq!(
        notified(event("Device.LocalAgent.", "Periodic!", &[])),
        "Device.LocalAgent.Periodic!"
    );
    assert_eq!(
        notified(event("Device.X.", "Push!", &[("Data", "1")])),
        "Device.X.Push! (Data = \"1\")"
    );
    assert_eq!(
        notified(Notification::ValueChange(notify::ValueChange {
            param_path: "Device.A".to_owned(),
            param_value: "7".to_owned()
        })),
        "Device.A = \"7\""
    );
    let failure =
        notify::operation_complete::CommandFailure { err_code: 7022, err_msg: "broken".to_owned() };
    assert_eq!(
        notified(Notification::OperComplete(notify::OperationComplete {
            obj_path: "Device.".to_owned(),
            command_name: "Run()".to_owned(),
            command_key: "k".to_owned(),
            operation_resp: Some(notify::operation_complete::OperationResp::CmdFailure(failure)),
        })),
        "Device.Run() key=k failed: 7022 Command failure: broken"
    );
    assert_eq!(of(&make::notify_resp("1", "sub-7")), "sub-7");
}

#[test]
fn responses() {
    let resolved = |params: usize| get_resp::ResolvedPathResult {
        resolved_path: "Device.A.".to_owned(),
        result_params: (0..params).map(|n| (format!("P{n}"), "v".to_owned())).collect(),
    };
    let good = |params: usize| get_resp::RequestedPathResult {
        requested_path: "Device.A.".to_owned(),
        resolved_path_results: vec![resolved(params)],
        ..Default::default()
    };
    let bad = get_resp::RequestedPathResult {
        requested_path: "Device.Nope.".to_owned(),
        err_code: 7026,
        ..Default::default()
    };
    let get = |results: Vec<_>| response(RespType::GetResp(GetResp { req_path_results: results }));
    assert_eq!(get(vec![good(12), bad.clone()]), "12 parameters, 1 path failed (7026)");
    assert_eq!(get(vec![bad]), "7026 Invalid path: Device.Nope.");
    assert_eq!(get(vec![good(1)]), "Device.A.P0 = \"v\"");
    assert_eq!(get(vec![]), "0 parameters");
    assert_eq!(get(vec![good(20_000)]), "more than 9996 parameters");

    let success = add_resp::created_object_result::operation_status::OperationSuccess {
        instantiated_path: "Device.A.3.".to_owned(),
        ..Default::default()
    };
    let failure = add_resp::created_object_result::operation_status::OperationFailure {
        err_code: 7017,
        err_msg: "full".to_owned(),
    };
    use add_resp::created_object_result::{OperationStatus, operation_status::OperStatus};
    let result = |status| add_resp::CreatedObjectResult {
        requested_path: "Device.A.".to_owned(),
        oper_status: Some(OperationStatus { oper_status: Some(status) }),
    };
    let add = AddResp {
        created_obj_results: vec![
            result(OperStatus::OperSuccess(success)),
            result(OperStatus::OperFailure(failure)),
        ],
    };
    assert_eq!(
        response(RespType::AddResp(add)),
        "Device.A.3. created, Device.A. failed: 7017 Object could not be created: full"
    );

    let operate = |resp| {
        response(RespType::OperateResp(OperateResp {
            operation_results: vec![operate_resp::OperationResult {
                executed_command: "Device.Run()".to_owned(),
                operation_resp: Some(resp),
            }],
        }))
    };
    use operate_resp::operation_result::OperationResp;
    assert_eq!(
        operate(OperationResp::ReqObjPath("Device.LocalAgent.Request.1.".to_owned())),
        "Device.Run() started as Device.LocalAgent.Request.1."
    );
    assert_eq!(operate(OperationResp::ReqOutputArgs(Default::default())), "Device.Run() done");
}

#[test]
fn errors_show_the_true_cause() {
    assert_eq!(of(&make::error("1", 7001, "not now")), "7001 Message not supported: not now");
    let mut msg = make::error("1", 7004, "failed");
    if let Some(body::MsgBody::Error(error)) =
        msg.body.as_mut().and_then(|body| body.msg_body.as_mut())
    {
        error.param_errs.push(crate::usp::generated::usp::error::ParamError {
            param_path: "Device.A".to_owned(),
            err_code: 7012,
            err_msg: "too long".to_owned(),
        });
    }
    assert_eq!(of(&msg), "7004 Invalid arguments: Device.A 7012 Invalid value: too long");
    let cause = crate::usp::outcome::outcome(&msg).and_then(|outcome| outcome.cause().cloned());
    assert_eq!(cause.map(|cause| (cause.code, cause.path)), Some((7012, "Device.A".to_owned())));

    use crate::usp::generated::usp::set_resp::{
        ParameterError, UpdatedInstanceFailure, UpdatedObjectResult,
        updated_object_result::{
            OperationStatus, operation_status::OperStatus, operation_status::OperationFailure,
        },
    };
    let failure = OperationFailure {
        err_code: 7021,
        err_msg: "nothing done".to_owned(),
        updated_inst_failures: vec![UpdatedInstanceFailure {
            affected_path: "Device.A.1.".to_owned(),
            param_errs: vec![ParameterError {
                param: "Name".to_owned(),
                err_code: 7013,
                err_msg: "read only".to_owned(),
            }],
        }],
    };
    let status = OperationStatus { oper_status: Some(OperStatus::OperFailure(failure)) };
    let result =
        UpdatedObjectResult { requested_path: "Device.A.*.".to_owned(), oper_status: Some(status) };
    let set = crate::usp::generated::usp::SetResp { updated_obj_results: vec![result] };
    assert_eq!(
        response(RespType::SetResp(set)),
        "Device.A.*. failed: 7021 Required parameter failed: Device.A.1.Name 7013 Parameter not \
         writable: read only"
    );
}

#[test]
fn records_without_a_msg() {
    let connect = make::connect_record("a", "b", MqttVersion::V5, "usp/agent/x");
    assert_eq!(line(&connect), "V5 reachable at usp/agent/x");
    assert_eq!(
        line(&make::disconnect_record("a", "b", 7105, "bye")),
        "7105 Session context terminated: bye"
    );
    assert_eq!(
        line(&make::disconnect_record("a", "b", 0, "Configuration Change")),
        "Configuration Change"
    );
    let segment = SessionContextRecord {
        session_id: 7001,
        sequence_id: 3,
        payload_sar_state: 1,
        payloadrec_sar_state: 1,
        payload: vec![bytes::Bytes::from_static(&[0; 439])],
        ..Default::default()
    };
    assert_eq!(
        line(&make::wrap("a", "b", Kind::SessionContext(segment))),
        "segment 3 of session 7001, BEGIN, 439 B"
    );
}

#[test]
fn other_payloads() {
    assert_eq!(line(b""), "empty");
    assert_eq!(line(b" {\"a\":\n  1} "), "{\"a\": 1}");
    assert_eq!(line(&[0x1f, 0x8b].repeat(1_050)), "2.1 kB binary, 1f 8b 1f 8b 1f 8b 1f 8b …");
    let long = line("x".repeat(5_000).as_bytes());
    assert_eq!((long.chars().count(), long.ends_with('…')), (MAX_LINE, true));
    let record = make::record("os::00256D-1", "self::ctl", &make::get("1", &["Device."]));
    assert_eq!(
        line(&record[..record.len() - 3]),
        "damaged Record: cut off inside a field at byte 32"
    );
}
