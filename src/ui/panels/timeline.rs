//! The strip that shows when a device was there, and what happened in its life.

use egui::{EventFilter, Id, Role, Sense, Ui, WidgetInfo, vec2};

use crate::core::ids::Seq;
use crate::ui::command::UiCommand;
use crate::ui::theme::Look;
use crate::ui::widgets::drawing::{self, Placed};
use crate::ui::widgets::keys::{self, Nav};
use crate::view::drawing::Drawing;
use crate::view::timeline::Timeline;
use crate::view::timeline::draw::{self, HEIGHT, Strip};

/// Identity of the strip for focus.
#[must_use]
pub fn strip_id() -> Id {
    Id::unique("timeline")
}

/// Draws the strip over the whole width; nothing if nothing is known.
pub fn show(
    ui: &mut Ui,
    look: Look,
    strip: &Strip<'_>,
    timeline: &Timeline,
    picked: Option<Seq>,
    commands: &mut Vec<UiCommand>,
) {
    if timeline.is_empty() {
        return;
    }
    let id = strip_id();
    let size = vec2(ui.available_width(), HEIGHT);
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    let response = ui.interact(rect, id, Sense::CLICK | Sense::FOCUSABLE);
    let picture = draw::draw(timeline, strip, rect.width());
    response.widget_info(|| WidgetInfo::labeled(Role::Group, true, &picture.title));
    let painter = ui.painter_at(rect);
    let placed = Placed::at(rect.min);
    drawing::paint(&painter, look, &picture, placed);
    let t = look.tokens;
    painter.hline(rect.x_range(), rect.max.y - 0.5, (1.0, t.border));
    for (n, target) in picture.targets.iter().enumerate() {
        let place = placed.rect(target.area).intersect(rect);
        let sense = if target.seq.is_some() { Sense::CLICK } else { Sense::hover() };
        let role = if target.seq.is_some() { Role::Button } else { Role::Label };
        // Marks are known by their message, stretches by their place in order.
        let target_id = match target.seq {
            Some(seq) => id.with(("mark", seq.0)),
            None => id.with(("stretch", n)),
        };
        let response = ui.interact(place, target_id, sense);
        response.widget_info(|| WidgetInfo::labeled(role, true, &target.label));
        if target.seq.is_some() && target.seq == picked {
            let stroke = egui::Stroke::new(1.5, t.accent);
            painter.rect_stroke(place.shrink(1.0), 3.0, stroke, egui::StrokeKind::Inside);
        }
        if response.clicked() && target.seq.is_some() {
            commands.push(UiCommand::PickMessage(target.seq));
        }
        response.on_hover_text_at_pointer(&target.label);
    }
    if response.has_focus() {
        let filter = EventFilter { horizontal_arrows: true, ..EventFilter::default() };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
        let stroke = egui::Stroke::new(1.0, t.accent);
        painter.rect_stroke(rect.shrink(0.5), 0.0, stroke, egui::StrokeKind::Inside);
        if let Some(command) = keyboard(ui, &picture, picked) {
            commands.push(command);
        }
    }
}

/// Steps from mark to mark.
fn keyboard(ui: &Ui, picture: &Drawing, picked: Option<Seq>) -> Option<UiCommand> {
    let marks: Vec<Seq> = picture.targets.iter().filter_map(|target| target.seq).collect();
    let nav = keys::take(ui)?;
    if nav == Nav::Enter {
        return picked.map(UiCommand::GoToMessage);
    }
    let step = match nav {
        Nav::Left => Nav::Up,
        Nav::Right => Nav::Down,
        other => other,
    };
    let at = picked.and_then(|seq| marks.iter().position(|mark| *mark == seq));
    let to = step.apply(at, marks.len(), 2)?;
    marks.get(to).map(|seq| UiCommand::PickMessage(Some(*seq)))
}
