//! Recordings on disk. Readers yield the same [`WireBatch`](crate::core::wire::WireBatch) as a live connection.
//!
//! Formats: our `.jsonl`, and what `mosquitto_sub` prints with `-F '%U %t %x'` or `-F '%j'`.
//! They are told apart line by line, so a mixed or damaged file still gives what it has; lines
//! that can't be read are counted and reported, never silently left out.

mod error;
mod line;
mod reader;

pub use error::CaptureError;
pub use reader::{Reader, from_reader, open};
