//! prost types made from `proto/`; checked in so that nobody needs `protoc`.
//! `tests/codegen.rs` compares them with the schemas and rewrites them on request.
#![expect(missing_docs, clippy::all, reason = "generated code")]

/// Package `usp`: the Msg.
#[path = "usp.rs"]
pub mod usp;
/// Package `usp_record`: the Record.
#[path = "usp_record.rs"]
pub mod usp_record;
