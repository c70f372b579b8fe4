//! How a command waits for news from the engine.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

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
