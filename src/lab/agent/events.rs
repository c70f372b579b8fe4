//! What an Agent does and tells by itself: Boot!, Periodic!, hosts coming and going, finished
//! commands, lost connections.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Agent, Boot, POLL_EVERY, Task};
use crate::lab::answer::{Job, Outcome};
use crate::lab::fault::{COMMAND_CANCELED, Fault};
use crate::lab::fleet::Character;
use crate::lab::model::home::{self, Change};
use crate::lab::model::tree::Place;
use crate::lab::plot::Part;
use crate::lab::{seed, wire};
use crate::usp::generated::usp::notify::operation_complete::{
    CommandFailure, OperationResp, OutputArgs,
};
use crate::usp::generated::usp::notify::{
    Event, Notification, ObjectCreation, ObjectDeletion, OnBoardRequest, OperationComplete,
};

/// A home has at least and at most this many hosts.
const HOSTS: std::ops::RangeInclusive<usize> = 3..=10;

impl Agent {
    /// Plans the first of each recurring event.
    pub(super) fn plan_events(&mut self, start: Duration) {
        let first = self.identity.periodic.mul_f64(self.hosts.f64());
        self.agenda.add(start + first, Task::Periodic);
        self.agenda.add(start + POLL_EVERY, Task::PollValues);
        self.plan_host(start);
        if self.identity.plays(Part::Dying) {
            self.plan_death(start);
        }
        match self.identity.character {
            Character::Flapping => self.plan_flap(start),
            Character::Garbling => self.plan_garbage(start),
            Character::Healthy | Character::Slow | Character::Faulty => {}
        }
    }

    /// Takes stock of the hosts in a fresh model.
    pub(super) fn count_hosts(&mut self) {
        let rows = match self.model.place("Device.Hosts.Host.") {
            Some(Place::Table(table)) => table.rows.len() as u32,
            _ => 0,
        };
        self.at_home = (0..rows).collect();
        self.away.clear();
    }

    fn tell_event(&mut self, at: Duration, object: &str, event: &str, args: &[(&str, String)]) {
        for subscription in self.subscribed(at, "Event", &format!("{object}{event}")) {
            let event = Event {
                obj_path: object.to_owned(),
                event_name: event.to_owned(),
                params: args.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect(),
            };
            self.notify(at, &subscription.id, subscription.retry, Notification::Event(event));
        }
    }

    pub(super) fn tell_boot(&mut self, at: Duration) {
        if !self.online {
            return;
        }
        let Some(boot) = self.boot.take() else { return };
        let map = serde_json::json!({
            "Device.DeviceInfo.SoftwareVersion": self.identity.firmware,
            "Device.DeviceInfo.HardwareVersion": self.identity.product.hardware_version,
        });
        self.tell_event(
            at,
            "Device.",
            "Boot!",
            &[
                ("CommandKey", boot.command_key),
                ("Cause", boot.cause.to_owned()),
                ("FirmwareUpdated", "false".to_owned()),
                ("ParameterMap", map.to_string()),
                ("Reason", boot.reason.to_owned()),
            ],
        );
    }

    pub(super) fn tell_on_board(&mut self, at: Duration) {
        let product = self.identity.product;
        let request = OnBoardRequest {
            oui: product.oui.to_owned(),
            product_class: product.product_class.to_owned(),
            serial_number: self.identity.serial.clone(),
            agent_supported_protocol_versions: wire::PROTOCOL_VERSIONS.to_owned(),
        };
        self.notify(at, "", true, Notification::OnBoardReq(request));
    }

    pub(super) fn periodic(&mut self, at: Duration) {
        let moment = self.moment(at);
        let interval = self.model.value_at(
            "Device.LocalAgent.Controller.1.",
            "PeriodicNotifInterval",
            &moment,
        );
        // A Controller may have set another one; at least a second apart all the same.
        let interval = interval.parse::<u32>().unwrap_or(60).max(1);
        self.agenda.add(at + Duration::from_secs(u64::from(interval)), Task::Periodic);
        self.tell_event(at, "Device.LocalAgent.", "Periodic!", &[]);
    }

    pub(super) fn tell_created(&mut self, at: Duration, path: &str) {
        let moment = self.moment(at);
        let Some(row) = self.model.get(path) else { return };
        let unique_keys = row.unique_keys(&self.schema, &moment);
        for subscription in self.subscribed(at, "ObjectCreation", path) {
            let creation =
                ObjectCreation { obj_path: path.to_owned(), unique_keys: unique_keys.clone() };
            let creation = Notification::ObjCreation(creation);
            self.notify(at, &subscription.id, subscription.retry, creation);
        }
    }

    pub(super) fn tell_deleted(&mut self, at: Duration, path: &str) {
        for subscription in self.subscribed(at, "ObjectDeletion", path) {
            let deletion = Notification::ObjDeletion(ObjectDeletion { obj_path: path.to_owned() });
            self.notify(at, &subscription.id, subscription.retry, deletion);
        }
    }

    fn plan_host(&mut self, at: Duration) {
        let wait = seed::between(&mut self.hosts, Duration::from_secs(9), Duration::from_secs(50));
        self.agenda.add(at + wait, Task::Host);
    }

    /// Somebody comes home, or leaves.
    pub(super) fn host_event(&mut self, at: Duration) {
        self.plan_host(at);
        let leaves = match self.at_home.len() {
            n if n <= *HOSTS.start() => false,
            n if n >= *HOSTS.end() => true,
            _ => self.hosts.bool(),
        };
        let change = if leaves {
            let host = self.at_home.swap_remove(self.hosts.usize(..self.at_home.len()));
            self.away.push(host);
            home::leave(&mut self.model, &self.identity, host)
        } else {
            let known = !self.away.is_empty() && self.hosts.f32() < 0.7;
            let host = if known {
                self.away.swap_remove(self.hosts.usize(..self.away.len()))
            } else {
                (self.at_home.len() + self.away.len()) as u32
            };
            self.at_home.push(host);
            home::join(&mut self.model, &self.identity, host, at)
        };
        let Change { created, deleted } = change;
        for path in created {
            self.tell_created(at, &path);
        }
        for path in deleted {
            self.tell_deleted(at, &path);
        }
    }

    fn plan_flap(&mut self, at: Duration) {
        let wait =
            seed::between(&mut self.breaks, Duration::from_secs(15), Duration::from_secs(25));
        self.agenda.add(at + wait, Task::Flap);
    }

    /// The connection breaks, and the device starts again.
    pub(super) fn flap(&mut self, at: Duration) {
        self.plan_flap(at);
        let away = seed::between(&mut self.breaks, Duration::from_secs(1), Duration::from_secs(4));
        let boot = Boot { cause: "LocalReboot", reason: "Watchdog", command_key: String::new() };
        self.go_down(at, away, Some(boot));
    }

    /// An asynchronous command is done: its row goes, its result is told.
    pub(super) fn finish(&mut self, at: Duration, job: Job) {
        if self.model.remove_row(&job.row) {
            self.tell_deleted(at, &job.row);
        }
        let command = format!("{}{}", job.object, job.command);
        for subscription in self.subscribed(at, "OperationComplete", &command) {
            let response = match &job.outcome {
                Outcome::Output(args) => {
                    let output_args: BTreeMap<String, String> = args.clone();
                    OperationResp::ReqOutputArgs(OutputArgs { output_args })
                }
                Outcome::Failure(fault) => OperationResp::CmdFailure(CommandFailure {
                    err_code: fault.code,
                    err_msg: fault.text.clone(),
                }),
            };
            let complete = OperationComplete {
                obj_path: job.object.clone(),
                command_name: job.command.clone(),
                command_key: job.command_key.clone(),
                operation_resp: Some(response),
            };
            let complete = Notification::OperComplete(complete);
            self.notify(at, &subscription.id, subscription.retry, complete);
        }
    }

    /// Gives up the command that this row tracks.
    pub(super) fn cancel(&mut self, at: Duration, row: &str) {
        let tasks = self.agenda.take_all(|t| matches!(t, Task::Finish(job) if job.row == row));
        for task in tasks {
            if let Task::Finish(job) = task {
                let fault = Fault::new(COMMAND_CANCELED, "cancelled by the Controller");
                self.finish(at, Job { outcome: Outcome::Failure(fault), ..job });
            }
        }
    }
}
