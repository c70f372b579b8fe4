//! Time limits: every wait of a diagnosis ends.

use std::time::Duration;

use crate::core::time::Stopwatch;

/// A stretch of time that several waits share.
#[derive(Clone, Copy)]
pub(super) struct Limit {
    since: Stopwatch,
    length: Duration,
}

impl Limit {
    /// Starts now.
    pub fn of(length: Duration) -> Self {
        Self { since: Stopwatch::start(), length }
    }

    /// What is left of it.
    pub fn left(&self) -> Duration {
        self.length.saturating_sub(self.since.elapsed())
    }

    /// A stretch from now on, no longer than what is left.
    pub fn at_most(&self, length: Duration) -> Self {
        Self::of(length.min(self.left()))
    }

    /// Waits for `work`, but not beyond the limit.
    pub async fn wait<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        tokio::time::timeout(self.left(), work).await.ok()
    }
}
