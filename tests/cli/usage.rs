//! Exit codes, wrong usage, closed pipes, no display.

use std::io::Write as _;
use std::process::Stdio;

use super::{program, run, text};

#[test]
fn wrong_usage_is_code_2_and_says_what() {
    for args in [&["watch", "-F", "%y"][..], &["watch", "--nope"], &["decode", "-F", "xml"]] {
        let output = run(args);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(!output.stderr.is_empty() && output.stdout.is_empty(), "{args:?}");
    }
}

#[test]
fn help_and_version_are_code_0() {
    for args in [&["--help"][..], &["watch", "--help"], &["--version"]] {
        let output = run(args);
        assert_eq!(output.status.code(), Some(0), "{args:?}");
        assert!(text(&output.stdout).contains("usp-scope"), "{args:?}");
    }
}

#[test]
fn without_a_display_the_window_says_so_and_names_the_commands() {
    let output = run(&[]);
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stderr);
    assert!(said.contains("usp-scope watch") && said.contains("decode"), "{said}");
    assert!(!said.contains("panicked"), "{said}");
}

#[test]
fn a_missing_profile_says_which_file_and_what_to_do() {
    let output = run(&["watch", "no-such.env"]);
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stderr);
    assert!(said.contains("no-such.env") && said.lines().count() >= 2, "{said}");
}

#[test]
fn a_closed_pipe_is_a_quiet_end() {
    let mut child = program(&["decode", "-F", "tree", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    drop(child.stdout.take());
    for i in 0..20_000 {
        // The program may be gone by now, as it should.
        if writeln!(input, "{i}.5 usp/t 6869").is_err() {
            break;
        }
    }
    drop(input);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(text(&output.stderr), "");
}

#[cfg(unix)]
#[test]
fn a_closed_stderr_is_no_panic() {
    let port = super::mosquitto::free_port().to_string();
    let mut child = program(&["watch", "-H", "127.0.0.1", "-p", &port, "-W", "2"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stderr.take());
    assert_eq!(child.wait().unwrap().code(), Some(1));
}

#[test]
fn a_bad_topic_filter_is_wrong_usage() {
    let output = run(&["watch", "-t", "a#"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("a#"));
}
