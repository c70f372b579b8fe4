//! A drawing as a picture of pixels, with the fonts of the window.

use std::sync::Arc;

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb::Database};

use crate::ui::theme::fonts;

/// Pixels per point.
const SCALE: f32 = 2.0;

/// Largest picture, pixels: 256 MB while it is made.
const MAX_PIXELS: f32 = 64e6;

/// Draws an SVG into a PNG.
///
/// # Errors
/// In words for people: it is too large, or can't be drawn.
pub(super) fn png(svg: &str) -> Result<Vec<u8>, String> {
    let mut fonts = Database::new();
    for (_, bytes) in fonts::FILES {
        fonts.load_font_data(bytes.to_vec());
    }
    let options = Options { fontdb: Arc::new(fonts), ..Options::default() };
    let tree =
        Tree::from_str(svg, &options).map_err(|error| format!("It can't be drawn: {error}"))?;
    let (width, height) = (tree.size().width() * SCALE, tree.size().height() * SCALE);
    let fits = width >= 1.0 && height >= 1.0 && width * height <= MAX_PIXELS;
    let pixmap = fits.then(|| Pixmap::new(width.ceil() as u32, height.ceil() as u32)).flatten();
    let mut pixmap = pixmap.ok_or_else(|| {
        format!(
            "{width:.0} × {height:.0} pixels are too many for one picture. Export less, or as SVG."
        )
    })?;
    resvg::render(&tree, Transform::from_scale(SCALE, SCALE), &mut pixmap.as_mut());
    pixmap.encode_png().map_err(|error| format!("It can't be written as PNG: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::theme::{Look, Tokens};
    use crate::view::drawing::{Anchor, Drawing, Font, Point, Role, svg::svg};

    fn drawing(height: f32) -> Drawing {
        let mut out = Drawing::new(120.0, height, "Title <&\"'>");
        let at = Point { x: 10.0, y: 30.0 };
        out.text(at, Anchor::Start, "Ångström <svg>".to_owned(), (Font::Body, 14.0), Role::Strong);
        out
    }

    #[test]
    fn text_is_drawn_in_pixels() {
        for tokens in Tokens::ALL {
            let look = Look { tokens };
            let bytes = png(&svg(&drawing(60.0), &look)).unwrap_or_default();
            assert!(bytes.starts_with(b"\x89PNG\r\n"), "{}", bytes.len());
            let picture = Pixmap::decode_png(&bytes).ok();
            let picture = picture.as_ref().map(|p| (p.width(), p.height(), p.pixels()));
            let Some((width, height, pixels)) = picture else { unreachable!("no picture") };
            assert_eq!((width, height), (240, 120));
            let background = pixels.first().copied();
            let ink = pixels.iter().filter(|&&pixel| Some(pixel) != background).count();
            assert!(ink > 300, "{ink}");
        }
    }

    #[test]
    fn what_is_too_large_is_refused_in_words() {
        let error = png(&svg(&drawing(1e6), &Look { tokens: Tokens::ALL[0] })).err();
        assert!(error.is_some_and(|words| words.contains("Export less")));
    }
}
