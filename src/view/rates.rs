//! Messages per second over the last minutes.

use crate::analysis::Snapshot;
use crate::core::time::Timestamp;

/// What arrived, by second.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rates {
    /// Messages of each second, the newest last; the second under way is not among them.
    pub bars: Vec<u32>,
    /// Messages in the last whole second.
    pub last: u32,
    /// The largest of the bars.
    pub peak: u32,
    /// Their mean, from the first second with messages on.
    pub mean: u32,
    /// Payload bytes in the last whole second.
    pub bytes: u64,
}

impl Rates {
    /// The last `bars` whole seconds before `now`.
    #[must_use]
    pub fn of(snapshot: &Snapshot, now: Timestamp, bars: usize) -> Self {
        let now_secs = now.0.div_euclid(1_000_000_000);
        let mut rates = Self { bars: vec![0; bars], last: 0, peak: 0, mean: 0, bytes: 0 };
        let seconds = snapshot.seconds();
        // One entry a second at most: older ones can't be on view.
        let from = seconds.end().saturating_sub(bars as u64 + 4);
        let (mut total, mut first) = (0u64, bars);
        for second in seconds.iter_from(from) {
            let Ok(back) = usize::try_from(now_secs - 1 - second.at_secs) else { continue };
            let Some(at) = bars.checked_sub(back + 1) else { continue };
            let Some(bar) = rates.bars.get_mut(at) else { continue };
            *bar = second.messages;
            rates.peak = rates.peak.max(second.messages);
            total += u64::from(second.messages);
            first = first.min(at);
            if back == 0 {
                (rates.last, rates.bytes) = (second.messages, second.bytes);
            }
        }
        if first < bars {
            rates.mean = u32::try_from(total / (bars - first) as u64).unwrap_or(u32::MAX);
        }
        rates
    }
}

/// So many seconds in words.
#[must_use]
pub fn span(seconds: usize) -> String {
    match (seconds / 60, seconds % 60) {
        (0, secs) => format!("{secs} s"),
        (mins, 0) => format!("{mins} min"),
        (mins, secs) => format!("{mins} min {secs} s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::Pipeline;
    use crate::core::ids::Epoch;
    use crate::core::wire::{Delivery, WireBatch};
    use crate::store::Budgets;

    #[test]
    fn seconds_stand_where_they_belong() {
        let secs = |n: i64| Timestamp((1_700_000_000 + n) * 1_000_000_000 + 5);
        let mut batch = WireBatch::new();
        for (second, messages) in [(0, 3), (1, 5), (4, 2), (5, 9)] {
            for _ in 0..messages {
                batch.push(secs(second), b"t", b"xy", Delivery::default(), |_| {});
            }
        }
        let mut pipeline = Pipeline::new(Budgets::default(), Epoch(1));
        pipeline.apply(&batch);
        let snapshot = pipeline.snapshot();
        // Second 5 is under way.
        let rates = Rates::of(&snapshot, secs(5), 6);
        assert_eq!(rates.bars, [0, 3, 5, 0, 0, 2]);
        assert_eq!((rates.last, rates.peak, rates.mean, rates.bytes), (2, 5, 2, 4));
        let later = Rates::of(&snapshot, secs(100), 6);
        assert_eq!((later.bars, later.peak), (vec![0; 6], 0));
        assert_eq!(Rates::of(&snapshot, secs(5), 2).bars, [0, 2]);
        assert_eq!([span(45), span(120), span(125)], ["45 s", "2 min", "2 min 5 s"]);
    }
}
