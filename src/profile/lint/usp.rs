//! USP: Endpoint ID (TR-369, ENDPOINT ID) and topics.

use super::{Context, Finding, Op};

const ID: &str = "USP_CONTROLLER_ENDPOINT_ID";

/// Schemes of authority-schemes in TR-369 R-ARC.1 and following.
const SCHEMES: [&str; 12] =
    ["oui", "cid", "pen", "self", "user", "os", "ops", "uuid", "imei", "proto", "doc", "fqdn"];

/// Longest instance id, characters.
const MAX_INSTANCE: usize = 50;

pub(super) fn check(context: &Context<'_>, found: &mut Vec<Finding>) {
    if let Some(id) = context.filled(ID) {
        endpoint_id(context, id, found);
    }
    for key in ["USP_MQTT_CONTROLLER_TOPIC", "USP_MQTT_AGENT_TOPIC"] {
        let Some(topic) = context.filled(key) else { continue };
        if topic.contains(['+', '#', '\0']) {
            found.push(
                Finding::warning(
                    "base-topic-wildcard",
                    format!("{key} is a plain topic; it must not hold + or #."),
                )
                .at(key, context.line(key)),
            );
        }
    }
    let key = "USP_MQTT_ENABLED";
    if context.given(key).is_some() && !context.is_on(key) {
        found.push(
            Finding::info("usp-off", "USP_MQTT_ENABLED is off: the ACS does not use MQTT.")
                .at(key, context.line(key))
                .fix("Switch it on", vec![Op::set(key, "true")]),
        );
    }
}

fn endpoint_id(context: &Context<'_>, id: &str, found: &mut Vec<Finding>) {
    let warn = |code, text: String| Finding::warning(code, text).at(ID, context.line(ID));
    let mut parts = id.splitn(3, ':');
    let (Some(scheme), Some(_), Some(instance)) = (parts.next(), parts.next(), parts.next()) else {
        found.push(warn(
            "endpoint-id-form",
            "The Endpoint ID is not of the form scheme:[authority]:instance, for example \
             self::acs-controller-001."
                .to_owned(),
        ));
        return;
    };
    if !SCHEMES.contains(&scheme) {
        found.push(warn(
            "endpoint-id-scheme",
            format!(
                "{} is no scheme of an Endpoint ID; TR-369 knows {}.",
                if scheme.is_empty() { "An empty text" } else { scheme },
                SCHEMES.join(", ")
            ),
        ));
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
    let escaped_well = {
        let mut chars = instance.chars();
        let mut well = true;
        while let Some(c) = chars.next() {
            well &= match c {
                '%' => (0..2).all(|_| chars.next().is_some_and(|c| c.is_ascii_hexdigit())),
                c => plain(c),
            };
        }
        well
    };
    if instance.is_empty() || instance.chars().count() > MAX_INSTANCE || !escaped_well {
        found.push(warn(
            "endpoint-id-instance",
            format!(
                "The last part of the Endpoint ID must have 1 to {MAX_INSTANCE} characters, \
                 letters, digits, - . _ or %XX."
            ),
        ));
    }
    if matches!(scheme, "proto" | "doc") && (context.is_production() || !context.host_is_loopback())
    {
        let mut finding = warn(
            "endpoint-id-prototype",
            format!(
                "The scheme {scheme} is for prototypes and documents, not for production (TR-369 \
                 R-ARC.4)."
            ),
        );
        if escaped_well && !instance.is_empty() {
            let better = format!("self::{instance}");
            finding = finding.fix(format!("Write {better}"), vec![Op::set(ID, better)]);
        }
        found.push(finding);
    }
}
