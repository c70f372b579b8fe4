//! Add.

use super::change::{Refusal, duplicate_key, writable_param};
use super::{Answer, Effect};
use crate::lab::fault::{
    Fault, INVALID_PATH, NO_SUCH_OBJECT, NOT_A_TABLE, NOT_CREATABLE, RESOURCES_EXCEEDED,
};
use crate::lab::model::path::Path;
use crate::lab::model::resolve;
use crate::lab::model::tree::{Model, Place};
use crate::lab::model::value::{Moment, Source};
use crate::lab::wire;
use crate::usp::generated::usp::add_resp::created_object_result::OperationStatus;
use crate::usp::generated::usp::add_resp::created_object_result::operation_status::{
    OperStatus, OperationFailure, OperationSuccess,
};
use crate::usp::generated::usp::add_resp::{CreatedObjectResult, ParameterError};
use crate::usp::generated::usp::response::RespType;
use crate::usp::generated::usp::{Add, AddResp, add};

/// More rows than this in one table are refused, as a real device would, so that nobody who
/// plays with the demo can fill the memory.
const MAX_ROWS: usize = 64;

/// Answers an Add. Without allow_partial the first refusal undoes everything.
pub fn add(model: &mut Model, id: &str, add: &Add, moment: &Moment) -> Answer {
    let before = (!add.allow_partial).then(|| model.clone());
    let mut effects = Vec::new();
    let mut created_obj_results = Vec::new();
    for create in &add.create_objs {
        let oper_status = match add_object(model, create, moment) {
            Ok(success) => {
                effects.push(Effect::Created(success.instantiated_path.clone()));
                OperStatus::OperSuccess(success)
            }
            Err(refusal) => match before {
                Some(before) => {
                    *model = before;
                    return Answer::plain(refusal.into_error(id));
                }
                None => {
                    // Add has no room for the parameters; the first one's reason stands for all.
                    let first = refusal.params.into_iter().next().map(|(_, _, fault)| fault);
                    let fault = first.unwrap_or(refusal.fault);
                    let (err_code, err_msg) = (fault.code, fault.text);
                    OperStatus::OperFailure(OperationFailure { err_code, err_msg })
                }
            },
        };
        created_obj_results.push(CreatedObjectResult {
            requested_path: create.obj_path.clone(),
            oper_status: Some(OperationStatus { oper_status: Some(oper_status) }),
        });
    }
    let msg = wire::response(id, RespType::AddResp(AddResp { created_obj_results }));
    Answer { msg: Some(msg), effects }
}

/// The concrete path of the one table that a path means.
fn find_table(model: &Model, text: &str, moment: &Moment) -> Result<String, Refusal> {
    let path = Path::parse(text)?;
    let wanted = resolve::supported(&model.schema, &path, text)?;
    let object = model.schema.object(wanted.object);
    let refused = |code, reason: &str| {
        let fault = Fault::new(code, format!("{reason}: {text}"));
        Refusal { fault: fault.clone(), params: vec![(text.to_owned(), String::new(), fault)] }
    };
    if path.leaf.is_some() {
        return Err(Fault::new(INVALID_PATH, format!("path names no object: {text}")).into());
    }
    if !wanted.at_table {
        return Err(refused(NOT_A_TABLE, "object is not a table"));
    }
    if !object.creatable {
        return Err(refused(NOT_CREATABLE, "the table's rows can't be created"));
    }
    let mut found = resolve::resolve(model, &path, text, moment)?;
    match (found.pop(), found.is_empty()) {
        (Some(found), true) => match found.place {
            Place::Table(table) if table.rows.len() >= MAX_ROWS => {
                Err(refused(RESOURCES_EXCEEDED, "the table is full"))
            }
            _ => Ok(found.path),
        },
        (None, _) => Err(Fault::new(NO_SUCH_OBJECT, format!("no object matches: {text}")).into()),
        (Some(_), false) => {
            Err(Fault::new(INVALID_PATH, format!("path names several tables: {text}")).into())
        }
    }
}

/// Adds one row with its parameters, or none.
fn add_object(
    model: &mut Model,
    create: &add::CreateObject,
    moment: &Moment,
) -> Result<OperationSuccess, Refusal> {
    let table = find_table(model, &create.obj_path, moment)?;
    let internal = || Refusal::from(Fault::new(NO_SUCH_OBJECT, format!("no table at {table}")));
    let row = model.add_row(&table).ok_or_else(internal)?;
    let object = model.get(&row).map(|i| i.object).ok_or_else(internal)?;
    let object = model.schema.object(object).clone();
    let (mut accepted, mut refused, mut param_errs) = (Vec::new(), Vec::new(), Vec::new());
    for setting in &create.param_settings {
        match writable_param(&object, &setting.param, &setting.value) {
            Ok(at) => accepted.push((at, setting.value.clone())),
            Err(fault) if setting.required => {
                refused.push((object.path.to_owned(), setting.param.clone(), fault));
            }
            Err(fault) => param_errs.push(ParameterError {
                param: setting.param.clone(),
                err_code: fault.code,
                err_msg: fault.text,
            }),
        }
    }
    defaults(model, &row, &object, moment);
    if let Some((at, fault)) = duplicate_key(model, &row, &accepted, moment) {
        let name = object.params.get(at).map_or("", |p| p.name);
        refused.push((object.path.to_owned(), name.to_owned(), fault));
    }
    if let Some((_, _, first)) = refused.first() {
        let fault = first.clone();
        model.remove_row(&row);
        return Err(Refusal { fault, params: refused });
    }
    let mut unique_keys = std::collections::BTreeMap::new();
    if let Some(instance) = model.get_mut(&row) {
        for (at, value) in accepted {
            instance.put(at, Source::Text(value.into()));
        }
    }
    if let Some(instance) = model.get(&row) {
        unique_keys = instance.unique_keys(&model.schema, moment);
    }
    Ok(OperationSuccess { instantiated_path: row, param_errs, unique_keys })
}

/// What the device itself puts into a new row.
fn defaults(
    model: &mut Model,
    row: &str,
    object: &crate::lab::model::schema::Object,
    moment: &Moment,
) {
    let Some(instance) = model.get_mut(row) else { return };
    for (name, value) in [
        ("Recipient", Source::Fixed("Device.LocalAgent.Controller.1")),
        ("CreationDate", Source::Stamp(moment.at)),
        ("TriggerAction", Source::Fixed("Notify")),
        ("Status", Source::Fixed("Enabled")),
        ("Origin", Source::Fixed("Controller")),
    ] {
        if let Some(at) = object.param(name) {
            instance.put(at, value);
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::super::tests::{ask, device, error, response};
    use super::*;
    use crate::lab::model::device::tests::moment;
    use crate::usp::generated::usp::request::ReqType;

    const TABLE: &str = "Device.LocalAgent.Subscription.";

    fn create(obj_path: &str, settings: &[(&str, &str, bool)]) -> add::CreateObject {
        add::CreateObject {
            obj_path: obj_path.to_owned(),
            param_settings: settings
                .iter()
                .map(|(param, value, required)| add::CreateParamSetting {
                    param: (*param).to_owned(),
                    value: (*value).to_owned(),
                    required: *required,
                })
                .collect(),
        }
    }

    fn request(allow_partial: bool, create_objs: Vec<add::CreateObject>) -> ReqType {
        ReqType::Add(Add { allow_partial, create_objs })
    }

    fn statuses(answer: &Answer) -> Vec<OperStatus> {
        let RespType::AddResp(resp) = response(answer) else { unreachable!() };
        let all = resp.created_obj_results.into_iter();
        all.map(|r| r.oper_status.unwrap().oper_status.unwrap()).collect()
    }

    fn rows(model: &Model) -> String {
        model.value_at("Device.LocalAgent.", "SubscriptionNumberOfEntries", &moment(60))
    }

    #[test]
    fn a_row_is_made_with_its_keys() {
        let mut model = device();
        let settings = [("ID", "oc-sub", true), ("NotifType", "ObjectCreation", true)];
        let answer = ask(&mut model, request(false, vec![create(TABLE, &settings)]));
        let status = statuses(&answer).remove(0);
        let OperStatus::OperSuccess(made) = status else { unreachable!("{status:?}") };
        assert_eq!(made.instantiated_path, "Device.LocalAgent.Subscription.3.");
        assert_eq!(made.unique_keys["ID"], "oc-sub");
        assert_eq!(made.unique_keys["Alias"], "cpe-3");
        assert_eq!(made.unique_keys["Recipient"], "Device.LocalAgent.Controller.1");
        assert_eq!(answer.effects, [Effect::Created(made.instantiated_path)]);
        let made = model.value_at("Device.LocalAgent.Subscription.3.", "CreationDate", &moment(99));
        assert_eq!(made, moment(60).date_time());
    }

    #[test]
    fn refusals_have_their_codes_and_leave_no_row() {
        let mut model = device();
        let before = rows(&model);
        for (path, settings, code, param_code) in [
            (TABLE, vec![("ID", "boot-1", true)], 7004, Some(7025)),
            (TABLE, vec![("NotifType", "Bogus", true)], 7004, Some(7012)),
            (TABLE, vec![("Bogus", "1", true)], 7004, Some(7010)),
            ("Device.DeviceInfo.", vec![], 7004, Some(7018)),
            ("Device.Hosts.Host.", vec![], 7004, Some(7019)),
            ("Device.Bogus.", vec![], 7026, None),
            ("Device.IP.Interface.99.IPv4Address.", vec![], 7016, None),
            ("Device.IP.Interface.*.IPv4Address.", vec![], 7026, None),
        ] {
            let good = create(TABLE, &[("ID", "fine", true)]);
            let answer = ask(&mut model, request(false, vec![good, create(path, &settings)]));
            let error = error(&answer);
            assert_eq!(error.err_code, code, "{path}");
            assert_eq!(error.param_errs.first().map(|e| e.err_code), param_code, "{path}");
            assert_eq!(rows(&model), before, "{path}");
        }
    }

    #[test]
    fn optional_parameters_may_fail_and_partial_adds_go_on() {
        let mut model = device();
        let objects = vec![
            create(TABLE, &[("NotifType", "Bogus", true)]),
            create(TABLE, &[("NotifType", "Bogus", false), ("ID", "x", true)]),
        ];
        let answer = ask(&mut model, request(true, objects));
        let all = statuses(&answer);
        let [OperStatus::OperFailure(failed), OperStatus::OperSuccess(made)] = &all[..] else {
            unreachable!("{all:?}")
        };
        assert_eq!(failed.err_code, 7012);
        assert_eq!(made.param_errs[0].err_code, 7012);
        assert_eq!(rows(&model), "3");
    }

    #[test]
    fn tables_fill_up() {
        let mut model = device();
        for _ in 0..MAX_ROWS {
            ask(&mut model, request(true, vec![create("Device.NAT.PortMapping.", &[])]));
        }
        let answer = ask(&mut model, request(false, vec![create("Device.NAT.PortMapping.", &[])]));
        assert_eq!(error(&answer).param_errs[0].err_code, 7005);
    }
}
