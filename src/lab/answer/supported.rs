//! GetSupportedDM.

use crate::lab::fault::{Fault, INVALID_PATH};
use crate::lab::model::path::{Path, Step};
use crate::lab::model::resolve;
use crate::lab::model::schema::{DATA_MODEL_URI, Kind, Object, ObjectId, Schema};
use crate::lab::wire;
use crate::usp::generated::usp::get_supported_dm_resp::{
    CmdType, ObjAccessType, ParamAccessType, ParamValueType, RequestedObjectResult,
    SupportedCommandResult, SupportedEventResult, SupportedObjectResult, SupportedParamResult,
    SupportedUniqueKeySet, ValueChangeType,
};
use crate::usp::generated::usp::response::RespType;
use crate::usp::generated::usp::{GetSupportedDm, GetSupportedDmResp, Msg};

/// Answers a GetSupportedDM.
pub fn get(schema: &Schema, id: &str, get: &GetSupportedDm) -> Msg {
    let req_obj_results = get
        .obj_paths
        .iter()
        .map(|path| {
            let mut result = RequestedObjectResult {
                req_obj_path: path.clone(),
                data_model_inst_uri: DATA_MODEL_URI.to_owned(),
                ..RequestedObjectResult::default()
            };
            match find(schema, path) {
                Ok(object) => list(schema, object, get, true, &mut result.supported_objs),
                Err(fault) => (result.err_code, result.err_msg) = (fault.code, fault.text),
            }
            result
        })
        .collect();
    wire::response(id, RespType::GetSupportedDmResp(GetSupportedDmResp { req_obj_results }))
}

fn find(schema: &Schema, text: &str) -> Result<ObjectId, Fault> {
    let path = Path::parse(text)?;
    let found = resolve::supported(schema, &path, text)?;
    if path.leaf.is_some() || path.steps.iter().any(|s| matches!(s, Step::Search(_))) {
        return Err(Fault::new(INVALID_PATH, format!("path names no supported object: {text}")));
    }
    Ok(found.object)
}

/// An object in full and what lies below it; only the next level, and of that no more than the
/// objects themselves, if the first level is all that is wanted.
fn list(
    schema: &Schema,
    id: ObjectId,
    get: &GetSupportedDm,
    in_full: bool,
    out: &mut Vec<SupportedObjectResult>,
) {
    let object = schema.object(id);
    out.push(describe(object, get, in_full));
    if get.first_level_only && !in_full {
        return;
    }
    for child in object.singles.iter().chain(&object.tables) {
        list(schema, *child, get, !get.first_level_only, out);
    }
}

fn describe(object: &Object, get: &GetSupportedDm, in_full: bool) -> SupportedObjectResult {
    let access =
        if object.creatable { ObjAccessType::ObjAddDelete } else { ObjAccessType::ObjReadOnly };
    let mut result = SupportedObjectResult {
        supported_obj_path: object.path.to_owned(),
        access: access.into(),
        is_multi_instance: object.multi,
        ..SupportedObjectResult::default()
    };
    if !in_full {
        return result;
    }
    let owned = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect::<Vec<String>>();
    if get.return_commands {
        result.supported_commands = object
            .commands
            .iter()
            .map(|command| SupportedCommandResult {
                command_name: command.name.to_owned(),
                input_arg_names: owned(&command.inputs),
                output_arg_names: owned(&command.outputs),
                command_type: if command.is_async { CmdType::CmdAsync } else { CmdType::CmdSync }
                    .into(),
            })
            .collect();
    }
    if get.return_events {
        result.supported_events = object
            .events
            .iter()
            .map(|event| SupportedEventResult {
                event_name: event.name.to_owned(),
                arg_names: owned(&event.args),
            })
            .collect();
    }
    if get.return_params {
        result.supported_params = object
            .params
            .iter()
            .map(|param| SupportedParamResult {
                param_name: param.name.to_owned(),
                access: if param.writable {
                    ParamAccessType::ParamReadWrite
                } else {
                    ParamAccessType::ParamReadOnly
                }
                .into(),
                value_type: value_type(param.kind).into(),
                value_change: if param.restless {
                    ValueChangeType::ValueChangeWillIgnore
                } else {
                    ValueChangeType::ValueChangeAllowed
                }
                .into(),
            })
            .collect();
    }
    if get.return_unique_key_sets {
        let names = |set: &Vec<usize>| {
            set.iter().filter_map(|p| object.params.get(*p)).map(|p| p.name.to_owned()).collect()
        };
        result.unique_key_sets =
            object.keys.iter().map(|set| SupportedUniqueKeySet { key_names: names(set) }).collect();
    }
    result
}

fn value_type(kind: Kind) -> ParamValueType {
    match kind {
        Kind::Text => ParamValueType::ParamString,
        Kind::Boolean => ParamValueType::ParamBoolean,
        Kind::UnsignedInt => ParamValueType::ParamUnsignedInt,
        Kind::Int => ParamValueType::ParamInt,
        Kind::UnsignedLong => ParamValueType::ParamUnsignedLong,
        Kind::DateTime => ParamValueType::ParamDateTime,
        Kind::HexBinary => ParamValueType::ParamHexBinary,
        Kind::Base64 => ParamValueType::ParamBase64,
        Kind::Decimal => ParamValueType::ParamDecimal,
    }
}

#[cfg(test)]
mod tests {
    use prost::Message as _;

    use super::super::tests::{ask, device, response};
    use super::*;
    use crate::usp::generated::usp::request::ReqType;

    fn everything(path: &str) -> GetSupportedDm {
        GetSupportedDm {
            obj_paths: vec![path.to_owned()],
            first_level_only: false,
            return_commands: true,
            return_events: true,
            return_params: true,
            return_unique_key_sets: true,
        }
    }

    fn result(request: GetSupportedDm) -> RequestedObjectResult {
        let answer = ask(&mut device(), ReqType::GetSupportedDm(request));
        let RespType::GetSupportedDmResp(mut resp) = response(&answer) else { unreachable!() };
        resp.req_obj_results.remove(0)
    }

    #[test]
    fn the_whole_model_is_a_large_answer() {
        let answer = ask(&mut device(), ReqType::GetSupportedDm(everything("Device.")));
        let bytes = answer.msg.map_or(0, |m| m.encoded_len());
        assert!((15_000..200_000).contains(&bytes), "{bytes}");
    }

    #[test]
    fn a_table_is_described_in_full() {
        for path in [
            "Device.LocalAgent.Subscription.{i}.",
            "Device.LocalAgent.Subscription.",
            "Device.LocalAgent.Subscription.1.",
        ] {
            let result = result(everything(path));
            assert_eq!(result.err_code, 0);
            let [object] = &result.supported_objs[..] else { unreachable!("{result:?}") };
            assert_eq!(object.supported_obj_path, "Device.LocalAgent.Subscription.{i}.");
            assert_eq!(object.access(), ObjAccessType::ObjAddDelete);
            assert!(object.is_multi_instance);
            assert_eq!(object.unique_key_sets[0].key_names, ["Alias"]);
            assert_eq!(object.unique_key_sets[1].key_names, ["ID", "Recipient"]);
            let id = object.supported_params.iter().find(|p| p.param_name == "ID");
            assert_eq!(id.map(|p| p.access()), Some(ParamAccessType::ParamReadWrite));
        }
    }

    #[test]
    fn the_first_level_lists_children_by_name_only() {
        let request = GetSupportedDm { first_level_only: true, ..everything("Device.LocalAgent.") };
        let result = result(request);
        let paths: Vec<&str> =
            result.supported_objs.iter().map(|o| o.supported_obj_path.as_str()).collect();
        assert!(paths.contains(&"Device.LocalAgent.Controller.{i}."));
        assert!(!paths.contains(&"Device.LocalAgent.Controller.{i}.E2ESession."));
        assert_eq!(result.supported_objs[0].supported_events[0].event_name, "Periodic!");
        assert!(result.supported_objs[1].supported_params.is_empty());
    }

    #[test]
    fn commands_tell_whether_they_answer_at_once() {
        let result = result(everything("Device."));
        let commands = &result.supported_objs[0].supported_commands;
        let kind =
            |name: &str| commands.iter().find(|c| c.command_name == name).map(|c| c.command_type());
        assert_eq!(kind("Reboot()"), Some(CmdType::CmdSync));
        assert_eq!(kind("SelfTestDiagnostics()"), Some(CmdType::CmdAsync));
    }

    #[test]
    fn only_what_is_asked_for_and_errors_by_path() {
        let bare = GetSupportedDm {
            return_params: false,
            return_commands: false,
            return_events: false,
            return_unique_key_sets: false,
            ..everything("Device.")
        };
        let all = result(bare).supported_objs;
        assert!(all.iter().all(|o| o.supported_params.is_empty() && o.unique_key_sets.is_empty()));
        assert_eq!(result(everything("Device.Bogus.")).err_code, 7026);
        assert_eq!(result(everything("Device.[")).err_code, 7008);
        assert_eq!(result(everything("Device.WiFi.ResetCounter")).err_code, 7026);
    }
}
