//! Certificates with something wrong or unusual about them, CA files and folders.

use usp_scope::mqtt::link::Cause;
use usp_scope::profile::model::{Profile, TlsSettings, VersionChoice};

use crate::mosquitto::certificates::{file, together};
use crate::mosquitto::{Listener, Mosquitto};
use crate::{
    ALONE_EXPIRED, BELOW_OLD, CHAIN, CN_ONLY, NO_CHAIN, VERSION_1, accepted, refused, says,
    tls_profile, trusting,
};

fn with_ca(name: &str) -> TlsSettings {
    TlsSettings { ca_file: Some(file(name)), ..TlsSettings::default() }
}

#[test]
fn what_is_wrong_is_said_with_its_own_remedy() {
    let broker = Mosquitto::start(&[
        Listener::Tls,
        Listener::TlsWrongName,
        Listener::TlsSelfSigned,
        Listener::TlsExpired,
        Listener::TlsNotYetValid,
        CN_ONLY,
        NO_CHAIN,
        VERSION_1,
        ALONE_EXPIRED,
        BELOW_OLD,
    ]);
    let unverified = TlsSettings { verify_peer: false, ..TlsSettings::default() };
    let self_signed = TlsSettings { allow_self_signed: true, ..TlsSettings::default() };
    for (listener, tls, cause, words) in [
        (
            Listener::Tls,
            with_ca("other-ca.crt"),
            Cause::UnknownCa,
            &["unknown CA", "Test CA", "MQTT_TLS_CA_FILE"][..],
        ),
        (
            Listener::TlsWrongName,
            trusting(),
            Cause::NameMismatch,
            &["not for localhost", "elsewhere.example", "alternative name"],
        ),
        (
            Listener::TlsWrongName,
            unverified,
            Cause::NameMismatch,
            &["not for localhost", "elsewhere.example"],
        ),
        (
            Listener::TlsSelfSigned,
            trusting(),
            Cause::SelfSigned,
            &["signed by itself", "MQTT_TLS_ALLOW_SELF_SIGNED_CERT"],
        ),
        (Listener::TlsExpired, trusting(), Cause::Expired, &["expired on 2021-01-01", "clock"]),
        (
            Listener::TlsNotYetValid,
            trusting(),
            Cause::NotYetValid,
            &["only from 2090-01-01", "clock"],
        ),
        (
            CN_ONLY,
            trusting(),
            Cause::NoNames,
            &["not for localhost", "a CN alone does not count", "reissued"],
        ),
        (
            NO_CHAIN,
            trusting(),
            Cause::UnknownCa,
            &["unknown CA", "CN=intermediate", "intermediate CA"],
        ),
        (VERSION_1, trusting(), Cause::CertificateVersion, &["X.509 version 1", "version 3"]),
        (
            BELOW_OLD,
            with_ca("old-ca.crt"),
            Cause::CaNotValid,
            &["The CA certificate CN=old-ca", "valid only from 2020-01-01 to 2021-01-01"],
        ),
        // Neither pinning nor allowing makes an expired certificate good.
        (ALONE_EXPIRED, self_signed, Cause::Expired, &["expired on 2021-01-01"]),
        (ALONE_EXPIRED, with_ca("alone-expired.crt"), Cause::Expired, &["expired on 2021-01-01"]),
    ] {
        let failure = refused(tls_profile(&broker, listener, tls));
        says(&failure, cause, words);
    }
}

#[test]
fn chains_and_addresses_that_are_right() {
    let broker = Mosquitto::start(&[Listener::Tls, Listener::TlsIpv6, CHAIN]);
    let facts = accepted(tls_profile(&broker, CHAIN, trusting()));
    let subjects: Vec<&str> = facts.chain.iter().map(|c| c.subject.as_str()).collect();
    assert_eq!(subjects, ["CN=below", "CN=intermediate"]);

    // By address, with the address among the certificate's names; brackets are for files only.
    for (listener, host) in [(Listener::Tls, "127.0.0.1"), (Listener::TlsIpv6, "::1")] {
        for version in [VersionChoice::V5, VersionChoice::V311] {
            let profile = Profile {
                host: host.to_owned(),
                version,
                ..tls_profile(&broker, listener, trusting())
            };
            assert!(accepted(profile).name_verified);
        }
    }
}

#[test]
fn a_bracketed_ipv6_host_in_a_file_connects() {
    let broker = Mosquitto::start(&[Listener::TlsIpv6]);
    let text = format!(
        "MQTT_HOST=[::1]\nMQTT_PORT={}\nMQTT_TLS_ENABLED=true\nMQTT_TLS_CA_FILE={}\n",
        broker.port(Listener::TlsIpv6),
        file("ca.crt").display()
    );
    let path = std::path::Path::new("x.env");
    let loaded = usp_scope::profile::read::parse(text.as_bytes(), path, &|_| None).unwrap();
    assert!(accepted(loaded.profile).skipped().is_none());
}

#[test]
fn authorities_from_files_and_folders() {
    let broker = Mosquitto::start(&[Listener::Tls]);
    let folder = file("authorities");
    std::fs::create_dir(&folder).unwrap();
    std::fs::copy(file("ca.crt"), folder.join("0a1b2c3d.0")).unwrap();
    std::fs::copy(file("other-ca.crt"), folder.join("other.pem")).unwrap();
    std::fs::copy(file("ca.key"), folder.join("ca.key")).unwrap();
    std::fs::write(folder.join("README"), "not a certificate").unwrap();
    std::fs::create_dir(folder.join("private")).unwrap();
    let der = file("ca.der");
    crate::mosquitto::certificates::run(
        std::process::Command::new("openssl")
            .args(["x509", "-outform", "DER", "-in"])
            .arg(file("ca.crt"))
            .arg("-out")
            .arg(&der),
    );
    let several = together("several.crt", &["other-ca.crt", "intermediate.crt", "ca.crt"]);
    for tls in [
        TlsSettings { ca_path: Some(folder.clone()), ..TlsSettings::default() },
        TlsSettings { ca_file: Some(der), ..TlsSettings::default() },
        TlsSettings { ca_file: Some(several), ..TlsSettings::default() },
        TlsSettings {
            ca_file: Some(file("other-ca.crt")),
            ca_path: Some(folder.clone()),
            ..TlsSettings::default()
        },
    ] {
        let facts = accepted(tls_profile(&broker, Listener::Tls, tls));
        assert!(facts.chain_verified && facts.name_verified);
    }

    let empty = file("empty.crt");
    std::fs::write(&empty, "").unwrap();
    let whole = std::fs::read_to_string(file("ca.crt")).unwrap();
    std::fs::write(file("damaged.crt"), format!("{whole}{}", whole.replacen("MII", "MI!", 1)))
        .unwrap();
    let bare = file("bare");
    std::fs::create_dir(&bare).unwrap();
    for (tls, words) in [
        (with_ca("ca.key"), &["ca.key", "MQTT_TLS_CA_FILE", "a private key"][..]),
        (with_ca("client.pkcs8.der"), &["a private key"]),
        (with_ca("client.csr"), &["a certificate request"]),
        (with_ca("empty.crt"), &["nothing at all"]),
        (with_ca("intermediate.crt"), &["is not a root", "CN=Test CA", "as well"]),
        (with_ca("damaged.crt"), &["1 of 2 certificates", "damaged"]),
        (with_ca("none.crt"), &["none.crt", "MQTT_TLS_CA_FILE", "cannot be read"]),
        (TlsSettings { ca_file: Some(folder), ..TlsSettings::default() }, &["not a regular file"]),
        (
            TlsSettings { ca_path: Some(bare), ..TlsSettings::default() },
            &["holds no certificate", "MQTT_TLS_CA_PATH"],
        ),
        (
            TlsSettings { ca_path: Some(file("nowhere")), ..TlsSettings::default() },
            &["cannot be read", "MQTT_TLS_CA_PATH"],
        ),
    ] {
        says(&refused(tls_profile(&broker, Listener::Tls, tls)), Cause::File, words);
    }
}
