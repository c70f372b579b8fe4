//! What is known of the picked object or parameter: facts, earlier values, and a plot of numbers.

use egui::{Align, Align2, Id, Layout, Rect, Role, Sense, Ui, UiBuilder, WidgetInfo, pos2, vec2};
use egui_plot::{AxisHints, Line as Curve, Plot};

use super::{ModelPanel, Times, go_to, list_id};
use crate::analysis::Snapshot;
use crate::core::ids::Seq;
use crate::core::time::Timestamp;
use crate::ui::command::UiCommand;
use crate::ui::theme::{Look, fonts, icons, size};
use crate::ui::widgets::controls;
use crate::ui::widgets::keys::Nav;
use crate::ui::widgets::rows::{self, RowInfo, Rows};
use crate::ui::widgets::text::{self, Elide};
use crate::view::format;
use crate::view::model_tree::words::clip;
use crate::view::model_tree::{Details, Line, ModelTree};

/// Height of the line with path and buttons, points.
const HEAD: f32 = 28.0;

/// From this width on the plot stands beside the lines, points.
const BESIDE: f32 = 520.0;

/// Width of the names of facts, points.
const NAMES: f32 = 82.0;

fn lines_id() -> Id {
    Id::unique("data-model-details")
}

/// Draws the details; `instead` of the list, with a way back to it.
#[expect(clippy::too_many_arguments, reason = "one part of the panel, drawn in one place")]
pub(super) fn show(
    ui: &mut Ui,
    look: Look,
    snapshot: &Snapshot,
    times: Times<'_>,
    model: &ModelTree,
    panel: &mut ModelPanel,
    instead: bool,
    commands: &mut Vec<UiCommand>,
) {
    let Some(details) = model.details() else { return };
    if head_ui(ui, look, details, instead, commands) {
        panel.details = false;
        rows::focus(ui, list_id());
    }
    let body = ui.available_rect_before_wrap();
    let mut lines = body;
    if details.points.len() > 1 && body.height() > 70.0 {
        let plot = if body.width() >= BESIDE {
            let (left, right) = body.split_left_right_at_fraction(0.55);
            lines = left;
            right
        } else {
            let height = (body.height() * 0.4).clamp(50.0, 130.0);
            let (top, rest) = body.split_top_bottom_at_y(body.min.y + height);
            lines = rest;
            top
        };
        let mut child = ui.new_child(UiBuilder::new().id_salt("model-plot").max_rect(plot));
        child.shrink_clip_rect(plot);
        plot_ui(&mut child, look, times, details);
    }
    let mut child = ui.new_child(UiBuilder::new().id_salt("model-lines").max_rect(lines));
    lines_ui(&mut child, look, snapshot, times, details, panel, instead, commands);
    ui.advance_cursor_after_rect(body);
}

/// Path and buttons. True if the way back was taken.
fn head_ui(
    ui: &mut Ui,
    look: Look,
    details: &Details,
    instead: bool,
    commands: &mut Vec<UiCommand>,
) -> bool {
    let t = look.tokens;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), HEAD), Sense::hover());
    let label = format!("Details of {}", clip(&details.path, 400));
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &label));
    ui.painter().hline(rect.x_range(), rect.max.y - 0.5, (1.0, t.border));
    let mut back = false;
    let mut left = rect.min.x + 9.0;
    if instead {
        let at = rect.shrink2(vec2(4.0, 0.0));
        let builder = UiBuilder::new().max_rect(at).layout(Layout::left_to_right(Align::Center));
        let mut child = ui.new_child(builder.id_salt("model-back"));
        let name = "Back to the data model";
        back = controls::icon_button(&mut child, look, icons::ARROW_LEFT, name).clicked();
        left = child.min_rect().max.x + 6.0;
    }
    let at = rect.shrink2(vec2(6.0, 0.0));
    let builder = UiBuilder::new().max_rect(at).layout(Layout::right_to_left(Align::Center));
    let mut child = ui.new_child(builder.id_salt("model-copy"));
    child.spacing_mut().item_spacing.x = 2.0;
    if let Some(value) = &details.value
        && controls::word_toggle(&mut child, look, "Copy value", "Copy value", false).clicked()
    {
        commands.push(UiCommand::Copy { text: value.to_string(), what: "Value" });
    }
    if controls::icon_button(&mut child, look, icons::COPY, "Copy path").clicked() {
        commands.push(UiCommand::Copy { text: details.path.clone(), what: "Path" });
    }
    let right = child.min_rect().min.x - 6.0;
    let at = Rect::from_min_max(pos2(left, rect.min.y), pos2(right.max(left), rect.max.y));
    let path = clip(&details.path, 400);
    let (font, align) = (fonts::body_medium(), Align2::LEFT_CENTER);
    let cut = text::line(ui.painter(), at, &path, &font, t.strong, align, Elide::Middle);
    if cut {
        response.on_hover_text(path);
    }
    back
}

#[expect(clippy::too_many_arguments, reason = "one list, drawn in one place")]
fn lines_ui(
    ui: &mut Ui,
    look: Look,
    snapshot: &Snapshot,
    times: Times<'_>,
    details: &Details,
    panel: &mut ModelPanel,
    instead: bool,
    commands: &mut Vec<UiCommand>,
) {
    let list = Rows {
        id: lines_id(),
        name: "Details",
        role: Role::List,
        row_height: size::ROW,
        len: details.lines.len(),
        top: panel.details_top,
    };
    let mut clicked = None;
    let output = list.show(ui, look, |ui, index, rect| {
        let Some(line) = details.lines.get(index) else { return };
        let hit = match line {
            Line::Fact(name, words) => fact_ui(ui, look, index, name, words, rect),
            Line::Earlier(0) => fact_ui(ui, look, index, "Earlier", "no other value seen", rect),
            Line::Earlier(n) => {
                let words = format!("{} {}", n, if *n == 1 { "value" } else { "values" });
                fact_ui(ui, look, index, "Earlier", &words, rect)
            }
            Line::Moment(name, at, seq) => {
                let time = times.clockface.time_millis(*at);
                let words = format!("{time}  ({})", times.ago(*at));
                moment_ui(ui, look, snapshot, index, (name, &words), *seq, rect)
            }
            Line::Value(at, seq, value) => {
                let value = if value.is_empty() { "(empty)" } else { value };
                let time = times.clockface.time_millis(*at);
                moment_ui(ui, look, snapshot, index, (&time, value), *seq, rect)
            }
        };
        if hit {
            clicked = Some(line);
        }
    });
    panel.details_top = output.top;
    if let Some(Line::Moment(_, _, seq) | Line::Value(_, seq, _)) = clicked {
        go_to(snapshot, *seq, commands);
    }
    match output.nav {
        Some(Nav::Left) if instead => {
            panel.details = false;
            rows::focus(ui, list_id());
        }
        Some(nav @ (Nav::Up | Nav::Down | Nav::PageUp | Nav::PageDown | Nav::Home | Nav::End)) => {
            // Nothing is picked here: the keys scroll.
            let at = match nav {
                Nav::Down | Nav::PageDown => panel.details_top + output.visible - 1.0,
                _ => panel.details_top,
            };
            let page = output.visible as usize;
            if let Some(to) = nav.apply(Some(at as usize), details.lines.len(), page) {
                rows::reveal(&mut panel.details_top, to, output.visible);
            }
        }
        _ => {}
    }
}

/// A name and words.
fn fact_ui(ui: &Ui, look: Look, index: usize, name: &str, words: &str, rect: Rect) -> bool {
    let label = if name.is_empty() { words.to_owned() } else { format!("{name}: {words}") };
    let info = info(&label);
    let response = rows::row(ui, look, lines_id().with(index), rect, &info);
    let at = rect.shrink2(vec2(9.0, 0.0));
    let (left, right) = at.split_left_right_at_x(at.min.x + NAMES);
    let (t, align) = (look.tokens, Align2::LEFT_CENTER);
    let painter = ui.painter();
    text::line(painter, left, name, &fonts::small_semibold(), t.weak, align, Elide::End);
    let font = if name == "Value" { fonts::mono() } else { fonts::body() };
    let cut = text::line(painter, right, words, &font, t.text, align, Elide::End);
    let clicked = response.clicked();
    if cut {
        response.on_hover_text(words);
    }
    clicked
}

/// A name, words, and the message that says so.
fn moment_ui(
    ui: &Ui,
    look: Look,
    snapshot: &Snapshot,
    index: usize,
    (name, words): (&str, &str),
    seq: Seq,
    rect: Rect,
) -> bool {
    let t = look.tokens;
    let kept = snapshot.row(seq).is_some();
    let number = if seq == Seq(0) { String::new() } else { format!("#{}", format::count(seq.0)) };
    let label = format!("{name}: {words} {number}");
    let mut response = rows::row(ui, look, lines_id().with(index), rect, &info(&label));
    let painter = ui.painter();
    let at = rect.shrink2(vec2(9.0, 0.0));
    let (left, right) = at.split_left_right_at_x(at.min.x + NAMES);
    let (middle, right) = right.split_left_right_at_x((right.max.x - 58.0).max(right.min.x));
    let small = fonts::small_semibold();
    text::line(painter, left, name, &small, t.weak, Align2::LEFT_CENTER, Elide::End);
    let mono = fonts::mono();
    let cut = text::line(painter, middle, words, &mono, t.text, Align2::LEFT_CENTER, Elide::End);
    let color = if kept { t.accent } else { t.weak };
    text::line(painter, right, &number, &mono, color, Align2::RIGHT_CENTER, Elide::End);
    if kept {
        response = response.on_hover_cursor(egui::CursorIcon::PointingHand);
    }
    let clicked = response.clicked();
    if cut {
        response.on_hover_text(words);
    } else if !kept {
        response.on_hover_text("This message is no longer kept");
    } else {
        response.on_hover_text("Click to go to this message");
    }
    clicked
}

fn info(label: &str) -> RowInfo<'_> {
    RowInfo { role: Role::ListItem, label, selected: false, expanded: None, level: None }
}

fn plot_ui(ui: &mut Ui, look: Look, times: Times<'_>, details: &Details) {
    let t = look.tokens;
    let clock = times.clockface.clone();
    let plot = Plot::new(("model-plot", &details.path))
        .show_background(false)
        .grid_color(t.border)
        .allow_scroll(false)
        .allow_drag(false)
        .allow_zoom(false)
        .allow_boxed_zoom(false)
        .allow_double_click_reset(false)
        .show_crosshair(false)
        .set_margin_fraction(vec2(0.02, 0.12))
        .custom_x_axes(vec![
            AxisHints::new_x()
                .formatter(move |mark, _| clock.time(Timestamp::from_secs_f64(mark.value)))
                .label_spacing(egui::Rangef::new(60.0, 62.0)),
        ])
        .custom_y_axes(vec![
            AxisHints::new_y().min_thickness(40.0).label_spacing(egui::Rangef::new(11.0, 12.0)),
        ])
        .label_formatter(|_| None);
    let response = plot.show(ui, |plot| {
        let curve = Curve::new("value", details.points.clone()).color(t.accent).width(1.5);
        plot.line(curve.allow_hover(false));
    });
    response.response.widget_info(|| WidgetInfo::labeled(Role::Image, true, "Plot of the values"));
}
