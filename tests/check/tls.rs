//! TLS: certificates of the broker and of our own, each failure with its own cause.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use super::broker::special;
use super::mosquitto::{Listener, Mosquitto, free_port};
use super::program::{Report, check_env};

fn check(port: u16, settings: &str) -> Report {
    check_env(&format!(
        "MQTT_HOST=localhost\nMQTT_PORT={port}\nMQTT_CONNECT_TIMEOUT=5\nMQTT_TLS_ENABLED=true\n\
         {settings}"
    ))
}

fn ca(broker: &Mosquitto, name: &str) -> String {
    format!("MQTT_TLS_CA_FILE={}\n", broker.file(name).display())
}

fn client(broker: &Mosquitto, certificate: &str, key: &str) -> String {
    format!(
        "{}MQTT_TLS_CLIENT_CERT_FILE={}\nMQTT_TLS_CLIENT_CERT_KEY_FILE={}\n",
        ca(broker, "ca.crt"),
        broker.file(certificate).display(),
        broker.file(key).display()
    )
}

#[test]
fn an_accepted_broker_is_described() {
    let broker = Mosquitto::start(&[Listener::Tls, Listener::TlsSelfSigned]);
    let report = check(broker.port(Listener::Tls), &ca(&broker, "ca.crt"));
    report.is_well("tls", &["TLS 1.3", "chain and name are verified"]);
    let tls = report.stage("tls");
    assert_eq!(tls["protocol"], "TLS 1.3");
    assert!(tls["cipher"].as_str().unwrap().starts_with("TLS_"), "{tls}");
    assert!(tls["subject"].as_str().unwrap().contains("CN=server"), "{tls}");
    assert!(tls["issuer"].as_str().unwrap().contains("CN=Test CA"), "{tls}");
    let verification = &tls["verification"];
    assert_eq!((&verification["chain"], &verification["name"]), (&true.into(), &true.into()));
    assert_eq!(verification["skipped"], Value::Null);

    for settings in [
        "MQTT_TLS_VERIFY_PEER=false\nMQTT_TLS_VERIFY_PEER_NAME=false\n",
        "MQTT_TLS_ALLOW_SELF_SIGNED_CERT=true\n",
    ] {
        let report = check(broker.port(Listener::TlsSelfSigned), settings);
        report.is_well("tls", &["verified", "for production"]);
        assert_eq!(report.stage("tls")["verification"]["chain"], false);
    }
}

#[test]
fn certificates_that_are_refused() {
    let broker = Mosquitto::start(&[
        Listener::Tls,
        Listener::TlsWrongName,
        Listener::TlsSelfSigned,
        Listener::TlsExpired,
        Listener::TlsNotYetValid,
    ]);
    let (good, other) = (ca(&broker, "ca.crt"), ca(&broker, "other-ca.crt"));
    for (listener, settings, cause, words) in [
        (
            Listener::Tls,
            &other,
            "unknown-ca",
            &[
                "unknown CA",
                "Test CA",
                "MQTT_TLS_CA_FILE",
                "trusted here: O=usp-scope tests, CN=Other CA",
                "missing intermediate",
            ][..],
        ),
        (Listener::Tls, &String::new(), "unknown-ca", &["the system's CA certificates"]),
        (
            Listener::TlsWrongName,
            &good,
            "name-mismatch",
            &["Name mismatch", "not for localhost", "elsewhere.example", "VERIFY_PEER_NAME"],
        ),
        (
            Listener::TlsSelfSigned,
            &good,
            "self-signed",
            &["self-signed", "MQTT_TLS_ALLOW_SELF_SIGNED_CERT=true"],
        ),
        (Listener::TlsExpired, &good, "expired", &["expired on 2021-01-01", "clock says", "Renew"]),
        (
            Listener::TlsNotYetValid,
            &good,
            "not-yet-valid",
            &["not yet valid", "2090-01-01", "clock"],
        ),
    ] {
        let report = check(broker.port(listener), settings);
        report.fails("tls", cause, words);
        let tls = report.stage("tls");
        assert_eq!(tls["verification"], format!("refused: {cause}"));
        assert!(tls["subject"].as_str().is_some_and(|s| s.contains("CN=")), "{tls}");
    }
}

#[test]
fn client_certificates() {
    let broker = Mosquitto::start(&[Listener::TlsMutual, Listener::Tls]);
    let mutual = broker.port(Listener::TlsMutual);
    check(mutual, &client(&broker, "client.crt", "client.key"))
        .is_well("tls", &["our certificate was asked for and shown"]);
    check(broker.port(Listener::Tls), &client(&broker, "client.crt", "client.key"))
        .is_well("tls", &["our certificate was not asked for"]);
    check(mutual, &ca(&broker, "ca.crt")).fails(
        "tls",
        "client-certificate-required",
        &["demands a client certificate", "MQTT_TLS_CLIENT_CERT_FILE"],
    );
    check(mutual, &client(&broker, "alone.crt", "alone.key")).fails(
        "tls",
        "client-certificate-refused",
        &["does not accept our client certificate", "issued by a CA the broker trusts"],
    );
    check(mutual, &client(&broker, "client.crt", "server.key")).fails(
        "profile",
        "key-mismatch",
        &["does not belong", "MQTT_TLS_CLIENT_CERT_KEY_FILE"],
    );
}

#[test]
fn encrypted_keys() {
    let broker = Mosquitto::start(&[Listener::TlsMutual]);
    let port = broker.port(Listener::TlsMutual);
    openssl(
        &certificates(&broker),
        "pkcs8 -topk8 -in client.key -out client-locked.key -passout pass:secret",
    );
    let settings = client(&broker, "client.crt", "client-locked.key");
    let with = |word: &str| {
        check(port, &format!("{settings}MQTT_TLS_CLIENT_CERT_KEY_PASSPHRASE='{word}'\n"))
    };
    with("secret").is_well("tls", &["our certificate was asked for and shown"]);
    with("CANARY").fails("profile", "passphrase-wrong", &["does not open"]);
    check(port, &settings).fails(
        "profile",
        "passphrase-missing",
        &["encrypted", "MQTT_TLS_CLIENT_CERT_KEY_PASSPHRASE"],
    );
}

#[test]
fn the_certificate_is_told_to_machines() {
    let broker = Mosquitto::start(&[Listener::Tls]);
    let report = check(broker.port(Listener::Tls), &ca(&broker, "ca.crt"));
    let tls = report.stage("tls");
    assert_eq!(tls["status"], "ok", "{tls:#}");
    let sans: Vec<&str> =
        tls["sans"].as_array().unwrap().iter().filter_map(|s| s.as_str()).collect();
    assert!(sans.contains(&"DNS:localhost") && sans.contains(&"IP:127.0.0.1"), "{sans:?}");
    assert_eq!(tls["not_before"], "2020-01-01T00:00:00Z");
    assert_eq!(tls["not_after"], "2090-01-01T00:00:00Z");
    assert_eq!(tls["verification"]["chain"], true);
}

#[test]
fn a_tls_1_2_broker_that_demands_a_certificate() {
    let helper = Mosquitto::start(&[Listener::TlsMutual]);
    // mosquitto always offers TLS 1.3 as well.
    let arguments = "-tls1_2 -CAfile ca.crt -Verify 1 -verify_return_error";
    let server = TlsServer::start(&certificates(&helper), arguments);
    let port = server.port;
    let without = check(port, &ca(&helper, "ca.crt"));
    let with = check(
        port,
        &format!("{}MQTT_CONNECT_TIMEOUT=2\n", client(&helper, "client.crt", "client.key")),
    );
    without.fails("tls", "client-certificate-required", &["alert"]);
    assert_eq!(with.stage("tls")["protocol"], "TLS 1.2", "{:#?}", with.stages);
    with.says("tls", &["our certificate was asked for and shown"]);
    with.fails("connect", "no-answer", &[]);
}

#[test]
fn an_https_server_is_named() {
    let helper = Mosquitto::start(&[Listener::Tls]);
    let server = TlsServer::start(&certificates(&helper), "-www");
    let settings = format!("{}MQTT_CONNECT_TIMEOUT=2\n", ca(&helper, "ca.crt"));
    let report = check(server.port, &settings);
    assert_eq!(report.stage("tls")["status"], "ok", "{:#?}", report.stages);
    report.fails("connect", "not-mqtt", &["an HTTP server (HTTP/1.0 200 ok)", "MQTT_PORT"]);
}

/// The folder with the test CA and everything it issued.
fn certificates(broker: &Mosquitto) -> PathBuf {
    broker.file("ca.crt").parent().unwrap().to_owned()
}

/// openssl's own TLS server, ended when dropped.
struct TlsServer {
    port: u16,
    child: std::process::Child,
}

impl TlsServer {
    /// Serves with the test CA's certificate for localhost; `folder` has it.
    fn start(folder: &Path, arguments: &str) -> Self {
        let port = free_port();
        let child = Command::new("openssl")
            .current_dir(folder)
            .args(["s_server", "-accept", &port.to_string(), "-quiet"])
            .args(["-cert", "server.crt", "-key", "server.key"])
            .args(arguments.split_whitespace())
            // It ends with its standard input.
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let server = Self { port, child };
        let patience = std::time::Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(patience.elapsed().as_secs() < 20, "openssl s_server does not start");
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        server
    }
}

impl Drop for TlsServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn files_that_are_none() {
    let broker = Mosquitto::start(&[Listener::Tls]);
    let port = broker.port(Listener::Tls);
    std::fs::write(broker.file("empty.crt"), "").unwrap();
    for (settings, cause, words) in [
        (ca(&broker, "none.crt"), "file", &["none.crt", "MQTT_TLS_CA_FILE"][..]),
        (ca(&broker, "server.key"), "file", &["holds no certificate, but a private key"]),
        (ca(&broker, "empty.crt"), "file", &["nothing at all"]),
        (client(&broker, "client.key", "client.crt"), "files-swapped", &["swapped"]),
    ] {
        check(port, &settings).fails("profile", cause, words);
    }
}

/// Runs openssl in `folder`.
fn openssl(folder: &Path, arguments: &str) {
    let output = Command::new("openssl")
        .current_dir(folder)
        .args(arguments.split_whitespace())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(output.status.success(), "{arguments}: {}", String::from_utf8_lossy(&output.stderr));
}

/// A key and a certificate `name` signed by `issuer`, with these extensions.
fn issue(folder: &Path, name: &str, issuer: &str, extensions: &str) {
    std::fs::write(folder.join(format!("{name}.ext")), extensions).unwrap();
    openssl(
        folder,
        &format!(
            "req -subj /CN={name} -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
             -keyout {name}.key -out {name}.csr"
        ),
    );
    let ext = if extensions.is_empty() { String::new() } else { format!("-extfile {name}.ext") };
    openssl(
        folder,
        &format!(
            "x509 -req -in {name}.csr -CA {issuer}.crt -CAkey {issuer}.key -CAcreateserial \
             -days 3650 {ext} -out {name}.crt"
        ),
    );
}

/// A mosquitto that presents `certificates`.
fn presents(folder: &Path, name: &str, certificates: &str) -> (Mosquitto, u16) {
    special(&format!(
        "certfile {}\nkeyfile {}",
        folder.join(certificates).display(),
        folder.join(format!("{name}.key")).display()
    ))
}

#[test]
fn certificates_of_the_wrong_make() {
    let helper = Mosquitto::start(&[Listener::Tls]);
    let path = certificates(&helper);
    let folder = path.as_path();
    let good = ca(&helper, "ca.crt");
    let local = "subjectAltName=DNS:localhost\n";
    issue(folder, "nameless", "ca", "basicConstraints=CA:FALSE\n");
    issue(folder, "purpose", "ca", &format!("{local}extendedKeyUsage=clientAuth\n"));
    issue(folder, "old", "ca", "");
    for (name, cause, words) in [
        ("nameless", "no-names", &["no subject alternative names", "CN alone", "reissued"][..]),
        ("purpose", "wrong-purpose", &["not meant for servers"]),
        ("old", "certificate-version", &["version 1", "version 3"]),
    ] {
        let (_broker, port) = presents(folder, name, &format!("{name}.crt"));
        check(port, &good).fails("tls", cause, words);
    }
}

#[test]
fn intermediates() {
    let helper = Mosquitto::start(&[Listener::Tls]);
    let path = certificates(&helper);
    let folder = path.as_path();
    issue(folder, "issuing", "ca", "basicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign\n");
    issue(folder, "leaf", "issuing", "subjectAltName=DNS:localhost\n");
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    std::fs::write(folder.join("chain.crt"), read("leaf.crt") + &read("issuing.crt")).unwrap();

    let (_whole, port) = presents(folder, "leaf", "chain.crt");
    check(port, &ca(&helper, "ca.crt")).is_well("tls", &["chain and name are verified"]);
    check(port, &ca(&helper, "other-ca.crt")).fails(
        "tls",
        "unknown-ca",
        &["leads to O=usp-scope tests, CN=Test CA", "certificate CN=leaf, issued by CN=issuing"],
    );
    let (_alone, port) = presents(folder, "leaf", "leaf.crt");
    check(port, &ca(&helper, "ca.crt")).fails(
        "tls",
        "unknown-ca",
        &["CN=issuing", "missing intermediate", "append its certificate to the broker's certfile"],
    );
}

#[test]
fn a_ca_made_anew_under_its_old_name() {
    let broker = Mosquitto::start(&[Listener::Tls]);
    let folder = certificates(&broker);
    let output = Command::new("openssl")
        .current_dir(&folder)
        .args(["req", "-x509", "-days", "3650", "-newkey", "ec", "-pkeyopt"])
        .args(["ec_paramgen_curve:P-256", "-nodes", "-subj", "/O=usp-scope tests/CN=Test CA"])
        .args(["-keyout", "again.key", "-out", "again.crt"])
        .output()
        .unwrap();
    assert!(output.status.success());
    check(broker.port(Listener::Tls), &ca(&broker, "again.crt")).fails(
        "tls",
        "unknown-ca",
        &["made anew"],
    );
}
