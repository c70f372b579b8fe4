//! One connection from CONNECT to its end: subscribes after CONNACK, fills batches, keeps the
//! time limits. Knows nothing of connecting again.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use super::batch::{Batcher, FLUSH_AFTER};
use super::fault::{Fault, Stage};
use super::link::{LinkState, Probe, RoundTrip};
use super::session::Sink;
use super::stop::StopSignal;
use super::verify::Seen;
use super::wire::{Note, Wire};
use crate::core::time::{Clock, Stopwatch};
use crate::profile::model::Profile;

/// How long a DISCONNECT may take to leave.
const GOODBYE: Duration = Duration::from_millis(500);

/// What a connection needs from its session.
pub(super) struct Link<'a, S: ?Sized> {
    pub profile: &'a Profile,
    pub clock: &'a dyn Clock,
    pub sink: &'a mut S,
    pub stop: &'a mut StopSignal,
    /// What the TLS verifier saw.
    pub seen: Option<Arc<Seen>>,
}

/// How a connection ended.
pub(super) enum End {
    /// On request.
    Stopped,
    /// By itself.
    Failed {
        fault: Fault,
        /// How far it had come.
        stage: Stage,
        /// Time since it was connected and subscribed.
        uptime: Option<Duration>,
    },
}

impl End {
    /// The end of a connection that did not come about.
    pub fn early(fault: Fault) -> Self {
        Self::Failed { fault, stage: Stage::Connecting, uptime: None }
    }
}

struct Progress {
    stage: Stage,
    client_id: String,
    live: Option<Stopwatch>,
    /// When the PINGREQ and the SUBSCRIBE were sent that wait for their answers.
    pinged: Option<Stopwatch>,
    subscribing: Option<Stopwatch>,
}

enum Step<E> {
    Event(Result<E, Fault>),
    Stop,
    TimeUp,
}

/// Runs one connection to its end.
pub(super) async fn receive<W: Wire, S: Sink + ?Sized>(
    wire: &mut W,
    link: &mut Link<'_, S>,
) -> End {
    let mut batcher = Batcher::default();
    let mut progress = Progress {
        stage: Stage::Connecting,
        client_id: link.profile.client_id().to_owned(),
        live: None,
        pinged: None,
        subscribing: None,
    };
    let mut flush = pin!(tokio::time::sleep(FLUSH_AFTER));
    let mut limit = pin!(tokio::time::sleep(link.profile.connect_timeout));
    let fault = loop {
        let step = {
            // Kept across the flush timer: dropping a poll half-way could lose an
            // acknowledgement.
            let mut poll = pin!(wire.poll());
            loop {
                tokio::select! {
                    biased;
                    event = &mut poll => break Step::Event(event),
                    () = link.stop.wait() => break Step::Stop,
                    () = &mut flush, if !batcher.is_empty() => batcher.flush(link.sink),
                    () = &mut limit, if progress.stage < Stage::Live => break Step::TimeUp,
                }
            }
        };
        let event = match step {
            Step::Event(Ok(event)) => event,
            Step::Event(Err(fault)) => break fault,
            Step::Stop => {
                goodbye(wire, link, &progress, &mut batcher).await;
                return End::Stopped;
            }
            Step::TimeUp => break Fault::Timeout,
        };
        let was_empty = batcher.is_empty();
        let stage = progress.stage;
        if let Err(fault) = absorb(wire, link, &mut progress, &mut batcher, Some(event)) {
            break fault;
        }
        if stage == Stage::Connecting && progress.stage == Stage::Subscribing {
            limit.as_mut().set(tokio::time::sleep(link.profile.connect_timeout));
        }
        if batcher.is_full() {
            batcher.flush(link.sink);
            // A broker that never pauses must not keep us from stopping.
            if link.stop.is_set() {
                goodbye(wire, link, &progress, &mut batcher).await;
                return End::Stopped;
            }
        } else if was_empty && !batcher.is_empty() {
            flush.as_mut().set(tokio::time::sleep(FLUSH_AFTER));
        }
    };
    // Messages and reasons may be waiting behind the error.
    let fault = match absorb(wire, link, &mut progress, &mut batcher, None) {
        Err(said @ Fault::Disconnected { .. }) if matches!(fault, Fault::Closed) => said,
        _ => fault,
    };
    batcher.flush(link.sink);
    let uptime = progress.live.map(|since| since.elapsed());
    End::Failed { fault, stage: progress.stage, uptime }
}

/// Takes `first` and all events that are already here.
fn absorb<W: Wire, S: Sink + ?Sized>(
    wire: &mut W,
    link: &mut Link<'_, S>,
    progress: &mut Progress,
    batcher: &mut Batcher,
    first: Option<W::Event>,
) -> Result<(), Fault> {
    let at = link.clock.now();
    let mut next = first.or_else(|| wire.queued());
    while let Some(event) = next {
        let note = wire.take(event, at, &mut batcher.batch);
        if batcher.is_full() {
            batcher.flush(link.sink);
        }
        if let Some(note) = note {
            heed(note, wire, link, progress, batcher)?;
        }
        next = wire.queued();
    }
    Ok(())
}

fn heed<W: Wire, S: Sink + ?Sized>(
    note: Note,
    wire: &mut W,
    link: &mut Link<'_, S>,
    progress: &mut Progress,
    batcher: &mut Batcher,
) -> Result<(), Fault> {
    match note {
        Note::SubscribeSent => {
            progress.subscribing = Some(Stopwatch::start());
            Ok(())
        }
        Note::PingSent => {
            progress.pinged = Some(Stopwatch::start());
            Ok(())
        }
        Note::Pong => {
            told_of(progress.pinged.take(), Probe::Ping, link);
            Ok(())
        }
        Note::Welcome { assigned_client_id } => {
            if let Some(id) = assigned_client_id {
                progress.client_id = id;
            }
            progress.stage = Stage::Subscribing;
            if link.profile.subscribe.is_empty() {
                announce::<W, S>(link, progress, batcher, Vec::new());
                return Ok(());
            }
            wire.subscribe(&link.profile.subscribe, link.profile.subscribe_qos)
        }
        Note::Subscribed(answers) if progress.stage == Stage::Subscribing => {
            let sent = progress.subscribing.take();
            let refused: Vec<String> = link
                .profile
                .subscribe
                .iter()
                .enumerate()
                .filter_map(|(n, filter)| {
                    let why = answers.get(n).copied().unwrap_or(Some("no answer"))?;
                    Some(format!("{filter} ({why})"))
                })
                .collect();
            if refused.len() == link.profile.subscribe.len() {
                return Err(Fault::Unsubscribed(refused));
            }
            announce::<W, S>(link, progress, batcher, refused);
            told_of(sent, Probe::Subscribe, link);
            Ok(())
        }
        Note::Goodbye { code, name, text } => Err(Fault::Disconnected { code, name, text }),
        Note::Subscribed(_) | Note::DisconnectSent => Ok(()),
    }
}

/// Hands on how long the broker took to answer what was sent at `sent`.
fn told_of<S: Sink + ?Sized>(sent: Option<Stopwatch>, probe: Probe, link: &mut Link<'_, S>) {
    let Some(sent) = sent else { return };
    let nanos = i64::try_from(sent.elapsed().as_nanos()).unwrap_or(i64::MAX);
    link.sink.round_trip(RoundTrip { at: link.clock.now(), nanos, probe });
}

fn announce<W: Wire, S: Sink + ?Sized>(
    link: &mut Link<'_, S>,
    progress: &mut Progress,
    batcher: &mut Batcher,
    refused_filters: Vec<String>,
) {
    progress.stage = Stage::Live;
    progress.live = Some(Stopwatch::start());
    // What came before belongs before the state.
    batcher.flush(link.sink);
    link.sink.state(LinkState::Connected {
        since: link.clock.now(),
        version: W::VERSION,
        tls: link.seen.as_ref().map(|seen| seen.facts_at(link.clock.now())),
        client_id: progress.client_id.clone(),
        refused_filters,
    });
}

/// Says DISCONNECT if there is somebody to say it to, and hands over what came until then.
async fn goodbye<W: Wire, S: Sink + ?Sized>(
    wire: &mut W,
    link: &mut Link<'_, S>,
    progress: &Progress,
    batcher: &mut Batcher,
) {
    if progress.stage > Stage::Connecting && wire.disconnect() {
        let clock = link.clock;
        let sink = &mut *link.sink;
        let leave = async {
            while let Ok(event) = wire.poll().await {
                if let Some(Note::DisconnectSent) =
                    wire.take(event, clock.now(), &mut batcher.batch)
                {
                    break;
                }
                if batcher.is_full() {
                    batcher.flush(sink);
                }
            }
        };
        let _ = tokio::time::timeout(GOODBYE, leave).await;
    }
    batcher.flush(link.sink);
}
