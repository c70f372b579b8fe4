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
    let mut bytes = Vec::new();
    match read_regular(path, MAX_FILE_BYTES, &mut bytes) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Err(failed("There is no such file.".to_owned(), "Check the path."))
        }
        Err(error) => {
            Err(failed(format!("The file cannot be read: {error}."), "Check its permissions."))
        }
        Ok(false) => Err(failed("This is not a regular file.".to_owned(), "Name a .env file.")),
        Ok(true) if bytes.len() as u64 > MAX_FILE_BYTES => Err(failed(
            "The file is larger than 1 MiB, so it is no profile.".to_owned(),
            "Name a .env file.",
        )),
        Ok(true) => Ok(bytes),
    }
}

/// Reads a regular file into `bytes`, one byte beyond `limit` at most; a longer file is told by
/// that byte. False, and nothing read, if it is no regular file.
pub(super) fn read_regular(path: &Path, limit: u64, bytes: &mut Vec<u8>) -> io::Result<bool> {
    if !fs::metadata(path)?.is_file() {
        return Ok(false);
    }
    fs::File::open(path)?.take(limit + 1).read_to_end(bytes)?;
    Ok(true)
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
    match replace(&target, bytes, &there) {
        Ok(Replaced::Done) => {}
        Ok(Replaced::Changed(now)) => return Err(SaveError::ChangedOutside { now: Some(now) }),
        Err(error) => return Err(failed(path, "written", &error).into()),
    }
    read_back(path, &target, bytes)?;
    Ok(Saved::Written)
}

/// Makes a folder that only its owner may enter, with those above it.
///
/// # Errors
/// The disk refuses.
pub fn make_folder(folder: &Path) -> Result<(), FileError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder.create(folder).map_err(|error| failed(folder, "made", &error))
}

/// Writes a new file, readable by its owner only. Its folder must be there.
///
/// # Errors
/// There is such a file, or the disk refuses.
pub fn create(path: &Path, bytes: &[u8]) -> Result<(), SaveError> {
    if fs::symlink_metadata(path).is_ok() {
        return Err(SaveError::Exists);
    }
    let temporary = temporary(path);
    let written = write_new(&temporary, bytes)
        // Unlike a rename, a hard link never replaces what came to be there meanwhile.
        .and_then(|()| fs::hard_link(&temporary, path));
    let _ = fs::remove_file(&temporary);
    match written {
        Ok(()) => read_back(path, path, bytes).map_err(SaveError::from),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(SaveError::Exists),
        // File systems without hard links say one or the other.
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::Unsupported | io::ErrorKind::PermissionDenied
            ) =>
        {
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
        io::ErrorKind::NotFound => "There is no such folder; make it or choose another.",
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

/// How a replacement ended.
enum Replaced {
    Done,
    /// Somebody was faster: this stands there now.
    Changed(Vec<u8>),
}

fn replace(target: &Path, bytes: &[u8], expected: &[u8]) -> io::Result<Replaced> {
    let temporary = temporary(target);
    let attempt = || -> io::Result<Replaced> {
        write_new(&temporary, bytes)?;
        let kept = keep_mode_and_owner(target, &temporary)?;
        // Once more, as late as possible.
        let now = fs::read(target)?;
        if now != expected {
            return Ok(Replaced::Changed(now));
        }
        if kept {
            fs::rename(&temporary, target)?;
        } else {
            in_place(target, bytes, &temporary)?;
        }
        Ok(Replaced::Done)
    };
    let done = attempt();
    // Gone already if it was renamed; nothing else can be done about a left-over file.
    let _ = fs::remove_file(&temporary);
    if let (Ok(Replaced::Done), Some(folder)) = (&done, target.parent()) {
        // So that the new name survives a power cut; not every file system can.
        let _ = fs::File::open(folder).and_then(|folder| folder.sync_all());
    }
    done
}

/// Writes into the file itself, for one whose owner, group or second name a new file could not
/// have. What is to be written lies in `spare` until it is done, so nothing is lost half-way.
fn in_place(target: &Path, bytes: &[u8], spare: &Path) -> io::Result<()> {
    let write = || -> io::Result<()> {
        let mut file = fs::OpenOptions::new().write(true).truncate(true).open(target)?;
        file.write_all(bytes)?;
        file.sync_all()
    };
    write().inspect_err(|_| {
        // The spare stays for whoever has to clean up.
        let _ = fs::rename(spare, spare.with_extension("rescued"));
    })
}

/// Gives the new file what the old one has. False if that cannot be: others would then lose the
/// right to read it, or gain it.
fn keep_mode_and_owner(from: &Path, to: &Path) -> io::Result<bool> {
    let meta = fs::metadata(from)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        if meta.nlink() > 1 {
            return Ok(false);
        }
        let made = fs::metadata(to)?;
        let same = (made.uid(), made.gid()) == (meta.uid(), meta.gid());
        if !same && std::os::unix::fs::chown(to, Some(meta.uid()), Some(meta.gid())).is_err() {
            return Ok(false);
        }
    }
    // Last: until the owner is right nobody else may read it.
    fs::set_permissions(to, meta.permissions())?;
    Ok(true)
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
