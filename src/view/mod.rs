//! View-models: what a snapshot and the user's choices make of each other, as rows and texts.
//!
//! Pure: no toolkit, no thread, no clock, no lock. Each model keeps what it derived together
//! with what it was derived from, reads only what is new, and takes a time budget where the
//! work can be long. Start at [`state::Selection`] and [`message_list::MessageList`].

pub mod bookmarks;
pub mod changes;
pub mod check;
pub mod columns;
pub mod command_line;
pub mod compare;
pub mod condition;
pub mod connect_form;
pub mod connection;
pub mod copy_as;
pub mod device_facts;
pub mod device_history;
pub mod devices;
pub mod drawing;
pub mod exchanges;
pub mod export;
pub mod format;
pub mod inspector;
pub mod journal;
pub mod json_lines;
pub mod ladder;
pub mod latency;
pub mod latency_table;
pub mod marked;
pub mod message_export;
pub mod message_list;
pub mod message_sort;
pub mod model_tree;
pub mod order;
pub mod pace;
pub mod palette;
pub mod presence;
pub mod problems;
pub mod profile_editor;
pub mod rates;
pub mod search_field;
pub mod seek;
pub mod state;
pub mod timeline;
pub mod topic_tree;
pub mod tour;
pub mod traffic;
