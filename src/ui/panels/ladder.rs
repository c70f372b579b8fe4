//! The ladder: a device and those it speaks with, an arrow for each message, time going down.

use egui::{
    Align2, EventFilter, Id, Key, Modifiers, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2,
};

use super::lower::{self, Head};
use crate::core::ids::Seq;
use crate::ui::command::UiCommand;
use crate::ui::theme::{Look, fonts, icons};
use crate::ui::widgets::controls;
use crate::ui::widgets::drawing::{self, Placed};
use crate::ui::widgets::export_menu;
use crate::ui::widgets::keys::{self, Nav};
use crate::ui::widgets::rows;
use crate::ui::widgets::text::{self, Elide};
use crate::view::device_history::DeviceHistory;
use crate::view::export::{Exportable, Format};
use crate::view::format;
use crate::view::ladder::draw::{self, Columns};
use crate::view::ladder::export::{LadderExport, MAX_ROWS, MAX_TABLE_ROWS, PNG_ROWS};
use crate::view::ladder::words::{self, Scene};
use crate::view::ladder::{Item, Ladder, Spacing};

/// One step of zooming with a key or a button.
const ZOOM: f64 = 1.5;

/// What the panel remembers from frame to frame.
#[derive(Default)]
pub struct LadderPanel {
    /// What its header is.
    pub head: Head,
    /// The picked message when it was last looked at: another one is brought into view.
    seen: Option<Seq>,
    /// Size of the rows' part of the screen.
    size: egui::Vec2,
}

/// Identity of the list for focus.
#[must_use]
pub fn list_id() -> Id {
    Id::unique("ladder")
}

/// Draws the panel. `scene` is `None` while no device is picked.
pub fn show(
    ui: &mut Ui,
    look: Look,
    scene: Option<&Scene<'_>>,
    history: &mut DeviceHistory,
    panel: &mut LadderPanel,
    commands: &mut Vec<UiCommand>,
) {
    let progress = history.progress();
    let ladder = &mut history.ladder;
    let count = scene.map_or(String::new(), |_| count(ladder, progress));
    let height = f64::from(panel.size.y);
    let size = panel.size;
    let mut asked = Vec::new();
    lower::header(ui, look, panel.head, &count, commands, |ui| {
        if let Some(scene) = scene.filter(|_| !ladder.is_empty()) {
            controls_ui(ui, look, scene, ladder, size, &mut asked);
        }
    });
    commands.append(&mut asked);
    let body = ui.available_rect_before_wrap();
    ui.painter().rect_filled(body, 0.0, look.tokens.canvas);
    let Some(scene) = scene else {
        rows::nothing(
            ui,
            look,
            "Pick a device or one of its messages to see who said what to whom, and when",
        );
        return;
    };
    if ladder.is_empty() {
        let text = match progress {
            Some(_) => "Looking for messages of this device…",
            None => "No message from or to this device is kept",
        };
        rows::nothing(ui, look, text);
        return;
    }
    let has_bar = ladder.height() > height;
    let width = ui.available_width() - if has_bar { rows::BAR } else { 0.0 };
    let columns = Columns::new(ladder, scene, width);
    head_ui(ui, look, scene, &columns);
    rows_ui(ui, look, scene, ladder, panel, &columns, commands);
}

/// How many rows, and at which scale.
fn count(ladder: &Ladder, progress: Option<f32>) -> String {
    let mut out = match ladder.len() {
        1 => "1 row".to_owned(),
        len => format!("{} rows", format::count(len as u64)),
    };
    if let Some(part) = progress {
        out.push_str(&format!(" · {:.0} % searched", part * 100.0));
    }
    if ladder.spacing() == Spacing::ToScale {
        // What a finger's breadth stands for.
        let nanos = 100.0 / ladder.scale() * 1e9;
        out.push_str(&format!(" · {} per 100 points", format::span(nanos as i64)));
    }
    out
}

fn controls_ui(
    ui: &mut Ui,
    look: Look,
    scene: &Scene<'_>,
    ladder: &mut Ladder,
    size: egui::Vec2,
    commands: &mut Vec<UiCommand>,
) {
    let height = f64::from(size.y);
    export_menu::show(ui, look, "Export the ladder", commands, || entries(scene, ladder, size));
    let follows = ladder.follows();
    if controls::icon_toggle(ui, look, icons::TO_NEWEST, "Follow the newest message", follows)
        .clicked()
    {
        if follows { ladder.hold(height) } else { ladder.set_follow(true) }
    }
    if controls::icon_button(ui, look, icons::FIT, "Fit all to the height (0)").clicked() {
        ladder.fit(height);
    }
    if controls::icon_button(ui, look, icons::ZOOM_IN, "Stretch time (+)").clicked() {
        ladder.zoom(ZOOM, height / 2.0, height);
    }
    if controls::icon_button(ui, look, icons::ZOOM_OUT, "Squeeze time (−)").clicked() {
        ladder.zoom(1.0 / ZOOM, height / 2.0, height);
    }
    let choices = [(Spacing::ToScale, "To scale"), (Spacing::Even, "Even")];
    if let Some(spacing) = controls::segments(ui, look, ladder.spacing(), choices) {
        ladder.set_spacing(spacing);
    }
}

/// What can be exported; nothing is made before it is chosen.
fn entries<'a>(
    scene: &'a Scene<'a>,
    ladder: &'a Ladder,
    size: egui::Vec2,
) -> Vec<export_menu::Entry<'a>> {
    let visible = move || Exportable::new(LadderExport::visible(ladder, scene, size.x, size.y));
    let newest =
        move |limit: usize| move || Exportable::new(LadderExport::newest(ladder, scene, limit));
    let all = |limit: usize| {
        if ladder.len() > limit {
            format!("Newest {} rows", format::count(limit as u64))
        } else {
            "All rows".to_owned()
        }
    };
    vec![
        ("Visible part as SVG…".to_owned(), Format::Svg, Box::new(visible)),
        ("Visible part as PNG…".to_owned(), Format::Png, Box::new(visible)),
        (format!("{} as SVG…", all(MAX_ROWS)), Format::Svg, Box::new(newest(MAX_ROWS))),
        (format!("{} as PNG…", all(PNG_ROWS)), Format::Png, Box::new(newest(PNG_ROWS))),
        (format!("{} as CSV…", all(MAX_TABLE_ROWS)), Format::Csv, Box::new(newest(MAX_TABLE_ROWS))),
    ]
}

/// The names above the lifelines.
fn head_ui(ui: &mut Ui, look: Look, scene: &Scene<'_>, columns: &Columns) {
    let head = draw::head(scene, columns);
    let size = vec2(ui.available_width(), head.height);
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    let placed = Placed::at(rect.min);
    let painter = ui.painter_at(rect);
    painter.rect_filled(rect, 0.0, look.tokens.panel);
    drawing::paint(&painter, look, &head, placed);
    for (n, target) in head.targets.iter().enumerate() {
        let response =
            ui.interact(placed.rect(target.area), list_id().with(("name", n)), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &target.label));
        response.on_hover_text(&target.label);
    }
}

fn rows_ui(
    ui: &mut Ui,
    look: Look,
    scene: &Scene<'_>,
    ladder: &mut Ladder,
    panel: &mut LadderPanel,
    columns: &Columns,
    commands: &mut Vec<UiCommand>,
) {
    let id = list_id();
    let rect = ui.available_rect_before_wrap();
    ui.advance_cursor_after_rect(rect);
    let response = ui.interact(rect, id, Sense::CLICK | Sense::FOCUSABLE);
    response.widget_info(|| WidgetInfo::labeled(Role::Table, true, "Ladder"));
    let height = f64::from(rect.height());
    panel.size = vec2(columns.width, rect.height());
    if panel.seen != scene.picked {
        panel.seen = scene.picked;
        if let Some(row) = scene.picked.and_then(|seq| ladder.find(seq)) {
            ladder.reveal(row, height);
        }
    }
    wheel(ui, rect, ladder, height);
    let mut body = rect;
    body.max.x = rect.min.x + columns.width;
    if ladder.height() > height {
        let bar = Rect::from_min_max(pos2(body.max.x, rect.min.y), rect.max);
        let top = ladder.top(height);
        let all = ladder.height().ceil() as usize;
        let new_top = rows::bar_ui(ui, look, id.with("bar"), bar, top, height, all);
        if new_top != top {
            ladder.scroll_to(new_top, height);
        }
    }
    if response.has_focus() {
        let filter = EventFilter {
            vertical_arrows: true,
            horizontal_arrows: true,
            ..EventFilter::default()
        };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
        keyboard(ui, scene, ladder, height, commands);
    }

    let mut child = ui.new_child(egui::UiBuilder::new().id_salt(id).max_rect(body));
    child.shrink_clip_rect(body);
    let top = ladder.top(height);
    let window = draw::rows(ladder, scene, columns, top, rect.height());
    let placed = Placed::at(body.min);
    let mut hovered = None;
    for (target, row) in window.drawing.targets.iter().zip(&window.rows) {
        let Some(&item) = ladder.items().get(*row) else { continue };
        let place = placed.rect(target.area);
        let selected = item.seq().is_some() && item.seq() == scene.picked;
        let row_id = match item {
            Item::Message { seq, .. } => id.with(("message", seq.0)),
            Item::Segments { last, .. } => id.with(("segments", last.0)),
            Item::Pause { before, .. } => id.with(("pause", before.0)),
            Item::Lost { before, .. } => id.with(("lost", before.0)),
        };
        let response = child.interact(place.intersect(body), row_id, Sense::CLICK);
        response.widget_info(|| WidgetInfo::labeled(Role::Row, true, &target.label));
        child.ctx().accesskit_node_builder(row_id, |node| node.set_selected(selected));
        if response.clicked() {
            rows::focus(&child, id);
            if let Some(seq) = target.seq {
                commands.push(UiCommand::PickMessage(Some(seq)));
            }
        }
        if response.double_clicked()
            && let Some(seq) = target.seq
        {
            commands.push(UiCommand::GoToMessage(seq));
        }
        if response.hovered() && !selected {
            hovered = Some(place);
        }
        let label = &target.label;
        response.on_hover_ui_at_pointer(|ui| tooltip_ui(ui, ladder, scene, item, label));
    }
    let painter = child.painter();
    drawing::paint(painter, look, &window.drawing, placed);
    if let Some(place) = hovered {
        painter.rect_filled(place, 0.0, look.tokens.hover.gamma_multiply(0.35));
    }
    if window.hidden > 0 {
        crowd_ui(&child, look, body, window.hidden);
    }
    if response.has_focus() {
        let stroke = egui::Stroke::new(1.0, look.tokens.accent);
        ui.painter().rect_stroke(rect.shrink(0.5), 0.0, stroke, egui::StrokeKind::Inside);
    }
}

/// Says that not everything can be drawn at this scale.
fn crowd_ui(ui: &Ui, look: Look, body: Rect, hidden: usize) {
    let t = look.tokens;
    let words =
        format!("{} more lie too close together: stretch time", format::count(hidden as u64));
    let font = fonts::small();
    let wide = (text::width(ui.painter(), &words, &font) + 20.0).min(body.width());
    let place = Rect::from_min_size(
        pos2(body.center().x - wide / 2.0, body.max.y - 26.0),
        vec2(wide, 20.0),
    );
    ui.painter().rect_filled(place, 10.0, t.raised);
    let inside = place.shrink2(vec2(8.0, 0.0));
    text::line(ui.painter(), inside, &words, &font, t.warn, Align2::CENTER_CENTER, Elide::End);
}

fn wheel(ui: &Ui, rect: Rect, ladder: &mut Ladder, height: f64) {
    if !ui.rect_contains_pointer(rect) {
        return;
    }
    let zoom = ui.input(egui::InputState::zoom_delta);
    if zoom != 1.0 {
        let at = ui.input(|input| input.pointer.hover_pos()).map_or(rect.center().y, |pos| pos.y);
        ladder.zoom(f64::from(zoom), f64::from(at - rect.min.y), height);
        return;
    }
    let delta = ui.input_mut(|input| std::mem::take(&mut input.smooth_scroll_delta.y));
    if delta != 0.0 {
        let top = ladder.top(height);
        ladder.scroll_to(top - f64::from(delta), height);
    }
}

fn keyboard(
    ui: &Ui,
    scene: &Scene<'_>,
    ladder: &mut Ladder,
    height: f64,
    commands: &mut Vec<UiCommand>,
) {
    let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    let at = scene.picked.and_then(|seq| ladder.find(seq));
    // What one looks at stays where it is.
    let middle = at.map(|row| ladder.y(row) - ladder.top(height));
    let middle = middle.filter(|y| (0.0..height).contains(y)).unwrap_or(height / 2.0);
    if pressed(Key::Plus) || pressed(Key::Equals) {
        ladder.zoom(ZOOM, middle, height);
    }
    if pressed(Key::Minus) {
        ladder.zoom(1.0 / ZOOM, middle, height);
    }
    if pressed(Key::Num0) {
        ladder.fit(height);
    }
    let Some(nav) = keys::take(ui) else { return };
    match (nav, scene.picked) {
        (Nav::Enter, Some(seq)) => return commands.push(UiCommand::GoToMessage(seq)),
        (Nav::Left | Nav::Right, Some(seq)) => {
            let other = words::other_half(scene.snapshot, seq);
            if let Some(other) = other.filter(|other| ladder.find(*other).is_some()) {
                commands.push(UiCommand::PickMessage(Some(other)));
            }
            return;
        }
        _ => {}
    }
    let to = match (nav, at) {
        (Nav::PageDown, Some(row)) => Some(ladder.at(ladder.y(row) + height * 0.9)),
        (Nav::PageUp, Some(row)) => Some(ladder.at((ladder.y(row) - height * 0.9).max(0.0))),
        _ => nav.apply(at, ladder.len(), 10),
    };
    let Some(to) = to.map(|to| to.min(ladder.len().saturating_sub(1))) else { return };
    // Over what is no message to the next one; the first row always is one.
    let down = matches!(nav, Nav::Down | Nav::PageDown | Nav::End | Nav::Home);
    let is_message = |row: &usize| ladder.items().get(*row).and_then(|item| item.seq()).is_some();
    let mut downwards = to..ladder.len();
    let mut upwards = (0..=to).rev();
    let row = if down { downwards.find(is_message) } else { upwards.find(is_message) };
    let Some(row) = row else { return };
    if nav != Nav::Down && nav != Nav::End {
        ladder.hold(height);
    }
    ladder.reveal(row, height);
    if let Some(seq) = ladder.items().get(row).and_then(|item| item.seq()) {
        commands.push(UiCommand::PickMessage(Some(seq)));
    }
}

fn tooltip_ui(ui: &mut Ui, ladder: &mut Ladder, scene: &Scene<'_>, item: Item, label: &str) {
    let message = match item {
        Item::Message { seq, .. } => scene.snapshot.row(seq),
        _ => None,
    };
    let Some(message) = message else {
        ui.label(label);
        return;
    };
    egui::Grid::new("ladder-tooltip").num_columns(2).spacing([12.0, 2.0]).show(ui, |ui| {
        for (name, value) in words::details(ladder, scene, message) {
            ui.weak(name);
            ui.monospace(value);
            ui.end_row();
        }
    });
}
