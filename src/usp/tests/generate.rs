//! Random messages along the schema tables: every field, fields twice, unknown fields, members
//! of a oneof side by side.

use fastrand::Rng;

use crate::usp::generated::schema;
use crate::usp::schema::{FieldKind, FieldType, MessageType};

/// A random Record, mostly with a Msg inside, mostly with all its ids.
pub(crate) fn record(rng: &mut Rng) -> Vec<u8> {
    let mut out = Vec::new();
    if rng.u8(..10) > 0 {
        len(&mut out, 1, b"1.3");
        len(&mut out, 2, b"os::00256D-1");
        len(&mut out, 3, b"self::ctl");
    }
    if rng.u8(..3) > 0 {
        let mut inner = Vec::new();
        len(&mut inner, 2, &msg(rng));
        len(&mut out, 7, &inner);
    }
    if rng.bool() {
        out.extend(message(rng, &schema::RECORD, 3));
    }
    out
}

/// A random Msg, mostly with header and body.
pub(crate) fn msg(rng: &mut Rng) -> Vec<u8> {
    let mut out = Vec::new();
    if rng.u8(..8) > 0 {
        len(&mut out, 1, &message(rng, &schema::HEADER, 3));
    }
    for _ in 0..rng.usize(0..3).max(1) {
        let mut body = Vec::new();
        let (number, table) = match rng.u8(..5) {
            0..=1 => (1, &schema::REQUEST),
            2..=3 => (2, &schema::RESPONSE),
            _ => (3, &schema::ERROR),
        };
        len(&mut body, number, &message(rng, table, 3));
        len(&mut out, 2, &body);
    }
    if rng.u8(..4) == 0 {
        out.extend(message(rng, &schema::MSG, 2));
    }
    out
}

/// Up to `most` random fields.
pub(crate) fn message(rng: &mut Rng, table: &MessageType, most: usize) -> Vec<u8> {
    let mut out = Vec::new();
    for _ in 0..=rng.usize(..most) {
        if rng.u8(..20) == 0 || table.fields.is_empty() {
            unknown(rng, &mut out);
        } else {
            let field = &table.fields[rng.usize(..table.fields.len())];
            known(rng, field, most, &mut out);
        }
    }
    out
}

fn known(rng: &mut Rng, field: &FieldType, most: usize, out: &mut Vec<u8>) {
    let number = field.number;
    match &field.kind {
        FieldKind::String => len(out, number, text(rng).as_bytes()),
        FieldKind::Bytes if field.name == "payload" && rng.bool() => len(out, number, &msg(rng)),
        FieldKind::Bytes => len(out, number, text(rng).as_bytes()),
        FieldKind::Bool => varint_field(out, number, u64::from(rng.u8(..3))),
        FieldKind::Uint64 => varint_field(out, number, rng.u64(..) >> rng.u32(..64)),
        FieldKind::Fixed32 => {
            varint(out, u64::from(number << 3 | 5));
            let code = if rng.bool() { rng.u32(7000..7032) } else { 0 };
            out.extend(code.to_le_bytes());
        }
        FieldKind::Enum(names) => {
            let known = rng.usize(..names.values.len()) as u64;
            let odd = if rng.u8(..10) == 0 { rng.u64(..) } else { known };
            varint_field(out, number, odd);
        }
        FieldKind::Message(inner) => len(out, number, &message(rng, inner, most)),
        FieldKind::Map => {
            let mut entry = Vec::new();
            if rng.u8(..5) > 0 {
                len(&mut entry, 1, text(rng).as_bytes());
            }
            if rng.u8(..5) > 0 {
                len(&mut entry, 2, text(rng).as_bytes());
            }
            len(out, number, &entry);
        }
    }
}

fn unknown(rng: &mut Rng, out: &mut Vec<u8>) {
    let number = rng.u32(20..2_000);
    match rng.u8(..5) {
        0 => varint_field(out, number, rng.u64(..)),
        1 => {
            varint(out, u64::from(number << 3 | 1));
            out.extend(rng.u64(..).to_le_bytes());
        }
        2 => len(out, number, text(rng).as_bytes()),
        3 => {
            varint(out, u64::from(number << 3 | 3));
            varint_field(out, 1, 7);
            varint(out, u64::from(number << 3 | 4));
        }
        _ => {
            varint(out, u64::from(number << 3 | 5));
            out.extend(rng.u32(..).to_le_bytes());
        }
    }
}

fn text(rng: &mut Rng) -> &'static str {
    const TEXTS: [&str; 8] =
        ["", "a", "Device.WiFi.SSID.1.", "Boot!", "été", "10.0", "x\u{1}\n\u{202e}", "true"];
    TEXTS[rng.usize(..TEXTS.len())]
}

pub(crate) fn varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn varint_field(out: &mut Vec<u8>, number: u32, value: u64) {
    varint(out, u64::from(number << 3));
    varint(out, value);
}

pub(crate) fn len(out: &mut Vec<u8>, number: u32, bytes: &[u8]) {
    varint(out, u64::from(number << 3 | 2));
    varint(out, bytes.len() as u64);
    out.extend(bytes);
}

/// Damages some bytes: flips, cuts, inserts, removes, swaps ends.
pub(crate) fn damage(rng: &mut Rng, bytes: &mut Vec<u8>) {
    for _ in 0..=rng.usize(..3) {
        if bytes.is_empty() {
            return;
        }
        let at = rng.usize(..bytes.len());
        match rng.u8(..6) {
            0 => bytes[at] ^= 1 << rng.u8(..8),
            1 => bytes[at] = rng.u8(..),
            2 => bytes.truncate(at),
            3 => bytes.insert(at, rng.u8(..)),
            4 => drop(bytes.remove(at)),
            _ => bytes.rotate_left(at),
        }
    }
}
