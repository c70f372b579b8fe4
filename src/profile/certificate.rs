//! What a certificate says: names, validity, fingerprint, and whether a key belongs to it. Pure;
//! the bytes may come from anybody, so everything taken from them is bounded, and nothing
//! invisible gets on a screen.

use std::net::{Ipv4Addr, Ipv6Addr};

use rustls_pki_types::{CertificateDer, PrivateKeyDer, SignatureVerificationAlgorithm};
use sha2::{Digest as _, Sha256};
use x509_cert::der::asn1::{BitStringRef, ObjectIdentifier};
use x509_cert::der::{Decode as _, Reader as _, Result as DerResult, SliceReader, Tag, TagNumber};
use x509_cert::ext::Extensions;
use x509_cert::ext::pkix::BasicConstraints;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::name::Name;
use x509_cert::time::Validity;

use super::pem;
use crate::core::hex;
use crate::core::time::Timestamp;

/// Longest name shown, characters.
const MAX_NAME: usize = 200;
/// Most alternative names taken from one certificate.
const MAX_NAMES: usize = 50;
/// How long before its end a certificate is worth a warning.
const SOON_NANOS: i64 = 30 * 24 * 3600 * 1_000_000_000;
/// What TR-369 (R-SEC) puts before an Endpoint ID in a URI name.
const ENDPOINT_URN: &str = "urn:bbf:usp:id:";

const SUBJECT_ALT_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.17");
const BASIC_CONSTRAINTS: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.19");

/// What a certificate says about itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CertificateFacts {
    /// Whom it names, as `O=…, CN=…`.
    pub subject: String,
    /// Who signed it, in the same form.
    pub issuer: String,
    /// True if both are the same.
    pub self_issued: bool,
    /// Subject alternative names: `DNS:x`, `IP:192.0.2.1`, `URI:urn:…`, `email:x`.
    pub names: Vec<String>,
    /// USP Endpoint IDs among them (TR-369: `urn:bbf:usp:id:` and the id).
    pub usp_endpoint_ids: Vec<String>,
    /// True if it may sign other certificates.
    pub is_ca: bool,
    /// Start of its validity.
    pub not_before: Timestamp,
    /// End of its validity; years after 2262 are cut to it.
    pub not_after: Timestamp,
    /// SHA-256 over the whole certificate, lower-case hex.
    pub fingerprint_sha256: String,
}

/// Where a certificate stands in its life.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Age {
    /// Its validity has not begun.
    NotYetValid,
    /// Valid for more than thirty days.
    Good,
    /// Valid for so many days more, at most thirty.
    Ending {
        /// Whole days left.
        days: i64,
    },
    /// Its validity is over.
    Expired,
}

impl CertificateFacts {
    /// Where it stands at `now`.
    #[must_use]
    pub fn age(&self, now: Timestamp) -> Age {
        let left = self.not_after.nanos_since(now);
        if now < self.not_before {
            Age::NotYetValid
        } else if left < 0 {
            Age::Expired
        } else if left <= SOON_NANOS {
            Age::Ending { days: left / (24 * 3600 * 1_000_000_000) }
        } else {
            Age::Good
        }
    }

    /// A warning about `whose` certificate if it has expired or ends within thirty days.
    #[must_use]
    pub fn warning(&self, whose: &str, now: Timestamp) -> Option<String> {
        let subject = &self.subject;
        match self.age(now) {
            Age::Good | Age::NotYetValid => None,
            Age::Expired => {
                Some(format!("{whose} ({subject}) expired on {}.", date(self.not_after)))
            }
            Age::Ending { days } => {
                let left = match days {
                    0 => "today or tomorrow".to_owned(),
                    1 => "in 1 day".to_owned(),
                    _ => format!("in {days} days"),
                };
                Some(format!("{whose} ({subject}) expires {left}, on {}.", date(self.not_after)))
            }
        }
    }

    /// What is left to say about bytes that cannot be read as a certificate.
    #[must_use]
    pub fn unreadable(der: &[u8]) -> Self {
        Self {
            subject: "unreadable certificate".to_owned(),
            issuer: String::new(),
            self_issued: false,
            names: Vec::new(),
            usp_endpoint_ids: Vec::new(),
            is_ca: false,
            not_before: Timestamp(i64::MIN),
            not_after: Timestamp(i64::MAX),
            fingerprint_sha256: fingerprint(der),
        }
    }
}

/// A date for sentences, UTC.
#[must_use]
pub fn date(at: Timestamp) -> String {
    jiff::Timestamp::from_second(at.0.div_euclid(1_000_000_000))
        .map_or_else(|_| "an impossible date".to_owned(), |t| t.strftime("%F").to_string())
}

/// The facts of one DER certificate; `None` if the bytes are none.
#[must_use]
pub fn facts(der: &[u8]) -> Option<CertificateFacts> {
    let parts = parts(der).ok()?;
    let validity: Validity = Validity::from_der(parts.validity).ok()?;
    let (names, usp_endpoint_ids) = parts.alternative_names();
    Some(CertificateFacts {
        subject: name_text(parts.subject),
        issuer: name_text(parts.issuer),
        self_issued: parts.subject == parts.issuer,
        names,
        usp_endpoint_ids,
        is_ca: parts.is_ca(),
        not_before: timestamp(validity.not_before.to_unix_duration()),
        not_after: timestamp(validity.not_after.to_unix_duration()),
        fingerprint_sha256: fingerprint(der),
    })
}

/// The certificates of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// In the order they stand.
    pub certificates: Vec<CertificateDer<'static>>,
    /// Sections labelled as certificates that hold none.
    pub damaged: usize,
}

/// All certificates of a PEM file, or the one of a DER file.
#[must_use]
pub fn certificates(bytes: &[u8]) -> Found {
    let mut found = Found::default();
    let sections = pem::sections(bytes);
    if sections.is_empty() && parts(bytes).is_ok() {
        found.certificates.push(CertificateDer::from(bytes.to_vec()));
    }
    for section in sections.iter().filter(|section| section.is_certificate()) {
        match section.der.as_ref().filter(|der| parts(der).is_ok()) {
            Some(der) => found.certificates.push(CertificateDer::from(der.to_vec())),
            None => found.damaged += 1,
        }
    }
    found
}

/// Whether `key` belongs to the certificate; `None` if that cannot be told.
#[must_use]
pub fn belongs(der: &[u8], key: &PrivateKeyDer<'_>) -> Option<bool> {
    let parts = parts(der).ok()?;
    let key = rustls::crypto::ring::sign::any_supported_type(key).ok()?;
    Some(key.public_key()?.as_ref() == parts.public_key_info)
}

/// True if issuer and subject are equal, as in every root.
#[must_use]
pub fn is_self_issued(der: &[u8]) -> bool {
    parts(der).is_ok_and(|parts| parts.issuer == parts.subject)
}

/// True if issuer and subject are equal and the certificate's own key made its signature.
#[must_use]
pub fn signs_itself(der: &[u8], algorithms: &[&dyn SignatureVerificationAlgorithm]) -> bool {
    let Ok(parts) = parts(der) else {
        return false;
    };
    parts.issuer == parts.subject
        && algorithms.iter().any(|algorithm| {
            algorithm.signature_alg_id().as_ref() == parts.signature_algorithm
                && algorithm.public_key_alg_id().as_ref() == parts.key_algorithm
                && algorithm.verify_signature(parts.key, parts.signed, parts.signature).is_ok()
        })
}

/// The pieces of a certificate as they stand, so that one odd field does not hide the others.
struct Parts<'a> {
    signed: &'a [u8],
    issuer: &'a [u8],
    validity: &'a [u8],
    subject: &'a [u8],
    public_key_info: &'a [u8],
    /// Content of the algorithm identifier.
    key_algorithm: &'a [u8],
    key: &'a [u8],
    extensions: Option<&'a [u8]>,
    /// Content of the algorithm identifier.
    signature_algorithm: &'a [u8],
    signature: &'a [u8],
}

fn parts(der: &[u8]) -> DerResult<Parts<'_>> {
    let mut whole = SliceReader::new(der)?;
    let (signed, signature_algorithm, signature) = whole.sequence(|cert| {
        Ok::<_, x509_cert::der::Error>((
            cert.tlv_bytes()?,
            content(cert.tlv_bytes()?)?,
            bits(cert)?,
        ))
    })?;
    let mut outer = SliceReader::new(signed)?;
    outer.sequence(|tbs| {
        if Tag::peek(tbs)?.is_context_specific() {
            tbs.tlv_bytes()?; // version
        }
        tbs.tlv_bytes()?; // serial number
        tbs.tlv_bytes()?; // signature algorithm again
        let issuer = tbs.tlv_bytes()?;
        let validity = tbs.tlv_bytes()?;
        let subject = tbs.tlv_bytes()?;
        let public_key_info = tbs.tlv_bytes()?;
        let mut extensions = None;
        while !tbs.is_finished() {
            let tag = Tag::peek(tbs)?;
            let element = tbs.tlv_bytes()?;
            if tag == (Tag::ContextSpecific { constructed: true, number: TagNumber(3) }) {
                extensions = Some(content(element)?);
            }
        }
        let mut info = SliceReader::new(public_key_info)?;
        let (key_algorithm, key) = info.sequence(|info| {
            Ok::<_, x509_cert::der::Error>((content(info.tlv_bytes()?)?, bits(info)?))
        })?;
        Ok(Parts {
            signed,
            issuer,
            validity,
            subject,
            public_key_info,
            key_algorithm,
            key,
            extensions,
            signature_algorithm,
            signature,
        })
    })
}

/// What stands inside one element.
fn content(element: &[u8]) -> DerResult<&[u8]> {
    let any = x509_cert::der::asn1::AnyRef::from_der(element)?;
    Ok(any.value())
}

/// The bytes of a BIT STRING without unused bits.
fn bits<'a>(reader: &mut SliceReader<'a>) -> DerResult<&'a [u8]> {
    let bits = <BitStringRef<'a>>::decode(reader)?;
    bits.as_bytes().ok_or_else(|| Tag::BitString.value_error().into())
}

impl Parts<'_> {
    fn extension(&self, oid: ObjectIdentifier) -> Option<Vec<u8>> {
        let all = Extensions::from_der(self.extensions?).ok()?;
        all.into_iter().find(|e| e.extn_id == oid).map(|e| e.extn_value.into_bytes().into())
    }

    fn is_ca(&self) -> bool {
        self.extension(BASIC_CONSTRAINTS)
            .and_then(|der| BasicConstraints::from_der(&der).ok())
            .is_some_and(|constraints| constraints.ca)
    }

    /// All alternative names in words, and the Endpoint IDs among them. One of an unknown kind
    /// does not hide the others.
    fn alternative_names(&self) -> (Vec<String>, Vec<String>) {
        let (mut names, mut ids) = (Vec::new(), Vec::new());
        let Some(der) = self.extension(SUBJECT_ALT_NAME) else {
            return (names, ids);
        };
        let Ok(list) = content(&der) else {
            return (names, ids);
        };
        let Ok(mut reader) = SliceReader::new(list) else {
            return (names, ids);
        };
        while !reader.is_finished() && names.len() < MAX_NAMES {
            let Ok(element) = reader.tlv_bytes() else {
                break;
            };
            let Ok(name) = GeneralName::from_der(element) else {
                continue;
            };
            let text = match &name {
                GeneralName::DnsName(dns) => format!("DNS:{}", dns.as_str()),
                GeneralName::UniformResourceIdentifier(uri) => {
                    let uri = uri.as_str();
                    if let Some(start) = uri.get(..ENDPOINT_URN.len())
                        && start.eq_ignore_ascii_case(ENDPOINT_URN)
                    {
                        ids.push(shown(&uri[ENDPOINT_URN.len()..]));
                    }
                    format!("URI:{uri}")
                }
                GeneralName::IpAddress(bytes) => match address(bytes.as_bytes()) {
                    Some(address) => format!("IP:{address}"),
                    None => continue,
                },
                GeneralName::Rfc822Name(email) => format!("email:{}", email.as_str()),
                _ => continue,
            };
            names.push(shown(&text));
        }
        (names, ids)
    }
}

fn address(bytes: &[u8]) -> Option<std::net::IpAddr> {
    if let Ok(v4) = <[u8; 4]>::try_from(bytes) {
        return Some(Ipv4Addr::from(v4).into());
    }
    <[u8; 16]>::try_from(bytes).ok().map(|v6| Ipv6Addr::from(v6).into())
}

fn timestamp(since_epoch: std::time::Duration) -> Timestamp {
    Timestamp(i64::try_from(since_epoch.as_nanos()).unwrap_or(i64::MAX))
}

fn fingerprint(der: &[u8]) -> String {
    hex::encode(&Sha256::digest(der))
}

/// A distinguished name in words, attributes in the order they stand.
fn name_text(der: &[u8]) -> String {
    let Ok(name) = Name::from_der(der) else {
        return "unreadable name".to_owned();
    };
    let mut text = String::new();
    for attribute in name.as_ref().as_ref().iter().flat_map(|set| set.as_ref().iter()) {
        let Some(label) = attribute_label(&attribute.oid) else {
            continue;
        };
        let comma = if text.is_empty() { "" } else { ", " };
        let value = String::from_utf8_lossy(attribute.value.value());
        text.push_str(&format!("{comma}{label}={value}"));
        if text.len() > MAX_NAME * 4 {
            break;
        }
    }
    shown(&text)
}

fn attribute_label(oid: &ObjectIdentifier) -> Option<&'static str> {
    Some(match oid.to_string().as_str() {
        "2.5.4.3" => "CN",
        "2.5.4.5" => "serialNumber",
        "2.5.4.6" => "C",
        "2.5.4.7" => "L",
        "2.5.4.8" => "ST",
        "2.5.4.10" => "O",
        "2.5.4.11" => "OU",
        "0.9.2342.19200300.100.1.25" => "DC",
        "1.2.840.113549.1.9.1" => "emailAddress",
        _ => return None,
    })
}

/// Bounded, and with everything invisible spelt out.
fn shown(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars().take(MAX_NAME) {
        if matches!(c, '"' | '\'') {
            out.push(c);
        } else {
            out.extend(c.escape_debug());
        }
    }
    out
}

#[cfg(test)]
mod tests;
