//! Takes a PEM file apart into its sections, with the headers of old encrypted keys, which no
//! reader of certificates knows. Pure; the caller bounds the file.

use rustls_pki_types::pem::{PemObject as _, SectionKind};
use zeroize::Zeroizing;

/// One `-----BEGIN …-----` section.
pub(super) struct Section {
    /// The words after BEGIN.
    pub label: String,
    /// `Name: value` lines before the data.
    pub headers: Vec<(String, String)>,
    /// The data; `None` if the section is not closed or its base64 is damaged.
    pub der: Option<Zeroizing<Vec<u8>>>,
}

impl Section {
    /// True for a certificate, by either of the names OpenSSL knows.
    pub fn is_certificate(&self) -> bool {
        matches!(self.label.as_str(), "CERTIFICATE" | "X509 CERTIFICATE")
    }

    /// True for a private key of any form.
    pub fn is_key(&self) -> bool {
        self.label == "PRIVATE KEY" || self.label.ends_with(" PRIVATE KEY")
    }

    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }
}

/// All sections in the order they stand; text around them is ignored.
pub(super) fn sections(bytes: &[u8]) -> Vec<Section> {
    let mut found = Vec::new();
    let mut lines = bytes.split(|byte| matches!(byte, b'\n' | b'\r')).map(<[u8]>::trim_ascii);
    while let Some(line) = lines.next() {
        let Some(label) = marker(line, b"-----BEGIN ") else { continue };
        let mut section = Section { label: label.clone(), headers: Vec::new(), der: None };
        let mut data = Zeroizing::new(Vec::new());
        for line in lines.by_ref() {
            if line.starts_with(b"-----") {
                if marker(line, b"-----END ").as_deref() == Some(label.as_str()) {
                    section.der = decode(&data);
                }
                break;
            }
            match header(line) {
                Some(pair) if data.is_empty() => section.headers.push(pair),
                _ => data.extend_from_slice(line),
            }
        }
        found.push(section);
    }
    found
}

fn marker(line: &[u8], start: &[u8]) -> Option<String> {
    let label = line.strip_prefix(start)?.strip_suffix(b"-----")?;
    std::str::from_utf8(label).ok().map(str::to_owned)
}

/// A header; base64 has no colon.
fn header(line: &[u8]) -> Option<(String, String)> {
    let (name, value) = std::str::from_utf8(line).ok()?.split_once(':')?;
    Some((name.to_owned(), value.trim().to_owned()))
}

/// Base64 through the library's reader of PEM, which decodes keys without a trace in timing.
fn decode(data: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let plain = Zeroizing::new(
        [b"-----BEGIN PRIVATE KEY-----\n", data, b"\n-----END PRIVATE KEY-----\n"].concat(),
    );
    let (_, der) = <(SectionKind, Vec<u8>)>::from_pem_slice(&plain).ok()?;
    Some(Zeroizing::new(der))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn sections_headers_and_damage() {
        let text = "Certificate:\n  Data: x\n-----BEGIN CERTIFICATE-----\r\nMAAw\r\n-----END \
                    CERTIFICATE-----\nnoise\n-----BEGIN RSA PRIVATE KEY-----\nProc-Type: \
                    4,ENCRYPTED\nDEK-Info: DES-CBC,00\n\nAAAA\nAAAA\n-----END RSA PRIVATE \
                    KEY-----\n-----BEGIN PRIVATE KEY-----\n!!!!\n-----END PRIVATE KEY-----\n\
                    -----BEGIN PUBLIC KEY-----\nAAAA";
        let found = sections(text.as_bytes());
        let labels: Vec<&str> = found.iter().map(|s| s.label.as_str()).collect();
        assert_eq!(labels, ["CERTIFICATE", "RSA PRIVATE KEY", "PRIVATE KEY", "PUBLIC KEY"]);
        assert!(found[0].is_certificate() && !found[0].is_key());
        assert_eq!(found[0].der.as_ref().unwrap().as_slice(), [0x30, 0, 0x30]);
        assert!(found[1].is_key());
        assert_eq!(found[1].header("DEK-Info"), Some("DES-CBC,00"));
        assert_eq!(found[1].der.as_ref().unwrap().len(), 6);
        assert!(found[2].der.is_none() && found[3].der.is_none());
        assert!(sections(b"").is_empty());
    }

    proptest! {
        #[test]
        fn any_text_is_answered(text in "(-----(BEGIN|END) [A-Z ]{0,12}-----|[a-zA-Z0-9+/=: \r]|\n){0,60}") {
            prop_assert!(sections(text.as_bytes()).len() <= 60);
        }
    }
}
