//! The walk tells what prost decodes.

use std::collections::{BTreeMap, BTreeSet};

use fastrand::Rng;
use prost::Message as _;

use super::{Facts, Failed, SupportedParam, read, split};
use crate::usp::generated::usp::{
    Msg, add_resp, body::MsgBody, delete_resp, deregister_resp, notify, register_resp,
    request::ReqType, response::RespType, set_resp,
};
use crate::usp::outcome::{Grade, Level, outcome};
use crate::usp::tests::generate::{damage, len, msg};

/// All that a body told, in order; of maps the last value counts, as in a decoded map.
#[derive(Default, PartialEq, Debug)]
struct Told {
    params: BTreeMap<(String, String), String>,
    keys: BTreeMap<(String, String), String>,
    objects: Vec<String>,
    gone: Vec<String>,
    model: Vec<String>,
    failures: Vec<(Level, u32, String, String)>,
    without_status: Vec<String>,
}

impl<'a> Facts<'a> for Told {
    fn param(&mut self, object: &'a str, key: &'a str, value: &'a str) {
        self.params.insert((object.to_owned(), key.to_owned()), value.to_owned());
    }
    fn object(&mut self, path: &'a str) {
        self.objects.push(path.to_owned());
    }
    fn unique_key(&mut self, object: &'a str, name: &'a str, value: &'a str) {
        self.keys.insert((object.to_owned(), name.to_owned()), value.to_owned());
    }
    fn gone(&mut self, path: &'a str) {
        self.gone.push(path.to_owned());
    }
    fn supported(&mut self, requested: &'a str, _bytes: &'a [u8]) -> bool {
        self.model.push(format!("at {requested}"));
        true
    }
    fn supported_object(&mut self, path: &'a str, access: i32, multi: bool) {
        self.model.push(format!("object {path} {access} {multi}"));
    }
    fn supported_param(&mut self, param: SupportedParam<'a>) {
        let SupportedParam { name, access, value_type, value_change } = param;
        self.model.push(format!("param {name} {access} {value_type} {value_change}"));
    }
    fn supported_command(&mut self, name: &'a str, command_type: i32) {
        self.model.push(format!("command {name} {command_type}"));
    }
    fn supported_event(&mut self, name: &'a str) {
        self.model.push(format!("event {name}"));
    }
    fn failure(&mut self, failed: Failed<'a>) {
        let Failed { level, code, path, param, text } = failed;
        self.failures.push((level, code, format!("{path}{param}"), text.to_owned()));
    }
    fn without_status(&mut self, path: &'a str) {
        self.without_status.push(path.to_owned());
    }
}

/// Parameters, commands and events of an object may come in any order.
fn by_kind(model: &mut [String]) {
    let is_head = |line: &str| line.starts_with("object") || line.starts_with("at");
    for members in model.split_mut(|line| is_head(line)) {
        members.sort_by_key(|line| line.split(' ').next().map(str::to_owned));
    }
}

/// The same from the decoded Msg.
fn expected(msg: &Msg) -> Told {
    let mut told = Told::default();
    if let Some(outcome) = outcome(msg) {
        told.failures = outcome
            .failures
            .into_iter()
            .map(|failure| (failure.level, failure.code, failure.path, failure.message))
            .collect();
    }
    match msg.body.as_ref().and_then(|body| body.msg_body.as_ref()) {
        Some(MsgBody::Response(response)) => {
            if let Some(response) = &response.resp_type {
                response_told(response, &mut told);
            }
        }
        Some(MsgBody::Request(request)) => {
            if let Some(ReqType::Notify(notify)) = &request.req_type {
                notify_told(notify, &mut told);
            }
        }
        _ => {}
    }
    told
}

fn map<'m>(
    out: &mut BTreeMap<(String, String), String>,
    object: &str,
    entries: impl IntoIterator<Item = (&'m String, &'m String)>,
) {
    for (key, value) in entries {
        out.insert((object.to_owned(), key.clone()), value.clone());
    }
}

fn response_told(response: &RespType, told: &mut Told) {
    match response {
        RespType::GetResp(inner) => {
            for resolved in inner.req_path_results.iter().flat_map(|r| &r.resolved_path_results) {
                map(&mut told.params, &resolved.resolved_path, &resolved.result_params);
            }
        }
        RespType::GetInstancesResp(inner) => {
            for instance in inner.req_path_results.iter().flat_map(|r| &r.curr_insts) {
                told.objects.push(instance.instantiated_obj_path.clone());
                map(&mut told.keys, &instance.instantiated_obj_path, &instance.unique_keys);
            }
        }
        RespType::GetSupportedDmResp(inner) => {
            for result in inner.req_obj_results.iter().filter(|r| !r.supported_objs.is_empty()) {
                told.model.push(format!("at {}", result.req_obj_path));
                for object in &result.supported_objs {
                    told.supported_object(
                        &object.supported_obj_path,
                        object.access,
                        object.is_multi_instance,
                    );
                    for command in &object.supported_commands {
                        told.supported_command(&command.command_name, command.command_type);
                    }
                    for event in &object.supported_events {
                        told.supported_event(&event.event_name);
                    }
                    for param in &object.supported_params {
                        told.supported_param(SupportedParam {
                            name: &param.param_name,
                            access: param.access,
                            value_type: param.value_type,
                            value_change: param.value_change,
                        });
                    }
                }
            }
        }
        RespType::SetResp(inner) => {
            use set_resp::updated_object_result::operation_status::OperStatus;
            for one in &inner.updated_obj_results {
                match one.oper_status.as_ref().and_then(|s| s.oper_status.as_ref()) {
                    Some(OperStatus::OperSuccess(success)) => {
                        for instance in &success.updated_inst_results {
                            map(
                                &mut told.params,
                                &instance.affected_path,
                                &instance.updated_params,
                            );
                        }
                    }
                    Some(OperStatus::OperFailure(_)) => {}
                    None => told.without_status.push(one.requested_path.clone()),
                }
            }
        }
        RespType::AddResp(inner) => {
            use add_resp::created_object_result::operation_status::OperStatus;
            for one in &inner.created_obj_results {
                match one.oper_status.as_ref().and_then(|s| s.oper_status.as_ref()) {
                    Some(OperStatus::OperSuccess(success)) => {
                        told.objects.push(success.instantiated_path.clone());
                        map(&mut told.keys, &success.instantiated_path, &success.unique_keys);
                    }
                    Some(OperStatus::OperFailure(_)) => {}
                    None => told.without_status.push(one.requested_path.clone()),
                }
            }
        }
        RespType::DeleteResp(inner) => {
            use delete_resp::deleted_object_result::operation_status::OperStatus;
            for one in &inner.deleted_obj_results {
                match one.oper_status.as_ref().and_then(|s| s.oper_status.as_ref()) {
                    Some(OperStatus::OperSuccess(success)) => {
                        told.gone.extend(success.affected_paths.iter().cloned());
                    }
                    Some(OperStatus::OperFailure(_)) => {}
                    None => told.without_status.push(one.requested_path.clone()),
                }
            }
        }
        RespType::OperateResp(inner) => {
            for one in inner.operation_results.iter().filter(|r| r.operation_resp.is_none()) {
                told.without_status.push(one.executed_command.clone());
            }
        }
        RespType::RegisterResp(inner) => {
            use register_resp::registered_path_result::OperationStatus;
            let is_none = |s: &Option<OperationStatus>| {
                s.as_ref().and_then(|s| s.oper_status.as_ref()).is_none()
            };
            let results = inner.registered_path_results.iter();
            let without = results.filter(|one| is_none(&one.oper_status));
            told.without_status.extend(without.map(|one| one.requested_path.clone()));
        }
        RespType::DeregisterResp(inner) => {
            use deregister_resp::deregistered_path_result::OperationStatus;
            let is_none = |s: &Option<OperationStatus>| {
                s.as_ref().and_then(|s| s.oper_status.as_ref()).is_none()
            };
            let results = inner.deregistered_path_results.iter();
            let without = results.filter(|one| is_none(&one.oper_status));
            told.without_status.extend(without.map(|one| one.requested_path.clone()));
        }
        RespType::NotifyResp(_) | RespType::GetSupportedProtocolResp(_) => {}
    }
}

fn notify_told(notify: &crate::usp::generated::usp::Notify, told: &mut Told) {
    match &notify.notification {
        Some(notify::Notification::ValueChange(change)) => {
            let (object, name) = split(&change.param_path);
            let key = (object.to_owned(), name.to_owned());
            told.params.insert(key, change.param_value.clone());
        }
        Some(notify::Notification::ObjCreation(created)) => {
            told.objects.push(created.obj_path.clone());
            map(&mut told.keys, &created.obj_path, &created.unique_keys);
        }
        Some(notify::Notification::ObjDeletion(deleted)) => {
            told.gone.push(deleted.obj_path.clone());
        }
        _ => {}
    }
}

#[test]
fn the_walk_tells_what_prost_decodes() {
    let mut seen = BTreeSet::new();
    let mut grades = [0_usize; 4];
    for seed in 0..60_000 {
        let mut rng = Rng::with_seed(seed);
        let bytes = msg(&mut rng);
        let case = || format!("seed {seed}: {bytes:02x?}");
        let Ok(full) = Msg::decode(&bytes[..]) else { continue };
        let mut told = Told::default();
        let grade = read(&bytes, &mut told);
        assert_eq!(grade, outcome(&full).map(|outcome| outcome.grade), "{}", case());
        by_kind(&mut told.model);
        let mut expected = expected(&full);
        by_kind(&mut expected.model);
        assert_eq!(told, expected, "{}", case());
        for (name, any) in [
            ("params", !told.params.is_empty()),
            ("keys", !told.keys.is_empty()),
            ("objects", !told.objects.is_empty()),
            ("gone", !told.gone.is_empty()),
            ("model", told.model.iter().any(|m| m.starts_with("param"))),
            ("failures", told.failures.iter().any(|f| f.0 == Level::Param)),
            ("without", !told.without_status.is_empty()),
        ] {
            if any {
                seen.insert(name);
            }
        }
        grades[grade.map_or(3, |grade| grade as usize)] += 1;
    }
    assert_eq!(seen.len(), 7, "{seen:?}");
    assert!(grades.iter().all(|&count| count > 50), "{grades:?}");
}

#[test]
fn damaged_msgs_have_no_grade_where_the_damage_is_read() {
    let (mut graded, mut refused) = (0, 0);
    for seed in 0..40_000 {
        let mut rng = Rng::with_seed(seed);
        let mut bytes = msg(&mut rng);
        damage(&mut rng, &mut bytes);
        let mut told = Told::default();
        let grade = read(&bytes, &mut told);
        match (Msg::decode(&bytes[..]), grade) {
            (Ok(full), Some(grade)) => {
                graded += 1;
                assert_eq!(Some(grade), outcome(&full).map(|o| o.grade), "{bytes:02x?}");
            }
            (Err(_), None) => refused += 1,
            _ => {}
        }
    }
    assert!(graded > 1_000 && refused > 5_000, "{graded} graded, {refused} refused");
}

#[test]
fn any_bytes_are_read_without_panic() {
    for seed in 0..20_000 {
        let mut rng = Rng::with_seed(seed);
        let mut bytes: Vec<u8> = (0..rng.usize(..64)).map(|_| rng.u8(..)).collect();
        if rng.bool() {
            // Let more of them get past the envelope.
            let number = rng.u32(1..12);
            for number in [number, 2, 2] {
                let mut outer = Vec::new();
                len(&mut outer, number, &bytes);
                bytes = outer;
            }
        }
        read(&bytes, &mut Told::default());
    }
}

#[test]
fn a_path_behind_its_parameters_counts_for_them_all() {
    let mut entry = Vec::new();
    len(&mut entry, 1, b"Stats.Sent");
    len(&mut entry, 2, b"7");
    let mut resolved = Vec::new();
    len(&mut resolved, 2, &entry);
    len(&mut resolved, 1, b"Device.WiFi.");
    let mut bytes = resolved;
    for number in [4, 1, 1, 2, 2] {
        let mut outer = Vec::new();
        len(&mut outer, number, &bytes);
        bytes = outer;
    }
    let mut told = Told::default();
    assert_eq!(read(&bytes, &mut told), Some(Grade::Ok));
    let key = ("Device.WiFi.".to_owned(), "Stats.Sent".to_owned());
    assert_eq!(told.params.get(&key).map(String::as_str), Some("7"));
    assert_eq!(split("Stats.Sent"), ("Stats.", "Sent"));
    assert_eq!(split("Sent"), ("", "Sent"));
}
