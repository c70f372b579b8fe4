//! The window's panels and widgets, drawn with egui from view-models.
//!
//! A frame is a function of (snapshot, view-models, [`theme`]) that returns [`command::UiCommand`]s;
//! nothing here does I/O, keeps a lock, or changes what was received. Start at [`shell`].

pub mod actions;
pub mod command;
pub mod panels;
pub mod place;
pub mod shell;
pub mod theme;
pub mod traffic_command;
pub mod views;
pub mod widgets;
