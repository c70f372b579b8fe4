//! Get and GetInstances.

use std::collections::BTreeMap;

use crate::lab::fault::{Fault, INVALID_PATH, NOT_A_TABLE};
use crate::lab::model::path::Path;
use crate::lab::model::resolve::{self, Leaf};
use crate::lab::model::tree::{Instance, Model, Place, Table};
use crate::lab::model::value::Moment;
use crate::lab::wire;
use crate::usp::generated::usp::response::RespType;
use crate::usp::generated::usp::{
    Get, GetInstances, GetInstancesResp, GetResp, Msg, get_instances_resp, get_resp,
};

/// Answers a Get: each path has its own result or its own error.
pub fn get(model: &Model, id: &str, get: &Get, moment: &Moment) -> Msg {
    let req_path_results = get
        .param_paths
        .iter()
        .map(|path| {
            let mut result = get_resp::RequestedPathResult {
                requested_path: path.clone(),
                ..get_resp::RequestedPathResult::default()
            };
            match get_path(model, path, get.max_depth, moment) {
                Ok(resolved) => result.resolved_path_results = resolved,
                Err(fault) => (result.err_code, result.err_msg) = (fault.code, fault.text),
            }
            result
        })
        .collect();
    wire::response(id, RespType::GetResp(GetResp { req_path_results }))
}

fn get_path(
    model: &Model,
    text: &str,
    max_depth: u32,
    moment: &Moment,
) -> Result<Vec<get_resp::ResolvedPathResult>, Fault> {
    let path = Path::parse(text)?;
    let wanted = resolve::supported(&model.schema, &path, text)?;
    if let Some(name) = &path.leaf {
        let object = model.schema.object(wanted.object);
        if wanted.at_table || resolve::leaf(object, name, text)? != Leaf::Param {
            return Err(Fault::new(INVALID_PATH, format!("path names no parameter: {text}")));
        }
    }
    let found = resolve::resolve(model, &path, text, moment)?;
    let mut results = Vec::new();
    for found in &found {
        match (&path.leaf, found.place) {
            (Some(name), Place::Object(instance)) => {
                let value = instance.read(&model.schema, name, moment);
                results.push(get_resp::ResolvedPathResult {
                    resolved_path: found.path.clone(),
                    result_params: BTreeMap::from([(name.clone(), value)]),
                });
            }
            (None, Place::Object(instance)) => {
                let depth = if max_depth == 0 { u32::MAX } else { max_depth };
                collect(model, instance, &found.path, depth, moment, &mut results);
            }
            (None, Place::Table(table)) => {
                let depth = if max_depth == 0 { u32::MAX } else { max_depth };
                for (row, instance) in &table.rows {
                    let path = format!("{}{row}.", found.path);
                    collect(model, instance, &path, depth, moment, &mut results);
                }
            }
            (Some(_), Place::Table(_)) => {}
        }
    }
    Ok(results)
}

/// The parameters of an object and of what lies below it, `depth` levels in all; objects with
/// no parameters are passed over.
fn collect(
    model: &Model,
    instance: &Instance,
    path: &str,
    depth: u32,
    moment: &Moment,
    results: &mut Vec<get_resp::ResolvedPathResult>,
) {
    let schema = &model.schema;
    let object = schema.object(instance.object);
    if !object.params.is_empty() {
        let named = object.params.iter().enumerate();
        let result_params = named
            .map(|(at, param)| (param.name.to_owned(), instance.value(schema, at, moment)))
            .collect();
        results
            .push(get_resp::ResolvedPathResult { resolved_path: path.to_owned(), result_params });
    }
    if depth <= 1 {
        return;
    }
    for single in instance.singles() {
        let path = format!("{path}{}.", schema.object(single.object).name);
        collect(model, single, &path, depth - 1, moment, results);
    }
    for table in instance.tables() {
        let name = schema.object(table.object).name;
        for (row, instance) in &table.rows {
            collect(model, instance, &format!("{path}{name}.{row}."), depth - 1, moment, results);
        }
    }
}

/// Answers a GetInstances.
pub fn get_instances(model: &Model, id: &str, get: &GetInstances, moment: &Moment) -> Msg {
    let req_path_results = get
        .obj_paths
        .iter()
        .map(|path| {
            let mut result = get_instances_resp::RequestedPathResult {
                requested_path: path.clone(),
                ..get_instances_resp::RequestedPathResult::default()
            };
            match instances(model, path, get.first_level_only, moment) {
                Ok(found) => result.curr_insts = found,
                Err(fault) => (result.err_code, result.err_msg) = (fault.code, fault.text),
            }
            result
        })
        .collect();
    wire::response(id, RespType::GetInstancesResp(GetInstancesResp { req_path_results }))
}

fn instances(
    model: &Model,
    text: &str,
    first_level_only: bool,
    moment: &Moment,
) -> Result<Vec<get_instances_resp::CurrInstance>, Fault> {
    let path = Path::parse(text)?;
    let wanted = resolve::supported(&model.schema, &path, text)?;
    if path.leaf.is_some() {
        return Err(Fault::new(INVALID_PATH, format!("path names no object: {text}")));
    }
    if !wanted.at_table && !model.schema.object(wanted.object).multi {
        return Err(Fault::new(NOT_A_TABLE, format!("object is not a table: {text}")));
    }
    let mut out = Vec::new();
    for found in resolve::resolve(model, &path, text, moment)? {
        match found.place {
            Place::Table(table) => {
                list_rows(model, table, &found.path, first_level_only, moment, &mut out);
            }
            Place::Object(row) => {
                list_row(model, row, &found.path, first_level_only, moment, &mut out);
            }
        }
    }
    Ok(out)
}

fn list_rows(
    model: &Model,
    table: &Table,
    path: &str,
    first_level_only: bool,
    moment: &Moment,
    out: &mut Vec<get_instances_resp::CurrInstance>,
) {
    for (number, row) in &table.rows {
        list_row(model, row, &format!("{path}{number}."), first_level_only, moment, out);
    }
}

fn list_row(
    model: &Model,
    row: &Instance,
    path: &str,
    first_level_only: bool,
    moment: &Moment,
    out: &mut Vec<get_instances_resp::CurrInstance>,
) {
    out.push(get_instances_resp::CurrInstance {
        instantiated_obj_path: path.to_owned(),
        unique_keys: row.unique_keys(&model.schema, moment),
    });
    if !first_level_only {
        list_below(model, row, path, moment, out);
    }
}

/// The rows of all tables anywhere below an object.
fn list_below(
    model: &Model,
    instance: &Instance,
    path: &str,
    moment: &Moment,
    out: &mut Vec<get_instances_resp::CurrInstance>,
) {
    for single in instance.singles() {
        let path = format!("{path}{}.", model.schema.object(single.object).name);
        list_below(model, single, &path, moment, out);
    }
    for table in instance.tables() {
        let path = format!("{path}{}.", model.schema.object(table.object).name);
        list_rows(model, table, &path, false, moment, out);
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{ask, device, response};
    use super::*;
    use crate::usp::generated::usp::request::ReqType;

    fn results(paths: &[&str], max_depth: u32) -> Vec<get_resp::RequestedPathResult> {
        let param_paths = paths.iter().map(|p| (*p).to_owned()).collect();
        let answer = ask(&mut device(), ReqType::Get(Get { param_paths, max_depth }));
        let RespType::GetResp(resp) = response(&answer) else { unreachable!() };
        resp.req_path_results
    }

    fn resolved(path: &str, max_depth: u32) -> Vec<String> {
        let mut all = results(&[path], max_depth);
        assert_eq!(all[0].err_code, 0, "{}", all[0].err_msg);
        all.remove(0).resolved_path_results.into_iter().map(|r| r.resolved_path).collect()
    }

    #[test]
    fn one_parameter() {
        let all = results(&["Device.DeviceInfo.UpTime"], 0);
        let resolved = &all[0].resolved_path_results[0];
        assert_eq!(resolved.resolved_path, "Device.DeviceInfo.");
        assert_eq!(resolved.result_params["UpTime"], "90");
        assert_eq!(resolved.result_params.len(), 1);
    }

    #[test]
    fn depth_counts_levels() {
        assert_eq!(resolved("Device.WiFi.Radio.1.", 1), ["Device.WiFi.Radio.1."]);
        assert_eq!(
            resolved("Device.WiFi.Radio.1.", 2),
            ["Device.WiFi.Radio.1.", "Device.WiFi.Radio.1.Stats."]
        );
        let rows = resolved("Device.WiFi.Radio.", 1);
        assert!(rows.len() >= 2 && !rows.iter().any(|p| p.ends_with("Stats.")), "{rows:?}");
        assert_eq!(resolved("Device.WiFi.", 0).len(), resolved("Device.WiFi.", 9).len());
        assert_eq!(resolved("Device.LocalAgent.", 1), ["Device.LocalAgent."]);
        let whole: Vec<String> = resolved("Device.", 0);
        assert!(whole.len() > 60, "{}", whole.len());
    }

    #[test]
    fn wildcards_and_searches() {
        let channels = resolved("Device.WiFi.Radio.*.Channel", 0);
        assert!(channels.len() >= 2);
        let found = resolved(r#"Device.WiFi.Radio.[OperatingFrequencyBand=="5GHz"].Stats."#, 0);
        assert_eq!(found, ["Device.WiFi.Radio.2.Stats."]);
        assert!(resolved(r#"Device.LocalAgent.Subscription.[ID=="nope"]."#, 0).is_empty());
    }

    #[test]
    fn errors_stay_with_their_path() {
        let all = results(
            &[
                "Device.DeviceInfo.SerialNumber",
                "Device.No.Such.Thing",
                "Device.LocalAgent.Controller.99.Enable",
                "Device.WiFi.Radio.[Channel",
                "Device.Reboot()",
                "Device.DeviceInfo",
                "Device.WiFi.Radio.Channel",
            ],
            0,
        );
        let codes: Vec<u32> = all.iter().map(|r| r.err_code).collect();
        assert_eq!(codes, [0, 7026, 7016, 7008, 7026, 7026, 7026]);
        assert!(all.iter().skip(1).all(|r| !r.err_msg.is_empty()));
        assert!(results(&[], 0).is_empty());
    }

    fn rows(path: &str, first_level_only: bool) -> get_instances_resp::RequestedPathResult {
        let obj_paths = vec![path.to_owned()];
        let request = ReqType::GetInstances(GetInstances { obj_paths, first_level_only });
        let answer = ask(&mut device(), request);
        let RespType::GetInstancesResp(mut resp) = response(&answer) else { unreachable!() };
        resp.req_path_results.remove(0)
    }

    #[test]
    fn instances_with_their_unique_keys() {
        let controllers = rows("Device.LocalAgent.Controller.", false).curr_insts;
        let paths: Vec<&str> =
            controllers.iter().map(|i| i.instantiated_obj_path.as_str()).collect();
        assert_eq!(
            paths,
            ["Device.LocalAgent.Controller.1.", "Device.LocalAgent.Controller.1.MTP.1."]
        );
        assert_eq!(controllers[0].unique_keys["EndpointID"], "self::acs-demo");
        assert_eq!(controllers[0].unique_keys["Alias"], "cpe-1");
        assert_eq!(rows("Device.LocalAgent.Controller.", true).curr_insts.len(), 1);
        assert_eq!(rows("Device.LocalAgent.Controller.1.", true).curr_insts.len(), 1);
        assert!(rows("Device.LocalAgent.Request.", false).curr_insts.is_empty());
        assert_eq!(rows("Device.DeviceInfo.", false).err_code, 7018);
        assert_eq!(rows("Device.Bogus.", false).err_code, 7026);
        assert_eq!(rows("Device.LocalAgent.Controller.9.", false).err_code, 7016);
        assert_eq!(rows("Device.DeviceInfo.UpTime", false).err_code, 7026);
    }
}
