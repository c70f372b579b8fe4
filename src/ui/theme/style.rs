//! A theme as an egui style.

use egui::style::{ScrollStyle, Selection, WidgetVisuals, Widgets};
use egui::{
    Color32, CornerRadius, FontFamily, FontId, Margin, Shadow, Stroke, Style, TextStyle, Visuals,
    vec2,
};

use super::size;
use super::tokens::Tokens;

const RADIUS: CornerRadius = CornerRadius::same(4);
const WINDOW_RADIUS: CornerRadius = CornerRadius::same(6);

pub(super) fn style(t: &Tokens) -> Style {
    let mut style = Style { visuals: visuals(t), animation_time: 0.08, ..Style::default() };
    style.text_styles = [
        (TextStyle::Small, FontId::new(size::SMALL, FontFamily::Proportional)),
        (TextStyle::Body, FontId::new(size::BODY, FontFamily::Proportional)),
        (TextStyle::Button, FontId::new(size::BODY, FontFamily::Proportional)),
        (TextStyle::Heading, FontId::new(size::HEADING, super::fonts::semibold())),
        (TextStyle::Monospace, FontId::new(size::MONO, FontFamily::Monospace)),
    ]
    .into();
    let spacing = &mut style.spacing;
    spacing.item_spacing = vec2(8.0, 4.0);
    spacing.button_padding = vec2(8.0, 3.0);
    spacing.interact_size = vec2(24.0, 24.0);
    spacing.window_margin = Margin::same(12);
    spacing.menu_margin = Margin::same(6);
    spacing.tooltip_width = 480.0;
    spacing.scroll = ScrollStyle { bar_width: 8.0, ..ScrollStyle::solid() };
    style.interaction.selectable_labels = false;
    style.interaction.tooltip_delay = 0.35;
    style
}

fn visuals(t: &Tokens) -> Visuals {
    let base = if t.dark { Visuals::dark() } else { Visuals::light() };
    let state = |bg: Color32, line: Color32, fg: Color32| WidgetVisuals {
        bg_fill: bg,
        weak_bg_fill: bg,
        bg_stroke: Stroke::new(1.0, line),
        corner_radius: RADIUS,
        fg_stroke: Stroke::new(1.0, fg),
        expansion: 0.0,
    };
    Visuals {
        dark_mode: t.dark,
        override_text_color: None,
        weak_text_color: Some(t.weak),
        widgets: Widgets {
            noninteractive: state(t.panel, t.border, t.text),
            // The fill of check boxes and radio buttons; buttons use the weak one.
            inactive: WidgetVisuals { bg_fill: t.border, ..state(t.raised, t.border, t.text) },
            hovered: state(t.hover, t.weak, t.strong),
            active: state(t.hover, t.accent, t.strong),
            open: state(t.hover, t.border, t.strong),
        },
        selection: Selection { bg_fill: t.selection, stroke: Stroke::new(1.0, t.accent) },
        hyperlink_color: t.accent,
        faint_bg_color: t.raised,
        extreme_bg_color: t.canvas,
        text_edit_bg_color: Some(t.canvas),
        code_bg_color: t.raised,
        warn_fg_color: t.warn,
        error_fg_color: t.error,
        window_corner_radius: WINDOW_RADIUS,
        menu_corner_radius: WINDOW_RADIUS,
        window_fill: t.panel,
        panel_fill: t.panel,
        window_stroke: Stroke::new(1.0, t.border),
        window_shadow: shadow(t),
        popup_shadow: shadow(t),
        striped: false,
        ..base
    }
}

fn shadow(t: &Tokens) -> Shadow {
    let alpha = if t.dark { 110 } else { 40 };
    Shadow { offset: [0, 4], blur: 14, spread: 0, color: Color32::from_black_alpha(alpha) }
}
