//! Thread `usp-ingest`: owns store and analysis, takes batches from the queue, publishes
//! snapshots. While nothing comes it lets time pass, so that time limits run out on screen.

use std::sync::Arc;
use std::time::Duration;

use super::channel::{Item, Queue, Source};
use super::publisher::Publisher;
use crate::analysis::Pipeline;
use crate::core::ids::Epoch;
use crate::core::time::{Clock, Stopwatch, Timestamp};
use crate::store::Budgets;

/// At most 30 snapshots a second while data flows; more is not seen and costs copying.
const PUBLISH_EVERY: Duration = Duration::from_millis(33);

/// How often time limits are looked at while nothing comes.
const TICK: Duration = Duration::from_millis(500);

/// Time limits are looked at this much late, so that a message that is still on its way here
/// comes first.
const LAG_NANOS: i64 = 1_000_000_000;

pub(super) fn run(queue: &Queue, publisher: &Arc<Publisher>, clock: &dyn Clock, budgets: Budgets) {
    let mut pipeline = Pipeline::new(budgets, Epoch::default());
    let mut source = Source::Recording;
    let mut last_publish: Option<Stopwatch> = None;
    let mut dirty = false;
    loop {
        let due_in = last_publish
            .map_or(Duration::ZERO, |last| PUBLISH_EVERY.saturating_sub(last.elapsed()));
        if dirty && due_in.is_zero() {
            publisher.publish(pipeline.snapshot());
            last_publish = Some(Stopwatch::start());
            dirty = false;
            continue;
        }
        let ticks = source == Source::Live && pipeline.is_waiting();
        let wait = match (dirty, ticks) {
            (true, true) => Some(due_in.min(TICK)),
            (true, false) => Some(due_in),
            (false, true) => Some(TICK),
            (false, false) => None,
        };
        let Ok(item) = queue.pop(wait) else {
            // Closed: what came last is still worth seeing.
            if dirty {
                publisher.publish(pipeline.snapshot());
            }
            return;
        };
        match item {
            Some(Item::Batch(batch)) => {
                pipeline.apply(&batch);
                queue.recycle(batch);
                dirty = true;
            }
            Some(Item::Dropped(messages)) => {
                pipeline.note_dropped(messages);
                dirty = true;
            }
            Some(Item::Focus(devices)) => {
                pipeline.focus(&devices);
                dirty = true;
            }
            Some(Item::Restart(epoch, from)) => {
                pipeline = Pipeline::new(budgets, epoch);
                source = from;
                last_publish = None;
                dirty = true;
            }
            None if ticks => dirty |= pipeline.tick(Timestamp(clock.now().0 - LAG_NANOS)),
            None => {}
        }
    }
}
