//! Packets over a stream, one after the other, within bounds.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::codec::frame::{Frame, frame};
use super::codec::read::{self, Packet};
use super::codec::write;
use super::stream::{FIRST, Stream};
use crate::mqtt::fault::Fault;
use crate::mqtt::link::MqttVersion;
use crate::mqtt::reason;

/// Bytes asked of the socket at once.
const READ: usize = 8 * 1024;
/// How long something that is no broker may take to finish its first line.
const FIRST_LINE: Duration = Duration::from_millis(200);

/// How long a DISCONNECT may take to leave.
const GOODBYE: Duration = Duration::from_millis(500);

/// A connection that speaks MQTT.
pub(super) struct Conn {
    stream: Stream,
    pub version: MqttVersion,
    /// Largest packet accepted, bytes.
    max: usize,
    inbox: Vec<u8>,
    /// Bytes of a long message still to be thrown away.
    skip: usize,
    /// The first bytes of the other side, at most [`FIRST`].
    first: Vec<u8>,
}

impl Conn {
    pub fn new(stream: Stream, version: MqttVersion, max_packet_bytes: u32) -> Self {
        let max = max_packet_bytes.max(1024) as usize;
        Self { stream, version, max, inbox: Vec::new(), skip: 0, first: Vec::new() }
    }

    /// The first bytes received (within TLS, if there is TLS).
    pub fn first(&self) -> &[u8] {
        &self.first
    }

    pub async fn send(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        let sent = async {
            self.stream.write_all(bytes).await?;
            self.stream.flush().await
        };
        sent.await.map_err(Fault::from_stream)
    }

    /// Waits for the first bytes; an error if they begin nothing a broker answers to CONNECT.
    pub async fn first_word(&mut self) -> Result<(), Fault> {
        while self.inbox.is_empty() {
            self.receive().await?;
        }
        if matches!(self.inbox.first(), Some(0x20 | 0xe0)) {
            return Ok(());
        }
        // Give whoever that is the time to finish its first line.
        let _ = tokio::time::timeout(FIRST_LINE, async {
            while self.first.len() < FIRST && self.receive().await.is_ok() {}
        })
        .await;
        Err(Fault::Malformed("its first packet is no CONNACK".to_owned()))
    }

    /// The next packet; messages are acknowledged first.
    pub async fn next(&mut self) -> Result<Packet, Fault> {
        let packet = self.receive_packet().await?;
        match &packet {
            Packet::Publish { qos: 1, id, .. } => self.send(&write::puback(*id)).await?,
            Packet::Publish { qos: 2, id, .. } => self.send(&write::pubrec(*id)).await?,
            Packet::PubRel { id } => self.send(&write::pubcomp(*id)).await?,
            Packet::Disconnect { code, text, server } => {
                let text = match (text, server) {
                    (Some(text), Some(server)) => Some(format!("{text}; server {server}")),
                    (None, Some(server)) => Some(format!("server {server}")),
                    (text, None) => text.clone(),
                };
                let name = if *code == 0 { "normal disconnection" } else { reason::name(*code) };
                let name = name.to_owned();
                return Err(Fault::Disconnected { code: *code, name, text });
            }
            Packet::Odd(why) => return Err(Fault::Malformed((*why).to_owned())),
            _ => {}
        }
        Ok(packet)
    }

    async fn receive_packet(&mut self) -> Result<Packet, Fault> {
        loop {
            match frame(&self.inbox, self.max) {
                Frame::Part => self.receive().await?,
                Frame::TooLarge(size) => return Err(Fault::TooLarge(size)),
                Frame::Broken(why) => return Err(Fault::Malformed(why.to_owned())),
                Frame::Whole { header, here, rest } => {
                    let first = self.inbox.first().copied().unwrap_or_default();
                    let body = self.inbox.get(header..here).unwrap_or_default();
                    let packet = read::packet(first, body, self.version);
                    self.inbox.drain(..here.min(self.inbox.len()));
                    self.skip = rest;
                    self.throw_away();
                    return Ok(packet);
                }
            }
        }
    }

    async fn receive(&mut self) -> Result<(), Fault> {
        let mut buffer = [0; READ];
        let count = self.stream.read(&mut buffer).await.map_err(Fault::from_stream)?;
        let new = buffer.get(..count).unwrap_or_default();
        if new.is_empty() {
            return Err(Fault::Closed);
        }
        let room = FIRST.saturating_sub(self.first.len());
        self.first.extend(new.iter().take(room));
        self.inbox.extend_from_slice(new);
        self.throw_away();
        Ok(())
    }

    fn throw_away(&mut self) {
        let away = self.skip.min(self.inbox.len());
        self.inbox.drain(..away);
        self.skip -= away;
    }

    /// Says goodbye; nobody waits for an answer, nor for someone who does not listen.
    pub async fn leave(mut self) {
        let _ = tokio::time::timeout(GOODBYE, async {
            let _ = self.send(&write::DISCONNECT).await;
            let _ = self.stream.shutdown().await;
        })
        .await;
    }
}
