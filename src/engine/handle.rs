//! The engine as others see it.

use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::mpsc;

use super::channel::Queue;
use super::command::EngineCommand;
use super::event::EngineEvent;
use super::publisher::{Publisher, Waker};
use super::{ingest, io as link};
use crate::analysis::Snapshot;
use crate::core::time::{Clock, Stopwatch};
use crate::mqtt::link::LinkState;
use crate::store::Budgets;

/// How long closing waits for the threads. A broker that doesn't take our DISCONNECT must not
/// keep the window open.
const JOIN_LIMIT: Duration = Duration::from_secs(2);

/// How the engine is to run.
pub struct EngineOptions {
    /// Where the time comes from.
    pub clock: Arc<dyn Clock>,
    /// Bounds of the store.
    pub budgets: Budgets,
    /// Bytes of received messages that may wait for the store; [`QUEUE_BYTES`] unless told
    /// otherwise. What comes beyond is counted as lost.
    ///
    /// [`QUEUE_BYTES`]: super::QUEUE_BYTES
    pub queue_bytes: usize,
    /// Called, from any thread, when there is something new; once until
    /// [`EngineHandle::clear_wake`]. Must return at once.
    pub waker: Waker,
    /// Turn Ctrl-C and termination signals into [`EngineEvent::Interrupted`].
    pub handle_interrupt: bool,
}

/// The running engine. Dropping it ends the connection and joins the threads within a limit.
pub struct EngineHandle {
    commands: Option<mpsc::UnboundedSender<EngineCommand>>,
    publisher: Arc<Publisher>,
    queue: Arc<Queue>,
    mqtt: Option<JoinHandle<()>>,
    ingest: Option<JoinHandle<()>>,
}

impl EngineHandle {
    /// Starts the threads; no connection yet.
    ///
    /// # Errors
    /// The system refuses a thread or a runtime.
    pub fn start(options: EngineOptions) -> io::Result<Self> {
        let EngineOptions { clock, budgets, queue_bytes, waker, handle_interrupt } = options;
        let queue = Arc::new(Queue::with_max_bytes(queue_bytes));
        let publisher = Arc::new(Publisher::new(Snapshot::default(), waker));
        // Commands come from one user; they can't pile up.
        let (commands, receiver) = mpsc::unbounded_channel();

        let ingest = {
            let (queue, publisher) = (Arc::clone(&queue), Arc::clone(&publisher));
            let clock = Arc::clone(&clock);
            std::thread::Builder::new()
                .name("usp-ingest".to_owned())
                .spawn(move || ingest::run(&queue, &publisher, &*clock, budgets))?
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let shared = Arc::new(link::Shared {
            clock,
            queue: Arc::clone(&queue),
            publisher: Arc::clone(&publisher),
            epochs: AtomicU32::new(0),
        });
        let mqtt = std::thread::Builder::new().name("usp-mqtt".to_owned()).spawn(move || {
            runtime.block_on(async {
                if handle_interrupt {
                    tokio::spawn(watch_signals(Arc::clone(&shared.publisher)));
                }
                link::run(&shared, receiver).await;
            });
            // Name look-ups may still hang in a helper thread; don't wait for them.
            runtime.shutdown_background();
        })?;
        Ok(Self {
            commands: Some(commands),
            publisher,
            queue,
            mqtt: Some(mqtt),
            ingest: Some(ingest),
        })
    }

    /// Sends a command; it is carried out soon, in order.
    pub fn send(&self, command: EngineCommand) {
        if let Some(commands) = &self.commands {
            // Fails only when the thread is gone, which its state shows.
            let _ = commands.send(command);
        }
    }

    /// The newest snapshot.
    #[must_use]
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.publisher.snapshot()
    }

    /// The connection's state now.
    #[must_use]
    pub fn link(&self) -> LinkState {
        self.publisher.link()
    }

    /// Events since the last call.
    #[must_use]
    pub fn take_events(&self) -> Vec<EngineEvent> {
        self.publisher.take_events()
    }

    /// Lets the next news call the waker again. Call it **before** looking.
    pub fn clear_wake(&self) {
        self.publisher.clear_wake();
    }
}

impl EngineHandle {
    /// Ends the connection, takes in everything that had arrived by then, and gives the last
    /// snapshot, which has all of it.
    pub fn finish(&mut self) -> Arc<Snapshot> {
        self.commands = None;
        let patience = Stopwatch::start();
        join(self.mqtt.take(), &patience);
        // Only now is nobody left to add anything.
        self.queue.close();
        join(self.ingest.take(), &patience);
        self.snapshot()
    }
}

impl Drop for EngineHandle {
    fn drop(&mut self) {
        self.commands = None;
        self.queue.close();
        let patience = Stopwatch::start();
        join(self.mqtt.take(), &patience);
        join(self.ingest.take(), &patience);
    }
}

fn join(thread: Option<JoinHandle<()>>, patience: &Stopwatch) {
    let Some(thread) = thread else { return };
    while !thread.is_finished() && patience.elapsed() < JOIN_LIMIT {
        std::thread::sleep(Duration::from_millis(2));
    }
    if thread.is_finished() {
        // A panic there was already printed by the panic hook.
        let _ = thread.join();
    }
}

/// Reports Ctrl-C (and SIGTERM) once; a second one ends the process at once.
async fn watch_signals(publisher: Arc<Publisher>) {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let (Ok(mut interrupt), Ok(mut terminate)) =
            (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
        else {
            return;
        };
        for event in [Some(EngineEvent::Interrupted), None] {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            match event {
                Some(event) => publisher.event(event),
                // Asked twice: whatever holds the clean end up is not worth waiting for.
                None => std::process::exit(130),
            }
        }
    }
    #[cfg(not(unix))]
    if tokio::signal::ctrl_c().await.is_ok() {
        publisher.event(EngineEvent::Interrupted);
    }
}
