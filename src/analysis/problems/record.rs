//! What a Record must hold (TR-369, Record definition and Message encoding), judged message by
//! message.

use super::code::Code;
use crate::analysis::note::{Note, Report, Reports, report};
use crate::core::ids::EndpointId;
use crate::usp::endpoint;
use crate::usp::kind::PayloadKind;
use crate::usp::scan::{EMPTY_FROM, EMPTY_TO, EMPTY_VERSION, NO_BODY, NO_RECORD_TYPE};

/// An Endpoint ID is judged once.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
enum Verdict {
    #[default]
    Unknown,
    Good,
    Bad,
}

/// See the module text.
#[derive(Default)]
pub(super) struct RecordRules {
    /// By endpoint.
    ids: Vec<Verdict>,
}

impl RecordRules {
    pub(super) fn check(&mut self, note: &Note<'_>, reports: &mut Reports) {
        match note.summary.payload {
            PayloadKind::Usp => self.record(note, reports),
            PayloadKind::Suspect => report(reports, note, suspect(note), None),
            PayloadKind::Json | PayloadKind::Text | PayloadKind::Binary | PayloadKind::Empty => {}
        }
    }

    fn record(&mut self, note: &Note<'_>, reports: &mut Reports) {
        let summary = note.summary;
        if !is_version(summary.version) {
            report(reports, note, Code::RecordVersion, None);
        }
        if summary.certified && !summary.signed {
            report(reports, note, Code::UnsignedCertificate, None);
        }
        for (id, name) in [(note.from, summary.from), (note.to, summary.to)] {
            if self.is_bad(id, name) {
                reports.push(Report {
                    code: Code::EndpointIdInvalid,
                    seq: Some(note.seq),
                    proof: None,
                    who: id.filter(|&id| id != EndpointId::OTHER),
                    topic: Some(note.topic),
                    at: note.at,
                });
            }
        }
        if summary.from == summary.to {
            report(reports, note, Code::SameEndpoint, None);
        }
        if summary.malformed.is_some() {
            report(reports, note, Code::MalformedMsg, None);
        }
        let Some(msg) = &summary.msg else { return };
        if msg.header_missing {
            // Of a Msg that breaks off the header may be behind the break.
            if summary.malformed.is_none_or(|fault| fault.reason == NO_BODY) {
                report(reports, note, Code::HeaderMissing, None);
            }
            return;
        }
        if msg.msg_id.is_empty() && summary.malformed.is_none() {
            report(reports, note, Code::MsgIdEmpty, None);
        }
        if msg.kind.is_some_and(|kind| kind as i32 != msg.header_type) {
            report(reports, note, Code::TypeMismatch, None);
        }
    }

    fn is_bad(&mut self, id: Option<EndpointId>, name: &str) -> bool {
        let index = match id {
            Some(id) if id != EndpointId::OTHER => id.0 as usize,
            _ => return endpoint::EndpointId::parse(name).is_err(),
        };
        if index >= self.ids.len() {
            self.ids.resize(index + 1, Verdict::Unknown);
        }
        let Some(verdict) = self.ids.get_mut(index) else { return false };
        if *verdict == Verdict::Unknown {
            let bad = endpoint::EndpointId::parse(name).is_err();
            *verdict = if bad { Verdict::Bad } else { Verdict::Good };
        }
        *verdict == Verdict::Bad
    }
}

/// What is wrong with something that looks like a Record.
fn suspect(note: &Note<'_>) -> Code {
    match note.summary.malformed.map_or("", |fault| fault.reason) {
        NO_RECORD_TYPE => Code::RecordTypeMissing,
        EMPTY_VERSION | EMPTY_FROM | EMPTY_TO => Code::RecordFieldMissing,
        _ => Code::MalformedRecord,
    }
}

/// `1.` and up to three digits.
fn is_version(version: &str) -> bool {
    version.strip_prefix("1.").is_some_and(|minor| {
        matches!(minor.len(), 1..=3) && minor.bytes().all(|byte| byte.is_ascii_digit())
    })
}
