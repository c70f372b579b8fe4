//! What an MQTT broker refuses, and how it ends a connection.

use super::words::{address, said, spaced, who};
use super::{Explained, passing, permanent};
use crate::mqtt::fault::{Finding, Refusal};
use crate::mqtt::link::{Cause, MqttVersion};
use crate::mqtt::reason;
use crate::profile::model::{Profile, VersionChoice};

/// So many connections in a row lost right after they came up mean a fight over the client id.
const FIGHT: u32 = 3;

pub(super) fn closed(profile: &Profile, short_lived: u32) -> Explained {
    let at = address(profile);
    if short_lived >= FIGHT {
        return passing(
            Cause::TakenOver,
            format!(
                "{at} closed the connection again right after it came up, {short_lived} times in a \
                 row now."
            ),
            format!(
                "Look for another program with the client id {}, which would throw this one off \
                 each time, and give this one its own USP_SCOPE_CLIENT_ID, for example with a \
                 suffix; otherwise see the broker's log.",
                profile.client_id()
            ),
        );
    }
    passing(
        Cause::ClosedByBroker,
        format!("{at} closed the connection."),
        "Check whether the broker was restarted; its log says why it closes connections."
            .to_owned(),
    )
}

pub(super) fn disconnected(
    profile: &Profile,
    code: u8,
    name: &str,
    text: Option<&str>,
) -> Explained {
    let at = address(profile);
    let mut what = format!("{at} ended the connection: {} (0x{code:02X})", spaced(name));
    if let Some(text) = text {
        what.push_str(": ");
        what.push_str(&said(text, profile));
    }
    what.push('.');
    match code {
        0x8e => passing(
            Cause::TakenOver,
            what,
            format!(
                "Another client connected with the id {}; give each its own USP_SCOPE_CLIENT_ID.",
                profile.client_id()
            ),
        ),
        0x87 => permanent(
            Cause::NotAuthorized,
            what,
            format!("Check what the broker's ACL allows {}.", who(profile)),
        ),
        0x8a => permanent(Cause::Banned, what, "Ask the broker's operator.".to_owned()),
        0x95 => passing(
            Cause::PacketTooLarge,
            what,
            "Raise USP_SCOPE_MAX_PACKET_BYTES or narrow USP_SCOPE_SUBSCRIBE; for messages of our \
             own, raise the broker's max_packet_size."
                .to_owned(),
        ),
        0x8d => passing(
            Cause::KeepAlive,
            what,
            "Raise MQTT_KEEP_ALIVE_INTERVAL, or check the link and whether this machine slept."
                .to_owned(),
        ),
        0x98 => passing(
            Cause::Banned,
            what,
            "Ask the broker's operator: somebody ended the connection there.".to_owned(),
        ),
        0x9c | 0x9d => passing(
            Cause::Moved,
            what,
            "The broker has moved: ask for its new address and set MQTT_HOST.".to_owned(),
        ),
        0x88 | 0x89 | 0x8b | 0x9f => passing(
            Cause::Busy,
            what,
            "Wait for the broker, or check its load and limits.".to_owned(),
        ),
        0x93 | 0x96 | 0x97 => passing(
            Cause::Quota,
            what,
            "Send or ask for less, or raise the limit in the broker; USP_SCOPE_SUBSCRIBE narrows \
             what is asked for."
                .to_owned(),
        ),
        0x9b => permanent(
            Cause::ClosedByBroker,
            what,
            "Lower USP_SCOPE_SUBSCRIBE_QOS, or raise the broker's max_qos.".to_owned(),
        ),
        0x9e | 0xa1 | 0xa2 => permanent(
            Cause::FilterUnsupported,
            what,
            "Choose other filters in USP_SCOPE_SUBSCRIBE.".to_owned(),
        ),
        0x81 | 0x82 | 0x94 => passing(
            Cause::ClosedByBroker,
            what,
            "Check that nothing between here and the broker alters the connection; otherwise this \
             is a fault of this app worth a report."
                .to_owned(),
        ),
        _ => {
            passing(Cause::ClosedByBroker, what, "See the broker's log for the reason.".to_owned())
        }
    }
}

pub(super) fn refusal(refusal: Refusal, profile: &Profile) -> Explained {
    let at = address(profile);
    match refusal {
        Refusal::Login => {
            let advice = match &profile.username {
                Some(user) => format!(
                    "Check that the broker knows the user {user} and that MQTT_AUTH_PASSWORD \
                     matches; try the pair with mosquitto_pub -u {user} -P '<password>'."
                ),
                None => "Set MQTT_AUTH_USERNAME and MQTT_AUTH_PASSWORD: the broker does not let \
                         anonymous clients in."
                    .to_owned(),
            };
            permanent(
                Cause::NotAuthorized,
                format!("{at} does not let {} in: not authorised.", who(profile)),
                advice,
            )
        }
        Refusal::Version => {
            let asked = match profile.version {
                VersionChoice::V5 => "MQTT 5",
                VersionChoice::V311 => "MQTT 3.1.1",
                VersionChoice::Auto => "either MQTT 5 or MQTT 3.1.1",
            };
            permanent(
                Cause::VersionRefused,
                format!("{at} does not speak {asked}."),
                "Set USP_SCOPE_MQTT_VERSION=auto, or enable the version in the broker.".to_owned(),
            )
        }
        Refusal::ClientId => permanent(
            Cause::ClientIdRefused,
            format!("{at} does not accept the client id {}.", profile.client_id()),
            "Set a shorter or simpler USP_SCOPE_CLIENT_ID; some brokers allow only certain ids."
                .to_owned(),
        ),
        Refusal::Banned => permanent(
            Cause::Banned,
            format!("{at} has banned this client."),
            "Ask the broker's operator.".to_owned(),
        ),
        Refusal::Busy(why) => passing(
            Cause::Busy,
            format!("{at} takes no connection now: {why}."),
            "Wait, or check the broker's load and limits.".to_owned(),
        ),
        Refusal::Quota => passing(
            Cause::Quota,
            format!("{at} takes no connection now: quota exceeded."),
            "Wait, or raise the broker's limit of connections.".to_owned(),
        ),
        Refusal::TooLarge => permanent(
            Cause::PacketTooLarge,
            format!("{at} refused the CONNECT packet: packet too large."),
            "Raise the broker's limit (mosquitto: max_packet_size), or shorten user name and \
             client id."
                .to_owned(),
        ),
        Refusal::Moved(why) => permanent(
            Cause::Moved,
            format!("{at} sends us elsewhere: {why}."),
            "Ask for the broker's new address and set MQTT_HOST.".to_owned(),
        ),
        Refusal::Other(why) => passing(
            Cause::ConnectRefused,
            format!("{at} refused the connection: {why}."),
            "See the broker's log for the reason.".to_owned(),
        ),
    }
}

pub(super) fn unsubscribed(profile: &Profile, filters: &[String]) -> Explained {
    let all = if filters.len() >= profile.subscribe.len() {
        "every subscription"
    } else {
        "some subscriptions"
    };
    permanent(
        Cause::SubscribeRefused,
        format!("{} refused {all}: {}.", address(profile), filters.join(", ")),
        format!(
            "Allow {} to read these topics in the broker's ACL, or choose other topics in \
             USP_SCOPE_SUBSCRIBE.",
            who(profile)
        ),
    )
}

pub(super) fn unsupported(profile: &Profile, filters: &[String]) -> Explained {
    permanent(
        Cause::FilterUnsupported,
        format!("{} cannot serve {}.", address(profile), filters.join(", ")),
        "Choose filters of another kind in USP_SCOPE_SUBSCRIBE: without wildcards, or without \
         $share/."
            .to_owned(),
    )
}

pub(super) fn no_quota(profile: &Profile, filters: &[String]) -> Explained {
    passing(
        Cause::Quota,
        format!("{} has no quota left for {}.", address(profile), filters.join(", ")),
        "Raise the broker's limit of subscriptions, or choose fewer filters in \
         USP_SCOPE_SUBSCRIBE."
            .to_owned(),
    )
}

pub(super) fn closed_on_subscribe(profile: &Profile) -> Explained {
    passing(
        Cause::SubscribeRefused,
        format!(
            "{} closed the connection when asked for {}: it refuses without saying why.",
            address(profile),
            profile.subscribe.join(", ")
        ),
        format!(
            "Allow {} to read these topics in the broker's ACL and check its limits of QoS and \
             packet size, or choose other topics in USP_SCOPE_SUBSCRIBE.",
            who(profile)
        ),
    )
}

/// One version does not work; whether the other one does.
pub(super) fn version(
    profile: &Profile,
    asked: MqttVersion,
    said: bool,
    other_works: bool,
) -> Explained {
    let (at, other) = (address(profile), super::other(asked));
    let how = if said { "says that it does not speak" } else { "hangs up on" };
    let also = if other_works { "works" } else { "does not work either" };
    permanent(
        Cause::VersionRefused,
        format!("{at} {how} {}; {} {also}.", asked.label(), other.label()),
        if other_works {
            format!(
                "Set USP_SCOPE_MQTT_VERSION=auto or {}, or enable {} in the broker.",
                if other == MqttVersion::V5 { "5" } else { "3.1.1" },
                asked.label()
            )
        } else {
            "Enable MQTT 5 or MQTT 3.1.1 in the broker.".to_owned()
        },
    )
}

pub(super) fn publish_refused(profile: &Profile, code: u8, text: Option<&str>) -> Explained {
    let mut what = format!(
        "{} refused the test message: {} (0x{code:02X})",
        address(profile),
        reason::name(code)
    );
    if let Some(text) = text {
        what.push_str(": ");
        what.push_str(&said(text, profile));
    }
    what.push('.');
    match code {
        0x95 => passing(
            Cause::PacketTooLarge,
            what,
            "Raise the broker's limit (mosquitto: max_packet_size).".to_owned(),
        ),
        0x96 | 0x97 => {
            passing(Cause::Quota, what, "Send more slowly, or raise the broker's quota.".to_owned())
        }
        _ => permanent(
            Cause::PublishRefused,
            what,
            format!("Allow {} to write to usp/test/# in the broker's ACL.", who(profile)),
        ),
    }
}

pub(super) fn closed_on_publish(profile: &Profile) -> Explained {
    passing(
        Cause::PublishRefused,
        format!(
            "{} closed the connection when the test message came: it refuses the message without \
             saying why.",
            address(profile)
        ),
        format!(
            "Allow {} to write to usp/test/# in the broker's ACL, and check the broker's limits \
             of packet size and QoS.",
            who(profile)
        ),
    )
}

pub(super) fn not_delivered(
    profile: &Profile,
    topic: &str,
    version: MqttVersion,
    acknowledged: bool,
    no_subscribers: bool,
) -> Explained {
    let taken = match (acknowledged, no_subscribers) {
        (false, _) => "neither acknowledged nor delivered",
        (true, false) => "acknowledged, but not delivered",
        (true, true) => "acknowledged as having no subscribers, and not delivered",
    };
    let (right, note) = match version {
        MqttVersion::V5 => ("to read", ""),
        MqttVersion::V311 => (
            "to write and to read",
            ", since under MQTT 3.1.1 the broker can't say that it threw a message away",
        ),
    };
    permanent(
        Cause::NotDelivered,
        format!(
            "{} granted the subscription, but the test message on {topic} was {taken}.",
            address(profile)
        ),
        format!(
            "Check that the broker's ACL allows {} {right} usp/#{note}; mosquitto with an ACL file \
             grants subscriptions that it then never serves.",
            who(profile)
        ),
    )
}

pub(super) fn ours_too_large(profile: &Profile, size: usize, limit: u32) -> Explained {
    permanent(
        Cause::PacketTooLarge,
        format!(
            "{} takes packets of {limit} bytes at most; the test message alone has {size}.",
            address(profile)
        ),
        "Raise the broker's limit (mosquitto: max_packet_size): USP messages are often hundreds \
         of kB."
            .to_owned(),
    )
}

/// What only a diagnosis finds out about a broker.
pub(super) fn found(finding: &Finding, profile: &Profile) -> Explained {
    match finding {
        Finding::Mute => super::network::mute(profile),
        Finding::TlsExpected(how) => super::network::tls_expected(profile, how),
        Finding::PlainMqtt => super::network::plain_mqtt(profile),
        Finding::NotMqtt(what) => super::network::not_mqtt(profile, what),
        Finding::CertificateRequired(how) => super::tls::required(profile, how),
        Finding::Version { asked, said, other_works } => {
            version(profile, *asked, *said, *other_works)
        }
        Finding::Unsupported(filters) => unsupported(profile, filters),
        Finding::NoQuota(filters) => no_quota(profile, filters),
        Finding::ClosedOnSubscribe => closed_on_subscribe(profile),
        Finding::PublishRefused { code, text } => publish_refused(profile, *code, text.as_deref()),
        Finding::ClosedOnPublish => closed_on_publish(profile),
        Finding::NotDelivered { topic, version, acknowledged, no_subscribers } => {
            not_delivered(profile, topic, *version, *acknowledged, *no_subscribers)
        }
        Finding::OursTooLarge { size, limit } => ours_too_large(profile, *size, *limit),
    }
}
