//! `demo --headless`: the simulated network, printed as `watch` does.

use super::args::DemoArgs;
use super::filter::Wanted;
use super::format::Format;
use super::{CliError, live};
use crate::core::time::Stopwatch;
use crate::lab::{Demo, DemoOptions};

/// The demo network asked for.
#[must_use]
pub fn options(args: &DemoArgs) -> DemoOptions {
    DemoOptions { agents: usize::from(args.agents), port: args.port, seed: args.seed }
}

/// The line that says why the demo prints instead of drawing.
#[must_use]
pub fn no_display_line(why: &str) -> String {
    format!("usp-scope: no window ({why}): printing live traffic of the demo network, Ctrl-C ends")
}

pub(super) fn run(args: &DemoArgs, why: &str) -> Result<(), CliError> {
    let started = Stopwatch::start();
    let format = Format::parse(args.print.format.as_deref()).map_err(CliError::Usage)?;
    let wanted = Wanted::parse(args.print.filter.as_deref())?;
    say!("{}", no_display_line(why));
    let demo = Demo::start(options(args)).map_err(|error| {
        let text = error.to_string();
        let (what, advice) = text.split_once("; ").unwrap_or((&text, "please report this"));
        CliError::failed(what, advice)
    })?;
    live::run(demo.profile(), &args.print, &format, wanted, started)
}
