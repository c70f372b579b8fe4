//! TLS with real brokers and certificates of every kind, and with fake servers that misbehave.
//!
//! Needs mosquitto and openssl (`apt-get install mosquitto openssl`).

#![expect(clippy::unwrap_used, clippy::panic, clippy::expect_used, reason = "tests")]

#[path = "../support/mosquitto.rs"]
mod mosquitto;
#[path = "../support/session.rs"]
mod session;

mod chains;
mod facts;
mod fake;
mod keys;
mod matrix;

use mosquitto::certificates::file;
use mosquitto::{Listener, Mosquitto};
use usp_scope::mqtt::link::{Cause, Failure, TlsFacts};
use usp_scope::profile::model::{Profile, TlsSettings};

use session::{Session, once, profile};

/// Its subject alone names the host.
const CN_ONLY: Listener = Listener::TlsWith("localhost.crt", "localhost.key");
/// Signed by an intermediate CA, which the server sends or not.
const CHAIN: Listener = Listener::TlsWith("chain.crt", "below.key");
const NO_CHAIN: Listener = Listener::TlsWith("below.crt", "below.key");
/// X.509 version 1, which knows no alternative names.
const VERSION_1: Listener = Listener::TlsWith("version-1.crt", "version-1.key");
/// Signed by a CA that has expired.
const BELOW_OLD: Listener = Listener::TlsWith("below-old.crt", "below-old.key");
/// Signed by itself, and expired.
const ALONE_EXPIRED: Listener = Listener::TlsWith("alone-expired.crt", "alone-expired.key");

/// A profile for one of the broker's TLS listeners, by name.
fn tls_profile(broker: &Mosquitto, listener: Listener, tls: TlsSettings) -> Profile {
    Profile { host: "localhost".to_owned(), tls: Some(tls), ..profile(broker.port(listener)) }
}

/// With the test CA and every check.
fn trusting() -> TlsSettings {
    TlsSettings { ca_file: Some(file("ca.crt")), ..TlsSettings::default() }
}

/// The same with a client certificate.
fn client(certificate: &str, key: &str) -> TlsSettings {
    TlsSettings {
        client_cert_file: Some(file(certificate)),
        client_key_file: Some(file(key)),
        ..trusting()
    }
}

#[track_caller]
fn accepted(profile: Profile) -> TlsFacts {
    Session::start(profile).connected().1.expect("TLS facts")
}

#[track_caller]
fn refused(profile: Profile) -> Failure {
    Session::start(once(profile)).failed()
}

/// Every word must be in the sentence about what failed or in the advice.
#[track_caller]
fn says(failure: &Failure, cause: Cause, words: &[&str]) {
    assert_eq!(failure.cause, cause, "{failure:?}");
    for word in words {
        assert!(
            failure.what.contains(word) || failure.advice.contains(word),
            "{word} is missing: {failure:?}"
        );
    }
}
