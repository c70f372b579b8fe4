//! Which servers are accepted with which switches: what PHP's OpenSSL accepts, written down case
//! by case.

use usp_scope::mqtt::link::{Cause, LinkState};
use usp_scope::profile::model::TlsSettings;

use crate::mosquitto::certificates::file;
use crate::mosquitto::{Listener, Mosquitto};
use crate::session::{Session, once};
use crate::{ALONE_EXPIRED, BELOW_OLD, CHAIN, CN_ONLY, NO_CHAIN, VERSION_1, tls_profile};

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

const SIGNED: Listener = Listener::Tls;
const WRONG_NAME: Listener = Listener::TlsWrongName;
/// Signed by itself with the CA flag, as `openssl req -x509` makes them, and without.
const ALONE: Listener = Listener::TlsSelfSigned;
const ALONE_LEAF: Listener = Listener::TlsWith("alone-leaf.crt", "alone-leaf.key");
const ALONE_ELSEWHERE: Listener = Listener::TlsWith("alone-elsewhere.crt", "alone-elsewhere.key");

type Row = (Option<&'static str>, Listener, &'static str);

/// Per CA file and server, in the order of [`SWITCHES`]: + is accepted, - refused. Each row is
/// what PHP 8.2 answered when php-mqtt's context options were given to it.
#[rustfmt::skip]
const TABLE: &[Row] = &[
    (None, SIGNED, "++++----"),
    (None, WRONG_NAME, "++------"),
    (None, ALONE, "++++-+-+"),
    (None, ALONE_LEAF, "++++-+-+"),
    (None, ALONE_ELSEWHERE, "++---+--"),
    (None, CHAIN, "++++----"),
    (None, NO_CHAIN, "++++----"),
    (None, ALONE_EXPIRED, "++++----"),
    (Some("ca.crt"), SIGNED, "++++++++"),
    (Some("ca.crt"), WRONG_NAME, "++--++--"),
    (Some("ca.crt"), ALONE, "-+-+-+-+"),
    (Some("ca.crt"), ALONE_LEAF, "-+-+-+-+"),
    (Some("ca.crt"), ALONE_ELSEWHERE, "-+---+--"),
    (Some("ca.crt"), CHAIN, "++++++++"),
    (Some("ca.crt"), NO_CHAIN, "--------"),
    (Some("ca.crt"), ALONE_EXPIRED, "--------"),
    (Some("other-ca.crt"), SIGNED, "--------"),
    (Some("other-ca.crt"), WRONG_NAME, "--------"),
    (Some("other-ca.crt"), ALONE, "-+-+-+-+"),
    (Some("other-ca.crt"), ALONE_LEAF, "-+-+-+-+"),
    (Some("other-ca.crt"), ALONE_ELSEWHERE, "-+---+--"),
    (Some("other-ca.crt"), CHAIN, "--------"),
    (Some("other-ca.crt"), NO_CHAIN, "--------"),
    (Some("other-ca.crt"), ALONE_EXPIRED, "--------"),
    (Some("alone.crt"), SIGNED, "--------"),
    (Some("alone.crt"), WRONG_NAME, "--------"),
    (Some("alone.crt"), ALONE, "++++++++"),
    (Some("alone.crt"), ALONE_LEAF, "-+-+-+-+"),
    (Some("alone.crt"), ALONE_ELSEWHERE, "-+---+--"),
    (Some("alone.crt"), CHAIN, "--------"),
    (Some("alone.crt"), NO_CHAIN, "--------"),
    (Some("alone.crt"), ALONE_EXPIRED, "--------"),
    (Some("alone-leaf.crt"), SIGNED, "--------"),
    (Some("alone-leaf.crt"), WRONG_NAME, "--------"),
    (Some("alone-leaf.crt"), ALONE, "-+-+-+-+"),
    (Some("alone-leaf.crt"), ALONE_LEAF, "++++++++"),
    (Some("alone-leaf.crt"), ALONE_ELSEWHERE, "-+---+--"),
    (Some("alone-leaf.crt"), CHAIN, "--------"),
    (Some("alone-leaf.crt"), NO_CHAIN, "--------"),
    (Some("alone-leaf.crt"), ALONE_EXPIRED, "--------"),
    (Some("alone-elsewhere.crt"), SIGNED, "--------"),
    (Some("alone-elsewhere.crt"), WRONG_NAME, "--------"),
    (Some("alone-elsewhere.crt"), ALONE, "-+-+-+-+"),
    (Some("alone-elsewhere.crt"), ALONE_LEAF, "-+-+-+-+"),
    (Some("alone-elsewhere.crt"), ALONE_ELSEWHERE, "++--++--"),
    (Some("alone-elsewhere.crt"), CHAIN, "--------"),
    (Some("alone-elsewhere.crt"), NO_CHAIN, "--------"),
    (Some("alone-elsewhere.crt"), ALONE_EXPIRED, "--------"),
    (Some("intermediate.crt"), SIGNED, "--------"),
    (Some("intermediate.crt"), WRONG_NAME, "--------"),
    (Some("intermediate.crt"), ALONE, "-+-+-+-+"),
    (Some("intermediate.crt"), ALONE_LEAF, "-+-+-+-+"),
    (Some("intermediate.crt"), ALONE_ELSEWHERE, "-+---+--"),
    (Some("intermediate.crt"), CHAIN, "--------"),
    (Some("intermediate.crt"), NO_CHAIN, "--------"),
    (Some("intermediate.crt"), ALONE_EXPIRED, "--------"),
    (Some("server.crt"), SIGNED, "--------"),
    (Some("server.crt"), WRONG_NAME, "--------"),
    (Some("server.crt"), ALONE, "-+-+-+-+"),
    (Some("server.crt"), ALONE_LEAF, "-+-+-+-+"),
    (Some("server.crt"), ALONE_ELSEWHERE, "-+---+--"),
    (Some("server.crt"), CHAIN, "--------"),
    (Some("server.crt"), NO_CHAIN, "--------"),
    (Some("server.crt"), ALONE_EXPIRED, "--------"),
    (Some("alone-expired.crt"), SIGNED, "--------"),
    (Some("alone-expired.crt"), WRONG_NAME, "--------"),
    (Some("alone-expired.crt"), ALONE, "-+-+-+-+"),
    (Some("alone-expired.crt"), ALONE_LEAF, "-+-+-+-+"),
    (Some("alone-expired.crt"), ALONE_ELSEWHERE, "-+---+--"),
    (Some("alone-expired.crt"), CHAIN, "--------"),
    (Some("alone-expired.crt"), NO_CHAIN, "--------"),
    (Some("alone-expired.crt"), ALONE_EXPIRED, "--------"),
    (None, BELOW_OLD, "++++----"),
    (Some("ca.crt"), BELOW_OLD, "--------"),
    (Some("old-ca.crt"), BELOW_OLD, "--------"),
];

/// Where this app is stricter than PHP, because rustls is: a CN is no name, X.509 version 1 no
/// certificate. PHP accepts all of these but the unverified chains.
#[rustfmt::skip]
const STRICTER: &[Row] = &[
    (None, CN_ONLY, "++------"),
    (Some("ca.crt"), CN_ONLY, "++--++--"),
    (Some("other-ca.crt"), CN_ONLY, "--------"),
    (None, VERSION_1, "--------"),
    (Some("ca.crt"), VERSION_1, "--------"),
];

#[test]
fn every_combination_of_switches_and_servers() {
    let mut listeners: Vec<Listener> = Vec::new();
    let rows: Vec<Row> = TABLE.iter().chain(STRICTER).copied().collect();
    for (_, listener, row) in &rows {
        assert_eq!(row.len(), SWITCHES.len());
        if !listeners.contains(listener) {
            listeners.push(*listener);
        }
    }
    assert_eq!(rows.len(), 75 + 5);
    let broker = Mosquitto::start(&listeners);
    let wrong: Vec<String> = std::thread::scope(|scope| {
        let parts: Vec<_> = rows
            .chunks(rows.len() / 4)
            .map(|part| {
                scope.spawn(|| part.iter().flat_map(|row| differences(&broker, *row)).collect())
            })
            .collect();
        parts.into_iter().flat_map(|part| -> Vec<String> { part.join().unwrap() }).collect()
    });
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Every switch of a row where the answer is not the one written down.
fn differences(broker: &Mosquitto, (ca, listener, row): Row) -> Vec<String> {
    let mut wrong = Vec::new();
    for ((peer, name, self_signed), wanted) in SWITCHES.into_iter().zip(row.chars()) {
        let tls = TlsSettings {
            ca_file: ca.map(file),
            verify_peer: peer,
            verify_peer_name: name,
            allow_self_signed: self_signed,
            ..TlsSettings::default()
        };
        let case = format!(
            "{listener:?} with {ca:?}, peer {peer}, name {name}, self-signed {self_signed}"
        );
        let mut session = Session::start(once(tls_profile(broker, listener, tls)));
        let got = match session.next_state("an answer") {
            LinkState::Connected { tls: Some(facts), .. } => {
                // What is said to be checked was asked for; what was not checked is said.
                assert_eq!(facts.name_verified, name, "{case}");
                let chain = (peer || ca.is_some()) && !facts.self_signed_accepted;
                assert_eq!(facts.chain_verified, chain, "{case}");
                assert!(!facts.self_signed_accepted || self_signed, "{case}");
                assert_eq!(facts.skipped().is_none(), chain && name, "{case}");
                '+'
            }
            // An empty system store and a CA file without a root are faults of their own.
            LinkState::Failed { failure }
                if about_the_certificate(failure.cause)
                    || (failure.cause == Cause::File
                        && (ca.is_none() || failure.what.contains("is not a root"))) =>
            {
                '-'
            }
            other => panic!("{case}: {other:#?}"),
        };
        if got != wanted {
            wrong.push(format!("{case}: {got} instead of {wanted}"));
        }
    }
    wrong
}

/// Refusals that the verifier makes.
fn about_the_certificate(cause: Cause) -> bool {
    matches!(
        cause,
        Cause::UnknownCa
            | Cause::SelfSigned
            | Cause::Expired
            | Cause::NameMismatch
            | Cause::NoNames
            | Cause::CaNotValid
            | Cause::CertificateVersion
            | Cause::Certificate
    )
}
