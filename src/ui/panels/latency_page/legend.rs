//! What the lines and shades of the latency plot mean, on one line above it.

use egui::{Align2, Color32, Rect, Role, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use super::Scene;
use super::{bands, heat, marks, points};
use crate::ui::theme::{Look, fonts};
use crate::ui::widgets::text::{self, Elide};
use crate::view::format;
use crate::view::latency::bins::ERROR_PERCENT;
use crate::view::latency::chart::{Chart, Mode};
use crate::view::latency::scatter::Drawing;

/// Height of the line, points.
pub const HEIGHT: f32 = 22.0;

/// Width of a sample of what is drawn.
const SAMPLE: f32 = 18.0;

/// Draws it into `rect`.
pub fn show(ui: &Ui, scene: &Scene<'_>, chart: &Chart, points: &Drawing, mode: Mode, rect: Rect) {
    let look = scene.look;
    let mut line = Line { ui, look, x: rect.min.x + 6.0, rect };
    match mode {
        Mode::Bands => {
            let color = bands::color(look);
            line.item("p50", |ui, at| stroke(ui, at, Stroke::new(1.8, color)));
            line.item("to p95", |ui, at| fill(ui, at, color.gamma_multiply(bands::OPACITY[0])));
            line.item("to p99", |ui, at| fill(ui, at, color.gamma_multiply(bands::OPACITY[1])));
            line.item("Max", |ui, at| stroke(ui, at, Stroke::new(1.0, bands::max_color(look))));
        }
        Mode::Heat => {
            let most = format::count(chart.heat.max.round().max(1.0) as u64);
            line.wide_item(&format!("1 to {most} answers"), 90.0, |ui, at| {
                let bar = Rect::from_center_size(at.center(), vec2(at.width(), 9.0));
                heat::legend_bar(ui.painter(), look, bar);
            });
        }
        Mode::Points => {
            let (devices, others) = points::devices(points);
            for (device, colour) in devices.into_iter().take(4) {
                let name = format::short_endpoint(scene.snapshot.endpoint_name(device));
                let name = format::elide_middle(&format::one_line(name), 18).into_owned();
                line.item(&name, |ui, at| {
                    ui.painter().circle_filled(at.center(), 3.0, points::color(look, colour));
                });
            }
            if others {
                line.item("Others", |ui, at| {
                    ui.painter().circle_filled(at.center(), 3.0, look.tokens.weak);
                });
            }
        }
    }
    line.item("Timeouts", |ui, at| marks::timeout_sign(ui, look, at.center()));
    line.item("Broker round trip", |ui, at| {
        let color = marks::trip_color(look);
        let ends = [pos2(at.min.x, at.center().y), pos2(at.max.x, at.center().y)];
        ui.painter().extend(egui::Shape::dashed_line(&ends, Stroke::new(1.0, color), 3.0, 3.0));
        ui.painter().add(marks::trip_sign(at.center(), color));
    });
    let left = line.x;
    let width = format::age(chart.grid.width);
    let text = format!("per {width}");
    let at = Rect::from_min_max(pos2(left, rect.min.y), pos2(rect.max.x - 6.0, rect.max.y));
    let font = fonts::small();
    if at.width() > 60.0 {
        let painter = ui.painter();
        text::line(painter, at, &text, &font, look.tokens.weak, Align2::RIGHT_CENTER, Elide::End);
        let response = ui.interact(at, egui::Id::unique("latency-column-width"), Sense::HOVER);
        let label = format!("Each column is {width}");
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &label));
        response.on_hover_text(format!(
            "{label}. Percentiles are exact to within {ERROR_PERCENT} %, counts and the longest \
             are exact.\nColumns get wider where answers are rare."
        ));
    }
}

struct Line<'a> {
    ui: &'a Ui,
    look: Look,
    x: f32,
    rect: Rect,
}

impl Line<'_> {
    fn item(&mut self, name: &str, sample: impl FnOnce(&Ui, Rect)) {
        self.wide_item(name, SAMPLE, sample);
    }

    /// A sample and its name, as long as there is room.
    fn wide_item(&mut self, name: &str, width: f32, sample: impl FnOnce(&Ui, Rect)) {
        let font = fonts::small();
        let painter = self.ui.painter();
        let text_width = text::width(painter, name, &font).ceil() + 2.0;
        if self.x + width + 5.0 + text_width > self.rect.max.x {
            return;
        }
        let at =
            Rect::from_min_size(pos2(self.x, self.rect.min.y), vec2(width, self.rect.height()));
        sample(self.ui, at);
        let label = Rect::from_min_size(
            pos2(at.max.x + 5.0, self.rect.min.y),
            vec2(text_width, self.rect.height()),
        );
        let color = self.look.tokens.weak;
        text::line(painter, label, name, &font, color, Align2::LEFT_CENTER, Elide::End);
        self.x = label.max.x + 12.0;
    }
}

fn stroke(ui: &Ui, at: Rect, stroke: Stroke) {
    ui.painter().hline(at.x_range(), at.center().y, stroke);
}

fn fill(ui: &Ui, at: Rect, color: Color32) {
    let at = Rect::from_center_size(at.center(), vec2(at.width(), 10.0));
    ui.painter().rect_filled(at, 1.0, color);
}
