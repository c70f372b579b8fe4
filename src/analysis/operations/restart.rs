//! What a restart of a device means to its operations: Reboot() and FactoryReset() are done with
//! it, all others that run are lost.
//!
//! A Connect Record alone is no restart: devices also reconnect. It counts as one when a command
//! to restart was accepted before. Boot! always counts.

use super::read;
use super::track::{Operations, places_of, short};
use super::{Operation, OperationState as State};
use crate::analysis::exchanges::Match;
use crate::analysis::note::Note;
use crate::core::ids::{EndpointId, Seq};
use crate::core::time::Timestamp;

/// Boot! follows the Connect Record of the same restart within moments; so long after it, it
/// tells of another one.
const BOOT_NANOS: i64 = 60 * 1_000_000_000;

/// Connect Records to all Controllers of a device come this close together.
const SAME_CONNECT_NANOS: i64 = 1_000_000_000;

/// Commands to restart one device at once.
const MAX_PENDING: usize = 16;

/// What is known of a device's restarts.
#[derive(Default)]
pub(super) struct Restart {
    /// Commands to restart it that may still be carried out.
    pending: Vec<u64>,
    /// Commands done by the last restart.
    done: Vec<u64>,
    connected_at: Option<Timestamp>,
}

/// How a device showed that it is back.
#[derive(Clone, Copy)]
struct Return<'a> {
    at: Timestamp,
    seq: Seq,
    /// Of a Boot!: its CommandKey, empty if none.
    key: Option<&'a str>,
    cause: Option<&'a str>,
}

impl Operations {
    /// Remembers a command that will restart its device.
    pub(super) fn will_restart(&mut self, device: EndpointId, place: u64) {
        let pending = &mut self.restarts.entry(device).or_default().pending;
        if !pending.contains(&place) {
            pending.push(place);
            if pending.len() > MAX_PENDING {
                pending.remove(0);
            }
        }
    }

    /// A Connect Record.
    #[inline(never)]
    pub(super) fn connected(&mut self, note: &Note<'_>) {
        let Some(device) = note.from.filter(|&id| id != EndpointId::OTHER) else { return };
        let restart = self.restarts.entry(device).or_default();
        let close = |before| (0..SAME_CONNECT_NANOS).contains(&note.at.nanos_since(before));
        if !restart.connected_at.is_some_and(close) {
            restart.connected_at = Some(note.at);
        }
        let log = &self.log;
        let awaited = restart.pending.iter().any(|&place| log.get(place).is_some_and(is_accepted));
        if awaited {
            self.restarted(device, note.at, note.seq, None, None);
        }
    }

    /// An Event; Boot! is a restart.
    #[inline(never)]
    pub(super) fn event(&mut self, note: &Note<'_>, bytes: &[u8], what: Match) {
        let Some(device) = note.from.filter(|&id| id != EndpointId::OTHER) else { return };
        let Some(boot) = read::boot(bytes) else { return };
        if let Match::Repeat { first } = what {
            let places: Vec<_> = places_of(&self.refs, first).collect();
            for place in places {
                self.refs.push((note.seq, place));
            }
            return;
        }
        let key = boot.command_key.unwrap_or_default();
        self.restarted(device, note.at, note.seq, Some(key), boot.cause);
    }

    /// The device restarted, as message `seq` shows. `command_key` is that of a Boot!, empty if
    /// it names none; `None` says that it was no Boot!. To be told twice does no harm.
    pub(in crate::analysis) fn restarted(
        &mut self,
        device: EndpointId,
        at: Timestamp,
        seq: Seq,
        command_key: Option<&str>,
        cause: Option<&str>,
    ) {
        let back = Return { at, seq, key: command_key, cause };
        let restart = self.restarts.entry(device).or_default();
        restart.pending.clear();
        // What was asked for since it connected is not lost by the restart before that.
        let connected_at = restart.connected_at;
        let before = connected_at
            .filter(|&connected| (0..=BOOT_NANOS).contains(&at.nanos_since(connected)))
            .unwrap_or(at);
        let mut done = std::mem::take(&mut restart.done);
        done.retain(|&place| self.confirm(place, &back));

        let mut next = self.newest.remove(&device);
        let mut kept = Vec::new();
        while let Some(place) = next
            && let Some(operation) = self.log.get(place)
        {
            next = operation.older;
            let waits =
                matches!(operation.state, State::Requested | State::Running | State::Unanswered);
            if !waits {
                continue;
            }
            if operation.first_at() >= before {
                kept.push(place);
            } else if is_ended_by(operation, &back) {
                self.end(place, &back);
                done.push(place);
            } else if let Some(operation) = self.log.get_mut(place) {
                operation.state = State::Lost;
                operation.ended_at = Some(at);
            }
        }
        self.link(device, &kept);
        for &place in &kept {
            if self.log.get(place).is_some_and(|operation| operation.restarts) {
                self.will_restart(device, place);
            }
        }
        self.restarts.entry(device).or_default().done = done;
    }

    /// Makes `places`, newest first, the list of the device's operations.
    fn link(&mut self, device: EndpointId, places: &[u64]) {
        let olders = places.iter().skip(1).copied().map(Some).chain([None]);
        for (&place, older) in places.iter().zip(olders) {
            if let Some(operation) = self.log.get_mut(place) {
                operation.older = older;
            }
        }
        if let Some(&newest) = places.first() {
            self.newest.insert(device, newest);
        }
    }

    /// Adds the Boot! to a restart that ended with the Connect Record before it. False if that is
    /// too long ago.
    fn confirm(&mut self, place: u64, back: &Return<'_>) -> bool {
        let Some(key) = back.key else { return false };
        let Some(operation) = self.log.get_mut(place) else { return false };
        let fresh = operation
            .ended_at
            .is_some_and(|ended| (0..=BOOT_NANOS).contains(&back.at.nanos_since(ended)));
        if !fresh {
            return false;
        }
        if operation.complete != Some(back.seq)
            && (key.is_empty() || operation.command_key.as_deref().is_none_or(|own| own == key))
        {
            if operation.boot.is_none() {
                operation.boot = Some(back.seq);
                operation.cause = back.cause.map(short);
            }
            self.refs.push((back.seq, place));
        }
        true
    }

    /// Ends an operation that the restart completes.
    fn end(&mut self, place: u64, back: &Return<'_>) {
        let Some(operation) = self.log.get_mut(place) else { return };
        operation.state = State::Done;
        operation.complete = Some(back.seq);
        operation.ended_at = Some(back.at);
        if back.key.is_some() {
            operation.boot = Some(back.seq);
            operation.cause = back.cause.map(short);
        }
        // It stays open: some devices send its OperationComplete all the same.
        self.refs.push((back.seq, place));
    }
}

/// True if the device said, or was not asked to say, that it will carry out this restart.
fn is_accepted(operation: &Operation) -> bool {
    operation.restarts
        && match operation.state {
            State::Running => true,
            State::Requested => operation.silent,
            _ => false,
        }
}

/// True if the restart is what the operation was to bring about.
fn is_ended_by(operation: &Operation, back: &Return<'_>) -> bool {
    if is_accepted(operation) {
        return true;
    }
    let Some(key) = back.key else { return false };
    if key.is_empty() {
        let remote = back.cause.is_some_and(|cause| cause.starts_with("Remote"));
        return operation.restarts && remote;
    }
    operation.command_key.as_deref() == Some(key)
}
