//! The topic tree as visible rows. Mirrors the store's append-only nodes, sorts the children of
//! open levels little by little, and rebuilds the flat list of visible rows only when something
//! about it changed. Counts are not kept here: they are read from the snapshot by number.

use std::time::Duration;

use super::order::{Ordered, natural};
use crate::analysis::Snapshot;
use crate::core::ids::{Epoch, NodeId, TopicId};
use crate::core::needle::Needle;
use crate::core::time::Stopwatch;

/// Levels open from the start: `usp` and `usp/agent` show what is below them at once.
const OPEN_DEPTH: u16 = 2;

/// Nodes or topics looked at between two looks at the stopwatch.
const SLICE: usize = 1024;

/// How often a list sorted by something that changes all the time is sorted again. Rows that
/// swap places faster than this cannot be read or clicked.
const RESORT_EVERY: Duration = Duration::from_millis(1000);

/// How often the rows are laid out again while the model is still catching up.
const REBUILD_EVERY: Duration = Duration::from_millis(100);

/// What the children of a level are sorted by.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum TreeSort {
    /// By name, numbers by value.
    #[default]
    Name,
    /// Most messages first.
    Count,
    /// Newest message first.
    Latest,
}

impl TreeSort {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Name, Self::Count, Self::Latest];

    /// The name in menus.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Name => "Name",
            Self::Count => "Messages",
            Self::Latest => "Latest",
        }
    }
}

/// One visible row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TreeRow {
    /// Which level.
    pub node: NodeId,
    /// Indentation, 0 for the first level.
    pub indent: u16,
    /// `None` for a level without children, else whether it is open.
    pub open: Option<bool>,
}

#[derive(Default)]
struct Entry {
    children: Ordered,
    open: bool,
    /// On the way to a topic that matches the filter.
    matched: bool,
}

/// See the module text.
#[derive(Default)]
pub struct TopicTree {
    epoch: Option<Epoch>,
    entries: Vec<Entry>,
    /// Open levels with children still to be sorted in.
    unsorted: Vec<NodeId>,
    rows: Vec<TreeRow>,
    dirty: bool,
    sort: TreeSort,
    since_resort: Option<Stopwatch>,
    since_rebuilt: Option<Stopwatch>,
    filter: Needle,
    filter_text: String,
    topics_filtered: usize,
}

impl TopicTree {
    /// The visible rows, from the top.
    #[must_use]
    pub fn rows(&self) -> &[TreeRow] {
        &self.rows
    }

    /// What children are sorted by.
    #[must_use]
    pub fn sort(&self) -> TreeSort {
        self.sort
    }

    /// Sorts children by something else.
    pub fn set_sort(&mut self, sort: TreeSort) {
        if self.sort == sort {
            return;
        }
        self.sort = sort;
        self.since_resort = None;
        self.unsorted.clear();
        for (node, entry) in self.entries.iter_mut().enumerate() {
            entry.children.unsort();
            if entry.open {
                self.unsorted.push(NodeId(node as u32));
            }
        }
        self.dirty = true;
    }

    /// The text topics have to contain to be shown.
    #[must_use]
    pub fn filter(&self) -> &str {
        &self.filter_text
    }

    /// Shows only topics that contain `text`, with all levels above them, opened.
    pub fn set_filter(&mut self, text: &str) {
        if text == self.filter_text {
            return;
        }
        text.clone_into(&mut self.filter_text);
        self.filter = Needle::new(text);
        self.topics_filtered = 0;
        for entry in &mut self.entries {
            entry.matched = false;
        }
        self.dirty = true;
    }

    /// Opens or closes a level.
    pub fn set_open(&mut self, node: NodeId, open: bool) {
        if let Some(entry) = self.entries.get_mut(node.0 as usize)
            && entry.open != open
        {
            entry.open = open;
            if open && !entry.children.is_sorted() {
                self.unsorted.push(node);
            }
            self.dirty = true;
        }
    }

    /// Opens every level above `node`, so that it has a row.
    pub fn reveal(&mut self, snapshot: &Snapshot, node: NodeId) {
        let mut at = node;
        while at != NodeId::ROOT
            && let Some(n) = snapshot.node(at)
        {
            at = n.parent;
            self.set_open(at, true);
        }
    }

    /// The row of a level, if it is visible.
    #[must_use]
    pub fn row_of(&self, node: NodeId) -> Option<usize> {
        self.rows.iter().position(|row| row.node == node)
    }

    /// Catches up with the snapshot for at most about `budget`. True if there is more to do.
    pub fn advance(&mut self, snapshot: &Snapshot, budget: Duration) -> bool {
        let started = Stopwatch::start();
        if self.epoch != Some(snapshot.epoch()) {
            let (sort, filter) = (self.sort, std::mem::take(&mut self.filter_text));
            *self = Self { epoch: Some(snapshot.epoch()), sort, ..Self::default() };
            self.entries.push(Entry { open: true, ..Entry::default() });
            self.set_filter(&filter);
        }
        let over = || started.elapsed() >= budget;
        let mut more = self.read_nodes(snapshot, over);
        more |= self.read_matches(snapshot, over);
        more |= self.sort_children(snapshot, over);
        // While much is to do, showing every step of it would cost more than the work itself.
        let wait = more && self.since_rebuilt.is_some_and(|since| since.elapsed() < REBUILD_EVERY);
        if self.dirty && !wait {
            self.rebuild(snapshot);
            self.since_rebuilt = Some(Stopwatch::start());
        }
        more
    }

    fn read_nodes(&mut self, snapshot: &Snapshot, over: impl Fn() -> bool) -> bool {
        while self.entries.len() < snapshot.nodes_len() {
            let end = (self.entries.len() + SLICE).min(snapshot.nodes_len());
            for id in self.entries.len()..end {
                let Some(node) = snapshot.node(NodeId(id as u32)) else { return false };
                self.entries.push(Entry { open: node.depth <= OPEN_DEPTH, ..Entry::default() });
                let parent_id = node.parent;
                let Some(parent) = self.entries.get_mut(parent_id.0 as usize) else { continue };
                let first_child = parent.children.ids().is_empty();
                if parent.open && parent.children.is_sorted() {
                    self.unsorted.push(parent_id);
                }
                parent.children.push(id as u32);
                // A closed level changes its look with its first child only.
                self.dirty |= parent.open || first_child;
            }
            if over() {
                return self.entries.len() < snapshot.nodes_len();
            }
        }
        false
    }

    fn read_matches(&mut self, snapshot: &Snapshot, over: impl Fn() -> bool) -> bool {
        if self.filter.is_empty() {
            return false;
        }
        while self.topics_filtered < snapshot.topics_len() {
            let end = (self.topics_filtered + SLICE).min(snapshot.topics_len());
            for id in self.topics_filtered..end {
                let topic = TopicId(id as u32);
                let mut node = snapshot.topic_node(topic);
                if node.0 as usize >= self.entries.len() {
                    // Its levels have not been read yet; go on from here next time.
                    self.topics_filtered = id;
                    return true;
                }
                if !self.filter.is_in(snapshot.topic_name(topic).as_bytes()) {
                    continue;
                }
                while let Some(entry) = self.entries.get_mut(node.0 as usize)
                    && !entry.matched
                {
                    entry.matched = true;
                    self.dirty = true;
                    node = snapshot.node(node).map_or(NodeId::ROOT, |n| n.parent);
                }
            }
            self.topics_filtered = end;
            if over() {
                return end < snapshot.topics_len();
            }
        }
        false
    }

    fn sort_children(&mut self, snapshot: &Snapshot, over: impl Fn() -> bool) -> bool {
        if self.sort == TreeSort::Name {
            let name = |id: u32| snapshot.node(NodeId(id)).map_or("", |n| &*n.name);
            while let Some(&node) = self.unsorted.last() {
                match self.entries.get_mut(node.0 as usize).filter(|e| e.open) {
                    Some(entry) if !entry.children.is_sorted() => {
                        entry.children.sort_some(SLICE, |a, b| natural(name(a), name(b)));
                        self.dirty = true;
                    }
                    _ => {
                        self.unsorted.pop();
                    }
                }
                if over() {
                    break;
                }
            }
            return !self.unsorted.is_empty();
        }
        let due = self.since_resort.is_none_or(|since| since.elapsed() >= RESORT_EVERY);
        if due {
            self.since_resort = Some(Stopwatch::start());
            self.unsorted.clear();
            let by_count = self.sort == TreeSort::Count;
            for entry in self.entries.iter_mut().filter(|e| e.open) {
                entry.children.sort_by_key_desc(|id| {
                    let stats = snapshot.node_stats(NodeId(id));
                    if by_count { stats.subtree } else { stats.last_seq }
                });
            }
            self.dirty = true;
        }
        false
    }

    fn rebuild(&mut self, snapshot: &Snapshot) {
        self.dirty = false;
        self.rows.clear();
        let filtering = !self.filter.is_empty();
        // (level, its next child): a walk down without recursion, as topics may be 64 deep.
        let mut path: Vec<(NodeId, usize)> = vec![(NodeId::ROOT, 0)];
        while let Some((node, at)) = path.last_mut() {
            let Some(&child) =
                self.entries.get(node.0 as usize).and_then(|e| e.children.ids().get(*at))
            else {
                path.pop();
                continue;
            };
            *at += 1;
            let child = NodeId(child);
            let Some(entry) = self.entries.get(child.0 as usize) else { continue };
            if filtering && !entry.matched {
                continue;
            }
            let open = entry.open || filtering;
            let parent = !entry.children.ids().is_empty();
            let indent = snapshot.node(child).map_or(0, |n| n.depth.saturating_sub(1));
            self.rows.push(TreeRow { node: child, indent, open: parent.then_some(open) });
            if parent && open {
                path.push((child, 0));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::Pipeline;
    use crate::core::time::Timestamp;
    use crate::core::wire::{Delivery, WireBatch};
    use crate::store::Budgets;

    const LONG: Duration = Duration::from_secs(60);

    fn store(topics: impl IntoIterator<Item = String>) -> Pipeline {
        let mut store = Pipeline::new(Budgets::default(), Epoch(1));
        feed(&mut store, topics);
        store
    }

    fn feed(store: &mut Pipeline, topics: impl IntoIterator<Item = String>) {
        let mut batch = WireBatch::new();
        for topic in topics {
            batch.push(Timestamp(1), topic.as_bytes(), b"x", Delivery::default(), |_| {});
        }
        store.apply(&batch);
    }

    fn caught_up(tree: &mut TopicTree, snapshot: &Snapshot) {
        while tree.advance(snapshot, LONG) {}
    }

    fn paths(tree: &TopicTree, snapshot: &Snapshot) -> Vec<String> {
        tree.rows().iter().map(|r| snapshot.node_path(r.node)).collect()
    }

    #[test]
    fn nothing_received_has_no_rows() {
        let mut tree = TopicTree::default();
        caught_up(&mut tree, &Snapshot::default());
        assert!(tree.rows().is_empty());
    }

    #[test]
    fn levels_open_close_and_sort() {
        let topics = ["u/agent/d10", "u/agent/d2", "u/agent/d2", "u/controller/c/x/y"];
        let snapshot = store(topics.map(str::to_owned)).snapshot();
        let mut tree = TopicTree::default();
        caught_up(&mut tree, &snapshot);
        let open = ["u", "u/agent", "u/agent/d2", "u/agent/d10", "u/controller", "u/controller/c"];
        assert_eq!(paths(&tree, &snapshot), open);
        assert_eq!(tree.rows()[5].open, Some(false));
        assert_eq!(tree.rows()[2].open, None);

        let agent = tree.rows()[1].node;
        tree.set_open(agent, false);
        caught_up(&mut tree, &snapshot);
        assert_eq!(paths(&tree, &snapshot), ["u", "u/agent", "u/controller", "u/controller/c"]);
        let d10 = snapshot.topic_node(TopicId(1));
        assert_eq!(tree.row_of(d10), None);
        tree.reveal(&snapshot, d10);
        tree.set_sort(TreeSort::Latest);
        caught_up(&mut tree, &snapshot);
        assert_eq!(tree.row_of(d10), Some(5));
        tree.set_sort(TreeSort::Count);
        caught_up(&mut tree, &snapshot);
        assert_eq!(paths(&tree, &snapshot)[1..3], ["u/agent", "u/agent/d2"]);
    }

    #[test]
    fn a_filter_shows_matches_with_what_is_above_them_and_follows_new_topics() {
        let mut store = store(["a/b/c/deep".to_owned(), "a/x".to_owned()]);
        let mut tree = TopicTree::default();
        tree.set_filter("DEEP");
        let snapshot = store.snapshot();
        caught_up(&mut tree, &snapshot);
        assert_eq!(paths(&tree, &snapshot), ["a", "a/b", "a/b/c", "a/b/c/deep"]);
        feed(&mut store, ["z/deeper".to_owned()]);
        let snapshot = store.snapshot();
        caught_up(&mut tree, &snapshot);
        assert_eq!(tree.rows().len(), 6);
        tree.set_filter("");
        caught_up(&mut tree, &snapshot);
        assert_eq!(paths(&tree, &snapshot), ["a", "a/b", "a/b/c", "a/x", "z", "z/deeper"]);
    }

    #[test]
    fn a_hundred_thousand_topics_on_one_level_come_in_slices_and_in_order() {
        let mut store =
            store((0..100_000u32).map(|i| format!("usp/agent/{}", i.reverse_bits() % 999_983)));
        let snapshot = store.snapshot();
        let mut tree = TopicTree::default();
        let mut frames = 0;
        while tree.advance(&snapshot, Duration::ZERO) {
            frames += 1;
        }
        assert!(frames > 10, "work was not sliced: {frames}");
        assert_eq!(tree.rows().len(), snapshot.nodes_len() - 1);
        let names = paths(&tree, &snapshot);
        assert!(names.windows(2).skip(1).all(|w| natural(&w[0], &w[1]).is_lt()));
    }

    #[test]
    fn a_cleared_store_starts_over_and_keeps_the_filter() {
        let first = store(["a/b".to_owned()]).snapshot();
        let mut tree = TopicTree::default();
        tree.set_filter("b");
        caught_up(&mut tree, &first);
        assert_eq!(tree.rows().len(), 2);
        let mut second = Pipeline::new(Budgets::default(), Epoch(2));
        feed(&mut second, ["c".to_owned(), "b".to_owned()]);
        let second = second.snapshot();
        caught_up(&mut tree, &second);
        assert_eq!(paths(&tree, &second), ["b"]);
    }
}
