//! What the disk says about a path. Looks, never writes; a question the system does not answer
//! counts as "no".

use std::io::Read as _;
use std::path::{Path, PathBuf};

/// Largest git index read, bytes.
const MAX_INDEX: u64 = 16 * 1024 * 1024;

/// What lies at a path.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum There {
    File,
    Folder,
    Other,
    Nothing,
    /// Nobody here may look: a folder above it is closed to us.
    Unknown,
}

pub(super) fn there(path: &Path) -> There {
    match std::fs::metadata(path) {
        Ok(meta) if meta.is_file() => There::File,
        Ok(meta) if meta.is_dir() => There::Folder,
        Ok(_) => There::Other,
        Err(error)
            if matches!(
                error.kind(),
                std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory
            ) =>
        {
            There::Nothing
        }
        Err(_) => There::Unknown,
    }
}

/// Permission bits; `None` where the system has none.
#[cfg(unix)]
pub(super) fn mode(path: &Path) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path).ok().map(|meta| meta.permissions().mode() & 0o7777)
}

#[cfg(not(unix))]
pub(super) fn mode(_: &Path) -> Option<u32> {
    None
}

/// True if a file holds a private key in PEM form.
pub(super) fn holds_private_key(path: &Path) -> bool {
    const MARK: &[u8] = b"PRIVATE KEY-----";
    let mut bytes = Vec::new();
    let file = (there(path) == There::File).then(|| std::fs::File::open(path).ok()).flatten();
    file.is_some_and(|file| file.take(1 << 20).read_to_end(&mut bytes).is_ok())
        && bytes.windows(MARK.len()).any(|window| window == MARK)
}

/// A folder above the file whose name says that a web server hands it out.
pub(super) fn web_root(path: &Path) -> Option<PathBuf> {
    let full = std::fs::canonicalize(path).ok()?;
    let served = ["public", "public_html", "htdocs", "wwwroot", "html"];
    let mut above = full.parent();
    while let Some(folder) = above {
        let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if served.contains(&name) {
            return Some(folder.to_owned());
        }
        above = folder.parent();
    }
    None
}

/// True if the file stands in the index of the git repository around it.
pub(super) fn is_tracked(path: &Path) -> bool {
    let Ok(full) = std::fs::canonicalize(path) else { return false };
    let mut above = full.parent();
    while let Some(folder) = above {
        if let Some(index) = index_of(folder) {
            let Ok(inside) = full.strip_prefix(folder) else { return false };
            let name = inside.to_string_lossy().replace('\\', "/");
            return index_holds(&index, name.as_bytes());
        }
        above = folder.parent();
    }
    false
}

/// The index of the repository in `folder`; in a worktree or submodule `.git` is a file that says
/// where it is.
fn index_of(folder: &Path) -> Option<PathBuf> {
    let git = folder.join(".git");
    let git = if git.is_file() {
        let mut text = String::new();
        std::fs::File::open(&git).ok()?.take(4096).read_to_string(&mut text).ok()?;
        folder.join(text.strip_prefix("gitdir:")?.trim())
    } else {
        git
    };
    Some(git.join("index")).filter(|index| index.is_file())
}

/// An entry of the index ends with its name and a NUL (gitformat-index, versions 2 and 3); the
/// byte before the name is the low byte of the flags, the name's length.
fn index_holds(index: &Path, name: &[u8]) -> bool {
    let mut bytes = Vec::new();
    let read =
        std::fs::File::open(index).and_then(|file| file.take(MAX_INDEX).read_to_end(&mut bytes));
    if read.is_err() || !bytes.starts_with(b"DIRC") || name.is_empty() {
        return false;
    }
    // The low byte of the flags, which hold the length up to 4095.
    let mut wanted = vec![(name.len().min(0xfff) & 0xff) as u8];
    wanted.extend_from_slice(name);
    wanted.push(0);
    bytes.windows(wanted.len()).any(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn git_and_web_roots_are_seen() {
        let folder = tempfile::tempdir().unwrap();
        let git = |arguments: &[&str]| {
            let done = std::process::Command::new("git")
                .current_dir(folder.path())
                .args(arguments)
                .output()
                .unwrap();
            assert!(done.status.success(), "{done:?}");
        };
        let public = folder.path().join("site/public");
        std::fs::create_dir_all(&public).unwrap();
        for name in ["site/.env", "site/free.env", "site/public/.env"] {
            std::fs::write(folder.path().join(name), "A=1\n").unwrap();
        }
        git(&["init", "-q"]);
        git(&["add", "site/.env"]);
        assert!(is_tracked(&folder.path().join("site/.env")));
        assert!(!is_tracked(&folder.path().join("site/free.env")));
        let long = format!("{}.env", "x".repeat(240));
        let deep = folder.path().join("site/deep-enough-for-a-long-name");
        std::fs::create_dir_all(&deep).unwrap();
        std::fs::write(deep.join(&long), "A=1\n").unwrap();
        git(&["add", "."]);
        assert!(is_tracked(&deep.join(&long)));
        git(&["-c", "user.name=t", "-c", "user.email=t@t", "commit", "-qm", "x"]);
        let other = tempfile::tempdir().unwrap();
        let tree = other.path().join("tree");
        git(&["worktree", "add", "-q", tree.to_str().unwrap()]);
        assert!(is_tracked(&tree.join("site/.env")));
        assert!(web_root(&public.join(".env")).is_some_and(|root| root.ends_with("public")));
        assert!(web_root(&folder.path().join("site/.env")).is_none());
        assert_eq!(there(&public), There::Folder);
        assert_eq!(there(&public.join("none")), There::Nothing);
    }
}
