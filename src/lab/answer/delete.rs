//! Delete.

use super::change::Refusal;
use super::{Answer, Effect};
use crate::lab::fault::{DELETE_FAILURE, Fault, INVALID_PATH, NO_SUCH_OBJECT, NOT_A_TABLE};
use crate::lab::model::path::Path;
use crate::lab::model::resolve;
use crate::lab::model::tree::{Model, Place};
use crate::lab::model::value::Moment;
use crate::lab::wire;
use crate::usp::generated::usp::delete_resp::DeletedObjectResult;
use crate::usp::generated::usp::delete_resp::deleted_object_result::OperationStatus;
use crate::usp::generated::usp::delete_resp::deleted_object_result::operation_status::{
    OperStatus, OperationFailure, OperationSuccess,
};
use crate::usp::generated::usp::response::RespType;
use crate::usp::generated::usp::{Delete, DeleteResp};

/// Answers a Delete. A row that isn't there is no failure with allow_partial, and the failure
/// of the whole message without (TR-369 1.4.1).
pub fn delete(model: &mut Model, id: &str, delete: &Delete, moment: &Moment) -> Answer {
    let before = (!delete.allow_partial).then(|| model.clone());
    let mut effects = Vec::new();
    let mut deleted_obj_results = Vec::new();
    for path in &delete.obj_paths {
        let oper_status = match delete_path(model, path, moment) {
            Ok(affected_paths) => {
                effects.extend(affected_paths.iter().cloned().map(Effect::Deleted));
                OperStatus::OperSuccess(OperationSuccess {
                    affected_paths,
                    ..OperationSuccess::default()
                })
            }
            Err(refusal) => match before {
                Some(before) => {
                    *model = before;
                    return Answer::plain(refusal.into_error(id));
                }
                None if refusal.fault.code == NO_SUCH_OBJECT => {
                    OperStatus::OperSuccess(OperationSuccess::default())
                }
                None => OperStatus::OperFailure(OperationFailure {
                    err_code: refusal.fault.code,
                    err_msg: refusal.fault.text,
                }),
            },
        };
        deleted_obj_results.push(DeletedObjectResult {
            requested_path: path.clone(),
            oper_status: Some(OperationStatus { oper_status: Some(oper_status) }),
        });
    }
    let msg = wire::response(id, RespType::DeleteResp(DeleteResp { deleted_obj_results }));
    Answer { msg: Some(msg), effects }
}

/// Removes the rows a path means; returns their paths.
fn delete_path(model: &mut Model, text: &str, moment: &Moment) -> Result<Vec<String>, Refusal> {
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
    if wanted.at_table || !object.multi {
        return Err(refused(NOT_A_TABLE, "path names no row of a table"));
    }
    if !object.creatable {
        return Err(refused(DELETE_FAILURE, "the table's rows can't be deleted"));
    }
    let found = resolve::resolve(model, &path, text, moment)?;
    let rows: Vec<String> =
        found.into_iter().filter(|f| matches!(f.place, Place::Object(_))).map(|f| f.path).collect();
    Ok(rows.into_iter().filter(|row| model.remove_row(row)).collect())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::super::tests::{ask, device, error, response};
    use super::*;
    use crate::lab::model::device::tests::moment;
    use crate::usp::generated::usp::request::ReqType;

    fn request(allow_partial: bool, paths: &[&str]) -> ReqType {
        let obj_paths = paths.iter().map(|p| (*p).to_owned()).collect();
        ReqType::Delete(Delete { allow_partial, obj_paths })
    }

    fn rows(model: &Model) -> String {
        model.value_at("Device.LocalAgent.", "SubscriptionNumberOfEntries", &moment(60))
    }

    #[test]
    fn rows_are_deleted_one_by_one_and_by_wildcard() {
        let mut model = device();
        let paths = ["Device.LocalAgent.Subscription.99.", "Device.LocalAgent.Subscription.*."];
        let answer = ask(&mut model, request(true, &paths));
        let RespType::DeleteResp(resp) = response(&answer) else { unreachable!() };
        let affected: Vec<Vec<String>> = resp
            .deleted_obj_results
            .into_iter()
            .map(|r| match r.oper_status.unwrap().oper_status.unwrap() {
                OperStatus::OperSuccess(success) => success.affected_paths,
                other => unreachable!("{other:?}"),
            })
            .collect();
        assert!(affected[0].is_empty());
        assert_eq!(affected[1].len(), 2);
        assert_eq!(answer.effects.len(), 2);
        assert_eq!(rows(&model), "0");
    }

    #[test]
    fn refusals_undo_what_was_done() {
        let mut model = device();
        let good = "Device.LocalAgent.Subscription.1.";
        for (path, code) in [
            ("Device.LocalAgent.Subscription.99.", 7016),
            ("Device.DeviceInfo.", 7004),
            ("Device.LocalAgent.Subscription.", 7004),
            ("Device.WiFi.Radio.1.", 7004),
            ("Device.Bogus.", 7026),
        ] {
            let answer = ask(&mut model, request(false, &[good, path]));
            assert_eq!(error(&answer).err_code, code, "{path}");
            assert!(answer.effects.is_empty());
            assert_eq!(rows(&model), "2");
        }
        let answer = ask(&mut model, request(true, &["Device.WiFi.Radio.1."]));
        let RespType::DeleteResp(resp) = response(&answer) else { unreachable!() };
        let status = resp.deleted_obj_results[0].oper_status.clone().unwrap();
        assert!(
            matches!(status.oper_status, Some(OperStatus::OperFailure(f)) if f.err_code == 7024)
        );
    }
}
