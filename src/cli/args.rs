//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// See USP (TR-369) over MQTT live: topics, devices, decoded messages, latency.
#[derive(Parser, Debug)]
#[command(name = "usp-scope", version, args_conflicts_with_subcommands = true)]
pub struct Cli {
    /// A .env profile to connect with, or a capture to open, in the window.
    pub file: Option<PathBuf>,
    /// Open a window for the file even if there is one already.
    #[arg(long)]
    pub new_window: bool,
    /// What to do instead of opening the window.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// The headless commands.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Show a simulated network: embedded broker, Agents and a Controller speaking real USP.
    Demo(DemoArgs),
    /// Print live traffic.
    Watch(WatchArgs),
    /// Decode captures offline.
    Decode(DecodeArgs),
    /// Look at and edit profile files.
    #[command(subcommand)]
    Env(EnvCommand),
    /// Diagnose the connection step by step.
    Check(CheckArgs),
}

/// Work on profile files.
#[derive(Subcommand, Debug)]
pub enum EnvCommand {
    /// Print all known settings as JSON, with defaults and where each comes from.
    Show(ShowArgs),
    /// Print one value as the ACS's dotenv reader sees it.
    Get(GetArgs),
    /// Set values in place; everything else keeps every byte.
    Set(SetArgs),
    /// Comment settings out.
    Unset(UnsetArgs),
    /// Say whether the ACS will start, and what else is wrong.
    Lint(LintArgs),
    /// Write a new, commented profile.
    New(NewArgs),
}

/// The profile a command works on.
#[derive(Args, Debug, Clone)]
pub struct FileArg {
    /// The .env file.
    pub file: PathBuf,
}

/// Arguments of `env show`.
#[derive(Args, Debug, Clone)]
pub struct ShowArgs {
    /// The file.
    #[command(flatten)]
    pub file: FileArg,
    /// Show secrets.
    #[arg(long)]
    pub reveal: bool,
}

/// Arguments of `env get`.
#[derive(Args, Debug, Clone)]
pub struct GetArgs {
    /// The .env file.
    pub file: PathBuf,
    /// The variable's name.
    pub key: String,
}

/// Arguments of `env set`.
#[derive(Args, Clone)]
pub struct SetArgs {
    /// The file; a new one is readable by its owner only.
    #[command(flatten)]
    pub file: FileArg,
    /// The values are references such as ${NAME}, written as they stand.
    #[arg(long)]
    pub reference: bool,
    /// What to set.
    #[arg(value_name = "KEY=VALUE", required = true, allow_hyphen_values = true)]
    pub settings: Vec<String>,
}

impl std::fmt::Debug for SetArgs {
    /// Leaves the settings out: they may be passwords.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SetArgs").field("file", &self.file).finish_non_exhaustive()
    }
}

/// Arguments of `env unset`.
#[derive(Args, Debug, Clone)]
pub struct UnsetArgs {
    /// The file.
    #[command(flatten)]
    pub file: FileArg,
    /// Remove the lines instead of commenting them out.
    #[arg(long)]
    pub delete: bool,
    /// The variables' names.
    #[arg(value_name = "KEY", required = true)]
    pub keys: Vec<String>,
}

/// Arguments of `env lint`.
#[derive(Args, Debug, Clone)]
pub struct LintArgs {
    /// The file.
    #[command(flatten)]
    pub file: FileArg,
    /// text, or json with one object a line.
    #[arg(short = 'F', long = "format", value_name = "FORMAT", default_value = "text", value_parser = ["text", "json"])]
    pub format: String,
    /// Carry out every fix that needs no decision of yours; lines are commented out, not removed.
    #[arg(long)]
    pub fix: bool,
}

/// Arguments of `env new`.
#[derive(Args, Debug, Clone)]
pub struct NewArgs {
    /// The file; it must not exist.
    #[command(flatten)]
    pub file: FileArg,
    /// What to start from.
    #[arg(long, value_name = "TEMPLATE", default_value = "development", value_parser = ["development", "production"])]
    pub template: String,
}

/// Arguments of `demo`.
#[derive(Args, Debug, Clone)]
pub struct DemoArgs {
    /// Print the traffic instead of opening the window.
    #[arg(long)]
    pub headless: bool,
    /// Simulated Agents.
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=2000))]
    pub agents: u16,
    /// Port of the embedded broker on 127.0.0.1 (default: a free one).
    #[arg(long, value_name = "P", value_parser = clap::value_parser!(u16).range(1..))]
    pub port: Option<u16>,
    /// The same seed tells the same story.
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub seed: u64,
    /// How the traffic is printed when there is no window.
    #[command(flatten)]
    pub print: PrintArgs,
}

/// How traffic is printed; shared by `watch` and `demo --headless`.
#[derive(Args, Debug, Clone, Default)]
pub struct PrintArgs {
    /// text, json, or a mosquitto_sub format (%t %p %x %q %r %l %U %j, @ for strftime), with %T
    /// Msg type, %f from, %d to, %m msg_id.
    #[arg(short = 'F', long = "format", value_name = "FORMAT")]
    pub format: Option<String>,
    /// Stop after N messages.
    #[arg(short = 'C', long = "count", value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub count: Option<u64>,
    /// Stop after so many seconds.
    #[arg(short = 'W', long = "seconds", value_name = "SECS", value_parser = seconds)]
    pub seconds: Option<f64>,
    /// Print only messages that pass, for example 'type == Get and size > 1kB'; as much as is
    /// known when they arrive. --filter help lists fields and examples.
    #[arg(long, value_name = "EXPR", allow_hyphen_values = true)]
    pub filter: Option<String>,
    /// At the end print one JSON object with totals on stderr.
    #[arg(long)]
    pub stats: bool,
}

/// Arguments of `watch`.
#[derive(Args, Debug, Clone)]
pub struct WatchArgs {
    /// The profile (default: ./.env if it exists, else --host and --port).
    pub file: Option<PathBuf>,
    /// Topic filter; may be given several times (default: the profile's, else usp/#).
    #[arg(short = 't', long = "topic", value_name = "FILTER")]
    pub topics: Vec<String>,
    /// Quality of service of the subscriptions.
    #[arg(short = 'q', long = "qos", value_name = "QOS", value_parser = clap::value_parser!(u8).range(0..=2))]
    pub qos: Option<u8>,
    /// Broker's host, instead of a profile.
    #[arg(short = 'H', long, value_name = "HOST", conflicts_with = "file")]
    pub host: Option<String>,
    /// Broker's port, with --host.
    #[arg(short = 'p', long, value_name = "PORT", conflicts_with = "file", value_parser = clap::value_parser!(u16).range(1..))]
    pub port: Option<u16>,
    /// How it is printed.
    #[command(flatten)]
    pub print: PrintArgs,
}

/// Arguments of `decode`.
#[derive(Args, Debug, Clone)]
pub struct DecodeArgs {
    /// Captures; - for standard input (default).
    pub files: Vec<PathBuf>,
    /// text, json, or tree.
    #[arg(short = 'F', long = "format", value_name = "FORMAT", default_value = "text", value_parser = ["text", "json", "tree"])]
    pub format: String,
    /// Print only messages that pass, for example 'state == timed-out or error'. --filter help
    /// lists fields and examples.
    #[arg(long, value_name = "EXPR", allow_hyphen_values = true)]
    pub filter: Option<String>,
}

/// Arguments of `check`.
#[derive(Args, Debug, Clone)]
pub struct CheckArgs {
    /// The profile (default: ./.env if it exists, else --host and --port).
    pub file: Option<PathBuf>,
    /// text or json (one object a line).
    #[arg(short = 'F', long = "format", value_name = "FORMAT", default_value = "text", value_parser = ["text", "json"])]
    pub format: String,
    /// Broker's host, instead of a profile.
    #[arg(short = 'H', long, value_name = "HOST", conflicts_with = "file")]
    pub host: Option<String>,
    /// Broker's port, with --host.
    #[arg(short = 'p', long, value_name = "PORT", conflicts_with = "file", value_parser = clap::value_parser!(u16).range(1..))]
    pub port: Option<u16>,
}

fn seconds(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(secs) if secs.is_finite() && secs > 0.0 && secs < 1e9 => Ok(secs),
        _ => Err("a positive number of seconds, for example 10 or 2.5".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_file_needs_no_command_and_wrong_usage_is_refused() {
        assert!(Cli::try_parse_from(["usp-scope", "a.env"]).is_ok_and(|c| c.file.is_some()));
        for wrong in [
            &["usp-scope", "watch", "-q", "3"][..],
            &["usp-scope", "watch", "-C", "0"],
            &["usp-scope", "watch", "-W", "-1"],
            &["usp-scope", "demo", "--agents", "0"],
            &["usp-scope", "decode", "-F", "xml"],
            &["usp-scope", "check", "-F", "xml"],
            &["usp-scope", "check", "a.env", "-p", "1883"],
        ] {
            assert!(Cli::try_parse_from(wrong).is_err(), "{wrong:?}");
        }
    }
}
