//! What is diagnosed: a profile, and the way to its broker once that is known.

use std::net::SocketAddr;
use std::sync::Arc;

use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::limit::Limit;
use super::stream::{Stream, Tap};
use crate::mqtt::fault::{Fault, TlsFault};
use crate::mqtt::tls::TlsConnection;
use crate::profile::identity::ClientId;
use crate::profile::model::Profile;

/// A profile under diagnosis.
pub(super) struct Target<'a> {
    pub profile: &'a Profile,
    /// `None` without TLS.
    pub tls: Option<TlsConnection>,
    /// An id of this diagnosis alone.
    pub client_id: String,
}

impl<'a> Target<'a> {
    pub fn new(profile: &'a Profile, tls: Option<TlsConnection>) -> Self {
        Self { profile, tls, client_id: client_id(profile) }
    }

    /// One more connection to `address`, with TLS if the profile has it.
    pub async fn open(&self, address: SocketAddr, limit: Limit) -> Result<Stream, Fault> {
        let tap = tap(address, limit).await?;
        match &self.tls {
            None => Ok(Stream::Plain(tap)),
            Some(tls) => {
                let handshake = handshake(&self.profile.host, tls.config.clone(), tap);
                match limit.wait(handshake).await {
                    None => Err(Fault::Timeout),
                    Some(Err((fault, _))) => Err(fault),
                    Some(Ok(stream)) => Ok(Stream::Tls(Box::new(stream))),
                }
            }
        }
    }
}

/// A TCP connection.
pub(super) async fn tap(address: SocketAddr, limit: Limit) -> Result<Tap, Fault> {
    match limit.wait(TcpStream::connect(address)).await {
        None => Err(Fault::Tcp(std::io::ErrorKind::TimedOut.into())),
        Some(Err(error)) => Err(Fault::Tcp(error)),
        Some(Ok(socket)) => Ok(Tap::new(socket)),
    }
}

/// TLS over a connection; on failure what the connection had received.
pub(super) async fn handshake(
    host: &str,
    config: Arc<ClientConfig>,
    tap: Tap,
) -> Result<TlsStream<Tap>, (Fault, Vec<u8>)> {
    let Ok(name) = ServerName::try_from(host.to_owned()) else {
        return Err((Fault::Tls(TlsFault::ServerName), Vec::new()));
    };
    TlsConnector::from(config)
        .connect(name, tap)
        .into_fallible()
        .await
        .map_err(|(error, tap)| (Fault::from_handshake(error), tap.first().to_vec()))
}

/// An id like the live connection's, but another one: a diagnosis must throw nobody off.
fn client_id(profile: &Profile) -> String {
    let own = profile.client_id();
    let base = match own.rsplit_once("-scope-") {
        Some((base, end)) if end.len() == 6 && end.bytes().all(|b| b.is_ascii_hexdigit()) => base,
        _ => own,
    };
    ClientId::derived(base).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::identity::{BadClientId, Identity};

    #[test]
    fn the_id_is_neither_the_acs_s_nor_the_live_connection_s() -> Result<(), BadClientId> {
        for (acs, own) in
            [(Some("acs-1"), "acs-1-scope-0a1b2c"), (Some("acs-1"), "acs-1"), (None, "x-scope-y")]
        {
            let profile = Profile {
                acs_client_id: acs.map(str::to_owned),
                identity: Identity::Monitor { client_id: ClientId::new(own)? },
                ..Profile::for_address("h", 1)
            };
            let id = client_id(&profile);
            assert!(id != own && Some(id.as_str()) != acs, "{id}");
            assert_eq!(id.matches("-scope-").count(), own.matches("-scope-y").count() + 1, "{id}");
        }
        Ok(())
    }
}
