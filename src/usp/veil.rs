//! Messages made fit to be shown to others: identifiers and values give way to pseudonyms, the
//! same for the same text, while types, paths, sizes of numbers, codes and times stay.
//!
//! What is known to be harmless stays and everything else is veiled: a field nobody thought of
//! can't slip through. A pseudonym can't be turned back without the key, which is never stored.

use std::borrow::Cow;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash as _, Hasher as _};

use super::endpoint::{EndpointId, split_reply_to};
use super::generated::schema;
use super::schema::{FieldKind, MessageType};
use super::wire::{WireReader, WireValue};

/// Topic levels that say nothing of anybody.
const LEVELS: [&str; 14] = [
    "usp",
    "agent",
    "agents",
    "controller",
    "controllers",
    "tr369",
    "v1",
    "v2",
    "device",
    "devices",
    "cpe",
    "acs",
    "$SYS",
    "broker",
];

/// Values that say nothing of anybody (TR-181 enumerations and event arguments).
const WORDS: [&str; 24] = [
    "true",
    "false",
    "Up",
    "Down",
    "Enabled",
    "Disabled",
    "Error",
    "Unknown",
    "Success",
    "Complete",
    "Completed",
    "None",
    "LocalReboot",
    "RemoteReboot",
    "LocalFactoryReset",
    "RemoteFactoryReset",
    "FirmwareUpdate",
    "ValueChange",
    "ObjectCreation",
    "ObjectDeletion",
    "OperationComplete",
    "Event",
    "MQTT",
    "Auto",
];

/// Longest number that stays, digits: serial and telephone numbers are longer.
const DIGITS: usize = 6;

/// Letters of a pseudonym; none that look alike.
const ALPHABET: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz023456789";

/// What stands in place of free text.
const REDACTED: &str = "redacted";

/// See the module text.
#[derive(Clone, Debug)]
pub struct Veil {
    key: u64,
}

/// What becomes of a field.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Rule {
    /// It says nothing of anybody.
    Keep,
    Endpoint,
    Topic,
    Path,
    Value,
    Text,
    /// Bytes that can't be judged.
    Remove,
    /// A Msg, or a part of one.
    Msg,
}

fn rule(message: &MessageType, field: &str) -> Rule {
    match field {
        "version"
        | "agent_supported_protocol_versions"
        | "controller_supported_protocol_versions"
        | "param"
        | "param_name"
        | "event_name"
        | "command_name"
        | "arg_names"
        | "key_names"
        | "input_arg_names"
        | "output_arg_names"
        | "data_model_inst_uri" => Rule::Keep,
        "to_id" | "from_id" => Rule::Endpoint,
        "subscribed_topic" | "subscribed_destination" => Rule::Topic,
        "affected_path"
        | "affected_paths"
        | "command"
        | "deregistered_path"
        | "divergent_paths"
        | "executed_command"
        | "instantiated_obj_path"
        | "instantiated_path"
        | "obj_path"
        | "obj_paths"
        | "param_path"
        | "param_paths"
        | "path"
        | "paths"
        | "registered_path"
        | "req_obj_path"
        | "requested_path"
        | "resolved_path"
        | "supported_obj_path"
        | "unaffected_path" => Rule::Path,
        "err_msg" | "reason" => Rule::Text,
        "payload" if !message.name.contains("Error") => Rule::Msg,
        "mac_signature" | "sender_cert" => Rule::Remove,
        _ => Rule::Value,
    }
}

impl Veil {
    /// A veil with this key; another key gives other pseudonyms.
    #[must_use]
    pub fn new(key: u64) -> Self {
        Self { key }
    }

    fn hash(&self, text: &str) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.key.hash(&mut hasher);
        text.hash(&mut hasher);
        hasher.finish()
    }

    /// The pseudonym of a text.
    #[must_use]
    pub fn pseudonym(&self, text: &str) -> String {
        let mut hash = self.hash(text);
        let mut out = String::from("anon-");
        for _ in 0..6 {
            out.push(char::from(ALPHABET.get((hash & 31) as usize).copied().unwrap_or(b'x')));
            hash >>= 5;
        }
        out
    }

    /// An Endpoint ID with the same scheme.
    #[must_use]
    pub fn endpoint(&self, id: &str) -> String {
        if id.is_empty() {
            return String::new();
        }
        let Some(parts) = EndpointId::split(id) else { return self.pseudonym(id) };
        let authority = if parts.authority.is_empty() {
            String::new()
        } else if parts.authority.bytes().all(|b| b.is_ascii_hexdigit()) {
            // As long as before: schemes prescribe it.
            let digits = format!("{:016X}", self.hash(parts.authority));
            digits.chars().cycle().take(parts.authority.len().min(16)).collect()
        } else {
            self.pseudonym(parts.authority)
        };
        let scheme =
            if parts.scheme.bytes().all(|b| b.is_ascii_lowercase()) { parts.scheme } else { "x" };
        format!("{scheme}:{authority}:{}", self.pseudonym(parts.instance))
    }

    /// A topic whose well-known levels stay.
    #[must_use]
    pub fn topic(&self, topic: &str) -> String {
        let (plain, reply) = split_reply_to(topic);
        let mut out = self.levels(plain);
        if let Some(reply) = reply {
            out.push_str("/reply-to=");
            out.push_str(&self.levels(&reply).replace('/', "%2F"));
        }
        out
    }

    fn levels(&self, topic: &str) -> String {
        let levels = topic.split('/').map(|level| {
            if level.is_empty() || level == "+" || level == "#" || LEVELS.contains(&level) {
                Cow::Borrowed(level)
            } else {
                Cow::Owned(self.pseudonym(level))
            }
        });
        levels.collect::<Vec<_>>().join("/")
    }

    /// A data-model path: values that instances are searched by are veiled.
    #[must_use]
    pub fn path<'t>(&self, path: &'t str) -> Cow<'t, str> {
        if !looks_like_path(path) {
            return Cow::Owned(self.pseudonym(path));
        }
        if !path.contains('[') {
            return Cow::Borrowed(path);
        }
        let mut out = String::new();
        let mut rest = path;
        while let Some(open) = rest.find('[') {
            let (before, inside) = rest.split_at(open);
            out.push_str(before);
            let close = inside.find(']').map_or(inside.len(), |at| at + 1);
            let (search, after) = inside.split_at(close);
            out.push('[');
            out.push_str(&self.pseudonym(search));
            out.push(']');
            rest = after;
        }
        out.push_str(rest);
        Cow::Owned(out)
    }

    /// A value: truth values, short numbers, times, paths and well-known words stay.
    #[must_use]
    pub fn value<'t>(&self, value: &'t str) -> Cow<'t, str> {
        let number = value.strip_prefix('-').unwrap_or(value);
        let short = number.len() <= DIGITS
            && number.bytes().all(|b| b.is_ascii_digit() || b == b'.')
            && number.bytes().filter(|&b| b == b'.').count() <= 1;
        if short || WORDS.contains(&value) || is_time(value) {
            Cow::Borrowed(value)
        } else if value.starts_with("Device.") && looks_like_path(value) {
            self.path(value)
        } else {
            Cow::Owned(self.pseudonym(value))
        }
    }

    /// A User Property's value.
    #[must_use]
    pub fn property(&self, name: &str, value: &str) -> String {
        if name == "usp-endpoint-id" {
            self.endpoint(value)
        } else {
            self.value(value).into_owned()
        }
    }

    /// A payload. Where it is a segment of a Msg, the Record that completes the Msg carries all
    /// of it (`whole`, its bytes) and the others nothing, since parts can't be read.
    #[must_use]
    pub fn record(&self, payload: &[u8], whole: Option<&[u8]>) -> Vec<u8> {
        let mut out = Vec::with_capacity(payload.len());
        if payload.is_empty() || self.message(payload, &schema::RECORD, whole, &mut out).is_some() {
            return out;
        }
        format!("{REDACTED}: {} bytes that are no USP Record", payload.len()).into_bytes()
    }

    fn message(
        &self,
        bytes: &[u8],
        kind: &'static MessageType,
        whole: Option<&[u8]>,
        out: &mut Vec<u8>,
    ) -> Option<()> {
        // Which part of a Msg a Record of a session carries decides what becomes of it.
        let segment = kind.name == schema::SESSION_CONTEXT_RECORD.name && is_segment(bytes, kind)?;
        let mut reader = WireReader::new(bytes);
        let mut placed = false;
        while let Some(field) = reader.next_field().ok()? {
            // What the schema does not know can't be judged.
            let Some(known) = kind.field(field.number) else { continue };
            let inner = reader.bytes(&field);
            match (&known.kind, field.value) {
                (
                    FieldKind::Bool | FieldKind::Uint64 | FieldKind::Enum(_) | FieldKind::Fixed32,
                    value,
                ) => {
                    if !matches!(value, WireValue::Len | WireValue::Group) {
                        out.extend_from_slice(bytes.get(field.start..field.end)?);
                    }
                }
                (
                    _,
                    WireValue::Varint(_)
                    | WireValue::Fixed32(_)
                    | WireValue::Fixed64(_)
                    | WireValue::Group,
                ) => return None,
                (FieldKind::Message(nested), WireValue::Len) => {
                    let mut part = Vec::with_capacity(inner.len());
                    self.message(inner, nested, whole, &mut part)?;
                    put(out, field.number, &part);
                }
                (FieldKind::Map, WireValue::Len) => {
                    let mut part = Vec::with_capacity(inner.len());
                    self.entry(inner, &mut part)?;
                    put(out, field.number, &part);
                }
                (FieldKind::String, WireValue::Len) => {
                    let text = std::str::from_utf8(inner).ok()?;
                    let veiled = self.string(rule(kind, known.name), text);
                    put(out, field.number, veiled.as_bytes());
                }
                (FieldKind::Bytes, WireValue::Len) => match rule(kind, known.name) {
                    Rule::Msg if segment => {
                        let all = whole.filter(|_| !std::mem::replace(&mut placed, true));
                        put(out, field.number, &self.msg(all.unwrap_or_default()));
                    }
                    Rule::Msg => put(out, field.number, &self.msg(inner)),
                    _ => put(out, field.number, &[]),
                },
            }
        }
        Some(())
    }

    /// A Msg; nothing if it can't be read.
    fn msg(&self, bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(bytes.len());
        match self.message(bytes, &schema::MSG, None, &mut out) {
            Some(()) => out,
            None => Vec::new(),
        }
    }

    fn string<'t>(&self, rule: Rule, text: &'t str) -> Cow<'t, str> {
        if text.is_empty() {
            return Cow::Borrowed(text);
        }
        match rule {
            Rule::Keep if is_plain(text) => Cow::Borrowed(text),
            Rule::Endpoint => Cow::Owned(self.endpoint(text)),
            Rule::Topic => Cow::Owned(self.topic(text)),
            Rule::Path => self.path(text),
            Rule::Text => Cow::Borrowed(REDACTED),
            Rule::Value => self.value(text),
            Rule::Keep | Rule::Remove | Rule::Msg => Cow::Owned(self.pseudonym(text)),
        }
    }

    /// An entry of a map of names and values.
    fn entry(&self, bytes: &[u8], out: &mut Vec<u8>) -> Option<()> {
        let mut reader = WireReader::new(bytes);
        while let Some(field) = reader.next_field().ok()? {
            let text = reader.string(&field).ok()?;
            let veiled = match field.number {
                1 => self.string(Rule::Keep, text),
                _ => self.string(Rule::Value, text),
            };
            put(out, field.number, veiled.as_bytes());
        }
        Some(())
    }
}

/// True if what a session's Record carries is a Msg only together with something else: other
/// Records, or its own further payloads.
fn is_segment(bytes: &[u8], kind: &'static MessageType) -> Option<bool> {
    let mut reader = WireReader::new(bytes);
    let (mut segment, mut payloads) = (false, 0);
    while let Some(field) = reader.next_field().ok()? {
        match kind.field(field.number).map(|known| known.name) {
            Some("payload_sar_state") => segment = field.varint().ok()? != 0,
            Some("payload") => payloads += 1,
            _ => {}
        }
    }
    Some(segment || payloads > 1)
}

/// Letters, digits and what names and versions are made of.
fn is_plain(text: &str) -> bool {
    text.len() <= 256
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-,!()?:/ ".contains(&b))
}

fn looks_like_path(text: &str) -> bool {
    (text.starts_with("Device.") || text.starts_with("{") || text == "Device")
        && text.bytes().all(|b| b.is_ascii_graphic())
}

/// `2026-11-22T17:29:19Z` and the like.
fn is_time(text: &str) -> bool {
    let bytes = text.as_bytes();
    (19..=32).contains(&bytes.len())
        && bytes.get(4) == Some(&b'-')
        && bytes.get(10) == Some(&b'T')
        && bytes.iter().all(|b| b.is_ascii_digit() || b"-T:.Z+".contains(b))
}

fn put(out: &mut Vec<u8>, number: u32, bytes: &[u8]) {
    varint(out, u64::from(number) << 3 | 2);
    varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

fn varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

#[cfg(test)]
mod tests;
