//! A file that did not exist before, written whole or not at all.

use std::fs::{self, File};
use std::io;
use std::path::Path;

/// Makes the file and has it filled; removes it again if that fails.
///
/// # Errors
/// There is such a file already, or it can't be written.
pub(super) fn write(path: &Path, fill: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
    let mut file = File::options().write(true).create_new(true).open(path)?;
    let result = fill(&mut file).and_then(|()| file.sync_all());
    if result.is_err() {
        // Half a file is worse than none; nothing else can be done about one that stays.
        let _ = fs::remove_file(path);
    }
    result
}

/// Why it failed, for people.
pub(super) fn why(error: &io::Error) -> String {
    if error.kind() == io::ErrorKind::AlreadyExists {
        "There is such a file already; choose another name.".to_owned()
    } else {
        format!("The file can't be written: {error}")
    }
}
