//! Connection profiles: what a `.env` file says, read by phpdotenv's rules, and what it means
//! for a connection of our own.
//!
//! Nothing here talks to the network. Start at [`read::load`], which turns a file into a
//! [`model::Profile`]; on the way the text goes through [`dotenv`] (the grammar), [`laravel`]
//! (what the ACS makes of the strings) and [`settings`] (typed, checked, with warnings).
//! Certificates and keys: [`tls`] reads the files a profile names, [`keys`] opens keys,
//! [`certificate`] says what a certificate says, [`inspect`] what should be said about them.

pub mod certificate;
pub mod dotenv;
pub mod filter;
pub mod identity;
pub mod inspect;
pub mod keys;
pub mod laravel;
pub mod model;
mod pem;
pub mod read;
pub mod settings;
pub mod tls;
