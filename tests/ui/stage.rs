//! Showing the network to others: presenting hides what names anybody, wherever one looks; the
//! guided tour leads through the places.

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use usp_scope::app::Page;
use usp_scope::core::wire::WireBatch;
use usp_scope::profile::model::Profile;
use usp_scope::ui::command::UiCommand;
use usp_scope::ui::panels::lower::{DeviceTab, LowerTab};
use usp_scope::usp::make;

use crate::world::{ACS, World};

/// Every name in this world holds it: broker, profile, devices, msg_ids, values.
const MARKER: &str = "zmarker";

fn named() -> World {
    let mut world = World::connected();
    let mut profile = Profile::for_address("zmarker.example", 1883);
    profile.name = "zmarker profile".to_owned();
    profile.subscribe = vec!["usp/zmarker/#".to_owned()];
    world.connect(profile);
    let mut batch = WireBatch::new();
    for round in 0..3 {
        for device in ["zmarker-1", "zmarker-2"] {
            world.exchange(&mut batch, device, &format!("zmarker-{round}-{device}"), 12 + round);
        }
    }
    let told = [("SSID", "zmarker-net"), ("Channel", "36"), ("SerialNumber", "zmarker-77")];
    world.tell(&mut batch, "zmarker-1", "Device.WiFi.SSID.1.", &told);
    let get = make::get("zmarker-lost", &["Device.DeviceInfo.[Alias==\"zmarker\"].UpTime"]);
    world.push(&mut batch, "usp/agent/zmarker-3", &make::record(ACS, "os::zmarker-3", &get));
    world.wait(std::time::Duration::from_secs(40));
    world.exchange(&mut batch, "zmarker-1", "zmarker-last", 7);
    world.push(&mut batch, "usp/agent/zmarker-4", b"zmarker is not USP");
    world.apply(&batch);
    world
}

fn act(world: &mut World, command: UiCommand) {
    let ctx = world.harness.ctx.clone();
    world.harness.state_mut().act(&ctx, command);
    world.settle();
}

/// Every view there is of the world, each with a message and a device picked.
fn every_view(world: &mut World, mut look: impl FnMut(&mut World, &str)) {
    for page in Page::RAIL {
        act(world, UiCommand::ClearPicks);
        act(world, UiCommand::Show(page));
        look(world, page.label());
    }
    for tab in LowerTab::ALL {
        act(world, UiCommand::Show(Page::Traffic));
        act(world, UiCommand::ShowLower(tab));
        look(world, tab.label());
    }
    let messages = world.harness.state().shown().len();
    for at in [0, messages / 2, messages - 1] {
        let shown = world.harness.state().shown();
        let seq = usp_scope::core::ids::Seq(shown.first_seq().0 + at as u64);
        act(world, UiCommand::PickMessage(Some(seq)));
        for view in ["Fields", "JSON", "Hex", "MQTT"] {
            if world.harness.query_by_role_and_label(Role::Button, view).is_some() {
                world.click(Role::Button, view);
                look(world, view);
            }
        }
    }
    for id in 1..world.harness.state().shown().endpoints_len() as u32 {
        let device = usp_scope::core::ids::EndpointId(id);
        act(world, UiCommand::Show(Page::Devices));
        act(world, UiCommand::PickDevice(Some(device)));
        for tab in DeviceTab::ALL {
            act(world, UiCommand::ShowDevice(tab));
            look(world, tab.label());
        }
        for page in [Page::Exchanges, Page::Latency, Page::Problems, Page::Traffic] {
            act(world, UiCommand::Show(page));
            look(world, page.label());
        }
    }
    act(world, UiCommand::TogglePalette);
    world.harness.event(egui::Event::Text("anon".to_owned()));
    world.settle();
    look(world, "palette");
    world.harness.key_press(Key::Escape);
    world.settle();
}

#[test]
fn nothing_that_names_anybody_is_seen_while_presenting() {
    let mut world = named();
    let mut seen = 0;
    every_view(&mut world, |world, _| seen += usize::from(world.all_text().contains(MARKER)));
    assert!(seen > 20, "the check sees what it looks for: {seen}");

    act(&mut world, UiCommand::Show(Page::Devices));
    world.harness.key_press(Key::F5);
    world.settle();
    assert!(world.harness.state().is_presenting());
    assert_eq!(world.harness.state().title(), "USP Scope");
    let mut views = 0;
    every_view(&mut world, |world, view| {
        let text = world.all_text();
        let line = text.lines().find(|line| line.contains(MARKER));
        assert_eq!(line, None, "in {view}");
        assert!(world.shows("Stop presenting"));
        views += 1;
    });
    assert!(views > 20);
    assert!(world.all_text().contains("anon-"));
    // Types, paths and what happened are still there.
    act(&mut world, UiCommand::ClearPicks);
    act(&mut world, UiCommand::Show(Page::Traffic));
    assert!(world.all_text().contains("GetResp"));

    world.click(Role::Button, "Stop presenting");
    assert!(!world.harness.state().is_presenting());
    assert!(world.all_text().contains(MARKER));
}

#[test]
fn presenting_is_large_and_leaves_the_zoom_as_it_was() {
    let mut world = named();
    assert_eq!(world.harness.ctx.zoom_factor(), 1.0);
    world.harness.key_press(Key::F5);
    world.settle();
    assert_eq!(world.harness.ctx.zoom_factor(), 1.3);
    assert_eq!(world.labels(Role::Tab).len(), 0, "no rail");
    assert_eq!(world.labels(Role::Status).len(), 0, "no status bar");
    // Places are reached by keyboard still, but not those that name people.
    world.harness.key_press_modifiers(Modifiers::COMMAND, Key::Num5);
    world.settle();
    assert_eq!(world.harness.state().page(), Page::Problems);
    world.harness.key_press_modifiers(Modifiers::COMMAND, Key::Num7);
    world.settle();
    assert_eq!(world.harness.state().page(), Page::Problems);
    world.harness.key_press(Key::F5);
    world.settle();
    assert_eq!(world.harness.ctx.zoom_factor(), 1.0);
}

#[test]
fn the_tour_leads_through_the_places_by_keyboard() {
    let mut world = named();
    world.harness.key_press(Key::F6);
    world.settle();
    let mut titles = Vec::new();
    let mut pages = Vec::new();
    while let Some(title) = usp_scope::view::tour::Step::ALL
        .into_iter()
        .map(|step| step.title())
        .find(|title| world.harness.query_by_label(title).is_some())
    {
        titles.push(title);
        pages.push(world.harness.state().page());
        world.harness.key_press_modifiers(Modifiers::COMMAND, Key::ArrowRight);
        world.settle();
        assert!(titles.len() < 20);
    }
    let all = usp_scope::view::tour::Step::ALL.map(|step| step.title());
    assert_eq!(titles, all);
    pages.dedup();
    let expected = [
        Page::Traffic,
        Page::Devices,
        Page::Exchanges,
        Page::Latency,
        Page::Problems,
        Page::Broker,
    ];
    assert_eq!(pages, expected);
    // Back, and out of it.
    world.harness.key_press(Key::F6);
    world.settle();
    world.click(Role::Button, "Next");
    assert!(world.harness.state().selection().message.is_some(), "an example is picked");
    world.click(Role::Button, "Previous");
    world.click(Role::Button, "End the tour");
    assert!(!all.iter().any(|title| world.harness.query_by_label(title).is_some()));
}

/// Presses an entry of an export menu, gives the file a name and waits until it is written.
fn export(world: &mut World, button: &str, entry: &str, path: &std::path::Path) {
    world.click(Role::Button, button);
    world.click(Role::Button, entry);
    let field = world.harness.get_by_role_and_label(Role::TextInput, "File to export to");
    field.focus();
    world.settle();
    // Typed over what is proposed, and sent off by keyboard.
    world.harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
    world.harness.event(egui::Event::Text(path.display().to_string()));
    world.settle();
    world.harness.key_press(Key::Enter);
    world.settle();
}

#[test]
fn plots_and_ladder_are_exported_as_pictures_and_rows() {
    let folder = tempfile::tempdir().unwrap();
    let mut world = named();
    act(&mut world, UiCommand::Show(Page::Latency));
    for (entry, name, start) in [
        ("Picture as SVG…", "plot.svg", b"<svg".as_slice()),
        ("Picture as PNG…", "plot.png", b"\x89PNG".as_slice()),
        ("Data as CSV…", "plot.csv", b"time".as_slice()),
    ] {
        let path = folder.path().join(name);
        export(&mut world, "Export the plot", entry, &path);
        let bytes = std::fs::read(&path).unwrap();
        assert!(bytes.windows(start.len()).take(200).any(|part| part == start), "{name}");
        assert!(bytes.len() > 100, "{name}: {}", bytes.len());
    }
    // The same name again is refused in words, and nothing is overwritten.
    let path = folder.path().join("plot.csv");
    let before = std::fs::read(&path).unwrap();
    export(&mut world, "Export the plot", "Data as CSV…", &path);
    assert!(world.shows("There is such a file already"));
    assert_eq!(std::fs::read(&path).unwrap(), before);
    world.click(Role::Button, "Cancel");

    act(&mut world, UiCommand::Show(Page::Devices));
    world.click_row(Role::Row, "os::zmarker-1");
    act(&mut world, UiCommand::ShowDevice(DeviceTab::Ladder));
    for (entry, name) in [
        ("Visible part as SVG…", "ladder.svg"),
        ("Visible part as PNG…", "ladder.png"),
        ("All rows as CSV…", "ladder.csv"),
    ] {
        let path = folder.path().join(name);
        export(&mut world, "Export the ladder", entry, &path);
        assert!(std::fs::metadata(&path).unwrap().len() > 200, "{name}");
    }
    let rows = std::fs::read_to_string(folder.path().join("ladder.csv")).unwrap();
    assert!(rows.contains("zmarker-0-zmarker-1"), "{rows}");
    // While presenting, what is exported names nobody either.
    world.harness.key_press(Key::F5);
    world.settle();
    act(&mut world, UiCommand::Show(Page::Devices));
    world.click_row(Role::Row, "anon-");
    act(&mut world, UiCommand::ShowDevice(DeviceTab::Ladder));
    for (entry, name) in [("All rows as SVG…", "anon.svg"), ("All rows as CSV…", "anon.csv")] {
        let path = folder.path().join(name);
        export(&mut world, "Export the ladder", entry, &path);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains("anon-") && !text.contains(MARKER), "{name}");
    }
}

#[test]
fn a_plot_is_exported_by_keyboard_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plot.csv");
    let mut world = named();
    world.harness.key_press_modifiers(Modifiers::COMMAND, Key::Num4);
    world.settle();
    world.harness.key_press_modifiers(Modifiers::COMMAND, Key::K);
    world.settle();
    world.harness.event(egui::Event::Text("export csv".to_owned()));
    world.settle();
    world.harness.key_press(Key::Enter);
    world.settle();
    // The field has the cursor.
    world.harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
    world.harness.event(egui::Event::Text(path.display().to_string()));
    world.settle();
    world.harness.key_press(Key::Enter);
    world.settle();
    let rows = std::fs::read_to_string(&path).unwrap();
    assert!(rows.lines().count() > 1, "{rows}");
}

#[test]
fn two_values_are_compared_by_keyboard_alone() {
    let mut world = World::connected();
    let mut batch = WireBatch::new();
    for channel in ["1", "11"] {
        world.tell(&mut batch, "cpe-1", "Device.WiFi.Radio.1.", &[("Channel", channel)]);
    }
    world.apply(&batch);
    // The first answer is A, the second is compared with it.
    world.harness.key_press(Key::Home);
    world.harness.key_press(Key::ArrowDown);
    world.settle();
    world.harness.key_press(Key::A);
    world.settle();
    world.harness.key_press(Key::ArrowDown);
    world.harness.key_press(Key::ArrowDown);
    world.settle();
    world.harness.key_press(Key::C);
    world.settle();
    assert!(world.shows("Compare messages"));
    let rows = world.labels(Role::Row);
    let changed = rows.iter().find(|row| row.starts_with("Changed") && row.contains("Channel"));
    let changed = changed.unwrap_or_else(|| panic!("{rows:?}"));
    assert!(changed.contains("11"), "{changed}");
    world.harness.key_press(Key::Escape);
    world.settle();
    assert!(!world.shows("Compare messages"));
}
