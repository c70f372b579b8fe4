//! Paints a [`Drawing`]: the same picture an export writes.

use egui::epaint::{Mesh, PathShape, PathStroke};
use egui::{Align2, Color32, FontId, Painter, Pos2, Rect, Shape as Painted, pos2};

use crate::ui::theme::{Look, fonts};
use crate::view::drawing::{
    Anchor, Area, Drawing, Font, Form, Point, SIGN_STROKE, Shape, Stroke, Text, corners, strokes,
};

/// Where a picture lies: its upper left corner, and points of the window per point of it.
#[derive(Clone, Copy, Debug)]
pub struct Placed {
    /// Its upper left corner.
    pub at: Pos2,
    /// How much larger it is painted.
    pub scale: f32,
}

impl Placed {
    /// As large as it is.
    #[must_use]
    pub fn at(at: Pos2) -> Self {
        Self { at, scale: 1.0 }
    }

    /// A place of the picture in the window.
    #[must_use]
    pub fn pos(self, at: Point) -> Pos2 {
        pos2(self.at.x + at.x * self.scale, self.at.y + at.y * self.scale)
    }

    /// A rectangle of the picture in the window.
    #[must_use]
    pub fn rect(self, area: Area) -> Rect {
        let min = self.pos(Point { x: area.x, y: area.y });
        Rect::from_min_size(min, egui::vec2(area.width, area.height) * self.scale)
    }
}

/// Paints what of the picture is in the painter's clip.
pub fn paint(painter: &Painter, look: Look, drawing: &Drawing, placed: Placed) {
    let clip = painter.clip_rect();
    if let Some(ink) = drawing.background {
        let all = Area { x: 0.0, y: 0.0, width: drawing.width, height: drawing.height };
        painter.rect_filled(placed.rect(all), 0.0, look.ink(ink));
    }
    for shape in &drawing.shapes {
        if bounds(shape, placed).is_none_or(|bounds| bounds.intersects(clip)) {
            one(painter, look, shape, placed);
        }
    }
}

/// Where a shape lies, as far as that is cheap to tell.
fn bounds(shape: &Shape, placed: Placed) -> Option<Rect> {
    let around =
        |at: Point, size: f32| Rect::from_center_size(placed.pos(at), egui::Vec2::splat(size));
    Some(match shape {
        Shape::Line { from, to, stroke } => {
            let pair = Rect::from_two_pos(placed.pos(*from), placed.pos(*to));
            pair.expand(stroke.width * placed.scale)
        }
        Shape::Rect { area, .. } => placed.rect(*area).expand(1.0),
        Shape::Marker { at, size, .. } => around(*at, size * placed.scale + 4.0),
        // Its width is not known here, its height is.
        Shape::Text(text) => {
            let middle = placed.pos(text.at);
            Rect::from_x_y_ranges(f32::MIN..=f32::MAX, middle.y - 40.0..=middle.y + 40.0)
        }
        Shape::Polyline { .. } | Shape::Polygon { .. } | Shape::Band { .. } => return None,
    })
}

fn one(painter: &Painter, look: Look, shape: &Shape, placed: Placed) {
    let all = |points: &[Point]| points.iter().map(|at| placed.pos(*at)).collect::<Vec<_>>();
    match shape {
        Shape::Line { from, to, stroke } => {
            line(painter, look, vec![placed.pos(*from), placed.pos(*to)], *stroke, placed.scale);
        }
        Shape::Polyline { points, stroke } => {
            line(painter, look, all(points), *stroke, placed.scale);
        }
        Shape::Polygon { points, fill } => filled(painter, all(points), look.ink(*fill)),
        Shape::Band { edges, fill } => {
            let color = look.ink(*fill);
            let mut mesh = Mesh::default();
            for (n, (x, top, bottom)) in edges.iter().enumerate() {
                mesh.colored_vertex(placed.pos(Point { x: *x, y: *top }), color);
                mesh.colored_vertex(placed.pos(Point { x: *x, y: *bottom }), color);
                if let Some(before) = n.checked_sub(1) {
                    let a = (before * 2) as u32;
                    mesh.add_triangle(a, a + 1, a + 2);
                    mesh.add_triangle(a + 1, a + 2, a + 3);
                }
            }
            painter.add(Painted::mesh(mesh));
        }
        Shape::Rect { area, radius, fill, stroke } => {
            let rect = placed.rect(*area);
            let radius = radius * placed.scale;
            if let Some(fill) = fill {
                painter.rect_filled(rect, radius, look.ink(*fill));
            }
            if let Some(stroke) = stroke {
                let stroke = egui::Stroke::new(stroke.width * placed.scale, look.ink(stroke.ink));
                painter.rect_stroke(rect, radius, stroke, egui::StrokeKind::Middle);
            }
        }
        Shape::Marker { at, form, size, ink } => {
            let color = look.ink(*ink);
            let scale = placed.scale;
            if let Some(corners) = corners(*at, *form, *size) {
                filled(painter, all(&corners), color);
                return;
            }
            let middle = placed.pos(*at);
            let pen = egui::Stroke::new(SIGN_STROKE * scale, color);
            match form {
                Form::Dot => {
                    painter.circle_filled(middle, size / 2.0 * scale, color);
                }
                Form::Ring => {
                    painter.circle_stroke(middle, (size - SIGN_STROKE) / 2.0 * scale, pen);
                }
                _ => {
                    for (from, to) in strokes(*at, *form, *size) {
                        painter.line_segment([placed.pos(from), placed.pos(to)], pen);
                    }
                }
            }
        }
        Shape::Text(words) => text(painter, look, words, placed),
    }
}

fn filled(painter: &Painter, points: Vec<Pos2>, color: Color32) {
    painter.add(PathShape::convex_polygon(points, color, PathStroke::NONE));
}

fn line(painter: &Painter, look: Look, points: Vec<Pos2>, stroke: Stroke, scale: f32) {
    let pen = egui::Stroke::new(stroke.width * scale, look.ink(stroke.ink));
    match stroke.dash {
        Some((dash, gap)) => {
            painter.extend(Painted::dashed_line(&points, pen, dash * scale, gap * scale));
        }
        None => {
            painter.add(Painted::line(points, pen));
        }
    }
}

fn text(painter: &Painter, look: Look, text: &Text, placed: Placed) {
    if text.text.is_empty() {
        return;
    }
    let family = match text.font {
        Font::Body => fonts::body().family,
        Font::Medium => fonts::medium(),
        Font::Mono => fonts::mono().family,
    };
    let font = FontId::new(text.size * placed.scale, family);
    let align = match text.anchor {
        Anchor::Start => Align2::LEFT_CENTER,
        Anchor::Middle => Align2::CENTER_CENTER,
        Anchor::End => Align2::RIGHT_CENTER,
    };
    let words = crate::view::format::one_line(&text.text);
    painter.text(placed.pos(text.at), align, words, font, look.ink(text.ink));
}
