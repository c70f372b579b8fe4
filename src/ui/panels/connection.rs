//! The connection in the top bar: a pill with icon and word, and what stands behind it.

use egui::{RichText, Ui};

use crate::core::time::Timestamp;
use crate::mqtt::link::LinkState;
use crate::profile::model::Profile;
use crate::ui::command::UiCommand;
use crate::ui::theme::{Look, fonts, icons};
use crate::ui::widgets::{controls, text};
use crate::view::connection::{self, Tone, Words};
use crate::view::format::{self, Clockface};

/// The icon of a state.
#[must_use]
pub fn icon(link: &LinkState) -> &'static str {
    match link {
        LinkState::Idle | LinkState::Closed => icons::PLUGS,
        LinkState::Connecting { .. } => icons::SPINNER,
        LinkState::Connected { .. } => icons::PLUGS_CONNECTED,
        LinkState::Waiting { .. } => icons::WAITING,
        LinkState::Failed { .. } => icons::FAILED,
    }
}

/// The pill; a click shows the details.
pub fn pill_ui(
    ui: &mut Ui,
    look: Look,
    link: &LinkState,
    profile: Option<&Profile>,
    now: Timestamp,
    clockface: &Clockface,
    commands: &mut Vec<UiCommand>,
) {
    let mut words = connection::words(link, &broker(profile), now);
    if profile.is_some_and(|profile| profile.identity.is_acs()) {
        words = words.as_the_acs(link);
    }
    let name = format!("Connection: {}", words.short);
    let color = look.tone(words.tone);
    let pill = controls::pill(ui, icon(link), &words.short, &name, color);
    egui::Popup::menu(&pill)
        .close_behavior(egui::PopupCloseBehavior::CloseOnClickOutside)
        .width(368.0)
        .gap(4.0)
        .frame(egui::Frame::menu(ui.style()).inner_margin(12))
        .show(|ui| details_ui(ui, look, link, profile, &words, clockface, commands));
}

/// `host:port` for sentences.
#[must_use]
pub fn broker(profile: Option<&Profile>) -> String {
    profile.map_or_else(|| "the broker".to_owned(), |p| format!("{}:{}", p.host, p.port))
}

fn details_ui(
    ui: &mut Ui,
    look: Look,
    link: &LinkState,
    profile: Option<&Profile>,
    words: &Words,
    clockface: &Clockface,
    commands: &mut Vec<UiCommand>,
) {
    let t = look.tokens;
    ui.set_width(344.0);
    ui.spacing_mut().item_spacing.y = 4.0;
    ui.spacing_mut().interact_size.y = 18.0;
    ui.add_space(2.0);
    ui.add(
        egui::Label::new(RichText::new(&words.what).color(t.strong))
            .wrap()
            .halign(egui::Align::LEFT),
    );
    if let Some(advice) = &words.advice {
        ui.add(
            egui::Label::new(RichText::new(advice).color(t.text)).wrap().halign(egui::Align::LEFT),
        );
    }
    for remedy in connection::remedies(link) {
        ui.add(
            egui::Label::new(RichText::new(*remedy).color(t.weak)).wrap().halign(egui::Align::LEFT),
        );
    }
    let tls = match link {
        LinkState::Connected { tls, .. } => tls.as_ref(),
        _ => None,
    };
    for warning in tls.iter().flat_map(|tls| &tls.warnings) {
        let text = RichText::new(format::one_line(warning)).color(look.tone(Tone::Warning));
        ui.add(egui::Label::new(text).wrap().halign(egui::Align::LEFT));
    }
    ui.separator();
    let mut fact = |name: &str, value: &str| {
        ui.horizontal(|ui| {
            let (rect, _) = ui.allocate_exact_size(egui::vec2(96.0, 18.0), egui::Sense::hover());
            let font = fonts::body();
            let align = egui::Align2::LEFT_CENTER;
            text::line(ui.painter(), rect, name, &font, t.weak, align, text::Elide::End);
            text::elided_label(ui, value, &fonts::mono(), t.text);
        });
    };
    if let Some(profile) = profile {
        fact("Profile", &profile.name);
        fact("Broker", &broker(Some(profile)));
        fact("Listens on", &profile.subscribe.join(", "));
    }
    if let LinkState::Connected { since, version, tls: _, client_id, refused_filters: _ } = link {
        fact("Protocol", version.label());
        fact("Security", connection::tls_words(tls).0);
        for (name, value) in tls.map(connection::tls_rows).unwrap_or_default() {
            fact(name, &format::one_line(&value));
        }
        fact("Client id", &format::one_line(client_id));
        fact("Since", &clockface.time(*since));
    }
    ui.add_space(4.0);
    ui.horizontal(|ui| {
        let connected = matches!(link, LinkState::Connected { .. });
        let trying = matches!(link, LinkState::Connecting { .. } | LinkState::Waiting { .. });
        if connected || trying {
            let label = if connected { "Disconnect" } else { "Stop trying" };
            if controls::button(ui, look, icons::PLUGS, label).clicked() {
                commands.push(UiCommand::Disconnect);
                ui.close();
            }
        }
        if !connected && profile.is_some() && !matches!(link, LinkState::Connecting { .. }) {
            let label = if trying { "Try now" } else { "Reconnect" };
            if controls::button(ui, look, icons::RETRY, label).clicked() {
                commands.push(UiCommand::Reconnect);
                ui.close();
            }
        }
    });
}

/// The lock: what is encrypted and what was verified.
pub fn lock_ui(ui: &mut Ui, look: Look, link: &LinkState) {
    let LinkState::Connected { tls, version, .. } = link else { return };
    let (word, tone, sentence) = connection::tls_words(tls.as_ref());
    let icon = if tls.is_some() { icons::LOCK } else { icons::LOCK_OPEN };
    let color = if tone == Tone::Quiet { look.tokens.weak } else { look.tone(tone) };
    let response = ui
        .horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 4.0;
            ui.label(RichText::new(icon).font(fonts::icon(16.0)).color(color));
            ui.label(RichText::new(word).color(color));
            ui.label(RichText::new(version.label()).color(look.tokens.weak));
        })
        .response;
    response.on_hover_text(sentence);
}
