//! `env`: profile files from the command line.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::{run, text};

/// The operators' guide's three examples, byte for byte.
const EXAMPLES: [(&str, &str, &[&str]); 3] = [
    ("full", include_str!("../corpus/profiles/full.env"), &["the CA file must be a regular file"]),
    (
        "development",
        include_str!("../corpus/profiles/development.env"),
        &["MQTT_AUTH_USERNAME may not be blank"],
    ),
    (
        "production",
        include_str!("../corpus/profiles/production.env"),
        &["the CA file must be a regular file"],
    ),
];

struct Said {
    code: i32,
    stdout: String,
    stderr: String,
}

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn file(&self, text: &str) -> PathBuf {
        let path = self.0.path().join("a.env");
        std::fs::write(&path, text).unwrap();
        path
    }
}

fn env(arguments: &[&str], path: &Path, more: &[&str]) -> Said {
    let path = path.to_str().unwrap();
    let all: Vec<&str> =
        ["env"].iter().chain(arguments).chain([&path]).chain(more).copied().collect();
    let output = run(&all);
    let code = output.status.code().expect("it ends by itself");
    Said { code, stdout: text(&output.stdout), stderr: text(&output.stderr) }
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn the_guides_examples_are_refused_and_start_once_fixed() {
    for (name, text, headlines) in EXAMPLES {
        let folder = Folder::new();
        let path = folder.file(text);
        let before = env(&["lint"], &path, &[]);
        assert_eq!(before.code, 1, "{name}: {}", before.stdout);
        for headline in headlines {
            let line = format!("The ACS will refuse: {headline}");
            assert!(before.stdout.starts_with(&line), "{name}: {}", before.stdout);
        }
        assert_eq!(read(&path), text, "lint alone changes nothing");
        let fixing = env(&["lint", "--fix"], &path, &[]);
        assert_eq!(fixing.code, 0, "{name}: {}", fixing.stdout);
        let after = env(&["lint"], &path, &[]);
        assert_eq!(after.code, 0, "{name}: {}", after.stdout);
        assert!(after.stdout.starts_with("The ACS will start and connect\n"), "{}", after.stdout);
        assert!(!after.stdout.contains(": error: "), "{}", after.stdout);
        // Nothing was removed: every line is there, at most as a comment.
        let fixed = read(&path);
        for (old, new) in text.lines().zip(fixed.lines()) {
            let same = old == new
                || new.strip_prefix('#') == Some(old)
                || new == "MQTT_CLEAN_SESSION=false";
            assert!(same, "{name}: {old} became {new}");
        }
    }
}

#[test]
fn the_full_listing_is_refused_for_one_reason_after_the_other() {
    let headline = |text: &str| {
        let folder = Folder::new();
        let out = env(&["lint"], &folder.file(text), &[]).stdout;
        out.lines().next().unwrap().to_owned()
    };
    let full = EXAMPLES[0].1;
    let without = |text: &str, word: &str| {
        text.lines().filter(|l| !l.contains(word)).map(|l| format!("{l}\n")).collect::<String>()
    };
    assert_eq!(headline(full), "The ACS will refuse: the CA file must be a regular file");
    let no_files = without(full, "_FILE=");
    assert_eq!(headline(&no_files), "The ACS will refuse: a passphrase needs a key file");
    let no_passphrase = without(&no_files, "PASSPHRASE=");
    assert_eq!(
        headline(&no_passphrase),
        "The ACS will refuse: auto-reconnect and clean session exclude each other"
    );
}

#[test]
fn lint_as_json_is_a_line_a_finding() {
    let folder = Folder::new();
    let path = folder.file("MQTT_HOST=h\nMQTT_PORT=0\nMQTT_TLS_ENABLED=no\n");
    let out = env(&["lint"], &path, &["-F", "json"]);
    assert_eq!(out.code, 1);
    let lines: Vec<Value> =
        out.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let port = lines.iter().find(|f| f["key"] == "MQTT_PORT").unwrap();
    assert_eq!(
        (&port["line"], &port["level"], &port["code"]),
        (&2.into(), &"error".into(), &"port-invalid".into())
    );
    assert!(port["text"].is_string() && port["fix"] == "Write 8883");
    let clean = folder.file("MQTT_HOST=localhost\n");
    assert_eq!(env(&["lint"], &clean, &["-F", "json"]).code, 0);
}

#[test]
fn show_is_typed_and_masks_secrets() {
    let folder = Folder::new();
    let path = folder.file(
        "MQTT_HOST=h\nMQTT_PORT=8883x\nMQTT_TLS_ENABLED=1\nMQTT_AUTH_USERNAME=null\n\
         MQTT_AUTH_PASSWORD=CANARY\nUSP_SCOPE_SUBSCRIBE='a/#'\nAPP_NAME=acs\nDB_PASSWORD=CANARY\n",
    );
    let out = env(&["show"], &path, &[]);
    assert_eq!(out.code, 0, "{}", out.stderr);
    assert!(!out.stdout.contains("CANARY") && !out.stderr.contains("CANARY"));
    let shown: Value = serde_json::from_str(&out.stdout).unwrap();
    let of = |key: &str, field: &str| shown["settings"][key][field].clone();
    assert_eq!(of("MQTT_PORT", "value"), 8883);
    assert_eq!(of("MQTT_PORT", "source"), "file");
    assert_eq!(of("MQTT_TLS_ENABLED", "value"), true);
    assert_eq!(of("MQTT_TLS_VERIFY_PEER", "value"), true);
    assert_eq!(of("MQTT_TLS_VERIFY_PEER", "source"), "default");
    assert_eq!(of("MQTT_AUTH_USERNAME", "value"), Value::Null);
    assert_eq!(of("MQTT_AUTH_USERNAME", "source"), "file");
    assert_eq!(of("MQTT_CONNECT_TIMEOUT", "value"), 60);
    assert_eq!(of("USP_SCOPE_SUBSCRIBE", "value"), "a/#");
    assert_eq!(shown["unknown"], serde_json::json!(["APP_NAME", "DB_PASSWORD"]));
    let revealed = env(&["show"], &path, &["--reveal"]);
    let shown: Value = serde_json::from_str(&revealed.stdout).unwrap();
    assert_eq!(shown["settings"]["MQTT_AUTH_PASSWORD"]["value"], "CANARY");
}

#[test]
fn values_are_set_and_read_back() {
    let folder = Folder::new();
    let path = folder.file("\u{feff}# mine\r\nMQTT_HOST=old # note\r\nMQTT_PORT=1883");
    let hard = "a'b\"c $d #e \\ \u{fc}";
    let set = env(
        &["set"],
        &path,
        &["MQTT_HOST=new", &format!("MQTT_AUTH_PASSWORD={hard}"), "APP_X=multi\nline"],
    );
    assert_eq!(set.code, 0, "{}", set.stderr);
    assert!(set.stderr.contains("MQTT_AUTH_PASSWORD: not read as the same value by"));
    for (key, value) in
        [("MQTT_HOST", "new"), ("MQTT_AUTH_PASSWORD", hard), ("APP_X", "multi\nline")]
    {
        let got = env(&["get"], &path, &[key]);
        assert_eq!((got.code, got.stdout), (0, format!("{value}\n")));
    }
    let text = read(&path);
    assert!(text.starts_with("\u{feff}# mine\r\nMQTT_HOST=new # note\r\nMQTT_PORT=1883\r\n"));
    assert_eq!(env(&["get"], &path, &["NOT_THERE"]).code, 1);

    let before = read(&path);
    let again = env(&["set"], &path, &["MQTT_HOST=new"]);
    assert_eq!((again.code, read(&path)), (0, before));

    assert_eq!(env(&["unset"], &path, &["MQTT_HOST", "NOT_THERE"]).code, 0);
    assert!(read(&path).contains("\r\n#MQTT_HOST=new # note\r\n"));
    assert_eq!(env(&["get"], &path, &["MQTT_HOST"]).code, 1);
}

#[test]
fn what_cannot_be_written_is_refused_whole() {
    let folder = Folder::new();
    let path = folder.file("A=1\nB=\"open\nC=1\n");
    let before = read(&path);
    // Behind the open quote phpdotenv sees nothing.
    let out = env(&["set"], &path, &["A=2", "D=CANARY"]);
    assert_eq!((out.code, read(&path)), (1, before));
    assert!(out.stderr.contains("line 2") && !out.stderr.contains("CANARY"), "{}", out.stderr);
    let wrong = env(&["set"], &path, &["1A=x"]);
    assert_eq!(wrong.code, 1);
    let usage = env(&["set"], &path, &["CANARY"]);
    assert_eq!(usage.code, 2);
    assert!(!usage.stderr.contains("CANARY"), "{}", usage.stderr);
}

#[test]
fn references_stay_references() {
    let folder = Folder::new();
    let path = folder.file("SECRET=s\nMQTT_AUTH_PASSWORD=${SECRET}\n");
    assert_eq!(env(&["get"], &path, &["MQTT_AUTH_PASSWORD"]).stdout, "s\n");
    let out = env(&["set"], &path, &["MQTT_AUTH_PASSWORD=literal"]);
    assert!(out.stderr.contains("the reference that stood there is gone"), "{}", out.stderr);
    assert_eq!(env(&["set", "--reference"], &path, &["MQTT_AUTH_PASSWORD=${SECRET}"]).code, 0);
    assert_eq!(read(&path), "SECRET=s\nMQTT_AUTH_PASSWORD=${SECRET}\n");
    let literal = env(&["set"], &path, &["MQTT_CLIENT_ID=${SECRET}"]);
    assert_eq!(literal.code, 0);
    assert_eq!(env(&["get"], &path, &["MQTT_CLIENT_ID"]).stdout, "${SECRET}\n");
}

#[test]
fn new_files_are_private_commented_and_never_overwrite() {
    let folder = Folder::new();
    for template in ["development", "production"] {
        let path = folder.0.path().join(format!("{template}.env"));
        let out = env(&["new"], &path, &["--template", template]);
        assert_eq!(out.code, 0, "{}", out.stderr);
        assert!(read(&path).lines().filter(|l| l.starts_with("# ")).count() > 5);
        #[cfg(unix)]
        assert_eq!(mode(&path), 0o600);
        assert_eq!(env(&["lint"], &path, &[]).code, 0);
        let text = read(&path);
        assert_eq!(env(&["new"], &path, &[]).code, 1);
        assert_eq!(read(&path), text);
    }
    let made = folder.0.path().join("made.env");
    assert_eq!(env(&["set"], &made, &["MQTT_HOST=h"]).code, 0);
    assert_eq!(read(&made), "MQTT_HOST=h\n");
    #[cfg(unix)]
    assert_eq!(mode(&made), 0o600);
}

#[cfg(unix)]
#[test]
fn permissions_stay_as_they_are() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = Folder::new();
    let path = folder.file("MQTT_HOST=h\n");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
    assert_eq!(env(&["set"], &path, &["MQTT_HOST=x"]).code, 0);
    assert_eq!(mode(&path), 0o640);
}

#[test]
fn a_secret_is_in_no_output() {
    let folder = Folder::new();
    for text in [
        "MQTT_HOST=h\nMQTT_AUTH_USERNAME=u\nMQTT_AUTH_PASSWORD=CANARY\n",
        "MQTT_HOST=h\nMQTT_AUTH_PASSWORD=CANARY word\n",
        "MQTT_HOST=h\nMQTT_AUTH_PASSWORD=\"CANARY\n",
        "MQTT_HOST=h\nMQTT_AUTH_PASSWORD='CANARY'#CANARY\nMQTT_TLS_CLIENT_CERT_KEY_PASSPHRASE=CANARY\n",
        "MQTT_AUTH_PASSWORD=CANARY${X}\nUSP_SCOPE_BRIDGE_TOKEN=CANARY\n",
    ] {
        let path = folder.file(text);
        for arguments in [&["show"][..], &["lint"], &["lint", "--fix"]] {
            for more in [&[][..], &["-F", "json"]] {
                let show = arguments == ["show"];
                let out = env(arguments, &path, if show { &[] } else { more });
                let all = format!("{}{}", out.stdout, out.stderr);
                assert!(!all.contains("CANARY"), "{arguments:?} {text}: {all}");
            }
        }
    }
}
