//! How a running session is told to end.

use tokio::sync::watch;

/// Ends the session it belongs to; dropping it does the same.
#[derive(Debug)]
pub struct StopHandle(watch::Sender<bool>);

impl StopHandle {
    /// Asks the session to disconnect and return.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }
}

/// The session's side.
#[derive(Clone, Debug)]
pub struct StopSignal(watch::Receiver<bool>);

impl StopSignal {
    /// True once the session should end.
    #[must_use]
    pub fn is_set(&self) -> bool {
        *self.0.borrow() || self.0.has_changed().is_err()
    }

    /// Returns once the session should end.
    pub async fn wait(&mut self) {
        // An error means that the handle is gone, which is a request to stop as well.
        let _ = self.0.wait_for(|stop| *stop).await;
    }
}

impl From<watch::Receiver<bool>> for StopSignal {
    /// Stops once the value is true or the sender is gone.
    fn from(receiver: watch::Receiver<bool>) -> Self {
        Self(receiver)
    }
}

/// A handle and the signal it gives.
#[must_use]
pub fn stop_signal() -> (StopHandle, StopSignal) {
    let (handle, signal) = watch::channel(false);
    (StopHandle(handle), StopSignal(signal))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stopping_and_dropping_both_end_it() {
        let (handle, signal) = stop_signal();
        assert!(!signal.is_set());
        handle.stop();
        assert!(signal.is_set());
        let (handle, signal) = stop_signal();
        drop(handle);
        assert!(signal.is_set());
    }
}
