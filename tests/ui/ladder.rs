//! A device's ladder and timeline: read by name, walked by keyboard, stretched, followed.

use std::time::Duration;

use egui::Key;
use egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;
use usp_scope::app::Page;
use usp_scope::core::ids::Seq;
use usp_scope::core::wire::WireBatch;
use usp_scope::ui::command::UiCommand;
use usp_scope::ui::panels::lower::{DeviceTab, LowerTab};
use usp_scope::usp::make;

use crate::world::{ACS, World};

fn act(world: &mut World, command: UiCommand) {
    let ctx = world.harness.ctx.clone();
    world.harness.state_mut().act(&ctx, command);
    world.settle();
}

/// The ladder of a device with three answered requests, a pause and one that is never answered.
fn ladder() -> World {
    let mut world = World::with_traffic();
    let mut batch = WireBatch::new();
    world.wait(Duration::from_secs(90));
    let get = make::get("lost-1", &["Device.DeviceInfo.UpTime"]);
    world.push(&mut batch, "usp/agent/cpe-1", &make::record(ACS, "os::cpe-1", &get));
    world.wait(Duration::from_secs(31));
    world.exchange(&mut batch, "cpe-2", "other", 9);
    world.apply(&batch);
    act(&mut world, UiCommand::Show(Page::Devices));
    world.click_row(Role::Row, "os::cpe-1, ");
    act(&mut world, UiCommand::ShowDevice(DeviceTab::Ladder));
    world
}

fn rows(world: &World) -> Vec<String> {
    world.labels(Role::Row)
}

#[test]
fn every_message_is_a_row_with_what_became_of_it() {
    let world = ladder();
    let rows = rows(&world);
    let gets = rows.iter().filter(|row| row.starts_with("Get ")).count();
    let answers = rows.iter().filter(|row| row.starts_with("GetResp ")).count();
    assert_eq!((gets, answers), (4, 3), "{rows:?}");
    assert!(rows.iter().any(|row| row.contains("cpe-1-0") && row.contains("12")), "{rows:?}");
    let lost = rows.iter().find(|row| row.contains("lost-1")).expect("the request");
    assert!(lost.contains("no answer"), "{lost}");
    // Nothing of another device.
    assert!(!rows.iter().any(|row| row.contains("other")), "{rows:?}");
}

#[test]
fn it_is_walked_by_keyboard_and_opens_messages() {
    let mut world = ladder();
    world.harness.get_by_role_and_label(Role::Table, "Ladder").focus();
    world.settle();
    world.harness.key_press(Key::Home);
    world.settle();
    world.harness.key_press(Key::ArrowDown);
    world.settle();
    let second = world.harness.state().selection().message;
    assert_eq!(second, Some(Seq(2)));
    world.harness.key_press(Key::ArrowUp);
    world.settle();
    assert_eq!(world.harness.state().selection().message, Some(Seq(1)));
    assert!(world.shows("cpe-1-0"), "the inspector shows it");
    // To the other half and back.
    world.harness.key_press(Key::ArrowRight);
    world.settle();
    assert_eq!(world.harness.state().selection().message, Some(Seq(2)));
}

#[test]
fn time_is_stretched_and_squeezed() {
    let mut world = ladder();
    assert!(!world.shows("per 100 points"));
    world.click(Role::Button, "To scale");
    let scale = |world: &World| {
        let heads = world.labels(Role::Heading);
        heads.into_iter().find(|head| head.contains("per 100 points")).expect("a scale")
    };
    let before = scale(&world);
    world.click(Role::Button, "Stretch time (+)");
    assert_ne!(scale(&world), before);
    world.click(Role::Button, "Squeeze time (−)");
    assert_eq!(scale(&world), before);
    world.harness.get_by_role_and_label(Role::Table, "Ladder").focus();
    world.settle();
    world.harness.key_press(Key::Minus);
    world.settle();
    assert_ne!(scale(&world), before);
    world.click(Role::Button, "Even");
    assert!(!world.shows("per 100 points"));
}

#[test]
fn the_lower_pane_shows_the_ladder_of_the_picked_messages_device() {
    let mut world = World::with_traffic();
    act(&mut world, UiCommand::ShowLower(LowerTab::Ladder));
    assert!(world.shows("Pick a device or one of its messages"));
    act(&mut world, UiCommand::PickMessage(Some(Seq(1))));
    assert!(!world.shows("Pick a device or one of its messages"));
}

#[test]
fn the_timeline_says_when_the_device_was_there_and_leads_to_what_went_wrong() {
    let mut world = ladder();
    let mut marks = world.labels(Role::Button);
    marks.retain(|label| label.contains("No answer in time: Get lost-1"));
    assert_eq!(marks.len(), 1, "{marks:?}");
    world.harness.get_by_label(&marks[0]).click();
    world.settle();
    assert_eq!(world.harness.state().selection().message, Some(Seq(13)));
}
