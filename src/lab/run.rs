//! The thread that runs all simulated clients, one task each.

use std::collections::VecDeque;
use std::pin::pin;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::LabError;
use super::actor::{Actor, Output};
use super::cast::Cast;
use super::link::{self, Happening, Seat};
use super::wire::Outgoing;
use crate::core::time::{Clock as _, Stopwatch, SystemClock};

/// What a client may have waiting while its connection can't take it; the rest is dropped, as a
/// real device with a full queue does.
const MAX_WAITING: usize = 1_024;
/// After a connection that broke by itself.
const RECONNECT: Duration = Duration::from_secs(1);
/// While something waits for room in a client's queue.
const TRY_AGAIN: Duration = Duration::from_millis(10);
/// The longest sleep of a client that has nothing planned.
const IDLE: Duration = Duration::from_secs(60);
/// The running clients; dropping it stops them.
pub(super) struct Runner {
    stop: Option<oneshot::Sender<()>>,
    /// Closed when the thread is done.
    done: mpsc::Receiver<()>,
    thread: Option<thread::JoinHandle<()>>,
}

/// How long dropping a [`Runner`] may take.
const STOP_LIMIT: Duration = Duration::from_secs(2);

/// How long leaving something behind at the broker may take.
const LEAVE_LIMIT: Duration = Duration::from_secs(2);

impl Runner {
    /// Starts the thread; returns when the broker has retained what it is to retain.
    pub(super) fn start(cast: Cast) -> Result<Self, LabError> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(LabError::Thread)?;
        let (stop, stopped) = oneshot::channel();
        let (finished, done) = mpsc::channel();
        let (prepared, ready) = mpsc::channel::<()>();
        let thread = thread::Builder::new()
            .name("lab-clients".to_owned())
            .spawn(move || {
                runtime.block_on(async {
                    leave_behind(&cast).await;
                    drop(prepared);
                    play(cast, stopped).await;
                });
                runtime.shutdown_background();
                drop(finished);
            })
            .map_err(LabError::Thread)?;
        // Ends when the other end is dropped.
        let _prepared = ready.recv_timeout(LEAVE_LIMIT);
        Ok(Self { stop: Some(stop), done, thread: Some(thread) })
    }
}

impl Drop for Runner {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // Fails only if the thread is gone already.
            let _gone = stop.send(());
        }
        let ended = self.done.recv_timeout(STOP_LIMIT) == Err(mpsc::RecvTimeoutError::Disconnected);
        if let Some(thread) = self.thread.take()
            && ended
        {
            let _panicked = thread.join();
        }
    }
}

/// Publishes what the broker is to retain from before the demo, so that whoever watches gets it
/// with the retain flag. Without it the demo goes on all the same.
async fn leave_behind(cast: &Cast) {
    let Some(outgoing) = cast.left_behind() else { return };
    let seat = Seat {
        client_id: "noc-script-last-month".to_owned(),
        endpoint_id: super::tool::ENDPOINT_ID.to_owned(),
        filter: String::new(),
        legacy: false,
        port: cast.ports.0,
    };
    let (sender, mut poller) = link::open(&seat);
    if !sender.publish(&outgoing) {
        return;
    }
    let acknowledged = async {
        loop {
            match poller.next().await {
                Happening::Acknowledged | Happening::Lost => return,
                _ => {}
            }
        }
    };
    let _late = tokio::time::timeout(LEAVE_LIMIT, acknowledged).await;
}

async fn play(cast: Cast, stopped: oneshot::Receiver<()>) {
    let clock = Stopwatch::start();
    let epoch = SystemClock::new().now();
    let cast = Arc::new(cast);
    let mut clients = JoinSet::new();
    for player in cast.players() {
        let cast = Arc::clone(&cast);
        clients.spawn(async move {
            sleep(player.start.saturating_sub(clock.elapsed())).await;
            let seat = Seat {
                client_id: player.client_id.clone(),
                endpoint_id: player.endpoint_id.clone(),
                filter: player.filter.clone(),
                legacy: player.legacy,
                port: player.port,
            };
            drive(cast.actor(&player, epoch).as_mut(), &seat, clock).await;
        });
    }
    // Dropping the set on return ends all tasks.
    let _asked_or_gone = stopped.await;
}

/// Keeps a client connected for ever.
async fn drive(actor: &mut dyn Actor, seat: &Seat, clock: Stopwatch) {
    loop {
        let away = session(actor, seat, clock).await;
        actor.offline();
        sleep(away).await;
    }
}

/// One connection, until it is lost or given up; returns when to come back.
async fn session(actor: &mut dyn Actor, seat: &Seat, clock: Stopwatch) -> Duration {
    let (sender, mut poller) = link::open(seat);
    let mut waiting: VecDeque<Outgoing> = VecDeque::new();
    loop {
        let happening = {
            let mut next = pin!(poller.next());
            loop {
                actor.advance(clock.elapsed());
                for output in actor.take_outputs() {
                    match output {
                        Output::Publish(outgoing) if waiting.len() < MAX_WAITING => {
                            waiting.push_back(outgoing);
                        }
                        Output::Publish(_) => {}
                        Output::Down(away) => return away,
                    }
                }
                while let Some(outgoing) = waiting.front()
                    && sender.publish(outgoing)
                {
                    waiting.pop_front();
                }
                let due = actor.next_due().map_or(IDLE, |d| d.saturating_sub(clock.elapsed()));
                let pause = if waiting.is_empty() { due } else { due.min(TRY_AGAIN) };
                tokio::select! {
                    biased;
                    happening = &mut next => break happening,
                    () = sleep(pause) => {}
                }
            }
        };
        match happening {
            Happening::Connected => {
                if !sender.subscribe(&seat.filter) {
                    return RECONNECT;
                }
            }
            Happening::Subscribed => actor.online(clock.elapsed()),
            Happening::Message(incoming) => actor.receive(clock.elapsed(), incoming),
            Happening::Acknowledged | Happening::Other => {}
            Happening::Lost => return RECONNECT,
        }
    }
}
