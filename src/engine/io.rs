//! Thread `usp-mqtt`: a current-thread runtime around one connection at a time.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use tokio::sync::mpsc;

use super::channel::{Queue, Source};
use super::checks::Checks;
use super::command::EngineCommand;
use super::event::{EngineEvent, Level, Notice};
use super::jobs;
use super::publisher::Publisher;
use crate::analysis::layout::Layout;
use crate::core::ids::Epoch;
use crate::core::time::Clock;
use crate::core::wire::WireBatch;
use crate::mqtt::link::{LinkState, RoundTrip};
use crate::mqtt::session::{self, Sink};
use crate::profile::model::Profile;

/// What the connection's thread shares with the others.
pub(super) struct Shared {
    pub(super) clock: Arc<dyn Clock>,
    pub(super) queue: Arc<Queue>,
    pub(super) publisher: Arc<Publisher>,
    pub(super) epochs: AtomicU32,
}

impl Shared {
    fn restart_store(&self, source: Source, profile: Option<&Profile>) -> Epoch {
        let epoch = Epoch(self.epochs.fetch_add(1, Ordering::SeqCst) + 1);
        let layout = profile.map_or_else(Layout::default, |profile| {
            Layout::configured(&profile.agent_topic, &profile.controller_topic)
        });
        self.queue.restart(epoch, source, layout);
        epoch
    }

    pub(super) fn notice(&self, level: Level, text: String, advice: Option<String>) {
        let at = self.clock.now();
        self.publisher.event(EngineEvent::Notice(Notice { at, level, text, advice }));
    }
}

/// Puts what a session yields where the other threads find it.
struct ToQueue<'a>(&'a Shared);

impl Sink for ToQueue<'_> {
    fn batch(&mut self, batch: WireBatch) -> WireBatch {
        self.0.queue.push(batch)
    }

    fn state(&mut self, state: LinkState) {
        match &state {
            LinkState::Waiting { failure, .. } => {
                self.0.notice(Level::Warning, failure.what.clone(), Some(failure.advice.clone()));
            }
            LinkState::Failed { failure } => {
                self.0.notice(Level::Error, failure.what.clone(), Some(failure.advice.clone()));
            }
            LinkState::Idle
            | LinkState::Connecting { .. }
            | LinkState::Connected { .. }
            | LinkState::Closed => {}
        }
        self.0.publisher.event(EngineEvent::Link(state));
    }

    fn round_trip(&mut self, trip: RoundTrip) {
        self.0.publisher.event(EngineEvent::RoundTrip(trip));
    }
}

/// Carries out commands until their sender is gone.
pub(super) async fn run(
    shared: &Arc<Shared>,
    mut commands: mpsc::UnboundedReceiver<EngineCommand>,
) {
    let mut profile: Option<Arc<Profile>> = None;
    let mut connect_now = false;
    let mut job: Option<Job> = None;
    let mut checks = Checks::new(Arc::clone(shared));
    loop {
        let command = match profile.clone().filter(|_| connect_now) {
            Some(profile) => connected(shared, &profile, &mut commands, &mut checks).await,
            None => commands.recv().await,
        };
        let Some(command) = command else { break };
        let Some(command) = aside(shared, &mut checks, command) else { continue };
        connect_now = false;
        if let Some(job) = job.take() {
            job.cancel();
        }
        match command {
            EngineCommand::Connect(new) => {
                shared.restart_store(Source::Live, Some(&new));
                profile = Some(new);
                connect_now = true;
            }
            EngineCommand::Reconnect => connect_now = profile.is_some(),
            EngineCommand::Disconnect => {}
            EngineCommand::Clear => {
                shared.restart_store(Source::Live, profile.as_deref());
            }
            EngineCommand::OpenCapture(path) => {
                let epoch = shared.restart_store(Source::Recording, None);
                profile = None;
                shared.publisher.event(EngineEvent::Link(LinkState::Idle));
                job = Job::open_capture(shared, path, epoch);
            }
            // Carried out already.
            EngineCommand::Check(_)
            | EngineCommand::CancelCheck
            | EngineCommand::Focus(_)
            | EngineCommand::Veil(_) => {}
        }
    }
    if let Some(job) = job {
        job.cancel();
    }
}

/// Carries out a command that has nothing to do with the connection; gives any other back.
fn aside(shared: &Shared, checks: &mut Checks, command: EngineCommand) -> Option<EngineCommand> {
    match command {
        EngineCommand::Focus(devices) => {
            shared.queue.focus(devices);
            None
        }
        EngineCommand::Veil(on) => {
            shared.queue.veil(on);
            None
        }
        other => checks.take(other),
    }
}

/// Keeps a connection until a command ends it; returns that command.
async fn connected(
    shared: &Arc<Shared>,
    profile: &Arc<Profile>,
    commands: &mut mpsc::UnboundedReceiver<EngineCommand>,
    checks: &mut Checks,
) -> Option<EngineCommand> {
    let (stop, stopped) = session::stop_signal();
    let mut sink = ToQueue(shared);
    let session = session::run(Arc::clone(profile), Arc::clone(&shared.clock), &mut sink, stopped);
    tokio::pin!(session);
    let mut ended = false;
    loop {
        let command = tokio::select! {
            () = &mut session, if !ended => {
                // Given up; the state says why. Wait for what the user wants next.
                ended = true;
                continue;
            }
            command = commands.recv() => command,
        };
        let command = match command.map(|command| aside(shared, checks, command)) {
            Some(None) => continue,
            Some(left) => left,
            None => None,
        };
        if matches!(command, Some(EngineCommand::Clear)) {
            shared.restart_store(Source::Live, Some(profile));
            continue;
        }
        if !ended {
            // Nobody listening any more means the same as being told to stop.
            stop.stop();
            (&mut session).await;
        }
        return command;
    }
}

/// A job on a thread of its own.
struct Job(Arc<AtomicBool>);

impl Job {
    fn open_capture(shared: &Arc<Shared>, path: PathBuf, epoch: Epoch) -> Option<Self> {
        let cancelled = Arc::new(AtomicBool::new(false));
        let (flag, shared_there) = (Arc::clone(&cancelled), Arc::clone(shared));
        let spawned = std::thread::Builder::new().name("usp-jobs".to_owned()).spawn(move || {
            let Shared { clock, queue, publisher, .. } = &*shared_there;
            jobs::open_capture(&path, queue, publisher, &**clock, epoch, &flag);
        });
        match spawned {
            Ok(_) => Some(Self(cancelled)),
            Err(error) => {
                let text = format!("can't start reading the capture: {error}");
                let advice = "close other programs and try again".to_owned();
                shared.notice(Level::Error, text, Some(advice));
                None
            }
        }
    }

    fn cancel(self) {
        self.0.store(true, Ordering::SeqCst);
    }
}
