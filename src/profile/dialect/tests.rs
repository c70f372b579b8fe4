//! The models' answers to the peculiarities of each reader, row by row, and any bytes.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use proptest::prelude::*;

use super::*;
use Reader::{Bash, Compose, Dash, Docker, Dotenvy, Node, Phpdotenv, Python, Systemd};

/// What a reader is to make of `K4`.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Is {
    Value(Vec<u8>),
    Missing,
    Rejected,
    Unknown,
}

fn is(value: &str) -> Is {
    Is::Value(value.as_bytes().to_owned())
}

fn reads(reader: Reader, file: &[u8]) -> Is {
    match read(reader, file) {
        Err(_) => Is::Rejected,
        Ok(env) => match env.reading("K4") {
            Reading::Value(value) => Is::Value(value.to_owned()),
            Reading::Missing => Is::Missing,
            Reading::Unknown => Is::Unknown,
        },
    }
}

/// Checks all readers: those listed for what is given with them, the others for `rest`.
fn row(file: impl AsRef<[u8]>, rest: &Is, listed: &[(&[Reader], Is)]) {
    let file = file.as_ref();
    for reader in Reader::ALL {
        let wanted = listed.iter().find(|(readers, _)| readers.contains(&reader));
        let wanted = wanted.map_or(rest, |(_, is)| is);
        let text = String::from_utf8_lossy(file);
        assert_eq!(reads(reader, file), *wanted, "{}: {text:?}", reader.name());
    }
}

const SHELLS: &[Reader] = &[Bash, Dash];

#[test]
fn blanks_and_comments_without_quotes() {
    row("K4=a b\n", &is("a b"), &[(SHELLS, Is::Unknown), (&[Phpdotenv, Dotenvy], Is::Rejected)]);
    row("K4=a#b\n", &is("a#b"), &[(&[Phpdotenv, Node], is("a"))]);
    row("K4=#b\n", &is("#b"), &[(&[Phpdotenv, Node, Dotenvy], is(""))]);
    row("K4=a #b\n", &is("a"), &[(&[Docker, Systemd], is("a #b"))]);
    row("K4=a\t#b\n", &is("a"), &[(&[Docker, Systemd, Compose], is("a\t#b"))]);
    row("K4= a\n", &is("a"), &[(SHELLS, Is::Unknown), (&[Docker], is(" a"))]);
    row("K4 =a\n", &is("a"), &[(SHELLS, Is::Unknown), (&[Docker], Is::Rejected)]);
    row("K4=a  \n", &is("a"), &[(&[Docker], is("a  "))]);
    row(
        "K4=\u{a0}a\u{a0}\n",
        &is("\u{a0}a\u{a0}"),
        &[(&[Node, Python, Dotenvy, Compose], is("a"))],
    );
}

#[test]
fn comments_behind_quotes() {
    row(
        "K4=\"a\" # note\n",
        &is("a"),
        &[(&[Docker], is("\"a\" # note")), (&[Systemd], is("a# note"))],
    );
    row(
        "K4=\"a\"#note\n",
        &is("a"),
        &[
            (SHELLS, is("a#note")),
            (&[Docker], is("\"a\"#note")),
            (&[Systemd, Dotenvy], is("a#note")),
        ],
    );
    row(
        "K4=\"a\"b\n",
        &is("ab"),
        &[
            (&[Phpdotenv], Is::Rejected),
            (&[Node, Docker], is("\"a\"b")),
            (&[Python], Is::Missing),
            (&[Compose], is("a")),
        ],
    );
}

#[test]
fn quotes() {
    row("K4={\"a\":1}\n", &is("{\"a\":1}"), &[(SHELLS, is("{a:1}")), (&[Dotenvy], is("{a:1}"))]);
    // Newer docker clients take a pair of quotes off, older ones keep it.
    row("K4='a b'\n", &is("a b"), &[(&[Docker], Is::Unknown)]);
    row("K4='a\\\\b'\n", &is("a\\\\b"), &[(&[Python], is("a\\b")), (&[Docker], Is::Unknown)]);
    row(
        "K4='a\\'b'\n",
        &is("a'b"),
        &[
            (&[Phpdotenv], Is::Rejected),
            (SHELLS, Is::Rejected),
            (&[Node], is("a\\'b")),
            (&[Docker], Is::Unknown),
            (&[Systemd], is("a\\b'")),
            (&[Dotenvy], Is::Rejected),
        ],
    );
    row("K4='a\nb'\n", &is("a\nb"), &[(&[Phpdotenv], Is::Rejected), (&[Docker], is("'a"))]);
    row("K4=\"a\nb\"\n", &is("a\nb"), &[(&[Docker], is("\"a"))]);
}

#[test]
fn escapes_in_double_quotes() {
    row(
        "K4=\"a\\\"b\\\\c\\$d\"\n",
        &is("a\"b\\c$d"),
        &[
            (&[Node], is("a\\\"b\\\\c\\$d")),
            (&[Python], is("a\"b\\c\\$d")),
            (&[Docker], Is::Unknown),
        ],
    );
    row(
        "K4=\"a\\nb\"\n",
        &is("a\nb"),
        &[(SHELLS, is("a\\nb")), (&[Docker], Is::Unknown), (&[Systemd], is("a\\nb"))],
    );
    row("K4=\"a\\\\nb\"\n", &is("a\\nb"), &[(&[Node], is("a\\\nb")), (&[Docker], Is::Unknown)]);
    row(
        "K4=\"a\\tb\"\n",
        &is("a\tb"),
        &[
            (SHELLS, is("a\\tb")),
            (&[Node, Systemd], is("a\\tb")),
            (&[Docker], Is::Unknown),
            (&[Dotenvy], Is::Rejected),
        ],
    );
    row(
        "K4=\"a\\qb\"\n",
        &is("a\\qb"),
        &[(&[Phpdotenv, Dotenvy], Is::Rejected), (&[Docker], Is::Unknown)],
    );
    row(
        "K4=\"a\\`b\"\n",
        &is("a\\`b"),
        &[
            (&[Phpdotenv, Dotenvy], Is::Rejected),
            (SHELLS, is("a`b")),
            (&[Systemd], is("a`b")),
            (&[Docker], Is::Unknown),
        ],
    );
}

#[test]
fn references() {
    row("A=x\nK4=$A\n", &is("$A"), &[(SHELLS, is("x")), (&[Compose, Dotenvy], is("x"))]);
    row("A=x\nK4=${A}\n", &is("x"), &[(&[Node, Docker, Systemd], is("${A}"))]);
    row(
        "A=x\nK4=\"${A}\"\n",
        &is("x"),
        &[(&[Node, Systemd], is("${A}")), (&[Docker], Is::Unknown)],
    );
    row("A=x\nK4='${A}'\n", &is("${A}"), &[(&[Python], is("x")), (&[Docker], Is::Unknown)]);
    // A default may be more than text to a shell and to Compose, so their models do not guess.
    row(
        "K4=${A:-x}\n",
        &is("${A:-x}"),
        &[
            (&[Python], is("x")),
            (SHELLS, Is::Unknown),
            (&[Compose], Is::Unknown),
            (&[Dotenvy], is("")),
        ],
    );
    for file in ["K4=${A}\n", "K4=${A}\nA=x\n"] {
        row(
            file,
            &is("${A}"),
            &[
                (&[Python, Compose, Dotenvy], is("")),
                // A shell has variables of its own.
                (SHELLS, Is::Unknown),
            ],
        );
    }
    row("K4=$(ls)\n", &is("$(ls)"), &[(SHELLS, Is::Unknown), (&[Dotenvy], is("(ls)"))]);
    row("K4=`ls`\n", &is("`ls`"), &[(SHELLS, Is::Unknown), (&[Node], is("ls"))]);
}

#[test]
fn backslashes_without_quotes() {
    row(
        "K4=a\\b\n",
        &is("a\\b"),
        &[(SHELLS, is("ab")), (&[Systemd], is("ab")), (&[Dotenvy], Is::Rejected)],
    );
    row(
        "K4=a\\\nb\n",
        &is("a\\"),
        &[(SHELLS, is("ab")), (&[Systemd], is("ab")), (&[Dotenvy], Is::Rejected)],
    );
}

#[test]
fn names() {
    row("export K4=v\n", &is("v"), &[(&[Docker], Is::Rejected), (&[Systemd], Is::Missing)]);
    row("K4=1\nK4=2\n", &is("2"), &[(&[Docker], Is::Unknown), (&[Dotenvy], is("1"))]);
    row("K4\n", &Is::Missing, &[(SHELLS, Is::Unknown), (&[Dotenvy], Is::Rejected)]);
    row("A-B=1\nK4=v\n", &is("v"), &[(&[Phpdotenv, Dotenvy], Is::Rejected), (SHELLS, Is::Unknown)]);
    row(
        "A B\nK4=v\n",
        &is("v"),
        &[(&[Phpdotenv, Docker, Compose, Dotenvy], Is::Rejected), (SHELLS, Is::Unknown)],
    );
    row(
        "; note\nK4=v\n",
        &is("v"),
        &[(&[Phpdotenv, Docker, Compose, Dotenvy], Is::Rejected), (SHELLS, Is::Unknown)],
    );
}

#[test]
fn line_ends_marks_and_bad_bytes() {
    row(
        "\u{feff}K4=v\n",
        &is("v"),
        &[(SHELLS, Is::Unknown), (&[Dotenvy], Is::Unknown), (&[Systemd], Is::Missing)],
    );
    row("K4=v\r\n", &is("v"), &[(SHELLS, is("v\r"))]);
    row(
        "K4=v\rA=1\n",
        &is("v"),
        &[(SHELLS, is("v\rA=1")), (&[Docker, Compose, Dotenvy], is("v\rA=1"))],
    );
    for file in [&b"K4=\"a\xffb\"\n"[..], b"K4=v\n# \xff\n"] {
        let in_value = file.starts_with(b"K4=\"");
        let rest = if in_value { Is::Value(b"a\xffb".to_vec()) } else { is("v") };
        row(
            file,
            &rest,
            &[
                (&[Phpdotenv], if in_value { is("a?b") } else { is("v") }),
                (&[Node], if in_value { is("a\u{fffd}b") } else { is("v") }),
                (&[Python, Docker, Dotenvy], Is::Rejected),
                (&[Compose], Is::Unknown),
                (&[Systemd], if in_value { Is::Rejected } else { is("v") }),
            ],
        );
    }
    row("K4=a\0b\n", &Is::Unknown, &[(&[Phpdotenv], is("a\0b"))]);
}

#[test]
fn systemd_versions_differ_on_a_comment_that_ends_in_a_backslash() {
    assert_eq!(reads(Systemd, b"# c \\\nK4=v\n"), Is::Unknown);
    assert_eq!(reads(Systemd, b"# c \\d\nK4=v\n"), is("v"));
}

#[test]
fn phpdotenv_versions_differ_on_a_start_within_a_value() {
    let file = b"A=\"x\nB=\"\nK4=v\n\"\n";
    assert_eq!(reads(Phpdotenv, file), Is::Unknown);
    assert_eq!(reads(Phpdotenv, b"\xc3\xa9=1\nK4=v\n"), Is::Unknown);
}

#[test]
fn a_shell_is_followed_no_further_than_assignments() {
    for file in [
        "K4=v; ls\n",
        "K4=v ls\n",
        "ls\nK4=v\n",
        "K4=v\nls\n",
        "K4=(a)\n",
        "K4+=v\n",
        "K4=\"`ls`\"\n",
        "K4=v\nPATH=x rm\n",
        "K4=v\nOPTIND=x\n",
        "K4=v\nUID=1\n",
        "K4=$'a'\n",
        "K4=\"$((1))\"\n",
        "K4=~\n",
        "export K4=a*\n",
        "K4=$1\n",
        "RANDOM=1\nK4=$RANDOM\n",
        "K4=\"\\\u{7f}\"\n",
        "A=\"$${B\"\nK4=v\n",
        "K4=a\\",
        "K4=${A:=x}\n",
        "A=1\nK4=$\\\nA\n",
        "A=1\nK4=\"$A\\\nA\"\n",
    ] {
        assert_eq!(reads(Bash, file.as_bytes()), Is::Unknown, "{file:?}");
    }
    for (file, value) in [
        ("  K4=v", "v"),
        ("K4='a'\"b\"c", "abc"),
        ("K4=a*{b,c}", "a*{b,c}"),
        ("K4=a$", "a$"),
        ("K4=\"a$\"", "a$"),
        ("K4=\"a\\\nb\"", "ab"),
        ("K4=a#b # c", "a#b"),
        ("export K4='a*'", "a*"),
    ] {
        assert_eq!(reads(Dash, file.as_bytes()), is(value), "{file:?}");
    }
    assert_eq!(reads(Bash, b"K4='a\n"), Is::Rejected);
}

#[test]
fn agreement_measures_by_phpdotenv() {
    let all = agreement(b"K4=v\n", "K4");
    assert_eq!(all.same(), ReaderSet::all());
    let some = agreement(b"K4='v w' # note\n", "K4");
    assert_eq!(some.of(Docker), &Verdict::Different);
    assert_eq!(some.of(Phpdotenv), &Verdict::Same);
    assert!(some.same().contains(Bash) && !some.same().contains(Systemd));
    // Nothing is the same as nothing.
    let none = agreement(b"K4=a b\n", "K4");
    assert!(none.same().is_empty());
    let Verdict::RejectsFile(rejected) = none.of(Phpdotenv) else { panic!("{none:?}") };
    assert_eq!(rejected.line, 1);
    assert_eq!(none.of(Node), &Verdict::Different);
    assert_eq!(none.of(Bash), &Verdict::Unknown);
    assert_eq!(agreement(b"A=1\n", "K4").of(Node), &Verdict::Missing);
    assert!(agreement(b"K4\n", "K4").same().is_empty());
}

#[test]
fn a_rejected_file_names_its_line() {
    let line = |reader, file: &[u8]| read(reader, file).unwrap_err().line;
    assert_eq!(line(Python, b"A=1\n\xff"), 2);
    assert_eq!(line(Bash, b"A=1\nB=2\nC='x\n"), 3);
    assert_eq!(line(Compose, b"A=1\nB=\"x\n"), 2);
    assert_eq!(line(Docker, b"A=1\n\nB C=1\n"), 3);
    assert_eq!(line(Systemd, b"A=1\nB=\xff\n"), 2);
    assert_eq!(line(Dotenvy, b"A=1\n\nB=a b\n"), 3);
    let long = format!("A=1\nB={}\n", "x".repeat(70_000));
    assert_eq!(line(Docker, long.as_bytes()), 2);
}

#[test]
fn references_cannot_exhaust_memory() {
    for form in ["$", "${"] {
        let close = if form == "$" { "" } else { "}" };
        let mut file = String::from("A0=0123456789\n");
        for n in 1..60 {
            let before = format!("{form}A{}{close}", n - 1);
            file.push_str(&format!("A{n}=\"{before} {before}\"\n"));
        }
        file.push_str("K4=v\n");
        for reader in [Python, Bash, Compose, Dotenvy] {
            let plain = form == "$" && reader == Python;
            let braces = form == "$" && reader == Dotenvy;
            match reads(reader, file.as_bytes()) {
                Is::Value(_) if plain => {}
                Is::Rejected if braces => {}
                Is::Unknown => {}
                other => panic!("{form} {}: {other:?}", reader.name()),
            }
        }
    }
}

#[test]
fn time_grows_with_the_file_and_not_with_its_square() {
    // Each would take seconds if it were read again from every line; read once it takes some
    // hundredths.
    const SIZE: usize = 60_000;
    let hostile = [
        "K4='",
        "K4=\"\n",
        "'\n",
        "K4=\"\\\"",
        "${",
        "${${A:",
        "A=${A\n",
        "K4\n\n",
        "export\n",
        "\\\n",
        "# \\\n",
        "=\"\n",
        "A=`\n",
        "A:\n",
        "A=\n",
        " ",
        "K4=$A$A\n",
        "\u{2028}'",
    ];
    for part in hostile {
        for head in ["", "K4=", "K4=\"", "K4='"] {
            let file = format!("{head}{}", part.repeat(SIZE / part.len()));
            for reader in Reader::ALL {
                let watch = crate::core::time::Stopwatch::start();
                let _ = read(reader, file.as_bytes());
                let took = watch.elapsed().as_millis();
                assert!(took < 1_500, "{}: {head:?} {part:?}: {took} ms", reader.name());
            }
        }
    }
}

#[test]
fn no_value_is_shown() {
    for reader in Reader::ALL {
        let env = read(reader, b"K4=hunter2\n").unwrap();
        let shown = format!("{env:?} {:?}", env.reading("K4"));
        assert!(!shown.contains("hunter2") && shown.contains("K4"), "{shown}");
        if let Err(rejected) = read(reader, b"K4=\"hunter2 'x\nhunter3 hunter4\n\xff") {
            assert!(!format!("{rejected:?} {rejected}").contains("hunter"), "{rejected}");
        }
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_rejected(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        for reader in Reader::ALL {
            let _ = read(reader, &bytes);
        }
    }

    #[test]
    fn dense_syntax_is_read_or_rejected(
        text in "(K4=|export |[AK4=\"'`\\\\${}#:;()~ \n\r\té\u{a0}\u{2028}nt0-]){0,60}"
    ) {
        for reader in Reader::ALL {
            let _ = read(reader, text.as_bytes());
        }
        let _ = agreement(text.as_bytes(), "K4");
    }

    #[test]
    fn a_plain_value_is_the_same_to_all(text in "[A-Za-z0-9_./:@%+,=^!{}-]{0,60}") {
        let file = format!("A=1\nK4={text}\nB=2\n");
        prop_assert_eq!(agreement(file.as_bytes(), "K4").same(), ReaderSet::all());
    }
}
