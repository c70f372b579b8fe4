//! The verdict: will the ACS start and connect, will this app; what somebody else changed; and
//! findings about the file as a whole.

use egui::{Align, Color32, Frame, Label, Layout, Margin, RichText, Ui};

use super::findings;
use crate::profile::lint::Level;
use crate::profile::verdict::Verdict;
use crate::ui::command::{ProfileCommand, UiCommand};
use crate::ui::theme::{Look, fonts, icons};
use crate::ui::widgets::controls;
use crate::view::check::Check;
use crate::view::profile_editor::outside::Choice;
use crate::view::profile_editor::{Editor, form};

pub(super) fn show(
    ui: &mut Ui,
    look: Look,
    editor: &Editor,
    check: Option<&Check>,
    commands: &mut Vec<UiCommand>,
) {
    if let Some(now) = editor.outside() {
        outside_ui(ui, look, now.is_none(), commands);
    }
    let t = look.tokens;
    let examined = editor.examination();
    let bad = examined.is_some_and(|e| !e.acs.is_good());
    let color = match examined {
        None => t.weak,
        Some(_) if bad => t.error,
        Some(_) => t.ok,
    };
    Frame::new().fill(color.gamma_multiply(0.10)).inner_margin(Margin::symmetric(12, 8)).show(
        ui,
        |ui| {
            ui.set_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = 3.0;
            ui.spacing_mut().interact_size.y = 18.0;
            let Some(examined) = examined else {
                ui.label(RichText::new("Reading the file…").color(t.weak));
                return;
            };
            let safe = examined
                .findings
                .iter()
                .filter(|f| f.fixes.first().is_some_and(|fix| fix.safe))
                .count();
            ui.horizontal(|ui| {
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    if safe > 0 {
                        let label = if safe == 1 {
                            "Fix 1 finding".to_owned()
                        } else {
                            format!("Fix {safe} findings")
                        };
                        let fix = controls::button(ui, look, icons::FIX, &label);
                        let tip = "Carries out every fix that needs no decision of yours. Files missing on this machine are commented out with their lines; nothing is removed, and Undo takes it back";
                        if fix.on_hover_text(tip).clicked() {
                            commands.push(UiCommand::Profile(ProfileCommand::FixAll));
                        }
                    }
                    ui.with_layout(Layout::top_down(Align::Min), |ui| {
                        verdict_ui(ui, look, &examined.acs, "The ACS", true, commands);
                        verdict_ui(ui, look, &examined.app, "This app", false, commands);
                    });
                });
            });
            if let Some(failed) = check.and_then(Check::failed) {
                ui.horizontal_top(|ui| {
                    ui.spacing_mut().item_spacing.x = 6.0;
                    let icon = RichText::new(icons::FAILED).font(fonts::icon(14.0));
                    ui.label(icon.color(t.error));
                    let text = format!(
                        "The test of the connection failed at {}",
                        failed.stage.name()
                    );
                    ui.add(Label::new(RichText::new(text).color(t.text)).wrap());
                });
            }
            counts_ui(ui, look, examined);
        },
    );
    let line = ui.available_rect_before_wrap();
    ui.painter().hline(line.x_range(), line.min.y, (1.0, t.border));
    let general = form::general_findings(editor);
    let general: Vec<_> = general.iter().filter(|f| f.level < Level::Info).collect();
    if !general.is_empty() {
        Frame::new().inner_margin(Margin::symmetric(12, 6)).show(ui, |ui| {
            ui.set_width(ui.available_width());
            egui::ScrollArea::vertical().id_salt("general").max_height(150.0).show(ui, |ui| {
                for finding in general {
                    findings::show(ui, look, finding, true, commands);
                }
            });
        });
        let line = ui.available_rect_before_wrap();
        ui.painter().hline(line.x_range(), line.min.y, (1.0, t.border));
    }
}

fn verdict_ui(
    ui: &mut Ui,
    look: Look,
    verdict: &Verdict,
    who: &str,
    large: bool,
    commands: &mut Vec<UiCommand>,
) {
    let t = look.tokens;
    let (icon, color) = match verdict {
        Verdict::Connects => (icons::CHECK, t.ok),
        Verdict::CannotConnect(_) | Verdict::Refuses(_) => (icons::FAILED, t.error),
    };
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        let side = if large { 17.0 } else { 14.0 };
        ui.label(RichText::new(icon).font(fonts::icon(side)).color(color));
        let font = if large { fonts::body_medium() } else { fonts::body() };
        let text = RichText::new(verdict.headline(who)).font(font);
        let shown = Label::new(text.color(if large { t.strong } else { t.text })).wrap();
        let key = verdict.reason().and_then(|reason| reason.key.clone());
        let button = if key.is_some() { 54.0 } else { 0.0 };
        let room = (ui.available_width() - button).max(80.0);
        ui.allocate_ui_with_layout(egui::vec2(room, 10.0), Layout::top_down(Align::Min), |ui| {
            ui.set_max_width(room);
            ui.add(shown);
        });
        if let Some(key) = key {
            let name = format!("{who}: go to {key}");
            if controls::word_toggle(ui, look, "Show", &name, false).clicked() {
                commands.push(UiCommand::Profile(ProfileCommand::GoTo(key)));
            }
        }
    });
}

fn counts_ui(ui: &mut Ui, look: Look, examined: &crate::profile::examine::Examination) {
    let t = look.tokens;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        for (level, icon, color, one, many) in [
            (Level::Error, icons::FAILED, t.error, "error", "errors"),
            (Level::Warning, icons::WARNING, t.warn, "warning", "warnings"),
            (Level::Info, icons::INFO, t.info, "note", "notes"),
        ] {
            let n = examined.count(level);
            let color: Color32 = if n == 0 { t.weak } else { color };
            ui.label(RichText::new(icon).font(fonts::icon(13.0)).color(color));
            let words = format!("{n} {}", if n == 1 { one } else { many });
            ui.label(RichText::new(words).font(fonts::small()).color(t.text));
            ui.add_space(8.0);
        }
        let text = "as far as file and machine tell";
        let more = "The ACS's own environment beats the file, and whether the broker is there only \
                    a test of the connection tells.";
        ui.label(RichText::new(text).font(fonts::small()).color(t.weak)).on_hover_text(more);
    });
}

fn outside_ui(ui: &mut Ui, look: Look, gone: bool, commands: &mut Vec<UiCommand>) {
    let t = look.tokens;
    Frame::new().fill(t.warn.gamma_multiply(0.16)).inner_margin(Margin::symmetric(12, 8)).show(
        ui,
        |ui| {
            ui.set_width(ui.available_width());
            let what = if gone {
                "The file was removed by somebody else while it was open here."
            } else {
                "The file was changed by somebody else while it was open here."
            };
            ui.horizontal(|ui| {
                ui.label(RichText::new(icons::WARNING).font(fonts::icon(16.0)).color(t.warn));
                ui.add(Label::new(RichText::new(what).color(t.strong)).wrap());
            });
            ui.add_space(6.0);
            ui.horizontal(|ui| {
                let mut choose = |icon, label: &str, choice| {
                    let tip = match choice {
                        Choice::KeepMine => "Your text stays as it is; saving replaces theirs",
                        Choice::TakeTheirs => "Your changes go; Undo brings them back",
                        Choice::Merge => {
                            "Your values are set in their text; nothing is written yet"
                        }
                    };
                    if controls::button(ui, look, icon, label).on_hover_text(tip).clicked() {
                        commands.push(UiCommand::Profile(ProfileCommand::Outside(choice)));
                    }
                };
                choose(icons::SAVE, "Keep mine", Choice::KeepMine);
                if !gone {
                    choose(icons::RETRY, "Take theirs", Choice::TakeTheirs);
                    choose(icons::MERGE, "Put my changes onto theirs", Choice::Merge);
                }
            });
        },
    );
}
