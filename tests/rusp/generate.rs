//! Random valid Records along the schema tables, and what of the schema they covered.

use std::collections::BTreeSet;

use fastrand::Rng;
use usp_scope::usp::generated::schema;
use usp_scope::usp::schema::{FieldKind, FieldType, MessageType};

/// What was put into Records.
#[derive(Default)]
pub struct Coverage {
    /// Messages and their fields, by schema name.
    pub fields: BTreeSet<(&'static str, &'static str)>,
    /// Enums and their values.
    pub values: BTreeSet<(&'static str, &'static str)>,
    /// How many Msgs there were.
    pub msgs: usize,
}

impl Coverage {
    pub fn merge(&mut self, other: Self) {
        self.fields.extend(other.fields);
        self.values.extend(other.values);
        self.msgs += other.msgs;
    }

    /// All there is in the schemas of Record and Msg.
    pub fn everything() -> Self {
        let mut all = Self::default();
        all.add(&schema::RECORD);
        all.add(&schema::MSG);
        all
    }

    fn add(&mut self, message: &'static MessageType) {
        for field in message.fields {
            self.fields.insert((message.name, field.name));
            match &field.kind {
                FieldKind::Enum(values) => {
                    self.values.extend(values.values.iter().map(|value| (values.name, value.1)));
                }
                FieldKind::Message(inner) => self.add(inner),
                _ => {}
            }
        }
    }
}

/// A Record with every field or not; mostly with a Msg inside.
pub fn record(rng: &mut Rng, seen: &mut Coverage) -> Vec<u8> {
    let mut out = message(rng, &schema::RECORD, seen);
    // By rule these are there.
    for number in 1..=3 {
        len(&mut out, number, text(rng, true).as_bytes());
    }
    out
}

/// A valid message: singular fields once at most, one member of a oneof.
fn message(rng: &mut Rng, table: &'static MessageType, seen: &mut Coverage) -> Vec<u8> {
    let mut out = Vec::new();
    let members: Vec<&FieldType> = table.fields.iter().filter(|field| field.oneof).collect();
    // Without one only now and then, so that most Msgs have a body to the end.
    let member = rng.choice(&members).filter(|_| rng.u8(..16) > 0).map(|field| field.number);
    let record = std::ptr::eq(table, &raw const schema::RECORD);
    // Most of the schema is in the Msg.
    let member = if record && rng.bool() { Some(7) } else { member };
    for field in table.fields {
        if record && field.number <= 3 {
            seen.fields.insert((table.name, field.name));
            continue;
        }
        let envelope = matches!(table.name, "Msg" | "Body") || (record && field.oneof);
        let there = match (field.oneof, envelope) {
            (true, _) => member == Some(field.number),
            (false, true) => rng.u8(..16) > 0,
            (false, false) => rng.u8(..3) > 0,
        };
        if !there {
            continue;
        }
        let times = if field.repeated { rng.usize(..4) } else { 1 };
        for n in 0..times {
            seen.fields.insert((table.name, field.name));
            known(rng, field, n, seen, &mut out);
        }
    }
    out
}

fn known(
    rng: &mut Rng,
    field: &'static FieldType,
    n: usize,
    seen: &mut Coverage,
    out: &mut Vec<u8>,
) {
    let number = field.number;
    match &field.kind {
        FieldKind::String => len(out, number, text(rng, false).as_bytes()),
        FieldKind::Bytes if field.name == "payload" && rng.u8(..8) > 0 => {
            let msg = message(rng, &schema::MSG, seen);
            seen.msgs += 1;
            len(out, number, &msg);
        }
        FieldKind::Bytes => {
            let mut bytes = vec![0; rng.usize(..20)];
            rng.fill(&mut bytes);
            len(out, number, &bytes);
        }
        FieldKind::Bool => varint_field(out, number, u64::from(rng.bool())),
        FieldKind::Uint64 => varint_field(out, number, rng.u64(..) >> rng.u32(..64)),
        FieldKind::Fixed32 => {
            varint(out, u64::from(number << 3 | 5));
            out.extend((rng.u32(..) >> rng.u32(..32)).to_le_bytes());
        }
        FieldKind::Enum(names) => {
            let value = names.values[rng.usize(..names.values.len())];
            seen.values.insert((names.name, value.1));
            varint_field(out, number, u64::try_from(value.0).unwrap());
        }
        FieldKind::Message(inner) => {
            let bytes = message(rng, inner, seen);
            len(out, number, &bytes);
        }
        FieldKind::Map => {
            let mut entry = Vec::new();
            // Keys differ; either half may be left out when it is empty.
            if n > 0 {
                len(&mut entry, 1, format!("{n}{}", text(rng, false)).as_bytes());
            }
            if rng.u8(..5) > 0 {
                len(&mut entry, 2, text(rng, false).as_bytes());
            }
            len(out, number, &entry);
        }
    }
}

fn text(rng: &mut Rng, filled: bool) -> String {
    const TEXTS: [&str; 9] = [
        "Device.WiFi.SSID.1.",
        "a",
        "été",
        "\u{1f4e1} x",
        "x\u{1}\n\t\r\u{0}\u{202e}\u{301}\u{7f}",
        "\"quoted\" {braces: [1, 2]} 'and' \\ back",
        "true",
        "None",
        "",
    ];
    let most = TEXTS.len() - usize::from(filled);
    let mut out = TEXTS[rng.usize(..most)].to_owned();
    if rng.bool() {
        out.push_str(&rng.u32(..).to_string());
    }
    out
}

pub fn varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

pub fn varint_field(out: &mut Vec<u8>, number: u32, value: u64) {
    varint(out, u64::from(number << 3));
    varint(out, value);
}

pub fn len(out: &mut Vec<u8>, number: u32, bytes: &[u8]) {
    varint(out, u64::from(number << 3 | 2));
    varint(out, bytes.len() as u64);
    out.extend(bytes);
}
