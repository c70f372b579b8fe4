//! The page with messages: pick a topic, a device, a message; read its fields; pause, search,
//! move by keyboard.

use egui::Key;
use egui::accesskit::Role;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use usp_scope::core::ids::Seq;
use usp_scope::core::wire::WireBatch;

use crate::world::World;

#[test]
fn empty_says_what_it_listens_to() {
    let world = World::connected();
    assert!(world.shows("Connected. No messages yet on usp/#."));
    assert!(world.shows("Topics appear here as messages arrive"));
    assert!(world.shows("Pick a message"));
}

#[test]
fn a_picked_topic_narrows_the_table_and_escape_widens_it() {
    let mut world = World::with_traffic();
    assert_eq!(world.labels(Role::Row).len(), 12);
    world.click_row(Role::TreeItem, "cpe-2, 3 messages");
    assert_eq!(world.labels(Role::Row).len(), 3);
    assert!(world.labels(Role::Row).iter().all(|row| row.starts_with("Get, to device os::cpe-2")));
    world.harness.get_by_label("Remove filter Topic: usp/agent/cpe-2");
    world.harness.key_press(Key::Escape);
    world.settle();
    assert_eq!(world.labels(Role::Row).len(), 12);
}

#[test]
fn a_picked_device_narrows_the_table_and_its_chip_widens_it() {
    let mut world = World::with_traffic();
    world.click_row(Role::ListItem, "os::cpe-1, online");
    assert_eq!(world.labels(Role::Row).len(), 6);
    assert!(world.labels(Role::Row).iter().all(|row| row.contains("os::cpe-1")));
    world.click(Role::Button, "Remove filter Device: cpe-1");
    assert_eq!(world.labels(Role::Row).len(), 12);
}

#[test]
fn levels_close_and_open_by_keyboard() {
    let mut world = World::with_traffic();
    world.click_row(Role::TreeItem, "agent, 6 messages");
    let before = world.labels(Role::TreeItem).len();
    world.harness.key_press(Key::ArrowLeft);
    world.settle();
    assert_eq!(world.labels(Role::TreeItem).len(), before - 2);
    world.harness.key_press(Key::ArrowRight);
    world.settle();
    assert_eq!(world.labels(Role::TreeItem).len(), before);
    world.harness.key_press(Key::ArrowDown);
    world.settle();
    let picked = world.harness.state().selection().topic.expect("a topic is picked");
    assert_eq!(world.harness.state().shown().node_path(picked), "usp/agent/cpe-1");
}

#[test]
fn a_picked_message_shows_its_fields_json_bytes_and_properties() {
    let mut world = World::with_traffic();
    world.click_row(Role::Row, "GetResp, from device os::cpe-1");
    assert_eq!(world.harness.state().selection().message, Some(Seq(2)));
    assert!(world.shows("os::cpe-1"));
    assert!(world.shows("12.0 ms"));
    let fields = world.labels(Role::TreeItem);
    for expected in ["from_id: os::cpe-1", "to_id: self::acs", "msg_id: cpe-1-0"] {
        assert!(fields.iter().any(|f| f == expected), "{expected} not in {fields:?}");
    }
    assert!(fields.iter().any(|f| f.contains("GET_RESP")), "{fields:?}");

    // A picked field can be copied; its bytes are marked.
    world.click_row(Role::TreeItem, "msg_id: cpe-1-0");
    world.click(Role::Button, "Copy value of the picked field");
    assert!(world.shows("Value copied"));

    world.click(Role::Tab, "MQTT");
    assert!(world.shows("usp/controller/acs"));
    assert!(world.shows("usp.msg"));
    world.click(Role::Tab, "JSON");
    world.click(Role::Button, "Copy JSON");
    assert!(world.shows("JSON copied"));
    world.click(Role::Tab, "Hex");
    world.harness.get_by_label("Payload bytes");

    world.click(Role::Button, "Go to request");
    assert_eq!(world.harness.state().selection().message, Some(Seq(1)));
    world.harness.get_by_label("Go to answer");
}

#[test]
fn a_damaged_message_says_why() {
    let mut world = World::with_traffic();
    let mut batch = WireBatch::new();
    let good = usp_scope::usp::make::get("x", &["Device."]);
    let record = usp_scope::usp::make::record("self::acs", "os::cpe-1", &good);
    world.push(&mut batch, "usp/agent/cpe-1", &record[..record.len() - 4]);
    world.push(&mut batch, "usp/agent/cpe-1", b"plain words");
    world.apply(&batch);
    world.click_row(Role::Row, "Suspect");
    assert!(world.shows("Damaged at byte"));
    assert!(!world.labels(Role::TreeItem).is_empty());
    assert!(world.shows("Malformed 1"));
    world.click_row(Role::Row, "plain words");
    world.click(Role::Tab, "Text");
    world.harness.get_by_label("Copy text");
}

#[test]
fn pause_freezes_the_display_while_reception_goes_on() {
    let mut world = World::with_traffic();
    world.harness.key_press(Key::Space);
    world.settle();
    assert!(world.harness.state().is_paused());
    let mut batch = WireBatch::new();
    world.exchange(&mut batch, "cpe-3", "later", 5);
    world.apply(&batch);
    assert_eq!(world.labels(Role::Row).len(), 12);
    assert!(world.shows("Received 14"));
    world.click(Role::Button, "Resume (+2 new)");
    assert_eq!(world.labels(Role::Row).len(), 14);
}

#[test]
fn search_lists_what_contains_the_text() {
    let mut world = World::with_traffic();
    world.harness.key_press(Key::Slash);
    world.settle();
    let field = world.harness.get_by_role_and_label(Role::TextInput, "Search messages");
    assert!(field.is_focused());
    field.type_text("CPE-2-1");
    world.settle();
    assert_eq!(world.labels(Role::Row).len(), 2);
    world.click(Role::Button, "Remove filter Search: CPE-2-1");
    assert_eq!(world.labels(Role::Row).len(), 12);

    world.harness.key_press(Key::Slash);
    world.settle();
    world.harness.get_by_role_and_label(Role::TextInput, "Search messages").type_text("nowhere");
    world.settle();
    assert!(world.shows("Nothing matches"));
    world.click(Role::Button, "Clear picks and search");
    assert_eq!(world.labels(Role::Row).len(), 12);
}

#[test]
fn arrows_move_through_messages_without_a_mouse() {
    let mut world = World::with_traffic();
    for (key, expected) in [
        (Key::Home, 1),
        (Key::ArrowDown, 2),
        (Key::ArrowDown, 3),
        (Key::ArrowUp, 2),
        (Key::End, 12),
        (Key::PageUp, 1),
    ] {
        world.harness.key_press(key);
        world.settle();
        assert_eq!(world.harness.state().selection().message, Some(Seq(expected)), "{key:?}");
    }
    let row = world.harness.get_all_by_role(Role::Row).next().expect("rows");
    assert_eq!(row.accesskit_node().is_selected(), Some(true));
}

#[test]
fn lost_messages_are_a_row_and_a_red_counter() {
    let mut world = World::with_traffic();
    world.lose(1234);
    let mut batch = WireBatch::new();
    world.exchange(&mut batch, "cpe-1", "after", 5);
    world.apply(&batch);
    let rows = world.labels(Role::Row);
    assert!(rows[12].contains("messages lost here"), "{rows:?}");
    assert!(world.shows("Dropped 1234"));
    assert!(world.shows("Received 1248"));
}

#[test]
fn every_theme_draws_and_panes_hide() {
    let mut world = World::with_traffic();
    for theme in ["Light", "High contrast", "System", "Dark"] {
        world.click(Role::Button, "Menu");
        world.click(Role::RadioButton, theme);
        assert_eq!(world.labels(Role::Row).len(), 12, "{theme}");
    }
    world.click(Role::Button, "Menu");
    world.click(Role::Button, "Hide topics and devices");
    assert!(world.labels(Role::TreeItem).is_empty());
    world.click(Role::Button, "Menu");
    world.click(Role::Button, "Show topics and devices");
    assert!(!world.labels(Role::TreeItem).is_empty());
}

#[test]
fn what_cant_be_seen_is_said_with_what_to_do() {
    use usp_scope::usp::generated::usp::GetResp;
    use usp_scope::usp::generated::usp::response::RespType;
    use usp_scope::usp::make;

    let world = World::with_traffic();
    assert!(!world.shows("Can't be seen"));
    // An account that may read the Controller's topic only sees answers and no requests.
    let mut world = World::connected();
    let mut batch = WireBatch::new();
    for n in 0..20 {
        let answer = RespType::GetResp(GetResp { req_path_results: Vec::new() });
        let answer = make::response(&n.to_string(), answer);
        world.push(
            &mut batch,
            "usp/controller/acs",
            &make::record("os::cpe-1", "self::acs", &answer),
        );
        world.wait(std::time::Duration::from_secs(2));
    }
    world.apply(&batch);
    assert!(world.shows("Can't be seen 1"));
}
