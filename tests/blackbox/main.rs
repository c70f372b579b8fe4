//! The real program in a real window, driven from outside as an assistive technology and a
//! keyboard do: from the start page to an inspected message, and out again.
//!
//! `drive.py` does the driving; this keeps time and leaves no process behind, whatever happens.
#![expect(clippy::expect_used, clippy::panic, reason = "tests")]

use std::io::Read as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// It takes some ten seconds; a busy machine may need more.
const LIMIT: Duration = Duration::from_secs(150);

/// Ends the whole group of processes when it goes.
struct Group(Child);

impl Group {
    fn end(&mut self) {
        let group = format!("-{}", self.0.id());
        // Some of them may be gone already.
        let _ = Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status();
        let _ = self.0.wait();
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.end();
    }
}

#[test]
fn from_the_start_page_to_an_inspected_message() {
    let drive = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/blackbox/drive.py");
    let home = tempfile::tempdir().expect("a folder");
    // The system's own interpreter: python3-gi belongs to it.
    let child = Command::new("dbus-run-session")
        .args(["--", "/usr/bin/python3"])
        .arg(drive)
        .arg(env!("CARGO_BIN_EXE_usp-scope"))
        .env("HOME", home.path())
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("DBUS_SESSION_BUS_ADDRESS")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn()
        .unwrap_or_else(|error| panic!("dbus-run-session (package dbus): {error}"));
    let mut group = Group(child);
    // Read elsewhere, so that a full pipe stops nobody.
    let mut out = group.0.stdout.take().expect("a pipe");
    let mut err = group.0.stderr.take().expect("a pipe");
    let out = thread::spawn(move || {
        let mut text = String::new();
        let _ = out.read_to_string(&mut text);
        text
    });
    let err = thread::spawn(move || {
        let mut text = String::new();
        let _ = err.read_to_string(&mut text);
        text
    });
    let started = Instant::now();
    let status = loop {
        if let Some(status) = group.0.try_wait().expect("a child of ours") {
            break Some(status);
        }
        if started.elapsed() > LIMIT {
            break None;
        }
        thread::sleep(Duration::from_millis(50));
    };
    group.end();
    let (out, err) = (out.join().unwrap_or_default(), err.join().unwrap_or_default());
    let took = started.elapsed();
    let Some(status) = status else { panic!("not over after {took:?}\n{out}\n{err}") };
    assert!(status.success(), "{status} after {took:?}\n{out}\n{err}");
    println!("{out}in {took:?}");
}
