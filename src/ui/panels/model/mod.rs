//! The data model of the picked device: a tree of what was seen, or a list of what differs, with
//! the details of what is picked beside it.

mod compare;
mod details;
mod tree;

use egui::{Align, Align2, Id, Layout, Rect, Role, Sense, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use super::lower::{self, Head};
use crate::analysis::Snapshot;
use crate::core::ids::{EndpointId, Seq};
use crate::core::time::Timestamp;
use crate::ui::command::UiCommand;
use crate::ui::theme::{Look, fonts, icons};
use crate::ui::widgets::text::{self, Elide};
use crate::ui::widgets::{controls, rows};
use crate::view::format::{self, Clockface};
use crate::view::model_tree::{Comparison, ModelTree, Since};
use crate::view::state::Selection;

/// From this width on the details stand beside the list, points.
const WIDE: f32 = 760.0;

/// From this width on the controls fit into the header, points.
const ONE_BAR: f32 = 980.0;

/// Height of the bar for the controls where they don't, points.
const BAR: f32 = 30.0;

/// Longest text that is laid out for one cell, characters.
const CELL_CHARS: usize = 300;

/// Longest text shown under the pointer, characters.
const HOVER_CHARS: usize = 2_000;

/// How times are told.
#[derive(Clone, Copy)]
pub struct Times<'a> {
    /// The time now.
    pub now: Timestamp,
    /// Where the user is.
    pub clockface: &'a Clockface,
}

impl Times<'_> {
    /// An age while it is short, else a time.
    fn ago(&self, at: Timestamp) -> String {
        let nanos = self.now.nanos_since(at);
        match nanos / 1_000_000_000 {
            i64::MIN..1 => "now".to_owned(),
            1..3600 => format!("{} ago", format::age(nanos)),
            _ => self.clockface.time(at),
        }
    }
}

/// What the panel remembers from frame to frame.
#[derive(Default)]
pub struct ModelPanel {
    /// Where it is drawn.
    pub head: Head,
    top: f64,
    details_top: f64,
    /// Where there is no room for both, the details stand instead of the list.
    details: bool,
    filter: String,
    device: Option<EndpointId>,
}

/// Identity of the list for focus.
#[must_use]
pub fn list_id() -> Id {
    Id::unique("data-model")
}

/// Draws the panel.
#[expect(clippy::too_many_arguments, reason = "one panel, drawn in one place")]
pub fn show(
    ui: &mut Ui,
    look: Look,
    snapshot: &Snapshot,
    times: Times<'_>,
    model: &mut ModelTree,
    panel: &mut ModelPanel,
    selection: &Selection,
    commands: &mut Vec<UiCommand>,
) {
    if panel.device != selection.device {
        panel.device = selection.device;
        panel.top = 0.0;
    }
    let one_bar = ui.available_width() >= ONE_BAR;
    let count = totals(model);
    lower::header(ui, look, panel.head, &count, commands, |ui| {
        if one_bar {
            controls_ui(ui, look, model, panel, selection);
        }
    });
    if !one_bar {
        bar_ui(ui, look, |ui| controls_ui(ui, look, model, panel, selection));
    }
    let body = ui.available_rect_before_wrap();
    ui.painter().rect_filled(body, 0.0, look.tokens.canvas);
    if let Some(text) = why_empty(snapshot, model, selection) {
        rows::nothing(ui, look, &text);
        return;
    }
    if model.comparison().is_none()
        && let Some(pinned) = model.pinned()
    {
        let name = format::one_line(snapshot.endpoint_name(pinned)).into_owned();
        banner_ui(ui, look, &format!("{name} is pinned: pick another device to compare it with"));
    }
    let body = ui.available_rect_before_wrap();
    let picked = model.details().is_some();
    if picked && body.width() >= WIDE {
        let x = (body.max.x - body.width() / 3.0).round();
        let (left, right) = body.split_left_right_at_x(x);
        inside(ui, "list", left, |ui| list_ui(ui, look, snapshot, times, model, panel, commands));
        ui.painter().vline(x, body.y_range(), (1.0, look.tokens.border));
        let right = Rect::from_min_max(pos2(x + 1.0, right.min.y), right.max);
        inside(ui, "details", right, |ui| {
            details::show(ui, look, snapshot, times, model, panel, false, commands);
        });
        ui.advance_cursor_after_rect(body);
    } else if picked && panel.details {
        details::show(ui, look, snapshot, times, model, panel, true, commands);
    } else {
        list_ui(ui, look, snapshot, times, model, panel, commands);
    }
}

fn inside(ui: &mut Ui, salt: &str, rect: Rect, draw: impl FnOnce(&mut Ui)) {
    let mut child = ui.new_child(UiBuilder::new().id_salt(salt).max_rect(rect));
    child.shrink_clip_rect(rect);
    draw(&mut child);
}

fn list_ui(
    ui: &mut Ui,
    look: Look,
    snapshot: &Snapshot,
    times: Times<'_>,
    model: &mut ModelTree,
    panel: &mut ModelPanel,
    commands: &mut Vec<UiCommand>,
) {
    match model.comparison() {
        Some(what) => compare::show(ui, look, snapshot, what, model, panel, commands),
        None => tree::show(ui, look, snapshot, times, model, panel, commands),
    }
}

/// How much there is.
fn totals(model: &ModelTree) -> String {
    let Some(shadow) = model.shadow() else { return String::new() };
    let some = |n: usize, one: &str, many: &str| {
        format!("{} {}", format::count(n as u64), if n == 1 { one } else { many })
    };
    if model.comparison().is_some() {
        return some(model.differences().len(), "difference", "differences");
    }
    let objects = some(shadow.objects.len(), "object", "objects");
    format!("{objects} · {}", some(shadow.params.len(), "parameter", "parameters"))
}

/// What to say instead of rows.
fn why_empty(snapshot: &Snapshot, model: &ModelTree, selection: &Selection) -> Option<String> {
    let name = |id| format::one_line(snapshot.endpoint_name(id)).into_owned();
    let Some(device) = selection.device else {
        return Some(match model.pinned() {
            Some(pinned) => format!("Pick a device to compare with {}", name(pinned)),
            None => "Pick a device to see its data model as far as it was seen".to_owned(),
        });
    };
    if model.shadow().is_none() {
        let text = "Nothing of this device's data model was seen yet: it appears with the answers \
                    to Get";
        return Some(text.to_owned());
    }
    if model.misses_pinned()
        && let Some(pinned) = model.pinned()
    {
        return Some(format!("Nothing of the data model of {} is kept", name(pinned)));
    }
    if !model.is_empty() {
        return None;
    }
    Some(match model.comparison() {
        _ if !model.filter().trim().is_empty() => "Nothing contains this text".to_owned(),
        Some(Comparison::Devices(left, _)) => {
            format!("No difference between {} and {}", name(left), name(device))
        }
        Some(Comparison::Moments(Since::All)) => "No value has changed so far".to_owned(),
        Some(Comparison::Moments(since)) => {
            format!("Nothing has changed in the last {}", since.label())
        }
        None => "Nothing is kept of this device's data model".to_owned(),
    })
}

/// Laid out from the right: the last one stands first.
fn controls_ui(
    ui: &mut Ui,
    look: Look,
    model: &mut ModelTree,
    panel: &mut ModelPanel,
    selection: &Selection,
) {
    if model.pinned().is_some() {
        if controls::word_toggle(ui, look, "End comparison", "End comparison", true).clicked() {
            model.pin(None);
            panel.top = 0.0;
        }
    } else if let Some(device) = selection.device.filter(|_| model.shadow().is_some()) {
        let name = "Compare with another device";
        let button = controls::word_toggle(ui, look, "Compare with…", name, false);
        let hint = "Pins this device; the next one picked is compared with it";
        if button.on_hover_text(hint).clicked() {
            model.pin(Some(device));
        }
    }
    if !matches!(model.comparison(), Some(Comparison::Devices(..))) {
        ui.add_space(6.0);
        let choices = Since::ALL.into_iter().rev().map(|since| (since, since.label()));
        if let Some(since) = controls::segments(ui, look, model.since(), choices) {
            model.set_since(since);
            panel.top = 0.0;
        }
        let small = fonts::small();
        let width = text::width(ui.painter(), "Changes since", &small).ceil() + 6.0;
        let (rect, _) = ui.allocate_exact_size(vec2(width, 22.0), Sense::hover());
        let weak = look.tokens.weak;
        let align = Align2::LEFT_CENTER;
        text::line(ui.painter(), rect, "Changes since", &small, weak, align, Elide::End);
    }
    ui.add_space(6.0);
    let width = (ui.available_width() - 40.0).clamp(80.0, 200.0);
    let name = "Search the data model";
    controls::filter_field(ui, look, &mut panel.filter, name, "Path or value", width);
    if panel.filter != model.filter() {
        model.set_filter(&panel.filter);
        panel.top = 0.0;
    }
}

fn bar_ui(ui: &mut Ui, look: Look, controls: impl FnOnce(&mut Ui)) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), BAR), Sense::hover());
    ui.painter().hline(rect.x_range(), rect.max.y - 0.5, (1.0, look.tokens.border));
    let builder = UiBuilder::new()
        .id_salt("model-controls")
        .max_rect(rect.shrink2(vec2(6.0, 0.0)))
        .layout(Layout::right_to_left(Align::Center));
    let mut child = ui.new_child(builder);
    child.spacing_mut().item_spacing.x = 4.0;
    controls(&mut child);
}

/// A line of words above the list.
fn banner_ui(ui: &mut Ui, look: Look, words: &str) {
    let t = look.tokens;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 22.0), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, words));
    ui.painter().rect_filled(rect, 0.0, t.info.gamma_multiply(0.12));
    let (icon, rest) = rect.shrink2(vec2(8.0, 0.0)).split_left_right_at_x(rect.min.x + 26.0);
    text::icon(ui.painter(), icon, icons::INFO, 14.0, t.info);
    let font = fonts::body();
    text::line(ui.painter(), rest, words, &font, t.text, Align2::LEFT_CENTER, Elide::End);
}

/// Goes to a message if it is still kept.
fn go_to(snapshot: &Snapshot, seq: Seq, commands: &mut Vec<UiCommand>) {
    if snapshot.row(seq).is_some() {
        commands.push(UiCommand::GoToMessage(seq));
    }
}
