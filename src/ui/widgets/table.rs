//! Columns of a painted table: their widths, the line with their names, and where a cell is.

use egui::{
    Align2, Color32, FontId, Id, Painter, Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo,
    pos2, vec2,
};

use super::text::{self, Elide};
use crate::ui::theme::{Look, fonts, icons};

/// Height of the line with the column names, points.
const HEAD: f32 = 22.0;

/// Gap between columns, points.
const GAP: f32 = 9.0;

/// One column.
#[derive(Clone, Copy)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// Least width, points.
    pub width: f32,
    /// Its share of what is left over.
    pub share: f32,
    /// True for numbers: they stand at the right.
    pub right: bool,
}

impl Column {
    /// A column of words.
    #[must_use]
    pub const fn words(name: &'static str, width: f32, share: f32) -> Self {
        Self { name, width, share, right: false }
    }

    /// A column of numbers.
    #[must_use]
    pub const fn numbers(name: &'static str, width: f32) -> Self {
        Self { name, width, share: 0.0, right: true }
    }

    fn align(self) -> Align2 {
        if self.right { Align2::RIGHT_CENTER } else { Align2::LEFT_CENTER }
    }
}

/// By which column a table is sorted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sorted {
    /// Its number.
    pub column: usize,
    /// True if the largest stands first.
    pub falling: bool,
}

/// Columns laid out for a width.
pub struct Columns<const N: usize> {
    columns: &'static [Column; N],
    ends: [(f32, f32); N],
}

impl<const N: usize> Columns<N> {
    /// Lays them out over `total` points.
    #[must_use]
    pub fn lay_out(columns: &'static [Column; N], total: f32) -> Self {
        let least: f32 = columns.iter().map(|c| c.width + GAP).sum::<f32>() + GAP;
        let spare = (total - least).max(0.0);
        // Where space is short all columns give way alike.
        let squeeze = if total < least { (total / least).max(0.3) } else { 1.0 };
        let mut x = GAP;
        let ends = columns.map(|column| {
            let ends = (x, x + (column.width + spare * column.share) * squeeze);
            x = ends.1 + GAP * squeeze;
            ends
        });
        Self { columns, ends }
    }

    /// Draws the names; gives the number of the column that was clicked, if the table can be
    /// sorted.
    pub fn head(&self, ui: &mut Ui, look: Look, id: Id, sorted: Option<Sorted>) -> Option<usize> {
        let t = look.tokens;
        let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), HEAD), Sense::hover());
        ui.painter().hline(rect.x_range(), rect.max.y - 0.5, (1.0, t.border));
        let mut clicked = None;
        for (number, column) in self.columns.iter().enumerate() {
            let mut at = self.cell(rect, number);
            let by_this = sorted.filter(|sorted| sorted.column == number);
            let mut color = t.weak;
            if sorted.is_some() {
                let response = ui.interact(at, id.with(("sort", number)), Sense::click());
                let name = format!("Sort by {}", column.name);
                let on = by_this.is_some();
                response.widget_info(|| WidgetInfo::selected(Role::Button, true, on, &name));
                if response.hovered() || response.has_focus() || on {
                    color = t.strong;
                }
                if response.has_focus() {
                    let line = Stroke::new(1.0, t.accent);
                    ui.painter().rect_stroke(at.expand(3.0), 3.0, line, StrokeKind::Inside);
                }
                if response.clicked() {
                    clicked = Some(number);
                }
            }
            if let Some(by) = by_this {
                let mark = Rect::from_min_size(pos2(at.max.x - 10.0, at.min.y), vec2(10.0, HEAD));
                let icon = if by.falling { icons::ARROW_DOWN } else { icons::ARROW_UP };
                text::icon(ui.painter(), mark, icon, 10.0, color);
                at.max.x -= 12.0;
            }
            let font = fonts::small_semibold();
            text::line(ui.painter(), at, column.name, &font, color, column.align(), Elide::End);
        }
        clicked
    }

    /// Where a cell of the row at `rect` is.
    #[must_use]
    pub fn cell(&self, rect: Rect, column: usize) -> Rect {
        let (left, right) = self.ends.get(column).copied().unwrap_or_default();
        Rect::from_min_max(
            pos2(rect.min.x + left, rect.min.y),
            pos2(rect.min.x + right, rect.max.y),
        )
    }

    /// Writes into a cell of the row at `rect`. True if the text was shortened.
    #[expect(clippy::too_many_arguments, reason = "a cell is all this")]
    pub fn put(
        &self,
        painter: &Painter,
        rect: Rect,
        column: usize,
        value: &str,
        font: &FontId,
        color: Color32,
        elide: Elide,
    ) -> bool {
        let align = self.columns.get(column).map_or(Align2::LEFT_CENTER, |c| c.align());
        text::line(painter, self.cell(rect, column), value, font, color, align, elide)
    }
}
