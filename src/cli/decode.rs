//! `decode`: decodes captures offline, through the same store as live traffic.

use std::path::Path;

use jiff::tz::TimeZone;

use super::CliError;
use super::args::DecodeArgs;
use super::fields::Message;
use super::filter::Wanted;
use super::format::Format;
use super::out::Out;
use crate::analysis::{Pipeline, Snapshot};
use crate::capture::{self, CaptureError, Reader};
use crate::core::ids::{Epoch, Seq};
use crate::core::wire::WireBatch;
use crate::store::Budgets;

/// Messages are printed as they are read; this many are kept to find a response's request.
const KEEP_BYTES: usize = 64 * 1024 * 1024;

/// Messages taken into the store at once.
const BATCH: usize = 256;

/// How far a file is read ahead of what is printed when later messages decide about earlier ones:
/// an answer makes its request answered. Live input is never waited for.
const AHEAD_BYTES: usize = 64 * 1024 * 1024;
const AHEAD_ROWS: u64 = 100_000;

pub(super) fn run(args: &DecodeArgs) -> Result<(), CliError> {
    let format = Format::parse(Some(&args.format)).map_err(CliError::Usage)?;
    let mut out = Out::new();
    let stdin = [std::path::PathBuf::from("-")];
    let files = if args.files.is_empty() { &stdin[..] } else { &args.files };
    let mut wanted = Wanted::parse(args.filter.as_deref())?;
    let mut failure = None;
    for file in files {
        match decode(file, &format, &mut wanted, &mut out) {
            Ok(()) => {}
            Err(CliError::OutputClosed) => return Err(CliError::OutputClosed),
            // One bad file must not hide the others.
            Err(error) => {
                if let Some(CliError::Failed { what, advice }) = failure.replace(error) {
                    say!("usp-scope: {what}\n  {advice}");
                }
            }
        }
    }
    failure.map_or(Ok(()), Err)
}

fn decode(
    file: &Path,
    format: &Format,
    wanted: &mut Wanted,
    out: &mut Out,
) -> Result<(), CliError> {
    let mut reader = open(file).map_err(failed)?;
    wanted.forget();
    let (ahead_bytes, ahead_rows) =
        if wanted.needs_later() && file.is_file() { (AHEAD_BYTES, AHEAD_ROWS) } else { (0, 0) };
    // What waits for printing must still be there besides.
    let bytes = KEEP_BYTES + ahead_bytes + ahead_bytes / 2;
    let mut store = Pipeline::new(Budgets { bytes, ..Budgets::default() }, Epoch::default());
    let mut batch = WireBatch::new();
    let mut printer =
        Printer { format, zone: TimeZone::system(), wanted, out, next: Seq(1), waiting: 0 };
    let mut messages = 0u64;
    loop {
        let read = reader.read_into(&mut batch);
        let more = matches!(read, Ok(true));
        // Somebody may be typing or piping a live stream in: print before waiting for more.
        if more && reader.line_is_ready() && batch.len() < BATCH {
            continue;
        }
        printer.waiting += batch.iter().map(|msg| msg.payload.len()).sum::<usize>();
        messages += batch.len() as u64;
        let applied = store.apply(&batch);
        batch.clear();
        let ahead = applied.first.0 + applied.messages as u64 - printer.next.0;
        let enough = ahead > ahead_rows || printer.waiting > ahead_bytes;
        if !more || enough {
            let keep = if more { (ahead_bytes, ahead_rows) } else { (0, 0) };
            printer.print(&store.snapshot(), keep)?;
        }
        // Only now: what came before a failure is printed.
        if !read.map_err(failed)? {
            break;
        }
    }
    report_skipped(file, &reader, messages)
}

/// Prints messages in order, each once.
struct Printer<'a> {
    format: &'a Format,
    zone: TimeZone,
    wanted: &'a mut Wanted,
    out: &'a mut Out,
    /// The first that was not looked at yet.
    next: Seq,
    /// Payload bytes of those.
    waiting: usize,
}

impl Printer<'_> {
    /// Prints what is wanted, but leaves so many bytes and messages for later.
    fn print(
        &mut self,
        snapshot: &Snapshot,
        (keep_bytes, keep_rows): (usize, u64),
    ) -> Result<(), CliError> {
        for row in snapshot.rows_from(self.next) {
            let ahead = snapshot.end_seq().0 - row.seq.0;
            if ahead <= keep_rows && self.waiting <= keep_bytes {
                break;
            }
            self.next = Seq(row.seq.0 + 1);
            self.waiting = self.waiting.saturating_sub(row.size() as usize);
            let msg = Message { snapshot, row };
            if self.wanted.accepts(msg) {
                self.out.line(&self.format.render(msg, &self.zone))?;
            }
        }
        self.out.flush()
    }
}

fn open(file: &Path) -> Result<Reader, CaptureError> {
    if file == Path::new("-") {
        capture::from_reader(file, Box::new(std::io::stdin()))
    } else {
        capture::open(file)
    }
}

fn failed(error: CaptureError) -> CliError {
    CliError::failed(error.to_string(), error.advice())
}

/// A cut or damaged capture gives what it has, and says what it has not.
fn report_skipped(file: &Path, reader: &Reader, messages: u64) -> Result<(), CliError> {
    let skipped = reader.skipped();
    if skipped == 0 {
        return Ok(());
    }
    let lines = reader.errors().iter().map(|(line, why)| format!("line {line}: {why}"));
    let lines = lines.take(3).collect::<Vec<_>>().join("; ");
    let more = if skipped > 3 { "; …" } else { "" };
    let what = format!("{} lines of {} hold no message ({lines}{more})", skipped, file.display());
    if messages == 0 {
        return Err(CliError::failed(
            what,
            "give a .jsonl capture, or lines of mosquitto_sub -F '%U %t %x' or -F '%j'",
        ));
    }
    say!("usp-scope: {what}; {messages} messages were read");
    Ok(())
}
