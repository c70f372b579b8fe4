//! Reads the certificate and key files a profile names. Says what a file holds instead of what
//! was expected, and whether key and certificate belong together; trusts and verifies nothing.

use std::path::{Path, PathBuf};

use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use zeroize::Zeroizing;

use super::keys::{self, KeyFault};
use super::model::TlsSettings;
use super::{certificate, files, pem};

/// Largest certificate or key file read, bytes.
const MAX_FILE_BYTES: u64 = 4 * 1024 * 1024;
/// Most files read from a folder of CA certificates.
const MAX_CA_FILES: usize = 2_000;
/// Most bytes read from a folder of CA certificates.
const MAX_CA_BYTES: usize = 64 * 1024 * 1024;

pub(super) const CA_FILE: &str = "MQTT_TLS_CA_FILE";
pub(super) const CA_PATH: &str = "MQTT_TLS_CA_PATH";
pub(super) const CERT: &str = "MQTT_TLS_CLIENT_CERT_FILE";
pub(super) const KEY: &str = "MQTT_TLS_CLIENT_CERT_KEY_FILE";
pub(super) const PASSPHRASE: &str = "MQTT_TLS_CLIENT_CERT_KEY_PASSPHRASE";

/// What is wrong with a file, for code.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FileFault {
    /// Missing, not readable, or no regular file or folder.
    Unreadable,
    /// Holds something else than it should.
    WrongContents,
    /// Certificate and key are exchanged.
    Swapped,
    /// The key is encrypted and there is no passphrase.
    PassphraseMissing,
    /// The passphrase does not open the key.
    PassphraseWrong,
    /// The key is encrypted in a way this app cannot read, or dares not.
    UnsupportedEncryption,
    /// The key does not belong to the certificate.
    KeyMismatch,
    /// Not what its label says, or of a kind nobody accepts.
    Damaged,
    /// More files or bytes than this app reads.
    TooLarge,
}

/// A file of the profile that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileProblem {
    /// What is wrong, for code.
    pub fault: FileFault,
    /// The variable that names the file.
    pub variable: &'static str,
    /// One sentence: what is wrong.
    pub what: String,
    /// One sentence: what to do.
    pub advice: String,
}

/// Certificate chain and key to show to the broker.
pub struct ClientAuth {
    /// Own certificate first.
    pub chain: Vec<CertificateDer<'static>>,
    /// Its key.
    pub key: PrivateKeyDer<'static>,
}

/// What the profile's TLS files hold.
pub struct TlsFiles {
    /// Authorities to trust; `None` if the profile names none and the system's count.
    pub authorities: Option<Vec<CertificateDer<'static>>>,
    /// For brokers that ask for a client certificate.
    pub client: Option<ClientAuth>,
}

/// Reads all files `tls` names. Opening an encrypted key takes a few seconds at worst.
///
/// # Errors
/// The first file that is missing, unreadable or holds something else.
pub fn load(tls: &TlsSettings) -> Result<TlsFiles, FileProblem> {
    let authorities = authorities(tls)?;
    let client = match &tls.client_cert_file {
        Some(path) => Some(client_auth(path, tls)?),
        None => None,
    };
    Ok(TlsFiles { authorities, client })
}

/// The authorities to trust; `None` if `tls` names none and the system's count.
///
/// # Errors
/// The file or folder is missing, unreadable or holds something else.
pub fn authorities(tls: &TlsSettings) -> Result<Option<Vec<CertificateDer<'static>>>, FileProblem> {
    let mut found = Vec::new();
    if let Some(path) = &tls.ca_file {
        found.extend(certificate_file(path, CA_FILE)?);
    }
    if let Some(path) = &tls.ca_path {
        found.extend(ca_folder(path)?);
    }
    let configured = tls.ca_file.is_some() || tls.ca_path.is_some();
    Ok(configured.then_some(found))
}

pub(super) fn certificate_file(
    path: &Path,
    variable: &'static str,
) -> Result<Vec<CertificateDer<'static>>, FileProblem> {
    let bytes = read(path, variable)?;
    let found = whole(path, variable, &bytes)?;
    if found.is_empty() {
        let whose = if variable == CA_FILE { "of the broker's CA" } else { "wanted" };
        return Err(FileProblem {
            fault: FileFault::WrongContents,
            variable,
            what: format!(
                "{} ({variable}) holds no certificate, but {}.",
                path.display(),
                contents(&bytes)
            ),
            advice: format!("Name a PEM or DER file with the certificate {whose} in {variable}."),
        });
    }
    Ok(found)
}

/// The certificates of a file of which nothing may be damaged.
fn whole(
    path: &Path,
    variable: &'static str,
    bytes: &[u8],
) -> Result<Vec<CertificateDer<'static>>, FileProblem> {
    let found = certificate::certificates(bytes);
    if found.damaged == 0 {
        return Ok(found.certificates);
    }
    let (damaged, all) = (found.damaged, found.damaged + found.certificates.len());
    Err(FileProblem {
        fault: FileFault::Damaged,
        variable,
        what: format!(
            "{} ({variable}) is damaged: {damaged} of {all} certificates in it cannot be read.",
            path.display()
        ),
        advice: "Restore the file; `openssl storeutl -certs` with its name shows how far it is \
                 readable."
            .to_owned(),
    })
}

pub(super) fn ca_folder(path: &Path) -> Result<Vec<CertificateDer<'static>>, FileProblem> {
    let problem = |fault, what: String, advice: String| FileProblem {
        fault,
        variable: CA_PATH,
        what,
        advice,
    };
    let too_large = || {
        problem(
            FileFault::TooLarge,
            format!(
                "The folder {} ({CA_PATH}) holds more than {MAX_CA_FILES} files or {} MiB.",
                path.display(),
                MAX_CA_BYTES >> 20
            ),
            format!("Name a folder that holds only CA certificates in {CA_PATH}."),
        )
    };
    let listing = std::fs::read_dir(path).map_err(|error| {
        problem(
            FileFault::Unreadable,
            format!("The folder {} ({CA_PATH}) cannot be read: {error}.", path.display()),
            format!("Correct {CA_PATH} or remove the line."),
        )
    })?;
    let mut files: Vec<PathBuf> =
        listing.take(MAX_CA_FILES + 1).filter_map(|f| f.ok().map(|f| f.path())).collect();
    if files.len() > MAX_CA_FILES {
        return Err(too_large());
    }
    files.sort();
    let mut found: Vec<CertificateDer<'static>> = Vec::new();
    let mut known = std::collections::HashSet::new();
    let mut total = 0;
    for file in files {
        // Other files may lie beside the certificates; they are none of our business.
        let Ok(bytes) = read(&file, CA_PATH) else { continue };
        total += bytes.len();
        if total > MAX_CA_BYTES {
            return Err(too_large());
        }
        // The same certificate often lies there under two names.
        let new = certificate::certificates(&bytes).certificates;
        found.extend(new.into_iter().filter(|der| known.insert(der.clone())));
    }
    if found.is_empty() {
        return Err(problem(
            FileFault::WrongContents,
            format!("The folder {} ({CA_PATH}) holds no certificate.", path.display()),
            format!("Put the CA's certificates there as PEM files, or correct {CA_PATH}."),
        ));
    }
    Ok(found)
}

pub(super) fn client_auth(cert_path: &Path, tls: &TlsSettings) -> Result<ClientAuth, FileProblem> {
    let cert_bytes = read(cert_path, CERT)?;
    let key_file = match &tls.client_key_file {
        Some(path) => Some((path.as_path(), read(path, KEY)?)),
        None => None,
    };
    let chain = whole(cert_path, CERT, &cert_bytes)?;
    if chain.is_empty() {
        return Err(no_client_certificate(
            cert_path,
            &cert_bytes,
            key_file.as_ref().map(|(_, bytes)| bytes.as_slice()),
        ));
    }
    let (path, bytes, variable) = match &key_file {
        Some((path, bytes)) => (*path, bytes.as_slice(), KEY),
        None => (cert_path, cert_bytes.as_slice(), CERT),
    };
    let key = keys::private_key(bytes, tls.client_key_passphrase.as_ref())
        .map_err(|fault| unusable_key(&fault, path, bytes, variable))?;
    if let Some(leaf) = chain.first()
        && certificate::belongs(leaf, &key) == Some(false)
    {
        return Err(mismatch(cert_path, variable, &chain, &key));
    }
    Ok(ClientAuth { chain, key })
}

fn no_client_certificate(path: &Path, bytes: &[u8], key_file: Option<&[u8]>) -> FileProblem {
    let swapped = key_file
        .is_some_and(|key| !certificate::certificates(key).certificates.is_empty())
        && holds_key(bytes);
    let what =
        format!("{} ({CERT}) holds no certificate, but {}.", path.display(), contents(bytes));
    if swapped {
        FileProblem {
            fault: FileFault::Swapped,
            variable: CERT,
            what: format!("{CERT} names a key and {KEY} a certificate: the two are swapped."),
            advice: format!("Exchange the paths of {CERT} and {KEY}."),
        }
    } else {
        FileProblem {
            fault: FileFault::WrongContents,
            variable: CERT,
            what,
            advice: format!("Name the PEM file with the client's certificate in {CERT}."),
        }
    }
}

fn unusable_key(
    fault: &KeyFault,
    path: &Path,
    bytes: &[u8],
    variable: &'static str,
) -> FileProblem {
    let file = path.display();
    let convert = format!(
        "Write it anew with `openssl pkcs8 -topk8 -v2 aes-256-cbc -in {file} -out new.key` (very \
         old encryption needs `-provider legacy -provider default` too) and name that file in \
         {KEY}."
    );
    let (fault, what, advice) = match fault {
        KeyFault::NoKey => (
            FileFault::WrongContents,
            format!("{file} ({variable}) holds no private key, but {}.", contents(bytes)),
            format!("Name the file with the key that belongs to {CERT} in {KEY}."),
        ),
        KeyFault::PassphraseMissing => (
            FileFault::PassphraseMissing,
            format!("The key in {file} ({variable}) is encrypted, and no passphrase is given."),
            if variable == CERT {
                format!("Set {PASSPHRASE}, and {KEY} to the same file, which the ACS wants too.")
            } else {
                format!("Set {PASSPHRASE}.")
            },
        ),
        KeyFault::PassphraseWrong => (
            FileFault::PassphraseWrong,
            format!("The passphrase does not open the key in {file} ({variable})."),
            format!(
                "Correct {PASSPHRASE}; `openssl pkey -in {file} -noout` asks for it and tells."
            ),
        ),
        KeyFault::UnknownEncryption(name) => (
            FileFault::UnsupportedEncryption,
            format!(
                "The key in {file} ({variable}) is encrypted with {name}, which this app cannot \
                 read."
            ),
            convert,
        ),
        KeyFault::TooCostly => (
            FileFault::UnsupportedEncryption,
            format!(
                "Opening the key in {file} ({variable}) would take far more time or memory than \
                 any usual key."
            ),
            convert,
        ),
        KeyFault::Damaged => (
            FileFault::Damaged,
            format!("The private key in {file} ({variable}) is damaged."),
            format!("Check it with `openssl pkey -in {file} -noout -check`, or restore the file."),
        ),
    };
    FileProblem { fault, variable, what, advice }
}

fn mismatch(
    path: &Path,
    variable: &'static str,
    chain: &[CertificateDer<'_>],
    key: &PrivateKeyDer<'_>,
) -> FileProblem {
    let in_order = chain.iter().position(|der| certificate::belongs(der, key) == Some(true));
    let advice = match in_order {
        Some(_) => format!(
            "Put the client's own certificate first in {CERT} and those of its issuers after it."
        ),
        None => format!("Name the matching pair in {CERT} and {KEY}."),
    };
    FileProblem {
        fault: FileFault::KeyMismatch,
        variable,
        what: format!(
            "The private key ({variable}) does not belong to the client certificate {} ({CERT}).",
            path.display()
        ),
        advice,
    }
}

/// Wiped afterwards: it may be a key.
fn read(path: &Path, variable: &'static str) -> Result<Zeroizing<Vec<u8>>, FileProblem> {
    let mut bytes = Zeroizing::new(Vec::new());
    let problem =
        |fault, what: String, advice: String| FileProblem { fault, variable, what, advice };
    match files::read_regular(path, MAX_FILE_BYTES, &mut bytes) {
        Ok(true) if bytes.len() as u64 > MAX_FILE_BYTES => Err(problem(
            FileFault::TooLarge,
            format!("{} ({variable}) is larger than 4 MiB.", path.display()),
            format!("Name a file of certificates or a key in {variable}."),
        )),
        Ok(true) => Ok(bytes),
        Ok(false) => Err(problem(
            FileFault::Unreadable,
            format!("{} ({variable}) is not a regular file.", path.display()),
            format!("Correct {variable}."),
        )),
        Err(error) => Err(problem(
            FileFault::Unreadable,
            format!("The file {} ({variable}) cannot be read: {error}.", path.display()),
            format!("Correct {variable} or the file's permissions."),
        )),
    }
}

fn holds_key(bytes: &[u8]) -> bool {
    let sections = pem::sections(bytes);
    if sections.is_empty() {
        return keys::private_key(bytes, None) != Err(KeyFault::NoKey);
    }
    sections.iter().any(pem::Section::is_key)
}

/// What a file holds, in words.
fn contents(bytes: &[u8]) -> &'static str {
    if bytes.trim_ascii().is_empty() {
        return "nothing at all";
    }
    let sections = pem::sections(bytes);
    if sections.is_empty() {
        return if holds_key(bytes) {
            "a private key"
        } else if !certificate::certificates(bytes).certificates.is_empty() {
            "a certificate"
        } else {
            "something that is neither PEM nor DER"
        };
    }
    let has = |label: &str| sections.iter().any(|section| section.label == label);
    if sections.iter().any(|section| section.is_key()) {
        "a private key"
    } else if sections.iter().any(|section| section.is_certificate()) {
        "a certificate"
    } else if has("CERTIFICATE REQUEST") || has("NEW CERTIFICATE REQUEST") {
        "a certificate request"
    } else if has("PUBLIC KEY") {
        "a public key"
    } else {
        "something else in PEM form"
    }
}

#[cfg(test)]
mod tests;
