//! What stands in place of an empty message table: why it is empty and what to do.

use egui::{RichText, Ui, vec2};

use super::connection;
use crate::analysis::Snapshot;
use crate::core::time::Timestamp;
use crate::mqtt::link::LinkState;
use crate::profile::model::Profile;
use crate::ui::command::{ProfileCommand, UiCommand};
use crate::ui::theme::{Look, fonts, icons, size};
use crate::ui::widgets::controls;
use crate::view::connection as words;
use crate::view::state::Selection;

/// Why the table is empty.
pub struct Emptiness<'a> {
    /// The connection.
    pub link: &'a LinkState,
    /// Its profile.
    pub profile: Option<&'a Profile>,
    /// What is kept.
    pub snapshot: &'a Snapshot,
    /// The time now.
    pub now: Timestamp,
}

/// Draws the explanation with what can be done.
pub fn show(
    ui: &mut Ui,
    look: Look,
    why: &Emptiness<'_>,
    selection: &Selection,
    narrowed: bool,
    commands: &mut Vec<UiCommand>,
) {
    let Emptiness { link, profile, snapshot, now } = why;
    if !snapshot.is_empty() && narrowed {
        let text = if selection.narrows() {
            "No kept message passes what is picked and searched for."
        } else {
            "No kept message passes this search."
        };
        page(ui, look, icons::FUNNEL, look.tokens.weak, "Nothing matches", text, None, |ui| {
            if controls::button(ui, look, icons::CLOSE, "Clear picks and search").clicked() {
                commands.push(UiCommand::ClearPicks);
            }
        });
        return;
    }
    let said = words::words(link, &connection::broker(*profile), *now);
    let color = look.tone(said.tone);
    let icon = connection::icon(link);
    match link {
        LinkState::Connected { .. } => {
            let filters = profile.map_or_else(String::new, |p| p.subscribe.join(", "));
            let what = format!("Connected. No messages yet on {filters}.");
            let advice = "USP traffic shows up as soon as a controller or device speaks. If it \
                          stays quiet, check that this user may read these topics: many brokers \
                          accept a subscription and then deliver nothing.";
            page(ui, look, icons::BROADCAST, color, "Listening", &what, Some(advice), |_| {});
        }
        LinkState::Connecting { .. } => {
            page(ui, look, icon, color, "Connecting…", &said.what, None, |ui| {
                if controls::button(ui, look, icons::CLOSE, "Cancel").clicked() {
                    commands.push(UiCommand::Disconnect);
                }
            });
        }
        LinkState::Waiting { .. } | LinkState::Failed { .. } => {
            let title = match link {
                LinkState::Waiting { until, .. } => {
                    format!("No connection. Next try in {} s", words::wait_secs(*until, *now))
                }
                _ => "Could not connect".to_owned(),
            };
            page(ui, look, icon, color, &title, &said.what, said.advice.as_deref(), |ui| {
                for remedy in words::remedies(link) {
                    let text = RichText::new(*remedy).color(look.tokens.weak);
                    ui.add(egui::Label::new(text).wrap());
                }
                let retry =
                    if matches!(link, LinkState::Waiting { .. }) { "Try now" } else { "Try again" };
                if controls::primary_button(ui, look, icons::RETRY, retry).clicked() {
                    commands.push(UiCommand::Reconnect);
                }
                if let Some(path) = profile.and_then(|profile| profile.path.clone())
                    && controls::button(ui, look, icons::PROFILES, "Edit the profile").clicked()
                {
                    commands.push(UiCommand::Profile(ProfileCommand::Open(path)));
                }
                if controls::button(ui, look, icons::HOME, "Back to the start page").clicked() {
                    commands.push(UiCommand::GoHome);
                }
            });
        }
        LinkState::Idle | LinkState::Closed => {
            let text = "Nothing was received. Connect again, or choose another broker.";
            page(ui, look, icon, look.tokens.weak, "Not connected", text, None, |ui| {
                if profile.is_some()
                    && controls::primary_button(ui, look, icons::RETRY, "Reconnect").clicked()
                {
                    commands.push(UiCommand::Reconnect);
                }
                if controls::button(ui, look, icons::HOME, "Start page").clicked() {
                    commands.push(UiCommand::GoHome);
                }
            });
        }
    }
}

/// Says in the middle of an empty page what is the case and what to do.
#[expect(clippy::too_many_arguments, reason = "one page, drawn in one place")]
pub(super) fn page(
    ui: &mut Ui,
    look: Look,
    icon: &str,
    color: egui::Color32,
    title: &str,
    what: &str,
    advice: Option<&str>,
    actions: impl FnOnce(&mut Ui),
) {
    let t = look.tokens;
    let rect = ui.available_rect_before_wrap();
    ui.painter().rect_filled(rect, 0.0, t.canvas);
    let width = (rect.width() - 48.0).clamp(160.0, 460.0);
    let top = rect.min.y + (rect.height() * 0.5 - 110.0).max(12.0);
    let inner = egui::Rect::from_min_size(
        egui::pos2(rect.center().x - width / 2.0, top),
        vec2(width, (rect.max.y - top).max(1.0)),
    );
    let builder = egui::UiBuilder::new()
        .id_salt("empty-page")
        .max_rect(inner)
        .layout(egui::Layout::top_down(egui::Align::Center));
    ui.scope_builder(builder, |ui| {
        ui.spacing_mut().item_spacing.y = 8.0;
        ui.label(RichText::new(icon).font(fonts::icon(36.0)).color(color));
        let font = egui::FontId::new(size::HEADING + 2.0, fonts::semibold());
        ui.add(egui::Label::new(RichText::new(title).font(font).color(t.strong)).wrap());
        ui.add(egui::Label::new(RichText::new(what).color(t.text)).wrap());
        if let Some(advice) = advice {
            ui.add(egui::Label::new(RichText::new(advice).color(t.weak)).wrap());
        }
        ui.add_space(6.0);
        actions(ui);
    });
}
