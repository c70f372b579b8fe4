//! Writes a picture or a table of what is on view to a file, away from the window's thread.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, TryRecvError, channel};

use egui::Context;

use super::dialog::{FileDialog, Purpose};
use super::new_file;
use super::png::png;
use super::workbench::Workbench;
use crate::ui::command::ViewExport;
use crate::ui::panels::latency_page;
use crate::ui::panels::view_export::ViewExportPanel;
use crate::ui::place::Page;
use crate::ui::theme::Look;
use crate::ui::widgets::save_dialog::SaveDialog;
use crate::view::connection::Tone;
use crate::view::drawing::svg::svg;
use crate::view::export::{Csv, Exportable, Format, file_name};
use crate::view::ladder::export::{LadderExport, MAX_TABLE_ROWS, PNG_ROWS};
use crate::view::ladder::words;

/// What is asked about or being written.
#[derive(Default)]
pub(super) struct ViewExports {
    pub(super) panel: ViewExportPanel,
    what: Option<Exportable>,
    running: Option<(PathBuf, Receiver<Result<(), String>>)>,
}

/// The bytes of the file.
fn bytes(what: &Exportable, format: Format, look: Look) -> Result<Vec<u8>, String> {
    match format {
        Format::Svg => Ok(svg(&what.get().drawing()?, &look).into_bytes()),
        Format::Png => png(&svg(&what.get().drawing()?, &look)),
        Format::Csv => {
            let mut csv = Csv::default();
            what.get().rows(&mut csv);
            Ok(csv.as_str().to_owned().into_bytes())
        }
    }
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), String> {
    new_file::write(path, |file| file.write_all(bytes)).map_err(|error| new_file::why(&error))
}

impl Workbench {
    pub(super) fn view_export(&mut self, ctx: &Context, command: ViewExport) {
        let exports = &mut self.view_exports;
        match command {
            ViewExport::Ask { what, format } => {
                let title = what.get().title();
                let folder = directories::UserDirs::new()
                    .map(|user| user.document_dir().unwrap_or_else(|| user.home_dir()).to_owned());
                let path = folder.unwrap_or_default().join(file_name(&title, format));
                let path = path.display().to_string();
                exports.panel = ViewExportPanel {
                    about: Some((title, format)),
                    dialog: SaveDialog { path, fresh: true, ..SaveDialog::default() },
                };
                exports.what = Some(what);
            }
            ViewExport::OnView(format) => {
                if let Some(what) = self.on_view_to_export(Look::of(ctx, self.prefs.theme), format)
                {
                    self.view_export(ctx, ViewExport::Ask { what, format });
                }
            }
            ViewExport::Browse => {
                let name = Path::new(&exports.panel.dialog.path).file_name();
                let name = name.map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
                self.dialog = Some(FileDialog::save_file(Purpose::ViewExport, &name));
            }
            ViewExport::Cancel => *exports = ViewExports::default(),
            ViewExport::Write => self.write_view(ctx),
        }
    }

    /// True if a plot or a ladder is on view that can be exported.
    pub(super) fn has_picture(&self) -> bool {
        let ladder = self.on_view().ladder && !self.models.history.ladder.is_empty();
        self.page == Page::Latency || ladder
    }

    /// The plot or ladder on view.
    fn on_view_to_export(&self, look: Look, format: Format) -> Option<Exportable> {
        let (snapshot, clockface, now) = (&*self.shown, &self.clockface, self.now_on_view());
        if self.page == Page::Latency {
            let (model, panel) = (&self.models.latency_page, &self.panels.latency_page);
            let (selection, broker) = (&self.selection, &self.models.broker);
            let scene = latency_page::Scene { look, snapshot, selection, broker, now, clockface };
            let export = latency_page::export(&scene, model, panel.options.mode, panel.request);
            return Some(Exportable::new(export));
        }
        let device = self.models.history.device().filter(|_| self.on_view().ladder)?;
        let picked = self.selection.message;
        let scene = words::Scene { snapshot, clockface, now, device, picked };
        let limit = if format == Format::Csv { MAX_TABLE_ROWS } else { PNG_ROWS };
        Some(Exportable::new(LadderExport::newest(&self.models.history.ladder, &scene, limit)))
    }

    fn write_view(&mut self, ctx: &Context) {
        let look = Look::of(ctx, self.prefs.theme);
        let exports = &mut self.view_exports;
        let (Some(what), Some((_, format))) = (exports.what.clone(), exports.panel.about.clone())
        else {
            return;
        };
        let path = PathBuf::from(exports.panel.dialog.path.trim());
        let (done, answer) = channel();
        let (wake, to) = (ctx.clone(), path.clone());
        let started = std::thread::Builder::new().name("usp-picture".to_owned()).spawn(move || {
            let result = bytes(&what, format, look).and_then(|bytes| write(&to, &bytes));
            // Nobody listens any more once the window closes.
            let _ = done.send(result);
            wake.request_repaint();
        });
        match started {
            Ok(_) => {
                exports.panel.dialog.busy = true;
                exports.panel.dialog.problem = None;
                exports.running = Some((path, answer));
            }
            Err(error) => exports.panel.dialog.problem = Some(error.to_string()),
        }
    }

    /// Takes in what became of it.
    pub(super) fn poll_view_export(&mut self) {
        let exports = &mut self.view_exports;
        let Some((path, answer)) = &exports.running else { return };
        let result = match answer.try_recv() {
            Ok(result) => result,
            Err(TryRecvError::Empty) => return,
            Err(TryRecvError::Disconnected) => Err("It could not be made.".to_owned()),
        };
        let path = path.clone();
        exports.running = None;
        exports.panel.dialog.busy = false;
        match result {
            Ok(()) => {
                *exports = ViewExports::default();
                self.toast(Tone::Good, format!("Written to {}", path.display()), None);
            }
            Err(problem) => exports.panel.dialog.problem = Some(problem),
        }
    }

    /// True while a picture or table is being written.
    pub(super) fn is_writing(&self) -> bool {
        self.view_exports.running.is_some()
    }

    /// The file that was chosen to write to.
    pub(super) fn picked_for_view(&mut self, path: &Path) {
        self.view_exports.panel.dialog.path = path.display().to_string();
        self.view_exports.panel.dialog.fresh = true;
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use std::fs;

    use super::*;
    use crate::ui::theme::Tokens;
    use crate::view::drawing::Drawing;
    use crate::view::export::Ready;

    #[test]
    fn each_format_is_what_it_says_and_no_file_is_overwritten() {
        let look = Look { tokens: Tokens::ALL[0] };
        let mut csv = Csv::with_header(&["name"]);
        csv.text("=1+1");
        csv.end();
        let drawing = Drawing::new(40.0, 30.0, "A view");
        let what = Exportable::new(Ready { title: "A view".to_owned(), drawing, csv });
        let folder = tempfile::tempdir().unwrap();
        for (format, start) in [
            (Format::Svg, "<svg"),
            (Format::Png, "\u{FFFD}PNG"),
            (Format::Csv, "name\r\n\"'=1+1\""),
        ] {
            let made = bytes(&what, format, look).unwrap();
            assert!(String::from_utf8_lossy(&made).contains(start), "{}", format.label());
            let path = folder.path().join(file_name("A view", format));
            write(&path, &made).unwrap();
            assert_eq!(fs::read(&path).unwrap(), made);
            assert!(write(&path, b"other").unwrap_err().contains("already"));
            assert_eq!(fs::read(&path).unwrap(), made);
        }
    }
}
