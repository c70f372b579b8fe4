//! A picture as a standalone SVG 1.1 document: no scripts, nothing loaded from elsewhere.

use std::fmt::Write as _;

use super::{
    Anchor, Area, Drawing, Font, Form, Ink, Point, Role, SIGN_STROKE, Shape, Stroke, Text, corners,
    point, strokes,
};

/// Colours by what they stand for: red, green, blue, and how much they cover.
pub trait Palette {
    /// The colour of a role.
    fn color(&self, role: Role) -> [u8; 4];
}

impl<F: Fn(Role) -> [u8; 4]> Palette for F {
    fn color(&self, role: Role) -> [u8; 4] {
        self(role)
    }
}

/// The document.
#[must_use]
pub fn svg(drawing: &Drawing, palette: &dyn Palette) -> String {
    let mut out = Writer { out: String::with_capacity(drawing.shapes.len() * 120), palette };
    out.document(drawing);
    out.out
}

struct Writer<'p> {
    out: String,
    palette: &'p dyn Palette,
}

/// A length in as few characters as needed; never something XML readers stumble over.
fn number(value: f32) -> String {
    if !value.is_finite() {
        return "0".to_owned();
    }
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// Text for XML: markup escaped, and what XML 1.0 does not allow replaced.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // Bidirectional controls could make a name look like another one.
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => out.push('·'),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('·'),
            c => out.push(c),
        }
    }
    out
}

impl Writer<'_> {
    fn put(&mut self, text: std::fmt::Arguments<'_>) {
        // Writing to a String can't fail.
        let _written = self.out.write_fmt(text);
    }

    fn document(&mut self, drawing: &Drawing) {
        let (width, height) = (number(drawing.width), number(drawing.height));
        self.put(format_args!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" \
             width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" role=\"img\" \
             aria-labelledby=\"title desc\">\n<title id=\"title\">{}</title>\n<desc \
             id=\"desc\">{}</desc>\n",
            escape(&drawing.title),
            escape(&drawing.description),
        ));
        if let Some(ink) = drawing.background {
            let fill = self.ink("fill", ink);
            self.put(format_args!("<rect width=\"{width}\" height=\"{height}\"{fill}/>\n"));
        }
        for shape in &drawing.shapes {
            self.shape(shape);
        }
        for target in drawing.targets.iter().filter(|target| !target.label.is_empty()) {
            let place = place(target.area);
            self.put(format_args!(
                "<rect{place} fill=\"none\" pointer-events=\"all\"><title>{}</title></rect>\n",
                escape(&target.label)
            ));
        }
        self.out.push_str("</svg>\n");
    }

    fn ink(&self, attribute: &str, ink: Ink) -> String {
        let [r, g, b, a] = self.palette.color(ink.role);
        let mut out = format!(" {attribute}=\"#{r:02x}{g:02x}{b:02x}\"");
        let opacity = ink.opacity.clamp(0.0, 1.0) * f32::from(a) / 255.0;
        if opacity < 1.0 {
            let opacity = number(opacity);
            out.push_str(&format!(" {attribute}-opacity=\"{opacity}\""));
        }
        out
    }

    fn stroke(&self, stroke: Stroke) -> String {
        let mut out = self.ink("stroke", stroke.ink);
        out.push_str(&format!(" stroke-width=\"{}\"", number(stroke.width)));
        if let Some((dash, gap)) = stroke.dash {
            out.push_str(&format!(" stroke-dasharray=\"{} {}\"", number(dash), number(gap)));
        }
        out
    }

    fn shape(&mut self, shape: &Shape) {
        match shape {
            Shape::Line { from, to, stroke } => {
                let stroke = self.stroke(*stroke);
                self.line(*from, *to, &stroke);
            }
            Shape::Polyline { points, stroke } => {
                let (points, stroke) = (list(points), self.stroke(*stroke));
                self.put(format_args!(
                    "<polyline points=\"{points}\" fill=\"none\" \
                     stroke-linejoin=\"round\"{stroke}/>\n"
                ));
            }
            Shape::Polygon { points, fill } => self.polygon(points, *fill),
            Shape::Band { edges, fill } => {
                let mut points: Vec<Point> = edges.iter().map(|e| point(e.0, e.1)).collect();
                points.extend(edges.iter().rev().map(|e| point(e.0, e.2)));
                self.polygon(&points, *fill);
            }
            Shape::Rect { area, radius, fill, stroke } => {
                let fill = fill.map_or(" fill=\"none\"".to_owned(), |ink| self.ink("fill", ink));
                let stroke = stroke.map_or(String::new(), |stroke| self.stroke(stroke));
                let round = if *radius > 0.0 {
                    format!(" rx=\"{}\"", number(*radius))
                } else {
                    String::new()
                };
                let place = place(*area);
                self.put(format_args!("<rect{place}{round}{fill}{stroke}/>\n"));
            }
            Shape::Marker { at, form, size, ink } => self.marker(*at, *form, *size, *ink),
            Shape::Text(text) => self.text(text),
        }
    }

    fn line(&mut self, from: Point, to: Point, stroke: &str) {
        self.put(format_args!(
            "<line x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\"{stroke}/>\n",
            number(from.x),
            number(from.y),
            number(to.x),
            number(to.y)
        ));
    }

    fn polygon(&mut self, points: &[Point], fill: Ink) {
        let (points, fill) = (list(points), self.ink("fill", fill));
        self.put(format_args!("<polygon points=\"{points}\"{fill}/>\n"));
    }

    fn marker(&mut self, at: Point, form: Form, size: f32, ink: Ink) {
        if let Some(corners) = corners(at, form, size) {
            self.polygon(&corners, ink);
            return;
        }
        let stroke = self.stroke(Stroke { width: SIGN_STROKE, ink, dash: None });
        let (x, y) = (number(at.x), number(at.y));
        match form {
            Form::Dot => {
                let (r, fill) = (number(size / 2.0), self.ink("fill", ink));
                self.put(format_args!("<circle cx=\"{x}\" cy=\"{y}\" r=\"{r}\"{fill}/>\n"));
            }
            Form::Ring => {
                let r = number((size - SIGN_STROKE).max(0.0) / 2.0);
                self.put(format_args!(
                    "<circle cx=\"{x}\" cy=\"{y}\" r=\"{r}\" fill=\"none\"{stroke}/>\n"
                ));
            }
            _ => {
                for (from, to) in strokes(at, form, size) {
                    self.line(from, to, &stroke);
                }
            }
        }
    }

    fn text(&mut self, text: &Text) {
        if text.text.is_empty() {
            return;
        }
        let (family, weight) = match text.font {
            Font::Body => ("Inter, 'Segoe UI', Helvetica, Arial, sans-serif", ""),
            Font::Medium => {
                ("Inter, 'Segoe UI', Helvetica, Arial, sans-serif", " font-weight=\"500\"")
            }
            Font::Mono => ("'JetBrains Mono', Consolas, Menlo, 'DejaVu Sans Mono', monospace", ""),
        };
        let anchor = match text.anchor {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
            Anchor::End => " text-anchor=\"end\"",
        };
        // Half the height of capitals below the middle, as `dominant-baseline` is not widely read.
        let y = number(text.at.y + text.size * 0.36);
        let (x, size, fill) = (number(text.at.x), number(text.size), self.ink("fill", text.ink));
        let words = escape(&text.text);
        self.put(format_args!(
            "<text x=\"{x}\" y=\"{y}\" font-family=\"{family}\" \
             font-size=\"{size}\"{weight}{anchor}{fill} xml:space=\"preserve\">{words}</text>\n"
        ));
    }
}

fn place(area: Area) -> String {
    format!(
        " x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"",
        number(area.x),
        number(area.y),
        number(area.width.max(0.0)),
        number(area.height.max(0.0))
    )
}

fn list(points: &[Point]) -> String {
    let mut out = String::with_capacity(points.len() * 12);
    for at in points {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(&number(at.x));
        out.push(',');
        out.push_str(&number(at.y));
    }
    out
}
