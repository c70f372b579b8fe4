//! Strict check of a message along its schema table: says why and where prost would refuse it,
//! and how much memory decoding it would take, before any is taken.

use super::schema::{FieldKind, MessageType};
use super::summary::Malformed;
use super::wire::WireReader;

/// Memory that a full decode may take: enough for every real message, and a small multiple of a
/// large one. Two bytes on the wire can stand for a message of 150 bytes in memory.
#[must_use]
pub fn budget(wire_len: usize) -> usize {
    (64 << 20).max(wire_len.saturating_mul(12))
}

/// What an allocation costs beyond its bytes.
const ALLOCATION: usize = 16;
/// The first node of a B-tree map, and the share of later nodes that one entry takes.
const MAP: usize = 600;
const MAP_ENTRY: usize = 100;
const STRING: usize = size_of::<String>();

/// Checks that the rest of `reader` is a valid message of this type. Gives the memory, in bytes
/// and rather too much than too little, that the decoded message takes.
///
/// # Errors
/// The first fault, with its offset in the reader's buffer.
pub fn check(mut reader: WireReader<'_>, message: &MessageType) -> Result<usize, Malformed> {
    let mut cost = 0_usize;
    // Repeated fields begin with room for four.
    let mut seen = 0_u64;
    while let Some(field) = reader.next_field()? {
        let Some(known) = message.field(field.number) else { continue };
        let bit = 1_u64.checked_shl(known.number).unwrap_or(0);
        let room = |element: usize| match (known.repeated, seen & bit == 0) {
            (true, true) => 4 * element + ALLOCATION,
            (true, false) => 2 * element,
            (false, _) => 0,
        };
        let len = field.value_end - field.value_start;
        cost += match &known.kind {
            FieldKind::String => {
                reader.string(&field)?;
                room(STRING) + len + ALLOCATION
            }
            FieldKind::Bytes => {
                field.len()?;
                room(STRING + 8) + len + ALLOCATION
            }
            FieldKind::Bool | FieldKind::Uint64 | FieldKind::Enum(_) => {
                field.varint()?;
                0
            }
            FieldKind::Fixed32 => {
                field.fixed32()?;
                0
            }
            FieldKind::Message(inner) => {
                field.len()?;
                room(inner.size) + check(reader.inside(&field), inner)?
            }
            FieldKind::Map => {
                field.len()?;
                map_entry(reader.inside(&field))?;
                let first = if seen & bit == 0 { MAP } else { 0 };
                first + MAP_ENTRY + len
            }
        };
        seen |= bit;
    }
    Ok(cost)
}

/// Key and value of a `map<string, string>` entry; absent ones are empty, the last one counts.
///
/// # Errors
/// The first fault.
#[inline]
pub(super) fn map_entry<'a>(mut reader: WireReader<'a>) -> Result<(&'a str, &'a str), Malformed> {
    let (mut key, mut value) = ("", "");
    while let Some(field) = reader.next_field()? {
        match field.number {
            1 => key = reader.string(&field)?,
            2 => value = reader.string(&field)?,
            _ => {}
        }
    }
    Ok((key, value))
}

/// Takes the next entry of map `number` if it is as senders write them: key and value once each,
/// both shorter than 128 bytes. `text` is the part of the reader's buffer from `start` on where
/// that is known to be text. `None` says nothing about the entry: read it the usual way.
#[inline]
pub(super) fn short_entry<'a>(
    reader: &mut WireReader<'a>,
    number: u32,
    text: &'a str,
    start: usize,
) -> Option<(&'a str, &'a str)> {
    const KEY: u8 = 0x0a;
    const VALUE: u8 = 0x12;
    let mut ahead = *reader;
    let &[KEY, key @ ..=0x7f, ref rest @ ..] = ahead.short_field(number)? else { return None };
    let &[VALUE, value @ ..=0x7f, ref rest @ ..] = rest.get(usize::from(key)..)? else {
        return None;
    };
    let value = usize::from(value);
    if rest.len() != value {
        return None;
    }
    let end = ahead.pos().checked_sub(start)?;
    let middle = end.checked_sub(value)?;
    let key_end = middle.checked_sub(2)?;
    let found = (text.get(key_end - usize::from(key)..key_end)?, text.get(middle..end)?);
    *reader = ahead;
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::super::generated::schema;
    use super::super::generated::usp::{
        GetSupportedDmResp, Msg, OperateResp, add_resp, get_resp, get_supported_dm_resp, notify,
    };
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn table_sizes_cover_the_real_types() {
        let sizes: [(&MessageType, usize); 7] = [
            (&schema::MSG, size_of::<Msg>()),
            (&schema::GET_SUPPORTED_DM_RESP, size_of::<GetSupportedDmResp>()),
            (
                &schema::GET_SUPPORTED_DM_RESP_SUPPORTED_OBJECT_RESULT,
                size_of::<get_supported_dm_resp::SupportedObjectResult>(),
            ),
            (&schema::GET_RESP_REQUESTED_PATH_RESULT, size_of::<get_resp::RequestedPathResult>()),
            (&schema::ADD_RESP_CREATED_OBJECT_RESULT, size_of::<add_resp::CreatedObjectResult>()),
            (&schema::OPERATE_RESP, size_of::<OperateResp>()),
            (&schema::NOTIFY_OPERATION_COMPLETE, size_of::<notify::OperationComplete>()),
        ];
        for (table, real) in sizes {
            assert!(table.size >= real, "{}: {} < {real}", table.name, table.size);
            assert!(table.size <= 2 * real, "{}: {} far above {real}", table.name, table.size);
        }
    }

    proptest! {
        /// Parts that make entries of every shape: usual ones, and with anything odd in between.
        #[test]
        fn a_short_entry_is_what_the_usual_way_reads(
            parts in prop::collection::vec(
                prop_oneof![
                    4 => "[a-zü.]{0,6}".prop_map(|s| [&[0x0a, s.len() as u8], s.as_bytes()].concat()),
                    4 => "[a-z0-9é]{0,6}".prop_map(|s| [&[0x12, s.len() as u8], s.as_bytes()].concat()),
                    1 => Just(vec![0x18, 0x05]),
                    1 => Just(vec![0x0a, 0x01, 0xff]),
                    1 => Just([&[0x12, 0x80, 0x01][..], &[b'x'; 128]].concat()),
                    1 => Just(vec![0x12, 0x09, b'x']),
                ],
                0..4,
            ),
            before in "[a-zä]{0,5}",
        ) {
            let inside = parts.concat();
            let mut bytes = before.clone().into_bytes();
            bytes.push(0x12);
            if inside.len() > 127 {
                bytes.push(inside.len() as u8 | 0x80);
                bytes.push((inside.len() >> 7) as u8);
            } else {
                bytes.push(inside.len() as u8);
            }
            bytes.extend(&inside);
            let text = std::str::from_utf8(&bytes[before.len()..]).unwrap_or("");
            let reader = WireReader::range(&bytes, before.len(), bytes.len());
            let mut short = reader;
            let found = short_entry(&mut short, 2, text, before.len());
            let mut usual = reader;
            let field = usual.next_field().map_err(|e| TestCaseError::fail(e.reason))?;
            let field = field.ok_or_else(|| TestCaseError::fail("no field"))?;
            let expected = map_entry(usual.inside(&field));
            match found {
                Some(found) => {
                    prop_assert_eq!(expected.ok(), Some(found));
                    prop_assert_eq!(short.pos(), usual.pos());
                }
                None => prop_assert_eq!(short.pos(), reader.pos()),
            }
            // What senders write is found.
            let is_usual = matches!(&parts[..], [key, value] if key[0] == 0x0a && value[0] == 0x12);
            if is_usual && inside.len() < 100 && expected.is_ok() {
                prop_assert!(found.is_some());
            }
        }
    }

    #[test]
    fn empty_elements_cost_what_they_would_take() {
        // GetSupportedDMResp with empty SupportedObjectResults: 2 bytes each.
        let bytes = [0x2a, 0x00].repeat(1_000);
        let object = &schema::GET_SUPPORTED_DM_RESP_REQUESTED_OBJECT_RESULT;
        let cost = check(WireReader::new(&bytes), object).unwrap_or(0);
        let one = size_of::<get_supported_dm_resp::SupportedObjectResult>();
        assert!(cost >= 1_000 * one, "{cost}");
    }
}
