//! Reads the certificate and key files a profile names. Says what a file holds instead of what
//! was expected; verifies nothing.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

use super::model::TlsSettings;

/// Largest certificate or key file read, bytes.
const MAX_FILE_BYTES: u64 = 4 * 1024 * 1024;
/// Most files read from a folder of CA certificates.
const MAX_CA_FILES: usize = 2_000;

/// A file of the profile that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileProblem {
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

/// Reads all files `tls` names.
///
/// # Errors
/// The first file that is missing, unreadable or holds something else.
pub fn load(tls: &TlsSettings) -> Result<TlsFiles, FileProblem> {
    let mut authorities = Vec::new();
    if let Some(path) = &tls.ca_file {
        authorities.extend(ca_file(path)?);
    }
    if let Some(path) = &tls.ca_path {
        authorities.extend(ca_folder(path)?);
    }
    let configured = tls.ca_file.is_some() || tls.ca_path.is_some();
    let client = match &tls.client_cert_file {
        Some(path) => Some(client_auth(path, tls)?),
        None => None,
    };
    Ok(TlsFiles { authorities: configured.then_some(authorities), client })
}

fn ca_file(path: &Path) -> Result<Vec<CertificateDer<'static>>, FileProblem> {
    const KEY: &str = "MQTT_TLS_CA_FILE";
    let bytes = read(path, KEY)?;
    let found = certificates(&bytes);
    if found.is_empty() {
        return Err(FileProblem {
            what: format!(
                "{} ({KEY}) holds no certificate, but {}.",
                path.display(),
                contents(&bytes)
            ),
            advice: format!("Name a PEM file with the certificate of the broker's CA in {KEY}."),
        });
    }
    Ok(found)
}

fn ca_folder(path: &Path) -> Result<Vec<CertificateDer<'static>>, FileProblem> {
    const KEY: &str = "MQTT_TLS_CA_PATH";
    let listing = std::fs::read_dir(path).map_err(|error| FileProblem {
        what: format!("The folder {} ({KEY}) cannot be read: {error}.", path.display()),
        advice: format!("Correct {KEY} or remove the line."),
    })?;
    let mut files: Vec<PathBuf> =
        listing.take(MAX_CA_FILES).filter_map(|f| f.ok().map(|f| f.path())).collect();
    files.sort();
    // Other files may lie beside the certificates; they are none of our business.
    let found: Vec<_> = files
        .iter()
        .filter_map(|file| read(file, KEY).ok())
        .flat_map(|bytes| certificates(&bytes))
        .collect();
    if found.is_empty() {
        return Err(FileProblem {
            what: format!("The folder {} ({KEY}) holds no certificate.", path.display()),
            advice: format!("Put the CA's certificates there as PEM files, or correct {KEY}."),
        });
    }
    Ok(found)
}

fn client_auth(cert_path: &Path, tls: &TlsSettings) -> Result<ClientAuth, FileProblem> {
    const CERT: &str = "MQTT_TLS_CLIENT_CERT_FILE";
    const KEY: &str = "MQTT_TLS_CLIENT_CERT_KEY_FILE";
    let cert_bytes = read(cert_path, CERT)?;
    let chain = certificates(&cert_bytes);
    if chain.is_empty() {
        return Err(FileProblem {
            what: format!(
                "{} ({CERT}) holds no certificate, but {}.",
                cert_path.display(),
                contents(&cert_bytes)
            ),
            advice: format!("Check that {CERT} and {KEY} are not swapped."),
        });
    }
    let (key_path, key_bytes, key_name) = match &tls.client_key_file {
        Some(path) => (path.as_path(), read(path, KEY)?, KEY),
        None => (cert_path, cert_bytes, CERT),
    };
    if is_encrypted(&key_bytes) {
        return Err(FileProblem {
            what: format!(
                "The key in {} ({key_name}) is encrypted, which this version cannot read yet.",
                key_path.display()
            ),
            advice: format!(
                "Write a decrypted copy with `openssl pkey -in {} -out plain.key`, keep it \
                 readable by you only, and name it in {KEY}.",
                key_path.display()
            ),
        });
    }
    let key = PrivateKeyDer::from_pem_slice(&key_bytes)
        .ok()
        .or_else(|| PrivateKeyDer::try_from(key_bytes.clone()).ok())
        .ok_or_else(|| FileProblem {
            what: format!(
                "{} ({key_name}) holds no private key, but {}.",
                key_path.display(),
                contents(&key_bytes)
            ),
            advice: format!("Name the PEM file with the key that belongs to {CERT} in {KEY}."),
        })?;
    Ok(ClientAuth { chain, key })
}

fn read(path: &Path, key: &str) -> Result<Vec<u8>, FileProblem> {
    let attempt = || -> std::io::Result<Option<Vec<u8>>> {
        if !std::fs::metadata(path)?.is_file() {
            return Ok(None);
        }
        let mut bytes = Vec::new();
        std::fs::File::open(path)?.take(MAX_FILE_BYTES).read_to_end(&mut bytes)?;
        Ok(Some(bytes))
    };
    match attempt() {
        Ok(Some(bytes)) => Ok(bytes),
        Ok(None) => Err(FileProblem {
            what: format!("{} ({key}) is not a regular file.", path.display()),
            advice: format!("Correct {key}."),
        }),
        Err(error) => Err(FileProblem {
            what: format!("The file {} ({key}) cannot be read: {error}.", path.display()),
            advice: format!("Correct {key} or the file's permissions."),
        }),
    }
}

/// All certificates of a PEM file, or the one of a DER file.
fn certificates(bytes: &[u8]) -> Vec<CertificateDer<'static>> {
    let pem: Vec<_> = CertificateDer::pem_slice_iter(bytes).filter_map(Result::ok).collect();
    if !pem.is_empty() {
        return pem;
    }
    // A DER certificate is a SEQUENCE of at least 256 bytes that starts with another one; a DER
    // key starts with a version number.
    match bytes {
        [0x30, 0x82, _, _, 0x30, ..] => vec![CertificateDer::from(bytes.to_vec())],
        _ => Vec::new(),
    }
}

fn has(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

fn is_encrypted(bytes: &[u8]) -> bool {
    has(bytes, "BEGIN ENCRYPTED PRIVATE KEY") || has(bytes, "Proc-Type: 4,ENCRYPTED")
}

/// What a file holds, in words.
fn contents(bytes: &[u8]) -> &'static str {
    if bytes.is_empty() {
        "nothing at all"
    } else if has(bytes, "PRIVATE KEY-----") {
        "a private key"
    } else if has(bytes, "BEGIN CERTIFICATE REQUEST") {
        "a certificate request"
    } else if has(bytes, "BEGIN CERTIFICATE") {
        "a certificate"
    } else if has(bytes, "-----BEGIN") {
        "something else in PEM form"
    } else {
        "something that is not PEM"
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn problem(tls: &TlsSettings) -> FileProblem {
        load(tls).err().unwrap()
    }

    #[test]
    fn wrong_files_are_named_with_what_they_hold() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            Some(path)
        };
        let key = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
        let cert = "-----BEGIN CERTIFICATE-----\nMAAw\n-----END CERTIFICATE-----\n";
        let encrypted =
            "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";

        let missing =
            TlsSettings { ca_file: Some(folder.path().join("none.crt")), ..TlsSettings::default() };
        assert!(problem(&missing).what.contains("none.crt (MQTT_TLS_CA_FILE) cannot be read"));

        let swapped = TlsSettings { ca_file: file("k.pem", key), ..TlsSettings::default() };
        assert!(problem(&swapped).what.contains("holds no certificate, but a private key"));

        let locked = TlsSettings {
            client_cert_file: file("c.pem", cert),
            client_key_file: file("e.pem", encrypted),
            ..TlsSettings::default()
        };
        assert!(problem(&locked).what.contains("is encrypted"));
        assert!(problem(&locked).advice.contains("openssl pkey"));

        let no_key =
            TlsSettings { client_cert_file: file("c2.pem", cert), ..TlsSettings::default() };
        assert!(problem(&no_key).what.contains("holds no private key, but a certificate"));

        let together = TlsSettings {
            client_cert_file: file("both.pem", &format!("{cert}{key}")),
            ca_path: Some(folder.path().to_owned()),
            ..TlsSettings::default()
        };
        let files = load(&together).unwrap();
        assert_eq!(files.client.unwrap().chain.len(), 1);
        assert!(files.authorities.is_some_and(|a| a.len() >= 3));
        assert!(load(&TlsSettings::default()).unwrap().authorities.is_none());
    }
}
