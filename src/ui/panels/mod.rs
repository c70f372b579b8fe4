//! One file per panel. Each draws a view-model and says what the user asked for.

pub mod connection;
pub mod devices;
pub mod empty;
pub mod exchanges;
pub mod hex;
pub mod inspector;
pub mod json;
pub mod latency;
pub mod latency_table;
pub mod lower;
pub mod messages;
pub mod model;
pub mod mqtt;
pub mod notices;
pub mod problems;
pub mod profiles;
pub mod search;
pub mod start;
pub mod status_bar;
pub mod top_bar;
pub mod topics;
