//! A broker that answers CONNECT and SUBSCRIBE and then pours prepared packets out as fast as the
//! socket takes them; for feeding the app faster than a real broker can.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use nix::time::{ClockId, clock_gettime};

/// Serves connections one after the other, each with the whole stream of packets.
pub struct FakeBroker {
    addr: SocketAddr,
    cpu: Receiver<Duration>,
    _thread: JoinHandle<()>,
}

/// Encodes an MQTT 5 PUBLISH at QoS 0 with USP's properties (TR-369 MQTT binding).
pub fn publish_v5(out: &mut Vec<u8>, topic: &str, response_topic: &str, payload: &[u8]) {
    let mut props = Vec::new();
    for (id, text) in [(0x03, "usp.msg"), (0x08, response_topic)] {
        props.push(id);
        props.extend_from_slice(&(text.len() as u16).to_be_bytes());
        props.extend_from_slice(text.as_bytes());
    }
    let mut props_len = Vec::new();
    varint(&mut props_len, props.len());
    out.push(0x30);
    varint(out, 2 + topic.len() + props_len.len() + props.len() + payload.len());
    out.extend_from_slice(&(topic.len() as u16).to_be_bytes());
    out.extend_from_slice(topic.as_bytes());
    out.extend_from_slice(&props_len);
    out.extend_from_slice(&props);
    out.extend_from_slice(payload);
}

fn varint(out: &mut Vec<u8>, mut n: usize) {
    loop {
        let byte = (n & 0x7f) as u8;
        n >>= 7;
        out.push(if n > 0 { byte | 0x80 } else { byte });
        if n == 0 {
            return;
        }
    }
}

impl FakeBroker {
    /// Listens on a free loopback port; every subscriber gets `packets` and then stays.
    pub fn serve(packets: Arc<Vec<u8>>) -> Self {
        Self::start(packets, true)
    }

    /// The same, but hangs up once the packets are out.
    pub fn serve_once(packets: Arc<Vec<u8>>) -> Self {
        Self::start(packets, false)
    }

    fn start(packets: Arc<Vec<u8>>, stay: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free loopback port");
        let addr = listener.local_addr().expect("bound");
        let (report, cpu) = channel();
        let thread = std::thread::spawn(move || {
            for socket in listener.incoming().flatten() {
                let before = thread_cpu();
                let socket = pour(socket, &packets);
                let _ = report.send(thread_cpu().saturating_sub(before));
                if let Ok(socket) = socket
                    && stay
                {
                    keep_alive(socket);
                }
            }
        });
        Self { addr, cpu, _thread: thread }
    }

    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// CPU time that pouring the stream cost this side, once it is out.
    pub fn cpu_of_last_stream(&self) -> Duration {
        self.cpu.recv_timeout(Duration::from_secs(120)).expect("the stream was poured")
    }
}

fn pour(mut socket: TcpStream, packets: &[u8]) -> std::io::Result<TcpStream> {
    let connect = read_packet(&mut socket)?;
    // Protocol level stands behind the name "MQTT" with its length.
    let v5 = connect.get(6) == Some(&5);
    socket.write_all(if v5 { &[0x20, 3, 0, 0, 0] } else { &[0x20, 2, 0, 0] })?;
    let subscribe = read_packet(&mut socket)?;
    let id = [subscribe[0], subscribe[1]];
    socket.write_all(&if v5 {
        vec![0x90, 4, id[0], id[1], 0, 0]
    } else {
        vec![0x90, 3, id[0], id[1], 0]
    })?;
    socket.write_all(packets)?;
    Ok(socket)
}

/// Answers pings on a thread of its own until the client leaves.
fn keep_alive(mut socket: TcpStream) {
    std::thread::spawn(move || {
        while read_packet(&mut socket).is_ok() {
            if socket.write_all(&[0xd0, 0]).is_err() {
                return;
            }
        }
    });
}

/// Body of the next packet.
fn read_packet(socket: &mut TcpStream) -> std::io::Result<Vec<u8>> {
    let mut byte = [0];
    socket.read_exact(&mut byte)?;
    let (mut len, mut shift) = (0usize, 0);
    loop {
        socket.read_exact(&mut byte)?;
        len |= usize::from(byte[0] & 0x7f) << shift;
        shift += 7;
        if byte[0] & 0x80 == 0 {
            break;
        }
    }
    let mut body = vec![0; len];
    socket.read_exact(&mut body)?;
    Ok(body)
}

/// CPU time of the calling thread.
pub fn thread_cpu() -> Duration {
    clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).map_or(Duration::ZERO, Duration::from)
}

/// CPU time of the process.
pub fn process_cpu() -> Duration {
    clock_gettime(ClockId::CLOCK_PROCESS_CPUTIME_ID).map_or(Duration::ZERO, Duration::from)
}
