//! The least that a monitor of USP does: scan, keep and pair. Benchmarks hold the whole analysis
//! against it, in one run; nothing else uses it.

use super::budgets::Budgets;
use super::exchanges::{Exchanges, Match, TimedOut};
use super::latency::{Latencies, LatencySample};
use super::note::{Note, Reports};
use crate::core::block_log::BlockLog;
use crate::core::ids::Epoch;
use crate::core::wire::{WireBatch, WireMsg};
use crate::store::row::Pair;
use crate::store::{self, Store};
use crate::usp::scan::scan;

/// See the module text.
pub struct Yardstick {
    store: Store,
    exchanges: Exchanges,
    latencies: Latencies,
    samples: BlockLog<LatencySample>,
    reports: Reports,
}

impl Yardstick {
    /// An empty one with the usual bounds.
    #[must_use]
    pub fn new(budgets: store::Budgets) -> Self {
        let analysis = Budgets::default();
        Self {
            store: Store::new(budgets, Epoch::default()),
            exchanges: Exchanges::new(&analysis),
            latencies: Latencies::new(analysis.latency_cells),
            samples: BlockLog::with_capacity(analysis.latencies),
            reports: Reports::new(),
        }
    }

    /// Takes all messages of a batch.
    pub fn apply(&mut self, batch: &WireBatch) {
        for msg in batch.iter() {
            self.message(&msg);
        }
        self.store.finish_batch();
    }

    /// Pairs found.
    #[must_use]
    pub fn pairs(&self) -> u64 {
        self.samples.end()
    }

    fn message(&mut self, msg: &WireMsg<'_>) {
        let Self { store, exchanges, latencies, samples, reports } = self;
        let summary = scan(msg.payload);
        let met = store.meet(msg, &summary);
        exchanges.advance(store.now(), reports, |lost: TimedOut| {
            latencies.timed_out(lost.device, lost.kind);
        });
        let direction = store.keep(msg, &summary, &met, false);
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
            whole: None,
        };
        let offered = exchanges.offer(&note, None, reports);
        match offered.what {
            Match::None => {}
            Match::Repeat { first } => {
                if let Some(mark) = store.mark(met.seq) {
                    mark.pair = Some(Pair::RepeatOf { first });
                }
            }
            Match::Pair { request, response, latency_nanos } => {
                if let Some(mark) = store.mark(request) {
                    mark.pair = Some(Pair::AnsweredBy { response, latency_nanos });
                }
                if let Some(mark) = store.mark(response) {
                    mark.pair = Some(Pair::Answers { request, latency_nanos });
                }
                let log = &exchanges.log;
                if let Some(exchange) = offered.exchange.and_then(|id| log.get(id.place())) {
                    let (device, kind) = (exchange.device(), exchange.kind);
                    latencies.answered(device, kind, latency_nanos);
                    samples.push(LatencySample {
                        at: note.at,
                        device,
                        request: kind,
                        nanos: latency_nanos,
                        answer: response,
                    });
                }
            }
        }
        reports.clear();
        store.evict();
    }
}
