//! Reads a private key: PKCS#1, PKCS#8 or SEC1, as PEM or DER, plain or encrypted with a
//! passphrase by PKCS#8 (PBES2) or by the old headers inside PEM. Pure; what the parameters of an
//! encrypted key may cost is bounded, since the file may come from anybody.

use aes::{Aes128, Aes192, Aes256};
use cbc::Decryptor;
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockCipherDecrypt, BlockModeDecrypt as _, KeyInit, KeyIvInit as _};
use des::{Des, TdesEde3};
use md5::{Digest as _, Md5};
use pkcs8::der::asn1::OctetStringRef;
use pkcs8::der::{Decode as _, Reader as _, SliceReader};
use pkcs8::pkcs5;
use pkcs8::pkcs5::pbes2::{Kdf, Parameters};
use pkcs8::spki::AlgorithmIdentifierRef;
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs1KeyDer, PrivatePkcs8KeyDer, PrivateSec1KeyDer};
use zeroize::Zeroizing;

use super::pem::{self, Section};
use crate::core::hex;
use crate::core::secret::Secret;

/// Most PBKDF2 rounds accepted: a few seconds at worst. OpenSSL writes 2,048, careful people 600,000.
const MAX_ROUNDS: u32 = 2_000_000;
/// Most memory scrypt may take, bytes. OpenSSL writes 16 MiB and itself reads no more than 32.
const MAX_SCRYPT_BYTES: u64 = 64 * 1024 * 1024;
/// Most passes of scrypt over that memory.
const MAX_SCRYPT_PASSES: u16 = 16;

/// Why a file gives no private key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyFault {
    /// The file holds none.
    NoKey,
    /// The key is encrypted and there is no passphrase.
    PassphraseMissing,
    /// The passphrase does not open it.
    PassphraseWrong,
    /// Encrypted in a way this app does not know; its name.
    UnknownEncryption(String),
    /// Opening it would cost more time or memory than any honest key.
    TooCostly,
    /// Not what its label says.
    Damaged,
}

/// The first private key of a file.
///
/// # Errors
/// See [`KeyFault`]; nothing of the key or the passphrase is in it.
pub fn private_key(
    bytes: &[u8],
    passphrase: Option<&Secret>,
) -> Result<PrivateKeyDer<'static>, KeyFault> {
    let sections = pem::sections(bytes);
    if let Some(section) = sections.iter().find(|section| section.is_key()) {
        return from_section(section, passphrase);
    }
    if !sections.is_empty() {
        return Err(KeyFault::NoKey);
    }
    if encrypted_parts(bytes).is_some() {
        return decrypt_pkcs8(bytes, passphrase);
    }
    // A certificate is a SEQUENCE too, but no key begins with another one.
    let key = PrivateKeyDer::try_from(bytes).map_err(|_| KeyFault::NoKey)?;
    // That looked at the beginning only, and skips whatever length the first bytes claim.
    whole_sequence(bytes).map(|_| key.clone_key()).ok_or(KeyFault::Damaged)
}

fn from_section(
    section: &Section,
    passphrase: Option<&Secret>,
) -> Result<PrivateKeyDer<'static>, KeyFault> {
    let der = section.der.as_ref().ok_or(KeyFault::Damaged)?;
    if section.label == "ENCRYPTED PRIVATE KEY" {
        return decrypt_pkcs8(der, passphrase);
    }
    let encrypted = section.header("Proc-Type").is_some_and(|value| value.ends_with("ENCRYPTED"));
    if !encrypted {
        return labelled(&section.label, der).ok_or(KeyFault::Damaged);
    }
    let info = section.header("DEK-Info").ok_or(KeyFault::Damaged)?;
    let passphrase = passphrase.ok_or(KeyFault::PassphraseMissing)?;
    let plain = decrypt_old(info, der, passphrase)?;
    // Wrong passphrases pass the padding check now and then.
    labelled(&section.label, &plain).ok_or(KeyFault::PassphraseWrong)
}

/// The key if the bytes look like one of the kind the label promises.
fn labelled(label: &str, der: &[u8]) -> Option<PrivateKeyDer<'static>> {
    let bytes = whole_sequence(der)?.to_vec();
    match label {
        "RSA PRIVATE KEY" => Some(PrivatePkcs1KeyDer::from(bytes).into()),
        "EC PRIVATE KEY" => Some(PrivateSec1KeyDer::from(bytes).into()),
        "PRIVATE KEY" => Some(PrivatePkcs8KeyDer::from(bytes).into()),
        _ => None,
    }
}

/// `der` if it is one SEQUENCE that starts with an INTEGER, as all private keys do.
fn whole_sequence(der: &[u8]) -> Option<&[u8]> {
    let mut outer = SliceReader::new(der).ok()?;
    outer
        .sequence(|inner| {
            i64::decode(inner)?;
            while !inner.is_finished() {
                inner.tlv_bytes()?;
            }
            Ok::<_, pkcs8::der::Error>(())
        })
        .ok()?;
    outer.is_finished().then_some(der)
}

/// Algorithm and data of an encrypted PKCS#8 key.
fn encrypted_parts(der: &[u8]) -> Option<(AlgorithmIdentifierRef<'_>, &[u8])> {
    let mut outer = SliceReader::new(der).ok()?;
    let parts = outer
        .sequence(|inner| {
            let algorithm = AlgorithmIdentifierRef::decode(inner)?;
            let data = <&OctetStringRef>::decode(inner)?;
            Ok::<_, pkcs8::der::Error>((algorithm, data.as_bytes()))
        })
        .ok()?;
    outer.is_finished().then_some(parts)
}

fn decrypt_pkcs8(
    der: &[u8],
    passphrase: Option<&Secret>,
) -> Result<PrivateKeyDer<'static>, KeyFault> {
    let (algorithm, data) = encrypted_parts(der).ok_or(KeyFault::Damaged)?;
    if algorithm.oid != pkcs5::pbes2::PBES2_OID {
        return Err(KeyFault::UnknownEncryption(old_scheme(&algorithm.oid.to_string())));
    }
    let parameters = algorithm
        .parameters
        .and_then(|any| Parameters::try_from(any).ok())
        .ok_or_else(|| KeyFault::UnknownEncryption("PBES2 and parameters of its own".to_owned()))?;
    affordable(&parameters.kdf)?;
    let passphrase = passphrase.ok_or(KeyFault::PassphraseMissing)?;
    let plain = match parameters.decrypt(passphrase.expose(), data) {
        Ok(plain) => Zeroizing::new(plain),
        Err(pkcs5::Error::DecryptFailed) => return Err(KeyFault::PassphraseWrong),
        Err(_) => return Err(KeyFault::Damaged),
    };
    labelled("PRIVATE KEY", &plain).ok_or(KeyFault::PassphraseWrong)
}

/// Refuses parameters no honest key has, before any work is done.
fn affordable(kdf: &Kdf) -> Result<(), KeyFault> {
    let fits = match kdf {
        Kdf::Pbkdf2(pbkdf2) => (1..=MAX_ROUNDS).contains(&pbkdf2.iteration_count),
        Kdf::Scrypt(scrypt) => {
            let cost = scrypt.cost_parameter;
            let bytes = cost.saturating_mul(u64::from(scrypt.block_size)).saturating_mul(128);
            // The library counts on a power of two above 1.
            if cost < 2 || !cost.is_power_of_two() || scrypt.block_size == 0 {
                return Err(KeyFault::Damaged);
            }
            bytes <= MAX_SCRYPT_BYTES && (1..=MAX_SCRYPT_PASSES).contains(&scrypt.parallelization)
        }
        _ => return Err(KeyFault::UnknownEncryption("PBES2 with an unknown KDF".to_owned())),
    };
    if fits { Ok(()) } else { Err(KeyFault::TooCostly) }
}

/// Names of the encryption schemes from before PBES2 (RFC 8018 appendix A.3, RFC 7292
/// appendix C).
fn old_scheme(oid: &str) -> String {
    match oid {
        "1.2.840.113549.1.5.1" => "PBES1 with MD2 and DES".to_owned(),
        "1.2.840.113549.1.5.3" => "PBES1 with MD5 and DES".to_owned(),
        "1.2.840.113549.1.5.4" => "PBES1 with MD2 and RC2".to_owned(),
        "1.2.840.113549.1.5.6" => "PBES1 with MD5 and RC2".to_owned(),
        "1.2.840.113549.1.5.10" => "PBES1 with SHA-1 and DES".to_owned(),
        "1.2.840.113549.1.5.11" => "PBES1 with SHA-1 and RC2".to_owned(),
        other => match other.strip_prefix("1.2.840.113549.1.12.1.") {
            Some("1" | "2") => "PKCS#12 with SHA-1 and RC4".to_owned(),
            Some("3" | "4") => "PKCS#12 with SHA-1 and 3DES".to_owned(),
            Some("5" | "6") => "PKCS#12 with SHA-1 and RC2".to_owned(),
            _ => format!("algorithm {other}"),
        },
    }
}

/// Old PEM encryption: `DEK-Info` names cipher and IV, the key comes from the passphrase and the
/// IV's first eight bytes through one round of MD5.
fn decrypt_old(
    info: &str,
    data: &[u8],
    passphrase: &Secret,
) -> Result<Zeroizing<Vec<u8>>, KeyFault> {
    let (name, iv) = info.split_once(',').ok_or(KeyFault::Damaged)?;
    let iv = hex::decode(iv.trim().as_bytes()).ok_or(KeyFault::Damaged)?;
    let name = name.trim().to_ascii_uppercase();
    match name.as_str() {
        "AES-128-CBC" => decrypt_cbc::<Aes128>(&iv, data, passphrase),
        "AES-192-CBC" => decrypt_cbc::<Aes192>(&iv, data, passphrase),
        "AES-256-CBC" => decrypt_cbc::<Aes256>(&iv, data, passphrase),
        "DES-EDE3-CBC" => decrypt_cbc::<TdesEde3>(&iv, data, passphrase),
        "DES-CBC" => decrypt_cbc::<Des>(&iv, data, passphrase),
        _ => Err(KeyFault::UnknownEncryption(name.chars().take(40).collect())),
    }
}

fn decrypt_cbc<C: BlockCipherDecrypt + KeyInit>(
    iv: &[u8],
    data: &[u8],
    passphrase: &Secret,
) -> Result<Zeroizing<Vec<u8>>, KeyFault> {
    if iv.len() != C::block_size() || data.is_empty() || !data.len().is_multiple_of(iv.len()) {
        return Err(KeyFault::Damaged);
    }
    let salt = iv.get(..8).ok_or(KeyFault::Damaged)?;
    let key = key_from(passphrase, salt, C::key_size());
    let cipher = Decryptor::<C>::new_from_slices(&key, iv).map_err(|_| KeyFault::Damaged)?;
    let mut buffer = Zeroizing::new(data.to_vec());
    let plain =
        cipher.decrypt_padded::<Pkcs7>(&mut buffer).map_err(|_| KeyFault::PassphraseWrong)?;
    Ok(Zeroizing::new(plain.to_vec()))
}

/// OpenSSL's `EVP_BytesToKey` with MD5 and one round.
fn key_from(passphrase: &Secret, salt: &[u8], len: usize) -> Zeroizing<Vec<u8>> {
    let mut key = Zeroizing::new(Vec::with_capacity(len + 16));
    let mut last: Option<[u8; 16]> = None;
    while key.len() < len {
        let mut hash = Md5::new();
        if let Some(last) = last {
            hash.update(last);
        }
        hash.update(passphrase.expose());
        hash.update(salt);
        let digest: [u8; 16] = hash.finalize().into();
        key.extend_from_slice(&digest);
        last = Some(digest);
    }
    key.truncate(len);
    key
}

#[cfg(test)]
mod tests;
