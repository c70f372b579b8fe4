//! Takes messages through store and analysis, one at a time and in order.

use super::budgets::{Budgets, Losses};
use super::exchanges::{Exchanges, Match, TimedOut};
use super::latency::{Latencies, LatencySample};
use super::note::{Note, Reports};
use super::operations::{OperationLog, Operations};
use super::snapshot::Snapshot;
use super::subscriptions::Learner;
use crate::core::block_log::BlockLog;
use crate::core::ids::Epoch;
use crate::core::time::Timestamp;
use crate::core::wire::{WireBatch, WireMsg};
use crate::store::row::Pair;
use crate::store::{self, Applied, Store};
use crate::usp::scan::scan;

/// Everything received and everything known about it; see the folder's text.
pub struct Pipeline {
    store: Store,
    analysis: Analysis,
}

/// What is known beyond the messages.
struct Analysis {
    budgets: Budgets,
    exchanges: Exchanges,
    latencies: Latencies,
    samples: BlockLog<LatencySample>,
    operations: Operations,
    subscriptions: Learner,
    /// Filled and emptied for each message.
    reports: Reports,
}

impl Pipeline {
    /// An empty one with the usual bounds of the analysis.
    #[must_use]
    pub fn new(budgets: store::Budgets, epoch: Epoch) -> Self {
        Self::with_budgets(budgets, Budgets::default(), epoch)
    }

    /// An empty one.
    #[must_use]
    pub fn with_budgets(budgets: store::Budgets, analysis: Budgets, epoch: Epoch) -> Self {
        Self { store: Store::new(budgets, epoch), analysis: Analysis::new(analysis) }
    }

    /// Takes all messages of a batch, and gives up the oldest ones beyond the budgets. How a
    /// stream is cut into batches makes no difference.
    pub fn apply(&mut self, batch: &WireBatch) -> Applied {
        let first = self.store.next_seq();
        for msg in batch.iter() {
            self.message(&msg);
        }
        self.store.finish_batch();
        Applied { first, messages: batch.len() }
    }

    /// Counts messages that were received and lost before they got here.
    pub fn note_dropped(&mut self, messages: u64) {
        self.store.note_dropped(messages);
    }

    /// Lets run out of time what does so by `now`, while no message comes. Changes nothing that
    /// the next message would not change. True if anything did.
    pub fn tick(&mut self, now: Timestamp) -> bool {
        if now <= self.store.now() {
            return false;
        }
        let changed = self.analysis.advance(&mut self.store, now);
        if changed {
            self.store.finish_batch();
        }
        changed
    }

    /// True while something waits for its time limit.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        self.analysis.exchanges.is_waiting() || self.analysis.operations.is_waiting()
    }

    /// The store's counters now.
    #[must_use]
    pub fn counters(&self) -> &store::counters::Counters {
        self.store.counters()
    }

    /// An immutable view of everything; costs microseconds, see [`Snapshot`].
    #[must_use]
    pub fn snapshot(&mut self) -> Snapshot {
        self.analysis.snapshot(self.store.snapshot())
    }

    #[cfg(test)]
    pub(super) fn operations_for_tests(&self) -> &Operations {
        &self.analysis.operations
    }

    #[cfg(test)]
    pub(super) fn subscriptions_for_tests(&self) -> &Learner {
        &self.analysis.subscriptions
    }

    fn message(&mut self, msg: &WireMsg<'_>) {
        let Self { store, analysis } = self;
        let summary = scan(msg.payload);
        let met = store.meet(msg, &summary);
        analysis.advance(store, store.now());
        let whole = None;
        let direction = store.keep(msg, &summary, &met, whole.is_some());
        let note = Note {
            seq: met.seq,
            at: msg.at,
            topic: met.topic,
            topic_bytes: msg.topic,
            props: msg.props,
            delivery: msg.delivery,
            payload: msg.payload,
            summary: &summary,
            from: met.from,
            to: met.to,
            direction,
            whole,
        };
        analysis.note(store, &note);
        store.evict();
    }
}

impl Analysis {
    fn new(budgets: Budgets) -> Self {
        Self {
            exchanges: Exchanges::new(&budgets),
            latencies: Latencies::new(budgets.latency_cells),
            samples: BlockLog::with_capacity(budgets.latencies),
            operations: Operations::new(&budgets),
            subscriptions: Learner::new(&budgets),
            reports: Reports::new(),
            budgets,
        }
    }

    /// Lets run out of time what does so by `now`. True if anything did.
    fn advance(&mut self, store: &mut Store, now: Timestamp) -> bool {
        let latencies = &mut self.latencies;
        self.exchanges.advance(now, &mut self.reports, |lost: TimedOut| {
            latencies.timed_out(lost.device, lost.responder, lost.kind);
        });
        let unanswered = self.operations.advance(now);
        self.take_reports(store) || unanswered
    }

    fn note(&mut self, store: &mut Store, note: &Note<'_>) {
        let grade = None;
        // A retained message is an old one that the broker replays to whoever subscribes.
        if !note.delivery.retain {
            let what = self.exchange(store, note, grade);
            self.operations.note(note, what);
            self.subscriptions.note(note, what);
        }
        self.take_reports(store);
    }

    fn exchange(
        &mut self,
        store: &mut Store,
        note: &Note<'_>,
        grade: Option<crate::usp::outcome::Grade>,
    ) -> Match {
        let offered = self.exchanges.offer(note, grade, &mut self.reports);
        if let Some(mark) = store.mark(note.seq) {
            mark.exchange = offered.exchange;
            mark.grade = grade;
        }
        match offered.what {
            Match::None => {}
            Match::Repeat { first } => {
                if let Some(mark) = store.mark(note.seq) {
                    mark.pair = Some(Pair::RepeatOf { first });
                }
            }
            Match::Pair { request, response, latency_nanos } => {
                if let Some(mark) = store.mark(request) {
                    mark.pair = Some(Pair::AnsweredBy { response, latency_nanos });
                    mark.exchange = offered.exchange;
                }
                if let Some(mark) = store.mark(response) {
                    mark.pair = Some(Pair::Answers { request, latency_nanos });
                    mark.exchange = offered.exchange;
                }
                let Some(exchange) =
                    offered.exchange.and_then(|id| self.exchanges.log.get(id.place()))
                else {
                    return offered.what;
                };
                let (device, responder) = (exchange.device(), exchange.responder);
                self.latencies.answered(device, responder, exchange.kind, latency_nanos);
                self.samples.push(LatencySample {
                    at: note.at,
                    device,
                    request: exchange.kind,
                    nanos: latency_nanos,
                    answer: response,
                });
            }
        }
        offered.what
    }

    /// Puts what was reported where it belongs. True if there was anything.
    fn take_reports(&mut self, store: &mut Store) -> bool {
        let any = !self.reports.is_empty();
        for report in self.reports.drain(..) {
            if let Some(mark) = report.seq.and_then(|seq| store.mark(seq)) {
                mark.problems |= report.code.bit();
            }
        }
        any
    }

    fn snapshot(&mut self, messages: store::Snapshot) -> Snapshot {
        self.latencies.settle();
        Snapshot {
            messages,
            budgets: self.budgets,
            losses: Losses {
                open_requests: self.exchanges.given_up,
                latency_cells: self.latencies.refused,
                operations: self.operations.given_up,
                subscriptions: self.subscriptions.lost,
                ..Losses::default()
            },
            open_requests: self.exchanges.open(),
            exchanges: self.exchanges.log.clone(),
            states: self.exchanges.counts,
            latencies: self.samples.clone(),
            latency_rows: self.latencies.rows.clone(),
            latency_totals: self.latencies.totals.clone(),
            operations: OperationLog {
                log: self.operations.log.clone(),
                refs: self.operations.refs.clone(),
            },
            subscriptions: self.subscriptions.known.clone(),
        }
    }
}
