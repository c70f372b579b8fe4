//! What a diagnosis tells while it runs: plain values for whoever shows them.

use std::time::Duration;

use crate::mqtt::link::{Cause, TlsFacts};

/// A step of the diagnosis; in this order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Stage {
    /// The profile and the files it names are usable.
    Profile,
    /// The host's name has addresses.
    Dns,
    /// One of them takes a TCP connection.
    Tcp,
    /// TLS comes up and both sides accept each other.
    Tls,
    /// The broker answers CONNECT.
    Connect,
    /// It grants the profile's subscriptions.
    Subscribe,
    /// A message published comes back.
    Roundtrip,
}

impl Stage {
    /// All, in order.
    pub const ALL: [Self; 7] = [
        Self::Profile,
        Self::Dns,
        Self::Tcp,
        Self::Tls,
        Self::Connect,
        Self::Subscribe,
        Self::Roundtrip,
    ];

    /// Its name for machines and people.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Profile => "profile",
            Self::Dns => "dns",
            Self::Tcp => "tcp",
            Self::Tls => "tls",
            Self::Connect => "connect",
            Self::Subscribe => "subscribe",
            Self::Roundtrip => "roundtrip",
        }
    }
}

/// How a stage ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// As it should.
    Ok,
    /// It failed, and ended the diagnosis.
    Failed(Cause),
    /// It was not tried; `detail` says why.
    Skipped,
}

impl Outcome {
    /// "ok", "failed" or "skipped".
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Failed(_) => "failed",
            Self::Skipped => "skipped",
        }
    }
}

/// What became of one stage.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StageReport {
    /// Which.
    pub stage: Stage,
    /// How it ended.
    pub outcome: Outcome,
    /// How long it took; zero if it was skipped.
    pub took: Duration,
    /// A sentence: what was found, what failed, or why it was skipped.
    pub detail: String,
    /// Sentences: what to do. Also a stage that went well may have some.
    pub advice: Vec<String>,
    /// TLS facts, as far as they became known (stage `tls` only).
    pub tls: Option<Box<TlsFacts>>,
    /// What was on the wire, in words, in order.
    pub seen: Vec<String>,
}

impl StageReport {
    /// A stage that was not tried.
    #[must_use]
    pub fn skipped(stage: Stage, why: impl Into<String>) -> Self {
        Self {
            stage,
            outcome: Outcome::Skipped,
            took: Duration::ZERO,
            detail: why.into(),
            advice: Vec::new(),
            tls: None,
            seen: Vec::new(),
        }
    }
}

/// News of a running diagnosis.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Progress {
    /// A stage began.
    Started(Stage),
    /// A stage ended, or was skipped without having begun.
    Finished(StageReport),
}
