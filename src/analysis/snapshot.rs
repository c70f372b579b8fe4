//! An immutable view of the messages and of what is known about them. Reads like the store's own
//! snapshot, and has the rest besides.

use std::ops::Deref;

use super::budgets::{Budgets, Losses};
use super::exchanges::{Exchange, StateCounts};
use super::latency::{LatencyRow, LatencySample, LatencyStats};
use super::operations::{Operation, OperationLog};
use super::problems::code::CodeSet;
use super::subscriptions::{Subscription, Subscriptions};
use crate::core::block_log::BlockLog;
use crate::core::cow_vec::CowVec;
use crate::core::ids::{EndpointId, Epoch, ExchangeId};
use crate::store;
use crate::store::RowRef;
use crate::usp::kind::{MsgKind, RecordType};
use crate::usp::scan::scan;

/// See the module text. `Default` is the snapshot of nothing.
#[derive(Clone)]
pub struct Snapshot {
    pub(super) messages: store::Snapshot,
    pub(super) budgets: Budgets,
    pub(super) losses: Losses,
    pub(super) open_requests: usize,
    pub(super) exchanges: BlockLog<Exchange>,
    pub(super) states: StateCounts,
    pub(super) latencies: BlockLog<LatencySample>,
    pub(super) latency_rows: CowVec<LatencyRow>,
    pub(super) latency_totals: CowVec<LatencyStats>,
    pub(super) operations: OperationLog,
    pub(super) subscriptions: Subscriptions,
}

impl Default for Snapshot {
    fn default() -> Self {
        super::Pipeline::new(store::Budgets::default(), Epoch::default()).snapshot()
    }
}

impl Deref for Snapshot {
    type Target = store::Snapshot;
    fn deref(&self) -> &store::Snapshot {
        &self.messages
    }
}

impl Snapshot {
    /// The bounds of the analysis.
    #[must_use]
    pub fn analysis_budgets(&self) -> &Budgets {
        &self.budgets
    }

    /// What these bounds have cost.
    #[must_use]
    pub fn losses(&self) -> &Losses {
        &self.losses
    }

    /// Requests waiting for an answer.
    #[must_use]
    pub fn open_requests(&self) -> usize {
        self.open_requests
    }

    /// Requests with their answers, oldest first; the place in the stream is the exchange's id.
    #[must_use]
    pub fn exchanges(&self) -> &BlockLog<Exchange> {
        &self.exchanges
    }

    /// One of them, if it is still kept.
    #[must_use]
    pub fn exchange(&self, id: ExchangeId) -> Option<&Exchange> {
        self.exchanges.get(id.place())
    }

    /// The exchange a message belongs to.
    #[must_use]
    pub fn exchange_of(&self, row: RowRef<'_>) -> Option<&Exchange> {
        self.exchange(row.mark().exchange?)
    }

    /// How many exchanges are in which state, since the start.
    #[must_use]
    pub fn states(&self) -> &StateCounts {
        &self.states
    }

    /// Measured response times, oldest first.
    #[must_use]
    pub fn latencies(&self) -> &BlockLog<LatencySample> {
        &self.latencies
    }

    /// Response times per device and type of request, in order of first sight.
    #[must_use]
    pub fn latency_rows(&self) -> &CowVec<LatencyRow> {
        &self.latency_rows
    }

    /// Response times of one endpoint to all requests.
    #[must_use]
    pub fn latency_of(&self, id: EndpointId) -> LatencyStats {
        self.latency_totals.get(id.0 as usize).copied().unwrap_or_default()
    }

    /// Commands given to devices and what became of them, in order of first sight.
    #[must_use]
    pub fn operations(&self) -> &OperationLog {
        &self.operations
    }

    /// The operation that an Operate, its answer or its OperationComplete belongs to, or the
    /// restart command that a Connect Record or Boot! completes; the first of several.
    #[must_use]
    pub fn operation_of(&self, row: RowRef<'_>) -> Option<&Operation> {
        let maybe = match row.msg_kind {
            Some(kind) => matches!(
                kind,
                MsgKind::Operate | MsgKind::OperateResp | MsgKind::Error | MsgKind::Notify
            ),
            None => row.record_type.is_some_and(|kind| kind != RecordType::NoSessionContext),
        };
        if maybe { self.operations.of(row.seq).next() } else { None }
    }

    /// Subscriptions of the devices, as far as they were seen.
    #[must_use]
    pub fn subscriptions(&self) -> &Subscriptions {
        &self.subscriptions
    }

    /// The subscription that caused a Notify. One that was put together from several Records is
    /// looked up with [`Subscriptions::of_notify`].
    #[must_use]
    pub fn subscription_of(&self, row: RowRef<'_>) -> Option<&Subscription> {
        if row.msg_kind != Some(MsgKind::Notify) || self.subscriptions.is_empty() {
            return None;
        }
        let msg = scan(row.payload()).msg_bytes?;
        Some(self.subscriptions.of_notify(row.from?, msg)?.0)
    }

    /// What is odd about a message.
    #[must_use]
    pub fn problems_of(&self, row: RowRef<'_>) -> CodeSet {
        CodeSet(row.mark().problems)
    }
}
