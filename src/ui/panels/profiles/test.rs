//! The test of the connection: stages as they come, what was seen, what to do.

use egui::{Label, RichText, ScrollArea, Ui, vec2};

use crate::core::time::Timestamp;
use crate::mqtt::diagnose::report::{Outcome, StageReport};
use crate::mqtt::link::TlsFacts;
use crate::ui::command::{ProfileCommand, UiCommand};
use crate::ui::theme::{Look, fonts, icons};
use crate::ui::widgets::{controls, text};
use crate::view::check::{Check, StageState};
use crate::view::{connection, format};

pub(super) fn show(
    ui: &mut Ui,
    look: Look,
    check: Option<&Check>,
    now: Timestamp,
    commands: &mut Vec<UiCommand>,
) {
    let t = look.tokens;
    ScrollArea::vertical().id_salt("test").auto_shrink(false).show(ui, |ui| {
        egui::Frame::new().inner_margin(egui::Margin::symmetric(12, 10)).show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = 4.0;
            let running = check.is_some_and(|check| check.running);
            ui.horizontal(|ui| {
                if running {
                    if controls::button(ui, look, icons::PROHIBIT, "Stop").clicked() {
                        commands.push(UiCommand::Profile(ProfileCommand::StopTest));
                    }
                } else {
                    let label = if check.is_some() { "Test again" } else { "Test connection" };
                    if controls::primary_button(ui, look, icons::DIAGNOSE, label).clicked() {
                        commands.push(UiCommand::Profile(ProfileCommand::Test));
                    }
                }
                if let Some(check) = check {
                    let color = match (check.running, check.failed()) {
                        (true, _) => t.text,
                        (false, Some(_)) => t.error,
                        (false, None) => t.ok,
                    };
                    let font = fonts::body_medium();
                    ui.label(RichText::new(check.summary()).font(font).color(color));
                }
            });
            ui.add_space(6.0);
            match check {
                None => {
                    let text = "Connects step by step with sockets and an id of its own: name, TCP, \
                                TLS, login, subscription, and a message to itself if the profile \
                                allows sending. Says what was seen and what to do.";
                    ui.add(Label::new(RichText::new(text).color(t.weak)).wrap());
                }
                Some(check) => {
                    for (stage, state) in &check.stages {
                        stage_ui(ui, look, stage.name(), state, now, commands);
                    }
                }
            }
        });
    });
}

fn stage_ui(
    ui: &mut Ui,
    look: Look,
    name: &str,
    state: &StageState,
    now: Timestamp,
    commands: &mut Vec<UiCommand>,
) {
    let t = look.tokens;
    let (icon, color, word) = match state {
        StageState::Waiting => (icons::CIRCLE_DASHED, t.weak, "waiting"),
        StageState::Running(_) => (icons::SPINNER, t.accent, "running"),
        StageState::Done(report) => match report.outcome {
            Outcome::Ok => (icons::CHECK, t.ok, "ok"),
            Outcome::Failed(_) => (icons::FAILED, t.error, "failed"),
            Outcome::Skipped => (icons::MINUS, t.weak, "skipped"),
        },
    };
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 8.0;
        ui.label(RichText::new(icon).font(fonts::icon(17.0)).color(color));
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 3.0;
            ui.horizontal(|ui| {
                let font = fonts::body_medium();
                ui.label(RichText::new(name).font(font).color(t.strong));
                ui.label(RichText::new(word).color(color));
                if let StageState::Running(since) = state {
                    let secs = now.nanos_since(*since) / 1_000_000_000;
                    let took = format!("{secs} s");
                    ui.label(RichText::new(took).font(fonts::mono_small()).color(t.weak));
                }
                if let StageState::Done(report) = state
                    && report.outcome != Outcome::Skipped
                {
                    let nanos = i64::try_from(report.took.as_nanos()).unwrap_or(i64::MAX);
                    let took = format::latency(nanos);
                    ui.label(RichText::new(took).font(fonts::mono_small()).color(t.weak));
                }
            });
            if let StageState::Done(report) = state {
                report_ui(ui, look, report, commands);
            }
        });
    });
    ui.add_space(7.0);
}

fn report_ui(ui: &mut Ui, look: Look, report: &StageReport, commands: &mut Vec<UiCommand>) {
    let t = look.tokens;
    let quiet = report.outcome == Outcome::Skipped;
    let color = if quiet { t.weak } else { t.text };
    ui.add(Label::new(RichText::new(&report.detail).color(color)).wrap());
    for advice in &report.advice {
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = 5.0;
            ui.label(RichText::new("→").color(t.accent));
            ui.add(Label::new(RichText::new(advice).color(t.strong)).wrap());
        });
    }
    for seen in &report.seen {
        ui.add(Label::new(RichText::new(seen).font(fonts::mono_small()).color(t.weak)).wrap());
    }
    if let Some(tls) = &report.tls {
        tls_ui(ui, look, tls);
    }
    if matches!(report.outcome, Outcome::Failed(_)) {
        let all = std::iter::once(&report.detail).chain(&report.advice).cloned();
        let text = all.collect::<Vec<_>>().join("\n");
        if controls::small_button(ui, look, icons::COPY, "Copy what failed").clicked() {
            commands.push(UiCommand::Copy { text, what: "What failed" });
        }
    }
}

fn tls_ui(ui: &mut Ui, look: Look, tls: &TlsFacts) {
    for (name, value) in connection::tls_rows(tls) {
        fact(ui, look, name, &value);
    }
}

fn fact(ui: &mut Ui, look: Look, name: &str, value: &str) {
    let t = look.tokens;
    ui.spacing_mut().interact_size.y = 16.0;
    ui.horizontal(|ui| {
        let (rect, _) = ui.allocate_exact_size(vec2(92.0, 16.0), egui::Sense::hover());
        let align = egui::Align2::LEFT_CENTER;
        text::line(ui.painter(), rect, name, &fonts::small(), t.weak, align, text::Elide::End);
        text::elided_label(ui, value, &fonts::mono_small(), t.text);
    });
}
