//! A session on a thread of its own, and what it says, one thing after the other.

#![allow(dead_code, reason = "each test binary uses its own part")]

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use usp_scope::core::time::SystemClock;
use usp_scope::core::wire::{Delivery, Prop, WireBatch};
use usp_scope::mqtt::link::{Failure, LinkState, MqttVersion, TlsFacts};
use usp_scope::mqtt::session::{Sink, StopHandle, run, stop_signal};
use usp_scope::profile::model::{Profile, Reconnect};

/// Longer than anything here takes.
pub const LIMIT: Duration = Duration::from_secs(60);

/// A message as the sink got it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub topic: String,
    pub payload: Vec<u8>,
    pub delivery: Delivery,
    pub content_type: Option<String>,
    pub user: Vec<(String, String)>,
}

enum Got {
    Messages(Vec<Message>),
    State(LinkState),
}

struct Forward(Sender<Got>);

impl Sink for Forward {
    fn batch(&mut self, batch: WireBatch) -> WireBatch {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let messages = batch
            .iter()
            .map(|m| Message {
                topic: text(m.topic),
                payload: m.payload.to_vec(),
                delivery: m.delivery,
                content_type: m.props.content_type().map(text),
                user: m
                    .props
                    .iter()
                    .filter_map(|p| match p {
                        Prop::User(k, v) => Some((text(k), text(v))),
                        _ => None,
                    })
                    .collect(),
            })
            .collect();
        let _ = self.0.send(Got::Messages(messages));
        batch
    }

    fn state(&mut self, state: LinkState) {
        let _ = self.0.send(Got::State(state));
    }
}

/// A session on a thread of its own.
pub struct Session {
    got: Receiver<Got>,
    stop: Option<StopHandle>,
    thread: Option<JoinHandle<()>>,
    /// Messages not asked for yet.
    pub messages: Vec<Message>,
    /// All states so far.
    pub states: Vec<LinkState>,
}

impl Session {
    pub fn start(profile: Profile) -> Self {
        let (sender, got) = channel();
        let (stop, signal) = stop_signal();
        let thread = std::thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            let mut sink = Forward(sender);
            runtime.block_on(run(Arc::new(profile), SystemClock::shared(), &mut sink, signal));
            runtime.shutdown_background();
        });
        Self {
            got,
            stop: Some(stop),
            thread: Some(thread),
            messages: Vec::new(),
            states: Vec::new(),
        }
    }

    /// Takes what comes until `done` says so.
    #[track_caller]
    pub fn until(&mut self, what: &str, mut done: impl FnMut(&mut Self) -> bool) {
        let deadline = Instant::now() + LIMIT;
        while !done(self) {
            match self.got.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(Got::Messages(more)) => self.messages.extend(more),
                Ok(Got::State(state)) => self.states.push(state),
                Err(RecvTimeoutError::Timeout) => {
                    panic!("waited too long for {what}; states: {:#?}", self.states)
                }
                Err(RecvTimeoutError::Disconnected) => {
                    panic!("the session ended before {what}; states: {:#?}", self.states)
                }
            }
        }
    }

    /// Waits for the next state that is neither connecting nor seen before.
    #[track_caller]
    pub fn next_state(&mut self, what: &str) -> LinkState {
        loop {
            let seen = self.states.len();
            self.until(what, |s| s.states.len() > seen);
            let state = self.states[seen].clone();
            if !matches!(state, LinkState::Connecting { .. }) {
                return state;
            }
        }
    }

    #[track_caller]
    pub fn connected(&mut self) -> (MqttVersion, Option<TlsFacts>, Vec<String>) {
        match self.next_state("the connection") {
            LinkState::Connected { version, tls, refused_filters, .. } => {
                (version, tls, refused_filters)
            }
            other => panic!("not connected: {other:#?}"),
        }
    }

    #[track_caller]
    pub fn failed(&mut self) -> Failure {
        match self.next_state("the failure") {
            LinkState::Failed { failure } => failure,
            other => panic!("not failed: {other:#?}"),
        }
    }

    #[track_caller]
    pub fn waiting(&mut self) -> Failure {
        match self.next_state("the pause") {
            LinkState::Waiting { failure, .. } => failure,
            other => panic!("not waiting: {other:#?}"),
        }
    }

    /// Waits for `count` messages and takes them.
    #[track_caller]
    pub fn messages(&mut self, count: usize) -> Vec<Message> {
        self.until("the messages", |s| s.messages.len() >= count);
        std::mem::take(&mut self.messages)
    }

    /// Asks it to stop and waits for its end.
    #[track_caller]
    pub fn stop(mut self) -> LinkState {
        self.stop.take().unwrap().stop();
        self.until("the end", |s| {
            matches!(s.states.last(), Some(LinkState::Closed | LinkState::Failed { .. }))
        });
        self.thread.take().unwrap().join().unwrap();
        self.states.last().unwrap().clone()
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.stop.take();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// A profile for a broker on this machine, quick to come back.
pub fn profile(port: u16) -> Profile {
    Profile {
        reconnect: Reconnect {
            delay: Duration::from_millis(100),
            max_delay: Duration::from_millis(500),
            ..Reconnect::default()
        },
        ..Profile::for_address("127.0.0.1", port)
    }
}

/// The same without a second attempt.
pub fn once(profile: Profile) -> Profile {
    Profile { reconnect: Reconnect { enabled: false, ..profile.reconnect }, ..profile }
}
