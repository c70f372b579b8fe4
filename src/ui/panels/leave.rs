//! The question whether what was received may go.

use egui::{Context, Id, Label, Modal, RichText};

use crate::ui::command::UiCommand;
use crate::ui::theme::{Look, fonts, icons, size};
use crate::ui::widgets::controls;
use crate::view::format;

/// What is asked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Question {
    /// Messages that would be lost.
    pub kept: u64,
    /// Where they are from, if it may be said.
    pub from: Option<String>,
    /// What takes their place, as the beginning of a sentence.
    pub what: String,
}

/// A question that is open.
pub struct Leave {
    question: Question,
    /// The harmless answer is still to get the focus.
    fresh: bool,
}

impl Leave {
    /// One nobody has seen yet.
    #[must_use]
    pub fn new(question: Question) -> Self {
        Self { question, fresh: true }
    }
}

/// Draws it.
pub fn show(ctx: &Context, look: Look, leave: &mut Leave, commands: &mut Vec<UiCommand>) {
    let t = look.tokens;
    let Question { kept, from, what } = &leave.question;
    let frame = egui::Frame::popup(&ctx.global_style()).inner_margin(18);
    let mut answer = None;
    let shown = Modal::new(Id::unique("leave-dialog")).frame(frame).show(ctx, |ui| {
        ui.set_width(440.0);
        ui.spacing_mut().item_spacing.y = 8.0;
        let font = egui::FontId::new(size::HEADING, fonts::semibold());
        ui.label(RichText::new("Let the messages go?").font(font).color(t.strong));
        let (messages, go) = if *kept == 1 { ("message", "goes") } else { ("messages", "go") };
        let from = from.as_ref().map(|from| format!(" from {}", format::one_line(from)));
        let text = format!(
            "The {} {messages} kept{} {go}. {} starts with none.",
            format::count(*kept),
            from.unwrap_or_default(),
            format::one_line(what)
        );
        ui.add(Label::new(RichText::new(text).color(t.text)).wrap());
        ui.horizontal(|ui| {
            // The harmless way first: Enter keeps them.
            let cancel = controls::button(ui, look, "", "Cancel");
            if std::mem::take(&mut leave.fresh) {
                cancel.request_focus();
            }
            if cancel.clicked() {
                answer = Some(false);
            }
            if controls::button(ui, look, icons::ARROW_RIGHT, "Continue").clicked() {
                answer = Some(true);
            }
        });
    });
    if let Some(go) = answer.or_else(|| shown.should_close().then_some(false)) {
        commands.push(UiCommand::Leave(go));
    }
}
