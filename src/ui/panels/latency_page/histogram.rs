//! The histogram beside the plot, on the same scale of response times: how many answers took how
//! long in the time picked, or in all on view.

use egui::{Align2, Id, Rect, Role, Sense, Ui, WidgetInfo, pos2};

use super::Scene;
use super::area::Area;
use super::bands;
use crate::ui::theme::fonts;
use crate::ui::widgets::text::{self, Elide};
use crate::view::format;
use crate::view::latency::chart::Chart;

/// Draws it into `rect`, level with the plot.
pub fn show(ui: &Ui, scene: &Scene<'_>, chart: &Chart, area: &Area, rect: Rect) {
    let t = scene.look.tokens;
    let painter = ui.painter();
    let title = if scene.selection.range.is_some() { "Time picked" } else { "Time on view" };
    let head = Rect::from_min_max(
        pos2(rect.min.x, area.timeouts.min.y),
        pos2(rect.max.x - 4.0, area.timeouts.max.y),
    );
    let text = format!("{title} · {}", format::counted(chart.totals.count, "answer"));
    let font = fonts::small();
    text::line(painter, head, &text, &font, t.weak, Align2::LEFT_CENTER, Elide::End);
    let body = Rect::from_min_max(
        pos2(rect.min.x, area.main.min.y),
        pos2(rect.max.x - 4.0, area.main.max.y),
    );
    painter.vline(body.min.x, body.y_range(), (1.0, t.border));
    painter.hline(body.x_range(), body.max.y, (1.0, t.border));
    let response = ui.interact(body, Id::unique("latency-histogram"), Sense::HOVER);
    let [p50, p95, p99] = chart.totals.percentiles.map(format::latency);
    let label = if chart.totals.count == 0 {
        "Histogram, no answers".to_owned()
    } else {
        let count = format::counted(chart.totals.count, "answer");
        format!("Histogram, {count}, p50 {p50}, p95 {p95}, p99 {p99}")
    };
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &label));
    let most = chart.bars.iter().map(|bar| bar.count).fold(0.0, f64::max);
    if most <= 0.0 {
        return;
    }
    let inside = painter.with_clip_rect(body);
    let color = bands::color(scene.look);
    let pointer = response.hover_pos();
    let mut pointed = None;
    for bar in &chart.bars {
        let (top, bottom) = (area.y(bar.nanos.1), area.y(bar.nanos.0));
        let length = (bar.count / most) as f32 * (body.width() - 2.0);
        let rect = Rect::from_min_max(
            pos2(body.min.x + 1.0, top + 0.5),
            pos2(body.min.x + 1.0 + length.max(1.5), bottom.max(top + 1.5) - 0.5),
        );
        let is_pointed = pointer.is_some_and(|at| (top..bottom).contains(&at.y));
        let strength = if is_pointed { 0.95 } else { 0.6 };
        inside.rect_filled(rect, 0.0, color.gamma_multiply(strength));
        if is_pointed {
            pointed = Some(*bar);
        }
    }
    let mut free_below = f32::MAX;
    for (name, nanos) in ["p50", "p95", "p99"].into_iter().zip(chart.totals.percentiles) {
        let y = area.y(nanos);
        painter.hline(body.x_range(), y, (1.0, t.strong.gamma_multiply(0.55)));
        // From below upwards; those that would lie on another go above it.
        let label_y = (y - 7.0).min(free_below).max(body.min.y + 6.0);
        let at = pos2(body.max.x - 3.0, label_y);
        let label = format!("{name} {}", format::latency(nanos));
        let place = painter.layout_no_wrap(label, fonts::small(), t.strong);
        let place_at = Align2::RIGHT_CENTER.anchor_size(at, place.size());
        painter.rect_filled(
            place_at.expand2(egui::vec2(2.0, 0.0)),
            2.0,
            t.canvas.gamma_multiply(0.75),
        );
        painter.galley(place_at.min, place, t.strong);
        free_below = label_y - 13.0;
    }
    if let Some(bar) = pointed {
        let (low, high) = (format::latency(bar.nanos.0), format::latency(bar.nanos.1));
        let share = bar.count * 100.0 / chart.totals.count.max(1) as f64;
        let count = format::counted(bar.count.round() as u64, "answer");
        response.on_hover_text(format!("{low} – {high}\n{count}, {share:.1} %"));
    }
}
