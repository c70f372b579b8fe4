//! A device's data model: what is supported ([`schema`]), what is there now ([`tree`]), where
//! values come from ([`value`]), how paths are read ([`path`]) and followed ([`resolve`]), and
//! what a device of a given make looks like ([`device`]).

pub mod device;
pub mod home;
pub mod path;
pub mod resolve;
pub mod schema;
pub mod tree;
pub mod value;
