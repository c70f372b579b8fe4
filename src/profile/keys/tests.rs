//! Parameters no honest key has, damage, and any bytes at all. Real keys of every form are opened
//! in `tests/tls`.

#![expect(clippy::unwrap_used, reason = "tests")]

use pkcs8::der::Encode as _;
use pkcs8::pkcs5::pbes2::{EncryptionScheme, Pbkdf2Params, Salt, ScryptParams};
use proptest::prelude::*;

use super::*;

fn encrypted(kdf: Kdf, data: &[u8]) -> Vec<u8> {
    let parameters = Parameters { kdf, encryption: EncryptionScheme::Aes256Cbc { iv: [7; 16] } };
    let algorithm = pkcs5::EncryptionScheme::Pbes2(parameters).to_der().unwrap();
    let data = OctetStringRef::new(data).unwrap().to_der().unwrap();
    let content = [algorithm, data].concat();
    let len = u8::try_from(content.len()).unwrap();
    let mut der = if len < 0x80 { vec![0x30, len] } else { vec![0x30, 0x81, len] };
    der.extend_from_slice(&content);
    der
}

fn scrypt(cost: u64, block: u16, passes: u16) -> Kdf {
    Kdf::Scrypt(ScryptParams {
        salt: Salt::new([1; 8]).unwrap(),
        cost_parameter: cost,
        block_size: block,
        parallelization: passes,
        key_length: None,
    })
}

fn pbkdf2(rounds: u32) -> Kdf {
    Kdf::Pbkdf2(Pbkdf2Params::hmac_sha256(rounds, &[1; 8]).unwrap())
}

fn fault(der: &[u8]) -> KeyFault {
    private_key(der, Some(&Secret::new("x"))).err().unwrap()
}

#[test]
fn parameters_of_an_enemy_cost_nothing() {
    let watch = crate::core::time::Stopwatch::start();
    for kdf in [
        pbkdf2(100_000_000),
        pbkdf2(MAX_ROUNDS + 1),
        scrypt(1 << 31, 8, 1),
        scrypt(1 << 20, 8, 1),
        scrypt(16384, 8, 17),
        scrypt(16384, u16::MAX, 1),
    ] {
        assert_eq!(fault(&encrypted(kdf, &[0; 48])), KeyFault::TooCostly);
    }
    for kdf in [scrypt(0, 8, 1), scrypt(1, 8, 1), scrypt(12345, 8, 1), scrypt(16384, 0, 1)] {
        assert_eq!(fault(&encrypted(kdf, &[0; 48])), KeyFault::Damaged);
    }
    assert!(watch.elapsed() < std::time::Duration::from_secs(1));
    // What is just cheap enough is tried.
    assert_eq!(fault(&encrypted(pbkdf2(600_000), &[0; 48])), KeyFault::PassphraseWrong);
    assert_eq!(fault(&encrypted(scrypt(16384, 8, 1), &[0; 48])), KeyFault::PassphraseWrong);
    let der = encrypted(pbkdf2(1), &[0; 48]);
    assert_eq!(private_key(&der, None).err(), Some(KeyFault::PassphraseMissing));
}

#[test]
fn old_encryption_that_is_odd_is_told_apart() {
    let pem = |info: &str, body: &str| {
        let text = format!(
            "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n{info}\n\n{body}\n-----END \
             RSA PRIVATE KEY-----\n"
        );
        fault(text.as_bytes())
    };
    let block = "AAAAAAAAAAAAAAAAAAAAAA==";
    let iv = "00112233445566778899AABBCCDDEEFF";
    assert_eq!(pem(&format!("DEK-Info: AES-256-CBC,{iv}"), block), KeyFault::PassphraseWrong);
    assert_eq!(
        pem(&format!("DEK-Info: CAMELLIA-256-CBC,{iv}"), block),
        KeyFault::UnknownEncryption("CAMELLIA-256-CBC".to_owned())
    );
    for (info, body) in [
        ("DEK-Info: AES-256-CBC,00", block),
        ("DEK-Info: AES-256-CBC", block),
        ("DEK-Info: DES-CBC,xyz", block),
        ("X: y", block),
        (&format!("DEK-Info: AES-256-CBC,{iv}"), "AAAA"),
        (&format!("DEK-Info: AES-256-CBC,{iv}"), ""),
        (&format!("DEK-Info: AES-256-CBC,{iv}"), "!"),
    ] {
        assert_eq!(pem(info, body), KeyFault::Damaged, "{info} {body}");
    }
}

/// A SEQUENCE that starts with INTEGER 0 and a SEQUENCE, as a PKCS#8 key does.
const LIKE_A_KEY: [u8; 7] = [0x30, 5, 2, 1, 0, 0x30, 0];

#[test]
fn labels_must_hold_a_key() {
    assert!(labelled("PRIVATE KEY", &LIKE_A_KEY).is_some());
    assert!(labelled("PRIVATE KEY", &LIKE_A_KEY[..6]).is_none());
    assert!(labelled("PRIVATE KEY", &[&LIKE_A_KEY[..], &[0]].concat()).is_none());
    assert!(labelled("DSA PRIVATE KEY", &LIKE_A_KEY).is_none());
    assert_eq!(fault(b""), KeyFault::NoKey);
    assert_eq!(fault(b"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----"), KeyFault::NoKey);
    assert_eq!(fault(b"-----BEGIN PRIVATE KEY-----\nAAAA\n"), KeyFault::Damaged);
}

#[test]
fn a_length_that_skips_to_what_looks_like_a_key_is_damage() {
    let mut der = encrypted(scrypt(2, 1, 1), &[0; 48]);
    der[1] = 172;
    assert_eq!(fault(&der), KeyFault::Damaged);
    let whole = [0x30, 6, 2, 1, 0, 0x30, 1, 0];
    assert!(private_key(&whole, None).is_ok());
    assert_eq!(private_key(&whole[..7], None).err(), Some(KeyFault::Damaged));
}

proptest! {
    #[test]
    fn any_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = private_key(&bytes, Some(&Secret::new("x")));
    }

    /// Bytes of an encrypted key, changed anywhere; the parameters may become anything.
    #[test]
    fn a_changed_key_is_answered(
        kdf in prop::sample::select(vec![pbkdf2(3), scrypt(2, 1, 1)]),
        at in 0usize..150,
        byte in any::<u8>(),
    ) {
        let mut der = encrypted(kdf, &[0; 48]);
        if let Some(place) = der.get_mut(at) {
            *place = byte;
        }
        let watch = crate::core::time::Stopwatch::start();
        prop_assert!(private_key(&der, Some(&Secret::new("x"))).is_err());
        prop_assert!(watch.elapsed() < std::time::Duration::from_secs(20));
    }

    #[test]
    fn headers_are_answered(
        info in "[A-Z0-9,: -]{0,30}",
        body in "[A-Za-z0-9+/=]{0,64}",
    ) {
        let text = format!(
            "-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: {info}\n\n{body}\n\
             -----END EC PRIVATE KEY-----\n"
        );
        prop_assert!(private_key(text.as_bytes(), Some(&Secret::new("x"))).is_err());
    }
}
