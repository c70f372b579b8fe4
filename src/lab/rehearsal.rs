//! The demo without a network: the same cast in model time, with a broker in memory. Gives at
//! once what a watcher on `#` would receive in the same time, the same bytes for the same seed.
//! For tests, figures and pictures.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use super::actor::{Actor, Output};
use super::cast::{Cast, Player};
use super::model::schema::Schema;
use super::wire::{Incoming, Outgoing};
use super::{DemoOptions, LEAD_IN, LabError, MAX_AGENTS, link};
use crate::core::time::Timestamp;
use crate::core::wire::{Delivery, Prop, WireBatch};

/// From a client to the broker and on to a subscriber.
const HOP: Duration = Duration::from_micros(350);
/// From the start of a connection until its subscription is granted.
const CONNECTING: Duration = Duration::from_millis(3);

/// Plays the first `length` of the demo; `epoch` is the wall time at its beginning.
///
/// # Errors
/// [`LabError::TooManyAgents`], or [`LabError::Model`].
pub fn play(
    options: &DemoOptions,
    length: Duration,
    epoch: Timestamp,
) -> Result<WireBatch, LabError> {
    if options.agents > MAX_AGENTS {
        return Err(LabError::TooManyAgents { agents: options.agents });
    }
    let schema = Schema::built_in().map_err(|e| LabError::Model(e.to_string()))?;
    let ports = (options.port.unwrap_or(1883), 1884);
    let cast = Cast::new(Arc::new(schema), options.agents, options.seed, LEAD_IN, ports);
    let mut stage = Stage::new(&cast, epoch);
    // The watcher subscribes first of all, and gets what the broker has retained.
    if let Some(outgoing) = &stage.retained {
        push(&mut stage.seen, epoch, outgoing, false, true);
    }
    while stage.step(length) {}
    Ok(stage.seen)
}

/// What happens at a moment of model time.
enum Event {
    /// A client's connection is up.
    Online(usize),
    /// A message reaches a client.
    Arrival(usize, Incoming),
}

struct Client {
    actor: Box<dyn Actor>,
    player: Player,
    online: bool,
    /// When it next has something to do by itself.
    due: Option<Duration>,
}

struct Stage {
    clients: Vec<Client>,
    /// By time, then by order.
    queue: BinaryHeap<Reverse<(Duration, u64, usize)>>,
    events: HashMap<u64, Event>,
    count: u64,
    /// Clients that are online, by when they are due.
    dues: BTreeSet<(Duration, usize)>,
    filters: HashMap<String, Vec<usize>>,
    retained: Option<Outgoing>,
    seen: WireBatch,
    epoch: Timestamp,
}

impl Stage {
    fn new(cast: &Cast, epoch: Timestamp) -> Self {
        let mut stage = Self {
            clients: Vec::new(),
            queue: BinaryHeap::new(),
            events: HashMap::new(),
            count: 0,
            dues: BTreeSet::new(),
            filters: HashMap::new(),
            retained: cast.left_behind(),
            seen: WireBatch::new(),
            epoch,
        };
        for (n, player) in cast.players().into_iter().enumerate() {
            stage.filters.entry(player.filter.clone()).or_default().push(n);
            stage.plan(player.start + CONNECTING, n, Event::Online(n));
            let actor = cast.actor(&player, epoch);
            stage.clients.push(Client { actor, player, online: false, due: None });
        }
        stage
    }

    fn plan(&mut self, at: Duration, who: usize, event: Event) {
        self.count += 1;
        self.queue.push(Reverse((at, self.count, who)));
        self.events.insert(self.count, event);
    }

    /// Lets the next thing happen; false when that is not before `end`.
    fn step(&mut self, end: Duration) -> bool {
        let event = self.queue.peek().map(|Reverse((at, ..))| *at);
        let due = self.dues.first().map(|(at, _)| *at);
        let Some(now) = event.into_iter().chain(due).min().filter(|at| *at < end) else {
            return false;
        };
        if event != Some(now) {
            if let Some((_, n)) = self.dues.pop_first() {
                self.tell(now, n, |actor| actor.advance(now));
            }
            return true;
        }
        let Some(Reverse((_, number, _))) = self.queue.pop() else { return false };
        match self.events.remove(&number) {
            Some(Event::Online(n)) => {
                if let Some(client) = self.clients.get_mut(n) {
                    client.online = true;
                }
                self.tell(now, n, |actor| {
                    actor.advance(now);
                    actor.online(now);
                });
                if let Some(outgoing) = self.retained.clone()
                    && self.clients.get(n).is_some_and(|c| c.player.filter == outgoing.topic)
                {
                    self.deliver(now, n, &outgoing);
                }
            }
            Some(Event::Arrival(n, incoming))
                if self.clients.get(n).is_some_and(|client| client.online) =>
            {
                self.tell(now, n, |actor| actor.receive(now, incoming));
            }
            // Who is away gets nothing.
            Some(Event::Arrival(..)) | None => {}
        }
        true
    }

    /// Tells a client something and does what it wants done.
    fn tell(&mut self, now: Duration, n: usize, what: impl FnOnce(&mut dyn Actor)) {
        let Some(client) = self.clients.get_mut(n) else { return };
        what(client.actor.as_mut());
        let outputs = client.actor.take_outputs();
        let legacy = client.player.legacy;
        for output in outputs {
            match output {
                Output::Publish(outgoing) => self.publish(now, &outgoing, legacy),
                Output::Down(away) => {
                    if let Some(client) = self.clients.get_mut(n) {
                        client.online = false;
                        client.actor.offline();
                    }
                    self.plan(now + away + CONNECTING, n, Event::Online(n));
                    break;
                }
            }
        }
        let Some(client) = self.clients.get_mut(n) else { return };
        if let Some(due) = client.due.take() {
            self.dues.remove(&(due, n));
        }
        if let Some(due) = client.actor.next_due().filter(|_| client.online) {
            let due = due.max(now);
            client.due = Some(due);
            self.dues.insert((due, n));
        }
    }

    /// The broker: to the watcher and to all whose filter matches.
    fn publish(&mut self, now: Duration, outgoing: &Outgoing, legacy: bool) {
        push(&mut self.seen, self.epoch.plus(now + HOP), outgoing, legacy, false);
        let mut receivers = self.filters.get(&outgoing.topic).cloned().unwrap_or_default();
        let ends = outgoing.topic.match_indices('/').map(|(at, _)| at);
        for end in ends.chain([outgoing.topic.len()]) {
            let level = outgoing.topic.get(..end).unwrap_or_default();
            receivers.extend(self.filters.get(&format!("{level}/#")).into_iter().flatten());
        }
        for n in receivers {
            let mut outgoing = outgoing.clone();
            if legacy {
                outgoing.response_topic = None;
            }
            self.deliver(now, n, &outgoing);
        }
    }

    fn deliver(&mut self, now: Duration, n: usize, outgoing: &Outgoing) {
        let Some(client) = self.clients.get(n) else { return };
        // MQTT 3.1.1 has no properties.
        let property = outgoing.response_topic.clone().filter(|_| !client.player.legacy);
        let incoming = link::incoming(&outgoing.topic, outgoing.payload.clone(), property);
        self.plan(now + HOP + HOP, n, Event::Arrival(n, incoming));
    }
}

/// Appends a message as a watcher with QoS 0 and MQTT 5 receives it.
fn push(seen: &mut WireBatch, at: Timestamp, outgoing: &Outgoing, legacy: bool, retain: bool) {
    let delivery = Delivery { qos: 0, retain, dup: false };
    seen.push(at, outgoing.topic.as_bytes(), &outgoing.payload, delivery, |props| {
        if legacy {
            return;
        }
        if let Some(content_type) = outgoing.content_type {
            props.add(Prop::ContentType(content_type.as_bytes()));
        }
        if let Some(topic) = &outgoing.response_topic {
            props.add(Prop::ResponseTopic(topic.as_bytes()));
        }
        if let Some(data) = outgoing.correlation {
            props.add(Prop::CorrelationData(data));
        }
        if let Some((key, value)) = &outgoing.user {
            props.add(Prop::User(key.as_bytes(), value.as_bytes()));
        }
    });
}
