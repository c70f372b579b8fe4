//! Names and TCP: which addresses the host has, and which of them answers.

use std::io;
use std::net::{IpAddr, SocketAddr};

use super::limit::Limit;
use super::run::{Note, Trouble};
use super::stream::Tap;
use super::target::tap;
use crate::core::time::Stopwatch;
use crate::mqtt::fault::Fault;
use crate::profile::model::Profile;

/// Most addresses of one name that are tried.
const MAX_ADDRESSES: usize = 16;

/// The host's addresses, in the order the system prefers.
pub(super) async fn look_up(
    profile: &Profile,
    limit: Limit,
    note: &mut Note,
) -> Result<Vec<SocketAddr>, Trouble> {
    let host = profile.host.as_str();
    if let Ok(ip) = host.parse::<IpAddr>() {
        note.detail = format!("{ip} is an address; there is no name to look up.");
        return Ok(vec![SocketAddr::new(ip, profile.port)]);
    }
    let found = match limit.wait(tokio::net::lookup_host((host, profile.port))).await {
        None => return Err(Fault::Lookup(io::ErrorKind::TimedOut.into()).into()),
        Some(Err(error)) => {
            note.seen.push(format!("the resolver says: {error}"));
            return Err(Fault::Lookup(error).into());
        }
        Some(Ok(found)) => found,
    };
    let mut addresses: Vec<SocketAddr> = Vec::new();
    for address in found {
        if addresses.len() < MAX_ADDRESSES && !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    if addresses.is_empty() {
        return Err(Fault::Lookup(io::ErrorKind::NotFound.into()).into());
    }
    let list: Vec<String> = addresses.iter().map(|a| a.ip().to_string()).collect();
    note.detail = format!("{host} has the address {}.", list.join(" and "));
    Ok(addresses)
}

/// Tries the addresses one after the other, as the live connection does; each gets its share of
/// the time.
pub(super) async fn connect(
    profile: &Profile,
    addresses: &[SocketAddr],
    limit: Limit,
    note: &mut Note,
) -> Result<(SocketAddr, Tap), Trouble> {
    let mut worst: Option<Fault> = None;
    for (tried, address) in addresses.iter().enumerate() {
        let waiting = u32::try_from(addresses.len() - tried).unwrap_or(1).max(1);
        let watch = Stopwatch::start();
        match tap(*address, limit.at_most(limit.left() / waiting)).await {
            Ok(tap) => {
                note.detail = format!("{address} takes the connection.");
                if tried > 0 {
                    note.advice.push(format!(
                        "Not every address of {} answers; if connecting is slow, write the one \
                         that does, {}, as MQTT_HOST.",
                        profile.host,
                        address.ip()
                    ));
                }
                note.mind_latency(watch.elapsed());
                return Ok((*address, tap));
            }
            Err(fault) => {
                note.seen.push(format!("{address}: {}", in_short(&fault)));
                // A refusal says more than silence, silence more than no way at all.
                if worst.as_ref().is_none_or(|other| telling(&fault) > telling(other)) {
                    worst = Some(fault);
                }
            }
        }
    }
    Err(worst.unwrap_or_else(|| Fault::Lookup(io::ErrorKind::NotFound.into())).into())
}

fn kind(fault: &Fault) -> Option<io::ErrorKind> {
    match fault {
        Fault::Tcp(error) => Some(error.kind()),
        _ => None,
    }
}

fn telling(fault: &Fault) -> u8 {
    match kind(fault) {
        Some(io::ErrorKind::ConnectionRefused) => 2,
        Some(io::ErrorKind::TimedOut) => 1,
        _ => 0,
    }
}

fn in_short(fault: &Fault) -> String {
    match (kind(fault), fault) {
        (Some(io::ErrorKind::ConnectionRefused), _) => "refused".to_owned(),
        (Some(io::ErrorKind::TimedOut), _) => "no answer".to_owned(),
        (_, Fault::Tcp(error)) => error.to_string(),
        _ => "failed".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use std::time::Duration;

    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn every_address_is_tried_and_the_one_that_works_is_named() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let open = listener.local_addr().unwrap();
        let shut = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        let profile = Profile::for_address("broker.example", 1883);
        let limit = Limit::of(Duration::from_secs(20));

        let mut note = Note::default();
        let (address, _) = connect(&profile, &[shut, open], limit, &mut note).await.ok().unwrap();
        assert_eq!(address, open);
        assert_eq!(note.seen, [format!("{shut}: refused")]);
        assert!(note.advice.iter().any(|a| a.contains("Not every address")));

        let mut note = Note::default();
        let trouble = connect(&profile, &[shut, shut], limit, &mut note).await.err().unwrap();
        assert!(matches!(*trouble.fault, Fault::Tcp(_)));
        assert_eq!(note.seen.len(), 2);
    }

    #[test]
    fn the_most_telling_failure_is_told() {
        let of = |kind: io::ErrorKind| telling(&Fault::Tcp(kind.into()));
        assert!(of(io::ErrorKind::ConnectionRefused) > of(io::ErrorKind::TimedOut));
        assert!(of(io::ErrorKind::TimedOut) > of(io::ErrorKind::NetworkUnreachable));
    }
}
