//! Collects messages and hands them over in batches: after 512 messages, 256 KiB or 5 ms,
//! whichever comes first. Has no clock of its own; the caller sleeps for [`FLUSH_AFTER`].

use std::time::Duration;

use super::session::Sink;
use crate::core::wire::WireBatch;

/// How long a lone message may wait for company.
pub(super) const FLUSH_AFTER: Duration = Duration::from_millis(5);
const FLUSH_MESSAGES: usize = 512;
const FLUSH_BYTES: usize = 256 * 1024;

/// The batch being filled.
#[derive(Default)]
pub(super) struct Batcher {
    pub batch: WireBatch,
}

impl Batcher {
    pub fn is_empty(&self) -> bool {
        self.batch.is_empty()
    }

    pub fn is_full(&self) -> bool {
        self.batch.len() >= FLUSH_MESSAGES || self.batch.bytes() >= FLUSH_BYTES
    }

    /// Hands over what there is and goes on with the batch the sink gives back.
    pub fn flush<S: Sink + ?Sized>(&mut self, sink: &mut S) {
        if self.batch.is_empty() {
            return;
        }
        self.batch = sink.batch(std::mem::take(&mut self.batch));
        self.batch.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::time::Timestamp;
    use crate::core::wire::Delivery;
    use crate::mqtt::link::LinkState;

    struct Count(Vec<usize>);

    impl Sink for Count {
        fn batch(&mut self, batch: WireBatch) -> WireBatch {
            self.0.push(batch.len());
            // Given back as it is: the batcher has to empty it.
            batch
        }

        fn state(&mut self, _: LinkState) {}
    }

    #[test]
    fn full_by_count_or_by_bytes_and_never_handed_over_empty() {
        let mut sink = Count(Vec::new());
        let mut batcher = Batcher::default();
        batcher.flush(&mut sink);
        for _ in 0..FLUSH_MESSAGES {
            assert!(!batcher.is_full());
            batcher.batch.push(Timestamp(1), b"t", b"p", Delivery::default(), |_| {});
        }
        assert!(batcher.is_full());
        batcher.flush(&mut sink);
        assert!(batcher.is_empty() && !batcher.is_full());
        batcher.batch.push(Timestamp(1), b"t", &[0; FLUSH_BYTES], Delivery::default(), |_| {});
        assert!(batcher.is_full());
        batcher.flush(&mut sink);
        assert_eq!(sink.0, [FLUSH_MESSAGES, 1]);
    }
}
