//! Starts an engine for a command, and how the command waits for news from it.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use super::CliError;
use crate::core::time::SystemClock;
use crate::engine::{EngineHandle, EngineOptions, QUEUE_BYTES};
use crate::store::Budgets;

/// Waits at most this long without looking, so that a lost wake-up can't hang a script.
pub(super) const LONGEST_WAIT: Duration = Duration::from_secs(1);

/// Starts an engine that takes interrupts, and the bell it rings.
pub(super) fn engine() -> Result<(EngineHandle, Arc<Bell>), CliError> {
    let bell = Arc::new(Bell::default());
    let ringer = Arc::clone(&bell);
    let engine = EngineHandle::start(EngineOptions {
        clock: SystemClock::shared(),
        budgets: Budgets::default(),
        queue_bytes: QUEUE_BYTES,
        waker: Arc::new(move || ringer.ring()),
        handle_interrupt: true,
    })
    .map_err(|error| {
        CliError::failed(format!("can't start: {error}"), "close other programs and try again")
    })?;
    Ok((engine, bell))
}

/// Rung by the engine's waker, waited for by a command.
#[derive(Default)]
pub(super) struct Bell {
    rung: Mutex<bool>,
    ring: Condvar,
}

impl Bell {
    /// Says that there is something new.
    pub(super) fn ring(&self) {
        *self.rung.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.ring.notify_one();
    }

    /// Waits for that, at most `limit`.
    pub(super) fn wait(&self, limit: Duration) {
        let rung = self.rung.lock().unwrap_or_else(PoisonError::into_inner);
        let mut rung = match self.ring.wait_timeout_while(rung, limit, |rung| !*rung) {
            Ok((rung, _)) => rung,
            Err(poisoned) => poisoned.into_inner().0,
        };
        *rung = false;
    }
}
