//! Questions to the user: where to save, what to import, what becomes of unsaved changes.

use std::path::PathBuf;

use egui::{Context, Label, Modal, RichText, TextEdit, Ui, vec2};

use super::ProfilesPanel;
use crate::core::secret::Secret;
use crate::ui::command::{Confirmed, ProfileCommand, UiCommand};
use crate::ui::theme::{Look, fonts, icons, size};
use crate::ui::widgets::controls;
use crate::view::profile_editor::Editor;

/// Longest text pasted, characters.
const MAX_IMPORT: usize = 1024 * 1024;

/// A question that is open.
#[derive(Clone, Debug)]
pub enum Dialog {
    /// Which file to open: a path to type, since not every desktop has a file dialog.
    Open {
        /// The path as typed.
        path: String,
        /// Why it did not work.
        problem: Option<String>,
    },
    /// Where to save.
    SaveAs {
        /// The path as typed.
        path: String,
        /// Why it did not work.
        problem: Option<String>,
    },
    /// What to make a profile of. May hold secrets.
    Import(Secret),
    /// There are unsaved changes.
    Unsaved {
        /// The window is to be closed afterwards.
        quitting: bool,
    },
}

/// The question that is open, if one is.
#[derive(Default)]
pub struct Asked {
    dialog: Option<Dialog>,
    /// Its first field is still to get the cursor.
    fresh: bool,
}

impl Asked {
    /// A question nobody has seen yet.
    #[must_use]
    pub fn new(dialog: Dialog) -> Self {
        Self { dialog: Some(dialog), fresh: true }
    }

    /// The question.
    #[must_use]
    pub fn dialog(&self) -> Option<&Dialog> {
        self.dialog.as_ref()
    }
}

pub(super) fn show(
    ctx: &Context,
    look: Look,
    editor: Option<&mut Editor>,
    panel: &mut ProfilesPanel,
    commands: &mut Vec<UiCommand>,
) {
    let Some(mut dialog) = panel.asked.dialog.take() else { return };
    let mut ask = |command| commands.push(UiCommand::Profile(command));
    let name = editor.map(|editor| editor.name()).unwrap_or_default();
    let mut focus = std::mem::take(&mut panel.asked.fresh);
    let frame = egui::Frame::popup(&ctx.global_style()).inner_margin(18);
    let modal = Modal::new(egui::Id::unique("profile-dialog")).frame(frame);
    let shown = modal.show(ctx, |ui| {
        ui.set_width(460.0);
        ui.spacing_mut().item_spacing.y = 8.0;
        match &mut dialog {
            Dialog::Open { path, problem } => {
                open_ui(ui, look, path, problem.as_deref(), &mut focus, &mut ask);
            }
            Dialog::SaveAs { path, problem } => {
                save_ui(ui, look, path, problem.as_deref(), &mut focus, &mut ask)
            }
            Dialog::Import(text) => import_ui(ui, look, text, &mut focus, &mut ask),
            Dialog::Unsaved { quitting } => {
                unsaved_ui(ui, look, &name, *quitting, &mut focus, &mut ask);
            }
        }
    });
    if shown.should_close() {
        ask(match dialog {
            Dialog::Unsaved { .. } => ProfileCommand::Confirm(Confirmed::Cancel),
            Dialog::Open { .. } | Dialog::SaveAs { .. } | Dialog::Import(_) => {
                ProfileCommand::CloseDialog
            }
        });
    }
    panel.asked.dialog = Some(dialog);
}

fn title(ui: &mut Ui, look: Look, words: &str) {
    let font = egui::FontId::new(size::HEADING, fonts::semibold());
    ui.label(RichText::new(words).font(font).color(look.tokens.strong));
}

fn open_ui(
    ui: &mut Ui,
    look: Look,
    path: &mut String,
    problem: Option<&str>,
    focus: &mut bool,
    ask: &mut impl FnMut(ProfileCommand),
) {
    title(ui, look, "Open a profile in the editor");
    let entered = path_ui(ui, path, "Path of the profile to edit", focus);
    let note = "Nothing is written until you save.";
    ui.label(RichText::new(note).font(fonts::small()).color(look.tokens.weak));
    problem_ui(ui, look, problem);
    ui.horizontal(|ui| {
        let open = controls::button(ui, look, icons::FILE, "Open");
        if (open.clicked() || entered) && !path.trim().is_empty() {
            ask(ProfileCommand::Open(PathBuf::from(path.trim())));
        }
        if controls::button(ui, look, icons::FOLDER, "Browse…").clicked() {
            ask(ProfileCommand::Browse);
        }
        if controls::button(ui, look, "", "Cancel").clicked() {
            ask(ProfileCommand::CloseDialog);
        }
    });
}

/// A field for a path, focused at first. True if it was ended with Enter.
fn path_ui(ui: &mut Ui, path: &mut String, name: &'static str, focus: &mut bool) -> bool {
    let edit = TextEdit::singleline(path)
        .id(egui::Id::unique(name))
        .char_limit(4096)
        .desired_width(440.0)
        .min_size(vec2(450.0, 28.0));
    let response = ui.add(edit).accessible_name(name);
    if std::mem::take(focus) {
        response.request_focus();
    }
    response.lost_focus() && ui.input(|i| i.key_pressed(egui::Key::Enter))
}

fn problem_ui(ui: &mut Ui, look: Look, problem: Option<&str>) {
    if let Some(problem) = problem {
        ui.add(Label::new(RichText::new(problem).color(look.tokens.error)).wrap());
    }
}

fn save_ui(
    ui: &mut Ui,
    look: Look,
    path: &mut String,
    problem: Option<&str>,
    focus: &mut bool,
    ask: &mut impl FnMut(ProfileCommand),
) {
    let t = look.tokens;
    title(ui, look, "Save the profile as");
    let entered = path_ui(ui, path, "Path to save to", focus);
    let note = "A new file is readable by you only. An existing file is never overwritten here.";
    ui.label(RichText::new(note).font(fonts::small()).color(t.weak));
    problem_ui(ui, look, problem);
    ui.horizontal(|ui| {
        let save = controls::button(ui, look, icons::SAVE, "Save here");
        if (save.clicked() || entered) && !path.trim().is_empty() {
            ask(ProfileCommand::SaveAs(PathBuf::from(path.trim())));
        }
        if controls::button(ui, look, "", "Cancel").clicked() {
            ask(ProfileCommand::CloseDialog);
        }
    });
}

fn import_ui(
    ui: &mut Ui,
    look: Look,
    text: &mut Secret,
    focus: &mut bool,
    ask: &mut impl FnMut(ProfileCommand),
) {
    let t = look.tokens;
    title(ui, look, "Paste the text of a .env file");
    let mut typed = text.expose().to_owned();
    egui::ScrollArea::vertical().id_salt("import").max_height(280.0).show(ui, |ui| {
        let edit = TextEdit::multiline(&mut typed)
            .id(egui::Id::unique("import-text"))
            .font(fonts::mono())
            .char_limit(MAX_IMPORT)
            .desired_rows(12)
            .desired_width(440.0);
        let response = ui.add(edit).accessible_name("Text to import");
        if response.changed() {
            *text = Secret::new(typed.clone());
        }
        if std::mem::take(focus) {
            response.request_focus();
        }
    });
    let note = "It becomes a new profile; every byte is kept. Secrets in it are masked afterwards.";
    ui.label(RichText::new(note).font(fonts::small()).color(t.weak));
    ui.horizontal(|ui| {
        ui.add_enabled_ui(!text.is_empty(), |ui| {
            if controls::button(ui, look, icons::PASTE, "Import").clicked() {
                ask(ProfileCommand::Import(text.clone()));
            }
        });
        if controls::button(ui, look, "", "Cancel").clicked() {
            ask(ProfileCommand::CloseDialog);
        }
    });
}

fn unsaved_ui(
    ui: &mut Ui,
    look: Look,
    name: &str,
    quitting: bool,
    focus: &mut bool,
    ask: &mut impl FnMut(ProfileCommand),
) {
    let t = look.tokens;
    title(ui, look, "Save the changes?");
    let text = format!("{name} has changes that are not on disk.");
    ui.add(Label::new(RichText::new(text).color(t.text)).wrap());
    ui.horizontal(|ui| {
        let mut choice = |icon, label: &str, confirmed| {
            let button = controls::button(ui, look, icon, label);
            // The harmless way first: Enter saves.
            if std::mem::take(focus) {
                button.request_focus();
            }
            if button.clicked() {
                ask(ProfileCommand::Confirm(confirmed));
            }
        };
        let (save, drop) = if quitting {
            ("Save and quit", "Quit without saving")
        } else {
            ("Save and go on", "Drop the changes")
        };
        choice(icons::SAVE, save, Confirmed::Save);
        choice(icons::TRASH, drop, Confirmed::Discard);
        choice("", "Stay here", Confirmed::Cancel);
    });
}
