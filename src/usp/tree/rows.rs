//! Makes the rows of protobuf messages along the schema, leniently.

use std::borrow::Cow;
use std::ops::Range;

use super::{FieldRow, MAX_ROWS, MAX_VALUE, RowKind};
use crate::usp::check::map_entry;
use crate::usp::error;
use crate::usp::escape::{escaped, hex};
use crate::usp::generated::schema;
use crate::usp::scan::walk_msg;
use crate::usp::schema::{FieldKind, FieldType, MessageType};
use crate::usp::sniff::readable;
use crate::usp::summary::Malformed;
use crate::usp::tls::tls_head;
use crate::usp::wire::{PartialField, WRONG_WIRE_TYPE, WireField, WireReader, WireValue};

/// Bytes shown of a binary value, and characters of a preview.
const HEX_BYTES: usize = 32;
const PREVIEW: usize = 120;
/// Field numbers of USP messages end well below this.
const NUMBERS: usize = 16;

/// Collects rows up to the cap.
pub(super) struct Rows<'a> {
    pub(super) payload: &'a [u8],
    rows: Vec<FieldRow>,
    /// Indexes of the rows that are still open, outermost first.
    open: Vec<usize>,
    /// Where the first row began for which there was no room.
    cut_at: Option<usize>,
}

/// What a walk needs to know beyond the message's type.
#[derive(Clone, Copy, Default)]
struct Context {
    /// Where the plaintext Msg of this Record lies.
    msg: Option<(usize, usize)>,
    /// The Record says that its payload is encrypted.
    secured: bool,
}

impl<'a> Rows<'a> {
    pub(super) fn new(payload: &'a [u8]) -> Self {
        Self { payload, rows: Vec::new(), open: Vec::new(), cut_at: None }
    }

    pub(super) fn finish(mut self) -> Vec<FieldRow> {
        if let Some(at) = self.cut_at {
            let left = self.payload.len().saturating_sub(at);
            self.rows.push(FieldRow {
                depth: 0,
                kind: RowKind::Note,
                name: Cow::Borrowed("…"),
                value: format!("{left} more bytes not shown"),
                range: at..self.payload.len(),
                value_range: at..self.payload.len(),
                descendants: 0,
            });
        }
        self.rows
    }

    /// True if there is no room for further rows.
    pub(super) fn is_full(&self) -> bool {
        self.cut_at.is_some()
    }

    /// Adds a row below the open ones; gives its index, or `None` if there is no room.
    pub(super) fn push(
        &mut self,
        kind: RowKind,
        name: impl Into<Cow<'static, str>>,
        value: String,
        range: Range<usize>,
        value_range: Range<usize>,
    ) -> Option<usize> {
        if self.rows.len() >= MAX_ROWS {
            self.cut_at.get_or_insert(range.start);
        }
        if self.is_full() {
            return None;
        }
        let depth = u16::try_from(self.open.len()).unwrap_or(u16::MAX);
        let name = name.into();
        self.rows.push(FieldRow { depth, kind, name, value, range, value_range, descendants: 0 });
        Some(self.rows.len() - 1)
    }

    /// Adds a row and puts the following ones below it, until [`Self::close`].
    pub(super) fn open(
        &mut self,
        name: impl Into<Cow<'static, str>>,
        value: String,
        range: Range<usize>,
    ) {
        let value_range = range.clone();
        self.open_field(name, value, range, value_range);
    }

    fn open_field(
        &mut self,
        name: impl Into<Cow<'static, str>>,
        value: String,
        range: Range<usize>,
        value_range: Range<usize>,
    ) {
        let index = self.push(RowKind::Message, name, value, range, value_range);
        self.open.push(index.unwrap_or(usize::MAX));
    }

    pub(super) fn close(&mut self) {
        let Some(index) = self.open.pop() else { return };
        let below = self.rows.len().saturating_sub(index.saturating_add(1));
        if let Some(row) = self.rows.get_mut(index) {
            row.descendants = u32::try_from(below).unwrap_or(u32::MAX);
        }
    }

    pub(super) fn problem(&mut self, name: &'static str, fault: Malformed) {
        let at = fault.offset.min(self.payload.len())..self.payload.len();
        let value = format!("{} at byte {}", fault.reason, fault.offset);
        self.push(RowKind::Problem, name, value, at.clone(), at);
    }

    fn note(&mut self, name: impl Into<Cow<'static, str>>, value: &str, range: Range<usize>) {
        self.push(RowKind::Note, name, value.to_owned(), range.clone(), range);
    }

    /// The fields of a Record, and of the Msg at `msg` inside it.
    pub(super) fn record(
        &mut self,
        reader: WireReader<'a>,
        msg: Option<(usize, usize)>,
        secured: bool,
    ) {
        self.message(reader, &schema::RECORD, Context { msg, secured });
    }

    /// The fields of a Msg, and what is odd about it.
    pub(super) fn msg(&mut self, reader: WireReader<'a>) {
        let (summary, _) = walk_msg(reader);
        let end = reader.end();
        self.message(reader, &schema::MSG, Context::default());
        if summary.header_missing {
            self.note("header", "missing", end..end);
        }
        match summary.kind {
            None => self.note("body", "no body of a known type", end..end),
            Some(kind) if !summary.header_missing && summary.header_type != kind as i32 => {
                let said = enum_text(&schema::HEADER_MSG_TYPE, summary.header_type);
                let value = format!(
                    "the header says {said}, the body is {}: the body counts",
                    kind.body_name()
                );
                self.push(RowKind::Problem, "msg_type", value, end..end, end..end);
            }
            Some(_) => {}
        }
    }

    /// The fields of one message. Recursion follows the schema, which ends.
    fn message(&mut self, mut reader: WireReader<'a>, message: &MessageType, context: Context) {
        let mut counts = [0_usize; NUMBERS];
        let mut member = None;
        while !self.is_full() {
            let field = match reader.next_field() {
                Ok(None) => return,
                Ok(Some(field)) => field,
                Err(fault) => {
                    match reader.partial_field() {
                        Some(part) => self.partial(&reader, &part, message, context, &counts),
                        None => self.rest(&reader, fault),
                    }
                    return;
                }
            };
            let Some(known) = message.field(field.number) else {
                self.unknown(&reader, &field);
                continue;
            };
            let count = counts.get_mut(known.number as usize).map_or(0, |count| {
                *count += 1;
                *count - 1
            });
            self.known(&reader, &field, known, count, context);
            let range = field.start..field.end;
            if count > 0 && !known.repeated {
                self.note(known.name, "occurs again: the later one counts", range);
            } else if known.oneof && member.is_some_and(|before| before != known.number) {
                self.note(known.name, "replaces the earlier member of the oneof", range);
            }
            if known.oneof {
                member = Some(known.number);
            }
        }
    }

    fn known(
        &mut self,
        reader: &WireReader<'a>,
        field: &WireField,
        known: &'static FieldType,
        count: usize,
        context: Context,
    ) {
        let range = field.start..field.end;
        let value_range = field.value_start..field.value_end;
        let name = name(known, count);
        let (kind, value) = match (&known.kind, field.value) {
            (FieldKind::String, WireValue::Len) => {
                self.string(name, reader.bytes(field), range, value_range);
                return;
            }
            (FieldKind::Bytes, WireValue::Len) => {
                let bytes = reader.bytes(field);
                if context.msg == Some((field.value_start, field.value_end)) {
                    let value = format!("Msg, {} bytes", bytes.len());
                    self.open_field(name, value, range, value_range);
                    self.msg(reader.inside(field));
                    self.close();
                    return;
                }
                (RowKind::Bytes, bytes_text(bytes, context.secured && known.name == "payload"))
            }
            (FieldKind::Message(inner), WireValue::Len) => {
                self.open_field(name, preview(reader.inside(field), inner), range, value_range);
                self.message(reader.inside(field), inner, context);
                self.close();
                return;
            }
            (FieldKind::Map, WireValue::Len) => {
                self.map_entry(reader, field, known);
                return;
            }
            (FieldKind::Bool, WireValue::Varint(number)) => {
                (RowKind::Bool, (number != 0).to_string())
            }
            (FieldKind::Uint64, WireValue::Varint(number)) => (RowKind::Number, number.to_string()),
            (FieldKind::Enum(names), WireValue::Varint(_)) => {
                (RowKind::Enum, enum_text(names, field.enum_value().unwrap_or_default()))
            }
            (FieldKind::Fixed32, WireValue::Fixed32(number)) => {
                let is_code = known.name == "err_code" || known.name == "reason_code";
                let text = if is_code { error::label(number) } else { number.to_string() };
                (RowKind::Number, text)
            }
            _ => {
                let shown = wire_text(reader, field);
                let value = format!("{WRONG_WIRE_TYPE}: {}, {shown}", field.value.name());
                (RowKind::Problem, value)
            }
        };
        self.push(kind, name, value, range, value_range);
    }

    fn string(
        &mut self,
        name: Cow<'static, str>,
        bytes: &[u8],
        range: Range<usize>,
        value_range: Range<usize>,
    ) {
        match std::str::from_utf8(bytes) {
            Ok(text) => {
                self.push(RowKind::String, name, escaped(text, MAX_VALUE), range, value_range);
            }
            Err(fault) => {
                let shown = escaped(&lossy(bytes), MAX_VALUE);
                let at = value_range.start + fault.valid_up_to();
                self.push(RowKind::String, name.clone(), shown, range.clone(), value_range.clone());
                let value = format!("not UTF-8 at byte {at}");
                self.push(RowKind::Problem, name, value, range, value_range);
            }
        }
    }

    /// One row `key = value`; the key is the row's name.
    fn map_entry(&mut self, reader: &WireReader<'a>, field: &WireField, known: &FieldType) {
        let range = field.start..field.end;
        let value_range = field.value_start..field.value_end;
        match map_entry(reader.inside(field)) {
            Ok((key, value)) => {
                let key = format!("{}[{}]", known.name, escaped(key, MAX_VALUE));
                let value = escaped(value, MAX_VALUE);
                self.push(RowKind::String, key, value, range, value_range);
            }
            Err(_) => {
                self.open_field(known.name, String::new(), range, value_range);
                self.message(reader.inside(field), &MAP_ENTRY, Context::default());
                self.close();
            }
        }
    }

    fn unknown(&mut self, reader: &WireReader<'a>, field: &WireField) {
        let value = format!("{}, {}", field.value.name(), wire_text(reader, field));
        let name = format!("field {}", field.number);
        let (range, value_range) = (field.start..field.end, field.value_start..field.value_end);
        self.push(RowKind::Unknown, name, value, range, value_range);
    }

    /// A length-delimited field whose end is missing: as much of it as is there.
    fn partial(
        &mut self,
        reader: &WireReader<'a>,
        part: &PartialField,
        message: &MessageType,
        context: Context,
        counts: &[usize; NUMBERS],
    ) {
        let range = part.start..reader.end();
        let value_range = part.value_start..reader.end();
        let missing = format!("cut off: {} of {} bytes", value_range.len(), part.length);
        let inside = WireReader::range(self.payload, part.value_start, reader.end());
        let bytes = self.payload.get(value_range.clone()).unwrap_or_default();
        let known = message.field(part.number);
        let count = known.and_then(|known| counts.get(known.number as usize)).copied();
        let label: Cow<'static, str> = known.map_or_else(
            || format!("field {}", part.number).into(),
            |known| name(known, count.unwrap_or(0)),
        );
        match known.map(|known| &known.kind) {
            Some(FieldKind::Message(inner)) => {
                self.open_field(label, missing, range, value_range);
                self.message(inside, inner, context);
                self.close();
                return;
            }
            Some(FieldKind::Map) => {
                self.open_field(label, missing, range, value_range);
                self.message(inside, &MAP_ENTRY, context);
                self.close();
                return;
            }
            // Of a Msg in a session the beginning may lie in another Record.
            Some(FieldKind::Bytes)
                if message.name == schema::NO_SESSION_CONTEXT_RECORD.name && !context.secured =>
            {
                self.open_field(label, missing, range, value_range);
                self.message(inside, &schema::MSG, Context::default());
                self.close();
                return;
            }
            Some(FieldKind::String) => {
                let shown = escaped(&lossy(bytes), MAX_VALUE);
                self.push(
                    RowKind::String,
                    label.clone(),
                    shown,
                    range.clone(),
                    value_range.clone(),
                );
            }
            _ => {
                let shown = hex(bytes, HEX_BYTES);
                self.push(RowKind::Bytes, label.clone(), shown, range.clone(), value_range.clone());
            }
        }
        self.push(RowKind::Problem, label, missing, range, value_range);
    }

    /// Bytes that are no field.
    fn rest(&mut self, reader: &WireReader<'a>, fault: Malformed) {
        let range = reader.pos()..reader.end();
        let bytes = self.payload.get(range.clone()).unwrap_or_default();
        let value = format!(
            "{} at byte {}: {} bytes not read: {}",
            fault.reason,
            fault.offset,
            bytes.len(),
            hex(bytes, HEX_BYTES)
        );
        self.push(RowKind::Problem, "damaged", value, range.clone(), range);
    }
}

/// What a map entry is on the wire; only damaged ones are shown so.
static MAP_ENTRY: MessageType = MessageType {
    name: "map entry",
    size: 0,
    fields: &[
        FieldType {
            number: 1,
            name: "key",
            kind: FieldKind::String,
            repeated: false,
            oneof: false,
        },
        FieldType {
            number: 2,
            name: "value",
            kind: FieldKind::String,
            repeated: false,
            oneof: false,
        },
    ],
};

fn name(known: &FieldType, count: usize) -> Cow<'static, str> {
    if known.repeated {
        Cow::Owned(format!("{}[{count}]", known.name))
    } else {
        Cow::Borrowed(known.name)
    }
}

/// The first text directly inside a message: mostly the path that it is about.
fn preview(mut reader: WireReader<'_>, message: &MessageType) -> String {
    for _ in 0..4 {
        let Ok(Some(field)) = reader.next_field() else { break };
        let kind = message.field(field.number).map(|known| &known.kind);
        if let (Some(FieldKind::String), Ok(text)) = (kind, reader.string(&field)) {
            return escaped(text, PREVIEW);
        }
    }
    String::new()
}

fn enum_text(names: &crate::usp::schema::EnumType, number: i32) -> String {
    format!("{} ({number})", names.name_of(number).unwrap_or("unknown"))
}

/// A value by its wire type alone.
fn wire_text(reader: &WireReader<'_>, field: &WireField) -> String {
    match field.value {
        WireValue::Varint(number) | WireValue::Fixed64(number) => number.to_string(),
        WireValue::Fixed32(number) => number.to_string(),
        WireValue::Group => bytes_text(reader.bytes(field), false),
        WireValue::Len => match readable(reader.bytes(field)) {
            Some(text) => format!("\"{}\"", escaped(text, MAX_VALUE)),
            None => bytes_text(reader.bytes(field), false),
        },
    }
}

/// Bytes for people; encrypted ones with what TLS says of them in the clear.
fn bytes_text(bytes: &[u8], tls: bool) -> String {
    let what = match tls.then(|| tls_head(bytes)).flatten() {
        Some(head) => {
            let content = head.content_name().replace('_', " ");
            let handshake = head.handshake_name();
            let handshake = handshake.map_or(String::new(), |name| format!(" ({name})"));
            format!("TLS {content}{handshake}, record version {}, ", head.version_name())
        }
        None => String::new(),
    };
    match bytes.len() {
        0 => "0 bytes".to_owned(),
        n => format!("{what}{n} bytes: {}", hex(bytes, HEX_BYTES)),
    }
}

/// Text with replacement characters, no more of it than can be shown.
fn lossy(bytes: &[u8]) -> String {
    let shown = bytes.get(..MAX_VALUE.saturating_add(8)).unwrap_or(bytes);
    String::from_utf8_lossy(shown).into_owned()
}
