//! Prints what an engine receives until told to stop; shared by `watch` and `demo --headless`.

use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;

use super::args::PrintArgs;
use super::bell::{self, LONGEST_WAIT};
use super::filter::Wanted;
use super::format::Format;
use super::out::Out;
use super::text::printable;
use super::{CliError, stats};
use crate::analysis::Snapshot;
use crate::analysis::message::Message;
use crate::analysis::visibility::Blind;
use crate::core::ids::Seq;
use crate::core::time::Stopwatch;
use crate::engine::{EngineCommand, EngineEvent, EngineHandle, Level};
use crate::mqtt::link::{Failure, LinkState};
use crate::profile::model::Profile;

/// Connects with `profile` and prints until a limit is reached, the connection is given up, or
/// the user interrupts.
pub(super) fn run(
    profile: Profile,
    args: &PrintArgs,
    format: &Format,
    wanted: Wanted,
    started: Stopwatch,
) -> Result<(), CliError> {
    let (mut engine, bell) = bell::engine()?;
    engine.send(EngineCommand::Connect(Arc::new(profile)));

    let mut printer = Printer { out: Out::new(), wanted, next: Seq(1), printed: 0, missed: 0 };
    let limit = args.seconds.map(Duration::from_secs_f64);
    let zone = TimeZone::system();
    let mut result = Ok(());
    let mut teller = Teller::default();
    loop {
        engine.clear_wake();
        let over = limit.is_some_and(|limit| started.elapsed() >= limit);
        let verdict = teller.heed(&engine);
        match printer.print_new(&engine, format, &zone, args.count) {
            Ok(true) => break,
            Ok(false) => {}
            Err(error) => {
                result = Err(error);
                break;
            }
        }
        match verdict {
            Verdict::Go => {}
            Verdict::Interrupted => break,
            Verdict::GivenUp(error) => {
                result = Err(error);
                break;
            }
        }
        if over {
            result = never_connected(&engine);
            break;
        }
        let rest = limit.map_or(LONGEST_WAIT, |limit| limit.saturating_sub(started.elapsed()));
        bell.wait(rest.min(LONGEST_WAIT));
    }
    let ending = printer.printed;
    let snapshot = engine.finish();
    if !matches!(result, Err(CliError::OutputClosed)) && args.count.is_none_or(|n| ending < n) {
        // What arrived since the last look, up to the end of the connection.
        let rest = printer.print_new(&engine, format, &zone, args.count);
        result = result.and(rest.map(|_done| ()));
    }
    if args.stats {
        let Printer { printed, missed, .. } = printer;
        say!("{}", stats::json(snapshot.counters(), printed, missed, started.elapsed()));
    }
    result
}

/// Notes about what can't be seen; more would hide the rest.
const MAX_BLIND: usize = 8;

struct Printer {
    out: Out,
    wanted: Wanted,
    next: Seq,
    printed: u64,
    missed: u64,
}

impl Printer {
    /// Prints what is new and wanted; true once `count` messages are out.
    fn print_new(
        &mut self,
        engine: &EngineHandle,
        format: &Format,
        zone: &TimeZone,
        count: Option<u64>,
    ) -> Result<bool, CliError> {
        let snapshot = engine.snapshot();
        // Whoever reads us may be slower than the broker for so long that the store had to give
        // messages up before they were printed.
        self.missed += snapshot.first_seq().0.saturating_sub(self.next.0);
        for row in snapshot.rows_from(self.next) {
            self.next = Seq(row.seq.0 + 1);
            let msg = Message { snapshot: &snapshot, row };
            if !self.wanted.accepts(msg) {
                continue;
            }
            self.out.line(&format.render(msg, zone))?;
            self.printed += 1;
            if count == Some(self.printed) {
                self.out.flush()?;
                return Ok(true);
            }
        }
        self.out.flush()?;
        Ok(false)
    }
}

enum Verdict {
    Go,
    Interrupted,
    GivenUp(CliError),
}

/// Tells the user what happens to the connection, and the same failure only once.
#[derive(Default)]
struct Teller {
    told: Option<Failure>,
    /// What can't be seen, as far as it was told.
    blind: Vec<Blind>,
}

impl Teller {
    fn heed(&mut self, engine: &EngineHandle) -> Verdict {
        let mut verdict = Verdict::Go;
        for event in engine.take_events() {
            match event {
                EngineEvent::Interrupted => verdict = Verdict::Interrupted,
                EngineEvent::Link(LinkState::Failed { failure }) => {
                    verdict = Verdict::GivenUp(CliError::failed(failure.what, failure.advice));
                }
                EngineEvent::Link(state) => self.tell(state),
                // What made the connection wait or fail is told by its state.
                EngineEvent::Notice(notice) if notice.level != Level::Info => {}
                EngineEvent::Notice(notice) => say!("{}", notice.text),
                EngineEvent::CaptureDone
                | EngineEvent::RoundTrip(_)
                | EngineEvent::Check(_)
                | EngineEvent::CheckDone => {}
            }
        }
        self.tell_blind_spots(&engine.snapshot());
        verdict
    }

    /// Says once what can't be seen, so that nobody takes it for not being there.
    fn tell_blind_spots(&mut self, snapshot: &Snapshot) {
        for spot in snapshot.visibility() {
            if !self.blind.contains(&spot.what) && self.blind.len() < MAX_BLIND {
                say!("{}\n  {}", printable(&spot.text), printable(&spot.advice));
                self.blind.push(spot.what);
            }
        }
    }

    fn tell(&mut self, state: LinkState) {
        match state {
            LinkState::Connected { version, tls, refused_filters, .. } => {
                self.told = None;
                let encrypted = if tls.is_some() { " with TLS" } else { "" };
                let tls_warnings = tls.map(|tls| tls.warnings).unwrap_or_default();
                say!("connected, {}{encrypted}", version.label());
                for warning in tls_warnings {
                    say!("{warning}");
                }
                for filter in refused_filters {
                    say!("the broker refused the subscription to {filter}");
                }
            }
            LinkState::Waiting { failure, attempt, max_attempts, .. } => {
                if self.told.as_ref() != Some(&failure) {
                    say!("{}\n  {}", failure.what, failure.advice);
                    for remedy in failure.cause.remedies() {
                        say!("  {remedy}");
                    }
                    self.told = Some(failure);
                }
                let of = max_attempts.map_or(String::new(), |max| format!(" of {max}"));
                say!("  attempt {attempt}{of} follows");
            }
            LinkState::Idle
            | LinkState::Connecting { .. }
            | LinkState::Failed { .. }
            | LinkState::Closed => {}
        }
    }
}

/// When the time is over without a connection ever made, that is a failure.
fn never_connected(engine: &EngineHandle) -> Result<(), CliError> {
    match engine.link() {
        LinkState::Waiting { failure, .. } if engine.snapshot().counters().received == 0 => {
            Err(CliError::failed(failure.what, failure.advice))
        }
        LinkState::Connecting { .. } if engine.snapshot().counters().received == 0 => {
            Err(CliError::failed(
                "no connection within the time given",
                "check host and port, or give it longer with -W",
            ))
        }
        _ => Ok(()),
    }
}
