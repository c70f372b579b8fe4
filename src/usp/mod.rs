//! The USP protocol (TR-369, schema 1.4) as pure functions over bytes.
//!
//! [`scan`] summarises at ingest; everything else decodes on inspection. Nothing here does I/O,
//! keeps state, or may panic on any input.

pub mod body;
pub mod check;
pub mod decode;
pub mod endpoint;
pub mod error;
pub(crate) mod escape;
pub mod facts;
pub mod generated;
pub mod json;
pub mod kind;
pub mod make;
pub mod outcome;
pub mod scan;
pub mod schema;
mod sniff;
pub mod summary;
#[cfg(test)]
mod tests;
pub mod text;
pub mod tls;
pub mod tree;
pub mod veil;
pub mod wire;
