//! Thread `usp-check`, one per diagnosis, beside the live connection: only the newest one speaks.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::command::EngineCommand;
use super::event::{EngineEvent, Level};
use super::io::Shared;
use crate::mqtt::diagnose;
use crate::mqtt::stop::{StopHandle, StopSignal, stop_signal};
use crate::profile::model::Profile;

/// Starts, replaces and ends diagnoses.
pub(super) struct Checks {
    shared: Arc<Shared>,
    /// The newest diagnosis' number; one with another number keeps silent. Held while telling,
    /// so that nothing of a former one comes after its successor was started.
    newest: Arc<Mutex<u64>>,
    /// Dropping it ends the running one.
    running: Option<StopHandle>,
}

impl Checks {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self { shared, newest: Arc::default(), running: None }
    }

    /// Carries out a command about diagnoses; gives any other back.
    pub(super) fn take(&mut self, command: EngineCommand) -> Option<EngineCommand> {
        match command {
            EngineCommand::Check(profile) => self.start(profile),
            EngineCommand::CancelCheck => self.running = None,
            other => return Some(other),
        }
        None
    }

    fn start(&mut self, profile: Arc<Profile>) {
        let (handle, stop) = stop_signal();
        let number = {
            let mut newest = lock(&self.newest);
            *newest += 1;
            *newest
        };
        self.running = Some(handle);
        let (shared, newest) = (Arc::clone(&self.shared), Arc::clone(&self.newest));
        let spawned = std::thread::Builder::new().name("usp-check".to_owned()).spawn(move || {
            let tell = |event| {
                let newest = lock(&newest);
                if *newest == number {
                    shared.publisher.event(event);
                }
            };
            if let Err(error) = check(&profile, &shared, stop, &tell) {
                cannot_start(&shared, &error);
            }
            tell(EngineEvent::CheckDone);
        });
        if let Err(error) = spawned {
            cannot_start(&self.shared, &error);
            self.shared.publisher.event(EngineEvent::CheckDone);
        }
    }
}

fn lock(number: &Mutex<u64>) -> MutexGuard<'_, u64> {
    number.lock().unwrap_or_else(PoisonError::into_inner)
}

fn check(
    profile: &Profile,
    shared: &Shared,
    stop: StopSignal,
    tell: &dyn Fn(EngineEvent),
) -> std::io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let report = |progress| tell(EngineEvent::Check(progress));
    runtime.block_on(diagnose::run(profile, &*shared.clock, stop, report));
    // Name look-ups may still hang in a helper thread; don't wait for them.
    runtime.shutdown_background();
    Ok(())
}

fn cannot_start(shared: &Shared, error: &std::io::Error) {
    let text = format!("can't start the connection test: {error}");
    shared.notice(Level::Error, text, Some("close other programs and try again".to_owned()));
}
