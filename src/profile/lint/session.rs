//! Client id, session, timing, reconnecting.

use super::{Context, Finding, Op};
use crate::core::secret::Secret;

const ID: &str = "MQTT_CLIENT_ID";
const DELAY: &str = "MQTT_AUTO_RECONNECT_DELAY_BETWEEN_RECONNECT_ATTEMPTS";
const ATTEMPTS: &str = "MQTT_AUTO_RECONNECT_MAX_RECONNECT_ATTEMPTS";
const KEEP_ALIVE: &str = "MQTT_KEEP_ALIVE_INTERVAL";

/// A broker needs about so long to restart, milliseconds.
const RESTART_MILLIS: i64 = 10_000;

pub(super) fn check(context: &Context<'_>, found: &mut Vec<Finding>) {
    client_id(context, found);
    timing(context, found);
    reconnect(context, found);
    found.push(Finding::info(
        "mqtt-3.1",
        "laravel-client speaks MQTT 3.1 unless config/mqtt-client.php says otherwise; TR-369 \
             knows 5.0 and 3.1.1.",
    ));
}

fn client_id(context: &Context<'_>, found: &mut Vec<Finding>) {
    let line = context.line(ID);
    let clean = context.is_on("MQTT_CLEAN_SESSION");
    match context.text(ID) {
        Some("") => found.push(
            Finding::error(
                "client-id-empty",
                "MQTT_CLIENT_ID is empty: the empty id is sent as it is, and brokers reject it \
                 under MQTT 3.1. Without the line each connection gets a random one.",
            )
            .at(ID, line)
            .safe_fix("Comment the line out", vec![Op::unset(ID)]),
        ),
        None if !clean => found.push(
            Finding::warning(
                "session-without-id",
                "The session is to be kept, but without MQTT_CLIENT_ID each process gets a random \
                 id: the kept sessions are orphaned.",
            )
            .at("MQTT_CLEAN_SESSION", context.line("MQTT_CLEAN_SESSION")),
        ),
        Some(id) if id.len() > 23 => found.push(
            Finding::info(
                "client-id-long",
                format!(
                    "The client id has {} bytes; MQTT 3.1, which the ACS speaks, promises only 23.",
                    id.len()
                ),
            )
            .at(ID, line),
        ),
        _ => {}
    }
    if let Some(id) = context.filled(ID) {
        for (name, other) in context.others {
            if other == id {
                found.push(
                    Finding::warning(
                        "client-id-shared",
                        format!(
                            "The profile {name} has the same client id: two programs with it throw \
                             each other off the broker."
                        ),
                    )
                    .at(ID, line),
                );
            }
        }
        let own = "USP_SCOPE_CLIENT_ID";
        if context.field(own).and_then(|f| f.string.as_ref()).map(Secret::expose) == Some(id) {
            found.push(
                Finding::warning(
                    "own-id-is-acs-id",
                    "This app would connect with the ACS's client id: the broker then drops the ACS.",
                )
                .at(own, context.line(own))
                .fix("Comment the line out: an id of its own is derived", vec![Op::unset(own)]),
            );
        }
    }
    let act = "USP_SCOPE_ACT_AS_ACS";
    if context.is_on(act) {
        found.push(
            Finding::warning(
                "acting-as-acs",
                "This app connects as the ACS, with its client id: the broker drops the ACS while \
                 it does.",
            )
            .at(act, context.line(act)),
        );
    }
}

fn timing(context: &Context<'_>, found: &mut Vec<Finding>) {
    let keep_alive = context.reading.number(KEEP_ALIVE);
    let socket = context.reading.number("MQTT_SOCKET_TIMEOUT");
    let resend = context.reading.number("MQTT_RESEND_TIMEOUT");
    let connect = context.reading.number("MQTT_CONNECT_TIMEOUT");
    if (1..=65_535).contains(&keep_alive) {
        if keep_alive <= socket {
            found.push(
                Finding::info(
                    "keep-alive-short",
                    format!(
                        "The keep-alive ({keep_alive} s) is not longer than the socket timeout \
                         ({socket} s)."
                    ),
                )
                .at(KEEP_ALIVE, context.line(KEEP_ALIVE)),
            );
        }
        if keep_alive < 5 {
            found.push(
                Finding::info(
                    "keep-alive-below-5",
                    format!("The keep-alive is {keep_alive} s; this app pings every 5 s at most."),
                )
                .at(KEEP_ALIVE, context.line(KEEP_ALIVE)),
            );
        }
    }
    if resend >= connect && resend > 0 && connect > 0 {
        let key = "MQTT_RESEND_TIMEOUT";
        found.push(
            Finding::info(
                "resend-long",
                format!(
                    "The resend timeout ({resend} s) is not shorter than the connect timeout \
                     ({connect} s)."
                ),
            )
            .at(key, context.line(key)),
        );
    }
}

fn reconnect(context: &Context<'_>, found: &mut Vec<Finding>) {
    if !context.is_on("MQTT_AUTO_RECONNECT_ENABLED") {
        return;
    }
    let delay = context.reading.number(DELAY);
    let attempts = context.reading.number(ATTEMPTS).max(0);
    if delay < 0 {
        return;
    }
    let given = context.given(DELAY).is_some();
    if given && (1..100).contains(&delay) {
        found.push(
            Finding::warning(
                "delay-is-milliseconds",
                format!(
                    "The ACS takes the delay as milliseconds, whatever the guide says: {delay} is a \
                     pause of {delay} ms."
                ),
            )
            .at(DELAY, context.line(DELAY))
            .fix(
                format!("Write {} for {delay} s", delay * 1000),
                vec![Op::set(DELAY, (delay * 1000).to_string())],
            ),
        );
    }
    // The last attempt is followed by no pause.
    let total = attempts.saturating_sub(1).saturating_mul(delay);
    // A delay that was meant in seconds is mended above.
    let meant = if given && (1..100).contains(&delay) { delay * 1000 } else { delay };
    let enough = attempts.saturating_sub(1).saturating_mul(meant) >= RESTART_MILLIS;
    if total < RESTART_MILLIS && (meant == delay || !enough) {
        let key = if given { DELAY } else { ATTEMPTS };
        let pause = if delay == 0 { "no pause at all".to_owned() } else { format!("{delay} ms") };
        // Of one or two attempts no pause makes enough.
        let (label, ops) = if attempts < 3 {
            let label = "Write 10 attempts with a delay of 2000 ms".to_owned();
            (label, vec![Op::set(ATTEMPTS, "10"), Op::set(DELAY, "2000")])
        } else {
            let wanted = ((RESTART_MILLIS - 1) / (attempts - 1) + 1).max(1000);
            let label = format!("Write a delay of {wanted} ms");
            (label, vec![Op::set(DELAY, wanted.to_string())])
        };
        let tries =
            if attempts == 1 { "1 attempt".to_owned() } else { format!("{attempts} attempts") };
        found.push(
            Finding::warning(
                "reconnect-too-short",
                format!(
                    "{tries} with {pause} between them: given up {}: a broker that restarts \
                     needs longer, and giving up ends the ACS's worker.",
                    match total {
                        0 => "at once".to_owned(),
                        1..1000 => format!("within about {total} ms"),
                        _ => format!("within about {} s", total / 1000),
                    }
                ),
            )
            .at(key, context.line(key))
            .fix(label, ops),
        );
    }
}
