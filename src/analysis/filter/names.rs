//! Fields that hold one of a fixed list of names: each name is a bit, so that a comparison is one
//! operation on a number.

use super::error::plain;
use super::field::Field;
use crate::analysis::exchanges::State;
use crate::analysis::problems::code::{Code, Level};
use crate::store::row::{Direction, Row};
use crate::usp::kind::{MsgKind, NotificationKind, PayloadKind, RecordType};
use crate::usp::outcome::Grade;

/// First bits of the groups of [`Field::Type`]; Msg kinds begin at 0.
const RECORDS: u32 = 24;
const PAYLOADS: u32 = 32;
const NOTIFICATIONS: u32 = 40;
const BAD_MSG: u32 = 48;

/// A name with its bits. Several names may stand for one bit; the first is the one to show.
pub(super) type Name = (&'static str, u64);

/// All names of a field, the likeliest first. Empty for fields that hold no names.
pub(super) fn names(field: Field) -> Vec<Name> {
    match field {
        Field::Type => {
            let mut all: Vec<Name> = Vec::new();
            all.extend(MsgKind::ALL.iter().map(|kind| (kind.label(), bit(*kind as u32))));
            all.extend(notifications().map(|kind| (kind.label(), notification_bit(kind))));
            all.extend(records().map(|record| (record.name(), record_bit(record))));
            all.extend(PayloadKind::ALL.iter().map(|kind| (kind.name(), payload_bit(*kind))));
            all.push(("Bad Msg", bit(BAD_MSG)));
            // Further names of the same.
            all.extend(MsgKind::ALL.iter().map(|kind| (kind.name(), bit(*kind as u32))));
            all.extend(MsgKind::ALL.iter().map(|kind| (kind.body_name(), bit(*kind as u32))));
            all.extend(notifications().map(|kind| (kind.name(), notification_bit(kind))));
            all.extend(records().map(|record| (record.label(), record_bit(record))));
            all
        }
        Field::Notification => {
            let labels = notifications().map(|kind| (kind.label(), bit(kind as u32)));
            labels.chain(notifications().map(|kind| (kind.name(), bit(kind as u32)))).collect()
        }
        Field::Record => {
            let names = records().map(|record| (record.name(), bit(record as u32)));
            names.chain(records().map(|record| (record.label(), bit(record as u32)))).collect()
        }
        Field::Grade => [Grade::Ok, Grade::Partial, Grade::Failed]
            .into_iter()
            .map(|grade| (grade.name(), grade_bit(grade)))
            .collect(),
        Field::Direction => [Direction::ToAgent, Direction::ToController]
            .into_iter()
            .map(|direction| (direction.name(), direction_bit(direction)))
            .collect(),
        Field::State => {
            let short = State::ALL.iter().map(|state| (state_name(*state), state_bit(*state)));
            short.chain(State::ALL.iter().map(|state| (state.label(), state_bit(*state)))).collect()
        }
        Field::Problem => {
            let levels = Level::ALL.iter().map(|level| (level.name(), level_bits(*level)));
            levels.chain(Code::ALL.iter().map(|code| (code.name(), code.bit()))).collect()
        }
        _ => Vec::new(),
    }
}

/// The bits of a name, whatever its case and signs between words; several kinds may share one.
pub(super) fn find(names: &[Name], written: &str) -> u64 {
    let written = plain(written);
    names.iter().filter(|name| plain(name.0) == written).fold(0, |bits, name| bits | name.1)
}

/// The bits of all names that pass.
pub(super) fn select(names: &[Name], mut passes: impl FnMut(&str) -> bool) -> u64 {
    names.iter().filter(|name| passes(name.0)).fold(0, |bits, name| bits | name.1)
}

/// The problems at least, or at most, as grave as this level.
pub(super) fn levels(named: &str, passes: impl Fn(Level, Level) -> bool) -> Option<u64> {
    let named = Level::ALL.into_iter().find(|level| level.name() == plain(named))?;
    let levels = Level::ALL.into_iter().filter(|level| passes(*level, named));
    Some(levels.fold(0, |bits, level| bits | level_bits(level)))
}

/// The bits of a message's types.
pub(super) fn types_of(row: &Row) -> u64 {
    let mut bits = payload_bit(row.payload_kind);
    if let Some(kind) = row.msg_kind {
        bits |= bit(kind as u32);
    }
    if let Some(record) = row.record_type {
        bits |= record_bit(record);
    }
    if let Some(kind) = row.notification {
        bits |= notification_bit(kind);
    }
    if row.type_label() == "Bad Msg" {
        bits |= bit(BAD_MSG);
    }
    bits
}

pub(super) fn notification_of(row: &Row) -> u64 {
    row.notification.map_or(0, |kind| bit(kind as u32))
}

pub(super) fn record_of(row: &Row) -> u64 {
    row.record_type.map_or(0, |record| bit(record as u32))
}

pub(super) fn direction_bit(direction: Direction) -> u64 {
    match direction {
        Direction::ToAgent => 1,
        Direction::ToController => 2,
    }
}

pub(super) fn grade_bit(grade: Grade) -> u64 {
    match grade {
        Grade::Ok => 1,
        Grade::Partial => 2,
        Grade::Failed => 4,
    }
}

pub(super) fn state_bit(state: State) -> u64 {
    bit(state as u32)
}

/// One word for a state.
fn state_name(state: State) -> &'static str {
    match state {
        State::Pending => "pending",
        State::Answered => "answered",
        State::Failed => "failed",
        State::TimedOut => "timed-out",
        State::Late => "late",
        State::Superseded => "superseded",
        State::Lost => "lost",
        State::Orphan => "orphan",
        State::GivenUp => "given-up",
    }
}

fn level_bits(level: Level) -> u64 {
    Code::ALL.iter().filter(|code| code.level() == level).fold(0, |bits, code| bits | code.bit())
}

fn notifications() -> impl Iterator<Item = NotificationKind> {
    (0..=8).filter_map(NotificationKind::from_number)
}

fn records() -> impl Iterator<Item = RecordType> {
    (0..=13).filter_map(RecordType::from_number)
}

fn record_bit(record: RecordType) -> u64 {
    bit(RECORDS + record as u32 - RecordType::NoSessionContext as u32)
}

fn payload_bit(kind: PayloadKind) -> u64 {
    bit(PAYLOADS + kind as u32)
}

fn notification_bit(kind: NotificationKind) -> u64 {
    bit(NOTIFICATIONS + kind as u32 - NotificationKind::Event as u32)
}

fn bit(number: u32) -> u64 {
    1_u64.checked_shl(number).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_of_types_do_not_overlap() {
        assert!(MsgKind::COUNT as u32 <= RECORDS);
        assert!(records().count() as u32 <= PAYLOADS - RECORDS);
        assert!(PayloadKind::COUNT as u32 <= NOTIFICATIONS - PAYLOADS);
        assert!(notifications().count() as u32 <= BAD_MSG - NOTIFICATIONS);
        assert_eq!((records().count(), notifications().count()), (7, 6));
    }

    #[test]
    fn names_are_found_in_any_spelling() {
        let types = names(Field::Type);
        let get_resp = bit(MsgKind::GetResp as u32);
        for name in ["GetResp", "GET_RESP", "get-resp", "response.get_resp"] {
            assert_eq!(find(&types, name), get_resp, "{name}");
        }
        assert_eq!(find(&types, "GET_SUPPORTED_PROTO"), find(&types, "GetSupportedProtocol"));
        assert_eq!(find(&types, "nope"), 0);
        assert_eq!(find(&names(Field::State), "Timed Out"), state_bit(State::TimedOut));
        let problems = names(Field::Problem);
        let all = ["error", "warning", "info"].map(|level| find(&problems, level));
        assert_eq!(all[0] | all[1] | all[2], u64::MAX);
        assert_eq!(levels("warning", |level, named| level >= named), Some(all[0] | all[1]));
        assert_eq!(levels("non-usp", |_, _| true), None);
    }
}
