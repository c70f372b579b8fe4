//! Thread `usp-jobs`, one per job: work on files that must not hold anyone up.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::channel::Queue;
use super::event::{EngineEvent, Level, Notice};
use super::publisher::Publisher;
use crate::capture;
use crate::core::ids::Epoch;
use crate::core::time::Clock;
use crate::core::wire::WireBatch;

/// Messages handed over at once.
const BATCH_MESSAGES: usize = 512;
const BATCH_BYTES: usize = 256 * 1024;

/// Reads a capture into the queue; waits when the queue is full, so that nothing is lost.
pub(super) fn open_capture(
    path: &Path,
    queue: &Queue,
    publisher: &Arc<Publisher>,
    clock: &dyn Clock,
    epoch: Epoch,
    cancelled: &AtomicBool,
) {
    let mut batch = WireBatch::new();
    let result = capture::open(path).and_then(|mut reader| {
        while reader.read_into(&mut batch)? {
            if batch.len() >= BATCH_MESSAGES || batch.bytes() >= BATCH_BYTES {
                let full = std::mem::take(&mut batch);
                match queue.push_waiting(full, epoch) {
                    Some(empty) if !cancelled.load(Ordering::SeqCst) => batch = empty,
                    _ => return Ok(0),
                }
            }
        }
        Ok(reader.skipped())
    });
    if cancelled.load(Ordering::SeqCst) {
        return;
    }
    if !batch.is_empty() {
        queue.push_waiting(batch, epoch);
    }
    let notice = match result {
        Ok(0) => None,
        Ok(skipped) => Some((
            Level::Warning,
            format!("{skipped} lines of {} could not be read and were left out", path.display()),
            Some("run `usp-scope decode` on it to see which".to_owned()),
        )),
        Err(error) => Some((Level::Error, error.to_string(), Some(error.advice().to_owned()))),
    };
    if let Some((level, text, advice)) = notice {
        let at = clock.now();
        publisher.event(EngineEvent::Notice(Notice { at, level, text, advice }));
    }
    publisher.event(EngineEvent::CaptureDone);
}
