//! An immutable view of the messages and of what is known about them. Reads like the store's own
//! snapshot, and has the rest besides.

use std::ops::Deref;
use std::sync::Arc;

use super::budgets::{Budgets, Losses};
use super::exchanges::{Exchange, StateCounts};
use super::latency::{LatencyRow, LatencySample, LatencyStats};
use super::problems::code::CodeSet;
use super::problems::trouble::{TroubleCounts, Troubles};
use super::shadow::{DeviceShadow, Totals};
use crate::core::block_log::BlockLog;
use crate::core::cow_vec::CowVec;
use crate::core::ids::{EndpointId, Epoch, ExchangeId};
use crate::store;
use crate::store::RowRef;

/// See the module text. `Default` is the snapshot of nothing.
#[derive(Clone)]
pub struct Snapshot {
    pub(super) messages: store::Snapshot,
    pub(super) budgets: Budgets,
    pub(super) losses: Losses,
    pub(super) open_requests: usize,
    pub(super) remembered_requests: usize,
    pub(super) exchanges: BlockLog<Exchange>,
    pub(super) states: StateCounts,
    pub(super) latencies: BlockLog<LatencySample>,
    pub(super) latency_rows: CowVec<LatencyRow>,
    pub(super) latency_totals: CowVec<LatencyStats>,
    pub(super) troubles: Troubles,
    pub(super) shadow_totals: Totals,
    pub(super) shadows: Vec<(EndpointId, Arc<DeviceShadow>)>,
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

    /// Requests and answers remembered for pairing, in entries.
    #[must_use]
    pub fn remembered_requests(&self) -> usize {
        self.remembered_requests
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

    /// Response times of one device to all requests.
    #[must_use]
    pub fn latency_of(&self, id: EndpointId) -> LatencyStats {
        self.latency_totals.get(id.0 as usize).copied().unwrap_or_default()
    }

    /// What was found, by code and by whom.
    #[must_use]
    pub fn troubles(&self) -> &Troubles {
        &self.troubles
    }

    /// Findings by code since the start.
    #[must_use]
    pub fn trouble_counts(&self) -> &TroubleCounts {
        self.troubles.counts()
    }

    /// The data model of a device, as far as it was seen; of those only that were chosen by
    /// [`Pipeline::focus`](super::Pipeline::focus).
    #[must_use]
    pub fn shadow(&self, id: EndpointId) -> Option<&Arc<DeviceShadow>> {
        self.shadows.iter().find(|shadow| shadow.0 == id).map(|shadow| &shadow.1)
    }

    /// How much of the data models of all devices is kept.
    #[must_use]
    pub fn shadow_totals(&self) -> &Totals {
        &self.shadow_totals
    }

    /// What is odd about a message.
    #[must_use]
    pub fn problems_of(&self, row: RowRef<'_>) -> CodeSet {
        CodeSet(row.mark().problems)
    }
}
