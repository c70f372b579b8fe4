//! TLS: checks that are off, settings without effect, certificates.

use super::{Context, Finding, Level, Op};
use crate::core::secret::Secret;
use crate::profile::inspect::{self, Observation, inspect};
use crate::profile::model::TlsSettings;
use crate::profile::tls::FileFault;

const ON: &str = "MQTT_TLS_ENABLED";
const PEER: &str = "MQTT_TLS_VERIFY_PEER";
const NAME: &str = "MQTT_TLS_VERIFY_PEER_NAME";
const SELF_SIGNED: &str = "MQTT_TLS_ALLOW_SELF_SIGNED_CERT";

pub(super) fn check(context: &Context<'_>, found: &mut Vec<Finding>) {
    if !context.is_on(ON) {
        unused(context, found);
        return;
    }
    certificates(context, found);
    let has_ca = context.filled("MQTT_TLS_CA_FILE").is_some()
        || context.filled("MQTT_TLS_CA_PATH").is_some();
    let graver = if context.is_production() {
        " The file says production: anybody on the way can read and change everything."
    } else if !context.host_is_near() {
        " The broker is not in a private network: anybody on the way can read and change \
         everything."
    } else {
        ""
    };
    if !context.is_on(PEER) {
        if has_ca {
            found.push(
                Finding::warning(
                    "verify-off-without-effect",
                    "MQTT_TLS_VERIFY_PEER is off, but has no effect while a CA file or folder is \
                     set: the certificate is verified.",
                )
                .at(PEER, context.line(PEER))
                .safe_fix("Write true: what happens anyway", vec![Op::set(PEER, "true")]),
            );
        } else {
            found.push(
                Finding::warning(
                    "verify-peer-off",
                    format!("Nobody checks who issued the broker's certificate.{graver}"),
                )
                .at(PEER, context.line(PEER))
                .fix("Verify it", vec![Op::set(PEER, "true")]),
            );
        }
    }
    if !context.is_on(NAME) {
        found.push(
            Finding::warning(
                "verify-name-off",
                format!("Nobody checks that the certificate is for this host.{graver}"),
            )
            .at(NAME, context.line(NAME))
            .fix("Check the name", vec![Op::set(NAME, "true")]),
        );
    }
    if context.is_on(SELF_SIGNED) {
        let chain = context.is_on(PEER) || has_ca;
        let text = if !chain {
            "MQTT_TLS_ALLOW_SELF_SIGNED_CERT has no effect: the certificate is not verified at all."
                .to_owned()
        } else if has_ca {
            format!("A certificate that signed itself is accepted besides those of the CA.{graver}")
        } else {
            format!(
                "Only a certificate that signed itself is accepted besides those of public CAs; one \
                 from a private CA is not: name that CA in MQTT_TLS_CA_FILE.{graver}"
            )
        };
        found.push(
            Finding::warning("self-signed-allowed", text)
                .at(SELF_SIGNED, context.line(SELF_SIGNED))
                .fix("Switch it off", vec![Op::set(SELF_SIGNED, "false")]),
        );
    }
    for key in ["MQTT_TLS_CA_FILE", "MQTT_TLS_CLIENT_CERT_FILE", "MQTT_TLS_CLIENT_CERT_KEY_FILE"] {
        if context.filled(key).is_some_and(|path| std::path::Path::new(path).is_relative()) {
            found.push(
                Finding::info(
                    "path-relative",
                    format!(
                        "{key} is a relative path: PHP looks from wherever the ACS was started, \
                         this app from the file's folder."
                    ),
                )
                .at(key, context.line(key)),
            );
        }
    }
}

fn unused(context: &Context<'_>, found: &mut Vec<Finding>) {
    let set: Vec<&str> = [
        "MQTT_TLS_CA_FILE",
        "MQTT_TLS_CA_PATH",
        "MQTT_TLS_CLIENT_CERT_FILE",
        "MQTT_TLS_CLIENT_CERT_KEY_FILE",
        "MQTT_TLS_CLIENT_CERT_KEY_PASSPHRASE",
    ]
    .into_iter()
    .filter(|key| context.filled(key).is_some())
    .collect();
    if let Some(first) = set.first() {
        found.push(
            Finding::warning(
                "tls-settings-unused",
                format!(
                    "TLS is off, so {} without effect, yet the ACS checks that the files exist.",
                    match set.len() {
                        1 => format!("{first} is"),
                        n => format!("{n} TLS settings are"),
                    }
                ),
            )
            .at(first, context.line(first)),
        );
    }
}

/// What the certificate and key files say. A missing file is a refusal of php-mqtt's and said
/// there.
fn certificates(context: &Context<'_>, found: &mut Vec<Finding>) {
    let there = |key: &str| context.path_of(key).filter(|path| path.exists());
    let settings = TlsSettings {
        ca_file: there("MQTT_TLS_CA_FILE"),
        ca_path: there("MQTT_TLS_CA_PATH"),
        client_cert_file: there("MQTT_TLS_CLIENT_CERT_FILE"),
        client_key_file: there("MQTT_TLS_CLIENT_CERT_KEY_FILE"),
        client_key_passphrase: context
            .filled("MQTT_TLS_CLIENT_CERT_KEY_PASSPHRASE")
            .map(Secret::new),
        ..TlsSettings::default()
    };
    let key_named = context.filled("MQTT_TLS_CLIENT_CERT_KEY_FILE").is_some();
    let missing_key = key_named && settings.client_key_file.is_none();
    for observation in inspect(&settings, context.now) {
        let Observation { finding, variable, what, advice, .. } = observation;
        let (level, code) = match finding {
            // Without the key file it would be looked for in the certificate.
            inspect::Finding::Unusable(_) if missing_key => continue,
            inspect::Finding::Unusable(fault) => (Level::Error, unusable(fault)),
            inspect::Finding::Expired => (Level::Warning, "certificate-expired"),
            inspect::Finding::NotYetValid => (Level::Warning, "certificate-not-yet-valid"),
            inspect::Finding::ExpiresSoon => (Level::Warning, "certificate-expires-soon"),
            inspect::Finding::CommonNameOnly => (Level::Warning, "certificate-cn-only"),
        };
        let text = format!("{what} {advice}");
        found.push(Finding::new(level, code, text).at(variable, context.line(variable)));
    }
}

fn unusable(fault: FileFault) -> &'static str {
    match fault {
        FileFault::Unreadable => "file-unreadable",
        FileFault::WrongContents => "file-holds-something-else",
        FileFault::Swapped => "certificate-and-key-swapped",
        FileFault::PassphraseMissing => "passphrase-missing",
        FileFault::PassphraseWrong => "passphrase-wrong",
        FileFault::UnsupportedEncryption => "key-encryption-unsupported",
        FileFault::KeyMismatch => "key-mismatch",
        FileFault::Damaged => "file-damaged",
        FileFault::TooLarge => "file-too-large",
    }
}
