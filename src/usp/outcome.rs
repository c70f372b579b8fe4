//! How a request went, as its response tells: a response can carry failures inside, and an
//! Error can carry the true cause in its param_errs.

use super::generated::usp::{
    AddResp, DeleteResp, DeregisterResp, GetInstancesResp, GetResp, GetSupportedDmResp, Msg,
    OperateResp, RegisterResp, SetResp, add_resp, body::MsgBody, delete_resp, deregister_resp,
    notify, operate_resp, register_resp, request::ReqType, response::RespType, set_resp,
};

/// How a request went.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Grade {
    /// Everything asked for was done.
    Ok,
    /// Some of it failed.
    Partial,
    /// Nothing of it was done.
    Failed,
}

impl Grade {
    /// The name used in JSON output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Partial => "partial",
            Self::Failed => "failed",
        }
    }
}

/// How deep in a Msg a failure stands; the deepest is nearest to the cause.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Level {
    /// The whole Msg: an Error.
    Msg,
    /// One result of a response: a requested path, a command.
    Result,
    /// A parameter or path inside a result or an Error.
    Param,
}

/// One failure inside a Msg.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Failure {
    /// How deep it stands.
    pub level: Level,
    /// Error code, never 0.
    pub code: u32,
    /// What it concerns: a path, a parameter, a command; may be empty.
    pub path: String,
    /// The sender's words; may be empty.
    pub message: String,
}

/// How a request went, and every failure in the order of the Msg.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Outcome {
    /// The grade.
    pub grade: Grade,
    /// The failures; for an Error the whole Msg's own code comes first.
    pub failures: Vec<Failure>,
}

impl Outcome {
    /// The failure to show first: the first of the deepest. Agents put a general code on top and
    /// the true cause into param_errs.
    #[must_use]
    pub fn cause(&self) -> Option<&Failure> {
        let mut cause: Option<&Failure> = None;
        for failure in &self.failures {
            if cause.is_none_or(|cause| cause.level < failure.level) {
                cause = Some(failure);
            }
        }
        cause
    }
}

/// Results of a Msg: done, done with complaints, failed.
#[derive(Clone, Copy, Default)]
pub(super) struct Counts {
    pub(super) good: usize,
    pub(super) flawed: usize,
    pub(super) bad: usize,
}

impl Counts {
    pub(super) fn grade(self) -> Grade {
        match (self.good + self.flawed, self.flawed, self.bad) {
            (0, _, 1..) => Grade::Failed,
            (_, 0, 0) => Grade::Ok,
            _ => Grade::Partial,
        }
    }

    /// A result that succeeded, with or without complaints.
    pub(super) fn succeeded(&mut self, flawed: bool) {
        if flawed {
            self.flawed += 1;
        } else {
            self.good += 1;
        }
    }
}

/// The outcome that this Msg tells: for Error, every response, and the Notify of a completed
/// operation. `None` for all else.
#[must_use]
pub fn outcome(msg: &Msg) -> Option<Outcome> {
    let mut tally = Tally::default();
    match msg.body.as_ref()?.msg_body.as_ref()? {
        MsgBody::Error(error) => {
            tally.failures.push(Failure {
                level: Level::Msg,
                code: error.err_code,
                path: String::new(),
                message: error.err_msg.clone(),
            });
            for inner in &error.param_errs {
                tally.note(Level::Param, inner.err_code, &inner.param_path, &inner.err_msg);
            }
            tally.counts.bad = 1;
        }
        MsgBody::Response(response) => tally.response(response.resp_type.as_ref()?),
        MsgBody::Request(request) => match request.req_type.as_ref()? {
            ReqType::Notify(inner) => match inner.notification.as_ref()? {
                notify::Notification::OperComplete(done) => tally.completed(done),
                _ => return None,
            },
            _ => return None,
        },
    }
    Some(tally.outcome())
}

/// Counts results and keeps what failed.
#[derive(Default)]
struct Tally {
    counts: Counts,
    failures: Vec<Failure>,
}

impl Tally {
    fn outcome(self) -> Outcome {
        Outcome { grade: self.counts.grade(), failures: self.failures }
    }

    /// Keeps a failure; code 0 means success.
    fn note(&mut self, level: Level, code: u32, path: &str, message: &str) -> bool {
        if code != 0 {
            self.failures.push(Failure {
                level,
                code,
                path: path.to_owned(),
                message: message.to_owned(),
            });
        }
        code != 0
    }

    /// A result that failed as a whole. The failure counts even if its code is 0.
    fn failed(&mut self, code: u32, path: &str, message: &str) {
        self.counts.bad += 1;
        self.note(Level::Result, code, path, message);
    }

    fn path_result(&mut self, code: u32, path: &str, message: &str) {
        if self.note(Level::Result, code, path, message) {
            self.counts.bad += 1;
        } else {
            self.counts.good += 1;
        }
    }

    /// A result that succeeded but for the failures noted since there were `before` of them.
    fn succeeded(&mut self, before: usize) {
        self.counts.succeeded(self.failures.len() > before);
    }

    fn response(&mut self, response: &RespType) {
        match response {
            RespType::GetResp(GetResp { req_path_results }) => {
                for one in req_path_results {
                    self.path_result(one.err_code, &one.requested_path, &one.err_msg);
                }
            }
            RespType::GetInstancesResp(GetInstancesResp { req_path_results }) => {
                for one in req_path_results {
                    self.path_result(one.err_code, &one.requested_path, &one.err_msg);
                }
            }
            RespType::GetSupportedDmResp(GetSupportedDmResp { req_obj_results }) => {
                for one in req_obj_results {
                    self.path_result(one.err_code, &one.req_obj_path, &one.err_msg);
                }
            }
            RespType::SetResp(inner) => self.set(inner),
            RespType::AddResp(inner) => self.add(inner),
            RespType::DeleteResp(inner) => self.delete(inner),
            RespType::OperateResp(inner) => self.operate(inner),
            RespType::RegisterResp(inner) => self.register(inner),
            RespType::DeregisterResp(inner) => self.deregister(inner),
            RespType::NotifyResp(_) | RespType::GetSupportedProtocolResp(_) => {}
        }
    }

    fn set(&mut self, response: &SetResp) {
        use set_resp::updated_object_result::operation_status::OperStatus;
        for one in &response.updated_obj_results {
            let status = one.oper_status.as_ref().and_then(|status| status.oper_status.as_ref());
            match status {
                Some(OperStatus::OperFailure(failure)) => {
                    self.failed(failure.err_code, &one.requested_path, &failure.err_msg);
                    for instance in &failure.updated_inst_failures {
                        self.set_params(&instance.affected_path, &instance.param_errs);
                    }
                }
                Some(OperStatus::OperSuccess(success)) => {
                    let before = self.failures.len();
                    for instance in &success.updated_inst_results {
                        self.set_params(&instance.affected_path, &instance.param_errs);
                    }
                    self.succeeded(before);
                }
                None => {}
            }
        }
    }

    fn set_params(&mut self, path: &str, errors: &[set_resp::ParameterError]) {
        for error in errors {
            self.note(
                Level::Param,
                error.err_code,
                &format!("{path}{}", error.param),
                &error.err_msg,
            );
        }
    }

    fn add(&mut self, response: &AddResp) {
        use add_resp::created_object_result::operation_status::OperStatus;
        for one in &response.created_obj_results {
            let status = one.oper_status.as_ref().and_then(|status| status.oper_status.as_ref());
            match status {
                Some(OperStatus::OperFailure(failure)) => {
                    self.failed(failure.err_code, &one.requested_path, &failure.err_msg);
                }
                Some(OperStatus::OperSuccess(success)) => {
                    let before = self.failures.len();
                    for error in &success.param_errs {
                        let path = format!("{}{}", success.instantiated_path, error.param);
                        self.note(Level::Param, error.err_code, &path, &error.err_msg);
                    }
                    self.succeeded(before);
                }
                None => {}
            }
        }
    }

    fn delete(&mut self, response: &DeleteResp) {
        use delete_resp::deleted_object_result::operation_status::OperStatus;
        for one in &response.deleted_obj_results {
            let status = one.oper_status.as_ref().and_then(|status| status.oper_status.as_ref());
            match status {
                Some(OperStatus::OperFailure(failure)) => {
                    self.failed(failure.err_code, &one.requested_path, &failure.err_msg);
                }
                Some(OperStatus::OperSuccess(success)) => {
                    let before = self.failures.len();
                    for error in &success.unaffected_path_errs {
                        self.note(
                            Level::Param,
                            error.err_code,
                            &error.unaffected_path,
                            &error.err_msg,
                        );
                    }
                    self.succeeded(before);
                }
                None => {}
            }
        }
    }

    fn operate(&mut self, response: &OperateResp) {
        use operate_resp::operation_result::OperationResp;
        for one in &response.operation_results {
            match &one.operation_resp {
                Some(OperationResp::CmdFailure(failure)) => {
                    self.failed(failure.err_code, &one.executed_command, &failure.err_msg);
                }
                Some(_) => self.counts.good += 1,
                None => {}
            }
        }
    }

    fn register(&mut self, response: &RegisterResp) {
        use register_resp::registered_path_result::operation_status::OperStatus;
        for one in &response.registered_path_results {
            let status = one.oper_status.as_ref().and_then(|status| status.oper_status.as_ref());
            match status {
                Some(OperStatus::OperFailure(failure)) => {
                    self.failed(failure.err_code, &one.requested_path, &failure.err_msg);
                }
                Some(OperStatus::OperSuccess(_)) => self.counts.good += 1,
                None => {}
            }
        }
    }

    fn deregister(&mut self, response: &DeregisterResp) {
        use deregister_resp::deregistered_path_result::operation_status::OperStatus;
        for one in &response.deregistered_path_results {
            let status = one.oper_status.as_ref().and_then(|status| status.oper_status.as_ref());
            match status {
                Some(OperStatus::OperFailure(failure)) => {
                    self.failed(failure.err_code, &one.requested_path, &failure.err_msg);
                }
                Some(OperStatus::OperSuccess(_)) => self.counts.good += 1,
                None => {}
            }
        }
    }

    fn completed(&mut self, done: &notify::OperationComplete) {
        match &done.operation_resp {
            Some(notify::operation_complete::OperationResp::CmdFailure(failure)) => {
                let command = format!("{}{}", done.obj_path, done.command_name);
                self.failed(failure.err_code, &command, &failure.err_msg);
            }
            _ => self.counts.good += 1,
        }
    }
}
