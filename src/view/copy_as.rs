//! A message as text for the clipboard: its JSON, its bytes, a line that publishes it again, or
//! one of its names.

use super::command_line::{connection, insecure, quoted};
use super::message_list;
use crate::analysis::Snapshot;
use crate::analysis::message::{self, Message};
use crate::core::hex;
use crate::core::wire::Prop;
use crate::profile::model::{Profile, VersionChoice};
use crate::store::RowRef;
use crate::usp::json::base64;

/// Largest payload put into a command line, bytes: a terminal takes no more in one paste.
pub const MAX_LINE_PAYLOAD: usize = 64 << 10;

/// Largest payload copied as text, bytes.
pub const MAX_TEXT_PAYLOAD: usize = 16 << 20;

/// Messages copied at once.
pub const MAX_MESSAGES: usize = 1000;

/// As what a message is copied.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CopyAs {
    /// The object of `decode -F json`.
    Json,
    /// The payload in hexadecimal.
    Hex,
    /// The payload in base64.
    Base64,
    /// A line for a shell that publishes it again.
    MosquittoPub,
    /// The summary.
    Summary,
    /// The topic.
    Topic,
    /// The device's Endpoint ID.
    EndpointId,
    /// The `msg_id`.
    MsgId,
}

impl CopyAs {
    /// All of them, in the order of menus.
    pub const ALL: [Self; 8] = [
        Self::Json,
        Self::Hex,
        Self::Base64,
        Self::MosquittoPub,
        Self::Summary,
        Self::Topic,
        Self::EndpointId,
        Self::MsgId,
    ];

    /// What it is called.
    #[must_use]
    pub fn what(self) -> &'static str {
        match self {
            Self::Json => "JSON",
            Self::Hex => "Hex",
            Self::Base64 => "Base64",
            Self::MosquittoPub => "mosquitto_pub line",
            Self::Summary => "Summary",
            Self::Topic => "Topic",
            Self::EndpointId => "Endpoint ID",
            Self::MsgId => "msg_id",
        }
    }

    /// The entry of a menu.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Json => "Copy JSON",
            Self::Hex => "Copy hex",
            Self::Base64 => "Copy base64",
            Self::MosquittoPub => "Copy mosquitto_pub line",
            Self::Summary => "Copy summary",
            Self::Topic => "Copy topic",
            Self::EndpointId => "Copy Endpoint ID",
            Self::MsgId => "Copy msg_id",
        }
    }
}

/// The message as that text, on one line.
///
/// # Errors
/// Why there is no such text, in a sentence.
pub fn text(
    what: CopyAs,
    snapshot: &Snapshot,
    row: RowRef<'_>,
    profile: Option<&Profile>,
) -> Result<String, &'static str> {
    let message = Message { snapshot, row };
    let payload = row.payload();
    if payload.len() > MAX_TEXT_PAYLOAD {
        return Err("The payload is too large for the clipboard; export the message instead");
    }
    Ok(match what {
        CopyAs::Json => message::json(message).to_string(),
        CopyAs::Hex => hex::encode(payload),
        CopyAs::Base64 => base64(payload),
        CopyAs::MosquittoPub => mosquitto_pub(message, profile)?,
        CopyAs::Summary => message_list::summary(snapshot, row),
        CopyAs::Topic => message.topic().to_owned(),
        CopyAs::EndpointId => {
            let device = message.device().ok_or("The message names no Endpoint")?;
            snapshot.endpoint_name(device).to_owned()
        }
        CopyAs::MsgId if row.msg_id().is_empty() => return Err("The message has no msg_id"),
        CopyAs::MsgId => row.msg_id().to_owned(),
    })
}

/// A line for bash that publishes the message again: the same bytes, topic and properties. The
/// payload goes through a pipe, so no file and no tool beside mosquitto_pub is needed.
fn mosquitto_pub(message: Message<'_>, profile: Option<&Profile>) -> Result<String, &'static str> {
    let row = message.row;
    let payload = row.payload();
    if payload.len() > MAX_LINE_PAYLOAD {
        return Err("The payload is too large for a command line; export the message instead");
    }
    if message.topic().is_empty() || message.topic().contains(['\0', '+', '#']) {
        return Err("No broker takes a message on this topic");
    }
    let mut words = vec!["mosquitto_pub".to_owned()];
    let mut notes = Vec::new();
    let spare;
    let profile = match profile {
        Some(profile) => profile,
        None => {
            notes.push("set -h and -p");
            spare = Profile::for_address("localhost", 1883);
            &spare
        }
    };
    connection(profile, "\"$MQTT_AUTH_PASSWORD\"", &mut words);
    if profile.username.is_some() && profile.password.is_some() {
        notes.push("the password is taken from the variable MQTT_AUTH_PASSWORD");
    }
    let delivery = row.delivery();
    words.extend(["-t".to_owned(), ansi_quoted(message.topic().as_bytes())]);
    words.extend(["-q".to_owned(), delivery.qos.min(2).to_string()]);
    if delivery.retain {
        words.push("-r".to_owned());
    }
    if profile.version != VersionChoice::V311 {
        properties(row, &mut words, &mut notes);
    }
    insecure(profile, &mut words);
    let mut line = if payload.is_empty() {
        words.push("-n".to_owned());
        words.join(" ")
    } else {
        words.push("-s".to_owned());
        format!("printf '{}' | {}", printf_format(payload), words.join(" "))
    };
    if !notes.is_empty() {
        line += " # ";
        line += &notes.join("; ");
    }
    Ok(line)
}

fn properties(row: RowRef<'_>, words: &mut Vec<String>, notes: &mut Vec<&'static str>) {
    for prop in row.props().iter() {
        let (name, values): (&str, Vec<Vec<u8>>) = match prop {
            Prop::ContentType(value) => ("content-type", vec![value.to_vec()]),
            Prop::ResponseTopic(value) => ("response-topic", vec![value.to_vec()]),
            Prop::CorrelationData(value) => ("correlation-data", vec![value.to_vec()]),
            Prop::User(key, value) => ("user-property", vec![key.to_vec(), value.to_vec()]),
            Prop::MessageExpiry(secs) => {
                ("message-expiry-interval", vec![secs.to_string().into_bytes()])
            }
            Prop::PayloadFormat(format) => {
                ("payload-format-indicator", vec![format.to_string().into_bytes()])
            }
            // The broker adds it for each subscriber; nobody can publish it.
            Prop::SubscriptionId(_) => continue,
        };
        if values.iter().any(|value| value.contains(&0)) {
            notes.push("a property with a zero byte can't be given and is left out");
            continue;
        }
        words.extend(["-D", "publish", name].map(str::to_owned));
        words.extend(values.iter().map(|value| ansi_quoted(value)));
    }
}

/// A word for bash; with the quotes that know escapes where it holds what no line should.
fn ansi_quoted(word: &[u8]) -> String {
    match std::str::from_utf8(word) {
        Ok(text) if !text.chars().any(char::is_control) => return quoted(text),
        _ => {}
    }
    let mut out = String::from("$'");
    for &byte in word {
        match byte {
            b'\'' | b'\\' => out.extend(['\\', char::from(byte)]),
            b' '..=b'~' => out.push(char::from(byte)),
            _ => out.push_str(&format!("\\{byte:03o}")),
        }
    }
    out.push('\'');
    out
}

/// Bytes as the format of `printf` in single quotes. Escapes have three octal digits, which
/// every shell's printf reads alike, whatever follows them.
fn printf_format(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() * 2);
    for (at, &byte) in bytes.iter().enumerate() {
        match byte {
            b'%' => out.push_str("%%"),
            // A dash at the start would be an option.
            b'-' if at == 0 => out.push_str("\\055"),
            // An exclamation mark may recall a line of the history.
            b'\'' | b'\\' | b'!' => out.push_str(&format!("\\{byte:03o}")),
            b' '..=b'~' => out.push(char::from(byte)),
            _ => out.push_str(&format!("\\{byte:03o}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::analysis::Pipeline;
    use crate::core::ids::{Epoch, Seq};
    use crate::core::secret::Secret;
    use crate::core::time::Timestamp;
    use crate::core::wire::{Delivery, WireBatch};
    use crate::store::Budgets;
    use crate::usp::make;

    fn snapshot(topic: &str, payload: &[u8]) -> Snapshot {
        let mut batch = WireBatch::new();
        let delivery = Delivery { qos: 1, retain: false, dup: false };
        batch.push(Timestamp(1_000), topic.as_bytes(), payload, delivery, |props| {
            props.add(Prop::ContentType(b"usp.msg"));
            props.add(Prop::User(b"it's", b"a\nb"));
        });
        let mut pipeline = Pipeline::new(Budgets::default(), Epoch(1));
        pipeline.apply(&batch);
        pipeline.snapshot()
    }

    #[test]
    fn a_line_for_the_shell_holds_no_password() {
        let snapshot = snapshot("usp/agent/o'ne", b"-1%\x00!\xff'");
        let row = snapshot.row(Seq(1)).unwrap();
        let mut profile = Profile::for_address("broker.example", 1883);
        profile.username = Some("me".to_owned());
        profile.password = Some(Secret::new("CANARY"));
        let line = text(CopyAs::MosquittoPub, &snapshot, row, Some(&profile)).unwrap();
        assert_eq!(
            line,
            "printf '\\0551%%\\000\\041\\377\\047' | mosquitto_pub -h broker.example -p 1883 \
             -V mqttv5 -u me -P \"$MQTT_AUTH_PASSWORD\" -t 'usp/agent/o'\\''ne' -q 1 \
             -D publish content-type usp.msg -D publish user-property 'it'\\''s' $'a\\012b' -s \
             # the password is taken from the variable MQTT_AUTH_PASSWORD"
        );
        profile.version = VersionChoice::V311;
        let line = text(CopyAs::MosquittoPub, &snapshot, row, Some(&profile)).unwrap();
        assert!(!line.contains("-D publish"), "{line}");
        let line = text(CopyAs::MosquittoPub, &snapshot, row, None).unwrap();
        assert!(line.contains("-h localhost") && line.ends_with("# set -h and -p"), "{line}");
    }

    #[test]
    fn names_bytes_and_json_are_copied_as_they_are() {
        let record = make::record("self::acs", "os::1", &make::get("id-1", &["Device."]));
        let snapshot = snapshot("usp/agent/1", &record);
        let row = snapshot.row(Seq(1)).unwrap();
        let copy = |what| text(what, &snapshot, row, None).unwrap();
        assert_eq!(hex::decode(copy(CopyAs::Hex).as_bytes()).unwrap(), record);
        assert_eq!(copy(CopyAs::Topic), "usp/agent/1");
        assert_eq!(copy(CopyAs::EndpointId), "os::1");
        assert_eq!(copy(CopyAs::MsgId), "id-1");
        assert_eq!(copy(CopyAs::Base64), base64(&record));
        let json: serde_json::Value = serde_json::from_str(&copy(CopyAs::Json)).unwrap();
        assert_eq!(json["msg"]["msg_id"], "id-1");
        assert_eq!(json, message::json(Message { snapshot: &snapshot, row }));
    }

    #[test]
    fn what_has_no_such_text_says_why() {
        let snapshot = snapshot("t", &vec![0; MAX_LINE_PAYLOAD + 1]);
        let row = snapshot.row(Seq(1)).unwrap();
        for what in [CopyAs::MosquittoPub, CopyAs::MsgId, CopyAs::EndpointId] {
            assert!(text(what, &snapshot, row, None).is_err(), "{what:?}");
        }
    }
}
