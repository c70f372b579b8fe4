//! Connection profiles: what a `.env` file says, read by phpdotenv's rules, and what it means
//! for a connection of our own.
//!
//! Nothing here talks to the network. Start at [`read::load`], which turns a file into a
//! [`model::Profile`]; on the way the text goes through [`dotenv`] (the grammar), [`laravel`]
//! (what the ACS makes of the strings) and [`settings`] (typed, checked, with warnings).

pub mod catalog;
pub mod dialect;
pub mod document;
pub mod dotenv;
pub mod edit;
pub mod examine;
pub mod files;
pub mod filter;
pub mod laravel;
pub mod lint;
pub mod model;
pub mod read;
pub mod reading;
pub mod settings;
pub mod spelling;
pub mod template;
pub mod tls;
pub mod verdict;
