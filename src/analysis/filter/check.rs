//! Typing: what a comparison means, or why it means nothing. Everything that can be known while
//! a filter is written is settled here.

use jiff::tz::TimeZone;
use regex::bytes::{Regex, RegexBuilder};

use super::error::{nearest, plain};
use super::expr::Op;
use super::field::{Field, Holds};
use super::names::{self, Name};
use super::text::{self, Pattern, TextTest};
use super::units::{self, TimeTest};
use crate::core::needle::Needle;
use crate::usp::error;

/// Bytes of a regular expression, and of its compiled form: enough for every real one.
const MAX_REGEX: usize = 512;
const REGEX_SIZE: usize = 128 * 1024;
const REGEX_CACHE: usize = 512 * 1024;
const REGEX_NEST: u32 = 24;

/// A comparison, ready to be carried out.
#[derive(Clone, Debug)]
pub enum Test {
    /// A text somewhere in a message.
    Anywhere(Needle),
    /// Of the field's text, or of any of its texts.
    Text(Field, TextTest),
    /// One of these names, by their bits.
    Names(Field, u64),
    /// In one of these ranges, both ends included.
    Numbers(Field, Vec<(i64, i64)>),
    /// When.
    Time(TimeTest),
    /// Yes or no.
    Flag(Field, bool),
}

/// What about a comparison is wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum At {
    /// The way of comparing.
    Op,
    /// This value.
    Value(usize),
}

/// Why a comparison means nothing.
#[derive(Clone, Debug)]
pub struct Fault {
    pub(super) at: At,
    pub(super) message: String,
    pub(super) suggestions: Vec<String>,
}

type Checked = Result<Test, Fault>;

fn fault(at: At, message: impl Into<String>) -> Fault {
    Fault { at, message: message.into(), suggestions: Vec::new() }
}

/// The test for a comparison; `values` has one value, or several for `in`.
pub(super) fn check(field: Field, op: Op, values: &[String], zone: &TimeZone) -> Checked {
    let info = field.info();
    match info.holds {
        Holds::Text | Holds::Endpoint | Holds::Topic | Holds::Path => {
            text_test(field, info.holds, op, values).map(|test| Test::Text(field, test))
        }
        Holds::Names => named(field, op, values),
        Holds::Count => numbers(field, op, values, "a whole number, for example 2", |text| {
            let text = text.strip_prefix('#').unwrap_or(text);
            text.parse::<i64>().ok().filter(|n| *n >= 0)
        }),
        Holds::Bytes => {
            numbers(field, op, values, "a number of bytes, for example 300 or 4kB", units::size)
        }
        Holds::Duration => {
            let what = "a time with its unit, for example 250ms, 1.5s or 30s";
            numbers(field, op, values, what, units::duration)
        }
        Holds::Codes => codes(field, op, values),
        Holds::Time => time(op, values, zone),
        Holds::Flag => flag(field, op, values),
    }
}

fn unfit(field: Field, op: Op, instead: &str) -> Fault {
    let name = field.info().name;
    fault(At::Op, format!("{name} can't be compared with {:?}; it takes {instead}", op.sign()))
}

fn one(values: &[String]) -> &str {
    values.first().map_or("", |value| value)
}

fn text_test(field: Field, holds: Holds, op: Op, values: &[String]) -> Result<TextTest, Fault> {
    let empty = values.iter().position(|value| value.trim().is_empty());
    if let Some(at) = empty {
        return Err(fault(At::Value(at), "this is empty; every text contains that"));
    }
    let below = op == Op::Under;
    Ok(match op {
        Op::Present => TextTest::Any,
        Op::Eq | Op::In if field == Field::Text => {
            return Err(unfit(field, op, "contains and matches"));
        }
        Op::Eq | Op::In => TextTest::Is(
            values
                .iter()
                .enumerate()
                .map(|(n, value)| {
                    pattern(holds, value, false).map_err(|why| fault(At::Value(n), why))
                })
                .collect::<Result<_, _>>()?,
        ),
        Op::Under if matches!(holds, Holds::Topic | Holds::Path) => {
            let pattern = pattern(holds, one(values), below);
            TextTest::Is(vec![pattern.map_err(|why| fault(At::Value(0), why))?])
        }
        Op::Contains => TextTest::Contains(Needle::new(one(values))),
        Op::Matches => {
            TextTest::Matches(regex(one(values)).map_err(|why| fault(At::Value(0), why))?)
        }
        Op::Lt | Op::Le | Op::Gt | Op::Ge if field == Field::Value => {
            let Some(number) = text::number(one(values).as_bytes()) else {
                let what = "values are compared in order as numbers; a number is expected";
                return Err(fault(At::Value(0), what));
            };
            let with = matches!(op, Op::Le | Op::Ge);
            match op {
                Op::Lt | Op::Le => {
                    TextTest::Number { low: (f64::NEG_INFINITY, true), high: (number, with) }
                }
                _ => TextTest::Number { low: (number, with), high: (f64::INFINITY, true) },
            }
        }
        Op::Under => {
            return Err(unfit(
                field,
                op,
                "==, !=, contains, matches and in; under is for topic and path",
            ));
        }
        Op::Lt | Op::Le | Op::Gt | Op::Ge => {
            return Err(unfit(field, op, "==, !=, contains, matches and in"));
        }
    })
}

fn pattern(holds: Holds, value: &str, below: bool) -> Result<Pattern, String> {
    Ok(match holds {
        Holds::Endpoint => Pattern::Endpoint(value.into()),
        Holds::Topic => {
            let mut levels = value.split('/').peekable();
            while let Some(level) = levels.next() {
                let last = levels.peek().is_none();
                if (level.contains('#') && !(level == "#" && last))
                    || (level.contains('+') && level != "+")
                {
                    return Err(
                        "+ stands for a whole level and # for all the rest, as in MQTT".to_owned()
                    );
                }
            }
            Pattern::Topic { filter: value.into(), below }
        }
        Holds::Path => Pattern::Path { path: value.into(), below },
        _ => Pattern::Plain(value.into()),
    })
}

/// A regular expression over bytes, without regard to ASCII case.
fn regex(text: &str) -> Result<Regex, String> {
    if text.len() > MAX_REGEX {
        return Err(format!("a regular expression may have {MAX_REGEX} bytes"));
    }
    RegexBuilder::new(text)
        .case_insensitive(true)
        .unicode(false)
        .size_limit(REGEX_SIZE)
        .dfa_size_limit(REGEX_CACHE)
        .nest_limit(REGEX_NEST)
        .build()
        .map_err(|why| match why {
            regex::Error::CompiledTooBig(_) => "this regular expression gets too large".to_owned(),
            // Several lines with a picture; the last one says it.
            why => {
                let why = why.to_string();
                let why = why.lines().last().unwrap_or_default();
                format!("no regular expression: {}", why.trim_start_matches("error: "))
            }
        })
}

fn named(field: Field, op: Op, values: &[String]) -> Checked {
    let known = names::names(field);
    let mut bits = 0;
    match op {
        Op::Present => bits = u64::MAX,
        Op::Eq | Op::In => {
            for (n, value) in values.iter().enumerate() {
                let found = names::find(&known, value);
                if found == 0 {
                    return Err(unknown_name(field, &known, At::Value(n), value));
                }
                bits |= found;
            }
        }
        Op::Contains | Op::Matches => {
            let value = one(values);
            bits = if op == Op::Contains {
                let needle = Needle::new(value);
                names::select(&known, |name| needle.is_in(name.as_bytes()))
            } else {
                let regex = regex(value).map_err(|why| fault(At::Value(0), why))?;
                names::select(&known, |name| regex.is_match(name.as_bytes()))
            };
            if bits == 0 || value.trim().is_empty() {
                return Err(unknown_name(field, &known, At::Value(0), value));
            }
        }
        Op::Lt | Op::Le | Op::Gt | Op::Ge if field == Field::Problem => {
            let passes = |level, than| units::holds(op, Ord::cmp(&level, &than));
            bits = names::levels(one(values), passes).ok_or_else(|| Fault {
                at: At::Value(0),
                message: "only levels have an order".to_owned(),
                suggestions: ["error", "warning", "info"].map(str::to_owned).to_vec(),
            })?;
        }
        Op::Lt | Op::Le | Op::Gt | Op::Ge | Op::Under => {
            return Err(unfit(field, op, "==, !=, contains, matches and in"));
        }
    }
    Ok(Test::Names(field, bits))
}

fn unknown_name(field: Field, known: &[Name], at: At, written: &str) -> Fault {
    let message = format!("{} is never {written:?}", field.info().name);
    let mut suggestions = nearest(written, known.iter().map(|name| name.0));
    if suggestions.is_empty() {
        suggestions = known.iter().take(6).map(|name| name.0.to_owned()).collect();
    }
    Fault { at, message, suggestions }
}

fn numbers(
    field: Field,
    op: Op,
    values: &[String],
    what: &str,
    read: impl Fn(&str) -> Option<i64>,
) -> Checked {
    if op == Op::Present {
        return Ok(Test::Numbers(field, vec![(i64::MIN, i64::MAX)]));
    }
    let same = if op == Op::In { Op::Eq } else { op };
    let ranges = values.iter().enumerate().map(|(n, value)| {
        let number = read(value.trim())
            .ok_or_else(|| fault(At::Value(n), format!("{} is {what}", field.info().name)))?;
        units::range(same, number).ok_or_else(|| unfit(field, op, "==, !=, <, <=, >, >= and in"))
    });
    Ok(Test::Numbers(field, ranges.collect::<Result<_, _>>()?))
}

/// Error codes by number or by name.
fn codes(field: Field, op: Op, values: &[String]) -> Checked {
    let is_number = |value: &String| value.trim().parse::<u32>().is_ok();
    if op == Op::Present {
        return Ok(Test::Numbers(field, vec![(1, i64::from(u32::MAX))]));
    }
    let in_order = matches!(op, Op::Lt | Op::Le | Op::Gt | Op::Ge);
    if in_order || (matches!(op, Op::Eq | Op::In) && values.iter().all(is_number)) {
        let what = "an error code, for example 7026";
        let read = |text: &str| text.parse::<u32>().ok().map(i64::from);
        // Code 0 is success, not an error less than others.
        let test = numbers(field, op, values, what, read)?;
        let Test::Numbers(field, mut ranges) = test else { return Ok(test) };
        for range in &mut ranges {
            range.0 = range.0.max(1);
        }
        return Ok(Test::Numbers(field, ranges));
    }
    let mut ranges = Vec::new();
    for (n, value) in values.iter().enumerate() {
        let before = ranges.len();
        if let (Op::Eq | Op::In, Ok(code)) = (op, value.trim().parse::<u32>()) {
            ranges.push((i64::from(code.max(1)), i64::from(code)));
            continue;
        }
        let pattern = match op {
            Op::Matches => Some(regex(value).map_err(|why| fault(At::Value(n), why))?),
            Op::Under => {
                return Err(unfit(field, op, "==, !=, <, <=, >, >=, contains, matches and in"));
            }
            _ => None,
        };
        let (written, needle) = (plain(value), Needle::new(value));
        for code in 7000..8000 {
            let Some(name) = error::name(code) else { continue };
            let fits = match (op, &pattern) {
                (_, Some(regex)) => regex.is_match(name.as_bytes()),
                (Op::Contains, _) => !needle.is_empty() && needle.is_in(name.as_bytes()),
                _ => plain(name) == written,
            };
            if fits {
                ranges.push((i64::from(code), i64::from(code)));
            }
        }
        if ranges.len() == before {
            let message = format!("no error code is called {value:?}");
            let suggestions = nearest(value, (7000..7200).filter_map(error::name));
            return Err(Fault { at: At::Value(n), message, suggestions });
        }
    }
    Ok(Test::Numbers(field, ranges))
}

fn time(op: Op, values: &[String], zone: &TimeZone) -> Checked {
    match op {
        Op::Present => return Ok(Test::Time(TimeTest::Between(i64::MIN, i64::MAX))),
        Op::Eq | Op::Lt | Op::Le | Op::Gt | Op::Ge => {}
        _ => return Err(unfit(Field::Time, op, "==, !=, <, <=, > and >=")),
    }
    TimeTest::new(op, one(values), zone).map(Test::Time).ok_or_else(|| {
        fault(At::Value(0), "t is a time such as 17:29:19, 2026-11-25T17:29, 2026-11-25 or -5m")
    })
}

fn flag(field: Field, op: Op, values: &[String]) -> Checked {
    match (op, plain(one(values)).as_str()) {
        (Op::Present, _) | (Op::Eq, "true" | "yes" | "1") => Ok(Test::Flag(field, true)),
        (Op::Eq, "false" | "no" | "0") => Ok(Test::Flag(field, false)),
        (Op::Eq, _) => Err(Fault {
            at: At::Value(0),
            message: format!("{} is true or false", field.info().name),
            suggestions: vec!["true".to_owned(), "false".to_owned()],
        }),
        _ => Err(unfit(field, op, "== true and == false")),
    }
}
