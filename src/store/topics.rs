//! Topics and the tree of their levels. Nodes and topics are append-only and numbered; only the
//! statistics change. A topic's `/reply-to=` ending (MQTT 3.1.1 binding, TR-369 §4.4) is folded:
//! the tree shows the topic without it.

use std::borrow::Cow;
use std::hash::BuildHasher;
use std::sync::Arc;

use hashbrown::HashTable;

use crate::core::cow_vec::CowVec;
use crate::core::ids::{NodeId, Seq, TopicId};
use crate::core::intern::{Interner, OTHER};
use crate::core::time::Timestamp;

/// Levels the tree tells apart; the rest of a deeper topic is one last level. Topics of 30
/// levels occur, but 65535 bytes of slashes must not become 65535 nodes.
const MAX_DEPTH: usize = 64;

/// Marks the reply topic in a topic of the MQTT 3.1.1 binding.
const REPLY_TO: &str = "/reply-to=";

/// The name of the entry for topics beyond the cap.
const OTHER_TOPICS: &str = "(other topics)";

/// One level of the topic tree.
#[derive(Clone, Debug)]
pub struct Node {
    /// The level above; the root is its own parent.
    pub parent: NodeId,
    /// Text of this level; may be empty.
    pub name: Arc<str>,
    /// Levels above it: 0 for the root, 1 for the first level of a topic.
    pub depth: u16,
    /// The first topic that ends at this level, if any does.
    pub topic: Option<TopicId>,
}

/// Counts of one level of the topic tree since the start.
#[derive(Clone, Copy, Debug, Default)]
pub struct NodeStats {
    /// Messages on topics that end here.
    pub own: u64,
    /// Messages here and below.
    pub subtree: u64,
    /// Of those, malformed ones.
    pub malformed: u64,
    /// Payload bytes here and below.
    pub bytes: u64,
    /// Arrival of the newest message here or below.
    pub last_at: Timestamp,
    /// The newest message here or below.
    pub last_seq: u64,
}

/// What is known of a topic beyond its name.
#[derive(Clone, Copy, Debug)]
pub struct Topic {
    /// Where it ends in the tree.
    pub node: NodeId,
    /// The newest message on it.
    pub(super) last_seq: u64,
}

/// Topic table and tree.
pub(super) struct Topics {
    pub(super) names: Interner,
    pub(super) topics: CowVec<Topic>,
    pub(super) nodes: CowVec<Node>,
    pub(super) stats: CowVec<NodeStats>,
    children: HashTable<u32>,
    hasher: hashbrown::DefaultHashBuilder,
    max_nodes: usize,
}

impl Topics {
    pub(super) fn new(cap: usize, max_bytes: usize) -> Self {
        let mut this = Self {
            names: Interner::with_caps(cap, max_bytes, OTHER_TOPICS),
            topics: CowVec::new(),
            nodes: CowVec::new(),
            stats: CowVec::new(),
            children: HashTable::new(),
            hasher: hashbrown::DefaultHashBuilder::default(),
            // Levels shared by topics are counted once; a few unshared ones per topic fit.
            max_nodes: cap.saturating_mul(4),
        };
        this.nodes.push(Node { parent: NodeId::ROOT, name: Arc::from(""), depth: 0, topic: None });
        this.stats.push(NodeStats::default());
        // Entry OTHER exists from the start in the name table but enters the tree on first use.
        this.topics.push(Topic { node: NodeId::ROOT, last_seq: 0 });
        this
    }

    /// The id of a topic; bytes that are not UTF-8 are replaced.
    pub(super) fn intern(&mut self, topic: &[u8]) -> TopicId {
        // Replacing is the slow way, and nearly never needed.
        let text = std::str::from_utf8(topic)
            .map_or_else(|_| String::from_utf8_lossy(topic), Cow::Borrowed);
        let (id, new) = self.names.intern(&text);
        if new {
            let node = self.place(&text);
            self.topics.push(Topic { node, last_seq: 0 });
            self.end_at(node, TopicId(id));
        } else if id == OTHER && self.topics.get(0).is_some_and(|t| t.node == NodeId::ROOT) {
            let node = self.child(NodeId::ROOT, OTHER_TOPICS);
            if let Some(other) = self.topics.get_mut(0) {
                other.node = node;
            }
            self.end_at(node, TopicId(OTHER));
        }
        TopicId(id)
    }

    fn end_at(&mut self, node: NodeId, topic: TopicId) {
        if let Some(node) = self.nodes.get_mut(node.0 as usize)
            && node.topic.is_none()
        {
            node.topic = Some(topic);
        }
    }

    /// Walks and makes the levels of a topic; returns the last one.
    fn place(&mut self, topic: &str) -> NodeId {
        let base = topic.rfind(REPLY_TO).and_then(|at| topic.get(..at)).unwrap_or(topic);
        let mut node = NodeId::ROOT;
        for level in base.splitn(MAX_DEPTH, '/') {
            node = self.child(node, level);
        }
        node
    }

    fn child(&mut self, parent: NodeId, name: &str) -> NodeId {
        let Self { children, nodes, stats, hasher, max_nodes, .. } = self;
        let hash = hasher.hash_one((parent.0, name));
        let is_it = |&id: &u32| {
            nodes.get(id as usize).is_some_and(|n| n.parent == parent && &*n.name == name)
        };
        if let Some(&id) = children.find(hash, is_it) {
            return NodeId(id);
        }
        if nodes.len() >= *max_nodes {
            // No room for another level: the topic ends at the deepest one that exists.
            return parent;
        }
        let id = nodes.len() as u32;
        let depth = nodes.get(parent.0 as usize).map_or(0, |p| p.depth) + 1;
        nodes.push(Node { parent, name: Arc::from(name), depth, topic: None });
        stats.push(NodeStats::default());
        children.insert_unique(hash, id, |&id| {
            nodes.get(id as usize).map_or(0, |n| hasher.hash_one((n.parent.0, &*n.name)))
        });
        NodeId(id)
    }

    /// Counts a message on its topic and all levels above; returns the topic's previous message.
    pub(super) fn count(
        &mut self,
        topic: TopicId,
        seq: Seq,
        at: Timestamp,
        payload_bytes: usize,
        malformed: bool,
    ) -> u64 {
        let Some(entry) = self.topics.get_mut(topic.0 as usize) else { return 0 };
        let previous = std::mem::replace(&mut entry.last_seq, seq.0);
        let mut node = entry.node;
        let mut own = 1;
        loop {
            if let Some(stats) = self.stats.get_mut(node.0 as usize) {
                stats.own += own;
                stats.subtree += 1;
                stats.malformed += u64::from(malformed);
                stats.bytes += payload_bytes as u64;
                stats.last_at = at;
                stats.last_seq = seq.0;
            }
            own = 0;
            if node == NodeId::ROOT {
                return previous;
            }
            node = self.nodes.get(node.0 as usize).map_or(NodeId::ROOT, |n| n.parent);
        }
    }
}
