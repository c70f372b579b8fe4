//! The analysis from outside: messages in, findings out.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may fail loudly"
)]

#[path = "../support/records.rs"]
#[allow(dead_code, reason = "shared by several test targets")]
mod records;

mod captures;
mod explained;
mod problems;
mod script;
