//! Edits, and fixes that must not cost anything that worked.

#![expect(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;

use super::*;
use crate::core::time::Timestamp;

fn doc(text: &[u8]) -> Document {
    Document::new(text.to_vec())
}

fn text(document: &Document) -> String {
    String::from_utf8(document.bytes().to_vec()).unwrap()
}

fn around() -> Surroundings<'static> {
    Surroundings { path: None, now: Timestamp(0), environment: &|_| None, others: &[] }
}

/// The file after every safe fix.
fn fixed(before: &str) -> String {
    let mut document = doc(before.as_bytes());
    let _ = fix_all(&mut document, around());
    text(&document)
}

fn set_in(before: &str, key: &str, value: &str) -> Result<String, EditError> {
    let mut document = doc(before.as_bytes());
    set(&mut document, key, value, &Weights::default()).map(|_| text(&document))
}

#[test]
fn safe_fixes_keep_what_works() {
    for (before, after) in [
        // References stay references.
        (
            "MQTT_HOST=h\nAPP=a\nMQTT_CLIENT_ID=acs ${APP}\n",
            "MQTT_HOST=h\nAPP=a\nMQTT_CLIENT_ID=\"acs ${APP}\"\n",
        ),
        (
            "MQTT_HOST=h\nK=10s\nMQTT_KEEP_ALIVE_INTERVAL=${K}\n",
            "MQTT_HOST=h\nK=10s\nMQTT_KEEP_ALIVE_INTERVAL=${K}\n",
        ),
        (
            "MQTT_HOST=h\nB=a\nMQTT_CLIENT_ID=${B}\nB=b\n",
            "MQTT_HOST=h\nB=a\nMQTT_CLIENT_ID=${B}\nB=b\n",
        ),
        // A port of its own line counts.
        (
            "MQTT_HOST=mqtts://b.test\nMQTT_PORT=8884\nMQTT_TLS_ENABLED=true\n",
            "MQTT_HOST=b.test\nMQTT_PORT=8884\nMQTT_TLS_ENABLED=true\n",
        ),
        (
            "MQTT_HOST=b.test:1883\nMQTT_PORT=8883\nMQTT_TLS_ENABLED=true\n",
            "MQTT_HOST=b.test:1883\nMQTT_PORT=8883\nMQTT_TLS_ENABLED=true\n",
        ),
        // The chain is checked as before, by the system's CAs.
        (
            "MQTT_HOST=h\nMQTT_PORT=8883\nMQTT_TLS_ENABLED=true\nMQTT_TLS_VERIFY_PEER=false\nMQTT_TLS_CA_FILE=/no/ca\n",
            "MQTT_HOST=h\nMQTT_PORT=8883\nMQTT_TLS_ENABLED=true\nMQTT_TLS_VERIFY_PEER=true\n#MQTT_TLS_CA_FILE=/no/ca\n",
        ),
        // Half of a client certificate may only be misspelled.
        (
            "MQTT_HOST=h\nMQTT_PORT=8883\nMQTT_TLS_ENABLED=true\nMQTT_TLS_CLIENT_CERT_FILE=/no/c\nMQTT_TLS_CLIENT_CERT_KEY_FILE=/etc/hostname\n",
            "MQTT_HOST=h\nMQTT_PORT=8883\nMQTT_TLS_ENABLED=true\nMQTT_TLS_CLIENT_CERT_FILE=/no/c\nMQTT_TLS_CLIENT_CERT_KEY_FILE=/etc/hostname\n",
        ),
        (
            "MQTT_HOST=h\nMQTT_CLIENT_ID=a\nUSP_SCOPE_CLIENT_ID=a\n",
            "MQTT_HOST=h\nMQTT_CLIENT_ID=a\nUSP_SCOPE_CLIENT_ID=a\n",
        ),
        ("# X=\"oops\nMQTT_HOST=h\nY=\"1\"\n", "# X= \"oops\nMQTT_HOST=h\nY=\"1\"\n"),
        ("\u{feff}# X=\"oops\nMQTT_HOST=h\nY=\"1\"\n", "# X= \"oops\nMQTT_HOST=h\nY=\"1\"\n"),
    ] {
        assert_eq!(fixed(before), after, "{before}");
    }
    let many: String = (0..60).map(|n| format!("K{n}=a b\n")).collect();
    assert_eq!(fixed(&many).matches("'a b'").count(), 60);
}

#[test]
fn a_fix_keeps_bytes_that_are_not_utf8() {
    let mut document = doc(b"# caf\xe9 X=\"oops\nMQTT_HOST=h\nY=\"1\"\n");
    let done = fix_all(&mut document, around());
    assert_eq!(done.len(), 1);
    assert_eq!(document.bytes(), b"# caf\xe9 X= \"oops\nMQTT_HOST=h\nY=\"1\"\n");
}

#[test]
fn a_value_replaces_a_reference_even_if_both_are_read_alike() {
    assert_eq!(set_in("B=x\nH=${B}\n", "H", "x").unwrap(), "B=x\nH=x\n");
    assert_eq!(set_in("H=${B}\n", "H", "${B}").unwrap(), "H='${B}'\n");
    // The same literal again is no edit, whatever its spelling.
    assert_eq!(set_in("H=\"x\"  # y\n", "H", "x").unwrap(), "H=\"x\"  # y\n");
}

#[test]
fn lines_nobody_would_see_are_not_written() {
    let hidden = "A=1\n# X=\"oops\n";
    let mut document = doc(hidden.as_bytes());
    assert!(set(&mut document, "B", "1", &Weights::default()).is_err());
    assert!(set_reference(&mut document, "B", "${A}").is_err());
    assert!(set_nothing(&mut document, "B", Nothing::Null).is_err());
    assert!(set_reference(&mut document, "A", "no reference").is_err());
    assert_eq!(text(&document), hidden);
}

#[test]
fn only_whole_settings_are_uncommented() {
    let uncommented = |before: &str| {
        let mut document = doc(before.as_bytes());
        uncomment(&mut document, "KEY").map(|()| text(&document))
    };
    assert_eq!(uncommented("# KEY=1\n").unwrap(), "KEY=1\n");
    for broken in ["#KEY= \"line1\n#line2\"\n", "# KEY = usually 1883\n", "A=1\n"] {
        assert!(uncommented(broken).is_err(), "{broken}");
    }
}

#[test]
fn many_duplicates_go_in_one_pass() {
    let watch = crate::core::time::Stopwatch::start();
    let mut document = doc("A=1\n".repeat(50_000).as_bytes());
    set_nothing(&mut document, "A", Nothing::Absent).unwrap();
    assert_eq!(document.bytes(), "#A=1\n".repeat(50_000).as_bytes());
    // Squared time would take minutes; this is a bound against that, not a measurement.
    assert!(watch.elapsed().as_secs() < 60);
}

proptest! {
    #[test]
    fn a_refused_edit_changes_nothing(before in "[A-C=\"'# \n$\\{\\}]{0,40}", value in any::<String>()) {
        let mut document = doc(before.as_bytes());
        match set(&mut document, "KEY", &value, &Weights::default()) {
            Ok(written) => {
                prop_assert!(written.readers.contains(Reader::Phpdotenv) || dotenv::read(document.bytes(), &|_| None).is_err());
                prop_assert_eq!(read_one(&document, "KEY").unwrap_or_else(|| value.clone()), value);
            }
            Err(_) => prop_assert_eq!(document.bytes(), before.as_bytes()),
        }
    }
}
