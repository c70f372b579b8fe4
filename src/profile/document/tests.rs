//! Every byte is kept, an edit touches one item, and items are what phpdotenv reads.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use proptest::prelude::*;

use super::*;
use crate::profile::dotenv;

fn doc(text: &str) -> Document {
    Document::new(text.as_bytes().to_vec())
}

fn text(document: &Document) -> String {
    String::from_utf8(document.bytes().to_vec()).unwrap()
}

fn after(before: &str, edit: impl FnOnce(&mut Document)) -> String {
    let mut document = doc(before);
    edit(&mut document);
    text(&document)
}

#[test]
fn parts_of_a_setting() {
    for (line, head, value, tail) in [
        ("K=v", "K=", "v", ""),
        ("export KK = v # c", "export KK = ", "v", " # c"),
        ("\u{feff}K=v", "\u{feff}K=", "v", ""),
        ("  K=\t'a b'  #c", "  K=\t", "'a b'", "  #c"),
        ("K=\"a \\\" # b\"#c", "K=", "\"a \\\" # b\"", "#c"),
        ("K=", "K=", "", ""),
        ("K=   ", "K=", "", "   "),
        ("K= # c", "K= ", "", "# c"),
        ("K=a#c", "K=", "a", "#c"),
        ("K=a b # c", "K=", "a b", " # c"),
        ("K='a'b", "K=", "'a'b", ""),
        ("K='a", "K=", "'a", ""),
        ("K=\"a\nb\" # c", "K=", "\"a\nb\"", " # c"),
        ("K=\"a\r\n b\"", "K=", "\"a\r\n b\"", ""),
        ("K", "K", "", ""),
    ] {
        let document = doc(line);
        let item = &document.items()[0];
        let parts = item.parts().unwrap_or_else(|| panic!("{line:?} is no setting"));
        let got = [&parts.head, &parts.value, &parts.tail]
            .map(|range| String::from_utf8_lossy(document.slice(range)).into_owned());
        assert_eq!(got, [head, value, tail], "{line:?}");
        assert!(item.key().is_some_and(|key| key.starts_with('K')));
    }
}

#[test]
fn what_is_no_setting() {
    let document = doc("\n  \n# c\nA=1\ntwo words\n=x\nB-C=1\nD=\"open\nE=1\n");
    let kinds: Vec<_> = document
        .items()
        .iter()
        .map(|item| match &item.kind {
            Kind::Blank => "blank",
            Kind::Comment => "comment",
            Kind::Setting { .. } => "setting",
            Kind::Broken => "broken",
            Kind::Swallowed => "swallowed",
        })
        .collect();
    assert_eq!(
        kinds,
        ["blank", "blank", "comment", "setting", "broken", "broken", "broken", "swallowed"]
    );
    let last = document.items().last().unwrap();
    assert_eq!((last.line, last.last_line), (8, 9));
}

#[test]
fn setting_a_value_keeps_everything_around_it() {
    for (before, wanted) in [
        ("A=1\nK=old # note\nB=2", "A=1\nK=new # note\nB=2"),
        ("  K = old\r\n", "  K =new\r\n"),
        ("\u{feff}K=old", "\u{feff}K=new"),
        ("K=\"a\nb\"#c\nB=2\n", "K=new #c\nB=2\n"),
        ("K=a#c", "K=new #c"),
        ("K=1\n#K=2\nK=3\n", "K=1\n#K=2\nK=new\n"),
        ("K", "K=new"),
        ("K=  # c\n", "K=new # c\n"),
        ("K=a b\n", "K=new\n"),
    ] {
        assert_eq!(after(before, |d| d.set_text("K", b"new")), wanted, "{before:?}");
    }
    assert_eq!(after("export KK= old", |d| d.set_text("KK", b"x")), "export KK=x");
    assert_eq!(after("K= old", |d| d.set_text("K", b"")), "K= ");
}

#[test]
fn new_keys_join_their_family() {
    for (before, wanted) in [
        ("", "MQTT_TLS_X=1\n"),
        ("A=1", "A=1\nMQTT_TLS_X=1\n"),
        ("A=1\r\nB=2\r\n", "A=1\r\nB=2\r\nMQTT_TLS_X=1\r\n"),
        (
            "MQTT_HOST=h\nMQTT_TLS_A=1\n# c\nMQTT_PORT=1\nB=1\n",
            "MQTT_HOST=h\nMQTT_TLS_A=1\nMQTT_TLS_X=1\n# c\nMQTT_PORT=1\nB=1\n",
        ),
        ("MQTT_HOST=h\n\nB=1\n", "MQTT_HOST=h\nMQTT_TLS_X=1\n\nB=1\n"),
        ("#MQTT_TLS_X=0\nB=1\nMQTT_TLS_Y=1\n", "#MQTT_TLS_X=0\nMQTT_TLS_X=1\nB=1\nMQTT_TLS_Y=1\n"),
        ("\u{feff}", "\u{feff}MQTT_TLS_X=1\n"),
        ("B=1\nMQTT_HOST=\"a\nb\"", "B=1\nMQTT_HOST=\"a\nb\"\nMQTT_TLS_X=1\n"),
    ] {
        assert_eq!(after(before, |d| d.set_text("MQTT_TLS_X", b"1")), wanted, "{before:?}");
    }
}

#[test]
fn taking_out_and_putting_back() {
    let both = "K=1\nA=1\n  K=\"a\nb=\"c\" # x\nB=2\n";
    assert_eq!(
        after("K=1\nA=1\nK=2", |d| assert!(d.remove("K", Removal::CommentOut))),
        "#K=1\nA=1\n#K=2"
    );
    assert_eq!(
        after("\u{feff}K=1\r\n", |d| assert!(d.remove("K", Removal::CommentOut))),
        "\u{feff}#K=1\r\n"
    );
    assert_eq!(after(both, |d| assert!(d.remove("K", Removal::Delete))), "A=1\nB=2\n");
    let commented = after("K=\"a\nb\"\nB=2\n", |d| assert!(d.remove("K", Removal::CommentOut)));
    assert_eq!(commented, "#K= \"a\n#b\"\nB=2\n");
    let read = dotenv::read(commented.as_bytes(), &|_| None).unwrap();
    assert_eq!(read.entries.len(), 1);
    assert!(!doc("A=1").remove("K", Removal::Delete));
    assert_eq!(after("# K=1 # x\n#K=2\n", |d| assert!(d.uncomment("K"))), "# K=1 # x\nK=2\n");
    assert!(!doc("# not K=1").uncomment("K"));
    assert_eq!(doc("#  export K = 1").commented_out("K").map(|i| i.line), Some(1));
}

#[test]
fn a_comment_opens_nothing_once_the_value_that_closed_it_is_gone() {
    let edited = after("KEY=a=\"#=\"\nB=2\n", |d| d.set_text("KEY", b"new"));
    assert_eq!(edited, "KEY=new #= \"\nB=2\n");
    let read = dotenv::read(edited.as_bytes(), &|_| None).unwrap();
    assert_eq!(read.entries.len(), 2);
    let edited = after("KEY=a=\"#\n=\"\nB=2\n", |d| d.set_text("KEY", b"new"));
    assert_eq!(edited, "KEY=new #\n#= \"\nB=2\n");
    assert_eq!(dotenv::read(edited.as_bytes(), &|_| None).unwrap().entries.len(), 2);
    // What opens nothing stays as it is.
    assert_eq!(after("KEY=a #=\"b\"\n", |d| d.set_text("KEY", b"c")), "KEY=c #=\"b\"\n");
}

#[test]
fn line_ends_bom_and_single_lines() {
    assert_eq!(doc("a\r\nb\r\nc\n").line_end(), b"\r\n");
    assert_eq!(doc("a\rb\rc").line_end(), b"\r");
    assert_eq!(doc("").line_end(), b"\n");
    assert_eq!(after("a=1\r\nb\rc\n\n", Document::unify_line_ends), "a=1\nb\nc\n\n");
    assert_eq!(after("\u{feff}a", |d| assert!(d.strip_bom())), "a");
    assert_eq!(after("a\r\nb\r\nc", |d| d.replace_line(2, b"x")), "a\r\nx\r\nc");
    assert_eq!(doc("a\n\nb\n").line_count(), 3);
}

/// Bytes that make trouble, densely.
fn nasty() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just(b"KEY".to_vec()),
        Just(b"=".to_vec()),
        Just(b"=\"".to_vec()),
        Just(b"\"".to_vec()),
        Just(b"'".to_vec()),
        Just(b"\\".to_vec()),
        Just(b"#".to_vec()),
        Just(b" ".to_vec()),
        Just(b"\n".to_vec()),
        Just(b"\r\n".to_vec()),
        Just(b"\r".to_vec()),
        Just(b"export ".to_vec()),
        Just(b"\xef\xbb\xbf".to_vec()),
        Just(b"B=${KEY}".to_vec()),
        prop::collection::vec(any::<u8>(), 0..4),
    ];
    prop::collection::vec(piece, 0..30).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn items_are_the_whole_file(bytes in nasty()) {
        let document = Document::new(bytes.clone());
        let mut at = 0;
        let mut line = 1;
        for item in document.items() {
            prop_assert_eq!(item.span.start, at);
            prop_assert_eq!(item.line, line);
            prop_assert!(item.content.end <= item.span.end);
            if let Some(parts) = item.parts() {
                prop_assert_eq!(parts.head.start, item.content.start);
                prop_assert_eq!(parts.head.end, parts.value.start);
                prop_assert_eq!(parts.value.end, parts.tail.start);
                prop_assert_eq!(parts.tail.end, item.content.end);
            }
            at = item.span.end;
            line = item.last_line + 1;
        }
        prop_assert_eq!(at, bytes.len());
        prop_assert_eq!(document.bytes(), &bytes[..]);
    }

    #[test]
    fn settings_are_what_phpdotenv_reads(bytes in nasty()) {
        let Ok(read) = dotenv::read(&bytes, &|_| None) else { return Ok(()) };
        let document = Document::new(bytes);
        let ours: Vec<_> = document
            .items()
            .iter()
            .filter_map(|item| Some((item.key()?.to_owned(), item.line, item.last_line)))
            .collect();
        let theirs: Vec<_> =
            read.entries.into_iter().map(|e| (e.key, e.line, e.last_line)).collect();
        prop_assert_eq!(ours, theirs);
    }

    #[test]
    fn an_edit_changes_its_own_lines_only(bytes in nasty()) {
        let before = Document::new(bytes.clone());
        let mut edited = before.clone();
        edited.set_text("KEY", b"new");
        match before.last("KEY") {
            Some(item) => {
                let (head, tail) = (&bytes[..item.span.start], &bytes[item.span.end..]);
                prop_assert!(edited.bytes().starts_with(head));
                prop_assert!(edited.bytes().ends_with(tail));
                let end = &bytes[item.content.end..item.span.end];
                let middle = &edited.bytes()[head.len()..edited.bytes().len() - tail.len()];
                prop_assert!(middle.ends_with(end));
            }
            None => {
                // One line more, nothing else.
                let line = edited.bytes().windows(7).position(|w| w == b"KEY=new").unwrap();
                let mut without = edited.bytes().to_vec();
                let end = (line + 7..without.len())
                    .find(|at| !matches!(without[*at], b'\r' | b'\n')).unwrap_or(without.len());
                let end = end.min(line + 7 + before.line_end().len());
                without.drain(line..end);
                prop_assert!(without == bytes || without.strip_suffix(before.line_end()) == Some(&bytes[..]));
            }
        }
    }

    #[test]
    fn a_value_set_is_the_value_read(bytes in nasty()) {
        let Ok(before) = dotenv::read(&bytes, &|_| None) else { return Ok(()) };
        if before.swallowed_from.is_some() {
            return Ok(());
        }
        let mut document = Document::new(bytes);
        document.set_text("KEY", b"new");
        let read = dotenv::read(document.bytes(), &|_| None).unwrap();
        let got = read.get("KEY").and_then(|entry| entry.value.as_deref());
        prop_assert_eq!(got, Some("new"));
        prop_assert!(document.remove("KEY", Removal::CommentOut));
        let read = dotenv::read(document.bytes(), &|_| None).unwrap();
        prop_assert!(read.get("KEY").is_none());
        prop_assert_eq!(read.swallowed_from, None);
    }
}
