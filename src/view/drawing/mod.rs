//! A picture as plain data: what the window paints and what an export writes are the same shapes.
//!
//! Knows no toolkit. Colours are named by what they mean ([`Role`]) and become colours only where
//! a theme is at hand; texts are shortened by [`measure`] before they get here, so that a picture
//! looks alike wherever it is painted.

pub mod measure;
pub mod svg;

use crate::core::ids::Seq;
use crate::usp::kind::Family;

/// A place, points from the top left.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Point {
    /// To the right.
    pub x: f32,
    /// Downwards.
    pub y: f32,
}

/// A place.
#[must_use]
pub const fn point(x: f32, y: f32) -> Point {
    Point { x, y }
}

/// An upright rectangle, points.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Area {
    /// Left edge.
    pub x: f32,
    /// Upper edge.
    pub y: f32,
    /// How wide.
    pub width: f32,
    /// How high.
    pub height: f32,
}

/// A rectangle by its upper left corner and its size.
#[must_use]
pub const fn area(x: f32, y: f32, width: f32, height: f32) -> Area {
    Area { x, y, width, height }
}

/// What a colour stands for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Role {
    /// Behind lists and plots.
    Canvas,
    /// Behind panels.
    Panel,
    /// Buttons, cards.
    Raised,
    /// Lines between things.
    Border,
    /// Text.
    Text,
    /// Headings and what is picked.
    Strong,
    /// Secondary text.
    Weak,
    /// Links, the main action.
    Accent,
    /// Behind what is picked.
    Selection,
    /// All is well.
    Ok,
    /// Limits, or waiting.
    Warn,
    /// Failed or lost.
    Error,
    /// Worth knowing.
    Info,
    /// A family of messages.
    Family(Family),
    /// A series of a plot; counted round.
    Series(u8),
}

/// A colour with how much of it covers what is below.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Ink {
    /// Which colour.
    pub role: Role,
    /// 0 = nothing, 1 = all.
    pub opacity: f32,
}

impl Role {
    /// The colour as a veil: `opacity` of it covers what is below.
    #[must_use]
    pub const fn veil(self, opacity: f32) -> Ink {
        Ink { role: self, opacity }
    }
}

impl From<Role> for Ink {
    fn from(role: Role) -> Self {
        Self { role, opacity: 1.0 }
    }
}

/// A line's look.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Stroke {
    /// Points.
    pub width: f32,
    /// Colour.
    pub ink: Ink,
    /// Lengths of dash and gap, points; `None` for an unbroken line.
    pub dash: Option<(f32, f32)>,
}

impl Stroke {
    /// An unbroken line.
    #[must_use]
    pub fn new(width: f32, ink: impl Into<Ink>) -> Self {
        Self { width, ink: ink.into(), dash: None }
    }

    /// The same, dashed.
    #[must_use]
    pub fn dashed(self, dash: f32, gap: f32) -> Self {
        Self { dash: Some((dash, gap)), ..self }
    }
}

/// A small sign of a given form; forms tell things apart without colour.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// A filled circle.
    Dot,
    /// The outline of a circle.
    Ring,
    /// A filled square.
    Square,
    /// A filled square on its corner.
    Diamond,
    /// A filled triangle pointing up.
    Up,
    /// A filled triangle pointing down.
    Down,
    /// A filled triangle pointing right.
    Right,
    /// A filled triangle pointing left.
    Left,
    /// Two crossing strokes.
    Cross,
    /// An upright stroke.
    Bar,
}

/// Which font a text is set in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Font {
    /// Text.
    Body,
    /// Names.
    Medium,
    /// Times, ids, bytes.
    Mono,
}

/// Where a text lies from its place, left to right.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Anchor {
    /// It begins there.
    Start,
    /// Its middle is there.
    Middle,
    /// It ends there.
    End,
}

/// One line of text; vertically its middle is at its place.
#[derive(Clone, PartialEq, Debug)]
pub struct Text {
    /// Where.
    pub at: Point,
    /// Which way from there.
    pub anchor: Anchor,
    /// The characters; control characters are replaced where it is painted.
    pub text: String,
    /// Font.
    pub font: Font,
    /// Font size, points.
    pub size: f32,
    /// Colour.
    pub ink: Ink,
}

/// One thing in a picture; later ones cover earlier ones.
#[derive(Clone, PartialEq, Debug)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Shape {
    /// A straight line.
    Line { from: Point, to: Point, stroke: Stroke },
    /// A line through several points.
    Polyline { points: Vec<Point>, stroke: Stroke },
    /// A closed figure; convex ones only, others may be filled wrongly in the window.
    Polygon { points: Vec<Point>, fill: Ink },
    /// What lies between an upper and a lower line: (x, upper y, lower y), x rising.
    Band { edges: Vec<(f32, f32, f32)>, fill: Ink },
    /// A rectangle with rounded corners.
    Rect { area: Area, radius: f32, fill: Option<Ink>, stroke: Option<Stroke> },
    /// A sign of `size` points across.
    Marker { at: Point, form: Form, size: f32, ink: Ink },
    /// A line of text.
    Text(Text),
}

/// A part of a picture that means something: what it says on hover and to people who can't see
/// it, and which message it leads to.
#[derive(Clone, PartialEq, Debug)]
pub struct Target {
    /// Where it can be clicked.
    pub area: Area,
    /// The message it leads to.
    pub seq: Option<Seq>,
    /// All that it says.
    pub label: String,
}

/// See the module text.
#[derive(Clone, PartialEq, Debug)]
pub struct Drawing {
    /// Width, points.
    pub width: f32,
    /// Height, points.
    pub height: f32,
    /// What it shows, in a few words.
    pub title: String,
    /// What it shows, in a sentence or two; may be empty.
    pub description: String,
    /// Behind everything; `None` to leave it clear.
    pub background: Option<Ink>,
    /// What is painted, from the bottom up.
    pub shapes: Vec<Shape>,
    /// What can be clicked.
    pub targets: Vec<Target>,
}

impl Drawing {
    /// An empty picture.
    #[must_use]
    pub fn new(width: f32, height: f32, title: impl Into<String>) -> Self {
        Self {
            width,
            height,
            title: title.into(),
            description: String::new(),
            background: Some(Role::Canvas.into()),
            shapes: Vec::new(),
            targets: Vec::new(),
        }
    }

    /// Adds a straight line.
    pub fn line(&mut self, from: Point, to: Point, stroke: Stroke) {
        self.shapes.push(Shape::Line { from, to, stroke });
    }

    /// Adds a line through several points.
    pub fn polyline(&mut self, points: Vec<Point>, stroke: Stroke) {
        self.shapes.push(Shape::Polyline { points, stroke });
    }

    /// Adds a closed convex figure.
    pub fn polygon(&mut self, points: Vec<Point>, fill: impl Into<Ink>) {
        self.shapes.push(Shape::Polygon { points, fill: fill.into() });
    }

    /// Adds what lies between two lines: (x, upper y, lower y), x rising.
    pub fn band(&mut self, edges: Vec<(f32, f32, f32)>, fill: impl Into<Ink>) {
        self.shapes.push(Shape::Band { edges, fill: fill.into() });
    }

    /// Adds a filled rectangle.
    pub fn rect(&mut self, area: Area, radius: f32, fill: impl Into<Ink>) {
        self.shapes.push(Shape::Rect { area, radius, fill: Some(fill.into()), stroke: None });
    }

    /// Adds the outline of a rectangle.
    pub fn outline(&mut self, area: Area, radius: f32, stroke: Stroke) {
        self.shapes.push(Shape::Rect { area, radius, fill: None, stroke: Some(stroke) });
    }

    /// Adds a sign.
    pub fn marker(&mut self, at: Point, form: Form, size: f32, ink: impl Into<Ink>) {
        self.shapes.push(Shape::Marker { at, form, size, ink: ink.into() });
    }

    /// Adds a line of text.
    pub fn text(
        &mut self,
        at: Point,
        anchor: Anchor,
        text: impl Into<String>,
        (font, size): (Font, f32),
        ink: impl Into<Ink>,
    ) {
        let (text, ink) = (text.into(), ink.into());
        self.shapes.push(Shape::Text(Text { at, anchor, text, font, size, ink }));
    }

    /// Adds something to click.
    pub fn target(&mut self, area: Area, seq: Option<Seq>, label: impl Into<String>) {
        self.targets.push(Target { area, seq, label: label.into() });
    }

    /// Adds another picture at a place; its title and its background are left out.
    pub fn place(&mut self, other: Self, at: Point) {
        let moved = |p: Point| point(p.x + at.x, p.y + at.y);
        let moved_area = |a: Area| Area { x: a.x + at.x, y: a.y + at.y, ..a };
        self.shapes.extend(other.shapes.into_iter().map(|shape| {
            match shape {
                Shape::Line { from, to, stroke } => {
                    Shape::Line { from: moved(from), to: moved(to), stroke }
                }
                Shape::Polyline { points, stroke } => {
                    Shape::Polyline { points: points.into_iter().map(moved).collect(), stroke }
                }
                Shape::Polygon { points, fill } => {
                    Shape::Polygon { points: points.into_iter().map(moved).collect(), fill }
                }
                Shape::Band { edges, fill } => Shape::Band {
                    edges: edges
                        .into_iter()
                        .map(|(x, top, bottom)| (x + at.x, top + at.y, bottom + at.y))
                        .collect(),
                    fill,
                },
                Shape::Rect { area, radius, fill, stroke } => {
                    Shape::Rect { area: moved_area(area), radius, fill, stroke }
                }
                Shape::Marker { at, form, size, ink } => {
                    Shape::Marker { at: moved(at), form, size, ink }
                }
                Shape::Text(text) => Shape::Text(Text { at: moved(text.at), ..text }),
            }
        }));
        self.targets.extend(
            other
                .targets
                .into_iter()
                .map(|target| Target { area: moved_area(target.area), ..target }),
        );
    }
}

/// Corners of a filled [`Form`] of `size` points across; `None` for those that are not filled or
/// have none.
#[must_use]
pub fn corners(at: Point, form: Form, size: f32) -> Option<Vec<Point>> {
    let r = size / 2.0;
    let corners: &[(f32, f32)] = match form {
        Form::Square => &[(-0.8, -0.8), (0.8, -0.8), (0.8, 0.8), (-0.8, 0.8)],
        Form::Diamond => &[(0.0, -1.0), (1.0, 0.0), (0.0, 1.0), (-1.0, 0.0)],
        Form::Up => &[(0.0, -0.9), (1.0, 0.8), (-1.0, 0.8)],
        Form::Down => &[(0.0, 0.9), (-1.0, -0.8), (1.0, -0.8)],
        Form::Right => &[(0.9, 0.0), (-0.8, 1.0), (-0.8, -1.0)],
        Form::Left => &[(-0.9, 0.0), (0.8, -1.0), (0.8, 1.0)],
        Form::Dot | Form::Ring | Form::Cross | Form::Bar => return None,
    };
    Some(corners.iter().map(|&(x, y)| point(at.x + x * r, at.y + y * r)).collect())
}

/// Strokes of a [`Form`] that consists of such.
#[must_use]
pub fn strokes(at: Point, form: Form, size: f32) -> Vec<(Point, Point)> {
    let r = size / 2.0;
    match form {
        Form::Cross => vec![
            (point(at.x - r, at.y - r), point(at.x + r, at.y + r)),
            (point(at.x - r, at.y + r), point(at.x + r, at.y - r)),
        ],
        Form::Bar => vec![(point(at.x, at.y - r), point(at.x, at.y + r))],
        _ => Vec::new(),
    }
}

/// Width of the strokes of signs that consist of such, points.
pub const SIGN_STROKE: f32 = 1.75;
