//! The bar at the bottom: counters that add up, and the use of memory.

use egui::{Align, Color32, Layout, Rect, RichText, Role, Sense, Ui, pos2, vec2};

use crate::analysis::Snapshot;
use crate::ui::theme::{Look, fonts, icons};
use crate::usp::kind::PayloadKind;
use crate::view::format;

/// Height of the bar, points.
pub const HEIGHT: f32 = 26.0;

/// Draws the bar from the newest snapshot; it stays live while the display is paused.
pub fn show(ui: &mut Ui, look: Look, live: &Snapshot, devices: usize, paused: bool) {
    let t = look.tokens;
    let rect = ui.available_rect_before_wrap();
    ui.painter().hline(rect.x_range(), rect.min.y + 0.5, (1.0, t.border));
    let inner = rect.shrink2(vec2(12.0, 0.0));
    let layout = Layout::left_to_right(Align::Center);
    let builder = egui::UiBuilder::new().id_salt("status").max_rect(inner).layout(layout);
    ui.scope_builder(builder, |ui| {
        ui.spacing_mut().item_spacing.x = 16.0;
        let c = live.counters();
        fact(ui, look, "Received", c.received, t.text, "", "Messages that reached this app");
        fact(ui, look, "Stored", c.stored, t.text, "", "Received minus dropped");
        let (color, icon) = if c.dropped > 0 { (t.error, icons::LOST) } else { (t.text, "") };
        fact(
            ui,
            look,
            "Dropped",
            c.dropped,
            color,
            icon,
            "Lost because more arrived than could be taken in; the table marks where",
        );
        let (color, icon) = if c.malformed > 0 { (t.warn, icons::WARNING) } else { (t.text, "") };
        let kinds = PayloadKind::ALL
            .map(|kind| format!("{} {}", format::count(c.payloads(kind)), kind.name()));
        let tip =
            format!("Stored messages that could not be read.\nPayloads: {}", kinds.join(", "));
        fact(ui, look, "Malformed", c.malformed, color, icon, &tip);
        let tip = format!(
            "Messages still in memory; {} older ones were given up to stay within the budget",
            format::count(c.evicted)
        );
        fact(ui, look, "Kept", c.kept(), t.text, "", &tip);
        limits_ui(ui, look, live);
        blind_ui(ui, look, live);
        if paused {
            ui.label(RichText::new(icons::PAUSE).font(fonts::icon(13.0)).color(t.warn));
            ui.label(RichText::new("Paused").font(fonts::small_semibold()).color(t.warn));
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            memory_ui(ui, look, live);
            let topics = live.topics_len().saturating_sub(1) as u64;
            fact(ui, look, "Devices", devices as u64, t.text, "", "Agents seen");
            let refused = c.topics_refused;
            let tip = match refused {
                0 => "Distinct topics seen".to_owned(),
                n => format!(
                    "Distinct topics seen; {} messages went to further ones",
                    format::count(n)
                ),
            };
            let color = if refused > 0 { t.warn } else { t.text };
            fact(ui, look, "Topics", topics, color, "", &tip);
        });
    });
}

/// Says that a limit of the analysis was reached, and what that has cost.
fn limits_ui(ui: &mut Ui, look: Look, live: &Snapshot) {
    let mut lines: Vec<String> = live
        .losses()
        .reached()
        .map(|(what, count)| format!("{} {what}", format::count(count)))
        .collect();
    let refused = live.counters().endpoints_refused;
    if refused > 0 {
        lines.push(format!("{} ids of further endpoints not told apart", format::count(refused)));
    }
    if !lines.is_empty() {
        let tip = format!("Limits that keep memory bounded have cost:\n{}", lines.join("\n"));
        let limits = lines.len() as u64;
        fact(ui, look, "Limits reached", limits, look.tokens.warn, icons::MEMORY, &tip);
    }
}

/// Says what this monitor can't see, what that means and what to do about it.
fn blind_ui(ui: &mut Ui, look: Look, live: &Snapshot) {
    let spots = live.visibility();
    if !spots.is_empty() {
        let lines: Vec<String> =
            spots.iter().map(|spot| format!("{}\n{}", spot.text, spot.advice)).collect();
        let (count, tip) = (spots.len() as u64, lines.join("\n\n"));
        fact(ui, look, "Can't be seen", count, look.tokens.warn, icons::EYE_SLASH, &tip);
    }
}

fn fact(ui: &mut Ui, look: Look, name: &str, value: u64, color: Color32, icon: &str, tip: &str) {
    let t = look.tokens;
    let text = format::count(value);
    let small = fonts::small();
    let name_width = crate::ui::widgets::text::width(ui.painter(), name, &small).ceil();
    let value_width = crate::ui::widgets::text::width(ui.painter(), &text, &small).ceil();
    let icon_width = if icon.is_empty() { 0.0 } else { 16.0 };
    let size = vec2(icon_width + name_width + 6.0 + value_width, 18.0);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    let label = format!("{name} {value}");
    response.widget_info(|| egui::WidgetInfo::labeled(Role::Status, true, &label));
    let painter = ui.painter();
    let mut x = rect.min.x;
    if !icon.is_empty() {
        let at = Rect::from_min_size(pos2(x, rect.min.y), vec2(14.0, rect.height()));
        crate::ui::widgets::text::icon(painter, at, icon, 13.0, color);
        x += icon_width;
    }
    let y = rect.center().y;
    painter.text(pos2(x, y), egui::Align2::LEFT_CENTER, name, small.clone(), t.weak);
    painter.text(pos2(x + name_width + 6.0, y), egui::Align2::LEFT_CENTER, text, small, color);
    response.on_hover_text(tip);
}

fn memory_ui(ui: &mut Ui, look: Look, live: &Snapshot) {
    let t = look.tokens;
    let budget = live.budgets().bytes.max(1);
    let used = live.memory_bytes();
    let part = (used as f32 / budget as f32).clamp(0.0, 1.0);
    let text = format!("{} / {} MiB", format::mebibytes(used), format::mebibytes(budget));
    let (rect, response) = ui.allocate_exact_size(vec2(180.0, 18.0), Sense::hover());
    let label = format!("Memory {text}");
    response.widget_info(|| egui::WidgetInfo::labeled(Role::Meter, true, &label));
    let painter = ui.painter();
    let bar = Rect::from_min_max(
        pos2(rect.max.x - 64.0, rect.center().y - 3.0),
        pos2(rect.max.x, rect.center().y + 3.0),
    );
    painter.rect_filled(bar, 3.0, t.raised);
    let mut fill = bar;
    fill.max.x = bar.min.x + bar.width() * part;
    painter.rect_filled(fill, 3.0, t.accent);
    let at = pos2(bar.min.x - 8.0, rect.center().y);
    painter.text(at, egui::Align2::RIGHT_CENTER, text, fonts::small(), t.text);
    response.on_hover_text(format!(
        "Memory for messages and names, and its limit; at most {} messages are kept",
        format::count(live.budgets().rows as u64)
    ));
}
