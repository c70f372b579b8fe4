//! Carries a filter out on one message: what is cheap to know first, the body only if the answer
//! depends on it.

use super::body::{self, Item};
use super::check::Test;
use super::expr::Expr;
use super::field::Field;
use super::names;
use super::text::TextTest;
use super::units::TimeTest;
use crate::analysis::Snapshot;
use crate::analysis::exchanges::State;
use crate::core::ids::{EndpointId, Seq, TopicId};
use crate::core::needle::Needle;
use crate::store::RowRef;
use crate::store::row::{Direction, Pair};
use crate::usp::decode::decode_msg;
use crate::usp::kind::{MsgKind, NotificationKind, PayloadKind, RecordType};
use crate::usp::outcome::{Grade, outcome};

/// A filter in the order in which it is carried out.
#[derive(Clone, Debug)]
pub(super) enum Node {
    All(Vec<Self>),
    Any(Vec<Self>),
    Not(Box<Self>),
    /// The test, and where answers about names are remembered.
    Test(Test, usize),
}

/// What a filter depends on beside the message itself.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct Uses {
    /// What may become known after the message was there.
    pub(super) later: bool,
    /// Ages at which messages begin or cease to pass, nanoseconds before the newest message.
    pub(super) ages: Vec<i64>,
    /// About how long one message may take, nanoseconds for each of its bytes.
    pub(super) per_byte: u32,
}

/// Places in a memo taken by one test: one for topics, one for endpoints.
const SLOTS: usize = 2;

/// Remembers what was found out about names: there are few of them and many messages. Belongs
/// to one filter and one life of the store.
#[derive(Default, Debug)]
pub struct Memo {
    slots: Vec<Vec<u8>>,
    /// For paths in two parts.
    joined: Vec<u8>,
}

impl Memo {
    fn get(&mut self, slot: usize, index: u32, make: impl FnOnce() -> bool) -> bool {
        let index = index as usize;
        if slot >= self.slots.len() {
            self.slots.resize_with(slot + 1, Vec::new);
        }
        let Some(known) = self.slots.get_mut(slot) else { return make() };
        if index >= known.len() {
            known.resize(index + 1, 0);
        }
        let Some(answer) = known.get_mut(index) else { return make() };
        if *answer == 0 {
            *answer = 1 + u8::from(make());
        }
        *answer == 2
    }
}

/// Puts a filter in the order of cost, and says what it depends on.
pub(super) fn prepare(expr: &Expr) -> (Node, Uses) {
    let mut uses = Uses::default();
    let mut tests = 0;
    let (node, _) = node(expr, &mut uses, &mut tests);
    (node, uses)
}

fn node(expr: &Expr, uses: &mut Uses, tests: &mut usize) -> (Node, u32) {
    match expr {
        Expr::Not(inner) => {
            let (inner, cost) = node(inner, uses, tests);
            (Node::Not(Box::new(inner)), cost)
        }
        Expr::And(parts) | Expr::Or(parts) => {
            let mut parts: Vec<(Node, u32)> =
                parts.iter().map(|part| node(part, uses, tests)).collect();
            parts.sort_by_key(|part| part.1);
            let cost = parts.iter().fold(0_u32, |sum, part| sum.saturating_add(part.1));
            let parts = parts.into_iter().map(|part| part.0).collect();
            (if matches!(expr, Expr::And(_)) { Node::All(parts) } else { Node::Any(parts) }, cost)
        }
        Expr::Term(term) => {
            note_uses(&term.test, uses);
            let slot = *tests * SLOTS;
            *tests += 1;
            (Node::Test(term.test.clone(), slot), cost(&term.test))
        }
    }
}

fn note_uses(test: &Test, uses: &mut Uses) {
    match test {
        Test::Names(Field::State | Field::Problem | Field::Grade, _)
        | Test::Numbers(Field::Latency, _) => uses.later = true,
        Test::Time(TimeTest::Ago(low, high)) => {
            // Ends that are no ends are never reached.
            uses.ages.extend([*low, *high].into_iter().filter(|age| age.unsigned_abs() < 1 << 62));
        }
        _ => {}
    }
    let per_byte = match test {
        Test::Anywhere(_) => 1,
        Test::Text(Field::From | Field::To | Field::Device | Field::Topic | Field::MsgId, _) => 0,
        Test::Text(_, TextTest::Matches(_)) => 20,
        Test::Text(..) => 4,
        Test::Numbers(Field::Error, _) | Test::Names(Field::Grade, _) => 4,
        _ => 0,
    };
    uses.per_byte = uses.per_byte.saturating_add(per_byte);
}

/// Rough cost of a test, for the order only.
fn cost(test: &Test) -> u32 {
    match test {
        Test::Flag(..) => 1,
        Test::Numbers(Field::Latency, _) => 3,
        Test::Numbers(Field::Error, _) => 40,
        Test::Numbers(..) => 1,
        Test::Names(Field::Problem, _) => 2,
        Test::Names(Field::State, _) => 5,
        Test::Names(Field::Grade, _) => 10,
        Test::Names(..) => 1,
        Test::Time(TimeTest::Daily(..)) => 20,
        Test::Time(_) => 1,
        Test::Text(field, test) => {
            let factor = if matches!(test, TextTest::Matches(_)) { 4 } else { 1 };
            factor
                * match field {
                    Field::From | Field::To | Field::Device | Field::Topic => 3,
                    Field::MsgId => 8,
                    Field::Event | Field::Command | Field::Subscription => 50,
                    Field::Text => 60,
                    _ => 100,
                }
        }
        Test::Anywhere(_) => 60,
    }
}

/// One message while it is looked at.
pub(super) struct Look<'a, 'm> {
    pub(super) row: RowRef<'a>,
    pub(super) snapshot: &'a Snapshot,
    pub(super) memo: &'m mut Memo,
    msg: Option<Option<&'a [u8]>>,
}

impl<'a, 'm> Look<'a, 'm> {
    pub(super) fn new(row: RowRef<'a>, snapshot: &'a Snapshot, memo: &'m mut Memo) -> Self {
        Self { row, snapshot, memo, msg: None }
    }

    pub(super) fn passes(&mut self, node: &Node) -> bool {
        match node {
            Node::All(parts) => parts.iter().all(|part| self.passes(part)),
            Node::Any(parts) => parts.iter().any(|part| self.passes(part)),
            Node::Not(inner) => !self.passes(inner),
            Node::Test(test, slot) => self.test(test, *slot),
        }
    }

    fn test(&mut self, test: &Test, slot: usize) -> bool {
        match test {
            Test::Anywhere(needle) => self.anywhere(needle, slot),
            Test::Text(field, test) => self.text(*field, test, slot),
            Test::Names(field, bits) => self.names(*field) & bits != 0,
            Test::Numbers(field, ranges) => self.numbers(*field, ranges),
            Test::Time(test) => test.passes(self.row.at, self.snapshot.now()),
            Test::Flag(field, wanted) => {
                let delivery = self.row.delivery();
                *wanted == if *field == Field::Dup { delivery.dup } else { delivery.retain }
            }
        }
    }

    fn msg(&mut self) -> Option<&'a [u8]> {
        let (row, snapshot) = (self.row, self.snapshot);
        *self.msg.get_or_insert_with(|| snapshot.msg_bytes(row))
    }

    /// A text in topic, Endpoint IDs, type or payload.
    fn anywhere(&mut self, needle: &Needle, slot: usize) -> bool {
        if needle.is_empty() {
            return true;
        }
        let (row, snapshot) = (self.row, self.snapshot);
        let topic = || needle.is_in(snapshot.topic_name(row.topic).as_bytes());
        if self.memo.get(slot, row.topic.0, topic) {
            return true;
        }
        for endpoint in [row.from, row.to].into_iter().flatten() {
            let name = || needle.is_in(snapshot.endpoint_name(endpoint).as_bytes());
            if self.memo.get(slot + 1, endpoint.0, name) {
                return true;
            }
        }
        needle.is_in(row.type_label().as_bytes())
            || row.notification.is_some_and(|n| needle.is_in(n.label().as_bytes()))
            // Ids, paths, values, commands and events stand in the payload as they are read.
            || needle.is_in(row.payload())
            || (row.whole && self.msg().is_some_and(|msg| needle.is_in(msg)))
    }

    fn text(&mut self, field: Field, test: &TextTest, slot: usize) -> bool {
        let row = self.row;
        match field {
            Field::Topic => self.topic(row.topic, test, slot),
            Field::From => self.endpoint(row.from, test, slot),
            Field::To => self.endpoint(row.to, test, slot),
            Field::Device => match row.direction {
                Some(Direction::ToAgent) => self.endpoint(row.to, test, slot),
                Some(Direction::ToController) => self.endpoint(row.from, test, slot),
                // Either may be the Agent.
                None => self.endpoint(row.from, test, slot) || self.endpoint(row.to, test, slot),
            },
            Field::MsgId => row.msg_kind.is_some() && test.passes(row.msg_id().as_bytes()),
            Field::Text => {
                test.passes(row.payload())
                    || (row.whole && self.msg().is_some_and(|msg| test.passes(msg)))
            }
            _ => may_hold(field, &row) && self.inside(field, test),
        }
    }

    fn topic(&mut self, topic: TopicId, test: &TextTest, slot: usize) -> bool {
        let snapshot = self.snapshot;
        self.memo.get(slot, topic.0, || test.passes(snapshot.topic_name(topic).as_bytes()))
    }

    fn endpoint(&mut self, id: Option<EndpointId>, test: &TextTest, slot: usize) -> bool {
        let (Some(id), snapshot) = (id, self.snapshot) else { return false };
        self.memo.get(slot + 1, id.0, || test.passes(snapshot.endpoint_name(id).as_bytes()))
    }

    /// Fields of the body.
    fn inside(&mut self, field: Field, test: &TextTest) -> bool {
        let Some(msg) = self.msg() else { return false };
        let mut joined = std::mem::take(&mut self.memo.joined);
        let mut both = |base: &[u8], name: &[u8]| {
            if base.is_empty() {
                return test.passes(name);
            }
            joined.clear();
            joined.extend_from_slice(base);
            joined.extend_from_slice(name);
            test.passes(&joined)
        };
        let found = body::any(msg, &mut |item| match (field, item) {
            (Field::Path, Item::Path(base, name)) => both(base, name),
            (Field::Value, Item::Value(value)) => test.passes(value),
            (Field::Subscription, Item::Subscription(id)) => test.passes(id),
            (Field::Command, Item::Command(base, name))
            | (Field::Event, Item::Event(base, name)) => test.passes(name) || both(base, name),
            _ => false,
        });
        self.memo.joined = joined;
        found
    }

    fn names(&mut self, field: Field) -> u64 {
        let row = self.row;
        match field {
            Field::Type => names::types_of(&row),
            Field::Notification => names::notification_of(&row),
            Field::Record => names::record_of(&row),
            Field::Direction => row.direction.map_or(0, names::direction_bit),
            Field::Problem => row.mark().problems,
            Field::State => self.state().map_or(0, names::state_bit),
            Field::Grade => grade(row, self.snapshot).map_or(0, names::grade_bit),
            _ => 0,
        }
    }

    fn state(&self) -> Option<State> {
        if let Some(exchange) = self.snapshot.exchange_of(self.row) {
            return Some(exchange.state);
        }
        // Of an exchange no longer kept the answer is still known.
        match self.row.pair()? {
            Pair::Answers { .. } | Pair::AnsweredBy { .. } => {
                let failed = grade(self.row, self.snapshot) == Some(Grade::Failed);
                Some(if failed { State::Failed } else { State::Answered })
            }
            Pair::RepeatOf { .. } => None,
        }
    }

    fn numbers(&mut self, field: Field, ranges: &[(i64, i64)]) -> bool {
        let row = self.row;
        let fits = |number: i64| ranges.iter().any(|(low, high)| (*low..=*high).contains(&number));
        match field {
            Field::Size => fits(i64::from(row.size())),
            Field::Number => fits(i64::try_from(row.seq.0).unwrap_or(i64::MAX)),
            Field::Qos => fits(i64::from(row.delivery().qos)),
            Field::Latency => row.latency_nanos().is_some_and(fits),
            Field::Error => {
                if row.record_type == Some(RecordType::Disconnect) {
                    let code = body::disconnect_code(row.payload());
                    return row.payload_kind == PayloadKind::Usp
                        && code != 0
                        && fits(i64::from(code));
                }
                if row.err_code != u16::MAX && row.err_code != 0 && fits(i64::from(row.err_code)) {
                    return true;
                }
                may_hold(field, &row)
                    && self.msg().is_some_and(|msg| {
                        body::any(
                            msg,
                            &mut |item| matches!(item, Item::Code(code) if fits(i64::from(code))),
                        )
                    })
            }
            _ => false,
        }
    }
}

/// False if the type of a message says that it can't have this field; its body need not be read.
fn may_hold(field: Field, row: &RowRef<'_>) -> bool {
    let Some(kind) = row.msg_kind else { return false };
    match field {
        Field::Event => row.notification == Some(NotificationKind::Event),
        Field::Subscription => matches!(kind, MsgKind::Notify | MsgKind::NotifyResp),
        Field::Command => {
            matches!(kind, MsgKind::Operate | MsgKind::OperateResp)
                || row.notification == Some(NotificationKind::OperationComplete)
        }
        Field::Value => !matches!(
            kind,
            MsgKind::Get
                | MsgKind::Delete
                | MsgKind::DeleteResp
                | MsgKind::GetInstances
                | MsgKind::GetSupportedDm
                | MsgKind::GetSupportedDmResp
                | MsgKind::Error
                | MsgKind::NotifyResp
        ),
        Field::Error => {
            !kind.is_request() || row.notification == Some(NotificationKind::OperationComplete)
        }
        _ => true,
    }
}

/// How the request went that a message is, answers, or tells the end of.
fn grade(row: RowRef<'_>, snapshot: &Snapshot) -> Option<Grade> {
    let kind = row.msg_kind?;
    let ends = |row: &RowRef<'_>, kind: MsgKind| {
        !kind.is_request() || row.notification == Some(NotificationKind::OperationComplete)
    };
    if ends(&row, kind) {
        return row.mark().grade.or_else(|| told(row, snapshot));
    }
    let answer = match row.pair() {
        Some(Pair::AnsweredBy { response, .. }) => Some(response),
        _ => snapshot.exchange_of(row).and_then(|exchange| exchange.answer),
    };
    let exchange = snapshot.exchange_of(row).and_then(|exchange| exchange.grade);
    exchange.or_else(|| {
        let answer = snapshot.row(answer?)?;
        answer.mark().grade.or_else(|| told(answer, snapshot))
    })
}

/// The grade that a Msg tells by itself.
fn told(row: RowRef<'_>, snapshot: &Snapshot) -> Option<Grade> {
    let msg = decode_msg(snapshot.msg_bytes(row)?);
    outcome(&msg.content?).map(|outcome| outcome.grade)
}

/// The messages of an exchange whose answers to a filter may have changed with it.
pub(super) fn members(
    snapshot: &Snapshot,
    exchange: &crate::analysis::exchanges::Exchange,
    mut changed: impl FnMut(std::ops::Range<u64>),
) {
    let mut one = |seq: Option<Seq>| {
        if let Some(Seq(seq)) = seq {
            changed(seq..seq + 1);
        }
    };
    one(exchange.request);
    one(exchange.answer);
    one(exchange.last_request);
    one(exchange.first_segment.map(|first| first.0));
    // Transmissions between the first and the newest are found by looking: there is no list.
    if exchange.attempts > 2
        && let (Some(first), Some(last)) = (exchange.request, exchange.last_request)
        && first < last
    {
        changed(first.0.max(snapshot.first_seq().0)..last.0);
    }
}
