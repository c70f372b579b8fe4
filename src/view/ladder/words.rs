//! What a row of the ladder says: what became of a message, in a word or two, in a sentence for
//! people who can't see it, and in full for the hover.

use std::borrow::Cow;
use std::sync::Arc;

use super::{Item, Ladder};
use crate::analysis::Snapshot;
use crate::analysis::exchanges::{Exchange, State};
use crate::analysis::problems::code::Level;
use crate::core::ids::{EndpointId, Seq};
use crate::core::time::Timestamp;
use crate::store::RowRef;
use crate::store::row::Pair;
use crate::usp::error;
use crate::usp::kind::{Family, MsgKind, NotificationKind, RecordType};
use crate::usp::outcome::Grade;
use crate::view::drawing::Role;
use crate::view::format::{self, Clockface};

/// What everything is told from.
#[derive(Clone, Copy)]
pub struct Scene<'a> {
    /// The snapshot on view.
    pub snapshot: &'a Snapshot,
    /// Where the user is.
    pub clockface: &'a Clockface,
    /// The time now.
    pub now: Timestamp,
    /// Whose ladder it is.
    pub device: EndpointId,
    /// The picked message.
    pub picked: Option<Seq>,
}

/// What changes in a device's life with a message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Turn {
    /// It says that it is there.
    Connect,
    /// It says that it leaves.
    Disconnect,
    /// It says that it booted.
    Boot,
}

/// How far a message came.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Way {
    /// As far as anybody knows it arrived.
    Arrived,
    /// Nothing came of it: nobody knows whether it arrived.
    Unanswered,
}

/// What there is to say of a message.
#[derive(Clone, Debug)]
pub struct Told {
    /// Type.
    pub kind: &'static str,
    /// Its family.
    pub family: Option<Family>,
    /// `msg_id`, without control characters; may be empty.
    pub msg_id: String,
    /// What it is about.
    pub summary: Arc<str>,
    /// What became of it or how it stands to others, in a word or two; may be empty.
    pub note: String,
    /// Colour of the note.
    pub tone: Role,
    /// It is the same again.
    pub again: bool,
    /// How far it came.
    pub way: Way,
    /// An answer without a request.
    pub orphan: bool,
    /// It failed, or says that something did.
    pub failed: bool,
    /// What it changes in the device's life.
    pub turn: Option<Turn>,
}

/// What became of a request, or how an answer stands to its request: words and colour.
fn standing(scene: &Scene<'_>, seq: Seq, exchange: &Exchange) -> (String, Role) {
    let weak = |text: &str| (text.to_owned(), Role::Weak);
    let asked = exchange.request == Some(seq) || exchange.last_request == Some(seq);
    if !asked && exchange.answer.is_some_and(|answer| answer != seq) {
        return ("one more answer".to_owned(), Role::Warn);
    }
    let latency = exchange.latency_nanos().map(format::latency).unwrap_or_default();
    match exchange.state {
        State::Pending => {
            let waited = scene.now.nanos_since(exchange.first_at);
            (
                format!("waiting {}", format::age(waited).replace("now", "")).trim().to_owned(),
                Role::Info,
            )
        }
        State::Answered if asked => weak(""),
        State::Answered if exchange.grade == Some(Grade::Partial) => {
            (format!("{latency}, in part"), Role::Warn)
        }
        State::Answered => (latency, Role::Text),
        State::Failed if asked => weak(""),
        State::Failed => (format!("{latency}, failed"), Role::Error),
        State::TimedOut => {
            let waited = exchange.ended_at.nanos_since(exchange.first_at);
            (format!("no answer in {}", format::span(waited)), Role::Error)
        }
        State::Late if asked => ("answered late".to_owned(), Role::Warn),
        State::Late => (format!("late, {latency}"), Role::Warn),
        State::Superseded => ("msg_id used again".to_owned(), Role::Warn),
        State::Lost => ("lost by restart".to_owned(), Role::Warn),
        State::Orphan => ("no request seen".to_owned(), Role::Warn),
        State::GivenUp => weak("not followed"),
    }
}

fn turn(row: &RowRef<'_>, device: EndpointId, summary: &str) -> Option<Turn> {
    if row.from != Some(device) {
        return None;
    }
    if row.notification == Some(NotificationKind::Event) && summary.starts_with("Boot!") {
        return Some(Turn::Boot);
    }
    match row.record_type? {
        RecordType::MqttConnect
        | RecordType::WebsocketConnect
        | RecordType::StompConnect
        | RecordType::UdsConnect => Some(Turn::Connect),
        RecordType::Disconnect => Some(Turn::Disconnect),
        RecordType::NoSessionContext | RecordType::SessionContext => None,
    }
}

/// What there is to say of a message.
#[must_use]
pub fn told(ladder: &mut Ladder, scene: &Scene<'_>, row: RowRef<'_>) -> Told {
    let Scene { snapshot, device, .. } = *scene;
    let exchange = snapshot.exchange_of(row);
    let again = matches!(row.pair(), Some(Pair::RepeatOf { .. }));
    let summary = ladder.summary(snapshot, row);
    let turn = turn(&row, device, &summary);
    let is_request = row.msg_kind.is_some_and(MsgKind::is_request);
    let (mut note, mut tone) = match exchange {
        // Of several transmissions the newest says what became of them.
        Some(exchange)
            if is_request && exchange.last_request.is_some_and(|last| last != row.seq) =>
        {
            (String::new(), Role::Weak)
        }
        Some(exchange) => standing(scene, row.seq, exchange),
        None => (String::new(), Role::Weak),
    };
    if again {
        note = if note.is_empty() { "again".to_owned() } else { format!("again, {note}") };
        tone = if tone == Role::Weak { Role::Warn } else { tone };
    }
    let state = exchange.map(|exchange| exchange.state);
    let way = match state {
        Some(State::TimedOut | State::Lost) if is_request => Way::Unanswered,
        _ => Way::Arrived,
    };
    if row.delivery().retain {
        (note, tone) = ("retained: an old one".to_owned(), Role::Weak);
    }
    if note.is_empty() {
        (note, tone) = match turn {
            Some(Turn::Connect) => ("connects".to_owned(), Role::Ok),
            Some(Turn::Disconnect) => ("disconnects".to_owned(), Role::Warn),
            Some(Turn::Boot) => ("restarted".to_owned(), Role::Info),
            None => (note, tone),
        };
    }
    if row.malformed {
        (note, tone) = ("damaged".to_owned(), Role::Error);
    }
    if note.is_empty()
        && let Some(worst) = snapshot.problems_of(row).iter().max_by_key(|code| code.level())
    {
        note = worst.entry().title.to_owned();
        tone = match worst.level() {
            Level::Error => Role::Error,
            Level::Warning => Role::Warn,
            Level::Info => Role::Weak,
        };
    }
    Told {
        kind: row.type_label(),
        family: row.msg_kind.map(MsgKind::family),
        msg_id: format::one_line(row.msg_id()).into_owned(),
        summary,
        note,
        tone,
        again,
        way,
        orphan: state == Some(State::Orphan),
        failed: row.err_code != 0 || (!is_request && state == Some(State::Failed)),
        turn,
    }
}

/// The short name of an endpoint on one line.
#[must_use]
pub fn short_name(snapshot: &Snapshot, id: Option<EndpointId>) -> Cow<'_, str> {
    match id {
        Some(id) => format::one_line(format::short_endpoint(snapshot.endpoint_name(id))),
        None => Cow::Borrowed("unknown"),
    }
}

/// A sentence about a message, for people who can't see it: `Get 1234 to os::…, answered after
/// 12 ms`.
#[must_use]
pub fn sentence(scene: &Scene<'_>, row: &RowRef<'_>, told: &Told) -> String {
    let Scene { snapshot, device, .. } = *scene;
    let (word, other) = if row.from == Some(device) { ("to", row.to) } else { ("from", row.from) };
    let mut out = told.kind.to_owned();
    if !told.msg_id.is_empty() {
        out.push(' ');
        out.push_str(&format::elide_middle(&told.msg_id, 40));
    }
    if let Some(other) = other {
        let name = format::one_line(snapshot.endpoint_name(other)).into_owned();
        // Seen from the other side it reads as people say it: the ACS asks the device.
        if word == "from" {
            let its = format::one_line(snapshot.endpoint_name(device)).into_owned();
            out.push_str(&format!(" to {its} from {name}"));
        } else {
            out.push_str(&format!(" to {name}"));
        }
    }
    if !told.summary.is_empty() {
        out.push_str(&format!(", {}", told.summary));
    }
    let exchange = snapshot.exchange_of(*row);
    let answered = exchange.filter(|e| e.request == Some(row.seq)).and_then(|e| {
        let word = match e.state {
            State::Failed => "failed",
            State::Late => "answered late,",
            _ => "answered",
        };
        e.latency_nanos().map(|nanos| format!("{word} after {}", format::latency(nanos)))
    });
    match answered {
        Some(answered) => out.push_str(&format!(", {answered}")),
        None if !told.note.is_empty() => out.push_str(&format!(", {}", told.note)),
        None => {}
    }
    out
}

/// The words of a row that is no message.
#[must_use]
pub fn aside(item: Item) -> String {
    match item {
        Item::Pause { nanos, .. } => format::span(nanos),
        Item::Lost { messages: 1, .. } => "1 message missing".to_owned(),
        Item::Lost { messages, .. } => format!("{} messages missing", format::count(messages)),
        Item::Segments { count: 1, .. } => "1 segment".to_owned(),
        Item::Segments { count, .. } => format!("{} segments", format::count(u64::from(count))),
        Item::Message { .. } => String::new(),
    }
}

/// A sentence about a row that is no message.
#[must_use]
pub fn aside_sentence(scene: &Scene<'_>, item: Item) -> String {
    let words = aside(item);
    match item {
        Item::Pause { .. } => format!("Pause of {words}"),
        Item::Lost { .. } => {
            format!(
                "{words} here, of all devices together: they were dropped before they were read"
            )
        }
        Item::Segments { first, since, at, .. } => {
            let row = scene.snapshot.row(first);
            let from = short_name(scene.snapshot, row.and_then(|row| row.from));
            format!("{words} from {from} within {}", format::span(at.nanos_since(since)))
        }
        Item::Message { .. } => words,
    }
}

/// Everything about a message, name by name, for the hover.
#[must_use]
pub fn details(
    ladder: &mut Ladder,
    scene: &Scene<'_>,
    row: RowRef<'_>,
) -> Vec<(&'static str, String)> {
    let told = told(ladder, scene, row);
    let Scene { snapshot, clockface, .. } = *scene;
    let name = |id: Option<EndpointId>| {
        id.map_or(String::new(), |id| snapshot.endpoint_name(id).to_owned())
    };
    let mut out = vec![
        ("Type", told.kind.to_owned()),
        ("msg_id", told.msg_id),
        ("About", told.summary.to_string()),
        ("From", name(row.from)),
        ("To", name(row.to)),
        ("Arrived", clockface.date_time_micros(row.at)),
        ("Topic", snapshot.topic_name(row.topic).to_owned()),
        ("Size", format::bytes(u64::from(row.size()))),
    ];
    if row.err_code != 0 {
        out.push(("Error", error::label(u32::from(row.err_code))));
    }
    if let Some(exchange) = snapshot.exchange_of(row) {
        out.push(("Exchange", exchange.state.label().to_owned()));
        if let Some(nanos) = exchange.latency_nanos() {
            out.push(("Response time", format::latency(nanos)));
        }
        if exchange.attempts > 1 {
            out.push(("Sent", format!("{} times", exchange.attempts)));
        }
    }
    if !told.note.is_empty() {
        out.push(("Note", told.note));
    }
    for code in snapshot.problems_of(row).iter() {
        out.push(("Problem", code.entry().title.to_owned()));
    }
    out.retain(|(_, value)| !value.is_empty());
    for (_, value) in &mut out {
        *value = format::elide_middle(&format::one_line(value), 160).into_owned();
    }
    out
}

/// The other half of a message's exchange, or what it repeats.
#[must_use]
pub fn other_half(snapshot: &Snapshot, seq: Seq) -> Option<Seq> {
    match snapshot.row(seq)?.pair()? {
        Pair::Answers { request, .. } => Some(request),
        Pair::AnsweredBy { response, .. } => Some(response),
        Pair::RepeatOf { first } => Some(first),
    }
}
