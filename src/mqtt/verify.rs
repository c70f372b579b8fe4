//! Decides whether a broker's certificate is accepted: exactly what PHP's OpenSSL accepts with
//! the same switches, as far as rustls can tell certificates apart. Remembers what was checked
//! and what was refused.
//!
//! * The chain is checked if verification is on or a CA is configured. Without a valid chain a
//!   certificate that is signed by itself still passes if it is one of the configured CA
//!   certificates, or if the profile allows it.
//! * The name is checked separately.
//! * The handshake signature is verified always: the other side must own the certificate's key.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{
    ClientSessionStore, Tls12ClientSessionValue, Tls13ClientSessionValue, verify_server_name,
};
use rustls::crypto::{WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{
    CertificateError, CipherSuite, DigitallySignedStruct, Error, NamedGroup, OtherError,
    SignatureScheme,
};

use super::authorities::{Authorities, Roots};
use super::link::{CertificateFacts, TlsFacts};
use crate::core::time::Timestamp;
use crate::profile::certificate::{self, date};
use crate::profile::inspect;

/// Most certificates of the server's chain remembered.
const MAX_CHAIN: usize = 10;

/// What has to be checked.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Policy {
    pub chain: bool,
    pub name: bool,
    pub allow_self_signed: bool,
}

/// A certificate that was not accepted.
#[derive(Clone, Debug)]
pub(super) struct Refused {
    pub subject: String,
    pub issuer: String,
    pub self_signed: bool,
}

impl From<&CertificateFacts> for Refused {
    fn from(facts: &CertificateFacts) -> Self {
        Self {
            subject: facts.subject.clone(),
            issuer: facts.issuer.clone(),
            self_signed: facts.self_issued,
        }
    }
}

/// What was seen on a connection. Also the store that keeps no sessions: it is told the cipher.
#[derive(Default)]
pub(super) struct Seen {
    record: Mutex<Record>,
    /// The certificates of the profile.
    profile: inspect::Watched,
}

#[derive(Default)]
struct Record {
    facts: TlsFacts,
    refused: Option<Refused>,
}

impl Seen {
    pub fn new(policy: Policy, profile: inspect::Watched) -> Self {
        let facts = TlsFacts {
            chain_verified: policy.chain,
            name_verified: policy.name,
            ..TlsFacts::default()
        };
        Self { record: Mutex::new(Record { facts, refused: None }), profile }
    }

    pub fn facts(&self) -> TlsFacts {
        self.record().facts.clone()
    }

    /// The facts with warnings about certificates as of `now`: the profile's and the server's.
    pub fn facts_at(&self, now: Timestamp) -> TlsFacts {
        let mut facts = self.facts();
        facts.warnings = inspect::warnings(&self.profile, now);
        for (n, certificate) in facts.chain.iter().enumerate() {
            let whose =
                if n == 0 { "The broker's certificate" } else { "A certificate the broker sent" };
            facts.warnings.extend(certificate.warning(whose, now));
        }
        facts
    }

    pub fn refusal(&self) -> Option<Refused> {
        self.record().refused.clone()
    }

    /// A wrong handshake signature, told apart from a certificate wrongly signed by its CA.
    fn not_the_owner(&self, error: Error) -> Error {
        if error != Error::InvalidCertificate(CertificateError::BadSignature) {
            return error;
        }
        let mut record = self.record();
        let refused = record.facts.chain.first().map(Refused::from);
        let subject = refused.as_ref().map(|own| own.subject.clone()).unwrap_or_default();
        record.refused = refused;
        Verdict::NotTheOwner { subject }.into()
    }

    fn record(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A cipher suite's name as IANA lists it.
pub(super) fn cipher_name(suite: CipherSuite) -> String {
    suite.as_str().map_or_else(|| format!("{suite:?}"), |name| name.replacen("TLS13_", "TLS_", 1))
}

impl fmt::Debug for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seen")
    }
}

impl ClientSessionStore for Seen {
    fn set_kx_hint(&self, _: ServerName<'static>, _: NamedGroup) {}

    fn kx_hint(&self, _: &ServerName<'_>) -> Option<NamedGroup> {
        None
    }

    fn set_tls12_session(&self, _: ServerName<'static>, session: Tls12ClientSessionValue) {
        // Unlike for TLS 1.3 the suite has no accessor here; its debug text names it.
        let text = format!("{session:?}");
        let name = text.split_once("TLS_").map(|(_, rest)| {
            rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect::<String>()
        });
        self.record().facts.cipher = name.map(|name| format!("TLS_{name}"));
    }

    fn tls12_session(&self, _: &ServerName<'_>) -> Option<Tls12ClientSessionValue> {
        None
    }

    fn remove_tls12_session(&self, _: &ServerName<'static>) {}

    fn insert_tls13_ticket(&self, _: ServerName<'static>, session: Tls13ClientSessionValue) {
        self.record().facts.cipher = Some(cipher_name(session.suite().common.suite));
    }

    fn take_tls13_ticket(&self, _: &ServerName<'static>) -> Option<Tls13ClientSessionValue> {
        None
    }
}

/// The decision, as rustls asks for it.
pub(super) struct Verifier {
    authorities: Authorities,
    policy: Policy,
    algorithms: WebPkiSupportedAlgorithms,
    seen: Arc<Seen>,
}

impl Verifier {
    pub fn new(
        authorities: Authorities,
        policy: Policy,
        algorithms: WebPkiSupportedAlgorithms,
        seen: Arc<Seen>,
    ) -> Self {
        Self { authorities, policy, algorithms, seen }
    }

    /// Whether the chain ends at one of `roots`, or the certificate is one of them itself.
    fn ends_at(
        &self,
        roots: &Roots,
        leaf: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<(), Error> {
        let between: Vec<CertificateDer<'_>> =
            intermediates.iter().chain(&self.authorities.between).cloned().collect();
        let chain = rustls::client::verify_server_cert_signed_by_trust_anchor(
            &ParsedCertificate::try_from(leaf)?,
            &roots.store,
            &between,
            now,
            self.algorithms.all,
        );
        match chain {
            // This comes after the validity period was checked, so an expired certificate is
            // never taken for a pinned one.
            Err(error) if is_about_the_issuer(&error) => {
                let pinned = roots.bytes.iter().any(|root| root.as_ref() == leaf.as_ref());
                if pinned { Ok(()) } else { Err(error) }
            }
            other => other,
        }
    }

    fn check(
        &self,
        leaf: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        now: UnixTime,
    ) -> Result<bool, Error> {
        let parsed = ParsedCertificate::try_from(leaf)?;
        let mut self_signed_accepted = false;
        if self.policy.chain
            && let Err(error) = self.ends_at(&self.authorities.valid, leaf, intermediates, now)
        {
            if !is_about_the_issuer(&error) {
                return Err(error);
            }
            if !self.policy.allow_self_signed
                || !certificate::signs_itself(leaf, self.algorithms.all)
            {
                return Err(self.old_authority(leaf, intermediates, now).unwrap_or(error));
            }
            self_signed_accepted = true;
        }
        if self.policy.name {
            verify_server_name(&parsed, server_name)?;
        }
        Ok(self_signed_accepted)
    }

    /// The one among the roots that are not valid now which alone makes the chain fail.
    fn old_authority(
        &self,
        leaf: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Option<Error> {
        self.authorities.invalid.bytes.iter().find_map(|der| {
            let alone = Roots::new(vec![der.clone()]);
            self.ends_at(&alone, leaf, intermediates, now).ok()?;
            let facts = certificate::facts(der)?;
            let (from, to) = (facts.not_before, facts.not_after);
            Some(Verdict::OldAuthority { subject: facts.subject, from, to }.into())
        })
    }
}

/// What rustls has no name for.
#[derive(Debug, thiserror::Error)]
pub(super) enum Verdict {
    /// The server showed a certificate whose key it does not have.
    #[error("the server does not own the key of its certificate {subject}")]
    NotTheOwner { subject: String },
    /// The chain is good but for the age of the CA at its end, which webpki does not look at.
    #[error("the CA certificate {subject} is not valid now")]
    OldAuthority { subject: String, from: Timestamp, to: Timestamp },
}

impl Verdict {
    /// What failed at `at`, and what to do.
    pub fn words(&self, at: &str) -> (String, String) {
        match self {
            Self::NotTheOwner { subject } => (
                format!("{at} shows a certificate ({subject}) whose key it does not have."),
                "Check that nobody is between here and the broker, and that the broker's key file \
                 belongs to its certificate."
                    .to_owned(),
            ),
            Self::OldAuthority { subject, from, to } => (
                format!(
                    "The CA certificate {subject}, which vouches for {at}, is valid only from {} \
                     to {}.",
                    date(*from),
                    date(*to)
                ),
                "Put the CA's renewed certificate into MQTT_TLS_CA_FILE; if it is new, check this \
                 machine's clock."
                    .to_owned(),
            ),
        }
    }
}

impl From<Verdict> for Error {
    fn from(verdict: Verdict) -> Self {
        CertificateError::Other(OtherError(Arc::new(verdict))).into()
    }
}

/// Errors that mean "no configured CA signed this".
fn is_about_the_issuer(error: &Error) -> bool {
    match error {
        Error::InvalidCertificate(
            CertificateError::UnknownIssuer | CertificateError::BadSignature,
        ) => true,
        // webpki's answer to a certificate that has the CA flag, as most self-signed ones have.
        Error::InvalidCertificate(CertificateError::Other(other)) => {
            other.0.to_string() == "CaUsedAsEndEntity"
        }
        _ => false,
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier").field("policy", &self.policy).finish_non_exhaustive()
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        leaf: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let chain: Vec<CertificateFacts> = std::iter::once(leaf)
            .chain(intermediates)
            .take(MAX_CHAIN)
            .map(|der| certificate::facts(der).unwrap_or_else(|| CertificateFacts::unreadable(der)))
            .collect();
        let outcome = self.check(leaf, intermediates, server_name, now);
        let mut record = self.seen.record();
        let refused = chain.first().map(Refused::from);
        if let Some(own) = chain.first() {
            record.facts.subject = own.subject.clone();
            record.facts.issuer = own.issuer.clone();
        }
        record.facts.chain = chain;
        match outcome {
            Ok(self_signed_accepted) => {
                record.facts.self_signed_accepted = self_signed_accepted;
                if self_signed_accepted {
                    record.facts.chain_verified = false;
                }
                Ok(ServerCertVerified::assertion())
            }
            Err(error) => {
                record.refused = refused;
                Err(error)
            }
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.seen.record().facts.protocol = Some("TLS 1.2");
        verify_tls12_signature(message, cert, signature, &self.algorithms)
            .map_err(|error| self.seen.not_the_owner(error))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.seen.record().facts.protocol = Some("TLS 1.3");
        verify_tls13_signature(message, cert, signature, &self.algorithms)
            .map_err(|error| self.seen.not_the_owner(error))
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}
