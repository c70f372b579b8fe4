//! Profile files on disk: where they are kept, reading, and saving without ever leaving half a
//! file, losing somebody else's change, or letting others read a secret.
//!
//! Saving writes a temporary file beside the target (through a symlink: beside what it points
//! at), copies mode and owner, and renames it over. Before that the file must still be what was
//! loaded; afterwards it is read back.

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

/// Largest `.env` file read, bytes.
pub const MAX_FILE_BYTES: u64 = 1024 * 1024;
/// Most profiles listed from a folder.
const MAX_LISTED: usize = 1000;
/// Ending of the files in the app's own folder.
const ENDING: &str = "env";

/// Why a file could not be read or written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {what} {advice}", path.display())]
pub struct FileError {
    /// The file.
    pub path: PathBuf,
    /// One sentence: what failed.
    pub what: String,
    /// One sentence: what to do.
    pub advice: String,
}

/// Why a file was not saved.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
pub enum SaveError {
    /// It is no longer what was loaded: somebody else changed it.
    #[error("the file was changed by somebody else since it was opened")]
    ChangedOutside {
        /// What it holds now; `None` if it is gone.
        now: Option<Vec<u8>>,
    },
    /// A new file was to be written, but there is one.
    #[error("the file exists already")]
    Exists,
    /// The disk refuses.
    #[error(transparent)]
    File(#[from] FileError),
}

impl std::fmt::Debug for SaveError {
    /// Leaves the bytes out: they may hold passwords.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::ChangedOutside { now } => {
                f.debug_struct("ChangedOutside").field("gone", &now.is_none()).finish()
            }
            Self::Exists => f.write_str("Exists"),
            Self::File(error) => error.fmt(f),
        }
    }
}

/// How a save ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Saved {
    /// The file was written.
    Written,
    /// It held these bytes already; nothing was written.
    Unchanged,
}

/// The app's own folder for profiles, if the system has a place for settings.
#[must_use]
pub fn own_folder() -> Option<PathBuf> {
    let folders = directories::ProjectDirs::from("", "", "usp-scope")?;
    Some(folders.config_dir().join("profiles"))
}

/// The `.env` files of a folder, by name. An unreadable folder has none.
#[must_use]
pub fn list(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut found: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            let name = path.file_name().and_then(|n| n.to_str()).unwrap_or_default();
            (name == ".env" || path.extension().is_some_and(|e| e == ENDING)) && path.is_file()
        })
        .take(MAX_LISTED)
        .collect();
    found.sort();
    found
}

/// Reads a profile's bytes.
///
/// # Errors
/// It is missing, unreadable, no regular file, or larger than [`MAX_FILE_BYTES`].
pub fn read(path: &Path) -> Result<Vec<u8>, FileError> {
    let failed = |what: String, advice: &str| FileError {
        path: path.to_owned(),
        what,
        advice: advice.to_owned(),
    };
    let attempt = || -> io::Result<Option<Vec<u8>>> {
        if !fs::metadata(path)?.is_file() {
            return Ok(None);
        }
        let mut bytes = Vec::new();
        fs::File::open(path)?.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes)?;
        Ok(Some(bytes))
    };
    match attempt() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Err(failed("There is no such file.".to_owned(), "Check the path."))
        }
        Err(error) => {
            Err(failed(format!("The file cannot be read: {error}."), "Check its permissions."))
        }
        Ok(None) => Err(failed("This is not a regular file.".to_owned(), "Name a .env file.")),
        Ok(Some(bytes)) if bytes.len() as u64 > MAX_FILE_BYTES => Err(failed(
            "The file is larger than 1 MiB, so it is no profile.".to_owned(),
            "Name a .env file.",
        )),
        Ok(Some(bytes)) => Ok(bytes),
    }
}

/// What can be asked often: differs once the file was written by anybody.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stamp {
    len: u64,
    modified: Option<std::time::SystemTime>,
}

/// The stamp of a file; `None` if it is gone.
#[must_use]
pub fn stamp(path: &Path) -> Option<Stamp> {
    let meta = fs::metadata(path).ok()?;
    Some(Stamp { len: meta.len(), modified: meta.modified().ok() })
}

/// Writes `bytes` over the file at `path`, which must still hold `base`.
///
/// # Errors
/// It was changed or removed in the meantime, or the disk refuses.
pub fn save(path: &Path, base: &[u8], bytes: &[u8]) -> Result<Saved, SaveError> {
    let target = match fs::canonicalize(path) {
        Ok(target) => target,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(SaveError::ChangedOutside { now: None });
        }
        Err(error) => return Err(failed(path, "found", &error).into()),
    };
    let there = read(&target)?;
    if there == bytes {
        return Ok(Saved::Unchanged);
    }
    if there != base {
        return Err(SaveError::ChangedOutside { now: Some(there) });
    }
    // A file we may not write is not replaced either, though its folder would allow it.
    fs::OpenOptions::new()
        .write(true)
        .open(&target)
        .map_err(|error| failed(path, "written", &error))?;
    replace(&target, bytes, Some(&there)).map_err(|error| failed(path, "written", &error))?;
    read_back(path, &target, bytes)?;
    Ok(Saved::Written)
}

/// Writes a new file, readable by its owner only; makes its folder if there is none.
///
/// # Errors
/// There is such a file, or the disk refuses.
pub fn create(path: &Path, bytes: &[u8]) -> Result<(), SaveError> {
    if fs::symlink_metadata(path).is_ok() {
        return Err(SaveError::Exists);
    }
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        make_folder(folder).map_err(|error| failed(path, "written", &error))?;
    }
    let temporary = temporary(path);
    let written = write_new(&temporary, bytes)
        // Unlike a rename, a hard link never replaces what came to be there meanwhile.
        .and_then(|()| fs::hard_link(&temporary, path));
    let _ = fs::remove_file(&temporary);
    match written {
        Ok(()) => read_back(path, path, bytes).map_err(SaveError::from),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(SaveError::Exists),
        Err(error) if error.kind() == io::ErrorKind::Unsupported => {
            write_new(path, bytes).map_err(|error| failed(path, "written", &error).into())
        }
        Err(error) => Err(failed(path, "written", &error).into()),
    }
}

/// Lets only the owner read and write a file.
///
/// # Errors
/// The system refuses.
pub fn restrict(path: &Path) -> Result<(), FileError> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let change = fs::metadata(path).and_then(|meta| {
            let mode = meta.permissions().mode() & 0o700;
            fs::set_permissions(path, fs::Permissions::from_mode(mode))
        });
        change.map_err(|error| failed(path, "changed", &error))
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        Ok(())
    }
}

fn failed(path: &Path, done: &str, error: &io::Error) -> FileError {
    let advice = match error.kind() {
        io::ErrorKind::PermissionDenied => "Check who may write the file and its folder.",
        io::ErrorKind::StorageFull => "The disk is full; make room.",
        io::ErrorKind::ReadOnlyFilesystem => "The disk is read-only; save it elsewhere.",
        _ => "Check the path and the disk.",
    };
    FileError {
        path: path.to_owned(),
        what: format!("The file cannot be {done}: {error}."),
        advice: advice.to_owned(),
    }
}

fn temporary(path: &Path) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{}-{:08x}.tmp", std::process::id(), fastrand::u32(..)));
    path.with_file_name(name)
}

fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder.create(folder)
}

/// Writes a file that must not exist, readable by nobody else from the start.
fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn replace(target: &Path, bytes: &[u8], expected: Option<&[u8]>) -> io::Result<()> {
    let temporary = temporary(target);
    let attempt = || -> io::Result<()> {
        write_new(&temporary, bytes)?;
        keep_mode_and_owner(target, &temporary)?;
        // Once more, as late as possible.
        if let Some(expected) = expected
            && fs::read(target)? != expected
        {
            return Err(io::Error::other("it was changed at the same moment"));
        }
        fs::rename(&temporary, target)
    };
    let done = attempt();
    if done.is_err() {
        // Nothing else can be done about a left-over file.
        let _ = fs::remove_file(&temporary);
    } else if let Some(folder) = target.parent() {
        // So that the new name survives a power cut; not every file system can.
        let _ = fs::File::open(folder).and_then(|folder| folder.sync_all());
    }
    done
}

fn keep_mode_and_owner(from: &Path, to: &Path) -> io::Result<()> {
    let meta = fs::metadata(from)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        // Only root may give files away. Who may not gets a file of his own; his group stays
        // if he is in it.
        if std::os::unix::fs::chown(to, Some(meta.uid()), Some(meta.gid())).is_err() {
            let _ = std::os::unix::fs::chown(to, None, Some(meta.gid()));
        }
    }
    fs::set_permissions(to, meta.permissions())
}

fn read_back(path: &Path, target: &Path, bytes: &[u8]) -> Result<(), FileError> {
    match fs::read(target) {
        Ok(there) if there == bytes => Ok(()),
        Ok(_) => Err(FileError {
            path: path.to_owned(),
            what: "What was read back is not what was written.".to_owned(),
            advice: "Check the disk, and whether another program writes the file.".to_owned(),
        }),
        Err(error) => Err(failed(path, "read back", &error)),
    }
}

#[cfg(test)]
mod tests;
