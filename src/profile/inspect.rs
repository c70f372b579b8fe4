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

/// Looks at every file `tls` names, each apart from the others. Opening an encrypted key takes up
/// to about two seconds.
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

/// Warnings for a connection that is up: certificates of the profile that expire soon.
#[must_use]
pub fn warnings(files: &tls::TlsFiles, now: Timestamp) -> Vec<String> {
    let about = |chain: &[CertificateDer<'_>], whose: &str| -> Vec<String> {
        chain
            .iter()
            .filter_map(|der| certificate::facts(der)?.warning(whose, now))
            .take(MAX_PER_FILE)
            .collect()
    };
    let mut all = files.authorities.as_ref().map_or_else(Vec::new, |authorities| {
        // In a folder of many authorities old ones are no news.
        if authorities.len() > MAX_PER_FILE {
            Vec::new()
        } else {
            about(authorities, "The profile's CA certificate")
        }
    });
    if let Some(client) = &files.client {
        all.extend(about(&client.chain, "The profile's client certificate"));
    }
    all
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
