//! A message as the parts of the analysis see it, and what they have to say about it.

use super::problems::code::Code;
use super::sessions::Whole;
use crate::core::ids::{EndpointId, Seq, TopicId};
use crate::core::time::Timestamp;
use crate::core::wire::{Delivery, Props, WireMsg};
use crate::store::Met;
use crate::store::row::Direction;
use crate::usp::kind::MsgKind;
use crate::usp::summary::{MsgSummary, Summary};

/// One message that was just kept.
#[derive(Clone, Copy)]
pub struct Note<'a> {
    /// Its arrival number.
    pub seq: Seq,
    /// When it arrived.
    pub at: Timestamp,
    /// Its topic.
    pub topic: TopicId,
    /// The topic's bytes as published.
    pub topic_bytes: &'a [u8],
    /// Its MQTT 5 properties.
    pub props: Props<'a>,
    /// QoS, retain, dup.
    pub delivery: Delivery,
    /// The payload as received.
    pub payload: &'a [u8],
    /// What the payload is; `msg` and `msg_bytes` are those of the whole Msg if this Record
    /// completed one.
    pub summary: &'a Summary<'a>,
    /// Sender; of Records only.
    pub from: Option<EndpointId>,
    /// Receiver; of Records only.
    pub to: Option<EndpointId>,
    /// Which way.
    pub direction: Option<Direction>,
    /// The Msg that this Record completed, if it was put together from several.
    pub whole: Option<&'a Whole>,
}

impl<'a> Note<'a> {
    /// A message that the store has met and kept.
    #[must_use]
    pub fn new(
        msg: &WireMsg<'a>,
        met: &Met,
        summary: &'a Summary<'a>,
        direction: Option<Direction>,
        whole: Option<&'a Whole>,
    ) -> Self {
        Self {
            seq: met.seq,
            at: msg.at,
            topic: met.topic,
            topic_bytes: msg.topic,
            props: msg.props,
            delivery: msg.delivery,
            payload: msg.payload,
            summary,
            from: met.from,
            to: met.to,
            direction,
            whole,
        }
    }

    /// The Msg by its kind, with its bytes, if there is one.
    #[must_use]
    pub fn msg(&self) -> Option<(MsgKind, &'a MsgSummary<'a>, &'a [u8])> {
        let msg = self.summary.msg.as_ref()?;
        Some((msg.kind?, msg, self.summary.msg_bytes?))
    }

    /// Sender and receiver, if both are told apart from all others.
    #[must_use]
    pub fn ends(&self) -> Option<(EndpointId, EndpointId)> {
        let (from, to) = (self.from?, self.to?);
        (from != EndpointId::OTHER && to != EndpointId::OTHER).then_some((from, to))
    }

    /// The Agent's side of it.
    #[must_use]
    pub fn device(&self) -> Option<EndpointId> {
        let id = match self.direction? {
            Direction::ToAgent => self.to?,
            Direction::ToController => self.from?,
        };
        (id != EndpointId::OTHER).then_some(id)
    }
}

/// Something odd that was noticed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Report {
    /// What.
    pub code: Code,
    /// The message it is about; `None` for what shows in no single message.
    pub seq: Option<Seq>,
    /// Another message that proves it.
    pub proof: Option<Seq>,
    /// The endpoint it is about.
    pub who: Option<EndpointId>,
    /// The topic it is about, where that says more than the endpoint.
    pub topic: Option<TopicId>,
    /// When it was noticed: an arrival, or the moment a time limit ran out.
    pub at: Timestamp,
}

/// Collects reports while a message is looked at.
pub type Reports = Vec<Report>;

/// Reports something odd about the message in hand; `who` is its sender.
pub fn report(reports: &mut Reports, note: &Note<'_>, code: Code, proof: Option<Seq>) {
    reports.push(Report {
        code,
        seq: Some(note.seq),
        proof,
        who: note.from.filter(|&id| id != EndpointId::OTHER),
        topic: Some(note.topic),
        at: note.at,
    });
}
