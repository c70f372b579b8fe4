//! `check`: diagnoses a connection and prints what became of each stage.

mod json;
mod text;

use std::io::IsTerminal as _;
use std::sync::Arc;

use super::args::CheckArgs;
use super::bell::{self, LONGEST_WAIT};
use super::out::Out;
use super::{CliError, profile};
use crate::engine::{EngineCommand, EngineEvent, Level};
use crate::mqtt::diagnose::{self, Outcome, Progress, Stage, StageReport};
use crate::profile::read::Loaded;

pub(super) fn run(args: &CheckArgs) -> Result<(), CliError> {
    let json = args.format == "json";
    let live = !json && std::io::stdout().is_terminal();
    let mut printer = Printer { out: Out::new(), json, live, failed: false };
    match profile::choose(args.file.as_deref(), args.host.as_deref(), args.port) {
        Err(error) => {
            for report in diagnose::unusable(&error) {
                printer.finished(&report)?;
            }
        }
        Ok(loaded) => diagnosed(loaded, &mut printer)?,
    }
    if printer.failed { Err(CliError::Told) } else { Ok(()) }
}

/// Has the engine diagnose the profile, and prints what it says.
fn diagnosed(loaded: Loaded, printer: &mut Printer) -> Result<(), CliError> {
    let Loaded { profile, mut warnings } = loaded;
    let (engine, bell) = bell::engine()?;
    engine.send(EngineCommand::Check(Arc::new(profile)));
    loop {
        engine.clear_wake();
        for event in engine.take_events() {
            match event {
                EngineEvent::Check(Progress::Started(stage)) => printer.started(stage)?,
                EngineEvent::Check(Progress::Finished(mut report)) => {
                    if report.stage == Stage::Profile {
                        report.advice.append(&mut warnings);
                    }
                    printer.finished(&report)?;
                }
                EngineEvent::CheckDone => return Ok(()),
                // What is left is reported as skipped.
                EngineEvent::Interrupted => engine.send(EngineCommand::CancelCheck),
                EngineEvent::Notice(notice) if notice.level == Level::Error => {
                    return Err(CliError::failed(notice.text, notice.advice.unwrap_or_default()));
                }
                EngineEvent::Notice(_)
                | EngineEvent::Link(_)
                | EngineEvent::RoundTrip(_)
                | EngineEvent::CaptureDone => {}
            }
        }
        bell.wait(LONGEST_WAIT);
    }
}

/// Prints stages as they end.
struct Printer {
    out: Out,
    json: bool,
    /// True if a line may say what is going on until it is known how that ended.
    live: bool,
    failed: bool,
}

impl Printer {
    fn started(&mut self, stage: Stage) -> Result<(), CliError> {
        if self.live {
            self.out.part(text::under_way(stage).as_bytes())?;
        }
        Ok(())
    }

    fn finished(&mut self, report: &StageReport) -> Result<(), CliError> {
        self.failed |= matches!(report.outcome, Outcome::Failed(_));
        if self.json {
            self.out.line(json::object(report).to_string().as_bytes())?;
        } else {
            if self.live {
                self.out.part(text::WIPE.as_bytes())?;
            }
            for line in text::lines(report) {
                self.out.line(line.as_bytes())?;
            }
        }
        self.out.flush()
    }
}
