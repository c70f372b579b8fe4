//! The program from outside, as its users and scripts run it: arguments in, lines and exit codes
//! out. Needs mosquitto.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may fail loudly"
)]

#[path = "../support/fake_broker.rs"]
#[allow(dead_code, reason = "shared by several test targets")]
mod fake_broker;
#[path = "../support/mosquitto.rs"]
mod mosquitto;
#[path = "../support/records.rs"]
#[allow(dead_code, reason = "shared by several test targets")]
mod records;

#[path = "../usp/leaves.rs"]
#[allow(dead_code, reason = "shared by several test targets")]
mod leaves;

mod decode;
mod demo;
mod env;
mod filter;
mod publisher;
mod usage;
mod watch;

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, ChildStdout, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use serde_json::Value;

/// Far above what anything here takes; only a hang reaches it.
const PATIENCE: Duration = Duration::from_secs(120);

/// The program with these arguments, without a display.
fn program(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_usp-scope"));
    command.args(args).env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY").stdin(Stdio::null());
    command
}

/// Runs it to its end.
fn run(args: &[&str]) -> Output {
    program(args).output().expect("the program starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The last line of stderr that is a JSON object: `--stats`.
fn stats(stderr: &str) -> Value {
    stderr
        .lines()
        .rev()
        .find_map(|line| serde_json::from_str::<Value>(line).ok().filter(Value::is_object))
        .unwrap_or_else(|| panic!("no stats in: {stderr}"))
}

/// A running program whose lines arrive one by one.
struct Running {
    child: Child,
    lines: Receiver<String>,
    errors: Receiver<String>,
}

impl Running {
    fn start(args: &[&str]) -> Self {
        let mut child = program(args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let lines = follow(child.stdout.take().expect("piped"));
        let errors = child.stderr.take().expect("piped");
        let (sender, receiver) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(errors).lines().map_while(Result::ok) {
                let _ = sender.send(line);
            }
        });
        Self { child, lines, errors: receiver }
    }

    /// The next line of stdout.
    fn line(&self) -> String {
        self.lines.recv_timeout(PATIENCE).expect("a line of output")
    }

    /// Waits for a line of stderr with this text.
    fn says(&self, part: &str) {
        let mut said = Vec::new();
        while !said.last().is_some_and(|line: &String| line.contains(part)) {
            match self.errors.recv_timeout(PATIENCE) {
                Ok(line) => said.push(line),
                Err(_) => panic!("never said {part:?}, but: {said:#?}"),
            }
        }
    }

    /// Waits for the end; what stdout and stderr had left.
    fn end(mut self) -> (ExitStatus, Vec<String>, String) {
        let lines = rest(&self.lines);
        let errors = rest(&self.errors);
        (self.child.wait().expect("it ends"), lines, errors.join("\n"))
    }
}

/// Everything until the other side ends.
fn rest(lines: &Receiver<String>) -> Vec<String> {
    let mut all = Vec::new();
    loop {
        match lines.recv_timeout(PATIENCE) {
            Ok(line) => all.push(line),
            Err(RecvTimeoutError::Disconnected) => return all,
            Err(RecvTimeoutError::Timeout) => panic!("the program goes on; so far: {all:#?}"),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn follow(stdout: ChildStdout) -> Receiver<String> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        let mut reader = BufReader::new(stdout);
        let mut line = Vec::new();
        while reader.read_until(b'\n', &mut line).is_ok_and(|n| n > 0) {
            let _ = sender.send(text(&line).trim_end_matches('\n').to_owned());
            line.clear();
        }
        let _ = reader.read_to_end(&mut line);
    });
    receiver
}
