//! What php-mqtt throws before it sends a byte, in the order it checks, whether TLS is on or not.
//! [`crate::profile::verdict`] takes the ACS's reason from these findings.

use super::disk::{self, There};
use super::{Context, Finding, Op};
use crate::profile::catalog::{Fallback, Kind};
use crate::profile::reading::{Presence, Value};

/// In the order php-mqtt checks them: numbers, blanks, the will's QoS, files.
const NUMBERS: [&str; 6] = [
    "MQTT_CONNECT_TIMEOUT",
    "MQTT_SOCKET_TIMEOUT",
    "MQTT_RESEND_TIMEOUT",
    "MQTT_KEEP_ALIVE_INTERVAL",
    "MQTT_AUTO_RECONNECT_MAX_RECONNECT_ATTEMPTS",
    "MQTT_AUTO_RECONNECT_DELAY_BETWEEN_RECONNECT_ATTEMPTS",
];
const BLANKS: [&str; 2] = ["MQTT_AUTH_USERNAME", "MQTT_LAST_WILL_TOPIC"];
const FILES: [&str; 4] = [
    "MQTT_TLS_CA_FILE",
    "MQTT_TLS_CA_PATH",
    "MQTT_TLS_CLIENT_CERT_FILE",
    "MQTT_TLS_CLIENT_CERT_KEY_FILE",
];

pub(super) fn check(context: &Context<'_>, found: &mut Vec<Finding>) {
    type_errors(context, found);
    for key in NUMBERS {
        number(context, key, found);
    }
    for key in BLANKS {
        if context.text(key).is_some_and(|text| text.trim().is_empty()) {
            found.push(blank(context, key));
        }
    }
    number(context, "MQTT_LAST_WILL_QUALITY_OF_SERVICE", found);
    for key in FILES {
        path(context, key, found);
    }
    if context.text("MQTT_TLS_CLIENT_CERT_KEY_FILE").is_some()
        && context.text("MQTT_TLS_CLIENT_CERT_FILE").is_none()
    {
        let key = "MQTT_TLS_CLIENT_CERT_KEY_FILE";
        let finding = Finding::error(
            "key-without-certificate",
            "php-mqtt refuses a client key without a client certificate (MQTT_TLS_CLIENT_CERT_FILE).",
        )
        .at(key, context.line(key));
        let label = "Comment the key out: connect without a client certificate";
        let ops = vec![Op::unset(key)];
        let unused = no_client_file(context) || !context.is_on("MQTT_TLS_ENABLED");
        found.push(if unused { finding.safe_fix(label, ops) } else { finding.fix(label, ops) });
    }
    if context.text("MQTT_TLS_CLIENT_CERT_KEY_PASSPHRASE").is_some()
        && context.text("MQTT_TLS_CLIENT_CERT_KEY_FILE").is_none()
    {
        let key = "MQTT_TLS_CLIENT_CERT_KEY_PASSPHRASE";
        let finding = Finding::error(
            "passphrase-without-key",
            "php-mqtt refuses a passphrase, even an empty one, without a key file \
             (MQTT_TLS_CLIENT_CERT_KEY_FILE).",
        )
        .at(key, context.line(key));
        found.push(finding.safe_fix("Comment the passphrase out", vec![Op::unset(key)]));
    }
    clean_session(context, found);
}

/// Strings reach typed setters uncast: PHP stops with a TypeError on a bool.
fn type_errors(context: &Context<'_>, found: &mut Vec<Finding>) {
    for field in &context.reading.fields {
        let key = field.variable.key;
        // The topics and the Endpoint ID are the ACS's own code: what it does is not known.
        if key.starts_with("USP_") || key == "MQTT_LOG_CHANNEL" {
            continue;
        }
        if let Value::TypeError(value) = field.value {
            let word = if value { "true" } else { "false" };
            found.push(
                Finding::error(
                    "type-error",
                    format!(
                        "{key} is a text, but Laravel turns the word {word} into a switch, and PHP \
                         stops with a TypeError."
                    ),
                )
                .at(key, field.line)
                .safe_fix(
                    format!("Write it as a text that Laravel leaves alone: '\"{word}\"'"),
                    vec![Op::set(key, format!("\"{word}\""))],
                ),
            );
        }
    }
}

fn number(context: &Context<'_>, key: &'static str, found: &mut Vec<Finding>) {
    let Some(field) = context.given(key) else { return };
    let Kind::Number { range, unit } = &field.variable.kind else { return };
    let value = field.value.as_number().unwrap_or(0);
    if range.contains(&value) {
        return;
    }
    let shown = match field.presence {
        Presence::Empty => "empty, which PHP reads as 0".to_owned(),
        Presence::Null => "null, which PHP reads as 0".to_owned(),
        _ => format!("read as {value}"),
    };
    let limits = if *range.end() == i64::MAX {
        format!("{} or more", range.start())
    } else {
        format!("{} to {}", range.start(), range.end())
    };
    let unit = if unit.is_empty() { String::new() } else { format!(" {unit}") };
    let finding = Finding::error(
        "number-out-of-range",
        format!("{key} is {shown}; php-mqtt refuses everything but {limits}{unit}."),
    )
    .at(key, field.line);
    let Fallback::Number(default) = field.variable.default else { return };
    found.push(if field.presence == Presence::Set {
        let nearest = if value > *range.end() { *range.end() } else { default };
        finding.safe_fix(format!("Write {nearest}"), vec![Op::set(key, nearest.to_string())])
    } else {
        let label = format!("Comment the line out: the default {default}{unit} applies");
        finding.safe_fix(label, vec![Op::unset(key)])
    });
}

fn blank(context: &Context<'_>, key: &'static str) -> Finding {
    let what = match key {
        "MQTT_AUTH_USERNAME" => "user name",
        "MQTT_LAST_WILL_TOPIC" => "topic of the last will",
        _ => "path",
    };
    let text = format!(
        "{key} is present but blank: php-mqtt refuses a blank {what}. Leave the line out for none."
    );
    Finding::error("blank-value", text)
        .at(key, context.line(key))
        .safe_fix("Comment the line out", vec![Op::unset(key)])
}

/// An own sentence where TLS is off: the files are not used, but must be there.
fn path(context: &Context<'_>, key: &'static str, found: &mut Vec<Finding>) {
    let Some(text) = context.text(key) else { return };
    if text.trim().is_empty() {
        found.push(blank(context, key));
        return;
    }
    let Some(path) = context.path_of(key) else { return };
    let folder_wanted = key == "MQTT_TLS_CA_PATH";
    let there = disk::there(&path);
    let wanted = if folder_wanted { There::Folder } else { There::File };
    if there == wanted {
        return;
    }
    if there == There::Unknown {
        found.push(
            Finding::warning(
                "path-unknown",
                format!(
                    "{key} names {text}, which this user may not look at; php-mqtt refuses it if it \
                     is missing or not readable for the ACS."
                ),
            )
            .at(key, context.line(key)),
        );
        return;
    }
    let (code, kind) = if folder_wanted {
        ("path-not-a-folder", "a folder")
    } else {
        ("path-not-a-file", "a regular file")
    };
    let what = match there {
        There::Nothing => "does not exist on this machine".to_owned(),
        There::Folder => "is a folder".to_owned(),
        There::File | There::Other | There::Unknown => format!("is not {kind}"),
    };
    let off = if context.is_on("MQTT_TLS_ENABLED") { "" } else { ", even though TLS is off" };
    let finding = Finding::error(
        code,
        format!("{key} names {text}, which {what}; php-mqtt refuses everything but {kind}{off}."),
    )
    .at(key, context.line(key));
    let (label, ops) = match key {
        "MQTT_TLS_CA_FILE" | "MQTT_TLS_CA_PATH" => {
            ("Comment the line out: the system's CA certificates count", vec![Op::unset(key)])
        }
        "MQTT_TLS_CLIENT_CERT_FILE" => {
            ("Comment the line out: connect without a client certificate", vec![Op::unset(key)])
        }
        _ => ("Comment the line out", vec![Op::unset(key)]),
    };
    // Nothing that protects is given up unasked: without a CA the chain is checked only while
    // MQTT_TLS_VERIFY_PEER is on, and half of a client certificate may only be misspelled.
    let safe = match key {
        "MQTT_TLS_CA_FILE" | "MQTT_TLS_CA_PATH" => context.is_on("MQTT_TLS_VERIFY_PEER"),
        _ => no_client_file(context),
    };
    let unused = !context.is_on("MQTT_TLS_ENABLED");
    found.push(if safe || unused { finding.safe_fix(label, ops) } else { finding.fix(label, ops) });
}

/// True if neither the client certificate nor its key is there, so that nothing of them works.
fn no_client_file(context: &Context<'_>) -> bool {
    ["MQTT_TLS_CLIENT_CERT_FILE", "MQTT_TLS_CLIENT_CERT_KEY_FILE"]
        .iter()
        .all(|key| context.path_of(key).is_none_or(|path| disk::there(&path) == There::Nothing))
}

fn clean_session(context: &Context<'_>, found: &mut Vec<Finding>) {
    if !context.is_on("MQTT_CLEAN_SESSION") || !context.is_on("MQTT_AUTO_RECONNECT_ENABLED") {
        return;
    }
    let (key, other) = ("MQTT_CLEAN_SESSION", "MQTT_AUTO_RECONNECT_ENABLED");
    let given = context.given(key).is_some();
    let by_default = if given { "" } else { " (on by default)" };
    let mut finding = Finding::error(
        "clean-session-with-reconnect",
        format!(
            "php-mqtt refuses a clean session{by_default} together with auto-reconnect: its \
             reconnects rely on the session the broker keeps."
        ),
    )
    .at(if given { key } else { other }, context.line(key).or_else(|| context.line(other)));
    let keep_session = vec![Op::set(key, "false")];
    let no_reconnect = vec![Op::set(other, "false")];
    // A kept session needs an id that stays the same.
    if context.filled("MQTT_CLIENT_ID").is_some() {
        finding = finding
            .safe_fix("Keep the session: MQTT_CLEAN_SESSION=false", keep_session)
            .fix("Do not reconnect: MQTT_AUTO_RECONNECT_ENABLED=false", no_reconnect);
    } else {
        finding =
            finding.safe_fix("Do not reconnect: MQTT_AUTO_RECONNECT_ENABLED=false", no_reconnect);
    }
    found.push(finding);
}
