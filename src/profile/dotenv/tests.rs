//! The grammar's rules one by one, and any bytes.

#![expect(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;

use super::*;

fn nothing(_: &str) -> Option<String> {
    None
}

fn value(text: &str) -> String {
    one(text).value.unwrap()
}

fn one(text: &str) -> Entry {
    let file = read(text.as_bytes(), &nothing).unwrap();
    assert_eq!(file.entries.len(), 1, "{text:?}");
    file.entries.into_iter().next().unwrap()
}

fn refused(text: &str) -> Reason {
    read(text.as_bytes(), &nothing).unwrap_err().reason
}

#[test]
fn unquoted_values() {
    for (text, wanted) in [
        ("K=v", "v"),
        ("K = v ", "v"),
        ("K=", ""),
        ("K=   ", ""),
        ("K=a#b", "a"),
        ("K=#b", ""),
        ("K=a # b", "a"),
        ("K={\"status\":\"offline\"}", "{\"status\":\"offline\"}"),
        ("K=a\\b", "a\\b"),
        ("K=$NAME", "$NAME"),
        ("K=$(ls)", "$(ls)"),
        ("K=a=b=c", "a=b=c"),
        ("K=it's", "it's"),
        ("K=\u{a0}v\u{a0}", "\u{a0}v\u{a0}"),
        ("K=v\u{c}", "v"),
    ] {
        assert_eq!(value(text), wanted, "{text:?}");
    }
}

#[test]
fn a_glued_comment_is_remembered() {
    let cut = |text: &str| one(text).cut;
    assert_eq!(cut("K=usp/#").as_deref(), Some("#"));
    assert_eq!(cut("K=usp/#,a/# note").as_deref(), Some("#,a/#"));
    assert_eq!(cut("K=#note").as_deref(), Some("#note"));
    for plain in ["K=usp/ #", "K='usp/'#", "K=\"usp/#\"", "K=usp"] {
        assert_eq!(cut(plain), None, "{plain}");
    }
}

#[test]
fn quoted_values() {
    for (text, wanted) in [
        (r"K='a b # c'", "a b # c"),
        (r"K='a\nb\\'", r"a\nb\\"),
        (r#"K="a b""#, "a b"),
        (r#"K="a\"b\\c\$d\n\r\t\f\v""#, "a\"b\\c$d\n\r\t\u{c}\u{b}"),
        (r#"K="a" # note"#, "a"),
        ("K=\"a\"#note", "a"),
        ("K=\"\\nab\"", "\nab"),
        (r#"K="""#, ""),
        ("K=\"a\nb\"", "a\nb"),
        ("K=\"a\r\nb\rc\"", "a\nb\nc"),
        ("K='\"true\"'", "\"true\""),
    ] {
        assert_eq!(value(text), wanted, "{text:?}");
    }
}

#[test]
fn what_phpdotenv_refuses() {
    for (text, wanted) in [
        ("K=a b", Reason::UnexpectedWhitespace),
        ("K='a'b", Reason::UnexpectedWhitespace),
        ("K=\"a\" b", Reason::UnexpectedWhitespace),
        ("K=\"a\\x\"", Reason::UnexpectedEscape),
        ("K=\"a\\'\"", Reason::UnexpectedEscape),
        ("K=\"a\\ b\"", Reason::UnexpectedEscape),
        ("K='a", Reason::MissingQuote),
        ("K='a\nb'", Reason::MissingQuote),
        ("=v", Reason::NoName),
        ("A-B=v", Reason::InvalidName),
        ("two words", Reason::InvalidName),
        ("two words=v", Reason::InvalidName),
        ("export X=v", Reason::InvalidName),
        (" K", Reason::InvalidName),
    ] {
        assert_eq!(refused(text), wanted, "{text:?}");
    }
    let refusal = read(b"A=1\n# c\n\nB=a b\n", &nothing).unwrap_err();
    assert_eq!((refusal.line, refusal.key.as_deref()), (4, Some("B")));
}

#[test]
fn names() {
    assert_eq!(one("export KEY=v").key, "KEY");
    assert_eq!(one("export\tKEY=v").key, "KEY");
    assert_eq!(one("\"KEY\"=v").key, "KEY");
    assert_eq!(one("'KEY'=v").key, "KEY");
    assert_eq!(one("Größe.2=v").key, "Größe.2");
    assert_eq!(one("exported=v").key, "exported");
    let bare = one("KEY");
    assert_eq!((bare.key.as_str(), bare.value), ("KEY", None));
}

#[test]
fn line_ends_bom_and_bad_bytes() {
    let file = read(b"\xef\xbb\xbfA=1\r\nB=2\rC=3\n\n  # c\nD=\xff\xfe4", &nothing).unwrap();
    let got: Vec<_> =
        file.entries.iter().map(|e| (e.key.as_str(), e.value.as_deref(), e.line)).collect();
    assert_eq!(
        got,
        [("A", Some("1"), 1), ("B", Some("2"), 2), ("C", Some("3"), 3), ("D", Some("??4"), 6)]
    );
    assert!(file.bom && file.invalid_utf8);
}

#[test]
fn the_joiner_swallows_what_php_swallows() {
    // A comment with an odd quote takes the next entry with it.
    let file = read(b"A=1\n# X=\"oops\nB=2\nC=\"3\"\nD=4\n", &nothing).unwrap();
    let keys: Vec<_> = file.entries.iter().map(|e| e.key.as_str()).collect();
    assert_eq!((keys, file.swallowed_from), (vec!["A", "D"], None));
    // An unclosed quote drops the rest without an error.
    let file = read(b"A=1\nB=\"2\nC=3\n", &nothing).unwrap();
    assert_eq!((file.entries.len(), file.swallowed_from), (1, Some(2)));
    // So does a quote in single quotes after an equals sign.
    let file = read(b"A='x=\"y'\nB=2\n", &nothing).unwrap();
    assert_eq!((file.entries.len(), file.swallowed_from), (0, Some(1)));
    // An escaped quote does not close; a lone quote does.
    let file = read(b"A=\"x\\\"\n\"\nB=2\n", &nothing).unwrap();
    assert_eq!(file.entries.len(), 2);
    assert_eq!(file.entries.first().map(|e| (e.line, e.last_line)), Some((1, 2)));
}

#[test]
fn references() {
    let env = |name: &str| (name == "HOME_BROKER").then(|| "from-env".to_owned());
    let file = read(
        b"A=one\nB=${A}-${HOME_BROKER}\nC='${A}'\nD=\"${A} \\${A}\"\nE=${LATER}\nLATER=1\n\
          N=A\nF=${${N}}\nG=${A:-x}\nH=$A\nA=two\nI=${A}\nA\nJ=${A}\n",
        &env,
    )
    .unwrap();
    let get = |key: &str| file.get(key).unwrap().value.clone().unwrap();
    assert_eq!(get("B"), "one-from-env");
    assert_eq!(get("C"), "${A}");
    assert_eq!(get("D"), "one ${A}");
    assert_eq!(get("E"), "${LATER}");
    assert_eq!(file.get("E").unwrap().unresolved, ["LATER"]);
    // Resolved from the right: the inner reference makes the outer one's name.
    assert_eq!(get("F"), "one");
    assert_eq!(get("G"), "${A:-x}");
    assert_eq!(get("H"), "$A");
    assert_eq!(get("I"), "two");
    assert_eq!(get("J"), "${A}");
}

#[test]
fn references_cannot_exhaust_memory() {
    let mut text = String::from("A0=0123456789\n");
    for n in 1..60 {
        text.push_str(&format!("A{n}=${{A{0}}}${{A{0}}}\n", n - 1));
    }
    assert_eq!(refused(&text), Reason::TooLarge);
}

#[test]
fn debug_shows_no_value() {
    let file = read(b"PASSWORD=hunter2", &nothing).unwrap();
    assert!(!format!("{file:?}").contains("hunter2"));
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = read(&bytes, &|name| Some(format!("<{name}>")));
    }

    #[test]
    fn dense_syntax_is_read_or_refused(text in "[A-C=\"'\\\\${}# \n\r\t]{0,200}") {
        if let Ok(file) = read(text.as_bytes(), &|_| None) {
            for entry in file.entries {
                prop_assert!(entry.line <= entry.last_line);
            }
        }
    }

    #[test]
    fn a_single_quoted_value_comes_back(text in "[^'\"\r\n\u{0}]{0,80}") {
        prop_assert_eq!(value(&format!("K='{text}'")), text);
    }
}
