//! usp-scope: see USP (TR-369) over MQTT live.

pub mod core;
pub mod usp;
pub mod profile;
pub mod mqtt;
pub mod capture;
pub mod store;
pub mod engine;
pub mod lab;
pub mod cli;
#[cfg(feature = "gui")]
pub mod view;
#[cfg(feature = "gui")]
pub mod ui;
#[cfg(feature = "gui")]
pub mod app;
