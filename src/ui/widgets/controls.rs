//! Buttons, pills, chips and fields with a name for screen readers.

use egui::{
    Align2, Button, Color32, CornerRadius, FontId, Rect, Response, RichText, Role, Sense, Stroke,
    StrokeKind, TextEdit, Ui, WidgetInfo, pos2, vec2,
};

use super::text::{self, Elide};
use crate::ui::theme::{Look, fonts, icons, size};

/// Side of an icon button, points.
const ICON_BUTTON: f32 = 26.0;

/// A square button with an icon; `name` is its tooltip and its name for screen readers.
pub fn icon_button(ui: &mut Ui, look: Look, icon: &str, name: &str) -> Response {
    icon_toggle(ui, look, icon, name, false)
}

/// The same, drawn as pressed while `on`.
pub fn icon_toggle(ui: &mut Ui, look: Look, icon: &str, name: &str, on: bool) -> Response {
    let (rect, response) = ui.allocate_exact_size(vec2(ICON_BUTTON, ICON_BUTTON), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, name));
    let t = look.tokens;
    let painter = ui.painter();
    if on {
        painter.rect_filled(rect, 4.0, t.selection);
    } else if response.hovered() {
        painter.rect_filled(rect, 4.0, t.hover);
    }
    if response.has_focus() {
        painter.rect_stroke(rect, 4.0, Stroke::new(1.0, t.accent), StrokeKind::Inside);
    }
    let color = match () {
        () if on => t.accent,
        () if response.hovered() => t.strong,
        () => t.text,
    };
    text::icon(painter, rect, icon, 16.0, color);
    response.on_hover_text(name)
}

/// A smaller one, for rows of menus.
pub fn tiny_button(ui: &mut Ui, look: Look, icon: &str, name: &str) -> Response {
    let (rect, response) = ui.allocate_exact_size(vec2(20.0, 18.0), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, ui.is_enabled(), name));
    let t = look.tokens;
    let painter = ui.painter();
    if response.hovered() {
        painter.rect_filled(rect, 3.0, t.hover);
    }
    if response.has_focus() {
        painter.rect_stroke(rect, 3.0, Stroke::new(1.0, t.accent), StrokeKind::Inside);
    }
    let color = if response.hovered() { t.strong } else { t.weak };
    text::icon(painter, rect, icon, 12.0, color);
    response.on_hover_text(name)
}

/// A button with icon and text.
pub fn button(ui: &mut Ui, look: Look, icon: &str, label: &str) -> Response {
    labelled(ui, look, icon, label, Kind::Plain)
}

/// The one main action of a page.
pub fn primary_button(ui: &mut Ui, look: Look, icon: &str, label: &str) -> Response {
    labelled(ui, look, icon, label, Kind::Primary)
}

/// A button for one of many small actions; shortened where there is little room.
pub fn small_button(ui: &mut Ui, look: Look, icon: &str, label: &str) -> Response {
    labelled(ui, look, icon, label, Kind::Small)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Small,
    Plain,
    Primary,
}

fn labelled(ui: &mut Ui, look: Look, icon: &str, label: &str, kind: Kind) -> Response {
    let t = look.tokens;
    let (font, height, side) = match kind {
        Kind::Small => (fonts::small(), 21.0, 13.0),
        Kind::Plain => (fonts::body(), 26.0, 16.0),
        Kind::Primary => (fonts::body_medium(), 32.0, 16.0),
    };
    let text_width = text::width(ui.painter(), label, &font).ceil();
    let icon_width = if icon.is_empty() { 0.0 } else { side + 6.0 };
    let padding = if kind == Kind::Small { 8.0 } else { 11.0 };
    let mut wanted = text_width + icon_width + padding * 2.0;
    if kind == Kind::Small {
        wanted = wanted.min(ui.max_rect().width().max(60.0));
    }
    let (rect, response) = ui.allocate_exact_size(vec2(wanted, height), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, ui.is_enabled(), label));
    let (fill, line, color) = match kind {
        Kind::Primary if response.hovered() => {
            (t.accent.gamma_multiply(0.9), t.accent, t.on_accent)
        }
        Kind::Primary => (t.accent, t.accent, t.on_accent),
        Kind::Plain | Kind::Small if response.hovered() => (t.hover, t.weak, t.strong),
        Kind::Plain | Kind::Small => (t.raised, t.border, t.text),
    };
    let painter = ui.painter();
    painter.rect(rect, 4.0, fill, Stroke::new(1.0, line), StrokeKind::Inside);
    if response.has_focus() {
        let stroke = Stroke::new(1.5, t.strong);
        painter.rect_stroke(rect.expand(2.0), 5.0, stroke, StrokeKind::Inside);
    }
    let mut inner = rect.shrink2(vec2(padding, 0.0));
    if !icon.is_empty() {
        let at = Rect::from_min_size(inner.min, vec2(side, height));
        text::icon(painter, at, icon, side, color);
        inner.min.x += icon_width;
    }
    let cut = text::line(
        painter,
        inner.expand2(vec2(2.0, 0.0)),
        label,
        &font,
        color,
        Align2::LEFT_CENTER,
        Elide::End,
    );
    if cut { response.on_hover_text(label) } else { response }
}

/// A rounded label with an icon and a word; clickable.
pub fn pill(ui: &mut Ui, icon: &str, label: &str, name: &str, color: Color32) -> Response {
    let font = fonts::body_medium();
    let width = text::width(ui.painter(), label, &font).ceil() + 40.0;
    let (rect, response) = ui.allocate_exact_size(vec2(width, 26.0), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, name));
    let painter = ui.painter();
    let alpha = if response.hovered() { 0.26 } else { 0.14 };
    let radius = CornerRadius::same(13);
    painter.rect_filled(rect, radius, color.gamma_multiply(alpha));
    let line = if response.has_focus() { 1.5 } else { 1.0 };
    let stroke = Stroke::new(line, color.gamma_multiply(0.6));
    painter.rect_stroke(rect, radius, stroke, StrokeKind::Inside);
    let icon_at = Rect::from_min_size(rect.min + vec2(9.0, 0.0), vec2(16.0, 26.0));
    text::icon(painter, icon_at, icon, 15.0, color);
    let inner = Rect::from_min_max(pos2(rect.min.x + 28.0, rect.min.y), rect.max);
    text::line(painter, inner, label, &font, color, Align2::LEFT_CENTER, Elide::End);
    response
}

/// A pick that can be given up: text and a cross. True when it was.
pub fn chip(ui: &mut Ui, look: Look, icon: &str, label: &str, full: &str) -> bool {
    let t = look.tokens;
    let font = fonts::body();
    let want = text::width(ui.painter(), label, &font).ceil().min(260.0);
    let (rect, response) = ui.allocate_exact_size(vec2(want + 52.0, 22.0), Sense::click());
    let name = format!("Remove filter {label}");
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
    let painter = ui.painter();
    let fill = if response.hovered() { t.hover } else { t.selection };
    painter.rect(
        rect,
        11.0,
        fill,
        Stroke::new(1.0, t.accent.gamma_multiply(0.5)),
        StrokeKind::Inside,
    );
    let icon_at = Rect::from_min_size(rect.min + vec2(8.0, 0.0), vec2(14.0, 22.0));
    text::icon(painter, icon_at, icon, 13.0, t.accent);
    let inner = Rect::from_min_size(rect.min + vec2(26.0, 0.0), vec2(want + 2.0, 22.0));
    text::line(painter, inner, label, &font, t.strong, Align2::LEFT_CENTER, Elide::Middle);
    let cross = Rect::from_min_size(pos2(rect.max.x - 21.0, rect.min.y), vec2(14.0, 22.0));
    text::icon(painter, cross, icons::CLOSE, 12.0, t.weak);
    response.on_hover_text(format!("{full}\nClick to remove")).clicked()
}

/// A row of words of which one is chosen.
pub fn segments<T: Copy + PartialEq>(
    ui: &mut Ui,
    look: Look,
    current: T,
    choices: impl IntoIterator<Item = (T, &'static str)>,
) -> Option<T> {
    let mut chosen = None;
    ui.spacing_mut().item_spacing.x = 2.0;
    for (value, label) in choices {
        if word_toggle(ui, look, label, label, value == current).clicked() && value != current {
            chosen = Some(value);
        }
    }
    chosen
}

/// A flat button with a small word, drawn as pressed while `on`.
pub fn word_toggle(ui: &mut Ui, look: Look, word: &str, name: &str, on: bool) -> Response {
    let t = look.tokens;
    let font = FontId::new(12.0, fonts::body().family);
    let width = text::width(ui.painter(), word, &font).ceil() + 14.0;
    let (rect, response) = ui.allocate_exact_size(vec2(width, 22.0), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, on, name));
    let painter = ui.painter();
    if on {
        painter.rect_filled(rect, 4.0, t.selection);
    } else if response.hovered() {
        painter.rect_filled(rect, 4.0, t.hover);
    }
    if response.has_focus() {
        painter.rect_stroke(rect, 4.0, Stroke::new(1.0, t.accent), StrokeKind::Inside);
    }
    let color = match () {
        () if on => t.strong,
        () if response.hovered() => t.text,
        () => t.weak,
    };
    text::line(painter, rect, word, &font, color, Align2::CENTER_CENTER, Elide::End);
    response
}

/// A field for a short text with an icon in front and a name.
pub fn filter_field(
    ui: &mut Ui,
    look: Look,
    text: &mut String,
    name: &'static str,
    hint: &'static str,
    width: f32,
) -> Response {
    let icon = RichText::new(icons::SEARCH).font(fonts::icon(14.0)).color(look.tokens.weak);
    let response = ui
        .add(
            TextEdit::singleline(text)
                .id(egui::Id::unique(name))
                .prefix(icon)
                .hint_text(RichText::new(hint).color(look.tokens.weak))
                .desired_width(width)
                .align(egui::Align2::LEFT_CENTER)
                .min_size(vec2(width, 26.0)),
        )
        .accessible_name(name);
    if response.has_focus() {
        // Else Escape would take the focus away, and then give up what is picked.
        let filter = egui::EventFilter {
            escape: true,
            horizontal_arrows: true,
            vertical_arrows: true,
            ..egui::EventFilter::default()
        };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
        if ui.input(|i| i.key_pressed(egui::Key::Escape)) {
            if text.is_empty() {
                response.surrender_focus();
            }
            text.clear();
        }
    }
    response
}

/// An entry of a menu with an icon.
pub fn menu_item(ui: &mut Ui, look: Look, icon: &str, label: &str, shortcut: &str) -> bool {
    let icon = RichText::new(icon).font(fonts::icon(15.0)).color(look.tokens.weak);
    let keys = RichText::new(shortcut).font(fonts::small()).color(look.tokens.weak);
    let button = Button::new((icon, RichText::new(label).size(size::BODY)))
        .shortcut_text(keys)
        .frame_when_inactive(false);
    let response = ui.add(button).accessible_name(label);
    if response.clicked() {
        ui.close();
    }
    response.clicked()
}
