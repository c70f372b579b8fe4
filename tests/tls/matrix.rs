//! Which servers are accepted with which switches: what PHP's OpenSSL accepts, written down case
//! by case.

use usp_scope::mqtt::link::{Cause, LinkState};
use usp_scope::profile::model::TlsSettings;

use crate::mosquitto::certificates::file;
use crate::mosquitto::{Listener, Mosquitto};
use crate::session::{Session, once};
use crate::tls_profile;

/// The columns: VERIFY_PEER, VERIFY_PEER_NAME, ALLOW_SELF_SIGNED_CERT.
const SWITCHES: [(bool, bool, bool); 8] = [
    (false, false, false),
    (false, false, true),
    (false, true, false),
    (false, true, true),
    (true, false, false),
    (true, false, true),
    (true, true, false),
    (true, true, true),
];

/// Per server and CA file, in the order of [`SWITCHES`]: + is accepted, - refused.
const TABLE: [(Listener, Option<&str>, &str); 16] = [
    // No CA file: the system's store knows neither the test CA nor the self-signed ones.
    (Listener::Tls, None, "++++----"),
    (Listener::TlsWrongName, None, "++------"),
    (Listener::TlsSelfSigned, None, "++++-+-+"),
    (Listener::TlsWith("alone-leaf.crt", "alone-leaf.key"), None, "++++-+-+"),
    (Listener::TlsWith("alone-elsewhere.crt", "alone-elsewhere.key"), None, "++---+--"),
    // The test CA: its being there switches verification on.
    (Listener::Tls, Some("ca.crt"), "++++++++"),
    (Listener::TlsWrongName, Some("ca.crt"), "++--++--"),
    (Listener::TlsSelfSigned, Some("ca.crt"), "-+-+-+-+"),
    // Another CA: only what signs itself can pass, and only if allowed.
    (Listener::Tls, Some("other-ca.crt"), "--------"),
    (Listener::TlsWrongName, Some("other-ca.crt"), "--------"),
    (Listener::TlsSelfSigned, Some("other-ca.crt"), "-+-+-+-+"),
    // The self-signed certificate itself.
    (Listener::Tls, Some("alone.crt"), "--------"),
    (Listener::TlsWrongName, Some("alone.crt"), "--------"),
    (Listener::TlsSelfSigned, Some("alone.crt"), "++++++++"),
    (Listener::TlsWith("alone-leaf.crt", "alone-leaf.key"), Some("alone-leaf.crt"), "++++++++"),
    (
        Listener::TlsWith("alone-elsewhere.crt", "alone-elsewhere.key"),
        Some("alone-elsewhere.crt"),
        "++--++--",
    ),
];

#[test]
fn every_combination_of_switches_and_servers() {
    let mut listeners: Vec<Listener> = Vec::new();
    for (listener, _, _) in TABLE {
        if !listeners.contains(&listener) {
            listeners.push(listener);
        }
    }
    let broker = Mosquitto::start(&listeners);
    let mut wrong = Vec::new();
    let mut sessions = 0;
    for (listener, ca, row) in TABLE {
        assert_eq!(row.len(), SWITCHES.len());
        for ((peer, name, self_signed), wanted) in SWITCHES.into_iter().zip(row.chars()) {
            let tls = TlsSettings {
                ca_file: ca.map(file),
                verify_peer: peer,
                verify_peer_name: name,
                allow_self_signed: self_signed,
                ..TlsSettings::default()
            };
            let mut session = Session::start(once(tls_profile(&broker, listener, tls)));
            sessions += 1;
            let case = format!(
                "{listener:?} with {ca:?}, peer {peer}, name {name}, self-signed {self_signed}"
            );
            let got = match session.next_state("an answer") {
                LinkState::Connected { tls: Some(facts), .. } => {
                    // What is said to be checked was asked for; what was asked for and not
                    // checked is said.
                    assert_eq!(facts.name_verified, name, "{case}");
                    let chain = (peer || ca.is_some()) && !facts.self_signed_accepted;
                    assert_eq!(facts.chain_verified, chain, "{case}");
                    assert!(!facts.self_signed_accepted || self_signed, "{case}");
                    assert_eq!(facts.skipped().is_none(), chain && name, "{case}");
                    '+'
                }
                // An empty system store is a fault of its own kind.
                LinkState::Failed { failure }
                    if failure.cause == Cause::Certificate
                        || (failure.cause == Cause::File && ca.is_none()) =>
                {
                    '-'
                }
                other => panic!("{case}: {other:#?}"),
            };
            if got != wanted {
                wrong.push(format!("{case}: {got} instead of {wanted}"));
            }
        }
    }
    assert_eq!(sessions, TABLE.len() * 8);
    assert!(wrong.is_empty(), "{wrong:#?}");
}
