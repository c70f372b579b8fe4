//! The app's entry in the desktop's menu: valid, and in step with the program.
#![cfg(unix)]
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/desktop")
}

#[test]
fn the_entry_is_valid() {
    let said = Command::new("desktop-file-validate")
        .arg(folder().join("usp-scope.desktop"))
        .output()
        .unwrap_or_else(|error| panic!("desktop-file-validate (desktop-file-utils): {error}"));
    let text = String::from_utf8_lossy(&said.stdout).into_owned();
    assert!(said.status.success() && text.is_empty(), "{text}");
}

#[test]
fn the_entry_starts_this_program_and_finds_its_window() {
    let text = fs::read_to_string(folder().join("usp-scope.desktop")).unwrap();
    let first = text.split("\n[").next().unwrap();
    let keys: BTreeMap<&str, &str> = first.lines().filter_map(|l| l.split_once('=')).collect();
    // The program takes one file; the desktop starts it once for each.
    assert_eq!(keys["Exec"], "usp-scope %f");
    assert_eq!(keys["Icon"], "usp-scope");
    // Windows are told apart by this name, so the icon in the task bar hangs on it.
    let window = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/app/window.rs");
    let id = format!(".with_app_id(\"{}\")", keys["StartupWMClass"]);
    assert!(fs::read_to_string(window).unwrap().contains(&id), "{id}");
    let types = fs::read_to_string(folder().join("usp-scope.xml")).unwrap();
    for mime in keys["MimeType"].split_terminator(';') {
        assert!(types.contains(&format!("type=\"{mime}\"")), "{mime}");
    }
    // `Exec` of the action too.
    assert!(text.contains("\nExec=usp-scope demo\n"));
}

#[test]
fn installing_puts_every_file_in_its_place() {
    let prefix = tempfile::tempdir().expect("a folder");
    let done = Command::new(folder().join("install")).arg(prefix.path()).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let share = prefix.path().join("share");
    for file in [
        "applications/usp-scope.desktop",
        "mime/packages/usp-scope.xml",
        "icons/hicolor/scalable/apps/usp-scope.svg",
        "icons/hicolor/48x48/apps/usp-scope.png",
        "icons/hicolor/128x128/apps/usp-scope.png",
        "icons/hicolor/256x256/apps/usp-scope.png",
    ] {
        assert!(share.join(file).is_file(), "{file}");
    }
    for side in [48_u32, 128, 256] {
        let png = fs::read(folder().join(format!("usp-scope-{side}.png"))).unwrap();
        assert_eq!(&png[..4], b"\x89PNG");
        assert_eq!(png[16..20], side.to_be_bytes(), "{side} pixels wide");
        assert_eq!(png[20..24], side.to_be_bytes(), "{side} pixels high");
    }
}
