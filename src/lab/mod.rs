//! The demo network.
pub mod answer;
pub mod fault;
pub mod fleet;
pub mod model;
pub mod seed;
pub mod wire;
