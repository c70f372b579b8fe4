//! What changed since the message before: the inspector's tab for it.

use egui::{Align2, Id, Rect, RichText, Role, Ui, pos2};

use super::compare::mark;
use crate::core::ids::Seq;
use crate::ui::command::UiCommand;
use crate::ui::theme::{Look, fonts, icons, size};
use crate::ui::traffic_command::TrafficCommand;
use crate::ui::widgets::controls;
use crate::ui::widgets::rows::{self, RowInfo, Rows};
use crate::ui::widgets::text::{self, Elide};
use crate::view::changes::{Before, Changes, MAX_BACK, ToldValue};
use crate::view::compare::{DiffRow, Sign};
use crate::view::format;

/// What the tab remembers from frame to frame.
#[derive(Default)]
pub struct ChangesPanel {
    top: f64,
    unchanged: bool,
}

impl ChangesPanel {
    /// Another message is on view.
    pub(super) fn go_to_top(&mut self) {
        self.top = 0.0;
    }
}

/// A line of the list.
enum Line<'a> {
    Heading(String),
    Value(&'a ToldValue),
    Field(&'a DiffRow),
    Note(String),
}

/// Draws the tab.
pub(super) fn show(
    ui: &mut Ui,
    look: Look,
    seq: Seq,
    changes: &Changes,
    panel: &mut ChangesPanel,
    commands: &mut Vec<UiCommand>,
) {
    head_ui(ui, look, seq, changes, panel, commands);
    let lines = lines(changes, panel.unchanged);
    let list = Rows {
        id: Id::unique("changes"),
        name: "Changes",
        role: Role::List,
        row_height: size::TREE_ROW,
        len: lines.len(),
        top: panel.top,
    };
    ui.painter().rect_filled(ui.available_rect_before_wrap(), 0.0, look.tokens.canvas);
    let mut go = None;
    let output = list.show(ui, look, |ui, index, rect| {
        let Some(line) = lines.get(index) else { return };
        if line_ui(ui, look, line, index, rect)
            && let Line::Value(ToldValue { before: Some((_, seq, _)), .. }) = line
        {
            go = Some(*seq);
        }
    });
    panel.top = output.top;
    if let Some(seq) = go {
        commands.push(UiCommand::GoToMessage(seq));
    }
}

/// The message before, and what can be done with it.
fn head_ui(
    ui: &mut Ui,
    look: Look,
    seq: Seq,
    changes: &Changes,
    panel: &mut ChangesPanel,
    commands: &mut Vec<UiCommand>,
) {
    let t = look.tokens;
    egui::Frame::new().inner_margin(egui::Margin::symmetric(10, 4)).show(ui, |ui| {
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = 6.0;
            match changes.before() {
                Before::Looking => {
                    ui.label(RichText::new("Looking for the message before…").color(t.info));
                }
                Before::NotFound => {
                    let words = format!(
                        "No message of this type and sender before it on this topic, among the \
                         last {}",
                        format::count(MAX_BACK)
                    );
                    ui.label(RichText::new(words).color(t.weak));
                }
                Before::Found { seq: before, at, .. } => {
                    let since = format::latency(changes.at().nanos_since(*at));
                    let words = format!("#{} came {since} before", format::count(before.0));
                    ui.label(RichText::new(words).color(t.text));
                    if controls::small_button(ui, look, icons::DIFF, "Compare side by side")
                        .clicked()
                    {
                        let command = TrafficCommand::CompareThese(*before, seq);
                        commands.push(UiCommand::Traffic(command));
                    }
                    if controls::small_button(ui, look, icons::CROSSHAIR, "Go to the one before")
                        .clicked()
                    {
                        commands.push(UiCommand::GoToMessage(*before));
                    }
                }
            }
            if !changes.values().is_empty() {
                let name = "Show unchanged values";
                let on = panel.unchanged;
                if controls::word_toggle(ui, look, "Unchanged", name, on).clicked() {
                    panel.unchanged = !on;
                }
            }
        });
    });
}

fn lines(changes: &Changes, unchanged: bool) -> Vec<Line<'_>> {
    let mut lines = Vec::new();
    let values = changes.values();
    if !values.is_empty() {
        let changed = values.iter().filter(|told| told.changed()).count();
        let unknown = values.iter().filter(|told| told.before.is_none()).count();
        let same = values.len() - changed - unknown;
        lines.push(Line::Heading(format!(
            "Values of the device: {changed} changed, {same} as before"
        )));
        lines.extend(values.iter().filter(|told| told.changed()).map(Line::Value));
        if unchanged {
            let same = |told: &&ToldValue| told.before.is_some() && !told.changed();
            lines.extend(values.iter().filter(same).map(Line::Value));
        }
        if unknown > 0 && changes.is_done() {
            lines.push(Line::Heading(format!(
                "Not told before among the last {} messages: {unknown}",
                format::count(MAX_BACK)
            )));
            lines.extend(values.iter().filter(|told| told.before.is_none()).map(Line::Value));
        } else if unknown > 0 {
            lines.push(Line::Note(format!("Looking for {unknown} more…")));
        }
        if changes.unlooked() > 0 {
            lines.push(Line::Note(format!("{} further values", changes.unlooked())));
        }
    }
    if let Before::Found { seq, fields, more, .. } = changes.before() {
        let all = fields.len() + more;
        let before = format::count(seq.0);
        lines.push(Line::Heading(match all {
            0 => format!("Fields: all as in #{before}"),
            1 => format!("Fields: 1 differs from #{before}"),
            _ => format!("Fields: {all} differ from #{before}"),
        }));
        lines.extend(fields.iter().map(Line::Field));
        if *more > 0 {
            lines.push(Line::Note(format!("and {more} more")));
        }
    }
    lines
}

/// Draws a line; true if it was clicked.
fn line_ui(ui: &Ui, look: Look, line: &Line<'_>, index: usize, rect: Rect) -> bool {
    let t = look.tokens;
    let short = |text: &str| -> String { text.chars().take(200).collect() };
    let (sign, color, name, value) = match line {
        Line::Heading(words) => ("", t.strong, words.clone(), String::new()),
        Line::Note(words) => ("", t.weak, words.clone(), String::new()),
        Line::Value(told) => match &told.before {
            Some((before, ..)) if told.changed() => {
                let value = format!("{} → {}", short(before), short(&told.value));
                ("≠", t.warn, told.path.clone(), value)
            }
            Some(_) => ("", t.weak, told.path.clone(), short(&told.value)),
            None => ("+", t.ok, told.path.clone(), short(&told.value)),
        },
        Line::Field(row) => {
            let (sign, color, _) = mark(look, row.sign);
            let side = |side: &Option<String>| short(side.as_deref().unwrap_or_default());
            let value = match row.sign {
                Sign::OnlyLeft => side(&row.left),
                Sign::OnlyRight => side(&row.right),
                Sign::Changed | Sign::Same => {
                    format!("{} → {}", side(&row.left), side(&row.right))
                }
            };
            (sign, color, row.name.clone(), value)
        }
    };
    let word = match sign {
        "≠" => "Changed: ",
        "+" => "New: ",
        "−" => "Gone: ",
        _ => "",
    };
    let label = if value.is_empty() { name.clone() } else { format!("{word}{name}, {value}") };
    let info = RowInfo {
        role: Role::ListItem,
        label: &label,
        selected: false,
        expanded: None,
        level: None,
    };
    let response = rows::row(ui, look, Id::unique("change").with(index), rect, &info);
    let painter = ui.painter();
    let is_words = matches!(line, Line::Heading(_) | Line::Note(_));
    let left = Rect::from_min_max(pos2(rect.min.x + 10.0, rect.min.y), rect.max);
    let (bold, body, mono) = (fonts::body_medium(), fonts::body(), fonts::mono());
    let at = Align2::LEFT_CENTER;
    if is_words {
        let font = if matches!(line, Line::Heading(_)) { bold } else { body };
        if text::line(painter, left, &name, &font, color, at, Elide::End) {
            response.on_hover_text(name);
        }
        return false;
    }
    let sign_at = Rect::from_min_max(left.min, pos2(left.min.x + 14.0, left.max.y));
    text::line(painter, sign_at, sign, &bold, color, at, Elide::End);
    let middle = sign_at.max.x + 4.0 + (left.max.x - sign_at.max.x - 12.0) * 0.5;
    let name_at =
        Rect::from_min_max(pos2(sign_at.max.x + 4.0, rect.min.y), pos2(middle, rect.max.y));
    let value_at =
        Rect::from_min_max(pos2(middle + 8.0, rect.min.y), pos2(rect.max.x - 8.0, rect.max.y));
    let one = format::one_line(&name);
    let mut cut = text::line(painter, name_at, &one, &body, t.key, at, Elide::Middle);
    cut |= text::line(painter, value_at, &value, &mono, color, at, Elide::End);
    let clicked = response.clicked();
    let before = match line {
        Line::Value(ToldValue { before: Some((_, seq, _)), .. }) => Some(*seq),
        _ => None,
    };
    if cut || before.is_some() {
        response.on_hover_ui(|ui| {
            ui.strong(&name);
            ui.monospace(&value);
            if let Some(seq) = before {
                ui.weak(format!("Told before by #{}; click to go there", format::count(seq.0)));
            }
        });
    }
    clicked
}
