//! The language: how filters are read, printed and refused. What they find is tested on captures
//! in `tests/filter`.

#![expect(clippy::unwrap_used, reason = "tests")]

use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::expr::{Expr, Op, Term};
use super::field::{FIELDS, Field, Holds};
use super::{Filter, FilterError, check, names, parse};

fn read(source: &str) -> Result<Filter, FilterError> {
    Filter::parse(source, &TimeZone::UTC)
}

fn printed(source: &str) -> String {
    read(source).unwrap().to_string()
}

fn refused(source: &str) -> (usize, usize, String) {
    let error = read(source).unwrap_err();
    (error.span.start, error.span.end, error.message)
}

#[test]
fn and_binds_closer_than_or_and_not_closest() {
    for (source, means) in [
        ("retain or dup and qos == 1", "retain or (dup and qos == 1)"),
        ("(retain or dup) and n == 1", "(retain or dup) and n == 1"),
        ("not retain and dup", "not retain and dup"),
        ("!(retain || dup) && !dup", "not (retain or dup) and not dup"),
        ("not not retain", "not (not retain)"),
        ("type != Get", "not type == Get"),
        ("retain and dup and qos == 0", "retain and dup and qos == 0"),
        ("TYPE = get_resp", "type == get_resp"),
        ("topic ~ a or topic =~ b", "topic contains a or topic matches b"),
        ("latency > 250 ms", "latency > 250ms"),
        ("size > 4 kB and retain", "size > 4kB and retain"),
        ("type in { Get,Set }", "type in {Get, Set}"),
        (
            "event == Boot! or command == Device.Reboot()",
            "event == Boot! or command == Device.Reboot()",
        ),
        ("msg_id == \"a b\"", "msg_id == \"a b\""),
        ("msg_id == \"and\"", "msg_id == \"and\""),
    ] {
        assert_eq!(printed(source), means, "{source}");
        assert_eq!(read(&printed(source)).unwrap().expr(), read(source).unwrap().expr());
    }
}

#[test]
fn what_is_no_comparison_is_a_text() {
    for (source, means) in [
        ("cpe-0001", "\"cpe-0001\""),
        ("  DeviceInfo  ", "\"DeviceInfo\""),
        ("number  77", "\"number  77\""),
        ("size matters", "\"size matters\""),
        ("log in again", "\"log in again\""),
        ("it's contains", "\"it's contains\""),
        ("\"a\" 'b' c d", "\"a\" and \"b\" and \"c d\""),
        ("\"type == Get\"", "\"type == Get\""),
        ("a b and retain", "\"a b\" and retain"),
        ("not os::cpe", "not \"os::cpe\""),
        ("error", "error"),
        ("\"error\"", "\"error\""),
    ] {
        assert_eq!(printed(source), means, "{source}");
    }
    assert!(read("").unwrap().is_empty() && read(" \t").unwrap().is_empty());
}

#[test]
fn faults_are_named_where_they_are() {
    for (source, start, end, part) in [
        ("sise > 5", 0, 4, "no field"),
        ("retain and foo == 1", 11, 14, "no field"),
        ("size == abc", 8, 11, "number of bytes"),
        ("latency > 30", 10, 12, "unit"),
        ("type == Gte", 8, 11, "never"),
        ("type in {Get, Gte}", 14, 17, "never"),
        ("grade == bad", 9, 12, "never"),
        ("grade > ok", 6, 7, "can't be compared"),
        ("problem > qos-2", 10, 15, "order"),
        ("error == Nonsense", 9, 17, "no error code"),
        ("t > noon", 4, 8, "time"),
        ("t in {17:29}", 2, 4, "can't be compared"),
        ("retain == maybe", 10, 15, "true or false"),
        ("retain > 1", 7, 8, "can't be compared"),
        ("device under x", 7, 12, "under"),
        ("topic == usp/#/x", 9, 16, "whole level"),
        ("topic matches \"(\"", 14, 17, "regular expression"),
        ("text == x", 5, 7, "contains and matches"),
        ("value > big", 8, 11, "number"),
        ("msg_id == \"\"", 10, 12, "empty"),
        ("size >", 6, 6, "missing"),
        ("size > and retain", 7, 10, "missing"),
        ("retain and", 10, 10, "missing"),
        ("and retain", 0, 3, "missing before"),
        ("(retain", 0, 1, "never closed"),
        ("(retain \"x\"", 8, 8, "closing"),
        ("(retain dup", 0, 1, "never closed"),
        ("retain)", 6, 7, "never opened"),
        ("()", 1, 2, "missing before"),
        ("type in {Get", 8, 9, "never closed"),
        ("type in {Get,}", 13, 14, "expected"),
        ("type in {Get Set}", 13, 13, "comma"),
        ("retain dup == true", 7, 10, "missing before"),
        ("size > 5 retain", 9, 15, "missing before"),
        ("\"device\" == x", 0, 8, "without quotes"),
        ("== x", 0, 2, "expected before"),
        ("topic == \"x", 9, 10, "never closed"),
        ("{x}", 0, 1, "braces"),
    ] {
        let (from, to, message) = refused(source);
        assert!(message.contains(part), "{source}: {message}");
        assert_eq!((from, to), (start, end), "{source}: {message}");
    }
    let suggested = |source: &str| read(source).unwrap_err().suggestions;
    assert_eq!(suggested("latnecy > 1s")[0], "latency");
    assert_eq!(suggested("type == GetRes")[0], "GetResp");
    assert_eq!(suggested("grade == bad"), ["ok", "partial", "failed"]);
    assert_eq!(suggested("error == \"Permision denied\""), ["Permission denied"]);
    assert!(suggested("problem == qos").contains(&"qos-2".to_owned()));
}

#[test]
fn size_and_depth_are_bounded() {
    let deep = |n: usize| format!("{}retain{}", "(".repeat(n), ")".repeat(n));
    assert!(read(&deep(parse::MAX_DEPTH)).is_ok());
    assert_eq!(refused(&deep(parse::MAX_DEPTH + 1)).0, parse::MAX_DEPTH);
    assert!(refused(&"not ".repeat(1000)).2.contains("nests"));
    assert!(refused(&"(".repeat(4000)).2.contains("nests"));
    let many = |n: usize| vec!["dup"; n].join(" or ");
    assert!(read(&many(parse::MAX_TERMS)).is_ok());
    assert!(refused(&many(parse::MAX_TERMS + 1)).2.contains("at most"));
    let set = |n: usize| format!("qos in {{{}}}", vec!["1"; n].join(","));
    assert!(read(&set(parse::MAX_VALUES)).is_ok());
    assert!(refused(&set(parse::MAX_VALUES + 1)).2.contains("at most"));
    assert!(refused(&"x".repeat(parse::MAX_LEN + 1)).2.contains("bytes"));
    for large in ["(a{1000}){1000}", "(((((a{9}){9}){9}){9}){9}){9}", "(?:x{500}y{500}){40}"] {
        let source = format!("text matches \"{large}\"");
        assert!(refused(&source).2.contains("regular expression"), "{large}");
    }
    let nested = format!("text matches \"{}a{}\"", "(".repeat(100), ")".repeat(100));
    assert!(refused(&nested).2.contains("regular expression"));
}

fn value_of(field: Field, op: Op) -> BoxedStrategy<String> {
    let info = field.info();
    if op == Op::Matches {
        return prop::sample::select(vec!["^a.*", "e", "(r|p)", "[a-z]\\d*"])
            .prop_map(str::to_owned)
            .boxed();
    }
    match info.holds {
        Holds::Names => {
            let names: Vec<String> =
                names::names(field).into_iter().map(|name| name.0.to_owned()).collect();
            prop::sample::select(names).boxed()
        }
        Holds::Count => (0..1000_u32).prop_map(|n| n.to_string()).boxed(),
        Holds::Bytes => (0..1000_u32).prop_map(|n| format!("{n}KiB")).boxed(),
        Holds::Duration => (0..1000_u32).prop_map(|n| format!("{n}ms")).boxed(),
        Holds::Codes => (7000..7032_u32).prop_map(|n| n.to_string()).boxed(),
        Holds::Flag => prop::sample::select(vec!["true", "no"]).prop_map(str::to_owned).boxed(),
        Holds::Time => prop::sample::select(vec!["17:29", "-5m", "2026-11-25T17:29:19Z"])
            .prop_map(str::to_owned)
            .boxed(),
        _ if matches!(op, Op::Lt | Op::Le | Op::Gt | Op::Ge) => {
            (-100..100_i32).prop_map(|n| n.to_string()).boxed()
        }
        _ => "[a-z \"'\\\\!(){},.:/-]{1,12}x".prop_map(|text| text).boxed(),
    }
}

/// Any comparison that makes sense.
fn term() -> impl Strategy<Value = Expr> {
    let ops = [
        Op::Present,
        Op::Eq,
        Op::Lt,
        Op::Le,
        Op::Gt,
        Op::Ge,
        Op::Contains,
        Op::Matches,
        Op::Under,
        Op::In,
    ];
    let field = prop::sample::select(FIELDS.iter().map(|info| info.field).collect::<Vec<_>>());
    let compared = (field, prop::sample::select(ops.to_vec())).prop_flat_map(|(field, op)| {
        let count = match op {
            Op::Present => 0..1,
            Op::In => 1..4,
            _ => 1..2_usize,
        };
        prop::collection::vec(value_of(field, op), count)
            .prop_map(move |values| (field, op, values))
    });
    let compared = compared.prop_filter_map("makes no sense", |(field, op, values)| {
        let test = check::check(field, op, &values, &TimeZone::UTC).ok()?;
        Some(Expr::Term(Term { field: Some(field), op, values, test }))
    });
    let text = "[a-z \"'\\\\!(){},=]{0,12}".prop_map(|text| {
        let test = check::Test::Anywhere(crate::core::needle::Needle::new(&text));
        Expr::Term(Term { field: None, op: Op::Contains, values: vec![text], test })
    });
    prop_oneof![4 => compared, 1 => text]
}

fn expr() -> impl Strategy<Value = Expr> {
    term().prop_recursive(5, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(Expr::And),
            prop::collection::vec(inner.clone(), 2..4).prop_map(Expr::Or),
            inner.prop_map(|inner| Expr::Not(Box::new(inner))),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_printed_reads_as_the_same(expr in expr()) {
        let text = expr.to_string();
        let again = read(&text);
        let same = again.as_ref().is_ok_and(|again| again.expr() == Some(&expr));
        prop_assert!(same, "{text}\n{again:?}");
    }

    #[test]
    fn no_text_makes_it_panic(text in ".{0,200}") {
        check_any(&text);
    }

    #[test]
    fn no_heap_of_pieces_makes_it_panic(pieces in prop::collection::vec(prop::sample::select(vec![
        "type", "topic", "t", "error", "foo", "==", "!=", "<", "~", "=~", "in", "{", "}", ",",
        "(", ")", "and", "or", "not", "!", "\"", "'", "\\", "contains", "matches", "under", "Get",
        "7004", "-5m", "5", "ms", "#", "+", "*", "ä", " ", "[", "a{9}", "&&", "||",
    ]), 0..40), space in any::<bool>()) {
        check_any(&pieces.join(if space { " " } else { "" }));
    }
}

/// Reading ends in a filter or in an error inside the text; nothing else goes wrong either.
fn check_any(text: &str) {
    match read(text) {
        Ok(filter) => {
            let printed = filter.to_string();
            let again = read(&printed);
            let same = again.as_ref().is_ok_and(|again| again.expr() == filter.expr());
            assert!(same, "{printed}: {again:?}");
        }
        Err(error) => {
            assert!(error.span.start <= error.span.end && error.span.end <= text.len());
            assert!(!error.message.is_empty());
            let _ = (error.with_caret(text), error.sentence(text));
        }
    }
    for cursor in 0..=text.len() {
        let completion = super::complete(text, cursor);
        assert!(completion.range.end <= text.len());
        assert!(text.get(completion.range).is_some());
    }
}
