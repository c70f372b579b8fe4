//! The only place that starts threads: connection → queue → store → snapshots.
//!
//! ```text
//! usp-mqtt ──batches──► queue (bounded in bytes, losses counted) ──► usp-ingest ──► snapshots
//! ```
//!
//! [`handle::EngineHandle`] is all that others see: commands go in as plain enums, snapshots and
//! events come out, and a waker closure says when to look. It never blocks its caller.

mod channel;
mod checks;
pub mod command;
pub mod event;
pub mod handle;
mod ingest;
mod io;
mod jobs;
mod publisher;

pub use channel::QUEUE_BYTES;
pub use command::EngineCommand;
pub use event::{EngineEvent, Level, Notice};
pub use handle::{EngineHandle, EngineOptions};
