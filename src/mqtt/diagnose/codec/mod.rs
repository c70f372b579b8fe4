//! The few MQTT packets a diagnosis needs, of both versions (3.1.1 and 5), byte for byte: the
//! library hides what this is about. `write` makes packets, `frame` finds where one ends, `read`
//! takes it apart. Everything read is untrusted and bounded.

pub(super) mod frame;
pub(super) mod read;
pub(super) mod write;
