//! Stage `tls`: the handshake with the live connection's settings, and the broker's verdict on
//! our own certificate, which TLS 1.3 gives only afterwards.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rustls::client::ResolvesClientCert;
use rustls::sign::CertifiedKey;
use rustls::{
    AlertDescription, CertificateError, Error as RustlsError, ProtocolVersion, SignatureScheme,
};
use tokio::io::AsyncReadExt as _;
use tokio_rustls::client::TlsStream;

use super::bytes::{self, Speaker, speaker};
use super::limit::Limit;
use super::run::{Note, Trouble};
use super::stream::{FIRST, Stream, Tap};
use super::target::{self, Target};
use super::{probe, trust};
use crate::core::time::{Clock, Stopwatch};
use crate::mqtt::fault::{Fault, Finding, Stage, TlsFault};
use crate::mqtt::link::TlsFacts;
use crate::mqtt::tls::TlsConnection;
use crate::mqtt::verify::cipher_name;

/// How long the broker may take to judge our certificate; it is silent if it is content and
/// sends no session tickets.
const VERDICT: Duration = Duration::from_secs(1);
/// Between two looks whether tickets came.
const TICK: Duration = Duration::from_millis(10);

/// Notes whether the server asks for a client certificate; answers as the inner one does.
#[derive(Debug)]
struct Watching {
    inner: Arc<dyn ResolvesClientCert>,
    asked: Arc<AtomicBool>,
}

impl ResolvesClientCert for Watching {
    fn resolve(&self, hints: &[&[u8]], schemes: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        self.asked.store(true, Ordering::SeqCst);
        self.inner.resolve(hints, schemes)
    }

    fn has_certs(&self) -> bool {
        self.inner.has_certs()
    }
}

/// Secures `tap`.
pub(super) async fn handshake(
    target: &Target<'_>,
    tls: &TlsConnection,
    address: SocketAddr,
    tap: Tap,
    limit: Limit,
    clock: &dyn Clock,
    note: &mut Note,
) -> Result<Stream, Trouble> {
    let watch = Stopwatch::start();
    let asked = Arc::new(AtomicBool::new(false));
    let mut config = (*tls.config).clone();
    config.client_auth_cert_resolver = Arc::new(Watching {
        inner: config.client_auth_cert_resolver.clone(),
        asked: asked.clone(),
    });
    let shows_certificate = config.client_auth_cert_resolver.has_certs();
    let shake = target::handshake(&target.profile.host, Arc::new(config), tap);
    let outcome = limit.wait(shake).await;
    let asked = asked.load(Ordering::SeqCst);
    let result = match outcome {
        None => Err((Fault::Timeout, Vec::new())),
        Some(Err(failed)) => Err(failed),
        Some(Ok(mut stream)) => {
            let verdict = if asked { verdict(&mut stream, limit).await } else { Ok(()) };
            match verdict {
                Ok(()) => Ok(stream),
                Err(fault) => Err((fault, Vec::new())),
            }
        }
    };
    let mut facts = tls.seen.facts_at(clock.now());
    match result {
        Ok(stream) => {
            describe(&stream, &mut facts);
            note.detail = welcome(&facts, asked, shows_certificate);
            note.advice.extend(trust::notes(&facts, clock.now()));
            note.mind_latency(watch.elapsed());
            note.tls = Some(Box::new(facts));
            Ok(Stream::Tls(Box::new(stream)))
        }
        Err((fault, first)) => {
            if !facts.subject.is_empty() {
                note.tls = Some(Box::new(facts));
            }
            if !first.is_empty() || !matches!(fault, Fault::Tls(TlsFault::Rustls(_))) {
                note.seen.push(format!("ClientHello, {}", bytes::excerpt(&first, target.profile)));
            }
            let fault = if asked && !shows_certificate {
                without_certificate(fault)
            } else {
                second_thoughts(target, address, fault, &first, note).await
            };
            trust::explain(target, address, &fault, clock.now(), note).await;
            Err(Trouble {
                refused: tls.seen.refusal().map(Box::new),
                ..Trouble::at(Stage::Connecting, fault)
            })
        }
    }
}

/// What the connection itself knows better than the verifier.
fn describe(stream: &TlsStream<Tap>, facts: &mut TlsFacts) {
    let (_, connection) = stream.get_ref();
    facts.protocol = match connection.protocol_version() {
        Some(ProtocolVersion::TLSv1_3) => Some("TLS 1.3"),
        Some(ProtocolVersion::TLSv1_2) => Some("TLS 1.2"),
        _ => facts.protocol,
    };
    if let Some(suite) = connection.negotiated_cipher_suite() {
        facts.cipher = Some(cipher_name(suite.suite()));
    }
}

fn welcome(facts: &TlsFacts, asked: bool, shows_certificate: bool) -> String {
    let mut detail = format!(
        "{}, {}; the broker is {}",
        facts.protocol.unwrap_or("TLS"),
        facts.cipher.as_deref().unwrap_or("an unknown cipher"),
        if facts.subject.is_empty() { "without a name" } else { &facts.subject },
    );
    match facts.skipped() {
        None => detail.push_str("; chain and name are verified"),
        Some(skipped) => detail.push_str(&format!("; {skipped}")),
    }
    match (asked, shows_certificate) {
        (true, true) => detail.push_str("; our certificate was asked for and shown"),
        (true, false) => detail.push_str("; a client certificate was asked for, but is not needed"),
        (false, true) => detail.push_str("; our certificate was not asked for"),
        (false, false) => {}
    }
    detail.push('.');
    detail
}

/// After a TLS 1.3 handshake: an alert means that our certificate (or that we have none) does
/// not please, session tickets mean that it does.
async fn verdict(stream: &mut TlsStream<Tap>, limit: Limit) -> Result<(), Fault> {
    if stream.get_ref().1.protocol_version() != Some(ProtocolVersion::TLSv1_3) {
        return Ok(());
    }
    let before = stream.get_ref().0.received();
    let limit = limit.at_most(VERDICT);
    let mut early = [0; FIRST];
    while !limit.left().is_zero() {
        match limit.at_most(TICK).wait(stream.read(&mut early)).await {
            None if stream.get_ref().0.received() > before => return Ok(()),
            None => {}
            Some(Err(error)) => return Err(Fault::from_stream(error)),
            Some(Ok(0)) => return Err(Fault::Closed),
            // A broker never speaks first.
            Some(Ok(_)) => {
                return Err(Fault::Found(Finding::NotMqtt(
                    "it speaks before it was spoken to".to_owned(),
                )));
            }
        }
    }
    Ok(())
}

/// TLS ended, a client certificate was asked for, and there is none.
fn without_certificate(fault: Fault) -> Fault {
    use AlertDescription as Alert;
    match fault {
        Fault::Tls(TlsFault::Rustls(RustlsError::AlertReceived(
            alert @ (Alert::CertificateRequired
            | Alert::HandshakeFailure
            | Alert::BadCertificate
            | Alert::UnknownCA
            | Alert::AccessDenied),
        ))) => Fault::Found(Finding::CertificateRequired(format!("alert {alert:?}"))),
        Fault::Closed | Fault::Tls(TlsFault::Io(_)) => {
            Fault::Found(Finding::CertificateRequired("it hangs up".to_owned()))
        }
        other => other,
    }
}

/// Whether what failed was TLS at all.
async fn second_thoughts(
    target: &Target<'_>,
    address: SocketAddr,
    fault: Fault,
    first: &[u8],
    note: &mut Note,
) -> Fault {
    let answered = matches!(
        fault,
        Fault::Tls(TlsFault::ServerName | TlsFault::Rustls(RustlsError::InvalidCertificate(_)))
            | Fault::Found(_)
    );
    if answered || matches!(speaker(first), Speaker::Tls { .. }) {
        return fault;
    }
    if !first.is_empty() && matches!(speaker(first), Speaker::Else(_)) {
        return Fault::Found(Finding::NotMqtt(bytes::describe(first, target.profile)));
    }
    if probe::speaks_plain_mqtt(target, address).await {
        note.seen.push("a CONNECT without TLS was answered by a CONNACK".to_owned());
        return Fault::Found(Finding::PlainMqtt);
    }
    fault
}

/// True if no CA vouched for the certificate.
pub(super) fn is_unknown_issuer(fault: &Fault) -> bool {
    matches!(
        fault,
        Fault::Tls(TlsFault::Rustls(RustlsError::InvalidCertificate(
            CertificateError::UnknownIssuer | CertificateError::BadSignature
        )))
    )
}
