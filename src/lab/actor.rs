//! What a simulated client is to the thread that runs it: something that is told what happens
//! and what time it is, and says what to publish and when to wake it.

use std::collections::BTreeMap;
use std::time::Duration;

use super::wire::{Incoming, Outgoing};

/// What a simulated client wants done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Output {
    /// Publish this.
    Publish(Outgoing),
    /// Drop the connection without a word and come back after this long.
    Down(Duration),
}

/// A simulated client. Times are model time: since the demo began.
pub trait Actor: Send {
    /// The connection is up and the subscriptions are granted.
    fn online(&mut self, now: Duration);
    /// The connection is gone.
    fn offline(&mut self);
    /// A message arrived.
    fn receive(&mut self, now: Duration, incoming: Incoming);
    /// When [`Actor::advance`] has something to do next.
    fn next_due(&self) -> Option<Duration>;
    /// Does all that is due by now.
    fn advance(&mut self, now: Duration);
    /// What is to be done since the last call, in order.
    fn take_outputs(&mut self) -> Vec<Output>;
}

/// Tasks in order of time; of two at one time the older one first.
#[derive(Debug)]
pub struct Agenda<T> {
    tasks: BTreeMap<(Duration, u64), T>,
    count: u64,
}

impl<T> Agenda<T> {
    /// Nothing to do yet.
    pub fn new() -> Self {
        Self { tasks: BTreeMap::new(), count: 0 }
    }

    /// Plans a task.
    pub fn add(&mut self, at: Duration, task: T) {
        self.count += 1;
        self.tasks.insert((at, self.count), task);
    }

    /// When the first task is due.
    pub fn next_due(&self) -> Option<Duration> {
        self.tasks.first_key_value().map(|((at, _), _)| *at)
    }

    /// Takes the first task that is due by `now`, with the time it was planned for.
    pub fn take_due(&mut self, now: Duration) -> Option<(Duration, T)> {
        if self.next_due()? > now {
            return None;
        }
        self.tasks.pop_first().map(|((at, _), task)| (at, task))
    }

    /// Takes out all tasks that fit.
    pub fn take_all(&mut self, fits: impl Fn(&T) -> bool) -> Vec<T> {
        self.tasks.extract_if(.., |_, task| fits(task)).map(|(_, task)| task).collect()
    }

    /// Number of tasks planned.
    pub fn len(&self) -> usize {
        self.tasks.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tasks_come_in_order_of_time_then_age() {
        let mut agenda = Agenda::new();
        let at = Duration::from_millis;
        agenda.add(at(20), 'c');
        agenda.add(at(10), 'a');
        agenda.add(at(10), 'b');
        assert_eq!(agenda.next_due(), Some(at(10)));
        assert_eq!(agenda.take_due(at(9)), None);
        assert_eq!(agenda.take_due(at(15)), Some((at(10), 'a')));
        assert_eq!(agenda.take_due(at(15)), Some((at(10), 'b')));
        assert_eq!(agenda.take_due(at(15)), None);
        agenda.add(at(30), 'd');
        assert_eq!(agenda.take_all(|t| *t == 'c'), ['c']);
        assert_eq!(agenda.len(), 1);
    }
}
