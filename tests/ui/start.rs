//! The start page.

use egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;
use usp_scope::app::Page;
use usp_scope::engine::EngineCommand;
use usp_scope::mqtt::link::{Cause, Failure, LinkState};

use crate::world::World;

#[test]
fn offers_the_demo_a_profile_and_a_connection() {
    let mut world = World::new();
    world.settle();
    for label in ["Start the demo", "Open", "Browse…", "Connect", "Menu"] {
        world.harness.get_by_role_and_label(Role::Button, label);
    }
    for label in ["Path of the profile", "Host", "Port", "User name", "Topics"] {
        world.harness.get_by_role_and_label(Role::TextInput, label);
    }
    world.harness.get_by_role_and_label(Role::PasswordInput, "Password");
}

#[test]
fn a_form_says_what_is_wrong_and_then_connects() {
    let mut world = World::new();
    world.click(Role::Button, "Connect");
    assert!(world.shows("Enter a host name or address"));
    type_into(&mut world, "Host", "broker.test");
    type_into(&mut world, "Port", "99999");
    world.click(Role::Button, "Connect");
    assert!(world.shows("Enter a number from 1 to 65535"));
    assert!(!world.shows("Enter a host name or address"));
    assert!(world.engine.0.borrow().sent.is_empty());

    let port = world.harness.get_by_role_and_label(Role::TextInput, "Port");
    port.focus();
    world.settle();
    world.harness.key_combination_modifiers(egui::Modifiers::COMMAND, &[egui::Key::A]);
    type_into(&mut world, "Port", "2883");
    world.click(Role::Button, "Connect");
    let sent = world.engine.0.borrow().sent.clone();
    let [EngineCommand::Connect(profile)] = &sent[..] else { panic!("not connected: {sent:?}") };
    assert_eq!((&*profile.host, profile.port), ("broker.test", 2883));
    assert_eq!(world.harness.state().page(), Page::Traffic);
}

#[test]
fn a_demo_that_can_not_start_says_why() {
    let mut world = World::new();
    world.click(Role::Button, "Start the demo");
    assert!(world.shows("The demo network can't be started: port 1883 is taken"));
    assert!(world.shows("Choose another one."));
}

#[test]
fn a_profile_that_is_not_there_says_so() {
    let mut world = World::new();
    type_into(&mut world, "Path of the profile", "/no/such/profile.env");
    world.click(Role::Button, "Open");
    assert!(world.shows("/no/such/profile.env"));
    assert_eq!(world.harness.state().page(), Page::Start);
}

#[test]
fn a_refused_connection_says_why_in_the_pill_in_the_table_and_on_the_start_page() {
    let mut world = World::connected();
    let failure = Failure {
        cause: Cause::NotAuthorized,
        what: "the broker refused user \"acs\"".to_owned(),
        advice: "check MQTT_AUTH_PASSWORD".to_owned(),
    };
    world.set_link(LinkState::Failed { failure });
    assert!(world.shows("Connection: Denied"));
    assert!(world.shows("The broker refused user \"acs\"."));
    assert!(world.shows("Check MQTT_AUTH_PASSWORD."));
    world.click(Role::Button, "Back to the start page");
    assert!(world.shows("The broker refused user \"acs\"."));
    world.click(Role::Button, "Connection: Denied");
    world.click(Role::Button, "Reconnect");
    assert!(matches!(world.engine.0.borrow().sent.last(), Some(EngineCommand::Reconnect)));
}

fn type_into(world: &mut World, field: &str, text: &str) {
    let node = world.harness.get_by_role_and_label(Role::TextInput, field);
    node.focus();
    world.settle();
    world.harness.get_by_role_and_label(Role::TextInput, field).type_text(text);
    world.settle();
}
