//! What the Controller does about requests that aren't answered: it repeats the harmless ones
//! once, byte for byte, and then gives up.

use std::collections::HashMap;
use std::time::Duration;

use super::{Controller, Output, Task};
use crate::lab::wire::Outgoing;
use crate::usp::generated::usp::Msg;
use crate::usp::generated::usp::header::MsgType;

/// Until a request is repeated.
const REPEAT_AFTER: Duration = Duration::from_secs(10);
/// And from then until it is given up.
const GIVE_UP_AFTER: Duration = Duration::from_secs(20);

/// Open requests by Endpoint ID and msg_id; what can be repeated.
#[derive(Default)]
pub(super) struct Chase(HashMap<(String, String), Option<Outgoing>>);

/// True if asking twice changes nothing.
fn is_harmless(msg: &Msg) -> bool {
    let kind = msg.header.as_ref().map(|h| h.msg_type());
    matches!(
        kind,
        Some(
            MsgType::Get
                | MsgType::GetInstances
                | MsgType::GetSupportedDm
                | MsgType::GetSupportedProto
        )
    )
}

impl Controller {
    /// Remembers a request that was just sent; `outgoing` is what would be repeated.
    pub(super) fn remember(
        &mut self,
        at: Duration,
        endpoint_id: &str,
        msg_id: &str,
        msg: &Msg,
        outgoing: Option<Outgoing>,
    ) {
        if let Some(device) = self.devices.get_mut(endpoint_id) {
            device.open += 1;
        }
        let repeatable = outgoing.filter(|_| is_harmless(msg));
        let wait = if repeatable.is_some() { REPEAT_AFTER } else { REPEAT_AFTER + GIVE_UP_AFTER };
        let key = (endpoint_id.to_owned(), msg_id.to_owned());
        self.agenda.add(at + wait, Task::Chase(key.0.clone(), key.1.clone()));
        self.chase.0.insert(key, repeatable);
    }

    /// Repeats a request or gives it up.
    pub(super) fn chase(&mut self, at: Duration, endpoint_id: String, msg_id: String) {
        let key = (endpoint_id, msg_id);
        let Some(entry) = self.chase.0.get_mut(&key) else { return };
        if let Some(outgoing) = entry.take() {
            if self.online && self.take_token(at) {
                self.outputs.push(Output::Publish(outgoing));
            }
            self.agenda.add(at + GIVE_UP_AFTER, Task::Chase(key.0, key.1));
            return;
        }
        self.chase.0.remove(&key);
        if let Some(device) = self.devices.get_mut(&key.0) {
            device.open = device.open.saturating_sub(1);
            device.unanswered += 1;
        }
    }

    /// An answer came.
    pub(super) fn answered(&mut self, from: &str, msg: &Msg) {
        let Some(header) = &msg.header else { return };
        let key = (from.to_owned(), header.msg_id.clone());
        if self.chase.0.remove(&key).is_some()
            && let Some(device) = self.devices.get_mut(from)
        {
            device.open = device.open.saturating_sub(1);
        }
    }

    /// A device won't answer any more what it was asked before.
    pub(super) fn forget_open(&mut self, endpoint_id: &str) {
        self.chase.0.retain(|(id, _), _| id != endpoint_id);
        if let Some(device) = self.devices.get_mut(endpoint_id) {
            device.open = 0;
        }
    }
}
