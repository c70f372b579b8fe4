//! The editor as its page uses it, with examinations handed in.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::path::Path;
use std::time::Duration;

use super::outside::Choice;
use super::*;
use crate::profile::examine::{Surroundings, examine};
use crate::profile::lint::Level;

const NOW: Timestamp = Timestamp(1_795_368_559_000_000_000);

fn catch_up(editor: &mut Editor) {
    let around = Surroundings {
        path: Some(Path::new("/x/a.env")),
        now: NOW,
        environment: &|_| None,
        others: &[],
    };
    let examination = Arc::new(examine(editor.document().bytes(), around));
    editor.examined(editor.generation(), examination);
}

fn editor(text: &str) -> Editor {
    let mut editor = Editor::open("/x/a.env".into(), text.as_bytes().to_vec());
    catch_up(&mut editor);
    editor
}

fn text(editor: &Editor) -> String {
    String::from_utf8(editor.document().bytes().to_vec()).unwrap()
}

fn row(editor: &Editor, key: &str) -> form::Row {
    let mut all = form::sections(editor, "").into_iter().flat_map(|section| section.rows);
    all.find(|row| row.variable.key == key).unwrap()
}

#[test]
fn an_edit_marks_its_line_and_can_be_taken_back() {
    let mut editor = editor("MQTT_HOST=a # x\nMQTT_PORT=1883\n");
    assert!(!editor.is_modified() && !editor.is_changed("MQTT_HOST"));
    for typed in ["b", "br", "bro"] {
        editor.set("MQTT_HOST", typed, true);
    }
    assert_eq!(text(&editor), "MQTT_HOST=bro # x\nMQTT_PORT=1883\n");
    assert!(editor.is_modified() && editor.is_changed("MQTT_HOST"));
    let (_, diff) = editor.raw();
    assert_eq!((&diff.changed[..], diff.removed), (&[1][..], 1));
    editor.undo();
    assert_eq!(text(&editor), "MQTT_HOST=a # x\nMQTT_PORT=1883\n");
    editor.redo();
    assert_eq!(text(&editor), "MQTT_HOST=bro # x\nMQTT_PORT=1883\n");
    editor.saved("/x/a.env".into(), editor.document().bytes().to_vec());
    assert!(!editor.is_modified());
}

#[test]
fn rows_say_what_the_acs_makes_of_each_field() {
    let editor = editor(
        "MQTT_HOST=localhost\nMQTT_TLS_ENABLED=no\nMQTT_AUTH_PASSWORD=\"a${B}\"\n\
         MQTT_AUTH_USERNAME=\n#MQTT_PORT=1\n",
    );
    let host = row(&editor, "MQTT_HOST");
    assert_eq!((host.ends_up.as_str(), host.line, host.badges.len()), ("localhost", Some(1), 9));
    assert!(host.badges.iter().all(|badge| badge.same));
    let tls = row(&editor, "MQTT_TLS_ENABLED");
    assert_eq!((tls.ends_up.as_str(), tls.level()), ("true", Some(Level::Warning)));
    let password = row(&editor, "MQTT_AUTH_PASSWORD");
    assert_eq!(password.input, form::Input::Reference);
    assert_eq!(password.reference.as_deref(), Some("…${B}"));
    assert_eq!(password.ends_up, crate::profile::reading::MASK);
    assert_eq!(row(&editor, "MQTT_AUTH_USERNAME").level(), Some(Level::Error));
    let port = row(&editor, "MQTT_PORT");
    assert_eq!((port.ends_up.as_str(), port.commented_out), ("1883", Some(5)));
    assert!(port.badges.is_empty());
    assert_eq!(form::sections(&editor, "will topic").len(), 1);
    assert!(form::sections(&editor, "no such thing").is_empty());
}

#[test]
fn fixes_nothings_and_mistakes() {
    let mut editor = editor("MQTT_HOST=h\nMQTT_AUTH_USERNAME=\n");
    let fix = row(&editor, "MQTT_AUTH_USERNAME").findings[0].fixes[0].clone();
    editor.apply(&fix).unwrap();
    assert_eq!(text(&editor), "MQTT_HOST=h\n#MQTT_AUTH_USERNAME=\n");
    editor.uncomment("MQTT_AUTH_USERNAME");
    editor.set_nothing("MQTT_AUTH_USERNAME", Nothing::Null);
    assert_eq!(text(&editor), "MQTT_HOST=h\nMQTT_AUTH_USERNAME=null\n");
    editor.set("MQTT_HOST", "a\0b", true);
    assert!(editor.error("MQTT_HOST").is_some_and(|error| error.what.contains("NUL")));
    assert_eq!(text(&editor), "MQTT_HOST=h\nMQTT_AUTH_USERNAME=null\n");
    editor.set("MQTT_HOST", "ok", true);
    assert!(editor.error("MQTT_HOST").is_none());
}

#[test]
fn drafts_follow_the_text_except_where_one_types() {
    let mut editor = editor("MQTT_HOST=a\n");
    let host = catalog::find("MQTT_HOST").unwrap();
    assert_eq!(editor.draft(host), "a");
    editor.set("MQTT_HOST", "b", false);
    catch_up(&mut editor);
    assert_eq!(editor.draft(host), "b");
    editor.undo();
    catch_up(&mut editor);
    assert_eq!(editor.draft(host), "a");
    "half".clone_into(editor.draft(host));
    editor.set("MQTT_HOST", "half", true);
    catch_up(&mut editor);
    assert_eq!(editor.draft(host), "half");
    // An examination of an older text comes too late.
    let generation = editor.generation();
    let old = Arc::clone(editor.examination().unwrap());
    editor.set("MQTT_HOST", "new", false);
    editor.examined(generation, old);
    assert!(editor.is_behind());
}

#[test]
fn secrets_are_shown_for_ten_seconds() {
    let mut editor = editor("MQTT_AUTH_PASSWORD=CANARY\n");
    let shown = |editor: &mut Editor| editor.raw().0[0].text.clone();
    assert!(!shown(&mut editor).contains("CANARY"));
    editor.reveal("MQTT_AUTH_PASSWORD", NOW);
    assert!(shown(&mut editor).contains("CANARY"));
    assert!(editor.tick(NOW.plus(Duration::from_secs(9))));
    assert!(!editor.tick(NOW.plus(Duration::from_secs(11))));
    assert!(!shown(&mut editor).contains("CANARY"));
    editor.reveal("MQTT_AUTH_PASSWORD", NOW);
    editor.hide(None);
    assert!(!editor.is_revealed("MQTT_AUTH_PASSWORD"));
}

#[test]
fn what_others_write_meanwhile() {
    let theirs = b"MQTT_HOST=theirs\nMQTT_PORT=1\nNEW=1\n".to_vec();
    // Nothing of ours is lost: theirs is simply read.
    let mut untouched = editor("MQTT_HOST=a\n");
    assert!(!untouched.noticed_outside(Some(theirs.clone())));
    assert_eq!(untouched.document().bytes(), theirs);

    let changed = || {
        let mut editor = editor("MQTT_HOST=a\nMQTT_PORT=1\n");
        editor.set("MQTT_PORT", "2", false);
        assert!(editor.noticed_outside(Some(theirs.clone())));
        editor
    };
    let mut mine = changed();
    assert!(mine.settle_outside(Choice::KeepMine).is_empty());
    assert_eq!(text(&mine), "MQTT_HOST=a\nMQTT_PORT=2\n");
    assert_eq!(mine.base(), theirs);

    let mut taken = changed();
    taken.settle_outside(Choice::TakeTheirs);
    assert!(!taken.is_modified());
    taken.undo();
    assert_eq!(text(&taken), "MQTT_HOST=a\nMQTT_PORT=2\n");

    let mut merged = changed();
    assert!(merged.settle_outside(Choice::Merge).is_empty());
    assert_eq!(text(&merged), "MQTT_HOST=theirs\nMQTT_PORT=2\nNEW=1\n");

    let mut conflict = editor("MQTT_HOST=a\n");
    conflict.set("MQTT_HOST", "mine", false);
    conflict.noticed_outside(Some(theirs));
    assert_eq!(conflict.settle_outside(Choice::Merge), ["MQTT_HOST"]);
    assert!(text(&conflict).starts_with("MQTT_HOST=theirs\n"));

    let mut gone = editor("MQTT_HOST=a\n");
    assert!(gone.noticed_outside(None));
    assert_eq!(gone.outside(), Some(None));
    gone.settle_outside(Choice::KeepMine);
    assert!(gone.is_modified() && gone.is_gone() && gone.outside().is_none());
    assert!(!gone.noticed_outside(None), "asked once only");
    gone.saved("/x/a.env".into(), gone.document().bytes().to_vec());
    assert!(!gone.is_modified());
}
