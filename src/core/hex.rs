//! Bytes as hexadecimal digits and back.

/// Lower-case digits, two a byte.
#[must_use]
pub fn encode(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut out = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        out.push(DIGITS[usize::from(byte >> 4)] as char);
        out.push(DIGITS[usize::from(byte & 15)] as char);
    }
    out
}

/// The bytes of digits of either case; `None` if it is anything else.
#[must_use]
pub fn decode(digits: &[u8]) -> Option<Vec<u8>> {
    if !digits.len().is_multiple_of(2) {
        return None;
    }
    digits
        .chunks_exact(2)
        .map(|pair| {
            let high = (pair[0] as char).to_digit(16)?;
            let low = (pair[1] as char).to_digit(16)?;
            u8::try_from(high * 16 + low).ok()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_is_lower_case_and_comes_back() {
        assert_eq!(encode(&[0x0a, 0xff, 0x00]), "0aff00");
        assert_eq!(decode(b"0aFf00"), Some(vec![0x0a, 0xff, 0x00]));
        assert_eq!(decode(b""), Some(Vec::new()));
        for wrong in [&b"0"[..], b"0g", b"+1"] {
            assert_eq!(decode(wrong), None);
        }
    }
}
