//! Follows operations message by message; see the folder's text.

use std::collections::VecDeque;
use std::sync::Arc;

use hashbrown::HashMap;

use super::open::{Keys, Open, is_search};
use super::read::{self, Verdict};
use super::{Operation, OperationState as State};
use crate::analysis::budgets::Budgets;
use crate::analysis::exchanges::Match;
use crate::analysis::note::Note;
use crate::core::block_log::BlockLog;
use crate::core::ids::{EndpointId, Seq};
use crate::core::time::Timestamp;
use crate::usp::kind::{MsgKind, NotificationKind, RecordType};

/// Objects of one Operate that are followed each on its own.
const MAX_RESULTS: usize = 64;

/// What the broker delivers by different QoS flows may be this far out of order.
const REORDER_NANOS: i64 = 500_000_000;

/// Copies closer together than this were delivered twice, not sent twice.
const REDELIVERY_NANOS: i64 = 50_000_000;

/// Completions that may still be waiting for their Operate.
const MAX_EARLY: usize = 256;

/// Bytes of a path or key kept for showing; they are compared whole, by their hash.
const MAX_TEXT: usize = 512;

/// An Operate and its answer, by who asked whom with which `msg_id`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct GroupKey {
    controller: EndpointId,
    device: EndpointId,
    id: u64,
}

/// The operations of one Operate.
struct Group {
    ops: Vec<u64>,
    /// First transmission, if it was seen.
    operate: Option<Seq>,
    last_at: Timestamp,
    digest: u64,
    answer: Option<Answer>,
    /// While its objects aren't all known: the key for completions that come before the answer.
    search: Option<u64>,
    /// The first operation still has the path that was sent.
    unnamed: bool,
    serial: u64,
}

#[derive(Clone, Copy)]
struct Answer {
    seq: Seq,
    at: Timestamp,
    digest: u64,
    /// Code of an Error.
    error: Option<u32>,
}

/// An OperationComplete, with what it may be found by.
struct Completion {
    seq: Seq,
    at: Timestamp,
    device: EndpointId,
    command: Arc<str>,
    command_key: Arc<str>,
    failure: Option<u32>,
    digest: u64,
    exact: u64,
    keyless: u64,
    search: u64,
}

/// Stands for the operation of a message while that isn't known.
const NOWHERE: u64 = u64::MAX;

/// See the folder's text.
pub(in crate::analysis) struct Operations {
    pub(in crate::analysis) log: BlockLog<Operation>,
    /// Which operation a message belongs to, in order of arrival.
    pub(in crate::analysis) refs: BlockLog<(Seq, u64)>,
    /// Operations no longer followed, or never.
    pub(in crate::analysis) given_up: u64,
    keys: Keys,
    open: Open<u64>,
    searches: Open<GroupKey>,
    /// Newest completed operation by exact key, to know its OperationComplete again.
    finished: HashMap<u64, u64>,
    groups: HashMap<GroupKey, Group>,
    group_ages: VecDeque<(Timestamp, GroupKey, u64)>,
    serial: u64,
    /// Completions whose Operate wasn't seen yet.
    early: VecDeque<Completion>,
    /// Requested ones that wait for an answer, in order of deadline.
    timers: VecDeque<(Timestamp, u64)>,
    /// Newest operation of a device.
    pub(super) newest: HashMap<EndpointId, u64>,
    pub(super) restarts: HashMap<EndpointId, super::restart::Restart>,
    budgets: Budgets,
}

impl Operations {
    pub(in crate::analysis) fn new(budgets: &Budgets) -> Self {
        Self {
            log: BlockLog::with_capacity(budgets.operations),
            refs: BlockLog::with_capacity(budgets.operations.saturating_mul(4)),
            given_up: 0,
            keys: Keys::default(),
            open: Open::default(),
            searches: Open::default(),
            finished: HashMap::new(),
            groups: HashMap::new(),
            group_ages: VecDeque::new(),
            serial: 0,
            early: VecDeque::new(),
            timers: VecDeque::new(),
            newest: HashMap::new(),
            restarts: HashMap::new(),
            budgets: *budgets,
        }
    }

    /// Takes a message. `what` is what it is to earlier ones by its `msg_id`.
    #[inline]
    pub(in crate::analysis) fn note(&mut self, note: &Note<'_>, what: Match) {
        let Some((kind, summary, bytes)) = note.msg() else {
            if let Some(
                RecordType::MqttConnect
                | RecordType::StompConnect
                | RecordType::WebsocketConnect
                | RecordType::UdsConnect,
            ) = note.summary.record_type
            {
                self.connected(note);
            }
            return;
        };
        match (kind, summary.notification) {
            (MsgKind::Operate, _) => self.asked(note, summary.msg_id, summary.wants_answer, bytes),
            (MsgKind::OperateResp, _) => self.answered(note, summary.msg_id, bytes),
            (MsgKind::Error, _) => self.refused(note, summary.msg_id, bytes, what),
            (MsgKind::Notify, Some(NotificationKind::OperationComplete)) => {
                self.completed(note, bytes, what);
            }
            (MsgKind::Notify, Some(NotificationKind::Event)) => self.event(note, bytes, what),
            _ => {}
        }
    }

    #[inline(never)]
    fn asked(&mut self, note: &Note<'_>, msg_id: &str, wants_answer: bool, bytes: &[u8]) {
        let (Some((controller, device)), Some(asked)) = (note.ends(), read::operate(bytes)) else {
            return;
        };
        let group_key = GroupKey { controller, device, id: self.keys.digest(msg_id.as_bytes()) };
        let digest = self.keys.digest(bytes);
        if self.repeated(note, group_key, digest)
            || self.request_behind_answer(note, group_key, digest, &asked)
        {
            return;
        }
        self.drop_group(group_key);

        let exact = self.keys.exact(device, asked.command, asked.key);
        let search =
            is_search(asked.command).then(|| self.keys.search(device, asked.command, asked.key));
        let place = self.push(Operation {
            controller: Some(controller),
            command: short(asked.command),
            command_key: Some(short(asked.key)),
            operate: Some(note.seq),
            last_operate: Some(note.seq),
            attempts: 1,
            started_at: Some(note.at),
            restarts: restarts(asked.command),
            silent: !wants_answer,
            key: exact,
            ..blank(device)
        });
        self.refs.push((note.seq, place));
        if restarts(asked.command) {
            self.will_restart(device, place);
        }
        if wants_answer {
            self.timers.push_back((note.at, place));
            if self.timers.len() > self.budgets.operations.max(1) {
                self.timers.pop_front();
            }
        }
        match search {
            Some(search) => {
                if let Some(old) = self.searches.add(search, group_key) {
                    self.drop_group(old);
                }
            }
            None => self.follow(exact, place),
        }
        let (operate, last_at) = (Some(note.seq), note.at);
        self.add_group(
            group_key,
            Group {
                ops: vec![place],
                operate,
                last_at,
                digest,
                answer: None,
                search,
                unnamed: true,
                serial: 0,
            },
        );
        self.settle_early(|early| match search {
            Some(search) => early.search == search,
            None => early.exact == exact,
        });
        // Those that were just found belong to this message, too.
        if let Some(group) = self.groups.get(&group_key) {
            for &place in group.ops.iter().skip(1) {
                self.refs.push((note.seq, place));
            }
        }
    }

    /// True if this is an Operate that was seen before.
    fn repeated(&mut self, note: &Note<'_>, key: GroupKey, digest: u64) -> bool {
        let Some(group) = self.groups.get_mut(&key) else { return false };
        if group.operate.is_none() || group.digest != digest {
            return false;
        }
        let close = note.at.nanos_since(group.last_at) < REDELIVERY_NANOS;
        let redelivered = note.delivery.dup || (note.delivery.qos > 0 && close);
        let open = group.answer.is_none()
            && group.ops.iter().any(|&place| {
                self.log.get(place).is_some_and(|operation| operation.complete.is_none())
            });
        // Some controllers use an id again after its answer: a new request.
        if !redelivered && !open {
            return false;
        }
        group.last_at = note.at;
        for &place in &group.ops {
            if let Some(operation) = self.log.get_mut(place) {
                operation.last_operate = Some(note.seq);
                operation.attempts = operation.attempts.saturating_add(u16::from(!redelivered));
            }
            self.refs.push((note.seq, place));
        }
        true
    }

    /// True if the answer to this Operate was seen just before.
    fn request_behind_answer(
        &mut self,
        note: &Note<'_>,
        key: GroupKey,
        digest: u64,
        asked: &read::Asked<'_>,
    ) -> bool {
        let Some(group) = self.groups.get_mut(&key) else { return false };
        let (None, Some(answer)) = (group.operate, group.answer) else { return false };
        if !(0..=REORDER_NANOS).contains(&note.at.nanos_since(answer.at)) {
            return false;
        }
        group.operate = Some(note.seq);
        group.last_at = note.at;
        group.digest = digest;
        let ops = group.ops.clone();
        for &place in &ops {
            self.name_request(place, note, key.controller, asked.key);
        }
        if ops.is_empty() {
            // An Error, or a search path that matched nothing.
            let device = key.device;
            let place = self.push(Operation {
                controller: Some(key.controller),
                command: short(asked.command),
                command_key: Some(short(asked.key)),
                operate: Some(note.seq),
                last_operate: Some(note.seq),
                attempts: 1,
                response: Some(answer.seq),
                state: if answer.error.is_some() { State::Refused } else { State::Done },
                started_at: Some(note.at),
                answered_at: Some(answer.at),
                ended_at: Some(answer.at),
                error: answer.error,
                restarts: restarts(asked.command),
                key: self.keys.exact(device, asked.command, asked.key),
                ..blank(device)
            });
            self.refs.push((note.seq, place));
            self.point(answer.seq, place);
            if let Some(group) = self.groups.get_mut(&key) {
                group.ops.push(place);
            }
        }
        for &place in &ops {
            self.refs.push((note.seq, place));
        }
        true
    }

    /// Adds the Operate to an operation of which only the answer was known.
    fn name_request(
        &mut self,
        place: u64,
        note: &Note<'_>,
        controller: EndpointId,
        command_key: &str,
    ) {
        let Some(operation) = self.log.get_mut(place) else { return };
        operation.controller = Some(controller);
        operation.operate = Some(note.seq);
        operation.last_operate = Some(note.seq);
        operation.attempts = 1;
        operation.started_at = Some(note.at);
        let (device, command) = (operation.device, Arc::clone(&operation.command));
        // A very long command is cut in the log; then the key can't be made from it.
        if command.len() >= MAX_TEXT {
            operation.command_key = Some(short(command_key));
            return;
        }
        let exact = self.keys.exact(device, &command, command_key);
        if operation.key == exact {
            return;
        }
        // The completion that was taken for its own has another key.
        let stray = operation.command_key.is_some().then(|| self.detach(place)).flatten();
        let Some(operation) = self.log.get_mut(place) else { return };
        operation.command_key = Some(short(command_key));
        let before = std::mem::replace(&mut operation.key, exact);
        if operation.state == State::Running {
            self.open.remove(before, place);
            self.follow(exact, place);
        }
        if let Some(stray) = stray {
            self.settle(stray);
        }
        self.settle_early(|early| early.exact == exact);
    }

    /// Takes its completion from an operation that still ran before it.
    fn detach(&mut self, place: u64) -> Option<Completion> {
        let operation = self.log.get_mut(place)?;
        let (device, command) = (operation.device, Arc::clone(&operation.command));
        let command_key = operation.command_key.take()?;
        let completion = Completion {
            seq: operation.complete.take()?,
            at: operation.ended_at.take()?,
            device,
            failure: operation.error.take(),
            digest: std::mem::take(&mut operation.digest),
            exact: operation.key,
            keyless: self.keys.keyless(device, &command),
            search: self.keys.search(device, &command, &command_key),
            command,
            command_key,
        };
        operation.state = State::Running;
        if self.finished.get(&completion.exact) == Some(&place) {
            self.finished.remove(&completion.exact);
        }
        Some(completion)
    }

    #[inline(never)]
    fn answered(&mut self, note: &Note<'_>, msg_id: &str, bytes: &[u8]) {
        let Some((device, controller)) = note.ends() else { return };
        let key = GroupKey { controller, device, id: self.keys.digest(msg_id.as_bytes()) };
        let digest = self.keys.digest(bytes);
        let answer = Answer { seq: note.seq, at: note.at, digest, error: None };
        if self.answered_before(key, &answer) {
            return;
        }
        let mut group = match self.groups.remove(&key) {
            // The group stays in the list of ages under its number.
            Some(group) if group.answer.is_none() => group,
            _ => Group {
                ops: Vec::new(),
                operate: None,
                last_at: note.at,
                digest: 0,
                answer: None,
                search: None,
                unnamed: false,
                serial: 0,
            },
        };
        let known = group.operate.is_some();
        let mut any = false;
        for (n, (command, verdict)) in read::results(bytes).enumerate() {
            any = true;
            if n >= MAX_RESULTS {
                self.given_up += 1;
                continue;
            }
            let place = if known {
                self.place_of_result(&mut group, device, command)
            } else {
                self.result_alone(&mut group, controller, device, command)
            };
            self.give_verdict(place, note, verdict);
            self.refs.push((note.seq, place));
            let running = self.log.get(place).filter(|o| o.state == State::Running);
            if !known && let Some(key) = running.map(|operation| operation.key) {
                self.follow(key, place);
                self.settle_early(|early| early.keyless == key);
            }
        }
        if !any {
            let first = group.ops.first().copied();
            if let Some(place) = first {
                self.give_verdict(place, note, Verdict::Done);
            }
            self.refs.push((note.seq, first.unwrap_or(NOWHERE)));
        }
        if let Some(search) = group.search.take() {
            self.searches.remove(search, key);
        }
        group.unnamed = false;
        group.answer = Some(answer);
        if group.serial == 0 {
            self.add_group(key, group);
        } else {
            self.groups.insert(key, group);
        }
    }

    /// True if the Operate was answered already; then this is a second answer.
    fn answered_before(&mut self, key: GroupKey, answer: &Answer) -> bool {
        let Some(group) = self.groups.get(&key) else { return false };
        let Some(before) = group.answer else { return false };
        if group.operate.is_none() && before.digest != answer.digest {
            // Another one whose Operate can't be seen.
            return false;
        }
        for &place in &group.ops {
            self.refs.push((answer.seq, place));
        }
        true
    }

    /// The operation that a result is about; its Operate is known.
    fn place_of_result(&mut self, group: &mut Group, device: EndpointId, command: &str) -> u64 {
        let text = short(command);
        let fits = |&&place: &&u64| {
            let operation = self.log.get(place);
            operation
                .is_some_and(|operation| operation.response.is_none() && operation.command == text)
        };
        if let Some(&place) = group.ops.iter().find(fits) {
            if group.ops.first() == Some(&place) {
                group.unnamed = false;
            }
            return place;
        }
        let first = group.ops.first().copied();
        let model = first.and_then(|place| self.log.get(place)).cloned();
        let key_text = model.as_ref().and_then(|model| model.command_key.clone());
        let exact = self.keys.exact(device, command, key_text.as_deref().unwrap_or_default());
        if group.unnamed
            && let Some(place) = first
            && let Some(operation) = self.log.get_mut(place)
            && operation.complete.is_none()
        {
            group.unnamed = false;
            operation.command = text;
            operation.restarts = restarts(command);
            let before = std::mem::replace(&mut operation.key, exact);
            self.open.remove(before, place);
            self.follow(exact, place);
            self.settle_early(|early| early.exact == exact);
            return place;
        }
        let place = self.push(self.like(model.as_ref(), device, command, exact));
        self.follow(exact, place);
        self.settle_early(|early| early.exact == exact);
        group.ops.push(place);
        place
    }

    /// Another operation of the same Operate.
    fn like(
        &self,
        model: Option<&Operation>,
        device: EndpointId,
        command: &str,
        exact: u64,
    ) -> Operation {
        Operation {
            controller: model.and_then(|model| model.controller),
            command: short(command),
            command_key: model.and_then(|model| model.command_key.clone()),
            operate: model.and_then(|model| model.operate),
            last_operate: model.and_then(|model| model.last_operate),
            attempts: model.map_or(0, |model| model.attempts),
            started_at: model.and_then(|model| model.started_at),
            restarts: restarts(command),
            silent: model.is_some_and(|model| model.silent),
            key: exact,
            ..blank(device)
        }
    }

    /// The operation that a result is about; its Operate wasn't seen (yet).
    fn result_alone(
        &mut self,
        group: &mut Group,
        controller: EndpointId,
        device: EndpointId,
        command: &str,
    ) -> u64 {
        let key = self.keys.keyless(device, command);
        let place = self.push(Operation {
            controller: Some(controller),
            command: short(command),
            restarts: restarts(command),
            key,
            ..blank(device)
        });
        group.ops.push(place);
        place
    }

    fn give_verdict(&mut self, place: u64, note: &Note<'_>, verdict: Verdict<'_>) {
        let Some(operation) = self.log.get_mut(place) else { return };
        operation.response = Some(note.seq);
        operation.answered_at = Some(note.at);
        if let Verdict::Accepted(path) = verdict {
            operation.request_path = Some(short(path));
        }
        if operation.complete.is_some() {
            return;
        }
        operation.state = match verdict {
            Verdict::Accepted(_) => State::Running,
            Verdict::Done if operation.restarts => State::Running,
            Verdict::Done => State::Done,
            Verdict::Refused(code) => {
                operation.error = Some(code);
                State::Refused
            }
        };
        let (key, device) = (operation.key, operation.device);
        if operation.state == State::Running {
            operation.ended_at = None;
            if operation.restarts {
                self.will_restart(device, place);
            }
        } else {
            operation.ended_at = Some(note.at);
            self.open.remove(key, place);
        }
    }

    /// An Error, perhaps as the answer to an Operate.
    #[inline(never)]
    fn refused(&mut self, note: &Note<'_>, msg_id: &str, bytes: &[u8], what: Match) {
        let Some((device, controller)) = note.ends() else { return };
        let key = GroupKey { controller, device, id: self.keys.digest(msg_id.as_bytes()) };
        let error = read::error_code(bytes);
        let digest = self.keys.digest(bytes);
        let answer = Answer { seq: note.seq, at: note.at, digest, error: Some(error) };
        match self.groups.get_mut(&key) {
            Some(group) if group.answer.is_none() => {
                group.answer = Some(answer);
                let search = group.search.take();
                let ops = group.ops.clone();
                if let Some(search) = search {
                    self.searches.remove(search, key);
                }
                for place in ops {
                    self.give_verdict(place, note, Verdict::Refused(error));
                    self.refs.push((note.seq, place));
                }
            }
            // The answer to something else, or a second one.
            _ if what != Match::None => {}
            Some(group) if group.operate.is_some() => {}
            // Perhaps an Operate's that comes yet.
            _ => {
                self.refs.push((note.seq, NOWHERE));
                let ops = Vec::new();
                let (operate, search, last_at) = (None, None, note.at);
                let answer = Some(answer);
                let (digest, unnamed, serial) = (0, false, 0);
                self.add_group(
                    key,
                    Group { ops, operate, last_at, digest, answer, search, unnamed, serial },
                );
            }
        }
    }

    #[inline(never)]
    fn completed(&mut self, note: &Note<'_>, bytes: &[u8], what: Match) {
        let Some(device) = note.from.filter(|&id| id != EndpointId::OTHER) else { return };
        if let Match::Repeat { first } = what {
            let place = places_of(&self.refs, first).next();
            self.refs.push((note.seq, place.unwrap_or(NOWHERE)));
            return;
        }
        let Some(done) = read::complete(bytes) else { return };
        let command = [done.object, done.name].concat();
        let completion = Completion {
            seq: note.seq,
            at: note.at,
            device,
            failure: done.failure,
            digest: self.keys.digest(bytes),
            exact: self.keys.exact(device, &command, done.key),
            keyless: self.keys.keyless(device, &command),
            search: self.keys.search(device, &command, done.key),
            command: short(&command),
            command_key: short(done.key),
        };
        let last = self.finished.get(&completion.exact).copied();
        if let Some(place) = last
            && self.log.get(place).is_some_and(|o| o.digest == completion.digest)
        {
            self.refs.push((note.seq, place));
            return;
        }
        let same = |early: &Completion| early.device == device && early.digest == completion.digest;
        if self.early.iter().any(same) {
            return;
        }
        self.refs.push((note.seq, NOWHERE));
        self.settle(completion);
    }

    /// Gives a completion to its operation, or keeps it until that is known.
    fn settle(&mut self, completion: Completion) {
        let place = self
            .pick(completion.exact)
            .or_else(|| self.pick(completion.keyless))
            .or_else(|| self.of_search(&completion));
        match place {
            Some(place) => self.complete(place, &completion),
            None => {
                self.early.push_back(completion);
                if self.early.len() > MAX_EARLY
                    && let Some(oldest) = self.early.pop_front()
                {
                    self.start_unknown(&oldest);
                }
            }
        }
    }

    /// Tries again for those completions.
    fn settle_early(&mut self, fits: impl Fn(&Completion) -> bool) {
        let mut n = 0;
        while let Some(early) = self.early.get(n) {
            if !fits(early) {
                n += 1;
                continue;
            }
            let Some(early) = self.early.remove(n) else { return };
            let waiting = self.early.len();
            self.settle(early);
            if self.early.len() > waiting {
                // It stays, at the end now.
                return;
            }
        }
    }

    fn complete(&mut self, place: u64, completion: &Completion) {
        let Some(operation) = self.log.get_mut(place) else { return };
        let key = std::mem::replace(&mut operation.key, completion.exact);
        operation.command_key = Some(Arc::clone(&completion.command_key));
        operation.digest = completion.digest;
        // A restart completed with the device's return; some send this all the same.
        if operation.complete.is_none() {
            operation.complete = Some(completion.seq);
            operation.ended_at = Some(completion.at);
        }
        operation.error = completion.failure;
        operation.state = if completion.failure.is_some() { State::Failed } else { State::Done };
        self.open.remove(key, place);
        self.finished.insert(completion.exact, place);
        self.point(completion.seq, place);
    }

    /// Says where a message belongs that was noted before that was known.
    fn point(&mut self, seq: Seq, place: u64) {
        let at = position(&self.refs, seq);
        if let Some(entry) = self.refs.get_mut(at).filter(|entry| entry.0 == seq) {
            entry.1 = place;
        }
    }

    /// An operation of which only the end was seen.
    fn start_unknown(&mut self, completion: &Completion) {
        let place = self.push(Operation {
            command: Arc::clone(&completion.command),
            restarts: restarts(&completion.command),
            key: completion.exact,
            ..blank(completion.device)
        });
        self.complete(place, completion);
    }

    /// The open operation that a completion with this key is most likely of: the oldest one that
    /// was accepted.
    fn pick(&self, key: u64) -> Option<u64> {
        self.open
            .of(key)
            .filter_map(|place| {
                Some(match self.log.get(place)?.state {
                    State::Running => (0, place, place),
                    State::Requested => (1, place, place),
                    State::Unanswered => (2, place, place),
                    // Lost, or a restart that is over already: the newest.
                    _ => (3, u64::MAX - place, place),
                })
            })
            .min()
            .map(|(_, _, place)| place)
    }

    /// An operation of an Operate with a search path that isn't answered yet.
    fn of_search(&mut self, completion: &Completion) -> Option<u64> {
        let key = self.searches.of(completion.search).next()?;
        let group = self.groups.get_mut(&key)?;
        let first = *group.ops.first()?;
        if group.unnamed {
            group.unnamed = false;
            let operation = self.log.get_mut(first)?;
            operation.command = Arc::clone(&completion.command);
            return Some(first);
        }
        if group.ops.len() >= MAX_RESULTS {
            return None;
        }
        let model = self.log.get(first).cloned();
        let command = &completion.command;
        let place =
            self.push(self.like(model.as_ref(), completion.device, command, completion.exact));
        self.groups.get_mut(&key)?.ops.push(place);
        Some(place)
    }

    /// Keeps an operation; gives its place.
    fn push(&mut self, mut operation: Operation) -> u64 {
        let (first, place) = (self.log.first(), self.log.end());
        operation.older = self.newest.insert(operation.device, place);
        let Some(forgotten) = self.log.push(operation) else { return place };
        for (old_place, old) in (first..).zip(forgotten.iter()) {
            self.open.remove(old.key, old_place);
            if self.finished.get(&old.key) == Some(&old_place) {
                self.finished.remove(&old.key);
            }
            self.given_up += u64::from(is_unfinished(old));
        }
        place
    }

    /// Lets completions find an operation.
    fn follow(&mut self, key: u64, place: u64) {
        if let Some(operation) = self.open.add(key, place).and_then(|old| self.log.get(old)) {
            self.given_up += u64::from(is_unfinished(operation));
        }
    }

    fn add_group(&mut self, key: GroupKey, mut group: Group) {
        self.serial += 1;
        group.serial = self.serial;
        self.group_ages.push_back((group.last_at, key, group.serial));
        self.groups.insert(key, group);
        while self.group_ages.len() > self.budgets.operations.max(1)
            && let Some((_, key, serial)) = self.group_ages.pop_front()
        {
            self.drop_old_group(key, serial);
        }
    }

    fn drop_old_group(&mut self, key: GroupKey, serial: u64) {
        if self.groups.get(&key).is_some_and(|group| group.serial == serial) {
            self.drop_group(key);
        }
    }

    fn drop_group(&mut self, key: GroupKey) {
        if let Some(search) = self.groups.remove(&key).and_then(|group| group.search) {
            self.searches.remove(search, key);
        }
    }

    /// Lets run out of time what does so by `now`. True if anything shows.
    #[inline]
    pub(in crate::analysis) fn advance(&mut self, now: Timestamp) -> bool {
        // Operations are rare among the messages.
        let idle = self.timers.is_empty() && self.early.is_empty() && self.group_ages.is_empty();
        !idle && self.run_out(now)
    }

    #[inline(never)]
    fn run_out(&mut self, now: Timestamp) -> bool {
        let limit = self.budgets.timeout_nanos(MsgKind::Operate);
        let mut changed = false;
        while let Some(&(at, place)) = self.timers.front() {
            let waits = self.log.get(place).is_some_and(|o| o.state == State::Requested);
            if waits && now.nanos_since(at) < limit {
                break;
            }
            self.timers.pop_front();
            if waits && let Some(operation) = self.log.get_mut(place) {
                operation.state = State::Unanswered;
                changed = true;
            }
        }
        while let Some(early) = self.early.front()
            && now.nanos_since(early.at) > REORDER_NANOS
            && let Some(early) = self.early.pop_front()
        {
            self.start_unknown(&early);
            changed = true;
        }
        let keep = i64::from(self.budgets.remember_secs) * 1_000_000_000;
        while let Some(&(at, key, serial)) = self.group_ages.front()
            && now.nanos_since(at) > keep
        {
            self.group_ages.pop_front();
            self.drop_old_group(key, serial);
        }
        changed
    }

    /// True while a time limit is running.
    pub(in crate::analysis) fn is_waiting(&self) -> bool {
        !self.timers.is_empty() || !self.early.is_empty()
    }

    /// Memory held beside the operations kept for showing, in entries.
    #[cfg(test)]
    pub(super) fn remembered(&self) -> usize {
        let ops = self.groups.values().map(|group| group.ops.len()).sum::<usize>();
        [
            self.open.len(),
            self.searches.len(),
            self.finished.len(),
            self.groups.len(),
            self.group_ages.len(),
            self.timers.len(),
            self.early.len(),
            ops,
        ]
        .into_iter()
        .max()
        .unwrap_or(0)
    }
}

/// Places of the operations that a message belongs to.
pub(super) fn places_of(refs: &BlockLog<(Seq, u64)>, seq: Seq) -> impl Iterator<Item = u64> {
    let same = refs.iter_from(position(refs, seq)).take_while(move |entry| entry.0 == seq);
    same.map(|entry| entry.1)
}

/// Where the entries of a message begin: they are in order of arrival.
fn position(refs: &BlockLog<(Seq, u64)>, seq: Seq) -> u64 {
    let (mut low, mut high) = (refs.first(), refs.end());
    while low < high {
        let middle = low + (high - low) / 2;
        if refs.get(middle).is_some_and(|entry| entry.0 < seq) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

/// True if its end is still to come.
fn is_unfinished(operation: &Operation) -> bool {
    matches!(operation.state, State::Requested | State::Running)
}

/// True for the commands that restart the device when they succeed.
fn restarts(command: &str) -> bool {
    matches!(command, "Device.Reboot()" | "Device.FactoryReset()")
}

/// A text for showing, cut when very long.
pub(super) fn short(text: &str) -> Arc<str> {
    Arc::from(text.get(..text.floor_char_boundary(MAX_TEXT)).unwrap_or(text))
}

/// An operation of which nothing is known yet.
fn blank(device: EndpointId) -> Operation {
    Operation {
        device,
        controller: None,
        command: Arc::default(),
        command_key: None,
        operate: None,
        last_operate: None,
        attempts: 0,
        response: None,
        complete: None,
        boot: None,
        cause: None,
        request_path: None,
        state: State::Requested,
        started_at: None,
        answered_at: None,
        ended_at: None,
        error: None,
        restarts: false,
        silent: false,
        key: 0,
        digest: 0,
        older: None,
    }
}
