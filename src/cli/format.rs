//! `-F`: text, JSON, or a format of mosquitto_sub, extended by USP fields.
//!
//! `%` introduces a field (with optional `-`, `0`, width and `.precision`), `@` a strftime field
//! in local time, `\` an escape. Where mosquitto_sub and the interface description use a letter
//! differently (`%T`, `%f`, `%d`, `%m`), the description's USP meaning holds.

use jiff::Zoned;
use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};

use super::text;
use crate::analysis::message::{self, Message};
use crate::core::hex;
use crate::core::wire::Prop;

/// How messages are printed.
pub(super) enum Format {
    Text,
    Json,
    Tree,
    Custom(Vec<Piece>),
}

/// A part of a custom format.
#[derive(Debug, PartialEq)]
pub(super) enum Piece {
    Literal(Vec<u8>),
    Field { letter: char, width: usize, left: bool, zeros: bool, precision: Option<usize> },
    Time(String),
}

/// Widths beyond this are a mistake, not a layout.
const MAX_WIDTH: usize = 10_000;

/// Fields of `%`.
const LETTERS: &str = "tpxXqrlUIjJTfdmCRDEPASFh";

impl Format {
    /// Reads `-F`'s value.
    ///
    /// # Errors
    /// What is wrong with it, in a sentence.
    pub(super) fn parse(text: Option<&str>) -> Result<Self, String> {
        match text {
            None | Some("text") => Ok(Self::Text),
            Some("json") => Ok(Self::Json),
            Some("tree") => Ok(Self::Tree),
            Some(custom) if custom.contains(['%', '@', '\\']) => {
                parse_custom(custom).map(Self::Custom)
            }
            Some(other) => Err(format!(
                "-F {other:?} is neither text nor json, and has no % field of a mosquitto_sub format"
            )),
        }
    }

    /// One message, without a line end.
    pub(super) fn render(&self, msg: Message<'_>, zone: &TimeZone) -> Vec<u8> {
        match self {
            Self::Text => text::line(msg, zone).into_bytes(),
            Self::Tree => text::tree(msg, zone).into_bytes(),
            Self::Json => message::json(msg).to_string().into_bytes(),
            Self::Custom(pieces) => {
                let mut out = Vec::new();
                for piece in pieces {
                    piece.render(msg, zone, &mut out);
                }
                out
            }
        }
    }
}

fn parse_custom(text: &str) -> Result<Vec<Piece>, String> {
    let mut pieces = Vec::new();
    let mut literal = Vec::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let piece = match c {
            '%' if chars.next_if_eq(&'%').is_some() => {
                literal.push(b'%');
                continue;
            }
            '%' => parse_field(&mut chars)?,
            '@' if chars.next_if_eq(&'@').is_some() => {
                literal.push(b'@');
                continue;
            }
            '@' => {
                let letter =
                    chars.next().ok_or("-F ends with a single @; write @@ for the sign")?;
                // %N, nanoseconds, is mosquitto_sub's own.
                let spec = if letter == 'N' { "%9f".to_owned() } else { format!("%{letter}") };
                if jiff::fmt::strtime::format(&spec, &Zoned::default()).is_err() {
                    return Err(format!("-F has the unknown time field @{letter}"));
                }
                Piece::Time(spec)
            }
            '\\' => {
                let letter =
                    chars.next().ok_or("-F ends with a single \\; write \\\\ for the sign")?;
                literal.push(match letter {
                    '\\' => b'\\',
                    '0' => 0,
                    'a' => 7,
                    'e' => 27,
                    'n' => b'\n',
                    'r' => b'\r',
                    't' => b'\t',
                    'v' => 11,
                    other => return Err(format!("-F has the unknown escape \\{other}")),
                });
                continue;
            }
            other => {
                literal.extend_from_slice(other.encode_utf8(&mut [0; 4]).as_bytes());
                continue;
            }
        };
        if !literal.is_empty() {
            pieces.push(Piece::Literal(std::mem::take(&mut literal)));
        }
        pieces.push(piece);
    }
    if !literal.is_empty() {
        pieces.push(Piece::Literal(literal));
    }
    Ok(pieces)
}

fn parse_field(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Result<Piece, String> {
    let number = |chars: &mut std::iter::Peekable<std::str::Chars<'_>>| {
        let mut value = 0usize;
        while let Some(digit) = chars.peek().and_then(|c| c.to_digit(10)) {
            value = value.saturating_mul(10).saturating_add(digit as usize);
            chars.next();
        }
        if value > MAX_WIDTH { Err(format!("-F has a width above {MAX_WIDTH}")) } else { Ok(value) }
    };
    let (mut left, mut zeros) = (false, false);
    loop {
        match chars.peek() {
            Some('-') => left = true,
            Some('0') => zeros = true,
            _ => break,
        }
        chars.next();
    }
    let width = number(chars)?;
    let precision = match chars.next_if_eq(&'.') {
        Some(_) => Some(number(chars)?),
        None => None,
    };
    match chars.next() {
        Some(letter) if LETTERS.contains(letter) => {
            Ok(Piece::Field { letter, width, left, zeros, precision })
        }
        Some(other) => Err(format!("-F has the unknown field %{other}")),
        None => Err("-F ends with a single %; write %% for the sign".to_owned()),
    }
}

impl Piece {
    fn render(&self, msg: Message<'_>, zone: &TimeZone, out: &mut Vec<u8>) {
        match self {
            Self::Literal(bytes) => out.extend_from_slice(bytes),
            Self::Time(spec) => {
                if let Some(time) = zoned(msg, zone)
                    && let Ok(text) = jiff::fmt::strtime::format(spec, &time)
                {
                    out.extend_from_slice(text.as_bytes());
                }
            }
            Self::Field { letter, width, left, zeros, precision } => {
                let mut value = field(*letter, msg, zone);
                // A payload is printed as it is, however wide; like mosquitto_sub.
                if !"pxX".contains(*letter)
                    && let Some(precision) = precision
                {
                    value = cut(value, *precision);
                }
                let chars = String::from_utf8_lossy(&value).chars().count();
                let pad = width.saturating_sub(chars);
                let fill = if *zeros && !*left { b'0' } else { b' ' };
                if !*left {
                    out.resize(out.len() + pad, fill);
                }
                out.extend_from_slice(&value);
                if *left {
                    out.resize(out.len() + pad, b' ');
                }
            }
        }
    }
}

/// The first `precision` characters.
fn cut(value: Vec<u8>, precision: usize) -> Vec<u8> {
    match String::from_utf8(value) {
        Ok(text) => text.chars().take(precision).collect::<String>().into_bytes(),
        Err(bytes) => bytes.into_bytes().into_iter().take(precision).collect(),
    }
}

fn zoned(msg: Message<'_>, zone: &TimeZone) -> Option<Zoned> {
    jiff::Timestamp::from_nanosecond(i128::from(msg.row.at.0))
        .ok()
        .map(|t| t.to_zoned(zone.clone()))
}

fn field(letter: char, msg: Message<'_>, zone: &TimeZone) -> Vec<u8> {
    let row = msg.row;
    let delivery = row.delivery();
    let prop = |wanted: fn(Prop<'_>) -> Option<Vec<u8>>| {
        row.props().iter().find_map(wanted).unwrap_or_default()
    };
    match letter {
        't' => msg.topic().as_bytes().to_vec(),
        'p' => row.payload().to_vec(),
        'x' => hex::encode(row.payload()).into_bytes(),
        'X' => hex::encode(row.payload()).to_uppercase().into_bytes(),
        'q' => delivery.qos.to_string().into_bytes(),
        'r' => u8::from(delivery.retain).to_string().into_bytes(),
        'l' => row.size().to_string().into_bytes(),
        'U' => unix_time(row.at.0).into_bytes(),
        'I' => iso_time(msg, zone, "%Y-%m-%dT%H:%M:%S%z").into_bytes(),
        'j' => mosquitto_json(msg, zone, false).into_bytes(),
        'J' => mosquitto_json(msg, zone, true).into_bytes(),
        'T' => row.type_label().as_bytes().to_vec(),
        'f' => msg.from().as_bytes().to_vec(),
        'd' => msg.to().as_bytes().to_vec(),
        'm' => row.msg_id().as_bytes().to_vec(),
        'C' => row.props().content_type().unwrap_or_default().to_vec(),
        'R' => row.props().response_topic().unwrap_or_default().to_vec(),
        'D' => prop(|p| if let Prop::CorrelationData(v) = p { Some(v.to_vec()) } else { None }),
        'E' => prop(|p| match p {
            Prop::MessageExpiry(v) => Some(v.to_string().into_bytes()),
            _ => None,
        }),
        'F' => prop(|p| match p {
            Prop::PayloadFormat(v) => Some(v.to_string().into_bytes()),
            _ => None,
        }),
        'S' => prop(|p| match p {
            Prop::SubscriptionId(v) => Some(v.to_string().into_bytes()),
            _ => None,
        }),
        'P' => user_properties(msg),
        // %A topic alias (ours are resolved) and %h host name have nothing to show here.
        _ => Vec::new(),
    }
}

/// `key:value` pairs with a blank between them.
fn user_properties(msg: Message<'_>) -> Vec<u8> {
    let pairs: Vec<Vec<u8>> = msg
        .row
        .props()
        .iter()
        .filter_map(|p| if let Prop::User(k, v) = p { Some([k, b":", v].concat()) } else { None })
        .collect();
    pairs.join(&b' ')
}

/// Seconds since the Unix epoch with nine decimals.
fn unix_time(nanos: i64) -> String {
    format!("{}.{:09}", nanos.div_euclid(1_000_000_000), nanos.rem_euclid(1_000_000_000))
}

fn iso_time(msg: Message<'_>, zone: &TimeZone, spec: &str) -> String {
    zoned(msg, zone)
        .and_then(|time| jiff::fmt::strtime::format(spec, &time).ok())
        .unwrap_or_default()
}

/// mosquitto_sub's own JSON: `%j` with the payload as text, `%J` with the payload as JSON.
fn mosquitto_json(msg: Message<'_>, zone: &TimeZone, payload_is_json: bool) -> String {
    let row = msg.row;
    let delivery = row.delivery();
    let mut out = Map::new();
    out.insert("tst".to_owned(), iso_time(msg, zone, "%Y-%m-%dT%H:%M:%S.%6f%z").into());
    out.insert("topic".to_owned(), msg.topic().into());
    out.insert("qos".to_owned(), delivery.qos.into());
    out.insert("retain".to_owned(), u8::from(delivery.retain).into());
    out.insert("payloadlen".to_owned(), row.size().into());
    if let Value::Object(mut props) = message::props_json(row.props())
        && !props.is_empty()
    {
        // mosquitto_sub writes user properties as an object and dashes in names.
        if let Some(Value::Array(pairs)) = props.remove("user_properties") {
            let mut user = Map::new();
            for pair in pairs {
                if let Some(key) = pair.get(0).and_then(Value::as_str) {
                    user.insert(key.to_owned(), pair.get(1).cloned().unwrap_or_default());
                }
            }
            props.insert("user_properties".to_owned(), user.into());
        }
        let dashed: Map<String, Value> =
            props.into_iter().map(|(k, v)| (k.replace('_', "-"), v)).collect();
        out.insert("properties".to_owned(), dashed.into());
    }
    let text = || Value::from(String::from_utf8_lossy(row.payload()));
    let payload = if payload_is_json {
        serde_json::from_slice(row.payload()).unwrap_or_else(|_| text())
    } else {
        text()
    };
    out.insert("payload".to_owned(), payload);
    json!(out).to_string()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::analysis::Pipeline;
    use crate::core::ids::Epoch;
    use crate::core::time::Timestamp;
    use crate::core::wire::{Delivery, WireBatch};
    use crate::store::Budgets;

    fn render(format: &str) -> String {
        let mut batch = WireBatch::new();
        let delivery = Delivery { qos: 1, retain: true, dup: false };
        let at = Timestamp(1_700_000_000_123_456_789);
        batch.push(at, "usp/tést".as_bytes(), b"hi", delivery, |p| {
            p.add(Prop::ContentType(b"usp.msg"));
            p.add(Prop::User(b"k", b"v"));
            p.add(Prop::User(b"l", b"w"));
        });
        let mut store = Pipeline::new(Budgets::default(), Epoch(0));
        let first = store.apply(&batch).first;
        let snapshot = store.snapshot();
        let msg = Message { snapshot: &snapshot, row: snapshot.row(first).unwrap() };
        let format = Format::parse(Some(format)).unwrap();
        String::from_utf8(format.render(msg, &TimeZone::UTC)).unwrap()
    }

    #[test]
    fn mosquitto_sub_formats() {
        assert_eq!(render("%t %p %x %X %q %r %l"), "usp/tést hi 6869 6869 1 1 2");
        assert_eq!(render("%U"), "1700000000.123456789");
        assert_eq!(
            render("@Y-@m-@dT@H:@M:@S@z : %t : %p"),
            "2023-11-14T22:13:20+0000 : usp/tést : hi"
        );
        assert_eq!(render("@s.@N"), "1700000000.123456789");
        assert_eq!(render("%I"), "2023-11-14T22:13:20+0000");
        assert_eq!(render("100%% @@ \\t|\\\\"), "100% @ \t|\\");
        assert_eq!(render("[%10t][%-10t][%.3t][%05l]"), "[  usp/tést][usp/tést  ][usp][00002]");
        assert_eq!(render("%C %P"), "usp.msg k:v l:w");
        assert_eq!(
            render("%j"),
            r#"{"tst":"2023-11-14T22:13:20.123456+0000","topic":"usp/tést","qos":1,"retain":1,"payloadlen":2,"properties":{"content-type":"usp.msg","user-properties":{"k":"v","l":"w"}},"payload":"hi"}"#
        );
    }

    #[test]
    fn wrong_formats_say_what_is_wrong() {
        for (format, part) in [
            ("%", "single %"),
            ("%y", "unknown field %y"),
            ("@", "single @"),
            ("\\q", "unknown escape"),
            ("%99999t", "width"),
            ("xml", "neither text nor json"),
        ] {
            let error = Format::parse(Some(format)).err().unwrap();
            assert!(error.contains(part), "{format}: {error}");
        }
    }
}
