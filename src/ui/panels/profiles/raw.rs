//! The right pane: the raw file, what saving would change, the test of the connection.

use egui::{Align2, Rect, RichText, Role, ScrollArea, Sense, Ui, WidgetInfo, pos2, vec2};

use super::{ProfilesPanel, Tab, test};
use crate::core::time::Timestamp;
use crate::profile::lint::Level;
use crate::ui::command::{ProfileCommand, UiCommand};
use crate::ui::theme::{Look, fonts, icons};
use crate::ui::widgets::{controls, panel_header, text};
use crate::view::check::Check;
use crate::view::profile_editor::Editor;
use crate::view::profile_editor::diff::DiffLine;
use crate::view::profile_editor::lines::LineKind;

const ROW: f32 = 19.0;
/// Room for line numbers, points.
const GUTTER: f32 = 44.0;

pub(super) fn show(
    ui: &mut Ui,
    look: Look,
    editor: &mut Editor,
    check: Option<&Check>,
    now: Timestamp,
    panel: &mut ProfilesPanel,
    commands: &mut Vec<UiCommand>,
) {
    let (lines, diff) = editor.raw();
    let count = match panel.tab {
        Tab::File => format!("{} lines", lines.len()),
        Tab::Changes => format!("+{} −{}", diff.changed.len(), diff.removed),
        Tab::Test => check.map(Check::summary).unwrap_or_default(),
    };
    let (icon, title) = match panel.tab {
        Tab::File => (icons::FILE, "File"),
        Tab::Changes => (icons::DIFF, "Changes"),
        Tab::Test => (icons::DIAGNOSE, "Diagnosis"),
    };
    panel_header::show(ui, look, icon, title, &count, |ui| {
        let choices = [(Tab::Test, "Diagnosis"), (Tab::Changes, "Changes"), (Tab::File, "File")];
        if let Some(tab) = controls::segments(ui, look, panel.tab, choices) {
            panel.tab = tab;
        }
    });
    let area = ui.available_rect_before_wrap();
    ui.painter().rect_filled(area, 0.0, look.tokens.canvas);
    match panel.tab {
        Tab::File => file_ui(ui, look, editor, commands),
        Tab::Changes => changes_ui(ui, look, editor),
        Tab::Test => test::show(ui, look, check, now, commands),
    }
}

fn file_ui(ui: &mut Ui, look: Look, editor: &mut Editor, commands: &mut Vec<UiCommand>) {
    let t = look.tokens;
    let (lines, diff) = editor.raw();
    let examined = editor.examination().cloned();
    ui.spacing_mut().item_spacing.y = 0.0;
    ScrollArea::vertical().id_salt("raw-file").auto_shrink(false).show_rows(
        ui,
        ROW,
        lines.len(),
        |ui, rows| {
            for at in rows {
                let Some(line) = lines.get(at) else { break };
                let number = at + 1;
                let size = vec2(ui.available_width(), ROW);
                let sense = if matches!(line.kind, LineKind::Setting(_)) {
                    Sense::click()
                } else {
                    Sense::hover()
                };
                let (rect, response) = ui.allocate_exact_size(size, sense);
                let name = format!("Line {number}: {}", line.text);
                response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &name));
                let painter = ui.painter();
                if response.hovered() && sense.senses_click() {
                    painter.rect_filled(rect, 0.0, t.hover);
                }
                if diff.changed.binary_search(&number).is_ok() {
                    painter.rect_filled(rect, 0.0, t.accent.gamma_multiply(0.12));
                    let bar = Rect::from_min_size(rect.min, vec2(3.0, ROW));
                    painter.rect_filled(bar, 0.0, t.accent);
                }
                let finding = examined.as_ref().and_then(|e| {
                    e.findings.iter().find(|f| f.line == Some(number) && f.level < Level::Info)
                });
                let gutter = Rect::from_min_size(rect.min, vec2(GUTTER - 8.0, ROW));
                let font = fonts::mono_small();
                let text = number.to_string();
                painter.text(gutter.right_center(), Align2::RIGHT_CENTER, text, font, t.weak);
                if let Some(finding) = finding {
                    let (icon, color) = super::findings::sign(look, finding.level);
                    let at = Rect::from_min_size(rect.min + vec2(3.0, 0.0), vec2(14.0, ROW));
                    text::icon(painter, at, icon, 12.0, color);
                }
                let inner = Rect::from_min_max(pos2(rect.min.x + GUTTER, rect.min.y), rect.max);
                let cut = line_ui(ui, look, inner, &line.text, &line.kind);
                let key = match &line.kind {
                    LineKind::Setting(key) => Some(key),
                    _ => None,
                };
                let hover = match (finding, cut) {
                    (Some(finding), _) => Some(finding.text.clone()),
                    (None, true) => Some(line.text.clone()),
                    (None, false) => None,
                };
                let response = match hover {
                    Some(text) => response.on_hover_text(text),
                    None => response,
                };
                if let Some(key) = key
                    && response.clicked()
                {
                    commands.push(UiCommand::Profile(ProfileCommand::GoTo(key.clone())));
                }
            }
        },
    );
}

/// Paints a line; name and value apart. True if it did not fit.
fn line_ui(ui: &Ui, look: Look, rect: Rect, line: &str, kind: &LineKind) -> bool {
    let t = look.tokens;
    let font = fonts::mono();
    let align = Align2::LEFT_CENTER;
    let painter = ui.painter();
    let (name, value) = match kind {
        LineKind::Quiet => {
            return text::line(painter, rect, line, &font, t.weak, align, text::Elide::End);
        }
        LineKind::Broken => {
            return text::line(painter, rect, line, &font, t.error, align, text::Elide::End);
        }
        LineKind::Setting(_) => match line.split_once('=') {
            Some((name, value)) => (format!("{name}="), value),
            None => (String::new(), line),
        },
    };
    let width = text::width(painter, &name, &font);
    let (left, right) = rect.split_left_right_at_x((rect.min.x + width).min(rect.max.x));
    let cut = text::line(
        painter,
        left.expand2(vec2(1.0, 0.0)),
        &name,
        &font,
        t.key,
        align,
        text::Elide::End,
    );
    text::line(painter, right, value, &font, t.string, align, text::Elide::End) || cut
}

fn changes_ui(ui: &mut Ui, look: Look, editor: &mut Editor) {
    let t = look.tokens;
    let (_, diff) = editor.raw();
    if diff.rows.is_empty() {
        note(ui, look, "Nothing is changed: the file on disk is what stands here");
        return;
    }
    if diff.only_invisible {
        note(ui, look, "Only line ends or a byte order mark change");
    }
    ui.spacing_mut().item_spacing.y = 0.0;
    ScrollArea::vertical().id_salt("changes").auto_shrink(false).show_rows(
        ui,
        ROW,
        diff.rows.len(),
        |ui, rows| {
            for row in diff.rows.get(rows).unwrap_or_default() {
                let size = vec2(ui.available_width(), ROW);
                let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
                let painter = ui.painter();
                let (mark, number, words, line, color, fill) = match row {
                    DiffLine::Same(n, line) => (" ", Some(*n), "Line", line.as_str(), t.weak, None),
                    DiffLine::Removed(n, line) => {
                        ("−", Some(*n), "Removed line", line.as_str(), t.error, Some(t.error))
                    }
                    DiffLine::Added(n, line) => {
                        ("+", Some(*n), "Added line", line.as_str(), t.ok, Some(t.ok))
                    }
                    DiffLine::Gap(_) => ("", None, "", "", t.weak, None),
                };
                if let DiffLine::Gap(lines) = row {
                    let text = format!("{lines} unchanged lines");
                    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &text));
                    let at = rect.left_center() + vec2(GUTTER, 0.0);
                    painter.text(at, Align2::LEFT_CENTER, text, fonts::small(), t.weak);
                    continue;
                }
                let name = format!("{words} {}: {line}", number.unwrap_or(0));
                response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &name));
                if let Some(fill) = fill {
                    painter.rect_filled(rect, 0.0, fill.gamma_multiply(0.12));
                }
                let gutter = Rect::from_min_size(rect.min, vec2(GUTTER - 18.0, ROW));
                let text = number.map(|n| n.to_string()).unwrap_or_default();
                let font = fonts::mono_small();
                painter.text(gutter.right_center(), Align2::RIGHT_CENTER, text, font, t.weak);
                let at = rect.left_center() + vec2(GUTTER - 12.0, 0.0);
                painter.text(at, Align2::LEFT_CENTER, mark, fonts::mono(), color);
                let inner = Rect::from_min_max(pos2(rect.min.x + GUTTER, rect.min.y), rect.max);
                let color = if fill.is_some() { t.text } else { t.weak };
                let align = Align2::LEFT_CENTER;
                let cut = text::line(
                    painter,
                    inner,
                    line,
                    &fonts::mono(),
                    color,
                    align,
                    text::Elide::End,
                );
                if cut {
                    response.on_hover_text(line);
                }
            }
        },
    );
}

pub(super) fn note(ui: &mut Ui, look: Look, words: &str) {
    ui.add_space(10.0);
    ui.horizontal(|ui| {
        ui.add_space(12.0);
        ui.add(egui::Label::new(RichText::new(words).color(look.tokens.weak)).wrap());
    });
    ui.add_space(6.0);
}
