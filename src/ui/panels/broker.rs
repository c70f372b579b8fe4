//! The place of the broker: how the connection is, how much arrives, how topics are laid out,
//! what can't be seen, and what was lost.

use egui::{
    Align2, Frame, Margin, Rect, RichText, Role, ScrollArea, Sense, Ui, WidgetInfo, pos2, vec2,
};

use super::connection as pill;
use crate::analysis::Snapshot;
use crate::core::time::Timestamp;
use crate::mqtt::link::LinkState;
use crate::profile::model::Profile;
use crate::ui::command::{ProfileCommand, UiCommand};
use crate::ui::place::Page;
use crate::ui::theme::{Look, fonts, icons, size};
use crate::ui::widgets::text::{self, Elide};
use crate::ui::widgets::{controls, panel_header};
use crate::view::connection;
use crate::view::format::{self, Clockface};
use crate::view::rates::{self, Rates};

/// What the page is drawn from.
pub struct BrokerPage<'a> {
    /// The newest snapshot.
    pub live: &'a Snapshot,
    /// The connection.
    pub link: &'a LinkState,
    /// Its profile.
    pub profile: Option<&'a Profile>,
    /// The capture on view, if there is no connection.
    pub capture: Option<&'a str>,
    /// The time now.
    pub now: Timestamp,
    /// Where the user is.
    pub clockface: &'a Clockface,
    /// Nothing that names a broker or a person is shown.
    pub nameless: bool,
}

/// Draws the page.
pub fn show(ui: &mut Ui, look: Look, page: &BrokerPage<'_>, commands: &mut Vec<UiCommand>) {
    let broker = match page.capture {
        _ if page.nameless => String::new(),
        Some(capture) => capture.to_owned(),
        None => pill::broker(page.profile),
    };
    panel_header::show(ui, look, Page::Broker.icon(), "Broker", &broker, |_| {});
    let area = ui.available_rect_before_wrap();
    ui.painter().rect_filled(area, 0.0, look.tokens.canvas);
    ScrollArea::vertical().id_salt("broker").auto_shrink(false).show(ui, |ui| {
        Frame::new().inner_margin(Margin::same(14)).show(ui, |ui| {
            ui.spacing_mut().item_spacing = vec2(14.0, 14.0);
            let wide = ui.available_width() > 1000.0;
            ui.columns(if wide { 2 } else { 1 }, |columns| {
                let last = columns.len() - 1;
                if let Some(ui) = columns.first_mut() {
                    connection_ui(ui, look, page, commands);
                    rate_ui(ui, look, page);
                }
                if let Some(ui) = columns.get_mut(last) {
                    topics_ui(ui, look, page, commands);
                    blind_ui(ui, look, page);
                    losses_ui(ui, look, page, commands);
                }
            });
        });
    });
}

fn card(ui: &mut Ui, look: Look, icon: &str, title: &str, content: impl FnOnce(&mut Ui)) {
    let t = look.tokens;
    Frame::new()
        .fill(t.panel)
        .stroke((1.0, t.border))
        .corner_radius(6)
        .inner_margin(Margin::same(14))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.spacing_mut().item_spacing = vec2(8.0, 4.0);
            ui.horizontal(|ui| {
                ui.label(RichText::new(icon).font(fonts::icon(17.0)).color(t.weak));
                let font = egui::FontId::new(size::BODY, fonts::semibold());
                ui.label(RichText::new(title).font(font).color(t.strong));
            });
            ui.add_space(2.0);
            content(ui);
        });
}

fn fact(ui: &mut Ui, look: Look, name: &str, value: &str, color: egui::Color32) {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 19.0), Sense::hover());
    let label = format!("{name}: {value}");
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &label));
    let painter = ui.painter();
    let at = Rect::from_min_size(rect.min, vec2(130.0, 19.0));
    text::line(
        painter,
        at,
        name,
        &fonts::body(),
        look.tokens.weak,
        Align2::LEFT_CENTER,
        Elide::End,
    );
    let at = Rect::from_min_max(pos2(at.max.x + 8.0, rect.min.y), rect.max);
    if text::line(painter, at, value, &fonts::body(), color, Align2::LEFT_CENTER, Elide::Middle) {
        response.on_hover_text(value);
    }
}

/// A fact that may need more than one line.
fn sentence(ui: &mut Ui, look: Look, name: &str, value: &str, color: egui::Color32) {
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 8.0;
        let (rect, _) = ui.allocate_exact_size(vec2(130.0, 19.0), Sense::hover());
        let (font, weak) = (fonts::body(), look.tokens.weak);
        text::line(ui.painter(), rect, name, &font, weak, Align2::LEFT_CENTER, Elide::End);
        let text = RichText::new(value).color(color);
        let label = ui.add(egui::Label::new(text).wrap().halign(egui::Align::LEFT));
        label.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{name}: {value}")));
    });
}

fn paragraph(ui: &mut Ui, text: &str, color: egui::Color32) {
    ui.add(egui::Label::new(RichText::new(text).color(color)).wrap().halign(egui::Align::LEFT));
}

fn connection_ui(ui: &mut Ui, look: Look, page: &BrokerPage<'_>, commands: &mut Vec<UiCommand>) {
    let t = look.tokens;
    card(ui, look, pill::icon(page.link), "Connection", |ui| {
        if page.capture.is_some() {
            paragraph(ui, "A capture is on view; nothing is connected.", t.text);
            return;
        }
        if page.nameless {
            let words = connection::words(page.link, "the broker", page.now);
            paragraph(ui, &words.short, look.tone(words.tone));
            if let LinkState::Connected { version, tls, .. } = page.link {
                fact(ui, look, "Protocol", version.label(), t.text);
                let (word, tone, why) = connection::tls_words(tls.as_ref());
                sentence(ui, look, "Security", &format!("{word}: {why}"), look.tone(tone));
            }
            return;
        }
        let words = connection::words(page.link, &pill::broker(page.profile), page.now);
        paragraph(ui, &words.what, look.tone(words.tone));
        if let Some(advice) = &words.advice {
            paragraph(ui, advice, t.text);
        }
        for remedy in connection::remedies(page.link) {
            paragraph(ui, remedy, t.weak);
        }
        ui.add_space(4.0);
        if let Some(profile) = page.profile {
            fact(ui, look, "Profile", &profile.name, t.text);
        }
        if let LinkState::Connected { since, version, tls, client_id, .. } = page.link {
            let age = format::age(page.now.nanos_since(*since));
            let since = format!("{} ({age})", page.clockface.time(*since));
            fact(ui, look, "Connected since", &since, t.text);
            fact(ui, look, "Protocol", version.label(), t.text);
            fact(ui, look, "Client id", &format::one_line(client_id), t.text);
            fact(ui, look, "Mode", "read-only: nothing is published while watching", t.text);
            let (word, tone, why) = connection::tls_words(tls.as_ref());
            sentence(ui, look, "Security", &format!("{word}: {why}"), look.tone(tone));
            for (name, value) in tls.as_ref().map(connection::tls_rows).unwrap_or_default() {
                fact(ui, look, name, &format::one_line(&value), t.text);
            }
        }
        ui.add_space(6.0);
        ui.horizontal(|ui| {
            let connected = matches!(page.link, LinkState::Connected { .. });
            if connected {
                if controls::button(ui, look, icons::PLUGS, "Disconnect").clicked() {
                    commands.push(UiCommand::Disconnect);
                }
            } else if page.profile.is_some()
                && controls::primary_button(ui, look, icons::RETRY, "Connect again").clicked()
            {
                commands.push(UiCommand::Reconnect);
            }
            edit_button(ui, look, page.profile, commands);
        });
    });
}

fn edit_button(ui: &mut Ui, look: Look, profile: Option<&Profile>, commands: &mut Vec<UiCommand>) {
    if let Some(path) = profile.and_then(|profile| profile.path.clone())
        && controls::button(ui, look, icons::PROFILES, "Edit the profile").clicked()
    {
        commands.push(UiCommand::Profile(ProfileCommand::Open(path)));
    }
}

fn rate_ui(ui: &mut Ui, look: Look, page: &BrokerPage<'_>) {
    let t = look.tokens;
    card(ui, look, icons::PULSE, "Messages per second", |ui| {
        let width = ui.available_width();
        let (rect, response) = ui.allocate_exact_size(vec2(width, 96.0), Sense::hover());
        let bars = (width / 3.0).floor().clamp(30.0, 600.0) as usize;
        let rates = Rates::of(page.live, page.now, bars);
        let label = format!(
            "{} messages a second now, {} on average, {} at most, in the last {}",
            rates.last,
            rates.mean,
            rates.peak,
            rates::span(bars)
        );
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &label));
        let painter = ui.painter();
        let step = rect.width() / bars as f32;
        let peak = rates.peak.max(1) as f32;
        for part in [0.5, 1.0] {
            let y = rect.max.y - (rect.height() - 14.0) * part;
            painter.hline(rect.x_range(), y, (1.0, t.border.gamma_multiply(0.6)));
        }
        painter.hline(rect.x_range(), rect.max.y, (1.0, t.border));
        for (at, &messages) in rates.bars.iter().enumerate().filter(|(_, n)| **n > 0) {
            let height = (messages as f32 / peak * (rect.height() - 14.0)).max(1.0);
            let x = rect.min.x + at as f32 * step;
            let bar = Rect::from_min_max(
                pos2(x, rect.max.y - height),
                pos2(x + (step - 0.6).max(0.8), rect.max.y),
            );
            painter.rect_filled(bar, 0.0, t.accent.gamma_multiply(0.8));
        }
        let text = format!("{}/s", format::count(u64::from(rates.peak)));
        painter.text(rect.min, Align2::LEFT_TOP, text, fonts::small(), t.weak);
        response.on_hover_text(label);
        fact(ui, look, "Now", &format!("{}/s", format::count(u64::from(rates.last))), t.text);
        fact(ui, look, "Average", &format!("{}/s", format::count(u64::from(rates.mean))), t.text);
        let size = format::bytes(rates.bytes);
        fact(ui, look, "Payload bytes", &format!("{size}/s now"), t.text);
        let span = rates::span(bars);
        fact(ui, look, "Shown", &format!("the last {span}"), t.weak);
    });
}

fn topics_ui(ui: &mut Ui, look: Look, page: &BrokerPage<'_>, commands: &mut Vec<UiCommand>) {
    let t = look.tokens;
    card(ui, look, icons::TREE, "Topics", |ui| {
        let refused: &[String] = match page.link {
            LinkState::Connected { refused_filters, .. } => refused_filters,
            _ => &[],
        };
        if let Some(profile) = page.profile.filter(|_| !page.nameless) {
            for filter in &profile.subscribe {
                let no = refused.iter().find(|no| no.starts_with(filter.as_str()));
                match no {
                    Some(no) => fact(ui, look, "Refused", no, t.error),
                    None => fact(ui, look, "Subscribed", filter, t.text),
                }
            }
            if !refused.is_empty() {
                paragraph(
                    ui,
                    "Ask for read access to what was refused, or subscribe to less.",
                    t.text,
                );
                edit_button(ui, look, page.profile, commands);
            }
        }
        fact(ui, look, "Topics seen", &format::count(page.live.topics_len() as u64), t.text);
        match page.live.layout().recognised() {
            Some(known) => {
                fact(ui, look, "Layout", known.style.label(), t.text);
                fact(ui, look, "To devices", &format::one_line(&known.agents), t.text);
                if let Some(controllers) = &known.controllers {
                    fact(ui, look, "To Controllers", &format::one_line(controllers), t.text);
                }
            }
            None => fact(ui, look, "Layout", "not known until a device names its topic", t.weak),
        }
    });
}

fn blind_ui(ui: &mut Ui, look: Look, page: &BrokerPage<'_>) {
    let t = look.tokens;
    card(ui, look, icons::EYE_SLASH, "What can't be seen", |ui| {
        let spots = page.live.visibility();
        if spots.is_empty() {
            let text = "Nothing is known to be hidden from this monitor.";
            paragraph(ui, text, t.weak);
        }
        for spot in spots {
            paragraph(ui, &spot.text, t.warn);
            paragraph(ui, &spot.advice, t.text);
        }
    });
}

fn losses_ui(ui: &mut Ui, look: Look, page: &BrokerPage<'_>, commands: &mut Vec<UiCommand>) {
    let t = look.tokens;
    card(ui, look, icons::MEMORY, "Kept and lost", |ui| {
        let live = page.live;
        let counters = live.counters();
        fact(ui, look, "Received", &format::count(counters.received), t.text);
        let kept = format!(
            "{} of {} stored",
            format::count(live.len() as u64),
            format::count(counters.stored)
        );
        fact(ui, look, "Kept", &kept, t.text);
        let memory = format!(
            "{} of {} MiB",
            format::mebibytes(live.memory_bytes()),
            format::mebibytes(live.budgets().bytes)
        );
        fact(ui, look, "Memory", &memory, t.text);
        let (color, value) = match counters.dropped {
            0 => (t.text, "none".to_owned()),
            n => (
                t.error,
                format!("{} messages: more arrived than could be taken in", format::count(n)),
            ),
        };
        fact(ui, look, "Lost", &value, color);
        for (what, count) in live.losses().reached() {
            fact(ui, look, "Limit reached", &format!("{} {what}", format::count(count)), t.warn);
        }
        ui.add_space(4.0);
        if controls::button(ui, look, icons::GEAR, "Memory settings").clicked() {
            commands.push(UiCommand::ToggleSettings);
        }
    });
}
