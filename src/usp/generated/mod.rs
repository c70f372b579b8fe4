//! Types and tables made from `proto/`; checked in so that nobody needs `protoc`.
//! `tests/codegen.rs` compares them with the schemas and rewrites them on request.

/// Package `usp_record`: the Record.
#[rustfmt::skip]
#[expect(missing_docs, clippy::all, reason = "generated code")]
#[path = "usp_record.rs"]
pub mod usp_record;
/// Package `usp`: the Msg.
#[rustfmt::skip]
#[expect(missing_docs, clippy::all, reason = "generated code")]
#[path = "usp.rs"]
pub mod usp;
/// Tables of all messages, fields and enums; the types are in [`super::schema`].
#[rustfmt::skip]
pub mod schema;
