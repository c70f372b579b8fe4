//! Whom a profile connects as: a monitor of its own, or on request the ACS with its session and
//! will.

use std::num::NonZeroU32;

use super::{ProfileError, Settings};
use crate::profile::identity::{AcsSession, BadWill, ClientId, Identity, Will};

/// How long the broker keeps the session of an ACS that is away, seconds.
const DEFAULT_SESSION_EXPIRY: u32 = 3600;

/// A monitor, unless the user asks for more.
pub(super) fn read(
    s: &mut Settings<'_>,
    acs: Option<&str>,
    subscribe_qos: u32,
) -> Result<Identity, ProfileError> {
    const SWITCH: &str = "USP_SCOPE_ACT_AS_ACS";
    const OWN_ID: &str = "USP_SCOPE_CLIENT_ID";
    const EXPIRY: &str = "USP_SCOPE_SESSION_EXPIRY";
    let expiry = s.own_number(EXPIRY, DEFAULT_SESSION_EXPIRY, 1..=u32::MAX, "number of seconds")?;
    if !s.own_switch(SWITCH, false)? {
        let client_id = own_client_id(s, OWN_ID, acs)?;
        return Ok(Identity::Monitor { client_id });
    }
    let client_id = acs.and_then(|id| ClientId::new(id).ok()).ok_or_else(|| {
        s.error(
            SWITCH,
            "USP_SCOPE_ACT_AS_ACS needs the ACS's client id, and MQTT_CLIENT_ID is not set.",
            "Set MQTT_CLIENT_ID, or remove USP_SCOPE_ACT_AS_ACS to connect beside the ACS.",
        )
    })?;
    s.warnings.push(
        "USP_SCOPE_ACT_AS_ACS is on: connecting ends the ACS's own connection to the broker."
            .to_owned(),
    );
    if s.is_present(OWN_ID) {
        s.warnings
            .push("USP_SCOPE_CLIENT_ID is ignored while USP_SCOPE_ACT_AS_ACS is on.".to_owned());
    }
    let session = match NonZeroU32::new(expiry) {
        Some(expiry_secs) if !s.switch("MQTT_CLEAN_SESSION", true) => {
            if subscribe_qos == 0 {
                s.warnings.push(
                    "MQTT_CLEAN_SESSION is off, but a broker keeps nothing for subscriptions of \
                     QoS 0; write USP_SCOPE_SUBSCRIBE_QOS=1 to get what was missed."
                        .to_owned(),
                );
            }
            AcsSession::Kept { expiry_secs }
        }
        _ => AcsSession::Clean,
    };
    Ok(Identity::Acs { client_id, session, will: will(s)? })
}

fn own_client_id(
    s: &mut Settings<'_>,
    key: &str,
    acs: Option<&str>,
) -> Result<ClientId, ProfileError> {
    let Some(found) = s.own_text(key) else {
        return Ok(ClientId::derived(acs.unwrap_or("usp")));
    };
    if acs == Some(found.text.as_str()) {
        s.warn(
            found.line,
            "USP_SCOPE_CLIENT_ID equals MQTT_CLIENT_ID: connecting throws the ACS off the broker. \
             Remove the line to connect beside it.",
        );
    }
    ClientId::new(found.text).map_err(|bad| {
        s.error(key, format!("{key} cannot be used: {bad}."), "Write a short plain name.")
    })
}

/// A will exists only if both topic and message are given.
fn will(s: &mut Settings<'_>) -> Result<Option<Will>, ProfileError> {
    const TOPIC: &str = "MQTT_LAST_WILL_TOPIC";
    let qos = s.number("MQTT_LAST_WILL_QUALITY_OF_SERVICE", 0, 0..=2, "QoS")?;
    let retain = s.switch("MQTT_LAST_WILL_RETAIN", false);
    let (Some(topic), Some(message)) = (s.text(TOPIC), s.text("MQTT_LAST_WILL_MESSAGE")) else {
        return Ok(None);
    };
    let will = Will::new(topic.text, message.text, u8::try_from(qos).unwrap_or(0), retain);
    will.map(Some).map_err(|bad| {
        let advice = match bad {
            BadWill::TooLong => "Write a shorter one.",
            _ => "Write a plain topic such as acs/status, or remove the line for no will.",
        };
        s.error(TOPIC, format!("The last will cannot be sent: {bad}."), advice)
    })
}
