//! The least that a monitor of USP does: scan, keep and pair. Benchmarks hold the whole analysis
//! against it, in one run; nothing else uses it.

use super::budgets::Budgets;
use super::exchanges::{Exchanges, Match, TimedOut};
use super::latency::{Latencies, LatencySample};
use super::note::{Note, Reports};
use super::pipeline::tie;
use crate::core::block_log::BlockLog;
use crate::core::ids::Epoch;
use crate::core::wire::{WireBatch, WireMsg};
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
        let note = Note::new(msg, &met, &summary, direction, None);
        let offered = exchanges.offer(&note, None, reports);
        tie(store, note.seq, offered, None);
        let exchange = offered.exchange.and_then(|id| exchanges.log.get(id.place()));
        if let (Match::Pair { response, latency_nanos, .. }, Some(exchange)) =
            (offered.what, exchange)
        {
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
        reports.clear();
        store.evict();
    }
}
