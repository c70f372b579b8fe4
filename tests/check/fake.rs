//! Servers that misbehave, on free loopback ports; they live as long as the test process.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

/// Far above what a test takes.
const PATIENCE: Duration = Duration::from_secs(30);

/// Hands every connection to `serve`, each on a thread of its own.
pub fn raw(serve: impl Fn(TcpStream) + Send + Sync + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let serve = std::sync::Arc::new(serve);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            stream.set_read_timeout(Some(PATIENCE)).unwrap();
            let serve = serve.clone();
            std::thread::spawn(move || serve(stream));
        }
    });
    port
}

/// Accepts, reads, and answers `answer` whatever comes; then closes.
pub fn answers(answer: &'static [u8]) -> u16 {
    raw(move |mut stream| {
        let mut buffer = [0; 1024];
        let _ = stream.read(&mut buffer);
        let _ = stream.write_all(answer);
        linger(stream);
    })
}

/// Closes so that what was written still arrives.
pub fn linger(mut stream: TcpStream) {
    let _ = stream.shutdown(std::net::Shutdown::Write);
    let mut buffer = [0; 1024];
    while stream.read(&mut buffer).is_ok_and(|n| n > 0) {}
}

/// First byte and body of the next packet; `None` if this is no MQTT or over.
pub fn packet(stream: &mut TcpStream) -> Option<(u8, Vec<u8>)> {
    let mut byte = [0];
    stream.read_exact(&mut byte).ok()?;
    let first = byte[0];
    let (mut len, mut shift) = (0usize, 0);
    loop {
        stream.read_exact(&mut byte).ok()?;
        len |= usize::from(byte[0] & 0x7f) << shift;
        shift += 7;
        if byte[0] & 0x80 == 0 {
            break;
        }
    }
    let mut body = vec![0; len];
    stream.read_exact(&mut body).ok()?;
    Some((first, body))
}

/// An MQTT server: `serve` gets the level of each CONNECT and the connection. Whoever speaks
/// anything else is hung up on.
pub fn mqtt(serve: impl Fn(u8, &mut TcpStream) + Send + Sync + 'static) -> u16 {
    raw(move |mut stream| {
        let mut first = [0];
        if stream.peek(&mut first).is_ok()
            && first[0] == 0x10
            && let Some((_, body)) = packet(&mut stream)
        {
            serve(body[6], &mut stream);
            linger(stream);
        }
    })
}

/// What a broker does after CONNACK.
#[derive(Clone)]
pub struct Manners {
    /// CONNACK, whole.
    pub connack: Vec<u8>,
    /// One code for each filter, the last one for all further ones.
    pub suback: Vec<u8>,
    /// False: PINGREQ gets no answer.
    pub pong: bool,
    /// Before each answer.
    pub delay: Duration,
    /// PUBACK's code; `None`: no PUBACK.
    pub puback: Option<u8>,
    /// True: what is published comes back.
    pub echo: bool,
    /// Sent on SUBSCRIBE instead of SUBACK, then closes.
    pub instead_of_suback: Option<Vec<u8>>,
    /// Sent on PUBLISH instead of anything else, then closes.
    pub instead_of_puback: Option<Vec<u8>>,
    /// Sent after SUBACK.
    pub after_suback: Vec<u8>,
}

impl Manners {
    pub fn good(level: u8) -> Self {
        Self {
            connack: if level == 5 { vec![0x20, 3, 0, 0, 0] } else { vec![0x20, 2, 0, 0] },
            suback: vec![0],
            pong: true,
            delay: Duration::ZERO,
            puback: Some(0),
            echo: true,
            instead_of_suback: None,
            instead_of_puback: None,
            after_suback: Vec::new(),
        }
    }

    /// Serves one client; CONNECT is read already.
    pub fn serve(&self, level: u8, stream: &mut TcpStream) {
        let v5 = level == 5;
        let send = |stream: &mut TcpStream, bytes: &[u8]| {
            std::thread::sleep(self.delay);
            let _ = stream.write_all(bytes);
        };
        send(stream, &self.connack);
        while let Some((first, body)) = packet(stream) {
            match first >> 4 {
                8 => {
                    if let Some(bytes) = &self.instead_of_suback {
                        send(stream, bytes);
                        return;
                    }
                    let codes = codes(&body, v5, &self.suback);
                    let mut answer = vec![body[0], body[1]];
                    if v5 {
                        answer.push(0);
                    }
                    answer.extend(codes);
                    send(stream, &[&[0x90, answer.len() as u8], &answer[..]].concat());
                    send(stream, &self.after_suback);
                }
                12 if self.pong => send(stream, &[0xd0, 0]),
                3 => {
                    if let Some(bytes) = &self.instead_of_puback {
                        send(stream, bytes);
                        return;
                    }
                    let topic = 2 + usize::from(u16::from_be_bytes([body[0], body[1]]));
                    let qos = (first >> 1) & 3;
                    if let (Some(code), true) = (self.puback, qos > 0) {
                        let id = [body[topic], body[topic + 1]];
                        let ack = if v5 {
                            vec![0x40, 3, id[0], id[1], code]
                        } else {
                            vec![0x40, 2, id[0], id[1]]
                        };
                        send(stream, &ack);
                    }
                    if self.echo {
                        // Back at QoS 0, so without the packet identifier.
                        let rest = if qos > 0 { topic + 2 } else { topic };
                        let back = [&body[..topic], &body[rest..]].concat();
                        send(stream, &[&[0x30, back.len() as u8], &back[..]].concat());
                    }
                }
                14 => return,
                _ => {}
            }
        }
    }
}

fn codes(subscribe: &[u8], v5: bool, wanted: &[u8]) -> Vec<u8> {
    let mut at = if v5 { 3 } else { 2 };
    let mut codes = Vec::new();
    while at + 2 < subscribe.len() {
        at += 3 + usize::from(u16::from_be_bytes([subscribe[at], subscribe[at + 1]]));
        codes.push(*wanted.get(codes.len()).or(wanted.last()).unwrap());
    }
    codes
}

/// A broker with good manners but for what `spoil` changes.
pub fn broker(spoil: impl Fn(u8, &mut Manners) + Send + Sync + 'static) -> u16 {
    mqtt(move |level, stream| {
        let mut manners = Manners::good(level);
        spoil(level, &mut manners);
        manners.serve(level, stream);
    })
}
