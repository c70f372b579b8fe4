//! The button that exports what a view shows.

use egui::{Popup, Ui};

use super::controls;
use crate::ui::command::{UiCommand, ViewExport};
use crate::ui::theme::{Look, icons};
use crate::view::export::{Exportable, Format};

/// One entry: its words, its format, and what makes the thing to export once it is chosen.
pub type Entry<'a> = (String, Format, Box<dyn FnOnce() -> Exportable + 'a>);

/// Draws the button; `name` says what it exports, such as `Export the ladder`. `entries` are made
/// only while the menu is open.
pub fn show<'a>(
    ui: &mut Ui,
    look: Look,
    name: &str,
    commands: &mut Vec<UiCommand>,
    entries: impl FnOnce() -> Vec<Entry<'a>>,
) {
    let button = controls::icon_button(ui, look, icons::EXPORT, name);
    Popup::menu(&button).width(250.0).show(|ui| {
        for (label, format, make) in entries() {
            let icon = if format == Format::Csv { icons::TABLE } else { icons::FILE };
            if controls::menu_item(ui, look, icon, &label, "") {
                commands.push(UiCommand::ViewExport(ViewExport::Ask { what: make(), format }));
            }
        }
    });
}

/// The entries of a view of which there is but one thing to export.
#[must_use]
pub fn all_formats<'a>(make: impl Fn() -> Exportable + Clone + 'a) -> Vec<Entry<'a>> {
    Format::ALL
        .into_iter()
        .map(|format| {
            let words = match format {
                Format::Svg => "Picture as SVG…",
                Format::Png => "Picture as PNG…",
                Format::Csv => "Data as CSV…",
            };
            let make: Box<dyn FnOnce() -> Exportable + 'a> = Box::new(make.clone());
            (words.to_owned(), format, make)
        })
        .collect()
}
