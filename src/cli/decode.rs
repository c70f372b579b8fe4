//! `decode`: decodes captures offline, through the same store as live traffic.

use std::path::Path;

use jiff::tz::TimeZone;

use super::CliError;
use super::args::DecodeArgs;
use super::filter::Wanted;
use super::format::Format;
use super::out::Out;
use crate::analysis::message::Message;
use crate::analysis::{Pipeline, Snapshot};
use crate::capture::{self, CaptureError, Reader};
use crate::core::ids::{Epoch, Seq};
use crate::core::wire::WireBatch;
use crate::store::{Budgets, RowRef};

/// Messages are printed as they are read; this many are kept to find a response's request.
const KEEP_BYTES: usize = 64 * 1024 * 1024;

/// Messages taken into the store at once.
const BATCH: usize = 256;

/// A message of a file is printed this much later by the messages' own time: longer than every
/// limit after which a request is called unanswered, so that it can be said of the request.
const SETTLED_NANOS: i64 = 125 * 1_000_000_000;

/// So much of a file waits for that; far less than is kept.
const HELD_BYTES: usize = 16 * 1024 * 1024;

/// The same when a filter asks for what becomes known later, whatever the messages' time: answers
/// may come late, and ages count from the newest message.
const AHEAD_BYTES: usize = 64 * 1024 * 1024;
const AHEAD_ROWS: u64 = 100_000;

pub(super) fn run(args: &DecodeArgs) -> Result<(), CliError> {
    let format = Format::parse(Some(&args.format)).map_err(CliError::Usage)?;
    let mut wanted = Wanted::parse(args.filter.as_deref())?;
    let mut out = Out::new();
    let stdin = [std::path::PathBuf::from("-")];
    let files = if args.files.is_empty() { &stdin[..] } else { &args.files };
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
    let ahead = wanted.needs_later();
    // Rows take memory beside their bytes, and what waits must still be there besides.
    let bytes = if ahead { KEEP_BYTES + 2 * AHEAD_BYTES } else { KEEP_BYTES };
    let mut store = Pipeline::new(Budgets { bytes, ..Budgets::default() }, Epoch::default());
    let mut batch = WireBatch::new();
    let zone = TimeZone::system();
    let mut messages = 0u64;
    // Whoever pipes a live stream in waits for every line.
    let live = !file.is_file();
    let mut held = Held { next: Seq(1), bytes: 0, ahead };
    loop {
        let read = reader.read_into(&mut batch);
        let more = matches!(read, Ok(true));
        // Somebody may be typing or piping a live stream in: print before waiting for more.
        if more && reader.line_is_ready() && batch.len() < BATCH {
            continue;
        }
        held.bytes += batch.bytes();
        store.apply(&batch);
        batch.clear();
        let snapshot = store.snapshot();
        for row in snapshot.rows_from(held.next) {
            if more && !live && held.waits(row, &snapshot) {
                break;
            }
            let msg = Message { snapshot: &snapshot, row };
            if wanted.accepts(msg) {
                out.line(&format.render(msg, &zone))?;
            }
            held.print(row, &snapshot);
            messages += 1;
        }
        out.flush()?;
        // Only now: what came before a failure is printed.
        if !read.map_err(failed)? {
            break;
        }
    }
    report_skipped(file, &reader, messages)
}

/// What was read and not printed yet.
struct Held {
    next: Seq,
    bytes: usize,
    /// A filter asks for what becomes known later.
    ahead: bool,
}

impl Held {
    fn waits(&self, row: RowRef<'_>, snapshot: &Snapshot) -> bool {
        if self.ahead {
            let rows = snapshot.end_seq().0 - row.seq.0;
            return self.bytes < AHEAD_BYTES && rows < AHEAD_ROWS;
        }
        snapshot.now().nanos_since(row.at) < SETTLED_NANOS && self.bytes < HELD_BYTES
    }

    fn print(&mut self, row: RowRef<'_>, snapshot: &Snapshot) {
        let bytes = row.payload().len() + row.props().0.len();
        self.bytes = self.bytes.saturating_sub(bytes + snapshot.topic_name(row.topic).len());
        self.next = Seq(row.seq.0 + 1);
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
