//! The question where to export messages to, and as what.

use egui::{Context, Label, RichText};

use crate::ui::command::UiCommand;
use crate::ui::theme::{Look, fonts};
use crate::ui::traffic_command::TrafficCommand;
use crate::ui::widgets::controls;
use crate::ui::widgets::save_dialog::{Answer, SaveDialog};
use crate::view::format;
use crate::view::message_export::Format;

/// The question, while it is open.
#[derive(Clone, Default, Debug)]
pub struct ExportPanel {
    /// True while it is open.
    pub open: bool,
    /// How many messages it is about.
    pub messages: u64,
    /// As what.
    pub format: Format,
    /// Where to.
    pub dialog: SaveDialog,
}

/// Draws the question while it is open.
pub fn show(ctx: &Context, look: Look, panel: &mut ExportPanel, commands: &mut Vec<UiCommand>) {
    if !panel.open {
        return;
    }
    let plural = if panel.messages == 1 { "message" } else { "messages" };
    let title = format!("Export {} {plural}", format::count(panel.messages));
    let chosen = &mut panel.format;
    let answer = panel.dialog.show(ctx, look, "export-dialog", &title, |ui, path| {
        ui.horizontal(|ui| {
            let choices = Format::ALL.map(|format| (format, format.label()));
            if let Some(format) = controls::segments(ui, look, *chosen, choices) {
                let old = format!(".{}", chosen.ending());
                if let Some(stem) = path.strip_suffix(&old) {
                    *path = format!("{stem}.{}", format.ending());
                }
                *chosen = format;
            }
        });
        let about = RichText::new(chosen.about()).font(fonts::small()).color(look.tokens.weak);
        ui.add(Label::new(about).wrap());
    });
    commands.extend(answer.map(|answer| {
        UiCommand::Traffic(match answer {
            Answer::Write => TrafficCommand::Export,
            Answer::Browse => TrafficCommand::BrowseExport,
            Answer::Cancel => TrafficCommand::CancelExport,
        })
    }));
}
