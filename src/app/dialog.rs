//! The system's file dialog. It runs elsewhere; each frame looks whether it has an answer.

use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as TaskContext, Poll, Wake, Waker};
use std::time::Duration;

use crate::core::time::Stopwatch;

/// Nobody cancels a dialog faster than this.
const TOO_FAST: Duration = Duration::from_millis(250);

/// What the file is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Purpose {
    /// Connect with it.
    Connect,
    /// Open it in the editor.
    EditProfile,
    /// Export messages to it.
    Export,
    /// Write what is on view to it.
    ViewExport,
    /// Make it the value of a variable.
    Variable(&'static str),
}

/// A dialog that is open.
pub(super) struct FileDialog {
    /// What the answer is for.
    pub(super) purpose: Purpose,
    answer: Pin<Box<dyn Future<Output = Option<PathBuf>>>>,
    since: Stopwatch,
}

impl FileDialog {
    /// Asks for a file.
    pub(super) fn pick_file(purpose: Purpose) -> Self {
        let dialog = rfd::AsyncFileDialog::new();
        let dialog = match purpose {
            Purpose::Connect | Purpose::EditProfile => dialog
                .set_title("Open a profile")
                .add_filter("Profiles", &["env"])
                .add_filter("All files", &["*"]),
            Purpose::Export | Purpose::ViewExport => dialog.set_title("Export"),
            Purpose::Variable(key) => dialog.set_title(format!("Choose a file for {key}")),
        };
        let picked = dialog.pick_file();
        let answer = Box::pin(async move { picked.await.map(|f| f.path().to_owned()) });
        Self { purpose, answer, since: Stopwatch::start() }
    }

    /// Asks for a file to write; `name` is proposed.
    pub(super) fn save_file(purpose: Purpose, name: &str) -> Self {
        let dialog = rfd::AsyncFileDialog::new().set_title("Export").set_file_name(name);
        let picked = dialog.save_file();
        let answer = Box::pin(async move { picked.await.map(|f| f.path().to_owned()) });
        Self { purpose, answer, since: Stopwatch::start() }
    }

    /// Asks for a folder.
    pub(super) fn pick_folder(purpose: Purpose) -> Self {
        let picked = rfd::AsyncFileDialog::new().set_title("Choose a folder").pick_folder();
        let answer = Box::pin(async move { picked.await.map(|f| f.path().to_owned()) });
        Self { purpose, answer, since: Stopwatch::start() }
    }

    /// True if it was over before anybody could have answered: there is no such dialog here.
    pub(super) fn never_showed(&self) -> bool {
        self.since.elapsed() < TOO_FAST
    }

    /// The answer, once there is one; `Some(None)` if the user cancelled or no dialog exists.
    pub(super) fn poll(&mut self, ctx: &egui::Context) -> Option<Option<PathBuf>> {
        let waker = Waker::from(Arc::new(Repaint(ctx.clone())));
        match self.answer.as_mut().poll(&mut TaskContext::from_waker(&waker)) {
            Poll::Ready(answer) => Some(answer),
            Poll::Pending => None,
        }
    }
}

/// Draws a frame when the dialog has news.
struct Repaint(egui::Context);

impl Wake for Repaint {
    fn wake(self: Arc<Self>) {
        self.0.request_repaint();
    }
}
