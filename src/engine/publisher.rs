//! The newest snapshot and the events, for whoever looks; and the waker that says when to look.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::event::EngineEvent;
use crate::analysis::Snapshot;
use crate::mqtt::link::LinkState;

/// Events kept while nobody looks; the link's state is kept apart and never lost.
const EVENTS_KEPT: usize = 1000;

/// Called when there is something new; must return at once.
pub type Waker = Arc<dyn Fn() + Send + Sync>;

pub(super) struct Publisher {
    snapshot: Mutex<Arc<Snapshot>>,
    /// Snapshots that others may still hold. They are dropped here, on the ingest thread, so
    /// that freeing hundreds of MB never happens inside a frame.
    retired: Mutex<Vec<Arc<Snapshot>>>,
    events: Mutex<VecDeque<EngineEvent>>,
    link: Mutex<LinkState>,
    woken: AtomicBool,
    waker: Waker,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Publisher {
    pub(super) fn new(first: Snapshot, waker: Waker) -> Self {
        Self {
            snapshot: Mutex::new(Arc::new(first)),
            retired: Mutex::default(),
            events: Mutex::default(),
            link: Mutex::new(LinkState::Idle),
            woken: AtomicBool::new(false),
            waker,
        }
    }

    /// Puts a snapshot in the slot; the former one is dropped once nobody holds it.
    pub(super) fn publish(&self, snapshot: Snapshot) {
        let former = std::mem::replace(&mut *lock(&self.snapshot), Arc::new(snapshot));
        let mut retired = lock(&self.retired);
        retired.push(former);
        retired.retain(|old| Arc::strong_count(old) > 1);
        drop(retired);
        self.wake();
    }

    pub(super) fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&lock(&self.snapshot))
    }

    pub(super) fn event(&self, event: EngineEvent) {
        if let EngineEvent::Link(state) = &event {
            *lock(&self.link) = state.clone();
        }
        let mut events = lock(&self.events);
        if events.len() >= EVENTS_KEPT {
            events.pop_front();
        }
        events.push_back(event);
        drop(events);
        self.wake();
    }

    pub(super) fn link(&self) -> LinkState {
        lock(&self.link).clone()
    }

    pub(super) fn take_events(&self) -> Vec<EngineEvent> {
        lock(&self.events).drain(..).collect()
    }

    /// From now on the next news wakes again.
    pub(super) fn clear_wake(&self) {
        self.woken.store(false, Ordering::SeqCst);
    }

    /// Wakes whoever looks, once until they looked: thousands of wakes a second have hung
    /// window systems.
    fn wake(&self) {
        if !self.woken.swap(true, Ordering::SeqCst) {
            (self.waker)();
        }
    }
}
