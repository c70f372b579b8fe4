//! The heat map as a picture of one pixel per cell, made again only when the counts are others.

use egui::{Color32, ColorImage, Mesh, Painter, Rect, TextureHandle, TextureOptions, Ui, pos2};

use super::area::Area;
use crate::ui::theme::ramp::{self, SHADES};
use crate::ui::theme::{Look, Tokens};
use crate::view::latency::heat::Heat;

/// The picture, and what it was made of.
#[derive(Default)]
pub struct Picture(Option<Made>);

struct Made {
    version: u64,
    tokens: &'static Tokens,
    texture: TextureHandle,
}

impl Picture {
    /// Draws it; `version` tells these counts from others.
    pub fn draw(&mut self, ui: &Ui, look: Look, heat: &Heat, version: u64, area: &Area) {
        if heat.columns == 0 || heat.rows == 0 {
            return;
        }
        let tokens = look.tokens;
        let is_current = self
            .0
            .as_ref()
            .is_some_and(|made| made.version == version && std::ptr::eq(made.tokens, tokens));
        if !is_current {
            let image = image(look, heat);
            let options = TextureOptions::NEAREST;
            let texture = match self.0.take() {
                Some(mut made) => {
                    made.texture.set(image, options);
                    made.texture
                }
                None => ui.ctx().load_texture("latency-heat", image, options),
            };
            self.0 = Some(Made { version, tokens, texture });
        }
        let Some(made) = &self.0 else { return };
        let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
        ui.painter().image(made.texture.id(), area.main, whole, Color32::WHITE);
    }
}

fn image(look: Look, heat: &Heat) -> ColorImage {
    let shades = ramp::ramp(look.tokens);
    let shade = |strength: f32| {
        let at = (strength * (SHADES - 1) as f32).round() as usize;
        shades.get(at.min(SHADES - 1)).copied().unwrap_or_default()
    };
    let mut pixels = Vec::with_capacity(heat.columns * heat.rows);
    for row in (0..heat.rows).rev() {
        for column in 0..heat.columns {
            let strength = heat.strength(heat.get(column, row));
            pixels.push(strength.map_or(Color32::TRANSPARENT, shade));
        }
    }
    ColorImage::new([heat.columns, heat.rows], pixels)
}

/// Draws the shades into a bar, the faintest at the left.
pub fn legend_bar(painter: &Painter, look: Look, rect: Rect) {
    let shades = ramp::ramp(look.tokens);
    let step = rect.width() / (SHADES - 1) as f32;
    let mut mesh = Mesh::default();
    for (n, shade) in (0u32..).zip(shades) {
        let x = rect.min.x + n as f32 * step;
        mesh.colored_vertex(pos2(x, rect.min.y), shade);
        mesh.colored_vertex(pos2(x, rect.max.y), shade);
        if n > 0 {
            mesh.add_triangle(n * 2 - 2, n * 2 - 1, n * 2);
            mesh.add_triangle(n * 2 - 1, n * 2, n * 2 + 1);
        }
    }
    painter.add(mesh);
}
