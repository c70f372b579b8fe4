//! Messages are not lost without a question: another connection, a capture, the demo.

use std::path::Path;

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use usp_scope::app::Page;
use usp_scope::core::wire::WireBatch;
use usp_scope::engine::EngineCommand;
use usp_scope::profile::model::Profile;

use crate::world::World;

const QUESTION: &str = "Let the messages go?";

fn press(world: &mut World, modifiers: Modifiers, key: Key) {
    world.harness.key_press_modifiers(modifiers, key);
    world.settle();
}

/// Asks for another broker with the form of the start page.
fn connect_elsewhere(world: &mut World) {
    world.harness.state_mut().set_page(Page::Start);
    world.settle();
    if world.harness.query_all_by_value("other.test").next().is_none() {
        world.harness.get_by_role_and_label(Role::TextInput, "Host").focus();
        world.settle();
        world.harness.get_by_role_and_label(Role::TextInput, "Host").type_text("other.test");
        world.settle();
    }
    world.click(Role::Button, "Connect");
}

/// Hosts connected to so far.
fn hosts(world: &World) -> Vec<String> {
    let sent = &world.engine.0.borrow().sent;
    let hosts = sent.iter().filter_map(|command| match command {
        EngineCommand::Connect(profile) => Some(profile.host.clone()),
        _ => None,
    });
    hosts.collect()
}

fn opened(world: &World) -> bool {
    let sent = &world.engine.0.borrow().sent;
    sent.iter().any(|command| matches!(command, EngineCommand::OpenCapture(_)))
}

#[test]
fn connecting_elsewhere_asks_and_enter_keeps_the_messages() {
    let mut world = World::with_traffic();
    connect_elsewhere(&mut world);
    assert!(world.shows(QUESTION));
    assert!(world.shows(
        "The 12 messages kept from broker.test:1883 go. Connecting to other.test:1883 starts \
         with none."
    ));
    press(&mut world, Modifiers::NONE, Key::Enter);
    assert!(!world.shows(QUESTION));
    assert_eq!(hosts(&world), ["broker.test"]);
    // The page behind it does not answer while the question is open.
    connect_elsewhere(&mut world);
    press(&mut world, Modifiers::COMMAND, Key::Num2);
    assert_eq!(world.harness.state().page(), Page::Start);
    press(&mut world, Modifiers::NONE, Key::Escape);
    assert!(!world.shows(QUESTION));
    assert_eq!(hosts(&world), ["broker.test"]);
    connect_elsewhere(&mut world);
    press(&mut world, Modifiers::NONE, Key::Tab);
    press(&mut world, Modifiers::NONE, Key::Enter);
    assert!(!world.shows(QUESTION));
    assert_eq!(hosts(&world), ["broker.test", "other.test"]);
    assert_eq!(world.harness.state().page(), Page::Traffic);
}

#[test]
fn a_capture_and_the_demo_ask_too() {
    let mut world = World::with_traffic();
    world.harness.state_mut().open_dropped(Path::new("/captures/yesterday.jsonl"));
    world.settle();
    assert!(world.shows("Opening yesterday.jsonl starts with none."));
    world.click(Role::Button, "Cancel");
    assert!(!opened(&world));
    world.harness.state_mut().set_page(Page::Start);
    world.settle();
    world.click(Role::Button, "Start the demo");
    assert!(world.shows("The demo starts with none."));
    // What is asked last counts.
    world.harness.state_mut().open_dropped(Path::new("/captures/yesterday.jsonl"));
    world.settle();
    world.click(Role::Button, "Continue");
    assert!(opened(&world));
    assert!(!world.shows("The demo network can't be started"));
    // What a capture showed can be had again.
    world.harness.state_mut().set_page(Page::Start);
    world.settle();
    world.click(Role::Button, "Start the demo");
    assert!(!world.shows(QUESTION));
    assert!(world.shows("The demo network can't be started"));
}

#[test]
fn nothing_is_asked_if_nothing_is_lost() {
    // Nothing was received.
    let mut world = World::connected();
    connect_elsewhere(&mut world);
    assert!(!world.shows(QUESTION));
    assert_eq!(hosts(&world), ["broker.test", "other.test"]);

    // All is the demo's.
    let mut world =
        World::with_demo(Box::new(|| Ok((Profile::for_address("demo.test", 1883), Box::new(())))));
    world.click(Role::Button, "Start the demo");
    let mut batch = WireBatch::new();
    world.exchange(&mut batch, "cpe-1", "a", 9);
    world.apply(&batch);
    connect_elsewhere(&mut world);
    assert!(!world.shows(QUESTION));
    assert_eq!(hosts(&world), ["demo.test", "other.test"]);
    // From then on it is not.
    world.harness.state_mut().set_page(Page::Start);
    world.settle();
    world.click(Role::Button, "Start the demo");
    assert!(world.shows(QUESTION));
}
