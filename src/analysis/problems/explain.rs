//! The words for one problem of one message, with its particulars. For people and for JSON; made
//! when looked at, from what is kept.

use std::borrow::Cow;

use super::binding::reads_as_error;
use super::code::Code;
use super::stray::is_stray;
use super::trouble::Proof;
use crate::analysis::Snapshot;
use crate::analysis::endpoints::EndpointInfo;
use crate::analysis::exchanges::Exchange;
use crate::analysis::sessions::Loss;
use crate::core::ids::EndpointId;
use crate::core::wire::Prop;
use crate::store::RowRef;
use crate::store::row::Pair;
use crate::usp::decode::{decode, decode_msg};
use crate::usp::endpoint;
use crate::usp::error;
use crate::usp::generated::usp::{Msg, body::MsgBody, notify, request::ReqType};
use crate::usp::kind::{MsgKind, NotificationKind, PayloadKind, RecordType};
use crate::usp::outcome::{Failure, outcome};
use crate::usp::scan::{mqtt_connect, scan, scan_msg};
use crate::usp::summary::{SessionHead, Summary};
use crate::usp::text::line::Line;
use crate::usp::wire::WireReader;

/// Longest text in characters.
pub const MAX_TEXT: usize = 200;

/// Says in at most [`MAX_TEXT`] characters what is odd about this message in particular; the
/// catalogue's title where there is nothing particular to say. Control and invisible characters
/// are escaped.
#[must_use]
pub fn explain(code: Code, row: RowRef<'_>, snapshot: &Snapshot) -> String {
    let mut words = Words { line: Line::new(MAX_TEXT), code, row, snapshot };
    if words.particulars().is_none() || words.line.is_empty() {
        return code.entry().title.to_owned();
    }
    words.line.finish()
}

struct Words<'a> {
    line: Line,
    code: Code,
    row: RowRef<'a>,
    snapshot: &'a Snapshot,
}

impl<'a> Words<'a> {
    /// `None` where something it takes is not known (any more).
    fn particulars(&mut self) -> Option<()> {
        let row = self.row;
        let record = scan(row.payload());
        let whole = self.snapshot.msg_bytes(row).filter(|_| row.whole);
        let summary = match whole {
            Some(bytes) => {
                let (msg, malformed) = scan_msg(bytes);
                Summary { msg: Some(msg), msg_bytes: whole, malformed, ..record }
            }
            None => record,
        };
        match self.code {
            Code::MalformedRecord
            | Code::RecordFieldMissing
            | Code::RecordTypeMissing
            | Code::MalformedMsg => {
                let fault = summary.malformed?;
                self.say(&format!("{} at byte {}", fault.reason, fault.offset));
            }
            Code::RecordVersion => self.quote("version is ", summary.version),
            Code::EndpointIdInvalid => self.endpoint_ids(&summary)?,
            Code::SameEndpoint => self.quote("from_id and to_id are both ", summary.from),
            Code::TypeMismatch => {
                let msg = summary.msg?;
                let body = msg.kind?.name();
                match MsgKind::from_header(msg.header_type) {
                    Some(named) => {
                        self.say(&format!("msg_type says {}, the body is {body}", named.name()));
                    }
                    None => self.say(&format!(
                        "msg_type is the unknown number {}, the body is {body}",
                        msg.header_type
                    )),
                }
            }
            Code::HeaderMissing | Code::MsgIdEmpty => {
                self.say(self.code.entry().title);
                self.say(&format!(": this {} can't be answered", row.type_label()));
            }
            Code::UnsignedCertificate | Code::RequestsInvisible => return None,
            Code::RoleConflict => {
                self.name("", row.from);
                self.say(" acts as Agent and as Controller");
            }
            Code::NonUsp => self.non_usp(),
            Code::EmptyPayload => {
                self.say(if row.delivery().retain {
                    "an empty retained PUBLISH deletes the topic's retained message"
                } else {
                    "PUBLISH without a payload"
                });
            }
            Code::UspErrorPacket => self.error_packet(),
            _ => return self.transport(&summary),
        }
        Some(())
    }

    /// How it travelled.
    fn transport(&mut self, summary: &Summary<'_>) -> Option<()> {
        let row = self.row;
        match self.code {
            Code::ResponseTopicMissing => {
                let v5 = row.props().iter().next().is_some();
                self.say(if v5 {
                    "no Response Topic property: where the sender can be reached is not said"
                } else {
                    "neither a Response Topic nor /reply-to=: where the sender can be reached is not said"
                });
            }
            Code::ContentTypeMissing => self.say("no Content Type; a Record carries usp.msg"),
            Code::ContentTypeMismatch => {
                let label = row.props().content_type()?;
                self.quote("Content Type is ", &String::from_utf8_lossy(label));
                self.say(match row.payload_kind {
                    PayloadKind::Usp => "; a Record carries usp.msg",
                    PayloadKind::Json => "; the payload is JSON",
                    _ => "; the payload is no Record",
                });
            }
            Code::RetainedRecord => {
                self.say("retain flag set: the broker keeps it for everyone who subscribes later");
            }
            Code::QosTwo => self.say("delivered with QoS 2; QoS 0 and 1 are what everybody has"),
            Code::CorrelationData => {
                let len = row.props().iter().find_map(|prop| match prop {
                    Prop::CorrelationData(data) => Some(data.len()),
                    _ => None,
                })?;
                self.say(&format!(
                    "{len} bytes of Correlation Data; answers are matched by msg_id"
                ));
            }
            Code::UspErrId => {
                let value = row.props().iter().find_map(|prop| match prop {
                    Prop::User(b"usp-err-id", value) => Some(value),
                    _ => None,
                })?;
                self.quote("usp-err-id is ", &String::from_utf8_lossy(value));
            }
            Code::ReplyToRepeated => {
                let (base, reply) = endpoint::split_reply_to(self.snapshot.topic_name(row.topic));
                let times = self.snapshot.topic_name(row.topic).matches("/reply-to=").count();
                self.quote("topic ", base);
                self.quote(&format!(" has /reply-to= {times} times; the last is "), &reply?);
            }
            Code::UnexpectedTopic => {
                self.name("", row.from);
                self.name(" sent this to ", row.to);
                self.quote(" on topic ", self.snapshot.topic_name(row.topic));
            }
            Code::WrongDeviceTopic => {
                self.name("", row.to);
                if let Some(reach) = row.to.and_then(|id| self.snapshot.endpoint_info(id)?.reach())
                {
                    self.quote(" is reached at ", &reach.topic);
                }
                self.quote(", this went to ", self.snapshot.topic_name(row.topic));
                let owner = self.proof().and_then(|proof| self.snapshot.row(proof.other?));
                if let Some(owner) = owner {
                    self.name(", where ", owner.from);
                    self.say(&format!(" is (#{})", owner.seq.0));
                }
            }
            Code::TopicShared => {
                let topic = self.own_topic(row)?;
                self.name("", row.from);
                self.quote(" is reached at ", &topic);
                let other = self.proof().and_then(|proof| self.snapshot.row(proof.other?));
                if let Some(other) = other {
                    self.name(", and so is ", other.from);
                    self.say(&format!(" (#{})", other.seq.0));
                }
                let client = row.from.and_then(|id| self.snapshot.client_id(id));
                if let Some(client) = client {
                    self.quote("; client ID ", client);
                }
            }
            Code::TwoResponseTopics => {
                let topic = self.own_topic(row)?;
                self.name("", row.from);
                self.quote(" is reached at ", &topic);
                let before = self.proof().and_then(|proof| self.snapshot.row(proof.other?));
                let named = before.and_then(|before| Some((before.seq, self.own_topic(before)?)));
                match named.filter(|(_, other)| *other != topic) {
                    Some((seq, other)) => self.quote(&format!(" again, in #{} at ", seq.0), &other),
                    None => self.say(" again, and in between at another topic"),
                }
            }
            Code::AnswerTopicMismatch => {
                let request = self.request_row()?;
                let asked = self.snapshot.reply_topic(request)?;
                self.quote("the request's Response Topic is ", &asked);
                self.quote(", this went to ", self.snapshot.topic_name(row.topic));
            }
            _ => return self.exchange(summary),
        }
        Some(())
    }

    /// What it is to other messages.
    fn exchange(&mut self, summary: &Summary<'_>) -> Option<()> {
        let row = self.row;
        let of_row = self.snapshot.exchange_of(row);
        match self.code {
            Code::Unanswered => {
                let exchange = of_row?;
                let secs = self.limit_secs(exchange);
                self.say(&format!("request #{} was ", row.seq.0));
                match (exchange.answer, exchange.latency_nanos()) {
                    (Some(answer), Some(nanos)) => self.say(&format!(
                        "not answered within {secs} s; #{} came after {}",
                        answer.0,
                        secs_text(nanos)
                    )),
                    _ => self.say(&format!("never answered within {secs} s")),
                }
                if exchange.attempts > 1 {
                    self.say(&format!("; it was sent {} times", exchange.attempts));
                }
            }
            Code::LateAnswer => {
                let exchange = of_row?;
                let (request, nanos) = (exchange.request?, exchange.latency_nanos()?);
                let secs = self.limit_secs(exchange);
                self.say(&format!(
                    "answers #{} after {}; the limit is {secs} s",
                    request.0,
                    secs_text(nanos)
                ));
            }
            Code::OrphanAnswer => {
                self.quote("no request with msg_id ", row.msg_id());
                self.name(" from ", row.to);
                self.say(" was seen");
            }
            Code::MsgIdReused => {
                self.quote("msg_id ", row.msg_id());
                self.other(" was still open in request ");
            }
            Code::WrongAnswerType => {
                let request = of_row?;
                self.say(&format!(
                    "{} answers #{}, a {}",
                    row.type_label(),
                    request.request?.0,
                    request.kind.label()
                ));
            }
            Code::DuplicateAnswer => {
                let exchange = of_row?;
                self.say(&format!(
                    "request #{} was answered before by #{}",
                    exchange.request?.0, exchange.answer?.0
                ));
            }
            Code::RequestRepeated | Code::RetryStorm | Code::NotifyUnacknowledged => {
                self.repeat(of_row?)?;
            }
            Code::Redelivered => {
                self.say(if row.delivery().dup {
                    "DUP flag set"
                } else {
                    "the same again within 50 ms, by QoS 1 or 2"
                });
                if let Some(Pair::RepeatOf { first }) = row.pair() {
                    self.say(&format!("; first seen as #{}", first.0));
                }
            }
            Code::LostByRestart => {
                self.name("", row.to);
                self.say(" restarted");
                self.other(" in ");
                self.say(&format!(" before it answered #{}", row.seq.0));
            }
            Code::UnexpectedAnswer => {
                self.say("send_resp=false");
                self.other(" in ");
                self.say(", answered all the same");
            }
            Code::AnswersForAnother => {
                let request = self.proof()?.other?;
                let asked = self.snapshot.row(request)?.to;
                self.say(&format!("#{} asked ", request.0));
                self.name("", asked);
                self.name("; this answer is from ", row.from);
            }
            _ => return self.session(summary),
        }
        Some(())
    }

    fn session(&mut self, summary: &Summary<'_>) -> Option<()> {
        let row = self.row;
        match self.code {
            Code::SegmentMissing => self.missing_numbers(&summary.session?),
            Code::SegmentsAbandoned => self.given_up(&summary.session?),
            Code::SegmentDuplicate | Code::SegmentConflict | Code::JoinedLate => {
                let head = summary.session?;
                self.say(match self.code {
                    Code::SegmentDuplicate => "again sequence_id ",
                    Code::SegmentConflict => "different content for sequence_id ",
                    _ => "the beginning was not seen before sequence_id ",
                });
                self.say(&format!("{} of session {}", head.sequence_id, head.session_id));
                self.other("; see ");
            }
            Code::SessionIdInvalid => {
                self.say(&format!("session_id is {}", summary.session?.session_id));
            }
            Code::SecurityChanged => {
                let session = summary.session?.session_id;
                self.say(&format!(
                    "payload_security is now {} in session {session}",
                    if summary.secured { "TLS12" } else { "PLAINTEXT" }
                ));
                self.other(", unlike in ");
            }
            Code::RetransmitRequested => {
                let head = summary.session?;
                self.say(&format!(
                    "asks for sequence_id {} of session {} again",
                    head.retransmit_id, head.session_id
                ));
            }
            Code::TlsWithoutSession => {
                let kind = summary.record_type?.name();
                self.say(&format!("payload_security is TLS12 in a {kind} Record"));
            }
            Code::NotTls => {
                let first = first_payload_bytes(row.payload())?;
                let hex: Vec<String> = first.iter().map(|byte| format!("{byte:02x}")).collect();
                self.say(&format!(
                    "payload_security is TLS12, but the payload begins with {}",
                    hex.join(" ")
                ));
            }
            Code::SessionEnded => {
                let record = decode(row.payload()).record?;
                let value = crate::usp::json::record_json(&record);
                let code =
                    value.get("reason_code")?.as_u64().and_then(|n| u32::try_from(n).ok())?;
                self.say(&format!("Disconnect {}", error::label(code)));
                if let Some(reason) = value.get("reason").and_then(|r| r.as_str()) {
                    self.quote(": ", reason);
                }
            }
            _ => return self.outcome(),
        }
        Some(())
    }

    fn outcome(&mut self) -> Option<()> {
        let row = self.row;
        match self.code {
            Code::RequestFailed | Code::RequestPartlyFailed | Code::CommandFailed => {
                let failures = self.failures()?;
                // The whole Msg's code often says less than what is inside.
                let first = failures.get(1).filter(|_| row.msg_kind == Some(MsgKind::Error));
                self.failure(first.or(failures.first())?);
                if failures.len() > 1 {
                    let inside = failures.len() - usize::from(first.is_some());
                    if inside > 1 {
                        self.say(&format!(" (1 of {inside})"));
                    }
                }
            }
            Code::StrayErrorCode => {
                let completes = row.notification == Some(NotificationKind::OperationComplete);
                let asked = self.snapshot.exchange_of(row).filter(|e| e.request.is_some());
                let kind = match (row.msg_kind?, asked) {
                    (MsgKind::Error, Some(exchange)) => exchange.kind,
                    (kind, _) => kind,
                };
                let failures = self.failures()?;
                let stray = failures.iter().find(|f| is_stray(kind, completes, f.code))?;
                self.failure(stray);
                self.say(&format!(" is not meant for {}", kind.label()));
            }
            Code::ResultWithoutStatus => return None,
            Code::BootStorm | Code::ReconnectLoop => {
                self.name("", row.from);
                let first = self.proof().and_then(|proof| self.snapshot.row(proof.other?));
                let within = first.map(|first| (first.seq.0, row.at.nanos_since(first.at)));
                match (self.code, within) {
                    (Code::BootStorm, Some((first, nanos))) => {
                        let secs = secs_text(nanos);
                        self.say(&format!(
                            " is the twentieth device to boot in {secs}, #{first} on"
                        ));
                    }
                    (Code::BootStorm, None) => {
                        self.say(" is one of twenty devices or more that booted within a minute");
                    }
                    (_, Some((first, nanos))) => {
                        let secs = secs_text(nanos);
                        self.say(&format!(" connected four times in {secs}, #{first} on"));
                    }
                    (_, None) => self.say(" connected four times or more within five minutes"),
                }
            }
            Code::UnexpectedRestart => {
                self.name("", row.from);
                self.say(" restarted without being asked");
                if let Some(cause) = self.cause() {
                    self.quote("; Cause is ", &cause);
                }
                let info = row.from.and_then(|id| self.snapshot.endpoint_info(id));
                if let Some(times @ 2..) = info.map(EndpointInfo::restarts) {
                    self.say(&format!("; {times} restarts of it were seen"));
                }
            }
            Code::DeviceSilent => {
                self.name("nothing more from ", row.from);
                self.say(" after this");
            }
            Code::ErrorRateJump => {
                self.name("", row.from);
                self.say(" failed five of its last 20 requests or more, far more than before");
            }
            Code::LatencyJump => {
                self.say(&format!("this answer took {}", secs_text(row.latency_nanos()?)));
                self.name(", and most of the last ten from ", row.from);
                self.say(" four times as long as usual");
            }
            _ => return None,
        }
        Some(())
    }

    fn say(&mut self, words: &str) {
        self.line.push(words);
    }

    fn quote(&mut self, before: &str, value: &str) {
        self.line.push(before);
        self.line.quoted(value);
    }

    fn name(&mut self, before: &str, id: Option<EndpointId>) {
        self.line.push(before);
        match id {
            Some(id) => self.line.text(self.snapshot.endpoint_name(id)),
            None => self.line.push("an unknown Endpoint"),
        }
    }

    /// Names the other message that proves it, if it is still known.
    fn other(&mut self, before: &str) {
        if let Some(Proof { other: Some(seq), .. }) = self.proof() {
            self.say(&format!("{before}#{}", seq.0));
        }
    }

    /// What was reported for this message, while it is among the newest proofs.
    fn proof(&self) -> Option<Proof> {
        let (row, code) = (self.row, self.code);
        let troubles = self.snapshot.troubles();
        let of = |id: Option<EndpointId>| {
            id.into_iter().flat_map(|id| troubles.of_endpoint(id)).find(|t| t.code == code)
        };
        let of_topic = troubles.of_topic(row.topic).find(|t| t.code == code);
        let of_nobody = troubles.of_nobody().find(|t| t.code == code);
        [of(row.from), of(row.to), of_topic, of_nobody]
            .into_iter()
            .flatten()
            .flat_map(|trouble| trouble.proofs())
            .find(|proof| proof.subject == Some(row.seq))
    }

    fn endpoint_ids(&mut self, summary: &Summary<'_>) -> Option<()> {
        let both = [("from_id ", summary.from), ("to_id ", summary.to)];
        let (field, id, why) = both.into_iter().find_map(|(field, id)| {
            endpoint::EndpointId::parse(id).err().map(|why| (field, id, why))
        })?;
        self.quote(field, id);
        self.say(&format!(": {why}"));
        Some(())
    }

    fn non_usp(&mut self) {
        let row = self.row;
        self.say(&format!("{} of {} bytes", row.type_label(), row.size()));
        if let Some(label) = row.props().content_type() {
            self.quote(", Content Type ", &String::from_utf8_lossy(label));
        }
        self.quote(", on topic ", self.snapshot.topic_name(row.topic));
    }

    fn error_packet(&mut self) {
        let payload = self.row.payload();
        if reads_as_error(payload) {
            let cut = payload.get(..2 * MAX_TEXT).unwrap_or(payload);
            let text = String::from_utf8_lossy(cut);
            self.say("error packet: ");
            let parts: Vec<&str> = text.split(['\r', '\n']).filter(|p| !p.is_empty()).collect();
            self.line.text(&parts.join(", "));
        } else {
            self.say("Content Type usp.error, but not the two lines err_code: and err_msg:");
        }
    }

    fn limit_secs(&self, exchange: &Exchange) -> i64 {
        self.snapshot.analysis_budgets().timeout_nanos(exchange.kind) / 1_000_000_000
    }

    fn repeat(&mut self, exchange: &Exchange) -> Option<()> {
        let row = self.row;
        let Some(Pair::RepeatOf { first }) = row.pair() else { return None };
        if exchange.last_request == Some(row.seq) {
            self.say(&format!(
                "#{} is transmission {} of #{}",
                row.seq.0, exchange.attempts, first.0
            ));
        } else {
            self.say(&format!("#{} repeats #{}", row.seq.0, first.0));
            self.say(&format!(", which was sent {} times", exchange.attempts));
        }
        if self.code == Code::NotifyUnacknowledged {
            match exchange.answer {
                Some(answer) => self.say(&format!("; acknowledged only by #{}", answer.0)),
                None => self.say("; no NotifyResp yet"),
            }
        } else {
            let since = row.at.nanos_since(exchange.first_at);
            self.say(&format!(", {} after the first", secs_text(since)));
        }
        Some(())
    }

    fn request_row(&self) -> Option<RowRef<'a>> {
        match self.row.pair()? {
            Pair::Answers { request, .. } => self.snapshot.row(request),
            _ => None,
        }
    }

    /// Where the sender of a message says that it is reached.
    fn own_topic(&self, row: RowRef<'a>) -> Option<Cow<'a, str>> {
        if row.record_type == Some(RecordType::MqttConnect) {
            let (_, topic) = mqtt_connect(row.payload());
            return (!topic.is_empty()).then_some(Cow::Borrowed(topic));
        }
        self.snapshot.reply_topic(row)
    }

    /// Which Records of a session are missing before this one, and who lost them.
    fn missing_numbers(&mut self, head: &SessionHead) {
        let (row, session) = (self.row, head.session_id);
        let stream = self.snapshot.streams().find(|stream| {
            (Some(stream.from), Some(stream.to)) == (row.from, row.to)
                && stream.session_id == session
        });
        let mut listed = stream.into_iter().flat_map(|stream| stream.missing).flatten();
        let Some(gap) = listed.rfind(|gap| gap.last.checked_add(1) == Some(head.sequence_id))
        else {
            let next = head.sequence_id;
            self.say(&format!(
                "a Record is missing before sequence_id {next} of session {session}"
            ));
            return;
        };
        if gap.first == gap.last {
            self.say(&format!("sequence_id {} of session {session} is missing", gap.first));
        } else {
            let (first, last) = (gap.first, gap.last);
            self.say(&format!("sequence_ids {first} to {last} of session {session} are missing"));
        }
        self.say(match gap.loss {
            Loss::Asked => "; the receiver asked for it again",
            Loss::Here => "; the receiver has it: it was lost on the way to this tool",
            Loss::Unknown => "",
        });
    }

    /// What became of the segments up to this one.
    fn given_up(&mut self, head: &SessionHead) {
        let (number, session) = (head.sequence_id, head.session_id);
        let rows = self.snapshot.abandoned().iter_from(0);
        match rows.filter(|given_up| given_up.last_seq == self.row.seq).last() {
            Some(given_up) => {
                let segments = given_up.segments;
                let s = if segments == 1 { "" } else { "s" };
                let next = given_up.next_expected;
                self.say(&format!("{segments} segment{s} of session {session} given up"));
                self.say(&format!(": sequence_id {next} did not come"));
            }
            None => self.say(&format!(
                "the Msg was never completed after sequence_id {number} of session {session}"
            )),
        }
        self.other("; see ");
    }

    /// The Msg that this message carries or completes.
    fn msg(&self) -> Option<Msg> {
        decode_msg(self.snapshot.msg_bytes(self.row)?).content
    }

    fn failures(&self) -> Option<Vec<Failure>> {
        outcome(&self.msg()?).map(|outcome| outcome.failures)
    }

    fn failure(&mut self, failure: &Failure) {
        self.say(&error::label(failure.code));
        if !failure.path.is_empty() {
            self.say(" at ");
            self.line.text(&failure.path);
        }
        if !failure.message.is_empty() {
            self.quote(": ", &failure.message);
        }
    }

    /// The Cause of a Boot!.
    fn cause(&self) -> Option<String> {
        let Some(MsgBody::Request(request)) = self.msg()?.body?.msg_body else { return None };
        let Some(ReqType::Notify(notify)) = request.req_type else { return None };
        let Some(notify::Notification::Event(mut event)) = notify.notification else { return None };
        event.params.remove("Cause")
    }
}

/// The first bytes of the payload inside a Record.
fn first_payload_bytes(payload: &[u8]) -> Option<&[u8]> {
    let mut reader = WireReader::new(payload);
    while let Ok(Some(field)) = reader.next_field() {
        let wanted = match field.number {
            7 => 2,
            8 => 7,
            _ => continue,
        };
        let mut inside = reader.inside(&field);
        while let Ok(Some(entry)) = inside.next_field() {
            let bytes = inside.bytes(&entry);
            if entry.number == wanted && !bytes.is_empty() {
                return Some(bytes.get(..8).unwrap_or(bytes));
            }
        }
    }
    None
}

/// `12.3 ms` or `45.2 s`.
fn secs_text(nanos: i64) -> String {
    if nanos.abs() < 1_000_000_000 {
        format!("{:.1} ms", nanos as f64 / 1e6)
    } else {
        format!("{:.1} s", nanos as f64 / 1e9)
    }
}
