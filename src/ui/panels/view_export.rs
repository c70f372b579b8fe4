//! The question where to write a picture or a table of what is on view.

use egui::Context;

use crate::ui::command::{UiCommand, ViewExport};
use crate::ui::theme::Look;
use crate::ui::widgets::save_dialog::{Answer, SaveDialog};
use crate::view::export::Format;

/// The question, while it is open.
#[derive(Clone, Default, Debug)]
pub struct ViewExportPanel {
    /// What is exported and as what; `None` while nothing is asked.
    pub about: Option<(String, Format)>,
    /// Where to.
    pub dialog: SaveDialog,
}

/// Draws the question while it is open.
pub fn show(ctx: &Context, look: Look, panel: &mut ViewExportPanel, commands: &mut Vec<UiCommand>) {
    let Some((title, format)) = &panel.about else { return };
    let title = format!("{title} as {}", format.label());
    let answer = panel.dialog.show(ctx, look, "view-export", &title, |_, _| {});
    commands.extend(answer.map(|answer| {
        UiCommand::ViewExport(match answer {
            Answer::Write => ViewExport::Write,
            Answer::Browse => ViewExport::Browse,
            Answer::Cancel => ViewExport::Cancel,
        })
    }));
}
