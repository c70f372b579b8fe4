//! Set.

use std::collections::BTreeMap;

use super::change::{Refusal, duplicate_key, writable_param};
use super::{Answer, Effect};
use crate::lab::fault::{Fault, INVALID_PATH, REQUIRED_PARAMETER_FAILED};
use crate::lab::model::path::Path;
use crate::lab::model::resolve;
use crate::lab::model::tree::{Model, Place};
use crate::lab::model::value::{Moment, Source};
use crate::lab::wire;
use crate::usp::generated::usp::response::RespType;
use crate::usp::generated::usp::set_resp::updated_object_result::OperationStatus;
use crate::usp::generated::usp::set_resp::updated_object_result::operation_status::{
    OperStatus, OperationFailure, OperationSuccess,
};
use crate::usp::generated::usp::set_resp::{
    ParameterError, UpdatedInstanceFailure, UpdatedInstanceResult, UpdatedObjectResult,
};
use crate::usp::generated::usp::{Set, SetResp, set};

/// Answers a Set. Without allow_partial the first refusal undoes everything.
pub fn set(model: &mut Model, id: &str, set: &Set, moment: &Moment) -> Answer {
    let before = (!set.allow_partial).then(|| model.clone());
    let mut effects = Vec::new();
    let mut updated_obj_results = Vec::new();
    for update in &set.update_objs {
        let oper_status = match set_object(model, update, moment, &mut effects) {
            Ok(updated_inst_results) => {
                OperStatus::OperSuccess(OperationSuccess { updated_inst_results })
            }
            Err(refusal) => match before {
                Some(before) => {
                    *model = before;
                    return Answer::plain(refusal.into_error(id));
                }
                None => OperStatus::OperFailure(failure(refusal)),
            },
        };
        updated_obj_results.push(UpdatedObjectResult {
            requested_path: update.obj_path.clone(),
            oper_status: Some(OperationStatus { oper_status: Some(oper_status) }),
        });
    }
    let msg = wire::response(id, RespType::SetResp(SetResp { updated_obj_results }));
    Answer { msg: Some(msg), effects }
}

fn failure(refusal: Refusal) -> OperationFailure {
    let mut by_instance: BTreeMap<String, Vec<ParameterError>> = BTreeMap::new();
    for (path, param, fault) in refusal.params {
        let error = ParameterError { param, err_code: fault.code, err_msg: fault.text };
        by_instance.entry(path).or_default().push(error);
    }
    OperationFailure {
        err_code: refusal.fault.code,
        err_msg: refusal.fault.text,
        updated_inst_failures: by_instance
            .into_iter()
            .map(|(affected_path, param_errs)| UpdatedInstanceFailure { affected_path, param_errs })
            .collect(),
    }
}

/// Sets the parameters of all instances a path means, or of none.
fn set_object(
    model: &mut Model,
    update: &set::UpdateObject,
    moment: &Moment,
    effects: &mut Vec<Effect>,
) -> Result<Vec<UpdatedInstanceResult>, Refusal> {
    let text = &update.obj_path;
    let path = Path::parse(text)?;
    let wanted = resolve::supported(&model.schema, &path, text)?;
    if path.leaf.is_some() || wanted.at_table {
        let text = format!("path names no object instance: {text}");
        return Err(Fault::new(INVALID_PATH, text).into());
    }
    let found = resolve::resolve(model, &path, text, moment)?;
    let (mut results, mut writes, mut refused) = (Vec::new(), Vec::new(), Vec::new());
    for found in found {
        let Place::Object(instance) = found.place else { continue };
        let object = model.schema.object(instance.object);
        let mut accepted: Vec<(usize, String)> = Vec::new();
        let mut result = UpdatedInstanceResult {
            affected_path: found.path.clone(),
            ..UpdatedInstanceResult::default()
        };
        for setting in &update.param_settings {
            let checked = writable_param(object, &setting.param, &setting.value).and_then(|at| {
                let proposed = [&accepted[..], &[(at, setting.value.clone())]].concat();
                match duplicate_key(model, &found.path, &proposed, moment) {
                    Some((_, fault)) => Err(fault),
                    None => Ok(at),
                }
            });
            match checked {
                Ok(at) => {
                    accepted.push((at, setting.value.clone()));
                    result.updated_params.insert(setting.param.clone(), setting.value.clone());
                }
                Err(fault) if setting.required => {
                    refused.push((found.path.clone(), setting.param.clone(), fault));
                }
                Err(fault) => result.param_errs.push(ParameterError {
                    param: setting.param.clone(),
                    err_code: fault.code,
                    err_msg: fault.text,
                }),
            }
        }
        writes.push((found.path, accepted));
        results.push(result);
    }
    if !refused.is_empty() {
        let fault = Fault::new(REQUIRED_PARAMETER_FAILED, "failed to set required parameters");
        return Err(Refusal { fault, params: refused });
    }
    for (path, accepted) in writes {
        let Some(instance) = model.get_mut(&path) else { continue };
        let mut changed = Vec::new();
        for (at, value) in accepted {
            instance.put(at, Source::Text(value.into()));
            changed.push((instance.object, at));
        }
        effects.extend(changed.into_iter().filter_map(|(object, at)| {
            let name = model.schema.object(object).params.get(at)?.name;
            Some(Effect::Changed(format!("{path}{name}")))
        }));
    }
    Ok(results)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::super::tests::{ask, device, error, response};
    use super::*;
    use crate::lab::model::device::tests::moment;
    use crate::usp::generated::usp::request::ReqType;

    fn update(obj_path: &str, settings: &[(&str, &str, bool)]) -> set::UpdateObject {
        set::UpdateObject {
            obj_path: obj_path.to_owned(),
            param_settings: settings
                .iter()
                .map(|(param, value, required)| set::UpdateParamSetting {
                    param: (*param).to_owned(),
                    value: (*value).to_owned(),
                    required: *required,
                })
                .collect(),
        }
    }

    fn request(allow_partial: bool, update_objs: Vec<set::UpdateObject>) -> ReqType {
        ReqType::Set(Set { allow_partial, update_objs })
    }

    fn statuses(answer: &Answer) -> Vec<OperStatus> {
        let RespType::SetResp(resp) = response(answer) else { unreachable!() };
        let all = resp.updated_obj_results.into_iter();
        all.map(|r| r.oper_status.unwrap().oper_status.unwrap()).collect()
    }

    const CONTROLLER: &str = "Device.LocalAgent.Controller.1.";

    #[test]
    fn a_good_set_changes_the_value_and_says_so() {
        let mut model = device();
        let update = update("Device.WiFi.Radio.1.", &[("Channel", "11", true)]);
        let answer = ask(&mut model, request(false, vec![update]));
        let status = statuses(&answer).remove(0);
        let OperStatus::OperSuccess(success) = status else { unreachable!("{status:?}") };
        assert_eq!(success.updated_inst_results[0].updated_params["Channel"], "11");
        assert_eq!(model.value_at("Device.WiFi.Radio.1.", "Channel", &moment(500)), "11");
        let changed = Effect::Changed("Device.WiFi.Radio.1.Channel".to_owned());
        assert_eq!(answer.effects, [changed]);
    }

    #[test]
    fn a_refused_required_parameter_fails_the_whole_message_and_changes_nothing() {
        let mut model = device();
        for (param, value, code) in [("SerialNumber", "X", 7013), ("NoSuchParam", "1", 7010)] {
            let objects = vec![
                update("Device.WiFi.Radio.1.", &[("Channel", "3", true)]),
                update("Device.DeviceInfo.", &[(param, value, true)]),
            ];
            let error = error(&ask(&mut model, request(false, objects)));
            assert_eq!(error.err_code, 7004);
            assert_eq!(error.param_errs[0].err_code, code);
            assert_eq!(error.param_errs[0].param_path, format!("Device.DeviceInfo.{param}"));
        }
        assert_ne!(model.value_at("Device.WiFi.Radio.1.", "Channel", &moment(0)), "3");
        let objects = vec![update(CONTROLLER, &[("PeriodicNotifInterval", "abc", true)])];
        let error = error(&ask(&mut model, request(false, objects)));
        assert_eq!(error.param_errs[0].err_code, 7011);
    }

    #[test]
    fn with_allow_partial_each_object_has_its_own_result() {
        let mut model = device();
        let objects = vec![
            update("Device.DeviceInfo.", &[("SerialNumber", "X", true)]),
            update(
                CONTROLLER,
                &[("PeriodicNotifInterval", "0", false), ("ProvisioningCode", "ok", false)],
            ),
            update("Device.LocalAgent.Controller.77.", &[("Enable", "true", true)]),
        ];
        let answer = ask(&mut model, request(true, objects));
        let all = statuses(&answer);
        let [
            OperStatus::OperFailure(serial),
            OperStatus::OperSuccess(partly),
            OperStatus::OperFailure(missing),
        ] = &all[..]
        else {
            unreachable!("{all:?}")
        };
        assert_eq!(serial.err_code, 7021);
        assert_eq!(serial.updated_inst_failures[0].param_errs[0].err_code, 7013);
        let partly = &partly.updated_inst_results[0];
        assert_eq!(partly.param_errs[0].err_code, 7012);
        assert_eq!(partly.updated_params["ProvisioningCode"], "ok");
        assert_eq!(missing.err_code, 7016);
    }

    #[test]
    fn a_wildcard_sets_all_or_none() {
        let mut model = device();
        let all = update("Device.WiFi.Radio.*.", &[("TransmitPower", "50", true)]);
        let answer = ask(&mut model, request(false, vec![all]));
        assert!(answer.effects.len() >= 2);
        // The second row would get the first one's Alias.
        let same = update("Device.WiFi.Radio.2.", &[("Alias", "cpe-1", true)]);
        let error = error(&ask(&mut model, request(false, vec![same])));
        assert_eq!(error.param_errs[0].err_code, 7025);
    }

    #[test]
    fn paths_that_name_no_instance() {
        let mut model = device();
        for (path, code) in [
            ("Device.LocalAgent.Controller.77.", 7016),
            ("Device.LocalAgent.Controller.", 7026),
            ("Device.Nope.", 7026),
            ("Device.WiFi.Radio.1.Channel", 7026),
            ("Device.WiFi.Radio.[.", 7008),
        ] {
            let objects = vec![update(path, &[("Enable", "true", false)])];
            let error = error(&ask(&mut model, request(false, objects)));
            assert_eq!(error.err_code, code, "{path}");
        }
        let none = update(r#"Device.WiFi.Radio.[Name=="x"]."#, &[("Enable", "true", true)]);
        let answer = ask(&mut model, request(false, vec![none]));
        assert!(
            matches!(&statuses(&answer)[..], [OperStatus::OperSuccess(s)] if s.updated_inst_results.is_empty())
        );
    }
}
