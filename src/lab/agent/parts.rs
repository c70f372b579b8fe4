//! What a device does because of its part in the story.

use std::time::Duration;

use super::{Agent, Boot, Task};
use crate::lab::fault::{Fault, RESOURCES_EXCEEDED};
use crate::lab::plot::Part;
use crate::lab::seed;
use crate::lab::wire::{self, Outgoing};
use crate::usp::generated::usp::Msg;

/// One answer in this many is sent twice.
const TWICE: u32 = 9;
/// So long after the first time.
const ECHO: Duration = Duration::from_millis(160);
/// How long a device that died is away: long enough for anybody to call it silent.
const AWAY: Duration = Duration::from_secs(420);
/// And how long it lives then.
const ALIVE: Duration = Duration::from_secs(240);
/// What comes over a device for a while comes again this often, counted from its start.
const CYCLE_SECS: u64 = 300;
/// When the loaded device is slow, and by which factor.
const LOADED_SECS: std::ops::Range<u64> = 55..115;
const LOAD: u32 = 28;
/// When the failing device is out of memory, and which share of requests it refuses then.
const FAILING_SECS: std::ops::Range<u64> = 75..115;
const REFUSED: f64 = 0.7;
/// Record could not be parsed.
const UNREADABLE: u32 = 7100;

impl Agent {
    /// Plans to send an answer a second time, if this device does that.
    pub(super) fn echo(&mut self, at: Duration, outgoing: &Outgoing) {
        if self.identity.plays(Part::Old) && self.answers % TWICE == 4 {
            self.agenda.add(at + ECHO, Task::Again(outgoing.clone()));
        }
    }

    fn cycle_secs(&self, now: Duration) -> u64 {
        now.saturating_sub(self.start).as_secs() % CYCLE_SECS
    }

    /// How many times longer answers take now than usual.
    pub(super) fn load(&self, now: Duration) -> u32 {
        let loaded =
            self.identity.plays(Part::Loaded) && LOADED_SECS.contains(&self.cycle_secs(now));
        if loaded { LOAD } else { 1 }
    }

    /// The refusal of a request while there is no memory; `None`: it is answered as ever.
    pub(super) fn run_short(&mut self, now: Duration, msg: &Msg) -> Option<Msg> {
        let short =
            self.identity.plays(Part::Failing) && FAILING_SECS.contains(&self.cycle_secs(now));
        if !short || self.temper.f64() >= REFUSED {
            return None;
        }
        let fault = Fault::new(RESOURCES_EXCEEDED, "out of memory");
        msg.header.as_ref().map(|h| wire::error(&h.msg_id, fault, Vec::new()))
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
