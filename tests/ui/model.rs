//! The data model of a device: open it, look for things, see earlier values, compare devices and
//! moments.

use std::time::Duration;

use egui::Key;
use egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;
use usp_scope::core::ids::{Epoch, Seq};
use usp_scope::core::wire::WireBatch;
use usp_scope::engine::EngineCommand;
use usp_scope::usp::generated::usp_record::mqtt_connect_record::MqttVersion;
use usp_scope::usp::make;

use crate::world::World;

const RADIO: &str = "Device.WiFi.Radio.1.";

/// Two devices that told something of their data models; the tab is open, nothing is picked.
fn two_devices() -> World {
    let mut world = World::connected();
    let mut batch = WireBatch::new();
    for (channel, load) in [("1", "10"), ("6", "35"), ("11", "20")] {
        world.tell(&mut batch, "cpe-1", RADIO, &[("Channel", channel), ("Load", load)]);
        world.wait(Duration::from_secs(20));
    }
    world.tell(&mut batch, "cpe-1", "Device.DeviceInfo.", &[("ModelName", "Box\nOne")]);
    world.tell(&mut batch, "cpe-2", RADIO, &[("Channel", "6"), ("Load", "20")]);
    world.tell(&mut batch, "cpe-2", "Device.Time.", &[("Enable", "true")]);
    world.apply(&batch);
    world.click(Role::Button, "Show Data model");
    world
}

fn pick(world: &mut World, device: &str) {
    world.click_row(Role::ListItem, &format!("os::{device}, online"));
}

/// The rows of the data model.
fn items(world: &World) -> Vec<String> {
    let mut labels = world.labels(Role::TreeItem);
    labels.retain(|label| label.starts_with("Device."));
    labels
}

fn differences(world: &World) -> Vec<String> {
    let mut labels = world.labels(Role::Row);
    labels.retain(|label| label.contains("Device.") && label.contains(": "));
    labels.retain(|label| !label.starts_with("Get"));
    labels
}

#[test]
fn it_says_what_to_do_until_a_device_is_picked() {
    let mut world = two_devices();
    assert!(world.shows("Pick a device to see its data model as far as it was seen"));
    pick(&mut world, "cpe-1");
    assert_eq!(
        items(&world),
        [
            "Device.DeviceInfo., 1 parameter",
            "Device.DeviceInfo.ModelName: Box·One",
            "Device.WiFi.Radio.1., 2 parameters",
            "Device.WiFi.Radio.1.Channel: 11",
            "Device.WiFi.Radio.1.Load: 20",
        ]
    );
    assert!(world.shows("2 objects · 3 parameters"));
    let mut batch = WireBatch::new();
    let version = MqttVersion::V5;
    let record = make::connect_record("os::cpe-3", "self::acs", version, "usp/agent/cpe-3");
    world.push(&mut batch, "usp/controller/acs", &record);
    world.apply(&batch);
    pick(&mut world, "cpe-3");
    assert!(world.shows("it appears with the answers to Get"));
}

#[test]
fn only_the_data_models_on_view_are_asked_for() {
    let mut world = two_devices();
    let asked = |world: &World| {
        let fake = world.engine.0.borrow();
        let focus = fake.sent.iter().filter_map(|command| match command {
            EngineCommand::Focus(devices) => Some(devices.len()),
            _ => None,
        });
        focus.collect::<Vec<_>>()
    };
    assert!(asked(&world).is_empty());
    pick(&mut world, "cpe-1");
    assert_eq!(asked(&world), [1]);
    world.click(Role::Button, "Compare with another device");
    assert_eq!(asked(&world), [1]);
    pick(&mut world, "cpe-2");
    assert_eq!(asked(&world), [1, 2]);
    world.click(Role::Button, "Show Problems");
    assert_eq!(asked(&world), [1, 2, 0]);
    world.click(Role::Button, "Show Data model");
    assert_eq!(asked(&world), [1, 2, 0, 2]);

    // A new life of the store knows nothing of it.
    world.start_over(Epoch(2));
    let mut batch = WireBatch::new();
    world.tell(&mut batch, "cpe-1", RADIO, &[("Channel", "3")]);
    world.apply(&batch);
    pick(&mut world, "cpe-1");
    assert_eq!(asked(&world).last(), Some(&1));
    assert_eq!(items(&world).last().unwrap(), "Device.WiFi.Radio.1.Channel: 3");
}

#[test]
fn a_search_looks_at_paths_and_values() {
    let mut world = two_devices();
    pick(&mut world, "cpe-1");
    let look_for = |world: &mut World, text: &str| {
        let name = "Search the data model";
        world.harness.get_by_role_and_label(Role::TextInput, name).type_text(text);
        world.settle();
    };
    world.harness.get_by_role_and_label(Role::TextInput, "Search the data model").focus();
    world.settle();
    look_for(&mut world, "box");
    assert_eq!(
        items(&world),
        ["Device.DeviceInfo., 1 parameter", "Device.DeviceInfo.ModelName: Box·One"]
    );
    world.harness.key_press(Key::Escape);
    world.settle();
    assert_eq!(items(&world).len(), 5);
    world.harness.get_by_role_and_label(Role::TextInput, "Search the data model").focus();
    world.settle();
    look_for(&mut world, "radio.1.LOAD");
    assert_eq!(
        items(&world),
        ["Device.WiFi.Radio.1., 2 parameters", "Device.WiFi.Radio.1.Load: 20"]
    );
    look_for(&mut world, "nowhere");
    assert!(world.shows("Nothing contains this text"));
}

#[test]
fn objects_close_and_open_by_keyboard_and_enter_leads_to_the_message() {
    let mut world = two_devices();
    pick(&mut world, "cpe-1");
    world.click_row(Role::TreeItem, "Device.WiFi.Radio.1., 2 parameters");
    assert_eq!(items(&world).len(), 3, "a click closes it");
    world.harness.key_press(Key::ArrowRight);
    world.settle();
    assert_eq!(items(&world).len(), 5);
    world.harness.key_press(Key::ArrowLeft);
    world.settle();
    assert_eq!(items(&world).len(), 3);
    for key in [Key::ArrowRight, Key::ArrowRight, Key::Enter] {
        world.harness.key_press(key);
        world.settle();
    }
    // The third answer of the device told the channel it has now.
    assert_eq!(world.harness.state().selection().message, Some(Seq(6)));
}

#[test]
fn a_parameter_shows_its_earlier_values_and_who_told_them() {
    let mut world = two_devices();
    pick(&mut world, "cpe-1");
    world.click_row(Role::TreeItem, "Radio.1.Channel");
    assert!(world.shows("Details of Device.WiFi.Radio.1.Channel"));
    world.harness.get_by_role_and_label(Role::Image, "Plot of the values");
    let lines = world.labels(Role::ListItem);
    let values: Vec<_> = lines.iter().filter_map(|line| line.split_once(": ")).collect();
    assert!(values.contains(&("Value", "11")), "{lines:?}");
    assert!(values.contains(&("Earlier", "2 values")), "{lines:?}");
    let at = lines.iter().position(|line| line.starts_with("Earlier")).unwrap();
    assert!(lines[at + 1].ends_with(": 6 #4"), "{lines:?}");
    assert!(lines[at + 2].ends_with(": 1 #2"), "{lines:?}");
    world.click_row(Role::ListItem, ": 6 #4");
    assert_eq!(world.harness.state().selection().message, Some(Seq(4)));
    world.click(Role::Button, "Copy path");
    assert!(world.shows("Path copied"));
    world.click(Role::Button, "Copy value");
    assert!(world.shows("Value copied"));
    world.click(Role::Button, "Back to the data model");
    assert_eq!(items(&world).len(), 5);
}

#[test]
fn where_there_is_room_the_details_stand_beside_the_list() {
    let mut world = two_devices();
    world.harness.set_size(egui::vec2(1900.0, 900.0));
    pick(&mut world, "cpe-1");
    world.click_row(Role::TreeItem, "Radio.1.Load");
    assert!(world.shows("Details of Device.WiFi.Radio.1.Load"));
    assert_eq!(items(&world).len(), 5);
    world.harness.key_press(Key::ArrowUp);
    world.settle();
    assert!(world.shows("Details of Device.WiFi.Radio.1.Channel"));
}

#[test]
fn two_devices_are_compared() {
    let mut world = two_devices();
    pick(&mut world, "cpe-1");
    world.click(Role::Button, "Compare with another device");
    assert!(world.shows("os::cpe-1 is pinned: pick another device to compare it with"));
    // The line that says so takes a row's place.
    assert!(items(&world).len() >= 4);
    pick(&mut world, "cpe-2");
    assert!(world.shows("Comparing os::cpe-1 with os::cpe-2"));
    assert_eq!(
        differences(&world),
        [
            "Only left: Device.DeviceInfo.ModelName, Box·One",
            "Only right: Device.Time.Enable, true",
            "Differs: Device.WiFi.Radio.1.Channel, 11 → 6",
        ]
    );
    assert!(world.shows("3 differences"));
    world.click(Role::Button, "End comparison");
    assert_eq!(items(&world).last().unwrap(), "Device.WiFi.Radio.1.Load: 20");
    assert!(items(&world).iter().any(|item| item == "Device.Time.Enable: true"));
}

#[test]
fn two_moments_are_compared() {
    let mut world = two_devices();
    pick(&mut world, "cpe-1");
    world.click(Role::Button, "All");
    assert_eq!(
        differences(&world),
        [
            "Changed: Device.WiFi.Radio.1.Channel, 1 → 11",
            "Changed: Device.WiFi.Radio.1.Load, 10 → 20",
        ]
    );
    // Now is about 60 s after the first and 20 s after the last answer about the radio.
    let mut batch = WireBatch::new();
    world.wait(Duration::from_secs(15));
    world.tell(&mut batch, "cpe-1", RADIO, &[("Load", "20")]);
    world.apply(&batch);
    world.click(Role::Button, "1 min");
    assert_eq!(
        differences(&world),
        [
            "New: Device.DeviceInfo.ModelName, Box·One",
            "Changed: Device.WiFi.Radio.1.Channel, 1 → 11",
            "Changed: Device.WiFi.Radio.1.Load, 10 → 20",
        ]
    );
    assert!(world.shows("Comparing 1 min ago with now"));
    world.wait(Duration::from_secs(120));
    let mut batch = WireBatch::new();
    world.tell(&mut batch, "cpe-1", RADIO, &[("Load", "20")]);
    world.apply(&batch);
    assert!(world.shows("Nothing has changed in the last 1 min"));
    world.click(Role::Button, "Now");
    assert_eq!(items(&world).len(), 5);
}

#[test]
fn huge_values_are_cut_to_what_fits() {
    let mut world = two_devices();
    let mut batch = WireBatch::new();
    let huge: Vec<String> =
        (0..20).map(|n| format!("{n}{}", "0123456789abcdef\n".repeat(3_800))).collect();
    let names: Vec<String> = (0..20).map(|n| format!("Config{n}")).collect();
    let told: Vec<(&str, &str)> =
        names.iter().map(String::as_str).zip(huge.iter().map(String::as_str)).collect();
    world.tell(&mut batch, "cpe-1", "Device.Files.", &told);
    world.apply(&batch);
    pick(&mut world, "cpe-1");
    // No more of a value is laid out or told than fits, however long it is.
    let longest = items(&world).iter().map(String::len).max();
    assert!(longest.is_some_and(|len| (40..4_000).contains(&len)), "{longest:?}");
    world.click_row(Role::TreeItem, "Device.Files.Config1:");
    assert!(world.shows("Details of Device.Files.Config1"));
}
