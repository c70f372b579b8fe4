//! Everything known of one object or parameter.

use compact_str::CompactString;

use super::words::{clip, object_access, whole_kind};
use crate::analysis::shadow::{DeviceShadow, Object, Param};
use crate::core::ids::Seq;
use crate::core::time::Timestamp;
use crate::view::format;

/// Longest text of a line, characters.
const LINE_CHARS: usize = 400;

/// A line of the details.
#[derive(Clone, PartialEq, Debug)]
pub enum Line {
    /// Something in words.
    Fact(&'static str, String),
    /// When something was seen, and in which message.
    Moment(&'static str, Timestamp, Seq),
    /// How many earlier values follow.
    Earlier(usize),
    /// An earlier value: when it was first seen, in which message, its beginning.
    Value(Timestamp, Seq, String),
}

/// See the module text.
#[derive(Clone, PartialEq, Debug)]
pub struct Details {
    /// The whole path.
    pub path: String,
    /// The whole value; `None` if it is an object, or not known.
    pub value: Option<CompactString>,
    /// What is known, earlier values newest first.
    pub lines: Vec<Line>,
    /// Seconds and values of a number over time, oldest first; empty if it is none.
    pub points: Vec<[f64; 2]>,
}

impl Details {
    pub(super) fn of_object(object: &Object) -> Self {
        let params = object.params.1.saturating_sub(object.params.0);
        let mut lines = vec![Line::Fact("Parameters", format::count(params as u64))];
        let access = object.access.and_then(object_access);
        let table = object.is_multi_instance.unwrap_or(false).then_some("table");
        let words: Vec<&str> = access.into_iter().chain(table).collect();
        if !words.is_empty() {
            lines.push(Line::Fact("Access", words.join(" · ")));
        }
        lines.extend(object.seen.map(|(at, seq)| Line::Moment("Last seen", at, seq)));
        lines.extend(object.gone.map(|(at, seq)| Line::Moment("Deleted", at, seq)));
        Self { path: object.path.to_string(), value: None, lines, points: Vec::new() }
    }

    pub(super) fn of_param(shadow: &DeviceShadow, param: &Param) -> Self {
        let value = match (param.known, param.value.len()) {
            (false, _) => "not kept".to_owned(),
            (true, 0) => "(empty)".to_owned(),
            (true, len) if len > LINE_CHARS => {
                format!("({}) {}", format::bytes(len as u64), clip(&param.value, LINE_CHARS))
            }
            (true, _) => clip(&param.value, LINE_CHARS).into_owned(),
        };
        let mut lines = vec![Line::Fact("Value", value)];
        let kind = whole_kind(param);
        if !kind.is_empty() {
            lines.push(Line::Fact("Type", kind));
        }
        lines.extend(param.gone.map(|(at, seq)| Line::Moment("Deleted", at, seq)));
        lines.push(Line::Moment("Changed", param.changed_at, param.changed_by));
        if param.seen_by != param.changed_by {
            lines.push(Line::Moment("Last seen", param.seen_at, param.seen_by));
        }
        lines.push(Line::Earlier(param.history.len()));
        lines.extend(param.history.iter().rev().map(|change| {
            Line::Value(change.at, change.seq, clip(&change.value, LINE_CHARS).into_owned())
        }));
        if !param.complete {
            lines.push(Line::Fact("", "Older values are no longer kept".to_owned()));
        }
        let points = if param.is_numeric() { steps(&param.numeric()) } else { Vec::new() };
        Self {
            path: shadow.path_of(param),
            value: param.known.then(|| param.value.clone()),
            lines,
            points,
        }
    }
}

/// A value holds until the next one is seen.
fn steps(points: &[(Timestamp, f64)]) -> Vec<[f64; 2]> {
    let mut line: Vec<[f64; 2]> = Vec::with_capacity(points.len() * 2);
    for &(at, value) in points {
        let x = at.0 as f64 / 1e9;
        if let Some(&[_, before]) = line.last()
            && before != value
        {
            line.push([x, before]);
        }
        line.push([x, value]);
    }
    if line.len() > 1 { line } else { Vec::new() }
}
