//! The bounds of what is known beyond the messages; each is visible with its use in the window.

use crate::usp::kind::MsgKind;

/// Upper limits. Defaults suit a laptop watching 100,000 devices.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Budgets {
    /// Requests waiting for an answer at once; the oldest are given up beyond that.
    pub open_requests: usize,
    /// Answered requests remembered for repeats and second answers.
    pub answered_requests: usize,
    /// How long a request is remembered after its first transmission, seconds of message time.
    /// Answers that come later are orphans.
    pub remember_secs: u32,
    /// Seconds without an answer after which a request has timed out.
    pub timeout_secs: u32,
    /// The same for Operate and GetSupportedDM, which take devices longer.
    pub slow_timeout_secs: u32,
    /// Exchanges kept for showing.
    pub exchanges: usize,
    /// Latency samples kept for plots.
    pub latencies: usize,
    /// Device × message type pairs whose response times are told apart.
    pub latency_cells: usize,
    /// Bytes of segments waiting for the rest of their Msg, all streams together.
    pub segment_bytes: usize,
    /// Bytes of segments of one stream.
    pub stream_bytes: usize,
    /// Streams of segments at once.
    pub streams: usize,
    /// Seconds of message time without another segment after which an unfinished Msg is given up.
    pub segment_secs: u32,
    /// Bytes of reassembled Msgs kept for showing.
    pub whole_bytes: usize,
    /// Bytes of the data models seen, all devices together.
    pub shadow_bytes: usize,
    /// Changes kept per parameter.
    pub shadow_history: usize,
    /// Bytes of topics, versions and names that endpoints gave, all endpoints together.
    pub endpoint_bytes: usize,
    /// Kinds of trouble told apart: a code with a device or topic.
    pub troubles: usize,
    /// Operations kept for showing.
    pub operations: usize,
    /// Subscriptions known, all devices together.
    pub subscriptions: usize,
}

impl Default for Budgets {
    fn default() -> Self {
        Self {
            open_requests: 100_000,
            answered_requests: 100_000,
            remember_secs: 600,
            timeout_secs: 30,
            slow_timeout_secs: 120,
            exchanges: 400_000,
            // Going through them for the plot is most of what a frame can cost.
            latencies: 64 * 1024,
            latency_cells: 400_000,
            segment_bytes: 64 * 1024 * 1024,
            stream_bytes: 16 * 1024 * 1024,
            streams: 10_000,
            segment_secs: 60,
            whole_bytes: 32 * 1024 * 1024,
            shadow_bytes: 256 * 1024 * 1024,
            shadow_history: 64,
            endpoint_bytes: 32 * 1024 * 1024,
            troubles: 20_000,
            operations: 20_000,
            subscriptions: 200_000,
        }
    }
}

impl Budgets {
    /// Nanoseconds without an answer after which a request of this kind has timed out.
    #[must_use]
    pub fn timeout_nanos(&self, request: MsgKind) -> i64 {
        let secs = match request {
            MsgKind::Operate | MsgKind::GetSupportedDm => self.slow_timeout_secs,
            _ => self.timeout_secs,
        };
        i64::from(secs) * 1_000_000_000
    }
}

/// What a limit has cost so far: how often something was given up or not told apart. All zero
/// means that nothing is missing.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Losses {
    /// Open requests given up for want of room.
    pub open_requests: u64,
    /// Messages of endpoints beyond the cap, which can't be paired.
    pub unpaired: u64,
    /// Response times not told apart by device and type.
    pub latency_cells: u64,
    /// Segments given up for want of room or time.
    pub segments: u64,
    /// Reassembled Msgs no longer kept.
    pub wholes: u64,
    /// Parameters and objects not kept, because the memory for data models is full.
    pub shadow_values: u64,
    /// Earlier values of parameters not kept for the same reason.
    pub shadow_history: u64,
    /// Texts of endpoints not kept, because the memory for them is full.
    pub endpoint_texts: u64,
    /// Problems of devices or topics not told apart.
    pub troubles: u64,
    /// Operations no longer followed.
    pub operations: u64,
    /// Subscriptions not remembered.
    pub subscriptions: u64,
}

impl Losses {
    /// What was lost, in words for people, and how often; nothing while no limit was reached.
    pub fn reached(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let Self {
            open_requests,
            unpaired,
            latency_cells,
            segments,
            wholes,
            shadow_values,
            shadow_history,
            troubles,
            operations,
            subscriptions,
            endpoint_texts,
        } = *self;
        [
            ("open requests given up", open_requests),
            ("messages of endpoints beyond the limit, not paired", unpaired),
            ("response times not told apart", latency_cells),
            ("segments given up", segments),
            ("reassembled Msgs no longer kept whole", wholes),
            ("parameters of data models not kept", shadow_values),
            ("earlier values of parameters not kept", shadow_history),
            ("problems not told apart", troubles),
            ("operations no longer followed", operations),
            ("subscriptions not remembered", subscriptions),
            ("texts about endpoints not kept", endpoint_texts),
        ]
        .into_iter()
        .filter(|(_, count)| *count > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_limits_that_were_reached_are_told() {
        assert_eq!(Losses::default().reached().count(), 0);
        let losses = Losses { segments: 3, ..Losses::default() };
        assert_eq!(losses.reached().collect::<Vec<_>>(), [("segments given up", 3)]);
    }
}
