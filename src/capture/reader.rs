//! Reads a capture line by line, whatever its size; a cut or broken line costs only itself.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read};
use std::path::{Path, PathBuf};

use super::error::CaptureError;
use super::line;
use crate::core::wire::WireBatch;

/// Longest line read. The largest MQTT packet is 256 MiB, twice that in hex; far above what
/// brokers allow, so a longer line is no capture line.
const MAX_LINE_BYTES: u64 = 64 * 1024 * 1024;

/// First bytes of an MCAP file.
const MCAP_MAGIC: &[u8] = b"\x89MCAP0\r\n";

/// Lines whose errors are kept for the report.
const ERRORS_KEPT: usize = 20;

/// Reads messages from a capture.
pub struct Reader {
    path: PathBuf,
    input: BufReader<Box<dyn Read + Send>>,
    line_number: u64,
    line: Vec<u8>,
    skipped: u64,
    errors: Vec<(u64, &'static str)>,
}

/// Opens a capture file.
///
/// # Errors
/// The file can't be opened, or is in a format this version doesn't read.
pub fn open(path: &Path) -> Result<Reader, CaptureError> {
    let io = |source| CaptureError::Io { path: path.to_owned(), source };
    let file = File::open(path).map_err(io)?;
    if file.metadata().map_err(io)?.is_dir() {
        return Err(io(std::io::Error::from(std::io::ErrorKind::IsADirectory)));
    }
    from_reader(path, Box::new(file))
}

/// Reads a capture from `input`; `path` names it in errors.
///
/// # Errors
/// Reading fails, or it is in a format this version doesn't read.
pub fn from_reader(path: &Path, input: Box<dyn Read + Send>) -> Result<Reader, CaptureError> {
    let mut input = BufReader::with_capacity(256 * 1024, input);
    let head =
        input.fill_buf().map_err(|source| CaptureError::Io { path: path.to_owned(), source })?;
    if head.starts_with(MCAP_MAGIC) {
        return Err(CaptureError::Unsupported { path: path.to_owned(), what: "an MCAP file" });
    }
    Ok(Reader {
        path: path.to_owned(),
        input,
        line_number: 0,
        line: Vec::new(),
        skipped: 0,
        errors: Vec::new(),
    })
}

impl Reader {
    /// Reads one line and appends its message, if it holds one; false at the end.
    ///
    /// # Errors
    /// Reading fails.
    pub fn read_into(&mut self, batch: &mut WireBatch) -> Result<bool, CaptureError> {
        self.line.clear();
        let read = self
            .input
            .by_ref()
            .take(MAX_LINE_BYTES)
            .read_until(b'\n', &mut self.line)
            .map_err(|source| CaptureError::Io { path: self.path.clone(), source })?;
        if read == 0 {
            return Ok(false);
        }
        self.line_number += 1;
        // A byte order mark before the first line is no part of it.
        let line = match self.line_number {
            1 => self.line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&self.line),
            _ => &self.line,
        };
        if let Err(why) = line::parse(line, batch) {
            self.skipped += 1;
            if self.errors.len() < ERRORS_KEPT {
                self.errors.push((self.line_number, why));
            }
        }
        Ok(true)
    }

    /// True if a further line can be had without waiting for the source.
    #[must_use]
    pub fn line_is_ready(&self) -> bool {
        self.input.buffer().contains(&b'\n')
    }

    /// Lines that held no readable message.
    #[must_use]
    pub fn skipped(&self) -> u64 {
        self.skipped
    }

    /// The first of those: line number from 1, and why.
    #[must_use]
    pub fn errors(&self) -> &[(u64, &'static str)] {
        &self.errors
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_cut_last_line_costs_only_itself() {
        let text = "\u{feff}1.5 a 00\r\n\n2.5 b 01\n{\"t\": 3, \"topic\": \"c\", \"payl";
        let mut reader = from_reader(Path::new("-"), Box::new(text.as_bytes())).unwrap();
        let mut batch = WireBatch::new();
        while reader.read_into(&mut batch).unwrap() {}
        assert_eq!(batch.len(), 2);
        assert_eq!(reader.skipped(), 1);
        assert_eq!(reader.errors(), [(4, "not valid JSON")]);
    }

    #[test]
    fn formats_of_later_versions_are_named() {
        let error = from_reader(Path::new("x.mcap"), Box::new(MCAP_MAGIC)).err().unwrap();
        assert!(error.to_string().contains("MCAP"), "{error}");
    }
}
