//! What can be done with the table of messages: columns, order, marks, jumps, comparison,
//! copies, bookmarks, export; by mouse and by keyboard.

use egui::accesskit::Role;
use egui::{Key, Modifiers, OutputCommand};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use usp_scope::core::ids::Seq;
use usp_scope::core::wire::WireBatch;

use crate::world::World;

/// Names of the columns, from the left.
fn columns(world: &World) -> Vec<String> {
    let mut heads: Vec<(f32, String)> = world
        .harness
        .query_all_by_role(Role::Button)
        .filter_map(|node| {
            let label = node.accesskit_node().label().unwrap_or_default();
            let name = label.strip_prefix("Sort by ").or(label.strip_prefix("Column "))?;
            (!name.starts_with("the ")).then(|| (node.rect().min.x, name.to_owned()))
        })
        .collect();
    heads.retain(|(_, name)| !name.contains("name") && !name.contains("activity"));
    heads.sort_by(|a, b| a.0.total_cmp(&b.0));
    heads.into_iter().map(|(_, name)| name).collect()
}

fn press(world: &mut World, modifiers: Modifiers, key: Key) {
    world.harness.key_press_modifiers(modifiers, key);
    world.settle();
}

fn key(world: &mut World, key: Key) {
    press(world, Modifiers::NONE, key);
}

fn picked(world: &World) -> u64 {
    world.harness.state().selection().message.map_or(0, |seq| seq.0)
}

/// Presses a key and gives what it put on the clipboard.
fn copied(world: &mut World, modifiers: Modifiers, key: Key) -> String {
    world.harness.event(egui::Event::Key {
        key,
        physical_key: None,
        pressed: true,
        repeat: false,
        modifiers,
    });
    for _ in 0..4 {
        world.harness.step();
        let commands = &world.harness.output().platform_output.commands;
        if let Some(text) = commands.iter().find_map(|command| match command {
            OutputCommand::CopyText(text) => Some(text.clone()),
            _ => None,
        }) {
            world.settle();
            return text;
        }
    }
    panic!("nothing was copied");
}

fn selected(world: &World) -> usize {
    world
        .harness
        .query_all_by_role(Role::Row)
        .filter(|row| row.accesskit_node().is_selected() == Some(true))
        .count()
}

#[test]
fn columns_are_shown_hidden_moved_and_reset() {
    let mut world = World::with_traffic();
    let first = ["Time", "Type", "Device", "Topic", "Summary", "Size", "Latency"];
    assert_eq!(columns(&world), first);
    // V opens the menu with the keyboard in it.
    key(&mut world, Key::V);
    world.click(Role::CheckBox, "msg_id");
    world.click(Role::CheckBox, "Topic");
    world.click(Role::Button, "Move Size left");
    key(&mut world, Key::Escape);
    let now = ["Time", "Type", "Device", "Summary", "Size", "msg_id", "Latency"];
    assert_eq!(columns(&world), now);
    // By keyboard: the name of a column has the focus, Alt and an arrow move it.
    world.harness.get_by_role_and_label(Role::Button, "Sort by Device").focus();
    world.settle();
    press(&mut world, Modifiers::ALT, Key::ArrowLeft);
    let now = ["Time", "Device", "Type", "Summary", "Size", "msg_id", "Latency"];
    assert_eq!(columns(&world), now);
    world.click(Role::Button, "Columns and colours");
    world.click(Role::Button, "Reset columns");
    assert_eq!(columns(&world), first);
    key(&mut world, Key::Escape);
    world.click(Role::Button, "Show time since the row above");
    assert_eq!(columns(&world)[1], "Δ time");
}

#[test]
fn rows_are_coloured_by_what_one_chooses() {
    let mut world = World::with_traffic();
    key(&mut world, Key::V);
    assert!(world.shows("Notify and NotifyResp"), "the legend");
    world.click(Role::RadioButton, "Result");
    assert!(world.shows("Failed: a square"));
    world.click(Role::RadioButton, "Device");
    assert!(world.shows("Each device has a colour"));
}

#[test]
fn the_table_is_sorted_by_click_and_by_key_and_says_so() {
    let mut world = World::with_traffic();
    world.click(Role::Button, "Sort by Latency");
    let rows = world.labels(Role::Row);
    assert_eq!(rows.len(), 12);
    assert!(rows[..4].iter().all(|row| row.contains("cpe-")), "{rows:?}");
    world.click_row(Role::Row, "Get, to device os::cpe-1");
    assert_eq!(picked(&world), 9, "the slowest of the three rounds stands first");
    world.harness.get_by_label("Remove filter Sorted by Latency");
    // The other way round, then the order of time again.
    world.click(Role::Button, "Sort by Latency");
    world.click_row(Role::Row, "Get, to device os::cpe-1");
    assert_eq!(picked(&world), 1);
    world.click(Role::Button, "Sort by Latency");
    assert!(!world.shows("Sorted by"));
    // By keyboard.
    press(&mut world, Modifiers::SHIFT, Key::S);
    world.click_row(Role::Row, "");
    assert_eq!(picked(&world), 12, "the newest stands first");
    press(&mut world, Modifiers::SHIFT, Key::S);
    key(&mut world, Key::S);
    assert!(world.shows("Sorted by Type"));
    world.click(Role::Button, "Remove filter Sorted by Type");
    key(&mut world, Key::Home);
    assert_eq!(picked(&world), 1);
}

#[test]
fn keys_lead_to_the_other_half_the_device_and_its_neighbours() {
    let mut world = World::with_traffic();
    key(&mut world, Key::Home);
    for (modifiers, pressed, expected) in [
        (Modifiers::NONE, Key::O, 2),
        (Modifiers::NONE, Key::O, 1),
        (Modifiers::NONE, Key::E, 2),
        (Modifiers::SHIFT, Key::E, 1),
        (Modifiers::NONE, Key::T, 5),
        (Modifiers::NONE, Key::T, 9),
        (Modifiers::SHIFT, Key::T, 5),
        (Modifiers::NONE, Key::D, 6),
        (Modifiers::SHIFT, Key::D, 5),
    ] {
        press(&mut world, modifiers, pressed);
        assert_eq!(picked(&world), expected, "{pressed:?}");
    }
    key(&mut world, Key::F);
    assert_eq!(world.labels(Role::Row).len(), 6);
    world.harness.get_by_label("Remove filter Device: cpe-1");
    key(&mut world, Key::F);
    assert_eq!(world.labels(Role::Row).len(), 12);
    key(&mut world, Key::End);
    key(&mut world, Key::T);
    assert!(world.shows("No later message on this topic"));
    assert_eq!(picked(&world), 12);
}

#[test]
fn two_messages_are_compared_by_keyboard() {
    let mut world = World::with_traffic();
    let mut batch = WireBatch::new();
    world.tell(&mut batch, "cpe-1", "Device.X.", &[("A", "1"), ("B", "same")]);
    world.tell(&mut batch, "cpe-1", "Device.X.", &[("A", "2"), ("C", "new")]);
    world.apply(&batch);
    key(&mut world, Key::C);
    key(&mut world, Key::End);
    key(&mut world, Key::C);
    assert!(world.shows("No message is A yet"));
    press(&mut world, Modifiers::SHIFT, Key::D);
    press(&mut world, Modifiers::SHIFT, Key::D);
    assert_eq!(picked(&world), 14);
    key(&mut world, Key::A);
    assert!(world.labels(Role::Row).iter().any(|row| row.ends_with("A of the comparison")));
    key(&mut world, Key::End);
    key(&mut world, Key::C);
    assert!(world.shows("Compare messages"));
    let rows = world.labels(Role::Row);
    for expected in [
        "Changed: result_params[A], 1 → 2",
        "Only in A: result_params[B], same",
        "Only in B: result_params[C], new",
    ] {
        assert!(rows.iter().any(|row| row == expected), "{expected} not in {rows:?}");
    }
    assert!(!rows.iter().any(|row| row.starts_with("Same: to_id")));
    world.click(Role::Button, "Show only differences");
    assert!(world.labels(Role::Row).iter().any(|row| row.starts_with("Same: to_id")));
    world.click(Role::Button, "Show only differences");
    world.click(Role::Button, "Swap A and B");
    let swapped = "Changed: result_params[A], 2 → 1";
    assert!(world.labels(Role::Row).iter().any(|row| row == swapped));
    key(&mut world, Key::Escape);
    assert!(!world.shows("Compare messages"));
    assert_eq!(picked(&world), 16, "Escape closes the comparison and nothing else");
    // Against the message before, without picking one.
    press(&mut world, Modifiers::SHIFT, Key::C);
    assert!(world.labels(Role::Row).iter().any(|row| row == "Changed: result_params[A], 1 → 2"));
    world.click(Role::Button, "Close the comparison");
    assert!(!world.shows("Compare messages"));
}

#[test]
fn the_inspector_says_what_changed_since_the_message_before() {
    let mut world = World::connected();
    let mut batch = WireBatch::new();
    world.tell(&mut batch, "cpe-1", "Device.X.", &[("A", "1"), ("B", "same")]);
    world.tell(&mut batch, "cpe-1", "Device.X.", &[("A", "2"), ("B", "same"), ("C", "new")]);
    world.apply(&batch);
    key(&mut world, Key::End);
    world.click(Role::Tab, "Changes");
    let lines = world.labels(Role::ListItem);
    for expected in [
        "Values of the device: 1 changed, 1 as before",
        "Changed: Device.X.A, 1 → 2",
        "New: Device.X.C, new",
        "Changed: result_params[A], 1 → 2",
    ] {
        assert!(lines.iter().any(|line| line == expected), "{expected} not in {lines:?}");
    }
    world.click(Role::Button, "Show unchanged values");
    assert!(world.labels(Role::ListItem).iter().any(|line| line.contains("Device.X.B, same")));
    world.click(Role::Button, "Compare side by side");
    assert!(world.shows("Compare messages"));
    key(&mut world, Key::Escape);
    world.click(Role::Button, "Go to the one before");
    assert_eq!(picked(&world), 2);
    assert!(world.shows("No message of this type and sender before it"));
}

#[test]
fn messages_are_copied_as_what_one_wants() {
    let mut world = World::with_traffic();
    key(&mut world, Key::Home);
    let json = copied(&mut world, Modifiers::NONE, Key::J);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["n"], 1);
    assert_eq!(json["msg"]["body"], "request.get");
    let hex = copied(&mut world, Modifiers::NONE, Key::H);
    let payload = world.harness.state().shown().row(Seq(1)).unwrap().payload().to_vec();
    assert_eq!(hex, usp_scope::core::hex::encode(&payload));
    let line = copied(&mut world, Modifiers::NONE, Key::P);
    assert!(line.contains("mosquitto_pub -h broker.test -p 1883"), "{line}");
    assert!(line.contains("-t usp/agent/cpe-1 -q 1 -D publish content-type usp.msg"), "{line}");
    assert_eq!(copied(&mut world, Modifiers::ALT, Key::T), "usp/agent/cpe-1");
    assert_eq!(copied(&mut world, Modifiers::ALT, Key::E), "os::cpe-1");
    assert_eq!(copied(&mut world, Modifiers::ALT, Key::M), "cpe-1-0");
    assert!(world.shows("msg_id copied"));
    // The menu of the inspector, and that of a row.
    world.click(Role::Button, "Message actions");
    world.click(Role::Button, "Copy base64");
    assert!(world.shows("Base64 copied"));
    let row = world.harness.get_all_by_role(Role::Row).nth(3).unwrap();
    row.click_secondary();
    world.settle();
    assert_eq!(picked(&world), 4);
    world.click(Role::Button, "Copy hex");
    assert!(world.shows("Hex copied"));
}

#[test]
fn many_are_marked_copied_and_given_up() {
    let mut world = World::with_traffic();
    key(&mut world, Key::Home);
    press(&mut world, Modifiers::SHIFT, Key::ArrowDown);
    press(&mut world, Modifiers::SHIFT, Key::ArrowDown);
    assert_eq!(selected(&world), 3);
    assert!(world.shows("3 selected"));
    let lines = copied(&mut world, Modifiers::NONE, Key::J);
    assert_eq!(lines.lines().count(), 3);
    assert!(world.shows("3 of 3 messages copied"));
    // Ctrl takes one out, Shift draws on from there.
    let row = world.harness.get_all_by_role(Role::Row).nth(1).unwrap();
    row.click_modifiers(Modifiers::COMMAND);
    world.settle();
    assert_eq!(selected(&world), 3, "the picked one stays marked by its colour");
    press(&mut world, Modifiers::COMMAND, Key::A);
    assert_eq!(selected(&world), 12);
    assert!(world.shows("12 selected"));
    key(&mut world, Key::Escape);
    assert_eq!(selected(&world), 1);
    // What is marked is what is listed.
    world.click_row(Role::ListItem, "os::cpe-1, online");
    press(&mut world, Modifiers::COMMAND, Key::A);
    assert!(world.shows("6 selected"));
}

#[test]
fn bookmarks_have_notes_and_are_gone_through() {
    let mut world = World::with_traffic();
    key(&mut world, Key::Home);
    key(&mut world, Key::B);
    key(&mut world, Key::End);
    key(&mut world, Key::N);
    let field = world.harness.get_by_role_and_label(Role::TextInput, "Note of the bookmark");
    assert!(field.is_focused());
    field.type_text("answers twice");
    world.settle();
    key(&mut world, Key::Enter);
    let rows = world.labels(Role::Row);
    assert!(rows.iter().any(|row| row.ends_with("bookmarked: answers twice")), "{rows:?}");
    assert!(rows.iter().any(|row| row.contains("Get os::cpe-1")), "{rows:?}");
    key(&mut world, Key::Escape);
    assert!(!world.shows("Close bookmarks"));
    key(&mut world, Key::Period);
    assert_eq!(picked(&world), 1);
    key(&mut world, Key::Comma);
    assert_eq!(picked(&world), 12);
    press(&mut world, Modifiers::SHIFT, Key::B);
    world.harness.get_by_label("Close bookmarks");
    world.click_row(Role::Row, "Get os::cpe-1");
    assert_eq!(picked(&world), 1);
    world.click(Role::Button, "Remove bookmark");
    assert!(!world.labels(Role::Row).iter().any(|row| row.contains("Get os::cpe-1")));
    world.click(Role::Button, "Close bookmarks");
    key(&mut world, Key::Period);
    assert_eq!(picked(&world), 12);
}

#[test]
fn marked_messages_are_exported_to_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let mut world = World::with_traffic();
    key(&mut world, Key::Home);
    press(&mut world, Modifiers::SHIFT, Key::ArrowDown);
    press(&mut world, Modifiers::COMMAND, Key::E);
    assert!(world.shows("Export 2 messages"));
    world.click(Role::Button, "Hex lines");
    let path = folder.path().join("two.txt");
    let replace = |world: &mut World, path: &std::path::Path| {
        let field = world.harness.get_by_role_and_label(Role::TextInput, "File to export to");
        field.focus();
        world.settle();
        press(world, Modifiers::COMMAND, Key::A);
        let field = world.harness.get_by_role_and_label(Role::TextInput, "File to export to");
        field.type_text(&path.display().to_string());
        world.settle();
    };
    replace(&mut world, &path);
    world.click(Role::Button, "Export");
    let wait = |world: &mut World, words: &str| {
        let started = std::time::Instant::now();
        while !world.shows(words) {
            assert!(started.elapsed().as_secs() < 20, "{words:?} never came");
            std::thread::sleep(std::time::Duration::from_millis(5));
            world.settle();
        }
    };
    wait(&mut world, "2 messages written to");
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!(text.lines().count(), 2);
    assert!(text.lines().all(|line| line.split(' ').count() == 3), "{text}");
    // No file is overwritten.
    press(&mut world, Modifiers::COMMAND, Key::E);
    replace(&mut world, &path);
    world.click(Role::Button, "Export");
    wait(&mut world, "There is such a file already");
    world.click(Role::Button, "Cancel");
    assert!(!world.shows("There is such a file already"));
}
