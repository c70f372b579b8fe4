//! Endpoint IDs (TR-369 §"Endpoint identifier") and the topic convention of USP over MQTT 3.1.1.

use std::borrow::Cow;

/// An Endpoint ID in its parts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct EndpointId<'a> {
    /// How the rest is to be read, for example `os`.
    pub scheme: &'a str,
    /// Who assigns ids: an OUI, a CID, a number; may be empty.
    pub authority: &'a str,
    /// The id itself, with `%HH` escapes as sent.
    pub instance: &'a str,
}

/// What an Endpoint ID lets one guess of the device; parts may be absent.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct DeviceHint {
    /// The maker's OUI, hex digits.
    pub oui: Option<String>,
    /// Product class, from `ops` only; a guess when it contains `-`.
    pub product_class: Option<String>,
    /// Serial number.
    pub serial: Option<String>,
}

/// Why a text is no proper Endpoint ID. Such ids occur on the wire and are shown all the same.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum EndpointIdError {
    /// Fewer than two colons.
    #[error("an Endpoint ID has the form scheme:authority:instance")]
    Shape,
    /// The scheme is none of the specification's.
    #[error(
        "the scheme is not one of oui, cid, pen, self, user, os, ops, uuid, imei, proto, doc, fqdn"
    )]
    Scheme,
    /// The authority-id does not fit the scheme.
    #[error("the part between the colons does not fit the scheme")]
    Authority,
    /// The instance-id is empty, too long, or has characters that are not allowed.
    #[error("the instance part must be 1 to 50 letters, digits, '-', '.', '_' or %HH escapes")]
    Instance,
}

const MAX_INSTANCE: usize = 50;

impl<'a> EndpointId<'a> {
    /// Splits at the first two colons without judging the parts; `None` with fewer colons.
    #[must_use]
    pub fn split(text: &'a str) -> Option<Self> {
        let (scheme, rest) = text.split_once(':')?;
        let (authority, instance) = rest.split_once(':')?;
        Some(Self { scheme, authority, instance })
    }

    /// Splits and checks against the rules of the scheme.
    ///
    /// # Errors
    /// The first rule that the text breaks.
    pub fn parse(text: &'a str) -> Result<Self, EndpointIdError> {
        let id = Self::split(text).ok_or(EndpointIdError::Shape)?;
        let authority = id.authority;
        let hex = |lengths: &[usize]| {
            lengths.contains(&authority.len()) && authority.bytes().all(|b| b.is_ascii_hexdigit())
        };
        let short = authority.chars().count() <= 6;
        let fits = match id.scheme {
            "oui" => hex(&[6, 7, 9]),
            "cid" => hex(&[6]),
            "pen" => {
                (1..=10).contains(&authority.len())
                    && authority.bytes().all(|byte| byte.is_ascii_digit())
            }
            "self" | "user" | "doc" => short,
            "proto" => short && !authority.contains('.'),
            "os" | "ops" | "uuid" | "imei" | "fqdn" => authority.is_empty(),
            _ => return Err(EndpointIdError::Scheme),
        };
        if !fits {
            return Err(EndpointIdError::Authority);
        }
        if !instance_fits(id.instance) {
            return Err(EndpointIdError::Instance);
        }
        Ok(id)
    }

    /// The instance-id with `%HH` escapes undone.
    #[must_use]
    pub fn instance_decoded(&self) -> Cow<'a, str> {
        percent_decoded(self.instance)
    }

    /// What the id tells of the device, by its scheme.
    #[must_use]
    pub fn hint(&self) -> DeviceHint {
        let text = |part: &str| Some(percent_decoded(part).into_owned());
        match self.scheme {
            "oui" => DeviceHint { oui: text(self.authority), ..DeviceHint::default() },
            "os" => match self.instance.split_once('-') {
                Some((oui, serial)) => {
                    DeviceHint { oui: text(oui), serial: text(serial), product_class: None }
                }
                None => DeviceHint::default(),
            },
            // The class may contain dashes, serial numbers rarely do.
            "ops" => match (self.instance.split_once('-'), self.instance.rsplit_once('-')) {
                (Some((oui, rest)), Some((before, serial))) if before.len() > oui.len() => {
                    let class = rest.get(..rest.len() - serial.len() - 1).unwrap_or("");
                    DeviceHint { oui: text(oui), product_class: text(class), serial: text(serial) }
                }
                _ => DeviceHint::default(),
            },
            "imei" => DeviceHint { serial: text(self.instance), ..DeviceHint::default() },
            _ => DeviceHint::default(),
        }
    }
}

fn instance_fits(instance: &str) -> bool {
    let mut bytes = instance.bytes();
    let mut length = 0;
    while let Some(byte) = bytes.next() {
        let fits = match byte {
            b'%' => {
                bytes.next().is_some_and(|b| b.is_ascii_hexdigit())
                    && bytes.next().is_some_and(|b| b.is_ascii_hexdigit())
            }
            b'-' | b'.' | b'_' => true,
            other => other.is_ascii_alphanumeric(),
        };
        if !fits {
            return false;
        }
        length += 1;
    }
    (1..=MAX_INSTANCE).contains(&length)
}

/// Undoes `%HH`; what is no escape or gives no UTF-8 stays as it is.
fn percent_decoded(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let digit = |byte: Option<&u8>| byte.and_then(|b| char::from(*b).to_digit(16));
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match (byte, digit(bytes.get(at + 1)), digit(bytes.get(at + 2))) {
            (b'%', Some(high), Some(low)) => {
                out.push(u8::try_from(high * 16 + low).unwrap_or(b'?'));
                at += 3;
            }
            _ => {
                out.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8(out).map_or(Cow::Borrowed(text), Cow::Owned)
}

const REPLY_TO: &str = "/reply-to=";

/// Splits an MQTT 3.1.1 topic into where the Record goes and where the answer shall go: what
/// follows the **last** `/reply-to=`, with `%2F` turned back into `/` (TR-369, MQTT binding).
///
/// Older agents' topics with several `/reply-to=` lose all of them from the first part.
#[must_use]
pub fn split_reply_to(topic: &str) -> (&str, Option<String>) {
    let Some((before, reply)) = topic.rsplit_once(REPLY_TO) else { return (topic, None) };
    let base = before.split_once(REPLY_TO).map_or(before, |(base, _)| base);
    (base, Some(reply.replace("%2F", "/").replace("%2f", "/")))
}

/// The topic on which to send to `destination` over MQTT 3.1.1 so that answers come to `reply`.
#[must_use]
pub fn with_reply_to(destination: &str, reply: &str) -> String {
    format!("{destination}{REPLY_TO}{}", reply.replace('/', "%2F"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_every_scheme() {
        for good in [
            "oui:00256D:my-id",
            "oui:00256D1:x",
            "cid:3AA3F8:my-id",
            "pen:3561:my-id",
            "self::my-agent",
            "self:0:x",
            "user:abcdef:x",
            "os::00256D-0123456789",
            "ops::00256D-A%20B-C-0123",
            "uuid::f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
            "imei::990000862471854",
            "proto::gw-7",
            "doc::x",
            "fqdn::acs.example.com",
        ] {
            assert!(EndpointId::parse(good).is_ok(), "{good}");
        }
    }

    #[test]
    fn rules_are_named() {
        use EndpointIdError::{Authority, Instance, Scheme, Shape};
        for (bad, why) in [
            ("", Shape),
            ("os:x", Shape),
            ("nope::x", Scheme),
            ("OS::x", Scheme),
            ("oui:00256:x", Authority),
            ("oui:00256G:x", Authority),
            ("pen:12a:x", Authority),
            ("pen::x", Authority),
            ("os:1:x", Authority),
            ("self:1234567:x", Authority),
            ("proto:a.b:x", Authority),
            ("self::", Instance),
            ("self::a b", Instance),
            ("self::a%2", Instance),
            ("self::a%zz", Instance),
            ("self::a:b", Instance),
        ] {
            assert_eq!(EndpointId::parse(bad), Err(why), "{bad}");
        }
        let long = format!("self::{}", "x".repeat(51));
        assert_eq!(EndpointId::parse(&long), Err(Instance));
        assert!(EndpointId::parse(long.get(..56).unwrap_or("")).is_ok());
    }

    #[test]
    fn hints_by_scheme() {
        let hint = |id| EndpointId::split(id).map(|id| id.hint()).unwrap_or_default();
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            hint("os::00256D-012-3"),
            DeviceHint { oui: some("00256D"), serial: some("012-3"), product_class: None }
        );
        assert_eq!(
            hint("ops::00256D-Home%20Gateway-X-0123"),
            DeviceHint {
                oui: some("00256D"),
                product_class: some("Home Gateway-X"),
                serial: some("0123")
            }
        );
        assert_eq!(hint("ops::00256D-0123"), DeviceHint::default());
        assert_eq!(hint("ops::-"), DeviceHint::default());
        assert_eq!(hint("oui:00256D:x").oui, some("00256D"));
        assert_eq!(hint("self::x"), DeviceHint::default());
    }

    #[test]
    fn escapes_are_undone_only_if_they_are_some() {
        assert_eq!(percent_decoded("a%41%2"), "aA%2");
        assert_eq!(percent_decoded("%ff"), "%ff");
        assert_eq!(percent_decoded("%é"), "%é");
    }

    #[test]
    fn reply_topics() {
        let topic = "usp/controller/ctl-1/reply-to=usp%2Fagent%2Fdev-311";
        assert_eq!(
            split_reply_to(topic),
            ("usp/controller/ctl-1", Some("usp/agent/dev-311".to_owned()))
        );
        assert_eq!(with_reply_to("usp/controller/ctl-1", "usp/agent/dev-311"), topic);
        assert_eq!(split_reply_to("a/b"), ("a/b", None));
        assert_eq!(split_reply_to("a/reply-to=x/reply-to=y%2fz"), ("a", Some("y/z".to_owned())));
        assert_eq!(split_reply_to("a/reply-to="), ("a", Some(String::new())));
    }
}
