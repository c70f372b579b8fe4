//! What a TLS 1.3 conversation looks like to somebody without the keys: a true ClientHello, a
//! true ServerHello, and then records of the right types and sizes with random bytes. Nothing
//! is encrypted here, for there is nothing to hide.

use bytes::Bytes;

const CHANGE_CIPHER_SPEC: u8 = 20;
const HANDSHAKE: u8 = 22;
const APPLICATION_DATA: u8 = 23;
/// TLS_AES_128_GCM_SHA256, which TR-369 asks for.
const SUITE: [u8; 2] = [0x13, 0x01];

fn record(kind: u8, version: [u8; 2], body: &[u8]) -> Bytes {
    let mut out = vec![kind, version[0], version[1]];
    out.extend_from_slice(&(body.len() as u16).to_be_bytes());
    out.extend_from_slice(body);
    out.into()
}

fn random(rng: &mut fastrand::Rng, len: usize) -> Vec<u8> {
    (0..len).map(|_| rng.u8(..)).collect()
}

/// A length of two bytes, and what it is the length of.
fn sized(body: &[u8]) -> Vec<u8> {
    let mut out = (body.len() as u16).to_be_bytes().to_vec();
    out.extend_from_slice(body);
    out
}

fn extension(number: u16, body: &[u8]) -> Vec<u8> {
    let mut out = number.to_be_bytes().to_vec();
    out.extend(sized(body));
    out
}

fn hello(kind: u8, rng: &mut fastrand::Rng, middle: &[u8], extensions: &[u8]) -> Vec<u8> {
    let mut body = vec![3, 3];
    body.extend(random(rng, 32));
    body.push(0);
    body.extend_from_slice(middle);
    body.extend(sized(extensions));
    let mut out = vec![kind];
    out.extend_from_slice(&(body.len() as u32).to_be_bytes()[1..]);
    out.extend(body);
    out
}

/// The first record of whoever starts.
pub fn client_hello(rng: &mut fastrand::Rng, server: &str) -> Bytes {
    let mut name = vec![0];
    name.extend(sized(server.as_bytes()));
    let mut extensions = extension(0, &sized(&name));
    extensions.extend(extension(43, &[2, 3, 4]));
    // secp256r1 with an uncompressed point.
    extensions.extend(extension(10, &sized(&[0, 23])));
    extensions.extend(extension(13, &sized(&[4, 3])));
    let mut share = vec![0, 23];
    share.extend(sized(&[vec![4], random(rng, 64)].concat()));
    extensions.extend(extension(51, &sized(&share)));
    let middle = [&sized(&SUITE)[..], &[1, 0]].concat();
    record(HANDSHAKE, [3, 1], &hello(1, rng, &middle, &extensions))
}

/// The records of the answer: ServerHello in the clear, the rest secured.
pub fn server_flight(rng: &mut fastrand::Rng) -> Vec<Bytes> {
    let mut share = vec![0, 23];
    share.extend(sized(&[vec![4], random(rng, 64)].concat()));
    let mut extensions = extension(43, &[3, 4]);
    extensions.extend(extension(51, &share));
    let middle = [&SUITE[..], &[0]].concat();
    let hello = record(HANDSHAKE, [3, 3], &hello(2, rng, &middle, &extensions));
    vec![hello, record(CHANGE_CIPHER_SPEC, [3, 3], &[1]), data(rng, 1_180)]
}

/// The starter's last records of the handshake.
pub fn client_finished(rng: &mut fastrand::Rng) -> Vec<Bytes> {
    vec![record(CHANGE_CIPHER_SPEC, [3, 3], &[1]), data(rng, 960)]
}

/// A record of application data with so many bytes inside, its tag included.
pub fn data(rng: &mut fastrand::Rng, len: usize) -> Bytes {
    record(APPLICATION_DATA, [3, 3], &random(rng, len))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_have_the_lengths_they_claim() {
        let mut rng = fastrand::Rng::with_seed(1);
        let mut all = vec![client_hello(&mut rng, "cpe.demo.example")];
        all.extend(server_flight(&mut rng));
        all.extend(client_finished(&mut rng));
        for record in all {
            assert!((20..=23).contains(&record[0]) && record[1] == 3);
            assert_eq!(usize::from(u16::from_be_bytes([record[3], record[4]])), record.len() - 5);
        }
    }

    #[test]
    fn the_client_hello_names_the_server() {
        let mut rng = fastrand::Rng::with_seed(1);
        let hello = client_hello(&mut rng, "cpe.demo.example");
        let body = u32::from_be_bytes([0, hello[6], hello[7], hello[8]]) as usize;
        assert_eq!((hello[5], body), (1, hello.len() - 9));
        assert!(hello.windows(16).any(|w| w == b"cpe.demo.example"));
    }
}
