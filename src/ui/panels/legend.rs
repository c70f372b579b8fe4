//! What the colours at the left of the rows mean, each with its shape or word.

use egui::{Color32, Painter, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::core::ids::EndpointId;
use crate::ui::theme::{Look, fonts};
use crate::ui::widgets::text::{self, Elide};
use crate::usp::kind::Family;
use crate::usp::outcome::Grade;
use crate::view::traffic::ColourBy;

/// The colour and the shape of a bar.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Bar {
    /// Its colour.
    pub color: Color32,
    /// Whole, in two pieces, or cut short: for those who can't tell the colours apart.
    pub shape: Shape,
}

/// How a bar is drawn.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shape {
    /// From top to bottom.
    Whole,
    /// In two pieces.
    Broken,
    /// A square in the middle.
    Square,
}

/// The bar of a result.
#[must_use]
pub fn of_grade(look: Look, grade: Option<Grade>) -> Option<Bar> {
    let t = look.tokens;
    Some(match grade? {
        Grade::Ok => Bar { color: t.ok, shape: Shape::Whole },
        Grade::Partial => Bar { color: t.warn, shape: Shape::Broken },
        Grade::Failed => Bar { color: t.error, shape: Shape::Square },
    })
}

/// The bar of a type.
#[must_use]
pub fn of_family(look: Look, family: Option<Family>) -> Bar {
    Bar { color: look.family(family), shape: Shape::Whole }
}

/// The bar of a device; after ten devices the colours begin anew.
#[must_use]
pub fn of_device(look: Look, device: Option<EndpointId>) -> Option<Bar> {
    let series = &look.tokens.series;
    let color = *series.get(device?.0 as usize % series.len())?;
    Some(Bar { color, shape: Shape::Whole })
}

/// Draws a bar into a rectangle.
pub fn paint(painter: &Painter, rect: Rect, bar: Bar) {
    let part = |from: f32, to: f32| {
        let y = |at: f32| rect.min.y + rect.height() * at;
        Rect::from_min_max(pos2(rect.min.x, y(from)), pos2(rect.max.x, y(to)))
    };
    match bar.shape {
        Shape::Whole => {
            painter.rect_filled(part(0.0, 1.0), 0.0, bar.color);
        }
        Shape::Broken => {
            painter.rect_filled(part(0.05, 0.4), 0.0, bar.color);
            painter.rect_filled(part(0.6, 0.95), 0.0, bar.color);
        }
        Shape::Square => {
            let side = rect.width() + 2.0;
            let square = Rect::from_center_size(rect.center(), vec2(side, side));
            painter.rect_filled(square, 0.0, bar.color);
        }
    }
}

/// The legend.
pub(super) fn show(ui: &mut Ui, look: Look, by: ColourBy) {
    match by {
        ColourBy::Kind => {
            for (family, words) in [
                (Some(Family::Read), "Get, GetInstances, GetSupported… and answers"),
                (Some(Family::Write), "Set, Add, Delete and their answers"),
                (Some(Family::Notify), "Notify and NotifyResp"),
                (Some(Family::Operate), "Operate and OperateResp"),
                (Some(Family::Register), "Register, Deregister and their answers"),
                (Some(Family::Error), "Error, damaged"),
                (None, "Everything else"),
            ] {
                line(ui, look, Some(of_family(look, family)), words);
            }
        }
        ColourBy::Grade => {
            line(ui, look, of_grade(look, Some(Grade::Ok)), "Done");
            line(ui, look, of_grade(look, Some(Grade::Partial)), "Partly failed: two pieces");
            line(ui, look, of_grade(look, Some(Grade::Failed)), "Failed: a square");
            line(ui, look, None, "No result");
        }
        ColourBy::Device => {
            ui.label("Each device has a colour; after ten they begin anew.");
        }
    }
}

fn line(ui: &mut Ui, look: Look, bar: Option<Bar>, words: &str) {
    let (rect, response) = ui.allocate_exact_size(vec2(260.0, 17.0), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, words));
    if let Some(bar) = bar {
        let at = Rect::from_min_size(rect.min + vec2(4.0, 1.0), vec2(4.0, rect.height() - 2.0));
        paint(ui.painter(), at, bar);
    }
    let rest = Rect::from_min_max(pos2(rect.min.x + 16.0, rect.min.y), rect.max);
    let (font, color) = (fonts::small(), look.tokens.text);
    text::line(ui.painter(), rest, words, &font, color, egui::Align2::LEFT_CENTER, Elide::End);
}
