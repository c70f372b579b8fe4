//! Response times over time, one point per answer.

use egui::{Align2, Color32, Id, Rangef, Rect, RichText, Role, Sense, Ui, pos2, vec2};
use egui_plot::{AxisHints, GridInput, GridMark, Plot, PlotBounds, PlotPoint, Points};

use super::lower::{self, Head};
use crate::analysis::Snapshot;
use crate::core::ids::EndpointId;
use crate::core::time::Timestamp;
use crate::ui::command::UiCommand;
use crate::ui::theme::{Look, fonts, icons};
use crate::ui::widgets::controls;
use crate::ui::widgets::rows;
use crate::ui::widgets::text::{self, Elide};
use crate::view::format::{self, Clockface};
use crate::view::latency::scatter::{Drawing, Latency, Options, Point, Span};
use crate::view::state::Selection;

/// How near the pointer has to be to a point, points of the screen.
const REACH: f32 = 12.0;

/// What the panel remembers from frame to frame.
#[derive(Default)]
pub struct LatencyPanel {
    /// Where it is drawn.
    pub head: Head,
    /// What is plotted, and how.
    pub options: Options,
    /// The user moved or zoomed the plot: leave it where it is.
    held: bool,
    /// Size of the plot in the last frame.
    size: (f32, f32),
}

/// Draws the panel.
#[expect(clippy::too_many_arguments, reason = "one panel, drawn in one place")]
pub fn show(
    ui: &mut Ui,
    look: Look,
    snapshot: &Snapshot,
    clockface: &Clockface,
    latency: &mut Latency,
    panel: &mut LatencyPanel,
    selection: &Selection,
    commands: &mut Vec<UiCommand>,
) {
    panel.options.device = selection.device;
    panel.options.topic = selection.topic;
    let (width, height) = panel.size;
    latency.refresh(snapshot, panel.options, width, height);
    let latency = &*latency;
    let drawing = latency.drawing();
    lower::header(ui, look, panel.head, &numbers(drawing), commands, |ui| {
        controls_ui(ui, look, panel);
    });
    let rect = ui.available_rect_before_wrap();
    ui.painter().rect_filled(rect, 0.0, look.tokens.canvas);
    if drawing.series.is_empty() {
        let text = if latency.devices() == 0 {
            "A point appears here for each answer to a request, as seen at the broker"
        } else {
            "No answer in this time span for what is picked"
        };
        rows::nothing(ui, look, text);
        return;
    }
    let legend_width = if rect.width() > 560.0 { 168.0 } else { 0.0 };
    let plot_rect = Rect::from_min_max(rect.min, pos2(rect.max.x - legend_width, rect.max.y));
    let builder = egui::UiBuilder::new().id_salt("latency-plot").max_rect(plot_rect);
    ui.scope_builder(builder, |ui| {
        plot_ui(ui, look, snapshot, clockface, drawing, panel, selection, commands);
    });
    if legend_width > 0.0 {
        let legend = Rect::from_min_max(pos2(plot_rect.max.x, rect.min.y), rect.max);
        legend_ui(ui, look, snapshot, latency, drawing, legend, selection, commands);
    }
}

/// Count and percentiles of what is shown.
fn numbers(drawing: &Drawing) -> String {
    match (drawing.median, drawing.p95, drawing.max) {
        (Some(median), Some(p95), Some(max)) => format!(
            "{} answers · p50 {} · p95 {} · max {}",
            format::count(drawing.samples as u64),
            format::latency(median),
            format::latency(p95),
            format::latency(max)
        ),
        _ => String::new(),
    }
}

fn controls_ui(ui: &mut Ui, look: Look, panel: &mut LatencyPanel) {
    let options = &mut panel.options;
    // Laid out from the right: the last one stands first.
    let notify =
        controls::word_toggle(ui, look, "Notify", "Show notify acknowledgements", options.notify);
    let notify = notify.on_hover_text(
        "Also show how long the controller takes to acknowledge notifications.\n\
         That measures the controller, not the device.",
    );
    if notify.clicked() {
        options.notify = !options.notify;
    }
    let log = controls::word_toggle(ui, look, "Log", "Logarithmic scale", options.log);
    if log.on_hover_text("Logarithmic scale of response times").clicked() {
        options.log = !options.log;
        panel.held = false;
    }
    ui.add_space(6.0);
    let spans = Span::ALL.into_iter().rev().map(|span| (span, span.label()));
    if let Some(span) = controls::segments(ui, look, options.span, spans) {
        options.span = span;
        panel.held = false;
    }
    if panel.held && controls::button(ui, look, icons::RETRY, "Live").clicked() {
        panel.held = false;
    }
}

/// Grid lines of time: round seconds and minutes, about eight over the width.
fn times(input: GridInput) -> Vec<GridMark> {
    const STEPS: [f64; 14] =
        [1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0, 7200.0];
    let (low, high) = input.bounds;
    let rough = (high - low) / 8.0;
    let step = STEPS.into_iter().find(|step| *step >= rough).unwrap_or(rough.max(1.0));
    let first = (low / step).ceil();
    (0..32)
        .map(|n| (first + f64::from(n)) * step)
        .take_while(|value| *value <= high)
        .map(|value| GridMark { value, step_size: step })
        .collect()
}

#[expect(clippy::too_many_arguments, reason = "one plot, drawn in one place")]
fn plot_ui(
    ui: &mut Ui,
    look: Look,
    snapshot: &Snapshot,
    clockface: &Clockface,
    drawing: &Drawing,
    panel: &mut LatencyPanel,
    selection: &Selection,
    commands: &mut Vec<UiCommand>,
) {
    let t = look.tokens;
    let log = panel.options.log;
    // Plot items want their points as pairs.
    let series: Vec<(String, Color32, Vec<[f64; 2]>, bool)> = drawing
        .series
        .iter()
        .map(|s| {
            let stands_out = selection.device.is_none() || s.device == selection.device;
            let color = series_color(look, s.colour);
            let color = if stands_out { color } else { color.gamma_multiply(0.35) };
            let name = s.device.map_or("Other devices", |id| snapshot.endpoint_name(id));
            (name.to_owned(), color, s.points.iter().map(|p| [p.x, p.y]).collect(), stands_out)
        })
        .collect();
    let picked = selection.message.and_then(|seq| {
        let all = drawing.series.iter().flat_map(|s| &s.points);
        all.clone().find(|p| p.sample.answer == seq).map(|p| [p.x, p.y])
    });
    let (x, y, held) = (drawing.x, drawing.y, panel.held);
    let clock = clockface.clone();
    let plot = Plot::new("latency")
        .show_background(false)
        .show_axes([true, true])
        .grid_color(t.border)
        .allow_scroll(false)
        .allow_double_click_reset(false)
        .show_crosshair(false)
        .set_margin_fraction(vec2(0.0, 0.0))
        .custom_x_axes(vec![
            AxisHints::new_x()
                .formatter(move |mark, range| {
                    let at = Timestamp::from_secs_f64(mark.value);
                    let text = clock.time(at);
                    // Whole minutes are enough when the range is long.
                    if range.end() - range.start() > 900.0 {
                        text.get(..5).unwrap_or("").to_owned()
                    } else {
                        text
                    }
                })
                .label_spacing(Rangef::new(50.0, 52.0)),
        ])
        .x_grid_spacer(times)
        .custom_y_axes(vec![
            AxisHints::new_y()
                .formatter(move |mark, _| y_label(mark.value, log))
                .min_thickness(52.0)
                // Readable at once; the default fades labels in over a range of distances.
                .label_spacing(Rangef::new(11.0, 12.0)),
        ])
        .label_formatter(|_| None);
    let plot = if log { plot.y_grid_spacer(decades) } else { plot };
    let response = plot.show(ui, |plot| {
        if !held {
            let air = (x.1 - x.0) * 0.01;
            // Some room above, or the label at the top would lie under the panel's header.
            let top = y.1 + (y.1 - y.0) * 0.06;
            plot.set_plot_bounds(PlotBounds::from_min_max([x.0, y.0], [x.1 + air, top]));
        }
        for (name, color, points, stands_out) in &series {
            let radius = if *stands_out { 2.6 } else { 1.8 };
            let points = Points::new(name.clone(), points.clone()).radius(radius).color(*color);
            plot.points(points.allow_hover(false));
        }
        if let Some(at) = picked {
            let ring = Points::new("picked", vec![at]).radius(6.0).color(t.strong);
            plot.points(ring.filled(false).allow_hover(false));
        }
    });
    response.response.widget_info(|| egui::WidgetInfo::labeled(Role::Image, true, "Latency plot"));
    let area = *response.transform.frame();
    panel.size = (area.width(), area.height());
    if response.response.dragged() || response.response.hovered() && zoomed(ui) {
        panel.held = true;
    }
    if response.response.double_clicked() {
        panel.held = false;
    }
    let Some(pointer) = response.response.hover_pos() else { return };
    let near = drawing
        .series
        .iter()
        .flat_map(|s| &s.points)
        .map(|p| (response.transform.position_from_point(&PlotPoint::new(p.x, p.y)), p))
        .map(|(pos, p)| (pos.distance(pointer), pos, p))
        .filter(|(distance, ..)| *distance < REACH)
        .min_by(|a, b| a.0.total_cmp(&b.0));
    let Some((_, pos, point)) = near else { return };
    ui.painter().circle_stroke(pos, 5.0, (1.5, t.strong));
    let clicked = response.response.clicked();
    response
        .response
        .on_hover_cursor(egui::CursorIcon::PointingHand)
        .on_hover_ui_at_pointer(|ui| point_ui(ui, look, snapshot, clockface, point));
    if clicked {
        commands.push(UiCommand::GoToMessage(point.sample.answer));
    }
}

fn zoomed(ui: &Ui) -> bool {
    ui.input(|input| input.zoom_delta() != 1.0)
}

fn point_ui(ui: &mut Ui, look: Look, snapshot: &Snapshot, clockface: &Clockface, point: &Point) {
    let sample = &point.sample;
    let device = snapshot.endpoint_name(sample.device);
    let value = format::latency(sample.nanos);
    ui.label(RichText::new(value).font(fonts::body_medium()).color(look.tokens.strong));
    ui.label(format!("{} · {}", sample.request.label(), clockface.time_millis(sample.at)));
    ui.monospace(format::one_line(device));
    ui.weak("Click to inspect the answer");
}

fn series_color(look: Look, colour: usize) -> Color32 {
    look.tokens.series.get(colour).copied().unwrap_or(look.tokens.weak)
}

/// `1 ms`, `10 ms`, `1 s` at decades; plain milliseconds on a linear scale.
fn y_label(value: f64, log: bool) -> String {
    let ms = if log { 10f64.powf(value) } else { value };
    if log && (value - value.round()).abs() > 1e-6 {
        return String::new();
    }
    match ms {
        _ if ms >= 1000.0 => format!("{} s", trim(ms / 1000.0)),
        _ => format!("{} ms", trim(ms)),
    }
}

fn trim(value: f64) -> String {
    let text = format!("{value:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Grid lines at decades, fainter ones at 2 and 5 times them.
fn decades(input: GridInput) -> Vec<GridMark> {
    let bounds = input.bounds.0..=input.bounds.1;
    let low = bounds.start().floor().max(-6.0) as i32;
    let high = bounds.end().ceil().min(9.0) as i32;
    let mut marks = Vec::new();
    for decade in low..=high {
        let at = f64::from(decade);
        marks.push(GridMark { value: at, step_size: 1.0 });
        for part in [2f64, 5f64] {
            marks.push(GridMark { value: at + part.log10(), step_size: 0.3 });
        }
    }
    // Labels of marks beyond the plot would be drawn over its neighbours.
    marks.retain(|mark| bounds.contains(&mark.value));
    marks
}

#[expect(clippy::too_many_arguments, reason = "one legend, drawn in one place")]
fn legend_ui(
    ui: &mut Ui,
    look: Look,
    snapshot: &Snapshot,
    latency: &Latency,
    drawing: &Drawing,
    rect: Rect,
    selection: &Selection,
    commands: &mut Vec<UiCommand>,
) {
    let t = look.tokens;
    let row_height = 18.0;
    let mut entries: Vec<(Option<EndpointId>, usize)> =
        drawing.series.iter().map(|s| (s.device, s.colour)).collect();
    entries.sort_unstable_by_key(|(_, colour)| *colour);
    let room = ((rect.height() - 8.0) / row_height).max(0.0) as usize;
    // The line for all others stays even where not every device has room.
    if entries.len() > room
        && let Some(others) = entries.pop_if(|(device, _)| device.is_none())
    {
        entries.truncate(room.saturating_sub(1));
        entries.push(others);
    }
    let coloured = entries.iter().filter(|(device, _)| device.is_some()).count();
    for (line, (device, colour)) in entries.into_iter().take(room).enumerate() {
        let row = Rect::from_min_size(
            rect.min + vec2(4.0, 6.0 + line as f32 * row_height),
            vec2(rect.width() - 8.0, row_height),
        );
        let dot = pos2(row.min.x + 8.0, row.center().y);
        ui.painter().circle_filled(dot, 3.5, series_color(look, colour));
        let name = match device {
            Some(id) => {
                format::one_line(format::short_endpoint(snapshot.endpoint_name(id))).into_owned()
            }
            None => {
                let others = latency.devices().saturating_sub(coloured);
                match selection.topic {
                    Some(_) => "other devices".to_owned(),
                    None => format!("{} other devices", format::count(others as u64)),
                }
            }
        };
        let text_rect = Rect::from_min_max(pos2(row.min.x + 18.0, row.min.y), row.max);
        let mut color = t.weak;
        if let Some(id) = device {
            let response = ui.interact(row, Id::unique("legend").with(id.0), Sense::CLICK);
            let label = format!("Legend {name}");
            response.widget_info(|| egui::WidgetInfo::labeled(Role::Button, true, &label));
            let on = selection.device == Some(id);
            if on || response.hovered() {
                color = t.strong;
            } else {
                color = t.text;
            }
            if response.clicked() {
                commands.push(UiCommand::PickDevice((!on).then_some(id)));
            }
        }
        text::line(
            ui.painter(),
            text_rect,
            &name,
            &fonts::small(),
            color,
            Align2::LEFT_CENTER,
            Elide::Middle,
        );
    }
}
