//! An immutable view of the store. Cheap to make and to clone, `Send + Sync`; everything drawn
//! in one frame comes from one snapshot, so counters, tree and list always agree.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

use super::budgets::Budgets;
use super::counters::Counters;
use super::endpoints::EndpointStats;
use super::log::{self, Segment};
use super::row::{Mark, Pair, Row};
use super::series::{Gap, Second};
use super::topics::{Node, NodeStats, Topic};
use crate::core::block_log::BlockLog;
use crate::core::cow_vec::CowVec;
use crate::core::ids::{EndpointId, Epoch, NodeId, Seq, TopicId};
use crate::core::time::Timestamp;
use crate::core::wire::Props;

/// See the module text. `Default` is the snapshot of an empty store.
#[derive(Clone)]
pub struct Snapshot {
    pub(super) epoch: Epoch,
    pub(super) generation: u64,
    pub(super) now: Timestamp,
    pub(super) counters: Counters,
    pub(super) budgets: Budgets,
    pub(super) segments: VecDeque<Segment>,
    pub(super) next_seq: u64,
    pub(super) topic_names: CowVec<Arc<str>>,
    pub(super) topics: CowVec<Topic>,
    pub(super) nodes: CowVec<Node>,
    pub(super) node_stats: CowVec<NodeStats>,
    pub(super) endpoint_names: CowVec<Arc<str>>,
    pub(super) endpoints: CowVec<EndpointStats>,
    pub(super) seconds: BlockLog<Second>,
    pub(super) gaps: BlockLog<Gap>,
    pub(super) name_bytes: usize,
}

impl Default for Snapshot {
    fn default() -> Self {
        super::Store::new(Budgets::default(), Epoch::default()).snapshot()
    }
}

impl Snapshot {
    /// Which life of the store this shows.
    #[must_use]
    pub fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// Grows with every change of the store within an epoch.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// Arrival of the newest message.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// The counters.
    #[must_use]
    pub fn counters(&self) -> &Counters {
        &self.counters
    }

    /// The bounds in force.
    #[must_use]
    pub fn budgets(&self) -> &Budgets {
        &self.budgets
    }

    /// Memory held by messages and names, bytes.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        self.counters.kept_bytes + self.name_bytes
    }

    /// Messages kept.
    #[must_use]
    pub fn len(&self) -> usize {
        (self.next_seq - self.first_seq().0) as usize
    }

    /// True if no message is kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The oldest kept message; equal to [`Self::end_seq`] if none is kept.
    #[must_use]
    pub fn first_seq(&self) -> Seq {
        Seq(self.segments.front().map_or(self.next_seq, |s| s.first))
    }

    /// One past the newest message.
    #[must_use]
    pub fn end_seq(&self) -> Seq {
        Seq(self.next_seq)
    }

    /// A kept message.
    #[must_use]
    pub fn row(&self, seq: Seq) -> Option<RowRef<'_>> {
        let (segment, index) = log::locate(&self.segments, seq)?;
        let segment = self.segments.get(segment)?;
        Some(RowRef { seq, segment, row: segment.rows.rows.get(index)?, index })
    }

    /// A kept message that stays readable after the store gave it up.
    #[must_use]
    pub fn pin(&self, seq: Seq) -> Option<PinnedRow> {
        let (segment, index) = log::locate(&self.segments, seq)?;
        Some(PinnedRow { seq, segment: self.segments.get(segment)?.clone(), index })
    }

    /// The messages from `from` on (or from the oldest kept), in order of arrival.
    pub fn rows_from(&self, from: Seq) -> impl Iterator<Item = RowRef<'_>> {
        let from = from.max(self.first_seq());
        let start = self.segments.partition_point(|s| s.first <= from.0).saturating_sub(1);
        self.segments.range(start..).flat_map(move |segment| {
            let skip = usize::try_from(from.0.saturating_sub(segment.first)).unwrap_or(usize::MAX);
            segment.rows.rows.iter().enumerate().skip(skip).map(move |(index, row)| RowRef {
                seq: Seq(segment.first + index as u64),
                segment,
                row,
                index,
            })
        })
    }

    /// Shows which messages of both snapshots were marked anew since `older`, an earlier one of
    /// the same life of the store. Segments that both share cost nothing.
    pub fn marks_changed_since(&self, older: &Self, mut tell: impl FnMut(Range<u64>)) {
        let first = self.segments.front().map_or(0, |segment| segment.first);
        let mut before = older.segments.iter().skip_while(|segment| segment.first < first);
        for segment in &self.segments {
            let Some(old) = before.next() else { return };
            if segment.marks.is_same(&old.marks) {
                continue;
            }
            for (seq, (old, new)) in (segment.first..).zip(old.marks.iter().zip(&*segment.marks)) {
                if old != new {
                    tell(seq..seq + 1);
                }
            }
        }
    }

    /// Number of topics known, the "other" entry (number 0) included.
    #[must_use]
    pub fn topics_len(&self) -> usize {
        self.topic_names.len()
    }

    /// A topic's name as published.
    #[must_use]
    pub fn topic_name(&self, topic: TopicId) -> &str {
        self.topic_names.get(topic.0 as usize).map_or("", |name| name)
    }

    /// Where a topic ends in the tree.
    #[must_use]
    pub fn topic_node(&self, topic: TopicId) -> NodeId {
        self.topics.get(topic.0 as usize).map_or(NodeId::ROOT, |t| t.node)
    }

    /// Number of levels in the topic tree, the root (number 0) included. Parents always have
    /// lower numbers than their children.
    #[must_use]
    pub fn nodes_len(&self) -> usize {
        self.nodes.len()
    }

    /// One level of the topic tree.
    #[must_use]
    pub fn node(&self, node: NodeId) -> Option<&Node> {
        self.nodes.get(node.0 as usize)
    }

    /// Counts of one level of the topic tree.
    #[must_use]
    pub fn node_stats(&self, node: NodeId) -> NodeStats {
        self.node_stats.get(node.0 as usize).copied().unwrap_or_default()
    }

    /// The topic text down to `node`, levels joined by `/`.
    #[must_use]
    pub fn node_path(&self, node: NodeId) -> String {
        let mut names = Vec::new();
        let mut at = node;
        while at != NodeId::ROOT
            && let Some(n) = self.node(at)
        {
            names.push(&*n.name);
            at = n.parent;
        }
        names.reverse();
        names.join("/")
    }

    /// True if `node` is `ancestor` or below it.
    #[must_use]
    pub fn is_within(&self, mut node: NodeId, ancestor: NodeId) -> bool {
        // Parents have lower numbers, so the walk can stop early.
        while node.0 > ancestor.0
            && let Some(n) = self.node(node)
        {
            node = n.parent;
        }
        node == ancestor
    }

    /// Number of endpoints known, the "other" entry (number 0) included.
    #[must_use]
    pub fn endpoints_len(&self) -> usize {
        self.endpoint_names.len()
    }

    /// An Endpoint ID.
    #[must_use]
    pub fn endpoint_name(&self, id: EndpointId) -> &str {
        self.endpoint_names.get(id.0 as usize).map_or("", |name| name)
    }

    /// What is known of an endpoint.
    #[must_use]
    pub fn endpoint(&self, id: EndpointId) -> EndpointStats {
        self.endpoints.get(id.0 as usize).copied().unwrap_or_default()
    }

    /// Messages per second, oldest first; seconds without messages are missing.
    #[must_use]
    pub fn seconds(&self) -> &BlockLog<Second> {
        &self.seconds
    }

    /// Where messages were lost, oldest first.
    #[must_use]
    pub fn gaps(&self) -> &BlockLog<Gap> {
        &self.gaps
    }
}

/// A message in a snapshot.
#[derive(Clone, Copy)]
pub struct RowRef<'a> {
    /// Its arrival number.
    pub seq: Seq,
    row: &'a Row,
    segment: &'a Segment,
    index: usize,
}

impl std::ops::Deref for RowRef<'_> {
    type Target = Row;
    fn deref(&self) -> &Row {
        self.row
    }
}

impl<'a> RowRef<'a> {
    /// The payload exactly as received.
    #[must_use]
    pub fn payload(&self) -> &'a [u8] {
        log::payload(&self.segment.rows, self.row)
    }

    /// Its MQTT 5 properties.
    #[must_use]
    pub fn props(&self) -> Props<'a> {
        Props(log::props(&self.segment.rows, self.row))
    }

    /// `Header.msg_id`; empty if absent.
    #[must_use]
    pub fn msg_id(&self) -> &'a str {
        std::str::from_utf8(log::msg_id(&self.segment.rows, self.row)).unwrap_or_default()
    }

    /// What was found out about it.
    #[must_use]
    pub fn mark(&self) -> Mark {
        self.segment.marks.get(self.index).copied().unwrap_or_default()
    }

    /// The other half of its exchange, or what it repeats.
    #[must_use]
    pub fn pair(&self) -> Option<Pair> {
        self.mark().pair
    }

    /// Response time of the exchange it belongs to, nanoseconds.
    #[must_use]
    pub fn latency_nanos(&self) -> Option<i64> {
        match self.pair()? {
            Pair::Answers { latency_nanos, .. } | Pair::AnsweredBy { latency_nanos, .. } => {
                Some(latency_nanos)
            }
            Pair::RepeatOf { .. } => None,
        }
    }

    /// The message before it on the same topic; it may have been given up since.
    #[must_use]
    pub fn prev_on_topic(&self) -> Option<Seq> {
        let back = u64::from(self.row.prev_on_topic);
        (back != 0).then(|| Seq(self.seq.0.saturating_sub(back)))
    }
}

/// A message that keeps its segment alive.
#[derive(Clone)]
pub struct PinnedRow {
    seq: Seq,
    segment: Segment,
    index: usize,
}

impl PinnedRow {
    /// The message; `None` can't happen for a row pinned from a snapshot.
    #[must_use]
    pub fn row(&self) -> Option<RowRef<'_>> {
        let row = self.segment.rows.rows.get(self.index)?;
        Some(RowRef { seq: self.seq, segment: &self.segment, row, index: self.index })
    }
}
