//! An Agent's side of session contexts: answers in segments, and what goes wrong with them.

use std::time::Duration;

use bytes::Bytes;
use prost::Message as _;

use super::{Agent, Channel, Task};
use crate::lab::fault::{NO_SESSION_CONTEXT, SESSION_TERMINATED};
use crate::lab::plot::Part;
use crate::lab::session::{Arrival, Session};
use crate::lab::{tls, wire};
use crate::usp::generated::usp::Msg;
use crate::usp::generated::usp_record::SessionContextRecord;

/// Between two Records of one session.
const APART: Duration = Duration::from_millis(4);
/// Peers with a session at the same time.
const MAX_SESSIONS: usize = 4;
/// Records waiting to be sent; more come from somebody flooding the Agent.
const MAX_OUTBOX: usize = 2_048;
/// Answers with fewer segments arrive whole even from the lossy device.
const WORTH_LOSING: usize = 4;

impl Agent {
    /// Takes a Record of a session, or refuses it.
    pub(super) fn in_session(
        &mut self,
        now: Duration,
        from: &str,
        reply_to: &str,
        context: SessionContextRecord,
        secured: bool,
    ) {
        let willing = self.identity.has_sessions() && secured == self.identity.plays(Part::Secured);
        if !willing {
            let reason = "Session context is not allowed";
            self.refuse(from, reply_to, NO_SESSION_CONTEXT, reason);
            return;
        }
        let known = self.sessions.get(from).is_some_and(|s| s.id() == context.session_id);
        if !known {
            if context.sequence_id != 1 || context.session_id < 2 {
                self.refuse(from, reply_to, SESSION_TERMINATED, "No such session");
                return;
            }
            if self.sessions.len() >= MAX_SESSIONS {
                self.sessions.pop_first();
            }
            let own = &self.identity.endpoint_id;
            let session = Session::new(context.session_id, own, from, secured);
            self.sessions.insert(from.to_owned(), session);
        }
        let Some(session) = self.sessions.get_mut(from) else { return };
        let first = context.sequence_id == 1;
        let Arrival { whole, missing, again } = session.take(context);
        let ask = missing.map(|sequence| session.ask_again(sequence));
        for record in again.into_iter().chain(ask) {
            self.enqueue(now, reply_to, record);
        }
        for payload in whole {
            if secured {
                self.converse(now, from, reply_to, first);
            } else if let Ok(msg) = Msg::decode(payload) {
                self.hear(now, from, reply_to, &msg, Channel::Session);
            }
        }
    }

    /// Says the next thing in a TLS conversation: the handshake's answer, or data.
    fn converse(&mut self, now: Duration, peer: &str, reply_to: &str, first: bool) {
        let Some(session) = self.sessions.get_mut(peer) else { return };
        let records = if first {
            vec![session.pack(tls::server_flight(&mut self.secrets))]
        } else {
            let size = self.secrets.usize(200..12_000);
            let data = tls::data(&mut self.secrets, size);
            session.cut(&data, self.identity.record_size())
        };
        for record in records {
            self.enqueue(now + APART, reply_to, record);
        }
    }

    /// Sends an answer in segments; the lossy device loses some, or ends the session half-way.
    pub(super) fn answer_in_session(&mut self, at: Duration, peer: &str, topic: &str, msg: &Bytes) {
        let most = self.identity.record_size();
        let Some(session) = self.sessions.get_mut(peer) else { return };
        let mut records = session.cut(msg, most);
        let mut ends = false;
        if self.identity.plays(Part::Lossy) && records.len() >= WORTH_LOSING {
            self.segmented += 1;
            match self.segmented % 4 {
                // Sent again when the peer asks for it.
                2 => {
                    records.remove(1);
                }
                3 => {
                    if let Some(twice) = records.get(2).cloned() {
                        records.insert(3, twice);
                    }
                }
                0 => {
                    records.truncate(3);
                    ends = true;
                }
                _ => {}
            }
        }
        for record in records {
            self.enqueue(at, topic, record);
        }
        if ends {
            self.sessions.remove(peer);
            let reason = "Session terminated: out of memory";
            let own = &self.identity.endpoint_id;
            let record = wire::disconnect(own, peer, SESSION_TERMINATED, reason);
            self.enqueue(at, topic, record);
        }
    }

    /// Sends a Record after all those that wait already.
    fn enqueue(&mut self, at: Duration, topic: &str, record: Bytes) {
        if self.outbox.len() >= MAX_OUTBOX {
            return;
        }
        let outgoing = self.outgoing(topic, record);
        self.outbox.push_back(outgoing);
        if self.outbox.len() == 1 {
            self.agenda.add(at, Task::Segment);
        }
    }

    /// Sends the first Record that waits.
    pub(super) fn send_segment(&mut self, at: Duration) {
        if let Some(outgoing) = self.outbox.pop_front() {
            self.publish(outgoing);
        }
        if !self.outbox.is_empty() {
            self.agenda.add(at + APART, Task::Segment);
        }
    }
}
