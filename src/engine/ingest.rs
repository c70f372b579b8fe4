//! Thread `usp-ingest`: owns store and analysis, takes batches from the queue, publishes
//! snapshots. While nothing comes it lets time pass, so that time limits run out on screen.

use std::sync::Arc;
use std::time::Duration;

use super::channel::{Item, Queue, Source};
use super::publisher::Publisher;
use crate::analysis::Pipeline;
use crate::analysis::veiled::Veiled;
use crate::core::ids::Epoch;
use crate::core::time::{Clock, Stopwatch, Timestamp};
use crate::store::Budgets;

/// At most 30 snapshots a second while data flows; more is not seen and costs copying.
const PUBLISH_EVERY: Duration = Duration::from_millis(33);

/// How often time limits are looked at while nothing comes.
const TICK: Duration = Duration::from_millis(500);

/// Messages veiled before the next snapshot, so that receiving never waits long.
const VEILED_AT_ONCE: usize = 5_000;

/// Time limits are looked at this much late, so that a message that is still on its way here
/// comes first.
const LAG_NANOS: i64 = 1_000_000_000;

pub(super) fn run(queue: &Queue, publisher: &Arc<Publisher>, clock: &dyn Clock, budgets: Budgets) {
    let mut pipeline = Pipeline::new(budgets, Epoch::default());
    let mut source = Source::Recording;
    let mut last_publish: Option<Stopwatch> = None;
    let mut dirty = false;
    let mut veiled: Option<Veiled> = None;
    loop {
        if queue.is_veiled() != veiled.is_some() {
            veiled = match veiled {
                Some(_) => None,
                None => Some(Veiled::new(&pipeline.snapshot(), fastrand::u64(..))),
            };
            dirty = true;
        }
        let due_in = last_publish
            .map_or(Duration::ZERO, |last| PUBLISH_EVERY.saturating_sub(last.elapsed()));
        if dirty && due_in.is_zero() {
            dirty = publish(publisher, &mut pipeline, veiled.as_mut());
            last_publish = Some(Stopwatch::start());
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
                publish(publisher, &mut pipeline, veiled.as_mut());
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
                // Its numbers are those of the snapshots on view.
                veiled.as_mut().map_or(&mut pipeline, Veiled::pipeline).focus(&devices);
                dirty = true;
            }
            Some(Item::Veil) => {}
            Some(Item::Restart(epoch, from, layout)) => {
                veiled = None;
                pipeline = Pipeline::new(budgets, epoch).with_layout(layout);
                source = from;
                last_publish = None;
                dirty = true;
            }
            None if ticks => {
                let now = Timestamp(clock.now().0 - LAG_NANOS);
                dirty |= pipeline.tick(now);
                if let Some(veiled) = &mut veiled {
                    dirty |= veiled.pipeline().tick(now);
                }
            }
            None => {}
        }
    }
}

/// Publishes what is to be seen. True if there is more to show at once.
fn publish(publisher: &Publisher, pipeline: &mut Pipeline, veiled: Option<&mut Veiled>) -> bool {
    let snapshot = pipeline.snapshot();
    let Some(veiled) = veiled else {
        publisher.publish(snapshot);
        return false;
    };
    let more = veiled.catch_up(&snapshot, VEILED_AT_ONCE);
    publisher.publish(veiled.pipeline().snapshot());
    more
}
