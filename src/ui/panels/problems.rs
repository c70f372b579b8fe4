//! Problems: what was found, whom it is about, how often; opened, what to do about it and the
//! messages that prove it.

use egui::{Align2, Color32, FontId, Id, Rect, Role, Ui, vec2};

use super::lower::{self, Head};
use crate::analysis::Snapshot;
use crate::analysis::problems::code::{Code, Level};
use crate::analysis::problems::explain::explain;
use crate::analysis::problems::trouble::Proof;
use crate::core::time::Timestamp;
use crate::ui::command::UiCommand;
use crate::ui::theme::{Look, fonts, icons, size};
use crate::ui::widgets::controls;
use crate::ui::widgets::keys::{self, Nav};
use crate::ui::widgets::rows::{self, RowInfo, Rows};
use crate::ui::widgets::table::{Column, Columns};
use crate::ui::widgets::text::{self, Elide};
use crate::view::format::{self, Clockface};
use crate::view::problems::{Item, ProblemList};
use crate::view::state::Selection;

const COLUMNS: [Column; 5] = [
    Column::words("Problem", 230.0, 0.55),
    Column::words("Device or topic", 130.0, 0.45),
    Column::numbers("Times", 52.0),
    Column::words("First", 66.0, 0.0),
    Column::words("Last", 66.0, 0.0),
];

/// Room for the caret and the sign of the level.
const SIGNS: f32 = 34.0;

/// What the panel remembers from frame to frame.
#[derive(Default)]
pub struct ProblemsPanel {
    /// Where it is drawn.
    pub head: Head,
    top: f64,
    picked: Option<Item>,
    /// Each problem with whom it is about, instead of by cause.
    apart: bool,
}

/// Identity of the list for focus.
#[must_use]
pub fn list_id() -> Id {
    Id::unique("problem-table")
}

/// Sign and colour of a level.
#[must_use]
pub fn mark(look: Look, level: Level) -> (&'static str, Color32) {
    match level {
        Level::Error => (icons::ERROR, look.tokens.error),
        Level::Warning => (icons::WARNING, look.tokens.warn),
        Level::Info => (icons::INFO, look.tokens.info),
    }
}

/// What the rows are drawn from.
struct Scene<'a> {
    snapshot: &'a Snapshot,
    clockface: &'a Clockface,
    list: &'a ProblemList,
    columns: Columns<{ COLUMNS.len() }>,
}

/// Draws the panel.
#[expect(clippy::too_many_arguments, reason = "one panel, drawn in one place")]
pub fn show(
    ui: &mut Ui,
    look: Look,
    snapshot: &Snapshot,
    clockface: &Clockface,
    list: &mut ProblemList,
    panel: &mut ProblemsPanel,
    selection: &Selection,
    commands: &mut Vec<UiCommand>,
) {
    // Of one device there is nothing to put together.
    let can_group = selection.device.is_none();
    let by_cause = can_group && !panel.apart;
    if list.is_by_cause() != by_cause {
        list.set_by_cause(by_cause);
        list.advance(snapshot, selection.device);
    }
    let least = list.least();
    let mut chosen = None;
    let apart = &mut panel.apart;
    lower::header(ui, look, panel.head, &totals(list), commands, |ui| {
        let choices =
            [(Some(Level::Error), "Errors"), (Some(Level::Warning), "Warnings"), (None, "All")];
        chosen = controls::segments(ui, look, least, choices);
        if can_group {
            ui.add_space(8.0);
            let name = "Group problems by cause";
            if controls::word_toggle(ui, look, "By cause", name, by_cause).clicked() {
                *apart = by_cause;
            }
        }
    });
    if let Some(least) = chosen {
        list.set_least(least);
        list.advance(snapshot, selection.device);
        panel.top = 0.0;
    }
    if list.is_empty() {
        let body = ui.available_rect_before_wrap();
        ui.painter().rect_filled(body, 0.0, look.tokens.canvas);
        let text = match (selection.device, list.least()) {
            (Some(_), _) => "Nothing found about the picked device",
            (None, None) => {
                "Nothing found so far. What is odd about messages and devices appears here"
            }
            (None, Some(_)) => "Nothing found of this level",
        };
        rows::nothing(ui, look, text);
        return;
    }
    let columns = Columns::lay_out(&COLUMNS, ui.available_width() - rows::BAR);
    columns.head(ui, look, list_id(), None);
    let body = ui.available_rect_before_wrap();
    ui.painter().rect_filled(body, 0.0, look.tokens.canvas);
    let scene = Scene { snapshot, clockface, list, columns };
    let table = Rows {
        id: list_id(),
        name: "Problems",
        role: Role::Tree,
        row_height: size::ROW,
        len: list.items().len(),
        top: panel.top,
    };
    let mut clicked = None;
    let output = table.show(ui, look, |ui, index, rect| {
        let Some(&item) = scene.list.items().get(index) else { return };
        if row_ui(ui, look, &scene, item, rect, panel.picked == Some(item)) {
            clicked = Some(item);
        }
    });
    panel.top = output.top;
    if let Some(item) = clicked {
        rows::focus(ui, list_id());
        panel.picked = Some(item);
        act(item, snapshot, list, None, commands);
    }
    let alone = matches!(panel.head, Head::Page(_));
    if let Some(nav) = output.nav.or_else(|| alone.then(|| keys::take_if_free(ui)).flatten()) {
        navigate(nav, snapshot, list, panel, output.visible, commands);
    }
}

/// A problem opens or closes, a proof is shown.
fn act(
    item: Item,
    snapshot: &Snapshot,
    list: &mut ProblemList,
    open: Option<bool>,
    commands: &mut Vec<UiCommand>,
) {
    match item {
        Item::Cause(code) => {
            let open = open.unwrap_or(!list.is_cause_open(code));
            list.set_cause_open(snapshot, code, open);
        }
        Item::Trouble(place) => {
            let open = open.unwrap_or(!list.is_open(place));
            list.set_open(snapshot, place, open);
        }
        Item::Proof(_, proof) => {
            if let Some(seq) = proof.subject.or(proof.other) {
                commands.push(UiCommand::GoToMessage(seq));
            }
        }
        Item::Rule(_) | Item::Advice(_) => {}
    }
}

fn navigate(
    nav: Nav,
    snapshot: &Snapshot,
    list: &mut ProblemList,
    panel: &mut ProblemsPanel,
    visible: f64,
    commands: &mut Vec<UiCommand>,
) {
    let at = panel.picked.and_then(|picked| list.items().iter().position(|item| *item == picked));
    if let (Nav::Left | Nav::Right | Nav::Enter, Some(item)) = (nav, panel.picked) {
        let open = match nav {
            Nav::Left => Some(false),
            Nav::Right => Some(true),
            _ => None,
        };
        act(item, snapshot, list, open, commands);
        return;
    }
    let Some(to) = nav.apply(at, list.items().len(), visible as usize) else { return };
    rows::reveal(&mut panel.top, to, visible);
    panel.picked = list.items().get(to).copied();
}

fn totals(list: &ProblemList) -> String {
    let [errors, warnings, notes] = list.totals();
    let mut parts = Vec::new();
    for (count, one, many) in
        [(errors, "error", "errors"), (warnings, "warning", "warnings"), (notes, "note", "notes")]
    {
        if count > 0 {
            parts.push(format!("{} {}", format::count(count), if count == 1 { one } else { many }));
        }
    }
    parts.join(" · ")
}

fn row_ui(ui: &Ui, look: Look, scene: &Scene<'_>, item: Item, rect: Rect, picked: bool) -> bool {
    match item {
        Item::Cause(code) => cause_ui(ui, look, scene, code, rect, picked),
        Item::Trouble(place) => trouble_ui(ui, look, scene, place, rect, picked),
        Item::Rule(code) => {
            text_ui(ui, look, (code, "rule"), "Rule", code.entry().rule, rect, picked)
        }
        Item::Advice(code) => {
            text_ui(ui, look, (code, "advice"), "Do", code.entry().advice, rect, picked)
        }
        Item::Proof(place, proof) => proof_ui(ui, look, scene, place, proof, rect, picked),
    }
}

/// What a row that opens says.
struct Line<'a> {
    id: Id,
    code: Code,
    /// Below a cause, whose title is not said again.
    below: bool,
    open: bool,
    /// Whom it is about, in full and as shown.
    whom: &'a str,
    short: &'a str,
    count: u64,
    first_at: Timestamp,
    last_at: Timestamp,
}

fn cause_ui(ui: &Ui, look: Look, scene: &Scene<'_>, code: Code, rect: Rect, picked: bool) -> bool {
    let Some(cause) = scene.list.cause(code) else { return false };
    let whom = if cause.whom == 1 {
        "1 device or topic".to_owned()
    } else {
        format!("{} devices or topics", format::count(cause.whom as u64))
    };
    let line = Line {
        id: Id::unique("cause").with(code as u8),
        code,
        below: false,
        open: scene.list.is_cause_open(code),
        whom: &whom,
        short: &whom,
        count: cause.count,
        first_at: cause.first_at,
        last_at: cause.last_at,
    };
    line_ui(ui, look, scene, &line, rect, picked)
}

fn trouble_ui(
    ui: &Ui,
    look: Look,
    scene: &Scene<'_>,
    place: u32,
    rect: Rect,
    picked: bool,
) -> bool {
    let Some(trouble) = ProblemList::trouble(scene.snapshot, place) else { return false };
    let whom = match (trouble.who, trouble.topic) {
        (Some(id), _) => scene.snapshot.endpoint_name(id),
        (None, Some(topic)) => scene.snapshot.topic_name(topic),
        (None, None) => "",
    };
    let line = Line {
        id: Id::unique("problem").with(place),
        code: trouble.code,
        below: scene.list.is_by_cause(),
        open: scene.list.is_open(place),
        whom,
        short: if trouble.who.is_some() { format::short_endpoint(whom) } else { whom },
        count: trouble.count,
        first_at: trouble.first_at,
        last_at: trouble.last_at,
    };
    line_ui(ui, look, scene, &line, rect, picked)
}

fn line_ui(
    ui: &Ui,
    look: Look,
    scene: &Scene<'_>,
    line: &Line<'_>,
    rect: Rect,
    picked: bool,
) -> bool {
    let t = look.tokens;
    let entry = line.code.entry();
    let times = format::count(line.count);
    let label = format!("{}: {}, {}, {times} times", entry.level.name(), entry.title, line.whom);
    let info = RowInfo {
        role: Role::TreeItem,
        label: &label,
        selected: picked,
        expanded: Some(line.open),
        level: Some(1 + usize::from(line.below)),
    };
    let response = rows::row(ui, look, line.id, rect, &info);
    let painter = ui.painter();
    if !picked {
        painter.hline(rect.x_range(), rect.max.y - 0.5, (1.0, t.border.gamma_multiply(0.35)));
    }
    let mut cell = scene.columns.cell(rect, 0);
    if line.below {
        cell.min.x += SIGNS / 2.0;
    }
    let (signs, title) = cell.split_left_right_at_x(cell.min.x + SIGNS);
    let caret = if line.open { icons::CARET_DOWN } else { icons::CARET_RIGHT };
    let (left, right) = signs.split_left_right_at_fraction(0.5);
    text::icon(painter, left.translate(vec2(-4.0, 0.0)), caret, 11.0, t.weak);
    let font = fonts::body();
    let mut cut = false;
    if line.below {
        let words = format::one_line(line.whom);
        let at = Rect::from_min_max(egui::pos2(right.min.x, title.min.y), title.max);
        cut |= text::line(painter, at, &words, &font, t.text, Align2::LEFT_CENTER, Elide::Middle);
    } else {
        let (icon, color) = mark(look, entry.level);
        text::icon(painter, right.translate(vec2(-4.0, 0.0)), icon, 14.0, color);
        let strong = if entry.level == Level::Info { t.text } else { t.strong };
        let align = Align2::LEFT_CENTER;
        cut |= text::line(painter, title, entry.title, &font, strong, align, Elide::End);
    }
    let put = |column: usize, value: &str, font: &FontId, color: Color32| {
        scene.columns.put(painter, rect, column, value, font, color, Elide::Middle)
    };
    if !line.below {
        cut |= put(1, &format::one_line(line.short), &font, t.text);
    }
    let mono = fonts::mono();
    put(2, &times, &mono, t.text);
    let time = |at: Timestamp| scene.clockface.time(at);
    put(3, &time(line.first_at), &mono, t.weak);
    put(4, &time(line.last_at), &mono, t.weak);
    let clicked = response.clicked();
    if cut {
        response.on_hover_text(format!("{}\n{}", entry.title, format::one_line(line.whom)));
    }
    clicked
}

/// A line of words below a problem.
fn text_ui(
    ui: &Ui,
    look: Look,
    id: (Code, &'static str),
    head: &str,
    words: &str,
    rect: Rect,
    picked: bool,
) -> bool {
    let label = format!("{head}: {words}");
    let info = RowInfo {
        role: Role::TreeItem,
        label: &label,
        selected: picked,
        expanded: None,
        level: Some(2),
    };
    // Two devices may have the same trouble opened at once.
    let id = Id::unique("problem-text").with((id.0 as u8, id.1, rect.min.y.to_bits()));
    let response = rows::row(ui, look, id, rect, &info);
    let t = look.tokens;
    let at = Rect::from_min_max(rect.min + vec2(SIGNS + 9.0, 0.0), rect.max - vec2(9.0, 0.0));
    let (name, rest) = at.split_left_right_at_x(at.min.x + 38.0);
    let font = fonts::small_semibold();
    text::line(ui.painter(), name, head, &font, t.weak, Align2::LEFT_CENTER, Elide::End);
    let font = fonts::body();
    let cut = text::line(ui.painter(), rest, words, &font, t.text, Align2::LEFT_CENTER, Elide::End);
    let clicked = response.clicked();
    if cut {
        response.on_hover_text(words);
    }
    clicked
}

fn proof_ui(
    ui: &Ui,
    look: Look,
    scene: &Scene<'_>,
    place: u32,
    proof: Proof,
    rect: Rect,
    picked: bool,
) -> bool {
    let t = look.tokens;
    let snapshot = scene.snapshot;
    let Some(code) = ProblemList::trouble(snapshot, place).map(|trouble| trouble.code) else {
        return false;
    };
    let seq = proof.subject.or(proof.other);
    let row = seq.and_then(|seq| snapshot.row(seq));
    let (time, kind, words) = match row {
        Some(row) => {
            (scene.clockface.time_millis(row.at), row.type_label(), explain(code, row, snapshot))
        }
        None => (String::new(), "", "This message is no longer kept".to_owned()),
    };
    let number = seq.map_or_else(String::new, |seq| format!("#{}", seq.0));
    let label = format!("{number} {kind}: {words}");
    let info = RowInfo {
        role: Role::TreeItem,
        label: &label,
        selected: picked,
        expanded: None,
        level: Some(2),
    };
    let id = Id::unique("problem-proof").with((place, seq.map(|seq| seq.0)));
    let response = rows::row(ui, look, id, rect, &info);
    let painter = ui.painter();
    let mut x = rect.min.x + SIGNS + 9.0;
    let mut put = |value: &str, width: f32, font: &FontId, color: Color32| {
        let right = (x + width).min(rect.max.x - 9.0);
        let at = Rect::from_min_max(egui::pos2(x, rect.min.y), egui::pos2(right, rect.max.y));
        x += width + 9.0;
        text::line(painter, at, value, font, color, Align2::LEFT_CENTER, Elide::End)
    };
    put(&number, 54.0, &fonts::mono(), t.accent);
    put(&time, 88.0, &fonts::mono(), t.weak);
    put(kind, 110.0, &fonts::body_medium(), t.text);
    let cut = put(&words, rect.width(), &fonts::body(), t.text);
    let clicked = response.clicked();
    if cut {
        response.on_hover_text(words);
    }
    clicked
}
