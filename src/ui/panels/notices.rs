//! Short notices in the lower right corner: what happened and what to do about it.

use egui::{Align2, Area, Color32, Context, Frame, Id, Margin, Order, RichText, vec2};

use crate::ui::command::UiCommand;
use crate::ui::theme::{Look, fonts, icons};
use crate::ui::widgets::controls;
use crate::view::connection::Tone;

/// One notice on screen.
#[derive(Clone, Debug)]
pub struct Toast {
    /// Number, for dismissing it.
    pub id: u64,
    /// How it looks.
    pub tone: Tone,
    /// What happened.
    pub text: String,
    /// What to do.
    pub advice: Option<String>,
}

/// Sign and colour of a tone; the sign alone tells them apart.
#[must_use]
pub fn mark(look: Look, tone: Tone) -> (&'static str, Color32) {
    let icon = match tone {
        Tone::Good => icons::CHECK,
        Tone::Quiet | Tone::Busy => icons::INFO,
        Tone::Warning => icons::WARNING,
        Tone::Bad => icons::ERROR,
    };
    (icon, look.tone(tone))
}

/// Draws the notices, the newest at the bottom.
pub fn show(
    ctx: &Context,
    look: Look,
    toasts: &[Toast],
    bottom: f32,
    commands: &mut Vec<UiCommand>,
) {
    if toasts.is_empty() {
        return;
    }
    let t = look.tokens;
    Area::new(Id::unique("notices"))
        .order(Order::Foreground)
        .anchor(Align2::RIGHT_BOTTOM, vec2(-12.0, -bottom - 12.0))
        .show(ctx, |ui| {
            ui.set_width(340.0);
            for toast in toasts {
                let (icon, color) = mark(look, toast.tone);
                let frame = Frame::new()
                    .fill(t.raised)
                    .stroke((1.0, color.gamma_multiply(0.7)))
                    .corner_radius(6)
                    .inner_margin(Margin::symmetric(10, 8));
                frame.show(ui, |ui| {
                    ui.horizontal_top(|ui| {
                        ui.label(RichText::new(icon).font(fonts::icon(17.0)).color(color));
                        ui.vertical(|ui| {
                            ui.set_width(250.0);
                            ui.add(
                                egui::Label::new(RichText::new(&toast.text).color(t.strong)).wrap(),
                            );
                            if let Some(advice) = &toast.advice {
                                ui.add(
                                    egui::Label::new(RichText::new(advice).color(t.text)).wrap(),
                                );
                            }
                        });
                        let name = format!("Dismiss notice {}", toast.id);
                        if controls::icon_button(ui, look, icons::CLOSE, &name).clicked() {
                            commands.push(UiCommand::Dismiss(toast.id));
                        }
                    });
                });
                ui.add_space(4.0);
            }
        });
}
