//! `watch`: prints live traffic of a broker.

use std::path::Path;

use super::args::WatchArgs;
use super::format::Format;
use super::{CliError, live};
use crate::core::time::Stopwatch;
use crate::profile::model::Profile;
use crate::profile::{filter, read};

/// The profile looked for when none is named.
const HERE: &str = ".env";

pub(super) fn run(args: WatchArgs) -> Result<(), CliError> {
    let started = Stopwatch::start();
    let format = match Format::parse(args.print.format.as_deref()) {
        Ok(format) => format,
        Err(what) => return Err(CliError::Usage(what)),
    };
    for topic in &args.topics {
        if let Err(why) = filter::check(topic) {
            return Err(CliError::Usage(format!("-t {topic:?} is no topic filter: {why}")));
        }
    }
    let mut profile = profile(&args)?;
    if !args.topics.is_empty() {
        profile.subscribe = args.topics;
    }
    if let Some(qos) = args.qos {
        profile.subscribe_qos = qos;
    }
    live::run(profile, &args.print, &format, started)
}

fn profile(args: &WatchArgs) -> Result<Profile, CliError> {
    if let Some(file) = &args.file {
        return load(file);
    }
    if args.host.is_none() && args.port.is_none() && Path::new(HERE).is_file() {
        say!("using the profile ./{HERE}");
        return load(Path::new(HERE));
    }
    let host = args.host.as_deref().unwrap_or("localhost");
    Ok(Profile::for_address(host, args.port.unwrap_or(1883)))
}

fn load(file: &Path) -> Result<Profile, CliError> {
    let loaded = read::load(file, &|name| std::env::var(name).ok()).map_err(|error| {
        let line = error.line.map_or(String::new(), |line| format!(", line {line}"));
        let what = format!("{}{line}: {}", error.path.display(), error.what);
        CliError::failed(what, error.advice)
    })?;
    for warning in &loaded.warnings {
        say!("{}: {warning}", loaded.profile.name);
    }
    Ok(loaded.profile)
}
