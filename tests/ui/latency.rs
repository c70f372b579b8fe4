//! The latency page: figures, picking a stretch of time with mouse and keyboard, the table, the
//! broker's round trip and what happened beside.

use std::time::{Duration, Instant};

use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, PointerButton, Pos2, pos2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use usp_scope::app::Page;
use usp_scope::core::time::Timestamp;
use usp_scope::core::wire::WireBatch;
use usp_scope::engine::EngineEvent;
use usp_scope::mqtt::link::{Cause, Failure, LinkState, Probe, RoundTrip};
use usp_scope::usp::generated::usp_record::mqtt_connect_record::MqttVersion;
use usp_scope::usp::make;
use usp_scope::view::state::TimeRange;

use crate::world::{ACS, World, connected};

const PLOT: &str = "Response times over time";

/// Thirty exchanges of two devices, one a second; 10 ms and 40 ms. Then a request that runs out
/// of time, and one more exchange.
fn answered() -> World {
    let mut world = World::connected();
    let mut batch = WireBatch::new();
    for n in 0..30u64 {
        let (device, millis) = if n % 2 == 0 { ("cpe-1", 10) } else { ("cpe-2", 40) };
        world.exchange(&mut batch, device, &format!("m-{n}"), millis);
        world.wait(Duration::from_millis(900 - millis));
    }
    let get = make::get("lost", &["Device."]);
    world.push(&mut batch, "usp/agent/cpe-3", &make::record(ACS, "os::cpe-3", &get));
    world.wait(Duration::from_secs(31));
    world.exchange(&mut batch, "cpe-1", "last", 10);
    world.apply(&batch);
    go(&mut world);
    world
}

fn go(world: &mut World) {
    world.harness.state_mut().set_page(Page::Latency);
    world.settle();
}

fn range(world: &World) -> Option<TimeRange> {
    world.harness.state().selection().range
}

/// Rows of the store that lie in a range.
fn messages_in(world: &World, range: TimeRange) -> usize {
    let shown = world.harness.state().shown();
    shown.rows_from(shown.first_seq()).filter(|row| range.contains(row.at)).count()
}

fn heading(world: &World) -> String {
    let found = world.labels(Role::Heading);
    found.into_iter().find(|label| label.starts_with("Latency")).expect("the page's heading")
}

fn plot_value(world: &World) -> String {
    let plot = world.harness.get_by_role_and_label(Role::Canvas, PLOT);
    plot.accesskit_node().value().unwrap_or_default()
}

/// Draws until a text is there: what is drawn is made again at most ten times a second.
fn until(world: &mut World, text: &str) {
    let started = Instant::now();
    while !world.shows(text) {
        assert!(started.elapsed() < Duration::from_secs(20), "{text} never shows");
        std::thread::sleep(Duration::from_millis(5));
        world.harness.step();
        world.settle();
    }
}

fn press(world: &mut World, modifiers: Modifiers, key: Key) {
    world.harness.key_press_modifiers(modifiers, key);
    world.settle();
}

#[test]
fn before_the_first_answer_it_says_what_to_do() {
    let mut world = World::connected();
    let mut batch = WireBatch::new();
    let get = make::get("1", &["Device."]);
    world.push(&mut batch, "usp/agent/cpe-1", &make::record(ACS, "os::cpe-1", &get));
    world.apply(&batch);
    go(&mut world);
    assert!(world.shows("No answered requests yet"));
    assert!(world.shows("Latency is the time from a request to its response"));
    assert!(world.shows("1 request waits for an answer now."));
}

#[test]
fn figures_of_all_on_view_and_of_a_picked_device() {
    let mut world = answered();
    let head = heading(&world);
    assert!(head.contains("31 answers") && head.contains("1 timeout"), "{head}");
    assert!(head.contains("max 40.0 ms"), "{head}");
    world.harness.get_by_label("Timeouts on view: 1 request");
    assert!(world.labels(Role::Image).iter().any(|l| l.starts_with("Histogram, 31 answers")));
    world.click_row(Role::Row, "os::cpe-2, Get, 15 answers");
    let state = world.harness.state();
    let picked = state.selection().device.map(|id| state.shown().endpoint_name(id));
    assert_eq!(picked, Some("os::cpe-2"));
    assert!(world.shows("Requests: Get"));
    let head = heading(&world);
    assert!(head.contains("15 answers") && !head.contains("timeout"), "{head}");
    world.click(Role::Button, "Remove filter Device: cpe-2");
    assert!(heading(&world).contains("31 answers"));
    // Another type of request has none, and that is said.
    world.click(Role::Button, "Requests: Get");
    world.click(Role::Button, "Set");
    assert!(world.shows("give up a pick above"));
}

#[test]
fn a_stretch_of_time_is_picked_by_keyboard_and_narrows_other_places() {
    let mut world = answered();
    world.harness.get_by_role_and_label(Role::Canvas, PLOT).focus();
    world.settle();
    press(&mut world, Modifiers::NONE, Key::Home);
    press(&mut world, Modifiers::NONE, Key::ArrowRight);
    assert!(plot_value(&world).contains("answer, p50"), "{}", plot_value(&world));
    press(&mut world, Modifiers::SHIFT, Key::ArrowRight);
    press(&mut world, Modifiers::SHIFT, Key::ArrowRight);
    assert!(plot_value(&world).starts_with("picking"), "{}", plot_value(&world));
    // Escape gives up what is being picked, and only that.
    press(&mut world, Modifiers::NONE, Key::Escape);
    assert_eq!((plot_value(&world).as_str(), range(&world)), ("", None));
    press(&mut world, Modifiers::NONE, Key::Home);
    press(&mut world, Modifiers::SHIFT, Key::ArrowRight);
    press(&mut world, Modifiers::SHIFT, Key::ArrowRight);
    press(&mut world, Modifiers::NONE, Key::Enter);
    let picked = range(&world).expect("a range is picked");
    let inside = messages_in(&world, picked);
    assert!(inside > 0 && inside < 60, "{inside}");
    assert!(heading(&world).contains(&format!("{} answers", inside / 2)), "{}", heading(&world));
    let histogram = format!("Histogram, {} answers", inside / 2);
    assert!(world.labels(Role::Image).iter().any(|label| label.starts_with(&histogram)));

    world.harness.state_mut().set_page(Page::Traffic);
    world.settle();
    let rows = world.labels(Role::Row);
    let messages =
        rows.iter().filter(|row| row.contains("to device") || row.contains("from device"));
    assert_eq!(messages.count(), inside);
    let chip = world.labels(Role::Button).into_iter().find(|l| l.starts_with("Remove filter Time"));
    world.click(Role::Button, &chip.expect("a chip"));
    assert_eq!(range(&world), None);

    // Escape removes a range, too.
    go(&mut world);
    world.harness.get_by_role_and_label(Role::Canvas, PLOT).focus();
    world.settle();
    press(&mut world, Modifiers::NONE, Key::End);
    press(&mut world, Modifiers::NONE, Key::Enter);
    assert!(range(&world).is_some());
    press(&mut world, Modifiers::NONE, Key::Escape);
    assert_eq!(range(&world), None);
}

fn pointer(world: &mut World, at: Pos2, pressed: Option<bool>) {
    world.harness.event(Event::PointerMoved(at));
    if let Some(pressed) = pressed {
        let (button, modifiers) = (PointerButton::Primary, Modifiers::NONE);
        world.harness.event(Event::PointerButton { pos: at, button, pressed, modifiers });
    }
    world.harness.run_steps(2);
}

#[test]
fn a_stretch_of_time_is_picked_with_the_mouse() {
    let mut world = answered();
    let rect = world.harness.get_by_role_and_label(Role::Canvas, PLOT).rect();
    let at = |part: f32| pos2(rect.min.x + rect.width() * part, rect.center().y);
    pointer(&mut world, at(0.1), Some(true));
    pointer(&mut world, at(0.2), None);
    pointer(&mut world, at(0.4), None);
    assert!(plot_value(&world).starts_with("picking"));
    pointer(&mut world, at(0.4), Some(false));
    world.settle();
    let picked = range(&world).expect("a range is picked");
    assert!(messages_in(&world, picked) > 4);
    // The time picked fills the plot, and the newest comes back.
    world.click(Role::Button, "Zoom to the time picked");
    world.click(Role::Button, "Live");
    assert_eq!(range(&world), Some(picked));
    let rows = world.labels(Role::Row);
    assert!(rows.iter().all(|row| !row.contains("os::cpe-3")), "{rows:?}");
}

#[test]
fn the_table_is_sorted_by_every_column_and_by_keyboard() {
    let mut world = answered();
    for column in
        ["Device", "Request", "Answers", "p50", "p95", "p99", "Max", "Timeouts", "Timeout share"]
    {
        let label = format!("Sort by {column}");
        world.harness.get_by_role_and_label(Role::Button, &label).focus();
        world.settle();
        press(&mut world, Modifiers::NONE, Key::Enter);
        let rows = world.labels(Role::Row);
        assert_eq!(rows.len(), 3, "{column}");
        if column.starts_with("Timeout") {
            assert!(rows[0].starts_with("os::cpe-3"), "{column} {rows:?}");
        }
        if column == "Answers" {
            assert!(rows[0].starts_with("os::cpe-1, Get, 16 answers"), "{rows:?}");
        }
    }
    let list =
        world.harness.get_by_role_and_label(Role::Table, "Response times by device and type");
    list.focus();
    world.settle();
    press(&mut world, Modifiers::NONE, Key::Home);
    press(&mut world, Modifiers::NONE, Key::Enter);
    assert!(world.harness.state().selection().device.is_some());
}

#[test]
fn every_way_to_draw_works_in_every_theme() {
    let mut world = answered();
    for theme in ["Light", "High contrast", "Dark"] {
        world.click(Role::Button, "Menu");
        world.click(Role::RadioButton, theme);
        for name in ["Heat map", "Points", "Bands", "1 min", "All", "Logarithmic scale", "5 min"] {
            world.click(Role::Button, name);
            assert!(world.shows("Each column is"), "{theme} {name}");
        }
    }
}

#[test]
fn the_brokers_round_trip_stands_apart_with_its_age() {
    let mut world = answered();
    assert!(world.shows("Broker round trip none measured yet"));
    let at = world.harness.state().shown().now();
    let trip = RoundTrip { at, nanos: 420_000, probe: Probe::Ping };
    world.engine.0.borrow_mut().events.push(EngineEvent::RoundTrip(trip));
    world.settle();
    assert!(world.shows("Broker round trip 0.42 ms"));
    // It is no answer of a device.
    assert!(heading(&world).contains("31 answers"));
}

#[test]
fn losses_of_the_connection_and_restarts_are_marked() {
    let mut world = answered();
    let failure = Failure {
        cause: Cause::Other,
        what: "The broker went away.".to_owned(),
        advice: "Wait.".to_owned(),
    };
    let lost = LinkState::Waiting { until: Timestamp(0), attempt: 1, max_attempts: None, failure };
    world.engine.0.borrow_mut().events.push(EngineEvent::Link(connected()));
    world.settle();
    world.engine.0.borrow_mut().events.push(EngineEvent::Link(lost));
    let mut batch = WireBatch::new();
    let connect = make::connect_record("os::cpe-1", ACS, MqttVersion::V5, "usp/agent/cpe-1");
    world.push(&mut batch, "usp/controller/acs", &connect);
    world.wait(Duration::from_secs(3));
    world.exchange(&mut batch, "cpe-2", "more", 10);
    world.apply(&batch);
    until(&mut world, "No connection since");
    until(&mut world, "Restarts on view: 1 reconnect");
    world.click_row(Role::Row, "os::cpe-1, Get");
    until(&mut world, "Reconnect without a Disconnect at");
}
