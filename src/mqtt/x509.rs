//! The little of X.509 that rustls does not tell: who a certificate names, and whether its own
//! key signed it. Reads untrusted DER; every length is checked.

use rustls::pki_types::{CertificateDer, SignatureVerificationAlgorithm};

const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const BIT_STRING: u8 = 0x03;
const OID: u8 = 0x06;
const VERSION: u8 = 0xa0;

/// Longest name shown, characters.
const MAX_NAME: usize = 200;

/// Whom a certificate names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Names {
    /// As `CN=…, O=…`.
    pub subject: String,
    pub issuer: String,
    /// True if both are the same.
    pub self_issued: bool,
}

struct Cert<'a> {
    signed: &'a [u8],
    issuer: &'a [u8],
    subject: &'a [u8],
    key_algorithm: &'a [u8],
    key: &'a [u8],
    signature_algorithm: &'a [u8],
    signature: &'a [u8],
}

/// Subject and issuer; `None` if the bytes are no certificate.
pub(super) fn names(der: &CertificateDer<'_>) -> Option<Names> {
    let cert = parse(der)?;
    Some(Names {
        subject: name_text(cert.subject),
        issuer: name_text(cert.issuer),
        self_issued: cert.subject == cert.issuer,
    })
}

/// True if issuer and subject are equal and the certificate's own key made its signature.
pub(super) fn signs_itself(
    der: &CertificateDer<'_>,
    algorithms: &[&dyn SignatureVerificationAlgorithm],
) -> bool {
    let Some(cert) = parse(der) else {
        return false;
    };
    cert.issuer == cert.subject
        && algorithms.iter().any(|algorithm| {
            algorithm.signature_alg_id().as_ref() == cert.signature_algorithm
                && algorithm.public_key_alg_id().as_ref() == cert.key_algorithm
                && algorithm.verify_signature(cert.key, cert.signed, cert.signature).is_ok()
        })
}

fn parse<'a>(der: &'a CertificateDer<'_>) -> Option<Cert<'a>> {
    let mut outer = Reader(der.as_ref());
    let mut cert = Reader(outer.expect(SEQUENCE)?);
    let (tag, signed_content, signed) = cert.next()?;
    if tag != SEQUENCE {
        return None;
    }
    let signature_algorithm = cert.expect(SEQUENCE)?;
    let signature = bits(cert.expect(BIT_STRING)?)?;

    let mut tbs = Reader(signed_content);
    let (tag, _, _) = tbs.next()?;
    if tag == VERSION {
        tbs.next()?; // serial number
    }
    tbs.expect(SEQUENCE)?; // signature algorithm again
    let issuer = tbs.expect(SEQUENCE)?;
    tbs.expect(SEQUENCE)?; // validity
    let subject = tbs.expect(SEQUENCE)?;
    let mut key_info = Reader(tbs.expect(SEQUENCE)?);
    let key_algorithm = key_info.expect(SEQUENCE)?;
    let key = bits(key_info.expect(BIT_STRING)?)?;
    Some(Cert { signed, issuer, subject, key_algorithm, key, signature_algorithm, signature })
}

/// The bytes of a BIT STRING without unused bits.
fn bits(content: &[u8]) -> Option<&[u8]> {
    content.strip_prefix(&[0])
}

/// A distinguished name in words, attributes in the order they stand.
fn name_text(name: &[u8]) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut sets = Reader(name);
    while let Some(set) = sets.expect(SET) {
        let mut attributes = Reader(set);
        while let Some(attribute) = attributes.expect(SEQUENCE) {
            let mut attribute = Reader(attribute);
            let (Some(oid), Some((_, value, _))) = (attribute.expect(OID), attribute.next()) else {
                continue;
            };
            let label = match oid {
                [0x55, 0x04, 0x03] => "CN=",
                [0x55, 0x04, 0x06] => "C=",
                [0x55, 0x04, 0x07] => "L=",
                [0x55, 0x04, 0x08] => "ST=",
                [0x55, 0x04, 0x0a] => "O=",
                [0x55, 0x04, 0x0b] => "OU=",
                _ => "",
            };
            if !label.is_empty() {
                parts.push(format!("{label}{}", String::from_utf8_lossy(value)));
            }
        }
    }
    // The name comes from the other side: nothing invisible may get on a screen.
    let mut shown = String::new();
    for c in parts.join(", ").chars().take(MAX_NAME) {
        shown.extend(c.escape_debug());
    }
    shown.replace("\\'", "'").replace("\\\"", "\"")
}

/// Reads DER elements one after the other.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// Tag, content, and the whole element.
    fn next(&mut self) -> Option<(u8, &'a [u8], &'a [u8])> {
        let (&tag, rest) = self.0.split_first()?;
        let (&first, mut rest) = rest.split_first()?;
        let len = if first < 0x80 {
            usize::from(first)
        } else {
            let count = usize::from(first & 0x7f);
            if count == 0 || count > 4 {
                return None;
            }
            let (bytes, tail) = rest.split_at_checked(count)?;
            rest = tail;
            bytes.iter().fold(0usize, |len, b| (len << 8) | usize::from(*b))
        };
        let (content, tail) = rest.split_at_checked(len)?;
        let whole = self.0.get(..self.0.len() - tail.len())?;
        self.0 = tail;
        Some((tag, content, whole))
    }

    /// The content of the next element if it has this tag.
    fn expect(&mut self, tag: u8) -> Option<&'a [u8]> {
        match self.next()? {
            (found, content, _) if found == tag => Some(content),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn element(tag: u8, content: &[u8]) -> Vec<u8> {
        let mut out = vec![tag];
        if content.len() < 0x80 {
            out.push(content.len() as u8);
        } else {
            out.push(0x82);
            out.extend_from_slice(&(content.len() as u16).to_be_bytes());
        }
        out.extend_from_slice(content);
        out
    }

    #[test]
    fn names_are_words_without_surprises() {
        let attribute = |oid: &[u8], text: &str| {
            let pair = [element(OID, oid), element(0x0c, text.as_bytes())].concat();
            element(SET, &element(SEQUENCE, &pair))
        };
        let name = [
            attribute(&[0x55, 4, 0x0a], "Acme"),
            attribute(&[0x55, 4, 3], "a\u{202e}b\n\"c\""),
            attribute(&[0x55, 4, 0x99], "unknown kind"),
        ]
        .concat();
        assert_eq!(name_text(&name), "O=Acme, CN=a\\u{202e}b\\n\"c\"");
        assert_eq!(name_text(&attribute(&[0x55, 4, 3], &"x".repeat(5000))).len(), MAX_NAME);
    }

    proptest! {
        #[test]
        fn any_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let cert = CertificateDer::from(bytes);
            let _ = names(&cert);
            prop_assert!(!signs_itself(&cert, rustls::crypto::ring::default_provider()
                .signature_verification_algorithms.all));
        }

        #[test]
        fn nested_noise_is_answered(bytes in prop::collection::vec(
            prop::sample::select(vec![0x30, 0x31, 0x03, 0x06, 0xa0, 0x02, 0, 1, 5, 9, 0x82]), 0..120)) {
            let _ = names(&CertificateDer::from(element(SEQUENCE, &bytes)));
        }
    }
}
