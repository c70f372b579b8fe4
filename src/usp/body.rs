//! Single fields of a Msg's body, read off the wire: what the analysis needs of every message of
//! a kind without decoding all of it. The last one counts where one is expected; what can't be
//! read is absent.

use super::check::map_entry;
use super::kind::MsgKind;
use super::wire::{WireReader, WireValue};

/// What a request, response or Error holds: the message inside `Body` that is of this kind.
#[must_use]
#[inline]
pub fn body(kind: MsgKind, msg: &[u8]) -> Option<WireReader<'_>> {
    let body = last(WireReader::new(msg), 2)?;
    match kind {
        MsgKind::Error => last(body, 3),
        _ => {
            let (side, is_member): (u32, fn(u32) -> Option<MsgKind>) = if kind.is_request() {
                (1, MsgKind::from_request_member)
            } else {
                (2, MsgKind::from_response_member)
            };
            let mut found = None;
            let mut inside = last(body, side)?;
            while let Ok(Some(field)) = inside.next_field() {
                if field.value == WireValue::Len && is_member(field.number) == Some(kind) {
                    found = Some(inside.inside(&field));
                }
            }
            found
        }
    }
}

/// The message in the last field with this number.
#[must_use]
#[inline]
pub fn last(mut reader: WireReader<'_>, number: u32) -> Option<WireReader<'_>> {
    let mut found = None;
    while let Ok(Some(field)) = reader.next_field() {
        if field.number == number && field.value == WireValue::Len {
            found = Some(reader.inside(&field));
        }
    }
    found
}

/// The messages in all fields with this number, in order.
pub fn each(mut reader: WireReader<'_>, number: u32) -> impl Iterator<Item = WireReader<'_>> {
    std::iter::from_fn(move || {
        while let Ok(Some(field)) = reader.next_field() {
            if field.number == number && field.value == WireValue::Len {
                return Some(reader.inside(&field));
            }
        }
        None
    })
}

/// The strings in all fields with this number, in order.
pub fn strings(mut reader: WireReader<'_>, number: u32) -> impl Iterator<Item = &str> {
    std::iter::from_fn(move || {
        while let Ok(Some(field)) = reader.next_field() {
            if field.number == number {
                return Some(reader.string(&field).unwrap_or_default());
            }
        }
        None
    })
}

/// A string field; empty if absent.
#[must_use]
#[inline]
pub fn string(reader: WireReader<'_>, number: u32) -> &str {
    let mut fields = reader;
    let mut found = None;
    while let Ok(Some(field)) = fields.next_field() {
        if field.number == number {
            found = Some(field);
        }
    }
    found.and_then(|field| reader.string(&field).ok()).unwrap_or_default()
}

/// A fixed32 field, such as an error code; 0 if absent.
#[must_use]
pub fn code(mut reader: WireReader<'_>, number: u32) -> u32 {
    let mut found = 0;
    while let Ok(Some(field)) = reader.next_field() {
        if field.number == number {
            found = field.fixed32().unwrap_or(found);
        }
    }
    found
}

/// Keys and values of a `map<string, string>` field, in the order of the wire.
pub fn entries<'a>(
    reader: WireReader<'a>,
    number: u32,
) -> impl Iterator<Item = (&'a str, &'a str)> {
    each(reader, number).filter_map(|entry| map_entry(entry).ok())
}

/// The arguments of a Boot! event (TR-181 `Device.Boot!`), as sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct BootArgs<'a> {
    /// Why it booted.
    pub cause: Option<&'a str>,
    /// The key of the command that made it, if one did.
    pub command_key: Option<&'a str>,
    /// Whether it came up with other firmware.
    pub firmware_updated: Option<&'a str>,
}

/// The arguments of a Boot! event; `event` stands on the Event.
#[must_use]
pub fn boot_args(event: WireReader<'_>) -> BootArgs<'_> {
    let mut args = BootArgs::default();
    for (name, value) in entries(event, 3) {
        match name {
            "Cause" => args.cause = Some(value),
            "CommandKey" => args.command_key = Some(value),
            "FirmwareUpdated" => args.firmware_updated = Some(value),
            _ => {}
        }
    }
    args
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail loudly")]
mod tests {
    use prost::Message as _;

    use super::super::generated::usp::notify::{Event, Notification};
    use super::super::make;
    use super::*;

    #[test]
    fn fields_are_found_and_absent_ones_are_empty() {
        let params = [("Cause".to_owned(), "LocalReboot".to_owned())].into();
        let event =
            Event { obj_path: "Device.".to_owned(), event_name: "Boot!".to_owned(), params };
        let msg = make::notify("1", "boot-1", true, Notification::Event(event)).encode_to_vec();
        let notify = body(MsgKind::Notify, &msg).unwrap();
        assert_eq!(string(notify, 1), "boot-1");
        let event = last(notify, 3).unwrap();
        assert_eq!((string(event, 1), string(event, 2)), ("Device.", "Boot!"));
        assert_eq!(entries(event, 3).collect::<Vec<_>>(), [("Cause", "LocalReboot")]);
        let args = BootArgs { cause: Some("LocalReboot"), ..BootArgs::default() };
        assert_eq!(boot_args(event), args);
        assert_eq!(string(event, 9), "");
        assert!(body(MsgKind::Get, &msg).is_none());
        assert!(body(MsgKind::GetResp, &msg).is_none());

        let msg = make::error("1", 7004, "no").encode_to_vec();
        assert_eq!(code(body(MsgKind::Error, &msg).unwrap(), 1), 7004);
        assert_eq!(each(body(MsgKind::Error, &msg).unwrap(), 3).count(), 0);
    }

    #[test]
    fn damaged_bytes_end_the_walk() {
        let msg = make::get("1", &["Device.A.", "Device.B."]).encode_to_vec();
        let get = body(MsgKind::Get, &msg).unwrap();
        assert_eq!(strings(get, 1).collect::<Vec<_>>(), ["Device.A.", "Device.B."]);
        for end in 0..msg.len() {
            let cut = msg.get(..end).unwrap();
            if let Some(get) = body(MsgKind::Get, cut) {
                assert!(strings(get, 1).count() < 2);
            }
        }
    }
}
