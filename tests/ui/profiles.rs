//! The profile editor: by role and label, and by keyboard alone.

use std::path::{Path, PathBuf};

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use usp_scope::app::Page;
use usp_scope::core::time::Stopwatch;
use usp_scope::engine::EngineCommand;

use crate::world::World;

const PRODUCTION: &str = include_str!("../corpus/profiles/production.env");

struct Desk {
    world: World,
    folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> Self {
        Self { world: World::new(), folder: tempfile::tempdir().unwrap() }
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// Opens a file as dropping it on the window does.
    fn open(text: &str) -> (Self, PathBuf) {
        let mut desk = Self::new();
        let path = desk.file("acs.env", text);
        desk.world.harness.state_mut().open_dropped(&path);
        desk.world.settle();
        assert_eq!(desk.world.harness.state().page(), Page::Profiles);
        (desk, path)
    }

    fn value(&self, key: &str) -> String {
        let field = self.world.harness.get_by_role_and_label(Role::TextInput, key);
        field.accesskit_node().value().unwrap_or_default()
    }

    /// Puts the cursor into a field as clicking into it does, and types.
    fn type_into(&mut self, role: Role, key: &str, text: &str) {
        self.world.harness.get_by_role_and_label(role, key).focus();
        self.world.settle();
        self.world.harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
        self.world.harness.get_by_role_and_label(role, key).type_text(text);
        self.world.settle();
    }

    fn press(&mut self, modifiers: Modifiers, key: Key) {
        self.world.harness.key_press_modifiers(modifiers, key);
        self.world.settle();
    }

    /// Draws until something is shown; the disk may need a moment.
    fn wait_for(&mut self, text: &str) {
        let patience = Stopwatch::start();
        while !self.world.shows(text) {
            assert!(patience.elapsed().as_secs() < 30, "{text:?} never shows");
            std::thread::yield_now();
            self.world.settle();
        }
    }
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn the_production_example_is_refused_fixed_saved_and_connected() {
    let (mut desk, path) = Desk::open(PRODUCTION);
    assert!(desk.world.shows("The ACS will refuse: the CA file must be a regular file"));
    assert!(desk.world.shows("This app will refuse"));
    assert!(desk.world.shows("3 errors"));
    // Beside the field, with the reason.
    desk.type_into(Role::TextInput, "Search variables", "ca file");
    assert!(desk.world.shows("which does not exist on this machine"));
    desk.type_into(Role::TextInput, "Search variables", "");

    desk.world.click(Role::Button, "Fix 3 findings");
    assert!(desk.world.shows("The ACS will start and connect"));
    assert!(desk.world.shows("0 errors"));
    assert_eq!(read(&path), PRODUCTION, "nothing is written before it is asked for");
    desk.world.click(Role::Button, "Changes");
    assert!(desk.world.shows("Removed line 7: MQTT_TLS_CA_FILE=/etc/ssl/certs/mqtt-ca.crt"));
    assert!(desk.world.shows("Added line 7: #MQTT_TLS_CA_FILE=/etc/ssl/certs/mqtt-ca.crt"));

    desk.world.click(Role::Button, "Save");
    desk.wait_for("acs.env saved");
    let saved = read(&path);
    let changed: Vec<(&str, &str)> =
        PRODUCTION.lines().zip(saved.lines()).filter(|(old, new)| old != new).collect();
    assert_eq!(changed.len(), 3);
    assert!(changed.iter().all(|(old, new)| new.strip_prefix('#') == Some(old)));

    desk.world.click(Role::Button, "Connect");
    let sent = desk.world.engine.0.borrow().sent.clone();
    let [EngineCommand::Connect(profile)] = &sent[..] else { panic!("not connected: {sent:?}") };
    assert_eq!(profile.host, "mqtt-cluster.internal.company.com");
    assert!(profile.tls.is_some());
    assert_eq!(desk.world.harness.state().page(), Page::Traffic);
}

#[test]
fn the_same_by_keyboard_alone() {
    let (mut desk, path) = Desk::open(PRODUCTION);
    // Tab from the first control to the one that fixes.
    let focused = |desk: &Desk| {
        let root = desk
            .world
            .harness
            .query_all(egui_kittest::kittest::By::new())
            .find(|node| node.accesskit_node().is_focused());
        root.and_then(|node| node.accesskit_node().label()).unwrap_or_default()
    };
    let mut steps = 0;
    while focused(&desk) != "Fix 3 findings" {
        desk.press(Modifiers::NONE, Key::Tab);
        steps += 1;
        assert!(steps < 60, "the fix is never reached; last: {:?}", focused(&desk));
    }
    desk.press(Modifiers::NONE, Key::Enter);
    assert!(desk.world.shows("The ACS will start and connect"));
    // Find a variable, change it, take it back, make it again, save.
    desk.press(Modifiers::COMMAND, Key::F);
    desk.world.harness.get_by_role_and_label(Role::TextInput, "Search variables").type_text("port");
    desk.world.settle();
    let mut steps = 0;
    while focused(&desk) != "MQTT_PORT" {
        desk.press(Modifiers::NONE, Key::Tab);
        steps += 1;
        assert!(steps < 60, "the port is never reached; last: {:?}", focused(&desk));
    }
    desk.press(Modifiers::COMMAND, Key::A);
    desk.world.harness.get_by_role_and_label(Role::TextInput, "MQTT_PORT").type_text("8884");
    desk.world.settle();
    desk.press(Modifiers::COMMAND, Key::S);
    desk.wait_for("acs.env saved");
    assert!(read(&path).contains("\nMQTT_PORT=8884\n"));
    assert!(read(&path).contains("\n#MQTT_TLS_CA_FILE="));
}

#[test]
fn typing_lints_at_once_and_touches_one_line() {
    let (mut desk, path) = Desk::open("# mine\r\nMQTT_HOST=localhost # x\r\nMQTT_PORT=1883\r\n");
    assert!(desk.world.shows("The ACS will start and connect"));
    desk.type_into(Role::TextInput, "MQTT_PORT", "99999");
    assert!(desk.world.shows("MQTT_PORT is no port"));
    desk.world.click(Role::Button, "Write 1883");
    assert!(desk.world.shows("The ACS will start and connect"));
    desk.type_into(Role::TextInput, "MQTT_HOST", "mqtts://broker.test:8884");
    assert!(desk.world.shows("MQTT_HOST is no host"));
    desk.world.click_row(Role::Button, "Write MQTT_HOST=broker.test");
    assert_eq!(desk.value("MQTT_PORT"), "8884");
    desk.world.click(Role::Button, "Save");
    desk.wait_for("acs.env saved");
    assert_eq!(
        read(&path),
        "# mine\r\nMQTT_HOST=broker.test # x\r\nMQTT_PORT=8884\r\nMQTT_TLS_ENABLED=true\r\n"
    );
}

#[test]
fn secrets_are_masked_until_shown() {
    let (mut desk, _) =
        Desk::open("MQTT_HOST=localhost\nMQTT_AUTH_USERNAME=u\nMQTT_AUTH_PASSWORD=CANARY\n");
    assert!(desk.world.shows("MQTT_AUTH_PASSWORD=••••••"));
    assert!(!desk.world.shows("CANARY"));
    let nodes = desk.world.harness.query_all(egui_kittest::kittest::By::new());
    let shown = nodes.filter(|node| {
        let node = node.accesskit_node();
        node.value().is_some_and(|value| value.contains("CANARY"))
    });
    assert_eq!(shown.count(), 0, "a secret is in the accessibility tree");
    desk.world.click(Role::Button, "Show MQTT_AUTH_PASSWORD");
    assert!(desk.world.shows("MQTT_AUTH_PASSWORD=CANARY"));
    desk.world.click(Role::Button, "Hide MQTT_AUTH_PASSWORD");
    assert!(!desk.world.shows("CANARY"));
}

#[test]
fn three_nothings_and_references() {
    let (mut desk, _) = Desk::open("MQTT_HOST=localhost\nMQTT_AUTH_PASSWORD=${SECRET}\n");
    assert!(desk.world.shows("MQTT_AUTH_PASSWORD is the reference ${SECRET}"));
    desk.world.click(Role::Button, "Replace the reference in MQTT_AUTH_PASSWORD by a value");
    desk.world.click(Role::Button, "Replace it by an empty value to type into");
    assert!(!desk.world.shows("is the reference"));
    desk.world.click(Role::Button, "More about MQTT_AUTH_PASSWORD");
    desk.world.click(Role::Button, "Write null");
    assert!(desk.world.shows("Line 2: MQTT_AUTH_PASSWORD=null"));
    desk.world.click(Role::Button, "More about MQTT_AUTH_PASSWORD");
    desk.world.click(Role::Button, "Leave out");
    assert!(desk.world.shows("Line 2: #MQTT_AUTH_PASSWORD="));
    for _ in 0..3 {
        desk.world.click(Role::Button, "Undo");
    }
    assert!(desk.world.shows("is the reference ${SECRET}"));
}

#[test]
fn somebody_else_writes_the_file() {
    let (mut desk, path) = Desk::open("MQTT_HOST=localhost\nMQTT_PORT=1883\n");
    desk.type_into(Role::TextInput, "MQTT_HOST", "mine");
    std::fs::write(&path, "MQTT_HOST=localhost\nMQTT_PORT=1999\n").unwrap();
    desk.wait_for("changed by somebody else");
    for label in ["Keep mine", "Take theirs"] {
        desk.world.harness.get_by_role_and_label(Role::Button, label);
    }
    desk.world.click(Role::Button, "Put my changes onto theirs");
    assert_eq!((desk.value("MQTT_HOST"), desk.value("MQTT_PORT")), ("mine".into(), "1999".into()));
    desk.world.click(Role::Button, "Save");
    desk.wait_for("acs.env saved");
    assert_eq!(read(&path), "MQTT_HOST=mine\nMQTT_PORT=1999\n");
}

#[test]
fn a_file_removed_meanwhile_is_made_anew() {
    let (mut desk, path) = Desk::open("MQTT_HOST=localhost\n");
    std::fs::remove_file(&path).unwrap();
    desk.wait_for("removed by somebody else");
    desk.world.click(Role::Button, "Keep mine");
    desk.world.click(Role::Button, "Save");
    desk.wait_for("acs.env saved");
    assert_eq!(read(&path), "MQTT_HOST=localhost\n");
}

#[test]
fn unsaved_changes_are_asked_about() {
    let (mut desk, path) = Desk::open("MQTT_HOST=localhost\n");
    let other = desk.file("other.env", "MQTT_HOST=other\n");
    desk.type_into(Role::TextInput, "MQTT_HOST", "changed");
    desk.world.harness.state_mut().open_dropped(&other);
    desk.world.settle();
    assert!(desk.world.shows("Save the changes?"));
    desk.world.click(Role::Button, "Stay here");
    assert_eq!(desk.value("MQTT_HOST"), "changed");
    desk.world.harness.state_mut().open_dropped(&other);
    desk.world.settle();
    desk.world.click(Role::Button, "Save and go on");
    let patience = Stopwatch::start();
    while desk.value("MQTT_HOST") != "other" {
        assert!(patience.elapsed().as_secs() < 30, "the other file never opens");
        desk.world.settle();
    }
    assert_eq!(read(&path), "MQTT_HOST=changed\n");
    desk.type_into(Role::TextInput, "MQTT_HOST", "x");
    assert!(desk.world.harness.state().has_unsaved());
    desk.press(Modifiers::COMMAND, Key::Q);
    assert!(!desk.world.harness.state().wants_to_quit());
    desk.world.click(Role::Button, "Quit without saving");
    assert!(desk.world.harness.state().wants_to_quit());
    assert_eq!(read(&other), "MQTT_HOST=other\n");
}

#[test]
fn new_profiles_from_templates_and_from_pasted_text() {
    let mut desk = Desk::new();
    desk.world.click(Role::Button, "Edit profiles");
    assert!(desk.world.shows("Will your ACS start?"));
    desk.world.click(Role::Button, "New for production");
    assert!(desk.world.shows("The ACS will start and connect"));
    assert!(desk.world.shows("not saved yet"));
    let path = desk.folder.path().join("prod.env");
    desk.world.click(Role::Button, "Save");
    desk.type_into(Role::TextInput, "Path to save to", path.to_str().unwrap());
    desk.world.click(Role::Button, "Save here");
    desk.wait_for("prod.env saved");
    assert!(read(&path).contains("MQTT_TLS_ENABLED=true"));

    desk.world.click(Role::Button, "New profile");
    desk.world.click(Role::Button, "From pasted text…");
    desk.world.harness.get_by_role_and_label(Role::MultilineTextInput, "Text to import").focus();
    desk.world.settle();
    desk.world
        .harness
        .get_by_role_and_label(Role::MultilineTextInput, "Text to import")
        .type_text("MQTT_HOST=pasted");
    desk.world.settle();
    desk.world.click(Role::Button, "Import");
    assert_eq!(desk.value("MQTT_HOST"), "pasted");
    assert!(desk.world.shows("imported.env"));
}

#[test]
fn a_path_that_is_typed_is_opened_or_says_why_not() {
    let mut desk = Desk::new();
    let path = desk.file("typed.env", "MQTT_HOST=typed\n");
    desk.world.click(Role::Button, "Profiles");
    desk.press(Modifiers::COMMAND, Key::O);
    // The cursor is in the field already.
    let name = "Path of the profile to edit";
    desk.world.harness.get_by_role_and_label(Role::TextInput, name).type_text("/no/such.env");
    desk.world.settle();
    desk.press(Modifiers::NONE, Key::Enter);
    desk.wait_for("There is no such file.");
    desk.type_into(Role::TextInput, name, path.to_str().unwrap());
    desk.press(Modifiers::NONE, Key::Enter);
    desk.wait_for("The ACS will start and connect");
    assert_eq!(desk.value("MQTT_HOST"), "typed");
}

#[test]
fn a_test_of_the_connection_shows_its_stages() {
    let (mut desk, _) = Desk::open("MQTT_HOST=localhost\n");
    desk.world.click(Role::Button, "Test");
    let sent = desk.world.engine.0.borrow().sent.clone();
    assert!(matches!(&sent[..], [EngineCommand::Check(profile)] if profile.host == "localhost"));
    for stage in ["profile", "dns", "tcp", "tls", "connect", "subscribe", "roundtrip"] {
        desk.world.harness.get_by_label(stage);
    }
    desk.world.click(Role::Button, "Stop");
    assert!(matches!(desk.world.engine.0.borrow().sent.last(), Some(EngineCommand::CancelCheck)));

    // A file this app refuses fails at the first stage, without any connection.
    let (mut bad, _) = Desk::open("MQTT_HOST=localhost\nMQTT_PORT=0\n");
    bad.world.click(Role::Button, "Test");
    assert!(bad.world.shows("Failed at profile"));
    assert!(bad.world.engine.0.borrow().sent.is_empty());
}
