//! Operate: commands that answer at once, and commands whose result comes later as an
//! OperationComplete.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Answer, Effect};
use crate::lab::fault::{COMMAND_FAILURE, Fault, INVALID_COMMAND_ARGUMENTS, RESOURCES_EXCEEDED};
use crate::lab::model::path::Path;
use crate::lab::model::resolve::{self, Leaf};
use crate::lab::model::tree::{Model, Place};
use crate::lab::model::value::{Moment, Source};
use crate::lab::{seed, wire};
use crate::usp::generated::usp::operate_resp::OperationResult;
use crate::usp::generated::usp::operate_resp::operation_result::{
    CommandFailure, OperationResp, OutputArgs,
};
use crate::usp::generated::usp::response::RespType;
use crate::usp::generated::usp::{Operate, OperateResp};

/// More asynchronous commands at once are refused with 7005.
const MAX_RUNNING: usize = 4;
const REQUESTS: &str = "Device.LocalAgent.Request.";

type Args = BTreeMap<String, String>;

/// How an asynchronous command ends.
#[derive(Clone, PartialEq, Debug)]
pub enum Outcome {
    Output(Args),
    Failure(Fault),
}

/// An asynchronous command that is running.
#[derive(Clone, PartialEq, Debug)]
pub struct Job {
    /// Its row in `Device.LocalAgent.Request.`, concrete path.
    pub row: String,
    /// Concrete path of the command's object.
    pub object: String,
    /// With the parentheses.
    pub command: String,
    pub command_key: String,
    pub takes: Duration,
    pub outcome: Outcome,
}

/// What a command does when it is called.
enum Run {
    /// It is done; output arguments and consequences.
    Now(Args, Option<Effect>),
    /// It goes on for a while.
    Later(Duration, Outcome),
}

/// Answers an Operate.
pub fn operate(model: &mut Model, id: &str, operate: &Operate, moment: &Moment) -> Answer {
    let objects = match find(model, &operate.command, moment) {
        Ok(objects) => objects,
        Err(fault) => return Answer::plain(wire::error(id, fault, Vec::new())),
    };
    let mut effects = Vec::new();
    let mut operation_results = Vec::new();
    for (object, template, command) in objects {
        let result = call(model, &object, template, command, operate, moment, &mut effects);
        let operation_resp = match result {
            Ok(resp) => resp,
            Err(fault) => OperationResp::CmdFailure(CommandFailure {
                err_code: fault.code,
                err_msg: fault.text,
            }),
        };
        operation_results.push(OperationResult {
            executed_command: format!("{object}{command}"),
            operation_resp: Some(operation_resp),
        });
    }
    let resp = RespType::OperateResp(OperateResp { operation_results });
    Answer { msg: operate.send_resp.then(|| wire::response(id, resp)), effects }
}

/// The objects whose command is meant: concrete path, supported path, command.
fn find(
    model: &Model,
    text: &str,
    moment: &Moment,
) -> Result<Vec<(String, &'static str, &'static str)>, Fault> {
    let path = Path::parse(text)?;
    let wanted = resolve::supported(&model.schema, &path, text)?;
    let object = model.schema.object(wanted.object);
    let name = path.leaf.as_deref().unwrap_or_default();
    let known = resolve::leaf(object, name, text)? == Leaf::Command && !wanted.at_table;
    let command = object.commands.iter().find(|c| known && c.name == name);
    let Some(command) = command else {
        return Err(Fault::new(COMMAND_FAILURE, format!("path is not an operation: {text}")));
    };
    let found = resolve::resolve(model, &path, text, moment)?;
    Ok(found.into_iter().map(|f| (f.path, object.path, command.name)).collect())
}

fn call(
    model: &mut Model,
    object: &str,
    template: &'static str,
    command: &'static str,
    operate: &Operate,
    moment: &Moment,
    effects: &mut Vec<Effect>,
) -> Result<OperationResp, Fault> {
    let id = model.get(object).map_or(0, |i| i.object);
    let inputs = model.schema.object(id).commands.iter().find(|c| c.name == command);
    let inputs = inputs.map(|c| c.inputs.clone()).unwrap_or_default();
    if let Some(unknown) = operate.input_args.keys().find(|k| !inputs.contains(&k.as_str())) {
        let text = format!("unknown input argument: {unknown}");
        return Err(Fault::new(INVALID_COMMAND_ARGUMENTS, text));
    }
    let mut call = Call {
        object,
        key: &operate.command_key,
        args: &operate.input_args,
        // The same command at the same model time has the same result.
        rng: fastrand::Rng::with_seed(seed::derive_named(
            moment.at.as_nanos() as u64,
            &format!("{object}{command}{}", operate.command_key),
        )),
    };
    match call.run(template, command)? {
        Run::Now(output_args, effect) => {
            effects.extend(effect);
            Ok(OperationResp::ReqOutputArgs(OutputArgs { output_args }))
        }
        Run::Later(takes, outcome) => {
            let row = open_request(model, &format!("{object}{command}"), &operate.command_key)?;
            effects.push(Effect::Created(row.clone()));
            effects.push(Effect::Started(Job {
                row: row.clone(),
                object: object.to_owned(),
                command: command.to_owned(),
                command_key: operate.command_key.clone(),
                takes,
                outcome,
            }));
            Ok(OperationResp::ReqObjPath(row.trim_end_matches('.').to_owned()))
        }
    }
}

/// Adds the row that tracks an asynchronous command.
fn open_request(model: &mut Model, command: &str, key: &str) -> Result<String, Fault> {
    let running = match model.place(REQUESTS) {
        Some(Place::Table(table)) => table.rows.len(),
        _ => 0,
    };
    if running >= MAX_RUNNING {
        let text = format!("{MAX_RUNNING} commands are running already");
        return Err(Fault::new(RESOURCES_EXCEEDED, text));
    }
    let row = model
        .add_row(REQUESTS)
        .ok_or_else(|| Fault::new(RESOURCES_EXCEEDED, "no room for another request"))?;
    let controller = model.value_at(
        "Device.LocalAgent.Controller.1.",
        "EndpointID",
        &Moment { at: Duration::ZERO, uptime: Duration::ZERO, epoch: Default::default() },
    );
    let text = |value: &str| Source::Text(value.into());
    model
        .fill(
            &row,
            vec![
                ("Originator", text(&controller)),
                ("Command", text(command)),
                ("CommandKey", text(key)),
                ("Status", Source::Fixed("Active")),
            ],
        )
        .map_err(|name| Fault::new(COMMAND_FAILURE, name))?;
    Ok(row)
}

fn output(args: &[(&str, String)]) -> Args {
    args.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
}

/// One call of one command on one object.
struct Call<'a> {
    object: &'a str,
    key: &'a str,
    args: &'a Args,
    rng: fastrand::Rng,
}

impl Call<'_> {
    fn arg(&self, name: &str) -> &str {
        self.args.get(name).map_or("", String::as_str)
    }

    /// A number among the arguments, or its default; 7027 if it is none or out of range.
    fn number(&self, name: &str, default: u32, low: u32, high: u32) -> Result<u32, Fault> {
        match self.arg(name) {
            "" => Ok(default),
            text => match text.parse() {
                Ok(n) if (low..=high).contains(&n) => Ok(n),
                _ => {
                    let text = format!("{name}={text} is out of range [{low}:{high}]");
                    Err(Fault::new(INVALID_COMMAND_ARGUMENTS, text))
                }
            },
        }
    }

    fn secs(&mut self, low: u64, high: u64) -> Duration {
        seed::between(&mut self.rng, Duration::from_secs(low), Duration::from_secs(high))
    }

    fn run(&mut self, template: &str, command: &str) -> Result<Run, Fault> {
        let done = || Ok(Run::Now(Args::new(), None));
        let reboot = |cause| Effect::Reboot { command_key: self.key.to_owned(), cause };
        match (template, command) {
            ("Device.", "Reboot()") => Ok(Run::Now(Args::new(), Some(reboot("RemoteReboot")))),
            ("Device.", "FactoryReset()") => {
                Ok(Run::Now(Args::new(), Some(reboot("RemoteFactoryReset"))))
            }
            ("Device.", "SelfTestDiagnostics()") => {
                let results = "CPU: pass; memory: pass; flash: pass; radios: pass".to_owned();
                let result = output(&[("Status", "Complete".to_owned()), ("Results", results)]);
                Ok(Run::Later(self.secs(2, 6), Outcome::Output(result)))
            }
            ("Device.", "X_DEMO_Locate()") => {
                let secs = self.number("Seconds", 10, 1, 600)?;
                Ok(Run::Now(output(&[("Until", format!("in {secs} s"))]), None))
            }
            ("Device.WiFi.", "NeighboringWiFiDiagnostic()") => {
                let result = Outcome::Output(self.neighbours());
                Ok(Run::Later(self.secs(3, 8), result))
            }
            ("Device.IP.Diagnostics.", "IPPing()") => self.ping(),
            ("Device.IP.Diagnostics.", "TraceRoute()") => self.trace_route(),
            ("Device.IP.Diagnostics.", "DownloadDiagnostics()") => self.download_test(),
            (_, "Download()" | "Upload()") => self.transfer(),
            (_, "InitiateWPSPBC()") => {
                Ok(Run::Now(output(&[("Status", "Success".to_owned())]), None))
            }
            (_, "SendOnBoardRequest()") => Ok(Run::Now(Args::new(), Some(Effect::OnBoardRequest))),
            (_, "ForceReconnect()") => Ok(Run::Now(Args::new(), Some(Effect::Reconnect))),
            (_, "Cancel()") => {
                Ok(Run::Now(Args::new(), Some(Effect::Cancelled(self.object.to_owned()))))
            }
            (_, "Reset()" | "Renew()") => done(),
            _ => Err(Fault::new(COMMAND_FAILURE, "the command failed")),
        }
    }

    fn neighbours(&mut self) -> Args {
        let mut args = output(&[("Status", "Complete".to_owned())]);
        for n in 1..=self.rng.u32(3..9) {
            let bssid = self.rng.u32(..).to_be_bytes().map(|b| format!("{b:02X}")).join(":");
            let channel = [1, 6, 11, 36, 52, 100][self.rng.usize(..6)];
            for (name, value) in [
                ("SSID", format!("Neighbour-{}", self.rng.u16(..))),
                ("BSSID", format!("D2:{bssid}:0{n}")),
                ("Channel", channel.to_string()),
                ("SignalStrength", (-(self.rng.i32(45..92))).to_string()),
            ] {
                args.insert(format!("Result.{n}.{name}"), value);
            }
        }
        args
    }

    /// Checks a host name; the second part is its address if it can be found.
    fn host(&mut self, name: &str) -> Result<(String, Option<String>), Fault> {
        let host = self.arg(name).to_owned();
        if host.is_empty() {
            let text = format!("input argument {name} is missing");
            return Err(Fault::new(INVALID_COMMAND_ARGUMENTS, text));
        }
        let found = !host.contains("invalid");
        let address = format!("203.0.113.{}", seed::derive_named(0, &host) % 254 + 1);
        Ok((host, found.then_some(address)))
    }

    fn unresolved() -> Outcome {
        Outcome::Output(output(&[("Status", "Error_CannotResolveHostName".to_owned())]))
    }

    fn ping(&mut self) -> Result<Run, Fault> {
        let count = self.number("NumberOfRepetitions", 3, 1, 100)?;
        let timeout = self.number("Timeout", 1000, 1, 10_000)?;
        let (_, Some(address)) = self.host("Host")? else {
            return Ok(Run::Later(self.secs(2, 4), Self::unresolved()));
        };
        let average = self.rng.u32(6..60);
        let lost = u32::from(self.rng.f32() < 0.15).min(count);
        let takes = Duration::from_millis(u64::from(count) * 1000 / 2)
            + Duration::from_millis(u64::from(lost * timeout));
        let result = output(&[
            ("Status", "Complete".to_owned()),
            ("IPAddressUsed", address),
            ("SuccessCount", (count - lost).to_string()),
            ("FailureCount", lost.to_string()),
            ("AverageResponseTime", average.to_string()),
            ("MinimumResponseTime", (average * 7 / 10).to_string()),
            ("MaximumResponseTime", (average * 16 / 10).to_string()),
        ]);
        Ok(Run::Later(takes, Outcome::Output(result)))
    }

    fn trace_route(&mut self) -> Result<Run, Fault> {
        let (host, address) = self.host("Host")?;
        let Some(address) = address else {
            return Ok(Run::Later(self.secs(2, 4), Self::unresolved()));
        };
        let hops = self.rng.u32(4..10);
        let mut args = output(&[
            ("Status", "Complete".to_owned()),
            ("IPAddressUsed", address.clone()),
            ("ResponseTime", (hops * 4).to_string()),
        ]);
        for hop in 1..=hops {
            let last = hop == hops;
            let name = if last { host.clone() } else { format!("core{hop}.demo.example") };
            let at = if last { address.clone() } else { format!("198.51.100.{hop}") };
            args.insert(format!("RouteHops.{hop}.Host"), name);
            args.insert(format!("RouteHops.{hop}.HostAddress"), at);
            args.insert(format!("RouteHops.{hop}.RTTimes"), (hop * 4).to_string());
        }
        Ok(Run::Later(self.secs(2, 7), Outcome::Output(args)))
    }

    fn download_test(&mut self) -> Result<Run, Fault> {
        let (_, Some(address)) = self.host("DownloadURL")? else {
            return Ok(Run::Later(self.secs(2, 4), Self::unresolved()));
        };
        let takes = self.secs(4, 10);
        let bytes = takes.as_millis() as u64 * self.rng.u64(4_000..90_000);
        let result = output(&[
            ("Status", "Complete".to_owned()),
            ("IPAddressUsed", address),
            ("TestBytesReceived", bytes.to_string()),
            ("TotalBytesReceived", (bytes + bytes / 20).to_string()),
            ("PeriodOfFullLoading", takes.as_micros().to_string()),
        ]);
        Ok(Run::Later(takes, Outcome::Output(result)))
    }

    fn transfer(&mut self) -> Result<Run, Fault> {
        let url = self.arg("URL").to_owned();
        let takes = self.secs(6, 15);
        let outcome = if url.starts_with("http") {
            Outcome::Output(Args::new())
        } else {
            let text = format!("file transfer server can't be reached: {url}");
            Outcome::Failure(Fault::new(COMMAND_FAILURE, text))
        };
        Ok(Run::Later(takes, outcome))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::super::tests::{ask, device, error, response};
    use super::*;
    use crate::lab::model::device::tests::moment;
    use crate::usp::generated::usp::request::ReqType;

    fn request(command: &str, args: &[(&str, &str)]) -> ReqType {
        ReqType::Operate(Operate {
            command: command.to_owned(),
            command_key: "k".to_owned(),
            send_resp: true,
            input_args: args.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
        })
    }

    fn result(answer: &Answer) -> OperationResp {
        let RespType::OperateResp(mut resp) = response(answer) else { unreachable!() };
        resp.operation_results.remove(0).operation_resp.unwrap()
    }

    #[test]
    fn a_reboot_is_answered_first_and_then_happens() {
        let answer = ask(&mut device(), request("Device.Reboot()", &[("Cause", "LocalReboot")]));
        assert!(matches!(result(&answer), OperationResp::ReqOutputArgs(_)));
        let reboot = Effect::Reboot { command_key: "k".to_owned(), cause: "RemoteReboot" };
        assert_eq!(answer.effects, [reboot]);
    }

    #[test]
    fn an_asynchronous_command_has_a_request_row() {
        let mut model = device();
        let command = "Device.IP.Diagnostics.IPPing()";
        let answer = ask(&mut model, request(command, &[("Host", "a.example")]));
        let path = result(&answer);
        assert!(
            matches!(&path, OperationResp::ReqObjPath(p) if p == "Device.LocalAgent.Request.1")
        );
        let row = "Device.LocalAgent.Request.1.";
        assert_eq!(model.value_at(row, "Command", &moment(60)), command);
        assert_eq!(model.value_at(row, "Originator", &moment(60)), "self::acs-demo");
        let [Effect::Created(_), Effect::Started(job)] = &answer.effects[..] else {
            unreachable!("{answer:?}")
        };
        let Outcome::Output(output) = &job.outcome else { unreachable!("{job:?}") };
        assert_eq!(output["Status"], "Complete");
        let counts: u32 = output["SuccessCount"].parse::<u32>().unwrap()
            + output["FailureCount"].parse::<u32>().unwrap();
        assert_eq!(counts, 3);
        assert!(job.takes >= Duration::from_millis(1500));
    }

    #[test]
    fn too_many_at_once_and_bad_arguments_fail_inside_the_response() {
        let mut model = device();
        let self_test = || request("Device.SelfTestDiagnostics()", &[]);
        for _ in 0..MAX_RUNNING {
            ask(&mut model, self_test());
        }
        let code = |answer: &Answer| match result(answer) {
            OperationResp::CmdFailure(failure) => failure.err_code,
            other => unreachable!("{other:?}"),
        };
        assert_eq!(code(&ask(&mut model, self_test())), 7005);
        let ping = "Device.IP.Diagnostics.IPPing()";
        assert_eq!(code(&ask(&mut model, request(ping, &[]))), 7027);
        let bad = [("Host", "a"), ("NumberOfRepetitions", "0")];
        assert_eq!(code(&ask(&mut model, request(ping, &bad))), 7027);
        let unknown = [("Nope", "1")];
        assert_eq!(code(&ask(&mut model, request("Device.Reboot()", &unknown))), 7027);
    }

    #[test]
    fn what_is_no_command_is_an_error() {
        let mut model = device();
        for (command, code) in [
            ("Device.NoSuch()", 7026),
            ("Device.DeviceInfo.SerialNumber", 7022),
            ("Device.LocalAgent.Controller.9.SendOnBoardRequest()", 7016),
            ("Device.", 7026),
        ] {
            assert_eq!(error(&ask(&mut model, request(command, &[]))).err_code, code, "{command}");
        }
    }

    #[test]
    fn every_command_in_the_model_is_carried_out() {
        let model = device();
        let commands: Vec<String> = model
            .schema
            .objects()
            .flat_map(|o| o.commands.iter().map(|c| format!("{}{}", o.path, c.name)))
            .collect();
        assert!(commands.len() > 15);
        for command in commands {
            let command = command.replace("{i}", "*");
            let args: &[(&str, &str)] = match command.as_str() {
                c if c.ends_with("IPPing()") || c.ends_with("TraceRoute()") => &[("Host", "h")],
                c if c.ends_with("DownloadDiagnostics()") => &[("DownloadURL", "http://h/f")],
                _ => &[],
            };
            let mut fresh = model.clone();
            let answer = ask(&mut fresh, request(&command, args));
            let RespType::OperateResp(resp) = response(&answer) else { unreachable!() };
            for result in resp.operation_results {
                let failed = matches!(result.operation_resp, Some(OperationResp::CmdFailure(_)));
                assert!(!failed, "{command}");
            }
        }
    }

    #[test]
    fn an_unwanted_answer_is_not_sent() {
        let mut model = device();
        let operate = Operate {
            command: "Device.Reboot()".to_owned(),
            send_resp: false,
            ..Operate::default()
        };
        let answer = ask(&mut model, ReqType::Operate(operate));
        assert_eq!(answer.msg, None);
        assert_eq!(answer.effects.len(), 1);
    }
}
