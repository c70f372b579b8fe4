//! Problems: what Wireshark calls expert information. [`code`] is the catalogue.

pub mod code;
