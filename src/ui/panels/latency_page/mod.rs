//! The latency page: how long devices take to answer, over time, as a histogram and by device and
//! type, with what happened beside it, and the broker's own round trip apart.

mod area;
mod axes;
mod bands;
mod heat;
mod histogram;
mod legend;
mod marks;
mod plot;
mod points;
mod readout;
mod table;

use egui::{Align, Button, Frame, Layout, Panel, Popup, Rect, RichText, Ui, UiBuilder, pos2, vec2};

use super::{empty, picks};
use crate::analysis::Snapshot;
use crate::analysis::exchanges::State;
use crate::core::time::Timestamp;
use crate::mqtt::link::Probe;
use crate::ui::command::UiCommand;
use crate::ui::theme::{Look, fonts, icons};
use crate::ui::widgets::{controls, export_menu, panel_header};
use crate::usp::kind::MsgKind;
use crate::view::export::Exportable;
use crate::view::format::{self, Clockface};
use crate::view::latency::broker::BrokerLine;
use crate::view::latency::brush::Brush;
use crate::view::latency::chart::{Chart, Mode, Options, Wanted};
use crate::view::latency::export::LatencyExport;
use crate::view::latency::page::{LatencyPage, View};
use crate::view::latency::scatter::Span;
use crate::view::latency::scope::{REQUESTS, Scope, is_answered_by_device};
use crate::view::state::{Selection, TimeRange};

pub use plot::plot_id;
pub use table::list_id;

/// From this width on the histogram stands beside the plot, points.
const WITH_HISTOGRAM: f32 = 640.0;

/// Height of the line with what is picked.
const PICKS: f32 = 30.0;

/// What the page remembers from frame to frame.
#[derive(Default)]
pub struct LatencyPagePanel {
    /// What is drawn, and how.
    pub options: Options,
    /// Only this type of request.
    pub request: Option<MsgKind>,
    brush: Brush,
    /// Where a drag began.
    drag_from: Option<Timestamp>,
    /// Time on view when picking began: it must not move by meanwhile.
    held: Option<TimeRange>,
    /// Size of the plot in the last frame.
    size: (u32, u32),
    picture: heat::Picture,
    table: table::TableState,
}

impl LatencyPagePanel {
    /// What the page looks at.
    #[must_use]
    pub fn view(&self, selection: &Selection) -> View {
        View {
            scope: Scope {
                device: selection.device,
                topic: selection.topic,
                request: self.request,
            },
            range: selection.range,
            mode: self.options.mode,
        }
    }

    /// Gives up what is tied to one life of the store.
    pub fn forget(&mut self) {
        self.options.zoom = None;
        self.brush = Brush::default();
        self.drag_from = None;
    }

    /// True if Escape gives up what is being picked on the plot, rather than what is picked.
    #[must_use]
    pub fn takes_escape(&self) -> bool {
        self.brush.is_active()
    }
}

/// What the page is drawn from.
pub struct Scene<'a> {
    /// The look.
    pub look: Look,
    /// The snapshot on view.
    pub snapshot: &'a Snapshot,
    /// The user's picks.
    pub selection: &'a Selection,
    /// Our own connection over time.
    pub broker: &'a BrokerLine,
    /// The time now.
    pub now: Timestamp,
    /// Where the user is.
    pub clockface: &'a Clockface,
}

/// Draws the page.
pub fn show(
    ui: &mut Ui,
    scene: &Scene<'_>,
    model: &mut LatencyPage,
    panel: &mut LatencyPagePanel,
    commands: &mut Vec<UiCommand>,
) {
    let look = scene.look;
    let view = panel.view(scene.selection);
    panel.held = match panel.held {
        _ if !panel.brush.is_active() => None,
        None => Some(model.chart().grid.range),
        held => held,
    };
    let options = Options { zoom: panel.held.or(panel.options.zoom), ..panel.options };
    let picked = scene.selection.range;
    let wanted = Wanted { options, scope: view.scope, picked, size: panel.size };
    model.refresh(scene.snapshot, wanted, scene.broker);
    header_ui(ui, scene, model, panel, commands);
    let nothing_yet = scene.snapshot.latencies().end() == 0 && scene.snapshot.timeouts().end() == 0;
    if nothing_yet {
        nothing_ui(ui, scene, commands);
        return;
    }
    picks_ui(ui, scene, panel, commands);
    let height = ui.available_height();
    let plain = Frame::new().fill(look.tokens.panel);
    Panel::bottom("latency-page-table")
        .frame(plain)
        .resizable(true)
        .default_size((height * 0.36).max(120.0))
        .size_range(90.0..=(height - 150.0).max(91.0))
        .show(ui, |ui| table::show(ui, scene, model, panel, view, commands));
    let rect = ui.available_rect_before_wrap();
    ui.painter().rect_filled(rect, 0.0, look.tokens.canvas);
    charts_ui(ui, scene, model, panel, rect, commands);
    ui.advance_cursor_after_rect(rect);
}

fn charts_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    model: &LatencyPage,
    panel: &mut LatencyPagePanel,
    rect: Rect,
    commands: &mut Vec<UiCommand>,
) {
    let chart = model.chart();
    let beside =
        if rect.width() >= WITH_HISTOGRAM { (rect.width() * 0.2).clamp(150.0, 320.0) } else { 0.0 };
    let split = rect.max.x - beside;
    let legend = Rect::from_min_max(rect.min, pos2(rect.max.x, rect.min.y + legend::HEIGHT));
    let points = model.points().drawing();
    legend::show(ui, scene, chart, points, panel.options.mode, legend);
    let plot = Rect::from_min_max(pos2(rect.min.x, legend.max.y), pos2(split, rect.max.y));
    let area = plot::show(ui, scene, model, panel, plot, commands);
    let size = (area.main.width().max(1.0) as u32, area.main.height().max(1.0) as u32);
    if panel.size != size {
        panel.size = size;
        ui.ctx().request_repaint();
    }
    if beside > 0.0 {
        let rect = Rect::from_min_max(pos2(split + 6.0, plot.min.y), rect.max);
        histogram::show(ui, scene, chart, &area, rect);
    }
    if chart.columns.is_empty() {
        none_in_view_ui(ui, scene, panel, area.main, model.progress().is_some());
    }
}

/// Says inside the plot why there is nothing, and what to do.
fn none_in_view_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    panel: &LatencyPagePanel,
    rect: Rect,
    counting: bool,
) {
    let text = match () {
        () if counting => "Counting the exchanges kept…",
        () if scene.selection.narrows() || panel.request.is_some() => {
            "No answer and no timeout of what is picked in this time. Choose a longer time span, \
             or give up a pick above."
        }
        () => "No answer and no timeout in this time. Choose a longer time span.",
    };
    let t = scene.look.tokens;
    let width = (rect.width() - 24.0).clamp(80.0, 420.0);
    let galley = ui.painter().layout(text.to_owned(), fonts::body(), t.weak, width);
    let at = Rect::from_center_size(rect.center(), galley.size());
    ui.painter().rect_filled(at.expand(8.0), 4.0, t.canvas.gamma_multiply(0.85));
    let id = egui::Id::unique("latency-none");
    let response = ui.interact(at, id, egui::Sense::HOVER);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, text));
    ui.painter().galley(at.min, galley, t.weak);
}

/// Count and percentiles of the time picked, or of all on view.
fn numbers(chart: &Chart) -> String {
    let totals = &chart.totals;
    let mut text = String::new();
    if totals.count > 0 {
        let [p50, p95, p99] = totals.percentiles.map(format::latency);
        let (count, max) = (format::counted(totals.count, "answer"), format::latency(totals.max));
        text = format!("{count} · p50 {p50} · p95 {p95} · p99 {p99} · max {max}");
    }
    if totals.timeouts > 0 {
        let gap = if text.is_empty() { "" } else { " · " };
        text.push_str(&format!("{gap}{}", format::counted(totals.timeouts, "timeout")));
    }
    text
}

fn header_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    model: &LatencyPage,
    panel: &mut LatencyPagePanel,
    commands: &mut Vec<UiCommand>,
) {
    let look = scene.look;
    let mut count = numbers(model.chart());
    if !model.chart().totals.exact && !count.is_empty() {
        count.push_str(" · edges rounded: long ago");
    }
    if model.missed() > 0 {
        let missed = format::count(model.missed());
        count.push_str(&format!(" · {missed} answers came too fast to be counted"));
    }
    panel_header::show(ui, look, icons::PLOT, "Latency", &count, |ui| {
        // Laid out from the right: the last one stands first.
        let (mode, request) = (panel.options.mode, panel.request);
        export_menu::show(ui, look, "Export the plot", commands, || {
            export_menu::all_formats(move || Exportable::new(export(scene, model, mode, request)))
        });
        ui.add_space(6.0);
        let options = &mut panel.options;
        let log = controls::word_toggle(ui, look, "Log", "Logarithmic scale", options.log);
        if log.on_hover_text("Logarithmic scale of response times").clicked() {
            options.log = !options.log;
        }
        ui.add_space(6.0);
        let current = options.zoom.is_none().then_some(options.span);
        let spans = Span::ALL.into_iter().rev().map(|span| (Some(span), span.label()));
        if let Some(Some(span)) = controls::segments(ui, look, current, spans) {
            options.span = span;
            options.zoom = None;
        }
        ui.add_space(6.0);
        let modes = Mode::ALL.into_iter().rev().map(|mode| (mode, mode.label()));
        if let Some(mode) = controls::segments(ui, look, options.mode, modes) {
            options.mode = mode;
        }
        if let Some(progress) = model.progress() {
            let text = format!("Counting… {:.0} %", progress * 100.0);
            ui.label(RichText::new(text).font(fonts::small()).color(look.tokens.info));
        }
    });
}

/// What is on view, to be exported.
#[must_use]
pub fn export(
    scene: &Scene<'_>,
    model: &LatencyPage,
    mode: Mode,
    request: Option<MsgKind>,
) -> LatencyExport {
    let whose = match scene.selection.device {
        Some(device) => scene.snapshot.endpoint_name(device).to_owned(),
        None => "all devices".to_owned(),
    };
    let chart = model.chart().clone();
    let range = chart.grid.range;
    LatencyExport {
        subject: match request {
            Some(kind) => format!("{} to {whose}", kind.label()),
            None => whose,
        },
        mode,
        points: (mode == Mode::Points).then(|| model.points().drawing().clone()),
        trips: scene.broker.trips(range).copied().collect(),
        clockface: scene.clockface.clone(),
        chart,
    }
}

/// What is picked, at the left; the broker's round trip at the right.
fn picks_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    panel: &mut LatencyPagePanel,
    commands: &mut Vec<UiCommand>,
) {
    let look = scene.look;
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), PICKS), egui::Sense::hover());
    ui.painter().hline(rect.x_range(), rect.max.y - 0.5, (1.0, look.tokens.border));
    let builder = UiBuilder::new()
        .id_salt("latency-broker")
        .max_rect(rect.shrink2(vec2(8.0, 0.0)))
        .layout(Layout::right_to_left(Align::Center));
    let mut right = ui.new_child(builder);
    broker_ui(&mut right, scene);
    let end = right.min_rect().min.x - 12.0;
    let builder = UiBuilder::new()
        .id_salt("latency-picks")
        .max_rect(Rect::from_min_max(rect.min + vec2(8.0, 0.0), pos2(end, rect.max.y)))
        .layout(Layout::left_to_right(Align::Center));
    let mut ui = ui.new_child(builder);
    ui.spacing_mut().item_spacing.x = 6.0;
    ui.shrink_clip_rect(Rect::from_min_max(rect.min, pos2(end + 6.0, rect.max.y)));
    requests_ui(&mut ui, look, &mut panel.request);
    let Scene { snapshot, clockface, selection, .. } = *scene;
    picks::range_chip(&mut ui, look, clockface, selection, commands);
    zoom_ui(&mut ui, scene, panel);
    picks::device_chip(&mut ui, look, snapshot, selection, commands);
    picks::topic_chip(&mut ui, look, snapshot, selection, commands);
}

fn zoom_ui(ui: &mut Ui, scene: &Scene<'_>, panel: &mut LatencyPagePanel) {
    let look = scene.look;
    let zoom = panel.options.zoom;
    if let Some(range) = scene.selection.range.filter(|range| zoom != Some(*range)) {
        let name = "Zoom to the time picked";
        if controls::icon_button(ui, look, icons::SEARCH, name).on_hover_text(name).clicked() {
            panel.options.zoom = Some(range);
        }
    }
    if zoom.is_some() && controls::small_button(ui, look, icons::RETRY, "Live").clicked() {
        panel.options.zoom = None;
    }
}

/// The choice of a type of request.
fn requests_ui(ui: &mut Ui, look: Look, request: &mut Option<MsgKind>) {
    let name = |request: Option<MsgKind>| match request {
        None => "All requests to devices",
        Some(kind) => kind.label(),
    };
    let label = format!("Requests: {}", request.map_or("all to devices", MsgKind::label));
    let button = controls::small_button(ui, look, icons::CARET_DOWN, &label);
    Popup::menu(&button).width(240.0).show(|ui| {
        for choice in std::iter::once(None).chain(REQUESTS.map(Some)) {
            let whose = match choice {
                Some(kind) if !is_answered_by_device(kind) => "the Controller's time",
                _ => "",
            };
            let weak = RichText::new(whose).font(fonts::small()).color(look.tokens.weak);
            let entry = Button::selectable(*request == choice, (name(choice), weak));
            let entry = ui.add(entry.min_size(vec2(ui.available_width(), 20.0)));
            if entry.accessible_name(name(choice)).clicked() {
                *request = choice;
                ui.close();
            }
        }
    });
}

/// The broker's round trip in words, with its age.
fn broker_ui(ui: &mut Ui, scene: &Scene<'_>) {
    let t = scene.look.tokens;
    let text = format!("Broker round trip {}", scene.broker.words(scene.now));
    let label = ui.label(RichText::new(text).font(fonts::small()).color(t.text));
    let (rect, _) = ui.allocate_exact_size(vec2(10.0, 10.0), egui::Sense::hover());
    ui.painter().add(marks::trip_sign(rect.center(), marks::trip_color(scene.look)));
    label.on_hover_text(match scene.broker.newest() {
        None => {
            "The time from a PINGREQ of this app to the broker's PINGRESP. It is measured with \
                 each keep-alive ping of a live connection, so the first figure takes one \
                 keep-alive interval."
                .to_owned()
        }
        Some(trip) => {
            let probe = match trip.probe {
                Probe::Ping => "PINGREQ to PINGRESP of this app's own connection",
                Probe::Subscribe => {
                    "SUBSCRIBE to SUBACK when this app connected; the broker checks the topic \
                     filters meanwhile"
                }
            };
            format!(
                "{probe}. Measured with each keep-alive ping. No device has a part in it, and it \
                 is not part of any response time above."
            )
        }
    });
}

/// What stands there before anything was answered.
fn nothing_ui(ui: &mut Ui, scene: &Scene<'_>, commands: &mut Vec<UiCommand>) {
    let Scene { look, snapshot, .. } = *scene;
    let what = "Latency is the time from a request to its response, as seen at the broker. The \
                first answer starts the plot.";
    let waiting = snapshot.open_requests();
    let advice = if waiting > 0 {
        let requests = if waiting == 1 { "request waits" } else { "requests wait" };
        format!("{} {requests} for an answer now.", format::count(waiting as u64))
    } else if snapshot.states().of(State::Orphan) > 0 {
        "Answers are seen, but not the requests. Check that the profile subscribes to the devices' \
         topics too, and that this user may read them."
            .to_owned()
    } else {
        "No request was seen yet. Let the Controller read something from a device.".to_owned()
    };
    let title = "No answered requests yet";
    empty::page(ui, look, icons::PLOT, look.tokens.weak, title, what, Some(&advice), |ui| {
        if controls::button(ui, look, icons::TABLE, "Go to the messages").clicked() {
            commands.push(UiCommand::GoToMessages);
        }
    });
}
