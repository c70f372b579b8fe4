//! What is open above the page, and which conditions the user has seen.

use crate::ui::panels::palette::Palette;
use crate::view::condition::Kind;

/// See the module text.
#[derive(Default)]
pub(super) struct Overlays {
    pub(super) palette: Palette,
    pub(super) keys: bool,
    pub(super) log: bool,
    pub(super) settings: bool,
    /// Conditions whose banner was hidden; they count again once they were over.
    pub(super) overlooked: Vec<Kind>,
}

impl Overlays {
    /// True if something is open that has the keyboard to itself.
    pub(super) fn is_modal(&self) -> bool {
        self.palette.is_open() || self.keys || self.settings
    }
}
