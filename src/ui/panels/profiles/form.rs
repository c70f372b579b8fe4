//! The form: search, groups, one row a variable.

use egui::{Frame, Margin, RichText, ScrollArea, Ui, vec2};

use super::{ProfilesPanel, field};
use crate::profile::lint::Level;
use crate::ui::command::UiCommand;
use crate::ui::theme::{Look, fonts, size};
use crate::ui::widgets::controls;
use crate::view::profile_editor::{Editor, form};

/// Identity of the search field, for focus.
#[must_use]
pub fn search_id() -> egui::Id {
    egui::Id::unique("Search variables")
}

pub(super) fn show(
    ui: &mut Ui,
    look: Look,
    editor: &mut Editor,
    panel: &mut ProfilesPanel,
    commands: &mut Vec<UiCommand>,
) {
    let t = look.tokens;
    Frame::new().inner_margin(Margin::symmetric(12, 6)).show(ui, |ui| {
        ui.horizontal(|ui| {
            let width = (ui.available_width() - 190.0).clamp(120.0, 360.0);
            let hint = "Search variables (Ctrl+F)";
            controls::filter_field(ui, look, &mut panel.search, "Search variables", hint, width);
            ui.checkbox(&mut panel.only_findings, "Only with findings");
        });
    });
    let sections = editor.sections(&panel.search);
    let only_findings = panel.only_findings;
    let wanted =
        |row: &&form::Row| !only_findings || row.level().is_some_and(|level| level < Level::Info);
    let narrowed = (panel.search.clone(), only_findings);
    let mut area = ScrollArea::vertical().id_salt("profile-form").auto_shrink(false);
    if panel.narrowed != narrowed {
        // What is looked for stands at the top.
        area = area.vertical_scroll_offset(0.0);
        panel.narrowed = narrowed;
    }
    area.show(ui, |ui| {
        Frame::new().inner_margin(Margin { left: 12, right: 12, top: 0, bottom: 16 }).show(
            ui,
            |ui| {
                ui.set_width(ui.available_width());
                ui.spacing_mut().item_spacing = vec2(8.0, 0.0);
                let nothing =
                    !sections.iter().any(|section| section.rows.iter().any(|r| wanted(&r)));
                if nothing && editor.examination().is_some() {
                    ui.add_space(12.0);
                    let text = if panel.only_findings && panel.search.is_empty() {
                        "No variable has an error or a warning"
                    } else {
                        "No variable matches"
                    };
                    ui.label(RichText::new(text).color(t.weak));
                }
                for section in sections.iter() {
                    if !section.rows.iter().any(|row| wanted(&row)) {
                        continue;
                    }
                    ui.add_space(12.0);
                    let font = egui::FontId::new(size::HEADING, fonts::semibold());
                    ui.horizontal(|ui| {
                        ui.label(RichText::new(section.group.title()).font(font).color(t.strong));
                        let set = section.rows.iter().filter(|row| row.line.is_some()).count();
                        let of = format!("{set} of {} set", section.rows.len());
                        if panel.search.is_empty() {
                            ui.label(RichText::new(of).font(fonts::small()).color(t.weak));
                        }
                        let worst = section.rows.iter().filter_map(form::Row::level).min();
                        if let Some(level) = worst.filter(|level| *level < Level::Info) {
                            let (icon, color) = super::findings::sign(look, level);
                            ui.label(RichText::new(icon).font(fonts::icon(14.0)).color(color));
                        }
                    });
                    ui.add_space(4.0);
                    for row in section.rows.iter().filter(&wanted) {
                        field::show(ui, look, editor, row, &mut panel.go_to, commands);
                    }
                }
                follow_focus(ui);
                // Its variable is hidden by the search.
                if let Some(key) = panel.go_to.take() {
                    panel.search.clear();
                    panel.only_findings = false;
                    let known = crate::profile::catalog::find(&key).is_some();
                    let shown = sections
                        .iter()
                        .flat_map(|s| s.rows.iter().filter(&wanted))
                        .any(|r| r.variable.key == key);
                    if known && !shown {
                        panel.go_to = Some(key);
                        ui.ctx().request_repaint();
                    }
                }
            },
        );
    });
}

/// Keeps what Tab reached in view.
fn follow_focus(ui: &Ui) {
    if !ui.input(|input| input.key_pressed(egui::Key::Tab)) {
        return;
    }
    let focused = ui.memory(|memory| memory.focused());
    let Some(response) = focused.and_then(|id| ui.ctx().read_response(id)) else { return };
    let inside = ui.max_rect().x_range().contains(response.rect.center().x);
    if inside && response.layer_id == ui.layer_id() {
        ui.scroll_to_rect(response.rect.expand(12.0), None);
    }
}
