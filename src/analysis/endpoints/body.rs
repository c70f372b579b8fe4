//! The few things wanted from the bodies of Msgs, read where they stand without decoding the
//! rest. Of damaged bytes what can be read.

use crate::usp::wire::WireReader;

/// `Msg.body`, then `Body.request` or `Body.response`, then the member.
pub(super) const OPERATE: [u32; 3] = [2, 1, 7];
/// As above, then the notification.
pub(super) const EVENT: [u32; 4] = [2, 1, 8, 3];
/// As above.
pub(super) const ON_BOARD: [u32; 4] = [2, 1, 8, 8];
/// As above.
pub(super) const SUPPORTED_PROTOCOL: [u32; 3] = [2, 2, 9];

/// What a Boot! event says.
#[derive(Default)]
pub(super) struct BootArgs {
    pub(super) cause: String,
    pub(super) command_key: String,
    pub(super) firmware_updated: Option<bool>,
}

/// The message at the end of `path`, following the last member at each level.
pub(super) fn inside<'a>(bytes: &'a [u8], path: &[u32]) -> Option<WireReader<'a>> {
    let mut reader = WireReader::new(bytes);
    for &number in path {
        let mut found = None;
        while let Ok(Some(field)) = reader.next_field() {
            if field.number == number && field.len().is_ok() {
                found = Some(reader.inside(&field));
            }
        }
        reader = found?;
    }
    Some(reader)
}

/// A string field of the message `reader` stands on; empty if absent.
pub(super) fn string(mut reader: WireReader<'_>, number: u32) -> &str {
    let mut found = "";
    while let Ok(Some(field)) = reader.next_field() {
        if field.number == number
            && let Ok(text) = reader.string(&field)
        {
            found = text;
        }
    }
    found
}

/// The arguments of a Boot! event (TR-181 `Device.Boot!`); `event` stands on the Event.
pub(super) fn boot_args(mut event: WireReader<'_>) -> BootArgs {
    let mut args = BootArgs::default();
    while let Ok(Some(field)) = event.next_field() {
        if field.number != 3 {
            continue;
        }
        let entry = event.inside(&field);
        let value = string(entry, 2);
        match string(entry, 1) {
            "Cause" => value.clone_into(&mut args.cause),
            "CommandKey" => value.clone_into(&mut args.command_key),
            "FirmwareUpdated" => args.firmware_updated = boolean(value),
            _ => {}
        }
    }
    args
}

fn boolean(text: &str) -> Option<bool> {
    match text {
        "1" => Some(true),
        "0" => Some(false),
        _ if text.eq_ignore_ascii_case("true") => Some(true),
        _ if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

/// The last part of an event's or a command's name, such as `Boot!` of `Device.Boot!`.
pub(super) fn last_part(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}
