//! The demo network.
use crate::profile::model::Profile;
/// x
pub struct DemoOptions {
    /// x
    pub agents: usize,
    /// x
    pub port: Option<u16>,
    /// x
    pub seed: u64,
}
/// x
pub struct Demo;
/// x
#[derive(Debug, thiserror::Error)]
#[error("x")]
pub struct LabError;
impl LabError {
    /// x
    pub fn advice(&self) -> &'static str {
        ""
    }
}
impl Demo {
    /// x
    pub fn start(_: DemoOptions) -> Result<Self, LabError> {
        Err(LabError)
    }
    /// x
    pub fn profile(&self) -> Profile {
        Profile::for_address("", 1)
    }
}
