//! The profile editor's page: the list of profiles at the left, the form with its verdict in the
//! middle, the raw file, its changes and the test of the connection at the right.

mod banner;
mod dialogs;
mod field;
mod findings;
mod form;
mod header;
mod list;
mod raw;
mod test;

use std::path::PathBuf;

use egui::{CentralPanel, Frame, Panel, Ui};

use crate::core::time::Timestamp;
use crate::ui::command::UiCommand;
use crate::ui::theme::Look;
use crate::view::check::Check;
use crate::view::profile_editor::Editor;

pub use dialogs::{Asked, Dialog};
pub use form::search_id;

/// What the right pane shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Tab {
    /// The raw file.
    #[default]
    File,
    /// What saving would change.
    Changes,
    /// The test of the connection.
    Test,
}

/// What the page remembers from frame to frame.
#[derive(Default)]
pub struct ProfilesPanel {
    /// The search for a variable.
    pub search: String,
    /// The right pane.
    pub tab: Tab,
    /// What the user is asked; see [`Self::ask`].
    pub asked: Asked,
    /// A variable to scroll to and put the cursor into.
    pub go_to: Option<String>,
    /// Only variables with findings.
    pub only_findings: bool,
    /// What the form was narrowed to when it was last drawn.
    pub narrowed: (String, bool),
}

impl ProfilesPanel {
    /// Asks the user something, instead of whatever was asked before.
    pub fn ask(&mut self, dialog: Dialog) {
        self.asked = dialogs::Asked::new(dialog);
    }

    /// The question that is open.
    #[must_use]
    pub fn dialog(&self) -> Option<&Dialog> {
        self.asked.dialog()
    }

    /// Takes the question back.
    pub fn close_dialog(&mut self) {
        self.asked = dialogs::Asked::default();
    }
}

/// What the page shows.
pub struct ProfilesPage<'a> {
    /// The open profile.
    pub editor: Option<&'a mut Editor>,
    /// Files of the app's own folder.
    pub own: &'a [PathBuf],
    /// Files opened before.
    pub recent: &'a [PathBuf],
    /// The test of the connection, once there was one.
    pub check: Option<&'a Check>,
    /// The page was opened from the messages and can go back there.
    pub can_leave: bool,
    /// The time now.
    pub now: Timestamp,
}

/// Draws the page.
pub fn show(
    ui: &mut Ui,
    look: Look,
    page: ProfilesPage<'_>,
    panel: &mut ProfilesPanel,
    commands: &mut Vec<UiCommand>,
) {
    let ProfilesPage { editor, own, recent, check, can_leave, now } = page;
    let plain = Frame::new().fill(look.tokens.panel);
    let width = ui.available_width();
    // What fits a wide window squeezes the form in a small one, so each class has its own sizes.
    let class = [1100.0, 1800.0].iter().filter(|limit| width >= **limit).count();
    let open = editor.as_ref().and_then(|editor| editor.path());
    Panel::left(("profiles-list", class))
        .frame(plain)
        .default_size([170.0, 212.0, 260.0].get(class).copied().unwrap_or(212.0))
        .size_range(160.0..=(width * 0.3).max(161.0))
        .show(ui, |ui| list::show(ui, look, own, recent, open, can_leave, commands));
    let Some(editor) = editor else {
        CentralPanel::default().frame(Frame::new().fill(look.tokens.canvas)).show(ui, |ui| {
            list::nothing_open_ui(ui, look, commands);
        });
        dialogs::show(ui.ctx(), look, None, panel, commands);
        return;
    };
    Panel::right(("profiles-file", class))
        .frame(plain)
        .default_size((width * 0.33).clamp(240.0, 720.0))
        .size_range(200.0..=(width * 0.5).max(201.0))
        .show(ui, |ui| raw::show(ui, look, editor, check, now, panel, commands));
    CentralPanel::default().frame(Frame::new().fill(look.tokens.canvas)).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        header::show(ui, look, editor, commands);
        banner::show(ui, look, editor, check, commands);
        form::show(ui, look, editor, panel, commands);
    });
    dialogs::show(ui.ctx(), look, Some(editor), panel, commands);
}
