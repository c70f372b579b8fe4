//! JSON or text, one row per line, coloured.

use egui::text::{LayoutJob, TextFormat};
use egui::{Id, Role, Ui};

use crate::ui::theme::{Look, fonts};
use crate::ui::widgets::rows::{self, Rows};
use crate::view::json_lines::{Lines, Piece, pieces};

/// Height of a line, points.
const ROW: f32 = 18.0;

/// Draws the lines; `top` is the position, kept by the caller.
pub fn show(ui: &mut Ui, look: Look, lines: &Lines, is_json: bool, top: &mut f64) {
    let t = look.tokens;
    let rect = ui.available_rect_before_wrap();
    ui.painter().rect_filled(rect, 0.0, t.canvas);
    if lines.is_empty() {
        rows::nothing(ui, look, "The payload is empty");
        return;
    }
    let font = fonts::mono();
    let digits = lines.len().to_string().len().max(2);
    let glyph = ui.fonts_mut(|fonts| fonts.glyph_width(&font, '0'));
    let list = Rows {
        id: Id::unique("json"),
        name: "JSON text",
        role: Role::Table,
        row_height: ROW,
        len: lines.len(),
        top: *top,
    };
    let output = list.show(ui, look, |ui, index, row| {
        let painter = ui.painter();
        let number = format!("{:>digits$}", index + 1);
        let mid = row.center().y;
        let left = egui::pos2(row.min.x + 8.0, mid);
        let weak = t.weak.gamma_multiply(0.7);
        painter.text(left, egui::Align2::LEFT_CENTER, number, font.clone(), weak);
        let mut job = LayoutJob { break_on_newline: false, ..LayoutJob::default() };
        job.wrap.max_width = f32::INFINITY;
        let line = lines.line(index);
        let parts = if is_json { pieces(line) } else { vec![(Piece::Punctuation, line)] };
        for (piece, text) in parts {
            let color = match piece {
                Piece::Punctuation if is_json => t.weak,
                Piece::Punctuation => t.text,
                Piece::Key => t.key,
                Piece::String => t.string,
                Piece::Number => t.number,
                Piece::Word => t.family_operate,
            };
            job.append(text, 0.0, TextFormat::simple(font.clone(), color));
        }
        let galley = painter.layout_job(job);
        let x = row.min.x + 8.0 + (digits as f32 + 2.0) * glyph;
        let at = egui::pos2(x, mid - galley.size().y / 2.0);
        let over = x + galley.size().x > row.max.x;
        painter.galley(at, galley, t.text);
        if over {
            let id = Id::unique("json-line").with(index);
            let hover = ui.interact(row, id, egui::Sense::hover());
            hover.on_hover_ui(|ui| {
                ui.set_max_width(520.0);
                ui.monospace(line.trim());
            });
        }
    });
    *top = output.top;
    let page = output.visible.floor().max(1.0);
    match output.nav {
        Some(rows_nav) => {
            use crate::ui::widgets::keys::Nav;
            *top += match rows_nav {
                Nav::Up => -1.0,
                Nav::Down => 1.0,
                Nav::PageUp => -page,
                Nav::PageDown => page,
                Nav::Home => -*top,
                Nav::End => lines.len() as f64,
                Nav::Left | Nav::Right | Nav::Enter => 0.0,
            };
        }
        None if output.response.clicked() => rows::focus(ui, Id::unique("json")),
        None => {}
    }
}
