//! Time limits of exchanges, in the order in which they run out.

use std::collections::VecDeque;

use crate::core::ids::ExchangeId;
use crate::core::time::Timestamp;

/// Ends in order of deadline: one queue per length of the time limit.
#[derive(Default)]
pub(super) struct Timers {
    queues: Vec<(i64, VecDeque<(Timestamp, ExchangeId)>)>,
    tidy_at: usize,
}

/// Fewer timers are not worth tidying up.
const TIDY: usize = 4096;

impl Timers {
    pub(super) fn add(&mut self, nanos: i64, at: Timestamp, id: ExchangeId) {
        match self.queues.iter_mut().find(|queue| queue.0 == nanos) {
            Some(queue) => queue.1.push_back((at, id)),
            None => self.queues.push((nanos, VecDeque::from([(at, id)]))),
        }
    }

    /// True if anything has run out by `now`.
    #[inline]
    pub(super) fn is_due(&self, now: Timestamp) -> bool {
        self.queues.iter().any(|(nanos, queue)| {
            queue.front().is_some_and(|&(at, _)| at.0.saturating_add(*nanos) <= now.0)
        })
    }

    /// The queue whose front runs out first.
    pub(super) fn first(&self) -> Option<(usize, Timestamp, ExchangeId)> {
        let fronts = self.queues.iter().enumerate().filter_map(|(n, (nanos, queue))| {
            let &(at, id) = queue.front()?;
            Some((n, Timestamp(at.0.saturating_add(*nanos)), id))
        });
        fronts.min_by_key(|&(n, deadline, _)| (deadline, n))
    }

    pub(super) fn pop(&mut self, queue: usize) {
        if let Some(queue) = self.queues.get_mut(queue) {
            queue.1.pop_front();
        }
    }

    pub(super) fn len(&self) -> usize {
        self.queues.iter().map(|queue| queue.1.len()).sum()
    }

    /// Throws away what need not be waited for any more, once that is likely to be half of it.
    pub(super) fn tidy(&mut self, waits: impl Fn(ExchangeId) -> bool) {
        if self.len() < self.tidy_at {
            return;
        }
        for queue in &mut self.queues {
            queue.1.retain(|&(_, id)| waits(id));
        }
        self.tidy_at = 2 * self.len() + TIDY;
    }
}
