//! Why a capture can't be read.

use std::path::PathBuf;

/// A capture that can't be read, or not to its end.
#[derive(Debug, thiserror::Error)]
pub enum CaptureError {
    /// The file can't be opened or read.
    #[error("can't read the capture {path:?}: {source}")]
    Io {
        /// Which file; `-` for standard input.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The file is in a format this version doesn't read.
    #[error("{path:?} is {what}, which this version doesn't read")]
    Unsupported {
        /// Which file.
        path: PathBuf,
        /// What it is.
        what: &'static str,
    },
}

impl CaptureError {
    /// What to do about it, in one sentence.
    #[must_use]
    pub fn advice(&self) -> &'static str {
        match self {
            Self::Io { .. } => "check the path and that you may read the file",
            Self::Unsupported { .. } => {
                "give a .jsonl capture, or lines of mosquitto_sub -F '%U %t %x' or -F '%j'"
            }
        }
    }
}
