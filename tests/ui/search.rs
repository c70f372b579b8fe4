//! The search field: filters, faults, suggestions, help; and answers that come later.

use egui::Key;
use egui::accesskit::Role;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use usp_scope::core::wire::WireBatch;
use usp_scope::usp::make;

use crate::world::{ACS, World};

fn type_text(world: &mut World, text: &str) {
    let field = world.harness.get_by_role_and_label(Role::TextInput, "Search messages");
    field.type_text(text);
    world.settle();
}

fn start_search(world: &mut World, text: &str) {
    world.harness.key_press(Key::Slash);
    world.settle();
    type_text(world, text);
}

fn typed(world: &World) -> String {
    let field = world.harness.get_by_role_and_label(Role::TextInput, "Search messages");
    field.accesskit_node().value().unwrap_or_default()
}

fn offered(world: &World) -> Vec<String> {
    let buttons = world.labels(Role::Button);
    buttons
        .into_iter()
        .filter_map(|label| label.strip_prefix("Insert ").map(str::to_owned))
        .collect()
}

#[test]
fn a_filter_lists_what_passes() {
    let mut world = World::with_traffic();
    start_search(&mut world, "type == GetResp and device == cpe-2");
    assert_eq!(world.labels(Role::Row).len(), 3);
    assert!(
        world.labels(Role::Row).iter().all(|row| row.starts_with("GetResp, from device os::cpe-2"))
    );
    world.click(Role::Button, "Remove filter Search: type == GetResp and device == cpe-2");
    assert_eq!(world.labels(Role::Row).len(), 12);
}

#[test]
fn a_fault_is_said_with_its_place_and_the_last_result_stays() {
    let mut world = World::with_traffic();
    start_search(&mut world, "type == Get");
    assert_eq!(world.labels(Role::Row).len(), 6);
    type_text(&mut world, " and latnecy > 5ms");
    assert!(world.shows("Position 17: no field is called \"latnecy\""));
    assert!(world.shows("did you mean latency?"));
    assert!(world.shows("The search is not valid: showing the last that was"));
    assert_eq!(world.labels(Role::Row).len(), 6);
    world.harness.get_by_label("Remove filter Search: type == Get");
    // Leaving the field by Escape gives the search up.
    world.harness.key_press(Key::Escape);
    world.settle();
    assert!(!world.shows("not valid"));
    assert_eq!(world.labels(Role::Row).len(), 12);
}

#[test]
fn suggestions_are_picked_by_keyboard() {
    let mut world = World::with_traffic();
    start_search(&mut world, "gra");
    assert_eq!(offered(&world), ["grade"]);
    world.harness.key_press(Key::Tab);
    world.settle();
    assert_eq!(typed(&world), "grade ");
    let field = world.harness.get_by_role_and_label(Role::TextInput, "Search messages");
    assert!(field.is_focused());
    assert!(offered(&world).contains(&"!=".to_owned()), "{:?}", offered(&world));
    world.harness.key_press(Key::ArrowDown);
    world.settle();
    world.harness.key_press(Key::Enter);
    world.settle();
    assert_eq!(typed(&world), "grade == ");
    assert_eq!(offered(&world), ["ok", "partial", "failed"]);
    world.harness.key_press(Key::ArrowUp);
    world.settle();
    world.harness.key_press(Key::Enter);
    world.settle();
    assert_eq!(typed(&world), "grade == failed ");
    assert!(offered(&world).is_empty());
    assert_eq!(world.labels(Role::Row).len(), 0);
}

#[test]
fn escape_closes_the_list_first_and_the_mouse_picks_too() {
    let mut world = World::with_traffic();
    start_search(&mut world, "sta");
    assert_eq!(offered(&world), ["state"]);
    world.harness.key_press(Key::Escape);
    world.settle();
    assert!(offered(&world).is_empty());
    assert_eq!(typed(&world), "sta");
    type_text(&mut world, "t");
    world.click(Role::Button, "Insert state");
    assert_eq!(typed(&world), "state ");
    // A plain text is searched for as it stands; Enter takes no suggestion unasked.
    // The first Escape closes the list, the second gives the search up.
    for left in ["state ", ""] {
        world.harness.key_press(Key::Escape);
        world.settle();
        assert_eq!(typed(&world), left);
    }
    start_search(&mut world, "de");
    world.harness.key_press(Key::Enter);
    world.settle();
    assert_eq!(typed(&world), "de");
}

#[test]
fn the_help_lists_fields_and_its_examples_can_be_tried() {
    let mut world = World::with_traffic();
    world.click(Role::Button, "Search help");
    assert!(world.shows("any data model path in it"));
    world.click(Role::Button, "Search for latency > 250ms");
    assert_eq!(typed(&world), "latency > 250ms");
    assert_eq!(world.labels(Role::Row).len(), 0);
    assert!(world.shows("Nothing matches"));
}

#[test]
fn a_request_leaves_the_list_when_its_answer_comes() {
    let mut world = World::with_traffic();
    start_search(&mut world, "state == pending");
    assert_eq!(world.labels(Role::Row).len(), 0);
    let mut batch = WireBatch::new();
    let get = make::get("open-1", &["Device."]);
    world.push(&mut batch, "usp/agent/cpe-1", &make::record(ACS, "os::cpe-1", &get));
    world.apply(&batch);
    assert_eq!(world.labels(Role::Row).len(), 1);
    let mut batch = WireBatch::new();
    // The same msg_id answered: `exchange` sends the Get again and its answer.
    world.exchange(&mut batch, "cpe-1", "open-1", 5);
    world.apply(&batch);
    assert_eq!(world.labels(Role::Row).len(), 0);
}
