//! One connection to an MQTT broker. Knows topics and bytes, nothing of USP.
//!
//! [`session::run`] connects, subscribes, reconnects and fills batches; [`link`] says how the
//! connection is.

pub mod link;
pub mod session;
