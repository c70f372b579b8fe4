//! Puts what went wrong into words: one sentence for what failed, one for what to do. The only
//! source of such sentences, for the live connection and for the diagnosis alike. Secrets never
//! get in here.
//!
//! `network` has what happens before MQTT begins, `tls` certificates and alerts, `broker` what
//! an MQTT broker refuses; `words` the small words they share.

mod broker;
mod network;
mod tls;
mod words;

use super::fault::{Fault, Stage};
use super::link::{Cause, Failure, MqttVersion};
use super::verify::Refused;
use crate::profile::model::Profile;
use crate::profile::tls::FileFault;

pub(super) use words::{address, mask, said, who};

/// A failure, and whether only a person can mend it.
#[derive(Clone, Debug)]
pub(super) struct Explained {
    pub failure: Failure,
    pub permanent: bool,
}

/// `refused` is the verifier's last word on this connection; `short_lived` counts connections in
/// a row that were lost right after they came up.
pub(super) fn explain(
    fault: &Fault,
    profile: &Profile,
    stage: Stage,
    refused: Option<&Refused>,
    short_lived: u32,
) -> Explained {
    let at = address(profile);
    match fault {
        Fault::File(problem) => {
            permanent(file_cause(problem.fault), problem.what.clone(), problem.advice.clone())
        }
        Fault::Lookup(error) => network::lookup(profile, error),
        Fault::Tcp(error) => network::tcp(error, profile),
        Fault::Tls(fault) => tls::explain(fault, profile, refused),
        Fault::Refused(refusal) => broker::refusal(*refusal, profile),
        Fault::Timeout => network::timeout(profile, stage),
        Fault::Closed | Fault::Broken(_) | Fault::Malformed(_) if stage == Stage::Connecting => {
            network::no_connack(fault, profile)
        }
        Fault::Closed => broker::closed(profile, short_lived),
        Fault::Broken(error) => passing(
            Cause::ClosedByBroker,
            format!("The connection to {at} broke: {error}."),
            "Check the network between here and the broker.".to_owned(),
        ),
        Fault::Malformed(what) => passing(
            Cause::Malformed,
            format!("{at} sent something that breaks MQTT's rules: {what}."),
            "Check that nothing between here and the broker alters the connection, and update the \
             broker."
                .to_owned(),
        ),
        Fault::TooLarge(size) => passing(
            Cause::PacketTooLarge,
            format!(
                "{at} sent a message of {size} bytes; the limit of this profile is {} bytes, and \
                 MQTT can only be read on by connecting again.",
                profile.max_packet_bytes
            ),
            format!(
                "Raise USP_SCOPE_MAX_PACKET_BYTES above {size}, or narrow USP_SCOPE_SUBSCRIBE; a \
                 retained message of that size comes back with every connection."
            ),
        ),
        Fault::Disconnected { code, name, text } => {
            broker::disconnected(profile, *code, name, text.as_deref())
        }
        Fault::NoPong => passing(
            Cause::KeepAlive,
            format!(
                "Timeout: {at} did not answer a ping within {} s.",
                profile.keep_alive.as_secs()
            ),
            "Check the network and the broker's load; a longer MQTT_KEEP_ALIVE_INTERVAL tolerates \
             slower links."
                .to_owned(),
        ),
        Fault::BadFilter { filter, why } => permanent(
            Cause::BadFilter,
            format!("The topic filter {} is not valid: {why}.", filter.escape_debug()),
            "Correct the filter, for example usp/# or usp/agent/+.".to_owned(),
        ),
        Fault::Unsubscribed(filters) => broker::unsubscribed(profile, filters),
        Fault::Found(finding) => broker::found(finding, profile),
    }
}

/// Files whose trouble has a remedy of its own.
fn file_cause(fault: FileFault) -> Cause {
    match fault {
        FileFault::Swapped => Cause::FilesSwapped,
        FileFault::PassphraseMissing => Cause::PassphraseMissing,
        FileFault::PassphraseWrong => Cause::PassphraseWrong,
        FileFault::UnsupportedEncryption => Cause::UnsupportedEncryption,
        FileFault::KeyMismatch => Cause::KeyMismatch,
        FileFault::Unreadable
        | FileFault::WrongContents
        | FileFault::Damaged
        | FileFault::TooLarge => Cause::File,
    }
}

fn permanent(cause: Cause, what: String, advice: String) -> Explained {
    Explained { failure: Failure { cause, what, advice }, permanent: true }
}

fn passing(cause: Cause, what: String, advice: String) -> Explained {
    Explained { failure: Failure { cause, what, advice }, permanent: false }
}

/// The other of the two versions.
pub(super) fn other(version: MqttVersion) -> MqttVersion {
    match version {
        MqttVersion::V5 => MqttVersion::V311,
        MqttVersion::V311 => MqttVersion::V5,
    }
}

#[cfg(test)]
mod tests;
