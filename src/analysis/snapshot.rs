//! An immutable view of the messages and of what is known about them. Reads like the store's own
//! snapshot, and has the rest besides.

use std::borrow::Cow;
use std::ops::Deref;
use std::sync::Arc;

use compact_str::CompactString;

use super::budgets::{Budgets, Losses};
use super::endpoints::{EndpointInfo, Identity, Presence, Restart};
use super::exchanges::{Exchange, StateCounts};
use super::latency::{LatencyRow, LatencySample, LatencyStats, Timeout};
use super::layout::Layout;
use super::operations::{Operation, OperationLog};
use super::problems::code::CodeSet;
use super::problems::trouble::{TroubleCounts, Troubles};
use super::sessions::{StreamRow, Whole, Wholes};
use super::shadow::{DeviceShadow, Totals};
use super::subscriptions::{Subscription, Subscriptions};
use super::visibility::{BlindSpot, Sight, blind_spots};
use crate::core::block_log::BlockLog;
use crate::core::cow_vec::CowVec;
use crate::core::ids::{EndpointId, Epoch, ExchangeId, Seq};
use crate::core::time::Timestamp;
use crate::store;
use crate::store::RowRef;
use crate::usp::endpoint::{self, split_reply_to};
use crate::usp::kind::{MsgKind, RecordType};
use crate::usp::scan::scan;

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
    pub(super) timeouts: BlockLog<Timeout>,
    pub(super) latency_rows: CowVec<LatencyRow>,
    pub(super) latency_totals: CowVec<LatencyStats>,
    pub(super) troubles: Troubles,
    pub(super) shadow_totals: Totals,
    pub(super) shadows: Vec<(EndpointId, Arc<DeviceShadow>)>,
    pub(super) infos: CowVec<EndpointInfo>,
    pub(super) restarts: BlockLog<Restart>,
    pub(super) layout: Arc<Layout>,
    pub(super) sight: Sight,
    pub(super) wholes: Wholes,
    pub(super) streams: CowVec<Option<StreamRow>>,
    pub(super) abandoned: BlockLog<StreamRow>,
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

    /// Requests that ran out of time, in the order in which they did.
    #[must_use]
    pub fn timeouts(&self) -> &BlockLog<Timeout> {
        &self.timeouts
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

    /// What is known of an endpoint beyond its counts in the store; `None` for one that was
    /// never told apart.
    #[must_use]
    pub fn endpoint_info(&self, id: EndpointId) -> Option<&EndpointInfo> {
        self.infos.get(id.0 as usize).filter(|_| id != EndpointId::OTHER)
    }

    /// Whether an endpoint is there at `now`.
    #[must_use]
    pub fn presence(&self, id: EndpointId, now: Timestamp) -> Presence {
        self.endpoint_info(id).map_or(Presence::Unheard, |info| Presence::at(info, now))
    }

    /// Who made a device and which one it is: by its own words, else guessed from its Endpoint
    /// ID.
    #[must_use]
    pub fn identity(&self, id: EndpointId) -> Identity {
        let said = self.endpoint_info(id).and_then(EndpointInfo::identity);
        let mut identity = said.cloned().unwrap_or_default();
        let name = endpoint::EndpointId::split(self.endpoint_name(id));
        let Some(hint) = name.map(|name| name.hint()) else { return identity };
        for (known, guess) in [
            (&mut identity.oui, hint.oui),
            (&mut identity.product_class, hint.product_class),
            (&mut identity.serial, hint.serial),
        ] {
            if known.is_empty()
                && let Some(guess) = guess
            {
                *known = CompactString::from(guess);
            }
        }
        identity
    }

    /// The MQTT client id of a device, as far as its topic tells by the layout in use.
    #[must_use]
    pub fn client_id(&self, id: EndpointId) -> Option<&str> {
        let reach = self.endpoint_info(id)?.reach()?;
        self.layout.client_id(&reach.topic, self.endpoint_name(id))
    }

    /// Restarts of devices, oldest first.
    #[must_use]
    pub fn restarts(&self) -> &BlockLog<Restart> {
        &self.restarts
    }

    /// Topic layout: the profile's, and what is seen.
    #[must_use]
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// What this monitor can't see; empty if nothing is known to be missing.
    #[must_use]
    pub fn visibility(&self) -> Vec<BlindSpot> {
        let traffic = |id| self.endpoint_info(id).map(|info| info.traffic).unwrap_or_default();
        blind_spots(&self.sight, &self.layout, traffic, |id| self.endpoint_name(id))
    }

    /// Where a message's sender wants the answer: its Response Topic, or what follows
    /// `/reply-to=` (MQTT 3.1.1).
    #[must_use]
    pub fn reply_topic<'a>(&'a self, row: RowRef<'a>) -> Option<Cow<'a, str>> {
        if let Some(topic) = row.props().response_topic().filter(|topic| !topic.is_empty()) {
            return Some(String::from_utf8_lossy(topic));
        }
        let (_, reply) = split_reply_to(self.topic_name(row.topic));
        reply.filter(|reply| !reply.is_empty()).map(Cow::Owned)
    }

    /// The Msg that a message completed, put together from several Records or payload entries,
    /// if it is still kept.
    #[must_use]
    pub fn whole(&self, seq: Seq) -> Option<&Arc<Whole>> {
        self.wholes.get(seq)
    }

    /// The Msg that a message carries, or completes; the latter only while it is kept.
    #[must_use]
    pub fn msg_bytes<'a>(&'a self, row: RowRef<'a>) -> Option<&'a [u8]> {
        if row.whole {
            return self.whole(row.seq).map(|whole| &*whole.bytes);
        }
        scan(row.payload()).msg_bytes
    }

    /// The segmented Msg that a message is a part of, and which part, from 0; known once it is
    /// complete, and not if thousands of others were completed in between.
    #[must_use]
    pub fn part_of(&self, seq: Seq) -> Option<(&Arc<Whole>, usize)> {
        self.wholes.part_of(seq)
    }

    /// The streams of session contexts that are followed, two per session that goes both ways.
    pub fn streams(&self) -> impl Iterator<Item = &StreamRow> {
        self.streams.iter().flatten()
    }

    /// The last few hundred segmented Msgs that were given up, oldest first.
    #[must_use]
    pub fn abandoned(&self) -> &BlockLog<StreamRow> {
        &self.abandoned
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

    /// The subscription that caused a Notify.
    #[must_use]
    pub fn subscription_of(&self, row: RowRef<'_>) -> Option<&Subscription> {
        if row.msg_kind != Some(MsgKind::Notify) || self.subscriptions.is_empty() {
            return None;
        }
        Some(self.subscriptions.of_notify(row.from?, self.msg_bytes(row)?)?.0)
    }

    /// What is odd about a message.
    #[must_use]
    pub fn problems_of(&self, row: RowRef<'_>) -> CodeSet {
        CodeSet(row.mark().problems)
    }
}
