//! Places: the rail, going back and forward, picks that travel along, the command palette, the
//! settings, the log, and banners for what limits the view.

use std::time::Duration;

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use usp_scope::app::Page;
use usp_scope::core::ids::{Epoch, Seq};
use usp_scope::core::wire::WireBatch;
use usp_scope::engine::EngineCommand;
use usp_scope::mqtt::link::{Cause, Failure, LinkState};
use usp_scope::usp::make;

use crate::world::{ACS, World, connected};

/// Traffic of two devices, and a request to a third that is never answered.
fn with_trouble() -> World {
    let mut world = World::with_traffic();
    let mut batch = WireBatch::new();
    let get = make::get("lost-1", &["Device.DeviceInfo.UpTime"]);
    world.push(&mut batch, "usp/agent/cpe-3", &make::record(ACS, "os::cpe-3", &get));
    world.wait(Duration::from_secs(31));
    world.exchange(&mut batch, "cpe-1", "cpe-1-late", 9);
    world.apply(&batch);
    world
}

fn page(world: &World) -> Page {
    world.harness.state().page()
}

fn press(world: &mut World, modifiers: Modifiers, key: Key) {
    world.harness.key_press_modifiers(modifiers, key);
    world.settle();
}

fn type_text(world: &mut World, text: &str) {
    world.harness.event(egui::Event::Text(text.to_owned()));
    world.settle();
}

/// The name of the picked device.
fn picked(world: &World) -> Option<String> {
    let state = world.harness.state();
    state.selection().device.map(|id| state.shown().endpoint_name(id).to_owned())
}

#[test]
fn every_place_is_on_the_rail_and_behind_its_digit() {
    let mut world = with_trouble();
    let digits = [Key::Num1, Key::Num2, Key::Num3, Key::Num4, Key::Num5, Key::Num6, Key::Num7];
    for (place, digit) in Page::RAIL.into_iter().zip(digits) {
        world.click_row(Role::Tab, place.label());
        assert_eq!(page(&world), place, "by click");
        let tabs = world.harness.get_all_by_role(Role::Tab);
        let on: Vec<String> = tabs
            .filter(|tab| tab.accesskit_node().is_selected() == Some(true))
            .filter_map(|tab| tab.accesskit_node().label())
            .collect();
        assert_eq!(on.len(), 1, "{on:?}");
        assert!(on[0].starts_with(place.label()));
        let other = if place == Page::Traffic { Key::Num2 } else { Key::Num1 };
        press(&mut world, Modifiers::COMMAND, other);
        press(&mut world, Modifiers::COMMAND, digit);
        assert_eq!(page(&world), place, "by key");
    }
}

#[test]
fn the_failing_device_and_its_cause_are_found_by_keyboard() {
    let mut world = with_trouble();
    press(&mut world, Modifiers::COMMAND, Key::Num2);
    let rows = world.labels(Role::Row);
    assert_eq!(rows.len(), 3);
    assert!(rows[0].starts_with("os::cpe-3, "), "{rows:?}");
    assert!(rows[0].contains("1 unanswered"), "{rows:?}");
    // The first row is the worst device.
    world.harness.key_press(Key::ArrowDown);
    world.settle();
    world.harness.key_press(Key::Enter);
    world.settle();
    assert_eq!(picked(&world).as_deref(), Some("os::cpe-3"));
    // What is wrong with it: the place of problems, narrowed to it.
    press(&mut world, Modifiers::COMMAND, Key::Num5);
    let problems = world.labels(Role::TreeItem);
    assert!(problems[0].contains("os::cpe-3"), "{problems:?}");
    // Opened it says why, and the message that proves it.
    press(&mut world, Modifiers::NONE, Key::ArrowDown);
    press(&mut world, Modifiers::NONE, Key::ArrowRight);
    let opened = world.labels(Role::TreeItem);
    assert!(opened.len() > problems.len(), "{opened:?}");
    assert!(opened.iter().any(|row| row.starts_with("#13 Get")), "{opened:?}");
    press(&mut world, Modifiers::ALT, Key::ArrowLeft);
    world.click(Role::Button, "All devices");
    assert_eq!(picked(&world), None);
    assert_eq!(world.labels(Role::Row).len(), 3);
}

#[test]
fn a_device_picked_anywhere_is_picked_everywhere() {
    let mut world = with_trouble();
    press(&mut world, Modifiers::COMMAND, Key::Num3);
    let all = world.labels(Role::Row).len();
    assert_eq!(all, 8);
    press(&mut world, Modifiers::COMMAND, Key::Num2);
    world.click_row(Role::Row, "os::cpe-2");
    press(&mut world, Modifiers::COMMAND, Key::Num3);
    assert_eq!(world.labels(Role::Row).len(), 3);
    world.harness.get_by_label("Remove filter Device: cpe-2");
    press(&mut world, Modifiers::COMMAND, Key::Num1);
    assert!(world.labels(Role::Row).iter().all(|row| row.contains("os::cpe-2")));
    // Back through the places, with what was picked there.
    press(&mut world, Modifiers::ALT, Key::ArrowLeft);
    assert_eq!((page(&world), picked(&world).as_deref()), (Page::Exchanges, Some("os::cpe-2")));
    for _ in 0..2 {
        press(&mut world, Modifiers::ALT, Key::ArrowLeft);
    }
    assert_eq!((page(&world), picked(&world)), (Page::Devices, None));
    world.click(Role::Button, "Forward (Alt+Right)");
    assert_eq!((page(&world), picked(&world).as_deref()), (Page::Devices, Some("os::cpe-2")));
}

#[test]
fn the_unanswered_request_is_found_by_keyboard_and_its_message_shown() {
    let mut world = with_trouble();
    press(&mut world, Modifiers::COMMAND, Key::K);
    type_text(&mut world, "unanswered");
    press(&mut world, Modifiers::NONE, Key::Enter);
    assert_eq!(page(&world), Page::Exchanges);
    let rows = world.labels(Role::Row);
    assert_eq!(rows.len(), 1);
    assert!(rows[0].contains("lost-1"), "{rows:?}");
    world.harness.key_press(Key::ArrowDown);
    world.settle();
    assert_eq!(world.harness.state().selection().message, Some(Seq(13)));
    assert!(world.shows("lost-1"));
    // Looking at it changes nothing of what is listed here, and the table shows it too.
    assert_eq!(page(&world), Page::Exchanges);
    press(&mut world, Modifiers::COMMAND, Key::Num1);
    assert_eq!(world.harness.state().selection().message, Some(Seq(13)));
}

#[test]
fn the_palette_finds_actions_and_devices() {
    let mut world = with_trouble();
    press(&mut world, Modifiers::COMMAND, Key::K);
    assert!(world.labels(Role::ListBoxOption).iter().any(|l| l == "Go to Devices, Ctrl+2"));
    assert!(!world.labels(Role::ListBoxOption).iter().any(|l| l.starts_with("Go to Traffic")));
    type_text(&mut world, "prob");
    assert_eq!(world.labels(Role::ListBoxOption)[0], "Go to Problems, Ctrl+5");
    press(&mut world, Modifiers::NONE, Key::Enter);
    assert_eq!(page(&world), Page::Problems);
    assert_eq!(world.harness.query_all_by_role(Role::ListBoxOption).count(), 0);

    press(&mut world, Modifiers::COMMAND, Key::K);
    type_text(&mut world, "cpe-2");
    assert_eq!(world.labels(Role::ListBoxOption), ["os::cpe-2, device"]);
    press(&mut world, Modifiers::NONE, Key::Enter);
    assert_eq!(picked(&world).as_deref(), Some("os::cpe-2"));

    press(&mut world, Modifiers::COMMAND, Key::K);
    type_text(&mut world, "no such thing");
    assert!(world.shows("Nothing is called so"));
    press(&mut world, Modifiers::NONE, Key::Escape);
    assert!(!world.shows("Nothing is called so"));
    // Escape closed the palette and nothing else.
    assert_eq!(picked(&world).as_deref(), Some("os::cpe-2"));
}

#[test]
fn the_list_of_keys_names_every_action_with_one() {
    let mut world = World::with_traffic();
    press(&mut world, Modifiers::NONE, Key::F1);
    for action in usp_scope::ui::actions::ACTIONS.iter().filter(|a| !a.keys.is_empty()) {
        assert!(world.shows(action.name), "{}", action.name);
    }
    press(&mut world, Modifiers::NONE, Key::Escape);
    assert!(!world.shows("Show or hide the inspector"));
}

#[test]
fn settings_count_at_once() {
    let mut world = World::with_traffic();
    press(&mut world, Modifiers::COMMAND, Key::Comma);
    assert!(world.shows("The oldest messages make room once it is full."));
    world.click(Role::Button, "Light");
    assert!(!world.harness.ctx.global_style().visuals.dark_mode);
    world.click(Role::CheckBox, "No animations");
    assert_eq!(world.harness.ctx.global_style().animation_time, 0.0);
    world.click(Role::Button, "High contrast");
    assert_eq!(world.harness.ctx.global_style().animation_time, 0.0);
    world.click(Role::Button, "Close the settings");
    assert!(!world.shows("No animations"));
}

#[test]
fn events_are_logged_behind_the_notices() {
    let mut world = with_trouble();
    press(&mut world, Modifiers::COMMAND, Key::L);
    assert!(world.shows("Nothing happened yet."));
    press(&mut world, Modifiers::COMMAND, Key::Num2);
    world.click_row(Role::Row, "os::cpe-2");
    world.click(Role::Button, "Copy the Endpoint ID");
    world.wait(Duration::from_secs(60));
    let mut batch = WireBatch::new();
    world.exchange(&mut batch, "cpe-1", "x", 9);
    world.apply(&batch);
    // The notice is gone, its entry is not.
    assert_eq!(world.harness.query_all_by_label_contains("Endpoint ID copied").count(), 1);
    world.click(Role::Button, "Clear the log");
    assert!(world.shows("Nothing happened yet."));
    world.click(Role::Button, "Close the log");
    assert!(!world.shows("Nothing happened yet."));
}

#[test]
fn a_lost_connection_is_told_above_what_was_received() {
    let mut world = with_trouble();
    assert_eq!(world.labels(Role::Alert).len(), 0);
    let failure = Failure {
        cause: Cause::NotAuthorized,
        what: "the broker refused the user".to_owned(),
        advice: "check the password".to_owned(),
    };
    world.set_link(LinkState::Failed { failure });
    let alerts = world.labels(Role::Alert);
    assert_eq!(alerts.len(), 1);
    assert!(alerts[0].contains("The 15 messages received are still here."), "{alerts:?}");
    assert!(alerts[0].contains("Check the password."), "{alerts:?}");
    world.click(Role::Button, "Connect again");
    assert!(matches!(world.engine.0.borrow().sent.last(), Some(EngineCommand::Reconnect)));
    world.click(Role::Button, "Hide this until it is over");
    assert_eq!(world.labels(Role::Alert).len(), 0);
    // Once it was over it counts again.
    world.set_link(connected());
    let failure = Failure {
        cause: Cause::NotAuthorized,
        what: "the broker refused the user".to_owned(),
        advice: "check the password".to_owned(),
    };
    world.set_link(LinkState::Failed { failure });
    assert_eq!(world.labels(Role::Alert).len(), 1);
    // The rail points at the broker, which tells it all.
    world.click_row(Role::Tab, "Broker, needs a look");
    assert!(world.shows("The broker refused the user."));
}

#[test]
fn a_flood_is_told_and_where_to_mend_it() {
    let mut world = with_trouble();
    world.lose(42);
    let alerts = world.labels(Role::Alert);
    assert!(alerts[0].contains("42 messages lost so far"), "{alerts:?}");
    press(&mut world, Modifiers::COMMAND, Key::Num6);
    assert!(world.shows("Lost: 42 messages: more arrived than could be taken in"));
}

#[test]
fn the_broker_page_tells_the_connection_topics_and_losses() {
    let mut world = with_trouble();
    press(&mut world, Modifiers::COMMAND, Key::Num6);
    for text in
        ["Connected to broker.test:1883", "Subscribed: usp/#", "Client id: test", "Lost: none"]
    {
        assert!(world.shows(text), "{text}");
    }
    world.click(Role::Button, "Disconnect");
    assert!(matches!(world.engine.0.borrow().sent.last(), Some(EngineCommand::Disconnect)));
    world.click(Role::Button, "Memory settings");
    assert!(world.shows("Memory for messages"));
}

#[test]
fn another_life_of_the_store_forgets_where_one_was() {
    let mut world = with_trouble();
    press(&mut world, Modifiers::COMMAND, Key::Num2);
    world.click_row(Role::Row, "os::cpe-2");
    world.start_over(Epoch(7));
    assert_eq!((page(&world), picked(&world)), (Page::Devices, None));
    press(&mut world, Modifiers::ALT, Key::ArrowLeft);
    assert_eq!(picked(&world), None);
}
