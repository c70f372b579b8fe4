//! A second life of what was received, fit to be shown to others: the same messages with
//! pseudonyms for identifiers and values, taken through store and analysis of their own. All that
//! is drawn, copied or exported from its snapshots is veiled, whichever way it gets there.

use super::pipeline::Pipeline;
use super::snapshot::Snapshot;
use crate::core::ids::Seq;
use crate::core::wire::{Prop, WireBatch};
use crate::store::Budgets;
use crate::usp::veil::Veil;

/// Newest messages taken over when the veil is put on; going through more would take long.
pub const TAKEN_OVER: u64 = 100_000;

/// The share of the memory for messages that the second life may use.
const SHARE: usize = 4;

/// See the module text.
pub struct Veiled {
    veil: Veil,
    pipeline: Pipeline,
    next: Seq,
    dropped: u64,
}

impl Veiled {
    /// An empty one, to be filled from `real` with [`Self::catch_up`]. `key` makes its pseudonyms.
    #[must_use]
    pub fn new(real: &Snapshot, key: u64) -> Self {
        let budgets = *real.budgets();
        let budgets = Budgets { bytes: budgets.bytes / SHARE, ..budgets };
        let next = real.end_seq().0.saturating_sub(TAKEN_OVER).max(real.first_seq().0);
        let epoch = real.epoch().veiled();
        let dropped = real.counters().dropped;
        Self {
            veil: Veil::new(key),
            pipeline: Pipeline::new(budgets, epoch),
            next: Seq(next),
            dropped,
        }
    }

    /// Takes over at most `most` messages. True if there are more.
    pub fn catch_up(&mut self, real: &Snapshot, most: usize) -> bool {
        let dropped = real.counters().dropped;
        self.pipeline.note_dropped(dropped.saturating_sub(self.dropped));
        self.dropped = dropped;
        if self.next < real.first_seq() {
            self.next = real.first_seq();
        }
        let mut batch = WireBatch::new();
        for row in real.rows_from(self.next).take(most) {
            self.next = Seq(row.seq.0 + 1);
            let whole = real.whole(row.seq).map(|whole| &*whole.bytes);
            let payload = self.veil.record(row.payload(), whole);
            let topic = self.veil.topic(real.topic_name(row.topic));
            batch.push(row.at, topic.as_bytes(), &payload, row.delivery(), |props| {
                for prop in row.props().iter() {
                    self.prop(prop, |veiled| props.add(veiled));
                }
            });
        }
        self.pipeline.apply(&batch);
        self.next < real.end_seq()
    }

    fn prop(&self, prop: Prop<'_>, mut add: impl FnMut(Prop<'_>)) {
        let text = String::from_utf8_lossy;
        match prop {
            Prop::ResponseTopic(topic) => {
                add(Prop::ResponseTopic(self.veil.topic(&text(topic)).as_bytes()));
            }
            Prop::CorrelationData(data) => {
                add(Prop::CorrelationData(self.veil.pseudonym(&text(data)).as_bytes()));
            }
            Prop::User(name, value) => {
                let veiled = self.veil.property(&text(name), &text(value));
                add(Prop::User(name, veiled.as_bytes()));
            }
            Prop::ContentType(_)
            | Prop::MessageExpiry(_)
            | Prop::PayloadFormat(_)
            | Prop::SubscriptionId(_) => add(prop),
        }
    }

    /// The pipeline, for its snapshots, its time limits and the data models on view.
    pub fn pipeline(&mut self) -> &mut Pipeline {
        &mut self.pipeline
    }
}
