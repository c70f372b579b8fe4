//! The TLS side of a connection: whom to trust, whom to show a certificate. Files are read by
//! `profile::tls`; what is accepted is decided in `verify`.

use std::sync::Arc;

use rustls::client::Resumption;
use rustls::crypto::CryptoProvider;
use rustls::{ClientConfig, InconsistentKeys};

use super::authorities::Authorities;
use super::fault::{Fault, TlsFault};
use super::verify::{Policy, Seen, Verifier};
use crate::core::time::Timestamp;
use crate::profile::certificate::facts;
use crate::profile::inspect::Watched;
use crate::profile::model::TlsSettings;
use crate::profile::tls::{self as files, FileFault, FileProblem};

/// Settings for one connection, and what will be seen on it.
pub(super) struct TlsConnection {
    pub config: Arc<ClientConfig>,
    pub seen: Arc<Seen>,
}

/// The crypto of this app, installed for the process at first use.
fn provider() -> Arc<CryptoProvider> {
    if let Some(installed) = CryptoProvider::get_default() {
        return installed.clone();
    }
    // Somebody else may have been faster; then theirs counts.
    let _ = rustls::crypto::ring::default_provider().install_default();
    CryptoProvider::get_default()
        .cloned()
        .unwrap_or_else(|| Arc::new(rustls::crypto::ring::default_provider()))
}

/// Reads the profile's files and prepares a connection at `now`, on one of the runtime's blocking
/// threads: opening an encrypted key takes up to some seconds.
pub(super) async fn prepare(
    settings: &TlsSettings,
    now: Timestamp,
) -> Result<TlsConnection, Fault> {
    let settings = settings.clone();
    let reading = tokio::task::spawn_blocking(move || connection(&settings, now));
    reading.await.unwrap_or_else(|error| {
        Err(Fault::Tls(TlsFault::Other(format!("reading certificates and key: {error}"))))
    })
}

fn connection(settings: &TlsSettings, now: Timestamp) -> Result<TlsConnection, Fault> {
    let provider = provider();
    let files = files::load(settings).map_err(Fault::File)?;
    let watched = Watched::new(&files);
    let policy = Policy {
        // A CA makes the chain count whatever MQTT_TLS_VERIFY_PEER says, as in PHP.
        chain: settings.verify_peer || files.authorities.is_some(),
        name: settings.verify_peer_name,
        allow_self_signed: settings.allow_self_signed,
    };
    let configured = files.authorities.is_some();
    let authorities = match files.authorities {
        Some(found) => found,
        None if policy.chain => rustls_native_certs::load_native_certs().certs,
        None => Vec::new(),
    };
    let authorities = Authorities::new(authorities, now);
    if policy.chain && authorities.no_root() && !policy.allow_self_signed {
        return Err(Fault::File(no_authorities(configured, &authorities)));
    }
    let seen = Arc::new(Seen::new(policy, watched));
    let algorithms = provider.signature_verification_algorithms;
    let verifier = Verifier::new(authorities, policy, algorithms, seen.clone());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Fault::Tls(TlsFault::Rustls(error)))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier));
    let mut config = match files.client {
        None => builder.with_no_client_auth(),
        Some(client) => builder
            .with_client_auth_cert(client.chain, client.key)
            .map_err(|error| unusable_client_auth(&error, settings))?,
    };
    // Nothing is ever resumed, so that each connection is checked and can say so.
    config.resumption = Resumption::store(seen.clone());
    config.alpn_protocols = settings.alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
    Ok(TlsConnection { config: Arc::new(config), seen })
}

fn no_authorities(configured: bool, authorities: &Authorities) -> FileProblem {
    let (fault, what, advice) = if !configured {
        (
            FileFault::WrongContents,
            "The system's store of CA certificates is empty or cannot be read.".to_owned(),
            "Install it (Debian: ca-certificates) or name the broker's CA in MQTT_TLS_CA_FILE.",
        )
    } else if let Some(facts) = authorities.no_root_but().and_then(|der| facts(der)) {
        (
            FileFault::WrongContents,
            format!(
                "The profile's CA certificate {} is not a root: it was issued by {}.",
                facts.subject, facts.issuer
            ),
            "Put the certificate of that CA into MQTT_TLS_CA_FILE as well; the ACS, too, accepts \
             only chains that end at a certificate signed by itself.",
        )
    } else {
        (
            FileFault::Damaged,
            "None of the CA certificates of the profile can be used; they are damaged.".to_owned(),
            "Check MQTT_TLS_CA_FILE with `openssl x509 -in ca.crt -text -noout`.",
        )
    };
    FileProblem { fault, variable: "MQTT_TLS_CA_FILE", what, advice: advice.to_owned() }
}

fn unusable_client_auth(error: &rustls::Error, settings: &TlsSettings) -> Fault {
    let path = settings
        .client_cert_file
        .as_ref()
        .map(|path| path.display().to_string())
        .unwrap_or_default();
    let variable = "MQTT_TLS_CLIENT_CERT_FILE";
    Fault::File(match error {
        rustls::Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => FileProblem {
            fault: FileFault::KeyMismatch,
            variable,
            what: format!("The private key does not belong to the client certificate {path}."),
            advice: "Name the matching pair in MQTT_TLS_CLIENT_CERT_FILE and \
                     MQTT_TLS_CLIENT_CERT_KEY_FILE."
                .to_owned(),
        },
        other => FileProblem {
            fault: FileFault::Damaged,
            variable,
            what: format!("The client certificate {path} or its key cannot be used: {other}."),
            advice: "Check both with openssl; the certificate must be X.509 version 3, the key \
                     RSA (2048 bits or more), ECDSA or Ed25519."
                .to_owned(),
        },
    })
}
