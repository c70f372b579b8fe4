//! What a live connection and a file say about certificates.

use usp_scope::core::time::{Clock as _, SystemClock};
use usp_scope::profile::inspect::{Finding, facts_of, inspect};
use usp_scope::profile::model::{TlsSettings, VersionChoice};
use usp_scope::profile::tls::FileFault;

use crate::mosquitto::certificates::{PASSPHRASE, file, run};
use crate::mosquitto::{Listener, Mosquitto};
use crate::{accepted, client, tls_profile, trusting};
use usp_scope::core::secret::Secret;
use usp_scope::profile::model::Profile;

const ENDING: Listener = Listener::TlsWith("ending.crt", "ending.key");

/// The fingerprint as openssl prints it.
fn openssl_fingerprint(name: &str) -> String {
    let output = std::process::Command::new("openssl")
        .args(["x509", "-noout", "-fingerprint", "-sha256", "-in"])
        .arg(file(name))
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.split_once('=').unwrap().1.trim().replace(':', "").to_lowercase()
}

#[test]
fn the_facts_of_a_live_connection() {
    let broker = Mosquitto::start(&[Listener::Tls, ENDING]);
    for version in [VersionChoice::V5, VersionChoice::V311] {
        let profile = Profile { version, ..tls_profile(&broker, Listener::Tls, trusting()) };
        let facts = accepted(profile);
        assert_eq!(facts.protocol, Some("TLS 1.3"));
        assert!(facts.cipher.is_none_or(|name| name.starts_with("TLS_")));
        assert_eq!((facts.warnings.as_slice(), facts.chain.len()), (&[][..], 1));
        assert_eq!(facts.subject, "CN=server");
        assert_eq!(facts.issuer, "O=usp-scope tests, CN=Test CA");
        let own = &facts.chain[0];
        assert_eq!((&own.subject, &own.issuer), (&facts.subject, &facts.issuer));
        assert_eq!(
            own.names,
            ["DNS:localhost", "IP:127.0.0.1", "IP:::1", "URI:urn:bbf:usp:id:os::00D09E-1"]
        );
        assert_eq!(own.usp_endpoint_ids, ["os::00D09E-1"]);
        assert_eq!(own.not_before.0 / 1_000_000_000, 1_577_836_800);
        assert_eq!(own.not_after.0 / 1_000_000_000, 3_786_912_000);
        assert_eq!(own.fingerprint_sha256, openssl_fingerprint("server.crt"));
        assert!(!own.self_issued && !own.is_ca);
    }
    let facts = accepted(tls_profile(&broker, ENDING, trusting()));
    let [warning] = facts.warnings.as_slice() else { panic!("{:?}", facts.warnings) };
    assert!(
        warning.starts_with("The broker's certificate (CN=ending) expires in 9 days, on "),
        "{warning}"
    );

    // The profile's own files are watched too.
    let tls = client("ending.crt", "ending.key");
    let facts = accepted(tls_profile(&broker, Listener::Tls, tls));
    let [warning] = facts.warnings.as_slice() else { panic!("{:?}", facts.warnings) };
    assert!(warning.starts_with("The profile's client certificate (CN=ending)"), "{warning}");
}

#[test]
fn files_say_what_is_in_them() {
    let chain = facts_of(&file("chain.crt"), "MQTT_TLS_CA_FILE").unwrap();
    let subjects: Vec<(&str, bool)> = chain.iter().map(|c| (c.subject.as_str(), c.is_ca)).collect();
    assert_eq!(subjects, [("CN=below", false), ("CN=intermediate", true)]);
    let problem = facts_of(&file("client.key"), "MQTT_TLS_CLIENT_CERT_FILE").unwrap_err();
    assert_eq!(
        (problem.fault, problem.variable),
        (FileFault::WrongContents, "MQTT_TLS_CLIENT_CERT_FILE")
    );
}

#[test]
fn what_lints_are_told() {
    let now = SystemClock::new().now();
    let found = |tls: &TlsSettings| -> Vec<(Finding, &str, String)> {
        inspect(tls, now)
            .into_iter()
            .map(|o| {
                assert!(o.what.contains(o.variable), "{o:?}");
                assert!(!o.what.contains("CANARY") && !o.advice.contains("CANARY"), "{o:?}");
                let name = o.file.file_name().unwrap().to_string_lossy().into_owned();
                (o.finding, o.variable, name)
            })
            .collect()
    };
    let ca = |name: &str| TlsSettings { ca_file: Some(file(name)), ..TlsSettings::default() };
    // A server's certificate of its own without alternative names, as a pinned CA file.
    let bare = file("bare-leaf.crt");
    run(std::process::Command::new("openssl")
        .args(["req", "-x509", "-days", "3650", "-subj", "/CN=localhost", "-key"])
        .arg(file("server.key"))
        .args(["-addext", "basicConstraints=critical,CA:FALSE", "-out"])
        .arg(&bare));
    assert_eq!(found(&trusting()), []);
    assert_eq!(found(&client("client.crt", "client.key")), []);
    let (ca_file, cert, key) =
        ("MQTT_TLS_CA_FILE", "MQTT_TLS_CLIENT_CERT_FILE", "MQTT_TLS_CLIENT_CERT_KEY_FILE");
    for (tls, wanted) in [
        (ca("alone-expired.crt"), vec![(Finding::Expired, ca_file, "alone-expired.crt")]),
        (ca("early.crt"), vec![(Finding::NotYetValid, ca_file, "early.crt")]),
        (ca("ending.crt"), vec![(Finding::ExpiresSoon, ca_file, "ending.crt")]),
        (ca("bare-leaf.crt"), vec![(Finding::CommonNameOnly, ca_file, "bare-leaf.crt")]),
        (ca("ca.key"), vec![(Finding::Unusable(FileFault::WrongContents), ca_file, "ca.key")]),
        (
            client("ending.crt", "client.key"),
            vec![
                (Finding::Unusable(FileFault::KeyMismatch), key, "client.key"),
                (Finding::ExpiresSoon, cert, "ending.crt"),
            ],
        ),
        (
            client("client.crt", "client.scrypt.key"),
            vec![(Finding::Unusable(FileFault::PassphraseMissing), key, "client.scrypt.key")],
        ),
        (
            TlsSettings {
                client_key_passphrase: Some(Secret::new("CANARY")),
                ..client("client.crt", "client.old-des3.key")
            },
            vec![(Finding::Unusable(FileFault::PassphraseWrong), key, "client.old-des3.key")],
        ),
        (
            client("client.key", "client.crt"),
            vec![(Finding::Unusable(FileFault::Swapped), cert, "client.key")],
        ),
        (
            TlsSettings {
                client_key_passphrase: Some(Secret::new(PASSPHRASE)),
                ..client("none.crt", "client.aes256.key")
            },
            vec![(Finding::Unusable(FileFault::Unreadable), cert, "none.crt")],
        ),
    ] {
        let wanted: Vec<(Finding, &str, String)> =
            wanted.into_iter().map(|(f, v, n)| (f, v, n.to_owned())).collect();
        assert_eq!(found(&tls), wanted, "{tls:?}");
    }
}
