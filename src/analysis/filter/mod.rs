//! The filter language: which messages are wanted. One language for the window's search field,
//! `watch --filter` and `decode --filter`.
//!
//! ```text
//! filter     = filter "or" filter | filter "and" filter | "not" filter | "(" filter ")"
//!            | field operator value | field "in" "{" value "," … "}" | field | text
//! operator   = == != < <= > >= contains (~) matches (=~) under
//! ```
//!
//! `and` binds closer than `or`; `&&`, `||`, `!` mean the same as the words. A field alone asks
//! whether there is one. Anything else is a text looked for in topic, Endpoint IDs, type and
//! payload: words in a row together as they are written. Texts compare without regard to ASCII
//! case. `a != b` is `not a == b`, so it also holds where there is no `a`, and of several paths
//! or values it says that none is equal. [`field::FIELDS`] lists the fields.
//!
//! A filter is checked whole when it is read: what is unknown or makes no sense is an error with
//! its place and, where possible, with what may have been meant. It is bounded in length, depth
//! and size, so a pasted one can take neither memory nor time.
//!
//! Some answers change after a message has arrived: `state`, `latency`, `grade` and `problem`
//! when more becomes known, `t` when it is told by age. [`Filter::is_settled_later`] says so, and
//! [`Filter::changed`] which messages are to be looked at again.

mod body;
mod check;
mod complete;
mod error;
mod eval;
mod expr;
pub mod field;
mod help;
mod lex;
mod names;
mod parse;
mod text;
mod units;

#[cfg(test)]
mod tests;

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use jiff::tz::TimeZone;

use super::Snapshot;
use crate::core::ids::Seq;
use crate::core::time::Timestamp;
use crate::store::RowRef;

pub use complete::{Completion, Suggestion, complete};
pub use error::FilterError;
pub use eval::Memo;
pub use expr::{Expr, Op};
pub use help::{EXAMPLES, text as help_text};

/// Which messages are wanted. Cheap to clone; the default wants all.
#[derive(Clone, Default)]
pub struct Filter(Option<Arc<Ready>>);

struct Ready {
    source: String,
    expr: Expr,
    node: eval::Node,
    uses: eval::Uses,
}

impl Filter {
    /// Reads a filter. Times of day and dates without zone are those of `zone`. A blank one
    /// wants all messages.
    ///
    /// # Errors
    /// What is wrong with it, and where.
    pub fn parse(source: &str, zone: &TimeZone) -> Result<Self, FilterError> {
        let Some(expr) = parse::parse(source, zone)? else { return Ok(Self::default()) };
        let (node, uses) = eval::prepare(&expr);
        Ok(Self(Some(Arc::new(Ready { source: source.trim().to_owned(), expr, node, uses }))))
    }

    /// What it was read from, without blanks around it.
    #[must_use]
    pub fn source(&self) -> &str {
        self.0.as_ref().map_or("", |ready| &ready.source)
    }

    /// What it was understood as; `None` if it wants all.
    #[must_use]
    pub fn expr(&self) -> Option<&Expr> {
        self.0.as_ref().map(|ready| &ready.expr)
    }

    /// True if it wants all messages.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// True if the message passes.
    #[must_use]
    pub fn accepts(&self, row: RowRef<'_>, snapshot: &Snapshot) -> bool {
        self.accepts_with(&mut Memo::default(), row, snapshot)
    }

    /// The same for many messages of one life of the store; `memo` belongs to this filter.
    #[must_use]
    pub fn accepts_with(&self, memo: &mut Memo, row: RowRef<'_>, snapshot: &Snapshot) -> bool {
        match &self.0 {
            None => true,
            Some(ready) => eval::Look::new(row, snapshot, memo).passes(&ready.node),
        }
    }

    /// True if a message may begin or cease to pass after it has arrived.
    #[must_use]
    pub fn is_settled_later(&self) -> bool {
        self.0.as_ref().is_some_and(|ready| ready.uses.later || !ready.uses.ages.is_empty())
    }

    /// Nanoseconds that a byte of payload costs at most, about; what to divide work by.
    #[must_use]
    pub fn cost_per_byte(&self) -> u32 {
        self.0.as_ref().map_or(0, |ready| ready.uses.per_byte)
    }

    /// Which of the messages that are in both snapshots may pass in one and not in the other. Not
    /// all of them do: look at them again. Costs little where little has changed.
    pub fn changed(&self, before: &Snapshot, now: &Snapshot, mut tell: impl FnMut(Range<u64>)) {
        let Some(ready) = &self.0 else { return };
        if ready.uses.later {
            now.marks_changed_since(before, &mut tell);
            now.exchanges().changed_since(before.exchanges(), |exchange| {
                eval::members(now, exchange, &mut tell);
            });
        }
        let moved = now.now().nanos_since(before.now());
        if moved == 0 {
            return;
        }
        for age in &ready.uses.ages {
            let ends = [before.now(), now.now()].map(|now| now.0.saturating_sub(*age));
            let [from, to] = [ends[0].min(ends[1]), ends[0].max(ends[1])];
            let first = first_at(now, Timestamp(from.saturating_sub(DISORDER)));
            let end = first_at(now, Timestamp(to.saturating_add(DISORDER)));
            if first < end {
                tell(first.0..end.0);
            }
        }
    }
}

/// Messages that arrived out of order by more than this may be overlooked when they age.
const DISORDER: i64 = 1_000_000;

/// The first message that arrived at `at` or later; messages are nearly in order of arrival.
fn first_at(snapshot: &Snapshot, at: Timestamp) -> Seq {
    let (mut low, mut high) = (snapshot.first_seq().0, snapshot.end_seq().0);
    while low < high {
        let middle = u64::midpoint(low, high);
        if snapshot.row(Seq(middle)).is_some_and(|row| row.at < at) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    Seq(low)
}

impl PartialEq for Filter {
    /// Written alike.
    fn eq(&self, other: &Self) -> bool {
        self.source() == other.source()
    }
}

impl Eq for Filter {}

impl fmt::Debug for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Filter").field(&self.source()).finish()
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_ref().map_or(Ok(()), |ready| write!(f, "{}", ready.expr))
    }
}
