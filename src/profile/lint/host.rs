//! Host and port.

use std::net::Ipv6Addr;

use super::{Context, Finding, Op};
use crate::core::secret::Secret;
use crate::profile::reading::Presence;

const HOST: &str = "MQTT_HOST";
const PORT: &str = "MQTT_PORT";

pub(super) fn check(context: &Context<'_>, found: &mut Vec<Finding>) {
    host(context, found);
    port(context, found);
    usual_port(context, found);
}

fn host(context: &Context<'_>, found: &mut Vec<Finding>) {
    let line = context.line(HOST);
    let error = |code, text: String| Finding::error(code, text).at(HOST, line);
    let Some(host) = context.text(HOST).filter(|host| !host.is_empty()) else {
        found.push(error(
            "host-missing",
            "MQTT_HOST names no broker, so connecting fails. Write its name or address.".to_owned(),
        ));
        return;
    };
    if context.field(HOST).is_some_and(|field| !field.unresolved.is_empty()) {
        found.push(error(
            "host-malformed",
            "MQTT_HOST holds a reference nobody can follow; no such host exists.".to_owned(),
        ));
        return;
    }
    if host.trim() != host || host.contains(char::is_whitespace) {
        let compact = host.trim();
        let mut finding = error(
            "host-malformed",
            "MQTT_HOST has a blank in it; no host is called so.".to_owned(),
        );
        if !compact.is_empty() && !compact.contains(char::is_whitespace) {
            finding = finding.safe_fix("Remove the blanks", vec![Op::set(HOST, compact)]);
        }
        found.push(finding);
        return;
    }
    if let Some(split) = split(host) {
        let mut ops = vec![Op::set(HOST, split.host.clone())];
        let mut says = format!("MQTT_HOST={}", split.host);
        let given = context.given(PORT).is_some();
        // A port of its own line counts more than the usual one of a scheme.
        let port = split.port.or(split.usual_port.filter(|_| !given));
        // Two ports that differ: only the user knows which is right.
        let sure =
            !given || split.port.is_none_or(|port| i64::from(port) == context.reading.number(PORT));
        if let Some(port) = port {
            ops.push(Op::set(PORT, port.to_string()));
            says.push_str(&format!(", MQTT_PORT={port}"));
        }
        if split.tls && !context.is_on("MQTT_TLS_ENABLED") {
            ops.push(Op::set("MQTT_TLS_ENABLED", "true"));
            says.push_str(", MQTT_TLS_ENABLED=true");
        }
        let finding = error(
            "host-malformed",
            format!(
                "MQTT_HOST must be a bare name or address, without {}; the ACS takes the whole text \
                 for a name.",
                split.what
            ),
        );
        let label = format!("Write {says}");
        found.push(if sure { finding.safe_fix(label, ops) } else { finding.fix(label, ops) });
        return;
    }
    let bare = host.strip_prefix('[').and_then(|h| h.strip_suffix(']'));
    let tls = context.is_on("MQTT_TLS_ENABLED");
    match (bare, is_ipv6(bare.unwrap_or(host))) {
        (Some(_), true) if tls && context.is_on("MQTT_TLS_VERIFY_PEER_NAME") => found.push(error(
            "ipv6-brackets-tls",
            "The ACS needs brackets around an IPv6 address, but with TLS it then compares the name \
             with brackets and refuses every certificate. Use a DNS name for this broker."
                .to_owned(),
        )),
        (None, true) => {
            let fixed = format!("[{host}]");
            let finding = error(
                "ipv6-without-brackets",
                "PHP cannot connect to an IPv6 address without brackets.".to_owned(),
            );
            found.push(finding.safe_fix(format!("Write {fixed}"), vec![Op::set(HOST, fixed)]));
        }
        (_, false) if host.contains(['/', '[', ']', '@', ':']) || host.contains(char::is_control) => {
            found.push(error(
                "host-malformed",
                "MQTT_HOST is neither a host name nor an address.".to_owned(),
            ));
        }
        _ => {}
    }
}

fn is_ipv6(text: &str) -> bool {
    let address = text.split_once('%').map_or(text, |(address, _)| address);
    address.parse::<Ipv6Addr>().is_ok()
}

struct Split {
    host: String,
    port: Option<u16>,
    /// The scheme's usual port, where none is written.
    usual_port: Option<u16>,
    tls: bool,
    what: &'static str,
}

/// A host with scheme, port or path taken apart; `None` if it has none of them.
fn split(text: &str) -> Option<Split> {
    let (scheme, rest) = match text.split_once("://") {
        Some((scheme, rest)) => (Some(scheme.to_ascii_lowercase()), rest),
        None => (None, text),
    };
    let rest_without_path = rest.split('/').next().unwrap_or_default();
    let path = rest_without_path.len() < rest.len();
    if rest_without_path.contains('@') {
        return None;
    }
    let (host, port) = if let Some(inner) = rest_without_path.strip_prefix('[') {
        let (inside, behind) = inner.split_once(']')?;
        (format!("[{inside}]"), behind.strip_prefix(':'))
    } else {
        match rest_without_path.split_once(':') {
            Some((host, port)) if !port.contains(':') => (host.to_owned(), Some(port)),
            _ => (rest_without_path.to_owned(), None),
        }
    };
    let port = match port {
        Some(digits) => Some(digits.parse().ok().filter(|port| *port > 0)?),
        None => None,
    };
    if host.trim_matches(['[', ']']).is_empty() || (scheme.is_none() && port.is_none() && !path) {
        return None;
    }
    let what = match (&scheme, port) {
        (Some(_), _) => "a scheme",
        (None, Some(_)) => "a port",
        (None, None) => "a path",
    };
    let tls = matches!(scheme.as_deref(), Some("mqtts" | "ssl" | "tls"));
    Some(Split { host, port, usual_port: tls.then_some(8883), tls, what })
}

fn port(context: &Context<'_>, found: &mut Vec<Finding>) {
    let Some(field) = context.given(PORT) else { return };
    let string = field.string.as_ref().map_or("", Secret::expose);
    let number = field.value.as_number().unwrap_or(0);
    let digits = !string.is_empty() && string.bytes().all(|b| b.is_ascii_digit());
    if digits && (1..=65_535).contains(&number) {
        return;
    }
    let usual = if context.is_on("MQTT_TLS_ENABLED") { 8883 } else { 1883 };
    let finding = |text: String| Finding::error("port-invalid", text).at(PORT, field.line);
    if field.presence == Presence::Set && (1..=65_535).contains(&number) {
        let text = format!("MQTT_PORT is not plain digits; the ACS reads it as {number}.");
        found.push(
            Finding::warning("port-unclear", text)
                .at(PORT, field.line)
                .safe_fix(format!("Write {number}"), vec![Op::set(PORT, number.to_string())]),
        );
        return;
    }
    found.push(match field.presence {
        Presence::Set => finding(format!(
            "MQTT_PORT is read as {number}, which is no port: it must be from 1 to 65535."
        ))
        .safe_fix(format!("Write {usual}"), vec![Op::set(PORT, usual.to_string())]),
        presence => finding(format!(
            "MQTT_PORT is {}, which the ACS reads as port 0: refused.",
            if presence == Presence::Null { "null" } else { "empty" }
        ))
        .safe_fix(format!("Write {usual}"), vec![Op::set(PORT, usual.to_string())]),
    });
}

fn usual_port(context: &Context<'_>, found: &mut Vec<Finding>) {
    let port = context.reading.number(PORT);
    let tls = context.is_on("MQTT_TLS_ENABLED");
    let key = if context.given(PORT).is_some() { PORT } else { "MQTT_TLS_ENABLED" };
    let (text, fixes) = match (tls, port) {
        (true, 1883) => (
            "TLS is on, but port 1883 usually speaks MQTT without TLS.",
            [
                ("Use port 8883", Op::set(PORT, "8883")),
                ("Switch TLS off", Op::set("MQTT_TLS_ENABLED", "false")),
            ],
        ),
        (false, 8883) => (
            "TLS is off, but port 8883 usually expects TLS.",
            [
                ("Switch TLS on", Op::set("MQTT_TLS_ENABLED", "true")),
                ("Use port 1883", Op::set(PORT, "1883")),
            ],
        ),
        _ => return,
    };
    let mut finding = Finding::warning("port-and-tls", text).at(key, context.line(key));
    for (label, op) in fixes {
        finding = finding.fix(label, vec![op]);
    }
    found.push(finding);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_taken_apart() {
        let got = |text| split(text).map(|s| (s.host, s.port.or(s.usual_port), s.tls));
        assert_eq!(got("broker"), None);
        assert_eq!(got("::1"), None);
        assert_eq!(got("[::1]"), None);
        assert_eq!(got("broker:1883"), Some(("broker".to_owned(), Some(1883), false)));
        assert_eq!(got("mqtts://b/x"), Some(("b".to_owned(), Some(8883), true)));
        assert_eq!(got("tcp://[::1]:99"), Some(("[::1]".to_owned(), Some(99), false)));
        assert_eq!(got("b:x"), None);
        assert_eq!(got("u@b:1"), None);
        assert_eq!(got("://"), None);
    }
}
