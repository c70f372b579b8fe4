//! Takes messages through store and analysis, one at a time and in order.

use std::sync::Arc;

use super::body;
use super::budgets::{Budgets, Losses};
use super::endpoints::{Endpoints, Seen};
use super::exchanges::{Exchanges, Match, Offered, TimedOut};
use super::latency::{Latencies, LatencySample, TIMEOUTS_KEPT, Timeout};
use super::layout::Layout;
use super::note::{Note, Reports};
use super::operations::{OperationLog, Operations};
use super::problems::Rules;
use super::problems::trouble::Troubles;
use super::sessions::Sessions;
use super::shadow::{DeviceShadow, Shadow};
use super::snapshot::Snapshot;
use super::subscriptions::Learner;
use crate::core::block_log::BlockLog;
use crate::core::ids::{EndpointId, Epoch, ExchangeId, Seq};
use crate::core::time::Timestamp;
use crate::core::wire::{WireBatch, WireMsg};
use crate::store::row::Pair;
use crate::store::{self, Applied, Store};
use crate::usp::kind::MsgKind;
use crate::usp::outcome::Grade;
use crate::usp::scan::{scan, scan_msg};
use crate::usp::summary::Summary;

/// Everything received and everything known about it; see the folder's text.
pub struct Pipeline {
    store: Store,
    analysis: Analysis,
}

/// What is known beyond the messages.
struct Analysis {
    budgets: Budgets,
    sessions: Sessions,
    exchanges: Exchanges,
    endpoints: Endpoints,
    latencies: Latencies,
    samples: BlockLog<LatencySample>,
    timeouts: BlockLog<Timeout>,
    rules: Rules,
    troubles: Troubles,
    shadow: Shadow,
    operations: Operations,
    subscriptions: Learner,
    /// Filled and emptied for each message.
    reports: Reports,
}

impl Pipeline {
    /// An empty one with the usual bounds of the analysis.
    #[must_use]
    pub fn new(budgets: store::Budgets, epoch: Epoch) -> Self {
        Self::with_budgets(budgets, Budgets::default(), epoch)
    }

    /// An empty one.
    #[must_use]
    pub fn with_budgets(budgets: store::Budgets, analysis: Budgets, epoch: Epoch) -> Self {
        Self { store: Store::new(budgets, epoch), analysis: Analysis::new(analysis) }
    }

    /// The same one, empty still, for the topics of a profile.
    #[must_use]
    pub fn with_layout(mut self, layout: Layout) -> Self {
        self.analysis.endpoints = Endpoints::new(&self.analysis.budgets, layout);
        self
    }

    /// Takes all messages of a batch, and gives up the oldest ones beyond the budgets. How a
    /// stream is cut into batches makes no difference.
    pub fn apply(&mut self, batch: &WireBatch) -> Applied {
        let first = self.store.next_seq();
        for msg in batch.iter() {
            self.message(&msg);
        }
        self.store.finish_batch();
        Applied { first, messages: batch.len() }
    }

    /// Counts messages that were received and lost before they got here.
    pub fn note_dropped(&mut self, messages: u64) {
        self.store.note_dropped(messages);
    }

    /// Lets run out of time what does so by `now`, while no message comes. Changes nothing that
    /// the next message would not change. True if anything did.
    pub fn tick(&mut self, now: Timestamp) -> bool {
        if now <= self.store.now() {
            return false;
        }
        let changed = self.analysis.advance(&mut self.store, now);
        if changed {
            self.store.finish_batch();
        }
        changed
    }

    /// True while something waits for its time limit.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        let Analysis { exchanges, endpoints, sessions, operations, .. } = &self.analysis;
        exchanges.is_waiting()
            || endpoints.is_waiting()
            || sessions.is_waiting()
            || operations.is_waiting()
    }

    /// Chooses the devices whose data models snapshots show, at most
    /// [`MAX_FOCUS`](super::shadow::MAX_FOCUS).
    pub fn focus(&mut self, devices: &[EndpointId]) {
        self.analysis.shadow.focus(devices);
        // The next snapshot differs, though no message came.
        self.store.finish_batch();
    }

    /// The data model of one device, as far as it was seen.
    #[must_use]
    pub fn shadow(&self, device: EndpointId) -> Option<DeviceShadow> {
        self.analysis.shadow.of(device)
    }

    /// The store's counters now.
    #[must_use]
    pub fn counters(&self) -> &store::counters::Counters {
        self.store.counters()
    }

    /// An immutable view of everything; costs microseconds, see [`Snapshot`].
    #[must_use]
    pub fn snapshot(&mut self) -> Snapshot {
        self.analysis.snapshot(self.store.snapshot())
    }

    #[cfg(test)]
    pub(super) fn operations_for_tests(&self) -> &Operations {
        &self.analysis.operations
    }

    #[cfg(test)]
    pub(super) fn subscriptions_for_tests(&self) -> &Learner {
        &self.analysis.subscriptions
    }

    fn message(&mut self, msg: &WireMsg<'_>) {
        let Self { store, analysis } = self;
        let summary = scan(msg.payload);
        let met = store.meet(msg, &summary);
        analysis.advance(store, store.now());
        let whole = analysis.sessions.offer(&met, msg, &summary, &mut analysis.reports);
        let whole = whole.as_deref();
        let merged;
        let summary = match whole {
            Some(whole) => {
                let (msg, malformed) = scan_msg(&whole.bytes);
                merged =
                    Summary { msg: Some(msg), msg_bytes: Some(&whole.bytes), malformed, ..summary };
                &merged
            }
            None => &summary,
        };
        let direction = store.keep(msg, summary, &met, whole.is_some());
        let note = Note::new(msg, &met, summary, direction, whole);
        analysis.note(store, &note);
        store.evict();
    }
}

impl Analysis {
    fn new(budgets: Budgets) -> Self {
        Self {
            sessions: Sessions::new(&budgets),
            exchanges: Exchanges::new(&budgets),
            endpoints: Endpoints::new(&budgets, Layout::default()),
            latencies: Latencies::new(budgets.latency_cells),
            samples: BlockLog::with_capacity(budgets.latencies),
            timeouts: BlockLog::with_capacity(TIMEOUTS_KEPT),
            rules: Rules::default(),
            troubles: Troubles::default(),
            shadow: Shadow::new(&budgets),
            operations: Operations::new(&budgets),
            subscriptions: Learner::new(&budgets),
            reports: Reports::new(),
            budgets,
        }
    }

    /// Lets run out of time what does so by `now`. True if anything did.
    fn advance(&mut self, store: &mut Store, now: Timestamp) -> bool {
        let (latencies, endpoints) = (&mut self.latencies, &mut self.endpoints);
        let timeouts = &mut self.timeouts;
        self.sessions.advance(now, &mut self.reports);
        self.exchanges.advance(now, &mut self.reports, |lost: TimedOut| {
            latencies.timed_out(lost.device, lost.kind);
            let TimedOut { device, kind: request, asked_at, .. } = lost;
            timeouts.push(Timeout { asked_at, device, request });
            endpoints.timed_out(&lost);
        });
        self.endpoints.advance(now, &mut self.reports);
        let unanswered = self.operations.advance(now);
        self.take_reports(store) || unanswered
    }

    fn note(&mut self, store: &mut Store, note: &Note<'_>) {
        self.rules.message(note, &mut self.reports);
        let told = body::listen(note, &mut self.shadow, &mut self.endpoints, &mut self.reports);
        let grade = told.grade;
        // A retained message is an old one that the broker replays to whoever subscribes.
        if note.delivery.retain {
            if grade.is_some()
                && let Some(mark) = store.mark(note.seq)
            {
                mark.grade = grade;
            }
        } else {
            let what = self.exchange(store, note, grade);
            let seen = Seen {
                repeat: matches!(what, Match::Repeat { .. }),
                grade,
                request: match what {
                    Match::Pair { request, response, .. } if response == note.seq => Some(request),
                    _ => None,
                },
            };
            let Self { endpoints, exchanges, reports, .. } = self;
            endpoints.note(store, note, seen, exchanges, reports);
            self.operations.note(note, what);
            self.subscriptions.note(note, what, told.subscriptions);
        }
        self.take_reports(store);
    }

    /// Ties the message to its exchange; gives what it is to earlier ones.
    fn exchange(&mut self, store: &mut Store, note: &Note<'_>, grade: Option<Grade>) -> Match {
        let offered = self.exchanges.offer(note, grade, &mut self.reports);
        tie(store, note.seq, offered, grade);
        let Offered { what, exchange } = offered;
        if let Match::Pair { response, latency_nanos, .. } = what {
            self.answered(note, exchange, response, latency_nanos, grade);
        }
        what
    }

    /// A request and its answer are known now; `note` is the one that came last.
    fn answered(
        &mut self,
        note: &Note<'_>,
        exchange: Option<ExchangeId>,
        response: Seq,
        latency_nanos: i64,
        grade: Option<Grade>,
    ) {
        let exchange = exchange.and_then(|id| self.exchanges.log.get(id.place()));
        let Some(exchange) = exchange else { return };
        let (device, kind) = (exchange.device(), exchange.kind);
        let by_device = device == exchange.responder;
        self.latencies.answered(device, kind, latency_nanos);
        if response == note.seq {
            let reports = &mut self.reports;
            if let Some((MsgKind::Error, msg, _)) = note.msg() {
                Rules::failure(note, kind, msg.err_code, reports);
            }
            if by_device {
                self.rules.answered(device, kind, grade, latency_nanos, note, reports);
            }
        }
        self.samples.push(LatencySample {
            at: note.at,
            device,
            request: kind,
            nanos: latency_nanos,
            answer: response,
        });
        if by_device {
            self.endpoints.answered(device, note.at);
        }
    }

    /// Puts what was reported where it belongs. True if there was anything.
    fn take_reports(&mut self, store: &mut Store) -> bool {
        if self.reports.is_empty() {
            return false;
        }
        for report in self.reports.drain(..) {
            self.troubles.add(&report, self.budgets.troubles);
            if let Some(mark) = report.seq.and_then(|seq| store.mark(seq)) {
                mark.problems |= report.code.bit();
            }
            if let Some(who) = report.who {
                self.endpoints.problem(who, report.code.level());
            }
        }
        true
    }

    fn snapshot(&mut self, messages: store::Snapshot) -> Snapshot {
        self.latencies.settle();
        Snapshot {
            messages,
            budgets: self.budgets,
            losses: Losses {
                open_requests: self.exchanges.given_up,
                unpaired: self.exchanges.unpaired,
                latency_cells: self.latencies.refused,
                troubles: self.troubles.refused(),
                shadow_values: self.shadow.lost_values,
                shadow_history: self.shadow.lost_history,
                endpoint_texts: self.endpoints.refused,
                segments: self.sessions.lost,
                wholes: self.sessions.wholes.forgotten(),
                operations: self.operations.given_up,
                subscriptions: self.subscriptions.lost,
            },
            open_requests: self.exchanges.open(),
            remembered_requests: self.exchanges.remembered(),
            troubles: self.troubles.lend(),
            exchanges: self.exchanges.log.lend(),
            states: self.exchanges.counts,
            latencies: self.samples.lend(),
            timeouts: self.timeouts.lend(),
            latency_rows: self.latencies.rows.lend(),
            latency_totals: self.latencies.totals.lend(),
            shadow_totals: self.shadow.totals(),
            shadows: self.shadow.focused(),
            infos: self.endpoints.infos.lend(),
            restarts: self.endpoints.restarts.lend(),
            layout: Arc::clone(&self.endpoints.layout),
            sight: self.endpoints.sight,
            wholes: self.sessions.wholes.clone(),
            streams: self.sessions.rows.lend(),
            abandoned: self.sessions.abandoned.lend(),
            operations: OperationLog {
                log: self.operations.log.lend(),
                refs: self.operations.refs.lend(),
            },
            subscriptions: self.subscriptions.known.lend(),
        }
    }
}

/// Marks message `seq` with what became of it, and the other half of its exchange.
pub(super) fn tie(store: &mut Store, seq: Seq, offered: Offered, grade: Option<Grade>) {
    let Offered { what, exchange } = offered;
    let (own, other) = match what {
        Match::None => (None, None),
        Match::Repeat { first } => (Some(Pair::RepeatOf { first }), None),
        Match::Pair { request, response, latency_nanos } => {
            let asks = Pair::AnsweredBy { response, latency_nanos };
            let answers = Pair::Answers { request, latency_nanos };
            // Mostly it is the answer that comes last.
            if response == seq {
                (Some(answers), Some((request, asks)))
            } else {
                (Some(asks), Some((response, answers)))
            }
        }
    };
    if let Some(mark) = store.mark(seq) {
        (mark.grade, mark.exchange, mark.pair) = (grade, exchange, own);
    }
    if let Some((other, pair)) = other
        && let Some(mark) = store.mark(other)
    {
        (mark.exchange, mark.pair) = (exchange, Some(pair));
    }
}
