//! Runs the program's `check` and holds its report to what always holds.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

pub const STAGES: [&str; 7] = ["profile", "dns", "tcp", "tls", "connect", "subscribe", "roundtrip"];

/// What `check -F json` said.
pub struct Report {
    pub stages: Vec<Value>,
    pub took: Duration,
    /// All that was printed, for searching.
    pub output: String,
}

/// The program without a display, its log as talkative as it gets.
pub fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_usp-scope"));
    command
        .args(args)
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .env("USP_SCOPE_LOG", "trace")
        .stdin(Stdio::null());
    command
}

/// Checks a broker at 127.0.0.1 with these further settings.
#[track_caller]
pub fn check(port: u16, settings: &str) -> Report {
    check_env(&format!("MQTT_HOST=127.0.0.1\nMQTT_PORT={port}\nMQTT_CONNECT_TIMEOUT=2\n{settings}"))
}

/// Checks the profile with this text.
#[track_caller]
pub fn check_env(text: &str) -> Report {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("check.env");
    std::fs::write(&file, text).unwrap();
    let started = Instant::now();
    let output = command(&["check", file.to_str().unwrap(), "-F", "json"]).output().unwrap();
    let took = started.elapsed();
    let (stdout, stderr) =
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8_lossy(&output.stderr));
    let stages: Vec<Value> =
        stdout.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect();
    let report = Report { stages, took, output: format!("{stdout}\n{stderr}") };
    report.always_holds(output.status.code());
    report
}

impl Report {
    #[track_caller]
    fn always_holds(&self, exit: Option<i32>) {
        assert!(!self.output.contains("panicked"), "{}", self.output);
        let names: Vec<&str> = self.stages.iter().map(|s| s["stage"].as_str().unwrap()).collect();
        assert_eq!(names, STAGES);
        let failed = self.stages.iter().position(|s| s["status"] == "failed");
        assert_eq!(exit, Some(i32::from(failed.is_some())), "{}", self.output);
        for (n, stage) in self.stages.iter().enumerate() {
            let detail = stage["detail"].as_str().unwrap();
            assert!(!detail.is_empty() && stage["ms"].is_number(), "{stage}");
            match failed {
                Some(failed) if n > failed => {
                    assert_eq!(stage["status"], "skipped", "{stage}");
                    assert!(detail.contains(STAGES[failed]), "{stage}");
                }
                Some(failed) if n == failed => {
                    assert!(stage["cause"].as_str().is_some_and(|c| !c.is_empty()), "{stage}");
                    assert!(!stage["advice"].as_array().unwrap().is_empty(), "{stage}");
                }
                _ => assert!(stage.get("cause").is_none(), "{stage}"),
            }
            for text in stage["advice"].as_array().unwrap() {
                let text = text.as_str().unwrap();
                assert!(text.ends_with('.') && !text.contains("  "), "{text}");
            }
        }
    }

    /// One stage.
    pub fn stage(&self, name: &str) -> &Value {
        self.stages.iter().find(|s| s["stage"] == name).unwrap()
    }

    /// Demands that `stage` failed by `cause`, and that detail, advice or what was seen hold
    /// these words.
    #[track_caller]
    pub fn fails(&self, stage: &str, cause: &str, words: &[&str]) {
        let found = self.stage(stage);
        assert_eq!(
            (found["status"].as_str(), found["cause"].as_str()),
            (Some("failed"), Some(cause)),
            "{:#?}",
            self.stages
        );
        self.says(stage, words);
    }

    /// Demands that all is well, and that `stage` holds these words.
    #[track_caller]
    pub fn is_well(&self, stage: &str, words: &[&str]) {
        assert!(self.stages.iter().all(|s| s["status"] != "failed"), "{:#?}", self.stages);
        assert_eq!(self.stage(stage)["status"], "ok", "{:#?}", self.stages);
        self.says(stage, words);
    }

    #[track_caller]
    pub fn says(&self, stage: &str, words: &[&str]) {
        let found = self.stage(stage);
        let text = found.to_string().replace("\\\"", "\"");
        for word in words {
            assert!(text.contains(word), "{word:?} is missing: {found:#}");
        }
    }
}
