//! Connection profiles: what a `.env` file says, read by phpdotenv's rules, and what it means
//! for a connection of our own.
//!
//! Nothing here talks to the network. Start at [`read::load`], which turns a file into a
//! [`model::Profile`]; on the way the text goes through [`dotenv`] (the grammar), [`laravel`]
//! (what the ACS makes of the strings) and [`settings`] (typed, checked, with warnings).
//!
//! Other programs read the same file: [`dialect`] tells what each makes of it, [`spelling`] how
//! to write a value so that as many as possible get it.

pub mod dialect;
pub mod dotenv;
pub mod filter;
pub mod laravel;
pub mod model;
pub mod read;
pub mod settings;
pub mod spelling;
pub mod tls;
