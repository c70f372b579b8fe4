//! Painted text on one line, shortened to fit.

use egui::text::{LayoutJob, TextFormat, TextWrapping};
use egui::{Align2, Color32, FontId, Painter, Rect, Ui, vec2};

/// Where a text that does not fit is cut.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Elide {
    /// At its end.
    End,
    /// In its middle: for topics and ids, which differ at their ends.
    Middle,
}

/// Paints one line into `rect`, vertically centred. True if it had to be shortened.
pub fn line(
    painter: &Painter,
    rect: Rect,
    text: &str,
    font: &FontId,
    color: Color32,
    align: Align2,
    elide: Elide,
) -> bool {
    if rect.width() < 4.0 || text.is_empty() {
        return false;
    }
    let shortened;
    let text = match elide {
        Elide::Middle => {
            shortened = fit_middle(painter, text, font, rect.width());
            &*shortened
        }
        Elide::End => text,
    };
    let mut job =
        LayoutJob::single_section(text.to_owned(), TextFormat::simple(font.clone(), color));
    job.wrap = TextWrapping::truncate_at_width(rect.width());
    job.break_on_newline = false;
    let galley = painter.layout_job(job);
    let cut = galley.elided || (elide == Elide::Middle && text.contains('…'));
    let pos = align.align_size_within_rect(galley.size(), rect).min;
    painter.galley(pos, galley, color);
    cut
}

/// Width of one line of text.
#[must_use]
pub fn width(painter: &Painter, text: &str, font: &FontId) -> f32 {
    painter.fonts_mut(|fonts| text.chars().map(|c| fonts.glyph_width(font, c)).sum())
}

/// The text with as much of its middle left out as needed to be at most `max` wide.
fn fit_middle<'t>(
    painter: &Painter,
    text: &'t str,
    font: &FontId,
    max: f32,
) -> std::borrow::Cow<'t, str> {
    painter.fonts_mut(|fonts| {
        let widths: Vec<f32> = text.chars().map(|c| fonts.glyph_width(font, c)).collect();
        let total: f32 = widths.iter().sum();
        if total <= max {
            return text.into();
        }
        let room = max - fonts.glyph_width(font, '…') - 1.0;
        // From both ends inwards, much more from the end: that is where topics and ids of one
        // fleet differ.
        let (mut head, mut tail, mut used) = (0, widths.len(), 0.0);
        loop {
            let from_tail = widths.len() - tail <= head * 4 + 2;
            let next = if from_tail { tail.checked_sub(1) } else { Some(head) };
            let Some(width) = next.filter(|_| head < tail).and_then(|at| widths.get(at)) else {
                break;
            };
            if used + width > room {
                break;
            }
            used += width;
            if from_tail {
                tail -= 1;
            } else {
                head += 1;
            }
        }
        let mut out: String = text.chars().take(head).collect();
        out.push('…');
        out.extend(text.chars().skip(tail));
        out.into()
    })
}

/// Paints an icon centred in `rect`.
pub fn icon(painter: &Painter, rect: Rect, icon: &str, points: f32, color: Color32) {
    let font = crate::ui::theme::fonts::icon(points);
    painter.text(rect.center(), Align2::CENTER_CENTER, icon, font, color);
}

/// A label on one line with its middle left out where space is short, and the whole text on
/// hover.
pub fn elided_label(ui: &mut Ui, text: &str, font: &FontId, color: Color32) -> egui::Response {
    let height = ui.fonts_mut(|fonts| fonts.row_height(font));
    let full = width(ui.painter(), text, font).ceil();
    let size = vec2(full.min(ui.available_width()), height);
    let (rect, response) = ui.allocate_exact_size(size, egui::Sense::hover());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, text));
    let cut = line(ui.painter(), rect, text, font, color, Align2::LEFT_CENTER, Elide::Middle);
    if cut { response.on_hover_text(text) } else { response }
}
