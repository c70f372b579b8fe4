//! What the messages mean: which answer belongs to which request, who is there, what went wrong.
//!
//! [`Pipeline`] takes batches into the [`Store`](crate::store::Store) and, message by message,
//! into the parts of the analysis. [`Pipeline::snapshot`] gives an immutable view of both.
//! Everything here is a deterministic function of the messages and their times, bounded by
//! [`Budgets`]; what a bound has cost is counted in [`Losses`].
//!
//! ```text
//! message ─► scan ─► sessions (whole Msgs) ─► store ─► facts of the body ─► exchanges, latency,
//!                                                       endpoints, operations, shadow
//!                                                            └─ reports ─► problems, marks
//! ```

mod body;
pub mod budgets;
pub mod endpoints;
pub mod exchanges;
pub mod filter;
pub mod latency;
pub mod layout;
pub mod message;
pub mod note;
pub mod operations;
mod pipeline;
pub mod problems;
pub mod sessions;
pub mod shadow;
pub mod snapshot;
pub mod subscriptions;
pub mod veiled;
pub mod visibility;
mod yardstick;

pub use budgets::{Budgets, Losses};
pub use pipeline::Pipeline;
pub use snapshot::Snapshot;
pub use yardstick::Yardstick;
