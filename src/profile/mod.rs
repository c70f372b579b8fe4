//! Connection profiles: what a `.env` file says, read by phpdotenv's rules, and what it means
//! for a connection of our own.
//!
//! Nothing here talks to the network. Start at [`read::load`], which turns a file into a
//! [`model::Profile`]; on the way the text goes through [`dotenv`] (the grammar), [`laravel`]
//! (what the ACS makes of the strings) and [`settings`] (typed, checked, with warnings).
//! Certificates and keys: [`tls`] reads the files a profile names, [`keys`] opens keys,
//! [`certificate`] says what a certificate says, [`inspect`] what should be said about them.
//!
//! The editor's side: [`document`] keeps every byte, [`catalog`] lists the variables, [`reading`]
//! says what the ACS makes of them, [`lint`] and [`verdict`] what is wrong, [`dialect`] what other
//! programs read, [`spelling`] how to write a value, [`edit`] changes it, [`files`] saves it, and
//! [`examine`] does all of the looking at once.

pub mod catalog;
pub mod certificate;
pub mod dialect;
pub mod document;
pub mod dotenv;
pub mod edit;
pub mod examine;
pub mod files;
pub mod filter;
pub mod identity;
pub mod inspect;
pub mod keys;
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

mod pem;
