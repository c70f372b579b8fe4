//! Exchanges: each request with what became of it, newest first.

use egui::{Align2, Color32, FontId, Id, Rect, Role, Ui, vec2};

use super::lower::{self, Head};
use crate::analysis::Snapshot;
use crate::analysis::exchanges::{Exchange, State};
use crate::core::ids::{ExchangeId, Seq};
use crate::core::time::Timestamp;
use crate::ui::command::UiCommand;
use crate::ui::theme::{Look, fonts, icons, size};
use crate::ui::widgets::controls;
use crate::ui::widgets::keys::{self, Nav};
use crate::ui::widgets::rows::{self, RowInfo, Rows};
use crate::ui::widgets::table::{Column, Columns};
use crate::ui::widgets::text::{self, Elide};
use crate::usp::error;
use crate::usp::outcome::Grade;
use crate::view::exchanges::{ExchangeList, Show};
use crate::view::format::{self, Clockface};
use crate::view::state::Selection;

const COLUMNS: [Column; 8] = [
    Column::words("Time", 88.0, 0.0),
    Column::words("State", 100.0, 0.0),
    Column::words("Request", 106.0, 0.1),
    Column::words("msg_id", 60.0, 0.25),
    Column::words("Device", 80.0, 0.3),
    Column::numbers("Sent", 32.0),
    Column::numbers("Latency", 58.0),
    Column::words("Result", 84.0, 0.35),
];

/// What the panel remembers from frame to frame.
#[derive(Default)]
pub struct ExchangesPanel {
    /// Where it is drawn.
    pub head: Head,
    top: f64,
    /// Picked with the keyboard or the pointer.
    picked: Option<ExchangeId>,
}

/// Identity of the list for focus.
#[must_use]
pub fn list_id() -> Id {
    Id::unique("exchange-table")
}

/// Draws the panel.
#[expect(clippy::too_many_arguments, reason = "one panel, drawn in one place")]
pub fn show(
    ui: &mut Ui,
    look: Look,
    snapshot: &Snapshot,
    now: Timestamp,
    clockface: &Clockface,
    list: &mut ExchangeList,
    panel: &mut ExchangesPanel,
    selection: &Selection,
    commands: &mut Vec<UiCommand>,
) {
    let mut chosen = None;
    let current = list.shows();
    // Totals are of everybody: beside one device's they would mislead.
    let count = match selection.device {
        Some(_) => format!("{} listed", format::count(list.len() as u64)),
        None => totals(snapshot),
    };
    lower::header(ui, look, panel.head, &count, commands, |ui| {
        let choices = Show::ALL.into_iter().rev().map(|show| (show, show.label()));
        chosen = controls::segments(ui, look, current, choices);
    });
    if let Some(show) = chosen {
        list.set_show(show);
        panel.top = 0.0;
    }
    let body = ui.available_rect_before_wrap();
    if list.is_empty() {
        ui.painter().rect_filled(body, 0.0, look.tokens.canvas);
        rows::nothing(ui, look, current.empty());
        return;
    }
    let columns = Columns::lay_out(&COLUMNS, ui.available_width() - rows::BAR);
    columns.head(ui, look, list_id(), None);
    let body = ui.available_rect_before_wrap();
    ui.painter().rect_filled(body, 0.0, look.tokens.canvas);
    let table = Rows {
        id: list_id(),
        name: "Exchanges",
        role: Role::Table,
        row_height: size::ROW,
        len: list.len(),
        top: panel.top,
    };
    let mut clicked = None;
    let output = table.show(ui, look, |ui, index, rect| {
        let Some((id, exchange)) = list.get(snapshot, index) else { return };
        let picked = panel.picked == Some(id)
            || (selection.message.is_some()
                && [exchange.request, exchange.answer].contains(&selection.message));
        let line = Line { snapshot, now, clockface, exchange };
        if row_ui(ui, look, &line, id, rect, &columns, picked) {
            clicked = Some((id, exchange.clone()));
        }
    });
    panel.top = output.top;
    if clicked.is_some() {
        rows::focus(ui, list_id());
    }
    let alone = matches!(panel.head, Head::Page(_));
    if let Some(nav) = output.nav.or_else(|| alone.then(|| keys::take_if_free(ui)).flatten()) {
        clicked = navigate(nav, snapshot, list, panel, output.visible).or(clicked);
    }
    if let Some((id, exchange)) = clicked {
        panel.picked = Some(id);
        if let Some(seq) = subject(&exchange) {
            commands.push(UiCommand::GoToMessage(seq));
        }
    }
}

/// The message that tells most about an exchange.
fn subject(exchange: &Exchange) -> Option<Seq> {
    exchange.answer.or(exchange.request)
}

fn navigate(
    nav: Nav,
    snapshot: &Snapshot,
    list: &ExchangeList,
    panel: &mut ExchangesPanel,
    visible: f64,
) -> Option<(ExchangeId, Exchange)> {
    // Newest first: ids fall from row to row.
    let at = panel.picked.and_then(|picked| {
        (0..list.len()).find(|&n| list.get(snapshot, n).is_some_and(|(id, _)| id <= picked))
    });
    let to = nav.apply(at, list.len(), visible as usize)?;
    rows::reveal(&mut panel.top, to, visible);
    list.get(snapshot, to).map(|(id, exchange)| (id, exchange.clone()))
}

fn totals(snapshot: &Snapshot) -> String {
    let states = snapshot.states();
    let mut out = String::new();
    for state in State::ALL {
        let count = states.of(state);
        if count > 0 {
            if !out.is_empty() {
                out.push_str(" · ");
            }
            out.push_str(&format!("{} {}", format::count_short(count), state.label()));
        }
    }
    out
}

/// Sign and colour of a state.
fn mark(look: Look, exchange: &Exchange) -> (&'static str, Color32) {
    let t = look.tokens;
    match exchange.state {
        State::Pending => (icons::WAITING, t.info),
        State::Answered if exchange.grade == Some(Grade::Partial) => (icons::HALF, t.warn),
        State::Answered => (icons::CHECK, t.ok),
        State::Failed => (icons::ERROR, t.error),
        State::TimedOut => (icons::CLOCK, t.error),
        State::Late => (icons::CLOCK, t.warn),
        State::Superseded => (icons::REPEAT, t.warn),
        State::Lost => (icons::LOST, t.warn),
        State::Orphan => (icons::CIRCLE_DASHED, t.weak),
        State::GivenUp => (icons::PROHIBIT, t.weak),
    }
}

/// One exchange about to be drawn.
struct Line<'a> {
    snapshot: &'a Snapshot,
    now: Timestamp,
    clockface: &'a Clockface,
    exchange: &'a Exchange,
}

impl Line<'_> {
    fn latency(&self) -> String {
        match self.exchange.latency_nanos() {
            Some(nanos) => format::latency(nanos),
            None if self.exchange.state == State::Pending => {
                format::age(self.now.nanos_since(self.exchange.first_at).max(0))
            }
            None => String::new(),
        }
    }

    fn result(&self) -> String {
        let exchange = self.exchange;
        let answer = exchange.answer.and_then(|seq| self.snapshot.row(seq));
        let code = answer.map_or(0, |row| row.err_code);
        let mut out = match (exchange.state, exchange.grade) {
            (State::Failed, _) if code != 0 => error::label(u32::from(code)),
            (_, Some(grade)) => grade.name().to_owned(),
            _ => String::new(),
        };
        let mut add = |text: &str| {
            if !out.is_empty() {
                out.push_str(" · ");
            }
            out.push_str(text);
        };
        if exchange.is_reordered() {
            add("answer seen first");
        }
        if exchange.more_answers > 0 {
            add(&format!("answered {} times", u32::from(exchange.more_answers) + 1));
        }
        if exchange.attempts > 1
            && let Some(nanos) = exchange.last_attempt_nanos()
        {
            add(&format!("{} after the last", format::latency(nanos)));
        }
        out
    }
}

fn row_ui(
    ui: &Ui,
    look: Look,
    line: &Line<'_>,
    id: ExchangeId,
    rect: Rect,
    columns: &Columns<{ COLUMNS.len() }>,
    picked: bool,
) -> bool {
    let t = look.tokens;
    let Line { snapshot, clockface, exchange, .. } = line;
    let device = snapshot.endpoint_name(exchange.device());
    let (latency, result) = (line.latency(), line.result());
    let label = format!(
        "{} {} {device}, {}, {latency} {result}",
        exchange.kind.label(),
        exchange.msg_id,
        exchange.state.label()
    );
    let info =
        RowInfo { role: Role::Row, label: &label, selected: picked, expanded: None, level: None };
    let response = rows::row(ui, look, Id::unique("exchange").with(id.place()), rect, &info);
    let painter = ui.painter();
    if !picked {
        painter.hline(rect.x_range(), rect.max.y - 0.5, (1.0, t.border.gamma_multiply(0.35)));
    }
    let put = |column: usize, value: &str, font: &FontId, color: Color32, elide: Elide| {
        columns.put(painter, rect, column, value, font, color, elide)
    };
    let (mono, body) = (fonts::mono(), fonts::body());
    let weak = if picked { t.text } else { t.weak };
    put(0, &clockface.time_millis(exchange.first_at), &mono, weak, Elide::End);
    let (icon, color) = mark(look, exchange);
    let cell = columns.cell(rect, 1);
    let (head, tail) = cell.split_left_right_at_x(cell.min.x + 20.0);
    text::icon(painter, head.translate(vec2(-2.0, 0.0)), icon, 14.0, color);
    let state = exchange.state.label();
    text::line(painter, tail, state, &body, color, Align2::LEFT_CENTER, Elide::End);
    let family = look.family(Some(exchange.kind.family()));
    put(2, exchange.kind.label(), &fonts::body_medium(), family, Elide::End);
    put(3, &format::one_line(&exchange.msg_id), &mono, t.text, Elide::Middle);
    let short = format::one_line(format::short_endpoint(device));
    put(4, &short, &body, t.text, Elide::Middle);
    if exchange.attempts > 1 {
        put(5, &format!("{}×", exchange.attempts), &mono, t.warn, Elide::End);
    }
    put(6, &latency, &mono, t.text, Elide::End);
    put(7, &result, &body, weak, Elide::End);
    let clicked = response.clicked();
    response.on_hover_ui_at_pointer(|ui| tooltip_ui(ui, line));
    clicked
}

fn tooltip_ui(ui: &mut Ui, line: &Line<'_>) {
    let Line { snapshot, clockface, exchange, .. } = line;
    egui::Grid::new("exchange-tooltip").num_columns(2).spacing([12.0, 2.0]).show(ui, |ui| {
        let mut fact = |name: &str, value: &str| {
            if !value.is_empty() {
                ui.weak(name);
                ui.monospace(format::one_line(value));
                ui.end_row();
            }
        };
        fact("Asked by", snapshot.endpoint_name(exchange.requester));
        fact("Asked", snapshot.endpoint_name(exchange.responder));
        fact("msg_id", &exchange.msg_id);
        fact("First sent", &clockface.date_time_micros(exchange.first_at));
        if exchange.attempts > 1 {
            fact("Last sent", &clockface.date_time_micros(exchange.last_at));
        }
        if exchange.ended_at != Timestamp::default() {
            fact("Settled", &clockface.date_time_micros(exchange.ended_at));
        }
        if let Some((_, at)) = exchange.first_segment {
            let until = format::latency(at.nanos_since(exchange.first_at));
            fact("First segment after", &until);
        }
        fact("Result", &line.result());
    });
}
