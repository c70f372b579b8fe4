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
pub(super) fn map_entry<'a>(reader: WireReader<'a>) -> Result<(&'a str, &'a str), Malformed> {
    map_entry_in(reader, "", 0)
}

/// The same, of an entry that lies in `text`, which begins at `start` of the reader's buffer.
///
/// # Errors
/// The first fault.
#[inline]
pub(super) fn map_entry_in<'a>(
    mut reader: WireReader<'a>,
    text: &'a str,
    start: usize,
) -> Result<(&'a str, &'a str), Malformed> {
    if let Some(found) = short_entry(reader.rest(), reader.pos().wrapping_sub(start), text) {
        return Ok(found);
    }
    let (mut key, mut value) = ("", "");
    while let Some(field) = reader.next_field()? {
        match field.number {
            1 => key = reader.string_in(&field, text, start)?,
            2 => value = reader.string_in(&field, text, start)?,
            _ => {}
        }
    }
    Ok((key, value))
}

/// An entry as senders write it: key and value once each, both shorter than 128 bytes. It begins
/// at `at` of `text`.
#[inline]
fn short_entry<'a>(entry: &[u8], at: usize, text: &'a str) -> Option<(&'a str, &'a str)> {
    const KEY: u8 = 0x0a;
    const VALUE: u8 = 0x12;
    let &[KEY, key @ ..=0x7f, ref rest @ ..] = entry else { return None };
    let key = usize::from(key);
    let Some(&[VALUE, value @ ..=0x7f, ref rest @ ..]) = rest.get(key..) else { return None };
    if rest.len() != usize::from(value) {
        return None;
    }
    let (start, end) = (at.checked_add(2)?, at.checked_add(entry.len())?);
    Some((text.get(start..start + key)?, text.get(start + key + 2..end)?))
}

#[cfg(test)]
mod tests {
    use super::super::generated::schema;
    use super::super::generated::usp::{
        GetSupportedDmResp, Msg, OperateResp, add_resp, get_resp, get_supported_dm_resp, notify,
    };
    use super::*;

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
