//! What stands inside a Msg: paths, values, commands, events, error codes. Walks along the schema
//! over the bytes as received; makes nothing, and stops at the first hit.

use crate::usp::generated::schema;
use crate::usp::schema::{FieldKind, FieldType, MessageType};
use crate::usp::summary::Malformed;
use crate::usp::wire::{WireField, WireReader, WireValue};

/// Something found in a Msg.
#[derive(Clone, Copy, Debug)]
pub(super) enum Item<'a> {
    /// A path of the data model, in two parts.
    Path(&'a [u8], &'a [u8]),
    /// The value of a parameter or an argument.
    Value(&'a [u8]),
    /// An event: path of its object, name.
    Event(&'a [u8], &'a [u8]),
    /// A command, or the path of its object and its name.
    Command(&'a [u8], &'a [u8]),
    /// A subscription ID.
    Subscription(&'a [u8]),
    /// An error code, never 0.
    Code(u32),
}

/// Shows what is in the Msg to `hit` until it says true; true if it did. A damaged Msg is read up
/// to its fault.
pub(super) fn any<'a>(msg: &'a [u8], hit: &mut dyn FnMut(Item<'a>) -> bool) -> bool {
    walk(WireReader::new(msg), &schema::MSG, b"", hit).unwrap_or(false)
}

/// The code of a Disconnect Record, 0 if it has none.
pub(super) fn disconnect_code(payload: &[u8]) -> u32 {
    let mut code = 0;
    let mut record = WireReader::new(payload);
    while let Ok(Some(field)) = record.next_field() {
        if field.number == 12 && field.value == WireValue::Len {
            let mut inner = record.inside(&field);
            while let Ok(Some(field)) = inner.next_field() {
                if field.number == 2 {
                    code = field.fixed32().unwrap_or(0);
                }
            }
        }
    }
    code
}

fn walk<'a>(
    mut reader: WireReader<'a>,
    message: &'static MessageType,
    base: &'a [u8],
    hit: &mut dyn FnMut(Item<'a>) -> bool,
) -> Result<bool, Malformed> {
    // Names inside belong to the object's path, wherever that stands among them.
    let base = match message.fields.iter().find(|field| is_base(field)) {
        Some(field) => last_text(reader, field.number)?.unwrap_or(base),
        None => base,
    };
    while let Some(field) = reader.next_field()? {
        let Some(known) = message.field(field.number) else { continue };
        let found = match &known.kind {
            FieldKind::Message(inner) => {
                field.len()?;
                // The header holds nothing of this.
                field_is_body(message, known) && walk(reader.inside(&field), inner, base, hit)?
            }
            FieldKind::String => {
                field.len()?;
                string(known.name, base, reader.bytes(&field), hit)
            }
            FieldKind::Map => {
                field.len()?;
                let (key, value) = entry(reader.inside(&field))?;
                let keyed =
                    matches!(known.name, "result_params" | "unique_keys" | "updated_params");
                (keyed && hit(Item::Path(base, key))) || hit(Item::Value(value))
            }
            FieldKind::Fixed32 if known.name == "err_code" => {
                let code = field.fixed32()?;
                code != 0 && hit(Item::Code(code))
            }
            _ => false,
        };
        if found {
            return Ok(true);
        }
    }
    Ok(false)
}

fn field_is_body(message: &MessageType, field: &FieldType) -> bool {
    message.name != "Msg" || field.name == "body"
}

/// True for the path that names inside the same message belong to.
fn is_base(field: &FieldType) -> bool {
    matches!(
        field.name,
        "resolved_path"
            | "obj_path"
            | "affected_path"
            | "instantiated_path"
            | "instantiated_obj_path"
            | "supported_obj_path"
    )
}

fn string<'a>(
    name: &str,
    base: &'a [u8],
    text: &'a [u8],
    hit: &mut dyn FnMut(Item<'a>) -> bool,
) -> bool {
    match name {
        "value" | "param_value" => hit(Item::Value(text)),
        "param_paths"
        | "obj_paths"
        | "requested_path"
        | "resolved_path"
        | "param_path"
        | "obj_path"
        | "req_obj_path"
        | "supported_obj_path"
        | "divergent_paths"
        | "instantiated_obj_path"
        | "instantiated_path"
        | "affected_path"
        | "affected_paths"
        | "unaffected_path"
        | "path"
        | "paths"
        | "registered_path"
        | "deregistered_path" => !text.is_empty() && hit(Item::Path(b"", text)),
        "param" | "param_name" => hit(Item::Path(base, text)),
        "event_name" => hit(Item::Event(base, text)) || hit(Item::Path(base, text)),
        "command_name" => hit(Item::Command(base, text)) || hit(Item::Path(base, text)),
        "command" | "executed_command" => {
            hit(Item::Command(b"", text)) || hit(Item::Path(b"", text))
        }
        "subscription_id" => hit(Item::Subscription(text)),
        _ => false,
    }
}

/// The text of a field, the last one if a sender put several.
fn last_text(mut reader: WireReader<'_>, number: u32) -> Result<Option<&[u8]>, Malformed> {
    let mut text = None;
    while let Some(field) = reader.next_field()? {
        if field.number == number {
            field.len()?;
            text = Some(reader.bytes(&field));
        }
    }
    Ok(text)
}

/// Key and value of an entry of a map.
fn entry(mut reader: WireReader<'_>) -> Result<(&[u8], &[u8]), Malformed> {
    let (mut key, mut value): (&[u8], &[u8]) = (b"", b"");
    while let Some(field) = reader.next_field()? {
        let bytes = |field: &WireField| reader.bytes(field);
        match field.number {
            1 => key = bytes(&field),
            2 => value = bytes(&field),
            _ => {}
        }
    }
    Ok((key, value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::usp::schema::MessageType;

    /// Every text of the schema is either known here or known not to matter, so that a new
    /// schema can't bring paths or values that no filter finds.
    #[test]
    fn every_text_of_the_schema_has_its_place() {
        fn visit(
            message: &'static MessageType,
            seen: &mut Vec<&'static str>,
            texts: &mut Vec<&'static str>,
        ) {
            if seen.contains(&message.name) {
                return;
            }
            seen.push(message.name);
            for field in message.fields {
                match &field.kind {
                    FieldKind::Message(inner) => visit(inner, seen, texts),
                    FieldKind::String if !texts.contains(&field.name) => texts.push(field.name),
                    _ => {}
                }
            }
        }
        let mut texts = Vec::new();
        visit(&schema::MSG, &mut Vec::new(), &mut texts);
        let unknown: Vec<_> =
            texts.into_iter().filter(|name| !string(name, b"", b"x", &mut |_| true)).collect();
        assert_eq!(
            unknown,
            [
                "msg_id",
                "command_key",
                "err_msg",
                "oui",
                "product_class",
                "serial_number",
                "agent_supported_protocol_versions",
                "controller_supported_protocol_versions",
                "data_model_inst_uri",
                "input_arg_names",
                "output_arg_names",
                "arg_names",
                "key_names",
            ]
        );
    }
}
