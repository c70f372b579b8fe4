//! The Controller's side of session contexts: requests in segments, answers put together, a
//! conversation within TLS.

use std::time::Duration;

use bytes::Bytes;
use prost::Message as _;

use super::{Controller, Device, ENDPOINT_ID, Output, Part, Task};
use crate::lab::session::{Arrival, Session};
use crate::lab::wire::Outgoing;
use crate::lab::{seed, tls, wire};
use crate::usp::generated::usp::Msg;
use crate::usp::generated::usp_record::SessionContextRecord;

/// What it puts into one Record of a session, bytes.
const RECORD_SIZE: usize = 384;
/// Between two segments of a request.
const APART: Duration = Duration::from_millis(2);
/// From the first sight of a device until a secured session with it begins.
pub(super) const FIRST_WORD: Duration = Duration::from_secs(8);
/// From the ClientHello until the handshake is finished.
const HANDSHAKE: Duration = Duration::from_millis(250);

/// The session with a device; a new one if there is none.
fn session_of<'a>(device: &'a mut Device, endpoint_id: &str) -> &'a mut Session {
    let secured = device.parts.contains(&Part::Secured);
    let rng = &mut device.rng;
    device.session.get_or_insert_with(|| {
        Session::new(rng.u64(2..0x1_0000_0000), ENDPOINT_ID, endpoint_id, secured)
    })
}

impl Controller {
    /// Sends a request in the way this device wants it.
    pub(super) fn send_request(
        &mut self,
        at: Duration,
        endpoint_id: &str,
        msg_id: &str,
        msg: &Msg,
    ) {
        let Some(device) = self.devices.get_mut(endpoint_id) else { return };
        if device.parts.iter().any(|part| matches!(part, Part::InSession | Part::Lossy)) {
            let payload = Bytes::from(msg.encode_to_vec());
            let records = session_of(device, endpoint_id).cut(&payload, RECORD_SIZE);
            let outgoing: Vec<Outgoing> =
                records.into_iter().map(|record| Self::outgoing(device, record)).collect();
            for (n, outgoing) in (0..).zip(outgoing) {
                self.agenda.add(at + APART * n, Task::Send(outgoing));
            }
            self.remember(at, endpoint_id, msg_id, msg, None);
        } else {
            let outgoing = Self::outgoing(device, wire::record(ENDPOINT_ID, endpoint_id, msg));
            self.outputs.push(Output::Publish(outgoing.clone()));
            self.remember(at, endpoint_id, msg_id, msg, Some(outgoing));
        }
    }

    /// Takes a Record of a session; gives the Msgs that are whole now.
    pub(super) fn in_session(
        &mut self,
        now: Duration,
        from: &str,
        context: &SessionContextRecord,
    ) -> Vec<Msg> {
        let Some(device) = self.devices.get_mut(from) else { return Vec::new() };
        let Some(session) = device.session.as_mut() else { return Vec::new() };
        if session.id() != context.session_id {
            return Vec::new();
        }
        let Arrival { whole, missing, again } = session.take(context.clone());
        let ask = missing.map(|sequence| session.ask_again(sequence));
        for record in again.into_iter().chain(ask) {
            let outgoing = Self::outgoing(device, record);
            self.agenda.add(now + APART, Task::Send(outgoing));
        }
        if device.parts.contains(&Part::Secured) {
            return Vec::new();
        }
        whole.into_iter().filter_map(|payload| Msg::decode(payload).ok()).collect()
    }

    /// The session with a device is over; what is said next begins a new one.
    pub(super) fn end_session(&mut self, endpoint_id: &str) {
        if let Some(device) = self.devices.get_mut(endpoint_id) {
            device.session = None;
            device.said = 0;
        }
    }

    /// Says the next thing in a secured session.
    pub(super) fn converse(&mut self, at: Duration, endpoint_id: String) {
        let Some(device) = self.devices.get_mut(&endpoint_id) else { return };
        device.said += 1;
        let said = device.said;
        let payloads = match said {
            1 => vec![tls::client_hello(&mut device.rng, "cpe.demo.example")],
            2 => tls::client_finished(&mut device.rng),
            _ => {
                let size = device.rng.usize(120..700);
                vec![tls::data(&mut device.rng, size)]
            }
        };
        let record = session_of(device, &endpoint_id).pack(payloads);
        let outgoing = Self::outgoing(device, record);
        let wait = if said == 1 {
            HANDSHAKE
        } else {
            let (low, high) = (Duration::from_secs(6), Duration::from_secs(14));
            seed::between(&mut device.rng, low, high)
        };
        self.agenda.add(at + wait, Task::Converse(endpoint_id));
        self.agenda.add(at, Task::Send(outgoing));
    }
}
