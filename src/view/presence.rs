//! Whether a device is there, in words: how it was found out, for people.

use super::format;
use crate::analysis::Snapshot;
pub use crate::analysis::endpoints::{Gone, Presence};
use crate::core::ids::EndpointId;
use crate::core::time::Timestamp;

/// How `presence` of a device was found out, as seen at `now`.
#[must_use]
pub fn reason(
    snapshot: &Snapshot,
    device: EndpointId,
    presence: Presence,
    now: Timestamp,
) -> String {
    let since = |at: Timestamp| format::age(now.nanos_since(at));
    let ago = |at: Timestamp| match since(at) {
        age if age == "now" => "just now".to_owned(),
        age => format!("{age} ago"),
    };
    let info = snapshot.endpoint_info(device);
    match presence {
        Presence::Unheard => "Requests went to it; nothing came from it".to_owned(),
        Presence::Online { heard } => format!("Newest Record {}", ago(heard)),
        Presence::Restarted { at, .. } => {
            let boot = info.and_then(|info| info.boot()).filter(|boot| boot.at >= at);
            let cause = boot.map_or("", |boot| boot.cause.as_str());
            match (boot, cause) {
                (None, _) => format!("Connected again {}, without a Disconnect", ago(at)),
                (Some(_), "") => format!("Booted {}", ago(at)),
                (Some(_), cause) => {
                    format!("Booted {}, Cause {}", ago(at), format::one_line(cause))
                }
            }
        }
        Presence::Stale { heard, limit_nanos } => format!(
            "Silent for {}, more than the {} allowed, and no Disconnect",
            since(heard),
            format::age(limit_nanos)
        ),
        Presence::Offline(Gone::SaidSo { at, code }) => {
            let goodbye = info.and_then(|info| info.goodbye()).map_or("", |bye| &bye.reason);
            let mut text = format!("Disconnect {}", ago(at));
            if code != 0 {
                text.push_str(&format!(", code {code}"));
            }
            if !goodbye.is_empty() {
                text.push_str(&format!(": {}", format::one_line(goodbye)));
            }
            text
        }
        Presence::Offline(Gone::Unresponsive { since, requests }) => format!(
            "{requests} requests in a row unanswered for {}, while other devices answered",
            format::age(now.nanos_since(since))
        ),
    }
}
