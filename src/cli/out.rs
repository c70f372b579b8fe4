//! Standard output: whole lines only, a closed pipe is a quiet end.

use std::io::{ErrorKind, Stdout, Write as _};

use super::CliError;

/// Written at the latest when so much has gathered; always whole lines.
const FLUSH_BYTES: usize = 64 * 1024;

/// Gathers lines and writes them together.
pub(super) struct Out {
    stdout: Stdout,
    lines: Vec<u8>,
}

impl Out {
    pub(super) fn new() -> Self {
        Self { stdout: std::io::stdout(), lines: Vec::new() }
    }

    /// Adds a line; the line end is added here.
    pub(super) fn line(&mut self, line: &[u8]) -> Result<(), CliError> {
        self.lines.extend_from_slice(line);
        self.lines.push(b'\n');
        if self.lines.len() >= FLUSH_BYTES { self.flush() } else { Ok(()) }
    }

    /// Shows a piece of a line at once; for terminals.
    pub(super) fn part(&mut self, text: &[u8]) -> Result<(), CliError> {
        self.lines.extend_from_slice(text);
        self.flush()
    }

    /// Hands all lines to the reader.
    pub(super) fn flush(&mut self) -> Result<(), CliError> {
        if self.lines.is_empty() {
            return Ok(());
        }
        let mut stdout = self.stdout.lock();
        let result = stdout.write_all(&self.lines).and_then(|()| stdout.flush());
        self.lines.clear();
        result.map_err(|error| match error.kind() {
            ErrorKind::BrokenPipe => CliError::OutputClosed,
            _ => CliError::failed(
                format!("can't write to standard output: {error}"),
                "check that the disk is not full",
            ),
        })
    }
}
