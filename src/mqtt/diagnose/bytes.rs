//! First bytes in words: which protocol answers, and how it is shown. Nothing the other side
//! sends back of ours may show the password.

use crate::core::hex;
use crate::mqtt::failure::mask;
use crate::profile::model::Profile;

/// Most bytes shown.
const SHOWN: usize = 32;
/// Longest line of text shown, characters.
const LINE: usize = 60;

/// What speaks, judged by its first bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Speaker {
    /// A CONNACK may begin like this.
    Mqtt,
    /// A TLS record: an alert (true) or a handshake.
    Tls { alert: bool },
    /// Something else, by name if known.
    Else(Option<&'static str>),
}

/// Judges the first bytes of an answer to CONNECT.
pub(super) fn speaker(first: &[u8]) -> Speaker {
    const KNOWN: [(&[u8], &str); 8] = [
        (b"HTTP/", "an HTTP server"),
        (b"<!DOCTYPE", "an HTTP server"),
        (b"<html", "an HTTP server"),
        (b"SSH-", "an SSH server"),
        (b"AMQP", "an AMQP broker"),
        (b"220", "a mail or FTP server"),
        (b"+OK", "a mail server"),
        (b"-ERR", "a Redis server"),
    ];
    match first {
        [0x20, ..] => Speaker::Mqtt,
        [0x15, 3, ..] => Speaker::Tls { alert: true },
        [0x16, 3, ..] => Speaker::Tls { alert: false },
        _ => Speaker::Else(
            KNOWN.iter().find(|(start, _)| first.starts_with(start)).map(|(_, name)| *name),
        ),
    }
}

/// "an HTTP server (HTTP/1.1 400 Bad Request)", or the bytes themselves.
pub(super) fn describe(first: &[u8], profile: &Profile) -> String {
    match speaker(first) {
        Speaker::Else(Some(name)) => match line(first, profile) {
            Some(line) => format!("it is {name} ({line})"),
            None => format!("it is {name}"),
        },
        _ => excerpt(first, profile),
    }
}

/// "first bytes 48 54 54 50 … (HTTP/1.1 400 Bad Request)".
pub(super) fn excerpt(bytes: &[u8], profile: &Profile) -> String {
    if bytes.is_empty() {
        return "no byte came".to_owned();
    }
    let mut shown = bytes.to_vec();
    mask(&mut shown, profile);
    let cut = shown.len() > SHOWN;
    shown.truncate(SHOWN);
    let pairs: Vec<String> = shown.iter().map(|byte| hex::encode(&[*byte])).collect();
    let mut out = format!("first bytes {}", pairs.join(" "));
    if cut {
        out.push_str(" …");
    }
    match speaker(bytes) {
        Speaker::Tls { alert: true } => out.push_str(" (a TLS alert)"),
        Speaker::Tls { alert: false } => out.push_str(" (a TLS handshake)"),
        Speaker::Mqtt | Speaker::Else(_) => {
            if let Some(line) = line(bytes, profile) {
                out.push_str(&format!(" ({line})"));
            }
        }
    }
    out
}

/// The first line, if it is text.
fn line(bytes: &[u8], profile: &Profile) -> Option<String> {
    let mut bytes = bytes.to_vec();
    mask(&mut bytes, profile);
    let first = bytes.split(|b| matches!(b, b'\r' | b'\n')).next()?;
    let text: String = first
        .iter()
        .take(LINE)
        .map(|b| if matches!(b, b' '..=b'~') { Some(char::from(*b)) } else { None })
        .collect::<Option<String>>()?;
    (text.len() >= 3).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::secret::Secret;

    #[test]
    fn protocols_are_known_by_their_first_bytes() {
        let profile = Profile::for_address("h", 1);
        assert_eq!(speaker(&[0x20, 2, 0, 0]), Speaker::Mqtt);
        assert_eq!(
            describe(b"HTTP/1.1 400 Bad Request\r\nServer: x\r\n", &profile),
            "it is an HTTP server (HTTP/1.1 400 Bad Request)"
        );
        assert_eq!(describe(b"SSH-2.0-x\r\n", &profile), "it is an SSH server (SSH-2.0-x)");
        assert_eq!(
            excerpt(&[0x15, 3, 3, 0, 2, 2, 40], &profile),
            "first bytes 15 03 03 00 02 02 28 (a TLS alert)"
        );
        assert_eq!(excerpt(&[], &profile), "no byte came");
        assert_eq!(excerpt(&[0xff, 0], &profile), "first bytes ff 00");
        assert!(excerpt(&[b'a'; 100], &profile).contains("…"));
    }

    #[test]
    fn an_echo_does_not_show_the_password() {
        let profile =
            Profile { password: Some(Secret::new("hunter22")), ..Profile::for_address("h", 1) };
        let echo = b"\x10\x20user\0\x08hunter22";
        let shown = format!("{} {}", excerpt(echo, &profile), describe(b"220 hunter22", &profile));
        assert!(!shown.contains("68 75 6e") && !shown.contains("hunter"), "{shown}");
        assert!(shown.contains("2a 2a"));
    }
}
