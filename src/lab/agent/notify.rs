//! Sends notifications and repeats those that want an acknowledgement (TR-369 notification
//! retry).

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Agent, Task};
use crate::lab::seed;
use crate::lab::wire::{self, Outgoing};
use crate::usp::generated::usp::Notify;
use crate::usp::generated::usp::notify::Notification;
use crate::usp::generated::usp::request::ReqType;

/// `USPNotifRetryMinimumWaitInterval`, seconds.
const MINIMUM_WAIT_SECS: f64 = 5.0;
/// `USPNotifRetryIntervalMultiplier` / 1000.
const MULTIPLIER: f64 = 2.0;
/// From this attempt on the wait grows no more.
const LAST_GROWTH: i32 = 10;
/// More unacknowledged notifications than this: the oldest is given up.
const MAX_WAITING: usize = 32;

/// Counts notifications and remembers the unacknowledged ones.
pub(super) struct Notifier {
    counters: BTreeMap<&'static str, u64>,
    waiting: Vec<Waiting>,
    rng: fastrand::Rng,
}

struct Waiting {
    msg_id: String,
    outgoing: Outgoing,
    /// How often it was sent.
    attempts: i32,
}

impl Notifier {
    pub(super) fn new(rng: fastrand::Rng) -> Self {
        Self { counters: BTreeMap::new(), waiting: Vec::new(), rng }
    }

    /// Forgets everything, as a boot does.
    pub(super) fn reset(&mut self) {
        self.counters.clear();
        self.waiting.clear();
    }

    /// A NotifyResp came; its subscription_id is not looked at.
    pub(super) fn acknowledged(&mut self, msg_id: &str) {
        self.waiting.retain(|w| w.msg_id != msg_id);
    }

    fn next_id(&mut self, kind: &'static str, time: &str) -> String {
        let counter = self.counters.entry(kind).or_default();
        *counter += 1;
        format!("{kind}-{time}-{counter}")
    }

    /// The time until attempt `attempts` + 1.
    fn wait(&mut self, attempts: i32) -> Duration {
        let n = attempts.min(LAST_GROWTH);
        let low = MINIMUM_WAIT_SECS * MULTIPLIER.powi(n - 1);
        let high = MINIMUM_WAIT_SECS * MULTIPLIER.powi(n);
        let (low, high) = (Duration::from_secs_f64(low), Duration::from_secs_f64(high));
        seed::between(&mut self.rng, low, high)
    }
}

/// The kind's name in msg_ids.
fn kind_name(notification: &Notification) -> &'static str {
    match notification {
        Notification::Event(_) => "Event",
        Notification::ValueChange(_) => "ValueChange",
        Notification::ObjCreation(_) => "ObjectCreation",
        Notification::ObjDeletion(_) => "ObjectDeletion",
        Notification::OperComplete(_) => "OperationComplete",
        Notification::OnBoardReq(_) => "OnBoardRequest",
    }
}

impl Agent {
    /// Sends a notification to the Controller.
    pub(super) fn notify(
        &mut self,
        at: Duration,
        subscription_id: &str,
        send_resp: bool,
        notification: Notification,
    ) {
        // A device that is down notices nothing.
        if !self.online && self.boot.is_some() {
            return;
        }
        let kind = kind_name(&notification);
        let msg_id = self.notifier.next_id(kind, &self.moment(at).date_time());
        let notify = Notify {
            subscription_id: subscription_id.to_owned(),
            send_resp,
            notification: Some(notification),
        };
        let msg = wire::request(&msg_id, ReqType::Notify(notify));
        let record =
            wire::record(&self.identity.endpoint_id, &self.around.controller_endpoint_id, &msg);
        let outgoing = self.outgoing(&self.around.controller_topic, record);
        if send_resp {
            if self.notifier.waiting.len() >= MAX_WAITING {
                self.notifier.waiting.remove(0);
            }
            let wait = self.notifier.wait(1);
            self.agenda.add(at + wait, Task::Retry(msg_id.clone()));
            let waiting = Waiting { msg_id, outgoing: outgoing.clone(), attempts: 1 };
            self.notifier.waiting.push(waiting);
        }
        self.publish(outgoing);
    }

    /// Sends the same bytes again if nobody acknowledged them.
    pub(super) fn retry(&mut self, at: Duration, msg_id: &str) {
        let notifier = &mut self.notifier;
        let Some(waiting) = notifier.waiting.iter_mut().find(|w| w.msg_id == msg_id) else {
            return;
        };
        waiting.attempts += 1;
        let (attempts, outgoing) = (waiting.attempts, waiting.outgoing.clone());
        let wait = notifier.wait(attempts);
        self.agenda.add(at + wait, Task::Retry(msg_id.to_owned()));
        self.publish(outgoing);
    }
}
