//! Connects, subscribes after every CONNACK, reconnects; yields batches and states.
use std::sync::Arc;

use crate::core::time::Clock;
use crate::core::wire::WireBatch;
use crate::mqtt::link::LinkState;
use crate::profile::model::Profile;

/// Where a session puts what it receives.
pub trait Sink {
    /// Takes a filled batch, gives back an empty one.
    fn batch(&mut self, batch: WireBatch) -> WireBatch;
    /// The connection's state changed.
    fn state(&mut self, state: LinkState);
}

/// Runs.
pub async fn run(
    _profile: Arc<Profile>,
    _clock: Arc<dyn Clock>,
    _sink: &mut dyn Sink,
    _stop: tokio::sync::watch::Receiver<bool>,
) {
}
