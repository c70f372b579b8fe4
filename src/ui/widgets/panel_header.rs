//! The one-line header of a panel: icon, title, weak count, controls at the right.

use egui::{Align, Layout, RichText, Ui, UiBuilder, vec2};

use crate::ui::theme::{Look, fonts, size};

/// Draws the header; `controls` are laid out from the right.
pub fn show(
    ui: &mut Ui,
    look: Look,
    icon: &str,
    title: &str,
    count: &str,
    controls: impl FnOnce(&mut Ui),
) {
    let t = look.tokens;
    let (rect, _) =
        ui.allocate_exact_size(vec2(ui.available_width(), size::HEADER), egui::Sense::hover());
    let inner = rect.shrink2(vec2(10.0, 0.0));
    let left = UiBuilder::new().max_rect(inner).layout(Layout::left_to_right(Align::Center));
    let mut ui_left = ui.new_child(left);
    ui_left.spacing_mut().item_spacing.x = 7.0;
    ui_left.label(RichText::new(icon).font(fonts::icon(16.0)).color(t.weak));
    ui_left.label(
        RichText::new(title).font(egui::FontId::new(size::BODY, fonts::semibold())).color(t.strong),
    );
    if !count.is_empty() {
        ui_left.label(RichText::new(count).size(12.0).color(t.weak));
    }
    let mut inner = inner;
    inner.min.x = ui_left.min_rect().max.x + 6.0;
    inner.max.x += 4.0;
    let right = UiBuilder::new()
        .id_salt(title)
        .max_rect(inner)
        .layout(Layout::right_to_left(Align::Center));
    let mut ui_right = ui.new_child(right);
    ui_right.spacing_mut().item_spacing.x = 4.0;
    controls(&mut ui_right);
    ui.painter().hline(rect.x_range(), rect.max.y - 0.5, (1.0, t.border));
}
