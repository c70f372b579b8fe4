//! Client certificates and their keys in every form.

use usp_scope::core::secret::Secret;
use usp_scope::mqtt::link::Cause;
use usp_scope::profile::model::TlsSettings;

use crate::mosquitto::certificates::{PASSPHRASE, file, together};
use crate::mosquitto::{Listener, Mosquitto};
use crate::{accepted, client, refused, says, tls_profile, trusting};

fn locked(certificate: &str, key: &str, passphrase: &str) -> TlsSettings {
    TlsSettings { client_key_passphrase: Some(Secret::new(passphrase)), ..client(certificate, key) }
}

#[test]
fn every_form_of_key_opens_the_door() {
    let broker = Mosquitto::start(&[Listener::TlsMutual]);
    let plain = [
        ("client.crt", "client.key"),
        ("client.crt", "client.sec1.key"),
        ("client.crt", "client.pkcs8.der"),
        ("client.crt", "client.sec1.der"),
        ("rsa.crt", "rsa.pkcs1.key"),
        ("rsa.crt", "rsa.pkcs8.key"),
        ("rsa.crt", "rsa.pkcs1.der"),
        // The chain with the intermediate CA, which the broker does not know.
        ("client-chain.crt", "client-below.key"),
    ];
    for (certificate, key) in plain {
        accepted(tls_profile(&broker, Listener::TlsMutual, client(certificate, key)));
    }
    let mut encrypted: Vec<(&str, String)> = Vec::new();
    for form in
        ["aes128", "aes192", "aes256", "aes256-sha1", "aes256-sha512", "3des", "scrypt", "der"]
    {
        encrypted.push(("client.crt", format!("client.{form}.key")));
    }
    for cipher in ["aes128", "aes192", "aes256", "des3", "des"] {
        encrypted.push(("rsa.crt", format!("rsa.old-{cipher}.key")));
        encrypted.push(("client.crt", format!("client.old-{cipher}.key")));
    }
    for (certificate, key) in &encrypted {
        let profile =
            tls_profile(&broker, Listener::TlsMutual, locked(certificate, key, PASSPHRASE));
        accepted(profile);
        for (tls, cause, words) in [
            (
                client(certificate, key),
                Cause::PassphraseMissing,
                &["encrypted", "MQTT_TLS_CLIENT_CERT_KEY_PASSPHRASE"][..],
            ),
            (
                locked(certificate, key, "CANARY"),
                Cause::PassphraseWrong,
                &["does not open", "MQTT_TLS_CLIENT_CERT_KEY_PASSPHRASE"],
            ),
        ] {
            let failure = refused(tls_profile(&broker, Listener::TlsMutual, tls));
            says(&failure, cause, words);
            says(&failure, cause, &[key.as_str()]);
            assert!(!format!("{failure:?}").contains("CANARY"));
        }
    }
    assert_eq!(plain.len() + encrypted.len(), 26);

    // In the certificate's own file, before or after it.
    for (name, parts) in [
        ("both-1.pem", ["client.crt", "client.key"]),
        ("both-2.pem", ["client.sec1.key", "client.crt"]),
        ("both-3.pem", ["client.crt", "client.old-aes256.key"]),
        ("both-4.pem", ["client.crt", "client.aes256.key"]),
    ] {
        let tls = TlsSettings {
            client_cert_file: Some(together(name, &parts)),
            client_key_passphrase: Some(Secret::new(PASSPHRASE)),
            ..trusting()
        };
        accepted(tls_profile(&broker, Listener::TlsMutual, tls));
    }
}

#[test]
fn what_is_wrong_with_a_key_is_said() {
    let broker = Mosquitto::start(&[Listener::TlsMutual]);
    let cut = file("client.cut.key");
    let text = std::fs::read_to_string(file("client.key")).unwrap();
    std::fs::write(&cut, text.replacen('M', "!", 1)).unwrap();
    together("reversed.crt", &["intermediate.crt", "client-below.crt"]);
    for (tls, cause, words) in [
        (
            client("client.crt", "server.key"),
            Cause::KeyMismatch,
            &["does not belong", "MQTT_TLS_CLIENT_CERT_KEY_FILE"][..],
        ),
        (
            client("reversed.crt", "client-below.key"),
            Cause::KeyMismatch,
            &["does not belong", "first in"],
        ),
        (
            client("client.key", "client.crt"),
            Cause::FilesSwapped,
            &["are swapped", "Exchange the paths"],
        ),
        (client("client.pkcs8.der", "client.crt"), Cause::FilesSwapped, &["are swapped"]),
        (
            client("client.crt", "server.crt"),
            Cause::File,
            &["holds no private key", "a certificate"],
        ),
        (client("client.crt", "client.csr"), Cause::File, &["a certificate request"]),
        (client("client.crt", "client.cut.key"), Cause::File, &["is damaged"]),
        (
            locked("client.crt", "client.pbes1-md5-des.key", PASSPHRASE),
            Cause::UnsupportedEncryption,
            &["PBES1 with MD5 and DES", "openssl pkcs8 -topk8 -v2 aes-256-cbc"],
        ),
        (
            locked("client.crt", "client.pkcs12-3des.key", PASSPHRASE),
            Cause::UnsupportedEncryption,
            &["PKCS#12 with SHA-1 and 3DES", "openssl pkcs8"],
        ),
        (
            TlsSettings { client_cert_file: Some(file("client.crt")), ..trusting() },
            Cause::File,
            &["holds no private key", "MQTT_TLS_CLIENT_CERT_KEY_FILE"],
        ),
        // The broker's word on them.
        (
            trusting(),
            Cause::ClientCertificateRequired,
            &["client certificate", "MQTT_TLS_CLIENT_CERT_FILE"],
        ),
        (
            client("client-foreign.crt", "client-foreign.key"),
            Cause::ClientCertificateRefused,
            &["does not accept our client certificate", "MQTT_TLS_CLIENT_CERT_FILE"],
        ),
        (
            client("client-below.crt", "client-below.key"),
            Cause::ClientCertificateRefused,
            &["does not accept our client certificate"],
        ),
    ] {
        says(&refused(tls_profile(&broker, Listener::TlsMutual, tls)), cause, words);
    }
}
