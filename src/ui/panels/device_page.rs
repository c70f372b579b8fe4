//! The head of a device's page: who it is, whether it is there and why that is known, where to go
//! from here. What is known of it stands below, as rows.

use egui::{
    Align, Align2, FontId, Layout, Rect, RichText, Role, ScrollArea, Sense, Ui, UiBuilder,
    WidgetInfo, pos2, vec2,
};

use super::devices::presence_mark;
use super::lower::{self, DeviceTab, Head};
use crate::analysis::Snapshot;
use crate::core::ids::EndpointId;
use crate::core::time::Timestamp;
use crate::ui::command::UiCommand;
use crate::ui::place::Page;
use crate::ui::theme::{Look, fonts, icons};
use crate::ui::widgets::controls;
use crate::ui::widgets::text::{self, Elide};
use crate::view::device_facts::{self, Fact};
use crate::view::format::{self, Clockface};
use crate::view::presence;

/// Height of the head, points.
const HEIGHT: f32 = 58.0;

/// Width of the names of facts, points.
const NAMES: f32 = 150.0;

/// Draws the head.
pub fn head_ui(
    ui: &mut Ui,
    look: Look,
    snapshot: &Snapshot,
    now: Timestamp,
    device: EndpointId,
    commands: &mut Vec<UiCommand>,
) {
    let t = look.tokens;
    let (rect, response) =
        ui.allocate_exact_size(vec2(ui.available_width(), HEIGHT), Sense::hover());
    let full = snapshot.endpoint_name(device);
    let presence = snapshot.presence(device, now);
    let reason = presence::reason(snapshot, device, presence, now);
    let label = format!("{full}, {}, {reason}", presence.label());
    response.widget_info(|| WidgetInfo::labeled(Role::Heading, true, &label));
    ui.painter().hline(rect.x_range(), rect.max.y - 0.5, (1.0, t.border));

    let builder = UiBuilder::new()
        .id_salt("device-controls")
        .max_rect(rect.shrink2(vec2(10.0, 0.0)))
        .layout(Layout::right_to_left(Align::Center));
    let mut child = ui.new_child(builder);
    child.spacing_mut().item_spacing.x = 6.0;
    if controls::icon_button(&mut child, look, icons::CLOSE, "All devices").clicked() {
        commands.push(UiCommand::PickDevice(None));
    }
    if controls::icon_button(&mut child, look, icons::COPY, "Copy the Endpoint ID").clicked() {
        commands.push(UiCommand::Copy { text: full.to_owned(), what: "Endpoint ID" });
    }
    if controls::button(&mut child, look, icons::TABLE, "Its messages").clicked() {
        commands.push(UiCommand::Show(Page::Traffic));
    }
    let right = child.min_rect().min.x - 10.0;

    let painter = ui.painter();
    let (icon, color) = presence_mark(look, presence);
    let mark = Rect::from_min_size(rect.min + vec2(10.0, 0.0), vec2(30.0, HEIGHT));
    text::icon(painter, mark, icon, 26.0, color);
    let line = |y: f32, height: f32| {
        Rect::from_min_max(
            pos2(mark.max.x + 8.0, rect.min.y + y),
            pos2(right, rect.min.y + y + height),
        )
    };
    let name = format::one_line(full);
    let font = FontId::new(16.0, fonts::semibold());
    let mut cut = text::line(
        painter,
        line(8.0, 22.0),
        &name,
        &font,
        t.strong,
        Align2::LEFT_CENTER,
        Elide::Middle,
    );
    let second = line(31.0, 18.0);
    let font = fonts::body_medium();
    let word = presence.label();
    let width = text::width(painter, word, &font).ceil() + 2.0;
    let at = Rect::from_min_size(second.min, vec2(width, second.height()));
    text::line(painter, at, word, &font, color, Align2::LEFT_CENTER, Elide::End);
    let rest = Rect::from_min_max(pos2(at.max.x + 8.0, second.min.y), second.max);
    let mut words = reason;
    let made = device_facts::made_by(&snapshot.identity(device));
    if !made.is_empty() {
        words.push_str(" · ");
        words.push_str(&made);
    }
    cut |=
        text::line(painter, rest, &words, &fonts::body(), t.weak, Align2::LEFT_CENTER, Elide::End);
    if cut {
        response.on_hover_text(format!("{name}\n{word}: {words}"));
    }
}

/// Draws what is known of the device.
pub fn about_ui(
    ui: &mut Ui,
    look: Look,
    snapshot: &Snapshot,
    now: Timestamp,
    clockface: &Clockface,
    device: EndpointId,
    commands: &mut Vec<UiCommand>,
) {
    lower::header(ui, look, Head::Device(DeviceTab::About), "", commands, |_| {});
    let t = look.tokens;
    let area = ui.available_rect_before_wrap();
    ui.painter().rect_filled(area, 0.0, t.canvas);
    let groups = device_facts::of(snapshot, device, now, clockface);
    ScrollArea::vertical().id_salt("device-facts").auto_shrink(false).show(ui, |ui| {
        ui.add_space(8.0);
        let wide = ui.available_width() > 900.0;
        let columns = if wide { 2 } else { 1 };
        ui.columns(columns, |columns| {
            let all = columns.len();
            for (at, (title, facts)) in groups.iter().enumerate() {
                let Some(ui) = columns.get_mut(at % all) else { continue };
                group_ui(ui, look, title, facts, commands);
            }
        });
    });
}

fn group_ui(ui: &mut Ui, look: Look, title: &str, facts: &[Fact], commands: &mut Vec<UiCommand>) {
    let t = look.tokens;
    ui.horizontal(|ui| {
        ui.add_space(12.0);
        ui.label(RichText::new(title).font(fonts::small_semibold()).color(t.weak));
    });
    for fact in facts {
        let width = ui.available_width();
        let (rect, response) = ui.allocate_exact_size(vec2(width, 20.0), fact_sense(fact));
        let label = format!("{}: {}", fact.name, fact.value);
        let role = if fact.message.is_some() { Role::Link } else { Role::Label };
        response.widget_info(|| WidgetInfo::labeled(role, true, &label));
        let painter = ui.painter();
        if fact.message.is_some() && (response.hovered() || response.has_focus()) {
            painter.rect_filled(rect, 0.0, t.hover.gamma_multiply(0.6));
        }
        let name = Rect::from_min_size(rect.min + vec2(12.0, 0.0), vec2(NAMES, 20.0));
        text::line(
            painter,
            name,
            fact.name,
            &fonts::body(),
            t.weak,
            Align2::LEFT_CENTER,
            Elide::End,
        );
        let value =
            Rect::from_min_max(pos2(name.max.x + 6.0, rect.min.y), rect.max - vec2(8.0, 0.0));
        let (font, color) = match (fact.message.is_some(), fact.is_id) {
            (true, _) => (fonts::body(), t.accent),
            (false, true) => (fonts::mono(), t.text),
            (false, false) => (fonts::body(), t.text),
        };
        let cut = text::line(
            painter,
            value,
            &fact.value,
            &font,
            color,
            Align2::LEFT_CENTER,
            Elide::Middle,
        );
        if response.clicked()
            && let Some(seq) = fact.message
        {
            commands.push(UiCommand::PickMessage(Some(seq)));
        }
        if cut {
            response.on_hover_text(&fact.value);
        } else if fact.message.is_some() {
            response.on_hover_text("Shows the message that says so");
        }
    }
    ui.add_space(10.0);
}

fn fact_sense(fact: &Fact) -> Sense {
    if fact.message.is_some() { Sense::CLICK | Sense::FOCUSABLE } else { Sense::hover() }
}
