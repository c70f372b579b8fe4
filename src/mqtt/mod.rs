//! One connection to an MQTT broker. Knows topics and bytes, nothing of USP.
//!
//! [`session::run`] connects, subscribes, reconnects and hands over batches; [`link`] says how
//! the connection is. Below it, `v5` and `v311` speak to the MQTT library, `receive` turns one
//! connection's events into batches, `tls`, `authorities` and `verify` decide whom to
//! trust, and `failure` turns what went wrong into a cause and advice. [`diagnose`] goes the same
//! way step by step on sockets of its own and reads the bytes, to say where and why it ends.

pub mod diagnose;
pub mod filter;
pub mod link;
pub mod session;
pub mod stop;

mod authorities;
mod batch;
mod cause;
mod failure;
mod fault;
mod options;
mod reason;
mod receive;
mod tls;
mod v311;
mod v5;
mod verify;
mod wire;
