//! Thread `usp-ingest`: owns the store, takes batches from the queue, publishes snapshots.

use std::sync::Arc;
use std::time::Duration;

use super::channel::{Item, Queue};
use super::publisher::Publisher;
use crate::core::ids::Epoch;
use crate::core::time::Stopwatch;
use crate::store::{Budgets, Store};

/// At most 30 snapshots a second while data flows; more is not seen and costs copying.
const PUBLISH_EVERY: Duration = Duration::from_millis(33);

pub(super) fn run(queue: &Queue, publisher: &Arc<Publisher>, budgets: Budgets) {
    let mut store = Store::new(budgets, Epoch::default());
    let mut last_publish: Option<Stopwatch> = None;
    let mut dirty = false;
    loop {
        let due_in = last_publish
            .map_or(Duration::ZERO, |last| PUBLISH_EVERY.saturating_sub(last.elapsed()));
        if dirty && due_in.is_zero() {
            publisher.publish(store.snapshot());
            last_publish = Some(Stopwatch::start());
            dirty = false;
            continue;
        }
        let Ok(item) = queue.pop(dirty.then_some(due_in)) else {
            // Closed: what came last is still worth seeing.
            if dirty {
                publisher.publish(store.snapshot());
            }
            return;
        };
        match item {
            Some(Item::Batch(batch)) => {
                store.apply(&batch);
                queue.recycle(batch);
                dirty = true;
            }
            Some(Item::Dropped(messages)) => {
                store.note_dropped(messages);
                dirty = true;
            }
            Some(Item::Restart(epoch)) => {
                store = Store::new(budgets, epoch);
                last_publish = None;
                dirty = true;
            }
            None => {}
        }
    }
}
