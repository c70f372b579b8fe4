//! Summarises a payload at ingest: a bounded walk over the Record's fields, the Msg's header and
//! the member of its body, without allocation and without decoding the rest.
//!
//! The Record is checked whole, so [`PayloadKind::Usp`] means that prost decodes it too. Of the
//! Msg only the levels named above are read; [`super::decode`] may still refuse what is inside.

use super::kind::{MsgKind, NotificationKind, PayloadKind, RecordType};
use super::sniff;
use super::summary::{Malformed, MsgSummary, SarState, SessionHead, Summary};
use super::wire::{WireField, WireReader};

pub(crate) const NO_RECORD_TYPE: &str = "no record type is present";
pub(crate) const EMPTY_VERSION: &str = "version is empty";
pub(crate) const EMPTY_FROM: &str = "from_id is empty";
pub(crate) const EMPTY_TO: &str = "to_id is empty";
pub(super) const NO_MSG: &str = "the Record carries no Msg";
pub(crate) const NO_BODY: &str = "the Msg has no body of a known type";

/// Summarises one payload.
///
/// A Msg that breaks off is summarised as far as it could be read; `malformed` then says so.
/// A session-context Record that spreads one Msg over several payload entries has no `msg` here,
/// because joining them would need memory; [`super::decode::decode`] joins them.
#[must_use]
pub fn scan(payload: &[u8]) -> Summary<'_> {
    let mut record = RecordWalk::default();
    let walked = record.walk(WireReader::new(payload));
    let verdict = walked.and_then(|()| record.complete(payload.len()));
    let kind = match verdict {
        Ok(()) => PayloadKind::Usp,
        Err(_) => sniff::not_usp(payload, walked.is_ok() && record.kind.is_some(), &record),
    };
    let mut summary = Summary {
        payload: kind,
        record_type: None,
        version: "",
        secured: false,
        signed: false,
        certified: false,
        from: "",
        to: "",
        sar: SarState::None,
        session: None,
        msg_bytes: None,
        msg: None,
        malformed: verdict.err(),
    };
    match kind {
        PayloadKind::Usp | PayloadKind::Suspect => {
            summary.record_type = record.kind;
            summary.version = record.version;
            summary.secured = record.security != 0;
            summary.signed = record.signed;
            summary.certified = record.certified;
            summary.from = record.from;
            summary.to = record.to;
            summary.sar = record.session.sar;
            summary.session =
                (record.kind == Some(RecordType::SessionContext)).then_some(record.session);
        }
        PayloadKind::Binary => {}
        PayloadKind::Json | PayloadKind::Text | PayloadKind::Empty => summary.malformed = None,
    }
    if kind == PayloadKind::Usp {
        record.summarise_msg(payload, &mut summary);
    }
    summary
}

/// Summarises the bytes of one whole Msg, such as a reassembled one; also says what is wrong
/// with it, if anything.
#[must_use]
pub fn scan_msg(bytes: &[u8]) -> (MsgSummary<'_>, Option<Malformed>) {
    walk_msg(WireReader::new(bytes))
}

/// Appends the payload entries of a session-context Record to `out`, in order. Nothing for any
/// other Record.
pub fn session_payload(payload: &[u8], out: &mut Vec<u8>) {
    let mut reader = WireReader::new(payload);
    while let Ok(Some(field)) = reader.next_field() {
        // The same member twice is merged, which for repeated bytes means appended.
        if field.number == RecordType::SessionContext as u32 {
            let mut inside = reader.inside(&field);
            while let Ok(Some(entry)) = inside.next_field() {
                if entry.number == 7 {
                    out.extend_from_slice(inside.bytes(&entry));
                }
            }
        }
    }
}

/// The MQTT version (the schema's number: 0 = 3.1.1, 1 = 5) and the topic that an `mqtt_connect`
/// Record names; `(0, "")` for any other Record.
#[must_use]
pub fn mqtt_connect(payload: &[u8]) -> (i32, &str) {
    let (mut version, mut topic) = (0, "");
    let mut reader = WireReader::new(payload);
    while let Ok(Some(field)) = reader.next_field() {
        if field.number != RecordType::MqttConnect as u32 {
            continue;
        }
        let mut inside = reader.inside(&field);
        while let Ok(Some(member)) = inside.next_field() {
            match member.number {
                1 => version = member.enum_value().unwrap_or(version),
                2 => topic = inside.string(&member).unwrap_or(topic),
                _ => {}
            }
        }
    }
    (version, topic)
}

/// Where in the payload the whole plaintext Msg of a Record lies, if it lies there in one piece.
/// Of a damaged Record, where it was seen.
pub(super) fn msg_range(payload: &[u8]) -> Option<(usize, usize)> {
    let mut record = RecordWalk::default();
    let _ = record.walk(WireReader::new(payload));
    record.msg_range()
}

/// What the walk over a Record has found so far.
#[derive(Default)]
pub(super) struct RecordWalk<'a> {
    pub(super) version: &'a str,
    pub(super) to: &'a str,
    pub(super) from: &'a str,
    pub(super) kind: Option<RecordType>,
    security: i32,
    signed: bool,
    certified: bool,
    session: SessionHead,
    /// The last payload entry with bytes in it, and how many of those there are.
    payload: (usize, usize),
    payloads: usize,
}

impl<'a> RecordWalk<'a> {
    /// Walks on behind a bad field, so that a Record with one bad byte still names its sender;
    /// gives the first fault.
    fn walk(&mut self, mut reader: WireReader<'a>) -> Result<(), Malformed> {
        let mut first = Ok(());
        loop {
            let step = match reader.next_field() {
                Ok(None) => return first,
                Ok(Some(field)) => self.field(&reader, &field),
                Err(fault) => return first.and(Err(fault)),
            };
            first = first.and(step);
        }
    }

    #[inline]
    fn field(&mut self, reader: &WireReader<'a>, field: &WireField) -> Result<(), Malformed> {
        match field.number {
            1 => self.version = reader.string(field)?,
            2 => self.to = reader.string(field)?,
            3 => self.from = reader.string(field)?,
            4 => self.security = field.enum_value()?,
            5 => {
                field.len()?;
                self.signed = field.value_start < field.value_end;
            }
            6 => {
                field.len()?;
                self.certified = field.value_start < field.value_end;
            }
            number => {
                if let Some(kind) = RecordType::from_number(number) {
                    field.len()?;
                    self.record_type(kind, reader.inside(field))?;
                }
            }
        }
        Ok(())
    }

    /// One member of the oneof: the same member again is merged, another one replaces it.
    fn record_type(
        &mut self,
        kind: RecordType,
        mut reader: WireReader<'a>,
    ) -> Result<(), Malformed> {
        if self.kind != Some(kind) {
            self.kind = Some(kind);
            self.session = SessionHead::default();
            self.payload = (0, 0);
            self.payloads = 0;
        }
        while let Some(field) = reader.next_field()? {
            match (kind, field.number) {
                (RecordType::NoSessionContext, 2) => {
                    field.len()?;
                    self.payload = (field.value_start, field.value_end);
                    self.payloads = usize::from(field.value_start < field.value_end);
                }
                (RecordType::SessionContext, 7) => {
                    field.len()?;
                    if field.value_start < field.value_end {
                        self.payload = (field.value_start, field.value_end);
                        self.payloads += 1;
                        self.session.payload_len += field.value_end - field.value_start;
                    }
                }
                (RecordType::SessionContext, 1) => self.session.session_id = field.varint()?,
                (RecordType::SessionContext, 2) => self.session.sequence_id = field.varint()?,
                (RecordType::SessionContext, 3) => self.session.expected_id = field.varint()?,
                (RecordType::SessionContext, 4) => self.session.retransmit_id = field.varint()?,
                (RecordType::SessionContext, 5) => {
                    self.session.sar = sar_state(field.enum_value()?);
                }
                (RecordType::SessionContext, 6) => {
                    self.session.record_sar = sar_state(field.enum_value()?);
                }
                (RecordType::MqttConnect | RecordType::StompConnect, 1) => {
                    field.varint()?;
                }
                (RecordType::MqttConnect | RecordType::StompConnect, 2)
                | (RecordType::Disconnect, 1) => {
                    reader.string(&field)?;
                }
                (RecordType::Disconnect, 2) => {
                    field.fixed32()?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Whether all is there that makes a Record (TR-369 schema 1.4).
    fn complete(&self, end: usize) -> Result<(), Malformed> {
        let missing = |reason| Err(Malformed { reason, offset: end });
        if self.kind.is_none() {
            missing(NO_RECORD_TYPE)
        } else if self.version.is_empty() {
            missing(EMPTY_VERSION)
        } else if self.from.is_empty() {
            missing(EMPTY_FROM)
        } else if self.to.is_empty() {
            missing(EMPTY_TO)
        } else {
            Ok(())
        }
    }

    /// True if the payload is one plaintext Msg, or should be.
    fn holds_msg(&self) -> bool {
        self.security == 0
            && match self.kind {
                Some(RecordType::NoSessionContext) => true,
                // An empty one only carries counters: that is legal.
                Some(RecordType::SessionContext) => {
                    self.session.sar == SarState::None && self.payloads == 1
                }
                _ => false,
            }
    }

    fn msg_range(&self) -> Option<(usize, usize)> {
        (self.holds_msg() && self.payloads == 1).then_some(self.payload)
    }

    fn summarise_msg(&self, payload: &'a [u8], summary: &mut Summary<'a>) {
        if let Some((start, end)) = self.msg_range() {
            let (msg, malformed) = walk_msg(WireReader::range(payload, start, end));
            summary.msg_bytes = payload.get(start..end);
            summary.msg = Some(msg);
            summary.malformed = malformed;
        } else if self.holds_msg() {
            summary.malformed = Some(Malformed { reason: NO_MSG, offset: payload.len() });
        }
    }
}

/// What the walk over a Msg has found so far.
#[derive(Default)]
struct MsgWalk<'a> {
    header_seen: bool,
    msg_id: &'a str,
    header_type: i32,
    /// Member of `Body.msg_body`; 0 = none.
    body: u32,
    /// Known member of `Request.req_type` or `Response.resp_type`; 0 = none.
    member: u32,
    notification: Option<NotificationKind>,
    send_resp: bool,
    err_code: u32,
}

/// Summarises the Msg that the reader stands on.
pub(super) fn walk_msg(reader: WireReader<'_>) -> (MsgSummary<'_>, Option<Malformed>) {
    let mut walk = MsgWalk::default();
    let end = reader.end();
    let malformed = walk.msg(reader).err();
    let kind = match walk.body {
        1 => MsgKind::from_request_member(walk.member),
        2 => MsgKind::from_response_member(walk.member),
        3 => Some(MsgKind::Error),
        _ => None,
    };
    let malformed =
        malformed.or_else(|| kind.is_none().then_some(Malformed { reason: NO_BODY, offset: end }));
    let summary = MsgSummary {
        msg_id: walk.msg_id,
        kind,
        header_type: walk.header_type,
        header_missing: !walk.header_seen,
        notification: walk.notification,
        wants_answer: match kind {
            Some(MsgKind::Notify | MsgKind::Operate) => walk.send_resp,
            Some(kind) => kind.is_request(),
            None => false,
        },
        err_code: walk.err_code,
    };
    (summary, malformed)
}

impl<'a> MsgWalk<'a> {
    fn msg(&mut self, mut reader: WireReader<'a>) -> Result<(), Malformed> {
        while let Some(field) = reader.next_field()? {
            match field.number {
                1 => {
                    field.len()?;
                    self.header_seen = true;
                    self.header(reader.inside(&field))?;
                }
                2 => {
                    field.len()?;
                    self.body(reader.inside(&field))?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn header(&mut self, mut reader: WireReader<'a>) -> Result<(), Malformed> {
        while let Some(field) = reader.next_field()? {
            match field.number {
                1 => self.msg_id = reader.string(&field)?,
                2 => self.header_type = field.enum_value()?,
                _ => {}
            }
        }
        Ok(())
    }

    fn body(&mut self, mut reader: WireReader<'a>) -> Result<(), Malformed> {
        while let Some(field) = reader.next_field()? {
            if !matches!(field.number, 1..=3) {
                continue;
            }
            field.len()?;
            if self.body != field.number {
                self.body = field.number;
                self.err_code = 0;
                self.enter(0);
            }
            let inside = reader.inside(&field);
            match field.number {
                1 => self.request(inside)?,
                2 => self.response(inside)?,
                _ => self.error(inside)?,
            }
        }
        Ok(())
    }

    /// Another member of a oneof throws away what the earlier one held.
    fn enter(&mut self, member: u32) {
        if self.member != member {
            self.member = member;
            self.notification = None;
            self.send_resp = false;
        }
    }

    fn request(&mut self, mut reader: WireReader<'a>) -> Result<(), Malformed> {
        while let Some(field) = reader.next_field()? {
            let Some(kind) = MsgKind::from_request_member(field.number) else { continue };
            field.len()?;
            self.enter(field.number);
            match kind {
                MsgKind::Operate => self.operate(reader.inside(&field))?,
                MsgKind::Notify => self.notify(reader.inside(&field))?,
                _ => {}
            }
        }
        Ok(())
    }

    fn response(&mut self, mut reader: WireReader<'a>) -> Result<(), Malformed> {
        while let Some(field) = reader.next_field()? {
            if MsgKind::from_response_member(field.number).is_some() {
                field.len()?;
                self.enter(field.number);
            }
        }
        Ok(())
    }

    fn error(&mut self, mut reader: WireReader<'a>) -> Result<(), Malformed> {
        while let Some(field) = reader.next_field()? {
            match field.number {
                1 => self.err_code = field.fixed32()?,
                2 => {
                    reader.string(&field)?;
                }
                3 => field.len()?,
                _ => {}
            }
        }
        Ok(())
    }

    fn operate(&mut self, mut reader: WireReader<'a>) -> Result<(), Malformed> {
        while let Some(field) = reader.next_field()? {
            match field.number {
                1 | 2 => {
                    reader.string(&field)?;
                }
                3 => self.send_resp = field.varint()? != 0,
                4 => field.len()?,
                _ => {}
            }
        }
        Ok(())
    }

    fn notify(&mut self, mut reader: WireReader<'a>) -> Result<(), Malformed> {
        while let Some(field) = reader.next_field()? {
            match field.number {
                1 => {
                    reader.string(&field)?;
                }
                2 => self.send_resp = field.varint()? != 0,
                number => {
                    if let Some(kind) = NotificationKind::from_number(number) {
                        field.len()?;
                        self.notification = Some(kind);
                    }
                }
            }
        }
        Ok(())
    }
}

fn sar_state(number: i32) -> SarState {
    match number {
        0 => SarState::None,
        1 => SarState::Begin,
        2 => SarState::InProcess,
        3 => SarState::Complete,
        _ => SarState::Unknown,
    }
}
