//! Bytes as offset, hex and text, with the picked field's bytes marked. A click on a byte picks
//! the field it belongs to.

use std::ops::Range;

use egui::{Align2, Id, Rect, Role, Sense, Ui, pos2};

use crate::ui::theme::{Look, fonts};
use crate::ui::widgets::rows::{self, Rows};

/// Height of a line, points.
const ROW: f32 = 18.0;

/// What the view remembers from frame to frame.
#[derive(Default)]
pub struct HexView {
    top: f64,
    /// The highlight last scrolled to.
    shown: Option<Range<usize>>,
}

/// Draws the bytes; returns the offset of a byte that was clicked. `highlight` is a field and
/// its value.
pub fn show(
    ui: &mut Ui,
    look: Look,
    name: &str,
    bytes: &[u8],
    highlight: Option<(Range<usize>, Range<usize>)>,
    view: &mut HexView,
) -> Option<usize> {
    let t = look.tokens;
    let rect = ui.available_rect_before_wrap();
    ui.painter().rect_filled(rect, 0.0, t.canvas);
    if bytes.is_empty() {
        rows::nothing(ui, look, "The payload is empty");
        return None;
    }
    let font = fonts::mono();
    let glyph = ui.fonts_mut(|fonts| fonts.glyph_width(&font, '0'));
    let digits = if bytes.len() > 0xFFFF { 8 } else { 4 };
    // Offset, gap, three per byte with one more in the middle, gap, one per byte.
    let needed =
        |n: f32| (digits as f32 + 2.0 + n * 3.0 + 1.0 + 1.0 + n) * glyph + 20.0 + rows::BAR;
    let per_row: usize = if rect.width() >= needed(16.0) { 16 } else { 8 };
    let len = bytes.len().div_ceil(per_row);
    let visible = Rows::fit(rect.height(), ROW);

    let target = highlight.as_ref().map(|(field, _)| field.clone());
    if target != view.shown {
        if let Some(range) = &target {
            let row = (range.start / per_row) as f64;
            if row < view.top || row + 1.0 > view.top + visible {
                view.top = (row - (visible / 3.0).floor()).max(0.0);
            }
        }
        view.shown = target;
    }

    let x_hex = 10.0 + (digits as f32 + 2.0) * glyph;
    let column = |i: usize| x_hex + (i * 3 + usize::from(i >= 8)) as f32 * glyph;
    let x_text = column(per_row) + glyph;
    let list = Rows {
        id: Id::unique("hex").with(name),
        name,
        role: Role::Table,
        row_height: ROW,
        len,
        top: view.top,
    };
    let mut clicked = None;
    let output = list.show(ui, look, |ui, row, row_rect| {
        let start = row * per_row;
        let chunk = bytes.get(start..(start + per_row).min(bytes.len())).unwrap_or_default();
        let painter = ui.painter();
        if let Some((field, value)) = &highlight {
            for (range, color) in
                [(field, t.accent.gamma_multiply(0.18)), (value, t.accent.gamma_multiply(0.30))]
            {
                let from = range.start.max(start);
                let to = range.end.min(start + chunk.len());
                if from >= to {
                    continue;
                }
                let (a, b) = (from - start, to - start - 1);
                let mark = |x0: f32, x1: f32| {
                    let y = row_rect.y_range();
                    let at = Rect::from_x_y_ranges(row_rect.min.x + x0..=row_rect.min.x + x1, y);
                    painter.rect_filled(at, 0.0, color);
                };
                mark(column(a) - glyph * 0.4, column(b) + glyph * 2.4);
                mark(x_text + a as f32 * glyph, x_text + (b + 1) as f32 * glyph);
            }
        }
        let put = |x: f32, text: String, color| {
            let at = pos2(row_rect.min.x + x, row_rect.center().y);
            painter.text(at, Align2::LEFT_CENTER, text, font.clone(), color);
        };
        put(10.0, format!("{start:0digits$x}"), t.weak);
        let half =
            |part: &[u8]| part.iter().map(|b| format!("{b:02x}")).collect::<Vec<_>>().join(" ");
        let (left, right) = chunk.split_at(chunk.len().min(8));
        put(column(0), half(left), t.text);
        put(column(8), half(right), t.text);
        let printable = |b: &u8| if (0x20..0x7F).contains(b) { char::from(*b) } else { '·' };
        put(x_text, chunk.iter().map(printable).collect(), t.string);

        // The list below would take the click away from a smaller widget drawn before it.
        let response =
            ui.interact(row_rect, Id::unique("hex-row").with(name).with(row), Sense::CLICK);
        if response.clicked()
            && let Some(pos) = response.interact_pointer_pos()
        {
            let x = pos.x - row_rect.min.x;
            let in_hex = (0..chunk.len())
                .find(|&i| (column(i) - glyph * 0.5..column(i) + glyph * 2.5).contains(&x));
            let in_text =
                (x >= x_text).then(|| ((x - x_text) / glyph) as usize).filter(|&i| i < chunk.len());
            clicked = in_hex.or(in_text).map(|i| start + i);
        }
    });
    view.top = output.top;
    if let Some(nav) = output.nav {
        let page = visible.floor().max(1.0);
        view.top = match nav {
            crate::ui::widgets::keys::Nav::Up => view.top - 1.0,
            crate::ui::widgets::keys::Nav::Down => view.top + 1.0,
            crate::ui::widgets::keys::Nav::PageUp => view.top - page,
            crate::ui::widgets::keys::Nav::PageDown => view.top + page,
            crate::ui::widgets::keys::Nav::Home => 0.0,
            crate::ui::widgets::keys::Nav::End => len as f64,
            _ => view.top,
        };
    }
    if clicked.is_some() {
        rows::focus(ui, Id::unique("hex").with(name));
    }
    clicked
}
