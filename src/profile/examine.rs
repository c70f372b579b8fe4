//! Everything there is to know about a profile's bytes, in one go: fields as the ACS reads them,
//! findings, both verdicts, and which other readers agree on each value.
//!
//! Looks at the disk (paths, certificates), so it belongs on a thread that may wait.

use std::path::Path;

use super::catalog::VARIABLES;
use super::certificate::CertificateFacts;
use super::dialect::{self, Agreement};
use super::document::Document;
use super::inspect;
use super::lint::{self, Context, Finding, Level};
use super::reading::Reading;
use super::verdict::{self, Verdict};
use crate::core::time::Timestamp;

/// Certificates shown of one file.
const MAX_SHOWN: usize = 5;

/// What a profile is looked at with.
#[derive(Clone, Copy)]
pub struct Surroundings<'a> {
    /// Where the file lies; `None` for one that was never saved.
    pub path: Option<&'a Path>,
    /// Now.
    pub now: Timestamp,
    /// Variables of this process.
    pub environment: &'a dyn Fn(&str) -> Option<String>,
    /// Name and ACS client id of other profiles.
    pub others: &'a [(String, String)],
}

impl<'a> Surroundings<'a> {
    /// The same with the file as the ACS reads it.
    pub(super) fn context(self, reading: &'a Reading) -> Context<'a> {
        let Self { path, now, environment, others } = self;
        Context { reading, path, now, environment, others }
    }
}

/// The result.
#[derive(Clone, Debug)]
pub struct Examination {
    /// The file as the ACS reads it.
    pub reading: Reading,
    /// All findings, errors first.
    pub findings: Vec<Finding>,
    /// What the ACS will do.
    pub acs: Verdict,
    /// What this app will do.
    pub app: Verdict,
    /// For each variable the file sets: which readers get the value the ACS gets.
    pub agreements: Vec<(&'static str, Agreement)>,
    /// For each variable that names a certificate file: what the certificates in it say.
    pub certificates: Vec<(&'static str, Vec<CertificateFacts>)>,
}

impl Examination {
    /// Findings of that level.
    #[must_use]
    pub fn count(&self, level: Level) -> usize {
        self.findings.iter().filter(|finding| finding.level == level).count()
    }

    /// What the certificates in the file a variable names say; empty where there are none.
    #[must_use]
    pub fn certificates(&self, key: &str) -> &[CertificateFacts] {
        self.certificates.iter().find(|(name, _)| *name == key).map_or(&[], |(_, facts)| facts)
    }

    /// The readers' verdicts on a variable; `None` if the file does not set it.
    #[must_use]
    pub fn agreement(&self, key: &str) -> Option<&Agreement> {
        self.agreements.iter().find(|(name, _)| *name == key).map(|(_, agreement)| agreement)
    }
}

/// Examines `bytes`.
#[must_use]
pub fn examine(bytes: &[u8], around: Surroundings<'_>) -> Examination {
    let Surroundings { path, environment, .. } = around;
    let reading = Reading::new(Document::new(bytes.to_vec()), environment);
    let context = around.context(&reading);
    let findings = lint::lint(&context);
    let acs = verdict::acs(&context, &findings);
    let app = verdict::app(bytes, path.unwrap_or_else(|| Path::new(".env")), environment);
    let set: Vec<&'static str> = VARIABLES
        .iter()
        .map(|variable| variable.key)
        .filter(|key| reading.field(key).is_some_and(|field| field.is_from_file()))
        .collect();
    let agreements = dialect::agreements(bytes, &set);
    let certificates = ["MQTT_TLS_CA_FILE", "MQTT_TLS_CLIENT_CERT_FILE"]
        .into_iter()
        .filter_map(|key| Some((key, certificates(&context, key)?)))
        .collect();
    Examination { reading, findings, acs, app, agreements, certificates }
}

fn certificates(context: &Context<'_>, key: &'static str) -> Option<Vec<CertificateFacts>> {
    let path = context.path_of(key)?;
    let mut facts = inspect::facts_of(&path, key).ok()?;
    facts.truncate(MAX_SHOWN);
    Some(facts)
}
