//! Files named wrongly; real certificates and keys are read in `tests/tls`.

#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;

/// Signed by itself, with a key thrown away.
const CERTIFICATE: &str = "\
-----BEGIN CERTIFICATE-----\n\
MIIBbzCCARWgAwIBAgIUaGHg78F26cH/kVtjlncmhB05C1wwCgYIKoZIzj0EAwIw\n\
DDEKMAgGA1UEAwwBdDAgFw0yNjExMjQyMzU3MDlaGA8yMDgxMDgyNzIzNTcwOVow\n\
DDEKMAgGA1UEAwwBdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABGI2JnkZXVLH\n\
tQ9lvEs/JnoWkhcGOaSv05IaXotO+lqhtjgNn4m5Qvjt9sLUt3J+46Kc4rUj1TKh\n\
wcvzCXRaOzOjUzBRMB0GA1UdDgQWBBQ8k6v1PYZ2XhZeIqoV8ISf9RGzLDAfBgNV\n\
HSMEGDAWgBQ8k6v1PYZ2XhZeIqoV8ISf9RGzLDAPBgNVHRMBAf8EBTADAQH/MAoG\n\
CCqGSM49BAMCA0gAMEUCICWNttUECShWKNzHCR73R+VQWd0+xewWs9SlhWKjDEHD\n\
AiEAuOOjCxckUtsmGDFqw53AiGCicPj0gaNbZ8HxW2pHhnY=\n\
-----END CERTIFICATE-----\n";

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
    let key = "-----BEGIN PRIVATE KEY-----\nMAUCAQAwAA==\n-----END PRIVATE KEY-----\n";
    let cert = CERTIFICATE;

    let missing =
        TlsSettings { ca_file: Some(folder.path().join("none.crt")), ..TlsSettings::default() };
    assert!(problem(&missing).what.contains("none.crt (MQTT_TLS_CA_FILE) cannot be read"));

    let swapped = TlsSettings { ca_file: file("k.pem", key), ..TlsSettings::default() };
    assert!(problem(&swapped).what.contains("holds no certificate, but a private key"));

    let damaged = "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n";
    let damaged = TlsSettings { ca_file: file("d.pem", damaged), ..TlsSettings::default() };
    assert!(problem(&damaged).what.contains("1 of 1 certificates"));
    let half = format!("{cert}-----BEGIN CERTIFICATE-----\nMAAw\n-----END CERTIFICATE-----\n");
    let half = TlsSettings { ca_file: file("half.pem", &half), ..TlsSettings::default() };
    assert_eq!(problem(&half).fault, FileFault::Damaged);
    assert!(problem(&half).what.contains("1 of 2 certificates"));

    let no_key = TlsSettings { client_cert_file: file("c2.pem", cert), ..TlsSettings::default() };
    assert!(problem(&no_key).what.contains("holds no private key, but a certificate"));

    let together = TlsSettings {
        client_cert_file: file("both.pem", &format!("{cert}{key}")),
        ca_path: Some(folder.path().to_owned()),
        ..TlsSettings::default()
    };
    let files = load(&together).unwrap();
    assert_eq!(files.client.unwrap().chain.len(), 1);
    // The same certificate lies there twice.
    assert_eq!(files.authorities.map(|a| a.len()), Some(1));
    assert!(load(&TlsSettings::default()).unwrap().authorities.is_none());

    let large = vec![b'#'; usize::try_from(MAX_FILE_BYTES).unwrap() + 1];
    let large = TlsSettings {
        ca_file: file("large.pem", std::str::from_utf8(&large).unwrap()),
        ..TlsSettings::default()
    };
    assert_eq!(problem(&large).fault, FileFault::TooLarge);
}

#[test]
fn a_folder_of_everything_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    for n in 0..=MAX_CA_FILES {
        std::fs::write(folder.path().join(n.to_string()), "").unwrap();
    }
    let tls = TlsSettings { ca_path: Some(folder.path().to_owned()), ..TlsSettings::default() };
    let problem = problem(&tls);
    assert_eq!((problem.fault, problem.variable), (FileFault::TooLarge, CA_PATH));
}
