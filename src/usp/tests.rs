//! Properties of the whole folder on generated, damaged and random payloads. Seeds are fixed;
//! a failure names its seed and bytes.

#![expect(clippy::expect_used, clippy::panic, reason = "tests")]

mod agree;
pub(super) mod generate;
mod robust;
