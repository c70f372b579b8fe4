//! How a Record travels by MQTT (TR-369, MQTT binding), and what else lies on the topics of
//! Endpoints.
//!
//! A publisher by MQTT 3.1.1 has no properties, and neither has what reached us through a 3.1.1
//! connection of our own or a capture without them. So a property is called missing only where
//! it is known that its sender could send it and that we would see it.

use std::hash::BuildHasher;

use hashbrown::HashSet;

use super::code::Code;
use crate::analysis::note::{Note, Reports, report};
use crate::core::ids::{EndpointId, TopicId};
use crate::core::intern::OTHER;
use crate::core::wire::Prop;
use crate::usp::endpoint::split_reply_to;
use crate::usp::kind::{PayloadKind, RecordType};
use crate::usp::scan::mqtt_connect;

/// Topics that Endpoints named as theirs; further ones are not remembered.
const MAX_NAMED: usize = 100_000;

/// Content Types of a Record; the first one is to be sent, both are to be accepted.
const RECORD_TYPES: [&[u8]; 2] = [b"usp.msg", b"application/vnd.bbf.usp.msg"];
/// Content Types of the error packets of USP 1.0 and 1.1.
const ERROR_TYPES: [&[u8]; 2] = [b"usp.error", b"application/vnd.bbf.usp.error"];
/// The User Property of the same age.
const ERR_ID: &[u8] = b"usp-err-id";
const REPLY_TO: &[u8] = b"/reply-to=";

/// What is known of a topic: it was looked at; Records were seen on it, or an Endpoint named it
/// as its own; its name has `/reply-to=` once, or more than once.
const LOOKED_AT: u8 = 1;
const USP: u8 = 2;
const REPLY: u8 = 4;
const REPLIES: u8 = 8;

/// By which MQTT an Endpoint publishes, by the newest evidence.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
enum Mode {
    #[default]
    Unknown,
    V5,
    V311,
}

#[derive(Clone, Copy, Default)]
struct Sender {
    mode: Mode,
    /// Tells whether the Response Topic is the one it had before.
    named: u64,
}

/// See the module text.
#[derive(Default)]
pub(super) struct BindingRules {
    /// By topic.
    topics: Vec<u8>,
    /// By endpoint.
    senders: Vec<Sender>,
    /// Hashes of the topics that Endpoints named as theirs.
    named: HashSet<u64>,
    /// True once anybody's properties were seen: then their absence means something.
    properties_seen: bool,
}

/// The properties of one PUBLISH that matter here.
#[derive(Default)]
struct Found<'a> {
    /// There is one that its publisher has set.
    any: bool,
    content_type: Option<&'a [u8]>,
    response_topic: Option<&'a [u8]>,
    correlation: bool,
    err_id: bool,
}

impl BindingRules {
    pub(super) fn check(&mut self, note: &Note<'_>, reports: &mut Reports) {
        let found = look(note);
        self.properties_seen |= found.any;
        match note.summary.payload {
            PayloadKind::Usp => self.record(note, &found, reports),
            PayloadKind::Suspect => {}
            PayloadKind::Json | PayloadKind::Text | PayloadKind::Binary | PayloadKind::Empty => {
                self.other(note, &found, reports);
            }
        }
    }

    fn record(&mut self, note: &Note<'_>, found: &Found<'_>, reports: &mut Reports) {
        let topic = self.topic(note.topic, note.topic_bytes);
        if topic & USP == 0 {
            self.know(note.topic);
        }
        let mode = self.learn(note, found, topic & REPLY != 0);
        match found.response_topic {
            Some([_, ..]) => {}
            _ if topic & REPLY != 0 || mode == Mode::Unknown => {}
            _ => report(reports, note, Code::ResponseTopicMissing, None),
        }
        match found.content_type {
            Some(label) if RECORD_TYPES.contains(&label) => {}
            Some(_) => report(reports, note, Code::ContentTypeMismatch, None),
            None if mode == Mode::V5 => report(reports, note, Code::ContentTypeMissing, None),
            None => {}
        }
        if topic & REPLIES != 0 {
            report(reports, note, Code::ReplyToRepeated, None);
        }
        if found.correlation {
            report(reports, note, Code::CorrelationData, None);
        }
        if found.err_id {
            report(reports, note, Code::UspErrId, None);
        }
        if note.delivery.retain {
            report(reports, note, Code::RetainedRecord, None);
        }
        if note.delivery.qos == 2 {
            report(reports, note, Code::QosTwo, None);
        }
    }

    /// A payload that does not even look like a Record. On topics of others that is their affair.
    fn other(&mut self, note: &Note<'_>, found: &Found<'_>, reports: &mut Reports) {
        let of_usp = self.is_of_usp(note);
        let label = found.content_type.unwrap_or_default();
        let labelled = RECORD_TYPES.contains(&label);
        if ERROR_TYPES.contains(&label) || (of_usp && reads_as_error(note.payload)) {
            report(reports, note, Code::UspErrorPacket, None);
            if found.err_id {
                report(reports, note, Code::UspErrId, None);
            }
            return;
        }
        match note.summary.payload {
            PayloadKind::Empty => {
                if of_usp || labelled {
                    report(reports, note, Code::EmptyPayload, None);
                }
            }
            // Its sender says that it is one.
            PayloadKind::Binary if labelled => report(reports, note, Code::MalformedRecord, None),
            _ => {
                if labelled {
                    report(reports, note, Code::ContentTypeMismatch, None);
                }
                if of_usp {
                    report(reports, note, Code::NonUsp, None);
                }
            }
        }
    }

    /// Learns by which MQTT the sender publishes and on which topics it listens.
    fn learn(&mut self, note: &Note<'_>, found: &Found<'_>, reply_to: bool) -> Mode {
        let here = match (found.any, reply_to) {
            (true, _) => Mode::V5,
            (false, true) => Mode::V311,
            (false, false) => Mode::Unknown,
        };
        let Some(from) = note.from.filter(|&id| id != EndpointId::OTHER) else { return here };
        let connect = (note.summary.record_type == Some(RecordType::MqttConnect))
            .then(|| mqtt_connect(note.payload));
        let index = from.0 as usize;
        if index >= self.senders.len() {
            self.senders.resize(index + 1, Sender::default());
        }
        let Some(sender) = self.senders.get_mut(index) else { return here };
        if here != Mode::Unknown {
            sender.mode = here;
        } else if let Some((version, _)) = connect {
            sender.mode = if version == 1 { Mode::V5 } else { Mode::V311 };
        }
        let mode = if sender.mode == Mode::V5 && !self.properties_seen {
            Mode::Unknown
        } else {
            sender.mode
        };
        if let Some(topic) = found.response_topic {
            let print = fingerprint(topic);
            if std::mem::replace(&mut sender.named, print) != print {
                self.name(topic);
            }
        }
        if let Some((_, topic)) = connect {
            self.name(topic.as_bytes());
        }
        mode
    }

    /// An Endpoint says that it listens there.
    fn name(&mut self, topic: &[u8]) {
        if self.named.len() < MAX_NAMED {
            let hash = self.named.hasher().hash_one(topic);
            self.named.insert(hash);
        }
    }

    fn is_named(&self, topic: &[u8]) -> bool {
        self.named.contains(&self.named.hasher().hash_one(topic))
    }

    /// What is known of a topic; its name is looked at once.
    fn topic(&mut self, id: TopicId, name: &[u8]) -> u8 {
        if id.0 == OTHER {
            return look_at(name);
        }
        let index = id.0 as usize;
        if index >= self.topics.len() {
            self.topics.resize(index + 1, 0);
        }
        let Some(bits) = self.topics.get_mut(index) else { return 0 };
        if *bits & LOOKED_AT == 0 {
            *bits = look_at(name);
            if *bits & REPLY != 0
                && let Ok(name) = std::str::from_utf8(name)
                && let (_, Some(reply)) = split_reply_to(name)
            {
                let bits = *bits;
                self.name(reply.as_bytes());
                return bits;
            }
        }
        *bits
    }

    /// Records belong on this topic.
    fn know(&mut self, id: TopicId) {
        if id.0 != OTHER
            && let Some(bits) = self.topics.get_mut(id.0 as usize)
        {
            *bits |= USP;
        }
    }

    fn is_of_usp(&mut self, note: &Note<'_>) -> bool {
        if self.topic(note.topic, note.topic_bytes) & USP != 0 {
            return true;
        }
        let base = std::str::from_utf8(note.topic_bytes)
            .map_or(note.topic_bytes, |name| split_reply_to(name).0.as_bytes());
        let named = self.is_named(base);
        if named {
            self.know(note.topic);
        }
        named
    }
}

fn look<'a>(note: &Note<'a>) -> Found<'a> {
    let mut found = Found::default();
    for prop in note.props.iter() {
        match prop {
            Prop::ContentType(label) => found.content_type = Some(label),
            Prop::ResponseTopic(topic) => found.response_topic = Some(topic),
            Prop::CorrelationData(_) => found.correlation = true,
            Prop::User(key, _) => found.err_id |= key == ERR_ID,
            Prop::MessageExpiry(_) | Prop::PayloadFormat(_) => {}
            // The broker's, about our own subscription.
            Prop::SubscriptionId(_) => continue,
        }
        found.any = true;
    }
    found
}

fn look_at(name: &[u8]) -> u8 {
    let mut replies = name.windows(REPLY_TO.len()).filter(|part| *part == REPLY_TO);
    match (replies.next(), replies.next()) {
        (None, _) => LOOKED_AT,
        (Some(_), None) => LOOKED_AT | REPLY,
        (Some(_), Some(_)) => LOOKED_AT | REPLY | REPLIES,
    }
}

/// Two lines, `err_code:` and `err_msg:`.
pub(super) fn reads_as_error(payload: &[u8]) -> bool {
    let Some(rest) = payload.strip_prefix(b"err_code:") else { return false };
    let mut lines = rest.splitn(2, |byte| *byte == b'\n');
    let code = lines.next().unwrap_or_default().trim_ascii();
    !code.is_empty()
        && code.iter().all(u8::is_ascii_digit)
        && lines.next().is_some_and(|line| line.starts_with(b"err_msg:"))
}

/// Length and the last bytes: topics of devices differ at the end. Two that share it cost a
/// remark, no more.
fn fingerprint(topic: &[u8]) -> u64 {
    let tail = topic.last_chunk::<8>().map_or(1, |tail| u64::from_le_bytes(*tail));
    tail ^ (topic.len() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn error_packets_are_two_lines() {
        assert!(reads_as_error(b"err_code:7004\nerr_msg:no"));
        assert!(reads_as_error(b"err_code: 7004\r\nerr_msg:"));
        for no in [&b"err_code:\nerr_msg:x"[..], b"err_code:7004", b"err_code:7x\nerr_msg:x", b""] {
            assert!(!reads_as_error(no));
        }
    }

    #[test]
    fn reply_topics_are_counted() {
        assert_eq!(look_at(b"a/b"), LOOKED_AT);
        assert_eq!(look_at(b"a/reply-to=x"), LOOKED_AT | REPLY);
        assert_eq!(look_at(b"a/reply-to=x/reply-to=y"), LOOKED_AT | REPLY | REPLIES);
    }
}
