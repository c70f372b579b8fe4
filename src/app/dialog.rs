//! The system's file dialog. It runs elsewhere; each frame looks whether it has an answer.

use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as TaskContext, Poll, Wake, Waker};

/// A dialog that is open.
pub(super) struct FileDialog {
    answer: Pin<Box<dyn Future<Output = Option<PathBuf>>>>,
}

impl FileDialog {
    /// Asks for a profile.
    pub(super) fn open_profile() -> Self {
        let dialog = rfd::AsyncFileDialog::new()
            .set_title("Open a profile")
            .add_filter("Profiles", &["env"])
            .add_filter("All files", &["*"]);
        let picked = dialog.pick_file();
        Self { answer: Box::pin(async move { picked.await.map(|f| f.path().to_owned()) }) }
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
