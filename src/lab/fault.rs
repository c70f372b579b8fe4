//! Error codes of TR-369 with a message, as answers carry them.

/// Message not supported.
pub const MESSAGE_NOT_SUPPORTED: u32 = 7001;
/// Internal error.
pub const INTERNAL: u32 = 7003;
/// Invalid arguments; also the whole-message error of a failed Add, Set or Delete.
pub const INVALID_ARGUMENTS: u32 = 7004;
/// Resources exceeded.
pub const RESOURCES_EXCEEDED: u32 = 7005;
/// Permission denied.
pub const PERMISSION_DENIED: u32 = 7006;
/// Invalid path syntax.
pub const INVALID_PATH_SYNTAX: u32 = 7008;
/// Unsupported parameter.
pub const UNSUPPORTED_PARAMETER: u32 = 7010;
/// Invalid type.
pub const INVALID_TYPE: u32 = 7011;
/// Invalid value.
pub const INVALID_VALUE: u32 = 7012;
/// Parameter not writable.
pub const NOT_WRITABLE: u32 = 7013;
/// Object does not exist.
pub const NO_SUCH_OBJECT: u32 = 7016;
/// Object is not a table.
pub const NOT_A_TABLE: u32 = 7018;
/// Object is not creatable.
pub const NOT_CREATABLE: u32 = 7019;
/// Required parameter failed.
pub const REQUIRED_PARAMETER_FAILED: u32 = 7021;
/// Command failure.
pub const COMMAND_FAILURE: u32 = 7022;
/// Command canceled.
pub const COMMAND_CANCELED: u32 = 7023;
/// Delete failure.
pub const DELETE_FAILURE: u32 = 7024;
/// Duplicate unique key.
pub const DUPLICATE_KEY: u32 = 7025;
/// Invalid path: not in the supported data model.
pub const INVALID_PATH: u32 = 7026;
/// Invalid command arguments.
pub const INVALID_COMMAND_ARGUMENTS: u32 = 7027;
/// Invalid record value.
pub const INVALID_RECORD: u32 = 7104;
/// Session context terminated; in a Disconnect Record.
pub const SESSION_TERMINATED: u32 = 7105;
/// Session context not allowed or supported; in a Disconnect Record.
pub const NO_SESSION_CONTEXT: u32 = 7106;

/// Something an Agent refuses, and why.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fault {
    /// One of the codes above.
    pub code: u32,
    /// For people.
    pub text: String,
}

impl Fault {
    /// A fault with this code.
    pub fn new(code: u32, text: impl Into<String>) -> Self {
        Self { code, text: text.into() }
    }
}
