//! Draws what the window toolkit tessellated into a picture, on the processor: no display, no
//! graphics driver, and so the same bytes on every machine.
//!
//! Colours are mixed as the window's own renderer does: premultiplied, in gamma space.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use egui::epaint::{ClippedPrimitive, ImageData, Mesh, Primitive, Vertex};
use egui::{Color32, TextureId, TexturesDelta};
use egui_kittest::TestRenderer;

/// A picture: opaque pixels, row by row from the top.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    /// Pixels in a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Red, green, blue.
    pub rgb: Vec<u8>,
}

impl Picture {
    /// The picture as a PNG file.
    ///
    /// # Panics
    /// Never: the sizes agree.
    #[must_use]
    pub fn png(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, self.width as u32, self.height as u32);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_compression(png::Compression::High);
        encoder.set_filter(png::Filter::Adaptive);
        let mut writer = encoder.write_header().expect("a header");
        writer.write_image_data(&self.rgb).expect("as many bytes as the header says");
        writer.finish().expect("an end");
        bytes
    }
}

struct Texture {
    size: [usize; 2],
    pixels: Vec<Color32>,
}

/// Textures as the toolkit sent them, kept up by [`Collector`].
#[derive(Clone, Default)]
pub struct Textures(Rc<RefCell<HashMap<TextureId, Texture>>>);

/// Takes textures from the test harness.
pub struct Collector(pub Textures);

impl TestRenderer for Collector {
    fn handle_delta(&mut self, delta: &mut TexturesDelta) {
        let mut textures = self.0.0.borrow_mut();
        for (id, parts) in delta.set.drain() {
            for part in parts {
                let ImageData::Color(image) = &part.image;
                let Some([left, top]) = part.pos else {
                    let texture = Texture { size: image.size, pixels: image.pixels.clone() };
                    textures.insert(id, texture);
                    continue;
                };
                let texture = textures.get_mut(&id).expect("a part belongs to a whole");
                for (row, line) in image.pixels.chunks_exact(image.size[0]).enumerate() {
                    let at = (top + row) * texture.size[0] + left;
                    texture.pixels[at..at + line.len()].copy_from_slice(line);
                }
            }
        }
        for id in delta.free.drain() {
            textures.remove(&id);
        }
    }
}

/// Draws onto black, `pixels_per_point` being what the primitives were made for.
pub fn draw(
    primitives: &[ClippedPrimitive],
    textures: &Textures,
    size: [usize; 2],
    pixels_per_point: f32,
) -> Picture {
    let textures = textures.0.borrow();
    let mut canvas = Canvas { size, pixels: vec![[0.0; 3]; size[0] * size[1]] };
    for ClippedPrimitive { clip_rect, primitive } in primitives {
        let Primitive::Mesh(mesh) = primitive else { continue };
        let pixel = |points: f32, most: usize| {
            ((points * pixels_per_point).round().max(0.0) as usize).min(most)
        };
        let clip = Clip {
            x: [pixel(clip_rect.min.x, size[0]), pixel(clip_rect.max.x, size[0])],
            y: [pixel(clip_rect.min.y, size[1]), pixel(clip_rect.max.y, size[1])],
        };
        let texture = textures.get(&mesh.texture_id).expect("a texture is sent before it is used");
        canvas.mesh(mesh, texture, &clip, f64::from(pixels_per_point));
    }
    let bytes = |pixel: [f32; 3]| pixel.map(|v| (v + 0.5).clamp(0.0, 255.0) as u8);
    let rgb = canvas.pixels.into_iter().flat_map(bytes).collect();
    Picture { width: size[0], height: size[1], rgb }
}

/// Pixels from, and before.
struct Clip {
    x: [usize; 2],
    y: [usize; 2],
}

struct Canvas {
    size: [usize; 2],
    pixels: Vec<[f32; 3]>,
}

impl Canvas {
    fn mesh(&mut self, mesh: &Mesh, texture: &Texture, clip: &Clip, scale: f64) {
        for corners in mesh.indices.chunks_exact(3) {
            let corners = [corners[0], corners[1], corners[2]].map(|i| &mesh.vertices[i as usize]);
            self.triangle(corners, texture, clip, scale);
        }
    }

    fn triangle(&mut self, mut v: [&Vertex; 3], texture: &Texture, clip: &Clip, scale: f64) {
        let point = |v: &Vertex| [f64::from(v.pos.x) * scale, f64::from(v.pos.y) * scale];
        let cross = |a: [f64; 2], b: [f64; 2], x: f64, y: f64| {
            (b[0] - a[0]) * (y - a[1]) - (b[1] - a[1]) * (x - a[0])
        };
        let mut p = v.map(point);
        let mut area = cross(p[0], p[1], p[2][0], p[2][1]);
        if area < 0.0 {
            v.swap(1, 2);
            p.swap(1, 2);
            area = -area;
        }
        if area < 1e-9 {
            return;
        }
        let span = |axis: usize, clip: [usize; 2]| {
            let low = p.iter().map(|p| p[axis]).fold(f64::MAX, f64::min);
            let high = p.iter().map(|p| p[axis]).fold(f64::MIN, f64::max);
            let from = (low - 0.5).ceil().max(clip[0] as f64) as usize;
            let to = ((high + 0.5).floor().max(0.0) as usize).min(clip[1]);
            from..to
        };
        let (columns, rows) = (span(0, clip.x), span(1, clip.y));
        // A pixel on an edge that two triangles share belongs to one of them: to the one whose
        // top or left edge it is.
        let owns = [(1, 2), (2, 0), (0, 1)].map(|(a, b)| {
            let (dx, dy) = (p[b][0] - p[a][0], p[b][1] - p[a][1]);
            dy < 0.0 || (dy == 0.0 && dx > 0.0)
        });
        let colors = v.map(|v| v.color.to_array().map(f64::from));
        let same = v[0].color == v[1].color
            && v[1].color == v[2].color
            && v[0].uv == v[1].uv
            && v[1].uv == v[2].uv;
        let flat = same.then(|| {
            let texel = texture.at(f64::from(v[0].uv.x), f64::from(v[0].uv.y));
            std::array::from_fn(|i| (colors[0][i] * texel[i] / 255.0) as f32)
        });
        for y in rows {
            let middle = y as f64 + 0.5;
            for x in columns.clone() {
                let at = x as f64 + 0.5;
                let w = [
                    cross(p[1], p[2], at, middle),
                    cross(p[2], p[0], at, middle),
                    cross(p[0], p[1], at, middle),
                ];
                if !(0..3).all(|i| w[i] > 0.0 || (w[i] == 0.0 && owns[i])) {
                    continue;
                }
                let source = flat.unwrap_or_else(|| {
                    let w = w.map(|w| w / area);
                    let mix = |part: [f64; 3]| part[0] * w[0] + part[1] * w[1] + part[2] * w[2];
                    let texel = texture
                        .at(mix(v.map(|v| f64::from(v.uv.x))), mix(v.map(|v| f64::from(v.uv.y))));
                    std::array::from_fn(|i| {
                        (mix([colors[0][i], colors[1][i], colors[2][i]]) * texel[i] / 255.0) as f32
                    })
                });
                self.blend(y * self.size[0] + x, source);
            }
        }
    }

    fn blend(&mut self, at: usize, source: [f32; 4]) {
        let keep = 1.0 - source[3] / 255.0;
        let pixel = &mut self.pixels[at];
        for (to, from) in pixel.iter_mut().zip(source) {
            *to = from + *to * keep;
        }
    }
}

impl Texture {
    /// The colour at a place from 0 to 1, between the four texels around it.
    fn at(&self, u: f64, v: f64) -> [f64; 4] {
        let along = |place: f64, size: usize| {
            let place = (place * size as f64 - 0.5).clamp(0.0, size as f64 - 1.0);
            let low = place.floor();
            (low as usize, (low as usize + 1).min(size - 1), place - low)
        };
        let (left, right, x) = along(u, self.size[0]);
        let (top, bottom, y) = along(v, self.size[1]);
        let texel =
            |x: usize, y: usize| self.pixels[y * self.size[0] + x].to_array().map(f64::from);
        if x == 0.0 && y == 0.0 {
            return texel(left, top);
        }
        let (a, b) = (texel(left, top), texel(right, top));
        let (c, d) = (texel(left, bottom), texel(right, bottom));
        std::array::from_fn(|i| {
            let upper = a[i] + (b[i] - a[i]) * x;
            let lower = c[i] + (d[i] - c[i]) * x;
            upper + (lower - upper) * y
        })
    }
}
