//! The banner below the top bar: what limits the view just now, and what to do about it.

use egui::{Align, Align2, Layout, Rect, Role, Sense, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use super::notices;
use crate::profile::model::Profile;
use crate::ui::command::{ProfileCommand, UiCommand};
use crate::ui::place::Page;
use crate::ui::theme::{Look, fonts, icons};
use crate::ui::widgets::controls;
use crate::ui::widgets::text::{self, Elide};
use crate::view::condition::{Condition, Help};

/// Height of the banner, points.
pub const HEIGHT: f32 = 34.0;

/// Draws the worst of the conditions; `more` is the number of others.
pub fn show(
    ui: &mut Ui,
    look: Look,
    condition: &Condition,
    more: usize,
    profile: Option<&Profile>,
    commands: &mut Vec<UiCommand>,
) {
    let t = look.tokens;
    let rect = ui.available_rect_before_wrap();
    let (icon, color) = notices::mark(look, condition.tone);
    let painter = ui.painter();
    painter.rect_filled(rect, 0.0, color.gamma_multiply(0.10));
    painter.hline(rect.x_range(), rect.max.y - 0.5, (1.0, t.border));
    painter.rect_filled(Rect::from_min_size(rect.min, vec2(3.0, rect.height())), 0.0, color);
    let icon_at = Rect::from_min_size(rect.min + vec2(10.0, 0.0), vec2(20.0, rect.height()));
    text::icon(painter, icon_at, icon, 17.0, color);

    let builder = UiBuilder::new()
        .id_salt("banner-controls")
        .max_rect(Rect::from_min_max(rect.min, pos2(rect.max.x - 8.0, rect.max.y)))
        .layout(Layout::right_to_left(Align::Center));
    let mut child = ui.new_child(builder);
    child.spacing_mut().item_spacing.x = 6.0;
    if controls::icon_button(&mut child, look, icons::CLOSE, "Hide this until it is over").clicked()
    {
        commands.push(UiCommand::Overlook(condition.kind));
    }
    if more > 0 {
        let font = fonts::small();
        child.label(egui::RichText::new(format!("+{more} more")).font(font).color(t.weak));
    }
    help_ui(&mut child, look, condition.help, profile, commands);
    let right = child.min_rect().min.x - 10.0;

    let words = Rect::from_min_max(pos2(icon_at.max.x + 8.0, rect.min.y), pos2(right, rect.max.y));
    let all = format!("{} {}", condition.what, condition.advice);
    let response = ui.interact(words, egui::Id::unique("banner-words"), Sense::HOVER);
    response.widget_info(|| WidgetInfo::labeled(Role::Alert, true, &all));
    let strong = text::width(ui.painter(), &condition.what, &fonts::body_medium()).ceil() + 2.0;
    let mut at = words;
    at.max.x = at.max.x.min(at.min.x + strong);
    let font = fonts::body_medium();
    let mut cut = text::line(
        ui.painter(),
        at,
        &condition.what,
        &font,
        t.strong,
        Align2::LEFT_CENTER,
        Elide::End,
    );
    let rest = Rect::from_min_max(pos2(at.max.x + 6.0, words.min.y), words.max);
    cut |= rest.width() < 40.0;
    if rest.width() >= 40.0 {
        let (advice, font) = (&condition.advice, fonts::body());
        cut |=
            text::line(ui.painter(), rest, advice, &font, t.text, Align2::LEFT_CENTER, Elide::End);
    }
    if cut {
        response.on_hover_text(all);
    }
}

fn help_ui(
    ui: &mut Ui,
    look: Look,
    help: Option<Help>,
    profile: Option<&Profile>,
    commands: &mut Vec<UiCommand>,
) {
    let (icon, word, command) = match help {
        None => return,
        Some(Help::Reconnect) => (icons::RETRY, "Connect again", UiCommand::Reconnect),
        Some(Help::EditProfile) => {
            let Some(path) = profile.and_then(|profile| profile.path.clone()) else { return };
            (icons::PROFILES, "Edit the profile", UiCommand::Profile(ProfileCommand::Open(path)))
        }
        Some(Help::ShowBroker) => (icons::BROADCAST, "Tell me more", UiCommand::Show(Page::Broker)),
        Some(Help::ShowSettings) => (icons::GEAR, "Settings", UiCommand::ToggleSettings),
    };
    if controls::button(ui, look, icon, word).clicked() {
        commands.push(command);
    }
}
