//! What the disk says about a path. Looks, never writes; a question the system does not answer
//! counts as "no".

use std::io::Read as _;
use std::path::{Path, PathBuf};

/// Largest git index read, bytes.
const MAX_INDEX: u64 = 64 * 1024 * 1024;

/// What lies at a path.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum There {
    File,
    Folder,
    Other,
    Nothing,
}

pub(super) fn there(path: &Path) -> There {
    match std::fs::metadata(path) {
        Ok(meta) if meta.is_file() => There::File,
        Ok(meta) if meta.is_dir() => There::Folder,
        Ok(_) => There::Other,
        Err(_) => There::Nothing,
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
        let index = folder.join(".git").join("index");
        if index.is_file() {
            let Ok(inside) = full.strip_prefix(folder) else { return false };
            let name = inside.to_string_lossy().replace('\\', "/");
            return index_holds(&index, name.as_bytes());
        }
        above = folder.parent();
    }
    false
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
    let mut wanted = vec![u8::try_from(name.len()).unwrap_or(u8::MAX)];
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
        assert!(web_root(&public.join(".env")).is_some_and(|root| root.ends_with("public")));
        assert!(web_root(&folder.path().join("site/.env")).is_none());
        assert_eq!(there(&public), There::Folder);
        assert_eq!(there(&public.join("none")), There::Nothing);
    }
}
