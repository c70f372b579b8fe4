//! `watch`: prints live traffic of a broker.

use super::args::WatchArgs;
use super::filter::Wanted;
use super::format::Format;
use super::{CliError, live, profile};
use crate::core::time::Stopwatch;
use crate::profile::filter;

pub(super) fn run(args: WatchArgs) -> Result<(), CliError> {
    let started = Stopwatch::start();
    let format = match Format::parse(args.print.format.as_deref()) {
        Ok(format) => format,
        Err(what) => return Err(CliError::Usage(what)),
    };
    let wanted = Wanted::parse(args.print.filter.as_deref())?;
    for topic in &args.topics {
        if let Err(why) = filter::check(topic) {
            return Err(CliError::Usage(format!("-t {topic:?} is no topic filter: {why}")));
        }
    }
    let mut profile =
        profile::choose_or_fail(args.file.as_deref(), args.host.as_deref(), args.port)?;
    if !args.topics.is_empty() {
        profile.subscribe = args.topics;
    }
    if let Some(qos) = args.qos {
        profile.subscribe_qos = qos;
    }
    live::run(profile, &args.print, &format, wanted, started)
}
