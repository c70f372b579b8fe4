//! Connection profiles: what a `.env` file says, read by phpdotenv's rules, and what it means
//! for a connection of our own.
//!
//! Nothing here talks to the network. Start at [`model::Profile`].

pub mod model;
