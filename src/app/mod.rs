//! Wiring: the window, the engine behind it, preferences, the demo network.
//!
//! [`Workbench`] is the app without a window: `logic` takes what is new from the engine, `ui`
//! draws and carries out what was asked for. Tests and benchmarks drive it without a display;
//! [`run`] puts it into a window.

mod commands;
mod dialog;
mod display;
mod export;
mod history;
mod instance;
mod leave;
mod new_file;
mod overlays;
mod png;
pub mod port;
pub mod prefs;
mod profile_worker;
mod profiles;
mod stage;
mod traffic;
mod view_export;
mod window;
mod workbench;

use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use port::{DemoStarter, EnginePort, StartFailure};
pub use workbench::{Workbench, WorkbenchOptions};

use crate::lab::DemoOptions;
use crate::profile::model::Profile;
pub use crate::ui::place::Page;

/// What the window starts with.
pub enum Start {
    /// The start page.
    Welcome,
    /// A profile to connect with, or a capture to open.
    File(PathBuf),
    /// A connection.
    Connect(Arc<Profile>),
    /// The demo network.
    Demo(DemoOptions),
}

/// Why there is no window.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// Neither X11 nor Wayland.
    #[error("no display (neither DISPLAY nor WAYLAND_DISPLAY is set)")]
    NoDisplay,
    /// The display that the environment names can't be reached.
    #[error("the display does not answer (DISPLAY and WAYLAND_DISPLAY are: {names})")]
    DeadDisplay {
        /// What the two variables say.
        names: String,
    },
    /// A library that the window needs at run time is not installed.
    #[error("the library {library} is missing")]
    MissingLibrary {
        /// File name of the library.
        library: &'static str,
        /// What to do.
        advice: String,
    },
    /// The system refuses a window.
    #[error("no window can be opened: {reason}")]
    Window {
        /// Why.
        reason: String,
    },
    /// There is a display, but no OpenGL to draw with.
    #[error("the display offers no OpenGL to draw with: {reason}")]
    NoOpenGl {
        /// What the system says.
        reason: String,
        /// What to do.
        advice: String,
    },
    /// The engine's threads can't be started.
    #[error("a thread can't be started")]
    Engine(#[source] std::io::Error),
}

impl AppError {
    /// What to do next.
    #[must_use]
    pub fn advice(&self) -> &str {
        match self {
            Self::NoDisplay | Self::DeadDisplay { .. } => {
                "run it in a desktop session, or use `usp-scope watch`, `usp-scope decode` or \
                 `usp-scope demo --headless`"
            }
            Self::MissingLibrary { advice, .. } | Self::NoOpenGl { advice, .. } => advice,
            Self::Window { .. } => {
                "check the display and its OpenGL driver (on Debian: libgl1 and libgl1-mesa-dri)"
            }
            Self::Engine(_) => "close other programs and try again",
        }
    }
}

/// Hands a file to the window that is open on this display; true if it took it. Waits a fifth of
/// a second at most.
#[must_use]
pub fn hand_over(file: &Path) -> bool {
    instance::place().is_some_and(|place| instance::hand_over(&place, file))
}

/// Opens the window and stays until it is closed.
///
/// # Errors
/// There is no display, a library is missing, or the system refuses a window.
pub fn run(start: Start) -> Result<(), AppError> {
    display::check()?;
    window::run(start)
}
