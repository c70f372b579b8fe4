//! What differs between two devices, or between two moments of one.

use egui::{Align2, Color32, Id, Rect, Role, Sense, Ui, WidgetInfo, vec2};

use super::{CELL_CHARS, HOVER_CHARS, ModelPanel, go_to, list_id};
use crate::analysis::Snapshot;
use crate::analysis::shadow::{Difference, What};
use crate::ui::command::UiCommand;
use crate::ui::theme::{Look, fonts, size};
use crate::ui::widgets::keys::Nav;
use crate::ui::widgets::rows::{self, RowInfo, Rows};
use crate::ui::widgets::table::{Column, Columns};
use crate::ui::widgets::text::{self, Elide};
use crate::view::format;
use crate::view::model_tree::words::clip;
use crate::view::model_tree::{Comparison, ModelTree, sides};

const COLUMNS: [Column; 4] = [
    Column::words("", 14.0, 0.0),
    Column::words("Path", 200.0, 0.5),
    Column::words("Left", 120.0, 0.25),
    Column::words("Right", 120.0, 0.25),
];

/// Height of the line with the names, points.
const HEAD: f32 = 22.0;

/// Draws the list.
pub(super) fn show(
    ui: &mut Ui,
    look: Look,
    snapshot: &Snapshot,
    what: Comparison,
    model: &mut ModelTree,
    panel: &mut ModelPanel,
    commands: &mut Vec<UiCommand>,
) {
    let columns = Columns::lay_out(&COLUMNS, ui.available_width() - rows::BAR);
    head_ui(ui, look, snapshot, what, &columns);
    let table = Rows {
        id: list_id(),
        name: "Differences",
        role: Role::Table,
        row_height: size::ROW,
        len: model.differences().len(),
        top: panel.top,
    };
    let picked = model.picked_row();
    let devices = matches!(what, Comparison::Devices(..));
    let mut clicked = None;
    let output = table.show(ui, look, |ui, index, rect| {
        let Some(found) = model.differences().get(index) else { return };
        if row_ui(ui, look, devices, found, &columns, rect, picked == Some(index)) {
            clicked = Some(index);
        }
    });
    panel.top = output.top;
    if let Some(index) = clicked {
        rows::focus(ui, list_id());
        model.pick(Some(index));
        panel.details = true;
        panel.details_top = 0.0;
    }
    let Some(nav) = output.nav else { return };
    match (nav, picked) {
        (Nav::Enter, Some(at)) => {
            let param = model.differences().get(at).and_then(|found| model.param_of(found));
            if let Some(param) = param {
                go_to(snapshot, param.changed_by, commands);
            }
        }
        (Nav::Right, Some(_)) => panel.details = true,
        (Nav::Left, _) => {}
        _ => {
            let visible = output.visible;
            if let Some(to) = nav.apply(picked, model.differences().len(), visible as usize) {
                rows::reveal(&mut panel.top, to, visible);
                model.pick(Some(to));
                panel.details_top = 0.0;
                panel.details = false;
            }
        }
    }
}

/// Whose values stand where.
fn head_ui(
    ui: &mut Ui,
    look: Look,
    snapshot: &Snapshot,
    what: Comparison,
    columns: &Columns<{ COLUMNS.len() }>,
) {
    let t = look.tokens;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), HEAD), Sense::hover());
    ui.painter().hline(rect.x_range(), rect.max.y - 0.5, (1.0, t.border));
    let (left, right, label) = match what {
        Comparison::Moments(since) => (
            since.then().to_owned(),
            "Now".to_owned(),
            format!("Comparing {} with now", since.then()),
        ),
        Comparison::Devices(left, right) => {
            let name = |id| format::one_line(snapshot.endpoint_name(id)).into_owned();
            let label = format!("Comparing {} with {}", name(left), name(right));
            let short = |id| {
                format::one_line(format::short_endpoint(snapshot.endpoint_name(id))).into_owned()
            };
            (short(left), short(right), label)
        }
    };
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &label));
    let font = fonts::small_semibold();
    for (column, name, color) in
        [(1, "Path", t.weak), (2, left.as_str(), t.strong), (3, right.as_str(), t.strong)]
    {
        columns.put(ui.painter(), rect, column, name, &font, color, Elide::Middle);
    }
    response.on_hover_text(label);
}

/// The sign of a difference, its colour, and what it is called.
fn mark(look: Look, devices: bool, what: &What) -> (&'static str, Color32, &'static str) {
    let t = look.tokens;
    match what {
        What::OnlyHere(_) => ("−", t.error, if devices { "Only left" } else { "Gone" }),
        What::OnlyThere(_) => ("+", t.ok, if devices { "Only right" } else { "New" }),
        What::Differs(..) => ("≠", t.warn, if devices { "Differs" } else { "Changed" }),
        What::Unknown => ("?", t.weak, "Not known"),
    }
}

fn row_ui(
    ui: &Ui,
    look: Look,
    devices: bool,
    found: &Difference,
    columns: &Columns<{ COLUMNS.len() }>,
    rect: Rect,
    picked: bool,
) -> bool {
    let t = look.tokens;
    let (sign, color, word) = mark(look, devices, &found.what);
    let (left, right) = sides(&found.what);
    let name = found.name.as_deref().unwrap_or_default();
    let path = format!("{}{}", clip(&found.object, CELL_CHARS), clip(name, CELL_CHARS));
    let value = |side: Option<&str>, max| match side {
        None => String::new(),
        Some("") if found.name.is_some() => "(empty)".to_owned(),
        Some(value) => clip(value, max).into_owned(),
    };
    let label = match (left, right) {
        (Some(left), Some(right)) => {
            format!("{word}: {path}, {} → {}", clip(left, 60), clip(right, 60))
        }
        (Some(one), None) | (None, Some(one)) => format!("{word}: {path}, {}", clip(one, 60)),
        (None, None) => format!("{word}: {path}"),
    };
    let info =
        RowInfo { role: Role::Row, label: &label, selected: picked, expanded: None, level: None };
    let id = Id::unique("model-difference").with((&found.object, &found.name));
    let response = rows::row(ui, look, id, rect, &info);
    let painter = ui.painter();
    if !picked {
        painter.hline(rect.x_range(), rect.max.y - 0.5, (1.0, t.border.gamma_multiply(0.35)));
    }
    let bold = fonts::body_medium();
    let at = columns.cell(rect, 0);
    text::line(painter, at, sign, &bold, color, Align2::LEFT_CENTER, Elide::End);
    let put = |column: usize, value: &str, color: Color32, elide: Elide| {
        let font = if column == 1 { fonts::body() } else { fonts::mono() };
        columns.put(painter, rect, column, value, &font, color, elide)
    };
    let cut_path = put(1, &path, t.text, Elide::Middle);
    let cut_left = put(2, &value(left, CELL_CHARS), color, Elide::End);
    let cut_right = put(3, &value(right, CELL_CHARS), color, Elide::End);
    let clicked = response.clicked();
    if cut_path || cut_left || cut_right {
        response.on_hover_ui(|ui| {
            ui.strong(&path);
            ui.label(word);
            for side in [left, right].into_iter().flatten() {
                ui.label(clip(side, HOVER_CHARS));
            }
        });
    }
    clicked
}
