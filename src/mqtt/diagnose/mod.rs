//! Says whether a profile connects, and if not, where and why: seven stages, each on sockets of
//! its own, reading the bytes itself since the MQTT library tells too little.
//!
//! [`run`] takes the stages in order and reports each; the first that fails ends it. Where a
//! failure has a probable other cause, `probe` asks again in another way before the answer is
//! given: TLS to a plain port, plain to a TLS port, another MQTT version, no MQTT at all. The
//! sentences come from `failure`, which also words what happens to the live connection.
//!
//! Never connects under the ACS's or the live connection's client id, asks for a clean session
//! and no will, publishes only if the profile allows sending, and sends the login never before
//! TLS is up. Every wait is bounded by `MQTT_CONNECT_TIMEOUT`; what the other side sends is
//! untrusted and bounded as well.

mod bytes;
mod codec;
mod conn;
mod hello;
mod limit;
mod probe;
mod reach;
pub mod report;
mod roundtrip;
mod run;
mod secure;
mod stream;
mod subscribe;
mod target;
mod trust;

pub use report::{Outcome, Progress, Stage, StageReport};
pub use run::{run, unusable};
