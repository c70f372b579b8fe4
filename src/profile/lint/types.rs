//! Values that are not what they seem: switches, numbers and our own settings.

use super::{Context, Finding, Op};
use crate::core::secret::Secret;
use crate::profile::catalog::{Fallback, Kind};
use crate::profile::filter;
use crate::profile::laravel::{EnvValue, env_value};
use crate::profile::reading::{Field, Presence, Value};

pub(super) fn check(context: &Context<'_>, found: &mut Vec<Finding>) {
    for field in &context.reading.fields {
        if !field.is_from_file() {
            continue;
        }
        match &field.variable.kind {
            _ if field.variable.is_own() => own(field, found),
            Kind::Switch => switch(field, found),
            Kind::Number { .. } => digits(field, found),
            _ => long(field, found),
        }
    }
}

fn switch(field: &Field, found: &mut Vec<Finding>) {
    let key = field.variable.key;
    let Some(string) = field.string.as_ref().map(Secret::expose) else { return };
    let text = match env_value(string) {
        EnvValue::Bool(_) => return,
        EnvValue::Null => String::new(),
        EnvValue::Text(text) => text,
    };
    let nothing = if field.presence == Presence::Null { "null" } else { "empty" };
    if matches!(text.as_str(), "0" | "1") {
        return;
    }
    let on = field.value.is_on();
    if text.is_empty() {
        // Empty means off; only where the default is on does that surprise.
        if field.variable.default == Fallback::Switch(true) {
            let what = if key.starts_with("MQTT_TLS_VERIFY") {
                format!(
                    "{key} is {nothing}, which switches the check off; the default would be on."
                )
            } else {
                format!("{key} is {nothing}, which means off; the default would be on.")
            };
            found.push(
                Finding::warning("switch-empty", what)
                    .at(key, field.line)
                    .fix("Write true", vec![Op::set(key, "true")])
                    .fix("Write false: what it means now", vec![Op::set(key, "false")]),
            );
        }
        return;
    }
    let means = if on { "on" } else { "off" };
    found.push(
        Finding::warning(
            "switch-unclear",
            format!(
                "{key} is a switch, and to PHP every text but an empty one and 0 means on, `no` \
                 and `off` included: it is {means} now. Write true or false."
            ),
        )
        .at(key, field.line)
        .fix(format!("Write {on}: what it means now"), vec![Op::set(key, on.to_string())])
        .fix(format!("Write {}", !on), vec![Op::set(key, (!on).to_string())]),
    );
}

fn digits(field: &Field, found: &mut Vec<Finding>) {
    let key = field.variable.key;
    let Some(string) = field.string.as_ref().map(Secret::expose) else { return };
    let number = field.value.as_number().unwrap_or(0);
    let plain = !string.is_empty() && string.bytes().all(|b| b.is_ascii_digit());
    if plain || field.presence != Presence::Set || string == number.to_string() {
        return;
    }
    if key == "MQTT_PORT" {
        // The port has rules of its own.
        return;
    }
    let Kind::Number { range, .. } = &field.variable.kind else { return };
    if range.contains(&number) {
        found.push(
            Finding::warning(
                "number-unclear",
                format!("{key} is read as {number}: PHP takes the digits it starts with."),
            )
            .at(key, field.line)
            .safe_fix(format!("Write {number}"), vec![Op::set(key, number.to_string())]),
        );
    }
}

fn long(field: &Field, found: &mut Vec<Finding>) {
    let key = field.variable.key;
    let Some(text) = field.value.as_text() else { return };
    let on_the_wire = matches!(key, "MQTT_CLIENT_ID" | "MQTT_AUTH_USERNAME" | "MQTT_AUTH_PASSWORD")
        || key.starts_with("MQTT_LAST_WILL");
    if on_the_wire && text.len() > 65_535 {
        found.push(
            Finding::error(
                "too-long",
                format!("{key} has {} bytes; MQTT can carry 65535.", text.len()),
            )
            .at(key, field.line),
        );
    }
    if on_the_wire && text.contains('\0') {
        found.push(
            Finding::error("nul", format!("{key} holds a NUL character, which MQTT forbids."))
                .at(key, field.line),
        );
    }
}

fn own(field: &Field, found: &mut Vec<Finding>) {
    let key = field.variable.key;
    if field.presence != Presence::Set {
        return;
    }
    let bad = |what: String| Finding::error("own-setting", what).at(key, field.line);
    match (&field.variable.kind, &field.value) {
        (Kind::Switch, Value::Text(_)) => found.push(
            bad(format!("{key} is neither true nor false; this app refuses it."))
                .fix("Write false", vec![Op::set(key, "false")])
                .fix("Write true", vec![Op::set(key, "true")]),
        ),
        (Kind::Number { range, .. }, value) => {
            let fits = value.as_number().is_some_and(|number| range.contains(&number));
            if !fits {
                let mut finding = bad(format!(
                    "{key} is no whole number from {} to {}; this app refuses it.",
                    range.start(),
                    range.end()
                ));
                if let Fallback::Number(default) = field.variable.default {
                    finding = finding.safe_fix(
                        format!("Write {default}"),
                        vec![Op::set(key, default.to_string())],
                    );
                }
                found.push(finding);
            }
        }
        (Kind::Choice(words), Value::Text(text)) => {
            let text = text.expose().to_ascii_lowercase();
            if !words.contains(&text.as_str()) && text != "5.0" {
                let list = words.join(", ");
                found.push(
                    bad(format!("{key} is none of {list}; this app refuses it."))
                        .safe_fix("Write auto", vec![Op::set(key, "auto")]),
                );
            }
        }
        (Kind::Filters, Value::Text(text)) => {
            for one in text.expose().split(',').map(str::trim).filter(|f| !f.is_empty()) {
                if let Err(why) = filter::check(one) {
                    found.push(bad(format!("{key} has a filter no broker accepts: {why}.")));
                    break;
                }
            }
        }
        _ => {}
    }
}
