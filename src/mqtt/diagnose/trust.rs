//! What to think of a certificate: more about a refused one than the verifier tells, and what is
//! worth knowing about an accepted one.

use std::net::SocketAddr;

use rustls::pki_types::CertificateDer;

use super::probe;
use super::run::Note;
use super::secure::is_unknown_issuer;
use super::target::Target;
use crate::core::time::Timestamp;
use crate::mqtt::fault::{Fault, TlsFault};
use crate::mqtt::link::TlsFacts;
use crate::profile::certificate::{self, CertificateFacts};
use crate::profile::tls as files;

/// A clock that says an earlier time is wrong, since this app is younger: 2026-01-01, seconds
/// since the epoch.
const APP_MADE: i64 = 1_767_225_600;

/// About an accepted certificate: what was not checked.
pub(super) fn notes(facts: &TlsFacts, now: Timestamp) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(skipped) = facts.skipped() {
        notes.push(format!(
            "Nobody vouches for this broker ({skipped}): for production set MQTT_TLS_CA_FILE and \
             leave MQTT_TLS_VERIFY_PEER and MQTT_TLS_VERIFY_PEER_NAME on."
        ));
    }
    notes.extend(facts.warnings.iter().cloned());
    notes.extend(slow_clock(now));
    notes
}

/// About a refused one: which CA is missing, or whether it is the clock.
pub(super) async fn explain(
    target: &Target<'_>,
    address: SocketAddr,
    fault: &Fault,
    now: Timestamp,
    note: &mut Note,
) {
    if matches!(fault, Fault::Tls(TlsFault::Rustls(rustls::Error::InvalidCertificate(_)))) {
        note.advice.extend(slow_clock(now));
    }
    if !is_unknown_issuer(fault) {
        return;
    }
    let presented = names(&probe::presented(target, address).await);
    let Some(settings) = &target.profile.tls else { return };
    let known = files::authorities(settings).ok().flatten();
    let known = known.map(|known| names(&known)).unwrap_or_default();
    for certificate in &presented {
        note.seen
            .push(format!("certificate {}, issued by {}", certificate.subject, certificate.issuer));
    }
    note.seen.extend(known.iter().take(8).map(|ca| format!("trusted here: {}", ca.subject)));
    note.advice.extend(which_ca(&presented, &known));
}

/// Compares who issued the last certificate presented with the CAs of the profile.
fn which_ca(presented: &[CertificateFacts], known: &[CertificateFacts]) -> Option<String> {
    let last = presented.last()?;
    if last.self_issued && presented.len() == 1 {
        return None;
    }
    if known.iter().any(|ca| ca.subject == last.issuer) {
        return Some(format!(
            "The profile has a CA named {} whose key did not sign this certificate: it was \
             probably made anew, so fetch the broker's present CA file.",
            last.issuer
        ));
    }
    Some(if presented.len() == 1 {
        format!(
            "The broker sent its own certificate only: if {} is an intermediate CA below one you \
             trust, append its certificate to the broker's certfile (missing intermediate); \
             otherwise it is another CA.",
            last.issuer
        )
    } else {
        let and_sent = if last.self_issued { "that CA's own" } else { "its intermediate" };
        format!(
            "The broker sent {and_sent} certificate too; it all leads to {}, so that is the CA to \
             name, if you trust it.",
            if last.self_issued { &last.subject } else { &last.issuer }
        )
    })
}

fn slow_clock(now: Timestamp) -> Option<String> {
    let secs = now.0 / 1_000_000_000;
    (secs < APP_MADE).then(|| {
        let says = jiff::Timestamp::from_second(secs)
            .map_or_else(|_| "nonsense".to_owned(), |t| t.strftime("%F %T UTC").to_string());
        format!("This machine's clock says {says}, which cannot be: set it first.")
    })
}

fn names(certificates: &[CertificateDer<'_>]) -> Vec<CertificateFacts> {
    certificates.iter().take(16).filter_map(|der| certificate::facts(der)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(subject: &str, issuer: &str) -> CertificateFacts {
        CertificateFacts {
            subject: subject.to_owned(),
            issuer: issuer.to_owned(),
            self_issued: subject == issuer,
            ..CertificateFacts::unreadable(b"")
        }
    }

    #[test]
    fn which_ca_is_missing() {
        let leaf = name("CN=broker", "CN=Issuing");
        let issuing = name("CN=Issuing", "CN=Root");
        let root = name("CN=Root", "CN=Root");
        let other = name("CN=Other", "CN=Other");
        let say = |presented: &[CertificateFacts], known: &[CertificateFacts]| {
            which_ca(presented, known).unwrap_or_default()
        };
        let (alone, whole) = ([leaf.clone()], [leaf, issuing]);
        assert!(say(&alone, std::slice::from_ref(&other)).contains("missing intermediate"));
        assert!(say(&alone, std::slice::from_ref(&root)).contains("CN=Issuing"));
        assert!(say(&whole, std::slice::from_ref(&other)).contains("leads to CN=Root"));
        let with_root = [whole[0].clone(), root.clone()];
        assert!(say(&with_root, &[other]).contains("that CA's own certificate too"));
        assert!(say(&whole, std::slice::from_ref(&root)).contains("made anew"));
        assert!(which_ca(&[root], &[]).is_none() && which_ca(&[], &[]).is_none());
    }

    #[test]
    fn an_impossible_clock_is_named() {
        assert!(slow_clock(Timestamp(0)).is_some_and(|s| s.contains("1970-01-01")));
        assert!(slow_clock(Timestamp(1_800_000_000_000_000_000)).is_none());
        let facts = TlsFacts { chain_verified: true, ..TlsFacts::default() };
        let now = Timestamp(1_800_000_000_000_000_000);
        assert!(notes(&facts, now).iter().any(|n| n.contains("server name not verified")));
        assert!(notes(&TlsFacts { name_verified: true, ..facts }, now).is_empty());
    }
}
