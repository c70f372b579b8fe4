//! Second questions: what else could answer at this address? None of them sends the login, and
//! none trusts or keeps what it hears.

use std::net::SocketAddr;
use std::time::Duration;

use rustls::Error as RustlsError;
use rustls::pki_types::CertificateDer;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::codec::write::{self, Connect};
use super::limit::Limit;
use super::stream::{FIRST, Stream};
use super::target::{self, Target};
use crate::core::time::Timestamp;
use crate::mqtt::fault::{Fault, TlsFault};
use crate::mqtt::link::MqttVersion;
use crate::mqtt::tls;
use crate::profile::model::TlsSettings;

/// Longest time for one of these questions.
const LONGEST: Duration = Duration::from_secs(3);

/// Time for one question.
pub(super) fn limit(target: &Target<'_>) -> Limit {
    Limit::of(target.profile.connect_timeout.min(LONGEST))
}

/// Does it speak TLS? How that showed, if so.
pub(super) async fn speaks_tls(target: &Target<'_>, address: SocketAddr) -> Option<&'static str> {
    match curious_handshake(target, address).await? {
        Ok(_) => Some("it completes a TLS handshake"),
        Err(Fault::Tls(TlsFault::Rustls(
            RustlsError::AlertReceived(_)
            | RustlsError::PeerIncompatible(_)
            | RustlsError::InvalidCertificate(_)
            | RustlsError::PeerMisbehaved(_),
        ))) => Some("it answers a TLS handshake"),
        Err(_) => None,
    }
}

/// The certificates it presents, its own first, whatever they are worth; empty if none.
pub(super) async fn presented(
    target: &Target<'_>,
    address: SocketAddr,
) -> Vec<CertificateDer<'static>> {
    match curious_handshake(target, address).await {
        Some(Ok(chain)) => chain,
        _ => Vec::new(),
    }
}

/// A handshake that takes any certificate, and the chain presented. Nothing is sent over it.
async fn curious_handshake(
    target: &Target<'_>,
    address: SocketAddr,
) -> Option<Result<Vec<CertificateDer<'static>>, Fault>> {
    let settings =
        TlsSettings { verify_peer: false, verify_peer_name: false, ..TlsSettings::default() };
    let any = tls::prepare(&settings, Timestamp::default()).await.ok()?;
    let limit = limit(target);
    let tap = target::tap(address, limit).await.ok()?;
    let result = limit.wait(target::handshake(&target.profile.host, any.config, tap)).await?;
    Some(match result {
        Ok(stream) => {
            let chain = stream.get_ref().1.peer_certificates().unwrap_or_default();
            Ok(chain.iter().map(|c| c.clone().into_owned()).collect())
        }
        Err((fault, _)) => Err(fault),
    })
}

/// Does it answer a CONNECT without TLS, without login?
pub(super) async fn speaks_plain_mqtt(target: &Target<'_>, address: SocketAddr) -> bool {
    let limit = limit(target);
    let Ok(tap) = target::tap(address, limit).await else {
        return false;
    };
    let connect = write::connect(&Connect {
        version: MqttVersion::V311,
        client_id: &target.client_id,
        login: None,
        keep_alive: 10,
        max_packet: 0,
    });
    ask(Stream::Plain(tap), &connect, limit).await.first() == Some(&0x20)
}

/// What it answers to an HTTP request; empty if nothing.
pub(super) async fn http(target: &Target<'_>, address: SocketAddr) -> Vec<u8> {
    let limit = limit(target);
    match target.open(address, limit).await {
        Ok(stream) => ask(stream, b"GET / HTTP/1.0\r\n\r\n", limit).await,
        Err(_) => Vec::new(),
    }
}

/// Sends `question`; the first bytes that come back.
async fn ask(mut stream: Stream, question: &[u8], limit: Limit) -> Vec<u8> {
    let mut answer = vec![0; FIRST];
    let heard = limit
        .wait(async {
            stream.write_all(question).await?;
            stream.flush().await?;
            stream.read(&mut answer).await
        })
        .await;
    answer.truncate(match heard {
        Some(Ok(count)) => count,
        _ => 0,
    });
    answer
}
