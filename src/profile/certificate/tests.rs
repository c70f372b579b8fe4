//! Names without surprises, ages, and any bytes at all. Real certificates are read in
//! `tests/tls`.

use proptest::prelude::*;

use super::*;

fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    match content.len() {
        len @ ..0x80 => out.push(len as u8),
        len @ 0x80..0x100 => out.extend([0x81, len as u8]),
        len => {
            out.push(0x82);
            out.extend_from_slice(&(len as u16).to_be_bytes());
        }
    }
    out.extend_from_slice(content);
    out
}

const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;

fn attribute(oid: &[u8], text: &[u8]) -> Vec<u8> {
    let pair = [element(6, oid), element(0x0c, text)].concat();
    element(SET, &element(SEQUENCE, &pair))
}

/// A certificate with these parts; the signature is nothing.
fn certificate(subject: &[u8], names: &[u8]) -> Vec<u8> {
    let algorithm = element(SEQUENCE, &element(6, &[0x2a, 0x86, 0x48]));
    let validity = element(
        SEQUENCE,
        &[element(0x17, b"200101000000Z"), element(0x18, b"99991231235959Z")].concat(),
    );
    let key = element(SEQUENCE, &[algorithm.clone(), element(3, &[0, 1, 2, 3])].concat());
    let extension =
        element(SEQUENCE, &[element(6, &[0x55, 0x1d, 0x11]), element(4, names)].concat());
    let extensions = element(0xa3, &element(SEQUENCE, &extension));
    let tbs = element(
        SEQUENCE,
        &[
            element(0xa0, &element(2, &[2])),
            element(2, &[1]),
            algorithm.clone(),
            element(SEQUENCE, &attribute(&[0x55, 4, 3], b"issuer")),
            validity,
            element(SEQUENCE, subject),
            key,
            extensions,
        ]
        .concat(),
    );
    element(SEQUENCE, &[tbs, algorithm, element(3, &[0, 9])].concat())
}

#[test]
fn names_are_words_without_surprises() {
    let subject = [
        attribute(&[0x55, 4, 0x0a], b"Acme"),
        attribute(&[0x55, 4, 3], "a\u{202e}b\n\"c\"".as_bytes()),
        attribute(&[0x55, 4, 0x63], b"unknown kind"),
        attribute(&[0x55, 4, 0x0b], b"not \xff UTF-8"),
    ]
    .concat();
    let names = element(
        SEQUENCE,
        &[
            element(0x82, b"a.example"),
            element(0x87, &[192, 0, 2, 1]),
            element(0x87, &[0; 15]),
            element(0x87, &[0; 16]),
            element(0x86, b"urn:BBF:usp:id:os::00D09E-1"),
            element(0x86, b"urn:other"),
            element(0xa3, &[]),
            element(0x81, b"a@b.example"),
            element(0x82, b"line\nfeed"),
        ]
        .concat(),
    );
    let der = certificate(&subject, &names);
    let Some(facts) = facts(&der) else { unreachable!("a certificate") };
    assert_eq!(facts.subject, "O=Acme, CN=a\\u{202e}b\\n\"c\", OU=not \u{fffd} UTF-8");
    assert_eq!(facts.issuer, "CN=issuer");
    assert_eq!(
        facts.names,
        [
            "DNS:a.example",
            "IP:192.0.2.1",
            "IP:::",
            "URI:urn:BBF:usp:id:os::00D09E-1",
            "URI:urn:other",
            "email:a@b.example",
            "DNS:line\\nfeed",
        ]
    );
    assert_eq!(facts.usp_endpoint_ids, ["os::00D09E-1"]);
    assert_eq!(facts.not_before.0, 1_577_836_800_000_000_000);
    assert_eq!(facts.not_after.0, i64::MAX);
    assert!(!facts.self_issued && !facts.is_ca);
    assert_eq!(facts.fingerprint_sha256.len(), 64);
    let found = certificates(&der);
    assert_eq!((found.certificates.len(), found.damaged), (1, 0));
    assert_eq!(certificates(&der[1..]), Found::default());
}

#[test]
fn what_is_shown_is_bounded() {
    let long = attribute(&[0x55, 4, 3], &[b'x'; 5000]);
    let many: Vec<u8> = (0..300u16).flat_map(|n| element(0x82, &n.to_be_bytes())).collect();
    let found = facts(&certificate(&long, &element(SEQUENCE, &many)));
    assert!(found.is_some_and(|f| f.subject.len() == MAX_NAME && f.names.len() <= MAX_NAMES));
}

#[test]
fn ages_and_warnings() {
    const DAY: i64 = 24 * 3600 * 1_000_000_000;
    let facts = CertificateFacts {
        not_before: Timestamp(10 * DAY),
        not_after: Timestamp(100 * DAY),
        subject: "CN=x".to_owned(),
        ..CertificateFacts::unreadable(b"")
    };
    let age = |nanos| facts.age(Timestamp(nanos));
    assert_eq!(age(10 * DAY - 1), Age::NotYetValid);
    assert_eq!(age(10 * DAY), Age::Good);
    assert_eq!(age(70 * DAY - 1), Age::Good);
    assert_eq!(age(70 * DAY), Age::Ending { days: 30 });
    assert_eq!(age(100 * DAY), Age::Ending { days: 0 });
    assert_eq!(age(100 * DAY + 1), Age::Expired);
    let warning = |nanos| facts.warning("It", Timestamp(nanos));
    assert_eq!(warning(20 * DAY), None);
    assert_eq!(warning(98 * DAY).as_deref(), Some("It (CN=x) expires in 2 days, on 1970-04-11."));
    assert_eq!(warning(200 * DAY).as_deref(), Some("It (CN=x) expired on 1970-04-11."));
}

#[test]
fn only_what_signed_itself_did() {
    let own = rustls::crypto::ring::default_provider().signature_verification_algorithms;
    let der = certificate(&attribute(&[0x55, 4, 3], b"issuer"), &element(SEQUENCE, &[]));
    assert!(facts(&der).is_some_and(|f| f.self_issued));
    assert!(!signs_itself(&der, own.all));
}

proptest! {
    #[test]
    fn any_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let own = rustls::crypto::ring::default_provider().signature_verification_algorithms;
        let _ = facts(&bytes);
        let _ = certificates(&bytes);
        prop_assert!(!signs_itself(&bytes, own.all));
    }

    #[test]
    fn a_changed_certificate_is_answered(
        changes in prop::collection::vec((0usize..260, any::<u8>()), 1..4),
    ) {
        let names = element(SEQUENCE, &element(0x82, b"a.example"));
        let mut der = certificate(&attribute(&[0x55, 4, 3], b"subject"), &names);
        for (at, byte) in changes {
            if let Some(place) = der.get_mut(at) {
                *place = byte;
            }
        }
        if let Some(facts) = facts(&der) {
            prop_assert!(facts.subject.len() <= MAX_NAME * 10);
        }
    }

    #[test]
    fn nested_noise_is_answered(bytes in prop::collection::vec(
        prop::sample::select(vec![0x30, 0x31, 0x03, 0x06, 0xa0, 0xa3, 0x02, 0, 1, 5, 9, 0x82]),
        0..120,
    )) {
        let _ = facts(&element(SEQUENCE, &bytes));
        let _ = name_text(&element(SEQUENCE, &bytes));
    }
}
