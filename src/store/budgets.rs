//! The bounds of the store; each is visible with its use in the window.

/// Upper limits. Defaults suit a laptop watching 100,000 devices.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Budgets {
    /// Bytes of payloads, properties and rows kept.
    pub bytes: usize,
    /// Messages kept.
    pub rows: usize,
    /// Distinct topics told apart; more go to one "other" topic.
    pub topics: usize,
    /// Bytes of topic names.
    pub topic_bytes: usize,
    /// Distinct Endpoint IDs told apart; more go to one "other" endpoint.
    pub endpoints: usize,
}

impl Default for Budgets {
    fn default() -> Self {
        Self {
            bytes: 512 * 1024 * 1024,
            rows: 1_000_000,
            topics: 250_000,
            topic_bytes: 64 * 1024 * 1024,
            endpoints: 200_000,
        }
    }
}
