//! Ground floor: identities, time, what came off the wire, bounded containers.
//!
//! No I/O and no dependency on any other folder. Start at [`wire`]: a [`wire::WireBatch`] is
//! what every source of traffic (broker, capture, test) hands to the store.

pub mod block_log;
pub mod cow_vec;
pub mod hex;
pub mod ids;
pub mod intern;
pub mod lend;
pub mod needle;
pub mod secret;
pub mod time;
pub mod wire;
