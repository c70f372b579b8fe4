//! The rules against the models, and the choice.

#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::profile::dialect;

#[path = "../../../tests/support/env_values.rs"]
mod env_values;

use env_values::KEY;

fn readers(names: &[Reader]) -> ReaderSet {
    names.iter().copied().collect()
}

fn spelled(value: &str) -> Spelling {
    spell(value.as_bytes(), &Wish::default()).unwrap()
}

fn text(value: &str) -> String {
    String::from_utf8(spelled(value).text).unwrap()
}

#[test]
fn the_choice() {
    for (value, wanted) in [
        ("", ""),
        ("usp/agent/+", "usp/agent/+"),
        ("größe", "größe"),
        ("a b", "'a b'"),
        ("usp/#", "'usp/#'"),
        ("{\"status\":\"offline\"}", "'{\"status\":\"offline\"}'"),
        ("it's", "\"it's\""),
        ("it's \"so\"", "\"it's \\\"so\\\"\""),
        ("a\nb", "\"a\nb\""),
        // The joiner takes a quote at the start of a line for no end.
        ("a\n\\", "\"a\\n\\\\\""),
        ("pa$$word", "'pa$$word'"),
        ("it's $x", "\"it's \\$x\""),
        ("x=\"y", "\"x=\\\"y\""),
        ("~", "'~'"),
        ("\u{a0}x", "'\u{a0}x'"),
    ] {
        assert_eq!(text(value), wanted, "{value:?}");
    }
}

#[test]
fn every_reader_gets_a_bare_value_and_all_but_docker_a_quoted_one() {
    assert_eq!(spelled("usp/agent").readers, ReaderSet::all());
    let quoted = spelled("two words");
    assert_eq!(quoted.readers, ReaderSet::all().without(readers(&[Reader::Docker])));
    assert_eq!(quoted.lost, [(Reader::Docker, "docker takes the quotes for part of the value")]);
}

#[test]
fn the_exclusive_values_lose_whom_they_must() {
    use Reader::{Bash, Dash, Docker, Dotenvy, Node, Python, Systemd};
    for (value, lost) in [
        ("it's \"so\"", vec![Node]),
        ("it's \\ so", vec![Node]),
        ("'\"`#", vec![Node, Bash, Dash]),
        ("'`", vec![Bash, Dash]),
        ("a\rb", vec![Bash, Dash, Systemd, Dotenvy]),
        ("${A}", vec![Python]),
        ("a\\\\b c", vec![Python]),
        ("a b\n", vec![]),
    ] {
        let spelling = spelled(value);
        let lost = lost.into_iter().chain([Docker]).collect::<ReaderSet>();
        assert_eq!(ReaderSet::all().without(spelling.readers), lost, "{value:?}");
    }
}

#[test]
fn what_nobody_can_read_is_refused() {
    let refused = spell(b"a\0b", &Wish::default()).unwrap_err();
    assert_eq!(refused.readers, ReaderSet::all());
    let refused = spell(b"a\xff", &Wish::default()).unwrap_err();
    assert_eq!(refused.readers, readers(&[Reader::Phpdotenv]));
    // `'` and a backtick: a shell or phpdotenv.
    let wish = Wish { required: readers(&[Reader::Bash]), ..Wish::default() };
    let refused = spell(b"'`", &wish).unwrap_err();
    assert_eq!(refused.readers, readers(&[Reader::Bash]));
    assert_eq!(
        refused.to_string(),
        "bash cannot read this value back: a shell runs what is between backticks"
    );
}

#[test]
fn weights_and_required_readers_decide() {
    // Single quotes serve a shell, double quotes with a dollar left alone do not.
    let mut wish = Wish::default();
    assert_eq!(spell(b"a\\\\ $x", &wish).unwrap().style, Style::Single);
    wish.required = readers(&[Reader::Python]);
    assert_eq!(spell(b"a\\\\ $x", &wish).unwrap().style, Style::DoubleWithDollar);
    wish.required = ReaderSet::EMPTY;
    wish.weights.set(Reader::Python, 50);
    assert_eq!(spell(b"a\\\\ $x", &wish).unwrap().style, Style::DoubleWithDollar);
}

#[test]
fn the_present_style_stays_if_it_serves_as_well() {
    let mut wish = Wish { present: Some(Style::Double), ..Wish::default() };
    assert_eq!(spell(b"two words", &wish).unwrap().text, b"\"two words\"");
    wish.present = Some(Style::Single);
    assert_eq!(spell(b"two words", &wish).unwrap().text, b"'two words'");
    // Bare serves docker too, so quotes go.
    assert_eq!(spell(b"word", &wish).unwrap().text, b"word");
    for (raw, style) in [
        ("", Style::Bare),
        ("x", Style::Bare),
        ("'x'", Style::Single),
        ("\"x\"", Style::Double),
        ("\"x\\n\"", Style::DoubleOneLine),
        ("\"x$\"", Style::DoubleWithDollar),
        ("\"x\\$\"", Style::Double),
    ] {
        assert_eq!(Style::of(raw.as_bytes()), style, "{raw}");
    }
}

#[test]
fn a_claim_of_the_rules_is_what_the_models_read() {
    let mut rng = fastrand::Rng::with_seed(11);
    let mut checks = 0;
    for _ in 0..20_000 {
        let value = env_values::value(&mut rng);
        let place = env_values::place(&mut rng);
        let mut wish = Wish {
            exported: place.exported,
            tail: place.tail.as_bytes(),
            crlf: place.crlf,
            ..Wish::default()
        };
        // Other weights, so that every style gets its turn.
        for reader in Reader::ALL.into_iter().skip(1) {
            wish.weights.set(reader, rng.u32(..4));
        }
        let Ok(spelling) = spell(value.as_bytes(), &wish) else { continue };
        let file = place.file(&spelling.text);
        let verified = verify(b"", &file, KEY, value.as_bytes(), spelling.readers);
        checks += verified.readers.iter().count();
        if place.is_alone() {
            assert_eq!(
                verified.refuted,
                ReaderSet::EMPTY,
                "{value:?} {:?}",
                String::from_utf8_lossy(&file)
            );
        }
        for reader in verified.readers.iter() {
            let env = dialect::read(reader, &file).unwrap();
            assert_eq!(env.get(KEY), Some(value.as_bytes()));
        }
    }
    assert!(checks > 60_000, "only {checks} checks");
}

#[test]
fn a_neighbour_that_swallows_the_entry_is_found_out() {
    let before = b"# X=\"oops\nK4=old\n";
    let spelling = spelled("new");
    let after = b"# X=\"oops\nK4=new\n";
    let verified = verify(before, after, KEY, b"new", spelling.readers);
    assert!(verified.refuted.contains(Reader::Phpdotenv));
    assert!(verified.readers.contains(Reader::Bash));
}

#[test]
fn an_edit_that_changes_others_is_found_out() {
    let verified = verify(b"A=1\nB=2\n", b"A=\"1\nB=2\n", "A", b"1", ReaderSet::all());
    assert!(verified.readers.is_empty());
    let about = format!("{:?}", verified.disturbed);
    assert!(about.contains("phpdotenv: B"), "{about}");
    assert!(about.contains("bash: line 1: the closing quote is missing"), "{about}");
    let verified = verify(b"A=1\nB=2\n", b"A=3\nB=2\n", "A", b"3", ReaderSet::all());
    assert_eq!((verified.readers, verified.disturbed), (ReaderSet::all(), vec![]));
}

#[test]
fn references_stay_references() {
    let wish = Wish::default();
    let spelling = reference("${SECRET}", &wish).unwrap();
    assert_eq!((spelling.text.as_slice(), spelling.style), (&b"${SECRET}"[..], Style::Bare));
    assert_eq!(reference("a ${SECRET}", &wish).unwrap().text, b"\"a ${SECRET}\"");
    let file = b"SECRET=s3 \nK4=${SECRET}\n";
    for reader in spelling.readers.iter() {
        assert_eq!(dialect::read(reader, file).unwrap().get(KEY), Some(&b"s3"[..]), "{reader:?}");
    }
    let quoted = b"SECRET='s 3'\nK4=\"a ${SECRET}\"\n";
    for reader in reference("a ${SECRET}", &wish).unwrap().readers.iter() {
        let env = dialect::read(reader, quoted).unwrap();
        assert_eq!(env.get(KEY), Some(&b"a s 3"[..]), "{reader:?}");
    }
    assert_eq!(reference("plain", &wish), Err(NotAReference::None));
    for mixed in ["${A}$B", "${A}'", "${A", "${A:-x}", "${A}\n"] {
        assert_eq!(reference(mixed, &wish), Err(NotAReference::Mixed), "{mixed}");
    }
}

#[test]
fn laravel_and_expand_notes() {
    for (value, note) in [
        ("x", LaravelNote::Kept),
        ("", LaravelNote::Kept),
        ("TRUE", LaravelNote::Bool(true)),
        ("(false)", LaravelNote::Bool(false)),
        ("null", LaravelNote::Null),
        ("Empty", LaravelNote::Empty),
        ("''", LaravelNote::LosesQuotes),
        ("\"x\"", LaravelNote::LosesQuotes),
        ("\"a\nb\"", LaravelNote::Kept),
    ] {
        assert_eq!(laravel_note(value), note, "{value:?}");
        let protected = note.protect(value);
        assert!(
            crate::profile::laravel::env_value(&protected)
                == crate::profile::laravel::EnvValue::Text(value.to_owned()),
            "{protected}"
        );
    }
    assert_eq!(expand_note("a$(ls)"), ExpandNote::RunsCommand);
    assert_eq!(expand_note("a$b"), ExpandNote::Expands);
    assert_eq!(expand_note("a b"), ExpandNote::Kept);
}

#[test]
fn no_secret_is_shown() {
    let spelling = spelled("hunter2 x");
    assert!(!format!("{spelling:?}").contains("hunter2"));
}
