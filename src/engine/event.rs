//! What the engine tells others besides snapshots.

use crate::core::time::Timestamp;
use crate::mqtt::diagnose::report::Progress;
use crate::mqtt::link::{LinkState, RoundTrip};

/// How grave a notice is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Level {
    /// Worth knowing.
    Info,
    /// Done, but differently.
    Warning,
    /// Something was lost or failed.
    Error,
}

/// Something that happened, in a sentence, and what to do about it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Notice {
    /// When.
    pub at: Timestamp,
    /// How grave.
    pub level: Level,
    /// What happened.
    pub text: String,
    /// What to do.
    pub advice: Option<String>,
}

/// An event; in order of happening.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum EngineEvent {
    /// The connection's state changed.
    Link(LinkState),
    /// The broker answered a packet of ours.
    RoundTrip(RoundTrip),
    /// Something happened.
    Notice(Notice),
    /// A capture was read to its end.
    CaptureDone,
    /// News of the newest diagnosis; nothing comes any more of one that was replaced.
    Check(Progress),
    /// The newest diagnosis is over: all its stages were reported, or it could not start (then
    /// a notice says why).
    CheckDone,
    /// The user asked the process to end (Ctrl-C or a termination signal).
    Interrupted,
}
