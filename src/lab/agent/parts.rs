//! What a device does because of its part in the story.

use std::time::Duration;

use super::{Agent, Boot, Task};
use crate::lab::plot::Part;
use crate::lab::seed;
use crate::lab::wire::Outgoing;

/// One answer in this many is sent twice.
const TWICE: u32 = 9;
/// So long after the first time.
const ECHO: Duration = Duration::from_millis(160);
/// How long a device that died is away: long enough for anybody to call it silent.
const AWAY: Duration = Duration::from_secs(420);
/// And how long it lives then.
const ALIVE: Duration = Duration::from_secs(240);
/// Record could not be parsed.
const UNREADABLE: u32 = 7100;

impl Agent {
    /// Plans to send an answer a second time, if this device does that.
    pub(super) fn echo(&mut self, at: Duration, outgoing: &Outgoing) {
        if self.identity.plays(Part::AnswersTwice) && self.answers % TWICE == 4 {
            self.agenda.add(at + ECHO, Task::Again(outgoing.clone()));
        }
    }

    /// Plans the first death.
    pub(super) fn plan_death(&mut self, start: Duration) {
        let (low, high) = (Duration::from_secs(22), Duration::from_secs(27));
        let wait = seed::between(&mut self.breaks, low, high);
        self.agenda.add(start + wait, Task::Die);
    }

    /// The power is gone, for minutes.
    pub(super) fn die(&mut self, at: Duration) {
        self.agenda.add(at + AWAY + ALIVE, Task::Die);
        let boot = Boot { cause: "LocalReboot", reason: "Power on", command_key: String::new() };
        self.go_down(at, AWAY, Some(boot));
    }

    /// What old firmware says to a Record whose Msg it can't read: an error packet in text
    /// (TR-369 MQTT binding, deprecated since 1.2). Others say nothing.
    pub(super) fn complain(&mut self, from: &str, reply_to: &str) {
        if !self.identity.plays(Part::Old) {
            return;
        }
        let text = format!("err_code:{UNREADABLE}\nerr_msg:Message could not be parsed\n");
        self.publish(Outgoing {
            topic: reply_to.to_owned(),
            payload: text.into(),
            qos: self.identity.qos,
            content_type: Some("usp.error"),
            response_topic: Some(self.identity.topic()),
            user: Some(("usp-err-id", format!("{from}/"))),
            ..Outgoing::default()
        });
    }
}
