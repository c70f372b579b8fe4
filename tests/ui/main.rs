//! Drives the window by role and label, without a display: what a person (or a screen reader)
//! finds, clicks and reads.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod connect;
mod flood;
mod ladder;
mod latency;
mod leave;
mod model;
mod places;
mod profiles;
mod search;
mod security;
mod stage;
mod start;
mod table;
mod traffic;
mod world;
