//! Things to draw panels with.

pub mod controls;
pub mod drawing;
pub mod export_menu;
pub mod keys;
pub mod panel_header;
pub mod rows;
pub mod save_dialog;
pub mod table;
pub mod text;
