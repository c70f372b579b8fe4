//! When a list that is dear to make is to be made again: not before there is news, and not more
//! often than one can read.

use std::time::Duration;

use crate::core::time::Stopwatch;

/// See the module text. A new one is due at once.
#[derive(Default)]
pub struct Pace(Option<(u64, Stopwatch)>);

impl Pace {
    /// True if the list is to be made of the snapshot of this generation.
    #[must_use]
    pub fn is_due(&self, generation: u64, every: Duration) -> bool {
        self.0.as_ref().is_none_or(|(made, at)| *made != generation && at.elapsed() >= every)
    }

    /// The list was made of the snapshot of this generation.
    pub fn made(&mut self, generation: u64) {
        self.0 = Some((generation, Stopwatch::start()));
    }

    /// The list is to be made again at once: something else is wanted.
    pub fn reset(&mut self) {
        self.0 = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_news_is_due_and_only_after_a_while() {
        let mut pace = Pace::default();
        assert!(pace.is_due(1, Duration::MAX));
        pace.made(1);
        assert!(!pace.is_due(1, Duration::ZERO));
        assert!(!pace.is_due(2, Duration::MAX));
        assert!(pace.is_due(2, Duration::ZERO));
        pace.reset();
        assert!(pace.is_due(1, Duration::MAX));
    }
}
