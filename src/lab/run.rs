//! The thread that runs all simulated clients, one task each.

use std::collections::VecDeque;
use std::pin::pin;
use std::sync::Arc;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::LabError;
use super::actor::{Actor, Output};
use super::agent::Agent;
use super::broker::Listeners;
use super::controller::{self, Controller};
use super::fleet::Identity;
use super::link::{self, Happening, Seat};
use super::model::device::Surroundings;
use super::model::schema::Schema;
use super::wire::Outgoing;
use crate::core::time::{Clock as _, Stopwatch, SystemClock, Timestamp};

/// What a client may have waiting while its connection can't take it; the rest is dropped, as a
/// real device with a full queue does.
const MAX_WAITING: usize = 1_024;
/// After a connection that broke by itself.
const RECONNECT: Duration = Duration::from_secs(1);
/// While something waits for room in a client's queue.
const TRY_AGAIN: Duration = Duration::from_millis(10);
/// The longest sleep of a client that has nothing planned.
const IDLE: Duration = Duration::from_secs(60);
/// How long all devices together take to be switched on.
const fn switch_on_time(agents: usize) -> Duration {
    // 50 in two seconds; 1,000 at no more than 250 a second, which the broker takes easily.
    if agents <= 100 { Duration::from_millis(40 * agents as u64) } else { Duration::from_secs(4) }
}

/// The running clients; dropping it stops them.
pub(super) struct Runner {
    stop: Option<oneshot::Sender<()>>,
    /// Closed when the thread is done.
    done: mpsc::Receiver<()>,
    thread: Option<thread::JoinHandle<()>>,
}

/// What the clients of a demo need to know.
pub(super) struct Cast {
    pub(super) schema: Arc<Schema>,
    pub(super) fleet: Vec<Identity>,
    pub(super) listeners: Listeners,
    pub(super) seed: u64,
    /// From the start to the first device.
    pub(super) lead_in: Duration,
}

/// How long dropping a [`Runner`] may take.
const STOP_LIMIT: Duration = Duration::from_secs(2);

impl Runner {
    /// Starts the thread.
    pub(super) fn start(cast: Cast) -> Result<Self, LabError> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(LabError::Thread)?;
        let (stop, stopped) = oneshot::channel();
        let (finished, done) = mpsc::channel();
        let thread = thread::Builder::new()
            .name("lab-clients".to_owned())
            .spawn(move || {
                runtime.block_on(play(cast, stopped));
                runtime.shutdown_background();
                drop(finished);
            })
            .map_err(LabError::Thread)?;
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

async fn play(cast: Cast, stopped: oneshot::Receiver<()>) {
    let Cast { schema, fleet, listeners, seed, lead_in } = cast;
    let clock = Stopwatch::start();
    let epoch = SystemClock::new().now();
    let mut clients = JoinSet::new();
    let seat = Seat {
        client_id: controller::CLIENT_ID.to_owned(),
        endpoint_id: controller::ENDPOINT_ID.to_owned(),
        filter: "usp/controller/#".to_owned(),
        legacy: false,
        port: listeners.v5.port(),
    };
    clients.spawn(async move { drive(Controller::new(seed), &seat, clock).await });
    let whole = switch_on_time(fleet.len());
    let count = fleet.len().max(1) as u32;
    for (n, identity) in (0..).zip(fleet) {
        let start = lead_in + whole * n / count;
        let schema = Arc::clone(&schema);
        clients.spawn(async move {
            sleep(start.saturating_sub(clock.elapsed())).await;
            live(&schema, identity, listeners, start, clock, epoch).await;
        });
    }
    // Dropping the set on return ends all tasks.
    let _asked_or_gone = stopped.await;
}

/// The life of one device, from when it is switched on.
async fn live(
    schema: &Arc<Schema>,
    identity: Identity,
    listeners: Listeners,
    start: Duration,
    clock: Stopwatch,
    epoch: Timestamp,
) {
    let legacy = identity.legacy_mqtt;
    let port = if legacy { listeners.v4.port() } else { listeners.v5.port() };
    let seat = Seat {
        client_id: identity.client_id.clone(),
        endpoint_id: identity.endpoint_id.clone(),
        // A 3.1.1 sender appends its own topic.
        filter: if legacy { format!("{}/#", identity.topic()) } else { identity.topic() },
        legacy,
        port,
    };
    let around = Surroundings {
        broker_port: port,
        controller_endpoint_id: controller::ENDPOINT_ID.to_owned(),
        controller_topic: controller::TOPIC.to_owned(),
    };
    drive(Agent::new(schema, identity, around, start, epoch), &seat, clock).await;
}

/// Keeps a client connected for ever.
async fn drive(mut actor: impl Actor, seat: &Seat, clock: Stopwatch) {
    loop {
        let away = session(&mut actor, seat, clock).await;
        actor.offline();
        sleep(away).await;
    }
}

/// One connection, until it is lost or given up; returns when to come back.
async fn session(actor: &mut impl Actor, seat: &Seat, clock: Stopwatch) -> Duration {
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
            Happening::Other => {}
            Happening::Lost => return RECONNECT,
        }
    }
}
