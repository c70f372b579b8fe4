//! The one-line header of a panel: icon, title, weak count, controls at the right.

use egui::{
    Align, Align2, FontId, Layout, Rect, Role, Sense, Ui, UiBuilder, WidgetInfo, pos2, vec2,
};

use super::text::{self, Elide};
use crate::ui::theme::{Look, fonts, size};

/// Draws the header; `controls` are laid out from the right and keep their space, the count is
/// shortened where there is little.
pub fn show(
    ui: &mut Ui,
    look: Look,
    icon: &str,
    title: &str,
    count: &str,
    controls: impl FnOnce(&mut Ui),
) {
    let t = look.tokens;
    let size = vec2(ui.available_width(), size::HEADER);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    let label = if count.is_empty() { title.to_owned() } else { format!("{title}, {count}") };
    response.widget_info(|| WidgetInfo::labeled(Role::Heading, true, &label));
    ui.painter().hline(rect.x_range(), rect.max.y - 0.5, (1.0, t.border));

    let font = FontId::new(size::BODY, fonts::semibold());
    let title_width = text::width(ui.painter(), title, &font).ceil() + 2.0;
    let icon_rect = Rect::from_min_size(pos2(rect.min.x + 9.0, rect.min.y), vec2(18.0, size.y));
    let title_rect =
        Rect::from_min_size(pos2(icon_rect.max.x + 6.0, rect.min.y), vec2(title_width, size.y));
    let right = Rect::from_min_max(
        pos2(title_rect.max.x + 8.0, rect.min.y),
        pos2(rect.max.x - 6.0, rect.max.y),
    );
    let builder = UiBuilder::new()
        .id_salt(title)
        .max_rect(right)
        .layout(Layout::right_to_left(Align::Center));
    let mut child = ui.new_child(builder);
    child.spacing_mut().item_spacing.x = 4.0;
    controls(&mut child);
    let used = child.min_rect();
    let controls_left = if used.width() > 0.0 { used.min.x } else { right.max.x };

    let painter = ui.painter();
    text::icon(painter, icon_rect, icon, 16.0, t.weak);
    text::line(painter, title_rect, title, &font, t.strong, Align2::LEFT_CENTER, Elide::End);
    let count_rect = Rect::from_min_max(
        pos2(title_rect.max.x + 5.0, rect.min.y),
        pos2(controls_left - 8.0, rect.max.y),
    );
    let font = FontId::new(12.0, fonts::body().family);
    if text::line(painter, count_rect, count, &font, t.weak, Align2::LEFT_CENTER, Elide::End) {
        response.on_hover_text(count);
    }
}
