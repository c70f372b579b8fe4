//! Two messages side by side in a window over the table.

use egui::{Align, Align2, Color32, Context, Id, Layout, RichText, Role, Ui, Window, vec2};

use crate::ui::command::UiCommand;
use crate::ui::theme::{Look, fonts, icons, size};
use crate::ui::traffic_command::TrafficCommand;
use crate::ui::widgets::rows::{self, RowInfo, Rows};
use crate::ui::widgets::table::{Column, Columns};
use crate::ui::widgets::text::{self, Elide};
use crate::ui::widgets::{controls, keys::Nav};
use crate::view::compare::{Comparison, DiffRow, Side, Sign};
use crate::view::format;

/// Points a level is indented by.
const INDENT: f32 = 12.0;

/// Characters of a value laid out, and shown on hover.
const CELL: usize = 400;
const HOVER: usize = 4000;

const COLUMNS: [Column; 4] = [
    Column::words("", 12.0, 0.0),
    Column::words("Field", 150.0, 0.3),
    Column::words("A", 120.0, 0.35),
    Column::words("B", 120.0, 0.35),
];

/// What the panel remembers from frame to frame.
#[derive(Default)]
pub struct ComparePanel {
    top: f64,
    /// The two it was about in the last frame.
    shown: Option<[u64; 2]>,
}

/// Identity of the list, for focus.
#[must_use]
pub fn list_id() -> Id {
    Id::unique("compare-list")
}

/// Draws the window.
pub fn show(
    ctx: &Context,
    look: Look,
    comparison: &mut Comparison,
    panel: &mut ComparePanel,
    commands: &mut Vec<UiCommand>,
) {
    let sides = comparison.sides().clone().map(|side| side.seq.0);
    let fresh = panel.shown != Some(sides);
    if fresh {
        *panel = ComparePanel { top: 0.0, shown: Some(sides) };
        ctx.memory_mut(|memory| memory.request_focus(list_id()));
    }
    let room = ctx.content_rect().size();
    Window::new("Compare messages")
        .id(Id::unique("compare-window"))
        .title_bar(false)
        .collapsible(false)
        .resizable(true)
        .pivot(Align2::CENTER_CENTER)
        .default_pos(ctx.content_rect().center())
        .default_size(vec2((room.x * 0.72).min(1000.0), (room.y * 0.7).min(640.0)))
        .min_size(vec2(460.0, 260.0))
        .show(ctx, |ui| {
            head_ui(ui, look, comparison, commands);
            sides_ui(ui, look, comparison, commands);
            list_ui(ui, look, comparison, panel);
        });
}

fn head_ui(ui: &mut Ui, look: Look, comparison: &mut Comparison, commands: &mut Vec<UiCommand>) {
    let t = look.tokens;
    ui.horizontal(|ui| {
        ui.label(RichText::new("Compare messages").heading().color(t.strong));
        let [left, right, changed] = comparison.counts();
        let words = match left + right + changed {
            0 => "no differences".to_owned(),
            _ => format!("≠ {changed} changed   − {left} only in A   + {right} only in B"),
        };
        ui.label(RichText::new(words).color(t.weak));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if controls::icon_button(ui, look, icons::CLOSE, "Close the comparison").clicked() {
                commands.push(UiCommand::Traffic(TrafficCommand::CloseOverlay));
            }
            if controls::icon_button(ui, look, icons::SWAP, "Swap A and B").clicked() {
                comparison.swap();
            }
            let only = comparison.only_differences();
            let name = "Show only differences";
            if controls::word_toggle(ui, look, "Only differences", name, only).clicked() {
                comparison.set_only_differences(!only);
            }
        });
    });
}

/// Which messages they are.
fn sides_ui(ui: &mut Ui, look: Look, comparison: &Comparison, commands: &mut Vec<UiCommand>) {
    let t = look.tokens;
    for (letter, side) in ["A", "B"].into_iter().zip(comparison.sides()) {
        let Side { seq, kind, ends, at, summary } = side;
        ui.horizontal(|ui| {
            ui.label(RichText::new(letter).font(fonts::body_medium()).color(t.accent));
            let go = format!("Go to {letter}");
            let number = format!("#{}", format::count(seq.0));
            if controls::word_toggle(ui, look, &number, &go, false).clicked() {
                commands.push(UiCommand::GoToMessage(*seq));
            }
            ui.label(RichText::new(at).font(fonts::mono()).color(t.weak));
            ui.label(RichText::new(kind).font(fonts::body_medium()).color(t.text));
            let rest = format!("{ends}   {summary}");
            text::elided_label(ui, &rest, &fonts::body(), t.text);
        });
    }
    ui.add_space(2.0);
}

fn list_ui(ui: &mut Ui, look: Look, comparison: &mut Comparison, panel: &mut ComparePanel) {
    let columns = Columns::lay_out(&COLUMNS, ui.available_width() - rows::BAR);
    columns.head(ui, look, Id::unique("compare-head"), None);
    if comparison.is_empty() {
        rows::nothing(ui, look, "Both say the same in every field");
        return;
    }
    let list = Rows {
        id: list_id(),
        name: "Compared fields",
        role: Role::Table,
        row_height: size::TREE_ROW,
        len: comparison.len(),
        top: panel.top,
    };
    let picked = comparison.picked();
    let mut clicked = None;
    let output = list.show(ui, look, |ui, index, rect| {
        let Some(row) = comparison.row(index) else { return };
        if row_ui(ui, look, row, index, rect, &columns, picked == Some(index)) {
            clicked = Some(index);
        }
    });
    panel.top = output.top;
    if clicked.is_some() {
        rows::focus(ui, list_id());
        comparison.pick(clicked);
    }
    match output.nav {
        None | Some(Nav::Left | Nav::Right | Nav::Enter) => {}
        Some(nav) => {
            let to = nav.apply(picked, comparison.len(), output.visible as usize);
            if let Some(to) = to {
                rows::reveal(&mut panel.top, to, output.visible);
                comparison.pick(Some(to));
            }
        }
    }
}

/// The sign of a row, its colour, and the word for it.
#[must_use]
pub fn mark(look: Look, sign: Sign) -> (&'static str, Color32, &'static str) {
    let t = look.tokens;
    match sign {
        Sign::Same => ("", t.text, "Same"),
        Sign::Changed => ("≠", t.warn, "Changed"),
        Sign::OnlyLeft => ("−", t.error, "Only in A"),
        Sign::OnlyRight => ("+", t.ok, "Only in B"),
    }
}

fn row_ui(
    ui: &Ui,
    look: Look,
    row: &DiffRow,
    index: usize,
    rect: egui::Rect,
    columns: &Columns<{ COLUMNS.len() }>,
    picked: bool,
) -> bool {
    let t = look.tokens;
    let (sign, color, word) = mark(look, row.sign);
    let short = |side: &Option<String>, max: usize| -> String {
        side.as_deref().unwrap_or_default().chars().take(max).collect()
    };
    let (left, right) = (short(&row.left, CELL), short(&row.right, CELL));
    let label = match row.sign {
        _ if row.is_group => format!("{word}: {}", row.name),
        Sign::Same => format!("{word}: {}, {}", row.name, short(&row.left, 80)),
        Sign::OnlyLeft => format!("{word}: {}, {}", row.name, short(&row.left, 80)),
        Sign::OnlyRight => format!("{word}: {}, {}", row.name, short(&row.right, 80)),
        Sign::Changed => {
            format!("{word}: {}, {} → {}", row.name, short(&row.left, 60), short(&row.right, 60))
        }
    };
    let info = RowInfo {
        role: Role::Row,
        label: &label,
        selected: picked,
        expanded: None,
        level: Some(usize::from(row.depth) + 1),
    };
    let id = Id::unique("compare-row").with(index);
    let response = rows::row(ui, look, id, rect, &info);
    let painter = ui.painter();
    if !picked {
        if row.sign != Sign::Same {
            painter.rect_filled(rect, 0.0, color.gamma_multiply(0.08));
        }
        painter.hline(rect.x_range(), rect.max.y - 0.5, (1.0, t.border.gamma_multiply(0.35)));
    }
    let (bold, mono) = (fonts::body_medium(), fonts::mono());
    columns.put(painter, rect, 0, sign, &bold, color, Elide::End);
    let mut cell = columns.cell(rect, 1);
    cell.min.x += f32::from(row.depth.min(16)) * INDENT;
    let name = format::one_line(&row.name);
    let name_color = if row.is_group { t.weak } else { t.key };
    let (body, at) = (fonts::body(), Align2::LEFT_CENTER);
    let mut cut = text::line(painter, cell, &name, &body, name_color, at, Elide::Middle);
    if !(row.is_group && row.sign == Sign::Same) {
        let color = if row.sign == Sign::Same { t.weak } else { color };
        cut |= columns.put(painter, rect, 2, &left, &mono, color, Elide::End);
        cut |= columns.put(painter, rect, 3, &right, &mono, color, Elide::End);
    }
    let clicked = response.clicked();
    if cut {
        response.on_hover_ui(|ui| {
            ui.strong(&row.name);
            ui.weak(word);
            for side in [&row.left, &row.right].into_iter().flatten() {
                ui.monospace(side.chars().take(HOVER).collect::<String>());
            }
        });
    }
    clicked
}
