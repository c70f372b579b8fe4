//! The queue between the connection and the store: bounded in bytes, in order, with counted
//! drops. When it is full the newest batch is lost, here where it can be counted, instead of in
//! the broker where nobody counts it.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::analysis::layout::Layout;
use crate::core::ids::{EndpointId, Epoch};
use crate::core::wire::WireBatch;

/// Bytes of batches that may wait, unless told otherwise: some 150,000 to 300,000 messages.
pub const QUEUE_BYTES: usize = 64 * 1024 * 1024;

/// Fixed cost of a queued message beside its bytes.
const MESSAGE_OVERHEAD: usize = 48;

/// Empty batches kept for reuse.
const SPARE_BATCHES: usize = 16;

/// Something for the ingest thread.
pub(super) enum Item {
    /// Messages.
    Batch(WireBatch),
    /// So many messages were lost at this point.
    Dropped(u64),
    /// Show the data models of these devices.
    Focus(Vec<EndpointId>),
    /// Look whether the veil is on.
    Veil,
    /// Start over with an empty store, expecting these topics.
    Restart(Epoch, Source, Layout),
}

/// Where messages come from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Source {
    /// A connection: time passes even while nothing comes.
    Live,
    /// A recording: its time stands still at its last message.
    Recording,
}

#[derive(Default)]
struct Inner {
    items: VecDeque<Item>,
    bytes: usize,
    spare: Vec<WireBatch>,
    epoch: Epoch,
    veiled: bool,
    closed: bool,
}

/// See the module text.
pub(super) struct Queue {
    inner: Mutex<Inner>,
    ready: Condvar,
    room: Condvar,
    max_bytes: usize,
}

fn cost(batch: &WireBatch) -> usize {
    batch.bytes() + batch.len() * MESSAGE_OVERHEAD
}

impl Queue {
    pub(super) fn with_max_bytes(max_bytes: usize) -> Self {
        Self { inner: Mutex::default(), ready: Condvar::new(), room: Condvar::new(), max_bytes }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // A panic elsewhere leaves the queue itself consistent.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a batch, or counts its messages as lost if there is no room; never blocks. Returns
    /// an empty batch to fill next.
    pub(super) fn push(&self, batch: WireBatch) -> WireBatch {
        let mut inner = self.lock();
        // An empty queue takes any batch: one huge packet must not be lost for ever.
        if inner.bytes + cost(&batch) > self.max_bytes && inner.bytes > 0 {
            let lost = batch.len() as u64;
            match inner.items.back_mut() {
                Some(Item::Dropped(n)) => *n += lost,
                _ => inner.items.push_back(Item::Dropped(lost)),
            }
            drop(inner);
            let mut batch = batch;
            batch.clear();
            return batch;
        }
        self.put(inner, batch)
    }

    /// Adds a batch, waiting for room; for sources that can wait, such as files. Returns an
    /// empty batch, or `None` once the queue is closed or another epoch began.
    pub(super) fn push_waiting(&self, batch: WireBatch, epoch: Epoch) -> Option<WireBatch> {
        let mut inner = self.lock();
        let over = |inner: &Inner| inner.closed || inner.epoch != epoch;
        while inner.bytes + cost(&batch) > self.max_bytes && inner.bytes > 0 && !over(&inner) {
            inner = self.room.wait(inner).unwrap_or_else(PoisonError::into_inner);
        }
        if over(&inner) {
            return None;
        }
        Some(self.put(inner, batch))
    }

    fn put(&self, mut inner: MutexGuard<'_, Inner>, batch: WireBatch) -> WireBatch {
        inner.bytes += cost(&batch);
        inner.items.push_back(Item::Batch(batch));
        let spare = inner.spare.pop().unwrap_or_default();
        drop(inner);
        self.ready.notify_one();
        spare
    }

    /// Makes the store start over; what is queued before it is thrown away.
    pub(super) fn restart(&self, epoch: Epoch, source: Source, layout: Layout) {
        let mut inner = self.lock();
        inner.items.clear();
        inner.bytes = 0;
        inner.epoch = epoch;
        inner.items.push_back(Item::Restart(epoch, source, layout));
        drop(inner);
        self.ready.notify_one();
        self.room.notify_all();
    }

    /// Chooses the devices whose data models are shown.
    pub(super) fn focus(&self, devices: Vec<EndpointId>) {
        self.lock().items.push_back(Item::Focus(devices));
        self.ready.notify_one();
    }

    /// Puts the veil on or off; a restart does not change it.
    pub(super) fn veil(&self, on: bool) {
        let mut inner = self.lock();
        inner.veiled = on;
        inner.items.push_back(Item::Veil);
        drop(inner);
        self.ready.notify_one();
    }

    /// True while the veil is on.
    pub(super) fn is_veiled(&self) -> bool {
        self.lock().veiled
    }

    /// Takes the oldest item, waiting up to `limit` (for ever if `None`). `Err` once the queue is
    /// closed and empty; `Ok(None)` when the time is over.
    pub(super) fn pop(&self, limit: Option<Duration>) -> Result<Option<Item>, Closed> {
        let mut inner = self.lock();
        loop {
            if let Some(item) = inner.items.pop_front() {
                if let Item::Batch(batch) = &item {
                    inner.bytes -= cost(batch);
                }
                drop(inner);
                self.room.notify_all();
                return Ok(Some(item));
            }
            if inner.closed {
                return Err(Closed);
            }
            match limit {
                Some(limit) if limit.is_zero() => return Ok(None),
                Some(limit) => {
                    let (guard, timeout) = self
                        .ready
                        .wait_timeout(inner, limit)
                        .unwrap_or_else(PoisonError::into_inner);
                    inner = guard;
                    if timeout.timed_out() && inner.items.is_empty() && !inner.closed {
                        return Ok(None);
                    }
                }
                None => {
                    inner = self.ready.wait(inner).unwrap_or_else(PoisonError::into_inner);
                }
            }
        }
    }

    /// Gives a used batch back for reuse.
    pub(super) fn recycle(&self, mut batch: WireBatch) {
        // A batch swollen by one huge packet would pin that memory.
        if batch.bytes() > 1024 * 1024 {
            return;
        }
        batch.clear();
        let mut inner = self.lock();
        if inner.spare.len() < SPARE_BATCHES {
            inner.spare.push(batch);
        }
    }

    /// Lets the ingest thread end after what is queued.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.ready.notify_all();
        self.room.notify_all();
    }
}

/// The queue was closed.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Closed;

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::core::time::Timestamp;
    use crate::core::wire::Delivery;

    fn batch(messages: usize, bytes: usize) -> WireBatch {
        let mut batch = WireBatch::new();
        for _ in 0..messages {
            batch.push(Timestamp(0), b"t", &vec![0; bytes], Delivery::default(), |_| {});
        }
        batch
    }

    #[test]
    fn what_does_not_fit_is_counted_where_it_is_missing() {
        let queue = Queue::with_max_bytes(10_000);
        queue.push(batch(2, 4000));
        queue.push(batch(3, 4000));
        queue.push(batch(4, 4000));
        assert!(matches!(queue.pop(None), Ok(Some(Item::Batch(b))) if b.len() == 2));
        assert!(matches!(queue.pop(None), Ok(Some(Item::Dropped(7)))));
        queue.push(batch(1, 50_000));
        assert!(matches!(queue.pop(None), Ok(Some(Item::Batch(b))) if b.len() == 1));
        assert!(queue.pop(Some(Duration::ZERO)).unwrap().is_none());
        queue.close();
        assert!(matches!(queue.pop(None), Err(Closed)));
    }

    #[test]
    fn a_source_of_an_earlier_epoch_is_turned_away() {
        let queue = Queue::with_max_bytes(10_000);
        queue.restart(Epoch(1), Source::Live, Layout::default());
        assert!(queue.push_waiting(batch(1, 10), Epoch(1)).is_some());
        queue.restart(Epoch(2), Source::Recording, Layout::default());
        assert!(queue.push_waiting(batch(1, 10), Epoch(1)).is_none());
        let next = queue.pop(None);
        assert!(matches!(next, Ok(Some(Item::Restart(Epoch(2), Source::Recording, _)))));
        assert!(queue.pop(Some(Duration::ZERO)).unwrap().is_none());
    }
}
