//! What was received. Single-threaded: no channels, no locks, no clock.
//!
//! [`Store::apply`] takes batches, [`Store::snapshot`] gives an immutable view of everything;
//! all reading goes through [`snapshot::Snapshot`]. The store is a deterministic function of the
//! batches and their timestamps: a replayed capture gives the same snapshot as the live run.
//!
//! What messages mean to each other is found out by [`crate::analysis`], which calls
//! [`Store::meet`], [`Store::keep`] and [`Store::evict`] for each message and leaves marks.
//!
//! Bounded by bytes, rows, topics and endpoints ([`Budgets`]). The counters add up:
//! received = stored + dropped, stored = kept + evicted.

mod apply;
pub mod budgets;
pub mod counters;
pub mod endpoints;
pub mod log;
pub mod row;
pub mod series;
pub mod snapshot;
pub mod topics;

pub use apply::{Applied, Met, Store};
pub use budgets::Budgets;
pub use snapshot::{RowRef, Snapshot};
