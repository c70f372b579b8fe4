//! The table of troubles: what was found, gathered by code and by whom (or, where no Endpoint is
//! known, where), with the newest messages that prove it.

use super::code::Code;
use crate::analysis::note::Report;
use crate::core::cow_vec::CowVec;
use crate::core::ids::{EndpointId, Seq, TopicId};
use crate::core::time::Timestamp;

/// Messages kept as proof of one trouble.
pub const PROOFS: usize = 8;

/// One message that proves a trouble, with the other one that it takes to see it, if any.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Proof {
    /// The message that has the problem; `None` for what shows in no single message.
    pub subject: Option<Seq>,
    /// The other one: the request of a wrong answer, the Boot! that lost it.
    pub other: Option<Seq>,
}

/// All findings of one code about one Endpoint or topic.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Trouble {
    /// What.
    pub code: Code,
    /// Whom it is about, if that is known.
    pub who: Option<EndpointId>,
    /// The topic of the newest finding.
    pub topic: Option<TopicId>,
    /// Findings since the start.
    pub count: u64,
    /// The first one.
    pub first_at: Timestamp,
    /// The newest one.
    pub last_at: Timestamp,
    /// The message of the first finding; it may have been given up since.
    pub first: Option<Seq>,
    /// Arrival numbers, 0 for none; a ring.
    proofs: [(u64, u64); PROOFS],
    /// Number of the next older trouble of the same Endpoint or topic, plus one.
    older: u32,
}

impl Trouble {
    /// The newest proofs, newest first.
    pub fn proofs(&self) -> impl Iterator<Item = Proof> {
        let seq = |number: u64| (number != 0).then_some(Seq(number));
        let kept = usize::try_from(self.count).unwrap_or(PROOFS).min(PROOFS);
        (1..=kept).filter_map(move |back| {
            let place = (self.count.wrapping_sub(back as u64) % PROOFS as u64) as usize;
            let &(subject, other) = self.proofs.get(place)?;
            let proof = Proof { subject: seq(subject), other: seq(other) };
            (proof.subject.is_some() || proof.other.is_some()).then_some(proof)
        })
    }

    fn add(&mut self, report: &Report) {
        let number = |seq: Option<Seq>| seq.map_or(0, |seq| seq.0);
        let place = (self.count % PROOFS as u64) as usize;
        if let Some(slot) = self.proofs.get_mut(place) {
            *slot = (number(report.seq), number(report.proof));
        }
        self.count += 1;
        self.last_at = self.last_at.max(report.at);
        self.topic = report.topic.or(self.topic);
    }
}

/// Findings by code since the start, whomever they are about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TroubleCounts([u64; Code::ALL.len()]);

impl Default for TroubleCounts {
    fn default() -> Self {
        Self([0; Code::ALL.len()])
    }
}

impl TroubleCounts {
    /// Findings of one code.
    #[must_use]
    pub fn of(&self, code: Code) -> u64 {
        self.0.get(code as usize).copied().unwrap_or(0)
    }

    /// Findings of all codes.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }
}

/// The table.
#[derive(Clone, Default)]
pub struct Troubles {
    rows: CowVec<Trouble>,
    /// By Endpoint and by topic: number of its newest trouble plus one, 0 for none. There is at
    /// most one trouble per code, so walking over them is short.
    of_endpoint: CowVec<u32>,
    of_topic: CowVec<u32>,
    of_nobody: u32,
    counts: TroubleCounts,
    refused: u64,
}

impl Troubles {
    /// The table as it is now, for a snapshot.
    pub(in crate::analysis) fn lend(&mut self) -> Self {
        Self {
            rows: self.rows.lend(),
            of_endpoint: self.of_endpoint.lend(),
            of_topic: self.of_topic.lend(),
            of_nobody: self.of_nobody,
            counts: self.counts,
            refused: self.refused,
        }
    }

    /// All of them, in order of first sight.
    #[must_use]
    pub fn rows(&self) -> &CowVec<Trouble> {
        &self.rows
    }

    /// Findings by code.
    #[must_use]
    pub fn counts(&self) -> &TroubleCounts {
        &self.counts
    }

    /// Findings that are only counted, because there is no room to tell them apart.
    #[must_use]
    pub fn refused(&self) -> u64 {
        self.refused
    }

    /// Those of one Endpoint, newest kind first.
    pub fn of_endpoint(&self, id: EndpointId) -> impl Iterator<Item = &Trouble> {
        self.chain(head(&self.of_endpoint, id.0))
    }

    /// Those of a topic that are about no known Endpoint, newest kind first.
    pub fn of_topic(&self, id: TopicId) -> impl Iterator<Item = &Trouble> {
        self.chain(head(&self.of_topic, id.0))
    }

    /// Those that are about nobody in particular, newest kind first.
    pub fn of_nobody(&self) -> impl Iterator<Item = &Trouble> {
        self.chain(self.of_nobody)
    }

    fn chain(&self, first: u32) -> impl Iterator<Item = &Trouble> {
        let mut next = first;
        std::iter::from_fn(move || {
            let trouble = self.rows.get((next as usize).checked_sub(1)?)?;
            next = trouble.older;
            Some(trouble)
        })
    }

    /// Takes a finding; `cap` is how many troubles are told apart.
    pub(in crate::analysis) fn add(&mut self, report: &Report, cap: usize) {
        if let Some(count) = self.counts.0.get_mut(report.code as usize) {
            *count += 1;
        }
        let first = self.head(report);
        let mut next = first;
        while let Some(place) = (next as usize).checked_sub(1)
            && let Some(trouble) = self.rows.get(place)
        {
            if trouble.code == report.code {
                if let Some(trouble) = self.rows.get_mut(place) {
                    trouble.add(report);
                }
                return;
            }
            next = trouble.older;
        }
        if self.rows.len() >= cap {
            self.refused += 1;
            return;
        }
        let mut trouble = Trouble {
            code: report.code,
            who: report.who,
            topic: report.topic,
            count: 0,
            first_at: report.at,
            last_at: report.at,
            first: report.seq,
            proofs: [(0, 0); PROOFS],
            older: first,
        };
        trouble.add(report);
        self.rows.push(trouble);
        let newest = self.rows.len() as u32;
        match (report.who, report.topic) {
            (Some(who), _) => set_head(&mut self.of_endpoint, who.0, newest),
            (None, Some(topic)) => set_head(&mut self.of_topic, topic.0, newest),
            (None, None) => self.of_nobody = newest,
        }
    }

    fn head(&self, report: &Report) -> u32 {
        match (report.who, report.topic) {
            (Some(who), _) => head(&self.of_endpoint, who.0),
            (None, Some(topic)) => head(&self.of_topic, topic.0),
            (None, None) => self.of_nobody,
        }
    }
}

fn head(heads: &CowVec<u32>, index: u32) -> u32 {
    heads.get(index as usize).copied().unwrap_or(0)
}

fn set_head(heads: &mut CowVec<u32>, index: u32, newest: u32) {
    while heads.len() <= index as usize {
        heads.push(0);
    }
    if let Some(head) = heads.get_mut(index as usize) {
        *head = newest;
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn found(code: Code, who: Option<u32>, topic: u32, seq: u64) -> Report {
        Report {
            code,
            seq: Some(Seq(seq)),
            proof: (seq > 1).then(|| Seq(seq - 1)),
            who: who.map(EndpointId),
            topic: Some(TopicId(topic)),
            at: Timestamp(seq as i64),
        }
    }

    #[test]
    fn findings_gather_by_code_and_whom() {
        let mut table = Troubles::default();
        for seq in 1..=20 {
            table.add(&found(Code::QosTwo, Some(7), seq as u32, seq), 100);
        }
        table.add(&found(Code::Unanswered, Some(7), 1, 21), 100);
        table.add(&found(Code::QosTwo, Some(8), 1, 22), 100);
        table.add(&found(Code::NonUsp, None, 1, 23), 100);
        table.add(&found(Code::NonUsp, None, 2, 24), 100);
        let before = table.lend();
        table.add(&found(Code::NonUsp, None, 2, 25), 100);

        let codes = |table: &Troubles, id| {
            table.of_endpoint(EndpointId(id)).map(|t| (t.code, t.count)).collect::<Vec<_>>()
        };
        assert_eq!(codes(&table, 7), [(Code::Unanswered, 1), (Code::QosTwo, 20)]);
        assert_eq!(codes(&table, 8), [(Code::QosTwo, 1)]);
        assert_eq!(codes(&table, 9), []);
        assert_eq!(table.of_topic(TopicId(2)).next().unwrap().count, 2);
        assert_eq!(before.of_topic(TopicId(2)).next().unwrap().count, 1, "a clone stays");
        assert_eq!((table.counts().of(Code::QosTwo), table.counts().total()), (21, 25));

        let qos = *table.rows().get(0).unwrap();
        assert_eq!(
            (qos.first, qos.first_at, qos.last_at),
            (Some(Seq(1)), Timestamp(1), Timestamp(20))
        );
        assert_eq!(qos.topic, Some(TopicId(20)));
        let proofs: Vec<Proof> = qos.proofs().collect();
        assert_eq!(proofs.len(), PROOFS);
        assert_eq!(proofs[0], Proof { subject: Some(Seq(20)), other: Some(Seq(19)) });
        assert_eq!(proofs[7].subject, Some(Seq(13)));
    }

    #[test]
    fn beyond_the_cap_they_are_counted() {
        let mut table = Troubles::default();
        for who in 1..=5 {
            table.add(&found(Code::QosTwo, Some(who), 1, u64::from(who)), 2);
        }
        table.add(&found(Code::QosTwo, Some(1), 1, 6), 2);
        assert_eq!((table.rows().len(), table.refused()), (2, 3));
        assert_eq!((table.counts().total(), table.rows().get(0).unwrap().count), (6, 2));
    }
}
