//! What should be said about a profile's certificates and key before anybody connects: files that
//! cannot be used, certificates at the end of their life, names that will not do. Reads the files;
//! connects to nothing.

use std::path::{Path, PathBuf};

use rustls_pki_types::CertificateDer;

use super::certificate::{self, Age, CertificateFacts, date};
use super::model::TlsSettings;
use super::tls::{self, CA_FILE, CA_PATH, CERT, FileFault, FileProblem, KEY};
use crate::core::time::Timestamp;

/// Most observations about certificates of one file or folder.
const MAX_PER_FILE: usize = 10;

/// What was found, for code.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Finding {
    /// The file cannot be used, so no connection comes about.
    Unusable(FileFault),
    /// A certificate has expired.
    Expired,
    /// A certificate is not valid yet.
    NotYetValid,
    /// A certificate ends within thirty days.
    ExpiresSoon,
    /// A server's certificate without alternative names; a CN alone does not count here, though
    /// PHP accepts it.
    CommonNameOnly,
}

/// One thing worth saying.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Observation {
    /// What, for code.
    pub finding: Finding,
    /// The variable that names the file.
    pub variable: &'static str,
    /// The file or folder.
    pub file: PathBuf,
    /// One sentence: what is the case.
    pub what: String,
    /// One sentence: what to do.
    pub advice: String,
}

/// Looks at every file `tls` names, each apart from the others. Opening an encrypted key takes a
/// few seconds at worst.
#[must_use]
pub fn inspect(tls: &TlsSettings, now: Timestamp) -> Vec<Observation> {
    let mut found = Vec::new();
    if let Some(path) = &tls.ca_file {
        match tls::certificate_file(path, CA_FILE) {
            Ok(chain) => ages(&chain, CA_FILE, path, now, &mut found),
            Err(problem) => found.push(unusable(problem, path)),
        }
    }
    if let Some(path) = &tls.ca_path {
        match tls::ca_folder(path) {
            Ok(chain) => ages(&chain, CA_PATH, path, now, &mut found),
            Err(problem) => found.push(unusable(problem, path)),
        }
    }
    if let Some(path) = &tls.client_cert_file {
        match tls::client_auth(path, tls) {
            Ok(client) => ages(&client.chain, CERT, path, now, &mut found),
            Err(problem) => {
                let key_file = tls.client_key_file.as_ref().filter(|_| problem.variable == KEY);
                found.push(unusable(problem, key_file.unwrap_or(path)));
                // The certificate may say something all the same.
                ages(&certificates(path), CERT, path, now, &mut found);
            }
        }
    }
    found
}

/// The facts of every certificate in the file `variable` names, in the order they stand; for
/// showing them.
///
/// # Errors
/// The file cannot be read or holds no certificate.
pub fn facts_of(path: &Path, variable: &'static str) -> Result<Vec<CertificateFacts>, FileProblem> {
    Ok(tls::certificate_file(path, variable)?
        .iter()
        .map(|der| certificate::facts(der).unwrap_or_else(|| CertificateFacts::unreadable(der)))
        .collect())
}

/// Certificates of a profile whose end is worth a warning on a live connection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Watched(Vec<(&'static str, CertificateFacts)>);

impl Watched {
    /// Those of `files`; the authorities only if they are few: in a folder of many old ones are
    /// no news.
    #[must_use]
    pub fn new(files: &tls::TlsFiles) -> Self {
        let authorities = files.authorities.as_deref().unwrap_or_default();
        let authorities = if authorities.len() > MAX_PER_FILE { &[] } else { authorities };
        let client = files.client.as_ref().map(|c| c.chain.as_slice()).unwrap_or_default();
        let named = |chain: &[CertificateDer<'_>], whose| -> Vec<_> {
            chain
                .iter()
                .take(MAX_PER_FILE)
                .filter_map(|der| Some((whose, certificate::facts(der)?)))
                .collect()
        };
        let mut all = named(authorities, "The profile's CA certificate");
        all.extend(named(client, "The profile's client certificate"));
        Self(all)
    }
}

/// One sentence for each of them that has expired or expires within thirty days of `now`.
#[must_use]
pub fn warnings(watched: &Watched, now: Timestamp) -> Vec<String> {
    watched.0.iter().filter_map(|(whose, facts)| facts.warning(whose, now)).collect()
}

fn certificates(path: &Path) -> Vec<CertificateDer<'static>> {
    tls::certificate_file(path, CERT).unwrap_or_default()
}

fn unusable(problem: FileProblem, path: &Path) -> Observation {
    Observation {
        finding: Finding::Unusable(problem.fault),
        variable: problem.variable,
        file: path.to_owned(),
        what: problem.what,
        advice: problem.advice,
    }
}

fn ages(
    chain: &[CertificateDer<'_>],
    variable: &'static str,
    path: &Path,
    now: Timestamp,
    found: &mut Vec<Observation>,
) {
    let full = found.len() + MAX_PER_FILE;
    for facts in chain.iter().filter_map(|der| certificate::facts(der)) {
        let subject = &facts.subject;
        let file = path.display();
        let age = match facts.age(now) {
            Age::Good => None,
            Age::Expired => Some((
                Finding::Expired,
                format!(
                    "The certificate {subject} in {file} ({variable}) expired on {}.",
                    date(facts.not_after)
                ),
                "Renew it, or take it out of the file.",
            )),
            Age::NotYetValid => Some((
                Finding::NotYetValid,
                format!(
                    "The certificate {subject} in {file} ({variable}) is valid only from {}.",
                    date(facts.not_before)
                ),
                "Check this machine's clock and the certificate's dates.",
            )),
            Age::Ending { .. } => Some((
                Finding::ExpiresSoon,
                format!(
                    "The certificate {subject} in {file} ({variable}) expires on {}.",
                    date(facts.not_after)
                ),
                "Renew it before that day.",
            )),
        };
        let nameless =
            variable == CA_FILE && facts.self_issued && facts.names.is_empty() && !facts.is_ca;
        let names = nameless.then(|| {
            (
                Finding::CommonNameOnly,
                format!(
                    "The certificate {subject} in {file} ({variable}) has no subject alternative \
                     name; the CN alone does not count here."
                ),
                "Have it reissued with the broker's name as subject alternative name.",
            )
        });
        for (finding, what, advice) in age.into_iter().chain(names) {
            if found.len() >= full {
                return;
            }
            found.push(Observation {
                finding,
                variable,
                file: path.to_owned(),
                what,
                advice: advice.to_owned(),
            });
        }
    }
}

#[cfg(test)]
mod tests;
