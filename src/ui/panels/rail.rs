//! The rail at the left edge: one button per place, with a count where one asks for a look.

use egui::{Align2, Id, Key, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::ui::command::UiCommand;
use crate::ui::place::Page;
use crate::ui::theme::{Look, fonts, icons};
use crate::ui::widgets::text;
use crate::view::format;

/// Width of the rail, points.
pub const WIDTH: f32 = 62.0;

/// Height of a button, points.
const BUTTON: f32 = 52.0;

/// What the rail shows.
pub struct Rail {
    /// The place on view.
    pub page: Page,
    /// Problems of level error, for their place.
    pub errors: u64,
    /// Requests that wait for an answer.
    pub open: u64,
    /// Whether something can't be seen or was lost.
    pub limited: bool,
}

/// Draws the rail.
pub fn show(ui: &mut Ui, look: Look, rail: &Rail, commands: &mut Vec<UiCommand>) {
    let t = look.tokens;
    let area = ui.available_rect_before_wrap();
    ui.painter().vline(area.max.x - 0.5, area.y_range(), (1.0, t.border));
    ui.spacing_mut().item_spacing.y = 2.0;
    ui.add_space(4.0);
    for page in Page::RAIL {
        let (badge, words) = match page {
            Page::Problems if rail.errors > 0 => {
                (Badge::Count(rail.errors), format!(", {} errors", rail.errors))
            }
            Page::Exchanges if rail.open > 0 => {
                (Badge::Quiet(rail.open), format!(", {} open", rail.open))
            }
            Page::Broker if rail.limited => (Badge::Sign, ", needs a look".to_owned()),
            _ => (Badge::None, String::new()),
        };
        if button(ui, look, page, rail.page == page, badge, &words) && rail.page != page {
            commands.push(UiCommand::Show(page));
        }
    }
}

#[derive(Clone, Copy)]
enum Badge {
    None,
    Count(u64),
    Quiet(u64),
    Sign,
}

fn button(ui: &mut Ui, look: Look, page: Page, on: bool, badge: Badge, words: &str) -> bool {
    let t = look.tokens;
    let (rect, _) = ui.allocate_exact_size(vec2(WIDTH - 1.0, BUTTON), Sense::hover());
    let response =
        ui.interact(rect, Id::unique("rail").with(page.name()), Sense::CLICK | Sense::FOCUSABLE);
    let name = format!("{}{words}", page.label());
    response.widget_info(|| WidgetInfo::labeled(Role::Tab, true, &name));
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_selected(on));
    let painter = ui.painter();
    let inner = rect.shrink2(vec2(4.0, 1.0));
    if on {
        painter.rect_filled(inner, 6.0, t.selection);
        let bar = Rect::from_min_size(rect.min + vec2(0.0, 8.0), vec2(3.0, BUTTON - 16.0));
        painter.rect_filled(bar, 1.5, t.accent);
    } else if response.hovered() {
        painter.rect_filled(inner, 6.0, t.hover);
    }
    if response.has_focus() {
        painter.rect_stroke(inner, 6.0, (1.5, t.accent), egui::StrokeKind::Inside);
    }
    let color = match () {
        () if on => t.accent,
        () if response.hovered() => t.strong,
        () => t.text,
    };
    let icon_at = Rect::from_min_size(pos2(rect.min.x, rect.min.y + 6.0), vec2(rect.width(), 24.0));
    text::icon(painter, icon_at, page.icon(), 21.0, color);
    let word =
        Rect::from_min_max(pos2(rect.min.x, rect.min.y + 31.0), pos2(rect.max.x, rect.max.y - 4.0));
    let color = if on { t.strong } else { t.weak };
    text::line(
        painter,
        word,
        page.label(),
        &fonts::small(),
        color,
        Align2::CENTER_CENTER,
        text::Elide::End,
    );
    let corner = icon_at.center() + vec2(13.0, -8.0);
    let (fill, ink, content) = match badge {
        Badge::None => (t.panel, t.text, String::new()),
        Badge::Count(n) => (t.error, t.canvas, format::count_short(n)),
        Badge::Quiet(n) => (t.raised, t.text, format::count_short(n)),
        Badge::Sign => (t.warn, t.canvas, icons::WARNING.to_owned()),
    };
    if !content.is_empty() {
        let sign = matches!(badge, Badge::Sign);
        let font = if sign { fonts::icon(10.0) } else { egui::FontId::new(9.5, fonts::medium()) };
        let width = text::width(painter, &content, &font).ceil().max(6.0) + 7.0;
        // Towards the edge, so that long counts stay on the rail.
        let right = (corner.x + width / 2.0).min(rect.max.x - 3.0);
        let at =
            Rect::from_min_max(pos2(right - width, corner.y - 7.0), pos2(right, corner.y + 7.0));
        painter.rect_filled(at, 7.0, fill);
        painter.text(at.center(), Align2::CENTER_CENTER, content, font, ink);
    }
    let key = page.digit().map_or_else(String::new, |key: Key| format!(" (Ctrl+{})", key.name()));
    response.on_hover_text(format!("{}{key}\n{}", page.label(), page.question())).clicked()
}
