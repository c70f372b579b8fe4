//! Writes exported messages to a file, away from the window's thread.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, TryRecvError, channel};

use super::dialog::{FileDialog, Purpose};
use super::new_file;
use super::workbench::Workbench;
use crate::ui::traffic_command::TrafficCommand;
use crate::view::columns::Column;
use crate::view::connection::Tone;
use crate::view::format;
use crate::view::message_export::MessageExport;

/// An export under way.
pub(super) struct Running {
    path: PathBuf,
    /// In thousandths.
    progress: Arc<AtomicU32>,
    stop: Arc<AtomicBool>,
    answer: Receiver<io::Result<u64>>,
}

impl Running {
    fn start(
        mut export: MessageExport,
        path: PathBuf,
        wake: impl Fn() + Send + 'static,
    ) -> io::Result<Self> {
        let (done, answer) = channel();
        let progress = Arc::new(AtomicU32::new(0));
        let stop = Arc::new(AtomicBool::new(false));
        let (told, stopped, to) = (Arc::clone(&progress), Arc::clone(&stop), path.clone());
        std::thread::Builder::new().name("usp-export".to_owned()).spawn(move || {
            let result = write(&mut export, &to, &stopped, &|done: u32| {
                if told.swap(done, Ordering::Relaxed) / 10 != done / 10 {
                    wake();
                }
            });
            // Nobody listens any more once the window closes.
            let _ = done.send(result);
            wake();
        })?;
        Ok(Self { path, progress, stop, answer })
    }

    /// How much is done, 0 to 1.
    pub(super) fn progress(&self) -> f32 {
        self.progress.load(Ordering::Relaxed) as f32 / 1000.0
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

/// Writes all of it into a new file; removes the file if it can't be finished.
fn write(
    export: &mut MessageExport,
    path: &Path,
    stop: &AtomicBool,
    tell: &dyn Fn(u32),
) -> io::Result<u64> {
    let result = new_file::write(path, |file| {
        let mut piece = Vec::new();
        loop {
            let more = export.piece(&mut piece);
            file.write_all(&piece)?;
            piece.clear();
            tell(export.progress());
            if stop.load(Ordering::Relaxed) {
                return Err(io::ErrorKind::Interrupted.into());
            }
            if !more {
                return Ok(());
            }
        }
    });
    result.map(|()| export.written())
}

impl Workbench {
    pub(super) fn export_command(&mut self, ctx: &egui::Context, command: &TrafficCommand) {
        match command {
            TrafficCommand::AskExport => self.ask_export(),
            TrafficCommand::CancelExport => self.panels.export.open = false,
            TrafficCommand::BrowseExport => {
                let path = Path::new(&self.panels.export.dialog.path);
                let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
                self.dialog =
                    Some(FileDialog::save_file(Purpose::Export, &name.unwrap_or_default()));
            }
            TrafficCommand::Export => self.start_export(ctx),
            TrafficCommand::StopExport => {
                if let Some(running) = &self.export {
                    running.stop.store(true, Ordering::Relaxed);
                }
            }
            _ => {}
        }
    }

    fn ask_export(&mut self) {
        if self.export.is_some() {
            return self.toast(Tone::Quiet, "An export is under way".to_owned(), None);
        }
        let marked = &self.models.traffic.marked;
        let messages =
            if marked.is_many() { marked.count() } else { self.models.messages.listed_len() };
        let panel = &mut self.panels.export;
        if panel.dialog.path.is_empty() || !panel.open {
            let folder = directories::UserDirs::new()
                .map(|user| user.document_dir().unwrap_or_else(|| user.home_dir()).to_owned());
            let at = jiff::Timestamp::from_nanosecond(i128::from(self.clock.now().0));
            let at = at.unwrap_or_default().strftime("%Y%m%d-%H%M%S");
            let name = format!("messages-{at}.{}", panel.format.ending());
            panel.dialog.path = folder.unwrap_or_default().join(name).display().to_string();
        }
        (panel.open, panel.dialog.fresh, panel.messages) = (true, true, messages);
        panel.dialog.problem = None;
    }

    fn start_export(&mut self, ctx: &egui::Context) {
        let traffic = &self.models.traffic;
        let stretches = if traffic.marked.is_many() {
            traffic.marked.stretches()
        } else {
            std::iter::once(self.shown.first_seq().0..self.shown.end_seq().0).collect()
        };
        let columns: Vec<Column> = self.columns().shown().map(|placed| placed.column).collect();
        let notes = traffic.bookmarks.iter();
        let notes = notes.map(|(seq, mark)| (seq.0, mark.note.clone())).collect();
        let export = MessageExport::new(
            (*self.shown).clone(),
            stretches,
            self.models.messages.filter().clone(),
            self.panels.export.format,
            columns,
            notes,
        );
        let path = PathBuf::from(self.panels.export.dialog.path.trim());
        let wake = ctx.clone();
        match Running::start(export, path, move || wake.request_repaint()) {
            Ok(running) => {
                self.export = Some(running);
                self.panels.export.open = false;
            }
            Err(error) => self.panels.export.dialog.problem = Some(error.to_string()),
        }
    }

    /// Takes in what became of the export.
    pub(super) fn poll_export(&mut self) {
        self.panels.messages.exporting = self.export.as_ref().map(Running::progress);
        let Some(running) = &self.export else { return };
        let result = match running.answer.try_recv() {
            Ok(result) => result,
            Err(TryRecvError::Empty) => return,
            Err(TryRecvError::Disconnected) => Err(io::ErrorKind::Other.into()),
        };
        let path = running.path.clone();
        self.export = None;
        self.panels.messages.exporting = None;
        match result {
            Ok(written) => {
                let text =
                    format!("{} messages written to {}", format::count(written), path.display());
                self.toast(Tone::Good, text, None);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {
                self.toast(Tone::Quiet, "Export stopped; nothing was kept".to_owned(), None);
            }
            Err(error) => {
                let panel = &mut self.panels.export;
                panel.open = true;
                panel.dialog.problem = Some(new_file::why(&error));
            }
        }
    }

    /// The file that was chosen to export to.
    pub(super) fn picked_for_export(&mut self, path: &Path) {
        self.panels.export.dialog.path = path.display().to_string();
        self.panels.export.dialog.fresh = true;
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use std::collections::BTreeMap;
    use std::fs;

    use super::*;
    use crate::analysis::{Pipeline, Snapshot};
    use crate::capture;
    use crate::core::ids::Epoch;
    use crate::core::time::Timestamp;
    use crate::core::wire::{Delivery, Prop, WireBatch};
    use crate::store::Budgets;
    use crate::usp::make;
    use crate::view::message_export::Format;
    use crate::view::message_list::Filter;

    fn export(messages: usize) -> MessageExport {
        let mut batch = WireBatch::new();
        for n in 0..messages {
            batch.push(Timestamp(n as i64), b"t", b"words", Delivery::default(), |_| {});
        }
        let mut pipeline = Pipeline::new(Budgets::default(), Epoch(1));
        pipeline.apply(&batch);
        let snapshot: Snapshot = pipeline.snapshot();
        let all = std::iter::once(1..messages as u64 + 1).collect();
        let notes = BTreeMap::new();
        MessageExport::new(snapshot, all, Filter::default(), Format::Hex, Vec::new(), notes)
    }

    #[test]
    fn a_file_is_written_whole_or_not_at_all_and_none_is_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.txt");
        let go = AtomicBool::new(false);
        assert_eq!(write(&mut export(10_000), &path, &go, &|_| {}).unwrap(), 10_000);
        assert_eq!(fs::read_to_string(&path).unwrap().lines().count(), 10_000);
        let again = write(&mut export(1), &path, &go, &|_| {}).unwrap_err();
        assert_eq!(again.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read_to_string(&path).unwrap().lines().count(), 10_000);
        let path = folder.path().join("stopped.txt");
        let stopped = write(&mut export(10_000), &path, &AtomicBool::new(true), &|_| {});
        assert_eq!(stopped.unwrap_err().kind(), io::ErrorKind::Interrupted);
        assert!(!path.exists());
    }

    /// Time, topic, payload and properties of a message.
    type Parts = (i64, Vec<u8>, Vec<u8>, Vec<u8>);

    fn parts(batch: &WireBatch) -> Vec<Parts> {
        let part = |msg: crate::core::wire::WireMsg<'_>| {
            (msg.at.0, msg.topic.to_vec(), msg.payload.to_vec(), msg.props.0.to_vec())
        };
        batch.iter().map(part).collect()
    }

    #[test]
    fn what_is_written_opens_as_a_capture_of_the_very_same_messages() {
        let folder = tempfile::tempdir().unwrap();
        let mut batch = WireBatch::new();
        for n in 0..2000 {
            let get = make::get(&format!("id-{n}"), &["Device.DeviceInfo."]);
            let record = make::record("self::acs", "os::1", &get);
            let at = Timestamp(1_795_368_559_834_163_000 + n * 1_000_000);
            let delivery = Delivery { qos: 1, retain: n == 1, dup: false };
            batch.push(at, "usp/agent/\u{e4} b".as_bytes(), &record, delivery, |props| {
                props.add(Prop::ResponseTopic(b"usp/controller/a"));
                props.add(Prop::User(b"k", b"v"));
            });
        }
        batch.push(
            Timestamp(1_795_368_590_000_000_000),
            b"empty",
            b"",
            Delivery::default(),
            |_| {},
        );
        for format in [Format::Jsonl, Format::Hex] {
            let mut pipeline = Pipeline::new(Budgets::default(), Epoch(1));
            pipeline.apply(&batch);
            let (all, notes) = (vec![1..900, 900..2002], BTreeMap::new());
            let filter = Filter::default();
            let snapshot = pipeline.snapshot();
            let mut export = MessageExport::new(snapshot, all, filter, format, Vec::new(), notes);
            let path = folder.path().join(format!("out.{}", format.ending()));
            write(&mut export, &path, &AtomicBool::new(false), &|_| {}).unwrap();
            let mut reader = capture::open(&path).unwrap();
            let mut read = WireBatch::new();
            while reader.read_into(&mut read).unwrap() {}
            assert_eq!(reader.skipped(), 0);
            let mut expected = parts(&batch);
            if format == Format::Hex {
                expected.iter_mut().for_each(|part| part.3.clear());
            }
            assert_eq!(parts(&read), expected);
        }
    }
}
