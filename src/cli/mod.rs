//! The headless commands: one file each. They print, they never draw.
//!
//! What machines read goes to stdout, whole lines only; what people should know about problems
//! goes to stderr. Exit codes: 0 done, 1 it ran and failed, 2 wrong usage.

/// Says something to people on stderr. Unlike `eprintln!` it does not panic when whoever
/// listened there went away.
macro_rules! say {
    ($($text:tt)*) => {{
        use std::io::Write as _;
        let _ = writeln!(std::io::stderr(), $($text)*);
    }};
}

pub mod args;
mod bell;
mod check;
mod decode;
mod demo;
mod env;
mod filter;
mod format;
mod live;
mod out;
mod profile;
mod stats;
mod text;
mod watch;

use std::process::ExitCode;

pub use demo::{no_display_line, options as demo_options};

use args::Command;

/// Why a command ended without success.
#[derive(Debug)]
pub enum CliError {
    /// It ran and failed: what failed, and what to do.
    Failed {
        /// One sentence.
        what: String,
        /// One sentence.
        advice: String,
    },
    /// The command line makes no sense: what is wrong with it.
    Usage(String),
    /// It ran, and what it printed says what is wrong.
    Told,
    /// Whoever read our output went away (`| head`): nothing to say.
    OutputClosed,
    /// What was asked for is done before the command began: help was printed.
    Done,
}

impl CliError {
    fn failed(what: impl Into<String>, advice: impl Into<String>) -> Self {
        Self::Failed { what: what.into(), advice: advice.into() }
    }
}

/// Runs a headless command and reports its failure.
#[must_use]
pub fn run(command: Command) -> ExitCode {
    let result = match command {
        Command::Watch(args) => watch::run(args),
        Command::Decode(args) => decode::run(&args),
        Command::Env(command) => env::run(command),
        Command::Check(args) => check::run(&args),
        Command::Demo(args) => demo::run(&args, "asked for with --headless"),
    };
    report(result)
}

/// Runs the demo without a window; `why` says why there is none.
#[must_use]
pub fn run_demo_headless(args: &args::DemoArgs, why: &str) -> ExitCode {
    report(demo::run(args, why))
}

/// Prints a failure in two sentences and turns it into an exit code.
#[must_use]
pub fn report(result: Result<(), CliError>) -> ExitCode {
    match result {
        Ok(()) | Err(CliError::OutputClosed | CliError::Done) => ExitCode::SUCCESS,
        Err(CliError::Told) => ExitCode::from(1),
        Err(CliError::Usage(what)) => {
            say!("usp-scope: {what}");
            say!("  usp-scope --help shows what there is");
            ExitCode::from(2)
        }
        Err(CliError::Failed { what, advice }) => {
            say!("usp-scope: {what}");
            say!("  {advice}");
            ExitCode::from(1)
        }
    }
}
