//! usp-scope: see USP (TR-369) over MQTT live.

#[cfg(feature = "gui")]
pub mod app;
pub mod capture;
pub mod cli;
pub mod core;
pub mod engine;
pub mod lab;
pub mod mqtt;
pub mod profile;
pub mod store;
#[cfg(feature = "gui")]
pub mod ui;
pub mod usp;
#[cfg(feature = "gui")]
pub mod view;
