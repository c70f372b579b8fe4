//! Problems: what Wireshark calls expert information. [`code`] is the catalogue, [`trouble`] the
//! table of what was found, [`explain`] the words for one message. Rules that need to know other
//! messages live where those are known (exchanges, sessions, devices); the rest is here, one
//! file per family.

mod binding;
pub mod code;
pub mod explain;
mod health;
mod record;
mod stray;
pub mod trouble;

use super::note::{Note, Reports};
use crate::core::ids::EndpointId;
use crate::usp::kind::MsgKind;
use crate::usp::outcome::Grade;

/// The rules that are judged here, with what they remember.
#[derive(Default)]
pub(super) struct Rules {
    record: record::RecordRules,
    binding: binding::BindingRules,
    health: health::Health,
}

impl Rules {
    /// Judges a message by itself.
    pub(super) fn message(&mut self, note: &Note<'_>, reports: &mut Reports) {
        self.record.check(note, reports);
        self.binding.check(note, reports);
    }

    /// A failure with this error code inside the message. `kind` is the type of the message; for
    /// an Error the type of the request that it answers, where that is known. To be called once
    /// per failure; more than one stray code in a message is reported once.
    pub(super) fn failure(note: &Note<'_>, kind: MsgKind, code: u32, reports: &mut Reports) {
        stray::check(note, kind, code, reports);
    }

    /// `device` answered a request of this type with the message in hand.
    pub(super) fn answered(
        &mut self,
        device: EndpointId,
        request: MsgKind,
        grade: Option<Grade>,
        latency_nanos: i64,
        note: &Note<'_>,
        reports: &mut Reports,
    ) {
        self.health.answered(device, request, grade, latency_nanos, note, reports);
    }
}
