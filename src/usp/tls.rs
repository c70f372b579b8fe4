//! What can be seen of a TLS record from outside (RFC 8446 §5.1): enough to say what a secured
//! payload is. Nothing is decrypted.

/// Longest TLS record on the wire: 2^14 bytes and what encryption may add (RFC 5246 §6.2.3).
const MAX_RECORD: usize = (1 << 14) + 2048;

/// Head of a TLS record.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TlsHead {
    /// 20 to 24.
    pub content_type: u8,
    /// Version of the record layer; TLS 1.3 says 1.2 here.
    pub version: u16,
    /// Bytes of the record behind its head.
    pub len: usize,
    /// Type of a handshake message, if it is one that is sent in the clear.
    pub handshake_type: Option<u8>,
}

/// The head of the TLS record that `bytes` begin with; `None` if they are no TLS record.
#[must_use]
pub fn tls_head(bytes: &[u8]) -> Option<TlsHead> {
    let (head, body) = bytes.split_at_checked(5)?;
    let &[content_type, major, minor, high, low] = head else { return None };
    let len = usize::from(u16::from_be_bytes([high, low]));
    let fits = (20..=24).contains(&content_type) && major == 3 && minor <= 4 && len <= MAX_RECORD;
    let handshake_type = (content_type == 22)
        .then(|| body.first().copied().filter(|&number| handshake_name(number).is_some()))
        .flatten();
    fits.then_some(TlsHead {
        content_type,
        version: u16::from_be_bytes([major, minor]),
        len,
        handshake_type,
    })
}

impl TlsHead {
    /// Name of the content type (RFC 8446 §5.1, RFC 6520).
    #[must_use]
    pub fn content_name(&self) -> &'static str {
        match self.content_type {
            20 => "change_cipher_spec",
            21 => "alert",
            22 => "handshake",
            23 => "application_data",
            _ => "heartbeat",
        }
    }

    /// Name of the record layer's version.
    #[must_use]
    pub fn version_name(&self) -> &'static str {
        match self.version & 0xff {
            0 => "SSL 3.0",
            1 => "TLS 1.0",
            2 => "TLS 1.1",
            3 => "TLS 1.2",
            _ => "TLS 1.3",
        }
    }

    /// Name of the handshake message.
    #[must_use]
    pub fn handshake_name(&self) -> Option<&'static str> {
        handshake_name(self.handshake_type?)
    }
}

/// Name of a handshake message (RFC 8446 §4, RFC 5246 §7.4).
fn handshake_name(number: u8) -> Option<&'static str> {
    Some(match number {
        0 => "hello_request",
        1 => "client_hello",
        2 => "server_hello",
        4 => "new_session_ticket",
        8 => "encrypted_extensions",
        11 => "certificate",
        12 => "server_key_exchange",
        13 => "certificate_request",
        14 => "server_hello_done",
        15 => "certificate_verify",
        16 => "client_key_exchange",
        20 => "finished",
        22 => "certificate_status",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_are_told_from_noise() {
        let hello = tls_head(&[22, 3, 1, 0, 4, 1, 0, 0, 0]);
        let expected =
            TlsHead { content_type: 22, version: 0x0301, len: 4, handshake_type: Some(1) };
        assert_eq!(hello, Some(expected));
        assert_eq!(expected.handshake_name(), Some("client_hello"));
        assert_eq!((expected.content_name(), expected.version_name()), ("handshake", "TLS 1.0"));
        let data = tls_head(&[23, 3, 3, 1, 0]).map(|head| (head.len, head.handshake_type));
        assert_eq!(data, Some((256, None)));
        for noise in [
            &b""[..],
            b"\x16\x03",
            b"\x0a\x07\x0a\x01\x31",
            b"\x16\x03\x05\x00\x01",
            &[23, 3, 3, 0xff, 0xff],
        ] {
            assert_eq!(tls_head(noise), None, "{noise:?}");
        }
    }
}
