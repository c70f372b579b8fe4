//! The picked message: header, then its fields, JSON, bytes and MQTT properties.

use egui::{Align, Align2, Id, Layout, Rect, RichText, Role, Ui, pos2, vec2};

use super::changes::{self, ChangesPanel};
use super::hex::{self, HexView};
use super::messages::menus;
use super::{json, mqtt};
use crate::analysis::Snapshot;
use crate::store::row::{Direction, Pair};
use crate::ui::command::UiCommand;
use crate::ui::theme::{Look, fonts, icons, size};
use crate::ui::traffic_command::TrafficCommand;
use crate::ui::widgets::keys::Nav;
use crate::ui::widgets::rows::{self, RowInfo, Rows};
use crate::ui::widgets::text::{self, Elide};
use crate::ui::widgets::{controls, panel_header};
use crate::usp::kind::PayloadKind;
use crate::usp::tree::RowKind;
use crate::view::format::{self, Clockface};
use crate::view::inspector::Inspected;
use crate::view::traffic::Traffic;

/// Points a level is indented by.
const INDENT: f32 = 12.0;

/// A way to look at a message.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Tab {
    /// The field tree with the bytes below it.
    #[default]
    Fields,
    /// JSON, or the text of a text payload.
    Json,
    /// All bytes.
    Hex,
    /// Topic, flags, properties.
    Mqtt,
    /// What changed since the message before.
    Changes,
}

/// What the panel remembers from frame to frame.
#[derive(Default)]
pub struct InspectorPanel {
    /// The tab on view.
    pub tab: Tab,
    fields_top: f64,
    json_top: f64,
    hex: HexView,
    changes: ChangesPanel,
    shown: Option<u64>,
}

/// Draws the panel.
#[expect(clippy::too_many_arguments, reason = "one panel, drawn in one place")]
pub fn show(
    ui: &mut Ui,
    look: Look,
    snapshot: &Snapshot,
    clockface: &Clockface,
    inspected: Option<&mut Inspected>,
    traffic: &Traffic,
    panel: &mut InspectorPanel,
    commands: &mut Vec<UiCommand>,
) {
    let Some(inspected) = inspected else {
        panel_header::show(ui, look, icons::INSPECT, "Inspector", "", |_| {});
        rows::nothing(
            ui,
            look,
            "Pick a message to see its fields, JSON, bytes and MQTT properties",
        );
        return;
    };
    if panel.shown != Some(inspected.seq().0) {
        panel.shown = Some(inspected.seq().0);
        panel.fields_top = 0.0;
        panel.json_top = 0.0;
        panel.hex = HexView::default();
        panel.changes.go_to_top();
    }
    let number = format!("#{}", format::count(inspected.seq().0));
    panel_header::show(ui, look, icons::INSPECT, "Inspector", &number, |ui| {
        if controls::icon_button(ui, look, icons::CLOSE, "Close message").clicked() {
            commands.push(UiCommand::PickMessage(None));
        }
        if controls::icon_button(ui, look, icons::CROSSHAIR, "Show in the table").clicked() {
            commands.push(UiCommand::GoToMessage(inspected.seq()));
        }
        let menu = controls::icon_button(ui, look, icons::DOTS, "Message actions");
        egui::Popup::menu(&menu).width(270.0).show(|ui| {
            menus::message_ui(ui, look, traffic, commands);
        });
        let marked = traffic.bookmarks.get(inspected.seq()).is_some();
        let name = if marked { "Remove the bookmark" } else { "Set a bookmark" };
        if controls::icon_toggle(ui, look, icons::BOOKMARK, name, marked).clicked() {
            commands.push(UiCommand::Traffic(TrafficCommand::Bookmark));
        }
    });
    header_ui(ui, look, snapshot, clockface, inspected, commands);
    tabs_ui(ui, look, inspected, panel, commands);
    match panel.tab {
        Tab::Fields => fields_tab(ui, look, inspected, panel),
        Tab::Json => {
            let is_json = inspected.facts().payload_kind != PayloadKind::Text;
            json::show(ui, look, inspected.json(), is_json, &mut panel.json_top);
        }
        Tab::Hex => hex_ui(ui, look, inspected, &mut panel.hex),
        Tab::Mqtt => mqtt::show(ui, look, inspected.mqtt(), commands),
        Tab::Changes => match traffic.changes.as_ref().filter(|found| found.is_of(inspected)) {
            Some(found) => {
                let seq = inspected.seq();
                changes::show(ui, look, seq, found, &mut panel.changes, commands);
            }
            None => rows::nothing(ui, look, "Looking for the message before…"),
        },
    }
}

fn header_ui(
    ui: &mut Ui,
    look: Look,
    snapshot: &Snapshot,
    clockface: &Clockface,
    inspected: &Inspected,
    commands: &mut Vec<UiCommand>,
) {
    let t = look.tokens;
    let facts = inspected.facts();
    egui::Frame::new().inner_margin(egui::Margin::symmetric(12, 8)).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 3.0;
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 6.0;
            let color = match facts.payload_kind {
                _ if facts.fault.is_some() => t.error,
                PayloadKind::Usp => look.family(facts.family),
                _ => t.text,
            };
            let arrow = match facts.direction {
                Some(Direction::ToAgent) => icons::ARROW_UP,
                Some(Direction::ToController) => icons::ARROW_DOWN,
                None => icons::MINUS,
            };
            ui.label(RichText::new(arrow).font(fonts::icon(16.0)).color(color));
            let font = egui::FontId::new(size::HEADING, fonts::semibold());
            ui.label(RichText::new(&facts.kind).font(font).color(color));
        });
        if !facts.summary.is_empty() {
            let summary = RichText::new(&facts.summary).color(t.text);
            let label = egui::Label::new(summary).truncate().selectable(false);
            ui.add(label).on_hover_text(&facts.summary);
        }
        if let Some((reason, offset)) = &facts.fault {
            banner(ui, look, true, &format!("Damaged at byte {offset}: {reason}"));
        }
        for remark in &facts.remarks {
            banner(ui, look, false, remark);
        }
        problems_ui(ui, look, snapshot, inspected);
        ui.add_space(2.0);
        fact(ui, look, "From", |ui| endpoint_ui(ui, look, facts.from.as_ref(), commands));
        fact(ui, look, "To", |ui| endpoint_ui(ui, look, facts.to.as_ref(), commands));
        fact(ui, look, "Time", |ui| {
            let time = clockface.date_time_micros(facts.at);
            text::elided_label(ui, &time, &fonts::mono(), t.text);
        });
        if !facts.msg_id.is_empty() {
            fact(ui, look, "msg_id", |ui| {
                text::elided_label(ui, &facts.msg_id, &fonts::mono(), t.text);
            });
        }
        pair_ui(ui, look, snapshot, inspected, commands);
    });
}

/// What is odd about the message; more than a few are counted.
fn problems_ui(ui: &mut Ui, look: Look, snapshot: &Snapshot, inspected: &Inspected) {
    const SHOWN: usize = 4;
    let found = inspected.problems(snapshot);
    for (code, words) in found.iter().take(SHOWN) {
        let entry = code.entry();
        let (icon, color) = super::problems::mark(look, entry.level);
        let response = banner_with(ui, icon, color, words);
        response.on_hover_ui(|ui| {
            ui.strong(entry.title);
            ui.label(entry.advice);
            ui.weak(entry.rule);
            ui.weak(format!("problem == {}", entry.name));
        });
    }
    if let Some(more) = found.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        let names: Vec<&str> = found.iter().skip(SHOWN).map(|(code, _)| code.name()).collect();
        ui.weak(format!("and {more} more: {}", names.join(", ")));
    }
}

fn banner(ui: &mut Ui, look: Look, bad: bool, text: &str) {
    let t = look.tokens;
    let (icon, color) = if bad { (icons::WARNING, t.error) } else { (icons::INFO, t.warn) };
    banner_with(ui, icon, color, text);
}

fn banner_with(ui: &mut Ui, icon: &str, color: egui::Color32, text: &str) -> egui::Response {
    let frame = egui::Frame::new()
        .fill(color.gamma_multiply(0.12))
        .corner_radius(4)
        .inner_margin(egui::Margin::symmetric(8, 4));
    let shown = frame.show(ui, |ui| {
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = 6.0;
            ui.label(RichText::new(icon).font(fonts::icon(15.0)).color(color));
            ui.add(egui::Label::new(RichText::new(text).color(color)).wrap());
        });
    });
    shown.response
}

fn fact(ui: &mut Ui, look: Look, name: &str, value: impl FnOnce(&mut Ui)) {
    ui.spacing_mut().interact_size.y = 20.0;
    ui.horizontal(|ui| {
        let (rect, _) = ui.allocate_exact_size(vec2(56.0, 20.0), egui::Sense::hover());
        let weak = look.tokens.weak;
        text::line(ui.painter(), rect, name, &fonts::body(), weak, Align2::LEFT_CENTER, Elide::End);
        value(ui);
    });
}

fn endpoint_ui(
    ui: &mut Ui,
    look: Look,
    endpoint: Option<&(crate::core::ids::EndpointId, String)>,
    commands: &mut Vec<UiCommand>,
) {
    let t = look.tokens;
    let Some((id, name)) = endpoint else {
        ui.label(RichText::new("not given").color(t.weak));
        return;
    };
    let shown = format::one_line(name);
    let response = text::elided_label(ui, &shown, &fonts::mono(), t.accent);
    let response =
        response.interact(egui::Sense::click()).on_hover_cursor(egui::CursorIcon::PointingHand);
    if response.on_hover_text("Click to narrow to this endpoint").clicked() {
        commands.push(UiCommand::PickDevice(Some(*id)));
    }
}

fn pair_ui(
    ui: &mut Ui,
    look: Look,
    snapshot: &Snapshot,
    inspected: &Inspected,
    commands: &mut Vec<UiCommand>,
) {
    let t = look.tokens;
    let Some(pair) = inspected.pair(snapshot) else { return };
    let (name, latency, other, go) = match pair {
        Pair::Answers { request, latency_nanos } => {
            ("Latency", Some(latency_nanos), request, "Go to request")
        }
        Pair::AnsweredBy { response, latency_nanos } => {
            ("Latency", Some(latency_nanos), response, "Go to answer")
        }
        Pair::RepeatOf { first } => ("Repeat", None, first, "Go to first"),
    };
    let kept = snapshot.epoch() == inspected.epoch() && snapshot.row(other).is_some();
    fact(ui, look, name, |ui| {
        let value = latency.map_or_else(|| "sent again".to_owned(), format::latency);
        ui.label(RichText::new(value).font(fonts::mono()).color(t.strong));
        if kept {
            if controls::word_toggle(ui, look, go, go, true).clicked() {
                commands.push(UiCommand::GoToMessage(other));
            }
        } else {
            ui.label(RichText::new("other half no longer kept").color(t.weak));
        }
    });
}

fn tabs_ui(
    ui: &mut Ui,
    look: Look,
    inspected: &mut Inspected,
    panel: &mut InspectorPanel,
    commands: &mut Vec<UiCommand>,
) {
    let t = look.tokens;
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 30.0), egui::Sense::hover());
    ui.painter().hline(rect.x_range(), rect.min.y, (1.0, t.border));
    ui.painter().hline(rect.x_range(), rect.max.y, (1.0, t.border));
    let text_payload = inspected.facts().payload_kind == PayloadKind::Text;
    let json_name = if text_payload { "Text" } else { "JSON" };
    let tabs = [
        (Tab::Fields, "Fields"),
        (Tab::Json, json_name),
        (Tab::Hex, "Hex"),
        (Tab::Mqtt, "MQTT"),
        (Tab::Changes, "Changes"),
    ];
    let inner = rect.shrink2(vec2(8.0, 0.0));
    let builder =
        egui::UiBuilder::new().max_rect(inner).layout(Layout::left_to_right(Align::Center));
    ui.scope_builder(builder, |ui| {
        ui.spacing_mut().item_spacing.x = 2.0;
        for (tab, label) in tabs {
            let on = panel.tab == tab;
            let response = tab_button(ui, look, label, on);
            if response.clicked() {
                // What a tab shows may be made only once it is asked for.
                ui.ctx().request_repaint();
                panel.tab = tab;
            }
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if panel.tab != Tab::Changes {
                copy_button(ui, look, inspected, panel, commands);
            }
            if panel.tab == Tab::Fields && inspected.fields().len() > 1 {
                let closed = inspected.has_closed();
                let (icon, name) = if closed {
                    (icons::EXPAND_ALL, "Open all fields")
                } else {
                    (icons::COLLAPSE_ALL, "Close all fields")
                };
                if controls::icon_button(ui, look, icon, name).clicked() {
                    inspected.set_all_open(closed);
                }
            }
        });
    });
}

fn tab_button(ui: &mut Ui, look: Look, label: &str, on: bool) -> egui::Response {
    let t = look.tokens;
    let font = fonts::body_medium();
    let width = text::width(ui.painter(), label, &font).ceil() + 14.0;
    let (rect, response) = ui.allocate_exact_size(vec2(width, 30.0), egui::Sense::click());
    response.widget_info(|| egui::WidgetInfo::labeled(Role::Tab, true, label));
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_selected(on));
    let color = match () {
        () if on => t.strong,
        () if response.hovered() => t.text,
        () => t.weak,
    };
    text::line(ui.painter(), rect, label, &font, color, Align2::CENTER_CENTER, Elide::End);
    if on {
        let line =
            Rect::from_min_max(pos2(rect.min.x + 6.0, rect.max.y - 2.0), rect.max - vec2(6.0, 0.0));
        ui.painter().rect_filled(line, 1.0, t.accent);
    }
    if response.has_focus() {
        let stroke = egui::Stroke::new(1.0, t.accent);
        ui.painter().rect_stroke(rect.shrink(2.0), 4.0, stroke, egui::StrokeKind::Inside);
    }
    response
}

fn copy_button(
    ui: &mut Ui,
    look: Look,
    inspected: &mut Inspected,
    panel: &InspectorPanel,
    commands: &mut Vec<UiCommand>,
) {
    let (name, what) = match panel.tab {
        Tab::Fields if inspected.selected().is_some() => {
            ("Copy value of the picked field", "Value")
        }
        Tab::Fields | Tab::Json if inspected.facts().payload_kind == PayloadKind::Text => {
            ("Copy text", "Text")
        }
        Tab::Fields | Tab::Json => ("Copy JSON", "JSON"),
        Tab::Hex => ("Copy hex", "Hex"),
        Tab::Mqtt | Tab::Changes => ("Copy MQTT facts", "MQTT facts"),
    };
    if !controls::icon_button(ui, look, icons::COPY, name).clicked() {
        return;
    }
    let text = match panel.tab {
        Tab::Fields => match inspected.selected().and_then(|at| inspected.fields().get(at)) {
            Some(field) => field.value.clone(),
            None => inspected.json().text().to_owned(),
        },
        Tab::Json => inspected.json().text().to_owned(),
        Tab::Hex => inspected.hex(),
        Tab::Mqtt | Tab::Changes => {
            let lines = inspected.mqtt().iter().map(|f| format!("{}: {}", f.name, f.value));
            lines.collect::<Vec<_>>().join("\n")
        }
    };
    commands.push(UiCommand::Copy { text, what });
}

fn fields_tab(ui: &mut Ui, look: Look, inspected: &mut Inspected, panel: &mut InspectorPanel) {
    let height = (ui.available_height() * 0.34).clamp(72.0, 320.0);
    egui::Panel::bottom("inspector-bytes")
        .resizable(true)
        .default_size(height)
        .size_range(60.0..=ui.available_height().max(160.0) - 80.0)
        .frame(egui::Frame::new())
        .show(ui, |ui| hex_ui(ui, look, inspected, &mut panel.hex));
    let rect = ui.available_rect_before_wrap();
    ui.painter().rect_filled(rect, 0.0, look.tokens.canvas);
    if inspected.fields().is_empty() {
        rows::nothing(
            ui,
            look,
            "The payload is empty: with the retain flag this deletes a retained message",
        );
        return;
    }
    let id = Id::unique("field-tree");
    let list = Rows {
        id,
        name: "Fields",
        role: Role::Tree,
        row_height: size::TREE_ROW,
        len: inspected.visible().len(),
        top: panel.fields_top,
    };
    let mut toggled = None;
    let mut clicked = None;
    let output = list.show(ui, look, |ui, index, rect| {
        let Some(&at) = inspected.visible().get(index) else { return };
        match field_ui(ui, look, inspected, at, rect) {
            Some(true) => toggled = Some(at),
            Some(false) => clicked = Some(at),
            None => {}
        }
    });
    panel.fields_top = output.top;
    if let Some(at) = toggled {
        inspected.set_open(at, !inspected.is_open(at));
        rows::focus(ui, id);
    }
    if let Some(at) = clicked {
        inspected.select(Some(at));
        rows::focus(ui, id);
    }
    if let Some(nav) = output.nav {
        navigate(nav, inspected, panel, output.visible);
    }
}

/// Draws one field. `Some(true)`: open or close it; `Some(false)`: pick it.
fn field_ui(ui: &Ui, look: Look, inspected: &Inspected, at: usize, rect: Rect) -> Option<bool> {
    let field = inspected.fields().get(at)?;
    let t = look.tokens;
    let picked = inspected.selected() == Some(at);
    let open = field.has_children().then(|| inspected.is_open(at));
    let label = format!("{}: {}", field.name, field.value);
    let info = RowInfo {
        role: Role::TreeItem,
        label: &label,
        selected: picked,
        expanded: open,
        level: Some(usize::from(field.depth) + 1),
    };
    let response = rows::row(ui, look, Id::unique("field").with(at), rect, &info);
    let painter = ui.painter();
    let x = rect.min.x + 6.0 + f32::from(field.depth.min(16)) * INDENT;
    for level in 1..=field.depth.min(16) {
        let guide = rect.min.x + 6.0 + f32::from(level - 1) * INDENT + 7.0;
        painter.vline(guide, rect.y_range(), (1.0, t.border.gamma_multiply(0.5)));
    }
    let caret = Rect::from_min_size(pos2(x, rect.min.y), vec2(14.0, rect.height()));
    let mut hit = response.clicked().then_some(false);
    if let Some(open) = open {
        let icon = if open { icons::CARET_DOWN } else { icons::CARET_RIGHT };
        text::icon(painter, caret, icon, 12.0, t.weak);
        let on_caret = response.interact_pointer_pos().is_some_and(|pos| pos.x < caret.max.x + 2.0);
        if response.clicked() && on_caret || response.double_clicked() {
            hit = Some(true);
        }
    }
    let (value_color, icon) = match field.kind {
        RowKind::Message => (t.weak, None),
        RowKind::String => (t.string, None),
        RowKind::Number | RowKind::Bool => (t.number, None),
        RowKind::Enum => (t.info, None),
        RowKind::Bytes => (t.weak, None),
        RowKind::Unknown => (t.warn, Some(icons::INFO)),
        RowKind::Note => (t.info, Some(icons::INFO)),
        RowKind::Problem => (t.error, Some(icons::WARNING)),
    };
    let mut left = caret.max.x + 2.0;
    if let Some(icon) = icon {
        let mark = Rect::from_min_size(pos2(left, rect.min.y), vec2(16.0, rect.height()));
        text::icon(painter, mark, icon, 14.0, value_color);
        left = mark.max.x + 3.0;
    }
    let right = rect.max.x - 8.0;
    let name_font = fonts::body();
    let name = format::one_line(&field.name);
    let full = text::width(painter, &name, &name_font).ceil() + 1.0;
    // The painter lays out what it is given; a value of 64 kB is not looked at on one line.
    let value: String = field.value.chars().take(400).collect();
    let value_font = fonts::mono();
    // A long name leaves the value what it needs, up to two fifths of the line.
    let room = (right - left - 10.0).max(0.0);
    let value_width = text::width(painter, &value, &value_font).min(room * 0.4);
    let name_width = full.min(room - value_width);
    let name_rect = Rect::from_min_max(pos2(left, rect.min.y), pos2(left + name_width, rect.max.y));
    let name_color = if field.kind == RowKind::Problem { t.error } else { t.key };
    let cut_name = text::line(
        painter,
        name_rect,
        &name,
        &name_font,
        name_color,
        Align2::LEFT_CENTER,
        Elide::Middle,
    );
    let value_rect =
        Rect::from_min_max(pos2(name_rect.max.x + 10.0, rect.min.y), pos2(right, rect.max.y));
    let cut_value = text::line(
        painter,
        value_rect,
        &value,
        &value_font,
        value_color,
        Align2::LEFT_CENTER,
        Elide::End,
    );
    if response.hovered() && (cut_name || cut_value) {
        response.clone().on_hover_ui(|ui| {
            ui.label(RichText::new(&*field.name).color(t.key));
            let value: String = field.value.chars().take(2000).collect();
            ui.monospace(value);
        });
    }
    hit
}

fn navigate(nav: Nav, inspected: &mut Inspected, panel: &mut InspectorPanel, visible: f64) {
    let picked = inspected.selected();
    let current = picked.and_then(|at| inspected.visible().iter().position(|&v| v == at));
    let field = picked.and_then(|at| inspected.fields().get(at).map(|f| (at, f)));
    let target = match (nav, field) {
        (Nav::Right, Some((at, f))) if f.has_children() && !inspected.is_open(at) => {
            inspected.set_open(at, true);
            return;
        }
        (Nav::Left, Some((at, f))) if f.has_children() && inspected.is_open(at) => {
            inspected.set_open(at, false);
            return;
        }
        (Nav::Left, Some((at, f))) => {
            let depth = f.depth;
            let above = inspected.fields().get(..at).unwrap_or_default();
            let parent = above.iter().rposition(|other| other.depth < depth);
            parent.and_then(|p| inspected.visible().iter().position(|&v| v == p))
        }
        (Nav::Right, Some(_)) => current.map(|row| row + 1),
        (nav, _) => nav.apply(current, inspected.visible().len(), visible as usize),
    };
    if let Some(row) = target
        && let Some(&at) = inspected.visible().get(row)
    {
        inspected.select(Some(at));
        rows::reveal(&mut panel.fields_top, row, visible);
    }
}

fn hex_ui(ui: &mut Ui, look: Look, inspected: &mut Inspected, view: &mut HexView) {
    let highlight = inspected.highlight();
    let clicked = hex::show(ui, look, "Payload bytes", inspected.payload(), highlight, view);
    if let Some(offset) = clicked {
        inspected.select_byte(offset);
    }
}
