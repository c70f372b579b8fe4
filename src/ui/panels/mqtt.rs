//! What MQTT says about a message: topic, flags, properties.

use egui::{RichText, ScrollArea, Ui};

use crate::ui::command::UiCommand;
use crate::ui::theme::{Look, fonts, icons};
use crate::ui::widgets::controls;
use crate::view::inspector::Fact;

/// Draws the facts with a copy button each.
pub fn show(ui: &mut Ui, look: Look, facts: &[Fact], commands: &mut Vec<UiCommand>) {
    let t = look.tokens;
    ScrollArea::vertical().id_salt("mqtt").auto_shrink(false).show(ui, |ui| {
        ui.add_space(6.0);
        for (index, fact) in facts.iter().enumerate() {
            ui.push_id(index, |ui| {
                ui.horizontal(|ui| {
                    ui.add_space(10.0);
                    ui.vertical(|ui| {
                        ui.spacing_mut().item_spacing.y = 1.0;
                        ui.set_width((ui.available_width() - 44.0).max(40.0));
                        ui.label(RichText::new(&fact.name).font(fonts::small()).color(t.weak));
                        let value = RichText::new(&fact.value).font(fonts::mono()).color(t.text);
                        ui.add(egui::Label::new(value).wrap().selectable(true));
                        if let Some(note) = fact.note {
                            ui.label(RichText::new(note).font(fonts::small()).color(t.weak));
                        }
                    });
                    let name = format!("Copy {}", fact.name);
                    if controls::icon_button(ui, look, icons::COPY, &name).clicked() {
                        let text = fact.value.clone();
                        commands.push(UiCommand::Copy { text, what: "Value" });
                    }
                });
                let rect = ui.min_rect();
                ui.painter().hline(
                    rect.x_range(),
                    rect.max.y + 2.0,
                    (1.0, t.border.gamma_multiply(0.5)),
                );
                ui.add_space(5.0);
            });
        }
    });
}
