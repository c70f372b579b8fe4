//! Saving on a real disk.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use super::*;

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

#[cfg(unix)]
fn chmod(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

fn only_file(folder: &Path) -> usize {
    fs::read_dir(folder).unwrap().count()
}

#[test]
fn saving_replaces_and_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.env");
    fs::write(&path, "A=1\n").unwrap();
    let stamp_before = stamp(&path).unwrap();
    assert_eq!(save(&path, b"A=1\n", b"A=22\n"), Ok(Saved::Written));
    assert_eq!(fs::read(&path).unwrap(), b"A=22\n");
    assert_ne!(stamp(&path).unwrap(), stamp_before);
    assert_eq!(save(&path, b"whatever", b"A=22\n"), Ok(Saved::Unchanged));
    assert_eq!(only_file(folder.path()), 1);
    assert_eq!(stamp(&folder.path().join("none")), None);
}

#[cfg(unix)]
#[test]
fn permissions_owner_and_symlinks_are_kept() {
    use std::os::unix::fs::MetadataExt as _;
    let folder = tempfile::tempdir().unwrap();
    let real = folder.path().join("real.env");
    let link = folder.path().join("link.env");
    fs::write(&real, "A=1\n").unwrap();
    chmod(&real, 0o640);
    // Only root can try this with another owner; anybody else keeps his own.
    let _ = std::os::unix::fs::chown(&real, Some(12_345), Some(12_345));
    let owner = |path: &Path| fs::metadata(path).map(|m| (m.uid(), m.gid())).unwrap();
    let before = owner(&real);
    std::os::unix::fs::symlink("real.env", &link).unwrap();
    assert_eq!(save(&link, b"A=1\n", b"A=2\n"), Ok(Saved::Written));
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::read(&real).unwrap(), b"A=2\n");
    assert_eq!((mode(&real), owner(&real)), (0o640, before));
    restrict(&link).unwrap();
    assert_eq!(mode(&real), 0o600);
}

#[cfg(unix)]
#[test]
fn a_second_name_keeps_naming_the_same_file() {
    let folder = tempfile::tempdir().unwrap();
    let (one, two) = (folder.path().join("one.env"), folder.path().join("two.env"));
    fs::write(&one, "A=1\n").unwrap();
    fs::hard_link(&one, &two).unwrap();
    assert_eq!(save(&one, b"A=1\n", b"A=2\n"), Ok(Saved::Written));
    assert_eq!(fs::read(&two).unwrap(), b"A=2\n");
    assert_eq!(only_file(folder.path()), 2);
}

#[test]
fn somebody_elses_change_is_not_lost() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.env");
    fs::write(&path, "A=theirs\n").unwrap();
    let theirs = Some(b"A=theirs\n".to_vec());
    assert_eq!(
        save(&path, b"A=1\n", b"A=2\n"),
        Err(SaveError::ChangedOutside { now: theirs.clone() })
    );
    assert_eq!(fs::read(&path).ok(), theirs);
    fs::remove_file(&path).unwrap();
    assert_eq!(save(&path, b"A=1\n", b"A=2\n"), Err(SaveError::ChangedOutside { now: None }));
    assert!(!path.exists());
    let debug = format!("{:?}", SaveError::ChangedOutside { now: theirs });
    assert!(!debug.contains("theirs"));
}

#[test]
fn new_files_are_private_and_replace_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep/er/a.env");
    assert!(matches!(create(&path, b""), Err(SaveError::File(_))), "no folder is made unasked");
    make_folder(&folder.path().join("deep/er")).unwrap();
    create(&path, b"A=1\n").unwrap();
    #[cfg(unix)]
    {
        assert_eq!(mode(&path), 0o600);
        assert_eq!(mode(&folder.path().join("deep")), 0o700);
    }
    assert_eq!(create(&path, b"B=1\n"), Err(SaveError::Exists));
    assert_eq!(fs::read(&path).unwrap(), b"A=1\n");
    assert_eq!(only_file(path.parent().unwrap()), 1);
    fs::write(folder.path().join("deep/er/.env"), "").unwrap();
    fs::write(folder.path().join("deep/er/notes.txt"), "").unwrap();
    let names: Vec<_> = list(path.parent().unwrap())
        .into_iter()
        .map(|p| p.file_name().unwrap().to_string_lossy().into_owned())
        .collect();
    assert_eq!(names, [".env", "a.env"]);
    assert!(list(&folder.path().join("none")).is_empty());
}

#[test]
fn what_cannot_be_read_or_written_says_why() {
    let folder = tempfile::tempdir().unwrap();
    assert!(read(folder.path()).unwrap_err().what.contains("regular file"));
    assert!(read(&folder.path().join("none")).unwrap_err().what.contains("no such file"));
    let big = folder.path().join("big.env");
    fs::write(&big, vec![b'#'; 2 * 1024 * 1024]).unwrap();
    assert!(read(&big).unwrap_err().what.contains("1 MiB"));
    let inside_a_file = big.join("x.env");
    let Err(SaveError::File(error)) = create(&inside_a_file, b"") else { panic!() };
    assert!(error.to_string().contains("cannot be written"), "{error}");
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 300, ..Default::default() })]

    #[test]
    fn any_bytes_are_loaded_and_saved_as_they_are(
        bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..300)
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.env");
        fs::write(&path, &bytes).unwrap();
        let before = stamp(&path);
        let document = crate::profile::document::Document::new(read(&path).unwrap());
        proptest::prop_assert_eq!(save(&path, &bytes, document.bytes()), Ok(Saved::Unchanged));
        proptest::prop_assert_eq!(fs::read(&path).unwrap(), bytes);
        proptest::prop_assert_eq!(stamp(&path), before);
    }
}
