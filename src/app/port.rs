//! What the workbench needs from behind it, so that tests can stand in for it.

use std::any::Any;
use std::sync::Arc;

use crate::analysis::Snapshot;
use crate::engine::{EngineCommand, EngineEvent, EngineHandle};
use crate::lab::{Demo, DemoOptions};
use crate::mqtt::link::LinkState;
use crate::profile::model::Profile;

/// The engine as the workbench sees it.
pub trait EnginePort {
    /// Sends a command; returns at once.
    fn send(&self, command: EngineCommand);
    /// The newest snapshot.
    fn snapshot(&self) -> Arc<Snapshot>;
    /// The connection's state now.
    fn link(&self) -> LinkState;
    /// Events since the last call.
    fn take_events(&self) -> Vec<EngineEvent>;
    /// Lets the next news call the waker again.
    fn clear_wake(&self);
}

impl EnginePort for EngineHandle {
    fn send(&self, command: EngineCommand) {
        Self::send(self, command);
    }

    fn snapshot(&self) -> Arc<Snapshot> {
        Self::snapshot(self)
    }

    fn link(&self) -> LinkState {
        Self::link(self)
    }

    fn take_events(&self) -> Vec<EngineEvent> {
        Self::take_events(self)
    }

    fn clear_wake(&self) {
        Self::clear_wake(self);
    }
}

/// Why something could not be started: what, and what to do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StartFailure {
    /// One sentence.
    pub what: String,
    /// One sentence.
    pub advice: Option<String>,
}

/// Starts the demo network; gives the profile to watch it with and what keeps it running.
pub type DemoStarter = Box<dyn FnMut() -> Result<(Profile, Box<dyn Any>), StartFailure>>;

/// The demo network of this app.
#[must_use]
pub fn demo(options: DemoOptions) -> DemoStarter {
    Box::new(move || match Demo::start(options.clone()) {
        Ok(demo) => Ok((demo.profile(), Box::new(demo) as Box<dyn Any>)),
        Err(error) => Err(StartFailure { what: error.to_string(), advice: None }),
    })
}
