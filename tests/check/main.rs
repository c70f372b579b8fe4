//! `check` from outside: every row of the troubleshooting table that this machine can show is
//! provoked, and must be named right, by a real mosquitto where it can and by fakes on loopback
//! sockets where it can't. Needs mosquitto and openssl.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may fail loudly"
)]

#[path = "../support/mosquitto.rs"]
mod mosquitto;

mod broker;
mod engine;
mod fake;
mod hostile;
mod limits;
mod network;
mod program;
mod secrets;
mod tls;
mod versions;
